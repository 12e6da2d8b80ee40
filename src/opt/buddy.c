/* The buddy lists: taking blocks one by one and in bulk, giving them back with merging, and the
 * release of reserved ranges. */
#include "opt.h"

/* One place in a ring after the other, from the tail on or from the head back. */
struct refill {
    uint32_t *entries;
    uint8_t *states;
    uint32_t at, step, mask;
    uint8_t state;
};

static void add_to_free_list(struct plumb_zone *zone, uint32_t page, uint32_t order, uint32_t type,
                             int tail)
{
    struct opt_list *list = &zone->free_lists[type][order];

    if (tail)
        opt_list_add_tail(zone, list, page);
    else
        opt_list_add(zone, list, page);
    zone->nonempty[type] |= 1u << order;
    zone->nr_free[order]++;
    opt_states(zone)[page] = opt_state(OPT_FREE, order);
}

static void del_from_free_list(struct plumb_zone *zone, uint32_t page, uint32_t order,
                               uint32_t type)
{
    struct opt_list *list = &zone->free_lists[type][order];

    opt_list_del(zone, list, page);
    if (list->head == OPT_NO_PAGE)
        zone->nonempty[type] &= ~(1u << order);
    zone->nr_free[order]--;
}

static void account_free(struct plumb_zone *zone, uint32_t pages, uint32_t type)
{
    zone->type_pages[type] += pages;
    if (type != MIGRATE_ISOLATE)
        zone->free_pages += pages;
}

static void account_taken(struct plumb_zone *zone, uint32_t pages, uint32_t type)
{
    zone->type_pages[type] -= pages;
    zone->free_pages -= pages;
}

/* Takes the head of the list of order + above, the smallest order that has a block, and lists
 * what is left of the block once its first `units` pieces of `order` are used.
 * Splitting in halves, piece by piece, hands out a block's pieces in ascending order, for what is
 * left of it is always smaller than any other block at hand. It ends with one block for each bit
 * of the rest, sizes ascending with pfns, on lists that were empty: so their ends do not matter. */
static uint32_t expand(struct plumb_zone *zone, uint32_t order, uint32_t above, uint32_t type,
                       uint32_t units)
{
    uint32_t page = zone->free_lists[type][order + above].head;
    uint32_t all = 1u << above;

    del_from_free_list(zone, page, order + above, type);
    while (units < all) {
        uint32_t bit = opt_lowest_bit(units);

        add_to_free_list(zone, page + (units << order), order + bit, type, 0);
        units += 1u << bit;
    }
    return page;
}

uint32_t opt_rmqueue_smallest(struct plumb_zone *zone, uint32_t order, uint32_t type)
{
    uint32_t orders = zone->nonempty[type] >> order;

    if (orders == 0)
        return OPT_NO_PAGE;
    account_taken(zone, 1u << order, type);
    return expand(zone, order, opt_lowest_bit(orders), type, 1);
}

static inline void refill_put(struct refill *refill, uint32_t page)
{
    refill->states[page] = refill->state;
    refill->entries[refill->at] = page;
    refill->at = (refill->at + refill->step) & refill->mask;
}

/* Cuts up to `want` blocks off the head of a list in one piece. */
static uint32_t refill_from_list(struct plumb_zone *zone, struct refill *refill, uint32_t order,
                                 uint32_t type, uint32_t want)
{
    struct opt_list *list = &zone->free_lists[type][order];
    uint32_t page = list->head;
    uint32_t got = 0;

    while (got < want && page != OPT_NO_PAGE) {
        uint32_t next = opt_link(zone, page)->next;

        refill_put(refill, page);
        page = next;
        got++;
    }
    list->head = page;
    if (page == OPT_NO_PAGE) {
        list->tail = OPT_NO_PAGE;
        zone->nonempty[type] &= ~(1u << order);
    } else {
        opt_link(zone, page)->prev = OPT_NO_PAGE;
    }
    zone->nr_free[order] -= got;
    return got;
}

static uint32_t refill_from_block(struct plumb_zone *zone, struct refill *refill, uint32_t order,
                                  uint32_t above, uint32_t type, uint32_t want)
{
    uint32_t units = opt_min(want, 1u << above);
    uint32_t page = expand(zone, order, above, type, units);

    for (uint32_t i = 0; i < units; i++)
        refill_put(refill, page + (i << order));
    return units;
}

/* Up to `want` blocks onto a ring, each behind the one before: at the tail, or (at_head) each
 * before the one before. The same as opt_rmqueue_smallest that many times. */
