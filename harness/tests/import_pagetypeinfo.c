/* Tests of the parsers of buddyinfo and pagetypeinfo, and of the zone they are read for. */
#include "harness/tests/import_state_fixture.h"

static struct import_zone zone = {.name = "Normal"};

static bool read_buddyinfo(const char *text, struct import_state *state, char *errors)
{
    struct import_source *source = open_bytes(text, strlen(text));
    source->name = "buddyinfo";
    memset(state, 0, sizeof(*state));
    state->zone = &zone;
    bool good = import_buddyinfo_read(source, state);
    read_errors(source, errors);
    close_source(source);
    return good;
}

static bool read_pagetypeinfo(const char *text, struct import_state *state, char *errors)
{
    struct import_source *source = open_bytes(text, strlen(text));
    source->name = "pagetypeinfo";
    bool good = import_pagetypeinfo_read(source, state);
    read_errors(source, errors);
    close_source(source);
    return good;
}

static void the_line_of_the_zone(void **test)
{
    (void)test;
    struct import_state state;
    char errors[ERRORS_MAX];
    assert_true(read_buddyinfo(small_buddyinfo, &state, errors));
    assert_int_equal(state.top_order, 3);
    assert_int_equal(state.nr_free[0], 5);
    assert_int_equal(state.nr_free[3], 4);
    assert_int_equal(state.buddyinfo.line, 2);
    assert_true(read_pagetypeinfo(small_pagetypeinfo, &state, errors));
    assert_int_equal(state.pageblock_order, 2);
    assert_int_equal(state.nr_free_of_type[0][MIGRATE_MOVABLE], 3);
    assert_int_equal(state.nr_free_of_type[2][MIGRATE_HIGHATOMIC], 1);
    assert_int_equal(state.nr_blocks[MIGRATE_UNMOVABLE], 4);
    assert_int_equal(state.nr_blocks[MIGRATE_MOVABLE], 7);
    assert_int_equal(state.types, 0x2f);
    assert_string_equal(errors, "");
}

static void bad_buddyinfo(void **test)
{
    (void)test;
    static const struct {
        const char *text, *error;
    } cases[] = {
        {"", "buddyinfo:1:1: expected the line of node 0, zone Normal\n"},
        {"Node 1, zone   Normal 1 2\n",
         "buddyinfo:1:1: expected the line of node 0, zone Normal\n"},
        {"Node 0, zone   Normals 1 2\n", "expected the line of node 0"},
        {"Nodes\n", "buddyinfo:1:5: expected Node NUMBER, zone NAME\n"},
        {"Node 0, zone   Normal\n", "buddyinfo:1:22: expected a number of free blocks"},
        {"Node 0, zone   Normal 1 x\n", "buddyinfo:1:25: expected a number of blocks"},
        {"Node 0, zone   Normal 1 8388609\n", "buddyinfo:1:25: expected a number of blocks"},
        {"Node 0, zone   Normal 1\nNode 0, zone   Normal 1\n",
         "buddyinfo:2:1: expected each zone once\n"},
        {"Node 0, zone   Normal 0 1 2 3 4 5 6 7 8 9 10 11\n",
         "buddyinfo:1:46: expected at most 11 orders\n"},
    };
    struct import_state state;
    char errors[ERRORS_MAX];
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_false(read_buddyinfo(cases[i].text, &state, errors));
        if (!strstr(errors, cases[i].error))
            fail_msg("case %zu: expected \"%s\" in: %s", i, cases[i].error, errors);
    }
}

static void bad_pagetypeinfo(void **test)
{
    (void)test;
    static const struct {
        const char *from, *to, *error;
    } cases[] = {
        {"Page block order: 2", "Page block order: 4",
         "pagetypeinfo:1:19: expected one page block"},
        {"Page block order: 2\n", "", "expected \"Page block order: NUMBER\" before the lines of"},
        {"type      Movable      3", "type      Movable      4",
         "pagetypeinfo:12:1: zone Normal, order 0: 6 free blocks of all types; expected 5, as in "
         "buddyinfo:2\n"},
        {"type      Movable      3", "type      Movable      x", ":9:50: expected a number of"},
        {"type      Movable", "type      Moveable", ":9:37: expected Unmovable, Movable,"},
        {"type      Movable", "type    Unmovable",
         ":9:1: expected each migratetype of a zone once"},
        {", type      Movable      3", "      3", ":9:25: expected , type NAME"},
        {"      2      1      1 \n", "      2      1      1 2\n", ":9:73: expected the end of the"},
        {"Movable  Reclaimable", "Movable      Movable", "14:55: expected each migratetype once"},
        {"            1            0 ", "            1 ", ":16:75: expected a number of blocks"},
        {"Number of blocks type ", "Number of", "pagetypeinfo:14:1: expected Node NUMBER"},
        {"Node 0, zone   Normal            4", "Node 1, zone   Normal            4",
         "pagetypeinfo:16:1: expected the number of blocks by type of node 0, zone Normal\n"},
    };
    struct import_state state;
    char errors[ERRORS_MAX], text[4096];
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_true(read_buddyinfo(small_buddyinfo, &state, errors));
        replace(text, sizeof(text), small_pagetypeinfo, cases[i].from, cases[i].to);
        assert_false(read_pagetypeinfo(text, &state, errors));
        if (!strstr(errors, cases[i].error))
            fail_msg("case %zu: expected \"%s\" in: %s", i, cases[i].error, errors);
    }
}

