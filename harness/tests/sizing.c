/* Tests of the set-up by numbers: golden numbers of semantics 3 to 5, and limits. */
#include "harness/tests/support.h"

static const uint64_t most_pages = UINT64_C(1) << 40;

/* A 64-bit machine with an empty zone MOVABLE; ratios as the kernels have them. */
static struct plumb_memory memory_64(uint32_t generation)
{
    return (struct plumb_memory){.generation = generation,
                                 .nr_zones = 4,
                                 .kind = {ZONE_LOWMEM, ZONE_LOWMEM, ZONE_LOWMEM, ZONE_MOVABLE},
                                 .lowmem_ratio = {256, 256, 32, 0},
                                 .managed_pages = {3976, 760000, 3300000, 0},
                                 .min_free_kbytes = 67584,
                                 .watermark_scale_factor = 10,
                                 .nr_online_cpus = 1};
}

/* A 32-bit one: DMA, Normal, HighMem, Movable. */
static struct plumb_memory memory_32(uint32_t generation)
{
    struct plumb_memory memory = memory_64(generation);
    static const uint64_t managed[4] = {3976, 220000, 800000, 400000};
    memcpy(memory.managed_pages, managed, sizeof(managed));
    memory.kind[2] = ZONE_HIGHMEM;
    memory.lowmem_ratio[1] = 32;
    memory.lowmem_ratio[2] = generation == PLUMB_V6_12 ? 0 : 32;
    return memory;
}

static void assert_numbers(const uint64_t *numbers, const uint64_t expected[4])
{
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(numbers[i], expected[i]);
}

#define FOR_EACH_SUBJECT(ask)                                                                      \
    for (unsigned s = 0; s < NR_TEST_SUBJECTS; s++)                                                \
        for (const struct sizing_functions *ask = test_subjects[s]->sizing; ask; ask = NULL)

static void assert_wmarks(const struct sizing_functions *ask, const struct plumb_memory *memory,
                          uint32_t zone, const uint64_t expected[4])
{
    uint64_t wmark[PLUMB_NR_WMARKS];
    assert_int_equal(ask->zone_wmarks(memory, zone, wmark), PLUMB_OK);
    assert_numbers(wmark, expected);
}

static void assert_reserve(const struct sizing_functions *ask, const struct plumb_memory *memory,
                           uint32_t zone, const uint64_t expected[4])
{
    uint64_t reserve[PLUMB_NR_ZONES];
    assert_int_equal(ask->lowmem_reserve(memory, zone, reserve), PLUMB_OK);
    assert_numbers(reserve, expected);
}

static void golden_min_free_kbytes(void **state)
{
    (void)state;
    static const uint64_t gib[6] = {1, 4, 16, 64, 256, 1024};
    static const uint64_t expected[6] = {4096, 8192, 16384, 32768, 65536, 131072};
    FOR_EACH_SUBJECT(ask)
    {
        for (uint32_t generation = 0; generation < PLUMB_NR_GENERATIONS; generation++) {
            for (unsigned i = 0; i < 6; i++) {
                uint64_t kbytes, most = generation == PLUMB_V6_12 ? 262144 : 65536;
                assert_int_equal(ask->min_free_kbytes(generation, gib[i] << 18, -1, &kbytes),
                                 PLUMB_OK);
                assert_int_equal(kbytes, expected[i] < most ? expected[i] : most);
            }
        }
    }
}

static void the_user_prevails_if_larger(void **state)
{
    (void)state;
    static const struct {
        uint32_t generation;
        uint64_t buffer_pages;
        int64_t user;
        uint64_t expected;
    } cases[] = {
        {PLUMB_V6_12, 1 << 18, 4095, 4096},
        {PLUMB_V6_12, 1 << 18, 4096, 4096},
        {PLUMB_V6_12, 1 << 18, 4097, 4097},
        {PLUMB_V2_6_11, 1 << 18, 4097, 4096},
        {PLUMB_V6_12, 0, -1, 128},
        {PLUMB_V4_10, 0, 0, 0},
        {PLUMB_V6_12, 1 << 30, -1, 262144},
        {PLUMB_V4_10, 1 << 30, 1000000, 1000000},
        {PLUMB_V4_10, 1 << 30, 65537, 65536},
        {PLUMB_V2_6_11, 0, 0, 128},
    };
    FOR_EACH_SUBJECT(ask)
    {
        for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
            uint64_t kbytes;
            assert_int_equal(ask->min_free_kbytes(cases[i].generation, cases[i].buffer_pages,
                                                  cases[i].user, &kbytes),
                             PLUMB_OK);
            assert_int_equal(kbytes, cases[i].expected);
        }
    }
}

