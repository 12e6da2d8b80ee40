/* The public interface of Plumbline: types, constants and errors both variants share, and the
 * functions of the optimized variant (src/opt). The reference (src/ref/ref.h) has the same
 * functions under the prefix ref_. All page counts are in pages of the zone, all orders are
 * powers of two of pages, all sizes of memory in bytes. */
#ifndef PLUMBLINE_H
#define PLUMBLINE_H

#include <stddef.h>
#include <stdint.h>

enum {
    PLUMB_MAX_ORDER = 10, /* largest order, inclusive (v6.12 MAX_PAGE_ORDER) */
    PLUMB_NR_ORDERS = 11,
    PLUMB_NR_WMARKS = 4,
    PLUMB_NR_ZONES = 4, /* entries of a lowmem reserve: DMA, DMA32, Normal, Movable */
    PLUMB_MAX_CPUS = 64,
    PLUMB_PCP_ORDERS = 4,          /* orders 0..3 may live on per-CPU lists (v6.12; see thp) */
    PLUMB_PCP_BATCH_SCALE_MAX = 6, /* largest pcp_batch_scale_max */
    PLUMB_NR_PCP_LISTS = 14,       /* 3 * order + migratetype; huge pages: 13 movable, 12 others */
};

/* Page blocks and free lists carry one of these (semantics: v6.12, mmzone.h order). */
enum migratetype {
    MIGRATE_UNMOVABLE,
    MIGRATE_MOVABLE,
    MIGRATE_RECLAIMABLE,
    MIGRATE_PCPTYPES, /* types below have per-CPU lists and may merge with one another */
    MIGRATE_HIGHATOMIC = MIGRATE_PCPTYPES,
    MIGRATE_CMA,
    MIGRATE_ISOLATE,
    MIGRATE_TYPES
};

enum plumb_wmark { WMARK_MIN, WMARK_LOW, WMARK_HIGH, WMARK_PROMO };

/* The kernel whose watermark check and per-CPU lists a zone follows. */
enum plumb_generation { PLUMB_V2_6_11, PLUMB_V4_10, PLUMB_V6_12, PLUMB_NR_GENERATIONS };

/* Whom pageblocks are set aside for, as they get blocks from others (semantics 10). */
enum plumb_reserve {
    PLUMB_RESERVE_NONE,
    PLUMB_RESERVE_V6_12, /* ALLOC_HIGHATOMIC; some others look there last */
    PLUMB_RESERVE_V4_10, /* ALLOC_NON_BLOCK, for more than a page */
    PLUMB_NR_RESERVES
};

/* What an allocation may do when its migratetype has no block left. */
enum plumb_fallback {
    PLUMB_FALLBACK_NONE,  /* fail */
    PLUMB_FALLBACK_V6_12, /* v6.12: CMA, then claim a pageblock or steal one block */
    PLUMB_FALLBACK_V6_15, /* 6.15: CMA, then claim the first that can be; else steal the smallest */
    PLUMB_FALLBACK_V4_10, /* v4.10: CMA for movable ones, then the largest block; no boost */
    PLUMB_NR_FALLBACKS
};

/* Where a block that is freed goes on its list. */
enum plumb_placement {
    PLUMB_PLACE_KERNEL, /* to the tail if a merge is likely (2.6.11 knows no such rule), or asked */
    PLUMB_PLACE_HEAD,   /* to the tail only if asked: no second buddy is looked at */
    PLUMB_NR_PLACEMENTS
};

/* Allocation flags. Bits 0 and 1 hold the index of the watermark. */
enum plumb_alloc_flags {
    ALLOC_WMARK_MASK = 0x3,
    ALLOC_NO_WATERMARKS = 0x4,
    ALLOC_OOM = 0x8,          /* v6.12 */
    ALLOC_NON_BLOCK = 0x10,   /* v6.12; v4.10 HARDER; 2.6.11 can_try_harder */
    ALLOC_MIN_RESERVE = 0x20, /* v6.12; v4.10 HIGH; 2.6.11 gfp_high */
    ALLOC_CMA = 0x80,         /* in zones of v4.10's fallback of the watermark's check only */
    ALLOC_NOFRAGMENT = 0x100, /* v6.12: fall back to whole pageblocks only */
    ALLOC_HIGHATOMIC = 0x200, /* v6.12 */
    ALLOC_COLD = 0x1000,      /* v4.10 and 2.6.11: the cold end, the cold list */
    ALLOC_FLAGS_ALL = 0x13bf
};

