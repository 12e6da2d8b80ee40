/* The words of text programs: names of kinds, migratetypes, generations, fallbacks, reserves,
 * placements, flags and tunables. */
#ifndef HARNESS_NAMES_H
#define HARNESS_NAMES_H

#include <stdint.h>

#include "harness/operations.h"

struct flag_name {
    const char *name;
    uint32_t bit;
};

enum { NR_FLAG_NAMES = 8 };
extern const struct flag_name flag_names[NR_FLAG_NAMES]; /* all but the watermark's */
extern const char *const wmark_names[PLUMB_NR_WMARKS];
extern const char *const migratetype_names[MIGRATE_TYPES];
extern const char *const generation_names[PLUMB_NR_GENERATIONS];
extern const char *const fallback_names[PLUMB_NR_FALLBACKS];
extern const char *const reserve_names[PLUMB_NR_RESERVES];
extern const char *const placement_names[PLUMB_NR_PLACEMENTS];
extern const char *const grouping_names[2]; /* by config.ungrouped */
extern const char *const switch_names[2];   /* by config.pcp_tuning, config.thp */
extern const char *const operation_names[OP_NR_KINDS];
extern const char *const tunable_names[NR_TUNABLES];

#endif
