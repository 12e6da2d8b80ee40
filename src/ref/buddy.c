/* The buddy system, taking: __rmqueue_smallest with expand (v6.12; semantics 12). */
#include "src/ref/buddy.h"

uint32_t pageblock_type(const struct zone *z, uint32_t p)
{
    return z->pageblocks.migratetype[p / block_size(z->blocks.pageblock_order)];
}

/* Halves the used block p and puts the upper half on its free list. */
/*@ requires \valid(z) && wf(*z) && coalesced(z->blocks) && clock_room(z->lists, 1);
    requires in_zone(z->blocks, p) && is_used(z->blocks, p) && z->blocks.order[p] > 0;
    requires typed(z->blocks, z->pageblocks) && covered(z->blocks, z->pageblocks, p, mt);
    requires is_type(mt);
    terminates \true;
    assigns BLOCKS;
    ENSURES_WF
    ensures coalesced: coalesced(z->blocks);
    ensures typed: typed(z->blocks, z->pageblocks);
    ensures covered: covered(z->blocks, z->pageblocks, p, mt);
    ensures lower: used_of(z->blocks, p, \old(z->blocks.order[p]) - 1);
    ensures upper: \let u = p + bsize(z->blocks.order[p]);
      z->blocks.order[u] == z->blocks.order[p] &&
      z->blocks.place[u] == free_list(z->blocks.order[p], mt);
    ensures same: \forall integer q; q != p && q != p + bsize(z->blocks.order[p]) ==>
      z->blocks.place[q] == \old(z->blocks.place)[q] &&
      z->blocks.order[q] == \old(z->blocks.order)[q];
    ensures half: half_at(z->blocks, p, z->blocks.order[p], mt);
    ensures halves: \forall integer j; \old(z->blocks.order[p]) <= j <= 10 &&
      half_at(\old(z->blocks), p, j, mt) ==> half_at(z->blocks, p, j, mt);
    ensures inside: !\old(is_head(z->blocks, p + bsize(z->blocks.order[p] - 1)));
    ensures double: bsize(\old(z->blocks.order[p])) == 2 * bsize(z->blocks.order[p]);
    ensures newest: z->lists.head[free_list(z->blocks.order[p], mt)] ==
      p + bsize(z->blocks.order[p]);
    ensures used_less: z->counts.held[6] ==
      \old(z->counts.held[6]) - bsize(z->blocks.order[p]);
    ensures free_more: z->counts.held[mt] ==
      \old(z->counts.held)[mt] + bsize(z->blocks.order[p]);
    ensures others: \forall integer c; is_class(c) && c != 6 && c != mt ==>
      z->counts.held[c] == \old(z->counts.held)[c];
    ensures pcp_order: pcp_order_kept(\old(z->blocks), \old(z->lists), z->lists);
    ensures none_joined: none_joined(\old(z->blocks), z->blocks);
    ensures lists: \forall integer l; is_list(l) && l != free_list(z->blocks.order[p], mt) ==>
      z->lists.head[l] == \old(z->lists.head)[l] && z->lists.tail[l] == \old(z->lists.tail)[l] &&
      z->counts.len[l] == \old(z->counts.len)[l];
    ensures tick: z->lists.clock == \old(z->lists.clock) + 1;
*/
static void give_upper_half(struct zone *z, uint32_t p, uint32_t mt)
{
    uint32_t u = block_split(z, p);

    //@ assert tail: !is_head(\at(z->blocks, Pre), u);
    //@ assert double: bsize(z->blocks.order[p] + 1) == 2 * bsize(z->blocks.order[p]);
    //@ assert buddy: buddy(u, z->blocks.order[u]) == p;
    /*@ assert apart: \forall integer j; z->blocks.order[p] < j <= 10 ==>
          2 * bsize(z->blocks.order[p]) <= bsize(j); */
    block_give(z, u, free_list_of(z->blocks.order[u], mt), 0);
}

