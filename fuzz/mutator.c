/* The structure-aware mutator: operations are whole records, slots keep their meaning. */
#include "fuzz/mutator_records.h"

#include <string.h>

#include "harness/operations.h"

enum {
    MAX_INSERTED = 6,
    MAX_BURST = 600,     /* an 8-bit counter wraps only beyond 256 operations */
    COMMON_LENGTH = 450, /* a program shorter than some number below this may grow, a longer
                            one is cut now and then */
    MAX_GROWING = 6,
    LARGE_KEPT = 4, /* one in so many: a zone of 2,000 pages takes as long as 200 calls */
    MAX_LISTED = 48,
};

struct stream {
    uint8_t *bytes;   /* header and records */
    uint32_t count;   /* records */
    uint32_t maximum; /* records there may be */
    struct random *random;
    const uint8_t *other; /* records of another input */
    uint32_t other_count;
};

static uint8_t *record_at(const struct stream *stream, uint32_t index)
{
    return stream->bytes + RECORD_HEADER_BYTES + (size_t)index * RECORD_BYTES;
}

/* A run of at least one record; the stream has some. */
static uint32_t random_run(const struct stream *stream, uint32_t *start)
{
    *start = random_below(stream->random, stream->count);
    return random_length(stream->random, stream->count - *start);
}

/* Makes a gap of at most `wanted` records; answers how many there was room for. */
static uint32_t open_gap(struct stream *stream, uint32_t at, uint32_t wanted)
{
    uint32_t room = stream->maximum - stream->count;
    uint32_t size = wanted < room ? wanted : room;
    memmove(record_at(stream, at + size), record_at(stream, at),
            (size_t)(stream->count - at) * RECORD_BYTES);
    stream->count += size;
    return size;
}

static void delete_run(struct stream *stream, uint32_t at, uint32_t size)
{
    memmove(record_at(stream, at), record_at(stream, at + size),
            (size_t)(stream->count - at - size) * RECORD_BYTES);
    stream->count -= size;
}

static void shift_slots(struct stream *stream, uint32_t at, uint32_t size, uint32_t shift)
{
    for (uint32_t i = at; i < at + size; i++)
        if (mutator_has_slot(record_at(stream, i)))
            mutator_set_slot(record_at(stream, i), record_slot(record_at(stream, i)) + shift);
}

/* Places a copy of records before `at`; answers how many there was room for. */
static uint32_t insert_copy(struct stream *stream, uint32_t at, const uint8_t *records,
                            uint32_t size)
{
    static uint8_t copy[RECORD_MAX_BYTES];
    memcpy(copy, records, (size_t)size * RECORD_BYTES);
    uint32_t placed = open_gap(stream, at, size);
    memcpy(record_at(stream, at), copy, (size_t)placed * RECORD_BYTES);
    return placed;
}

static uint32_t random_shift(struct random *random)
{
    return random_one_in(random, 3) ? 0 : 1 + random_below(random, RECORD_MAX_SLOTS - 1);
}

/* What undoes an operation that takes pages away, or keeps them, for long; 0: none. */
static uint8_t kind_to_undo(uint32_t kind)
{
    if (kind == OP_ISOLATE)
        return OP_UNISOLATE;
    if (kind == OP_GET)
        return OP_PUT;
    return kind == OP_ALLOC_CONTIG ? OP_FREE_CONTIG : 0;
}

/* Somewhere behind a record that isolates a pageblock, takes a range or a reference: one that undoes
 * it. */
static void add_undo(struct stream *stream, uint32_t taking, uint8_t kind)
{
    uint32_t at = taking + 1 + random_below(stream->random, stream->count - taking);
    if (open_gap(stream, at, 1) == 0)
        return;
    uint8_t *record = record_at(stream, at);
    memcpy(record, record_at(stream, taking), RECORD_BYTES);
    record[RECORD_KIND] = random_kind_byte(stream->random, kind);
    if (kind == OP_FREE_CONTIG)
        record[RECORD_CPU] %= 64;
}

