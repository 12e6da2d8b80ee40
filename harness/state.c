/* The whole canonical state of two subjects: every page, every link, every list head. */
#include "harness/state.h"

#include <stddef.h>
#include <string.h>

#include "harness/theorems.h"

static bool found(struct difference *difference, enum difference_kind kind, const char *field,
                  uint64_t where, uint64_t a, uint64_t b)
{
    difference->kind = kind;
    difference->field = field;
    difference->theorem = theorem_of_field(field);
    difference->side = -1;
    difference->where = where;
    difference->answer[0] = a;
    difference->answer[1] = b;
    return false;
}

/* ---- counters ---- */

static const char *const total_names[] = {
    "counters.managed_pages",   "counters.free_pages",      "counters.free_cma",
    "counters.free_highatomic", "counters.isolated_pages",  "counters.pcp_pages",
    "counters.used_pages",      "counters.watermark_boost", "counters.nr_reserved_highatomic",
};
enum { NR_TOTALS = sizeof(total_names) / sizeof(total_names[0]) };

/* The counters before pcp_count are numbers of 64 bits without a gap. */
_Static_assert(offsetof(struct plumb_counters, nr_free) == NR_TOTALS * sizeof(uint64_t), "totals");
_Static_assert(offsetof(struct plumb_counters, pcp_count) ==
                   (NR_TOTALS + PLUMB_NR_ORDERS) * sizeof(uint64_t),
               "nr_free");

static bool find_total(const struct plumb_counters *a, const struct plumb_counters *b,
                       struct difference *difference)
{
    const uint64_t *left = &a->managed_pages, *right = &b->managed_pages;
    for (unsigned i = 0; i < NR_TOTALS; i++)
        if (left[i] != right[i])
            return found(difference, DIFFERENCE_COUNTERS, total_names[i], 0, left[i], right[i]);
    for (unsigned i = 0; i < PLUMB_NR_ORDERS; i++)
        if (a->nr_free[i] != b->nr_free[i])
            return found(difference, DIFFERENCE_COUNTERS, "counters.nr_free", i, a->nr_free[i],
                         b->nr_free[i]);
    return true;
}

/* Done after every call: one branch, no call of memcmp, which the sanitizers intercept. */
static bool equal_counters(const struct plumb_counters *a, const struct plumb_counters *b,
                           uint32_t nr_cpus)
{
    const uint64_t *left = &a->managed_pages, *right = &b->managed_pages;
    uint64_t unequal = 0;
    for (unsigned i = 0; i < NR_TOTALS; i++)
        unequal |= left[i] ^ right[i];
    for (unsigned i = 0; i < PLUMB_NR_ORDERS; i++)
        unequal |= a->nr_free[i] ^ b->nr_free[i];
    for (uint32_t cpu = 0; cpu < nr_cpus; cpu++)
        unequal |= a->pcp_count[cpu] ^ b->pcp_count[cpu];
    return unequal == 0;
}

/* The counters differ somewhere. Apart, or the common case would save registers for it. */
static __attribute__((noinline)) bool find_counter(const struct plumb_counters *a,
                                                   const struct plumb_counters *b,
                                                   struct difference *difference)
{
    if (!find_total(a, b, difference))
        return false;
    uint32_t cpu = 0;
    while (a->pcp_count[cpu] == b->pcp_count[cpu])
        cpu++;
    return found(difference, DIFFERENCE_COUNTERS, "counters.pcp_count", cpu, a->pcp_count[cpu],
                 b->pcp_count[cpu]);
}

bool state_same_counters(const struct plumb_counters *a, const struct plumb_counters *b,
                         uint32_t nr_cpus, struct difference *difference)
{
    return equal_counters(a, b, nr_cpus) || find_counter(a, b, difference);
}

/* ---- what tunes the per-CPU lists ---- */

static bool find_in_tuning(const struct plumb_pcp_tuning *a, const struct plumb_pcp_tuning *b,
                           uint32_t cpu, struct difference *difference)
{
    static const char *const names[] = {"tuning.high",       "tuning.alloc_factor",
                                        "tuning.free_count", "tuning.prev_free_high_order",
                                        "tuning.below_high", "tuning.reclaim_active"};
    const uint32_t *left = &a->high, *right = &b->high;
    _Static_assert(sizeof(*a) == sizeof(names) / sizeof(names[0]) * sizeof(*left), "a name each");
    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (left[i] != right[i])
            return found(difference, DIFFERENCE_COUNTERS, names[i], cpu, left[i], right[i]);
    return true;
}

bool state_same_tuning(const struct subject *const subject[2], void *const self[2],
                       uint32_t nr_cpus, struct difference *difference)
{
    for (uint32_t cpu = 0; cpu < nr_cpus; cpu++) {
        struct plumb_pcp_tuning tuning[2] = {0};
        uint32_t a = subject[0]->pcp_tuning(self[0], cpu, &tuning[0]);
        uint32_t b = subject[1]->pcp_tuning(self[1], cpu, &tuning[1]);
        if (a != b)
            return found(difference, DIFFERENCE_COUNTERS, "tuning (status)", cpu, a, b);
        if (!find_in_tuning(&tuning[0], &tuning[1], cpu, difference))
            return false;
    }
    return true;
}

/* ---- pages and heads ---- */

