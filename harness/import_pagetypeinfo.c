/* Parses /proc/buddyinfo and /proc/pagetypeinfo: free blocks and pageblocks of one zone. */
#include "harness/import_state.h"

#include <inttypes.h>
#include <string.h>

enum { UNKNOWN = -1 };

struct parser {
    const struct import_source *source;
    struct import_state *state;
    enum { BEFORE_COUNTS, FREE_COUNTS, BLOCK_COUNTS, AFTER_COUNTS } section;
    uint32_t types_read;                /* bits: types whose line of free counts was read */
    uint32_t overflow[PLUMB_NR_ORDERS]; /* bits: types of ">100000" */
    uint8_t columns[MIGRATE_TYPES];     /* types of the table of pageblocks */
    uint32_t nr_columns;
    bool has_order, has_blocks;
};

static bool fail(const struct import_source *source, size_t at, const char *expected)
{
    fprintf(source->errors, "%s:%" PRIu64 ":%zu: expected %s\n", source->name,
            source->line ? source->line : 1, at + 1, expected);
    return false;
}

static bool no_line(const struct import_source *source, const struct import_state *state,
                    const char *what)
{
    fprintf(source->errors, "%s:%" PRIu64 ":1: expected %s of node %" PRIu32 ", zone %s\n",
            source->name, source->line ? source->line : 1, what, state->zone->node,
            state->zone->name);
    return false;
}

static bool is_text(const struct import_source *source)
{
    if (!source->too_long && !memchr(source->text, '\0', source->length))
        return true;
    return fail(source, 0, "a line of text of at most 4096 bytes");
}

/* A word up to a blank, a comma or the line's end. */
static void scan_word(struct import_scan *scan, const char **word, size_t *length)
{
    import_scan_blanks(scan);
    *word = scan->text + scan->at;
    size_t start = scan->at;
    while (scan->at < scan->length && !strchr(" \t,", scan->text[scan->at]))
        scan->at++;
    *length = scan->at - start;
}

static bool same_word(const char *word, size_t length, const char *name)
{
    return strlen(name) == length && memcmp(word, name, length) == 0;
}

/* "Node 0, zone   Normal": *ours if it is the state's zone. */
static bool scan_zone(const struct import_source *source, struct import_scan *scan,
                      const struct import_zone *zone, bool *ours)
{
    uint64_t node = 0;
    const char *name = NULL;
    size_t length = 0;
    bool good = import_scan_text(scan, "Node") && import_scan_blanks(scan) &&
                import_scan_number(scan, 10, &node) && import_scan_text(scan, ", zone");
    if (good)
        scan_word(scan, &name, &length);
    *ours = good && node == zone->node && same_word(name, length, zone->name);
    return (good && length > 0) || fail(source, scan->at, "Node NUMBER, zone NAME");
}

static bool scan_end(const struct import_source *source, struct import_scan *scan)
{
    import_scan_blanks(scan);
    return scan->at == scan->length || fail(source, scan->at, "the end of the line");
}

static bool scan_count(const struct import_source *source, struct import_scan *scan,
                       uint64_t *count)
{
    import_scan_blanks(scan);
    size_t start = scan->at;
    if (import_scan_number(scan, 10, count) && *count <= PROGRAM_MAX_SPAN)
        return true;
    return fail(source, start, "a number of blocks, at most 8388608");
}

/* ---- buddyinfo ---- */

static bool read_buddyinfo_line(const struct import_source *source, struct import_scan *scan,
                                struct import_state *state)
{
    uint32_t order = 0;
    for (import_scan_blanks(scan); scan->at < scan->length; import_scan_blanks(scan)) {
        if (order == PLUMB_NR_ORDERS)
            return fail(source, scan->at, "at most 11 orders");
        if (!scan_count(source, scan, &state->nr_free[order++]))
            return false;
    }
    if (order == 0)
        return fail(source, scan->at, "a number of free blocks for each order");
    state->top_order = order - 1;
    return true;
}

