/* The fuzzers' random numbers: splitmix64, so that one seed gives one sequence everywhere. */
#ifndef FUZZ_RANDOM_H
#define FUZZ_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/operations.h"

struct random {
    uint64_t state;
};

static inline uint64_t random_next(struct random *random)
{
    random->state += 0x9e3779b97f4a7c15u;
    uint64_t mixed = random->state;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
    return mixed ^ (mixed >> 31);
}

/* A number below `bound`, which is at least 1. */
static inline uint32_t random_below(struct random *random, uint32_t bound)
{
    return (uint32_t)(((random_next(random) >> 32) * bound) >> 32);
}

static inline uint8_t random_byte(struct random *random)
{
    return (uint8_t)(random_next(random) >> 56);
}

/* True once in `n` times. */
static inline bool random_one_in(struct random *random, uint32_t n)
{
    return random_below(random, n) == 0;
}

/* 1..bound, each power of two as likely as the next: short runs and long ones. */
static inline uint32_t random_length(struct random *random, uint32_t bound)
{
    uint32_t bits = 0;
    while ((bound >> bits) > 1)
        bits++;
    uint32_t limit = 2u << random_below(random, bits + 1);
    return 1 + random_below(random, limit - 1 < bound ? limit - 1 : bound);
}

/* Flags of a request: a watermark alone, a flag or two, or any. All bits as likely as not would
 * make a request without any right to the reserves a rare one. */
static inline uint8_t random_flags(struct random *random)
{
    uint8_t any = random_byte(random);
    switch (random_below(random, 3)) {
    case 0:
        return any & 3;
    case 1:
        return any & random_byte(random) & random_byte(random);
    default:
        return any;
    }
}

/* Makes a record's header one of a zone that falls back, as v4.10, v6.12 or 6.15, with pageblocks of the
 * three types that may, perhaps not kept apart, and, as often as not, a high watermark to boost. */
static inline void random_fallback(struct random *random, uint8_t *header)
{
    header[HEADER_GENERATION] = (uint8_t)random_below(random, 3);
    header[HEADER_FALLBACK] = random_byte(random) | 1;
    header[HEADER_ATOMIC] ^= random_byte(random) & ATOMIC_6_15;
    if (random_one_in(random, 6))
        header[HEADER_TOP_ORDER] |= UNGROUPED;
    if (random_one_in(random, 4)) /* as v4.10 */
        header[HEADER_BASE] |= 0x70;
    for (uint32_t i = 0; i < 4; i++)
        header[HEADER_TYPES + i] =
            (uint8_t)(random_below(random, 5) << 4 | random_below(random, 5));
    if (random_one_in(random, 2))
        header[HEADER_WMARK] |= 128;
    if (random_one_in(random, 8)) /* the largest high watermark and the largest factor */
        header[HEADER_FALLBACK] |= 0x7f;
    if (random_one_in(random, 8)) { /* low watermarks, boosted again and again */
        header[HEADER_FALLBACK] = 0x0f;
        header[HEADER_WMARK] = 128;
        header[HEADER_WMARK + 1] = 1;
    }
}

/* Makes a record's header one of a zone that keeps a highatomic reserve, mostly with pageblocks
 * small enough that a hundredth of the zone is one. */
static inline void random_highatomic(struct random *random, uint8_t *header)
{
    static const uint8_t pageblock_orders[8] = {7, 7, 3, 1, 4, 0, 0, 2}; /* 0 0 1 2 2 3 3 4 */
    header[HEADER_GENERATION] = random_one_in(random, 3) ? 2 : random_byte(random) & 1;
    header[HEADER_ATOMIC] = random_byte(random) | 128;
    header[HEADER_PAGEBLOCK_ORDER] = pageblock_orders[random_below(random, 8)];
    if (random_one_in(random, 4)) /* a larger zone has larger pageblocks */
        header[HEADER_ATOMIC] |= ATOMIC_LARGE;
    if (random_one_in(random, 2))
        header[HEADER_HOLES] = 0;
    if (random_one_in(random, 2)) /* an empty reserve */
        header[HEADER_HIGHATOMIC] = 0;
}

/* Of eight pageblocks in turn all are isolated but one to six of a type: ranges of these lie
 * between isolated neighbours. */
static inline void random_isolated_types(struct random *random, uint8_t *header)
{
    enum { ISOLATED = 7 }; /* as half a byte */
    uint32_t at = random_below(random, 8), end = at + 1 + random_below(random, 6);
    uint8_t type = random_byte(random) & 15;
    for (uint32_t i = 0; i < 4; i++)
        header[HEADER_TYPES + i] = ISOLATED * 0x11;
    for (; at < end; at++) {
        uint32_t shift = at % 2 * 4;
        uint8_t *byte = header + HEADER_TYPES + at % 8 / 2;
        *byte = (uint8_t)((*byte & ~(15u << shift)) | (uint32_t)type << shift);
    }
}

/* A byte that stands for an operation's kind; several do for the common kinds. */
static inline uint8_t random_kind_byte(struct random *random, uint32_t kind)
{
    uint8_t byte = random_byte(random);
    while (record_kind(byte) != kind)
        byte++;
    return byte;
}

#endif
