/* What a well-formed zone is: blocks, lists, counts. Logic only; every predicate takes the part
 * of the zone it speaks of by value, and states one fact. */
#ifndef PLUMBLINE_SPEC_ZONE_H
#define PLUMBLINE_SPEC_ZONE_H

/*@
  logic integer bsize(integer o) =
    o == 0 ? 1 : o == 1 ? 2 : o == 2 ? 4 : o == 3 ? 8 : o == 4 ? 16 : o == 5 ? 32 :
    o == 6 ? 64 : o == 7 ? 128 : o == 8 ? 256 : o == 9 ? 512 : 1024;
  predicate is_order(integer o) = 0 <= o <= 10;
  predicate is_type(integer t) = 0 <= t < 6;
  predicate is_list(integer l) = 0 <= l < 1730;
  predicate is_class(integer c) = 0 <= c < 72;
  predicate aligned(integer p, integer o) = p % bsize(o) == 0;

  predicate in_zone(struct blocks b, integer p) = 0 <= p < b.end;
  predicate is_head(struct blocks b, integer p) = b.place[p] != 0x1002;
  predicate is_used(struct blocks b, integer p) = b.place[p] == 0x1000;
  predicate is_reserved(struct blocks b, integer p) = b.place[p] == 0x1001;
  predicate is_listed(struct blocks b, integer p) = b.place[p] < 1730;
  predicate is_free(struct blocks b, integer p) = b.place[p] < 66;
  predicate on_pcp(struct blocks b, integer p) = 66 <= b.place[p] < 1730;

  // list numbers
  logic integer free_list(integer o, integer t) = 6 * o + t;
  logic integer pcp_list(integer cpu, integer i) = 66 + 64 * i + cpu;
  // blocks of order o may be on list l
  predicate fits(integer l, integer o) =
    (0 <= l < 66 && 6 * o <= l < 6 * o + 6) ||
    (66 <= l < 834 && 66 + 192 * o <= l < 66 + 192 * (o + 1)) ||
    (834 <= l < 1730 && 834 + 128 * (o - 4) <= l < 834 + 128 * (o - 3));
  // migratetype of the list a free block is on
  logic integer free_type(struct blocks b, integer p) = b.place[p] - 6 * b.order[p];

  // class of a block of order o at a place; -1 for a tail
  logic integer class_of(integer place, integer o) =
    place < 66 ? place - 6 * o :
    place < 1730 ? 8 + (place - 66) % 64 :
    place == 0x1000 ? 6 : place == 0x1001 ? 7 : -1;

  // ---- blocks (theorems 1 and 2)
  predicate tiled_at(struct blocks b, integer p) =
    is_head(b, p) ==>
      b.order[p] <= b.top_order && aligned(p, b.order[p]) &&
      p + bsize(b.order[p]) <= b.end &&
      (p + bsize(b.order[p]) < b.end ==> is_head(b, p + bsize(b.order[p]))) &&
      (\forall integer q; p < q < p + bsize(b.order[p]) ==> !is_head(b, q));
  predicate tiled_all(struct blocks b) = \forall integer p; in_zone(b, p) ==> tiled_at(b, p);
  predicate placed_at(struct blocks b, integer p) =
    b.place[p] < 1730 ? fits(b.place[p], b.order[p]) :
    b.place[p] == 0x1001 ? b.order[p] == 0 :
    b.place[p] == 0x1000 || b.place[p] == 0x1002;
  predicate placed_all(struct blocks b) = \forall integer p; in_zone(b, p) ==> placed_at(b, p);
  predicate sized(struct blocks b) = 0 < b.end <= 0x800000 && b.top_order <= 10 &&
    b.pageblock_order <= b.top_order && is_head(b, 0);

  // ---- lists
  predicate next_at(struct blocks b, struct lists s, integer p) =
    is_listed(b, p) ==>
      (s.next[p] == 0xffffffff ? s.tail[b.place[p]] == p :
        in_zone(b, s.next[p]) && b.place[s.next[p]] == b.place[p] &&
        s.prev[s.next[p]] == p && s.rank[s.next[p]] < s.rank[p]);
  predicate prev_at(struct blocks b, struct lists s, integer p) =
    is_listed(b, p) ==>
      (s.prev[p] == 0xffffffff ? s.head[b.place[p]] == p :
        in_zone(b, s.prev[p]) && b.place[s.prev[p]] == b.place[p] &&
        s.next[s.prev[p]] == p && s.rank[p] < s.rank[s.prev[p]]);
  predicate rank_at(struct blocks b, struct lists s, integer p) =
    is_listed(b, p) ==> -s.clock <= s.rank[p] <= s.clock;
  predicate head_at(struct blocks b, struct lists s, integer l) =
    s.head[l] == 0xffffffff ||
    (in_zone(b, s.head[l]) && b.place[s.head[l]] == l && s.prev[s.head[l]] == 0xffffffff);
  predicate tail_at(struct blocks b, struct lists s, integer l) =
    s.tail[l] == 0xffffffff ||
    (in_zone(b, s.tail[l]) && b.place[s.tail[l]] == l && s.next[s.tail[l]] == 0xffffffff);
  predicate ends_at(struct lists s, integer l) =
    s.head[l] == 0xffffffff <==> s.tail[l] == 0xffffffff;
  predicate next_all(struct blocks b, struct lists s) =
    \forall integer p; in_zone(b, p) ==> next_at(b, s, p);
  predicate prev_all(struct blocks b, struct lists s) =
    \forall integer p; in_zone(b, p) ==> prev_at(b, s, p);
  predicate rank_all(struct blocks b, struct lists s) =
    \forall integer p; in_zone(b, p) ==> rank_at(b, s, p);
  predicate head_all(struct blocks b, struct lists s) =
    \forall integer l; is_list(l) ==> head_at(b, s, l);
  predicate tail_all(struct blocks b, struct lists s) =
    \forall integer l; is_list(l) ==> tail_at(b, s, l);
  predicate ends_all(struct lists s) = \forall integer l; is_list(l) ==> ends_at(s, l);
  predicate clocked(struct lists s) = 0 <= s.clock <= 0x4000000000000000;

  // the same for a moment in which block p is between two lists
  predicate next_but(struct blocks b, struct lists s, integer p) =
    \forall integer q; in_zone(b, q) && is_listed(b, q) && q != p ==>
      next_at(b, s, q) && s.next[q] != p;
  predicate prev_but(struct blocks b, struct lists s, integer p) =
    \forall integer q; in_zone(b, q) && is_listed(b, q) && q != p ==>
      prev_at(b, s, q) && s.prev[q] != p;
  predicate rank_but(struct blocks b, struct lists s, integer p) =
    \forall integer q; in_zone(b, q) && q != p ==> rank_at(b, s, q);
  predicate ends_but(struct lists s, integer p) =
    \forall integer l; is_list(l) ==> s.head[l] != p && s.tail[l] != p;

  // ---- counts (theorems 4 and 6)
  // blocks on list l that start below k
  logic integer count(struct blocks b, integer l, integer k) =
    k <= 0 ? 0 : count(b, l, k - 1) + (b.place[k - 1] == l ? 1 : 0);
  logic integer weight(struct blocks b, integer c, integer p) =
    class_of(b.place[p], b.order[p]) == c ? bsize(b.order[p]) : 0;
  // pages of class c in the blocks that start below k
  logic integer pages(struct blocks b, integer c, integer k) =
    k <= 0 ? 0 : pages(b, c, k - 1) + weight(b, c, k - 1);
  predicate len_all(struct blocks b, struct counts n) =
    \forall integer l; is_list(l) ==> n.len[l] == count(b, l, b.end);
  predicate held_all(struct blocks b, struct counts n) =
    \forall integer c; is_class(c) ==> n.held[c] == pages(b, c, b.end);
  // CPUs that the zone has not hold nothing
  predicate idle_cpus(struct counts n, integer nr_cpus) =
    \forall integer c; nr_cpus <= c < 64 ==> n.held[8 + c] == 0;
  // they hold what they held, and this CPU is none of them
  predicate idle_kept(struct counts m, struct counts n, integer nr_cpus, integer cpu) =
    \forall integer c; nr_cpus <= c < 64 ==> c != cpu && n.held[8 + c] == m.held[8 + c];

  predicate tiling(struct blocks b) = sized(b) && tiled_all(b) && placed_all(b);
  predicate linked(struct blocks b, struct lists s) =
    next_all(b, s) && prev_all(b, s) && rank_all(b, s) &&
    head_all(b, s) && tail_all(b, s) && ends_all(s) && clocked(s);
  predicate wf(struct zone z) =
    tiling(z.blocks) && linked(z.blocks, z.lists) && len_all(z.blocks, z.counts) &&
    held_all(z.blocks, z.counts);

  predicate free_of(struct blocks b, integer p, integer o) =
    in_zone(b, p) && is_free(b, p) && b.order[p] == o;
  predicate used_of(struct blocks b, integer p, integer o) =
    in_zone(b, p) && is_used(b, p) && b.order[p] == o;
  // page q lies in the block whose first page is p
  predicate inside(struct blocks b, integer p, integer q) =
    in_zone(b, p) && is_head(b, p) && p <= q < p + bsize(b.order[p]);
  predicate clock_room(struct lists s, integer n) = s.clock + n <= 0x4000000000000000;

  // the parameters of a zone, fixed for its life, and its tunables
  predicate shaped(struct zone z) =
    z.first < z.blocks.end && z.generation < 4 && z.fallback < 4 &&
    (z.generation == 0 ==> z.fallback == 0) &&
    z.highatomic < 3 && (z.highatomic == 1 ==> z.generation >= 2) &&
    (z.highatomic == 2 ==> z.generation == 1) && z.placement < 2 &&
    (z.generation == 3 ==> z.blocks.pageblock_order > 3) && 1 <= z.nr_cpus <= 64;
  predicate disabled_ok(struct pcp_disabled d, integer limit, integer tuning) =
    d.on < 2 && 1 <= d.batch <= limit && d.high <= limit && d.low <= limit &&
    d.high_max <= 0x10000 && (tuning == 1 ==> d.high <= d.high_max);
  predicate tuned(struct zone z) =
    disabled_ok(z.disabled, z.pcp_limit, z.tuning.on) &&
    1 <= z.pcp_batch <= z.pcp_limit && z.pcp_high <= z.pcp_limit && z.pcp_low <= z.pcp_limit &&
    2 <= z.pcp_limit <= 0x10000 &&
    (\forall integer i; 0 <= i < 4 ==> z.wmark[i] <= 0x10000000000000) &&
    (\forall integer i; 0 <= i < 4 ==> z.lowmem_reserve[i] <= 0x10000000000000) &&
    z.watermark_boost <= 0x10000000000000 && z.nr_reserved_highatomic <= 0x10000000000000 &&
    z.watermark_boost_factor <= 0x100000;
*/

