/* What every engine drives: one program in lockstep, the reference against the variant. */
#ifndef FUZZ_TARGET_H
#define FUZZ_TARGET_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "harness/lockstep.h"

/* A program that uses more CPU time than this hangs. The slowest that ends takes a tenth. */
enum { TARGET_LIMIT_MS = 500, TARGET_SHRINK_LIMIT_MS = 100, TARGET_WHOLE_SHRINK_MS = 4000 };

/* Counted in the file that the environment variable PLUMBLINE_STATS names, if there is one. */
struct fuzz_stats {
    uint64_t executions, operations, differences;
    uint64_t cpu_ns; /* CPU time of the target's processes */
    uint64_t spare[4];
};

/* The entry of AFL++ and libFuzzer; a finding prints its signature and aborts. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The same for a program in memory; options as for lockstep_run. */
void target_execute(const struct program *program, const struct lockstep_options *options);
/* The lockstep of both variants, opened on the first call; it exits if there is no memory. */
struct lockstep *target_lockstep(void);
/* One run without the abort. */
int target_difference(const struct program *program, const struct lockstep_options *options,
                      struct difference *difference);
/* One line that is the same for all inputs that show the same fault. */
void target_print_signature(FILE *out, const struct difference *difference);
/* For all runs to come. */
void target_set_limit(uint32_t milliseconds);
/* Aborts as a hang after so much CPU time, or a quarter more (not wall clock: a loaded machine must
 * not make hangs). 0: not from now on; each run begins anew. */
void target_set_timer(uint32_t milliseconds);

#endif
