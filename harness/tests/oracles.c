/* Tests of the oracles and of the abstraction function: both variants pass at every step of random
 * programs, and a subject that lies about its own state is caught without a second one. */
#include "harness/abstract.h"
#include "harness/tests/liar.h"
#include "src/ref/oracle.h"

#include <stdio.h>

static void both_variants_pass_at_every_step(void **state)
{
    (void)state;
    static uint8_t bytes[RECORD_MAX_BYTES];
    struct lockstep_options options = {.check_every = 1};
    for (unsigned s = 0; s < NR_TEST_SUBJECTS; s++) {
        uint64_t seed = 7;
        struct program program;
        struct difference d;
        struct lockstep *lockstep = lockstep_open(test_subjects[s], NULL);
        program_init(&program);
        for (unsigned i = 0; i < 60; i++) {
            assert_true(program_decode(&program, bytes, test_random_records(&seed, bytes, 100)));
            if (lockstep_run(lockstep, &program, &options, &d) != 0) {
                difference_print(stderr, lockstep, &program, &d);
                fail_msg("%s, random program %u", test_subjects[s]->name, i);
            }
        }
        program_free(&program);
        lockstep_close(lockstep);
    }
}

static const char scene[] =
    "zone start_pfn=37 spanned=200 top=5 pageblock=3 gen=6.12 cpus=2 batch=4 high=12 limit=64\n"
    "types 1x26\n"
    "release 37 237\n"
    "alloc cpu=1 order=0 type=MOVABLE slot=1\n"
    "check\n";

/* What a subject says of one thing has to fit what it says of the others. */
static const struct {
    enum lie lie;
    const char *oracle, *theorem;
} expected[] = {
    {LIE_COUNTER_FREE, "check_held", "4 "},    {LIE_COUNTER_NR_FREE, "check_len", "6 "},
    {LIE_COUNTER_PCP, "check_held", "4 "},     {LIE_PAGE_STATE, "check_tiled", "1 "},
    {LIE_PAGE_ORDER, "check_tiled", "1 "},     {LIE_PAGE_NEXT, "check_len", "6 "},
    {LIE_PAGE_PREV, "check_next", "6 "},       {LIE_FREE_HEAD, "check_held", "4 "},
    {LIE_PCP_HEAD, "check_len", "6 "},         {LIE_PAGE_TYPE, "check_len", "6 "},
    {LIE_PAGE_PAGEBLOCK, "check_kinds", "6 "}, {LIE_PAGE_CPU, "check_held", "4 "},
    {LIE_PAGE_REFS, "check_counted", "21 "},   {LIE_PAGE_COMPOUND, "check_counted", "21 "},
};

static void a_state_that_contradicts_itself_is_caught(void **state)
{
    (void)state;
    struct program program = test_parse(scene);
    struct difference d;
    struct lockstep *lockstep = lockstep_open(&subject_liar, NULL);
    liar_when = 1;
    liar_lie = LIE_NONE;
    assert_int_equal(lockstep_run(lockstep, &program, NULL, &d), 0);
    for (unsigned i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
        liar_lie = expected[i].lie;
        assert_int_equal(lockstep_run(lockstep, &program, NULL, &d), 1);
        if (d.kind != DIFFERENCE_ORACLE || strcmp(d.field, expected[i].oracle) != 0 ||
            strncmp(d.theorem, expected[i].theorem, strlen(expected[i].theorem)) != 0)
            fail_msg("lie %d: kind %d, %s, theorem %s", (int)liar_lie, (int)d.kind, d.field,
                     d.theorem);
        assert_int_equal(d.side, 0);
    }
    liar_lie = LIE_NONE;
    program_free(&program);
    lockstep_close(lockstep);
}

/* ---- every oracle, by a value damaged for it */

/* Pages 0 .. 63 in blocks of order 3, one pageblock each: 0 and 8 used, 16 on CPU 0's list, the
 * rest free; 64 .. 71 reserved. */
