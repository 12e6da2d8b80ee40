/* Tests of 6.15's fallback between migratetypes: the largest block that can be claimed, and if none
 * can the smallest; and where v6.12's does otherwise. */
#include "harness/tests/fallback_fixture.h"

/* ---- claims ---- */

/* The block of order 2 is alone in its pageblock; those of order 1 are half of theirs. */
static void a_smaller_block_is_claimed_if_the_largest_cannot_be(void **state)
{
    (void)state;
    static const uint8_t types[1] = {R};
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = config_6_15();
        struct test_zone zone = test_zone_reserved(test_subjects[s], &config, types, 1);
        release(&zone, 64, 68);
        release_pairs(&zone, 80);
        assert_int_equal(take(&zone, 0, U, 0), 80);
        assert_free(&zone, 81, 0, U);
        for (uint64_t pfn = 84; pfn < 96; pfn += 4)
            assert_free(&zone, pfn, 1, U);
        assert_free(&zone, 64, 2, R);
        test_zone_end(&zone);

        config.fallback = PLUMB_FALLBACK_V6_12;
        zone = test_zone_reserved(test_subjects[s], &config, types, 1);
        release(&zone, 64, 68);
        release_pairs(&zone, 80);
        assert_int_equal(take(&zone, 0, U, 0), 64);
        assert_free(&zone, 65, 0, R);
        assert_free(&zone, 66, 1, R);
        assert_free(&zone, 80, 1, R);
        test_zone_end(&zone);
    }
}

/* Of two that can be claimed, the largest; what serves the request is its pageblock's smallest. */
static void the_largest_claim_comes_first(void **state)
{
    (void)state;
    static const uint8_t types[1] = {R};
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = config_6_15();
        struct test_zone zone = test_zone_reserved(test_subjects[s], &config, types, 1);
        release_pairs(&zone, 64);
        release(&zone, 83, 84);
        release(&zone, 88, 96);
        assert_int_equal(take(&zone, 0, U, 0), 83);
        assert_free(&zone, 88, 3, U);
        assert_free(&zone, 64, 1, R);
        test_zone_end(&zone);
    }
}

/* At each order only the head of the first type's list is looked at. */
static void only_heads_are_claimed(void **state)
{
    (void)state;
    static const uint8_t types[1] = {R}, others[2] = {R, M};
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = config_6_15();
        struct test_zone zone = test_zone_reserved(test_subjects[s], &config, types, 1);
        release(&zone, 64, 66);
        release_pairs(&zone, 80);
        assert_int_equal(take(&zone, 0, U, 0), 64);
        assert_free(&zone, 65, 0, R);
        assert_int_equal(type_at(&zone, 80), R);
        test_zone_end(&zone);

        zone = test_zone_reserved(test_subjects[s], &config, others, 2);
        release_pairs(&zone, 80);
        release(&zone, 64, 66);
        assert_int_equal(take(&zone, 0, U, 0), 64);
        assert_int_equal(type_at(&zone, 80), M);
        test_zone_end(&zone);
    }
}

/* Each order has its own first type: of order 2 there is only the second type's. */
static void the_second_type_is_claimed_at_a_larger_order(void **state)
{
    (void)state;
    static const uint8_t types[2] = {U, R};
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = config_6_15();
        struct test_zone zone = test_zone_reserved(test_subjects[s], &config, types, 2);
        release(&zone, 64, 68);
        release(&zone, 72, 76);
        release_pairs(&zone, 80);
        assert_int_equal(take(&zone, 0, M, 0), 64);
        assert_free(&zone, 72, 2, M);
        assert_free(&zone, 80, 1, R);
        test_zone_end(&zone);
    }
}

/* Half of the pageblock is free, but the rest of it is another zone's. */
static void a_pageblock_across_the_zones_edge_is_passed_over(void **state)
{
    (void)state;
    static const uint8_t types[1] = {R};
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = config_6_15();
        config.start_pfn = 72;
        config.spanned_pages = 48; /* to 120 */
        struct test_zone zone = test_zone_reserved(test_subjects[s], &config, types, 1);
        release(&zone, 72, 80);
        release(&zone, 96, 100);
        release(&zone, 104, 108);
        release(&zone, 112, 120);
        assert_int_equal(take(&zone, 0, U, 0), 96);
        assert_free(&zone, 97, 0, U);
        assert_free(&zone, 98, 1, U);
        assert_free(&zone, 104, 2, U);
        assert_free(&zone, 72, 3, R);
        assert_free(&zone, 112, 3, R);
        test_zone_end(&zone);
    }
}

