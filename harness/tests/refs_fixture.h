/* What the tests of references share. */
#ifndef HARNESS_TESTS_REFS_FIXTURE_H
#define HARNESS_TESTS_REFS_FIXTURE_H

#include "harness/tests/exact_fixture.h"

/* 8 free blocks of order 5, from pfn 32, whose references are counted; what is freed leaves the
 * per-CPU lists at once, but in 2.6.11. */
static inline struct test_zone counting_zone(unsigned s, uint32_t generation)
{
    struct plumb_config config = plain_config(generation);
    config.page_refs = 1;
    return one_type_zone(s, &config);
}

static inline void get(struct test_zone *zone, uint64_t pfn)
{
    assert_int_equal(zone->subject->get_page(zone->self, pfn), PLUMB_OK);
}

static inline void put(struct test_zone *zone, uint32_t cpu, uint64_t pfn)
{
    assert_int_equal(zone->subject->put_page(zone->self, cpu, pfn), PLUMB_OK);
}

static inline void make_compound(struct test_zone *zone, uint64_t pfn, uint32_t order)
{
    assert_int_equal(zone->subject->prep_compound_page(zone->self, pfn, order), PLUMB_OK);
}

/* A used block with so many references. */
static inline void assert_used(const struct test_zone *zone, uint64_t pfn, uint32_t order,
                               uint32_t refs, int compound)
{
    struct plumb_page page = test_page(zone, pfn);
    assert_int_equal(page.state, PAGE_USED);
    assert_int_equal(page.order, order);
    assert_int_equal(page.refs, refs);
    assert_int_equal(page.compound, compound);
}

/* No page of a run has references, or is compound, of its own. */
static inline void assert_no_refs(const struct test_zone *zone, uint64_t pfn, uint64_t end)
{
    for (; pfn < end; pfn++) {
        assert_int_equal(test_page(zone, pfn).refs, 0);
        assert_int_equal(test_page(zone, pfn).compound, 0);
    }
}

/* Nothing is used, and what was is merged again. */
static inline void assert_all_free(struct test_zone *zone)
{
    zone->subject->drain_all_pages(zone->self);
    assert_nr_free(zone, (const uint64_t[6]){0, 0, 0, 0, 0, 8});
    assert_no_refs(zone, 32, 288);
}

#define FOR_EACH_ZONE(i) for (unsigned i = 0; i < NR_TEST_SUBJECTS * PLUMB_NR_GENERATIONS; i++)

#endif