/* Around squares: the root is neither rounded nor one off. */
static void roots_are_exact(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(ask)
    {
        for (uint64_t root = 128; root < 60000; root += 8 * 37) {
            uint64_t kbytes;
            ask->min_free_kbytes(PLUMB_V4_10, root * root / 64, -1, &kbytes);
            assert_int_equal(kbytes, root);
            ask->min_free_kbytes(PLUMB_V4_10, root * root / 64 - 1, -1, &kbytes);
            assert_int_equal(kbytes, root == 128 ? 128 : root - 1);
        }
    }
}

static void golden_watermarks(void **state)
{
    (void)state;
    static const uint64_t expected[3][4] = {
        {16, 20, 24, 28}, {3159, 3948, 4737, 5526}, {13719, 17148, 20577, 24006}};
    static const uint64_t scaled[4] = {207, 3507, 6807, 10107}, log[4] = {201, 251, 301, 351};
    FOR_EACH_SUBJECT(ask)
    {
        struct plumb_memory memory = memory_64(PLUMB_V6_12), old = memory_64(PLUMB_V4_10);
        for (uint32_t zone = 0; zone < 3; zone++) {
            uint64_t without_promo[4] = {expected[zone][0], expected[zone][1], expected[zone][2]};
            assert_wmarks(ask, &memory, zone, expected[zone]);
            assert_wmarks(ask, &old, zone, without_promo);
        }
        memory.min_free_kbytes = 1024;
        assert_wmarks(ask, &memory, 2, scaled);
        /* a kernel's log: min 804 KiB, low 1004, high 1204, managed 49224 */
        memory.nr_zones = 1;
        memory.managed_pages[0] = 12306;
        memory.min_free_kbytes = 804;
        assert_wmarks(ask, &memory, 0, log);
    }
}

/* 2.6.11: five and six quarters of min, and no scale factor. */
static void watermarks_of_2_6_11(void **state)
{
    (void)state;
    static const uint64_t dma[4] = {16, 20, 24, 0}, dma32[4] = {3159, 3948, 4738, 0};
    static const uint64_t highmem[4] = {128, 160, 192, 0};
    FOR_EACH_SUBJECT(ask)
    {
        struct plumb_memory memory = memory_64(PLUMB_V2_6_11);
        memory.watermark_scale_factor = 10000;
        assert_wmarks(ask, &memory, 0, dma);
        assert_wmarks(ask, &memory, 1, dma32);
        memory = memory_32(PLUMB_V2_6_11);
        assert_wmarks(ask, &memory, 2, highmem);
    }
}

/* The step comes from the share even where min does not; MOVABLE has a share before v6.12. */
static void highmem_and_movable_are_clamped(void **state)
{
    (void)state;
    static const uint64_t high[4] = {128, 15215, 30302, 45389}, small[4] = {32, 32, 32, 32};
    static const uint64_t movable_old[4] = {10831, 13538, 16245, 0};
    FOR_EACH_SUBJECT(ask)
    {
        struct plumb_memory memory = memory_32(PLUMB_V6_12);
        assert_wmarks(ask, &memory, 2, high);
        memory = memory_64(PLUMB_V6_12);
        assert_wmarks(ask, &memory, 3, small);
        memory = memory_32(PLUMB_V4_10);
        assert_wmarks(ask, &memory, 3, movable_old);
    }
}

