/* Set-up by numbers: the memory that an operation describes, and all that a subject's pure
 * functions say of it. */
#ifndef HARNESS_SIZING_H
#define HARNESS_SIZING_H

#include <stdbool.h>
#include <stdio.h>

#include "harness/operations.h"
#include "harness/subject.h"

/* What is compared, in the order of the calls. What a call did not write is UINT64_MAX. */
enum sizing_value {
    SIZING_WMARK_STATUS,
    SIZING_WMARK, /* 4 of them */
    SIZING_BUFFER_STATUS = SIZING_WMARK + PLUMB_NR_WMARKS,
    SIZING_BUFFER_PAGES,
    SIZING_MIN_FREE_STATUS,
    SIZING_MIN_FREE,
    SIZING_BOOST_STATUS,
    SIZING_BOOST,
    SIZING_RESERVE_STATUS,
    SIZING_RESERVE, /* 4 of them */
    SIZING_TOTAL_STATUS = SIZING_RESERVE + PLUMB_NR_ZONES,
    SIZING_TOTAL,
    SIZING_BATCHSIZE_STATUS,
    SIZING_BATCHSIZE,
    SIZING_PCP_STATUS,
    SIZING_PCP_BATCH,
    SIZING_PCP_LOW,
    SIZING_PCP_HIGH_MIN,
    SIZING_PCP_HIGH_MAX,
    SIZING_PCP_COLD_HIGH,
    SIZING_GFP_MIGRATETYPE, /* or an error, below 0 */
    SIZING_GROUPING_DISABLED,
    NR_SIZING_VALUES
};

struct sizing {
    uint64_t value[NR_SIZING_VALUES];
};

extern const char *const sizing_names[NR_SIZING_VALUES];

/* The memory of OP_SIZING and OP_SET_SIZES; of the latter the zone has `managed` pages. */
void sizing_memory(const struct operation *operation, const struct plumb_config *config,
                   uint64_t managed, struct plumb_memory *memory);
/* Asks all functions; those of the reference if there are none. */
void sizing_ask(const struct sizing_functions *functions, const struct operation *operation,
                const struct plumb_config *config, uint64_t managed, struct sizing *sizing);
/* Makes the sizes a zone's tunables, if all functions that matter to it answered PLUMB_OK and the
 * per-CPU sizes are numbers of 32 bits; false: they did not. tuning: the zone tunes its per-CPU
 * lists, so that the largest high is one of them. */
bool sizing_apply(const struct sizing *sizing, bool tuning, struct plumb_tunables *tunables);
/* Index of the first value that differs, or NR_SIZING_VALUES. */
unsigned sizing_compare(const struct sizing *a, const struct sizing *b);
/* One line: what the operation's memory is. */
void sizing_print(FILE *out, const struct operation *operation, const struct plumb_config *config);
/* All numbers that were answered, each with its name, on the same line. */
void sizing_print_answers(FILE *out, const struct sizing *sizing);

#endif
