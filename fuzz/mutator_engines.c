/* The mutator as AFL++ (a custom mutator library) and libFuzzer (linked in) want to call it. */
#include <stdlib.h>
#include <string.h>

#include "fuzz/mutator.h"
#include "harness/operations.h"

/* ---- AFL++ ---- */

struct afl_mutator {
    struct random random;
    uint8_t bytes[RECORD_MAX_BYTES];
};

void *afl_custom_init(void *afl, unsigned int seed);
void afl_custom_deinit(void *data);
unsigned int afl_custom_fuzz_count(void *data, const uint8_t *input, size_t length);
size_t afl_custom_fuzz(void *data, uint8_t *input, size_t length, uint8_t **out, uint8_t *other,
                       size_t other_length, size_t max);

enum { FUZZ_COUNT = 32 }; /* mutants of an input each time its turn comes */

void *afl_custom_init(void *afl, unsigned int seed)
{
    (void)afl;
    struct afl_mutator *mutator = calloc(1, sizeof *mutator);
    if (mutator)
        mutator->random.state = seed;
    return mutator;
}

void afl_custom_deinit(void *data)
{
    free(data);
}

unsigned int afl_custom_fuzz_count(void *data, const uint8_t *input, size_t length)
{
    (void)data, (void)input, (void)length;
    return FUZZ_COUNT;
}

size_t afl_custom_fuzz(void *data, uint8_t *input, size_t length, uint8_t **out, uint8_t *other,
                       size_t other_length, size_t max)
{
    struct afl_mutator *mutator = data;
    *out = mutator->bytes;
    if (max < RECORD_HEADER_BYTES)
        return 0;
    length = length < sizeof mutator->bytes ? length : sizeof mutator->bytes;
    memcpy(mutator->bytes, input, length);
    return mutate(&mutator->random, mutator->bytes, length, max, other, other_length);
}

/* ---- libFuzzer ---- */

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned int seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *first, size_t first_size, const uint8_t *second,
                                 size_t second_size, uint8_t *out, size_t max, unsigned int seed);

/* libFuzzer's buffer may be smaller than the mutator's, so both work on a copy. */
static size_t mutate_copy(struct random *random, const uint8_t *data, size_t size,
                          const uint8_t *other, size_t other_size, uint8_t *out, size_t max)
{
    static uint8_t bytes[RECORD_MAX_BYTES];
    if (max < RECORD_HEADER_BYTES)
        return 0;
    size_t length = size < sizeof bytes ? size : sizeof bytes;
    memcpy(bytes, data, length);
    length = other ? mutate_once(random, MUTATE_SPLICE, bytes, length, max, other, other_size)
                   : mutate(random, bytes, length, max, NULL, 0);
    memcpy(out, bytes, length);
    return length;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned int seed)
{
    struct random random = {seed};
    return mutate_copy(&random, data, size, NULL, 0, data, max);
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t *first, size_t first_size, const uint8_t *second,
                                 size_t second_size, uint8_t *out, size_t max, unsigned int seed)
{
    struct random random = {seed};
    return mutate_copy(&random, first, first_size, second, second_size, out, max);
}
