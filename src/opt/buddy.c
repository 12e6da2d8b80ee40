/* The buddy lists: taking a block, splitting larger ones, and giving one back with merging. */
#include "list.h"

static inline void add_to_free_list(struct plumb_zone *zone, struct opt_links links,
                                    uint8_t *states, uint32_t page, uint32_t order, uint32_t type,
                                    int tail)
{
    struct opt_list *list = &zone->free_lists[type][order];

    if (tail)
        opt_list_add_tail(links, list, page);
    else
        opt_list_add(links, list, page);
    opt_write(zone->nonempty[type], zone->nonempty[type] | 1u << order);
    opt_write(zone->nr_free[order], zone->nr_free[order] + 1);
    opt_write(states[page], opt_state(OPT_FREE, order));
}

static inline void del_from_free_list(struct plumb_zone *zone, struct opt_links links,
                                      uint32_t page, uint32_t order, uint32_t type)
{
    struct opt_list *list = &zone->free_lists[type][order];

    opt_list_del(links, list, page);
    if (list->head == OPT_NO_PAGE)
        opt_write(zone->nonempty[type], zone->nonempty[type] & ~(1u << order));
    opt_write(zone->nr_free[order], zone->nr_free[order] - 1);
}

static void account_free(struct plumb_zone *zone, uint32_t pages, uint32_t type)
{
    uint64_t *counter = &zone->class_pages[opt_class(type)];

    opt_write(*counter, *counter + pages);
}

static void account_taken(struct plumb_zone *zone, uint32_t pages, uint32_t type)
{
    uint64_t *counter = &zone->class_pages[opt_class(type)];

    opt_write(*counter, *counter - pages);
}

/* Takes the head of the list of order + above and lists what is left of the block once its first
 * `units` pieces of `order` are used; 1 piece, unless this is the smallest order that has a block.
 * Splitting in halves, piece by piece, hands out a block's pieces in ascending order, for what is
 * left of it is always smaller than any other block at hand. It ends with one block for each bit
 * of the rest, sizes ascending with pfns, on lists that were empty. */
uint32_t opt_expand(struct plumb_zone *zone, uint32_t order, uint32_t above, uint32_t type,
                    uint32_t units)
{
    struct opt_links links = opt_links(zone);
    uint8_t *states = opt_states(zone);
    uint32_t page = zone->free_lists[type][order + above].head;
    uint32_t all = 1u << above;

    del_from_free_list(zone, links, page, order + above, type);
    account_taken(zone, units << order, type);
    while (units < all) {
        uint32_t bit = opt_lowest_bit(units);

        add_to_free_list(zone, links, states, page + (units << order), order + bit, type, 0);
        units += 1u << bit;
    }
    return page;
}

uint32_t opt_rmqueue_smallest(struct plumb_zone *zone, uint32_t order, uint32_t type)
{
    uint32_t orders = zone->nonempty[type] >> order;

    if (orders == 0)
        return OPT_NO_PAGE;
    return opt_expand(zone, order, opt_lowest_bit(orders), type, 1);
}

/* Off its list, to be freed again; its pageblocks keep their type. */
void opt_take_free_block(struct plumb_zone *zone, uint32_t page, uint32_t order)
{
    uint32_t type = opt_pageblock_type(zone, page);

    del_from_free_list(zone, opt_links(zone), page, order, type);
    account_taken(zone, 1u << order, type);
}

/* To another type's list of the same order; the type of its pageblock is the caller's matter. */
void opt_move_to_list(struct plumb_zone *zone, uint32_t page, uint32_t order, uint32_t from,
                      uint32_t to, int tail)
{
    struct opt_links links = opt_links(zone);

    del_from_free_list(zone, links, page, order, from);
    add_to_free_list(zone, links, opt_states(zone), page, order, to, tail);
    account_taken(zone, 1u << order, from);
    account_free(zone, 1u << order, to);
}

/* Is the page's pageblock wholly inside the zone? */
int opt_pageblock_inside(const struct plumb_zone *zone, uint32_t page)
{
    uint32_t first = opt_pageblock_start(zone, page);
    uint32_t last = first + (1u << zone->pageblock_order) - 1;

    return opt_spans(zone, opt_pfn(zone, first)) && opt_spans(zone, opt_pfn(zone, last));
}

/* Gives the page's pageblock, and what is free in it, to another type. It is wholly inside the zone
 * and its free blocks are smaller than itself, so it can be walked (see pageblock_usage); pages of
 * a used block that starts before it count one by one. */
void opt_move_pageblock(struct plumb_zone *zone, uint32_t page, uint32_t from, uint32_t to)
{
    const uint8_t *states = opt_states(zone);
    uint32_t first = opt_pageblock_start(zone, page);
    uint32_t end = first + (1u << zone->pageblock_order);

    for (page = first; page < end;) {
        uint8_t state = opt_read(states[page]);
        uint32_t order = state & OPT_ORDER_MASK;

        if (state == opt_state(OPT_FREE, order))
            opt_move_to_list(zone, page, order, from, to, 1);
        page += 1u << order;
    }
    opt_set_pageblocks(zone, first, 1, to);
}

/* May blocks of these types, at least a pageblock each, merge? */
static int types_merge(uint32_t a, uint32_t b)
{
    return a == b || (a < MIGRATE_PCPTYPES && b < MIGRATE_PCPTYPES);
}

static void set_block_type(struct plumb_zone *zone, uint32_t page, uint32_t order, uint32_t from,
                           uint32_t to)
{
    opt_set_pageblocks(zone, page, 1u << (order - zone->pageblock_order), to);
    account_taken(zone, 1u << order, from);
    account_free(zone, 1u << order, to);
}

/* Would the block's buddy, once free, merge on? Then it had better be left to be freed. */
static int buddy_merge_likely(const struct plumb_zone *zone, uint32_t page, uint32_t order)
{
    uint32_t higher = order + 1;

    if (zone->generation == PLUMB_V2_6_11 || higher >= zone->top_order)
        return 0;
    return opt_read(opt_states(zone)[((page >> higher) ^ 1) << higher]) ==
           opt_state(OPT_FREE, higher);
}

/* The head's own state is stale until it is listed or ends as the upper half of a pair. */
void opt_free_one_page(struct plumb_zone *zone, uint32_t page, uint32_t order, uint32_t type,
                       int to_tail)
{
    struct opt_links links = opt_links(zone);
    uint8_t *states = opt_states(zone);
    uint32_t pageblock_order = zone->pageblock_order;
    uint32_t top_order = zone->top_order;

    account_free(zone, 1u << order, type);
    for (; order < top_order; order++) {
        uint32_t bit = 1u << order;
        uint32_t buddy = page ^ bit;
        uint32_t buddy_type = type;

        if (opt_read(states[buddy]) != opt_state(OPT_FREE, order))
            break;
        if (order >= pageblock_order) {
            buddy_type = opt_pageblock_type(zone, buddy);
            if (!types_merge(type, buddy_type))
                break;
        }
        del_from_free_list(zone, links, buddy, order, buddy_type);
        if (buddy_type != type)
            set_block_type(zone, buddy, order, buddy_type, type);
        opt_write(states[page | bit], OPT_NO_HEAD);
        page &= ~bit;
    }
    add_to_free_list(zone, links, states, page, order, type,
                     to_tail || buddy_merge_likely(zone, page, order));
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
