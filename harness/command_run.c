/* `plumbline run`, `diff` and `shrink`: programs on one subject or on two. */
#include "harness/command.h"

#include <inttypes.h>

#define EXIT_CODES                                                                                 \
    "Exit codes: 0 no difference; 1 a difference, or a theorem's oracle answered no;\n"            \
    "2 bad usage or input; 3 no memory, no such subject, or a file that can't be written.\n"

#define SUBJECTS                                                                                   \
    "Subjects: ref (the proven reference), opt (the optimized variant), or the path of a shared\n" \
    "object with a function plumbline_subject (see harness/subject.h).\n"

static const char run_help[] =
    "usage: plumbline run PROGRAM [--subject S] [--check-every N] [--no-oracles] [--quiet]\n"
    "Runs a program on one subject and prints each operation with its answer; at `check`, every\n"
    "N operations and at the end the oracles look at the whole state.\n"
    "PROGRAM is a file of text or of binary records, or - for standard input.\n"
    "  --subject S      ref if not given\n"
    "  --check-every N  more often than the program asks for\n"
    "  --no-oracles     no check at all\n"
    "  --quiet          print only the verdict\n"
    "  --text, --records  what PROGRAM is, instead of a look at its bytes (print --help)\n" SUBJECTS
        EXIT_CODES;

static const char diff_help[] =
    "usage: plumbline diff A B PROGRAM [--check-every N] [--no-oracles] [--trace]\n"
    "Runs a program on two subjects in lockstep and stops at the first difference: answers and\n"
    "counters after each operation, the whole state at `check`, every N operations and at the\n"
    "end, there before and after all per-CPU lists are drained.\n"
    "PROGRAM is a file of text or of binary records, or - for standard input.\n"
    "  --check-every N  compare the whole state more often than the program asks for\n"
    "  --no-oracles     compare only\n"
    "  --trace          print each operation with A's answer\n"
    "  --text, --records  what PROGRAM is, instead of a look at its bytes (print --help)\n" SUBJECTS
        EXIT_CODES;

static const char shrink_help[] =
    "usage: plumbline shrink A B PROGRAM [-o FILE] [--runs N] [--check-every N] [--no-oracles]\n"
    "Finds the shortest program that gives the same difference, and writes it as text; the report\n"
    "goes to standard error. Use the --check-every with which the difference was found.\n"
    "  -o FILE          write the program there, not to standard output\n"
    "  --runs N         stop after as many runs, 0 never; 20000 if not given\n"
    "  --text, --records  what PROGRAM is, instead of a look at its bytes (print --help)\n" SUBJECTS
        EXIT_CODES;

static struct lockstep_options options_of(const struct arguments *arguments)
{
    return (struct lockstep_options){.check_every = arguments->check_every,
                                     .skip_oracles = arguments->no_oracles};
}

static int no_memory(void)
{
    fputs("plumbline: no memory for the run\n", stderr);
    return EXIT_BROKEN;
}

/* Runs and reports on standard output. */
static int run_and_report(struct lockstep *lockstep, const struct program *program,
                          const struct lockstep_options *options)
{
    struct difference difference;
    int result = lockstep_run(lockstep, program, options, &difference);
    if (result == 2)
        return no_memory();
    if (result == 0)
        printf("no difference: %" PRIu64 " operations\n", lockstep_operations(lockstep));
    else
        difference_print(stdout, lockstep, program, &difference);
    return result ? EXIT_DIFFERENCE : EXIT_SAME;
}

static int run_on(const struct arguments *arguments, const char *a, const char *b, const char *path,
                  bool trace)
{
    struct program program;
    struct lockstep *lockstep = NULL;
    struct lockstep_options options = options_of(arguments);
    options.trace = trace ? stdout : NULL;
    program_init(&program);
    int code = command_read(&program, path, arguments->form);
    if (code == 0)
        code = command_open(&lockstep, a, b);
    if (code == 0)
        code = run_and_report(lockstep, &program, &options);
    lockstep_close(lockstep);
    program_free(&program);
    return code;
}

int run_main(int argc, char **argv)
{
    struct arguments arguments;
    if (!arguments_parse(&arguments, argc, argv, "scqnf", 1, run_help))
        return EXIT_BAD_INPUT;
    if (arguments.help)
        return EXIT_SAME;
    return run_on(&arguments, arguments.subject, NULL, arguments.words[0], !arguments.quiet);
}

int diff_main(int argc, char **argv)
{
    struct arguments arguments;
    if (!arguments_parse(&arguments, argc, argv, "ctnf", 3, diff_help))
        return EXIT_BAD_INPUT;
    if (arguments.help)
        return EXIT_SAME;
    return run_on(&arguments, arguments.words[0], arguments.words[1], arguments.words[2],
                  arguments.trace);
}

static int shrink_and_write(struct lockstep *lockstep, struct program *program,
                            const struct arguments *arguments)
{
    struct difference difference;
    struct lockstep_options options = options_of(arguments);
    uint32_t before = program->nr_operations;
    int result = lockstep_run(lockstep, program, &options, &difference);
    if (result == 0) {
        fputs("no difference: nothing to shrink\n", stderr);
        return EXIT_SAME;
    }
    if (result == 2 || shrink(lockstep, program, &options, &difference, arguments->runs) != 0)
        return no_memory();
    fprintf(stderr, "%" PRIu32 " operations of %" PRIu32 " are left\n", program->nr_operations,
            before);
    difference_print(stderr, lockstep, program, &difference);
    int code = command_write(program, arguments->output);
    return code ? code : EXIT_DIFFERENCE;
}

int shrink_main(int argc, char **argv)
{
    struct arguments arguments;
    struct program program;
    struct lockstep *lockstep = NULL;
    if (!arguments_parse(&arguments, argc, argv, "ocrnf", 3, shrink_help))
        return EXIT_BAD_INPUT;
    if (arguments.help)
        return EXIT_SAME;
    program_init(&program);
    int code = command_read(&program, arguments.words[2], arguments.form);
    if (code == 0)
        code = command_open(&lockstep, arguments.words[0], arguments.words[1]);
    if (code == 0)
        code = shrink_and_write(lockstep, &program, &arguments);
    lockstep_close(lockstep);
    program_free(&program);
    return code;
}
