/* Tests of programs: the total decoder, and the round trip through text. */
#include "harness/tests/support.h"

static void random_programs_round_trip(void **state)
{
    (void)state;
    static uint8_t bytes[RECORD_MAX_BYTES];
    uint64_t seed = 1;
    struct program program;
    program_init(&program);
    for (unsigned i = 0; i < 2000; i++) {
        size_t length = test_random_records(&seed, bytes, i % 50 ? 60 : 1024);
        assert_true(program_decode(&program, bytes, length));
        must_round_trip(&program);
    }
    program_free(&program);
}

static void every_length_is_a_program(void **state)
{
    (void)state;
    static uint8_t bytes[RECORD_MAX_BYTES + 100];
    struct program program;
    program_init(&program);
    for (unsigned value = 0; value < 256; value += 51) {
        memset(bytes, (int)value, sizeof(bytes));
        for (size_t length = 0; length < 100; length++) {
            assert_true(program_decode(&program, bytes, length));
            assert_true(config_is_valid(&program.config));
            must_round_trip(&program);
        }
        assert_true(program_decode(&program, bytes, sizeof(bytes)));
        assert_true(program.nr_operations <= RECORD_MAX_OPERATIONS + RECORD_MAX_RELEASES);
    }
    assert_true(program_decode(&program, NULL, 0));
    program_free(&program);
}

/* Every value of every byte of header and record, against a fixed background. */
static void every_byte_is_valid(void **state)
{
    (void)state;
    uint8_t bytes[RECORD_HEADER_BYTES + RECORD_BYTES];
    struct program program;
    program_init(&program);
    for (size_t at = 0; at < sizeof(bytes); at++) {
        for (unsigned value = 0; value < 256 * 39; value++) {
            static const uint8_t seldom[7] = {234, 235, 240, 241, 242, 252, 253};
            unsigned kind = value >> 8;
            memset(bytes, 0x5a, sizeof(bytes));
            bytes[RECORD_HEADER_BYTES + RECORD_KIND] =
                kind < 32 ? (uint8_t)kind : seldom[kind - 32];
            bytes[at] = (uint8_t)value;
            assert_true(program_decode(&program, bytes, sizeof(bytes)));
            assert_true(config_is_valid(&program.config));
            assert_int_equal(program.nr_types, config_pageblocks(&program.config));
        }
        must_round_trip(&program);
    }
    program_free(&program);
}

static void decoding_allocates_once(void **state)
{
    (void)state;
    static uint8_t bytes[RECORD_MAX_BYTES];
    struct program program;
    uint64_t seed = 2;
    program_init(&program);
    assert_true(program_reserve_records(&program));
    struct program reserved = program;
    for (unsigned i = 0; i < 500; i++) {
        size_t length = test_random_records(&seed, bytes, 1024);
        assert_true(program_decode(&program, bytes, length));
        assert_ptr_equal(program.types, reserved.types);
        assert_ptr_equal(program.operations, reserved.operations);
        assert_ptr_equal(program.changes, reserved.changes);
    }
    program_free(&program);
}

static void releases_leave_the_holes_out(void **state)
{
    (void)state;
    uint8_t bytes[RECORD_HEADER_BYTES] = {0};
    struct program program;
    program_init(&program);
    bytes[HEADER_HOLES] = 2;
    bytes[HEADER_HOLE] = 128; /* page 30 of 60 */
    bytes[HEADER_HOLE + 1] = 5;
    bytes[HEADER_HOLE + 2] = 64; /* page 15 */
    bytes[HEADER_HOLE + 3] = 2;
    assert_true(program_decode(&program, bytes, sizeof(bytes)));
    static const uint64_t expected[3][2] = {{0, 15}, {17, 30}, {35, 60}};
    assert_int_equal(program.nr_operations, 3);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(program.operations[i].kind, OP_RELEASE);
        assert_int_equal(program.operations[i].start, expected[i][0]);
        assert_int_equal(program.operations[i].end, expected[i][1]);
    }
    program_free(&program);
}

