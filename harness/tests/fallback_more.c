/* Tests of what surrounds fallback between migratetypes: CMA, refills of per-CPU lists, the boost
 * of the watermarks, and which used blocks count as movable. */
#include "harness/tests/fallback_fixture.h"

static uint64_t boost_of(const struct test_zone *zone)
{
    return test_counters(zone).watermark_boost;
}

/* ---- CMA ---- */

static void cma_comes_first_beyond_half_of_the_free_pages(void **state)
{
    (void)state;
    static const uint8_t types[2] = {M, MIGRATE_CMA};
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = small_config();
        config.spanned_pages = 32;
        struct test_zone zone = test_zone(test_subjects[s], &config, types, 2);
        assert_int_equal(take(&zone, 0, M, ALLOC_CMA), 64); /* 16 of 32 */
        assert_int_equal(take(&zone, 0, M, ALLOC_CMA), 80); /* 16 of 31 */
        assert_int_equal(take(&zone, 0, M, ALLOC_CMA), 65); /* 15 of 30 */
        assert_int_equal(take(&zone, 0, M, 0), 66);
        assert_int_equal(take(&zone, 0, M, ALLOC_CMA), 81); /* 15 of 28 */
        assert_int_equal(type_at(&zone, 80), MIGRATE_CMA);
        assert_true(test_page(&zone, 80).movable);
        config.fallback = PLUMB_FALLBACK_NONE;
        test_zone_end(&zone);
        zone = test_zone(test_subjects[s], &config, types, 2);
        assert_int_equal(take(&zone, 0, M, ALLOC_CMA), 64);
        assert_int_equal(take(&zone, 0, M, ALLOC_CMA), 65);
        test_zone_end(&zone);
    }
}

static void cma_comes_before_another_type(void **state)
{
    (void)state;
    static const uint8_t types[4] = {U, U, U, MIGRATE_CMA};
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = small_config();
        struct test_zone zone = test_zone(test_subjects[s], &config, types, 4);
        assert_int_equal(take(&zone, 3, M, ALLOC_CMA), 112);
        assert_int_equal(take(&zone, 3, MIGRATE_HIGHATOMIC, ALLOC_CMA), 120);
        assert_false(test_page(&zone, 120).movable);
        assert_int_equal(take(&zone, 3, M, ALLOC_CMA), 64);
        assert_int_equal(type_at(&zone, 64), M);
        test_zone_end(&zone);
    }
}

/* ---- per-CPU lists ---- */

/* Each block of a refill is looked for anew, and stays of its own pageblock's type. */
static void a_refill_falls_back_block_by_block(void **state)
{
    (void)state;
    static const uint8_t types[1] = {R};
    FOR_EACH_SUBJECT(s)
    FOR_EACH_GENERATION(g)
    {
        struct plumb_config config = refilling(small_config(), generations[g], 4);
        struct test_zone zone = test_zone_reserved(test_subjects[s], &config, types, 1);
        release(&zone, 64, 65);
        release(&zone, 66, 67);
        release(&zone, 68, 69);
        assert_int_equal(take(&zone, 0, U, 0), 64);
        assert_cached(&zone, 66, U, R, 68);
        assert_int_equal(test_counters(&zone).pcp_count[0], 2);
        assert_int_equal(zone.subject->drain_pages(zone.self, 0), PLUMB_OK);
        assert_free(&zone, 66, 0, R);
        test_zone_end(&zone);
    }
}

/* Cold: each block of the refill goes before the one before, the first is at the tail. Once the
 * pageblock is claimed, its other blocks follow. */
static void a_cold_refill_falls_back(void **state)
{
    (void)state;
    static const uint8_t types[1] = {R};
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = refilling(small_config(), PLUMB_V4_10, 3);
        config.watermark_boost_factor = 10000;
        config.wmark[WMARK_HIGH] = 100;
        struct test_zone zone = test_zone(test_subjects[s], &config, types, 1);
        assert_int_equal(take(&zone, 3, R, 0), 64);
        assert_int_equal(take(&zone, 4, R, 0), 80);
        assert_int_equal(take(&zone, 4, R, 0), 96);
        assert_int_equal(take(&zone, 4, R, 0), 112);
        assert_int_equal(take(&zone, 0, U, ALLOC_COLD), 72);
        assert_int_equal(zone.subject->pcp_list_head(zone.self, 0, U), 74);
        assert_int_equal(test_page(&zone, 74).next, 73);
        assert_free(&zone, 75, 0, U);
        assert_int_equal(boost_of(&zone), 0); /* v6.12 only */
        test_zone_end(&zone);
    }
}

/* ---- the boost ---- */

/* Takes two single pages from a full zone; answers the boost after each. */
static void boosts(const struct subject *subject, const struct plumb_config *config,
                   uint64_t managed, uint64_t boost[2])
{
    static const uint8_t types[1] = {R};
    struct test_zone zone = test_zone_reserved(subject, config, types, 1);
    release(&zone, config->start_pfn, config->start_pfn + managed);
    for (uint64_t left = managed / 16 * 16; left > 0; left -= 16)
        take(&zone, 4, R, 0);
    for (uint32_t order = 4; order-- > 0;)
        if (managed % 16 >> order & 1)
            take(&zone, order, R, 0);
    release(&zone, config->start_pfn + managed, config->start_pfn + managed + 3);
    for (unsigned i = 0; i < 2; i++) {
        take(&zone, 0, U, 0);
        boost[i] = boost_of(&zone);
    }
    test_zone_end(&zone);
}

