/* The watermark check, and the answer to it that serves most allocations. */
#ifndef OPT_WATERMARK_H
#define OPT_WATERMARK_H

#include "opt.h"

/* The pages of the largest request that goes the fast way, and bit PLUMB_PCP_ORDERS - 1. */
enum { OPT_FAST_PAGES = 1 << (PLUMB_PCP_ORDERS - 1) };

/* watermark.c: every generation's whole check before an allocation; v6.12's with the HIGH mark for
 * the one the flags name; new marks */
int opt_zone_watermark_fast(const struct plumb_zone *zone, uint32_t order, uint32_t highest_zoneidx,
                            uint32_t flags);
int opt_high_watermark_fast(const struct plumb_zone *zone, uint32_t order, uint32_t highest_zoneidx,
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

/* Plenty: whatever the flags, a request that goes the fast way passes. The pages of
 * the common types alone are above the highest mark with all that may be added to it, and one of
 * their lists has a block as large as any such request. Then the CPUs allocate the fast way, so
 * that one comparison tells both. */
static inline void opt_note_plenty(struct plumb_zone *zone)
{
    uint32_t orders = zone->nonempty[MIGRATE_UNMOVABLE] | zone->nonempty[MIGRATE_MOVABLE] |
                      zone->nonempty[MIGRATE_RECLAIMABLE];
    int plenty = zone->class_pages[OPT_COMMON] >= zone->plenty_pages && orders >= OPT_FAST_PAGES;
    uint32_t fast_cpus = plenty ? zone->most_fast_cpus : 0;

    if (zone->fast_cpus != fast_cpus)
        opt_write(zone->fast_cpus, fast_cpus);
}

#endif
