/* The optimized variant's zone: its memory layout, and the small accessors and list operations
 * every file of src/opt uses.
 *
 * The caller's memory holds, each part aligned to 64 bytes and reached by an offset from the zone
 * (no pointers, so a zone may be copied or mapped elsewhere):
 *   struct plumb_zone    counters, tunables, heads of the free lists
 *   struct opt_pcp       one for each CPU
 *   struct opt_link      8 bytes for each pair of buddies of order 0: 4 bytes per page
 *   state                1 byte per page: high half its kind, low half its block's order
 *   types                1 byte per pageblock
 *   rings                the per-CPU lists, sized by pcp_limit and not by pages
 * Metadata is thus 5 bytes per page. Of two buddies at most one is the head of a free block, so
 * they share a link; not so if pageblock_order is 0 (buddies of different types stay apart), nor
 * in v4.10, whose per-CPU lists may need the links too (pcp_v4_10.c). There each page has its own
 * link: 9 bytes per page, and with one pageblock per page 10.
 *
 * Pages are indices from base_pfn, start_pfn rounded down to a multiple of 2^top_order; the state
 * array is filled up with reserved pages to such a multiple, so every buddy has a state. */
#ifndef OPT_H
#define OPT_H

#include "../plumbline.h"

#define OPT_NO_PAGE UINT32_MAX

/* A state byte. PCP is followed by a kind for each list of an order: 0x40, 0x50, 0x60. */
enum {
    OPT_TAIL = 0x00,
    OPT_RESERVED = 0x10,
    OPT_USED = 0x20,
    OPT_FREE = 0x30,
    OPT_PCP = 0x40,
    OPT_KIND_SHIFT = 4,
    OPT_ORDER_MASK = 0x0f
};

struct opt_link {
    uint32_t next, prev;
};

struct opt_list {
    uint32_t head, tail;
};

/* A per-CPU list: a ring of page indices, entry 0 is the head. spill: v4.10 only. */
struct opt_ring {
    uint32_t first, count, mask;
    uint32_t spilled;
    struct opt_list spill;
    uint64_t entries_at;
};

struct opt_pcp {
    _Alignas(64) uint32_t count; /* pages on all lists */
    struct opt_ring lists[PLUMB_NR_PCP_LISTS];
};

struct plumb_zone {
    _Alignas(64) uint64_t base_pfn;
    uint64_t start_pfn;
    uint64_t spanned_pages;
    uint64_t links_at, state_at, types_at;
    uint32_t nr_cpus;
    uint32_t pcp_limit;
    uint8_t top_order, pageblock_order, generation;
    uint8_t pcp_order; /* largest order on per-CPU lists */
    uint8_t link_shift;
    struct plumb_tunables tunables;
    uint64_t managed_pages;
    uint64_t free_pages; /* type ISOLATE excluded */
    uint64_t type_pages[MIGRATE_TYPES];
    uint32_t nr_free[PLUMB_NR_ORDERS];
    uint32_t nonempty[MIGRATE_TYPES]; /* bit o: the list of order o has a block */
    struct opt_list free_lists[MIGRATE_TYPES][PLUMB_NR_ORDERS];
};

static inline uint32_t opt_min(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static inline uint32_t opt_max(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

/* The position of the lowest bit; x is not 0. */
static inline uint32_t opt_lowest_bit(uint32_t x)
{
    return (uint32_t)__builtin_ctz(x);
}

static inline void *opt_at(const struct plumb_zone *zone, uint64_t offset)
{
    return (unsigned char *)zone + offset;
}

static inline uint8_t *opt_states(const struct plumb_zone *zone)
{
    return opt_at(zone, zone->state_at);
}

static inline uint8_t *opt_types(const struct plumb_zone *zone)
{
    return opt_at(zone, zone->types_at);
}

static inline struct opt_link *opt_link(const struct plumb_zone *zone, uint32_t page)
{
    struct opt_link *links = opt_at(zone, zone->links_at);

    return links + (page >> zone->link_shift);
}

static inline struct opt_pcp *opt_pcp(const struct plumb_zone *zone, uint32_t cpu)
{
    struct opt_pcp *pcps = opt_at(zone, sizeof(struct plumb_zone));

    return pcps + cpu;
}

static inline uint32_t *opt_entries(const struct plumb_zone *zone, const struct opt_ring *ring)
{
    return opt_at(zone, ring->entries_at);
}

static inline uint8_t opt_state(uint32_t kind, uint32_t order)
{
    return (uint8_t)(kind | order);
}

/* pcp_type: the list's index less 3 * order. */
static inline uint8_t opt_pcp_state(uint32_t pcp_type, uint32_t order)
{
    return opt_state(OPT_PCP + (pcp_type << OPT_KIND_SHIFT), order);
}

/* Also the type of a free block's list: blocks below pageblock_order lie in one pageblock, larger
 * ones have all their pageblocks set to one type when they merge. */
static inline uint32_t opt_pageblock_type(const struct plumb_zone *zone, uint32_t page)
{
    return opt_types(zone)[page >> zone->pageblock_order];
}

static inline int opt_spans(const struct plumb_zone *zone, uint64_t pfn)
{
    return pfn >= zone->start_pfn && pfn - zone->start_pfn < zone->spanned_pages;
}

static inline uint64_t opt_pfn(const struct plumb_zone *zone, uint32_t page)
{
    return page == OPT_NO_PAGE ? PLUMB_NO_PFN : zone->base_pfn + page;
}

static inline void opt_list_add(struct plumb_zone *zone, struct opt_list *list, uint32_t page)
{
    *opt_link(zone, page) = (struct opt_link){list->head, OPT_NO_PAGE};
    if (list->head == OPT_NO_PAGE)
        list->tail = page;
    else
        opt_link(zone, list->head)->prev = page;
    list->head = page;
}

static inline void opt_list_add_tail(struct plumb_zone *zone, struct opt_list *list, uint32_t page)
{
    *opt_link(zone, page) = (struct opt_link){OPT_NO_PAGE, list->tail};
    if (list->tail == OPT_NO_PAGE)
        list->head = page;
    else
        opt_link(zone, list->tail)->next = page;
    list->tail = page;
}

static inline void opt_list_del(struct plumb_zone *zone, struct opt_list *list, uint32_t page)
{
    struct opt_link link = *opt_link(zone, page);

    if (link.prev == OPT_NO_PAGE)
        list->head = link.next;
    else
        opt_link(zone, link.prev)->next = link.next;
    if (link.next == OPT_NO_PAGE)
        list->tail = link.prev;
    else
        opt_link(zone, link.next)->prev = link.prev;
}

/* buddy.c */
uint32_t opt_rmqueue_smallest(struct plumb_zone *zone, uint32_t order, uint32_t type);
void opt_rmqueue_bulk(struct plumb_zone *zone, struct opt_ring *ring, uint32_t order, uint32_t type,
                      uint32_t want, uint8_t state, int at_head);
void opt_free_one_page(struct plumb_zone *zone, uint32_t page, uint32_t order, uint32_t type,
                       int to_tail);
void opt_split_large_buddy(struct plumb_zone *zone, uint32_t page, uint32_t order, int to_tail);

#endif
