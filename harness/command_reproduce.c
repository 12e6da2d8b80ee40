/* `plumbline reproduce`: a program as C that compiles alone against the public header. */
#include "harness/command.h"
#include "harness/reproduce.h"

#include <stdlib.h>

static const char help[] =
    "usage: plumbline reproduce PROGRAM [-o FILE]\n"
    "Writes a program as C source that makes the same calls through plumbline.h, alone, and stops\n"
    "at the first answer, counter, page or list head that is not the reference's:\n"
    "    cc -std=c11 -I src FILE src/opt/*.c -o reproduce && ./reproduce\n"
    "PROGRAM is a file of text or of binary records, or - for standard input.\n"
    "More than 64 MiB of C is refused: shorten the program, with plumbline shrink or by its "
    "checks,\n"
    "or its zone.\n"
    "  -o FILE            write it there, not to standard output\n"
    "  --text, --records  what PROGRAM is, instead of a look at its bytes (print --help)\n"
    "Exit codes: 0 done; 2 bad usage or input; 3 no memory, or a file that can't be written.\n";

struct text {
    char *bytes;
    size_t length;
};

static void write_text(FILE *out, const void *what)
{
    const struct text *text = what;
    fwrite(text->bytes, 1, text->length, out);
}

static int put_reproducer(const struct program *program, const char *path)
{
    struct text text;
    enum reproduced reproduced = reproduce(program, &text.bytes, &text.length);
    if (reproduced == REPRODUCE_TOO_LONG) {
        fprintf(stderr,
                "plumbline: more than %d MiB of C; expected a shorter program (plumbline shrink), "
                "fewer checks or a smaller zone\n",
                REPRODUCE_MAX >> 20);
        return EXIT_BAD_INPUT;
    }
    if (reproduced == REPRODUCE_NO_MEMORY) {
        fputs("plumbline: no memory for the program\n", stderr);
        return EXIT_BROKEN;
    }
    int code = command_put(path, write_text, &text);
    free(text.bytes);
    return code;
}

int reproduce_main(int argc, char **argv)
{
    return command_convert(argc, argv, put_reproducer, help);
}
