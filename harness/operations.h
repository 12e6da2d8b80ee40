/* Programs: a zone's configuration and the operations done on it, as values, as text and as
 * fixed-width binary records. */
#ifndef HARNESS_OPERATIONS_H
#define HARNESS_OPERATIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "src/plumbline.h"

/* ---- values ---- */

enum {
    PROGRAM_MAX_SPAN = 1 << 23,       /* pages from the rounded start to the end: the reference's */
    PROGRAM_MAX_SLOTS = 1 << 23,      /* slots are 0 .. this - 1 */
    PROGRAM_MAX_OPERATIONS = 1 << 27, /* of a text program */
};

enum operation_kind {
    OP_RELEASE,          /* free_range(start, end) */
    OP_ALLOC,            /* cpu, order, type, flags, zoneidx; the block goes to `slot` */
    OP_FREE,             /* cpu, the block last put in `slot`, cold; order if has_order */
    OP_FREE_PFN,         /* cpu, pfn, order, cold: any pfn at all */
    OP_DRAIN_PAGES,      /* cpu */
    OP_DRAIN_ZONE_PAGES, /* cpu */
    OP_DRAIN_ALL_PAGES,
    OP_WATERMARK_OK, /* order, mark, zoneidx, flags, free_pages */
    OP_SET_TUNABLES, /* change: index into the program's changes */
    OP_CHECK,        /* compares the whole state and runs the oracles now */
    OP_SIZING,       /* set-up by numbers, compared: zoneidx, memory, min_free, scale, fraction,
                        shape, cpus */
    OP_SET_SIZES,    /* the same for the running zone, and they become its tunables */
    OP_UNRESERVE,    /* unreserve_highatomic(type, force): cold */
    OP_SPLIT,        /* split_page of the block last put in `slot`; order if has_order */
    OP_ALLOC_EXACT,  /* as OP_ALLOC, with pages instead of order */
    OP_FREE_EXACT,   /* free_pages_exact(cpu) of what `slot` stands for; pages if has_order */
    OP_ISOLATE,      /* set_migratetype_isolate(pfn) */
    OP_UNISOLATE,    /* unset_migratetype_isolate(pfn, type) */
    OP_ALLOC_CONTIG, /* alloc_contig_range(start, end, type); the run goes to `slot` */
    OP_FREE_CONTIG,  /* free_contig_range(cpu) of what `slot` stands for; run if has_order */
    OP_COMPOUND,     /* prep_compound_page of the block last put in `slot`; order if has_order */
    OP_GET,          /* get_page of the page that is `pages` behind what `slot` stands for */
    OP_PUT,          /* put_page(cpu) of such a page */
    OP_ISOLATE_PAGE, /* isolate_free_page(pfn, order) if has_order; else of the free block that
                        holds pfn; the block goes to `slot` */
    OP_DECAY,        /* decay_pcp_high(cpu) */
    OP_RECLAIM,      /* set_reclaim_active: cold */
    OP_PCP_DISABLE,  /* set_pcp_disabled: cold */
    OP_FREE_LIST,    /* free_page_list(cpu, cold) of what `pages` slots from `slot` on stand for */
    OP_NR_KINDS
};

/* One operation. Fields its kind does not use are 0. OP_SIZING and OP_SET_SIZES have the scale
 * factor in `flags`, the per-CPU fraction in `order`, the shape in `type`, the node's CPUs in
 * `cpu`; OP_UNRESERVE has force in `cold`, OP_RECLAIM whether it is active, OP_PCP_DISABLE whether
 * the lists are disabled.
 *
 * Slots. A slot stands for a pfn, an order and a number of pages. `alloc` that succeeds makes its
 * slot stand for the new block; what the slot stood for before stays as it is in the zone (only
 * free_pfn reaches it now). `alloc` that fails leaves the slot alone. `free` frees the pfn its slot
 * stands for, with the order it was allocated with unless has_order; the slot goes on standing for
 * that pfn, so a second `free` is a double free. `alloc_exact` makes it stand for a run of pages,
 * each of order 0, and so do `split`, for as many as it split, and `alloc_contig`; `free_exact` and
 * `free_contig` free them all, or so many as has_order says, and leave the slot alone.
 * `isolate_page` makes it stand for a block, as `alloc` does. `free_list` frees the pages that its
 * slot and those behind it stand for, in this order, and leaves the slots alone; all must be slots,
 * and a list of more than PLUMB_LIST_PAGES names no more than that. A slot that never stood for
 * anything stands for pfn start_pfn + slot % spanned_pages, order 0, one page. */
