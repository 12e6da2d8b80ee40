/* Tests of the comparison: the two variants agree on random programs, and every kind of lie is
 * found, named and blamed on a theorem. */
#define _POSIX_C_SOURCE 200809L
#include "harness/tests/liar.h"

#include <stdio.h>

static void random_programs_agree(void **state)
{
    (void)state;
    static uint8_t bytes[RECORD_MAX_BYTES];
    uint64_t seed = 5;
    struct program program;
    struct difference difference;
    struct lockstep *lockstep = lockstep_open(&subject_ref, &subject_opt);
    assert_non_null(lockstep);
    program_init(&program);
    for (unsigned i = 0; i < 3000; i++) {
        size_t length = test_random_records(&seed, bytes, 300);
        assert_true(program_decode(&program, bytes, length));
        if (lockstep_run(lockstep, &program, NULL, &difference) == 0)
            continue;
        program_print(stderr, &program);
        difference_print(stderr, lockstep, &program, &difference);
        fail_msg("random program %u", i);
    }
    assert_true(lockstep_operations(lockstep) > 100000);
    program_free(&program);
    lockstep_close(lockstep);
}

/* Has every list, and a check behind each step that could show a lie. */
static const char scene[] =
    "zone start_pfn=37 spanned=200 top=5 pageblock=3 gen=6.12 cpus=2 batch=4 high=12 limit=64 "
    "highatomic_reserve=6.12 refs=1 tuning=on high_max=20\n"
    "types 1x10 3x1 1x15\n"
    "release 37 237\n"
    "alloc cpu=1 order=4 type=MOVABLE slot=0\n"
    "alloc cpu=1 order=0 type=MOVABLE slot=1\n"
    "alloc cpu=0 order=0 type=MOVABLE slot=2\n"
    "watermark_ok order=1 mark=10 free=12\n"
    "free slot=1\n"
    "free slot=1\n"
    "free_pfn pfn=5000\n"
    "free slot=0\n"
    "unreserve type=MOVABLE force\n"
    "check\n"
    "alloc_exact cpu=1 pages=5 type=MOVABLE slot=3\n"
    "alloc order=2 type=MOVABLE slot=4\n"
    "split slot=4\n"
    "check\n"
    "free_exact slot=3\n"
    "alloc order=2 type=MOVABLE slot=6\n"
    "compound slot=6\n"
    "check\n"
    "get slot=6 page=3\n"
    "check\n"
    "put slot=6\n"
    "check\n"
    "free slot=6\n"
    "isolate pfn=224\n"
    "check\n"
    "unisolate pfn=224 type=MOVABLE\n"
    "check\n"
    "isolate_page pfn=224 slot=7\n"
    "check\n"
    "free slot=7\n"
    "alloc_contig start=195 end=206 type=MOVABLE slot=5\n"
    "check\n"
    "free_contig slot=5\n"
    "decay cpu=0\n"
    "reclaim active\n"
    "pcp disabled\n"
    "pcp\n"
    "alloc type=MOVABLE slot=8\n"
    "alloc type=MOVABLE slot=9\n"
    "free_list slot=8 pages=2\n"
    "check\n"
    "free slot=2\n"
    "alloc order=5 type=MOVABLE slot=1\n"
    "alloc_exact pages=27 type=MOVABLE slot=3\n";

