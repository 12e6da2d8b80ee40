/* Tests of the importer's parsers: lines, events, zoneinfo, on good and on bad input. */
#define _POSIX_C_SOURCE 200809L
#include "harness/tests/import_fixture.h"

#define HEADER "task-1 [001] d..3.  12.345678: "

static struct import_line parse(const char *text)
{
    struct import_line line;
    import_parse_line(text, strlen(text), &line);
    return line;
}

static void event_line_of_ftrace(void **state)
{
    (void)state;
    struct import_line line =
        parse(HEADER "mm_page_alloc: page=00000000d332fd84 pfn=0x1b3ce8 order=3 "
                     "migratetype=2 gfp_flags=GFP_KERNEL|__GFP_COMP");
    assert_int_equal(line.kind, IMPORT_LINE_EVENT);
    assert_int_equal(line.event.kind, IMPORT_ALLOC);
    assert_int_equal(line.event.cpu, 1);
    assert_int_equal(line.event.pfn, 0x1b3ce8);
    assert_int_equal(line.event.order, 3);
    assert_int_equal(line.event.migratetype, 2);
    assert_false(line.event.no_page);
    assert_int_equal(line.event.zone_class, IMPORT_NORMAL);
}

/* The same event as other kernels and tools print it. */
static void event_line_variants(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "task-1 [007] 12.5: mm_page_free: page=0xffffea pfn=4096 order=2",
        "task-1 (  812) [007] .... 12.5: mm_page_free: page=0xffffea pfn=0x1000 order=2",
        "   my [0] task: x-99 [007] d..1. 12: mm_page_free: page=1 pfn=4096 order=2",
        "  cc1-1 [007] 12.5: mm_page_free:         page=0xea pfn=0x1000 order=2  ",
        "perf 77 [007] 12.5: kmem:mm_page_free: page=0xea pfn=0x1000 order=2",
        "x-1\t[007]\t.....\t12.5:\tmm_page_free:\tpage=1 pfn=0x1000 order=2 new_key=7",
    };
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        struct import_line line = parse(lines[i]);
        assert_int_equal(line.kind, IMPORT_LINE_EVENT);
        assert_int_equal(line.event.kind, IMPORT_FREE);
        assert_int_equal(line.event.cpu, 7);
        assert_int_equal(line.event.pfn, 4096);
        assert_int_equal(line.event.order, 2);
    }
}

static void event_kinds(void **state)
{
    (void)state;
    assert_int_equal(
        parse(HEADER "mm_page_pcpu_drain: page=1 pfn=1 order=0 migratetype=1").event.kind,
        IMPORT_PCPU_DRAIN);
    assert_int_equal(parse(HEADER "mm_page_alloc_zone_locked: page=1 pfn=0x1 order=0 migratetype=0 "
                                  "percpu_refill=1")
                         .event.kind,
                     IMPORT_ZONE_LOCKED);
    assert_int_equal(parse(HEADER "mm_page_free_batched: page=1 pfn=1 order=0").event.kind,
                     IMPORT_FREE_BATCHED);
    assert_int_equal(parse(HEADER "sched_switch: prev_comm=a ==> b").event.kind,
                     IMPORT_OTHER_EVENT);
    assert_int_equal(parse(HEADER "mm_page_alloc_extfrag: page=1").event.kind, IMPORT_OTHER_EVENT);
}

static void event_without_page(void **state)
{
    (void)state;
    static const char *const pages[] = {"(null)", "          (null)", "0000000000000000", "0x0"};
    char text[256];
    for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
        snprintf(text, sizeof(text),
                 HEADER "mm_page_alloc: page=%s pfn=7 order=9 migratetype=1 gfp_flags=GFP_KERNEL",
                 pages[i]);
        assert_true(parse(text).event.no_page);
    }
    assert_true(parse(HEADER "mm_page_alloc: page=1 pfn=0x0 order=0 migratetype=0 gfp_flags=x")
                    .event.no_page);
}

