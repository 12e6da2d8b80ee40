/* Isolation of pageblocks (semantics 13, v6.12), and its part of the public interface. */
#include "src/ref/isolate.h"
#include "src/ref/init.h"
#include "src/ref/page_free.h"
#include "src/ref/pcp_drain.h"
#include "src/ref/ref.h"
#include "src/ref/watermark.h"

uint32_t block_of(const struct zone *z, uint32_t s)
{
    uint32_t order = 0, h = s;

    //@ ghost uint32_t r = first_of(z, s);
    //@ assert tiled: tiled_at(z->blocks, r);
    //@ ghost quotients(r, order_size(z->blocks.order[r]));
    //@ assert start: s - s % bsize(z->blocks.order[r]) == r;
    /*@ loop invariant range: 0 <= order <= z->blocks.order[r];
        loop invariant start: h == s - s % bsize(order) && 0 <= h <= s < h + bsize(order);
        loop assigns order, h;
        loop variant z->blocks.order[r] - order; */
    while (z->blocks.place[h] == PLACE_TAIL || z->blocks.order[h] != order) {
        order++;
        //@ ghost round_down(s, order_size(order));
        h = s - s % block_size(order);
    }
    /*@ assert one: \forall integer k; inside(z->blocks, k, s) ==>
          tiled_at(z->blocks, k) && tiled_at(z->blocks, h) && k == h; */
    return h;
}

/* Whether page p is the first of a block that can't be moved. */
/*@ requires \valid_read(z) && sized(z->blocks) && in_zone(z->blocks, p);
    terminates \true;
    assigns \nothing;
    ensures exact: \result != 0 <==> fixed_at(z->blocks, z->owners, p);
*/
static int is_fixed(const struct zone *z, uint32_t p)
{
    return z->blocks.place[p] == PLACE_RESERVED ||
           (z->blocks.place[p] == PLACE_USED && !z->owners.movable[p]);
}

/* has_unmovable_pages, for the pageblock at s. */
/*@ requires \valid_read(z) && tiling(z->blocks);
    requires 0 <= s && s + bsize(z->blocks.pageblock_order) <= z->blocks.end;
    terminates \true;
    assigns \nothing;
    ensures exact: \result != 0 <==> unmovable(z->blocks, z->owners, s);
*/
static int has_unmovable_pages(const struct zone *z, uint32_t s)
{
    uint32_t end = s + block_size(z->blocks.pageblock_order), h = block_of(z, s);

    if (is_fixed(z, h))
        return 1;
    /*@ loop invariant range: s <= p <= end;
        loop invariant none: \forall integer q; s <= q < p ==> !fixed_at(z->blocks, z->owners, q);
        loop assigns p;
        loop variant end - p; */
    for (uint32_t p = s; p < end; p++) {
        //@ assert tiled: is_head(z->blocks, p) ==> tiled_at(z->blocks, p);
        if (is_fixed(z, p))
            return 1;
    }
    /*@ assert before: \forall integer q; in_zone(z->blocks, q) && is_head(z->blocks, q) && q <= s &&
          s < q + bsize(z->blocks.order[q]) ==> inside(z->blocks, q, s) && q == h; */
    return 0;
}

