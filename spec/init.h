/* What a valid configuration is, what a zone looks like before any memory is released to it, and
 * what holds between any two steps of the public interface. Logic only. */
#ifndef PLUMBLINE_SPEC_INIT_H
#define PLUMBLINE_SPEC_INIT_H

#include "spec/tuning.h"

/*@
  predicate size_ok(integer n) = n <= 0x10000000000000; // 2^52

  // the limits of plumbline.h; the last line is the reference's capacity
  predicate extent_ok(struct plumb_config c) =
    c.top_order <= 10 && c.pageblock_order <= c.top_order && 1 <= c.spanned_pages &&
    size_ok(c.start_pfn + c.spanned_pages) &&
    c.start_pfn % bsize(c.top_order) + c.spanned_pages <= 0x800000;
  predicate sizes_ok(struct plumb_config c) =
    (\forall integer i; 0 <= i < 4 ==> size_ok(c.wmark[i])) &&
    (\forall integer i; 0 <= i < 4 ==> size_ok(c.lowmem_reserve[i])) &&
    size_ok(c.watermark_boost) && size_ok(c.nr_reserved_highatomic) &&
    c.watermark_boost_factor <= 0x100000;
  predicate pcp_ok(struct plumb_config c) =
    2 <= c.pcp_limit <= 0x10000 && 1 <= c.pcp_batch <= c.pcp_limit &&
    c.pcp_high <= c.pcp_limit && c.pcp_low <= c.pcp_limit && c.pcp_high_max <= c.pcp_limit &&
    c.pcp_batch_scale_max <= 6 && c.pcp_free_high_batch < 2 && c.pcp_tuning < 2 &&
    (c.pcp_tuning == 1 ==> c.generation == 2 && c.pcp_high <= c.pcp_high_max);
  predicate config_ok(struct plumb_config c) =
    extent_ok(c) && sizes_ok(c) && pcp_ok(c) && c.generation < 3 && 1 <= c.nr_cpus <= 64 &&
    c.fallback < 4 && (c.generation == 0 ==> c.fallback == 0) &&
    c.highatomic < 3 && (c.highatomic == 1 ==> c.generation == 2) &&
    (c.highatomic == 2 ==> c.generation == 1) && c.placement < 2 &&
    c.ungrouped < 2 && c.thp < 2 && (c.thp == 1 ==> c.generation == 2 && c.pageblock_order > 3);

  // indices count from start_pfn rounded down to a multiple of the largest block, hence of a
  // pageblock: pageblocks of indices are pageblocks of pfns
  logic integer first_index(struct plumb_config c) = c.start_pfn % bsize(c.top_order);
  logic integer first_pageblock(struct plumb_config c) =
    first_index(c) / bsize(c.pageblock_order);
  logic integer last_pageblock(struct plumb_config c) =
    (first_index(c) + c.spanned_pages - 1) / bsize(c.pageblock_order);
  logic integer nr_pageblocks(struct plumb_config c) =
    last_pageblock(c) - first_pageblock(c) + 1;

  // the zone has the parameters of a configuration
  predicate placed_as(struct zone z, struct plumb_config c) =
    z.first == first_index(c) && z.base_pfn == c.start_pfn - first_index(c) &&
    z.blocks.end == first_index(c) + c.spanned_pages;
  predicate shaped_as(struct zone z, struct plumb_config c) =
    z.blocks.top_order == c.top_order && z.blocks.pageblock_order == c.pageblock_order &&
    z.generation == c.generation + c.thp && z.nr_cpus == c.nr_cpus && z.pcp_limit == c.pcp_limit &&
    z.fallback == c.fallback && z.highatomic == c.highatomic && z.placement == c.placement &&
    z.owners.ungrouped == c.ungrouped && z.tuning.on == c.pcp_tuning &&
    z.tuning.batch_scale_max == c.pcp_batch_scale_max &&
    z.tuning.free_high_batch == c.pcp_free_high_batch;
  predicate tuned_as(struct zone z, struct plumb_config c) =
    z.pcp_batch == c.pcp_batch && z.pcp_high == c.pcp_high && z.pcp_low == c.pcp_low &&
    z.tuning.high_max == c.pcp_high_max &&
    (\forall integer i; 0 <= i < 4 ==> z.wmark[i] == c.wmark[i]) &&
    (\forall integer i; 0 <= i < 4 ==> z.lowmem_reserve[i] == c.lowmem_reserve[i]) &&
    z.watermark_boost == c.watermark_boost &&
    z.nr_reserved_highatomic == c.nr_reserved_highatomic &&
    z.watermark_boost_factor == c.watermark_boost_factor;

  // index 0 is a multiple of the largest block, and the last pfn is within the limit
  predicate based(struct zone z) =
    z.base_pfn % bsize(z.blocks.top_order) == 0 && size_ok(z.base_pfn + z.blocks.end);

  predicate all_reserved(struct blocks b, integer start, integer end) =
    \forall integer q; start <= q < end ==> is_reserved(b, q);
  predicate no_lists(struct lists s, struct counts n) =
    \forall integer l; is_list(l) ==>
      s.head[l] == 0xffffffff && s.tail[l] == 0xffffffff && n.len[l] == 0;
  // every page is reserved
  predicate untouched(struct blocks b, struct lists s, struct counts n) =
    all_reserved(b, 0, b.end) && no_lists(s, n) && n.held[7] == b.end &&
    (\forall integer c; is_class(c) && c != 7 ==> n.held[c] == 0);

  // no block outside [start, end) that is used, reserved or on a per-CPU list changed
  predicate busy_outside(struct blocks a, struct blocks b, integer start, integer end) =
    \forall integer q; in_zone(a, q) && !(start <= q < end) && busy_at(a, q) ==>
      b.place[q] == a.place[q] && b.order[q] == a.order[q];
  // exactly the pages [start, end) are reserved no more
  predicate handed_below(struct blocks a, struct blocks b, integer start, integer end,
                           integer k) =
    \forall integer q; 0 <= q < k ==>
      (is_reserved(b, q) <==> is_reserved(a, q) && !(start <= q < end));
  predicate handed_over(struct blocks a, struct blocks b, integer start, integer end) =
    handed_below(a, b, start, end, a.end);

  // the block of this order at p is aligned and ends before end
  predicate block_fits(integer p, integer o, integer end) = aligned(p, o) && p + bsize(o) <= end;

  // ---- what holds between any two steps
  predicate zone_ok(struct zone z) =
    wf(z) && shaped(z) && tuned(z) && based(z) && coalesced(z.blocks) &&
    adapted(z.tuning, z.generation, z.pcp_high) &&
    typed(z.blocks, z.pageblocks) && kinds(z.blocks, z.pageblocks) &&
    pcp_only(z.lists, z.generation, z.blocks.pageblock_order) &&
    none_isolated(z.blocks, z.pageblocks) && idle_cpus(z.counts, z.nr_cpus) &&
    all_reserved(z.blocks, 0, z.first); // pages below the zone

  // ---- the checks of the public interface, in their order
  logic boolean known_flags(integer f) = (f & 0xffffec40) == 0;
  logic boolean type_known(integer generation, integer t) =
    t < 6 && (generation != 0 || t == 0);
  logic boolean type_given(integer generation, integer t) =
    t < 5 && (generation != 0 || t == 0);
  logic integer alloc_check(integer top, integer generation, integer nr_cpus, integer cpu,
                            integer order, integer mt, integer f, integer hz) =
    order > top ? PLUMB_EORDER :
    !type_given(generation, mt) ? PLUMB_ETYPE :
    cpu >= nr_cpus ? PLUMB_ECPU :
    hz >= 4 ? PLUMB_EZONEIDX :
    !known_flags(f) ? PLUMB_EFLAGS : PLUMB_OK;
  logic integer block_check(struct blocks b, integer p, integer order) =
    b.place[p] == 0x1001 ? PLUMB_ERESERVED :
    b.place[p] == 0x1002 ? PLUMB_ETAIL :
    b.place[p] < 66 ? PLUMB_EFREE :
    b.place[p] < 1730 ? PLUMB_EPCP :
    b.order[p] != order ? PLUMB_EMISMATCH : PLUMB_OK;
  // p is the index of a pfn
  logic integer free_check(struct blocks b, integer first, integer nr_cpus, integer cpu,
                           integer p, integer order) =
    order > b.top_order ? PLUMB_EORDER :
    cpu >= nr_cpus ? PLUMB_ECPU :
    p < first || p >= b.end ? PLUMB_ERANGE : block_check(b, p, order);
  // tuning: whether the zone tunes its per-CPU lists
  predicate tunables_ok(struct plumb_tunables t, integer limit, integer tuning) =
    1 <= t.pcp_batch <= limit && t.pcp_high <= limit && t.pcp_low <= limit &&
    t.pcp_high_max <= limit && (tuning == 1 ==> t.pcp_high <= t.pcp_high_max) &&
    (\forall integer i; 0 <= i < 4 ==> size_ok(t.wmark[i])) &&
    (\forall integer i; 0 <= i < 4 ==> size_ok(t.lowmem_reserve[i])) &&
    size_ok(t.watermark_boost) && size_ok(t.nr_reserved_highatomic) &&
    t.watermark_boost_factor <= 0x100000;
  predicate retuned_as(struct zone z, struct plumb_tunables t) =
    z.pcp_batch == t.pcp_batch && z.pcp_high == t.pcp_high && z.pcp_low == t.pcp_low &&
    z.tuning.high_max == t.pcp_high_max &&
    (\forall integer i; 0 <= i < 4 ==> z.wmark[i] == t.wmark[i]) &&
    (\forall integer i; 0 <= i < 4 ==> z.lowmem_reserve[i] == t.lowmem_reserve[i]) &&
    z.watermark_boost == t.watermark_boost &&
    z.nr_reserved_highatomic == t.nr_reserved_highatomic &&
    z.watermark_boost_factor == t.watermark_boost_factor;

  // the lists are as small as they can be, and d keeps what they were before that
  predicate disabled_as(struct zone y, struct zone z) =
    z.pcp_batch == 1 && z.pcp_high == 0 && z.pcp_low == 0 && z.tuning.high_max == 0 &&
    z.disabled.batch == y.pcp_batch && z.disabled.high == y.pcp_high &&
    z.disabled.low == y.pcp_low && z.disabled.high_max == y.tuning.high_max;
  predicate enabled_as(struct zone y, struct zone z) =
    z.pcp_batch == y.disabled.batch && z.pcp_high == y.disabled.high &&
    z.pcp_low == y.disabled.low && z.tuning.high_max == y.disabled.high_max;
  predicate same_sizes(struct zone y, struct zone z) =
    z.pcp_batch == y.pcp_batch && z.pcp_high == y.pcp_high && z.pcp_low == y.pcp_low &&
    z.tuning.high_max == y.tuning.high_max;

  // ---- allocation (theorems 3, 8 and 20)
  predicate by_pcp(integer generation, integer pageblock_order, integer order, integer mt) =
    mt < 3 && pcp_order(generation, pageblock_order, order);
  // nothing can serve the request
  predicate exhausted(struct blocks b, struct lists s, integer generation, integer fallback,
                      integer cpu, integer order, integer mt, integer f) =
    !supplied(b, fallback, order, mt, f) && (by_pcp(generation, b.pageblock_order, order, mt) ==>
      s.head[alloc_list(generation, cpu, order, mt, flag_cold(f))] == 0xffffffff);
  // the per-CPU list of the request holds a block
  predicate in_store(struct blocks b, struct lists s, integer generation, integer cpu,
                     integer order, integer mt, integer f) =
    by_pcp(generation, b.pageblock_order, order, mt) &&
    s.head[alloc_list(generation, cpu, order, mt, flag_cold(f))] != 0xffffffff;
  // the block at the end of that list from which it is taken
  logic integer store_end(struct lists s, integer generation, integer cpu, integer order,
                          integer mt, integer f) =
    generation == 1 && flag_cold(f) != 0 ?
      s.tail[alloc_list(generation, cpu, order, mt, flag_cold(f))] :
      s.head[alloc_list(generation, cpu, order, mt, flag_cold(f))];
  // p is the block that serves it
  predicate serves(struct blocks b, struct lists s, struct counts n, struct owners w,
                   integer first, integer generation, integer fallback, integer cpu,
                   integer order, integer mt, integer f, integer p) =
    in_store(b, s, generation, cpu, order, mt, f) ?
      p == store_end(s, generation, cpu, order, mt, f) :
      chosen(b, s, n, w, first, fallback, order, mt, f, p);

  // below k, exactly block p became used; or: exactly block p became unused
  predicate one_used_more(struct blocks a, struct blocks b, integer p, integer k) =
    \forall integer q; 0 <= q < k ==> (is_used(b, q) <==> is_used(a, q) || q == p);
  predicate one_used_less(struct blocks a, struct blocks b, integer p, integer k) =
    \forall integer q; 0 <= q < k ==> (is_used(b, q) <==> is_used(a, q) && q != p);
  // the block p, freed, goes to a per-CPU list
  predicate freed_to_pcp(struct blocks b, struct pageblocks k, integer generation, integer p) =
    pcp_order(generation, b.pageblock_order, b.order[p]) && pbtype(b, k, p) != 5;
  // no page inside a block became the first page of one, but within [p, p + n)
  predicate tails_outside(struct blocks a, struct blocks b, integer p, integer n) =
    \forall integer q; in_zone(a, q) && !(p <= q < p + n) && !is_head(a, q) ==> !is_head(b, q);

  // ---- what an inspector sees
  logic integer page_state(struct blocks b, integer p) =
    b.place[p] < 66 ? PAGE_FREE : b.place[p] < 1730 ? PAGE_PCP :
    b.place[p] == 0x1000 ? PAGE_USED : b.place[p] == 0x1001 ? PAGE_RESERVED : PAGE_TAIL;
  logic integer page_order(struct blocks b, integer p) =
    b.place[p] == 0x1002 ? 0 : b.order[p];
  // the number of a per-CPU list among the 14 that a kernel has: only one order above 3 has any
  logic integer shown_index(integer l) = l < 834 ? list_index(l) : 12 + list_index(l) % 2;
  logic integer list_shown(integer generation, integer pageblock_order, integer i) =
    i < 12 || generation < 3 ? i : i + 2 * (pageblock_order - 4);
  logic integer page_type(struct blocks b, integer p) =
    b.place[p] < 66 ? free_type(b, p) : b.place[p] < 1730 ? shown_index(b.place[p]) : 0;
  logic integer page_cpu(struct blocks b, integer p) =
    66 <= b.place[p] < 1730 ? list_cpu(b.place[p]) : 0;
  logic integer link_pfn(integer base, integer p) =
    p == 0xffffffff ? PLUMB_NO_PFN : base + p;
*/

