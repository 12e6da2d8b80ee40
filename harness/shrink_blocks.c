/* The shrinker: one allocation of a larger block, or of more pages, instead of two; less memory
 * released instead of an allocation. */
#include "harness/shrinker.h"

enum { FAR = 64 }; /* operations between two allocations that are tried together */

static bool are_alike(const struct operation *a, const struct operation *b)
{
    return a->kind == b->kind && a->type == b->type && a->cpu == b->cpu &&
           (a->kind == OP_ALLOC || a->kind == OP_ALLOC_EXACT);
}

static uint32_t together(const struct operation *a, const struct operation *b)
{
    if (a->kind == OP_ALLOC_EXACT)
        return a->pages + b->pages;
    return (a->order > b->order ? a->order : b->order) + 1;
}

/* The first of the two gets the pages of both, or as many as the next order has; or the second. A
 * zone without blocks of that order gets them. */
static bool merge(struct shrinker *s, uint32_t i, uint32_t j)
{
    const struct operation *a = &s->best->operations[i], *b = &s->best->operations[j];
    uint32_t size = together(a, b);
    if (!are_alike(a, b) || (a->kind == OP_ALLOC && size > PLUMB_MAX_ORDER))
        return false;
    for (unsigned second = 0; second < 2; second++) {
        if (!shrink_copy_best(s))
            return false;
        s->candidate.operations[second ? j : i].order = size;
        if (a->kind == OP_ALLOC && size > s->candidate.config.top_order)
            s->candidate.config.top_order = size;
        shrink_remove(&s->candidate, second ? i : j, 1);
        if (shrink_keep_candidate(s))
            return true;
    }
    return false;
}

/* Pages that are never there need not be taken: those at an end of a release, or at its other. */
static bool take_from_release(struct shrinker *s, uint32_t i, uint32_t release)
{
    const struct operation *taken = &s->best->operations[i];
    const struct operation *range = &s->best->operations[release];
    uint64_t pages = taken->kind == OP_ALLOC ? UINT64_C(1) << taken->order % 64 : taken->pages;
    if (range->kind != OP_RELEASE || range->end < range->start ||
        range->end - range->start <= pages)
        return false;
    for (unsigned first = 0; first < 2; first++) {
        if (!shrink_copy_best(s))
            return false;
        if (first)
            s->candidate.operations[release].start += pages;
        else
            s->candidate.operations[release].end -= pages;
        shrink_remove(&s->candidate, i, 1);
        if (shrink_keep_candidate(s))
            return true;
    }
    return false;
}

static bool release_less(struct shrinker *s, uint32_t i)
{
    const struct operation *taken = &s->best->operations[i];
    if (taken->kind != OP_ALLOC && taken->kind != OP_ALLOC_EXACT)
        return false;
    for (uint32_t release = 0; release < i && shrink_may_run(s); release++)
        if (take_from_release(s, i, release))
            return true;
    return false;
}

bool shrink_blocks(struct shrinker *s)
{
    bool changed = false;
    for (uint32_t i = s->best->nr_operations; i > 0 && shrink_may_run(s); i--)
        changed |= release_less(s, i - 1);
    for (uint32_t i = 0; i < s->best->nr_operations; i++) {
        uint32_t j = i + 1;
        while (j < s->best->nr_operations && j - i < FAR && shrink_may_run(s)) {
            if (merge(s, i, j))
                changed = true;
            else
                j++;
        }
    }
    return changed;
}
