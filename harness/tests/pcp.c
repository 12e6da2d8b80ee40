/* Tests of the per-CPU lists: refill, order of bulk frees (golden numbers of semantics 7), drains,
 * the hot and cold ends. */
#include "harness/tests/support.h"

static const uint8_t three_types[3] = {MIGRATE_UNMOVABLE, MIGRATE_MOVABLE, MIGRATE_RECLAIMABLE};
static const uint8_t unmovable[1] = {MIGRATE_UNMOVABLE};

/* CPU 0 has so many pages of order 0 of each of the first three types on its lists, CPU 1 none. */
static struct test_zone zone_with_lists(unsigned s, uint32_t generation, const unsigned pages[3])
{
    struct plumb_config config = test_config(generation);
    uint64_t pfn[64];
    unsigned count = 0;
    config.pcp_batch = 1;
    struct test_zone zone = test_zone(test_subjects[s], &config, three_types, 3);
    for (unsigned type = 0; type < 3; type++)
        for (unsigned i = 0; i < pages[type]; i++)
            pfn[count++] = must_alloc(&zone, 1, 0, type);
    assert_int_equal(zone.subject->drain_pages(zone.self, 1), PLUMB_OK);
    for (unsigned i = 0; i < count; i++)
        must_free(&zone, 0, pfn[i], 0);
    for (unsigned type = 0; type < 3; type++)
        assert_int_equal(test_pcp_length(&zone, 0, type), pages[type]);
    return zone;
}

/* The type whose page a bulk free of `count` gives back last: the list that is shorter than after
 * a bulk free of one less. */
static void check_order(unsigned s, uint32_t generation, const unsigned pages[3],
                        const unsigned *expected, unsigned length)
{
    unsigned left[3] = {pages[0], pages[1], pages[2]};
    for (unsigned count = 1; count <= length; count++) {
        struct test_zone zone = zone_with_lists(s, generation, pages);
        must_tune(&zone, count, 64, 0);
        assert_int_equal(zone.subject->drain_zone_pages(zone.self, 0), PLUMB_OK);
        left[expected[count - 1]]--;
        for (unsigned type = 0; type < 3; type++)
            if (test_pcp_length(&zone, 0, type) != left[type])
                fail_msg("%s: page %u of the bulk free is not of type %u", test_subjects[s]->name,
                         count, expected[count - 1]);
        test_zone_end(&zone);
    }
}

static void v4_10_frees_round_robin(void **state)
{
    (void)state;
    static const unsigned even[3] = {10, 10, 10}, uneven[3] = {10, 2, 0};
    static const unsigned even_order[12] = {1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0};
    static const unsigned uneven_order[10] = {1, 0, 0, 1, 0, 0, 0, 0, 0, 0};
    for (unsigned s = 0; s < NR_TEST_SUBJECTS; s++) {
        check_order(s, PLUMB_V4_10, even, even_order, 12);
        check_order(s, PLUMB_V4_10, uneven, uneven_order, 10);
    }
}

static void v6_12_empties_one_list_before_the_next(void **state)
{
    (void)state;
    static const unsigned pages[3] = {3, 4, 5};
    static const unsigned order[12] = {0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 2};
    for (unsigned s = 0; s < NR_TEST_SUBJECTS; s++)
        check_order(s, PLUMB_V6_12, pages, order, 12);
}

/* The tail is given back first: the page freed to the list first of all. */
static void the_oldest_page_goes_first(void **state)
{
    (void)state;
    static const uint32_t generations[2] = {PLUMB_V4_10, PLUMB_V6_12};
    for (unsigned s = 0; s < NR_TEST_SUBJECTS; s++) {
        for (unsigned g = 0; g < 2; g++) {
            struct plumb_config config = test_config(generations[g]);
            struct test_zone zone = test_zone(test_subjects[s], &config, three_types, 3);
            uint64_t pfn[4];
            for (unsigned i = 0; i < 4; i++)
                pfn[i] = must_alloc(&zone, 1, 0, MIGRATE_UNMOVABLE);
            for (unsigned i = 0; i < 4; i++)
                must_free(&zone, 0, pfn[i], 0);
            must_tune(&zone, 1, 64, 0);
            assert_int_equal(zone.subject->drain_zone_pages(zone.self, 0), PLUMB_OK);
            assert_int_equal(test_page(&zone, pfn[0]).state, PAGE_FREE);
            assert_int_equal(test_page(&zone, pfn[1]).state, PAGE_PCP);
            assert_int_equal(must_alloc(&zone, 0, 0, MIGRATE_UNMOVABLE), pfn[3]);
            test_zone_end(&zone);
        }
    }
}

