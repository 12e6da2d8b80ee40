/* The highatomic reserve (semantics 10), and its part of the public interface. */
#include "src/ref/highatomic.h"
#include "src/ref/ref.h"

/* Pages at which the reserve stops growing. */
/*@ requires \valid_read(z) && sized(z->blocks) && 0 <= z->counts.held[7] <= z->blocks.end;
    terminates \true;
    assigns \nothing;
    ensures exact: \result == reserve_limit(z->highatomic, z->blocks.end - z->counts.held[7],
      bsize(z->blocks.pageblock_order));
    ensures range: \result <= 0x20000;
*/
static uint32_t reserve_limit_of(const struct zone *z)
{
    uint32_t size = block_size(z->blocks.pageblock_order);
    uint32_t share = (z->blocks.end - (uint32_t)z->counts.held[CLASS_RESERVED]) / 100;

    if (z->highatomic == PLUMB_RESERVE_V4_10)
        return share + size;
    if (share < size)
        return 0;
    share += size - 1;
    //@ ghost round_down(share, size);
    return share - share % size;
}

/*@ requires \valid_read(z) && sized(z->blocks) && in_zone(z->blocks, p);
    requires 0 <= z->counts.held[7] <= z->blocks.end && z->blocks.order[p] <= 10;
    terminates \true;
    assigns \nothing;
    ensures exact: \result != 0 <==> grows(z->blocks, z->pageblocks, z->first, z->highatomic,
      z->blocks.end - z->counts.held[7], z->nr_reserved_highatomic, p);
*/
static int may_reserve(const struct zone *z, uint32_t p)
{
    if (z->nr_reserved_highatomic >= reserve_limit_of(z))
        return 0;
    if (pageblock_type(z, p) >= MIGRATE_PCPTYPES)
        return 0;
    return z->blocks.order[p] >= z->blocks.pageblock_order || spans_pageblock(z, p);
}

/* Gives the pageblock of block p, which is no larger, a type, and moves its free blocks there. */
/*@ requires \valid(z) && wf(*z) && coalesced(z->blocks) && typed(z->blocks, z->pageblocks);
    requires kinds(z->blocks, z->pageblocks) && is_type(mt) && clock_room(z->lists, 1024);
    requires in_zone(z->blocks, p) && is_head(z->blocks, p);
    requires z->blocks.order[p] < z->blocks.pageblock_order &&
      pageblock_inside(z->blocks, z->first, p);
    requires mt < 5 && pbtype(z->blocks, z->pageblocks, p) < 5;
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
    ENSURES_BUDDY
    ENSURES_ISOLATION
    ensures became: became(\old(z->blocks), \old(z->pageblocks), z->pageblocks, p, mt);
    ensures only: only_to(\old(z->pageblocks), z->pageblocks, mt);
    ensures retyped: retyped(\old(z->blocks), z->blocks, 0, z->blocks.end);
    ENSURES_USE_KEPT
    ensures ticks: \old(z->lists.clock) <= z->lists.clock <= \old(z->lists.clock) + 1024;
*/
static void move_pageblock(struct zone *z, uint32_t p, uint32_t mt)
{
    uint32_t s = pageblock_start(z, p);

    //@ ghost pageblock_whole(z, p, s);
    //@ ghost quotients(s, order_size(z->blocks.pageblock_order));
    //@ assert kind: pbtype(z->blocks, z->pageblocks, s) < 6;
    //@ assert start: s == block_start(\at(z->blocks, Pre), p);
    move_freepages_block(z, s, mt);
    /*@ assert set: \forall integer q; in_block(\at(z->blocks, Pre), s, q) ==>
          pbtype(\at(z->blocks, Pre), z->pageblocks, q) == mt; */
}

void reserve_highatomic(struct zone *z, uint32_t p)
{
    //@ ghost classes_bounded(z);
    if (!may_reserve(z, p))
        return;
    /*@ assert grows: grows(\at(z->blocks, Pre), \at(z->pageblocks, Pre), z->first, z->highatomic,
          z->blocks.end - \at(z->counts.held[7], Pre), \at(z->nr_reserved_highatomic, Pre), p); */
    /*@ assert below: below_limit(z->highatomic, z->blocks.end - \at(z->counts.held[7], Pre),
          bsize(z->blocks.pageblock_order), \at(z->nr_reserved_highatomic, Pre)); */
    if (z->blocks.order[p] >= z->blocks.pageblock_order) {
        z->nr_reserved_highatomic += block_size(z->blocks.order[p]);
        retag_used(z, p, MIGRATE_HIGHATOMIC);
        //@ assert more: z->nr_reserved_highatomic > \at(z->nr_reserved_highatomic, Pre);
        /*@ assert became: became(\at(z->blocks, Pre), \at(z->pageblocks, Pre), z->pageblocks,
              p, 3); */
        return;
    }
    z->nr_reserved_highatomic += block_size(z->blocks.pageblock_order);
    move_pageblock(z, p, MIGRATE_HIGHATOMIC);
    //@ assert more: z->nr_reserved_highatomic > \at(z->nr_reserved_highatomic, Pre);
}

/* The least order whose list's head can be given back; NONE if there is none. */
/*@ requires \valid_read(z) && wf(*z);
    terminates \true;
    assigns \nothing;
    ensures none: \result == NONE <==> !some_given(z->blocks, z->lists, z->first);
    ensures least: \result != NONE ==> least_given(z->blocks, z->lists, z->first, \result);
*/
static uint32_t order_to_give(const struct zone *z)
{
    /*@ loop invariant range: 0 <= o <= z->blocks.top_order + 1;
        loop invariant none: \forall integer k; 0 <= k < o ==>
          !can_give(z->blocks, z->lists, z->first, k);
        loop assigns o;
        loop variant z->blocks.top_order + 1 - o;
    */
    for (uint32_t o = 0; o <= z->blocks.top_order; o++) {
        uint32_t p = z->lists.head[free_list_of(o, MIGRATE_HIGHATOMIC)];

        //@ assert head: head_at(z->blocks, z->lists, free_list(o, 3));
        if (p != NONE && (o >= z->blocks.pageblock_order || spans_pageblock(z, p)))
            return o;
    }
    return NONE;
}

