/* Threads on one zone of the variant, each with its own CPU: rounds of random calls, and between
 * them, when all are at rest, the proven oracles, conservation and each page's one owner.
 *
 * `stress` runs the tests; `stress SECONDS` goes on with other seeds for so long. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

#include "harness/abstract.h"
#include "harness/tests/support.h"

enum {
    PAGES = 4096,
    MAX_THREADS = 4,
    BLOCKS = 1024, /* that a thread can have */
    OPERATIONS = 1500,
    ROUNDS = 12,
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
    pthread_mutex_t mutex; /* of handed */
};

struct stress {
    struct plumb_config config;
    uint8_t types[PAGES];
    void *self;
    struct zone *zone; /* what the oracles look at */
    _Atomic uint8_t owners[PAGES];
    struct thread threads[MAX_THREADS];
    uint32_t nr_threads;
    struct plumb_counters at_first;
    unsigned given_back; /* times the reserve had something to give */
};

static uint64_t below(struct thread *t, uint64_t limit)
{
    return test_random(&t->random) % limit;
}

/* ---- who has a page: counted beside the zone ---- */

static void own(struct thread *t, struct block block, uint8_t from, uint8_t to)
{
    uint64_t first = block.pfn - t->stress->config.start_pfn;

    for (uint64_t i = 0; i < UINT64_C(1) << block.order; i++) {
        uint8_t was = atomic_exchange(&t->stress->owners[first + i], to);

        require(was == from, "page %lu is owned by %u, expected %u", (unsigned long)(block.pfn + i),
                was, from);
    }
}

static void check_block(struct thread *t, struct block block)
{
    const struct plumb_config *config = &t->stress->config;
    uint64_t size = UINT64_C(1) << block.order;

    require_equal(block.pfn % size, 0);
    require(block.pfn >= config->start_pfn &&
                block.pfn + size <= config->start_pfn + config->spanned_pages,
            "page %lu is outside the zone", (unsigned long)block.pfn);
}

/* ---- calls ---- */

static uint32_t some_type(struct thread *t)
{
    static const uint8_t types[8] = {MIGRATE_UNMOVABLE,  MIGRATE_MOVABLE,   MIGRATE_MOVABLE,
                                     MIGRATE_MOVABLE,    MIGRATE_UNMOVABLE, MIGRATE_RECLAIMABLE,
                                     MIGRATE_HIGHATOMIC, MIGRATE_CMA};

    return t->stress->config.generation == PLUMB_V2_6_11 ? (uint32_t)MIGRATE_UNMOVABLE
                                                         : types[below(t, 8)];
}

static uint32_t some_flags(struct thread *t)
{
    static const uint32_t more[8] = {ALLOC_CMA, ALLOC_NOFRAGMENT, ALLOC_HIGHATOMIC,
                                     ALLOC_NON_BLOCK};
    uint32_t mark = (uint32_t)below(t, 3);

    return below(t, 4) == 0 ? (uint32_t)ALLOC_COLD | WMARK_MIN : mark | more[below(t, 8)];
}

static void keep(struct thread *t, struct block block)
{
    check_block(t, block);
    own(t, block, 0, (uint8_t)(t->cpu + 1));
    t->blocks[t->count++] = block;
}

static void keep_pages(struct thread *t, uint64_t pfn, uint32_t pages)
{
    for (uint32_t i = 0; i < pages; i++)
        keep(t, (struct block){pfn + i, 0});
}

static void call_alloc(struct thread *t)
{
    struct block block = {PLUMB_NO_PFN, (uint32_t)below(t, 16)};
    enum plumb_status status;

    if (t->count == BLOCKS)
        return;
    block.order = block.order < 9 ? 0 : (block.order - 8) % (t->stress->config.top_order + 1);
    status = subject_opt.alloc(t->stress->self, t->cpu, block.order, some_type(t), some_flags(t),
                               (uint32_t)below(t, PLUMB_NR_ZONES), &block.pfn);
    if (status != PLUMB_OK) {
        require(status == PLUMB_ENOMEM || status == PLUMB_EWMARK, "alloc: status %u", status);
        return;
    }
    keep(t, block);
}

