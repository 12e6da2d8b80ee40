/* Tests of bad calls: each returns its named error, in the order of plumbline.h, and changes
 * nothing at all. */
#include "harness/tests/support.h"

static const uint8_t unmovable[1] = {MIGRATE_UNMOVABLE};

/* A zone with pages in every state. */
struct scene {
    struct test_zone zone;
    uint64_t used;     /* order 4 */
    uint64_t single;   /* order 0 */
    uint64_t free;     /* a free block of order 4 */
    uint64_t pcp;      /* order 0, CPU 0 */
    uint64_t reserved; /* the last 32 pages */
};

static struct scene make_scene(unsigned s, uint32_t generation)
{
    struct plumb_config config = test_config(generation);
    struct scene scene;
    config.pageblock_order = 5;
    scene.zone = test_zone_reserved(test_subjects[s], &config, unmovable, 1);
    scene.reserved = 256;
    assert_int_equal(scene.zone.subject->free_range(scene.zone.self, 32, 256), PLUMB_OK);
    scene.used = must_alloc(&scene.zone, 0, 4, MIGRATE_UNMOVABLE);
    scene.free = scene.used + 16;
    scene.single = must_alloc(&scene.zone, 0, 0, MIGRATE_UNMOVABLE);
    scene.pcp = must_alloc(&scene.zone, 0, 0, MIGRATE_UNMOVABLE);
    must_free(&scene.zone, 0, scene.pcp, 0);
    if (test_page(&scene.zone, scene.free).state != PAGE_FREE)
        scene.free = scene.zone.subject->free_list_head(scene.zone.self, 5, MIGRATE_UNMOVABLE);
    assert_int_equal(test_page(&scene.zone, scene.pcp).state, PAGE_PCP);
    return scene;
}

struct bad_free {
    uint32_t cpu;
    uint64_t pfn;
    uint32_t order;
    enum plumb_status status;
};

static void frees(void **state)
{
    (void)state;
    static struct snapshot before;
    for (unsigned i = 0; i < NR_TEST_SUBJECTS * PLUMB_NR_GENERATIONS; i++) {
        struct scene scene = make_scene(i % 2, i / 2);
        struct test_zone *zone = &scene.zone;
        uint32_t free_order = test_page(zone, scene.free).order;
        const struct bad_free bad[] = {
            {2, 0, 6, PLUMB_EORDER}, /* all wrong: the order is looked at first */
            {2, 0, UINT32_MAX, PLUMB_EORDER},
            {2, 0, 5, PLUMB_ECPU},
            {UINT32_MAX, scene.used, 4, PLUMB_ECPU},
            {0, 31, 0, PLUMB_ERANGE},
            {0, 288, 0, PLUMB_ERANGE},
            {0, UINT64_MAX, 0, PLUMB_ERANGE},
            {1, scene.reserved, 0, PLUMB_ERESERVED},
            {1, 287, 5, PLUMB_ERESERVED},
            {0, scene.used + 1, 4, PLUMB_ETAIL},
            {0, scene.used + 15, 0, PLUMB_ETAIL},
            {0, scene.free, free_order, PLUMB_EFREE},
            {0, scene.free, 0, PLUMB_EFREE},
            {0, scene.pcp, 0, PLUMB_EPCP},
            {1, scene.pcp, 3, PLUMB_EPCP},
            {0, scene.used, 3, PLUMB_EMISMATCH},
            {0, scene.used, 5, PLUMB_EMISMATCH},
            {0, scene.single, 1, PLUMB_EMISMATCH},
        };
        test_snapshot(zone, &before);
        for (size_t k = 0; k < sizeof(bad) / sizeof(bad[0]); k++) {
            enum plumb_status status =
                zone->subject->free(zone->self, bad[k].cpu, bad[k].pfn, bad[k].order, (int)(k & 1));
            if (status != bad[k].status)
                fail_msg("%s, free %zu: %s, not %s", zone->subject->name, k, status_name(status),
                         status_name(bad[k].status));
            assert_unchanged(zone, &before);
        }
        must_free(zone, 0, scene.used, 4);
        test_zone_end(zone);
    }
}

struct bad_alloc {
    uint32_t cpu, order, type, flags, zoneidx;
    enum plumb_status status;
};

static const struct bad_alloc bad_allocs[] = {
    {2, 6, 7, 0x40, 4, PLUMB_EORDER},
    {2, UINT32_MAX, 7, 0x40, 4, PLUMB_EORDER},
    {2, 5, MIGRATE_ISOLATE, 0x40, 4, PLUMB_ETYPE},
    {2, 5, MIGRATE_TYPES, 0x40, 4, PLUMB_ETYPE},
    {2, 5, UINT32_MAX, 0x40, 4, PLUMB_ETYPE},
    {2, 5, 0, 0x40, 4, PLUMB_ECPU},
    {1, 5, 0, 0x40, 4, PLUMB_EZONEIDX},
    {1, 5, 0, 0x40, 3, PLUMB_EFLAGS},
    {1, 5, 0, 0x80000000u, 0, PLUMB_EFLAGS},
    {1, 5, 0, WMARK_HIGH, 0, PLUMB_EWMARK},
};

