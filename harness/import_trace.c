/* Turns the events of a trace into each zone's operations, and counts what becomes of each. */
#include "harness/import.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A value of the table of heads: slot, order and, in the top bit, that the block is allocated. */
static const uint64_t head_live = UINT64_C(1) << 63;

/* x86's pageblock order: the grain in which a trace's pages are given a type. */
enum { TRACE_PAGEBLOCK_ORDER = 9 };

static const struct {
    const char *name;
    const char *text;
} fate_texts[IMPORT_NR_FATES] = {
    [IMPORT_USED_ALLOC] = {"alloc", "used: allocation"},
    [IMPORT_USED_FREE] = {"free", "used: free"},
    [IMPORT_UNUSED_DRAIN] = {"drain",
                             "drain (own rule): the replayed lists drain by their own rule"},
    [IMPORT_UNUSED_ZONE_LOCKED] = {"zone_locked",
                                   "refill (own rule): the allocation has an event of its own"},
    [IMPORT_UNUSED_FREE_BATCHED] = {"free_batched", "the same page's mm_page_free tells of it"},
    [IMPORT_UNUSED_OTHER_EVENT] = {"other_event", "event of another kind"},
    [IMPORT_UNUSED_FAILED] = {"failed", "allocation that failed"},
    [IMPORT_UNUSED_NO_ZONE] = {"no_zone", "block in no zone of the zoneinfo"},
    [IMPORT_UNUSED_OTHER_ZONE] = {"other_zone", "zone left out by --zone"},
    [IMPORT_UNUSED_CPU] = {"cpu", "CPU not below 64, or not below --cpus"},
    [IMPORT_UNUSED_ORDER] = {"order", "order above 10"},
    [IMPORT_UNUSED_ALIGNMENT] = {"alignment", "pfn that is no multiple of the block's size"},
    [IMPORT_UNUSED_TYPE] = {"type", "migratetype above 2"},
    [IMPORT_UNUSED_PART] = {"part", "free of a part (tail, smaller order) of an allocated block"},
    [IMPORT_UNUSED_WHOLE] = {"whole", "free of a block that holds smaller allocated blocks"},
    [IMPORT_UNUSED_MALFORMED] = {"malformed", "malformed line"},
    [IMPORT_UNUSED_CUT] = {"cut", "last line, without its newline"},
};

const char *import_fate_name(enum import_fate fate)
{
    return fate_texts[fate].name;
}

const char *import_fate_text(enum import_fate fate)
{
    return fate_texts[fate].text;
}

void import_trace_init(struct import_trace *trace, const struct import_zoneinfo *info)
{
    memset(trace, 0, sizeof(*trace));
    trace->info = info;
    trace->zone_node = UINT32_MAX;
    trace->cpu_limit = PLUMB_MAX_CPUS;
    for (uint32_t i = 0; i < info->nr_zones; i++)
        trace->zones[i].zone = &info->zones[i];
}

void import_trace_free(struct import_trace *trace)
{
    import_table_free(&trace->heads);
    import_table_free(&trace->blocks);
    for (uint32_t i = 0; i < IMPORT_ZONES_MAX; i++) {
        free(trace->zones[i].prologue.ops);
        free(trace->zones[i].ops.ops);
        free(trace->zones[i].free_slots);
    }
    memset(trace, 0, sizeof(*trace));
}

uint64_t import_trace_used(const struct import_trace *trace)
{
    return trace->fates[IMPORT_USED_ALLOC] + trace->fates[IMPORT_USED_FREE];
}

/* ---- slots and operations ---- */

static bool add_op(struct import_ops *ops, const struct import_op *op)
{
    if (ops->count == ops->size) {
        uint32_t size = ops->size ? ops->size * 2 : 1024;
        struct import_op *larger = realloc(ops->ops, size * sizeof(*larger));
        if (!larger)
            return false;
        ops->ops = larger;
        ops->size = size;
    }
    ops->ops[ops->count++] = *op;
    return true;
}

static uint32_t take_slot(struct import_zone_trace *zone)
{
    if (zone->nr_free_slots > 0)
        return zone->free_slots[--zone->nr_free_slots];
    return zone->nr_slots++;
}

static bool give_slot(struct import_zone_trace *zone, uint32_t slot)
{
    if (zone->nr_free_slots == zone->size_free_slots) {
        uint32_t size = zone->size_free_slots ? zone->size_free_slots * 2 : 1024;
        uint32_t *larger = realloc(zone->free_slots, size * sizeof(*larger));
        if (!larger)
            return false;
        zone->free_slots = larger;
        zone->size_free_slots = size;
    }
    zone->free_slots[zone->nr_free_slots++] = slot;
    return true;
}

/* ---- what is allocated ---- */

static uint32_t head_order(uint64_t state)
{
    return (uint32_t)(state >> 32 & 0xff);
}

static bool set_head(struct import_trace *trace, uint64_t pfn, uint64_t state)
{
    uint64_t *value = import_table_put(&trace->heads, pfn);
    if (value)
        *value = state;
    return value != NULL;
}

