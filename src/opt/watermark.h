/* The part of the watermark check that most allocations need, inline. */
#ifndef OPT_WATERMARK_H
#define OPT_WATERMARK_H

#include "opt.h"

/* watermark.c: every generation's whole check before an allocation */
int opt_zone_watermark_slow(const struct plumb_zone *zone, uint32_t order, uint32_t highest_zoneidx,
                            uint32_t flags);

static inline int64_t opt_lowmem_reserve(const struct plumb_zone *zone, uint32_t highest_zoneidx)
{
    return (int64_t)zone->tunables.lowmem_reserve[highest_zoneidx];
}

static inline int64_t opt_type_pages(const struct plumb_zone *zone, enum migratetype type)
{
    return (int64_t)zone->type_pages[type];
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

/* 1: an order-0 request passes. 0: the whole check decides. */
static inline int opt_quick_v6_12(const struct plumb_zone *zone, uint32_t highest_zoneidx,
                                  uint32_t flags)
{
    int64_t mark = (int64_t)zone->tunables.wmark[flags & ALLOC_WMARK_MASK] +
                   (int64_t)zone->tunables.watermark_boost;
    int64_t free = (int64_t)zone->free_pages;
    int64_t unusable = opt_unusable_free(zone, flags);
    int64_t usable = free < unusable ? 0 : free - unusable;

    return usable > mark + opt_lowmem_reserve(zone, highest_zoneidx);
}

static inline int opt_zone_watermark_fast(const struct plumb_zone *zone, uint32_t order,
                                          uint32_t highest_zoneidx, uint32_t flags)
{
    if (order == 0 && zone->generation == PLUMB_V6_12 &&
        opt_quick_v6_12(zone, highest_zoneidx, flags))
        return 1;
    return opt_zone_watermark_slow(zone, order, highest_zoneidx, flags);
}

#endif
