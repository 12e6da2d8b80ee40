/* Which migratetype a request has, and when pageblocks are not kept for one (semantics 14; v4.10
 * and v6.12 build_all_zonelists). Logic only. */
#ifndef PLUMBLINE_SPEC_GROUPING_H
#define PLUMBLINE_SPEC_GROUPING_H

#include "spec/zone.h"

/*@
  logic boolean gfp_movable(integer gfp) = (gfp & 0x8) != 0;
  logic boolean gfp_reclaimable(integer gfp) = (gfp & 0x10) != 0;
  // 2.6.11 knows neither bit nor type
  predicate gfp_contradicts(integer generation, integer gfp) =
    generation != 0 && gfp_movable(gfp) && gfp_reclaimable(gfp);
  logic integer migratetype_of(integer generation, integer ungrouped, integer gfp) =
    generation == 0 || ungrouped != 0 ? 0 :
    gfp_movable(gfp) ? 1 : gfp_reclaimable(gfp) ? 2 : 0;

  // too few pages for a pageblock of each type
  predicate too_few_for_types(integer pages, integer pageblock_order) =
    pages < 6 * bsize(pageblock_order);
*/

#endif
