/* The four primitives, and nothing else: every other function changes blocks only through them. */
#include "src/ref/block.h"

/*@ requires is_list(list) && fits(list, order) && is_order(order);
    terminates \true;
    assigns \nothing;
    ensures exact: \result == class_of(list, order);
*/
static uint32_t list_class(uint32_t list, uint32_t order)
{
    if (list < NR_FREE_LISTS)
        return list - 6 * order;
    return CLASS_PCP + (list - NR_FREE_LISTS) % 64;
}

/* Marks a block as being on a list or used; the links are the caller's. */
/*@ requires \valid(z) && sized(z->blocks) && tiled_all(z->blocks) && placed_all(z->blocks);
    requires in_zone(z->blocks, p) && is_head(z->blocks, p);
    requires z->blocks.place[p] < 66 ==> place == PLACE_USED;
    requires place == PLACE_USED || (is_list(place) && fits(place, z->blocks.order[p]));
    terminates \true;
    assigns z->blocks.place[p];
    ensures sized: sized(z->blocks);
    ensures tiled: tiled_all(z->blocks);
    ensures placed: placed_all(z->blocks);
    ensures set: z->blocks.place[p] == place;
    ensures coalesced: coalesced(\old(z->blocks)) &&
      (place < 66 ==> alone(\old(z->blocks), p, place - 6 * z->blocks.order[p])) ==>
      coalesced(z->blocks);
    ensures typed: typed(\old(z->blocks), z->pageblocks) &&
      (place < 66 ==> covered(z->blocks, z->pageblocks, p, place - 6 * z->blocks.order[p])) ==>
      typed(z->blocks, z->pageblocks);
*/
static void set_place(struct zone *z, uint32_t p, uint32_t place)
{
    z->blocks.place[p] = (uint16_t)place;
}

/* Makes the neighbours of a listed block forget it. */
/*@ requires \valid(z) && in_zone(z->blocks, p) && is_listed(z->blocks, p) && z->blocks.end <= ZONE_CAPACITY;
    requires next_all(z->blocks, z->lists) && prev_all(z->blocks, z->lists) && head_all(z->blocks, z->lists) && tail_all(z->blocks, z->lists) && ends_all(z->lists);
    terminates \true;
    assigns z->lists.next[ALL_PAGES], z->lists.prev[ALL_PAGES], z->lists.head[z->blocks.place[p]], z->lists.tail[z->blocks.place[p]];
    ensures next: next_but(z->blocks, z->lists, p);
    ensures prev: prev_but(z->blocks, z->lists, p);
    ensures but: ends_but(z->lists, p);
    ensures head: head_all(z->blocks, z->lists);
    ensures tail: tail_all(z->blocks, z->lists);
    ensures ends: ends_all(z->lists);
    ensures new_head: z->lists.head[z->blocks.place[p]] ==
      (\old(z->lists.head)[z->blocks.place[p]] == p ? \old(z->lists.next)[p] : \old(z->lists.head)[z->blocks.place[p]]);
    ensures new_tail: z->lists.tail[z->blocks.place[p]] ==
      (\old(z->lists.tail)[z->blocks.place[p]] == p ? \old(z->lists.prev)[p] : \old(z->lists.tail)[z->blocks.place[p]]);
*/
static void unlink(struct zone *z, uint32_t p)
{
    uint32_t list = z->blocks.place[p], next = z->lists.next[p], prev = z->lists.prev[p];

    if (next != NONE)
        z->lists.prev[next] = prev;
    else
        z->lists.tail[list] = prev;
    if (prev != NONE)
        z->lists.next[prev] = next;
    else
        z->lists.head[list] = next;
}

