/* Tests of the highatomic reserve: who adds to it, who may use it, and how it is given back. */
#include "harness/tests/fallback_fixture.h"

static struct test_zone movable_zone(unsigned s)
{
    struct plumb_config config = reserve_config();
    return test_zone(test_subjects[s], &config, all_movable, 1);
}

static uint64_t reserved(const struct test_zone *zone)
{
    return test_counters(zone).nr_reserved_highatomic;
}

static void unreserve(struct test_zone *zone, uint32_t type, int force)
{
    assert_int_equal(zone->subject->unreserve_highatomic(zone->self, type, force), PLUMB_OK);
}

/* Nothing may have changed. */
static void keep(struct test_zone *zone, uint32_t type, int force, enum plumb_status status)
{
    static struct snapshot before;
    test_snapshot(zone, &before);
    assert_int_equal(zone->subject->unreserve_highatomic(zone->self, type, force), status);
    assert_unchanged(zone, &before);
}

/* ---- what is reserved ---- */

static void a_request_takes_its_pageblock_along(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct test_zone zone = movable_zone(s);
        assert_int_equal(take(&zone, 0, M, ALLOC_NON_BLOCK | ALLOC_OOM), 2016);
        assert_int_equal(reserved(&zone), 0);
        assert_int_equal(take(&zone, 0, M, ALLOC_HIGHATOMIC), 2017);
        assert_int_equal(reserved(&zone), 8);
        assert_free(&zone, 2018, 1, H);
        assert_free(&zone, 2020, 2, H);
        assert_int_equal(test_counters(&zone).free_highatomic, 6);
        assert_int_equal(type_at(&zone, 2016), H);
        assert_true(test_page(&zone, 2017).movable);
        assert_int_equal(type_at(&zone, 2015), M);
        test_zone_end(&zone);
    }
}

static void reserved_blocks_go_to_the_tail(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct test_zone zone = movable_zone(s);
        for (uint64_t pfn = 2016; pfn < 2024; pfn++)
            assert_int_equal(take(&zone, 0, M, 0), pfn);
        must_free(&zone, 0, 2017, 0);
        must_free(&zone, 0, 2021, 0);
        must_free(&zone, 0, 2019, 0);
        assert_int_equal(take(&zone, 0, M, ALLOC_HIGHATOMIC), 2019);
        assert_int_equal(head_of(&zone, 0, H), 2017);
        assert_int_equal(test_page(&zone, 2017).next, 2021);
        assert_int_equal(take(&zone, 0, M, ALLOC_HIGHATOMIC), 1024);
        assert_int_equal(test_page(&zone, 2021).next, 1025);
        test_zone_end(&zone);
    }
}

/* A block of a pageblock or more: all its pageblocks, the rest of what it was split from none. */
static void large_blocks_are_reserved_whole(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct test_zone zone = movable_zone(s);
        assert_int_equal(take(&zone, 4, M, ALLOC_HIGHATOMIC), 1024);
        assert_int_equal(reserved(&zone), 16);
        for (uint64_t pfn = 1024; pfn < 1056; pfn++)
            assert_int_equal(type_at(&zone, pfn), pfn < 1040 ? H : M);
        assert_free(&zone, 1040, 4, M);
        assert_int_equal(take(&zone, 4, M, ALLOC_HIGHATOMIC), 1040);
        assert_int_equal(type_at(&zone, 1040), M);
        must_free(&zone, 0, 1024, 4);
        assert_free(&zone, 1024, 4, H);
        assert_int_equal(reserved(&zone), 16);
        test_zone_end(&zone);

        zone = movable_zone(s);
        assert_int_equal(take(&zone, 3, M, ALLOC_HIGHATOMIC), 2016);
        assert_int_equal(reserved(&zone), 8);
        assert_int_equal(take(&zone, 5, M, ALLOC_HIGHATOMIC), 1024);
        assert_int_equal(reserved(&zone), 40); /* 8 were below the limit */
        test_zone_end(&zone);
    }
}

