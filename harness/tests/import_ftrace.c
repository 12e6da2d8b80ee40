/* Tests of the command import-ftrace: options, files, exit codes. */
#define _POSIX_C_SOURCE 200809L
#include "harness/tests/import_fixture.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define AT         "task-1 [000] ..... 1.5: "
#define FREE(p, o) AT "mm_page_free: page=1 pfn=" #p " order=" #o "\n"

static char folder[] = "/tmp/plumbline-import-XXXXXX";

static const char *path(const char *name)
{
    static char paths[64][128];
    static unsigned next;
    char *out = paths[next++ % 64];
    snprintf(out, sizeof(paths[0]), "%s/%s", folder, name);
    return out;
}

static void write_text(const char *name, const char *text)
{
    FILE *out = fopen(path(name), "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(text, 1, strlen(text), out), strlen(text));
    assert_int_equal(fclose(out), 0);
}

static bool exists(const char *name)
{
    return access(path(name), F_OK) == 0;
}

/* Whether a temporary file is left; mine.tmp is a test's own. */
static bool has_temporary(void)
{
    char command[128];
    snprintf(command, sizeof(command), "ls %s | grep -v '^mine' | grep -q tmp", folder);
    return system(command) == 0;
}

static char *read_file(const char *name)
{
    char *text = calloc(1, 1 << 16);
    FILE *in = fopen(path(name), "rb");
    assert_non_null(in);
    assert_non_null(text);
    assert_true(fread(text, 1, (1 << 16) - 1, in) > 0);
    fclose(in);
    return text;
}

/* Runs the command with both outputs going to a file "log". */
static int run(const char *const *words)
{
    char *argv[16] = {(char *)"import-ftrace"};
    int argc = 1;
    for (; words[argc - 1]; argc++)
        argv[argc] = strdup(words[argc - 1]);
    fflush(NULL);
    int out = dup(1), err = dup(2), log = open(path("log"), O_CREAT | O_TRUNC | O_WRONLY, 0600);
    assert_true(out >= 0 && err >= 0 && log >= 0);
    dup2(log, 1);
    dup2(log, 2);
    int code = import_ftrace_main(argc, argv);
    fflush(NULL);
    dup2(out, 1);
    dup2(err, 2);
    close(out);
    close(err);
    close(log);
    while (argc > 1)
        free(argv[--argc]);
    return code;
}

#define RUN(...) run((const char *const[]){__VA_ARGS__, NULL})

static void expect_log(const char *text)
{
    char *log = read_file("log");
    if (!strstr(log, text))
        fail_msg("expected \"%s\" in: %s", text, log);
    free(log);
}

static int setup(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(folder));
    write_text("zoneinfo", good_zoneinfo);
    write_text("trace", FREE(5000, 0) FREE(5001, 0));
    write_text("both", FREE(5000, 0) FREE(5, 0) FREE(6, 0));
    write_text("empty", "# nothing\n");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof(command), "rm -r %s", folder);
    return system(command);
}

static void one_zone_goes_to_the_output(void **state)
{
    (void)state;
    assert_int_equal(
        RUN("-o", path("one"), "--report", path("json"), path("zoneinfo"), path("trace")),
        IMPORT_OK);
    expect_log("2  used: free");
    assert_false(has_temporary());
    char *text = read_file("one"), *json = read_file("json");
    struct program program = test_parse(text);
    assert_int_equal(program.nr_operations, 5);
    assert_int_equal(program.config.start_pfn, 4096);
    assert_non_null(strstr(json, "\"events\": 2, \"used\": 2, "));
    assert_non_null(strstr(json, "\"operations\": 5"));
    program_free(&program);
    free(text);
    free(json);
}

static void several_zones_go_to_files_of_their_own(void **state)
{
    (void)state;
    assert_int_equal(RUN("-o", path("two"), path("zoneinfo"), path("both")), IMPORT_OK);
    assert_false(exists("two"));
    assert_true(exists("two.0-DMA"));
    assert_true(exists("two.0-Normal"));
    assert_int_equal(RUN("-o", path("dma"), "--zone=0:DMA", path("zoneinfo"), path("both")),
                     IMPORT_OK);
    assert_true(exists("dma"));
    expect_log("1  zone left out by --zone");
}

static void cpus_option_sets_their_number(void **state)
{
    (void)state;
    assert_int_equal(RUN("-o", path("cpus"), "--cpus", "5", path("zoneinfo"), path("trace")),
                     IMPORT_OK);
    char *text = read_file("cpus");
    assert_non_null(strstr(text, "cpus=5 "));
    free(text);
}

