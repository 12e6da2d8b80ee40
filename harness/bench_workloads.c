/* The workloads: what each worker allocates and frees, and what of it is timed. */
#define _POSIX_C_SOURCE 200809L
#include <inttypes.h>
#include <time.h>

#include "harness/bench.h"

enum { REPEATS = 1 << 20, STEPS = 1 << 20 };

uint64_t bench_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

double bench_now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static inline uint64_t take(struct bench_worker *w, uint32_t order)
{
    uint64_t pfn;

    if (w->subject->alloc(w->self, w->cpu, order, MIGRATE_MOVABLE, WMARK_LOW, 2, &pfn) !=
        PLUMB_OK) {
        w->failures++;
        return PLUMB_NO_PFN;
    }
    return pfn;
}

static inline void give(struct bench_worker *w, uint64_t pfn, uint32_t order)
{
    if (pfn == PLUMB_NO_PFN)
        return;
    if (w->subject->free(w->self, w->cpu, pfn, order, 0) != PLUMB_OK)
        bench_die("%s refuses to free page %" PRIu64, w->subject->name, pfn);
}

static void wait_for_others(struct bench_worker *w)
{
    bench_meet(w->meeting);
}

static void timed(struct bench_worker *w, unsigned phase, double start, uint64_t operations)
{
    w->ns[phase] = (bench_now_ns() - start) / (double)operations;
    w->operations[phase] = operations;
}

static void fill(struct bench_worker *w, uint64_t count)
{
    for (w->count = 0; w->count < count; w->count++)
        w->pfns[w->count] = take(w, 0);
}

static void empty(struct bench_worker *w)
{
    for (uint64_t i = 0; i < w->count; i++)
        give(w, w->pfns[i], 0);
}

static void shuffle(struct bench_worker *w)
{
    for (uint64_t i = w->count; i > 1; i--) {
        uint64_t j = bench_random(&w->random) % i, pfn = w->pfns[i - 1];

        w->pfns[i - 1] = w->pfns[j];
        w->pfns[j] = pfn;
    }
}

static void draw(struct bench_worker *w)
{
    for (unsigned i = 0; i < BENCH_DRAWS; i++)
        w->draws[i] = (uint32_t)bench_random(&w->random);
}

/* A drawn number as one of the first `count`. */
static inline uint64_t scaled(uint32_t drawn, uint64_t count)
{
    return (drawn * count) >> 32;
}

static void repeat(struct bench_worker *w)
{
    double start;

    wait_for_others(w);
    start = bench_now_ns();
    for (int i = 0; i < REPEATS; i++)
        give(w, take(w, 0), 0);
    timed(w, 0, start, REPEATS);
}

enum order_of_frees { IN_ORDER, RANDOM };

static void half_of_memory(struct bench_worker *w, enum order_of_frees order)
{
    uint64_t count = w->pages / 2 / w->threads;
    double start;

    wait_for_others(w);
    start = bench_now_ns();
    fill(w, count);
    timed(w, 0, start, count);
    if (order == RANDOM)
        shuffle(w);
    wait_for_others(w);
    start = bench_now_ns();
    empty(w);
    timed(w, 1, start, count);
}

static void bulk(struct bench_worker *w)
{
    half_of_memory(w, IN_ORDER);
}

static void rand_own(struct bench_worker *w)
{
    half_of_memory(w, RANDOM);
}

/* Each frees what the other has allocated. */
static void rand_other(struct bench_worker *w)
{
    uint64_t count = w->pages / 2 / w->threads;
    uint64_t *mine = w->pfns, *others;
    double start;

    wait_for_others(w);
    start = bench_now_ns();
    fill(w, count);
    timed(w, 0, start, count);
    shuffle(w);
    wait_for_others(w);
    others = w->other->pfns;
    wait_for_others(w);
    w->pfns = others;
    wait_for_others(w);
    start = bench_now_ns();
    empty(w);
    timed(w, 1, start, count);
    w->pfns = mine;
}

static void churn90(struct bench_worker *w)
{
    double start;

    fill(w, w->pages * 9 / 10 / w->threads);
    shuffle(w);
    draw(w);
    wait_for_others(w);
    start = bench_now_ns();
    for (int i = 0; i < STEPS; i++) {
        uint64_t victim = scaled(w->draws[i], w->count);

        give(w, w->pfns[victim], 0);
        w->pfns[victim] = take(w, 0);
    }
    timed(w, 0, start, 2 * (uint64_t)STEPS);
    wait_for_others(w);
    empty(w);
}

static uint32_t geometric_order(uint32_t drawn)
{
    uint32_t order = (uint32_t)__builtin_ctz(drawn | 1u << PLUMB_MAX_ORDER);

    return order;
}

/* Blocks of orders 0 to 10, each half as frequent as the one below: allocates up to so many pages,
 * above them frees a random block; an allocation that fails is followed by a free. */
static uint64_t mixed_steps(struct bench_worker *w, uint64_t used, uint64_t target, int steps)
{
    bool has_failed = false;

    for (int i = 0; i < steps; i++) {
        uint32_t drawn = w->draws[i];

        if (used < target && !has_failed) {
            uint32_t order = geometric_order(drawn);
            uint64_t pfn = take(w, order);

            has_failed = pfn == PLUMB_NO_PFN;
            if (has_failed)
                continue;
            w->pfns[w->count] = pfn;
            w->orders[w->count++] = (uint8_t)order;
            used += UINT64_C(1) << order;
        } else {
            uint64_t victim = scaled(drawn, w->count);
            uint32_t order = w->orders[victim];

            give(w, w->pfns[victim], order);
            w->pfns[victim] = w->pfns[--w->count];
            w->orders[victim] = w->orders[w->count];
            used -= UINT64_C(1) << order;
            has_failed = false;
        }
    }
    return used;
}

static void mixed(struct bench_worker *w, uint64_t percent)
{
    uint64_t target = w->pages * percent / 100 / w->threads;
    uint64_t used = 0;
    double start;

    w->count = 0;
    draw(w);
    while (used < target)
        used = mixed_steps(w, used, target, 1 << 14);
    used = mixed_steps(w, used, target, STEPS / 2);
    draw(w);
    w->failures = 0;
    wait_for_others(w);
    start = bench_now_ns();
    (void)mixed_steps(w, used, target, STEPS);
    timed(w, 0, start, STEPS);
    wait_for_others(w);
    for (uint64_t i = 0; i < w->count; i++)
        give(w, w->pfns[i], w->orders[i]);
}

static void mixed50(struct bench_worker *w)
{
    mixed(w, 50);
}

static void mixed90(struct bench_worker *w)
{
    mixed(w, 90);
}

const struct bench_workload bench_workloads[] = {
    {"repeat", {"pair"}, false, false, repeat},
    {"bulk", {"alloc", "free"}, false, false, bulk},
    {"rand", {"alloc", "free"}, false, false, rand_own},
    {"rand-other", {"alloc", "free"}, false, true, rand_other},
    {"churn90", {"operation"}, false, false, churn90},
    {"mixed50", {"operation"}, true, false, mixed50},
    {"mixed90", {"operation"}, true, false, mixed90},
};
const unsigned bench_nr_workloads = sizeof(bench_workloads) / sizeof(bench_workloads[0]);
