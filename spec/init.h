/* What a valid configuration is, what a zone looks like before any memory is released to it, and
 * what holds between any two calls of the public interface. Logic only. */
#ifndef PLUMBLINE_SPEC_INIT_H
#define PLUMBLINE_SPEC_INIT_H

#include "spec/buddy.h"

/*@
  predicate size_ok(integer n) = n <= 0x10000000000000; // 2^52

  // the limits of plumbline.h; the last line is the reference's capacity
  predicate extent_ok(struct plumb_config c) =
    c.top_order <= 10 && c.pageblock_order <= c.top_order && 1 <= c.spanned_pages &&
    size_ok(c.start_pfn + c.spanned_pages) &&
    c.start_pfn % bsize(c.top_order) + c.spanned_pages <= 0x800000;
  predicate sizes_ok(struct plumb_config c) =
    (\forall integer i; 0 <= i < 4 ==> size_ok(c.wmark[i])) &&
    (\forall integer i; 0 <= i < 4 ==> size_ok(c.lowmem_reserve[i])) &&
    size_ok(c.watermark_boost) && size_ok(c.nr_reserved_highatomic);
  predicate pcp_ok(struct plumb_config c) =
    2 <= c.pcp_limit <= 0x10000 && 1 <= c.pcp_batch <= c.pcp_limit &&
    c.pcp_high <= c.pcp_limit && c.pcp_low <= c.pcp_limit;
  predicate config_ok(struct plumb_config c) =
    extent_ok(c) && sizes_ok(c) && pcp_ok(c) && c.generation < 3 && 1 <= c.nr_cpus <= 64;

  // indices count from start_pfn rounded down to a multiple of the largest block, hence of a
  // pageblock: pageblocks of indices are pageblocks of pfns
  logic integer first_index(struct plumb_config c) = c.start_pfn % bsize(c.top_order);
  logic integer first_pageblock(struct plumb_config c) =
    first_index(c) / bsize(c.pageblock_order);
  logic integer last_pageblock(struct plumb_config c) =
    (first_index(c) + c.spanned_pages - 1) / bsize(c.pageblock_order);
  logic integer nr_pageblocks(struct plumb_config c) =
    last_pageblock(c) - first_pageblock(c) + 1;

  // the zone has the parameters of a configuration
  predicate placed_as(struct zone z, struct plumb_config c) =
    z.first == first_index(c) && z.base_pfn == c.start_pfn - first_index(c) &&
    z.blocks.end == first_index(c) + c.spanned_pages;
  predicate shaped_as(struct zone z, struct plumb_config c) =
    z.blocks.top_order == c.top_order && z.blocks.pageblock_order == c.pageblock_order &&
    z.generation == c.generation && z.nr_cpus == c.nr_cpus && z.pcp_limit == c.pcp_limit;
  predicate tuned_as(struct zone z, struct plumb_config c) =
    z.pcp_batch == c.pcp_batch && z.pcp_high == c.pcp_high && z.pcp_low == c.pcp_low &&
    (\forall integer i; 0 <= i < 4 ==> z.wmark[i] == c.wmark[i]) &&
    (\forall integer i; 0 <= i < 4 ==> z.lowmem_reserve[i] == c.lowmem_reserve[i]) &&
    z.watermark_boost == c.watermark_boost &&
    z.nr_reserved_highatomic == c.nr_reserved_highatomic;

  // index 0 is a multiple of the largest block, and the last pfn is within the limit
  predicate based(struct zone z) =
    z.base_pfn % bsize(z.blocks.top_order) == 0 && size_ok(z.base_pfn + z.blocks.end);

  predicate all_reserved(struct blocks b, integer start, integer end) =
    \forall integer q; start <= q < end ==> is_reserved(b, q);
  predicate no_lists(struct lists s, struct counts n) =
    \forall integer l; is_list(l) ==>
      s.head[l] == 0xffffffff && s.tail[l] == 0xffffffff && n.len[l] == 0;
  // every page is reserved
  predicate untouched(struct blocks b, struct lists s, struct counts n) =
    all_reserved(b, 0, b.end) && no_lists(s, n) && n.held[7] == b.end &&
    (\forall integer c; is_class(c) && c != 7 ==> n.held[c] == 0);

  // no block outside [start, end) that is used, reserved or on a per-CPU list changed
  predicate busy_outside(struct blocks a, struct blocks b, integer start, integer end) =
    \forall integer q; in_zone(a, q) && !(start <= q < end) && busy_at(a, q) ==>
      b.place[q] == a.place[q] && b.order[q] == a.order[q];
  // exactly the pages [start, end) are reserved no more
  predicate released_below(struct blocks a, struct blocks b, integer start, integer end,
                           integer k) =
    \forall integer q; 0 <= q < k ==>
      (is_reserved(b, q) <==> is_reserved(a, q) && !(start <= q < end));
  predicate released(struct blocks a, struct blocks b, integer start, integer end) =
    released_below(a, b, start, end, a.end);

  // the block of this order at p is aligned and ends before end
  predicate block_fits(integer p, integer o, integer end) = aligned(p, o) && p + bsize(o) <= end;
*/

#endif
