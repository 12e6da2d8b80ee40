/* The public interface of the reference, third part: freeing and draining. */
#include "src/ref/page_free.h"
#include "src/ref/init.h"
#include "src/ref/pcp.h"
#include "src/ref/pcp_drain.h"
#include "src/ref/ref.h"
#include "src/ref/tuning.h"

enum plumb_status check_block(const struct zone *z, uint32_t p, uint32_t order)
{
    uint32_t place = z->blocks.place[p];

    if (place == PLACE_RESERVED)
        return PLUMB_ERESERVED;
    if (place == PLACE_TAIL)
        return PLUMB_ETAIL;
    if (place < NR_FREE_LISTS)
        return PLUMB_EFREE;
    if (place < NR_LISTS)
        return PLUMB_EPCP;
    return z->blocks.order[p] == order ? PLUMB_OK : PLUMB_EMISMATCH;
}

enum plumb_status check_free(const struct zone *z, uint32_t cpu, uint64_t pfn, uint32_t order)
{
    if (order > z->blocks.top_order)
        return PLUMB_EORDER;
    if (cpu >= z->nr_cpus)
        return PLUMB_ECPU;
    if (pfn < zone_start_pfn(z) || pfn >= zone_end_pfn(z))
        return PLUMB_ERANGE;
    return check_block(z, (uint32_t)(pfn - z->base_pfn), order);
}

/* Puts a used block on a list of a CPU, which gives pages back if it has enough of them. */
/*@ requires \valid(z) && zone_ok(*z) && clock_room(z->lists, FREE_TICKS);
    requires cpu < z->nr_cpus && used_of(z->blocks, p, order);
    requires freed_to_pcp(z->blocks, z->pageblocks, z->generation, p);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES], REMEMBERED;
    ENSURES_ZONE
    ENSURES_FREED
*/
static void free_to_list(struct zone *z, uint32_t cpu, uint32_t p, uint32_t order, int cold)
{
    uint64_t held, high, pages;
    int all;

    //@ ghost held_few(z);
    held = z->counts.held[CLASS_PCP + cpu] + block_size(order);
    all = frees_high_order(z, cpu, order, held);
    high = nr_pcp_high(z, cpu, order, held, all);
    pages = nr_pcp_free(z, cpu, held, high, all);
    free_unref_page(z, cpu, p, cold, high, pages);
    if (held >= high)
        look_above_high(z);
}

/* Puts a used block on a per-CPU list, or frees it in pieces no larger than a pageblock. */
/*@ requires \valid(z) && zone_ok(*z) && clock_room(z->lists, FREE_TICKS);
    requires cpu < z->nr_cpus && used_of(z->blocks, p, order);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES], REMEMBERED;
    ENSURES_ZONE
    ENSURES_FREED
*/
static void free_the_page(struct zone *z, uint32_t cpu, uint32_t p, uint32_t order, int cold)
{
    if (pcp_allowed(z, order) && pageblock_type(z, p) != MIGRATE_ISOLATE)
        free_to_list(z, cpu, p, order, cold);
    else
        split_large_buddy(z, p, 0);
}

