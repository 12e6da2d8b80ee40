/* Compares a zone's reports, line by line, with the files its state was imported from. */
#define _POSIX_C_SOURCE 200809L
#include "harness/import_state.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void import_state_report(struct kernel_report *report, const struct import_state *state,
                         const struct plumb_config *config)
{
    report->config = config;
    report->no_spanned = config->spanned_pages != state->zone->spanned;
    report->node = state->zone->node;
    report->name = state->zone->name;
    report->types = state->types;
    report->nr_reserves = state->zone->nr_protection;
    report->no_free = state->free_drifts;
    report->no_protection = !state->zone->protection_repeats;
    report->no_high = !state->zone->one_high || state->zone->pcp_high_now > IMPORT_PCP_MAX;
    report->no_batch = !state->zone->one_batch || state->zone->pcp_batch > IMPORT_PCP_MAX ||
                       state->zone->pcp_batch == 0;
}

/* A report as text, and how far it has been compared. */
struct text {
    char *bytes;
    size_t length, at;
};

struct comparison {
    const struct kernel_report *report;
    struct import_source *source;
    struct text text;
    uint64_t *lines;
};

typedef void print_report(FILE *out, const struct kernel_report *report);

static bool print_text(struct text *text, print_report *print, const struct kernel_report *report)
{
    FILE *out = open_memstream(&text->bytes, &text->length);
    if (!out)
        return false;
    print(out, report);
    return fclose(out) == 0;
}

/* The line at `at`, without its newline. */
static size_t line_length(const struct text *text, size_t at)
{
    const char *newline = memchr(text->bytes + at, '\n', text->length - at);
    return newline ? (size_t)(newline - text->bytes) - at : text->length - at;
}

static bool differ(const struct comparison *comparison, const char *got, size_t length)
{
    const struct import_source *source = comparison->source;
    fprintf(source->errors,
            "%s:%" PRIu64
            ":1: the zone built on %s reports otherwise; expected\n  %s\ngot\n  %.*s\n",
            source->name, source->line, comparison->report->subject->name, source->text,
            (int)length, got);
    return false;
}

static bool same_line(struct comparison *comparison)
{
    struct text *text = &comparison->text;
    const struct import_source *source = comparison->source;
    size_t length = line_length(text, text->at);
    const char *line = text->bytes + text->at;
    if (text->at >= text->length)
        return differ(comparison, "(nothing)", strlen("(nothing)"));
    if (length != source->length || memcmp(line, source->text, length) != 0)
        return differ(comparison, line, length);
    text->at += length + 1;
    ++*comparison->lines;
    return true;
}

static bool is_ours(const struct comparison *comparison)
{
    const struct import_source *source = comparison->source;
    struct import_scan scan = {source->text, source->length, 0};
    const char *name = comparison->report->name;
    uint64_t node;
    if (!import_scan_text(&scan, "Node") || !import_scan_blanks(&scan) ||
        !import_scan_number(&scan, 10, &node) || node != comparison->report->node ||
        !import_scan_text(&scan, ", zone") || !import_scan_blanks(&scan) ||
        !import_scan_text(&scan, name))
        return false;
    return scan.at == scan.length || strchr(" ,", scan.text[scan.at]);
}

static bool starts_with(const struct import_source *source, const char *text)
{
    return strncmp(source->text, text, strlen(text)) == 0;
}

/* The file has no line for what is left of the report. */
static bool all_compared(const struct comparison *comparison)
{
    const struct text *text = &comparison->text;
    if (text->at >= text->length)
        return true;
    comparison->source->text[0] = '\0';
    return differ(comparison, text->bytes + text->at, line_length(text, text->at));
}

/* ---- buddyinfo and pagetypeinfo: every line but other zones' ---- */

static bool same_tables(struct comparison *comparison)
{
    struct import_source *source = comparison->source;
    while (import_next_line(source) && !starts_with(source, "Number of mixed blocks")) {
        if (starts_with(source, "Node") && !is_ours(comparison))
            continue;
        if (!same_line(comparison))
            return false;
    }
    return !source->failed && all_compared(comparison);
}

/* ---- zoneinfo: the lines whose keys the report has, in its order ---- */

/* What stands before a line's numbers. */
static size_t key_length(const char *line, size_t length)
{
    size_t key = 0;
    while (key < length && (line[key] < '0' || line[key] > '9'))
        key++;
    return key;
}

/* Advances the report to the next line of this one's key; false: it has none. */
static bool find_key(struct comparison *comparison)
{
    struct text *text = &comparison->text;
    const struct import_source *source = comparison->source;
    size_t key = key_length(source->text, source->length);
    for (size_t at = text->at; at < text->length; at += line_length(text, at) + 1) {
        size_t length = line_length(text, at);
        if (key_length(text->bytes + at, length) == key &&
            memcmp(text->bytes + at, source->text, key) == 0) {
            text->at = at;
            return true;
        }
    }
    return false;
}

static bool same_zoneinfo(struct comparison *comparison)
{
    struct import_source *source = comparison->source;
    bool ours = false;
    while (import_next_line(source)) {
        if (starts_with(source, "Node"))
            ours = is_ours(comparison);
        if (ours && find_key(comparison) && !same_line(comparison))
            return false;
    }
    return !source->failed && all_compared(comparison);
}

static bool same_report(struct comparison *comparison, const char *file, print_report *print,
                        bool (*same)(struct comparison *comparison), FILE *errors)
{
    struct import_source *source = comparison->source;
    comparison->text = (struct text){NULL, 0, 0};
    if (!import_open(source, file))
        return false;
    source->errors = errors;
    bool good = print_text(&comparison->text, print, comparison->report);
    if (!good)
        fprintf(errors, "%s: can't be compared: out of memory\n", file);
    good = good && same(comparison);
    import_close(source);
    free(comparison->text.bytes);
    return good;
}

bool import_state_same(const struct kernel_report *report, const struct import_state_files *files,
                       uint64_t *lines, FILE *errors)
{
    struct comparison comparison = {.report = report, .lines = lines};
    comparison.source = malloc(sizeof(*comparison.source));
    if (!comparison.source) {
        fprintf(errors, "%s: can't be compared: out of memory\n", files->buddyinfo);
        return false;
    }
    bool same =
        same_report(&comparison, files->buddyinfo, report_buddyinfo, same_tables, errors) &&
        same_report(&comparison, files->pagetypeinfo, report_pagetypeinfo, same_tables, errors) &&
        same_report(&comparison, files->zoneinfo, report_zoneinfo, same_zoneinfo, errors);
    free(comparison.source);
    return same;
}
