/* Tests of ranges of pages: what stands in their way, and bad calls, which change nothing. */
#include "harness/tests/contig_fixture.h"

/* Nothing may have changed. */
static void keep_type(struct test_zone *zone, uint64_t start, uint64_t end, uint32_t type,
                      enum plumb_status status)
{
    static struct snapshot before;
    test_snapshot(zone, &before);
    assert_int_equal(zone->subject->alloc_contig_range(zone->self, start, end, type), status);
    assert_unchanged(zone, &before);
}

static void keep(struct test_zone *zone, uint64_t start, uint64_t end, enum plumb_status status)
{
    keep_type(zone, start, end, M, status);
}

static void used_pages_of_the_range_forbid_it(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    FOR_EACH_GENERATION(g)
    {
        struct test_zone zone = caching_zone(s, generations[g]);
        assert_int_equal(take(&zone, 0, M, 0), 32); /* 33 to 35 are cached */
        keep(&zone, 32, 33, PLUMB_EBUSY);
        keep(&zone, 32, 40, PLUMB_EBUSY);
        assert_int_equal(take(&zone, 4, M, 0), 48);
        keep(&zone, 40, 49, PLUMB_EBUSY); /* the last page */
        keep(&zone, 60, 72, PLUMB_EBUSY); /* the first, in the middle of a block */
        keep(&zone, 40, 72, PLUMB_EBUSY);
        contig(&zone, 33, 48, M);
        keep(&zone, 33, 34, PLUMB_EBUSY);
        contig(&zone, 64, 72, M);
        test_zone_end(&zone);
    }
}

static void pages_that_can_not_move_forbid_it(void **state)
{
    (void)state;
    static const uint8_t types[32] = {U, U, U, U, M, M, M, M, M, M, M, M, M, M, M, M,
                                      M, M, M, M, M, M, M, M, M, M, M, M, M, M, M, M};
    FOR_EACH_SUBJECT(s)
    FOR_EACH_GENERATION(g)
    {
        struct plumb_config config = test_config(generations[g]);
        config.pcp_batch = 1;
        config.pcp_high = 0;
        struct test_zone zone = test_zone(test_subjects[s], &config, types, 32);
        for (uint64_t pfn = 32; pfn < 64; pfn++)
            assert_int_equal(take(&zone, 0, U, 0), pfn);
        for (uint64_t pfn = 32; pfn < 64; pfn++)
            if (pfn != 39 && pfn != 48)
                must_free(&zone, 0, pfn, 0);
        keep(&zone, 32, 33, PLUMB_EBUSY); /* 39, behind the range */
        keep(&zone, 38, 41, PLUMB_EBUSY);
        keep(&zone, 50, 52, PLUMB_EBUSY); /* 48, before it */
        keep(&zone, 40, 50, PLUMB_EBUSY);
        keep(&zone, 44, 64, PLUMB_EBUSY);
        contig(&zone, 40, 48, M);
        contig(&zone, 56, 64, U);
        keep(&zone, 62, 66, PLUMB_EBUSY);
        must_free(&zone, 0, 48, 0);
        contig(&zone, 48, 49, M);
        test_zone_end(&zone);
    }
}

static void reserved_pages_forbid_it(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    FOR_EACH_GENERATION(g)
    {
        struct plumb_config config = test_config(generations[g]);
        struct test_zone zone = test_zone_reserved(test_subjects[s], &config, all_movable, 1);
        keep(&zone, 33, 34, PLUMB_EBUSY);
        release(&zone, 33, 79);
        release(&zone, 80, 99);
        release(&zone, 100, 288);
        keep(&zone, 33, 34, PLUMB_EBUSY); /* 32, beside the range */
        keep(&zone, 72, 74, PLUMB_EBUSY); /* 79 */
        keep(&zone, 96, 104, PLUMB_EBUSY);
        keep(&zone, 64, 88, PLUMB_EBUSY);
        contig(&zone, 40, 72, M);
        contig(&zone, 80, 96, M);
        release(&zone, 99, 100);
        contig(&zone, 99, 100, M);
        test_zone_end(&zone);
    }
}

static void pageblocks_across_the_edges_forbid_it(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    FOR_EACH_GENERATION(g)
    {
        struct plumb_config config = test_config(generations[g]);
        config.start_pfn = 33;
        config.spanned_pages = 254; /* to 287 */
        struct test_zone zone = test_zone(test_subjects[s], &config, all_movable, 1);
        keep(&zone, 33, 34, PLUMB_EBUSY);
        keep(&zone, 39, 41, PLUMB_EBUSY);
        keep(&zone, 286, 287, PLUMB_EBUSY);
        keep(&zone, 272, 281, PLUMB_EBUSY);
        keep(&zone, 32, 41, PLUMB_ERANGE);
        keep(&zone, 280, 288, PLUMB_ERANGE);
        contig(&zone, 40, 280, M);
        test_zone_end(&zone);
    }
}

static void isolated_pageblocks_forbid_it(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    FOR_EACH_GENERATION(g)
    {
        struct test_zone zone = plain_zone(s, generations[g]);
        isolate(&zone, 48);
        keep(&zone, 50, 51, PLUMB_EBUSY);
        keep(&zone, 47, 49, PLUMB_EBUSY);
        keep(&zone, 55, 57, PLUMB_EBUSY);
        keep(&zone, 32, 64, PLUMB_EBUSY);
        contig(&zone, 47, 48, M);
        contig(&zone, 56, 57, M);
        unisolate(&zone, 48, M);
        contig(&zone, 48, 56, M);
        test_zone_end(&zone);
    }
}

