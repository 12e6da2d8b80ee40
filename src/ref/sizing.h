/* Set-up of marks, reserves and per-CPU sizes: plumbline.h's functions under the prefix ref_. */
#ifndef PLUMBLINE_REF_SIZING_H
#define PLUMBLINE_REF_SIZING_H

#include "src/ref/zone.h"
#include "spec/setup.h"

#define PAGES_MAX 0x10000000000u    /* 2^40 */
#define MARK_MAX  0x20000000000000u /* 2^53 */

/* Whether the memory is within the limits of plumbline.h and has the zone. */
/*@ requires \valid_read(m);
    terminates \true;
    assigns \nothing;
    ensures binary: \result == 0 || \result == 1;
    ensures exact: \result == 1 <==> memory_zone_ok(*m, i);
*/
int memory_zone_valid(const struct plumb_memory *m, uint32_t i);

/*@ requires \valid_read(memory) && \valid(pages) && \separated(memory, pages);
    terminates \true;
    assigns *pages;
    ensures config: \result == PLUMB_ECONFIG <==> !(memory_zone_ok(*memory, zone) && mark_ok(high));
    ensures status: \result == PLUMB_OK || \result == PLUMB_ECONFIG;
    ensures refused: \result != PLUMB_OK ==> *pages == \old(*pages);
    ensures exact: \result == PLUMB_OK ==> *pages == buffer_pages_of(*memory, zone, high);
*/
enum plumb_status ref_nr_free_buffer_pages(const struct plumb_memory *memory, uint32_t zone,
                                           uint64_t high, uint64_t *pages);

/*@ requires \valid(kbytes);
    terminates \true;
    assigns *kbytes;
    ensures config: \result == PLUMB_ECONFIG <==>
      !(generation < 3 && buffer_pages <= 0x40000000000 && user_ok(user_kbytes));
    ensures status: \result == PLUMB_OK || \result == PLUMB_ECONFIG;
    ensures refused: \result != PLUMB_OK ==> *kbytes == \old(*kbytes);
    ensures exact: \result == PLUMB_OK ==>
      min_free_of(generation, buffer_pages, user_kbytes, *kbytes);
    ensures capped: \result == PLUMB_OK ==> *kbytes < 0x4000000;
*/
enum plumb_status ref_min_free_kbytes(uint32_t generation, uint64_t buffer_pages,
                                      int64_t user_kbytes, uint64_t *kbytes);

/*@ requires \valid_read(memory) && \valid(wmark + (0 .. 3)) && \separated(memory, wmark + (0 .. 3));
    terminates \true;
    assigns wmark[0 .. 3];
    ensures config: \result == PLUMB_ECONFIG <==> !memory_zone_ok(*memory, zone);
    ensures status: \result == PLUMB_OK || \result == PLUMB_ECONFIG;
    ensures refused: \result != PLUMB_OK ==>
      \forall integer k; 0 <= k < 4 ==> wmark[k] == \old(wmark[k]);
    ensures min: \result == PLUMB_OK ==> wmark[0] == min_mark(*memory, zone);
    ensures low: \result == PLUMB_OK ==> wmark[1] == low_mark_setup(*memory, zone);
    ensures high: \result == PLUMB_OK ==> wmark[2] == high_mark_setup(*memory, zone);
    ensures promo: \result == PLUMB_OK ==> wmark[3] == promo_mark_setup(*memory, zone);
*/
enum plumb_status ref_zone_wmarks(const struct plumb_memory *memory, uint32_t zone,
                                  uint64_t wmark[PLUMB_NR_WMARKS]);

