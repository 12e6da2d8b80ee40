/* The buddy system, freeing: __free_one_page with merging and tail placement, split_large_buddy
 * (v6.12; semantics 11). */
#include "src/ref/pageblock.h"

/*@ requires is_order(order) && order < 10 && aligned(p, order) && p < ZONE_CAPACITY;
    terminates \true;
    assigns \nothing;
    ensures buddy: \result == buddy(p, order);
    ensures order: aligned(p, order + 1) ? \result == p + bsize(order) :
      p >= bsize(order) && aligned(p - bsize(order), order + 1) && \result == p - bsize(order);
*/
static uint32_t buddy_of(uint32_t p, uint32_t order)
{
    uint32_t size = block_size(order);

    //@ assert double: bsize(order + 1) == 2 * size;
    //@ ghost halve(p, size);
    return p % (2 * size) == 0 ? p + size : p - size;
}

/*@ requires \valid_read(z) && sized(z->blocks);
    terminates \true;
    assigns \nothing;
    ensures exact: \result == 1 <==> free_of(z->blocks, b, order);
    ensures boolean: \result == 0 || \result == 1;
*/
static int page_is_buddy(const struct zone *z, uint32_t b, uint32_t order)
{
    return b < z->blocks.end && z->blocks.place[b] < NR_FREE_LISTS && z->blocks.order[b] == order;
}

/* Whether block b is a free buddy that a block of this order and type may merge with. */
/*@ requires \valid_read(z) && tiling(z->blocks) && order <= 10 && is_type(mt);
    terminates \true;
    assigns \nothing;
    ensures exact: \result != 0 <==> free_of(z->blocks, b, order) &&
      mergeable(z->blocks, order, free_type(z->blocks, b), mt);
*/
static int may_merge(const struct zone *z, uint32_t b, uint32_t order, uint32_t mt)
{
    uint32_t buddy_type;

    if (!page_is_buddy(z, b, order))
        return 0;
    //@ assert placed: placed_at(z->blocks, b);
    if (order < z->blocks.pageblock_order)
        return 1;
    buddy_type = z->blocks.place[b] - 6 * order;
    return buddy_type == mt || (buddy_type < MIGRATE_PCPTYPES && mt < MIGRATE_PCPTYPES);
}

/* Makes the pageblocks of block b, used and the buddy of block p, those of p's type. */
/*@ requires \valid(z) && tiling(z->blocks) && in_zone(z->blocks, b) && in_zone(z->blocks, p);
    requires is_used(z->blocks, b) && is_used(z->blocks, p) && is_type(mt);
    requires z->blocks.order[b] == z->blocks.order[p] < z->blocks.top_order;
    requires b == buddy(p, z->blocks.order[p]);
    requires aligned(p < b ? p : b, z->blocks.order[p] + 1);
    requires covered(z->blocks, z->pageblocks, p, mt) && typed(z->blocks, z->pageblocks);
    requires kinds(z->blocks, z->pageblocks);
    requires z->blocks.pageblock_order <= z->blocks.order[p] ==> \forall integer q;
      b <= q < b + bsize(z->blocks.order[b]) ==>
      (pbtype(z->blocks, z->pageblocks, q) == 5 <==> mt == 5);
    terminates \true;
    assigns z->pageblocks.migratetype[ALL_PAGES];
    ensures typed: typed(z->blocks, z->pageblocks);
    ensures kinds: kinds(z->blocks, z->pageblocks);
    ensures only: only_to(\old(z->pageblocks), z->pageblocks, mt);
    ENSURES_ISOLATION
    ensures both: covered(z->blocks, z->pageblocks, p, mt) &&
      covered(z->blocks, z->pageblocks, b, mt);
*/
static void adopt(struct zone *z, uint32_t p, uint32_t b, uint32_t mt)
{
    uint32_t order = z->blocks.order[p];

    //@ assert double: bsize(order + 1) == 2 * bsize(order);
    //@ ghost one_pageblock(p < b ? p : b, order + 1, z->blocks.pageblock_order);
    /*@ assert one: order < z->blocks.pageblock_order ==> \forall integer q;
          b <= q < b + bsize(order) ==>
          q / bsize(z->blocks.pageblock_order) == p / bsize(z->blocks.pageblock_order); */
    //@ assert of_p: pbtype(z->blocks, z->pageblocks, p) == mt;
    //@ ghost next_multiple(b, order_size(order));
    if (order >= z->blocks.pageblock_order)
        set_pageblock_range(z, b, order, mt);
}