/* The zone of a header that is 0 but for its generation and one byte. */
static struct plumb_config config_of_header(uint8_t generation, unsigned at, uint8_t byte)
{
    uint8_t bytes[RECORD_HEADER_BYTES] = {0};
    struct program program;
    program_init(&program);
    bytes[HEADER_GENERATION] = generation;
    bytes[at] = byte;
    assert_true(program_decode(&program, bytes, sizeof(bytes)));
    must_round_trip(&program);
    struct plumb_config config = program.config;
    program_free(&program);
    return config;
}

static void the_header_tells_the_fallback(void **state)
{
    (void)state;
    static const uint64_t limit = UINT64_C(1) << 52;
    static const struct {
        uint8_t generation, byte;
        uint32_t fallback, factor;
        uint64_t high, boost;
    } cases[] = {
        {0, 0, PLUMB_FALLBACK_NONE, 0, 0, 0},
        {0, 1, PLUMB_FALLBACK_V6_12, 0, 0, 0},
        {2, 0x83, PLUMB_FALLBACK_V6_12, 15000, 0, 0},
        {3, 1, PLUMB_FALLBACK_NONE, 0, 0, 0}, /* 2.6.11 */
        {1, 0x7e, PLUMB_FALLBACK_NONE, 1 << 20, limit, 0},
        {1, 0xff, PLUMB_FALLBACK_V6_12, 1 << 20, limit, limit - 20},
    };
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct plumb_config config =
            config_of_header(cases[i].generation, HEADER_FALLBACK, cases[i].byte);
        assert_int_equal(config.fallback, cases[i].fallback);
        assert_int_equal(config.watermark_boost_factor, cases[i].factor);
        assert_true(config.wmark[WMARK_HIGH] == cases[i].high);
        assert_true(config.watermark_boost == cases[i].boost);
    }
}

/* The bit beside the reserve's says which, at every value of the others. */
static void the_header_tells_which_fallback(void **state)
{
    (void)state;
    static const uint8_t generations[4] = {PLUMB_V6_12, PLUMB_V6_12, PLUMB_V4_10, PLUMB_V2_6_11};
    for (unsigned i = 0; i < 4 * 256 * 2 * 2; i++) {
        uint8_t bytes[RECORD_HEADER_BYTES] = {0};
        struct program program;
        program_init(&program);
        bytes[HEADER_BASE] = i >> 11 ? 0x70 : 0x60;
        bytes[HEADER_GENERATION] = (uint8_t)(i & 3);
        bytes[HEADER_ATOMIC] = (uint8_t)(i >> 2);
        bytes[HEADER_FALLBACK] = i >> 10 & 1;
        assert_true(program_decode(&program, bytes, sizeof(bytes)));
        must_round_trip(&program);
        assert_int_equal(program.config.generation, generations[i & 3]);
        assert_int_equal(program.config.fallback, (i >> 10 & 1) == 0 || (i & 3) == 3
                                                      ? PLUMB_FALLBACK_NONE
                                                  : i >> 11       ? PLUMB_FALLBACK_V4_10
                                                  : i >> 2 & 0x10 ? PLUMB_FALLBACK_V6_15
                                                                  : PLUMB_FALLBACK_V6_12);
        assert_true(config_is_valid(&program.config));
        program_free(&program);
    }
}

static void the_header_tells_the_reserve(void **state)
{
    (void)state;
    static const struct {
        uint8_t generation, byte;
        uint32_t highatomic;
        uint64_t spanned;
    } cases[] = {
        {0, 0, 0, 60},     {0, 127, 0, 60},   {0, 128, 1, 60}, {1, 175, 1, 660},
        {1, 255, 1, 1860}, {2, 255, 2, 1860}, {2, 127, 0, 60}, {3, 255, 0, 60}, /* 4.10, 2.6.11 */
    };
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct plumb_config config =
            config_of_header(cases[i].generation, HEADER_ATOMIC, cases[i].byte);
        assert_int_equal(config.highatomic, cases[i].highatomic);
        assert_int_equal(config.spanned_pages, cases[i].spanned);
    }
}

