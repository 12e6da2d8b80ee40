/* Fallback between migratetypes (semantics 3 and 9). */
#include "src/ref/fallback.h"
#include "src/ref/claim.h"

#define NO_TYPE 6u

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

/* The head of the list of an order and a type, which has a block. */
/*@ requires \valid_read(z) && wf(*z) && is_order(order) && is_type(mt);
    requires z->lists.head[free_list(order, mt)] != NONE;
    terminates \true;
    assigns \nothing;
    ensures head: \result == z->lists.head[free_list(order, mt)];
    ensures there: free_of(z->blocks, \result, order) &&
      z->blocks.place[\result] == free_list(order, mt);
*/
static uint32_t head_block(const struct zone *z, uint32_t order, uint32_t mt)
{
    //@ assert head: head_at(z->blocks, z->lists, free_list(order, mt));
    return z->lists.head[free_list_of(order, mt)];
}

/* The largest order from low up that can serve a request; NONE if there is none. */
/*@ requires \valid_read(z) && sized(z->blocks) && start < 3;
    terminates \true;
    assigns \nothing;
    ensures none: \result == NONE ==>
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

/* steal_suitable_fallback: takes the head p of the list of type from and its order, or claims its
 * pageblock and takes the smallest block that suits. */
/*@ requires \valid(z) && wf(*z) && coalesced(z->blocks) && typed(z->blocks, z->pageblocks);
    requires kinds(z->blocks, z->pageblocks) && clock_room(z->lists, 0x40a) && tuned(*z);
    REQUIRES_HEAD
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES], z->watermark_boost;
    ENSURES_TAKEN(\result)
    ensures some: \result != NONE;
    ensures handed: handed(\old(z->blocks), z->owners, z->first, claim, p, from, order, start,
      \result);
    ensures retagged: retagged(\old(z->blocks), \old(z->pageblocks), z->pageblocks, z->owners,
      z->first, claim, p, from, start);
    ensures only: only_to(\old(z->pageblocks), z->pageblocks, start);
    ENSURES_BOOSTED
*/
static uint32_t steal(struct zone *z, uint32_t p, uint32_t order, uint32_t from, uint32_t start,
                      int claim)
{
    uint32_t result = try_to_claim(z, p, order, from, start, claim);

    if (result != NONE)
        return result;
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
    ensures exact: \result == may_claim(z->owners, z->blocks.pageblock_order, order, start);
*/
static int can_claim(const struct zone *z, uint32_t order, uint32_t start)
{
    return order >= z->blocks.pageblock_order / 2 || start == MIGRATE_UNMOVABLE ||
           start == MIGRATE_RECLAIMABLE || z->owners.ungrouped != 0;
}

/* The least order at which a request looks at other types. */
/*@ requires \valid_read(z) && sized(z->blocks);
    terminates \true;
    assigns \nothing;
    ensures exact: \result == low_order(z->blocks.pageblock_order, order, flags);
*/
static uint32_t lowest_order(const struct zone *z, uint32_t order, uint32_t flags)
{
    if (order < z->blocks.pageblock_order && (flags & ALLOC_NOFRAGMENT))
        return z->blocks.pageblock_order;
    return order;
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
    ensures boost: z->generation < PLUMB_V6_12 ==>
      z->watermark_boost == \old(z->watermark_boost);
*/
static uint32_t rmqueue_fallback(struct zone *z, uint32_t order, uint32_t start, uint32_t flags)
{
    uint32_t low = lowest_order(z, order, flags);
    uint32_t largest = largest_suitable(z, low, start), k, from, p;
    int claim;

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
    /*@ assert same: \forall integer j; taken_from(z->lists, z->owners, z->blocks.pageblock_order, order,
          start, largest, j) ==> j == k; */
    from = find_suitable(z, k, start);
    p = head_block(z, k, from);
    //@ ghost some_block(z, p, k, low, from);
    return steal(z, p, order, from, start, claim);
}

/* __rmqueue_claim of 6.15: claims what it can, from the largest order down to low. */
/*@ requires \valid(z) && wf(*z) && coalesced(z->blocks) && typed(z->blocks, z->pageblocks);
    requires kinds(z->blocks, z->pageblocks) && clock_room(z->lists, 0x40a) && tuned(*z);
    requires start < 3 && order <= low <= z->blocks.top_order;
    requires !has_block(z->blocks, order, start);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES], z->watermark_boost;
    ENSURES_TAKEN(\result)
    ensures tuned: tuned(*z);
    ensures none: \result == NONE <==>
      claims_none(\old(z->blocks), \old(z->lists), z->owners, z->first, low, start);
    ensures some: \result != NONE ==> has_block(\old(z->blocks), low, fallback_type(start, 0)) ||
      has_block(\old(z->blocks), low, fallback_type(start, 1));
    ensures nothing: \result == NONE ==> NOTHING_BUT_BOOST;
    ensures no_boost: \result == NONE &&
        none_suitable(\old(z->lists), z->blocks.top_order, low, start) ==>
      z->watermark_boost == \old(z->watermark_boost);
    ensures handed: \result != NONE ==> \forall integer o; claims_first(\old(z->blocks),
        \old(z->lists), z->owners, z->first, low, start, o) ==>
      handed(\old(z->blocks), z->owners, z->first, 1, fallback_head(\old(z->lists), o, start),
        suitable(\old(z->lists), o, start), order, start, \result);
    ensures retagged: \result != NONE ==> \forall integer o; claims_first(\old(z->blocks),
        \old(z->lists), z->owners, z->first, low, start, o) ==>
      retagged(\old(z->blocks), \old(z->pageblocks), z->pageblocks, z->owners, z->first, 1,
        fallback_head(\old(z->lists), o, start), suitable(\old(z->lists), o, start), start);
    ensures only: only_to(\old(z->pageblocks), z->pageblocks, start);
    ensures boost: z->generation < PLUMB_V6_12 ==>
      z->watermark_boost == \old(z->watermark_boost);
*/
static uint32_t rmqueue_claim(struct zone *z, uint32_t order, uint32_t low, uint32_t start)
{
    uint32_t o = z->blocks.top_order + 1;

    /*@ loop invariant range: low <= o <= z->blocks.top_order + 1;
        loop invariant tuned: tuned(*z);
        loop invariant nothing: z->blocks == \at(z->blocks, Pre) && z->lists == \at(z->lists, Pre) &&
          z->counts == \at(z->counts, Pre) && z->pageblocks == \at(z->pageblocks, Pre);
        loop invariant none: \forall integer k; o <= k <= z->blocks.top_order ==>
          !claims_at(\at(z->blocks, Pre), \at(z->lists, Pre), z->owners, z->first, start, k);
        loop invariant no_boost: (\forall integer k; o <= k <= z->blocks.top_order ==>
            suitable(\at(z->lists, Pre), k, start) == 6) ==>
          z->watermark_boost == \at(z->watermark_boost, Pre);
        loop invariant boost: z->generation < PLUMB_V6_12 ==>
          z->watermark_boost == \at(z->watermark_boost, Pre);
        loop assigns o, BLOCKS, z->pageblocks.migratetype[ALL_PAGES], z->watermark_boost;
        loop variant o; */
    while (o > low && can_claim(z, o - 1, start)) {
        uint32_t from = find_suitable(z, --o, start), p, result;

        /*@ assert unsuited: from == NO_TYPE ==> !claims_at(\at(z->blocks, Pre),
              \at(z->lists, Pre), z->owners, z->first, start, o); */
        if (from == NO_TYPE)
            continue;
        p = head_block(z, o, from);
        //@ assert same: p == fallback_head(\at(z->lists, Pre), o, start);
        //@ ghost some_block(z, p, o, low, from);
        result = try_to_claim(z, p, order, from, start, 1);
        /*@ assert claimed: result != NONE <==> claims_at(\at(z->blocks, Pre),
              \at(z->lists, Pre), z->owners, z->first, start, o); */
        /*@ assert one: \forall integer k; claims_first(\at(z->blocks, Pre), \at(z->lists, Pre),
              z->owners, z->first, low, start, k) && result != NONE ==> k == o; */
        if (result != NONE)
            return result;
    }
    /*@ assert rest: \forall integer k; low <= k < o ==>
          may_claim(z->owners, z->blocks.pageblock_order, k, start) == 0; */
    /*@ assert none: claims_none(\at(z->blocks, Pre), \at(z->lists, Pre), z->owners, z->first, low,
          start); */
    return NONE;
}

/* The fallback of 6.15: what can be claimed, or else the smallest block of another type. */
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
    ensures chosen: \result != NONE ==> fallen_back_v6_15(\old(z->blocks), \old(z->lists),
      z->owners, z->first, order, start, flags, \result);
    ensures retagged: \result != NONE ==> retagged_v6_15(\old(z->blocks), \old(z->lists),
      \old(z->pageblocks), z->pageblocks, z->owners, z->first, order, start, flags);
    ensures only: only_to(\old(z->pageblocks), z->pageblocks, start);
    ensures boost: z->generation < PLUMB_V6_12 ==>
      z->watermark_boost == \old(z->watermark_boost);
*/
static uint32_t rmqueue_fallback_v6_15(struct zone *z, uint32_t order, uint32_t start,
                                       uint32_t flags)
{
    uint32_t low = lowest_order(z, order, flags), largest, k, from, p;

    p = rmqueue_claim(z, order, low, start);
    if (p != NONE) {
        /*@ assert chosen: fallen_back_v6_15(\at(z->blocks, Pre), \at(z->lists, Pre), z->owners,
              z->first, order, start, flags, p); */
        return p;
    }
    /*@ assert none: claims_none(\at(z->blocks, Pre), \at(z->lists, Pre), z->owners, z->first, low,
          start); */
    largest = largest_suitable(z, low, start);
    if (largest == NONE) {
        //@ ghost none_to_fall_back(z, low, start);
        return NONE;
    }
    /*@ assert unclaimed: !claims_at(\at(z->blocks, Pre), \at(z->lists, Pre), z->owners, z->first,
          start, largest); */
    //@ assert suited: suitable(\at(z->lists, Pre), largest, start) < 6;
    //@ assert small: largest < z->blocks.pageblock_order && low == order;
    k = least_order(z, order, largest, start);
    from = find_suitable(z, k, start);
    p = head_block(z, k, from);
    //@ ghost some_block(z, p, k, low, from);
    /*@ assert only: \forall integer o; least(\at(z->lists, Pre), order, start, o) ==>
          p == fallback_head(\at(z->lists, Pre), o, start); */
    /*@ assert chosen: fallen_back_v6_15(\at(z->blocks, Pre), \at(z->lists, Pre), z->owners,
          z->first, order, start, flags, p); */
    take_single(z, p, order, from);
    return p;
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

/* v4.10: the head of the largest block of another type, with its pageblock if that is half free. */
/*@ requires \valid(z) && wf(*z) && coalesced(z->blocks) && typed(z->blocks, z->pageblocks);
    requires kinds(z->blocks, z->pageblocks) && clock_room(z->lists, 0x40a);
    requires start < 3 && order <= z->blocks.top_order;
    requires !has_block(z->blocks, order, start);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
    ENSURES_TAKEN(\result)
    ensures fails: \result == NONE <==> !has_fallback(\old(z->blocks), order, start, 0);
    ensures nothing: \result == NONE ==> NOTHING_TAKEN;
    ensures chosen: \result != NONE ==> fallen_back_v4_10(\old(z->blocks), \old(z->lists), order,
      start, \result);
    ensures retagged: \result != NONE ==> retagged_v4_10(\old(z->blocks), \old(z->lists),
      \old(z->pageblocks), z->pageblocks, z->owners, z->first, order, start);
    ensures only: only_to(\old(z->pageblocks), z->pageblocks, start);
*/
static uint32_t rmqueue_fallback_v4_10(struct zone *z, uint32_t order, uint32_t start)
{
    uint32_t largest = largest_suitable(z, order, start), from, p;

    //@ assert unheeded: flag_nofragment(0) == \false;
    //@ assert low: low_order(z->blocks.pageblock_order, order, 0) == order;
    if (largest == NONE) {
        //@ ghost none_to_fall_back(z, order, start);
        return NONE;
    }
    /*@ assert one: \forall integer o; largest(z->lists, z->blocks.top_order, order, start, o) ==>
          o == largest; */
    from = find_suitable(z, largest, start);
    p = head_block(z, largest, from);
    //@ assert head: p == fallback_head(z->lists, largest, start);
    //@ ghost some_block(z, p, largest, order, from);
    if (!try_to_claim_v4_10(z, p, order, start, can_claim(z, largest, start))
        /*@ ghost (from) */)
        take_single(z, p, order, from);
    return p;
}

/* __rmqueue of v4.10, which looks at no flags. */
/*@ requires \valid(z) && wf(*z) && coalesced(z->blocks) && typed(z->blocks, z->pageblocks);
    requires kinds(z->blocks, z->pageblocks) && clock_room(z->lists, 0x40a);
    requires order <= z->blocks.top_order && mt < 5;
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
    ENSURES_TAKEN(\result)
    ensures fails: \result == NONE <==> !supplied(\old(z->blocks), 3, order, mt, 0);
    ensures nothing: \result == NONE ==> NOTHING_TAKEN;
    ensures chosen: \result != NONE ==> chosen(\old(z->blocks), \old(z->lists),
      \old(z->counts), z->owners, z->first, 3, order, mt, 0, \result);
    ensures kept: has_block(\old(z->blocks), order, mt) ||
        (mt == 1 && has_block(\old(z->blocks), order, 4)) ==>
      z->pageblocks == \old(z->pageblocks);
    ensures retagged: \result != NONE && !has_block(\old(z->blocks), order, mt) &&
        !(mt == 1 && has_block(\old(z->blocks), order, 4)) ==>
      retagged_v4_10(\old(z->blocks), \old(z->lists), \old(z->pageblocks), z->pageblocks,
        z->owners, z->first, order, mt);
    ensures only: only_to(\old(z->pageblocks), z->pageblocks, mt);
*/
static uint32_t rmqueue_v4_10(struct zone *z, uint32_t order, uint32_t mt)
{
    uint32_t p = take_own(z, order, mt, mt == MIGRATE_MOVABLE ? ALLOC_CMA : 0);

    //@ assert cma: flag_cma(0x80) == \true && flag_cma(0) == \false;
    //@ assert unheeded: flag_nofragment(0x80) == \false && flag_nofragment(0) == \false;
    /*@ assert low: low_order(z->blocks.pageblock_order, order, 0x80) == order &&
          low_order(z->blocks.pageblock_order, order, 0) == order; */
    /*@ assert supplied: supplied(\at(z->blocks, Pre), 3, order, mt, 0) <==>
          has_block(\at(z->blocks, Pre), order, mt) ||
          (mt == 1 && has_block(\at(z->blocks, Pre), order, 4)) ||
          (mt < 3 && has_fallback(\at(z->blocks, Pre), order, mt, 0)); */
    if (p != NONE || mt >= MIGRATE_PCPTYPES)
        return p;
    return rmqueue_fallback_v4_10(z, order, mt);
}

uint32_t rmqueue_buddy(struct zone *z, uint32_t order, uint32_t mt, uint32_t flags)
{
    uint32_t p;

    //@ assert flags: z->fallback != 3 ==> heeded(z->fallback, mt, flags) == flags;
    if (z->fallback == PLUMB_FALLBACK_NONE)
        return take_smallest(z, order, mt);
    if (z->fallback == PLUMB_FALLBACK_V4_10) {
        //@ assert bits: flag_cma(0x80) == \true && flag_cma(0) == \false;
        //@ assert cma: flag_cma(heeded(3, mt, flags)) == \true <==> mt == 1;
        return rmqueue_v4_10(z, order, mt);
    }
    if (prefers_cma(z, flags)) {
        p = take_smallest(z, order, MIGRATE_CMA);
        if (p != NONE)
            return p;
    }
    p = take_own(z, order, mt, flags);
    if (p != NONE || mt >= MIGRATE_PCPTYPES)
        return p;
    if (z->fallback == PLUMB_FALLBACK_V6_15)
        return rmqueue_fallback_v6_15(z, order, mt, flags);
    return rmqueue_fallback(z, order, mt, flags);
}
