/* Watermark checks of three kernel generations. */
#ifndef PLUMBLINE_REF_WATERMARK_H
#define PLUMBLINE_REF_WATERMARK_H

#include "src/ref/zone.h"
#include "spec/watermark.h"

/* Counts never exceed what fits into a zone. */
/*@ ghost
  /@ requires \valid_read(z) && wf(*z);
     terminates \true;
     assigns \nothing;
     ensures bounded: bounded(z->counts);
  @/
  void counts_bounded(const struct zone *z);
*/

/* The full check: 1 if the request passes. mark and free_pages in pages, free_pages may be
 * negative. */
/*@ requires \valid_read(z) && wf(*z) && shaped(*z) && tuned(*z);
    requires order <= z->blocks.top_order && highest_zoneidx < 4;
    requires mark <= 0x20000000000000;
    requires -0x20000000000000 <= free_pages <= 0x20000000000000;
    terminates \true;
    assigns \nothing;
    ensures binary: \result == 0 || \result == 1;
    ensures exact: \result == 1 <==> watermark_ok(*z, order, mark, highest_zoneidx, flags, free_pages);
*/
int zone_watermark_ok(const struct zone *z, uint32_t order, uint64_t mark, uint32_t highest_zoneidx,
                      uint32_t flags, int64_t free_pages);

/* The check an allocation makes, with the fast path for single pages; the mark is the one that
 * bits 0 and 1 of the flags, that is flags % 4, name. */
/*@ requires \valid_read(z) && wf(*z) && shaped(*z) && tuned(*z);
    requires order <= z->blocks.top_order && highest_zoneidx < 4;
    terminates \true;
    assigns \nothing;
    ensures binary: \result == 0 || \result == 1;
    ensures exact: \result == 1 <==> watermark_fast(*z, order, highest_zoneidx, flags);
*/
int zone_watermark_fast(const struct zone *z, uint32_t order, uint32_t highest_zoneidx,
                        uint32_t flags);

/* Whether a single page passes the MIN mark without boost, if that is asked for. */
/*@ requires \valid_read(z) && wf(*z) && shaped(*z) && tuned(*z) && highest_zoneidx < 4;
    requires free_pages == free_total(z->counts) && 0 <= free_pages <= 0xa00000000;
    terminates \true;
    assigns \nothing;
    ensures binary: \result == 0 || \result == 1;
    ensures exact: \result == 1 <==>
      retries(*z, flags) && full_check(*z, 0, z->wmark[0], highest_zoneidx, flags);
*/
int enough_unboosted(const struct zone *z, uint32_t highest_zoneidx, uint32_t flags,
                     int64_t free_pages);

/* Free blocks of an order, all types. */
/*@ requires \valid_read(z) && is_order(order);
    terminates \true;
    assigns \nothing;
    ensures exact: \result == free_blocks(z->counts, order);
*/
uint64_t nr_free(const struct zone *z, uint32_t order);

/* Free pages, type ISOLATE excluded. */
/*@ requires \valid_read(z) && wf(*z);
    terminates \true;
    assigns \nothing;
    ensures exact: \result == free_total(z->counts);
    ensures small: \result <= 0xa00000000;
*/
uint64_t nr_free_pages(const struct zone *z);

#endif
