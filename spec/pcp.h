/* The per-CPU lists: which are in use, and what refills, frees and drains move. Logic only. */
#ifndef PLUMBLINE_SPEC_PCP_H
#define PLUMBLINE_SPEC_PCP_H

#include "spec/fallback.h"

/*@
  predicate is_pcp_list(integer l) = 66 <= l < 1730;
  // the CPU of a per-CPU list, its number among the CPU's 26, and the order of its blocks: 0 to 3
  // three times, by migratetype, then 4 to 10 twice, others and movable ones
  logic integer list_cpu(integer l) = (l - 66) % 64;
  logic integer list_index(integer l) = (l - 66) / 64;
  logic integer list_order(integer l) = l < 834 ? (l - 66) / 192 : 4 + (l - 834) / 128;
  logic integer pcp_index(integer o, integer t) =
    o <= 3 ? 3 * o + t : 12 + 2 * (o - 4) + (t == 1 ? 1 : 0);
  predicate is_list_of(integer l, integer cpu) = is_pcp_list(l) && list_cpu(l) == cpu;

  // pages of n blocks of order o
  logic integer run(integer o, integer n) =
    o == 0 ? n : o == 1 ? 2 * n : o == 2 ? 4 * n : o == 3 ? 8 * n : o == 4 ? 16 * n :
    o == 5 ? 32 * n : o == 6 ? 64 * n : o == 7 ? 128 * n : o == 8 ? 256 * n :
    o == 9 ? 512 * n : 1024 * n;

  // a generation uses the per-CPU lists below this one; 3, which is v6.12 with huge pages, also
  // those of the blocks that make up a pageblock
  logic integer pcp_end(integer generation, integer pageblock_order) =
    generation == 0 ? 194 : generation == 1 ? 258 :
    pageblock_order >= 3 ? 834 : 258 + 192 * pageblock_order;
  predicate pcp_list_used(integer generation, integer pageblock_order, integer l) =
    l < pcp_end(generation, pageblock_order) ||
    (generation == 3 && 834 <= l &&
      834 + 128 * (pageblock_order - 4) <= l < 834 + 128 * (pageblock_order - 3));
  // the others are empty
  predicate pcp_only(struct lists s, integer generation, integer pageblock_order) =
    \forall integer l; is_pcp_list(l) && !pcp_list_used(generation, pageblock_order, l) ==>
      s.head[l] == 0xffffffff;
  // pages of the largest block on a list of v6.12
  logic integer pcp_block(integer generation, integer pageblock_order) =
    generation == 3 && pageblock_order > 3 ? bsize(pageblock_order) : 8;
  // all lists of a CPU are empty
  predicate pcp_empty(struct lists s, integer cpu) =
    \forall integer l; is_list_of(l, cpu) ==> s.head[l] == 0xffffffff;
  // index j is passed on the way from a to b around the 26
  predicate passed(integer a, integer j, integer b) =
    a <= b ? a <= j < b : a <= j || j < b;

  // per-CPU lists other than this one, or of other CPUs, are as they were
  predicate other_lists_kept(struct lists s, struct lists t, struct counts m, struct counts n,
                             integer list) =
    \forall integer l; is_pcp_list(l) && l != list ==>
      t.head[l] == s.head[l] && t.tail[l] == s.tail[l] && n.len[l] == m.len[l];
  predicate other_cpus_kept(struct lists s, struct lists t, struct counts m, struct counts n,
                            integer cpu) =
    \forall integer l; is_pcp_list(l) && list_cpu(l) != cpu ==>
      t.head[l] == s.head[l] && t.tail[l] == s.tail[l] && n.len[l] == m.len[l];
  // busy blocks not on this list, not on a list of this CPU, other than p and those: as they were
  predicate kept_but_list(struct blocks a, struct blocks b, integer list) =
    \forall integer q; in_zone(a, q) && busy_at(a, q) && a.place[q] != list ==>
      b.place[q] == a.place[q] && b.order[q] == a.order[q];
  predicate kept_but_cpu(struct blocks a, struct blocks b, integer cpu) =
    \forall integer q; in_zone(a, q) && busy_at(a, q) && !is_list_of(a.place[q], cpu) ==>
      b.place[q] == a.place[q] && b.order[q] == a.order[q];
  predicate kept_but(struct blocks a, struct blocks b, integer cpu, integer p) =
    \forall integer q; in_zone(a, q) && q != p && busy_at(a, q) &&
      !is_list_of(a.place[q], cpu) ==>
      b.place[q] == a.place[q] && b.order[q] == a.order[q];
  predicate all_kept(struct blocks a, struct blocks b) =
    \forall integer q; in_zone(a, q) && busy_at(a, q) ==>
      b.place[q] == a.place[q] && b.order[q] == a.order[q];
  // used and reserved blocks are as they were
  predicate used_kept(struct blocks a, struct blocks b) =
    \forall integer q; in_zone(a, q) && 0x1000 <= a.place[q] < 0x1002 ==>
      b.place[q] == a.place[q] && b.order[q] == a.order[q];

  // steps from index i on to index j around the 26
  logic integer around(integer i, integer j) = i <= j ? j - i : j + 26 - i;
  // the lists of a CPU are emptied in turn, from index `start` on and around: a list lost blocks
  // only when all before it are empty
  predicate in_turn(struct lists t, struct counts m, struct counts n, integer cpu,
                    integer start) =
    \forall integer k, l; is_list_of(k, cpu) && is_list_of(l, cpu) &&
      around(start, list_index(k)) < around(start, list_index(l)) && n.len[l] != m.len[l] ==>
      t.head[k] == 0xffffffff;

  // ---- the order of a list is that of falling ranks
  // no block but x joined a per-CPU list, and those that stay keep their places in the order
  predicate stay(struct blocks a, struct blocks b, struct lists s, struct lists t, integer x) =
    \forall integer q; in_zone(a, q) && on_pcp(b, q) && q != x ==>
      b.place[q] == a.place[q] && t.rank[q] == s.rank[q];
  // those that left a per-CPU list were its last, x aside
  predicate last_left(struct blocks a, struct blocks b, struct lists s, integer x) =
    \forall integer p, q; in_zone(a, p) && in_zone(a, q) && p != x && q != x && on_pcp(a, p) &&
      !on_pcp(b, p) && on_pcp(b, q) && a.place[p] == a.place[q] ==> s.rank[p] < s.rank[q];
  lemma last_left_twice: \forall struct blocks a, b, c, struct lists s, t, u, integer x;
    a.end == b.end && stay(a, b, s, t, x) && last_left(a, b, s, x) && stay(b, c, t, u, x) &&
    last_left(b, c, t, x) ==> last_left(a, c, s, x);
  // those that joined this list rank below all ranks there were, or above
  predicate joined(struct blocks a, struct blocks b, struct lists s, struct lists t,
                   integer list, integer at_tail) =
    \forall integer q; in_zone(a, q) && b.place[q] == list && a.place[q] != list ==>
      (at_tail != 0 ? t.rank[q] < -s.clock : s.clock < t.rank[q]);
  lemma joined_twice: \forall struct blocks a, b, c, struct lists s, t, u, integer list, at_tail;
    a.end == b.end && 66 <= list < 1730 && s.clock <= t.clock && joined(a, b, s, t, list, at_tail) &&
    joined(b, c, t, u, list, at_tail) && pcp_order_kept(b, t, u) ==>
    joined(a, c, s, u, list, at_tail);

  // used, reserved and other CPUs' pages are as many as before
  predicate held_kept(struct counts m, struct counts n, integer cpu) =
    \forall integer c; 6 <= c < 72 && c != 8 + cpu ==> n.held[c] == m.held[c];
  logic integer free_or_pcp(struct counts n, integer cpu) = free_sum(n) + n.held[8 + cpu];
  // a CPU that held `before` pages and holds `after` gave back as many as asked, or all it had,
  // and fewer than `size` more
  predicate released(integer before, integer after, integer asked, integer size) =
    0 <= after <= before && (before - after >= asked || after == 0) &&
    before - after < asked + size && (asked == 0 ==> after == before);
  // pages on the lists of the CPUs below k
  logic integer pcp_sum(struct counts n, integer k) =
    k <= 0 ? 0 : pcp_sum(n, k - 1) + n.held[7 + k];

  logic integer flag_cold(integer f) = (f & 0x1000) != 0 ? 1 : 0;
  // the per-CPU list of an allocation
  logic integer alloc_list(integer generation, integer cpu, integer order, integer mt, integer cold) =
    generation == 0 ? (cold != 0 ? 130 + cpu : 66 + cpu) :
    generation == 1 ? 66 + 64 * mt + cpu : 66 + 64 * pcp_index(order, mt) + cpu;
  // blocks that a refill moves
  logic integer fill_batch(integer generation, integer high, integer batch, integer order) =
    generation < 2 ? batch : high < batch || batch == 1 ? 1 :
    batch / bsize(order) < 2 ? 2 : batch / bsize(order);
  // whether an allocation fills its list first
  predicate must_fill(struct lists s, struct counts n, integer generation, integer low,
                      integer list) =
    generation == 0 ? n.len[list] <= low : s.head[list] == 0xffffffff;
  // orders that pass through the per-CPU lists
  predicate pcp_order(integer generation, integer pageblock_order, integer order) =
    generation < 2 ? order == 0 :
    (0 <= order <= 3 && order <= pageblock_order) || (generation == 3 && order == pageblock_order);
  // migratetype under which a page of a pageblock is kept
  logic integer pcp_type(integer t) = t < 3 ? t : 1;
  // pages that v6.12 gives back when a CPU reaches its high mark
  logic integer free_batch(integer high, integer batch) =
    high < batch || high - batch < 1 ? 1 : high - batch < batch ? high - batch : batch;
*/

