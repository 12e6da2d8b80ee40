/* What the parsers' fuzz targets share: a failed expectation aborts, and what a program must be. */
#ifndef FUZZ_PARSERS_PARSER_H
#define FUZZ_PARSERS_PARSER_H

#include <stddef.h>
#include <stdint.h>

#include "harness/import.h"
#include "harness/operations.h"

/* The entry of the engines; one for each target. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Aborts with the sentence unless it holds: to an engine that is a finding. */
void expect(bool holds, const char *sentence);

/* Printed as text and parsed again, a program is the same. */
void expect_round_trip(const struct program *program);

/* A source that reads the bytes, and its messages; source_close checks that each message that
 * begins with the source's name goes on with a line and a column, and answers their number. */
struct import_source *source_open(const uint8_t *data, size_t size);
unsigned source_close(struct import_source *source);

#endif
