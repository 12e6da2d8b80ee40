/* Tests of pages freed by a list of them (free_unref_page_list): their order, what is refused, and
 * what is the same as single frees. */
#include "harness/tests/isolate_fixture.h"
#include "harness/tests/refs_fixture.h"

static enum plumb_status call_list(struct test_zone *zone, uint32_t cpu,
                                   const struct plumb_page_list *list, int cold)
{
    struct plumb_page_list before = *list;
    enum plumb_status status = zone->subject->free_page_list(zone->self, cpu, list, cold);
    assert_memory_equal(list, &before, sizeof(before));
    return status;
}

static void free_list(struct test_zone *zone, uint32_t cpu, const struct plumb_page_list *list,
                      int cold)
{
    assert_int_equal(call_list(zone, cpu, list, cold), PLUMB_OK);
}

/* Nothing may have changed. */
static void refuse_list(struct test_zone *zone, uint32_t cpu, const struct plumb_page_list *list,
                        enum plumb_status status)
{
    static struct snapshot before;
    test_snapshot(zone, &before);
    for (int cold = 0; cold < 2; cold++) {
        assert_int_equal(call_list(zone, cpu, list, cold), status);
        assert_unchanged(zone, &before);
    }
}

static struct plumb_page_list take_pages(struct test_zone *zone, uint32_t cpu, uint32_t count)
{
    struct plumb_page_list list = {.nr = count};
    for (uint32_t i = 0; i < count; i++)
        list.pfn[i] = must_alloc(zone, cpu, 0, its_type(zone));
    return list;
}

/* ---- the order ---- */

/* From the head of one of CPU 0's lists: these entries, counted from 0. */
static void assert_order(const struct test_zone *zone, uint32_t index,
                         const struct plumb_page_list *list, const uint32_t *entries,
                         uint32_t count)
{
    uint64_t pfn = zone->subject->pcp_list_head(zone->self, 0, index);
    for (uint32_t i = 0; i < count; i++) {
        assert_int_equal(pfn, list->pfn[entries[i]]);
        pfn = test_page(zone, pfn).next;
    }
}

static const uint32_t up[5] = {0, 1, 2, 3, 4}, down[5] = {4, 3, 2, 1, 0};

/* Each goes to the head, whatever is said of the cache. */
static void v6_12_has_the_last_page_first(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    for (int cold = 0; cold < 2; cold++) {
        struct test_zone zone = caching_zone(s, PLUMB_V6_12);
        struct plumb_page_list list = take_pages(&zone, 1, 5);
        free_list(&zone, 0, &list, cold);
        assert_order(&zone, M, &list, down, 5);
        assert_int_equal(test_counters(&zone).pcp_count[0], 5);
        test_zone_end(&zone);
    }
}

/* Cold pages go to the tail. */
static void v4_10_has_cold_pages_in_their_order(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct test_zone zone = caching_zone(s, PLUMB_V4_10);
        struct plumb_page_list list = take_pages(&zone, 1, 5), other = take_pages(&zone, 1, 5);
        free_list(&zone, 0, &list, 0);
        assert_order(&zone, M, &list, down, 5);
        free_list(&zone, 0, &other, -1);
        assert_order(&zone, M, &list, down, 5);
        uint64_t behind = test_page(&zone, list.pfn[0]).next;
        for (unsigned i = 0; i < 5; i++) {
            assert_int_equal(behind, other.pfn[i]);
            behind = test_page(&zone, behind).next;
        }
        assert_int_equal(behind, PLUMB_NO_PFN);
        test_zone_end(&zone);
    }
}

/* From the end, so that the first entry is at the head; hot and cold ones have lists of their own. */
static void v2_6_11_frees_from_the_end(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct test_zone zone = caching_zone(s, PLUMB_V2_6_11);
        struct plumb_page_list list = take_pages(&zone, 1, 5), other = take_pages(&zone, 1, 5);
        free_list(&zone, 0, &list, 0);
        free_list(&zone, 0, &other, 1);
        assert_order(&zone, 0, &list, up, 5);
        assert_order(&zone, 1, &other, up, 5);
        test_zone_end(&zone);
    }
}

