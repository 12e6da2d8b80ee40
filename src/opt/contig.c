/* Ranges of pages: alloc_contig_range (semantics 13, v6.12). exact.c frees them.
 *
 * Unlike in the kernel nothing is migrated: a range that can't be had is found out before anything
 * changes. */
#include "lock.h"
#include "state.h"

/* The pages from start up to, not including, end. */
struct range {
    uint32_t start, end;
};

static uint32_t next_pageblock(const struct plumb_zone *zone, uint32_t page)
{
    return opt_pageblock_start(zone, page) + (1u << zone->pageblock_order);
}

/* Pages that are free, or on a per-CPU list, in pageblocks that can be isolated? */
static int can_be_had(const struct plumb_zone *zone, const struct range *range, uint32_t type)
{
    uint32_t first;

    for (uint32_t page = range->start; page < range->end; page = next_pageblock(zone, page))
        if (opt_check_isolate(zone, opt_pfn(zone, page), type, &first) != PLUMB_OK)
            return 0;
    return !opt_has_used_pages(zone, range->start, range->end, OPT_MOVABLE);
}

/* Those at both ends first, whose blocks may reach beyond them. */
static void isolate_pageblocks(struct plumb_zone *zone, const struct range *range)
{
    uint32_t first = opt_pageblock_start(zone, range->start);
    uint32_t last = opt_pageblock_start(zone, range->end - 1);

    opt_isolate(zone, first);
    if (last != first)
        opt_isolate(zone, last);
    for (uint32_t page = next_pageblock(zone, first); page < last;
         page = next_pageblock(zone, page))
        opt_isolate(zone, page);
}

static void unisolate_pageblocks(struct plumb_zone *zone, const struct range *range, uint32_t type)
{
    uint32_t page = opt_pageblock_start(zone, range->start);

    for (; page < range->end; page = next_pageblock(zone, page))
        opt_unisolate(zone, page, type);
}

/* Whole blocks, so the range grows to where the first starts and the last ends. */
static struct range take_blocks(struct plumb_zone *zone, const struct range *range)
{
    uint32_t first = opt_block_head(zone, range->start);
    uint32_t page = first;

    while (page < range->end) {
        uint32_t order = opt_read(opt_states(zone)[page]) & OPT_ORDER_MASK;

        opt_take_free_block(zone, page, order);
        page += 1u << order;
    }
    return (struct range){first, page};
}

/* Everything in the range is free. What is taken beyond it goes back in blocks as large as single
 * pages, freed one by one, would merge into; the range is used before, so none merges with it. */
static void take_range(struct plumb_zone *zone, const struct range *range, uint32_t type)
{
    struct range taken;

    opt_lock(zone);
    taken = take_blocks(zone, range);
    opt_fill_states(opt_states(zone) + range->start, 0, range->end - range->start,
                    opt_used_state(0, type));
    opt_free_largest(zone, taken.start, range->start, 0);
    opt_free_largest(zone, range->end, taken.end, 0);
    opt_unlock(zone);
}

enum plumb_status plumb_alloc_contig_range(struct plumb_zone *zone, uint64_t start, uint64_t end,
                                           uint32_t migratetype)
{
    struct range range;

    if (!opt_may_unisolate(zone, migratetype))
        return PLUMB_ETYPE;
    if (start >= end || !opt_spans(zone, start) || !opt_spans(zone, end - 1))
        return PLUMB_ERANGE;
    range.start = (uint32_t)(start - zone->base_pfn);
    range.end = (uint32_t)(end - zone->base_pfn);
    if (!can_be_had(zone, &range, migratetype))
        return PLUMB_EBUSY;
    isolate_pageblocks(zone, &range);
    take_range(zone, &range, migratetype);
    unisolate_pageblocks(zone, &range, migratetype);
    return PLUMB_OK;
}
