/* Giving pages of the per-CPU lists back to the buddy lists. */
#ifndef PLUMBLINE_REF_PCP_DRAIN_H
#define PLUMBLINE_REF_PCP_DRAIN_H

#include "src/ref/pcp.h"

uint32_t drain_list(struct zone *z, uint32_t list, uint32_t pages);

void free_pcppages_bulk_v6_12(struct zone *z, uint32_t cpu, uint32_t count, uint32_t start);

void free_pcppages_bulk_v4_10(struct zone *z, uint32_t cpu, uint32_t count);

#endif
