/* What the subcommands of `plumbline` share: arguments, files, subjects. */
#define _POSIX_C_SOURCE 200809L
#include "harness/command.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- arguments ---- */

static const struct option {
    char letter;
    const char *name;
    bool has_value;
} options_known[] = {
    {'s', "--subject", true},     {'o', "-o", true},         {'c', "--check-every", true},
    {'r', "--runs", true},        {'t', "--trace", false},   {'q', "--quiet", false},
    {'n', "--no-oracles", false}, {'f', "--records", false}, {'f', "--text", false},
    {'z', "--zone", true},        {'d', "--reports", true},  {'m', "--no-cma", false},
    {'b', "--fallback", true},
};
enum { NR_OPTIONS = sizeof(options_known) / sizeof(options_known[0]) };

static bool usage_error(const char *what, const char *word, const char *help)
{
    fprintf(stderr, "plumbline: %s%s%s; expected\n%s", what, word ? " " : "", word ? word : "",
            help);
    return false;
}

static bool count_of(const char *text, uint32_t *count)
{
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (errno || *end || *text < '0' || *text > '9' || value > UINT32_MAX)
        return false;
    *count = (uint32_t)value;
    return true;
}

static bool set_option(struct arguments *arguments, const struct option *option, const char *value)
{
    switch (option->letter) {
    case 's':
        arguments->subject = value;
        return true;
    case 'o':
        arguments->output = value;
        return *value;
    case 'c':
        return count_of(value, &arguments->check_every);
    case 'r':
        return count_of(value, &arguments->runs);
    case 't':
        arguments->trace = true;
        return true;
    case 'q':
        arguments->quiet = true;
        return true;
    case 'z':
        arguments->zone = value;
        return true;
    case 'd':
        arguments->reports = value;
        return *value;
    case 'b':
        return fallback_find(value, &arguments->fallback);
    case 'm':
        arguments->no_cma = true;
        return true;
    case 'n':
        arguments->no_oracles = true;
        return true;
    default:
        arguments->form = option->name[2];
        return true;
    }
}

/* The option a word names, with its value behind '=' or in the next word. */
static const struct option *find_option(const char *word, const char *options, const char **value)
{
    size_t length = strcspn(word, "=");
    *value = word[length] ? word + length + 1 : NULL;
    for (unsigned i = 0; i < NR_OPTIONS; i++) {
        const char *name = options_known[i].name;
        if (strchr(options, options_known[i].letter) && strlen(name) == length &&
            memcmp(name, word, length) == 0)
            return &options_known[i];
    }
    return NULL;
}

static bool parse_option(struct arguments *arguments, int argc, char **argv, int *i,
                         const char *options, const char *help)
{
    const char *word = argv[*i], *value;
    const struct option *option = find_option(word, options, &value);
    if (!option)
        return usage_error("unknown option", word, help);
    if (option->has_value && !value) {
        if (*i + 1 >= argc)
            return usage_error("no value for", word, help);
        value = argv[++*i];
    }
    if (!option->has_value && value)
        return usage_error("a value for", word, help);
    return set_option(arguments, option, value) ||
           usage_error("not a valid value:", *value ? value : "\"\"", help);
}

bool arguments_parse(struct arguments *arguments, int argc, char **argv, const char *options,
                     unsigned nr_words, const char *help)
{
    *arguments =
        (struct arguments){.subject = "ref", .runs = 20000, .fallback = PLUMB_FALLBACK_V6_12};
    for (int i = 1; i < argc; i++) {
        const char *word = argv[i];
        if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
            arguments->help = true;
            fputs(help, stdout);
            return true;
        }
        if (word[0] == '-' && word[1]) {
            if (!parse_option(arguments, argc, argv, &i, options, help))
                return false;
        } else if (arguments->nr_words == nr_words) {
            return usage_error("one word too many:", word, help);
        } else {
            arguments->words[arguments->nr_words++] = word;
        }
    }
    return arguments->nr_words == nr_words || usage_error("a word is missing", NULL, help);
}

/* ---- files ---- */

enum { READ_STEP = 1 << 16 };
static const size_t max_file = (size_t)1 << 31; // a recorded trace may be large

/* The whole of a stream; NULL: no memory, or an error (errno). */
static char *read_all(FILE *file, size_t *length)
{
    char *text = NULL;
    size_t room = 0;
    *length = 0;
    do {
        if (room - *length < READ_STEP) {
            room = room ? room * 2 : 2 * READ_STEP;
            char *larger = room <= max_file ? realloc(text, room) : NULL;
            if (!larger) {
                free(text);
                errno = room > max_file ? EFBIG : ENOMEM;
                return NULL;
            }
            text = larger;
        }
        *length += fread(text + *length, 1, room - *length, file);
    } while (!feof(file) && !ferror(file));
    if (!ferror(file))
        return text;
    free(text);
    return NULL;
}

static char *read_file(const char *path, size_t *length)
{
    bool is_stdin = strcmp(path, "-") == 0;
    FILE *file = is_stdin ? stdin : fopen(path, "rb");
    if (!file)
        return NULL;
    char *text = read_all(file, length);
    int error = errno;
    if (!is_stdin)
        fclose(file);
    errno = error;
    return text;
}

