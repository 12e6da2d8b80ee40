/* Per-CPU lists: the operations on a ring, and the way of v6.12 of taking and giving one block,
 * inline for it is the hottest of all. In the ring operations the caller knows that there is room,
 * or an entry (zone.c says why the room suffices). */
#ifndef OPT_PCP_H
#define OPT_PCP_H

#include "opt.h"

static inline uint32_t *opt_places(const struct plumb_zone *zone)
{
    return opt_at(zone, 0);
}

/* A ring's place, wherever it is counted to. */
static inline uint32_t *opt_ring_at(const struct plumb_zone *zone, const struct opt_ring *ring,
                                    uint32_t place)
{
    return opt_places(zone) + ring->first + ((place - ring->first) & ring->mask);
}

static inline uint32_t opt_ring_count(const struct opt_ring *ring)
{
    return ring->tail - ring->head;
}

static inline void opt_ring_push_head(struct plumb_zone *zone, struct opt_ring *ring, uint32_t page)
{
    *opt_ring_at(zone, ring, --ring->head) = page;
}

static inline void opt_ring_push_tail(struct plumb_zone *zone, struct opt_ring *ring, uint32_t page)
{
    *opt_ring_at(zone, ring, ring->tail++) = page;
}

static inline uint32_t opt_ring_pop_head(struct plumb_zone *zone, struct opt_ring *ring)
{
    return *opt_ring_at(zone, ring, ring->head++);
}

static inline uint32_t opt_ring_pop_tail(struct plumb_zone *zone, struct opt_ring *ring)
{
    return *opt_ring_at(zone, ring, --ring->tail);
}

/* Types without lists of their own go with MOVABLE. */
static inline uint32_t opt_pcp_type(uint32_t type)
{
    return type < MIGRATE_PCPTYPES ? type : (uint32_t)MIGRATE_MOVABLE;
}

/* v6.12; type: MIGRATE_PCPTYPES at most. Hidden from the compiler, which would compute the place
 * anew for each access to the list. */
static inline struct opt_ring *opt_pcp_list(struct opt_pcp *pcp, uint32_t order, uint32_t type)
{
    struct opt_ring *list = &pcp->lists[OPT_PCP_ROW * order + type];

    OPT_HIDE(list);
    return list;
}

/* The same for blocks of every order, with types below MIGRATE_PCPTYPES. */
static inline struct opt_ring *opt_any_pcp_list(struct opt_pcp *pcp, uint32_t order, uint32_t type)
{
    if (order < PLUMB_PCP_ORDERS)
        return opt_pcp_list(pcp, order, type);
    return opt_pcp_list(pcp, OPT_PCP_HUGE, type == MIGRATE_MOVABLE);
}

/* pcp.c: page from alloc, or OPT_NO_PAGE */
uint32_t opt_rmqueue_pcplist(struct plumb_zone *zone, struct opt_pcp *pcp, uint32_t order,
                             uint32_t type, uint32_t flags);
void opt_free_pcppage(struct plumb_zone *zone, struct opt_pcp *pcp, uint32_t page, uint32_t order,
                      uint32_t type, int cold);
enum plumb_status opt_trim_v6_12(struct plumb_zone *zone, struct opt_pcp *pcp,
                                 const struct opt_ring *list);

/* tuning.c: a request for a block; blocks of a refill; a free to a list; the HIGH mark */
void opt_note_request(struct opt_pcp *pcp);
uint32_t opt_tuned_refill(struct plumb_zone *zone, struct opt_pcp *pcp, uint32_t order);
void opt_give_tuned(struct plumb_zone *zone, struct opt_pcp *pcp, struct opt_ring *list,
                    uint32_t page);
int opt_above_high(struct plumb_zone *zone, uint32_t order, uint32_t highest_zoneidx,
                   uint32_t flags);

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

/* v6.12: blocks are added to an empty list, else come and go at the head, or go from the tail. With
 * the tail not before the middle between calls, and no more blocks than half of the places, head
 * and tail are always within them. */
static inline uint32_t opt_middle(const struct opt_ring *list)
{
    return list->first + (list->mask + 1) / 2;
}

/* v6.12; the list has a block */
static inline uint32_t opt_take_v6_12(struct plumb_zone *zone, struct opt_pcp *pcp,
                                      struct opt_ring *list)
{
    uint32_t head = list->head;
    uint32_t page = opt_places(zone)[head];

    list->head = head + 1;
    pcp->count -= list->pages;
    opt_write(opt_states(zone)[page], list->used);
    return page;
}

/* v6.12; answers the pages the CPU then has */
static inline uint32_t opt_push_v6_12(struct plumb_zone *zone, struct opt_pcp *pcp,
                                      struct opt_ring *list, uint64_t page)
{
    uint32_t count = pcp->count + list->pages;
    uint32_t head = list->head - 1;

    opt_write(opt_states(zone)[page], list->listed);
    opt_places(zone)[head] = (uint32_t)page;
    list->head = head;
    pcp->count = count;
    return count;
}

/* v6.12 */
static inline enum plumb_status opt_give_to_list(struct plumb_zone *zone, struct opt_pcp *pcp,
                                                 struct opt_ring *list, uint64_t page)
{
    if (opt_unlikely(opt_push_v6_12(zone, pcp, list, page) >= zone->pcp_high))
        return opt_trim_v6_12(zone, pcp, list);
    return PLUMB_OK;
}

/* v6.12, blocks of all orders but huge pages; type: of the list */
static inline enum plumb_status opt_give_v6_12(struct plumb_zone *zone, struct opt_pcp *pcp,
                                               uint32_t order, uint32_t type, uint64_t page)
{
    return opt_give_to_list(zone, pcp, opt_pcp_list(pcp, order, type), page);
}

#endif
