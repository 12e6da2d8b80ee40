/* Binary records: one record becomes one operation of the program. */
#include "harness/records.h"

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

/* Of the last 32 values of the byte. */
enum { FIRST_RARE = 224 };
static const uint8_t rare_kinds[32] = {
    OP_COMPOUND,     OP_GET,         OP_PUT,          OP_GET,         OP_PUT,
    OP_COMPOUND,     OP_DECAY,       OP_RECLAIM,      OP_FREE_LIST,   OP_ISOLATE_PAGE,
    OP_ALLOC_CONTIG, OP_FREE_CONTIG, OP_ALLOC_CONTIG, OP_FREE_CONTIG, OP_ISOLATE_PAGE,
    OP_FREE_LIST,    OP_SPLIT,       OP_ALLOC_EXACT,  OP_FREE_EXACT,  OP_SPLIT,
    OP_ALLOC_EXACT,  OP_FREE_EXACT,  OP_PCP_DISABLE,  OP_ALLOC_EXACT, OP_FREE_EXACT,
    OP_SPLIT,        OP_ALLOC_EXACT, OP_FREE_EXACT,   OP_ISOLATE,     OP_UNISOLATE,
    OP_ISOLATE,      OP_UNISOLATE,
};

uint32_t record_kind(uint8_t byte)
{
    return byte < FIRST_RARE ? kinds[byte % 32] : rare_kinds[byte - FIRST_RARE];
}

static const uint8_t requested_types[8] = {
    MIGRATE_UNMOVABLE, MIGRATE_MOVABLE,   MIGRATE_RECLAIMABLE, MIGRATE_HIGHATOMIC,
    MIGRATE_CMA,       MIGRATE_UNMOVABLE, MIGRATE_MOVABLE,     MIGRATE_RECLAIMABLE,
};
static const uint16_t flag_bits[6] = {ALLOC_NO_WATERMARKS, ALLOC_OOM, ALLOC_NON_BLOCK,
                                      ALLOC_MIN_RESERVE,   ALLOC_CMA, ALLOC_HIGHATOMIC};

enum { NR_RECORD_TUNABLES = TUNABLE_HIGHATOMIC + 1 }; /* those byte 2 picks from */

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

static bool tells_order(const uint8_t *record)
{
    return record[RECORD_MISC] >> 3 >= 28;
}

enum { FIRST_FROM_END = 32768, FIRST_ANY_PFN = 65280 }; /* of values that name a pageblock */

/* A pfn of the zone or a few beside it, and two that no zone has. */
static uint64_t pfn_of_value(const struct plumb_config *config, uint32_t value)
{
    if (value >= 65534)
        return value == 65535 ? UINT64_MAX : UINT64_C(1) << 52;
    uint64_t before = config->start_pfn < 4 ? config->start_pfn : 4;
    return config->start_pfn - before + value % (config->spanned_pages + before + 4);
}

static uint64_t pfn_of(const struct plumb_config *config, const uint8_t *record)
{
    return pfn_of_value(config, record_two_bytes(record + RECORD_SLOT));
}

/* A page of one of the zone's pageblocks; of the first and the last, maybe one beside the zone. */
static uint64_t page_of_pageblock(const struct plumb_config *config, const uint8_t *record)
{
    uint32_t value = record_two_bytes(record + RECORD_SLOT);
    uint32_t order = config->pageblock_order;
    if (value >= FIRST_ANY_PFN)
        return pfn_of(config, record);
    uint32_t blocks = config_pageblocks(config), block = value % blocks;
    if (value >= FIRST_FROM_END)
        block = blocks - 1 - block;
    return (((config->start_pfn >> order) + block) << order) + record[RECORD_ORDER] % (1u << order);
}

static void decode_isolation(struct operation *operation, const struct plumb_config *config,
                             const uint8_t *record)
{
    operation->pfn = page_of_pageblock(config, record);
    if (operation->kind == OP_UNISOLATE)
        operation->type = type_of(config, record);
}

/* Ranges from a page of the zone on, up to its end at most: 16 lengths of up to one or three
 * pageblocks, and up to three pages more. */
static uint64_t length_of(const struct plumb_config *config, const uint8_t *record)
{
    uint8_t byte = record[RECORD_ORDER];
    uint64_t size = UINT64_C(1) << config->pageblock_order;
    return 1 + byte / 4 % 16 * (byte % 4 == 3 ? 3 * size : size) / 16 + byte / 64;
}

enum contig_mode { FIRST_WHOLE = 4, TO_PAGEBLOCK_END = 6, ODD_RANGE = 7 };

static void decode_contig_range(struct operation *operation, const struct plumb_config *config,
                                const uint8_t *record)
{
    uint32_t place = record[RECORD_CPU] | (uint32_t)record[RECORD_FLAGS] << 8;
    uint64_t size = UINT64_C(1) << config->pageblock_order;
    uint64_t zone_end = config->start_pfn + config->spanned_pages;
    uint32_t mode = record[RECORD_MISC] % 8;
    if (mode == ODD_RANGE) {
        operation->start = pfn_of_value(config, place);
        operation->end = operation->start + record[RECORD_ORDER] % 66u - 1;
        return;
    }
    operation->start = config->start_pfn + place % config->spanned_pages;
    operation->end = operation->start + length_of(config, record);
    if (mode == TO_PAGEBLOCK_END)
        operation->end = ((operation->end - 1) | (size - 1)) + 1;
    if (mode == FIRST_WHOLE || mode == FIRST_WHOLE + 1) {
        operation->start &= ~(size - 1);
        operation->end = operation->start + (1 + record[RECORD_ORDER] / 4 % 4) * size;
    }
    if (operation->end > zone_end && operation->start < zone_end)
        operation->end = zone_end;
}

