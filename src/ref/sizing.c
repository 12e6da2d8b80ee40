/* Set-up of marks and reserves for three kernel generations (semantics 3 and 4; 2.6.11 from
 * features). */
#include "src/ref/sizing.h"
#include "src/ref/block.h"

/* ---- what is valid ---- */

/*@ requires \valid_read(m) && n <= 4;
    terminates \true;
    assigns \nothing;
    ensures binary: \result == 0 || \result == 1;
    ensures exact: \result == 1 <==> zones_known(*m, n);
*/
static int zones_valid(const struct plumb_memory *m, uint32_t n)
{
    /*@ loop invariant range: 0 <= i <= n;
        loop invariant known: zones_known(*m, i);
        loop assigns i;
        loop variant n - i; */
    for (uint32_t i = 0; i < n; i++)
        if (m->kind[i] >= PLUMB_NR_ZONE_KINDS || m->managed_pages[i] > PAGES_MAX)
            return 0;
    return 1;
}

/*@ requires \valid_read(m);
    terminates \true;
    assigns \nothing;
    ensures binary: \result == 0 || \result == 1;
    ensures exact: \result == 1 <==> knobs_ok(*m);
*/
static int knobs_valid(const struct plumb_memory *m)
{
    if (m->other_lowmem_pages > PAGES_MAX || m->min_free_kbytes >= 0x4000000)
        return 0;
    if (m->watermark_scale_factor < 1 || m->watermark_scale_factor > 10000)
        return 0;
    if (m->percpu_fraction != 0 && m->percpu_fraction < 8)
        return 0;
    return m->nr_node_cpus <= 0x10000 && m->nr_online_cpus >= 1 && m->nr_online_cpus <= 0x10000;
}

/*@ requires \valid_read(m);
    terminates \true;
    assigns \nothing;
    ensures binary: \result == 0 || \result == 1;
    ensures exact: \result == 1 <==> shape_ok(*m);
*/
static int shape_valid(const struct plumb_memory *m)
{
    if (m->generation >= PLUMB_NR_GENERATIONS || m->nr_zones < 1 || m->nr_zones > PLUMB_NR_ZONES)
        return 0;
    return zones_valid(m, m->nr_zones) && knobs_valid(m);
}

/*@ requires \valid_read(m) && i < 4;
    terminates \true;
    assigns \nothing;
    ensures exact: \result == shared_pages(*m, i);
*/
static uint64_t shared(const struct plumb_memory *m, uint32_t i)
{
    if (m->kind[i] == ZONE_LOWMEM)
        return m->managed_pages[i];
    if (m->kind[i] == ZONE_MOVABLE && m->generation != PLUMB_V6_12)
        return m->managed_pages[i];
    return 0;
}

/*@ requires \valid_read(m) && shape_ok(*m);
    terminates \true;
    assigns \nothing;
    ensures exact: \result == lowmem(*m);
    ensures range: 0 <= \result <= 0x50000000000;
*/
static uint64_t lowmem_pages(const struct plumb_memory *m)
{
    uint64_t sum = m->other_lowmem_pages;

    /*@ loop invariant range: 0 <= i <= m->nr_zones;
        loop invariant sum: sum == lowmem_below(*m, i);
        loop invariant small: 0 <= sum <= 0x10000000000 * (i + 1);
        loop assigns i, sum;
        loop variant m->nr_zones - i; */
    for (uint32_t i = 0; i < m->nr_zones; i++) {
        //@ assert known: zone_known(*m, i);
        sum += shared(m, i);
    }
    return sum;
}

int memory_zone_valid(const struct plumb_memory *m, uint32_t i)
{
    return shape_valid(m) && lowmem_pages(m) > 0 && i < m->nr_zones;
}

/* ---- exact arithmetic ---- */

/*@ ghost
  /@ requires 0 <= whole && 0 <= rest;
     terminates \true;
     assigns \nothing;
     ensures sum: (10000 * whole + rest) / 10000 == whole + rest / 10000;
  @/
  void divide_sum(uint64_t whole, uint64_t rest) { }

  /@ requires a <= most_a && b <= most_b;
     terminates \true;
     assigns \nothing;
     ensures bound: 0 <= a * b <= most_a * most_b;
  @/
  void product_bound(uint64_t a, uint64_t b, uint64_t most_a, uint64_t most_b)
  {
    /@ assert first: a * b <= most_a * b; @/
    /@ assert second: most_a * b <= most_a * most_b; @/
  }

  /@ requires b <= c && 0 < c;
     terminates \true;
     assigns \nothing;
     ensures bound: a * b / c <= a;
  @/
  void part_bound(uint64_t a, uint64_t b, uint64_t c)
  {
    /@ assert product: 0 <= a * b <= a * c; @/
    /@ assert quotient: (a * b) / c * c <= a * b; @/
  }
*/

