/* Per-CPU lists: the operations on a ring, and the way of v6.12 of taking and giving one block,
 * inline for it is the hottest of all. In the ring operations the caller knows that there is room,
 * or an entry (zone.c says why the room suffices). */
#ifndef OPT_PCP_H
#define OPT_PCP_H

#include "opt.h"

static inline void opt_ring_push_head(struct plumb_zone *zone, struct opt_ring *ring, uint32_t page)
{
    ring->first = (ring->first + ring->mask) & ring->mask;
    ring->count++;
    opt_entries(zone, ring)[ring->first] = page;
}

static inline void opt_ring_push_tail(struct plumb_zone *zone, struct opt_ring *ring, uint32_t page)
{
    opt_entries(zone, ring)[(ring->first + ring->count) & ring->mask] = page;
    ring->count++;
}

static inline uint32_t opt_ring_pop_head(struct plumb_zone *zone, struct opt_ring *ring)
{
    uint32_t page = opt_entries(zone, ring)[ring->first];

    ring->first = (ring->first + 1) & ring->mask;
    ring->count--;
    return page;
}

static inline uint32_t opt_ring_pop_tail(struct plumb_zone *zone, struct opt_ring *ring)
{
    ring->count--;
    return opt_entries(zone, ring)[(ring->first + ring->count) & ring->mask];
}

/* pcp.c: page from alloc, or OPT_NO_PAGE */
int opt_refill_v6_12(struct plumb_zone *zone, struct opt_pcp *pcp, uint32_t order, uint32_t type);
void opt_trim_v6_12(struct plumb_zone *zone, struct opt_pcp *pcp, uint32_t index);
uint32_t opt_rmqueue_pcplist_old(struct plumb_zone *zone, struct opt_pcp *pcp, uint32_t type,
                                 uint32_t flags);
void opt_free_pcppage_old(struct plumb_zone *zone, struct opt_pcp *pcp, uint32_t page,
                          uint32_t type, int cold);

/* pcp_v4_10.c */
uint32_t opt_rmqueue_pcplist_v4_10(struct plumb_zone *zone, struct opt_pcp *pcp, uint32_t type,
                                   int cold);
void opt_free_pcppage_v4_10(struct plumb_zone *zone, struct opt_pcp *pcp, uint32_t page,
                            uint32_t type, int cold);
void opt_free_pcppages_bulk_v4_10(struct plumb_zone *zone, struct opt_pcp *pcp, uint32_t count);

/* pcp_v2_6_11.c */
uint32_t opt_rmqueue_pcplist_v2_6_11(struct plumb_zone *zone, struct opt_pcp *pcp, int cold);
void opt_free_pcppage_v2_6_11(struct plumb_zone *zone, struct opt_pcp *pcp, uint32_t page,
                              int cold);
void opt_drain_v2_6_11(struct plumb_zone *zone, struct opt_pcp *pcp, uint32_t most);

static inline uint32_t opt_rmqueue_pcplist(struct plumb_zone *zone, uint32_t cpu, uint32_t order,
                                           uint32_t type, uint32_t flags)
{
    struct opt_pcp *pcp = opt_pcp(zone, cpu);
    struct opt_ring *list = &pcp->lists[MIGRATE_PCPTYPES * order + type];

    if (zone->generation != PLUMB_V6_12)
        return opt_rmqueue_pcplist_old(zone, pcp, type, flags);
    if (list->count == 0 && !opt_refill_v6_12(zone, pcp, order, type))
        return OPT_NO_PAGE;
    pcp->count -= 1u << order;
    return opt_ring_pop_head(zone, list);
}

/* type: of the page's pageblock; types without lists of their own go with MOVABLE. */
static inline void opt_free_pcppage(struct plumb_zone *zone, uint32_t cpu, uint32_t page,
                                    uint32_t order, uint32_t type, int cold)
{
    struct opt_pcp *pcp = opt_pcp(zone, cpu);
    uint32_t pcp_type = type < MIGRATE_PCPTYPES ? type : (uint32_t)MIGRATE_MOVABLE;
    uint32_t index = MIGRATE_PCPTYPES * order + pcp_type;

    if (zone->generation != PLUMB_V6_12) {
        opt_free_pcppage_old(zone, pcp, page, pcp_type, cold);
        return;
    }
    opt_states(zone)[page] = opt_pcp_state(pcp_type, order);
    opt_ring_push_head(zone, &pcp->lists[index], page);
    pcp->count += 1u << order;
    if (pcp->count >= zone->tunables.pcp_high)
        opt_trim_v6_12(zone, pcp, index);
}

#endif
