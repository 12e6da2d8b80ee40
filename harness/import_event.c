/* Parses one line of an ftrace text into a kmem event, or says where it is not one. */
#include "harness/import.h"

#include <string.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static void bad(struct import_line *line, size_t at, const char *expected)
{
    line->kind = IMPORT_LINE_BAD;
    line->column = at + 1;
    line->expected = expected;
}

/* "12.345678:" or, with the counter clock, "12:". */
static bool scan_timestamp(struct import_scan *scan)
{
    struct import_scan trial = *scan;
    uint64_t ignored;
    if (!import_scan_number(&trial, 10, &ignored))
        return false;
    if (import_scan_text(&trial, ".") && !import_scan_number(&trial, 10, &ignored))
        return false;
    if (!import_scan_text(&trial, ":"))
        return false;
    *scan = trial;
    return true;
}

static bool scan_word(struct import_scan *scan, const char **word, size_t *length)
{
    size_t at = scan->at;
    while (at < scan->length && is_name_char(scan->text[at]))
        at++;
    if (at == scan->at || at == scan->length || scan->text[at] != ':')
        return false;
    *word = scan->text + scan->at;
    *length = at - scan->at;
    scan->at = at + 1;
    return true;
}

/* "mm_page_free:", or "kmem:mm_page_free:" as perf prints it. */
static bool scan_event_name(struct import_scan *scan, const char **name, size_t *length)
{
    if (!scan_word(scan, name, length))
        return false;
    scan_word(scan, name, length);
    return scan->at == scan->length || is_blank(scan->text[scan->at]);
}

/* From "[003]" to the end of the event's name; the flags between CPU and time may be missing. */
static bool scan_header(struct import_scan *scan, uint64_t *cpu, const char **name, size_t *length)
{
    struct import_scan trial = *scan;
    if (!import_scan_text(&trial, "[") || !import_scan_number(&trial, 10, cpu) ||
        !import_scan_text(&trial, "]") || !import_scan_blanks(&trial))
        return false;
    if (!scan_timestamp(&trial)) {
        while (trial.at < trial.length && !is_blank(trial.text[trial.at]))
            trial.at++;
        if (!import_scan_blanks(&trial) || !scan_timestamp(&trial))
            return false;
    }
    if (!import_scan_blanks(&trial) || !scan_event_name(&trial, name, length))
        return false;
    *scan = trial;
    return true;
}

/* A task's name may hold anything, brackets too: the first place that reads as a header counts. */
static bool find_header(struct import_scan *scan, uint64_t *cpu, const char **name, size_t *length)
{
    for (scan->at = 0; scan->at < scan->length; scan->at++) {
        if (scan->text[scan->at] == '[' && scan_header(scan, cpu, name, length))
            return true;
    }
    return false;
}

static enum import_kind kind_of(const char *name, size_t length)
{
    static const struct {
        const char *name;
        enum import_kind kind;
    } kinds[] = {
        {"mm_page_alloc", IMPORT_ALLOC},
        {"mm_page_free", IMPORT_FREE},
        {"mm_page_pcpu_drain", IMPORT_PCPU_DRAIN},
        {"mm_page_alloc_zone_locked", IMPORT_ZONE_LOCKED},
        {"mm_page_free_batched", IMPORT_FREE_BATCHED},
    };
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strlen(kinds[i].name) == length && memcmp(kinds[i].name, name, length) == 0)
            return kinds[i].kind;
    }
    return IMPORT_OTHER_EVENT;
}

/* "(null)", which old kernels pad with blanks, or zeros. */
static bool is_no_page(const char *value, size_t length)
{
    if (length >= 6 && memcmp(value, "(null)", 6) == 0)
        return true;
    size_t at = length >= 2 && value[0] == '0' && value[1] == 'x' ? 2 : 0;
    if (at == length)
        return false;
    while (at < length && value[at] == '0')
        at++;
    return at == length;
}

/* The gfp flags' names decide as gfp_zone() does (semantics section 14). */
struct gfp_names {
    bool dma, dma32, highmem, movable, memalloc;
};

static void add_gfp_name(struct gfp_names *names, const char *name, size_t length)
{
    static const struct {
        const char *name;
        struct gfp_names adds;
    } known[] = {
        {"__GFP_DMA", {.dma = true}},
        {"GFP_DMA", {.dma = true}},
        {"__GFP_DMA32", {.dma32 = true}},
        {"GFP_DMA32", {.dma32 = true}},
        {"__GFP_HIGHMEM", {.highmem = true}},
        {"GFP_HIGHUSER", {.highmem = true}},
        {"__GFP_MOVABLE", {.movable = true}},
        {"GFP_HIGHUSER_MOVABLE", {.highmem = true, .movable = true}},
        {"GFP_TRANSHUGE", {.highmem = true, .movable = true}},
        {"GFP_TRANSHUGE_LIGHT", {.highmem = true, .movable = true}},
        {"__GFP_MEMALLOC", {.memalloc = true}},
    };
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (strlen(known[i].name) != length || memcmp(known[i].name, name, length) != 0)
            continue;
        names->dma |= known[i].adds.dma;
        names->dma32 |= known[i].adds.dma32;
        names->highmem |= known[i].adds.highmem;
        names->movable |= known[i].adds.movable;
        names->memalloc |= known[i].adds.memalloc;
    }
}

