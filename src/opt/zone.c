/* A zone's beginning: what a valid configuration is, how its memory is laid out, its initial
 * state, and changes of its tunables. */
#include "pcp.h"
#include "watermark.h"

#define SIZE_LIMIT     (UINT64_C(1) << 52)
#define FACTOR_LIMIT   (UINT32_C(1) << 20)
#define PAGES_LIMIT    (UINT64_C(0xfffffffe)) /* indices are below OPT_NO_PAGE */
#define PCP_LIMIT_MAX  (UINT32_C(1) << 16)
#define LAYOUT_ALIGN   UINT64_C(64)
#define BASE_MASK(cfg) ((UINT64_C(1) << (cfg)->top_order) - 1)

struct layout {
    uint64_t pages;  /* from the base to the end of the zone */
    uint64_t states; /* the same, up to the next multiple of 2^top_order */
    uint64_t blocks;
    uint64_t rings_at, types_at, touched_at, state_at, links_at, refs_at;
    uint64_t cpu_rings; /* bytes of one CPU's rings */
    uint32_t room[OPT_PCP_LISTS];
    uint8_t pcp_order, link_shift;
    uint64_t bytes;
};

static int sizes_valid(const uint64_t *sizes, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (sizes[i] > SIZE_LIMIT)
            return 0;
    return 1;
}

static int tunables_valid(const struct plumb_tunables *t, uint32_t pcp_limit, int tuning)
{
    if (t->pcp_high_max > pcp_limit || (tuning && t->pcp_high > t->pcp_high_max))
        return 0;
    if (t->pcp_batch < 1 || t->pcp_batch > pcp_limit)
        return 0;
    if (t->pcp_high > pcp_limit || t->pcp_low > pcp_limit)
        return 0;
    if (t->watermark_boost > SIZE_LIMIT || t->nr_reserved_highatomic > SIZE_LIMIT)
        return 0;
    if (t->watermark_boost_factor > FACTOR_LIMIT)
        return 0;
    return sizes_valid(t->wmark, PLUMB_NR_WMARKS) && sizes_valid(t->lowmem_reserve, PLUMB_NR_ZONES);
}

static struct plumb_tunables tunables_of(const struct plumb_config *config)
{
    struct plumb_tunables t = {.pcp_batch = config->pcp_batch,
                               .pcp_high = config->pcp_high,
                               .pcp_low = config->pcp_low,
                               .pcp_high_max = config->pcp_high_max,
                               .watermark_boost = config->watermark_boost,
                               .nr_reserved_highatomic = config->nr_reserved_highatomic,
                               .watermark_boost_factor = config->watermark_boost_factor};

    for (uint32_t i = 0; i < PLUMB_NR_WMARKS; i++)
        t.wmark[i] = config->wmark[i];
    for (uint32_t i = 0; i < PLUMB_NR_ZONES; i++)
        t.lowmem_reserve[i] = config->lowmem_reserve[i];
    return t;
}

static int span_valid(const struct plumb_config *config)
{
    uint64_t spanned = config->spanned_pages;

    if (spanned < 1 || spanned > SIZE_LIMIT || config->start_pfn > SIZE_LIMIT - spanned)
        return 0;
    return (config->start_pfn & BASE_MASK(config)) + spanned <= PAGES_LIMIT;
}

static int is_reserve_of(uint32_t reserve, uint32_t generation)
{
    return reserve == PLUMB_RESERVE_NONE ||
           (reserve == PLUMB_RESERVE_V6_12 && generation == PLUMB_V6_12) ||
           (reserve == PLUMB_RESERVE_V4_10 && generation == PLUMB_V4_10);
}

