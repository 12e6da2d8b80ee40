/* Per-CPU lists: refill, allocation and free (semantics 5 to 8; 2.6.11 from features). */
#include "src/ref/pcp.h"
#include "src/ref/pcp_drain.h"

int pcp_allowed(const struct zone *z, uint32_t order)
{
    if (z->generation < PLUMB_V6_12)
        return order == 0;
    if (order < PLUMB_PCP_ORDERS)
        return order <= z->blocks.pageblock_order;
    return z->generation == GENERATION_THP && order == z->blocks.pageblock_order;
}

/*@ ghost
  /@ requires \valid(z) && wf(*z) && z->blocks.top_order <= 10 && order <= 10 && mt < 3;
     requires !supplied(z->blocks, z->fallback, order, mt, flags);
     terminates \true;
     assigns \nothing;
     ensures nothing: unsupplied(z->blocks, z->fallback, order, mt, flags);
  @/
  void none_supplied(struct zone *z, uint32_t order, uint32_t mt, uint32_t flags)
  {
    uint32_t low = order;
    if (z->fallback == 3)
      flags = mt == 1 ? 0x80 : 0;
    if (order < z->blocks.pageblock_order && (flags & 0x100) != 0)
      low = z->blocks.pageblock_order;
    none_larger(z, order, mt);
    if (z->fallback == 0)
      return;
    if ((flags & 0x80) != 0)
      none_larger(z, order, 4);
    none_larger(z, low, mt == 2 ? 0 : 2);
    none_larger(z, low, mt == 1 ? 0 : 1);
  }
*/

/* Puts the used block p on a per-CPU list. */
/*@ REQUIRES_ZONE
    requires in_zone(z->blocks, p) && is_used(z->blocks, p) && clock_room(z->lists, 1);
    requires pbtype(z->blocks, z->pageblocks, p) != 5;
    requires is_pcp_list(list) && fits(list, z->blocks.order[p]) &&
      pcp_list_used(z->generation, z->blocks.pageblock_order, list);
    terminates \true;
    assigns z->blocks.place[p], z->lists.next[ALL_PAGES], z->lists.prev[ALL_PAGES],
            z->lists.rank[p], z->lists.head[list], z->lists.tail[list], z->counts.len[list],
            z->counts.held[ALL_CLASSES], z->lists.clock;
    ENSURES_ZONE
    ensures listed: z->blocks.place[p] == list;
    ensures end: (at_tail ? z->lists.tail[list] : z->lists.head[list]) == p;
    ensures rank: z->lists.rank[p] == (at_tail ? -z->lists.clock : z->lists.clock);
    ensures full: z->lists.head[list] != NONE && z->lists.tail[list] != NONE;
    ensures other_end: at_tail ?
      z->lists.head[list] == (\old(z->lists.head[list]) == NONE ? p : \old(z->lists.head[list])) :
      z->lists.tail[list] == (\old(z->lists.tail[list]) == NONE ? p : \old(z->lists.tail[list]));
    ensures len_more: z->counts.len[list] == \old(z->counts.len[list]) + 1;
    ensures pcp_more: z->counts.held[8 + list_cpu(list)] ==
      \old(z->counts.held)[8 + list_cpu(list)] + bsize(z->blocks.order[p]);
    ensures used_less: z->counts.held[6] ==
      \old(z->counts.held[6]) - bsize(z->blocks.order[p]);
    ensures others: \forall integer c; is_class(c) && c != 6 && c != 8 + list_cpu(list) ==>
      z->counts.held[c] == \old(z->counts.held)[c];
    ensures tick: z->lists.clock == \old(z->lists.clock) + 1;
*/
static void pcp_add(struct zone *z, uint32_t p, uint32_t list, int at_tail)
{
    //@ ghost list_exact(z, list);
    block_give(z, p, list, at_tail);
}