void test_make_value(struct abstract *abstract)
{
    static const uint8_t movable[1] = {MIGRATE_MOVABLE};
    struct plumb_config config = test_config(PLUMB_V6_12);
    struct plumb_tunables tunables;
    config.start_pfn = 0;
    config.spanned_pages = 72;
    config.top_order = 3;
    config.pcp_batch = 1;
    struct test_zone zone = test_zone_reserved(&subject_ref, &config, movable, 1);
    assert_int_equal(zone.subject->free_range(zone.self, 0, 64), PLUMB_OK);
    for (uint64_t pfn = 0; pfn < 24; pfn += 8)
        assert_int_equal(must_alloc(&zone, 0, 3, MIGRATE_MOVABLE), pfn);
    must_free(&zone, 0, 16, 3);
    tunables_of_config(&config, &tunables);
    abstract_fill(abstract, zone.subject, zone.self, &config, &tunables);
    test_zone_end(&zone);
}

enum { LIST = MIGRATE_TYPES * 3 + MIGRATE_MOVABLE, EMPTY_LIST = LIST - 1 };

static void damage_sized(struct zone *z)
{
    z->blocks.top_order = PLUMB_MAX_ORDER + 1;
}

static void damage_tiled(struct zone *z)
{
    z->blocks.place[9] = PLACE_USED;
}

static void damage_placed(struct zone *z)
{
    z->blocks.place[0] = PLACE_RESERVED;
}

static void damage_kinds(struct zone *z)
{
    z->pageblocks.migratetype[0] = MIGRATE_TYPES;
}

static void damage_typed(struct zone *z)
{
    z->pageblocks.migratetype[3] = MIGRATE_UNMOVABLE;
}

/* Two free buddies of order 2 where a block of order 3 was used. */
static void damage_coalesced(struct zone *z)
{
    z->blocks.order[0] = z->blocks.order[4] = 2;
    z->blocks.place[0] = z->blocks.place[4] = MIGRATE_TYPES * 2 + MIGRATE_MOVABLE;
}

static void damage_held(struct zone *z)
{
    z->counts.held[CLASS_USED]++;
}

static void damage_len(struct zone *z)
{
    z->counts.len[LIST]--;
}

static void damage_next(struct zone *z)
{
    z->lists.next[z->lists.head[LIST]] = z->lists.tail[LIST];
}

static void damage_prev(struct zone *z)
{
    z->lists.prev[z->lists.head[LIST]] = z->lists.tail[LIST];
}

static void damage_rank(struct zone *z)
{
    z->lists.rank[z->lists.head[LIST]] = z->lists.clock + 1;
}

static void damage_head(struct zone *z)
{
    z->lists.head[EMPTY_LIST] = 24;
}

static void damage_tail(struct zone *z)
{
    z->lists.tail[EMPTY_LIST] = 24;
}

static void damage_clock(struct zone *z)
{
    z->lists.clock = CLOCK_MAX + 1;
}

/* Of page 16, which is on a per-CPU list. */
static void damage_isolated(struct zone *z)
{
    z->pageblocks.migratetype[2] = MIGRATE_ISOLATE;
}

static void damage_idle(struct zone *z)
{
    z->nr_cpus = 0;
}

/* v4.10 does not use the list. */
static void damage_only(struct zone *z)
{
    z->generation = PLUMB_V4_10;
    z->lists.head[NR_LISTS - 1] = 24;
}

/* v6.12 uses it with huge pages of order 10 only. */
static void damage_only_huge(struct zone *z)
{
    z->lists.head[NR_LISTS - 1] = 24;
}

static void damage_outside(struct zone *z)
{
    z->first = 1;
}

static void damage_adapted(struct zone *z)
{
    z->tuning.alloc_factor[63] = 1;
}

static void damage_counted(struct page_refs *r)
{
    r->count[0] = 0;
}

