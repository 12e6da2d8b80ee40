/* Tests of programs that free pages by lists: as text, as records, run, shrunk. */
#define _POSIX_C_SOURCE 200809L
#include "harness/records.h"
#include "harness/tests/liar.h"
#include "harness/tests/support.h"

static const char scene[] = "zone start_pfn=40 spanned=200 top=5 pageblock=3 cpus=2 batch=4 "
                            "high=12 limit=64\n"
                            "release 40 240\n"
                            "alloc cpu=0 type=MOVABLE slot=3\n"
                            "alloc cpu=0 type=MOVABLE slot=4\n"
                            "alloc cpu=0 type=MOVABLE slot=5\n"
                            "alloc cpu=0 type=MOVABLE slot=6\n"
                            "free_list cpu=1 slot=3 pages=4 cold\n"
                            "check\n"
                            "free_list slot=7\n";

static void programs_are_read_and_printed(void **state)
{
    (void)state;
    struct program p = test_parse(scene);
    const struct operation *list = &p.operations[5];
    assert_int_equal(list->kind, OP_FREE_LIST);
    assert_int_equal(list->cpu, 1);
    assert_int_equal(list->slot, 3);
    assert_int_equal(list->pages, 4);
    assert_int_equal(list->cold, 1);
    assert_int_equal(list[2].kind, OP_FREE_LIST);
    assert_int_equal(list[2].pages, 1);
    assert_int_equal(list[2].cold, 0);
    must_round_trip(&p);
    char *text = test_print(&p);
    assert_non_null(strstr(text, "\nfree_list cpu=1 slot=3 pages=4 cold\n"));
    assert_non_null(strstr(text, "\nfree_list cpu=0 slot=7 pages=1\n"));
    free(text);
    program_free(&p);
}

static void lists_have_slots_behind_the_first(void **state)
{
    (void)state;
    static const struct {
        uint32_t pages, nr_slots;
    } cases[] = {{0, 8}, {1, 8}, {2, 9}, {31, 38}, {32, 39}, {33, 39}, {UINT32_MAX, 39}};
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[100];
        snprintf(text, sizeof(text), "zone spanned=8\nfree_list slot=7 pages=%u\n", cases[i].pages);
        struct program p = test_parse(text);
        assert_int_equal(p.nr_slots, cases[i].nr_slots);
        must_round_trip(&p);
        program_free(&p);
    }
    struct program last = test_parse("zone spanned=8\nfree_list slot=8388576 pages=99\n");
    assert_int_equal(last.nr_slots, PROGRAM_MAX_SLOTS);
    program_free(&last);
}

static void what_is_wrong_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *expected;
        uint32_t column;
    } cases[] = {
        {"zone spanned=8\nfree_list pages=2\n", "free_list cpu= slot= pages= [cold]", 18},
        {"zone spanned=8\nfree_list slot=1 order=0\n", "free_list cpu= slot= pages= [cold]", 18},
        {"zone spanned=8\nfree_list slot=8388608\n", "0 to 8388607", 16},
        {"zone spanned=8\nfree_list slot=1 pages=4294967296\n", "0 to 4294967295", 24},
        {"zone spanned=8\nfree_list slot=8388607 pages=2\n", "up to 8388608", 1},
        {"zone spanned=8\nfree_list pages=99 slot=8388577\n", "up to 8388608", 1},
    };
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct program program;
        struct text_error error;
        program_init(&program);
        assert_false(program_parse(&program, cases[i].text, strlen(cases[i].text), &error));
        assert_int_equal(error.line, 2);
        assert_int_equal(error.column, cases[i].column);
        assert_non_null(strstr(error.expected, cases[i].expected));
        program_free(&program);
    }
}

/* Mostly one to eight pages; none, and more than a list has, now and then. */
static void records_tell_lists(void **state)
{
    (void)state;
    static const struct {
        uint8_t kind, byte, slot;
        uint32_t pages, nr_slots;
    } cases[] = {
        {239, 0, 7, 1, 8},     {232, 7, 7, 8, 15},      {239, 191, 0, 8, 8},
        {239, 192, 7, 0, 8},   {239, 193, 7, 1, 8},     {239, 224, 9, 32, 41},
        {232, 225, 9, 33, 41}, {239, 226, 3, 0, 4},     {239, 254, 3, 28, 31},
        {239, 8, 3, 1, 4},     {239, 63, 255, 8, 1031}, {232, 255, 255, UINT32_MAX, 1055},
    };
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint8_t bytes[RECORD_HEADER_BYTES + RECORD_BYTES] = {0};
        uint8_t *record = bytes + RECORD_HEADER_BYTES;
        struct program program;
        program_init(&program);
        record[RECORD_KIND] = cases[i].kind;
        record[RECORD_ORDER] = cases[i].byte;
        record[RECORD_SLOT] = cases[i].slot;
        record[RECORD_SLOT + 1] = cases[i].slot == 255 ? 255 : 0;
        record[RECORD_MISC] = (uint8_t)(0xfe | (i & 1));
        assert_true(program_decode(&program, bytes, sizeof(bytes)));
        const struct operation *operation = &program.operations[program.nr_operations - 1];
        assert_int_equal(operation->kind, OP_FREE_LIST);
        assert_int_equal(operation->pages, cases[i].pages);
        assert_int_equal(operation->has_order, 0);
        assert_int_equal(operation->cold, i & 1);
        assert_int_equal(program.nr_slots, cases[i].nr_slots);
        must_round_trip(&program);
        program_free(&program);
    }
}

