/* Tests of the shrinker: what is left of a long program is the least that tells the lie. */
#include "harness/tests/liar.h"

/* A random program on which the lie is told, found by trying seeds. */
static struct program program_with(struct lockstep *lockstep, enum lie lie, unsigned when,
                                   uint32_t least, struct difference *difference)
{
    static uint8_t bytes[RECORD_MAX_BYTES];
    uint64_t seed = 6;
    struct program program;
    program_init(&program);
    liar_lie = lie;
    liar_when = when;
    for (unsigned i = 0; i < 500; i++) {
        assert_true(program_decode(&program, bytes, test_random_records(&seed, bytes, 400)));
        if (lockstep_run(lockstep, &program, NULL, difference) == 1 &&
            difference->operation >= least)
            return program;
    }
    fail_msg("the lie is never told");
    return program;
}

static unsigned count_kind(const struct program *program, enum operation_kind kind)
{
    unsigned count = 0;
    for (uint32_t i = 0; i < program->nr_operations; i++)
        count += program->operations[i].kind == kind;
    return count;
}

/* n lies in as many allocations: a release, n allocations, nothing else; plain in everything. */
static void allocations_that_are_needed_are_left(void **state)
{
    (void)state;
    struct lockstep *lockstep = lockstep_open(&subject_ref, &subject_liar);
    for (unsigned when = 1; when <= 3; when++) {
        struct difference d, after;
        struct program program = program_with(lockstep, LIE_PFN, when, 20, &d);
        assert_int_equal(shrink(lockstep, &program, NULL, &d, 0), 0);
        assert_int_equal(lockstep_run(lockstep, &program, NULL, &after), 1);
        assert_true(difference_same(&d, &after));
        assert_int_equal(d.kind, DIFFERENCE_PFN);
        assert_int_equal(count_kind(&program, OP_ALLOC), when);
        assert_int_equal(count_kind(&program, OP_RELEASE), 1);
        assert_int_equal(program.nr_operations, when + 1);
        for (uint32_t i = 1; i <= when; i++) {
            assert_int_equal(program.operations[i].order, 0);
            assert_int_equal(program.operations[i].cpu, 0);
            assert_int_equal(program.operations[i].flags, 0);
            assert_int_equal(program.operations[i].slot, 0);
        }
        assert_int_equal(program.config.start_pfn, 0);
        assert_int_equal(program.config.nr_cpus, 1);
        assert_true(program.config.spanned_pages <= 4);
        program_free(&program);
    }
    liar_lie = LIE_NONE;
    lockstep_close(lockstep);
}

static void a_watermark_question_is_left_alone(void **state)
{
    (void)state;
    struct difference d;
    struct lockstep *lockstep = lockstep_open(&subject_ref, &subject_liar);
    struct program program = program_with(lockstep, LIE_WATERMARK, 1, 5, &d);
    assert_int_equal(shrink(lockstep, &program, NULL, &d, 0), 0);
    assert_int_equal(program.nr_operations, 1);
    assert_int_equal(program.operations[0].kind, OP_WATERMARK_OK);
    assert_int_equal(program.operations[0].order, 0);
    program_free(&program);
    liar_lie = LIE_NONE;
    lockstep_close(lockstep);
}

/* Every lie: the finding stays the same, the program gets short and round-trips through text. */
static void every_finding_stays_itself(void **state)
{
    (void)state;
    struct lockstep *lockstep = lockstep_open(&subject_ref, &subject_liar);
    for (int lie = LIE_INIT; lie < NR_LIES; lie++) {
        struct difference before, after;
        struct program program = program_with(lockstep, (enum lie)lie, 1, 0, &before);
        after = before;
        assert_int_equal(shrink(lockstep, &program, NULL, &after, 0), 0);
        assert_true(difference_same(&before, &after));
        if (program.nr_operations > 6)
            fail_msg("lie %d: %u operations are left", lie, program.nr_operations);
        char *text = test_print(&program);
        struct program again = test_parse(text);
        assert_true(program_equal(&program, &again));
        assert_int_equal(lockstep_run(lockstep, &again, NULL, &after), 1);
        assert_true(difference_same(&before, &after));
        free(text);
        program_free(&again);
        program_free(&program);
    }
    liar_lie = LIE_NONE;
    lockstep_close(lockstep);
}

/* What is left of a program whose first call of a kind is lied about; program_free it. */
static struct program shrunk(enum lie lie, const char *text)
{
    struct difference d;
    struct lockstep *lockstep = lockstep_open(&subject_ref, &subject_liar);
    struct program program = test_parse(text);
    liar_lie = lie;
    liar_when = 1;
    assert_int_equal(lockstep_run(lockstep, &program, NULL, &d), 1);
    assert_int_equal(shrink(lockstep, &program, NULL, &d, 0), 0);
    liar_lie = LIE_NONE;
    lockstep_close(lockstep);
    return program;
}

