/* Fallback between migratetypes (theorem 11): the table, what is claimed, what is stolen, and the
 * boost of the watermarks (semantics 3 and 9; v4.10, v6.12 and 6.15). Logic only. */
#ifndef PLUMBLINE_SPEC_FALLBACK_H
#define PLUMBLINE_SPEC_FALLBACK_H

#include "spec/pageblock.h"
#include "spec/setup.h"
#include "spec/watermark.h"

/*@
  // the table: where a request of type t looks first, and second
  logic integer fallback_type(integer t, integer i) =
    t == 0 ? (i == 0 ? 2 : 1) : t == 1 ? (i == 0 ? 2 : 0) : (i == 0 ? 0 : 1);
  // the type that serves a request of type t at order o; 6 if none does
  logic integer suitable(struct lists s, integer o, integer t) =
    s.head[free_list(o, fallback_type(t, 0))] != 0xffffffff ? fallback_type(t, 0) :
    s.head[free_list(o, fallback_type(t, 1))] != 0xffffffff ? fallback_type(t, 1) : 6;
  // o is the largest order from low up, or the least, that can serve a request of type t
  predicate largest(struct lists s, integer top, integer low, integer t, integer o) =
    low <= o <= top && suitable(s, o, t) < 6 &&
    (\forall integer k; o < k <= top ==> suitable(s, k, t) == 6);
  predicate least(struct lists s, integer low, integer t, integer o) =
    low <= o && suitable(s, o, t) < 6 && (\forall integer k; low <= k < o ==> suitable(s, k, t) == 6);
  predicate none_suitable(struct lists s, integer top, integer low, integer t) =
    \forall integer k; low <= k <= top ==> suitable(s, k, t) == 6;
  // a block of order o is large enough to claim its pageblock for type t; any is, where types are
  // not kept apart
  logic integer may_claim(struct owners w, integer pageblock_order, integer o, integer t) =
    o >= pageblock_order / 2 || t == 0 || t == 2 || w.ungrouped != 0 ? 1 : 0;
  // the order that a request takes from, where o is the largest
  predicate taken_from(struct lists s, struct owners w, integer pageblock_order, integer order,
                       integer t, integer o, integer k) =
    may_claim(w, pageblock_order, o, t) == 0 && t == 1 && o > order ? least(s, order, t, k) : k == o;

  // movable pages in the used blocks that start at s or above, below k
  logic integer movable_in(struct blocks b, struct owners w, integer s, integer k) =
    k <= s ? 0 : movable_in(b, w, s, k - 1) +
      (b.place[k - 1] == 0x1000 && w.movable[k - 1] != 0 ? bsize(b.order[k - 1]) : 0);
  // pages of the pageblock at s, of type from, that count for a request of type t
  logic integer counting(struct blocks b, struct owners w, integer s, integer from, integer t) =
    \let size = bsize(b.pageblock_order); \let f = free_in(b, s, s + size);
    \let m = movable_in(b, w, s, s + size);
    t == 1 ? f + m : from == 1 ? size - m : f;
  // the pageblock at s, of type from, is claimed for type t
  predicate claimed(struct blocks b, struct owners w, integer first, integer s, integer from,
                    integer t) =
    first <= s && s + bsize(b.pageblock_order) <= b.end &&
    (2 * counting(b, w, s, from, t) >= bsize(b.pageblock_order) || w.ungrouped != 0);

  // p is what a request of type t takes, given the head h of a list of another type: h, or a
  // smallest sufficient block of h's pageblock, if that is claimed
  predicate handed(struct blocks b, struct owners w, integer first, integer claim, integer h,
                   integer from, integer order, integer t, integer p) =
    b.order[h] < b.pageblock_order && claim != 0 &&
      claimed(b, w, first, block_start(b, h), from, t) ?
      in_block(b, block_start(b, h), p) && is_free(b, p) && order <= b.order[p] &&
        (\forall integer q; in_block(b, block_start(b, h), q) && is_free(b, q) &&
          order <= b.order[q] ==> b.order[p] <= b.order[q]) :
      p == h;
  // types k became l: those of a pageblock or more taken whole, or of the one claimed
  predicate retagged(struct blocks b, struct pageblocks k, struct pageblocks l, struct owners w,
                     integer first, integer claim, integer h, integer from, integer t) =
    \let size = bsize(b.pageblock_order);
    b.order[h] >= b.pageblock_order ?
      (\forall integer q; h <= q < h + bsize(b.order[h]) ==> pbtype(b, l, q) == t) &&
      types_kept(k, l, h / size, (h + bsize(b.order[h])) / size) :
    claim != 0 && claimed(b, w, first, block_start(b, h), from, t) ?
      (\forall integer q; in_block(b, block_start(b, h), q) ==> pbtype(b, l, q) == t) &&
      types_kept(k, l, block_start(b, h) / size, block_start(b, h) / size + 1) :
    l == k;

  // all free blocks of a type are smaller than order o: !has_block, as a fact about each block
  predicate all_smaller(struct blocks b, integer o, integer t) =
    \forall integer p; in_zone(b, p) && is_free(b, p) && free_type(b, p) == t ==>
      b.order[p] < o;

  // p is what __rmqueue_smallest takes: the head of the first non-empty list from this order up
  predicate smallest(struct lists s, integer top, integer order, integer mt, integer p) =
    \exists integer o; order <= o <= top && p == s.head[free_list(o, mt)] && p != 0xffffffff &&
      (\forall integer k; order <= k < o ==> s.head[free_list(k, mt)] == 0xffffffff);

  // ---- the whole of it
  logic boolean flag_nofragment(integer f) = (f & 0x100) != 0;
  // the least order at which a request of type t looks at other types
  logic integer low_order(integer pageblock_order, integer order, integer f) =
    order < pageblock_order && flag_nofragment(f) ? pageblock_order : order;
  predicate fallen_back(struct blocks b, struct lists s, struct owners w, integer first,
                        integer order, integer t, integer f, integer p) =
    \forall integer o, k; largest(s, b.top_order, low_order(b.pageblock_order, order, f), t, o) &&
      taken_from(s, w, b.pageblock_order, order, t, o, k) ==>
      handed(b, w, first, may_claim(w, b.pageblock_order, o, t), s.head[free_list(k, suitable(s, k, t))],
        suitable(s, k, t), order, t, p);
  predicate fallback_retagged(struct blocks b, struct lists s, struct pageblocks k,
                              struct pageblocks l, struct owners w, integer first, integer order,
                              integer t, integer f) =
    \forall integer o, j; largest(s, b.top_order, low_order(b.pageblock_order, order, f), t, o) &&
      taken_from(s, w, b.pageblock_order, order, t, o, j) ==>
      retagged(b, k, l, w, first, may_claim(w, b.pageblock_order, o, t),
        s.head[free_list(j, suitable(s, j, t))], suitable(s, j, t), t);
  // 6.15: the head of the list that serves a request of type t at order o
  logic integer fallback_head(struct lists s, integer o, integer t) =
    s.head[free_list(o, suitable(s, o, t))];
  // its pageblock, or all of them, are claimed
  predicate claims_at(struct blocks b, struct lists s, struct owners w, integer first, integer t,
                      integer o) =
    suitable(s, o, t) < 6 && may_claim(w, b.pageblock_order, o, t) != 0 &&
    (o < b.pageblock_order ==>
      claimed(b, w, first, block_start(b, fallback_head(s, o, t)), suitable(s, o, t), t));
  // o is the largest order, from low up, at which that is so; there is none
  predicate claims_first(struct blocks b, struct lists s, struct owners w, integer first,
                         integer low, integer t, integer o) =
    low <= o <= b.top_order && claims_at(b, s, w, first, t, o) &&
    (\forall integer k; o < k <= b.top_order ==> !claims_at(b, s, w, first, t, k));
  predicate claims_none(struct blocks b, struct lists s, struct owners w, integer first,
                        integer low, integer t) =
    \forall integer k; low <= k <= b.top_order ==> !claims_at(b, s, w, first, t, k);
  predicate fallen_back_v6_15(struct blocks b, struct lists s, struct owners w, integer first,
                              integer order, integer t, integer f, integer p) =
    (\forall integer o;
      claims_first(b, s, w, first, low_order(b.pageblock_order, order, f), t, o) ==>
      handed(b, w, first, 1, fallback_head(s, o, t), suitable(s, o, t), order, t, p)) &&
    (claims_none(b, s, w, first, low_order(b.pageblock_order, order, f), t) ==>
      \forall integer o; least(s, order, t, o) ==> p == fallback_head(s, o, t));
  predicate retagged_v6_15(struct blocks b, struct lists s, struct pageblocks k,
                           struct pageblocks l, struct owners w, integer first, integer order,
                           integer t, integer f) =
    (\forall integer o;
      claims_first(b, s, w, first, low_order(b.pageblock_order, order, f), t, o) ==>
      retagged(b, k, l, w, first, 1, fallback_head(s, o, t), suitable(s, o, t), t)) &&
    (claims_none(b, s, w, first, low_order(b.pageblock_order, order, f), t) ==> l == k);
  // v4.10: half of the pageblock at s is free, or types are not kept apart
  predicate claimed_v4_10(struct blocks b, struct owners w, integer first, integer s) =
    first <= s && s + bsize(b.pageblock_order) <= b.end &&
    (2 * free_in(b, s, s + bsize(b.pageblock_order)) >= bsize(b.pageblock_order) ||
      w.ungrouped != 0);
  predicate fallen_back_v4_10(struct blocks b, struct lists s, integer order, integer t,
                              integer p) =
    \forall integer o; largest(s, b.top_order, order, t, o) ==> p == fallback_head(s, o, t);
  // types k became l when the free block h was taken for type t
  predicate retyped_v4_10(struct blocks b, struct pageblocks k, struct pageblocks l,
                          struct owners w, integer first, integer claim, integer h, integer t) =
    \let size = bsize(b.pageblock_order);
    b.order[h] >= b.pageblock_order ?
      (\forall integer q; h <= q < h + bsize(b.order[h]) ==> pbtype(b, l, q) == t) &&
      types_kept(k, l, h / size, (h + bsize(b.order[h])) / size) :
    claim != 0 && claimed_v4_10(b, w, first, block_start(b, h)) ?
      (\forall integer q; in_block(b, block_start(b, h), q) ==> pbtype(b, l, q) == t) &&
      types_kept(k, l, block_start(b, h) / size, block_start(b, h) / size + 1) :
    l == k;
  predicate retagged_v4_10(struct blocks b, struct lists s, struct pageblocks k,
                           struct pageblocks l, struct owners w, integer first, integer order,
                           integer t) =
    \forall integer o; largest(s, b.top_order, order, t, o) ==>
      retyped_v4_10(b, k, l, w, first, may_claim(w, b.pageblock_order, o, t),
        fallback_head(s, o, t), t);
  // the flags that a policy heeds: v4.10's none, but CMA serves movable requests
  logic integer heeded(integer fallback, integer t, integer f) =
    fallback != 3 ? f : t == 1 ? 0x80 : 0;
  // another type has a block for a request of type t
  predicate has_fallback(struct blocks b, integer order, integer t, integer f) =
    has_block(b, low_order(b.pageblock_order, order, f), fallback_type(t, 0)) ||
    has_block(b, low_order(b.pageblock_order, order, f), fallback_type(t, 1));
  // movable requests take from CMA first while it holds more than half of what is free
  predicate cma_first(struct counts n, integer f) =
    flag_cma(f) == \true && n.held[4] > free_total(n) / 2;
  predicate supplied_by(struct blocks b, integer fallback, integer order, integer t, integer f) =
    has_block(b, order, t) || (fallback != 0 &&
      ((flag_cma(f) == \true && has_block(b, order, 4)) || (t < 3 && has_fallback(b, order, t, f))));
  predicate supplied(struct blocks b, integer fallback, integer order, integer t, integer f) =
    supplied_by(b, fallback, order, t, heeded(fallback, t, f));
  predicate chosen_by(struct blocks b, struct lists s, struct counts n, struct owners w,
                      integer first, integer fallback, integer order, integer t, integer f,
                      integer p) =
    fallback != 0 && fallback != 3 && cma_first(n, f) && has_block(b, order, 4) ?
      smallest(s, b.top_order, order, 4, p) :
    has_block(b, order, t) ? smallest(s, b.top_order, order, t, p) :
    flag_cma(f) == \true && has_block(b, order, 4) ? smallest(s, b.top_order, order, 4, p) :
      fallback == 3 ? fallen_back_v4_10(b, s, order, t, p) :
      fallback == 2 ? fallen_back_v6_15(b, s, w, first, order, t, f, p) :
        fallen_back(b, s, w, first, order, t, f, p);
  // theorem 11: p is what a request of type t takes
  predicate chosen(struct blocks b, struct lists s, struct counts n, struct owners w,
                   integer first, integer fallback, integer order, integer t, integer f,
                   integer p) =
    chosen_by(b, s, n, w, first, fallback, order, t, heeded(fallback, t, f), p);
  // nothing is left for a request of type t, as a fact about each block
  predicate unsupplied_by(struct blocks b, integer fallback, integer order, integer t, integer f) =
    all_smaller(b, order, t) && (fallback != 0 ==>
      (flag_cma(f) == \true ==> all_smaller(b, order, 4)) &&
      (t < 3 ==>
        all_smaller(b, low_order(b.pageblock_order, order, f), fallback_type(t, 0)) &&
        all_smaller(b, low_order(b.pageblock_order, order, f), fallback_type(t, 1))));
  predicate unsupplied(struct blocks b, integer fallback, integer order, integer t, integer f) =
    unsupplied_by(b, fallback, order, t, heeded(fallback, t, f));

  // v6.12's lists boost the watermarks, v4.10's fallback does not
  predicate never_boosts(integer fallback, integer generation) =
    fallback == 0 || fallback == 3 || generation < 2;
  // the boost of the watermarks after a fallback below pageblock order; 2^52 is a zone's limit
  logic integer boost_after(integer generation, integer boost, integer high, integer factor,
                            integer size, integer managed) =
    generation >= 2 && factor != 0 && 4 * size <= managed && fraction_of(high, factor) != 0 ?
      at_most(boosted(size, high, factor, boost), 0x10000000000000) : boost;
*/

