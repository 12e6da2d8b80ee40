/* Programs as values: memory, copies, comparison, and what a configuration implies. */
#include "harness/operations.h"

#include <stdlib.h>
#include <string.h>

static const uint64_t size_limit = (uint64_t)1 << 52;
static const uint32_t factor_limit = (uint32_t)1 << 20;

void program_init(struct program *program)
{
    memset(program, 0, sizeof(*program));
}

void program_free(struct program *program)
{
    free(program->types);
    free(program->operations);
    free(program->changes);
    program_init(program);
}

void program_clear(struct program *program)
{
    memset(&program->config, 0, sizeof(program->config));
    program->nr_types = 0;
    program->nr_operations = 0;
    program->nr_changes = 0;
    program->nr_slots = 0;
}

/* Makes room for `count` elements, at least doubling; false: no memory. */
static bool grow(void **array, uint32_t *max, uint32_t count, size_t size)
{
    if (count <= *max)
        return true;
    uint64_t room = (uint64_t)*max * 2 > count ? (uint64_t)*max * 2 : count;
    void *larger = realloc(*array, (size_t)room * size);
    if (!larger)
        return false;
    *array = larger;
    *max = (uint32_t)room;
    return true;
}

static bool grow_types(struct program *program, uint32_t count)
{
    return grow((void **)&program->types, &program->max_types, count, sizeof(uint8_t));
}

static bool grow_operations(struct program *program, uint32_t count)
{
    return grow((void **)&program->operations, &program->max_operations, count,
                sizeof(struct operation));
}

static bool grow_changes(struct program *program, uint32_t count)
{
    return grow((void **)&program->changes, &program->max_changes, count,
                sizeof(struct tunables_change));
}

bool program_reserve(struct program *program, uint32_t types, uint32_t operations, uint32_t changes)
{
    return grow_types(program, types) && grow_operations(program, operations) &&
           grow_changes(program, changes);
}

bool operation_puts_slot(uint32_t kind)
{
    return kind == OP_ALLOC || kind == OP_ALLOC_EXACT || kind == OP_ALLOC_CONTIG ||
           kind == OP_ISOLATE_PAGE;
}

bool operation_uses_slot(uint32_t kind)
{
    return operation_puts_slot(kind) || kind == OP_FREE || kind == OP_SPLIT ||
           kind == OP_FREE_EXACT || kind == OP_FREE_CONTIG || kind == OP_COMPOUND ||
           kind == OP_GET || kind == OP_PUT || kind == OP_FREE_LIST;
}

uint64_t operation_slot_end(const struct operation *operation)
{
    uint64_t first = operation->slot, pages = operation->pages;
    if (!operation_uses_slot(operation->kind))
        return 0;
    if (operation->kind != OP_FREE_LIST || pages == 0)
        return first + 1;
    return first + (pages < PLUMB_LIST_PAGES ? pages : PLUMB_LIST_PAGES);
}

bool program_add(struct program *program, const struct operation *operation)
{
    if (program->nr_operations >= PROGRAM_MAX_OPERATIONS)
        return false;
    uint64_t slots = operation_slot_end(operation);
    if (slots > PROGRAM_MAX_SLOTS)
        return false;
    if (!grow_operations(program, program->nr_operations + 1))
        return false;
    program->operations[program->nr_operations++] = *operation;
    if (slots > program->nr_slots)
        program->nr_slots = (uint32_t)slots;
    return true;
}

bool program_add_change(struct program *program, const struct tunables_change *change,
                        uint32_t line)
{
    if (!grow_changes(program, program->nr_changes + 1))
        return false;
    struct operation operation = {
        .kind = OP_SET_TUNABLES, .line = line, .change = program->nr_changes};
    if (!program_add(program, &operation))
        return false;
    program->changes[program->nr_changes++] = *change;
    return true;
}

bool program_set_types(struct program *program)
{
    program->nr_types = 0;
    if (!config_in_limits(&program->config))
        return true;
    if (!config_is_valid(&program->config))
        return false;
    uint32_t count = config_pageblocks(&program->config);
    if (!grow_types(program, count))
        return false;
    memset(program->types, 0, count);
    program->nr_types = count;
    return true;
}

bool program_copy(struct program *to, const struct program *from)
{
    if (!program_reserve(to, from->nr_types, from->nr_operations, from->nr_changes))
        return false;
    to->config = from->config;
    to->nr_types = from->nr_types;
    to->nr_operations = from->nr_operations;
    to->nr_changes = from->nr_changes;
    to->nr_slots = from->nr_slots;
    if (from->nr_types)
        memcpy(to->types, from->types, from->nr_types);
    if (from->nr_operations)
        memcpy(to->operations, from->operations, from->nr_operations * sizeof(from->operations[0]));
    if (from->nr_changes)
        memcpy(to->changes, from->changes, from->nr_changes * sizeof(from->changes[0]));
    return true;
}

static bool same_numbers(const uint64_t *a, const uint64_t *b, unsigned count)
{
    return memcmp(a, b, count * sizeof(*a)) == 0;
}