struct operation {
    uint8_t kind;
    uint8_t cold;
    uint8_t has_order; /* OP_FREE, OP_SPLIT, OP_COMPOUND, OP_ISOLATE_PAGE: `order` is given;
                          OP_FREE_EXACT: `pages`; OP_FREE_CONTIG: `run` */
    uint32_t line;     /* of a text program, from 1; 0 unknown; no part of the program's value */
    uint32_t cpu;
    union {
        uint32_t order;
        uint32_t pages; /* OP_ALLOC_EXACT, OP_FREE_EXACT, OP_GET, OP_PUT, OP_FREE_LIST */
    };
    uint32_t type, flags, zoneidx, slot;
    union {
        uint64_t pfn;
        uint64_t start;
        uint64_t mark;
        uint64_t change;
        uint64_t memory; /* OP_SIZING, OP_SET_SIZES: 16 bits a zone, see harness/sizing.c */
    };
    union {
        uint64_t end;
        uint64_t run;      /* OP_FREE_CONTIG: pages */
        uint64_t min_free; /* KiB */
        int64_t free_pages;
    };
};

/* Bits of a shape, two for each: the first of them. */
enum shape_bit {
    SHAPE_ZONES = 0,   /* zones of the node, less one */
    SHAPE_KINDS = 2,   /* 4 of them: enum plumb_zone_kind */
    SHAPE_RATIOS = 10, /* 4 of them: 256, 32, 0, 1 */
    SHAPE_FACTOR = 18, /* of the boost: 15000, 0, 1, 2^20 */
    SHAPE_OTHERS = 20, /* lowmem of the other nodes: 0, 1, 2^20, 2^40 pages */
    SHAPE_USER = 22,   /* the user's min_free_kbytes: -1, 0, 4096, min_free */
    SHAPE_BOOST = 24,  /* the boost before: 0, 1, the memory modulo 4096, 2^53 */
};

/* Which tunables a set_tunables changes; the others keep the value they have then (a fallback may
 * have changed the boost, an allocation or `unreserve` changed the reserved pages). */
enum tunable {
    TUNABLE_BATCH,
    TUNABLE_HIGH,
    TUNABLE_LOW,
    TUNABLE_WMARK, /* 4 of them */
    TUNABLE_BOOST = TUNABLE_WMARK + PLUMB_NR_WMARKS,
    TUNABLE_RESERVE, /* 4 of them */
    TUNABLE_HIGHATOMIC = TUNABLE_RESERVE + PLUMB_NR_ZONES,
    TUNABLE_BOOST_FACTOR,
    TUNABLE_HIGH_MAX,
    NR_TUNABLES
};

struct tunables_change {
    uint32_t mask; /* bit 1 << enum tunable: the field is set; others are 0 */
    struct plumb_tunables to;
};

struct program {
    struct plumb_config config;
    uint8_t *types; /* one for each pageblock from start_pfn's to the last page's */
    uint32_t nr_types, max_types;
    struct operation *operations;
    uint32_t nr_operations, max_operations;
    struct tunables_change *changes;
    uint32_t nr_changes, max_changes;
    uint32_t nr_slots; /* highest slot + 1 */
};

/* An empty program; program_free gives its memory back. */
void program_init(struct program *program);
void program_free(struct program *program);
/* Empties a program and keeps its memory. */
void program_clear(struct program *program);
/* Adds one operation (with OP_SET_TUNABLES, add the change first); false: no memory, or a limit.
 * After program_reserve there is no allocation. */
bool program_reserve(struct program *program, uint32_t types, uint32_t operations,
                     uint32_t changes);
bool program_add(struct program *program, const struct operation *operation);
/* Adds a change of tunables and an operation that does it. */
bool program_add_change(struct program *program, const struct tunables_change *change,
                        uint32_t line);
/* Makes room for one type for each pageblock of the configuration, all UNMOVABLE; false: no memory,
 * or a span above PROGRAM_MAX_SPAN. A configuration outside plumbline.h's limits has no types. */