static void call_alloc_exact(struct thread *t)
{
    uint32_t most = 1u << t->stress->config.top_order;
    uint32_t pages = 1 + (uint32_t)below(t, below(t, 4) == 0 ? most : 12);
    enum plumb_status status;
    uint64_t pfn;

    if (t->count + pages > BLOCKS)
        return;
    status = subject_opt.alloc_pages_exact(t->stress->self, t->cpu, pages, some_type(t),
                                           some_flags(t), (uint32_t)below(t, PLUMB_NR_ZONES), &pfn);
    if (status == PLUMB_OK)
        keep_pages(t, pfn, pages);
    else
        require(status == PLUMB_ENOMEM || status == PLUMB_EWMARK, "alloc_exact: status %u", status);
}

static void free_block(struct thread *t, struct block block, uint8_t owner)
{
    own(t, block, owner, 0);
    require_equal(
        subject_opt.free(t->stress->self, t->cpu, block.pfn, block.order, below(t, 4) == 0),
        PLUMB_OK);
}

static struct block take_away(struct thread *t)
{
    uint32_t i = (uint32_t)below(t, t->count);
    struct block block = t->blocks[i];

    t->blocks[i] = t->blocks[--t->count];
    return block;
}

static void call_free(struct thread *t)
{
    if (t->count > 0)
        free_block(t, take_away(t), (uint8_t)(t->cpu + 1));
}

static void call_split(struct thread *t)
{
    struct block block;

    if (t->count == 0 || t->count + (1u << t->stress->config.top_order) > BLOCKS)
        return;
    block = take_away(t);
    require_equal(subject_opt.split_page(t->stress->self, block.pfn, block.order), PLUMB_OK);
    own(t, block, (uint8_t)(t->cpu + 1), 0);
    keep_pages(t, block.pfn, 1u << block.order);
}

/* The pages taken last, as far as they follow one another. */
static void call_free_exact(struct thread *t)
{
    uint32_t pages = 0;
    uint64_t first = 0;

    while (pages < 1u << t->stress->config.top_order && pages < t->count) {
        struct block block = t->blocks[t->count - 1 - pages];

        if (block.order != 0 || (pages > 0 && block.pfn + 1 != first))
            break;
        first = block.pfn;
        pages++;
    }
    if (pages == 0)
        return;
    t->count -= pages;
    for (uint32_t i = 0; i < pages; i++)
        own(t, (struct block){first + i, 0}, (uint8_t)(t->cpu + 1), 0);
    require_equal(subject_opt.free_pages_exact(t->stress->self, t->cpu, first, pages), PLUMB_OK);
}

/* The next thread frees it. */
static void hand_over(struct thread *t)
{
    struct thread *next = &t->stress->threads[(t->cpu + 1) % t->stress->nr_threads];

    if (t->count == 0)
        return;
    pthread_mutex_lock(&next->mutex);
    if (next->nr_handed < BLOCKS)
        next->handed[next->nr_handed++] = take_away(t);
    pthread_mutex_unlock(&next->mutex);
}

static void free_handed(struct thread *t)
{
    uint8_t before = (uint8_t)((t->cpu + t->stress->nr_threads - 1) % t->stress->nr_threads + 1);

    pthread_mutex_lock(&t->mutex);
    while (t->nr_handed > 0)
        free_block(t, t->handed[--t->nr_handed], before);
    pthread_mutex_unlock(&t->mutex);
}

/* Refused, and nothing happens: the block is this thread's. */
static void call_badly(struct thread *t)
{
    void *self = t->stress->self;
    struct block block;

    require_equal(subject_opt.free(self, t->cpu, 1, 0, 0), PLUMB_ERANGE);
    if (t->count == 0)
        return;
    block = t->blocks[below(t, t->count)];
    require_equal(subject_opt.free(self, t->cpu, block.pfn, block.order == 0, 0), PLUMB_EMISMATCH);
    if (block.order > 0)
        require_equal(subject_opt.free(self, t->cpu, block.pfn + 1, 0, 0), PLUMB_ETAIL);
}

static void *work(void *argument)
{
    struct thread *t = argument;

    for (unsigned i = 0; i < OPERATIONS; i++) {
        uint64_t what = below(t, 64);

        if (what < 28)
            call_alloc(t);
        else if (what < 30)
            call_alloc_exact(t);
        else if (what < 32)
            call_split(t);
        else if (what < 34)
            call_free_exact(t);
        else if (what < 54)
            call_free(t);
        else if (what < 58)
            hand_over(t);
        else if (what < 60)
            free_handed(t);
        else if (what < 62)
            call_badly(t);
        else if (what == 62)
            require_equal(subject_opt.drain_zone_pages(t->stress->self, t->cpu), PLUMB_OK);
        else if (below(t, 8) == 0)
            require_equal(subject_opt.drain_pages(t->stress->self, t->cpu), PLUMB_OK);
    }
    return NULL;
}

