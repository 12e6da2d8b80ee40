/* Tests of v6.12's per-CPU lists of huge pages, here blocks of 16 pages (semantics 5 to 8). */
#include "harness/tests/support.h"

#define FOR_EACH_SUBJECT(s) for (unsigned s = 0; s < NR_TEST_SUBJECTS; s++)

enum { HUGE = 4, OTHERS = 12, MOVABLES = 13 }; /* the order; the two lists */

static const uint8_t movable[1] = {MIGRATE_MOVABLE};
/* Pageblocks of 16 pages from pfn 32 on; the largest blocks are two of one type. */
static const uint8_t mixed[8] = {MIGRATE_MOVABLE,   MIGRATE_MOVABLE,     MIGRATE_UNMOVABLE,
                                 MIGRATE_UNMOVABLE, MIGRATE_RECLAIMABLE, MIGRATE_RECLAIMABLE,
                                 MIGRATE_CMA,       MIGRATE_CMA};

static struct plumb_config huge_config(void)
{
    struct plumb_config config = test_config(PLUMB_V6_12);
    config.pageblock_order = HUGE;
    config.thp = 1;
    return config;
}

static struct test_zone huge_zone(unsigned s, const uint8_t *types, unsigned nr_types)
{
    struct plumb_config config = huge_config();
    return test_zone(test_subjects[s], &config, types, nr_types);
}

static void assert_on_list(const struct test_zone *zone, uint64_t pfn, uint32_t cpu, uint32_t index)
{
    struct plumb_page page = test_page(zone, pfn);
    assert_int_equal(page.state, PAGE_PCP);
    assert_int_equal(page.order, HUGE);
    assert_int_equal(page.cpu, cpu);
    assert_int_equal(page.type, index);
}

/* Freed ones are the first on their list; a refill brings one more. */
static void movable_ones_have_a_list_of_their_own(void **state)
{
    (void)state;
    static const struct {
        uint32_t type, index, other;
    } cases[] = {{MIGRATE_MOVABLE, MOVABLES, OTHERS},
                 {MIGRATE_UNMOVABLE, OTHERS, MOVABLES},
                 {MIGRATE_RECLAIMABLE, OTHERS, MOVABLES}};
    FOR_EACH_SUBJECT(s)
    for (unsigned i = 0; i < 3; i++) {
        struct test_zone zone = huge_zone(s, mixed, 8);
        uint64_t pfn = must_alloc(&zone, 0, HUGE, cases[i].type);
        assert_int_equal(test_pcp_length(&zone, 0, cases[i].index), 1);
        assert_int_equal(test_counters(&zone).pcp_count[0], 16);
        must_free(&zone, 1, pfn, HUGE);
        assert_on_list(&zone, pfn, 1, cases[i].index);
        assert_int_equal(zone.subject->pcp_list_head(zone.self, 1, cases[i].index), pfn);
        assert_int_equal(test_pcp_length(&zone, 1, cases[i].other), 0);
        assert_int_equal(test_counters(&zone).pcp_count[1], 16);
        test_zone_end(&zone);
    }
}

/* A request for reclaimable memory takes what a request for unmovable memory left there. */
static void others_share_a_list(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct test_zone zone = huge_zone(s, mixed, 8);
        must_alloc(&zone, 0, HUGE, MIGRATE_UNMOVABLE);
        uint64_t left = zone.subject->pcp_list_head(zone.self, 0, OTHERS);
        assert_int_equal(must_alloc(&zone, 0, HUGE, MIGRATE_RECLAIMABLE), left);
        assert_int_equal(test_page(&zone, left).pageblock_type, MIGRATE_UNMOVABLE);
        assert_int_equal(test_page(&zone, left).movable, 0);
        test_zone_end(&zone);
    }
}

