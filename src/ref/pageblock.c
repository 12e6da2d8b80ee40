/* Pageblocks: moving free pages between migratetypes (semantics 9). */
#include "src/ref/pageblock.h"

uint32_t pageblock_start(const struct zone *z, uint32_t p)
{
    //@ ghost round_down(p, order_size(z->blocks.pageblock_order));
    return p - p % block_size(z->blocks.pageblock_order);
}

int spans_pageblock(const struct zone *z, uint32_t p)
{
    uint32_t s = pageblock_start(z, p);

    return s >= z->first && z->blocks.end - s >= block_size(z->blocks.pageblock_order);
}

void set_pageblock_range(struct zone *z, uint32_t p, uint32_t order, uint32_t mt)
{
    uint32_t size = block_size(z->blocks.pageblock_order), behind = p + block_size(order);
    uint32_t first = p / size, last = behind / size;

    //@ ghost coarser(p, order, z->blocks.pageblock_order);
    //@ ghost coarser(behind, order, z->blocks.pageblock_order);
    //@ ghost quotients(p, size);
    //@ ghost quotients(behind, size);
    /*@ loop invariant range: first <= i && (i <= last || i == first);
        loop invariant set: \forall integer j; first <= j < i ==>
          z->pageblocks.migratetype[j] == mt;
        loop invariant kept: \forall integer j; !(first <= j < i) ==>
          z->pageblocks.migratetype[j] == \at(z->pageblocks.migratetype, Pre)[j];
        loop assigns i, z->pageblocks.migratetype[ALL_PAGES];
        loop variant last - i;
    */
    for (uint32_t i = first; i < last; i++)
        z->pageblocks.migratetype[i] = (uint8_t)mt;
}

void retag_used(struct zone *z, uint32_t p, uint32_t mt)
{
    //@ assert tiled: tiled_at(z->blocks, p);
    //@ ghost next_multiple(p, order_size(z->blocks.order[p]));
    /*@ assert apart: \forall integer q; in_zone(z->blocks, q) && is_free(z->blocks, q) && q < p ==>
          tiled_at(z->blocks, q) && q + bsize(z->blocks.order[q]) <= p; */
    set_pageblock_range(z, p, z->blocks.order[p], mt);
}

/* Lemma: the buddy of a free block smaller than a pageblock is not free with its order. */
/*@ ghost
  /@ requires \valid(z) && tiling(z->blocks) && coalesced(z->blocks);
     requires in_zone(z->blocks, p) && is_free(z->blocks, p) &&
       z->blocks.order[p] < z->blocks.pageblock_order && is_type(mt);
     terminates \true;
     assigns \nothing;
     ensures alone: alone(z->blocks, p, mt);
  @/
  void free_alone(struct zone *z, uint32_t p, uint32_t mt)
  {
    uint32_t size = order_size(z->blocks.order[p]);
    /@ assert double: bsize(z->blocks.order[p] + 1) == 2 * size; @/
    halve(p, size);
    /@ assert tiled: tiled_at(z->blocks, p); @/
    /@ assert self: coalesced_at(z->blocks, p); @/
    /@ assert other: p % (2 * size) != 0 ==> p >= size && coalesced_at(z->blocks, p - size); @/
  }
*/

void move_to_free_list(struct zone *z, uint32_t p, uint32_t mt)
{
    uint32_t list = free_list_of(z->blocks.order[p], mt);

    //@ ghost uint32_t class = z->blocks.place[p] - 6 * z->blocks.order[p];
    //@ assert class: class == class_of(z->blocks.place[p], z->blocks.order[p]) < 6;
    //@ assert goal: class_of(list, z->blocks.order[p]) == mt;
    //@ ghost free_alone(z, p, mt);
    block_take(z, p);
    //@ assert alone: alone(z->blocks, p, mt);
    block_give(z, p, list, 1);
    //@ assert from: class == 0 || class == 1 || class == 2 || class == 3 || class == 4 || class == 5;
    //@ assert to: mt == 0 || mt == 1 || mt == 2 || mt == 3 || mt == 4 || mt == 5;
}

