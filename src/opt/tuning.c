/* v6.12's tuning of the per-CPU lists: a CPU that refills often takes more at once, one that frees
 * often gives more at once, and what it may hold grows with both, unless the zone runs low. */
#include "lock.h"
#include "pcp.h"
#include "watermark.h"

static uint32_t high_now(const struct plumb_zone *zone, const struct opt_pcp *pcp)
{
    const struct plumb_tunables *t = &zone->tunables;

    return opt_min(opt_max(pcp->tuning.high, t->pcp_high), t->pcp_high_max);
}

static int tunes_high(const struct plumb_zone *zone)
{
    return zone->tunables.pcp_high != zone->tunables.pcp_high_max;
}

static uint32_t largest_batch(const struct plumb_zone *zone)
{
    return zone->tunables.pcp_batch << zone->batch_scale_max;
}

void opt_note_request(struct opt_pcp *pcp)
{
    pcp->tuning.free_count >>= 1;
}

uint32_t opt_tuned_refill(struct plumb_zone *zone, struct opt_pcp *pcp, uint32_t order)
{
    uint32_t batch = zone->tunables.pcp_batch;
    uint32_t high = high_now(zone, pcp);
    uint32_t pages = order == 0 ? batch << pcp->tuning.alloc_factor : batch;

    pcp->tuning.high = high;
    if (high < batch)
        return 1;
    if (tunes_high(zone) && !opt_read(zone->below_high))
        pcp->tuning.high = high = opt_min(high + pages, zone->tunables.pcp_high_max);
    if (order == 0) {
        uint32_t others = pcp->count + batch;
        uint32_t room = high > others ? opt_max(high - others, batch) : batch;

        pcp->tuning.alloc_factor +=
            pages <= room && pcp->tuning.alloc_factor < zone->batch_scale_max;
        pages = opt_min(pages, room);
    }
    return pages == 1 ? 1 : opt_max(pages >> order, 2);
}

/* So many pages less, but not below the least. */
static void lower_high(const struct plumb_zone *zone, struct opt_pcp *pcp, uint32_t pages)
{
    uint32_t least = zone->tunables.pcp_high;

    pcp->tuning.high = pcp->tuning.high > least + pages ? pcp->tuning.high - pages : least;
}

/* Of the pages freed in a row, at least a batch. */
static uint32_t freed_in_a_row(const struct plumb_zone *zone, const struct opt_pcp *pcp)
{
    return opt_max(pcp->tuning.free_count, zone->tunables.pcp_batch);
}

/* Frees in a row of such blocks empty the lists. */
static int counts_as_run(uint32_t order)
{
    return order > 0 && order < PLUMB_PCP_ORDERS;
}

/* Is this free one of a run of frees of larger blocks? */
static int empties(const struct plumb_zone *zone, const struct opt_pcp *pcp, uint32_t order)
{
    uint32_t batch = zone->tunables.pcp_batch;

    return counts_as_run(order) && pcp->tuning.prev_free_high_order &&
           pcp->tuning.free_count >= batch && (!zone->free_high_batch || pcp->count >= batch);
}

/* The count from which on pages are given back. */
static uint32_t trim_from(const struct plumb_zone *zone, struct opt_pcp *pcp)
{
    uint32_t high = pcp->tuning.high;

    if (high == 0)
        return 0;
    if (opt_read(zone->reclaim_active)) {
        lower_high(zone, pcp, freed_in_a_row(zone, pcp));
        return opt_min(4 * zone->tunables.pcp_batch, pcp->tuning.high);
    }
    if (!tunes_high(zone))
        return high;
    if (opt_read(zone->below_high)) {
        lower_high(zone, pcp, freed_in_a_row(zone, pcp));
        return opt_max(pcp->count, zone->tunables.pcp_high);
    }
    if (pcp->count >= high) {
        uint32_t wanted = pcp->tuning.free_count + zone->tunables.pcp_batch;

        pcp->tuning.high = opt_min(opt_max(high, wanted), zone->tunables.pcp_high_max);
    }
    return high;
}

static uint32_t trim_pages(const struct plumb_zone *zone, const struct opt_pcp *pcp, uint32_t from)
{
    uint32_t batch = zone->tunables.pcp_batch;

    return from <= batch ? 1 : opt_min(freed_in_a_row(zone, pcp), from - batch);
}

