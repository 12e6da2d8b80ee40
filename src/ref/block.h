/* The four primitives that change blocks: take, give, split, join. */
#ifndef PLUMBLINE_REF_BLOCK_H
#define PLUMBLINE_REF_BLOCK_H

#include "src/ref/lemma.h"
#include "src/ref/zone.h"
#include "spec/buddy.h"

static const uint32_t block_pages[PLUMB_NR_ORDERS] = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024};

/*@ requires is_order(order);
    terminates \true;
    assigns \nothing;
    ensures size: \result == bsize(order);
*/
static inline uint32_t block_size(uint32_t order)
{
    return block_pages[order];
}

/* Takes a listed block off its list; it is used afterwards. */
/*@ requires \valid(z) && wf(*z) && in_zone(z->blocks, p) && is_listed(z->blocks, p);
    terminates \true;
    assigns z->blocks.place[p], z->lists.next[ALL_PAGES], z->lists.prev[ALL_PAGES], z->lists.head[z->blocks.place[p]],
            z->lists.tail[z->blocks.place[p]], z->counts.len[z->blocks.place[p]], z->counts.held[ALL_CLASSES];
    ENSURES_WF
    ensures used: used_of(z->blocks, p, z->blocks.order[p]);
    ensures coalesced: coalesced(\old(z->blocks)) ==> coalesced(z->blocks);
    ensures typed: typed(\old(z->blocks), z->pageblocks) ==> typed(z->blocks, z->pageblocks);
    ensures len_less: z->counts.len[\old(z->blocks.place[p])] == \old(z->counts.len[z->blocks.place[p]]) - 1;
    ensures class_less: \let c = class_of(\old(z->blocks.place[p]), z->blocks.order[p]);
      z->counts.held[c] == \old(z->counts.held)[c] - bsize(z->blocks.order[p]);
    ensures used_more: z->counts.held[6] == \old(z->counts.held[6]) + bsize(z->blocks.order[p]);
    ensures others: \forall integer c; is_class(c) && c != 6 &&
      c != class_of(\old(z->blocks.place[p]), z->blocks.order[p]) ==> z->counts.held[c] == \old(z->counts.held)[c];
    ensures new_head: \old(z->lists.head[z->blocks.place[p]]) == p ?
      z->lists.head[\old(z->blocks.place[p])] == \old(z->lists.next[p]) :
      z->lists.head[\old(z->blocks.place[p])] == \old(z->lists.head[z->blocks.place[p]]);
    ensures new_tail: \old(z->lists.tail[z->blocks.place[p]]) == p ?
      z->lists.tail[\old(z->blocks.place[p])] == \old(z->lists.prev[p]) :
      z->lists.tail[\old(z->blocks.place[p])] == \old(z->lists.tail[z->blocks.place[p]]);
*/
void block_take(struct zone *z, uint32_t p);

/* Puts a used block on a list, at its head or at its tail. */
/*@ requires \valid(z) && wf(*z) && in_zone(z->blocks, p) && is_used(z->blocks, p);
    requires is_list(list) && fits(list, z->blocks.order[p]) && clock_room(z->lists, 1);
    terminates \true;
    assigns z->blocks.place[p], z->lists.next[ALL_PAGES], z->lists.prev[ALL_PAGES], z->lists.rank[p], z->lists.head[list],
            z->lists.tail[list], z->counts.len[list], z->counts.held[ALL_CLASSES], z->lists.clock;
    ENSURES_WF
    ensures listed: z->blocks.place[p] == list;
    ensures coalesced: coalesced(\old(z->blocks)) &&
      (list < 66 ==> alone(\old(z->blocks), p, list - 6 * z->blocks.order[p])) ==>
      coalesced(z->blocks);
    ensures typed: typed(\old(z->blocks), z->pageblocks) &&
      (list < 66 ==> covered(z->blocks, z->pageblocks, p, list - 6 * z->blocks.order[p])) ==>
      typed(z->blocks, z->pageblocks);
    ensures tick: z->lists.clock == \old(z->lists.clock) + 1;
    ensures newest: !at_tail ==> z->lists.head[list] == p && z->lists.rank[p] == z->lists.clock;
    ensures oldest: at_tail ==> z->lists.tail[list] == p && z->lists.rank[p] == -z->lists.clock;
    ensures same_tail: !at_tail && \old(z->lists.tail[list]) != NONE ==>
      z->lists.tail[list] == \old(z->lists.tail[list]);
    ensures same_head: at_tail && \old(z->lists.head[list]) != NONE ==>
      z->lists.head[list] == \old(z->lists.head[list]);
    ensures len_more: z->counts.len[list] == \old(z->counts.len[list]) + 1;
    ensures class_more: \let c = class_of(list, z->blocks.order[p]);
      z->counts.held[c] == \old(z->counts.held)[c] + bsize(z->blocks.order[p]);
    ensures used_less: z->counts.held[6] == \old(z->counts.held[6]) - bsize(z->blocks.order[p]);
    ensures others: \forall integer c; is_class(c) && c != 6 &&
      c != class_of(list, z->blocks.order[p]) ==> z->counts.held[c] == \old(z->counts.held)[c];
*/
void block_give(struct zone *z, uint32_t p, uint32_t list, int at_tail);

