/* Tests of states: what is imported is reported again unchanged by both subjects, recorded states
 * as well as those of random zones, and what is not so is noticed. */
#define _POSIX_C_SOURCE 200809L
#include "harness/tests/import_state_fixture.h"

#include <unistd.h>

static char folder[] = "/tmp/plumbline-state-XXXXXX";
static char paths[3][64];
static const struct import_state_files files = {paths[0], paths[1], paths[2]};

static void put(const char *path, const char *text)
{
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(text, 1, strlen(text), out), strlen(text));
    assert_int_equal(fclose(out), 0);
}

static void put_small(void)
{
    put(files.buddyinfo, small_buddyinfo);
    put(files.pagetypeinfo, small_pagetypeinfo);
    put(files.zoneinfo, small_zoneinfo);
}

/* A state on its way through the importer. */
struct trip {
    struct import_zoneinfo info;
    struct import_state state;
    struct import_state_lost lost;
    struct program program;
    struct lockstep *lockstep;
    FILE *errors;
    char message[ERRORS_MAX];
};

static struct trip *trip_begin(void)
{
    struct trip *trip = calloc(1, sizeof(*trip));
    assert_non_null(trip);
    program_init(&trip->program);
    trip->errors = tmpfile();
    assert_non_null(trip->errors);
    return trip;
}

static void trip_end(struct trip *trip)
{
    lockstep_close(trip->lockstep);
    program_free(&trip->program);
    fclose(trip->errors);
    free(trip);
}

static const char *trip_message(struct trip *trip)
{
    rewind(trip->errors);
    trip->message[fread(trip->message, 1, ERRORS_MAX - 1, trip->errors)] = '\0';
    return trip->message;
}

/* Reads the files; an IMPORT_ code. */
static int trip_read(struct trip *trip)
{
    struct import_source *source = malloc(sizeof(*source));
    assert_non_null(source);
    assert_true(import_open(source, files.zoneinfo));
    source->errors = trip->errors;
    bool good = import_zoneinfo_read(source, &trip->info);
    import_close(source);
    free(source);
    good = good && import_state_read(&trip->state, &trip->info.zones[0], &files, trip->errors);
    return good ? IMPORT_OK : IMPORT_BAD_INPUT;
}

/* Reads the files and makes the program; an IMPORT_ code. */
static int trip_program(struct trip *trip)
{
    const struct import_state_options options = {.whole_span = true};
    int code = trip_read(trip);
    if (code != IMPORT_OK)
        return code;
    return import_state_program(&trip->program, &trip->state, &options, &trip->lost, trip->errors);
}

static void trip_run(struct trip *trip)
{
    const struct lockstep_options options = {.check_every = trip->program.nr_operations,
                                             .skip_end = true};
    struct difference difference;
    trip->lockstep = lockstep_open(&subject_ref, &subject_opt);
    assert_non_null(trip->lockstep);
    assert_int_equal(lockstep_run(trip->lockstep, &trip->program, &options, &difference), 0);
}

static struct kernel_report trip_report(const struct trip *trip, unsigned i)
{
    struct kernel_report report = {.subject = test_subjects[i]};
    import_state_report(&report, &trip->state, &trip->program.config);
    report.zone = lockstep_zone(trip->lockstep, i);
    report.tunables = lockstep_tunables(trip->lockstep);
    return report;
}

/* Is what both zones report what the files have? */
static bool trip_same(struct trip *trip, uint64_t *lines)
{
    *lines = 0;
    for (unsigned i = 0; i < 2; i++) {
        struct kernel_report report = trip_report(trip, i);
        if (!import_state_same(&report, &files, lines, trip->errors))
            return false;
    }
    return true;
}

static void a_small_zone(void **test)
{
    (void)test;
    struct trip *trip = trip_begin();
    uint64_t lines;
    put_small();
    assert_int_equal(trip_program(trip), IMPORT_OK);
    trip_run(trip);
    struct plumb_counters counters;
    subject_opt.counters(lockstep_zone(trip->lockstep, 1), &counters);
    assert_int_equal(counters.used_pages, 8);
    assert_int_equal(counters.pcp_count[1], 3);
    if (!trip_same(trip, &lines))
        fail_msg("%s", trip_message(trip));
    /* buddyinfo 1, pagetypeinfo 4 + 5 + 3, zoneinfo 24 of 35, on two subjects */
    assert_int_equal(lines, 2 * (1 + 12 + 24));
    trip_end(trip);
}