/* Above the HIGH mark again? */
static void look_above_high(struct plumb_zone *zone)
{
    uint64_t mark = zone->tunables.wmark[WMARK_HIGH] + opt_read(zone->tunables.watermark_boost);

    if (opt_read(zone->below_high) &&
        plumb_watermark_ok(zone, 0, mark, PLUMB_NR_ZONES - 1, 0, (int64_t)opt_free_pages(zone)))
        opt_write(zone->below_high, 0);
}

static void trim(struct plumb_zone *zone, struct opt_pcp *pcp, const struct opt_ring *list,
                 uint32_t pages)
{
    opt_free_pcppages_bulk(zone, pcp, pages, (uint32_t)(list - pcp->lists));
    look_above_high(zone);
}

void opt_give_tuned(struct plumb_zone *zone, struct opt_pcp *pcp, struct opt_ring *list,
                    uint32_t page)
{
    uint32_t order = opt_lowest_bit(list->pages);
    int all;
    uint32_t from;

    opt_push_v6_12(zone, pcp, list, page);
    all = empties(zone, pcp, order);
    pcp->tuning.alloc_factor >>= 1;
    pcp->tuning.prev_free_high_order = counts_as_run(order);
    if (pcp->tuning.free_count < largest_batch(zone))
        pcp->tuning.free_count += 1u << order;
    pcp->tuning.high = high_now(zone, pcp);
    if (all) {
        if (pcp->tuning.high > 0)
            lower_high(zone, pcp, largest_batch(zone));
        trim(zone, pcp, list, largest_batch(zone));
        return;
    }
    from = trim_from(zone, pcp);
    if (pcp->count >= from)
        trim(zone, pcp, list, trim_pages(zone, pcp, from));
}

int opt_above_high(struct plumb_zone *zone, uint32_t order, uint32_t highest_zoneidx,
                   uint32_t flags)
{
    if (opt_read(zone->below_high))
        return 0;
    if (opt_high_watermark_fast(zone, order, highest_zoneidx, flags))
        return 1;
    opt_write(zone->below_high, 1);
    return 0;
}

enum plumb_status plumb_decay_pcp_high(struct plumb_zone *zone, uint32_t cpu)
{
    struct opt_pcp *pcp;
    uint32_t kept;

    if (cpu >= zone->nr_cpus)
        return PLUMB_ECPU;
    if (!zone->tuning)
        return PLUMB_ECONFIG;
    pcp = opt_pcp(zone, cpu);
    if (pcp->tuning.high > zone->tunables.pcp_high) {
        kept = pcp->count > largest_batch(zone) ? pcp->count - largest_batch(zone) : 0;
        kept = opt_max(kept, pcp->tuning.high - pcp->tuning.high / 8);
        pcp->tuning.high = opt_max(kept, zone->tunables.pcp_high);
    }
    if (pcp->count > pcp->tuning.high)
        opt_free_pcppages_bulk(zone, pcp, pcp->count - pcp->tuning.high, 0);
    return PLUMB_OK;
}

enum plumb_status plumb_set_reclaim_active(struct plumb_zone *zone, int active)
{
    if (!zone->tuning)
        return PLUMB_ECONFIG;
    opt_write(zone->reclaim_active, (uint8_t)(active != 0));
    return PLUMB_OK;
}

enum plumb_status plumb_pcp_tuning(const struct plumb_zone *zone, uint32_t cpu,
                                   struct plumb_pcp_tuning *tuning)
{
    const struct opt_pcp *pcp;

    if (cpu >= zone->nr_cpus)
        return PLUMB_ECPU;
    if (!zone->tuning)
        return PLUMB_ECONFIG;
    pcp = opt_pcp(zone, cpu);
    tuning->high = pcp->tuning.high;
    tuning->alloc_factor = pcp->tuning.alloc_factor;
    tuning->free_count = pcp->tuning.free_count;
    tuning->prev_free_high_order = pcp->tuning.prev_free_high_order;
    tuning->below_high = zone->below_high;
    tuning->reclaim_active = zone->reclaim_active;
    return PLUMB_OK;
}
