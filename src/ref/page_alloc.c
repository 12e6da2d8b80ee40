/* The public interface of the reference, second part: allocating and the watermark check. Every
 * call checks its arguments, and a bad call changes nothing. */
#include "src/ref/ref.h"
#include "src/ref/highatomic.h"
#include "src/ref/init.h"
#include "src/ref/pcp.h"
#include "src/ref/tuning.h"
#include "src/ref/watermark.h"

/*@ requires \valid_read(z);
    terminates \true;
    assigns \nothing;
    ensures exact: \result == alloc_check(z->blocks.top_order, z->generation, z->nr_cpus, cpu,
      order, migratetype, flags, highest_zoneidx);
*/
static enum plumb_status check_alloc(const struct zone *z, uint32_t cpu, uint32_t order,
                                     uint32_t migratetype, uint32_t flags, uint32_t highest_zoneidx)
{
    if (order > z->blocks.top_order)
        return PLUMB_EORDER;
    if (migratetype >= MIGRATE_ISOLATE ||
        (z->generation == PLUMB_V2_6_11 && migratetype != MIGRATE_UNMOVABLE))
        return PLUMB_ETYPE;
    if (cpu >= z->nr_cpus)
        return PLUMB_ECPU;
    if (highest_zoneidx >= PLUMB_NR_ZONES)
        return PLUMB_EZONEIDX;
    if ((flags & ~(uint32_t)ALLOC_FLAGS_ALL) != 0)
        return PLUMB_EFLAGS;
    return PLUMB_OK;
}

/* Lemma: the list of an allocation is of its CPU. */
/*@ ghost
  /@ requires cpu < 64 && index < 26;
     terminates \true;
     assigns \nothing;
     ensures home: is_list_of(66 + 64 * index + cpu, cpu);
  @/
  void home_list(uint32_t cpu, uint32_t index)
  {
    /@ assert apart: (64 * index + cpu) % 64 == cpu; @/
  }

  /@ requires cpu < 64 && mt < 3 && generation < 4 && order <= 10;
     terminates \true;
     assigns \nothing;
     ensures home: is_list_of(alloc_list(generation, cpu, order, mt, cold), cpu);
  @/
  void alloc_home(uint32_t generation, uint32_t cpu, uint32_t order, uint32_t mt, int cold)
  {
    home_list(cpu, 0);
    home_list(cpu, 1);
    home_list(cpu, mt);
    if (generation >= 2)
      home_list(cpu, order <= 3 ? 3 * order + mt : 12 + 2 * (order - 4) + (mt == 1 ? 1 : 0));
  }
*/

/* Takes the block that serves a request from the per-CPU lists or from the buddy lists. */
/*@ REQUIRES_REQUEST
    requires 1 <= fill <= 0x10000;
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES], z->watermark_boost;
    ENSURES_SERVED(REFILL_TICKS)
    ENSURES_RETYPED
    ensures fails: \result == NONE <==> exhausted(\old(z->blocks), \old(z->lists), z->generation,
      z->fallback, cpu, order, mt, flags);
    ensures serves: \result != NONE ==> serves(\old(z->blocks), \old(z->lists), \old(z->counts),
      z->owners, z->first, z->generation, z->fallback, cpu, order, mt, flags, \result);
    ENSURES_FILLED(\result != NONE, order, mt, fill)
*/
static uint32_t rmqueue(struct zone *z, uint32_t cpu, uint32_t order, uint32_t mt, uint32_t flags,
                        uint32_t fill)
{
    uint32_t p;

    /*@ ghost
      if (mt < 3)
        alloc_home(z->generation, cpu, order, mt, (flags & ALLOC_COLD) != 0); */
    if (mt < MIGRATE_PCPTYPES && pcp_allowed(z, order)) {
        p = rmqueue_pcplist(z, cpu, order, mt, flags, fill);
        /*@ assert stored: p != NONE && in_store(\at(z->blocks, Pre), \at(z->lists, Pre),
              z->generation, cpu, order, mt, flags) ==>
              p == store_end(\at(z->lists, Pre), z->generation, cpu, order, mt, flags); */
        /*@ assert filled: p != NONE && !in_store(\at(z->blocks, Pre), \at(z->lists, Pre),
              z->generation, cpu, order, mt, flags) ==>
              chosen(\at(z->blocks, Pre), \at(z->lists, Pre), \at(z->counts, Pre), z->owners,
                z->first, z->fallback, order, mt, flags, p); */
        return p;
    }
    return rmqueue_buddy(z, order, mt, flags);
}