/* What a call answers. Every answer but PLUMB_OK leaves the zone as it was, except that a zone which
 * tunes its per-CPU lists remembers requests that got no block (struct plumb_pcp_tuning); see harness
 * for the one-line explanations the tools print. */
enum plumb_status {
    PLUMB_OK,
    PLUMB_ENOMEM,    /* the watermark allows it, but no block that may serve it is large enough */
    PLUMB_EWMARK,    /* the watermark forbids it */
    PLUMB_EORDER,    /* order above the zone's top order */
    PLUMB_ETYPE,     /* migratetype that cannot be asked for */
    PLUMB_ECPU,      /* CPU number not below the zone's number of CPUs */
    PLUMB_EZONEIDX,  /* highest zone index not below PLUMB_NR_ZONES */
    PLUMB_EFLAGS,    /* unknown flag bits */
    PLUMB_ERANGE,    /* pfn outside the zone, or an empty or reversed range */
    PLUMB_ERESERVED, /* free of a page the zone does not manage (hole, reserved) */
    PLUMB_ETAIL,     /* free of a page that is not the head of its block */
    PLUMB_EFREE,     /* free of a free block: double free */
    PLUMB_EPCP,      /* free of a block on a per-CPU list: double free */
    PLUMB_EMISMATCH, /* a block that is used, or is to be, with another order than its own */
    PLUMB_EBUSY,     /* pages already released, or in use; a pageblock not to be (un)isolated;
                        a page listed twice */
    PLUMB_ECONFIG,   /* a configuration outside the documented limits */
    PLUMB_ECOMPOUND, /* split of a compound block; a single page, or a compound block, made one */
    PLUMB_EREFS,     /* the zone counts no references, or the block has as many as there may be */
    PLUMB_NR_STATUS
};

/* A zone's configuration.
 * Limits: pageblock_order <= top_order <= 10; generation < 3; 1 <= nr_cpus <= 64;
 * 1 <= spanned_pages; start_pfn + spanned_pages <= 2^52 (the reference adds: the span, counted
 * from start_pfn rounded down to a multiple of 2^top_order, is at most 2^23 pages);
 * 1 <= pcp_batch <= pcp_limit; pcp_high <= pcp_limit; pcp_low <= pcp_limit; 2 <= pcp_limit <=
 * 2^16; every watermark, the boost, every reserve and nr_reserved_highatomic <= 2^52;
 * watermark_boost_factor <= 2^20; fallback < PLUMB_NR_FALLBACKS, and NONE in 2.6.11;
 * highatomic < PLUMB_NR_RESERVES and of the zone's generation; placement < PLUMB_NR_PLACEMENTS;
 * page_refs <= 1;
 * ungrouped <= 1 (the caller then asks for type UNMOVABLE only: plumb_gfp_migratetype);
 * pcp_high_max <= pcp_limit; pcp_batch_scale_max <= PLUMB_PCP_BATCH_SCALE_MAX; pcp_free_high_batch
 * <= 1; pcp_tuning <= 1, and 0 before v6.12, and if it is 1 pcp_high <= pcp_high_max; thp <= 1, and
 * if it is 1 the generation is v6.12 and pageblock_order > 3. */
struct plumb_config {
    uint64_t start_pfn;     /* first page of the zone */
    uint64_t spanned_pages; /* pages from start_pfn to the end, holes included */
    uint32_t top_order;
    uint32_t pageblock_order;
    uint32_t generation; /* enum plumb_generation */
    uint32_t nr_cpus;
    uint32_t pcp_batch; /* pages */
    uint32_t pcp_high; /* pages; at so many a CPU gives some back; if it is tuned, the least high */
    uint32_t pcp_low;  /* pages; 2.6.11 refills at or below this, others ignore it */
    uint32_t pcp_limit; /* pages; upper bound of batch, high and low for the zone's whole life */
    uint64_t wmark[PLUMB_NR_WMARKS];         /* pages, by enum plumb_wmark */
    uint64_t watermark_boost;                /* pages; v6.12 adds it to every mark */
    uint64_t lowmem_reserve[PLUMB_NR_ZONES]; /* pages, by highest zone index of the request */
    uint64_t nr_reserved_highatomic;         /* pages; v4.10 subtracts the whole reserve */
    uint32_t watermark_boost_factor;         /* of 10000 of the high mark; v6.12, 0: no boost */
    uint32_t fallback;                       /* enum plumb_fallback */
    uint32_t highatomic;                     /* enum plumb_reserve */
    uint32_t placement;                      /* enum plumb_placement */
    uint32_t page_refs;                      /* 1: references to used blocks are counted */
    uint32_t ungrouped;  /* 1: a fallback claims any pageblock (page_group_by_mobility_disabled) */
    uint32_t pcp_tuning; /* 1: v6.12's tuning of the per-CPU lists; 0: it ignores the next three */
    uint32_t pcp_high_max;        /* pages; bounds of each CPU's high, with pcp_high (high_min) */
    uint32_t pcp_batch_scale_max; /* CONFIG_PCP_BATCH_SCALE_MAX */
    uint32_t pcp_free_high_batch; /* 1: as with a large cache (PCPF_FREE_HIGH_BATCH) */
    uint32_t thp; /* 1: huge pages, the blocks of pageblock_order, have two lists of a CPU, one of
                     movable ones (v6.12 with CONFIG_TRANSPARENT_HUGEPAGE; semantics 8) */
};

