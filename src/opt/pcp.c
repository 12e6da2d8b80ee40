/* Refill and bulk free of v6.12's per-CPU lists, the drains, and the way to the lists of the older
 * generations. */
#include "pcp.h"

static uint32_t nr_pcp_alloc(const struct plumb_zone *zone, uint32_t order)
{
    uint32_t batch = zone->tunables.pcp_batch;

    if (zone->tunables.pcp_high < batch || batch == 1)
        return 1;
    return opt_max(batch >> order, 2);
}

static uint32_t nr_pcp_free(const struct plumb_zone *zone)
{
    uint32_t batch = zone->tunables.pcp_batch;
    uint32_t high = zone->tunables.pcp_high;

    return high < batch ? 1 : opt_max(1, opt_min(batch, high - batch));
}

int opt_refill_v6_12(struct plumb_zone *zone, struct opt_pcp *pcp, uint32_t order, uint32_t type)
{
    struct opt_ring *list = &pcp->lists[MIGRATE_PCPTYPES * order + type];

    opt_rmqueue_bulk(zone, list, order, type, nr_pcp_alloc(zone, order), opt_pcp_state(type, order),
                     0);
    pcp->count += list->count << order;
    return list->count != 0;
}

/* Whole lists one after the other, from `start` on, each from its tail; the last block may take
 * it beyond `count` pages. */
static void free_pcppages_bulk(struct plumb_zone *zone, struct opt_pcp *pcp, uint32_t count,
                               uint32_t start)
{
    int64_t left = opt_min(count, pcp->count);
    uint32_t index = start;

    while (left > 0) {
        struct opt_ring *list = &pcp->lists[index];
        uint32_t order = index / MIGRATE_PCPTYPES;

        while (left > 0 && list->count > 0) {
            uint32_t page = opt_ring_pop_tail(zone, list);

            left -= INT64_C(1) << order;
            pcp->count -= 1u << order;
            opt_free_one_page(zone, page, order, opt_pageblock_type(zone, page), 0);
        }
        index = index + 1 == PLUMB_NR_PCP_LISTS ? 0 : index + 1;
    }
}

/* After a free onto list `index` that brought the count to high. */
void opt_trim_v6_12(struct plumb_zone *zone, struct opt_pcp *pcp, uint32_t index)
{
    free_pcppages_bulk(zone, pcp, nr_pcp_free(zone), index);
}

uint32_t opt_rmqueue_pcplist_old(struct plumb_zone *zone, struct opt_pcp *pcp, uint32_t type,
                                 uint32_t flags)
{
    int cold = (flags & ALLOC_COLD) != 0;

    if (zone->generation == PLUMB_V2_6_11)
        return opt_rmqueue_pcplist_v2_6_11(zone, pcp, cold);
    return opt_rmqueue_pcplist_v4_10(zone, pcp, type, cold);
}

void opt_free_pcppage_old(struct plumb_zone *zone, struct opt_pcp *pcp, uint32_t page,
                          uint32_t type, int cold)
{
    if (zone->generation == PLUMB_V2_6_11)
        opt_free_pcppage_v2_6_11(zone, pcp, page, cold);
    else
        opt_free_pcppage_v4_10(zone, pcp, page, type, cold);
}

/* At most `most` pages, in 2.6.11 of each list. */
static void drain(struct plumb_zone *zone, uint32_t cpu, uint32_t most)
{
    struct opt_pcp *pcp = opt_pcp(zone, cpu);

    switch (zone->generation) {
    case PLUMB_V2_6_11:
        opt_drain_v2_6_11(zone, pcp, most);
        break;
    case PLUMB_V4_10:
        opt_free_pcppages_bulk_v4_10(zone, pcp, most);
        break;
    default:
        free_pcppages_bulk(zone, pcp, most, 0);
        break;
    }
}

enum plumb_status plumb_drain_pages(struct plumb_zone *zone, uint32_t cpu)
{
    if (cpu >= zone->nr_cpus)
        return PLUMB_ECPU;
    drain(zone, cpu, UINT32_MAX);
    return PLUMB_OK;
}

enum plumb_status plumb_drain_zone_pages(struct plumb_zone *zone, uint32_t cpu)
{
    if (cpu >= zone->nr_cpus)
        return PLUMB_ECPU;
    drain(zone, cpu, zone->tunables.pcp_batch);
    return PLUMB_OK;
}

void plumb_drain_all_pages(struct plumb_zone *zone)
{
    for (uint32_t cpu = 0; cpu < zone->nr_cpus; cpu++)
        drain(zone, cpu, UINT32_MAX);
}