/* What each slot stands for now; one that never stood for anything has its own page. */
static void lists_are_of_what_slots_stand_for(void **state)
{
    (void)state;
    static const char text[] = "zone start_pfn=40 spanned=200 top=3 pageblock=3 batch=1 limit=64\n"
                               "release 40 240\n"
                               "alloc type=MOVABLE slot=3\n"
                               "alloc type=MOVABLE slot=4\n"
                               "free_list slot=0 pages=2\n"
                               "free_list slot=4 pages=3\n"
                               "free_list slot=3 pages=0\n"
                               "free_list cpu=1 slot=3 pages=33\n"
                               "alloc type=MOVABLE slot=2\n"
                               "free_list slot=3 pages=2\n"
                               "free_list slot=2 pages=2\n"
                               "free_list slot=2\n";
    static const char *const lines[] = {
        "slot=3  -> PLUMB_OK pfn=40\n",
        "slot=4  -> PLUMB_OK pfn=41\n",
        "slot=0 pages=2  -> PLUMB_OK pfn=40\n", /* 40 and 41 */
        "slot=4 pages=3  -> PLUMB_ETAIL pfn=41 (",
        "slot=3 pages=0  -> PLUMB_ERANGE pfn=40 (",
        "slot=3 pages=33  -> PLUMB_ECPU pfn=40 (",
        "slot=2  -> PLUMB_OK pfn=40\n",
        "slot=3 pages=2  -> PLUMB_EFREE pfn=40 (", /* 41 is */
        "slot=2 pages=2  -> PLUMB_EBUSY pfn=40 (",
        "slot=2 pages=1  -> PLUMB_OK pfn=40\n",
    };
    struct program p = test_parse(text);
    struct difference difference;
    char *said = NULL;
    size_t length;
    FILE *out = open_memstream(&said, &length);
    struct lockstep_options options = {.trace = out};
    struct lockstep *lockstep = lockstep_open(&subject_ref, &subject_opt);
    assert_int_equal(lockstep_run(lockstep, &p, &options, &difference), 0);
    fclose(out);
    const char *at = said;
    for (unsigned i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        at = strstr(at, lines[i]);
        if (!at)
            fail_msg("no \"%s\" in\n%s", lines[i], said);
    }
    free(said);
    program_free(&p);
    lockstep_close(lockstep);
}

/* Of a list of many pages those are left that the lie needs. */
static void programs_are_shrunk(void **state)
{
    (void)state;
    static const enum lie lies[2] = {LIE_FREE_LIST, LIE_LIST_ORDER};
    for (unsigned i = 0; i < 2; i++) {
        struct program p = test_parse(scene);
        struct difference difference;
        struct lockstep *lockstep = lockstep_open(&subject_ref, &subject_liar);
        liar_when = 1;
        liar_lie = lies[i];
        assert_int_equal(lockstep_run(lockstep, &p, NULL, &difference), 1);
        assert_int_equal(shrink(lockstep, &p, NULL, &difference, 10000), 0);
        liar_lie = LIE_NONE;
        assert_true(p.nr_operations <= 5);
        const struct operation *last = &p.operations[p.nr_operations - 1];
        last -= last->kind == OP_CHECK;
        assert_int_equal(last->kind, OP_FREE_LIST);
        assert_int_equal(last->pages, 2);
        assert_int_equal(last->cpu, 0);
        assert_int_equal(last->cold, 0);
        must_round_trip(&p);
        program_free(&p);
        lockstep_close(lockstep);
    }
}

int test_page_list_programs(int *run)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(programs_are_read_and_printed),
        cmocka_unit_test(lists_have_slots_behind_the_first),
        cmocka_unit_test(what_is_wrong_is_refused),
        cmocka_unit_test(records_tell_lists),
        cmocka_unit_test(lists_are_of_what_slots_stand_for),
        cmocka_unit_test(programs_are_shrunk),
    };
    return RUN_GROUP(tests, run);
}
