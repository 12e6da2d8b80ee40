/* The one entry function of all engines: decodes a program, runs it in lockstep and aborts with a
 * signature on the first difference, on a hang, or (through the sanitizers) on a memory error. */
#define _GNU_SOURCE /* processes, timers, files */
#include "fuzz/target.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { MORE_EVERY = 16, TICKS = 4, NOT_WATCHED = -1 };

static struct lockstep *lockstep;
static struct program decoded;
static struct fuzz_stats own_stats;
static struct fuzz_stats *stats = &own_stats;
static uint32_t limit_ms = TARGET_LIMIT_MS;
static uint32_t clock_ms;                         /* the time limit the clock ticks for */
static volatile sig_atomic_t ticks = NOT_WATCHED; /* since the run began */
static bool is_empty;                             /* environment PLUMBLINE_EMPTY */

/* Findings abort; memcmp is only called by the comparison, which has no sanitizer otherwise. */
#define SANITIZER_OPTIONS "abort_on_error=1:symbolize=0:detect_leaks=0:intercept_memcmp=0"

const char *__asan_default_options(void);
const char *__msan_default_options(void);

const char *__asan_default_options(void)
{
    return SANITIZER_OPTIONS;
}

const char *__msan_default_options(void)
{
    return SANITIZER_OPTIONS;
}

static void fail(const char *why)
{
    fprintf(stderr, "fuzz target: %s\n", why);
    exit(2);
}

/* The first tick may come as soon as the run begins, so one more is needed. */
static void on_tick(int signal_number)
{
    static const char text[] = "signature: hang\n";
    (void)signal_number;
    if (ticks == NOT_WATCHED || ++ticks <= TICKS)
        return;
    if (write(STDERR_FILENO, text, sizeof text - 1) < 0)
        _exit(2);
    abort();
}

static void map_stats(void)
{
    const char *path = getenv("PLUMBLINE_STATS");
    if (!path)
        return;
    int file = open(path, O_RDWR);
    void *memory = MAP_FAILED;
    if (file >= 0)
        memory = mmap(NULL, sizeof *stats, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (memory == MAP_FAILED)
        fail("the file PLUMBLINE_STATS names can't be mapped");
    close(file);
    stats = memory;
}

/* AFL++ leaves a stopped process behind when its own is killed. */
static void die_with_parent(void)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

/* A child has no timer of its parent's. */
static void begin_child(void)
{
    clock_ms = 0;
    die_with_parent();
}

struct lockstep *target_lockstep(void)
{
    if (lockstep)
        return lockstep;
    lockstep = lockstep_open(&subject_ref, &subject_opt);
    program_init(&decoded);
    if (!lockstep || !program_reserve_records(&decoded))
        fail("no memory");
    die_with_parent();
    map_stats();
    is_empty = getenv("PLUMBLINE_EMPTY") != NULL;
    struct sigaction action = {.sa_handler = on_tick, .sa_flags = SA_RESTART};
    if (sigaction(SIGVTALRM, &action, NULL) != 0 || pthread_atfork(NULL, NULL, begin_child) != 0)
        fail("no handler for SIGVTALRM or for forks");
    return lockstep;
}

void target_set_limit(uint32_t milliseconds)
{
    limit_ms = milliseconds;
}

/* Ticks all the time once started: arming it for each run would cost two system calls. */
static void start_clock(uint32_t milliseconds)
{
    uint32_t step = milliseconds * 1000 / TICKS;
    struct timeval interval = {step / 1000000, step % 1000000};
    struct itimerval timer = {interval, interval};
    if (setitimer(ITIMER_VIRTUAL, &timer, NULL) != 0)
        fail("setitimer failed");
    clock_ms = milliseconds;
}

void target_set_timer(uint32_t milliseconds)
{
    if (milliseconds != 0 && milliseconds != clock_ms)
        start_clock(milliseconds);
    ticks = milliseconds != 0 ? 0 : NOT_WATCHED;
}

/* Now and then, for the clock costs a system call. */
static void count_cpu_time(void)
{
    static uint64_t counted;
    struct timespec now;
    if (stats->executions % 64 != 0 || clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now) != 0)
        return;
    uint64_t total = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
    stats->cpu_ns += total - counted;
    counted = total;
}

int target_difference(const struct program *program, const struct lockstep_options *options,
                      struct difference *difference)
{
    struct lockstep *both = target_lockstep();
    uint64_t before = lockstep_operations(both);
    stats->executions++;
    target_set_timer(limit_ms);
    int result = lockstep_run(both, program, options, difference);
    target_set_timer(0);
    stats->operations += lockstep_operations(both) - before;
    count_cpu_time();
    if (result == 2)
        fail("no memory");
    return result;
}

void target_print_signature(FILE *out, const struct difference *difference)
{
    fputs("signature: ", out);
    if (difference->theorem)
        fprintf(out, "theorem %d ", (int)strtol(difference->theorem, NULL, 10));
    if (difference->kind == DIFFERENCE_CHANGED)
        fputs("error changed ", out);
    else if (difference->kind == DIFFERENCE_ORACLE)
        fputs("oracle ", out);
    fputs(difference->field ? difference->field : "no field", out);
    if (difference->side >= 0)
        fprintf(out, " in %s", difference->side ? "opt" : "ref");
    fputc('\n', out);
}

void target_execute(const struct program *program, const struct lockstep_options *options)
{
    struct difference difference;
    if (target_difference(program, options, &difference) == 0)
        return;
    stats->differences++;
    difference_print(stderr, lockstep, program, &difference);
    target_print_signature(stderr, &difference);
    fflush(stderr);
    abort();
}

/* Both states are equal when the oracles run and when all CPUs are drained, so in most inputs
 * comparing the heads of their blocks is enough. Which ones is a matter of four bits of the header
 * that stand for nothing in the program (operations.h): an input behaves the same each time. */
static bool wants_more(const uint8_t *data, size_t size)
{
    return size <= HEADER_ATOMIC || data[HEADER_ATOMIC] % MORE_EVERY == 0;
}

/* The AFL++ driver calls once on its own, with the beginning of its signature, while no engine
 * watches: a difference there would look like a target that does not start. */
static bool is_driver_call(const uint8_t *data, size_t size)
{
    return size == 4 && memcmp(data, "##SI", 4) == 0;
}

/* What an engine could do at most: the programs are decoded and not run. One instrumented call
 * remains, for an engine takes a target without any for a mistake. */
static void skip_run(void)
{
    plumb_zone_bytes(&decoded.config);
    stats->executions++;
    count_cpu_time();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bool more = wants_more(data, size);
    struct lockstep_options options = {
        .skip_oracles = !more, .skip_drain = !more, .heads_only = !more};
    target_lockstep();
    if (is_driver_call(data, size))
        return 0;
    if (!program_decode(&decoded, data, size))
        fail("no memory");
    if (is_empty) {
        skip_run();
        return 0;
    }
    target_execute(&decoded, &options);
    return 0;
}
