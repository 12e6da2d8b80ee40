/* Making a zone and handing memory to it (v6.12's release of memory at boot). */
#include "src/ref/init.h"

#define SIZE_MAX_PAGES 0x10000000000000u /* 2^52 */

static int extent_valid(const struct plumb_config *c)
{
    uint64_t below;

    if (c->top_order > PLUMB_MAX_ORDER || c->pageblock_order > c->top_order)
        return 0;
    if (c->spanned_pages < 1 || c->spanned_pages > ZONE_CAPACITY)
        return 0;
    if (c->start_pfn > SIZE_MAX_PAGES - c->spanned_pages)
        return 0;
    below = c->start_pfn % block_size(c->top_order);
    return below + c->spanned_pages <= ZONE_CAPACITY;
}

static int sizes_valid(const struct plumb_config *c)
{
    for (uint32_t i = 0; i < PLUMB_NR_WMARKS; i++)
        if (c->wmark[i] > SIZE_MAX_PAGES)
            return 0;
    for (uint32_t i = 0; i < PLUMB_NR_ZONES; i++)
        if (c->lowmem_reserve[i] > SIZE_MAX_PAGES)
            return 0;
    return c->watermark_boost <= SIZE_MAX_PAGES && c->nr_reserved_highatomic <= SIZE_MAX_PAGES;
}

int ref_config_valid(const struct plumb_config *c)
{
    if (!extent_valid(c) || !sizes_valid(c))
        return 0;
    if (c->generation >= PLUMB_NR_GENERATIONS || c->nr_cpus < 1 || c->nr_cpus > PLUMB_MAX_CPUS)
        return 0;
    if (c->pcp_limit < 2 || c->pcp_limit > 0x10000)
        return 0;
    return c->pcp_batch >= 1 && c->pcp_batch <= c->pcp_limit && c->pcp_high <= c->pcp_limit &&
           c->pcp_low <= c->pcp_limit;
}

static void init_parameters(struct zone *z, const struct plumb_config *c)
{
    z->first = (uint32_t)(c->start_pfn % block_size(c->top_order));
    z->base_pfn = c->start_pfn - z->first;
    z->blocks.end = z->first + (uint32_t)c->spanned_pages;
    z->blocks.top_order = c->top_order;
    z->blocks.pageblock_order = c->pageblock_order;
    z->generation = c->generation;
    z->nr_cpus = c->nr_cpus;
    z->pcp_batch = c->pcp_batch;
    z->pcp_high = c->pcp_high;
    z->pcp_low = c->pcp_low;
    z->pcp_limit = c->pcp_limit;
    z->watermark_boost = c->watermark_boost;
    z->nr_reserved_highatomic = c->nr_reserved_highatomic;
    for (uint32_t i = 0; i < PLUMB_NR_WMARKS; i++)
        z->wmark[i] = c->wmark[i];
    for (uint32_t i = 0; i < PLUMB_NR_ZONES; i++)
        z->lowmem_reserve[i] = c->lowmem_reserve[i];
}

static void init_lists(struct zone *z)
{
    z->lists.clock = 0;
    for (uint32_t l = 0; l < NR_LISTS; l++) {
        z->lists.head[l] = NONE;
        z->lists.tail[l] = NONE;
        z->counts.len[l] = 0;
    }
    for (uint32_t c = 0; c < NR_CLASSES; c++)
        z->counts.held[c] = 0;
    z->counts.held[CLASS_RESERVED] = z->blocks.end;
}

static void init_pages(struct zone *z)
{
    for (uint32_t p = 0; p < z->blocks.end; p++) {
        z->blocks.place[p] = PLACE_RESERVED;
        z->blocks.order[p] = 0;
        z->lists.next[p] = NONE;
        z->lists.prev[p] = NONE;
        z->lists.rank[p] = 0;
    }
}

/* types[0] is the block that holds the zone's first page; blocks below it are outside. */
static void init_pageblocks(struct zone *z, const uint8_t *types)
{
    uint32_t size = block_size(z->blocks.pageblock_order);
    uint32_t first = z->first / size, last = (z->blocks.end - 1) / size;

    for (uint32_t i = 0; i < first; i++)
        z->pageblocks.migratetype[i] = types[0];
    for (uint32_t i = first; i <= last; i++)
        z->pageblocks.migratetype[i] = types[i - first];
}

void zone_init(struct zone *z, const struct plumb_config *c, const uint8_t *types)
{
    init_parameters(z, c);
    init_lists(z);
    init_pages(z);
    init_pageblocks(z, types);
}

/* Makes one used block of a run of reserved pages. */
static void block_form(struct zone *z, uint32_t p, uint32_t order)
{
    uint32_t size = block_size(order);

    for (uint32_t i = 1; i < size; i++)
        z->blocks.place[p + i] = PLACE_TAIL;
    z->blocks.place[p] = PLACE_USED;
    z->blocks.order[p] = (uint8_t)order;
    z->counts.held[CLASS_RESERVED] -= size;
    z->counts.held[CLASS_USED] += size;
}

static uint32_t largest_order(const struct zone *z, uint32_t start, uint32_t end)
{
    uint32_t order = z->blocks.top_order;

    while (start % block_size(order) != 0 || end - start < block_size(order))
        order--;
    return order;
}

void free_range(struct zone *z, uint32_t start, uint32_t end)
{
    while (start < end) {
        uint32_t order = largest_order(z, start, end);

        block_form(z, start, order);
        split_large_buddy(z, start, 1);
        start += block_size(order);
    }
}
