/* The ftrace importer: text of kmem events plus /proc/zoneinfo becomes one program per zone. */
#ifndef HARNESS_IMPORT_H
#define HARNESS_IMPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "harness/operations.h"
#include "src/plumbline.h"

enum {
    IMPORT_LINE_MAX = 4096,    /* bytes of a line; a longer one is malformed */
    IMPORT_LINE_END = 1 << 20, /* bytes of a line after which no more of it is read */
    IMPORT_ZONES_MAX = 64,     /* populated zones of a machine */
    IMPORT_NAME_MAX = 32,
    IMPORT_CPUS_MAX = 8192,      /* per-CPU page sets of one zone in zoneinfo */
    IMPORT_PCP_MAX = 1 << 16,    /* the model's largest pcp_limit */
    IMPORT_EVENTS_MAX = 1 << 23, /* events that become operations, of one trace */
    IMPORT_REPORTED_LINES = 5,   /* malformed lines that are shown, not only counted */
};

/* Exit codes of import-ftrace. */
enum { IMPORT_OK = 0, IMPORT_BAD_INPUT = 2, IMPORT_BROKEN = 3 };

/* ---- lines (import_line.c) ---- */

struct import_source {
    const char *name; /* for messages */
    FILE *file;
    FILE *errors;                   /* messages go here: stderr, or a test's file */
    uint64_t line;                  /* number of the line in text, from 1 */
    size_t length;                  /* of text, the newline excluded */
    bool too_long;                  /* text holds only the line's beginning */
    bool cut;                       /* the file ends without a newline */
    bool failed;                    /* reading failed */
    char text[IMPORT_LINE_MAX + 1]; /* NUL-terminated; may hold other NULs */
    size_t at, filled;
    char buffer[1 << 16];
};

/* Opens a file, or standard input for "-". Prints why it could not; false then. */
bool import_open(struct import_source *source, const char *name);
void import_close(struct import_source *source);
/* Reads the next line; false at the end of the file, and with a message after a failed read and
 * if the line has no end. */
bool import_next_line(struct import_source *source);

/* A cursor over one line. The scan functions advance it only when they succeed. */
struct import_scan {
    const char *text;
    size_t length, at;
};

bool import_scan_text(struct import_scan *scan, const char *expected);
bool import_scan_number(struct import_scan *scan, unsigned base, uint64_t *value);
/* One blank or more. */
bool import_scan_blanks(struct import_scan *scan);

/* ---- zoneinfo (import_zoneinfo.c) ---- */

struct import_zone {
    char name[IMPORT_NAME_MAX];
    uint32_t node;
    uint32_t index; /* position among the zones of its node, unpopulated ones included */
    uint64_t start_pfn, spanned, present, managed, nr_free, boost;
    uint64_t wmark[PLUMB_NR_WMARKS]; /* as printed: the boost is in them */
    uint32_t nr_reserves;            /* of those below */
    uint32_t nr_protection;  /* as printed; those beyond the fourth are of no zone there is here */
    bool protection_repeats; /* they are the same as the fourth */
    uint64_t drift;          /* pages by which the kernel's free pages may differ from its lists' */
    uint64_t lowmem_reserve[PLUMB_NR_ZONES];
    uint32_t nr_cpus;
    uint64_t pcp_count;       /* pages on the lists of all CPUs */
    uint64_t pcp_high;        /* the lowest of the CPUs' high_min, or high where there is none */
    uint64_t pcp_batch;       /* of the first CPU */
    uint64_t line;            /* of the zone's first line */
    bool cpus_in_order;       /* numbered 0, 1, 2 ... */
    bool one_high, one_batch; /* all CPUs have the same high, batch, now */
    uint64_t pcp_high_now;    /* the highest of the CPUs' high */
    uint64_t pcp_count_of_cpu[PLUMB_MAX_CPUS]; /* pages on the lists of each CPU */
};

struct import_zoneinfo {
    uint32_t nr_zones; /* populated ones only */
    struct import_zone zones[IMPORT_ZONES_MAX];
    /* Highest zone index of a request for DMA, DMA32, Normal or Movable memory. */
    uint32_t highest_index[PLUMB_NR_ZONES];
};

/* Reads zoneinfo; prints file, line and what was expected if it can't, false then. */
bool import_zoneinfo_read(struct import_source *source, struct import_zoneinfo *info);
/* Reads what names a zone, "Normal" or with its node "0:Normal"; *node is left alone without. */
bool import_scan_zone(const char *text, const char **name, uint32_t *node);
/* The zone that spans a pfn, or NULL; of overlapping zones the first. */
const struct import_zone *import_zone_of(const struct import_zoneinfo *info, uint64_t pfn);

