/* Giving pages of the per-CPU lists back to the buddy lists. */
#ifndef PLUMBLINE_REF_PCP_DRAIN_H
#define PLUMBLINE_REF_PCP_DRAIN_H

#include "src/ref/pcp.h"

/* Lemma: no class holds more pages than blocks of 1024 could start. */
/*@ ghost
  /@ requires \valid(z) && sized(z->blocks) && placed_all(z->blocks) &&
       held_all(z->blocks, z->counts);
     terminates \true;
     assigns \nothing;
     ensures few: \forall integer c; is_class(c) ==> z->counts.held[c] <= HELD_MAX;
  @/
  void held_few(struct zone *z);
*/

/* Lemmas: what a block adds to its class; no CPU holds more pages than the zone has. */
/*@ ghost
  /@ requires \valid(z) && tiling(z->blocks) && in_zone(z->blocks, p) && is_head(z->blocks, p);
     requires is_class(c);
     terminates \true;
     assigns \nothing;
     ensures block: pages(z->blocks, c, p + bsize(z->blocks.order[p])) == pages(z->blocks, c, p) +
       (class_of(z->blocks.place[p], z->blocks.order[p]) == c ? bsize(z->blocks.order[p]) : 0);
  @/
  void one_block(struct zone *z, uint32_t p, uint32_t c);

  /@ requires \valid(z) && wf(*z) && cpu < 64;
     terminates \true;
     assigns \nothing;
     ensures within: z->counts.held[8 + cpu] <= z->blocks.end;
  @/
  void held_within(struct zone *z, uint32_t cpu);
*/

/* Lemmas: a CPU whose lists are empty has no page on one; one that holds no page has empty lists. */
/*@ ghost
  /@ requires \valid(z) && wf(*z) && cpu < 64 && pcp_empty(z->lists, cpu);
     terminates \true;
     assigns \nothing;
     ensures none: \forall integer q; in_zone(z->blocks, q) ==>
       !is_list_of(z->blocks.place[q], cpu);
  @/
  void none_on_pcp(struct zone *z, uint32_t cpu);

  /@ requires \valid(z) && wf(*z) && cpu < 64 && z->counts.held[8 + cpu] == 0;
     terminates \true;
     assigns \nothing;
     ensures empty: pcp_empty(z->lists, cpu);
  @/
  void none_listed(struct zone *z, uint32_t cpu);
*/

/* Lemma: an empty list has length 0. */
/*@ ghost
  /@ requires \valid(z) && wf(*z) && is_list(list) && z->lists.head[list] == NONE;
     terminates \true;
     assigns \nothing;
     ensures zero: z->counts.len[list] == 0;
  @/
  void none_long(struct zone *z, uint32_t list);
*/

/* Frees from the tail of a per-CPU list until `pages` pages are freed or the list is empty; the
 * answer is what is left of `pages`. */
/*@ REQUIRES_LISTS
    requires is_pcp_list(list) && clock_room(z->lists, z->counts.held[8 + list_cpu(list)]);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
    ENSURES_DRAINED
    ensures stops: \result == 0 || z->lists.head[list] == NONE;
    ensures left: \result > 0 ==> \old(z->counts.held)[8 + list_cpu(list)]
      - z->counts.held[8 + list_cpu(list)] == pages - \result;
    ensures enough: \result == 0 ==> pages <= \old(z->counts.held)[8 + list_cpu(list)]
      - z->counts.held[8 + list_cpu(list)] < pages + bsize(list_order(list));
    ensures idle: pages == 0 ==> z->counts.held[8 + list_cpu(list)] ==
      \old(z->counts.held)[8 + list_cpu(list)];
    ensures progress: pages > 0 && \old(z->lists.head)[list] != NONE ==> \result < pages;
    ensures range: \result <= pages;
    ensures shorter: \old(z->counts.held)[8 + list_cpu(list)]
      - z->counts.held[8 + list_cpu(list)] ==
      run(list_order(list), \old(z->counts.len)[list] - z->counts.len[list]);
    ensures released: list_order(list) == 0 ==>
      released(\old(z->counts.len)[list], z->counts.len[list], pages, 1);
    ensures held_kept: held_kept(\old(z->counts), z->counts, list_cpu(list));
    ensures conserved: free_or_pcp(z->counts, list_cpu(list)) ==
      free_or_pcp(\old(z->counts), list_cpu(list));
    ensures other_lists:
      other_lists_kept(\old(z->lists), z->lists, \old(z->counts), z->counts, list);
    ensures kept: kept_but_list(\old(z->blocks), z->blocks, list);
    ensures tails: tails_kept(\old(z->blocks), z->blocks);
    ENSURES_CUT(NONE)
    ensures ticks: z->lists.clock - \old(z->lists.clock) <=
      \old(z->counts.held)[8 + list_cpu(list)] - z->counts.held[8 + list_cpu(list)];
*/
uint64_t drain_list(struct zone *z, uint32_t list, uint64_t pages);

/* free_pcppages_bulk of v6.12: whole lists, from list `start` of the CPU on and around. */
/*@ REQUIRES_LISTS
    requires cpu < 64 && start < 26 && clock_room(z->lists, z->counts.held[8 + cpu]);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
    ENSURES_DRAIN
    ensures released: released(\old(z->counts.held)[8 + cpu], z->counts.held[8 + cpu], count,
        pcp_block(z->generation, z->blocks.pageblock_order));
    ensures turn: in_turn(z->lists, \old(z->counts), z->counts, cpu, start);
*/
void free_pcppages_bulk_v6_12(struct zone *z, uint32_t cpu, uint64_t count, uint32_t start);

/* free_pcppages_bulk of v4.10: by turns, the more from a list the more empty ones it passed. */
/*@ REQUIRES_LISTS
    requires cpu < 64 && z->generation < 2 && count <= HELD_MAX;
    requires clock_room(z->lists, z->counts.held[8 + cpu]);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
    ENSURES_DRAIN
    ensures released: released(\old(z->counts.held)[8 + cpu], z->counts.held[8 + cpu], count, 1);
*/
void free_pcppages_bulk_v4_10(struct zone *z, uint32_t cpu, uint64_t count);

#endif