/* Moves one block from the buddy lists to a per-CPU list; 0 if there is none. */
/*@ REQUIRES_ZONE
    requires tuned(*z) && order <= z->blocks.top_order && mt < 3;
    requires is_pcp_list(list) && fits(list, order) &&
      pcp_list_used(z->generation, z->blocks.pageblock_order, list);
    requires clock_room(z->lists, 0x40b);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES], z->watermark_boost;
    ENSURES_ZONE
    ENSURES_RETYPED
    ensures boolean: \result == 0 || \result == 1;
    ensures fails: \result == 0 <==>
      !supplied(\old(z->blocks), z->fallback, order, mt, flags);
    ensures short: \result == 0 ==> unsupplied(z->blocks, z->fallback, order, mt, flags);
    ensures nothing: \result == 0 ==> NOTHING_TAKEN;
    ensures len_more: \result == 1 ==> z->counts.len[list] == \old(z->counts.len)[list] + 1;
    ensures pcp_more: \result == 1 ==> z->counts.held[8 + list_cpu(list)] ==
      \old(z->counts.held)[8 + list_cpu(list)] + bsize(order);
    ensures free_less: \result == 1 ==> free_sum(z->counts) ==
      free_sum(\old(z->counts)) - bsize(order);
    ensures others: \forall integer c; 6 <= c < 72 && c != 8 + list_cpu(list) ==>
      z->counts.held[c] == \old(z->counts.held)[c];
    ensures kept: all_kept(\old(z->blocks), z->blocks);
    ensures other_lists:
      other_lists_kept(\old(z->lists), z->lists, \old(z->counts), z->counts, list);
    ENSURES_JOINED(list, at_tail)
    ensures full: \result == 1 ==> z->lists.head[list] != NONE && z->lists.tail[list] != NONE;
    ensures same_head: at_tail && \old(z->lists.head)[list] != NONE ==>
      z->lists.head[list] == \old(z->lists.head)[list];
    ensures same_tail: !at_tail && \old(z->lists.tail)[list] != NONE ==>
      z->lists.tail[list] == \old(z->lists.tail)[list];
    ensures first: \result == 1 && \old(z->lists.head)[list] == NONE ==>
      chosen(\old(z->blocks), \old(z->lists), \old(z->counts), z->owners, z->first, z->fallback,
        order, mt, flags, at_tail ? z->lists.head[list] : z->lists.tail[list]) &&
      is_free(\old(z->blocks), at_tail ? z->lists.head[list] : z->lists.tail[list]);
    ensures ticks: \old(z->lists.clock) <= z->lists.clock <=
      \old(z->lists.clock) + 0x40b;
*/
static int refill_one(struct zone *z, uint32_t order, uint32_t mt, uint32_t list, int at_tail,
                      uint32_t flags)
{
    uint32_t p = rmqueue_buddy(z, order, mt, flags);

    if (p == NONE) {
        //@ ghost none_supplied(z, order, mt, flags);
        return 0;
    }
    //@ assert kept: all_kept(\at(z->blocks, Pre), z->blocks);
    /*@ assert chosen: chosen(\at(z->blocks, Pre), \at(z->lists, Pre), \at(z->counts, Pre), z->owners,
          z->first, z->fallback, order, mt, flags, p); */
    pcp_add(z, p, list, at_tail);
    return 1;
}

