/* Tests of what the importer makes of events: rules, counts, programs, files. */
#define _POSIX_C_SOURCE 200809L
#include "harness/tests/import_fixture.h"

#include <unistd.h>

#define AT "task-1 [000] ..... 1.5: "
#define ALLOC(p, o, t)                                                                             \
    AT "mm_page_alloc: page=1 pfn=" #p " order=" #o " migratetype=" #t " gfp_flags=x\n"
#define FREE(p, o) AT "mm_page_free: page=1 pfn=" #p " order=" #o "\n"

struct fixture {
    struct import_zoneinfo info;
    struct import_trace trace;
    char errors[ERRORS_MAX];
};

static struct fixture *read_bytes(const char *bytes, size_t length, const char *zone)
{
    struct fixture *f = calloc(1, sizeof(*f));
    assert_non_null(f);
    assert_true(read_zoneinfo(good_zoneinfo, &f->info, NULL));
    import_trace_init(&f->trace, &f->info);
    f->trace.zone_name = zone;
    struct import_source *source = open_bytes(bytes, length);
    assert_true(import_trace_read(&f->trace, source));
    read_errors(source, f->errors);
    close_source(source);
    return f;
}

static struct fixture *read_text(const char *text)
{
    return read_bytes(text, strlen(text), NULL);
}

static void done(struct fixture *f)
{
    uint64_t sum = 0;
    for (enum import_fate fate = 0; fate < IMPORT_NR_FATES; fate++)
        sum += f->trace.fates[fate];
    assert_int_equal(sum, f->trace.events);
    assert_int_equal(f->trace.lines, f->trace.events + f->trace.comments + f->trace.lost_markers);
    import_trace_free(&f->trace);
    free(f);
}

/* The one event of a text has this fate. */
static void expect_fate(const char *text, enum import_fate fate)
{
    struct fixture *f = read_text(text);
    assert_int_equal(f->trace.events, 1);
    if (f->trace.fates[fate] != 1)
        fail_msg("not %s: %s", import_fate_name(fate), text);
    done(f);
}

static void expect_op(const struct import_ops *ops, uint32_t index, bool is_free, uint64_t pfn,
                      uint32_t slot)
{
    assert_in_range(index, 0, ops->count - 1);
    assert_int_equal(ops->ops[index].is_free, is_free);
    assert_int_equal(ops->ops[index].pfn, pfn);
    assert_int_equal(ops->ops[index].slot, slot);
}

static void alloc_and_free_share_a_slot(void **state)
{
    (void)state;
    struct fixture *f =
        read_text(ALLOC(5000, 3, 0) ALLOC(5008, 0, 1) FREE(5000, 3) ALLOC(6000, 0, 2));
    const struct import_zone_trace *zone = &f->trace.zones[1];
    assert_int_equal(zone->prologue.count, 0);
    assert_int_equal(zone->ops.count, 4);
    expect_op(&zone->ops, 0, false, 5000, 0);
    expect_op(&zone->ops, 1, false, 5008, 1);
    expect_op(&zone->ops, 2, true, 5000, 0);
    expect_op(&zone->ops, 3, false, 6000, 0);
    assert_int_equal(zone->nr_slots, 2);
    assert_int_equal(f->trace.fates[IMPORT_USED_ALLOC], 3);
    assert_int_equal(f->trace.fates[IMPORT_USED_FREE], 1);
    done(f);
}

/* The block was there from the start: its slot is no other block's before the free. */
static void free_before_alloc_goes_to_the_prologue(void **state)
{
    (void)state;
    struct fixture *f = read_text(ALLOC(5000, 0, 0) FREE(5000, 0) FREE(5008, 3) FREE(5016, 0));
    const struct import_zone_trace *zone = &f->trace.zones[1];
    assert_int_equal(zone->prologue.count, 2);
    expect_op(&zone->prologue, 0, false, 5008, 1);
    expect_op(&zone->prologue, 1, false, 5016, 2);
    assert_int_equal(zone->prologue.ops[0].order, 3);
    assert_int_equal(zone->ops.count, 4);
    expect_op(&zone->ops, 2, true, 5008, 1);
    expect_op(&zone->ops, 3, true, 5016, 2);
    assert_int_equal(f->trace.fates[IMPORT_USED_FREE], 3);
    assert_int_equal(zone->implied_allocs, 0);
    done(f);
}

