/* Tests of per-CPU lists that are disabled and enabled again (zone_pcp_disable, zone_pcp_enable). */
#include "harness/tests/support.h"

#define FOR_EACH_SUBJECT(s) for (unsigned s = 0; s < NR_TEST_SUBJECTS; s++)

/* The kinds of lists that can be disabled. */
enum lists { LISTS_V4_10, LISTS_V6_12, LISTS_TUNED, LISTS_HUGE, NR_LISTS_KINDS };
#define FOR_EACH_KIND(s, kind)                                                                     \
    FOR_EACH_SUBJECT(s) for (unsigned kind = 0; kind < NR_LISTS_KINDS; kind++)

enum { HUGE = 4 };

static struct plumb_config config_of(enum lists kind)
{
    struct plumb_config config = test_config(kind == LISTS_V4_10 ? PLUMB_V4_10 : PLUMB_V6_12);
    if (kind == LISTS_TUNED || kind == LISTS_HUGE) {
        config.pcp_tuning = 1;
        config.pcp_high = 8;
        config.pcp_high_max = 32;
        config.pcp_batch_scale_max = 2;
    }
    if (kind == LISTS_HUGE) {
        config.pageblock_order = HUGE;
        config.thp = 1;
    }
    return config;
}

static const uint8_t movable[1] = {MIGRATE_MOVABLE};
static const uint8_t mixed[8] = {MIGRATE_MOVABLE,   MIGRATE_MOVABLE,   MIGRATE_MOVABLE,
                                 MIGRATE_MOVABLE,   MIGRATE_UNMOVABLE, MIGRATE_UNMOVABLE,
                                 MIGRATE_UNMOVABLE, MIGRATE_UNMOVABLE};

static struct test_zone zone_of(unsigned s, const struct plumb_config *config)
{
    return test_zone(test_subjects[s], config, movable, 1);
}

static struct test_zone kind_zone(unsigned s, enum lists kind)
{
    struct plumb_config config = config_of(kind);
    return zone_of(s, &config);
}

static void must_disable(struct test_zone *zone)
{
    assert_int_equal(zone->subject->set_pcp_disabled(zone->self, 1), PLUMB_OK);
}

static void must_enable(struct test_zone *zone)
{
    assert_int_equal(zone->subject->set_pcp_disabled(zone->self, 0), PLUMB_OK);
}

static void must_be_busy(struct test_zone *zone, int disabled)
{
    struct snapshot before;
    test_snapshot(zone, &before);
    assert_int_equal(zone->subject->set_pcp_disabled(zone->self, disabled), PLUMB_EBUSY);
    assert_unchanged(zone, &before);
}

/* ---- calls and what they answer ---- */

static void each_way_only_once(void **state)
{
    (void)state;
    FOR_EACH_KIND(s, kind)
    {
        struct test_zone zone = kind_zone(s, kind);
        must_alloc(&zone, 1, 0, MIGRATE_MOVABLE);
        must_be_busy(&zone, 0);
        must_disable(&zone);
        must_be_busy(&zone, 1);
        must_be_busy(&zone, -7);
        must_enable(&zone);
        must_be_busy(&zone, 0);
        assert_int_equal(zone.subject->set_pcp_disabled(zone.self, -7), PLUMB_OK);
        must_be_busy(&zone, 1);
        must_enable(&zone);
        test_zone_end(&zone);
    }
}

/* A second attempt would otherwise save the sizes of disabled lists. */
static void refused_attempts_keep_the_sizes(void **state)
{
    (void)state;
    FOR_EACH_KIND(s, kind)
    {
        struct test_zone zone = kind_zone(s, kind), twin = kind_zone(s, kind);
        must_disable(&zone);
        must_be_busy(&zone, 1);
        must_enable(&zone);
        must_be_busy(&zone, 0);
        must_alloc(&zone, 0, 0, MIGRATE_MOVABLE);
        must_alloc(&twin, 0, 0, MIGRATE_MOVABLE);
        assert_int_equal(test_counters(&zone).pcp_count[0], test_counters(&twin).pcp_count[0]);
        assert_true(test_counters(&zone).pcp_count[0] > 0);
        test_zone_end(&zone);
        test_zone_end(&twin);
    }
}

static void a_new_zone_has_its_lists(void **state)
{
    (void)state;
    static uint8_t types[TEST_MAX_PAGES];
    FOR_EACH_KIND(s, kind)
    {
        struct test_zone zone = kind_zone(s, kind);
        must_disable(&zone);
        memset(types, MIGRATE_MOVABLE, sizeof(types));
        assert_int_equal(zone.subject->init(zone.self, &zone.config, types), PLUMB_OK);
        assert_int_equal(zone.subject->free_range(zone.self, 32, 288), PLUMB_OK);
        must_be_busy(&zone, 0);
        must_alloc(&zone, 0, 0, MIGRATE_MOVABLE);
        assert_int_equal(test_counters(&zone).pcp_count[0], 3);
        test_zone_end(&zone);
    }
}

