/* The whole canonical state of two subjects: every page, every link, every list head. */
#ifndef HARNESS_STATE_H
#define HARNESS_STATE_H

#include "harness/lockstep.h"

/* True if the counters are the same, pcp_count of CPUs 0 .. nr_cpus - 1; otherwise *difference says
 * which is not. */
bool state_same_tuning(const struct subject *const subject[2], void *const self[2],
                       uint32_t nr_cpus, struct difference *difference);
bool state_same_page(const struct plumb_page *a, const struct plumb_page *b);
bool state_same_counters(const struct plumb_counters *a, const struct plumb_counters *b,
                         uint32_t nr_cpus, struct difference *difference);
/* True if every page and the head of every list is the same in both. heads_only: of the pages
 * behind a head that is the same in both, as many as its order says, only the first of each
 * pageblock is looked at; what is wrong with the others is missed. */
bool state_same(const struct subject *const subject[2], void *const self[2],
                const struct plumb_config *config, bool heads_only, struct difference *difference);

#endif
