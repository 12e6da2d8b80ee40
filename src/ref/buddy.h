/* The buddy system: taking the smallest sufficient block, and freeing with merging. */
#ifndef PLUMBLINE_REF_BUDDY_H
#define PLUMBLINE_REF_BUDDY_H

#include "src/ref/block.h"

/*@ requires is_order(order) && is_type(mt);
    terminates \true;
    assigns \nothing;
    ensures list: \result == free_list(order, mt);
*/
static inline uint32_t free_list_of(uint32_t order, uint32_t mt)
{
    return 6 * order + mt;
}

/* Migratetype of the pageblock of page p. */
/*@ requires \valid_read(z) && sized(z->blocks) && in_zone(z->blocks, p);
    terminates \true;
    assigns \nothing;
    ensures exact: \result == pbtype(z->blocks, z->pageblocks, p);
*/
uint32_t pageblock_type(const struct zone *z, uint32_t p);

/* Halves the used block p until it has order low; the upper halves are free. */
/*@ requires \valid(z) && wf(*z) && coalesced(z->blocks) && clock_room(z->lists, 10);
    requires in_zone(z->blocks, p) && is_used(z->blocks, p) && low <= z->blocks.order[p];
    requires typed(z->blocks, z->pageblocks) && covered(z->blocks, z->pageblocks, p, mt);
    requires is_type(mt);
    terminates \true;
    assigns BLOCKS;
    ENSURES_WF
    ensures coalesced: coalesced(z->blocks);
    ensures typed: typed(z->blocks, z->pageblocks);
    ensures block: used_of(z->blocks, p, low);
    ensures remainder: \forall integer j; low <= j < \old(z->blocks.order[p]) ==>
        half_at(z->blocks, p, j, mt);
    ensures outside: same_but(\old(z->blocks), z->blocks, p, bsize(\old(z->blocks.order[p])));
    ensures busy: busy_kept(\old(z->blocks), z->blocks, p);
    ensures used_less: z->counts.held[6] ==
      \old(z->counts.held[6]) - bsize(\old(z->blocks.order[p])) + bsize(low);
    ensures free_more: z->counts.held[mt] ==
      \old(z->counts.held)[mt] + bsize(\old(z->blocks.order[p])) - bsize(low);
    ensures others: \forall integer c; is_class(c) && c != 6 && c != mt ==>
      z->counts.held[c] == \old(z->counts.held)[c];
    ENSURES_PCP_KEPT
    ensures none_joined: none_joined(\old(z->blocks), z->blocks);
    ensures ticks: \old(z->lists.clock) <= z->lists.clock <= \old(z->lists.clock) + 10;
*/
void expand(struct zone *z, uint32_t p, uint32_t low, uint32_t mt);

/* Takes the free block p of type mt, cut down to an order. */
/*@ requires \valid(z) && wf(*z) && coalesced(z->blocks) && clock_room(z->lists, 10);
    requires in_zone(z->blocks, p) && is_type(mt) && order <= z->blocks.order[p];
    requires typed(z->blocks, z->pageblocks);
    requires z->blocks.place[p] == free_list(z->blocks.order[p], mt);
    terminates \true;
    assigns BLOCKS;
    ENSURES_WF
    ensures coalesced: coalesced(z->blocks);
    ensures typed: typed(z->blocks, z->pageblocks);
    ensures block: used_of(z->blocks, p, order);
    ensures remainder: \forall integer j; order <= j < \old(z->blocks.order[p]) ==>
        half_at(z->blocks, p, j, mt);
    ensures outside: same_but(\old(z->blocks), z->blocks, p, bsize(\old(z->blocks.order[p])));
    ensures busy: busy_kept(\old(z->blocks), z->blocks, p);
    ensures used_more: z->counts.held[6] == \old(z->counts.held[6]) + bsize(order);
    ensures free_less: z->counts.held[mt] == \old(z->counts.held)[mt] - bsize(order);
    ensures others: \forall integer c; is_class(c) && c != 6 && c != mt ==>
      z->counts.held[c] == \old(z->counts.held)[c];
    ENSURES_PCP_KEPT
    ensures none_joined: none_joined(\old(z->blocks), z->blocks);
    ensures ticks: \old(z->lists.clock) <= z->lists.clock <= \old(z->lists.clock) + 10;
*/
void take_free(struct zone *z, uint32_t p, uint32_t order, uint32_t mt);

/* __rmqueue_smallest (semantics 12): the head of the first non-empty list of a type, from the
 * given order up; what is too large goes back in halves. NONE if there is no such block. */