/* A list tells nothing of pfns: they may go up, down or anyhow. */
static void neighbours_need_not_be(void **state)
{
    (void)state;
    static const uint32_t mixed[5] = {3, 0, 4, 1, 2};
    FOR_EACH_ZONE(i)
    {
        struct test_zone zone = caching_zone(i % 2, i / 2);
        struct plumb_page_list taken = take_pages(&zone, 1, 5), list = {.nr = 5};
        bool from_end = zone.config.generation == PLUMB_V2_6_11;
        for (unsigned k = 0; k < 5; k++)
            list.pfn[k] = taken.pfn[mixed[k]];
        free_list(&zone, 0, &list, 0);
        assert_order(&zone, from_end ? 0 : M, &list, from_end ? up : down, 5);
        test_zone_end(&zone);
    }
}

/* ---- the same as single frees ---- */

enum lists { TUNED = PLUMB_NR_GENERATIONS, COUNTED, SHORT, NR_KINDS };

static struct test_zone zone_of_kind(unsigned s, unsigned kind)
{
    struct plumb_config config = test_config(kind < TUNED ? kind : (unsigned)PLUMB_V6_12);
    config.pcp_high = 6; /* so that lists are trimmed on the way */
    config.pcp_low = 2;
    if (kind == TUNED) {
        config.pcp_tuning = 1;
        config.pcp_high_max = 20;
        config.pcp_batch_scale_max = 3;
    }
    config.page_refs = kind == COUNTED;
    if (kind == SHORT) {
        config.pcp_batch = 1;
        config.pcp_high = 0;
    }
    return one_type_zone(s, &config);
}

/* Pages of all kinds of lists, some with references where they are counted. */
static struct plumb_page_list prepare(struct test_zone *zone, uint32_t pages)
{
    struct plumb_page_list list = take_pages(zone, 0, pages);
    for (uint32_t i = 0; i < pages && zone->config.page_refs; i += 3)
        get(zone, list.pfn[i]);
    must_free(zone, 1, must_alloc(zone, 1, 1, its_type(zone)), 1);
    return list;
}

static void a_list_is_its_frees_one_by_one(void **state)
{
    (void)state;
    static struct snapshot one_by_one;
    for (unsigned kind = 0; kind < NR_KINDS; kind++)
        for (unsigned i = 0; i < NR_TEST_SUBJECTS * PLUMB_LIST_PAGES * 2; i++) {
            uint32_t s = i % 2, cold = i / 2 % 2, pages = 1 + i / 4;
            struct test_zone zone = zone_of_kind(s, kind), twin = zone_of_kind(s, kind);
            struct plumb_page_list list = prepare(&zone, pages), same = prepare(&twin, pages);
            assert_memory_equal(&list, &same, sizeof(list));
            free_list(&zone, 1, &list, (int)cold);
            for (uint32_t k = 0; k < pages; k++) {
                uint32_t entry = kind == PLUMB_V2_6_11 ? pages - 1 - k : k;
                assert_int_equal(twin.subject->free(twin.self, 1, list.pfn[entry], 0, (int)cold),
                                 PLUMB_OK);
            }
            test_snapshot(&twin, &one_by_one);
            assert_unchanged(&zone, &one_by_one);
            test_zone_end(&zone);
            test_zone_end(&twin);
        }
}

/* They pass by the CPU's lists. */
static void pages_of_an_isolated_pageblock_become_free(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    FOR_EACH_GENERATION(g)
    {
        struct test_zone zone = caching_zone(s, generations[g]);
        struct plumb_page_list list = {8, {39, 32, 38, 33, 37, 34, 36, 35}};
        assert_int_equal(must_alloc(&zone, 0, 3, M), 32);
        split(&zone, 32, 3);
        isolate(&zone, 32);
        free_list(&zone, 0, &list, 0);
        assert_totals(&zone, 248, 8);
        assert_free(&zone, 32, 3, I);
        test_zone_end(&zone);
    }
}