uint32_t free_pages_in(const struct zone *z, uint32_t s)
{
    uint32_t end = s + block_size(z->blocks.pageblock_order), sum = 0;

    /*@ loop invariant range: s <= p <= end;
        loop invariant sum: sum == free_in(z->blocks, s, p);
        loop invariant bound: sum <= 1024 * (p - s);
        loop assigns p, sum;
        loop variant end - p;
    */
    for (uint32_t p = s; p < end; p++)
        if (z->blocks.place[p] < NR_FREE_LISTS)
            sum += block_size(z->blocks.order[p]);
    return sum;
}

/* Lemma: a free block in a pageblock that is in no larger block lies in it, and is smaller. */
/*@ ghost
  /@ requires \valid(z) && tiling(z->blocks) && whole(z->blocks, s);
     requires in_block(z->blocks, s, p) && in_zone(z->blocks, p) && is_free(z->blocks, p);
     terminates \true;
     assigns \nothing;
     ensures small: z->blocks.order[p] < z->blocks.pageblock_order;
     ensures inside: p + bsize(z->blocks.order[p]) <= s + bsize(z->blocks.pageblock_order);
  @/
  void inside_pageblock(struct zone *z, uint32_t s, uint32_t p)
  {
    uint32_t size = order_size(z->blocks.pageblock_order);
    /@ assert tiled: tiled_at(z->blocks, p); @/
    quotients(s, size);
    if (z->blocks.order[p] >= z->blocks.pageblock_order) {
      coarser(p, z->blocks.order[p], z->blocks.pageblock_order);
      /@ assert start: p == s; @/
    }
    one_pageblock(p, z->blocks.order[p], z->blocks.pageblock_order);
    /@ assert last: (p + bsize(z->blocks.order[p]) - 1) / size == s / size; @/
  }
*/

/* Lemma: the free blocks of a pageblock that is in no larger block are of its type. */
/*@ ghost
  /@ requires \valid(z) && tiling(z->blocks) && whole(z->blocks, s);
     requires typed(z->blocks, z->pageblocks);
     terminates \true;
     assigns \nothing;
     ensures one: all_of(z->blocks, s, s + bsize(z->blocks.pageblock_order),
       pbtype(z->blocks, z->pageblocks, s));
  @/
  void one_type(struct zone *z, uint32_t s)
  {
    quotients(s, order_size(z->blocks.pageblock_order));
    /@ assert same: \forall integer q; in_block(z->blocks, s, q) ==>
         pbtype(z->blocks, z->pageblocks, q) == pbtype(z->blocks, z->pageblocks, s); @/
    /@ assert of: \forall integer q; in_block(z->blocks, s, q) && is_free(z->blocks, q) ==>
         typed_at(z->blocks, z->pageblocks, q) &&
         pbtype(z->blocks, z->pageblocks, q) == free_type(z->blocks, q); @/
  }
*/

/*@ ghost
  uint32_t first_of(const struct zone *z, uint32_t p)
  {
    uint32_t r = p;
    /@ loop invariant 0 <= r <= p;
       loop invariant \forall integer q; r < q <= p ==> !is_head(z->blocks, q);
       loop assigns r;
       loop variant r; @/
    while (z->blocks.place[r] == PLACE_TAIL)
      r--;
    /@ assert tiled: tiled_at(z->blocks, r); @/
    return r;
  }

  void pageblock_whole(struct zone *z, uint32_t p, uint32_t s)
  {
    uint32_t size = order_size(z->blocks.pageblock_order);
    uint32_t r = first_of(z, s);
    round_down(p, size);
    quotients(s, size);
    /@ assert here: s % size == 0 && s <= p < s + size; @/
    /@ assert tiled: tiled_at(z->blocks, r) && tiled_at(z->blocks, s); @/
    one_pageblock(r, z->blocks.order[r], z->blocks.pageblock_order);
    if (z->blocks.order[r] > z->blocks.pageblock_order) {
      coarser(r, z->blocks.order[r], z->blocks.pageblock_order);
      beyond(r, s, z->blocks.order[r], z->blocks.pageblock_order);
    }
    /@ assert head: r == s; @/
  }
*/

