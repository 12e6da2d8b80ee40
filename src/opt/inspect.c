/* Inspection of a zone: counters, single pages, heads of lists. Nothing here is fast. */
#include "pcp.h"
#include "state.h"

/* A per-CPU list: a ring and, in v4.10, what follows it. */
struct pcp_list {
    const struct opt_ring *ring;
    uint32_t follows;
};

static struct pcp_list list_of(const struct plumb_zone *zone, uint32_t cpu, uint32_t index)
{
    const struct opt_pcp *pcp = opt_pcp(zone, cpu);
    uint32_t row = opt_min(index / MIGRATE_PCPTYPES, OPT_PCP_HUGE);
    uint32_t place = index + row; /* a row has one list more */
    int spills = index < MIGRATE_PCPTYPES;

    return (struct pcp_list){&pcp->lists[place],
                             spills ? pcp->spill[index].list.to[OPT_NEXT] : OPT_NO_PAGE};
}

static uint32_t list_head(const struct plumb_zone *zone, const struct pcp_list *list)
{
    const struct opt_ring *ring = list->ring;

    return opt_ring_count(ring) == 0 ? list->follows : *opt_ring_at(zone, ring, ring->head);
}

/* What follows a per-CPU list's entry number i, counted from the head. */
static uint32_t list_next(const struct plumb_zone *zone, const struct pcp_list *list, uint32_t i,
                          uint32_t entry)
{
    const struct opt_ring *ring = list->ring;

    if (i + 1 < opt_ring_count(ring))
        return *opt_ring_at(zone, ring, ring->head + i + 1);
    if (i + 1 == opt_ring_count(ring))
        return list->follows;
    return opt_link(zone, entry)->to[OPT_NEXT];
}

/* 1 if the list holds the page; then the page's neighbours are in *out. */
static int find_on_list(const struct plumb_zone *zone, const struct pcp_list *list, uint32_t page,
                        struct plumb_page *out)
{
    uint32_t before = OPT_NO_PAGE;
    uint32_t entry = list_head(zone, list);

    for (uint32_t i = 0; entry != OPT_NO_PAGE; i++) {
        uint32_t next = list_next(zone, list, i, entry);

        if (entry == page) {
            out->prev = opt_pfn(zone, before);
            out->next = opt_pfn(zone, next);
            return 1;
        }
        before = entry;
        entry = next;
    }
    return 0;
}

static void inspect_used(const struct plumb_zone *zone, uint32_t page, struct plumb_page *out)
{
    out->state = PAGE_USED;
    out->refs = opt_refs(zone, page);
    out->compound = (uint8_t)opt_is_compound(zone, page);
}

static void inspect_free(const struct plumb_zone *zone, uint32_t page, struct plumb_page *out)
{
    out->state = PAGE_FREE;
    out->type = out->pageblock_type;
    out->next = opt_pfn(zone, opt_link(zone, page)->to[OPT_NEXT]);
    out->prev = opt_pfn(zone, opt_link(zone, page)->to[OPT_PREV]);
}

/* The state tells the list, but not the CPU. */
static void inspect_pcp(const struct plumb_zone *zone, uint32_t page, uint32_t pcp_type,
                        struct plumb_page *out)
{
    uint32_t row = opt_min(out->order, OPT_PCP_HUGE);
    uint32_t index = MIGRATE_PCPTYPES * row + pcp_type;

    out->state = PAGE_PCP;
    out->type = (uint8_t)index;
    for (uint32_t cpu = 0; cpu < zone->nr_cpus; cpu++) {
        struct pcp_list list = list_of(zone, cpu, index);

        if (find_on_list(zone, &list, page, out)) {
            out->cpu = (uint8_t)cpu;
            return;
        }
    }
}

enum plumb_status plumb_page(const struct plumb_zone *zone, uint64_t pfn, struct plumb_page *page)
{
    uint32_t index, kind;
    uint8_t state;

    if (!opt_spans(zone, pfn))
        return PLUMB_ERANGE;
    index = (uint32_t)(pfn - zone->base_pfn);
    state = opt_states(zone)[index];
    kind = state & ~(uint32_t)(OPT_ORDER_MASK | OPT_MOVABLE);
    *page = (struct plumb_page){.order = state & OPT_ORDER_MASK,
                                .pageblock_type = (uint8_t)opt_pageblock_type(zone, index),
                                .movable = (state & OPT_MOVABLE) != 0,
                                .next = PLUMB_NO_PFN,
                                .prev = PLUMB_NO_PFN};
    if (kind == OPT_NO_HEAD)
        page->state = opt_is_reserved(zone, index) ? PAGE_RESERVED : PAGE_TAIL;
    else if ((kind & ~(uint32_t)OPT_SHARED) == OPT_USED)
        inspect_used(zone, index, page);
    else if (kind == OPT_FREE)
        inspect_free(zone, index, page);
    else
        inspect_pcp(zone, index, (kind - OPT_PCP) >> OPT_KIND_SHIFT, page);
    return PLUMB_OK;
}

void plumb_counters(const struct plumb_zone *zone, struct plumb_counters *counters)
{
    uint64_t pcp_pages = 0;

    counters->managed_pages = zone->managed_pages;
    counters->free_pages = opt_free_pages(zone);
    counters->free_cma = zone->class_pages[MIGRATE_CMA];
    counters->free_highatomic = zone->class_pages[MIGRATE_HIGHATOMIC];
    counters->isolated_pages = zone->class_pages[MIGRATE_ISOLATE];
    counters->watermark_boost = zone->tunables.watermark_boost;
    counters->nr_reserved_highatomic = zone->tunables.nr_reserved_highatomic;
    for (uint32_t order = 0; order < PLUMB_NR_ORDERS; order++)
        counters->nr_free[order] = zone->nr_free[order];
    for (uint32_t cpu = 0; cpu < zone->nr_cpus; cpu++) {
        counters->pcp_count[cpu] = opt_pcp(zone, cpu)->count;
        pcp_pages += counters->pcp_count[cpu];
    }
    for (uint32_t cpu = zone->nr_cpus; cpu < PLUMB_MAX_CPUS; cpu++)
        counters->pcp_count[cpu] = 0;
    counters->pcp_pages = pcp_pages;
    counters->used_pages =
        zone->managed_pages - counters->free_pages - counters->isolated_pages - pcp_pages;
}

uint64_t plumb_free_list_head(const struct plumb_zone *zone, uint32_t order, uint32_t migratetype)
{
    return opt_pfn(zone, zone->free_lists[migratetype][order].to[OPT_NEXT]);
}

uint64_t plumb_pcp_list_head(const struct plumb_zone *zone, uint32_t cpu, uint32_t index)
{
    struct pcp_list list = list_of(zone, cpu, index);

    return opt_pfn(zone, list_head(zone, &list));
}
