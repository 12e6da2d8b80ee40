/* Ranges of pages (alloc_contig_range, free_contig_range; semantics 13, v6.12). */
#include "src/ref/exact.h"
#include "src/ref/init.h"
#include "src/ref/isolate.h"
#include "src/ref/pageblock.h"
#include "src/ref/ref.h"

/* Whether no page of [p, e) is used or reserved. */
/*@ requires \valid_read(z) && tiling(z->blocks) && p < e <= z->blocks.end;
    terminates \true;
    assigns \nothing;
    ensures exact: \result != 0 <==> unused_range(z->blocks, p, e);
*/
static int is_unused(const struct zone *z, uint32_t p, uint32_t e)
{
    uint32_t h = block_of(z, p);

    if (z->blocks.place[h] >= NR_LISTS)
        return 0;
    /*@ loop invariant range: p <= q <= e;
        loop invariant listed: \forall integer r; p <= r < q && is_head(z->blocks, r) ==>
          is_listed(z->blocks, r);
        loop assigns q;
        loop variant e - q; */
    for (uint32_t q = p; q < e; q++) {
        //@ assert tiled: is_head(z->blocks, q) ==> tiled_at(z->blocks, q);
        if (z->blocks.place[q] >= NR_LISTS && z->blocks.place[q] != PLACE_TAIL)
            return 0;
    }
    /*@ assert before: \forall integer q; meets(z->blocks, q, p, e) && q <= p ==>
          inside(z->blocks, q, p) && q == h; */
    return 1;
}

/* Whether each pageblock with a page of [p, e) can be isolated. */
/*@ requires \valid_read(z) && tiling(z->blocks) && shaped(*z) && based(*z);
    requires z->generation != PLUMB_V2_6_11 && z->first <= p < e <= z->blocks.end;
    terminates \true;
    assigns \nothing;
    ensures exact: \result != 0 <==>
      can_isolate_range(z->blocks, z->pageblocks, z->owners, z->first, p, e, mt);
*/
static int can_isolate_all(const struct zone *z, uint32_t p, uint32_t e, uint32_t mt)
{
    uint32_t size = block_size(z->blocks.pageblock_order), q = p;

    /*@ loop invariant range: p <= q <= z->blocks.end + 1024;
        loop invariant can: \forall integer r; p <= r < q && r < e ==>
          can_isolate(z->blocks, z->pageblocks, z->owners, z->first, r, mt);
        loop assigns q;
        loop variant e - q; */
    while (q < e) {
        uint32_t s = pageblock_start(z, q);

        if (check_isolate(z, z->base_pfn + q, mt) != PLUMB_OK)
            return 0;
        //@ ghost quotients(s, size);
        /*@ assert same: \forall integer r; s <= r < s + size ==> block_start(z->blocks, r) == s &&
              pbtype(z->blocks, z->pageblocks, r) == pbtype(z->blocks, z->pageblocks, q); */
        q = s + size;
    }
    return 1;
}

