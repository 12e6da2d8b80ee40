/* Handing memory to a zone: runs of reserved pages become blocks and go to the free lists (v6.12's
 * release of memory at boot). */
#include "src/ref/init.h"

/* Writes one block over a run of pages. */
/*@ requires \valid(z) && 1 <= size <= 1024 && p + size <= ZONE_CAPACITY && order <= 10;
    terminates \true;
    assigns z->blocks.place[p .. p + size - 1], z->blocks.order[p];
    ensures used: is_used(z->blocks, p) && z->blocks.order[p] == order;
    ensures inside: \forall integer q; p < q < p + size ==> !is_head(z->blocks, q);
    ensures outside: \forall integer q; !(p <= q < p + size) ==>
      z->blocks.place[q] == \old(z->blocks.place)[q];
    ensures orders: \forall integer q; q != p ==>
      z->blocks.order[q] == \old(z->blocks.order)[q];
*/
static void write_block(struct zone *z, uint32_t p, uint32_t order, uint32_t size)
{
    /*@ loop invariant range: 1 <= i <= size;
        loop invariant inside: \forall integer q; p < q < p + i ==> !is_head(z->blocks, q);
        loop invariant rest: \forall integer q; !(p < q < p + i) ==>
          z->blocks.place[q] == \at(z->blocks.place, Pre)[q];
        loop assigns i, z->blocks.place[p .. p + size - 1];
        loop variant size - i; */
    for (uint32_t i = 1; i < size; i++)
        z->blocks.place[p + i] = PLACE_TAIL;
    z->blocks.place[p] = PLACE_USED;
    z->blocks.order[p] = (uint8_t)order;
}

/* Makes one used block of a run of reserved pages. */
/*@ requires \valid(z) && tiling(z->blocks) && order <= z->blocks.top_order;
    requires block_fits(p, order, z->blocks.end) && size == bsize(order);
    requires all_reserved(z->blocks, p, p + size);
    terminates \true;
    assigns z->blocks.place[p .. p + size - 1], z->blocks.order[p];
    ENSURES_TILING
    ensures coalesced: coalesced(\old(z->blocks)) ==> coalesced(z->blocks);
    ensures typed: typed(\old(z->blocks), z->pageblocks) ==> typed(z->blocks, z->pageblocks);
    ensures used: used_of(z->blocks, p, order);
    ensures inside: \forall integer q; p < q < p + size ==> !is_head(z->blocks, q);
    ensures same: same_but(\old(z->blocks), z->blocks, p, size);
*/
static void set_block(struct zone *z, uint32_t p, uint32_t order, uint32_t size)
{
    //@ assert first: 1 <= size <= 1024 && is_head(z->blocks, p);
    /*@ assert behind: p + size < z->blocks.end ==> tiled_at(z->blocks, p + size - 1) &&
          is_head(z->blocks, p + size); */
    /*@ assert below: \forall integer q; 0 <= q < p && is_head(z->blocks, q) ==>
          tiled_at(z->blocks, q) && q + bsize(z->blocks.order[q]) <= p; */
    write_block(z, p, order, size);
    //@ assert whole: tiled_at(z->blocks, p);
    //@ assert lower: \forall integer q; 0 <= q < p ==> tiled_at(z->blocks, q);
    /*@ assert tail_pages: \forall integer q; p < q < p + size ==> tiled_at(z->blocks, q); */
    /*@ assert upper_then: \forall integer q; p + size <= q < z->blocks.end &&
          is_head(z->blocks, q) ==> is_head(\at(z->blocks, Pre), q) &&
          z->blocks.order[q] == \at(z->blocks.order, Pre)[q] && tiled_at(\at(z->blocks, Pre), q); */
    /*@ assert upper_ends: \forall integer q; p + size <= q < z->blocks.end &&
          is_head(z->blocks, q) ==> z->blocks.order[q] <= z->blocks.top_order &&
          aligned(q, z->blocks.order[q]) && q + bsize(z->blocks.order[q]) <= z->blocks.end &&
          (q + bsize(z->blocks.order[q]) < z->blocks.end ==>
            is_head(z->blocks, q + bsize(z->blocks.order[q]))); */
    /*@ assert upper_inside: \forall integer q, r; p + size <= q < z->blocks.end &&
          is_head(z->blocks, q) && q < r < q + bsize(z->blocks.order[q]) ==>
          !is_head(z->blocks, r); */
    /*@ assert upper: \forall integer q; p + size <= q < z->blocks.end ==>
          tiled_at(z->blocks, q); */
    /*@ assert free: \forall integer q; in_zone(z->blocks, q) && is_free(z->blocks, q) ==>
          z->blocks.place[q] == \at(z->blocks.place, Pre)[q] &&
          z->blocks.order[q] == \at(z->blocks.order, Pre)[q]; */
    /*@ assert pairs: \forall integer q; in_zone(z->blocks, q) &&
          coalesced_at(\at(z->blocks, Pre), q) ==> coalesced_at(z->blocks, q); */
}

