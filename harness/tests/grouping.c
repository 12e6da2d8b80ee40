/* Tests of zones whose pageblocks are not kept for one type (page_group_by_mobility_disabled): every
 * fallback claims its pageblock. */
#include "harness/tests/fallback_fixture.h"

static struct plumb_config ungrouped_config(uint32_t generation, uint32_t fallback)
{
    struct plumb_config config = small_config();
    config.generation = generation;
    config.fallback = fallback;
    config.ungrouped = 1;
    return config;
}

#define FOR_EACH_FALLBACK(f) for (uint32_t f = PLUMB_FALLBACK_V6_12; f < PLUMB_NR_FALLBACKS; f++)

/* A quarter of the pageblock is free, the rest reserved. */
static void less_than_half_of_a_pageblock_is_claimed(void **state)
{
    (void)state;
    static const uint8_t types[1] = {R};
    FOR_EACH_SUBJECT(s)
    FOR_EACH_GENERATION(g)
    FOR_EACH_FALLBACK(f)
    {
        struct plumb_config config = ungrouped_config(generations[g], f);
        struct test_zone zone = test_zone_reserved(test_subjects[s], &config, types, 1);
        release(&zone, 64, 68);
        release(&zone, 80, 82);
        assert_int_equal(take(&zone, 0, U, 0), 64);
        assert_free(&zone, 65, 0, U);
        assert_free(&zone, 66, 1, U);
        assert_int_equal(type_at(&zone, 79), U);
        assert_free(&zone, 80, 1, R);
        test_zone_end(&zone);

        config.ungrouped = 0;
        zone = test_zone_reserved(test_subjects[s], &config, types, 1);
        release(&zone, 64, 68);
        assert_int_equal(take(&zone, 0, U, 0), 64);
        assert_free(&zone, 66, 1, R);
        test_zone_end(&zone);
    }
}

/* Grouped, a movable request takes less than four pages of another type, and the smallest block that
 * there is, without a claim. */
static void a_small_block_is_claimed_for_movable_pages(void **state)
{
    (void)state;
    static const uint8_t types[1] = {U};
    FOR_EACH_SUBJECT(s)
    FOR_EACH_GENERATION(g)
    FOR_EACH_FALLBACK(f)
    {
        struct plumb_config config = ungrouped_config(generations[g], f);
        struct test_zone zone = test_zone_reserved(test_subjects[s], &config, types, 1);
        release(&zone, 65, 66);
        release(&zone, 84, 86);
        assert_int_equal(take(&zone, 0, M, 0), 84);
        assert_free(&zone, 85, 0, M);
        assert_int_equal(type_at(&zone, 80), M);
        assert_free(&zone, 65, 0, U);
        test_zone_end(&zone);

        config.ungrouped = 0;
        zone = test_zone_reserved(test_subjects[s], &config, types, 1);
        release(&zone, 65, 66);
        release(&zone, 84, 86);
        bool takes_largest = f == PLUMB_FALLBACK_V4_10;
        assert_int_equal(take(&zone, 0, M, 0), takes_largest ? 84 : 65);
        assert_int_equal(type_at(&zone, 65), U);
        assert_int_equal(type_at(&zone, 84), U);
        assert_free(&zone, takes_largest ? 85 : 84, !takes_largest, U);
        test_zone_end(&zone);
    }
}

/* The block alone is taken, its rest goes back to its own type. */
static void a_pageblock_across_the_edge_is_not(void **state)
{
    (void)state;
    static const uint8_t types[1] = {R};
    FOR_EACH_SUBJECT(s)
    FOR_EACH_GENERATION(g)
    FOR_EACH_FALLBACK(f)
    {
        struct plumb_config config = ungrouped_config(generations[g], f);
        config.start_pfn = 68;
        config.spanned_pages = 28;
        struct test_zone zone = test_zone_reserved(test_subjects[s], &config, types, 1);
        release(&zone, 72, 80);
        assert_int_equal(take(&zone, 2, U, 0), 72);
        assert_free(&zone, 76, 2, R);
        assert_int_equal(type_at(&zone, 72), R);
        test_zone_end(&zone);
    }
}