/* Gives a free block of the reserve, a pageblock or more, another type; it merges. The answer is
 * the first page of the result. */
/*@ requires \valid(z) && wf(*z) && coalesced(z->blocks) && typed(z->blocks, z->pageblocks);
    requires kinds(z->blocks, z->pageblocks) && mt < 3 && clock_room(z->lists, 1);
    requires in_zone(z->blocks, p) && z->blocks.place[p] == free_list(z->blocks.order[p], 3);
    requires z->blocks.pageblock_order <= z->blocks.order[p];
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
    ENSURES_BUDDY
    ENSURES_ISOLATION
    ensures given: released_to(\old(z->blocks), \old(z->pageblocks), z->pageblocks, p, mt);
    ensures only: only_to(\old(z->pageblocks), z->pageblocks, mt);
    ENSURES_USE_KEPT
    ensures ticks: \old(z->lists.clock) <= z->lists.clock <= \old(z->lists.clock) + 1;
*/
static uint32_t free_reserved(struct zone *z, uint32_t p, uint32_t mt)
{
    uint32_t r;

    //@ assert class: class_of(z->blocks.place[p], z->blocks.order[p]) == 3;
    //@ assert tiled: tiled_at(z->blocks, p);
    block_take(z, p);
    //@ assert none_joined: none_joined(\at(z->blocks, Pre), z->blocks);
    retag_used(z, p, mt);
    //@ ghost Retagged: ;
    //@ assert reserve: covered(z->blocks, \at(z->pageblocks, Pre), p, 3);
    //@ assert isolation: isolation_kept(z->blocks, \at(z->pageblocks, Pre), z->pageblocks);
    r = free_one_page(z, p, mt, 1);
    //@ assert to: mt == 0 || mt == 1 || mt == 2;
    //@ assert merged: tiled_at(z->blocks, r) && typed_at(z->blocks, z->pageblocks, r);
    /*@ assert places: \forall integer q; in_zone(z->blocks, q) && on_pcp(z->blocks, q) ==>
          \at(z->blocks.place, Retagged)[q] == z->blocks.place[q]; */
    return r;
}

/* unreserve_highatomic_pageblock for the head of the list of an order. */
/*@ requires \valid(z) && zone_ok(*z) && mt < 3 && clock_room(z->lists, 1024);
    requires least_given(z->blocks, z->lists, z->first, o);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES], z->nr_reserved_highatomic;
    ENSURES_ZONE_OK
    ensures given: released_to(\old(z->blocks), \old(z->pageblocks), z->pageblocks,
      \old(z->lists.head)[free_list(o, 3)], mt);
    ensures less: z->nr_reserved_highatomic == reserve_less(\old(z->nr_reserved_highatomic),
      reserve_share(z->blocks.pageblock_order, o));
    ensures only: only_to(\old(z->pageblocks), z->pageblocks, mt);
    ENSURES_USE_KEPT
    ensures ticks: \old(z->lists.clock) <= z->lists.clock <= \old(z->lists.clock) + 1024;
*/
static void give_back_reserve(struct zone *z, uint32_t o, uint32_t mt)
{
    uint32_t p = z->lists.head[free_list_of(o, MIGRATE_HIGHATOMIC)];
    uint32_t pageblock_order = z->blocks.pageblock_order;
    uint32_t share = block_size(o >= pageblock_order ? o : pageblock_order);

    //@ assert head: head_at(z->blocks, z->lists, free_list(o, 3));
    //@ assert there: z->blocks.place[p] == free_list(o, 3) && z->blocks.order[p] == o;
    if (o >= pageblock_order)
        free_reserved(z, p, mt);
    else
        move_pageblock(z, p, mt);
    /*@ assert listed: \forall integer q; in_zone(z->blocks, q) && on_pcp(z->blocks, q) ==>
          on_pcp(\at(z->blocks, Pre), q) && pbtype(z->blocks, \at(z->pageblocks, Pre), q) != 5; */
    /*@ assert below: \forall integer q; 0 <= q < z->first ==>
          in_zone(\at(z->blocks, Pre), q) && busy_at(\at(z->blocks, Pre), q) &&
          is_reserved(\at(z->blocks, Pre), q); */
    if (z->nr_reserved_highatomic > share)
        z->nr_reserved_highatomic -= share;
    else
        z->nr_reserved_highatomic = 0;
    //@ assert lists: pcp_only(z->lists, z->generation, z->blocks.pageblock_order);
    //@ assert none_isolated: none_isolated(z->blocks, z->pageblocks);
    //@ assert idle: idle_cpus(z->counts, z->nr_cpus);
    //@ assert outside: all_reserved(z->blocks, 0, z->first);
    //@ assert zone: zone_ok(*z);
}

enum plumb_status ref_unreserve_highatomic(struct zone *z, uint32_t migratetype, int force)
{
    uint32_t order;

    if (migratetype >= MIGRATE_PCPTYPES)
        return PLUMB_ETYPE;
    if (!z->highatomic)
        return PLUMB_ENOMEM;
    if (!force && z->nr_reserved_highatomic <= block_size(z->blocks.pageblock_order))
        return PLUMB_ENOMEM;
    order = order_to_give(z);
    if (order == NONE)
        return PLUMB_ENOMEM;
    give_back_reserve(z, order, migratetype);
    return PLUMB_OK;
}
