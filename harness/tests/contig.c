/* Tests of ranges of pages: which pages are taken, and what becomes of those beside them. */
#include "harness/tests/contig_fixture.h"

static void a_range_inside_a_larger_block(void **state)
{
    (void)state;
    static const uint64_t nr_free[6] = {0, 2, 0, 1, 1, 7};
    FOR_EACH_SUBJECT(s)
    FOR_EACH_GENERATION(g)
    {
        struct test_zone zone = plain_zone(s, generations[g]);
        contig(&zone, 50, 54, M);
        assert_free(&zone, 32, 4, M);
        assert_list(&zone, 1, M, 48, 54);
        assert_free(&zone, 56, 3, M);
        assert_nr_free(&zone, nr_free);
        assert_totals(&zone, 252, 0);
        assert_int_equal(test_counters(&zone).used_pages, 4);
        free_contig(&zone, 0, 50, 4);
        assert_whole(&zone, M);
        test_zone_end(&zone);
    }
}

/* The page before is used, but may move; of two blocks a part is left. */
static void a_range_from_and_to_the_middle_of_blocks(void **state)
{
    (void)state;
    static const uint64_t nr_free[6] = {2, 1, 0, 1, 1, 7};
    FOR_EACH_SUBJECT(s)
    FOR_EACH_GENERATION(g)
    {
        struct test_zone zone = plain_zone(s, generations[g]);
        assert_int_equal(take(&zone, 0, M, 0), 32); /* leaves 33, 34 and 36 */
        contig(&zone, 35, 38, U);
        assert_list(&zone, 0, U, 33, 34);
        assert_free(&zone, 38, 1, U);
        assert_nr_free(&zone, nr_free);
        assert_totals(&zone, 252, 0);
        assert_single_pages(&zone, 32, 1, 1);
        free_contig(&zone, 1, 35, 3);
        must_free(&zone, 1, 32, 0); /* of both types there is one block */
        assert_free(&zone, 32, 5, type_at(&zone, 32));
        assert_totals(&zone, 256, 0);
        test_zone_end(&zone);
    }
}

static void a_single_page(void **state)
{
    (void)state;
    static const uint64_t nr_free[6] = {1, 1, 1, 1, 1, 7};
    FOR_EACH_SUBJECT(s)
    FOR_EACH_GENERATION(g)
    {
        struct test_zone zone = plain_zone(s, generations[g]);
        contig(&zone, 40, 41, M);
        assert_free(&zone, 32, 3, M);
        assert_free(&zone, 41, 0, M);
        assert_free(&zone, 42, 1, M);
        assert_free(&zone, 44, 2, M);
        assert_free(&zone, 48, 4, M);
        assert_nr_free(&zone, nr_free);
        assert_totals(&zone, 255, 0);
        must_free(&zone, 0, 40, 0);
        assert_whole(&zone, M);
        contig(&zone, 287, 288, R); /* the zone's last */
        assert_free(&zone, 286, 0, R);
        assert_free(&zone, 284, 1, R);
        assert_free(&zone, 280, 2, R);
        assert_free(&zone, 272, 3, M);
        test_zone_end(&zone);
    }
}

static void whole_pageblocks(void **state)
{
    (void)state;
    static const uint64_t nr_free[6] = {0, 0, 0, 2, 0, 7};
    FOR_EACH_SUBJECT(s)
    FOR_EACH_GENERATION(g)
    {
        struct test_zone zone = plain_zone(s, generations[g]);
        contig(&zone, 40, 56, M);
        assert_list(&zone, 3, M, 56, 32);
        assert_nr_free(&zone, nr_free);
        assert_totals(&zone, 240, 0);
        free_contig(&zone, 0, 40, 16);
        assert_whole(&zone, M);
        contig(&zone, 32, 288, M); /* all there is */
        assert_totals(&zone, 0, 0);
        refuse(&zone, 0, M, 0);
        free_contig(&zone, 1, 32, 256);
        assert_whole(&zone, M);
        test_zone_end(&zone);
    }
}