uint32_t rmqueue_bulk(struct zone *z, uint32_t order, uint32_t count, uint32_t mt, uint32_t list,
                      int at_tail, uint32_t flags)
{
    uint32_t i = 0;

    /*@ LOOP_ZONE
        loop invariant range: 0 <= i <= count;
        loop invariant tuned: tuned(*z);
        loop invariant only_to: only_to(\at(z->pageblocks, Pre), z->pageblocks, mt);
        loop invariant no_fallback: z->fallback == 0 ==>
          z->pageblocks == \at(z->pageblocks, Pre);
        loop invariant no_boost: never_boosts(z->fallback, z->generation) ==>
          z->watermark_boost == \at(z->watermark_boost, Pre);
        loop invariant some: i == 0 ==> z->blocks == \at(z->blocks, Pre) &&
          z->lists == \at(z->lists, Pre) && z->counts == \at(z->counts, Pre) &&
          z->pageblocks == \at(z->pageblocks, Pre) &&
          z->watermark_boost == \at(z->watermark_boost, Pre);
        loop invariant none: i > 0 ==>
          supplied(\at(z->blocks, Pre), z->fallback, order, mt, flags);
        loop invariant len_more: z->counts.len[list] == \at(z->counts.len, Pre)[list] + i;
        loop invariant pcp_more: z->counts.held[8 + list_cpu(list)] ==
          \at(z->counts.held, Pre)[8 + list_cpu(list)] + run(order, i);
        loop invariant free_less: free_sum(z->counts) ==
          free_sum(\at(z->counts, Pre)) - run(order, i);
        loop invariant others: \forall integer c; 6 <= c < 72 && c != 8 + list_cpu(list) ==>
          z->counts.held[c] == \at(z->counts.held, Pre)[c];
        loop invariant kept: all_kept(\at(z->blocks, Pre), z->blocks);
        loop invariant other_lists: other_lists_kept(\at(z->lists, Pre), z->lists,
          \at(z->counts, Pre), z->counts, list);
        loop invariant pcp_order:
          pcp_order_kept(\at(z->blocks, Pre), \at(z->lists, Pre), z->lists);
        loop invariant joined: joined(\at(z->blocks, Pre), z->blocks, \at(z->lists, Pre),
          z->lists, list, at_tail);
        loop invariant full: i > 0 ==>
          z->lists.head[list] != NONE && z->lists.tail[list] != NONE;
        loop invariant same_head: at_tail && \at(z->lists.head, Pre)[list] != NONE ==>
          z->lists.head[list] == \at(z->lists.head, Pre)[list];
        loop invariant same_tail: !at_tail && \at(z->lists.tail, Pre)[list] != NONE ==>
          z->lists.tail[list] == \at(z->lists.tail, Pre)[list];
        loop invariant first: i > 0 && \at(z->lists.head, Pre)[list] == NONE ==>
          chosen(\at(z->blocks, Pre), \at(z->lists, Pre), \at(z->counts, Pre), z->owners, z->first,
            z->fallback, order, mt, flags, at_tail ? z->lists.head[list] : z->lists.tail[list]) &&
          is_free(\at(z->blocks, Pre), at_tail ? z->lists.head[list] : z->lists.tail[list]);
        loop invariant ticks: \at(z->lists.clock, Pre) <= z->lists.clock <=
          \at(z->lists.clock, Pre) + 0x40b * i;
        loop assigns i, BLOCKS, z->pageblocks.migratetype[ALL_PAGES], z->watermark_boost;
        loop variant count - i;
    */
    while (i < count) {
        if (!refill_one(z, order, mt, list, at_tail, flags))
            break;
        i++;
    }
    return i;
}

