/* Fallback between migratetypes: where a request takes its block when its own type has none left
 * (v4.10, v6.12 and 6.15; semantics 3 and 9). */
#include "lock.h"
#include "pcp.h"

#define BOOST_LIMIT (UINT64_C(1) << 52)

/* The free pages of a pageblock and those used as movable, in pages. */
struct usage {
    uint32_t free, movable;
};

static const uint8_t fallbacks[MIGRATE_PCPTYPES][2] = {
    [MIGRATE_UNMOVABLE] = {MIGRATE_RECLAIMABLE, MIGRATE_MOVABLE},
    [MIGRATE_MOVABLE] = {MIGRATE_RECLAIMABLE, MIGRATE_UNMOVABLE},
    [MIGRATE_RECLAIMABLE] = {MIGRATE_UNMOVABLE, MIGRATE_MOVABLE},
};

/* Stealing less than a pageblock mixes types: from now on reclaim shall keep more pages free. */
static void boost_watermark(struct plumb_zone *zone)
{
    uint64_t before = zone->tunables.watermark_boost;
    uint64_t boost = before;

    if (zone->generation != PLUMB_V6_12 ||
        plumb_boost_watermark(zone->managed_pages, zone->pageblock_order,
                              zone->tunables.wmark[WMARK_HIGH],
                              zone->tunables.watermark_boost_factor, &boost) != 1)
        return;
    if (boost > BOOST_LIMIT)
        boost = BOOST_LIMIT;
    opt_write(zone->tunables.watermark_boost, boost);
    opt_write(zone->plenty_pages, zone->plenty_pages - before + boost);
}

/* A pageblock with a free block below its size has whole blocks only, one behind the other; a
 * reserved page has the state of a block of order 0. Other CPUs may meanwhile use and cache blocks,
 * but not change their orders. */
static struct usage pageblock_usage(const struct plumb_zone *zone, uint32_t first)
{
    const uint8_t *states = opt_states(zone);
    uint32_t end = first + (1u << zone->pageblock_order);
    struct usage usage = {0, 0};

    for (uint32_t page = first; page < end;) {
        uint8_t state = opt_read(states[page]);
        uint32_t pages = 1u << (state & OPT_ORDER_MASK);
        uint32_t kind = state & ~(uint32_t)OPT_ORDER_MASK;

        if (kind == OPT_FREE)
            usage.free += pages;
        else if ((kind & ~(uint32_t)OPT_SHARED) == (OPT_USED | OPT_MOVABLE))
            usage.movable += pages;
        page += pages;
    }
    return usage;
}

/* Is at least half of a pageblock of type `from` free or used in the way of type `to`? */
static int mostly_alike(const struct plumb_zone *zone, uint32_t first, uint32_t from, uint32_t to)
{
    struct usage usage = pageblock_usage(zone, first);
    uint32_t pages = 1u << zone->pageblock_order;
    uint32_t alike = 0;

    if (to == MIGRATE_MOVABLE)
        alike = usage.movable;
    else if (from == MIGRATE_MOVABLE)
        alike = pages - (usage.free + usage.movable);
    return usage.free + alike >= pages / 2;
}

/* Makes the pageblock of a page another type's, if it is wholly inside the zone and mostly of use
 * to that type; or of any use, where types are not kept apart. */
static int claim_pageblock(struct plumb_zone *zone, uint32_t page, uint32_t from, uint32_t to)
{
    if (!opt_pageblock_inside(zone, page))
        return 0;
    if (!zone->ungrouped && !mostly_alike(zone, opt_pageblock_start(zone, page), from, to))
        return 0;
    opt_move_pageblock(zone, page, from, to);
    return 1;
}

/* Claims for a type the block at the head of the list of order + above, of type `from`: all its
 * pageblocks, or the one it lies in. The request's own lists are empty from `order` on. */
static uint32_t try_to_claim_block(struct plumb_zone *zone, uint32_t order, uint32_t above,
                                   uint32_t from, uint32_t type)
{
    uint32_t claimed = order + above;
    uint32_t page = zone->free_lists[from][claimed].to[OPT_NEXT];

    if (claimed >= zone->pageblock_order) {
        opt_set_pageblocks(zone, page, 1u << (claimed - zone->pageblock_order), type);
        opt_move_to_list(zone, page, claimed, from, type, 0);
        return opt_expand(zone, order, above, type, 1);
    }
    boost_watermark(zone);
    if (!claim_pageblock(zone, page, from, type))
        return OPT_NO_PAGE;
    return opt_rmqueue_smallest(zone, order, type);
}