#define ENSURES_CUT(x)                                                                             \
  ensures stay: stay(\old(z->blocks), z->blocks, \old(z->lists), z->lists, x);                     \
  ensures last: last_left(\old(z->blocks), z->blocks, \old(z->lists), x);

#define LOOP_CUT                                                                                   \
  loop invariant stay:                                                                             \
    stay(\at(z->blocks, Pre), z->blocks, \at(z->lists, Pre), z->lists, NONE);                      \
  loop invariant last: last_left(\at(z->blocks, Pre), z->blocks, \at(z->lists, Pre), NONE);

/* What a refill leaves as it was, and where it puts blocks. */
#define ENSURES_JOINED(list, at_tail)                                                              \
  ensures pcp_order: pcp_order_kept(\old(z->blocks), \old(z->lists), z->lists);                    \
  ensures joined:                                                                                  \
    joined(\old(z->blocks), z->blocks, \old(z->lists), z->lists, list, at_tail);

#define REQUIRES_LISTS                                                                             \
  requires \valid(z) && wf(*z) && coalesced(z->blocks);                                            \
  requires typed(z->blocks, z->pageblocks) && kinds(z->blocks, z->pageblocks);                     \
  requires pcp_only(z->lists, z->generation, z->blocks.pageblock_order);

#define REQUIRES_ZONE                                                                              \
  REQUIRES_LISTS                                                                                   \
  requires none_isolated(z->blocks, z->pageblocks);