static void allocs(void **state)
{
    (void)state;
    static struct snapshot before;
    for (unsigned i = 0; i < NR_TEST_SUBJECTS * PLUMB_NR_GENERATIONS; i++) {
        struct scene scene = make_scene(i % 2, i / 2);
        struct test_zone *zone = &scene.zone;
        struct plumb_tunables tunables;
        tunables_of_config(&zone->config, &tunables);
        tunables.wmark[WMARK_HIGH] = 1000;
        assert_int_equal(zone->subject->set_tunables(zone->self, &tunables), PLUMB_OK);
        test_snapshot(zone, &before);
        for (size_t k = 0; k < sizeof(bad_allocs) / sizeof(bad_allocs[0]); k++) {
            const struct bad_alloc *bad = &bad_allocs[k];
            uint64_t pfn = 0;
            enum plumb_status status = zone->subject->alloc(
                zone->self, bad->cpu, bad->order, bad->type, bad->flags, bad->zoneidx, &pfn);
            if (status != bad->status || pfn != PLUMB_NO_PFN)
                fail_msg("%s, alloc %zu: %s, not %s", zone->subject->name, k, status_name(status),
                         status_name(bad->status));
            assert_unchanged(zone, &before);
        }
        test_zone_end(zone);
    }
}

static void only_unmovable_in_2_6_11(void **state)
{
    (void)state;
    for (unsigned s = 0; s < NR_TEST_SUBJECTS; s++) {
        struct scene scene = make_scene(s, PLUMB_V2_6_11);
        uint64_t pfn;
        for (uint32_t type = 1; type < MIGRATE_TYPES; type++)
            assert_int_equal(scene.zone.subject->alloc(scene.zone.self, 0, 0, type, 0, 0, &pfn),
                             PLUMB_ETYPE);
        test_zone_end(&scene.zone);
    }
}

/* Out of memory is an error too: a full zone stays as it is. */
static void a_failed_alloc_changes_nothing(void **state)
{
    (void)state;
    static struct snapshot before;
    for (unsigned i = 0; i < NR_TEST_SUBJECTS * PLUMB_NR_GENERATIONS; i++) {
        struct scene scene = make_scene(i % 2, i / 2);
        struct test_zone *zone = &scene.zone;
        uint64_t pfn;
        while (zone->subject->alloc(zone->self, 0, 5, 0, ALLOC_NO_WATERMARKS, 0, &pfn) == PLUMB_OK)
            ;
        test_snapshot(zone, &before);
        assert_int_equal(zone->subject->alloc(zone->self, 1, 5, 0, ALLOC_NO_WATERMARKS, 0, &pfn),
                         PLUMB_ENOMEM);
        assert_unchanged(zone, &before);
        test_zone_end(zone);
    }
}

static void drains_of_no_cpu(void **state)
{
    (void)state;
    static struct snapshot before;
    for (unsigned i = 0; i < NR_TEST_SUBJECTS * PLUMB_NR_GENERATIONS; i++) {
        struct scene scene = make_scene(i % 2, i / 2);
        struct test_zone *zone = &scene.zone;
        test_snapshot(zone, &before);
        assert_int_equal(zone->subject->drain_pages(zone->self, 2), PLUMB_ECPU);
        assert_int_equal(zone->subject->drain_zone_pages(zone->self, 2), PLUMB_ECPU);
        assert_int_equal(zone->subject->drain_pages(zone->self, UINT32_MAX), PLUMB_ECPU);
        assert_unchanged(zone, &before);
        test_zone_end(zone);
    }
}

static void every_status_is_explained(void **state)
{
    (void)state;
    for (uint32_t a = 0; a < PLUMB_NR_STATUS; a++) {
        assert_true(strncmp(status_name(a), "PLUMB_", 6) == 0);
        assert_true(strlen(status_explain(a)) >= 4);
        for (uint32_t b = 0; b < a; b++) {
            assert_string_not_equal(status_name(a), status_name(b));
            assert_string_not_equal(status_explain(a), status_explain(b));
        }
    }
    assert_non_null(status_name(PLUMB_NR_STATUS));
    assert_non_null(status_explain(UINT32_MAX));
}

int test_bad_calls(int *run)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(frees),
        cmocka_unit_test(allocs),
        cmocka_unit_test(only_unmovable_in_2_6_11),
        cmocka_unit_test(a_failed_alloc_changes_nothing),
        cmocka_unit_test(drains_of_no_cpu),
        cmocka_unit_test(every_status_is_explained),
    };
    return RUN_GROUP(tests, run);
}
