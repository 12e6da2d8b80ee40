/* Words and numbers of a line of text, and the errors about them. */
#ifndef HARNESS_WORDS_H
#define HARNESS_WORDS_H

#include "harness/operations.h"

/* A word of a line: characters up to the next blank. */
struct word {
    const char *text;
    size_t length;
    uint32_t column;
};

struct parser {
    const char *text;
    size_t length, at; /* at: where the rest of the current line begins */
    size_t line_start, line_end;
    uint32_t line;
    struct program *program;
    struct text_error *error;
    bool has_types;
};

/* These record the error and answer false. */
bool fail_at(struct parser *parser, uint32_t column, const char *what, const char *expected);
bool fail_word(struct parser *parser, struct word word, const char *expected);
bool fail_memory(struct parser *parser);

/* The next word of the line; of length 0 at its end or at a comment. */
struct word next_word(struct parser *parser);
bool word_is(struct word word, const char *text);
bool ends_with(struct word word, char c);
/* The part of a word before a character, or all of it; *rest is what comes after. */
struct word cut(struct word word, char at, struct word *rest);
/* Index of the name, or -1. */
int find_name(struct word word, const char *const *names, unsigned count);

/* A decimal or hexadecimal number up to max; parse_ ones record the error. */
bool number_of(struct word word, uint64_t max, uint64_t *number);
bool parse_number(struct parser *parser, struct word word, uint64_t max, uint64_t *number);
bool parse_u32(struct parser *parser, struct word word, uint32_t *number);
bool parse_signed(struct parser *parser, struct word word, int64_t *number);
/* As many numbers with commas between. */
bool parse_list(struct parser *parser, struct word word, uint64_t *numbers, unsigned count);

#endif