/* A zone as it was asked for, with every page reserved. */
#define ENSURES_NEW_ZONE                                                                           \
  ensures untouched: \result == PLUMB_OK ==> untouched(z->blocks, z->lists, z->counts);            \
  ensures place: \result == PLUMB_OK ==> placed_as(*z, *config);                                   \
  ensures shape: \result == PLUMB_OK ==> shaped_as(*z, *config);                                   \
  ensures tunables: \result == PLUMB_OK ==> tuned_as(*z, *config);                                 \
  ensures forgets: \result == PLUMB_OK ==> forgets(z->tuning);                                     \
  ensures kinds: \result == PLUMB_OK ==>                                                           \
    \forall integer i; 0 <= i < nr_pageblocks(*config) ==>                                         \
      z->pageblocks.migratetype[first_pageblock(*config) + i] == types[i];                         \
  ensures clock: \result == PLUMB_OK ==> z->lists.clock == 0;

/* What a page shows of its block. */
#define ENSURES_PAGE_SHOWN                                                                         \
  ensures state: \result == PLUMB_OK ==>                                                           \
    page->state == page_state(z->blocks, pfn - z->base_pfn);                                       \
  ensures order: \result == PLUMB_OK ==>                                                           \
    page->order == page_order(z->blocks, pfn - z->base_pfn);                                       \
  ensures type: \result == PLUMB_OK ==>                                                            \
    page->type == page_type(z->blocks, pfn - z->base_pfn);                                         \
  ensures cpu: \result == PLUMB_OK ==> page->cpu == page_cpu(z->blocks, pfn - z->base_pfn);        \
  ensures pageblock: \result == PLUMB_OK ==>                                                       \
    page->pageblock_type == pbtype(z->blocks, z->pageblocks, pfn - z->base_pfn);                   \
  ensures movable: \result == PLUMB_OK ==> page->movable ==                                        \
    (z->blocks.place[pfn - z->base_pfn] == PLACE_USED &&                                           \
      z->owners.movable[pfn - z->base_pfn] != 0 ? 1 : 0);                                          \
  ensures next: \result == PLUMB_OK ==> page->next ==                                              \
    (z->blocks.place[pfn - z->base_pfn] < 1730 ?                                                   \
      link_pfn(z->base_pfn, z->lists.next[pfn - z->base_pfn]) : PLUMB_NO_PFN);                     \
  ensures prev: \result == PLUMB_OK ==> page->prev ==                                              \
    (z->blocks.place[pfn - z->base_pfn] < 1730 ?                                                   \
      link_pfn(z->base_pfn, z->lists.prev[pfn - z->base_pfn]) : PLUMB_NO_PFN);