static bool same_config(const struct plumb_config *a, const struct plumb_config *b)
{
    return a->start_pfn == b->start_pfn && a->spanned_pages == b->spanned_pages &&
           a->top_order == b->top_order && a->pageblock_order == b->pageblock_order &&
           a->generation == b->generation && a->nr_cpus == b->nr_cpus &&
           a->pcp_batch == b->pcp_batch && a->pcp_high == b->pcp_high && a->pcp_low == b->pcp_low &&
           a->pcp_limit == b->pcp_limit && same_numbers(a->wmark, b->wmark, PLUMB_NR_WMARKS) &&
           a->watermark_boost == b->watermark_boost &&
           same_numbers(a->lowmem_reserve, b->lowmem_reserve, PLUMB_NR_ZONES) &&
           a->nr_reserved_highatomic == b->nr_reserved_highatomic &&
           a->watermark_boost_factor == b->watermark_boost_factor && a->fallback == b->fallback &&
           a->highatomic == b->highatomic && a->placement == b->placement &&
           a->ungrouped == b->ungrouped && a->thp == b->thp && a->page_refs == b->page_refs &&
           a->pcp_tuning == b->pcp_tuning && a->pcp_high_max == b->pcp_high_max &&
           a->pcp_batch_scale_max == b->pcp_batch_scale_max &&
           a->pcp_free_high_batch == b->pcp_free_high_batch;
}

static bool same_change(const struct tunables_change *a, const struct tunables_change *b)
{
    return a->mask == b->mask && a->to.pcp_batch == b->to.pcp_batch &&
           a->to.pcp_high == b->to.pcp_high && a->to.pcp_low == b->to.pcp_low &&
           same_numbers(a->to.wmark, b->to.wmark, PLUMB_NR_WMARKS) &&
           a->to.watermark_boost == b->to.watermark_boost &&
           same_numbers(a->to.lowmem_reserve, b->to.lowmem_reserve, PLUMB_NR_ZONES) &&
           a->to.nr_reserved_highatomic == b->to.nr_reserved_highatomic &&
           a->to.watermark_boost_factor == b->to.watermark_boost_factor &&
           a->to.pcp_high_max == b->to.pcp_high_max;
}

static bool same_operation(const struct operation *a, const struct operation *b)
{
    return a->kind == b->kind && a->cold == b->cold && a->has_order == b->has_order &&
           a->cpu == b->cpu && a->order == b->order && a->type == b->type && a->flags == b->flags &&
           a->zoneidx == b->zoneidx && a->slot == b->slot && a->pfn == b->pfn && a->end == b->end;
}

bool program_equal(const struct program *a, const struct program *b)
{
    if (!same_config(&a->config, &b->config) || a->nr_types != b->nr_types ||
        a->nr_operations != b->nr_operations || a->nr_changes != b->nr_changes ||
        a->nr_slots != b->nr_slots)
        return false;
    if (a->nr_types && memcmp(a->types, b->types, a->nr_types) != 0)
        return false;
    for (uint32_t i = 0; i < a->nr_operations; i++)
        if (!same_operation(&a->operations[i], &b->operations[i]))
            return false;
    for (uint32_t i = 0; i < a->nr_changes; i++)
        if (!same_change(&a->changes[i], &b->changes[i]))
            return false;
    return true;
}

static bool all_at_most(const uint64_t *numbers, unsigned count, uint64_t limit)
{
    for (unsigned i = 0; i < count; i++)
        if (numbers[i] > limit)
            return false;
    return true;
}

static bool pcp_in_limits(const struct plumb_config *config)
{
    return config->pcp_limit >= 2 && config->pcp_limit <= 1 << 16 && config->pcp_batch >= 1 &&
           config->pcp_batch <= config->pcp_limit && config->pcp_high <= config->pcp_limit &&
           config->pcp_low <= config->pcp_limit && config->pcp_high_max <= config->pcp_limit;
}

static bool tuning_in_limits(const struct plumb_config *config)
{
    return config->pcp_tuning <= (config->generation == PLUMB_V6_12) &&
           (!config->pcp_tuning || config->pcp_high <= config->pcp_high_max) &&
           config->pcp_batch_scale_max <= PLUMB_PCP_BATCH_SCALE_MAX &&
           config->pcp_free_high_batch <= 1;
}

static bool thp_in_limits(const struct plumb_config *config)
{
    return config->thp == 0 || (config->thp == 1 && config->generation == PLUMB_V6_12 &&
                                config->pageblock_order >= PLUMB_PCP_ORDERS);
}

static bool span_in_limits(const struct plumb_config *config)
{
    return config->spanned_pages >= 1 && config->spanned_pages <= size_limit &&
           config->start_pfn <= size_limit - config->spanned_pages;
}

static bool policies_in_limits(const struct plumb_config *config)
{
    return config->watermark_boost_factor <= factor_limit && config->page_refs <= 1 &&
           config->ungrouped <= 1 && thp_in_limits(config) &&
           config->placement < PLUMB_NR_PLACEMENTS && config->fallback < PLUMB_NR_FALLBACKS &&
           (config->fallback == PLUMB_FALLBACK_NONE || config->generation != PLUMB_V2_6_11);
}

