/* Tests of ranges of pages: in which order lists are left, and how ranges are freed. */
#include "harness/tests/contig_fixture.h"

/* A free list has these three blocks, in this order. */
static void assert_three(const struct test_zone *zone, uint32_t order, const uint64_t pfns[3])
{
    assert_int_equal(head_of(zone, order, M), pfns[0]);
    assert_int_equal(test_page(zone, pfns[0]).next, pfns[1]);
    assert_int_equal(test_page(zone, pfns[1]).next, pfns[2]);
    assert_int_equal(test_page(zone, pfns[2]).next, PLUMB_NO_PFN);
}

/* Pageblocks of 2 pages, five of them: 64 to 72. When the last, 72, leaves the block from 72 to 80,
 * those between are not isolated yet, or 64 to 72 were one block and 76 would go to the tail. */
static void the_ends_are_isolated_first(void **state)
{
    (void)state;
    static const uint64_t nr_free[6] = {2, 1, 2, 1, 2, 6};
    FOR_EACH_SUBJECT(s)
    FOR_EACH_GENERATION(g)
    {
        struct plumb_config config = test_config(generations[g]);
        config.pageblock_order = 1;
        struct test_zone zone = test_zone(test_subjects[s], &config, all_movable, 1);
        assert_int_equal(take(&zone, 2, M, 0), 32);
        assert_int_equal(head_of(&zone, 2, M), 36);
        contig(&zone, 65, 73, M);
        assert_list(&zone, 0, M, 64, 73);
        assert_free(&zone, 74, 1, M);
        assert_list(&zone, 2, M, 76, 36);
        assert_list(&zone, 4, M, 80, 48);
        assert_nr_free(&zone, nr_free);
        test_zone_end(&zone);
    }
}

/* When all is undone, pageblock by pageblock, ascending. */
static void what_is_left_over_goes_to_tails(void **state)
{
    (void)state;
    static const uint64_t left[3] = {36, 64, 76};
    FOR_EACH_SUBJECT(s)
    FOR_EACH_GENERATION(g)
    {
        struct test_zone zone = plain_zone(s, generations[g]);
        assert_int_equal(take(&zone, 2, M, 0), 32);
        contig(&zone, 68, 76, M);
        assert_three(&zone, 2, left);
        assert_totals(&zone, 244, 0);
        test_zone_end(&zone);
    }
}

/* Four isolated pageblocks of 2 pages around the four of the range; all eight are one block when
 * the range is taken. What is before it is given back first. */
static void what_is_before_goes_back_before_what_is_behind(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    FOR_EACH_GENERATION(g)
    {
        struct plumb_config config = test_config(generations[g]);
        config.pageblock_order = 1;
        struct test_zone zone = test_zone(test_subjects[s], &config, all_movable, 1);
        isolate(&zone, 32);
        isolate(&zone, 34);
        isolate(&zone, 44);
        isolate(&zone, 46);
        contig(&zone, 37, 43, M);
        assert_list(&zone, 2, I, 44, 32);
        assert_list(&zone, 0, M, 36, 43);
        assert_totals(&zone, 242, 8);
        test_zone_end(&zone);
    }
}

/* All lists, whatever their pages' pageblocks. */
static void lists_are_emptied(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    FOR_EACH_GENERATION(g)
    {
        struct test_zone zone = caching_zone(s, generations[g]);
        assert_int_equal(must_alloc(&zone, 0, 0, M), 32);
        assert_int_equal(must_alloc(&zone, 1, 0, M), 36);
        assert_int_equal(test_counters(&zone).pcp_pages, 6);
        contig(&zone, 64, 66, M);
        assert_list(&zone, 0, M, 33, 37);
        assert_totals(&zone, 252, 0);
        test_zone_end(&zone);
    }
}

/* ---- the way back ---- */

/* To the hot end, ascending: the last page is the first to be had again. */
static void pages_are_freed_in_ascending_order(void **state)
{
    (void)state;
    for (unsigned i = 0; i < NR_TEST_SUBJECTS * PLUMB_NR_GENERATIONS; i++) {
        struct test_zone zone = caching_zone(i % 2, i / 2);
        uint32_t index = its_type(&zone); /* of the list */
        uint64_t first = take_run(&zone, 0, 4, its_type(&zone), 0);
        zone.subject->drain_all_pages(zone.self);
        free_contig(&zone, 1, first, 4);
        assert_int_equal(test_pcp_length(&zone, 1, index), 4);
        uint64_t pfn = zone.subject->pcp_list_head(zone.self, 1, index);
        for (uint64_t k = 0; k < 4; k++) {
            assert_int_equal(pfn, first + 3 - k);
            pfn = test_page(&zone, pfn).next;
        }
        test_zone_end(&zone);
    }
}

static void a_range_is_freed_in_parts(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    FOR_EACH_GENERATION(g)
    {
        struct test_zone zone = plain_zone(s, generations[g]);
        contig(&zone, 35, 59, M);
        free_contig(&zone, 0, 40, 3);
        must_free(&zone, 1, 58, 0);
        assert_free(&zone, 42, 0, M);
        free_run(&zone, 0, 43, 15);
        assert_free(&zone, 48, 4, M);
        assert_totals(&zone, 251, 0);
        for (uint64_t pfn = 39; pfn >= 35; pfn--)
            must_free(&zone, 0, pfn, 0);
        assert_whole(&zone, M);
        test_zone_end(&zone);
    }
}

/* 1900 pages of four largest blocks; alloc_exact's releases end at 1024. */
static void a_long_range(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    FOR_EACH_GENERATION(g)
    {
        struct plumb_config config = test_config(generations[g]);
        config.start_pfn = 1024;
        config.spanned_pages = 4096;
        config.top_order = 10;
        config.pageblock_order = 9;
        config.pcp_batch = 1;
        config.pcp_high = 0;
        struct test_zone zone = test_zone(test_subjects[s], &config, all_movable, 1);
        contig(&zone, 1100, 3000, M);
        assert_free(&zone, 1024, 6, M);
        assert_free(&zone, 1088, 3, M);
        assert_free(&zone, 1096, 2, M);
        assert_free(&zone, 3000, 3, M);
        assert_free(&zone, 3008, 6, M);
        assert_totals(&zone, 2196, 0);
        assert_int_equal(zone.subject->free_pages_exact(zone.self, 0, 1100, 1900), PLUMB_ERANGE);
        assert_int_equal(zone.subject->free_pages_exact(zone.self, 0, 1100, 1025), PLUMB_ERANGE);
        free_contig(&zone, 1, 1100, 1900);
        assert_int_equal(test_counters(&zone).nr_free[10], 4);
        assert_totals(&zone, 4096, 0);
        test_zone_end(&zone);
    }
}

int test_contig_order(int *run)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_ends_are_isolated_first),
        cmocka_unit_test(what_is_left_over_goes_to_tails),
        cmocka_unit_test(what_is_before_goes_back_before_what_is_behind),
        cmocka_unit_test(lists_are_emptied),
        cmocka_unit_test(pages_are_freed_in_ascending_order),
        cmocka_unit_test(a_range_is_freed_in_parts),
        cmocka_unit_test(a_long_range),
    };
    return RUN_GROUP(tests, run);
}
