/* Sizes of per-CPU lists for three kernel generations (semantics 5; 2.6.11: a sixth, 16 pages at
 * most, no power of two). */
#include "src/ref/sizing.h"

/*@ requires 1 <= n <= 96;
    terminates \true;
    assigns \nothing;
    ensures exact: \result == power_below(n);
*/
static uint32_t rounddown_pow_of_two(uint32_t n)
{
    uint32_t power = 1;

    /*@ loop invariant power: power == 1 || power == 2 || power == 4 || power == 8 ||
          power == 16 || power == 32 || power == 64;
        loop invariant below: power <= n;
        loop assigns power;
        loop variant n - power; */
    while (power * 2 <= n)
        power *= 2;
    return power;
}

/*@ requires generation < 3 && pages_ok(managed);
    terminates \true;
    assigns \nothing;
    ensures exact: \result == batchsize(generation, managed);
    ensures range: \result <= 63;
*/
static uint32_t zone_batchsize(uint32_t generation, uint64_t managed)
{
    static const uint32_t cap[PLUMB_NR_GENERATIONS] = {64, 128, 256};
    uint32_t batch = cap[generation];

    if (managed / 1024 < batch)
        batch = (uint32_t)(managed / 1024);
    batch /= 4;
    if (batch < 1)
        batch = 1;
    //@ assert quarter: batch == quarter_batch(generation, managed);
    if (generation == PLUMB_V2_6_11)
        return batch;
    return rounddown_pow_of_two(batch + batch / 2) - 1;
}

enum plumb_status ref_zone_batchsize(uint32_t generation, uint64_t managed, uint32_t *batch)
{
    if (generation >= PLUMB_NR_GENERATIONS || managed > PAGES_MAX)
        return PLUMB_ECONFIG;
    *batch = zone_batchsize(generation, managed);
    return PLUMB_OK;
}

/*@ requires generation < 3 && pages_ok(managed);
    terminates \true;
    assigns \nothing;
    ensures exact: \result == list_batch(generation, managed);
    ensures range: 1 <= \result <= 63;
*/
static uint32_t list_batchsize(uint32_t generation, uint64_t managed)
{
    uint32_t batch = zone_batchsize(generation, managed);

    return batch == 0 ? 1 : batch;
}

/*@ requires \valid_read(m) && memory_zone_ok(*m, i) && \valid(sizes) && \separated(m, sizes);
    terminates \true;
    assigns *sizes;
    ensures exact: sizes_v2_6_11(*m, i, *sizes);
*/
static void set_sizes_v2_6_11(const struct plumb_memory *m, uint32_t i,
                              struct plumb_pcp_sizes *sizes)
{
    uint32_t batch;

    //@ assert known: zone_known(*m, i);
    batch = list_batchsize(PLUMB_V2_6_11, m->managed_pages[i]);
    sizes->batch = batch;
    sizes->low = 2 * batch;
    sizes->high_min = (uint64_t)6 * batch;
    sizes->high_max = (uint64_t)6 * batch;
    sizes->cold_high = (uint64_t)2 * batch;
}

/*@ requires high <= 0x10000000000;
    terminates \true;
    assigns \nothing;
    ensures exact: \result == within(1, high / 4, 96);
*/
static uint32_t batch_of_high(uint64_t high)
{
    if (high / 4 < 1)
        return 1;
    return high / 4 > 96 ? 96 : (uint32_t)(high / 4);
}

/*@ requires 0 < d;
    terminates \true;
    assigns \nothing;
    ensures exact: \result == n / d;
    ensures range: 0 <= \result <= n;
*/
static uint64_t divide(uint64_t n, uint64_t d)
{
    //@ assert product: n / d * d <= n;
    return n / d;
}

/*@ requires \valid_read(m) && memory_zone_ok(*m, i) && \valid(sizes) && \separated(m, sizes);
    terminates \true;
    assigns *sizes;
    ensures exact: sizes_v4_10(*m, i, *sizes);
*/
static void set_sizes_v4_10(const struct plumb_memory *m, uint32_t i, struct plumb_pcp_sizes *sizes)
{
    uint64_t high;

    //@ assert known: zone_known(*m, i);
    if (m->percpu_fraction) {
        high = divide(m->managed_pages[i], m->percpu_fraction);
        sizes->batch = batch_of_high(high);
    } else {
        high = (uint64_t)6 * zone_batchsize(PLUMB_V4_10, m->managed_pages[i]);
        sizes->batch = list_batchsize(PLUMB_V4_10, m->managed_pages[i]);
    }
    sizes->low = 0;
    sizes->high_min = high;
    sizes->high_max = high;
    sizes->cold_high = 0;
}

/*@ requires \valid_read(m) && memory_zone_ok(*m, i);
    terminates \true;
    assigns \nothing;
    ensures exact: \result == high_size(*m, i, total);
    ensures least: \result >= 4 * list_batch(2, m->managed_pages[i]);
*/
static uint64_t zone_highsize(const struct plumb_memory *m, uint32_t i, uint64_t total)
{
    uint64_t split = m->nr_node_cpus ? m->nr_node_cpus : m->nr_online_cpus;
    uint64_t least, high;

    //@ assert known: zone_known(*m, i);
    least = (uint64_t)4 * list_batchsize(PLUMB_V6_12, m->managed_pages[i]);
    high = divide(total, split);
    return high > least ? high : least;
}

/*@ requires \valid_read(m) && memory_zone_ok(*m, i) && \valid(sizes) && \separated(m, sizes);
    terminates \true;
    assigns *sizes;
    ensures exact: sizes_v6_12(*m, i, low_wmark, *sizes);
    ensures bounds: 4 * sizes->batch <= sizes->high_min;
*/
static void set_sizes_v6_12(const struct plumb_memory *m, uint32_t i, uint64_t low_wmark,
                            struct plumb_pcp_sizes *sizes)
{
    uint64_t managed = m->managed_pages[i];

    //@ assert known: zone_known(*m, i);
    sizes->batch = list_batchsize(PLUMB_V6_12, managed);
    sizes->low = 0;
    sizes->cold_high = 0;
    if (m->percpu_fraction) {
        uint64_t high = zone_highsize(m, i, divide(managed, m->percpu_fraction));

        sizes->high_min = high;
        sizes->high_max = high;
    } else {
        sizes->high_min = zone_highsize(m, i, low_wmark);
        sizes->high_max = zone_highsize(m, i, managed / 8);
    }
}

enum plumb_status ref_zone_pcp_sizes(const struct plumb_memory *memory, uint32_t zone,
                                     uint64_t low_wmark, struct plumb_pcp_sizes *sizes)
{
    if (!memory_zone_valid(memory, zone) || low_wmark > MARK_MAX)
        return PLUMB_ECONFIG;
    if (memory->generation == PLUMB_V2_6_11)
        set_sizes_v2_6_11(memory, zone, sizes);
    else if (memory->generation == PLUMB_V4_10)
        set_sizes_v4_10(memory, zone, sizes);
    else
        set_sizes_v6_12(memory, zone, low_wmark, sizes);
    return PLUMB_OK;
}
