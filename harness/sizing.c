/* Set-up by numbers: what an operation's few numbers stand for, and the questions asked of it. */
#include "harness/sizing.h"

#include <inttypes.h>
#include <string.h>

#include "harness/lockstep.h"

const char *const sizing_names[NR_SIZING_VALUES] = {
    "zone_wmarks (status)",
    "wmark.min",
    "wmark.low",
    "wmark.high",
    "wmark.promo",
    "nr_free_buffer_pages (status)",
    "nr_free_buffer_pages",
    "min_free_kbytes (status)",
    "min_free_kbytes",
    "boost_watermark (answer)",
    "boost_watermark",
    "lowmem_reserve (status)",
    "lowmem_reserve.dma",
    "lowmem_reserve.dma32",
    "lowmem_reserve.normal",
    "lowmem_reserve.movable",
    "zone_totalreserve (status)",
    "zone_totalreserve",
    "zone_batchsize (status)",
    "zone_batchsize",
    "zone_pcp_sizes (status)",
    "pcp.batch",
    "pcp.low",
    "pcp.high_min",
    "pcp.high_max",
    "pcp.cold_high",
    "gfp_migratetype",
    "grouping_disabled",
};

static const uint64_t most_pages = UINT64_C(1) << 40, most_mark = UINT64_C(1) << 53;

/* ---- what the numbers stand for ---- */

/* 16 bits as pages: the low 11, times 3 as often as the high 5 say, at most 2^40; 31: above. */
static uint64_t pages_of(uint64_t code)
{
    uint64_t pages = code & 0x7ff;
    unsigned power = code >> 11 & 31;
    if (power == 31)
        return most_pages + pages;
    for (; power > 0 && pages < most_pages; power--)
        pages *= 3;
    return pages < most_pages ? pages : most_pages;
}

static uint32_t shape_of(const struct operation *operation, unsigned shift)
{
    return operation->type >> shift & 3;
}

void sizing_memory(const struct operation *operation, const struct plumb_config *config,
                   uint64_t managed, struct plumb_memory *memory)
{
    static const uint32_t ratios[4] = {256, 32, 0, 1};
    const uint64_t others[4] = {0, 1, UINT64_C(1) << 20, most_pages};
    memset(memory, 0, sizeof(*memory));
    memory->generation = config->generation;
    memory->nr_zones = 1 + shape_of(operation, SHAPE_ZONES);
    for (unsigned i = 0; i < PLUMB_NR_ZONES; i++) {
        memory->kind[i] = shape_of(operation, SHAPE_KINDS + 2 * i);
        memory->lowmem_ratio[i] = ratios[shape_of(operation, SHAPE_RATIOS + 2 * i)];
        memory->managed_pages[i] = pages_of(operation->memory >> 16 * i & 0xffff);
    }
    if (operation->kind == OP_SET_SIZES && operation->zoneidx < PLUMB_NR_ZONES)
        memory->managed_pages[operation->zoneidx] = managed;
    memory->other_lowmem_pages = others[shape_of(operation, SHAPE_OTHERS)];
    memory->min_free_kbytes = operation->min_free;
    memory->watermark_scale_factor = operation->flags;
    memory->percpu_fraction = operation->order;
    memory->nr_node_cpus = operation->cpu;
    memory->nr_online_cpus = config->nr_cpus;
}

void sizing_print(FILE *out, const struct operation *operation, const struct plumb_config *config)
{
    static const char *const kinds[4] = {"lowmem", "highmem", "movable", "(no such kind)"};
    struct plumb_memory memory;
    sizing_memory(operation, config, 0, &memory);
    fprintf(out, "%" PRIu32 " zones:", memory.nr_zones);
    for (uint32_t i = 0; i < memory.nr_zones; i++) {
        if (operation->kind == OP_SET_SIZES && i == operation->zoneidx)
            fputs(" (the running zone)", out);
        else
            fprintf(out, " %" PRIu64, memory.managed_pages[i]);
        fprintf(out, " %s ratio %" PRIu32, kinds[memory.kind[i]], memory.lowmem_ratio[i]);
    }
    fprintf(out, "; other lowmem %" PRIu64, memory.other_lowmem_pages);
}