/* Takes the block at one end of a per-CPU list; NONE if it is empty. */
/*@ REQUIRES_ZONE
    requires is_pcp_list(list);
    terminates \true;
    assigns BLOCKS;
    ENSURES_ZONE
    ensures end: \result ==
      (at_tail ? \old(z->lists.tail)[list] : \old(z->lists.head)[list]);
    ensures fails: \result == NONE <==> \old(z->lists.head)[list] == NONE;
    ensures nothing: \result == NONE ==> z->blocks == \old(z->blocks) &&
      z->lists == \old(z->lists) && z->counts == \old(z->counts);
    ensures block: \result != NONE ==> used_of(z->blocks, \result, list_order(list));
    ensures len_less: \result != NONE ==> z->counts.len[list] == \old(z->counts.len)[list] - 1;
    ensures pcp_less: \result != NONE ==> z->counts.held[8 + list_cpu(list)] ==
      \old(z->counts.held)[8 + list_cpu(list)] - bsize(list_order(list));
    ensures used_more: \result != NONE ==>
      z->counts.held[6] == \old(z->counts.held[6]) + bsize(list_order(list));
    ensures others: \forall integer c; is_class(c) && c != 6 && c != 8 + list_cpu(list) ==>
      z->counts.held[c] == \old(z->counts.held)[c];
    ensures conserved: free_or_pcp(z->counts, list_cpu(list)) ==
      free_or_pcp(\old(z->counts), list_cpu(list)) -
      (\result != NONE ? bsize(list_order(list)) : 0);
    ensures same: \forall integer q; in_zone(z->blocks, q) && q != \result ==>
      z->blocks.place[q] == \old(z->blocks.place)[q];
    ensures orders: \forall integer q; z->blocks.order[q] == \old(z->blocks.order)[q];
    ensures other_lists:
      other_lists_kept(\old(z->lists), z->lists, \old(z->counts), z->counts, list);
    ensures ranks: \forall integer q; z->lists.rank[q] == \old(z->lists.rank)[q];
    ensures clock: z->lists.clock == \old(z->lists.clock);
*/
static uint32_t take_end(struct zone *z, uint32_t list, int at_tail)
{
    uint32_t p = at_tail ? z->lists.tail[list] : z->lists.head[list];

    //@ assert listed: p != NONE ==> in_zone(z->blocks, p) && z->blocks.place[p] == list;
    //@ assert placed: p != NONE ==> placed_at(z->blocks, p);
    //@ assert order: p != NONE ==> z->blocks.order[p] == list_order(list);
    //@ assert cpu: 0 <= list_cpu(list) < 64;
    if (p != NONE)
        block_take(z, p);
    /*@ assert left: \forall integer q; in_zone(z->blocks, q) && on_pcp(z->blocks, q) ==>
          on_pcp(\at(z->blocks, Pre), q); */
    /*@ assert free: \forall integer c; 0 <= c < 6 ==>
          z->counts.held[c] == \at(z->counts.held, Pre)[c]; */
    //@ assert sum: free_sum(z->counts) == free_sum(\at(z->counts, Pre));
    return p;
}