#define ENSURES_LISTS                                                                              \
  ENSURES_BUDDY                                                                                    \
  ensures only: pcp_only(z->lists, z->generation, z->blocks.pageblock_order);

#define ENSURES_VALID                                                                              \
  ENSURES_LISTS                                                                                    \
  ensures none_isolated: none_isolated(z->blocks, z->pageblocks);

#define ENSURES_ZONE                                                                               \
  ENSURES_VALID                                                                                    \
  ENSURES_ISOLATION

/* A drain also works in the moment in which a pageblock is isolated and its pages are still listed. */
#define ENSURES_DRAINED                                                                            \
  ENSURES_LISTS                                                                                    \
  ENSURES_ISOLATION                                                                                \
  ensures none_isolated: none_isolated(\old(z->blocks), \old(z->pageblocks)) ==>                  \
    none_isolated(z->blocks, z->pageblocks);

#define LOOP_LISTS                                                                                 \
  LOOP_BUDDY                                                                                       \
  loop invariant only: pcp_only(z->lists, z->generation, z->blocks.pageblock_order);               \
  LOOP_ISOLATION

#define LOOP_ZONE                                                                                  \
  LOOP_LISTS                                                                                       \
  loop invariant none_isolated: none_isolated(z->blocks, z->pageblocks);

#define LOOP_DRAINED                                                                               \
  LOOP_LISTS                                                                                       \
  loop invariant none_isolated: none_isolated(\at(z->blocks, Pre), \at(z->pageblocks, Pre)) ==>    \
    none_isolated(z->blocks, z->pageblocks);