static const struct {
    enum lie lie;
    enum difference_kind kind;
    const char *field, *theorem;
} expected[] = {
    {LIE_INIT, DIFFERENCE_INIT, "init", "20 "},
    {LIE_STATUS, DIFFERENCE_STATUS, "status", "8 "},
    {LIE_PFN, DIFFERENCE_PFN, "pfn", "7 "},
    {LIE_FREE, DIFFERENCE_COUNTERS, "counters.pcp_pages", "10 "},
    {LIE_WATERMARK, DIFFERENCE_ANSWER, "answer", "9 "},
    {LIE_CHANGED, DIFFERENCE_COUNTERS, "counters.used_pages", "4 "},
    {LIE_COUNTER_FREE, DIFFERENCE_COUNTERS, "counters.free_pages", "4 "},
    {LIE_COUNTER_NR_FREE, DIFFERENCE_COUNTERS, "counters.nr_free", "6 "},
    {LIE_COUNTER_PCP, DIFFERENCE_COUNTERS, "counters.pcp_count", "10 "},
    {LIE_COUNTER_ABSENT, DIFFERENCE_COUNTERS, "counters.pcp_count", "10 "},
    {LIE_COUNTER_BOOST, DIFFERENCE_COUNTERS, "counters.watermark_boost", "11 "},
    {LIE_COUNTER_RESERVED, DIFFERENCE_COUNTERS, "counters.nr_reserved_highatomic", "15 "},
    {LIE_PAGE_STATE, DIFFERENCE_PAGE, "page.state", "1 "},
    {LIE_PAGE_ORDER, DIFFERENCE_PAGE, "page.order", "5 "},
    {LIE_PAGE_TYPE, DIFFERENCE_PAGE, "page.type", "6 "},
    {LIE_PAGE_CPU, DIFFERENCE_PAGE, "page.cpu", "10 "},
    {LIE_PAGE_PAGEBLOCK, DIFFERENCE_PAGE, "page.pageblock_type", "11 "},
    {LIE_PAGE_MOVABLE, DIFFERENCE_PAGE, "page.movable", "11 "},
    {LIE_PAGE_COMPOUND, DIFFERENCE_PAGE, "page.compound", "21 "},
    {LIE_PAGE_REFS, DIFFERENCE_PAGE, "page.refs", "21 "},
    {LIE_PAGE_NEXT, DIFFERENCE_PAGE, "page.next", "7 "},
    {LIE_PAGE_PREV, DIFFERENCE_PAGE, "page.prev", "7 "},
    {LIE_PAGE_ANY, DIFFERENCE_PAGE, "page.pageblock_type", "11 "},
    {LIE_FREE_HEAD, DIFFERENCE_HEAD, "free_list_head", "7 "},
    {LIE_PCP_HEAD, DIFFERENCE_HEAD, "pcp_list_head", "10 "},
    {LIE_DRAIN, DIFFERENCE_COUNTERS, "counters.free_pages", "4 "},
    {LIE_UNRESERVE, DIFFERENCE_STATUS, "status", "15 "},
    {LIE_SPLIT, DIFFERENCE_PAGE, "page.order", "5 "},
    {LIE_COMPOUND, DIFFERENCE_PAGE, "page.compound", "21 "},
    {LIE_GET, DIFFERENCE_PAGE, "page.refs", "21 "},
    {LIE_PUT, DIFFERENCE_PAGE, "page.refs", "21 "},
    {LIE_EXACT, DIFFERENCE_COUNTERS, "counters.free_pages", "4 "},
    {LIE_EXACT_PFN, DIFFERENCE_PFN, "pfn", "7 "},
    {LIE_FREE_EXACT, DIFFERENCE_COUNTERS, "counters.pcp_pages", "10 "},
    {LIE_ISOLATE, DIFFERENCE_STATUS, "status", "16 "},
    {LIE_NOT_ISOLATED, DIFFERENCE_COUNTERS, "counters.free_pages", "4 "},
    {LIE_UNISOLATE, DIFFERENCE_STATUS, "status", "16 "},
    {LIE_UNISOLATE_TYPE, DIFFERENCE_PAGE, "page.next", "7 "},
    {LIE_CONTIG, DIFFERENCE_STATUS, "status", "3 "},
    {LIE_NO_CONTIG, DIFFERENCE_COUNTERS, "counters.free_pages", "4 "},
    {LIE_CONTIG_TYPE, DIFFERENCE_PAGE, "page.type", "6 "},
    {LIE_CONTIG_SHORT, DIFFERENCE_COUNTERS, "counters.free_pages", "4 "},
    {LIE_FREE_CONTIG, DIFFERENCE_COUNTERS, "counters.pcp_pages", "10 "},
    {LIE_ISOLATE_PAGE, DIFFERENCE_STATUS, "status", "9 "},
    {LIE_NO_ISOLATE_PAGE, DIFFERENCE_COUNTERS, "counters.free_pages", "4 "},
    {LIE_TUNING, DIFFERENCE_COUNTERS, "tuning.high", "22 "},
    {LIE_DECAY, DIFFERENCE_COUNTERS, "tuning.high", "22 "},
    {LIE_RECLAIM, DIFFERENCE_COUNTERS, "tuning.reclaim_active", "22 "},
    {LIE_PCP_DISABLE, DIFFERENCE_COUNTERS, "counters.free_pages", "4 "},
    {LIE_FREE_LIST, DIFFERENCE_COUNTERS, "counters.pcp_pages", "10 "},
    {LIE_LIST_ORDER, DIFFERENCE_PAGE, "page.next", "7 "},
    {LIE_FULL, DIFFERENCE_COUNTERS, "counters.free_pages", "4 "},
    {LIE_SCARCE, DIFFERENCE_COUNTERS, "counters.free_pages", "4 "},
};

