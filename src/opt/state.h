/* Which block a page lies in, as the state of its first page tells; reserved ones are in none. */
#ifndef OPT_STATE_H
#define OPT_STATE_H

#include "opt.h"

/* The first page of the block that covers the page, OPT_NO_PAGE if it is reserved. The block that
 * starts at the nearest page aligned for its order covers it, or none does. */
static inline uint32_t opt_block_head(const struct plumb_zone *zone, uint32_t page)
{
    const uint8_t *states = opt_states(zone);

    for (uint32_t order = 0; order <= zone->top_order; order++) {
        uint32_t head = page & ~((1u << order) - 1);
        uint8_t state = opt_read(states[head]);

        if (state != OPT_NO_HEAD && (state & OPT_ORDER_MASK) >= order)
            return head;
    }
    return OPT_NO_PAGE;
}

static inline int opt_is_reserved(const struct plumb_zone *zone, uint32_t page)
{
    return opt_block_head(zone, page) == OPT_NO_PAGE;
}

#endif