static void others_keep_their_references(void **state)
{
    (void)state;
    FOR_EACH_ZONE(i)
    {
        struct test_zone zone = counting_zone(i % 2, i / 2);
        struct plumb_page_list list = take_pages(&zone, 0, 4), left = {2, {0}};
        get(&zone, list.pfn[1]);
        get(&zone, list.pfn[1]);
        get(&zone, list.pfn[3]);
        free_list(&zone, 0, &list, 0);
        assert_int_equal(test_counters(&zone).used_pages, 2);
        assert_used(&zone, list.pfn[1], 0, 2, 0);
        assert_used(&zone, list.pfn[3], 0, 1, 0);
        left.pfn[0] = list.pfn[3];
        left.pfn[1] = list.pfn[1];
        free_list(&zone, 0, &left, 0);
        assert_used(&zone, list.pfn[1], 0, 1, 0);
        assert_int_equal(test_counters(&zone).used_pages, 1);
        put(&zone, 0, list.pfn[1]);
        assert_all_free(&zone);
        test_zone_end(&zone);
    }
}

/* ---- what is refused ---- */

/* A list of the scene's used pages, of which one entry is replaced. */
static struct plumb_page_list list_with(const struct scene *scene, uint32_t entry, uint64_t pfn)
{
    struct plumb_page_list list = {3, {scene->run, scene->run + 1, scene->run + 2}};
    list.pfn[entry] = pfn;
    return list;
}

#define FOR_EACH_SCENE(i) FOR_EACH_ZONE(i)

/* Wherever it stands, and those before and behind it stay. */
static void a_bad_entry_refuses_all(void **state)
{
    (void)state;
    FOR_EACH_SCENE(i)
    {
        struct scene scene = make_scene(i % 2, i / 2);
        const struct {
            uint64_t pfn;
            enum plumb_status status;
        } bad[] = {
            {31, PLUMB_ERANGE},
            {288, PLUMB_ERANGE},
            {UINT64_MAX, PLUMB_ERANGE},
            {scene.run + (UINT64_C(1) << 32), PLUMB_ERANGE},
            {scene.reserved, PLUMB_ERESERVED},
            {scene.used + 3, PLUMB_ETAIL},
            {scene.free, PLUMB_EFREE},
            {scene.free + 1, PLUMB_ETAIL},
            {scene.pcp, PLUMB_EPCP},
            {scene.used, PLUMB_EMISMATCH},
        };
        for (unsigned k = 0; k < sizeof(bad) / sizeof(bad[0]); k++)
            for (uint32_t entry = 0; entry < 3; entry++) {
                struct plumb_page_list list = list_with(&scene, entry, bad[k].pfn);
                refuse_list(&scene.zone, 0, &list, bad[k].status);
            }
        test_zone_end(&scene.zone);
    }
}

static void the_first_bad_entry_decides(void **state)
{
    (void)state;
    FOR_EACH_SCENE(i)
    {
        struct scene scene = make_scene(i % 2, i / 2);
        struct test_zone *zone = &scene.zone;
        struct plumb_page_list list = {5, {scene.run, scene.used, scene.pcp, scene.run, 31}};
        refuse_list(zone, 0, &list, PLUMB_EMISMATCH);
        list.pfn[1] = scene.run + 1;
        refuse_list(zone, 0, &list, PLUMB_EPCP);
        list.pfn[2] = scene.run + 2;
        refuse_list(zone, 0, &list, PLUMB_EBUSY);
        list.pfn[3] = scene.run + 4;
        refuse_list(zone, 0, &list, PLUMB_ERANGE);
        list.nr = 4;
        free_list(zone, 0, &list, 0);
        refuse_list(zone, 0, &list, PLUMB_EPCP);
        test_zone_end(zone);
    }
}

