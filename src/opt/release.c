/* The release of reserved pages to a zone, in time linear in blocks where none was released
 * before. */
#include "lock.h"
#include "state.h"

static uint32_t largest_order(const struct plumb_zone *zone, uint32_t from, uint32_t to)
{
    uint32_t order = opt_min(zone->top_order, opt_highest_bit(to - from));

    return from == 0 ? order : opt_min(order, opt_lowest_bit(from));
}

/* Up to the end of the pages that share `touched` with this one; no block reaches beyond. */
static uint32_t chunk_end(uint32_t page, uint32_t to)
{
    uint32_t chunk = UINT32_C(1) << PLUMB_MAX_ORDER;
    uint32_t left = chunk - page % chunk;

    return to - page < left ? to : page + left;
}

/* If the first page is in no block, a block that has a page of the range has its head there. */
static int all_reserved(const struct plumb_zone *zone, uint32_t from, uint32_t to)
{
    if (!opt_is_reserved(zone, from))
        return 0;
    for (uint32_t page = from; page < to; page++)
        if (opt_read(opt_states(zone)[page]) != OPT_NO_HEAD)
            return 0;
    return 1;
}

static int release_allowed(const struct plumb_zone *zone, uint32_t from, uint32_t to)
{
    const uint8_t *touched = opt_touched(zone);

    for (uint32_t page = from; page < to; page = chunk_end(page, to))
        if (touched[page >> PLUMB_MAX_ORDER] && !all_reserved(zone, page, chunk_end(page, to)))
            return 0;
    return 1;
}

/* To the buddy lists, ascending, in the largest aligned blocks there are in the range. */
void opt_free_largest(struct plumb_zone *zone, uint32_t from, uint32_t to, int to_tail)
{
    while (from < to) {
        uint32_t order = largest_order(zone, from, to);

        opt_split_large_buddy(zone, from, order, to_tail);
        from += 1u << order;
    }
}

static void release(struct plumb_zone *zone, uint32_t from, uint32_t to)
{
    uint8_t *touched = opt_touched(zone);

    opt_write(zone->managed_pages, zone->managed_pages + (to - from));
    for (uint32_t page = from; page < to; page = chunk_end(page, to))
        touched[page >> PLUMB_MAX_ORDER] = 1;
    opt_free_largest(zone, from, to, 1);
}

enum plumb_status plumb_free_range(struct plumb_zone *zone, uint64_t start, uint64_t end)
{
    enum plumb_status status = PLUMB_EBUSY;
    uint32_t from, to;

    if (start >= end || !opt_spans(zone, start) || !opt_spans(zone, end - 1))
        return PLUMB_ERANGE;
    from = (uint32_t)(start - zone->base_pfn);
    to = (uint32_t)(end - zone->base_pfn);
    opt_lock(zone);
    if (release_allowed(zone, from, to)) {
        release(zone, from, to);
        status = PLUMB_OK;
    }
    opt_unlock(zone);
    return status;
}
