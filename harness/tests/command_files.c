/* Tests of what the `plumbline` command takes for a text program, and of what becomes of files and of
 * output that can't be written. */
#define _POSIX_C_SOURCE 200809L
#include "harness/tests/command_fixture.h"

static const char good[] = "zone spanned=64\nrelease 0 64\n";

#define PUT(name, bytes) put(name, bytes, sizeof(bytes) - 1)

static void an_empty_file_is_no_program(void **state)
{
    (void)state;
    put_text("empty", "");
    expect("run empty", 2,
           "empty:1:1: no \"zone\" line; expected \"zone start_pfn= spanned= ...\"");
    expect("run --text empty", 2, "empty:1:1: no \"zone\" line");
    expect("run --records --quiet empty", 0, "no difference");
}

/* As records each of these would run as some other program. */
static void damaged_text_is_refused(void **state)
{
    (void)state;
    PUT("nul", "zone spanned=64\nrele\0ase 0 64\n");
    expect("run nul", 2, "nul:2:5: the control character 0x00; expected text (--records says");
    expect("diff ref opt nul", 2, "nul:2:5: ");
    expect("print - < nul", 2, "-:2:5: ");
    expect("print --text nul", 2, "nul:2:5: ");
    expect("print --records nul", 0, "zone ");
    PUT("first", "zo\0ne spanned=64\n");
    expect("run first", 2, "first:1:3: the control character 0x00");
    PUT("instead", "z\177ne spanned=64\n");
    expect("run instead", 2, "instead:1:2: the control character 0x7f");
    PUT("comment", "# a\001b\nzone spanned=64\n");
    expect("run comment", 2, "comment:1:4: the control character 0x01");
    PUT("line", "\n\r\n\x1bzone spanned=64\n");
    expect("run line", 2, "line:3:1: the control character 0x1b");
}

static void utf_16_is_refused(void **state)
{
    (void)state;
    PUT("little", "\xff\xfez\0o\0n\0e\0");
    expect("run little", 2, "little:1:1: a byte-order mark; expected ASCII text without one");
    PUT("big", "\xfe\xff\0z\0o\0n\0e");
    expect("run big", 2, "big:1:1: a byte-order mark");
    PUT("utf8", "\xef\xbb\xbfzone spanned=64\n");
    expect("run utf8", 2, "utf8:1:1: a byte-order mark");
    PUT("plain-little", "z\0o\0n\0e\0 \0");
    expect("run plain-little", 2, "plain-little:1:2: the control character 0x00");
    PUT("plain-big", "\0z\0o\0n\0e\0 ");
    expect("run plain-big", 2, "plain-big:1:1: the control character 0x00");
}

/* What the fuzzers keep runs as it is. */
static void records_need_no_option(void **state)
{
    (void)state;
    uint8_t bytes[RECORD_HEADER_BYTES + RECORD_BYTES] = {0};
    static const uint8_t firsts[] = {0, 1, 'a', 'z', 0xef, 0xfe, 0xff};
    for (size_t i = 0; i < sizeof(firsts); i++) {
        bytes[0] = firsts[i];
        put("records", bytes, sizeof(bytes));
        expect("run records", 0, "no difference");
    }
}

static void numbers_are_digits(void **state)
{
    (void)state;
    put_text("good", good);
    expect("run good --check-every=' 5'", 2, "not a valid value:  5; expected");
    expect("run good --check-every=+5", 2, "not a valid value: +5; expected");
    expect("run good --check-every=", 2, "not a valid value: \"\"; expected");
    expect("run good --check-every=05", 0, "no difference");
}

static void lost_output_is_3(void **state)
{
    (void)state;
    put_text("good", good);
    static const char *const commands[] = {"run good",   "run good --quiet", "diff ref opt good",
                                           "print good", "reproduce good",   "run --help"};
    char arguments[128];
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        snprintf(arguments, sizeof(arguments), "%s > /dev/full", commands[i]);
        expect(arguments, 3, "standard output: cannot be written: ");
        snprintf(arguments, sizeof(arguments), "%s >&-", commands[i]);
        expect(arguments, 3, "standard output: cannot be written: ");
    }
}

/* A difference that nobody could read of is not reported as one. */
static void a_lost_difference_is_3(void **state)
{
    (void)state;
    char arguments[1024];
    const char *object = getenv("PLUMBLINE_LIAR");
    assert_non_null(object);
    put_text("differs", "zone spanned=64 top=3 pageblock=2 high=8\nrelease 0 64\n"
                        "alloc order=1 type=MOVABLE slot=0\n");
    snprintf(arguments, sizeof(arguments), "diff ref %s differs", object);
    expect(arguments, 1, "first differing field: ");
    snprintf(arguments, sizeof(arguments), "diff ref %s differs > /dev/full", object);
    expect(arguments, 3, "standard output: cannot be written: No space left on device\n");
    snprintf(arguments, sizeof(arguments), "shrink ref %s differs > /dev/full", object);
    expect(arguments, 3, "standard output: cannot be written: No space left on device\n");
}

/* The temporary file of a file that is written is named for the process. */
static void what_is_beside_an_output_stays(void **state)
{
    (void)state;
    put_text("good", good);
    expect("print good -o out && echo mine > out.tmp && $PLUMBLINE print good -o out && "
           "cat out.tmp && ls out*",
           0, "mine\nout\nout.tmp\n");
    expect("print good -o ''", 2, "not a valid value: \"\"; expected");
    expect("print good -o absent/out", 3, "absent/out: cannot be written: No such file");
}

int test_command_files(int *run)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_file_is_no_program),
        cmocka_unit_test(damaged_text_is_refused),
        cmocka_unit_test(utf_16_is_refused),
        cmocka_unit_test(records_need_no_option),
        cmocka_unit_test(numbers_are_digits),
        cmocka_unit_test(lost_output_is_3),
        cmocka_unit_test(a_lost_difference_is_3),
        cmocka_unit_test(what_is_beside_an_output_stays),
    };
    *run += (int)(sizeof(tests) / sizeof(tests[0]));
    return cmocka_run_group_tests_name(__func__, tests, make_folder, remove_folder);
}
