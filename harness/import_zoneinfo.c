/* Parses /proc/zoneinfo of Linux 4.x to 6.x into the zones a trace can fall into. */
#include "harness/import.h"

#include <inttypes.h>
#include <string.h>

static const uint64_t pages_max = UINT64_C(1) << 52;

/* What has been read of the zone the parser is in. */
enum part {
    PART_START = 1,
    PART_SPANNED = 2,
    PART_MANAGED = 4,
    PART_MIN = 8,
    PART_LOW = 16,
    PART_HIGH = 32,
    PART_PROMO = 64,
    PART_PCP_HIGH = 128,
    PART_BATCH = 256,
    PART_HIGH_MIN = 512,
    PART_NEEDED =
        PART_START | PART_MANAGED | PART_MIN | PART_LOW | PART_HIGH | PART_PCP_HIGH | PART_BATCH,
};

struct parser {
    const struct import_source *source;
    struct import_zoneinfo *info;
    struct import_zone zone;
    unsigned parts;
    bool in_zone;
    uint64_t zone_line;
    uint64_t high_min;
    uint32_t next_index;
    bool known_class[PLUMB_NR_ZONES];
};

static bool fail(const struct parser *parser, size_t at, const char *expected)
{
    const struct import_source *source = parser->source;
    uint64_t line = source->line ? source->line : 1;
    fprintf(source->errors, "%s:%" PRIu64 ":%zu: expected %s\n", source->name, line, at + 1,
            expected);
    return false;
}

static bool read_pages(const struct parser *parser, struct import_scan *scan, uint64_t *value)
{
    import_scan_blanks(scan);
    size_t start = scan->at;
    if (import_scan_number(scan, 10, value) && *value <= pages_max)
        return true;
    return fail(parser, start, "a number of pages, at most 2^52");
}

static bool read_last_pages(const struct parser *parser, struct import_scan *scan, uint64_t *value)
{
    if (!read_pages(parser, scan, value))
        return false;
    import_scan_blanks(scan);
    return scan->at == scan->length || fail(parser, scan->at, "the end of the line");
}

/* "protection: (0, 3019, 7755)"; entries beyond the fourth are of no zone Plumbline has. */
static bool read_protection(struct parser *parser, struct import_scan *scan)
{
    import_scan_blanks(scan);
    if (!import_scan_text(scan, "("))
        return fail(parser, scan->at, "(PAGES, PAGES, ...)");
    uint32_t count = 0;
    uint64_t pages = 0;
    parser->zone.nr_protection = 0;
    parser->zone.protection_repeats = true;
    do {
        if (!read_pages(parser, scan, &pages))
            return false;
        if (count < PLUMB_NR_ZONES)
            parser->zone.lowmem_reserve[count++] = pages;
        else if (pages != parser->zone.lowmem_reserve[PLUMB_NR_ZONES - 1])
            parser->zone.protection_repeats = false;
        parser->zone.nr_protection++;
    } while (import_scan_text(scan, ","));
    if (!import_scan_text(scan, ")"))
        return fail(parser, scan->at, "a comma or the closing bracket");
    parser->zone.nr_reserves = count;
    while (count < PLUMB_NR_ZONES) {
        parser->zone.lowmem_reserve[count] = parser->zone.lowmem_reserve[count - 1];
        count++;
    }
    return true;
}

/* The lowest of the lines with this key. */
static bool read_lowest(struct parser *parser, struct import_scan *scan, enum part part,
                        uint64_t *lowest)
{
    uint64_t pages;
    if (!read_last_pages(parser, scan, &pages))
        return false;
    if (!(parser->parts & part) || pages < *lowest)
        *lowest = pages;
    parser->parts |= part;
    return true;
}

static bool read_pcp_batch(struct parser *parser, struct import_scan *scan)
{
    uint64_t batch;
    if (!read_last_pages(parser, scan, &batch))
        return false;
    if (!(parser->parts & PART_BATCH))
        parser->zone.pcp_batch = batch;
    if (batch != parser->zone.pcp_batch)
        parser->zone.one_batch = false;
    parser->parts |= PART_BATCH;
    return true;
}

static bool read_pcp_high(struct parser *parser, struct import_scan *scan)
{
    struct import_zone *zone = &parser->zone;
    bool first = !(parser->parts & PART_PCP_HIGH);
    uint64_t high = 0;
    if (!read_last_pages(parser, scan, &high))
        return false;
    if (!first && high != zone->pcp_high_now)
        zone->one_high = false;
    if (first || high < zone->pcp_high)
        zone->pcp_high = high;
    if (first || high > zone->pcp_high_now)
        zone->pcp_high_now = high;
    parser->parts |= PART_PCP_HIGH;
    return true;
}