static void not_in_2_6_11(void **state)
{
    (void)state;
    static const uint8_t unmovable[1] = {MIGRATE_UNMOVABLE};
    struct plumb_config config = test_config(PLUMB_V2_6_11);
    FOR_EACH_SUBJECT(s)
    {
        struct test_zone zone = test_zone(test_subjects[s], &config, unmovable, 1);
        struct snapshot before;
        must_alloc(&zone, 0, 0, MIGRATE_UNMOVABLE);
        test_snapshot(&zone, &before);
        assert_int_equal(zone.subject->set_pcp_disabled(zone.self, 1), PLUMB_ECONFIG);
        assert_int_equal(zone.subject->set_pcp_disabled(zone.self, 0), PLUMB_ECONFIG);
        assert_unchanged(&zone, &before);
        must_tune(&zone, 5, 6, 3);
        test_zone_end(&zone);
    }
}

static struct plumb_tunables tunables_of(const struct test_zone *zone)
{
    struct plumb_tunables tunables;
    tunables_of_config(&zone->config, &tunables);
    return tunables;
}

static void tunables_stay_while_disabled(void **state)
{
    (void)state;
    FOR_EACH_KIND(s, kind)
    {
        struct test_zone zone = kind_zone(s, kind);
        struct plumb_tunables tunables = tunables_of(&zone);
        must_disable(&zone);
        tunables.pcp_batch = 9;
        tunables.wmark[WMARK_MIN] = 200;
        assert_int_equal(zone.subject->set_tunables(zone.self, &tunables), PLUMB_EBUSY);
        must_alloc(&zone, 0, 5, MIGRATE_MOVABLE); /* 200 pages and more must not be left */
        must_alloc(&zone, 0, 5, MIGRATE_MOVABLE);
        must_enable(&zone);
        must_alloc(&zone, 0, 0, MIGRATE_MOVABLE);
        assert_int_equal(test_counters(&zone).pcp_count[0], 3);
        assert_int_equal(zone.subject->set_tunables(zone.self, &tunables), PLUMB_OK);
        test_zone_end(&zone);
    }
}

static void bad_tunables_are_told_first(void **state)
{
    (void)state;
    FOR_EACH_KIND(s, kind)
    {
        struct test_zone zone = kind_zone(s, kind);
        struct plumb_tunables tunables = tunables_of(&zone);
        must_disable(&zone);
        tunables.pcp_batch = 0;
        assert_int_equal(zone.subject->set_tunables(zone.self, &tunables), PLUMB_ECONFIG);
        tunables.pcp_batch = 65;
        assert_int_equal(zone.subject->set_tunables(zone.self, &tunables), PLUMB_ECONFIG);
        tunables.pcp_batch = 64;
        assert_int_equal(zone.subject->set_tunables(zone.self, &tunables), PLUMB_EBUSY);
        test_zone_end(&zone);
    }
}

/* ---- disabling ---- */

/* Of two pages that stay apart the one of CPU 1 is freed last. */
static void the_lists_are_drained_cpu_0_first(void **state)
{
    (void)state;
    FOR_EACH_KIND(s, kind)
    {
        struct plumb_config config = config_of(kind);
        uint64_t pages[8];
        config.placement = PLUMB_PLACE_HEAD;
        config.pcp_batch = 1;
        config.pcp_high = config.pcp_high_max = 64;
        struct test_zone zone = zone_of(s, &config);
        for (unsigned i = 0; i < 8; i++)
            pages[i] = must_alloc(&zone, 0, 0, MIGRATE_MOVABLE);
        zone.subject->drain_all_pages(zone.self);
        must_free(&zone, 1, pages[4], 0);
        must_free(&zone, 0, pages[0], 0);
        must_disable(&zone);
        assert_int_equal(test_counters(&zone).pcp_pages, 0);
        assert_int_equal(zone.subject->free_list_head(zone.self, 0, MIGRATE_MOVABLE), pages[4]);
        assert_int_equal(test_page(&zone, pages[4]).next, pages[0]);
        test_zone_end(&zone);
    }
}

/* Blocks of all orders that lists hold, of both CPUs, some kept and some freed. */
static void use_lists(struct test_zone *zone)
{
    uint64_t freed[16];
    for (unsigned i = 0; i < 16; i++)
        freed[i] = must_alloc(zone, i % 2, i % 4, MIGRATE_MOVABLE);
    for (unsigned i = 0; i < 16; i += 3)
        must_free(zone, i / 2 % 2, freed[i], i % 4);
}