/* Where the kernel stopped counting, buddyinfo knows how many there are, if it is one type. */
static void counts_above_the_kernels_limit(void **test)
{
    (void)test;
    struct import_state state;
    char errors[ERRORS_MAX], text[4096], two[4096], buddyinfo[1024];
    replace(buddyinfo, sizeof(buddyinfo), small_buddyinfo, "Normal      5", "Normal 123456");
    replace(text, sizeof(text), small_pagetypeinfo, "Movable      3", "Movable >100000");
    assert_true(read_buddyinfo(buddyinfo, &state, errors));
    assert_true(read_pagetypeinfo(text, &state, errors));
    assert_int_equal(state.nr_free_of_type[0][MIGRATE_MOVABLE], 123454);
    replace(two, sizeof(two), text, "Reclaimable      0", "Reclaimable >100000");
    assert_true(read_buddyinfo(buddyinfo, &state, errors));
    assert_false(read_pagetypeinfo(two, &state, errors));
    assert_non_null(strstr(errors, "order 0: more than 200002 free blocks of all types"));
    assert_non_null(strstr(errors, "one type above 100000 at most"));
}

static void the_zone_with_the_most_pages(void **test)
{
    (void)test;
    struct import_zoneinfo info;
    char errors[ERRORS_MAX] = "";
    FILE *out = tmpfile();
    assert_true(read_zoneinfo(good_zoneinfo, &info, NULL));
    assert_string_equal(import_state_zone(&info, "f", NULL, UINT32_MAX, out)->name, "Normal");
    assert_string_equal(import_state_zone(&info, "f", "DMA", UINT32_MAX, out)->name, "DMA");
    assert_null(import_state_zone(&info, "f", "DMA", 1, out));
    rewind(out);
    assert_true(fread(errors, 1, sizeof(errors) - 1, out) > 0);
    assert_string_equal(errors, "f: has no populated zone DMA; it has 0:DMA 0:Normal\n");
    fclose(out);
}

static void zoneinfo_knows_each_cpu(void **test)
{
    (void)test;
    struct import_zoneinfo info;
    char text[4096];
    assert_true(read_zoneinfo(good_zoneinfo, &info, NULL));
    const struct import_zone *normal = &info.zones[1];
    assert_int_equal(normal->pcp_count_of_cpu[0], 41);
    assert_int_equal(normal->pcp_count_of_cpu[1], 3);
    assert_int_equal(normal->pcp_high_now, 400);
    assert_false(normal->one_high);
    assert_true(normal->one_batch);
    assert_true(normal->cpus_in_order);
    assert_int_equal(normal->drift, 28);
    assert_int_equal(normal->nr_protection, 3);
    replace(text, sizeof(text), good_zoneinfo, "cpu: 1", "cpu: 2");
    assert_true(read_zoneinfo(text, &info, NULL));
    assert_false(info.zones[1].cpus_in_order);
    replace(text, sizeof(text), good_zoneinfo, "(0, 0, 0)\n      nr", "(0, 0, 0, 7, 8)\n      nr");
    assert_true(read_zoneinfo(text, &info, NULL));
    assert_int_equal(info.zones[1].nr_protection, 5);
    assert_false(info.zones[1].protection_repeats);
}

int test_import_pagetypeinfo(int *run)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_line_of_the_zone),
        cmocka_unit_test(bad_buddyinfo),
        cmocka_unit_test(bad_pagetypeinfo),
        cmocka_unit_test(counts_above_the_kernels_limit),
        cmocka_unit_test(the_zone_with_the_most_pages),
        cmocka_unit_test(zoneinfo_knows_each_cpu),
    };
    return RUN_GROUP(tests, run);
}