static void event_gfp_flags(void **state)
{
    (void)state;
    static const struct {
        const char *flags;
        enum import_zone_class zone_class;
        bool memalloc;
    } cases[] = {
        {"GFP_KERNEL|__GFP_COMP", IMPORT_NORMAL, false},
        {"GFP_HIGHUSER_MOVABLE|__GFP_ZERO", IMPORT_MOVABLE, false},
        {"GFP_HIGHUSER|__GFP_ACCOUNT", IMPORT_NORMAL, false},
        {"GFP_NOFS|__GFP_HIGHMEM|__GFP_MOVABLE", IMPORT_MOVABLE, false},
        {"GFP_NOFS|__GFP_MOVABLE", IMPORT_NORMAL, false},
        {"GFP_KERNEL|GFP_DMA32", IMPORT_DMA32, false},
        {"GFP_DMA", IMPORT_DMA, false},
        {"GFP_ATOMIC|__GFP_MEMALLOC", IMPORT_NORMAL, true},
        {"GFP_KERNEL|__GFP_NOMEMALLOC", IMPORT_NORMAL, false},
        {"0x12", IMPORT_NORMAL, false},
    };
    char text[256];
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        snprintf(text, sizeof(text),
                 HEADER "mm_page_alloc: page=1 pfn=7 order=0 migratetype=1 gfp_flags=%s",
                 cases[i].flags);
        assert_int_equal(parse(text).event.zone_class, cases[i].zone_class);
        assert_int_equal(parse(text).event.memalloc, cases[i].memalloc);
    }
}

static void comments_and_lost_events(void **state)
{
    (void)state;
    assert_int_equal(parse("").kind, IMPORT_LINE_COMMENT);
    assert_int_equal(parse(" \t").kind, IMPORT_LINE_COMMENT);
    assert_int_equal(parse("# tracer: nop").kind, IMPORT_LINE_COMMENT);
    struct import_line line = parse("CPU:1 [LOST 1234 EVENTS]");
    assert_int_equal(line.kind, IMPORT_LINE_LOST);
    assert_int_equal(line.lost, 1234);
    line = parse("CPU:1 [LOST EVENTS]");
    assert_int_equal(line.kind, IMPORT_LINE_LOST);
    assert_int_equal(line.lost, 0);
    assert_int_equal(parse("CPU:1 [LOST 12EVENTS]").kind, IMPORT_LINE_BAD);
}

static void bad_lines_say_where(void **state)
{
    (void)state;
    static const struct {
        const char *rest;
        const char *at; /* the column is that of this text's last occurrence; NULL: the end */
        const char *expected;
    } cases[] = {
        {"mm_page_free: pfn=0x1 order=x", "order=x", "order="},
        {"mm_page_free: pfn=0x1 order=-1", "order=-1", "order="},
        {"mm_page_free: pfn=0x1 order=", "order=", "order="},
        {"mm_page_free: pfn=0x order=0", "pfn=0x", "pfn="},
        {"mm_page_free: pfn=0xfg order=0", "pfn=", "pfn="},
        {"mm_page_free: pfn=99999999999999999999 order=0", "pfn=", "pfn="},
        {"mm_page_free: pfn=0x1 pfn=0x2 order=0", "pfn=0x2", "pfn="},
        {"mm_page_free: pfn=0x1", NULL, "order="},
        {"mm_page_free: order=1", NULL, "pfn="},
        {"mm_page_free: pfn=0x1 order=0 junk", "junk", "KEY=VALUE"},
        {"mm_page_alloc: page=1 pfn=0x1 order=0 gfp_flags=x", NULL, "migratetype="},
        {"mm_page_alloc: page=1 pfn=0x1 order=0 migratetype=1", NULL, "gfp_flags="},
    };
    char text[256];
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        snprintf(text, sizeof(text), HEADER "%s", cases[i].rest);
        struct import_line line = parse(text);
        size_t column = cases[i].at ? (size_t)(strstr(text, cases[i].at) - text) : strlen(text);
        assert_int_equal(line.kind, IMPORT_LINE_BAD);
        assert_int_equal(line.column, column + 1);
        assert_non_null(strstr(line.expected, cases[i].expected));
    }
    static const char *const headless[] = {
        "x",
        "mm_page_free: pfn=1 order=0",
        "task-1 [] ..... 1.2: mm_page_free: pfn=1 order=0",
        "task-1 [1]..... 1.2: mm_page_free: pfn=1 order=0",
        "task-1 [1] ..... mm_page_free: pfn=1 order=0",
        "task-1 [1] ..... 1.: mm_page_free: pfn=1 order=0",
        "task-1 [1] ..... 1.2: mm_page_free",
        "task-1 [1] ..... 1.2:mm_page_free: pfn=1 order=0",
        "[[[[[[[[0] [1] [2",
    };
    for (size_t i = 0; i < sizeof(headless) / sizeof(headless[0]); i++)
        assert_int_equal(parse(headless[i]).kind, IMPORT_LINE_BAD);
}

