/* Looking at the reference's zone: totals, pages, heads of lists. Changes nothing. */
#include "src/ref/ref.h"
#include "src/ref/pcp.h"
#include "src/ref/watermark.h"

/*@ requires \valid_read(z) && \valid(counters) && \separated(z, counters);
    requires \forall integer c; is_class(c) ==> z->counts.held[c] <= 0x800000;
    terminates \true;
    assigns counters->pcp_count[0 .. 63];
    ensures total: \result == pcp_sum(z->counts, 64);
    ensures counts: \forall integer c; 0 <= c < 64 ==>
      counters->pcp_count[c] == z->counts.held[8 + c];
*/
static uint64_t count_pcp_pages(const struct zone *z, struct plumb_counters *counters)
{
    uint64_t pages = 0;

    /*@ loop invariant range: 0 <= cpu <= 64;
        loop invariant total: pages == pcp_sum(z->counts, cpu) && 0 <= pages <= 0x800000 * cpu;
        loop invariant counts: \forall integer c; 0 <= c < cpu ==>
          counters->pcp_count[c] == z->counts.held[8 + c];
        loop assigns cpu, pages, counters->pcp_count[0 .. 63];
        loop variant 64 - cpu; */
    for (uint32_t cpu = 0; cpu < PLUMB_MAX_CPUS; cpu++) {
        counters->pcp_count[cpu] = (uint32_t)z->counts.held[CLASS_PCP + cpu];
        pages += z->counts.held[CLASS_PCP + cpu];
    }
    return pages;
}

/*@ requires \valid_read(z) && \valid(counters) && \separated(z, counters);
    terminates \true;
    assigns counters->nr_free[0 .. 10];
    ensures exact: \forall integer o; is_order(o) ==>
      counters->nr_free[o] == free_blocks(z->counts, o);
*/
static void count_free_blocks(const struct zone *z, struct plumb_counters *counters)
{
    /*@ loop invariant exact: \forall integer o; 0 <= o < order ==>
          counters->nr_free[o] == free_blocks(z->counts, o);
        loop assigns order, counters->nr_free[0 .. 10];
        loop variant 11 - order; */
    for (uint32_t order = 0; order < PLUMB_NR_ORDERS; order++)
        counters->nr_free[order] = nr_free(z, order);
}

void ref_counters(const struct zone *z, struct plumb_counters *counters)
{
    //@ ghost classes_bounded(z);
    counters->pcp_pages = count_pcp_pages(z, counters);
    count_free_blocks(z, counters);
    counters->managed_pages = z->blocks.end - z->counts.held[CLASS_RESERVED];
    counters->free_pages = nr_free_pages(z);
    counters->free_cma = z->counts.held[MIGRATE_CMA];
    counters->free_highatomic = z->counts.held[MIGRATE_HIGHATOMIC];
    counters->isolated_pages = z->counts.held[MIGRATE_ISOLATE];
    counters->used_pages = z->counts.held[CLASS_USED];
    counters->watermark_boost = z->watermark_boost;
    counters->nr_reserved_highatomic = z->nr_reserved_highatomic;
}

/*@ requires \valid_read(z) && z->base_pfn <= 0x10000000000000;
    terminates \true;
    assigns \nothing;
    ensures exact: \result == link_pfn(z->base_pfn, p);
*/
static uint64_t pfn_of(const struct zone *z, uint32_t p)
{
    return p == NONE ? PLUMB_NO_PFN : z->base_pfn + p;
}

/*@ requires place < 0x10000;
    terminates \true;
    assigns \nothing;
    ensures exact: \result == (place < 66 ? PAGE_FREE : place < 1730 ? PAGE_PCP :
      place == 0x1000 ? PAGE_USED : place == 0x1001 ? PAGE_RESERVED : PAGE_TAIL);
*/
static uint8_t state_of(uint32_t place)
{
    if (place < NR_FREE_LISTS)
        return PAGE_FREE;
    if (place < NR_LISTS)
        return PAGE_PCP;
    if (place == PLACE_USED)
        return PAGE_USED;
    return place == PLACE_RESERVED ? PAGE_RESERVED : PAGE_TAIL;
}

