/* Per-CPU lists: refill, allocation, free, drains, in the order of three kernel generations. */
#ifndef PLUMBLINE_REF_PCP_H
#define PLUMBLINE_REF_PCP_H

#include "src/ref/buddy.h"
#include "spec/pcp.h"

/*@ requires cpu < 64 && index < 12;
    terminates \true;
    assigns \nothing;
    ensures list: \result == pcp_list(cpu, index) && is_list_of(\result, cpu);
    ensures index: list_index(\result) == index && list_order(\result) == index / 3;
*/
static inline uint32_t pcp_list_of(uint32_t cpu, uint32_t index)
{
    return NR_FREE_LISTS + 64 * index + cpu;
}

/*@ assigns *z; */
uint32_t rmqueue_bulk(struct zone *z, uint32_t order, uint32_t count, uint32_t mt,
                      uint32_t list, int at_tail);

uint32_t rmqueue_pcplist(struct zone *z, uint32_t cpu, uint32_t order, uint32_t mt, int cold);

void free_unref_page(struct zone *z, uint32_t cpu, uint32_t p, int cold);

/* drain_pages_zone: gives all pages of a CPU back. */
/*@ REQUIRES_ZONE
    requires cpu < 64 && z->generation < 3 && clock_room(z->lists, HELD_MAX);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
    ENSURES_DRAIN
    ensures none: z->counts.held[8 + cpu] == 0;
    ensures freed: free_sum(z->counts) ==
      free_sum(\old(z->counts)) + \old(z->counts.held)[8 + cpu];
    ensures empty: pcp_empty(z->lists, cpu);
    ensures few: \old(z->counts.held)[8 + cpu] <= HELD_MAX;
*/
void drain_pages_zone(struct zone *z, uint32_t cpu);

/* drain_zone_pages: gives a batch of a CPU back; in 2.6.11, a batch of each of its two lists. */
/*@ REQUIRES_ZONE
    requires cpu < 64 && z->generation < 3 && clock_room(z->lists, HELD_MAX) && tuned(*z);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
    ENSURES_DRAIN
    ensures v6_12: z->generation == PLUMB_V6_12 ==>
      released(\old(z->counts.held)[8 + cpu], z->counts.held[8 + cpu], z->pcp_batch, 8);
    ensures v4_10: z->generation == PLUMB_V4_10 ==>
      released(\old(z->counts.held)[8 + cpu], z->counts.held[8 + cpu], z->pcp_batch, 1);
    ensures v2_6_11: z->generation == PLUMB_V2_6_11 ==>
      released(\old(z->counts.len)[66 + cpu], z->counts.len[66 + cpu], z->pcp_batch, 1) &&
      released(\old(z->counts.len)[130 + cpu], z->counts.len[130 + cpu], z->pcp_batch, 1);
*/
void drain_zone_pages(struct zone *z, uint32_t cpu);

/* drain_all_pages: gives the pages of all CPUs back. */
/*@ REQUIRES_ZONE
    requires shaped(*z) && clock_room(z->lists, 0x10000000000);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
    ENSURES_ZONE
    ensures none: \forall integer c; 0 <= c < z->nr_cpus ==> z->counts.held[8 + c] == 0;
    ensures empty: \forall integer c; 0 <= c < z->nr_cpus ==> pcp_empty(z->lists, c);
    ensures freed: free_sum(z->counts) ==
      free_sum(\old(z->counts)) + pcp_sum(\old(z->counts), z->nr_cpus);
    ensures others: \forall integer c; 6 <= c < 72 && !(8 <= c < 8 + z->nr_cpus) ==>
      z->counts.held[c] == \old(z->counts.held)[c];
    ensures kept: used_kept(\old(z->blocks), z->blocks);
    ensures tails: tails_kept(\old(z->blocks), z->blocks);
*/
void drain_all_pages(struct zone *z);

/* Whether a block of this order passes through the per-CPU lists. */
/*@ requires \valid_read(z) && z->generation < 3;
    terminates \true;
    assigns \nothing;
    ensures exact: \result != 0 <==>
      pcp_order(z->generation, z->blocks.pageblock_order, order);
*/
int pcp_allowed(const struct zone *z, uint32_t order);

#endif
