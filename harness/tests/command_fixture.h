/* What the tests of the `plumbline` command share: a folder for its files, and the command itself in
 * a child process. */
#ifndef HARNESS_TESTS_COMMAND_FIXTURE_H
#define HARNESS_TESTS_COMMAND_FIXTURE_H

#include "harness/tests/support.h"

#include <stdio.h>
#include <unistd.h>

static char folder[] = "/tmp/plumbline-test-XXXXXX";

/* Runs "$PLUMBLINE arguments" in the folder, as must_print does. */
static inline void expect(const char *arguments, int code, const char *part)
{
    char line[2048];
    const char *program = getenv("PLUMBLINE");
    if (!program)
        fail_msg("PLUMBLINE is not set; expected the path of the command under test");
    snprintf(line, sizeof(line), "cd %s && ( %s %s ) 2>&1", folder, program, arguments);
    must_print(line, code, part);
}

static inline void put(const char *name, const void *bytes, size_t length)
{
    char path[128];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

static inline void put_text(const char *name, const char *text)
{
    put(name, text, strlen(text));
}

static inline int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static inline int remove_folder(void **state)
{
    (void)state;
    char line[128];
    snprintf(line, sizeof(line), "rm -r %s", folder);
    return system(line);
}

#endif