/* n * parts / 10000 without the product, as the kernel has it. */
/*@ requires mark_ok(n) && parts <= 0x100000;
    terminates \true;
    assigns \nothing;
    ensures exact: \result == fraction_of(n, parts);
    ensures range: \result <= 1000000000000000000;
    ensures part: parts <= 10000 ==> \result <= n;
*/
static uint64_t mult_frac(uint64_t n, uint32_t parts)
{
    uint64_t whole = n / 10000, rest = n % 10000;

    //@ assert split: n == 10000 * whole + rest;
    //@ ghost product_bound(whole, parts, 900719925475, 0x100000);
    //@ ghost product_bound(rest, parts, 9999, 0x100000);
    //@ assert product: n * parts == 10000 * (whole * parts) + rest * parts;
    //@ ghost divide_sum(whole * parts, rest * parts);
    return whole * parts + rest * parts / 10000;
}

/* ---- min_free_kbytes ---- */

enum plumb_status ref_nr_free_buffer_pages(const struct plumb_memory *memory, uint32_t zone,
                                           uint64_t high, uint64_t *pages)
{
    if (!memory_zone_valid(memory, zone) || high > MARK_MAX)
        return PLUMB_ECONFIG;
    if (memory->kind[zone] == ZONE_LOWMEM && memory->managed_pages[zone] > high)
        *pages = memory->managed_pages[zone] - high;
    else
        *pages = 0;
    return PLUMB_OK;
}

/*@ ghost
  /@ requires a <= b;
     terminates \true;
     assigns \nothing;
     ensures monotone: a * a <= b * b;
  @/
  void square_monotone(uint64_t a, uint64_t b)
  {
    product_bound(a, a, b, b);
  }

  /@ requires is_root(r, n) && is_root(s, n);
     terminates \true;
     assigns \nothing;
     ensures only: r == s;
  @/
  void root_is_one(uint64_t r, uint64_t s, uint64_t n)
  {
    if (r < s)
      square_monotone(r + 1, s);
    if (s < r)
      square_monotone(s + 1, r);
  }

  /@ requires low < middle < high <= 0x8000000;
     terminates \true;
     assigns \nothing;
     ensures small: 0 <= middle * middle <= 0x40000000000000;
  @/
  void square_bound(uint64_t low, uint64_t middle, uint64_t high)
  {
    product_bound(middle, middle, 0x8000000, 0x8000000);
  }
*/

/*@ requires low + 1 < high <= 0x8000000;
    terminates \true;
    assigns \nothing;
    ensures between: low < \result < high;
*/
static uint64_t middle_of(uint64_t low, uint64_t high)
{
    return low + (high - low) / 2;
}

/* The root lies in [low, high): half of that is ruled out each time. */
/*@ requires n < 0x40000000000000; // 2^54
    terminates \true;
    assigns \nothing;
    ensures exact: is_root(\result, n);
    ensures range: \result < 0x8000000;
*/
static uint64_t int_sqrt(uint64_t n)
{
    uint64_t low = 0, high = 0x8000000;

    /*@ loop invariant range: 0 <= low < high <= 0x8000000;
        loop invariant between: low * low <= n < high * high;
        loop assigns low, high;
        loop variant high - low; */
    while (high - low > 1) {
        uint64_t middle = middle_of(low, high);

        //@ ghost square_bound(low, middle, high);
        if (middle * middle <= n)
            low = middle;
        else
            high = middle;
    }
    //@ assert next: high == low + 1;
    return low;
}

/*@ requires generation < 3;
    terminates \true;
    assigns \nothing;
    ensures exact: \result == within(128, root, most_kbytes(generation));
*/
static uint64_t clamped_kbytes(uint32_t generation, uint64_t root)
{
    uint64_t most = generation == PLUMB_V6_12 ? 262144 : 65536;

    if (root < 128)
        return 128;
    return root > most ? most : root;
}