/* Moves the free block p of the pageblock at s, whose blocks below p have been moved. */
/*@ requires \valid(z) && wf(*z) && coalesced(z->blocks) && clock_room(z->lists, 1);
    requires is_type(mt) && whole(z->blocks, s) && in_block(z->blocks, s, p);
    requires is_free(z->blocks, p);
    terminates \true;
    assigns BLOCKS;
    ENSURES_WF
    ensures coalesced: coalesced(z->blocks);
    ensures whole: whole(z->blocks, s);
    ensures typed: typed_outside(\old(z->blocks), z->pageblocks, s) ==>
      typed_outside(z->blocks, z->pageblocks, s);
    ensures moved: moved(\old(z->blocks), s, p, mt) ==> moved(z->blocks, s, p + 1, mt);
    ensures contained: contained(\old(z->blocks), s, p) ==> contained(z->blocks, s, p + 1);
    ensures rest: \forall integer k, t; all_of(\old(z->blocks), p, k, t) ==>
      all_of(z->blocks, p + 1, k, t);
    ensures same: retyped(\old(z->blocks), z->blocks, p, p + 1);
    ensures type_more: free_type(\old(z->blocks), p) != mt ==> z->counts.held[mt] ==
      \old(z->counts.held)[mt] + bsize(\old(z->blocks.order[p]));
    ensures others: \forall integer c; is_class(c) && c != mt &&
      c != free_type(\old(z->blocks), p) ==> z->counts.held[c] == \old(z->counts.held)[c];
    ensures free_same: free_sum(z->counts) == free_sum(\old(z->counts));
    ENSURES_PCP_KEPT
    ensures none_joined: none_joined(\old(z->blocks), z->blocks);
    ensures tick: z->lists.clock == \old(z->lists.clock) + 1;
*/
static void move_one(struct zone *z, uint32_t p, uint32_t mt) /*@ ghost (uint32_t s) */
{
    //@ ghost inside_pageblock(z, s, p);
    //@ assert placed: placed_at(z->blocks, p);
    move_to_free_list(z, p, mt);
    /*@ assert outside: \forall integer q; in_zone(z->blocks, q) && !in_block(z->blocks, s, q) ==>
          (typed_at(\at(z->blocks, Pre), z->pageblocks, q) ==>
            typed_at(z->blocks, z->pageblocks, q)); */
}