/*@ requires \valid(z) && wf(*z) && coalesced(z->blocks) && typed(z->blocks, z->pageblocks);
    requires clock_room(z->lists, 10);
    requires order <= z->blocks.top_order && is_type(mt);
    terminates \true;
    assigns BLOCKS;
    ENSURES_WF
    ensures coalesced: coalesced(z->blocks);
    ensures typed: typed(z->blocks, z->pageblocks);
    ensures fails: \result == NONE <==> !has_block(\old(z->blocks), order, mt);
    ensures nothing: \result == NONE ==> z->blocks == \old(z->blocks) &&
      z->lists == \old(z->lists) && z->counts == \old(z->counts);
    ensures placement: \result != NONE ==> \let o = \old(z->blocks.order)[\result];
      order <= o <= z->blocks.top_order && \result == \old(z->lists.head)[free_list(o, mt)] &&
      (\forall integer k; order <= k < o ==> \old(z->lists.head)[free_list(k, mt)] == NONE);
    ensures block: \result != NONE ==> used_of(z->blocks, \result, order);
    ensures was_free: \result != NONE ==>
      \old(z->blocks.place)[\result] == free_list(\old(z->blocks.order)[\result], mt);
    ensures remainder: \result != NONE ==>
      \forall integer j; order <= j < \old(z->blocks.order)[\result] ==>
        half_at(z->blocks, \result, j, mt);
    ensures outside: \result != NONE ==>
      same_but(\old(z->blocks), z->blocks, \result, bsize(\old(z->blocks.order)[\result]));
    ensures busy: busy_kept(\old(z->blocks), z->blocks, \result);
    ensures used_more: \result != NONE ==>
      z->counts.held[6] == \old(z->counts.held[6]) + bsize(order) &&
      z->counts.held[mt] == \old(z->counts.held)[mt] - bsize(order);
    ensures others: \forall integer c; is_class(c) && c != 6 && c != mt ==>
      z->counts.held[c] == \old(z->counts.held)[c];
    ENSURES_PCP_KEPT
    ensures none_joined: none_joined(\old(z->blocks), z->blocks);
    ensures ticks: \old(z->lists.clock) <= z->lists.clock <= \old(z->lists.clock) + 10;
    ensures least: \result != NONE ==> \forall integer q; in_zone(z->blocks, q) &&
      is_free(\old(z->blocks), q) && free_type(\old(z->blocks), q) == mt &&
      order <= \old(z->blocks.order)[q] ==>
      \old(z->blocks.order)[\result] <= \old(z->blocks.order)[q];
*/
uint32_t rmqueue_smallest(struct zone *z, uint32_t order, uint32_t mt);

/* Takes a free block, with the sum over the free lists. */
/*@ requires \valid(z) && wf(*z) && in_zone(z->blocks, b) && is_free(z->blocks, b);
    terminates \true;
    assigns z->blocks.place[b], z->lists.next[ALL_PAGES], z->lists.prev[ALL_PAGES],
            z->lists.head[z->blocks.place[b]], z->lists.tail[z->blocks.place[b]],
            z->counts.len[z->blocks.place[b]], z->counts.held[ALL_CLASSES];
    ENSURES_WF
    ensures used: used_of(z->blocks, b, z->blocks.order[b]);
    ensures coalesced: coalesced(\old(z->blocks)) ==> coalesced(z->blocks);
    ensures typed: typed(\old(z->blocks), z->pageblocks) ==> typed(z->blocks, z->pageblocks);
    ensures used_more: z->counts.held[6] ==
      \old(z->counts.held[6]) + bsize(z->blocks.order[b]);
    ensures free_less: free_sum(z->counts) ==
      free_sum(\old(z->counts)) - bsize(z->blocks.order[b]);
    ensures others: \forall integer c; 6 < c < 72 ==>
      z->counts.held[c] == \old(z->counts.held)[c];
*/
void del_page_from_free_list(struct zone *z, uint32_t b);

/* __free_one_page (semantics 11, exhibit A7 repaired): merges the used block p with its free
 * buddies and lists the result with type mt, at the tail if asked or if a merge is likely; the
 * answer is the result's first page. */
/*@ requires \valid(z) && wf(*z) && coalesced(z->blocks) && typed(z->blocks, z->pageblocks);
    requires clock_room(z->lists, 1) && in_zone(z->blocks, p) && is_used(z->blocks, p);
    requires is_type(mt) && covered(z->blocks, z->pageblocks, p, mt);
    requires kinds(z->blocks, z->pageblocks);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
    ENSURES_BUDDY
    ensures only: only_to(\old(z->pageblocks), z->pageblocks, mt);
    ENSURES_ISOLATION
    ensures block: free_of(z->blocks, \result, z->blocks.order[\result]) &&
      z->blocks.place[\result] == free_list(z->blocks.order[\result], mt);
    ensures holds: \result <= p < \result + bsize(z->blocks.order[\result]) &&
      \old(z->blocks.order[p]) <= z->blocks.order[\result];
    ensures reach: p + bsize(\old(z->blocks.order[p])) <=
      \result + bsize(z->blocks.order[\result]);
    ensures lower: \result == p || is_free(\old(z->blocks), \result);
    ensures chain: \forall integer j; \old(z->blocks.order[p]) <= j < z->blocks.order[\result] ==>
      swallowed(\old(z->blocks), p, j, mt);
    ensures outside:
      same_but(\old(z->blocks), z->blocks, \result, bsize(z->blocks.order[\result]));
    ensures busy: busy_kept(\old(z->blocks), z->blocks, p);
    ensures tails: tails_kept(\old(z->blocks), z->blocks);
    ensures used_less: z->counts.held[6] ==
      \old(z->counts.held[6]) - bsize(\old(z->blocks.order[p]));
    ensures free_more: free_sum(z->counts) ==
      free_sum(\old(z->counts)) + bsize(\old(z->blocks.order[p]));
    ensures others: \forall integer c; 6 < c < 72 ==>
      z->counts.held[c] == \old(z->counts.held)[c];
    ENSURES_PCP_KEPT
    ensures behind: to_tail ==> PUT_BEHIND;
    ensures tick: z->lists.clock == \old(z->lists.clock) + 1;
    ensures at_tail: to_tail || likely(z->blocks, z->generation, z->placement, \result) ==>
      z->lists.tail[z->blocks.place[\result]] == \result;
    ensures at_head: !to_tail && !likely(z->blocks, z->generation, z->placement, \result) ==>
      z->lists.head[z->blocks.place[\result]] == \result;
*/
uint32_t free_one_page(struct zone *z, uint32_t p, uint32_t mt, int to_tail);

