/* What a page without a head's state is: inside a block, or reserved. */
#ifndef OPT_STATE_H
#define OPT_STATE_H

#include "opt.h"

/* 1: another page's block covers the page, which is no head. The block that starts at the nearest
 * page aligned for its order covers it, or none does. */
static inline int opt_is_tail(const struct plumb_zone *zone, uint32_t page)
{
    const uint8_t *states = opt_states(zone);

    for (uint32_t order = 1; order <= zone->top_order; order++) {
        uint8_t state = opt_read(states[page & ~((1u << order) - 1)]);

        if (state != OPT_NO_HEAD && (state & OPT_ORDER_MASK) >= order)
            return 1;
    }
    return 0;
}

static inline int opt_is_reserved(const struct plumb_zone *zone, uint32_t page)
{
    return opt_read(opt_states(zone)[page]) == OPT_NO_HEAD && !opt_is_tail(zone, page);
}

#endif
