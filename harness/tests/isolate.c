/* Tests of isolation: what becomes of a pageblock's pages, and of those on per-CPU lists, and the
 * way back. */
#include "harness/tests/isolate_fixture.h"

/* ---- what becomes of free pages ---- */

static void a_larger_block_is_given_back_in_pieces(void **state)
{
    (void)state;
    static const uint64_t nr_free[6] = {0, 0, 0, 2, 1, 7};
    FOR_EACH_SUBJECT(s)
    FOR_EACH_GENERATION(g)
    {
        struct test_zone zone = plain_zone(s, generations[g]);
        isolate(&zone, 50);
        assert_free(&zone, 32, 4, M);
        assert_free(&zone, 48, 3, I);
        assert_free(&zone, 56, 3, M);
        for (uint64_t pfn = 32; pfn < 288; pfn++)
            assert_int_equal(type_at(&zone, pfn), pfn >= 48 && pfn < 56 ? I : M);
        assert_nr_free(&zone, nr_free);
        assert_totals(&zone, 248, 8);
        test_zone_end(&zone);
    }
}

/* The pieces of a larger block go to the heads, a block of one pageblock to the tail. */
static void pieces_go_to_heads_and_a_single_one_to_the_tail(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    FOR_EACH_GENERATION(g)
    {
        struct test_zone zone = plain_zone(s, generations[g]);
        assert_int_equal(take(&zone, 3, M, 0), 32);
        isolate(&zone, 70);
        assert_free(&zone, 64, 3, I);
        assert_list(&zone, 3, M, 72, 40);
        assert_list(&zone, 4, M, 80, 48);
        isolate(&zone, 47);
        assert_list(&zone, 3, I, 64, 40);
        assert_totals(&zone, 232, 16);
        test_zone_end(&zone);
    }
}

static void smaller_blocks_move_as_they_are(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    FOR_EACH_GENERATION(g)
    {
        struct test_zone zone = plain_zone(s, generations[g]);
        assert_int_equal(take(&zone, 0, M, 0), 32);
        isolate(&zone, 39);
        assert_free(&zone, 33, 0, I);
        assert_free(&zone, 34, 1, I);
        assert_free(&zone, 36, 2, I);
        assert_free(&zone, 40, 3, M);
        assert_totals(&zone, 248, 7);
        assert_int_equal(test_counters(&zone).used_pages, 1);
        test_zone_end(&zone);

        zone = plain_zone(s, generations[g]);
        for (uint64_t pfn = 32; pfn < 40; pfn++)
            assert_int_equal(take(&zone, 0, M, 0), pfn);
        must_free(&zone, 0, 33, 0);
        must_free(&zone, 0, 37, 0);
        assert_int_equal(head_of(&zone, 0, M), 37);
        isolate(&zone, 32);
        assert_list(&zone, 0, I, 33, 37);
        assert_int_equal(head_of(&zone, 0, M), PLUMB_NO_PFN);
        test_zone_end(&zone);
    }
}

/* What is freed joins the pageblock's pages, past the per-CPU lists, and nobody gets it. */
static void an_isolated_pageblock_keeps_its_pages(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    FOR_EACH_GENERATION(g)
    {
        struct plumb_config config = test_config(generations[g]);
        config.fallback = PLUMB_FALLBACK_V6_12;
        config.pcp_batch = 1;
        config.pcp_high = 0;
        struct test_zone zone = test_zone(test_subjects[s], &config, all_movable, 1);
        assert_int_equal(take(&zone, 0, M, 0), 32);
        isolate(&zone, 32);
        must_free(&zone, 1, 32, 0);
        assert_free(&zone, 32, 3, I);
        assert_free(&zone, 40, 3, M);
        assert_totals(&zone, 248, 8);
        for (unsigned i = 0; i < 248; i++)
            assert_true(take(&zone, 0, i % 3, ALLOC_CMA) >= 40);
        for (uint32_t type = 0; type < MIGRATE_ISOLATE; type++)
            refuse(&zone, 0, type, ALLOC_CMA | ALLOC_HIGHATOMIC | ALLOC_OOM | ALLOC_NON_BLOCK);
        assert_free(&zone, 32, 3, I);
        test_zone_end(&zone);
    }
}

static void isolated_buddies_merge(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    FOR_EACH_GENERATION(g)
    {
        struct test_zone zone = plain_zone(s, generations[g]);
        isolate(&zone, 32);
        assert_free(&zone, 32, 3, I);
        assert_free(&zone, 40, 3, M);
        assert_free(&zone, 48, 4, M);
        isolate(&zone, 40);
        assert_free(&zone, 32, 4, I);
        isolate(&zone, 48);
        assert_free(&zone, 48, 3, I);
        assert_free(&zone, 56, 3, M);
        isolate(&zone, 56);
        assert_free(&zone, 32, 5, I);
        assert_totals(&zone, 224, 32);
        isolate(&zone, 64);
        must_free(&zone, 0, take(&zone, 3, M, 0), 3);
        assert_free(&zone, 64, 3, I);
        assert_free(&zone, 72, 3, M);
        test_zone_end(&zone);
    }
}

