/* The per-CPU lists' sizes in v6.12, the drains, how the lists are disabled, and the way to the
 * lists of the older generations. */
#include "pcp.h"

static uint32_t nr_pcp_alloc(struct plumb_zone *zone, struct opt_pcp *pcp, uint32_t order)
{
    uint32_t batch = zone->tunables.pcp_batch;

    if (zone->tuning)
        return opt_tuned_refill(zone, pcp, order);
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

static void refill_v6_12(struct plumb_zone *zone, struct opt_pcp *pcp, uint32_t order,
                         uint32_t type, uint32_t flags)
{
    struct opt_ring *list = opt_any_pcp_list(pcp, order, type);

    list->head = opt_middle(list);
    list->tail = list->head;
    pcp->count +=
        opt_refill(zone, list, order, type, flags, nr_pcp_alloc(zone, pcp, order), list->listed, 0)
        << order;
}

/* After a free onto the list that brought the count to high. Answers PLUMB_OK, so that the free can
 * end with it. */
OPT_NOINLINE enum plumb_status opt_trim_v6_12(struct plumb_zone *zone, struct opt_pcp *pcp,
                                              const struct opt_ring *list)
{
    uint32_t index = (uint32_t)(list - pcp->lists);

    opt_free_pcppages_bulk(zone, pcp, nr_pcp_free(zone), index);
    return PLUMB_OK;
}

static uint32_t rmqueue_pcplist_v6_12(struct plumb_zone *zone, struct opt_pcp *pcp, uint32_t order,
                                      uint32_t type, uint32_t flags)
{
    struct opt_ring *list = opt_any_pcp_list(pcp, order, type);

    if (zone->tuning)
        opt_note_request(pcp);
    if (opt_ring_count(list) == 0)
        refill_v6_12(zone, pcp, order, type, flags);
    if (opt_ring_count(list) == 0)
        return OPT_NO_PAGE;
    return opt_take_v6_12(zone, pcp, list);
}

uint32_t opt_rmqueue_pcplist(struct plumb_zone *zone, struct opt_pcp *pcp, uint32_t order,
                             uint32_t type, uint32_t flags)
{
    switch (zone->generation) {
    case PLUMB_V2_6_11:
        return opt_rmqueue_pcplist_v2_6_11(zone, pcp, (flags & ALLOC_COLD) != 0);
    case PLUMB_V4_10:
        return opt_rmqueue_pcplist_v4_10(zone, pcp, type, flags);
    default:
        return rmqueue_pcplist_v6_12(zone, pcp, order, type, flags);
    }
}

/* type: of the page's pageblock */
void opt_free_pcppage(struct plumb_zone *zone, struct opt_pcp *pcp, uint32_t page, uint32_t order,
                      uint32_t type, int cold)
{
    struct opt_ring *list = opt_any_pcp_list(pcp, order, opt_pcp_type(type));

    switch (zone->generation) {
    case PLUMB_V2_6_11:
        opt_free_pcppage_v2_6_11(zone, pcp, page, cold);
        break;
    case PLUMB_V4_10:
        opt_free_pcppage_v4_10(zone, pcp, page, opt_pcp_type(type), cold);
        break;
    default:
        if (zone->tuning)
            opt_give_tuned(zone, pcp, list, page);
        else
            (void)opt_give_to_list(zone, pcp, list, page);
        break;
    }
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
        opt_free_pcppages_bulk(zone, pcp, most, 0);
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

static struct opt_sizes sizes_of(const struct plumb_tunables *t)
{
    return (struct opt_sizes){t->pcp_batch, t->pcp_high, t->pcp_low, t->pcp_high_max};
}

static void set_sizes(struct plumb_zone *zone, struct opt_sizes sizes)
{
    zone->tunables.pcp_batch = sizes.batch;
    zone->tunables.pcp_high = sizes.high;
    zone->tunables.pcp_low = sizes.low;
    zone->tunables.pcp_high_max = sizes.high_max;
    zone->pcp_high = sizes.high;
}

enum plumb_status plumb_set_pcp_disabled(struct plumb_zone *zone, int disabled)
{
    if (zone->generation == PLUMB_V2_6_11)
        return PLUMB_ECONFIG;
    if ((disabled != 0) == (zone->pcp_disabled != 0))
        return PLUMB_EBUSY;
    zone->pcp_disabled = disabled != 0;
    if (!disabled) {
        set_sizes(zone, zone->enabled_sizes);
        return PLUMB_OK;
    }
    zone->enabled_sizes = sizes_of(&zone->tunables);
    set_sizes(zone, (struct opt_sizes){.batch = 1});
    plumb_drain_all_pages(zone);
    return PLUMB_OK;
}
