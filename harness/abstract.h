/* The abstraction function: the reference's value for what any subject shows of its state. */
#ifndef HARNESS_ABSTRACT_H
#define HARNESS_ABSTRACT_H

#include "harness/lockstep.h"
#include "src/ref/refs.h"

struct abstract {
    struct zone zone;
    struct page_refs refs;
};

/* Memory for one value, its capacity not touched; NULL: none. */
struct abstract *abstract_new(void);
void abstract_free(struct abstract *abstract);

/* Fills *abstract from the subject's pages, list heads, counters and what its CPUs remember,
 * whatever they say: a state that is not well formed gives a value that is not. */
void abstract_fill(struct abstract *abstract, const struct subject *subject, const void *self,
                   const struct plumb_config *config, const struct plumb_tunables *tunables);

/* Runs the proven oracles on a value; true if all hold, otherwise *difference names the first that
 * does not. oracles.c */
bool oracles_hold(const struct abstract *abstract, struct difference *difference);
/* Name of the oracle number i, from 0; NULL: there are no more. */
const char *oracle_name(unsigned i);

#endif
