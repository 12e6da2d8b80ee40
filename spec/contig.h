/* Ranges of pages: alloc_contig_range and its release (semantics 13, v6.12). Logic only. */
#ifndef PLUMBLINE_SPEC_CONTIG_H
#define PLUMBLINE_SPEC_CONTIG_H

#include "spec/exact.h"
#include "spec/isolate.h"

/*@
  // the block at h has a page of [p, e)
  predicate meets(struct blocks b, integer h, integer p, integer e) =
    in_zone(b, h) && is_head(b, h) && h < e && p < h + bsize(b.order[h]);
  // the blocks with a page of [p, e) are free, or on per-CPU lists; are free
  predicate unused_range(struct blocks b, integer p, integer e) =
    \forall integer h; meets(b, h, p, e) ==> is_listed(b, h);
  predicate free_range(struct blocks b, integer p, integer e) =
    \forall integer h; meets(b, h, p, e) ==> is_free(b, h);
  // each pageblock with a page of [p, e) can be isolated for pages of type t
  predicate can_isolate_range(struct blocks b, struct pageblocks k, struct owners w, integer first,
                              integer p, integer e, integer t) =
    \forall integer q; p <= q < e ==> can_isolate(b, k, w, first, q, t);
  // the pages [s, t) lie in pageblocks of this type
  predicate of_type_range(struct blocks b, struct pageblocks k, integer s, integer t, integer mt) =
    \forall integer q; s <= q < t ==> pbtype(b, k, q) == mt;
  // the same pages lie in isolated pageblocks, but for [s, t)
  predicate isolation_outside(struct blocks b, struct pageblocks k, struct pageblocks l, integer s,
                              integer t) =
    \forall integer q; in_zone(b, q) && !(s <= q < t) ==>
      (pbtype(b, l, q) == 5 <==> pbtype(b, k, q) == 5);
  // the end of the pageblock of page q
  logic integer block_end(struct blocks b, integer q) =
    block_start(b, q) + bsize(b.pageblock_order);

  // the checks of the public interface
  predicate contig_type(integer generation, integer mt) = generation != 0 && undo_type(mt);
  predicate contig_inside(integer first, integer end, integer p, integer e) =
    first <= p < e <= end;
  predicate can_take(struct blocks b, struct pageblocks k, struct owners w, integer first,
                     integer p, integer e, integer t) =
    can_isolate_range(b, k, w, first, p, e, t) && unused_range(b, p, e);
*/

#endif