/* ---- at rest ---- */

static void check_oracles(struct stress *s)
{
    struct plumb_tunables tunables;
    struct plumb_counters counters;
    struct difference difference = {0};

    tunables_of_config(&s->config, &tunables);
    subject_opt.counters(s->self, &counters);
    tunables.watermark_boost = counters.watermark_boost;
    tunables.nr_reserved_highatomic = counters.nr_reserved_highatomic;
    abstract_fill(s->zone, &subject_opt, s->self, &s->config, &tunables);
    require(oracles_hold(s->zone, &difference), "%s: theorem %s", difference.field,
            difference.theorem);
}

static void check_conservation(struct stress *s)
{
    struct plumb_counters c;
    uint64_t owned = 0;

    for (unsigned i = 0; i < PAGES; i++)
        owned += s->owners[i] != 0;
    subject_opt.counters(s->self, &c);
    require_equal(c.used_pages, owned);
    require_equal(c.free_pages + c.isolated_pages + c.pcp_pages + c.used_pages, c.managed_pages);
    require_equal(c.managed_pages, s->at_first.managed_pages);
}

static void check_owned_are_used(struct stress *s)
{
    for (uint32_t i = 0; i < s->nr_threads; i++) {
        for (uint32_t b = 0; b < s->threads[i].count; b++) {
            struct plumb_page page;
            struct block block = s->threads[i].blocks[b];

            require_equal(subject_opt.page(s->self, block.pfn, &page), PLUMB_OK);
            require_equal(page.state, PAGE_USED);
            require_equal(page.order, block.order);
        }
    }
}

static void check_at_rest(struct stress *s)
{
    check_oracles(s);
    check_conservation(s);
    check_owned_are_used(s);
    subject_opt.drain_all_pages(s->self);
    check_oracles(s);
    check_conservation(s);
}

/* All freed and drained, as many blocks of each order are free as at first. */
static void check_whole(struct stress *s)
{
    struct plumb_counters c;

    for (uint32_t i = 0; i < s->nr_threads; i++) {
        free_handed(&s->threads[i]);
        while (s->threads[i].count > 0)
            call_free(&s->threads[i]);
    }
    check_at_rest(s);
    subject_opt.counters(s->self, &c);
    require_equal(c.used_pages, 0);
    require_equal(c.pcp_pages, 0);
    for (unsigned order = 0; order < PLUMB_NR_ORDERS; order++)
        require_equal(c.nr_free[order], s->at_first.nr_free[order]);
}

/* ---- one run ---- */

/* Zones of odd seeds fall back, but in 2.6.11; those of v6.12 and every third seed keep a highatomic
 * reserve, in pageblocks so small that two of them are a hundredth of the zone. */
static void set_up(struct stress *s, uint32_t generation, uint32_t threads, uint64_t seed)
{
    static const uint8_t pattern[8] = {MIGRATE_UNMOVABLE, MIGRATE_MOVABLE,     MIGRATE_MOVABLE,
                                       MIGRATE_MOVABLE,   MIGRATE_RECLAIMABLE, MIGRATE_HIGHATOMIC,
                                       MIGRATE_CMA,       MIGRATE_UNMOVABLE};
    uint64_t start = 96;

    memset(s, 0, sizeof(*s));
    s->nr_threads = threads;
    s->config = (struct plumb_config){.start_pfn = start,
                                      .spanned_pages = PAGES - 64,
                                      .top_order = 7,
                                      .pageblock_order = 7,
                                      .generation = generation,
                                      .nr_cpus = threads,
                                      .pcp_batch = 5,
                                      .pcp_high = 24,
                                      .pcp_low = 2,
                                      .pcp_limit = 64,
                                      .wmark = {40, 50, 60, 70},
                                      .watermark_boost_factor = 15000};
    if (seed % 2 == 1 && generation != PLUMB_V2_6_11)
        s->config.fallback = PLUMB_FALLBACK_V6_12;
    if (seed % 3 == 0 && generation == PLUMB_V6_12) {
        s->config.highatomic = 1;
        s->config.top_order = s->config.pageblock_order = 5;
    }
    for (unsigned i = 0; i < PAGES; i++)
        s->types[i] = generation == PLUMB_V2_6_11 ? (uint8_t)MIGRATE_UNMOVABLE : pattern[i % 8];
    s->self = subject_opt.open();
    s->zone = abstract_new();
    require(s->self && s->zone, "no memory");
    require_equal(subject_opt.init(s->self, &s->config, s->types), PLUMB_OK);
    require_equal(subject_opt.free_range(s->self, start, start + PAGES - 64), PLUMB_OK);
    subject_opt.counters(s->self, &s->at_first);
    for (uint32_t i = 0; i < threads; i++) {
        s->threads[i].stress = s;
        s->threads[i].cpu = i;
        s->threads[i].random = seed * 2654435761u + i + 1;
        pthread_mutex_init(&s->threads[i].mutex, NULL);
    }
}