/* Frees the used block p, no larger than a pageblock, with its pageblock's type. */
/*@ requires \valid(z) && wf(*z) && coalesced(z->blocks) && typed(z->blocks, z->pageblocks);
    requires clock_room(z->lists, 1) && in_zone(z->blocks, p) && is_used(z->blocks, p);
    requires z->blocks.order[p] <= z->blocks.pageblock_order && kinds(z->blocks, z->pageblocks);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
    ENSURES_BUDDY
    ENSURES_ISOLATION
    ensures none_joined: none_joined(\old(z->blocks), z->blocks);
    ensures freed: \forall integer q; p <= q < p + bsize(\old(z->blocks.order[p])) ==>
      idle_at(z->blocks, q);
    ensures idle: \forall integer q; in_zone(z->blocks, q) && idle_at(\old(z->blocks), q) ==>
      idle_at(z->blocks, q);
    ensures busy: busy_kept(\old(z->blocks), z->blocks, p);
    ensures tails: tails_kept(\old(z->blocks), z->blocks);
    ensures above: \let behind = p + bsize(\old(z->blocks.order[p]));
      behind < z->blocks.end && is_used(\old(z->blocks), behind) ==>
      \forall integer q; behind <= q ==> z->blocks.place[q] == \old(z->blocks.place)[q] &&
        z->blocks.order[q] == \old(z->blocks.order)[q];
    ensures used_less: z->counts.held[6] ==
      \old(z->counts.held[6]) - bsize(\old(z->blocks.order[p]));
    ensures free_more: free_sum(z->counts) ==
      free_sum(\old(z->counts)) + bsize(\old(z->blocks.order[p]));
    ensures others: \forall integer c; 6 < c < 72 ==>
      z->counts.held[c] == \old(z->counts.held)[c];
    ENSURES_PCP_KEPT
    ensures behind: to_tail ==> PUT_BEHIND;
    ensures tick: z->lists.clock == \old(z->lists.clock) + 1;
*/
void free_small_block(struct zone *z, uint32_t p, int to_tail);

/* split_large_buddy: frees a used block in pieces of at most a pageblock, in ascending order, each
 * with the type of its own pageblock. */
/*@ requires \valid(z) && wf(*z) && coalesced(z->blocks) && typed(z->blocks, z->pageblocks);
    requires clock_room(z->lists, 1024) && in_zone(z->blocks, p) && is_used(z->blocks, p);
    requires kinds(z->blocks, z->pageblocks);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
    ENSURES_BUDDY
    ENSURES_ISOLATION
    ensures none_joined: none_joined(\old(z->blocks), z->blocks);
    ensures freed: \forall integer q; p <= q < p + bsize(\old(z->blocks.order[p])) ==>
      idle_at(z->blocks, q);
    ensures busy: busy_kept(\old(z->blocks), z->blocks, p);
    ensures tails: \forall integer q; in_zone(z->blocks, q) &&
      !(p <= q < p + bsize(\old(z->blocks.order[p]))) && !is_head(\old(z->blocks), q) ==>
      !is_head(z->blocks, q);
    ensures used_less: z->counts.held[6] ==
      \old(z->counts.held[6]) - bsize(\old(z->blocks.order[p]));
    ensures free_more: free_sum(z->counts) ==
      free_sum(\old(z->counts)) + bsize(\old(z->blocks.order[p]));
    ensures others: \forall integer c; 6 < c < 72 ==>
      z->counts.held[c] == \old(z->counts.held)[c];
    ENSURES_PCP_KEPT
    ensures behind: to_tail ==> PUT_BEHIND;
    ensures ticks: z->lists.clock <= \old(z->lists.clock) + bsize(\old(z->blocks.order[p]));
*/
void split_large_buddy(struct zone *z, uint32_t p, int to_tail);

#endif