static void must_find_every_lie(const struct lockstep_options *options)
{
    _Static_assert(sizeof(expected) / sizeof(expected[0]) == NR_LIES - 1, "a lie is not tried");
    struct program program = test_parse(scene);
    struct difference d;
    struct lockstep *lockstep = lockstep_open(&subject_ref, &subject_liar);
    liar_when = 1;
    liar_lie = LIE_NONE;
    assert_int_equal(lockstep_run(lockstep, &program, options, &d), 0);
    for (unsigned i = 0; i < NR_LIES - 1; i++) {
        liar_lie = expected[i].lie;
        if (lockstep_run(lockstep, &program, options, &d) != 1)
            fail_msg("lie %d is not found", (int)liar_lie);
        if (d.kind != expected[i].kind || strcmp(d.field, expected[i].field) != 0 || !d.theorem ||
            strncmp(d.theorem, expected[i].theorem, strlen(expected[i].theorem)))
            fail_msg("lie %d: kind %d, field %s, theorem %s", (int)liar_lie, (int)d.kind, d.field,
                     d.theorem ? d.theorem : "none");
    }
    liar_lie = LIE_NONE;
    program_free(&program);
    lockstep_close(lockstep);
}

static void every_lie_is_found(void **state)
{
    (void)state;
    must_find_every_lie(NULL);
}

static void heads_are_enough_for_every_lie_about_heads(void **state)
{
    (void)state;
    must_find_every_lie(&(struct lockstep_options){.heads_only = true});
}

/* A lie about each page of the zone in turn: the comparison of heads misses those about pages
 * inside a block, but for the first of each pageblock, and no others. */
static void heads_only_skips_the_insides_of_blocks(void **state)
{
    (void)state;
    struct program program = test_parse(scene);
    struct difference d;
    struct lockstep_options full = {.skip_drain = true};
    struct lockstep_options heads = {.skip_drain = true, .heads_only = true};
    struct lockstep *lockstep = lockstep_open(&subject_ref, &subject_liar);
    unsigned missed = 0, inside = 0;
    program.nr_operations = 3; /* to the first alloc; no check */
    liar_when = 1;
    liar_lie = LIE_PAGE_ANY;
    for (liar_pfn = 37; liar_pfn < 237; liar_pfn++) {
        struct plumb_page page;
        assert_int_equal(lockstep_run(lockstep, &program, &full, &d), 1);
        assert_int_equal(d.where, liar_pfn);
        assert_int_equal(subject_ref.page(lockstep_zone(lockstep, 0), liar_pfn, &page), PLUMB_OK);
        bool skipped = page.state == PAGE_TAIL && liar_pfn % 8 != 0;
        assert_int_equal(lockstep_run(lockstep, &program, &heads, &d), skipped ? 0 : 1);
        assert_true(skipped || d.where == liar_pfn);
        missed += skipped;
        inside += page.state == PAGE_TAIL && !skipped;
    }
    assert_in_range(missed, 100, 199);
    assert_in_range(inside, 5, 50);
    liar_lie = LIE_NONE;
    liar_pfn = PLUMB_NO_PFN;
    program_free(&program);
    lockstep_close(lockstep);
}

/* The same lie on both sides is no difference; that a failed call changed something still is. */
static void an_error_that_changes_something_is_found(void **state)
{
    (void)state;
    struct program program = test_parse(scene);
    struct difference d;
    struct lockstep_options options = {.skip_oracles = true};
    struct lockstep *lockstep = lockstep_open(&subject_liar, NULL);
    liar_lie = LIE_CHANGED;
    liar_when = 1;
    assert_int_equal(lockstep_run(lockstep, &program, &options, &d), 1);
    assert_int_equal(d.kind, DIFFERENCE_CHANGED);
    assert_string_equal(d.field, "counters.used_pages");
    assert_int_equal(d.operation, 6);
    assert_int_equal(d.side, 0);
    assert_int_equal(d.answer[1], d.answer[0] + 1);
    liar_lie = LIE_NONE;
    program_free(&program);
    lockstep_close(lockstep);
}

