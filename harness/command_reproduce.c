/* `plumbline reproduce`: a program as C that compiles alone against the public header. */
#include "harness/command.h"
#include "harness/reproduce.h"

static const char help[] =
    "usage: plumbline reproduce PROGRAM [-o FILE]\n"
    "Writes a program as C source that makes the same calls through plumbline.h, alone, and stops\n"
    "at the first answer, counter, page or list head that is not the reference's:\n"
    "    cc -std=c11 -I src FILE src/opt/*.c -o reproduce && ./reproduce\n"
    "PROGRAM is a file of text or of binary records, or - for standard input.\n"
    "  -o FILE            write it there, not to standard output\n"
    "  --text, --records  what PROGRAM is, instead of a look at its bytes\n"
    "Exit codes: 0 done; 2 bad usage or input; 3 no memory, or a file that can't be written.\n";

int reproduce_main(int argc, char **argv)
{
    return command_convert(argc, argv, reproduce, help);
}