void opt_rmqueue_bulk(struct plumb_zone *zone, struct opt_ring *ring, uint32_t order, uint32_t type,
                      uint32_t want, uint8_t state, int at_head)
{
    uint32_t mask = ring->mask;
    uint32_t at = at_head ? ring->first + mask : ring->first + ring->count;
    struct refill refill = {
        opt_entries(zone, ring), opt_states(zone), at & mask, at_head ? mask : 1, mask, state};
    uint32_t got = 0;

    while (got < want) {
        uint32_t orders = zone->nonempty[type] >> order;

        if (orders == 0)
            break;
        if (orders & 1)
            got += refill_from_list(zone, &refill, order, type, want - got);
        else
            got +=
                refill_from_block(zone, &refill, order, opt_lowest_bit(orders), type, want - got);
    }
    ring->count += got;
    if (at_head)
        ring->first = (ring->first + mask + 1 - got) & mask;
    account_taken(zone, got << order, type);
}

/* May blocks of these types, at least a pageblock each, merge? */
static int types_merge(uint32_t a, uint32_t b)
{
    return a == b || (a < MIGRATE_PCPTYPES && b < MIGRATE_PCPTYPES);
}

static void set_block_type(struct plumb_zone *zone, uint32_t page, uint32_t order, uint32_t from,
                           uint32_t to)
{
    uint8_t *types = opt_types(zone) + (page >> zone->pageblock_order);
    uint32_t blocks = 1u << (order - zone->pageblock_order);

    for (uint32_t i = 0; i < blocks; i++)
        types[i] = (uint8_t)to;
    zone->type_pages[from] -= 1u << order;
    zone->type_pages[to] += 1u << order;
}

/* Would the block's buddy, once free, merge on? Then it had better be left to be freed. */
static int buddy_merge_likely(const struct plumb_zone *zone, uint32_t page, uint32_t order)
{
    uint32_t higher = order + 1;

    if (zone->generation == PLUMB_V2_6_11 || higher >= zone->top_order)
        return 0;
    return opt_states(zone)[((page >> higher) ^ 1) << higher] == opt_state(OPT_FREE, higher);
}

/* The head's own state is stale until it is listed or ends as the upper half of a pair. */
void opt_free_one_page(struct plumb_zone *zone, uint32_t page, uint32_t order, uint32_t type,
                       int to_tail)
{
    uint8_t *states = opt_states(zone);
    uint32_t top_order = zone->top_order;

    account_free(zone, 1u << order, type);
    for (; order < top_order; order++) {
        uint32_t bit = 1u << order;
        uint32_t buddy = page ^ bit;
        uint32_t buddy_type = type;

        if (states[buddy] != opt_state(OPT_FREE, order))
            break;
        if (order >= zone->pageblock_order) {
            buddy_type = opt_pageblock_type(zone, buddy);
            if (!types_merge(type, buddy_type))
                break;
        }
        del_from_free_list(zone, buddy, order, buddy_type);
        if (buddy_type != type)
            set_block_type(zone, buddy, order, buddy_type, type);
        states[page | bit] = OPT_TAIL;
        page &= ~bit;
    }
    add_to_free_list(zone, page, order, type, to_tail || buddy_merge_likely(zone, page, order));
}

void opt_split_large_buddy(struct plumb_zone *zone, uint32_t page, uint32_t order, int to_tail)
{
    uint32_t piece = opt_min(order, zone->pageblock_order);
    uint32_t pieces = 1u << (order - piece);

    for (uint32_t i = 0; i < pieces; i++) {
        uint32_t head = page + (i << piece);

        opt_free_one_page(zone, head, piece, opt_pageblock_type(zone, head), to_tail);
    }
}

static uint32_t largest_order(const struct plumb_zone *zone, uint32_t from, uint32_t to)
{
    uint32_t order = opt_min(zone->top_order, 31u - (uint32_t)__builtin_clz(to - from));

    return from == 0 ? order : opt_min(order, opt_lowest_bit(from));
}

enum plumb_status plumb_free_range(struct plumb_zone *zone, uint64_t start, uint64_t end)
{
    uint8_t *states = opt_states(zone);
    uint32_t from, to;

    if (start >= end || !opt_spans(zone, start) || !opt_spans(zone, end - 1))
        return PLUMB_ERANGE;
    from = (uint32_t)(start - zone->base_pfn);
    to = (uint32_t)(end - zone->base_pfn);
    for (uint32_t page = from; page < to; page++)
        if (states[page] != OPT_RESERVED)
            return PLUMB_EBUSY;
    for (uint32_t page = from; page < to; page++)
        states[page] = OPT_TAIL;
    zone->managed_pages += to - from;
    while (from < to) {
        uint32_t order = largest_order(zone, from, to);

        opt_split_large_buddy(zone, from, order, 1);
        from += 1u << order;
    }
    return PLUMB_OK;
}
