/* What the two halves of the decoder of binary records share: records.c reads the header,
 * records_operation.c a record. The records themselves are described in harness/operations.h. */
#ifndef HARNESS_RECORDS_H
#define HARNESS_RECORDS_H

#include "harness/operations.h"

/* The last is the largest there may be. records.c */
extern const uint32_t record_boost_factors[8];

/* Adds the operation a record stands for, and with it its change of tunables; there is room.
 * records_operation.c */
void record_append(struct program *program, const uint8_t *record);

/* Adds an operation; there is room. */
static inline void record_append_operation(struct program *program,
                                           const struct operation *operation)
{
    program->operations[program->nr_operations++] = *operation;
}

/* Little endian. */
static inline uint32_t record_two_bytes(const uint8_t *bytes)
{
    return bytes[0] | (uint32_t)bytes[1] << 8;
}

#endif