/* The canary: every operation that is left out of the program is noticed. */
static void each_operation_counts(void **test)
{
    (void)test;
    struct trip *whole = trip_begin();
    uint64_t lines;
    put_small();
    assert_int_equal(trip_program(whole), IMPORT_OK);
    uint32_t count = whole->program.nr_operations;
    trip_end(whole);
    for (uint32_t i = 1; i < count; i++) {
        struct trip *trip = trip_begin();
        assert_int_equal(trip_program(trip), IMPORT_OK);
        trip->program.operations[i].kind = OP_CHECK;
        trip_run(trip);
        if (trip_same(trip, &lines))
            fail_msg("operation %u of %u does not count", i, count);
        assert_non_null(strstr(trip_message(trip), ": the zone built on ref reports otherwise"));
        trip_end(trip);
    }
}

/* The canary: every number of the lines compared, changed in the file after the import. */
static void each_number_counts(void **test)
{
    (void)test;
    static const struct {
        const char *file, *text, *from, *to, *message;
    } cases[] = {
        {paths[0], small_buddyinfo, "Normal      5", "Normal      6", "buddyinfo:2:1: the zone"},
        {paths[0], small_buddyinfo, "4 \n", "4 0 \n", "buddyinfo:2:1: the zone"},
        {paths[1], small_pagetypeinfo, "order: 2", "order: 3", "pagetypeinfo:1:1: the zone"},
        {paths[1], small_pagetypeinfo, "block:  4", "block: 4", "pagetypeinfo:2:1: the zone"},
        {paths[1], small_pagetypeinfo, "Movable      3", "Movable      2", "pagetypeinfo:9:1: the"},
        {paths[1], small_pagetypeinfo, "HighAtomic      0      0      1", "HighAtomic 0 0 1",
         ":11:"},
        {paths[1], small_pagetypeinfo, "   7  ", "   8  ", "pagetypeinfo:16:1: the zone"},
        {paths[1], small_pagetypeinfo, "Node 0, zone   Normal            4", "Node 1, zone Normal",
         "pagetypeinfo:16:1: the zone built on ref reports otherwise; expected\n  \ngot\n  Node 0"},
        {paths[2], small_zoneinfo, "pages free     49", "pages free     50", "zoneinfo:4:1: the"},
        {paths[2], small_zoneinfo, "boost    2", "boost    3", "zoneinfo:5:1: the zone"},
        {paths[2], small_zoneinfo, "promo    8", "promo    9", "zoneinfo:9:1: the zone"},
        {paths[2], small_zoneinfo, "spanned  78", "spanned  79", "zoneinfo:10:1: the zone"},
        {paths[2], small_zoneinfo, "managed  60", "managed  61", "zoneinfo:12:1: the zone"},
        {paths[2], small_zoneinfo, "3, 3)", "3, 4)", "zoneinfo:14:1: the zone"},
        {paths[2], small_zoneinfo, "blocks 40", "blocks 32", "zoneinfo:16:1: the zone"},
        {paths[2], small_zoneinfo, "count:    3", "count:    2", "zoneinfo:28:1: the zone"},
        {paths[2], small_zoneinfo, "high:     6", "high:     7", "zoneinfo:29:1: the zone"},
        {paths[2], small_zoneinfo, "batch:    3", "batch:    4", "zoneinfo:30:1: the zone"},
        {paths[2], small_zoneinfo, "start_pfn:           2", "start_pfn:           1",
         ":35:1: the"},
        {paths[2], small_zoneinfo, "  start_pfn:           2\n", "", "got\n    start_pfn:"},
    };
    struct trip *trip = trip_begin();
    char text[4096];
    uint64_t lines;
    put_small();
    assert_int_equal(trip_program(trip), IMPORT_OK);
    trip_run(trip);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        replace(text, sizeof(text), cases[i].text, cases[i].from, cases[i].to);
        put(cases[i].file, text);
        rewind(trip->errors);
        if (trip_same(trip, &lines))
            fail_msg("case %zu is not noticed", i);
        if (!strstr(trip_message(trip), cases[i].message))
            fail_msg("case %zu: expected \"%s\" in: %s", i, cases[i].message, trip->message);
        put(cases[i].file, cases[i].text);
    }
    trip_end(trip);
}

/* ---- files that don't agree, or tell of what can't be ---- */

