/* The optimized variant's zone: its memory layout, and the small accessors every file of src/opt
 * uses.
 *
 * The caller's memory holds, each part aligned to 64 bytes and reached by an offset from the zone
 * (no pointers, so a zone may be copied or mapped elsewhere):
 *   struct plumb_zone    what is fixed, tunables, counters, heads of the free lists
 *   struct opt_pcp       one for each CPU
 *   rings                the per-CPU lists, sized by pcp_limit and not by pages
 *   types                1 byte per pageblock
 *   touched              1 byte per 1024 pages: was one of them ever released?
 *   state                1 byte per page: high half its kind, low half its block's order
 *   struct opt_link      8 bytes for each pair of buddies of order 0: 4 bytes per page
 *   references           4 bytes per page, if the zone counts them (refs.c)
 * Metadata is thus 5 bytes per page. Of two buddies at most one is the head of a free block, so
 * they share a link; not so if pageblock_order is 0 (buddies of different types stay apart), nor
 * in v4.10, whose per-CPU lists may need the links too (pcp_v4_10.c). There each page has its own
 * link: 9 bytes per page, and with one pageblock per page 10. References are 4 bytes more.
 *
 * Pages are indices from base_pfn, start_pfn rounded down to a multiple of 2^top_order; the state
 * array is filled up to such a multiple, so every buddy has a state. A page that is no head has
 * state 0, whether inside a block or reserved: state.h tells them apart. So memory that is zero
 * already is a zone's initial state, and a large free block costs one byte to make. */
#ifndef OPT_H
#define OPT_H

#include "../plumbline.h"

#define OPT_NO_PAGE UINT32_MAX

/* A state byte. PCP is followed by a kind for each list of an order: 0x40, 0x50, 0x60. MOVABLE and
 * SHARED (refs.c) are added to USED. */
enum {
    OPT_NO_HEAD = 0x00,
    OPT_FREE = 0x10,
    OPT_SHARED = 0x10,
    OPT_USED = 0x20,
    OPT_PCP = 0x40,
    OPT_MOVABLE = 0x80,
    OPT_KIND_SHIFT = 4,
    OPT_ORDER_MASK = 0x0f
};

/* Free pages are counted by class: those of the types that merge with one another, and each of
 * the others. A type above them is its own class. */
enum { OPT_COMMON = 0 };

/* A block's neighbours on its list; of a list its ends, the head as what is next. */
enum { OPT_NEXT, OPT_PREV };
struct opt_link {
    uint32_t to[2];
};

/* A per-CPU list: page indices from head up to, not including, tail, in mask + 1 places from
 * `first` on, counted from the zone in entries. In the older generations it is a ring, and both
 * count on beyond its end; in v6.12 they never leave it (pcp.h). */
struct opt_ring {
    _Alignas(32) uint32_t head;
    uint32_t tail;
    uint32_t first, mask;
    uint32_t pages;       /* of a block */
    uint8_t listed, used; /* states of its blocks: on the list, handed out from it */
};

/* v4.10 only: what follows a ring's tail. */
struct opt_spill {
    struct opt_link list;
    uint32_t count;
};

/* The per-CPU lists' places: by order and type, so that one is a shift and an addition. The last
 * of each order is always empty. Behind them a row for huge pages: movable ones in its second list,
 * the others in its first. */
enum {
    OPT_PCP_ROW = 4,
    OPT_PCP_HUGE = PLUMB_PCP_ORDERS,
    OPT_PCP_LISTS = (OPT_PCP_HUGE + 1) * OPT_PCP_ROW
};
_Static_assert(OPT_PCP_ROW == MIGRATE_PCPTYPES + 1, "a list for each type, and an empty one");

/* What tunes the lists of one CPU (tuning.c). */
struct opt_tuning {
    uint32_t high, alloc_factor, free_count, prev_free_high_order;
};

/* Of one CPU, touched by no other: 1024 bytes, so that an index is a shift. */
struct opt_pcp {
    _Alignas(64) struct opt_ring lists[OPT_PCP_LISTS];
    uint32_t count; /* pages on all lists */
    struct opt_tuning tuning;
    struct opt_spill spill[MIGRATE_PCPTYPES];
    uint8_t unused[1024 - 640 - 4 - 16 - 36];
};
_Static_assert(sizeof(struct opt_pcp) == 1024, "a power of two");

/* Of the per-CPU lists: what changes while they are disabled (pcp.c). */
struct opt_sizes {
    uint32_t batch, high, low, high_max;
};

