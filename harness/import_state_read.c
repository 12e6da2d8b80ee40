/* Reads the three files of a state, chooses the zone, and holds the files to each other. */
#include "harness/import_state.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

const struct import_zone *import_state_zone(const struct import_zoneinfo *info, const char *file,
                                            const char *name, uint32_t node, FILE *errors)
{
    const struct import_zone *best = NULL;
    for (uint32_t i = 0; i < info->nr_zones; i++) {
        const struct import_zone *zone = &info->zones[i];
        bool wanted =
            !name || (strcmp(zone->name, name) == 0 && (node == UINT32_MAX || node == zone->node));
        if (wanted && (!best || (!name && zone->managed > best->managed)))
            best = zone;
    }
    if (best)
        return best;
    fprintf(errors, "%s: has no populated zone %s; it has", file, name ? name : "");
    for (uint32_t i = 0; i < info->nr_zones; i++)
        fprintf(errors, " %" PRIu32 ":%s", info->zones[i].node, info->zones[i].name);
    fputc('\n', errors);
    return NULL;
}

static bool zone_fail(const struct import_state *state, FILE *errors, const char *expected)
{
    fprintf(errors, "%s:%" PRIu64 ":1: zone %s: expected %s\n", state->zoneinfo.file,
            state->zoneinfo.line, state->zone->name, expected);
    return false;
}

static uint64_t free_pages(const struct import_state *state, uint32_t type)
{
    uint64_t pages = 0;
    for (uint32_t order = 0; order <= state->top_order; order++)
        pages += state->nr_free_of_type[order][type] << order;
    return pages;
}

/* The model has one zone's worth of each number; what it does not have is refused here. */
static bool zone_fits(const struct import_state *state, FILE *errors)
{
    const struct import_zone *zone = state->zone;
    uint64_t below = zone->start_pfn % (UINT64_C(1) << state->top_order);
    if (zone->spanned > PROGRAM_MAX_SPAN - below)
        return zone_fail(state, errors, "a span of at most 2^23 pages");
    if (zone->nr_cpus > PLUMB_MAX_CPUS || !zone->cpus_in_order)
        return zone_fail(state, errors, "at most 64 CPUs, numbered from 0 without a gap");
    return true;
}

static bool zone_agrees(struct import_state *state, FILE *errors)
{
    const struct import_zone *zone = state->zone;
    char expected[200];
    uint64_t pages = 0;
    for (uint32_t type = 0; type < MIGRATE_TYPES; type++)
        pages += free_pages(state, type);
    uint64_t isolated = free_pages(state, MIGRATE_ISOLATE);
    uint64_t listed = pages - isolated;
    uint64_t off = listed > zone->nr_free ? listed - zone->nr_free : zone->nr_free - listed;
    state->free_drifts = off > 0;
    if (off > zone->drift) {
        snprintf(
            expected, sizeof(expected),
            "pages free %" PRIu64 ", give or take %" PRIu64 ", as in %s:%" PRIu64 ", not %" PRIu64,
            listed, zone->drift, state->free_counts.file, state->free_counts.line, zone->nr_free);
        return zone_fail(state, errors, expected);
    }
    if (pages + zone->pcp_count > zone->managed) {
        snprintf(expected, sizeof(expected),
                 "at least %" PRIu64 " managed pages, for the free and the per-CPU ones",
                 pages + zone->pcp_count);
        return zone_fail(state, errors, expected);
    }
    return true;
}

static bool read_one(struct import_source *source, const char *name, FILE *errors,
                     struct import_state *state,
                     bool (*read)(struct import_source *source, struct import_state *state))
{
    if (!import_open(source, name))
        return false;
    source->errors = errors;
    bool good = read(source, state);
    import_close(source);
    return good;
}

bool import_state_read(struct import_state *state, const struct import_zone *zone,
                       const struct import_state_files *files, FILE *errors)
{
    struct import_source *source = malloc(sizeof(*source));
    if (!source) {
        fprintf(errors, "%s: can't be read: out of memory\n", files->buddyinfo);
        return false;
    }
    memset(state, 0, sizeof(*state));
    state->zone = zone;
    state->zoneinfo = (struct import_place){files->zoneinfo, zone->line};
    bool good = read_one(source, files->buddyinfo, errors, state, import_buddyinfo_read) &&
                read_one(source, files->pagetypeinfo, errors, state, import_pagetypeinfo_read) &&
                zone_fits(state, errors) && zone_agrees(state, errors);
    free(source);
    return good;
}
