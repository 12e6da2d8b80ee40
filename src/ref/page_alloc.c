/* The public interface of the reference: every call checks its arguments, and a bad call changes
 * nothing. */
#include "src/ref/ref.h"
#include "src/ref/init.h"
#include "src/ref/pcp.h"
#include "src/ref/watermark.h"

static int types_valid(const struct plumb_config *c, const uint8_t *types)
{
    uint32_t size = block_size(c->pageblock_order);
    uint64_t first = c->start_pfn / size, last = (c->start_pfn + c->spanned_pages - 1) / size;

    for (uint64_t i = 0; i <= last - first; i++) {
        if (types[i] >= MIGRATE_TYPES)
            return 0;
        if (c->generation == PLUMB_V2_6_11 && types[i] != MIGRATE_UNMOVABLE)
            return 0;
    }
    return 1;
}

enum plumb_status ref_init(struct zone *z, const struct plumb_config *config, const uint8_t *types)
{
    if (!ref_config_valid(config))
        return PLUMB_ECONFIG;
    if (!types_valid(config, types))
        return PLUMB_ETYPE;
    zone_init(z, config, types);
    return PLUMB_OK;
}

static int tunables_valid(const struct zone *z, const struct plumb_tunables *t)
{
    for (uint32_t i = 0; i < PLUMB_NR_WMARKS; i++)
        if (t->wmark[i] > 0x10000000000000u)
            return 0;
    for (uint32_t i = 0; i < PLUMB_NR_ZONES; i++)
        if (t->lowmem_reserve[i] > 0x10000000000000u)
            return 0;
    if (t->watermark_boost > 0x10000000000000u || t->nr_reserved_highatomic > 0x10000000000000u)
        return 0;
    return t->pcp_batch >= 1 && t->pcp_batch <= z->pcp_limit && t->pcp_high <= z->pcp_limit &&
           t->pcp_low <= z->pcp_limit;
}

enum plumb_status ref_set_tunables(struct zone *z, const struct plumb_tunables *t)
{
    if (!tunables_valid(z, t))
        return PLUMB_ECONFIG;
    z->pcp_batch = t->pcp_batch;
    z->pcp_high = t->pcp_high;
    z->pcp_low = t->pcp_low;
    z->watermark_boost = t->watermark_boost;
    z->nr_reserved_highatomic = t->nr_reserved_highatomic;
    for (uint32_t i = 0; i < PLUMB_NR_WMARKS; i++)
        z->wmark[i] = t->wmark[i];
    for (uint32_t i = 0; i < PLUMB_NR_ZONES; i++)
        z->lowmem_reserve[i] = t->lowmem_reserve[i];
    return PLUMB_OK;
}

static uint64_t zone_start_pfn(const struct zone *z)
{
    return z->base_pfn + z->first;
}

static uint64_t zone_end_pfn(const struct zone *z)
{
    return z->base_pfn + z->blocks.end;
}

static int all_reserved(const struct zone *z, uint32_t start, uint32_t end)
{
    for (uint32_t p = start; p < end; p++)
        if (z->blocks.place[p] != PLACE_RESERVED)
            return 0;
    return 1;
}

enum plumb_status ref_free_range(struct zone *z, uint64_t start, uint64_t end)
{
    uint32_t first, behind;

    if (start >= end || start < zone_start_pfn(z) || end > zone_end_pfn(z))
        return PLUMB_ERANGE;
    first = (uint32_t)(start - z->base_pfn);
    behind = (uint32_t)(end - z->base_pfn);
    if (!all_reserved(z, first, behind))
        return PLUMB_EBUSY;
    free_range(z, first, behind);
    return PLUMB_OK;
}

static enum plumb_status check_alloc(const struct zone *z, uint32_t cpu, uint32_t order,
                                     uint32_t migratetype, uint32_t flags,
                                     uint32_t highest_zoneidx)
{
    if (order > z->blocks.top_order)
        return PLUMB_EORDER;
    if (migratetype >= MIGRATE_ISOLATE ||
        (z->generation == PLUMB_V2_6_11 && migratetype != MIGRATE_UNMOVABLE))
        return PLUMB_ETYPE;
    if (cpu >= z->nr_cpus)
        return PLUMB_ECPU;
    if (highest_zoneidx >= PLUMB_NR_ZONES)
        return PLUMB_EZONEIDX;
    if ((flags & ~(uint32_t)ALLOC_FLAGS_ALL) != 0)
        return PLUMB_EFLAGS;
    return PLUMB_OK;
}

