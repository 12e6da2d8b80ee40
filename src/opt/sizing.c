/* What a zone's marks, reserves and per-CPU lists are set up to: one table of the generations'
 * constants, and plain 64-bit arithmetic that the limits of plumbline.h keep from overflowing. */
#include "opt.h"

#include <stdbool.h>

static const struct {
    uint32_t batch_cap;     /* pages of a batch before it is quartered */
    uint32_t kbytes_cap;    /* of min_free_kbytes */
    bool movable_is_lowmem; /* a zone of kind MOVABLE has a share of min_free_kbytes */
    bool user_prevails;     /* a larger min_free_kbytes of the user's is kept */
} generations[PLUMB_NR_GENERATIONS] = {
    [PLUMB_V2_6_11] = {64, 65536, true, false},
    [PLUMB_V4_10] = {128, 65536, true, true},
    [PLUMB_V6_12] = {256, 262144, false, true},
};

static const uint64_t most_pages = UINT64_C(1) << 40, most_mark = UINT64_C(1) << 53;

static uint64_t max_u64(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static uint64_t min_u64(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* ---- limits ---- */

static bool has_share(const struct plumb_memory *memory, uint32_t zone)
{
    switch (memory->kind[zone]) {
    case ZONE_LOWMEM:
        return true;
    case ZONE_MOVABLE:
        return generations[memory->generation].movable_is_lowmem;
    default:
        return false;
    }
}

static uint64_t lowmem_pages(const struct plumb_memory *memory)
{
    uint64_t pages = memory->other_lowmem_pages;

    for (uint32_t zone = memory->nr_zones; zone-- > 0;)
        if (has_share(memory, zone))
            pages += memory->managed_pages[zone];
    return pages;
}

static bool knobs_in_limits(const struct plumb_memory *memory)
{
    return memory->min_free_kbytes >> 26 == 0 && memory->watermark_scale_factor - 1u < 10000 &&
           memory->percpu_fraction - 1u >= 7 && memory->nr_node_cpus <= 1u << 16 &&
           memory->nr_online_cpus - 1u < 1u << 16;
}

static bool in_limits(const struct plumb_memory *memory, uint32_t zone)
{
    bool fits = memory->generation < PLUMB_NR_GENERATIONS && memory->nr_zones <= PLUMB_NR_ZONES &&
                zone < memory->nr_zones && memory->other_lowmem_pages <= most_pages;

    if (!fits || !knobs_in_limits(memory))
        return false;
    for (uint32_t i = 0; i < memory->nr_zones; i++)
        fits &= memory->kind[i] < PLUMB_NR_ZONE_KINDS && memory->managed_pages[i] <= most_pages;
    return fits && lowmem_pages(memory) != 0;
}

/* ---- min_free_kbytes ---- */

enum plumb_status plumb_nr_free_buffer_pages(const struct plumb_memory *memory, uint32_t zone,
                                             uint64_t high, uint64_t *pages)
{
    if (!in_limits(memory, zone) || high > most_mark)
        return PLUMB_ECONFIG;
    uint64_t managed = memory->kind[zone] == ZONE_LOWMEM ? memory->managed_pages[zone] : 0;
    *pages = managed - min_u64(high, managed);
    return PLUMB_OK;
}

/* One bit of the root after the other, from the highest; n < 2^52. */
static uint64_t int_sqrt(uint64_t n)
{
    uint64_t root = 0;

    for (uint64_t bit = UINT64_C(1) << 50; bit; bit >>= 2) {
        uint64_t trial = root + bit;
        root >>= 1;
        if (n >= trial) {
            n -= trial;
            root += bit;
        }
    }
    return root;
}

enum plumb_status plumb_min_free_kbytes(uint32_t generation, uint64_t buffer_pages,
                                        int64_t user_kbytes, uint64_t *kbytes)
{
    if (generation >= PLUMB_NR_GENERATIONS || buffer_pages > UINT64_C(1) << 42)
        return PLUMB_ECONFIG;
    if (user_kbytes < -1 || user_kbytes >= INT64_C(1) << 26)
        return PLUMB_ECONFIG;
    uint64_t root = int_sqrt(buffer_pages << 6); /* 4 KiB a page, 16 times */
    bool kept = generations[generation].user_prevails && user_kbytes >= (int64_t)root;
    *kbytes = kept ? (uint64_t)user_kbytes
                   : min_u64(max_u64(root, 128), generations[generation].kbytes_cap);
    return PLUMB_OK;
}

/* ---- marks ---- */

enum plumb_status plumb_zone_wmarks(const struct plumb_memory *memory, uint32_t zone,
                                    uint64_t wmark[PLUMB_NR_WMARKS])
{
    if (!in_limits(memory, zone))
        return PLUMB_ECONFIG;
    uint64_t managed = memory->managed_pages[zone];
    uint64_t share = (memory->min_free_kbytes >> 2) * managed / lowmem_pages(memory);
    uint64_t scaled = managed * memory->watermark_scale_factor / 10000;
    uint64_t step = max_u64(share >> 2, scaled);
    uint64_t mark = share;

    if (!has_share(memory, zone))
        mark = max_u64(32, min_u64(managed >> 10, 128));
    for (uint32_t i = 0; i < PLUMB_NR_WMARKS; i++)
        wmark[i] = memory->generation == PLUMB_V2_6_11 ? mark + mark * i / 4 : mark + step * i;
    if (memory->generation != PLUMB_V6_12)
        wmark[WMARK_PROMO] = 0;
    return PLUMB_OK;
}

int plumb_boost_watermark(uint64_t managed, uint32_t pageblock_order, uint64_t high,
                          uint32_t factor, uint64_t *boost)
{
    if (managed > most_pages || pageblock_order > PLUMB_MAX_ORDER || high > most_mark ||
        factor > 1u << 20 || *boost > most_mark)
        return -PLUMB_ECONFIG;
    uint64_t pageblock = UINT64_C(1) << pageblock_order;
    uint64_t most = high / 10000 * factor + high % 10000 * factor / 10000;
    if (most == 0 || managed >> 2 < pageblock)
        return 0;
    *boost = min_u64(*boost + pageblock, max_u64(most, pageblock));
    return 1;
}

/* ---- reserves ---- */

/* The row of one zone; answers its largest entry. */
static uint64_t fill_reserve(const struct plumb_memory *memory, uint32_t zone,
                             uint64_t reserve[PLUMB_NR_ZONES])
{
    bool skips_empty = memory->generation == PLUMB_V6_12;
    uint32_t ratio = memory->lowmem_ratio[zone];
    uint64_t above = 0, most = 0;

    for (uint32_t i = 0; i < PLUMB_NR_ZONES; i++)
        reserve[i] = 0;
    if (skips_empty && (ratio == 0 || memory->managed_pages[zone] == 0))
        return 0;
    for (uint32_t i = zone + 1; i < memory->nr_zones; i++) {
        above += memory->managed_pages[i];
        if (skips_empty && memory->managed_pages[i] == 0)
            continue;
        reserve[i] = above / (ratio ? ratio : 1);
        most = reserve[i]; /* they grow */
    }
    return most;
}

enum plumb_status plumb_lowmem_reserve(const struct plumb_memory *memory, uint32_t zone,
                                       uint64_t reserve[PLUMB_NR_ZONES])
{
    if (!in_limits(memory, zone))
        return PLUMB_ECONFIG;
    fill_reserve(memory, zone, reserve);
    return PLUMB_OK;
}

enum plumb_status plumb_zone_totalreserve(const struct plumb_memory *memory, uint32_t zone,
                                          uint64_t high, uint64_t *pages)
{
    uint64_t reserve[PLUMB_NR_ZONES];

    if (!in_limits(memory, zone) || high > most_mark)
        return PLUMB_ECONFIG;
    uint64_t most = fill_reserve(memory, zone, reserve);
    *pages =
        memory->generation == PLUMB_V2_6_11 ? 0 : min_u64(most + high, memory->managed_pages[zone]);
    return PLUMB_OK;
}

/* ---- per-CPU lists ---- */

static uint32_t batchsize(uint32_t generation, uint64_t managed)
{
    uint32_t batch = (uint32_t)min_u64(managed >> 10, generations[generation].batch_cap) >> 2;

    if (batch == 0)
        batch = 1;
    if (generation == PLUMB_V2_6_11)
        return batch;
    return (UINT32_C(1) << (31 - __builtin_clz(batch + batch / 2))) - 1;
}

enum plumb_status plumb_zone_batchsize(uint32_t generation, uint64_t managed, uint32_t *batch)
{
    if (generation >= PLUMB_NR_GENERATIONS || managed > most_pages)
        return PLUMB_ECONFIG;
    *batch = batchsize(generation, managed);
    return PLUMB_OK;
}

/* v6.12: what one CPU gets of so many pages, but four batches at least */
static uint64_t high_of(const struct plumb_memory *memory, uint64_t pages, uint32_t batch)
{
    uint32_t cpus = memory->nr_node_cpus ? memory->nr_node_cpus : memory->nr_online_cpus;

    return max_u64(pages / cpus, (uint64_t)batch << 2);
}

enum plumb_status plumb_zone_pcp_sizes(const struct plumb_memory *memory, uint32_t zone,
                                       uint64_t low_wmark, struct plumb_pcp_sizes *sizes)
{
    if (!in_limits(memory, zone) || low_wmark > most_mark)
        return PLUMB_ECONFIG;
    uint64_t managed = memory->managed_pages[zone];
    uint32_t fraction = memory->percpu_fraction, base = batchsize(memory->generation, managed);
    struct plumb_pcp_sizes result = {.batch = base ? base : 1};

    if (memory->generation == PLUMB_V2_6_11) {
        result.low = base * 2;
        result.cold_high = base * 2;
        result.high_min = result.high_max = base * 6;
    } else if (memory->generation == PLUMB_V4_10) {
        result.high_min = result.high_max = fraction ? managed / fraction : base * 6;
        if (fraction)
            result.batch = (uint32_t)min_u64(max_u64(result.high_min / 4, 1), 96);
    } else {
        result.high_min = high_of(memory, fraction ? managed / fraction : low_wmark, result.batch);
        result.high_max = high_of(memory, managed / (fraction ? fraction : 8), result.batch);
    }
    *sizes = result;
    return PLUMB_OK;
}