/* Only the type changes; what the block is freed as shows it. */
static void of_a_larger_used_block_nothing_moves(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    FOR_EACH_GENERATION(g)
    {
        struct test_zone zone = plain_zone(s, generations[g]);
        assert_int_equal(take(&zone, 4, M, 0), 32);
        isolate(&zone, 44);
        assert_int_equal(type_at(&zone, 39), M);
        assert_int_equal(type_at(&zone, 40), I);
        assert_int_equal(type_at(&zone, 48), M);
        assert_totals(&zone, 240, 0);
        must_free(&zone, 0, 32, 4);
        assert_free(&zone, 32, 3, M);
        assert_free(&zone, 40, 3, I);
        assert_free(&zone, 48, 4, M);
        test_zone_end(&zone);

        zone = plain_zone(s, generations[g]);
        assert_int_equal(take(&zone, 4, M, 0), 32);
        isolate(&zone, 32);
        isolate(&zone, 40);
        unisolate(&zone, 40, U);
        must_free(&zone, 0, 32, 4);
        assert_free(&zone, 32, 3, I);
        assert_free(&zone, 40, 3, U);
        test_zone_end(&zone);
    }
}

/* ---- the per-CPU lists ---- */

static void cached_pages_join_the_pageblock(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    FOR_EACH_GENERATION(g)
    {
        struct test_zone zone = caching_zone(s, generations[g]);
        assert_int_equal(must_alloc(&zone, 0, 0, M), 32);
        must_free(&zone, 1, 32, 0);
        assert_int_equal(test_counters(&zone).pcp_pages, 4);
        isolate(&zone, 36);
        assert_free(&zone, 32, 3, I);
        assert_free(&zone, 40, 3, M);
        assert_totals(&zone, 248, 8);
        test_zone_end(&zone);
    }
}

/* All lists are emptied, whatever their pages' pageblocks: 35 to 33, then 39 to 37. The last page
 * of each goes to the tail, for its buddy's buddy is free. */
static void lists_are_emptied_cpu_0_first(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    FOR_EACH_GENERATION(g)
    {
        struct test_zone zone = caching_zone(s, generations[g]);
        assert_int_equal(must_alloc(&zone, 0, 0, M), 32);
        assert_int_equal(must_alloc(&zone, 1, 0, M), 36);
        assert_int_equal(test_counters(&zone).pcp_pages, 6);
        isolate(&zone, 64);
        assert_list(&zone, 0, M, 33, 37);
        assert_list(&zone, 1, M, 38, 34);
        assert_totals(&zone, 246, 8);
        must_free(&zone, 1, 36, 0);
        unisolate(&zone, 64, M); /* empties none */
        assert_int_equal(test_page(&zone, 36).state, PAGE_PCP);
        test_zone_end(&zone);
    }
}

/* ---- the way back ---- */

static void the_way_back_splits_and_merges(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    FOR_EACH_GENERATION(g)
    {
        struct test_zone zone = plain_zone(s, generations[g]);
        for (uint64_t pfn = 32; pfn < 64; pfn += 8)
            isolate(&zone, pfn);
        unisolate(&zone, 44, M); /* one of four */
        assert_free(&zone, 32, 3, I);
        assert_free(&zone, 40, 3, M);
        assert_free(&zone, 48, 4, I);
        assert_totals(&zone, 232, 24);
        unisolate(&zone, 32, M);
        assert_free(&zone, 32, 4, M);
        unisolate(&zone, 48, U);
        assert_free(&zone, 48, 3, U);
        assert_free(&zone, 56, 3, I);
        unisolate(&zone, 56, R); /* of all three types there is one block */
        assert_free(&zone, 32, 5, R);
        for (uint64_t pfn = 32; pfn < 64; pfn++)
            assert_int_equal(type_at(&zone, pfn), R);
        isolate(&zone, 56);
        unisolate(&zone, 56, C);
        assert_free(&zone, 56, 3, C);
        assert_int_equal(test_counters(&zone).free_cma, 8);
        assert_totals(&zone, 256, 0);
        test_zone_end(&zone);
    }
}