static void the_header_tells_whether_references_are_counted(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 256; i++) {
        struct plumb_config config = config_of_header(0, HEADER_BASE, (uint8_t)i);
        assert_int_equal(config.page_refs, i >= 128);
    }
}

static void the_header_tells_the_grouping(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 256; i++) {
        struct plumb_config config = config_of_header(0, HEADER_TOP_ORDER, (uint8_t)i);
        assert_int_equal(config.ungrouped, i >= 224);
        assert_int_equal(config.top_order,
                         config_of_header(0, HEADER_TOP_ORDER, (uint8_t)(i % 16)).top_order);
    }
}

static void the_header_tells_the_placement(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 256; i++) {
        struct plumb_config config = config_of_header((uint8_t)i, HEADER_ATOMIC, 0);
        assert_int_equal(config.placement, i >= 192 ? PLUMB_PLACE_HEAD : PLUMB_PLACE_KERNEL);
    }
}

/* Kinds that are seldom, and what they take from a record. */
static void records_tell_runs(void **state)
{
    (void)state;
    static const struct {
        uint8_t kind, byte, misc;
        uint32_t operation, has_order, value;
    } cases[] = {
        {240, 2, 0, OP_SPLIT, 0, 0},          {243, 2, 0xe0, OP_SPLIT, 1, 2},
        {241, 0, 0, OP_ALLOC_EXACT, 0, 1},    {241, 100, 0, OP_ALLOC_EXACT, 0, 13},
        {241, 247, 0, OP_ALLOC_EXACT, 0, 32}, {250, 248, 0, OP_ALLOC_EXACT, 0, 34},
        {241, 249, 0, OP_ALLOC_EXACT, 0, 33}, {241, 251, 0, OP_ALLOC_EXACT, 0, 31},
        {241, 254, 0, OP_ALLOC_EXACT, 0, 0},  {241, 255, 0, OP_ALLOC_EXACT, 0, UINT32_MAX},
        {242, 100, 0, OP_FREE_EXACT, 0, 0},   {251, 100, 0xe0, OP_FREE_EXACT, 1, 12},
        {242, 0, 0xe0, OP_FREE_EXACT, 1, 0},  {242, 250, 0xe0, OP_FREE_EXACT, 1, 32},
        {229, 2, 0, OP_COMPOUND, 0, 0},       {224, 2, 0xe0, OP_COMPOUND, 1, 2},
        {225, 159, 0, OP_GET, 0, 0},          {227, 163, 0, OP_GET, 0, 3},
        {226, 255, 0, OP_PUT, 0, 15},         {228, 160, 0xe0, OP_PUT, 0, 0},
    };
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint8_t bytes[RECORD_HEADER_BYTES + RECORD_BYTES] = {0};
        uint8_t *record = bytes + RECORD_HEADER_BYTES;
        struct program program;
        program_init(&program);
        record[RECORD_KIND] = cases[i].kind;
        record[RECORD_ORDER] = cases[i].byte;
        record[RECORD_MISC] = cases[i].misc;
        record[RECORD_SLOT] = 7;
        assert_true(program_decode(&program, bytes, sizeof(bytes)));
        assert_int_equal(program.config.top_order, 5);
        const struct operation *operation = &program.operations[program.nr_operations - 1];
        assert_int_equal(operation->kind, cases[i].operation);
        assert_int_equal(operation->has_order, cases[i].has_order);
        assert_int_equal(operation->order, cases[i].value);
        assert_int_equal(operation->slot, 7);
        assert_int_equal(program.nr_slots, 8);
        must_round_trip(&program);
        program_free(&program);
    }
    for (unsigned byte = 0; byte < 224; byte++)
        assert_int_equal(record_kind((uint8_t)byte), record_kind((uint8_t)(byte % 32)));
}

