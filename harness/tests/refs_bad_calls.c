/* Tests of calls about references that are refused: the named error, and nothing changes. */
#include "harness/tests/refs_fixture.h"

/* Pages in every state; a plain and a compound used block, both of order 3. */
struct refs_scene {
    struct test_zone zone;
    uint64_t plain, compound, page, pcp, free, reserved;
};

static struct refs_scene make_refs_scene(unsigned s, uint32_t generation)
{
    struct plumb_config config = test_config(generation);
    struct refs_scene scene = {.reserved = 256};
    config.page_refs = 1;
    config.pageblock_order = 5;
    scene.zone = test_zone_reserved(test_subjects[s], &config, all_unmovable, 1);
    release(&scene.zone, 32, 256);
    scene.plain = must_alloc(&scene.zone, 0, 3, U);
    scene.compound = must_alloc(&scene.zone, 0, 3, U);
    make_compound(&scene.zone, scene.compound, 3);
    scene.page = must_alloc(&scene.zone, 0, 0, U);
    scene.pcp = must_alloc(&scene.zone, 0, 0, U);
    must_free(&scene.zone, 0, scene.pcp, 0);
    scene.free = head_of(&scene.zone, 5, U);
    return scene;
}

/* A call and its answer; of get_page the pfn alone counts. */
struct bad_call {
    uint32_t number; /* CPU or order */
    uint64_t pfn;
    enum plumb_status status;
};
typedef enum plumb_status reference_call(const struct test_zone *zone, const struct bad_call *call);

static enum plumb_status call_get(const struct test_zone *zone, const struct bad_call *call)
{
    return zone->subject->get_page(zone->self, call->pfn);
}

static enum plumb_status call_put(const struct test_zone *zone, const struct bad_call *call)
{
    return zone->subject->put_page(zone->self, call->number, call->pfn);
}

static enum plumb_status call_compound(const struct test_zone *zone, const struct bad_call *call)
{
    return zone->subject->prep_compound_page(zone->self, call->pfn, call->number);
}

static enum plumb_status call_split(const struct test_zone *zone, const struct bad_call *call)
{
    return zone->subject->split_page(zone->self, call->pfn, call->number);
}

static void refuse_all(const struct test_zone *zone, reference_call *call,
                       const struct bad_call *bad, size_t count)
{
    static struct snapshot before;
    test_snapshot(zone, &before);
    for (size_t k = 0; k < count; k++) {
        assert_int_equal(call(zone, &bad[k]), bad[k].status);
        assert_unchanged(zone, &before);
    }
}
#define REFUSE(zone, call, bad) refuse_all(zone, call, bad, sizeof(bad) / sizeof((bad)[0]))

static void bad_gets(void **state)
{
    (void)state;
    FOR_EACH_ZONE(i)
    {
        struct refs_scene scene = make_refs_scene(i % 2, i / 2);
        const struct bad_call bad[] = {
            {0, 31, PLUMB_ERANGE},
            {0, 288, PLUMB_ERANGE},
            {0, UINT64_MAX, PLUMB_ERANGE},
            {0, scene.reserved, PLUMB_ERESERVED},
            {0, scene.plain + 1, PLUMB_ETAIL},
            {0, scene.plain + 7, PLUMB_ETAIL},
            {0, scene.free + 1, PLUMB_ETAIL},
            {0, scene.free, PLUMB_EFREE},
            {0, scene.pcp, PLUMB_EPCP},
        };
        REFUSE(&scene.zone, call_get, bad);
        test_zone_end(&scene.zone);
    }
}