/* A run that gets a page more: the zone, one allocation of as few pages as show it. */
static void a_run_gets_short(void **state)
{
    (void)state;
    struct program program =
        shrunk(LIE_EXACT, "zone start_pfn=37 spanned=200 top=5 pageblock=3\n"
                          "release 37 237\n"
                          "alloc_exact pages=21 type=MOVABLE flags=LOW slot=9\n"
                          "split slot=9 order=0\n"
                          "free_exact slot=9 pages=21\n");
    assert_int_equal(program.nr_operations, 2);
    assert_int_equal(program.operations[1].kind, OP_ALLOC_EXACT);
    assert_int_equal(program.operations[1].pages, 1);
    program_free(&program);

    program = shrunk(LIE_FREE_EXACT, "zone start_pfn=32 spanned=64 top=5 pageblock=3\n"
                                     "release 32 96\n"
                                     "alloc_exact pages=21 type=MOVABLE slot=9\n"
                                     "free_exact slot=9 pages=20\n");
    assert_int_equal(program.nr_operations, 3);
    assert_int_equal(program.operations[1].pages, 2);
    assert_false(program.operations[2].has_order);
    program_free(&program);
}

/* What many allocations take, one takes too. */
static void allocations_become_one(void **state)
{
    (void)state;
    struct program program = shrunk(LIE_FULL, "zone start_pfn=32 spanned=64 top=5 pageblock=3\n"
                                              "types 1x8\n"
                                              "release 32 96\n"
                                              "alloc order=1 type=MOVABLE slot=0\n"
                                              "alloc type=MOVABLE slot=1\n"
                                              "alloc type=MOVABLE slot=2\n"
                                              "alloc order=1 type=MOVABLE slot=3\n"
                                              "alloc order=2 type=MOVABLE slot=4\n"
                                              "alloc order=1 type=MOVABLE slot=5\n"
                                              "alloc type=MOVABLE slot=6\n"
                                              "alloc order=2 type=MOVABLE slot=7\n");
    assert_int_equal(program.nr_operations, 2);
    assert_int_equal(program.operations[1].kind, OP_ALLOC);
    assert_int_equal(program.operations[1].order, 4);
    program_free(&program);

    program = shrunk(LIE_FULL, "zone start_pfn=32 spanned=64 top=5 pageblock=3\n"
                               "types 1x8\n"
                               "release 32 96\n"
                               "alloc_exact pages=7 type=MOVABLE slot=0\n"
                               "alloc_exact pages=3 type=MOVABLE slot=0\n"
                               "alloc_exact pages=8 type=MOVABLE slot=0\n");
    assert_int_equal(program.nr_operations, 2);
    assert_int_equal(program.operations[1].kind, OP_ALLOC_EXACT);
    assert_int_equal(program.operations[1].pages, 16);
    program_free(&program);
}

/* Blocks of an order that the zone has not yet: it gets them. */
static void a_zone_gets_larger_blocks(void **state)
{
    (void)state;
    struct program program = shrunk(LIE_FULL, "zone spanned=64 top=2 pageblock=2\n"
                                              "release 0 64\n"
                                              "alloc order=2 type=MOVABLE slot=0\n"
                                              "alloc order=2 type=MOVABLE slot=1\n"
                                              "alloc order=2 type=MOVABLE slot=2\n"
                                              "alloc order=2 type=MOVABLE slot=3\n");
    assert_int_equal(program.nr_operations, 2);
    assert_int_equal(program.operations[1].order, 4);
    assert_int_equal(program.config.top_order, 4);
    program_free(&program);
}

/* What allocations only take away is not released; the zone, which must be as large, stays. */
static void less_is_released(void **state)
{
    (void)state;
    struct program program = shrunk(LIE_SCARCE, "zone spanned=64 top=5 pageblock=3\n"
                                                "release 0 60\n"
                                                "alloc order=5 type=MOVABLE slot=0\n"
                                                "alloc_exact pages=15 type=MOVABLE slot=1\n"
                                                "alloc order=3 type=MOVABLE slot=2\n"
                                                "alloc type=MOVABLE slot=3\n");
    assert_int_equal(program.nr_operations, 1);
    assert_int_equal(program.operations[0].kind, OP_RELEASE);
    assert_int_equal(program.operations[0].end - program.operations[0].start, 4);
    assert_int_equal(program.config.spanned_pages, 64);
    program_free(&program);
}

