/* The part of the interface that speaks of pageblocks and ranges of pages; included by ref.h. */
#ifndef PLUMBLINE_REF_REF_PAGEBLOCK_H
#define PLUMBLINE_REF_REF_PAGEBLOCK_H

#include "src/ref/zone.h"
#include "spec/contig.h"
#include "spec/highatomic.h"

/*@ requires \valid(z) && zone_ok(*z) && clock_room(z->lists, 4 * CALL_TICKS);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES], z->owners.movable[ALL_PAGES];
    ENSURES_ZONE_OK
    ensures type: \result == PLUMB_ETYPE <==> !contig_type(z->generation, migratetype);
    ensures range: \result == PLUMB_ERANGE <==> contig_type(z->generation, migratetype) &&
      !contig_inside(z->first, z->blocks.end, start - z->base_pfn, end - z->base_pfn);
    ensures busy: \result == PLUMB_EBUSY <==> contig_type(z->generation, migratetype) &&
      contig_inside(z->first, z->blocks.end, start - z->base_pfn, end - z->base_pfn) &&
      !can_take(\old(z->blocks), \old(z->pageblocks), \old(z->owners), z->first,
        start - z->base_pfn, end - z->base_pfn, migratetype);
    ensures status: \result == PLUMB_OK || \result == PLUMB_ETYPE || \result == PLUMB_ERANGE ||
      \result == PLUMB_EBUSY;
    ensures refused: \result != PLUMB_OK ==> SAME_STATE && z->owners == \old(z->owners);
    ensures run: \result == PLUMB_OK ==> singles(z->blocks, start - z->base_pfn, end - start);
    ensures only: \result == PLUMB_OK ==>
      run_used_more(\old(z->blocks), z->blocks, start - z->base_pfn, end - start);
    ensures kept: \result == PLUMB_OK ==> used_kept(\old(z->blocks), z->blocks);
    ensures owned: \result == PLUMB_OK ==> owned(\old(z->owners), z->owners, start - z->base_pfn,
      end - start, (migratetype == 1 || migratetype == 4 ? 1 : 0));
    ensures retyped: \result == PLUMB_OK ==> of_type_range(z->blocks, z->pageblocks,
      block_start(z->blocks, start - z->base_pfn), block_end(z->blocks, end - 1 - z->base_pfn),
      migratetype);
    ensures used_more: \result == PLUMB_OK ==>
      z->counts.held[6] == \old(z->counts.held[6]) + (end - start) &&
      z->counts.held[7] == \old(z->counts.held[7]);
    ensures none: \result == PLUMB_OK ==>
      \forall integer c; 0 <= c < 64 ==> z->counts.held[8 + c] == 0;
    ensures conserved: \result == PLUMB_OK ==> free_sum(z->counts) ==
      free_sum(\old(z->counts)) + pcp_sum(\old(z->counts), z->nr_cpus) - (end - start);
    ensures ticks: z->lists.clock <= \old(z->lists.clock) + 4 * CALL_TICKS;
*/
enum plumb_status ref_alloc_contig_range(struct zone *z, uint64_t start, uint64_t end,
                                         uint32_t migratetype);

/*@ requires \valid(z) && zone_ok(*z) && clock_room(z->lists, CALL_TICKS);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES], z->nr_reserved_highatomic;
    ENSURES_ZONE_OK
    ensures type: migratetype >= 3 <==> \result == PLUMB_ETYPE;
    ensures gives: \result == PLUMB_OK <==> migratetype < 3 &&
      may_give(z->blocks.pageblock_order, z->highatomic, \old(z->nr_reserved_highatomic), force) &&
      some_given(\old(z->blocks), \old(z->lists), z->first);
    ensures status: \result == PLUMB_OK || \result == PLUMB_ETYPE || \result == PLUMB_ENOMEM;
    ensures refused: \result != PLUMB_OK ==> SAME_STATE &&
      z->nr_reserved_highatomic == \old(z->nr_reserved_highatomic);
    ensures given: \result == PLUMB_OK ==> \forall integer o;
      least_given(\old(z->blocks), \old(z->lists), z->first, o) ==>
      released_to(\old(z->blocks), \old(z->pageblocks), z->pageblocks,
        \old(z->lists.head)[free_list(o, 3)], migratetype) &&
      z->nr_reserved_highatomic == reserve_less(\old(z->nr_reserved_highatomic),
        reserve_share(z->blocks.pageblock_order, o));
    ensures only: only_to(\old(z->pageblocks), z->pageblocks, migratetype);
    ENSURES_USE_KEPT
    ensures ticks: z->lists.clock <= \old(z->lists.clock) + CALL_TICKS;
*/
enum plumb_status ref_unreserve_highatomic(struct zone *z, uint32_t migratetype, int force);