/* The state of a live head, 0 if there is none at that pfn. */
static uint64_t live_head(const struct import_trace *trace, uint64_t pfn)
{
    const uint64_t *state = import_table_get(&trace->heads, pfn);
    return state && *state & head_live ? *state : 0;
}

/* The allocated block a page is in: true, and its head. */
static bool find_cover(const struct import_trace *trace, uint64_t pfn, uint64_t *head)
{
    for (uint32_t order = 0; order <= PLUMB_MAX_ORDER; order++) {
        *head = pfn >> order << order;
        uint64_t state = live_head(trace, *head);
        if (state && head_order(state) >= order)
            return true;
    }
    return false;
}

/* The first allocated block that overlaps [pfn, pfn + 2^order): true, and its head. */
static bool find_overlap(const struct import_trace *trace, uint64_t pfn, uint64_t order,
                         uint64_t *head)
{
    if (find_cover(trace, pfn, head))
        return true;
    for (*head = pfn + 1; *head < pfn + (UINT64_C(1) << order); ++*head) {
        if (live_head(trace, *head))
            return true;
    }
    return false;
}

static bool note_type(struct import_trace *trace, const struct import_event *event)
{
    if (event->migratetype >= MIGRATE_PCPTYPES || !import_zone_of(trace->info, event->pfn))
        return true;
    uint64_t *value = import_table_put(&trace->blocks, event->pfn >> TRACE_PAGEBLOCK_ORDER);
    if (value && *value == 0)
        *value = 1 + event->migratetype;
    return value != NULL;
}

/* ---- allocations and frees ---- */

static bool do_free(struct import_trace *trace, struct import_zone_trace *zone, uint64_t head,
                    uint32_t cpu)
{
    uint64_t state = live_head(trace, head);
    struct import_op op = {.pfn = head, .slot = (uint32_t)state, .is_free = 1};
    op.cpu = (uint8_t)cpu;
    op.order = (uint8_t)head_order(state);
    return add_op(&zone->ops, &op) && give_slot(zone, op.slot) &&
           set_head(trace, head, state & ~head_live);
}

static bool do_alloc(struct import_trace *trace, struct import_zone_trace *zone,
                     struct import_ops *ops, struct import_op *op)
{
    /* A block that is there from the start may not share its slot with an earlier one. */
    op->slot = ops == &zone->prologue ? zone->nr_slots++ : take_slot(zone);
    return add_op(ops, op) &&
           set_head(trace, op->pfn, head_live | (uint64_t)op->order << 32 | op->slot);
}

static uint8_t highest_zoneidx(const struct import_trace *trace, const struct import_zone *zone,
                               enum import_zone_class zone_class)
{
    uint32_t index = trace->info->highest_index[zone_class];
    if (index < zone->index)
        index = zone->index;
    return (uint8_t)(index < PLUMB_NR_ZONES ? index : PLUMB_NR_ZONES - 1);
}

/* An allocation on top of allocated blocks: their frees were not traced, and come first. */
static bool take_alloc(struct import_trace *trace, struct import_zone_trace *zone,
                       const struct import_event *event)
{
    uint64_t head;
    while (find_overlap(trace, event->pfn, event->order, &head)) {
        if (!do_free(trace, zone, head, event->cpu))
            return false;
        zone->implied_frees++;
    }
    struct import_op op = {
        .pfn = event->pfn,
        .cpu = (uint8_t)event->cpu,
        .order = (uint8_t)event->order,
        .type = (uint8_t)event->migratetype,
        .zoneidx = highest_zoneidx(trace, zone->zone, event->zone_class),
        .no_watermarks = event->memalloc,
    };
    trace->fates[IMPORT_USED_ALLOC]++;
    return do_alloc(trace, zone, &zone->ops, &op);
}

/* A free of what is not allocated: from the start, or, if the trace has had the block before,
 * just before the free. The prologue never fails for the watermark's sake. */
static bool imply_alloc(struct import_trace *trace, struct import_zone_trace *zone,
                        const struct import_event *event)
{
    bool seen = import_table_get(&trace->heads, event->pfn) != NULL;
    struct import_op op = {
        .pfn = event->pfn,
        .cpu = (uint8_t)event->cpu,
        .order = (uint8_t)event->order,
        .type = IMPORT_TYPE_UNKNOWN,
        .zoneidx = highest_zoneidx(trace, zone->zone, IMPORT_MOVABLE),
        .no_watermarks = 1,
    };
    zone->implied_allocs += seen;
    return do_alloc(trace, zone, seen ? &zone->ops : &zone->prologue, &op);
}

static bool take_free(struct import_trace *trace, struct import_zone_trace *zone,
                      const struct import_event *event)
{
    uint64_t head;
    bool overlap = find_overlap(trace, event->pfn, event->order, &head);
    uint64_t order = overlap ? head_order(live_head(trace, head)) : event->order;
    if (overlap && (head != event->pfn || order != event->order)) {
        bool part = head < event->pfn || (head == event->pfn && order > event->order);
        trace->fates[part ? IMPORT_UNUSED_PART : IMPORT_UNUSED_WHOLE]++;
        return true;
    }
    if (!overlap && !imply_alloc(trace, zone, event))
        return false;
    trace->fates[IMPORT_USED_FREE]++;
    return do_free(trace, zone, event->pfn, event->cpu);
}