/* The zone moves down, and the pageblock to its beginning: both calls name its first page. */
static void a_pageblock_gets_short(void **state)
{
    (void)state;
    struct program program =
        shrunk(LIE_UNISOLATE, "zone start_pfn=1029 spanned=200 top=5 pageblock=3\n"
                              "release 1029 1229\n"
                              "alloc order=2 type=MOVABLE slot=1\n"
                              "isolate pfn=1101\n"
                              "check\n"
                              "unisolate pfn=1103 type=MOVABLE\n"
                              "free slot=1\n");
    assert_int_equal(program.config.start_pfn, 0);
    assert_int_equal(program.nr_operations, 3);
    assert_int_equal(program.operations[1].kind, OP_ISOLATE);
    assert_int_equal(program.operations[1].pfn, 0);
    assert_int_equal(program.operations[2].kind, OP_UNISOLATE);
    assert_int_equal(program.operations[2].pfn, 0);
    assert_true(program.config.spanned_pages <= 8);
    program_free(&program);
}

/* One page of the zone's first pageblock is enough to be denied; of two, one may be left out. */
static void a_range_gets_short(void **state)
{
    (void)state;
    static const char *const text = "zone start_pfn=1029 spanned=200 top=5 pageblock=3\n"
                                    "release 1029 1229\n"
                                    "isolate pfn=1080\n"
                                    "alloc_contig start=1101 end=1130 type=MOVABLE slot=3\n"
                                    "check\n"
                                    "free_contig slot=3 pages=29\n";
    struct program program = shrunk(LIE_CONTIG, text);
    assert_int_equal(program.config.start_pfn, 0);
    assert_int_equal(program.nr_operations, 2);
    assert_int_equal(program.operations[1].kind, OP_ALLOC_CONTIG);
    assert_int_equal(program.operations[1].start, 0);
    assert_int_equal(program.operations[1].end, 1);
    assert_true(program.config.spanned_pages <= 8);
    program_free(&program);

    program = shrunk(LIE_FREE_CONTIG, text);
    assert_int_equal(program.nr_operations, 3);
    assert_int_equal(program.operations[1].start, 0);
    assert_int_equal(program.operations[1].end, 2);
    assert_false(program.operations[2].has_order);
    assert_int_equal(program.operations[2].run, 0);
    program_free(&program);
}

/* The first free block of the zone will do. */
static void a_free_block_is_the_first(void **state)
{
    (void)state;
    struct program program =
        shrunk(LIE_ISOLATE_PAGE, "zone start_pfn=1029 spanned=200 top=5 pageblock=3 "
                                 "placement=head grouping=off refs=1\n"
                                 "release 1029 1229\n"
                                 "isolate_page pfn=1120 order=5 slot=3\n"
                                 "isolate_page pfn=1187 slot=3\n"
                                 "free slot=3\n");
    assert_int_equal(program.config.start_pfn, 0);
    assert_int_equal(program.nr_operations, 2);
    assert_int_equal(program.operations[1].kind, OP_ISOLATE_PAGE);
    assert_int_equal(program.operations[1].pfn, 0);
    assert_int_equal(program.operations[1].slot, 0);
    assert_false(program.operations[1].has_order);
    assert_true(program.config.spanned_pages <= 8);
    assert_int_equal(program.config.placement, PLUMB_PLACE_KERNEL);
    assert_int_equal(program.config.page_refs, 0);
    assert_int_equal(program.config.ungrouped, 0);
    program_free(&program);
}

static void the_number_of_runs_is_a_limit(void **state)
{
    (void)state;
    struct difference d;
    struct lockstep *lockstep = lockstep_open(&subject_ref, &subject_liar);
    struct program program = program_with(lockstep, LIE_PFN, 2, 50, &d);
    uint32_t before = program.nr_operations;
    assert_int_equal(shrink(lockstep, &program, NULL, &d, 3), 0);
    assert_true(program.nr_operations <= before && program.nr_operations > 3);
    assert_int_equal(lockstep_run(lockstep, &program, NULL, &d), 1);
    program_free(&program);
    liar_lie = LIE_NONE;
    lockstep_close(lockstep);
}

int test_shrink(int *run)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(allocations_that_are_needed_are_left),
        cmocka_unit_test(a_watermark_question_is_left_alone),
        cmocka_unit_test(every_finding_stays_itself),
        cmocka_unit_test(a_run_gets_short),
        cmocka_unit_test(allocations_become_one),
        cmocka_unit_test(a_zone_gets_larger_blocks),
        cmocka_unit_test(less_is_released),
        cmocka_unit_test(a_pageblock_gets_short),
        cmocka_unit_test(a_range_gets_short),
        cmocka_unit_test(a_free_block_is_the_first),
        cmocka_unit_test(the_number_of_runs_is_a_limit),
    };
    return RUN_GROUP(tests, run);
}
