/* Tests of the watermark checks: consequences of semantics 1 and the fast paths of 2, by number. */
#include "harness/tests/support.h"

static const uint8_t movable[1] = {MIGRATE_MOVABLE};
static const uint8_t unmovable[1] = {MIGRATE_UNMOVABLE};

static struct test_zone zone_of(unsigned s, uint32_t generation, const uint8_t *type)
{
    struct plumb_config config = test_config(generation);
    return test_zone(test_subjects[s], &config, type, 1);
}

/* The smallest free count that passes. */
static int64_t threshold(const struct test_zone *zone, uint32_t order, uint64_t mark,
                         uint32_t flags)
{
    for (int64_t free = -100; free < 1000; free++)
        if (zone->subject->watermark_ok(zone->self, order, mark, 0, flags, free) == 1)
            return free;
    return INT64_MAX;
}

static void non_block_alone_lowers_nothing_in_v6_12(void **state)
{
    (void)state;
    for (unsigned s = 0; s < NR_TEST_SUBJECTS; s++) {
        struct test_zone v6 = zone_of(s, PLUMB_V6_12, movable);
        struct test_zone v4 = zone_of(s, PLUMB_V4_10, movable);
        assert_int_equal(threshold(&v6, 0, 100, 0), 101);
        assert_int_equal(threshold(&v6, 0, 100, ALLOC_NON_BLOCK), 101);
        assert_int_equal(threshold(&v4, 0, 100, 0), 101);
        assert_int_equal(threshold(&v4, 0, 100, ALLOC_NON_BLOCK), 76);
        test_zone_end(&v6);
        test_zone_end(&v4);
    }
}

/* m = 7: 7 - 3 = 4, then 4 - 1 = 3. m = 5 tells the two orders apart: 5 - 2 = 3, 3 - 0 = 3, but
 * 5 - 1 = 4, 4 - 2 = 2. */
static void halving_comes_before_quartering(void **state)
{
    (void)state;
    static const uint32_t both = ALLOC_NON_BLOCK | ALLOC_MIN_RESERVE;
    static const struct {
        uint64_t mark;
        int64_t threshold;
    } cases[] = {{7, 4}, {9, 5}, {5, 4}, {100, 39}, {1, 2}, {0, 1}};
    for (unsigned s = 0; s < NR_TEST_SUBJECTS; s++) {
        for (uint32_t generation = 0; generation < PLUMB_NR_GENERATIONS; generation++) {
            bool old = generation == PLUMB_V2_6_11;
            struct test_zone zone = zone_of(s, generation, old ? unmovable : movable);
            for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
                assert_int_equal(threshold(&zone, 0, cases[i].mark, both), cases[i].threshold);
            test_zone_end(&zone);
        }
    }
}

static void division_truncates(void **state)
{
    (void)state;
    for (unsigned s = 0; s < NR_TEST_SUBJECTS; s++) {
        struct test_zone zone = zone_of(s, PLUMB_V6_12, movable);
        assert_int_equal(threshold(&zone, 0, 7, ALLOC_MIN_RESERVE), 5);
        assert_int_equal(threshold(&zone, 0, 7, ALLOC_OOM), 5);
        assert_int_equal(threshold(&zone, 0, 7, ALLOC_OOM | ALLOC_MIN_RESERVE), 3);
        assert_int_equal(threshold(&zone, 3, 7, 0), 8 + 7);
        test_zone_end(&zone);
    }
}

/* (d): v4.10 HARDER takes any block for enough, even of type ISOLATE. */
static void harder_accepts_any_type_in_v4_10(void **state)
{
    (void)state;
    static const uint8_t isolate[1] = {MIGRATE_ISOLATE};
    for (unsigned s = 0; s < NR_TEST_SUBJECTS; s++) {
        struct test_zone v4 = zone_of(s, PLUMB_V4_10, isolate);
        struct test_zone v6 = zone_of(s, PLUMB_V6_12, isolate);
        assert_int_equal(threshold(&v4, 1, 0, ALLOC_NON_BLOCK), 2);
        assert_true(threshold(&v4, 1, 0, 0) == INT64_MAX);
        assert_true(threshold(&v6, 1, 0, ALLOC_NON_BLOCK) == INT64_MAX);
        assert_int_equal(threshold(&v6, 0, 0, 0), 1);
        test_zone_end(&v4);
        test_zone_end(&v6);
    }
}

