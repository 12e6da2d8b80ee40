/* Tests of isolate_free_page: a free block taken where it lies, what becomes of its pageblocks, the
 * watermark, and bad calls, which change nothing. */
#include "harness/tests/isolate_fixture.h"
#include "harness/tests/refs_fixture.h"

static enum plumb_status isolate_page(struct test_zone *zone, uint64_t pfn, uint32_t order)
{
    return zone->subject->isolate_free_page(zone->self, pfn, order);
}

/* It is used, by one that is not movable, and has one reference. */
static void take_page(struct test_zone *zone, uint64_t pfn, uint32_t order)
{
    assert_int_equal(isolate_page(zone, pfn, order), PLUMB_OK);
    assert_used(zone, pfn, order, 1, 0);
    assert_int_equal(test_page(zone, pfn).movable, 0);
}

static void keep(struct test_zone *zone, uint64_t pfn, uint32_t order, enum plumb_status status)
{
    static struct snapshot before;
    test_snapshot(zone, &before);
    assert_int_equal(isolate_page(zone, pfn, order), status);
    assert_unchanged(zone, &before);
}

/* Of pageblocks of 8 pages that are all of one type, as is the zone. */
static struct test_zone typed_zone(unsigned s, uint32_t generation, uint8_t type)
{
    struct plumb_config config = plain_config(generation);
    config.page_refs = 1;
    return test_zone(test_subjects[s], &config, &type, 1);
}

static void a_block_is_taken_wherever_it_lies(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    FOR_EACH_GENERATION(g)
    {
        struct test_zone zone = typed_zone(s, generations[g], M);
        take_page(&zone, 96, 5);
        assert_int_equal(head_of(&zone, 5, M), 32);
        assert_int_equal(test_page(&zone, 64).next, 128);
        assert_totals(&zone, 224, 0);
        assert_int_equal(test_counters(&zone).used_pages, 32);
        take_page(&zone, 32, 5);
        assert_int_equal(head_of(&zone, 5, M), 64);
        get(&zone, 32);
        assert_used(&zone, 32, 5, 2, 0);
        split(&zone, 96, 5);
        put(&zone, 0, 100);
        assert_free(&zone, 100, 0, M);
        test_zone_end(&zone);
    }
}

static void freed_it_merges_as_any_block(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    FOR_EACH_GENERATION(g)
    {
        struct test_zone zone = typed_zone(s, generations[g], M);
        assert_int_equal(take(&zone, 0, M, 0), 32);
        take_page(&zone, 36, 2);
        take_page(&zone, 33, 0);
        must_free(&zone, 1, 36, 2);
        must_free(&zone, 0, 32, 0);
        must_free(&zone, 0, 33, 0);
        assert_all_free(&zone);
        test_zone_end(&zone);
    }
}

/* All pageblocks of a block become movable, those beside it stay. Half of the zone is movable, for
 * the pages of the highatomic reserve do not count for the watermark. */
static void pageblocks_become_movable(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    FOR_EACH_GENERATION(g)
    for (uint8_t type = 0; type < MIGRATE_TYPES; type++) {
        const uint8_t types[8] = {M, M, M, M, type, type, type, type};
        struct plumb_config config = plain_config(generations[g]);
        struct test_zone zone = test_zone(test_subjects[s], &config, types, 8);
        uint32_t then = type < MIGRATE_PCPTYPES ? (uint32_t)M : type;
        take_page(&zone, 64, 5);
        for (uint64_t pfn = 32; pfn < 288; pfn++)
            assert_int_equal(type_at(&zone, pfn),
                             pfn >= 64 && pfn < 96 ? then : types[pfn / 8 % 8 ^ 4]);
        must_free(&zone, 0, 64, 5);
        assert_free(&zone, 64, 5, then);
        test_zone_end(&zone);
    }
}

/* With half a pageblock the other half goes to the tails of the lists of type MOVABLE; with less
 * nothing does. */
