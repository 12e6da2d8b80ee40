/* Runs programs, binary or text, each in a process of its own, and shrinks the ones that fail. */
#define _GNU_SOURCE /* processes, timers, files */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz/target.h"

static const char usage[] =
    "usage: replay [--quiet] FILE...\n"
    "       replay --shrink OUT FILE\n"
    "       replay --print FILE\n"
    "Runs programs in lockstep: text if the name ends in .txt, otherwise binary records. Prints\n"
    "'ok FILE' or 'finding SIGNATURE<tab>FILE' for each. --shrink writes the shortest program "
    "with\n"
    "the same signature to OUT, as text. Exit code: 0 all pass, 1 something fails, 2 bad input.\n";

enum { MAX_OUTPUT = 1 << 16, MAX_SIGNATURE = 200, MAX_CRASH_RUNS = 4000, MAX_HANG_RUNS = 400 };

static char output[MAX_OUTPUT]; /* what the last child printed */

static void die(const char *what, const char *which)
{
    fprintf(stderr, "replay: %s '%s'\n%s", what, which, usage);
    exit(2);
}

/* ---- reading ---- */

static uint8_t *read_file(const char *path, size_t *length)
{
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = NULL;
    if (!file)
        die(strerror(errno), path);
    *length = 0;
    for (size_t room = 0, got = 1; got; *length += got) {
        if (*length == room) {
            room = room ? 2 * room : 4096;
            bytes = realloc(bytes, room);
            if (!bytes)
                die("no memory for", path);
        }
        got = fread(bytes + *length, 1, room - *length, file);
    }
    if (ferror(file))
        die("can't read", path);
    fclose(file);
    return bytes;
}

static bool is_text(const char *path)
{
    size_t length = strlen(path);
    return length > 4 && !strcmp(path + length - 4, ".txt");
}

static void read_program(struct program *program, const char *path)
{
    size_t length;
    uint8_t *bytes = read_file(path, &length);
    struct text_error error;
    program_init(program);
    if (!is_text(path)) {
        if (!program_decode(program, bytes, length))
            die("no memory for", path);
    } else if (!program_parse(program, (const char *)bytes, length, &error)) {
        fprintf(stderr, "%s:%u:%u: %s; expected %s\n", path, error.line, error.column, error.what,
                error.expected);
        exit(2);
    }
    free(bytes);
}

/* ---- one run ---- */

/* The child's whole output, cut at what fits; the rest is read and dropped. */
static void collect_output(int file)
{
    size_t length = 0;
    char dropped[4096];
    for (;;) {
        bool full = length == MAX_OUTPUT - 1;
        ssize_t got = full ? read(file, dropped, sizeof dropped)
                           : read(file, output + length, MAX_OUTPUT - 1 - length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        length += full ? 0 : (size_t)got;
    }
    output[length] = '\0';
}

/* Forks; the child runs the program, or shrinks it if `out` is given, and never returns. */
static int run_child(const struct program *program, const char *out,
                     void (*job)(const struct program *, const char *))
{
    int ends[2], status;
    fflush(NULL);
    if (pipe(ends) != 0)
        die("no pipe for", "a child");
    pid_t child = fork();
    if (child < 0)
        die("no process for", "a child");
    if (child == 0) {
        close(ends[0]);
        dup2(ends[1], STDERR_FILENO);
        job(program, out);
        _exit(0);
    }
    close(ends[1]);
    collect_output(ends[0]);
    close(ends[0]);
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            die("lost", "a child");
    return status;
}

static void job_execute(const struct program *program, const char *out)
{
    (void)out;
    target_execute(program, NULL);
}

/* The part of a line of the child's output after a prefix; false: no such line. */
static bool output_line(const char *prefix, char *line)
{
    const char *found = strstr(output, prefix);
    if (!found)
        return false;
    found += strlen(prefix);
    snprintf(line, MAX_SIGNATURE, "%.*s", (int)strcspn(found, "\n\t"), found);
    return true;
}

/* Drops from a sanitizer's summary what another build or folder would say otherwise: addresses, as
 * in "(PATH+0x1f) (BuildId: ...)", and folders. */
static void drop_places(char *line)
{
    char *place = strstr(line, " (");
    const char *function = place ? strstr(place, " in ") : NULL;
    if (function)
        memmove(place, function, strlen(function) + 1);
    else if (place)
        *place = '\0';
    char *slash = strrchr(line, '/');
    char *open = slash;
    while (open && open > line && open[-1] != ' ')
        open--;
    if (slash)
        memmove(open, slash + 1, strlen(slash));
}

/* False: the program passes. */
static bool failing_signature(const struct program *program, char *signature)
{
    int status = run_child(program, NULL, job_execute);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return false;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 2 && strstr(output, "fuzz target:"))
        die("the target can't run:", output);
    if (output_line("signature: ", signature))
        return true;
    if (output_line("SUMMARY: ", signature))
        drop_places(signature);
    else if (WIFSIGNALED(status))
        snprintf(signature, MAX_SIGNATURE, "signal %d", WTERMSIG(status));
    else
        snprintf(signature, MAX_SIGNATURE, "exit code %d", WEXITSTATUS(status));
    return true;
}