/* The tunables of a running zone, same limits as in the configuration. */
struct plumb_tunables {
    uint32_t pcp_batch, pcp_high, pcp_low;
    uint64_t wmark[PLUMB_NR_WMARKS];
    uint64_t watermark_boost;
    uint64_t lowmem_reserve[PLUMB_NR_ZONES];
    uint64_t nr_reserved_highatomic;
    uint32_t watermark_boost_factor;
    uint32_t pcp_high_max;
};

/* Cheap totals, exact after every call. */
struct plumb_counters {
    uint64_t managed_pages;   /* released to the zone: free + isolated + pcp + used */
    uint64_t free_pages;      /* on free lists, type ISOLATE excluded (NR_FREE_PAGES) */
    uint64_t free_cma;        /* of these, type CMA */
    uint64_t free_highatomic; /* of these, type HIGHATOMIC */
    uint64_t isolated_pages;  /* on the free lists of type ISOLATE */
    uint64_t pcp_pages;       /* on per-CPU lists, all CPUs */
    uint64_t used_pages;
    uint64_t watermark_boost;           /* as set, or changed by a fallback since */
    uint64_t nr_reserved_highatomic;    /* as set, or changed by the reserve since */
    uint64_t nr_free[PLUMB_NR_ORDERS];  /* free blocks by order, all types */
    uint32_t pcp_count[PLUMB_MAX_CPUS]; /* pages on the lists of a CPU */
};

/* What tunes the lists of one CPU, in a zone that does so. */
struct plumb_pcp_tuning {
    uint32_t high; /* pages, of the last refill, trim or decay */
    uint32_t alloc_factor;
    uint32_t free_count;
    uint32_t prev_free_high_order;
    uint32_t below_high, reclaim_active; /* of the zone */
};

enum plumb_page_state { PAGE_TAIL, PAGE_RESERVED, PAGE_USED, PAGE_PCP, PAGE_FREE };

#define PLUMB_NO_PFN UINT64_MAX

/* One page as an inspector sees it. Fields that do not apply are 0 (links: PLUMB_NO_PFN). */
struct plumb_page {
    uint8_t state;          /* enum plumb_page_state; TAIL: inside a block, not its first page */
    uint8_t order;          /* of the block, for a head */
    uint8_t type;           /* FREE: migratetype of its list; PCP: index of its list (0..13) */
    uint8_t cpu;            /* PCP: whose list */
    uint8_t pageblock_type; /* migratetype of the page's pageblock, for every page */
    uint8_t movable;        /* USED: allocated with type MOVABLE or CMA */
    uint8_t compound;       /* USED: 1 for a compound block */
    uint32_t refs;          /* USED: references to the block; 1 in a zone that counts none */
    uint64_t next, prev;    /* FREE and PCP: neighbours on the list, head to tail */
};

enum { PLUMB_LIST_PAGES = 32 };

/* Pages that are freed together (v6.12 struct folio_batch, 2.6.11 struct pagevec). */
struct plumb_page_list {
    uint32_t nr; /* entries: 1 .. PLUMB_LIST_PAGES */
    uint64_t pfn[PLUMB_LIST_PAGES];
};