/* Pages not movable count in a MOVABLE pageblock, movable ones for a movable request. */
static void likeness_counts_as_before(void **state)
{
    (void)state;
    static const uint8_t movable[2] = {M, R}, unmovable[1] = {U};
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = config_6_15();
        struct test_zone zone = test_zone_reserved(test_subjects[s], &config, movable, 2);
        release(&zone, 64, 76);
        release(&zone, 80, 81);
        assert_int_equal(take(&zone, 3, M, 0), 64);
        assert_int_equal(take(&zone, 0, U, 0), 72); /* 4 free, 4 reserved */
        assert_free(&zone, 73, 0, U);
        assert_free(&zone, 80, 0, R);
        test_zone_end(&zone);

        zone = test_zone_reserved(test_subjects[s], &config, unmovable, 1);
        release(&zone, 64, 68);
        assert_int_equal(take(&zone, 1, M, 0), 64);
        release(&zone, 72, 76);
        assert_int_equal(take(&zone, 1, M, 0), 66); /* 6 free, 2 movable */
        assert_free(&zone, 72, 2, M);
        test_zone_end(&zone);
    }
}

/* ---- whole pageblocks ---- */

static void whole_pageblocks_change_type(void **state)
{
    (void)state;
    static const uint8_t types[1] = {M};
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = config_6_15();
        config.top_order = 5;
        config.pageblock_order = 3;
        config.wmark[WMARK_HIGH] = 1000;
        config.watermark_boost_factor = 10000;
        struct test_zone zone = test_zone(test_subjects[s], &config, types, 1);
        assert_int_equal(take(&zone, 1, R, 0), 64);
        for (uint32_t order = 1; order < 5; order++)
            assert_free(&zone, 64 + (1u << order), order, R);
        for (uint64_t pfn = 64; pfn < 128; pfn++)
            assert_int_equal(type_at(&zone, pfn), pfn < 96 ? R : M);
        assert_int_equal(test_counters(&zone).watermark_boost, 0);
        test_zone_end(&zone);
    }
}

static void rows_are_tried_in_order(void **state)
{
    (void)state;
    static const struct {
        uint8_t type, types[4];
    } cases[] = {
        {U, {M, R, MIGRATE_HIGHATOMIC, MIGRATE_ISOLATE}},
        {M, {U, R, MIGRATE_CMA, MIGRATE_ISOLATE}},
        {R, {M, U, MIGRATE_HIGHATOMIC, MIGRATE_CMA}},
    };
    FOR_EACH_SUBJECT(s)
    {
        for (unsigned i = 0; i < 3; i++) {
            struct plumb_config config = config_6_15();
            struct test_zone zone = test_zone(test_subjects[s], &config, cases[i].types, 4);
            assert_int_equal(take(&zone, 4, cases[i].type, 0), 80);
            assert_int_equal(take(&zone, 4, cases[i].type, 0), 64);
            refuse(&zone, 4, cases[i].type, 0);
            refuse(&zone, 0, cases[i].type, 0);
            test_zone_end(&zone);

            /* one page each */
            zone = test_zone_reserved(test_subjects[s], &config, cases[i].types, 4);
            for (uint64_t pfn = 64; pfn < 128; pfn += 16)
                release(&zone, pfn, pfn + 1);
            assert_int_equal(take(&zone, 0, cases[i].type, 0), 80);
            assert_int_equal(take(&zone, 0, cases[i].type, 0), 64);
            refuse(&zone, 0, cases[i].type, 0);
            test_zone_end(&zone);
        }
    }
}

static void types_without_a_row_fail(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = config_6_15();
        struct test_zone zone = test_zone(test_subjects[s], &config, all_movable, 1);
        refuse(&zone, 0, MIGRATE_HIGHATOMIC, 0);
        refuse(&zone, 0, MIGRATE_CMA, ALLOC_CMA);
        test_zone_end(&zone);
    }
}

/* ---- steals ---- */

/* A block of order 2, 1 and 0, each alone in its pageblock. */
static struct test_zone zone_of_three(const struct subject *subject,
                                      const struct plumb_config *config)
{
    static const uint8_t types[1] = {R};
    struct test_zone zone = test_zone_reserved(subject, config, types, 1);
    release(&zone, 64, 68);
    release(&zone, 81, 82);
    release(&zone, 98, 100);
    return zone;
}

static void the_smallest_block_is_stolen(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = config_6_15();
        struct test_zone zone = zone_of_three(test_subjects[s], &config);
        assert_int_equal(take(&zone, 0, U, 0), 81);
        assert_int_equal(take(&zone, 0, U, 0), 98);
        assert_free(&zone, 99, 0, R);
        assert_int_equal(take(&zone, 0, U, 0), 99);
        assert_free(&zone, 64, 2, R);
        assert_int_equal(take(&zone, 0, U, 0), 64);
        assert_free(&zone, 65, 0, R);
        assert_free(&zone, 66, 1, R);
        test_zone_end(&zone);

        zone = zone_of_three(test_subjects[s], &config);
        assert_int_equal(take(&zone, 1, U, 0), 98);
        assert_free(&zone, 81, 0, R);
        refuse(&zone, 3, U, 0);
        test_zone_end(&zone);

        config.fallback = PLUMB_FALLBACK_V6_12;
        zone = zone_of_three(test_subjects[s], &config);
        assert_int_equal(take(&zone, 0, U, 0), 64);
        assert_free(&zone, 81, 0, R);
        test_zone_end(&zone);
    }
}

