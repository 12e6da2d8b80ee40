/* Gives every pageblock of an imported state its type and every free block its place, so that no
 * two free blocks merge.
 *
 * Blocks of at least a pageblock go first, from the zone's start on. Smaller ones go to the lowest
 * pageblocks of their type: of each two buddies at most one is free, so a pair of them that is in
 * no larger free block has room for one. How many pairs there are does not depend on where the
 * larger blocks lie, so a state that can be laid out at all is, but at the zone's two ends. */
#include "harness/import_state.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    HOLE = MIGRATE_TYPES,
    SPARE_NODES = 4, /* at each end of the zone one node may have no room, and split in two */
};
enum mark { MARK_RESERVED, MARK_FREE, MARK_REST };

struct nodes {
    uint64_t *pfn;
    uint32_t count;
};

struct work {
    const struct import_state *state;
    struct import_layout *layout;
    FILE *errors;
    uint64_t start, end; /* pages */
    uint64_t first;      /* pageblock that holds start */
    uint32_t count;      /* pageblocks */
    uint8_t *owner;      /* of each pageblock: its type, or HOLE */
    uint8_t *large;      /* of each pageblock: 1 + order of the free block that starts there */
    uint8_t *whole;      /* of each pageblock: is in such a block */
    uint8_t *marks;      /* of each page */
    struct nodes now, next;
};

bool import_pieces_add(struct import_pieces *pieces, const struct import_piece *piece)
{
    if (pieces->count == pieces->size) {
        uint32_t size = pieces->size ? pieces->size * 2 : 1024;
        struct import_piece *larger = realloc(pieces->pieces, size * sizeof(*larger));
        if (!larger)
            return false;
        pieces->pieces = larger;
        pieces->size = size;
    }
    pieces->pieces[pieces->count++] = *piece;
    return true;
}

void import_layout_free(struct import_layout *layout)
{
    free(layout->types);
    free(layout->free.pieces);
    free(layout->rest.pieces);
    memset(layout, 0, sizeof(*layout));
}

static int no_memory(const struct work *work)
{
    fprintf(work->errors, "%s: out of memory\n", work->state->zoneinfo.file);
    return IMPORT_BROKEN;
}

/* What pagetypeinfo says can't be so. */
static int no_room(const struct work *work, const struct import_place *place, const char *what,
                   uint32_t type, const char *expected, uint64_t number)
{
    fprintf(work->errors, "%s:%" PRIu64 ":1: zone %s: no room for %s of type %s; expected %s",
            place->file, place->line, work->state->zone->name, what, kernel_type_name(type),
            expected);
    fprintf(work->errors, " %" PRIu64 "\n", number);
    return IMPORT_BAD_INPUT;
}

static bool is_inside(const struct work *work, uint64_t pfn, uint32_t order)
{
    return pfn >= work->start && pfn + (UINT64_C(1) << order) <= work->end;
}

static bool touches(const struct work *work, uint64_t pfn, uint32_t order)
{
    return pfn + (UINT64_C(1) << order) > work->start && pfn < work->end;
}

static uint64_t pfn_of(const struct work *work, uint64_t block)
{
    return (work->first + block) << work->state->pageblock_order;
}

static int add_free(struct work *work, uint64_t pfn, uint32_t order, uint32_t type)
{
    struct import_piece piece = {.pfn = pfn, .order = (uint8_t)order, .type = (uint8_t)type};
    if (!import_pieces_add(&work->layout->free, &piece))
        return no_memory(work);
    memset(work->marks + (pfn - work->start), MARK_FREE, (size_t)1 << order);
    return IMPORT_OK;
}

/* ---- blocks of a pageblock and more ---- */

/* Types below MIGRATE_PCPTYPES merge with one another, the others with their own kind. */
static bool would_merge(const struct work *work, uint64_t block, uint32_t order, uint32_t type)
{
    uint32_t blocks_order = order - work->state->pageblock_order;
    if (order == work->state->top_order)
        return false;
    uint64_t buddy = (work->first + block) ^ (UINT64_C(1) << blocks_order);
    if (buddy < work->first || buddy - work->first >= work->count ||
        work->large[buddy - work->first] != order + 1)
        return false;
    uint32_t other = work->owner[buddy - work->first];
    return other == type || (other < MIGRATE_PCPTYPES && type < MIGRATE_PCPTYPES);
}