static bool find_in_page(const struct plumb_page *a, const struct plumb_page *b, uint64_t pfn,
                         struct difference *difference)
{
    if (a->state != b->state)
        return found(difference, DIFFERENCE_PAGE, "page.state", pfn, a->state, b->state);
    if (a->order != b->order)
        return found(difference, DIFFERENCE_PAGE, "page.order", pfn, a->order, b->order);
    if (a->type != b->type)
        return found(difference, DIFFERENCE_PAGE, "page.type", pfn, a->type, b->type);
    if (a->cpu != b->cpu)
        return found(difference, DIFFERENCE_PAGE, "page.cpu", pfn, a->cpu, b->cpu);
    if (a->pageblock_type != b->pageblock_type)
        return found(difference, DIFFERENCE_PAGE, "page.pageblock_type", pfn, a->pageblock_type,
                     b->pageblock_type);
    if (a->movable != b->movable)
        return found(difference, DIFFERENCE_PAGE, "page.movable", pfn, a->movable, b->movable);
    if (a->compound != b->compound)
        return found(difference, DIFFERENCE_PAGE, "page.compound", pfn, a->compound, b->compound);
    if (a->refs != b->refs)
        return found(difference, DIFFERENCE_PAGE, "page.refs", pfn, a->refs, b->refs);
    if (a->next != b->next)
        return found(difference, DIFFERENCE_PAGE, "page.next", pfn, a->next, b->next);
    return found(difference, DIFFERENCE_PAGE, "page.prev", pfn, a->prev, b->prev);
}

bool state_same_page(const struct plumb_page *a, const struct plumb_page *b)
{
    return a->state == b->state && a->order == b->order && a->type == b->type && a->cpu == b->cpu &&
           a->pageblock_type == b->pageblock_type && a->movable == b->movable &&
           a->compound == b->compound && a->refs == b->refs && a->next == b->next &&
           a->prev == b->prev;
}

/* One page of both, in *page as subject 0 has it. */
static bool same_at(const struct subject *const subject[2], void *const self[2], uint64_t pfn,
                    struct plumb_page *page, struct difference *difference)
{
    struct plumb_page other;
    enum plumb_status a = subject[0]->page(self[0], pfn, page);
    enum plumb_status b = subject[1]->page(self[1], pfn, &other);
    if (a != b)
        return found(difference, DIFFERENCE_PAGE, "page (status)", pfn, a, b);
    return a != PLUMB_OK || state_same_page(page, &other) ||
           find_in_page(page, &other, pfn, difference);
}

/* The next page to compare where only heads and the first pages of pageblocks are. A page inside a
 * block gives no step of its own, only the rest of the block it is in. */
static uint64_t next_head(const struct plumb_config *config, const struct plumb_page *page,
                          uint64_t pfn, uint64_t *block_end)
{
    uint64_t next = (pfn | ((UINT64_C(1) << config->pageblock_order) - 1)) + 1;
    if (page->state != PAGE_TAIL)
        *block_end = pfn + (page->order <= config->top_order ? UINT64_C(1) << page->order : 1);
    if (*block_end < next)
        next = *block_end > pfn ? *block_end : pfn + 1;
    return next;
}

static bool same_pages(const struct subject *const subject[2], void *const self[2],
                       const struct plumb_config *config, bool heads_only,
                       struct difference *difference)
{
    uint64_t end = config->start_pfn + config->spanned_pages;
    uint64_t block_end = 0;
    for (uint64_t pfn = config->start_pfn, next; pfn < end; pfn = next) {
        struct plumb_page page = {0};
        if (!same_at(subject, self, pfn, &page, difference))
            return false;
        next = heads_only ? next_head(config, &page, pfn, &block_end) : pfn + 1;
    }
    return true;
}

static bool same_free_heads(const struct subject *const subject[2], void *const self[2],
                            const struct plumb_config *config, struct difference *difference)
{
    for (uint32_t order = 0; order <= config->top_order; order++) {
        for (uint32_t type = 0; type < MIGRATE_TYPES; type++) {
            uint64_t a = subject[0]->free_list_head(self[0], order, type);
            uint64_t b = subject[1]->free_list_head(self[1], order, type);
            if (a != b)
                return found(difference, DIFFERENCE_HEAD, "free_list_head",
                             (uint64_t)order * MIGRATE_TYPES + type, a, b);
        }
    }
    return true;
}

static bool same_pcp_heads(const struct subject *const subject[2], void *const self[2],
                           const struct plumb_config *config, struct difference *difference)
{
    for (uint32_t cpu = 0; cpu < config->nr_cpus; cpu++) {
        for (uint32_t index = 0; index < PLUMB_NR_PCP_LISTS; index++) {
            uint64_t a = subject[0]->pcp_list_head(self[0], cpu, index);
            uint64_t b = subject[1]->pcp_list_head(self[1], cpu, index);
            if (a != b)
                return found(difference, DIFFERENCE_HEAD, "pcp_list_head",
                             (uint64_t)cpu * PLUMB_NR_PCP_LISTS + index, a, b);
        }
    }
    return true;
}

bool state_same(const struct subject *const subject[2], void *const self[2],
                const struct plumb_config *config, bool heads_only, struct difference *difference)
{
    return same_pages(subject, self, config, heads_only, difference) &&
           same_free_heads(subject, self, config, difference) &&
           same_pcp_heads(subject, self, config, difference);
}
