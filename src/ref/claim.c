/* Claiming pageblocks for a migratetype that has no block left (semantics 9). */
#include "src/ref/claim.h"
#include "src/ref/fallback.h"

#define BOOST_MAX 0x10000000000000u /* 2^52 */

/* boost_watermark: asks reclaim for a pageblock more, up to a share of the high mark. */
/*@ requires \valid(z) && sized(z->blocks) && tuned(*z);
    requires z->counts.held[7] <= z->blocks.end;
    terminates \true;
    assigns z->watermark_boost;
    ensures exact: z->watermark_boost == boost_after(z->generation, \old(z->watermark_boost),
      z->wmark[2], z->watermark_boost_factor, bsize(z->blocks.pageblock_order),
      z->blocks.end - z->counts.held[7]);
    ensures tuned: tuned(*z);
*/
static void boost_watermark(struct zone *z)
{
    uint64_t managed = z->blocks.end - z->counts.held[CLASS_RESERVED];
    uint64_t boost = z->watermark_boost;

    if (z->generation < PLUMB_V6_12)
        return;
    ref_boost_watermark(managed, z->blocks.pageblock_order, z->wmark[WMARK_HIGH],
                        z->watermark_boost_factor, &boost);
    z->watermark_boost = boost < BOOST_MAX ? boost : BOOST_MAX;
}

/* Pages in the used blocks of the pageblock at s that were handed out as movable. */
/*@ requires \valid_read(z) && sized(z->blocks) && tiled_all(z->blocks) && placed_all(z->blocks);
    requires 0 <= s && s + bsize(z->blocks.pageblock_order) <= z->blocks.end;
    terminates \true;
    assigns \nothing;
    ensures exact: \result ==
      movable_in(z->blocks, z->owners, s, s + bsize(z->blocks.pageblock_order));
    ensures bound: \result <= 0x100000;
*/
static uint32_t movable_pages_in(const struct zone *z, uint32_t s)
{
    uint32_t end = s + block_size(z->blocks.pageblock_order), sum = 0;

    /*@ loop invariant range: s <= p <= end;
        loop invariant sum: sum == movable_in(z->blocks, z->owners, s, p);
        loop invariant bound: sum <= 1024 * (p - s);
        loop assigns p, sum;
        loop variant end - p;
    */
    for (uint32_t p = s; p < end; p++)
        if (z->blocks.place[p] == PLACE_USED && z->owners.movable[p] != 0)
            sum += block_size(z->blocks.order[p]);
    return sum;
}

/* Whether half of the pageblock at s, or more, is free or like the request, or types are not kept
 * apart. */
/*@ requires \valid_read(z) && sized(z->blocks) && tiled_all(z->blocks) && placed_all(z->blocks);
    requires start < 3 && from < 3;
    requires in_zone(z->blocks, s) && aligned(s, z->blocks.pageblock_order);
    terminates \true;
    assigns \nothing;
    ensures exact: \result != 0 <==>
      claimed(z->blocks, z->owners, z->first, s, from, start);
*/
static int worth_claiming(const struct zone *z, uint32_t s, uint32_t from, uint32_t start)
{
    uint32_t size = block_size(z->blocks.pageblock_order), free, movable;

    if (!spans_pageblock(z, s))
        return 0;
    if (z->owners.ungrouped != 0)
        return 1;
    free = free_pages_in(z, s);
    movable = movable_pages_in(z, s);
    if (start == MIGRATE_MOVABLE)
        return 2 * (free + movable) >= size;
    if (from == MIGRATE_MOVABLE)
        return 2 * movable <= size;
    return 2 * free >= size;
}

/*@ ghost
  void none_larger(struct zone *z, uint32_t order, uint32_t mt)
  {
    /@ loop invariant order <= k <= z->blocks.top_order + 1 || k == order;
       loop invariant \forall integer p; in_zone(z->blocks, p) && is_free(z->blocks, p) &&
         free_type(z->blocks, p) == mt ==> !(order <= z->blocks.order[p] < k);
       loop assigns k;
       loop variant z->blocks.top_order + 1 - k; @/
    for (uint32_t k = order; k <= z->blocks.top_order; k++) {
      /@ assert none: \forall integer p; in_zone(z->blocks, p) ==>
           z->blocks.place[p] != free_list(k, mt); @/
    }
  }
*/

/*@ ghost
  void some_block(struct zone *z, uint32_t p, uint32_t k, uint32_t order, uint32_t mt)
  {
  }
*/

/* Takes the free block p of type from, a pageblock or more, for another type: its pageblocks and
 * what is left of it become that type's. */
