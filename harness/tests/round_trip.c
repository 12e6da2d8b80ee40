/* Tests of theorem 13: free after alloc restores the set of free blocks; of theorem 3: nothing is
 * handed out twice; of theorem 4: the counters always add up. */
#include "harness/tests/support.h"

static const uint8_t all_types[1] = {MIGRATE_UNMOVABLE};

/* The set of free blocks, without the order of the lists. */
static void free_blocks(const struct test_zone *zone, uint8_t *orders)
{
    for (uint64_t i = 0; i < zone->config.spanned_pages; i++) {
        struct plumb_page page = test_page(zone, zone->config.start_pfn + i);
        orders[i] = page.state == PAGE_FREE ? (uint8_t)(page.order + 1) : 0;
    }
}

static void add_up(const struct test_zone *zone)
{
    struct plumb_counters c = test_counters(zone);
    uint64_t pcp = 0, free = 0;
    for (uint32_t cpu = 0; cpu < zone->config.nr_cpus; cpu++)
        pcp += c.pcp_count[cpu];
    for (uint32_t order = 0; order < PLUMB_NR_ORDERS; order++)
        free += c.nr_free[order] << order;
    assert_int_equal(c.free_pages + c.isolated_pages + c.pcp_pages + c.used_pages, c.managed_pages);
    assert_int_equal(pcp, c.pcp_pages);
    assert_int_equal(free, c.free_pages + c.isolated_pages);
}

static void every_order_comes_back(void **state)
{
    (void)state;
    static uint8_t before[TEST_MAX_PAGES], after[TEST_MAX_PAGES];
    for (unsigned i = 0; i < NR_TEST_SUBJECTS * PLUMB_NR_GENERATIONS; i++) {
        struct plumb_config config = test_config(i / 2);
        struct test_zone zone = test_zone(test_subjects[i % 2], &config, all_types, 1);
        for (uint32_t order = 0; order <= config.top_order; order++) {
            free_blocks(&zone, before);
            uint64_t pfn = must_alloc(&zone, 1, order, MIGRATE_UNMOVABLE);
            must_free(&zone, 0, pfn, order);
            zone.subject->drain_all_pages(zone.self);
            free_blocks(&zone, after);
            assert_memory_equal(before, after, sizeof(before));
            add_up(&zone);
        }
        test_zone_end(&zone);
    }
}

struct block {
    uint64_t pfn;
    uint32_t order;
};

static void claim(uint8_t *owned, const struct test_zone *zone, struct block block)
{
    assert_int_equal(block.pfn % (UINT64_C(1) << block.order), 0);
    for (uint64_t p = block.pfn; p < block.pfn + (UINT64_C(1) << block.order); p++) {
        assert_true(p >= zone->config.start_pfn);
        assert_true(p < zone->config.start_pfn + zone->config.spanned_pages);
        assert_false(owned[p - zone->config.start_pfn]);
        owned[p - zone->config.start_pfn] = 1;
    }
}

static void disown(uint8_t *owned, const struct test_zone *zone, struct block block)
{
    memset(owned + (block.pfn - zone->config.start_pfn), 0, (size_t)1 << block.order);
}

/* Random allocations and frees until nothing is left, then everything back. */
static void nothing_is_handed_out_twice(void **state)
{
    (void)state;
    static uint8_t owned[TEST_MAX_PAGES], before[TEST_MAX_PAGES], after[TEST_MAX_PAGES];
    static struct block blocks[TEST_MAX_PAGES];
    uint64_t seed = 4;
    for (unsigned i = 0; i < NR_TEST_SUBJECTS * PLUMB_NR_GENERATIONS * 5; i++) {
        struct plumb_config config = test_config(i / 2 % 3);
        config.start_pfn += i;
        config.spanned_pages += i * 7 % 31;
        struct test_zone zone = test_zone(test_subjects[i % 2], &config, all_types, 1);
        unsigned count = 0;
        memset(owned, 0, sizeof(owned));
        free_blocks(&zone, before);
        for (unsigned step = 0; step < 500; step++) {
            uint32_t cpu = (uint32_t)(test_random(&seed) % 2);
            struct block block = {0, (uint32_t)(test_random(&seed) % 4)};
            if (count && test_random(&seed) % 5 < 2) {
                unsigned k = (unsigned)(test_random(&seed) % count);
                disown(owned, &zone, blocks[k]);
                must_free(&zone, cpu, blocks[k].pfn, blocks[k].order);
                blocks[k] = blocks[--count];
            } else if (zone.subject->alloc(zone.self, cpu, block.order, 0, 0, 0, &block.pfn) ==
                       PLUMB_OK) {
                claim(owned, &zone, block);
                blocks[count++] = block;
            }
            add_up(&zone);
        }
        while (count--)
            must_free(&zone, 0, blocks[count].pfn, blocks[count].order);
        zone.subject->drain_all_pages(zone.self);
        free_blocks(&zone, after);
        assert_memory_equal(before, after, sizeof(before));
        test_zone_end(&zone);
    }
}

int test_round_trip(int *run)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_order_comes_back),
        cmocka_unit_test(nothing_is_handed_out_twice),
    };
    return RUN_GROUP(tests, run);
}
