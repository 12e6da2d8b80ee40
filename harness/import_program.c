/* Makes the program of one zone: configuration, pageblocks' types, release, and operations. */
#include "harness/import_state.h"

#include <stdlib.h>
#include <string.h>

enum {
    TOP_ORDER = PLUMB_MAX_ORDER,
    PAGEBLOCK_ORDER = 9, /* x86's, whose page size and zones the recorded traces have */
    FEW_UNITS = 8,       /* below this many largest blocks, types are shared out by pageblock */
};

static uint32_t at_most(uint64_t value, uint32_t limit)
{
    return value < limit ? (uint32_t)value : limit;
}

/* The boost is in the marks zoneinfo prints; the program's zone adds it itself. */
static uint64_t raw_mark(const struct import_zone *zone, enum plumb_wmark mark)
{
    return zone->wmark[mark] < zone->boost ? 0 : zone->wmark[mark] - zone->boost;
}

static void set_pcp(struct plumb_config *config, const struct import_zone *zone,
                    struct import_clipped *clipped)
{
    config->pcp_batch = zone->pcp_batch ? at_most(zone->pcp_batch, IMPORT_PCP_MAX) : 1;
    config->pcp_high = at_most(zone->pcp_high, IMPORT_PCP_MAX);
    config->pcp_limit = config->pcp_batch > config->pcp_high ? config->pcp_batch : config->pcp_high;
    if (config->pcp_limit < 2)
        config->pcp_limit = 2;
    clipped->pcp = config->pcp_batch != zone->pcp_batch || config->pcp_high != zone->pcp_high;
}

static uint64_t span_of(const struct import_zone *zone)
{
    uint64_t room = PROGRAM_MAX_SPAN - zone->start_pfn % (1u << TOP_ORDER);
    /* Nothing ever happens in the holes; one largest block of them is kept, to be compared too. */
    uint64_t span = zone->managed + (1u << TOP_ORDER);
    if (span > zone->spanned)
        span = zone->spanned;
    return span < room ? span : room;
}

void import_zone_config(struct plumb_config *config, const struct import_zone *zone,
                        uint32_t nr_cpus, struct import_clipped *clipped)
{
    memset(config, 0, sizeof(*config));
    config->start_pfn = zone->start_pfn;
    config->spanned_pages = span_of(zone);
    config->top_order = TOP_ORDER;
    config->pageblock_order = PAGEBLOCK_ORDER;
    config->generation = PLUMB_V6_12;
    config->nr_cpus = nr_cpus;
    set_pcp(config, zone, clipped);
    for (enum plumb_wmark mark = 0; mark < PLUMB_NR_WMARKS; mark++)
        config->wmark[mark] = raw_mark(zone, mark);
    config->watermark_boost = zone->boost;
    /* No factor: without kswapd, what a fallback adds to the boost would stay. */
    config->fallback = PLUMB_FALLBACK_V6_12;
    memcpy(config->lowmem_reserve, zone->lowmem_reserve, sizeof(config->lowmem_reserve));
    clipped->spanned = zone->spanned - config->spanned_pages;
}

/* As many as the user wants, or as the zone and the trace have. */
static uint32_t cpus_of(const struct import_zone_trace *trace, uint32_t wanted)
{
    uint32_t cpus = trace->zone->nr_cpus > trace->nr_cpus ? trace->zone->nr_cpus : trace->nr_cpus;
    return wanted > 0 ? wanted : at_most(cpus, PLUMB_MAX_CPUS);
}

/* ---- migratetypes ---- */

/* Pages without a type of their own take the first type their pageblock was seen with. */
static uint32_t type_of(const struct import_trace *trace, const struct import_op *op)
{
    if (op->type != IMPORT_TYPE_UNKNOWN)
        return op->type;
    const uint64_t *type = import_table_get(&trace->blocks, op->pfn >> PAGEBLOCK_ORDER);
    return type && *type ? (uint32_t)*type - 1 : MIGRATE_MOVABLE;
}

struct demand {
    uint64_t now[MIGRATE_PCPTYPES], *peak;
    uint8_t *type_of_slot;
};