static int config_valid(const struct plumb_config *config)
{
    struct plumb_tunables t = tunables_of(config);

    if (config->top_order > PLUMB_MAX_ORDER || config->pageblock_order > config->top_order)
        return 0;
    if (config->generation >= PLUMB_NR_GENERATIONS)
        return 0;
    if (config->fallback >= PLUMB_NR_FALLBACKS ||
        (config->fallback != PLUMB_FALLBACK_NONE && config->generation == PLUMB_V2_6_11))
        return 0;
    if (!is_reserve_of(config->highatomic, config->generation))
        return 0;
    if (config->thp > 1 || (config->thp && (config->generation != PLUMB_V6_12 ||
                                            config->pageblock_order < PLUMB_PCP_ORDERS)))
        return 0;
    if (config->placement >= PLUMB_NR_PLACEMENTS || config->page_refs > 1 || config->ungrouped > 1)
        return 0;
    if (config->pcp_tuning > 1 || (config->pcp_tuning && config->generation != PLUMB_V6_12) ||
        config->pcp_batch_scale_max > PLUMB_PCP_BATCH_SCALE_MAX || config->pcp_free_high_batch > 1)
        return 0;
    if (config->nr_cpus < 1 || config->nr_cpus > PLUMB_MAX_CPUS)
        return 0;
    if (config->pcp_limit < 2 || config->pcp_limit > PCP_LIMIT_MAX)
        return 0;
    return span_valid(config) && tunables_valid(&t, config->pcp_limit, config->pcp_tuning != 0);
}

/* The entries a per-CPU list of blocks of this order can ever hold, L being pcp_limit, whatever is
 * called and however the tunables change: batch, high, low and the largest high never exceed L.
 * v6.12: a refill starts from an empty list and brings at most max(L >> order, 2) blocks, one of
 *   which is taken at once. A free adds a block; if then the count is below high, the list has
 *   at most (high - 1) >> order; if not, at least one block of this very list is given back, for
 *   the bulk free starts with it. So a list has at most m = max((L - 1) >> order, 1) entries
 *   between calls, and m + 1 within one.
 * 2.6.11: a refill starts from low at most and brings a batch: 2 * L. A free from high on gives a
 *   batch (or all) back before it adds one, and below high it ends at high.
 * v4.10: there is no such number (pcp_v4_10.c says why); L lets a refill, which starts from an
 *   empty list, fit into the ring. */
static uint64_t entries_bound(const struct plumb_config *config, uint32_t order)
{
    uint32_t limit = config->pcp_limit;

    switch (config->generation) {
    case PLUMB_V2_6_11:
        return UINT64_C(2) * limit;
    case PLUMB_V4_10:
        return limit;
    default:
        return UINT64_C(1) + opt_max((limit - 1) >> order, 1);
    }
}

static int list_in_use(const struct plumb_config *config, const struct layout *layout,
                       uint32_t index)
{
    if (config->generation == PLUMB_V2_6_11)
        return index < 2;
    if (index / OPT_PCP_ROW == OPT_PCP_HUGE)
        return config->thp && index % OPT_PCP_ROW <= MIGRATE_MOVABLE;
    return index % OPT_PCP_ROW < MIGRATE_PCPTYPES && index / OPT_PCP_ROW <= layout->pcp_order;
}

static uint32_t order_of_list(uint32_t pageblock_order, uint32_t index)
{
    uint32_t row = index / OPT_PCP_ROW;

    return row == OPT_PCP_HUGE ? pageblock_order : row;
}

/* A power of two; never more than the zone has blocks for, but v6.12 needs twice that (pcp.h). */
static uint32_t ring_room(const struct plumb_config *config, const struct layout *layout,
                          uint32_t index)
{
    uint32_t order = order_of_list(config->pageblock_order, index);
    uint64_t bound = entries_bound(config, order);
    uint64_t blocks = layout->pages >> order;
    uint32_t room = 1;

    while (room < bound && room < blocks)
        room *= 2;
    return config->generation == PLUMB_V6_12 ? 2 * room : room;
}

/* One part after the other: returns where this one begins. */
static uint64_t place(uint64_t *end, uint64_t bytes)
{
    uint64_t at = *end;

    *end = (at + bytes + LAYOUT_ALIGN - 1) & ~(LAYOUT_ALIGN - 1);
    return at;
}

static void layout_rings(const struct plumb_config *config, struct layout *layout)
{
    uint64_t entries = 0;

    for (uint32_t i = 0; i < OPT_PCP_LISTS; i++) {
        layout->room[i] = list_in_use(config, layout, i) ? ring_room(config, layout, i) : 0;
        entries += layout->room[i];
    }
    layout->cpu_rings = 0;
    (void)place(&layout->cpu_rings, entries * sizeof(uint32_t));
    layout->rings_at = place(&layout->bytes, layout->cpu_rings * config->nr_cpus);
}