static bool zone_wanted(const struct import_trace *trace, const struct import_zone *zone)
{
    if (!trace->zone_name)
        return true;
    return strcmp(zone->name, trace->zone_name) == 0 &&
           (trace->zone_node == UINT32_MAX || trace->zone_node == zone->node);
}

static enum import_fate fate_of_page(const struct import_trace *trace,
                                     const struct import_event *event,
                                     const struct import_zone *zone)
{
    if (event->kind == IMPORT_ALLOC && event->no_page)
        return IMPORT_UNUSED_FAILED;
    if (event->order > PLUMB_MAX_ORDER)
        return IMPORT_UNUSED_ORDER;
    uint64_t pages = UINT64_C(1) << event->order;
    if (!zone || zone->start_pfn + zone->spanned - event->pfn < pages)
        return IMPORT_UNUSED_NO_ZONE;
    if (!zone_wanted(trace, zone))
        return IMPORT_UNUSED_OTHER_ZONE;
    if (event->cpu >= trace->cpu_limit)
        return IMPORT_UNUSED_CPU;
    if (event->pfn & (pages - 1))
        return IMPORT_UNUSED_ALIGNMENT;
    if (event->kind == IMPORT_ALLOC && event->migratetype >= MIGRATE_PCPTYPES)
        return IMPORT_UNUSED_TYPE;
    return event->kind == IMPORT_ALLOC ? IMPORT_USED_ALLOC : IMPORT_USED_FREE;
}

static bool take_page(struct import_trace *trace, const struct import_event *event)
{
    const struct import_zone *zone = import_zone_of(trace->info, event->pfn);
    enum import_fate fate = fate_of_page(trace, event, zone);
    if (fate >= IMPORT_FIRST_UNUSED) {
        trace->fates[fate]++;
        return true;
    }
    struct import_zone_trace *zone_trace = &trace->zones[zone - trace->info->zones];
    if (event->cpu >= zone_trace->nr_cpus)
        zone_trace->nr_cpus = event->cpu + 1;
    if (event->kind == IMPORT_FREE)
        return take_free(trace, zone_trace, event);
    return note_type(trace, event) && take_alloc(trace, zone_trace, event);
}

static bool take_event(struct import_trace *trace, const struct import_event *event)
{
    switch (event->kind) {
    case IMPORT_ALLOC:
    case IMPORT_FREE:
        return take_page(trace, event);
    case IMPORT_PCPU_DRAIN:
        trace->fates[IMPORT_UNUSED_DRAIN]++;
        return note_type(trace, event);
    case IMPORT_ZONE_LOCKED:
        trace->fates[IMPORT_UNUSED_ZONE_LOCKED]++;
        return note_type(trace, event);
    case IMPORT_FREE_BATCHED:
        trace->fates[IMPORT_UNUSED_FREE_BATCHED]++;
        return true;
    default:
        trace->fates[IMPORT_UNUSED_OTHER_EVENT]++;
        return true;
    }
}

/* ---- lines ---- */

static void take_bad(struct import_trace *trace, const struct import_source *source, size_t column,
                     const char *expected)
{
    if (trace->fates[IMPORT_UNUSED_MALFORMED]++ < IMPORT_REPORTED_LINES)
        fprintf(source->errors, "%s:%" PRIu64 ":%zu: malformed line: expected %s\n", source->name,
                source->line, column, expected);
}

static bool take_line(struct import_trace *trace, const struct import_source *source)
{
    struct import_line line;
    import_parse_line(source->text, source->length, &line);
    if (line.kind == IMPORT_LINE_COMMENT && !source->too_long) {
        trace->comments++;
        return true;
    }
    if (line.kind == IMPORT_LINE_LOST && !source->cut) {
        trace->lost_markers++;
        trace->lost_events += line.lost;
        return true;
    }
    trace->events++;
    if (source->cut) {
        trace->fates[IMPORT_UNUSED_CUT]++;
        return true;
    }
    if (source->too_long) {
        take_bad(trace, source, IMPORT_LINE_MAX + 1, "a line of at most 4096 bytes");
        return true;
    }
    if (line.kind == IMPORT_LINE_BAD) {
        take_bad(trace, source, line.column, line.expected);
        return true;
    }
    return take_event(trace, &line.event);
}

bool import_trace_read(struct import_trace *trace, struct import_source *source)
{
    while (import_next_line(source)) {
        trace->lines++;
        if (trace->events >= IMPORT_EVENTS_MAX) {
            fprintf(source->errors, "%s:%" PRIu64 ":1: expected at most %d events\n", source->name,
                    source->line, IMPORT_EVENTS_MAX);
            return false;
        }
        if (!take_line(trace, source)) {
            fprintf(source->errors, "%s:%" PRIu64 ":1: out of memory\n", source->name,
                    source->line);
            trace->no_memory = true;
            return false;
        }
    }
    return !source->failed;
}