static void half_a_pageblock_takes_the_other_along(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    FOR_EACH_GENERATION(g)
    {
        struct test_zone zone = typed_zone(s, generations[g], U);
        assert_int_equal(take(&zone, 0, U, 0), 32);
        take_page(&zone, 34, 1);
        assert_free(&zone, 33, 0, U);
        assert_free(&zone, 36, 2, U);
        take_page(&zone, 40, 3);
        for (uint64_t pfn = 32; pfn < 64; pfn++)
            assert_int_equal(type_at(&zone, pfn), pfn >= 40 && pfn < 48 ? M : U);
        take_page(&zone, 36, 2);
        assert_free(&zone, 33, 0, M);
        assert_int_equal(head_of(&zone, 0, U), PLUMB_NO_PFN);
        for (uint64_t pfn = 32; pfn < 64; pfn++)
            assert_int_equal(type_at(&zone, pfn), pfn < 48 ? M : U);
        assert_free(&zone, 48, 4, U);
        must_free(&zone, 0, 36, 2);
        assert_free(&zone, 36, 2, M);
        assert_int_equal(take(&zone, 4, U, 0), 48);
        assert_int_equal(take(&zone, 0, U, 0), 64);
        must_free(&zone, 0, 32, 0);
        assert_int_equal(head_of(&zone, 0, U), 65);
        assert_int_equal(test_page(&zone, 65).next, PLUMB_NO_PFN);
        assert_free(&zone, 32, 1, M);
        test_zone_end(&zone);
    }
}

/* What is moved goes behind what is there. */
static void the_other_half_goes_to_the_tails(void **state)
{
    (void)state;
    static const uint8_t types[8] = {M, M, M, M, U, U, U, U};
    FOR_EACH_SUBJECT(s)
    FOR_EACH_GENERATION(g)
    {
        struct plumb_config config = plain_config(generations[g]);
        config.page_refs = 1;
        struct test_zone zone = test_zone(test_subjects[s], &config, types, 8);
        assert_int_equal(take(&zone, 0, U, 0), 64);
        assert_int_equal(take(&zone, 0, M, 0), 32);
        take_page(&zone, 68, 2);
        assert_list(&zone, 0, M, 33, 65);
        assert_list(&zone, 1, M, 34, 66);
        assert_free(&zone, 72, 3, U);
        assert_free(&zone, 36, 2, M);
        test_zone_end(&zone);
    }
}

/* Zones from 36 to 284: the first and the last pageblock lie across an edge. */
static void a_pageblock_across_an_edge_stays(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    FOR_EACH_GENERATION(g)
    {
        struct plumb_config config = plain_config(generations[g]);
        config.start_pfn = 36;
        config.spanned_pages = 248;
        config.page_refs = 1;
        struct test_zone zone = test_zone(test_subjects[s], &config, all_unmovable, 1);
        take_page(&zone, 36, 2);
        take_page(&zone, 280, 2);
        take_page(&zone, 272, 3);
        assert_int_equal(type_at(&zone, 36), U);
        assert_int_equal(type_at(&zone, 280), U);
        assert_int_equal(type_at(&zone, 272), M);
        must_free(&zone, 0, 36, 2);
        assert_free(&zone, 36, 2, U);
        test_zone_end(&zone);
    }
}

/* 256 pages are free, 32 are asked for: min + 32 must be less. Boost does not count, the reserve of
 * the lowest zone does; CMA's pages do. */
static void the_watermark_is_looked_at(void **state)
{
    (void)state;
    static const struct {
        uint64_t min, boost, reserve, last_reserve;
        uint8_t type;
        enum plumb_status status;
    } cases[] = {
        {223, 0, 0, 0, M, PLUMB_OK},  {224, 0, 0, 0, M, PLUMB_EWMARK},
        {223, 99, 0, 0, M, PLUMB_OK}, {223, 0, 1, 0, M, PLUMB_EWMARK},
        {222, 0, 1, 0, M, PLUMB_OK},  {223, 0, 0, 99, M, PLUMB_OK},
        {223, 0, 0, 0, C, PLUMB_OK},  {224, 0, 0, 0, C, PLUMB_EWMARK},
        {1000, 0, 0, 0, I, PLUMB_OK},
    };
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        FOR_EACH_SUBJECT(s)
    FOR_EACH_GENERATION(g)
    {
        struct plumb_config config = plain_config(generations[g]);
        config.wmark[WMARK_MIN] = cases[i].min;
        config.wmark[WMARK_LOW] = config.wmark[WMARK_HIGH] = 2000;
        config.watermark_boost = cases[i].boost;
        config.lowmem_reserve[0] = cases[i].reserve;
        config.lowmem_reserve[3] = cases[i].last_reserve;
        struct test_zone zone = test_zone(test_subjects[s], &config, &cases[i].type, 1);
        if (cases[i].status == PLUMB_OK)
            take_page(&zone, 64, 5);
        else
            keep(&zone, 64, 5, cases[i].status);
        test_zone_end(&zone);
    }
}

