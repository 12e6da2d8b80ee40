/* The shrinker: the shortest and plainest program that still gives the same difference, or
 * whatever else a judge looks for.
 *
 * First whole operations go, in ever smaller chunks (ddmin); then the zone and the operands take
 * their plainest values; again from the start until nothing changes. */
#include "harness/shrinker.h"

#include <stdlib.h>
#include <string.h>

/* ---- trying ---- */

bool shrink_may_run(const struct shrinker *s)
{
    return !s->failed && (s->max_runs == 0 || s->runs < s->max_runs);
}

bool shrink_copy_best(struct shrinker *s)
{
    s->failed = s->failed || !program_copy(&s->candidate, s->best);
    return shrink_may_run(s);
}

bool shrink_keep_candidate(struct shrinker *s)
{
    uint32_t needed = s->candidate.nr_operations;
    if (!shrink_may_run(s))
        return false;
    s->runs++;
    int result = s->judge(s->context, &s->candidate, &needed);
    s->failed = result == 2;
    if (result != 0)
        return false;
    s->needed = needed;
    struct program best = *s->best;
    *s->best = s->candidate;
    s->candidate = best;
    return true;
}

/* ---- fewer operations ---- */

void shrink_remove(struct program *program, uint32_t start, uint32_t count)
{
    uint32_t behind = program->nr_operations - start - count;
    memmove(program->operations + start, program->operations + start + count,
            behind * sizeof(program->operations[0]));
    program->nr_operations -= count;
}

static bool cut_behind_needed(struct shrinker *s)
{
    if (s->needed >= s->best->nr_operations || !shrink_copy_best(s))
        return false;
    s->candidate.nr_operations = s->needed;
    return shrink_keep_candidate(s);
}

static bool remove_chunks(struct shrinker *s, uint32_t size)
{
    bool smaller = false;
    for (uint32_t end = s->best->nr_operations; end > 0;) {
        uint32_t start = end > size ? end - size : 0;
        if (!shrink_copy_best(s))
            break;
        shrink_remove(&s->candidate, start, end - start);
        smaller |= shrink_keep_candidate(s);
        end = start < s->best->nr_operations ? start : s->best->nr_operations;
    }
    return smaller;
}

static bool fewer_operations(struct shrinker *s)
{
    bool smaller = cut_behind_needed(s);
    for (uint32_t size = s->best->nr_operations / 2; size > 0; size /= 2)
        smaller |= remove_chunks(s, size);
    while (remove_chunks(s, 1))
        smaller = true;
    return smaller;
}

/* ---- plainer numbers ---- */

/* Tries 0, then half, then one less, of a number of the candidate at this offset of a struct. */
enum number_size { NUMBER_8 = 1, NUMBER_32 = 4, NUMBER_64 = 8 };

static uint64_t load(const void *at, enum number_size size)
{
    uint8_t byte;
    uint32_t word;
    uint64_t number;
    if (size == NUMBER_8)
        return memcpy(&byte, at, sizeof(byte)), byte;
    if (size == NUMBER_32)
        return memcpy(&word, at, sizeof(word)), word;
    return memcpy(&number, at, sizeof(number)), number;
}

static void store(void *at, enum number_size size, uint64_t number)
{
    uint8_t byte = (uint8_t)number;
    uint32_t word = (uint32_t)number;
    memcpy(at,
           size == NUMBER_8    ? (void *)&byte
           : size == NUMBER_32 ? (void *)&word
                               : &number,
           size);
}

/* A number of a program, found again in each copy. */
struct place {
    uint32_t operation; /* UINT32_MAX: of the configuration */
    size_t offset;
    enum number_size size;
};

static void *find(struct program *program, const struct place *place)
{
    char *base = place->operation == UINT32_MAX ? (char *)&program->config
                                                : (char *)&program->operations[place->operation];
    return base + place->offset;
}

static void count_slots(struct program *program)
{
    program->nr_slots = 0;
    for (uint32_t i = 0; i < program->nr_operations; i++) {
        uint64_t slots = operation_slot_end(&program->operations[i]);
        if (slots > program->nr_slots)
            program->nr_slots = (uint32_t)slots;
    }
}

/* The zone's pageblocks follow its size: kept as far as there are as many, then the last again. */
static bool fit_types(struct program *program)
{
    uint32_t before = program->nr_types;
    if (!config_is_valid(&program->config) || before == 0)
        return config_is_valid(&program->config) == (before != 0);
    uint8_t last = program->types[before - 1];
    uint32_t count = config_pageblocks(&program->config);
    if (!program_reserve(program, count, 0, 0))
        return false;
    if (count > before)
        memset(program->types + before, last, count - before);
    program->nr_types = count;
    return true;
}