/* Those of CMA pageblocks, as smaller blocks do. */
static void cma_goes_with_movable_ones(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct test_zone zone = huge_zone(s, mixed, 8);
        uint64_t pfn = must_alloc(&zone, 0, HUGE, MIGRATE_CMA);
        assert_int_equal(test_counters(&zone).pcp_pages, 0);
        must_free(&zone, 0, pfn, HUGE);
        assert_on_list(&zone, pfn, 0, MOVABLES);
        assert_int_equal(must_alloc(&zone, 0, HUGE, MIGRATE_MOVABLE), pfn);
        assert_int_equal(test_page(&zone, pfn).movable, 1);
        test_zone_end(&zone);
    }
}

/* A block that joined the highatomic reserve is freed to the movable ones; it is handed out again,
 * whatever the type of its pageblock. */
static void of_the_reserve_go_with_movable_ones(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = huge_config();
        config.spanned_pages = 4096; /* a hundredth of it is more than a pageblock */
        config.highatomic = PLUMB_RESERVE_V6_12;
        config.top_order = HUGE;
        struct test_zone zone = test_zone(test_subjects[s], &config, movable, 1);
        uint64_t pfn;
        assert_int_equal(
            zone.subject->alloc(zone.self, 0, HUGE, MIGRATE_MOVABLE, ALLOC_HIGHATOMIC, 0, &pfn),
            PLUMB_OK);
        assert_int_equal(test_page(&zone, pfn).pageblock_type, MIGRATE_HIGHATOMIC);
        must_free(&zone, 1, pfn, HUGE);
        assert_on_list(&zone, pfn, 1, MOVABLES);
        assert_int_equal(must_alloc(&zone, 1, HUGE, MIGRATE_MOVABLE), pfn);
        test_zone_end(&zone);
    }
}

static void isolated_ones_go_to_no_cpu(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct test_zone zone = huge_zone(s, movable, 1);
        uint64_t pfn = must_alloc(&zone, 0, HUGE, MIGRATE_MOVABLE);
        assert_int_equal(zone.subject->set_migratetype_isolate(zone.self, pfn), PLUMB_OK);
        must_free(&zone, 0, pfn, HUGE);
        assert_int_equal(test_counters(&zone).pcp_pages, 0);
        assert_int_equal(test_page(&zone, pfn).type, MIGRATE_ISOLATE);
        test_zone_end(&zone);
    }
}

/* As on x86: 512 pages are a block, and a refill of the usual batch brings two. */
static void blocks_of_512_pages(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = huge_config();
        config.start_pfn = 0;
        config.spanned_pages = 4096;
        config.top_order = 10;
        config.pageblock_order = 9;
        config.pcp_limit = 4096;
        struct test_zone zone = test_zone(test_subjects[s], &config, movable, 1);
        must_tune(&zone, 63, 1000, 0);
        uint64_t pfn = must_alloc(&zone, 0, 9, MIGRATE_MOVABLE);
        assert_int_equal(test_counters(&zone).pcp_count[0], 512);
        assert_int_equal(must_alloc(&zone, 0, 9, MIGRATE_MOVABLE), pfn ^ 512);
        must_free(&zone, 0, pfn, 9);
        assert_int_equal(test_counters(&zone).pcp_count[0], 512);
        must_free(&zone, 0, pfn ^ 512, 9); /* above the high: a batch of pages, the older block */
        assert_int_equal(test_counters(&zone).pcp_count[0], 512);
        assert_int_equal(test_page(&zone, pfn ^ 512).state, PAGE_PCP);
        test_zone_end(&zone);
    }
}

/* With tuning a refill is as large as without, and the high grows by a batch. */
static void tuned_refills(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = huge_config();
        struct plumb_pcp_tuning tuning;
        config.pcp_tuning = 1;
        config.pcp_high = 50;
        config.pcp_high_max = 200;
        config.pcp_limit = 200;
        config.pcp_batch = 48;
        config.pcp_batch_scale_max = 5;
        struct test_zone zone = test_zone(test_subjects[s], &config, movable, 1);
        must_alloc(&zone, 0, HUGE, MIGRATE_MOVABLE);
        assert_int_equal(test_pcp_length(&zone, 0, MOVABLES), 2);
        assert_int_equal(zone.subject->pcp_tuning(zone.self, 0, &tuning), PLUMB_OK);
        assert_int_equal(tuning.high, 50 + 48);
        assert_int_equal(tuning.alloc_factor, 0);
        test_zone_end(&zone);
    }
}