static void lines_of_every_shape(void **state)
{
    (void)state;
    char text[3 * IMPORT_LINE_MAX];
    memset(text, 'a', sizeof(text));
    memcpy(text, "one\r\n\ntw\0o\n", 11);
    text[11 + IMPORT_LINE_MAX] = '\n';
    text[11 + 2 * IMPORT_LINE_MAX + 2] = '\n';
    struct import_source *source = open_bytes(text, sizeof(text));
    static const struct {
        size_t length;
        bool too_long, cut;
    } expected[] = {{3, false, false},
                    {0, false, false},
                    {4, false, false},
                    {IMPORT_LINE_MAX, false, false},
                    {IMPORT_LINE_MAX, true, false},
                    {IMPORT_LINE_MAX - 14, false, true}};
    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
        assert_true(import_next_line(source));
        assert_int_equal(source->line, i + 1);
        assert_int_equal(source->length, expected[i].length);
        assert_int_equal(source->too_long, expected[i].too_long);
        assert_int_equal(source->cut, expected[i].cut);
    }
    assert_false(import_next_line(source));
    close_source(source);
}

/* A line may be far too long and still end; the one after it is read as ever. */
static void lines_without_an_end(void **state)
{
    (void)state;
    static char text[2 * IMPORT_LINE_END];
    char errors[ERRORS_MAX];
    memset(text, 'a', sizeof(text));
    text[IMPORT_LINE_END - 1] = '\n';
    struct import_source *source = open_bytes(text, IMPORT_LINE_END + 3);
    assert_true(import_next_line(source));
    assert_true(source->too_long);
    assert_true(import_next_line(source));
    assert_int_equal(source->length, 3);
    assert_false(import_next_line(source));
    assert_false(source->failed);
    close_source(source);
    text[IMPORT_LINE_END - 1] = 'a';
    source = open_bytes(text, sizeof(text));
    assert_false(import_next_line(source));
    assert_true(source->failed);
    read_errors(source, errors);
    assert_string_equal(errors, "input:1:1048577: a line without an end; expected one within "
                                "1048576 bytes\n");
    close_source(source);
}

static void zoneinfo_of_a_machine(void **state)
{
    (void)state;
    struct import_zoneinfo info;
    assert_true(read_zoneinfo(good_zoneinfo, &info, NULL));
    assert_int_equal(info.nr_zones, 2);
    const struct import_zone *zone = &info.zones[1];
    assert_string_equal(info.zones[0].name, "DMA");
    assert_string_equal(zone->name, "Normal");
    assert_int_equal(zone->node, 0);
    assert_int_equal(zone->index, 1);
    assert_int_equal(zone->start_pfn, 4096);
    assert_int_equal(zone->spanned, 65536);
    assert_int_equal(zone->present, 65000);
    assert_int_equal(zone->managed, 60000);
    assert_int_equal(zone->nr_free, 50000);
    assert_int_equal(zone->boost, 10);
    assert_int_equal(zone->wmark[WMARK_MIN], 110);
    assert_int_equal(zone->wmark[WMARK_LOW], 120);
    assert_int_equal(zone->wmark[WMARK_HIGH], 130);
    assert_int_equal(zone->wmark[WMARK_PROMO], 140);
    assert_int_equal(zone->nr_cpus, 2);
    assert_int_equal(zone->pcp_count, 44);
    assert_int_equal(zone->pcp_high, 290); /* high_min */
    assert_int_equal(zone->pcp_batch, 31);
    assert_int_equal(info.zones[0].lowmem_reserve[1], 500);
    assert_int_equal(info.zones[0].lowmem_reserve[3], 500); /* told of three zones */
    /* DMA32 is not there, so its requests stop at DMA; Movable is there and empty. */
    assert_int_equal(info.highest_index[IMPORT_DMA], 0);
    assert_int_equal(info.highest_index[IMPORT_DMA32], 0);
    assert_int_equal(info.highest_index[IMPORT_NORMAL], 1);
    assert_int_equal(info.highest_index[IMPORT_MOVABLE], 2);
    assert_ptr_equal(import_zone_of(&info, 4096), zone);
    assert_ptr_equal(import_zone_of(&info, 4096 + 65535), zone);
    assert_null(import_zone_of(&info, 4096 + 65536));
    assert_null(import_zone_of(&info, 0));
}

static void zoneinfo_of_an_older_kernel(void **state)
{
    (void)state;
    struct import_zoneinfo info;
    char text[4096];
    replace(text, sizeof(text), good_zoneinfo, "        boost    10\n", "");
    char older[4096];
    replace(older, sizeof(older), text, "        promo    140\n", "   node_scanned  0\n");
    replace(text, sizeof(text), older, "              high_min: 290\n", "");
    assert_true(read_zoneinfo(text, &info, NULL));
    assert_int_equal(info.zones[1].boost, 0);
    assert_int_equal(info.zones[1].pcp_high, 300);           /* the lower one */
    assert_int_equal(info.zones[1].wmark[WMARK_PROMO], 130); /* as high */
}

