/* The bulk free of v6.12's per-CPU lists: the state it ends in is that of freeing one by one.
 *
 * If consecutive frees make up a whole aligned block inside a pageblock, all merges but the last
 * page's happen within it, and leave nothing on any list. So it is freed as the block it is; and
 * one whose buddy follows it so is merged before it is listed (opt_free_to). */
#include "buddy.h"
#include "lock.h"
#include "pcp.h"

/* Frees ahead of which links are fetched into the cache: a block's own, then its buddy's
 * neighbours', which can only be known from it. Those of blocks that stay are fetched for the next
 * time. */
enum { AHEAD = 16, AHEAD_NEIGHBOURS = 8 };

enum { STRIDE = 16 }; /* blocks compared at once */

/* The blocks to free, from a list's tail back. */
struct bulk {
    const uint32_t *last;
    uint32_t order;
    uint32_t left;
    uint32_t listed; /* those to free among them */
};

static uint32_t block_at(const struct bulk *bulk, uint32_t i)
{
    return *(bulk->last - i);
}

OPT_INLINE void prefetch_link(struct opt_pages pages, uint32_t page)
{
    if (page != OPT_NO_PAGE)
        __builtin_prefetch(opt_link_of(pages, page), 1);
}

/* Whether a buddy is free nobody can predict, so no branch asks: if not, the block stands for all
 * three, as the buddy may lie behind the zone's end, where there are no links. */
OPT_INLINE void prefetch(struct opt_pages pages, const struct bulk *bulk)
{
    uint32_t page, buddy, if_free;
    const struct opt_link *link;

    if (bulk->listed <= AHEAD)
        return;
    page = block_at(bulk, AHEAD);
    __builtin_prefetch(pages.states + page, 1);
    prefetch_link(pages, page);
    page = block_at(bulk, AHEAD_NEIGHBOURS);
    buddy = page ^ (1u << bulk->order);
    if_free = 0u - (opt_read(pages.states[buddy]) == opt_state(OPT_FREE, bulk->order));
    link = opt_link_of(pages, page ^ ((page ^ buddy) & if_free));
    prefetch_link(pages, page ^ ((page ^ link->to[OPT_NEXT]) & if_free));
    prefetch_link(pages, page ^ ((page ^ link->to[OPT_PREV]) & if_free));
}

/* 1 if STRIDE blocks from number i on lie one behind the other. */
static int is_run(const struct bulk *bulk, uint32_t i, uint32_t page)
{
    const uint32_t *last = bulk->last - i - (STRIDE - 1);
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
    while (run + STRIDE <= bulk->left && is_run(bulk, run, page + (run << bulk->order)))
        run += STRIDE;
    while (run < bulk->left && block_at(bulk, run) == page + (run << bulk->order))
        run++;
    return run;
}

OPT_INLINE void free_blocks(struct plumb_zone *zone, struct opt_pages pages,
                            const struct opt_ring *list, uint32_t order, uint32_t count)
{
    struct bulk bulk = {opt_places(zone) + list->tail - 1, order, count, opt_ring_count(list)};

    while (bulk.left > 0) {
        uint32_t run = run_length(&bulk);
        uint32_t page = block_at(&bulk, 0);
        uint32_t end = page + (run << order);

        if (run == 1)
            prefetch(pages, &bulk);
        else
            opt_fill_states(pages.states + page, order, run, OPT_NO_HEAD);
        while (page < end)
            page = opt_free_to(zone, pages, page, order, end, opt_pageblock_type(zone, page), 0);
        bulk.last -= run;
        bulk.left -= run;
        bulk.listed -= run;
    }
}

/* Takes blocks off the tail, which stays at or behind the middle: all others move up to the end of
 * the places. */
static void shorten(struct plumb_zone *zone, struct opt_ring *list, uint32_t blocks)
{
    uint32_t *head = opt_places(zone) + list->head;
    uint32_t count, up;

    list->tail -= blocks;
    if (list->tail >= opt_middle(list))
        return;
    count = opt_ring_count(list);
    up = list->first + list->mask + 1 - list->tail;
    for (uint32_t i = 0; i < count; i++)
        head[up + i] = head[i];
    list->head += up;
    list->tail += up;
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
        uint32_t order = opt_lowest_bit(list->pages);
        uint32_t wanted = (left + (1u << order) - 1) >> order;
        uint32_t blocks = opt_min(opt_ring_count(list), wanted);

        OPT_WITH_PAGES(free_blocks, zone, list, order, blocks);
        shorten(zone, list, blocks);
        pcp->count -= blocks << order;
        left -= opt_min(left, blocks << order);
        index = index + 1 == OPT_PCP_LISTS ? 0 : index + 1;
    }
    opt_unlock(zone);
}
