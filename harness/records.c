/* Binary records: the total decoder that makes a program of any bytes, for the fuzzers. Its header
 * becomes the zone and what is released of it; records_operation.c has the records. */
#include "harness/records.h"

#include <string.h>

static const uint8_t generations[4] = {PLUMB_V6_12, PLUMB_V6_12, PLUMB_V4_10, PLUMB_V2_6_11};
static const uint8_t top_orders[16] = {5, 4, 6, 3, 5, 4, 7, 5, 10, 8, 6, 9, 2, 1, 0, 4};
static const uint8_t pageblock_orders[8] = {3, 2, 4, 1, 2, 5, 3, 0};
static const uint8_t pageblock_types[16] = {
    MIGRATE_MOVABLE,     MIGRATE_UNMOVABLE,  MIGRATE_RECLAIMABLE, MIGRATE_MOVABLE,
    MIGRATE_UNMOVABLE,   MIGRATE_HIGHATOMIC, MIGRATE_CMA,         MIGRATE_ISOLATE,
    MIGRATE_RECLAIMABLE, MIGRATE_MOVABLE,    MIGRATE_UNMOVABLE,   MIGRATE_MOVABLE,
    MIGRATE_HIGHATOMIC,  MIGRATE_CMA,        MIGRATE_MOVABLE,     MIGRATE_UNMOVABLE,
};

const uint32_t record_boost_factors[8] = {0, 15000, 10000, 40000, 0, 5000, 1, 1 << 20};