static void what_cannot_be(void **test)
{
    (void)test;
    static const struct {
        const char *file, *text, *from, *to, *message;
    } cases[] = {
        {paths[2], small_zoneinfo, "pages free     49", "pages free     52",
         "zoneinfo:1:1: zone Normal: expected pages free 49, give or take 2, as in "},
        {paths[2], small_zoneinfo, "managed  60", "managed  51",
         "expected at least 52 managed pages, for the free and the per-CPU ones"},
        {paths[2], small_zoneinfo, "managed  60", "managed  65",
         "manages 65 pages; expected at most 64, as many as its pageblocks hold"},
        {paths[1], small_pagetypeinfo, "            7            4", "           12            4",
         "pagetypeinfo:16:1: zone Normal: no room for pageblocks of type Movable; expected "
         "together "
         "at "
         "most 20"},
        {paths[2], small_zoneinfo, "spanned  78", "spanned  8388607", "a span of at most 2^23"},
        {paths[2], small_zoneinfo, "cpu: 1", "cpu: 3", "numbered from 0 without a gap"},
        {paths[1], small_pagetypeinfo, "            4            1", "            3            1",
         "no room for free blocks of whole pageblocks of type Reclaimable; expected more "
         "pageblocks than 3"},
        {paths[1], small_pagetypeinfo, "            7            4", "            4            7",
         "no room for 2 free blocks of order 1 of type Movable; expected at most 1"},
        {paths[1], small_pagetypeinfo, "            1            0 ", "            1            1 ",
         "no room for pageblocks without a free page of type Isolate"},
    };
    char text[4096];
    put_small();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct trip *trip = trip_begin();
        replace(text, sizeof(text), cases[i].text, cases[i].from, cases[i].to);
        put(cases[i].file, text);
        int code = trip_program(trip);
        if (code != IMPORT_BAD_INPUT)
            fail_msg("case %zu: expected %d, not %d", i, IMPORT_BAD_INPUT, code);
        if (!strstr(trip_message(trip), cases[i].message))
            fail_msg("case %zu: expected \"%s\" in: %s", i, cases[i].message, trip->message);
        put(cases[i].file, cases[i].text);
        trip_end(trip);
    }
}

/* The kernel's number of free pages may lag behind its lists: not compared then. */
static void free_pages_that_lag(void **test)
{
    (void)test;
    struct trip *trip = trip_begin();
    char text[4096];
    uint64_t lines;
    put_small();
    replace(text, sizeof(text), small_zoneinfo, "pages free     49", "pages free     51");
    put(files.zoneinfo, text);
    assert_int_equal(trip_program(trip), IMPORT_OK);
    assert_true(trip->state.free_drifts);
    trip_run(trip);
    assert_true(trip_same(trip, &lines));
    assert_int_equal(lines, 2 * (1 + 12 + 21));
    trip_end(trip);
}

/* ---- held blocks and other CPUs ---- */

static void held_blocks_have_their_places(void **test)
{
    (void)test;
    struct trip *trip = trip_begin();
    uint64_t lines;
    struct import_held held[] = {{.slot = 0, .order = 0, .type = MIGRATE_MOVABLE},
                                 {.slot = 1, .order = 1, .type = MIGRATE_MOVABLE},
                                 {.slot = 2, .order = 0, .type = MIGRATE_RECLAIMABLE},
                                 {.slot = 3, .order = 3, .type = MIGRATE_MOVABLE}};
    const struct import_state_options options = {.held = held, .nr_held = 4, .spare_slot = 4};
    put_small();
    assert_int_equal(trip_read(trip), IMPORT_OK);
    assert_int_equal(
        import_state_program(&trip->program, &trip->state, &options, &trip->lost, trip->errors),
        IMPORT_OK);
    assert_true(held[0].placed && held[1].placed && held[2].placed && !held[3].placed);
    assert_int_equal(trip->lost.no_room, 1);
    assert_int_equal(trip->lost.other_types, 1);
    trip_run(trip);
    if (!trip_same(trip, &lines))
        fail_msg("%s", trip_message(trip));
    trip_end(trip);
}

static void lists_of_cpus_left_out_are_used_pages(void **test)
{
    (void)test;
    struct trip *trip = trip_begin();
    struct plumb_counters counters;
    const struct import_state_options options = {.nr_cpus = 1};
    put_small();
    assert_int_equal(trip_read(trip), IMPORT_OK);
    assert_int_equal(
        import_state_program(&trip->program, &trip->state, &options, &trip->lost, trip->errors),
        IMPORT_OK);
    assert_int_equal(trip->lost.pcp_pages, 3);
    trip_run(trip);
    subject_ref.counters(lockstep_zone(trip->lockstep, 0), &counters);
    assert_int_equal(counters.used_pages, 11);
    assert_int_equal(counters.pcp_pages, 0);
    trip_end(trip);
}

static int make_folder(void **test)
{
    (void)test;
    assert_non_null(mkdtemp(folder));
    snprintf(paths[0], sizeof(paths[0]), "%s/buddyinfo", folder);
    snprintf(paths[1], sizeof(paths[1]), "%s/pagetypeinfo", folder);
    snprintf(paths[2], sizeof(paths[2]), "%s/zoneinfo", folder);
    return 0;
}

