/* The state importer: what buddyinfo, pagetypeinfo and zoneinfo say of a zone becomes a program
 * that builds a zone of which they say the same. */
#ifndef HARNESS_IMPORT_STATE_H
#define HARNESS_IMPORT_STATE_H

#include "harness/import.h"
#include "harness/report_kernel.h"

/* ---- the state (import_pagetypeinfo.c) ---- */

/* Where a number was read, for messages. */
struct import_place {
    const char *file;
    uint64_t line;
};

struct import_state {
    const struct import_zone *zone;
    uint32_t top_order, pageblock_order;
    uint32_t types;                    /* bits: the migratetypes pagetypeinfo has */
    uint64_t nr_free[PLUMB_NR_ORDERS]; /* by buddyinfo, all types */
    uint64_t nr_free_of_type[PLUMB_NR_ORDERS][MIGRATE_TYPES];
    uint64_t nr_blocks[MIGRATE_TYPES]; /* pageblocks */
    bool free_drifts; /* zoneinfo's free pages are not the lists', but within the drift */
    struct import_place buddyinfo, free_counts, block_counts, zoneinfo;
};

/* The files of one moment. */
struct import_state_files {
    const char *buddyinfo, *pagetypeinfo, *zoneinfo;
};

/* Reads what a buddyinfo and then a pagetypeinfo say of the zone. Print file, line and what was
 * expected if they can't, false then. */
bool import_buddyinfo_read(struct import_source *source, struct import_state *state);
bool import_pagetypeinfo_read(struct import_source *source, struct import_state *state);
/* All of it, from files; zoneinfo is read already. The three must agree. */
bool import_state_read(struct import_state *state, const struct import_zone *zone,
                       const struct import_state_files *files, FILE *errors);
/* The zone of that name and node (UINT32_MAX: any), NULL: the one that manages the most pages.
 * Answers NULL and prints the zones there are if there is none. */
const struct import_zone *import_state_zone(const struct import_zoneinfo *info, const char *file,
                                            const char *name, uint32_t node, FILE *errors);

/* ---- where everything lies (import_layout.c) ---- */

struct import_piece {
    uint64_t pfn;
    uint8_t order, type;
};

struct import_pieces {
    struct import_piece *pieces;
    uint32_t count, size;
};

/* Free pieces, of which no two merge, and the rest of the managed pages, in the largest aligned
 * pieces within pageblocks. */
struct import_layout {
    uint8_t *types; /* of the pageblocks; ISOLATE for a hole */
    uint32_t nr_pageblocks;
    struct import_pieces free, rest;
    uint64_t end; /* no page from here on is managed, and no pageblock from here on counts */
};

/* IMPORT_OK, or prints why not: IMPORT_BAD_INPUT (there is no such state), IMPORT_BROKEN. */
int import_layout(struct import_layout *layout, const struct import_state *state, FILE *errors);
void import_layout_free(struct import_layout *layout);
bool import_pieces_add(struct import_pieces *pieces, const struct import_piece *piece);

/* ---- the program (import_state_program.c) ---- */

/* A block that is allocated in the state already, for a trace that will free it. */
struct import_held {
    uint32_t slot;
    uint8_t order, type;
    bool placed; /* set: it had room in the used pages */
};

struct import_state_options {
    uint32_t nr_cpus; /* 0: the zone's; more or fewer than it has are possible */
    bool whole_span;  /* with the holes at the zone's end */
    struct import_held *held;
    uint32_t nr_held;
    uint32_t spare_slot; /* for all blocks that are not held */
};

/* Sets configuration and types and adds the operations that build the state; as above. */
int import_state_program(struct program *program, const struct import_state *state,
                         const struct import_state_options *options, struct import_state_lost *lost,
                         FILE *errors);

/* ---- the way back (import_state_check.c) ---- */

/* What a report of the state's zone looks like; subject, zone and tunables are the caller's. The
 * lines for which the model has no value of this state are left out. */
void import_state_report(struct kernel_report *report, const struct import_state *state,
                         const struct plumb_config *config);
/* Compares the reports of a zone with the lines the files have of it: false, and the first line
 * that is not the same, or that one could not be read. *lines grows by the lines compared. */
bool import_state_same(const struct kernel_report *report, const struct import_state_files *files,
                       uint64_t *lines, FILE *errors);

#endif