static void check_every_finds_it_sooner(void **state)
{
    (void)state;
    struct program program = test_parse(scene);
    struct difference d;
    struct lockstep_options options = {.check_every = 1};
    struct lockstep *lockstep = lockstep_open(&subject_liar, &subject_ref);
    liar_lie = LIE_PAGE_NEXT;
    liar_when = 1;
    assert_int_equal(lockstep_run(lockstep, &program, NULL, &d), 1);
    assert_int_equal(d.operation, 10);
    assert_int_equal(lockstep_run(lockstep, &program, &options, &d), 1);
    assert_int_equal(d.operation, 1);
    program.nr_operations = 2;
    assert_int_equal(lockstep_run(lockstep, &program, NULL, &d), 1);
    assert_int_equal(d.operation, 2);
    options = (struct lockstep_options){.skip_end = true};
    assert_int_equal(lockstep_run(lockstep, &program, &options, &d), 0);
    liar_lie = LIE_NONE;
    program_free(&program);
    lockstep_close(lockstep);
}

/* What is traced of a program on which the variants agree, to be freed; *last, unless NULL: the
 * tunables it ends with. */
static char *trace_of(const char *text, struct plumb_tunables *last)
{
    struct program program = test_parse(text);
    char *trace = NULL;
    size_t length;
    struct difference d;
    struct lockstep_options options = {.trace = open_memstream(&trace, &length)};
    struct lockstep *lockstep = lockstep_open(&subject_ref, &subject_opt);
    assert_non_null(options.trace);
    assert_non_null(lockstep);
    assert_int_equal(lockstep_run(lockstep, &program, &options, &d), 0);
    assert_int_equal(fclose(options.trace), 0);
    if (last)
        *last = *lockstep_tunables(lockstep);
    program_free(&program);
    lockstep_close(lockstep);
    return trace;
}

/* The parts stand in the text, in this order. */
static void assert_parts(const char *text, const char *const *parts, unsigned count)
{
    const char *at = text;
    for (unsigned i = 0; i < count; i++) {
        at = strstr(at, parts[i]);
        if (!at)
            fail_msg("no \"%s\" in\n%s", parts[i], text);
    }
}

/* Slots: see operations.h. */
static void slots_stand_for_what_was_last_put_there(void **state)
{
    (void)state;
    char *text = trace_of("zone start_pfn=32 spanned=64 top=5 pageblock=5 batch=1 high=0\n"
                          "types 0x2\n"
                          "release 32 96\n"
                          "free slot=5\n"                              /* never put: pfn 37 */
                          "alloc order=4 slot=1\n"                     /* 32 */
                          "alloc order=4 slot=1\n"                     /* 48 */
                          "alloc order=5 slot=1\n"                     /* 64 */
                          "alloc order=5 slot=1 flags=NO_WATERMARKS\n" /* fails: the slot stays */
                          "free slot=1\n"
                          "free slot=1\n"
                          "free_pfn pfn=32 order=4\n",
                          NULL);
    static const char *const lines[] = {
        "1  free cpu=0 slot=5  -> PLUMB_ETAIL pfn=37",
        "slot=1  -> PLUMB_OK pfn=32\n",
        "slot=1  -> PLUMB_OK pfn=48\n",
        "slot=1  -> PLUMB_OK pfn=64\n",
        "slot=1  -> PLUMB_ENOMEM (",
        "6  free cpu=0 slot=1  -> PLUMB_OK pfn=64\n",
        "7  free cpu=0 slot=1  -> PLUMB_EFREE pfn=64",
        "8  free_pfn cpu=0 pfn=32 order=4  -> PLUMB_OK\n",
    };
    assert_parts(text, lines, sizeof(lines) / sizeof(lines[0]));
    free(text);
}