/* Gives the pageblock at s, inside a larger block h that is not free, a type. */
/*@ requires \valid(z) && tiling(z->blocks) && typed(z->blocks, z->pageblocks) && is_type(mt);
    requires kinds(z->blocks, z->pageblocks) && aligned(s, z->blocks.pageblock_order);
    requires inside(z->blocks, h, s) && !is_free(z->blocks, h);
    requires s + bsize(z->blocks.pageblock_order) <= h + bsize(z->blocks.order[h]);
    terminates \true;
    assigns z->pageblocks.migratetype[ALL_PAGES];
    ensures typed: typed(z->blocks, z->pageblocks);
    ensures kinds: kinds(z->blocks, z->pageblocks);
    ensures set: of_type(z->blocks, z->pageblocks, s, mt);
    ensures outside: \forall integer q; in_zone(z->blocks, q) && !in_block(z->blocks, s, q) ==>
      pbtype(z->blocks, z->pageblocks, q) == pbtype(z->blocks, \old(z->pageblocks), q);
*/
static void retag_inside(struct zone *z, uint32_t s, uint32_t mt) /*@ ghost (uint32_t h) */
{
    //@ assert tiled: tiled_at(z->blocks, h);
    //@ ghost next_multiple(s, order_size(z->blocks.pageblock_order));
    /*@ assert apart: \forall integer q; in_zone(z->blocks, q) && is_free(z->blocks, q) ==>
          tiled_at(z->blocks, q) &&
          (q + bsize(z->blocks.order[q]) <= h || h + bsize(z->blocks.order[h]) <= q); */
    set_pageblock_range(z, s, z->blocks.pageblock_order, mt);
}

/* Takes the free block h, a pageblock or more, and gives the pageblock at s in it a type. */
/*@ requires \valid(z) && wf(*z) && coalesced(z->blocks) && typed(z->blocks, z->pageblocks);
    requires kinds(z->blocks, z->pageblocks) && is_type(mt);
    requires inside(z->blocks, h, s) && is_free(z->blocks, h);
    requires aligned(s, z->blocks.pageblock_order);
    requires s + bsize(z->blocks.pageblock_order) <= h + bsize(z->blocks.order[h]);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
    ENSURES_BUDDY
    ensures used: used_of(z->blocks, h, \old(z->blocks.order[h]));
    ensures set: of_type(z->blocks, z->pageblocks, s, mt);
    ensures elsewhere: isolation_but(z->blocks, \old(z->pageblocks), z->pageblocks, s);
    ensures others_same: \forall integer q; q != h ==>
      z->blocks.place[q] == \old(z->blocks.place)[q];
    ensures orders: \forall integer q; z->blocks.order[q] == \old(z->blocks.order)[q];
    ensures used_more: z->counts.held[6] ==
      \old(z->counts.held[6]) + bsize(\old(z->blocks.order[h]));
    ensures free_less: free_sum(z->counts) ==
      free_sum(\old(z->counts)) - bsize(\old(z->blocks.order[h]));
    ensures others: \forall integer c; 6 < c < 72 ==>
      z->counts.held[c] == \old(z->counts.held)[c];
    ENSURES_PCP_KEPT
    ensures clock: z->lists.clock == \old(z->lists.clock);
*/
static void take_and_retag(struct zone *z, uint32_t h, uint32_t s, uint32_t mt)
{
    del_page_from_free_list(z, h);
    //@ assert head: tiled_at(z->blocks, h);
    retag_inside(z, s, mt) /*@ ghost (h) */;
}

/* Gives the pageblock at s in the free block h, a pageblock or more, a type, and frees the block
 * again: as a whole, or in pieces of a pageblock if it is larger. */