void del_page_from_free_list(struct zone *z, uint32_t b)
{
    //@ ghost uint32_t class = z->blocks.place[b] - 6 * z->blocks.order[b];
    //@ assert class: class == class_of(z->blocks.place[b], z->blocks.order[b]) < 6;
    block_take(z, b);
    //@ assert cases: class == 0 || class == 1 || class == 2 || class == 3 || class == 4 || class == 5;
}

/* Joins the used block p with its free buddy b: the first page of the result, which is used. */
/*@ requires \valid(z) && wf(*z) && coalesced(z->blocks) && typed(z->blocks, z->pageblocks);
    requires in_zone(z->blocks, p) && is_used(z->blocks, p) && is_type(mt);
    requires z->blocks.order[p] < z->blocks.top_order && b == buddy(p, z->blocks.order[p]);
    requires aligned(p < b ? p : b, z->blocks.order[p] + 1);
    requires free_of(z->blocks, b, z->blocks.order[p]) &&
      mergeable(z->blocks, z->blocks.order[p], free_type(z->blocks, b), mt);
    requires covered(z->blocks, z->pageblocks, p, mt) && kinds(z->blocks, z->pageblocks);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
    ENSURES_BUDDY
    ensures covered: covered(z->blocks, z->pageblocks, \result, mt);
    ensures only: only_to(\old(z->pageblocks), z->pageblocks, mt);
    ENSURES_ISOLATION
    ensures lower: \result == (p < b ? p : b);
    ensures joined: used_of(z->blocks, \result, \old(z->blocks.order[p]) + 1);
    ensures upper: !is_head(z->blocks, p < b ? b : p);
    ensures busy: busy_kept(\old(z->blocks), z->blocks, p);
    ensures double: bsize(z->blocks.order[\result]) == 2 * bsize(\old(z->blocks.order[p]));
    ensures same: \forall integer q; q != p && q != b ==>
      z->blocks.place[q] == \old(z->blocks.place)[q] &&
      z->blocks.order[q] == \old(z->blocks.order)[q];
    ensures used_more: z->counts.held[6] ==
      \old(z->counts.held[6]) + bsize(\old(z->blocks.order[p]));
    ensures free_less: free_sum(z->counts) ==
      free_sum(\old(z->counts)) - bsize(\old(z->blocks.order[p]));
    ensures others: \forall integer c; 6 < c < 72 ==>
      z->counts.held[c] == \old(z->counts.held)[c];
    ensures pcp_lists: pcp_lists_kept(\old(z->lists), z->lists, \old(z->counts), z->counts);
    ensures ranks: \forall integer q; z->lists.rank[q] == \old(z->lists.rank)[q];
    ensures clock: z->lists.clock == \old(z->lists.clock);
*/
static uint32_t merge(struct zone *z, uint32_t p, uint32_t b, uint32_t mt)
{
    //@ assert double: bsize(z->blocks.order[p] + 1) == 2 * bsize(z->blocks.order[p]);
    //@ ghost uint32_t size = order_size(z->blocks.order[p]);
    del_page_from_free_list(z, b);
    adopt(z, p, b, mt);
    /*@ assert isolation: isolation_kept(\at(z->blocks, Pre), \at(z->pageblocks, Pre),
          z->pageblocks); */
    /*@ assert all: \forall integer q; (p < b ? p : b) <= q < (p < b ? p : b) + 2 * size ==>
          pbtype(z->blocks, z->pageblocks, q) == mt; */
    if (b < p) {
        block_join(z, b, p);
        //@ assert size: bsize(z->blocks.order[b]) == 2 * size;
        /*@ assert types: \forall integer q; b <= q < b + 2 * size ==>
              pbtype(z->blocks, z->pageblocks, q) == mt; */
        //@ assert covered: covered(z->blocks, z->pageblocks, b, mt);
        //@ assert isolation: isolation_kept(z->blocks, \at(z->pageblocks, Pre), z->pageblocks);
        //@ assert kinds: kinds(z->blocks, z->pageblocks);
        return b;
    }
    block_join(z, p, b);
    //@ assert size: bsize(z->blocks.order[p]) == 2 * size;
    /*@ assert types: \forall integer q; p <= q < p + 2 * size ==>
          pbtype(z->blocks, z->pageblocks, q) == mt; */
    //@ assert covered: covered(z->blocks, z->pageblocks, p, mt);
    //@ assert isolation: isolation_kept(z->blocks, \at(z->pageblocks, Pre), z->pageblocks);
    //@ assert kinds: kinds(z->blocks, z->pageblocks);
    return p;
}