/* Fills a list, then takes the block at the end that a refill reaches last. */
/*@ REQUIRES_ZONE
    requires tuned(*z) && order <= z->blocks.top_order && mt < 3 && 1 <= count <= 0x10000;
    requires is_pcp_list(list) && fits(list, order) &&
      pcp_list_used(z->generation, z->blocks.pageblock_order, list);
    requires clock_room(z->lists, REFILL_TICKS);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES], z->watermark_boost;
    ENSURES_ZONE
    ENSURES_RETYPED
    ensures fails: \result == NONE <==>
      !supplied(\old(z->blocks), z->fallback, order, mt, flags) &&
      \old(z->lists.head)[list] == NONE;
    ensures nothing: \result == NONE ==> NOTHING_TAKEN;
    ensures listed: \old(z->lists.head)[list] != NONE ==> \result ==
      (at_tail ? \old(z->lists.tail)[list] : \old(z->lists.head)[list]);
    ensures refilled: \old(z->lists.head)[list] == NONE && \result != NONE ==>
      chosen(\old(z->blocks), \old(z->lists), \old(z->counts), z->owners, z->first, z->fallback,
        order, mt, flags, \result);
    ensures was_listed: \result != NONE ==> is_listed(\old(z->blocks), \result);
    ensures unisolated: \result != NONE ==> unisolated(z->blocks, z->pageblocks, \result);
    ensures batch: \result != NONE ==>
      \old(z->counts.len)[list] <= z->counts.len[list] + 1 <= \old(z->counts.len)[list] + count;
    ensures short: z->counts.len[list] + 1 < \old(z->counts.len)[list] + count ==>
      unsupplied(z->blocks, z->fallback, order, mt, flags);
    ensures block: \result != NONE ==> used_of(z->blocks, \result, order);
    ensures used_more: \result != NONE ==>
      z->counts.held[6] == \old(z->counts.held[6]) + bsize(order);
    ensures conserved: free_or_pcp(z->counts, list_cpu(list)) ==
      free_or_pcp(\old(z->counts), list_cpu(list)) - (\result != NONE ? bsize(order) : 0);
    ensures others: \forall integer c; 6 < c < 72 && c != 8 + list_cpu(list) ==>
      z->counts.held[c] == \old(z->counts.held)[c];
    ensures busy: busy_kept(\old(z->blocks), z->blocks, \result);
    ensures other_lists:
      other_lists_kept(\old(z->lists), z->lists, \old(z->counts), z->counts, list);
    ENSURES_JOINED(list, (at_tail ? 0 : 1))
    ensures ticks: z->lists.clock <= \old(z->lists.clock) + REFILL_TICKS;
*/
static uint32_t fill_and_take(struct zone *z, uint32_t list, uint32_t order, uint32_t mt,
                              uint32_t count, int at_tail, uint32_t flags)
{
    uint32_t p;

    //@ assert ends: head_at(z->blocks, z->lists, list) && tail_at(z->blocks, z->lists, list);
    rmqueue_bulk(z, order, count, mt, list, !at_tail, flags);
    //@ assert order: order == list_order(list);
    /*@ assert short: z->counts.len[list] < \at(z->counts.len, Pre)[list] + count ==>
          unsupplied(z->blocks, z->fallback, order, mt, flags); */
    /*@ assert joined: joined(\at(z->blocks, Pre), z->blocks, \at(z->lists, Pre), z->lists, list,
          (at_tail ? 0 : 1)); */
    //@ ghost Filled: ;
    p = take_end(z, list, at_tail);
    //@ assert small: order <= z->blocks.pageblock_order;
    /*@ ghost
      if (p != NONE)
        one_pageblock(p, order, z->blocks.pageblock_order); */
    //@ assert unisolated: p != NONE ==> unisolated(z->blocks, z->pageblocks, p);
    //@ assert end: z->blocks.end == \at(z->blocks.end, Pre);
    /*@ assert left: \forall integer q; 0 <= q < z->blocks.end && z->blocks.place[q] == list ==>
          \at(z->blocks.place, Filled)[q] == list &&
          z->lists.rank[q] == \at(z->lists.rank, Filled)[q]; */
    /*@ assert joined: joined(\at(z->blocks, Pre), z->blocks, \at(z->lists, Pre), z->lists, list,
          (at_tail ? 0 : 1)); */
    /*@ assert free: \forall integer q; in_zone(z->blocks, q) && is_free(z->blocks, q) ==>
          \at(z->blocks.place, Filled)[q] == z->blocks.place[q] &&
          \at(z->blocks.order, Filled)[q] == z->blocks.order[q]; */
    /*@ assert smaller: \forall integer o, t; all_smaller(\at(z->blocks, Filled), o, t) ==>
          all_smaller(z->blocks, o, t); */
    return p;
}

/* The list of a CPU that an allocation uses. */
/*@ requires \valid_read(z) && z->generation < 4 && cpu < 64 && mt < 3 && order <= 10;
    requires pcp_order(z->generation, z->blocks.pageblock_order, order);
    requires z->generation == PLUMB_V2_6_11 ==> mt == 0;
    terminates \true;
    assigns \nothing;
    ensures list: \result == alloc_list(z->generation, cpu, order, mt, cold);
    ensures fits: is_list_of(\result, cpu) && fits(\result, order);
    ensures order: list_cpu(\result) == cpu && list_order(\result) == order;
    ensures within: pcp_list_used(z->generation, z->blocks.pageblock_order, \result);
*/
static uint32_t alloc_list_of(const struct zone *z, uint32_t cpu, uint32_t order, uint32_t mt,
                              int cold)
{
    if (z->generation == PLUMB_V2_6_11)
        return pcp_list_of(cpu, cold ? 1 : 0);
    return pcp_list_of(cpu, pcp_index_of(order, mt));
}