/* Marks a block that no neighbour knows as used. */
/*@ requires \valid(z) && tiling(z->blocks) && in_zone(z->blocks, p) && is_listed(z->blocks, p);
    requires next_but(z->blocks, z->lists, p) && prev_but(z->blocks, z->lists, p);
    requires rank_all(z->blocks, z->lists) && ends_but(z->lists, p);
    requires head_all(z->blocks, z->lists) && tail_all(z->blocks, z->lists);
    terminates \true;
    assigns z->blocks.place[p];
    ENSURES_TILING
    ensures next: next_all(z->blocks, z->lists);
    ensures prev: prev_all(z->blocks, z->lists);
    ensures rank: rank_all(z->blocks, z->lists);
    ensures head: head_all(z->blocks, z->lists);
    ensures tail: tail_all(z->blocks, z->lists);
    ensures used: is_used(z->blocks, p);
    ensures coalesced: coalesced(\old(z->blocks)) ==> coalesced(z->blocks);
    ensures typed: typed(\old(z->blocks), z->pageblocks) ==> typed(z->blocks, z->pageblocks);
*/
static void mark_used(struct zone *z, uint32_t p)
{
    set_place(z, p, PLACE_USED);
}

/* Links a block that is marked for its list, and that no neighbour knows, into that list. */
/*@ requires \valid(z) && in_zone(z->blocks, p) && is_listed(z->blocks, p) && z->blocks.end <= ZONE_CAPACITY;
    requires 0 <= z->lists.clock && clock_room(z->lists, 1);
    requires next_but(z->blocks, z->lists, p) && prev_but(z->blocks, z->lists, p) && ends_but(z->lists, p);
    requires rank_but(z->blocks, z->lists, p);
    requires head_all(z->blocks, z->lists) && tail_all(z->blocks, z->lists) && ends_all(z->lists);
    terminates \true;
    assigns z->lists.next[ALL_PAGES], z->lists.prev[ALL_PAGES], z->lists.rank[p], z->lists.head[z->blocks.place[p]],
            z->lists.tail[z->blocks.place[p]], z->lists.clock;
    ensures next: next_all(z->blocks, z->lists);
    ensures prev: prev_all(z->blocks, z->lists);
    ensures rank: rank_all(z->blocks, z->lists);
    ensures head: head_all(z->blocks, z->lists);
    ensures tail: tail_all(z->blocks, z->lists);
    ensures tick: z->lists.clock == \old(z->lists.clock) + 1;
    ensures newest: !at_tail ==> z->lists.head[z->blocks.place[p]] == p && z->lists.rank[p] == z->lists.clock;
    ensures oldest: at_tail ==> z->lists.tail[z->blocks.place[p]] == p && z->lists.rank[p] == -z->lists.clock;
    ensures other_end: at_tail ?
      z->lists.head[z->blocks.place[p]] == (\old(z->lists.head)[z->blocks.place[p]] == NONE ? p : \old(z->lists.head)[z->blocks.place[p]]) :
      z->lists.tail[z->blocks.place[p]] == (\old(z->lists.tail)[z->blocks.place[p]] == NONE ? p : \old(z->lists.tail)[z->blocks.place[p]]);
*/
static void link(struct zone *z, uint32_t p, int at_tail)
{
    uint32_t list = z->blocks.place[p], first = z->lists.head[list], last = z->lists.tail[list];

    z->lists.clock++;
    if (at_tail) {
        z->lists.rank[p] = -z->lists.clock;
        z->lists.next[p] = NONE;
        z->lists.prev[p] = last;
        z->lists.tail[list] = p;
        if (last != NONE)
            z->lists.next[last] = p;
        else
            z->lists.head[list] = p;
    } else {
        z->lists.rank[p] = z->lists.clock;
        z->lists.next[p] = first;
        z->lists.prev[p] = NONE;
        z->lists.head[list] = p;
        if (first != NONE)
            z->lists.prev[first] = p;
        else
            z->lists.tail[list] = p;
    }
}

