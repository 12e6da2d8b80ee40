/* Tests of split pages and of runs of pages: what becomes of the block, and of the pages behind the
 * run. */
#include "harness/tests/exact_fixture.h"

/* ---- split pages ---- */

static void a_block_becomes_single_pages(void **state)
{
    (void)state;
    for (unsigned i = 0; i < NR_TEST_SUBJECTS * PLUMB_NR_GENERATIONS; i++) {
        struct test_zone zone = plain_zone(i % 2, i / 2);
        assert_int_equal(must_alloc(&zone, 0, 3, its_type(&zone)), 32);
        split(&zone, 32, 3);
        assert_single_pages(&zone, 32, 8, its_type(&zone) == M);
        assert_free(&zone, 40, 3, its_type(&zone));
        assert_int_equal(test_counters(&zone).used_pages, 8);
        assert_nr_free(&zone, (const uint64_t[6]){0, 0, 0, 1, 1, 7});
        for (uint64_t pfn = 32; pfn < 40; pfn++)
            must_free(&zone, 0, pfn, 0);
        zone.subject->drain_all_pages(zone.self);
        assert_nr_free(&zone, (const uint64_t[6]){0, 0, 0, 0, 0, 8});
        test_zone_end(&zone);
    }
}

static void pages_of_a_split_block_merge_with_each_other(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct test_zone zone = plain_zone(s, PLUMB_V6_12);
        assert_int_equal(must_alloc(&zone, 0, 5, M), 32);
        split(&zone, 32, 5);
        assert_single_pages(&zone, 32, 32, 1);
        must_free(&zone, 0, 35, 0);
        must_free(&zone, 0, 34, 0);
        must_free(&zone, 0, 63, 0);
        assert_free(&zone, 34, 1, M);
        assert_int_equal(test_page(&zone, 35).state, PAGE_TAIL);
        assert_free(&zone, 63, 0, M);
        assert_single_pages(&zone, 32, 2, 1);
        assert_single_pages(&zone, 36, 27, 1);
        test_zone_end(&zone);
    }
}

static void a_single_page_stays_as_it_is(void **state)
{
    (void)state;
    static struct snapshot before;
    for (unsigned i = 0; i < NR_TEST_SUBJECTS * PLUMB_NR_GENERATIONS; i++) {
        struct test_zone zone = caching_zone(i % 2, i / 2);
        uint64_t pfn = must_alloc(&zone, 0, 0, its_type(&zone));
        test_snapshot(&zone, &before);
        split(&zone, pfn, 0);
        assert_unchanged(&zone, &before);
        test_zone_end(&zone);
    }
}

static void each_piece_is_as_movable_as_the_block(void **state)
{
    (void)state;
    static const uint8_t types[12] = {U, U, U, U, M, M, M, M, MIGRATE_CMA, MIGRATE_CMA};
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = test_config(PLUMB_V6_12);
        struct test_zone zone = test_zone(test_subjects[s], &config, types, 12);
        static const uint32_t requests[3] = {U, M, MIGRATE_CMA};
        for (unsigned i = 0; i < 3; i++) {
            uint64_t pfn = must_alloc(&zone, 0, 3, requests[i]);
            split(&zone, pfn, 3);
            assert_single_pages(&zone, pfn, 8, requests[i] != U);
            pfn = take_run(&zone, 0, 3, requests[i], 0);
            assert_single_pages(&zone, pfn, 3, requests[i] != U);
        }
        test_zone_end(&zone);
    }
}

/* ---- what is behind a run ---- */