/* Threads (the optimized variant): calls of plumb_alloc, plumb_free, plumb_put_page,
 * plumb_alloc_pages_exact, plumb_free_pages_exact, plumb_free_contig_range, plumb_free_page_list,
 * plumb_drain_pages, plumb_drain_zone_pages and plumb_decay_pcp_high for different CPUs, and of
 * plumb_split_page, plumb_prep_compound_page, plumb_get_page, plumb_isolate_free_page and
 * plumb_free_range, may overlap; two calls for one CPU must not, nor any two in a zone of one CPU. Their effect is that of
 * some order of the calls, except:
 * - an allocation looks at the watermark, and a free at its pageblock's type, before its turn;
 * - some calls take several turns, and others may come in between: with fallback, one that refills
 *   a per-CPU list; with the highatomic reserve, one that a per-CPU list served, or could not
 *   serve, before the reserve grows or gives the block; in 2.6.11 a drain, which is of two lists;
 *   plumb_alloc_pages_exact, which allocates, splits, and frees the rest (v6.12: in one turn with
 *   the split, before page by page); plumb_free_pages_exact, plumb_free_contig_range and
 *   plumb_free_page_list, which look at all pages, then free them one by one;
 * - whether a zone that tunes its lists is below its HIGH mark is noted before an allocation's turn
 *   and after a free's, and looked at by refills and frees as others may have changed it since;
 * - a fallback that counts a pageblock's pages may see other CPUs' use of their lists half done.
 * Conservation holds all the same, and no page is handed out twice. A block is freed, split or made
 * compound by one caller at a time, who has a reference: two that overlap are not told apart from
 * two good ones. References to it are taken and put by any number of callers at a time. All else
 * (set-up, tunables, disabling of lists, drains of all CPUs, plumb_set_reclaim_active, plumb_watermark_ok, inspection,
 * plumb_unreserve_highatomic, isolation, plumb_alloc_contig_range) is called while no other call
 * runs. */
struct plumb_zone; /* the optimized variant's zone, in memory the caller hands in */

/* Bytes of memory a zone of this configuration needs, aligned to 64; 0 if it is not valid. */
size_t plumb_zone_bytes(const struct plumb_config *config);

/* Makes a zone with every page reserved. types: one migratetype for each pageblock from the one
 * that holds start_pfn to the one that holds the last page (2.6.11: all UNMOVABLE).
 * PLUMB_ECONFIG, PLUMB_ETYPE. */
enum plumb_status plumb_zone_init(struct plumb_zone *zone, const struct plumb_config *config,
                                  const uint8_t *types);

/* The same in memory that is all zero already, as fresh from an operating system: takes time
 * linear in pageblocks, not pages, and touches no more of the memory. Of the optimized variant
 * only. */
enum plumb_status plumb_zone_init_zeroed(struct plumb_zone *zone, const struct plumb_config *config,
                                         const uint8_t *types);

/* Changes the tunables. PLUMB_ECONFIG; PLUMB_EBUSY while the per-CPU lists are disabled. */
enum plumb_status plumb_set_tunables(struct plumb_zone *zone, const struct plumb_tunables *t);

/* Hands the reserved pages [start, end) to the zone as free memory, in the largest aligned
 * blocks, each at the tail of its list (v6.12 memblock release). PLUMB_ERANGE, PLUMB_EBUSY. */
enum plumb_status plumb_free_range(struct plumb_zone *zone, uint64_t start, uint64_t end);

/* Allocates 2^order pages of a migratetype (semantics 1, 2, 6, 8, 9, 10, 12). On PLUMB_OK *pfn is
 * the first page, otherwise *pfn is PLUMB_NO_PFN. Checked in this order: PLUMB_EORDER, PLUMB_ETYPE
 * (ISOLATE; 2.6.11: all but UNMOVABLE), PLUMB_ECPU, PLUMB_EZONEIDX, PLUMB_EFLAGS, PLUMB_EWMARK,
 * PLUMB_ENOMEM. A zone that tunes its per-CPU lists holds the request against the HIGH mark first,
 * whatever the flags name: if that is passed no other is asked for, until a request fails it; a CPU
 * that gives pages back while the zone is above the mark ends that (semantics 5, 15). */
enum plumb_status plumb_alloc(struct plumb_zone *zone, uint32_t cpu, uint32_t order,
                              uint32_t migratetype, uint32_t flags, uint32_t highest_zoneidx,
                              uint64_t *pfn);

/* Puts the caller's reference to a used block, and frees it if that was the last (__free_pages,
 * semantics 5, 7, 8, 11, 18). If it was not, and the block is not compound, all but its first page
 * are freed, the upper half first, then half of the rest, and so on; its first page stays used, a
 * block of its own, for those that have a reference to it. A compound block stays whole. cold: v4.10
 * the cold end, 2.6.11 the cold list, v6.12 ignored. Checked in this order: PLUMB_EORDER,
 * PLUMB_ECPU, PLUMB_ERANGE, PLUMB_ERESERVED, PLUMB_ETAIL, PLUMB_EFREE, PLUMB_EPCP,
 * PLUMB_EMISMATCH. */