/*@ requires \valid(z) && wf(*z) && coalesced(z->blocks) && typed(z->blocks, z->pageblocks);
    requires kinds(z->blocks, z->pageblocks) && clock_room(z->lists, 10);
    requires in_zone(z->blocks, p) && start < 3 && from < 3 && order <= z->blocks.order[p];
    requires z->blocks.place[p] == free_list(z->blocks.order[p], from);
    requires z->blocks.pageblock_order <= z->blocks.order[p];
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
    ENSURES_TAKEN(p)
    ensures remainder: \forall integer j; order <= j < \old(z->blocks.order[p]) ==>
        half_at(z->blocks, p, j, start);
    ensures outside: same_but(\old(z->blocks), z->blocks, p, bsize(\old(z->blocks.order[p])));
    ensures whole: \forall integer q; p <= q < p + bsize(\old(z->blocks.order[p])) ==>
      pbtype(z->blocks, z->pageblocks, q) == start;
    ensures kept: \let size = bsize(z->blocks.pageblock_order);
      types_kept(\old(z->pageblocks), z->pageblocks, p / size,
        (p + bsize(\old(z->blocks.order[p]))) / size);
    ensures only: only_to(\old(z->pageblocks), z->pageblocks, start);
*/
static void take_whole(struct zone *z, uint32_t p, uint32_t order, uint32_t start)
/*@ ghost (uint32_t from) */
{
    //@ assert class: class_of(z->blocks.place[p], z->blocks.order[p]) == from;
    //@ assert tiled: tiled_at(z->blocks, p);
    //@ assert positive: bsize(z->blocks.order[p]) >= 1;
    block_take(z, p);
    /*@ assert order: \forall integer q; in_zone(z->blocks, q) && on_pcp(\at(z->blocks, Pre), q) ==>
          z->blocks.place[q] == \at(z->blocks.place, Pre)[q] &&
          z->lists.rank[q] == \at(z->lists.rank, Pre)[q]; */
    //@ assert none_joined: none_joined(\at(z->blocks, Pre), z->blocks);
    //@ assert was: typed_at(\at(z->blocks, Pre), z->pageblocks, p);
    retag_used(z, p, start);
    /*@ assert isolation: isolation_kept(z->blocks, \at(z->pageblocks, Pre), z->pageblocks); */
    //@ ghost Taken: ;
    expand(z, p, order, start);
    /*@ assert places: \forall integer q; in_zone(z->blocks, q) && on_pcp(z->blocks, q) ==>
          \at(z->blocks.place, Taken)[q] == z->blocks.place[q] &&
          \at(z->blocks.place, Taken)[q] == \at(z->blocks.place, Pre)[q]; */
    /*@ assert ranks: \forall integer q; in_zone(z->blocks, q) && on_pcp(\at(z->blocks, Pre), q) ==>
          z->lists.rank[q] == \at(z->lists.rank, Taken)[q]; */
    //@ assert from: from == 0 || from == 1 || from == 2;
    //@ assert to: start == 0 || start == 1 || start == 2;
}

/* Claims the pageblock at s for a type and takes the smallest sufficient block from that type's
 * lists, on which p of the pageblock now is. */
/*@ requires \valid(z) && wf(*z) && coalesced(z->blocks) && typed(z->blocks, z->pageblocks);
    requires kinds(z->blocks, z->pageblocks) && clock_room(z->lists, 0x40a);
    requires start < 3 && order <= z->blocks.top_order && whole(z->blocks, s);
    requires in_block(z->blocks, s, p) && is_free(z->blocks, p) && order <= z->blocks.order[p];
    requires free_type(z->blocks, p) < 3;
    requires !has_block(z->blocks, order, start);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
    ENSURES_TAKEN(\result)
    ensures some: \result != NONE;
    ensures claimed: \forall integer q; in_block(z->blocks, s, q) ==>
      pbtype(z->blocks, z->pageblocks, q) == start;
    ensures kept: \let size = bsize(z->blocks.pageblock_order);
      types_kept(\old(z->pageblocks), z->pageblocks, s / size, s / size + 1);
    ensures only: only_to(\old(z->pageblocks), z->pageblocks, start);
    ensures least: in_block(z->blocks, s, \result) && order <= \old(z->blocks.order)[\result] &&
      \forall integer q; in_block(z->blocks, s, q) &&
      is_free(\old(z->blocks), q) && order <= \old(z->blocks.order)[q] ==>
      \old(z->blocks.order)[\result] <= \old(z->blocks.order)[q];
*/
static uint32_t claim_pageblock(struct zone *z, uint32_t s, uint32_t order, uint32_t start)
/*@ ghost (uint32_t p) */
{
    uint32_t result;

    //@ ghost quotients(s, order_size(z->blocks.pageblock_order));
    //@ assert kind: pbtype(z->blocks, z->pageblocks, s) < 6;
    //@ ghost none_larger(z, order, start);
    //@ assert typed: typed_at(z->blocks, z->pageblocks, p);
    /*@ assert was: \forall integer q; in_block(z->blocks, s, q) ==>
          pbtype(z->blocks, z->pageblocks, q) == free_type(z->blocks, p); */
    move_freepages_block(z, s, start);
    //@ assert tiled: tiled_at(z->blocks, p);
    //@ assert there: z->blocks.place[p] == free_list(z->blocks.order[p], start);
    //@ ghost some_block(z, p, z->blocks.order[p], order, start);
    /*@ assert only: \forall integer q; in_zone(z->blocks, q) && is_free(z->blocks, q) &&
          free_type(z->blocks, q) == start && order <= z->blocks.order[q] ==>
          in_block(z->blocks, s, q); */
    //@ ghost Claimed: ;
    result = rmqueue_smallest(z, order, start);
    //@ assert to: start == 0 || start == 1 || start == 2;
    /*@ assert smallest: \forall integer q; in_block(z->blocks, s, q) &&
          is_free(\at(z->blocks, Claimed), q) && order <= \at(z->blocks.order, Claimed)[q] ==>
          \at(z->blocks.order, Claimed)[result] <= \at(z->blocks.order, Claimed)[q]; */
    //@ assert unisolated: pbtype(z->blocks, z->pageblocks, result) == start;
    return result;
}

