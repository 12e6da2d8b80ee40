/* The `plumbline` command: finds the subcommand and hands over. */
#define _POSIX_C_SOURCE 200809L
#include "harness/command.h"

#include <fcntl.h>
#include <string.h>

static const struct {
    const char *name;
    int (*main)(int argc, char **argv);
    const char *text;
} commands[] = {
    {"run", run_main, "run a program on one subject, with every answer"},
    {"diff", diff_main, "run a program on two subjects, up to the first difference"},
    {"shrink", shrink_main, "find the shortest program with the same difference"},
    {"print", print_main, "print a program, records or text, as canonical text"},
    {"reproduce", reproduce_main, "write a program as C against the public header alone"},
    {"import-ftrace", import_ftrace_main, "make a program of a recorded kernel trace"},
    {"import-state", import_state_main, "make a program of a recorded zone's free blocks"},
    {"export-state", export_state_main, "run a program, report the zone as the kernel would"},
};
enum { NR_COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static void print_help(FILE *out)
{
    fputs("usage: plumbline COMMAND ...; plumbline COMMAND --help says more\n", out);
    for (unsigned i = 0; i < NR_COMMANDS; i++)
        fprintf(out, "  %-14s %s\n", commands[i].name, commands[i].text);
    fputs("Exit codes: 0 no difference; 1 a difference, or a theorem's oracle answered no;\n"
          "2 bad usage or input; 3 no memory, no such subject, or a file that can't be written.\n",
          out);
}

/* What is opened must not become the standard output of a process that has none, as with `>&-`. */
static void take_standard_files(void)
{
    for (int file = 0; file <= 2; file++)
        if (fcntl(file, F_GETFD) < 0)
            open("/dev/null", file == 0 ? O_WRONLY : O_RDONLY);
}

static int run_command(int argc, char **argv)
{
    if (argc < 2) {
        print_help(stderr);
        return EXIT_BAD_INPUT;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_help(stdout);
        return EXIT_SAME;
    }
    for (unsigned i = 0; i < NR_COMMANDS; i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].main(argc - 1, argv + 1);
    fprintf(stderr, "plumbline: unknown command %s; expected one of these\n", argv[1]);
    print_help(stderr);
    return EXIT_BAD_INPUT;
}

int main(int argc, char **argv)
{
    take_standard_files();
    return command_flush(run_command(argc, argv));
}
