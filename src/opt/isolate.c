/* Isolation: a pageblock that nothing is allocated from any more, and its way back
 * (set_migratetype_isolate, unset_migratetype_isolate; semantics 13, v6.12); one free block that is
 * taken where it lies (__isolate_free_page, semantics 12).
 *
 * Two differences to the kernel: a free block that the pageblock is all or a part of is always
 * freed anew, pageblock by pageblock, so that it merges and each piece is on the list of its type;
 * and the per-CPU lists are emptied here, not by the caller. */
#include "lock.h"
#include "state.h"
#include "watermark.h"

/* Is a page before `end` reserved, or of a used block whose state, but for the bits left out, is
 * USED? Blocks may start before the first page or end behind the last; all lie inside the zone. */
int opt_has_used_pages(const struct plumb_zone *zone, uint32_t first, uint32_t end,
                       uint32_t left_out)
{
    const uint8_t *states = opt_states(zone);

    for (uint32_t page = first; page < end;) {
        uint32_t head = opt_block_head(zone, page);
        uint32_t order;

        if (head == OPT_NO_PAGE)
            return 1;
        order = opt_read(states[head]) & OPT_ORDER_MASK;
        if ((opt_read(states[head]) & ~(left_out | OPT_SHARED)) == opt_state(OPT_USED, order))
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

/* Those of CMA are isolated for CMA only, and then unseen. */
static int may_isolate(const struct plumb_zone *zone, uint32_t first, uint32_t type)
{
    switch (opt_pageblock_type(zone, first)) {
    case MIGRATE_ISOLATE:
        return 0;
    case MIGRATE_CMA:
        return type == MIGRATE_CMA;
    default:
        return !opt_has_used_pages(zone, first, first + (1u << zone->pageblock_order), 0);
    }
}

/* May the pageblock of a page be isolated, to hand out pages of a type? */
enum plumb_status opt_check_isolate(const struct plumb_zone *zone, uint64_t pfn, uint32_t type,
                                    uint32_t *first)
{
    enum plumb_status status = find_pageblock(zone, pfn, first);

    if (status == PLUMB_OK && !may_isolate(zone, *first, type))
        status = PLUMB_EBUSY;
    return status;
}

/* The lists are emptied last: what they give back of the pageblock is freed with its new type. */
void opt_isolate(struct plumb_zone *zone, uint32_t first)
{
    opt_lock(zone);
    retype(zone, first, MIGRATE_ISOLATE);
    opt_unlock(zone);
    plumb_drain_all_pages(zone);
}

enum plumb_status plumb_set_migratetype_isolate(struct plumb_zone *zone, uint64_t pfn)
{
    enum plumb_status status;
    uint32_t first;

    if (zone->generation == PLUMB_V2_6_11)
        return PLUMB_ETYPE;
    status = opt_check_isolate(zone, pfn, MIGRATE_MOVABLE, &first);
    if (status == PLUMB_OK)
        opt_isolate(zone, first);
    return status;
}

/* May an isolated pageblock become one of this type? */
int opt_may_unisolate(const struct plumb_zone *zone, uint32_t type)
{
    return zone->generation != PLUMB_V2_6_11 && (type < MIGRATE_PCPTYPES || type == MIGRATE_CMA);
}

void opt_unisolate(struct plumb_zone *zone, uint32_t first, uint32_t type)
{
    opt_lock(zone);
    retype(zone, first, type);
    opt_unlock(zone);
}

enum plumb_status plumb_unset_migratetype_isolate(struct plumb_zone *zone, uint64_t pfn,
                                                  uint32_t migratetype)
{
    enum plumb_status status;
    uint32_t first;

    if (!opt_may_unisolate(zone, migratetype))
        return PLUMB_ETYPE;
    status = find_pageblock(zone, pfn, &first);
    if (status != PLUMB_OK)
        return status;
    if (opt_pageblock_type(zone, first) != MIGRATE_ISOLATE)
        return PLUMB_EBUSY;
    opt_unisolate(zone, first, migratetype);
    return PLUMB_OK;
}

static enum plumb_status check_free_block(const struct plumb_zone *zone, uint64_t pfn,
                                          uint32_t order)
{
    enum plumb_status status = opt_check_block(zone, pfn, order);

    if (status == PLUMB_OK || status == PLUMB_EMISMATCH)
        return PLUMB_EBUSY;
    if (status != PLUMB_EFREE)
        return status;
    if (opt_read(opt_states(zone)[pfn - zone->base_pfn]) != opt_state(OPT_FREE, order))
        return PLUMB_EMISMATCH;
    return PLUMB_OK;
}

/* What was a block of type `from` is for movable pages now, and so are its pageblocks, or what else
 * is free in the one of which it is half. */
static void make_movable(struct plumb_zone *zone, uint32_t page, uint32_t order, uint32_t from)
{
    uint32_t pageblock_order = zone->pageblock_order;

    if (from >= MIGRATE_PCPTYPES)
        return;
    if (order >= pageblock_order)
        opt_set_pageblocks(zone, page, 1u << (order - pageblock_order), MIGRATE_MOVABLE);
    else if (order + 1 == pageblock_order && opt_pageblock_inside(zone, page))
        opt_move_pageblock(zone, page, from, MIGRATE_MOVABLE);
}

static enum plumb_status isolate_page_locked(struct plumb_zone *zone, uint64_t pfn, uint32_t order)
{
    enum plumb_status status = check_free_block(zone, pfn, order);
    uint32_t page = (uint32_t)(pfn - zone->base_pfn);
    uint64_t mark = zone->tunables.wmark[WMARK_MIN] + (1u << order);
    uint32_t type;

    if (status != PLUMB_OK)
        return status;
    type = opt_pageblock_type(zone, page);
    if (type != MIGRATE_ISOLATE &&
        plumb_watermark_ok(zone, 0, mark, 0, ALLOC_CMA, (int64_t)opt_free_pages(zone)) != 1)
        return PLUMB_EWMARK;
    opt_take_free_block(zone, page, order);
    opt_write(opt_states(zone)[page], opt_used_state(order, MIGRATE_UNMOVABLE));
    make_movable(zone, page, order, type);
    return PLUMB_OK;
}

enum plumb_status plumb_isolate_free_page(struct plumb_zone *zone, uint64_t pfn, uint32_t order)
{
    enum plumb_status status;

    if (zone->generation == PLUMB_V2_6_11)
        return PLUMB_ETYPE;
    if (order > zone->top_order)
        return PLUMB_EORDER;
    opt_lock(zone);
    status = isolate_page_locked(zone, pfn, order);
    opt_unlock(zone);
    return status;
}