/* The limit is managed / 100, rounded up to whole pageblocks; nothing if that is less than one. */
static void the_reserve_stops_at_a_hundredth(void **state)
{
    (void)state;
    static const struct {
        uint64_t managed, at_first, after[3];
    } cases[] = {
        {799, 0, {0, 0, 0}},    {800, 0, {8, 8, 8}},     {899, 0, {8, 8, 8}},
        {900, 0, {8, 16, 16}},  {1000, 0, {8, 16, 16}},  {800, 8, {8, 8, 8}},
        {900, 9, {17, 17, 17}}, {900, 16, {16, 16, 16}},
    };
    FOR_EACH_SUBJECT(s)
    {
        for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
            struct plumb_config config = reserve_config();
            config.nr_reserved_highatomic = cases[i].at_first;
            struct test_zone zone = test_zone_reserved(test_subjects[s], &config, all_movable, 1);
            release(&zone, 1024, 1024 + cases[i].managed);
            assert_int_equal(reserved(&zone), cases[i].at_first);
            for (unsigned n = 0; n < 3; n++) {
                take(&zone, 0, M, ALLOC_HIGHATOMIC);
                assert_int_equal(reserved(&zone), cases[i].after[n]);
            }
            test_zone_end(&zone);
        }
    }
}

static void other_types_are_not_reserved(void **state)
{
    (void)state;
    static const uint8_t types[5] = {M, M, M, M, MIGRATE_CMA};
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = reserve_config();
        struct test_zone zone = test_zone(test_subjects[s], &config, types, 5);
        assert_int_equal(take(&zone, 0, MIGRATE_CMA, ALLOC_HIGHATOMIC), 1056);
        assert_int_equal(reserved(&zone), 0);
        assert_free(&zone, 1057, 0, MIGRATE_CMA);
        assert_int_equal(take(&zone, 3, MIGRATE_CMA, ALLOC_HIGHATOMIC), 1096);
        assert_int_equal(type_at(&zone, 1096), MIGRATE_CMA);
        assert_int_equal(reserved(&zone), 0);
        test_zone_end(&zone);
    }
}

/* The type that counts is the pageblock's after a fallback, not the request's. */
static void a_stolen_block_is_reserved(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = reserve_config();
        config.fallback = PLUMB_FALLBACK_V6_12;
        struct test_zone zone = test_zone(test_subjects[s], &config, all_movable, 1);
        assert_int_equal(take(&zone, 0, U, ALLOC_HIGHATOMIC), 1024);
        assert_int_equal(reserved(&zone), 8);
        assert_free(&zone, 1028, 2, H);
        assert_free(&zone, 1032, 3, U);
        assert_free(&zone, 1040, 4, U);
        assert_int_equal(take(&zone, 0, H, ALLOC_HIGHATOMIC), 1025);
        test_zone_end(&zone);
    }
}

static void pageblocks_across_the_edges_are_not_reserved(void **state)
{
    (void)state;
    uint8_t types[125];
    memset(types, U, sizeof(types));
    types[0] = M;
    types[124] = R;
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = reserve_config();
        config.start_pfn = 1028;
        config.spanned_pages = 992; /* to 2020 */
        struct test_zone zone = test_zone(test_subjects[s], &config, types, 125);
        assert_int_equal(take(&zone, 0, M, ALLOC_HIGHATOMIC), 1028);
        assert_free(&zone, 1029, 0, M);
        assert_int_equal(take(&zone, 0, R, ALLOC_HIGHATOMIC), 2016);
        assert_free(&zone, 2017, 0, R);
        assert_int_equal(reserved(&zone), 0);
        assert_int_equal(take(&zone, 0, U, ALLOC_HIGHATOMIC), 1032);
        assert_free(&zone, 1033, 0, H);
        assert_int_equal(reserved(&zone), 8);
        test_zone_end(&zone);
    }
}

/* ---- who uses it ---- */

/* Requests that per-CPU lists serve look at the reserve last, the others first. */
static void the_reserve_is_used_first(void **state)
{
    (void)state;
    static const uint8_t types[8] = {M, M, M, M, H, H, H, H};
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = reserve_config();
        struct test_zone zone = test_zone(test_subjects[s], &config, types, 8);
        assert_int_equal(take(&zone, 4, M, ALLOC_NON_BLOCK | ALLOC_OOM), 1024);
        assert_int_equal(take(&zone, 4, M, ALLOC_HIGHATOMIC), 1056);
        assert_int_equal(take(&zone, 4, M, 0), 1040);
        assert_int_equal(take(&zone, 3, M, ALLOC_HIGHATOMIC), 1088);
        assert_int_equal(reserved(&zone), 8);
        assert_int_equal(take(&zone, 3, MIGRATE_CMA, ALLOC_HIGHATOMIC), 2016);
        assert_int_equal(type_at(&zone, 2016), H);
        assert_true(test_page(&zone, 2016).movable);
        assert_int_equal(reserved(&zone), 8);
        test_zone_end(&zone);
    }
}

