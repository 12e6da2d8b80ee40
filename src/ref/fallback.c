/* Fallback between migratetypes (semantics 3 and 9, v6.12). */
#include "src/ref/fallback.h"

#define NO_TYPE   6u
#define BOOST_MAX 0x10000000000000u /* 2^52 */

/* find_suitable_fallback: the first type of the table's row with a block of an order, or NO_TYPE. */
/*@ requires \valid_read(z) && is_order(order) && start < 3;
    terminates \true;
    assigns \nothing;
    ensures exact: \result == suitable(z->lists, order, start);
    ensures found: \result < 6 ==> \result < 3 && \result != start &&
      z->lists.head[free_list(order, \result)] != NONE;
*/
static uint32_t find_suitable(const struct zone *z, uint32_t order, uint32_t start)
{
    uint32_t first = start == MIGRATE_RECLAIMABLE ? MIGRATE_UNMOVABLE : MIGRATE_RECLAIMABLE;
    uint32_t second = start == MIGRATE_MOVABLE ? MIGRATE_UNMOVABLE : MIGRATE_MOVABLE;

    if (z->lists.head[free_list_of(order, first)] != NONE)
        return first;
    if (z->lists.head[free_list_of(order, second)] != NONE)
        return second;
    return NO_TYPE;
}

/* The largest order from low up that can serve a request; NONE if there is none. */
/*@ requires \valid_read(z) && sized(z->blocks) && start < 3;
    terminates \true;
    assigns \nothing;
    ensures none: \result == NONE <==>
      none_suitable(z->lists, z->blocks.top_order, low, start);
    ensures found: \result != NONE ==>
      largest(z->lists, z->blocks.top_order, low, start, \result);
*/
static uint32_t largest_suitable(const struct zone *z, uint32_t low, uint32_t start)
{
    uint32_t order = z->blocks.top_order + 1;

    /*@ loop invariant range: order <= z->blocks.top_order + 1;
        loop invariant none: \forall integer k; order <= k <= z->blocks.top_order ==>
          suitable(z->lists, k, start) == 6;
        loop assigns order;
        loop variant order;
    */
    while (order > 0 && order > low) {
        order--;
        if (find_suitable(z, order, start) != NO_TYPE)
            return order;
    }
    return NONE;
}

/* The least order from low up that can serve a request, where `most` can. */
/*@ requires \valid_read(z) && sized(z->blocks) && start < 3 && low <= most <= 10;
    requires suitable(z->lists, most, start) < 6;
    terminates \true;
    assigns \nothing;
    ensures least: least(z->lists, low, start, \result);
    ensures most: \result <= most;
*/
static uint32_t least_order(const struct zone *z, uint32_t low, uint32_t most, uint32_t start)
{
    uint32_t order = low;

    /*@ loop invariant range: low <= order <= most;
        loop invariant none: \forall integer k; low <= k < order ==>
          suitable(z->lists, k, start) == 6;
        loop assigns order;
        loop variant most - order;
    */
    while (order < most && find_suitable(z, order, start) == NO_TYPE)
        order++;
    return order;
}

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

    if (z->generation != PLUMB_V6_12)
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

