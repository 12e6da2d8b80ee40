/* Threads on one zone of the variant, each with its own CPU: rounds of random calls, and between
 * them, when all are at rest, the proven oracles, conservation and each page's one owner.
 *
 * `stress` runs the tests; `stress SECONDS` goes on with other seeds for so long. */
#define _POSIX_C_SOURCE 200809L
#include "harness/tests/stress.h"

#include <time.h>

#include "harness/abstract.h"

enum { ROUNDS = 12 };

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
    abstract_fill(s->abstract, &subject_opt, s->self, &s->config, &tunables);
    require(oracles_hold(s->abstract, &difference), "%s: theorem %s", difference.field,
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
            require_equal(page.refs, 1);
            require_equal(page.compound, block.is_compound);
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

    for (uint32_t i = 0; i < s->nr_threads; i++)
        stress_free_all(&s->threads[i]);
    check_at_rest(s);
    subject_opt.counters(s->self, &c);
    require_equal(c.used_pages, 0);
    require_equal(c.pcp_pages, 0);
    for (unsigned order = 0; order < PLUMB_NR_ORDERS; order++)
        require_equal(c.nr_free[order], s->at_first.nr_free[order]);
}

/* ---- one run ---- */

/* Zones of odd seeds fall back, in turn as one kernel or another, but in 2.6.11; so every third
 * seed's keep a highatomic reserve, in pageblocks so small that two of them are a hundredth of the
 * zone. Even seeds, and one that falls back, count references. v6.12 has lists of huge pages with
 * seeds of 0 and 1 modulo 5. */
static void set_up(struct stress *s, uint32_t generation, uint32_t threads, uint64_t seed)
{
    static const uint32_t fallbacks[4] = {PLUMB_FALLBACK_V6_12, PLUMB_FALLBACK_V4_10,
                                          PLUMB_FALLBACK_V6_15, PLUMB_FALLBACK_V6_12};
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
        s->config.fallback = fallbacks[seed / 2 % 4];
    if (seed % 5 == 2)
        s->config.placement = PLUMB_PLACE_HEAD;
    s->config.pcp_tuning = seed % 4 >= 2 && generation == PLUMB_V6_12;
    s->config.pcp_high_max = s->config.pcp_tuning ? s->config.pcp_limit : 0;
    s->config.pcp_batch_scale_max = seed % 7;
    s->config.thp = seed % 5 < 2 && generation == PLUMB_V6_12;
    s->config.page_refs = seed % 2 == 0 || seed == 5;
    if (seed % 3 == 0 && generation != PLUMB_V2_6_11) {
        s->config.highatomic = reserve_of_generation(generation);
        s->config.top_order = s->config.pageblock_order = 5;
    }
    for (unsigned i = 0; i < PAGES; i++)
        s->types[i] = generation == PLUMB_V2_6_11 ? (uint8_t)MIGRATE_UNMOVABLE : pattern[i % 8];
    s->self = subject_opt.open();
    s->abstract = abstract_new();
    require(s->self && s->abstract, "no memory");
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
        require_equal(pthread_create(&ids[i], NULL, stress_work, &s->threads[i]), 0);
    for (uint32_t i = 0; i < s->nr_threads; i++)
        pthread_join(ids[i], NULL);
    for (uint32_t i = 0; i < s->nr_threads; i++)
        stress_put_shared(&s->threads[i]);
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
    abstract_free(stress.abstract);
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
    run(PLUMB_V6_12, 4, 7);
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
    run(PLUMB_V4_10, 3, 1);
}

/* They fall back as v4.10 does, too. */
static void three_threads_v4_10_that_reserve(void **state)
{
    (void)state;
    require(run(PLUMB_V4_10, 3, 3) > 0, "nothing was reserved");
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

    for (; time(NULL) < end; seed++) /* 12 seeds choose all else */
        run((uint32_t)(seed / 12 % PLUMB_NR_GENERATIONS), 2 + (uint32_t)(seed / 3 % 3), seed);
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
        cmocka_unit_test(two_threads_v6_12),
        cmocka_unit_test(four_threads_v6_12),
        cmocka_unit_test(four_threads_that_fall_back),
        cmocka_unit_test(four_threads_that_reserve),
        cmocka_unit_test(three_threads_v4_10),
        cmocka_unit_test(three_threads_v4_10_that_reserve),
        cmocka_unit_test(two_threads_v2_6_11),
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
