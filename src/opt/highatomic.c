/* The highatomic reserve: pageblocks set aside for requests that can neither wait nor reclaim, what
 * adds them to it, who may use them, and how they are given back (v4.10 and v6.12; semantics 10).
 *
 * Two differences to the kernel, both when the reserve is given back: a pageblock that is
 * not wholly in the zone stays counted as reserved, as nothing of it moves; and a larger block
 * merges, so that no two free buddies that could are left apart. Four more to v4.10: such a pageblock
 * is not added either, a block of several pageblocks brings all of them, free blocks move to the
 * tails of their lists, and none of the reserve merges with others. */
#include "lock.h"

/* Who may use the reserve once nothing else is left. */
enum { LAST_RESORT = ALLOC_HIGHATOMIC | ALLOC_OOM | ALLOC_NON_BLOCK };

/* About a hundredth of the zone, in whole pageblocks; 0 if that is less than one. In v4.10 a
 * pageblock more than a hundredth. */
static uint64_t reserve_limit(const struct plumb_zone *zone)
{
    uint64_t pageblock = UINT64_C(1) << zone->pageblock_order;
    uint64_t hundredth = opt_read(zone->managed_pages) / 100;

    if (zone->highatomic == PLUMB_RESERVE_V4_10)
        return hundredth + pageblock;
    return hundredth < pageblock ? 0 : (hundredth + pageblock - 1) & ~(pageblock - 1);
}

/* May the pageblocks of a used block be added? Without the lock only a guess. */
static int may_reserve(const struct plumb_zone *zone, uint32_t page)
{
    return opt_read(zone->tunables.nr_reserved_highatomic) < reserve_limit(zone) &&
           opt_pageblock_type(zone, page) < MIGRATE_PCPTYPES;
}

static void count_reserved(struct plumb_zone *zone, uint64_t pages)
{
    opt_write(zone->tunables.nr_reserved_highatomic, pages);
}

/* A block that was just handed out, its state already USED. One below a pageblock takes along what
 * is free around it, so that the next such request finds something. */
void opt_reserve_highatomic(struct plumb_zone *zone, uint32_t page, uint32_t order)
{
    uint32_t added = opt_max(order, zone->pageblock_order);

    if (!may_reserve(zone, page))
        return;
    if (order >= zone->pageblock_order)
        opt_set_pageblocks(zone, page, 1u << (order - zone->pageblock_order), MIGRATE_HIGHATOMIC);
    else if (opt_pageblock_inside(zone, page))
        opt_move_pageblock(zone, page, opt_pageblock_type(zone, page), MIGRATE_HIGHATOMIC);
    else
        return;
    count_reserved(zone, zone->tunables.nr_reserved_highatomic + (UINT64_C(1) << added));
}

/* Is the zone's reserve, which it has, kept for such a request? */
int opt_reserve_is_for(const struct plumb_zone *zone, uint32_t order, uint32_t flags)
{
    if (zone->highatomic == PLUMB_RESERVE_V4_10)
        return order > 0 && (flags & ALLOC_NON_BLOCK);
    return (flags & ALLOC_HIGHATOMIC) != 0;
}

/* A block from the buddy lists. */
uint32_t opt_rmqueue_highatomic(struct plumb_zone *zone, uint32_t order, uint32_t type,
                                uint32_t flags)
{
    uint32_t page = OPT_NO_PAGE;

    if (opt_reserve_is_for(zone, order, flags))
        page = opt_rmqueue_smallest(zone, order, MIGRATE_HIGHATOMIC);
    if (page == OPT_NO_PAGE)
        page = opt_rmqueue(zone, order, type, flags);
    if (page == OPT_NO_PAGE && zone->highatomic == PLUMB_RESERVE_V6_12 && (flags & LAST_RESORT))
        page = opt_rmqueue_smallest(zone, order, MIGRATE_HIGHATOMIC);
    return page;
}

static uint32_t last_resort(struct plumb_zone *zone, uint32_t order, uint32_t type)
{
    uint32_t page;

    opt_lock(zone);
    page = opt_rmqueue_smallest(zone, order, MIGRATE_HIGHATOMIC);
    if (page != OPT_NO_PAGE)
        opt_write(opt_states(zone)[page], opt_used_state(order, type));
    opt_unlock(zone);
    return page;
}

/* What the reserve adds to a request for a per-CPU list, which gave `page` or nothing. The list
 * was the CPU's own, so the lock is taken only now, and not if the reserve is full. */
uint32_t opt_highatomic_beside_list(struct plumb_zone *zone, uint32_t page, uint32_t order,
                                    uint32_t type, uint32_t flags)
{
    if (page == OPT_NO_PAGE)
        return flags & LAST_RESORT ? last_resort(zone, order, type) : OPT_NO_PAGE;
    if ((flags & ALLOC_HIGHATOMIC) && may_reserve(zone, page)) {
        opt_lock(zone);
        opt_reserve_highatomic(zone, page, order);
        opt_unlock(zone);
    }
    return page;
}

/* The first free block of the order, or the pageblock it lies in; 0: there is none to give. A
 * larger block merges with its buddy, which may be of the type it gets. */
static int unreserve_block(struct plumb_zone *zone, uint32_t order, uint32_t type)
{
    uint32_t page = zone->free_lists[MIGRATE_HIGHATOMIC][order].to[OPT_NEXT];
    uint64_t reserved = zone->tunables.nr_reserved_highatomic;
    uint64_t pages = UINT64_C(1) << opt_max(order, zone->pageblock_order);

    if (order < zone->pageblock_order) {
        if (!opt_pageblock_inside(zone, page))
            return 0;
        opt_move_pageblock(zone, page, MIGRATE_HIGHATOMIC, type);
    } else {
        page = opt_rmqueue_smallest(zone, order, MIGRATE_HIGHATOMIC);
        opt_set_pageblocks(zone, page, 1u << (order - zone->pageblock_order), type);
        opt_free_one_page(zone, page, order, type, 1);
    }
    count_reserved(zone, pages < reserved ? reserved - pages : 0);
    return 1;
}

/* The orders of the free blocks that may be given back; 0: none. Under the lock. */
static uint32_t orders_to_give(const struct plumb_zone *zone, int force)
{
    if (!force && zone->tunables.nr_reserved_highatomic <= UINT64_C(1) << zone->pageblock_order)
        return 0;
    return zone->nonempty[MIGRATE_HIGHATOMIC];
}

enum plumb_status plumb_unreserve_highatomic(struct plumb_zone *zone, uint32_t migratetype,
                                             int force)
{
    enum plumb_status status = PLUMB_ENOMEM;
    uint32_t orders;

    if (migratetype >= MIGRATE_PCPTYPES)
        return PLUMB_ETYPE;
    if (!zone->highatomic)
        return PLUMB_ENOMEM;
    opt_lock(zone);
    orders = orders_to_give(zone, force);
    for (; orders != 0 && status != PLUMB_OK; orders &= orders - 1)
        if (unreserve_block(zone, opt_lowest_bit(orders), migratetype))
            status = PLUMB_OK;
    opt_unlock(zone);
    return status;
}
