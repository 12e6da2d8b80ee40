/* Tests of references to used blocks: who has how many, and what is freed when one is put. */
#include "harness/tests/refs_fixture.h"

static void what_is_allocated_has_one_reference(void **state)
{
    (void)state;
    FOR_EACH_ZONE(i)
    {
        struct test_zone zone = counting_zone(i % 2, i / 2);
        uint64_t block = must_alloc(&zone, 0, 3, its_type(&zone));
        assert_used(&zone, block, 3, 1, 0);
        assert_no_refs(&zone, block + 1, block + 8);
        uint64_t run = take_run(&zone, 0, 3, its_type(&zone), 0);
        for (uint64_t pfn = run; pfn < run + 3; pfn++)
            assert_used(&zone, pfn, 0, 1, 0);
        assert_no_refs(&zone, run + 3, run + 4);
        test_zone_end(&zone);
    }
}

static void pages_of_a_range_have_one_each(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct test_zone zone = counting_zone(s, PLUMB_V6_12);
        assert_int_equal(zone.subject->alloc_contig_range(zone.self, 50, 53, M), PLUMB_OK);
        assert_no_refs(&zone, 32, 50);
        for (uint64_t pfn = 50; pfn < 53; pfn++)
            assert_used(&zone, pfn, 0, 1, 0);
        get(&zone, 51);
        assert_int_equal(zone.subject->free_contig_range(zone.self, 0, 50, 3), PLUMB_OK);
        assert_used(&zone, 51, 0, 1, 0);
        assert_int_equal(test_counters(&zone).used_pages, 1);
        put(&zone, 0, 51);
        assert_all_free(&zone);
        test_zone_end(&zone);
    }
}

static void a_page_is_freed_by_the_last_put(void **state)
{
    (void)state;
    FOR_EACH_ZONE(i)
    {
        struct test_zone zone = counting_zone(i % 2, i / 2);
        uint64_t pfn = must_alloc(&zone, 0, 0, its_type(&zone));
        get(&zone, pfn);
        get(&zone, pfn);
        assert_used(&zone, pfn, 0, 3, 0);
        put(&zone, 0, pfn);
        must_free(&zone, 0, pfn, 0);
        assert_used(&zone, pfn, 0, 1, 0);
        put(&zone, 0, pfn);
        assert_int_equal(test_counters(&zone).used_pages, 0);
        assert_all_free(&zone);
        test_zone_end(&zone);
    }
}

/* __free_pages of a block that someone else still looks at. */
static void a_shared_block_keeps_its_first_page(void **state)
{
    (void)state;
    FOR_EACH_ZONE(i)
    {
        struct test_zone zone = counting_zone(i % 2, i / 2);
        assert_int_equal(must_alloc(&zone, 0, 3, its_type(&zone)), 32);
        get(&zone, 32);
        get(&zone, 32);
        must_free(&zone, 0, 32, 3);
        assert_used(&zone, 32, 0, 2, 0);
        assert_int_equal(test_page(&zone, 32).movable, its_type(&zone) == M);
        assert_int_equal(test_counters(&zone).used_pages, 1);
        zone.subject->drain_all_pages(zone.self);
        assert_nr_free(&zone, (const uint64_t[6]){1, 1, 1, 1, 1, 7});
        assert_free(&zone, 33, 0, its_type(&zone));
        assert_free(&zone, 34, 1, its_type(&zone));
        assert_free(&zone, 36, 2, its_type(&zone));
        put(&zone, 0, 32);
        assert_used(&zone, 32, 0, 1, 0);
        put(&zone, 0, 32);
        assert_all_free(&zone);
        test_zone_end(&zone);
    }
}

/* The other order of the same puts. */
static void a_block_shared_no_more_is_freed_whole(void **state)
{
    (void)state;
    FOR_EACH_ZONE(i)
    {
        struct test_zone zone = counting_zone(i % 2, i / 2);
        assert_int_equal(must_alloc(&zone, 0, 3, its_type(&zone)), 32);
        get(&zone, 32);
        put(&zone, 0, 32);
        assert_used(&zone, 32, 3, 1, 0);
        must_free(&zone, 0, 32, 3);
        assert_int_equal(test_counters(&zone).used_pages, 0);
        assert_all_free(&zone);
        test_zone_end(&zone);
    }
}

