/* Tests of bad calls of split_page, alloc_pages_exact and free_pages_exact: each returns its named
 * error, in the order of plumbline.h, and changes nothing at all. */
#include "harness/tests/exact_fixture.h"

static void bad_splits(void **state)
{
    (void)state;
    static struct snapshot before;
    for (unsigned i = 0; i < NR_TEST_SUBJECTS * PLUMB_NR_GENERATIONS; i++) {
        struct scene scene = make_scene(i % 2, i / 2);
        struct test_zone *zone = &scene.zone;
        const struct {
            uint64_t pfn;
            uint32_t order;
            enum plumb_status status;
        } bad[] = {
            {0, 6, PLUMB_EORDER},
            {0, UINT32_MAX, PLUMB_EORDER},
            {31, 5, PLUMB_ERANGE},
            {288, 0, PLUMB_ERANGE},
            {UINT64_MAX, 0, PLUMB_ERANGE},
            {scene.reserved, 5, PLUMB_ERESERVED},
            {scene.used + 1, 0, PLUMB_ETAIL},
            {scene.used + 8, 3, PLUMB_ETAIL},
            {scene.free, 5, PLUMB_EFREE},
            {scene.pcp, 0, PLUMB_EPCP},
            {scene.used, 3, PLUMB_EMISMATCH},
            {scene.used, 5, PLUMB_EMISMATCH},
            {scene.run, 3, PLUMB_EMISMATCH},
        };
        test_snapshot(zone, &before);
        for (size_t k = 0; k < sizeof(bad) / sizeof(bad[0]); k++) {
            assert_int_equal(zone->subject->split_page(zone->self, bad[k].pfn, bad[k].order),
                             bad[k].status);
            assert_unchanged(zone, &before);
        }
        split(zone, scene.used, 4);
        assert_int_equal(zone->subject->split_page(zone->self, scene.used, 4), PLUMB_EMISMATCH);
        test_zone_end(zone);
    }
}

static void bad_allocations(void **state)
{
    (void)state;
    static const struct {
        uint32_t cpu, pages, type, flags, zoneidx;
        enum plumb_status status;
    } bad[] = {
        {2, 0, 7, 0x40, 4, PLUMB_ERANGE}, /* all wrong: the number of pages is looked at first */
        {2, 33, 7, 0x40, 4, PLUMB_EORDER},
        {2, UINT32_MAX, 7, 0x40, 4, PLUMB_EORDER},
        {2, 32, MIGRATE_ISOLATE, 0x40, 4, PLUMB_ETYPE},
        {2, 31, U, 0x40, 4, PLUMB_ECPU},
        {1, 3, U, 0x40, 4, PLUMB_EZONEIDX},
        {1, 1, U, 0x40, 3, PLUMB_EFLAGS},
        {1, 1, U, WMARK_HIGH, 0, PLUMB_EWMARK},
        {1, 17, M, ALLOC_NO_WATERMARKS, 0, PLUMB_ENOMEM},
    };
    static struct snapshot before;
    for (unsigned i = 0; i < NR_TEST_SUBJECTS * PLUMB_NR_GENERATIONS; i++) {
        struct test_zone zone = caching_zone(i % 2, i / 2);
        struct plumb_tunables tunables;
        tunables_of_config(&zone.config, &tunables);
        tunables.wmark[WMARK_HIGH] = 1000;
        assert_int_equal(zone.subject->set_tunables(zone.self, &tunables), PLUMB_OK);
        for (unsigned n = 0; n < 8; n++)
            take_run(&zone, 0, 17, its_type(&zone), 0);
        zone.subject->drain_all_pages(zone.self);
        test_snapshot(&zone, &before);
        for (size_t k = 0; k < sizeof(bad) / sizeof(bad[0]); k++) {
            uint32_t type = bad[k].type == M ? its_type(&zone) : bad[k].type;
            uint64_t pfn = 0;
            assert_int_equal(zone.subject->alloc_pages_exact(zone.self, bad[k].cpu, bad[k].pages,
                                                             type, bad[k].flags, bad[k].zoneidx,
                                                             &pfn),
                             bad[k].status);
            assert_true(pfn == PLUMB_NO_PFN);
            assert_unchanged(&zone, &before);
        }
        test_zone_end(&zone);
    }
}

static enum plumb_status call_exact(const struct test_zone *zone, const struct run_free *run)
{
    return zone->subject->free_pages_exact(zone->self, run->cpu, run->pfn, (uint32_t)run->pages);
}

static void bad_frees(void **state)
{
    (void)state;
    for (unsigned i = 0; i < NR_TEST_SUBJECTS * PLUMB_NR_GENERATIONS; i++) {
        struct scene scene = make_scene(i % 2, i / 2);
        struct test_zone *zone = &scene.zone;
        const struct run_free bad[] = {
            {UINT32_MAX, scene.run, 3, PLUMB_ECPU},
            {0, scene.run, 33, PLUMB_ERANGE},
            {0, UINT64_MAX - 1, 32, PLUMB_ERANGE},
            {1, scene.run, 8, PLUMB_EPCP}, /* its fourth */
        };
        refuse_bad_runs(&scene, call_exact);
        refuse_frees(zone, call_exact, bad, sizeof(bad) / sizeof(bad[0]));
        free_run(zone, 0, scene.run, 3);
        free_run(zone, 0, scene.run + 4, 4);
        test_zone_end(zone);
    }
}

int test_exact_bad_calls(int *run)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_splits),
        cmocka_unit_test(bad_allocations),
        cmocka_unit_test(bad_frees),
    };
    return RUN_GROUP(tests, run);
}
