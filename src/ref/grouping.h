/* Grouping by mobility: plumbline.h's functions under the prefix ref_. */
#ifndef PLUMBLINE_REF_GROUPING_H
#define PLUMBLINE_REF_GROUPING_H

#include "src/ref/zone.h"
#include "spec/grouping.h"

/*@ terminates \true;
    assigns \nothing;
    ensures config: \result == -PLUMB_ECONFIG <==> generation > 2;
    ensures flags: \result == -PLUMB_EFLAGS <==>
      generation <= 2 && gfp_contradicts(generation, gfp);
    ensures exact: generation <= 2 && !gfp_contradicts(generation, gfp) ==>
      \result == migratetype_of(generation, ungrouped, gfp);
*/
int ref_gfp_migratetype(uint32_t generation, int ungrouped, uint32_t gfp);

/*@ terminates \true;
    assigns \nothing;
    ensures config: \result == -PLUMB_ECONFIG <==> pages > 0x40000000000 || pageblock_order > 10;
    ensures exact: pages <= 0x40000000000 && pageblock_order <= 10 ==>
      (\result == 1 <==> too_few_for_types(pages, pageblock_order));
    ensures answer: \result == 0 || \result == 1 || \result == -PLUMB_ECONFIG;
*/
int ref_grouping_disabled(uint64_t pages, uint32_t pageblock_order);

#endif
