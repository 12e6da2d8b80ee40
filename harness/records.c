/* Binary records: the total decoder that makes a program of any bytes, for the fuzzers. */
#include "harness/operations.h"

#include <string.h>

static const uint8_t kinds[32] = {
    OP_ALLOC,
    OP_ALLOC,
    OP_ALLOC,
    OP_ALLOC,
    OP_ALLOC,
    OP_ALLOC,
    OP_ALLOC,
    OP_ALLOC,
    OP_ALLOC,
    OP_ALLOC,
    OP_ALLOC,
    OP_SIZING,
    OP_FREE,
    OP_FREE,
    OP_FREE,
    OP_FREE,
    OP_FREE,
    OP_FREE,
    OP_FREE,
    OP_FREE,
    OP_FREE,
    OP_FREE,
    OP_SET_SIZES,
    OP_FREE_PFN,
    OP_DRAIN_PAGES,
    OP_WATERMARK_OK,
    OP_CHECK,
    OP_SET_TUNABLES,
    OP_DRAIN_ZONE_PAGES,
    OP_DRAIN_ALL_PAGES,
    OP_UNRESERVE,
    OP_RELEASE,
};

enum { FIRST_SELDOM_KIND = 240 };
static const uint8_t seldom_kinds[3] = {OP_SPLIT, OP_ALLOC_EXACT, OP_FREE_EXACT};

uint32_t record_kind(uint8_t byte)
{
    return byte < FIRST_SELDOM_KIND ? kinds[byte % 32] : seldom_kinds[byte % 3];
}

static const uint8_t generations[4] = {PLUMB_V6_12, PLUMB_V6_12, PLUMB_V4_10, PLUMB_V2_6_11};
static const uint8_t top_orders[16] = {5, 4, 6, 3, 5, 4, 7, 5, 10, 8, 6, 9, 2, 1, 0, 4};
static const uint8_t pageblock_orders[8] = {3, 2, 4, 1, 2, 5, 3, 0};
static const uint8_t pageblock_types[16] = {
    MIGRATE_MOVABLE,     MIGRATE_UNMOVABLE,  MIGRATE_RECLAIMABLE, MIGRATE_MOVABLE,
    MIGRATE_UNMOVABLE,   MIGRATE_HIGHATOMIC, MIGRATE_CMA,         MIGRATE_ISOLATE,
    MIGRATE_RECLAIMABLE, MIGRATE_MOVABLE,    MIGRATE_UNMOVABLE,   MIGRATE_MOVABLE,
    MIGRATE_HIGHATOMIC,  MIGRATE_CMA,        MIGRATE_MOVABLE,     MIGRATE_UNMOVABLE,
};
static const uint8_t requested_types[8] = {
    MIGRATE_UNMOVABLE, MIGRATE_MOVABLE,   MIGRATE_RECLAIMABLE, MIGRATE_HIGHATOMIC,
    MIGRATE_CMA,       MIGRATE_UNMOVABLE, MIGRATE_MOVABLE,     MIGRATE_RECLAIMABLE,
};
static const uint16_t flag_bits[6] = {ALLOC_NO_WATERMARKS, ALLOC_OOM, ALLOC_NON_BLOCK,
                                      ALLOC_MIN_RESERVE,   ALLOC_CMA, ALLOC_HIGHATOMIC};

enum { NR_RECORD_TUNABLES = TUNABLE_HIGHATOMIC + 1 }; /* those byte 2 picks from */
/* The last is the largest there may be. */
static const uint32_t boost_factors[8] = {0, 15000, 10000, 40000, 0, 5000, 1, 1 << 20};

static uint32_t two_bytes(const uint8_t *bytes)
{
    return bytes[0] | (uint32_t)bytes[1] << 8;
}

