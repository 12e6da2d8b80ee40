/* Per-CPU lists: refill, allocation and free (semantics 5 to 8; 2.6.11 from features). */
#include "src/ref/pcp.h"
#include "src/ref/pcp_drain.h"

int pcp_allowed(const struct zone *z, uint32_t order)
{
    if (z->generation != PLUMB_V6_12)
        return order == 0;
    return order < PLUMB_PCP_ORDERS && order <= z->blocks.pageblock_order;
}

uint32_t rmqueue_bulk(struct zone *z, uint32_t order, uint32_t count, uint32_t mt,
                      uint32_t list, int at_tail)
{
    uint32_t i = 0;

    while (i < count) {
        uint32_t p = rmqueue_smallest(z, order, mt);

        if (p == NONE)
            break;
        block_give(z, p, list, at_tail);
        i++;
    }
    return i;
}

static uint32_t nr_pcp_alloc(const struct zone *z, uint32_t order)
{
    uint32_t pages = z->pcp_batch / block_size(order);

    if (z->pcp_high < z->pcp_batch || z->pcp_batch == 1)
        return 1;
    return pages < 2 ? 2 : pages;
}

static uint32_t take_end(struct zone *z, uint32_t list, int at_tail)
{
    uint32_t p = at_tail ? z->lists.tail[list] : z->lists.head[list];

    if (p != NONE)
        block_take(z, p);
    return p;
}

static uint32_t rmqueue_pcplist_v2_6_11(struct zone *z, uint32_t cpu, int cold)
{
    uint32_t list = pcp_list_of(cpu, cold ? 1 : 0);

    if (z->counts.len[list] <= z->pcp_low)
        rmqueue_bulk(z, 0, z->pcp_batch, MIGRATE_UNMOVABLE, list, 1);
    return take_end(z, list, 0);
}

static uint32_t rmqueue_pcplist_v4_10(struct zone *z, uint32_t cpu, uint32_t mt, int cold)
{
    uint32_t list = pcp_list_of(cpu, mt);

    if (z->lists.head[list] == NONE)
        rmqueue_bulk(z, 0, z->pcp_batch, mt, list, !cold);
    return take_end(z, list, cold);
}

static uint32_t rmqueue_pcplist_v6_12(struct zone *z, uint32_t cpu, uint32_t order, uint32_t mt)
{
    uint32_t list = pcp_list_of(cpu, 3 * order + mt);

    if (z->lists.head[list] == NONE)
        rmqueue_bulk(z, order, nr_pcp_alloc(z, order), mt, list, 1);
    return take_end(z, list, 0);
}

uint32_t rmqueue_pcplist(struct zone *z, uint32_t cpu, uint32_t order, uint32_t mt, int cold)
{
    if (z->generation == PLUMB_V2_6_11)
        return rmqueue_pcplist_v2_6_11(z, cpu, cold);
    if (z->generation == PLUMB_V4_10)
        return rmqueue_pcplist_v4_10(z, cpu, mt, cold);
    return rmqueue_pcplist_v6_12(z, cpu, order, mt);
}

static uint32_t nr_pcp_free(const struct zone *z)
{
    uint32_t spare;

    if (z->pcp_high < z->pcp_batch)
        return 1;
    spare = z->pcp_high - z->pcp_batch;
    if (spare < 1)
        return 1;
    return spare < z->pcp_batch ? spare : z->pcp_batch;
}

static void free_unref_page_v2_6_11(struct zone *z, uint32_t cpu, uint32_t p, int cold)
{
    uint32_t list = pcp_list_of(cpu, cold ? 1 : 0);

    if (z->counts.len[list] >= z->pcp_high)
        drain_list(z, list, z->pcp_batch);
    block_give(z, p, list, 0);
}

static void free_unref_page_v4_10(struct zone *z, uint32_t cpu, uint32_t p, uint32_t mt, int cold)
{
    block_give(z, p, pcp_list_of(cpu, mt), cold);
    if (z->counts.held[CLASS_PCP + cpu] >= z->pcp_high)
        free_pcppages_bulk_v4_10(z, cpu, z->pcp_batch);
}

static void free_unref_page_v6_12(struct zone *z, uint32_t cpu, uint32_t p, uint32_t mt)
{
    uint32_t index = 3 * z->blocks.order[p] + mt;

    block_give(z, p, pcp_list_of(cpu, index), 0);
    if (z->counts.held[CLASS_PCP + cpu] >= z->pcp_high)
        free_pcppages_bulk_v6_12(z, cpu, nr_pcp_free(z), index);
}

void free_unref_page(struct zone *z, uint32_t cpu, uint32_t p, int cold)
{
    uint32_t mt = pageblock_type(z, p);

    if (mt >= MIGRATE_PCPTYPES)
        mt = MIGRATE_MOVABLE;
    if (z->generation == PLUMB_V2_6_11)
        free_unref_page_v2_6_11(z, cpu, p, cold);
    else if (z->generation == PLUMB_V4_10)
        free_unref_page_v4_10(z, cpu, p, mt, cold);
    else
        free_unref_page_v6_12(z, cpu, p, mt);
}