static void second_free_implies_an_alloc(void **state)
{
    (void)state;
    struct fixture *f = read_text(FREE(5000, 0) FREE(5000, 0));
    const struct import_zone_trace *zone = &f->trace.zones[1];
    assert_int_equal(zone->prologue.count, 1);
    assert_int_equal(zone->implied_allocs, 1);
    assert_int_equal(zone->ops.count, 3);
    expect_op(&zone->ops, 0, true, 5000, 0);
    expect_op(&zone->ops, 1, false, 5000, 0);
    expect_op(&zone->ops, 2, true, 5000, 0);
    assert_int_equal(f->trace.fates[IMPORT_USED_FREE], 2);
    done(f);
}

static void second_alloc_implies_frees(void **state)
{
    (void)state;
    struct fixture *f =
        read_text(ALLOC(5000, 0, 0) ALLOC(5003, 0, 0) ALLOC(5000, 2, 1) ALLOC(5002, 1, 1));
    const struct import_zone_trace *zone = &f->trace.zones[1];
    assert_int_equal(zone->implied_frees, 3);
    assert_int_equal(zone->ops.count, 7);
    expect_op(&zone->ops, 2, true, 5000, 0);
    expect_op(&zone->ops, 3, true, 5003, 1);
    expect_op(&zone->ops, 4, false, 5000, 1);
    expect_op(&zone->ops, 5, true, 5000, 1);
    expect_op(&zone->ops, 6, false, 5002, 1);
    assert_int_equal(f->trace.fates[IMPORT_USED_ALLOC], 4);
    done(f);
}

static void frees_of_parts_and_wholes(void **state)
{
    (void)state;
    struct fixture *f = read_text(ALLOC(5000, 2, 0) FREE(5001, 0) FREE(5000, 1) FREE(5000, 3) /**/
                                  ALLOC(6001, 0, 0) FREE(6000, 2) FREE(5000, 2));
    assert_int_equal(f->trace.fates[IMPORT_UNUSED_PART], 2);
    assert_int_equal(f->trace.fates[IMPORT_UNUSED_WHOLE], 2);
    assert_int_equal(f->trace.fates[IMPORT_USED_FREE], 1);
    assert_int_equal(f->trace.zones[1].ops.count, 3);
    assert_int_equal(f->trace.zones[1].prologue.count, 0);
    done(f);
}