/* Whether the reserve is kept for a request. */
/*@ requires \valid_read(z) && z->highatomic < 3;
    terminates \true;
    assigns \nothing;
    ensures exact: \result != 0 <==> reserves_for(z->highatomic, order, flags) == \true;
*/
static int reserve_is_for(const struct zone *z, uint32_t order, uint32_t flags)
{
    if (z->highatomic == PLUMB_RESERVE_V4_10)
        return order > 0 && (flags & ALLOC_NON_BLOCK);
    return z->highatomic && (flags & ALLOC_HIGHATOMIC);
}

/* Whether the reserve serves a request before anything else does. */
/*@ requires \valid_read(z) && z->generation < 4 && z->highatomic < 3;
    terminates \true;
    assigns \nothing;
    ensures exact: \result != 0 <==> reserves_for(z->highatomic, order, flags) == \true &&
      !by_pcp(z->generation, z->blocks.pageblock_order, order, mt);
*/
static int reserve_first(const struct zone *z, uint32_t order, uint32_t mt, uint32_t flags)
{
    return reserve_is_for(z, order, flags) && !(mt < MIGRATE_PCPTYPES && pcp_allowed(z, order));
}

/* Whether a request looks at the reserve when nothing else is left. */
/*@ requires \valid_read(z);
    terminates \true;
    assigns \nothing;
    ensures exact: \result != 0 <==> last_resort(z->highatomic, flags) == \true;
*/
static int reserve_last(const struct zone *z, uint32_t flags)
{
    if (z->highatomic != PLUMB_RESERVE_V6_12)
        return 0;
    return (flags & ALLOC_HIGHATOMIC) || (flags & ALLOC_OOM) || (flags & ALLOC_NON_BLOCK);
}

/* The same with the highatomic reserve: first for those it is kept for, last for some others. */
/*@ REQUIRES_REQUEST
    requires 1 <= fill <= 0x10000;
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES], z->watermark_boost;
    ENSURES_SERVED(REFILL_TICKS)
    ENSURES_RETYPED
    ENSURES_ANSWERED
    ENSURES_FILLED(\result != NONE, order, mt, fill)
*/
static uint32_t rmqueue_reserve(struct zone *z, uint32_t cpu, uint32_t order, uint32_t mt,
                                uint32_t flags, uint32_t fill)
{
    uint32_t p;

    if (reserve_first(z, order, mt, flags)) {
        p = take_smallest(z, order, MIGRATE_HIGHATOMIC);
        //@ assert tuned: tuned(*z);
        /*@ assert cpus: other_cpus_kept(\at(z->lists, Pre), z->lists, \at(z->counts, Pre),
              z->counts, cpu); */
        /*@ assert conserved: free_or_pcp(z->counts, cpu) ==
              free_or_pcp(\at(z->counts, Pre), cpu) - (p != NONE ? bsize(order) : 0); */
        if (p != NONE)
            return p;
        //@ assert zone: zone_ok(*z);
    }
    p = rmqueue(z, cpu, order, mt, flags, fill);
    if (p != NONE || !reserve_last(z, flags))
        return p;
    //@ assert nothing: z->counts == \at(z->counts, Pre) && z->blocks == \at(z->blocks, Pre);
    p = take_smallest(z, order, MIGRATE_HIGHATOMIC);
    //@ assert tuned: tuned(*z);
    /*@ assert cpus: other_cpus_kept(\at(z->lists, Pre), z->lists, \at(z->counts, Pre), z->counts,
          cpu); */
    /*@ assert conserved: free_or_pcp(z->counts, cpu) ==
          free_or_pcp(\at(z->counts, Pre), cpu) - (p != NONE ? bsize(order) : 0); */
    //@ assert none_isolated: none_isolated(z->blocks, z->pageblocks);
    return p;
}