bool program_set_types(struct program *program);
bool program_copy(struct program *to, const struct program *from);
bool program_equal(const struct program *a, const struct program *b);

/* Does the kind use `slot`; does it put something there? */
bool operation_uses_slot(uint32_t kind);
bool operation_puts_slot(uint32_t kind);
/* The slots the operation is about are below this: 0 if there are none. */
uint64_t operation_slot_end(const struct operation *operation);

/* Is the configuration within plumbline.h's limits; config_is_valid: and the reference's span? */
bool config_in_limits(const struct plumb_config *config);
/* The reserve that zones of a generation may keep: enum plumb_reserve. */
uint32_t reserve_of_generation(uint32_t generation);
bool config_is_valid(const struct plumb_config *config);
/* Number of pageblocks from start_pfn's to the last page's; the configuration is valid. */
uint32_t config_pageblocks(const struct plumb_config *config);
void tunables_of_config(const struct plumb_config *config, struct plumb_tunables *tunables);
void tunables_apply(struct plumb_tunables *tunables, const struct tunables_change *change);
uint64_t tunable_get(const struct plumb_tunables *tunables, unsigned tunable);
void tunable_set(struct plumb_tunables *tunables, unsigned tunable, uint64_t value);

/* ---- text (operations_print.c, operations_parse.c) ----
 *
 *   # comment
 *   zone start_pfn=37 spanned=200 top=5 pageblock=3 gen=6.12 cpus=2 batch=4 high=12 low=2 limit=64
 *   types 1x20 0x3 4x2
 *   release 40 200
 *   alloc cpu=1 order=3 type=MOVABLE flags=LOW|NON_BLOCK zoneidx=0 slot=7
 *   free cpu=0 slot=7 order=3 cold
 *   free_pfn cpu=0 pfn=41 order=0
 *   drain_pages cpu=0
 *   drain_zone_pages cpu=0
 *   drain_all_pages
 *   watermark_ok order=2 mark=10 zoneidx=0 flags=MIN free=-3
 *   set_tunables batch=4 wmark.min=3
 *   check
 *   sizing zoneidx=1 memory=0x1234567890ab min_free=1024 scale=10 fraction=8 shape=0x3 cpus=2
 *   set_sizes zoneidx=2 memory=0 min_free=64 scale=10 fraction=0 shape=0x2 cpus=1
 *   unreserve type=MOVABLE force
 *   split slot=7 order=3
 *   alloc_exact cpu=1 pages=5 type=MOVABLE flags=LOW zoneidx=0 slot=8
 *   free_exact cpu=0 slot=8 pages=5
 *   isolate pfn=48
 *   unisolate pfn=48 type=MOVABLE
 *   alloc_contig start=50 end=66 type=CMA slot=9
 *   free_contig cpu=0 slot=9 pages=16
 *   compound slot=7 order=3
 *   get slot=7 page=2
 *   put cpu=0 slot=7 page=2
 *   isolate_page pfn=48 order=3 slot=9
 *   decay cpu=0
 *   reclaim active
 *   pcp disabled
 *   free_list cpu=0 slot=3 pages=4 cold
 *
 * The first line that is no comment is `zone`; `types` (TYPExCOUNT, repeated) may follow once and
 * fills the pageblocks from the first, the rest takes the last type given (MOVABLE without a
 * line; UNMOVABLE in 2.6.11). Keys may come in any order and may be left out where 0 makes sense.
 * In `zone`, wmark=MIN,LOW,HIGH,PROMO boost= reserve=DMA,DMA32,NORMAL,MOVABLE highatomic=
 * boost_factor= are 0, fallback= (none, 4.10, 6.12 or 6.15) and highatomic_reserve= (none, 4.10 or
 * 6.12) are none if left out, placement= (kernel or head) is kernel, grouping= (on or off) is on, and
 * refs=1 lets references be counted; tuning= (on or off) is off, and with it high_max= scale_max=
 * high_batch= are the bounds of what is tuned; thp= (on or off; v6.12,
 * pageblocks of order 4 and more) is off;
 * highatomic= is the number of pages reserved at first. Numbers are decimal or 0x hexadecimal. */

struct text_error {
    uint32_t line, column; /* from 1 */
    char what[120];        /* what was found */
    char expected[320];
};

