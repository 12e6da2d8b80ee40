/* Pageblocks: moving a block's free pages to another type, and changing types. Logic only. */
#ifndef PLUMBLINE_SPEC_PAGEBLOCK_H
#define PLUMBLINE_SPEC_PAGEBLOCK_H

#include "spec/buddy.h"

/*@
  // the types of all pageblocks but those numbered [i, j) are as they were
  predicate types_kept(struct pageblocks k, struct pageblocks l, integer i, integer j) =
    \forall integer n; !(i <= n < j) ==> l.migratetype[n] == k.migratetype[n];
  logic integer block_start(struct blocks b, integer p) = p - p % bsize(b.pageblock_order);
  // the pageblock of page p lies in the zone
  predicate pageblock_inside(struct blocks b, integer first, integer p) =
    first <= block_start(b, p) && block_start(b, p) + bsize(b.pageblock_order) <= b.end;
  // page q lies in the pageblock that starts at s
  predicate in_block(struct blocks b, integer s, integer q) =
    s <= q < s + bsize(b.pageblock_order);
  // a pageblock that lies in the zone as a whole, and in no larger free block
  predicate whole(struct blocks b, integer s) =
    0 <= s && s + bsize(b.pageblock_order) <= b.end && aligned(s, b.pageblock_order) &&
    is_head(b, s) && !(is_free(b, s) && b.order[s] >= b.pageblock_order);

  // free blocks from page s up to k are on lists of type t
  predicate moved(struct blocks b, integer s, integer k, integer t) =
    \forall integer q; s <= q < k && in_zone(b, q) && is_free(b, q) ==>
      b.place[q] == free_list(b.order[q], t);
  // free blocks from page s up to k are of type t
  predicate all_of(struct blocks b, integer s, integer k, integer t) =
    \forall integer q; s <= q < k && in_zone(b, q) && is_free(b, q) ==> free_type(b, q) == t;
  // theorem 6 outside the pageblock at s
  predicate typed_outside(struct blocks b, struct pageblocks k, integer s) =
    \forall integer q; in_zone(b, q) && !in_block(b, s, q) ==> typed_at(b, k, q);
  // free blocks from page s up to k lie in the pageblock at s
  predicate contained(struct blocks b, integer s, integer k) =
    \forall integer q; s <= q < k && in_zone(b, q) && is_free(b, q) ==>
      q + bsize(b.order[q]) <= s + bsize(b.pageblock_order);
  // free pages in the blocks that start at s or above, below k
  logic integer free_in(struct blocks b, integer s, integer k) =
    k <= s ? 0 : free_in(b, s, k - 1) + (b.place[k - 1] < 66 ? bsize(b.order[k - 1]) : 0);
  // the same blocks; free ones may be on other free lists
  predicate retyped(struct blocks a, struct blocks b, integer s, integer k) =
    \forall integer q; b.order[q] == a.order[q] &&
      (s <= q < k && is_free(a, q) ? is_free(b, q) : b.place[q] == a.place[q]);
*/

/* What a change of pageblocks' types leaves as it was: all but free blocks and types. */
#define ENSURES_USE_KEPT                                                                           \
  ensures busy: busy_kept(\old(z->blocks), z->blocks, NONE);                                       \
  ensures free_same: free_sum(z->counts) == free_sum(\old(z->counts));                             \
  ensures others: \forall integer c; 6 <= c < 72 ==>                                               \
    z->counts.held[c] == \old(z->counts.held)[c];                                                  \
  ENSURES_PCP_KEPT                                                                                 \
  ensures none_joined: none_joined(\old(z->blocks), z->blocks);

#endif