/*@ requires \valid_read(z) && sized(z->blocks) && in_zone(z->blocks, p) && is_head(z->blocks, p);
    requires is_order(z->blocks.order[p]);
    terminates \true;
    assigns \nothing;
    ensures exact: \result != 0 <==> likely(z->blocks, z->generation, z->placement, p);
*/
static int buddy_merge_likely(const struct zone *z, uint32_t p)
{
    uint32_t order = z->blocks.order[p] + 1u, higher;

    if (z->generation == PLUMB_V2_6_11 || z->placement != PLUMB_PLACE_KERNEL ||
        order >= z->blocks.top_order)
        return 0;
    higher = p - p % block_size(order);
    //@ ghost quotients(p, order_size(order));
    //@ assert lower: aligned(higher, order);
    return page_is_buddy(z, buddy_of(higher, order), order);
}

/* Lists the used block p, which has no buddy to merge with. */
/*@ requires \valid(z) && wf(*z) && coalesced(z->blocks) && typed(z->blocks, z->pageblocks);
    requires clock_room(z->lists, 1) && in_zone(z->blocks, p) && is_used(z->blocks, p);
    requires is_type(mt) && covered(z->blocks, z->pageblocks, p, mt) && alone(z->blocks, p, mt);
    requires kinds(z->blocks, z->pageblocks);
    terminates \true;
    assigns BLOCKS;
    ENSURES_BUDDY
    ensures listed: z->blocks.place[p] == free_list(z->blocks.order[p], mt);
    ensures order: z->blocks.order[p] == \old(z->blocks.order[p]);
    ensures same: \forall integer q; q != p ==> z->blocks.place[q] == \old(z->blocks.place)[q];
    ensures orders: \forall integer q; z->blocks.order[q] == \old(z->blocks.order)[q];
    ensures used_less: z->counts.held[6] ==
      \old(z->counts.held[6]) - bsize(z->blocks.order[p]);
    ensures free_more: free_sum(z->counts) ==
      free_sum(\old(z->counts)) + bsize(z->blocks.order[p]);
    ensures others: \forall integer c; 6 < c < 72 ==>
      z->counts.held[c] == \old(z->counts.held)[c];
    ensures pcp_lists: pcp_lists_kept(\old(z->lists), z->lists, \old(z->counts), z->counts);
    ensures ranks: \forall integer q; q != p ==> z->lists.rank[q] == \old(z->lists.rank)[q];
    ensures oldest: to_tail ==> z->lists.rank[p] == -z->lists.clock;
    ensures tick: z->lists.clock == \old(z->lists.clock) + 1;
    ensures stable: likely(z->blocks, z->generation, z->placement, p) <==>
      likely(\old(z->blocks), z->generation, z->placement, p);
    ensures at_tail: to_tail || likely(\old(z->blocks), z->generation, z->placement, p) ==>
      z->lists.tail[z->blocks.place[p]] == p;
    ensures at_head: !to_tail && !likely(\old(z->blocks), z->generation, z->placement, p) ==>
      z->lists.head[z->blocks.place[p]] == p;
*/
static void give_back(struct zone *z, uint32_t p, uint32_t mt, int to_tail)
{
    uint32_t list = free_list_of(z->blocks.order[p], mt);
    //@ assert class: class_of(list, z->blocks.order[p]) == mt;
    int at_tail = to_tail || buddy_merge_likely(z, p);

    //@ ghost Unlisted: ;
    block_give(z, p, list, at_tail);
    /*@ assert apart: \let o = z->blocks.order[p] + 1; o <= 10 ==> \let b = buddy(p - p % bsize(o), o);
          b != p && (in_zone(z->blocks, b) ==> z->blocks.place[b] == \at(z->blocks.place, Unlisted)[b] &&
          z->blocks.order[b] == \at(z->blocks.order, Unlisted)[b]); */
    //@ assert order: z->blocks.order[p] == \at(z->blocks.order[p], Pre);
    /*@ assert buddy: \let o = z->blocks.order[p] + 1; o <= 10 ==> \let b = buddy(p - p % bsize(o), o);
          (free_of(z->blocks, b, o) <==> free_of(\at(z->blocks, Pre), b, o)); */
}

