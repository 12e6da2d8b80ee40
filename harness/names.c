/* The words of text programs: names of kinds, migratetypes, generations, fallbacks, reserves,
 * placements, flags and tunables. */
#include "harness/names.h"

#include <stddef.h>
#include <string.h>

const struct flag_name flag_names[NR_FLAG_NAMES] = {
    {"NO_WATERMARKS", ALLOC_NO_WATERMARKS}, {"OOM", ALLOC_OOM},   {"NON_BLOCK", ALLOC_NON_BLOCK},
    {"MIN_RESERVE", ALLOC_MIN_RESERVE},     {"CMA", ALLOC_CMA},   {"NOFRAGMENT", ALLOC_NOFRAGMENT},
    {"HIGHATOMIC", ALLOC_HIGHATOMIC},       {"COLD", ALLOC_COLD},
};

const char *const wmark_names[PLUMB_NR_WMARKS] = {"MIN", "LOW", "HIGH", "PROMO"};

const char *const migratetype_names[MIGRATE_TYPES] = {
    [MIGRATE_UNMOVABLE] = "UNMOVABLE",
    [MIGRATE_MOVABLE] = "MOVABLE",
    [MIGRATE_RECLAIMABLE] = "RECLAIMABLE",
    [MIGRATE_HIGHATOMIC] = "HIGHATOMIC",
    [MIGRATE_CMA] = "CMA",
    [MIGRATE_ISOLATE] = "ISOLATE",
};

const char *const generation_names[PLUMB_NR_GENERATIONS] = {
    [PLUMB_V2_6_11] = "2.6.11",
    [PLUMB_V4_10] = "4.10",
    [PLUMB_V6_12] = "6.12",
};

const char *const fallback_names[PLUMB_NR_FALLBACKS] = {
    [PLUMB_FALLBACK_NONE] = "none",
    [PLUMB_FALLBACK_V6_12] = "6.12",
    [PLUMB_FALLBACK_V6_15] = "6.15",
    [PLUMB_FALLBACK_V4_10] = "4.10",
};

const char *const reserve_names[PLUMB_NR_RESERVES] = {
    [PLUMB_RESERVE_NONE] = "none",
    [PLUMB_RESERVE_V6_12] = "6.12",
    [PLUMB_RESERVE_V4_10] = "4.10",
};

const char *const grouping_names[2] = {"on", "off"};
const char *const switch_names[2] = {"off", "on"};

const char *const placement_names[PLUMB_NR_PLACEMENTS] = {
    [PLUMB_PLACE_KERNEL] = "kernel",
    [PLUMB_PLACE_HEAD] = "head",
};

const char *const operation_names[OP_NR_KINDS] = {
    [OP_RELEASE] = "release",
    [OP_ALLOC] = "alloc",
    [OP_FREE] = "free",
    [OP_FREE_PFN] = "free_pfn",
    [OP_DRAIN_PAGES] = "drain_pages",
    [OP_DRAIN_ZONE_PAGES] = "drain_zone_pages",
    [OP_DRAIN_ALL_PAGES] = "drain_all_pages",
    [OP_WATERMARK_OK] = "watermark_ok",
    [OP_SET_TUNABLES] = "set_tunables",
    [OP_CHECK] = "check",
    [OP_SIZING] = "sizing",
    [OP_SET_SIZES] = "set_sizes",
    [OP_UNRESERVE] = "unreserve",
    [OP_SPLIT] = "split",
    [OP_ALLOC_EXACT] = "alloc_exact",
    [OP_FREE_EXACT] = "free_exact",
    [OP_ISOLATE] = "isolate",
    [OP_UNISOLATE] = "unisolate",
    [OP_ALLOC_CONTIG] = "alloc_contig",
    [OP_FREE_CONTIG] = "free_contig",
    [OP_COMPOUND] = "compound",
    [OP_GET] = "get",
    [OP_PUT] = "put",
    [OP_ISOLATE_PAGE] = "isolate_page",
    [OP_DECAY] = "decay",
    [OP_RECLAIM] = "reclaim",
    [OP_PCP_DISABLE] = "pcp",
    [OP_FREE_LIST] = "free_list",
};

const char *const tunable_names[NR_TUNABLES] = {
    "batch",         "high",           "low",
    "wmark.min",     "wmark.low",      "wmark.high",
    "wmark.promo",   "boost",          "reserve.dma",
    "reserve.dma32", "reserve.normal", "reserve.movable",
    "highatomic",    "boost_factor",   "high_max",
};

const char *migratetype_name(uint32_t type)
{
    return type < MIGRATE_TYPES ? migratetype_names[type] : NULL;
}

const char *generation_name(uint32_t generation)
{
    return generation < PLUMB_NR_GENERATIONS ? generation_names[generation] : NULL;
}

const char *fallback_name(uint32_t fallback)
{
    return fallback < PLUMB_NR_FALLBACKS ? fallback_names[fallback] : NULL;
}

bool fallback_find(const char *name, uint32_t *fallback)
{
    for (uint32_t i = 0; i < PLUMB_NR_FALLBACKS; i++) {
        if (strcmp(name, fallback_names[i]) == 0) {
            *fallback = i;
            return true;
        }
    }
    return false;
}

const char *reserve_name(uint32_t reserve)
{
    return reserve < PLUMB_NR_RESERVES ? reserve_names[reserve] : NULL;
}

const char *placement_name(uint32_t placement)
{
    return placement < PLUMB_NR_PLACEMENTS ? placement_names[placement] : NULL;
}

const char *operation_kind_name(uint32_t kind)
{
    return kind < OP_NR_KINDS ? operation_names[kind] : NULL;
}
