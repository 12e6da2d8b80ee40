/* Claiming pageblocks for a migratetype. */
#ifndef PLUMBLINE_REF_CLAIM_H
#define PLUMBLINE_REF_CLAIM_H

#include "src/ref/pageblock.h"
#include "spec/fallback.h"

/* Lemma: a block of order k is one of an order or more. */
/*@ ghost
  /@ requires \valid(z) && in_zone(z->blocks, p) && order <= k <= z->blocks.top_order;
     requires z->blocks.place[p] == free_list(k, mt);
     terminates \true;
     assigns \nothing;
     ensures some: has_block(z->blocks, order, mt);
  @/
  void some_block(struct zone *z, uint32_t p, uint32_t k, uint32_t order, uint32_t mt);
*/

/* try_to_claim_block: claims the pageblock of the head p of the list of type from and its order, or
 * all of them, and takes the smallest block that suits; NONE if it can't be claimed. */
/*@ requires \valid(z) && wf(*z) && coalesced(z->blocks) && typed(z->blocks, z->pageblocks);
    requires kinds(z->blocks, z->pageblocks) && clock_room(z->lists, 0x40a) && tuned(*z);
    REQUIRES_HEAD
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES], z->watermark_boost;
    ENSURES_TAKEN(\result)
    ensures none: \result == NONE <==> \old(z->blocks.order[p]) < z->blocks.pageblock_order &&
      (claim == 0 || !claimed(\old(z->blocks), z->owners, z->first,
        block_start(\old(z->blocks), p), from, start));
    ensures nothing: \result == NONE ==> NOTHING_BUT_BOOST;
    ensures handed: \result != NONE ==> handed(\old(z->blocks), z->owners, z->first, claim, p, from,
      order, start, \result);
    ensures retagged: \result != NONE ==> retagged(\old(z->blocks), \old(z->pageblocks),
      z->pageblocks, z->owners, z->first, claim, p, from, start);
    ensures only: only_to(\old(z->pageblocks), z->pageblocks, start);
    ENSURES_BOOSTED
*/
uint32_t try_to_claim(struct zone *z, uint32_t p, uint32_t order, uint32_t from, uint32_t start,
                      int claim);

/* v4.10: claims the pageblock of the free block p of type from, or all of them, and takes p; 0 if it
 * can't be claimed. */
/*@ requires \valid(z) && wf(*z) && coalesced(z->blocks) && typed(z->blocks, z->pageblocks);
    requires kinds(z->blocks, z->pageblocks) && clock_room(z->lists, 0x40a);
    REQUIRES_HEAD
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
    ENSURES_TAKEN((\result ? p : NONE))
    ensures none: \result == 0 <==> \old(z->blocks.order[p]) < z->blocks.pageblock_order &&
      (claim == 0 || !claimed_v4_10(\old(z->blocks), z->owners, z->first,
        block_start(\old(z->blocks), p)));
    ensures nothing: \result == 0 ==> NOTHING_BUT_BOOST;
    ensures retyped: \result != 0 ==> retyped_v4_10(\old(z->blocks), \old(z->pageblocks),
      z->pageblocks, z->owners, z->first, claim, p, start);
    ensures only: only_to(\old(z->pageblocks), z->pageblocks, start);
*/
int try_to_claim_v4_10(struct zone *z, uint32_t p, uint32_t order, uint32_t start, int claim)
    /*@ ghost (uint32_t from) */;

#endif
