/* Tests of v6.12's tuning of the per-CPU lists: the numbers follow from semantics 5 by hand. */
#include "harness/tests/support.h"

#define FOR_EACH_SUBJECT(s) for (unsigned s = 0; s < NR_TEST_SUBJECTS; s++)

static const uint8_t movable[1] = {MIGRATE_MOVABLE};

static struct test_zone tuned_zone(unsigned s, uint32_t batch, uint32_t high, uint32_t high_max,
                                   uint64_t high_wmark)
{
    struct plumb_config config = test_config(PLUMB_V6_12);
    config.pcp_tuning = 1;
    config.pcp_batch = batch;
    config.pcp_high = high;
    config.pcp_high_max = high_max;
    config.pcp_batch_scale_max = 2;
    config.wmark[WMARK_HIGH] = high_wmark;
    return test_zone(test_subjects[s], &config, movable, 1);
}

static struct plumb_pcp_tuning tuning_of(const struct test_zone *zone, uint32_t cpu)
{
    struct plumb_pcp_tuning tuning;
    assert_int_equal(zone->subject->pcp_tuning(zone->self, cpu, &tuning), PLUMB_OK);
    return tuning;
}

/* CPU 0 remembers this, and holds so many pages. */
static void assert_tuned(const struct test_zone *zone, uint32_t high, uint32_t factor,
                         uint32_t freed, uint32_t held)
{
    struct plumb_pcp_tuning tuning = tuning_of(zone, 0);
    assert_int_equal(tuning.high, high);
    assert_int_equal(tuning.alloc_factor, factor);
    assert_int_equal(tuning.free_count, freed);
    assert_int_equal(test_counters(zone).pcp_count[0], held);
}

/* So many blocks for CPU 0, or blocks of CPU 1 to CPU 0's lists. */
static void take(struct test_zone *zone, uint32_t order, unsigned count)
{
    while (count-- > 0)
        must_alloc(zone, 0, order, MIGRATE_MOVABLE);
}

static void give(struct test_zone *zone, uint32_t order, unsigned count)
{
    while (count-- > 0)
        must_free(zone, 0, must_alloc(zone, 1, order, MIGRATE_MOVABLE), order);
}

/* At the last refill the factor is at its largest. */
static void refills_double(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct test_zone zone = tuned_zone(s, 2, 4, 64, 0);
        take(&zone, 0, 1);
        assert_tuned(&zone, 6, 1, 0, 1);
        take(&zone, 0, 2);
        assert_tuned(&zone, 10, 2, 0, 3);
        take(&zone, 0, 4);
        assert_tuned(&zone, 18, 2, 0, 7);
        test_zone_end(&zone);
    }
}

static void a_refill_leaves_room_for_a_batch(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct test_zone zone = tuned_zone(s, 2, 4, 6, 0);
        take(&zone, 0, 1);
        assert_tuned(&zone, 6, 1, 0, 1);
        take(&zone, 0, 2);
        assert_tuned(&zone, 6, 2, 0, 3);
        take(&zone, 0, 4); /* 8 wanted, room for 4 */
        assert_tuned(&zone, 6, 2, 0, 3);
        test_zone_end(&zone);
    }
}

/* What is on other lists takes the room, but a batch is always taken. */
static void other_lists_take_room(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct test_zone zone = tuned_zone(s, 4, 16, 16, 0);
        take(&zone, 1, 1); /* two blocks of two pages */
        assert_tuned(&zone, 16, 0, 0, 2);
        take(&zone, 0, 1); /* room 16 - 2 - 4 */
        assert_tuned(&zone, 16, 1, 0, 5);
        take(&zone, 0, 4); /* 8 wanted, room 16 - 2 - 4 */
        assert_tuned(&zone, 16, 2, 0, 9);
        take(&zone, 2, 1);
        assert_tuned(&zone, 16, 2, 0, 13);
        take(&zone, 0, 8); /* 16 wanted, room 16 - 6 - 4 */
        assert_tuned(&zone, 16, 2, 0, 11);
        test_zone_end(&zone);
    }
}

static void short_lists_get_one_block(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct test_zone zone = tuned_zone(s, 8, 4, 7, 0);
        take(&zone, 0, 2);
        assert_tuned(&zone, 4, 0, 0, 0);
        take(&zone, 3, 1);
        assert_tuned(&zone, 4, 0, 0, 0);
        test_zone_end(&zone);
    }
}