/* ---- the questions ---- */

struct questions {
    const struct sizing_functions *ask;
    const struct operation *operation;
    const struct plumb_config *config;
    struct plumb_memory memory;
    uint64_t *value;
};

static uint64_t pages_of_zone(const struct questions *q)
{
    return q->operation->zoneidx < PLUMB_NR_ZONES ? q->memory.managed_pages[q->operation->zoneidx]
                                                  : 0;
}

/* A mark that was not answered is UINT64_MAX and asked for all the same: it is a bad argument. */
static void ask_marks(const struct questions *q)
{
    uint64_t wmark[PLUMB_NR_WMARKS];
    memset(wmark, 0xff, sizeof(wmark));
    q->value[SIZING_WMARK_STATUS] = q->ask->zone_wmarks(&q->memory, q->operation->zoneidx, wmark);
    memcpy(q->value + SIZING_WMARK, wmark, sizeof(wmark));
}

static void ask_min_free(const struct questions *q)
{
    uint64_t high = q->value[SIZING_WMARK + WMARK_HIGH], buffer = UINT64_MAX, kbytes = UINT64_MAX;
    const int64_t users[4] = {-1, 0, 4096, (int64_t)q->operation->min_free};
    q->value[SIZING_BUFFER_STATUS] =
        q->ask->nr_free_buffer_pages(&q->memory, q->operation->zoneidx, high, &buffer);
    q->value[SIZING_BUFFER_PAGES] = buffer;
    q->value[SIZING_MIN_FREE_STATUS] =
        q->ask->min_free_kbytes(q->config->generation, buffer + q->memory.other_lowmem_pages,
                                users[shape_of(q->operation, SHAPE_USER)], &kbytes);
    q->value[SIZING_MIN_FREE] = kbytes;
}

static void ask_boost(const struct questions *q)
{
    static const uint32_t factors[4] = {15000, 0, 1, 1 << 20};
    const uint64_t boosts[4] = {0, 1, q->operation->memory % 4096, most_mark};
    uint64_t boost = boosts[shape_of(q->operation, SHAPE_BOOST)];
    int answer = q->ask->boost_watermark(pages_of_zone(q), q->config->pageblock_order,
                                         q->value[SIZING_WMARK + WMARK_HIGH],
                                         factors[shape_of(q->operation, SHAPE_FACTOR)], &boost);
    q->value[SIZING_BOOST_STATUS] = (uint64_t)(int64_t)answer;
    q->value[SIZING_BOOST] = boost;
}

static void ask_reserves(const struct questions *q)
{
    uint64_t reserve[PLUMB_NR_ZONES], pages = UINT64_MAX;
    memset(reserve, 0xff, sizeof(reserve));
    q->value[SIZING_RESERVE_STATUS] =
        q->ask->lowmem_reserve(&q->memory, q->operation->zoneidx, reserve);
    memcpy(q->value + SIZING_RESERVE, reserve, sizeof(reserve));
    q->value[SIZING_TOTAL_STATUS] = q->ask->zone_totalreserve(
        &q->memory, q->operation->zoneidx, q->value[SIZING_WMARK + WMARK_HIGH], &pages);
    q->value[SIZING_TOTAL] = pages;
}

static uint64_t written(uint32_t number)
{
    return number == UINT32_MAX ? UINT64_MAX : number;
}