static void usage_errors(void **state)
{
    (void)state;
    const char *z = path("zoneinfo"), *t = path("trace"), *o = path("none");
    assert_int_equal(RUN("--help"), IMPORT_OK);
    expect_log("usage: plumbline import-ftrace");
    assert_int_equal(RUN(z, t), IMPORT_BAD_INPUT);
    expect_log("-o PROGRAM expected");
    assert_int_equal(RUN("-o", o, z), IMPORT_BAD_INPUT);
    expect_log("ZONEINFO and TRACE expected");
    assert_int_equal(RUN("-o", o, z, t, t), IMPORT_BAD_INPUT);
    assert_int_equal(RUN(z, t, "-o"), IMPORT_BAD_INPUT);
    assert_int_equal(RUN("-o", o, "--cpus", "65", z, t), IMPORT_BAD_INPUT);
    assert_int_equal(RUN("-o", o, "--cpus=2x", z, t), IMPORT_BAD_INPUT);
    expect_log("no valid value for --cpus");
    assert_int_equal(RUN("-o", o, "--fallback", "2.6", z, t), IMPORT_BAD_INPUT);
    expect_log("no valid value for --fallback");
    assert_int_equal(RUN("-o", o, "--zone=", z, t), IMPORT_BAD_INPUT);
    assert_int_equal(RUN("-o", o, "--what", z, t), IMPORT_BAD_INPUT);
    expect_log("unknown option --what");
    assert_int_equal(RUN("-o", o, "-", "-"), IMPORT_BAD_INPUT);
    assert_int_equal(RUN("-o", o, "--zone", "High", z, t), IMPORT_BAD_INPUT);
    expect_log("has no populated zone High; it has 0:DMA 0:Normal");
    assert_int_equal(RUN("-o", o, "--zone", "1:Normal", z, t), IMPORT_BAD_INPUT);
    assert_false(exists("none"));
}

static void bad_inputs(void **state)
{
    (void)state;
    const char *z = path("zoneinfo"), *t = path("trace"), *o = path("none");
    assert_int_equal(RUN("-o", o, z, path("missing")), IMPORT_BAD_INPUT);
    expect_log("missing: cannot be opened: No such file");
    assert_int_equal(RUN("-o", o, z, folder), IMPORT_BAD_INPUT);
    expect_log("cannot be read: Is a directory");
    assert_int_equal(RUN("-o", o, t, t), IMPORT_BAD_INPUT);
    expect_log("expected at least one zone");
    assert_int_equal(RUN("-o", o, z, path("empty")), IMPORT_BAD_INPUT);
    expect_log("no event to use");
    assert_int_equal(RUN("-o", o, z, z), IMPORT_BAD_INPUT);
    expect_log("zoneinfo:1:1: malformed line: expected");
    assert_int_equal(RUN("-o", o, "/dev/zero", t), IMPORT_BAD_INPUT);
    expect_log("/dev/zero:1:1048577: a line without an end; expected one within 1048576 bytes");
    assert_int_equal(RUN("-o", o, z, "/dev/zero"), IMPORT_BAD_INPUT);
    expect_log("/dev/zero:1:1048577: a line without an end");
    assert_false(exists("none"));
    assert_false(has_temporary());
}

static void outputs_that_cannot_be_written(void **state)
{
    (void)state;
    const char *z = path("zoneinfo"), *t = path("trace");
    assert_int_equal(RUN("-o", path("no/such"), z, t), IMPORT_BROKEN);
    expect_log("no/such: cannot be written: No such file");
    assert_int_equal(mkdir(path("folder"), 0700), 0);
    assert_int_equal(RUN("-o", path("folder"), z, t), IMPORT_BROKEN);
    assert_false(has_temporary());
    assert_int_equal(RUN("-o", path("first"), "--report", path("no/such"), z, t), IMPORT_BROKEN);
    assert_false(exists("first"));
    assert_false(has_temporary());
    write_text("mine.tmp", "mine");
    assert_int_equal(RUN("-o", path("mine"), z, t), IMPORT_OK);
    char *kept = read_file("mine.tmp");
    assert_string_equal(kept, "mine");
    free(kept);
}

int test_import_ftrace(int *run)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_zone_goes_to_the_output),
        cmocka_unit_test(several_zones_go_to_files_of_their_own),
        cmocka_unit_test(cpus_option_sets_their_number),
        cmocka_unit_test(usage_errors),
        cmocka_unit_test(bad_inputs),
        cmocka_unit_test(outputs_that_cannot_be_written),
    };
    *run += (int)(sizeof(tests) / sizeof(tests[0]));
    return cmocka_run_group_tests_name(__func__, tests, setup, teardown);
}
