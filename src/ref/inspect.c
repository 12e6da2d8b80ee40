/* Looking at the reference's zone: totals, pages, heads of lists. Changes nothing. */
#include "src/ref/ref.h"
#include "src/ref/pcp.h"
#include "src/ref/watermark.h"

void ref_counters(const struct zone *z, struct plumb_counters *counters)
{
    uint64_t pcp = 0;

    for (uint32_t cpu = 0; cpu < PLUMB_MAX_CPUS; cpu++) {
        counters->pcp_count[cpu] = (uint32_t)z->counts.held[CLASS_PCP + cpu];
        pcp += z->counts.held[CLASS_PCP + cpu];
    }
    for (uint32_t order = 0; order < PLUMB_NR_ORDERS; order++)
        counters->nr_free[order] = nr_free(z, order);
    counters->managed_pages = z->blocks.end - z->counts.held[CLASS_RESERVED];
    counters->free_pages = nr_free_pages(z);
    counters->free_cma = z->counts.held[MIGRATE_CMA];
    counters->free_highatomic = z->counts.held[MIGRATE_HIGHATOMIC];
    counters->isolated_pages = z->counts.held[MIGRATE_ISOLATE];
    counters->pcp_pages = pcp;
    counters->used_pages = z->counts.held[CLASS_USED];
}

static uint64_t pfn_of(const struct zone *z, uint32_t p)
{
    return p == NONE ? PLUMB_NO_PFN : z->base_pfn + p;
}

static void describe_listed(const struct zone *z, uint32_t p, struct plumb_page *page)
{
    uint32_t place = z->blocks.place[p];

    page->next = pfn_of(z, z->lists.next[p]);
    page->prev = pfn_of(z, z->lists.prev[p]);
    if (place < NR_FREE_LISTS) {
        page->state = PAGE_FREE;
        page->type = (uint8_t)(place % 6);
    } else {
        page->state = PAGE_PCP;
        page->type = (uint8_t)((place - NR_FREE_LISTS) / 64);
        page->cpu = (uint8_t)((place - NR_FREE_LISTS) % 64);
    }
}

enum plumb_status ref_page(const struct zone *z, uint64_t pfn, struct plumb_page *page)
{
    uint32_t p, place;

    if (pfn < z->base_pfn + z->first || pfn >= z->base_pfn + z->blocks.end)
        return PLUMB_ERANGE;
    p = (uint32_t)(pfn - z->base_pfn);
    place = z->blocks.place[p];
    page->state = place == PLACE_RESERVED ? PAGE_RESERVED :
                  place == PLACE_USED     ? PAGE_USED :
                                            PAGE_TAIL;
    page->order = place == PLACE_TAIL ? 0 : z->blocks.order[p];
    page->type = 0;
    page->cpu = 0;
    page->pageblock_type = (uint8_t)pageblock_type(z, p);
    page->next = PLUMB_NO_PFN;
    page->prev = PLUMB_NO_PFN;
    if (place < NR_LISTS)
        describe_listed(z, p, page);
    return PLUMB_OK;
}

uint64_t ref_free_list_head(const struct zone *z, uint32_t order, uint32_t migratetype)
{
    return pfn_of(z, z->lists.head[free_list_of(order, migratetype)]);
}

uint64_t ref_pcp_list_head(const struct zone *z, uint32_t cpu, uint32_t index)
{
    return pfn_of(z, z->lists.head[pcp_list_of(cpu, index)]);
}