/* At least two of them, unless the batch is a page or more than a CPU may hold. */
static void refills_bring_two(void **state)
{
    (void)state;
    static const struct {
        uint32_t batch, high, left;
    } cases[] = {{4, 64, 1}, {48, 64, 2}, {1, 64, 0}, {5, 4, 0}};
    FOR_EACH_SUBJECT(s)
    for (unsigned i = 0; i < 4; i++) {
        struct test_zone zone = huge_zone(s, movable, 1);
        must_tune(&zone, cases[i].batch, cases[i].high, 0);
        must_alloc(&zone, 0, HUGE, MIGRATE_MOVABLE);
        assert_int_equal(test_pcp_length(&zone, 0, MOVABLES), cases[i].left);
        test_zone_end(&zone);
    }
}

/* Lists are emptied from that of the block on and around, those of huge pages last; a block is
 * given back whole, however few pages were asked for. */
static void what_is_given_back(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct test_zone zone = huge_zone(s, movable, 1);
        uint64_t huge[3], page = must_alloc(&zone, 1, 0, MIGRATE_MOVABLE);
        for (unsigned i = 0; i < 3; i++)
            huge[i] = must_alloc(&zone, 1, HUGE, MIGRATE_MOVABLE);
        zone.subject->drain_all_pages(zone.self);
        must_tune(&zone, 4, 64, 0);
        must_free(&zone, 0, huge[0], HUGE);
        must_free(&zone, 0, huge[1], HUGE);
        must_free(&zone, 0, page, 0);
        assert_int_equal(zone.subject->drain_zone_pages(zone.self, 0), PLUMB_OK);
        /* the page, then of a block three pages */
        assert_int_equal(test_pcp_length(&zone, 0, MIGRATE_MOVABLE), 0);
        assert_int_equal(test_pcp_length(&zone, 0, MOVABLES), 1);
        assert_on_list(&zone, huge[1], 0, MOVABLES);
        must_tune(&zone, 4, 32, 0);
        must_free(&zone, 0, huge[2], HUGE); /* 32 pages: 4 of its own list */
        assert_on_list(&zone, huge[2], 0, MOVABLES);
        assert_int_not_equal(test_page(&zone, huge[1]).state, PAGE_PCP);
        assert_int_equal(test_counters(&zone).pcp_count[0], 16);
        test_zone_end(&zone);
    }
}

/* From a list of huge pages the turn goes on to the single unmovable pages. */
static void the_turn_starts_again(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct test_zone zone = huge_zone(s, mixed, 8);
        uint64_t huge = must_alloc(&zone, 1, HUGE, MIGRATE_MOVABLE);
        uint64_t single = must_alloc(&zone, 1, 0, MIGRATE_UNMOVABLE), pages[17];
        for (unsigned i = 0; i < 17; i++)
            pages[i] = must_alloc(&zone, 1, 0, MIGRATE_MOVABLE);
        must_tune(&zone, 17, 34, 0);
        must_free(&zone, 0, single, 0);
        for (unsigned i = 0; i < 17; i++)
            must_free(&zone, 0, pages[i], 0);
        must_free(&zone, 0, huge, HUGE); /* the 34th page: 17 are given back */
        assert_int_equal(test_pcp_length(&zone, 0, MOVABLES), 0);
        assert_int_equal(test_pcp_length(&zone, 0, MIGRATE_UNMOVABLE), 0);
        assert_int_equal(test_pcp_length(&zone, 0, MIGRATE_MOVABLE), 17);
        test_zone_end(&zone);
    }
}

