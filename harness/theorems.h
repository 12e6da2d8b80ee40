/* Which theorem a difference breaks: the numbers and sentences of the design. */
#ifndef HARNESS_THEOREMS_H
#define HARNESS_THEOREMS_H

#include "harness/lockstep.h"

/* "8 Exact failure: ..."; numbers from 1, NULL if there is no such theorem. */
const char *theorem_text(unsigned number);
/* By the name of the field that differs. */
const char *theorem_of_field(const char *field);
/* By the call whose answers differ. */
const char *theorem_of_call(const struct operation *operation, uint32_t status_a,
                            uint32_t status_b);

#endif