/* Pageblocks of 4 pages of a zone from 5 to 65: the first is 4 to 8, the last 64 to 68. */
static void records_name_pageblocks(void **state)
{
    (void)state;
    static const struct {
        uint8_t kind, byte, type;
        uint16_t value;
        uint32_t operation;
        uint64_t pfn;
    } cases[] = {
        {252, 0, 1, 0, OP_ISOLATE, 4},
        {254, 1, 1, 0, OP_ISOLATE, 5},
        {252, 7, 1, 1, OP_ISOLATE, 11},
        {252, 0, 1, 15, OP_ISOLATE, 64},
        {252, 2, 1, 16, OP_ISOLATE, 6},
        {253, 0, 1, 3, OP_UNISOLATE, 16},
        {255, 255, 4, 65279, OP_UNISOLATE, 7},
        {252, 0, 1, 32768, OP_ISOLATE, 64},
        {252, 0, 1, 32785, OP_ISOLATE, 60},
        {253, 0, 255, 65280, OP_UNISOLATE, 1},
        {252, 9, 1, 65534, OP_ISOLATE, UINT64_C(1) << 52},
        {252, 9, 1, 65535, OP_ISOLATE, UINT64_MAX},
    };
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint8_t bytes[RECORD_HEADER_BYTES + RECORD_BYTES] = {0};
        uint8_t *record = bytes + RECORD_HEADER_BYTES;
        struct program program;
        program_init(&program);
        bytes[HEADER_PAGEBLOCK_ORDER] = 1;
        bytes[HEADER_START] = 5;
        record[RECORD_KIND] = cases[i].kind;
        record[RECORD_ORDER] = cases[i].byte;
        record[RECORD_TYPE] = cases[i].type;
        record[RECORD_SLOT] = (uint8_t)cases[i].value;
        record[RECORD_SLOT + 1] = (uint8_t)(cases[i].value >> 8);
        assert_true(program_decode(&program, bytes, sizeof(bytes)));
        assert_int_equal(program.config.start_pfn, 5);
        assert_int_equal(program.config.spanned_pages, 60);
        const struct operation *operation = &program.operations[program.nr_operations - 1];
        assert_int_equal(operation->kind, cases[i].operation);
        assert_true(operation->pfn == cases[i].pfn);
        bool has_type = cases[i].operation == OP_UNISOLATE;
        assert_int_equal(operation->type, !has_type              ? 0
                                          : cases[i].type == 255 ? UINT32_MAX
                                                                 : cases[i].type);
        assert_int_equal(program.nr_slots, 0);
        must_round_trip(&program);
        program_free(&program);
    }
}

/* The same zone. Where is in two bytes, of what order in one, if another says so. */
static void records_name_free_blocks(void **state)
{
    (void)state;
    static const struct {
        uint8_t kind, byte, misc;
        uint16_t place;
        uint64_t pfn;
        uint32_t has_order, order;
    } cases[] = {
        {233, 2, 0, 4, 5, 0, 0},
        {238, 2, 0xe0, 63, 64, 1, 2},
        {233, 255, 0xff, 0, 1, 1, UINT32_MAX},
        {233, 0, 0xdf, 68, 1, 0, 0},
        {233, 0, 0, 65534, UINT64_C(1) << 52, 0, 0},
        {238, 0, 0, 65535, UINT64_MAX, 0, 0},
    };
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint8_t bytes[RECORD_HEADER_BYTES + RECORD_BYTES] = {0};
        uint8_t *record = bytes + RECORD_HEADER_BYTES;
        struct program program;
        program_init(&program);
        bytes[HEADER_PAGEBLOCK_ORDER] = 1;
        bytes[HEADER_START] = 5;
        record[RECORD_KIND] = cases[i].kind;
        record[RECORD_ORDER] = cases[i].byte;
        record[RECORD_MISC] = cases[i].misc;
        record[RECORD_CPU] = (uint8_t)cases[i].place;
        record[RECORD_FLAGS] = (uint8_t)(cases[i].place >> 8);
        record[RECORD_SLOT] = 9;
        assert_true(program_decode(&program, bytes, sizeof(bytes)));
        const struct operation *operation = &program.operations[program.nr_operations - 1];
        assert_int_equal(operation->kind, OP_ISOLATE_PAGE);
        assert_true(operation->pfn == cases[i].pfn);
        assert_int_equal(operation->has_order, cases[i].has_order);
        assert_int_equal(operation->order, cases[i].order);
        assert_int_equal(operation->slot, 9);
        assert_int_equal(program.nr_slots, 10);
        must_round_trip(&program);
        program_free(&program);
    }
}