/* What giving pages of one CPU back to the buddy lists leaves as it was. */
#define ENSURES_DRAIN                                                                              \
  ENSURES_DRAINED                                                                                  \
  ensures held_kept: held_kept(\old(z->counts), z->counts, cpu);                                   \
  ensures conserved: free_or_pcp(z->counts, cpu) == free_or_pcp(\old(z->counts), cpu);             \
  ensures other_cpus: other_cpus_kept(\old(z->lists), z->lists, \old(z->counts), z->counts, cpu);  \
  ensures kept: kept_but_cpu(\old(z->blocks), z->blocks, cpu);                                     \
  ensures tails: tails_kept(\old(z->blocks), z->blocks);                                           \
  ENSURES_CUT(NONE)                                                                                \
  ensures ticks: z->lists.clock - \old(z->lists.clock) <=                                          \
    \old(z->counts.held)[8 + cpu] - z->counts.held[8 + cpu];

#define LOOP_DRAIN                                                                                 \
  LOOP_DRAINED                                                                                     \
  loop invariant held_kept: held_kept(\at(z->counts, Pre), z->counts, cpu);                        \
  loop invariant conserved:                                                                        \
    free_or_pcp(z->counts, cpu) == free_or_pcp(\at(z->counts, Pre), cpu);                          \
  loop invariant other_cpus: other_cpus_kept(\at(z->lists, Pre), z->lists,                         \
    \at(z->counts, Pre), z->counts, cpu);                                                          \
  loop invariant kept: kept_but_cpu(\at(z->blocks, Pre), z->blocks, cpu);                          \
  loop invariant tails: tails_kept(\at(z->blocks, Pre), z->blocks);                                \
  LOOP_CUT                                                                                         \
  loop invariant ticks: z->lists.clock - \at(z->lists.clock, Pre) <=                               \
    \at(z->counts.held, Pre)[8 + cpu] - z->counts.held[8 + cpu];

/* Ticks of the clock that freeing one block takes at most. */
#define FREE_TICKS 0x300000000

/* What freeing the used block p to a CPU's lists needs, and moves. */
#define REQUIRES_FREE                                                                              \
  REQUIRES_ZONE                                                                                    \
  requires tuned(*z) && cpu < 64 && clock_room(z->lists, FREE_TICKS);                              \
  requires in_zone(z->blocks, p) && is_used(z->blocks, p);                                         \
  requires pbtype(z->blocks, z->pageblocks, p) != 5;                                               \
  requires pcp_order(z->generation, z->blocks.pageblock_order, z->blocks.order[p]);

#define ENSURES_FREE                                                                               \
  ENSURES_ZONE                                                                                     \
  ensures used_less: z->counts.held[6] ==                                                          \
    \old(z->counts.held[6]) - bsize(\old(z->blocks.order[p]));                                     \
  ensures conserved: free_or_pcp(z->counts, cpu) ==                                                \
    free_or_pcp(\old(z->counts), cpu) + bsize(\old(z->blocks.order[p]));                           \
  ensures others: \forall integer c; 7 <= c < 72 && c != 8 + cpu ==>                               \
    z->counts.held[c] == \old(z->counts.held)[c];                                                  \
  ensures kept: kept_but(\old(z->blocks), z->blocks, cpu, p);                                      \
  ensures tails: tails_kept(\old(z->blocks), z->blocks);                                           \
  ensures other_cpus: other_cpus_kept(\old(z->lists), z->lists, \old(z->counts), z->counts, cpu);  \
  ENSURES_CUT(p)                                                                                   \
  ensures ticks: z->lists.clock <= \old(z->lists.clock) + FREE_TICKS;

/* What a refill does beside taking blocks: pageblocks become of the type it is for, and a fallback
 * boosts the watermarks. */
#define ENSURES_RETYPED                                                                            \
  ensures tuned: tuned(*z);                                                                        \
  ensures only_to: only_to(\old(z->pageblocks), z->pageblocks, mt);                                \
  ensures no_fallback: z->fallback == 0 ==> z->pageblocks == \old(z->pageblocks);                  \
  ensures no_boost: never_boosts(z->fallback, z->generation) ==>                                   \
    z->watermark_boost == \old(z->watermark_boost);

/* Ticks of the clock for a refill of up to 0x10000 blocks. */
#define REFILL_TICKS 0x40b0000

/* No CPU holds more: each page counted starts a block of at most 1024. */
#define HELD_MAX 0x200000000

#endif