static void assert_alike(const struct test_zone *zone, const struct test_zone *twin)
{
    struct snapshot snapshot;
    test_snapshot(twin, &snapshot);
    assert_unchanged(zone, &snapshot);
}

/* With no call in between it is a drain of all CPUs, and all that comes after it is the same: batch,
 * high, low and the largest high are what they were. */
static void disabled_and_enabled_is_drained(void **state)
{
    (void)state;
    FOR_EACH_KIND(s, kind)
    {
        struct test_zone zone = kind_zone(s, kind), twin = kind_zone(s, kind);
        struct plumb_tunables tunables = tunables_of(&zone);
        tunables.pcp_batch = 3;
        tunables.pcp_high = 5;
        tunables.pcp_low = 2;
        tunables.pcp_high_max = 11;
        assert_int_equal(zone.subject->set_tunables(zone.self, &tunables), PLUMB_OK);
        assert_int_equal(twin.subject->set_tunables(twin.self, &tunables), PLUMB_OK);
        use_lists(&zone);
        use_lists(&twin);
        must_disable(&zone);
        twin.subject->drain_all_pages(twin.self);
        assert_alike(&zone, &twin);
        must_enable(&zone);
        assert_alike(&zone, &twin);
        use_lists(&zone);
        use_lists(&twin);
        assert_alike(&zone, &twin);
        assert_true(test_counters(&zone).pcp_pages > 0);
        test_zone_end(&zone);
        test_zone_end(&twin);
    }
}

/* ---- while they are disabled ---- */

static void assert_none_held(const struct test_zone *zone)
{
    assert_int_equal(test_counters(zone).pcp_pages, 0);
    for (uint32_t cpu = 0; cpu < 2; cpu++)
        for (uint32_t index = 0; index < PLUMB_NR_PCP_LISTS; index++)
            assert_int_equal(test_pcp_length(zone, cpu, index), 0);
}

static void use_blocks(struct test_zone *zone, uint32_t type, uint32_t order)
{
    uint64_t pfns[6];
    for (unsigned i = 0; i < 6; i++) {
        pfns[i] = must_alloc(zone, i % 2, order, type);
        assert_none_held(zone);
    }
    for (unsigned i = 0; i < 6; i++) {
        must_free(zone, i / 2 % 2, pfns[i], order);
        assert_none_held(zone);
    }
}

static void no_block_stays_on_a_list(void **state)
{
    (void)state;
    FOR_EACH_KIND(s, kind)
    for (uint32_t order = 0; order <= HUGE; order++) {
        struct plumb_config config = config_of(kind);
        struct test_zone zone = test_zone(test_subjects[s], &config, mixed, 8);
        must_disable(&zone);
        use_blocks(&zone, MIGRATE_MOVABLE, order);
        use_blocks(&zone, MIGRATE_UNMOVABLE, order);
        test_zone_end(&zone);
    }
}

static uint64_t must_alloc_exact(struct test_zone *zone, uint32_t pages)
{
    uint64_t pfn = 0;
    assert_int_equal(
        zone->subject->alloc_pages_exact(zone->self, 1, pages, MIGRATE_MOVABLE, WMARK_MIN, 0, &pfn),
        PLUMB_OK);
    return pfn;
}

static void no_page_of_a_run_stays_on_a_list(void **state)
{
    (void)state;
    FOR_EACH_KIND(s, kind)
    {
        struct test_zone zone = kind_zone(s, kind);
        must_disable(&zone);
        uint64_t run = must_alloc_exact(&zone, 5);
        assert_none_held(&zone);
        assert_int_equal(zone.subject->free_pages_exact(zone.self, 0, run, 5), PLUMB_OK);
        assert_none_held(&zone);
        uint64_t block = must_alloc(&zone, 0, 3, MIGRATE_MOVABLE);
        assert_int_equal(zone.subject->split_page(zone.self, block, 3), PLUMB_OK);
        assert_none_held(&zone);
        for (uint64_t pfn = block; pfn < block + 8; pfn++) {
            must_free(&zone, 1, pfn, 0);
            assert_none_held(&zone);
        }
        assert_int_equal(test_counters(&zone).used_pages, 0);
        test_zone_end(&zone);
    }
}

static void what_is_freed_merges(void **state)
{
    (void)state;
    FOR_EACH_KIND(s, kind)
    for (uint32_t order = 0; order <= HUGE; order++) {
        struct test_zone zone = kind_zone(s, kind);
        must_disable(&zone);
        uint64_t pfn = must_alloc(&zone, 0, order, MIGRATE_MOVABLE);
        assert_int_equal(test_counters(&zone).free_pages, 256 - (1u << order));
        assert_int_equal(test_counters(&zone).nr_free[5], 7);
        must_free(&zone, 1, pfn, order);
        assert_int_equal(test_counters(&zone).nr_free[5], 8);
        test_zone_end(&zone);
    }
}

