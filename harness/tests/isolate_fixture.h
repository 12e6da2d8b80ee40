/* What the tests of isolation share. All their numbers are worked out by hand from the rules. */
#ifndef HARNESS_TESTS_ISOLATE_FIXTURE_H
#define HARNESS_TESTS_ISOLATE_FIXTURE_H

#include "harness/tests/exact_fixture.h"

enum { C = MIGRATE_CMA, I = MIGRATE_ISOLATE };

static inline void isolate(struct test_zone *zone, uint64_t pfn)
{
    assert_int_equal(zone->subject->set_migratetype_isolate(zone->self, pfn), PLUMB_OK);
}

static inline void unisolate(struct test_zone *zone, uint64_t pfn, uint32_t type)
{
    assert_int_equal(zone->subject->unset_migratetype_isolate(zone->self, pfn, type), PLUMB_OK);
}

/* A free list has these two blocks, in this order. */
static inline void assert_list(const struct test_zone *zone, uint32_t order, uint32_t type,
                               uint64_t first, uint64_t second)
{
    assert_int_equal(head_of(zone, order, type), first);
    assert_int_equal(test_page(zone, first).next, second);
    assert_int_equal(test_page(zone, second).next, PLUMB_NO_PFN);
}

static inline void assert_totals(const struct test_zone *zone, uint64_t free_pages,
                                 uint64_t isolated)
{
    struct plumb_counters counters = test_counters(zone);
    assert_int_equal(counters.free_pages, free_pages);
    assert_int_equal(counters.isolated_pages, isolated);
    assert_int_equal(counters.pcp_pages, 0);
}

#endif