static int remove_folder(void **test)
{
    (void)test;
    for (unsigned i = 0; i < 3; i++)
        unlink(paths[i]);
    return rmdir(folder);
}

/* ---- states of random zones ---- */

/* Pageblocks of 4 pages of all types but ISOLATE; some pages stay reserved. */
static void random_zone(uint64_t *seed, struct program *program)
{
    struct plumb_config *config = &program->config;
    *config = test_config(PLUMB_V6_12);
    config->top_order = 3 + (uint32_t)(test_random(seed) % 3);
    config->pageblock_order = 2 + (uint32_t)(test_random(seed) % 2);
    config->start_pfn = test_random(seed) % 4 << config->top_order;
    config->spanned_pages = (8 + test_random(seed) % 24) << config->top_order;
    config->wmark[WMARK_LOW] = config->wmark[WMARK_HIGH] = 3;
    config->wmark[WMARK_PROMO] = 4;
    config->pcp_high = 8 + (uint32_t)(test_random(seed) % 50);
    assert_true(program_set_types(program));
    for (uint32_t i = 0; i < program->nr_types; i++)
        program->types[i] = (uint8_t)(test_random(seed) % MIGRATE_ISOLATE);
    uint64_t end = config->start_pfn + config->spanned_pages;
    for (uint64_t pfn = config->start_pfn; pfn < end;) {
        struct operation release = {.kind = OP_RELEASE, .start = pfn + test_random(seed) % 3};
        pfn = release.start + 1 + test_random(seed) % 90;
        release.end = pfn < end ? pfn : end;
        assert_true(program_add(program, &release));
    }
    for (uint32_t i = 0; i < 300; i++) {
        uint32_t slot = (uint32_t)(test_random(seed) % 100);
        struct operation operation = {.kind = OP_ALLOC, .slot = slot};
        operation.cpu = (uint32_t)(test_random(seed) % 2);
        if (test_random(seed) % 3 == 0) {
            operation.kind = OP_FREE;
        } else {
            operation.order = (uint32_t)(test_random(seed) % 4);
            operation.type = (uint32_t)(test_random(seed) % MIGRATE_ISOLATE);
            operation.flags = ALLOC_NO_WATERMARKS;
        }
        assert_true(program_add(program, &operation));
    }
}

static void print_reports(const struct kernel_report *report, char *text[3])
{
    static void (*const print[3])(FILE *, const struct kernel_report *) = {
        report_buddyinfo, report_pagetypeinfo, report_zoneinfo};
    for (unsigned i = 0; i < 3; i++) {
        size_t length;
        FILE *out = open_memstream(&text[i], &length);
        assert_non_null(out);
        print[i](out, report);
        assert_int_equal(fclose(out), 0);
    }
}

/* Reports of a zone are imported, and the zone that is built reports the very same bytes. */
static void states_of_random_zones(void **test)
{
    (void)test;
    uint64_t seed = 11;
    for (unsigned round = 0; round < 200; round++) {
        char *before[3], *after[3];
        struct trip *one = trip_begin(), *two = trip_begin();
        struct kernel_report report = {.name = "Normal",
                                       .types = KERNEL_ALL_TYPES,
                                       .nr_reserves = PLUMB_NR_ZONES,
                                       .subject = &subject_ref};
        random_zone(&seed, &one->program);
        trip_run(one);
        report.config = &one->program.config;
        report.zone = lockstep_zone(one->lockstep, 0);
        report.tunables = lockstep_tunables(one->lockstep);
        print_reports(&report, before);
        for (unsigned i = 0; i < 3; i++)
            put(paths[i], before[i]);
        if (trip_program(two) != IMPORT_OK)
            fail_msg("round %u: %s%s", round, trip_message(two), before[1]);
        trip_run(two);
        for (unsigned i = 0; i < 2; i++) {
            report = trip_report(two, i);
            print_reports(&report, after);
            for (unsigned k = 0; k < 3; k++) {
                assert_string_equal(before[k], after[k]);
                free(after[k]);
            }
        }
        for (unsigned i = 0; i < 3; i++)
            free(before[i]);
        trip_end(one);
        trip_end(two);
    }
}

int test_import_state(int *run)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_small_zone),
        cmocka_unit_test(each_operation_counts),
        cmocka_unit_test(each_number_counts),
        cmocka_unit_test(what_cannot_be),
        cmocka_unit_test(free_pages_that_lag),
        cmocka_unit_test(held_blocks_have_their_places),
        cmocka_unit_test(lists_of_cpus_left_out_are_used_pages),
        cmocka_unit_test(states_of_random_zones),
    };
    *run += (int)(sizeof(tests) / sizeof(tests[0]));
    return cmocka_run_group_tests_name(__func__, tests, make_folder, remove_folder);
}
