/* The mutator's part for the records: what one stands for, new ones, and runs of them. */
#ifndef FUZZ_MUTATOR_RECORDS_H
#define FUZZ_MUTATOR_RECORDS_H

#include "fuzz/mutator.h"

static inline uint32_t mutator_kind_of(const uint8_t *record)
{
    return record_kind(record[RECORD_KIND]);
}

static inline void mutator_set_slot(uint8_t *record, uint32_t slot)
{
    record[RECORD_SLOT] = (uint8_t)slot;
    record[RECORD_SLOT + 1] = (uint8_t)(slot % RECORD_MAX_SLOTS >> 8);
}

static inline bool mutator_has_slot(const uint8_t *record)
{
    return operation_uses_slot(mutator_kind_of(record));
}

/* Mostly of a call that asks for something that exists. */
void mutator_random_record(struct random *random, uint8_t *record);
/* Orders, types and flags for a run of allocations. */
void mutator_fill(struct random *random, uint8_t *records, uint32_t count);
/* Makes a run of records allocations of single pages in slots from one on. */
void mutator_alloc_singles(struct random *random, uint8_t *records, uint32_t count, uint32_t slot);
/* How many of so many pages a list frees: often all, or as many as a list may have. */
uint32_t mutator_list_length(struct random *random, uint32_t pages);
/* Makes a record the free of such a list; now and then one that is refused. */
void mutator_free_list(struct random *random, uint8_t *record, uint32_t slot, uint32_t pages);

#endif