/* Takes a listed block off its list; lengths and sums are the caller's. */
/*@ requires \valid(z) && tiling(z->blocks) && linked(z->blocks, z->lists) && in_zone(z->blocks, p) && is_listed(z->blocks, p);
    terminates \true;
    assigns z->blocks.place[p], z->lists.next[ALL_PAGES], z->lists.prev[ALL_PAGES], z->lists.head[z->blocks.place[p]],
            z->lists.tail[z->blocks.place[p]];
    ENSURES_TILING
    ENSURES_LINKED
    ensures used: z->blocks.place[p] == PLACE_USED;
    ensures coalesced: coalesced(\old(z->blocks)) ==> coalesced(z->blocks);
    ensures typed: typed(\old(z->blocks), z->pageblocks) ==> typed(z->blocks, z->pageblocks);
    ensures new_head: \let l = \old(z->blocks.place[p]);
      z->lists.head[l] == (\old(z->lists.head)[l] == p ? \old(z->lists.next)[p] : \old(z->lists.head)[l]);
    ensures new_tail: \let l = \old(z->blocks.place[p]);
      z->lists.tail[l] == (\old(z->lists.tail)[l] == p ? \old(z->lists.prev)[p] : \old(z->lists.tail)[l]);
*/
static void list_del(struct zone *z, uint32_t p)
{
    unlink(z, p);
    mark_used(z, p);
}

/* Puts a used block on a list; lengths and sums are the caller's. */
/*@ requires \valid(z) && tiling(z->blocks) && linked(z->blocks, z->lists) && in_zone(z->blocks, p) && is_used(z->blocks, p);
    requires is_list(list) && fits(list, z->blocks.order[p]) && clock_room(z->lists, 1);
    terminates \true;
    assigns z->blocks.place[p], z->lists.next[ALL_PAGES], z->lists.prev[ALL_PAGES], z->lists.rank[p], z->lists.head[list],
            z->lists.tail[list], z->lists.clock;
    ENSURES_TILING
    ENSURES_LINKED
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
    ensures other_end: at_tail ?
      z->lists.head[list] == (\old(z->lists.head)[list] == NONE ? p : \old(z->lists.head)[list]) :
      z->lists.tail[list] == (\old(z->lists.tail)[list] == NONE ? p : \old(z->lists.tail)[list]);
*/
static void list_add(struct zone *z, uint32_t p, uint32_t list, int at_tail)
{
    //@ assert next: next_but(z->blocks, z->lists, p);
    //@ assert prev: prev_but(z->blocks, z->lists, p);
    set_place(z, p, list);
    link(z, p, at_tail);
}

void block_take(struct zone *z, uint32_t p)
{
    uint32_t list = z->blocks.place[p], order = z->blocks.order[p], size = block_size(order);
    uint32_t class = list_class(list, order);

    /*@ ghost
      /@ loop invariant 0 <= k <= z->blocks.end;
         loop invariant pos: \forall integer l; count(z->blocks, l, k) >= 0;
         loop invariant one: p < k ==> count(z->blocks, list, k) >= 1;
         loop invariant size: p < k ==> pages(z->blocks, class, k) >= size;
         loop invariant nonneg: \forall integer c; 0 <= pages(z->blocks, c, k);
         loop invariant bound: pages(z->blocks, 6, k) + (p < k ? size : 0) <= 1024 * k;
         loop assigns k;
         loop variant z->blocks.end - k; @/
      for (uint32_t k = 0; k < z->blocks.end; k++) ; */
    list_del(z, p);
    z->counts.len[list]--;
    z->counts.held[class] -= size;
    z->counts.held[CLASS_USED] += size;
    /*@ ghost
      /@ loop invariant 0 <= k <= z->blocks.end;
         loop invariant len: \forall integer l; is_list(l) ==>
           count(z->blocks, l, k) == count(\at(z->blocks, Pre), l, k) - (l == list && p < k ? 1 : 0);
         loop invariant lower: \forall integer c; is_class(c) && k <= p ==>
           pages(z->blocks, c, k) == pages(\at(z->blocks, Pre), c, k);
         loop invariant other: \forall integer c; is_class(c) && c != class && c != 6 ==>
           pages(z->blocks, c, k) == pages(\at(z->blocks, Pre), c, k);
         loop invariant taken: p < k ==> pages(z->blocks, class, k) == pages(\at(z->blocks, Pre), class, k) - size;
         loop invariant used: p < k ==> pages(z->blocks, 6, k) == pages(\at(z->blocks, Pre), 6, k) + size;
         loop assigns k;
         loop variant z->blocks.end - k; @/
      for (uint32_t k = 0; k < z->blocks.end; k++) ; */
}

