/* Per-CPU lists: the operations on a ring, and the way of v6.12 of taking and giving one block,
 * inline for it is the hottest of all. In the ring operations the caller knows that there is room,
 * or an entry (zone.c says why the room suffices). */
#ifndef OPT_PCP_H
#define OPT_PCP_H

#include "opt.h"

static inline uint32_t *opt_entries(const struct plumb_zone *zone, const struct opt_ring *ring)
{
    return opt_at(zone, ring->entries_at);
}

static inline uint32_t opt_ring_count(const struct opt_ring *ring)
{
    return ring->tail - ring->head;
}

static inline void opt_ring_push_head(struct plumb_zone *zone, struct opt_ring *ring, uint32_t page)
{
    uint32_t head = ring->head - 1;

    ring->head = head;
    opt_entries(zone, ring)[head & ring->mask] = page;
}

static inline void opt_ring_push_tail(struct plumb_zone *zone, struct opt_ring *ring, uint32_t page)
{
    opt_entries(zone, ring)[ring->tail++ & ring->mask] = page;
}

static inline uint32_t opt_ring_pop_head(struct plumb_zone *zone, struct opt_ring *ring)
{
    uint32_t head = ring->head;

    ring->head = head + 1;
    return opt_entries(zone, ring)[head & ring->mask];
}

static inline uint32_t opt_ring_pop_tail(struct plumb_zone *zone, struct opt_ring *ring)
{
    return opt_entries(zone, ring)[--ring->tail & ring->mask];
}

/* Types without lists of their own go with MOVABLE. */
static inline uint32_t opt_pcp_type(uint32_t type)
{
    return type < MIGRATE_PCPTYPES ? type : (uint32_t)MIGRATE_MOVABLE;
}

/* v6.12; type: below MIGRATE_PCPTYPES */
static inline struct opt_ring *opt_pcp_list(struct opt_pcp *pcp, uint32_t order, uint32_t type)
{
    return &pcp->lists[MIGRATE_PCPTYPES * order + type];
}

/* pcp.c: page from alloc, or OPT_NO_PAGE */
uint32_t opt_rmqueue_pcplist(struct plumb_zone *zone, struct opt_pcp *pcp, uint32_t order,
                             uint32_t type, uint32_t flags);
void opt_free_pcppage(struct plumb_zone *zone, struct opt_pcp *pcp, uint32_t page, uint32_t order,
                      uint32_t type, int cold);
enum plumb_status opt_trim_v6_12(struct plumb_zone *zone, struct opt_pcp *pcp,
                                 const struct opt_ring *list);

/* pcp_bulk.c */
void opt_free_pcppages_bulk(struct plumb_zone *zone, struct opt_pcp *pcp, uint32_t count,
                            uint32_t start);

/* pcp_v4_10.c */
uint32_t opt_rmqueue_pcplist_v4_10(struct plumb_zone *zone, struct opt_pcp *pcp, uint32_t type,
                                   uint32_t flags);
void opt_free_pcppage_v4_10(struct plumb_zone *zone, struct opt_pcp *pcp, uint32_t page,
                            uint32_t type, int cold);
void opt_free_pcppages_bulk_v4_10(struct plumb_zone *zone, struct opt_pcp *pcp, uint32_t count);

/* pcp_v2_6_11.c */
uint32_t opt_rmqueue_pcplist_v2_6_11(struct plumb_zone *zone, struct opt_pcp *pcp, int cold);
void opt_free_pcppage_v2_6_11(struct plumb_zone *zone, struct opt_pcp *pcp, uint32_t page,
                              int cold);
void opt_drain_v2_6_11(struct plumb_zone *zone, struct opt_pcp *pcp, uint32_t most);

/* v6.12; the list has a block */
static inline uint32_t opt_take_v6_12(struct plumb_zone *zone, struct opt_pcp *pcp,
                                      struct opt_ring *list)
{
    uint32_t page = opt_ring_pop_head(zone, list);

    pcp->count -= list->pages;
    opt_write(opt_states(zone)[page], list->used);
    return page;
}

/* v6.12; the page is of a type that has lists of its own, or goes with MOVABLE */
static inline enum plumb_status opt_give_v6_12(struct plumb_zone *zone, struct opt_pcp *pcp,
                                               struct opt_ring *list, uint32_t page)
{
    uint32_t count = pcp->count + list->pages;

    opt_write(opt_states(zone)[page], list->listed);
    opt_ring_push_head(zone, list, page);
    pcp->count = count;
    if (opt_unlikely(count >= zone->pcp_high))
        return opt_trim_v6_12(zone, pcp, list);
    return PLUMB_OK;
}

#endif