static void every_reason_has_its_count(void **state)
{
    (void)state;
    expect_fate(AT "mm_page_pcpu_drain: page=1 pfn=5000 order=0 migratetype=1\n",
                IMPORT_UNUSED_DRAIN);
    expect_fate(AT
                "mm_page_alloc_zone_locked: page=1 pfn=1 order=0 migratetype=1 percpu_refill=1\n",
                IMPORT_UNUSED_ZONE_LOCKED);
    expect_fate(AT "mm_page_free_batched: page=1 pfn=1 order=0\n", IMPORT_UNUSED_FREE_BATCHED);
    expect_fate(AT "sys_enter: NR 1\n", IMPORT_UNUSED_OTHER_EVENT);
    expect_fate(AT "mm_page_alloc: page=(null) pfn=0x0 order=9 migratetype=1 gfp_flags=x\n",
                IMPORT_UNUSED_FAILED);
    expect_fate(ALLOC(0, 0, 0), IMPORT_UNUSED_FAILED);
    expect_fate(FREE(0, 0), IMPORT_UNUSED_NO_ZONE);
    expect_fate(FREE(69632, 0), IMPORT_UNUSED_NO_ZONE);
    expect_fate(FREE(18446744073709551615, 0), IMPORT_UNUSED_NO_ZONE);
    expect_fate(FREE(69120, 10), IMPORT_UNUSED_NO_ZONE); /* ends behind the zone */
    expect_fate(FREE(5120, 11), IMPORT_UNUSED_ORDER);
    expect_fate(FREE(5120, 4294967296), IMPORT_UNUSED_ORDER);
    expect_fate(FREE(5001, 1), IMPORT_UNUSED_ALIGNMENT);
    expect_fate(ALLOC(5000, 0, 3), IMPORT_UNUSED_TYPE);
    expect_fate(ALLOC(5000, 0, 4294967296), IMPORT_UNUSED_TYPE);
    expect_fate("t-1 [064] ..... 1.5: mm_page_free: page=1 pfn=5000 order=0\n", IMPORT_UNUSED_CPU);
    expect_fate("t-1 [99999999999] 1.5: mm_page_free: page=1 pfn=5000 order=0\n",
                IMPORT_UNUSED_CPU);
    expect_fate("garbage\n", IMPORT_UNUSED_MALFORMED);
    expect_fate(AT "mm_page_free: page=1 pfn=5000 order=0", IMPORT_UNUSED_CUT);
    expect_fate(AT "mm_pa", IMPORT_UNUSED_CUT);
    expect_fate(FREE(5000, 0), IMPORT_USED_FREE);
    expect_fate(ALLOC(5000, 0, 0), IMPORT_USED_ALLOC);
}

static void zone_option_leaves_out_others(void **state)
{
    (void)state;
    const char text[] = FREE(5, 0) FREE(5000, 0) FREE(7, 0);
    struct fixture *f = read_bytes(text, strlen(text), "Normal");
    assert_int_equal(f->trace.fates[IMPORT_UNUSED_OTHER_ZONE], 2);
    assert_int_equal(f->trace.zones[0].ops.count, 0);
    assert_int_equal(f->trace.zones[1].ops.count, 1);
    done(f);
}

static void surroundings_are_counted(void **state)
{
    (void)state;
    struct fixture *f = read_text("# tracer: nop\n\nCPU:0 [LOST 12 EVENTS]\n" FREE(5000, 0) /**/
                                  "CPU:1 [LOST EVENTS]\nwhat\nthe\n");
    assert_int_equal(f->trace.comments, 2);
    assert_int_equal(f->trace.lost_markers, 2);
    assert_int_equal(f->trace.lost_events, 12);
    assert_int_equal(f->trace.events, 3);
    assert_non_null(strstr(f->errors, "input:6:1: malformed line: expected TASK-PID"));
    done(f);
}

static void only_some_malformed_lines_are_shown(void **state)
{
    (void)state;
    struct fixture *f = read_text("a\na\na\na\na\na\na\na\na\n");
    assert_int_equal(f->trace.fates[IMPORT_UNUSED_MALFORMED], 9);
    assert_non_null(strstr(f->errors, "input:5:1:"));
    assert_null(strstr(f->errors, "input:6:1:"));
    done(f);
}

static struct program *make(const struct fixture *f, uint32_t zone, struct import_clipped *clipped)
{
    struct program *program = malloc(sizeof(*program));
    assert_non_null(program);
    program_init(program);
    assert_true(import_program(program, &f->trace, &f->trace.zones[zone], 0, clipped));
    assert_true(config_is_valid(&program->config));
    return program;
}

static void unmake(struct program *program)
{
    program_free(program);
    free(program);
}