static void some_use_it_as_a_last_resort(void **state)
{
    (void)state;
    static const uint8_t types[1] = {H};
    static const uint32_t rights[3] = {ALLOC_NON_BLOCK, ALLOC_OOM, ALLOC_HIGHATOMIC};
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = reserve_config();
        config.pcp_batch = 4;
        config.pcp_high = 64;
        struct test_zone zone = test_zone(test_subjects[s], &config, types, 1);
        for (uint32_t i = 0; i < 3; i++) {
            refuse(&zone, 0, M, ALLOC_MIN_RESERVE | ALLOC_CMA);
            assert_int_equal(take(&zone, 0, M, rights[i]), 2016 + i);
            assert_true(test_page(&zone, 2016 + i).movable);
            refuse(&zone, 5, R, ALLOC_MIN_RESERVE | ALLOC_CMA);
            assert_int_equal(take(&zone, 5, R, rights[i]), 1024 + 32 * i);
        }
        assert_int_equal(test_counters(&zone).pcp_pages, 0);
        assert_int_equal(reserved(&zone), 0);
        assert_free(&zone, 2019, 0, H);
        uint64_t pfn;
        assert_int_equal(zone.subject->alloc(zone.self, 0, 0, M, 0, 0, &pfn), PLUMB_EWMARK);
        assert_int_equal(zone.subject->alloc(zone.self, 0, 0, M, ALLOC_NON_BLOCK, 0, &pfn),
                         PLUMB_OK);
        assert_int_equal(pfn, 2019);
        test_zone_end(&zone);
    }
}

static void without_it_nobody_does(void **state)
{
    (void)state;
    static const uint8_t types[4] = {M, H, H, H};
    const uint32_t all = ALLOC_NON_BLOCK | ALLOC_OOM | ALLOC_HIGHATOMIC;
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = reserve_config();
        config.highatomic = 0;
        config.nr_reserved_highatomic = 100;
        struct test_zone zone = test_zone(test_subjects[s], &config, types, 4);
        refuse(&zone, 0, U, all);
        refuse(&zone, 4, M, all);
        assert_int_equal(take(&zone, 0, M, all), 1024);
        assert_int_equal(type_at(&zone, 1024), M);
        keep(&zone, M, 1, PLUMB_ENOMEM);
        keep(&zone, H, 1, PLUMB_ETYPE);
        test_zone_end(&zone);
    }
}

/* What is cached stays cached, and goes back as the pageblock's type is by then. */
static void cached_pages_of_the_pageblock_stay(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = reserve_config();
        config.pcp_batch = 4;
        config.pcp_high = 64;
        struct test_zone zone = test_zone(test_subjects[s], &config, all_movable, 1);
        assert_int_equal(take(&zone, 0, M, 0), 2016);
        assert_int_equal(take(&zone, 0, M, ALLOC_HIGHATOMIC), 2017);
        assert_int_equal(reserved(&zone), 8);
        assert_int_equal(test_page(&zone, 2018).state, PAGE_PCP);
        assert_free(&zone, 2020, 2, H);
        must_free(&zone, 1, 2016, 0);
        assert_int_equal(test_page(&zone, 2016).state, PAGE_PCP);
        assert_int_equal(test_page(&zone, 2016).type, M);
        must_free(&zone, 1, 2017, 0);
        zone.subject->drain_all_pages(zone.self);
        assert_free(&zone, 2016, 3, H);
        assert_int_equal(reserved(&zone), 8);
        test_zone_end(&zone);
    }
}

/* ---- what is given back ---- */

static void a_pageblock_is_given_back(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct test_zone zone = movable_zone(s);
        assert_int_equal(take(&zone, 0, M, ALLOC_HIGHATOMIC), 2016);
        keep(&zone, R, 0, PLUMB_ENOMEM); /* a pageblock is left even so */
        assert_int_equal(take(&zone, 0, M, ALLOC_HIGHATOMIC), 1024);
        assert_int_equal(reserved(&zone), 16);
        keep(&zone, MIGRATE_PCPTYPES, 1, PLUMB_ETYPE);
        keep(&zone, UINT32_MAX, 0, PLUMB_ETYPE);
        unreserve(&zone, R, 0);
        assert_free(&zone, 2017, 0, R);
        assert_free(&zone, 2018, 1, R);
        assert_free(&zone, 2020, 2, R);
        assert_free(&zone, 1025, 0, H);
        assert_int_equal(type_at(&zone, 2016), R);
        assert_int_equal(reserved(&zone), 8);
        keep(&zone, R, 0, PLUMB_ENOMEM);
        unreserve(&zone, R, 1);
        assert_int_equal(head_of(&zone, 0, R), 2017);
        assert_int_equal(test_page(&zone, 2017).next, 1025);
        assert_int_equal(test_page(&zone, 2018).next, 1026);
        assert_int_equal(reserved(&zone), 0);
        keep(&zone, R, 1, PLUMB_ENOMEM);
        test_zone_end(&zone);
    }
}

