/* Giving pages of the per-CPU lists back to the buddy lists: free_pcppages_bulk in the order of
 * v6.12 and of v4.10 (semantics 7), and the drains. */
#include "src/ref/pcp_drain.h"

/*@ ghost
  void held_few(struct zone *z)
  {
    /@ loop invariant 0 <= k <= z->blocks.end;
       loop invariant \forall integer c; 0 <= pages(z->blocks, c, k) <= 1024 * k;
       loop assigns k;
       loop variant z->blocks.end - k; @/
    for (uint32_t k = 0; k < z->blocks.end; k++) ;
  }

  void one_block(struct zone *z, uint32_t p, uint32_t c)
  {
    uint32_t k = p + 1;
    /@ assert tiles: tiled_at(z->blocks, p); @/
    /@ loop invariant p < k <= p + bsize(z->blocks.order[p]);
       loop invariant pages(z->blocks, c, k) == pages(z->blocks, c, p) +
         (class_of(z->blocks.place[p], z->blocks.order[p]) == c ? bsize(z->blocks.order[p]) : 0);
       loop assigns k;
       loop variant p + bsize(z->blocks.order[p]) - k; @/
    while (k < z->blocks.end && z->blocks.place[k] == 0x1002)
      k = k + 1;
  }

  void held_within(struct zone *z, uint32_t cpu)
  {
    uint32_t p = 0;
    /@ loop invariant 0 <= p <= z->blocks.end && (p < z->blocks.end ==> is_head(z->blocks, p));
       loop invariant pages(z->blocks, 8 + cpu, p) <= p;
       loop assigns p;
       loop variant z->blocks.end - p; @/
    while (p < z->blocks.end) {
      /@ assert tiles: tiled_at(z->blocks, p); @/
      one_block(z, p, 8 + cpu);
      p = p + order_size(z->blocks.order[p]);
    }
  }

  void none_on_pcp(struct zone *z, uint32_t cpu)
  {
    /@ loop invariant 66 + cpu <= l <= 1730 + cpu && list_cpu(l) == cpu;
       loop invariant \forall integer q; in_zone(z->blocks, q) && 66 <= z->blocks.place[q] < l ==>
         list_cpu(z->blocks.place[q]) != cpu;
       loop assigns l;
       loop variant 1730 + cpu - l; @/
    for (uint32_t l = 66 + cpu; l < 1730; l += 64)
      list_exact(z, l);
  }

  /@ requires \valid(z) && wf(*z) && cpu < 64 && pcp_empty(z->lists, cpu);
     terminates \true;
     assigns \nothing;
     ensures none: z->counts.held[8 + cpu] == 0;
  @/
  void none_held(struct zone *z, uint32_t cpu)
  {
    none_on_pcp(z, cpu);
    /@ loop invariant 0 <= k <= z->blocks.end;
       loop invariant pages(z->blocks, 8 + cpu, k) == 0;
       loop assigns k;
       loop variant z->blocks.end - k; @/
    for (uint32_t k = 0; k < z->blocks.end; k++) ;
  }

  void none_listed(struct zone *z, uint32_t cpu)
  {
    /@ loop invariant 0 <= k <= z->blocks.end;
       loop invariant pages(z->blocks, 8 + cpu, k) >= 0;
       loop invariant \forall integer q; 0 <= q < k && is_list_of(z->blocks.place[q], cpu) ==>
         pages(z->blocks, 8 + cpu, k) >= 1;
       loop assigns k;
       loop variant z->blocks.end - k; @/
    for (uint32_t k = 0; k < z->blocks.end; k++) ;
  }

  void none_long(struct zone *z, uint32_t list)
  {
    list_exact(z, list);
    /@ loop invariant 0 <= k <= z->blocks.end;
       loop invariant count(z->blocks, list, k) == 0;
       loop assigns k;
       loop variant z->blocks.end - k; @/
    for (uint32_t k = 0; k < z->blocks.end; k++) ;
  }

  /@ requires \valid(z) && tiling(z->blocks) && linked(z->blocks, z->lists);
     requires in_zone(z->blocks, p) && is_listed(z->blocks, p);
     terminates \true;
     assigns \nothing;
     ensures tail: \let t = z->lists.tail[z->blocks.place[p]];
       p == t || z->lists.rank[t] < z->lists.rank[p];
  @/
  void member_reaches_tail(struct zone *z, uint32_t p)
  {
    uint32_t q = p;
    /@ loop invariant in_zone(z->blocks, q) && z->blocks.place[q] == z->blocks.place[p];
       loop invariant q == p || z->lists.rank[q] < z->lists.rank[p];
       loop assigns q;
       loop variant z->lists.clock + z->lists.rank[q]; @/
    while (z->lists.next[q] != NONE)
      q = z->lists.next[q];
  }

  /@ requires \valid(z) && tiling(z->blocks) && linked(z->blocks, z->lists) && is_list(list);
     terminates \true;
     assigns \nothing;
     ensures oldest: \forall integer p; in_zone(z->blocks, p) && z->blocks.place[p] == list ==>
       p == z->lists.tail[list] || z->lists.rank[z->lists.tail[list]] < z->lists.rank[p];
  @/
  void list_oldest(struct zone *z, uint32_t list)
  {
    /@ loop invariant 0 <= p <= z->blocks.end;
       loop invariant \forall integer q; 0 <= q < p && z->blocks.place[q] == list ==>
         q == z->lists.tail[list] || z->lists.rank[z->lists.tail[list]] < z->lists.rank[q];
       loop assigns p;
       loop variant z->blocks.end - p; @/
    for (uint32_t p = 0; p < z->blocks.end; p++)
      if (z->blocks.place[p] == list)
        member_reaches_tail(z, p);
  }

  /@ requires \valid(z) && wf(*z) && is_pcp_list(list) && z->lists.tail[list] != NONE;
     terminates \true;
     assigns \nothing;
     ensures some: z->counts.held[8 + list_cpu(list)] >= 1;
  @/
  void some_held(struct zone *z, uint32_t list)
  {
    if (z->counts.held[8 + (list - 66) % 64] == 0)
      none_listed(z, (list - 66) % 64);
  }

  /@ requires \valid(z) && wf(*z) && cpu < 64 && z->generation < 2;
     requires pcp_only(z->lists, z->generation, z->blocks.pageblock_order);
     requires z->lists.head[66 + cpu] == NONE && z->lists.head[130 + cpu] == NONE &&
       z->lists.head[194 + cpu] == NONE;
     terminates \true;
     assigns \nothing;
     ensures none: z->counts.held[8 + cpu] == 0;
     ensures empty: pcp_empty(z->lists, cpu);
  @/
  void none_of_three(struct zone *z, uint32_t cpu)
  {
    /@ assert three: \forall integer l; is_list_of(l, cpu) && l < 258 ==>
         l == 66 + cpu || l == 130 + cpu || l == 194 + cpu; @/
    none_held(z, cpu);
  }
*/