static void program_of_a_zone(void **state)
{
    (void)state;
    struct import_clipped clipped;
    struct fixture *f = read_text(ALLOC(5000, 1, 0) FREE(6000, 0) /**/
                                  AT "mm_page_pcpu_drain: page=1 pfn=6001 order=0 migratetype=2\n");
    struct program *program = make(f, 1, &clipped);
    const struct plumb_config *config = &program->config;
    assert_int_equal(config->start_pfn, 4096);
    assert_int_equal(config->spanned_pages, 60000 + 1024);
    assert_int_equal(clipped.spanned, 65536 - 61024);
    assert_int_equal(config->generation, PLUMB_V6_12);
    assert_int_equal(config->nr_cpus, 2);
    assert_int_equal(config->pcp_batch, 31);
    assert_int_equal(config->pcp_high, 290);
    assert_int_equal(config->watermark_boost, 10);
    assert_int_equal(config->wmark[WMARK_MIN], 100); /* zoneinfo's has the boost in it */
    assert_int_equal(config->wmark[WMARK_PROMO], 130);
    assert_int_equal(program->nr_operations, 4);
    const struct operation *op = program->operations;
    assert_int_equal(op[0].kind, OP_RELEASE);
    assert_int_equal(op[0].start, 4096);
    assert_int_equal(op[0].end, 4096 + 60000);
    assert_int_equal(op[1].kind, OP_ALLOC); /* the prologue's, of its pageblock's type */
    assert_int_equal(op[1].type, MIGRATE_RECLAIMABLE);
    assert_int_equal(op[1].flags, ALLOC_NO_WATERMARKS);
    assert_int_equal(op[2].kind, OP_ALLOC);
    assert_int_equal(op[2].order, 1);
    assert_int_equal(op[2].flags, WMARK_LOW);
    assert_int_equal(op[2].zoneidx, 1);
    assert_int_equal(op[3].kind, OP_FREE);
    assert_int_equal(op[3].slot, op[1].slot);
    assert_int_equal(clipped.peak[MIGRATE_UNMOVABLE], 2);
    assert_int_equal(clipped.peak[MIGRATE_MOVABLE], 0);
    assert_int_equal(clipped.peak[MIGRATE_RECLAIMABLE], 1);
    unmake(program);
    done(f);
}

/* Each type gets what it needs, types not asked for nothing, and largest blocks are of one type. */
static void pageblocks_are_dealt_by_demand(void **state)
{
    (void)state;
    char *text = calloc(1, 1 << 20);
    assert_non_null(text);
    size_t at = 0;
    for (unsigned i = 0; i < 40; i++) /* 40960 pages of 60000 */
        at += (size_t)sprintf(text + at,
                              AT "mm_page_alloc: pfn=%u order=10 migratetype=1 gfp_flags=x\n",
                              5120 + 1024 * i);
    strcat(text, ALLOC(4096, 0, 2));
    struct fixture *f = read_text(text);
    struct import_clipped clipped;
    struct program *program = make(f, 1, &clipped);
    uint32_t blocks[MIGRATE_TYPES] = {0};
    for (uint32_t i = 0; i < 60000 / 512; i++) {
        blocks[program->types[i]]++;
        assert_int_equal(program->types[i], program->types[i & ~1u]);
    }
    assert_int_equal(blocks[MIGRATE_UNMOVABLE], 0);
    assert_true(blocks[MIGRATE_MOVABLE] * 512 >= 40960);
    assert_true(blocks[MIGRATE_RECLAIMABLE] >= 2);
    assert_int_equal(blocks[MIGRATE_MOVABLE] + blocks[MIGRATE_RECLAIMABLE], 60000 / 512);
    unmake(program);
    done(f);
    free(text);
}

/* A zone of 8 pageblocks whose first page is no block's. */
static void program_of_a_small_zone(void **state)
{
    (void)state;
    struct import_clipped clipped;
    struct fixture *f = read_text(ALLOC(5, 0, 0) ALLOC(6, 0, 1) ALLOC(7, 0, 2));
    struct program *program = make(f, 0, &clipped);
    unsigned seen = 0;
    for (uint32_t i = 0; i < program->nr_types; i++)
        seen |= 1u << program->types[i];
    assert_int_equal(seen, 7);
    assert_int_equal(program->nr_types, 8);
    assert_int_equal(program->config.pcp_high, 0);
    assert_int_equal(program->config.pcp_limit, 2);
    assert_false(clipped.demand);
    unmake(program);
    done(f);
}