/* The same, with what follows from it: exactly one block more is used. */
/*@ REQUIRES_REQUEST
    requires 1 <= fill <= 0x10000;
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES], z->watermark_boost;
    ENSURES_SERVED(REFILL_TICKS)
    ENSURES_RETYPED
    ENSURES_ANSWERED
    ensures outside: all_reserved(z->blocks, 0, z->first);
    ensures inside: \result != NONE ==> z->first <= \result < z->blocks.end;
    ensures one: \result != NONE ==>
      one_used_more(\old(z->blocks), z->blocks, \result, z->blocks.end);
    ENSURES_FILLED(\result != NONE, order, mt, fill)
*/
static uint32_t take_block(struct zone *z, uint32_t cpu, uint32_t order, uint32_t mt,
                           uint32_t flags, uint32_t fill)
{
    uint32_t p;

    /*@ assert weight_then: \forall integer q; in_zone(z->blocks, q) ==> weight(z->blocks, 6, q)
          == (z->blocks.place[q] == PLACE_USED ? bsize(z->blocks.order[q]) : 0); */
    p = rmqueue_reserve(z, cpu, order, mt, flags, fill);
    if (p == NONE)
        return p;
    //@ assert was_listed: is_listed(\at(z->blocks, Pre), p) && p < z->blocks.end;
    /*@ assert below: \forall integer q; 0 <= q < z->first ==> q != p &&
          in_zone(\at(z->blocks, Pre), q) && busy_at(\at(z->blocks, Pre), q) &&
          is_reserved(\at(z->blocks, Pre), q); */
    //@ assert outside: all_reserved(z->blocks, 0, z->first);
    /*@ assert weight: \forall integer q; in_zone(z->blocks, q) ==> weight(z->blocks, 6, q)
          == (z->blocks.place[q] == PLACE_USED ? bsize(z->blocks.order[q]) : 0); */
    /*@ ghost
      /@ loop invariant 0 <= k <= z->blocks.end;
         loop invariant least: pages(z->blocks, 6, k) >= pages(\at(z->blocks, Pre), 6, k)
           + (p < k ? bsize(order) : 0);
         loop invariant more: one_used_more(\at(z->blocks, Pre), z->blocks, p, k) ||
           pages(z->blocks, 6, k) > pages(\at(z->blocks, Pre), 6, k)
           + (p < k ? bsize(order) : 0);
         loop assigns k;
         loop variant z->blocks.end - k; @/
      for (uint32_t k = 0; k < z->blocks.end; k++) ; */
    return p;
}

