/* Words and numbers of a line of text, and the errors about them. */
#include "harness/words.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- errors ---- */

bool fail_at(struct parser *parser, uint32_t column, const char *what, const char *expected)
{
    struct text_error *error = parser->error;
    error->line = parser->line;
    error->column = column;
    snprintf(error->what, sizeof(error->what), "%s", what);
    snprintf(error->expected, sizeof(error->expected), "%s", expected);
    return false;
}

/* Quotes a word for a message; what can't be printed becomes '?'. */
bool fail_word(struct parser *parser, struct word word, const char *expected)
{
    char quoted[64];
    size_t length = word.length < 50 ? word.length : 50;
    size_t n = 0;
    quoted[n++] = '"';
    for (size_t i = 0; i < length; i++)
        quoted[n++] = word.text[i] >= 32 && word.text[i] < 127 ? word.text[i] : '?';
    quoted[n] = 0;
    strcat(quoted, word.length > length ? "...\"" : "\"");
    return fail_at(parser, word.column, word.length ? quoted : "end of line", expected);
}

bool fail_memory(struct parser *parser)
{
    return fail_at(parser, 1, "no memory for the program", "a shorter program");
}

/* ---- words ---- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* The next word of the line; of length 0 at its end or at a comment. */
struct word next_word(struct parser *parser)
{
    size_t at = parser->at;
    while (at < parser->line_end && is_blank(parser->text[at]))
        at++;
    size_t start = at;
    if (at < parser->line_end && parser->text[at] == '#')
        at = start = parser->line_end;
    while (at < parser->line_end && !is_blank(parser->text[at]))
        at++;
    parser->at = at;
    return (struct word){parser->text + start, at - start,
                         (uint32_t)(start - parser->line_start + 1)};
}

bool word_is(struct word word, const char *text)
{
    return word.length == strlen(text) && memcmp(word.text, text, word.length) == 0;
}

/* The part of a word before a character, or all of it; *rest is what comes after. */
struct word cut(struct word word, char at, struct word *rest)
{
    const char *found = word.length ? memchr(word.text, at, word.length) : NULL;
    size_t length = found ? (size_t)(found - word.text) : word.length;
    size_t skipped = found ? length + 1 : length;
    *rest =
        (struct word){word.text + skipped, word.length - skipped, word.column + (uint32_t)skipped};
    return (struct word){word.text, length, word.column};
}

int find_name(struct word word, const char *const *names, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (word_is(word, names[i]))
            return (int)i;
    return -1;
}

/* ---- numbers ---- */

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    int lower = tolower((unsigned char)c);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : 99;
}

bool ends_with(struct word word, char c)
{
    return word.length && word.text[word.length - 1] == c;
}

bool number_of(struct word word, uint64_t max, uint64_t *number)
{
    uint64_t base = 10, value = 0;
    size_t at = 0;
    if (word.length > 2 && word.text[0] == '0' && (word.text[1] | 32) == 'x') {
        base = 16;
        at = 2;
    }
    if (at == word.length)
        return false;
    for (; at < word.length; at++) {
        uint64_t digit = (uint64_t)digit_of(word.text[at]);
        if (digit >= base || digit > max || value > (max - digit) / base)
            return false;
        value = value * base + digit;
    }
    *number = value;
    return true;
}

bool parse_number(struct parser *parser, struct word word, uint64_t max, uint64_t *number)
{
    char expected[80];
    if (number_of(word, max, number))
        return true;
    snprintf(expected, sizeof(expected), "a number from 0 to %" PRIu64, max);
    return fail_word(parser, word, expected);
}

bool parse_u32(struct parser *parser, struct word word, uint32_t *number)
{
    uint64_t value;
    if (!parse_number(parser, word, UINT32_MAX, &value))
        return false;
    *number = (uint32_t)value;
    return true;
}

bool parse_signed(struct parser *parser, struct word word, int64_t *number)
{
    uint64_t value;
    bool minus = word.length && word.text[0] == '-';
    struct word digits = {word.text + minus, word.length - minus, word.column};
    if (!number_of(digits, (uint64_t)INT64_MAX, &value))
        return fail_word(parser, word, "a number, at most 2^63 - 1 in size");
    *number = minus ? -(int64_t)value : (int64_t)value;
    return true;
}

bool parse_list(struct parser *parser, struct word word, uint64_t *numbers, unsigned count)
{
    if (ends_with(word, ','))
        return fail_word(parser, word, "a number behind the last comma");
    for (unsigned i = 0; i < count; i++) {
        struct word number = cut(word, ',', &word);
        if (!parse_number(parser, number, UINT64_MAX, &numbers[i]))
            return false;
    }
    return word.length == 0 || fail_word(parser, word, "four numbers with commas between");
}
