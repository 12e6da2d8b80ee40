/* The two calls everything is made for: plumb_alloc and plumb_free, with their argument checks. */
#include "lock.h"
#include "pcp.h"
#include "state.h"
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

static int watermark_ok(struct plumb_zone *zone, uint32_t order, uint32_t flags,
                        uint32_t highest_zoneidx)
{
    if (zone->tuning && opt_above_high(zone, order, highest_zoneidx, flags))
        return 1;
    return (flags & ALLOC_NO_WATERMARKS) ||
           opt_zone_watermark_fast(zone, order, highest_zoneidx, flags);
}

static uint32_t rmqueue_buddy(struct plumb_zone *zone, uint32_t order, uint32_t type,
                              uint32_t flags)
{
    uint32_t page;

    opt_lock(zone);
    page = zone->highatomic ? opt_rmqueue_highatomic(zone, order, type, flags)
                            : opt_rmqueue(zone, order, type, flags);
    if (page != OPT_NO_PAGE)
        opt_write(opt_states(zone)[page], opt_used_state(order, type));
    if (page != OPT_NO_PAGE && zone->highatomic && opt_reserve_is_for(zone, order, flags))
        opt_reserve_highatomic(zone, page, order);
    opt_unlock(zone);
    return page;
}

static uint32_t rmqueue_pcplist(struct plumb_zone *zone, uint32_t cpu, uint32_t order,
                                uint32_t type, uint32_t flags)
{
    uint32_t page = opt_rmqueue_pcplist(zone, opt_pcp(zone, cpu), order, type, flags);

    return zone->highatomic == PLUMB_RESERVE_V6_12
               ? opt_highatomic_beside_list(zone, page, order, type, flags)
               : page;
}

/* Every request, with every check in its turn. */
static OPT_NOINLINE enum plumb_status alloc_slow(struct plumb_zone *zone, uint32_t cpu,
                                                 uint32_t order, uint32_t type, uint32_t flags,
                                                 uint32_t highest_zoneidx, uint64_t *pfn)
{
    enum plumb_status status = check_alloc(zone, cpu, order, type, flags, highest_zoneidx);
    uint32_t page;

    *pfn = PLUMB_NO_PFN;
    if (status != PLUMB_OK)
        return status;
    if (!watermark_ok(zone, order, flags, highest_zoneidx))
        return PLUMB_EWMARK;
    if (type < MIGRATE_PCPTYPES && opt_passes_pcp(zone, order))
        page = rmqueue_pcplist(zone, cpu, order, type, flags);
    else
        page = rmqueue_buddy(zone, order, type, flags);
    if (page == OPT_NO_PAGE)
        return PLUMB_ENOMEM;
    *pfn = opt_pfn(zone, page);
    return PLUMB_OK;
}

#define LIMIT 4
_Static_assert(LIMIT == PLUMB_PCP_ORDERS && LIMIT == OPT_PCP_ROW && LIMIT == PLUMB_NR_ZONES,
               "one limit for all three, a power of two");

/* One comparison for three: is there a list of v6.12 for it, and is the zone index one? Lists of
 * other types, and above the zone's largest order, are always empty. */
static inline int has_pcp_list(uint32_t order, uint32_t type, uint32_t highest_zoneidx)
{
    return (order | type | highest_zoneidx) < LIMIT;
}

/* The fast way: a request that v6.12 takes to its per-CPU lists, but for huge pages, and that passes
 * every check at first sight gets a block if there is one; all others start again. */
enum plumb_status plumb_alloc(struct plumb_zone *zone, uint32_t cpu, uint32_t order,
                              uint32_t migratetype, uint32_t flags, uint32_t highest_zoneidx,
                              uint64_t *pfn)
{
    if (opt_likely(cpu < opt_read(zone->fast_cpus) && !(flags & zone->slow_flags) &&
                   has_pcp_list(order, migratetype, highest_zoneidx))) {
        struct opt_pcp *pcp = opt_pcp(zone, cpu);
        struct opt_ring *list = opt_pcp_list(pcp, order, migratetype);

        if (opt_likely(opt_ring_count(list) != 0)) {
            *pfn = zone->base_pfn + opt_take_v6_12(zone, pcp, list);
            return PLUMB_OK;
        }
    }
    return alloc_slow(zone, cpu, order, migratetype, flags, highest_zoneidx, pfn);
}