static void ask_pcp(const struct questions *q)
{
    struct plumb_pcp_sizes sizes;
    uint32_t batch = UINT32_MAX;
    memset(&sizes, 0xff, sizeof(sizes));
    q->value[SIZING_BATCHSIZE_STATUS] =
        q->ask->zone_batchsize(q->config->generation, pages_of_zone(q), &batch);
    q->value[SIZING_BATCHSIZE] = written(batch);
    q->value[SIZING_PCP_STATUS] = q->ask->zone_pcp_sizes(
        &q->memory, q->operation->zoneidx, q->value[SIZING_WMARK + WMARK_LOW], &sizes);
    q->value[SIZING_PCP_BATCH] = written(sizes.batch);
    q->value[SIZING_PCP_LOW] = written(sizes.low);
    q->value[SIZING_PCP_HIGH_MIN] = sizes.high_min;
    q->value[SIZING_PCP_HIGH_MAX] = sizes.high_max;
    q->value[SIZING_PCP_COLD_HIGH] = sizes.cold_high;
}

/* The flags of a request, and a machine of up to 16 pageblocks, from the same numbers. */
static void ask_grouping(const struct questions *q)
{
    uint64_t memory = q->operation->memory;
    uint64_t pages = memory % (UINT64_C(16) << q->config->pageblock_order);
    int type =
        q->ask->gfp_migratetype(q->config->generation, (int)q->config->ungrouped, (uint32_t)memory);
    q->value[SIZING_GFP_MIGRATETYPE] = (uint64_t)(int64_t)type;
    q->value[SIZING_GROUPING_DISABLED] =
        (uint64_t)(int64_t)q->ask->grouping_disabled(pages, q->config->pageblock_order);
}

void sizing_ask(const struct sizing_functions *functions, const struct operation *operation,
                const struct plumb_config *config, uint64_t managed, struct sizing *sizing)
{
    struct questions q = {.ask = functions ? functions : subject_ref.sizing,
                          .operation = operation,
                          .config = config,
                          .value = sizing->value};
    sizing_memory(operation, config, managed, &q.memory);
    ask_marks(&q);
    ask_min_free(&q);
    ask_boost(&q);
    ask_reserves(&q);
    ask_pcp(&q);
    ask_grouping(&q);
}

bool sizing_apply(const struct sizing *sizing, bool tuning, struct plumb_tunables *tunables)
{
    const uint64_t *value = sizing->value;
    if (value[SIZING_WMARK_STATUS] != PLUMB_OK || value[SIZING_RESERVE_STATUS] != PLUMB_OK ||
        value[SIZING_PCP_STATUS] != PLUMB_OK || value[SIZING_PCP_HIGH_MIN] > UINT32_MAX)
        return false;
    if (tuning && value[SIZING_PCP_HIGH_MAX] > UINT32_MAX)
        return false;
    if (tuning)
        tunables->pcp_high_max = (uint32_t)value[SIZING_PCP_HIGH_MAX];
    tunables->pcp_batch = (uint32_t)value[SIZING_PCP_BATCH];
    tunables->pcp_high = (uint32_t)value[SIZING_PCP_HIGH_MIN];
    tunables->pcp_low = (uint32_t)value[SIZING_PCP_LOW];
    memcpy(tunables->wmark, value + SIZING_WMARK, sizeof(tunables->wmark));
    memcpy(tunables->lowmem_reserve, value + SIZING_RESERVE, sizeof(tunables->lowmem_reserve));
    tunables->watermark_boost = 0; /* setting the marks up takes the boost back (v6.12) */
    return true;
}

void sizing_print_answers(FILE *out, const struct sizing *sizing)
{
    for (unsigned i = 0; i < NR_SIZING_VALUES; i++) {
        uint64_t value = sizing->value[i];
        if (value == UINT64_MAX || strchr(sizing_names[i], '('))
            continue;
        if (value > INT64_MAX)
            fprintf(out, " %s=%s", sizing_names[i], status_name((uint32_t)-value));
        else
            fprintf(out, " %s=%" PRIu64, sizing_names[i], value);
    }
}

unsigned sizing_compare(const struct sizing *a, const struct sizing *b)
{
    unsigned i = 0;
    while (i < NR_SIZING_VALUES && a->value[i] == b->value[i])
        i++;
    return i;
}