/* The number of a CPU's list among the 14 that a kernel has. */
/*@ requires index < NR_PCP_INDICES;
    terminates \true;
    assigns \nothing;
    ensures exact: \result == (index < 12 ? index : 12 + index % 2);
*/
static uint32_t shown_index_of(uint32_t index)
{
    return index < 3 * PLUMB_PCP_ORDERS ? index : 3 * PLUMB_PCP_ORDERS + index % 2;
}

/* What a page says of the list its block is on: of none, nothing. */
/*@ requires \valid_read(z) && \valid(page) && \separated(z, page) && in_zone(z->blocks, p);
    requires sized(z->blocks) && placed_at(z->blocks, p) && z->base_pfn <= 0x10000000000000;
    terminates \true;
    assigns page->type, page->cpu, page->next, page->prev;
    ensures type: page->type == page_type(z->blocks, p);
    ensures cpu: page->cpu == page_cpu(z->blocks, p);
    ensures next: page->next == (z->blocks.place[p] < 1730 ?
      link_pfn(z->base_pfn, z->lists.next[p]) : PLUMB_NO_PFN);
    ensures prev: page->prev == (z->blocks.place[p] < 1730 ?
      link_pfn(z->base_pfn, z->lists.prev[p]) : PLUMB_NO_PFN);
*/
static void describe_list(const struct zone *z, uint32_t p, struct plumb_page *page)
{
    uint32_t place = z->blocks.place[p];

    page->type = 0;
    page->cpu = 0;
    page->next = PLUMB_NO_PFN;
    page->prev = PLUMB_NO_PFN;
    if (place >= NR_LISTS)
        return;
    page->next = pfn_of(z, z->lists.next[p]);
    page->prev = pfn_of(z, z->lists.prev[p]);
    if (place < NR_FREE_LISTS) {
        page->type = (uint8_t)(place % 6);
        return;
    }
    page->type = (uint8_t)shown_index_of((place - NR_FREE_LISTS) / 64);
    page->cpu = (uint8_t)((place - NR_FREE_LISTS) % 64);
}

enum plumb_status ref_page(const struct zone *z, uint64_t pfn, struct plumb_page *page)
{
    uint32_t p;

    if (pfn < z->base_pfn + z->first || pfn >= z->base_pfn + z->blocks.end)
        return PLUMB_ERANGE;
    p = (uint32_t)(pfn - z->base_pfn);
    //@ assert kind: 0 <= pbtype(z->blocks, z->pageblocks, p) < 6;
    page->state = state_of(z->blocks.place[p]);
    page->order = z->blocks.place[p] == PLACE_TAIL ? 0 : z->blocks.order[p];
    page->pageblock_type = (uint8_t)pageblock_type(z, p);
    page->movable = z->blocks.place[p] == PLACE_USED && z->owners.movable[p] != 0;
    describe_list(z, p, page);
    return PLUMB_OK;
}

uint64_t ref_free_list_head(const struct zone *z, uint32_t order, uint32_t migratetype)
{
    return pfn_of(z, z->lists.head[free_list_of(order, migratetype)]);
}

uint64_t ref_pcp_list_head(const struct zone *z, uint32_t cpu, uint32_t index)
{
    if (index >= 3 * PLUMB_PCP_ORDERS && z->generation == GENERATION_THP)
        index += 2 * (z->blocks.pageblock_order - PLUMB_PCP_ORDERS);
    return pfn_of(z, z->lists.head[pcp_list_of(cpu, index)]);
}

enum plumb_status ref_pcp_tuning(const struct zone *z, uint32_t cpu,
                                 struct plumb_pcp_tuning *memory)
{
    if (cpu >= z->nr_cpus)
        return PLUMB_ECPU;
    if (!z->tuning.on)
        return PLUMB_ECONFIG;
    memory->high = (uint32_t)z->tuning.high[cpu];
    memory->alloc_factor = (uint32_t)z->tuning.alloc_factor[cpu];
    memory->free_count = (uint32_t)z->tuning.free_count[cpu];
    memory->prev_free_high_order = (uint32_t)z->tuning.prev_free_high_order[cpu];
    memory->below_high = (uint32_t)z->tuning.below_high;
    memory->reclaim_active = (uint32_t)z->tuning.reclaim_active;
    return PLUMB_OK;
}