/* Each on its own list, the upper half first: the next refill of an order takes from it. */
static void parts_go_to_the_lists_of_their_orders(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = test_config(PLUMB_V6_12);
        config.page_refs = 1;
        struct test_zone zone = one_type_zone(s, &config);
        uint64_t pfn = must_alloc(&zone, 1, 3, M);
        uint32_t before = test_counters(&zone).pcp_count[1];
        get(&zone, pfn);
        must_free(&zone, 1, pfn, 3);
        assert_int_equal(test_counters(&zone).pcp_count[1], before + 7);
        assert_int_equal(zone.subject->pcp_list_head(zone.self, 1, M), pfn + 1);
        assert_int_equal(zone.subject->pcp_list_head(zone.self, 1, 3 + M), pfn + 2);
        assert_int_equal(zone.subject->pcp_list_head(zone.self, 1, 6 + M), pfn + 4);
        put(&zone, 0, pfn);
        assert_int_equal(zone.subject->pcp_list_head(zone.self, 0, M), pfn);
        test_zone_end(&zone);
    }
}

static void upper_parts_are_freed_first(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = test_config(PLUMB_V4_10);
        config.page_refs = 1;
        config.pcp_batch = 1;
        config.pageblock_order = 1; /* a block of order 2 is freed in two pieces */
        struct test_zone zone = one_type_zone(s, &config);
        assert_int_equal(must_alloc(&zone, 0, 2, M), 32);
        get(&zone, 32);
        must_free(&zone, 0, 32, 2);
        assert_free(&zone, 34, 1, M);
        assert_int_equal(test_page(&zone, 33).state, PAGE_PCP);
        assert_int_equal(head_of(&zone, 1, M), 34);
        test_zone_end(&zone);
    }
}

static void a_compound_block_has_one_count(void **state)
{
    (void)state;
    FOR_EACH_ZONE(i)
    {
        struct test_zone zone = counting_zone(i % 2, i / 2);
        assert_int_equal(must_alloc(&zone, 0, 3, its_type(&zone)), 32);
        make_compound(&zone, 32, 3);
        assert_used(&zone, 32, 3, 1, 1);
        get(&zone, 35);
        get(&zone, 39);
        get(&zone, 32);
        assert_used(&zone, 32, 3, 4, 1);
        assert_no_refs(&zone, 33, 40);
        put(&zone, 0, 33);
        must_free(&zone, 0, 32, 3);
        put(&zone, 0, 36);
        assert_used(&zone, 32, 3, 1, 1);
        assert_int_equal(test_counters(&zone).used_pages, 8);
        put(&zone, 0, 39);
        assert_int_equal(test_counters(&zone).used_pages, 0);
        assert_all_free(&zone);
        test_zone_end(&zone);
    }
}

static void a_compound_block_is_freed_by_its_owner(void **state)
{
    (void)state;
    FOR_EACH_ZONE(i)
    {
        struct test_zone zone = counting_zone(i % 2, i / 2);
        assert_int_equal(must_alloc(&zone, 0, 2, its_type(&zone)), 32);
        make_compound(&zone, 32, 2);
        must_free(&zone, 0, 32, 2);
        assert_all_free(&zone);
        assert_int_equal(must_alloc(&zone, 0, 2, its_type(&zone)), 32);
        assert_used(&zone, 32, 2, 1, 0);
        test_zone_end(&zone);
    }
}

static void a_compound_block_may_be_shared_before(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct test_zone zone = counting_zone(s, PLUMB_V6_12);
        assert_int_equal(must_alloc(&zone, 0, 2, M), 32);
        get(&zone, 32);
        make_compound(&zone, 32, 2);
        assert_used(&zone, 32, 2, 2, 1);
        put(&zone, 0, 34);
        put(&zone, 0, 35);
        assert_all_free(&zone);
        test_zone_end(&zone);
    }
}

