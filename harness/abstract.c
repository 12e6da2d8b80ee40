/* The abstraction function: the reference's value for what any subject shows of its state.
 *
 * Lists, ranks and lengths come from walking the lists from their heads, page fields from the
 * pages, counts from the counters; so an oracle that ties one to another ties the subject's own
 * words together. Counters are sums over lists: what is left of a sum after the walked lists of
 * other types is given to the list (or class) of type UNMOVABLE. */
#define _GNU_SOURCE /* MAP_ANONYMOUS, MAP_NORESERVE */
#include "harness/abstract.h"

#include <string.h>
#include <sys/mman.h>

struct abstract *abstract_new(void)
{
    void *abstract = mmap(NULL, sizeof(struct abstract), PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return abstract == MAP_FAILED ? NULL : abstract;
}

void abstract_free(struct abstract *abstract)
{
    munmap(abstract, sizeof(*abstract));
}

static void fill_config(struct zone *z, const struct plumb_config *config,
                        const struct plumb_tunables *tunables)
{
    uint64_t block = UINT64_C(1) << config->top_order;
    z->base_pfn = config->start_pfn / block * block;
    z->first = (uint32_t)(config->start_pfn - z->base_pfn);
    z->blocks.end = (uint32_t)(z->first + config->spanned_pages);
    z->blocks.top_order = config->top_order;
    z->blocks.pageblock_order = config->pageblock_order;
    z->generation = config->generation + config->thp;
    z->nr_cpus = config->nr_cpus;
    z->pcp_batch = tunables->pcp_batch;
    z->pcp_high = tunables->pcp_high;
    z->pcp_low = tunables->pcp_low;
    z->pcp_limit = config->pcp_limit;
    memcpy(z->wmark, tunables->wmark, sizeof(z->wmark));
    z->watermark_boost = tunables->watermark_boost;
    memcpy(z->lowmem_reserve, tunables->lowmem_reserve, sizeof(z->lowmem_reserve));
    z->nr_reserved_highatomic = tunables->nr_reserved_highatomic;
    z->watermark_boost_factor = tunables->watermark_boost_factor;
    z->fallback = config->fallback;
    z->highatomic = config->highatomic;
    z->placement = config->placement;
    z->owners.ungrouped = config->ungrouped;
    z->tuning.on = config->pcp_tuning;
    z->tuning.high_max = tunables->pcp_high_max;
    z->tuning.batch_scale_max = config->pcp_batch_scale_max;
    z->tuning.free_high_batch = config->pcp_free_high_batch;
}

/* ---- pages ---- */

/* Of a CPU's 14 lists those of huge pages are numbered by their order. */
static uint32_t pcp_list(const struct zone *z, uint32_t cpu, uint32_t index)
{
    const uint32_t huge = MIGRATE_PCPTYPES * PLUMB_PCP_ORDERS;
    uint32_t order = z->blocks.pageblock_order;
    if (index >= huge && order >= PLUMB_PCP_ORDERS)
        index += 2 * (order - PLUMB_PCP_ORDERS);
    return NR_FREE_LISTS + PLUMB_MAX_CPUS * index + cpu;
}

static uint16_t place_of(const struct zone *z, const struct plumb_page *page)
{
    switch (page->state) {
    case PAGE_TAIL:
        return PLACE_TAIL;
    case PAGE_RESERVED:
        return PLACE_RESERVED;
    case PAGE_USED:
        return PLACE_USED;
    case PAGE_PCP:
        return (uint16_t)pcp_list(z, page->cpu, page->type);
    case PAGE_FREE:
        return (uint16_t)(MIGRATE_TYPES * page->order + page->type);
    default:
        return UINT16_MAX; /* no place at all: placed_at is false of it */
    }
}

static uint32_t index_of(const struct zone *z, uint64_t pfn)
{
    if (pfn == PLUMB_NO_PFN)
        return NONE;
    uint64_t index = pfn - z->base_pfn;
    return index < NONE ? (uint32_t)index : NONE - 1; /* NONE - 1 is in no zone */
}

static void fill_reserved(struct abstract *abstract, uint32_t p)
{
    struct zone *z = &abstract->zone;
    abstract->refs.count[p] = 0;
    abstract->refs.compound[p] = 0;
    z->blocks.place[p] = PLACE_RESERVED;
    z->blocks.order[p] = 0;
    z->lists.next[p] = NONE;
    z->lists.prev[p] = NONE;
    z->lists.rank[p] = 0;
    z->owners.movable[p] = 0;
}

/* Pages of one pageblock have to agree on its type; if they do not, it has none. */
static void fill_type(struct zone *z, uint32_t p, uint8_t type)
{
    uint32_t block = p >> z->blocks.pageblock_order;
    bool is_first = p == z->first || (p - 1) >> z->blocks.pageblock_order != block;
    if (is_first)
        z->pageblocks.migratetype[block] = type;
    else if (z->pageblocks.migratetype[block] != type)
        z->pageblocks.migratetype[block] = UINT8_MAX;
}

static void fill_page(struct abstract *abstract, uint32_t p, const struct subject *subject,
                      const void *self)
{
    struct zone *z = &abstract->zone;
    struct plumb_page page = {0};
    if (subject->page(self, z->base_pfn + p, &page) != PLUMB_OK)
        page.state = UINT8_MAX;
    z->blocks.place[p] = place_of(z, &page);
    z->blocks.order[p] = page.order;
    z->lists.next[p] = index_of(z, page.next);
    z->lists.prev[p] = index_of(z, page.prev);
    z->lists.rank[p] = 0;
    z->owners.movable[p] = page.movable;
    abstract->refs.count[p] = page.refs;
    abstract->refs.compound[p] = page.compound;
    fill_type(z, p, page.pageblock_type);
}

static void fill_pages(struct abstract *abstract, const struct subject *subject, const void *self)
{
    struct zone *z = &abstract->zone;
    for (uint32_t b = 0; b <= (z->blocks.end - 1) >> z->blocks.pageblock_order; b++)
        z->pageblocks.migratetype[b] = MIGRATE_UNMOVABLE;
    for (uint32_t p = 0; p < z->first; p++)
        fill_reserved(abstract, p);
    for (uint32_t p = z->first; p < z->blocks.end; p++)
        fill_page(abstract, p, subject, self);
}

/* ---- lists ---- */

/* Walks a list from its head: rank, tail, length. Stops at a page of another list and after as
 * many steps as there are pages. */
static void fill_list(struct zone *z, uint32_t list, uint64_t head_pfn)
{
    uint32_t p = index_of(z, head_pfn);
    int64_t rank = z->blocks.end;
    z->lists.head[list] = p;
    z->lists.tail[list] = p;
    z->counts.len[list] = 0;
    while (p < z->blocks.end && z->blocks.place[p] == list && rank > 0) {
        z->lists.rank[p] = rank--;
        z->lists.tail[list] = p;
        z->counts.len[list]++;
        p = z->lists.next[p];
    }
}

static void fill_lists(struct zone *z, const struct subject *subject, const void *self)
{
    for (uint32_t l = 0; l < NR_LISTS; l++) {
        z->lists.head[l] = NONE;
        z->lists.tail[l] = NONE;
        z->counts.len[l] = 0;
    }
    for (uint32_t order = 0; order <= z->blocks.top_order; order++)
        for (uint32_t type = 0; type < MIGRATE_TYPES; type++)
            fill_list(z, MIGRATE_TYPES * order + type, subject->free_list_head(self, order, type));
    for (uint32_t cpu = 0; cpu < z->nr_cpus; cpu++)
        for (uint32_t index = 0; index < PLUMB_NR_PCP_LISTS; index++)
            fill_list(z, pcp_list(z, cpu, index), subject->pcp_list_head(self, cpu, index));
    z->lists.clock = z->blocks.end;
}

/* ---- counts ---- */

static uint32_t walked_pages(const struct zone *z, uint32_t type)
{
    uint32_t pages = 0;
    for (uint32_t order = 0; order <= z->blocks.top_order; order++)
        pages += z->counts.len[MIGRATE_TYPES * order + type] << order;
    return pages;
}

static void fill_lengths(struct zone *z, const struct plumb_counters *counters)
{
    for (uint32_t order = 0; order < PLUMB_NR_ORDERS; order++) {
        uint32_t others = 0;
        for (uint32_t type = 1; type < MIGRATE_TYPES; type++)
            others += z->counts.len[MIGRATE_TYPES * order + type];
        z->counts.len[MIGRATE_TYPES * order] = (uint32_t)counters->nr_free[order] - others;
    }
}

static void fill_counts(struct zone *z, const struct subject *subject, const void *self)
{
    struct plumb_counters counters;
    uint32_t n = z->blocks.end;
    subject->counters(self, &counters);
    fill_lengths(z, &counters);
    memset(z->counts.held, 0, sizeof(z->counts.held));
    z->counts.held[MIGRATE_MOVABLE] = walked_pages(z, MIGRATE_MOVABLE);
    z->counts.held[MIGRATE_RECLAIMABLE] = walked_pages(z, MIGRATE_RECLAIMABLE);
    z->counts.held[MIGRATE_HIGHATOMIC] = (uint32_t)counters.free_highatomic;
    z->counts.held[MIGRATE_CMA] = (uint32_t)counters.free_cma;
    z->counts.held[MIGRATE_ISOLATE] = (uint32_t)counters.isolated_pages;
    z->counts.held[MIGRATE_UNMOVABLE] =
        (uint32_t)(counters.free_pages - counters.free_highatomic - counters.free_cma) -
        z->counts.held[MIGRATE_MOVABLE] - z->counts.held[MIGRATE_RECLAIMABLE];
    z->counts.held[CLASS_USED] = (uint32_t)counters.used_pages;
    z->counts.held[CLASS_RESERVED] = n - (uint32_t)counters.managed_pages;
    for (uint32_t cpu = 0; cpu < PLUMB_MAX_CPUS; cpu++)
        z->counts.held[CLASS_PCP + cpu] = counters.pcp_count[cpu];
}

/* ---- what CPUs remember */

static int32_t remembered(uint32_t value)
{
    return value <= INT32_MAX ? (int32_t)value : -1;
}

/* Nothing in a zone that does not tune its lists. */
static void fill_tuning(struct zone *z, const struct subject *subject, const void *self)
{
    struct pcp_tuning *t = &z->tuning;
    t->below_high = t->reclaim_active = 0;
    for (uint32_t cpu = 0; cpu < PLUMB_MAX_CPUS; cpu++) {
        struct plumb_pcp_tuning shown = {0};
        if (t->on && cpu < z->nr_cpus && subject->pcp_tuning(self, cpu, &shown) != PLUMB_OK)
            shown.high = UINT32_MAX;
        t->high[cpu] = remembered(shown.high);
        t->alloc_factor[cpu] = remembered(shown.alloc_factor);
        t->free_count[cpu] = remembered(shown.free_count);
        t->prev_free_high_order[cpu] = remembered(shown.prev_free_high_order);
        if (shown.below_high)
            t->below_high = remembered(shown.below_high);
        if (shown.reclaim_active)
            t->reclaim_active = remembered(shown.reclaim_active);
    }
}

void abstract_fill(struct abstract *abstract, const struct subject *subject, const void *self,
                   const struct plumb_config *config, const struct plumb_tunables *tunables)
{
    fill_config(&abstract->zone, config, tunables);
    abstract->refs.counts = config->page_refs;
    fill_pages(abstract, subject, self);
    fill_lists(&abstract->zone, subject, self);
    fill_counts(&abstract->zone, subject, self);
    fill_tuning(&abstract->zone, subject, self);
}