/* Larger blocks neither use nor raise the factor, but raise high. */
static void larger_blocks_come_by_the_batch(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct test_zone zone = tuned_zone(s, 8, 8, 64, 0);
        take(&zone, 1, 1);
        assert_tuned(&zone, 16, 0, 0, 6);
        take(&zone, 3, 1); /* two blocks at least */
        assert_tuned(&zone, 24, 0, 0, 14);
        test_zone_end(&zone);
    }
}

static void a_free_halves_the_factor(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct test_zone zone = tuned_zone(s, 2, 4, 64, 0);
        take(&zone, 0, 3);
        assert_tuned(&zone, 10, 2, 0, 3);
        give(&zone, 0, 1);
        assert_tuned(&zone, 10, 1, 1, 4);
        give(&zone, 0, 1);
        assert_tuned(&zone, 10, 0, 2, 5);
        take(&zone, 0, 1);
        assert_tuned(&zone, 10, 0, 1, 4);
        test_zone_end(&zone);
    }
}

/* The more is freed in a row, the more is given back at once, and the more may be held. */
static void trims_grow(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct test_zone zone = tuned_zone(s, 2, 4, 64, 0);
        give(&zone, 0, 3);
        assert_tuned(&zone, 4, 0, 3, 3);
        give(&zone, 0, 1); /* 2 given back, the last of 4 */
        assert_tuned(&zone, 6, 0, 4, 2);
        give(&zone, 0, 3);
        assert_tuned(&zone, 6, 0, 7, 5);
        give(&zone, 0, 1); /* 4 given back */
        assert_tuned(&zone, 10, 0, 8, 2);
        give(&zone, 0, 8); /* 8 given back; four batches are counted at most */
        assert_tuned(&zone, 10, 0, 8, 2);
        test_zone_end(&zone);
    }
}

static void fixed_marks_are_not_tuned(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct test_zone zone = tuned_zone(s, 2, 8, 8, 0);
        give(&zone, 0, 7);
        assert_tuned(&zone, 8, 0, 7, 7);
        give(&zone, 0, 1); /* 6 given back: what is above a batch */
        assert_tuned(&zone, 8, 0, 8, 2);
        take(&zone, 0, 2);
        take(&zone, 0, 1);
        assert_tuned(&zone, 8, 1, 1, 1);
        test_zone_end(&zone);
    }
}

/* Two larger blocks in a row, a batch freed before: all goes back. */
static void a_run_of_larger_blocks_empties_the_lists(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct test_zone zone = tuned_zone(s, 2, 16, 32, 0);
        give(&zone, 1, 1);
        assert_tuned(&zone, 16, 0, 2, 2);
        give(&zone, 1, 1);
        assert_tuned(&zone, 16, 0, 4, 0);
        give(&zone, 0, 1); /* the run ends */
        give(&zone, 1, 1);
        assert_tuned(&zone, 16, 0, 7, 3);
        assert_int_equal(tuning_of(&zone, 0).prev_free_high_order, 1);
        give(&zone, 0, 1);
        assert_int_equal(tuning_of(&zone, 0).prev_free_high_order, 0);
        test_zone_end(&zone);
    }
}

/* Four batches go back, and high comes down by as many. */
static void no_more_than_the_largest_batch_goes_back(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct test_zone zone = tuned_zone(s, 2, 4, 64, 0);
        take(&zone, 1, 12); /* each refill of two blocks raises high by a batch */
        assert_tuned(&zone, 16, 0, 0, 0);
        give(&zone, 0, 10);
        assert_tuned(&zone, 16, 0, 8, 10);
        give(&zone, 1, 1);
        assert_tuned(&zone, 16, 0, 8, 12);
        give(&zone, 1, 1); /* 8 of 14 */
        assert_tuned(&zone, 8, 0, 8, 6);
        test_zone_end(&zone);
    }
}

