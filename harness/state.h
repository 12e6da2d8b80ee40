/* The whole canonical state of two subjects: every page, every link, every list head. */
#ifndef HARNESS_STATE_H
#define HARNESS_STATE_H

#include "harness/lockstep.h"

/* True if the counters are the same, pcp_count of CPUs 0 .. nr_cpus - 1; otherwise *difference says
 * which is not. */
bool state_same_counters(const struct plumb_counters *a, const struct plumb_counters *b,
                         uint32_t nr_cpus, struct difference *difference);
/* True if every page and the head of every list is the same in both. */
bool state_same(const struct subject *const subject[2], void *const self[2],
                const struct plumb_config *config, struct difference *difference);

#endif