/* Five pages of eight: what is left is a page and a pair, each behind what its list had. */
static void the_rest_goes_to_the_tails(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct test_zone zone = plain_zone(s, PLUMB_V6_12);
        assert_int_equal(take_run(&zone, 0, 5, M, 0), 32);
        assert_single_pages(&zone, 32, 5, 1);
        assert_free(&zone, 37, 0, M);
        assert_free(&zone, 38, 1, M);
        assert_int_equal(test_page(&zone, 39).state, PAGE_TAIL);
        assert_int_equal(test_page(&zone, 37).movable, 0);
        assert_int_equal(test_page(&zone, 39).movable, 0);
        assert_nr_free(&zone, (const uint64_t[6]){1, 1, 0, 1, 1, 7});
        assert_int_equal(test_counters(&zone).free_pages, 251);
        assert_int_equal(test_counters(&zone).used_pages, 5);

        assert_int_equal(take_run(&zone, 0, 5, M, 0), 40);
        assert_int_equal(head_of(&zone, 0, M), 37);
        assert_int_equal(test_page(&zone, 37).next, 45);
        assert_int_equal(head_of(&zone, 1, M), 38);
        assert_int_equal(test_page(&zone, 38).next, 46);

        free_run(&zone, 1, 32, 5);
        free_run(&zone, 0, 40, 5);
        assert_nr_free(&zone, (const uint64_t[6]){0, 0, 0, 0, 0, 8});
        assert_int_equal(test_counters(&zone).used_pages, 0);
        test_zone_end(&zone);
    }
}

/* Per-CPU lists serve the block, but get nothing of it back. Of a freed run the last page is the
 * head. */
static void the_rest_passes_the_lists_by(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct test_zone zone = caching_zone(s, PLUMB_V6_12);
        assert_int_equal(take_run(&zone, 1, 3, M, 0), 32);
        assert_free(&zone, 35, 0, M);
        assert_int_equal(test_page(&zone, 36).state, PAGE_PCP);
        assert_int_equal(test_counters(&zone).pcp_count[1], 4);
        assert_int_equal(test_counters(&zone).free_pages, 249);
        free_run(&zone, 0, 32, 3);
        assert_int_equal(test_counters(&zone).pcp_count[0], 3);
        assert_int_equal(zone.subject->pcp_list_head(zone.self, 0, M), 34);
        assert_int_equal(test_page(&zone, 34).next, 33);
        assert_int_equal(test_page(&zone, 33).next, 32);
        test_zone_end(&zone);
    }
}

/* Before v6.12 each page is freed as any page is. */
static void the_rest_goes_to_the_lists(void **state)
{
    (void)state;
    for (unsigned i = 0; i < NR_TEST_SUBJECTS * 2; i++) {
        struct test_zone zone = caching_zone(i % 2, i / 2 ? PLUMB_V4_10 : PLUMB_V2_6_11);
        uint32_t type = its_type(&zone);
        assert_int_equal(take_run(&zone, 1, 5, type, 0), 32);
        assert_single_pages(&zone, 32, 5, type == M);
        assert_int_equal(zone.subject->pcp_list_head(zone.self, 1, type), 39);
        assert_int_equal(test_page(&zone, 39).next, 38);
        assert_int_equal(test_page(&zone, 38).next, 37);
        assert_int_equal(test_page(&zone, 37).state, PAGE_PCP);
        assert_int_equal(test_page(&zone, 37).cpu, 1);
        assert_int_equal(test_page(&zone, 37).movable, 0);
        assert_int_equal(test_counters(&zone).pcp_count[1], 3);
        assert_int_equal(test_counters(&zone).free_pages, 248);
        assert_int_equal(test_counters(&zone).used_pages, 5);
        test_zone_end(&zone);
    }
}

/* A list of two pages at most: of three pages the first two leave it again, as they came. */
static void the_rest_may_leave_the_lists(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct test_zone zone = caching_zone(s, PLUMB_V4_10);
        must_tune(&zone, 1, 2, 0);
        assert_int_equal(take_run(&zone, 0, 5, M, 0), 32);
        assert_int_equal(zone.subject->pcp_list_head(zone.self, 0, M), 39);
        assert_int_equal(test_counters(&zone).pcp_count[0], 1);
        assert_free(&zone, 37, 0, M);
        assert_free(&zone, 38, 0, M);
        assert_int_equal(head_of(&zone, 0, M), 38);
        test_zone_end(&zone);
    }
}