static void types_that_need_a_flag(void **state)
{
    (void)state;
    static const uint8_t cma[1] = {MIGRATE_CMA}, highatomic[1] = {MIGRATE_HIGHATOMIC};
    for (unsigned s = 0; s < NR_TEST_SUBJECTS; s++) {
        struct test_zone zone = zone_of(s, PLUMB_V6_12, cma);
        assert_int_equal(threshold(&zone, 2, 0, ALLOC_CMA), 4);
        assert_true(threshold(&zone, 2, 0, 0) == INT64_MAX);
        assert_int_equal(threshold(&zone, 0, 0, 0), 257); /* 256 free pages are CMA */
        test_zone_end(&zone);
        zone = zone_of(s, PLUMB_V6_12, highatomic);
        assert_int_equal(threshold(&zone, 2, 0, ALLOC_HIGHATOMIC), 4);
        assert_int_equal(threshold(&zone, 2, 0, ALLOC_OOM), 4);
        assert_true(threshold(&zone, 2, 0, ALLOC_NON_BLOCK) == INT64_MAX);
        assert_int_equal(threshold(&zone, 0, 0, ALLOC_NON_BLOCK), 1);
        assert_int_equal(threshold(&zone, 0, 0, 0), 257);
        test_zone_end(&zone);
    }
}

/* Trap 2: v4.10 subtracts the whole reserve, used or not. */
static void v4_10_subtracts_the_whole_reserve(void **state)
{
    (void)state;
    for (unsigned s = 0; s < NR_TEST_SUBJECTS; s++) {
        struct plumb_config config = test_config(PLUMB_V4_10);
        config.nr_reserved_highatomic = 30;
        config.lowmem_reserve[2] = 7;
        struct test_zone zone = test_zone(test_subjects[s], &config, movable, 1);
        assert_int_equal(threshold(&zone, 0, 10, 0), 41);
        assert_int_equal(threshold(&zone, 0, 10, ALLOC_NON_BLOCK), 9);
        assert_int_equal(zone.subject->watermark_ok(zone.self, 0, 10, 2, 0, 47), 0);
        assert_int_equal(zone.subject->watermark_ok(zone.self, 0, 10, 2, 0, 48), 1);
        test_zone_end(&zone);
    }
}

/* 2.6.11 halves the mark for each order below and subtracts what is free there. */
static void v2_6_11_looks_at_lower_orders(void **state)
{
    (void)state;
    for (unsigned s = 0; s < NR_TEST_SUBJECTS; s++) {
        struct plumb_config config = test_config(PLUMB_V2_6_11);
        struct test_zone zone = test_zone_reserved(test_subjects[s], &config, unmovable, 1);
        for (uint64_t pfn = 32; pfn < 52; pfn += 2) /* ten pages of order 0 */
            assert_int_equal(zone.subject->free_range(zone.self, pfn, pfn + 1), PLUMB_OK);
        assert_int_equal(threshold(&zone, 0, 8, 0), 9);
        assert_int_equal(threshold(&zone, 1, 8, 0), 16); /* free - 1 - 10 > 4 */
        assert_int_equal(threshold(&zone, 2, 8, 0), 18); /* free - 3 - 10 > 4 */
        test_zone_end(&zone);
    }
}

static void arguments_are_checked_in_order(void **state)
{
    (void)state;
    static const uint64_t size = UINT64_C(1) << 53;
    for (unsigned s = 0; s < NR_TEST_SUBJECTS; s++) {
        struct test_zone zone = zone_of(s, PLUMB_V6_12, movable);
        int (*ok)(const void *, uint32_t, uint64_t, uint32_t, uint32_t, int64_t) =
            zone.subject->watermark_ok;
        assert_int_equal(ok(zone.self, 6, size + 1, 4, 0x40, 0), -(int)PLUMB_EORDER);
        assert_int_equal(ok(zone.self, 5, size + 1, 4, 0x40, 0), -(int)PLUMB_EZONEIDX);
        assert_int_equal(ok(zone.self, 5, size + 1, 3, 0x40, 0), -(int)PLUMB_EFLAGS);
        assert_int_equal(ok(zone.self, 5, size + 1, 3, 0, 0), -(int)PLUMB_ECONFIG);
        assert_int_equal(ok(zone.self, 5, size, 3, 0, (int64_t)size + 1), -(int)PLUMB_ECONFIG);
        assert_int_equal(ok(zone.self, 5, size, 3, 0, -(int64_t)size - 1), -(int)PLUMB_ECONFIG);
        assert_int_equal(ok(zone.self, 5, size, 3, 0, INT64_MIN), -(int)PLUMB_ECONFIG);
        assert_int_equal(ok(zone.self, 5, size, 3, 0, (int64_t)size), 0);
        assert_int_equal(ok(zone.self, 5, 0, 3, 0, -(int64_t)size), 0);
        assert_int_equal(ok(zone.self, 5, 0, 3, 0, (int64_t)size), 1);
        test_zone_end(&zone);
    }
}