/* ---- the mutations ---- */

/* Pageblocks and ranges that nobody gives back would soon leave nothing to allocate. */
static void insert(struct stream *stream)
{
    uint32_t at = random_below(stream->random, stream->count + 1);
    uint32_t size = open_gap(stream, at, 1 + random_below(stream->random, MAX_INSERTED));
    for (uint32_t i = 0; i < size; i++)
        mutator_random_record(stream->random, record_at(stream, at + i));
    for (uint32_t i = size; i > 0; i--) {
        uint8_t kind = kind_to_undo(mutator_kind_of(record_at(stream, at + i - 1)));
        if (kind && !random_one_in(stream->random, 4))
            add_undo(stream, at + i - 1, kind);
    }
}

/* A few calls about what one allocation left in its slot, behind it: references, what a block with
 * several of them may be asked, and the free that they outlive. In a zone that counts none they
 * would all be refused, so it begins to. */
static void share(struct stream *stream)
{
    static const uint8_t kinds[] = {OP_GET,      OP_GET,      OP_GET,   OP_PUT,  OP_PUT,
                                    OP_COMPOUND, OP_COMPOUND, OP_SPLIT, OP_FREE, OP_FREE};
    struct random *random = stream->random;
    uint32_t at = random_below(random, stream->count);
    while (at > 0 && mutator_kind_of(record_at(stream, at)) != OP_ALLOC)
        at--;
    uint32_t slot =
        mutator_has_slot(record_at(stream, at)) ? record_slot(record_at(stream, at)) : 0;
    uint32_t size = 1 + random_below(random, MAX_INSERTED);
    stream->bytes[HEADER_BASE] |= 128;
    for (uint32_t i = 0; i < size; i++) {
        at += 1 + (random_one_in(random, 4) ? random_below(random, stream->count - at) : 0);
        if (open_gap(stream, at, 1) == 0)
            return;
        uint8_t *record = record_at(stream, at);
        mutator_random_record(random, record);
        record[RECORD_KIND] = random_kind_byte(random, kinds[random_below(random, sizeof kinds)]);
        if (!random_one_in(random, 4))
            record[RECORD_MISC] &= 7; /* of the block's own order */
        mutator_set_slot(record, slot);
    }
}

static void delete (struct stream *stream)
{
    uint32_t at, size = random_run(stream, &at);
    delete_run(stream, at, size);
}

static void duplicate(struct stream *stream)
{
    uint32_t from, size = random_run(stream, &from);
    uint32_t at = random_below(stream->random, stream->count + 1);
    uint32_t placed = insert_copy(stream, at, record_at(stream, from), size);
    shift_slots(stream, at, placed, random_shift(stream->random));
}

static void splice(struct stream *stream)
{
    if (!stream->other_count)
        return;
    uint32_t from = random_below(stream->random, stream->other_count);
    uint32_t size = random_length(stream->random, stream->other_count - from);
    uint32_t at = random_below(stream->random, stream->count + 1);
    if (random_one_in(stream->random, 2)) /* the other's tail instead of this one's */
        delete_run(stream, at, stream->count - at);
    insert_copy(stream, at, stream->other + (size_t)from * RECORD_BYTES, size);
}

static void operand(struct stream *stream)
{
    uint8_t *record = record_at(stream, random_below(stream->random, stream->count));
    uint32_t byte = random_below(stream->random, RECORD_BYTES);
    switch (random_below(stream->random, 4)) {
    case 0:
        record[byte] = (uint8_t)(record[byte] + 1);
        break;
    case 1:
        record[byte] = (uint8_t)(record[byte] - 1);
        break;
    case 2:
        record[byte] ^= (uint8_t)(1u << random_below(stream->random, 8));
        break;
    default:
        record[byte] = random_byte(stream->random);
    }
}

static void move(struct stream *stream)
{
    static uint8_t moved[RECORD_MAX_BYTES];
    uint32_t from, size = random_run(stream, &from);
    memcpy(moved, record_at(stream, from), (size_t)size * RECORD_BYTES);
    delete_run(stream, from, size);
    insert_copy(stream, random_below(stream->random, stream->count + 1), moved, size);
}

