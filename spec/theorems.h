/* Statements that no single function's contract makes: partition, conservation, round trip. */
#ifndef PLUMBLINE_SPEC_THEOREMS_H
#define PLUMBLINE_SPEC_THEOREMS_H

#include "spec/buddy.h"

/*@
  // pages of the classes below c in the blocks that start below k
  logic integer all_pages(struct blocks b, integer c, integer k) =
    c <= 0 ? 0 : all_pages(b, c - 1, k) + pages(b, c - 1, k);
  // the same blocks, in the same places
  predicate same_tiling(struct blocks a, struct blocks b) =
    \forall integer q; in_zone(a, q) ==>
      b.place[q] == a.place[q] && (is_head(a, q) ==> b.order[q] == a.order[q]);
*/

#endif
