/* The shrinker: one allocation of a larger block, or of more pages, instead of two. */
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

/* The first of the two gets the pages of both, or as many as the next order has; or the second. */
static bool merge(struct shrinker *s, uint32_t i, uint32_t j)
{
    const struct operation *a = &s->best->operations[i], *b = &s->best->operations[j];
    uint32_t size = together(a, b);
    if (!are_alike(a, b) || (a->kind == OP_ALLOC && size > s->best->config.top_order))
        return false;
    for (unsigned second = 0; second < 2; second++) {
        if (!shrink_copy_best(s))
            return false;
        s->candidate.operations[second ? j : i].order = size;
        shrink_remove(&s->candidate, second ? i : j, 1);
        if (shrink_keep_candidate(s))
            return true;
    }
    return false;
}

bool shrink_blocks(struct shrinker *s)
{
    bool changed = false;
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