/* Frees the block at the tail of a per-CPU list; the answer is its pages. */
/*@ REQUIRES_LISTS
    requires is_pcp_list(list) && z->lists.tail[list] != NONE && clock_room(z->lists, 1);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
    ENSURES_DRAINED
    ensures size: \result == bsize(list_order(list)) == bsize(\old(z->blocks.order[z->lists.tail[list]]));
    ensures less: z->counts.held[8 + list_cpu(list)] ==
      \old(z->counts.held)[8 + list_cpu(list)] - \result;
    ensures len_less: z->counts.len[list] == \old(z->counts.len)[list] - 1;
    ensures held_kept: held_kept(\old(z->counts), z->counts, list_cpu(list));
    ensures free_more: free_sum(z->counts) == free_sum(\old(z->counts)) + \result;
    ensures other_lists:
      other_lists_kept(\old(z->lists), z->lists, \old(z->counts), z->counts, list);
    ensures busy: busy_kept(\old(z->blocks), z->blocks, \old(z->lists.tail)[list]);
    ensures tails: tails_kept(\old(z->blocks), z->blocks);
    ENSURES_CUT(NONE)
    ensures tick: z->lists.clock == \old(z->lists.clock) + 1;
*/
static uint32_t free_tail(struct zone *z, uint32_t list)
{
    uint32_t p = z->lists.tail[list], size = block_size(z->blocks.order[p]);

    //@ assert order: z->blocks.order[p] == list_order(list);
    //@ ghost list_oldest(z, list);
    //@ assert small: z->blocks.order[p] <= z->blocks.pageblock_order;
    block_take(z, p);
    //@ assert tails: tails_kept(\at(z->blocks, Pre), z->blocks);
    free_small_block(z, p, 0);
    /*@ assert idle: \forall integer q; in_zone(z->blocks, q) &&
          !busy_at(\at(z->blocks, Pre), q) ==> idle_at(z->blocks, q); */
    //@ assert gone: idle_at(z->blocks, p);
    /*@ assert still: \forall integer q; in_zone(z->blocks, q) && on_pcp(z->blocks, q) ==>
          q != p && busy_at(\at(z->blocks, Pre), q) &&
          z->blocks.place[q] == \at(z->blocks.place, Pre)[q]; */
    return size;
}

