/* Tests of fallback between migratetypes: which block is taken when the type has none, and when its
 * whole pageblock changes sides. */
#include "harness/tests/fallback_fixture.h"

/* ---- whole pageblocks ---- */

static void a_free_pageblock_changes_type(void **state)
{
    (void)state;
    static const uint8_t types[1] = {M};
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = small_config();
        struct test_zone zone = test_zone(test_subjects[s], &config, types, 1);
        assert_int_equal(take(&zone, 0, U, 0), 64);
        for (uint32_t order = 0; order < 4; order++)
            assert_free(&zone, 64 + (1u << order), order, U);
        assert_int_equal(type_at(&zone, 64), U);
        assert_free(&zone, 80, 4, M);
        assert_int_equal(take(&zone, 0, M, 0), 80);
        test_zone_end(&zone);
    }
}

static void all_pageblocks_of_a_block_change_type(void **state)
{
    (void)state;
    static const uint8_t types[1] = {M};
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = small_config();
        config.top_order = 5;
        config.pageblock_order = 3;
        struct test_zone zone = test_zone(test_subjects[s], &config, types, 1);
        assert_int_equal(take(&zone, 1, R, 0), 64);
        for (uint32_t order = 1; order < 5; order++)
            assert_free(&zone, 64 + (1u << order), order, R);
        for (uint64_t pfn = 64; pfn < 128; pfn++)
            assert_int_equal(type_at(&zone, pfn), pfn < 96 ? R : M);
        test_zone_end(&zone);
    }
}

/* At one order the table decides; the three other types are never taken from. */
static void rows_are_tried_in_order(void **state)
{
    (void)state;
    static const struct {
        uint8_t type, types[4];
        uint64_t first, second;
    } cases[] = {
        {U, {M, R, MIGRATE_HIGHATOMIC, MIGRATE_ISOLATE}, 80, 64},
        {M, {U, R, MIGRATE_CMA, MIGRATE_ISOLATE}, 80, 64},
        {R, {M, U, MIGRATE_HIGHATOMIC, MIGRATE_CMA}, 80, 64},
    };
    FOR_EACH_SUBJECT(s)
    {
        for (unsigned i = 0; i < 3; i++) {
            struct plumb_config config = small_config();
            struct test_zone zone = test_zone(test_subjects[s], &config, cases[i].types, 4);
            assert_int_equal(take(&zone, 4, cases[i].type, 0), cases[i].first);
            assert_int_equal(take(&zone, 4, cases[i].type, 0), cases[i].second);
            refuse(&zone, 4, cases[i].type, 0);
            refuse(&zone, 0, cases[i].type, 0);
            test_zone_end(&zone);
        }
    }
}

static void the_largest_block_comes_before_the_row(void **state)
{
    (void)state;
    static const uint8_t types[4] = {R, M, M, M};
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = small_config();
        struct test_zone zone = test_zone_reserved(test_subjects[s], &config, types, 4);
        release(&zone, 64, 72);
        release(&zone, 80, 96);
        assert_int_equal(take(&zone, 0, U, 0), 80);
        assert_int_equal(type_at(&zone, 80), U);
        assert_free(&zone, 64, 3, R);
        test_zone_end(&zone);
    }
}

static void types_without_a_row_fail(void **state)
{
    (void)state;
    static const uint8_t types[1] = {M};
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = small_config();
        struct test_zone zone = test_zone(test_subjects[s], &config, types, 1);
        refuse(&zone, 0, MIGRATE_HIGHATOMIC, 0);
        refuse(&zone, 0, MIGRATE_CMA, ALLOC_CMA);
        config.fallback = PLUMB_FALLBACK_NONE;
        test_zone_end(&zone);
        zone = test_zone(test_subjects[s], &config, types, 1);
        refuse(&zone, 0, U, 0);
        test_zone_end(&zone);
    }
}

/* ---- parts of pageblocks ---- */

/* 8 of 16 pages free are enough, 7 are not. */
static void half_a_pageblock_free_is_claimed(void **state)
{
    (void)state;
    static const uint8_t types[1] = {R};
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = small_config();
        struct test_zone zone = test_zone_reserved(test_subjects[s], &config, types, 1);
        release(&zone, 64, 68);
        release(&zone, 72, 76);
        release(&zone, 80, 87);
        assert_int_equal(take(&zone, 2, U, 0), 64); /* the first of order 2 */
        assert_free(&zone, 72, 2, U);
        assert_int_equal(type_at(&zone, 64), U);
        assert_int_equal(take(&zone, 2, U, 0), 72);
        assert_int_equal(take(&zone, 0, U, 0), 80); /* of 7 pages: just this one */
        assert_free(&zone, 81, 0, R);
        assert_free(&zone, 82, 1, R);
        assert_free(&zone, 84, 1, R);
        assert_free(&zone, 86, 0, R);
        test_zone_end(&zone);
    }
}