/* The same zone. Where is in two bytes, how long in one. */
static void records_tell_ranges(void **state)
{
    (void)state;
    static const struct {
        uint16_t place;
        uint8_t byte, mode;
        uint64_t start, end;
    } cases[] = {
        {0, 0, 0, 5, 6},
        {60, 0, 1, 5, 6},
        {10, 63, 2, 15, 27},
        {10, 60, 3, 15, 19},
        {10, 255, 8, 15, 30},
        {59, 60, 0, 64, 65}, /* to the zone's end */
        {10, 0, 4, 12, 16},
        {10, 4, 5, 12, 20},
        {11, 8, 4, 16, 28},
        {0, 0, 4, 4, 8},
        {58, 4, 4, 60, 65},
        {10, 0, 6, 15, 16},
        {11, 0, 6, 16, 20},
        {11, 36, 6, 16, 20},
        {0, 0, 7, 1, 0},
        {4, 1, 7, 5, 5},
        {67, 65, 15, 68, 132},
        {68, 10, 7, 1, 10},
        {65535, 2, 7, UINT64_MAX, 0},
        {65534, 2, 7, UINT64_C(1) << 52, (UINT64_C(1) << 52) + 1},
    };
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint8_t bytes[RECORD_HEADER_BYTES + RECORD_BYTES] = {0};
        uint8_t *record = bytes + RECORD_HEADER_BYTES;
        struct program program;
        program_init(&program);
        bytes[HEADER_PAGEBLOCK_ORDER] = 1;
        bytes[HEADER_START] = 5;
        record[RECORD_KIND] = 234;
        record[RECORD_CPU] = (uint8_t)cases[i].place;
        record[RECORD_FLAGS] = (uint8_t)(cases[i].place >> 8);
        record[RECORD_ORDER] = cases[i].byte;
        record[RECORD_TYPE] = 4;
        record[RECORD_SLOT] = 7;
        record[RECORD_MISC] = cases[i].mode;
        assert_true(program_decode(&program, bytes, sizeof(bytes)));
        const struct operation *operation = &program.operations[program.nr_operations - 1];
        assert_int_equal(operation->kind, OP_ALLOC_CONTIG);
        if (operation->start != cases[i].start || operation->end != cases[i].end)
            fail_msg("case %u: %ju to %ju", i, (uintmax_t)operation->start,
                     (uintmax_t)operation->end);
        assert_int_equal(operation->type, MIGRATE_CMA);
        assert_int_equal(operation->slot, 7);
        assert_int_equal(program.nr_slots, 8);
        must_round_trip(&program);
        program_free(&program);
    }
}