static void slots_stand_for_runs(void **state)
{
    (void)state;
    char *text = trace_of("zone start_pfn=32 spanned=64 top=5 pageblock=5 batch=1 high=0\n"
                          "types 0x2\n"
                          "release 32 96\n"
                          "alloc order=3 slot=1\n"
                          "split slot=1 order=2\n"
                          "split slot=1\n"
                          "free_exact slot=1 pages=9\n" /* the next page is free */
                          "free_exact slot=1\n"
                          "alloc_exact pages=5 slot=2\n"
                          "alloc_exact pages=33 slot=2\n" /* fails: the slot stays */
                          "free slot=2\n"
                          "free_exact slot=2\n"
                          "split slot=5\n" /* never put: pfn 37 */
                          "split slot=4\n"
                          "free_exact slot=4\n",
                          NULL);
    static const char *const lines[] = {
        "slot=1  -> PLUMB_OK pfn=32\n",
        "2  split slot=1 order=2  -> PLUMB_EMISMATCH pfn=32 (",
        "3  split slot=1  -> PLUMB_OK pfn=32\n",
        "4  free_exact cpu=0 slot=1 pages=9  -> PLUMB_EFREE pfn=32 (",
        "5  free_exact cpu=0 slot=1  -> PLUMB_OK pfn=32\n",
        "6  alloc_exact cpu=0 pages=5 type=UNMOVABLE ",
        "slot=2  -> PLUMB_OK pfn=32\n",
        "slot=2  -> PLUMB_EORDER (",
        "8  free cpu=0 slot=2  -> PLUMB_OK pfn=32\n",
        "9  free_exact cpu=0 slot=2  -> PLUMB_EFREE pfn=32 (",
        "10  split slot=5  -> PLUMB_EFREE pfn=37 (",
        "11  split slot=4  -> PLUMB_OK pfn=36\n",
        "12  free_exact cpu=0 slot=4  -> PLUMB_OK pfn=36\n",
    };
    assert_parts(text, lines, sizeof(lines) / sizeof(lines[0]));
    free(text);
}

static void slots_stand_for_ranges(void **state)
{
    (void)state;
    char *text = trace_of("zone start_pfn=32 spanned=64 top=5 pageblock=3 batch=1 high=0\n"
                          "release 32 96\n"
                          "alloc_contig start=34 end=54 type=MOVABLE slot=1\n"
                          "alloc_contig start=54 end=97 type=MOVABLE slot=1\n" /* the slot stays */
                          "alloc_contig start=53 end=60 type=MOVABLE slot=1\n"
                          "free slot=1\n"
                          "free_contig slot=1\n"
                          "free_pfn pfn=53\n"
                          "free_contig slot=1 pages=2\n"
                          "alloc_contig start=32 end=35 type=CMA slot=1\n"
                          "free_contig slot=1 cpu=1\n"
                          "free_contig slot=1 pages=5\n"
                          "free_exact slot=1 pages=3\n"
                          "alloc_contig start=64 end=96 type=MOVABLE slot=2\n"
                          "free_exact slot=2\n"
                          "free_contig slot=32\n", /* never put: pfn 64 */
                          NULL);
    static const char *const lines[] = {
        "1  alloc_contig start=34 end=54 type=MOVABLE slot=1  -> PLUMB_OK pfn=34\n",
        "slot=1  -> PLUMB_ERANGE (",
        "slot=1  -> PLUMB_EBUSY (",
        "4  free cpu=0 slot=1  -> PLUMB_OK pfn=34\n",
        "5  free_contig cpu=0 slot=1  -> PLUMB_EFREE pfn=34 (",
        "6  free_pfn cpu=0 pfn=53 order=0  -> PLUMB_OK\n",
        "7  free_contig cpu=0 slot=1 pages=2  -> PLUMB_EFREE pfn=34 (",
        "8  alloc_contig start=32 end=35 type=CMA slot=1  -> PLUMB_OK pfn=32\n",
        "9  free_contig cpu=1 slot=1  -> PLUMB_ECPU pfn=32 (",
        "10  free_contig cpu=0 slot=1 pages=5  -> PLUMB_OK pfn=32\n",
        "11  free_exact cpu=0 slot=1 pages=3  -> PLUMB_EFREE pfn=32 (",
        "12  alloc_contig start=64 end=96 type=MOVABLE slot=2  -> PLUMB_OK pfn=64\n",
        "13  free_exact cpu=0 slot=2  -> PLUMB_OK pfn=64\n",
        "14  free_contig cpu=0 slot=32  -> PLUMB_EFREE pfn=64 (",
    };
    assert_parts(text, lines, sizeof(lines) / sizeof(lines[0]));
    free(text);
}