enum plumb_status ref_min_free_kbytes(uint32_t generation, uint64_t buffer_pages,
                                      int64_t user_kbytes, uint64_t *kbytes)
{
    uint64_t root;

    if (generation >= PLUMB_NR_GENERATIONS || buffer_pages > 0x40000000000)
        return PLUMB_ECONFIG;
    if (user_kbytes < -1 || user_kbytes >= 0x4000000)
        return PLUMB_ECONFIG;
    root = int_sqrt(buffer_pages * 64);
    //@ assert root: is_root(root, buffer_pages * 4 * 16);
    if (generation == PLUMB_V2_6_11 || (int64_t)root > user_kbytes)
        *kbytes = clamped_kbytes(generation, root);
    else
        *kbytes = (uint64_t)user_kbytes;
    return PLUMB_OK;
}

/* ---- marks ---- */

/*@ requires \valid_read(m) && memory_zone_ok(*m, i);
    terminates \true;
    assigns \nothing;
    ensures exact: \result == mark_share(*m, i);
    ensures lowmem: shares(*m, i) ==> \result < 0x1000000;
*/
static uint64_t zone_share(const struct plumb_memory *m, uint32_t i)
{
    uint64_t least = m->min_free_kbytes / 4, all = lowmem_pages(m);
    uint64_t managed = m->managed_pages[i];

    //@ assert known: zone_known(*m, i);
    //@ ghost product_bound(least, managed, 0xffffff, 0x10000000000);
    /*@ ghost
      if (m->kind[i] == 0 || (m->kind[i] == 2 && m->generation != 2))
        part_bound(least, managed, all);
    */
    return least * managed / all;
}

/*@ requires \valid_read(m) && memory_zone_ok(*m, i);
    requires share == mark_share(*m, i);
    terminates \true;
    assigns \nothing;
    ensures exact: \result == min_mark(*m, i);
*/
static uint64_t zone_min(const struct plumb_memory *m, uint32_t i, uint64_t share)
{
    uint64_t part = m->managed_pages[i] / 1024;

    if (m->kind[i] == ZONE_LOWMEM)
        return share;
    if (m->kind[i] == ZONE_MOVABLE && m->generation != PLUMB_V6_12)
        return share;
    if (part < 32)
        return 32;
    return part > 128 ? 128 : part;
}

/*@ requires \valid_read(m) && memory_zone_ok(*m, i);
    requires share == mark_share(*m, i);
    terminates \true;
    assigns \nothing;
    ensures exact: \result == mark_step(*m, i);
    ensures range: \result <= 0x4000000000000000;
*/
static uint64_t zone_step(const struct plumb_memory *m, uint32_t i, uint64_t share)
{
    uint64_t part;

    //@ assert known: zone_known(*m, i);
    part = mult_frac(m->managed_pages[i], m->watermark_scale_factor);
    return share / 4 > part ? share / 4 : part;
}

enum plumb_status ref_zone_wmarks(const struct plumb_memory *memory, uint32_t zone,
                                  uint64_t wmark[PLUMB_NR_WMARKS])
{
    uint64_t share, min, step;

    if (!memory_zone_valid(memory, zone))
        return PLUMB_ECONFIG;
    share = zone_share(memory, zone);
    min = zone_min(memory, zone, share);
    step = zone_step(memory, zone, share);
    //@ assert small: min <= 0x1000000;
    wmark[WMARK_MIN] = min;
    if (memory->generation == PLUMB_V2_6_11) {
        wmark[WMARK_LOW] = min * 5 / 4;
        wmark[WMARK_HIGH] = min * 3 / 2;
        wmark[WMARK_PROMO] = 0;
    } else {
        wmark[WMARK_LOW] = min + step;
        wmark[WMARK_HIGH] = min + 2 * step;
        wmark[WMARK_PROMO] = memory->generation == PLUMB_V6_12 ? min + 3 * step : 0;
    }
    return PLUMB_OK;
}

int ref_boost_watermark(uint64_t managed, uint32_t pageblock_order, uint64_t high, uint32_t factor,
                        uint64_t *boost)
{
    uint64_t block, most;

    if (managed > PAGES_MAX || pageblock_order > PLUMB_MAX_ORDER || high > MARK_MAX)
        return -PLUMB_ECONFIG;
    if (factor > 0x100000 || *boost > MARK_MAX)
        return -PLUMB_ECONFIG;
    block = block_size(pageblock_order);
    most = mult_frac(high, factor);
    if (factor == 0 || 4 * block > managed || most == 0)
        return 0;
    if (most < block)
        most = block;
    *boost = *boost + block < most ? *boost + block : most;
    return 1;
}

