/* The per-CPU lists of 2.6.11: pages of order 0, one hot and one cold list for each CPU. */
#include "lock.h"
#include "pcp.h"

enum { HOT, COLD };

static void free_pages_bulk(struct plumb_zone *zone, struct opt_pcp *pcp, struct opt_ring *list,
                            uint32_t count)
{
    count = opt_min(count, opt_ring_count(list));
    pcp->count -= count;
    opt_lock(zone);
    for (; count > 0; count--) {
        uint32_t page = opt_ring_pop_tail(zone, list);

        opt_free_one_page(zone, page, 0, opt_pageblock_type(zone, page), 0);
    }
    opt_unlock(zone);
}

uint32_t opt_rmqueue_pcplist_v2_6_11(struct plumb_zone *zone, struct opt_pcp *pcp, int cold)
{
    uint32_t index = cold ? COLD : HOT;
    struct opt_ring *list = &pcp->lists[index];
    uint32_t page;

    if (opt_ring_count(list) <= zone->tunables.pcp_low)
        pcp->count += opt_rmqueue_bulk(zone, list, 0, MIGRATE_UNMOVABLE, zone->tunables.pcp_batch,
                                       opt_pcp_state(index, 0), 0);
    if (opt_ring_count(list) == 0)
        return OPT_NO_PAGE;
    pcp->count--;
    page = opt_ring_pop_head(zone, list);
    opt_write(opt_states(zone)[page], opt_state(OPT_USED, 0));
    return page;
}

void opt_free_pcppage_v2_6_11(struct plumb_zone *zone, struct opt_pcp *pcp, uint32_t page, int cold)
{
    uint32_t index = cold ? COLD : HOT;
    struct opt_ring *list = &pcp->lists[index];

    if (opt_ring_count(list) >= zone->tunables.pcp_high)
        free_pages_bulk(zone, pcp, list, zone->tunables.pcp_batch);
    opt_write(opt_states(zone)[page], opt_pcp_state(index, 0));
    opt_ring_push_head(zone, list, page);
    pcp->count++;
}

void opt_drain_v2_6_11(struct plumb_zone *zone, struct opt_pcp *pcp, uint32_t most)
{
    free_pages_bulk(zone, pcp, &pcp->lists[HOT], most);
    free_pages_bulk(zone, pcp, &pcp->lists[COLD], most);
}