/* Isolates the pageblocks from s to last: the first, the last, then those between. */
/*@ requires \valid(z) && zone_ok(*z) && clock_room(z->lists, 2 * CALL_TICKS);
    requires z->first <= s <= last && last + bsize(z->blocks.pageblock_order) <= z->blocks.end;
    requires aligned(s, z->blocks.pageblock_order) && aligned(last, z->blocks.pageblock_order);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
    ENSURES_VALID_OK
    ensures isolated: of_type_range(z->blocks, z->pageblocks, s,
      last + bsize(z->blocks.pageblock_order), 5);
    ensures elsewhere: isolation_outside(z->blocks, \old(z->pageblocks), z->pageblocks, s,
      last + bsize(z->blocks.pageblock_order));
    ensures none: \forall integer c; 0 <= c < 64 ==> z->counts.held[8 + c] == 0;
    ensures freed: free_sum(z->counts) ==
      free_sum(\old(z->counts)) + pcp_sum(\old(z->counts), z->nr_cpus);
    ensures used: z->counts.held[6] == \old(z->counts.held[6]) &&
      z->counts.held[7] == \old(z->counts.held[7]);
    ensures kept: used_kept(\old(z->blocks), z->blocks);
    ensures only: taken_same(\old(z->blocks), z->blocks, z->blocks.end);
    ensures ticks: z->lists.clock <= \old(z->lists.clock) + CALL_TICKS;
*/
static void isolate_range(struct zone *z, uint32_t s, uint32_t last)
{
    uint32_t size = block_size(z->blocks.pageblock_order);

    isolate(z, s);
    //@ ghost next_multiple(s, size);
    if (s == last)
        return;
    //@ ghost quotients(last, size);
    isolate(z, last);
    /*@ LOOP_VALID_OK
        loop invariant range: s < b <= last && aligned(b, z->blocks.pageblock_order);
        loop invariant done: of_type_range(z->blocks, z->pageblocks, s, b, 5);
        loop invariant last: of_type_range(z->blocks, z->pageblocks, last, last + size, 5);
        loop invariant elsewhere: isolation_outside(z->blocks, \at(z->pageblocks, Pre),
          z->pageblocks, s, last + size);
        loop invariant none: \forall integer c; 0 <= c < 64 ==> z->counts.held[8 + c] == 0;
        loop invariant empty: pcp_sum(z->counts, z->nr_cpus) == 0;
        loop invariant freed: free_sum(z->counts) ==
          free_sum(\at(z->counts, Pre)) + pcp_sum(\at(z->counts, Pre), z->nr_cpus);
        loop invariant used: z->counts.held[6] == \at(z->counts.held[6], Pre) &&
          z->counts.held[7] == \at(z->counts.held[7], Pre);
        loop invariant kept: used_kept(\at(z->blocks, Pre), z->blocks);
        loop invariant only: taken_same(\at(z->blocks, Pre), z->blocks, z->blocks.end);
        loop invariant ticks: z->lists.clock <=
          \at(z->lists.clock, Pre) + 0x10000000000 + 1024 * (b - s + 1);
        loop assigns b, BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
        loop variant last - b; */
    for (uint32_t b = s + size; b < last; b += size) {
        //@ ghost next_multiple(b, size);
        //@ ghost quotients(last, size);
        isolate(z, b);
    }
}

/* Takes the free blocks from the one at h to that of the page before e off their lists, and cuts
 * them into pages; the answer is the page behind them. */
/*@ requires \valid(z) && wf(*z) && coalesced(z->blocks) && typed(z->blocks, z->pageblocks);
    requires kinds(z->blocks, z->pageblocks);
    requires is_head(z->blocks, h) && h < e <= z->blocks.end && free_range(z->blocks, h, e);
    terminates \true;
    assigns BLOCKS;
    ENSURES_BUDDY
    ensures reach: e <= \result <= z->blocks.end && \result < e + 1024;
    ensures taken: singles(z->blocks, h, \result - h);
    ensures idle: \forall integer q; h <= q < \result ==> idle_at(\old(z->blocks), q);
    ensures same: same_but(\old(z->blocks), z->blocks, h, \result - h);
    ensures used_more: z->counts.held[6] == \old(z->counts.held[6]) + (\result - h);
    ensures free_less: free_sum(z->counts) == free_sum(\old(z->counts)) - (\result - h);
    ensures others: \forall integer c; 6 < c < 72 ==>
      z->counts.held[c] == \old(z->counts.held)[c];
    ENSURES_PCP_KEPT
    ensures clock: z->lists.clock == \old(z->lists.clock);
*/
static uint32_t take_blocks(struct zone *z, uint32_t h, uint32_t e)
{
    uint32_t p = h;

    /*@ LOOP_BUDDY
        loop invariant range: h <= p <= z->blocks.end && p < e + 1024;
        loop invariant head: p < z->blocks.end ==> is_head(\at(z->blocks, Pre), p);
        loop invariant taken: singles(z->blocks, h, p - h);
        loop invariant idle: \forall integer q; h <= q < p ==> idle_at(\at(z->blocks, Pre), q);
        loop invariant same: same_but(\at(z->blocks, Pre), z->blocks, h, p - h);
        loop invariant used_more: z->counts.held[6] == \at(z->counts.held[6], Pre) + (p - h);
        loop invariant free_less: free_sum(z->counts) == free_sum(\at(z->counts, Pre)) - (p - h);
        loop invariant others: \forall integer c; 6 < c < 72 ==>
          z->counts.held[c] == \at(z->counts.held, Pre)[c];
        LOOP_PCP_KEPT
        loop invariant clock: z->lists.clock == \at(z->lists.clock, Pre);
        loop assigns p, BLOCKS;
        loop variant e - p; */
    while (p < e) {
        uint32_t order = z->blocks.order[p];

        //@ assert free: meets(\at(z->blocks, Pre), p, h, e) && is_free(z->blocks, p);
        //@ assert tiled: tiled_at(\at(z->blocks, Pre), p) && tiled_at(z->blocks, p);
        del_page_from_free_list(z, p);
        split_block(z, p, order);
        //@ assert kinds: kinds(z->blocks, z->pageblocks);
        p += block_size(order);
    }
    return p;
}