/*@ requires \valid(z) && wf(*z) && coalesced(z->blocks) && typed(z->blocks, z->pageblocks);
    requires kinds(z->blocks, z->pageblocks) && is_type(mt) && clock_room(z->lists, 1024);
    requires inside(z->blocks, h, s) && is_free(z->blocks, h);
    requires aligned(s, z->blocks.pageblock_order) &&
      z->blocks.pageblock_order <= z->blocks.order[h];
    requires s + bsize(z->blocks.pageblock_order) <= h + bsize(z->blocks.order[h]);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
    ENSURES_BUDDY
    ensures now: mt == 5 || \old(z->blocks.order[h]) == z->blocks.pageblock_order ?
      of_type(z->blocks, z->pageblocks, s, mt) :
      (\forall integer q; in_block(z->blocks, s, q) ==> pbtype(z->blocks, z->pageblocks, q) != 5);
    ensures elsewhere: isolation_but(z->blocks, \old(z->pageblocks), z->pageblocks, s);
    ENSURES_USE_KEPT
    ensures ticks: z->lists.clock <= \old(z->lists.clock) + 1024;
*/
static void retype_free(struct zone *z, uint32_t h, uint32_t s, uint32_t mt)
{
    take_and_retag(z, h, s, mt);
    //@ ghost Retagged: ;
    //@ assert none_joined: none_joined(\at(z->blocks, Pre), z->blocks);
    /*@ assert busy_then: \forall integer q; in_zone(z->blocks, q) && busy_at(\at(z->blocks, Pre), q) ==>
          q != h && z->blocks.place[q] == \at(z->blocks.place, Pre)[q]; */
    if (z->blocks.order[h] == z->blocks.pageblock_order) {
        free_one_page(z, h, mt, 1);
        //@ assert whole: of_type(z->blocks, z->pageblocks, s, mt);
    } else {
        split_large_buddy(z, h, 0);
        /*@ assert pieces: \forall integer q; in_block(z->blocks, s, q) ==>
              (pbtype(z->blocks, z->pageblocks, q) == 5 <==> mt == 5); */
        //@ assert isolated: mt == 5 ==> of_type(z->blocks, z->pageblocks, s, 5);
    }
    //@ assert busy: busy_kept(\at(z->blocks, Retagged), z->blocks, h);
    /*@ assert joined: \forall integer q; in_zone(z->blocks, q) && on_pcp(z->blocks, q) ==>
          z->blocks.place[q] == \at(z->blocks.place, Retagged)[q]; */
}

/* move_freepages_block_isolate: gives the pageblock at s a type, and its free pages that type's
 * lists. */
/*@ requires \valid(z) && wf(*z) && coalesced(z->blocks) && typed(z->blocks, z->pageblocks);
    requires kinds(z->blocks, z->pageblocks) && is_type(mt) && clock_room(z->lists, 1024);
    requires 0 <= s && s + bsize(z->blocks.pageblock_order) <= z->blocks.end;
    requires aligned(s, z->blocks.pageblock_order);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
    ENSURES_BUDDY
    ensures now: now_of(\old(z->blocks), z->pageblocks, s, mt);
    ensures outside: in_pieces(\old(z->blocks), s) ==>
      types_but(z->blocks, \old(z->pageblocks), z->pageblocks, s);
    ensures elsewhere: isolation_but(z->blocks, \old(z->pageblocks), z->pageblocks, s);
    ENSURES_USE_KEPT
    ensures ticks: z->lists.clock <= \old(z->lists.clock) + 1024;
*/
static void retype_pageblock(struct zone *z, uint32_t s, uint32_t mt)
{
    uint32_t h = block_of(z, s), pageblock_order = z->blocks.pageblock_order;

    //@ assert tiled: tiled_at(z->blocks, h);
    /*@ ghost
      quotients(s, order_size(pageblock_order));
      one_pageblock(h, z->blocks.order[h], pageblock_order); */
    //@ assert reach: z->blocks.order[h] < pageblock_order ==> h == s;
    /*@ ghost
      if (z->blocks.order[h] >= pageblock_order)
        beyond(h, s, z->blocks.order[h], pageblock_order); */
    if (z->blocks.place[h] < NR_FREE_LISTS && z->blocks.order[h] >= pageblock_order)
        retype_free(z, h, s, mt);
    else if (h < s)
        retag_inside(z, s, mt) /*@ ghost (h) */;
    else
        move_freepages_block(z, s, mt);
}

/*@ ghost
  void none_on_any(struct zone *z)
  {
    /@ loop invariant 0 <= c <= 64;
       loop invariant \forall integer q; in_zone(z->blocks, q) && on_pcp(z->blocks, q) ==>
         c <= list_cpu(z->blocks.place[q]);
       loop assigns c;
       loop variant 64 - c; @/
    for (uint32_t c = 0; c < 64; c++) {
      none_listed(z, c);
      none_on_pcp(z, c);
    }
  }
*/

