/* How v6.12 tunes the per-CPU lists of a zone that does so: what a refill takes, at how many pages a
 * free gives some back and how many, and what a CPU remembers of it (theorem 22; semantics 5, 15).
 * Logic only. */
#ifndef PLUMBLINE_SPEC_TUNING_H
#define PLUMBLINE_SPEC_TUNING_H

#include "spec/pcp.h"
#include "spec/watermark.h"

/*@
  logic integer larger(integer a, integer b) = a < b ? b : a;
  logic integer smaller(integer a, integer b) = a < b ? a : b;
  logic integer clamped(integer a, integer low, integer high) =
    a < low ? low : a > high ? high : a;

  // pages of 2^k batches
  logic integer scaled(integer batch, integer k) =
    k == 0 ? batch : k == 1 ? 2 * batch : k == 2 ? 4 * batch : k == 3 ? 8 * batch :
    k == 4 ? 16 * batch : k == 5 ? 32 * batch : 64 * batch;

  // what the CPUs remember is within its bounds; m is the zone's high_min
  predicate adapted_at(struct pcp_tuning t, integer c) =
    0 <= t.high[c] <= 0x800000 && 0 <= t.alloc_factor[c] <= t.batch_scale_max &&
    0 <= t.free_count[c] <= 0x4003ff && 0 <= t.prev_free_high_order[c] < 2;
  predicate adapted(struct pcp_tuning t, integer generation, integer m) =
    t.on < 2 && (t.on == 1 ==> generation >= 2 && m <= t.high_max) && t.high_max <= 0x10000 &&
    t.batch_scale_max <= 6 && t.free_high_batch < 2 && 0 <= t.below_high < 2 &&
    0 <= t.reclaim_active < 2 && \forall integer c; 0 <= c < 64 ==> adapted_at(t, c);

  // at first
  predicate forgets_at(struct pcp_tuning t, integer c) =
    t.high[c] == 0 && t.alloc_factor[c] == 0 && t.free_count[c] == 0 &&
    t.prev_free_high_order[c] == 0;
  predicate forgets(struct pcp_tuning t) =
    t.below_high == 0 && t.reclaim_active == 0 &&
    \forall integer c; 0 <= c < 64 ==> forgets_at(t, c);

  // Below, t is what the zone remembers, b its batch and m its high_min.
  // ---- a CPU's high, within the marks as they are now
  logic integer high_now(struct pcp_tuning t, integer b, integer m, integer cpu) =
    clamped(t.high[cpu], m, t.high_max);
  logic boolean tunes_high(struct pcp_tuning t, integer m) = m != t.high_max;

  // ---- a refill of blocks of order o, for a CPU that holds n pages
  // below: whether the zone is below its HIGH mark
  logic boolean refills_one(struct pcp_tuning t, integer b, integer m, integer cpu) = high_now(t, b,
                        m, cpu) < b;
  logic integer fill_wish(struct pcp_tuning t, integer b, integer m, integer cpu, integer o) =
    o == 0 ? scaled(b, t.alloc_factor[cpu]) : b;
  logic integer fill_high(struct pcp_tuning t, integer b, integer m, integer below, integer cpu,
                          integer o) =
    !refills_one(t, b, m, cpu) && tunes_high(t, m) && below == 0 ?
      smaller(high_now(t, b, m, cpu) + fill_wish(t, b, m, cpu, o), t.high_max) : high_now(t, b, m,
        cpu);
  logic integer fill_room(struct pcp_tuning t, integer b, integer m, integer below, integer cpu,
                          integer o,
                          integer n) =
    larger(fill_high(t, b, m, below, cpu, o) - n - b, b);
  logic integer fill_pages(struct pcp_tuning t, integer b, integer m, integer below, integer cpu,
                           integer o,
                           integer n) =
    o == 0 ? smaller(fill_wish(t, b, m, cpu, o), fill_room(t, b, m, below, cpu, o,
      n)) : fill_wish(t, b,
      m, cpu, o);
  logic integer fill_factor(struct pcp_tuning t, integer b, integer m, integer below, integer cpu,
                            integer o,
                            integer n) =
    !refills_one(t, b, m, cpu) && o == 0 && fill_wish(t, b, m, cpu, o) <= fill_room(t, b, m,
      below, cpu,
      o, n) &&
      t.alloc_factor[cpu] < t.batch_scale_max ?
      t.alloc_factor[cpu] + 1 : t.alloc_factor[cpu];
  logic integer fill_tuned(struct pcp_tuning t, integer b, integer m, integer below, integer cpu,
                           integer o,
                           integer n) =
    refills_one(t, b, m, cpu) || fill_pages(t, b, m, below, cpu, o, n) == 1 ? 1 :
    larger(fill_pages(t, b, m, below, cpu, o, n) / bsize(o), 2);
  // blocks that a refill moves
  logic integer fill_blocks(struct pcp_tuning t, integer b, integer m, integer below,
                            integer generation,
                            integer cpu, integer o, integer n) =
    t.on == 1 ? fill_tuned(t, b, m, below, cpu, o, n) :
    fill_batch(generation, m, b, o);

  // ---- a free of a block of order o that brings a CPU to n pages
  // larger blocks freed in a row empty the lists, but not huge pages
  logic boolean frees_high(struct pcp_tuning t, integer b, integer m, integer cpu, integer o,
                       integer n) =
    0 < o <= 3 && t.free_count[cpu] >= b && t.prev_free_high_order[cpu] == 1 &&
    (t.free_high_batch == 0 || n >= b);
  logic integer freed_in_a_row(struct pcp_tuning t, integer b, integer m, integer cpu, integer o) =
    t.free_count[cpu] < scaled(b, t.batch_scale_max) ?
      t.free_count[cpu] + bsize(o) : t.free_count[cpu];
  logic integer lowered(struct pcp_tuning t, integer b, integer m, integer cpu, integer pages) =
    larger(high_now(t, b, m, cpu) - pages, m);
  // the pages at which the CPU gives some back
  logic integer trim_tuned(struct pcp_tuning t, integer b, integer m, integer cpu, integer o,
                           integer n) =
    high_now(t, b, m, cpu) == 0 || frees_high(t, b, m, cpu, o, n) ? 0 :
    t.reclaim_active == 1 ? smaller(4 * b,
      lowered(t, b, m, cpu, larger(freed_in_a_row(t, b, m, cpu, o), b))) :
    tunes_high(t, m) && t.below_high == 1 ? larger(n, m) : high_now(t, b, m, cpu);
  // the CPU's high after it
  logic integer high_after(struct pcp_tuning t, integer b, integer m, integer cpu, integer o,
                           integer n) =
    high_now(t, b, m, cpu) == 0 ? 0 :
    frees_high(t, b, m, cpu, o, n) ? lowered(t, b, m, cpu, scaled(b, t.batch_scale_max)) :
    t.reclaim_active == 1 || (tunes_high(t, m) && t.below_high == 1) ?
      lowered(t, b, m, cpu, larger(freed_in_a_row(t, b, m, cpu, o), b)) :
    tunes_high(t, m) && n >= high_now(t, b, m, cpu) ?
      clamped(larger(high_now(t, b, m, cpu), freed_in_a_row(t, b, m, cpu, o) + b), m,
        t.high_max) : high_now(t, b, m, cpu);
  logic integer trim_high(struct pcp_tuning t, integer b, integer m, integer cpu, integer o,
                          integer n) =
    t.on == 1 ? trim_tuned(t, b, m, cpu, o, n) : m;
  // the pages it gives back then
  logic integer trim_batch(integer high, integer batch, integer count) =
    high <= batch ? 1 : smaller(larger(count, batch), high - batch);
  logic integer trim_pages(struct pcp_tuning t, integer b, integer m, integer cpu, integer o,
                           integer n) =
    t.on == 0 ? free_batch(m, b) :
    frees_high(t, b, m, cpu, o, n) ? smaller(n, scaled(b, t.batch_scale_max)) :
    trim_batch(trim_tuned(t, b, m, cpu, o, n), b, freed_in_a_row(t, b, m, cpu, o));

  // ---- from time to time
  logic integer decayed(struct pcp_tuning t, integer b, integer m, integer cpu, integer n) =
    t.high[cpu] <= m ? t.high[cpu] :
    larger(larger(n - scaled(b, t.batch_scale_max),
      t.high[cpu] - t.high[cpu] / 8), m);

  // ---- the watermark of a request: first HIGH, until a request finds the zone below it
  logic integer ask_high(integer f) = f - f % 4 + 2;
  predicate high_ok(struct zone z, integer o, integer hz, integer f) =
    watermark_fast(z, o, hz, ask_high(f)) ||
    (o == 0 && retries(z, f) && full_check(z, 0, z.wmark[0], hz, f));
  predicate above_high(struct zone z, integer o, integer hz, integer f) =
    z.tuning.on == 1 && z.tuning.below_high == 0 && high_ok(z, o, hz, f);
  predicate passes(struct zone z, integer o, integer hz, integer f) =
    above_high(z, o, hz, f) || flag_no_watermarks(f) || watermark_fast(z, o, hz, f);

  // a free is remembered
  predicate noted(struct pcp_tuning t, struct pcp_tuning u, integer b, integer m, integer cpu,
                  integer o, integer n) =
    u.high[cpu] == high_after(t, b, m, cpu, o, n) &&
    u.alloc_factor[cpu] == t.alloc_factor[cpu] / 2 &&
    u.free_count[cpu] == freed_in_a_row(t, b, m, cpu, o) &&
    u.prev_free_high_order[cpu] == (0 < o <= 3 ? 1 : 0);
  // a request for the list of a CPU of n pages is remembered, whether or not the list is empty
  predicate learned(struct pcp_tuning t, struct pcp_tuning u, integer b, integer m, integer cpu,
                    integer o, integer n, boolean empty) =
    u.free_count[cpu] == t.free_count[cpu] / 2 &&
    u.prev_free_high_order[cpu] == t.prev_free_high_order[cpu] &&
    u.high[cpu] == (empty ? fill_high(t, b, m, u.below_high, cpu, o) : t.high[cpu]) &&
    u.alloc_factor[cpu] ==
      (empty ? fill_factor(t, b, m, u.below_high, cpu, o, n) : t.alloc_factor[cpu]);
  // what a CPU, or all others, remember is as it was
  predicate remembers_same(struct pcp_tuning t, struct pcp_tuning u, integer c) =
    u.high[c] == t.high[c] && u.alloc_factor[c] == t.alloc_factor[c] &&
    u.free_count[c] == t.free_count[c] && u.prev_free_high_order[c] == t.prev_free_high_order[c];
  predicate others_remember(struct pcp_tuning t, struct pcp_tuning u, integer cpu) =
    \forall integer c; 0 <= c < 64 && c != cpu ==> remembers_same(t, u, c);
*/

/* What a CPU remembers, and whether the zone is below its HIGH mark. */
#define REMEMBERED                                                                                 \
  z->tuning.high[0 .. 63], z->tuning.alloc_factor[0 .. 63], z->tuning.free_count[0 .. 63],         \
      z->tuning.prev_free_high_order[0 .. 63], z->tuning.below_high

#endif