bool import_buddyinfo_read(struct import_source *source, struct import_state *state)
{
    bool ours = false;
    state->buddyinfo = (struct import_place){source->name, 0};
    while (import_next_line(source)) {
        struct import_scan scan = {source->text, source->length, 0};
        if (!is_text(source) || !scan_zone(source, &scan, state->zone, &ours))
            return false;
        if (!ours)
            continue;
        if (state->buddyinfo.line)
            return fail(source, 0, "each zone once");
        if (!read_buddyinfo_line(source, &scan, state))
            return false;
        state->buddyinfo.line = source->line;
    }
    if (source->failed)
        return false;
    return state->buddyinfo.line || no_line(source, state, "the line");
}

/* ---- pagetypeinfo ---- */

static int find_type(const char *word, size_t length)
{
    for (uint32_t type = 0; type < MIGRATE_TYPES; type++)
        if (same_word(word, length, kernel_type_name(type)))
            return (int)type;
    return UNKNOWN;
}

static bool scan_type(const struct import_source *source, struct import_scan *scan, uint32_t *type)
{
    const char *word;
    size_t length;
    scan_word(scan, &word, &length);
    int found = find_type(word, length);
    if (found == UNKNOWN)
        return fail(source, (size_t)(word - scan->text),
                    "Unmovable, Movable, Reclaimable, HighAtomic, CMA or Isolate");
    *type = (uint32_t)found;
    return true;
}

/* ">100000": the kernel stopped counting. */
static bool read_free_count(struct parser *parser, struct import_scan *scan, uint32_t order,
                            uint32_t type)
{
    import_scan_blanks(scan);
    if (import_scan_text(scan, ">"))
        parser->overflow[order] |= 1u << type;
    return scan_count(parser->source, scan, &parser->state->nr_free_of_type[order][type]);
}

/* "Node    0, zone   Normal, type      Movable      0      1 ..." behind the zone. */
static bool read_free_counts(struct parser *parser, struct import_scan *scan)
{
    struct import_state *state = parser->state;
    uint32_t type = 0;
    if (!import_scan_text(scan, ", type"))
        return fail(parser->source, scan->at, ", type NAME");
    if (!scan_type(parser->source, scan, &type))
        return false;
    if (parser->types_read >> type & 1)
        return fail(parser->source, 0, "each migratetype of a zone once");
    for (uint32_t order = 0; order <= state->top_order; order++)
        if (!read_free_count(parser, scan, order, type))
            return false;
    parser->types_read |= 1u << type;
    state->free_counts.line = parser->source->line;
    return scan_end(parser->source, scan);
}

static bool read_block_header(struct parser *parser, struct import_scan *scan)
{
    uint32_t type = 0;
    for (import_scan_blanks(scan); scan->at < scan->length; import_scan_blanks(scan)) {
        size_t start = scan->at;
        if (!scan_type(parser->source, scan, &type))
            return false;
        if (parser->state->types >> type & 1)
            return fail(parser->source, start, "each migratetype once");
        parser->state->types |= 1u << type;
        parser->columns[parser->nr_columns++] = (uint8_t)type;
    }
    parser->section = BLOCK_COUNTS;
    return parser->nr_columns > 0 || fail(parser->source, scan->at, "names of migratetypes");
}

static bool read_block_counts(struct parser *parser, struct import_scan *scan)
{
    if (parser->has_blocks)
        return fail(parser->source, 0, "each zone once");
    for (uint32_t i = 0; i < parser->nr_columns; i++)
        if (!scan_count(parser->source, scan, &parser->state->nr_blocks[parser->columns[i]]))
            return false;
    parser->has_blocks = true;
    parser->state->block_counts.line = parser->source->line;
    return scan_end(parser->source, scan);
}

static bool read_pageblock_order(struct parser *parser, struct import_scan *scan)
{
    uint64_t order = 0;
    import_scan_blanks(scan);
    size_t start = scan->at;
    if (parser->has_order || !import_scan_number(scan, 10, &order) ||
        order > parser->state->top_order)
        return fail(parser->source, start, "one page block order, at most the largest order");
    parser->has_order = true;
    parser->state->pageblock_order = (uint32_t)order;
    return scan_end(parser->source, scan);
}