static void bad_puts(void **state)
{
    (void)state;
    FOR_EACH_ZONE(i)
    {
        struct refs_scene scene = make_refs_scene(i % 2, i / 2);
        const struct bad_call bad[] = {
            {2, 0, PLUMB_ECPU}, /* all wrong: the CPU is looked at first */
            {UINT32_MAX, scene.page, PLUMB_ECPU},
            {0, 31, PLUMB_ERANGE},
            {1, 288, PLUMB_ERANGE},
            {0, scene.reserved, PLUMB_ERESERVED},
            {0, scene.plain + 4, PLUMB_ETAIL},
            {0, scene.free + 31, PLUMB_ETAIL},
            {0, scene.free, PLUMB_EFREE},
            {1, scene.pcp, PLUMB_EPCP},
            {0, scene.plain, PLUMB_EMISMATCH}, /* the last reference: plumb_free has to */
        };
        REFUSE(&scene.zone, call_put, bad);
        get(&scene.zone, scene.plain);
        put(&scene.zone, 0, scene.plain);
        REFUSE(&scene.zone, call_put, bad);
        test_zone_end(&scene.zone);
    }
}

static void bad_compounds(void **state)
{
    (void)state;
    FOR_EACH_ZONE(i)
    {
        struct refs_scene scene = make_refs_scene(i % 2, i / 2);
        const struct bad_call bad[] = {
            {6, 0, PLUMB_EORDER}, /* all wrong: the order is looked at first */
            {UINT32_MAX, scene.plain, PLUMB_EORDER},
            {3, 31, PLUMB_ERANGE},
            {3, 288, PLUMB_ERANGE},
            {3, scene.reserved, PLUMB_ERESERVED},
            {2, scene.plain + 4, PLUMB_ETAIL},
            {5, scene.free, PLUMB_EFREE},
            {0, scene.pcp, PLUMB_EPCP},
            {2, scene.plain, PLUMB_EMISMATCH},
            {4, scene.compound, PLUMB_EMISMATCH},
            {3, scene.compound, PLUMB_ECOMPOUND}, /* it is one */
            {0, scene.page, PLUMB_ECOMPOUND},     /* a page can't be */
        };
        REFUSE(&scene.zone, call_compound, bad);
        test_zone_end(&scene.zone);
    }
}

static void a_compound_block_is_not_split(void **state)
{
    (void)state;
    FOR_EACH_ZONE(i)
    {
        struct refs_scene scene = make_refs_scene(i % 2, i / 2);
        const struct bad_call bad[] = {
            {3, scene.compound, PLUMB_ECOMPOUND},
            {2, scene.compound, PLUMB_EMISMATCH},
            {1, scene.compound + 2, PLUMB_ETAIL},
        };
        REFUSE(&scene.zone, call_split, bad);
        get(&scene.zone, scene.compound);
        REFUSE(&scene.zone, call_split, bad);
        test_zone_end(&scene.zone);
    }
}

static void a_zone_without_references_has_none(void **state)
{
    (void)state;
    FOR_EACH_ZONE(i)
    {
        struct test_zone zone = plain_zone(i % 2, i / 2);
        uint64_t block = must_alloc(&zone, 0, 3, its_type(&zone));
        const struct bad_call bad[] = {
            {0, block, PLUMB_EREFS},
            {3, block, PLUMB_EREFS},
            {UINT32_MAX, UINT64_MAX, PLUMB_EREFS},
        };
        REFUSE(&zone, call_get, bad);
        REFUSE(&zone, call_put, bad);
        REFUSE(&zone, call_compound, bad);
        test_zone_end(&zone);
    }
}

static void whether_they_are_counted_is_0_or_1(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = test_config(PLUMB_V6_12);
        void *self = test_subjects[s]->open();
        for (uint32_t page_refs = 0; page_refs < 4; page_refs++) {
            uint8_t types[32] = {0};
            config.page_refs = page_refs;
            assert_int_equal(test_subjects[s]->init(self, &config, types),
                             page_refs <= 1 ? PLUMB_OK : PLUMB_ECONFIG);
        }
        test_subjects[s]->close(self);
    }
}

int test_refs_bad_calls(int *run)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_gets),
        cmocka_unit_test(bad_puts),
        cmocka_unit_test(bad_compounds),
        cmocka_unit_test(a_compound_block_is_not_split),
        cmocka_unit_test(a_zone_without_references_has_none),
        cmocka_unit_test(whether_they_are_counted_is_0_or_1),
    };
    return RUN_GROUP(tests, run);
}
