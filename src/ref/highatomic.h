/* The highatomic reserve: pageblocks kept for requests that cannot wait (semantics 10). */
#ifndef PLUMBLINE_REF_HIGHATOMIC_H
#define PLUMBLINE_REF_HIGHATOMIC_H

#include "src/ref/pcp.h"
#include "spec/highatomic.h"

/* reserve_highatomic_pageblock: the pageblock of the used block p, or all pageblocks of it, join
 * the reserve, unless that is full or they are of a type that has no fallback. */
/*@ REQUIRES_ZONE
    requires tuned(*z) && in_zone(z->blocks, p) && is_used(z->blocks, p);
    requires unisolated(z->blocks, z->pageblocks, p);
    requires clock_room(z->lists, 1024);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES], z->nr_reserved_highatomic;
    ENSURES_ZONE
    ensures tuned: tuned(*z);
    ensures stops: !grows(\old(z->blocks), \old(z->pageblocks), z->first,
        z->highatomic, z->blocks.end - \old(z->counts.held[7]), \old(z->nr_reserved_highatomic), p) ==>
      z->blocks == \old(z->blocks) && z->lists == \old(z->lists) &&
      z->counts == \old(z->counts) && z->pageblocks == \old(z->pageblocks) &&
      z->nr_reserved_highatomic == \old(z->nr_reserved_highatomic);
    ensures grows: grows(\old(z->blocks), \old(z->pageblocks), z->first,
        z->highatomic, z->blocks.end - \old(z->counts.held[7]), \old(z->nr_reserved_highatomic), p) ==>
      became(\old(z->blocks), \old(z->pageblocks), z->pageblocks, p, 3) &&
      z->nr_reserved_highatomic == \old(z->nr_reserved_highatomic) +
        reserve_share(z->blocks.pageblock_order, \old(z->blocks.order[p]));
    ensures type: z->nr_reserved_highatomic != \old(z->nr_reserved_highatomic) ==>
      pbtype(z->blocks, z->pageblocks, p) == 3;
    ensures more: z->nr_reserved_highatomic == \old(z->nr_reserved_highatomic) ||
      z->nr_reserved_highatomic == \old(z->nr_reserved_highatomic) +
        reserve_share(z->blocks.pageblock_order, \old(z->blocks.order[p]));
    ensures below: z->nr_reserved_highatomic != \old(z->nr_reserved_highatomic) ==>
      below_limit(z->highatomic, z->blocks.end - \old(z->counts.held[7]),
        bsize(z->blocks.pageblock_order), \old(z->nr_reserved_highatomic));
    ensures only: only_to(\old(z->pageblocks), z->pageblocks, 3);
    ensures retyped: retyped(\old(z->blocks), z->blocks, 0, z->blocks.end);
    ENSURES_USE_KEPT
    ensures ticks: \old(z->lists.clock) <= z->lists.clock <= \old(z->lists.clock) + 1024;
*/
void reserve_highatomic(struct zone *z, uint32_t p);

#endif
