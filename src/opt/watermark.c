/* The watermark checks of the three generations, over numbers too small to overflow: none above
 * 2^53, and at most four of them added. */
#include "watermark.h"

#define SIZE_LIMIT (UINT64_C(1) << 53)

/* Has one of the three common types' lists a block of this order or above? */
static int common_block(const struct plumb_zone *zone, uint32_t order)
{
    uint32_t orders = opt_read(zone->nonempty[MIGRATE_UNMOVABLE]) |
                      opt_read(zone->nonempty[MIGRATE_MOVABLE]) |
                      opt_read(zone->nonempty[MIGRATE_RECLAIMABLE]);

    return orders >> order != 0;
}

static int type_block(const struct plumb_zone *zone, uint32_t order, enum migratetype type)
{
    return opt_read(zone->nonempty[type]) >> order != 0;
}

static int ok_v2_6_11(const struct plumb_zone *zone, uint32_t order, int64_t min, int64_t reserve,
                      uint32_t flags, int64_t free)
{
    free -= (INT64_C(1) << order) - 1;
    if (flags & ALLOC_MIN_RESERVE)
        min -= min / 2;
    if (flags & ALLOC_NON_BLOCK)
        min -= min / 4;
    if (free <= min + reserve)
        return 0;
    for (uint32_t o = 0; o < order; o++) {
        free -= (int64_t)opt_read(zone->nr_free[o]) << o;
        min >>= 1;
        if (free <= min)
            return 0;
    }
    return 1;
}

static int ok_v4_10(const struct plumb_zone *zone, uint32_t order, int64_t min, int64_t reserve,
                    uint32_t flags, int64_t free)
{
    free -= (INT64_C(1) << order) - 1;
    if (flags & ALLOC_MIN_RESERVE)
        min -= min / 2;
    if (flags & ALLOC_NON_BLOCK)
        min -= min / 4;
    else
        free -= (int64_t)opt_read(zone->tunables.nr_reserved_highatomic);
    if (!(flags & ALLOC_CMA))
        free -= opt_type_pages(zone, MIGRATE_CMA);
    if (free <= min + reserve)
        return 0;
    if (order == 0 || common_block(zone, order))
        return 1;
    if (flags & ALLOC_NON_BLOCK)
        return type_block(zone, order, MIGRATE_HIGHATOMIC) ||
               type_block(zone, order, MIGRATE_CMA) || type_block(zone, order, MIGRATE_ISOLATE);
    return (flags & ALLOC_CMA) && type_block(zone, order, MIGRATE_CMA);
}

static int ok_v6_12(const struct plumb_zone *zone, uint32_t order, int64_t min, int64_t reserve,
                    uint32_t flags, int64_t free)
{
    free -= opt_unusable_free(zone, flags) + (INT64_C(1) << order) - 1;
    if (flags & ALLOC_MIN_RESERVE) {
        min -= min / 2;
        if (flags & ALLOC_NON_BLOCK)
            min -= min / 4;
    }
    if (flags & ALLOC_OOM)
        min -= min / 2;
    if (free <= min + reserve)
        return 0;
    if (order == 0 || common_block(zone, order))
        return 1;
    if ((flags & ALLOC_CMA) && type_block(zone, order, MIGRATE_CMA))
        return 1;
    return (flags & (ALLOC_HIGHATOMIC | ALLOC_OOM)) && type_block(zone, order, MIGRATE_HIGHATOMIC);
}

/* v4.10 leaves the highatomic reserve out here, as the kernel did. */
static int fast_v4_10(const struct plumb_zone *zone, uint32_t order, int64_t reserve,
                      uint32_t flags)
{
    int64_t free = (int64_t)opt_free_pages(zone);
    int64_t cma = flags & ALLOC_CMA ? 0 : opt_type_pages(zone, MIGRATE_CMA);
    int64_t mark = (int64_t)zone->tunables.wmark[flags & ALLOC_WMARK_MASK];

    if (order == 0 && free - cma > mark + reserve)
        return 1;
    return ok_v4_10(zone, order, mark, reserve, flags, free);
}

/* The kernel's own quick check for order 0 passes nothing that the full one does not, and so does
 * the look at the common types alone. */
