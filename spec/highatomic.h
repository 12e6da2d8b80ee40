/* The highatomic reserve (theorem 15): who is served from it, when it grows, what gives it back
 * (semantics 10 and 12; v4.10 and v6.12). Logic only. */
#ifndef PLUMBLINE_SPEC_HIGHATOMIC_H
#define PLUMBLINE_SPEC_HIGHATOMIC_H

#include "spec/init.h"

/*@
  // requests that the reserve is kept for: v6.12's (1) say so, v4.10's (2) are larger than a page
  logic boolean reserves_for(integer highatomic, integer order, integer f) =
    (highatomic == 1 && flag_highatomic(f)) ||
    (highatomic == 2 && order > 0 && flag_non_block(f));
  // v6.12's requests that look at the reserve when nothing else is left
  logic boolean flag_last_resort(integer f) =
    flag_highatomic(f) || flag_oom(f) || flag_non_block(f);
  logic boolean last_resort(integer highatomic, integer f) =
    highatomic == 1 && flag_last_resort(f);
  // the reserve serves the request before anything else does
  predicate from_reserve(struct blocks b, integer generation, integer highatomic, integer order,
                         integer mt, integer f) =
    reserves_for(highatomic, order, f) == \true &&
    !by_pcp(generation, b.pageblock_order, order, mt) && has_block(b, order, 3);
  // nothing can serve the request, the reserve included
  predicate nothing_left(struct blocks b, struct lists s, integer generation, integer fallback,
                         integer highatomic, integer cpu, integer order, integer mt, integer f) =
    exhausted(b, s, generation, fallback, cpu, order, mt, f) &&
    !from_reserve(b, generation, highatomic, order, mt, f) &&
    !(last_resort(highatomic, f) == \true && has_block(b, order, 3));
  // p is the block that serves it, the reserve included
  predicate answers(struct blocks b, struct lists s, struct counts n, struct owners w,
                    integer first, integer generation, integer fallback, integer highatomic,
                    integer cpu, integer order, integer mt, integer f, integer p) =
    from_reserve(b, generation, highatomic, order, mt, f) ?
      smallest(s, b.top_order, order, 3, p) :
    exhausted(b, s, generation, fallback, cpu, order, mt, f) ?
      smallest(s, b.top_order, order, 3, p) :
      serves(b, s, n, w, first, generation, fallback, cpu, order, mt, f, p);

  // the reserve grows while it holds less: a hundredth of the zone, in whole pageblocks; in v4.10
  // and a pageblock
  logic integer reserve_limit(integer highatomic, integer managed, integer size) =
    highatomic == 2 ? managed / 100 + size : managed / 100 < size ? 0 :
      (managed / 100 + size - 1) - (managed / 100 + size - 1) % size;
  predicate below_limit(integer highatomic, integer managed, integer size, integer reserved) =
    reserved < reserve_limit(highatomic, managed, size);
  // the pageblock of the used block p, or all pageblocks of it, join the reserve
  predicate grows(struct blocks b, struct pageblocks k, integer first, integer highatomic,
                  integer managed, integer reserved, integer p) =
    below_limit(highatomic, managed, bsize(b.pageblock_order), reserved) && pbtype(b, k, p) < 3 &&
    (b.order[p] >= b.pageblock_order || pageblock_inside(b, first, p));
  // pages that the reserve counts for a block of order o
  logic integer reserve_share(integer pageblock_order, integer o) =
    o >= pageblock_order ? bsize(o) : bsize(pageblock_order);
  // the pageblock of block p, or all pageblocks of it, became of type t, and no others changed
  predicate became(struct blocks b, struct pageblocks k, struct pageblocks l, integer p,
                   integer t) =
    \let size = bsize(b.pageblock_order);
    b.order[p] >= b.pageblock_order ?
      (\forall integer q; p <= q < p + bsize(b.order[p]) ==> pbtype(b, l, q) == t) &&
      types_kept(k, l, p / size, (p + bsize(b.order[p])) / size) :
      (\forall integer q; in_block(b, block_start(b, p), q) ==> pbtype(b, l, q) == t) &&
      types_kept(k, l, block_start(b, p) / size, block_start(b, p) / size + 1);

  // the pageblock of the free block p, or all pageblocks of it, became of type t
  predicate released_to(struct blocks b, struct pageblocks k, struct pageblocks l, integer p,
                        integer t) =
    b.order[p] >= b.pageblock_order ?
      (\forall integer q; p <= q < p + bsize(b.order[p]) ==> pbtype(b, l, q) == t) :
      became(b, k, l, p, t);

  // the head of the reserve's list of order o can be given back
  predicate can_give(struct blocks b, struct lists s, integer first, integer o) =
    s.head[free_list(o, 3)] != 0xffffffff &&
    (o >= b.pageblock_order || pageblock_inside(b, first, s.head[free_list(o, 3)]));
  predicate least_given(struct blocks b, struct lists s, integer first, integer o) =
    0 <= o <= b.top_order && can_give(b, s, first, o) &&
    (\forall integer k; 0 <= k < o ==> !can_give(b, s, first, k));
  predicate some_given(struct blocks b, struct lists s, integer first) =
    \exists integer o; 0 <= o <= b.top_order && can_give(b, s, first, o);
  logic integer reserve_less(integer reserved, integer n) = reserved > n ? reserved - n : 0;
  // an unreserve may look at the reserve at all
  predicate may_give(integer pageblock_order, integer highatomic, integer reserved,
                     integer force) =
    highatomic != 0 && (force != 0 || reserved > bsize(pageblock_order));

  // types became the request's, or joined the reserve for a request that may grow it
  predicate only_served(struct pageblocks k, struct pageblocks l, integer highatomic,
                        integer order, integer f, integer t) =
    \forall integer n; l.migratetype[n] == k.migratetype[n] || l.migratetype[n] == t ||
      (reserves_for(highatomic, order, f) == \true && l.migratetype[n] == 3);
  predicate only_reserved(struct pageblocks k, struct pageblocks l, integer highatomic,
                          integer order, integer f) =
    \forall integer n; l.migratetype[n] == k.migratetype[n] ||
      (reserves_for(highatomic, order, f) == \true && l.migratetype[n] == 3);
*/