static enum plumb_status try_alloc(struct test_zone *zone, uint32_t flags)
{
    uint64_t pfn;
    enum plumb_status status =
        zone->subject->alloc(zone->self, 0, 0, MIGRATE_MOVABLE, flags, 0, &pfn);
    assert_true(status == PLUMB_OK || pfn == PLUMB_NO_PFN);
    return status;
}

/* The mark an allocation has to clear: 256 pages are free. */
static void alloc_uses_its_mark_and_the_boost(void **state)
{
    (void)state;
    for (unsigned s = 0; s < NR_TEST_SUBJECTS; s++) {
        struct plumb_config config = test_config(PLUMB_V6_12);
        config.wmark[WMARK_MIN] = 200;
        config.wmark[WMARK_LOW] = 256;
        config.wmark[WMARK_HIGH] = 300;
        config.watermark_boost = 312;
        struct test_zone zone = test_zone(test_subjects[s], &config, movable, 1);
        assert_int_equal(try_alloc(&zone, WMARK_HIGH), PLUMB_EWMARK);
        assert_int_equal(try_alloc(&zone, WMARK_LOW), PLUMB_EWMARK);
        assert_int_equal(try_alloc(&zone, WMARK_MIN), PLUMB_EWMARK); /* 256 <= 200 + 312 */
        assert_int_equal(try_alloc(&zone, WMARK_LOW | ALLOC_MIN_RESERVE), PLUMB_EWMARK);
        /* 256 <= 512 - 256, but the retry without the boost passes: semantics 2 */
        assert_int_equal(try_alloc(&zone, WMARK_MIN | ALLOC_MIN_RESERVE), PLUMB_OK);
        assert_int_equal(try_alloc(&zone, WMARK_HIGH | ALLOC_NO_WATERMARKS), PLUMB_OK);
        test_zone_end(&zone);
    }
}

/* Exhibit D3: the fast path of v4.10 does not see the highatomic reserve. */
static void v4_10_fast_path_ignores_the_reserve(void **state)
{
    (void)state;
    for (unsigned s = 0; s < NR_TEST_SUBJECTS; s++) {
        struct plumb_config config = test_config(PLUMB_V4_10);
        config.wmark[WMARK_MIN] = 100;
        config.nr_reserved_highatomic = 1000;
        struct test_zone zone = test_zone(test_subjects[s], &config, movable, 1);
        assert_int_equal(zone.subject->watermark_ok(zone.self, 0, 100, 0, 0, 256), 0);
        assert_int_equal(try_alloc(&zone, WMARK_MIN), PLUMB_OK);
        test_zone_end(&zone);
    }
}

int test_watermark(int *run)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(non_block_alone_lowers_nothing_in_v6_12),
        cmocka_unit_test(halving_comes_before_quartering),
        cmocka_unit_test(division_truncates),
        cmocka_unit_test(harder_accepts_any_type_in_v4_10),
        cmocka_unit_test(types_that_need_a_flag),
        cmocka_unit_test(v4_10_subtracts_the_whole_reserve),
        cmocka_unit_test(v2_6_11_looks_at_lower_orders),
        cmocka_unit_test(arguments_are_checked_in_order),
        cmocka_unit_test(alloc_uses_its_mark_and_the_boost),
        cmocka_unit_test(v4_10_fast_path_ignores_the_reserve),
    };
    return RUN_GROUP(tests, run);
}