static void huge_zone_is_clipped(void **state)
{
    (void)state;
    char text[4096], text2[4096];
    replace(text, sizeof(text), good_zoneinfo, "spanned  65536", "spanned  1099511627776");
    replace(text2, sizeof(text2), text, "managed  60000", "managed  1099511627776");
    replace(text, sizeof(text), text2, "high_min: 290", "high_min: 999999999");
    struct fixture *f = calloc(1, sizeof(*f));
    assert_non_null(f);
    assert_true(read_zoneinfo(text, &f->info, NULL));
    import_trace_init(&f->trace, &f->info);
    const char event[] = FREE(1099511627776, 10);
    struct import_source *source = open_bytes(event, strlen(event));
    assert_true(import_trace_read(&f->trace, source));
    close_source(source);
    struct import_clipped clipped;
    struct program *program = make(f, 1, &clipped);
    assert_int_equal(program->config.spanned_pages, PROGRAM_MAX_SPAN);
    assert_int_equal(clipped.managed, UINT64_C(1099511627776) - PROGRAM_MAX_SPAN);
    assert_int_equal(program->config.pcp_high, 1 << 16);
    assert_true(clipped.pcp);
    unmake(program);
    done(f);
}

/* Bytes of a good trace changed at random, cut anywhere: never a crash, and every line counted. */
static void damaged_traces_are_counted(void **state)
{
    (void)state;
    static const char good[] =
        "# tracer\n" ALLOC(5000, 3, 0) ALLOC(5008, 0, 1) FREE(5000, 3) FREE(6000, 0)  /**/
        "CPU:0 [LOST 12 EVENTS]\n" FREE(6000, 0) ALLOC(5008, 0, 1) ALLOC(5120, 10, 2) /**/
        AT "mm_page_pcpu_drain: page=1 pfn=6001 order=0 migratetype=2\n";
    uint32_t random = 1;
    char bytes[sizeof(good)];
    for (unsigned round = 0; round < 3000; round++) {
        memcpy(bytes, good, sizeof(good));
        size_t length = sizeof(good) - 1;
        for (unsigned i = 0; i < 1 + round % 16; i++) {
            random = random * 1103515245u + 12345u;
            size_t where = (random >> 8) % length;
            bytes[where] =
                round % 3 ? "0123456789[]:= \n\0xp-"[(random >> 8) % 20] : (char)(random >> 24);
        }
        if (round % 4 == 0)
            length = (random >> 8) % length;
        struct fixture *f = read_bytes(bytes, length, NULL);
        for (uint32_t zone = 0; zone < f->info.nr_zones; zone++) {
            struct import_clipped clipped;
            unmake(make(f, zone, &clipped));
        }
        done(f);
    }
}

int test_import_trace(int *run)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(alloc_and_free_share_a_slot),
        cmocka_unit_test(free_before_alloc_goes_to_the_prologue),
        cmocka_unit_test(second_free_implies_an_alloc),
        cmocka_unit_test(second_alloc_implies_frees),
        cmocka_unit_test(frees_of_parts_and_wholes),
        cmocka_unit_test(every_reason_has_its_count),
        cmocka_unit_test(zone_option_leaves_out_others),
        cmocka_unit_test(surroundings_are_counted),
        cmocka_unit_test(only_some_malformed_lines_are_shown),
        cmocka_unit_test(program_of_a_zone),
        cmocka_unit_test(pageblocks_are_dealt_by_demand),
        cmocka_unit_test(program_of_a_small_zone),
        cmocka_unit_test(huge_zone_is_clipped),
        cmocka_unit_test(damaged_traces_are_counted),
    };
    return RUN_GROUP(tests, run);
}
