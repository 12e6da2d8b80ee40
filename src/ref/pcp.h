/* Per-CPU lists: refill, allocation, free, drains, in the order of three kernel generations. */
#ifndef PLUMBLINE_REF_PCP_H
#define PLUMBLINE_REF_PCP_H

#include "src/ref/buddy.h"

static inline uint32_t pcp_list_of(uint32_t cpu, uint32_t index)
{
    return NR_FREE_LISTS + 64 * index + cpu;
}

uint32_t rmqueue_bulk(struct zone *z, uint32_t order, uint32_t count, uint32_t mt,
                      uint32_t list, int at_tail);

uint32_t rmqueue_pcplist(struct zone *z, uint32_t cpu, uint32_t order, uint32_t mt, int cold);

void free_unref_page(struct zone *z, uint32_t cpu, uint32_t p, int cold);

void drain_pages_zone(struct zone *z, uint32_t cpu);

void drain_zone_pages(struct zone *z, uint32_t cpu);

void drain_all_pages(struct zone *z);

/* Whether a block of this order and type passes through the per-CPU lists. */
int pcp_allowed(const struct zone *z, uint32_t order);

#endif