/* Makes single used pages of [p, e), and of no others; what else was taken is freed again. */
/*@ requires \valid(z) && wf(*z) && coalesced(z->blocks) && typed(z->blocks, z->pageblocks);
    requires kinds(z->blocks, z->pageblocks) && clock_room(z->lists, 2048);
    requires p < e <= z->blocks.end && free_range(z->blocks, p, e);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
    ENSURES_BUDDY
    ENSURES_ISOLATION
    ensures taken: singles(z->blocks, p, e - p);
    ensures only: run_used_more(\old(z->blocks), z->blocks, p, e - p);
    ensures busy: busy_kept(\old(z->blocks), z->blocks, NONE);
    ensures used_more: z->counts.held[6] == \old(z->counts.held[6]) + (e - p);
    ensures free_less: free_sum(z->counts) == free_sum(\old(z->counts)) - (e - p);
    ensures others: \forall integer c; 6 < c < 72 ==>
      z->counts.held[c] == \old(z->counts.held)[c];
    ENSURES_PCP_KEPT
    ensures none_joined: none_joined(\old(z->blocks), z->blocks);
    ensures ticks: z->lists.clock <= \old(z->lists.clock) + 2048;
*/
static void take_range(struct zone *z, uint32_t p, uint32_t e)
{
    uint32_t h = block_of(z, p), behind;

    //@ assert tiled: tiled_at(z->blocks, h) && p - h < 1024;
    /*@ assert same: \forall integer q; meets(z->blocks, q, h, e) ==> meets(z->blocks, q, p, e); */
    behind = take_blocks(z, h, e);
    /*@ assert busy: \forall integer q; in_zone(z->blocks, q) && busy_at(\at(z->blocks, Pre), q) ==>
          !(h <= q < behind) && busy_at(z->blocks, q); */
    /*@ assert used: \forall integer q; h <= q < behind ==> in_zone(z->blocks, q) &&
          busy_at(z->blocks, q) && used_of(z->blocks, q, 0); */
    //@ assert front: singles(z->blocks, h, p - h);
    free_singles(z, h, p - h, 0);
    //@ assert run: singles(z->blocks, p, e - p);
    //@ assert rest: singles(z->blocks, e, behind - e);
    /*@ assert before: \forall integer q; in_zone(z->blocks, q) && busy_at(\at(z->blocks, Pre), q) ==>
          !(h <= q < behind) && busy_at(z->blocks, q) &&
          z->blocks.place[q] == \at(z->blocks.place, Pre)[q] &&
          z->blocks.order[q] == \at(z->blocks.order, Pre)[q]; */
    //@ ghost Rest: ;
    free_singles(z, e, behind - e, 0);
    /*@ assert stay: \forall integer q; p <= q < e ==> in_zone(z->blocks, q) &&
          z->blocks.place[q] == \at(z->blocks.place, Rest)[q] &&
          z->blocks.order[q] == \at(z->blocks.order, Rest)[q]; */
}