/* Exhibit D11: 2^24 pages to keep free times 2^40 pages need 64 bits. */
static void products_do_not_overflow(void **state)
{
    (void)state;
    static const uint64_t expected[4] = {16777215, 109967939992, 219919102769, 329870265546};
    FOR_EACH_SUBJECT(ask)
    {
        struct plumb_memory memory = memory_64(PLUMB_V6_12);
        memory.nr_zones = 1;
        memory.managed_pages[0] = most_pages;
        memory.min_free_kbytes = (1 << 26) - 1;
        memory.watermark_scale_factor = 1000;
        assert_wmarks(ask, &memory, 0, expected);
    }
}

static void boost_is_capped(void **state)
{
    (void)state;
    static const struct {
        uint64_t managed, high, before;
        uint32_t factor;
        int answer;
        uint64_t after;
    } cases[] = {
        {2048, 1000, 0, 15000, 1, 512},     {2048, 1000, 512, 15000, 1, 1024},
        {2048, 1000, 1024, 15000, 1, 1500}, {2048, 1000, 1500, 15000, 1, 1500},
        {2047, 1000, 7, 15000, 0, 7},       {2048, 1000, 7, 0, 0, 7},
        {2048, 0, 7, 15000, 0, 7},          {2048, 100, 0, 15000, 1, 512},
        {2048, 100, 512, 15000, 1, 512},
    };
    FOR_EACH_SUBJECT(ask)
    {
        for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
            uint64_t boost = cases[i].before;
            assert_int_equal(
                ask->boost_watermark(cases[i].managed, 9, cases[i].high, cases[i].factor, &boost),
                cases[i].answer);
            assert_int_equal(boost, cases[i].after);
        }
    }
}

static void golden_lowmem_reserve(void **state)
{
    (void)state;
    static const uint64_t dma_old[4] = {0, 2968, 15859, 15859}, dma32_old[4] = {0, 0, 12890, 12890};
    static const uint64_t dma[4] = {0, 2968, 15859, 0}, dma32[4] = {0, 0, 12890, 0};
    static const uint64_t highmem_old[4] = {0, 0, 0, 12500}, none[4] = {0, 0, 0, 0};
    FOR_EACH_SUBJECT(ask)
    {
        for (uint32_t generation = 0; generation < PLUMB_NR_GENERATIONS; generation++) {
            bool is_new = generation == PLUMB_V6_12;
            struct plumb_memory memory = memory_64(generation);
            assert_reserve(ask, &memory, 0, is_new ? dma : dma_old);
            assert_reserve(ask, &memory, 1, is_new ? dma32 : dma32_old);
            assert_reserve(ask, &memory, 2, none);
            memory = memory_32(generation);
            assert_reserve(ask, &memory, 2, is_new ? none : highmem_old);
            memory.lowmem_ratio[2] = 0; /* taken as 1 before v6.12 */
            assert_reserve(ask, &memory, 2, is_new ? none : (const uint64_t[4]){0, 0, 0, 400000});
        }
    }
}

static void totalreserve_is_capped_by_the_zone(void **state)
{
    (void)state;
    static const uint64_t high[4] = {24, 4737, 20577, 96};
    static const uint64_t expected[4] = {3976, 17627, 20577, 0};
    FOR_EACH_SUBJECT(ask)
    {
        for (uint32_t generation = 0; generation < PLUMB_NR_GENERATIONS; generation++) {
            struct plumb_memory memory = memory_64(generation);
            for (uint32_t zone = 0; zone < 4; zone++) {
                uint64_t pages;
                assert_int_equal(ask->zone_totalreserve(&memory, zone, high[zone], &pages),
                                 PLUMB_OK);
                assert_int_equal(pages, generation == PLUMB_V2_6_11 ? 0 : expected[zone]);
            }
        }
    }
}