/* The same; the block's pageblock may join the reserve. */
/*@ REQUIRES_REQUEST
    requires 1 <= fill <= 0x10000;
    requires clock_room(z->lists, REFILL_TICKS + 0x400);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES], z->watermark_boost,
      z->nr_reserved_highatomic;
    ENSURES_SERVED(REFILL_TICKS + 0x400)
    ENSURES_ANSWERED
    ensures tuned: tuned(*z);
    ensures outside: all_reserved(z->blocks, 0, z->first);
    ensures inside: \result != NONE ==> z->first <= \result < z->blocks.end;
    ensures one: \result != NONE ==>
      one_used_more(\old(z->blocks), z->blocks, \result, z->blocks.end);
    ensures only_served: only_served(\old(z->pageblocks), z->pageblocks, z->highatomic, order,
      flags, mt);
    ensures only_reserved: z->fallback == 0 ==>
      only_reserved(\old(z->pageblocks), z->pageblocks, z->highatomic, order, flags);
    ensures no_boost: never_boosts(z->fallback, z->generation) ==>
      z->watermark_boost == \old(z->watermark_boost);
    ensures grows: z->nr_reserved_highatomic != \old(z->nr_reserved_highatomic) ==>
      \result != NONE && reserves_for(z->highatomic, order, flags) == \true;
    ensures joins: z->nr_reserved_highatomic != \old(z->nr_reserved_highatomic) ==>
      pbtype(z->blocks, z->pageblocks, \result) == 3;
    ensures full: \result != NONE && reserves_for(z->highatomic, order, flags) == \true &&
        z->nr_reserved_highatomic == \old(z->nr_reserved_highatomic) ==>
      !grows(z->blocks, z->pageblocks, z->first, z->highatomic,
        z->blocks.end - z->counts.held[7], z->nr_reserved_highatomic, \result);
    ensures share: z->nr_reserved_highatomic == \old(z->nr_reserved_highatomic) ||
      z->nr_reserved_highatomic == \old(z->nr_reserved_highatomic) +
        reserve_share(z->blocks.pageblock_order, order);
    ensures limit: z->nr_reserved_highatomic != \old(z->nr_reserved_highatomic) ==>
      below_limit(z->highatomic, z->blocks.end - z->counts.held[7],
        bsize(z->blocks.pageblock_order), \old(z->nr_reserved_highatomic));
    ENSURES_FILLED(\result != NONE, order, mt, fill)
*/
static uint32_t take_and_reserve(struct zone *z, uint32_t cpu, uint32_t order, uint32_t mt,
                                 uint32_t flags, uint32_t fill)
{
    uint32_t p = take_block(z, cpu, order, mt, flags, fill);

    if (p == NONE || !reserve_is_for(z, order, flags))
        return p;
    //@ ghost Taken: ;
    //@ assert order: z->blocks.order[p] == order;
    /*@ assert before: z->nr_reserved_highatomic == \at(z->nr_reserved_highatomic, Pre) &&
          z->counts.held[7] == \at(z->counts.held[7], Pre); */
    reserve_highatomic(z, p);
    //@ assert reserved: z->counts.held[7] == \at(z->counts.held[7], Pre);
    /*@ assert kept: \forall integer q; in_zone(z->blocks, q) && on_pcp(\at(z->blocks, Taken), q) ==>
          z->blocks.place[q] == \at(z->blocks.place, Taken)[q] &&
          z->lists.rank[q] == \at(z->lists.rank, Taken)[q]; */
    return p;
}

/* The size of the next refill; what the CPU remembers changes only if its lists may serve. */
/*@ requires \valid(z);
    REQUIRES_TUNED
    requires order <= 10 && mt < 5;
    terminates \true;
    assigns z->tuning.high[cpu], z->tuning.alloc_factor[cpu], z->tuning.free_count[cpu];
    ensures adapted: adapted(z->tuning, z->generation, z->pcp_high);
    ensures range: 1 <= \result <= 0x10000;
    ensures fill: by_pcp(z->generation, z->blocks.pageblock_order, order, mt) &&
        (z->lists.head[alloc_list(z->generation, cpu, order, mt, 0)] == NONE ||
          z->generation < PLUMB_V6_12) ==>
      \result == fill_blocks(\old(z->tuning), z->pcp_batch, z->pcp_high, z->tuning.below_high,
        z->generation, cpu, order, z->counts.held[8 + cpu]);
    ensures learned: z->tuning.on == 1 &&
        by_pcp(z->generation, z->blocks.pageblock_order, order, mt) ==>
      learned(\old(z->tuning), z->tuning, z->pcp_batch, z->pcp_high, cpu, order,
        z->counts.held[8 + cpu],
        z->lists.head[alloc_list(z->generation, cpu, order, mt, 0)] == NONE);
    ensures unlearned: z->tuning.on == 0 ||
        !by_pcp(z->generation, z->blocks.pageblock_order, order, mt) ==>
      remembers_same(\old(z->tuning), z->tuning, cpu);
*/
static uint32_t next_fill(struct zone *z, uint32_t cpu, uint32_t order, uint32_t mt)
{
    if (mt < MIGRATE_PCPTYPES && pcp_allowed(z, order))
        return nr_pcp_alloc(z, cpu, order, mt);
    return 1;
}

