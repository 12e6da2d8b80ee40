/* The state of a zone as the kernel reports it: /proc/buddyinfo, pagetypeinfo and zoneinfo. */
#ifndef HARNESS_REPORT_KERNEL_H
#define HARNESS_REPORT_KERNEL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "harness/subject.h"

enum {
    KERNEL_COUNT_MAX = 100000,                  /* pagetypeinfo counts no further: ">100000" */
    KERNEL_ALL_TYPES = (1 << MIGRATE_TYPES) - 1 /* as of a kernel with CMA */
};

/* What is reported of, and what of a report's form is not the zone's. */
struct kernel_report {
    const struct subject *subject;
    const void *zone;
    const struct plumb_config *config;
    const struct plumb_tunables *tunables; /* those of now */
    uint32_t node;
    const char *name;
    uint32_t types;       /* bits: the migratetypes that have a line or column */
    uint32_t nr_reserves; /* numbers of the protection; those beyond the model's repeat its last */
    bool no_free, no_spanned, no_protection, no_high, no_batch; /* leaves lines of zoneinfo out */
};

const char *kernel_type_name(uint32_t type); /* "HighAtomic"; NULL if there is no such type */

/* One line. */
void report_buddyinfo(FILE *out, const struct kernel_report *report);
/* Both tables. The lengths are counted along the lists. A pageblock counts unless it is a hole: of
 * type ISOLATE, as memory is before it goes online, and without a page the zone manages. */
void report_pagetypeinfo(FILE *out, const struct kernel_report *report);
/* The lines the model has values for: not "present", no statistics, no high_min and high_max. */
void report_zoneinfo(FILE *out, const struct kernel_report *report);

#endif
