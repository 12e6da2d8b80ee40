/* Programs from a seed, without feedback: the honest baseline, the first corpus, and a check. */
#ifndef FUZZ_SWARM_H
#define FUZZ_SWARM_H

#include <stddef.h>
#include <stdint.h>

/* Writes the program of a seed as a header and records; bytes has room for RECORD_MAX_BYTES.
 * At most max_operations (1 .. RECORD_MAX_OPERATIONS). Answers the length. */
size_t swarm_generate(uint64_t seed, uint32_t max_operations, uint8_t *bytes);

#endif