/* Fills an initialised program; false: *error says why and the program is empty. */
bool program_parse(struct program *program, const char *text, size_t length,
                   struct text_error *error);
/* One character sequence for one program: parsing it gives an equal program. */
void program_print(FILE *out, const struct program *program);
void operation_print(FILE *out, const struct program *program, const struct operation *operation);
const char *migratetype_name(uint32_t type); /* "MOVABLE"; NULL if there is no such type */
const char *generation_name(uint32_t generation);
const char *fallback_name(uint32_t fallback);
/* The fallback of that name; false: there is none. */
bool fallback_find(const char *name, uint32_t *fallback);
const char *reserve_name(uint32_t reserve);
const char *placement_name(uint32_t placement);
const char *operation_kind_name(uint32_t kind);

/* ---- binary records (records.c, records_operation.c) ----
 *
 * A header of 32 bytes and then records of 8, at most 1024; a cut header counts as filled with
 * zeros, a cut record is left out. Every byte string is a program. */

enum {
    RECORD_HEADER_BYTES = 32,
    RECORD_BYTES = 8,
    RECORD_MAX_OPERATIONS = 1024,
    RECORD_MAX_SLOTS = 1024,
    RECORD_MAX_RELEASES = 4, /* release operations the header stands for, before the records */
    RECORD_MAX_BYTES = RECORD_HEADER_BYTES + RECORD_BYTES * RECORD_MAX_OPERATIONS,
    RECORD_MAX_PAGEBLOCKS = 2560
};

/* Bytes of the header. */
enum record_header {
    HEADER_GENERATION,      /* % 4: v6.12, v6.12, v4.10, 2.6.11; from 192 on: placement=head */
    HEADER_TOP_ORDER,       /* % 16: most often 3 to 6; from UNGROUPED on: grouping=off */
    HEADER_PAGEBLOCK_ORDER, /* % 8: 3 2 4 1 2 5 3 0, at most the top order; v6.12: see TUNING */
    HEADER_SPANNED,         /* 2 bytes, little endian: 60 + value % 241 pages, see also ATOMIC */
    HEADER_START = 5,       /* 2 bytes: start_pfn is value % 1024 above the base */
    HEADER_BASE = 7,        /* % 8: 0 mostly; 6: 2^40; 7: as high as there are pfns; from 128 on:
                               references are counted; bits 4 to 6 all ones: if there is a
                               fallback, it is v4.10's; bit 3: see BASE_THP */
    HEADER_CPUS,            /* 1 + value % 4; 255: 64 */
    HEADER_BATCH,           /* 1 + value % limit */
    HEADER_HIGH,            /* value % (limit + 1) */
    HEADER_LOW,             /* value % (limit + 1) */
    HEADER_LIMIT,           /* 2 + value % 63 */
    HEADER_TYPES,           /* 4 bytes, 8 half bytes: pageblock i takes half byte i % 8 */
    HEADER_HOLES = 17,      /* % 4: holes in what is released; 252 and above: nothing is released */
    HEADER_HOLE,            /* 3 times 2 bytes: where (scaled to the span), pages % 32 */
    HEADER_WMARK = 24,      /* 2 bytes: below 128 no watermark; else min % 32; then the steps */
    HEADER_BOOST = 26,      /* below 192: 0; else % 32 */
    HEADER_RESERVE,         /* 2 bytes: below 192 no reserve; else % 32, by zone index */
    HEADER_HIGHATOMIC = 29, /* below 192: 0; else % 32 */
    HEADER_ATOMIC, /* from 128 on: a highatomic reserve (2.6.11: none); bits 5 and 6: so many times
                               600 pages more, for it is a hundredth of the zone; bit 4: see
                               ATOMIC_6_15; bits 0 to 3 are the fuzzers' own */
    HEADER_FALLBACK, /* bit 0: one, see ATOMIC_6_15 and BASE (2.6.11: none); bits 1 to 3: the boost
                               factor; bits 4 to 6 all ones: the largest high watermark there
                               may be, and with bit 7 a boost 20 below its own limit */
};

