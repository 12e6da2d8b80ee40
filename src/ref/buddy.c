/* The buddy system on the four primitives: __rmqueue_smallest with expand, __free_one_page with
 * merging and tail placement, split_large_buddy (v6.12; semantics 11 and 12). */
#include "src/ref/buddy.h"

uint32_t pageblock_type(const struct zone *z, uint32_t p)
{
    return z->pageblocks.migratetype[p / block_size(z->blocks.pageblock_order)];
}

static void expand(struct zone *z, uint32_t p, uint32_t low, uint32_t mt)
{
    while (z->blocks.order[p] > low) {
        uint32_t u = block_split(z, p);

        block_give(z, u, free_list_of(z->blocks.order[u], mt), 0);
    }
}

uint32_t rmqueue_smallest(struct zone *z, uint32_t order, uint32_t mt)
{
    for (uint32_t o = order; o <= z->blocks.top_order; o++) {
        uint32_t p = z->lists.head[free_list_of(o, mt)];

        if (p == NONE)
            continue;
        block_take(z, p);
        expand(z, p, order, mt);
        return p;
    }
    return NONE;
}

static uint32_t buddy_of(uint32_t p, uint32_t order)
{
    uint32_t size = block_size(order);

    return p % (2 * size) == 0 ? p + size : p - size;
}

static int page_is_buddy(const struct zone *z, uint32_t b, uint32_t order)
{
    return b < z->blocks.end && z->blocks.place[b] < NR_FREE_LISTS && z->blocks.order[b] == order;
}

static int may_merge(const struct zone *z, uint32_t b, uint32_t order, uint32_t mt)
{
    uint32_t buddy_type;

    if (!page_is_buddy(z, b, order))
        return 0;
    if (order < z->blocks.pageblock_order)
        return 1;
    buddy_type = z->blocks.place[b] - 6 * order;
    return buddy_type == mt || (buddy_type < MIGRATE_PCPTYPES && mt < MIGRATE_PCPTYPES);
}

static void set_pageblock_range(struct zone *z, uint32_t p, uint32_t order, uint32_t mt)
{
    uint32_t size = block_size(z->blocks.pageblock_order);
    uint32_t first = p / size, behind = (p + block_size(order)) / size;

    for (uint32_t i = first; i < behind; i++)
        z->pageblocks.migratetype[i] = (uint8_t)mt;
}

static int buddy_merge_likely(const struct zone *z, uint32_t p, uint32_t order)
{
    uint32_t higher;

    if (z->generation == PLUMB_V2_6_11 || order + 1 >= z->blocks.top_order)
        return 0;
    higher = p - p % block_size(order + 1);
    return page_is_buddy(z, buddy_of(higher, order + 1), order + 1);
}

uint32_t free_one_page(struct zone *z, uint32_t p, uint32_t mt, int to_tail)
{
    uint32_t order;

    while (z->blocks.order[p] < z->blocks.top_order) {
        order = z->blocks.order[p];
        uint32_t b = buddy_of(p, order);

        if (!may_merge(z, b, order, mt))
            break;
        if (z->blocks.place[b] != free_list_of(order, mt))
            set_pageblock_range(z, b, order, mt);
        block_take(z, b);
        if (b < p) {
            block_join(z, b, p);
            p = b;
        } else {
            block_join(z, p, b);
        }
    }
    order = z->blocks.order[p];
    block_give(z, p, free_list_of(order, mt), to_tail || buddy_merge_likely(z, p, order));
    return p;
}

void split_large_buddy(struct zone *z, uint32_t p, int to_tail)
{
    uint32_t behind = p + block_size(z->blocks.order[p]);

    while (p < behind) {
        while (z->blocks.order[p] > z->blocks.pageblock_order)
            block_split(z, p);
        uint32_t size = block_size(z->blocks.order[p]);

        free_one_page(z, p, pageblock_type(z, p), to_tail);
        p += size;
    }
}
