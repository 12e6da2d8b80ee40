/* Grouping by mobility: the two type bits of a request are its migratetype. */
#include "opt.h"

int plumb_gfp_migratetype(uint32_t generation, int ungrouped, uint32_t gfp)
{
    const uint32_t both = PLUMB_GFP_MOVABLE | PLUMB_GFP_RECLAIMABLE;
    uint32_t bits = generation == PLUMB_V2_6_11 ? 0 : gfp & both;

    if (generation >= PLUMB_NR_GENERATIONS)
        return -PLUMB_ECONFIG;
    if (bits == both)
        return -PLUMB_EFLAGS;
    return ungrouped ? MIGRATE_UNMOVABLE : (int)(bits / PLUMB_GFP_MOVABLE);
}

int plumb_grouping_disabled(uint64_t pages, uint32_t pageblock_order)
{
    if (pages > UINT64_C(1) << 42 || pageblock_order > PLUMB_MAX_ORDER)
        return -PLUMB_ECONFIG;
    return pages >> pageblock_order < MIGRATE_TYPES;
}