/* The lists do not notice a block made of reserved pages. */
/*@ requires \valid(z) && tiling(z->blocks) && linked(z->blocks, z->lists);
    requires order <= z->blocks.top_order;
    requires block_fits(p, order, z->blocks.end) && size == bsize(order);
    requires all_reserved(z->blocks, p, p + size);
    terminates \true;
    assigns z->blocks.place[p .. p + size - 1], z->blocks.order[p];
    ENSURES_TILING
    ENSURES_LINKED
    ensures coalesced: coalesced(\old(z->blocks)) ==> coalesced(z->blocks);
    ensures typed: typed(\old(z->blocks), z->pageblocks) ==> typed(z->blocks, z->pageblocks);
    ensures used: used_of(z->blocks, p, order);
    ensures inside: \forall integer q; p < q < p + size ==> !is_head(z->blocks, q);
*/
static void form_used(struct zone *z, uint32_t p, uint32_t order, uint32_t size)
{
    set_block(z, p, order, size);
    /*@ assert same: \forall integer q; in_zone(z->blocks, q) &&
          (is_listed(z->blocks, q) || is_listed(\at(z->blocks, Pre), q)) ==>
          z->blocks.place[q] == \at(z->blocks.place, Pre)[q]; */
}

/* Makes one used block of a run of reserved pages. */
/*@ requires \valid(z) && wf(*z) && order <= z->blocks.top_order;
    requires block_fits(p, order, z->blocks.end);
    requires all_reserved(z->blocks, p, p + bsize(order));
    terminates \true;
    assigns z->blocks.place[p .. p + bsize(order) - 1], z->blocks.order[p], z->counts.held[6],
      z->counts.held[7];
    ENSURES_WF
    ensures coalesced: coalesced(\old(z->blocks)) ==> coalesced(z->blocks);
    ensures typed: typed(\old(z->blocks), z->pageblocks) ==> typed(z->blocks, z->pageblocks);
    ensures used: used_of(z->blocks, p, order);
    ensures inside: \forall integer q; p < q < p + bsize(order) ==> !is_head(z->blocks, q);
    ensures used_more: z->counts.held[6] == \old(z->counts.held[6]) + bsize(order);
    ensures reserved_less: z->counts.held[7] == \old(z->counts.held[7]) - bsize(order);
*/
static void block_form(struct zone *z, uint32_t p, uint32_t order)
{
    uint32_t size = block_size(order);

    /*@ ghost
      /@ loop invariant 0 <= k <= z->blocks.end;
         loop invariant reserved: pages(z->blocks, 7, k) >=
           (k <= p ? 0 : k <= p + size ? k - p : size);
         loop invariant bound: 0 <= pages(z->blocks, 6, k) <= 1024 * k;
         loop assigns k;
         loop variant z->blocks.end - k; @/
      for (uint32_t k = 0; k < z->blocks.end; k++) ; */
    form_used(z, p, order, size);
    z->counts.held[CLASS_RESERVED] -= size;
    z->counts.held[CLASS_USED] += size;
    /*@ ghost
      /@ loop invariant 0 <= k <= z->blocks.end;
         loop invariant len: \forall integer l; is_list(l) ==>
           count(z->blocks, l, k) == count(\at(z->blocks, Pre), l, k);
         loop invariant other: \forall integer c; is_class(c) && c != 6 && c != 7 ==>
           pages(z->blocks, c, k) == pages(\at(z->blocks, Pre), c, k);
         loop invariant reserved: pages(z->blocks, 7, k) == pages(\at(z->blocks, Pre), 7, k)
           - (k <= p ? 0 : k <= p + size ? k - p : size);
         loop invariant used: pages(z->blocks, 6, k) == pages(\at(z->blocks, Pre), 6, k)
           + (p < k ? size : 0);
         loop assigns k;
         loop variant z->blocks.end - k; @/
      for (uint32_t k = 0; k < z->blocks.end; k++) ; */
}

