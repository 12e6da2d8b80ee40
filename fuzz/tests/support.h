/* What the tests of the mutator and of the swarm generator share. */
#ifndef FUZZ_TESTS_SUPPORT_H
#define FUZZ_TESTS_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fuzz/mutator.h"
#include "fuzz/swarm.h"
#include "harness/operations.h"

enum { GUARD = 64, ROUNDS = 3000 };

struct buffer {
    uint8_t bytes[RECORD_MAX_BYTES + GUARD];
};

static inline void assert_whole(size_t length, size_t max)
{
    assert_true(length >= RECORD_HEADER_BYTES);
    assert_true(length <= max);
    assert_true(length <= RECORD_MAX_BYTES);
    assert_int_equal((length - RECORD_HEADER_BYTES) % RECORD_BYTES, 0);
}

static inline uint32_t count_kind(const struct buffer *b, size_t length, uint32_t kind)
{
    uint32_t count = 0;
    for (size_t at = RECORD_HEADER_BYTES; at < length; at += RECORD_BYTES)
        count += record_kind(b->bytes[at]) == kind;
    return count;
}

/* swarm.c */
void test_swarm_is_deterministic_and_varied(void **state);
void test_swarm_falls_back_often(void **state);
void test_swarm_reserves_often(void **state);
void test_swarm_takes_some_runs(void **state);
void test_swarm_isolates_some_pageblocks(void **state);
void test_swarm_isolates_some_pages(void **state);
void test_swarm_takes_some_ranges(void **state);
void test_swarm_takes_some_references(void **state);
void test_swarm_frees_some_lists(void **state);

#endif
