/* Grouping by mobility: the migratetype of a request, and whether a machine is large enough to keep
 * pageblocks for one type each. */
#include "src/ref/grouping.h"

#include "src/ref/block.h"

#define GROUPED_PAGES_MAX 0x40000000000u /* 2^42 */

int ref_gfp_migratetype(uint32_t generation, int ungrouped, uint32_t gfp)
{
    uint32_t movable = gfp & PLUMB_GFP_MOVABLE, reclaimable = gfp & PLUMB_GFP_RECLAIMABLE;

    if (generation > PLUMB_V6_12)
        return -PLUMB_ECONFIG;
    if (generation == PLUMB_V2_6_11)
        return MIGRATE_UNMOVABLE;
    if (movable != 0 && reclaimable != 0)
        return -PLUMB_EFLAGS;
    if (ungrouped != 0)
        return MIGRATE_UNMOVABLE;
    if (movable != 0)
        return MIGRATE_MOVABLE;
    return reclaimable != 0 ? MIGRATE_RECLAIMABLE : MIGRATE_UNMOVABLE;
}

int ref_grouping_disabled(uint64_t pages, uint32_t pageblock_order)
{
    if (pages > GROUPED_PAGES_MAX || pageblock_order > PLUMB_MAX_ORDER)
        return -PLUMB_ECONFIG;
    return pages < MIGRATE_TYPES * (uint64_t)block_size(pageblock_order);
}
