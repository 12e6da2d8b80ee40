/* Pageblocks: moving the free pages of one to another migratetype, and changing types. */
#ifndef PLUMBLINE_REF_PAGEBLOCK_H
#define PLUMBLINE_REF_PAGEBLOCK_H

#include "src/ref/buddy.h"
#include "spec/pageblock.h"

/* The first page of the pageblock of page p. */
/*@ requires \valid_read(z) && sized(z->blocks) && in_zone(z->blocks, p);
    terminates \true;
    assigns \nothing;
    ensures start: \result == block_start(z->blocks, p);
    ensures aligned: aligned(\result, z->blocks.pageblock_order);
    ensures inside: in_block(z->blocks, \result, p) && 0 <= \result;
*/
uint32_t pageblock_start(const struct zone *z, uint32_t p);

/* Whether the pageblock of page p lies in the zone. */
/*@ requires \valid_read(z) && sized(z->blocks) && in_zone(z->blocks, p);
    terminates \true;
    assigns \nothing;
    ensures exact: \result != 0 <==> pageblock_inside(z->blocks, z->first, p);
    ensures start: \result != 0 ==> p % bsize(z->blocks.pageblock_order) <= p;
*/
int spans_pageblock(const struct zone *z, uint32_t p);

/* Gives all pageblocks of a block a type. */
/*@ requires \valid(z) && sized(z->blocks) && is_type(mt) && is_order(order);
    requires z->blocks.pageblock_order <= order && aligned(p, order);
    requires p + bsize(order) <= z->blocks.end && (p + bsize(order)) % bsize(order) == 0;
    terminates \true;
    assigns z->pageblocks.migratetype[ALL_PAGES];
    ensures covered: \forall integer q; p <= q < p + bsize(order) ==>
      pbtype(z->blocks, z->pageblocks, q) == mt;
    ensures outside: \forall integer q; in_zone(z->blocks, q) && !(p <= q < p + bsize(order)) ==>
      pbtype(z->blocks, z->pageblocks, q) == pbtype(z->blocks, \old(z->pageblocks), q);
    ensures kept: \let size = bsize(z->blocks.pageblock_order);
      types_kept(\old(z->pageblocks), z->pageblocks, p / size, (p + bsize(order)) / size);
    ensures only: only_to(\old(z->pageblocks), z->pageblocks, mt);
*/
void set_pageblock_range(struct zone *z, uint32_t p, uint32_t order, uint32_t mt);

/* Gives the pageblocks of the used block p, a pageblock or more, a type. */
/*@ requires \valid(z) && tiling(z->blocks) && typed(z->blocks, z->pageblocks) && is_type(mt);
    requires kinds(z->blocks, z->pageblocks) && in_zone(z->blocks, p) && is_used(z->blocks, p);
    requires z->blocks.pageblock_order <= z->blocks.order[p];
    terminates \true;
    assigns z->pageblocks.migratetype[ALL_PAGES];
    ensures typed: typed(z->blocks, z->pageblocks);
    ensures kinds: kinds(z->blocks, z->pageblocks);
    ensures covered: covered(z->blocks, z->pageblocks, p, mt);
    ensures outside: \forall integer q; in_zone(z->blocks, q) &&
      !(p <= q < p + bsize(z->blocks.order[p])) ==>
      pbtype(z->blocks, z->pageblocks, q) == pbtype(z->blocks, \old(z->pageblocks), q);
    ensures kept: \let size = bsize(z->blocks.pageblock_order);
      types_kept(\old(z->pageblocks), z->pageblocks, p / size,
        (p + bsize(z->blocks.order[p])) / size);
    ensures only: only_to(\old(z->pageblocks), z->pageblocks, mt);
*/
void retag_used(struct zone *z, uint32_t p, uint32_t mt);

/* Moves the free block p, smaller than a pageblock, to the tail of the list of its order and
 * another type (move_to_free_list); its pageblock's type is the caller's. */
/*@ requires \valid(z) && wf(*z) && coalesced(z->blocks) && clock_room(z->lists, 1);
    requires in_zone(z->blocks, p) && is_free(z->blocks, p) && is_type(mt);
    requires z->blocks.order[p] < z->blocks.pageblock_order;
    terminates \true;
    assigns BLOCKS;
    ENSURES_WF
    ensures coalesced: coalesced(z->blocks);
    ensures moved: z->blocks.place[p] == free_list(z->blocks.order[p], mt);
    ensures newest: z->lists.tail[free_list(z->blocks.order[p], mt)] == p;
    ensures same: \forall integer q; q != p ==> z->blocks.place[q] == \old(z->blocks.place)[q];
    ensures orders: \forall integer q; z->blocks.order[q] == \old(z->blocks.order)[q];
    ensures type_more: free_type(\old(z->blocks), p) != mt ==> z->counts.held[mt] ==
      \old(z->counts.held)[mt] + bsize(z->blocks.order[p]);
    ensures type_less: free_type(\old(z->blocks), p) != mt ==>
      z->counts.held[free_type(\old(z->blocks), p)] ==
      \old(z->counts.held)[free_type(\old(z->blocks), p)] - bsize(z->blocks.order[p]);
    ensures type_same: free_type(\old(z->blocks), p) == mt ==>
      z->counts.held[mt] == \old(z->counts.held)[mt];
    ensures others: \forall integer c; is_class(c) && c != mt &&
      c != free_type(\old(z->blocks), p) ==> z->counts.held[c] == \old(z->counts.held)[c];
    ensures free_same: free_sum(z->counts) == free_sum(\old(z->counts));
    ENSURES_PCP_KEPT
    ensures none_joined: none_joined(\old(z->blocks), z->blocks);
    ensures tick: z->lists.clock == \old(z->lists.clock) + 1;
*/
void move_to_free_list(struct zone *z, uint32_t p, uint32_t mt);

