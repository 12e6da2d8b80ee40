/* The structure-aware mutator on fixed-width records that AFL++ and libFuzzer share. */
#ifndef FUZZ_MUTATOR_H
#define FUZZ_MUTATOR_H

#include <stddef.h>
#include <stdint.h>

#include "fuzz/random.h"

enum mutation {
    MUTATE_INSERT,     /* a few new records */
    MUTATE_DELETE,     /* a run of records */
    MUTATE_DUPLICATE,  /* a run again, its slots shifted */
    MUTATE_SPLICE,     /* a run of another input */
    MUTATE_OPERAND,    /* one byte of one record */
    MUTATE_MOVE,       /* a run to another place */
    MUTATE_BURST,      /* many allocations, or many frees, of neighbouring slots */
    MUTATE_FREE_ALL,   /* frees of all slots in use, and perhaps drains */
    MUTATE_SAME_CPU,   /* one CPU for a run */
    MUTATE_SAME_ORDER, /* one order for a run */
    MUTATE_SAME_TYPE,  /* one migratetype for a run */
    MUTATE_SAME_FLAGS, /* one set of flags for a run */
    MUTATE_DOUBLE,     /* the whole stream again */
    MUTATE_HEADER,     /* the zone */
    MUTATE_SHARE,      /* calls about the block of one slot */
    MUTATE_LIST,       /* single pages, and lists that free them */
    MUTATE_NR
};

enum { MUTATE_MAX_STACKED = 8 };

/* Changes a program in place, or makes one from nothing. bytes has room for RECORD_MAX_BYTES.
 * Answers the new length: a whole header and whole records, at most `max` bytes (which is at
 * least a header). other may be NULL. */
size_t mutate(struct random *random, uint8_t *bytes, size_t length, size_t max,
              const uint8_t *other, size_t other_length);
/* One mutation of the named kind, under the same conditions. */
size_t mutate_once(struct random *random, enum mutation mutation, uint8_t *bytes, size_t length,
                   size_t max, const uint8_t *other, size_t other_length);
/* mutator_header.c: changes the header of a program. */
void mutate_header(struct random *random, uint8_t *bytes);

#endif