uint64_t drain_list(struct zone *z, uint32_t list, uint64_t pages)
{
    //@ ghost uint32_t cpu = (list - 66) % 64;
    /*@ LOOP_DRAINED
        loop invariant held_kept: held_kept(\at(z->counts, Pre), z->counts, cpu);
        loop invariant conserved:
          free_or_pcp(z->counts, cpu) == free_or_pcp(\at(z->counts, Pre), cpu);
        loop invariant other_lists: other_lists_kept(\at(z->lists, Pre), z->lists,
          \at(z->counts, Pre), z->counts, list);
        loop invariant kept: kept_but_list(\at(z->blocks, Pre), z->blocks, list);
        loop invariant tails: tails_kept(\at(z->blocks, Pre), z->blocks);
        LOOP_CUT
        loop invariant ticks: z->lists.clock - \at(z->lists.clock, Pre) <=
          \at(z->counts.held, Pre)[8 + cpu] - z->counts.held[8 + cpu];
        loop invariant range: pages <= \at(pages, Pre);
        loop invariant left: pages > 0 ==> \at(z->counts.held, Pre)[8 + cpu]
          - z->counts.held[8 + cpu] == \at(pages, Pre) - pages;
        loop invariant enough: pages == 0 ==> \at(pages, Pre) <=
          \at(z->counts.held, Pre)[8 + cpu] - z->counts.held[8 + cpu] <
          \at(pages, Pre) + bsize(list_order(list));
        loop invariant idle: pages == \at(pages, Pre) ==>
          z->lists.head[list] == \at(z->lists.head, Pre)[list] &&
          z->counts.held[8 + cpu] == \at(z->counts.held, Pre)[8 + cpu];
        loop invariant shorter: \at(z->counts.held, Pre)[8 + cpu] - z->counts.held[8 + cpu] ==
          run(list_order(list), \at(z->counts.len, Pre)[list] - z->counts.len[list]);
        loop assigns pages, BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
        loop variant z->counts.len[list];
    */
    while (pages > 0 && z->lists.tail[list] != NONE) {
        uint32_t size;

        //@ ghost some_held(z, list);
        size = free_tail(z, list);
        pages -= size < pages ? size : pages;
    }
    /*@ ghost
      if (z->lists.head[list] == NONE)
        none_long(z, list); */
    return pages;
}

/* The first list of a CPU that is not empty, from `index` on and around; the number of lists if
 * all are empty. */
/*@ requires \valid_read(z) && cpu < 64 && index < 26;
    terminates \true;
    assigns \nothing;
    ensures range: \result <= 26;
    ensures none: \result == 26 ==> pcp_empty(z->lists, cpu);
    ensures found: \result < 26 ==> z->lists.head[pcp_list(cpu, \result)] != NONE;
    ensures first: \result < 26 ==> \forall integer l; is_list_of(l, cpu) &&
      passed(index, list_index(l), \result) ==> z->lists.head[l] == NONE;
*/
static uint32_t next_pcp_list(const struct zone *z, uint32_t cpu, uint32_t index)
{
    /*@ loop invariant where: index ==
          (\at(index, Pre) + i < 26 ? \at(index, Pre) + i : \at(index, Pre) + i - 26);
        loop invariant empty: \forall integer l; is_list_of(l, cpu) &&
          (\at(index, Pre) <= list_index(l) < \at(index, Pre) + i ||
           list_index(l) + 26 < \at(index, Pre) + i) ==> z->lists.head[l] == NONE;
        loop assigns i, index;
        loop variant NR_PCP_INDICES - i;
    */
    for (uint32_t i = 0; i < NR_PCP_INDICES; i++) {
        if (z->lists.head[pcp_list_of(cpu, index)] != NONE)
            return index;
        index = index + 1 == NR_PCP_INDICES ? 0 : index + 1;
    }
    return NR_PCP_INDICES;
}

