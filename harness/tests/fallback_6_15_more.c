/* Tests of what surrounds 6.15's fallback between migratetypes: the boost of the watermarks, CMA,
 * refills of per-CPU lists. */
#include "harness/tests/fallback_fixture.h"

static uint64_t boost_of(const struct test_zone *zone)
{
    return test_counters(zone).watermark_boost;
}

/* ---- the boost ---- */

/* All of four pageblocks in use, which is what a boost asks for; then three blocks, each alone in
 * its pageblock. */
static struct test_zone zone_that_boosts(const struct subject *subject, struct plumb_config *config)
{
    static const uint8_t types[1] = {R};
    config->spanned_pages = 128;
    config->wmark[WMARK_HIGH] = 100;
    config->watermark_boost_factor = 10000; /* at most 100 */
    struct test_zone zone = test_zone_reserved(subject, config, types, 1);
    release(&zone, 64, 128);
    for (unsigned i = 0; i < 4; i++)
        take(&zone, 4, R, 0);
    release(&zone, 128, 132);
    release(&zone, 146, 148);
    release(&zone, 161, 162);
    return zone;
}

/* 16 for each block looked at in vain, nothing for the block stolen. */
static void each_block_looked_at_raises_the_boost(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = config_6_15();
        struct test_zone zone = zone_that_boosts(test_subjects[s], &config);
        refuse(&zone, 0, U, ALLOC_NOFRAGMENT);
        refuse(&zone, 3, U, 0);
        assert_int_equal(take(&zone, 1, M, 0), 146); /* order 2 */
        assert_int_equal(boost_of(&zone), 16);
        assert_int_equal(take(&zone, 0, U, 0), 161); /* orders 2 and 0 */
        assert_int_equal(boost_of(&zone), 48);
        assert_int_equal(take(&zone, 0, M, 0), 128); /* order 2 */
        assert_int_equal(boost_of(&zone), 64);
        assert_int_equal(take(&zone, 0, M, 0), 129); /* what is left is too small to claim */
        assert_int_equal(boost_of(&zone), 64);
        release(&zone, 144, 145);
        assert_int_equal(take(&zone, 0, U, 0), 144); /* orders 1 and 0 */
        assert_int_equal(boost_of(&zone), 96);
        assert_int_equal(take(&zone, 0, U, 0), 130); /* order 1 */
        assert_int_equal(boost_of(&zone), 100);
        test_zone_end(&zone);

        config.fallback = PLUMB_FALLBACK_V6_12;
        zone = zone_that_boosts(test_subjects[s], &config);
        assert_int_equal(take(&zone, 0, U, 0), 128);
        assert_int_equal(boost_of(&zone), 16);
        test_zone_end(&zone);
    }
}

/* Twice, as it is the second that is claimed; v4.10 has no boost. */
static void a_claim_raises_the_boost_too(void **state)
{
    (void)state;
    static const struct {
        uint32_t generation;
        uint64_t boost;
    } cases[2] = {{PLUMB_V6_12, 32}, {PLUMB_V4_10, 0}};
    FOR_EACH_SUBJECT(s)
    {
        for (unsigned i = 0; i < 2; i++) {
            struct plumb_config config = config_6_15();
            config.generation = cases[i].generation;
            struct test_zone zone = zone_that_boosts(test_subjects[s], &config);
            release_pairs(&zone, 176);
            assert_int_equal(take(&zone, 1, M, 0), 146);
            assert_int_equal(boost_of(&zone), cases[i].boost / 2);
            assert_int_equal(take(&zone, 1, U, 0), 176);
            assert_free(&zone, 180, 1, U);
            assert_int_equal(boost_of(&zone), cases[i].boost * 3 / 2);
            test_zone_end(&zone);
        }
    }
}

/* ---- CMA and per-CPU lists ---- */

static void cma_comes_first(void **state)
{
    (void)state;
    static const uint8_t types[2] = {M, MIGRATE_CMA}, others[4] = {U, U, U, MIGRATE_CMA};
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = config_6_15();
        config.spanned_pages = 32;
        struct test_zone zone = test_zone(test_subjects[s], &config, types, 2);
        assert_int_equal(take(&zone, 0, M, ALLOC_CMA), 64); /* 16 of 32 */
        assert_int_equal(take(&zone, 0, M, ALLOC_CMA), 80); /* 16 of 31 */
        test_zone_end(&zone);

        config.spanned_pages = 64;
        zone = test_zone(test_subjects[s], &config, others, 4);
        assert_int_equal(take(&zone, 3, M, ALLOC_CMA), 112);
        assert_int_equal(take(&zone, 3, M, ALLOC_CMA), 120);
        assert_int_equal(take(&zone, 3, M, ALLOC_CMA), 64);
        assert_int_equal(type_at(&zone, 64), M);
        test_zone_end(&zone);
    }
}

/* Each block of a refill is looked for anew: the smallest first, and as long as there are some. */
static void a_refill_steals_block_by_block(void **state)
{
    (void)state;
    static const uint8_t types[1] = {R};
    FOR_EACH_SUBJECT(s)
    FOR_EACH_GENERATION(g)
    {
        struct plumb_config config = refilling(config_6_15(), generations[g], 4);
        struct test_zone zone = test_zone_reserved(test_subjects[s], &config, types, 1);
        release(&zone, 80, 82);
        release(&zone, 64, 65);
        release(&zone, 66, 67);
        assert_int_equal(take(&zone, 0, U, 0), 64);
        assert_cached(&zone, 66, U, R, 80);
        assert_int_equal(test_page(&zone, 80).next, 81);
        assert_int_equal(test_counters(&zone).pcp_count[0], 3);
        assert_int_equal(zone.subject->drain_pages(zone.self, 0), PLUMB_OK);
        assert_free(&zone, 80, 1, R);
        test_zone_end(&zone);
    }
}

/* After a claim the refill goes on with what was claimed, though a smaller block of another type is
 * left (exhibit B11). */
static void a_refill_goes_on_with_what_it_claimed(void **state)
{
    (void)state;
    static const uint8_t types[1] = {R};
    FOR_EACH_SUBJECT(s)
    FOR_EACH_GENERATION(g)
    {
        struct plumb_config config = refilling(config_6_15(), generations[g], 3);
        struct test_zone zone = test_zone_reserved(test_subjects[s], &config, types, 1);
        release(&zone, 72, 80);
        release(&zone, 97, 98);
        assert_int_equal(take(&zone, 0, U, 0), 72);
        assert_int_equal(zone.subject->pcp_list_head(zone.self, 0, U), 73);
        assert_int_equal(test_page(&zone, 73).next, 74);
        assert_free(&zone, 75, 0, U);
        assert_free(&zone, 97, 0, R);
        test_zone_end(&zone);
    }
}

int test_fallback_6_15_more(int *run)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_block_looked_at_raises_the_boost),
        cmocka_unit_test(a_claim_raises_the_boost_too),
        cmocka_unit_test(cma_comes_first),
        cmocka_unit_test(a_refill_steals_block_by_block),
        cmocka_unit_test(a_refill_goes_on_with_what_it_claimed),
    };
    return RUN_GROUP(tests, run);
}
