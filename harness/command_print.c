/* `plumbline print`: any program as canonical text. */
#include "harness/command.h"

static const char help[] =
    "usage: plumbline print FILE [-o FILE]\n"
    "Prints a program, binary records or text, as canonical text. FILE may be -.\n"
    "  -o FILE            write it there, not to standard output\n"
    "  --text, --records  what FILE is, instead of a look at its bytes: bytes without control\n"
    "                     characters are text\n"
    "Exit codes: 0 done; 2 bad usage or input; 3 no memory, or a file that can't be written.\n";

int print_main(int argc, char **argv)
{
    struct arguments arguments;
    struct program program;
    if (!arguments_parse(&arguments, argc, argv, "of", 1, help))
        return EXIT_BAD_INPUT;
    if (arguments.help)
        return EXIT_SAME;
    program_init(&program);
    int code = command_read(&program, arguments.words[0], arguments.form);
    if (code == 0)
        code = command_write(&program, arguments.output);
    program_free(&program);
    return code;
}
