/* Maximal coalescing (theorem 5), list type equals pageblock type (theorem 6). Logic only. */
#ifndef PLUMBLINE_SPEC_BUDDY_H
#define PLUMBLINE_SPEC_BUDDY_H

#include "spec/zone.h"

/*@
  logic integer buddy(integer p, integer o) =
    p % bsize(o + 1) == 0 ? p + bsize(o) : p - bsize(o);

  // two free buddies of order o, on lists of types t and u, would merge
  predicate mergeable(struct blocks b, integer o, integer t, integer u) =
    o < b.pageblock_order || t == u || (t < 3 && u < 3);

  // theorem 5: a free block and its free buddy of the same order never could merge
  predicate coalesced_at(struct blocks b, integer p) =
    is_free(b, p) && b.order[p] < b.top_order && aligned(p, b.order[p] + 1) &&
    free_of(b, p + bsize(b.order[p]), b.order[p]) ==>
      !mergeable(b, b.order[p], free_type(b, p), free_type(b, p + bsize(b.order[p])));
  predicate coalesced(struct blocks b) =
    \forall integer p; in_zone(b, p) ==> coalesced_at(b, p);

  // block p, were it free with type t, would find no buddy to merge with
  predicate alone(struct blocks b, integer p, integer t) =
    b.order[p] < b.top_order && free_of(b, buddy(p, b.order[p]), b.order[p]) ==>
      !mergeable(b, b.order[p], free_type(b, buddy(p, b.order[p])), t);

  // some block of type t is free that is large enough for order o
  predicate has_block(struct blocks b, integer o, integer t) =
    \exists integer p, k; o <= k <= b.top_order && in_zone(b, p) && b.place[p] == free_list(k, t);

  // the upper half of the block of order j + 1 at p is free with type t
  predicate half_at(struct blocks b, integer p, integer j, integer t) =
    b.place[p + bsize(j)] == free_list(j, t) && b.order[p + bsize(j)] == j;

  // freeing page p with type t may merge at order j: the buddy of the block of order j around p
  predicate swallowed(struct blocks b, integer p, integer j, integer t) =
    free_of(b, buddy(p - p % bsize(j), j), j) &&
    mergeable(b, j, free_type(b, buddy(p - p % bsize(j), j)), t);

  // free pages, isolated ones included
  logic integer free_sum(struct counts n) =
    n.held[0] + n.held[1] + n.held[2] + n.held[3] + n.held[4] + n.held[5];

  // the buddy of the block that p and its own buddy would make is free: p goes to the tail
  predicate likely(struct blocks b, integer generation, integer placement, integer p) =
    generation != 0 && placement == 0 && b.order[p] + 1 < b.top_order &&
    free_of(b, buddy(p - p % bsize(b.order[p] + 1), b.order[p] + 1), b.order[p] + 1);

  // nothing outside [p, p + n) changed
  predicate same_but(struct blocks a, struct blocks b, integer p, integer n) =
    \forall integer q; !(p <= q < p + n) ==> b.place[q] == a.place[q] && b.order[q] == a.order[q];
  // no block but p that is used, reserved or on a per-CPU list changed
  predicate busy_at(struct blocks a, integer q) = 66 <= a.place[q] < 0x1002;
  predicate busy_kept(struct blocks a, struct blocks b, integer p) =
    \forall integer q; in_zone(a, q) && q != p && busy_at(a, q) ==>
      b.place[q] == a.place[q] && b.order[q] == a.order[q];
  // page q is the first page of a free block, or inside some block
  predicate idle_at(struct blocks b, integer q) = is_free(b, q) || !is_head(b, q);
  // no page inside a block became the first page of one
  predicate tails_kept(struct blocks a, struct blocks b) =
    \forall integer q; in_zone(a, q) && !is_head(a, q) ==> !is_head(b, q);
  // the per-CPU lists are as they were, and so is the order of their blocks
  predicate pcp_lists_kept(struct lists s, struct lists t, struct counts m, struct counts n) =
    \forall integer l; 66 <= l < 1730 ==>
      t.head[l] == s.head[l] && t.tail[l] == s.tail[l] && n.len[l] == m.len[l];
  predicate pcp_order_kept(struct blocks a, struct lists s, struct lists t) =
    \forall integer q; in_zone(a, q) && on_pcp(a, q) ==> t.rank[q] == s.rank[q];
  // the same, but for the block x, which left its list
  predicate pcp_order_but(struct blocks a, struct lists s, struct lists t, integer x) =
    \forall integer q; in_zone(a, q) && on_pcp(a, q) && q != x ==> t.rank[q] == s.rank[q];
  // no block joined one
  predicate none_joined(struct blocks a, struct blocks b) =
    \forall integer q; in_zone(a, q) && on_pcp(b, q) ==> b.place[q] == a.place[q];

  // each free block was free in the same place of the same list, or is behind all that were there
  predicate put_behind(struct blocks a, struct blocks b, struct lists s, struct lists t) =
    s.clock <= t.clock && \forall integer q; in_zone(a, q) && is_free(b, q) ==>
      (b.place[q] == a.place[q] && t.rank[q] == s.rank[q]) || t.rank[q] < -s.clock;

  // migratetype of the pageblock of page q
  logic integer pbtype(struct blocks b, struct pageblocks k, integer q) =
    k.migratetype[q / bsize(b.pageblock_order)];
  // no pageblock became of another type than t
  predicate only_to(struct pageblocks k, struct pageblocks l, integer t) =
    \forall integer n; l.migratetype[n] == k.migratetype[n] || l.migratetype[n] == t;
  predicate kinds(struct blocks b, struct pageblocks k) =
    \forall integer q; in_zone(b, q) ==> 0 <= pbtype(b, k, q) < 6;
  // all pages of block p lie in pageblocks of type t
  predicate covered(struct blocks b, struct pageblocks k, integer p, integer t) =
    \forall integer q; p <= q < p + bsize(b.order[p]) ==> pbtype(b, k, q) == t;
  // theorem 6: a free block is on the list of its pageblocks' type
  predicate typed_at(struct blocks b, struct pageblocks k, integer p) =
    is_free(b, p) ==> covered(b, k, p, free_type(b, p));
  predicate typed(struct blocks b, struct pageblocks k) =
    \forall integer p; in_zone(b, p) ==> typed_at(b, k, p);

  // theorem 16: the same pages lie in isolated pageblocks
  predicate isolation_kept(struct blocks b, struct pageblocks k, struct pageblocks l) =
    \forall integer q; in_zone(b, q) ==> (pbtype(b, l, q) == 5 <==> pbtype(b, k, q) == 5);
  // none of n pages from p, no page of block p lies in one
  predicate none_of_isolated(struct blocks b, struct pageblocks k, integer p, integer n) =
    \forall integer q; p <= q < p + n ==> pbtype(b, k, q) != 5;
  predicate unisolated(struct blocks b, struct pageblocks k, integer p) =
    none_of_isolated(b, k, p, bsize(b.order[p]));
  // no block of a per-CPU list lies in one
  predicate none_isolated(struct blocks b, struct pageblocks k) =
    \forall integer q; in_zone(b, q) && on_pcp(b, q) ==> pbtype(b, k, q) != 5;
*/