/* Whether half of the pageblock at s, or more, is free or like the request. */
/*@ requires \valid_read(z) && sized(z->blocks) && tiled_all(z->blocks) && placed_all(z->blocks);
    requires start < 3 && from < 3;
    terminates \true;
    assigns \nothing;
    ensures exact: \result != 0 <==>
      claimed(z->blocks, z->owners, z->first, s, from, start);
*/
static int worth_claiming(const struct zone *z, uint32_t s, uint32_t from, uint32_t start)
{
    uint32_t size = block_size(z->blocks.pageblock_order), free, movable;

    if (s < z->first || s >= z->blocks.end || z->blocks.end - s < size)
        return 0;
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
  /@ requires \valid(z) && in_zone(z->blocks, p) && order <= k <= z->blocks.top_order;
     requires z->blocks.place[p] == free_list(k, mt);
     terminates \true;
     assigns \nothing;
     ensures some: has_block(z->blocks, order, mt);
  @/
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

/* Takes the free block p of type from for another type; what is left of it stays of its type. */
/*@ requires \valid(z) && wf(*z) && coalesced(z->blocks) && typed(z->blocks, z->pageblocks);
    requires kinds(z->blocks, z->pageblocks) && clock_room(z->lists, 10);
    requires in_zone(z->blocks, p) && from < 3 && order <= z->blocks.order[p];
    requires z->blocks.place[p] == free_list(z->blocks.order[p], from);
    terminates \true;
    assigns BLOCKS;
    ENSURES_TAKEN(p)
    ensures remainder: \forall integer j; order <= j < \old(z->blocks.order[p]) ==>
        half_at(z->blocks, p, j, from);
    ensures outside: same_but(\old(z->blocks), z->blocks, p, bsize(\old(z->blocks.order[p])));
*/
static void take_single(struct zone *z, uint32_t p, uint32_t order, uint32_t from)
{
    take_free(z, p, order, from);
    //@ assert from: from == 0 || from == 1 || from == 2;
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
    return result;
}

/* steal_suitable_fallback: takes the head p of the list of type from and its order, or claims its
 * pageblock and takes the smallest block that suits. */
/*@ requires \valid(z) && wf(*z) && coalesced(z->blocks) && typed(z->blocks, z->pageblocks);
    requires kinds(z->blocks, z->pageblocks) && clock_room(z->lists, 0x40a) && tuned(*z);
    requires in_zone(z->blocks, p) && start < 3 && from < 3 && order <= z->blocks.order[p];
    requires z->blocks.place[p] == free_list(z->blocks.order[p], from);
    requires !has_block(z->blocks, order, start);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES], z->watermark_boost;
    ENSURES_TAKEN(\result)
    ensures some: \result != NONE;
    ensures tuned: tuned(*z);
    ensures handed: handed(\old(z->blocks), z->owners, z->first, claim, p, from, order, start,
      \result);
    ensures retagged: retagged(\old(z->blocks), \old(z->pageblocks), z->pageblocks, z->owners,
      z->first, claim, p, from, start);
    ensures only: only_to(\old(z->pageblocks), z->pageblocks, start);
    ensures boost: z->watermark_boost ==
      (\old(z->blocks.order[p]) >= z->blocks.pageblock_order ? \old(z->watermark_boost) :
      boost_after(z->generation, \old(z->watermark_boost), z->wmark[2],
        z->watermark_boost_factor, bsize(z->blocks.pageblock_order),
        z->blocks.end - \old(z->counts.held[7])));
*/
static uint32_t steal(struct zone *z, uint32_t p, uint32_t order, uint32_t from, uint32_t start,
                      int claim)
{
    uint32_t s = p - p % block_size(z->blocks.pageblock_order);

    if (z->blocks.order[p] >= z->blocks.pageblock_order) {
        take_whole(z, p, order, start) /*@ ghost (from) */;
        /*@ assert whole: retagged(\at(z->blocks, Pre), \at(z->pageblocks, Pre), z->pageblocks,
              z->owners, z->first, claim, p, from, start); */
        return p;
    }
    //@ ghost classes_bounded(z);
    boost_watermark(z);
    if (claim && worth_claiming(z, s, from, start)) {
        //@ ghost pageblock_whole(z, p, s);
        /*@ assert claimed: s == block_start(\at(z->blocks, Pre), p) &&
              claimed(\at(z->blocks, Pre), z->owners, z->first, s, from, start); */
        uint32_t result = claim_pageblock(z, s, order, start) /*@ ghost (p) */;
        /*@ assert types: \forall integer q; in_block(\at(z->blocks, Pre), s, q) ==>
              pbtype(\at(z->blocks, Pre), z->pageblocks, q) == start; */
        /*@ assert claim: retagged(\at(z->blocks, Pre), \at(z->pageblocks, Pre), z->pageblocks,
              z->owners, z->first, claim, p, from, start); */
        return result;
    }
    take_single(z, p, order, from);
    return p;
}

/* Lemma: what the heads of the lists say of the blocks of the other types. */
/*@ ghost
  /@ requires \valid(z) && wf(*z) && start < 3 && low <= 10;
     requires none_suitable(z->lists, z->blocks.top_order, low, start);
     terminates \true;
     assigns \nothing;
     ensures first: !has_block(z->blocks, low, fallback_type(start, 0));
     ensures second: !has_block(z->blocks, low, fallback_type(start, 1));
  @/
  void none_to_fall_back(struct zone *z, uint32_t low, uint32_t start)
  {
    uint32_t a = start == 2 ? 0 : 2;
    uint32_t b = start == 1 ? 0 : 1;
    /@ assert table: a == fallback_type(start, 0) && b == fallback_type(start, 1); @/
    /@ loop invariant low <= k <= z->blocks.top_order + 1 || k == low;
       loop invariant \forall integer j, p; low <= j < k && in_zone(z->blocks, p) ==>
         z->blocks.place[p] != free_list(j, a) && z->blocks.place[p] != free_list(j, b);
       loop assigns k;
       loop variant z->blocks.top_order + 1 - k; @/
    for (uint32_t k = low; k <= z->blocks.top_order; k++) {
      /@ assert none: suitable(z->lists, k, start) == 6; @/
      /@ assert heads: z->lists.head[free_list(k, a)] == NONE &&
           z->lists.head[free_list(k, b)] == NONE; @/
      list_exact(z, 6 * k + a);
      list_exact(z, 6 * k + b);
      /@ assert here: \forall integer p; in_zone(z->blocks, p) ==>
           z->blocks.place[p] != free_list(k, a) && z->blocks.place[p] != free_list(k, b); @/
    }
  }
*/

/* Whether a block of an order is large enough to claim its pageblock. */
/*@ requires \valid_read(z) && sized(z->blocks);
    terminates \true;
    assigns \nothing;
    ensures exact: \result == may_claim(z->blocks.pageblock_order, order, start);
*/
static int can_claim(const struct zone *z, uint32_t order, uint32_t start)
{
    return order >= z->blocks.pageblock_order / 2 || start == MIGRATE_UNMOVABLE ||
           start == MIGRATE_RECLAIMABLE;
}

/* __rmqueue_fallback: a block of another type, from the largest order down; if that is too small to
 * claim its pageblock for movable pages, from the least order up. */
/*@ requires \valid(z) && wf(*z) && coalesced(z->blocks) && typed(z->blocks, z->pageblocks);
    requires kinds(z->blocks, z->pageblocks) && clock_room(z->lists, 0x40a) && tuned(*z);
    requires start < 3 && order <= z->blocks.top_order;
    requires !has_block(z->blocks, order, start);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES], z->watermark_boost;
    ENSURES_TAKEN(\result)
    ensures tuned: tuned(*z);
    ensures fails: \result == NONE <==> !has_fallback(\old(z->blocks), order, start, flags);
    ensures nothing: \result == NONE ==> NOTHING_TAKEN;
    ensures chosen: \result != NONE ==> fallen_back(\old(z->blocks), \old(z->lists), z->owners,
      z->first, order, start, flags, \result);
    ensures retagged: \result != NONE ==> fallback_retagged(\old(z->blocks), \old(z->lists),
      \old(z->pageblocks), z->pageblocks, z->owners, z->first, order, start, flags);
    ensures only: only_to(\old(z->pageblocks), z->pageblocks, start);
    ensures boost: z->generation != PLUMB_V6_12 ==>
      z->watermark_boost == \old(z->watermark_boost);
*/
static uint32_t rmqueue_fallback(struct zone *z, uint32_t order, uint32_t start, uint32_t flags)
{
    int nofragment = order < z->blocks.pageblock_order && (flags & ALLOC_NOFRAGMENT);
    uint32_t low = nofragment ? z->blocks.pageblock_order : order;
    uint32_t largest = largest_suitable(z, low, start), k, from, p;
    int claim;

    //@ assert low: low == low_order(z->blocks.pageblock_order, order, flags);
    if (largest == NONE) {
        //@ ghost none_to_fall_back(z, low, start);
        return NONE;
    }
    claim = can_claim(z, largest, start);
    k = largest;
    if (!claim && start == MIGRATE_MOVABLE && largest > order)
        k = least_order(z, order, largest, start);
    /*@ assert one: \forall integer o; largest(z->lists, z->blocks.top_order, low, start, o) ==>
          o == largest; */
    /*@ assert same: \forall integer j; taken_from(z->lists, z->blocks.pageblock_order, order, start,
          largest, j) ==> j == k; */
    from = find_suitable(z, k, start);
    p = z->lists.head[free_list_of(k, from)];
    //@ assert head: head_at(z->blocks, z->lists, free_list(k, from));
    //@ assert there: z->blocks.place[p] == free_list(k, from) && z->blocks.order[p] == k;
    //@ ghost some_block(z, p, k, low, from);
    return steal(z, p, order, from, start, claim);
}

uint32_t take_smallest(struct zone *z, uint32_t order, uint32_t mt)
{
    //@ assert cases: mt == 0 || mt == 1 || mt == 2 || mt == 3 || mt == 4;
    return rmqueue_smallest(z, order, mt);
}

/* Whether CMA serves a movable request before its own type does. */
/*@ requires \valid_read(z) && wf(*z);
    terminates \true;
    assigns \nothing;
    ensures exact: \result != 0 <==> cma_first(z->counts, flags);
*/
static int prefers_cma(const struct zone *z, uint32_t flags)
{
    return (flags & ALLOC_CMA) && z->counts.held[MIGRATE_CMA] > nr_free_pages(z) / 2;
}

/* Takes the smallest sufficient block of a type, or else of CMA, if the request may. */
/*@ requires \valid(z) && wf(*z) && coalesced(z->blocks) && typed(z->blocks, z->pageblocks);
    requires kinds(z->blocks, z->pageblocks) && clock_room(z->lists, 0x40a);
    requires order <= z->blocks.top_order && mt < 5;
    terminates \true;
    assigns BLOCKS;
    ENSURES_TAKEN(\result)
    ensures fails: \result == NONE <==> !has_block(\old(z->blocks), order, mt) &&
      !(flag_cma(flags) == \true && has_block(\old(z->blocks), order, 4));
    ensures nothing: \result == NONE ==> NOTHING_TAKEN;
    ensures own: \result != NONE && has_block(\old(z->blocks), order, mt) ==>
      smallest(\old(z->lists), z->blocks.top_order, order, mt, \result);
    ensures cma: \result != NONE && !has_block(\old(z->blocks), order, mt) ==>
      smallest(\old(z->lists), z->blocks.top_order, order, 4, \result);
*/
static uint32_t take_own(struct zone *z, uint32_t order, uint32_t mt, uint32_t flags)
{
    uint32_t p = take_smallest(z, order, mt);

    if (p != NONE || !(flags & ALLOC_CMA))
        return p;
    return take_smallest(z, order, MIGRATE_CMA);
}

uint32_t rmqueue_buddy(struct zone *z, uint32_t order, uint32_t mt, uint32_t flags)
{
    uint32_t p;

    if (z->fallback == PLUMB_FALLBACK_NONE)
        return take_smallest(z, order, mt);
    if (prefers_cma(z, flags)) {
        p = take_smallest(z, order, MIGRATE_CMA);
        if (p != NONE)
            return p;
    }
    p = take_own(z, order, mt, flags);
    if (p != NONE || mt >= MIGRATE_PCPTYPES)
        return p;
    return rmqueue_fallback(z, order, mt, flags);
}