/* When a request fails, and which block answers it. */
#define ENSURES_ANSWERED                                                                           \
  ensures fails: \result == NONE <==> nothing_left(\old(z->blocks), \old(z->lists),                \
    z->generation, z->fallback, z->highatomic, cpu, order, mt, flags);                             \
  ensures answers: \result != NONE ==> answers(\old(z->blocks), \old(z->lists),                    \
    \old(z->counts), z->owners, z->first, z->generation, z->fallback, z->highatomic, cpu, order,   \
    mt, flags, \result);

/* What an allocation answers to a request of this order, `checked` its arguments' check, and by how
 * much the reserve grew. */
#define ENSURES_REQUEST_ANSWERED(checked, size)                                                    \
  ensures check: \let e = checked;                                                                 \
    e != PLUMB_OK ? \result == e :                                                                 \
      \result == PLUMB_OK || \result == PLUMB_EWMARK || \result == PLUMB_ENOMEM;                   \
  ensures watermark: checked == PLUMB_OK ==>                                                       \
    (\result == PLUMB_EWMARK <==> !passes(\old(*z), size, highest_zoneidx, flags));                \
  ensures memory: checked == PLUMB_OK && \result != PLUMB_EWMARK ==>                               \
    (\result == PLUMB_ENOMEM <==> nothing_left(\old(z->blocks), \old(z->lists), z->generation,     \
      z->fallback, z->highatomic, cpu, size, migratetype, flags));                                 \
  ensures refused: \result != PLUMB_OK ==> *pfn == PLUMB_NO_PFN && SAME_STATE &&                   \
    z->owners == \old(z->owners) && z->watermark_boost == \old(z->watermark_boost) &&              \
    z->nr_reserved_highatomic == \old(z->nr_reserved_highatomic);                                  \
  ensures below: checked == PLUMB_OK && z->tuning.on == 1 &&                                       \
    !high_ok(\old(*z), size, highest_zoneidx, flags) ?                                             \
    z->tuning.below_high == 1 : z->tuning.below_high == \old(z->tuning.below_high);                \
  ensures others_remember: others_remember(\old(z->tuning), z->tuning, cpu);                       \
  ensures answers: \result == PLUMB_OK ==> answers(\old(z->blocks), \old(z->lists),                \
    \old(z->counts), \old(z->owners), z->first, z->generation, z->fallback, z->highatomic, cpu,    \
    size, migratetype, flags, *pfn - z->base_pfn);                                                 \
  ensures grows: z->nr_reserved_highatomic != \old(z->nr_reserved_highatomic) ==>                  \
    \result == PLUMB_OK && reserves_for(z->highatomic, size, flags) == \true;

/* What a CPU remembers of a request of this order. */
#define ENSURES_LEARNED(size)                                                                      \
  ensures learned: (\result == PLUMB_OK || \result == PLUMB_ENOMEM) && z->tuning.on == 1 &&        \
      by_pcp(z->generation, z->blocks.pageblock_order, size, migratetype) ==>                      \
    learned(\old(z->tuning), z->tuning, z->pcp_batch, z->pcp_high, cpu, size,                      \
      \old(z->counts.held)[8 + cpu],                                                               \
      \old(z->lists.head)[alloc_list(z->generation, cpu, size, migratetype, 0)] == NONE);          \
  ensures unlearned: cpu < 64 && !((\result == PLUMB_OK || \result == PLUMB_ENOMEM) &&             \
      z->tuning.on == 1 &&                                                                         \
      by_pcp(z->generation, z->blocks.pageblock_order, size, migratetype)) ==>                     \
    remembers_same(\old(z->tuning), z->tuning, cpu);

#define ENSURES_RESERVE_GROWN(size)                                                                \
  ensures share: z->nr_reserved_highatomic == \old(z->nr_reserved_highatomic) ||                   \
    z->nr_reserved_highatomic == \old(z->nr_reserved_highatomic) +                                 \
      reserve_share(z->blocks.pageblock_order, size);                                              \
  ensures limit: z->nr_reserved_highatomic != \old(z->nr_reserved_highatomic) ==>                  \
    below_limit(z->highatomic, z->blocks.end - z->counts.held[7],                                  \
      bsize(z->blocks.pageblock_order), \old(z->nr_reserved_highatomic));

#endif