void isolate(struct zone *z, uint32_t s)
{
    retype_pageblock(z, s, MIGRATE_ISOLATE);
    //@ assert of: of_type(z->blocks, z->pageblocks, s, 5);
    //@ assert used: used_kept(\at(z->blocks, Pre), z->blocks);
    /*@ assert sums: \forall integer c; 0 <= c < 64 ==>
          z->counts.held[8 + c] == \at(z->counts.held, Pre)[8 + c]; */
    /*@ ghost
      /@ loop invariant 0 <= k <= z->nr_cpus;
         loop invariant pcp_sum(z->counts, k) == pcp_sum(\at(z->counts, Pre), k);
         loop assigns k;
         loop variant z->nr_cpus - k; @/
      for (uint32_t k = 0; k < z->nr_cpus; k++) ; */
    //@ assert sum: pcp_sum(z->counts, z->nr_cpus) == pcp_sum(\at(z->counts, Pre), z->nr_cpus);
    drain_all_pages(z);
    /*@ assert below: \forall integer q; 0 <= q < z->first ==>
          in_zone(\at(z->blocks, Pre), q) && is_reserved(\at(z->blocks, Pre), q); */
    //@ assert outside: all_reserved(z->blocks, 0, z->first);
    /*@ assert isolated: \forall integer q; in_block(z->blocks, s, q) ==>
          pbtype(z->blocks, z->pageblocks, q) == 5; */
    //@ assert held: \forall integer c; 0 <= c < 64 ==> z->counts.held[8 + c] == 0;
    //@ ghost none_on_any(z);
    /*@ ghost
      /@ loop invariant 0 <= k <= z->nr_cpus;
         loop invariant pcp_sum(z->counts, k) == 0;
         loop assigns k;
         loop variant z->nr_cpus - k; @/
      for (uint32_t k = 0; k < z->nr_cpus; k++) ;
      /@ loop invariant 0 <= k <= z->blocks.end;
         loop invariant used: taken_same(\at(z->blocks, Pre), z->blocks, k) ||
           pages(z->blocks, 6, k) + pages(z->blocks, 7, k) >
           pages(\at(z->blocks, Pre), 6, k) + pages(\at(z->blocks, Pre), 7, k);
         loop invariant least: pages(z->blocks, 6, k) + pages(z->blocks, 7, k) >=
           pages(\at(z->blocks, Pre), 6, k) + pages(\at(z->blocks, Pre), 7, k);
         loop assigns k;
         loop variant z->blocks.end - k; @/
      for (uint32_t k = 0; k < z->blocks.end; k++) ; */
    //@ assert lists: pcp_only(z->lists, z->generation, z->blocks.pageblock_order);
    //@ assert none_isolated: none_isolated(z->blocks, z->pageblocks);
    //@ assert idle: idle_cpus(z->counts, z->nr_cpus);
    //@ assert zone: zone_ok(*z);
}

/* Whether the page is of a pageblock that is or is not isolated, all of it in the zone. */
/*@ requires \valid_read(z) && sized(z->blocks) && shaped(*z) && based(*z);
    terminates \true;
    assigns \nothing;
    ensures range: \result == PLUMB_ERANGE <==>
      !(z->base_pfn + z->first <= pfn < z->base_pfn + z->blocks.end);
    ensures fine: \result == PLUMB_OK <==>
      z->base_pfn + z->first <= pfn < z->base_pfn + z->blocks.end &&
      pageblock_inside(z->blocks, z->first, pfn - z->base_pfn) &&
      (pbtype(z->blocks, z->pageblocks, pfn - z->base_pfn) == 5 <==> isolated != 0);
    ensures status: \result == PLUMB_OK || \result == PLUMB_ERANGE || \result == PLUMB_EBUSY;
*/
static enum plumb_status check_pageblock(const struct zone *z, uint64_t pfn, int isolated)
{
    uint32_t p;