/* What the drain of one CPU leaves as it was. */
#define ENSURES_RETURNED                                                                           \
  ensures held_kept: held_kept(\old(z->counts), z->counts, cpu);                                   \
  ensures other_cpus: other_cpus_kept(\old(z->lists), z->lists, \old(z->counts), z->counts, cpu);  \
  ensures kept: kept_but_cpu(\old(z->blocks), z->blocks, cpu);                                     \
  ensures tails: tails_kept(\old(z->blocks), z->blocks);                                           \
  ENSURES_CUT(NONE)                                                                                \
  ensures ticks: z->lists.clock <= \old(z->lists.clock) + CALL_TICKS;

/* What taking a block for a request needs, and what it means; the block's owner is the caller's. */
#define REQUIRES_REQUEST                                                                           \
  requires \valid(z) && zone_ok(*z) && clock_room(z->lists, REFILL_TICKS);                         \
  requires cpu < z->nr_cpus && order <= z->blocks.top_order && mt < 5;                             \
  requires z->generation == PLUMB_V2_6_11 ==> mt == 0;

#define ENSURES_SERVED(room)                                                                       \
  ENSURES_ZONE                                                                                     \
  ensures nothing: \result == NONE ==> NOTHING_TAKEN;                                              \
  ensures was_listed: \result != NONE ==> is_listed(\old(z->blocks), \result);                    \
  ensures unisolated: \result != NONE ==> unisolated(z->blocks, z->pageblocks, \result);           \
  ensures block: \result != NONE ==> used_of(z->blocks, \result, order);                          \
  ensures busy: busy_kept(\old(z->blocks), z->blocks, \result);                                   \
  ensures used_more: \result != NONE ==>                                                           \
    z->counts.held[6] == \old(z->counts.held[6]) + bsize(order);                                   \
  ensures conserved: free_or_pcp(z->counts, cpu) ==                                                \
    free_or_pcp(\old(z->counts), cpu) - (\result != NONE ? bsize(order) : 0);                      \
  ensures others: \forall integer c; 7 <= c < 72 && c != 8 + cpu ==>                               \
    z->counts.held[c] == \old(z->counts.held)[c];                                                  \
  ensures other_lists: other_cpus_kept(\old(z->lists), z->lists, \old(z->counts), z->counts,       \
    cpu);                                                                                          \
  ensures own_list: by_pcp(z->generation, z->blocks.pageblock_order, order, mt) ==>                \
    other_lists_kept(\old(z->lists), z->lists, \old(z->counts), z->counts,                         \
      alloc_list(z->generation, cpu, order, mt, flag_cold(flags)));                                \
  ensures no_list: !by_pcp(z->generation, z->blocks.pageblock_order, order, mt) ==>                \
    pcp_lists_kept(\old(z->lists), z->lists, \old(z->counts), z->counts);                          \
  ensures pcp_order:                                                                               \
    pcp_order_but(\old(z->blocks), \old(z->lists), z->lists, \result);                             \
  ensures joined: by_pcp(z->generation, z->blocks.pageblock_order, order, mt) ==>                  \
    joined(\old(z->blocks), z->blocks, \old(z->lists), z->lists,                                   \
      alloc_list(z->generation, cpu, order, mt, flag_cold(flags)),                                 \
      (z->generation == PLUMB_V4_10 && flag_cold(flags) != 0 ? 0 : 1));                            \
  ensures ticks: z->lists.clock <= \old(z->lists.clock) + (room);

