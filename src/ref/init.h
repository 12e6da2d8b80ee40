/* Making a zone, changing its tunables, and handing memory to it. */
#ifndef PLUMBLINE_REF_INIT_H
#define PLUMBLINE_REF_INIT_H

#include "src/ref/buddy.h"
#include "spec/init.h"

/* The largest number of pages a configuration may name. */
#define SIZE_MAX_PAGES   0x10000000000000u /* 2^52 */
#define BOOST_FACTOR_MAX 0x100000u         /* 2^20 */

/* Whether a configuration is within the limits of plumbline.h and the reference's capacity. */
/*@ requires \valid_read(c);
    terminates \true;
    assigns \nothing;
    ensures exact: \result == 1 <==> config_ok(*c);
    ensures boolean: \result == 0 || \result == 1;
*/
int ref_config_valid(const struct plumb_config *c);

/* Makes an empty zone: every page reserved, every list empty. */
/*@ requires \valid(z) && \valid_read(c) && config_ok(*c);
    requires \valid_read(types + (0 .. nr_pageblocks(*c) - 1));
    requires \separated(z, c) && \separated(z, types + (0 .. nr_pageblocks(*c) - 1));
    requires \forall integer i; 0 <= i < nr_pageblocks(*c) ==> types[i] < 6;
    terminates \true;
    assigns *z;
    ENSURES_BUDDY
    ensures tuned: tuned(*z);
    ensures adapted: adapted(z->tuning, z->generation, z->pcp_high);
    ensures forgets: forgets(z->tuning);
    ensures based: based(*z);
    ensures none_isolated: none_isolated(z->blocks, z->pageblocks);
    ensures untouched: untouched(z->blocks, z->lists, z->counts);
    ensures place: placed_as(*z, *c);
    ensures shape: shaped_as(*z, *c);
    ensures tunables: tuned_as(*z, *c);
    ensures types: \forall integer i; 0 <= i < nr_pageblocks(*c) ==>
      z->pageblocks.migratetype[first_pageblock(*c) + i] == types[i];
    ensures ticks: z->lists.clock == 0;
*/
void zone_init(struct zone *z, const struct plumb_config *c, const uint8_t *types);

/* Releases the reserved pages [start, end) (indices) in the largest aligned blocks. */
/*@ requires \valid(z) && wf(*z) && coalesced(z->blocks) && typed(z->blocks, z->pageblocks);
    requires kinds(z->blocks, z->pageblocks) && clock_room(z->lists, 0x1000000);
    requires start < end <= z->blocks.end && all_reserved(z->blocks, start, end);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
    ENSURES_BUDDY
    ENSURES_ISOLATION
    ensures none_joined: none_joined(\old(z->blocks), z->blocks);
    ensures busy: busy_outside(\old(z->blocks), z->blocks, start, end);
    ensures released: handed_over(\old(z->blocks), z->blocks, start, end);
    ensures reserved_less: z->counts.held[7] == \old(z->counts.held[7]) - (end - start);
    ensures free_more: free_sum(z->counts) == free_sum(\old(z->counts)) + (end - start);
    ensures used: z->counts.held[6] == \old(z->counts.held[6]);
    ensures others: \forall integer c; 8 <= c < 72 ==>
      z->counts.held[c] == \old(z->counts.held)[c];
    ENSURES_PCP_KEPT
    ensures behind: PUT_BEHIND;
    ensures ticks: z->lists.clock <= \old(z->lists.clock) + (end - start);
*/
void free_range(struct zone *z, uint32_t start, uint32_t end);

/*@ requires \valid_read(z) && shaped(*z) && based(*z);
    terminates \true;
    assigns \nothing;
    ensures exact: \result == z->base_pfn + z->first;
*/
static inline uint64_t zone_start_pfn(const struct zone *z)
{
    return z->base_pfn + z->first;
}

/*@ requires \valid_read(z) && based(*z);
    terminates \true;
    assigns \nothing;
    ensures exact: \result == z->base_pfn + z->blocks.end;
*/
static inline uint64_t zone_end_pfn(const struct zone *z)
{
    return z->base_pfn + z->blocks.end;
}

#endif