/*@ requires \valid_read(z) && is_pcp_list(list);
    terminates \true;
    assigns \nothing;
    ensures exact: \result != 0 <==>
      must_fill(z->lists, z->counts, z->generation, z->pcp_low, list);
*/
static int pcp_must_fill(const struct zone *z, uint32_t list)
{
    if (z->generation == PLUMB_V2_6_11)
        return z->counts.len[list] <= z->pcp_low;
    return z->lists.head[list] == NONE;
}

uint32_t rmqueue_pcplist(struct zone *z, uint32_t cpu, uint32_t order, uint32_t mt, uint32_t flags,
                         uint32_t fill)
{
    int cold = (flags & ALLOC_COLD) != 0;
    uint32_t list = alloc_list_of(z, cpu, order, mt, cold);
    int at_tail = z->generation == PLUMB_V4_10 && cold;
    uint32_t p;

    //@ assert ends: head_at(z->blocks, z->lists, list) && tail_at(z->blocks, z->lists, list);

    /*@ ghost
      if (z->lists.head[list] == NONE)
        none_long(z, list); */
    if (pcp_must_fill(z, list))
        return fill_and_take(z, list, order, mt, fill, at_tail, flags);
    p = take_end(z, list, at_tail);
    /*@ ghost
      if (p != NONE)
        one_pageblock(p, order, z->blocks.pageblock_order); */
    //@ assert unisolated: p != NONE ==> unisolated(z->blocks, z->pageblocks, p);
    /*@ assert joined: \forall integer q; in_zone(z->blocks, q) && z->blocks.place[q] == list ==>
          \at(z->blocks.place, Pre)[q] == list; */
    return p;
}

/* The three generations; mt is the type the block is kept under. */
/*@ REQUIRES_FREE
    requires z->generation == PLUMB_V2_6_11;
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
    ENSURES_FREE
    ensures list: \let l = cold ? 130 + cpu : 66 + cpu; \let n = \old(z->counts.len)[l];
      z->lists.head[l] == p && z->blocks.place[p] == l &&
      (n < z->pcp_high ? z->counts.len[l] == n + 1 :
        released(n, z->counts.len[l] - 1, z->pcp_batch, 1));
*/
static void free_unref_page_v2_6_11(struct zone *z, uint32_t cpu, uint32_t p, int cold)
{
    uint32_t list = pcp_list_of(cpu, cold ? 1 : 0);

    //@ ghost held_few(z);
    if (z->counts.len[list] >= z->pcp_high)
        drain_list(z, list, z->pcp_batch);
    //@ assert kept: kept_but_list(\at(z->blocks, Pre), z->blocks, list);
    //@ assert tails: tails_kept(\at(z->blocks, Pre), z->blocks);
    pcp_add(z, p, list, 0);
}

/*@ REQUIRES_FREE
    requires z->generation == PLUMB_V4_10 && mt < 3;
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
    ENSURES_FREE
    ensures high: \let n = \old(z->counts.held)[8 + cpu] + 1; n < z->pcp_high ?
      z->counts.held[8 + cpu] == n : released(n, z->counts.held[8 + cpu], z->pcp_batch, 1);
    ensures place: \let l = 66 + 64 * mt + cpu;
      \old(z->counts.held)[8 + cpu] + 1 < z->pcp_high ==>
      z->blocks.place[p] == l && (cold ? z->lists.tail[l] : z->lists.head[l]) == p;
*/
static void free_unref_page_v4_10(struct zone *z, uint32_t cpu, uint32_t p, uint32_t mt, int cold)
{
    pcp_add(z, p, pcp_list_of(cpu, mt), cold);
    //@ assert kept: kept_but(\at(z->blocks, Pre), z->blocks, cpu, p);
    //@ assert tails: tails_kept(\at(z->blocks, Pre), z->blocks);
    //@ ghost held_few(z);
    if (z->counts.held[CLASS_PCP + cpu] >= z->pcp_high)
        free_pcppages_bulk_v4_10(z, cpu, z->pcp_batch);
}