enum plumb_status plumb_free(struct plumb_zone *zone, uint32_t cpu, uint64_t pfn, uint32_t order,
                             int cold);

/* Makes blocks of one page of a used block of 2^order pages (split_page, semantics 18), each as
 * movable as the block was and with one reference; the first keeps those of the block. Checked as
 * plumb_free does: PLUMB_EORDER, PLUMB_ERANGE, PLUMB_ERESERVED, PLUMB_ETAIL, PLUMB_EFREE,
 * PLUMB_EPCP, PLUMB_EMISMATCH; then PLUMB_ECOMPOUND. */
enum plumb_status plumb_split_page(struct plumb_zone *zone, uint64_t pfn, uint32_t order);

/* Allocates a run of so many pages, each a used block of one page (alloc_pages_exact): the smallest
 * block that holds them is allocated as by plumb_alloc and split, then the pages behind the run are
 * freed in ascending order: in v6.12 to the tails of the buddy lists, with their pageblock's type;
 * before as plumb_free does. PLUMB_ERANGE for no page, PLUMB_EORDER for more than 2^top_order, then
 * as plumb_alloc. */
enum plumb_status plumb_alloc_pages_exact(struct plumb_zone *zone, uint32_t cpu, uint32_t pages,
                                          uint32_t migratetype, uint32_t flags,
                                          uint32_t highest_zoneidx, uint64_t *pfn);

/* Frees the used blocks of one page of a run in ascending order, as plumb_free does: those with
 * other references stay used (free_pages_exact). First PLUMB_ECPU and PLUMB_ERANGE (no page, more
 * than 2^top_order, or not all in the zone), then what plumb_free would say of the first page that is
 * not such a block. */
enum plumb_status plumb_free_pages_exact(struct plumb_zone *zone, uint32_t cpu, uint64_t pfn,
                                         uint32_t pages);

/* Makes a used block of 2^order pages, order above 0, a compound one: a reference to any of its
 * pages is one to the block (prep_compound_page, semantics 18). PLUMB_EREFS in a zone that counts no
 * references; checked as plumb_split_page does, PLUMB_ECOMPOUND for order 0 too. */
enum plumb_status plumb_prep_compound_page(struct plumb_zone *zone, uint64_t pfn, uint32_t order);

/* Takes a reference to a used block: of one that is compound by any of its pages, of any other by
 * its first (get_page; a speculative reference, get_page_unless_zero, is the same). PLUMB_EREFS in a
 * zone that counts none; PLUMB_ERANGE, PLUMB_ERESERVED, PLUMB_ETAIL, PLUMB_EFREE, PLUMB_EPCP;
 * PLUMB_EREFS for more than 2^31 - 1 references. */
enum plumb_status plumb_get_page(struct plumb_zone *zone, uint64_t pfn);

/* Puts a reference to a used block, and frees it if that was the last (put_page): a compound block
 * whole, any other if it is one page; of a larger one the last reference is put by plumb_free.
 * PLUMB_EREFS in a zone that counts none; PLUMB_ECPU, PLUMB_ERANGE, PLUMB_ERESERVED, PLUMB_ETAIL,
 * PLUMB_EFREE, PLUMB_EPCP, PLUMB_EMISMATCH. */
enum plumb_status plumb_put_page(struct plumb_zone *zone, uint32_t cpu, uint64_t pfn);

/* Returns all pages of a CPU's lists (drain_pages_zone). PLUMB_ECPU. */
enum plumb_status plumb_drain_pages(struct plumb_zone *zone, uint32_t cpu);

/* Returns a batch of a CPU's pages (2.6.11: of each of its two lists), or all if it holds fewer; the
 * last block whole (drain_zone_pages, semantics 7). PLUMB_ECPU. */
enum plumb_status plumb_drain_zone_pages(struct plumb_zone *zone, uint32_t cpu);

/* Where a CPU's high is above the zone's pcp_high: lowers it by an eighth, or to what the CPU holds
 * less the pages of its largest batch if that is more, but not below pcp_high; then returns the pages
 * that the CPU holds above (decay_pcp_high, semantics 5). PLUMB_ECPU; PLUMB_ECONFIG in a zone that
 * does not tune its lists. */