/* Bit o: a block of order o to fall back on. */
static uint32_t fallback_orders(const struct plumb_zone *zone, uint32_t type)
{
    return zone->nonempty[fallbacks[type][0]] | zone->nonempty[fallbacks[type][1]];
}

/* The type to take one of these blocks from. */
static uint32_t fallback_type(const struct plumb_zone *zone, uint32_t type, uint32_t order)
{
    const uint8_t *types = fallbacks[type];

    return types[!(zone->nonempty[types[0]] >> order & 1)];
}

/* With ALLOC_NOFRAGMENT nothing smaller than a pageblock is taken. */
static uint32_t least_order(const struct plumb_zone *zone, uint32_t order, uint32_t flags)
{
    return (flags & ALLOC_NOFRAGMENT) ? opt_max(order, zone->pageblock_order) : order;
}

/* From this order on a block of another type may change its pageblock's type. */
static uint32_t least_claimed(const struct plumb_zone *zone, uint32_t type)
{
    return type == MIGRATE_MOVABLE && !zone->ungrouped ? zone->pageblock_order / 2u : 0;
}

/* The largest block of the types to fall back on, for it leaves the most to later requests of this
 * type; or the smallest, if a movable page would take just one from a large block. */
static uint32_t fall_back_v6_12(struct plumb_zone *zone, uint32_t order, uint32_t type,
                                uint32_t flags)
{
    uint32_t orders = fallback_orders(zone, type);
    uint32_t page = OPT_NO_PAGE;
    uint32_t above, from;
    int may_claim;

    if (orders >> least_order(zone, order, flags) == 0)
        return OPT_NO_PAGE;
    orders >>= order;
    above = opt_highest_bit(orders);
    may_claim = order + above >= least_claimed(zone, type);
    if (!may_claim)
        above = opt_lowest_bit(orders);
    from = fallback_type(zone, type, order + above);
    if (may_claim)
        page = try_to_claim_block(zone, order, above, from, type);
    else
        boost_watermark(zone);
    return page != OPT_NO_PAGE ? page : opt_expand(zone, order, above, from, 1);
}

/* The largest block that can be claimed; if none can, the smallest: a larger one is not broken up
 * for a request that leaves its pageblock as it is. */
static uint32_t fall_back_v6_15(struct plumb_zone *zone, uint32_t order, uint32_t type,
                                uint32_t flags)
{
    uint32_t orders = fallback_orders(zone, type);
    uint32_t least = opt_max(least_order(zone, order, flags), least_claimed(zone, type));
    uint32_t smallest;

    for (uint32_t left = orders; left >> least != 0;) {
        uint32_t largest = opt_highest_bit(left);
        uint32_t page = try_to_claim_block(zone, order, largest - order,
                                           fallback_type(zone, type, largest), type);

        if (page != OPT_NO_PAGE)
            return page;
        left ^= 1u << largest;
    }
    if ((flags & ALLOC_NOFRAGMENT) || orders >> order == 0)
        return OPT_NO_PAGE;
    smallest = order + opt_lowest_bit(orders >> order);
    return opt_expand(zone, order, smallest - order, fallback_type(zone, type, smallest), 1);
}

/* At least half of the pageblock is free, or types are not kept apart. */
static int is_half_free(const struct plumb_zone *zone, uint32_t page)
{
    uint32_t first = opt_pageblock_start(zone, page);

    return opt_pageblock_inside(zone, page) &&
           (zone->ungrouped ||
            pageblock_usage(zone, first).free >= (1u << zone->pageblock_order) / 2);
}

/* A free block of an order, of type `from`, becomes another type's, with all that is free in its
 * pageblock, or all its pageblocks. It is the head of its new list. */
static void claim_v4_10(struct plumb_zone *zone, uint32_t page, uint32_t order, uint32_t from,
                        uint32_t type)
{
    if (order >= zone->pageblock_order) {
        opt_set_pageblocks(zone, page, 1u << (order - zone->pageblock_order), type);
        opt_move_to_list(zone, page, order, from, type, 0);
        return;
    }
    opt_move_pageblock(zone, page, from, type);
    opt_move_to_list(zone, page, order, type, type, 0);
}