/* Of HEADER_ATOMIC, and of the bytes that are named. */
enum {
    ATOMIC_LARGE = 0x60, /* the bits that make the zone larger */
    BASE_THP = 0x08,     /* of HEADER_BASE: v6.12 with pageblocks of order 4 and more: their blocks
                            have lists of the CPUs too */
    UNGROUPED = 0xe0,    /* of HEADER_TOP_ORDER; the other bits say what they say */
    TUNING = 0xc0,       /* of HEADER_PAGEBLOCK_ORDER, from here on: the per-CPU lists are tuned;
                            bit 5: high_batch; bits 3 and 4: scale_max 5, 1, 0 or 6; HEADER_LOW:
                            high_max, below 64 the same as high */
    ATOMIC_6_15 = 0x10   /* if there is a fallback, it is 6.15's and not v6.12's */
};

/* Bytes of a record, by meaning where a kind uses them. */
enum record_byte {
    RECORD_KIND,      /* below 224: % 32, most often alloc and free; above: the rarer ones, each
                         with bytes of its own (records_operation.c) */
    RECORD_CPU,       /* below 250: % nr_cpus; above: CPUs that do not exist */
    RECORD_ORDER,     /* below 248: % (top order + 1); above: orders that do not exist;
                         set_tunables: which, % 13 (LOW: HIGH_MAX in a zone that tunes); release: pages + 1, % 66;
                         alloc_exact, free_exact: pages, scaled to the largest block,
                         from 1 or from 0; isolate, unisolate: which page of the pageblock;
                         alloc_contig: how long; free_contig: pages, up to four pageblocks;
                         get, put: below 160 the first page, else % 16;
                         free_list: pages, see LIST_ANY */
    RECORD_TYPE,      /* below 248: % 8, U M R H C U M R (2.6.11: U); above: no such type */
    RECORD_SLOT,      /* 2 bytes, little endian: slot % 1024; isolate, unisolate: pageblock,
                         from 32768 on counted from the last, from 65280 on any pfn; or the
                         value of other kinds */
    RECORD_FLAGS = 6, /* bits: 2 of watermark, NO_WATERMARKS, OOM, NON_BLOCK, MIN_RESERVE, CMA,
                         HIGHATOMIC; alloc_contig: where, with CPU */
    RECORD_MISC,      /* bit 0 cold; bits 1, 2 zoneidx; bits 3, 4: NOFRAGMENT; bits 3..7 all ones:
                         a bad zone index or flag, of free_contig no pages or far too many; free,
                         split, compound, free_exact, free_contig: 28 and above in bits 3..7: byte 2
                         tells the order, or the pages; alloc_contig: % 8, 0 to 3 any pages, 4 and 5 whole
                         pageblocks, 6 to the end of one, 7 a few pages, maybe beside the zone;
                         set_tunables: bits 4..6 all ones: the boost factor. unreserve: bit 0 force;
                         reclaim: active. pcp: disabled if bits 0 and 1 are ones.
                         sizing, set_sizes: zoneidx from here, memory from CPU and SLOT, min_free
                         from ORDER, scale from TYPE, fraction from FLAGS, shape from FLAGS, MISC
                         and TYPE */
};

/* How many pages a list has, of a byte: mostly one to eight. From LIST_ANY on none to one too many,
 * twice, and 255 far too many. */
enum { LIST_ANY = 192 };
static inline uint32_t record_list_pages(uint8_t byte)
{
    if (byte == 255)
        return UINT32_MAX;
    return byte < LIST_ANY ? 1u + byte % 8 : (byte - LIST_ANY) % (PLUMB_LIST_PAGES + 2u);
}
static inline uint8_t record_list_byte(uint32_t pages)
{
    return (uint8_t)(LIST_ANY + pages);
}

/* The operation's kind, of the byte RECORD_KIND. */
uint32_t record_kind(uint8_t byte);

/* Room for every binary program, so that program_decode never allocates; false: no memory. */
bool program_reserve_records(struct program *program);
/* Replaces the program by the one the bytes stand for; false: no memory (never, once reserved). */
bool program_decode(struct program *program, const uint8_t *bytes, size_t length);
/* What a slot is in a record: little endian, modulo RECORD_MAX_SLOTS. */
static inline uint32_t record_slot(const uint8_t *record)
{
    uint32_t value = record[RECORD_SLOT] | (uint32_t)record[RECORD_SLOT + 1] << 8;
    return value % RECORD_MAX_SLOTS;
}

#endif