/* The pages of the highatomic reserve do not count. */
static void the_reserve_is_out_of_reach(void **state)
{
    (void)state;
    static const uint8_t types[8] = {3, 3, 3, 3, M, M, M, M};
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = plain_config(PLUMB_V6_12);
        config.wmark[WMARK_MIN] = 96;
        struct test_zone zone = test_zone(test_subjects[s], &config, types, 8);
        keep(&zone, 64, 5, PLUMB_EWMARK);
        test_zone_end(&zone);
        config.wmark[WMARK_MIN] = 95;
        zone = test_zone(test_subjects[s], &config, types, 8);
        take_page(&zone, 64, 5);
        test_zone_end(&zone);
    }
}

static void bad_calls_change_nothing(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    FOR_EACH_GENERATION(g)
    {
        struct scene scene = make_scene(s, generations[g]);
        const struct {
            uint64_t pfn;
            uint32_t order;
            enum plumb_status status;
        } bad[] = {
            {31, 6, PLUMB_EORDER},
            {31, UINT32_MAX, PLUMB_EORDER},
            {31, 0, PLUMB_ERANGE},
            {288, 0, PLUMB_ERANGE},
            {UINT64_MAX, 0, PLUMB_ERANGE},
            {scene.reserved, 0, PLUMB_ERESERVED},
            {scene.free + 1, 0, PLUMB_ETAIL},
            {scene.free + 16, 4, PLUMB_ETAIL},
            {scene.used + 1, 0, PLUMB_ETAIL},
            {scene.used, 4, PLUMB_EBUSY},
            {scene.used, 3, PLUMB_EBUSY},
            {scene.run, 0, PLUMB_EBUSY},
            {scene.pcp, 0, PLUMB_EPCP},
            {scene.pcp, 1, PLUMB_EPCP},
            {scene.free, 4, PLUMB_EMISMATCH},
            {scene.free, 0, PLUMB_EMISMATCH},
        };
        for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
            keep(&scene.zone, bad[i].pfn, bad[i].order, bad[i].status);
        assert_int_equal(isolate_page(&scene.zone, scene.free, 5), PLUMB_OK);
        keep(&scene.zone, scene.free, 5, PLUMB_EBUSY);
        test_zone_end(&scene.zone);
    }
}

static void before_there_were_types_there_is_none(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct test_zone zone = plain_zone(s, PLUMB_V2_6_11);
        keep(&zone, 64, 5, PLUMB_ETYPE);
        keep(&zone, 31, 6, PLUMB_ETYPE);
        test_zone_end(&zone);
    }
}

int test_isolate_page(int *run)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_block_is_taken_wherever_it_lies),
        cmocka_unit_test(freed_it_merges_as_any_block),
        cmocka_unit_test(pageblocks_become_movable),
        cmocka_unit_test(half_a_pageblock_takes_the_other_along),
        cmocka_unit_test(the_other_half_goes_to_the_tails),
        cmocka_unit_test(a_pageblock_across_an_edge_stays),
        cmocka_unit_test(the_watermark_is_looked_at),
        cmocka_unit_test(the_reserve_is_out_of_reach),
        cmocka_unit_test(bad_calls_change_nothing),
        cmocka_unit_test(before_there_were_types_there_is_none),
    };
    return RUN_GROUP(tests, run);
}