/* The largest order of an aligned block at start that ends before end. */
/*@ requires \valid_read(z) && z->blocks.top_order <= 10 && start < end <= ZONE_CAPACITY;
    terminates \true;
    assigns \nothing;
    ensures order: \result <= z->blocks.top_order && block_fits(start, \result, end);
    ensures largest: \forall integer o; \result < o <= z->blocks.top_order ==>
      !block_fits(start, o, end);
*/
static uint32_t largest_order(const struct zone *z, uint32_t start, uint32_t end)
{
    uint32_t order = z->blocks.top_order;

    /*@ loop invariant range: 0 <= order <= z->blocks.top_order;
        loop invariant larger: \forall integer o; order < o <= z->blocks.top_order ==>
          !block_fits(start, o, end);
        loop assigns order;
        loop variant order; */
    while (start % block_size(order) != 0 || end - start < block_size(order))
        order--;
    return order;
}

/* Releases the first block of [start, end): the first page of the rest. */
/*@ requires \valid(z) && wf(*z) && coalesced(z->blocks) && typed(z->blocks, z->pageblocks);
    requires kinds(z->blocks, z->pageblocks) && clock_room(z->lists, 1024);
    requires start < end <= z->blocks.end && all_reserved(z->blocks, start, end);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
    ENSURES_BUDDY
    ENSURES_ISOLATION
    ensures none_joined: none_joined(\old(z->blocks), z->blocks);
    ensures advance: \exists integer o; 0 <= o <= z->blocks.top_order &&
      block_fits(start, o, end) && \result == start + bsize(o) &&
      (\forall integer k; o < k <= z->blocks.top_order ==> !block_fits(start, k, end));
    ensures range: start < \result <= end;
    ensures busy: busy_outside(\old(z->blocks), z->blocks, start, \result);
    ensures reserved_less: z->counts.held[7] == \old(z->counts.held[7]) - (\result - start);
    ensures free_more: free_sum(z->counts) == free_sum(\old(z->counts)) + (\result - start);
    ensures used: z->counts.held[6] == \old(z->counts.held[6]);
    ensures others: \forall integer c; 8 <= c < 72 ==>
      z->counts.held[c] == \old(z->counts.held)[c];
    ENSURES_PCP_KEPT
    ensures behind: PUT_BEHIND;
    ensures ticks: z->lists.clock <= \old(z->lists.clock) + (\result - start);
*/
static uint32_t free_first(struct zone *z, uint32_t start, uint32_t end)
{
    uint32_t order = largest_order(z, start, end);

    block_form(z, start, order);
    /*@ assert free: \forall integer q; in_zone(z->blocks, q) && is_free(z->blocks, q) ==>
          z->blocks.place[q] == \at(z->blocks.place, Pre)[q]; */
    split_large_buddy(z, start, 1);
    return start + block_size(order);
}

