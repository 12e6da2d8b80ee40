/* The mutator's part for the records: new ones, and runs of them. */
#include "fuzz/mutator_records.h"

#include <string.h>

#include "harness/operations.h"

enum {
    COMMON_SLOTS = 64,
    CHECKS_KEPT =
        4, /* one in so many: a check takes as long as 30 calls, and each run ends in two */
};

/* Half of the pageblocks are one of the first or last four, so that some are named twice, or are
 * neighbours, or lie across an edge. */
static void name_pageblock(struct random *random, uint8_t *record)
{
    if (random_one_in(random, 2))
        return;
    record[RECORD_SLOT] = (uint8_t)random_below(random, 4);
    record[RECORD_SLOT + 1] &= 128; /* counted from the last one */
}

/* Most records ask for something that exists; the decoder reads high bytes as bad requests. */
void mutator_random_record(struct random *random, uint8_t *record)
{
    for (uint32_t i = 0; i < RECORD_BYTES; i++)
        record[i] = random_byte(random);
    if (!random_one_in(random, 8))
        record[RECORD_CPU] %= 64;
    if (!random_one_in(random, 8))
        record[RECORD_ORDER] %= 64;
    if (!random_one_in(random, 8))
        record[RECORD_TYPE] %= 64;
    if (!random_one_in(random, 4))
        record[RECORD_MISC] %= 128;
    record[RECORD_FLAGS] = random_flags(random);
    if (mutator_kind_of(record) == OP_UNISOLATE && !random_one_in(random, 4))
        record[RECORD_KIND] = random_kind_byte(random, OP_ISOLATE);
    if (mutator_kind_of(record) == OP_FREE_CONTIG && !random_one_in(random, 4))
        record[RECORD_KIND] = random_kind_byte(random, OP_ALLOC_CONTIG);
    if (mutator_kind_of(record) == OP_ALLOC_CONTIG || mutator_kind_of(record) == OP_ISOLATE_PAGE)
        record[RECORD_FLAGS] = random_byte(random); /* where */
    if (mutator_kind_of(record) == OP_CHECK && !random_one_in(random, CHECKS_KEPT))
        record[RECORD_KIND] = random_kind_byte(random, OP_FREE);
    if (mutator_kind_of(record) == OP_ISOLATE || mutator_kind_of(record) == OP_UNISOLATE)
        name_pageblock(random, record);
    if (mutator_has_slot(record))
        mutator_set_slot(record, random_below(random, random_one_in(random, 4) ? RECORD_MAX_SLOTS
                                                                               : COMMON_SLOTS));
}

/* Allocations fill the zone from large blocks to small ones as often as not: what a check does with
 * the last few pages shows only then. They go past the watermarks, or stop at one of them, which
 * takes all types in turn: each has memory of its own. */
void mutator_fill(struct random *random, uint8_t *records, uint32_t count)
{
    bool stops = random_one_in(random, 3), turns = stops || random_one_in(random, 4);
    uint32_t largest = random_below(random, 7);
    uint8_t mark = random_byte(random) & 3;
    for (uint32_t i = 0; i < count; i++) {
        uint8_t *record = records + (size_t)i * RECORD_BYTES;
        record[RECORD_ORDER] = (uint8_t)((count - 1 - i) * (largest + 1) / count);
        if (turns)
            record[RECORD_TYPE] = (uint8_t)(i % 8);
        if (stops)
            record[RECORD_FLAGS] = mark;
        else
            record[RECORD_FLAGS] |= 1u << 2; /* NO_WATERMARKS */
    }
}

void mutator_alloc_singles(struct random *random, uint8_t *records, uint32_t count, uint32_t slot)
{
    uint8_t template[RECORD_BYTES];
    mutator_random_record(random, template);
    template[RECORD_KIND] = random_kind_byte(random, OP_ALLOC);
    template[RECORD_ORDER] = 0;
    for (uint32_t i = 0; i < count; i++) {
        memcpy(records + (size_t)i * RECORD_BYTES, template, RECORD_BYTES);
        mutator_set_slot(records + (size_t)i * RECORD_BYTES, slot + i);
    }
}

uint32_t mutator_list_length(struct random *random, uint32_t pages)
{
    uint32_t most = pages < PLUMB_LIST_PAGES ? pages : PLUMB_LIST_PAGES;
    return random_one_in(random, 2) ? most : random_length(random, most);
}

void mutator_free_list(struct random *random, uint8_t *record, uint32_t slot, uint32_t pages)
{
    mutator_random_record(random, record);
    if (random_one_in(random, 16)) {
        pages = random_one_in(random, 2) ? 0 : PLUMB_LIST_PAGES + 1;
        record[RECORD_CPU] = (uint8_t)(246 + random_below(random, 10)); /* often none there is */
    }
    record[RECORD_KIND] = random_kind_byte(random, OP_FREE_LIST);
    record[RECORD_ORDER] = record_list_byte(pages);
    mutator_set_slot(record, slot);
}
