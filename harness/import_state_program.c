/* Makes the program that builds an imported state through public calls only.
 *
 * While no page of the zone is free yet, a block that is released and allocated at once is exactly
 * that block, and no batch is refilled with more than it: so every used block gets its place. The
 * per-CPU pages are used ones that are freed then, and the free blocks come last. */
#include "harness/import_state.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct builder {
    struct program *program;
    const struct import_state *state;
    const struct import_state_options *options;
    struct import_layout layout;
    struct import_pieces pool[PLUMB_NR_ORDERS][MIGRATE_TYPES]; /* rest pages to be used, stacks */
    struct import_pieces lists[PLUMB_MAX_CPUS];                /* per-CPU pages */
    struct import_state_lost *lost;
};

/* ---- the pool ---- */

static bool give(struct builder *builder, const struct import_piece *piece)
{
    return import_pieces_add(&builder->pool[piece->order][piece->type], piece);
}

/* The highest first, so that the lowest are on top of the stacks. */
static bool fill_pool(struct builder *builder)
{
    const struct import_pieces *rest = &builder->layout.rest;
    for (uint32_t i = rest->count; i-- > 0;)
        if (!give(builder, &rest->pieces[i]))
            return false;
    return true;
}

/* The smallest piece of the type that is large enough, cut down: 1; 0: none; -1: no memory. */
static int take(struct builder *builder, uint32_t order, uint32_t type, struct import_piece *piece)
{
    uint32_t larger = order;
    while (larger < PLUMB_NR_ORDERS && builder->pool[larger][type].count == 0)
        larger++;
    if (larger == PLUMB_NR_ORDERS)
        return 0;
    struct import_pieces *stack = &builder->pool[larger][type];
    *piece = stack->pieces[--stack->count];
    while (piece->order > order) {
        piece->order--;
        struct import_piece half = *piece;
        half.pfn += UINT64_C(1) << half.order;
        if (!give(builder, &half))
            return -1;
    }
    return 1;
}

static uint64_t pool_pages(const struct builder *builder, uint32_t type)
{
    uint64_t pages = 0;
    for (uint32_t order = 0; order < PLUMB_NR_ORDERS; order++)
        pages += (uint64_t)builder->pool[order][type].count << order;
    return pages;
}

/* ---- operations ---- */

static bool add_release(struct builder *builder, const struct import_piece *piece)
{
    struct operation release = {.kind = OP_RELEASE, .start = piece->pfn};
    release.end = piece->pfn + (UINT64_C(1) << piece->order);
    return program_add(builder->program, &release);
}

static bool add_used(struct builder *builder, const struct import_piece *piece, uint32_t slot)
{
    const struct operation alloc = {
        .kind = OP_ALLOC,
        .order = piece->order,
        .type = piece->type,
        .flags = ALLOC_NO_WATERMARKS,
        .slot = slot,
    };
    return add_release(builder, piece) && program_add(builder->program, &alloc);
}

static bool add_pcp_tunables(struct builder *builder, uint32_t batch, uint32_t high)
{
    struct tunables_change change = {.mask = 1u << TUNABLE_BATCH | 1u << TUNABLE_HIGH};
    change.to.pcp_batch = batch;
    change.to.pcp_high = high;
    return program_add_change(builder->program, &change, 0);
}

/* ---- what is used ---- */

/* A place of the block's own type, or else of any. */
static int place_held(struct builder *builder, struct import_held *held)
{
    struct import_piece piece;
    int taken = take(builder, held->order, held->type, &piece);
    for (uint32_t type = 0; taken == 0 && type < MIGRATE_PCPTYPES; type++)
        taken = take(builder, held->order, type, &piece);
    if (taken < 1) {
        builder->lost->no_room++;
        return taken;
    }
    held->placed = true;
    builder->lost->other_types += piece.type != held->type;
    return add_used(builder, &piece, held->slot) ? 1 : -1;
}

/* The largest first: they leave the most behind for the others. */
static bool place_all_held(struct builder *builder)
{
    const struct import_state_options *options = builder->options;
    for (uint32_t order = PLUMB_NR_ORDERS; order-- > 0;)
        for (uint32_t i = 0; i < options->nr_held; i++)
            if (options->held[i].order == order && place_held(builder, &options->held[i]) < 0)
                return false;
    return true;
}

/* Takes `pages` single pages for a CPU's lists, of each type its share of the used pages. */
static bool place_pcp(struct builder *builder, uint32_t cpu, uint64_t pages)
{
    uint64_t all = 0, left = pages;
    struct import_piece piece;
    for (uint32_t type = 0; type < MIGRATE_PCPTYPES; type++)
        all += pool_pages(builder, type);
    for (uint32_t type = 0; type < MIGRATE_PCPTYPES && all > 0; type++) {
        uint64_t has = pool_pages(builder, type);
        uint64_t share = left * has / all;
        share = share < has ? share : has;
        all -= has;
        for (left -= share; share > 0; share--) {
            if (take(builder, 0, type, &piece) != 1 ||
                !import_pieces_add(&builder->lists[cpu], &piece) ||
                !add_used(builder, &piece, builder->options->spare_slot))
                return false;
        }
    }
    builder->lost->pcp_pages += left;
    return true;
}

