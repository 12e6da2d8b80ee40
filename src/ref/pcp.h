/* Per-CPU lists: refill, allocation, free, drains, in the order of three kernel generations. */
#ifndef PLUMBLINE_REF_PCP_H
#define PLUMBLINE_REF_PCP_H

#include "src/ref/fallback.h"
#include "spec/pcp.h"

/*@ requires cpu < 64 && index < 26;
    terminates \true;
    assigns \nothing;
    ensures list: \result == pcp_list(cpu, index) && is_list_of(\result, cpu);
    ensures index: list_index(\result) == index &&
      list_order(\result) == (index < 12 ? index / 3 : 4 + (index - 12) / 2);
*/
static inline uint32_t pcp_list_of(uint32_t cpu, uint32_t index)
{
    return NR_FREE_LISTS + 64 * index + cpu;
}

/* Number of a CPU's list of blocks of an order and a migratetype. */
/*@ requires order <= 10 && mt < 3;
    terminates \true;
    assigns \nothing;
    ensures exact: \result == pcp_index(order, mt);
    ensures range: \result < 26;
*/
static inline uint32_t pcp_index_of(uint32_t order, uint32_t mt)
{
    return order < PLUMB_PCP_ORDERS ? 3 * order + mt
                                    : 12 + 2 * (order - PLUMB_PCP_ORDERS) + (mt == MIGRATE_MOVABLE);
}

/* rmqueue_bulk: moves up to `count` blocks from the buddy lists of a type to a per-CPU list; the
 * answer is how many. Short only if the buddy lists have no more. */
/*@ REQUIRES_ZONE
    requires tuned(*z) && order <= z->blocks.top_order && mt < 3 && count <= 0x10000;
    requires is_pcp_list(list) && fits(list, order) &&
      pcp_list_used(z->generation, z->blocks.pageblock_order, list);
    requires clock_room(z->lists, 0x40b * count);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES], z->watermark_boost;
    ENSURES_ZONE
    ENSURES_RETYPED
    ensures range: \result <= count;
    ensures short: \result < count ==>
      unsupplied(z->blocks, z->fallback, order, mt, flags);
    ensures none: count > 0 ==>
      (\result == 0 <==> !supplied(\old(z->blocks), z->fallback, order, mt, flags));
    ensures nothing: \result == 0 ==> NOTHING_TAKEN;
    ensures len_more: z->counts.len[list] == \old(z->counts.len)[list] + \result;
    ensures pcp_more: z->counts.held[8 + list_cpu(list)] ==
      \old(z->counts.held)[8 + list_cpu(list)] + run(order, \result);
    ensures free_less: free_sum(z->counts) ==
      free_sum(\old(z->counts)) - run(order, \result);
    ensures others: \forall integer c; 6 <= c < 72 && c != 8 + list_cpu(list) ==>
      z->counts.held[c] == \old(z->counts.held)[c];
    ensures kept: all_kept(\old(z->blocks), z->blocks);
    ensures other_lists:
      other_lists_kept(\old(z->lists), z->lists, \old(z->counts), z->counts, list);
    ENSURES_JOINED(list, at_tail)
    ensures full: \result > 0 ==> z->lists.head[list] != NONE && z->lists.tail[list] != NONE;
    ensures same_head: at_tail && \old(z->lists.head)[list] != NONE ==>
      z->lists.head[list] == \old(z->lists.head)[list];
    ensures same_tail: !at_tail && \old(z->lists.tail)[list] != NONE ==>
      z->lists.tail[list] == \old(z->lists.tail)[list];
    ensures first: \result > 0 && \old(z->lists.head)[list] == NONE ==>
      chosen(\old(z->blocks), \old(z->lists), \old(z->counts), z->owners, z->first, z->fallback,
        order, mt, flags, at_tail ? z->lists.head[list] : z->lists.tail[list]) &&
      is_free(\old(z->blocks), at_tail ? z->lists.head[list] : z->lists.tail[list]);
    ensures ticks: \old(z->lists.clock) <= z->lists.clock <=
      \old(z->lists.clock) + 0x40b * \result;
*/
uint32_t rmqueue_bulk(struct zone *z, uint32_t order, uint32_t count, uint32_t mt, uint32_t list,
                      int at_tail, uint32_t flags);

/* Allocates through the list of a CPU, filling it first with so many blocks if it is empty (2.6.11:
 * if it is low). */