void expand(struct zone *z, uint32_t p, uint32_t low, uint32_t mt)
{
    /*@ loop invariant wf: wf(*z);
        loop invariant coalesced: coalesced(z->blocks);
        loop invariant typed: typed(z->blocks, z->pageblocks);
        loop invariant covered: covered(z->blocks, z->pageblocks, p, mt);
        loop invariant block: used_of(z->blocks, p, z->blocks.order[p]);
        loop invariant order: low <= z->blocks.order[p] <= \at(z->blocks.order[p], Pre);
        loop invariant remainder: \forall integer j;
          z->blocks.order[p] <= j < \at(z->blocks.order[p], Pre) ==> half_at(z->blocks, p, j, mt);
        loop invariant outside:
          same_but(\at(z->blocks, Pre), z->blocks, p, bsize(\at(z->blocks.order[p], Pre)));
        loop invariant busy: busy_kept(\at(z->blocks, Pre), z->blocks, p);
        loop invariant used_less: z->counts.held[6] == \at(z->counts.held[6], Pre)
          - bsize(\at(z->blocks.order[p], Pre)) + bsize(z->blocks.order[p]);
        loop invariant free_more: z->counts.held[mt] == \at(z->counts.held, Pre)[mt]
          + bsize(\at(z->blocks.order[p], Pre)) - bsize(z->blocks.order[p]);
        loop invariant others: \forall integer c; is_class(c) && c != 6 && c != mt ==>
          z->counts.held[c] == \at(z->counts.held, Pre)[c];
        LOOP_PCP_KEPT
        loop invariant none_joined: none_joined(\at(z->blocks, Pre), z->blocks);
        loop invariant ticks: z->lists.clock + z->blocks.order[p] ==
          \at(z->lists.clock, Pre) + \at(z->blocks.order[p], Pre);
        loop assigns BLOCKS;
        loop variant z->blocks.order[p];
    */
    while (z->blocks.order[p] > low) {
        //@ ghost Whole: ;
        give_upper_half(z, p, mt);
        //@ assert end: z->blocks.end == \at(z->blocks.end, Pre);
        /*@ assert none_joined: \forall integer q; 0 <= q < z->blocks.end && on_pcp(z->blocks, q) ==>
              on_pcp(\at(z->blocks, Whole), q) &&
              z->blocks.place[q] == \at(z->blocks.place, Whole)[q]; */
    }
}

void take_free(struct zone *z, uint32_t p, uint32_t order, uint32_t mt)
{
    //@ assert covered: covered(z->blocks, z->pageblocks, p, mt);
    //@ assert class: class_of(z->blocks.place[p], z->blocks.order[p]) == mt;
    //@ assert positive: bsize(z->blocks.order[p]) >= 1;
    block_take(z, p);
    expand(z, p, order, mt);
}

uint32_t rmqueue_smallest(struct zone *z, uint32_t order, uint32_t mt)
{
    /*@ loop invariant order: order <= o <= z->blocks.top_order + 1;
        loop invariant empty: \forall integer k; order <= k < o ==>
          z->lists.head[free_list(k, mt)] == NONE;
        loop invariant none: \forall integer k, p; order <= k < o && in_zone(z->blocks, p) ==>
          z->blocks.place[p] != free_list(k, mt);
        loop invariant larger: \forall integer q; in_zone(z->blocks, q) &&
          is_free(z->blocks, q) && free_type(z->blocks, q) == mt && order <= z->blocks.order[q] ==>
          o <= z->blocks.order[q];
        loop assigns o;
        loop variant z->blocks.top_order + 1 - o;
    */
    for (uint32_t o = order; o <= z->blocks.top_order; o++) {
        uint32_t p = z->lists.head[free_list_of(o, mt)];

        //@ ghost list_exact(z, 6 * o + mt);
        if (p == NONE)
            continue;
        take_free(z, p, order, mt);
        return p;
    }
    return NONE;
}
