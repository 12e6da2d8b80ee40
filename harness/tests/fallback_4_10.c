/* Tests of v4.10's fallback between migratetypes: the largest block, and its pageblock if half of
 * that is free; and where v6.12's does otherwise. */
#include "harness/tests/fallback_fixture.h"

enum { C = MIGRATE_CMA };

static struct plumb_config config_4_10(uint32_t generation)
{
    struct plumb_config config = small_config();
    config.generation = generation;
    config.fallback = PLUMB_FALLBACK_V4_10;
    return config;
}

/* v6.12 takes the smallest that serves, at 83. */
static void the_largest_block_itself_is_taken(void **state)
{
    (void)state;
    static const uint8_t types[1] = {R};
    FOR_EACH_SUBJECT(s)
    FOR_EACH_GENERATION(g)
    {
        struct plumb_config config = config_4_10(generations[g]);
        struct test_zone zone = test_zone_reserved(test_subjects[s], &config, types, 1);
        release(&zone, 83, 84);
        release(&zone, 88, 96);
        release(&zone, 64, 68);
        assert_int_equal(take(&zone, 0, U, 0), 88);
        assert_free(&zone, 89, 0, U);
        assert_free(&zone, 90, 1, U);
        assert_free(&zone, 92, 2, U);
        assert_free(&zone, 83, 0, U);
        assert_free(&zone, 64, 2, R);
        assert_int_equal(head_of(&zone, 0, U), 89);
        test_zone_end(&zone);
    }
}

static void a_pageblock_less_than_half_free_stays(void **state)
{
    (void)state;
    static const uint8_t types[1] = {R};
    FOR_EACH_SUBJECT(s)
    FOR_EACH_GENERATION(g)
    {
        struct plumb_config config = config_4_10(generations[g]);
        struct test_zone zone = test_zone_reserved(test_subjects[s], &config, types, 1);
        release(&zone, 64, 68);
        release(&zone, 70, 73);
        assert_int_equal(take(&zone, 0, U, 0), 64);
        assert_free(&zone, 65, 0, R);
        assert_free(&zone, 66, 1, R);
        assert_free(&zone, 70, 1, R);
        test_zone_end(&zone);

        zone = test_zone_reserved(test_subjects[s], &config, types, 1);
        release(&zone, 64, 68);
        release(&zone, 70, 74); /* half of it */
        assert_int_equal(take(&zone, 0, U, 0), 64);
        assert_free(&zone, 65, 0, U);
        assert_free(&zone, 70, 1, U);
        test_zone_end(&zone);
    }
}

/* Pages used as movable do not count, as they do in v6.12. */
static void only_free_pages_count(void **state)
{
    (void)state;
    static const uint8_t types[1] = {R};
    FOR_EACH_SUBJECT(s)
    FOR_EACH_GENERATION(g)
    for (uint32_t fallback = PLUMB_FALLBACK_V6_12; fallback <= PLUMB_FALLBACK_V4_10;
         fallback += 2) {
        struct plumb_config config = config_4_10(generations[g]);
        config.fallback = fallback;
        struct test_zone zone = test_zone_reserved(test_subjects[s], &config, types, 1);
        release(&zone, 64, 68);
        assert_int_equal(take(&zone, 2, M, 0), 64);
        assert_int_equal(type_at(&zone, 64), R);
        release(&zone, 68, 72);
        assert_int_equal(take(&zone, 2, M, 0), 68);
        assert_int_equal(type_at(&zone, 64), fallback == PLUMB_FALLBACK_V4_10 ? R : M);
        test_zone_end(&zone);
    }
}

/* v6.12 would take the page at 65. */
static void movable_pages_come_from_the_largest_too(void **state)
{
    (void)state;
    static const uint8_t types[1] = {U};
    FOR_EACH_SUBJECT(s)
    FOR_EACH_GENERATION(g)
    {
        struct plumb_config config = config_4_10(generations[g]);
        struct test_zone zone = test_zone_reserved(test_subjects[s], &config, types, 1);
        release(&zone, 65, 66);
        release(&zone, 84, 86);
        assert_int_equal(take(&zone, 0, M, 0), 84);
        assert_free(&zone, 85, 0, U);
        assert_free(&zone, 65, 0, U);
        test_zone_end(&zone);

        /* Blocks too small to claim a pageblock for movable pages, though half of it is free. */
        zone = test_zone_reserved(test_subjects[s], &config, types, 1);
        release_pairs(&zone, 80);
        assert_int_equal(take(&zone, 0, M, 0), 80);
        assert_free(&zone, 81, 0, U);
        assert_int_equal(take(&zone, 0, R, 0), 84);
        assert_free(&zone, 85, 0, U);
        test_zone_end(&zone);

        config.ungrouped = 1;
        zone = test_zone_reserved(test_subjects[s], &config, types, 1);
        release(&zone, 84, 86);
        assert_int_equal(take(&zone, 0, M, 0), 84);
        assert_free(&zone, 85, 0, M);
        test_zone_end(&zone);
    }
}

static void whole_pageblocks_are_claimed(void **state)
{
    (void)state;
    static const uint8_t types[1] = {R};
    FOR_EACH_SUBJECT(s)
    FOR_EACH_GENERATION(g)
    {
        struct plumb_config config = config_4_10(generations[g]);
        config.pageblock_order = 3;
        struct test_zone zone = test_zone_reserved(test_subjects[s], &config, types, 1);
        release(&zone, 80, 96);
        assert_int_equal(take(&zone, 1, M, 0), 80);
        assert_free(&zone, 82, 1, M);
        assert_free(&zone, 84, 2, M);
        assert_free(&zone, 88, 3, M);
        test_zone_end(&zone);
    }
}