/* semantics 7: a count that is no multiple of a block's pages is overshot. */
static void v6_12_overshoots_by_a_block(void **state)
{
    (void)state;
    for (unsigned s = 0; s < NR_TEST_SUBJECTS; s++) {
        struct plumb_config config = test_config(PLUMB_V6_12);
        struct test_zone zone = test_zone(test_subjects[s], &config, three_types, 3);
        uint64_t a = must_alloc(&zone, 1, 3, MIGRATE_MOVABLE);
        uint64_t b = must_alloc(&zone, 1, 3, MIGRATE_MOVABLE);
        must_free(&zone, 0, a, 3);
        must_free(&zone, 0, b, 3);
        assert_int_equal(test_pcp_length(&zone, 0, 3 * 3 + MIGRATE_MOVABLE), 2);
        must_tune(&zone, 1, 64, 0);
        assert_int_equal(zone.subject->drain_zone_pages(zone.self, 0), PLUMB_OK);
        assert_int_equal(test_counters(&zone).pcp_count[0], 8);
        test_zone_end(&zone);
    }
}

/* A free that reaches high starts at the list just pushed to. */
static void v6_12_trims_from_the_list_just_pushed(void **state)
{
    (void)state;
    static const unsigned pages[3] = {5, 5, 5};
    for (unsigned s = 0; s < NR_TEST_SUBJECTS; s++) {
        struct test_zone zone = zone_with_lists(s, PLUMB_V6_12, pages);
        uint64_t pfn = must_alloc(&zone, 1, 0, MIGRATE_RECLAIMABLE);
        must_tune(&zone, 4, 16, 0);
        must_free(&zone, 0, pfn, 0);
        assert_int_equal(test_pcp_length(&zone, 0, MIGRATE_UNMOVABLE), 5);
        assert_int_equal(test_pcp_length(&zone, 0, MIGRATE_MOVABLE), 5);
        assert_int_equal(test_pcp_length(&zone, 0, MIGRATE_RECLAIMABLE), 2);
        test_zone_end(&zone);
    }
}

/* semantics 5: what a refill takes, by high, batch and order. */
static void v6_12_refills_by_batch_and_order(void **state)
{
    (void)state;
    static const struct {
        uint32_t batch, high, order, blocks;
    } cases[] = {{4, 64, 0, 4},  {4, 64, 1, 2}, {4, 64, 2, 2}, {16, 64, 2, 4},
                 {16, 64, 3, 2}, {4, 3, 0, 1},  {1, 64, 2, 1}, {1, 0, 0, 1}};
    for (unsigned s = 0; s < NR_TEST_SUBJECTS; s++) {
        for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
            struct plumb_config config = test_config(PLUMB_V6_12);
            struct test_zone zone = test_zone(test_subjects[s], &config, three_types, 3);
            uint32_t order = cases[i].order;
            must_tune(&zone, cases[i].batch, cases[i].high, 0);
            must_alloc(&zone, 1, order, MIGRATE_MOVABLE);
            assert_int_equal(test_pcp_length(&zone, 1, 3 * order + MIGRATE_MOVABLE),
                             cases[i].blocks - 1);
            assert_int_equal(test_counters(&zone).pcp_count[1], (cases[i].blocks - 1) << order);
            test_zone_end(&zone);
        }
    }
}

static void v4_10_has_a_cold_end(void **state)
{
    (void)state;
    for (unsigned s = 0; s < NR_TEST_SUBJECTS; s++) {
        struct plumb_config config = test_config(PLUMB_V4_10);
        struct test_zone zone = test_zone(test_subjects[s], &config, three_types, 3);
        const struct subject *subject = zone.subject;
        uint64_t hot = must_alloc(&zone, 1, 0, MIGRATE_MOVABLE), cold;
        assert_int_equal(subject->alloc(zone.self, 1, 0, MIGRATE_MOVABLE, ALLOC_COLD, 0, &cold),
                         PLUMB_OK);
        assert_int_equal(cold, hot + 3); /* batch 4: the tail is the last one listed */
        assert_int_equal(subject->free(zone.self, 0, hot, 0, 0), PLUMB_OK);
        assert_int_equal(subject->free(zone.self, 0, cold, 0, 1), PLUMB_OK);
        assert_int_equal(subject->pcp_list_head(zone.self, 0, MIGRATE_MOVABLE), hot);
        assert_int_equal(test_page(&zone, hot).next, cold);
        test_zone_end(&zone);
    }
}