/* ---- events (import_event.c) ---- */

enum import_kind {
    IMPORT_ALLOC,
    IMPORT_FREE,
    IMPORT_PCPU_DRAIN,
    IMPORT_ZONE_LOCKED,
    IMPORT_FREE_BATCHED,
    IMPORT_OTHER_EVENT,
};

/* What zone a request may use at most; gfp_zone() of the flags' names. */
enum import_zone_class { IMPORT_DMA, IMPORT_DMA32, IMPORT_NORMAL, IMPORT_MOVABLE };

struct import_event {
    enum import_kind kind;
    uint32_t cpu;
    uint64_t pfn;
    uint64_t order;
    uint64_t migratetype; /* of ALLOC, ZONE_LOCKED and PCPU_DRAIN */
    bool no_page;         /* ALLOC: it failed */
    bool memalloc;        /* ALLOC: __GFP_MEMALLOC, the watermark was ignored */
    enum import_zone_class zone_class;
};

enum import_line_kind { IMPORT_LINE_COMMENT, IMPORT_LINE_LOST, IMPORT_LINE_EVENT, IMPORT_LINE_BAD };

struct import_line {
    enum import_line_kind kind;
    struct import_event event; /* EVENT */
    uint64_t lost;             /* LOST: number of events, 0 if not told */
    size_t column;             /* BAD: where, from 1 */
    const char *expected;      /* BAD: what */
};

void import_parse_line(const char *text, size_t length, struct import_line *line);

/* ---- a table of numbers (import_table.c) ---- */

struct import_entry {
    uint64_t key, value;
    bool taken;
};

/* Grows with what is put into it; entries are never removed. All zero: empty. */
struct import_table {
    struct import_entry *entries;
    size_t size, used; /* size is 0 or a power of two */
};

/* The value of a key, or NULL; it stays in place until the next put. */
uint64_t *import_table_get(const struct import_table *table, uint64_t key);
/* The value of a key, 0 if it is new; NULL: no memory. */
uint64_t *import_table_put(struct import_table *table, uint64_t key);
void import_table_free(struct import_table *table);

/* ---- what becomes of every event (import_trace.c) ---- */

/* Each event line has exactly one fate. */
enum import_fate {
    IMPORT_USED_ALLOC,
    IMPORT_USED_FREE,
    IMPORT_FIRST_UNUSED,
    IMPORT_UNUSED_DRAIN = IMPORT_FIRST_UNUSED,
    IMPORT_UNUSED_ZONE_LOCKED,
    IMPORT_UNUSED_FREE_BATCHED,
    IMPORT_UNUSED_OTHER_EVENT,
    IMPORT_UNUSED_FAILED,
    IMPORT_UNUSED_NO_ZONE,
    IMPORT_UNUSED_OTHER_ZONE,
    IMPORT_UNUSED_CPU,
    IMPORT_UNUSED_ORDER,
    IMPORT_UNUSED_ALIGNMENT,
    IMPORT_UNUSED_TYPE,
    IMPORT_UNUSED_PART,
    IMPORT_UNUSED_WHOLE,
    IMPORT_UNUSED_MALFORMED,
    IMPORT_UNUSED_CUT,
    IMPORT_NR_FATES
};

/* Short name (JSON key) and one-line explanation. */
const char *import_fate_name(enum import_fate fate);
const char *import_fate_text(enum import_fate fate);

enum { IMPORT_TYPE_UNKNOWN = 0xff };

/* An alloc or free of the program to be. */
struct import_op {
    uint64_t pfn; /* in the trace; the replay's own differs */
    uint32_t slot;
    uint8_t is_free, cpu, order;
    uint8_t type; /* alloc; IMPORT_TYPE_UNKNOWN: to be taken from the pageblock */
    uint8_t zoneidx, no_watermarks;
};

struct import_ops {
    struct import_op *ops;
    uint32_t count, size;
};

/* What a trace does to one zone. */
struct import_zone_trace {
    const struct import_zone *zone;
    struct import_ops prologue; /* blocks freed before they were seen allocated */
    struct import_ops ops;
    uint32_t *free_slots; /* stack */
    uint32_t nr_free_slots, size_free_slots, nr_slots;
    uint32_t nr_cpus;        /* 1 + highest CPU of a used event */
    uint64_t implied_frees;  /* allocated again while allocated */
    uint64_t implied_allocs; /* freed again while free */
};