/* 0 if the configuration is not valid, or its zone too large for this machine. */
static int lay_out(const struct plumb_config *config, struct layout *layout)
{
    uint64_t base_mask;

    if (!config_valid(config))
        return 0;
    base_mask = BASE_MASK(config);
    layout->pages = (config->start_pfn & base_mask) + config->spanned_pages;
    layout->states = (layout->pages + base_mask) & ~base_mask;
    layout->blocks = ((layout->pages - 1) >> config->pageblock_order) + 1;
    layout->pcp_order = config->generation == PLUMB_V6_12
                            ? (uint8_t)opt_min(PLUMB_PCP_ORDERS - 1, config->pageblock_order)
                            : 0;
    layout->link_shift = config->pageblock_order > 0 && config->generation != PLUMB_V4_10;
    layout->bytes = sizeof(struct plumb_zone) + config->nr_cpus * sizeof(struct opt_pcp);
    layout_rings(config, layout);
    layout->types_at = place(&layout->bytes, layout->blocks);
    layout->touched_at = place(&layout->bytes, (layout->pages >> PLUMB_MAX_ORDER) + 1);
    layout->state_at = place(&layout->bytes, layout->states);
    layout->links_at = place(&layout->bytes, (((layout->pages - 1) >> layout->link_shift) + 1) *
                                                 sizeof(struct opt_link));
    layout->refs_at =
        config->page_refs ? place(&layout->bytes, layout->pages * sizeof(uint32_t)) : 0;
    return layout->bytes == (size_t)layout->bytes;
}

size_t plumb_zone_bytes(const struct plumb_config *config)
{
    struct layout layout;

    return lay_out(config, &layout) ? (size_t)layout.bytes : 0;
}

/* The pageblocks types[] is for, in the order of the pageblocks from the base on. */
static uint64_t first_block(const struct plumb_config *config)
{
    return (config->start_pfn & BASE_MASK(config)) >> config->pageblock_order;
}

static int types_valid(const struct plumb_config *config, const uint8_t *types, uint64_t count)
{
    uint32_t limit = config->generation == PLUMB_V2_6_11 ? 1 : MIGRATE_TYPES;

    for (uint64_t i = 0; i < count; i++)
        if (types[i] >= limit)
            return 0;
    return 1;
}

static void init_lists(struct plumb_zone *zone)
{
    const struct opt_link empty = {{OPT_NO_PAGE, OPT_NO_PAGE}};

    for (uint32_t type = 0; type < MIGRATE_TYPES; type++)
        for (uint32_t order = 0; order < PLUMB_NR_ORDERS; order++)
            zone->free_lists[type][order] = empty;
}

static void init_pcp(struct plumb_zone *zone, uint32_t cpu, const struct layout *layout)
{
    struct opt_pcp *pcp = opt_pcp(zone, cpu);
    uint64_t at = layout->rings_at + cpu * layout->cpu_rings;

    pcp->count = 0;
    pcp->tuning = (struct opt_tuning){0};
    for (uint32_t i = 0; i < MIGRATE_PCPTYPES; i++)
        pcp->spill[i] = (struct opt_spill){{{OPT_NO_PAGE, OPT_NO_PAGE}}, 0};
    for (uint32_t i = 0; i < OPT_PCP_LISTS; i++) {
        uint32_t room = layout->room[i];
        uint32_t order = order_of_list(zone->pageblock_order, i);
        uint32_t type = i % OPT_PCP_ROW;
        uint32_t first = (uint32_t)(at / sizeof(uint32_t));

        pcp->lists[i] = (struct opt_ring){.first = first,
                                          .mask = room == 0 ? 0 : room - 1,
                                          .pages = 1u << order,
                                          .listed = opt_pcp_state(type, order),
                                          .used = opt_used_state(order, type)};
        pcp->lists[i].head = opt_middle(&pcp->lists[i]);
        pcp->lists[i].tail = pcp->lists[i].head;
        at += room * sizeof(uint32_t);
    }
}

/* Pageblocks before the first take its type; no page of the zone lies in them. */
static void init_types(struct plumb_zone *zone, const struct layout *layout, const uint8_t *types,
                       uint64_t first)
{
    uint8_t *block_types = opt_types(zone);

    for (uint64_t i = 0; i < first; i++)
        block_types[i] = types[0];
    for (uint64_t i = first; i < layout->blocks; i++)
        block_types[i] = types[i - first];
}