/* The smallest order comes before the row, at that order the row decides. */
static void the_smallest_order_comes_before_the_row(void **state)
{
    (void)state;
    static const uint8_t types[4] = {R, U, R, U};
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = config_6_15();
        struct test_zone zone = test_zone_reserved(test_subjects[s], &config, types, 4);
        release(&zone, 64, 66);
        release(&zone, 80, 81);
        assert_int_equal(take(&zone, 0, M, 0), 80);
        assert_int_equal(type_at(&zone, 80), U);
        release(&zone, 118, 120);
        assert_int_equal(take(&zone, 1, M, 0), 64);
        assert_int_equal(take(&zone, 1, M, 0), 118);
        test_zone_end(&zone);
    }
}

/* A movable request claims from blocks of order pageblock_order / 2 on, here 2: neither the pairs
 * nor, after a block of order 2 in vain, what is smaller. */
static void movable_requests_steal_what_is_too_small_to_claim(void **state)
{
    (void)state;
    static const uint8_t types[1] = {U}, others[1] = {R};
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = config_6_15();
        struct test_zone zone = test_zone_reserved(test_subjects[s], &config, types, 1);
        release_pairs(&zone, 64);
        assert_int_equal(take(&zone, 0, M, 0), 64);
        assert_free(&zone, 65, 0, U);
        release(&zone, 80, 84);
        assert_int_equal(take(&zone, 0, M, 0), 65);
        assert_int_equal(take(&zone, 0, M, 0), 68);
        assert_free(&zone, 69, 0, U);
        assert_free(&zone, 80, 2, U);
        release(&zone, 88, 92);
        assert_int_equal(take(&zone, 0, M, 0), 80); /* order 2, 8 free: claimed */
        assert_free(&zone, 88, 2, M);
        test_zone_end(&zone);

        zone = test_zone_reserved(test_subjects[s], &config, others, 1);
        release_pairs(&zone, 64);
        assert_int_equal(take(&zone, 0, U, 0), 64);
        assert_free(&zone, 65, 0, U); /* the pairs are large enough for the other types */
        test_zone_end(&zone);
    }
}

static void nofragment_neither_claims_parts_nor_steals(void **state)
{
    (void)state;
    static const uint8_t types[1] = {R};
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = config_6_15();
        config.top_order = 5;
        struct test_zone zone = test_zone_reserved(test_subjects[s], &config, types, 1);
        release(&zone, 64, 72);
        release(&zone, 113, 114);
        for (uint32_t order = 0; order <= 5; order++)
            refuse(&zone, order, U, ALLOC_NOFRAGMENT);
        refuse(&zone, 0, M, ALLOC_NOFRAGMENT);
        release(&zone, 80, 96);
        assert_int_equal(take(&zone, 3, U, ALLOC_NOFRAGMENT), 80);
        assert_free(&zone, 88, 3, U);
        release(&zone, 96, 112);
        refuse(&zone, 5, M, ALLOC_NOFRAGMENT);
        assert_int_equal(take(&zone, 4, M, ALLOC_NOFRAGMENT), 96);
        assert_int_equal(take(&zone, 0, U, 0), 88); /* its own */
        assert_free(&zone, 113, 0, R);
        test_zone_end(&zone);
    }
}

int test_fallback_6_15(int *run)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_smaller_block_is_claimed_if_the_largest_cannot_be),
        cmocka_unit_test(the_largest_claim_comes_first),
        cmocka_unit_test(only_heads_are_claimed),
        cmocka_unit_test(the_second_type_is_claimed_at_a_larger_order),
        cmocka_unit_test(a_pageblock_across_the_zones_edge_is_passed_over),
        cmocka_unit_test(likeness_counts_as_before),
        cmocka_unit_test(whole_pageblocks_change_type),
        cmocka_unit_test(rows_are_tried_in_order),
        cmocka_unit_test(types_without_a_row_fail),
        cmocka_unit_test(the_smallest_block_is_stolen),
        cmocka_unit_test(the_smallest_order_comes_before_the_row),
        cmocka_unit_test(movable_requests_steal_what_is_too_small_to_claim),
        cmocka_unit_test(nofragment_neither_claims_parts_nor_steals),
    };
    return RUN_GROUP(tests, run);
}