struct import_trace {
    const struct import_zoneinfo *info;
    const char *zone_name;      /* NULL: all zones */
    uint32_t zone_node;         /* with zone_name; UINT32_MAX: any */
    uint32_t cpu_limit;         /* events of CPUs from this on are not used */
    struct import_table heads;  /* pfn of a head -> its state, see import_trace.c */
    struct import_table blocks; /* pageblock -> 1 + first migratetype seen in it */
    struct import_zone_trace zones[IMPORT_ZONES_MAX];
    uint64_t lines, comments, events, lost_markers, lost_events;
    uint64_t fates[IMPORT_NR_FATES];
    bool no_memory; /* why import_trace_read failed */
};

void import_trace_init(struct import_trace *trace, const struct import_zoneinfo *info);
void import_trace_free(struct import_trace *trace);
/* Takes every line of a trace. Prints why it could not, false then. */
bool import_trace_read(struct import_trace *trace, struct import_source *source);
uint64_t import_trace_used(const struct import_trace *trace);

/* ---- a zone's program (import_program.c) ---- */

/* What a zone built from an imported state does not have as it was. */
struct import_state_lost {
    uint64_t pcp_pages;   /* on lists, now used: more than the model's limit, or CPUs left out */
    uint64_t other_types; /* blocks held in pageblocks of another type than theirs */
    uint64_t no_room;     /* blocks held that had no room in the used pages */
};

/* What of the zone did not fit into a program; for the report. */
struct import_clipped {
    uint64_t spanned, managed;       /* pages left off */
    bool pcp;                        /* batch or high were lowered */
    bool demand;                     /* the trace holds more pages at once than the zone has */
    uint64_t peak[MIGRATE_PCPTYPES]; /* pages held at once, by type */
    bool from_state;
    struct import_state_lost lost; /* from_state */
};

/* v6.12's, its fallback too, with the zone's numbers and its holes at the end left off. */
void import_zone_config(struct plumb_config *config, const struct import_zone *zone,
                        uint32_t nr_cpus, struct import_clipped *clipped);

/* Fills an initialised program, all managed pages free at its start; false: no memory. */
bool import_program(struct program *program, const struct import_trace *trace,
                    const struct import_zone_trace *zone, uint32_t cpus,
                    struct import_clipped *clipped);

struct import_state; /* import_state.h */
/* The same from a state. Answers an IMPORT_ exit code, with a message if it is not IMPORT_OK. */
int import_program_from(struct program *program, const struct import_trace *trace,
                        const struct import_zone_trace *zone, uint32_t cpus,
                        const struct import_state *state, struct import_clipped *clipped);

/* ---- the report (import_report.c) ---- */

/* The lines "COUNT  what" of all fates that occurred, and of what surrounds the events. */
void import_report_events(FILE *out, const struct import_trace *trace);
/* What the program of a zone has beyond the trace's events, and what did not fit. */
void import_report_zone(FILE *out, const struct import_zone_trace *zone,
                        const struct import_clipped *clipped);
/* "lines": N, ... "unused": {...} and "file": ... "peak": {...}: members of a JSON object. */
void import_json_events(FILE *out, const struct import_trace *trace);
void import_json_zone(FILE *out, const struct import_zone_trace *zone,
                      const struct import_clipped *clipped);
void import_json_string(FILE *out, const char *text);

/* ---- files (import_write.c) ---- */

typedef void import_writer(FILE *out, const void *what);

enum { IMPORT_OUTPUTS_MAX = IMPORT_ZONES_MAX + 1 };

/* Files that are written together; all zero: none yet. */
struct import_outputs {
    struct import_output {
        char *name, *temporary;
    } files[IMPORT_OUTPUTS_MAX];
    unsigned count;
};

/* False, with a message, if a file can't take this name's place: a device, pipe or folder must not
 * be replaced, as -o /dev/null run by root would. */
bool import_can_replace(const char *name);
/* Writes what a file will hold to NAME.PROCESS.tmp; prints why it could not, false then. */
bool import_outputs_add(struct import_outputs *outputs, const char *name, import_writer *write,
                        const void *what);
/* Gives all files their names, or drops those left and prints why, false then. None is left. */
bool import_outputs_place(struct import_outputs *outputs);
/* No file of these will be. */
void import_outputs_drop(struct import_outputs *outputs);
/* All of it for one file. */
bool import_write_file(const char *name, import_writer *write, const void *what);

/* ---- the command (import_ftrace.c) ---- */

/* plumbline import-ftrace; argv[0] is the command's name. Answers an IMPORT_ exit code. */
int import_ftrace_main(int argc, char **argv);

#endif