static uint32_t min_u32(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* ---- the header ---- */

static uint64_t start_pfn(const uint8_t *header, uint64_t spanned)
{
    uint64_t offset = two_bytes(header + HEADER_START) % 1024;
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
    config->spanned_pages = 60 + two_bytes(header + HEADER_SPANNED) % 241;
    config->highatomic = header[HEADER_ATOMIC] >= 128 && config->generation == PLUMB_V6_12;
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

static void decode_tunables(struct plumb_config *config, const uint8_t *header)
{
    config->pcp_limit = 2 + header[HEADER_LIMIT] % 63u;
    config->pcp_batch = 1 + header[HEADER_BATCH] % config->pcp_limit;
    config->pcp_high = header[HEADER_HIGH] % (config->pcp_limit + 1);
    config->pcp_low = header[HEADER_LOW] % (config->pcp_limit + 1);
    if (header[HEADER_WMARK] >= 128) {
        config->wmark[WMARK_MIN] = header[HEADER_WMARK] % 32u;
        for (unsigned i = WMARK_LOW; i < PLUMB_NR_WMARKS; i++)
            config->wmark[i] = config->wmark[i - 1] + header[HEADER_WMARK + 1] % 16u;
    }
    config->watermark_boost = rare(header[HEADER_BOOST], 192);
    for (unsigned i = 0; i < PLUMB_NR_ZONES; i++)
        config->lowmem_reserve[i] = rare(header[HEADER_RESERVE + i % 2], 192) * i / 2;
    config->nr_reserved_highatomic = rare(header[HEADER_HIGHATOMIC], 192);
    config->watermark_boost_factor = boost_factors[header[HEADER_FALLBACK] >> 1 & 7];
    if ((header[HEADER_FALLBACK] & 1) && config->generation != PLUMB_V2_6_11)
        config->fallback = PLUMB_FALLBACK_V6_12;
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

static void append(struct program *program, const struct operation *operation)
{
    program->operations[program->nr_operations++] = *operation;
}

static void append_release(struct program *program, uint64_t start, uint64_t end)
{
    if (start >= end)
        return;
    uint64_t first = program->config.start_pfn;
    struct operation operation = {.kind = OP_RELEASE, .start = first + start, .end = first + end};
    append(program, &operation);
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

/* ---- records ---- */

static uint32_t cpu_of(const struct plumb_config *config, const uint8_t *record)
{
    uint8_t byte = record[RECORD_CPU];
    if (byte == 255)
        return UINT32_MAX;
    return byte < 250 ? byte % config->nr_cpus : config->nr_cpus + byte - 250;
}

static uint32_t order_of(const struct plumb_config *config, const uint8_t *record)
{
    static const uint32_t large[3] = {31, 64, UINT32_MAX};
    uint8_t byte = record[RECORD_ORDER];
    if (byte >= 253)
        return large[byte - 253];
    return byte < 248 ? byte % (config->top_order + 1) : config->top_order + 1 + byte - 248;
}

/* Scaled to the largest block, which for 2^10 pages leaves one number in four; above, a few around
 * its size, none and far too many. */
static uint32_t pages_of(const struct plumb_config *config, const uint8_t *record, uint32_t least)
{
    uint32_t most = 1u << config->top_order;
    uint8_t byte = record[RECORD_ORDER];
    switch (byte) {
    case 255:
        return UINT32_MAX;
    case 254:
        return 0;
    default:
        return byte < 248 ? least + byte * most / 248 : most + 250 - byte;
    }
}

static uint32_t type_of(const struct plumb_config *config, const uint8_t *record)
{
    uint8_t byte = record[RECORD_TYPE];
    if (byte == 255)
        return UINT32_MAX;
    if (byte >= 248)
        return byte == 248 ? (uint32_t)MIGRATE_MOVABLE : (uint32_t)MIGRATE_ISOLATE + byte - 249;
    return config->generation == PLUMB_V2_6_11 ? (uint32_t)MIGRATE_UNMOVABLE
                                               : requested_types[byte % 8];
}

static bool is_odd_one(const uint8_t *record)
{
    return record[RECORD_MISC] >> 3 == 31;
}

static uint32_t flags_of(const uint8_t *record)
{
    uint32_t flags = record[RECORD_FLAGS] & ALLOC_WMARK_MASK;
    for (unsigned i = 0; i < 6; i++)
        if (record[RECORD_FLAGS] >> (i + 2) & 1)
            flags |= flag_bits[i];
    if (record[RECORD_MISC] & 1)
        flags |= ALLOC_COLD;
    if ((record[RECORD_MISC] >> 3 & 3) == 3)
        flags |= ALLOC_NOFRAGMENT;
    if (is_odd_one(record) && (record[RECORD_MISC] & 2))
        flags |= record[RECORD_MISC] & 4 ? 0x80000000u : 0x40u;
    return flags;
}

static uint32_t zoneidx_of(const uint8_t *record)
{
    if (is_odd_one(record) && !(record[RECORD_MISC] & 2))
        return record[RECORD_MISC] & 4 ? UINT32_MAX : (uint32_t)PLUMB_NR_ZONES;
    return record[RECORD_MISC] >> 1 & 3;
}

/* A pfn of the zone or a few beside it, and two that no zone has. */
static uint64_t pfn_of(const struct plumb_config *config, const uint8_t *record)
{
    uint32_t value = two_bytes(record + RECORD_SLOT);
    if (value >= 65534)
        return value == 65535 ? UINT64_MAX : UINT64_C(1) << 52;
    uint64_t before = config->start_pfn < 4 ? config->start_pfn : 4;
    return config->start_pfn - before + value % (config->spanned_pages + before + 4);
}

static void decode_release(struct operation *operation, const struct plumb_config *config,
                           const uint8_t *record)
{
    operation->start = pfn_of(config, record);
    operation->end = operation->start + record[RECORD_ORDER] % 66u - 1;
}

static void decode_alloc(struct operation *operation, const struct plumb_config *config,
                         const uint8_t *record)
{
    operation->cpu = cpu_of(config, record);
    operation->order = order_of(config, record);
    operation->type = type_of(config, record);
    operation->flags = flags_of(record);
    operation->zoneidx = zoneidx_of(record);
    operation->slot = record_slot(record);
}

static void decode_alloc_exact(struct operation *operation, const struct plumb_config *config,
                               const uint8_t *record)
{
    decode_alloc(operation, config, record);
    operation->pages = pages_of(config, record, 1);
}

static bool tells_order(const uint8_t *record)
{
    return record[RECORD_MISC] >> 3 >= 28;
}

static void decode_free(struct operation *operation, const struct plumb_config *config,
                        const uint8_t *record)
{
    operation->cpu = cpu_of(config, record);
    operation->cold = record[RECORD_MISC] & 1;
    operation->slot = record_slot(record);
    operation->has_order = tells_order(record);
    if (operation->has_order)
        operation->order = order_of(config, record);
}

static void decode_split(struct operation *operation, const struct plumb_config *config,
                         const uint8_t *record)
{
    decode_free(operation, config, record);
    operation->cpu = 0;
    operation->cold = 0;
}

static void decode_free_exact(struct operation *operation, const struct plumb_config *config,
                              const uint8_t *record)
{
    decode_free(operation, config, record);
    operation->cold = 0;
    if (operation->has_order)
        operation->pages = pages_of(config, record, 0);
}

static void decode_free_pfn(struct operation *operation, const struct plumb_config *config,
                            const uint8_t *record)
{
    operation->cpu = cpu_of(config, record);
    operation->cold = record[RECORD_MISC] & 1;
    operation->order = order_of(config, record);
    operation->pfn = pfn_of(config, record);
}

static void decode_watermark_ok(struct operation *operation, const struct plumb_config *config,
                                const uint8_t *record)
{
    static const uint64_t edge = UINT64_C(1) << 53;
    uint8_t type = record[RECORD_TYPE];
    int64_t near = (int8_t)record[RECORD_CPU];
    operation->order = order_of(config, record);
    operation->flags = flags_of(record);
    operation->zoneidx = zoneidx_of(record);
    operation->mark = two_bytes(record + RECORD_SLOT) % 512;
    operation->free_pages = (int64_t)operation->mark + (type & 1 ? near : 4 * near);
    if (type >= 252)
        operation->free_pages = (type & 1 ? -(int64_t)edge : (int64_t)edge) + near;
    if ((type & ~1) == 250 || type == 255)
        operation->mark = (uint64_t)((int64_t)edge + near);
}

/* KiB of min_free_kbytes: all 8 bits as they are for the running zone, which is small; otherwise
 * 3 bits and how often they are doubled, up to a little above the limit. */
static uint64_t min_free_of(const uint8_t *record, bool is_small)
{
    uint8_t byte = record[RECORD_ORDER];
    if (byte >= 252)
        return (UINT64_C(1) << 26) + byte - 254;
    if (is_small)
        return byte;
    return (uint64_t)(8 + byte / 32) << byte % 32 % 23;
}

/* 16 bits for each zone (sizing.c): of the zone that is asked for 2 bytes, of the others what
 * byte 1 makes of its place; of the running zone's small neighbours nothing mostly. */
static uint64_t memory_of(const uint8_t *record, uint32_t zone, bool is_small)
{
    uint64_t memory = 0;
    for (uint32_t i = 0; i < PLUMB_NR_ZONES; i++) {
        uint64_t code = (record[RECORD_CPU] * 167u + i * 4099u) & 0xffff;
        if (is_small && record[RECORD_CPU] < 160)
            code = 0;
        if (i == zone)
            code = two_bytes(record + RECORD_SLOT);
        if (code >> 11 == 31 && record[RECORD_TYPE] < 240) /* above the limit */
            code ^= UINT64_C(16) << 11;
        memory |= code << 16 * i;
    }
    return memory;
}

/* Four zones mostly; kinds, ratios and the rest from bits of three bytes. */
static uint32_t shape_of(const uint8_t *record)
{
    uint32_t bits = record[RECORD_FLAGS] | (uint32_t)record[RECORD_MISC] << 8 |
                    (uint32_t)record[RECORD_TYPE] << 16;
    uint32_t shape = bits * 2654435761u >> 6;
    if (shape & 3u << 24)
        shape |= 3; /* four zones */
    for (unsigned i = 0; i < PLUMB_NR_ZONES; i++)
        if ((shape >> (SHAPE_KINDS + 2 * i) & 3) == 3 && record[RECORD_TYPE] < 250)
            shape ^= 3u << (SHAPE_KINDS + 2 * i);
    return shape;
}

static void decode_sizing(struct operation *operation, const uint8_t *record)
{
    static const uint32_t scales[8] = {10, 1, 3000, 10, 100, 9999, 1000, 10000};
    static const uint32_t fractions[8] = {0, 0, 8, 0, 9, 100, 0, 1000};
    bool is_small = operation->kind == OP_SET_SIZES;
    operation->zoneidx = zoneidx_of(record);
    operation->memory = memory_of(record, operation->zoneidx, is_small);
    operation->min_free = min_free_of(record, is_small);
    operation->flags = scales[record[RECORD_TYPE] % 8];
    operation->order = fractions[record[RECORD_FLAGS] % 8];
    operation->cpu = record[RECORD_CPU] % 5;
    if (record[RECORD_TYPE] >= 252)
        operation->flags = record[RECORD_TYPE] % 2 * 10001;
    if (record[RECORD_FLAGS] == 255)
        operation->order = 7;
    operation->type = shape_of(record);
}

static void append_change(struct program *program, const uint8_t *record)
{
    struct tunables_change *change = &program->changes[program->nr_changes];
    unsigned tunable = record[RECORD_ORDER] % NR_RECORD_TUNABLES;
    uint32_t value = two_bytes(record + RECORD_SLOT);
    if ((record[RECORD_MISC] >> 4 & 7) == 7)
        tunable = TUNABLE_BOOST_FACTOR;
    memset(change, 0, sizeof(*change));
    change->mask = 1u << tunable;
    if (tunable <= TUNABLE_LOW)
        tunable_set(&change->to, tunable, value % (program->config.pcp_limit + 2));
    else if (tunable == TUNABLE_BOOST_FACTOR)
        tunable_set(&change->to, tunable, boost_factors[value % 8] + (value % 256 == 255));
    else if (record[RECORD_TYPE] >= 248)
        tunable_set(&change->to, tunable, (UINT64_C(1) << 52) - 4 + value % 8);
    else
        tunable_set(&change->to, tunable, value % 64);
    struct operation operation = {.kind = OP_SET_TUNABLES, .change = program->nr_changes++};
    append(program, &operation);
}

static void decode_record(struct program *program, const uint8_t *record)
{
    const struct plumb_config *config = &program->config;
    struct operation operation = {.kind = (uint8_t)record_kind(record[RECORD_KIND])};
    switch (operation.kind) {
    case OP_RELEASE:
        decode_release(&operation, config, record);
        break;
    case OP_ALLOC:
        decode_alloc(&operation, config, record);
        break;
    case OP_FREE:
        decode_free(&operation, config, record);
        break;
    case OP_SPLIT:
        decode_split(&operation, config, record);
        break;
    case OP_ALLOC_EXACT:
        decode_alloc_exact(&operation, config, record);
        break;
    case OP_FREE_EXACT:
        decode_free_exact(&operation, config, record);
        break;
    case OP_FREE_PFN:
        decode_free_pfn(&operation, config, record);
        break;
    case OP_DRAIN_PAGES:
    case OP_DRAIN_ZONE_PAGES:
        operation.cpu = cpu_of(config, record);
        break;
    case OP_UNRESERVE:
        operation.type = type_of(config, record);
        operation.cold = record[RECORD_MISC] & 1;
        break;
    case OP_WATERMARK_OK:
        decode_watermark_ok(&operation, config, record);
        break;
    case OP_SIZING:
    case OP_SET_SIZES:
        decode_sizing(&operation, record);
        break;
    case OP_SET_TUNABLES:
        append_change(program, record);
        return;
    default:
        break;
    }
    if (operation_uses_slot(operation.kind) && operation.slot >= program->nr_slots)
        program->nr_slots = operation.slot + 1;
    append(program, &operation);
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
        decode_record(program, bytes + RECORD_HEADER_BYTES + i * RECORD_BYTES);
    return true;
}