static void golden_batch_sizes(void **state)
{
    (void)state;
    static const struct {
        uint64_t managed;
        uint32_t batch[PLUMB_NR_GENERATIONS];
    } cases[] = {
        {0, {1, 0, 0}},         {4096, {1, 0, 0}},       {12306, {3, 3, 3}},
        {16384, {4, 3, 3}},     {65536, {16, 15, 15}},   {131072, {16, 31, 31}},
        {262144, {16, 31, 63}}, {1 << 30, {16, 31, 63}}, {66559, {16, 15, 15}},
        {262143, {16, 31, 63}},
    };
    FOR_EACH_SUBJECT(ask)
    {
        for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
            for (uint32_t generation = 0; generation < PLUMB_NR_GENERATIONS; generation++) {
                uint32_t batch;
                assert_int_equal(ask->zone_batchsize(generation, cases[i].managed, &batch),
                                 PLUMB_OK);
                assert_int_equal(batch, cases[i].batch[generation]);
            }
        }
    }
}

static void pcp_sizes(void **state)
{
    (void)state;
    static const struct {
        uint32_t generation, fraction, node_cpus;
        struct plumb_pcp_sizes expected;
        uint64_t managed; /* 0: as in the golden numbers of the marks */
    } cases[] = {
        {PLUMB_V2_6_11, 0, 0, {16, 32, 96, 96, 32}, 0},
        {PLUMB_V4_10, 0, 0, {31, 0, 186, 186, 0}, 0},
        {PLUMB_V4_10, 0, 0, {1, 0, 0, 0, 0}, 4096},
        {PLUMB_V4_10, 0, 0, {3, 0, 18, 18, 0}, 12306},
        {PLUMB_V4_10, 8, 0, {96, 0, 412500, 412500, 0}, 0},
        {PLUMB_V4_10, 20000, 0, {41, 0, 165, 165, 0}, 0},
        {PLUMB_V4_10, 4000000, 0, {1, 0, 0, 0, 0}, 0},
        {PLUMB_V6_12, 0, 4, {63, 0, 4287, 103125, 0}, 0},
        {PLUMB_V6_12, 0, 0, {63, 0, 17148, 412500, 0}, 0},
        {PLUMB_V6_12, 100, 4, {63, 0, 8250, 8250, 0}, 0},
        {PLUMB_V6_12, 100000, 4, {63, 0, 252, 252, 0}, 0},
    };
    FOR_EACH_SUBJECT(ask)
    {
        for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
            struct plumb_memory memory = memory_64(cases[i].generation);
            struct plumb_pcp_sizes sizes;
            memory.percpu_fraction = cases[i].fraction;
            memory.nr_node_cpus = cases[i].node_cpus;
            if (cases[i].managed)
                memory.managed_pages[2] = cases[i].managed;
            assert_int_equal(ask->zone_pcp_sizes(&memory, 2, 17148, &sizes), PLUMB_OK);
            assert_memory_equal(&sizes, &cases[i].expected, sizeof(sizes));
        }
    }
}

static void limits(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(ask)
    {
        struct plumb_memory good = memory_64(PLUMB_V6_12);
        struct plumb_memory bad[16];
        for (unsigned i = 0; i < 16; i++)
            bad[i] = good;
        bad[0].generation = PLUMB_NR_GENERATIONS;
        bad[1].nr_zones = 0;
        bad[2].nr_zones = PLUMB_NR_ZONES + 1;
        bad[3].kind[3] = PLUMB_NR_ZONE_KINDS;
        bad[4].managed_pages[0] = most_pages + 1;
        bad[5].other_lowmem_pages = most_pages + 1;
        bad[6].min_free_kbytes = 1 << 26;
        bad[7].watermark_scale_factor = 0;
        bad[8].watermark_scale_factor = 10001;
        bad[9].percpu_fraction = 1;
        bad[10].percpu_fraction = 7;
        bad[11].nr_node_cpus = (1 << 16) + 1;
        bad[12].nr_online_cpus = 0;
        bad[13].nr_online_cpus = (1 << 16) + 1;
        memset(bad[14].managed_pages, 0, sizeof(bad[14].managed_pages));
        bad[15].nr_zones = 2; /* zone 2 does not exist */
        for (unsigned i = 0; i < 16; i++) {
            uint64_t row[4] = {1, 2, 3, 4}, pages = 5;
            struct plumb_pcp_sizes sizes = {6, 7, 8, 9, 10}, before = sizes;
            assert_int_equal(ask->zone_wmarks(&bad[i], 2, row), PLUMB_ECONFIG);
            assert_int_equal(ask->lowmem_reserve(&bad[i], 2, row), PLUMB_ECONFIG);
            assert_int_equal(ask->nr_free_buffer_pages(&bad[i], 2, 0, &pages), PLUMB_ECONFIG);
            assert_int_equal(ask->zone_totalreserve(&bad[i], 2, 0, &pages), PLUMB_ECONFIG);
            assert_int_equal(ask->zone_pcp_sizes(&bad[i], 2, 0, &sizes), PLUMB_ECONFIG);
            assert_numbers(row, (const uint64_t[4]){1, 2, 3, 4});
            assert_int_equal(pages, 5);
            assert_memory_equal(&sizes, &before, sizeof(sizes));
        }
    }
}