static void a_large_cache_keeps_less_than_a_batch(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    for (uint32_t high_batch = 0; high_batch <= 1; high_batch++) {
        struct plumb_config config = test_config(PLUMB_V6_12);
        config.pcp_tuning = 1;
        config.pcp_high_max = 64;
        config.pcp_batch_scale_max = 2;
        config.pcp_free_high_batch = high_batch;
        struct test_zone zone = test_zone(test_subjects[s], &config, movable, 1);
        give(&zone, 1, 3); /* the third brings the lists to six pages: a batch */
        assert_tuned(&zone, 64, 0, 6, 0);
        give(&zone, 1, 1);
        assert_tuned(&zone, 64, 0, 8, high_batch ? 2 : 0);
        test_zone_end(&zone);
    }
}

/* 32 pages are free at first. */
static struct test_zone low_zone(unsigned s, uint64_t high_wmark)
{
    struct plumb_config config = test_config(PLUMB_V6_12);
    config.pcp_tuning = 1;
    config.spanned_pages = 32;
    config.pcp_batch = 2;
    config.pcp_high = 4;
    config.pcp_high_max = 32;
    config.pcp_batch_scale_max = 2;
    config.wmark[WMARK_HIGH] = high_wmark;
    config.wmark[WMARK_PROMO] = 1000;
    return test_zone(test_subjects[s], &config, movable, 1);
}

static enum plumb_status ask(struct test_zone *zone, uint32_t flags)
{
    uint64_t pfn;
    return zone->subject->alloc(zone->self, 0, 4, MIGRATE_MOVABLE, flags, 0, &pfn);
}

/* Whatever mark a request names, HIGH is enough, until one fails it. */
static void the_high_mark_is_asked_first(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct test_zone zone = low_zone(s, 10);
        assert_int_equal(ask(&zone, WMARK_PROMO), PLUMB_OK);
        assert_int_equal(tuning_of(&zone, 0).below_high, 0);
        assert_int_equal(ask(&zone, WMARK_PROMO), PLUMB_EWMARK);
        assert_int_equal(tuning_of(&zone, 0).below_high, 1);
        assert_int_equal(ask(&zone, WMARK_MIN), PLUMB_OK);
        test_zone_end(&zone);

        zone = low_zone(s, 40);
        assert_int_equal(ask(&zone, WMARK_PROMO | ALLOC_NO_WATERMARKS), PLUMB_OK);
        assert_int_equal(tuning_of(&zone, 0).below_high, 1);
        test_zone_end(&zone);
    }
}

/* Above MIN without the boost a single page passes for some, and is no sign that the zone is low. */
static void the_boost_does_not_count_for_some(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct test_zone zone = low_zone(s, 10);
        struct plumb_tunables tunables;
        uint64_t pfn;
        tunables_of_config(&zone.config, &tunables);
        tunables.watermark_boost = 100;
        assert_int_equal(zone.subject->set_tunables(zone.self, &tunables), PLUMB_OK);
        assert_int_equal(zone.subject->alloc(zone.self, 0, 0, MIGRATE_MOVABLE,
                                             WMARK_MIN | ALLOC_MIN_RESERVE, 0, &pfn),
                         PLUMB_OK);
        assert_int_equal(tuning_of(&zone, 0).below_high, 0);
        assert_int_equal(zone.subject->alloc(zone.self, 0, 1, MIGRATE_MOVABLE,
                                             WMARK_MIN | ALLOC_MIN_RESERVE, 0, &pfn),
                         PLUMB_EWMARK);
        assert_int_equal(tuning_of(&zone, 0).below_high, 1);
        test_zone_end(&zone);
    }
}

static void requests_that_are_refused_ask_nothing(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct test_zone zone = low_zone(s, 40);
        uint64_t pfn;
        assert_int_equal(zone.subject->alloc(zone.self, 0, 0, MIGRATE_ISOLATE, 0, 0, &pfn),
                         PLUMB_ETYPE);
        assert_int_equal(zone.subject->alloc(zone.self, 2, 0, MIGRATE_MOVABLE, 0, 0, &pfn),
                         PLUMB_ECPU);
        assert_int_equal(tuning_of(&zone, 0).below_high, 0);
        test_zone_end(&zone);
    }
}

/* Below its HIGH mark a zone keeps no more than high_min on the lists, and high comes down; a trim
 * that brings it above ends that. */