/* ---- shrinking ---- */

/* Writes through a temporary file: a finding is never half written. */
static void write_program(const char *path, const struct program *program)
{
    char temporary[4096];
    snprintf(temporary, sizeof temporary, "%s.writing", path);
    FILE *file = fopen(temporary, "w");
    if (!file)
        die(strerror(errno), temporary);
    program_print(file, program);
    if (fclose(file) != 0 || rename(temporary, path) != 0)
        die("can't write", path);
}

/* A difference: the harness shrinks it, all runs in one child. If one of them crashes or hangs, so
 * does the child, and the slower way is left. */
static void job_shrink(const struct program *program, const char *out)
{
    struct difference difference;
    struct program shrunk;
    program_init(&shrunk);
    if (!program_copy(&shrunk, program) || target_difference(&shrunk, NULL, &difference) != 1)
        _exit(2);
    target_set_timer(TARGET_WHOLE_SHRINK_MS);
    if (shrink(target_lockstep(), &shrunk, NULL, &difference, 0) != 0)
        _exit(2);
    write_program(out, &shrunk);
    _exit(0);
}

/* A crash or a hang ends the process, so each candidate has one of its own. */
static int judge_signature(void *wanted, const struct program *candidate, uint32_t *needed)
{
    char signature[MAX_SIGNATURE];
    (void)needed;
    return failing_signature(candidate, signature) && !strcmp(signature, wanted) ? 0 : 1;
}

static void shrink_crash(struct program *program, char *wanted)
{
    bool hangs = !strcmp(wanted, "hang"); /* as long as the limit, each */
    target_set_limit(TARGET_SHRINK_LIMIT_MS);
    uint32_t runs = hangs ? MAX_HANG_RUNS : MAX_CRASH_RUNS;
    if (shrink_judged(program, judge_signature, wanted, runs) != 0)
        die("no memory for", "a candidate");
}

static int shrink_file(const char *out, const char *path)
{
    struct program program;
    char before[MAX_SIGNATURE], after[MAX_SIGNATURE];
    read_program(&program, path);
    if (!failing_signature(&program, before)) {
        fprintf(stderr, "replay: '%s' passes; there is nothing to shrink\n", path);
        return 0;
    }
    bool difference = strstr(output, "signature: ") && strcmp(before, "hang");
    int status = difference ? run_child(&program, out, job_shrink) : 1;
    if (status == 0) {
        program_free(&program);
        read_program(&program, out);
    } else {
        shrink_crash(&program, before);
        write_program(out, &program);
    }
    if (!failing_signature(&program, after))
        snprintf(after, sizeof after, "nothing: the shrunk program passes");
    printf("%sshrunk to %u operations\nprogram:\n", output, program.nr_operations);
    program_print(stdout, &program);
    if (strcmp(before, after))
        printf("warning: the input showed '%s', the shrunk program shows '%s'\n", before, after);
    return 1;
}

/* ---- the command ---- */

static int print_file(const char *path)
{
    struct program program;
    read_program(&program, path);
    program_print(stdout, &program);
    return 0;
}

static int replay_files(char **paths, int count, bool quiet)
{
    int failed = 0;
    for (int i = 0; i < count; i++) {
        struct program program;
        char signature[MAX_SIGNATURE];
        read_program(&program, paths[i]);
        bool fails = failing_signature(&program, signature);
        if (fails && !quiet)
            printf("%s", output);
        if (fails)
            printf("finding %s\t%s\n", signature, paths[i]);
        else
            printf("ok %s\n", paths[i]);
        failed += fails;
        program_free(&program);
    }
    printf("replay: %d passed, %d failed\n", count - failed, failed);
    return failed != 0;
}

int main(int argc, char **argv)
{
    bool quiet = argc > 1 && !strcmp(argv[1], "--quiet");
    if (argc == 2 && !strcmp(argv[1], "--help")) {
        printf("%s", usage);
        return 0;
    }
    if (argc < 2 + quiet)
        die("no program given:", "FILE");
    target_lockstep(); /* once, before the forks */
    if (!strcmp(argv[1], "--shrink") && argc == 4)
        return shrink_file(argv[2], argv[3]);
    if (!strcmp(argv[1], "--print") && argc == 3)
        return print_file(argv[2]);
    if (argv[1][0] == '-' && !quiet)
        die("unknown or incomplete argument", argv[1]);
    return replay_files(argv + 1 + quiet, argc - 1 - quiet, quiet);
}
