/* Isolating one pageblock, and undoing it. */
#ifndef PLUMBLINE_REF_ISOLATE_H
#define PLUMBLINE_REF_ISOLATE_H

#include "src/ref/zone.h"
#include "spec/isolate.h"

/* The first page of the block that holds page s. */
/*@ requires \valid_read(z) && tiling(z->blocks) && in_zone(z->blocks, s);
    terminates \true;
    assigns \nothing;
    ensures inside: inside(z->blocks, \result, s);
    ensures only: \forall integer h; inside(z->blocks, h, s) ==> h == \result;
*/
uint32_t block_of(const struct zone *z, uint32_t s);

/* Whether the pageblock of a page can be isolated for pages of a type. */
/*@ requires \valid_read(z) && tiling(z->blocks) && shaped(*z) && based(*z);
    terminates \true;
    assigns \nothing;
    ensures type: \result == PLUMB_ETYPE <==> z->generation == PLUMB_V2_6_11;
    ensures range: \result == PLUMB_ERANGE <==> z->generation != PLUMB_V2_6_11 &&
      !(z->base_pfn + z->first <= pfn < z->base_pfn + z->blocks.end);
    ensures fine: \result == PLUMB_OK <==> z->generation != PLUMB_V2_6_11 &&
      z->base_pfn + z->first <= pfn < z->base_pfn + z->blocks.end &&
      can_isolate(z->blocks, z->pageblocks, z->owners, z->first, pfn - z->base_pfn, mt);
    ensures status: \result == PLUMB_OK || \result == PLUMB_ETYPE || \result == PLUMB_ERANGE ||
      \result == PLUMB_EBUSY;
*/
enum plumb_status check_isolate(const struct zone *z, uint64_t pfn, uint32_t mt);

/* Lemma: if no CPU holds a page, no page is on a per-CPU list. */
/*@ ghost
  /@ requires \valid(z) && wf(*z);
     requires \forall integer c; 0 <= c < 64 ==> z->counts.held[8 + c] == 0;
     terminates \true;
     assigns \nothing;
     ensures none: \forall integer q; in_zone(z->blocks, q) ==> !on_pcp(z->blocks, q);
  @/
  void none_on_any(struct zone *z);
*/

/* Whether an isolated pageblock may be given a type. */
/*@ terminates \true;
    assigns \nothing;
    ensures exact: \result != 0 <==> undo_type(mt);
*/
static inline int is_undo_type(uint32_t mt)
{
    return mt < MIGRATE_PCPTYPES || mt == MIGRATE_CMA;
}

/* Isolates the pageblock at s and empties the per-CPU lists. */
/*@ requires \valid(z) && zone_ok(*z) && clock_room(z->lists, CALL_TICKS);
    requires z->first <= s && s + bsize(z->blocks.pageblock_order) <= z->blocks.end;
    requires aligned(s, z->blocks.pageblock_order);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
    ENSURES_VALID_OK
    ensures isolated: of_type(z->blocks, z->pageblocks, s, 5);
    ensures elsewhere: isolation_but(z->blocks, \old(z->pageblocks), z->pageblocks, s);
    ensures none: \forall integer c; 0 <= c < 64 ==> z->counts.held[8 + c] == 0;
    ensures freed: free_sum(z->counts) ==
      free_sum(\old(z->counts)) + pcp_sum(\old(z->counts), z->nr_cpus);
    ensures used: z->counts.held[6] == \old(z->counts.held[6]) &&
      z->counts.held[7] == \old(z->counts.held[7]);
    ensures emptied: pcp_sum(z->counts, z->nr_cpus) == 0;
    ensures kept: used_kept(\old(z->blocks), z->blocks);
    ensures only: taken_same(\old(z->blocks), z->blocks, z->blocks.end);
    ensures ticks: z->lists.clock <=
      \old(z->lists.clock) + 1024 + pcp_sum(\old(z->counts), z->nr_cpus);
    ensures few: pcp_sum(\old(z->counts), z->nr_cpus) <= 0x10000000000;
*/
void isolate(struct zone *z, uint32_t s);

/* Undoes the isolation of the pageblock at s. */
/*@ requires \valid(z) && zone_ok(*z) && clock_room(z->lists, 1024);
    requires z->first <= s && s + bsize(z->blocks.pageblock_order) <= z->blocks.end;
    requires aligned(s, z->blocks.pageblock_order) && is_type(mt);
    requires mt != 5;
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
    ENSURES_VALID_OK
    ensures now: now_of(\old(z->blocks), z->pageblocks, s, mt);
    ensures outside: in_pieces(\old(z->blocks), s) ==>
      types_but(z->blocks, \old(z->pageblocks), z->pageblocks, s);
    ensures elsewhere: isolation_but(z->blocks, \old(z->pageblocks), z->pageblocks, s);
    ENSURES_USE_KEPT
    ensures ticks: z->lists.clock <= \old(z->lists.clock) + 1024;
*/
void unisolate(struct zone *z, uint32_t s, uint32_t mt);

#endif