static void a_steal_raises_the_boost(void **state)
{
    (void)state;
    static const uint64_t edge = UINT64_C(1) << 52;
    static const struct {
        uint64_t high, before, first, second;
        uint32_t factor, generation;
        uint64_t managed; /* and 3 more */
    } cases[] = {
        {100, 0, 16, 32, 15000, PLUMB_V6_12, 64}, /* at most 150 */
        {20, 0, 16, 20, 10000, PLUMB_V6_12, 64},
        {20, 300, 20, 20, 10000, PLUMB_V6_12, 64},
        {1, 0, 16, 16, 10000, PLUMB_V6_12, 64}, /* 1, but a pageblock at least */
        {1, 7, 7, 7, 9999, PLUMB_V6_12, 64},    /* 0 */
        {100, 7, 7, 7, 0, PLUMB_V6_12, 64},
        {123456, 9580, 9592, 9592, 777, PLUMB_V6_12, 64}, /* 12 * 777 + 3456 * 777 / 10000 */
        {edge, edge - 20, edge - 4, edge, 1 << 20, PLUMB_V6_12, 64},
        {100, 7, 7, 7, 15000, PLUMB_V6_12, 60}, /* 63 pages: less than 4 pageblocks */
        {100, 7, 23, 39, 15000, PLUMB_V6_12, 61},
        {100, 7, 7, 7, 15000, PLUMB_V4_10, 64},
    };
    FOR_EACH_SUBJECT(s)
    {
        for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
            struct plumb_config config = small_config();
            uint64_t boost[2];
            config.spanned_pages = 80;
            config.generation = cases[i].generation;
            config.wmark[WMARK_HIGH] = cases[i].high;
            config.watermark_boost = cases[i].before;
            config.watermark_boost_factor = cases[i].factor;
            boosts(test_subjects[s], &config, cases[i].managed, boost);
            if (boost[0] != cases[i].first || boost[1] != cases[i].second)
                fail_msg("%s, case %u: %ju and %ju", test_subjects[s]->name, i, (uintmax_t)boost[0],
                         (uintmax_t)boost[1]);
        }
    }
}

/* A claim boosts too, a whole pageblock does not; the next check already sees it, were there ever
 * so many pages before. */
static void the_boost_counts_at_once(void **state)
{
    (void)state;
    static const uint8_t types[1] = {R};
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = small_config();
        uint64_t pfn;
        config.wmark[WMARK_HIGH] = 1;
        config.watermark_boost_factor = 1 << 20;
        struct test_zone zone = test_zone(test_subjects[s], &config, types, 1);
        for (unsigned i = 0; i < 3; i++)
            take(&zone, 4, i == 0 ? U : R, 0);
        assert_int_equal(boost_of(&zone), 0);
        assert_int_equal(take(&zone, 2, R, 0), 112);
        assert_int_equal(must_alloc(&zone, 0, 0, M), 116); /* 12 pages free, mark 0 */
        assert_int_equal(type_at(&zone, 112), M);
        assert_int_equal(boost_of(&zone), 16);
        assert_int_equal(zone.subject->alloc(zone.self, 0, 0, M, 0, 0, &pfn), PLUMB_EWMARK);
        struct plumb_tunables tunables;
        tunables_of_config(&config, &tunables);
        assert_int_equal(zone.subject->set_tunables(zone.self, &tunables), PLUMB_OK);
        assert_int_equal(boost_of(&zone), 0);
        assert_int_equal(must_alloc(&zone, 0, 0, M), 117);
        test_zone_end(&zone);
    }
}

/* ---- movable ---- */

static void used_blocks_remember_whether_they_move(void **state)
{
    (void)state;
    static const uint8_t types[4] = {U, M, MIGRATE_CMA, MIGRATE_HIGHATOMIC};
    FOR_EACH_SUBJECT(s)
    {
        for (uint32_t fallback = 0; fallback < PLUMB_NR_FALLBACKS; fallback++) {
            struct plumb_config config = small_config();
            config.fallback = fallback;
            struct test_zone zone = test_zone(test_subjects[s], &config, types, 4);
            for (unsigned i = 0; i < 4; i++) {
                uint64_t pfn = take(&zone, 2, types[i], 0);
                bool movable = types[i] == M || types[i] == MIGRATE_CMA;
                assert_int_equal(test_page(&zone, pfn).movable, movable);
                assert_int_equal(test_page(&zone, pfn + 1).movable, 0);
                must_free(&zone, 0, pfn, 2);
                assert_int_equal(test_page(&zone, pfn).movable, 0);
                assert_int_equal(zone.subject->free(zone.self, 0, pfn, 2, 0), PLUMB_EFREE);
            }
            uint64_t pfn = take(&zone, 2, M, 0);
            assert_int_equal(zone.subject->free(zone.self, 0, pfn, 1, 0), PLUMB_EMISMATCH);
            test_zone_end(&zone);
        }
    }
}

int test_fallback_more(int *run)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(cma_comes_first_beyond_half_of_the_free_pages),
        cmocka_unit_test(cma_comes_before_another_type),
        cmocka_unit_test(a_refill_falls_back_block_by_block),
        cmocka_unit_test(a_cold_refill_falls_back),
        cmocka_unit_test(a_steal_raises_the_boost),
        cmocka_unit_test(the_boost_counts_at_once),
        cmocka_unit_test(used_blocks_remember_whether_they_move),
    };
    return RUN_GROUP(tests, run);
}