static bool try_number(struct shrinker *s, const struct place *place, uint64_t number)
{
    if (!shrink_copy_best(s))
        return false;
    store(find(&s->candidate, place), place->size, number);
    count_slots(&s->candidate);
    return fit_types(&s->candidate) && shrink_keep_candidate(s);
}

static bool plainer_number(struct shrinker *s, struct place place, uint64_t least)
{
    bool changed = false;
    uint64_t now = load(find(s->best, &place), place.size);
    if (now <= least)
        return false;
    if (try_number(s, &place, least))
        return true;
    while (now > least && try_number(s, &place, least + (now - least) / 2)) {
        now = least + (now - least) / 2;
        changed = true;
    }
    while (now > least && now - least <= 64 && try_number(s, &place, now - 1)) {
        now--;
        changed = true;
    }
    return changed;
}

static bool plainer_flags(struct shrinker *s, uint32_t operation)
{
    bool changed = false;
    struct place place = {operation, offsetof(struct operation, flags), NUMBER_32};
    for (unsigned bit = 0; bit < 32; bit++) {
        uint64_t flags = s->best->operations[operation].flags;
        if (flags >> bit & 1)
            changed |= try_number(s, &place, flags & ~(UINT64_C(1) << bit));
    }
    return changed;
}

/* The order, or the pages, of the slot instead of a number. */
static bool without_order(struct shrinker *s, uint32_t i)
{
    if (!s->best->operations[i].has_order || !shrink_copy_best(s))
        return false;
    s->candidate.operations[i].has_order = 0;
    s->candidate.operations[i].order = 0;
    s->candidate.operations[i].run = 0;
    return shrink_keep_candidate(s);
}

/* A list without its first entries. */
static bool later_list(struct shrinker *s, uint32_t i)
{
    bool changed = false;
    for (uint32_t fewer = PLUMB_LIST_PAGES / 2; fewer > 0 && shrink_may_run(s); fewer /= 2) {
        const struct operation *operation = &s->best->operations[i];
        if (operation->kind != OP_FREE_LIST || operation->pages <= fewer ||
            operation->pages > PLUMB_LIST_PAGES || !shrink_copy_best(s))
            continue;
        s->candidate.operations[i].slot += fewer;
        s->candidate.operations[i].pages -= fewer;
        count_slots(&s->candidate);
        changed |= shrink_keep_candidate(s);
    }
    return changed;
}

static bool plainer_operation(struct shrinker *s, uint32_t i)
{
    static const size_t words[] = {
        offsetof(struct operation, cpu),  offsetof(struct operation, order),
        offsetof(struct operation, type), offsetof(struct operation, zoneidx),
        offsetof(struct operation, slot),
    };
    bool changed = plainer_flags(s, i);
    for (unsigned w = 0; w < sizeof(words) / sizeof(words[0]); w++)
        changed |= plainer_number(s, (struct place){i, words[w], NUMBER_32}, 0);
    changed |= plainer_number(s, (struct place){i, offsetof(struct operation, cold), NUMBER_8}, 0);
    changed |= without_order(s, i);
    changed |= later_list(s, i);
    if (s->best->operations[i].kind == OP_SIZING || s->best->operations[i].kind == OP_SET_SIZES) {
        changed |=
            plainer_number(s, (struct place){i, offsetof(struct operation, memory), NUMBER_64}, 0);
        changed |= plainer_number(
            s, (struct place){i, offsetof(struct operation, min_free), NUMBER_64}, 0);
    }
    changed |= shrink_pageblock(s, i);
    if (shrink_is_isolation(s->best->operations[i].kind) ||
        s->best->operations[i].kind == OP_ISOLATE_PAGE)
        changed |= plainer_number(s, (struct place){i, offsetof(struct operation, pfn), NUMBER_64},
                                  s->best->config.start_pfn);
    if (s->best->operations[i].kind == OP_FREE_CONTIG)
        changed |=
            plainer_number(s, (struct place){i, offsetof(struct operation, run), NUMBER_64}, 0);
    if (s->best->operations[i].kind == OP_WATERMARK_OK)
        changed |=
            plainer_number(s, (struct place){i, offsetof(struct operation, mark), NUMBER_64}, 0);
    return changed;
}

static bool plainer_operations(struct shrinker *s)
{
    bool changed = false;
    for (uint32_t i = 0; i < s->best->nr_operations && shrink_may_run(s); i++)
        changed |= plainer_operation(s, i);
    return changed;
}