uint32_t try_to_claim(struct zone *z, uint32_t p, uint32_t order, uint32_t from, uint32_t start,
                      int claim)
{
    uint32_t s = pageblock_start(z, p), result;

    if (z->blocks.order[p] >= z->blocks.pageblock_order) {
        take_whole(z, p, order, start) /*@ ghost (from) */;
        /*@ assert whole: retagged(\at(z->blocks, Pre), \at(z->pageblocks, Pre), z->pageblocks,
              z->owners, z->first, claim, p, from, start); */
        return p;
    }
    //@ ghost classes_bounded(z);
    boost_watermark(z);
    if (!claim || !worth_claiming(z, s, from, start))
        return NONE;
    //@ ghost pageblock_whole(z, p, s);
    /*@ assert claimed: s == block_start(\at(z->blocks, Pre), p) &&
          claimed(\at(z->blocks, Pre), z->owners, z->first, s, from, start); */
    result = claim_pageblock(z, s, order, start) /*@ ghost (p) */;
    /*@ assert types: \forall integer q; in_block(\at(z->blocks, Pre), s, q) ==>
          pbtype(\at(z->blocks, Pre), z->pageblocks, q) == start; */
    /*@ assert claim: retagged(\at(z->blocks, Pre), \at(z->pageblocks, Pre), z->pageblocks,
          z->owners, z->first, claim, p, from, start); */
    return result;
}

/* Whether half of the pageblock at s, or more, is free, or types are not kept apart. */
/*@ requires \valid_read(z) && sized(z->blocks) && tiled_all(z->blocks) && placed_all(z->blocks);
    requires in_zone(z->blocks, s) && aligned(s, z->blocks.pageblock_order);
    terminates \true;
    assigns \nothing;
    ensures exact: \result != 0 <==> claimed_v4_10(z->blocks, z->owners, z->first, s);
*/
static int half_is_free(const struct zone *z, uint32_t s)
{
    if (!spans_pageblock(z, s))
        return 0;
    return z->owners.ungrouped != 0 ||
           2 * free_pages_in(z, s) >= block_size(z->blocks.pageblock_order);
}

int try_to_claim_v4_10(struct zone *z, uint32_t p, uint32_t order, uint32_t start, int claim)
/*@ ghost (uint32_t from) */
{
    uint32_t s = pageblock_start(z, p);

    if (z->blocks.order[p] >= z->blocks.pageblock_order) {
        take_whole(z, p, order, start) /*@ ghost (from) */;
        return 1;
    }
    if (!claim || !half_is_free(z, s))
        return 0;
    //@ ghost quotients(s, order_size(z->blocks.pageblock_order));
    //@ ghost pageblock_whole(z, p, s);
    /*@ assert claimed: s == block_start(\at(z->blocks, Pre), p) &&
          claimed_v4_10(\at(z->blocks, Pre), z->owners, z->first, s); */
    //@ assert typed: typed_at(z->blocks, z->pageblocks, p);
    move_freepages_block(z, s, start);
    //@ assert tiled: tiled_at(z->blocks, p);
    //@ assert there: z->blocks.place[p] == free_list(z->blocks.order[p], start);
    //@ ghost Claimed: ;
    take_free(z, p, order, start);
    //@ assert to: start == 0 || start == 1 || start == 2;
    /*@ assert types: \forall integer q; in_block(\at(z->blocks, Pre), s, q) ==>
          pbtype(\at(z->blocks, Pre), z->pageblocks, q) == start; */
    return 1;
}
