/* Any bytes as the text of a program: a message with line and column, or a program that prints as
 * text that stands for the same program. */
#include <string.h>

#include "fuzz/parsers/parser.h"

/* Length of line `number`, from 1; SIZE_MAX: there is no such line. */
static size_t line_length(const char *text, size_t size, uint32_t number)
{
    size_t start = 0;
    for (uint32_t line = 1;; line++) {
        const char *newline = start < size ? memchr(text + start, '\n', size - start) : NULL;
        size_t end = newline ? (size_t)(newline - text) : size;
        if (line == number)
            return end - start;
        if (!newline)
            return SIZE_MAX;
        start = end + 1;
    }
}

static void check_error(const struct text_error *error, const char *text, size_t size)
{
    if (error->line > 0) {
        size_t length = line_length(text, size, error->line);
        expect(length != SIZE_MAX, "an error names a line there is");
        expect(error->column >= 1 && error->column <= length + 1, "an error names a column in it");
    }
    expect(memchr(error->what, '\0', sizeof(error->what)) && error->what[0],
           "an error says what was found");
    expect(memchr(error->expected, '\0', sizeof(error->expected)) && error->expected[0],
           "an error says what was expected");
    for (const char *c = error->what; *c; c++)
        expect(*c >= 32 && *c < 127, "an error can be printed");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text_error error;
    struct program program;
    const char *text = (const char *)data;
    program_init(&program);
    if (program_parse(&program, text, size, &error)) {
        expect_round_trip(&program);
    } else {
        check_error(&error, text, size);
        expect(program.nr_operations == 0 && program.nr_types == 0 && program.nr_changes == 0,
               "what can't be parsed leaves an empty program");
    }
    program_free(&program);
    return 0;
}