/* ---- plainer zone ---- */

/* All pageblocks, and all requests, of one type: UNMOVABLE, which every generation has. */
static bool all_unmovable(struct shrinker *s)
{
    bool is_already = true;
    if (!shrink_copy_best(s))
        return false;
    for (uint32_t i = 0; i < s->candidate.nr_types; i++) {
        is_already &= s->candidate.types[i] == MIGRATE_UNMOVABLE;
        s->candidate.types[i] = MIGRATE_UNMOVABLE;
    }
    for (uint32_t i = 0; i < s->candidate.nr_operations; i++)
        s->candidate.operations[i].type = MIGRATE_UNMOVABLE;
    return !is_already && shrink_keep_candidate(s);
}

/* Each pageblock of the type of the one before. */
static bool one_type(struct shrinker *s)
{
    bool changed = false;
    for (uint32_t i = 1; i < s->best->nr_types; i++) {
        uint8_t plain = s->best->types[i - 1];
        if (s->best->types[i] == plain || !shrink_copy_best(s))
            continue;
        s->candidate.types[i] = plain;
        changed |= shrink_keep_candidate(s);
    }
    return changed;
}

/* Moves the zone, and every pfn with it, down to `start`. */
static bool move_zone(struct shrinker *s, uint64_t start)
{
    uint64_t by = s->best->config.start_pfn - start;
    if (by == 0 || !shrink_copy_best(s))
        return false;
    s->candidate.config.start_pfn = start;
    for (uint32_t i = 0; i < s->candidate.nr_operations; i++)
        shrink_move_pfns(&s->candidate.operations[i], by);
    return fit_types(&s->candidate) && shrink_keep_candidate(s);
}

static bool plainer_start(struct shrinker *s)
{
    uint64_t start = s->best->config.start_pfn;
    uint64_t block = UINT64_C(1) << PLUMB_MAX_ORDER;
    return move_zone(s, 0) || move_zone(s, start % block) ||
           move_zone(s, start % (UINT64_C(1) << (s->best->config.top_order % 32)));
}

static bool whole_release(struct shrinker *s)
{
    bool changed = false;
    for (uint32_t i = 0; i < s->best->nr_operations; i++) {
        const struct plumb_config *config = &s->best->config;
        const struct operation *old = &s->best->operations[i];
        uint64_t end = config->start_pfn + config->spanned_pages;
        if (old->kind != OP_RELEASE || (old->start == config->start_pfn && old->end == end))
            continue;
        if (!shrink_copy_best(s))
            return changed;
        s->candidate.operations[i].start = config->start_pfn;
        s->candidate.operations[i].end = end;
        changed |= shrink_keep_candidate(s);
    }
    return changed;
}

/* A smaller zone, with the releases cut to it. */
static bool smaller_zone(struct shrinker *s)
{
    uint64_t spanned = s->best->config.spanned_pages;
    uint64_t block = UINT64_C(1) << (s->best->config.top_order % 32);
    uint64_t steps[] = {block + spanned % block, spanned / 2, spanned - block, spanned - 1};
    for (unsigned k = 0; k < sizeof(steps) / sizeof(steps[0]); k++) {
        if (steps[k] == 0 || steps[k] >= spanned || !shrink_copy_best(s))
            continue;
        uint64_t end = s->candidate.config.start_pfn + steps[k];
        s->candidate.config.spanned_pages = steps[k];
        for (uint32_t i = 0; i < s->candidate.nr_operations; i++) {
            struct operation *operation = &s->candidate.operations[i];
            if (operation->kind == OP_RELEASE && operation->end > end && operation->start < end)
                operation->end = end;
        }
        if (fit_types(&s->candidate) && shrink_keep_candidate(s))
            return true;
    }
    return false;
}