/* A list may not reach the limit, or it is trimmed. */
static uint64_t pcp_count(const struct builder *builder, uint32_t cpu)
{
    uint64_t count = builder->state->zone->pcp_count_of_cpu[cpu];
    return count < IMPORT_PCP_MAX ? count : IMPORT_PCP_MAX - 1;
}

static bool place_all_pcp(struct builder *builder)
{
    const struct import_zone *zone = builder->state->zone;
    for (uint32_t cpu = 0; cpu < zone->nr_cpus; cpu++) {
        uint64_t count = cpu < builder->program->config.nr_cpus ? pcp_count(builder, cpu) : 0;
        builder->lost->pcp_pages += zone->pcp_count_of_cpu[cpu] - count;
        if (!place_pcp(builder, cpu, count))
            return false;
    }
    return true;
}

static bool use_the_rest(struct builder *builder)
{
    for (uint32_t type = 0; type < MIGRATE_TYPES; type++) {
        for (uint32_t order = PLUMB_NR_ORDERS; order-- > 0;) {
            const struct import_pieces *stack = &builder->pool[order][type];
            for (uint32_t i = stack->count; i-- > 0;)
                if (!add_used(builder, &stack->pieces[i], builder->options->spare_slot))
                    return false;
        }
    }
    return true;
}

/* ---- what is not ---- */

static bool fill_lists(struct builder *builder)
{
    for (uint32_t cpu = 0; cpu < PLUMB_MAX_CPUS; cpu++) {
        for (uint32_t i = 0; i < builder->lists[cpu].count; i++) {
            const struct operation operation = {
                .kind = OP_FREE_PFN, .cpu = cpu, .pfn = builder->lists[cpu].pieces[i].pfn};
            if (!program_add(builder->program, &operation))
                return false;
        }
    }
    return true;
}

static bool release_free(struct builder *builder)
{
    for (uint32_t i = 0; i < builder->layout.free.count; i++)
        if (!add_release(builder, &builder->layout.free.pieces[i]))
            return false;
    return true;
}

/* ---- the whole ---- */

static void set_config(struct builder *builder)
{
    const struct import_state *state = builder->state;
    struct plumb_config *config = &builder->program->config;
    struct import_clipped clipped;
    uint64_t most = 0, end = builder->layout.end;
    uint64_t span = state->zone->spanned, used = end - state->zone->start_pfn;
    import_zone_config(config, state->zone,
                       builder->options->nr_cpus ? builder->options->nr_cpus : state->zone->nr_cpus,
                       &clipped);
    config->top_order = state->top_order;
    config->pageblock_order = state->pageblock_order;
    /* As when memory is all free: of the holes at the end one largest block is kept. */
    uint64_t kept = used + (UINT64_C(1) << state->top_order);
    config->spanned_pages = builder->options->whole_span || kept > span ? span : kept;
    uint64_t high = state->zone->pcp_high_now;
    config->pcp_high = high < IMPORT_PCP_MAX ? (uint32_t)high : IMPORT_PCP_MAX;
    for (uint32_t cpu = 0; cpu < state->zone->nr_cpus; cpu++)
        most = pcp_count(builder, cpu) > most ? pcp_count(builder, cpu) : most;
    if (config->pcp_limit < config->pcp_high)
        config->pcp_limit = config->pcp_high;
    if (config->pcp_limit <= most)
        config->pcp_limit = (uint32_t)most + 1;
}

static bool set_types(struct builder *builder)
{
    struct program *program = builder->program;
    if (!program_set_types(program))
        return false;
    memcpy(program->types, builder->layout.types, program->nr_types);
    return true;
}

static bool build(struct builder *builder)
{
    const struct plumb_config *config = &builder->program->config;
    return set_types(builder) && add_pcp_tunables(builder, 1, config->pcp_limit) &&
           fill_pool(builder) && place_all_held(builder) && place_all_pcp(builder) &&
           use_the_rest(builder) && fill_lists(builder) && release_free(builder) &&
           add_pcp_tunables(builder, config->pcp_batch, config->pcp_high);
}

static void free_builder(struct builder *builder)
{
    for (uint32_t order = 0; order < PLUMB_NR_ORDERS; order++)
        for (uint32_t type = 0; type < MIGRATE_TYPES; type++)
            free(builder->pool[order][type].pieces);
    for (uint32_t cpu = 0; cpu < PLUMB_MAX_CPUS; cpu++)
        free(builder->lists[cpu].pieces);
    import_layout_free(&builder->layout);
}

int import_state_program(struct program *program, const struct import_state *state,
                         const struct import_state_options *options, struct import_state_lost *lost,
                         FILE *errors)
{
    struct builder builder = {.program = program, .state = state, .options = options, .lost = lost};
    memset(lost, 0, sizeof(*lost));
    int code = import_layout(&builder.layout, state, errors);
    if (code != IMPORT_OK)
        return code;
    set_config(&builder);
    if (!build(&builder)) {
        fprintf(errors, "%s: out of memory\n", state->zoneinfo.file);
        code = IMPORT_BROKEN;
    }
    free_builder(&builder);
    return code;
}
