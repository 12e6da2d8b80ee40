/* Tests of set-up: limits of a configuration, types, ranges handed to the zone. */
#include "harness/tests/support.h"

static const uint8_t movable[1] = {MIGRATE_MOVABLE};
static const uint8_t unmovable[1] = {MIGRATE_UNMOVABLE};

/* ---- configurations ---- */

static void break_config(struct plumb_config *config, unsigned how)
{
    static const uint64_t above = (UINT64_C(1) << 52) + 1;
    switch (how) {
    case 0:
        config->top_order = 11;
        break;
    case 1:
        config->pageblock_order = config->top_order + 1;
        break;
    case 2:
        config->generation = PLUMB_NR_GENERATIONS;
        break;
    case 3:
        config->nr_cpus = 0;
        break;
    case 4:
        config->nr_cpus = PLUMB_MAX_CPUS + 1;
        break;
    case 5:
        config->spanned_pages = 0;
        break;
    case 6:
        config->start_pfn = (UINT64_C(1) << 52) - config->spanned_pages + 1;
        break;
    case 7:
        config->start_pfn = UINT64_MAX - config->spanned_pages + 2;
        break;
    case 8:
        config->pcp_batch = 0;
        break;
    case 9:
        config->pcp_batch = config->pcp_limit + 1;
        break;
    case 10:
        config->pcp_high = config->pcp_limit + 1;
        break;
    case 11:
        config->pcp_low = config->pcp_limit + 1;
        break;
    case 12:
        config->pcp_limit = (1 << 16) + 1;
        break;
    case 13:
        config->pcp_limit = config->pcp_batch = 1;
        config->pcp_high = config->pcp_low = 0;
        break;
    case 14:
        config->watermark_boost = above;
        break;
    case 27:
        config->spanned_pages = above;
        break;
    case 28:
        config->highatomic = PLUMB_NR_RESERVES;
        break;
    case 31:
        config->highatomic = PLUMB_RESERVE_V4_10;
        break;
    case 29:
        config->highatomic = PLUMB_RESERVE_V6_12;
        config->generation = PLUMB_V4_10;
        break;
    case 15:
        config->nr_reserved_highatomic = above;
        break;
    case 16:
        config->watermark_boost_factor = (1 << 20) + 1;
        break;
    case 17:
        config->fallback = PLUMB_NR_FALLBACKS;
        break;
    case 18:
        config->fallback = PLUMB_FALLBACK_V6_12;
        config->generation = PLUMB_V2_6_11;
        break;
    case 30:
        config->fallback = PLUMB_FALLBACK_V6_15;
        config->generation = PLUMB_V2_6_11;
        break;
    default:
        if (how < 23)
            config->wmark[how - 19] = above;
        else
            config->lowmem_reserve[how - 23] = above;
    }
}
enum { NR_BREAKS = 32 };

static void limits_of_a_configuration(void **state)
{
    (void)state;
    uint8_t types[64] = {0};
    for (unsigned s = 0; s < NR_TEST_SUBJECTS; s++) {
        void *self = test_subjects[s]->open();
        for (unsigned how = 0; how < NR_BREAKS; how++) {
            struct plumb_config config = test_config(PLUMB_V6_12);
            assert_int_equal(test_subjects[s]->init(self, &config, types), PLUMB_OK);
            break_config(&config, how);
            assert_false(config_is_valid(&config));
            if (test_subjects[s]->init(self, &config, types) != PLUMB_ECONFIG)
                fail_msg("%s accepts broken configuration %u", test_subjects[s]->name, how);
            /* The adapter asks for the size first, which others need not. */
            assert_int_equal(plumb_zone_bytes(&config), 0);
            assert_int_equal(plumb_zone_init(NULL, &config, types), PLUMB_ECONFIG);
        }
        test_subjects[s]->close(self);
    }
}

static void types_of_pageblocks(void **state)
{
    (void)state;
    for (unsigned s = 0; s < NR_TEST_SUBJECTS; s++) {
        void *self = test_subjects[s]->open();
        uint8_t types[64] = {0};
        struct plumb_config config = test_config(PLUMB_V6_12);
        uint32_t last = config_pageblocks(&config) - 1;
        types[last] = MIGRATE_ISOLATE;
        assert_int_equal(test_subjects[s]->init(self, &config, types), PLUMB_OK);
        types[last] = MIGRATE_TYPES;
        assert_int_equal(test_subjects[s]->init(self, &config, types), PLUMB_ETYPE);
        types[last] = MIGRATE_UNMOVABLE;
        config.generation = PLUMB_V2_6_11;
        assert_int_equal(test_subjects[s]->init(self, &config, types), PLUMB_OK);
        types[0] = MIGRATE_MOVABLE;
        assert_int_equal(test_subjects[s]->init(self, &config, types), PLUMB_ETYPE);
        test_subjects[s]->close(self);
    }
}