/* The page's own state is told first, so a free page listed twice is free. */
static void a_page_listed_twice_is_refused(void **state)
{
    (void)state;
    FOR_EACH_SCENE(i)
    {
        struct scene scene = make_scene(i % 2, i / 2);
        struct test_zone *zone = &scene.zone;
        for (uint32_t a = 0; a < 3; a++)
            for (uint32_t b = 0; b < 3; b++) {
                struct plumb_page_list list = list_with(&scene, a, scene.run + b);
                if (a != b)
                    refuse_list(zone, 1, &list, PLUMB_EBUSY);
            }
        struct plumb_page_list free_twice = {2, {scene.free, scene.free}};
        refuse_list(zone, 1, &free_twice, PLUMB_EFREE);
        test_zone_end(zone);
    }
}

/* Among all that there may be, at every two places, neighbours or not. */
static void the_last_may_be_the_first_again(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct test_zone zone = caching_zone(s, PLUMB_V6_12);
        struct plumb_page_list list = take_pages(&zone, 0, PLUMB_LIST_PAGES);
        for (uint32_t a = 0; a < PLUMB_LIST_PAGES; a++)
            for (uint32_t b = a % 5; b < PLUMB_LIST_PAGES; b += 5) {
                struct plumb_page_list twice = list;
                twice.pfn[a] = list.pfn[b];
                if (a != b)
                    refuse_list(&zone, 0, &twice, PLUMB_EBUSY);
            }
        free_list(&zone, 0, &list, 0);
        test_zone_end(&zone);
    }
}

/* Two pages 64 apart are two pages. */
static void far_pages_are_not_the_same(void **state)
{
    (void)state;
    FOR_EACH_ZONE(i)
    {
        struct test_zone zone = plain_zone(i % 2, i / 2);
        struct plumb_page_list list = {4, {32, 96, 160, 224}};
        for (unsigned k = 0; k < 4; k++)
            for (unsigned n = 0; n < 2; n++)
                split(&zone, must_alloc(&zone, 0, 5, its_type(&zone)), 5);
        free_list(&zone, 0, &list, 0);
        assert_int_equal(test_counters(&zone).used_pages, 252);
        list = (struct plumb_page_list){4, {33, 97, 161, 33}};
        refuse_list(&zone, 0, &list, PLUMB_EBUSY);
        test_zone_end(&zone);
    }
}

static void cpu_and_number_are_looked_at_first(void **state)
{
    (void)state;
    FOR_EACH_SCENE(i)
    {
        struct scene scene = make_scene(i % 2, i / 2);
        struct plumb_page_list list = list_with(&scene, 0, 31);
        static const uint32_t bad[4] = {0, PLUMB_LIST_PAGES + 1, 64, UINT32_MAX};
        refuse_list(&scene.zone, 0, &list, PLUMB_ERANGE);
        refuse_list(&scene.zone, 2, &list, PLUMB_ECPU);
        list = list_with(&scene, 0, scene.used);
        for (unsigned k = 0; k < 4; k++) {
            list.nr = bad[k];
            refuse_list(&scene.zone, 2, &list, PLUMB_ECPU);
            refuse_list(&scene.zone, UINT32_MAX, &list, PLUMB_ECPU);
            refuse_list(&scene.zone, 1, &list, PLUMB_ERANGE);
        }
        list.nr = 3;
        refuse_list(&scene.zone, 1, &list, PLUMB_EMISMATCH);
        test_zone_end(&scene.zone);
    }
}

int test_page_list(int *run)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(v6_12_has_the_last_page_first),
        cmocka_unit_test(v4_10_has_cold_pages_in_their_order),
        cmocka_unit_test(v2_6_11_frees_from_the_end),
        cmocka_unit_test(neighbours_need_not_be),
        cmocka_unit_test(a_list_is_its_frees_one_by_one),
        cmocka_unit_test(pages_of_an_isolated_pageblock_become_free),
        cmocka_unit_test(others_keep_their_references),
        cmocka_unit_test(a_bad_entry_refuses_all),
        cmocka_unit_test(the_first_bad_entry_decides),
        cmocka_unit_test(a_page_listed_twice_is_refused),
        cmocka_unit_test(the_last_may_be_the_first_again),
        cmocka_unit_test(far_pages_are_not_the_same),
        cmocka_unit_test(cpu_and_number_are_looked_at_first),
    };
    return RUN_GROUP(tests, run);
}
