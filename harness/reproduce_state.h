/* What writes down a program as C source: reproduce.c its calls, reproduce_state.c what the reference
 * says of its state after each. */
#ifndef HARNESS_REPRODUCE_STATE_H
#define HARNESS_REPRODUCE_STATE_H

#include "harness/reproduce.h"
#include "harness/subject.h"

/* Equal neighbours among the pages are written as one line. */
struct run {
    uint64_t first, last;
    struct plumb_page page;
    bool is_open;
};

/* Non-empty lists of one kind; written when the last of them has been asked for. */
struct heads {
    const char *name;
    uint64_t *pfns;
    uint32_t count, room;
};

struct recorder {
    FILE *out;
    const struct program *program;
    void *ref;
    struct plumb_counters written;                  /* what the C program expects at this point */
    struct plumb_pcp_tuning tuning[PLUMB_MAX_CPUS]; /* the same */
    struct plumb_memory memory;                     /* the same */
    struct run run;
    struct heads free, pcp;
    bool no_memory;
};
extern struct recorder recorder;

/* Whether what is written is above the limit. */
bool record_too_long(void);
/* They answer as the reference does; what has changed since they were asked last is written. Above
 * the limit they answer something else, which ends the run. */
enum plumb_status record_page(const void *self, uint64_t pfn, struct plumb_page *page);
uint64_t record_free_head(const void *self, uint32_t order, uint32_t type);
uint64_t record_pcp_head(const void *self, uint32_t cpu, uint32_t index);
void record_counters(const void *self, struct plumb_counters *now);

/* Numbers with commas between. reproduce.c */
void record_numbers(const uint64_t *numbers, unsigned count);
/* They answer as the reference does and write down each call; all need what stands before main.
 * reproduce_sizing.c */
extern const struct sizing_functions record_sizing;
extern const char *const reproduce_sizing_frame[];

#endif