enum plumb_status plumb_decay_pcp_high(struct plumb_zone *zone, uint32_t cpu);

/* Disables the per-CPU lists, or enables them again (zone_pcp_disable, zone_pcp_enable; semantics 5,
 * v6.12). Disabled, pcp_batch is 1, pcp_high, pcp_low and pcp_high_max are 0, and all lists are
 * drained, CPU 0 first: what is freed then goes through them to the free lists, so that no page of a
 * pageblock that is to be isolated stays behind on one. Enabled again, the four are what they were.
 * PLUMB_ECONFIG in 2.6.11, whose lists always keep a page; PLUMB_EBUSY: the lists are disabled, or
 * enabled, already. */
enum plumb_status plumb_set_pcp_disabled(struct plumb_zone *zone, int disabled);

/* Notes whether the zone's pages are being reclaimed (ZONE_RECLAIM_ACTIVE), which keeps the per-CPU
 * lists short. PLUMB_ECONFIG in a zone that does not tune its lists. */
enum plumb_status plumb_set_reclaim_active(struct plumb_zone *zone, int active);

/* Gives free pages of the highatomic reserve back to a migratetype below MIGRATE_PCPTYPES
 * (unreserve_highatomic_pageblock, semantics 10): a pageblock, or one free block that is larger;
 * without force only if more than a pageblock is reserved. PLUMB_ETYPE; PLUMB_ENOMEM: the zone
 * keeps no reserve, or has none to give. */
enum plumb_status plumb_unreserve_highatomic(struct plumb_zone *zone, uint32_t migratetype,
                                             int force);

/* Makes the pageblock of a page one that nothing is allocated from, and empties all per-CPU lists,
 * CPU 0 first (set_migratetype_isolate, drain_all_pages; semantics 13, v6.12). Its free pages move
 * to the lists of type ISOLATE; those freed later join them. PLUMB_ETYPE in 2.6.11, which has no
 * types; PLUMB_ERANGE; PLUMB_EBUSY: the pageblock is isolated, is not all in the zone, is CMA's (the
 * call is that of memory which goes offline), or holds a page that is reserved, or used and not
 * movable. */
enum plumb_status plumb_set_migratetype_isolate(struct plumb_zone *zone, uint64_t pfn);

/* Gives the isolated pageblock of a page a type below MIGRATE_PCPTYPES, or MIGRATE_CMA, to which
 * its free pages move and merge (unset_migratetype_isolate). PLUMB_ETYPE, of 2.6.11 too;
 * PLUMB_ERANGE; PLUMB_EBUSY: the pageblock is not isolated, or not all in the zone. */
enum plumb_status plumb_unset_migratetype_isolate(struct plumb_zone *zone, uint64_t pfn,
                                                  uint32_t migratetype);

/* Takes a free block of 2^order pages off its list, wherever there it is (__isolate_free_page,
 * semantics 12: how compaction gets its targets); it becomes a used block, not movable. One of a
 * pageblock that is not isolated only if order-0 requests of the highest zone index 0 with ALLOC_CMA
 * would pass the MIN mark, without boost, plus 2^order pages. If its pageblocks are of a type below
 * MIGRATE_PCPTYPES they become MOVABLE, as does, with what else is free in it, the pageblock of which
 * the block is half, if it is all in the zone. PLUMB_ETYPE in 2.6.11, which has no pageblocks;
 * PLUMB_EORDER, PLUMB_ERANGE, PLUMB_ERESERVED, PLUMB_ETAIL, PLUMB_EBUSY (the block is used),
 * PLUMB_EPCP, PLUMB_EMISMATCH, PLUMB_EWMARK. */
enum plumb_status plumb_isolate_free_page(struct plumb_zone *zone, uint64_t pfn, uint32_t order);

/* Allocates the pages from one pfn up to, not including, another, each as a block of one page
 * (alloc_contig_range, semantics 13, v6.12): isolates their pageblocks, takes the pages, and gives
 * the pageblocks a type below MIGRATE_PCPTYPES, or MIGRATE_CMA, as which the pages are handed out.
 * Nothing is migrated: PLUMB_EBUSY, and nothing changes, if a page of the range is used or reserved
 * or one of its pageblocks can't be isolated: as above, but pageblocks of CMA are for type CMA, and
 * then whatever else they hold. PLUMB_ETYPE, of 2.6.11 too; PLUMB_ERANGE. */