/* The claimed pageblock serves the request from its own smallest block, not the one found. */
static void a_claim_takes_the_smallest_block(void **state)
{
    (void)state;
    static const uint8_t types[1] = {R};
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = small_config();
        struct test_zone zone = test_zone_reserved(test_subjects[s], &config, types, 1);
        release(&zone, 64, 65);
        release(&zone, 72, 80);
        assert_int_equal(take(&zone, 0, U, 0), 64);
        assert_free(&zone, 72, 3, U);
        test_zone_end(&zone);
    }
}

static void claimed_blocks_go_to_the_tail(void **state)
{
    (void)state;
    static const uint8_t types[2] = {R, U};
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = small_config();
        struct test_zone zone = test_zone_reserved(test_subjects[s], &config, types, 2);
        release(&zone, 80, 82);
        release(&zone, 72, 74);
        release(&zone, 70, 72);
        release(&zone, 64, 68);
        assert_int_equal(take(&zone, 2, U, 0), 64);
        assert_int_equal(zone.subject->free_list_head(zone.self, 1, U), 80);
        assert_int_equal(test_page(&zone, 80).next, 70);
        assert_int_equal(test_page(&zone, 70).next, 72);
        assert_int_equal(test_page(&zone, 72).next, PLUMB_NO_PFN);
        test_zone_end(&zone);
    }
}

/* For a request that is not movable, what is neither free nor movable in a MOVABLE pageblock (here
 * reserved) counts for it: 4 free and 4 of these are enough, 3 are not. */
static void unmovable_pages_count_for_a_claim(void **state)
{
    (void)state;
    static const uint8_t types[1] = {M};
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = small_config();
        struct test_zone zone = test_zone_reserved(test_subjects[s], &config, types, 1);
        release(&zone, 64, 76);
        assert_int_equal(take(&zone, 3, M, 0), 64);
        assert_int_equal(take(&zone, 0, U, 0), 72);
        assert_free(&zone, 73, 0, U);
        assert_free(&zone, 74, 1, U);
        test_zone_end(&zone);

        zone = test_zone_reserved(test_subjects[s], &config, types, 1);
        release(&zone, 64, 77);
        assert_int_equal(take(&zone, 3, M, 0), 64);
        assert_int_equal(take(&zone, 0, M, 0), 76);
        assert_int_equal(take(&zone, 0, U, 0), 72);
        assert_free(&zone, 73, 0, M);
        assert_free(&zone, 74, 1, M);
        test_zone_end(&zone);
    }
}

/* Between UNMOVABLE and RECLAIMABLE used pages count for nobody: 4 free of 16, 12 used. */
static void used_pages_of_a_third_type_do_not_count(void **state)
{
    (void)state;
    static const uint8_t types[1] = {R};
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = small_config();
        config.spanned_pages = 16;
        struct test_zone zone = test_zone(test_subjects[s], &config, types, 1);
        assert_int_equal(take(&zone, 3, R, 0), 64);
        assert_int_equal(take(&zone, 2, R, 0), 72);
        assert_int_equal(take(&zone, 1, U, 0), 76);
        assert_free(&zone, 78, 1, R);
        test_zone_end(&zone);
    }
}

/* For a movable request, pages used as movable count for it: 2 such and 6 free are enough. */
static void movable_pages_count_for_a_claim(void **state)
{
    (void)state;
    static const uint8_t types[1] = {U};
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = small_config();
        struct test_zone zone = test_zone_reserved(test_subjects[s], &config, types, 1);
        release(&zone, 64, 68);
        assert_int_equal(take(&zone, 1, M, 0), 64); /* 4 free: just this one */
        assert_free(&zone, 66, 1, U);
        release(&zone, 72, 76);
        assert_int_equal(take(&zone, 1, M, 0), 66);
        assert_free(&zone, 72, 2, M);
        test_zone_end(&zone);

        zone = test_zone_reserved(test_subjects[s], &config, types, 1);
        release(&zone, 64, 68);
        assert_int_equal(take(&zone, 1, U, 0), 64); /* not movable now */
        release(&zone, 72, 76);
        assert_int_equal(take(&zone, 1, M, 0), 72);
        assert_free(&zone, 74, 1, U);
        assert_free(&zone, 66, 1, U);
        test_zone_end(&zone);
    }
}

/* A movable request claims from blocks of order pageblock_order / 2 on; below, it takes the
 * smallest block there is. */
