/* A program that is being shrunk: by shrink.c, by shrink_pageblocks.c where it names pageblocks, by
 * shrink_blocks.c where several allocations may be one. */
#ifndef HARNESS_SHRINKER_H
#define HARNESS_SHRINKER_H

#include "harness/lockstep.h"

struct shrinker {
    shrink_judge judge;
    void *context;            /* the judge's */
    struct program *best;     /* the shortest so far */
    struct program candidate; /* what is tried next */
    uint32_t needed;          /* operations of the best */
    uint32_t runs, max_runs;
    bool failed; /* no memory */
};

bool shrink_may_run(const struct shrinker *s);
/* Makes the candidate the best so far, to be changed; false: no more runs, or no memory. */
bool shrink_copy_best(struct shrinker *s);
/* Keeps the candidate if it gives the wanted difference. */
bool shrink_keep_candidate(struct shrinker *s);

/* Takes operations out of a program. */
void shrink_remove(struct program *program, uint32_t start, uint32_t count);
/* Fewer allocations of the best program: of more pages each, or of less memory. */
bool shrink_blocks(struct shrinker *s);

bool shrink_is_isolation(uint32_t kind);
/* Every pfn the operation names, down by so many. */
void shrink_move_pfns(struct operation *operation, uint64_t by);
/* Of the best program's operation i, if it names a pageblock or a range. */
bool shrink_pageblock(struct shrinker *s, uint32_t i);

#endif