enum plumb_status plumb_alloc_contig_range(struct plumb_zone *zone, uint64_t start, uint64_t end,
                                           uint32_t migratetype);

/* Frees a run of single used pages, each as plumb_free does, in ascending order
 * (free_contig_range): plumb_free_pages_exact for runs of any length. */
enum plumb_status plumb_free_contig_range(struct plumb_zone *zone, uint32_t cpu, uint64_t pfn,
                                          uint64_t pages);

/* Frees the used blocks of one page that a list names, each as plumb_free does, in the list's order;
 * in 2.6.11 from its end (free_unref_page_list; v4.10 free_hot_cold_page_list, 2.6.11
 * __pagevec_free). None is freed unless all may be: PLUMB_ECPU; PLUMB_ERANGE for no page or more
 * than PLUMB_LIST_PAGES; then, of the first entry that is not such a block, what plumb_free would
 * say, or PLUMB_EBUSY if the page is listed before. */
enum plumb_status plumb_free_page_list(struct plumb_zone *zone, uint32_t cpu,
                                       const struct plumb_page_list *list, int cold);

/* Returns all pages of all CPUs' lists, CPU 0 first. */
void plumb_drain_all_pages(struct plumb_zone *zone);

/* Would 2^order pages above `mark` pages pass, were `free_pages` free? The full check of the
 * zone's generation, with the zone's lists, reserves and counters (semantics 1). free_pages may
 * be negative, at most 2^53 in size; mark <= 2^53. 1 yes, 0 no. PLUMB_EORDER, PLUMB_EZONEIDX,
 * PLUMB_EFLAGS and PLUMB_ECONFIG (sizes) are answered as negative numbers. */
int plumb_watermark_ok(const struct plumb_zone *zone, uint32_t order, uint64_t mark,
                       uint32_t highest_zoneidx, uint32_t flags, int64_t free_pages);

/* Inspection. page: PLUMB_ERANGE. pcp_tuning: PLUMB_ECPU, PLUMB_ECONFIG (the zone does not tune).
 * Heads of lists are pfns or PLUMB_NO_PFN; arguments in range. */
void plumb_counters(const struct plumb_zone *zone, struct plumb_counters *counters);
enum plumb_status plumb_page(const struct plumb_zone *zone, uint64_t pfn, struct plumb_page *page);
enum plumb_status plumb_pcp_tuning(const struct plumb_zone *zone, uint32_t cpu,
                                   struct plumb_pcp_tuning *tuning);
uint64_t plumb_free_list_head(const struct plumb_zone *zone, uint32_t order, uint32_t migratetype);
uint64_t plumb_pcp_list_head(const struct plumb_zone *zone, uint32_t cpu, uint32_t index);

/* ---- set-up: what marks, reserves and per-CPU lists of a zone are made of ----
 * Pure functions of numbers (semantics 3, 4, 5; pages of 4096 bytes). A bad argument is answered
 * by PLUMB_ECONFIG and nothing is written. Within the limits nothing overflows. */

enum plumb_zone_kind { ZONE_LOWMEM, ZONE_HIGHMEM, ZONE_MOVABLE, PLUMB_NR_ZONE_KINDS };

/* The zones of one node, lowest first, and what an administrator sets.
 * Limits: generation < 3; 1 <= nr_zones <= PLUMB_NR_ZONES; kinds below PLUMB_NR_ZONE_KINDS; each
 * number of pages <= 2^40; some lowmem; min_free_kbytes < 2^26; 1 <= watermark_scale_factor <=
 * 10000; percpu_fraction 0 or 8 and above; nr_node_cpus <= 2^16; 1 <= nr_online_cpus <= 2^16.
 * Entries of zones that do not exist are ignored. */
struct plumb_memory {
    uint32_t generation; /* enum plumb_generation */
    uint32_t nr_zones;
    uint32_t kind[PLUMB_NR_ZONES]; /* enum plumb_zone_kind; before v6.12 MOVABLE is lowmem too */
    uint32_t lowmem_ratio[PLUMB_NR_ZONES]; /* v6.12: 0 keeps no reserve; before: 0 is taken as 1 */
    uint64_t managed_pages[PLUMB_NR_ZONES];
    uint64_t other_lowmem_pages;     /* of the lowmem zones of the other nodes */
    uint64_t min_free_kbytes;        /* KiB */
    uint32_t watermark_scale_factor; /* of 10000; 2.6.11 ignores it */
    uint32_t percpu_fraction;        /* 0: not set; a list gets managed / fraction; not 2.6.11 */
    uint32_t nr_node_cpus;           /* CPUs of the node, with one that is coming online */
    uint32_t nr_online_cpus;         /* of all nodes: they count if the node has none (v6.12) */
};

