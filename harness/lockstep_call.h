/* A run in lockstep, and the calls of its operations: lockstep_call.c makes them, lockstep.c
 * compares what they answer. */
#ifndef HARNESS_LOCKSTEP_CALL_H
#define HARNESS_LOCKSTEP_CALL_H

#include "harness/lockstep.h"
#include "harness/sizing.h"

/* What a slot stands for. */
struct slot {
    uint64_t pfn; /* PLUMB_NO_PFN: nothing yet */
    uint32_t order;
    uint64_t pages;
};

/* What a call answered. */
struct answer {
    uint32_t status;
    uint64_t pfn;
    int64_t number;
};

struct lockstep {
    const struct subject *subject[2];
    void *self[2];
    unsigned nr_subjects;
    struct slot *slots;
    uint32_t max_slots;
    struct abstract *abstract; /* what the oracles look at */
    uint64_t operations;
    char names[2][64];

    /* of the current run */
    const struct program *program;
    const struct lockstep_options *options;
    struct plumb_tunables tunables;
    bool pcp_disabled;
    struct plumb_counters counters[2][2]; /* by subject; two turns, now and before */
    unsigned turn;
    struct sizing sizing[2]; /* by subject; of the last OP_SIZING or OP_SET_SIZES */
};

/* Makes so many slots stand for nothing; false: no memory. */
bool lockstep_reset_slots(struct lockstep *lockstep, uint32_t count);

/* Does the operation on subject i. */
struct answer lockstep_call(struct lockstep *lockstep, unsigned i,
                            const struct operation *operation);

/* What both answered becomes what the slot stands for and what the tunables are. */
void lockstep_remember(struct lockstep *lockstep, const struct operation *operation,
                       const struct answer *answer);

/* As they are now: a fallback changes the boost, allocations and `unreserve` the reserve. */
struct plumb_tunables lockstep_tunables_now(const struct lockstep *lockstep);
/* The same, with the sizes that the per-CPU lists have while they are disabled. */
struct plumb_tunables lockstep_tunables_in_force(const struct lockstep *lockstep);

static inline bool lockstep_is_sizing(const struct operation *operation)
{
    return operation->kind == OP_SIZING || operation->kind == OP_SET_SIZES;
}

#endif