/* No page is a head, none was released. */
static void clear_pages(struct plumb_zone *zone, const struct layout *layout)
{
    uint8_t *states = opt_states(zone);
    uint8_t *touched = opt_touched(zone);
    uint32_t *refs = opt_at(zone, layout->refs_at);

    for (uint64_t i = 0; i < layout->states; i++)
        states[i] = OPT_NO_HEAD;
    for (uint64_t i = 0; i <= layout->pages >> PLUMB_MAX_ORDER; i++)
        touched[i] = 0;
    for (uint64_t i = 0; layout->refs_at != 0 && i < layout->pages; i++)
        refs[i] = 0;
}

static uint8_t likely_orders(const struct plumb_config *config)
{
    int looks = config->generation != PLUMB_V2_6_11 && config->placement == PLUMB_PLACE_KERNEL;

    return looks ? (uint8_t)config->top_order : 0;
}

static uint8_t huge_order(const struct plumb_config *config)
{
    return config->thp ? (uint8_t)config->pageblock_order : PLUMB_NR_ORDERS;
}

static void init_zone(struct plumb_zone *zone, const struct plumb_config *config,
                      const struct layout *layout)
{
    int is_fast = config->generation == PLUMB_V6_12 && !config->pcp_tuning;

    *zone = (struct plumb_zone){.base_pfn = config->start_pfn & ~BASE_MASK(config),
                                .start_pfn = config->start_pfn,
                                .spanned_pages = config->spanned_pages,
                                .pages = layout->pages,
                                .state_at = layout->state_at,
                                .types_at = layout->types_at,
                                .links_at = layout->links_at,
                                .refs_at = layout->refs_at,
                                .touched_at = layout->touched_at,
                                .nr_cpus = config->nr_cpus,
                                .most_fast_cpus = is_fast ? config->nr_cpus : 0,
                                .pcp_limit = config->pcp_limit,
                                .top_order = (uint8_t)config->top_order,
                                .pageblock_order = (uint8_t)config->pageblock_order,
                                .generation = (uint8_t)config->generation,
                                .pcp_order = layout->pcp_order,
                                .huge_order = huge_order(config),
                                .fast_orders = is_fast ? layout->pcp_order + 1u : 0,
                                .link_shift = layout->link_shift,
                                .fallback = (uint8_t)config->fallback,
                                .ungrouped = (uint8_t)config->ungrouped,
                                .highatomic = (uint8_t)config->highatomic,
                                .tuning = (uint8_t)config->pcp_tuning,
                                .batch_scale_max = (uint8_t)config->pcp_batch_scale_max,
                                .free_high_batch = (uint8_t)config->pcp_free_high_batch,
                                .likely_orders = likely_orders(config),
                                .slow_flags = ~(uint32_t)ALLOC_FLAGS_ALL |
                                              (config->highatomic ? ALLOC_HIGHATOMIC : 0)};
}

static enum plumb_status init(struct plumb_zone *zone, const struct plumb_config *config,
                              const uint8_t *types, int is_zeroed)
{
    struct plumb_tunables tunables = tunables_of(config);
    struct layout layout;
    uint64_t first;

    if (!lay_out(config, &layout))
        return PLUMB_ECONFIG;
    first = first_block(config);
    if (!types_valid(config, types, layout.blocks - first))
        return PLUMB_ETYPE;
    init_zone(zone, config, &layout);
    opt_take_tunables(zone, &tunables);
    init_lists(zone);
    for (uint32_t cpu = 0; cpu < config->nr_cpus; cpu++)
        init_pcp(zone, cpu, &layout);
    init_types(zone, &layout, types, first);
    if (!is_zeroed)
        clear_pages(zone, &layout);
    return PLUMB_OK;
}

enum plumb_status plumb_zone_init(struct plumb_zone *zone, const struct plumb_config *config,
                                  const uint8_t *types)
{
    return init(zone, config, types, 0);
}

enum plumb_status plumb_zone_init_zeroed(struct plumb_zone *zone, const struct plumb_config *config,
                                         const uint8_t *types)
{
    return init(zone, config, types, 1);
}

enum plumb_status plumb_set_tunables(struct plumb_zone *zone, const struct plumb_tunables *t)
{
    if (!tunables_valid(t, zone->pcp_limit, zone->tuning))
        return PLUMB_ECONFIG;
    if (zone->pcp_disabled)
        return PLUMB_EBUSY;
    opt_take_tunables(zone, t);
    return PLUMB_OK;
}
