/* The part of the watermark check that most allocations need, inline. */
#ifndef OPT_WATERMARK_H
#define OPT_WATERMARK_H

#include "opt.h"

/* watermark.c: every generation's whole check before an allocation; new marks */
int opt_zone_watermark_fast(const struct plumb_zone *zone, uint32_t order, uint32_t highest_zoneidx,
                            uint32_t flags);
void opt_take_tunables(struct plumb_zone *zone, const struct plumb_tunables *tunables);

static inline int64_t opt_lowmem_reserve(const struct plumb_zone *zone, uint32_t highest_zoneidx)
{
    return (int64_t)zone->tunables.lowmem_reserve[highest_zoneidx];
}

static inline int64_t opt_type_pages(const struct plumb_zone *zone, enum migratetype type)
{
    return (int64_t)opt_read(zone->class_pages[type]);
}

/* Free pages the request must not count on (v6.12). */
static inline int64_t opt_unusable_free(const struct plumb_zone *zone, uint32_t flags)
{
    const uint32_t reserves = ALLOC_NON_BLOCK | ALLOC_MIN_RESERVE | ALLOC_HIGHATOMIC | ALLOC_OOM;
    int64_t unusable = 0;

    if (!(flags & reserves))
        unusable += opt_type_pages(zone, MIGRATE_HIGHATOMIC);
    if (!(flags & ALLOC_CMA))
        unusable += opt_type_pages(zone, MIGRATE_CMA);
    return unusable;
}

/* 1: the request passes. 0: the whole check decides. Every generation's check passes more free
 * pages, lower marks and longer lists; those taken here are at most the whole check's (v6.12), for
 * the common types' pages and the boosted mark as it stands. Order 0 needs no list. */
static inline int opt_quick_v6_12(const struct plumb_zone *zone, uint32_t order, uint32_t type,
                                  uint32_t highest_zoneidx, uint32_t flags)
{
    uint64_t limit = zone->fast_limit[flags & ALLOC_WMARK_MASK][highest_zoneidx];
    uint32_t lists = opt_read(zone->nonempty[type]) | 1;

    return opt_read(zone->class_pages[OPT_COMMON]) >= limit + (UINT64_C(1) << order) &&
           lists >> order != 0;
}

#endif