static void errors_change_nothing(void **state)
{
    (void)state;
    static const uint32_t bad[4] = {H, I, MIGRATE_TYPES, UINT32_MAX};
    FOR_EACH_SUBJECT(s)
    FOR_EACH_GENERATION(g)
    {
        struct test_zone zone = caching_zone(s, generations[g]);
        assert_int_equal(must_alloc(&zone, 0, 0, M), 32); /* 3 pages are cached */
        for (unsigned i = 0; i < 4; i++) {
            keep_type(&zone, 64, 65, bad[i], PLUMB_ETYPE);
            keep_type(&zone, 65, 64, bad[i], PLUMB_ETYPE); /* the type is looked at first */
        }
        keep(&zone, 64, 64, PLUMB_ERANGE);
        keep(&zone, 65, 64, PLUMB_ERANGE);
        keep(&zone, 64, 0, PLUMB_ERANGE);
        keep(&zone, 31, 33, PLUMB_ERANGE); /* before it is found to be used */
        keep(&zone, 0, UINT64_MAX, PLUMB_ERANGE);
        keep(&zone, 32, 289, PLUMB_ERANGE);
        keep(&zone, 287, UINT64_MAX, PLUMB_ERANGE);
        keep(&zone, 288, 289, PLUMB_ERANGE);
        keep(&zone, UINT64_MAX - 1, UINT64_MAX, PLUMB_ERANGE);
        keep(&zone, UINT64_MAX, 40, PLUMB_ERANGE);
        keep(&zone, 32, 288, PLUMB_EBUSY);
        contig(&zone, 33, 288, C);
        test_zone_end(&zone);
    }
}

static void before_there_were_types_there_is_none(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct test_zone zone = caching_zone(s, PLUMB_V2_6_11);
        assert_int_equal(must_alloc(&zone, 0, 0, U), 32);
        keep_type(&zone, 64, 65, U, PLUMB_ETYPE);
        keep_type(&zone, 65, 64, U, PLUMB_ETYPE);
        keep_type(&zone, 32, 33, M, PLUMB_ETYPE);
        test_zone_end(&zone);
    }
}

static enum plumb_status call_contig(const struct test_zone *zone, const struct run_free *run)
{
    return zone->subject->free_contig_range(zone->self, run->cpu, run->pfn, run->pages);
}

static void bad_frees(void **state)
{
    (void)state;
    for (unsigned i = 0; i < NR_TEST_SUBJECTS * PLUMB_NR_GENERATIONS; i++) {
        struct scene scene = make_scene(i % 2, i / 2);
        struct test_zone *zone = &scene.zone;
        const struct run_free bad[] = {
            {UINT32_MAX, scene.run, UINT64_MAX, PLUMB_ECPU},
            {0, 32, 257, PLUMB_ERANGE},
            {0, scene.run, UINT64_MAX, PLUMB_ERANGE},
            {0, scene.run, UINT64_MAX - scene.run + 1, PLUMB_ERANGE}, /* the sum is 0 */
            {0, scene.run, (UINT64_C(1) << 32) + 1, PLUMB_ERANGE},
            {0, UINT64_MAX, 34, PLUMB_ERANGE},
            {1, scene.run, 33, PLUMB_EPCP}, /* more than the largest block */
        };
        refuse_bad_runs(&scene, call_contig);
        refuse_frees(zone, call_contig, bad, sizeof(bad) / sizeof(bad[0]));
        free_contig(zone, 0, scene.run, 3);
        free_contig(zone, 0, scene.run + 4, 4);
        test_zone_end(zone);
    }
}

/* Pageblocks of CMA, from 96 on, are for ranges of that type only, and then a page beside the range
 * may be one that can't move. */
static void ranges_of_cma(void **state)
{
    (void)state;
    static const uint8_t types[32] = {M, M, M, M, M, M, M, M, C, C, C, C};
    FOR_EACH_SUBJECT(s)
    FOR_EACH_GENERATION(g)
    {
        struct plumb_config config = test_config(generations[g]);
        struct test_zone zone = test_zone_reserved(test_subjects[s], &config, types, 32);
        release(&zone, 33, 96);
        release(&zone, 97, 288);
        for (uint32_t type = 0; type < MIGRATE_PCPTYPES; type++)
            keep_type(&zone, 100, 104, type, PLUMB_EBUSY);
        contig(&zone, 100, 104, C);
        assert_free(&zone, 97, 0, C);
        assert_free(&zone, 98, 1, C);
        keep_type(&zone, 100, 101, C, PLUMB_EBUSY); /* in use */
        keep_type(&zone, 92, 98, C, PLUMB_EBUSY);   /* the pageblock before can be had, 96 not */
        contig(&zone, 90, 92, C);
        keep_type(&zone, 36, 38, C,
                  PLUMB_EBUSY); /* beside the reserved page 32, in a movable one */
        keep_type(&zone, 88, 90, M, PLUMB_EBUSY); /* it is CMA's now */
        contig(&zone, 88, 90, C);
        test_zone_end(&zone);
    }
}

int test_contig_bad_calls(int *run)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(used_pages_of_the_range_forbid_it),
        cmocka_unit_test(pages_that_can_not_move_forbid_it),
        cmocka_unit_test(reserved_pages_forbid_it),
        cmocka_unit_test(pageblocks_across_the_edges_forbid_it),
        cmocka_unit_test(isolated_pageblocks_forbid_it),
        cmocka_unit_test(errors_change_nothing),
        cmocka_unit_test(before_there_were_types_there_is_none),
        cmocka_unit_test(bad_frees),
        cmocka_unit_test(ranges_of_cma),
    };
    return RUN_GROUP(tests, run);
}
