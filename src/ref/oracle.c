/* The oracles of the blocks: extent, tiling and places, coalescing and types, lengths and sums. */
#include "src/ref/block.h"
#include "src/ref/oracle.h"

/* Unlike block_size, for any order: a broken zone may hold one that is none. */
/*@ terminates \true;
    assigns \nothing;
    ensures size: \result == bsize(order);
    ensures range: 1 <= \result <= 1024;
*/
static uint32_t size_of(uint32_t order)
{
    return block_size(order < PLUMB_NR_ORDERS ? order : PLUMB_NR_ORDERS - 1);
}

int check_sized(const struct zone *z)
{
    return 0 < z->blocks.end && z->blocks.end <= ZONE_CAPACITY && z->blocks.top_order <= 10 &&
           z->blocks.pageblock_order <= z->blocks.top_order && z->blocks.place[0] != PLACE_TAIL;
}

/*@ requires valid: \valid_read(z) && from <= behind <= z->blocks.end <= ZONE_CAPACITY;
    terminates \true;
    assigns \nothing;
    ensures exact: \result == 1 <==> (\forall integer q; from <= q < behind ==> !is_head(z->blocks, q));
    ensures answer: \result == 0 || \result == 1;
*/
static int only_tails(const struct zone *z, uint32_t from, uint32_t behind)
{
    /*@ loop invariant from <= q <= behind;
        loop invariant tails: \forall integer i; from <= i < q ==> !is_head(z->blocks, i);
        loop assigns q;
        loop variant behind - q; */
    for (uint32_t q = from; q < behind; q++)
        if (z->blocks.place[q] != PLACE_TAIL)
            return 0;
    return 1;
}

/*@ requires valid: \valid_read(z) && z->blocks.end <= ZONE_CAPACITY && in_zone(z->blocks, p);
    terminates \true;
    assigns \nothing;
    ensures exact: \result == 1 <==> tiled_at(z->blocks, p);
    ensures answer: \result == 0 || \result == 1;
*/
static int tiled_holds(const struct zone *z, uint32_t p)
{
    uint32_t order = z->blocks.order[p], size = size_of(order);
    uint32_t behind = p + size;

    if (z->blocks.place[p] == PLACE_TAIL)
        return 1;
    if (order > z->blocks.top_order || p % size != 0 || behind > z->blocks.end)
        return 0;
    if (behind < z->blocks.end && z->blocks.place[behind] == PLACE_TAIL)
        return 0;
    return only_tails(z, p + 1, behind);
}

/* Linear: the blocks found good so far have no page in common. */
int check_tiled(const struct zone *z)
{
    /*@ loop invariant 0 <= p <= z->blocks.end;
        loop invariant tiled: \forall integer i; 0 <= i < p ==> tiled_at(z->blocks, i);
        loop assigns p;
        loop variant z->blocks.end - p; */
    for (uint32_t p = 0; p < z->blocks.end; p++)
        if (!tiled_holds(z, p))
            return 0;
    return 1;
}

/*@ requires range: list <= 0xffff && order <= 0xff;
    terminates \true;
    assigns \nothing;
    ensures exact: \result == 1 <==> fits(list, order);
    ensures answer: \result == 0 || \result == 1;
*/
static int list_fits(uint32_t list, uint32_t order)
{
    if (list < NR_FREE_LISTS)
        return 6 * order <= list && list < 6 * order + 6;
    if (list < FIRST_HUGE_LIST)
        return NR_FREE_LISTS + 192 * order <= list && list < NR_FREE_LISTS + 192 * (order + 1);
    return list < NR_LISTS && FIRST_HUGE_LIST + 128 * order <= list + 512 &&
           list + 512 < FIRST_HUGE_LIST + 128 * (order + 1);
}

/*@ requires valid: \valid_read(z) && z->blocks.end <= ZONE_CAPACITY && in_zone(z->blocks, p);
    terminates \true;
    assigns \nothing;
    ensures exact: \result == 1 <==> placed_at(z->blocks, p);
    ensures answer: \result == 0 || \result == 1;
*/
static int placed_holds(const struct zone *z, uint32_t p)
{
    uint32_t place = z->blocks.place[p], order = z->blocks.order[p];

    if (place < NR_LISTS)
        return list_fits(place, order);
    if (place == PLACE_RESERVED)
        return order == 0;
    return place == PLACE_USED || place == PLACE_TAIL;
}

int check_placed(const struct zone *z)
{
    /*@ loop invariant 0 <= p <= z->blocks.end;
        loop invariant placed: \forall integer i; 0 <= i < p ==> placed_at(z->blocks, i);
        loop assigns p;
        loop variant z->blocks.end - p; */
    for (uint32_t p = 0; p < z->blocks.end; p++)
        if (!placed_holds(z, p))
            return 0;
    return 1;
}

/*@ requires valid: \valid_read(z) && in_zone(z->blocks, p) && z->blocks.end <= ZONE_CAPACITY;
    requires free: is_free(z->blocks, p);
    terminates \true;
    assigns \nothing;
    ensures exact: \result == free_type(z->blocks, p);
*/
static int32_t list_type(const struct zone *z, uint32_t p)
{
    return (int32_t)z->blocks.place[p] - 6 * (int32_t)z->blocks.order[p];
}