void block_give(struct zone *z, uint32_t p, uint32_t list, int at_tail)
{
    uint32_t order = z->blocks.order[p], size = block_size(order);
    uint32_t class = list_class(list, order);

    /*@ ghost
      /@ loop invariant 0 <= k <= z->blocks.end;
         loop invariant pos: \forall integer l; 0 <= count(z->blocks, l, k) <= k;
         loop invariant size: p < k ==> pages(z->blocks, 6, k) >= size;
         loop invariant nonneg: \forall integer c; 0 <= pages(z->blocks, c, k) <= 1024 * k;
         loop assigns k;
         loop variant z->blocks.end - k; @/
      for (uint32_t k = 0; k < z->blocks.end; k++) ; */
    list_add(z, p, list, at_tail);
    z->counts.len[list]++;
    z->counts.held[CLASS_USED] -= size;
    z->counts.held[class] += size;
    /*@ ghost
      /@ loop invariant 0 <= k <= z->blocks.end;
         loop invariant len: \forall integer l; is_list(l) ==>
           count(z->blocks, l, k) == count(\at(z->blocks, Pre), l, k) + (l == list && p < k ? 1 : 0);
         loop invariant lower: \forall integer c; is_class(c) && k <= p ==>
           pages(z->blocks, c, k) == pages(\at(z->blocks, Pre), c, k);
         loop invariant other: \forall integer c; is_class(c) && c != class && c != 6 ==>
           pages(z->blocks, c, k) == pages(\at(z->blocks, Pre), c, k);
         loop invariant given: p < k ==> pages(z->blocks, class, k) == pages(\at(z->blocks, Pre), class, k) + size;
         loop invariant used: p < k ==> pages(z->blocks, 6, k) == pages(\at(z->blocks, Pre), 6, k) - size;
         loop assigns k;
         loop variant z->blocks.end - k; @/
      for (uint32_t k = 0; k < z->blocks.end; k++) ; */
}

/* Writes the two halves of a used block. */
/*@ requires \valid(z) && tiling(z->blocks) && used_of(z->blocks, p, order + 1);
    requires 0 <= order < 10 && aligned(p, order) && aligned(u, order);
    requires u == p + bsize(order) && bsize(order + 1) == 2 * bsize(order);
    terminates \true;
    assigns z->blocks.place[u], z->blocks.order[p], z->blocks.order[u];
    ENSURES_TILING
    ensures typed: typed(\old(z->blocks), z->pageblocks) ==> typed(z->blocks, z->pageblocks);
    ensures lower: used_of(z->blocks, p, order);
    ensures upper: used_of(z->blocks, u, order);
*/
static void set_halves(struct zone *z, uint32_t p, uint32_t u, uint32_t order)
{
    z->blocks.order[p] = (uint8_t)order;
    z->blocks.order[u] = (uint8_t)order;
    z->blocks.place[u] = PLACE_USED;
    /*@ assert free: \forall integer q; is_free(z->blocks, q) ==> q != p && q != u &&
          z->blocks.place[q] == \at(z->blocks.place, Pre)[q] &&
          z->blocks.order[q] == \at(z->blocks.order, Pre)[q]; */
    /*@ assert coalesced: \forall integer q; in_zone(z->blocks, q) ==>
          (coalesced_at(\at(z->blocks, Pre), q) ==> coalesced_at(z->blocks, q)); */
}