/* The largest block: its pageblock is claimed if half of that is free. */
static uint32_t fall_back_v4_10(struct plumb_zone *zone, uint32_t order, uint32_t type)
{
    uint32_t orders = fallback_orders(zone, type) >> order;
    uint32_t above, from, page;

    if (orders == 0)
        return OPT_NO_PAGE;
    above = opt_highest_bit(orders);
    from = fallback_type(zone, type, order + above);
    page = zone->free_lists[from][order + above].to[OPT_NEXT];
    if (order + above < zone->pageblock_order &&
        (order + above < least_claimed(zone, type) || !is_half_free(zone, page)))
        return opt_expand(zone, order, above, from, 1);
    claim_v4_10(zone, page, order + above, from, type);
    return opt_expand(zone, order, above, type, 1);
}

static uint32_t fall_back(struct plumb_zone *zone, uint32_t order, uint32_t type, uint32_t flags)
{
    if (zone->fallback == PLUMB_FALLBACK_V4_10)
        return fall_back_v4_10(zone, order, type);
    if (zone->fallback == PLUMB_FALLBACK_V6_15)
        return fall_back_v6_15(zone, order, type, flags);
    return fall_back_v6_12(zone, order, type, flags);
}

/* May CMA serve a request? v4.10 asks for no flag. */
static int may_take_cma(const struct plumb_zone *zone, uint32_t type, uint32_t flags)
{
    if (zone->fallback == PLUMB_FALLBACK_V4_10)
        return type == MIGRATE_MOVABLE;
    return (flags & ALLOC_CMA) && zone->fallback != PLUMB_FALLBACK_NONE;
}

/* May it serve before the request's own type does? Not in v4.10. */
static int may_start_with_cma(const struct plumb_zone *zone, uint32_t flags)
{
    return (flags & ALLOC_CMA) && zone->fallback != PLUMB_FALLBACK_NONE &&
           zone->fallback != PLUMB_FALLBACK_V4_10;
}

uint32_t opt_rmqueue(struct plumb_zone *zone, uint32_t order, uint32_t type, uint32_t flags)
{
    int cma = may_take_cma(zone, type, flags);
    uint32_t page = OPT_NO_PAGE;

    if (may_start_with_cma(zone, flags) &&
        zone->class_pages[MIGRATE_CMA] > opt_free_pages(zone) / 2)
        page = opt_rmqueue_smallest(zone, order, MIGRATE_CMA);
    if (page == OPT_NO_PAGE)
        page = opt_rmqueue_smallest(zone, order, type);
    if (page == OPT_NO_PAGE && cma)
        page = opt_rmqueue_smallest(zone, order, MIGRATE_CMA);
    if (page == OPT_NO_PAGE && zone->fallback != PLUMB_FALLBACK_NONE && type < MIGRATE_PCPTYPES)
        page = fall_back(zone, order, type, flags);
    return page;
}

/* One block onto a ring; 0: there is none. */
static uint32_t refill_one(struct plumb_zone *zone, struct opt_ring *ring, uint32_t order,
                           uint32_t type, uint32_t flags, uint8_t state, int at_head)
{
    uint32_t page;

    opt_lock(zone);
    page = opt_rmqueue(zone, order, type, flags);
    if (page != OPT_NO_PAGE)
        opt_write(opt_states(zone)[page], state);
    opt_unlock(zone);
    if (page == OPT_NO_PAGE)
        return 0;
    if (at_head)
        opt_ring_push_head(zone, ring, page);
    else
        opt_ring_push_tail(zone, ring, page);
    return 1;
}

/* As opt_rmqueue_bulk, but the same as opt_rmqueue that many times. Where CMA may come first each
 * block may come from elsewhere than the one before. */
uint32_t opt_refill(struct plumb_zone *zone, struct opt_ring *ring, uint32_t order, uint32_t type,
                    uint32_t flags, uint32_t want, uint8_t state, int at_head)
{
    int falls_back = zone->fallback != PLUMB_FALLBACK_NONE;
    uint32_t got = 0;

    while (got < want) {
        if (!may_start_with_cma(zone, flags))
            got += opt_rmqueue_bulk(zone, ring, order, type, want - got, state, at_head);
        if (!falls_back || got == want)
            break;
        if (!refill_one(zone, ring, order, type, flags, state, at_head))
            break;
        got++;
    }
    return got;
}
