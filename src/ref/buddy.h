/* The buddy system: taking the smallest sufficient block, and freeing with merging. */
#ifndef PLUMBLINE_REF_BUDDY_H
#define PLUMBLINE_REF_BUDDY_H

#include "src/ref/block.h"
#include "spec/buddy.h"

static inline uint32_t free_list_of(uint32_t order, uint32_t mt)
{
    return 6 * order + mt;
}

uint32_t pageblock_type(const struct zone *z, uint32_t p);

uint32_t rmqueue_smallest(struct zone *z, uint32_t order, uint32_t mt);

uint32_t free_one_page(struct zone *z, uint32_t p, uint32_t mt, int to_tail);

void split_large_buddy(struct zone *z, uint32_t p, int to_tail);

#endif
