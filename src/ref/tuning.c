/* The sizes of the per-CPU lists' refills and trims: as set, or tuned by what a CPU does. */
#include "src/ref/tuning.h"
#include "src/ref/pcp.h"
#include "src/ref/pcp_drain.h"
#include "src/ref/watermark.h"

/*@ terminates \true;
    assigns \nothing;
    ensures exact: \result == larger(a, b);
*/
static int64_t larger_of(int64_t a, int64_t b)
{
    return a < b ? b : a;
}

/*@ terminates \true;
    assigns \nothing;
    ensures exact: \result == smaller(a, b);
*/
static int64_t smaller_of(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Pages of 2^k batches. */
/*@ requires batch <= 0x10000 && 0 <= k <= 6;
    terminates \true;
    assigns \nothing;
    ensures exact: \result == scaled(batch, k);
    ensures range: batch <= \result <= 0x400000;
*/
static int64_t scaled_batch(uint32_t batch, int64_t k)
{
    static const int64_t power[7] = {1, 2, 4, 8, 16, 32, 64};

    return batch * power[k];
}

/* A CPU's high, within the marks as they are now. */
/*@ requires \valid_read(z) && tuned(*z) && adapted(z->tuning, z->generation, z->pcp_high) && cpu < 64 && z->tuning.on == 1;
    terminates \true;
    assigns \nothing;
    ensures exact: \result == high_now(z->tuning, z->pcp_batch, z->pcp_high, cpu);
    ensures range: z->pcp_high <= \result <= z->tuning.high_max;
*/
static int64_t high_within(const struct zone *z, uint32_t cpu)
{
    int64_t high = larger_of(z->tuning.high[cpu], z->pcp_high);

    return smaller_of(high, z->tuning.high_max);
}

/* Blocks of an order that a refill of so many pages moves. */
/*@ requires order <= 10 && 1 <= pages <= 0x10000;
    terminates \true;
    assigns \nothing;
    ensures exact: \result == (pages == 1 ? 1 : larger(pages / bsize(order), 2));
    ensures range: 1 <= \result <= 0x10000;
*/
static uint32_t blocks_of(int64_t pages, uint32_t order)
{
    if (pages == 1)
        return 1;
    return (uint32_t)larger_of(pages / block_size(order), 2);
}

/* Raises a CPU's high by what a refill takes, if it may. */
/*@ requires \valid(z);
    REQUIRES_TUNED
    requires order <= 10 && z->tuning.on == 1;
    terminates \true;
    assigns z->tuning.high[cpu];
    ensures adapted: adapted(z->tuning, z->generation, z->pcp_high);
    ensures exact: \result == z->tuning.high[cpu] == fill_high(\old(z->tuning), z->pcp_batch, z->pcp_high,
        z->tuning.below_high, cpu, order);
*/
static int64_t raise_high(struct zone *z, uint32_t cpu, uint32_t order)
{
    int64_t high = high_within(z, cpu);
    int64_t wish = order ? z->pcp_batch : scaled_batch(z->pcp_batch, z->tuning.alloc_factor[cpu]);

    if (high >= z->pcp_batch && z->pcp_high != z->tuning.high_max && !z->tuning.below_high)
        high = smaller_of(high + wish, z->tuning.high_max);
    z->tuning.high[cpu] = (int32_t)high;
    return high;
}

/* Pages of a refill, of which one of single pages learns. */
/*@ requires \valid(z);
    REQUIRES_TUNED
    requires z->tuning.on == 1 && 0 <= high <= 0x10000 && held <= HELD_MAX;
    terminates \true;
    assigns z->tuning.alloc_factor[cpu];
    ensures adapted: adapted(z->tuning, z->generation, z->pcp_high);
    ensures exact: \let room = larger(high - held - z->pcp_batch, z->pcp_batch);
      \let wish = scaled(z->pcp_batch, \old(z->tuning.alloc_factor)[cpu]);
      \result == smaller(wish, room) &&
      z->tuning.alloc_factor[cpu] ==
        (wish <= room && \old(z->tuning.alloc_factor)[cpu] < z->tuning.batch_scale_max ?
          \old(z->tuning.alloc_factor)[cpu] + 1 : \old(z->tuning.alloc_factor)[cpu]);
    ensures range: 1 <= \result <= 0x10000;
*/
static int64_t learn_refill(struct zone *z, uint32_t cpu, int64_t high, uint64_t held)
{
    int64_t room = larger_of(high - (int64_t)held - z->pcp_batch, z->pcp_batch);
    int64_t wish = scaled_batch(z->pcp_batch, z->tuning.alloc_factor[cpu]);

    if (wish <= room && z->tuning.alloc_factor[cpu] < (int32_t)z->tuning.batch_scale_max)
        z->tuning.alloc_factor[cpu]++;
    return smaller_of(wish, room);
}

/*@ requires \valid(z);
    REQUIRES_TUNED
    requires order <= 10 && z->tuning.on == 1;
    terminates \true;
    assigns z->tuning.high[cpu], z->tuning.alloc_factor[cpu];
    ensures adapted: adapted(z->tuning, z->generation, z->pcp_high);
    ensures high: z->tuning.high[cpu] == fill_high(\old(z->tuning), z->pcp_batch, z->pcp_high,
        z->tuning.below_high, cpu, order);
    ensures factor: z->tuning.alloc_factor[cpu] ==
      fill_factor(\old(z->tuning), z->pcp_batch, z->pcp_high,
        z->tuning.below_high, cpu, order, z->counts.held[8 + cpu]);
    ensures exact: \result == fill_tuned(\old(z->tuning), z->pcp_batch, z->pcp_high,
        z->tuning.below_high, cpu, order, z->counts.held[8 + cpu]);
    ensures range: 1 <= \result <= 0x10000;
*/
static uint32_t tune_refill(struct zone *z, uint32_t cpu, uint32_t order)
{
    int few = high_within(z, cpu) < z->pcp_batch;
    int64_t high = raise_high(z, cpu, order);

    //@ ghost held_few(z);
    if (few)
        return 1;
    if (order)
        return blocks_of(z->pcp_batch, order);
    return blocks_of(learn_refill(z, cpu, high, z->counts.held[CLASS_PCP + cpu]), 0);
}

uint32_t nr_pcp_alloc(struct zone *z, uint32_t cpu, uint32_t order, uint32_t mt)
{
    uint32_t blocks = 1;

    if (z->generation < PLUMB_V6_12)
        return z->pcp_batch;
    if (!z->tuning.on)
        return z->pcp_high < z->pcp_batch ? 1 : blocks_of(z->pcp_batch, order);
    if (z->lists.head[pcp_list_of(cpu, pcp_index_of(order, mt))] == NONE)
        blocks = tune_refill(z, cpu, order);
    z->tuning.free_count[cpu] /= 2;
    return blocks;
}

int frees_high_order(const struct zone *z, uint32_t cpu, uint32_t order, uint64_t held)
{
    return z->tuning.on && order && order < PLUMB_PCP_ORDERS &&
           z->tuning.free_count[cpu] >= (int64_t)z->pcp_batch &&
           z->tuning.prev_free_high_order[cpu] &&
           (!z->tuning.free_high_batch || held >= z->pcp_batch);
}

/* Lowers a CPU's high by so many pages. */
/*@ requires \valid(z) && tuned(*z) && adapted(z->tuning, z->generation, z->pcp_high) && cpu < 64 && z->tuning.on == 1;
    requires z->pcp_high <= high <= z->tuning.high_max && 0 <= pages <= 0x4003ff;
    terminates \true;
    assigns z->tuning.high[cpu];
    ensures adapted: adapted(z->tuning, z->generation, z->pcp_high);
    ensures exact: \result == z->tuning.high[cpu] == larger(high - pages, z->pcp_high);
*/
static int64_t lower_high(struct zone *z, uint32_t cpu, int64_t high, int64_t pages)
{
    z->tuning.high[cpu] = (int32_t)larger_of(high - pages, z->pcp_high);
    return z->tuning.high[cpu];
}

/* Makes a CPU's high large enough for the pages it frees at once. */
/*@ requires \valid(z) && tuned(*z) && adapted(z->tuning, z->generation, z->pcp_high) && cpu < 64 && z->tuning.on == 1;
    requires z->tuning.high[cpu] == high && z->pcp_high <= high <= z->tuning.high_max;
    terminates \true;
    assigns z->tuning.high[cpu];
    ensures adapted: adapted(z->tuning, z->generation, z->pcp_high);
    ensures exact: z->tuning.high[cpu] == clamped(larger(high,
      z->tuning.free_count[cpu] + z->pcp_batch), z->pcp_high, z->tuning.high_max);
*/
static void widen_high(struct zone *z, uint32_t cpu, int64_t high)
{
    int64_t need = z->tuning.free_count[cpu] + (int64_t)z->pcp_batch;

    z->tuning.high[cpu] = (int32_t)smaller_of(larger_of(high, need), z->tuning.high_max);
}

/* The same as nr_pcp_high, once the CPU's counts are noted. */
/*@ requires \valid(z);
    REQUIRES_TUNED
    requires z->tuning.on == 1 && held <= HELD_MAX + 1024;
    terminates \true;
    assigns z->tuning.high[cpu];
    ensures exact: \let h = high_now(\old(z->tuning), z->pcp_batch, z->pcp_high, cpu);
      \let low = larger(h - larger(z->tuning.free_count[cpu], z->pcp_batch), z->pcp_high);
      \result == (h == 0 || all ? 0 :
        z->tuning.reclaim_active == 1 ? smaller(4 * z->pcp_batch, low) :
        tunes_high(z->tuning, z->pcp_high) && z->tuning.below_high == 1 ? larger(held, z->pcp_high) : h);
    ensures high: \let h = high_now(\old(z->tuning), z->pcp_batch, z->pcp_high, cpu);
      \let low = larger(h - larger(z->tuning.free_count[cpu], z->pcp_batch), z->pcp_high);
      z->tuning.high[cpu] == (h == 0 ? 0 :
        all ? larger(h - scaled(z->pcp_batch, z->tuning.batch_scale_max), z->pcp_high) :
        z->tuning.reclaim_active == 1 || (tunes_high(z->tuning, z->pcp_high) && z->tuning.below_high == 1) ? low :
        tunes_high(z->tuning, z->pcp_high) && held >= h ? clamped(larger(h, z->tuning.free_count[cpu] + z->pcp_batch),
          z->pcp_high, z->tuning.high_max) : h);
*/
static uint64_t tune_high(struct zone *z, uint32_t cpu, uint64_t held, int all)
{
    int64_t high = high_within(z, cpu);
    int64_t freed = larger_of(z->tuning.free_count[cpu], z->pcp_batch);
    int fixed = z->pcp_high == z->tuning.high_max;

    z->tuning.high[cpu] = (int32_t)high;
    if (high == 0)
        return 0;
    if (all) {
        lower_high(z, cpu, high, scaled_batch(z->pcp_batch, z->tuning.batch_scale_max));
        return 0;
    }
    if (z->tuning.reclaim_active)
        return (uint64_t)smaller_of(4 * (int64_t)z->pcp_batch, lower_high(z, cpu, high, freed));
    if (!fixed && z->tuning.below_high) {
        lower_high(z, cpu, high, freed);
        return (uint64_t)larger_of((int64_t)held, z->pcp_high);
    }
    if (!fixed && (int64_t)held >= high)
        widen_high(z, cpu, high);
    return (uint64_t)high;
}

uint64_t nr_pcp_high(struct zone *z, uint32_t cpu, uint32_t order, uint64_t held, int all)
{
    if (!z->tuning.on)
        return z->pcp_high;
    z->tuning.alloc_factor[cpu] /= 2;
    z->tuning.prev_free_high_order[cpu] = order > 0 && order < PLUMB_PCP_ORDERS;
    if (z->tuning.free_count[cpu] < scaled_batch(z->pcp_batch, z->tuning.batch_scale_max))
        z->tuning.free_count[cpu] += (int32_t)block_size(order);
    return tune_high(z, cpu, held, all);
}

uint64_t nr_pcp_free(const struct zone *z, uint32_t cpu, uint64_t held, uint64_t high, int all)
{
    int64_t freed;

    if (z->generation < PLUMB_V6_12)
        return z->pcp_batch;
    if (all)
        return (uint64_t)smaller_of((int64_t)held,
                                    scaled_batch(z->pcp_batch, z->tuning.batch_scale_max));
    if (high <= z->pcp_batch)
        return 1;
    freed = z->tuning.on ? larger_of(z->tuning.free_count[cpu], z->pcp_batch) : z->pcp_batch;
    return (uint64_t)smaller_of(freed, (int64_t)high - z->pcp_batch);
}

void look_above_high(struct zone *z)
{
    //@ ghost counts_bounded(z);
    if (!z->tuning.on || !z->tuning.below_high)
        return;
    if (zone_watermark_ok(z, 0, z->wmark[WMARK_HIGH] + z->watermark_boost, PLUMB_NR_ZONES - 1, 0,
                          (int64_t)nr_free_pages(z)))
        z->tuning.below_high = 0;
}

int passes_watermark(struct zone *z, uint32_t order, uint32_t highest_zoneidx, uint32_t flags)
{
    uint32_t ask_high = flags - flags % PLUMB_NR_WMARKS + WMARK_HIGH;

    if (z->tuning.on && !z->tuning.below_high) {
        if (zone_watermark_fast(z, order, highest_zoneidx, ask_high))
            return 1;
        if (order == 0 && enough_unboosted(z, highest_zoneidx, flags, (int64_t)nr_free_pages(z)))
            return 1;
        z->tuning.below_high = 1;
    }
    /*@ assert same: watermark_fast(*z, order, highest_zoneidx, flags) <==>
          watermark_fast(\at(*z, Pre), order, highest_zoneidx, flags); */
    return (flags & ALLOC_NO_WATERMARKS) || zone_watermark_fast(z, order, highest_zoneidx, flags);
}

uint64_t decay_pcp_high(struct zone *z, uint32_t cpu)
{
    int64_t held = (int64_t)z->counts.held[CLASS_PCP + cpu], high = z->tuning.high[cpu], low;

    //@ ghost held_within(z, cpu);
    if (high > z->pcp_high) {
        low = larger_of(held - scaled_batch(z->pcp_batch, z->tuning.batch_scale_max),
                        high - high / 8);
        high = larger_of(low, z->pcp_high);
        z->tuning.high[cpu] = (int32_t)high;
    }
    return (uint64_t)larger_of(held - high, 0);
}
