/* What the parsers' fuzz targets share: a failed expectation aborts, and what a program must be. */
#define _GNU_SOURCE /* files in memory */
#include "fuzz/parsers/parser.h"

#include <stdlib.h>
#include <string.h>

static const char name[] = "input";
static struct import_source source;
static char *messages;
static size_t messages_length;

void expect(bool holds, const char *sentence)
{
    if (holds)
        return;
    fprintf(stderr, "parser: not so: %s\n", sentence);
    abort();
}

void expect_round_trip(const struct program *program)
{
    struct text_error error;
    struct program again;
    char *text = NULL;
    size_t length = 0;
    FILE *file = open_memstream(&text, &length);
    expect(file != NULL, "a file in memory opens");
    program_print(file, program);
    expect(fclose(file) == 0, "a file in memory closes");
    program_init(&again);
    expect(program_parse(&again, text, length, &error), "what is printed can be parsed");
    expect(program_equal(program, &again), "what is printed and parsed is the same program");
    program_free(&again);
    free(text);
}

struct import_source *source_open(const uint8_t *data, size_t size)
{
    memset(&source, 0, sizeof(source));
    source.name = name;
    /* glibc takes no pointer to const, and does not write through it when it reads. */
    source.file = fmemopen((void *)(uintptr_t)data, size, "rb");
    source.errors = open_memstream(&messages, &messages_length);
    expect(source.file && source.errors, "files in memory open");
    return &source;
}

/* "input:LINE:COLUMN: WORDS", both from 1, no line behind the end and no column behind a line's. */
static void check_message(const char *line, uint64_t lines)
{
    char *end = NULL;
    expect(strncmp(line, "input:", 6) == 0, "a message begins with the name of the input");
    unsigned long long number = strtoull(line + 6, &end, 10);
    expect(number >= 1 && number <= lines + 1 && *end == ':', "a message names a line there is");
    number = strtoull(end + 1, &end, 10);
    expect(number >= 1 && number <= IMPORT_LINE_MAX + 1 && *end == ':', "a message names a column");
    expect(strstr(end, "expected ") != NULL, "a message says what was expected");
}

unsigned source_close(struct import_source *closed)
{
    unsigned count = 0;
    fclose(closed->file);
    expect(fclose(closed->errors) == 0, "a file in memory closes");
    for (char *line = messages; *line; count++) {
        char *newline = strchr(line, '\n');
        expect(newline != NULL, "a message ends with a newline");
        *newline = '\0';
        check_message(line, closed->line);
        line = newline + 1;
    }
    free(messages);
    messages = NULL;
    return count;
}