/* The pageblock's pages lay on the lists of both CPUs. */
static void an_isolated_pageblock_stays_so(void **state)
{
    (void)state;
    FOR_EACH_KIND(s, kind)
    {
        struct test_zone zone = kind_zone(s, kind);
        uint32_t size = 1u << zone.config.pageblock_order;
        uint64_t other, pfn = must_alloc(&zone, 0, 0, MIGRATE_MOVABLE);
        uint64_t end = (pfn | (size - 1)) + 1;
        must_free(&zone, 1, pfn, 0);
        must_disable(&zone);
        assert_int_equal(zone.subject->set_migratetype_isolate(zone.self, pfn), PLUMB_OK);
        assert_none_held(&zone);
        assert_int_equal(test_counters(&zone).isolated_pages, size);
        for (unsigned i = 0; i < 8; i++) {
            other = must_alloc(&zone, i % 2, i % 4, MIGRATE_MOVABLE);
            assert_true(other >= end || other < end - size);
            must_free(&zone, 0, other, i % 4);
            assert_none_held(&zone);
        }
        assert_int_equal(test_counters(&zone).isolated_pages, size);
        assert_int_equal(zone.subject->unset_migratetype_isolate(zone.self, pfn, MIGRATE_MOVABLE),
                         PLUMB_OK);
        must_enable(&zone);
        assert_int_equal(test_counters(&zone).nr_free[5], 8);
        test_zone_end(&zone);
    }
}

/* ---- enabling ---- */

static void a_refill_takes_the_old_batch(void **state)
{
    (void)state;
    FOR_EACH_KIND(s, kind)
    {
        struct test_zone zone = kind_zone(s, kind);
        must_disable(&zone);
        uint64_t pfn = must_alloc(&zone, 0, 0, MIGRATE_MOVABLE);
        assert_int_equal(test_counters(&zone).pcp_pages, 0);
        must_enable(&zone);
        must_alloc(&zone, 0, 0, MIGRATE_MOVABLE);
        assert_int_equal(test_counters(&zone).pcp_count[0], 3);
        must_free(&zone, 0, pfn, 0);
        assert_int_equal(test_counters(&zone).pcp_count[0], 4);
        assert_int_equal(test_page(&zone, pfn).state, PAGE_PCP);
        test_zone_end(&zone);
    }
}

static void assert_tuned(const struct test_zone *zone, uint32_t high, uint32_t factor,
                         uint32_t held)
{
    struct plumb_pcp_tuning tuning;
    assert_int_equal(zone->subject->pcp_tuning(zone->self, 0, &tuning), PLUMB_OK);
    assert_int_equal(tuning.high, high);
    assert_int_equal(tuning.alloc_factor, factor);
    assert_int_equal(test_counters(zone).pcp_count[0], held);
}

/* A CPU that used its lists meanwhile has nothing left of its high, but of what it takes at once. */
static void what_is_tuned_starts_anew(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = config_of(LISTS_TUNED);
        config.pcp_batch = 2;
        config.pcp_high = 4;
        config.pcp_high_max = 64;
        struct test_zone zone = zone_of(s, &config);
        for (unsigned i = 0; i < 7; i++)
            must_alloc(&zone, 0, 0, MIGRATE_MOVABLE);
        assert_tuned(&zone, 18, 2, 7);
        must_disable(&zone);
        assert_tuned(&zone, 18, 2, 0);
        must_alloc(&zone, 0, 0, MIGRATE_MOVABLE);
        assert_tuned(&zone, 0, 2, 0);
        must_enable(&zone);
        must_alloc(&zone, 0, 0, MIGRATE_MOVABLE);
        assert_tuned(&zone, 4 + (2 << 2), 2, 7);
        test_zone_end(&zone);
    }
}

int test_pcp_disable(int *run)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_way_only_once),
        cmocka_unit_test(refused_attempts_keep_the_sizes),
        cmocka_unit_test(a_new_zone_has_its_lists),
        cmocka_unit_test(not_in_2_6_11),
        cmocka_unit_test(tunables_stay_while_disabled),
        cmocka_unit_test(bad_tunables_are_told_first),
        cmocka_unit_test(the_lists_are_drained_cpu_0_first),
        cmocka_unit_test(disabled_and_enabled_is_drained),
        cmocka_unit_test(no_block_stays_on_a_list),
        cmocka_unit_test(no_page_of_a_run_stays_on_a_list),
        cmocka_unit_test(what_is_freed_merges),
        cmocka_unit_test(an_isolated_pageblock_stays_so),
        cmocka_unit_test(a_refill_takes_the_old_batch),
        cmocka_unit_test(what_is_tuned_starts_anew),
    };
    return RUN_GROUP(tests, run);
}