static uint32_t min_u32(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static uint64_t start_pfn(const uint8_t *header, uint64_t spanned)
{
    uint64_t offset = record_two_bytes(header + HEADER_START) % 1024;
    unsigned base = header[HEADER_BASE] % 8;
    if (base == 7)
        return (UINT64_C(1) << 52) - spanned - offset;
    return base == 6 ? (UINT64_C(1) << 40) + offset : offset;
}

static void decode_sizes(struct plumb_config *config, const uint8_t *header)
{
    config->generation = generations[header[HEADER_GENERATION] % 4];
    config->top_order = top_orders[header[HEADER_TOP_ORDER] % 16];
    config->pageblock_order =
        min_u32(pageblock_orders[header[HEADER_PAGEBLOCK_ORDER] % 8], config->top_order);
    config->spanned_pages = 60 + record_two_bytes(header + HEADER_SPANNED) % 241;
    config->placement = header[HEADER_GENERATION] >= 192 ? PLUMB_PLACE_HEAD : PLUMB_PLACE_KERNEL;
    config->page_refs = header[HEADER_BASE] >= 128;
    config->ungrouped = header[HEADER_TOP_ORDER] >= UNGROUPED;
    config->thp = (header[HEADER_BASE] & BASE_THP) && config->generation == PLUMB_V6_12 &&
                  config->pageblock_order >= PLUMB_PCP_ORDERS;
    if (header[HEADER_ATOMIC] >= 128)
        config->highatomic = reserve_of_generation(config->generation);
    if (config->highatomic)
        config->spanned_pages += 600 * (header[HEADER_ATOMIC] >> 5 & 3u);
    config->start_pfn = start_pfn(header, config->spanned_pages);
    config->nr_cpus =
        header[HEADER_CPUS] == 255 ? (uint32_t)PLUMB_MAX_CPUS : 1 + header[HEADER_CPUS] % 4u;
}

static uint32_t rare(uint8_t byte, uint8_t from)
{
    return byte < from ? 0 : byte % 32u;
}

static uint32_t fallback_of(const uint8_t *header)
{
    if ((header[HEADER_BASE] >> 4 & 7) == 7)
        return PLUMB_FALLBACK_V4_10;
    return (header[HEADER_ATOMIC] & ATOMIC_6_15) ? PLUMB_FALLBACK_V6_15 : PLUMB_FALLBACK_V6_12;
}

static void decode_tuning(struct plumb_config *config, const uint8_t *header)
{
    static const uint8_t scales[4] = {5, 1, 0, 6};
    uint8_t byte = header[HEADER_PAGEBLOCK_ORDER];
    if (byte < TUNING || config->generation != PLUMB_V6_12)
        return;
    config->pcp_tuning = 1;
    config->pcp_high_max = config->pcp_high;
    if (header[HEADER_LOW] >= 64)
        config->pcp_high_max += header[HEADER_LOW] % (config->pcp_limit - config->pcp_high + 1);
    config->pcp_batch_scale_max = scales[byte >> 3 & 3];
    config->pcp_free_high_batch = byte >> 5 & 1;
}

static void decode_tunables(struct plumb_config *config, const uint8_t *header)
{
    config->pcp_limit = 2 + header[HEADER_LIMIT] % 63u;
    config->pcp_batch = 1 + header[HEADER_BATCH] % config->pcp_limit;
    config->pcp_high = header[HEADER_HIGH] % (config->pcp_limit + 1);
    config->pcp_low = header[HEADER_LOW] % (config->pcp_limit + 1);
    decode_tuning(config, header);
    if (header[HEADER_WMARK] >= 128) {
        config->wmark[WMARK_MIN] = header[HEADER_WMARK] % 32u;
        for (unsigned i = WMARK_LOW; i < PLUMB_NR_WMARKS; i++)
            config->wmark[i] = config->wmark[i - 1] + header[HEADER_WMARK + 1] % 16u;
    }
    config->watermark_boost = rare(header[HEADER_BOOST], 192);
    for (unsigned i = 0; i < PLUMB_NR_ZONES; i++)
        config->lowmem_reserve[i] = rare(header[HEADER_RESERVE + i % 2], 192) * i / 2;
    config->nr_reserved_highatomic = rare(header[HEADER_HIGHATOMIC], 192);
    config->watermark_boost_factor = record_boost_factors[header[HEADER_FALLBACK] >> 1 & 7];
    if ((header[HEADER_FALLBACK] & 1) && config->generation != PLUMB_V2_6_11)
        config->fallback = fallback_of(header);
    if ((header[HEADER_FALLBACK] >> 4 & 7) == 7)
        config->wmark[WMARK_HIGH] = UINT64_C(1) << 52;
    if (header[HEADER_FALLBACK] >> 4 == 15)
        config->watermark_boost = (UINT64_C(1) << 52) - 20;
}

static void decode_types(struct program *program, const uint8_t *header)
{
    program->nr_types = config_pageblocks(&program->config);
    for (uint32_t i = 0; i < program->nr_types; i++) {
        unsigned half = header[HEADER_TYPES + i % 8 / 2] >> (i % 2 * 4) & 15;
        bool one_type = program->config.generation == PLUMB_V2_6_11;
        program->types[i] = one_type ? (uint8_t)MIGRATE_UNMOVABLE : pageblock_types[half];
    }
}

static void append_release(struct program *program, uint64_t start, uint64_t end)
{
    if (start >= end)
        return;
    uint64_t first = program->config.start_pfn;
    struct operation operation = {.kind = OP_RELEASE, .start = first + start, .end = first + end};
    record_append_operation(program, &operation);
}

/* Releases the zone but for the holes, which are sorted by where they begin. */
static void decode_releases(struct program *program, const uint8_t *header)
{
    if (header[HEADER_HOLES] >= 252)
        return;
    uint32_t spanned = (uint32_t)program->config.spanned_pages;
    uint32_t start[3], end[3], at = 0;
    unsigned count = header[HEADER_HOLES] % 4;
    for (unsigned i = 0; i < count; i++) {
        const uint8_t *hole = header + HEADER_HOLE + 2 * i;
        uint32_t from = hole[0] * spanned / 256, to = min_u32(from + hole[1] % 32, spanned);
        unsigned j = i;
        for (; j > 0 && start[j - 1] > from; j--) {
            start[j] = start[j - 1];
            end[j] = end[j - 1];
        }
        start[j] = from;
        end[j] = to;
    }
    for (unsigned i = 0; i < count; i++) {
        append_release(program, at, start[i]);
        at = end[i] > at ? end[i] : at;
    }
    append_release(program, at, spanned);
}

static void decode_header(struct program *program, const uint8_t *header)
{
    decode_sizes(&program->config, header);
    decode_tunables(&program->config, header);
    decode_types(program, header);
    decode_releases(program, header);
}

bool program_reserve_records(struct program *program)
{
    return program_reserve(program, RECORD_MAX_PAGEBLOCKS,
                           RECORD_MAX_RELEASES + RECORD_MAX_OPERATIONS, RECORD_MAX_OPERATIONS);
}

bool program_decode(struct program *program, const uint8_t *bytes, size_t length)
{
    uint8_t header[RECORD_HEADER_BYTES] = {0};
    if (!program_reserve_records(program))
        return false;
    if (length)
        memcpy(header, bytes, length < sizeof(header) ? length : sizeof(header));
    program_clear(program);
    decode_header(program, header);
    if (length <= RECORD_HEADER_BYTES)
        return true;
    size_t count = (length - RECORD_HEADER_BYTES) / RECORD_BYTES;
    if (count > RECORD_MAX_OPERATIONS)
        count = RECORD_MAX_OPERATIONS;
    for (size_t i = 0; i < count; i++)
        record_append(program, bytes + RECORD_HEADER_BYTES + i * RECORD_BYTES);
    return true;
}
