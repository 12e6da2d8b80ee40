/* What the tests of ranges of pages share. All their numbers are worked out by hand from the
 * rules. */
#ifndef HARNESS_TESTS_CONTIG_FIXTURE_H
#define HARNESS_TESTS_CONTIG_FIXTURE_H

#include "harness/tests/isolate_fixture.h"

/* Each page of the range is a used block of its own, in a pageblock of the type. */
static inline void contig(struct test_zone *zone, uint64_t start, uint64_t end, uint32_t type)
{
    assert_int_equal(zone->subject->alloc_contig_range(zone->self, start, end, type), PLUMB_OK);
    assert_single_pages(zone, start, (uint32_t)(end - start), type == M || type == C);
    for (uint64_t pfn = start; pfn < end; pfn++)
        assert_int_equal(type_at(zone, pfn), type);
}

static inline void free_contig(struct test_zone *zone, uint32_t cpu, uint64_t pfn, uint64_t pages)
{
    assert_int_equal(zone->subject->free_contig_range(zone->self, cpu, pfn, pages), PLUMB_OK);
}

/* All of it is in its largest blocks again, of one type. */
static inline void assert_whole(const struct test_zone *zone, uint32_t type)
{
    for (uint64_t pfn = 32; pfn < 288; pfn += 32)
        assert_free(zone, pfn, 5, type);
}

#endif