static void limits_of_tunables(void **state)
{
    (void)state;
    for (unsigned s = 0; s < NR_TEST_SUBJECTS; s++) {
        struct plumb_config config = test_config(PLUMB_V6_12);
        struct test_zone zone = test_zone(test_subjects[s], &config, movable, 1);
        struct plumb_tunables good, bad;
        tunables_of_config(&config, &good);
        for (unsigned i = 0; i < NR_TUNABLES; i++) {
            bool is_pcp = i <= TUNABLE_LOW || i == TUNABLE_HIGH_MAX;
            uint64_t above = is_pcp                      ? config.pcp_limit + 1
                             : i == TUNABLE_BOOST_FACTOR ? (1u << 20) + 1
                                                         : (UINT64_C(1) << 52) + 1;
            bad = good;
            tunable_set(&bad, i, above);
            assert_int_equal(zone.subject->set_tunables(zone.self, &bad), PLUMB_ECONFIG);
            tunable_set(&bad, i, above - 1);
            assert_int_equal(zone.subject->set_tunables(zone.self, &bad), PLUMB_OK);
        }
        bad = good;
        bad.pcp_batch = 0;
        assert_int_equal(zone.subject->set_tunables(zone.self, &bad), PLUMB_ECONFIG);
        test_zone_end(&zone);
    }
}

/* ---- ranges ---- */

static void a_new_zone_is_reserved(void **state)
{
    (void)state;
    for (unsigned s = 0; s < NR_TEST_SUBJECTS; s++) {
        struct plumb_config config = test_config(PLUMB_V4_10);
        struct test_zone zone = test_zone_reserved(test_subjects[s], &config, movable, 1);
        struct plumb_counters zero = {0}, counters = test_counters(&zone);
        assert_memory_equal(&counters, &zero, offsetof(struct plumb_counters, pcp_count));
        for (uint64_t i = 0; i < config.spanned_pages; i++) {
            struct plumb_page page = test_page(&zone, config.start_pfn + i);
            assert_int_equal(page.state, PAGE_RESERVED);
            assert_int_equal(page.pageblock_type, MIGRATE_MOVABLE);
        }
        struct plumb_page page;
        uint64_t end = config.start_pfn + config.spanned_pages;
        assert_int_equal(zone.subject->page(zone.self, config.start_pfn - 1, &page), PLUMB_ERANGE);
        assert_int_equal(zone.subject->page(zone.self, end, &page), PLUMB_ERANGE);
        test_zone_end(&zone);
    }
}

/* Pages 37 to 99: 1 + 2 + 8 + 16 + 32 + 4, and no merging beyond since the rest is reserved. */
static void a_range_goes_in_largest_aligned_blocks(void **state)
{
    (void)state;
    static const uint64_t orders[PLUMB_NR_ORDERS] = {1, 1, 1, 1, 1, 1};
    for (unsigned s = 0; s < NR_TEST_SUBJECTS; s++) {
        struct plumb_config config = test_config(PLUMB_V6_12);
        config.pageblock_order = 5;
        struct test_zone zone = test_zone_reserved(test_subjects[s], &config, movable, 1);
        assert_int_equal(zone.subject->free_range(zone.self, 37, 100), PLUMB_OK);
        struct plumb_counters counters = test_counters(&zone);
        assert_int_equal(counters.managed_pages, 63);
        assert_int_equal(counters.free_pages, 63);
        assert_memory_equal(counters.nr_free, orders, sizeof(orders));
        assert_int_equal(test_page(&zone, 64).order, 5);
        assert_int_equal(test_page(&zone, 96).order, 2);
        assert_int_equal(test_page(&zone, 38).order, 1);
        assert_int_equal(test_page(&zone, 36).state, PAGE_RESERVED);
        assert_int_equal(test_page(&zone, 100).state, PAGE_RESERVED);
        test_zone_end(&zone);
    }
}

