/* `plumbline print`: any program as canonical text. */
#include "harness/command.h"

static const char help[] =
    "usage: plumbline print FILE [-o FILE]\n"
    "Prints a program, binary records or text, as canonical text. FILE may be -.\n"
    "  -o FILE            write it there, not to standard output\n"
    "  --text, --records  what FILE is, instead of a look at its bytes: text are an empty file, "
    "one\n"
    "                     that begins with a blank, a line's end, #, zone or a byte-order mark,\n"
    "                     and one without control characters\n"
    "Exit codes: 0 done; 2 bad usage or input; 3 no memory, or a file that can't be written.\n";

int print_main(int argc, char **argv)
{
    return command_convert(argc, argv, command_write, help);
}