static bool plainer_tunables(struct shrinker *s)
{
    static const struct {
        size_t offset;
        enum number_size size;
        uint64_t least;
    } numbers[] = {
        {offsetof(struct plumb_config, nr_cpus), NUMBER_32, 1},
        {offsetof(struct plumb_config, pcp_batch), NUMBER_32, 1},
        {offsetof(struct plumb_config, pcp_high), NUMBER_32, 0},
        {offsetof(struct plumb_config, pcp_low), NUMBER_32, 0},
        {offsetof(struct plumb_config, pcp_limit), NUMBER_32, 2},
        {offsetof(struct plumb_config, wmark[0]), NUMBER_64, 0},
        {offsetof(struct plumb_config, wmark[1]), NUMBER_64, 0},
        {offsetof(struct plumb_config, wmark[2]), NUMBER_64, 0},
        {offsetof(struct plumb_config, wmark[3]), NUMBER_64, 0},
        {offsetof(struct plumb_config, watermark_boost), NUMBER_64, 0},
        {offsetof(struct plumb_config, lowmem_reserve[0]), NUMBER_64, 0},
        {offsetof(struct plumb_config, lowmem_reserve[1]), NUMBER_64, 0},
        {offsetof(struct plumb_config, lowmem_reserve[2]), NUMBER_64, 0},
        {offsetof(struct plumb_config, lowmem_reserve[3]), NUMBER_64, 0},
        {offsetof(struct plumb_config, nr_reserved_highatomic), NUMBER_64, 0},
        {offsetof(struct plumb_config, watermark_boost_factor), NUMBER_32, 0},
        {offsetof(struct plumb_config, fallback), NUMBER_32, 0},
        {offsetof(struct plumb_config, highatomic), NUMBER_32, 0},
        {offsetof(struct plumb_config, placement), NUMBER_32, 0},
        {offsetof(struct plumb_config, page_refs), NUMBER_32, 0},
        {offsetof(struct plumb_config, ungrouped), NUMBER_32, 0},
        {offsetof(struct plumb_config, thp), NUMBER_32, 0},
        {offsetof(struct plumb_config, pcp_tuning), NUMBER_32, 0},
        {offsetof(struct plumb_config, pcp_high_max), NUMBER_32, 0},
        {offsetof(struct plumb_config, pcp_batch_scale_max), NUMBER_32, 0},
        {offsetof(struct plumb_config, pcp_free_high_batch), NUMBER_32, 0},
        {offsetof(struct plumb_config, top_order), NUMBER_32, 0},
        {offsetof(struct plumb_config, pageblock_order), NUMBER_32, 0},
    };
    bool changed = false;
    for (unsigned i = 0; i < sizeof(numbers) / sizeof(numbers[0]) && shrink_may_run(s); i++)
        changed |= plainer_number(s, (struct place){UINT32_MAX, numbers[i].offset, numbers[i].size},
                                  numbers[i].least);
    return changed;
}

static bool plainer_zone(struct shrinker *s)
{
    bool changed = plainer_start(s);
    changed |= plainer_tunables(s);
    changed |= whole_release(s);
    while (shrink_may_run(s) && smaller_zone(s))
        changed = true;
    changed |= all_unmovable(s);
    changed |= one_type(s);
    return changed;
}

/* ---- the whole ---- */

static void drop_unused_changes(struct program *program)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < program->nr_operations; i++) {
        struct operation *operation = &program->operations[i];
        if (operation->kind != OP_SET_TUNABLES)
            continue;
        /* Operations keep their order and each has its own change: what moves, moves down. */
        program->changes[kept] = program->changes[operation->change];
        operation->change = kept++;
    }
    program->nr_changes = kept;
}

int shrink_judged(struct program *program, shrink_judge judge, void *context, uint32_t max_runs)
{
    struct shrinker s = {.judge = judge,
                         .context = context,
                         .best = program,
                         .needed = program->nr_operations,
                         .max_runs = max_runs};
    bool changed = true;
    program_init(&s.candidate);
    while (changed && shrink_may_run(&s)) {
        changed = fewer_operations(&s);
        changed |= shrink_blocks(&s); /* before the zone's top order is lowered */
        changed |= plainer_zone(&s);
        changed |= plainer_operations(&s);
    }
    program_free(&s.candidate);
    drop_unused_changes(program);
    count_slots(program);
    return s.failed ? 2 : 0;
}

struct wanted {
    struct lockstep *lockstep;
    struct lockstep_options options;
    struct difference *difference;
};

static int judge_difference(void *context, const struct program *candidate, uint32_t *needed)
{
    struct wanted *wanted = context;
    struct difference difference;
    int result = lockstep_run(wanted->lockstep, candidate, &wanted->options, &difference);
    if (result == 1 && difference_same(&difference, wanted->difference)) {
        *wanted->difference = difference;
        *needed = difference.operation + 1;
        return 0;
    }
    return result == 2 ? 2 : 1;
}

int shrink(struct lockstep *lockstep, struct program *program,
           const struct lockstep_options *options, struct difference *difference, uint32_t max_runs)
{
    struct wanted wanted = {.lockstep = lockstep, .difference = difference};
    if (options)
        wanted.options = *options;
    wanted.options.trace = NULL;
    return shrink_judged(program, judge_difference, &wanted, max_runs);
}