void give_block(struct zone *z, uint32_t cpu, uint32_t p, uint32_t order, int cold)
{
    /*@ assert weight_then: \forall integer q; in_zone(z->blocks, q) ==> weight(z->blocks, 6, q)
          == (z->blocks.place[q] == PLACE_USED ? bsize(z->blocks.order[q]) : 0); */
    free_the_page(z, cpu, p, order, cold);
    /*@ assert used: \forall integer q; in_zone(z->blocks, q) && q != p &&
          is_used(\at(z->blocks, Pre), q) ==> is_used(z->blocks, q) &&
          z->blocks.order[q] == \at(z->blocks.order, Pre)[q]; */
    /*@ assert weight: \forall integer q; in_zone(z->blocks, q) ==> weight(z->blocks, 6, q)
          == (z->blocks.place[q] == PLACE_USED ? bsize(z->blocks.order[q]) : 0); */
    /*@ ghost
      /@ loop invariant 0 <= k <= z->blocks.end;
         loop invariant least: pages(z->blocks, 6, k) >= pages(\at(z->blocks, Pre), 6, k)
           - (p < k ? bsize(order) : 0);
         loop invariant more: one_used_less(\at(z->blocks, Pre), z->blocks, p, k) ||
           pages(z->blocks, 6, k) > pages(\at(z->blocks, Pre), 6, k)
           - (p < k ? bsize(order) : 0);
         loop assigns k;
         loop variant z->blocks.end - k; @/
      for (uint32_t k = 0; k < z->blocks.end; k++) ; */
    /*@ assert below: \forall integer q; 0 <= q < z->first ==> q != p &&
          in_zone(\at(z->blocks, Pre), q) && busy_at(\at(z->blocks, Pre), q) &&
          is_reserved(\at(z->blocks, Pre), q) && !is_list_of(\at(z->blocks.place, Pre)[q], cpu); */
}

enum plumb_status ref_free(struct zone *z, uint32_t cpu, uint64_t pfn, uint32_t order, int cold)
{
    enum plumb_status status = check_free(z, cpu, pfn, order);

    if (status != PLUMB_OK)
        return status;
    z->owners.movable[pfn - z->base_pfn] = 0;
    give_block(z, cpu, (uint32_t)(pfn - z->base_pfn), order, cold);
    //@ assert apart: idle_kept(\at(z->counts, Pre), z->counts, z->nr_cpus, cpu);
    //@ assert lists: pcp_only(z->lists, z->generation, z->blocks.pageblock_order);
    //@ assert none_isolated: none_isolated(z->blocks, z->pageblocks);
    //@ assert idle: idle_cpus(z->counts, z->nr_cpus);
    //@ assert outside: all_reserved(z->blocks, 0, z->first);
    //@ assert zone: zone_ok(*z);
    return PLUMB_OK;
}

enum plumb_status ref_drain_pages(struct zone *z, uint32_t cpu)
{
    if (cpu >= z->nr_cpus)
        return PLUMB_ECPU;
    drain_pages_zone(z, cpu);
    //@ assert apart: idle_kept(\at(z->counts, Pre), z->counts, z->nr_cpus, cpu);
    //@ assert lists: pcp_only(z->lists, z->generation, z->blocks.pageblock_order);
    //@ assert none_isolated: none_isolated(z->blocks, z->pageblocks);
    //@ assert idle: idle_cpus(z->counts, z->nr_cpus);
    //@ assert outside: all_reserved(z->blocks, 0, z->first);
    //@ assert zone: zone_ok(*z);
    return PLUMB_OK;
}

enum plumb_status ref_drain_zone_pages(struct zone *z, uint32_t cpu)
{
    if (cpu >= z->nr_cpus)
        return PLUMB_ECPU;
    drain_zone_pages(z, cpu);
    /*@ assert below: \forall integer q; 0 <= q < z->first ==>
          in_zone(\at(z->blocks, Pre), q) && busy_at(\at(z->blocks, Pre), q) &&
          is_reserved(\at(z->blocks, Pre), q) && !is_list_of(\at(z->blocks.place, Pre)[q], cpu); */
    //@ assert apart: idle_kept(\at(z->counts, Pre), z->counts, z->nr_cpus, cpu);
    //@ assert lists: pcp_only(z->lists, z->generation, z->blocks.pageblock_order);
    //@ assert none_isolated: none_isolated(z->blocks, z->pageblocks);
    //@ assert idle: idle_cpus(z->counts, z->nr_cpus);
    //@ assert outside: all_reserved(z->blocks, 0, z->first);
    //@ assert zone: zone_ok(*z);
    return PLUMB_OK;
}