static void below_the_high_mark_lists_are_short(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct test_zone zone = low_zone(s, 20);
        uint64_t pfn[12];
        take(&zone, 0, 3);
        assert_tuned(&zone, 10, 2, 0, 3); /* 26 free */
        for (unsigned i = 0; i < 12; i++)
            pfn[i] = must_alloc(&zone, 1, 0, MIGRATE_MOVABLE);
        assert_int_equal(tuning_of(&zone, 0).below_high, 1);
        must_free(&zone, 0, pfn[0], 0); /* 4 held, 2 given back, high less 2 */
        assert_tuned(&zone, 8, 1, 1, 2);
        must_free(&zone, 0, pfn[1], 0);
        assert_tuned(&zone, 6, 0, 2, 3);
        assert_int_equal(tuning_of(&zone, 0).below_high, 1);
        for (unsigned i = 2; i < 12; i++)
            must_free(&zone, 0, pfn[i], 0);
        assert_int_equal(zone.subject->drain_pages(zone.self, 1), PLUMB_OK);
        assert_int_equal(tuning_of(&zone, 0).below_high, test_counters(&zone).free_pages <= 20);
        give(&zone, 0, 8);
        assert_int_equal(tuning_of(&zone, 0).below_high, 0);
        test_zone_end(&zone);
    }
}

/* No refill raises high then. */
static void below_the_high_mark_high_stays(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct test_zone zone = low_zone(s, 100);
        take(&zone, 0, 1);
        assert_tuned(&zone, 4, 1, 0, 1);
        take(&zone, 0, 2); /* 4 wanted, room for a batch */
        assert_tuned(&zone, 4, 1, 0, 1);
        test_zone_end(&zone);
    }
}

static void while_pages_are_reclaimed_lists_are_short(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct test_zone zone = tuned_zone(s, 2, 4, 64, 0);
        take(&zone, 0, 7);
        assert_tuned(&zone, 18, 2, 0, 7);
        assert_int_equal(zone.subject->set_reclaim_active(zone.self, 1), PLUMB_OK);
        assert_int_equal(tuning_of(&zone, 1).reclaim_active, 1);
        give(&zone, 0, 1); /* 4 batches: 2 of 8 given back */
        assert_tuned(&zone, 16, 1, 1, 6);
        give(&zone, 0, 1);
        assert_tuned(&zone, 14, 0, 2, 7);
        assert_int_equal(zone.subject->set_reclaim_active(zone.self, 0), PLUMB_OK);
        assert_int_equal(tuning_of(&zone, 0).reclaim_active, 0);
        give(&zone, 0, 1);
        assert_tuned(&zone, 14, 0, 3, 8);
        test_zone_end(&zone);
    }
}

static void high_decays(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct test_zone zone = tuned_zone(s, 2, 4, 64, 0);
        take(&zone, 0, 7);
        assert_tuned(&zone, 18, 2, 0, 7);
        static const uint32_t highs[12] = {16, 14, 13, 12, 11, 10, 9, 8, 7, 7, 7, 7};
        for (unsigned i = 0; i < 12; i++) {
            assert_int_equal(zone.subject->decay_pcp_high(zone.self, 0), PLUMB_OK);
            assert_tuned(&zone, highs[i], 2, 0, 7);
        }
        test_zone_end(&zone);
    }
}

static void decay_gives_back(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct test_zone zone = tuned_zone(s, 2, 40, 64, 0);
        struct plumb_tunables tunables;
        give(&zone, 0, 20);
        assert_tuned(&zone, 40, 0, 8, 20);
        tunables_of_config(&zone.config, &tunables);
        tunables.pcp_high = 3;
        assert_int_equal(zone.subject->set_tunables(zone.self, &tunables), PLUMB_OK);
        assert_int_equal(zone.subject->decay_pcp_high(zone.self, 0), PLUMB_OK);
        assert_tuned(&zone, 35, 0, 8, 20);
        tunables.pcp_high_max = 10;
        assert_int_equal(zone.subject->set_tunables(zone.self, &tunables), PLUMB_OK);
        take(&zone, 1, 1); /* high is brought within the marks */
        assert_tuned(&zone, 10, 0, 4, 22);
        assert_int_equal(zone.subject->decay_pcp_high(zone.self, 0), PLUMB_OK);
        assert_tuned(&zone, 14, 0, 4, 14); /* four batches are given back */
        assert_int_equal(zone.subject->decay_pcp_high(zone.self, 0), PLUMB_OK);
        assert_tuned(&zone, 13, 0, 4, 13);
        assert_int_equal(zone.subject->decay_pcp_high(zone.self, 1), PLUMB_OK);
        test_zone_end(&zone);
    }
}

