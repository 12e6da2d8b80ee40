/* What the subcommands of `plumbline` share: exit codes, arguments, files. */
#ifndef HARNESS_COMMAND_H
#define HARNESS_COMMAND_H

#include <stdbool.h>
#include <stdio.h>

#include "harness/import.h"
#include "harness/lockstep.h"

enum {
    EXIT_SAME = 0,       /* done; no difference */
    EXIT_DIFFERENCE = 1, /* a difference, or an oracle that answered no */
    EXIT_BAD_INPUT = 2,  /* usage, or a program that can't be read */
    EXIT_BROKEN = 3,     /* no memory, no such subject, a file that can't be written */
};

enum { MAX_WORDS = 4 };

struct arguments {
    const char *words[MAX_WORDS]; /* what is no option, in order */
    unsigned nr_words;
    const char *subject; /* --subject; "ref" */
    const char *output;  /* -o; NULL: standard output */
    uint32_t check_every;
    uint32_t runs;
    const char *zone;    /* --zone; NULL: the default */
    const char *reports; /* --reports; NULL: none */
    uint32_t fallback;   /* --fallback; v6.12's */
    bool trace, quiet, no_oracles, no_cma, help;
    char form; /* 'r' --records, 't' --text, 0: look */
};

/* Reads the arguments behind a subcommand's name; false: it printed what is wrong. `options` are
 * the letters of the options the subcommand takes: s o c r t q n f z d m b, see command.c. */
bool arguments_parse(struct arguments *arguments, int argc, char **argv, const char *options,
                     unsigned nr_words, const char *help);

/* Reads a program, text or records, from a file or "-"; 0 or an exit code (and a message). */
int command_read(struct program *program, const char *path, char form);
/* Writes to a file, whole or not at all, or to standard output if path is NULL; 0 or an exit code
 * (and a message). */
int command_put(const char *path, import_writer *write, const void *what);
/* A program as text. */
int command_write(const struct program *program, const char *path);
void command_print(FILE *out, const void *program); /* the writer of it */
/* The exit code of a command that is to end with `code`: another, with a message, if some of what
 * it printed is lost. */
int command_flush(int code);
/* A whole subcommand: reads a program and puts it in another form at path. */
typedef int program_converter(const struct program *program, const char *path);
int command_convert(int argc, char **argv, program_converter *convert, const char *help);
/* Opens the subjects of these names (b may be NULL); 0 or an exit code (and a message). */
int command_open(struct lockstep **lockstep, const char *a, const char *b);

int run_main(int argc, char **argv);
int diff_main(int argc, char **argv);
int shrink_main(int argc, char **argv);
int print_main(int argc, char **argv);
int import_state_main(int argc, char **argv);
int export_state_main(int argc, char **argv);
int reproduce_main(int argc, char **argv);

#endif