/* The blocks that are left on the list of a CPU which served a request: one less, or after a refill
 * with so many as many as there are; in a zone without a highatomic reserve. */
#define ENSURES_FILLED(served, size, type, fill)                                                   \
  ensures unfilled: (served) && z->highatomic == 0 &&                                              \
      by_pcp(z->generation, z->blocks.pageblock_order, size, type) ==>                             \
    \let l = alloc_list(z->generation, cpu, size, type, flag_cold(flags));                         \
    !must_fill(\old(z->lists), \old(z->counts), z->generation, z->pcp_low, l) ==>                  \
      z->counts.len[l] == \old(z->counts.len)[l] - 1;                                              \
  ensures filled: (served) && z->highatomic == 0 &&                                                \
      by_pcp(z->generation, z->blocks.pageblock_order, size, type) ==>                             \
    \let l = alloc_list(z->generation, cpu, size, type, flag_cold(flags)); \let n = fill;          \
    must_fill(\old(z->lists), \old(z->counts), z->generation, z->pcp_low, l) ==>                   \
      \old(z->counts.len)[l] <= z->counts.len[l] + 1 <= \old(z->counts.len)[l] + n &&             \
      (z->counts.len[l] + 1 < \old(z->counts.len)[l] + n ==>                                       \
        unsupplied(z->blocks, z->fallback, size, type, flags));