/* check_ends follows from the others, as long as they hold. */
static const struct {
    const char *oracle;
    void (*damage)(struct zone *z); /* NULL: damage_counted */
} damages[] = {
    {"check_sized", damage_sized},
    {"check_tiled", damage_tiled},
    {"check_placed", damage_placed},
    {"check_kinds", damage_kinds},
    {"check_typed", damage_typed},
    {"check_coalesced", damage_coalesced},
    {"check_held", damage_held},
    {"check_len", damage_len},
    {"check_next", damage_next},
    {"check_prev", damage_prev},
    {"check_rank", damage_rank},
    {"check_head", damage_head},
    {"check_tail", damage_tail},
    {"check_clocked", damage_clock},
    {"check_isolated", damage_isolated},
    {"check_idle", damage_idle},
    {"check_only", damage_only},
    {"check_only", damage_only_huge},
    {"check_outside", damage_outside},
    {"check_adapted", damage_adapted},
    {"check_counted", NULL},
};

static void every_oracle_can_answer_no(void **state)
{
    (void)state;
    struct difference d = {0};
    struct abstract *abstract = abstract_new();
    assert_non_null(abstract);
    for (unsigned i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
        test_make_value(abstract);
        if (!oracles_hold(abstract, &d))
            fail_msg("%s of an undamaged zone, before %s", d.field, damages[i].oracle);
        if (damages[i].damage)
            damages[i].damage(&abstract->zone);
        else
            damage_counted(&abstract->refs);
        if (oracles_hold(abstract, &d))
            fail_msg("no oracle sees what is meant for %s", damages[i].oracle);
        assert_int_equal(d.kind, DIFFERENCE_ORACLE);
        assert_string_equal(d.field, damages[i].oracle);
        assert_non_null(d.theorem);
    }
    abstract_free(abstract);
}

/* Of blocks of order 5 are the lists from this one on; any zone may be shown, the gap of one with
 * smaller pageblocks included. */
static void huge_pages_have_their_lists(void **state)
{
    (void)state;
    enum { OF_ORDER_5 = FIRST_HUGE_LIST + 2 * PLUMB_MAX_CPUS };
    struct abstract *abstract = abstract_new();
    assert_non_null(abstract);
    test_make_value(abstract);
    struct zone *z = &abstract->zone;
    z->blocks.place[0] = OF_ORDER_5;
    for (uint8_t order = 4; order < 7; order++) {
        z->blocks.order[0] = order;
        assert_int_equal(check_placed(z), order == 5);
    }
    z->generation = GENERATION_THP;
    z->blocks.pageblock_order = 5;
    z->lists.head[OF_ORDER_5] = 0;
    assert_int_equal(check_only(z), 1);
    z->blocks.pageblock_order = 2;
    assert_int_equal(check_only(z), 0);
    z->lists.head[OF_ORDER_5] = NONE;
    z->lists.head[FIRST_HUGE_LIST - 1] = 0;
    assert_int_equal(check_only(z), 0);
    abstract_free(abstract);
}

static bool is_run(const char *name)
{
    for (unsigned i = 0; oracle_name(i); i++)
        if (strcmp(oracle_name(i), name) == 0)
            return true;
    return false;
}

/* How many a header declares. check_wf only repeats others. */
static unsigned all_are_run(const char *path)
{
    char line[256], name[64];
    unsigned count = 0;
    FILE *header = fopen(path, "r");
    assert_non_null(header);
    while (fgets(line, sizeof(line), header)) {
        if (sscanf(line, "int %63[a-z0-9_](", name) != 1 || strcmp(name, "check_wf") == 0)
            continue;
        count++;
        if (!is_run(name))
            fail_msg("%s is not in the table of harness/oracles.c", name);
    }
    assert_true(feof(header));
    fclose(header);
    assert_true(count >= 1);
    return count;
}

/* The tests run in the project's root. */
static void every_oracle_of_the_reference_is_run(void **state)
{
    (void)state;
    unsigned count = all_are_run("src/ref/oracle.h") + all_are_run("src/ref/oracle_refs.h");
    assert_true(count >= 10);
    assert_null(oracle_name(count));
}

int test_oracles(int *run)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_variants_pass_at_every_step),
        cmocka_unit_test(a_state_that_contradicts_itself_is_caught),
        cmocka_unit_test(every_oracle_can_answer_no),
        cmocka_unit_test(huge_pages_have_their_lists),
        cmocka_unit_test(every_oracle_of_the_reference_is_run),
    };
    return RUN_GROUP(tests, run);
}