static void without_fallback_there_is_no_claim(void **state)
{
    (void)state;
    static const uint8_t types[1] = {R};
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = ungrouped_config(PLUMB_V6_12, PLUMB_FALLBACK_NONE);
        struct test_zone zone = test_zone(test_subjects[s], &config, types, 1);
        refuse(&zone, 0, U, 0);
        refuse(&zone, 0, M, ALLOC_CMA);
        test_zone_end(&zone);
    }
}

static void other_numbers_are_refused(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = ungrouped_config(PLUMB_V6_12, PLUMB_FALLBACK_V6_12);
        struct test_zone zone = test_zone(test_subjects[s], &config, all_movable, 1);
        config.ungrouped = 2;
        assert_int_equal(zone.subject->init(zone.self, &config, all_movable), PLUMB_ECONFIG);
        config.ungrouped = UINT32_MAX;
        assert_int_equal(zone.subject->init(zone.self, &config, all_movable), PLUMB_ECONFIG);
        test_zone_end(&zone);
    }
}

/* ---- which type a request has, which machines are too small for types */

static void gfp_flags_are_a_migratetype(void **state)
{
    (void)state;
    static const struct {
        uint32_t generation;
        int ungrouped;
        uint32_t gfp;
        int expected;
    } cases[] = {
        {PLUMB_V6_12, 0, 0, U},
        {PLUMB_V6_12, 0, PLUMB_GFP_MOVABLE, M},
        {PLUMB_V4_10, 0, PLUMB_GFP_RECLAIMABLE, R},
        {PLUMB_V6_12, 0, ~(uint32_t)0x18, U},
        {PLUMB_V4_10, 0, ~(uint32_t)0x10, M},
        {PLUMB_V6_12, 0, ~(uint32_t)0x08, R},
        {PLUMB_V6_12, 1, PLUMB_GFP_MOVABLE, U},
        {PLUMB_V4_10, -1, PLUMB_GFP_RECLAIMABLE, U},
        {PLUMB_V6_12, 0, 0x18, -PLUMB_EFLAGS},
        {PLUMB_V4_10, 1, 0xffffffff, -PLUMB_EFLAGS},
        {PLUMB_V2_6_11, 0, PLUMB_GFP_MOVABLE, U},
        {PLUMB_V2_6_11, 1, 0x18, U},
        {PLUMB_NR_GENERATIONS, 0, 0, -PLUMB_ECONFIG},
        {PLUMB_NR_GENERATIONS, 0, 0x18, -PLUMB_ECONFIG},
        {UINT32_MAX, 1, 0, -PLUMB_ECONFIG},
    };
    FOR_EACH_SUBJECT(s)
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(test_subjects[s]->sizing->gfp_migratetype(
                             cases[i].generation, cases[i].ungrouped, cases[i].gfp),
                         cases[i].expected);
}

/* x86's pageblocks of 2 MiB: 12 MiB are enough for six types. */
static void small_machines_are_ungrouped(void **state)
{
    (void)state;
    static const struct {
        uint64_t pages;
        uint32_t pageblock_order;
        int expected;
    } cases[] = {
        {3071, 9, 1},
        {3072, 9, 0},
        {6143, 10, 1},
        {6144, 10, 0},
        {0, 0, 1},
        {5, 0, 1},
        {6, 0, 0},
        {UINT64_C(1) << 42, 10, 0},
        {(UINT64_C(1) << 42) + 1, 9, -PLUMB_ECONFIG},
        {UINT64_MAX, 0, -PLUMB_ECONFIG},
        {3072, 11, -PLUMB_ECONFIG},
        {0, UINT32_MAX, -PLUMB_ECONFIG},
    };
    FOR_EACH_SUBJECT(s)
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(
            test_subjects[s]->sizing->grouping_disabled(cases[i].pages, cases[i].pageblock_order),
            cases[i].expected);
}

int test_grouping(int *run)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(less_than_half_of_a_pageblock_is_claimed),
        cmocka_unit_test(a_small_block_is_claimed_for_movable_pages),
        cmocka_unit_test(a_pageblock_across_the_edge_is_not),
        cmocka_unit_test(without_fallback_there_is_no_claim),
        cmocka_unit_test(other_numbers_are_refused),
        cmocka_unit_test(gfp_flags_are_a_migratetype),
        cmocka_unit_test(small_machines_are_ungrouped),
    };
    return RUN_GROUP(tests, run);
}