/* What taking the block P from the buddy lists means, of whatever type it was; NONE: none. */
#define ENSURES_TAKEN(P)                                                                           \
  ENSURES_BUDDY                                                                                    \
  ENSURES_ISOLATION                                                                                \
  ensures unisolated: P != NONE ==> unisolated(z->blocks, z->pageblocks, P);                       \
  ensures block: P != NONE ==> used_of(z->blocks, P, order);                                       \
  ensures was_free: P != NONE ==> is_free(\old(z->blocks), P);                                     \
  ensures busy: busy_kept(\old(z->blocks), z->blocks, P);                                          \
  ensures used_more: z->counts.held[6] ==                                                          \
    \old(z->counts.held[6]) + (P != NONE ? bsize(order) : 0);                                      \
  ensures free_less: free_sum(z->counts) ==                                                        \
    free_sum(\old(z->counts)) - (P != NONE ? bsize(order) : 0);                                    \
  ensures others: \forall integer c; 6 < c < 72 ==>                                                \
    z->counts.held[c] == \old(z->counts.held)[c];                                                  \
  ENSURES_PCP_KEPT                                                                                 \
  ensures none_joined: none_joined(\old(z->blocks), z->blocks);                                     \
  ensures ticks: \old(z->lists.clock) <= z->lists.clock <= \old(z->lists.clock) + 0x40a;

#define NOTHING_BUT_BOOST                                                                          \
  (z->blocks == \old(z->blocks) && z->lists == \old(z->lists) &&                                   \
    z->counts == \old(z->counts) && z->pageblocks == \old(z->pageblocks))
#define NOTHING_TAKEN                                                                              \
  (NOTHING_BUT_BOOST && z->watermark_boost == \old(z->watermark_boost))

/* A request of type start takes the head p of the list of another type and its order. */
#define REQUIRES_HEAD                                                                              \
  requires in_zone(z->blocks, p) && start < 3 && from < 3 && order <= z->blocks.order[p];          \
  requires z->blocks.place[p] == free_list(z->blocks.order[p], from);                              \
  requires !has_block(z->blocks, order, start);

#define ENSURES_BOOSTED                                                                            \
  ensures tuned: tuned(*z);                                                                        \
  ensures boost: z->watermark_boost ==                                                             \
    (\old(z->blocks.order[p]) >= z->blocks.pageblock_order ? \old(z->watermark_boost) :            \
    boost_after(z->generation, \old(z->watermark_boost), z->wmark[2],                              \
      z->watermark_boost_factor, bsize(z->blocks.pageblock_order),                                 \
      z->blocks.end - \old(z->counts.held[7])));

#endif