    if (pfn < zone_start_pfn(z) || pfn >= zone_end_pfn(z))
        return PLUMB_ERANGE;
    p = (uint32_t)(pfn - z->base_pfn);
    if (!spans_pageblock(z, p) || (pageblock_type(z, p) == MIGRATE_ISOLATE) != (isolated != 0))
        return PLUMB_EBUSY;
    return PLUMB_OK;
}

enum plumb_status check_isolate(const struct zone *z, uint64_t pfn, uint32_t mt)
{
    enum plumb_status status;
    uint32_t p;

    if (z->generation == PLUMB_V2_6_11)
        return PLUMB_ETYPE;
    status = check_pageblock(z, pfn, 0);
    if (status != PLUMB_OK)
        return status;
    p = (uint32_t)(pfn - z->base_pfn);
    if (pageblock_type(z, p) == MIGRATE_CMA)
        return mt == MIGRATE_CMA ? PLUMB_OK : PLUMB_EBUSY;
    return has_unmovable_pages(z, pageblock_start(z, p)) ? PLUMB_EBUSY : PLUMB_OK;
}

enum plumb_status ref_set_migratetype_isolate(struct zone *z, uint64_t pfn)
{
    enum plumb_status status = check_isolate(z, pfn, MIGRATE_MOVABLE);

    if (status == PLUMB_OK)
        isolate(z, pageblock_start(z, (uint32_t)(pfn - z->base_pfn)));
    return status;
}

void unisolate(struct zone *z, uint32_t s, uint32_t mt)
{
    retype_pageblock(z, s, mt);
    /*@ assert held: \forall integer c; z->nr_cpus <= c < 64 ==>
          z->counts.held[8 + c] == \at(z->counts.held, Pre)[8 + c]; */
    /*@ assert undone: \forall integer q; in_block(z->blocks, s, q) ==>
          pbtype(z->blocks, z->pageblocks, q) != 5; */
    /*@ assert listed: \forall integer q; in_zone(z->blocks, q) && on_pcp(z->blocks, q) ==>
          on_pcp(\at(z->blocks, Pre), q) && pbtype(z->blocks, \at(z->pageblocks, Pre), q) != 5; */
    //@ assert none_isolated: none_isolated(z->blocks, z->pageblocks);
    /*@ assert below: \forall integer q; 0 <= q < z->first ==>
          in_zone(\at(z->blocks, Pre), q) && busy_at(\at(z->blocks, Pre), q) &&
          is_reserved(\at(z->blocks, Pre), q); */
    //@ assert lists: pcp_only(z->lists, z->generation, z->blocks.pageblock_order);
    //@ assert idle: idle_cpus(z->counts, z->nr_cpus);
    //@ assert outside: all_reserved(z->blocks, 0, z->first);
    //@ assert zone: zone_ok(*z);
}

enum plumb_status ref_unset_migratetype_isolate(struct zone *z, uint64_t pfn, uint32_t migratetype)
{
    enum plumb_status status;

    if (z->generation == PLUMB_V2_6_11 || !is_undo_type(migratetype))
        return PLUMB_ETYPE;
    status = check_pageblock(z, pfn, 1);
    if (status == PLUMB_OK)
        unisolate(z, pageblock_start(z, (uint32_t)(pfn - z->base_pfn)), migratetype);
    return status;
}

/* Whether a pfn is the first page of a free block of an order. */
/*@ requires \valid_read(z) && sized(z->blocks) && shaped(*z) && based(*z);
    terminates \true;
    assigns \nothing;
    ensures exact: \result == isolate_page_check(z->blocks, z->generation, z->first,
      pfn - z->base_pfn, order);
*/
static enum plumb_status check_isolate_page(const struct zone *z, uint64_t pfn, uint32_t order)
{
    enum plumb_status status;