static bool can_take(const struct work *work, uint64_t block, uint32_t order, uint32_t type)
{
    uint32_t blocks = 1u << (order - work->state->pageblock_order);
    if (!is_inside(work, pfn_of(work, block), order) || would_merge(work, block, order, type))
        return false;
    for (uint32_t i = 0; i < blocks; i++)
        if (work->owner[block + i] != HOLE)
            return false;
    return true;
}

static int take(struct work *work, uint64_t block, uint32_t order, uint32_t type)
{
    uint32_t blocks = 1u << (order - work->state->pageblock_order);
    memset(work->owner + block, (int)type, blocks);
    memset(work->whole + block, 1, blocks);
    work->large[block] = (uint8_t)(order + 1);
    return add_free(work, pfn_of(work, block), order, type);
}

static int place_large(struct work *work, uint32_t order, uint32_t type)
{
    uint64_t step = UINT64_C(1) << (order - work->state->pageblock_order);
    uint64_t block = (step - work->first % step) % step;
    for (uint64_t n = work->state->nr_free_of_type[order][type]; n > 0; n--) {
        while (block + step <= work->count && !can_take(work, block, order, type))
            block += step;
        if (block + step > work->count)
            return no_room(work, &work->state->free_counts, "free blocks", type, "fewer of order",
                           order);
        int code = take(work, block, order, type);
        if (code != IMPORT_OK)
            return code;
    }
    return IMPORT_OK;
}

static int place_all_large(struct work *work)
{
    int code = IMPORT_OK;
    for (uint32_t order = work->state->top_order + 1; order-- > work->state->pageblock_order;)
        for (uint32_t type = 0; type < MIGRATE_TYPES && code == IMPORT_OK; type++)
            code = place_large(work, order, type);
    return code;
}

/* ---- the other pageblocks ---- */

/* Pageblocks of a type that hold no large free block; false: there are not even those. */
static bool blocks_left(const struct work *work, uint32_t type, uint64_t *left)
{
    const struct import_state *state = work->state;
    uint64_t taken = 0;
    for (uint32_t order = state->pageblock_order; order <= state->top_order; order++)
        taken += state->nr_free_of_type[order][type] << (order - state->pageblock_order);
    *left = state->nr_blocks[type] - taken;
    return taken <= state->nr_blocks[type];
}

/* Pages of small free blocks, less those of the pageblocks they have to share. */
static int64_t tightness(const struct work *work, uint32_t type)
{
    const struct import_state *state = work->state;
    uint64_t pages = 0, left = 0;
    blocks_left(work, type, &left);
    for (uint32_t order = 0; order < state->pageblock_order; order++)
        pages += state->nr_free_of_type[order][type] << order;
    return (int64_t)pages - (int64_t)(left << state->pageblock_order);
}

/* The next pageblock without an owner: those that are not wholly in the zone come last. */
static bool next_unowned(const struct work *work, uint64_t *block, bool *parts)
{
    for (;; (*block)++) {
        if (*block == work->count && *parts)
            return false;
        if (*block == work->count) {
            *parts = true;
            *block = 0;
        }
        bool whole = is_inside(work, pfn_of(work, *block), work->state->pageblock_order);
        if (work->owner[*block] == HOLE && whole != *parts)
            return true;
    }
}

static int place_blocks(struct work *work)
{
    uint64_t block = 0, left = 0;
    bool parts = false, done[MIGRATE_TYPES] = {false};
    for (uint32_t turn = 0; turn < MIGRATE_TYPES; turn++) {
        uint32_t type = MIGRATE_TYPES;
        for (uint32_t t = 0; t < MIGRATE_TYPES; t++)
            if (!done[t] && (type == MIGRATE_TYPES || tightness(work, t) > tightness(work, type)))
                type = t;
        done[type] = true;
        if (!blocks_left(work, type, &left))
            return no_room(work, &work->state->block_counts, "free blocks of whole pageblocks",
                           type, "more pageblocks than", work->state->nr_blocks[type]);
        for (; left > 0; left--) {
            if (!next_unowned(work, &block, &parts))
                return no_room(work, &work->state->block_counts, "pageblocks", type,
                               "together at most", work->count);
            work->owner[block] = (uint8_t)type;
        }
    }
    return IMPORT_OK;
}

/* ---- blocks below a pageblock ---- */

/* Free blocks of a type below an order. */
static uint64_t blocks_below(const struct work *work, uint32_t order, uint32_t type)
{
    uint64_t blocks = 0;
    while (order-- > 0)
        blocks += work->state->nr_free_of_type[order][type];
    return blocks;
}