/* The lists do not notice the split of a used block. */
/*@ requires \valid(z) && tiling(z->blocks) && linked(z->blocks, z->lists);
    requires used_of(z->blocks, p, order + 1) && 0 <= order < 10;
    requires aligned(p, order) && aligned(u, order);
    requires u == p + bsize(order) && bsize(order + 1) == 2 * bsize(order);
    terminates \true;
    assigns z->blocks.place[u], z->blocks.order[p], z->blocks.order[u];
    ENSURES_TILING
    ENSURES_LINKED
    ensures coalesced: coalesced(\old(z->blocks)) ==> coalesced(z->blocks);
    ensures typed: typed(\old(z->blocks), z->pageblocks) ==> typed(z->blocks, z->pageblocks);
    ensures lower: used_of(z->blocks, p, order);
    ensures upper: used_of(z->blocks, u, order);
*/
static void split_used(struct zone *z, uint32_t p, uint32_t u, uint32_t order)
{
    set_halves(z, p, u, order);
}

uint32_t block_split(struct zone *z, uint32_t p)
{
    uint32_t order = z->blocks.order[p] - 1u, size = block_size(order);
    uint32_t u = p + size;

    //@ assert double: bsize(order + 1) == 2 * size;
    //@ ghost halve(p, size);
    //@ assert halves: aligned(p, order) && aligned(u, order) && !aligned(u, order + 1);
    split_used(z, p, u, order);
    /*@ ghost
      /@ loop invariant 0 <= k <= z->blocks.end;
         loop invariant len: \forall integer l; is_list(l) ==>
           count(z->blocks, l, k) == count(\at(z->blocks, Pre), l, k);
         loop invariant other: \forall integer c; is_class(c) && c != 6 ==>
           pages(z->blocks, c, k) == pages(\at(z->blocks, Pre), c, k);
         loop invariant used: pages(z->blocks, 6, k) == pages(\at(z->blocks, Pre), 6, k)
           - (p < k <= u ? size : 0);
         loop assigns k;
         loop variant z->blocks.end - k; @/
      for (uint32_t k = 0; k < z->blocks.end; k++) ; */
    return u;
}

/* Writes the join of two used buddies. */
/*@ requires \valid(z) && tiling(z->blocks) && used_of(z->blocks, p, order) && order < 10;
    requires used_of(z->blocks, u, order) && u == p + bsize(order) && aligned(p, order + 1);
    requires order < z->blocks.top_order && bsize(order + 1) == 2 * bsize(order);
    terminates \true;
    assigns z->blocks.place[u], z->blocks.order[p];
    ENSURES_TILING
    ensures coalesced: coalesced(\old(z->blocks)) ==> coalesced(z->blocks);
    ensures typed: typed(\old(z->blocks), z->pageblocks) ==> typed(z->blocks, z->pageblocks);
    ensures joined: used_of(z->blocks, p, order + 1);
    ensures inside: !is_head(z->blocks, u);
*/
static void set_joined(struct zone *z, uint32_t p, uint32_t u, uint32_t order)
{
    //@ assert at_p: tiled_at(z->blocks, p) && tiled_at(z->blocks, u);
    /*@ assert last: \forall integer q; in_zone(z->blocks, q) && is_head(z->blocks, q) && q != p ==>
          tiled_at(z->blocks, q) && q + bsize(z->blocks.order[q]) != u; */
    z->blocks.order[p] = (uint8_t)(order + 1);
    z->blocks.place[u] = PLACE_TAIL;
    //@ assert inner: \forall integer q; p < q < p + 2 * bsize(order) ==> !is_head(z->blocks, q);
    //@ assert whole: tiled_at(z->blocks, p);
    /*@ assert rest: \forall integer q; in_zone(z->blocks, q) && q != p ==>
          tiled_at(z->blocks, q); */
}

