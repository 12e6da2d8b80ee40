/* Isolation: a pageblock that nothing is allocated from any more, and its way back
 * (set_migratetype_isolate, unset_migratetype_isolate; semantics 13, v6.12).
 *
 * Two differences to the kernel: a free block that the pageblock is all or a part of is always freed
 * anew, pageblock by pageblock, so that it merges and each piece is on the list of its type; and
 * the per-CPU lists are emptied here, not by the caller. */
#include "lock.h"
#include "state.h"

/* Blocks that may start before the pageblock or end behind it; it is wholly inside the zone. */
static int has_unmovable_pages(const struct plumb_zone *zone, uint32_t first)
{
    const uint8_t *states = opt_states(zone);
    uint32_t end = first + (1u << zone->pageblock_order);

    for (uint32_t page = first; page < end;) {
        uint32_t head = opt_block_head(zone, page);
        uint32_t order;

        if (head == OPT_NO_PAGE)
            return 1;
        order = opt_read(states[head]) & OPT_ORDER_MASK;
        if (opt_read(states[head]) == opt_state(OPT_USED, order))
            return 1;
        page = head + (1u << order);
    }
    return 0;
}

/* Takes a block of at least a pageblock off its list and frees it again with one pageblock of
 * another type. Alone, that pageblock goes to the tail, as if it had been moved. */
static void free_again(struct plumb_zone *zone, uint32_t head, uint32_t order, uint32_t first,
                       uint32_t type)
{
    opt_take_free_block(zone, head, order);
    opt_set_pageblocks(zone, first, 1, type);
    opt_split_large_buddy(zone, head, order, order == zone->pageblock_order);
}

/* Of a used block that starts before the pageblock nothing moves. */
static void retype(struct plumb_zone *zone, uint32_t first, uint32_t type)
{
    uint32_t head = opt_block_head(zone, first);
    uint8_t state = head == OPT_NO_PAGE ? OPT_NO_HEAD : opt_read(opt_states(zone)[head]);
    uint32_t order = state & OPT_ORDER_MASK;

    if (state == opt_state(OPT_FREE, order) && order >= zone->pageblock_order)
        free_again(zone, head, order, first, type);
    else
        opt_move_pageblock(zone, first, opt_pageblock_type(zone, first), type);
}

/* The pageblock of a page, which must lie wholly inside the zone. */
static enum plumb_status find_pageblock(const struct plumb_zone *zone, uint64_t pfn,
                                        uint32_t *first)
{
    if (!opt_spans(zone, pfn))
        return PLUMB_ERANGE;
    *first = opt_pageblock_start(zone, (uint32_t)(pfn - zone->base_pfn));
    return opt_pageblock_inside(zone, *first) ? PLUMB_OK : PLUMB_EBUSY;
}

/* The lists are emptied last: what they give back of the pageblock is freed with its new type. */
enum plumb_status plumb_set_migratetype_isolate(struct plumb_zone *zone, uint64_t pfn)
{
    enum plumb_status status;
    uint32_t first;

    if (zone->generation == PLUMB_V2_6_11)
        return PLUMB_ETYPE;
    status = find_pageblock(zone, pfn, &first);
    if (status != PLUMB_OK)
        return status;
    if (opt_pageblock_type(zone, first) == MIGRATE_ISOLATE || has_unmovable_pages(zone, first))
        return PLUMB_EBUSY;
    opt_lock(zone);
    retype(zone, first, MIGRATE_ISOLATE);
    opt_unlock(zone);
    plumb_drain_all_pages(zone);
    return PLUMB_OK;
}

enum plumb_status plumb_unset_migratetype_isolate(struct plumb_zone *zone, uint64_t pfn,
                                                  uint32_t migratetype)
{
    enum plumb_status status;
    uint32_t first;

    if (zone->generation == PLUMB_V2_6_11 ||
        (migratetype >= MIGRATE_PCPTYPES && migratetype != MIGRATE_CMA))
        return PLUMB_ETYPE;
    status = find_pageblock(zone, pfn, &first);
    if (status != PLUMB_OK)
        return status;
    if (opt_pageblock_type(zone, first) != MIGRATE_ISOLATE)
        return PLUMB_EBUSY;
    opt_lock(zone);
    retype(zone, first, migratetype);
    opt_unlock(zone);
    return PLUMB_OK;
}