static void limits_of_numbers(void **state)
{
    (void)state;
    static const uint64_t mark = UINT64_C(1) << 53;
    FOR_EACH_SUBJECT(ask)
    {
        struct plumb_memory memory = memory_64(PLUMB_V6_12);
        struct plumb_pcp_sizes sizes;
        uint64_t kbytes = 5, boost = 5, large = mark + 1;
        uint32_t batch = 5;
        assert_int_equal(ask->min_free_kbytes(3, 0, -1, &kbytes), PLUMB_ECONFIG);
        assert_int_equal(ask->min_free_kbytes(2, (UINT64_C(1) << 42) + 1, -1, &kbytes),
                         PLUMB_ECONFIG);
        assert_int_equal(ask->min_free_kbytes(2, 0, -2, &kbytes), PLUMB_ECONFIG);
        assert_int_equal(ask->min_free_kbytes(2, 0, 1 << 26, &kbytes), PLUMB_ECONFIG);
        assert_int_equal(ask->nr_free_buffer_pages(&memory, 2, large, &kbytes), PLUMB_ECONFIG);
        assert_int_equal(ask->zone_totalreserve(&memory, 2, large, &kbytes), PLUMB_ECONFIG);
        assert_int_equal(ask->zone_pcp_sizes(&memory, 2, large, &sizes), PLUMB_ECONFIG);
        assert_int_equal(kbytes, 5);
        assert_int_equal(ask->zone_batchsize(3, 0, &batch), PLUMB_ECONFIG);
        assert_int_equal(ask->zone_batchsize(2, most_pages + 1, &batch), PLUMB_ECONFIG);
        assert_int_equal(batch, 5);
        assert_int_equal(ask->boost_watermark(most_pages + 1, 9, 1, 1, &boost), -PLUMB_ECONFIG);
        assert_int_equal(ask->boost_watermark(1, 11, 1, 1, &boost), -PLUMB_ECONFIG);
        assert_int_equal(ask->boost_watermark(1, 9, large, 1, &boost), -PLUMB_ECONFIG);
        assert_int_equal(ask->boost_watermark(1, 9, 1, (1 << 20) + 1, &boost), -PLUMB_ECONFIG);
        assert_int_equal(boost, 5);
        assert_int_equal(ask->boost_watermark(1, 9, 1, 1, &large), -PLUMB_ECONFIG);
        assert_int_equal(ask->boost_watermark(most_pages, 10, mark, 1 << 20, &boost), 1);
        assert_int_equal(boost, 1029);
    }
}

int test_sizing(int *run)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden_min_free_kbytes),
        cmocka_unit_test(the_user_prevails_if_larger),
        cmocka_unit_test(roots_are_exact),
        cmocka_unit_test(golden_watermarks),
        cmocka_unit_test(watermarks_of_2_6_11),
        cmocka_unit_test(highmem_and_movable_are_clamped),
        cmocka_unit_test(products_do_not_overflow),
        cmocka_unit_test(boost_is_capped),
        cmocka_unit_test(golden_lowmem_reserve),
        cmocka_unit_test(totalreserve_is_capped_by_the_zone),
        cmocka_unit_test(golden_batch_sizes),
        cmocka_unit_test(pcp_sizes),
        cmocka_unit_test(limits),
        cmocka_unit_test(limits_of_numbers),
    };
    return RUN_GROUP(tests, run);
}