    if (z->generation == PLUMB_V2_6_11)
        return PLUMB_ETYPE;
    if (order > z->blocks.top_order)
        return PLUMB_EORDER;
    if (pfn < zone_start_pfn(z) || pfn >= zone_end_pfn(z))
        return PLUMB_ERANGE;
    status = check_block(z, (uint32_t)(pfn - z->base_pfn), order);
    if (status == PLUMB_OK || status == PLUMB_EMISMATCH)
        return PLUMB_EBUSY;
    if (status != PLUMB_EFREE)
        return status;
    return z->blocks.order[pfn - z->base_pfn] == order ? PLUMB_OK : PLUMB_EMISMATCH;
}

/* Makes the pageblocks of the used block p movable, all of them of one type that falls back. */
/*@ requires \valid(z) && wf(*z) && coalesced(z->blocks) && typed(z->blocks, z->pageblocks);
    requires kinds(z->blocks, z->pageblocks) && used_of(z->blocks, p, z->blocks.order[p]);
    requires z->blocks.pageblock_order <= z->blocks.order[p];
    requires pbtype(z->blocks, z->pageblocks, p) < 3;
    requires covered(z->blocks, z->pageblocks, p, pbtype(z->blocks, z->pageblocks, p));
    terminates \true;
    assigns z->pageblocks.migratetype[ALL_PAGES];
    ENSURES_BUDDY
    ENSURES_ISOLATION
    ensures movable: made_movable(z->blocks, \old(z->pageblocks), z->pageblocks, z->first, p,
      z->blocks.order[p]);
*/
static void make_whole_movable(struct zone *z, uint32_t p)
{
    retag_used(z, p, MIGRATE_MOVABLE);
}

/* Makes the pageblock at s movable, one of a type that falls back; its half p is a used block. */
/*@ requires \valid(z) && wf(*z) && coalesced(z->blocks) && typed(z->blocks, z->pageblocks);
    requires kinds(z->blocks, z->pageblocks) && clock_room(z->lists, 1024);
    requires used_of(z->blocks, p, z->blocks.order[p]);
    requires z->blocks.order[p] + 1 == z->blocks.pageblock_order;
    requires pageblock_inside(z->blocks, z->first, p) && s == block_start(z->blocks, p);
    requires pbtype(z->blocks, z->pageblocks, p) < 3;
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
    ENSURES_BUDDY
    ENSURES_ISOLATION
    ensures movable: made_movable(z->blocks, \old(z->pageblocks), z->pageblocks, z->first, p,
      z->blocks.order[p]);
    ensures same: retyped(\old(z->blocks), z->blocks, s, s + bsize(z->blocks.pageblock_order));
    ensures free_same: free_sum(z->counts) == free_sum(\old(z->counts));
    ensures others: \forall integer c; 6 <= c < 72 ==>
      z->counts.held[c] == \old(z->counts.held)[c];
    ENSURES_PCP_KEPT
    ensures none_joined: none_joined(\old(z->blocks), z->blocks);
    ensures ticks: z->lists.clock <= \old(z->lists.clock) + 1024;
*/
static void make_half_movable(struct zone *z, uint32_t s) /*@ ghost (uint32_t p) */
{
    //@ ghost pageblock_whole(z, p, s);
    //@ ghost quotients(s, order_size(z->blocks.pageblock_order));
    move_freepages_block(z, s, MIGRATE_MOVABLE);
}