/* The lists do not notice the join of two used blocks. */
/*@ requires \valid(z) && tiling(z->blocks) && linked(z->blocks, z->lists);
    requires used_of(z->blocks, p, order) && order < 10 && used_of(z->blocks, u, order);
    requires u == p + bsize(order) && aligned(p, order + 1);
    requires order < z->blocks.top_order && bsize(order + 1) == 2 * bsize(order);
    terminates \true;
    assigns z->blocks.place[u], z->blocks.order[p];
    ENSURES_TILING
    ENSURES_LINKED
    ensures coalesced: coalesced(\old(z->blocks)) ==> coalesced(z->blocks);
    ensures typed: typed(\old(z->blocks), z->pageblocks) ==> typed(z->blocks, z->pageblocks);
    ensures joined: used_of(z->blocks, p, order + 1);
    ensures inside: !is_head(z->blocks, u);
*/
static void join_used(struct zone *z, uint32_t p, uint32_t u, uint32_t order)
{
    set_joined(z, p, u, order);
}

void block_join(struct zone *z, uint32_t p, uint32_t u)
{
    uint32_t order = z->blocks.order[p];

    //@ assert double: bsize(order + 1) == 2 * bsize(order);
    join_used(z, p, u, order);
    /*@ ghost
      /@ loop invariant 0 <= k <= z->blocks.end;
         loop invariant len: \forall integer l; is_list(l) ==>
           count(z->blocks, l, k) == count(\at(z->blocks, Pre), l, k);
         loop invariant other: \forall integer c; is_class(c) && c != 6 ==>
           pages(z->blocks, c, k) == pages(\at(z->blocks, Pre), c, k);
         loop invariant used: pages(z->blocks, 6, k) == pages(\at(z->blocks, Pre), 6, k)
           + (p < k <= u ? bsize(order) : 0);
         loop assigns k;
         loop variant z->blocks.end - k; @/
      for (uint32_t k = 0; k < z->blocks.end; k++) ; */
}

/*@ ghost
  /@ requires \valid(z) && tiling(z->blocks) && linked(z->blocks, z->lists);
     requires in_zone(z->blocks, p) && is_listed(z->blocks, p);
     terminates \true;
     assigns \nothing;
     ensures head: z->lists.head[z->blocks.place[p]] != NONE;
     ensures rank: z->lists.rank[p] <= z->lists.rank[z->lists.head[z->blocks.place[p]]];
  @/
  void member_reaches_head(struct zone *z, uint32_t p)
  {
    uint32_t q = p;
    /@ loop invariant in_zone(z->blocks, q) && z->blocks.place[q] == z->blocks.place[p];
       loop invariant z->lists.rank[p] <= z->lists.rank[q];
       loop assigns q;
       loop variant z->lists.clock - z->lists.rank[q]; @/
    while (z->lists.prev[q] != NONE)
      q = z->lists.prev[q];
  }

  void list_exact(struct zone *z, uint32_t list)
  {
    /@ loop invariant 0 <= p <= z->blocks.end;
       loop invariant \forall integer q; 0 <= q < p && z->blocks.place[q] == list ==>
         z->lists.head[list] != NONE && z->lists.rank[q] <= z->lists.rank[z->lists.head[list]];
       loop assigns p;
       loop variant z->blocks.end - p; @/
    for (uint32_t p = 0; p < z->blocks.end; p++)
      if (z->blocks.place[p] == list)
        member_reaches_head(z, p);
  }

  void classes_bounded(const struct zone *z)
  {
    uint32_t behind = 0;
    /@ loop invariant 0 <= k <= behind <= z->blocks.end;
       loop invariant \forall integer q; k <= q < behind ==> !is_head(z->blocks, q);
       loop invariant behind < z->blocks.end ==> is_head(z->blocks, behind);
       loop invariant \forall integer c; is_class(c) ==> pages(z->blocks, c, k) <= behind;
       loop assigns k, behind;
       loop variant z->blocks.end - k; @/
    for (uint32_t k = 0; k < z->blocks.end; k++)
      if (z->blocks.place[k] != PLACE_TAIL) {
        /@ assert tiled: tiled_at(z->blocks, k) && k == behind; @/
        behind = k + block_pages[z->blocks.order[k]];
      }
  }
*/