/* Splits a used block in two halves, both used; the answer is the upper one. */
/*@ requires \valid(z) && wf(*z) && in_zone(z->blocks, p) && is_used(z->blocks, p) && z->blocks.order[p] > 0;
    terminates \true;
    assigns z->blocks.place[p + bsize(z->blocks.order[p] - 1)], z->blocks.order[p],
            z->blocks.order[p + bsize(z->blocks.order[p] - 1)];
    ENSURES_WF
    ensures lower: used_of(z->blocks, p, \old(z->blocks.order[p]) - 1);
    ensures upper: used_of(z->blocks, \result, \old(z->blocks.order[p]) - 1);
    ensures coalesced: coalesced(\old(z->blocks)) ==> coalesced(z->blocks);
    ensures typed: typed(\old(z->blocks), z->pageblocks) ==> typed(z->blocks, z->pageblocks);
    ensures odd: !aligned(\result, z->blocks.order[p] + 1);
    ensures where: \result == p + bsize(z->blocks.order[p]) && aligned(p, z->blocks.order[p] + 1);
*/
uint32_t block_split(struct zone *z, uint32_t p);

/* Joins two used buddies into one used block; p is the lower one. */
/*@ requires \valid(z) && wf(*z) && in_zone(z->blocks, p) && is_used(z->blocks, p);
    requires z->blocks.order[p] < z->blocks.top_order && aligned(p, z->blocks.order[p] + 1);
    requires u == p + bsize(z->blocks.order[p]) && used_of(z->blocks, u, z->blocks.order[p]);
    terminates \true;
    assigns z->blocks.place[u], z->blocks.order[p];
    ENSURES_WF
    ensures joined: used_of(z->blocks, p, \old(z->blocks.order[p]) + 1);
    ensures coalesced: coalesced(\old(z->blocks)) ==> coalesced(z->blocks);
    ensures typed: typed(\old(z->blocks), z->pageblocks) ==> typed(z->blocks, z->pageblocks);
*/
void block_join(struct zone *z, uint32_t p, uint32_t u);

/* Lemma: a list is empty if and only if no block is on it, and its head is its newest. */
/*@ ghost
  /@ requires \valid(z) && tiling(z->blocks) && linked(z->blocks, z->lists) && is_list(list);
     terminates \true;
     assigns \nothing;
     ensures exact: z->lists.head[list] == NONE <==>
       (\forall integer p; in_zone(z->blocks, p) ==> z->blocks.place[p] != list);
     ensures newest: \forall integer p; in_zone(z->blocks, p) && z->blocks.place[p] == list ==>
       z->lists.rank[p] <= z->lists.rank[z->lists.head[list]];
  @/
  void list_exact(struct zone *z, uint32_t list);
*/

/* Lemma: no class holds more pages than the zone has; the blocks do not overlap. */
/*@ ghost
  /@ requires \valid_read(z) && wf(*z);
     terminates \true;
     assigns \nothing;
     ensures few: \forall integer c; is_class(c) ==> z->counts.held[c] <= z->blocks.end;
  @/
  void classes_bounded(const struct zone *z);
*/

#endif