/* Each CPU counts that many free pages on its own before the zone hears of them. */
static bool read_threshold(struct parser *parser, struct import_scan *scan)
{
    uint64_t pages;
    if (!read_last_pages(parser, scan, &pages))
        return false;
    if (parser->zone.drift <= pages_max)
        parser->zone.drift += pages;
    return true;
}

/* "cpu: 1", before the count of its pages. */
static bool read_cpu(struct parser *parser, struct import_scan *scan)
{
    uint64_t cpu;
    if (!read_last_pages(parser, scan, &cpu))
        return false;
    if (cpu != parser->zone.nr_cpus)
        parser->zone.cpus_in_order = false;
    return true;
}

static bool read_pcp_count(struct parser *parser, struct import_scan *scan)
{
    uint64_t count;
    if (!read_last_pages(parser, scan, &count))
        return false;
    if (parser->zone.nr_cpus >= IMPORT_CPUS_MAX || parser->zone.pcp_count > pages_max)
        return fail(parser, 0, "at most 8192 per-CPU page sets of at most 2^52 pages");
    if (parser->zone.nr_cpus < PLUMB_MAX_CPUS)
        parser->zone.pcp_count_of_cpu[parser->zone.nr_cpus] = count;
    parser->zone.pcp_count += count;
    parser->zone.nr_cpus++;
    return true;
}

/* The plain "KEY NUMBER" lines; the later of two lines of one key would be another zone's. */
static bool read_number(struct parser *parser, struct import_scan scan, bool *known)
{
    struct import_zone *zone = &parser->zone;
    const struct {
        const char *key;
        uint64_t *value;
        unsigned part;
    } numbers[] = {
        {"pages free ", &zone->nr_free, 0},
        {"boost ", &zone->boost, 0},
        {"min ", &zone->wmark[WMARK_MIN], PART_MIN},
        {"low ", &zone->wmark[WMARK_LOW], PART_LOW},
        {"high ", &zone->wmark[WMARK_HIGH], PART_HIGH},
        {"promo ", &zone->wmark[WMARK_PROMO], PART_PROMO},
        {"spanned ", &zone->spanned, PART_SPANNED},
        {"present ", &zone->present, 0},
        {"managed ", &zone->managed, PART_MANAGED},
        {"start_pfn:", &zone->start_pfn, PART_START},
    };
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        if (!import_scan_text(&scan, numbers[i].key))
            continue;
        *known = true;
        if (parser->parts & numbers[i].part)
            return fail(parser, 0, "each key once in a zone");
        parser->parts |= numbers[i].part;
        return read_last_pages(parser, &scan, numbers[i].value);
    }
    return true;
}

static bool read_zone_line(struct parser *parser, struct import_scan scan)
{
    bool known = false;
    if (!read_number(parser, scan, &known))
        return false;
    if (known)
        return true;
    if (import_scan_text(&scan, "protection:"))
        return read_protection(parser, &scan);
    if (import_scan_text(&scan, "count:"))
        return read_pcp_count(parser, &scan);
    if (import_scan_text(&scan, "cpu:"))
        return read_cpu(parser, &scan);
    if (import_scan_text(&scan, "vm stats threshold:"))
        return read_threshold(parser, &scan);
    if (import_scan_text(&scan, "high:"))
        return read_pcp_high(parser, &scan);
    if (import_scan_text(&scan, "high_min:"))
        return read_lowest(parser, &scan, PART_HIGH_MIN, &parser->high_min);
    if (import_scan_text(&scan, "batch:"))
        return read_pcp_batch(parser, &scan);
    return true; /* a statistic */
}

/* The names of requests' classes; a zone of another name (HighMem, Device) is of no class. */
static void note_class(struct parser *parser)
{
    static const char *const names[PLUMB_NR_ZONES] = {"DMA", "DMA32", "Normal", "Movable"};
    for (uint32_t i = 0; i < PLUMB_NR_ZONES; i++) {
        if (parser->known_class[i] || strcmp(parser->zone.name, names[i]) != 0)
            continue;
        parser->known_class[i] = true;
        parser->info->highest_index[i] =
            parser->zone.index < PLUMB_NR_ZONES ? parser->zone.index : PLUMB_NR_ZONES - 1;
    }
}

