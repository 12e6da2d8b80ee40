/* Reads text files line by line in bounded memory, and scans a line. */
#include "harness/import.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

bool import_open(struct import_source *source, const char *name)
{
    memset(source, 0, sizeof(*source));
    source->errors = stderr;
    if (strcmp(name, "-") == 0) {
        source->name = "<stdin>";
        source->file = stdin;
        return true;
    }
    source->name = name;
    source->file = fopen(name, "rb");
    if (!source->file)
        fprintf(stderr, "%s: cannot be opened: %s\n", name, strerror(errno));
    return source->file != NULL;
}

void import_close(struct import_source *source)
{
    if (source->file && source->file != stdin)
        fclose(source->file);
    source->file = NULL;
}

static bool fill(struct import_source *source)
{
    if (source->at < source->filled)
        return true;
    source->at = 0;
    source->filled = fread(source->buffer, 1, sizeof(source->buffer), source->file);
    if (source->filled == 0 && ferror(source->file)) {
        fprintf(source->errors, "%s: cannot be read: %s\n", source->name, strerror(errno));
        source->failed = true;
    }
    return source->filled > 0;
}

static void append(struct import_source *source, const char *bytes, size_t count)
{
    size_t room = IMPORT_LINE_MAX - source->length;
    if (count > room) {
        source->too_long = true;
        count = room;
    }
    memcpy(source->text + source->length, bytes, count);
    source->length += count;
}

/* A device may have one line only, such as /dev/zero. */
static bool has_no_end(struct import_source *source, size_t bytes)
{
    if (bytes <= IMPORT_LINE_END)
        return false;
    fprintf(source->errors,
            "%s:%" PRIu64 ":%d: a line without an end; expected one within %d bytes\n",
            source->name, source->line, IMPORT_LINE_END + 1, IMPORT_LINE_END);
    source->failed = true;
    return true;
}

bool import_next_line(struct import_source *source)
{
    source->length = 0;
    source->too_long = false;
    source->cut = false;
    if (!fill(source))
        return false;
    source->line++;
    const char *newline = NULL;
    size_t bytes = 0;
    while (!newline && !has_no_end(source, bytes) && fill(source)) {
        const char *start = source->buffer + source->at;
        size_t left = source->filled - source->at;
        newline = memchr(start, '\n', left);
        size_t count = newline ? (size_t)(newline - start) : left;
        append(source, start, count);
        bytes += count;
        source->at += newline ? count + 1 : count;
    }
    source->cut = !newline;
    if (source->length > 0 && source->text[source->length - 1] == '\r')
        source->length--;
    source->text[source->length] = '\0';
    return !source->failed;
}

bool import_scan_text(struct import_scan *scan, const char *expected)
{
    size_t length = strlen(expected);
    if (scan->length - scan->at < length || memcmp(scan->text + scan->at, expected, length) != 0)
        return false;
    scan->at += length;
    return true;
}

static unsigned digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    if (c >= 'a' && c <= 'f')
        return (unsigned)(c - 'a') + 10;
    if (c >= 'A' && c <= 'F')
        return (unsigned)(c - 'A') + 10;
    return 16;
}

bool import_scan_number(struct import_scan *scan, unsigned base, uint64_t *value)
{
    uint64_t sum = 0;
    size_t at = scan->at;
    while (at < scan->length && digit_value(scan->text[at]) < base) {
        unsigned digit = digit_value(scan->text[at]);
        if (sum > (UINT64_MAX - digit) / base)
            return false;
        sum = sum * base + digit;
        at++;
    }
    if (at == scan->at)
        return false;
    scan->at = at;
    *value = sum;
    return true;
}

bool import_scan_blanks(struct import_scan *scan)
{
    size_t at = scan->at;
    while (at < scan->length && (scan->text[at] == ' ' || scan->text[at] == '\t'))
        at++;
    bool found = at > scan->at;
    scan->at = at;
    return found;
}