/* Moves the free blocks of a pageblock; its type does not fit them until the caller changes it. */
/*@ requires \valid(z) && wf(*z) && coalesced(z->blocks) && typed(z->blocks, z->pageblocks);
    requires is_type(mt) && whole(z->blocks, s) && clock_room(z->lists, 1024);
    terminates \true;
    assigns BLOCKS;
    ENSURES_WF
    ensures coalesced: coalesced(z->blocks);
    ensures typed: typed_outside(z->blocks, z->pageblocks, s);
    ensures moved: moved(z->blocks, s, s + bsize(z->blocks.pageblock_order), mt);
    ensures contained: contained(z->blocks, s, s + bsize(z->blocks.pageblock_order));
    ensures same: retyped(\old(z->blocks), z->blocks, s, s + bsize(z->blocks.pageblock_order));
    ensures type_more: \let t = pbtype(z->blocks, z->pageblocks, s); t != mt ==>
      z->counts.held[mt] == \old(z->counts.held)[mt] +
        free_in(\old(z->blocks), s, s + bsize(z->blocks.pageblock_order));
    ensures free_same: free_sum(z->counts) == free_sum(\old(z->counts));
    ensures others: \let t = pbtype(z->blocks, z->pageblocks, s);
      \forall integer c; is_class(c) && c != t && c != mt ==>
      z->counts.held[c] == \old(z->counts.held)[c];
    ENSURES_PCP_KEPT
    ensures none_joined: none_joined(\old(z->blocks), z->blocks);
    ensures ticks: \old(z->lists.clock) <= z->lists.clock <= \old(z->lists.clock) + 1024;
*/
static void move_freepages(struct zone *z, uint32_t s, uint32_t mt)
{
    uint32_t end = s + block_size(z->blocks.pageblock_order);

    //@ ghost uint32_t t = z->pageblocks.migratetype[s / order_size(z->blocks.pageblock_order)];
    //@ ghost one_type(z, s);
    /*@ loop invariant wf: wf(*z);
        loop invariant coalesced: coalesced(z->blocks);
        loop invariant range: s <= p <= end;
        loop invariant moved: moved(z->blocks, s, p, mt);
        loop invariant contained: contained(z->blocks, s, p);
        loop invariant rest: all_of(z->blocks, p, end, t);
        loop invariant typed: typed_outside(z->blocks, z->pageblocks, s);
        loop invariant whole: whole(z->blocks, s);
        loop invariant same: retyped(\at(z->blocks, Pre), z->blocks, s, p);
        loop invariant type_more: t != mt ==> z->counts.held[mt] == \at(z->counts.held, Pre)[mt] +
            free_in(\at(z->blocks, Pre), s, p);
        loop invariant free_same: free_sum(z->counts) == free_sum(\at(z->counts, Pre));
        loop invariant others: \forall integer c; is_class(c) && c != t && c != mt ==>
          z->counts.held[c] == \at(z->counts.held, Pre)[c];
        LOOP_PCP_KEPT
        loop invariant none_joined: none_joined(\at(z->blocks, Pre), z->blocks);
        loop invariant ticks: \at(z->lists.clock, Pre) <= z->lists.clock <=
          \at(z->lists.clock, Pre) + (p - s);
        loop assigns p, BLOCKS;
        loop variant end - p;
    */
    for (uint32_t p = s; p < end; p++) {
        if (z->blocks.place[p] >= NR_FREE_LISTS)
            continue;
        //@ assert of: free_type(z->blocks, p) == t;
        //@ assert was: z->blocks.order[p] == \at(z->blocks.order, Pre)[p] && is_free(\at(z->blocks, Pre), p);
        move_one(z, p, mt) /*@ ghost (s) */;
    }
}

/* Gives the pageblock at s the type that its free blocks have. */
/*@ requires \valid(z) && tiling(z->blocks) && kinds(z->blocks, z->pageblocks) && is_type(mt);
    requires typed_outside(z->blocks, z->pageblocks, s) && whole(z->blocks, s);
    requires moved(z->blocks, s, s + bsize(z->blocks.pageblock_order), mt);
    requires contained(z->blocks, s, s + bsize(z->blocks.pageblock_order));
    terminates \true;
    assigns z->pageblocks.migratetype[ALL_PAGES];
    ensures typed: typed(z->blocks, z->pageblocks);
    ensures kinds: kinds(z->blocks, z->pageblocks);
    ensures set: \forall integer q; in_block(z->blocks, s, q) ==>
      pbtype(z->blocks, z->pageblocks, q) == mt;
    ensures outside: \forall integer q; in_zone(z->blocks, q) && !in_block(z->blocks, s, q) ==>
      pbtype(z->blocks, z->pageblocks, q) == pbtype(z->blocks, \old(z->pageblocks), q);
    ensures kept: \let size = bsize(z->blocks.pageblock_order);
      types_kept(\old(z->pageblocks), z->pageblocks, s / size, s / size + 1);
    ensures only: only_to(\old(z->pageblocks), z->pageblocks, mt);
*/
static void retag_block(struct zone *z, uint32_t s, uint32_t mt)
{
    //@ ghost next_multiple(s, order_size(z->blocks.pageblock_order));
    /*@ assert apart: \forall integer q; in_zone(z->blocks, q) && is_free(z->blocks, q) && q < s ==>
          tiled_at(z->blocks, q) && q + bsize(z->blocks.order[q]) <= s; */
    set_pageblock_range(z, s, z->blocks.pageblock_order, mt);
}

void move_freepages_block(struct zone *z, uint32_t s, uint32_t mt)
{
    move_freepages(z, s, mt);
    retag_block(z, s, mt);
}
