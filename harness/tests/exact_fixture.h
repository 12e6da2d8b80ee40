/* What the tests of split pages, of runs of pages and of isolation share. All their numbers are
 * worked out by hand from the rules. */
#ifndef HARNESS_TESTS_EXACT_FIXTURE_H
#define HARNESS_TESTS_EXACT_FIXTURE_H

#include "harness/tests/fallback_fixture.h"

static const uint8_t all_unmovable[1] = {U};

static inline struct test_zone one_type_zone(unsigned s, const struct plumb_config *config)
{
    return test_zone(test_subjects[s], config,
                     config->generation == PLUMB_V2_6_11 ? all_unmovable : all_movable, 1);
}

/* 8 free blocks of order 5, from pfn 32; a refill brings one block. From v4.10 on what is freed
 * leaves the per-CPU lists at once. */
static inline struct plumb_config plain_config(uint32_t generation)
{
    struct plumb_config config = test_config(generation);
    config.pcp_batch = 1;
    config.pcp_high = 0;
    return config;
}

static inline struct test_zone plain_zone(unsigned s, uint32_t generation)
{
    struct plumb_config config = plain_config(generation);
    return one_type_zone(s, &config);
}

/* The same with batch 4 and per-CPU lists of up to 64 pages. */
static inline struct test_zone caching_zone(unsigned s, uint32_t generation)
{
    struct plumb_config config = test_config(generation);
    return one_type_zone(s, &config);
}

static inline uint32_t its_type(const struct test_zone *zone)
{
    return zone->config.generation == PLUMB_V2_6_11 ? (uint32_t)U : (uint32_t)M;
}

static inline uint64_t take_run(struct test_zone *zone, uint32_t cpu, uint32_t pages, uint32_t type,
                                uint32_t flags)
{
    uint64_t pfn;
    assert_int_equal(zone->subject->alloc_pages_exact(zone->self, cpu, pages, type, flags, 0, &pfn),
                     PLUMB_OK);
    return pfn;
}

static inline void split(struct test_zone *zone, uint64_t pfn, uint32_t order)
{
    assert_int_equal(zone->subject->split_page(zone->self, pfn, order), PLUMB_OK);
}

static inline void free_run(struct test_zone *zone, uint32_t cpu, uint64_t pfn, uint32_t pages)
{
    assert_int_equal(zone->subject->free_pages_exact(zone->self, cpu, pfn, pages), PLUMB_OK);
}

/* Each page is a used block of its own. */
static inline void assert_single_pages(const struct test_zone *zone, uint64_t pfn, uint32_t pages,
                                       int movable)
{
    for (uint64_t q = pfn; q < pfn + pages; q++) {
        struct plumb_page page = test_page(zone, q);
        assert_int_equal(page.state, PAGE_USED);
        assert_int_equal(page.order, 0);
        assert_int_equal(page.movable, movable);
    }
}

/* As many blocks of each order are free, from 0 on; other orders have none. */
static inline void assert_nr_free(const struct test_zone *zone, const uint64_t nr_free[6])
{
    struct plumb_counters counters = test_counters(zone);
    for (unsigned order = 0; order < 6; order++)
        assert_int_equal(counters.nr_free[order], nr_free[order]);
}

/* Pages in every state: a run of 8 whose fourth page is cached, and so is `pcp`. */
struct scene {
    struct test_zone zone;
    uint64_t run, pcp, used, free, reserved;
};

static inline struct scene make_scene(unsigned s, uint32_t generation)
{
    struct plumb_config config = test_config(generation);
    struct scene scene = {.reserved = 256};
    config.pageblock_order = 5;
    scene.zone = test_zone_reserved(test_subjects[s], &config, all_unmovable, 1);
    release(&scene.zone, 32, 256);
    scene.used = must_alloc(&scene.zone, 0, 4, U);
    scene.run = take_run(&scene.zone, 0, 8, U, 0);
    scene.pcp = must_alloc(&scene.zone, 0, 0, U);
    must_free(&scene.zone, 0, scene.pcp, 0);
    must_free(&scene.zone, 1, scene.run + 3, 0);
    scene.free = head_of(&scene.zone, 5, U);
    assert_int_equal(test_page(&scene.zone, scene.pcp).state, PAGE_PCP);
    return scene;
}

/* A free of a run, by free_pages_exact or free_contig_range, and its answer. */
struct run_free {
    uint32_t cpu;
    uint64_t pfn, pages;
    enum plumb_status status;
};
typedef enum plumb_status free_call(const struct test_zone *zone, const struct run_free *run);

/* Each is answered so, and nothing changes. */
static inline void refuse_frees(const struct test_zone *zone, free_call *call,
                                const struct run_free *bad, size_t count)
{
    static struct snapshot before;
    test_snapshot(zone, &before);
    for (size_t k = 0; k < count; k++) {
        assert_int_equal(call(zone, &bad[k]), bad[k].status);
        assert_unchanged(zone, &before);
    }
}

/* What both calls refuse. The first page that can't be freed names the error, and those before it
 * stay. */
static inline void refuse_bad_runs(const struct scene *scene, free_call *call)
{
    const struct run_free bad[] = {
        {2, 0, 0, PLUMB_ECPU}, /* all wrong: the CPU is looked at first */
        {0, scene->run, 0, PLUMB_ERANGE},
        {0, 31, 3, PLUMB_ERANGE},
        {0, 287, 2, PLUMB_ERANGE},
        {0, 288, 1, PLUMB_ERANGE},
        {0, UINT64_MAX, 1, PLUMB_ERANGE},
        {0, 287, 1, PLUMB_ERESERVED},
        {0, scene->used + 3, 1, PLUMB_ETAIL},
        {0, scene->free, 2, PLUMB_EFREE},
        {0, scene->used, 16, PLUMB_EMISMATCH},
        {1, scene->run, 4, PLUMB_EPCP}, /* its last page */
        {0, scene->run + 3, 1, PLUMB_EPCP},
    };
    refuse_frees(&scene->zone, call, bad, sizeof(bad) / sizeof(bad[0]));
}

#endif