/*@ requires valid: \valid_read(z) && order <= 0xff;
    terminates \true;
    assigns \nothing;
    ensures exact: \result == 1 <==> mergeable(z->blocks, order, t, u);
    ensures answer: \result == 0 || \result == 1;
*/
static int may_merge(const struct zone *z, uint32_t order, int32_t t, int32_t u)
{
    return order < z->blocks.pageblock_order || t == u ||
           (t < MIGRATE_PCPTYPES && u < MIGRATE_PCPTYPES);
}

/*@ requires valid: \valid_read(z) && z->blocks.end <= ZONE_CAPACITY && in_zone(z->blocks, p);
    terminates \true;
    assigns \nothing;
    ensures exact: \result == 1 <==> coalesced_at(z->blocks, p);
    ensures answer: \result == 0 || \result == 1;
*/
static int coalesced_holds(const struct zone *z, uint32_t p)
{
    uint32_t order = z->blocks.order[p], u = p + size_of(order);

    if (z->blocks.place[p] >= NR_FREE_LISTS || order >= z->blocks.top_order)
        return 1;
    if (p % size_of(order + 1) != 0 || u >= z->blocks.end)
        return 1;
    if (z->blocks.place[u] >= NR_FREE_LISTS || z->blocks.order[u] != order)
        return 1;
    return !may_merge(z, order, list_type(z, p), list_type(z, u));
}

int check_coalesced(const struct zone *z)
{
    /*@ loop invariant 0 <= p <= z->blocks.end;
        loop invariant coalesced: \forall integer i; 0 <= i < p ==> coalesced_at(z->blocks, i);
        loop assigns p;
        loop variant z->blocks.end - p; */
    for (uint32_t p = 0; p < z->blocks.end; p++)
        if (!coalesced_holds(z, p))
            return 0;
    return 1;
}

/*@ requires valid: \valid_read(z) && z->blocks.end <= ZONE_CAPACITY && in_zone(z->blocks, q);
    terminates \true;
    assigns \nothing;
    ensures exact: \result == pbtype(z->blocks, z->pageblocks, q);
*/
static uint32_t pageblock_type(const struct zone *z, uint32_t q)
{
    return z->pageblocks.migratetype[q / size_of(z->blocks.pageblock_order)];
}

int check_kinds(const struct zone *z)
{
    /*@ loop invariant 0 <= q <= z->blocks.end;
        loop invariant kinds: \forall integer i; 0 <= i < q ==> pbtype(z->blocks, z->pageblocks, i) < 6;
        loop assigns q;
        loop variant z->blocks.end - q; */
    for (uint32_t q = 0; q < z->blocks.end; q++)
        if (pageblock_type(z, q) >= MIGRATE_TYPES)
            return 0;
    return 1;
}

int check_isolated(const struct zone *z)
{
    /*@ loop invariant 0 <= p <= z->blocks.end;
        loop invariant none: \forall integer i; 0 <= i < p && on_pcp(z->blocks, i) ==>
          pbtype(z->blocks, z->pageblocks, i) != 5;
        loop assigns p;
        loop variant z->blocks.end - p; */
    for (uint32_t p = 0; p < z->blocks.end; p++)
        if (z->blocks.place[p] >= NR_FREE_LISTS && z->blocks.place[p] < NR_LISTS &&
            pageblock_type(z, p) == MIGRATE_ISOLATE)
            return 0;
    return 1;
}

int check_idle(const struct zone *z)
{
    /*@ loop invariant z->nr_cpus <= c && (c <= 64 || c == z->nr_cpus);
        loop invariant idle: \forall integer i; z->nr_cpus <= i < c && i < 64 ==>
          z->counts.held[8 + i] == 0;
        loop assigns c;
        loop variant 64 - c; */
    for (uint32_t c = z->nr_cpus; c < PLUMB_MAX_CPUS; c++)
        if (z->counts.held[CLASS_PCP + c] != 0)
            return 0;
    return 1;
}

/*@ requires valid: \valid_read(z) && from <= behind <= z->blocks.end <= ZONE_CAPACITY;
    terminates \true;
    assigns \nothing;
    ensures exact: \result == 1 <==>
      (\forall integer q; from <= q < behind ==> pbtype(z->blocks, z->pageblocks, q) == t);
    ensures answer: \result == 0 || \result == 1;
*/
static int only_type(const struct zone *z, uint32_t from, uint32_t behind, int32_t t)
{
    /*@ loop invariant from <= q <= behind;
        loop invariant same: \forall integer i; from <= i < q ==> pbtype(z->blocks, z->pageblocks, i) == t;
        loop assigns q;
        loop variant behind - q; */
    for (uint32_t q = from; q < behind; q++)
        if ((int32_t)pageblock_type(z, q) != t)
            return 0;
    return 1;
}

