/* What marks, reserves and per-CPU sizes are set up to, over unbounded integers (theorem 15, the
 * lowmem half). Logic only; numbers are pages unless named otherwise. */
#ifndef PLUMBLINE_SPEC_SETUP_H
#define PLUMBLINE_SPEC_SETUP_H

#include "spec/zone.h"

/*@
  logic integer at_most(integer a, integer b) = a < b ? a : b;
  logic integer at_least(integer a, integer b) = a > b ? a : b;
  logic integer within(integer low, integer n, integer high) =
    n < low ? low : n > high ? high : n;

  // ---- the limits of plumbline.h
  predicate pages_ok(integer n) = n <= 0x10000000000;   // 2^40
  predicate mark_ok(integer n) = n <= 0x20000000000000; // 2^53
  predicate zone_known(struct plumb_memory m, integer i) =
    m.kind[i] < 3 && pages_ok(m.managed_pages[i]);
  predicate zones_known(struct plumb_memory m, integer n) =
    \forall integer i; 0 <= i < n ==> zone_known(m, i);
  predicate knobs_ok(struct plumb_memory m) =
    pages_ok(m.other_lowmem_pages) && m.min_free_kbytes < 0x4000000 &&
    1 <= m.watermark_scale_factor <= 10000 &&
    (m.percpu_fraction == 0 || m.percpu_fraction >= 8) &&
    m.nr_node_cpus <= 0x10000 && 1 <= m.nr_online_cpus <= 0x10000;
  predicate shape_ok(struct plumb_memory m) =
    m.generation < 3 && 1 <= m.nr_zones <= 4 && zones_known(m, m.nr_zones) && knobs_ok(m);
  // v6.12 leaves MOVABLE out
  logic boolean shares(struct plumb_memory m, integer i) =
    m.kind[i] == 0 || (m.kind[i] == 2 && m.generation != 2);
  logic integer shared_pages(struct plumb_memory m, integer i) =
    shares(m, i) ? m.managed_pages[i] : 0;
  // of the zones below k and the other nodes
  logic integer lowmem_below(struct plumb_memory m, integer k) =
    k <= 0 ? m.other_lowmem_pages : lowmem_below(m, k - 1) + shared_pages(m, k - 1);
  logic integer lowmem(struct plumb_memory m) = lowmem_below(m, m.nr_zones);
  predicate memory_ok(struct plumb_memory m) = shape_ok(m) && lowmem(m) > 0;
  predicate memory_zone_ok(struct plumb_memory m, integer i) = memory_ok(m) && i < m.nr_zones;

  // ---- min_free_kbytes
  predicate is_root(integer r, integer n) = 0 <= r && r * r <= n < (r + 1) * (r + 1);
  logic integer most_kbytes(integer generation) = generation == 2 ? 262144 : 65536;
  logic integer chosen_kbytes(integer generation, integer root, integer user) =
    generation == 0 || root > user ? within(128, root, most_kbytes(generation)) : user;
  // 4 KiB a page, 16 times
  predicate min_free_of(integer generation, integer buffer_pages, integer user, integer kbytes) =
    \exists integer r; is_root(r, buffer_pages * 4 * 16) &&
      kbytes == chosen_kbytes(generation, r, user);
  predicate user_ok(integer user) = -1 <= user < 0x4000000;
  logic integer buffer_pages_of(struct plumb_memory m, integer i, integer high) =
    m.kind[i] == 0 && m.managed_pages[i] > high ? m.managed_pages[i] - high : 0;

  // ---- marks
  logic integer fraction_of(integer n, integer parts) = n * parts / 10000;
  logic integer least_free(struct plumb_memory m) = m.min_free_kbytes / 4;
  // the zone's part of min_free_kbytes; of a zone that is no lowmem too
  logic integer mark_share(struct plumb_memory m, integer i) =
    least_free(m) * m.managed_pages[i] / lowmem(m);
  logic integer min_mark(struct plumb_memory m, integer i) =
    shares(m, i) ? mark_share(m, i) : within(32, m.managed_pages[i] / 1024, 128);
  // from one mark to the next: from the share, even where min is not the share
  logic integer mark_step(struct plumb_memory m, integer i) =
    at_least(mark_share(m, i) / 4,
             fraction_of(m.managed_pages[i], m.watermark_scale_factor));
  logic integer low_mark_setup(struct plumb_memory m, integer i) =
    m.generation == 0 ? min_mark(m, i) * 5 / 4 : min_mark(m, i) + mark_step(m, i);
  logic integer high_mark_setup(struct plumb_memory m, integer i) =
    m.generation == 0 ? min_mark(m, i) * 3 / 2 : min_mark(m, i) + 2 * mark_step(m, i);
  logic integer promo_mark_setup(struct plumb_memory m, integer i) =
    m.generation == 2 ? min_mark(m, i) + 3 * mark_step(m, i) : 0;

  // ---- boost; block: pages of a pageblock
  predicate may_boost(integer managed, integer block, integer high, integer factor) =
    factor != 0 && 4 * block <= managed && fraction_of(high, factor) != 0;
  logic integer boosted(integer block, integer high, integer factor, integer boost) =
    at_most(boost + block, at_least(block, fraction_of(high, factor)));

  // ---- reserves
  // pages of the zones above i, up to k
  logic integer pages_above(struct plumb_memory m, integer i, integer k) =
    k <= 0 ? 0 : pages_above(m, i, k - 1) + (i < k < m.nr_zones ? m.managed_pages[k] : 0);
  logic integer reserve_ratio(struct plumb_memory m, integer i) =
    m.lowmem_ratio[i] == 0 ? 1 : m.lowmem_ratio[i];
  // v6.12: none for or against an empty zone
  logic boolean keeps_none(struct plumb_memory m, integer i, integer j) =
    m.generation == 2 &&
    (m.lowmem_ratio[i] == 0 || m.managed_pages[i] == 0 || m.managed_pages[j] == 0);
  logic integer reserve_of(struct plumb_memory m, integer i, integer j) =
    j <= i || j >= m.nr_zones || keeps_none(m, i, j) ? 0 :
      pages_above(m, i, j) / reserve_ratio(m, i);
  // the largest of the entries below k
  logic integer most_reserve(struct plumb_memory m, integer i, integer k) =
    k <= 0 ? 0 : at_least(most_reserve(m, i, k - 1), reserve_of(m, i, k - 1));
  logic integer totalreserve_of(struct plumb_memory m, integer i, integer high) =
    m.generation == 0 ? 0 :
      at_most(most_reserve(m, i, m.nr_zones) + high, m.managed_pages[i]);

  // ---- per-CPU lists
  logic integer batch_cap(integer generation) = // 256 KiB, 512 KiB, 1 MiB
    generation == 0 ? 64 : generation == 1 ? 128 : 256;
  logic integer quarter_batch(integer generation, integer managed) =
    at_least(at_most(managed / 1024, batch_cap(generation)) / 4, 1);
  logic integer power_below(integer n) =
    n < 2 ? 1 : n < 4 ? 2 : n < 8 ? 4 : n < 16 ? 8 : n < 32 ? 16 : n < 64 ? 32 : 64;
  logic integer batchsize(integer generation, integer managed) =
    \let b = quarter_batch(generation, managed);
    generation == 0 ? b : power_below(b + b / 2) - 1;
  logic integer list_batch(integer generation, integer managed) =
    at_least(batchsize(generation, managed), 1);

  logic integer high_v4_10(struct plumb_memory m, integer i) =
    m.percpu_fraction != 0 ? m.managed_pages[i] / m.percpu_fraction :
      6 * batchsize(1, m.managed_pages[i]);
  logic integer batch_v4_10(struct plumb_memory m, integer i) =
    m.percpu_fraction != 0 ? within(1, high_v4_10(m, i) / 4, 96) :
      list_batch(1, m.managed_pages[i]);
  logic integer cpu_split(struct plumb_memory m) =
    m.nr_node_cpus != 0 ? m.nr_node_cpus : m.nr_online_cpus;
  // no list is too short for four batches
  logic integer high_size(struct plumb_memory m, integer i, integer total) =
    at_least(total / cpu_split(m), 4 * list_batch(2, m.managed_pages[i]));
  logic integer high_min_v6_12(struct plumb_memory m, integer i, integer low_wmark) =
    high_size(m, i, m.percpu_fraction != 0 ? m.managed_pages[i] / m.percpu_fraction : low_wmark);
  logic integer high_max_v6_12(struct plumb_memory m, integer i) =
    high_size(m, i, m.managed_pages[i] / (m.percpu_fraction != 0 ? m.percpu_fraction : 8));

  predicate sizes_v2_6_11(struct plumb_memory m, integer i, struct plumb_pcp_sizes s) =
    \let b = list_batch(0, m.managed_pages[i]);
    s.batch == b && s.low == 2 * b && s.high_min == 6 * b && s.high_max == 6 * b &&
    s.cold_high == 2 * b;
  predicate sizes_v4_10(struct plumb_memory m, integer i, struct plumb_pcp_sizes s) =
    s.batch == batch_v4_10(m, i) && s.low == 0 && s.high_min == high_v4_10(m, i) &&
    s.high_max == high_v4_10(m, i) && s.cold_high == 0;
  predicate sizes_v6_12(struct plumb_memory m, integer i, integer low_wmark,
                        struct plumb_pcp_sizes s) =
    s.batch == list_batch(2, m.managed_pages[i]) && s.low == 0 &&
    s.high_min == high_min_v6_12(m, i, low_wmark) && s.high_max == high_max_v6_12(m, i) &&
    s.cold_high == 0;
  predicate pcp_sizes_of(struct plumb_memory m, integer i, integer low_wmark,
                         struct plumb_pcp_sizes s) =
    m.generation == 0 ? sizes_v2_6_11(m, i, s) :
    m.generation == 1 ? sizes_v4_10(m, i, s) : sizes_v6_12(m, i, low_wmark, s);
*/

#endif
