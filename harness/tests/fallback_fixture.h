/* What the tests of fallback, of the highatomic reserve, of exact runs and of isolation share. All
 * their numbers are worked out by hand from the rules. */
#ifndef HARNESS_TESTS_FALLBACK_FIXTURE_H
#define HARNESS_TESTS_FALLBACK_FIXTURE_H

#include "harness/tests/support.h"

enum {
    U = MIGRATE_UNMOVABLE,
    M = MIGRATE_MOVABLE,
    R = MIGRATE_RECLAIMABLE,
    H = MIGRATE_HIGHATOMIC
};

static const uint8_t all_movable[1] = {M};

/* Four pageblocks of 16 pages, from pfn 64; what is freed leaves the per-CPU lists at once, and a
 * refill brings one block. */
static inline struct plumb_config small_config(void)
{
    struct plumb_config config = test_config(PLUMB_V6_12);
    config.start_pfn = 64;
    config.spanned_pages = 64;
    config.top_order = config.pageblock_order = 4;
    config.pcp_batch = 1;
    config.pcp_high = 0;
    config.fallback = PLUMB_FALLBACK_V6_12;
    return config;
}

/* 125 pageblocks of 8 pages from pfn 1024, so the reserve stops at two of them; as a whole it is 31
 * free blocks of order 5 and, at 2016, one of order 3. */
static inline struct plumb_config reserve_config(void)
{
    struct plumb_config config = small_config();
    config.start_pfn = 1024;
    config.spanned_pages = 1000;
    config.top_order = 5;
    config.pageblock_order = 3;
    config.fallback = PLUMB_FALLBACK_NONE;
    config.highatomic = PLUMB_RESERVE_V6_12;
    return config;
}

static inline struct plumb_config config_6_15(void)
{
    struct plumb_config config = small_config();
    config.fallback = PLUMB_FALLBACK_V6_15;
    return config;
}

/* A refill brings so many blocks, and what is freed stays on the per-CPU lists. */
static inline struct plumb_config refilling(struct plumb_config config, uint32_t generation,
                                            uint32_t batch)
{
    config.generation = generation;
    config.pcp_batch = batch;
    config.pcp_high = 64;
    return config;
}

static inline uint64_t head_of(const struct test_zone *zone, uint32_t order, uint32_t type)
{
    return zone->subject->free_list_head(zone->self, order, type);
}

static inline void release(struct test_zone *zone, uint64_t start, uint64_t end)
{
    assert_int_equal(zone->subject->free_range(zone->self, start, end), PLUMB_OK);
}

/* Blocks of two pages, half of a pageblock in all. */
static inline void release_pairs(struct test_zone *zone, uint64_t pageblock)
{
    for (uint64_t pfn = pageblock; pfn < pageblock + 16; pfn += 4)
        release(zone, pfn, pfn + 2);
}

static inline uint64_t take(struct test_zone *zone, uint32_t order, uint32_t type, uint32_t flags)
{
    uint64_t pfn;
    flags |= ALLOC_NO_WATERMARKS;
    assert_int_equal(zone->subject->alloc(zone->self, 0, order, type, flags, 0, &pfn), PLUMB_OK);
    return pfn;
}

/* Nothing may have changed. */
static inline void refuse(struct test_zone *zone, uint32_t order, uint32_t type, uint32_t flags)
{
    static struct snapshot before;
    uint64_t pfn;
    test_snapshot(zone, &before);
    flags |= ALLOC_NO_WATERMARKS;
    assert_int_equal(zone->subject->alloc(zone->self, 0, order, type, flags, 0, &pfn),
                     PLUMB_ENOMEM);
    assert_unchanged(zone, &before);
}

/* A free block, its list's type also that of its pageblock. */
static inline void assert_free(const struct test_zone *zone, uint64_t pfn, uint32_t order,
                               uint32_t type)
{
    struct plumb_page page = test_page(zone, pfn);
    assert_int_equal(page.state, PAGE_FREE);
    assert_int_equal(page.order, order);
    assert_int_equal(page.type, type);
    assert_int_equal(page.pageblock_type, type);
}

/* A page on the per-CPU list of a type, before another, in a pageblock of maybe another type. */
static inline void assert_cached(const struct test_zone *zone, uint64_t pfn, uint32_t type,
                                 uint32_t pageblock_type, uint64_t next)
{
    struct plumb_page page = test_page(zone, pfn);
    assert_int_equal(page.state, PAGE_PCP);
    assert_int_equal(page.type, type);
    assert_int_equal(page.pageblock_type, pageblock_type);
    assert_int_equal(page.next, next);
}

static inline uint32_t type_at(const struct test_zone *zone, uint64_t pfn)
{
    return test_page(zone, pfn).pageblock_type;
}

#define FOR_EACH_SUBJECT(s) for (unsigned s = 0; s < NR_TEST_SUBJECTS; s++)

/* Those that have types. */
static const uint32_t generations[2] = {PLUMB_V4_10, PLUMB_V6_12};
#define FOR_EACH_GENERATION(g) for (unsigned g = 0; g < 2; g++)

#endif