/* Frees of huge pages are no run of larger blocks, but end one and are counted. */
static void huge_pages_are_no_run(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config config = huge_config();
        struct plumb_pcp_tuning tuning;
        config.pcp_tuning = 1;
        config.pcp_high_max = 64;
        config.pcp_batch_scale_max = 5;
        struct test_zone zone = test_zone(test_subjects[s], &config, movable, 1);
        uint64_t huge[2] = {must_alloc(&zone, 1, HUGE, MIGRATE_MOVABLE),
                            must_alloc(&zone, 1, HUGE, MIGRATE_MOVABLE)};
        must_free(&zone, 0, must_alloc(&zone, 1, 2, MIGRATE_MOVABLE), 2);
        assert_int_equal(zone.subject->pcp_tuning(zone.self, 0, &tuning), PLUMB_OK);
        assert_int_equal(tuning.prev_free_high_order, 1);
        /* enough freed in a row to empty the lists, were they smaller */
        for (unsigned i = 0; i < 2; i++) {
            must_free(&zone, 0, huge[i], HUGE);
            assert_int_equal(zone.subject->pcp_tuning(zone.self, 0, &tuning), PLUMB_OK);
            assert_int_equal(tuning.prev_free_high_order, 0);
            assert_int_equal(tuning.free_count, 4 + 16 * (i + 1));
            assert_int_equal(test_counters(&zone).pcp_count[0], 4 + 16 * (i + 1));
        }
        test_zone_end(&zone);
    }
}

/* Isolation finds them on the lists of all CPUs. */
static void isolation_drains_them(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct test_zone zone = huge_zone(s, movable, 1);
        uint64_t pfn = must_alloc(&zone, 1, HUGE, MIGRATE_MOVABLE);
        must_free(&zone, 1, pfn, HUGE);
        assert_int_equal(zone.subject->set_migratetype_isolate(zone.self, pfn), PLUMB_OK);
        assert_int_equal(test_page(&zone, pfn).state, PAGE_FREE);
        assert_int_equal(test_page(&zone, pfn).type, MIGRATE_ISOLATE);
        assert_int_equal(test_counters(&zone).pcp_pages, 0);
        test_zone_end(&zone);
    }
}

/* Blocks between those of the lists, and all of them without the lists, go to the buddy lists. */
static void other_orders_pass_by(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    for (uint32_t thp = 0; thp < 2; thp++) {
        struct plumb_config config = huge_config();
        config.pageblock_order = 5;
        config.thp = thp;
        struct test_zone zone = test_zone(test_subjects[s], &config, movable, 1);
        must_free(&zone, 0, must_alloc(&zone, 0, 4, MIGRATE_MOVABLE), 4);
        assert_int_equal(test_counters(&zone).pcp_pages, 0);
        must_free(&zone, 0, must_alloc(&zone, 0, 5, MIGRATE_MOVABLE), 5);
        /* of the two that a CPU had then, as many pages as its high, one is given back */
        assert_int_equal(test_counters(&zone).pcp_pages, thp ? 32 : 0);
        assert_int_equal(test_pcp_length(&zone, 0, MOVABLES), thp ? 1 : 0);
        test_zone_end(&zone);
    }
}

/* Lists of every order a pageblock may have are shown, compared and held to the oracles. */
static void every_order_in_lockstep(void **state)
{
    (void)state;
    struct lockstep *lockstep = lockstep_open(&subject_ref, &subject_opt);
    for (unsigned order = HUGE; order <= PLUMB_MAX_ORDER; order++) {
        char text[400];
        struct difference d;
        snprintf(text, sizeof(text),
                 "zone spanned=4096 top=%u pageblock=%u gen=6.12 cpus=64 batch=2 high=64 limit=64 "
                 "thp=on\ntypes MOVABLEx2 UNMOVABLEx2\nrelease 0 4096\n"
                 "alloc cpu=63 order=%u type=MOVABLE slot=0\n"
                 "alloc cpu=1 order=%u type=UNMOVABLE slot=1\ncheck\n"
                 "free cpu=0 slot=0\nfree cpu=63 slot=1\ncheck\n",
                 order, order, order, order);
        struct program program = test_parse(text);
        if (lockstep_run(lockstep, &program, NULL, &d) != 0)
            fail_msg("order %u: %s", order, d.field);
        program_free(&program);
    }
    lockstep_close(lockstep);
}

