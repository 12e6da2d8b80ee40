/* A program as C source: the calls it makes and every answer of the reference. */
#ifndef HARNESS_REPRODUCE_H
#define HARNESS_REPRODUCE_H

#include <stdbool.h>
#include <stdio.h>

#include "harness/operations.h"

/* Runs the program on the reference and writes C that makes the same calls through plumbline.h and
 * stops at the first answer, counter, page or list head that is not the reference's. False: there
 * is no memory. Errors of `out` are the caller's to look for. */
bool reproduce(FILE *out, const struct program *program);

/* What stands before the calls: reproduce_frame.c */
extern const char *const reproduce_frame[];

#endif
