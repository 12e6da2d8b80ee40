/* The buddy lists: taking a block, splitting larger ones, and giving one back with merging. */
#include "buddy.h"

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
OPT_INLINE uint32_t expand(struct plumb_zone *zone, struct opt_pages pages, uint32_t order,
                           uint32_t above, uint32_t type, uint32_t units)
{
    uint32_t page = zone->free_lists[type][order + above].to[OPT_NEXT];
    uint32_t rest = ((1u << above) - units) << order;
    uint32_t at = page + (units << order);

    opt_del_from_free_list(zone, pages, page, order + above, type);
    account_taken(zone, units << order, type);
    for (uint32_t piece = order; rest >> piece != 0; piece++) {
        if (!(rest >> piece & 1))
            continue;
        opt_add_to_free_list(zone, pages, at, piece, type, 0);
        at += 1u << piece;
    }
    return page;
}

uint32_t opt_expand(struct plumb_zone *zone, uint32_t order, uint32_t above, uint32_t type,
                    uint32_t units)
{
    return OPT_WITH_PAGES(expand, zone, order, above, type, units);
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

    opt_del_from_free_list(zone, opt_pages(zone), page, order, type);
    account_taken(zone, 1u << order, type);
}

/* To another type's list of the same order; the type of its pageblock is the caller's matter. */
void opt_move_to_list(struct plumb_zone *zone, uint32_t page, uint32_t order, uint32_t from,
                      uint32_t to, int tail)
{
    struct opt_pages pages = opt_pages(zone);

    opt_del_from_free_list(zone, pages, page, order, from);
    opt_add_to_free_list(zone, pages, page, order, to, tail);
    account_taken(zone, 1u << order, from);
    opt_account_free(zone, 1u << order, to);
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
    opt_account_free(zone, 1u << order, to);
}

/* Merges a block of at least a pageblock with its free buddies, whose type may be another. */
struct opt_block opt_merge_pageblocks(struct plumb_zone *zone, struct opt_block block,
                                      uint32_t type)
{
    struct opt_pages pages = opt_pages(zone);

    for (; block.order < zone->top_order; block.order++) {
        uint32_t bit = 1u << block.order;
        uint32_t buddy = block.page ^ bit;
        uint32_t buddy_type;

        if (opt_read(pages.states[buddy]) != opt_state(OPT_FREE, block.order))
            break;
        buddy_type = opt_pageblock_type(zone, buddy);
        if (!types_merge(type, buddy_type))
            break;
        opt_del_from_free_list(zone, pages, buddy, block.order, buddy_type);
        if (buddy_type != type)
            set_block_type(zone, buddy, block.order, buddy_type, type);
        opt_write(pages.states[block.page | bit], OPT_NO_HEAD);
        block.page &= ~bit;
    }
    return block;
}

void opt_free_one_page(struct plumb_zone *zone, uint32_t page, uint32_t order, uint32_t type,
                       int to_tail)
{
    (void)OPT_WITH_PAGES(opt_free_to, zone, page, order, page + (1u << order), type, to_tail);
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
