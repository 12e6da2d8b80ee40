/* Fallback between migratetypes: what a request takes when its own type has no block left. */
#ifndef PLUMBLINE_REF_FALLBACK_H
#define PLUMBLINE_REF_FALLBACK_H

#include "src/ref/pageblock.h"
#include "src/ref/sizing.h"
#include "src/ref/watermark.h"
#include "spec/fallback.h"

/* Lemma: a type without a block of an order or more has smaller blocks only. */
/*@ ghost
  /@ requires \valid(z) && wf(*z) && is_type(mt) && order <= 10 &&
       !has_block(z->blocks, order, mt);
     terminates \true;
     assigns \nothing;
     ensures smaller: all_smaller(z->blocks, order, mt);
  @/
  void none_larger(struct zone *z, uint32_t order, uint32_t mt);
*/

/* Takes the smallest sufficient block of a type. */
/*@ requires \valid(z) && wf(*z) && coalesced(z->blocks) && typed(z->blocks, z->pageblocks);
    requires kinds(z->blocks, z->pageblocks) && clock_room(z->lists, 0x40a);
    requires order <= z->blocks.top_order && mt < 5;
    terminates \true;
    assigns BLOCKS;
    ENSURES_TAKEN(\result)
    ensures fails: \result == NONE <==> !has_block(\old(z->blocks), order, mt);
    ensures nothing: \result == NONE ==> NOTHING_TAKEN;
    ensures smallest: \result != NONE ==>
      smallest(\old(z->lists), z->blocks.top_order, order, mt, \result);
*/
uint32_t take_smallest(struct zone *z, uint32_t order, uint32_t mt);

/* __rmqueue (semantics 9 and 12): a block from the buddy lists, of the type, of CMA, or by the
 * zone's fallback policy of another type; NONE if there is none. */
/*@ requires \valid(z) && wf(*z) && coalesced(z->blocks) && typed(z->blocks, z->pageblocks);
    requires kinds(z->blocks, z->pageblocks) && clock_room(z->lists, 0x40a) && tuned(*z);
    requires order <= z->blocks.top_order && mt < 5;
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES], z->watermark_boost;
    ENSURES_TAKEN(\result)
    ensures tuned: tuned(*z);
    ensures fails: \result == NONE <==>
      !supplied(\old(z->blocks), z->fallback, order, mt, flags);
    ensures nothing: \result == NONE ==> NOTHING_TAKEN;
    ensures chosen: \result != NONE ==> chosen(\old(z->blocks), \old(z->lists),
      \old(z->counts), z->owners, z->first, z->fallback, order, mt, flags, \result);
    ensures kept: z->fallback == 0 || has_block(\old(z->blocks), order, mt) ||
        (flag_cma(heeded(z->fallback, mt, flags)) == \true &&
          has_block(\old(z->blocks), order, 4)) ==>
      z->pageblocks == \old(z->pageblocks) && z->watermark_boost == \old(z->watermark_boost);
    ensures retagged: \result != NONE && z->fallback == 1 &&
        !has_block(\old(z->blocks), order, mt) &&
        !(flag_cma(flags) == \true && has_block(\old(z->blocks), order, 4)) ==>
      fallback_retagged(\old(z->blocks), \old(z->lists), \old(z->pageblocks), z->pageblocks,
        z->owners, z->first, order, mt, flags);
    ensures retagged_v6_15: \result != NONE && z->fallback == 2 &&
        !has_block(\old(z->blocks), order, mt) &&
        !(flag_cma(flags) == \true && has_block(\old(z->blocks), order, 4)) ==>
      retagged_v6_15(\old(z->blocks), \old(z->lists), \old(z->pageblocks), z->pageblocks,
        z->owners, z->first, order, mt, flags);
    ensures retagged_v4_10: \result != NONE && z->fallback == 3 &&
        !has_block(\old(z->blocks), order, mt) &&
        !(mt == 1 && has_block(\old(z->blocks), order, 4)) ==>
      retagged_v4_10(\old(z->blocks), \old(z->lists), \old(z->pageblocks), z->pageblocks,
        z->owners, z->first, order, mt);
    ensures only: only_to(\old(z->pageblocks), z->pageblocks, mt);
    ensures boost: never_boosts(z->fallback, z->generation) ==>
      z->watermark_boost == \old(z->watermark_boost);
*/
uint32_t rmqueue_buddy(struct zone *z, uint32_t order, uint32_t mt, uint32_t flags);

#endif
