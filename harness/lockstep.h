/* Lockstep: the same program on two subjects, compared call by call up to the first difference. */
#ifndef HARNESS_LOCKSTEP_H
#define HARNESS_LOCKSTEP_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "harness/operations.h"
#include "harness/subject.h"

/* What kind of thing differed. */
enum difference_kind {
    DIFFERENCE_NONE,
    DIFFERENCE_INIT,     /* status of init */
    DIFFERENCE_STATUS,   /* status of a call */
    DIFFERENCE_PFN,      /* page of an allocation */
    DIFFERENCE_ANSWER,   /* answer of watermark_ok */
    DIFFERENCE_COUNTERS, /* a field of struct plumb_counters */
    DIFFERENCE_PAGE,     /* a field of struct plumb_page */
    DIFFERENCE_HEAD,     /* the head of a list */
    DIFFERENCE_CHANGED,  /* a call answered an error and changed a counter */
    DIFFERENCE_ORACLE,   /* a theorem broken in one subject's state */
    DIFFERENCE_NR_KINDS
};

/* The difference a run ended with: texts point at static storage, so it can be copied. */
struct difference {
    enum difference_kind kind;
    const char *field;   /* name of the first field that differs, or of the oracle */
    const char *theorem; /* what broke, by number and sentence; NULL if nothing is known */
    uint32_t operation;  /* index; nr_operations: at the drain and check after the last */
    int side;       /* ORACLE and CHANGED: 0 or 1, which subject (ORACLE on two: 0, their states are
                            the same); otherwise -1 */
    uint64_t where; /* pfn, or index of the counter or list; 0 if it does not apply */
    uint64_t answer[2]; /* both values: status, pfn, field */
    uint32_t status[2]; /* both statuses of the call */
    uint64_t pfn[2];    /* both pages of an alloc */
};

struct lockstep_options {
    uint32_t check_every; /* compares the whole state every so many operations; 0: only at `check`
                             and at the end */
    bool skip_oracles;    /* compare only */
    bool skip_drain;      /* at the end compare, but do not drain and compare again */
    bool skip_end;        /* neither */
    bool heads_only;      /* compares whole states by the heads of their blocks (state.h) */
    FILE *trace;          /* prints each operation with the answers; NULL: nothing */
};

struct lockstep;

/* Two subjects opened for any number of runs; b may be NULL (one subject, oracles only). NULL: no
 * memory. After the first runs of a size a run allocates nothing. */
struct lockstep *lockstep_open(const struct subject *a, const struct subject *b);
void lockstep_close(struct lockstep *lockstep);

/* 0: no difference; 1: *difference says which; 2: there was no memory. options may be NULL. */
int lockstep_run(struct lockstep *lockstep, const struct program *program,
                 const struct lockstep_options *options, struct difference *difference);
/* Operations compared by all runs so far, those after the last (drains) not counted. */
uint64_t lockstep_operations(const struct lockstep *lockstep);
/* Name of subject 0 or 1; NULL: there is none. If both have one name, "ref (1)" and "ref (2)". */
const char *lockstep_subject_name(const struct lockstep *lockstep, unsigned i);
/* The zone of subject 0 or 1, as the last run left it (skip_end: not drained), and its tunables. */
const void *lockstep_zone(const struct lockstep *lockstep, unsigned i);
const struct plumb_tunables *lockstep_tunables(const struct lockstep *lockstep);

/* Are the two the same finding (same kind, field, theorem and side)? */
bool difference_same(const struct difference *a, const struct difference *b);
/* The report for a reader: operation, both answers, field, theorem. */
void difference_print(FILE *out, const struct lockstep *lockstep, const struct program *program,
                      const struct difference *difference);

/* 0: the candidate still shows what is looked for, and `*needed` of its operations, all unless it is
 * set, are enough for that; 1: it does not; 2: no memory. */
typedef int (*shrink_judge)(void *context, const struct program *candidate, uint32_t *needed);
/* Replaces the program by the shortest found of which the judge says 0; at most max_runs questions
 * (0: no limit). 0: done; 2: no memory. shrink.c */
int shrink_judged(struct program *program, shrink_judge judge, void *context, uint32_t max_runs);
/* The same, as long as the program gives the same difference, and *difference by that one's. */
int shrink(struct lockstep *lockstep, struct program *program,
           const struct lockstep_options *options, struct difference *difference,
           uint32_t max_runs);

/* One-line explanation of a status, and its name ("PLUMB_EFREE"). status.c */
const char *status_name(uint32_t status);
const char *status_explain(uint32_t status);

#endif