/* Lemma: the pageblock of a used page is in no free block of a pageblock or more. */
/*@ ghost
  /@ requires \valid(z) && tiling(z->blocks) && used_of(z->blocks, x, 0);
     requires aligned(s, z->blocks.pageblock_order) && in_block(z->blocks, s, x);
     terminates \true;
     assigns \nothing;
     ensures pieces: in_pieces(z->blocks, s);
  @/
  void used_inside(struct zone *z, uint32_t s, uint32_t x)
  {
    uint32_t r = first_of(z, s);
    /@ assert tiled: tiled_at(z->blocks, r); @/
    if (z->blocks.order[r] >= z->blocks.pageblock_order)
      beyond(r, s, z->blocks.order[r], z->blocks.pageblock_order);
    /@ assert one: \forall integer h; inside(z->blocks, h, s) ==>
         tiled_at(z->blocks, h) && h == r; @/
  }
*/

/* Gives the pageblocks from s to last, in each of which is a used page of [p, e), a type. */
/*@ requires \valid(z) && zone_ok(*z) && clock_room(z->lists, CALL_TICKS);
    requires z->first <= s <= p < e && in_block(z->blocks, s, p);
    requires s <= last && in_block(z->blocks, last, e - 1);
    requires last + bsize(z->blocks.pageblock_order) <= z->blocks.end;
    requires aligned(s, z->blocks.pageblock_order) && aligned(last, z->blocks.pageblock_order);
    requires singles(z->blocks, p, e - p) && undo_type(mt);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
    ENSURES_VALID_OK
    ensures retyped: of_type_range(z->blocks, z->pageblocks, s,
      last + bsize(z->blocks.pageblock_order), mt);
    ensures elsewhere: isolation_outside(z->blocks, \old(z->pageblocks), z->pageblocks, s,
      last + bsize(z->blocks.pageblock_order));
    ensures taken: singles(z->blocks, p, e - p);
    ensures only: taken_same(\old(z->blocks), z->blocks, z->blocks.end);
    ENSURES_USE_KEPT
    ensures ticks: z->lists.clock <= \old(z->lists.clock) + CALL_TICKS;
*/
static void unisolate_range(struct zone *z, uint32_t s, uint32_t last, uint32_t mt)
/*@ ghost (uint32_t p, uint32_t e) */
{
    uint32_t size = block_size(z->blocks.pageblock_order);

    /*@ LOOP_VALID_OK
        loop invariant range: s <= b <= last + size && aligned(b, z->blocks.pageblock_order);
        loop invariant taken: singles(z->blocks, p, e - p);
        loop invariant done: of_type_range(z->blocks, z->pageblocks, s, b, mt);
        loop invariant elsewhere: isolation_outside(z->blocks, \at(z->pageblocks, Pre),
          z->pageblocks, s, last + size);
        loop invariant busy: busy_kept(\at(z->blocks, Pre), z->blocks, NONE);
        loop invariant free_same: free_sum(z->counts) == free_sum(\at(z->counts, Pre));
        loop invariant others: \forall integer c; 6 <= c < 72 ==>
          z->counts.held[c] == \at(z->counts.held, Pre)[c];
        LOOP_PCP_KEPT
        loop invariant none_joined: none_joined(\at(z->blocks, Pre), z->blocks);
        loop invariant ticks: z->lists.clock <= \at(z->lists.clock, Pre) + 1024 * (b - s);
        loop assigns b, BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
        loop variant last + size - b; */
    for (uint32_t b = s; b <= last; b += size) {
        //@ ghost next_multiple(b, size);
        //@ ghost next_multiple(last, size);
        //@ ghost quotients(b + size, size);
        //@ assert step: b < last ==> b + size <= last;
        //@ ghost used_inside(z, b, b < p ? p : b);
        /*@ assert used: \forall integer q; p <= q < e ==> in_zone(z->blocks, q) &&
              busy_at(z->blocks, q) && q != NONE; */
        //@ ghost Before: ;
        unisolate(z, b, mt);
        /*@ assert kept: \forall integer q; p <= q < e ==>
              z->blocks.place[q] == \at(z->blocks.place, Before)[q] &&
              z->blocks.order[q] == \at(z->blocks.order, Before)[q]; */
    }
    //@ assert kept: used_kept(\at(z->blocks, Pre), z->blocks);
    /*@ ghost
      /@ loop invariant 0 <= k <= z->blocks.end;
         loop invariant same: taken_same(\at(z->blocks, Pre), z->blocks, k) ||
           pages(z->blocks, 6, k) + pages(z->blocks, 7, k) >
           pages(\at(z->blocks, Pre), 6, k) + pages(\at(z->blocks, Pre), 7, k);
         loop invariant least: pages(z->blocks, 6, k) + pages(z->blocks, 7, k) >=
           pages(\at(z->blocks, Pre), 6, k) + pages(\at(z->blocks, Pre), 7, k);
         loop assigns k;
         loop variant z->blocks.end - k; @/
      for (uint32_t k = 0; k < z->blocks.end; k++) ; */
}