/* Pages of a zone above its HIGH mark (at boot 0) that requests for the kernel may take, if it is
 * of kind LOWMEM, else 0. high <= 2^53. */
enum plumb_status plumb_nr_free_buffer_pages(const struct plumb_memory *memory, uint32_t zone,
                                             uint64_t high, uint64_t *pages);

/* min_free_kbytes from the buffer pages of all zones (<= 2^42): the integer square root of 16
 * times their KiB, within the generation's limits, unless the user's value is larger. user_kbytes
 * from -1 (not set) to 2^26 - 1; 2.6.11 ignores it. */
enum plumb_status plumb_min_free_kbytes(uint32_t generation, uint64_t buffer_pages,
                                        int64_t user_kbytes, uint64_t *kbytes);

/* The marks of a zone, in pages, without boost; a mark the generation does not have is 0. */
enum plumb_status plumb_zone_wmarks(const struct plumb_memory *memory, uint32_t zone,
                                    uint64_t wmark[PLUMB_NR_WMARKS]);

/* One step of the boost (v6.12). managed <= 2^40 pages, order <= PLUMB_MAX_ORDER, high (the mark
 * without boost) and *boost <= 2^53 pages, factor (of 10000) <= 2^20. 1: *boost is the new boost;
 * 0: there is none for this zone, *boost stays; -PLUMB_ECONFIG. */
int plumb_boost_watermark(uint64_t managed, uint32_t pageblock_order, uint64_t high,
                          uint32_t factor, uint64_t *boost);

/* The pages of a zone that requests with a higher highest zone leave alone, by that zone. */
enum plumb_status plumb_lowmem_reserve(const struct plumb_memory *memory, uint32_t zone,
                                       uint64_t reserve[PLUMB_NR_ZONES]);

/* The pages of a zone that only the kernel may use: the largest reserve and the HIGH mark (boost
 * included, <= 2^53), at most the zone. 2.6.11 keeps no such number: 0. */
enum plumb_status plumb_zone_totalreserve(const struct plumb_memory *memory, uint32_t zone,
                                          uint64_t high, uint64_t *pages);

/* Sizes of a zone's per-CPU lists, in pages. */
struct plumb_pcp_sizes {
    uint32_t batch;     /* at least 1 */
    uint32_t low;       /* 2.6.11, hot list; of the cold list it is 0 */
    uint64_t high_min;  /* v4.10 and 2.6.11 (hot list): high_min = high_max = high */
    uint64_t high_max;  /* v6.12: bounds of the high that is tuned */
    uint64_t cold_high; /* 2.6.11, cold list */
};

/* Flags of a request that say how its pages can be had back (__GFP_MOVABLE, __GFP_RECLAIMABLE). */
enum plumb_gfp { PLUMB_GFP_MOVABLE = 0x8, PLUMB_GFP_RECLAIMABLE = 0x10 };

/* The migratetype that a request with these gfp flags asks for (gfpflags_to_migratetype in v4.10,
 * gfp_migratetype in v6.12; semantics 14); other flags do not matter. ungrouped: see struct
 * plumb_config. 2.6.11: UNMOVABLE. -PLUMB_ECONFIG: no such generation; -PLUMB_EFLAGS: both flags. */
int plumb_gfp_migratetype(uint32_t generation, int ungrouped, uint32_t gfp);

/* Whether a machine has too few pages to keep pageblocks for one type each, so that its zones are
 * ungrouped: fewer than a pageblock for each of the MIGRATE_TYPES (v4.10, v6.12
 * build_all_zonelists). pages: those above the HIGH marks of all zones, at boot all that are
 * managed, <= 2^42. 1, 0, or -PLUMB_ECONFIG. */
int plumb_grouping_disabled(uint64_t pages, uint32_t pageblock_order);

/* Base of the batch of a zone of so many pages (zone_batchsize), may be 0. managed <= 2^40. */
enum plumb_status plumb_zone_batchsize(uint32_t generation, uint64_t managed, uint32_t *batch);

/* low_wmark: the zone's LOW mark with boost, <= 2^53; only v6.12 looks at it. */
enum plumb_status plumb_zone_pcp_sizes(const struct plumb_memory *memory, uint32_t zone,
                                       uint64_t low_wmark, struct plumb_pcp_sizes *sizes);

#endif