static void records_free_ranges(void **state)
{
    (void)state;
    static const struct {
        uint8_t kind, byte, misc, has_order;
        uint64_t pages;
    } cases[] = {
        {235, 100, 0, 0, 0},
        {237, 0, 0xe0, 1, 0},
        {235, 255, 0xe0, 1, 16},
        {237, 17, 0xf7, 1, 1},
        {235, 4, 0xf8, 1, UINT64_MAX},
        {235, 5, 0xf8, 1, 0},
        {235, 6, 0xff, 1, (UINT64_C(1) << 32) + 1},
        {235, 7, 0xff, 1, UINT64_C(1) << 63},
    };
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint8_t bytes[RECORD_HEADER_BYTES + RECORD_BYTES] = {0};
        uint8_t *record = bytes + RECORD_HEADER_BYTES;
        struct program program;
        program_init(&program);
        bytes[HEADER_PAGEBLOCK_ORDER] = 1;
        record[RECORD_KIND] = cases[i].kind;
        record[RECORD_ORDER] = cases[i].byte;
        record[RECORD_MISC] = cases[i].misc;
        record[RECORD_SLOT] = 7;
        assert_true(program_decode(&program, bytes, sizeof(bytes)));
        const struct operation *operation = &program.operations[program.nr_operations - 1];
        assert_int_equal(operation->kind, OP_FREE_CONTIG);
        assert_int_equal(operation->has_order, cases[i].has_order);
        assert_true(operation->run == cases[i].pages);
        assert_int_equal(operation->slot, 7);
        must_round_trip(&program);
        program_free(&program);
    }
}

static void copies_are_equal_and_differences_seen(void **state)
{
    (void)state;
    struct program a = test_parse("zone spanned=64 top=3 pageblock=2\n"
                                  "alloc slot=3\nset_tunables batch=2\n");
    struct program b;
    program_init(&b);
    assert_true(program_copy(&b, &a));
    assert_true(program_equal(&a, &b));
    b.operations[0].order = 1;
    assert_false(program_equal(&a, &b));
    assert_true(program_copy(&b, &a));
    b.changes[0].to.pcp_batch = 3;
    assert_false(program_equal(&a, &b));
    assert_true(program_copy(&b, &a));
    b.types[5] = MIGRATE_CMA;
    assert_false(program_equal(&a, &b));
    assert_true(program_copy(&b, &a));
    b.config.lowmem_reserve[2] = 1;
    assert_false(program_equal(&a, &b));
    assert_true(program_copy(&b, &a));
    b.config.fallback = PLUMB_FALLBACK_V6_12;
    assert_false(program_equal(&a, &b));
    a.config.fallback = PLUMB_FALLBACK_V6_15;
    assert_false(program_equal(&a, &b));
    a.config.fallback = PLUMB_FALLBACK_NONE;
    assert_true(program_copy(&b, &a));
    b.config.placement = PLUMB_PLACE_HEAD;
    assert_false(program_equal(&a, &b));
    b.config.placement = PLUMB_PLACE_KERNEL;
    assert_true(program_equal(&a, &b));
    b.config.ungrouped = 1;
    assert_false(program_equal(&a, &b));
    b.config.ungrouped = 0;
    b.config.highatomic = 1;
    assert_false(program_equal(&a, &b));
    assert_true(program_copy(&b, &a));
    b.config.watermark_boost_factor = 1;
    assert_false(program_equal(&a, &b));
    assert_true(program_copy(&b, &a));
    b.changes[0].to.watermark_boost_factor = 1;
    assert_false(program_equal(&a, &b));
    program_free(&a);
    program_free(&b);
}

int test_operations(int *run)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_programs_round_trip),
        cmocka_unit_test(every_length_is_a_program),
        cmocka_unit_test(every_byte_is_valid),
        cmocka_unit_test(decoding_allocates_once),
        cmocka_unit_test(releases_leave_the_holes_out),
        cmocka_unit_test(the_header_tells_the_fallback),
        cmocka_unit_test(the_header_tells_which_fallback),
        cmocka_unit_test(the_header_tells_the_reserve),
        cmocka_unit_test(the_header_tells_the_grouping),
        cmocka_unit_test(the_header_tells_the_placement),
        cmocka_unit_test(the_header_tells_whether_references_are_counted),
        cmocka_unit_test(records_tell_runs),
        cmocka_unit_test(records_name_pageblocks),
        cmocka_unit_test(records_name_free_blocks),
        cmocka_unit_test(records_tell_ranges),
        cmocka_unit_test(records_free_ranges),
        cmocka_unit_test(copies_are_equal_and_differences_seen),
    };
    return RUN_GROUP(tests, run);
}