/* ---- reserves ---- */

/*@ ghost
  /@ requires 0 < d;
     terminates \true;
     assigns \nothing;
     ensures bound: 0 <= n / d <= n;
  @/
  void quotient_bound(uint64_t n, uint64_t d)
  {
    /@ assert product: n * 1 <= n * d; @/
    part_bound(n, 1, d);
  }
*/

/*@ requires \valid_read(m) && memory_zone_ok(*m, i) && j < 4;
    requires above == pages_above(*m, i, j);
    terminates \true;
    assigns \nothing;
    ensures exact: \result == reserve_of(*m, i, j);
    ensures capped: \result <= above;
*/
static uint64_t reserve_entry(const struct plumb_memory *m, uint32_t i, uint32_t j, uint64_t above)
{
    uint64_t ratio = m->lowmem_ratio[i];

    if (j <= i || j >= m->nr_zones)
        return 0;
    if (m->generation == PLUMB_V6_12 &&
        (ratio == 0 || m->managed_pages[i] == 0 || m->managed_pages[j] == 0))
        return 0;
    if (ratio == 0)
        ratio = 1;
    //@ ghost quotient_bound(above, ratio);
    return above / ratio;
}

enum plumb_status ref_lowmem_reserve(const struct plumb_memory *memory, uint32_t zone,
                                     uint64_t reserve[PLUMB_NR_ZONES])
{
    uint64_t above = 0;

    if (!memory_zone_valid(memory, zone))
        return PLUMB_ECONFIG;
    /*@ loop invariant range: 0 <= j <= 4;
        loop invariant above: above == (j == 0 ? 0 : pages_above(*memory, zone, j - 1));
        loop invariant small: 0 <= above <= 0x10000000000 * j;
        loop invariant exact: \forall integer k; 0 <= k < j ==>
          reserve[k] == reserve_of(*memory, zone, k);
        loop invariant capped: \forall integer k; 0 <= k < j ==>
          reserve[k] <= pages_above(*memory, zone, k);
        loop assigns j, above, reserve[0 .. 3];
        loop variant 4 - j; */
    for (uint32_t j = 0; j < PLUMB_NR_ZONES; j++) {
        if (j > zone && j < memory->nr_zones) {
            //@ assert known: zone_known(*memory, j);
            above += memory->managed_pages[j];
        }
        reserve[j] = reserve_entry(memory, zone, j, above);
    }
    return PLUMB_OK;
}

/*@ requires \valid_read(m) && memory_zone_ok(*m, i);
    terminates \true;
    assigns \nothing;
    ensures exact: \result == most_reserve(*m, i, m->nr_zones);
    ensures range: \result <= 0x40000000000;
*/
static uint64_t largest_reserve(const struct plumb_memory *m, uint32_t i)
{
    uint64_t above = 0, most = 0;

    /*@ loop invariant range: 0 <= j <= m->nr_zones;
        loop invariant above: above == (j == 0 ? 0 : pages_above(*m, i, j - 1));
        loop invariant small: 0 <= above <= 0x10000000000 * j;
        loop invariant most: most == most_reserve(*m, i, j);
        loop invariant range: 0 <= most <= 0x40000000000;
        loop assigns j, above, most;
        loop variant m->nr_zones - j; */
    for (uint32_t j = 0; j < m->nr_zones; j++) {
        uint64_t entry;

        //@ assert known: zone_known(*m, j);
        if (j > i)
            above += m->managed_pages[j];
        entry = reserve_entry(m, i, j, above);
        if (entry > most)
            most = entry;
    }
    return most;
}

enum plumb_status ref_zone_totalreserve(const struct plumb_memory *memory, uint32_t zone,
                                        uint64_t high, uint64_t *pages)
{
    uint64_t kept;

    if (!memory_zone_valid(memory, zone) || high > MARK_MAX)
        return PLUMB_ECONFIG;
    kept = largest_reserve(memory, zone) + high;
    if (memory->generation == PLUMB_V2_6_11)
        *pages = 0;
    else
        *pages = kept < memory->managed_pages[zone] ? kept : memory->managed_pages[zone];
    return PLUMB_OK;
}
