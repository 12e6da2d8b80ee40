/* The theorems that combine several functions. Nothing here is linked into the product. */
#include "src/ref/pcp_drain.h"
#include "spec/theorems.h"

/* Theorem 1, partition: every page lies in exactly one block. */
/*@ requires \valid_read(z) && tiling(z->blocks) && in_zone(z->blocks, q);
    terminates \true;
    assigns \nothing;
    ensures one: inside(z->blocks, \result, q);
    ensures only: \forall integer p; inside(z->blocks, p, q) ==> p == \result;
*/
uint32_t partition(const struct zone *z, uint32_t q)
{
    uint32_t p = q;

    /*@ loop invariant range: 0 <= p <= q;
        loop invariant tails: \forall integer r; p < r <= q ==> !is_head(z->blocks, r);
        loop assigns p;
        loop variant p;
    */
    while (z->blocks.place[p] == PLACE_TAIL)
        p--;
    //@ assert tiles: tiled_at(z->blocks, p);
    return p;
}

/*@ ghost
  /@ requires \valid(z) && tiling(z->blocks) && in_zone(z->blocks, p) && is_head(z->blocks, p);
     terminates \true;
     assigns \nothing;
     ensures block: all_pages(z->blocks, 72, p + bsize(z->blocks.order[p])) ==
       all_pages(z->blocks, 72, p) + bsize(z->blocks.order[p]);
  @/
  void all_of_block(struct zone *z, uint32_t p)
  {
    /@ assert placed: placed_at(z->blocks, p); @/
    /@ assert class: is_class(class_of(z->blocks.place[p], z->blocks.order[p])); @/
    /@ loop invariant 0 <= c <= 72;
       loop invariant all_pages(z->blocks, c, p + bsize(z->blocks.order[p])) ==
         all_pages(z->blocks, c, p) +
         (class_of(z->blocks.place[p], z->blocks.order[p]) < c ? bsize(z->blocks.order[p]) : 0);
       loop assigns c;
       loop variant 72 - c; @/
    for (uint32_t c = 0; c < 72; c++)
      one_block(z, p, c);
  }

  /@ requires is_class(c) || c == 72;
     requires \valid(z);
     terminates \true;
     assigns \nothing;
     ensures none: all_pages(z->blocks, c, 0) == 0;
  @/
  void all_of_nothing(struct zone *z, uint32_t c)
  {
    /@ loop invariant 0 <= i <= c;
       loop invariant all_pages(z->blocks, i, 0) == 0;
       loop assigns i;
       loop variant c - i; @/
    for (uint32_t i = 0; i < c; i++) ;
  }
*/

/* Theorem 4, conservation: the pages of all classes together are the pages of the zone. */
/*@ requires \valid(z) && wf(*z);
    terminates \true;
    assigns \nothing;
    ensures all: all_pages(z->blocks, 72, z->blocks.end) == z->blocks.end;
*/
void conservation(struct zone *z)
{
    uint32_t p = 0;

    //@ ghost all_of_nothing(z, 72);
    /*@ loop invariant range: 0 <= p <= z->blocks.end;
        loop invariant head: p < z->blocks.end ==> is_head(z->blocks, p);
        loop invariant sum: all_pages(z->blocks, 72, p) == p;
        loop assigns p;
        loop variant z->blocks.end - p;
    */
    while (p < z->blocks.end) {
        //@ assert tiles: tiled_at(z->blocks, p);
        //@ ghost all_of_block(z, p);
        p += block_size(z->blocks.order[p]);
    }
}

/*@ ghost
  /@ requires p < 0x10000000;
     terminates \true;
     assigns \nothing;
     ensures coarse: \forall integer o, j; 0 <= j <= o <= 10 && aligned(p, o) ==> aligned(p, j);
  @/
  void coarser_all(uint32_t p)
  {
    /@ loop invariant 0 <= i <= 10;
       loop invariant \forall integer o, j; 0 <= j <= o <= i && aligned(p, o) ==> aligned(p, j);
       loop assigns i;
       loop variant 10 - i; @/
    for (uint32_t i = 0; i < 10; i++) {
      /@ assert double: bsize(i + 1) == 2 * bsize(i); @/
      halve(p, order_size(i));
      /@ assert step: aligned(p, i + 1) ==> aligned(p, i); @/
    }
  }

  /@ requires \valid(z) && wf(*z) && in_zone(z->blocks, r) && is_head(z->blocks, r);
     requires r <= p < r + bsize(z->blocks.order[r]);
     terminates \true;
     assigns \nothing;
     ensures first: aligned(p, z->blocks.order[r]) ==> p == r;
  @/
  void first_page(struct zone *z, uint32_t p, uint32_t r)
  {
    /@ assert tiles: tiled_at(z->blocks, r); @/
    quotients(r, order_size(z->blocks.order[r]));
  }
*/

