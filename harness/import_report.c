/* Reports what became of a trace, for readers and as JSON. */
#include "harness/import.h"

#include <inttypes.h>

static void count_line(FILE *out, uint64_t count, const char *text)
{
    fprintf(out, "%10" PRIu64 "  %s\n", count, text);
}

void import_report_events(FILE *out, const struct import_trace *trace)
{
    count_line(out, trace->events, "events (lines that are no comment and no lost-events marker)");
    for (enum import_fate fate = 0; fate < IMPORT_NR_FATES; fate++) {
        if (trace->fates[fate] > 0 || fate < IMPORT_FIRST_UNUSED)
            count_line(out, trace->fates[fate], import_fate_text(fate));
    }
    if (trace->lost_markers > 0)
        fprintf(out, "the recorder lost events: %" PRIu64 " markers, %" PRIu64 " events told\n",
                trace->lost_markers, trace->lost_events);
}

static void report_lost(FILE *out, const struct import_state_lost *lost)
{
    fprintf(out, "starts from the recorded free blocks and per-CPU counts\n");
    if (lost->pcp_pages > 0)
        count_line(out, lost->pcp_pages, "per-CPU pages that are used pages instead");
    if (lost->other_types > 0)
        count_line(out, lost->other_types, "blocks beforehand in pageblocks of another type");
    if (lost->no_room > 0)
        count_line(out, lost->no_room, "blocks beforehand without room among the used pages");
}

void import_report_zone(FILE *out, const struct import_zone_trace *zone,
                        const struct import_clipped *clipped)
{
    fprintf(out, "zone %s of node %" PRIu32 ":\n", zone->zone->name, zone->zone->node);
    count_line(out, zone->ops.count, "operations from events, implied ones included");
    count_line(out, zone->prologue.count, "allocations beforehand (freed before seen allocated)");
    count_line(out, zone->implied_allocs, "implied allocations (freed again while free)");
    count_line(out, zone->implied_frees, "implied frees (allocated again while allocated)");
    for (uint32_t type = 0; type < MIGRATE_PCPTYPES; type++)
        fprintf(out, "%10" PRIu64 "  pages held at once at most, %s\n", clipped->peak[type],
                migratetype_name(type));
    if (clipped->spanned > 0)
        count_line(out, clipped->spanned, "reserved pages of the span left off");
    if (clipped->managed > 0)
        count_line(out, clipped->managed,
                   "managed pages left off: the zone spans more than 2^23 pages");
    if (clipped->from_state)
        report_lost(out, &clipped->lost);
    if (clipped->pcp)
        fprintf(out, "the per-CPU batch or high was brought within 1 to 65536\n");
    if (clipped->demand)
        fprintf(out, "the trace holds more pages at once than the zone has: "
                     "some allocations will fail\n");
}

void import_json_string(FILE *out, const char *text)
{
    fputc('"', out);
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            fprintf(out, "\\%c", c);
        else if (c < 0x20 || c > 0x7e)
            fprintf(out, "\\u%04x", c);
        else
            fputc(c, out);
    }
    fputc('"', out);
}

static void json_number(FILE *out, const char *key, uint64_t value)
{
    fprintf(out, "\"%s\": %" PRIu64, key, value);
}

void import_json_events(FILE *out, const struct import_trace *trace)
{
    const struct {
        const char *key;
        uint64_t value;
    } numbers[] = {
        {"lines", trace->lines},
        {"comments", trace->comments},
        {"lost_markers", trace->lost_markers},
        {"lost_events", trace->lost_events},
        {"events", trace->events},
        {"used", import_trace_used(trace)},
        {"used_alloc", trace->fates[IMPORT_USED_ALLOC]},
        {"used_free", trace->fates[IMPORT_USED_FREE]},
    };
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        json_number(out, numbers[i].key, numbers[i].value);
        fputs(", ", out);
    }
    fputs("\"unused\": {", out);
    for (enum import_fate fate = IMPORT_FIRST_UNUSED; fate < IMPORT_NR_FATES; fate++) {
        if (fate > IMPORT_FIRST_UNUSED)
            fputs(", ", out);
        json_number(out, import_fate_name(fate), trace->fates[fate]);
    }
    fputs("}", out);
}

void import_json_zone(FILE *out, const struct import_zone_trace *zone,
                      const struct import_clipped *clipped)
{
    fputs("\"zone\": ", out);
    import_json_string(out, zone->zone->name);
    const struct {
        const char *key;
        uint64_t value;
    } numbers[] = {
        {"node", zone->zone->node},
        {"prologue", zone->prologue.count},
        {"implied_allocs", zone->implied_allocs},
        {"implied_frees", zone->implied_frees},
        {"peak_unmovable", clipped->peak[MIGRATE_UNMOVABLE]},
        {"peak_movable", clipped->peak[MIGRATE_MOVABLE]},
        {"peak_reclaimable", clipped->peak[MIGRATE_RECLAIMABLE]},
        {"spanned_left_off", clipped->spanned},
        {"managed_left_off", clipped->managed},
        {"from_state", clipped->from_state},
        {"lost_pcp_pages", clipped->lost.pcp_pages},
        {"lost_types", clipped->lost.other_types},
        {"lost_places", clipped->lost.no_room},
    };
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        fputs(", ", out);
        json_number(out, numbers[i].key, numbers[i].value);
    }
}
