/* Taking blocks in bulk for a per-CPU list: the same blocks in the same order as one by one, but a
 * list is cut once and a large block is split once. */
#include "lock.h"
#include "pcp.h"

/* Places in a ring, one after the other: from the tail on or from the head back. */
struct refill {
    uint32_t *places;
    uint8_t *states;
    uint32_t at, step, mask;
    uint32_t order;
    uint8_t state;
};

static void put(struct refill *refill, uint32_t page)
{
    opt_write(refill->states[page], refill->state);
    refill->places[refill->at & refill->mask] = page;
    refill->at += refill->step;
}

/* The pieces of a block. Nobody else may look at their states yet. */
static void put_pieces(struct refill *refill, uint32_t page, uint32_t units)
{
    uint32_t at = refill->at & refill->mask;
    uint32_t order = refill->order;

    if (refill->step != 1 || units > refill->mask + 1 - at) {
        for (uint32_t i = 0; i < units; i++)
            put(refill, page + (i << order));
        return;
    }
    for (uint32_t i = 0; i < units; i++)
        refill->places[at + i] = page + (i << order);
    opt_fill_states(refill->states + page, order, units, refill->state);
    refill->at += units;
}

/* Cuts up to `want` blocks off the head of a list in one piece. */
static uint32_t refill_from_list(struct plumb_zone *zone, struct refill *refill, uint32_t type,
                                 uint32_t want)
{
    uint32_t order = refill->order;
    struct opt_link *list = &zone->free_lists[type][order];
    uint32_t page = list->to[OPT_NEXT];
    uint32_t got = 0;

    while (got < want && page != OPT_NO_PAGE) {
        uint32_t next = opt_link(zone, page)->to[OPT_NEXT];

        put(refill, page);
        page = next;
        got++;
    }
    list->to[OPT_NEXT] = page;
    if (page == OPT_NO_PAGE) {
        list->to[OPT_PREV] = OPT_NO_PAGE;
        opt_write(zone->nonempty[type], zone->nonempty[type] & ~(1u << order));
    } else {
        opt_link(zone, page)->to[OPT_PREV] = OPT_NO_PAGE;
    }
    opt_write(zone->nr_free[order], zone->nr_free[order] - got);
    opt_write(zone->class_pages[opt_class(type)],
              zone->class_pages[opt_class(type)] - (got << order));
    return got;
}

static uint32_t refill_from_block(struct plumb_zone *zone, struct refill *refill, uint32_t above,
                                  uint32_t type, uint32_t want)
{
    uint32_t units = opt_min(want, 1u << above);

    put_pieces(refill, opt_expand(zone, refill->order, above, type, units), units);
    return units;
}

/* Up to `want` blocks onto a ring, each behind the one before: at the tail, or (at_head) each
 * before the one before. The same as opt_rmqueue_smallest that many times. Answers how many. */
uint32_t opt_rmqueue_bulk(struct plumb_zone *zone, struct opt_ring *ring, uint32_t order,
                          uint32_t type, uint32_t want, uint8_t state, int at_head)
{
    struct refill refill = {opt_places(zone) + ring->first,
                            opt_states(zone),
                            (at_head ? ring->head - 1 : ring->tail) - ring->first,
                            at_head ? UINT32_MAX : 1,
                            ring->mask,
                            order,
                            state};
    uint32_t got = 0;

    opt_lock(zone);
    while (got < want) {
        uint32_t orders = zone->nonempty[type] >> order;

        if (orders == 0)
            break;
        if (orders & 1)
            got += refill_from_list(zone, &refill, type, want - got);
        else
            got += refill_from_block(zone, &refill, opt_lowest_bit(orders), type, want - got);
    }
    opt_unlock(zone);
    if (at_head)
        ring->head -= got;
    else
        ring->tail += got;
    return got;
}