/*@ requires \valid(boost);
    terminates \true;
    assigns *boost;
    ensures config: \result == -PLUMB_ECONFIG <==>
      !(pages_ok(managed) && pageblock_order <= 10 && mark_ok(high) && factor <= 0x100000 &&
        mark_ok(\old(*boost)));
    ensures binary: \result == 0 || \result == 1 || \result == -PLUMB_ECONFIG;
    ensures boosted: \result >= 0 ==>
      (\result == 1 <==> may_boost(managed, bsize(pageblock_order), high, factor));
    ensures kept: \result != 1 ==> *boost == \old(*boost);
    ensures exact: \result == 1 ==>
      *boost == boosted(bsize(pageblock_order), high, factor, \old(*boost));
*/
int ref_boost_watermark(uint64_t managed, uint32_t pageblock_order, uint64_t high, uint32_t factor,
                        uint64_t *boost);

/*@ requires \valid_read(memory) && \valid(reserve + (0 .. 3)) &&
      \separated(memory, reserve + (0 .. 3));
    terminates \true;
    assigns reserve[0 .. 3];
    ensures config: \result == PLUMB_ECONFIG <==> !memory_zone_ok(*memory, zone);
    ensures status: \result == PLUMB_OK || \result == PLUMB_ECONFIG;
    ensures refused: \result != PLUMB_OK ==>
      \forall integer k; 0 <= k < 4 ==> reserve[k] == \old(reserve[k]);
    ensures exact: \result == PLUMB_OK ==>
      \forall integer k; 0 <= k < 4 ==> reserve[k] == reserve_of(*memory, zone, k);
    ensures capped: \result == PLUMB_OK ==>
      \forall integer k; 0 <= k < 4 ==> reserve[k] <= pages_above(*memory, zone, k);
*/
enum plumb_status ref_lowmem_reserve(const struct plumb_memory *memory, uint32_t zone,
                                     uint64_t reserve[PLUMB_NR_ZONES]);

/*@ requires \valid_read(memory) && \valid(pages) && \separated(memory, pages);
    terminates \true;
    assigns *pages;
    ensures config: \result == PLUMB_ECONFIG <==> !(memory_zone_ok(*memory, zone) && mark_ok(high));
    ensures status: \result == PLUMB_OK || \result == PLUMB_ECONFIG;
    ensures refused: \result != PLUMB_OK ==> *pages == \old(*pages);
    ensures exact: \result == PLUMB_OK ==> *pages == totalreserve_of(*memory, zone, high);
    ensures capped: \result == PLUMB_OK ==> *pages <= memory->managed_pages[zone];
*/
enum plumb_status ref_zone_totalreserve(const struct plumb_memory *memory, uint32_t zone,
                                        uint64_t high, uint64_t *pages);

/*@ requires \valid(batch);
    terminates \true;
    assigns *batch;
    ensures config: \result == PLUMB_ECONFIG <==> !(generation < 3 && pages_ok(managed));
    ensures status: \result == PLUMB_OK || \result == PLUMB_ECONFIG;
    ensures refused: \result != PLUMB_OK ==> *batch == \old(*batch);
    ensures exact: \result == PLUMB_OK ==> *batch == batchsize(generation, managed);
*/
enum plumb_status ref_zone_batchsize(uint32_t generation, uint64_t managed, uint32_t *batch);

/*@ requires \valid_read(memory) && \valid(sizes) && \separated(memory, sizes);
    terminates \true;
    assigns *sizes;
    ensures config: \result == PLUMB_ECONFIG <==>
      !(memory_zone_ok(*memory, zone) && mark_ok(low_wmark));
    ensures status: \result == PLUMB_OK || \result == PLUMB_ECONFIG;
    ensures refused: \result != PLUMB_OK ==> *sizes == \old(*sizes);
    ensures exact: \result == PLUMB_OK ==> pcp_sizes_of(*memory, zone, low_wmark, *sizes);
    ensures bounds: \result == PLUMB_OK && memory->generation == 2 ==>
      4 * sizes->batch <= sizes->high_min;
*/
enum plumb_status ref_zone_pcp_sizes(const struct plumb_memory *memory, uint32_t zone,
                                     uint64_t low_wmark, struct plumb_pcp_sizes *sizes);

#endif