static bool read_zone_line(struct parser *parser, struct import_scan *scan)
{
    bool ours = false;
    if (!scan_zone(parser->source, scan, parser->state->zone, &ours))
        return false;
    if (!ours || parser->section == AFTER_COUNTS)
        return true;
    if (parser->section == FREE_COUNTS)
        return read_free_counts(parser, scan);
    if (parser->section == BLOCK_COUNTS)
        return read_block_counts(parser, scan);
    return fail(parser->source, 0, "\"Free pages count per migrate type at order\" before");
}

static bool read_line(struct parser *parser)
{
    const struct import_source *source = parser->source;
    struct import_scan scan = {source->text, source->length, 0};
    if (!is_text(source))
        return false;
    if (import_scan_text(&scan, "Page block order:"))
        return read_pageblock_order(parser, &scan);
    if (import_scan_text(&scan, "Free pages count per migrate type at order")) {
        parser->section = FREE_COUNTS;
        return true;
    }
    if (import_scan_text(&scan, "Number of blocks type"))
        return read_block_header(parser, &scan);
    if (import_scan_text(&scan, "Number of mixed blocks")) {
        parser->section = AFTER_COUNTS;
        return true;
    }
    if (import_scan_text(&scan, "Pages per block:") || scan.length == 0)
        return true;
    return read_zone_line(parser, &scan);
}

/* ---- the two together ---- */

/* What the kernel did not count to the end is what buddyinfo has beyond the others. */
static void fill_overflow(struct parser *parser, uint32_t order, uint64_t sum)
{
    struct import_state *state = parser->state;
    uint32_t bits = parser->overflow[order];
    if (bits == 0 || (bits & (bits - 1)) || sum > state->nr_free[order])
        return;
    for (uint32_t type = 0; type < MIGRATE_TYPES; type++)
        if (bits >> type & 1)
            state->nr_free_of_type[order][type] += state->nr_free[order] - sum;
    parser->overflow[order] = 0;
}

static bool agree_at(struct parser *parser, uint32_t order)
{
    struct import_state *state = parser->state;
    for (unsigned pass = 0; pass < 2; pass++) {
        uint64_t sum = 0;
        for (uint32_t type = 0; type < MIGRATE_TYPES; type++)
            sum += state->nr_free_of_type[order][type];
        if (sum == state->nr_free[order] && parser->overflow[order] == 0)
            return true;
        if (pass == 0) {
            fill_overflow(parser, order, sum);
            continue;
        }
        const struct import_zone *zone = state->zone;
        fprintf(parser->source->errors,
                "%s:%" PRIu64 ":1: zone %s, order %" PRIu32 ": %s%" PRIu64
                " free blocks of all types; expected %" PRIu64 ", as in %s:%" PRIu64 "%s\n",
                parser->source->name, state->free_counts.line, zone->name, order,
                parser->overflow[order] ? "more than " : "", sum, state->nr_free[order],
                state->buddyinfo.file, state->buddyinfo.line,
                parser->overflow[order] ? ", and one type above 100000 at most" : "");
    }
    return false;
}

static bool is_complete(const struct parser *parser)
{
    const struct import_source *source = parser->source;
    if (!parser->has_order)
        return no_line(source, parser->state, "\"Page block order: NUMBER\" before the lines");
    if (parser->types_read == 0)
        return no_line(source, parser->state, "free pages counts");
    if (!parser->has_blocks)
        return no_line(source, parser->state, "the number of blocks by type");
    return parser->types_read == parser->state->types ||
           no_line(source, parser->state, "free pages counts of each type in \"Number of blocks\"");
}

bool import_pagetypeinfo_read(struct import_source *source, struct import_state *state)
{
    struct parser parser = {.source = source, .state = state};
    state->free_counts = state->block_counts = (struct import_place){source->name, 0};
    while (import_next_line(source))
        if (!read_line(&parser))
            return false;
    if (source->failed || !is_complete(&parser))
        return false;
    for (uint32_t order = 0; order <= state->top_order; order++)
        if (!agree_at(&parser, order))
            return false;
    return true;
}