uint32_t free_one_page(struct zone *z, uint32_t p, uint32_t mt, int to_tail)
{
    /*@ LOOP_BUDDY
        loop invariant covered: covered(z->blocks, z->pageblocks, p, mt);
        loop invariant only: only_to(\at(z->pageblocks, Pre), z->pageblocks, mt);
        LOOP_ISOLATION
        loop invariant block: used_of(z->blocks, p, z->blocks.order[p]);
        loop invariant holds: p <= \at(p, Pre) && \at(p, Pre) + bsize(\at(z->blocks.order[p], Pre))
          <= p + bsize(z->blocks.order[p]);
        loop invariant grows: \at(z->blocks.order[p], Pre) <= z->blocks.order[p];
        loop invariant lower: p == \at(p, Pre) || is_free(\at(z->blocks, Pre), p);
        loop invariant outside:
          same_but(\at(z->blocks, Pre), z->blocks, p, bsize(z->blocks.order[p]));
        loop invariant chain: \forall integer j;
          \at(z->blocks.order[p], Pre) <= j < z->blocks.order[p] ==>
          swallowed(\at(z->blocks, Pre), \at(p, Pre), j, mt);
        loop invariant busy: busy_kept(\at(z->blocks, Pre), z->blocks, \at(p, Pre));
        loop invariant tails: tails_kept(\at(z->blocks, Pre), z->blocks);
        loop invariant used_more: z->counts.held[6] == \at(z->counts.held[6], Pre)
          + bsize(z->blocks.order[p]) - bsize(\at(z->blocks.order[p], Pre));
        loop invariant free_less: free_sum(z->counts) == free_sum(\at(z->counts, Pre))
          - bsize(z->blocks.order[p]) + bsize(\at(z->blocks.order[p], Pre));
        loop invariant others: \forall integer c; 6 < c < 72 ==>
          z->counts.held[c] == \at(z->counts.held, Pre)[c];
        loop invariant pcp_lists: pcp_lists_kept(\at(z->lists, Pre), z->lists,
          \at(z->counts, Pre), z->counts);
        loop invariant ranks: \forall integer q; z->lists.rank[q] == \at(z->lists.rank, Pre)[q];
        loop invariant no_more: \forall integer q; in_zone(z->blocks, q) && is_free(z->blocks, q) ==>
          z->blocks.place[q] == \at(z->blocks.place, Pre)[q];
        loop invariant clock: z->lists.clock == \at(z->lists.clock, Pre);
        loop assigns p, BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
        loop variant z->blocks.top_order - z->blocks.order[p];
    */
    while (z->blocks.order[p] < z->blocks.top_order) {
        uint32_t b = buddy_of(p, z->blocks.order[p]);

        if (!may_merge(z, b, z->blocks.order[p], mt))
            break;
        //@ ghost quotients(p, order_size(z->blocks.order[p]));
        //@ assert start: p == \at(p, Pre) - \at(p, Pre) % bsize(z->blocks.order[p]);
        //@ assert apart: !(p <= b < p + bsize(z->blocks.order[p]));
        /*@ assert was: z->blocks.place[b] == \at(z->blocks.place, Pre)[b] &&
              z->blocks.order[b] == \at(z->blocks.order, Pre)[b]; */
        //@ assert swallow: swallowed(\at(z->blocks, Pre), \at(p, Pre), z->blocks.order[p], mt);
        p = merge(z, p, b, mt);
    }
    give_back(z, p, mt, to_tail);
    return p;
}