static void zoneinfo_errors_say_where(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to, *message;
    } cases[] = {
        {"managed  60000", "managed  6000x", "zoneinfo:27:22: expected the end of the line"},
        {"managed  60000", "managed  -1", "zoneinfo:27:18: expected a number of pages"},
        {"managed  60000", "managed  70000", "spans the pages it manages"},
        {"managed  60000", "managed  99999999999999999999", ":27:18: expected a number of pages"},
        {"spanned  65536", "spanned  4503599627370497", "at most 2^52"},
        {"start_pfn:           4096", "", "expected min, low, high, managed"},
        {"start_pfn:           4096", "start_pfn: 4503599627370490", "at most 2^52 pages"},
        {"min      110", "min      110\n        min      110", "each key once"},
        {"(0, 0, 0)", "0, 0, 0)", "(PAGES, PAGES, ...)"},
        {"(0, 0, 0)", "(0, 0, 0", "a comma or the closing bracket"},
        {"batch:    31", "batch:    many", "a number of pages"},
        {"Node 0, zone   Normal", "Node 0, zone   Nor mal", "letters and digits"},
        {"Node 0, zone   Normal", "Node x, zone Normal", "Node NUMBER, zone NAME"},
        {"Node 0, zone   Normal", "Node 0, zone ", "1 to 31 characters"},
        {"        low      120\n", "", "expected min, low, high, managed"},
    };
    struct import_zoneinfo info;
    char text[4096], errors[1024];
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        replace(text, sizeof(text), good_zoneinfo, cases[i].from, cases[i].to);
        if (read_zoneinfo(text, &info, errors) || !strstr(errors, cases[i].message))
            fail_msg("case %zu: %s", i, errors);
    }
    assert_false(read_zoneinfo("", &info, errors));
    assert_non_null(strstr(errors, "at least one zone"));
    assert_false(read_zoneinfo("\177ELF\001\002\nxx", &info, errors));
}

/* Cut anywhere: an answer, and the zones before the cut at most. */
static void zoneinfo_cut_anywhere(void **state)
{
    (void)state;
    struct import_zoneinfo info;
    char text[4096], errors[1024];
    for (size_t length = 0; length < strlen(good_zoneinfo); length++) {
        memcpy(text, good_zoneinfo, length);
        text[length] = '\0';
        bool good = read_zoneinfo(text, &info, errors);
        assert_true(good || errors[0] != '\0');
        assert_true(!good || (info.nr_zones >= 1 && info.nr_zones <= 2));
    }
}

static void zoneinfo_with_too_many_zones(void **state)
{
    (void)state;
    struct import_zoneinfo info;
    size_t length = strlen(good_zoneinfo), copies = IMPORT_ZONES_MAX / 2 + 1;
    char *text = malloc(length * copies + 1), errors[1024];
    assert_non_null(text);
    for (size_t i = 0; i < copies; i++)
        memcpy(text + i * length, good_zoneinfo, length + 1);
    assert_false(read_zoneinfo(text, &info, errors));
    assert_non_null(strstr(errors, "at most 64 populated zones"));
    free(text);
}

static void table_keeps_what_is_put(void **state)
{
    (void)state;
    struct import_table table = {0};
    assert_null(import_table_get(&table, 5));
    for (uint64_t i = 0; i < 10000; i++) {
        uint64_t *value = import_table_put(&table, i * 512);
        assert_non_null(value);
        assert_int_equal(*value, 0);
        *value = i + 1;
    }
    for (uint64_t i = 0; i < 10000; i++) {
        assert_int_equal(*import_table_get(&table, i * 512), i + 1);
        assert_null(import_table_get(&table, i * 512 + 1));
    }
    assert_int_equal(table.used, 10000);
    import_table_free(&table);
}

int test_import(int *run)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(event_line_of_ftrace),
        cmocka_unit_test(event_line_variants),
        cmocka_unit_test(event_kinds),
        cmocka_unit_test(event_without_page),
        cmocka_unit_test(event_gfp_flags),
        cmocka_unit_test(comments_and_lost_events),
        cmocka_unit_test(bad_lines_say_where),
        cmocka_unit_test(lines_of_every_shape),
        cmocka_unit_test(lines_without_an_end),
        cmocka_unit_test(zoneinfo_of_a_machine),
        cmocka_unit_test(zoneinfo_of_an_older_kernel),
        cmocka_unit_test(zoneinfo_errors_say_where),
        cmocka_unit_test(zoneinfo_cut_anywhere),
        cmocka_unit_test(zoneinfo_with_too_many_zones),
        cmocka_unit_test(table_keeps_what_is_put),
    };
    return RUN_GROUP(tests, run);
}