static bool finish_zone(struct parser *parser)
{
    struct import_zone *zone = &parser->zone;
    if (!parser->in_zone)
        return true;
    if (!(parser->parts & PART_SPANNED))
        return fail(parser, 0, "the line \"spanned\" before the zone's end");
    if (zone->spanned == 0)
        return true;
    if ((parser->parts & PART_NEEDED) != PART_NEEDED || zone->nr_reserves == 0 ||
        zone->nr_cpus == 0)
        return fail(parser, 0,
                    "min, low, high, managed, protection, pagesets with count, high and batch, and "
                    "start_pfn before the zone's end");
    if (zone->managed > zone->spanned || zone->start_pfn + zone->spanned > pages_max)
        return fail(parser, 0, "a zone of at most 2^52 pages that spans the pages it manages");
    if (!(parser->parts & PART_PROMO))
        zone->wmark[WMARK_PROMO] = zone->wmark[WMARK_HIGH];
    /* The kernel moves high up and down with the load; high_min is where it starts. */
    if (parser->parts & PART_HIGH_MIN)
        zone->pcp_high = parser->high_min;
    if (parser->info->nr_zones == IMPORT_ZONES_MAX)
        return fail(parser, 0, "at most 64 populated zones");
    parser->info->zones[parser->info->nr_zones++] = *zone;
    return true;
}

/* "Node 0, zone   Normal" */
static bool start_zone(struct parser *parser, struct import_scan scan)
{
    uint64_t node;
    uint32_t last_node = parser->zone.node;
    if (!import_scan_number(&scan, 10, &node) || node > UINT32_MAX ||
        !import_scan_text(&scan, ", zone") || !import_scan_blanks(&scan))
        return fail(parser, 0, "Node NUMBER, zone NAME");
    size_t length = scan.length - scan.at;
    if (length == 0 || length >= IMPORT_NAME_MAX)
        return fail(parser, scan.at, "a zone name of 1 to 31 characters");
    for (size_t i = 0; i < length; i++) {
        if (scan.text[scan.at + i] < '0' || scan.text[scan.at + i] > 'z')
            return fail(parser, scan.at + i, "a zone name of letters and digits");
    }
    if (!parser->in_zone || last_node != node)
        parser->next_index = 0;
    memset(&parser->zone, 0, sizeof(parser->zone));
    memcpy(parser->zone.name, scan.text + scan.at, length);
    parser->zone.node = (uint32_t)node;
    parser->zone.index = parser->next_index++;
    parser->zone.line = parser->source->line;
    parser->zone.cpus_in_order = parser->zone.one_high = parser->zone.one_batch = true;
    parser->parts = 0;
    parser->in_zone = true;
    note_class(parser);
    return true;
}

static bool read_line(struct parser *parser)
{
    const struct import_source *source = parser->source;
    if (source->too_long || memchr(source->text, '\0', source->length))
        return fail(parser, 0, "a line of text of at most 4096 bytes");
    struct import_scan scan = {source->text, source->length, 0};
    import_scan_blanks(&scan);
    if (import_scan_text(&scan, "Node "))
        return finish_zone(parser) && start_zone(parser, scan);
    return !parser->in_zone || read_zone_line(parser, scan);
}

/* A request for a zone the machine does not have goes to the next lower one it has. */
static void fill_classes(struct parser *parser)
{
    for (uint32_t i = 1; i < PLUMB_NR_ZONES; i++) {
        if (!parser->known_class[i])
            parser->info->highest_index[i] = parser->info->highest_index[i - 1];
    }
}

bool import_zoneinfo_read(struct import_source *source, struct import_zoneinfo *info)
{
    struct parser parser = {.source = source, .info = info};
    memset(info, 0, sizeof(*info));
    while (import_next_line(source)) {
        if (!read_line(&parser))
            return false;
    }
    if (source->failed || !finish_zone(&parser))
        return false;
    if (info->nr_zones == 0)
        return fail(&parser, 0, "at least one zone that spans pages, as in /proc/zoneinfo");
    fill_classes(&parser);
    return true;
}

bool import_scan_zone(const char *text, const char **name, uint32_t *node)
{
    struct import_scan scan = {text, strlen(text), 0};
    uint64_t number;
    *name = text;
    if (import_scan_number(&scan, 10, &number) && import_scan_text(&scan, ":")) {
        if (number >= UINT32_MAX)
            return false;
        *node = (uint32_t)number;
        *name = text + scan.at;
    }
    return **name != '\0';
}

const struct import_zone *import_zone_of(const struct import_zoneinfo *info, uint64_t pfn)
{
    for (uint32_t i = 0; i < info->nr_zones; i++) {
        const struct import_zone *zone = &info->zones[i];
        if (pfn >= zone->start_pfn && pfn - zone->start_pfn < zone->spanned)
            return zone;
    }
    return NULL;
}
