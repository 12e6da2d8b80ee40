/* Tests of the buddy lists: which block is taken, where the halves go, what merges, and where a
 * freed block is put. */
#include "harness/tests/support.h"

static const uint8_t movable[1] = {MIGRATE_MOVABLE};

/* A v6.12 zone of which no order has per-CPU lists but orders 0 to 3; order 4 goes to the buddy
 * lists at once. */
static struct test_zone big_zone(unsigned s, const uint8_t *types, unsigned nr_types)
{
    struct plumb_config config = test_config(PLUMB_V6_12);
    config.top_order = 8;
    config.pageblock_order = 6;
    config.start_pfn = 256;
    config.spanned_pages = 1024;
    return test_zone(test_subjects[s], &config, types, nr_types);
}

/* semantics 12: the lower half is kept, upper halves go to the heads of their lists. */
static void expand_keeps_the_lower_half(void **state)
{
    (void)state;
    for (unsigned s = 0; s < NR_TEST_SUBJECTS; s++) {
        struct test_zone zone = big_zone(s, movable, 1);
        uint64_t first = zone.subject->free_list_head(zone.self, 8, MIGRATE_MOVABLE);
        assert_int_equal(first, 256);
        assert_int_equal(must_alloc(&zone, 0, 4, MIGRATE_MOVABLE), 256);
        for (uint32_t order = 4; order < 8; order++)
            assert_int_equal(zone.subject->free_list_head(zone.self, order, MIGRATE_MOVABLE),
                             256 + (1u << order));
        assert_int_equal(must_alloc(&zone, 0, 4, MIGRATE_MOVABLE), 272);
        assert_int_equal(must_alloc(&zone, 0, 4, MIGRATE_MOVABLE), 288);
        test_zone_end(&zone);
    }
}

static void free_merges_as_far_as_it_can(void **state)
{
    (void)state;
    for (unsigned s = 0; s < NR_TEST_SUBJECTS; s++) {
        struct test_zone zone = big_zone(s, movable, 1);
        uint64_t a = must_alloc(&zone, 0, 4, MIGRATE_MOVABLE);
        uint64_t b = must_alloc(&zone, 0, 4, MIGRATE_MOVABLE);
        must_free(&zone, 0, a, 4);
        assert_int_equal(test_page(&zone, a).order, 4);
        must_free(&zone, 0, b, 4);
        assert_int_equal(test_page(&zone, 256).order, 8);
        assert_int_equal(test_page(&zone, b).state, PAGE_TAIL);
        assert_int_equal(test_counters(&zone).nr_free[8], 4);
        test_zone_end(&zone);
    }
}

/* semantics 11: at the tail if the next merge is likely, at the head otherwise. */
static void a_likely_merge_goes_to_the_tail(void **state)
{
    (void)state;
    for (unsigned s = 0; s < NR_TEST_SUBJECTS; s++) {
        struct test_zone zone = big_zone(s, movable, 1);
        uint64_t block[8];
        for (unsigned i = 0; i < 8; i++)
            block[i] = must_alloc(&zone, 0, 4, MIGRATE_MOVABLE);
        must_free(&zone, 0, block[5], 4); /* its pair's buddy is used: head */
        must_free(&zone, 0, block[7], 4); /* the same: head */
        assert_int_equal(zone.subject->free_list_head(zone.self, 4, MIGRATE_MOVABLE), block[7]);
        must_free(&zone, 0, block[2], 4);
        must_free(&zone, 0, block[3], 4); /* merges to order 5: blocks 2 and 3 */
        must_free(&zone, 0, block[0], 4); /* the pair's buddy is free with order 5: tail */
        assert_int_equal(zone.subject->free_list_head(zone.self, 4, MIGRATE_MOVABLE), block[7]);
        assert_int_equal(test_page(&zone, block[0]).next, PLUMB_NO_PFN);
        test_zone_end(&zone);
    }
}

/* placement=head: the same frees, and the block goes to the head all the same; a release, which asks
 * for the tail, gets it. */
static void without_the_rule_it_goes_to_the_head(void **state)
{
    (void)state;
    for (unsigned s = 0; s < NR_TEST_SUBJECTS; s++) {
        struct plumb_config config = test_config(PLUMB_V6_12);
        config.top_order = 8;
        config.pageblock_order = 6;
        config.start_pfn = 256;
        config.spanned_pages = 1024;
        config.placement = PLUMB_PLACE_HEAD;
        struct test_zone zone = test_zone(test_subjects[s], &config, movable, 1);
        assert_int_equal(zone.subject->free_list_head(zone.self, 8, MIGRATE_MOVABLE), 256);
        uint64_t block[4];
        for (unsigned i = 0; i < 4; i++)
            block[i] = must_alloc(&zone, 0, 4, MIGRATE_MOVABLE);
        must_free(&zone, 0, block[2], 4);
        must_free(&zone, 0, block[3], 4);
        must_free(&zone, 0, block[0], 4); /* the pair's buddy is free with order 5 */
        assert_int_equal(zone.subject->free_list_head(zone.self, 4, MIGRATE_MOVABLE), block[0]);
        test_zone_end(&zone);
    }
}

static void placements_are_known(void **state)
{
    (void)state;
    static const uint8_t unmovable[RECORD_MAX_PAGEBLOCKS] = {0};
    for (unsigned s = 0; s < NR_TEST_SUBJECTS; s++) {
        struct plumb_config config = test_config(PLUMB_V2_6_11);
        config.placement = PLUMB_PLACE_HEAD;
        struct test_zone zone = test_zone_reserved(test_subjects[s], &config, unmovable, 1);
        config.placement = PLUMB_NR_PLACEMENTS;
        assert_int_equal(zone.subject->init(zone.self, &config, unmovable), PLUMB_ECONFIG);
        test_zone_end(&zone);
    }
}