#define PCP_SIZES z->pcp_batch, z->pcp_high, z->pcp_low, z->tuning.high_max
#define TUNABLES                                                                                   \
  PCP_SIZES, z->wmark[0 .. 3], z->watermark_boost, z->lowmem_reserve[0 .. 3],                      \
      z->nr_reserved_highatomic, z->watermark_boost_factor

#define ENSURES_VALID_OK                                                                           \
  ensures zone: zone_ok(*z);

#define LOOP_VALID_OK                                                                              \
  LOOP_BUDDY                                                                                       \
  loop invariant lists: pcp_only(z->lists, z->generation, z->blocks.pageblock_order);              \
  loop invariant none_isolated: none_isolated(z->blocks, z->pageblocks);                           \
  loop invariant adapted: adapted(z->tuning, z->generation, z->pcp_high);                          \
  loop invariant idle: idle_cpus(z->counts, z->nr_cpus);                                           \
  loop invariant outside: all_reserved(z->blocks, 0, z->first);

#define ENSURES_ZONE_OK                                                                            \
  ENSURES_VALID_OK                                                                                 \
  ENSURES_ISOLATION

/* The state of the zone: all but its parameters, its tunables and who owns its used blocks. */
#define SAME_STATE                                                                                 \
  (z->blocks == \old(z->blocks) && z->lists == \old(z->lists) &&                                   \
    z->counts == \old(z->counts) && z->pageblocks == \old(z->pageblocks))