static void read_gfp_flags(struct import_event *event, const char *value, size_t length)
{
    struct gfp_names names = {0};
    size_t start = 0;
    for (size_t at = 0; at <= length; at++) {
        if (at < length && value[at] != '|')
            continue;
        add_gfp_name(&names, value + start, at - start);
        start = at + 1;
    }
    event->memalloc = names.memalloc;
    event->zone_class = names.dma                        ? IMPORT_DMA
                        : names.dma32                    ? IMPORT_DMA32
                        : names.highmem && names.movable ? IMPORT_MOVABLE
                                                         : IMPORT_NORMAL;
}

enum field { FIELD_PAGE, FIELD_PFN, FIELD_ORDER, FIELD_TYPE, FIELD_GFP, NR_FIELDS };

static const struct {
    const char *key;
    const char *expected;
} fields[NR_FIELDS] = {
    [FIELD_PAGE] = {"page=", "page=ADDRESS"},
    [FIELD_PFN] = {"pfn=", "pfn=NUMBER, hexadecimal after 0x or decimal"},
    [FIELD_ORDER] = {"order=", "order=NUMBER"},
    [FIELD_TYPE] = {"migratetype=", "migratetype=NUMBER"},
    [FIELD_GFP] = {"gfp_flags=", "gfp_flags=NAMES"},
};

static size_t value_end(const struct import_scan *scan)
{
    size_t end = scan->at;
    while (end < scan->length && !is_blank(scan->text[end]))
        end++;
    return end;
}

static bool scan_whole_number(struct import_scan *scan, size_t end, uint64_t *value)
{
    unsigned base = import_scan_text(scan, "0x") ? 16 : 10;
    return import_scan_number(scan, base, value) && scan->at == end;
}

static bool read_field(struct import_scan *scan, enum field field, struct import_event *event)
{
    if (field == FIELD_PAGE && value_end(scan) == scan->at)
        import_scan_blanks(scan);
    size_t end = value_end(scan);
    const char *value = scan->text + scan->at;
    size_t length = end - scan->at;
    switch (field) {
    case FIELD_PAGE:
        event->no_page = is_no_page(value, length);
        break;
    case FIELD_GFP:
        read_gfp_flags(event, value, length);
        break;
    case FIELD_PFN:
        return scan_whole_number(scan, end, &event->pfn);
    case FIELD_ORDER:
        return scan_whole_number(scan, end, &event->order);
    default:
        return scan_whole_number(scan, end, &event->migratetype);
    }
    scan->at = end;
    return length > 0;
}

static enum field field_of(struct import_scan *scan)
{
    enum field field = 0;
    while (field < NR_FIELDS && !import_scan_text(scan, fields[field].key))
        field++;
    return field;
}

static unsigned required_fields(enum import_kind kind)
{
    unsigned required = 1u << FIELD_PFN;
    if (kind != IMPORT_FREE_BATCHED)
        required |= 1u << FIELD_ORDER;
    if (kind == IMPORT_ALLOC)
        required |= 1u << FIELD_TYPE | 1u << FIELD_GFP;
    return required;
}

/* KEY=VALUE pairs; unknown keys are of other kernels and pass. */
static void parse_fields(struct import_scan *scan, struct import_line *line)
{
    unsigned seen = 0;
    while (import_scan_blanks(scan), scan->at < scan->length) {
        size_t start = scan->at;
        enum field field = field_of(scan);
        if (field == NR_FIELDS) {
            size_t end = value_end(scan);
            if (!memchr(scan->text + start, '=', end - start)) {
                bad(line, start, "KEY=VALUE");
                return;
            }
            scan->at = end;
            continue;
        }
        if (seen & 1u << field || !read_field(scan, field, &line->event)) {
            bad(line, start, fields[field].expected);
            return;
        }
        seen |= 1u << field;
    }
    unsigned missing = required_fields(line->event.kind) & ~seen;
    for (unsigned field = 0; field < NR_FIELDS; field++) {
        if (missing & 1u << field) {
            bad(line, scan->at, fields[field].expected);
            return;
        }
    }
    line->event.no_page |= line->event.kind == IMPORT_ALLOC && line->event.pfn == 0;
}

/* "CPU:0 [LOST 12 EVENTS]" or "CPU:0 [LOST EVENTS]". */
static bool parse_lost(struct import_scan scan, struct import_line *line)
{
    uint64_t cpu;
    if (!import_scan_text(&scan, "CPU:") || !import_scan_number(&scan, 10, &cpu) ||
        !import_scan_text(&scan, " [LOST "))
        return false;
    if (import_scan_number(&scan, 10, &line->lost) && !import_scan_text(&scan, " "))
        return false;
    return import_scan_text(&scan, "EVENTS]") && scan.at == scan.length;
}

void import_parse_line(const char *text, size_t length, struct import_line *line)
{
    memset(line, 0, sizeof(*line));
    struct import_scan scan = {text, length, 0};
    import_scan_blanks(&scan);
    if (scan.at == length || text[scan.at] == '#')
        return;
    line->kind = IMPORT_LINE_LOST;
    if (parse_lost(scan, line))
        return;
    line->kind = IMPORT_LINE_EVENT;
    uint64_t cpu;
    const char *name;
    size_t name_length;
    if (!find_header(&scan, &cpu, &name, &name_length)) {
        bad(line, 0, "TASK-PID [CPU] FLAGS TIME: EVENT: FIELDS");
        return;
    }
    line->event.cpu = cpu > UINT32_MAX ? UINT32_MAX : (uint32_t)cpu;
    line->event.kind = kind_of(name, name_length);
    if (line->event.kind != IMPORT_OTHER_EVENT)
        parse_fields(&scan, line);
}
