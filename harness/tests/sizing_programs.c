/* Tests of the set-up by numbers in programs: operations that ask for numbers or tune the zone by
 * them, and what a wrong one shows. */
#include "harness/tests/support.h"

#include "harness/sizing.h"

/* 1,000 pages of the running zone; min 64 KiB = 16 pages, of which DMA has a small part. */
static void set_sizes_tunes_the_running_zone(void **state)
{
    (void)state;
    static const uint64_t wmark[PLUMB_NR_WMARKS] = {16, 26, 36, 0};
    struct program program = test_parse("zone spanned=1000 top=5 pageblock=3 gen=4.10 limit=200\n"
                                        "release 0 1000\n"
                                        "set_sizes zoneidx=0 memory=0x00000000 min_free=64 "
                                        "scale=100 shape=0x3\n"
                                        "alloc order=0 type=MOVABLE flags=MIN slot=1\n"
                                        "set_sizes zoneidx=0 memory=0xfbe8f8000000 min_free=64 "
                                        "scale=100 shape=0x3\n"
                                        "alloc order=0 type=MOVABLE flags=HIGH slot=2\n"
                                        "watermark_ok mark=16 free=17\n"
                                        "check\n");
    struct lockstep *lockstep = lockstep_open(&subject_ref, &subject_opt);
    struct difference difference;
    struct sizing sizing;
    struct plumb_tunables tunables = {0};
    assert_int_equal(lockstep_run(lockstep, &program, NULL, &difference), 0);
    sizing_ask(NULL, &program.operations[1], &program.config, 1000, &sizing);
    assert_true(sizing_apply(&sizing, false, &tunables));
    assert_memory_equal(tunables.wmark, wmark, sizeof(wmark));
    assert_int_equal(tunables.pcp_batch, 1);
    lockstep_close(lockstep);
    program_free(&program);
}

/* Most operations of random programs are good questions. */
static void records_ask_good_questions(void **state)
{
    (void)state;
    static uint8_t bytes[RECORD_MAX_BYTES];
    uint64_t seed = 5;
    unsigned asked = 0, good = 0;
    struct program program;
    program_init(&program);
    for (unsigned i = 0; i < 100; i++) {
        size_t length = test_random_records(&seed, bytes, 1000);
        assert_true(program_decode(&program, bytes, length));
        for (uint32_t k = 0; k < program.nr_operations; k++) {
            struct sizing sizing;
            if (program.operations[k].kind != OP_SIZING)
                continue;
            sizing_ask(NULL, &program.operations[k], &program.config, 0, &sizing);
            asked++;
            good += sizing.value[SIZING_PCP_STATUS] == PLUMB_OK &&
                    sizing.value[SIZING_WMARK + WMARK_LOW] != 0;
        }
    }
    program_free(&program);
    assert_true(asked > 500);
    assert_true(good > asked / 2);
}

static enum plumb_status batch_one_more(uint32_t generation, uint64_t managed, uint32_t *batch)
{
    enum plumb_status status = subject_opt.sizing->zone_batchsize(generation, managed, batch);
    ++*batch;
    return status;
}

static enum plumb_status no_reserve(const struct plumb_memory *memory, uint32_t zone,
                                    uint64_t reserve[PLUMB_NR_ZONES])
{
    enum plumb_status status = subject_opt.sizing->lowmem_reserve(memory, zone, reserve);
    if (status == PLUMB_OK)
        reserve[3] = 0;
    return status;
}

static int both_flags_are_good(uint32_t generation, int ungrouped, uint32_t gfp)
{
    int type = subject_opt.sizing->gfp_migratetype(generation, ungrouped, gfp);
    return type < 0 ? MIGRATE_MOVABLE : type;
}

/* 24 pages are enough for six types. */
static int needs_seven(uint64_t pages, uint32_t pageblock_order)
{
    return pages >> pageblock_order < MIGRATE_TYPES + 1;
}

/* The canary: a subject that answers one number wrong is found, by the operation that shows it. */
static void a_wrong_number_is_found(void **state)
{
    (void)state;
    static const char *const fields[5] = {"zone_batchsize", "lowmem_reserve.movable", NULL,
                                          "gfp_migratetype", "grouping_disabled"};
    struct program program = test_parse("zone spanned=64 top=3 pageblock=2 gen=4.10\n"
                                        "release 0 64\n"
                                        "set_sizes memory=0x40000000000018 min_free=64 scale=10 "
                                        "shape=0x403\n"
                                        "check\n");
    for (unsigned i = 0; i < 5; i++) {
        struct sizing_functions functions = *subject_opt.sizing;
        struct subject liar = subject_opt;
        struct difference difference;
        functions.zone_batchsize = i == 0 ? batch_one_more : functions.zone_batchsize;
        functions.lowmem_reserve = i == 1 ? no_reserve : functions.lowmem_reserve;
        functions.gfp_migratetype = i == 3 ? both_flags_are_good : functions.gfp_migratetype;
        functions.grouping_disabled = i == 4 ? needs_seven : functions.grouping_disabled;
        liar.name = "liar";
        liar.sizing = i == 2 ? NULL : &functions; /* without functions it is tuned all the same */
        struct lockstep *lockstep = lockstep_open(&subject_ref, &liar);
        assert_int_equal(lockstep_run(lockstep, &program, NULL, &difference), fields[i] != NULL);
        if (fields[i]) {
            assert_int_equal(difference.kind, DIFFERENCE_ANSWER);
            assert_string_equal(difference.field, fields[i]);
            assert_int_equal(difference.operation, 1);
        }
        lockstep_close(lockstep);
    }
    program_free(&program);
}

int test_sizing_programs(int *run)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(set_sizes_tunes_the_running_zone),
        cmocka_unit_test(records_ask_good_questions),
        cmocka_unit_test(a_wrong_number_is_found),
    };
    return RUN_GROUP(tests, run);
}