/* Nodes beyond those that the smaller blocks need are not kept. */
static void add_node(struct work *work, uint64_t pfn, uint32_t order, uint64_t limit)
{
    if (touches(work, pfn, order) && work->next.count < limit)
        work->next.pfn[work->next.count++] = pfn;
}

/* Splits each node of order + 1 in two; of the first ones one half each is free. */
static int split_nodes(struct work *work, uint32_t order, uint32_t type)
{
    uint64_t half = UINT64_C(1) << order, left = work->state->nr_free_of_type[order][type];
    uint64_t most = 0, limit = blocks_below(work, order, type) + SPARE_NODES;
    work->next.count = 0;
    for (uint32_t i = 0; i < work->now.count; i++) {
        uint64_t lower = work->now.pfn[i], upper = lower + half;
        uint64_t place = is_inside(work, lower, order) ? lower : upper;
        bool has_room = is_inside(work, place, order);
        most += has_room;
        if (!has_room || left == 0) {
            add_node(work, lower, order, limit);
            add_node(work, upper, order, limit);
            continue;
        }
        left--;
        if (add_free(work, place, order, type) != IMPORT_OK)
            return IMPORT_BROKEN;
        add_node(work, place == lower ? upper : lower, order, limit);
    }
    struct nodes spare = work->now;
    work->now = work->next;
    work->next = spare;
    if (left == 0)
        return IMPORT_OK;
    char what[64];
    snprintf(what, sizeof(what), "%" PRIu64 " free blocks of order %" PRIu32,
             work->state->nr_free_of_type[order][type], order);
    return no_room(work, &work->state->free_counts, what, type, "at most", most);
}

static int place_small(struct work *work, uint32_t type)
{
    int code = IMPORT_OK;
    uint64_t room = blocks_below(work, work->state->pageblock_order, type) + SPARE_NODES;
    if (room < work->count)
        room = work->count;
    work->now = (struct nodes){calloc(room, sizeof(uint64_t)), 0};
    work->next = (struct nodes){calloc(room, sizeof(uint64_t)), 0};
    if (!work->now.pfn || !work->next.pfn)
        code = no_memory(work);
    for (uint32_t i = 0; code == IMPORT_OK && i < work->count; i++)
        if (work->owner[i] == type && !work->whole[i])
            work->now.pfn[work->now.count++] = pfn_of(work, i);
    for (uint32_t order = work->state->pageblock_order; code == IMPORT_OK && order-- > 0;)
        code = split_nodes(work, order, type);
    free(work->now.pfn);
    free(work->next.pfn);
    return code;
}

/* ---- the rest ---- */

static void block_range(const struct work *work, uint32_t block, uint64_t *pfn, uint64_t *end)
{
    *pfn = pfn_of(work, block);
    *end = pfn_of(work, block + 1);
    *pfn = *pfn < work->start ? work->start : *pfn;
    *end = *end > work->end ? work->end : *end;
}

/* Marks the rest of a pageblock as reserved, from its end down, at most *left pages. */
static void reserve(struct work *work, uint32_t block, uint64_t *left)
{
    uint64_t pfn, end;
    block_range(work, block, &pfn, &end);
    while (*left > 0 && end-- > pfn) {
        if (work->marks[end - work->start] != MARK_REST)
            continue;
        work->marks[end - work->start] = MARK_RESERVED;
        --*left;
    }
}

/* Everything that is not free becomes the rest; how many pages of it, and of ISOLATE. */
static void mark_rest(struct work *work, uint64_t *rest, uint64_t *isolated)
{
    *rest = *isolated = 0;
    for (uint32_t block = 0; block < work->count; block++) {
        uint64_t pfn, end;
        if (work->owner[block] == HOLE)
            continue;
        block_range(work, block, &pfn, &end);
        for (; pfn < end; pfn++) {
            if (work->marks[pfn - work->start] == MARK_FREE)
                continue;
            work->marks[pfn - work->start] = MARK_REST;
            ++*rest;
            *isolated += work->owner[block] == MIGRATE_ISOLATE;
        }
    }
}