/* Who owns the pages [p, e): as of a request of this type. */
/*@ requires \valid(z) && p <= e <= ZONE_CAPACITY;
    terminates \true;
    assigns z->owners.movable[ALL_PAGES];
    ensures owned: owned(\old(z->owners), z->owners, p, e - p, (mt == 1 || mt == 4 ? 1 : 0));
*/
static void own_range(struct zone *z, uint32_t p, uint32_t e, uint32_t mt)
{
    uint8_t movable = mt == MIGRATE_MOVABLE || mt == MIGRATE_CMA;

    /*@ loop invariant range: p <= q <= e;
        loop invariant owned: owned(\at(z->owners, Pre), z->owners, p, q - p, movable);
        loop assigns q, z->owners.movable[ALL_PAGES];
        loop variant e - q; */
    for (uint32_t q = p; q < e; q++)
        z->owners.movable[q] = movable;
}

/* alloc_contig_range for pages [p, e) that can be taken. */
/*@ requires \valid(z) && zone_ok(*z) && clock_room(z->lists, 4 * CALL_TICKS);
    requires contig_inside(z->first, z->blocks.end, p, e) && undo_type(mt);
    requires can_take(z->blocks, z->pageblocks, z->owners, z->first, p, e, mt);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES], z->owners.movable[ALL_PAGES];
    ENSURES_ZONE_OK
    ensures run: singles(z->blocks, p, e - p);
    ensures only: run_used_more(\old(z->blocks), z->blocks, p, e - p);
    ensures kept: used_kept(\old(z->blocks), z->blocks);
    ensures owned: owned(\old(z->owners), z->owners, p, e - p, (mt == 1 || mt == 4 ? 1 : 0));
    ensures retyped: of_type_range(z->blocks, z->pageblocks, block_start(z->blocks, p),
      block_end(z->blocks, e - 1), mt);
    ensures used_more: z->counts.held[6] == \old(z->counts.held[6]) + (e - p) &&
      z->counts.held[7] == \old(z->counts.held[7]);
    ensures none: \forall integer c; 0 <= c < 64 ==> z->counts.held[8 + c] == 0;
    ensures conserved: free_sum(z->counts) ==
      free_sum(\old(z->counts)) + pcp_sum(\old(z->counts), z->nr_cpus) - (e - p);
    ensures ticks: z->lists.clock <= \old(z->lists.clock) + 3 * CALL_TICKS;
*/
static void alloc_contig(struct zone *z, uint32_t p, uint32_t e, uint32_t mt)
{
    uint32_t s = pageblock_start(z, p), last = pageblock_start(z, e - 1);

    /*@ assert first: can_isolate(z->blocks, z->pageblocks, z->owners, z->first, p, mt) &&
          can_isolate(z->blocks, z->pageblocks, z->owners, z->first, e - 1, mt); */
    //@ ghost quotients(s, order_size(z->blocks.pageblock_order));
    //@ ghost quotients(last, order_size(z->blocks.pageblock_order));
    //@ ghost next_multiple(last, order_size(z->blocks.pageblock_order));
    //@ assert order: s <= last;
    /*@ assert ends: \forall integer q; in_block(z->blocks, s, q) || in_block(z->blocks, last, q) ==>
          pbtype(z->blocks, z->pageblocks, q) != 5; */
    /*@ assert was: \forall integer q; s <= q < last + bsize(z->blocks.pageblock_order) ==>
          pbtype(z->blocks, z->pageblocks, q) != 5; */
    isolate_range(z, s, last);
    //@ ghost none_on_any(z);
    //@ assert free: free_range(z->blocks, p, e);
    //@ ghost Isolated: ;
    take_range(z, p, e);
    /*@ assert isolated: isolation_outside(z->blocks, \at(z->pageblocks, Pre), z->pageblocks, s,
          last + bsize(z->blocks.pageblock_order)); */
    /*@ assert held: \forall integer c; 0 <= c < 64 ==>
          z->counts.held[8 + c] == \at(z->counts.held, Isolated)[8 + c] &&
          z->counts.held[8 + c] == 0; */
    //@ assert idle: idle_cpus(z->counts, z->nr_cpus);
    //@ assert none: \forall integer q; in_zone(z->blocks, q) ==> !on_pcp(z->blocks, q);
    /*@ assert below: \forall integer q; 0 <= q < z->first ==>
          in_zone(\at(z->blocks, Pre), q) && is_reserved(\at(z->blocks, Pre), q); */
    //@ assert outside: all_reserved(z->blocks, 0, z->first);
    //@ assert lists: pcp_only(z->lists, z->generation, z->blocks.pageblock_order);
    //@ assert parameters: shaped(*z) && tuned(*z) && based(*z);
    //@ assert none_isolated: none_isolated(z->blocks, z->pageblocks);
    //@ assert wf: wf(*z);
    //@ assert zone: zone_ok(*z);
    unisolate_range(z, s, last, mt) /*@ ghost (p, e) */;
    /*@ assert elsewhere: isolation_outside(z->blocks, \at(z->pageblocks, Pre), z->pageblocks, s,
          last + bsize(z->blocks.pageblock_order)); */
    /*@ assert now: \forall integer q; s <= q < last + bsize(z->blocks.pageblock_order) ==>
          pbtype(z->blocks, z->pageblocks, q) != 5; */
    own_range(z, p, e, mt);
}