/* No text has a character of control but tab and the ends of lines. */
static bool is_control(char c)
{
    return ((unsigned char)c < 32 && c != '\t' && c != '\n' && c != '\r') || c == 127;
}

static size_t find_control(const char *text, size_t length)
{
    size_t i = 0;
    while (i < length && !is_control(text[i]))
        i++;
    return i;
}

/* "zone" with one character that is another, or with others between, such as the NULs of UTF-16. */
static bool begins_with_zone(const char *text, size_t length)
{
    static const char zone[4] = "zone";
    unsigned in_place = 0, in_order = 0;
    for (size_t i = 0; i < 8 && i < length && in_order < 4; i++) {
        in_place += i < 4 && text[i] == zone[i];
        in_order += text[i] == zone[in_order];
    }
    return in_place >= 3 || in_order == 4;
}

static bool has_byte_order_mark(const char *text, size_t length)
{
    if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        return true;
    if (length < 4)
        return false;
    return (memcmp(text, "\xff\xfe", 2) == 0 && !text[3]) ||
           (memcmp(text, "\xfe\xff", 2) == 0 && !text[2]);
}

/* What begins like text is text, damaged or not: as records it would be some other program. */
static bool begins_as_text(const char *text, size_t length)
{
    return length == 0 || memchr("# \t\r\n", text[0], 5) || begins_with_zone(text, length) ||
           has_byte_order_mark(text, length);
}

static bool is_text(const char *text, size_t length)
{
    return begins_as_text(text, length) || find_control(text, length) == length;
}

static int refuse_control(const char *path, const char *text, size_t at)
{
    uint32_t line = 1;
    size_t start = 0;
    for (size_t i = 0; i < at; i++) {
        if (text[i] != '\n')
            continue;
        line++;
        start = i + 1;
    }
    fprintf(stderr,
            "%s:%" PRIu32 ":%zu: the control character 0x%02x; expected text (--records says that "
            "a file is binary records)\n",
            path, line, at - start + 1, (unsigned char)text[at]);
    return EXIT_BAD_INPUT;
}

static int read_text(struct program *program, const char *path, const char *text, size_t length)
{
    struct text_error error;
    size_t control = find_control(text, length);
    if (has_byte_order_mark(text, length)) {
        fprintf(stderr, "%s:1:1: a byte-order mark; expected ASCII text without one\n", path);
        return EXIT_BAD_INPUT;
    }
    if (control < length)
        return refuse_control(path, text, control);
    if (program_parse(program, text, length, &error))
        return 0;
    fprintf(stderr, "%s:%" PRIu32 ":%" PRIu32 ": %s; expected %s\n", path, error.line, error.column,
            error.what, error.expected);
    return EXIT_BAD_INPUT;
}

static int no_memory(void)
{
    fputs("plumbline: no memory for the program\n", stderr);
    return EXIT_BROKEN;
}

static int read_records(struct program *program, const char *text, size_t length)
{
    if (program_decode(program, (const uint8_t *)text, length))
        return 0;
    return no_memory();
}

int command_read(struct program *program, const char *path, char form)
{
    size_t length;
    char *text = read_file(path, &length);
    if (!text) {
        fprintf(stderr, "%s: can't read: %s; expected a program, text or records\n", path,
                strerror(errno));
        return EXIT_BAD_INPUT;
    }
    if (!form)
        form = is_text(text, length) ? 't' : 'r';
    int code =
        form == 't' ? read_text(program, path, text, length) : read_records(program, text, length);
    free(text);
    return code;
}

int command_put(const char *path, import_writer *write, const void *what)
{
    if (path)
        return import_write_file(path, write, what) ? 0 : EXIT_BROKEN;
    write(stdout, what);
    return command_flush(0);
}

int command_flush(int code)
{
    if (code == EXIT_BAD_INPUT || code == EXIT_BROKEN)
        return code;
    bool flushed = fflush(stdout) == 0;
    if (flushed && !ferror(stdout))
        return code;
    fprintf(stderr, "standard output: cannot be written: %s\n",
            flushed ? "a part of it is lost" : strerror(errno));
    return EXIT_BROKEN;
}

void command_print(FILE *out, const void *program)
{
    program_print(out, program);
}

int command_write(const struct program *program, const char *path)
{
    return command_put(path, command_print, program);
}

int command_convert(int argc, char **argv, program_converter *convert, const char *help)
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
        code = convert(&program, arguments.output);
    program_free(&program);
    return code;
}

/* ---- subjects ---- */

int command_open(struct lockstep **lockstep, const char *a, const char *b)
{
    const struct subject *subject[2] = {NULL, NULL};
    const char *names[2] = {a, b}, *why;
    for (unsigned i = 0; i < 2 && names[i]; i++) {
        subject[i] = subject_find(names[i], &why);
        if (!subject[i]) {
            fprintf(stderr, "plumbline: subject %s: %s\n", names[i], why);
            return EXIT_BROKEN;
        }
    }
    *lockstep = lockstep_open(subject[0], subject[1]);
    if (*lockstep)
        return 0;
    fputs("plumbline: no memory for the zones\n", stderr);
    return EXIT_BROKEN;
}
