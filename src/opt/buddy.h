/* The buddy lists' inner operations: a block onto and off its list, and the merging of one that is
 * freed; inline, for a bulk free is a loop of them. */
#ifndef OPT_BUDDY_H
#define OPT_BUDDY_H

#include "list.h"

static inline void opt_add_to_free_list(struct plumb_zone *zone, struct opt_pages pages,
                                        uint32_t page, uint32_t order, uint32_t type, int tail)
{
    opt_list_add(pages, &zone->free_lists[type][order], page, tail);
    opt_write(zone->nonempty[type], zone->nonempty[type] | 1u << order);
    opt_write(zone->nr_free[order], zone->nr_free[order] + 1);
    opt_write(pages.states[page], opt_state(OPT_FREE, order));
}

static inline void opt_del_from_free_list(struct plumb_zone *zone, struct opt_pages pages,
                                          uint32_t page, uint32_t order, uint32_t type)
{
    int empty = opt_list_del(pages, &zone->free_lists[type][order], page);

    if (empty)
        opt_write(zone->nonempty[type], zone->nonempty[type] & ~(1u << order));
    opt_write(zone->nr_free[order], zone->nr_free[order] - 1);
}

static inline void opt_account_free(struct plumb_zone *zone, uint32_t pages, uint32_t type)
{
    uint64_t *counter = &zone->class_pages[opt_class(type)];

    opt_write(*counter, *counter + pages);
}

/* Would the block's buddy, once free, merge on? Then it had better be left to be freed. */
static inline int opt_buddy_merge_likely(const struct plumb_zone *zone, uint32_t page,
                                         uint32_t order)
{
    uint32_t higher = order + 1;

    if (higher >= zone->likely_orders)
        return 0;
    return opt_read(opt_states(zone)[((page >> higher) ^ 1) << higher]) ==
           opt_state(OPT_FREE, higher);
}

struct opt_block {
    uint32_t page, order;
};

/* buddy.c: merges a block of at least a pageblock with its free buddies */
struct opt_block opt_merge_pageblocks(struct plumb_zone *zone, struct opt_block block,
                                      uint32_t type);

/* Frees a block that more pages follow up to `end`, all of them to be freed like it, with no head
 * among them. A buddy that is all of those is merged at once: one by one it would end in just this,
 * as what lies on a list meanwhile is off it again. Answers where the rest begins.
 * The head's own state is stale until it is listed or ends as the upper half of a pair. */
OPT_INLINE uint32_t opt_free_to(struct plumb_zone *zone, struct opt_pages pages, uint32_t page,
                                uint32_t order, uint32_t end, uint32_t type, int to_tail)
{
    uint32_t pageblock_order = zone->pageblock_order;
    uint32_t first = page;
    uint32_t next = page + (1u << order);

    for (; order < pageblock_order; order++) {
        uint32_t bit = 1u << order;
        uint32_t buddy = page ^ bit;

        if (opt_read(pages.states[buddy]) == opt_state(OPT_FREE, order)) {
            opt_del_from_free_list(zone, pages, buddy, order, type);
            opt_write(pages.states[page | bit], OPT_NO_HEAD);
            page &= ~bit;
        } else if (buddy == next && bit <= end - next) {
            next += bit;
        } else {
            break;
        }
    }
    if (opt_unlikely(order >= pageblock_order)) {
        struct opt_block block = opt_merge_pageblocks(zone, (struct opt_block){page, order}, type);

        page = block.page;
        order = block.order;
    }
    opt_add_to_free_list(zone, pages, page, order, type,
                         to_tail || opt_buddy_merge_likely(zone, page, order));
    opt_account_free(zone, next - first, type);
    return next;
}

#endif
