/* A program as C source: the calls it makes and every answer of the reference. */
#ifndef HARNESS_REPRODUCE_H
#define HARNESS_REPRODUCE_H

#include <stdbool.h>
#include <stdio.h>

#include "harness/operations.h"

enum { REPRODUCE_MAX = 64 << 20 }; /* bytes: more than a compiler takes in reasonable time */

enum reproduced { REPRODUCED, REPRODUCE_TOO_LONG, REPRODUCE_NO_MEMORY };

/* Runs the program on the reference and makes C that makes the same calls through plumbline.h and
 * stops at the first answer, counter, page or list head that is not the reference's. *text is the
 * caller's to free. */
enum reproduced reproduce(const struct program *program, char **text, size_t *length);

/* What stands before the calls: reproduce_frame.c */
extern const char *const reproduce_frame[];

#endif