/* Whether pages can be allocated as a range. */
/*@ requires \valid_read(z) && tiling(z->blocks) && shaped(*z) && based(*z);
    terminates \true;
    assigns \nothing;
    ensures type: \result == PLUMB_ETYPE <==> !contig_type(z->generation, mt);
    ensures range: \result == PLUMB_ERANGE <==> contig_type(z->generation, mt) &&
      !contig_inside(z->first, z->blocks.end, start - z->base_pfn, end - z->base_pfn);
    ensures fine: \result == PLUMB_OK <==> contig_type(z->generation, mt) &&
      contig_inside(z->first, z->blocks.end, start - z->base_pfn, end - z->base_pfn) &&
      can_take(z->blocks, z->pageblocks, z->owners, z->first, start - z->base_pfn,
        end - z->base_pfn, mt);
    ensures status: \result == PLUMB_OK || \result == PLUMB_ETYPE || \result == PLUMB_ERANGE ||
      \result == PLUMB_EBUSY;
*/
static enum plumb_status check_contig(const struct zone *z, uint64_t start, uint64_t end,
                                      uint32_t mt)
{
    uint32_t p, e;

    if (z->generation == PLUMB_V2_6_11 || !is_undo_type(mt))
        return PLUMB_ETYPE;
    if (start >= end || start < zone_start_pfn(z) || end > zone_end_pfn(z))
        return PLUMB_ERANGE;
    p = (uint32_t)(start - z->base_pfn);
    e = (uint32_t)(end - z->base_pfn);
    return can_isolate_all(z, p, e, mt) && is_unused(z, p, e) ? PLUMB_OK : PLUMB_EBUSY;
}

enum plumb_status ref_alloc_contig_range(struct zone *z, uint64_t start, uint64_t end,
                                         uint32_t migratetype)
{
    enum plumb_status status = check_contig(z, start, end, migratetype);

    if (status == PLUMB_OK)
        alloc_contig(z, (uint32_t)(start - z->base_pfn), (uint32_t)(end - z->base_pfn),
                     migratetype);
    return status;
}