static void v2_6_11_has_two_lists(void **state)
{
    (void)state;
    for (unsigned s = 0; s < NR_TEST_SUBJECTS; s++) {
        struct plumb_config config = test_config(PLUMB_V2_6_11);
        struct test_zone zone = test_zone(test_subjects[s], &config, unmovable, 1);
        const struct subject *subject = zone.subject;
        uint64_t pfn;
        must_tune(&zone, 3, 5, 2);
        must_alloc(&zone, 0, 0, MIGRATE_UNMOVABLE); /* empty: refilled, 3 - 1 are left */
        assert_int_equal(test_pcp_length(&zone, 0, 0), 2);
        must_alloc(&zone, 0, 0, MIGRATE_UNMOVABLE); /* at low: refilled again */
        assert_int_equal(test_pcp_length(&zone, 0, 0), 4);
        assert_int_equal(subject->alloc(zone.self, 0, 0, 0, ALLOC_COLD, 0, &pfn), PLUMB_OK);
        assert_int_equal(test_pcp_length(&zone, 0, 1), 2);
        assert_int_equal(subject->free(zone.self, 0, pfn, 0, 0), PLUMB_OK);
        assert_int_equal(test_pcp_length(&zone, 0, 0), 5);
        pfn = must_alloc(&zone, 1, 0, MIGRATE_UNMOVABLE);
        must_free(&zone, 0, pfn, 0); /* at high: a batch leaves first */
        assert_int_equal(test_pcp_length(&zone, 0, 0), 3);
        test_zone_end(&zone);
    }
}

static void drains_leave_nothing(void **state)
{
    (void)state;
    for (unsigned s = 0; s < NR_TEST_SUBJECTS; s++) {
        for (uint32_t generation = 0; generation < PLUMB_NR_GENERATIONS; generation++) {
            struct plumb_config config = test_config(generation);
            bool old = generation == PLUMB_V2_6_11;
            struct test_zone zone =
                test_zone(test_subjects[s], &config, old ? unmovable : three_types, old ? 1 : 3);
            struct plumb_counters fresh = test_counters(&zone), counters;
            uint64_t a = must_alloc(&zone, 0, 0, 0), b = must_alloc(&zone, 1, 0, 0);
            must_free(&zone, 1, a, 0);
            must_free(&zone, 0, b, 0);
            counters = test_counters(&zone);
            assert_true(counters.pcp_count[0] && counters.pcp_count[1]);
            assert_int_equal(zone.subject->drain_pages(zone.self, 0), PLUMB_OK);
            counters = test_counters(&zone);
            assert_true(counters.pcp_count[0] == 0 && counters.pcp_count[1] != 0);
            zone.subject->drain_all_pages(zone.self);
            counters = test_counters(&zone);
            assert_memory_equal(&counters, &fresh, offsetof(struct plumb_counters, pcp_count));
            test_zone_end(&zone);
        }
    }
}

/* Types without lists of their own: HIGHATOMIC and CMA wait on the MOVABLE list, ISOLATE goes
 * straight back, and each returns to its own type. */
static void special_types_wait_on_the_movable_list(void **state)
{
    (void)state;
    static const uint8_t types[3] = {MIGRATE_HIGHATOMIC, MIGRATE_CMA, MIGRATE_MOVABLE};
    static const uint32_t generations[2] = {PLUMB_V4_10, PLUMB_V6_12};
    for (unsigned s = 0; s < NR_TEST_SUBJECTS; s++) {
        for (unsigned g = 0; g < 2; g++) {
            struct plumb_config config = test_config(generations[g]);
            struct test_zone zone = test_zone(test_subjects[s], &config, types, 3);
            struct plumb_counters fresh = test_counters(&zone), counters;
            for (unsigned i = 0; i < 2; i++) {
                uint64_t pfn;
                assert_int_equal(
                    zone.subject->alloc(zone.self, 0, 0, types[i], ALLOC_NO_WATERMARKS, 0, &pfn),
                    PLUMB_OK);
                assert_int_equal(test_counters(&zone).pcp_count[0], i);
                must_free(&zone, 0, pfn, 0);
                assert_int_equal(test_pcp_length(&zone, 0, MIGRATE_MOVABLE), i + 1);
            }
            zone.subject->drain_all_pages(zone.self);
            counters = test_counters(&zone);
            assert_memory_equal(&counters, &fresh, offsetof(struct plumb_counters, pcp_count));
            test_zone_end(&zone);
        }
    }
}

int test_pcp(int *run)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(v4_10_frees_round_robin),
        cmocka_unit_test(v6_12_empties_one_list_before_the_next),
        cmocka_unit_test(the_oldest_page_goes_first),
        cmocka_unit_test(v6_12_overshoots_by_a_block),
        cmocka_unit_test(v6_12_trims_from_the_list_just_pushed),
        cmocka_unit_test(v6_12_refills_by_batch_and_order),
        cmocka_unit_test(v4_10_has_a_cold_end),
        cmocka_unit_test(v2_6_11_has_two_lists),
        cmocka_unit_test(drains_leave_nothing),
        cmocka_unit_test(special_types_wait_on_the_movable_list),
    };
    return RUN_GROUP(tests, run);
}