/*@ REQUIRES_FREE
    requires z->generation >= PLUMB_V6_12 && mt < 3;
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
    ENSURES_FREE
    ensures high: \let n = \old(z->counts.held)[8 + cpu] + bsize(\old(z->blocks.order[p]));
      n < high ? z->counts.held[8 + cpu] == n :
        released(n, z->counts.held[8 + cpu], pages,
          pcp_block(z->generation, z->blocks.pageblock_order));
    ensures place: \let o = \old(z->blocks.order[p]); \let l = 66 + 64 * pcp_index(o, mt) + cpu;
      \old(z->counts.held)[8 + cpu] + bsize(o) < high ==>
      z->blocks.place[p] == l && z->lists.head[l] == p;
    ensures turn: in_turn(z->lists, \old(z->counts), z->counts, cpu,
      pcp_index(\old(z->blocks.order[p]), mt));
*/
static void free_unref_page_v6_12(struct zone *z, uint32_t cpu, uint32_t p, uint32_t mt,
                                  uint64_t high, uint64_t pages)
{
    uint32_t index = pcp_index_of(z->blocks.order[p], mt), list = pcp_list_of(cpu, index);

    pcp_add(z, p, list, 0);
    /*@ assert same: \forall integer q; q != p ==> z->lists.rank[q] == \at(z->lists.rank, Pre)[q] &&
          z->blocks.place[q] == \at(z->blocks.place, Pre)[q]; */
    //@ assert joined: last_left(\at(z->blocks, Pre), z->blocks, \at(z->lists, Pre), p);
    //@ assert stay: stay(\at(z->blocks, Pre), z->blocks, \at(z->lists, Pre), z->lists, p);
    /*@ assert lengths: \forall integer l; l != list ==>
          z->counts.len[l] == \at(z->counts.len, Pre)[l]; */
    //@ assert first: \forall integer k; is_list_of(k, cpu) ==> 0 <= around(index, list_index(k));
    //@ assert kept: kept_but(\at(z->blocks, Pre), z->blocks, cpu, p);
    /*@ assert others: \forall integer c; 7 <= c < 72 && c != 8 + cpu ==>
          z->counts.held[c] == \at(z->counts.held, Pre)[c]; */
    //@ assert tails: tails_kept(\at(z->blocks, Pre), z->blocks);
    //@ ghost held_few(z);
    if (z->counts.held[CLASS_PCP + cpu] >= high)
        free_pcppages_bulk_v6_12(z, cpu, pages, index);
    //@ assert turn: in_turn(z->lists, \at(z->counts, Pre), z->counts, cpu, index);
}

/* Type under which the block p is kept on a per-CPU list. */
/*@ requires \valid_read(z) && sized(z->blocks) && in_zone(z->blocks, p);
    requires kinds(z->blocks, z->pageblocks);
    terminates \true;
    assigns \nothing;
    ensures exact: \result == pcp_type(pbtype(z->blocks, z->pageblocks, p));
*/
static uint32_t pcp_type_of(const struct zone *z, uint32_t p)
{
    uint32_t mt = pageblock_type(z, p);

    return mt < MIGRATE_PCPTYPES ? mt : MIGRATE_MOVABLE;
}

void free_unref_page(struct zone *z, uint32_t cpu, uint32_t p, int cold, uint64_t high,
                     uint64_t pages)
{
    uint32_t mt = pcp_type_of(z, p);

    //@ assert order: z->generation < PLUMB_V6_12 ==> z->blocks.order[p] == 0;
    /*@ assert list: z->generation != PLUMB_V2_6_11 ==>
          alloc_list(z->generation, cpu, z->blocks.order[p], mt, cold) ==
          66 + 64 * pcp_index(z->blocks.order[p], mt) + cpu; */
    if (z->generation == PLUMB_V2_6_11)
        free_unref_page_v2_6_11(z, cpu, p, cold);
    else if (z->generation == PLUMB_V4_10)
        free_unref_page_v4_10(z, cpu, p, mt, cold);
    else
        free_unref_page_v6_12(z, cpu, p, mt, high, pages);
}