/*@ ghost
  /@ requires \valid(z) && wf(*z) && in_zone(z->blocks, p) && coalesced(z->blocks);
     requires is_free(z->blocks, p) && z->blocks.order[p] < 10;
     terminates \true;
     assigns \nothing;
     ensures alone: alone(z->blocks, p, free_type(z->blocks, p));
  @/
  void free_is_alone(struct zone *z, uint32_t p)
  {
    /@ assert tiles: tiled_at(z->blocks, p); @/
    /@ assert double: bsize(z->blocks.order[p] + 1) == 2 * bsize(z->blocks.order[p]); @/
    halve(p, order_size(z->blocks.order[p]));
    /@ assert here: coalesced_at(z->blocks, p); @/
    /@ assert below: !aligned(p, z->blocks.order[p] + 1) ==>
         coalesced_at(z->blocks, p - bsize(z->blocks.order[p])); @/
  }

  /@ requires \valid(z) && wf(*z) && coalesced(z->blocks);
     terminates \true;
     assigns \nothing;
     ensures alone: \forall integer p; in_zone(z->blocks, p) && is_free(z->blocks, p) ==>
       alone(z->blocks, p, free_type(z->blocks, p));
  @/
  void all_alone(struct zone *z)
  {
    /@ loop invariant 0 <= p <= z->blocks.end;
       loop invariant \forall integer q; 0 <= q < p && is_free(z->blocks, q) ==>
         alone(z->blocks, q, free_type(z->blocks, q));
       loop assigns p;
       loop variant z->blocks.end - p; @/
    for (uint32_t p = 0; p < z->blocks.end; p++)
      if (z->blocks.place[p] < 66 && z->blocks.order[p] < 10)
        free_is_alone(z, p);
  }
*/

/*@ ghost
  /@ requires \valid(z) && wf(*z) && coalesced(z->blocks) && in_zone(z->blocks, p);
     terminates \true;
     assigns \nothing;
     ensures none: !(is_free(z->blocks, p) && z->blocks.order[p] < z->blocks.top_order &&
       aligned(p, z->blocks.order[p] + 1) &&
       free_of(z->blocks, p + bsize(z->blocks.order[p]), z->blocks.order[p]) &&
       free_type(z->blocks, p + bsize(z->blocks.order[p])) == free_type(z->blocks, p));
  @/
  void no_free_halves(struct zone *z, uint32_t p)
  {
    /@ assert here: coalesced_at(z->blocks, p); @/
  }
*/

/* Theorem 13, round trip: free after alloc restores the set of free blocks. */
/*@ requires \valid(z) && wf(*z) && coalesced(z->blocks) && typed(z->blocks, z->pageblocks);
    requires kinds(z->blocks, z->pageblocks) && clock_room(z->lists, 11);
    requires order <= z->blocks.top_order && is_type(mt);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
    ensures same: \result != NONE ==> same_tiling(\old(z->blocks), z->blocks);
    ensures fails: \result == NONE <==> !has_block(\old(z->blocks), order, mt);
*/
uint32_t round_trip(struct zone *z, uint32_t order, uint32_t mt)
{
    uint32_t p, r;

    //@ ghost all_alone(z);
    p = rmqueue_smallest(z, order, mt);
    if (p == NONE)
        return NONE;
    //@ ghost coarser_all(p);
    //@ assert tiles: tiled_at(\at(z->blocks, Pre), p);
    //@ assert alone: alone(\at(z->blocks, Pre), p, mt);
    //@ assert typed: typed_at(\at(z->blocks, Pre), z->pageblocks, p);
    //@ assert covered: covered(z->blocks, z->pageblocks, p, mt);
between:
    r = free_one_page(z, p, mt, 0);
    /*@ assert no_more: \let k = \at(z->blocks.order, Pre)[p];
          k < z->blocks.top_order ==> !swallowed(\at(z->blocks, between), p, k, mt); */
    //@ assert not_above: z->blocks.order[r] <= \at(z->blocks.order, Pre)[p];
    //@ ghost first_page(z, p, r);
    //@ assert first: r == p;
    /*@ assert not_below: \let k = z->blocks.order[r]; k < \at(z->blocks.order, Pre)[p] ==>
          half_at(\at(z->blocks, between), p, k, mt) && half_at(z->blocks, p, k, mt); */
    /*@ assert even: z->blocks.order[r] < \at(z->blocks.order, Pre)[p] ==>
          aligned(p, z->blocks.order[r] + 1); */
    /*@ assert upper: z->blocks.order[r] < \at(z->blocks.order, Pre)[p] ==>
          free_of(z->blocks, p + bsize(z->blocks.order[p]), z->blocks.order[p]) &&
          free_type(z->blocks, p + bsize(z->blocks.order[p])) == free_type(z->blocks, p); */
    /*@ assert top: z->blocks.order[r] < \at(z->blocks.order, Pre)[p] ==>
          is_free(z->blocks, p) && z->blocks.order[p] < z->blocks.top_order; */
    //@ ghost no_free_halves(z, p);
    //@ assert whole: z->blocks.order[r] == \at(z->blocks.order, Pre)[p];
    return r;
}