static void ranges_that_are_refused(void **state)
{
    (void)state;
    static struct snapshot before;
    for (unsigned s = 0; s < NR_TEST_SUBJECTS; s++) {
        struct plumb_config config = test_config(PLUMB_V6_12);
        struct test_zone zone = test_zone_reserved(test_subjects[s], &config, movable, 1);
        const struct subject *subject = zone.subject;
        assert_int_equal(subject->free_range(zone.self, 40, 72), PLUMB_OK);
        test_snapshot(&zone, &before);
        assert_int_equal(subject->free_range(zone.self, 31, 40), PLUMB_ERANGE);
        assert_int_equal(subject->free_range(zone.self, 280, 289), PLUMB_ERANGE);
        assert_int_equal(subject->free_range(zone.self, 90, 90), PLUMB_ERANGE);
        assert_int_equal(subject->free_range(zone.self, 91, 90), PLUMB_ERANGE);
        assert_int_equal(subject->free_range(zone.self, 0, UINT64_MAX), PLUMB_ERANGE);
        assert_int_equal(subject->free_range(zone.self, 32, 41), PLUMB_EBUSY);
        assert_int_equal(subject->free_range(zone.self, 71, 80), PLUMB_EBUSY);
        assert_int_equal(subject->free_range(zone.self, 50, 51), PLUMB_EBUSY);
        assert_unchanged(&zone, &before);
        test_zone_end(&zone);
    }
}

/* Pages below start_pfn share the first block of the top order and must stay out of it. */
static void an_unaligned_start_keeps_its_neighbours_out(void **state)
{
    (void)state;
    for (unsigned s = 0; s < NR_TEST_SUBJECTS; s++) {
        struct plumb_config config = test_config(PLUMB_V2_6_11);
        config.start_pfn = 33;
        struct test_zone zone = test_zone(test_subjects[s], &config, unmovable, 1);
        assert_int_equal(test_page(&zone, 33).order, 0);
        assert_int_equal(test_page(&zone, 34).order, 1);
        assert_int_equal(test_page(&zone, 288).order, 0);
        assert_int_equal(test_counters(&zone).free_pages, 256);
        test_zone_end(&zone);
    }
}

/* ---- memory that is zero already (the optimized variant) ---- */

static struct plumb_zone *zone_memory(const struct plumb_config *config, int byte)
{
    size_t bytes = (plumb_zone_bytes(config) + 63) / 64 * 64;
    struct plumb_zone *zone = aligned_alloc(64, bytes);
    assert_non_null(zone);
    memset(zone, byte, bytes);
    return zone;
}

static void check_same_zone(const struct plumb_zone *a, const struct plumb_zone *b,
                            const struct plumb_config *config)
{
    struct plumb_counters counters[2];
    plumb_counters(a, &counters[0]);
    plumb_counters(b, &counters[1]);
    assert_memory_equal(&counters[0], &counters[1], sizeof(counters[0]));
    for (uint64_t i = 0; i < config->spanned_pages; i++) {
        struct plumb_page page[2];
        memset(page, 0, sizeof(page));
        assert_int_equal(plumb_page(a, config->start_pfn + i, &page[0]), PLUMB_OK);
        assert_int_equal(plumb_page(b, config->start_pfn + i, &page[1]), PLUMB_OK);
        assert_memory_equal(&page[0], &page[1], sizeof(page[0]));
    }
}

static void zeroed_memory_makes_the_same_zone(void **state)
{
    (void)state;
    for (uint32_t generation = 0; generation < PLUMB_NR_GENERATIONS; generation++) {
        struct plumb_config config = test_config(generation);
        uint8_t types[64] = {MIGRATE_UNMOVABLE};
        struct plumb_zone *a = zone_memory(&config, 0), *b = zone_memory(&config, 0xa5);
        uint64_t pfn[2];
        assert_int_equal(plumb_zone_init_zeroed(a, &config, types), PLUMB_OK);
        assert_int_equal(plumb_zone_init(b, &config, types), PLUMB_OK);
        check_same_zone(a, b, &config);
        assert_int_equal(plumb_free_range(a, 40, 200), PLUMB_OK);
        assert_int_equal(plumb_free_range(b, 40, 200), PLUMB_OK);
        assert_int_equal(plumb_alloc(a, 1, 0, 0, 0, 0, &pfn[0]), PLUMB_OK);
        assert_int_equal(plumb_alloc(b, 1, 0, 0, 0, 0, &pfn[1]), PLUMB_OK);
        assert_int_equal(pfn[0], pfn[1]);
        check_same_zone(a, b, &config);
        config.nr_cpus = 0;
        assert_int_equal(plumb_zone_init_zeroed(a, &config, types), PLUMB_ECONFIG);
        free(a);
        free(b);
    }
}

int test_zone_group(int *run)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(limits_of_a_configuration),
        cmocka_unit_test(types_of_pageblocks),
        cmocka_unit_test(limits_of_tunables),
        cmocka_unit_test(a_new_zone_is_reserved),
        cmocka_unit_test(a_range_goes_in_largest_aligned_blocks),
        cmocka_unit_test(ranges_that_are_refused),
        cmocka_unit_test(an_unaligned_start_keeps_its_neighbours_out),
        cmocka_unit_test(zeroed_memory_makes_the_same_zone),
    };
    return RUN_GROUP(tests, run);
}