static void add_demand(struct demand *demand, const struct import_trace *trace,
                       const struct import_ops *ops)
{
    for (uint32_t i = 0; i < ops->count; i++) {
        const struct import_op *op = &ops->ops[i];
        uint64_t pages = UINT64_C(1) << op->order;
        if (op->is_free) {
            demand->now[demand->type_of_slot[op->slot]] -= pages;
            continue;
        }
        uint32_t type = type_of(trace, op);
        demand->type_of_slot[op->slot] = (uint8_t)type;
        demand->now[type] += pages;
        if (demand->now[type] > demand->peak[type])
            demand->peak[type] = demand->now[type];
    }
}

/* The most pages each type holds at once; false: no memory. */
static bool find_peak(const struct import_trace *trace, const struct import_zone_trace *zone,
                      uint64_t peak[MIGRATE_PCPTYPES])
{
    struct demand demand = {.peak = peak};
    memset(peak, 0, MIGRATE_PCPTYPES * sizeof(*peak));
    demand.type_of_slot = malloc((size_t)zone->nr_slots + 1);
    if (!demand.type_of_slot)
        return false;
    add_demand(&demand, trace, &zone->prologue);
    add_demand(&demand, trace, &zone->ops);
    free(demand.type_of_slot);
    return true;
}

/* What each type needs: its peak and, since any list may hold pages of one type, all lists full.
 * A type in use gets at least a unit or two, for its larger blocks. */
static uint64_t weigh(const struct plumb_config *config, uint64_t units,
                      const uint64_t peak[MIGRATE_PCPTYPES], uint64_t weight[MIGRATE_PCPTYPES])
{
    uint64_t lists = (uint64_t)config->nr_cpus * (config->pcp_high + config->pcp_batch);
    uint64_t sum = 0;
    for (uint32_t type = 0; type < MIGRATE_PCPTYPES; type++) {
        weight[type] = peak[type] ? peak[type] + lists : 0;
        sum += weight[type];
    }
    uint64_t least = units ? 2 * (sum / units + 1) : 0;
    sum = 0;
    for (uint32_t type = 0; type < MIGRATE_PCPTYPES; type++) {
        if (weight[type] && weight[type] < least)
            weight[type] = least;
        sum += weight[type];
    }
    return sum;
}

/* Deals the managed units to the types so that at every point each has had its share of those
 * dealt, within one. A unit is a largest block where there are enough of them: then no merge ever
 * crosses types, and the shares stay what they are. */
static void set_types(struct program *program, uint64_t managed,
                      const uint64_t peak[MIGRATE_PCPTYPES])
{
    const struct plumb_config *config = &program->config;
    uint64_t first = config->start_pfn >> PAGEBLOCK_ORDER;
    uint64_t end = config->start_pfn + managed;
    uint32_t unit_order = managed >> TOP_ORDER >= FEW_UNITS ? TOP_ORDER : PAGEBLOCK_ORDER;
    uint64_t base = config->start_pfn >> unit_order;
    uint64_t units = ((end - 1) >> unit_order) - base + 1;
    uint64_t weight[MIGRATE_PCPTYPES], dealt[MIGRATE_PCPTYPES] = {0};
    uint64_t sum = weigh(config, units, peak, weight);
    uint64_t unit = UINT64_MAX;
    uint32_t type = MIGRATE_MOVABLE;
    for (uint32_t i = 0; i < program->nr_types; i++) {
        uint64_t next = ((first + i) << PAGEBLOCK_ORDER >> unit_order) - base;
        if (next != unit && next < units && sum > 0) {
            unit = next;
            int64_t most = INT64_MIN;
            for (uint32_t t = 0; t < MIGRATE_PCPTYPES; t++) {
                int64_t owed = (int64_t)(weight[t] * (unit + 1)) - (int64_t)(dealt[t] * sum);
                if (weight[t] && owed > most) {
                    most = owed;
                    type = t;
                }
            }
            dealt[type]++;
        }
        program->types[i] = (uint8_t)type;
    }
}

/* ---- operations ---- */