/* Releases [start, end) block by block. */
/*@ requires \valid(z) && wf(*z) && coalesced(z->blocks) && typed(z->blocks, z->pageblocks);
    requires kinds(z->blocks, z->pageblocks) && clock_room(z->lists, 0x1000000);
    requires start < end <= z->blocks.end && all_reserved(z->blocks, start, end);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
    ENSURES_BUDDY
    ENSURES_ISOLATION
    ensures none_joined: none_joined(\old(z->blocks), z->blocks);
    ensures busy: busy_outside(\old(z->blocks), z->blocks, start, end);
    ensures reserved_less: z->counts.held[7] == \old(z->counts.held[7]) - (end - start);
    ensures free_more: free_sum(z->counts) == free_sum(\old(z->counts)) + (end - start);
    ensures used: z->counts.held[6] == \old(z->counts.held[6]);
    ensures others: \forall integer c; 8 <= c < 72 ==>
      z->counts.held[c] == \old(z->counts.held)[c];
    ENSURES_PCP_KEPT
    ensures behind: PUT_BEHIND;
    ensures ticks: z->lists.clock <= \old(z->lists.clock) + (end - start);
*/
static void free_blocks_of(struct zone *z, uint32_t start, uint32_t end)
{
    /*@ LOOP_BUDDY
        LOOP_ISOLATION
        loop invariant none_joined: none_joined(\at(z->blocks, Pre), z->blocks);
        loop invariant range: \at(start, Pre) <= start <= end;
        loop invariant rest: all_reserved(z->blocks, start, end);
        loop invariant busy: busy_outside(\at(z->blocks, Pre), z->blocks, \at(start, Pre), start);
        loop invariant reserved_less: z->counts.held[7] ==
          \at(z->counts.held[7], Pre) - (start - \at(start, Pre));
        loop invariant free_more: free_sum(z->counts) ==
          free_sum(\at(z->counts, Pre)) + (start - \at(start, Pre));
        loop invariant used: z->counts.held[6] == \at(z->counts.held[6], Pre);
        loop invariant others: \forall integer c; 8 <= c < 72 ==>
          z->counts.held[c] == \at(z->counts.held, Pre)[c];
        LOOP_PCP_KEPT
        loop invariant behind: PUT_BEHIND_LOOP;
        loop invariant ticks: z->lists.clock <=
          \at(z->lists.clock, Pre) + (start - \at(start, Pre));
        loop assigns start, BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
        loop variant end - start;
    */
    while (start < end)
        start = free_first(z, start, end);
}

void free_range(struct zone *z, uint32_t start, uint32_t end)
{
    /*@ assert weight_then: \forall integer q; in_zone(z->blocks, q) ==>
          weight(z->blocks, 7, q) == (z->blocks.place[q] == PLACE_RESERVED ? 1 : 0); */
    free_blocks_of(z, start, end);
    /*@ assert weight: \forall integer q; in_zone(z->blocks, q) ==>
          weight(z->blocks, 7, q) == (z->blocks.place[q] == PLACE_RESERVED ? 1 : 0); */
    /* As many pages fewer are reserved as the range has, and those outside still are: so none of
     * the range is, and none outside is that was not. */
    /*@ ghost
      /@ loop invariant 0 <= k <= z->blocks.end;
         loop invariant least: pages(z->blocks, 7, k) >= pages(\at(z->blocks, Pre), 7, k)
           - (k <= start ? 0 : k <= end ? k - start : end - start);
         loop invariant more: handed_below(\at(z->blocks, Pre), z->blocks, start, end, k) ||
           pages(z->blocks, 7, k) > pages(\at(z->blocks, Pre), 7, k)
           - (k <= start ? 0 : k <= end ? k - start : end - start);
         loop assigns k;
         loop variant z->blocks.end - k; @/
      for (uint32_t k = 0; k < z->blocks.end; k++) ; */
}