/*@ requires \valid(z) && zone_ok(*z) && clock_room(z->lists, CALL_TICKS);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
    ENSURES_VALID_OK
    ensures type: \result == PLUMB_ETYPE <==> z->generation == PLUMB_V2_6_11;
    ensures range: \result == PLUMB_ERANGE <==> z->generation != PLUMB_V2_6_11 &&
      !(z->base_pfn + z->first <= pfn < z->base_pfn + z->blocks.end);
    ensures busy: \result == PLUMB_EBUSY <==> z->generation != PLUMB_V2_6_11 &&
      z->base_pfn + z->first <= pfn < z->base_pfn + z->blocks.end &&
      !can_isolate(\old(z->blocks), \old(z->pageblocks), z->owners, z->first,
        pfn - z->base_pfn, 1);
    ensures status: \result == PLUMB_OK || \result == PLUMB_ETYPE || \result == PLUMB_ERANGE ||
      \result == PLUMB_EBUSY;
    ensures refused: \result != PLUMB_OK ==> SAME_STATE;
    ensures isolated: \result == PLUMB_OK ==> of_type(z->blocks, z->pageblocks,
      block_start(z->blocks, pfn - z->base_pfn), 5);
    ensures elsewhere: \result == PLUMB_OK ==> isolation_but(z->blocks, \old(z->pageblocks),
      z->pageblocks, block_start(z->blocks, pfn - z->base_pfn));
    ensures none: \result == PLUMB_OK ==>
      \forall integer c; 0 <= c < 64 ==> z->counts.held[8 + c] == 0;
    ensures freed: \result == PLUMB_OK ==> free_sum(z->counts) ==
      free_sum(\old(z->counts)) + pcp_sum(\old(z->counts), z->nr_cpus);
    ensures used: z->counts.held[6] == \old(z->counts.held[6]) &&
      z->counts.held[7] == \old(z->counts.held[7]);
    ensures kept: used_kept(\old(z->blocks), z->blocks);
    ensures ticks: z->lists.clock <= \old(z->lists.clock) + CALL_TICKS;
*/
enum plumb_status ref_set_migratetype_isolate(struct zone *z, uint64_t pfn);

/*@ requires \valid(z) && zone_ok(*z) && clock_room(z->lists, CALL_TICKS);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
    ENSURES_VALID_OK
    ensures type: \result == PLUMB_ETYPE <==> z->generation == PLUMB_V2_6_11 ||
      !(migratetype < 3 || migratetype == 4);
    ensures range: \result == PLUMB_ERANGE <==> z->generation != PLUMB_V2_6_11 &&
      (migratetype < 3 || migratetype == 4) &&
      !(z->base_pfn + z->first <= pfn < z->base_pfn + z->blocks.end);
    ensures busy: \result == PLUMB_EBUSY <==> z->generation != PLUMB_V2_6_11 &&
      (migratetype < 3 || migratetype == 4) &&
      z->base_pfn + z->first <= pfn < z->base_pfn + z->blocks.end &&
      !(pageblock_inside(z->blocks, z->first, pfn - z->base_pfn) &&
        pbtype(z->blocks, \old(z->pageblocks), pfn - z->base_pfn) == 5);
    ensures status: \result == PLUMB_OK || \result == PLUMB_ETYPE || \result == PLUMB_ERANGE ||
      \result == PLUMB_EBUSY;
    ensures refused: \result != PLUMB_OK ==> SAME_STATE;
    ensures now: \result == PLUMB_OK ==> now_of(\old(z->blocks), z->pageblocks,
      block_start(z->blocks, pfn - z->base_pfn), migratetype);
    ensures elsewhere: \result == PLUMB_OK ==> isolation_but(z->blocks, \old(z->pageblocks),
      z->pageblocks, block_start(z->blocks, pfn - z->base_pfn));
    ENSURES_USE_KEPT
    ensures ticks: z->lists.clock <= \old(z->lists.clock) + CALL_TICKS;
*/
enum plumb_status ref_unset_migratetype_isolate(struct zone *z, uint64_t pfn, uint32_t migratetype);

/*@ requires \valid(z) && zone_ok(*z) && clock_room(z->lists, 1024);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES], z->owners.movable[ALL_PAGES];
    ENSURES_VALID_OK
    ENSURES_ISOLATION
    ensures check: \let e = isolate_page_check(\old(z->blocks), z->generation, z->first,
        pfn - z->base_pfn, order);
      e != PLUMB_OK ? \result == e : \result == PLUMB_OK || \result == PLUMB_EWMARK;
    ensures watermark: isolate_page_check(\old(z->blocks), z->generation, z->first,
        pfn - z->base_pfn, order) == PLUMB_OK ==>
      (\result == PLUMB_OK <==>
        pbtype(z->blocks, \old(z->pageblocks), pfn - z->base_pfn) == 5 ||
        watermark_ok(\old(*z), 0, z->wmark[0] + bsize(order), 0, 0x80,
          free_total(\old(z->counts))));
    ensures refused: \result != PLUMB_OK ==> SAME_STATE && z->owners == \old(z->owners);
    ensures block: \result == PLUMB_OK ==> used_of(z->blocks, pfn - z->base_pfn, order);
    ensures was_free: \result == PLUMB_OK ==> is_free(\old(z->blocks), pfn - z->base_pfn);
    ensures same: \result == PLUMB_OK ==>
      free_kept_but(\old(z->blocks), z->blocks, pfn - z->base_pfn);
    ensures owner: \result == PLUMB_OK ==> owned(\old(z->owners), z->owners,
      pfn - z->base_pfn, 1, 0);
    ensures used_more: \result == PLUMB_OK ==>
      z->counts.held[6] == \old(z->counts.held[6]) + bsize(order);
    ensures free_less: \result == PLUMB_OK ==>
      free_sum(z->counts) == free_sum(\old(z->counts)) - bsize(order);
    ensures others: \forall integer c; 6 < c < 72 ==>
      z->counts.held[c] == \old(z->counts.held)[c];
    ensures movable: \result == PLUMB_OK ==> made_movable(z->blocks, \old(z->pageblocks),
      z->pageblocks, z->first, pfn - z->base_pfn, order);
    ENSURES_PCP_KEPT
    ensures ticks: z->lists.clock <= \old(z->lists.clock) + 1024;
*/
enum plumb_status ref_isolate_free_page(struct zone *z, uint64_t pfn, uint32_t order);

#endif
