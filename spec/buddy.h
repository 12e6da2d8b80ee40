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

  // migratetype of the pageblock of page q
  logic integer pbtype(struct blocks b, struct pageblocks k, integer q) =
    k.migratetype[q / bsize(b.pageblock_order)];
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
*/

#endif