static void burst(struct stream *stream)
{
    struct random *random = stream->random;
    uint8_t record[RECORD_BYTES];
    mutator_random_record(random, record);
    uint32_t kind = random_one_in(random, 3) ? OP_FREE : OP_ALLOC;
    record[RECORD_KIND] = random_kind_byte(random, kind);
    uint32_t slot = random_one_in(random, 2) ? 0 : random_below(random, RECORD_MAX_SLOTS);
    uint32_t at = random_below(random, stream->count + 1);
    uint32_t size = open_gap(stream, at, random_length(random, MAX_BURST));
    for (uint32_t i = 0; i < size; i++) {
        memcpy(record_at(stream, at + i), record, RECORD_BYTES);
        mutator_set_slot(record_at(stream, at + i), slot + i);
    }
    if (kind == OP_ALLOC && random_one_in(random, 2))
        mutator_fill(random, record_at(stream, at), size);
}

/* Allocations of single pages in neighbouring slots, and somewhere behind them the lists that free
 * them, from one slot on. */
static void list_pages(struct stream *stream)
{
    struct random *random = stream->random;
    uint32_t at = random_below(random, stream->count + 1);
    uint32_t slot = random_below(random, RECORD_MAX_SLOTS - MAX_LISTED);
    uint32_t size = open_gap(stream, at, random_length(random, MAX_LISTED));
    mutator_alloc_singles(random, record_at(stream, at), size, slot);
    at += size;
    for (uint32_t listed = 0; listed < size;) {
        uint32_t pages = mutator_list_length(random, size - listed);
        if (random_one_in(random, 2))
            at += random_below(random, stream->count - at + 1);
        if (open_gap(stream, at, 1) == 0)
            return;
        mutator_free_list(random, record_at(stream, at), slot + listed, pages);
        listed += pages;
        at++;
    }
}

static void add_drain(struct stream *stream, uint32_t at)
{
    static const uint8_t kinds[] = {OP_DRAIN_PAGES, OP_DRAIN_ZONE_PAGES, OP_DRAIN_ALL_PAGES,
                                    OP_DECAY, OP_PCP_DISABLE};
    if (open_gap(stream, at, 1) == 0)
        return;
    mutator_random_record(stream->random, record_at(stream, at));
    record_at(stream, at)[RECORD_KIND] =
        random_kind_byte(stream->random, kinds[random_below(stream->random, sizeof kinds)]);
}

/* What frees the block or the pages that an operation of this kind leaves in its slot; 0: none. */
static uint8_t kind_to_free(uint32_t kind)
{
    if (kind == OP_ALLOC || kind == OP_ISOLATE_PAGE)
        return OP_FREE;
    if (kind == OP_ALLOC_CONTIG)
        return OP_FREE_CONTIG;
    return kind == OP_ALLOC_EXACT || kind == OP_SPLIT ? OP_FREE_EXACT : 0;
}

/* References to a block are no blocks. */
static bool is_reference(uint32_t kind)
{
    return kind == OP_GET || kind == OP_PUT || kind == OP_COMPOUND;
}