static void what_a_zone_with_them_must_be(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    {
        struct plumb_config bad[4] = {huge_config(), huge_config(), huge_config(), huge_config()};
        const struct plumb_config good = huge_config();
        static const uint8_t zeros[32]; /* UNMOVABLE, which every generation has */
        struct test_zone zone = huge_zone(s, movable, 1);
        bad[0].thp = 2;
        bad[1].pageblock_order = 3;
        bad[2].generation = PLUMB_V4_10;
        bad[3].generation = PLUMB_V2_6_11;
        for (unsigned i = 0; i < 4; i++) {
            assert_int_equal(zone.subject->init(zone.self, &bad[i], zeros), PLUMB_ECONFIG);
            assert_false(config_in_limits(&bad[i]));
        }
        assert_int_equal(zone.subject->init(zone.self, &good, zeros), PLUMB_OK);
        assert_true(config_in_limits(&good));
        test_zone_end(&zone);
    }
}

static void programs_name_them(void **state)
{
    (void)state;
    struct program p = test_parse("zone spanned=64 top=5 pageblock=4 gen=6.12 thp=on\n");
    assert_int_equal(p.config.thp, 1);
    must_round_trip(&p);
    char *text = test_print(&p);
    assert_non_null(strstr(text, " thp=on\n"));
    free(text);
    struct program q = test_parse("zone spanned=64 top=5 pageblock=4 gen=6.12 thp=off\n");
    assert_int_equal(q.config.thp, 0);
    assert_false(program_equal(&p, &q));
    program_free(&p);
    program_free(&q);
}

static void the_header_tells_them(void **state)
{
    (void)state;
    unsigned with = 0;
    for (unsigned i = 0; i < 256 * 4 * 8; i++) {
        uint8_t bytes[RECORD_HEADER_BYTES] = {0};
        struct program program;
        program_init(&program);
        bytes[HEADER_BASE] = (uint8_t)i;
        bytes[HEADER_GENERATION] = i >> 8 & 3;
        bytes[HEADER_PAGEBLOCK_ORDER] = (uint8_t)(i >> 10);
        assert_true(program_decode(&program, bytes, sizeof(bytes)));
        must_round_trip(&program);
        assert_int_equal(program.config.thp, (i & BASE_THP) &&
                                                 program.config.generation == PLUMB_V6_12 &&
                                                 program.config.pageblock_order >= 4);
        with += program.config.thp;
        program_free(&program);
    }
    assert_int_equal(with, 128 * 2 * 2);
}

int test_thp(int *run)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(movable_ones_have_a_list_of_their_own),
        cmocka_unit_test(others_share_a_list),
        cmocka_unit_test(cma_goes_with_movable_ones),
        cmocka_unit_test(of_the_reserve_go_with_movable_ones),
        cmocka_unit_test(isolated_ones_go_to_no_cpu),
        cmocka_unit_test(blocks_of_512_pages),
        cmocka_unit_test(refills_bring_two),
        cmocka_unit_test(tuned_refills),
        cmocka_unit_test(what_is_given_back),
        cmocka_unit_test(the_turn_starts_again),
        cmocka_unit_test(huge_pages_are_no_run),
        cmocka_unit_test(isolation_drains_them),
        cmocka_unit_test(other_orders_pass_by),
        cmocka_unit_test(every_order_in_lockstep),
        cmocka_unit_test(what_a_zone_with_them_must_be),
        cmocka_unit_test(programs_name_them),
        cmocka_unit_test(the_header_tells_them),
    };
    return RUN_GROUP(tests, run);
}
