/* The stress test's threads: stress_calls.c makes their random calls, stress.c sets them up and
 * checks the zone when all are at rest. */
#ifndef HARNESS_TESTS_STRESS_H
#define HARNESS_TESTS_STRESS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#include "harness/tests/support.h"

enum {
    PAGES = 4096,
    MAX_THREADS = 4,
    BLOCKS = 1024, /* that a thread can have */
    SHARED = 64,   /* references to others' blocks that it can have */
};

/* cmocka's own assertions belong to the main thread. */
#define require(condition, ...)                                                                    \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "stress: %s:%d: ", __FILE__, __LINE__);                                \
            fprintf(stderr, __VA_ARGS__);                                                          \
            fputc('\n', stderr);                                                                   \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)
#define require_equal(a, b)                                                                        \
    require((a) == (b), "%s is %lu, expected %lu", #a, (unsigned long)(a), (unsigned long)(b))

struct block {
    uint64_t pfn;
    uint32_t order;
    bool is_compound;
};

struct stress;

struct thread {
    struct stress *stress;
    uint32_t cpu;
    uint64_t random;
    struct block blocks[BLOCKS];
    uint32_t count;
    struct block handed[BLOCKS]; /* by other threads, to be freed here */
    uint32_t nr_handed;
    uint64_t shared[SHARED]; /* pages to which other threads gave it a reference */
    uint32_t nr_shared;
    pthread_mutex_t mutex; /* of handed and shared */
};

struct stress {
    struct plumb_config config;
    uint8_t types[PAGES];
    void *self;
    struct abstract *abstract; /* what the oracles look at */
    _Atomic uint8_t owners[PAGES];
    struct thread threads[MAX_THREADS];
    uint32_t nr_threads;
    struct plumb_counters at_first;
    unsigned given_back; /* times the reserve had something to give */
};

/* A round of random calls of one struct thread, as pthread_create wants it. */
void *stress_work(void *thread);

/* Puts the references the thread has to others' blocks. */
void stress_put_shared(struct thread *t);

/* Frees what the thread has and what others handed it. */
void stress_free_all(struct thread *t);

#endif