/* One clause per fact: each becomes a small goal of its own. */
#define ENSURES_TILING                                                                             \
  ensures sized: sized(z->blocks);                                                                 \
  ensures tiled: tiled_all(z->blocks);                                                             \
  ensures placed: placed_all(z->blocks);

#define ENSURES_LINKED                                                                             \
  ensures next: next_all(z->blocks, z->lists);                                                     \
  ensures prev: prev_all(z->blocks, z->lists);                                                     \
  ensures rank: rank_all(z->blocks, z->lists);                                                     \
  ensures head: head_all(z->blocks, z->lists);                                                     \
  ensures tail: tail_all(z->blocks, z->lists);                                                     \
  ensures ends: ends_all(z->lists);                                                                \
  ensures clocked: clocked(z->lists);

#define ENSURES_WF                                                                                 \
  ENSURES_TILING                                                                                   \
  ENSURES_LINKED                                                                                   \
  ensures len: len_all(z->blocks, z->counts);                                                      \
  ensures held: held_all(z->blocks, z->counts);

#define ALL_PAGES 0 .. 0x7fffff
#define ALL_LISTS 0 .. 1729
#define ALL_CLASSES 0 .. 71

/* What the four primitives, and all that is built on them, may change. */
#define BLOCKS                                                                                     \
  z->blocks.place[ALL_PAGES], z->blocks.order[ALL_PAGES], z->lists.next[ALL_PAGES],                \
      z->lists.prev[ALL_PAGES], z->lists.rank[ALL_PAGES], z->lists.head[ALL_LISTS],                \
      z->lists.tail[ALL_LISTS], z->lists.clock, z->counts.len[ALL_LISTS],                          \
      z->counts.held[ALL_CLASSES]

#endif