static void a_split_gives_each_page_its_own(void **state)
{
    (void)state;
    FOR_EACH_ZONE(i)
    {
        struct test_zone zone = counting_zone(i % 2, i / 2);
        assert_int_equal(must_alloc(&zone, 0, 3, its_type(&zone)), 32);
        get(&zone, 32);
        split(&zone, 32, 3);
        assert_used(&zone, 32, 0, 2, 0);
        for (uint64_t pfn = 33; pfn < 40; pfn++)
            assert_used(&zone, pfn, 0, 1, 0);
        get(&zone, 37);
        free_run(&zone, 0, 32, 8);
        assert_used(&zone, 32, 0, 1, 0);
        assert_used(&zone, 37, 0, 1, 0);
        assert_int_equal(test_counters(&zone).used_pages, 2);
        free_run(&zone, 0, 32, 1);
        put(&zone, 0, 37);
        assert_all_free(&zone);
        test_zone_end(&zone);
    }
}

/* References change nothing of what a pageblock holds. */
static void a_shared_movable_block_can_be_isolated(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct test_zone zone = counting_zone(s, PLUMB_V6_12);
        uint64_t pfn = must_alloc(&zone, 0, 1, M);
        get(&zone, pfn);
        assert_int_equal(zone.subject->set_migratetype_isolate(zone.self, pfn), PLUMB_OK);
        must_free(&zone, 0, pfn, 1);
        put(&zone, 0, pfn);
        assert_free(&zone, pfn, 3, MIGRATE_ISOLATE);
        test_zone_end(&zone);
    }
}

/* Half of a pageblock is like the request, whoever else refers to it: the other half is claimed. */
static void shared_blocks_count_for_a_claim(void **state)
{
    (void)state;
    static const uint8_t types[1] = {U};
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = small_config();
        config.page_refs = 1;
        struct test_zone zone = test_zone_reserved(test_subjects[s], &config, types, 1);
        uint64_t size = UINT64_C(1) << config.pageblock_order;
        release(&zone, 64, 64 + size);
        uint64_t first = must_alloc(&zone, 0, config.pageblock_order - 1, U);
        get(&zone, first);
        get(&zone, first);
        uint64_t taken = must_alloc(&zone, 0, config.pageblock_order - 2, M);
        assert_int_equal(type_at(&zone, taken), M); /* half of it is free */
        assert_used(&zone, first, config.pageblock_order - 1, 3, 0);
        test_zone_end(&zone);
    }
}

static void a_zone_that_counts_none_shows_one(void **state)
{
    (void)state;
    FOR_EACH_ZONE(i)
    {
        struct test_zone zone = plain_zone(i % 2, i / 2);
        assert_int_equal(must_alloc(&zone, 0, 3, its_type(&zone)), 32);
        assert_used(&zone, 32, 3, 1, 0);
        assert_no_refs(&zone, 33, 288);
        must_free(&zone, 0, 32, 3);
        assert_all_free(&zone);
        test_zone_end(&zone);
    }
}

int test_refs(int *run)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_allocated_has_one_reference),
        cmocka_unit_test(pages_of_a_range_have_one_each),
        cmocka_unit_test(a_page_is_freed_by_the_last_put),
        cmocka_unit_test(a_shared_block_keeps_its_first_page),
        cmocka_unit_test(a_block_shared_no_more_is_freed_whole),
        cmocka_unit_test(parts_go_to_the_lists_of_their_orders),
        cmocka_unit_test(upper_parts_are_freed_first),
        cmocka_unit_test(a_compound_block_has_one_count),
        cmocka_unit_test(a_compound_block_is_freed_by_its_owner),
        cmocka_unit_test(a_compound_block_may_be_shared_before),
        cmocka_unit_test(a_split_gives_each_page_its_own),
        cmocka_unit_test(a_shared_movable_block_can_be_isolated),
        cmocka_unit_test(shared_blocks_count_for_a_claim),
        cmocka_unit_test(a_zone_that_counts_none_shows_one),
    };
    return RUN_GROUP(tests, run);
}