static void decode_alloc_contig(struct operation *operation, const struct plumb_config *config,
                                const uint8_t *record)
{
    decode_contig_range(operation, config, record);
    operation->type = type_of(config, record);
    operation->slot = record_slot(record);
}

/* Mostly any page of the zone, whatever block it is in. */
static void decode_isolate_page(struct operation *operation, const struct plumb_config *config,
                                const uint8_t *record)
{
    uint32_t place = record[RECORD_CPU] | (uint32_t)record[RECORD_FLAGS] << 8;
    operation->pfn = pfn_of_value(config, place);
    operation->has_order = tells_order(record);
    if (operation->has_order)
        operation->order = order_of(config, record);
    operation->slot = record_slot(record);
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

static void decode_free_list(struct operation *operation, const struct plumb_config *config,
                             const uint8_t *record)
{
    decode_free(operation, config, record);
    operation->has_order = 0;
    operation->pages = record_list_pages(record[RECORD_ORDER]);
}

static void decode_split(struct operation *operation, const struct plumb_config *config,
                         const uint8_t *record)
{
    decode_free(operation, config, record);
    operation->cpu = 0;
    operation->cold = 0;
}

enum { FIRST_OTHER_PAGE = 160 };

static void decode_reference(struct operation *operation, const struct plumb_config *config,
                             const uint8_t *record)
{
    uint8_t byte = record[RECORD_ORDER];
    if (operation->kind == OP_PUT)
        operation->cpu = cpu_of(config, record);
    operation->slot = record_slot(record);
    operation->pages = byte < FIRST_OTHER_PAGE ? 0 : byte % 16;
}

static void decode_free_exact(struct operation *operation, const struct plumb_config *config,
                              const uint8_t *record)
{
    decode_free(operation, config, record);
    operation->cold = 0;
    if (operation->has_order)
        operation->pages = pages_of(config, record, 0);
}

/* Up to four pageblocks; of odd ones none, more than 32 bits hold, more than any zone has. */
static uint64_t run_of(const struct plumb_config *config, const uint8_t *record)
{
    static const uint64_t odd[4] = {UINT64_MAX, 0, (UINT64_C(1) << 32) + 1, UINT64_C(1) << 63};
    uint8_t byte = record[RECORD_ORDER];
    if (is_odd_one(record))
        return odd[byte % 4];
    return ((uint64_t)byte << (config->pageblock_order + 2)) / 255;
}

static void decode_free_contig(struct operation *operation, const struct plumb_config *config,
                               const uint8_t *record)
{
    decode_free(operation, config, record);
    operation->cold = 0;
    operation->order = 0;
    if (operation->has_order)
        operation->run = run_of(config, record);
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
    operation->mark = record_two_bytes(record + RECORD_SLOT) % 512;
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
            code = record_two_bytes(record + RECORD_SLOT);
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
    uint32_t value = record_two_bytes(record + RECORD_SLOT);
    if ((record[RECORD_MISC] >> 4 & 7) == 7)
        tunable = TUNABLE_BOOST_FACTOR;
    if (program->config.pcp_tuning && tunable == TUNABLE_LOW)
        tunable = TUNABLE_HIGH_MAX;
    memset(change, 0, sizeof(*change));
    change->mask = 1u << tunable;
    if (tunable <= TUNABLE_LOW || tunable == TUNABLE_HIGH_MAX)
        tunable_set(&change->to, tunable, value % (program->config.pcp_limit + 2));
    else if (tunable == TUNABLE_BOOST_FACTOR)
        tunable_set(&change->to, tunable, record_boost_factors[value % 8] + (value % 256 == 255));
    else if (record[RECORD_TYPE] >= 248)
        tunable_set(&change->to, tunable, (UINT64_C(1) << 52) - 4 + value % 8);
    else
        tunable_set(&change->to, tunable, value % 64);
    struct operation operation = {.kind = OP_SET_TUNABLES, .change = program->nr_changes++};
    record_append_operation(program, &operation);
}

void record_append(struct program *program, const uint8_t *record)
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
    case OP_COMPOUND:
        decode_split(&operation, config, record);
        break;
    case OP_GET:
    case OP_PUT:
        decode_reference(&operation, config, record);
        break;
    case OP_ALLOC_EXACT:
        decode_alloc_exact(&operation, config, record);
        break;
    case OP_FREE_EXACT:
        decode_free_exact(&operation, config, record);
        break;
    case OP_ALLOC_CONTIG:
        decode_alloc_contig(&operation, config, record);
        break;
    case OP_ISOLATE_PAGE:
        decode_isolate_page(&operation, config, record);
        break;
    case OP_FREE_CONTIG:
        decode_free_contig(&operation, config, record);
        break;
    case OP_FREE_LIST:
        decode_free_list(&operation, config, record);
        break;
    case OP_FREE_PFN:
        decode_free_pfn(&operation, config, record);
        break;
    case OP_DRAIN_PAGES:
    case OP_DRAIN_ZONE_PAGES:
    case OP_DECAY:
        operation.cpu = cpu_of(config, record);
        break;
    case OP_RECLAIM:
        operation.cold = record[RECORD_MISC] & 1;
        break;
    case OP_PCP_DISABLE: /* seldom, for a program whose lists are disabled tells little of them */
        operation.cold = (record[RECORD_MISC] & 3) == 3;
        break;
    case OP_UNRESERVE:
        operation.type = type_of(config, record);
        operation.cold = record[RECORD_MISC] & 1;
        break;
    case OP_ISOLATE:
    case OP_UNISOLATE:
        decode_isolation(&operation, config, record);
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
    if (operation_slot_end(&operation) > program->nr_slots)
        program->nr_slots = (uint32_t)operation_slot_end(&operation);
    record_append_operation(program, &operation);
}
