/* Tests of the `plumbline` command: exit codes, messages, files; the program is build/plumbline's
 * own main in a child process. */
#define _POSIX_C_SOURCE 200809L
#include "harness/tests/command_fixture.h"

static const char good[] = "zone spanned=64 top=3 pageblock=2 high=8\nrelease 0 64\n"
                           "alloc order=1 type=MOVABLE slot=0\nfree slot=0\nfree slot=0\n";

static void help_is_everywhere(void **state)
{
    (void)state;
    expect("--help", 0, "import-ftrace");
    expect("run --help", 0, "usage: plumbline run");
    expect("diff --help", 0, "Exit codes: 0");
    expect("shrink --help", 0, "usage: plumbline shrink");
    expect("print --help", 0, "usage: plumbline print");
    expect("reproduce --help", 0, "usage: plumbline reproduce");
    expect("import-ftrace --help", 0, "usage: plumbline import-ftrace");
}

static void bad_usage_is_2(void **state)
{
    (void)state;
    put_text("good.txt", good);
    expect("", 2, "usage: plumbline COMMAND");
    expect("frobnicate", 2, "unknown command frobnicate");
    expect("run", 2, "missing");
    expect("run good.txt more.txt", 2, "too many: more.txt");
    expect("run good.txt --colour", 2, "unknown option --colour");
    expect("run good.txt --check-every", 2, "no value for --check-every");
    expect("run good.txt --check-every=x", 2, "not a valid value: x");
    expect("run good.txt --check-every=-1", 2, "not a valid value: -1");
    expect("run good.txt --quiet=1", 2, "a value for --quiet=1");
    expect("print good.txt --subject=ref", 2, "unknown option");
}

static void bad_input_is_2(void **state)
{
    (void)state;
    put_text("bad.txt", "zone spanned=64\nalloc slot=x\n");
    expect("run bad.txt", 2, "bad.txt:2:12: \"x\"; expected a number from 0 to 8388607");
    expect("diff ref opt absent.txt", 2, "absent.txt: can't read: No such file");
    expect("print --text --records absent.txt", 2, "absent.txt");
}

static void a_missing_subject_is_3(void **state)
{
    (void)state;
    put_text("good.txt", good);
    put_text("not.so", "this is no shared object");
    expect("run good.txt --subject other", 3, "expected ref, opt or the path of a shared object");
    expect("diff ref ./absent.so good.txt", 3, "can't load it");
    expect("diff ref ./not.so good.txt", 3, "can't load it");
}

static void run_prints_answers(void **state)
{
    (void)state;
    put_text("good.txt", good);
    expect("run good.txt", 0, "PLUMB_OK pfn=");
    expect("run good.txt --subject=opt", 0,
           "(the block is on a per-CPU list already: double free)");
    expect("run - --quiet < good.txt", 0, "no difference: 4 operations\n");
}

static void diff_compares(void **state)
{
    (void)state;
    put_text("good.txt", good);
    expect("diff ref opt good.txt --check-every 1", 0, "no difference: 4 operations\n");
    expect("diff ref opt good.txt --trace", 0, "slot=0  -> PLUMB_OK");
    expect("shrink ref opt good.txt", 0, "nothing to shrink");
}

static void print_is_canonical_and_writes_whole_files(void **state)
{
    (void)state;
    uint8_t bytes[RECORD_HEADER_BYTES + 3 * RECORD_BYTES] = {0};
    put("records", bytes, sizeof(bytes));
    expect("print records", 0, "alloc cpu=0 order=0 type=UNMOVABLE flags=MIN zoneidx=0 slot=0\n");
    expect("print records -o a.txt", 0, "");
    expect("print a.txt -o b.txt", 0, "");
    expect("print b.txt --records", 0, "zone ");
    expect("print a.txt -o absent/b.txt", 3, "cannot be written");
    expect("diff ref opt a.txt", 0, "");
    char line[128];
    snprintf(line, sizeof(line), "cd %s && cmp a.txt b.txt && ! ls *.tmp 2>/dev/null", folder);
    assert_int_equal(system(line), 0);
}

/* The shared object is the liar of tests/liar_object.c, built beside the tests. */
static void a_subject_from_a_shared_object(void **state)
{
    (void)state;
    char line[1024];
    const char *object = getenv("PLUMBLINE_LIAR");
    if (!object)
        fail_msg("PLUMBLINE_LIAR is not set; expected the path of a shared object");
    put_text("good.txt", good);
    snprintf(line, sizeof(line), "diff ref %s good.txt", object);
    expect(line, 1, "theorem: 7 Placement");
    snprintf(line, sizeof(line), "shrink ref %s good.txt -o shrunk.txt", object);
    expect(line, 1, "2 operations of 4 are left");
    snprintf(line, sizeof(line), "diff ref %s shrunk.txt", object);
    expect(line, 1, "first differing field: pfn");
}

int test_command(int *run)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(help_is_everywhere),
        cmocka_unit_test(bad_usage_is_2),
        cmocka_unit_test(bad_input_is_2),
        cmocka_unit_test(a_missing_subject_is_3),
        cmocka_unit_test(run_prints_answers),
        cmocka_unit_test(diff_compares),
        cmocka_unit_test(print_is_canonical_and_writes_whole_files),
        cmocka_unit_test(a_subject_from_a_shared_object),
    };
    *run += (int)(sizeof(tests) / sizeof(tests[0]));
    return cmocka_run_group_tests_name("test_command", tests, make_folder, remove_folder);
}