static void zones_that_do_not_tune_say_so(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    for (uint32_t generation = 0; generation < PLUMB_NR_GENERATIONS; generation++) {
        struct plumb_config config = test_config(generation);
        struct test_zone zone = test_zone_reserved(test_subjects[s], &config, (uint8_t[1]){0}, 1);
        struct plumb_pcp_tuning tuning;
        assert_int_equal(zone.subject->decay_pcp_high(zone.self, 0), PLUMB_ECONFIG);
        assert_int_equal(zone.subject->decay_pcp_high(zone.self, 2), PLUMB_ECPU);
        assert_int_equal(zone.subject->set_reclaim_active(zone.self, 1), PLUMB_ECONFIG);
        assert_int_equal(zone.subject->pcp_tuning(zone.self, 0, &tuning), PLUMB_ECONFIG);
        assert_int_equal(zone.subject->pcp_tuning(zone.self, 2, &tuning), PLUMB_ECPU);
        test_zone_end(&zone);
    }
}

static void bad_settings_are_refused(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct test_zone zone = tuned_zone(s, 2, 4, 64, 0);
        struct plumb_config bad[7];
        for (unsigned i = 0; i < 7; i++)
            bad[i] = zone.config;
        bad[0].pcp_tuning = 2;
        bad[1].generation = PLUMB_V4_10;
        bad[2].pcp_high_max = 3;
        bad[3].pcp_high_max = 65;
        bad[4].pcp_batch_scale_max = 7;
        bad[5].pcp_free_high_batch = 2;
        bad[6].pcp_tuning = 0;
        bad[6].pcp_high_max = 65;
        for (unsigned i = 0; i < 7; i++)
            assert_int_equal(zone.subject->init(zone.self, &bad[i], movable), PLUMB_ECONFIG);
        test_zone_end(&zone);

        zone = tuned_zone(s, 2, 4, 64, 0);
        struct plumb_tunables tunables;
        tunables_of_config(&zone.config, &tunables);
        tunables.pcp_high_max = 65;
        assert_int_equal(zone.subject->set_tunables(zone.self, &tunables), PLUMB_ECONFIG);
        tunables.pcp_high_max = 3;
        assert_int_equal(zone.subject->set_tunables(zone.self, &tunables), PLUMB_ECONFIG);
        tunables.pcp_high_max = tunables.pcp_high;
        assert_int_equal(zone.subject->set_tunables(zone.self, &tunables), PLUMB_OK);
        test_zone_end(&zone);
    }
}

int test_tuning(int *run)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(refills_double),
        cmocka_unit_test(a_refill_leaves_room_for_a_batch),
        cmocka_unit_test(other_lists_take_room),
        cmocka_unit_test(short_lists_get_one_block),
        cmocka_unit_test(larger_blocks_come_by_the_batch),
        cmocka_unit_test(a_free_halves_the_factor),
        cmocka_unit_test(trims_grow),
        cmocka_unit_test(fixed_marks_are_not_tuned),
        cmocka_unit_test(a_run_of_larger_blocks_empties_the_lists),
        cmocka_unit_test(no_more_than_the_largest_batch_goes_back),
        cmocka_unit_test(a_large_cache_keeps_less_than_a_batch),
        cmocka_unit_test(the_high_mark_is_asked_first),
        cmocka_unit_test(the_boost_does_not_count_for_some),
        cmocka_unit_test(requests_that_are_refused_ask_nothing),
        cmocka_unit_test(below_the_high_mark_lists_are_short),
        cmocka_unit_test(below_the_high_mark_high_stays),
        cmocka_unit_test(while_pages_are_reclaimed_lists_are_short),
        cmocka_unit_test(high_decays),
        cmocka_unit_test(decay_gives_back),
        cmocka_unit_test(zones_that_do_not_tune_say_so),
        cmocka_unit_test(bad_settings_are_refused),
    };
    return RUN_GROUP(tests, run);
}