enum plumb_status ref_alloc(struct zone *z, uint32_t cpu, uint32_t order, uint32_t migratetype,
                            uint32_t flags, uint32_t highest_zoneidx, uint64_t *pfn)
{
    enum plumb_status status = check_alloc(z, cpu, order, migratetype, flags, highest_zoneidx);
    uint32_t p, fill;

    *pfn = PLUMB_NO_PFN;
    if (status != PLUMB_OK)
        return status;
    if (!passes_watermark(z, order, highest_zoneidx, flags))
        return PLUMB_EWMARK;
    fill = next_fill(z, cpu, order, migratetype);
    /*@ assert fill: by_pcp(z->generation, z->blocks.pageblock_order, order, migratetype) &&
          (\at(z->lists.head, Pre)[alloc_list(z->generation, cpu, order, migratetype, 0)] == NONE ||
            z->generation < PLUMB_V6_12) ==>
          fill == fill_blocks(\at(z->tuning, Pre), z->pcp_batch, z->pcp_high,
            z->tuning.below_high, z->generation, cpu, order, \at(z->counts.held, Pre)[8 + cpu]); */
    /*@ assert learned: z->tuning.on == 1 &&
          by_pcp(z->generation, z->blocks.pageblock_order, order, migratetype) ==>
          learned(\at(z->tuning, Pre), z->tuning, z->pcp_batch, z->pcp_high, cpu, order,
            \at(z->counts.held, Pre)[8 + cpu],
            \at(z->lists.head, Pre)[alloc_list(z->generation, cpu, order, migratetype, 0)] == NONE); */
    p = take_and_reserve(z, cpu, order, migratetype, flags, fill);
    //@ assert apart: idle_kept(\at(z->counts, Pre), z->counts, z->nr_cpus, cpu);
    //@ assert idle: idle_cpus(z->counts, z->nr_cpus);
    /*@ assert limit: z->nr_reserved_highatomic != \at(z->nr_reserved_highatomic, Pre) ==>
          below_limit(z->highatomic, z->blocks.end - z->counts.held[7],
            bsize(z->blocks.pageblock_order), \at(z->nr_reserved_highatomic, Pre)); */
    if (p == NONE)
        return PLUMB_ENOMEM;
    /*@ assert full: reserves_for(z->highatomic, order, flags) == \true &&
          z->nr_reserved_highatomic == \at(z->nr_reserved_highatomic, Pre) ==>
          !grows(z->blocks, z->pageblocks, z->first, z->highatomic,
            z->blocks.end - z->counts.held[7], z->nr_reserved_highatomic, p); */
    //@ ghost Served: ;
    z->owners.movable[p] = migratetype == MIGRATE_MOVABLE || migratetype == MIGRATE_CMA;
    *pfn = z->base_pfn + p;
    /*@ assert served: z->blocks.order[p] == \at(z->blocks.order[p], Served) &&
          pbtype(z->blocks, z->pageblocks, p) ==
            \at(pbtype(z->blocks, z->pageblocks, p), Served); */
    return PLUMB_OK;
}

int ref_watermark_ok(const struct zone *z, uint32_t order, uint64_t mark, uint32_t highest_zoneidx,
                     uint32_t flags, int64_t free_pages)
{
    if (order > z->blocks.top_order)
        return -(int)PLUMB_EORDER;
    if (highest_zoneidx >= PLUMB_NR_ZONES)
        return -(int)PLUMB_EZONEIDX;
    if ((flags & ~(uint32_t)ALLOC_FLAGS_ALL) != 0)
        return -(int)PLUMB_EFLAGS;
    if (mark > 0x20000000000000u || free_pages > 0x20000000000000 || free_pages < -0x20000000000000)
        return -(int)PLUMB_ECONFIG;
    return zone_watermark_ok(z, order, mark, highest_zoneidx, flags, free_pages);
}
