/* The two calls everything is made for: plumb_alloc and plumb_free, with their argument checks. */
#include "pcp.h"
#include "watermark.h"

static enum plumb_status check_alloc(const struct plumb_zone *zone, uint32_t cpu, uint32_t order,
                                     uint32_t type, uint32_t flags, uint32_t highest_zoneidx)
{
    if (order > zone->top_order)
        return PLUMB_EORDER;
    if (type >= MIGRATE_ISOLATE || (zone->generation == PLUMB_V2_6_11 && type != MIGRATE_UNMOVABLE))
        return PLUMB_ETYPE;
    if (cpu >= zone->nr_cpus)
        return PLUMB_ECPU;
    if (highest_zoneidx >= PLUMB_NR_ZONES)
        return PLUMB_EZONEIDX;
    if (flags & ~(uint32_t)ALLOC_FLAGS_ALL)
        return PLUMB_EFLAGS;
    return PLUMB_OK;
}

enum plumb_status plumb_alloc(struct plumb_zone *zone, uint32_t cpu, uint32_t order,
                              uint32_t migratetype, uint32_t flags, uint32_t highest_zoneidx,
                              uint64_t *pfn)
{
    enum plumb_status status = check_alloc(zone, cpu, order, migratetype, flags, highest_zoneidx);
    uint32_t page;

    *pfn = PLUMB_NO_PFN;
    if (status != PLUMB_OK)
        return status;
    if (!(flags & ALLOC_NO_WATERMARKS) &&
        !opt_zone_watermark_fast(zone, order, highest_zoneidx, flags))
        return PLUMB_EWMARK;
    if (migratetype < MIGRATE_PCPTYPES && order <= zone->pcp_order)
        page = opt_rmqueue_pcplist(zone, cpu, order, migratetype, flags);
    else
        page = opt_rmqueue_smallest(zone, order, migratetype);
    if (page == OPT_NO_PAGE)
        return PLUMB_ENOMEM;
    opt_states(zone)[page] = opt_state(OPT_USED, order);
    *pfn = opt_pfn(zone, page);
    return PLUMB_OK;
}

/* Why a page whose state is not `used, of that order` cannot be freed so. */
static enum plumb_status bad_free(uint8_t state)
{
    switch (state & ~OPT_ORDER_MASK) {
    case OPT_RESERVED:
        return PLUMB_ERESERVED;
    case OPT_TAIL:
        return PLUMB_ETAIL;
    case OPT_FREE:
        return PLUMB_EFREE;
    case OPT_USED:
        return PLUMB_EMISMATCH;
    default:
        return PLUMB_EPCP;
    }
}

enum plumb_status plumb_free(struct plumb_zone *zone, uint32_t cpu, uint64_t pfn, uint32_t order,
                             int cold)
{
    uint32_t page, type;
    uint8_t state;

    if (order > zone->top_order)
        return PLUMB_EORDER;
    if (cpu >= zone->nr_cpus)
        return PLUMB_ECPU;
    if (!opt_spans(zone, pfn))
        return PLUMB_ERANGE;
    page = (uint32_t)(pfn - zone->base_pfn);
    state = opt_states(zone)[page];
    if (state != opt_state(OPT_USED, order))
        return bad_free(state);
    type = opt_pageblock_type(zone, page);
    if (order <= zone->pcp_order && type != MIGRATE_ISOLATE)
        opt_free_pcppage(zone, cpu, page, order, type, cold);
    else
        opt_split_large_buddy(zone, page, order, 0);
    return PLUMB_OK;
}