/* Pageblocks of the first three types merge with one another, and the whole takes the freed
 * page's type in every pageblock (exhibit A7, repaired). */
static void types_that_merge_are_rewritten_everywhere(void **state)
{
    (void)state;
    static const uint8_t types[4] = {MIGRATE_MOVABLE, MIGRATE_UNMOVABLE, MIGRATE_RECLAIMABLE,
                                     MIGRATE_RECLAIMABLE};
    for (unsigned s = 0; s < NR_TEST_SUBJECTS; s++) {
        struct plumb_config config = test_config(PLUMB_V6_12);
        config.top_order = 8;
        config.pageblock_order = 6;
        config.start_pfn = 256;
        config.spanned_pages = 256;
        struct test_zone zone = test_zone_reserved(test_subjects[s], &config, types, 4);
        const struct subject *subject = zone.subject;
        assert_int_equal(subject->free_range(zone.self, 384, 512), PLUMB_OK);
        assert_int_equal(test_page(&zone, 384).order, 7);
        assert_int_equal(subject->free_range(zone.self, 256, 320), PLUMB_OK);
        assert_int_equal(test_page(&zone, 256).type, MIGRATE_MOVABLE);
        assert_int_equal(subject->free_range(zone.self, 320, 384), PLUMB_OK);
        assert_int_equal(test_page(&zone, 256).order, 8);
        assert_int_equal(test_page(&zone, 256).type, MIGRATE_UNMOVABLE);
        for (uint64_t pfn = 256; pfn < 512; pfn++)
            assert_int_equal(test_page(&zone, pfn).pageblock_type, MIGRATE_UNMOVABLE);
        test_zone_end(&zone);
    }
}

static void special_types_stay_apart(void **state)
{
    (void)state;
    static const uint8_t special[3] = {MIGRATE_HIGHATOMIC, MIGRATE_CMA, MIGRATE_ISOLATE};
    for (unsigned s = 0; s < NR_TEST_SUBJECTS; s++) {
        for (unsigned i = 0; i < 3; i++) {
            uint8_t types[2] = {MIGRATE_MOVABLE, special[i]};
            struct test_zone zone = big_zone(s, types, 2);
            struct plumb_counters counters = test_counters(&zone);
            assert_int_equal(counters.nr_free[6], 16);
            assert_int_equal(test_free_length(&zone, 6, special[i]), 8);
            bool isolate = special[i] == MIGRATE_ISOLATE;
            assert_int_equal(counters.free_pages, isolate ? 512 : 1024);
            assert_int_equal(counters.isolated_pages, isolate ? 512 : 0);
            assert_int_equal(counters.free_cma, special[i] == MIGRATE_CMA ? 512 : 0);
            assert_int_equal(counters.free_highatomic, special[i] == MIGRATE_HIGHATOMIC ? 512 : 0);
            test_zone_end(&zone);
        }
    }
}

/* Blocks above pageblock_order are freed by pageblocks, each with its own type; free, they merge
 * again if their types may. */
static void a_large_block_is_freed_by_pageblocks(void **state)
{
    (void)state;
    static struct snapshot before, after;
    for (unsigned s = 0; s < NR_TEST_SUBJECTS; s++) {
        struct test_zone zone = big_zone(s, movable, 1);
        test_snapshot(&zone, &before);
        uint64_t pfn = must_alloc(&zone, 0, 8, MIGRATE_MOVABLE);
        assert_int_equal(test_counters(&zone).used_pages, 256);
        must_free(&zone, 0, pfn, 8);
        test_snapshot(&zone, &after);
        assert_memory_equal(before.counters.nr_free, after.counters.nr_free,
                            sizeof(before.counters.nr_free));
        assert_int_equal(test_page(&zone, pfn).order, 8);
        test_zone_end(&zone);
    }
}

static void no_block_is_found_for_another_type(void **state)
{
    (void)state;
    uint64_t pfn;
    for (unsigned s = 0; s < NR_TEST_SUBJECTS; s++) {
        struct test_zone zone = big_zone(s, movable, 1);
        for (uint32_t type = 0; type < MIGRATE_ISOLATE; type++) {
            enum plumb_status status =
                zone.subject->alloc(zone.self, 0, 0, type, ALLOC_NO_WATERMARKS, 0, &pfn);
            assert_int_equal(status, type == MIGRATE_MOVABLE ? PLUMB_OK : PLUMB_ENOMEM);
            assert_true(status == PLUMB_OK || pfn == PLUMB_NO_PFN);
        }
        test_zone_end(&zone);
    }
}

int test_buddy(int *run)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(expand_keeps_the_lower_half),
        cmocka_unit_test(free_merges_as_far_as_it_can),
        cmocka_unit_test(a_likely_merge_goes_to_the_tail),
        cmocka_unit_test(without_the_rule_it_goes_to_the_head),
        cmocka_unit_test(placements_are_known),
        cmocka_unit_test(types_that_merge_are_rewritten_everywhere),
        cmocka_unit_test(special_types_stay_apart),
        cmocka_unit_test(a_large_block_is_freed_by_pageblocks),
        cmocka_unit_test(no_block_is_found_for_another_type),
    };
    return RUN_GROUP(tests, run);
}