static int fast_v6_12(const struct plumb_zone *zone, uint32_t order, int64_t reserve,
                      uint32_t flags, enum plumb_wmark mark)
{
    int64_t free = (int64_t)opt_free_pages(zone);
    int64_t boost = (int64_t)opt_read(zone->tunables.watermark_boost);
    int64_t raw = (int64_t)zone->tunables.wmark[mark];

    if (opt_read(zone->class_pages[OPT_COMMON]) >=
            opt_read(zone->plenty_pages) + (UINT64_C(1) << order) &&
        common_block(zone, order))
        return 1;
    if (ok_v6_12(zone, order, raw + boost, reserve, flags, free))
        return 1;
    if (order != 0 || !(flags & ALLOC_MIN_RESERVE) || boost == 0 ||
        (flags & ALLOC_WMARK_MASK) != WMARK_MIN)
        return 0;
    return ok_v6_12(zone, 0, (int64_t)zone->tunables.wmark[WMARK_MIN], reserve, flags, free);
}

int opt_high_watermark_fast(const struct plumb_zone *zone, uint32_t order, uint32_t highest_zoneidx,
                            uint32_t flags)
{
    return fast_v6_12(zone, order, opt_lowmem_reserve(zone, highest_zoneidx), flags, WMARK_HIGH);
}

int opt_zone_watermark_fast(const struct plumb_zone *zone, uint32_t order, uint32_t highest_zoneidx,
                            uint32_t flags)
{
    int64_t reserve = opt_lowmem_reserve(zone, highest_zoneidx);

    switch (zone->generation) {
    case PLUMB_V2_6_11:
        return ok_v2_6_11(zone, order, (int64_t)zone->tunables.wmark[flags & ALLOC_WMARK_MASK],
                          reserve, flags, (int64_t)opt_free_pages(zone));
    case PLUMB_V4_10:
        return fast_v4_10(zone, order, reserve, flags);
    default:
        return fast_v6_12(zone, order, reserve, flags, flags & ALLOC_WMARK_MASK);
    }
}

void opt_take_tunables(struct plumb_zone *zone, const struct plumb_tunables *tunables)
{
    uint64_t mark = 0, reserve = 0;

    for (uint32_t i = 0; i < PLUMB_NR_WMARKS; i++)
        mark = tunables->wmark[i] > mark ? tunables->wmark[i] : mark;
    for (uint32_t i = 0; i < PLUMB_NR_ZONES; i++)
        reserve = tunables->lowmem_reserve[i] > reserve ? tunables->lowmem_reserve[i] : reserve;
    zone->tunables = *tunables;
    zone->pcp_high = tunables->pcp_high;
    zone->plenty_pages = mark + reserve + tunables->watermark_boost + OPT_FAST_PAGES;
    if (zone->generation != PLUMB_V6_12)
        zone->plenty_pages = UINT64_MAX;
    opt_note_plenty(zone);
}

static enum plumb_status check_question(const struct plumb_zone *zone, uint32_t order,
                                        uint64_t mark, uint32_t highest_zoneidx, uint32_t flags,
                                        int64_t free_pages)
{
    const int64_t limit = (int64_t)SIZE_LIMIT;

    if (order > zone->top_order)
        return PLUMB_EORDER;
    if (highest_zoneidx >= PLUMB_NR_ZONES)
        return PLUMB_EZONEIDX;
    if (flags & ~(uint32_t)ALLOC_FLAGS_ALL)
        return PLUMB_EFLAGS;
    if (mark > SIZE_LIMIT || free_pages > limit || free_pages < -limit)
        return PLUMB_ECONFIG;
    return PLUMB_OK;
}

int plumb_watermark_ok(const struct plumb_zone *zone, uint32_t order, uint64_t mark,
                       uint32_t highest_zoneidx, uint32_t flags, int64_t free_pages)
{
    enum plumb_status status =
        check_question(zone, order, mark, highest_zoneidx, flags, free_pages);
    int64_t reserve;

    if (status != PLUMB_OK)
        return -(int)status;
    reserve = opt_lowmem_reserve(zone, highest_zoneidx);
    switch (zone->generation) {
    case PLUMB_V2_6_11:
        return ok_v2_6_11(zone, order, (int64_t)mark, reserve, flags, free_pages);
    case PLUMB_V4_10:
        return ok_v4_10(zone, order, (int64_t)mark, reserve, flags, free_pages);
    default:
        return ok_v6_12(zone, order, (int64_t)mark, reserve, flags, free_pages);
    }
}