/* Frees the slots in use at a place, oldest or newest first, or every other one. */
static void free_all(struct stream *stream)
{
    static uint32_t live[RECORD_MAX_OPERATIONS];
    uint32_t at = random_one_in(stream->random, 2)
                      ? stream->count
                      : random_below(stream->random, stream->count + 1);
    uint8_t used[RECORD_MAX_SLOTS] = {0}; /* the kind that frees what the slot stands for */
    for (uint32_t i = 0; i < at; i++)
        if (mutator_has_slot(record_at(stream, i)) &&
            !is_reference(mutator_kind_of(record_at(stream, i))))
            used[record_slot(record_at(stream, i))] =
                kind_to_free(mutator_kind_of(record_at(stream, i)));
    uint32_t count = 0, step = random_one_in(stream->random, 4) ? 2 : 1;
    for (uint32_t slot = 0; slot < RECORD_MAX_SLOTS; slot += step)
        if (used[slot])
            live[count++] = slot;
    uint8_t record[RECORD_BYTES];
    mutator_random_record(stream->random, record);
    record[RECORD_MISC] &= 1; /* with the order of the allocation */
    bool newest_first = random_one_in(stream->random, 2);
    bool any_cpu = random_one_in(stream->random, 2);
    uint32_t size = open_gap(stream, at, count);
    for (uint32_t i = 0; i < size; i++) {
        if (any_cpu)
            record[RECORD_CPU] = random_byte(stream->random) % 64;
        uint32_t slot = live[newest_first ? count - 1 - i : i];
        record[RECORD_KIND] = random_kind_byte(stream->random, used[slot]);
        memcpy(record_at(stream, at + i), record, RECORD_BYTES);
        mutator_set_slot(record_at(stream, at + i), slot);
    }
    if (random_one_in(stream->random, 2))
        add_drain(stream, at + size);
}

/* One value of one byte for a run of records. */
static void same(struct stream *stream, uint32_t byte)
{
    uint32_t at, size = random_run(stream, &at);
    uint8_t value = record_at(stream, at)[byte];
    if (random_one_in(stream->random, 2))
        value = byte == RECORD_FLAGS ? random_flags(stream->random) : random_byte(stream->random);
    for (uint32_t i = at; i < at + size; i++)
        record_at(stream, i)[byte] = value;
}

static void double_stream(struct stream *stream)
{
    uint32_t half = stream->count;
    uint32_t placed = insert_copy(stream, half, record_at(stream, 0), half);
    shift_slots(stream, half, placed, random_shift(stream->random));
}

static void apply(struct stream *stream, enum mutation mutation)
{
    if (stream->count == 0 && mutation != MUTATE_BURST && mutation != MUTATE_LIST &&
        mutation != MUTATE_SPLICE && mutation != MUTATE_HEADER)
        mutation = MUTATE_INSERT;
    switch (mutation) {
    case MUTATE_INSERT:
        insert(stream);
        break;
    case MUTATE_SHARE:
        share(stream);
        break;
    case MUTATE_LIST:
        list_pages(stream);
        break;
    case MUTATE_DELETE:
        delete (stream);
        break;
    case MUTATE_DUPLICATE:
        duplicate(stream);
        break;
    case MUTATE_SPLICE:
        splice(stream);
        break;
    case MUTATE_OPERAND:
        operand(stream);
        break;
    case MUTATE_MOVE:
        move(stream);
        break;
    case MUTATE_BURST:
        burst(stream);
        break;
    case MUTATE_FREE_ALL:
        free_all(stream);
        break;
    case MUTATE_SAME_CPU:
        same(stream, RECORD_CPU);
        break;
    case MUTATE_SAME_ORDER:
        same(stream, RECORD_ORDER);
        break;
    case MUTATE_SAME_TYPE:
        same(stream, RECORD_TYPE);
        break;
    case MUTATE_SAME_FLAGS:
        same(stream, RECORD_FLAGS);
        break;
    case MUTATE_DOUBLE:
        double_stream(stream);
        break;
    default:
        mutate_header(stream->random, stream->bytes);
    }
}

/* Whole records only, within both limits. */
static struct stream open_stream(struct random *random, uint8_t *bytes, size_t length, size_t max,
                                 const uint8_t *other, size_t other_length)
{
    struct stream stream = {.bytes = bytes, .random = random};
    size_t limit = max < RECORD_MAX_BYTES ? max : RECORD_MAX_BYTES;
    if (length > limit)
        length = limit;
    if (length < RECORD_HEADER_BYTES) {
        memset(bytes + length, 0, RECORD_HEADER_BYTES - length);
        length = RECORD_HEADER_BYTES;
    }
    stream.maximum = (uint32_t)((limit - RECORD_HEADER_BYTES) / RECORD_BYTES);
    stream.count = (uint32_t)((length - RECORD_HEADER_BYTES) / RECORD_BYTES);
    if (other && other_length > RECORD_HEADER_BYTES) {
        size_t count = (other_length - RECORD_HEADER_BYTES) / RECORD_BYTES;
        stream.other = other + RECORD_HEADER_BYTES;
        stream.other_count =
            count < RECORD_MAX_OPERATIONS ? (uint32_t)count : RECORD_MAX_OPERATIONS;
    }
    return stream;
}