static void a_whole_block_leaves_nothing(void **state)
{
    (void)state;
    for (unsigned i = 0; i < NR_TEST_SUBJECTS * PLUMB_NR_GENERATIONS; i++) {
        struct test_zone zone = plain_zone(i % 2, i / 2);
        assert_int_equal(take_run(&zone, 0, 32, its_type(&zone), 0), 32);
        assert_single_pages(&zone, 32, 32, its_type(&zone) == M);
        assert_nr_free(&zone, (const uint64_t[6]){0, 0, 0, 0, 0, 7});
        assert_int_equal(take_run(&zone, 0, 8, its_type(&zone), 0), 64);
        assert_nr_free(&zone, (const uint64_t[6]){0, 0, 0, 1, 1, 6});
        assert_int_equal(test_counters(&zone).pcp_pages, 0);
        test_zone_end(&zone);
    }
}

/* One page is an allocation of order 0. */
static void one_page_is_a_plain_allocation(void **state)
{
    (void)state;
    static struct snapshot after;
    for (unsigned i = 0; i < NR_TEST_SUBJECTS * PLUMB_NR_GENERATIONS; i++) {
        struct test_zone zone = caching_zone(i % 2, i / 2);
        struct test_zone other = caching_zone(i % 2, i / 2);
        uint64_t pfn = take_run(&zone, 1, 1, its_type(&zone), ALLOC_COLD);
        assert_int_equal(other.subject->alloc(other.self, 1, 0, its_type(&zone), ALLOC_COLD, 0,
                                              &after.pages[0].next),
                         PLUMB_OK);
        assert_int_equal(pfn, after.pages[0].next);
        test_snapshot(&other, &after);
        assert_unchanged(&zone, &after);
        test_zone_end(&other);
        test_zone_end(&zone);
    }
}

/* Every length: what is left is one block for each bit of it, and all becomes whole again. */
static void every_length_comes_and_goes(void **state)
{
    (void)state;
    static const uint64_t whole[6] = {0, 0, 0, 0, 0, 8};
    for (unsigned i = 0; i < NR_TEST_SUBJECTS * PLUMB_NR_GENERATIONS; i++) {
        struct test_zone zone = plain_zone(i % 2, i / 2);
        for (uint32_t pages = 1; pages <= 32; pages++) {
            uint64_t nr_free[6] = {0, 0, 0, 0, 0, 7};
            uint64_t pfn = take_run(&zone, 0, pages, its_type(&zone), 0);
            assert_single_pages(&zone, pfn, pages, its_type(&zone) == M);
            assert_int_equal(test_counters(&zone).used_pages, pages);
            for (uint32_t order = 0; order < 5; order++)
                nr_free[order] = (32 - pages) >> order & 1;
            zone.subject->drain_all_pages(zone.self);
            assert_nr_free(&zone, nr_free);
            free_run(&zone, 1, pfn, pages);
            zone.subject->drain_all_pages(zone.self);
            assert_nr_free(&zone, whole);
        }
        test_zone_end(&zone);
    }
}

/* ---- pageblocks ---- */

static void runs_cross_pageblocks(void **state)
{
    (void)state;
    static const uint8_t types[2] = {U, M};
    for (unsigned i = 0; i < NR_TEST_SUBJECTS * 3; i++) {
        struct plumb_config config = test_config(PLUMB_V6_12);
        config.pageblock_order = i / 2;
        config.pcp_batch = 1;
        config.pcp_high = 0;
        struct test_zone zone = test_zone(test_subjects[i % 2], &config, types, 2);
        /* The last pageblock released gives its type to what it merges with. */
        assert_int_equal(take_run(&zone, 0, 11, M, 0), 32);
        assert_single_pages(&zone, 32, 11, 1);
        assert_free(&zone, 43, 0, M);
        assert_free(&zone, 44, 2, M);
        assert_free(&zone, 48, 4, M);
        assert_int_equal(type_at(&zone, 42), M);
        assert_nr_free(&zone, (const uint64_t[6]){1, 0, 1, 0, 1, 7});
        free_run(&zone, 0, 32, 11);
        assert_nr_free(&zone, (const uint64_t[6]){0, 0, 0, 0, 0, 8});
        test_zone_end(&zone);
    }
}