static void a_pageblock_across_the_edge_is_not(void **state)
{
    (void)state;
    static const uint8_t types[1] = {R};
    FOR_EACH_SUBJECT(s)
    FOR_EACH_GENERATION(g)
    {
        struct plumb_config config = config_4_10(generations[g]);
        config.start_pfn = 68;
        config.spanned_pages = 28;
        struct test_zone zone = test_zone_reserved(test_subjects[s], &config, types, 1);
        release(&zone, 72, 80);
        assert_int_equal(take(&zone, 2, U, 0), 72);
        assert_free(&zone, 76, 2, R);
        test_zone_end(&zone);
    }
}

/* Whether the request may use CMA only its type says; its own type comes first. */
static void movable_pages_come_from_cma(void **state)
{
    (void)state;
    static const uint8_t cma[1] = {C}, both[4] = {M, C, C, C}, others[2] = {C, R};
    FOR_EACH_SUBJECT(s)
    FOR_EACH_GENERATION(g)
    {
        struct plumb_config config = config_4_10(generations[g]);
        struct test_zone zone = test_zone(test_subjects[s], &config, cma, 1);
        assert_int_equal(take(&zone, 0, M, 0), 64);
        assert_free(&zone, 65, 0, C);
        refuse(&zone, 0, U, ALLOC_CMA);
        refuse(&zone, 0, R, ALLOC_CMA);
        test_zone_end(&zone);

        zone = test_zone(test_subjects[s], &config, both, 4);
        assert_int_equal(take(&zone, 0, M, ALLOC_CMA), 64);
        assert_free(&zone, 65, 0, M);
        test_zone_end(&zone);

        zone = test_zone(test_subjects[s], &config, others, 2);
        assert_int_equal(take(&zone, 4, M, 0), 64);
        assert_int_equal(take(&zone, 4, M, 0), 96);
        assert_int_equal(take(&zone, 4, M, 0), 80);
        assert_int_equal(type_at(&zone, 80), M);
        test_zone_end(&zone);
    }
}

static void no_flag_keeps_blocks_whole(void **state)
{
    (void)state;
    static const uint8_t types[1] = {R};
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = config_4_10(PLUMB_V6_12);
        struct test_zone zone = test_zone_reserved(test_subjects[s], &config, types, 1);
        release(&zone, 64, 68);
        assert_int_equal(take(&zone, 0, U, ALLOC_NOFRAGMENT), 64);
        test_zone_end(&zone);
    }
}

static void nothing_is_boosted(void **state)
{
    (void)state;
    static const uint8_t types[1] = {R};
    FOR_EACH_SUBJECT(s)
    for (uint32_t fallback = PLUMB_FALLBACK_V6_12; fallback <= PLUMB_FALLBACK_V4_10;
         fallback += 2) {
        struct plumb_config config = config_4_10(PLUMB_V6_12);
        config.fallback = fallback;
        config.wmark[WMARK_HIGH] = 100;
        config.watermark_boost_factor = 15000;
        struct test_zone zone = test_zone(test_subjects[s], &config, types, 1);
        for (unsigned i = 0; i < 7; i++)
            take(&zone, 3, R, 0);
        take(&zone, 0, U, 0);
        assert_int_equal(test_counters(&zone).watermark_boost != 0,
                         fallback == PLUMB_FALLBACK_V6_12);
        test_zone_end(&zone);
    }
}

/* A refill of several. */
static void refills_fall_back_block_by_block(void **state)
{
    (void)state;
    static const uint8_t types[2] = {C, R};
    FOR_EACH_SUBJECT(s)
    FOR_EACH_GENERATION(g)
    {
        struct plumb_config config = refilling(config_4_10(generations[g]), generations[g], 6);
        struct test_zone zone = test_zone_reserved(test_subjects[s], &config, types, 2);
        release(&zone, 64, 68);
        release(&zone, 80, 84);
        assert_int_equal(take(&zone, 0, M, 0), 64);
        assert_cached(&zone, 67, M, C, 80);
        assert_cached(&zone, 80, M, R, 82); /* the largest block each time */
        assert_free(&zone, 81, 0, R);
        assert_free(&zone, 83, 0, R);
        test_zone_end(&zone);
    }
}

static void it_needs_types(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = config_4_10(PLUMB_V6_12);
        struct test_zone zone = test_zone(test_subjects[s], &config, all_movable, 1);
        config.generation = PLUMB_V2_6_11;
        assert_int_equal(zone.subject->init(zone.self, &config, (uint8_t[4]){0}), PLUMB_ECONFIG);
        config = config_4_10(PLUMB_V6_12);
        config.fallback = PLUMB_NR_FALLBACKS;
        assert_int_equal(zone.subject->init(zone.self, &config, all_movable), PLUMB_ECONFIG);
        test_zone_end(&zone);
    }
}

int test_fallback_4_10(int *run)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_largest_block_itself_is_taken),
        cmocka_unit_test(a_pageblock_less_than_half_free_stays),
        cmocka_unit_test(only_free_pages_count),
        cmocka_unit_test(movable_pages_come_from_the_largest_too),
        cmocka_unit_test(whole_pageblocks_are_claimed),
        cmocka_unit_test(a_pageblock_across_the_edge_is_not),
        cmocka_unit_test(movable_pages_come_from_cma),
        cmocka_unit_test(no_flag_keeps_blocks_whole),
        cmocka_unit_test(nothing_is_boosted),
        cmocka_unit_test(refills_fall_back_block_by_block),
        cmocka_unit_test(it_needs_types),
    };
    return RUN_GROUP(tests, run);
}