void free_pcppages_bulk_v6_12(struct zone *z, uint32_t cpu, uint64_t count, uint32_t start)
{
    uint32_t index = start;
    //@ ghost uint32_t done = 0;

    /*@ LOOP_DRAIN
        loop invariant index: index == (start + done < 26 ? start + done : start + done - 26);
        loop invariant done: 0 <= done <= 26;
        loop invariant emptied: \forall integer l; is_list_of(l, cpu) &&
          around(start, list_index(l)) < (count > 0 ? done : done - 1) ==>
          z->lists.head[l] == NONE;
        loop invariant ahead: \forall integer l; is_list_of(l, cpu) &&
          done <= around(start, list_index(l)) ==>
          z->counts.len[l] == \at(z->counts.len, Pre)[l];
        loop invariant range: count <= \at(count, Pre);
        loop invariant left: count > 0 ==> \at(z->counts.held, Pre)[8 + cpu]
          - z->counts.held[8 + cpu] == \at(count, Pre) - count;
        loop invariant enough: count == 0 ==> \at(count, Pre) <=
          \at(z->counts.held, Pre)[8 + cpu] - z->counts.held[8 + cpu] <
          \at(count, Pre) + pcp_block(z->generation, z->blocks.pageblock_order);
        loop invariant idle: count == \at(count, Pre) ==>
          z->counts.held[8 + cpu] == \at(z->counts.held, Pre)[8 + cpu];
        loop assigns index, done, count, BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
        loop variant count;
    */
    while (count > 0) {
        index = next_pcp_list(z, cpu, index);
        if (index == NR_PCP_INDICES) {
            //@ ghost none_held(z, cpu);
            return;
        }
        count = drain_list(z, pcp_list_of(cpu, index), count);
        //@ ghost done = start <= index ? index - start + 1 : index + 27 - start;
        index = index + 1 == NR_PCP_INDICES ? 0 : index + 1;
    }
}

/* Steps from the list after `index` to the next list of three that is not empty: steps taken. */
/*@ requires \valid_read(z) && cpu < 64 && index < 3;
    terminates \true;
    assigns \nothing;
    ensures range: \result <= 3;
    ensures none: \result == 0 <==> z->lists.head[66 + cpu] == NONE &&
      z->lists.head[130 + cpu] == NONE && z->lists.head[194 + cpu] == NONE;
    ensures found: \result > 0 ==>
      z->lists.head[pcp_list(cpu, (index + \result) % 3)] != NONE;
    ensures first: \forall integer i; 0 < i < \result ==>
      z->lists.head[pcp_list(cpu, (index + i) % 3)] == NONE;
*/
static uint32_t steps_to_list(const struct zone *z, uint32_t cpu, uint32_t index)
{
    if (z->lists.head[pcp_list_of(cpu, (index + 1) % 3)] != NONE)
        return 1;
    if (z->lists.head[pcp_list_of(cpu, (index + 2) % 3)] != NONE)
        return 2;
    return z->lists.head[pcp_list_of(cpu, index)] != NONE ? 3 : 0;
}

void free_pcppages_bulk_v4_10(struct zone *z, uint32_t cpu, uint64_t count)
{
    uint32_t index = 0;
    uint64_t batch_free = 0;

    /*@ LOOP_DRAIN
        loop invariant index: index < 3;
        loop invariant range: count <= \at(count, Pre);
        loop invariant batch: batch_free + 3 * count <= 4 * \at(count, Pre);
        loop invariant left: \at(z->counts.held, Pre)[8 + cpu] - z->counts.held[8 + cpu] ==
          \at(count, Pre) - count;
        loop assigns index, batch_free, count, BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
        loop variant count;
    */
    while (count > 0) {
        uint32_t steps = steps_to_list(z, cpu, index);
        uint64_t quota, freed;

        if (steps == 0) {
            //@ ghost none_of_three(z, cpu);
            return;
        }
        index = (index + steps) % 3;
        batch_free += steps;
        if (batch_free == 3)
            batch_free = count;
        quota = batch_free < count ? batch_free : count;
        freed = quota - drain_list(z, pcp_list_of(cpu, index), quota);
        count -= freed;
        batch_free -= freed;
    }
}