/* Why a page whose state is not `used, of that order` cannot be freed so. */
static enum plumb_status bad_free(const struct plumb_zone *zone, uint32_t page, uint8_t state)
{
    switch (state & ~OPT_ORDER_MASK) {
    case OPT_NO_HEAD:
        return opt_is_reserved(zone, page) ? PLUMB_ERESERVED : PLUMB_ETAIL;
    case OPT_FREE:
        return PLUMB_EFREE;
    case OPT_USED:
    case OPT_USED | OPT_MOVABLE:
    case OPT_USED | OPT_SHARED:
    case OPT_USED | OPT_SHARED | OPT_MOVABLE:
        return PLUMB_EMISMATCH;
    default:
        return PLUMB_EPCP;
    }
}

/* Is there a used block of the order? The order is one the zone has. */
enum plumb_status opt_check_block(const struct plumb_zone *zone, uint64_t pfn, uint32_t order)
{
    uint32_t page;
    uint8_t state;

    if (!opt_spans(zone, pfn))
        return PLUMB_ERANGE;
    page = (uint32_t)(pfn - zone->base_pfn);
    state = opt_read(opt_states(zone)[page]);
    if (!opt_is_used(state, order))
        return bad_free(zone, page, state);
    return PLUMB_OK;
}

static OPT_NOINLINE enum plumb_status free_slow(struct plumb_zone *zone, uint32_t cpu, uint64_t pfn,
                                                uint32_t order, int cold)
{
    enum plumb_status status;
    uint32_t page, type;

    if (order > zone->top_order)
        return PLUMB_EORDER;
    if (cpu >= zone->nr_cpus)
        return PLUMB_ECPU;
    status = opt_check_block(zone, pfn, order);
    if (status != PLUMB_OK)
        return status;
    page = (uint32_t)(pfn - zone->base_pfn);
    if (opt_read(opt_states(zone)[page]) & OPT_SHARED)
        return opt_free_shared(zone, cpu, page, order, cold);
    type = opt_pageblock_type(zone, page);
    if (opt_passes_pcp(zone, order) && type != MIGRATE_ISOLATE) {
        opt_free_pcppage(zone, opt_pcp(zone, cpu), page, order, type, cold);
    } else {
        opt_lock(zone);
        opt_split_large_buddy(zone, page, order, 0);
        opt_unlock(zone);
    }
    return PLUMB_OK;
}

/* A used block of a type with lists of its own goes to a per-CPU list of v6.12 at once. No page
 * before the zone's first is used. Most are MOVABLE, and a branch foretells that: which list it is
 * would only be known once the type is read. */
enum plumb_status plumb_free(struct plumb_zone *zone, uint32_t cpu, uint64_t pfn, uint32_t order,
                             int cold)
{
    uint64_t page = pfn - zone->base_pfn;

    if (opt_likely(order < zone->fast_orders && cpu < zone->nr_cpus && page < zone->pages &&
                   opt_is_used_alone(opt_read(opt_states(zone)[page]), order))) {
        uint32_t type = opt_pageblock_type(zone, (uint32_t)page);

        if (opt_likely(type == MIGRATE_MOVABLE))
            return opt_give_v6_12(zone, opt_pcp(zone, cpu), order, MIGRATE_MOVABLE, page);
        if (type < MIGRATE_PCPTYPES)
            return opt_give_v6_12(zone, opt_pcp(zone, cpu), order, type, page);
    }
    return free_slow(zone, cpu, pfn, order, cold);
}