/* A page of ISOLATE can be free or reserved: nobody gets one to use. */
static int reserve_rest(struct work *work)
{
    const struct import_zone *zone = work->state->zone;
    uint64_t rest, isolated, managed = zone->managed;
    for (uint32_t i = 0; i < work->layout->free.count; i++)
        managed -= UINT64_C(1) << work->layout->free.pieces[i].order;
    mark_rest(work, &rest, &isolated);
    if (managed + isolated > rest) {
        fprintf(work->errors,
                "%s:%" PRIu64 ":1: zone %s: manages %" PRIu64 " pages; expected at most %" PRIu64
                ", as many as its pageblocks hold (%s:%" PRIu64 ")\n",
                work->state->zoneinfo.file, work->state->zoneinfo.line, zone->name, zone->managed,
                zone->managed - managed + rest - isolated, work->state->block_counts.file,
                work->state->block_counts.line);
        return IMPORT_BAD_INPUT;
    }
    uint64_t left = rest - managed;
    for (uint32_t block = 0; block < work->count; block++)
        if (work->owner[block] == MIGRATE_ISOLATE)
            reserve(work, block, &left);
    for (uint32_t block = work->count; block-- > 0;)
        if (work->owner[block] != HOLE)
            reserve(work, block, &left);
    return IMPORT_OK;
}

/* Cuts a run of rest pages within a pageblock into the largest aligned pieces. */
static bool add_run(struct work *work, uint64_t pfn, uint64_t end, uint32_t type)
{
    while (pfn < end) {
        struct import_piece piece = {.pfn = pfn, .type = (uint8_t)type};
        while (piece.order < work->state->pageblock_order &&
               pfn % (UINT64_C(2) << piece.order) == 0 && pfn + (UINT64_C(2) << piece.order) <= end)
            piece.order++;
        if (!import_pieces_add(&work->layout->rest, &piece))
            return false;
        pfn += UINT64_C(1) << piece.order;
    }
    return true;
}

static bool cut_rest(struct work *work, uint32_t block)
{
    uint64_t pfn, end;
    block_range(work, block, &pfn, &end);
    for (uint64_t run; pfn < end; pfn = run + 1) {
        for (run = pfn; run < end && work->marks[run - work->start] == MARK_REST; run++) {
        }
        if (!add_run(work, pfn, run, work->owner[block]))
            return false;
    }
    return true;
}

static int finish(struct work *work)
{
    struct import_layout *layout = work->layout;
    layout->end = work->start;
    for (uint32_t block = 0; block < work->count; block++) {
        uint64_t pfn, end;
        layout->types[block] = MIGRATE_ISOLATE;
        if (work->owner[block] == HOLE)
            continue;
        layout->types[block] = work->owner[block];
        block_range(work, block, &pfn, &end);
        layout->end = end;
        bool seen = work->owner[block] != MIGRATE_ISOLATE ||
                    memchr(work->marks + (pfn - work->start), MARK_FREE, (size_t)(end - pfn));
        if (!seen)
            return no_room(work, &work->state->block_counts, "pageblocks without a free page",
                           MIGRATE_ISOLATE, "one free page in each of",
                           work->state->nr_blocks[MIGRATE_ISOLATE]);
        if (!cut_rest(work, block))
            return no_memory(work);
    }
    return IMPORT_OK;
}

static int place_all(struct work *work)
{
    int code = place_all_large(work);
    if (code == IMPORT_OK)
        code = place_blocks(work);
    for (uint32_t type = 0; type < MIGRATE_TYPES && code == IMPORT_OK; type++)
        code = place_small(work, type);
    if (code == IMPORT_OK)
        code = reserve_rest(work);
    return code == IMPORT_OK ? finish(work) : code;
}

int import_layout(struct import_layout *layout, const struct import_state *state, FILE *errors)
{
    const struct import_zone *zone = state->zone;
    struct work work = {.state = state, .layout = layout, .errors = errors};
    work.start = zone->start_pfn;
    work.end = zone->start_pfn + zone->spanned;
    work.first = work.start >> state->pageblock_order;
    work.count = (uint32_t)(((work.end - 1) >> state->pageblock_order) - work.first + 1);
    work.owner = malloc(work.count);
    work.large = calloc(work.count, 1);
    work.whole = calloc(work.count, 1);
    work.marks = calloc(zone->spanned, 1);
    memset(layout, 0, sizeof(*layout));
    layout->nr_pageblocks = work.count;
    layout->types = malloc(work.count);
    int code = IMPORT_BROKEN;
    if (work.owner && work.large && work.whole && work.marks && layout->types) {
        memset(work.owner, HOLE, work.count);
        code = place_all(&work);
    } else {
        no_memory(&work);
    }
    free(work.owner);
    free(work.large);
    free(work.whole);
    free(work.marks);
    if (code != IMPORT_OK)
        import_layout_free(layout);
    return code;
}