struct plumb_zone {
    /* Changed by init and set_tunables, so every CPU keeps a copy in its cache. */
    _Alignas(64) uint64_t base_pfn;
    uint64_t pages; /* from base_pfn to the end */
    uint64_t state_at, types_at, links_at;
    uint32_t fast_orders;    /* frees below take the fast path: all on v6.12's per-CPU lists */
    uint32_t fast_cpus;      /* watermark.h; changed under the lock, but rarely */
    uint32_t most_fast_cpus; /* 0: the zone tunes its lists, so every request is noted */
    uint32_t nr_cpus;
    uint8_t top_order, pageblock_order, generation;
    uint8_t pcp_order;  /* largest order on per-CPU lists, huge pages aside */
    uint8_t huge_order; /* of huge pages; above top_order if they have no lists */
    uint8_t link_shift;
    uint8_t fallback; /* enum plumb_fallback */
    uint8_t ungrouped;
    uint8_t highatomic;                               /* enum plumb_reserve */
    uint8_t tuning, batch_scale_max, free_high_batch; /* tuning.c, with the next two */
    uint8_t below_high, reclaim_active;
    uint8_t likely_orders; /* a free looks for a merge that may follow, if to an order below */
    uint32_t pcp_high;     /* a copy */
    uint32_t slow_flags;   /* that the fast path leaves alone: unknown ones, and what reserves */
    uint64_t plenty_pages; /* with the boost, so a fallback changes both, if seldom */
    struct plumb_tunables tunables; /* its boost and nr_reserved_highatomic are the current ones */
    uint32_t pcp_limit;
    uint64_t start_pfn, spanned_pages;
    uint64_t touched_at;
    uint64_t refs_at; /* 0: it counts no references */
    uint32_t pcp_disabled;
    struct opt_sizes enabled_sizes; /* if they are disabled: what they come back to */

    /* Changed under the lock; what others may read without it is read and written by opt_read and
     * opt_write. */
    _Alignas(64) uint32_t lock;
    uint32_t nonempty[MIGRATE_TYPES]; /* bit o: the list of order o has a block */
    uint64_t class_pages[MIGRATE_TYPES];
    uint64_t managed_pages;
    uint32_t nr_free[PLUMB_NR_ORDERS];
    struct opt_link free_lists[MIGRATE_TYPES][PLUMB_NR_ORDERS];
};

/* Relaxed atomic accesses, in size and speed the same as plain ones. */
#define opt_read(place)         __atomic_load_n(&(place), __ATOMIC_RELAXED)
#define opt_write(place, value) __atomic_store_n(&(place), (value), __ATOMIC_RELAXED)

#define opt_likely(condition)   __builtin_expect(!!(condition), 1)
#define opt_unlikely(condition) __builtin_expect(!!(condition), 0)
#define OPT_NOINLINE            __attribute__((noinline))
#define OPT_INLINE              static inline __attribute__((always_inline))

/* Hides where a pointer points to from the compiler, which would compute it anew for each use. */
#define OPT_HIDE(pointer) __asm__("" : "+r"(pointer))

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