static size_t stream_length(const struct stream *stream)
{
    return RECORD_HEADER_BYTES + (size_t)stream->count * RECORD_BYTES;
}

size_t mutate_once(struct random *random, enum mutation mutation, uint8_t *bytes, size_t length,
                   size_t max, const uint8_t *other, size_t other_length)
{
    struct stream stream = open_stream(random, bytes, length, max, other, other_length);
    apply(&stream, mutation);
    return stream_length(&stream);
}

/* Many small changes are likelier than few large ones: the length has mutations of its own. */
static enum mutation choose(struct random *random)
{
    static const uint8_t weights[MUTATE_NR] = {
        [MUTATE_INSERT] = 6,     [MUTATE_DELETE] = 4,    [MUTATE_DUPLICATE] = 4,
        [MUTATE_SPLICE] = 4,     [MUTATE_OPERAND] = 8,   [MUTATE_MOVE] = 2,
        [MUTATE_BURST] = 4,      [MUTATE_FREE_ALL] = 4,  [MUTATE_SAME_CPU] = 2,
        [MUTATE_SAME_ORDER] = 2, [MUTATE_SAME_TYPE] = 2, [MUTATE_SAME_FLAGS] = 2,
        [MUTATE_DOUBLE] = 2,     [MUTATE_HEADER] = 4,    [MUTATE_SHARE] = 2,
        [MUTATE_LIST] = 2,
    };
    uint32_t total = 0;
    for (uint32_t i = 0; i < MUTATE_NR; i++)
        total += weights[i];
    uint32_t drawn = random_below(random, total), i = 0;
    while (drawn >= weights[i])
        drawn -= weights[i++];
    return (enum mutation)i;
}

/* AFL++ goes back to its smallest inputs again and again, and what a few calls can't do (use up the
 * zone, reach a watermark) would hardly ever happen. */
static void grow(struct stream *stream, uint32_t wanted)
{
    static const uint8_t growing[] = {MUTATE_BURST,     MUTATE_BURST,  MUTATE_INSERT,
                                      MUTATE_DUPLICATE, MUTATE_SPLICE, MUTATE_DOUBLE,
                                      MUTATE_FREE_ALL};
    for (uint32_t i = 0; i < MAX_GROWING && stream->count < wanted; i++)
        apply(stream, (enum mutation)growing[random_below(stream->random, sizeof growing)]);
}

/* libFuzzer keeps long inputs, and goes back to them as often as to short ones. */
static void cut(struct stream *stream, uint32_t wanted)
{
    delete_run(stream, random_below(stream->random, wanted + 1), stream->count - wanted);
}

size_t mutate(struct random *random, uint8_t *bytes, size_t length, size_t max,
              const uint8_t *other, size_t other_length)
{
    struct stream stream = open_stream(random, bytes, length, max, other, other_length);
    uint32_t wanted = random_below(random, COMMON_LENGTH);
    if (stream.count < wanted && random_one_in(random, 2))
        grow(&stream, wanted);
    else if (stream.count > wanted && random_one_in(random, 2))
        cut(&stream, wanted);
    uint32_t stacked = random_length(random, MUTATE_MAX_STACKED);
    for (uint32_t i = 0; i < stacked; i++)
        apply(&stream, choose(random));
    if (!random_one_in(random, LARGE_KEPT))
        bytes[HEADER_ATOMIC] &= (uint8_t)~ATOMIC_LARGE;
    return stream_length(&stream);
}
