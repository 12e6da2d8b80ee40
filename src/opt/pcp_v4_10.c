/* The per-CPU lists of v4.10: pages of order 0, hot and cold ends, bulk frees in growing turns.
 *
 * No limit in terms of batch and high holds for the length of one of these lists. A free that
 * finds the count at high gives a batch back, but from the lists in turn, and an allocation from
 * an empty list refills it however many pages the others hold. With batch 2, over and over:
 * allocate a MOVABLE and a RECLAIMABLE page (one more of each stays behind), then free an
 * UNMOVABLE page, which drives out just those two and stays itself. A list is therefore a ring,
 * and what does not fit follows it on a list linked through the pages. */
#include "list.h"
#include "lock.h"
#include "pcp.h"

/* One of them, with what the ring has no room for. */
struct list {
    struct opt_ring *ring;
    struct opt_spill *spill;
};

static struct list list_of(struct opt_pcp *pcp, uint32_t type)
{
    return (struct list){&pcp->lists[type], &pcp->spill[type]};
}

static int is_empty(const struct list *list)
{
    return opt_ring_count(list->ring) == 0 && list->spill->count == 0;
}

static int is_full(const struct opt_ring *ring)
{
    return opt_ring_count(ring) > ring->mask;
}

static void push_head(struct plumb_zone *zone, const struct list *list, uint32_t page)
{
    if (is_full(list->ring)) {
        opt_list_add(opt_pages(zone), &list->spill->list, opt_ring_pop_tail(zone, list->ring), 0);
        list->spill->count++;
    }
    opt_ring_push_head(zone, list->ring, page);
}

static void push_tail(struct plumb_zone *zone, const struct list *list, uint32_t page)
{
    if (list->spill->count == 0 && !is_full(list->ring)) {
        opt_ring_push_tail(zone, list->ring, page);
        return;
    }
    opt_list_add(opt_pages(zone), &list->spill->list, page, 1);
    list->spill->count++;
}

static uint32_t pop_spill(struct plumb_zone *zone, struct opt_spill *spill, uint32_t page)
{
    (void)opt_list_del(opt_pages(zone), &spill->list, page);
    spill->count--;
    return page;
}

static uint32_t pop_head(struct plumb_zone *zone, const struct list *list)
{
    if (opt_ring_count(list->ring) == 0)
        return pop_spill(zone, list->spill, list->spill->list.to[OPT_NEXT]);
    return opt_ring_pop_head(zone, list->ring);
}

static uint32_t pop_tail(struct plumb_zone *zone, const struct list *list)
{
    if (list->spill->count != 0)
        return pop_spill(zone, list->spill, list->spill->list.to[OPT_PREV]);
    return opt_ring_pop_tail(zone, list->ring);
}

uint32_t opt_rmqueue_pcplist_v4_10(struct plumb_zone *zone, struct opt_pcp *pcp, uint32_t type,
                                   uint32_t flags)
{
    const struct list list = list_of(pcp, type);
    int cold = (flags & ALLOC_COLD) != 0;
    uint32_t page;

    if (is_empty(&list))
        pcp->count += opt_refill(zone, list.ring, 0, type, flags, zone->tunables.pcp_batch,
                                 opt_pcp_state(type, 0), cold);
    if (is_empty(&list))
        return OPT_NO_PAGE;
    pcp->count--;
    page = cold ? pop_tail(zone, &list) : pop_head(zone, &list);
    opt_write(opt_states(zone)[page], opt_used_state(0, type));
    return page;
}

void opt_free_pcppage_v4_10(struct plumb_zone *zone, struct opt_pcp *pcp, uint32_t page,
                            uint32_t type, int cold)
{
    const struct list list = list_of(pcp, type);

    opt_write(opt_states(zone)[page], opt_pcp_state(type, 0));
    if (cold)
        push_tail(zone, &list, page);
    else
        push_head(zone, &list, page);
    pcp->count++;
    if (pcp->count >= zone->tunables.pcp_high)
        opt_free_pcppages_bulk_v4_10(zone, pcp, zone->tunables.pcp_batch);
}

/* Each turn takes one page more than the last, empty lists passed over counting as turns; what a
 * list could not give is carried to the next. */
void opt_free_pcppages_bulk_v4_10(struct plumb_zone *zone, struct opt_pcp *pcp, uint32_t count)
{
    uint32_t type = 0;
    uint32_t turn = 0;

    count = opt_min(count, pcp->count);
    pcp->count -= count;
    opt_lock(zone);
    while (count > 0) {
        struct list list;

        do {
            turn++;
            type = type + 1 == MIGRATE_PCPTYPES ? 0 : type + 1;
            list = list_of(pcp, type);
        } while (is_empty(&list));
        if (turn == MIGRATE_PCPTYPES)
            turn = count;
        do {
            uint32_t page = pop_tail(zone, &list);

            opt_free_one_page(zone, page, 0, opt_pageblock_type(zone, page), 0);
        } while (--count > 0 && --turn > 0 && !is_empty(&list));
    }
    opt_unlock(zone);
}
