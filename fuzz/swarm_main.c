/* The swarm engine: programs from consecutive seeds in lockstep, until one fails or the bound. */
#define _GNU_SOURCE /* processes, timers, files */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fuzz/swarm.h"
#include "fuzz/target.h"

static const char usage[] =
    "usage: swarm [--seed N] [--count N | --seconds N] [--max-operations N]\n"
    "             [--findings DIR] [--write DIR]\n"
    "Runs COUNT programs (1000), or programs for so many seconds, in lockstep. --write DIR only\n"
    "writes them. A program that fails is written to the findings folder and ends the run with\n"
    "exit code 134 (abort); bad arguments with 2.\n";

static uint8_t bytes[RECORD_MAX_BYTES];
static size_t length;
static uint64_t seed;
static char finding_path[4096];

static void die(const char *what, const char *which)
{
    fprintf(stderr, "swarm: %s '%s': %s\n%s", what, which, strerror(errno), usage);
    exit(2);
}

/* Only calls that a signal handler may make. */
static void save_finding(int signal_number)
{
    (void)signal_number;
    int file = open(finding_path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (file >= 0) {
        if (write(file, bytes, length) != (ssize_t)length)
            _exit(2);
        close(file);
    }
    signal(SIGABRT, SIG_DFL);
    raise(SIGABRT);
}

static uint64_t number(const char *text)
{
    char *end;
    errno = 0;
    uint64_t value = strtoull(text, &end, 0);
    if (errno || *end || end == text)
        die("no number", text);
    return value;
}

static void write_program(const char *folder)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/swarm-%06llu", folder, (unsigned long long)seed);
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(bytes, 1, length, file) != length || fclose(file) != 0)
        die("can't write", path);
}

static void run_one(const char *write_to)
{
    if (write_to)
        write_program(write_to);
    else
        LLVMFuzzerTestOneInput(bytes, length);
}

int main(int argc, char **argv)
{
    uint64_t count = 1000, seconds = 0, max_operations = 1000;
    const char *findings = NULL, *write_to = NULL;
    seed = 1;
    for (int i = 1; i < argc; i += 2) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";
        if (!strcmp(argv[i], "--seed"))
            seed = number(value);
        else if (!strcmp(argv[i], "--count"))
            count = number(value);
        else if (!strcmp(argv[i], "--seconds"))
            seconds = number(value);
        else if (!strcmp(argv[i], "--max-operations"))
            max_operations = number(value);
        else if (!strcmp(argv[i], "--findings"))
            findings = value;
        else if (!strcmp(argv[i], "--write"))
            write_to = value;
        else
            die("unknown argument", argv[i]);
    }
    if (max_operations < 1 || max_operations > RECORD_MAX_OPERATIONS)
        die("--max-operations is 1 to 1024, not", argv[argc - 1]);
    if (findings) {
        snprintf(finding_path, sizeof finding_path, "%s/swarm-finding", findings);
        signal(SIGABRT, save_finding);
    }
    uint64_t runs = 0;
    time_t end = time(NULL) + (time_t)seconds;
    for (; seconds ? time(NULL) < end : runs < count; runs++, seed++) {
        length = swarm_generate(seed, (uint32_t)max_operations, bytes);
        run_one(write_to);
    }
    printf("swarm: %llu programs, %llu operations, no difference\n", (unsigned long long)runs,
           write_to ? 0ull : (unsigned long long)lockstep_operations(target_lockstep()));
    return 0;
}