/* Ticks of the clock that any one call takes at most, but for runs of pages. */
#define CALL_TICKS 0x20000000000

/* What v6.12 knows of the free of a block of this order to the lists of `cpu`, and notes. */
#define TRIM_HIGH(order)                                                                           \
  trim_high(\old(z->tuning), z->pcp_batch, z->pcp_high, cpu, order,                                \
    \old(z->counts.held)[8 + cpu] + bsize(order))
#define TRIM_PAGES(order)                                                                          \
  trim_pages(\old(z->tuning), z->pcp_batch, z->pcp_high, cpu, order,                               \
    \old(z->counts.held)[8 + cpu] + bsize(order))
#define NOTED(order)                                                                               \
  (noted(\old(z->tuning), z->tuning, z->pcp_batch, z->pcp_high, cpu, order,                        \
     \old(z->counts.held)[8 + cpu] + bsize(order)) &&                                              \
   (\old(z->counts.held)[8 + cpu] + bsize(order) >= TRIM_HIGH(order) &&                           \
     watermark_ok(*z, 0, z->wmark[2] + z->watermark_boost, 3, 0, free_total(z->counts)) ?          \
     z->tuning.below_high == 0 : z->tuning.below_high == \old(z->tuning.below_high)))

/* What freeing the used block p means, to the per-CPU lists or straight to the buddy lists. */
#define ENSURES_FREED                                                                              \
  ensures kept: kept_but(\old(z->blocks), z->blocks, cpu, p);                                      \
  ensures tails: tails_outside(\old(z->blocks), z->blocks, p, bsize(order));                       \
  ensures used_less: z->counts.held[6] ==                                                          \
    \old(z->counts.held[6]) - bsize(order);                                                        \
  ensures conserved: free_or_pcp(z->counts, cpu) ==                                                \
    free_or_pcp(\old(z->counts), cpu) + bsize(order);                                              \
  ensures direct:                                                                                  \
    !freed_to_pcp(\old(z->blocks), \old(z->pageblocks), z->generation, p) ==>                      \
    free_sum(z->counts) == free_sum(\old(z->counts)) + bsize(order) &&                             \
    pcp_lists_kept(\old(z->lists), z->lists, \old(z->counts), z->counts) &&                        \
    pcp_order_kept(\old(z->blocks), \old(z->lists), z->lists);                                     \
  ensures below_high: z->generation != PLUMB_V2_6_11 &&                                            \
      freed_to_pcp(\old(z->blocks), \old(z->pageblocks), z->generation, p) &&                      \
      \old(z->counts.held)[8 + cpu] + bsize(order) < TRIM_HIGH(order) ==>                          \
    z->counts.held[8 + cpu] ==                                                                     \
      \old(z->counts.held)[8 + cpu] + bsize(order);                                                \
  ensures place: z->generation != PLUMB_V2_6_11 &&                                                 \
      freed_to_pcp(\old(z->blocks), \old(z->pageblocks), z->generation, p) &&                      \
      \old(z->counts.held)[8 + cpu] + bsize(order) < TRIM_HIGH(order) ==>                          \
    \let l = alloc_list(z->generation, cpu, order,                                                 \
      pcp_type(pbtype(\old(z->blocks), \old(z->pageblocks), p)), cold);                            \
    z->blocks.place[p] == l &&                                                                     \
    (z->generation == PLUMB_V4_10 && cold ? z->lists.tail[l] : z->lists.head[l]) == p;             \
  ensures stay: freed_to_pcp(\old(z->blocks), \old(z->pageblocks), z->generation, p) ==>           \
    stay(\old(z->blocks), z->blocks, \old(z->lists), z->lists, p);                                 \
  ensures last: freed_to_pcp(\old(z->blocks), \old(z->pageblocks), z->generation, p) ==>           \
    last_left(\old(z->blocks), z->blocks, \old(z->lists), p);                                      \
  ensures v6_12: z->generation >= PLUMB_V6_12 &&                                                   \
      freed_to_pcp(\old(z->blocks), \old(z->pageblocks), z->generation, p) &&                      \
      \old(z->counts.held)[8 + cpu] + bsize(order) >= TRIM_HIGH(order) ==>                         \
    released(\old(z->counts.held)[8 + cpu] + bsize(order),                                         \
      z->counts.held[8 + cpu], TRIM_PAGES(order),                                                  \
      pcp_block(z->generation, z->blocks.pageblock_order));                                        \
  ensures v4_10: z->generation == PLUMB_V4_10 &&                                                   \
      freed_to_pcp(\old(z->blocks), \old(z->pageblocks), z->generation, p) &&                      \
      \old(z->counts.held)[8 + cpu] + 1 >= z->pcp_high ==>                                         \
    released(\old(z->counts.held)[8 + cpu] + 1, z->counts.held[8 + cpu], z->pcp_batch, 1);         \
  ensures v2_6_11: z->generation == PLUMB_V2_6_11 &&                                               \
      freed_to_pcp(\old(z->blocks), \old(z->pageblocks), z->generation, p) ==>                     \
    \let l = cold ? 130 + cpu : 66 + cpu; \let n = \old(z->counts.len)[l];                         \
    z->lists.head[l] == p && z->blocks.place[p] == l &&                                            \
    (n < z->pcp_high ? z->counts.len[l] == n + 1 :                                                 \
      released(n, z->counts.len[l] - 1, z->pcp_batch, 1));                                         \
  ensures others: \forall integer c; 7 <= c < 72 && c != 8 + cpu ==>                               \
    z->counts.held[c] == \old(z->counts.held)[c];                                                  \
  ensures other_cpus: other_cpus_kept(\old(z->lists), z->lists, \old(z->counts), z->counts,        \
    cpu);                                                                                          \
  ensures adapted: adapted(z->tuning, z->generation, z->pcp_high);                                 \
  ensures noted: z->tuning.on == 1 &&                                                              \
      freed_to_pcp(\old(z->blocks), \old(z->pageblocks), z->generation, p) ==> NOTED(order);       \
  ensures unnoted: z->tuning.on == 0 ||                                                            \
      !freed_to_pcp(\old(z->blocks), \old(z->pageblocks), z->generation, p) ==>                    \
    z->tuning == \old(z->tuning);                                                                  \
  ensures others_remember: others_remember(\old(z->tuning), z->tuning, cpu);                       \
  ensures ticks: z->lists.clock <= \old(z->lists.clock) + FREE_TICKS;

#endif
