/* Runs of used blocks of one page. */
#ifndef PLUMBLINE_REF_EXACT_H
#define PLUMBLINE_REF_EXACT_H

#include "src/ref/zone.h"
#include "spec/exact.h"

/* Cuts a used block into single pages. */
/*@ requires \valid(z) && wf(*z) && coalesced(z->blocks) && typed(z->blocks, z->pageblocks);
    requires used_of(z->blocks, p, order) && order <= 10;
    terminates \true;
    assigns z->blocks.place[p .. p + bsize(order) - 1], z->blocks.order[p .. p + bsize(order) - 1];
    ENSURES_WF
    ensures coalesced: coalesced(z->blocks);
    ensures typed: typed(z->blocks, z->pageblocks);
    ensures singles: singles(z->blocks, p, bsize(order));
    ensures same: same_but(\old(z->blocks), z->blocks, p, bsize(order));
*/
void split_block(struct zone *z, uint32_t p, uint32_t order);

/* Each page of a run is owned as its first page is. */
/*@ requires \valid(z) && 1 <= n && p + n <= ZONE_CAPACITY;
    terminates \true;
    assigns z->owners.movable[p .. p + n - 1];
    ensures owned: owned(\old(z->owners), z->owners, p, n, \old(z->owners.movable[p]));
*/
void share_owner(struct zone *z, uint32_t p, uint32_t n);

/* Frees a run of used pages in ascending order, straight to the buddy lists. */
/*@ requires \valid(z) && wf(*z) && coalesced(z->blocks) && typed(z->blocks, z->pageblocks);
    requires kinds(z->blocks, z->pageblocks) && clock_room(z->lists, n);
    requires p + n <= z->blocks.end && singles(z->blocks, p, n);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
    ENSURES_BUDDY
    ENSURES_ISOLATION
    ensures only: run_used_less(\old(z->blocks), z->blocks, p, n);
    ensures busy: busy_kept_run(\old(z->blocks), z->blocks, p, n);
    ensures used_less: z->counts.held[6] == \old(z->counts.held[6]) - n;
    ensures free_more: free_sum(z->counts) == free_sum(\old(z->counts)) + n;
    ensures others: \forall integer c; 6 < c < 72 ==>
      z->counts.held[c] == \old(z->counts.held)[c];
    ENSURES_PCP_KEPT
    ensures none_joined: none_joined(\old(z->blocks), z->blocks);
    ensures behind: to_tail ==> PUT_BEHIND;
    ensures ticks: z->lists.clock == \old(z->lists.clock) + n;
*/
void free_singles(struct zone *z, uint32_t p, uint32_t n, int to_tail);

/* Frees a run of used pages in ascending order, each as ref_free does. */
/*@ requires \valid(z) && zone_ok(*z) && clock_room(z->lists, FREE_TICKS * n) && cpu < z->nr_cpus;
    requires p + n <= z->blocks.end && singles(z->blocks, p, n);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES],
      z->owners.movable[ALL_PAGES], REMEMBERED;
    ENSURES_ZONE
    ensures outside: all_reserved(z->blocks, 0, z->first);
    ensures idle: idle_cpus(z->counts, z->nr_cpus);
    ensures only: run_used_less(\old(z->blocks), z->blocks, p, n);
    ensures kept: kept_but_run(\old(z->blocks), z->blocks, cpu, p, n);
    ensures owned: owned(\old(z->owners), z->owners, p, n, 0);
    ENSURES_RUN_FREED(n)
    ensures ticks: z->lists.clock <= \old(z->lists.clock) + FREE_TICKS * n;
*/
void free_run(struct zone *z, uint32_t cpu, uint32_t p, uint32_t n);

#endif