/*@ requires valid: \valid_read(z) && z->blocks.end <= ZONE_CAPACITY && in_zone(z->blocks, p);
    terminates \true;
    assigns \nothing;
    ensures exact: \result == 1 <==> typed_at(z->blocks, z->pageblocks, p) &&
      (is_free(z->blocks, p) ==> p + bsize(z->blocks.order[p]) <= z->blocks.end);
    ensures answer: \result == 0 || \result == 1;
*/
static int typed_holds(const struct zone *z, uint32_t p)
{
    uint32_t behind = p + size_of(z->blocks.order[p]);

    if (z->blocks.place[p] >= NR_FREE_LISTS)
        return 1;
    return behind <= z->blocks.end && only_type(z, p, behind, list_type(z, p));
}

/* Linear in a tiled zone. */
int check_typed(const struct zone *z)
{
    /*@ loop invariant 0 <= p <= z->blocks.end;
        loop invariant typed: \forall integer i; 0 <= i < p ==> typed_at(z->blocks, z->pageblocks, i);
        loop invariant inside: \forall integer i; 0 <= i < p && is_free(z->blocks, i) ==>
          i + bsize(z->blocks.order[i]) <= z->blocks.end;
        loop assigns p;
        loop variant z->blocks.end - p; */
    for (uint32_t p = 0; p < z->blocks.end; p++)
        if (!typed_holds(z, p))
            return 0;
    return 1;
}

int check_len(const struct zone *z)
{
    uint32_t tally[NR_LISTS];

    /*@ loop invariant 0 <= l <= NR_LISTS;
        loop invariant clear: \forall integer i; 0 <= i < l ==> tally[i] == 0;
        loop assigns l, tally[ALL_LISTS];
        loop variant NR_LISTS - l; */
    for (uint32_t l = 0; l < NR_LISTS; l++)
        tally[l] = 0;
    /*@ loop invariant 0 <= p <= z->blocks.end;
        loop invariant tally: \forall integer l; is_list(l) ==> tally[l] == count(z->blocks, l, p);
        loop invariant range: \forall integer l; is_list(l) ==> tally[l] <= p;
        loop assigns p, tally[ALL_LISTS];
        loop variant z->blocks.end - p; */
    for (uint32_t p = 0; p < z->blocks.end; p++)
        if (z->blocks.place[p] < NR_LISTS)
            tally[z->blocks.place[p]]++;
    /*@ loop invariant 0 <= l <= NR_LISTS;
        loop invariant len: \forall integer i; 0 <= i < l ==> z->counts.len[i] == tally[i];
        loop assigns l;
        loop variant NR_LISTS - l; */
    for (uint32_t l = 0; l < NR_LISTS; l++)
        if (z->counts.len[l] != tally[l])
            return 0;
    return 1;
}

/* Negative for a page of no class: a tail, or a block on a list below its order's. */
/*@ requires range: place <= 0xffff && order <= 0xff;
    terminates \true;
    assigns \nothing;
    ensures exact: \result == class_of(place, order);
    ensures range: \result < NR_CLASSES;
*/
static int32_t class_at(uint32_t place, uint32_t order)
{
    if (place < NR_FREE_LISTS)
        return (int32_t)place - 6 * (int32_t)order;
    if (place < NR_LISTS)
        return (int32_t)(CLASS_PCP + (place - NR_FREE_LISTS) % 64);
    if (place == PLACE_USED)
        return CLASS_USED;
    return place == PLACE_RESERVED ? CLASS_RESERVED : -1;
}

int check_held(const struct zone *z)
{
    uint64_t tally[NR_CLASSES];

    /*@ loop invariant 0 <= c <= NR_CLASSES;
        loop invariant clear: \forall integer i; 0 <= i < c ==> tally[i] == 0;
        loop assigns c, tally[ALL_CLASSES];
        loop variant NR_CLASSES - c; */
    for (uint32_t c = 0; c < NR_CLASSES; c++)
        tally[c] = 0;
    /*@ loop invariant 0 <= p <= z->blocks.end;
        loop invariant tally: \forall integer c; is_class(c) ==> tally[c] == pages(z->blocks, c, p);
        loop invariant range: \forall integer c; is_class(c) ==> tally[c] <= 1024 * p;
        loop assigns p, tally[ALL_CLASSES];
        loop variant z->blocks.end - p; */
    for (uint32_t p = 0; p < z->blocks.end; p++) {
        int32_t class = class_at(z->blocks.place[p], z->blocks.order[p]);

        if (class >= 0)
            tally[class] += size_of(z->blocks.order[p]);
    }
    /*@ loop invariant 0 <= c <= NR_CLASSES;
        loop invariant held: \forall integer i; 0 <= i < c ==> z->counts.held[i] == tally[i];
        loop assigns c;
        loop variant NR_CLASSES - c; */
    for (uint32_t c = 0; c < NR_CLASSES; c++)
        if (z->counts.held[c] != tally[c])
            return 0;
    return 1;
}

int check_wf(const struct zone *z)
{
    return check_sized(z) && check_tiled(z) && check_placed(z) && check_next(z) && check_prev(z) &&
           check_rank(z) && check_head(z) && check_tail(z) && check_ends(z) && check_clocked(z) &&
           check_len(z) && check_held(z);
}