/* Pageblocks of one page: all of them lie within the range. */
static void pageblocks_of_one_page(void **state)
{
    (void)state;
    static const uint64_t nr_free[6] = {1, 0, 1, 1, 1, 7};
    FOR_EACH_SUBJECT(s)
    FOR_EACH_GENERATION(g)
    {
        struct plumb_config config = test_config(generations[g]);
        config.pageblock_order = 0;
        config.pcp_batch = 1;
        config.pcp_high = 0;
        struct test_zone zone = test_zone(test_subjects[s], &config, all_movable, 1);
        contig(&zone, 33, 36, C);
        assert_free(&zone, 32, 0, M);
        assert_free(&zone, 36, 2, M);
        assert_nr_free(&zone, nr_free);
        free_contig(&zone, 0, 33, 3);
        assert_free(&zone, 33, 0, C);
        assert_free(&zone, 34, 1, C);
        assert_totals(&zone, 256, 0);
        test_zone_end(&zone);
    }
}

/* Lists are emptied, so what is cached in the range is free when it is taken. */
static void cached_pages_are_taken(void **state)
{
    (void)state;
    static const uint64_t nr_free[6] = {0, 0, 0, 1, 1, 7};
    FOR_EACH_SUBJECT(s)
    FOR_EACH_GENERATION(g)
    {
        struct test_zone zone = caching_zone(s, generations[g]);
        assert_int_equal(must_alloc(&zone, 0, 0, M), 32);
        must_free(&zone, 1, 32, 0);
        assert_int_equal(test_counters(&zone).pcp_pages, 4);
        contig(&zone, 32, 40, M);
        assert_nr_free(&zone, nr_free);
        assert_totals(&zone, 248, 0);
        test_zone_end(&zone);

        zone = caching_zone(s, generations[g]);
        assert_int_equal(must_alloc(&zone, 0, 0, M), 32);
        contig(&zone, 34, 35, M);
        assert_free(&zone, 33, 0, M);
        assert_free(&zone, 35, 0, M);
        assert_free(&zone, 36, 2, M);
        assert_totals(&zone, 254, 0);
        test_zone_end(&zone);
    }
}

/* ---- types ---- */

static void the_pageblocks_take_the_type(void **state)
{
    (void)state;
    static const uint32_t types[4] = {U, M, R, C};
    FOR_EACH_SUBJECT(s)
    FOR_EACH_GENERATION(g)
    {
        for (unsigned t = 0; t < 4; t++) {
            struct test_zone zone = plain_zone(s, generations[g]);
            uint32_t type = types[t];
            contig(&zone, 36, 49, type);
            assert_free(&zone, 32, 2, type);
            assert_free(&zone, 49, 0, type);
            assert_free(&zone, 50, 1, type);
            assert_free(&zone, 52, 2, type);
            assert_free(&zone, 56, 3, M);
            assert_int_equal(type_at(&zone, 48), type);
            assert_totals(&zone, 243, 0);
            assert_int_equal(test_counters(&zone).free_cma, type == C ? 11 : 0);
            test_zone_end(&zone);
        }
    }
}

/* The reserve counts its pageblock on, which is none of its own any more. */
static void the_reserve_is_left_alone(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = reserve_config();
        struct test_zone zone = test_zone(test_subjects[s], &config, all_movable, 1);
        assert_int_equal(take(&zone, 0, M, ALLOC_HIGHATOMIC), 2016);
        assert_int_equal(test_counters(&zone).free_highatomic, 7);
        contig(&zone, 2018, 2020, C);
        assert_free(&zone, 2017, 0, C);
        assert_free(&zone, 2020, 2, C);
        assert_totals(&zone, 997, 0);
        assert_int_equal(test_counters(&zone).free_highatomic, 0);
        assert_int_equal(test_counters(&zone).free_cma, 5);
        assert_int_equal(test_counters(&zone).nr_reserved_highatomic, 8);
        test_zone_end(&zone);
    }
}

