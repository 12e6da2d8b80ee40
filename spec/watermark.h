/* What a watermark check answers (theorem 9), over unbounded integers, for three kernels. Logic
 * only; marks, reserves and free counts are pages, and a free count may be negative. */
#ifndef PLUMBLINE_SPEC_WATERMARK_H
#define PLUMBLINE_SPEC_WATERMARK_H

#include "spec/zone.h"

/*@
  // the flags of a request that a check looks at
  logic boolean flag_no_watermarks(integer f) = (f & 0x4) != 0;
  logic boolean flag_oom(integer f) = (f & 0x8) != 0;
  logic boolean flag_non_block(integer f) = (f & 0x10) != 0;
  logic boolean flag_min_reserve(integer f) = (f & 0x20) != 0;
  logic boolean flag_cma(integer f) = (f & 0x80) != 0;
  logic boolean flag_highatomic(integer f) = (f & 0x200) != 0;
  logic boolean flag_reserves(integer f) =
    flag_oom(f) || flag_non_block(f) || flag_min_reserve(f) || flag_highatomic(f);
  logic integer wmark_index(integer f) = f % 4; // bits 0 and 1

  // ---- what the zone holds
  // no count of a well-formed zone is larger
  predicate bounded(struct counts n) =
    (\forall integer l; is_list(l) ==> n.len[l] <= 0x800000) &&
    (\forall integer c; is_class(c) ==> n.held[c] <= 0x200000000);
  logic integer free_blocks(struct counts n, integer o) =
    n.len[free_list(o, 0)] + n.len[free_list(o, 1)] + n.len[free_list(o, 2)] +
    n.len[free_list(o, 3)] + n.len[free_list(o, 4)] + n.len[free_list(o, 5)];
  // all types but ISOLATE
  logic integer free_total(struct counts n) =
    n.held[0] + n.held[1] + n.held[2] + n.held[3] + n.held[4];
  // pages in the free blocks of orders below o
  logic integer free_below(struct counts n, integer o) =
    o <= 0 ? 0 : free_below(n, o - 1) + bsize(o - 1) * free_blocks(n, o - 1);
  predicate listed_free(struct lists s, integer o, integer t) =
    s.head[free_list(o, t)] != 0xffffffff;
  // of a type that every request may take
  predicate common_free(struct lists s, integer o) =
    listed_free(s, o, 0) || listed_free(s, o, 1) || listed_free(s, o, 2);

  // ---- the mark, lowered for requests that may dig deeper; / truncates
  logic integer by_half(integer m) = m - m / 2;
  logic integer by_quarter(integer m) = m - m / 4;
  logic integer low_mark(integer mark, integer f) = // 2.6.11, v4.10
    \let m = flag_min_reserve(f) ? by_half(mark) : mark;
    flag_non_block(f) ? by_quarter(m) : m;
  logic integer low_mark_v6_12(integer mark, integer f) =
    \let m = !flag_min_reserve(f) ? mark :
      flag_non_block(f) ? by_quarter(by_half(mark)) : by_half(mark);
    flag_oom(f) ? by_half(m) : m;

  // ---- the pages a request cannot use
  logic integer kept_v4_10(struct counts n, integer set_aside, integer f) =
    (flag_non_block(f) ? 0 : set_aside) + (flag_cma(f) ? 0 : n.held[4]);
  logic integer kept_v6_12(struct counts n, integer f) =
    (flag_reserves(f) ? 0 : n.held[3]) + (flag_cma(f) ? 0 : n.held[4]);

  // ---- a free block of order o serves the request
  predicate serves_v4_10(struct lists s, struct counts n, integer o, integer f) =
    free_blocks(n, o) > 0 &&
    (flag_non_block(f) || common_free(s, o) || (flag_cma(f) && listed_free(s, o, 4)));
  predicate serves_v6_12(struct lists s, integer o, integer f) =
    common_free(s, o) || (flag_cma(f) && listed_free(s, o, 4)) ||
    ((flag_highatomic(f) || flag_oom(f)) && listed_free(s, o, 3));

  // ---- the full checks: a request of order o, with r pages of lowmem reserve
  predicate ok_v2_6_11(struct counts n, integer o, integer mark, integer r, integer f,
                       integer free) =
    \let m = low_mark(mark, f);
    \let left = free - (bsize(o) - 1);
    left > m + r &&
    (\forall integer k; 1 <= k <= o ==> left - free_below(n, k) > m / bsize(k));
  predicate ok_v4_10(struct lists s, struct counts n, integer top, integer set_aside, integer o,
                     integer mark, integer r, integer f, integer free) =
    free - (bsize(o) - 1) - kept_v4_10(n, set_aside, f) > low_mark(mark, f) + r &&
    (o == 0 || \exists integer k; o <= k <= top && serves_v4_10(s, n, k, f));
  predicate ok_v6_12(struct lists s, struct counts n, integer top, integer o, integer mark,
                     integer r, integer f, integer free) =
    free - (bsize(o) - 1) - kept_v6_12(n, f) > low_mark_v6_12(mark, f) + r &&
    (o == 0 || \exists integer k; o <= k <= top && serves_v6_12(s, k, f));

  predicate watermark_ok(struct zone z, integer o, integer mark, integer hz, integer f,
                         integer free) =
    z.generation == 0 ?
      ok_v2_6_11(z.counts, o, mark, z.lowmem_reserve[hz], f, free) :
    z.generation == 1 ?
      ok_v4_10(z.lists, z.counts, z.blocks.top_order, z.nr_reserved_highatomic, o, mark,
               z.lowmem_reserve[hz], f, free) :
      ok_v6_12(z.lists, z.counts, z.blocks.top_order, o, mark, z.lowmem_reserve[hz], f, free);

  // ---- the checks of an allocation, of the zone as it is
  // the mark that the flags name
  logic integer named_mark(struct zone z, integer f) =
    z.wmark[wmark_index(f)] + (z.generation >= 2 ? z.watermark_boost : 0);
  // v4.10 forgets what is set aside for HIGHATOMIC here
  predicate shortcut_v4_10(struct zone z, integer hz, integer f) =
    free_total(z.counts) - (flag_cma(f) ? 0 : z.counts.held[4]) >
    named_mark(z, f) + z.lowmem_reserve[hz];
  predicate shortcut_v6_12(struct zone z, integer hz, integer f) =
    free_total(z.counts) - kept_v6_12(z.counts, f) > named_mark(z, f) + z.lowmem_reserve[hz];
  // v6.12 asks a second time, without the boost
  predicate retries(struct zone z, integer f) =
    flag_min_reserve(f) && wmark_index(f) == 0 && z.watermark_boost > 0;
  predicate full_check(struct zone z, integer o, integer mark, integer hz, integer f) =
    watermark_ok(z, o, mark, hz, f, free_total(z.counts));
  predicate watermark_fast(struct zone z, integer o, integer hz, integer f) =
    full_check(z, o, named_mark(z, f), hz, f) ||
    (o == 0 && z.generation == 1 && shortcut_v4_10(z, hz, f)) ||
    (o == 0 && z.generation >= 2 &&
      (shortcut_v6_12(z, hz, f) || (retries(z, f) && full_check(z, 0, z.wmark[0], hz, f))));
*/

#endif