/*@ REQUIRES_ZONE
    requires 1 <= fill <= 0x10000 && shaped(*z) && tuned(*z) && cpu < 64 && mt < 3 && order <= z->blocks.top_order;
    requires pcp_order(z->generation, z->blocks.pageblock_order, order);
    requires z->generation == PLUMB_V2_6_11 ==> mt == 0;
    requires clock_room(z->lists, REFILL_TICKS);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES], z->watermark_boost;
    ENSURES_ZONE
    ENSURES_RETYPED
    ensures fails: \result == NONE <==>
      !supplied(\old(z->blocks), z->fallback, order, mt, flags) &&
      \old(z->lists.head)[alloc_list(z->generation, cpu, order, mt, flag_cold(flags))] == NONE;
    ensures nothing: \result == NONE ==> NOTHING_TAKEN;
    ensures listed: \let l = alloc_list(z->generation, cpu, order, mt, flag_cold(flags));
      \old(z->lists.head)[l] != NONE ==> \result ==
        (z->generation == PLUMB_V4_10 && flag_cold(flags) != 0 ? \old(z->lists.tail)[l] : \old(z->lists.head)[l]);
    ensures refilled: \let l = alloc_list(z->generation, cpu, order, mt, flag_cold(flags));
      \old(z->lists.head)[l] == NONE && \result != NONE ==>
        chosen(\old(z->blocks), \old(z->lists), \old(z->counts), z->owners, z->first,
          z->fallback, order, mt, flags, \result);
    ensures was_listed: \result != NONE ==> is_listed(\old(z->blocks), \result);
    ensures unisolated: \result != NONE ==> unisolated(z->blocks, z->pageblocks, \result);
    ensures unfilled: \let l = alloc_list(z->generation, cpu, order, mt, flag_cold(flags));
      \result != NONE && !must_fill(\old(z->lists), \old(z->counts), z->generation, z->pcp_low, l)
      ==> z->counts.len[l] == \old(z->counts.len)[l] - 1;
    ensures filled: \let l = alloc_list(z->generation, cpu, order, mt, flag_cold(flags));
      \result != NONE && must_fill(\old(z->lists), \old(z->counts), z->generation, z->pcp_low, l)
      ==> \old(z->counts.len)[l] <= z->counts.len[l] + 1 <= \old(z->counts.len)[l] + fill &&
        (z->counts.len[l] + 1 < \old(z->counts.len)[l] + fill ==>
          unsupplied(z->blocks, z->fallback, order, mt, flags));
    ensures block: \result != NONE ==> used_of(z->blocks, \result, order);
    ensures used_more: \result != NONE ==>
      z->counts.held[6] == \old(z->counts.held[6]) + bsize(order);
    ensures conserved: free_or_pcp(z->counts, cpu) ==
      free_or_pcp(\old(z->counts), cpu) - (\result != NONE ? bsize(order) : 0);
    ensures others: \forall integer c; 6 < c < 72 && c != 8 + cpu ==>
      z->counts.held[c] == \old(z->counts.held)[c];
    ensures busy: busy_kept(\old(z->blocks), z->blocks, \result);
    ENSURES_JOINED(alloc_list(z->generation, cpu, order, mt, flag_cold(flags)),
      (z->generation == PLUMB_V4_10 && flag_cold(flags) != 0 ? 0 : 1))
    ensures other_lists: other_lists_kept(\old(z->lists), z->lists,
      \old(z->counts), z->counts, alloc_list(z->generation, cpu, order, mt, flag_cold(flags)));
    ensures ticks: z->lists.clock <= \old(z->lists.clock) + REFILL_TICKS;
*/
uint32_t rmqueue_pcplist(struct zone *z, uint32_t cpu, uint32_t order, uint32_t mt, uint32_t flags,
                         uint32_t fill);

/* Frees the used block p to a list of a CPU, and `pages` pages of that CPU to the buddy lists once
 * it holds `high` (2.6.11: once that list has `high`, before the block joins it). */
/*@ REQUIRES_FREE
    requires z->generation < 4;
    requires z->generation < PLUMB_V6_12 ==> high == z->pcp_high && pages == z->pcp_batch;
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
    ENSURES_FREE
    ensures below_high: z->generation != PLUMB_V2_6_11 ==>
      \let n = \old(z->counts.held)[8 + cpu] + bsize(\old(z->blocks.order[p]));
      n < high ==> z->counts.held[8 + cpu] == n;
    ensures place: z->generation != PLUMB_V2_6_11 ==> \let o = \old(z->blocks.order[p]);
      \let l = alloc_list(z->generation, cpu, o,
        pcp_type(pbtype(\old(z->blocks), \old(z->pageblocks), p)), cold);
      \old(z->counts.held)[8 + cpu] + bsize(o) < high ==> z->blocks.place[p] == l &&
      (z->generation == PLUMB_V4_10 && cold ? z->lists.tail[l] : z->lists.head[l]) == p;
    ensures turn: z->generation >= PLUMB_V6_12 ==>
      in_turn(z->lists, \old(z->counts), z->counts, cpu, pcp_index(\old(z->blocks.order[p]),
        pcp_type(pbtype(\old(z->blocks), \old(z->pageblocks), p))));
    ensures v6_12: z->generation >= PLUMB_V6_12 ==>
      \let n = \old(z->counts.held)[8 + cpu] + bsize(\old(z->blocks.order[p]));
      n >= high ==> released(n, z->counts.held[8 + cpu], pages,
        pcp_block(z->generation, z->blocks.pageblock_order));
    ensures v4_10: z->generation == PLUMB_V4_10 ==>
      \let n = \old(z->counts.held)[8 + cpu] + 1;
      n >= z->pcp_high ==> released(n, z->counts.held[8 + cpu], z->pcp_batch, 1);
    ensures v2_6_11: z->generation == PLUMB_V2_6_11 ==>
      \let l = cold ? 130 + cpu : 66 + cpu; \let n = \old(z->counts.len)[l];
      z->lists.head[l] == p && z->blocks.place[p] == l &&
      (n < z->pcp_high ? z->counts.len[l] == n + 1 :
        released(n, z->counts.len[l] - 1, z->pcp_batch, 1));
*/
void free_unref_page(struct zone *z, uint32_t cpu, uint32_t p, int cold, uint64_t high,
                     uint64_t pages);