uint32_t reserve_of_generation(uint32_t generation)
{
    switch (generation) {
    case PLUMB_V6_12:
        return PLUMB_RESERVE_V6_12;
    case PLUMB_V4_10:
        return PLUMB_RESERVE_V4_10;
    default:
        return PLUMB_RESERVE_NONE;
    }
}

static bool highatomic_in_limits(const struct plumb_config *config)
{
    return config->nr_reserved_highatomic <= size_limit &&
           (config->highatomic == PLUMB_RESERVE_NONE ||
            config->highatomic == reserve_of_generation(config->generation));
}

bool config_in_limits(const struct plumb_config *config)
{
    return config->top_order <= PLUMB_MAX_ORDER && config->pageblock_order <= config->top_order &&
           config->generation < PLUMB_NR_GENERATIONS && config->nr_cpus >= 1 &&
           config->nr_cpus <= PLUMB_MAX_CPUS && span_in_limits(config) && pcp_in_limits(config) &&
           all_at_most(config->wmark, PLUMB_NR_WMARKS, size_limit) &&
           config->watermark_boost <= size_limit &&
           all_at_most(config->lowmem_reserve, PLUMB_NR_ZONES, size_limit) &&
           highatomic_in_limits(config) && tuning_in_limits(config) && policies_in_limits(config);
}

bool config_is_valid(const struct plumb_config *config)
{
    if (!config_in_limits(config))
        return false;
    uint64_t below = config->start_pfn & ((UINT64_C(1) << config->top_order) - 1);
    return below + config->spanned_pages <= PROGRAM_MAX_SPAN;
}

uint32_t config_pageblocks(const struct plumb_config *config)
{
    uint64_t first = config->start_pfn >> config->pageblock_order;
    uint64_t last = (config->start_pfn + config->spanned_pages - 1) >> config->pageblock_order;
    return (uint32_t)(last - first + 1);
}

void tunables_of_config(const struct plumb_config *config, struct plumb_tunables *tunables)
{
    memset(tunables, 0, sizeof(*tunables));
    tunables->pcp_batch = config->pcp_batch;
    tunables->pcp_high = config->pcp_high;
    tunables->pcp_low = config->pcp_low;
    memcpy(tunables->wmark, config->wmark, sizeof(tunables->wmark));
    tunables->watermark_boost = config->watermark_boost;
    memcpy(tunables->lowmem_reserve, config->lowmem_reserve, sizeof(tunables->lowmem_reserve));
    tunables->nr_reserved_highatomic = config->nr_reserved_highatomic;
    tunables->watermark_boost_factor = config->watermark_boost_factor;
    tunables->pcp_high_max = config->pcp_high_max;
}

uint64_t tunable_get(const struct plumb_tunables *tunables, unsigned tunable)
{
    if (tunable == TUNABLE_BATCH)
        return tunables->pcp_batch;
    if (tunable == TUNABLE_HIGH)
        return tunables->pcp_high;
    if (tunable == TUNABLE_LOW)
        return tunables->pcp_low;
    if (tunable < TUNABLE_BOOST)
        return tunables->wmark[tunable - TUNABLE_WMARK];
    if (tunable == TUNABLE_BOOST)
        return tunables->watermark_boost;
    if (tunable < TUNABLE_HIGHATOMIC)
        return tunables->lowmem_reserve[tunable - TUNABLE_RESERVE];
    if (tunable == TUNABLE_HIGHATOMIC)
        return tunables->nr_reserved_highatomic;
    return tunable == TUNABLE_HIGH_MAX ? tunables->pcp_high_max : tunables->watermark_boost_factor;
}

void tunable_set(struct plumb_tunables *tunables, unsigned tunable, uint64_t value)
{
    if (tunable == TUNABLE_BATCH)
        tunables->pcp_batch = (uint32_t)value;
    else if (tunable == TUNABLE_HIGH)
        tunables->pcp_high = (uint32_t)value;
    else if (tunable == TUNABLE_LOW)
        tunables->pcp_low = (uint32_t)value;
    else if (tunable < TUNABLE_BOOST)
        tunables->wmark[tunable - TUNABLE_WMARK] = value;
    else if (tunable == TUNABLE_BOOST)
        tunables->watermark_boost = value;
    else if (tunable < TUNABLE_HIGHATOMIC)
        tunables->lowmem_reserve[tunable - TUNABLE_RESERVE] = value;
    else if (tunable == TUNABLE_HIGHATOMIC)
        tunables->nr_reserved_highatomic = value;
    else if (tunable == TUNABLE_HIGH_MAX)
        tunables->pcp_high_max = (uint32_t)value;
    else
        tunables->watermark_boost_factor = (uint32_t)value;
}

void tunables_apply(struct plumb_tunables *tunables, const struct tunables_change *change)
{
    for (unsigned i = 0; i < NR_TUNABLES; i++)
        if (change->mask >> i & 1)
            tunable_set(tunables, i, tunable_get(&change->to, i));
}