/* 2.6.11: gives up to so many pages of each of a CPU's two lists back. */
/*@ REQUIRES_LISTS
    requires cpu < 64 && z->generation == PLUMB_V2_6_11;
    requires clock_room(z->lists, z->counts.held[8 + cpu]);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
    ENSURES_DRAIN
    ensures hot:
      released(\old(z->counts.len)[66 + cpu], z->counts.len[66 + cpu], count, 1);
    ensures cold:
      released(\old(z->counts.len)[130 + cpu], z->counts.len[130 + cpu], count, 1);
    ensures all: count >= \old(z->counts.held)[8 + cpu] ==> z->counts.held[8 + cpu] == 0;
*/
static void drain_both(struct zone *z, uint32_t cpu, uint64_t count)
{
    drain_list(z, pcp_list_of(cpu, 0), count);
    drain_list(z, pcp_list_of(cpu, 1), count);
    /*@ ghost
      if (z->lists.head[66 + cpu] == NONE && z->lists.head[130 + cpu] == NONE)
        none_of_three(z, cpu); */
}

void drain_pages_zone(struct zone *z, uint32_t cpu)
{
    uint64_t count = z->counts.held[CLASS_PCP + cpu];

    //@ ghost held_few(z);
    if (z->generation == PLUMB_V2_6_11)
        drain_both(z, cpu, count);
    else if (z->generation == PLUMB_V4_10)
        free_pcppages_bulk_v4_10(z, cpu, count);
    else
        free_pcppages_bulk_v6_12(z, cpu, count, 0);
    //@ ghost none_listed(z, cpu);
}

void drain_zone_pages(struct zone *z, uint32_t cpu)
{
    //@ ghost held_few(z);
    if (z->generation == PLUMB_V2_6_11)
        drain_both(z, cpu, z->pcp_batch);
    else if (z->generation == PLUMB_V4_10)
        free_pcppages_bulk_v4_10(z, cpu, z->pcp_batch);
    else
        free_pcppages_bulk_v6_12(z, cpu, z->pcp_batch, 0);
}

void drain_all_pages(struct zone *z)
{
    /*@ LOOP_DRAINED
        loop invariant range: 0 <= cpu <= z->nr_cpus;
        loop invariant none: \forall integer c; 0 <= c < cpu ==> z->counts.held[8 + c] == 0;
        loop invariant empty: \forall integer c; 0 <= c < cpu ==> pcp_empty(z->lists, c);
        loop invariant freed: free_sum(z->counts) ==
          free_sum(\at(z->counts, Pre)) + pcp_sum(\at(z->counts, Pre), cpu);
        loop invariant others: \forall integer c; 6 <= c < 72 && !(8 <= c < 8 + cpu) ==>
          z->counts.held[c] == \at(z->counts.held, Pre)[c];
        loop invariant kept: used_kept(\at(z->blocks, Pre), z->blocks);
        loop invariant tails: tails_kept(\at(z->blocks, Pre), z->blocks);
        loop invariant ticks: z->lists.clock <=
          \at(z->lists.clock, Pre) + pcp_sum(\at(z->counts, Pre), cpu);
        loop invariant few: pcp_sum(\at(z->counts, Pre), cpu) <= HELD_MAX * cpu;
        loop assigns cpu, BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
        loop variant z->nr_cpus - cpu;
    */
    for (uint32_t cpu = 0; cpu < z->nr_cpus; cpu++) {
        //@ ghost Before: ;
        drain_pages_zone(z, cpu);
        //@ assert here: z->counts.held[8 + cpu] == 0;
        //@ assert were: \forall integer c; 0 <= c < cpu ==> \at(z->counts.held, Before)[8 + c] == 0;
        /*@ assert before: \forall integer c; 0 <= c < cpu ==>
              z->counts.held[8 + c] == \at(z->counts.held, Before)[8 + c]; */
        //@ assert none: \forall integer c; 0 <= c < cpu ==> z->counts.held[8 + c] == 0;
    }
}