/* One pageblock of 16 pages, of which the last 7 are free. */
static struct test_zone seven_left(unsigned s, uint32_t type)
{
    struct plumb_config config = small_config();
    struct test_zone zone = test_zone_reserved(test_subjects[s], &config, all_movable, 1);
    release(&zone, 64, 80);
    contig(&zone, 64, 73, type);
    return zone;
}

/* Who claims a pageblock counts the range's pages as those of a request of its type. */
static void a_claim_counts_them_by_their_type(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct test_zone zone = seven_left(s, M); /* movable: 7 of 16 pages fit */
        assert_int_equal(take(&zone, 0, U, 0), 76);
        assert_int_equal(type_at(&zone, 64), M);
        assert_free(&zone, 77, 0, M);
        test_zone_end(&zone);

        zone = seven_left(s, U); /* not movable: no better */
        assert_int_equal(take(&zone, 0, M, 0), 76);
        assert_int_equal(type_at(&zone, 64), U);
        test_zone_end(&zone);

        zone = seven_left(s, M); /* 16 of 16 */
        isolate(&zone, 64);
        unisolate(&zone, 64, U);
        assert_int_equal(take(&zone, 0, M, 0), 73);
        assert_int_equal(type_at(&zone, 64), M);
        assert_free(&zone, 76, 2, M);
        test_zone_end(&zone);
    }
}

static void watermarks_are_not_asked(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    FOR_EACH_GENERATION(g)
    {
        struct plumb_config config = test_config(generations[g]);
        uint64_t pfn;
        config.watermark_boost = generations[g] == PLUMB_V6_12 ? 7 : 0;
        config.nr_reserved_highatomic = 9;
        for (unsigned i = 0; i < PLUMB_NR_WMARKS; i++)
            config.wmark[i] = 1000;
        struct test_zone zone = test_zone(test_subjects[s], &config, all_movable, 1);
        assert_int_equal(zone.subject->alloc(zone.self, 0, 0, M, 0, 0, &pfn), PLUMB_EWMARK);
        contig(&zone, 32, 288, M);
        assert_int_equal(test_counters(&zone).watermark_boost, config.watermark_boost);
        assert_int_equal(test_counters(&zone).nr_reserved_highatomic, 9);
        test_zone_end(&zone);
    }
}

/* ---- isolated neighbours ---- */

static void isolated_neighbours_stay_isolated(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    FOR_EACH_GENERATION(g)
    {
        struct test_zone zone = plain_zone(s, generations[g]);
        isolate(&zone, 40); /* while the range is taken, one block with it */
        contig(&zone, 34, 36, M);
        assert_free(&zone, 32, 1, M);
        assert_free(&zone, 36, 2, M);
        assert_free(&zone, 40, 3, I);
        assert_totals(&zone, 246, 8);
        test_zone_end(&zone);

        zone = plain_zone(s, generations[g]);
        isolate(&zone, 32);
        contig(&zone, 42, 44, M);
        assert_free(&zone, 32, 3, I);
        assert_free(&zone, 40, 1, M);
        assert_free(&zone, 44, 2, M);
        assert_totals(&zone, 246, 8);
        unisolate(&zone, 32, M);
        free_contig(&zone, 0, 42, 2);
        assert_whole(&zone, M);
        test_zone_end(&zone);
    }
}

int test_contig(int *run)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_range_inside_a_larger_block),
        cmocka_unit_test(a_range_from_and_to_the_middle_of_blocks),
        cmocka_unit_test(a_single_page),
        cmocka_unit_test(whole_pageblocks),
        cmocka_unit_test(pageblocks_of_one_page),
        cmocka_unit_test(cached_pages_are_taken),
        cmocka_unit_test(the_pageblocks_take_the_type),
        cmocka_unit_test(the_reserve_is_left_alone),
        cmocka_unit_test(a_claim_counts_them_by_their_type),
        cmocka_unit_test(watermarks_are_not_asked),
        cmocka_unit_test(isolated_neighbours_stay_isolated),
    };
    return RUN_GROUP(tests, run);
}
