/* The reference's zone: one value that holds everything, with one array per field of a page. */
#ifndef PLUMBLINE_REF_ZONE_H
#define PLUMBLINE_REF_ZONE_H

#include "src/plumbline.h"

#define ZONE_CAPACITY 0x800000
#define NONE          0xffffffffu

/* Lists are numbered: first the free lists, 6 * order + migratetype, then the per-CPU lists,
 * 66 + 64 * index + cpu. A CPU's lists: of each order up to 3 one for each migratetype, 3 * order +
 * migratetype, of each above two, 12 + 2 * (order - 4) + (1 for movable ones); of these the zone uses
 * at most one order's. The place of a page is the list its block is on, or one of the three words
 * below. */
#define NR_FREE_LISTS   66
#define NR_LISTS        1730
#define FIRST_HUGE_LIST 834
#define NR_PCP_INDICES  26
#define PLACE_USED      0x1000
#define PLACE_RESERVED  0x1001
#define PLACE_TAIL      0x1002

/* Pages are counted by class: free pages by migratetype (0..5), used, reserved, and the pages on
 * the per-CPU lists of each CPU. */
#define CLASS_USED     6
#define CLASS_RESERVED 7
#define CLASS_PCP      8
#define NR_CLASSES     72

/* Each insertion takes one tick of the clock; nothing else does. */
#define CLOCK_MAX 0x4000000000000000

/* The state comes in five parts, so that a fact about one is untouched by a change of another. */
struct blocks {
    uint32_t end; /* index behind the zone's last page */
    uint32_t top_order;
    uint32_t pageblock_order;
    uint16_t place[ZONE_CAPACITY];
    uint8_t order[ZONE_CAPACITY]; /* of the block, at its first page */
};

struct lists {
    uint32_t head[NR_LISTS], tail[NR_LISTS];
    uint32_t next[ZONE_CAPACITY], prev[ZONE_CAPACITY];
    int64_t rank[ZONE_CAPACITY]; /* falls strictly along next: the list is its members by rank */
    int64_t clock;
};

struct pageblocks {
    uint8_t migratetype[ZONE_CAPACITY]; /* migratetype of each pageblock, by number */
};

struct counts {
    uint32_t len[NR_LISTS];    /* blocks on each list */
    uint64_t held[NR_CLASSES]; /* pages of each class */
};

struct owners {
    uint32_t ungrouped;             /* 1: pageblocks are not kept for owners of their own kind */
    uint8_t movable[ZONE_CAPACITY]; /* 1 for a used block handed out as MOVABLE or CMA */
};

/* v6.12: what tunes the per-CPU lists. What it remembers is of a type that nothing else has. */
struct pcp_tuning {
    uint32_t on;              /* 1: the zone tunes its lists; 0: the rest is not looked at */
    uint32_t free_high_batch; /* 1: frees of large blocks empty only lists of a batch or more */
    uint32_t high_max;        /* pages; high_min is pcp_high */
    uint32_t batch_scale_max;
    int32_t high[PLUMB_MAX_CPUS];
    int32_t alloc_factor[PLUMB_MAX_CPUS];
    int32_t free_count[PLUMB_MAX_CPUS];
    int32_t prev_free_high_order[PLUMB_MAX_CPUS];
    int32_t below_high;
    int32_t reclaim_active;
};

/* What the sizes of the per-CPU lists come back to when they are enabled. */
struct pcp_disabled {
    uint32_t on; /* 1: they are disabled; 0: the rest is not looked at */
    uint32_t batch, high, low, high_max;
};

/* v6.12 with huge pages: what comes with v6.12 is asked for by `at least`. */
#define GENERATION_THP (PLUMB_V6_12 + 1)

struct zone {
    uint64_t base_pfn;   /* pfn of index 0, a multiple of 2^top_order */
    uint32_t first;      /* index of the zone's first page; those below are outside, reserved */
    uint32_t generation; /* enum plumb_generation, or GENERATION_THP */
    uint32_t nr_cpus;
    uint32_t pcp_batch, pcp_high, pcp_low, pcp_limit;
    uint64_t wmark[PLUMB_NR_WMARKS];
    uint64_t watermark_boost;
    uint64_t lowmem_reserve[PLUMB_NR_ZONES];
    uint64_t nr_reserved_highatomic;
    uint32_t watermark_boost_factor;
    uint32_t fallback;
    uint32_t highatomic;
    uint32_t placement;
    struct pcp_tuning tuning;
    struct pcp_disabled disabled;

    struct blocks blocks;
    struct lists lists;
    struct counts counts;
    struct pageblocks pageblocks;
    struct owners owners;
};

#endif
