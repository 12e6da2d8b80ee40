/* Blocks made into single pages, and runs of pages of any length: split_page, alloc_pages_exact,
 * free_pages_exact and free_contig_range (semantics 18, 13). */
#include "lock.h"

/* Under the lock, because a block's order changes for nobody who walks its pageblock or looks for
 * reserved pages. The pages behind the first `count`, if any, stay in no block. References stay with
 * the first page. */
static void make_single_pages(struct plumb_zone *zone, uint32_t page, uint32_t count)
{
    uint8_t *states = opt_states(zone);
    uint8_t first = opt_state(opt_read(states[page]) & ~(uint32_t)OPT_ORDER_MASK, 0);
    uint8_t other = first & ~(uint32_t)OPT_SHARED;

    opt_write(states[page], first);
    for (uint32_t i = 1; i < count; i++)
        opt_write(states[page + i], other);
}

static enum plumb_status split_block(struct plumb_zone *zone, uint32_t page, uint32_t order)
{
    int is_compound;

    if (order == 0)
        return PLUMB_OK;
    opt_lock(zone);
    is_compound = opt_is_compound(zone, page);
    if (!is_compound)
        make_single_pages(zone, page, 1u << order);
    opt_unlock(zone);
    return is_compound ? PLUMB_ECOMPOUND : PLUMB_OK;
}

enum plumb_status plumb_split_page(struct plumb_zone *zone, uint64_t pfn, uint32_t order)
{
    enum plumb_status status;

    if (order > zone->top_order)
        return PLUMB_EORDER;
    status = opt_check_block(zone, pfn, order);
    if (status != PLUMB_OK)
        return status;
    return split_block(zone, (uint32_t)(pfn - zone->base_pfn), order);
}

/* v6.12: page by page they would merge into one block for each bit of their number, each alone of
 * its order; so these blocks are freed, sizes ascending with pfns. */
static void trim_to_tails(struct plumb_zone *zone, uint32_t page, uint32_t order, uint32_t pages)
{
    opt_lock(zone);
    make_single_pages(zone, page, pages);
    while (pages < 1u << order) {
        uint32_t bit = opt_lowest_bit(pages);

        opt_split_large_buddy(zone, page + pages, bit, 1);
        pages += 1u << bit;
    }
    opt_unlock(zone);
}

static void trim_as_freed(struct plumb_zone *zone, uint32_t cpu, uint32_t page, uint32_t order,
                          uint32_t pages)
{
    (void)split_block(zone, page, order);
    for (uint32_t i = pages; i < 1u << order; i++)
        (void)plumb_free(zone, cpu, opt_pfn(zone, page + i), 0, 0);
}

/* The order of the smallest block that holds so many pages; at least 1. */
static uint32_t order_of_run(uint32_t pages)
{
    return pages == 1 ? 0 : opt_highest_bit(pages - 1) + 1;
}

enum plumb_status plumb_alloc_pages_exact(struct plumb_zone *zone, uint32_t cpu, uint32_t pages,
                                          uint32_t migratetype, uint32_t flags,
                                          uint32_t highest_zoneidx, uint64_t *pfn)
{
    enum plumb_status status;
    uint32_t order, page;

    *pfn = PLUMB_NO_PFN;
    if (pages == 0)
        return PLUMB_ERANGE;
    if (pages > 1u << zone->top_order)
        return PLUMB_EORDER;
    order = order_of_run(pages);
    status = plumb_alloc(zone, cpu, order, migratetype, flags, highest_zoneidx, pfn);
    if (status != PLUMB_OK)
        return status;
    page = (uint32_t)(*pfn - zone->base_pfn);
    if (zone->generation == PLUMB_V6_12)
        trim_to_tails(zone, page, order, pages);
    else
        trim_as_freed(zone, cpu, page, order, pages);
    return PLUMB_OK;
}

static int spans_run(const struct plumb_zone *zone, uint64_t pfn, uint64_t pages)
{
    return pages != 0 && opt_spans(zone, pfn) &&
           pages <= zone->spanned_pages - (pfn - zone->start_pfn);
}

enum plumb_status plumb_free_contig_range(struct plumb_zone *zone, uint32_t cpu, uint64_t pfn,
                                          uint64_t pages)
{
    enum plumb_status status = PLUMB_OK;

    if (cpu >= zone->nr_cpus)
        return PLUMB_ECPU;
    if (!spans_run(zone, pfn, pages))
        return PLUMB_ERANGE;
    for (uint64_t i = 0; i < pages && status == PLUMB_OK; i++)
        status = opt_check_block(zone, pfn + i, 0);
    for (uint64_t i = 0; i < pages && status == PLUMB_OK; i++)
        status = plumb_free(zone, cpu, pfn + i, 0, 0);
    return status;
}

enum plumb_status plumb_free_pages_exact(struct plumb_zone *zone, uint32_t cpu, uint64_t pfn,
                                         uint32_t pages)
{
    if (cpu < zone->nr_cpus && pages > 1u << zone->top_order)
        return PLUMB_ERANGE;
    return plumb_free_contig_range(zone, cpu, pfn, pages);
}
