/* What the tests of split pages, of runs of pages and of isolation share. All their numbers are worked out by
 * hand from the rules. */
#ifndef HARNESS_TESTS_EXACT_FIXTURE_H
#define HARNESS_TESTS_EXACT_FIXTURE_H

#include "harness/tests/fallback_fixture.h"

static const uint8_t all_unmovable[1] = {U};

/* 8 free blocks of order 5, from pfn 32; a refill brings one block. From v4.10 on what is freed
 * leaves the per-CPU lists at once. */
static inline struct test_zone plain_zone(unsigned s, uint32_t generation)
{
    struct plumb_config config = test_config(generation);
    config.pcp_batch = 1;
    config.pcp_high = 0;
    return test_zone(test_subjects[s], &config,
                     generation == PLUMB_V2_6_11 ? all_unmovable : all_movable, 1);
}

/* The same with batch 4 and per-CPU lists of up to 64 pages. */
static inline struct test_zone caching_zone(unsigned s, uint32_t generation)
{
    struct plumb_config config = test_config(generation);
    return test_zone(test_subjects[s], &config,
                     generation == PLUMB_V2_6_11 ? all_unmovable : all_movable, 1);
}

static inline uint32_t its_type(const struct test_zone *zone)
{
    return zone->config.generation == PLUMB_V2_6_11 ? (uint32_t)U : (uint32_t)M;
}

static inline uint64_t take_run(struct test_zone *zone, uint32_t cpu, uint32_t pages, uint32_t type,
                                uint32_t flags)
{
    uint64_t pfn;
    assert_int_equal(zone->subject->alloc_pages_exact(zone->self, cpu, pages, type, flags, 0, &pfn),
                     PLUMB_OK);
    return pfn;
}

static inline void split(struct test_zone *zone, uint64_t pfn, uint32_t order)
{
    assert_int_equal(zone->subject->split_page(zone->self, pfn, order), PLUMB_OK);
}

static inline void free_run(struct test_zone *zone, uint32_t cpu, uint64_t pfn, uint32_t pages)
{
    assert_int_equal(zone->subject->free_pages_exact(zone->self, cpu, pfn, pages), PLUMB_OK);
}

/* Each page is a used block of its own. */
static inline void assert_single_pages(const struct test_zone *zone, uint64_t pfn, uint32_t pages,
                                       int movable)
{
    for (uint64_t q = pfn; q < pfn + pages; q++) {
        struct plumb_page page = test_page(zone, q);
        assert_int_equal(page.state, PAGE_USED);
        assert_int_equal(page.order, 0);
        assert_int_equal(page.movable, movable);
    }
}

/* As many blocks of each order are free, from 0 on; other orders have none. */
static inline void assert_nr_free(const struct test_zone *zone, const uint64_t nr_free[6])
{
    struct plumb_counters counters = test_counters(zone);
    for (unsigned order = 0; order < 6; order++)
        assert_int_equal(counters.nr_free[order], nr_free[order]);
}

#endif
