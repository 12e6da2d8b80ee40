/* The persistent loop of AFL++ without its signals: the process that runs the programs takes the
 * commands of afl-fuzz and answers them itself.
 *
 * AFL++'s runtime stops the process after each run; its fork server waits for that, answers, takes
 * the next command and continues it: two switches of context and four system calls more for each
 * run. Here (linked with --wrap=raise and --wrap=waitpid) the fork server is left to start the
 * process and to report how it died. */
#define _GNU_SOURCE /* MAP_ANONYMOUS, F_DUPFD_CLOEXEC, W_STOPCODE */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { AFL_COMMANDS = 198, AFL_ANSWERS = 199 }; /* the pipes afl-fuzz leaves open */

static int commands = -1, answers = -1;
static volatile int *waits;           /* shared: the fork server waits for its child to die */
static volatile sig_atomic_t is_idle; /* between an answer and the next command */

int LLVMFuzzerInitialize(int *argc, char ***argv);
int __real_raise(int signal_number);
int __wrap_raise(int signal_number);
pid_t __real_waitpid(pid_t pid, int *status, int options);
pid_t __wrap_waitpid(pid_t pid, int *status, int options);

/* afl-fuzz ends a run that takes too long (AFL_KILL_SIGNAL). If the answer was on its way, it has
 * been read as this run's, and a second one, of the death, would be taken for the next run's. */
static void on_timeout(int signal_number)
{
    (void)signal_number;
    if (!is_idle)
        kill(getpid(), SIGKILL);
}

/* The runtime closes the pipes in the child: they are needed under other numbers. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    commands = fcntl(AFL_COMMANDS, F_DUPFD_CLOEXEC, AFL_ANSWERS + 1);
    answers = fcntl(AFL_ANSWERS, F_DUPFD_CLOEXEC, AFL_ANSWERS + 1);
    if (commands < 0 || answers < 0)
        return 0; /* not run by afl-fuzz */
    waits = mmap(NULL, sizeof *waits, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (waits == MAP_FAILED || signal(SIGTERM, on_timeout) == SIG_ERR) {
        fputs("fuzz target: no shared memory or no handler for SIGTERM\n", stderr);
        exit(2);
    }
    return 0;
}

/* Called by the fork server when it has answered with the child's number. The child does not stop
 * itself any more. */
pid_t __wrap_waitpid(pid_t pid, int *status, int options)
{
    *waits = 1;
    pid_t result = __real_waitpid(pid, status, options & ~WUNTRACED);
    *waits = 0;
    return result;
}

static void answer(int32_t value)
{
    if (write(answers, &value, sizeof value) != sizeof value)
        _exit(1);
}

/* Called by the persistent loop between two runs. */
int __wrap_raise(int signal_number)
{
    uint32_t command;
    if (signal_number != SIGSTOP || answers < 0)
        return __real_raise(signal_number);
    while (!*waits)
        sched_yield();
    is_idle = 1;
    answer(W_STOPCODE(SIGSTOP));
    if (read(commands, &command, sizeof command) != sizeof command)
        _exit(0); /* afl-fuzz has ended */
    is_idle = 0;
    answer(getpid());
    return 0;
}
