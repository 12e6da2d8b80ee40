/* The shrinker: pageblocks and ranges of pages nearer the zone's beginning, and shorter ranges. */
#include "harness/shrinker.h"

bool shrink_is_isolation(uint32_t kind)
{
    return kind == OP_ISOLATE || kind == OP_UNISOLATE;
}

static bool names_pageblock(uint32_t kind)
{
    return shrink_is_isolation(kind) || kind == OP_ALLOC_CONTIG;
}

void shrink_move_pfns(struct operation *operation, uint64_t by)
{
    if (operation->kind == OP_RELEASE || operation->kind == OP_ALLOC_CONTIG) {
        operation->start -= by;
        operation->end -= by;
    }
    if (operation->kind == OP_FREE_PFN || operation->kind == OP_ISOLATE_PAGE ||
        shrink_is_isolation(operation->kind))
        operation->pfn -= by;
}

/* The zone's first pageblock that is all in it. */
static uint64_t first_pageblock(const struct plumb_config *config)
{
    uint32_t order = config->pageblock_order % 32;
    return (config->start_pfn + (UINT64_C(1) << order) - 1) >> order;
}

/* All calls about pageblocks from one on, or about this one alone, are about those from the zone's
 * first on instead; isolations name the first page of theirs. */
static bool lower_pageblocks(struct shrinker *s, uint32_t i, bool alone)
{
    const struct operation *operation = &s->best->operations[i];
    uint32_t order = s->best->config.pageblock_order % 32;
    uint64_t first = first_pageblock(&s->best->config), block = operation->start >> order;
    if (!names_pageblock(operation->kind) || block <= first || !shrink_copy_best(s))
        return false;
    for (uint32_t k = 0; k < s->candidate.nr_operations; k++) {
        struct operation *other = &s->candidate.operations[k];
        uint64_t its = other->start >> order;
        if (!names_pageblock(other->kind) || its < block || (alone && its != block))
            continue;
        shrink_move_pfns(other, (block - first) << order);
        if (shrink_is_isolation(other->kind))
            other->pfn = other->pfn >> order << order;
    }
    return shrink_keep_candidate(s);
}

static bool try_range(struct shrinker *s, uint32_t i, uint64_t start, uint64_t end)
{
    const struct operation *operation = &s->best->operations[i];
    if ((start == operation->start && end == operation->end) || !shrink_copy_best(s))
        return false;
    s->candidate.operations[i].start = start;
    s->candidate.operations[i].end = end;
    return shrink_keep_candidate(s);
}

/* A range of fewer pages, from either end: one page, half of them, one page less. */
static bool shorter_range(struct shrinker *s, uint32_t i)
{
    uint64_t start = s->best->operations[i].start, end = s->best->operations[i].end;
    uint64_t half = start + (end - start) / 2;
    if (start >= end || end - start < 2)
        return false;
    return try_range(s, i, start, start + 1) || try_range(s, i, end - 1, end) ||
           try_range(s, i, start, half) || try_range(s, i, half, end) ||
           try_range(s, i, start, end - 1) || try_range(s, i, start + 1, end);
}

static bool plainer_range(struct shrinker *s, uint32_t i)
{
    bool changed = false;
    const struct plumb_config *config = &s->best->config;
    if (s->best->operations[i].kind != OP_ALLOC_CONTIG)
        return false;
    while (shrink_may_run(s) && shorter_range(s, i))
        changed = true;
    uint64_t start = s->best->operations[i].start, pages = s->best->operations[i].end - start;
    if (start > config->start_pfn)
        changed |= try_range(s, i, config->start_pfn, config->start_pfn + pages) ||
                   try_range(s, i, start - 1, start - 1 + pages);
    return changed;
}

bool shrink_pageblock(struct shrinker *s, uint32_t i)
{
    bool changed = lower_pageblocks(s, i, false);
    changed |= lower_pageblocks(s, i, true);
    return plainer_range(s, i) || changed;
}