/* Splits the used block p until it is no larger than a pageblock; all pieces stay used. */
/*@ requires \valid(z) && wf(*z) && coalesced(z->blocks) && typed(z->blocks, z->pageblocks);
    requires in_zone(z->blocks, p) && is_used(z->blocks, p);
    terminates \true;
    assigns z->blocks.place[ALL_PAGES], z->blocks.order[ALL_PAGES];
    ENSURES_WF
    ensures coalesced: coalesced(z->blocks);
    ensures typed: typed(z->blocks, z->pageblocks);
    ensures small: is_used(z->blocks, p) && z->blocks.order[p] <= z->blocks.pageblock_order &&
      z->blocks.order[p] <= \old(z->blocks.order[p]);
    ensures within: bsize(z->blocks.order[p]) <= bsize(\old(z->blocks.order[p]));
    ensures pieces: \forall integer q; p <= q < p + bsize(\old(z->blocks.order[p])) &&
      is_head(z->blocks, q) ==> is_used(z->blocks, q);
    ensures outside: same_but(\old(z->blocks), z->blocks, p, bsize(\old(z->blocks.order[p])));
*/
static void split_to_pageblock(struct zone *z, uint32_t p)
{
    /*@ loop invariant wf: wf(*z);
        loop invariant coalesced: coalesced(z->blocks);
        loop invariant typed: typed(z->blocks, z->pageblocks);
        loop invariant block: is_used(z->blocks, p);
        loop invariant order: z->blocks.order[p] <= \at(z->blocks.order[p], Pre);
        loop invariant within: bsize(z->blocks.order[p]) <= bsize(\at(z->blocks.order[p], Pre));
        loop invariant pieces: \forall integer q;
          p <= q < p + bsize(\at(z->blocks.order[p], Pre)) && is_head(z->blocks, q) ==>
          is_used(z->blocks, q);
        loop invariant outside:
          same_but(\at(z->blocks, Pre), z->blocks, p, bsize(\at(z->blocks.order[p], Pre)));
        loop assigns z->blocks.place[ALL_PAGES], z->blocks.order[ALL_PAGES];
        loop variant z->blocks.order[p];
    */
    while (z->blocks.order[p] > z->blocks.pageblock_order) {
        //@ assert half: bsize(z->blocks.order[p]) == 2 * bsize(z->blocks.order[p] - 1);
        block_split(z, p);
    }
}

void free_small_block(struct zone *z, uint32_t p, int to_tail)
{
    //@ ghost one_pageblock(p, z->blocks.order[p], z->blocks.pageblock_order);
    free_one_page(z, p, pageblock_type(z, p), to_tail);
}

/* Frees the first piece of a used block, or of what is left of one, up to `behind`; the answer is
 * the first page of the rest. */
