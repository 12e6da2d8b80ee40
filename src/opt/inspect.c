/* Inspection of a zone: counters, single pages, heads of lists. Nothing here is fast. */
#include "opt.h"

static uint32_t list_head(const struct plumb_zone *zone, const struct opt_ring *list)
{
    return list->count == 0 ? list->spill.head : opt_entries(zone, list)[list->first];
}

/* What follows a per-CPU list's entry number i, counted from the head. */
static uint32_t list_next(const struct plumb_zone *zone, const struct opt_ring *list, uint32_t i,
                          uint32_t entry)
{
    if (i + 1 < list->count)
        return opt_entries(zone, list)[(list->first + i + 1) & list->mask];
    if (i + 1 == list->count)
        return list->spill.head;
    return opt_link(zone, entry)->next;
}

/* 1 if the list holds the page; then the page's neighbours are in *out. */
static int find_on_list(const struct plumb_zone *zone, const struct opt_ring *list, uint32_t page,
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

static void inspect_free(const struct plumb_zone *zone, uint32_t page, struct plumb_page *out)
{
    out->state = PAGE_FREE;
    out->type = out->pageblock_type;
    out->next = opt_pfn(zone, opt_link(zone, page)->next);
    out->prev = opt_pfn(zone, opt_link(zone, page)->prev);
}

/* The state tells the list, but not the CPU. */
static void inspect_pcp(const struct plumb_zone *zone, uint32_t page, uint32_t pcp_type,
                        struct plumb_page *out)
{
    uint32_t index = MIGRATE_PCPTYPES * (uint32_t)out->order + pcp_type;

    out->state = PAGE_PCP;
    out->type = (uint8_t)index;
    for (uint32_t cpu = 0; cpu < zone->nr_cpus; cpu++) {
        if (find_on_list(zone, &opt_pcp(zone, cpu)->lists[index], page, out)) {
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
    kind = state & ~(uint32_t)OPT_ORDER_MASK;
    *page = (struct plumb_page){.order = state & OPT_ORDER_MASK,
                                .pageblock_type = (uint8_t)opt_pageblock_type(zone, index),
                                .next = PLUMB_NO_PFN,
                                .prev = PLUMB_NO_PFN};
    if (kind == OPT_TAIL)
        page->state = PAGE_TAIL;
    else if (kind == OPT_RESERVED)
        page->state = PAGE_RESERVED;
    else if (kind == OPT_USED)
        page->state = PAGE_USED;
    else if (kind == OPT_FREE)
        inspect_free(zone, index, page);
    else
        inspect_pcp(zone, index, (kind - OPT_PCP) >> OPT_KIND_SHIFT, page);
    return PLUMB_OK;
}

void plumb_counters(const struct plumb_zone *zone, struct plumb_counters *counters)
{
    uint64_t pcp_pages = 0;

    *counters = (struct plumb_counters){.managed_pages = zone->managed_pages,
                                        .free_pages = zone->free_pages,
                                        .free_cma = zone->type_pages[MIGRATE_CMA],
                                        .free_highatomic = zone->type_pages[MIGRATE_HIGHATOMIC],
                                        .isolated_pages = zone->type_pages[MIGRATE_ISOLATE]};
    for (uint32_t order = 0; order < PLUMB_NR_ORDERS; order++)
        counters->nr_free[order] = zone->nr_free[order];
    for (uint32_t cpu = 0; cpu < zone->nr_cpus; cpu++) {
        counters->pcp_count[cpu] = opt_pcp(zone, cpu)->count;
        pcp_pages += counters->pcp_count[cpu];
    }
    counters->pcp_pages = pcp_pages;
    counters->used_pages =
        zone->managed_pages - zone->free_pages - counters->isolated_pages - pcp_pages;
}

uint64_t plumb_free_list_head(const struct plumb_zone *zone, uint32_t order, uint32_t migratetype)
{
    return opt_pfn(zone, zone->free_lists[migratetype][order].head);
}

uint64_t plumb_pcp_list_head(const struct plumb_zone *zone, uint32_t cpu, uint32_t index)
{
    return opt_pfn(zone, list_head(zone, &opt_pcp(zone, cpu)->lists[index]));
}