/* drain_pages_zone: gives all pages of a CPU back. */
/*@ REQUIRES_LISTS
    requires cpu < 64 && z->generation < 4 && clock_room(z->lists, HELD_MAX);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
    ENSURES_DRAIN
    ensures none: z->counts.held[8 + cpu] == 0;
    ensures freed: free_sum(z->counts) ==
      free_sum(\old(z->counts)) + \old(z->counts.held)[8 + cpu];
    ensures empty: pcp_empty(z->lists, cpu);
    ensures few: \old(z->counts.held)[8 + cpu] <= HELD_MAX;
*/
void drain_pages_zone(struct zone *z, uint32_t cpu);

/* drain_zone_pages: gives a batch of a CPU back; in 2.6.11, a batch of each of its two lists. */
/*@ REQUIRES_LISTS
    requires cpu < 64 && z->generation < 4 && clock_room(z->lists, HELD_MAX) && tuned(*z);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
    ENSURES_DRAIN
    ensures v6_12: z->generation >= PLUMB_V6_12 ==>
      released(\old(z->counts.held)[8 + cpu], z->counts.held[8 + cpu], z->pcp_batch,
        pcp_block(z->generation, z->blocks.pageblock_order));
    ensures turn: z->generation >= PLUMB_V6_12 ==>
      in_turn(z->lists, \old(z->counts), z->counts, cpu, 0);
    ensures v4_10: z->generation == PLUMB_V4_10 ==>
      released(\old(z->counts.held)[8 + cpu], z->counts.held[8 + cpu], z->pcp_batch, 1);
    ensures v2_6_11: z->generation == PLUMB_V2_6_11 ==>
      released(\old(z->counts.len)[66 + cpu], z->counts.len[66 + cpu], z->pcp_batch, 1) &&
      released(\old(z->counts.len)[130 + cpu], z->counts.len[130 + cpu], z->pcp_batch, 1);
    ensures few: \old(z->counts.held)[8 + cpu] <= HELD_MAX;
*/
void drain_zone_pages(struct zone *z, uint32_t cpu);

/* drain_all_pages: gives the pages of all CPUs back. */
/*@ REQUIRES_LISTS
    requires shaped(*z) && clock_room(z->lists, 0x10000000000);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
    ENSURES_DRAINED
    ensures none: \forall integer c; 0 <= c < z->nr_cpus ==> z->counts.held[8 + c] == 0;
    ensures empty: \forall integer c; 0 <= c < z->nr_cpus ==> pcp_empty(z->lists, c);
    ensures freed: free_sum(z->counts) ==
      free_sum(\old(z->counts)) + pcp_sum(\old(z->counts), z->nr_cpus);
    ensures others: \forall integer c; 6 <= c < 72 && !(8 <= c < 8 + z->nr_cpus) ==>
      z->counts.held[c] == \old(z->counts.held)[c];
    ensures kept: used_kept(\old(z->blocks), z->blocks);
    ensures tails: tails_kept(\old(z->blocks), z->blocks);
    ensures ticks: z->lists.clock <=
      \old(z->lists.clock) + pcp_sum(\old(z->counts), z->nr_cpus);
    ensures few: pcp_sum(\old(z->counts), z->nr_cpus) <= 0x10000000000;
*/
void drain_all_pages(struct zone *z);

/* Whether a block of this order passes through the per-CPU lists. */
/*@ requires \valid_read(z) && z->generation < 4;
    terminates \true;
    assigns \nothing;
    ensures exact: \result != 0 <==>
      pcp_order(z->generation, z->blocks.pageblock_order, order);
*/
int pcp_allowed(const struct zone *z, uint32_t order);

#endif