/* Other tunables changed, the boost stays as a fallback left it. */
static void set_tunables_keeps_a_raised_boost(void **state)
{
    (void)state;
    char *text = trace_of("zone start_pfn=64 spanned=64 top=4 pageblock=4 batch=1 wmark=0,0,20,0 "
                          "fallback=6.12 boost_factor=10000\n"
                          "types 2x4\n"
                          "release 64 128\n"
                          "alloc order=4 type=RECLAIMABLE slot=0\n"
                          "alloc order=4 type=RECLAIMABLE slot=0\n"
                          "alloc order=4 type=RECLAIMABLE slot=0\n"
                          "alloc order=3 type=RECLAIMABLE slot=0\n"
                          "alloc type=MOVABLE slot=1\n" /* 16 pages of boost, 7 left free */
                          "set_tunables low=1\n"
                          "alloc type=MOVABLE slot=2\n"
                          "set_tunables boost=0\n"
                          "alloc type=MOVABLE slot=3\n",
                          NULL);
    assert_non_null(strstr(text, "slot=1  -> PLUMB_OK pfn=120\n"));
    assert_non_null(strstr(text, "slot=2  -> PLUMB_EWMARK ("));
    assert_non_null(strstr(text, "slot=3  -> PLUMB_OK pfn=121\n"));
    free(text);
}

/* The same for the reserve: 2 pageblocks, of which one can be given back without force. */
static void set_tunables_keeps_a_changed_reserve(void **state)
{
    (void)state;
    struct plumb_tunables last;
    char *text =
        trace_of("zone start_pfn=0 spanned=1000 top=5 pageblock=3 highatomic_reserve=6.12\n"
                 "release 0 1000\n"
                 "alloc order=4 type=MOVABLE flags=HIGHATOMIC slot=0\n"
                 "free slot=0\n"
                 "unreserve type=HIGHATOMIC\n"
                 "set_tunables low=1\n"
                 "unreserve type=MOVABLE\n"
                 "unreserve type=MOVABLE force\n"
                 "alloc order=4 type=MOVABLE flags=HIGHATOMIC slot=0\n",
                 &last);
    assert_non_null(strstr(text, "3  unreserve type=HIGHATOMIC  -> PLUMB_ETYPE ("));
    assert_non_null(strstr(text, "5  unreserve type=MOVABLE  -> PLUMB_OK\n"));
    assert_non_null(strstr(text, "6  unreserve type=MOVABLE force  -> PLUMB_ENOMEM ("));
    assert_int_equal(last.nr_reserved_highatomic, 16);
    free(text);
}

static void a_refused_zone_ends_the_run(void **state)
{
    (void)state;
    struct program program = test_parse("zone spanned=0\nalloc slot=1\n");
    struct difference d;
    struct lockstep *lockstep = lockstep_open(&subject_ref, &subject_opt);
    assert_int_equal(lockstep_run(lockstep, &program, NULL, &d), 0);
    assert_int_equal(lockstep_operations(lockstep), 0);
    program_free(&program);
    lockstep_close(lockstep);
}

static void the_report_names_everything(void **state)
{
    (void)state;
    static const char *const parts[] = {"operation 1 (line 4): alloc cpu=1 order=4",
                                        "ref answered PLUMB_OK pfn=", "liar answered PLUMB_OK pfn=",
                                        "first differing field: pfn", "theorem: 7 Placement"};
    struct program program = test_parse(scene);
    struct difference d;
    char *text = NULL;
    size_t length;
    struct lockstep *lockstep = lockstep_open(&subject_ref, &subject_liar);
    liar_lie = LIE_PFN;
    liar_when = 1;
    assert_int_equal(lockstep_run(lockstep, &program, NULL, &d), 1);
    liar_lie = LIE_NONE;
    FILE *out = open_memstream(&text, &length);
    difference_print(out, lockstep, &program, &d);
    fclose(out);
    assert_parts(text, parts, sizeof(parts) / sizeof(parts[0]));
    free(text);
    program_free(&program);
    lockstep_close(lockstep);
}

int test_lockstep(int *run)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_programs_agree),
        cmocka_unit_test(every_lie_is_found),
        cmocka_unit_test(heads_are_enough_for_every_lie_about_heads),
        cmocka_unit_test(heads_only_skips_the_insides_of_blocks),
        cmocka_unit_test(an_error_that_changes_something_is_found),
        cmocka_unit_test(check_every_finds_it_sooner),
        cmocka_unit_test(slots_stand_for_what_was_last_put_there),
        cmocka_unit_test(slots_stand_for_runs),
        cmocka_unit_test(slots_stand_for_ranges),
        cmocka_unit_test(set_tunables_keeps_a_raised_boost),
        cmocka_unit_test(set_tunables_keeps_a_changed_reserve),
        cmocka_unit_test(a_refused_zone_ends_the_run),
        cmocka_unit_test(the_report_names_everything),
    };
    return RUN_GROUP(tests, run);
}