/* Lemma: every page lies in a block. */
/*@ ghost
  /@ requires \valid_read(z) && tiling(z->blocks) && in_zone(z->blocks, p);
     terminates \true;
     assigns \nothing;
     ensures head: \result <= p < \result + bsize(z->blocks.order[\result]) &&
       is_head(z->blocks, \result);
  @/
  uint32_t first_of(const struct zone *z, uint32_t p);
*/

/* Lemma: the pageblock of a block smaller than a pageblock lies in no larger block. */
/*@ ghost
  /@ requires \valid(z) && tiling(z->blocks) && in_zone(z->blocks, p) && is_head(z->blocks, p);
     requires z->blocks.order[p] < z->blocks.pageblock_order;
     requires s == p - p % bsize(z->blocks.pageblock_order);
     requires s + bsize(z->blocks.pageblock_order) <= z->blocks.end;
     terminates \true;
     assigns \nothing;
     ensures whole: whole(z->blocks, s) && in_block(z->blocks, s, p);
  @/
  void pageblock_whole(struct zone *z, uint32_t p, uint32_t s);
*/

/* Pages of the free blocks in the pageblock at s. */
/*@ requires \valid_read(z) && sized(z->blocks) && tiled_all(z->blocks) && placed_all(z->blocks);
    requires 0 <= s && s + bsize(z->blocks.pageblock_order) <= z->blocks.end;
    terminates \true;
    assigns \nothing;
    ensures exact: \result == free_in(z->blocks, s, s + bsize(z->blocks.pageblock_order));
    ensures bound: \result <= 0x100000;
*/
uint32_t free_pages_in(const struct zone *z, uint32_t s);

/* move_freepages_block and set_pageblock_migratetype: moves the free blocks of the pageblock at
 * s, in ascending order, each to the tail of its list of another type, and gives the pageblock
 * that type. */
/*@ requires \valid(z) && wf(*z) && coalesced(z->blocks) && typed(z->blocks, z->pageblocks);
    requires kinds(z->blocks, z->pageblocks) && is_type(mt) && whole(z->blocks, s);
    requires clock_room(z->lists, 1024);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
    ENSURES_BUDDY
    ensures moved: moved(z->blocks, s, s + bsize(z->blocks.pageblock_order), mt);
    ensures set: \forall integer q; in_block(z->blocks, s, q) ==>
      pbtype(z->blocks, z->pageblocks, q) == mt;
    ensures outside: \forall integer q; in_zone(z->blocks, q) && !in_block(z->blocks, s, q) ==>
      pbtype(z->blocks, z->pageblocks, q) == pbtype(z->blocks, \old(z->pageblocks), q);
    ensures same: retyped(\old(z->blocks), z->blocks, s, s + bsize(z->blocks.pageblock_order));
    ensures type_more: \let t = pbtype(z->blocks, \old(z->pageblocks), s); t != mt ==>
      z->counts.held[mt] == \old(z->counts.held)[mt] +
        free_in(\old(z->blocks), s, s + bsize(z->blocks.pageblock_order));
    ensures free_same: free_sum(z->counts) == free_sum(\old(z->counts));
    ensures others: \let t = pbtype(z->blocks, \old(z->pageblocks), s);
      \forall integer c; is_class(c) && c != t && c != mt ==>
      z->counts.held[c] == \old(z->counts.held)[c];
    ENSURES_PCP_KEPT
    ensures none_joined: none_joined(\old(z->blocks), z->blocks);
    ensures ticks: \old(z->lists.clock) <= z->lists.clock <= \old(z->lists.clock) + 1024;
    ensures kept: \let size = bsize(z->blocks.pageblock_order);
      types_kept(\old(z->pageblocks), z->pageblocks, s / size, s / size + 1);
    ensures only: only_to(\old(z->pageblocks), z->pageblocks, mt);
*/
void move_freepages_block(struct zone *z, uint32_t s, uint32_t mt);

#endif