/* A larger block leaves its list and merges: here with the half it was split from. */
static void a_large_block_merges_when_given_back(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct test_zone zone = movable_zone(s);
        assert_int_equal(take(&zone, 4, M, ALLOC_HIGHATOMIC), 1024);
        keep(&zone, M, 1, PLUMB_ENOMEM); /* nothing of it is free */
        must_free(&zone, 0, 1024, 4);
        assert_free(&zone, 1040, 4, M);
        unreserve(&zone, M, 0);
        assert_free(&zone, 1024, 5, M);
        assert_int_equal(head_of(&zone, 5, M), 1056);
        assert_int_equal(test_page(&zone, 1024).next, PLUMB_NO_PFN);
        assert_int_equal(reserved(&zone), 0);
        assert_int_equal(test_counters(&zone).free_highatomic, 0);
        test_zone_end(&zone);

        zone = movable_zone(s);
        assert_int_equal(take(&zone, 4, M, ALLOC_HIGHATOMIC), 1024);
        must_free(&zone, 0, 1024, 4);
        unreserve(&zone, U, 1);
        assert_free(&zone, 1024, 5, U);
        assert_int_equal(type_at(&zone, 1055), U);
        test_zone_end(&zone);
    }
}

/* The smallest order comes first, and the count never goes below 0. */
static void the_smallest_block_is_given_back_first(void **state)
{
    (void)state;
    static const uint8_t types[5] = {M, M, M, M, H};
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = reserve_config();
        config.nr_reserved_highatomic = 11;
        struct test_zone zone = test_zone(test_subjects[s], &config, types, 5);
        assert_int_equal(take(&zone, 1, H, 0), 1056);
        unreserve(&zone, U, 0);
        assert_free(&zone, 1058, 1, U);
        assert_free(&zone, 1060, 2, U);
        assert_free(&zone, 1096, 3, H);
        assert_int_equal(reserved(&zone), 3);
        keep(&zone, U, 0, PLUMB_ENOMEM);
        unreserve(&zone, U, 1);
        assert_int_equal(type_at(&zone, 1096), U);
        assert_int_equal(reserved(&zone), 0);
        unreserve(&zone, U, 1);
        assert_int_equal(reserved(&zone), 0);
        test_zone_end(&zone);
    }
}

static void pageblocks_across_the_edges_are_not_given_back(void **state)
{
    (void)state;
    uint8_t types[125];
    memset(types, U, sizeof(types));
    types[0] = H;
    types[5] = H;
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = reserve_config();
        config.start_pfn = 1028;
        config.spanned_pages = 996;
        config.nr_reserved_highatomic = 9;
        struct test_zone zone = test_zone(test_subjects[s], &config, types, 125);
        assert_free(&zone, 1028, 2, H);
        assert_free(&zone, 1064, 3, H);
        unreserve(&zone, M, 0);
        assert_free(&zone, 1056, 5, M); /* with 1056 and 1072 */
        assert_int_equal(reserved(&zone), 1);
        assert_free(&zone, 1028, 2, H);
        keep(&zone, M, 1, PLUMB_ENOMEM);
        test_zone_end(&zone);
    }
}

int test_highatomic(int *run)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_takes_its_pageblock_along),
        cmocka_unit_test(reserved_blocks_go_to_the_tail),
        cmocka_unit_test(large_blocks_are_reserved_whole),
        cmocka_unit_test(the_reserve_stops_at_a_hundredth),
        cmocka_unit_test(other_types_are_not_reserved),
        cmocka_unit_test(a_stolen_block_is_reserved),
        cmocka_unit_test(pageblocks_across_the_edges_are_not_reserved),
        cmocka_unit_test(the_reserve_is_used_first),
        cmocka_unit_test(some_use_it_as_a_last_resort),
        cmocka_unit_test(without_it_nobody_does),
        cmocka_unit_test(cached_pages_of_the_pageblock_stay),
        cmocka_unit_test(a_pageblock_is_given_back),
        cmocka_unit_test(a_large_block_merges_when_given_back),
        cmocka_unit_test(the_smallest_block_is_given_back_first),
        cmocka_unit_test(pageblocks_across_the_edges_are_not_given_back),
    };
    return RUN_GROUP(tests, run);
}