static void movable_requests_leave_small_blocks_their_pageblock(void **state)
{
    (void)state;
    static const uint8_t types[1] = {U}, others[1] = {R};
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = small_config();
        struct test_zone zone = test_zone_reserved(test_subjects[s], &config, types, 1);
        for (uint64_t pfn = 64; pfn < 80; pfn += 4)
            release(&zone, pfn, pfn + 2);
        assert_int_equal(take(&zone, 0, M, 0), 64);
        assert_free(&zone, 65, 0, U);
        assert_int_equal(take(&zone, 0, M, 0), 65);
        assert_int_equal(type_at(&zone, 64), U);
        release(&zone, 80, 84);
        release(&zone, 88, 92);
        assert_int_equal(take(&zone, 0, M, 0), 80); /* order 2: claimed */
        assert_free(&zone, 88, 2, M);
        test_zone_end(&zone);

        zone = test_zone_reserved(test_subjects[s], &config, others, 1);
        for (uint64_t pfn = 64; pfn < 80; pfn += 4)
            release(&zone, pfn, pfn + 2);
        assert_int_equal(take(&zone, 0, U, 0), 64);
        assert_free(&zone, 65, 0, U);
        test_zone_end(&zone);
    }
}

/* The search upward looks at the whole row anew: order 1 is only UNMOVABLE, order 0 of both. */
static void the_search_upward_has_its_own_type(void **state)
{
    (void)state;
    static const uint8_t types[2] = {U, R};
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = small_config();
        struct test_zone zone = test_zone_reserved(test_subjects[s], &config, types, 2);
        release(&zone, 64, 66);
        release(&zone, 70, 71);
        release(&zone, 80, 81);
        assert_int_equal(take(&zone, 0, M, 0), 80);
        assert_int_equal(take(&zone, 0, M, 0), 70);
        assert_int_equal(take(&zone, 0, M, 0), 64);
        assert_int_equal(type_at(&zone, 64), U);
        assert_int_equal(type_at(&zone, 80), R);
        test_zone_end(&zone);
    }
}

/* Half of the pageblock is free, but the rest of it is another zone's. */
static void a_pageblock_across_the_zones_end_is_not_claimed(void **state)
{
    (void)state;
    static const uint8_t types[1] = {R};
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = small_config();
        config.start_pfn = 72;
        config.spanned_pages = 48; /* to 120 */
        struct test_zone zone = test_zone_reserved(test_subjects[s], &config, types, 1);
        release(&zone, 72, 80);
        assert_int_equal(take(&zone, 2, U, 0), 72);
        assert_free(&zone, 76, 2, R);
        assert_int_equal(take(&zone, 2, R, 0), 76);
        release(&zone, 112, 120);
        assert_int_equal(take(&zone, 2, U, 0), 112);
        assert_free(&zone, 116, 2, R);
        test_zone_end(&zone);
    }
}

static void nofragment_takes_whole_pageblocks_only(void **state)
{
    (void)state;
    static const uint8_t types[1] = {R};
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = small_config();
        config.top_order = 5;
        struct test_zone zone = test_zone_reserved(test_subjects[s], &config, types, 1);
        release(&zone, 64, 72);
        refuse(&zone, 0, U, ALLOC_NOFRAGMENT);
        release(&zone, 80, 96);
        assert_int_equal(take(&zone, 3, U, ALLOC_NOFRAGMENT), 80);
        assert_free(&zone, 88, 3, U);
        release(&zone, 112, 128);
        refuse(&zone, 5, M, ALLOC_NOFRAGMENT);
        assert_int_equal(take(&zone, 4, M, ALLOC_NOFRAGMENT), 112);
        test_zone_end(&zone);
    }
}

int test_fallback(int *run)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_free_pageblock_changes_type),
        cmocka_unit_test(all_pageblocks_of_a_block_change_type),
        cmocka_unit_test(rows_are_tried_in_order),
        cmocka_unit_test(the_largest_block_comes_before_the_row),
        cmocka_unit_test(types_without_a_row_fail),
        cmocka_unit_test(half_a_pageblock_free_is_claimed),
        cmocka_unit_test(a_claim_takes_the_smallest_block),
        cmocka_unit_test(claimed_blocks_go_to_the_tail),
        cmocka_unit_test(unmovable_pages_count_for_a_claim),
        cmocka_unit_test(used_pages_of_a_third_type_do_not_count),
        cmocka_unit_test(movable_pages_count_for_a_claim),
        cmocka_unit_test(movable_requests_leave_small_blocks_their_pageblock),
        cmocka_unit_test(the_search_upward_has_its_own_type),
        cmocka_unit_test(a_pageblock_across_the_zones_end_is_not_claimed),
        cmocka_unit_test(nofragment_takes_whole_pageblocks_only),
    };
    return RUN_GROUP(tests, run);
}
