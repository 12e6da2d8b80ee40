/* Tests of isolation: what stands in its way, and bad calls, which change nothing. */
#include "harness/tests/isolate_fixture.h"

/* Nothing may have changed. */
static void keep(struct test_zone *zone, uint64_t pfn, enum plumb_status status)
{
    static struct snapshot before;
    test_snapshot(zone, &before);
    assert_int_equal(zone->subject->set_migratetype_isolate(zone->self, pfn), status);
    assert_unchanged(zone, &before);
}

static void keep_isolated(struct test_zone *zone, uint64_t pfn, uint32_t type,
                          enum plumb_status status)
{
    static struct snapshot before;
    test_snapshot(zone, &before);
    assert_int_equal(zone->subject->unset_migratetype_isolate(zone->self, pfn, type), status);
    assert_unchanged(zone, &before);
}

static void pages_that_can_not_move_forbid_it(void **state)
{
    (void)state;
    static const uint8_t types[32] = {U, U, U, U, R, R, R, R, C, C, C, C, M, M, M, M,
                                      M, M, M, M, M, M, M, M, M, M, M, M, M, M, M, M};
    FOR_EACH_SUBJECT(s)
    FOR_EACH_GENERATION(g)
    {
        struct plumb_config config = test_config(generations[g]);
        config.pcp_batch = 1;
        config.pcp_high = 0;
        struct test_zone zone = test_zone(test_subjects[s], &config, types, 32);
        assert_int_equal(take(&zone, 4, U, 0), 32);
        keep(&zone, 32, PLUMB_EBUSY);
        keep(&zone, 44, PLUMB_EBUSY); /* the block starts before it */
        isolate(&zone, 48);
        assert_int_equal(take(&zone, 0, R, 0), 64);
        keep(&zone, 71, PLUMB_EBUSY);
        keep(&zone, 96, PLUMB_EBUSY); /* CMA's, which goes offline never */
        assert_int_equal(take(&zone, 0, M, 0), 128);
        isolate(&zone, 128);
        for (uint64_t pfn = 56; pfn < 64; pfn++)
            assert_int_equal(take(&zone, 0, U, 0), pfn);
        for (uint64_t pfn = 56; pfn < 63; pfn++)
            must_free(&zone, 0, pfn, 0);
        keep(&zone, 56, PLUMB_EBUSY); /* the last page alone */
        must_free(&zone, 0, 63, 0);
        isolate(&zone, 56);
        assert_free(&zone, 48, 4, I);
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
        keep(&zone, 32, PLUMB_EBUSY);
        release(&zone, 33, 79);
        release(&zone, 80, 99);
        release(&zone, 100, 288);
        keep(&zone, 32, PLUMB_EBUSY); /* the first page */
        keep(&zone, 72, PLUMB_EBUSY); /* the last */
        keep(&zone, 103, PLUMB_EBUSY);
        isolate(&zone, 64);
        isolate(&zone, 80);
        release(&zone, 99, 100);
        isolate(&zone, 103);
        assert_totals(&zone, 230, 24);
        test_zone_end(&zone);
    }
}

static void pageblocks_across_the_edges_stay(void **state)
{
    (void)state;
    static const uint8_t types[32] = {I, M, M, M, M, M, M, M, M, M, M, M, M, M, M, M,
                                      M, M, M, M, M, M, M, M, M, M, M, M, M, M, M, I};
    FOR_EACH_SUBJECT(s)
    FOR_EACH_GENERATION(g)
    {
        struct plumb_config config = test_config(generations[g]);
        config.start_pfn = 33;
        config.spanned_pages = 254; /* to 287 */
        for (unsigned isolated = 0; isolated < 2; isolated++) {
            struct test_zone zone = test_zone(test_subjects[s], &config,
                                              isolated ? types : all_movable, isolated ? 32 : 1);
            keep(&zone, 33, PLUMB_EBUSY);
            keep(&zone, 286, PLUMB_EBUSY);
            keep(&zone, 32, PLUMB_ERANGE);
            keep(&zone, 287, PLUMB_ERANGE);
            keep_isolated(&zone, 33, M, PLUMB_EBUSY);
            keep_isolated(&zone, 286, M, PLUMB_EBUSY);
            keep_isolated(&zone, 32, M, PLUMB_ERANGE);
            keep_isolated(&zone, 287, M, PLUMB_ERANGE);
            isolate(&zone, 40);
            isolate(&zone, 279);
            assert_free(&zone, 40, 3, I);
            assert_free(&zone, 272, 3, I);
            test_zone_end(&zone);
        }
    }
}

static void errors_change_nothing(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    FOR_EACH_GENERATION(g)
    {
        struct test_zone zone = caching_zone(s, generations[g]);
        assert_int_equal(must_alloc(&zone, 0, 0, M), 32); /* 3 pages are cached */
        keep(&zone, 0, PLUMB_ERANGE);
        keep(&zone, 31, PLUMB_ERANGE);
        keep(&zone, 288, PLUMB_ERANGE);
        keep(&zone, UINT64_MAX, PLUMB_ERANGE);
        keep_isolated(&zone, 64, M, PLUMB_EBUSY);
        isolate(&zone, 64);
        assert_int_equal(must_alloc(&zone, 0, 0, M), 33);
        keep(&zone, 64, PLUMB_EBUSY);
        keep(&zone, 71, PLUMB_EBUSY);
        keep_isolated(&zone, 31, M, PLUMB_ERANGE);
        keep_isolated(&zone, 288, M, PLUMB_ERANGE);
        keep_isolated(&zone, UINT64_MAX, M, PLUMB_ERANGE);
        static const uint32_t bad[4] = {H, I, MIGRATE_TYPES, UINT32_MAX};
        for (unsigned i = 0; i < 4; i++) {
            keep_isolated(&zone, 64, bad[i], PLUMB_ETYPE);
            keep_isolated(&zone, 288, bad[i], PLUMB_ETYPE);
        }
        unisolate(&zone, 71, C);
        keep_isolated(&zone, 64, M, PLUMB_EBUSY);
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
        keep(&zone, 64, PLUMB_ETYPE);
        keep(&zone, 31, PLUMB_ETYPE);
        keep_isolated(&zone, 64, U, PLUMB_ETYPE);
        keep_isolated(&zone, 31, M, PLUMB_ETYPE);
        test_zone_end(&zone);
    }
}

int test_isolate_bad_calls(int *run)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_that_can_not_move_forbid_it),
        cmocka_unit_test(reserved_pages_forbid_it),
        cmocka_unit_test(pageblocks_across_the_edges_stay),
        cmocka_unit_test(errors_change_nothing),
        cmocka_unit_test(before_there_were_types_there_is_none),
    };
    return RUN_GROUP(tests, run);
}