/* The rest has the type its pageblock has by then: here the request has just reserved it. */
static void the_rest_of_a_reserved_block_is_reserved(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = test_config(PLUMB_V6_12);
        config.start_pfn = 1024;
        config.spanned_pages = 1000;
        config.pcp_batch = 1;
        config.pcp_high = 0;
        config.highatomic = 1;
        struct test_zone zone = test_zone(test_subjects[s], &config, all_movable, 1);
        assert_int_equal(take_run(&zone, 0, 3, M, ALLOC_HIGHATOMIC), 2016);
        assert_free(&zone, 2019, 0, H);
        assert_free(&zone, 2020, 2, H);
        assert_int_equal(test_counters(&zone).free_highatomic, 5);
        assert_int_equal(test_counters(&zone).nr_reserved_highatomic, 8);
        assert_int_equal(take_run(&zone, 0, 9, M, ALLOC_HIGHATOMIC), 1024);
        assert_free(&zone, 1033, 0, H);
        assert_free(&zone, 1034, 1, H);
        assert_free(&zone, 1036, 2, H);
        assert_free(&zone, 1040, 4, M);
        assert_int_equal(test_page(&zone, 2019).next, 1033);
        assert_int_equal(test_counters(&zone).nr_reserved_highatomic, 24);
        free_run(&zone, 0, 2016, 3);
        assert_free(&zone, 2016, 3, H);
        test_zone_end(&zone);
    }
}

/* A run may end anywhere in the zone, and reach over blocks that were never one. */
static void any_single_pages_are_a_run(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct test_zone zone = plain_zone(s, PLUMB_V6_12);
        for (unsigned n = 0; n < 8; n++)
            take_run(&zone, 0, 32, M, 0);
        free_run(&zone, 0, 280, 8);
        free_run(&zone, 1, 50, 30);
        assert_free(&zone, 280, 3, M);
        assert_free(&zone, 50, 1, M);
        assert_free(&zone, 52, 2, M);
        assert_free(&zone, 56, 3, M);
        assert_free(&zone, 64, 4, M);
        assert_nr_free(&zone, (const uint64_t[6]){0, 1, 1, 2, 1, 0});
        assert_int_equal(zone.subject->free_pages_exact(zone.self, 0, 40, 32), PLUMB_EFREE);
        test_zone_end(&zone);
    }
}

int test_exact(int *run)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_block_becomes_single_pages),
        cmocka_unit_test(pages_of_a_split_block_merge_with_each_other),
        cmocka_unit_test(a_single_page_stays_as_it_is),
        cmocka_unit_test(each_piece_is_as_movable_as_the_block),
        cmocka_unit_test(the_rest_goes_to_the_tails),
        cmocka_unit_test(the_rest_passes_the_lists_by),
        cmocka_unit_test(the_rest_goes_to_the_lists),
        cmocka_unit_test(the_rest_may_leave_the_lists),
        cmocka_unit_test(a_whole_block_leaves_nothing),
        cmocka_unit_test(one_page_is_a_plain_allocation),
        cmocka_unit_test(every_length_comes_and_goes),
        cmocka_unit_test(runs_cross_pageblocks),
        cmocka_unit_test(the_rest_of_a_reserved_block_is_reserved),
        cmocka_unit_test(any_single_pages_are_a_run),
    };
    return RUN_GROUP(tests, run);
}