static bool add_ops(struct program *program, const struct import_trace *trace,
                    const struct import_ops *ops)
{
    for (uint32_t i = 0; i < ops->count; i++) {
        const struct import_op *op = &ops->ops[i];
        struct operation operation = {.kind = OP_FREE, .cpu = op->cpu, .slot = op->slot};
        if (!op->is_free) {
            uint32_t type = type_of(trace, op);
            operation.kind = OP_ALLOC;
            operation.order = op->order;
            operation.type = type;
            operation.zoneidx = op->zoneidx;
            /* The fast path's: every block was allocated, whatever it took (semantics 14). */
            operation.flags = op->no_watermarks ? ALLOC_NO_WATERMARKS : WMARK_LOW;
            if (type == MIGRATE_MOVABLE)
                operation.flags |= ALLOC_CMA;
        }
        if (!program_add(program, &operation))
            return false;
    }
    return true;
}

bool import_program(struct program *program, const struct import_trace *trace,
                    const struct import_zone_trace *zone, uint32_t cpus,
                    struct import_clipped *clipped)
{
    memset(clipped, 0, sizeof(*clipped));
    import_zone_config(&program->config, zone->zone, cpus_of(zone, cpus), clipped);
    uint64_t managed = zone->zone->managed;
    if (managed > program->config.spanned_pages)
        managed = program->config.spanned_pages;
    clipped->managed = zone->zone->managed - managed;
    if (!program_set_types(program) || !find_peak(trace, zone, clipped->peak))
        return false;
    uint64_t demand = 0;
    for (uint32_t type = 0; type < MIGRATE_PCPTYPES; type++)
        demand += clipped->peak[type];
    clipped->demand = demand > managed;
    if (managed > 0) {
        set_types(program, managed, clipped->peak);
        struct operation release = {.kind = OP_RELEASE, .start = zone->zone->start_pfn};
        release.end = release.start + managed;
        if (!program_add(program, &release))
            return false;
    }
    return add_ops(program, trace, &zone->prologue) && add_ops(program, trace, &zone->ops);
}

/* ---- from an imported state ---- */

static struct import_held *held_of(const struct import_trace *trace,
                                   const struct import_zone_trace *zone)
{
    struct import_held *held = calloc((size_t)zone->prologue.count + 1, sizeof(*held));
    for (uint32_t i = 0; held && i < zone->prologue.count; i++) {
        const struct import_op *op = &zone->prologue.ops[i];
        held[i].slot = op->slot;
        held[i].order = op->order;
        held[i].type = (uint8_t)type_of(trace, op);
    }
    return held;
}

/* What had no room among the used pages is allocated of the free ones. */
static bool add_unplaced(struct program *program, const struct import_trace *trace,
                         const struct import_zone_trace *zone, const struct import_held *held)
{
    for (uint32_t i = 0; i < zone->prologue.count; i++) {
        const struct import_ops one = {.ops = &zone->prologue.ops[i], .count = 1};
        if (!held[i].placed && !add_ops(program, trace, &one))
            return false;
    }
    return true;
}

int import_program_from(struct program *program, const struct import_trace *trace,
                        const struct import_zone_trace *zone, uint32_t cpus,
                        const struct import_state *state, struct import_clipped *clipped)
{
    const struct operation check = {.kind = OP_CHECK};
    memset(clipped, 0, sizeof(*clipped));
    struct import_state_options options = {
        .nr_cpus = cpus_of(zone, cpus),
        .held = held_of(trace, zone),
        .nr_held = zone->prologue.count,
        .spare_slot = zone->nr_slots,
    };
    int code = IMPORT_BROKEN;
    if (options.held && find_peak(trace, zone, clipped->peak))
        code = import_state_program(program, state, &options, &clipped->lost, stderr);
    else
        fprintf(stderr, "import-ftrace: out of memory\n");
    clipped->from_state = true;
    clipped->spanned = zone->zone->spanned - program->config.spanned_pages;
    if (code == IMPORT_OK &&
        !(program_add(program, &check) && add_unplaced(program, trace, zone, options.held) &&
          add_ops(program, trace, &zone->ops))) {
        fprintf(stderr, "import-ftrace: out of memory\n");
        code = IMPORT_BROKEN;
    }
    free(options.held);
    return code;
}
