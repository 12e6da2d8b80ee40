/* Tests of v4.10's highatomic reserve: whom it is kept for, and where it stops. What it has in
 * common with v6.12's is tested there. */
#include "harness/tests/fallback_fixture.h"

static struct plumb_config config_4_10(void)
{
    struct plumb_config config = reserve_config();
    config.generation = PLUMB_V4_10;
    config.highatomic = PLUMB_RESERVE_V4_10;
    return config;
}

static uint64_t reserved(const struct test_zone *zone)
{
    return test_counters(zone).nr_reserved_highatomic;
}

static void requests_of_more_than_a_page_that_may_not_wait_reserve(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = config_4_10();
        struct test_zone zone = test_zone(test_subjects[s], &config, all_movable, 1);
        assert_int_equal(take(&zone, 0, M, ALLOC_NON_BLOCK | ALLOC_HIGHATOMIC), 2016);
        assert_int_equal(take(&zone, 1, M, ALLOC_HIGHATOMIC | ALLOC_OOM), 2018);
        assert_int_equal(reserved(&zone), 0);
        assert_int_equal(take(&zone, 1, M, ALLOC_NON_BLOCK), 2020);
        assert_int_equal(reserved(&zone), 8);
        assert_int_equal(type_at(&zone, 2016), H);
        assert_free(&zone, 2017, 0, H);
        assert_free(&zone, 2022, 1, H);
        test_zone_end(&zone);
    }
}

/* It grows while it is less than managed / 100 and a pageblock, whole pageblocks or not. */
static void the_reserve_stops_above_a_hundredth_and_a_pageblock(void **state)
{
    (void)state;
    static const struct {
        uint64_t managed, at_first, after[4];
    } cases[] = {
        {96, 0, {8, 8, 8, 8}},       {104, 0, {8, 16, 16, 16}},   {799, 0, {8, 16, 16, 16}},
        {800, 0, {8, 16, 16, 16}},   {900, 0, {8, 16, 24, 24}},   {1000, 8, {16, 24, 24, 24}},
        {800, 15, {23, 23, 23, 23}}, {800, 16, {16, 16, 16, 16}},
    };
    FOR_EACH_SUBJECT(s)
    {
        for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
            struct plumb_config config = config_4_10();
            config.nr_reserved_highatomic = cases[i].at_first;
            struct test_zone zone = test_zone_reserved(test_subjects[s], &config, all_movable, 1);
            release(&zone, 1024, 1024 + cases[i].managed);
            for (unsigned n = 0; n < 4; n++) {
                take(&zone, 3, M, ALLOC_NON_BLOCK);
                assert_int_equal(reserved(&zone), cases[i].after[n]);
            }
            test_zone_end(&zone);
        }
    }
}

static void other_types_and_the_edges_are_not_reserved(void **state)
{
    (void)state;
    uint8_t types[125];
    memset(types, MIGRATE_CMA, sizeof(types));
    types[0] = M;
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = config_4_10();
        config.start_pfn = 1028;
        config.spanned_pages = 992; /* to 2020 */
        struct test_zone zone = test_zone(test_subjects[s], &config, types, 125);
        assert_int_equal(take(&zone, 1, M, ALLOC_NON_BLOCK), 1028);
        assert_int_equal(take(&zone, 3, MIGRATE_CMA, ALLOC_NON_BLOCK), 1032);
        assert_int_equal(reserved(&zone), 0);
        assert_free(&zone, 1030, 1, M);
        assert_int_equal(type_at(&zone, 1032), MIGRATE_CMA);
        test_zone_end(&zone);
    }
}

static void the_reserve_serves_them_first_and_nobody_last(void **state)
{
    (void)state;
    static const uint8_t types[8] = {M, M, M, M, H, H, H, H};
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = config_4_10();
        struct test_zone zone = test_zone(test_subjects[s], &config, types, 8);
        assert_int_equal(take(&zone, 4, M, ALLOC_HIGHATOMIC | ALLOC_OOM), 1024);
        assert_int_equal(take(&zone, 4, M, ALLOC_NON_BLOCK), 1056);
        assert_int_equal(type_at(&zone, 1056), H);
        assert_int_equal(reserved(&zone), 0);
        test_zone_end(&zone);

        static const uint8_t all_reserved[1] = {H};
        zone = test_zone(test_subjects[s], &config, all_reserved, 1);
        refuse(&zone, 0, M, ALLOC_NON_BLOCK);
        refuse(&zone, 1, M, ALLOC_HIGHATOMIC | ALLOC_OOM);
        assert_int_equal(take(&zone, 1, M, ALLOC_NON_BLOCK), 2016);
        assert_true(test_page(&zone, 2016).movable);
        test_zone_end(&zone);
    }
}

static void it_is_given_back_as_v6_12_s_is(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = config_4_10();
        struct test_zone zone = test_zone(test_subjects[s], &config, all_movable, 1);
        assert_int_equal(take(&zone, 1, M, ALLOC_NON_BLOCK), 2016);
        assert_int_equal(zone.subject->unreserve_highatomic(zone.self, R, 0), PLUMB_ENOMEM);
        assert_int_equal(reserved(&zone), 8);
        assert_int_equal(zone.subject->unreserve_highatomic(zone.self, R, 1), PLUMB_OK);
        assert_int_equal(reserved(&zone), 0);
        assert_int_equal(type_at(&zone, 2016), R);
        assert_free(&zone, 2018, 1, R);
        assert_free(&zone, 2020, 2, R);
        test_zone_end(&zone);
    }
}

static void a_zone_keeps_its_generations(void **state)
{
    (void)state;
    static const uint8_t types[125]; /* UNMOVABLE, as 2.6.11 has it */
    static const uint32_t allowed[PLUMB_NR_GENERATIONS] = {PLUMB_RESERVE_NONE, PLUMB_RESERVE_V4_10,
                                                           PLUMB_RESERVE_V6_12};
    FOR_EACH_SUBJECT(s)
    {
        for (uint32_t generation = 0; generation < PLUMB_NR_GENERATIONS; generation++)
            for (uint32_t reserve = 0; reserve <= PLUMB_NR_RESERVES; reserve++) {
                struct plumb_config config = config_4_10();
                config.generation = generation;
                config.highatomic = reserve;
                bool valid = reserve == PLUMB_RESERVE_NONE || reserve == allowed[generation];
                void *self = test_subjects[s]->open();
                assert_int_equal(test_subjects[s]->init(self, &config, types),
                                 valid ? PLUMB_OK : PLUMB_ECONFIG);
                test_subjects[s]->close(self);
            }
    }
}

int test_highatomic_4_10(int *run)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_of_more_than_a_page_that_may_not_wait_reserve),
        cmocka_unit_test(the_reserve_stops_above_a_hundredth_and_a_pageblock),
        cmocka_unit_test(other_types_and_the_edges_are_not_reserved),
        cmocka_unit_test(the_reserve_serves_them_first_and_nobody_last),
        cmocka_unit_test(it_is_given_back_as_v6_12_s_is),
        cmocka_unit_test(a_zone_keeps_its_generations),
    };
    return RUN_GROUP(tests, run);
}