/* Between any two steps of the buddy system: well formed, merged, each block on its type's list. */
#define ENSURES_BUDDY                                                                              \
  ensures wf: wf(*z);                                                                              \
  ensures coalesced: coalesced(z->blocks);                                                         \
  ensures typed: typed(z->blocks, z->pageblocks);                                                  \
  ensures kinds: kinds(z->blocks, z->pageblocks);

#define LOOP_BUDDY                                                                                 \
  loop invariant wf: wf(*z);                                                                       \
  loop invariant coalesced: coalesced(z->blocks);                                                  \
  loop invariant typed: typed(z->blocks, z->pageblocks);                                           \
  loop invariant kinds: kinds(z->blocks, z->pageblocks);

#define ENSURES_PCP_KEPT                                                                           \
  ensures pcp_lists: pcp_lists_kept(\old(z->lists), z->lists, \old(z->counts), z->counts);         \
  ensures pcp_order: pcp_order_kept(\old(z->blocks), \old(z->lists), z->lists);

#define ENSURES_ISOLATION                                                                          \
  ensures isolation: isolation_kept(z->blocks, \old(z->pageblocks), z->pageblocks);

#define LOOP_ISOLATION                                                                             \
  loop invariant isolation:                                                                        \
    isolation_kept(z->blocks, \at(z->pageblocks, Pre), z->pageblocks);

#define PUT_BEHIND                                                                                 \
  put_behind(\old(z->blocks), z->blocks, \old(z->lists), z->lists)
#define PUT_BEHIND_LOOP                                                                            \
  put_behind(\at(z->blocks, Pre), z->blocks, \at(z->lists, Pre), z->lists)

#define LOOP_PCP_KEPT                                                                              \
  loop invariant pcp_lists: pcp_lists_kept(\at(z->lists, Pre), z->lists,                           \
    \at(z->counts, Pre), z->counts);                                                               \
  loop invariant pcp_order: pcp_order_kept(\at(z->blocks, Pre), \at(z->lists, Pre), z->lists);

#endif
