/* The bulk free of v6.12's per-CPU lists: the state it ends in is that of freeing one by one.
 *
 * If consecutive frees make up a whole aligned block inside a pageblock, all merges but the last
 * page's happen within it, and leave nothing on any list. So it is freed as the block it is. */
#include "list.h"
#include "lock.h"
#include "pcp.h"

/* Frees ahead of which links are fetched into the cache: a block's own, then its buddy's
 * neighbours', which can only be known from it. Those of blocks that stay are fetched for the next
 * time. */
enum { AHEAD = 16, AHEAD_NEIGHBOURS = 8 };

enum { STRIDE = 16 }; /* blocks compared at once */

/* The blocks to free, from the ring's tail on; from wraps around like the ring's own positions. */
struct bulk {
    const uint32_t *entries;
    uint32_t mask, from;
    uint32_t order;
    uint32_t left;
    uint32_t listed; /* in the ring, those to free among them */
};

static uint32_t block_at(const struct bulk *bulk, uint32_t i)
{
    return bulk->entries[(bulk->from - i) & bulk->mask];
}

static void prefetch_link(const struct plumb_zone *zone, uint32_t page)
{
    if (page != OPT_NO_PAGE)
        __builtin_prefetch(opt_link(zone, page), 1);
}

static void prefetch(const struct plumb_zone *zone, const struct bulk *bulk)
{
    uint32_t page, buddy;

    if (bulk->listed <= AHEAD)
        return;
    prefetch_link(zone, block_at(bulk, AHEAD));
    page = block_at(bulk, AHEAD_NEIGHBOURS);
    buddy = page ^ (1u << bulk->order);
    if (opt_read(opt_states(zone)[buddy]) == opt_state(OPT_FREE, bulk->order)) {
        prefetch_link(zone, opt_link(zone, buddy)->next);
        prefetch_link(zone, opt_link(zone, buddy)->prev);
    }
}

/* 1 if STRIDE blocks from number i on, which do not wrap around, lie one behind the other. */
static int is_run(const struct bulk *bulk, uint32_t i, uint32_t page)
{
    const uint32_t *last = bulk->entries + ((bulk->from - i) & bulk->mask) - (STRIDE - 1);
    uint32_t differs = 0;

    for (uint32_t k = 0; k < STRIDE; k++)
        differs |= last[STRIDE - 1 - k] ^ (page + (k << bulk->order));
    return differs == 0;
}

/* How many of the next blocks lie one behind the other. */
static uint32_t run_length(const struct bulk *bulk)
{
    uint32_t page = block_at(bulk, 0);
    uint32_t run = 1;

    if (bulk->left < 2 || block_at(bulk, 1) != page + (1u << bulk->order))
        return 1;
    while (run + STRIDE <= bulk->left && ((bulk->from - run) & bulk->mask) >= STRIDE - 1 &&
           is_run(bulk, run, page + (run << bulk->order)))
        run += STRIDE;
    while (run < bulk->left && block_at(bulk, run) == page + (run << bulk->order))
        run++;
    return run;
}

/* The largest aligned block that starts at the page and has at most `run` blocks of the order. */
static uint32_t largest_above(const struct plumb_zone *zone, uint32_t page, uint32_t order,
                              uint32_t run)
{
    uint32_t above = opt_min(opt_highest_bit(run), zone->pageblock_order - order);

    return page == 0 ? above : opt_min(above, opt_lowest_bit(page) - order);
}

static void free_run(struct plumb_zone *zone, uint32_t page, uint32_t order, uint32_t run)
{
    uint8_t *states = opt_states(zone);

    while (run > 0) {
        uint32_t above = largest_above(zone, page, order, run);

        opt_fill_states(states + page, order, 1u << above, OPT_NO_HEAD);
        opt_free_one_page(zone, page, order + above, opt_pageblock_type(zone, page), 0);
        page += 1u << (order + above);
        run -= 1u << above;
    }
}

static void free_blocks(struct plumb_zone *zone, const struct opt_ring *list, uint32_t order,
                        uint32_t count)
{
    struct bulk bulk = {opt_entries(zone, list), list->mask, list->tail - 1, order, count,
                        opt_ring_count(list)};

    while (bulk.left > 0) {
        uint32_t run = run_length(&bulk);
        uint32_t page = block_at(&bulk, 0);

        if (run == 1) {
            prefetch(zone, &bulk);
            opt_free_one_page(zone, page, order, opt_pageblock_type(zone, page), 0);
        } else {
            free_run(zone, page, order, run);
        }
        bulk.from -= run;
        bulk.left -= run;
        bulk.listed -= run;
    }
}

/* Whole lists one after the other, from `start` on, each from its tail; the last block may take
 * it beyond `count` pages. */
void opt_free_pcppages_bulk(struct plumb_zone *zone, struct opt_pcp *pcp, uint32_t count,
                            uint32_t start)
{
    uint32_t left = opt_min(count, pcp->count);
    uint32_t index = start;

    if (left == 0)
        return;
    opt_lock(zone);
    while (left > 0) {
        struct opt_ring *list = &pcp->lists[index];
        uint32_t order = index / MIGRATE_PCPTYPES;
        uint32_t wanted = (left + (1u << order) - 1) >> order;
        uint32_t blocks = opt_min(opt_ring_count(list), wanted);

        free_blocks(zone, list, order, blocks);
        list->tail -= blocks;
        pcp->count -= blocks << order;
        left -= opt_min(left, blocks << order);
        index = index + 1 == PLUMB_NR_PCP_LISTS ? 0 : index + 1;
    }
    opt_unlock(zone);
}