void ref_drain_all_pages(struct zone *z)
{
    drain_all_pages(z);
    //@ assert lists: pcp_only(z->lists, z->generation, z->blocks.pageblock_order);
    //@ assert none_isolated: none_isolated(z->blocks, z->pageblocks);
    //@ assert idle: idle_cpus(z->counts, z->nr_cpus);
    //@ assert outside: all_reserved(z->blocks, 0, z->first);
    //@ assert zone: zone_ok(*z);
}

/* Every size is the least there is; what they were is kept. */
/*@ requires \valid(z) && zone_ok(*z);
    terminates \true;
    assigns PCP_SIZES, z->disabled;
    ensures zone: zone_ok(*z);
    ensures on: z->disabled.on == 1;
    ensures disabled: disabled_as(\old(*z), *z);
*/
static void pcp_disable(struct zone *z)
{
    z->disabled.on = 1;
    z->disabled.batch = z->pcp_batch;
    z->disabled.high = z->pcp_high;
    z->disabled.low = z->pcp_low;
    z->disabled.high_max = z->tuning.high_max;
    z->pcp_batch = 1;
    z->pcp_high = 0;
    z->pcp_low = 0;
    z->tuning.high_max = 0;
    //@ assert limits: disabled_ok(z->disabled, z->pcp_limit, z->tuning.on);
    //@ assert parameters: tuned(*z) && shaped(*z) && based(*z);
    //@ assert adapted: adapted(z->tuning, z->generation, z->pcp_high);
}

/*@ requires \valid(z) && zone_ok(*z);
    terminates \true;
    assigns PCP_SIZES, z->disabled.on;
    ensures zone: zone_ok(*z);
    ensures off: z->disabled.on == 0;
    ensures enabled: enabled_as(\old(*z), *z);
*/
static void pcp_enable(struct zone *z)
{
    z->disabled.on = 0;
    z->pcp_batch = z->disabled.batch;
    z->pcp_high = z->disabled.high;
    z->pcp_low = z->disabled.low;
    z->tuning.high_max = z->disabled.high_max;
}

enum plumb_status ref_set_pcp_disabled(struct zone *z, int disabled)
{
    if (z->generation == PLUMB_V2_6_11)
        return PLUMB_ECONFIG;
    if ((disabled != 0) == (z->disabled.on == 1))
        return PLUMB_EBUSY;
    if (disabled) {
        pcp_disable(z);
        drain_all_pages(z);
        //@ assert lists: pcp_only(z->lists, z->generation, z->blocks.pageblock_order);
        //@ assert none_isolated: none_isolated(z->blocks, z->pageblocks);
        //@ assert idle: idle_cpus(z->counts, z->nr_cpus);
        //@ assert outside: all_reserved(z->blocks, 0, z->first);
        //@ assert zone: zone_ok(*z);
    } else {
        pcp_enable(z);
    }
    return PLUMB_OK;
}

enum plumb_status ref_decay_pcp_high(struct zone *z, uint32_t cpu)
{
    uint64_t above;

    if (cpu >= z->nr_cpus)
        return PLUMB_ECPU;
    if (!z->tuning.on)
        return PLUMB_ECONFIG;
    //@ ghost held_few(z);
    above = decay_pcp_high(z, cpu);
    free_pcppages_bulk_v6_12(z, cpu, above, 0);
    //@ assert apart: idle_kept(\at(z->counts, Pre), z->counts, z->nr_cpus, cpu);
    //@ assert lists: pcp_only(z->lists, z->generation, z->blocks.pageblock_order);
    //@ assert none_isolated: none_isolated(z->blocks, z->pageblocks);
    //@ assert idle: idle_cpus(z->counts, z->nr_cpus);
    //@ assert outside: all_reserved(z->blocks, 0, z->first);
    //@ assert zone: zone_ok(*z);
    return PLUMB_OK;
}

enum plumb_status ref_set_reclaim_active(struct zone *z, int active)
{
    if (!z->tuning.on)
        return PLUMB_ECONFIG;
    z->tuning.reclaim_active = active != 0;
    return PLUMB_OK;
}
