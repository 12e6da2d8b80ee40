/* Isolating a pageblock and undoing it (theorem 16; semantics 13, v6.12). Logic only. */
#ifndef PLUMBLINE_SPEC_ISOLATE_H
#define PLUMBLINE_SPEC_ISOLATE_H

#include "spec/init.h"

/*@
  // the block at h can't be moved elsewhere
  predicate fixed_at(struct blocks b, struct owners w, integer h) =
    is_reserved(b, h) || (is_used(b, h) && w.movable[h] == 0);
  // the pageblock at s has pages of such a block
  predicate unmovable(struct blocks b, struct owners w, integer s) =
    \exists integer h; in_zone(b, h) && is_head(b, h) && fixed_at(b, w, h) &&
      h < s + bsize(b.pageblock_order) && s < h + bsize(b.order[h]);
  // the pageblock of page p may be isolated for pages of type t: one of CMA for CMA, whatever it
  // holds, and for no other type
  predicate can_isolate(struct blocks b, struct pageblocks k, struct owners w, integer first,
                        integer p, integer t) =
    pageblock_inside(b, first, p) && pbtype(b, k, p) != 5 &&
    (pbtype(b, k, p) == 4 ? t == 4 : !unmovable(b, w, block_start(b, p)));
  // types that an isolated pageblock may be given
  predicate undo_type(integer t) = 0 <= t < 3 || t == 4;
  // the same pages lie in isolated pageblocks, but for the pageblock at s
  predicate isolation_but(struct blocks b, struct pageblocks k, struct pageblocks l, integer s) =
    \forall integer q; in_zone(b, q) && !in_block(b, s, q) ==>
      (pbtype(b, l, q) == 5 <==> pbtype(b, k, q) == 5);
  // below k, the same blocks are used or reserved
  predicate taken_same(struct blocks a, struct blocks b, integer k) =
    \forall integer q; 0 <= q < k ==>
      (is_used(b, q) || is_reserved(b, q) <==> is_used(a, q) || is_reserved(a, q));
  // no free block of a pageblock or more has the pageblock at s
  predicate in_pieces(struct blocks b, integer s) =
    \forall integer h; inside(b, h, s) && is_free(b, h) ==> b.order[h] < b.pageblock_order;
  // the types of all pages but those of the pageblock at s are as they were
  predicate types_but(struct blocks b, struct pageblocks k, struct pageblocks l, integer s) =
    \forall integer q; in_zone(b, q) && !in_block(b, s, q) ==>
      pbtype(b, l, q) == pbtype(b, k, q);
  // the pageblock at s is of type t
  predicate of_type(struct blocks b, struct pageblocks k, integer s, integer t) =
    \forall integer q; in_block(b, s, q) ==> pbtype(b, k, q) == t;
  // its type is t, or, where a larger free block is put back in pieces that merge, one that may
  // merge with it
  predicate now_of(struct blocks b, struct pageblocks l, integer s, integer t) =
    (\forall integer h; inside(b, h, s) && is_free(b, h) ==> b.order[h] <= b.pageblock_order) ||
    t == 5 ? of_type(b, l, s, t) :
    (\forall integer q; in_block(b, s, q) ==> pbtype(b, l, q) != 5);

  // the checks of isolate_free_page, in their order; p is the index of a pfn
  logic integer isolate_page_check(struct blocks b, integer generation, integer first, integer p,
                                   integer order) =
    generation == 0 ? PLUMB_ETYPE : order > b.top_order ? PLUMB_EORDER :
    p < first || p >= b.end ? PLUMB_ERANGE :
    b.place[p] == 0x1001 ? PLUMB_ERESERVED : b.place[p] == 0x1002 ? PLUMB_ETAIL :
    b.place[p] >= 1730 ? PLUMB_EBUSY : b.place[p] >= 66 ? PLUMB_EPCP :
    b.order[p] != order ? PLUMB_EMISMATCH : PLUMB_OK;
  // types k became l when block p was taken: if it was of a type that falls back, its pageblocks,
  // or the one that it is half of, became movable
  predicate made_movable(struct blocks b, struct pageblocks k, struct pageblocks l, integer first,
                         integer p, integer order) =
    pbtype(b, k, p) >= 3 ? l == k :
    order >= b.pageblock_order ?
      (\forall integer q; in_zone(b, q) ==>
        (p <= q < p + bsize(order) ?
          pbtype(b, l, q) == 1 : pbtype(b, l, q) == pbtype(b, k, q))) :
    order + 1 == b.pageblock_order && pageblock_inside(b, first, p) ?
      (\forall integer q; in_zone(b, q) ==> (in_block(b, block_start(b, p), q) ?
        pbtype(b, l, q) == 1 : pbtype(b, l, q) == pbtype(b, k, q))) :
    l == k;
  // the same blocks; but for p, free ones may be on lists of another type
  predicate free_kept_but(struct blocks a, struct blocks b, integer p) =
    \forall integer q; in_zone(a, q) ==> b.order[q] == a.order[q] &&
      (q != p ==> (is_free(a, q) ? is_free(b, q) : b.place[q] == a.place[q]));
*/

#endif