static uint32_t rmqueue(struct zone *z, uint32_t cpu, uint32_t order, uint32_t migratetype,
                        int cold)
{
    if (migratetype < MIGRATE_PCPTYPES && pcp_allowed(z, order))
        return rmqueue_pcplist(z, cpu, order, migratetype, cold);
    return rmqueue_smallest(z, order, migratetype);
}

enum plumb_status ref_alloc(struct zone *z, uint32_t cpu, uint32_t order, uint32_t migratetype,
                            uint32_t flags, uint32_t highest_zoneidx, uint64_t *pfn)
{
    enum plumb_status status = check_alloc(z, cpu, order, migratetype, flags, highest_zoneidx);
    uint32_t p;

    *pfn = PLUMB_NO_PFN;
    if (status != PLUMB_OK)
        return status;
    if (!(flags & ALLOC_NO_WATERMARKS) && !zone_watermark_fast(z, order, highest_zoneidx, flags))
        return PLUMB_EWMARK;
    p = rmqueue(z, cpu, order, migratetype, (flags & ALLOC_COLD) != 0);
    if (p == NONE)
        return PLUMB_ENOMEM;
    *pfn = z->base_pfn + p;
    return PLUMB_OK;
}

static enum plumb_status check_block(const struct zone *z, uint32_t p, uint32_t order)
{
    uint32_t place = z->blocks.place[p];

    if (place == PLACE_RESERVED)
        return PLUMB_ERESERVED;
    if (place == PLACE_TAIL)
        return PLUMB_ETAIL;
    if (place < NR_FREE_LISTS)
        return PLUMB_EFREE;
    if (place < NR_LISTS)
        return PLUMB_EPCP;
    return z->blocks.order[p] == order ? PLUMB_OK : PLUMB_EMISMATCH;
}

static enum plumb_status check_free(const struct zone *z, uint32_t cpu, uint64_t pfn,
                                    uint32_t order)
{
    if (order > z->blocks.top_order)
        return PLUMB_EORDER;
    if (cpu >= z->nr_cpus)
        return PLUMB_ECPU;
    if (pfn < zone_start_pfn(z) || pfn >= zone_end_pfn(z))
        return PLUMB_ERANGE;
    return check_block(z, (uint32_t)(pfn - z->base_pfn), order);
}

enum plumb_status ref_free(struct zone *z, uint32_t cpu, uint64_t pfn, uint32_t order, int cold)
{
    enum plumb_status status = check_free(z, cpu, pfn, order);
    uint32_t p;

    if (status != PLUMB_OK)
        return status;
    p = (uint32_t)(pfn - z->base_pfn);
    if (pcp_allowed(z, order) && pageblock_type(z, p) != MIGRATE_ISOLATE)
        free_unref_page(z, cpu, p, cold);
    else
        split_large_buddy(z, p, 0);
    return PLUMB_OK;
}

enum plumb_status ref_drain_pages(struct zone *z, uint32_t cpu)
{
    if (cpu >= z->nr_cpus)
        return PLUMB_ECPU;
    drain_pages_zone(z, cpu);
    return PLUMB_OK;
}

enum plumb_status ref_drain_zone_pages(struct zone *z, uint32_t cpu)
{
    if (cpu >= z->nr_cpus)
        return PLUMB_ECPU;
    drain_zone_pages(z, cpu);
    return PLUMB_OK;
}

void ref_drain_all_pages(struct zone *z)
{
    drain_all_pages(z);
}

int ref_watermark_ok(const struct zone *z, uint32_t order, uint64_t mark, uint32_t highest_zoneidx,
                     uint32_t flags, int64_t free_pages)
{
    if (order > z->blocks.top_order)
        return -(int)PLUMB_EORDER;
    if (highest_zoneidx >= PLUMB_NR_ZONES)
        return -(int)PLUMB_EZONEIDX;
    if ((flags & ~(uint32_t)ALLOC_FLAGS_ALL) != 0)
        return -(int)PLUMB_EFLAGS;
    if (mark > 0x20000000000000u || free_pages > 0x20000000000000 ||
        free_pages < -0x20000000000000)
        return -(int)PLUMB_ECONFIG;
    return zone_watermark_ok(z, order, mark, highest_zoneidx, flags, free_pages);
}