/*@ requires \valid(z) && wf(*z) && coalesced(z->blocks) && typed(z->blocks, z->pageblocks);
    requires clock_room(z->lists, 1) && in_zone(z->blocks, p) && is_used(z->blocks, p);
    requires kinds(z->blocks, z->pageblocks);
    requires p + bsize(z->blocks.order[p]) <= behind <= z->blocks.end;
    requires \forall integer q; p <= q < behind && is_head(z->blocks, q) ==> is_used(z->blocks, q);
    requires behind < z->blocks.end ==> is_head(z->blocks, behind);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
    ENSURES_BUDDY
    ENSURES_ISOLATION
    ensures none_joined: none_joined(\old(z->blocks), z->blocks);
    ensures advance: p < \result <= behind;
    ensures rest: \result < behind ==> is_used(z->blocks, \result) &&
      \result + bsize(z->blocks.order[\result]) <= behind;
    ensures pieces: \forall integer q; \result <= q < behind && is_head(z->blocks, q) ==>
      is_used(z->blocks, q);
    ensures edge: \result < behind < z->blocks.end ==> is_head(z->blocks, behind);
    ensures freed: \forall integer q; p <= q < \result ==> idle_at(z->blocks, q);
    ensures idle: \forall integer q; in_zone(z->blocks, q) && !(p <= q < behind) &&
      idle_at(\old(z->blocks), q) ==> idle_at(z->blocks, q);
    ensures busy: \forall integer q; in_zone(z->blocks, q) && !(p <= q < behind) &&
      busy_at(\old(z->blocks), q) ==> z->blocks.place[q] == \old(z->blocks.place)[q] &&
      z->blocks.order[q] == \old(z->blocks.order)[q];
    ensures tails: \forall integer q; in_zone(z->blocks, q) && !(p <= q < behind) &&
      !is_head(\old(z->blocks), q) ==> !is_head(z->blocks, q);
    ensures used_less: z->counts.held[6] == \old(z->counts.held[6]) - (\result - p);
    ensures free_more: free_sum(z->counts) == free_sum(\old(z->counts)) + (\result - p);
    ensures others: \forall integer c; 6 < c < 72 ==>
      z->counts.held[c] == \old(z->counts.held)[c];
    ENSURES_PCP_KEPT
    ensures behind: to_tail ==> PUT_BEHIND;
    ensures tick: z->lists.clock == \old(z->lists.clock) + 1;
*/
static uint32_t free_piece(struct zone *z, uint32_t p, int to_tail)
/*@ ghost (uint32_t behind) */
{
    uint32_t next;

    split_to_pageblock(z, p);
    next = p + block_size(z->blocks.order[p]);
    //@ assert tiles_p: tiled_at(z->blocks, p);
    //@ assert next: next < behind ==> is_head(z->blocks, next) && is_used(z->blocks, next);
    //@ assert tiles: next < behind ==> tiled_at(z->blocks, next);
    free_small_block(z, p, to_tail);
    return next;
}

void split_large_buddy(struct zone *z, uint32_t p, int to_tail)
{
    uint32_t behind = p + block_size(z->blocks.order[p]);

    /*@ LOOP_BUDDY
        LOOP_ISOLATION
        loop invariant none_joined: none_joined(\at(z->blocks, Pre), z->blocks);
        loop invariant range: \at(p, Pre) <= p <= behind;
        loop invariant rest: p < behind ==> is_used(z->blocks, p) &&
          p + bsize(z->blocks.order[p]) <= behind;
        loop invariant pieces: \forall integer q; p <= q < behind && is_head(z->blocks, q) ==>
          is_used(z->blocks, q);
        loop invariant edge: p < behind < z->blocks.end ==> is_head(z->blocks, behind);
        loop invariant freed: \forall integer q; \at(p, Pre) <= q < p ==> idle_at(z->blocks, q);
        loop invariant busy: busy_kept(\at(z->blocks, Pre), z->blocks, \at(p, Pre));
        loop invariant tails: \forall integer q; in_zone(z->blocks, q) &&
          !(\at(p, Pre) <= q < behind) && !is_head(\at(z->blocks, Pre), q) ==>
          !is_head(z->blocks, q);
        loop invariant used_less: z->counts.held[6] ==
          \at(z->counts.held[6], Pre) - (p - \at(p, Pre));
        loop invariant free_more: free_sum(z->counts) ==
          free_sum(\at(z->counts, Pre)) + (p - \at(p, Pre));
        loop invariant others: \forall integer c; 6 < c < 72 ==>
          z->counts.held[c] == \at(z->counts.held, Pre)[c];
        LOOP_PCP_KEPT
        loop invariant behind: to_tail ==> PUT_BEHIND_LOOP;
        loop invariant ticks: z->lists.clock <= \at(z->lists.clock, Pre) + (p - \at(p, Pre));
        loop assigns p, BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
        loop variant behind - p;
    */
    while (p < behind)
        p = free_piece(z, p, to_tail) /*@ ghost (behind) */;
}