/* A single pageblock to the tail of its list, as well as what is smaller; pieces to the heads. */
static void the_way_back_ends_at_tails(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    FOR_EACH_GENERATION(g)
    {
        struct test_zone zone = plain_zone(s, generations[g]);
        assert_int_equal(take(&zone, 3, M, 0), 32);
        assert_int_equal(take(&zone, 3, M, 0), 40);
        assert_int_equal(take(&zone, 3, M, 0), 48);
        assert_int_equal(take(&zone, 3, M, 0), 56);
        must_free(&zone, 0, 56, 3);
        must_free(&zone, 0, 40, 3);
        isolate(&zone, 40);
        isolate(&zone, 56);
        unisolate(&zone, 56, M);
        unisolate(&zone, 40, M);
        assert_list(&zone, 3, M, 56, 40);
        test_zone_end(&zone);

        zone = plain_zone(s, generations[g]);
        for (uint64_t pfn = 32; pfn < 48; pfn++)
            assert_int_equal(take(&zone, 0, M, 0), pfn);
        must_free(&zone, 0, 33, 0);
        must_free(&zone, 0, 41, 0);
        isolate(&zone, 40);
        unisolate(&zone, 40, M);
        assert_list(&zone, 0, M, 33, 41);
        test_zone_end(&zone);
    }
}

/* A pageblock isolated from the start may have holes. */
static void a_pageblock_with_a_hole_has_a_way_back(void **state)
{
    (void)state;
    static const uint8_t types[1] = {I};
    FOR_EACH_SUBJECT(s)
    FOR_EACH_GENERATION(g)
    {
        struct plumb_config config = test_config(generations[g]);
        struct test_zone zone = test_zone_reserved(test_subjects[s], &config, types, 1);
        release(&zone, 32, 35);
        release(&zone, 36, 64);
        unisolate(&zone, 33, M);
        assert_free(&zone, 32, 1, M);
        assert_free(&zone, 34, 0, M);
        assert_free(&zone, 36, 2, M);
        assert_free(&zone, 40, 3, I);
        assert_totals(&zone, 7, 24);
        unisolate(&zone, 64, U); /* all of it reserved */
        assert_int_equal(type_at(&zone, 64), U);
        assert_int_equal(type_at(&zone, 72), I);
        test_zone_end(&zone);
    }
}

static void pageblocks_of_one_page(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    FOR_EACH_GENERATION(g)
    {
        struct plumb_config config = test_config(generations[g]);
        config.pageblock_order = 0;
        struct test_zone zone = test_zone(test_subjects[s], &config, all_movable, 1);
        isolate(&zone, 33);
        assert_free(&zone, 32, 0, M);
        assert_free(&zone, 33, 0, I);
        for (uint32_t order = 1; order < 5; order++)
            assert_free(&zone, UINT64_C(32) + (1u << order), order, M);
        isolate(&zone, 32);
        assert_free(&zone, 32, 1, I);
        unisolate(&zone, 33, M);
        unisolate(&zone, 32, M);
        assert_free(&zone, 32, 5, M);
        isolate(&zone, 32);
        isolate(&zone, 33);
        unisolate(&zone, 33, C);
        unisolate(&zone, 32, C);
        assert_free(&zone, 32, 1, C);
        test_zone_end(&zone);
    }
}

/* The highatomic reserve counts its pageblock on. */
static void the_reserve_is_left_alone(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = reserve_config();
        struct test_zone zone = test_zone(test_subjects[s], &config, all_movable, 1);
        assert_int_equal(take(&zone, 0, M, ALLOC_HIGHATOMIC), 2016);
        isolate(&zone, 2016);
        assert_totals(&zone, 992, 7);
        assert_int_equal(test_counters(&zone).free_highatomic, 0);
        assert_int_equal(test_counters(&zone).nr_reserved_highatomic, 8);
        unisolate(&zone, 2016, M);
        assert_totals(&zone, 999, 0);
        assert_int_equal(test_counters(&zone).nr_reserved_highatomic, 8);
        test_zone_end(&zone);
    }
}

int test_isolate(int *run)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_larger_block_is_given_back_in_pieces),
        cmocka_unit_test(pieces_go_to_heads_and_a_single_one_to_the_tail),
        cmocka_unit_test(smaller_blocks_move_as_they_are),
        cmocka_unit_test(an_isolated_pageblock_keeps_its_pages),
        cmocka_unit_test(isolated_buddies_merge),
        cmocka_unit_test(of_a_larger_used_block_nothing_moves),
        cmocka_unit_test(cached_pages_join_the_pageblock),
        cmocka_unit_test(lists_are_emptied_cpu_0_first),
        cmocka_unit_test(the_way_back_splits_and_merges),
        cmocka_unit_test(the_way_back_ends_at_tails),
        cmocka_unit_test(a_pageblock_with_a_hole_has_a_way_back),
        cmocka_unit_test(pageblocks_of_one_page),
        cmocka_unit_test(the_reserve_is_left_alone),
    };
    return RUN_GROUP(tests, run);
}