/* The position of the highest bit; x is not 0. */
static inline uint32_t opt_highest_bit(uint32_t x)
{
    return 31u - (uint32_t)__builtin_clz(x);
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

static inline uint8_t *opt_touched(const struct plumb_zone *zone)
{
    return opt_at(zone, zone->touched_at);
}

static inline struct opt_link *opt_link(const struct plumb_zone *zone, uint32_t page)
{
    struct opt_link *links = opt_at(zone, zone->links_at);

    return links + (page >> zone->link_shift);
}

static inline struct opt_pcp *opt_pcp(const struct plumb_zone *zone, uint32_t cpu)
{
    struct opt_pcp *pcps = opt_at(zone, sizeof(struct plumb_zone));
    struct opt_pcp *pcp = pcps + cpu;

    OPT_HIDE(pcp);
    return pcp;
}

static inline int opt_passes_pcp(const struct plumb_zone *zone, uint32_t order)
{
    return order <= zone->pcp_order || order == zone->huge_order;
}

static inline uint8_t opt_state(uint32_t kind, uint32_t order)
{
    return (uint8_t)(kind | order);
}

/* pcp_type: the list's number in its row. */
static inline uint8_t opt_pcp_state(uint32_t pcp_type, uint32_t order)
{
    return opt_state(OPT_PCP + (pcp_type << OPT_KIND_SHIFT), order);
}

/* type: of the request; fallback counts the movable pages of a pageblock. */
static inline uint8_t opt_used_state(uint32_t order, uint32_t type)
{
    int movable = type == MIGRATE_MOVABLE || type == MIGRATE_CMA;

    return opt_state(movable ? OPT_USED | OPT_MOVABLE : OPT_USED, order);
}

/* Used, with one reference and not compound. */
static inline int opt_is_used_alone(uint8_t state, uint32_t order)
{
    return (state & ~(uint32_t)OPT_MOVABLE) == OPT_USED + order;
}

static inline int opt_is_used(uint8_t state, uint32_t order)
{
    return (state & ~(uint32_t)(OPT_MOVABLE | OPT_SHARED)) == OPT_USED + order;
}

/* States of consecutive blocks of an order, whose pages nobody else may look at meanwhile. */
static inline void opt_fill_states(uint8_t *states, uint32_t order, uint32_t blocks, uint8_t state)
{
    if (order == 0) {
        for (uint32_t i = 0; i < blocks; i++)
            states[i] = state;
        return;
    }
    for (uint32_t i = 0; i < blocks; i++)
        opt_write(states[i << order], state);
}

/* Also the type of a free block's list: blocks below pageblock_order lie in one pageblock, larger
 * ones have all their pageblocks set to one type when they merge. */
static inline uint32_t opt_pageblock_type(const struct plumb_zone *zone, uint32_t page)
{
    return opt_read(opt_types(zone)[page >> zone->pageblock_order]);
}

static inline void opt_set_pageblocks(struct plumb_zone *zone, uint32_t page, uint32_t count,
                                      uint32_t type)
{
    uint8_t *types = opt_types(zone) + (page >> zone->pageblock_order);

    for (uint32_t i = 0; i < count; i++)
        opt_write(types[i], (uint8_t)type);
}

static inline uint32_t opt_pageblock_start(const struct plumb_zone *zone, uint32_t page)
{
    return page & ~((1u << zone->pageblock_order) - 1);
}

static inline int opt_spans(const struct plumb_zone *zone, uint64_t pfn)
{
    return pfn >= zone->start_pfn && pfn - zone->start_pfn < zone->spanned_pages;
}

static inline uint64_t opt_pfn(const struct plumb_zone *zone, uint32_t page)
{
    return page == OPT_NO_PAGE ? PLUMB_NO_PFN : zone->base_pfn + page;
}

static inline uint32_t opt_class(uint32_t type)
{
    return type < MIGRATE_PCPTYPES ? (uint32_t)OPT_COMMON : type;
}

/* Type ISOLATE excluded (NR_FREE_PAGES). */
static inline uint64_t opt_free_pages(const struct plumb_zone *zone)
{
    return opt_read(zone->class_pages[OPT_COMMON]) +
           opt_read(zone->class_pages[MIGRATE_HIGHATOMIC]) +
           opt_read(zone->class_pages[MIGRATE_CMA]);
}

/* buddy.c, and the first of fallback.c; the caller has the lock */
uint32_t opt_rmqueue(struct plumb_zone *zone, uint32_t order, uint32_t type, uint32_t flags);
uint32_t opt_rmqueue_smallest(struct plumb_zone *zone, uint32_t order, uint32_t type);
uint32_t opt_expand(struct plumb_zone *zone, uint32_t order, uint32_t above, uint32_t type,
                    uint32_t units);
void opt_take_free_block(struct plumb_zone *zone, uint32_t page, uint32_t order);
void opt_move_to_list(struct plumb_zone *zone, uint32_t page, uint32_t order, uint32_t from,
                      uint32_t to, int tail);
int opt_pageblock_inside(const struct plumb_zone *zone, uint32_t page);
void opt_move_pageblock(struct plumb_zone *zone, uint32_t page, uint32_t from, uint32_t to);
void opt_free_one_page(struct plumb_zone *zone, uint32_t page, uint32_t order, uint32_t type,
                       int to_tail);
void opt_split_large_buddy(struct plumb_zone *zone, uint32_t page, uint32_t order, int to_tail);

/* page_alloc.c */
enum plumb_status opt_check_block(const struct plumb_zone *zone, uint64_t pfn, uint32_t order);

/* refs.c; the first for a block that was shared, the others for any used one */
enum plumb_status opt_free_shared(struct plumb_zone *zone, uint32_t cpu, uint32_t page,
                                  uint32_t order, int cold);
uint32_t opt_refs(const struct plumb_zone *zone, uint32_t page);
int opt_is_compound(const struct plumb_zone *zone, uint32_t page);

/* isolate.c, and the last of release.c, whose caller has the lock */
int opt_has_used_pages(const struct plumb_zone *zone, uint32_t first, uint32_t end,
                       uint32_t left_out);
enum plumb_status opt_check_isolate(const struct plumb_zone *zone, uint64_t pfn, uint32_t type,
                                    uint32_t *first);
int opt_may_unisolate(const struct plumb_zone *zone, uint32_t type);
void opt_isolate(struct plumb_zone *zone, uint32_t first);
void opt_unisolate(struct plumb_zone *zone, uint32_t first, uint32_t type);
void opt_free_largest(struct plumb_zone *zone, uint32_t from, uint32_t to, int to_tail);

/* highatomic.c; the caller of the first two has the lock */
int opt_reserve_is_for(const struct plumb_zone *zone, uint32_t order, uint32_t flags);
uint32_t opt_rmqueue_highatomic(struct plumb_zone *zone, uint32_t order, uint32_t type,
                                uint32_t flags);
void opt_reserve_highatomic(struct plumb_zone *zone, uint32_t page, uint32_t order);
uint32_t opt_highatomic_beside_list(struct plumb_zone *zone, uint32_t page, uint32_t order,
                                    uint32_t type, uint32_t flags);

/* fallback.c, refill.c */
uint32_t opt_refill(struct plumb_zone *zone, struct opt_ring *ring, uint32_t order, uint32_t type,
                    uint32_t flags, uint32_t want, uint8_t state, int at_head);
uint32_t opt_rmqueue_bulk(struct plumb_zone *zone, struct opt_ring *ring, uint32_t order,
                          uint32_t type, uint32_t want, uint8_t state, int at_head);

#endif