/* Makes the pageblocks of the used block p movable, or the one of which it is half. */
/*@ requires \valid(z) && wf(*z) && coalesced(z->blocks) && typed(z->blocks, z->pageblocks);
    requires kinds(z->blocks, z->pageblocks) && clock_room(z->lists, 1024);
    requires used_of(z->blocks, p, order);
    requires covered(z->blocks, z->pageblocks, p, pbtype(z->blocks, z->pageblocks, p));
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
    ENSURES_BUDDY
    ENSURES_ISOLATION
    ensures movable: made_movable(z->blocks, \old(z->pageblocks), z->pageblocks, z->first, p,
      order);
    ensures same: free_kept_but(\old(z->blocks), z->blocks, NONE);
    ensures free_same: free_sum(z->counts) == free_sum(\old(z->counts));
    ensures others: \forall integer c; 6 <= c < 72 ==>
      z->counts.held[c] == \old(z->counts.held)[c];
    ENSURES_PCP_KEPT
    ensures none_joined: none_joined(\old(z->blocks), z->blocks);
    ensures ticks: z->lists.clock <= \old(z->lists.clock) + 1024;
*/
static void make_movable(struct zone *z, uint32_t p) /*@ ghost (uint32_t order) */
{
    if (pageblock_type(z, p) >= MIGRATE_PCPTYPES)
        return;
    if (z->blocks.order[p] >= z->blocks.pageblock_order)
        make_whole_movable(z, p);
    else if (z->blocks.order[p] + 1u == z->blocks.pageblock_order && spans_pageblock(z, p))
        make_half_movable(z, pageblock_start(z, p)) /*@ ghost (p) */;
}

enum plumb_status ref_isolate_free_page(struct zone *z, uint64_t pfn, uint32_t order)
{
    enum plumb_status status = check_isolate_page(z, pfn, order);
    uint32_t p;

    if (status != PLUMB_OK)
        return status;
    p = (uint32_t)(pfn - z->base_pfn);
    if (pageblock_type(z, p) != MIGRATE_ISOLATE &&
        !zone_watermark_ok(z, 0, z->wmark[WMARK_MIN] + block_size(order), 0, ALLOC_CMA,
                           (int64_t)nr_free_pages(z)))
        return PLUMB_EWMARK;
    //@ assert tiled: tiled_at(z->blocks, p) && typed_at(z->blocks, z->pageblocks, p);
    //@ assert idle: idle_cpus(z->counts, z->nr_cpus);
    //@ ghost Listed: ;
    z->owners.movable[p] = 0;
    del_page_from_free_list(z, p);
    //@ assert block: used_of(z->blocks, p, order) && z->blocks.order[p] == order;
    /*@ assert others: \forall integer c; 0 <= c < 64 ==>
          z->counts.held[8 + c] == \at(z->counts.held, Listed)[8 + c]; */
    //@ assert idle: idle_cpus(z->counts, z->nr_cpus);
    //@ ghost Taken: ;
    make_movable(z, p) /*@ ghost (order) */;
    /*@ assert others: \forall integer c; z->nr_cpus <= c < 64 ==>
          \at(z->counts.held, Taken)[8 + c] == 0 && z->counts.held[8 + c] == 0; */
    //@ assert idle: idle_cpus(z->counts, z->nr_cpus);
    /*@ assert made: made_movable(z->blocks, \at(z->pageblocks, Pre), z->pageblocks, z->first, p,
          order); */
    //@ assert stays: used_of(z->blocks, p, order);
    //@ assert same: free_kept_but(\at(z->blocks, Pre), z->blocks, p);
    /*@ assert listed: \forall integer q; in_zone(z->blocks, q) && on_pcp(z->blocks, q) ==>
          q != p && on_pcp(\at(z->blocks, Pre), q); */
    /*@ assert held: \forall integer c; 0 <= c < 64 ==>
          z->counts.held[8 + c] == \at(z->counts.held, Pre)[8 + c]; */
    //@ assert lists: pcp_only(z->lists, z->generation, z->blocks.pageblock_order);
    //@ assert none_isolated: none_isolated(z->blocks, z->pageblocks);
    //@ assert outside: all_reserved(z->blocks, 0, z->first);
    //@ assert zone: zone_ok(*z);
    return PLUMB_OK;
}