static void run_round(struct stress *s)
{
    pthread_t ids[MAX_THREADS];

    for (uint32_t i = 0; i < s->nr_threads; i++)
        require_equal(pthread_create(&ids[i], NULL, work, &s->threads[i]), 0);
    for (uint32_t i = 0; i < s->nr_threads; i++)
        pthread_join(ids[i], NULL);
    check_at_rest(s);
    s->given_back += subject_opt.unreserve_highatomic(s->self, MIGRATE_MOVABLE, 1) == PLUMB_OK;
    check_oracles(s);
}

static unsigned run(uint32_t generation, uint32_t threads, uint64_t seed)
{
    static struct stress stress;

    set_up(&stress, generation, threads, seed);
    for (unsigned round = 0; round < ROUNDS; round++)
        run_round(&stress);
    check_whole(&stress);
    abstract_free(stress.zone);
    subject_opt.close(stress.self);
    for (uint32_t i = 0; i < threads; i++)
        pthread_mutex_destroy(&stress.threads[i].mutex);
    return stress.given_back;
}

static void two_threads_v6_12(void **state)
{
    (void)state;
    run(PLUMB_V6_12, 2, 1);
}

static void four_threads_v6_12(void **state)
{
    (void)state;
    run(PLUMB_V6_12, 4, 2);
}

static void four_threads_that_fall_back(void **state)
{
    (void)state;
    run(PLUMB_V6_12, 4, 5);
}

static void four_threads_that_reserve(void **state)
{
    (void)state;
    require(run(PLUMB_V6_12, 4, 6) > 0, "nothing was reserved");
    require(run(PLUMB_V6_12, 3, 9) > 0, "nothing was reserved");
}

static void three_threads_v4_10(void **state)
{
    (void)state;
    run(PLUMB_V4_10, 3, 3);
}

static void two_threads_v2_6_11(void **state)
{
    (void)state;
    run(PLUMB_V2_6_11, 2, 4);
}

static void soak(long seconds)
{
    time_t end = time(NULL) + seconds;
    uint64_t seed = 100;

    for (; time(NULL) < end; seed++)
        run((uint32_t)(seed % PLUMB_NR_GENERATIONS), 2 + (uint32_t)(seed / 3 % 3), seed);
    printf("soak: %lu runs of %d rounds in %ld s, no failure\n", (unsigned long)(seed - 100),
           ROUNDS, seconds);
}

static long soak_seconds;

static void soak_test(void **state)
{
    (void)state;
    soak(soak_seconds);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_threads_v6_12),           cmocka_unit_test(four_threads_v6_12),
        cmocka_unit_test(four_threads_that_fall_back), cmocka_unit_test(four_threads_that_reserve),
        cmocka_unit_test(three_threads_v4_10),         cmocka_unit_test(two_threads_v2_6_11),
    };
    const struct CMUnitTest soaks[] = {cmocka_unit_test(soak_test)};

    if (argc == 1)
        return cmocka_run_group_tests_name("threads", tests, NULL, NULL);
    soak_seconds = strtol(argv[1], NULL, 10);
    if (argc > 2 || soak_seconds < 1) {
        fprintf(stderr, "usage: stress [SECONDS]; expected at least one second\n");
        return 2;
    }
    return cmocka_run_group_tests_name("soak", soaks, NULL, NULL);
}
