/* The floor of the benchmark: an allocator that does nothing, whose cost is that of the interface
 * and the workload, and an array stack of pages for each CPU, without any check. */
#include <stdlib.h>

#include "harness/bench.h"

enum { LINE = 64 };

/* ---- what neither the floor nor the textbook has ---- */

enum plumb_status bench_no_unreserve(void *self, uint32_t migratetype, int force)
{
    (void)self;
    (void)migratetype;
    (void)force;
    return PLUMB_ENOMEM;
}

enum plumb_status bench_no_split(void *self, uint64_t pfn, uint32_t order)
{
    (void)self;
    (void)pfn;
    (void)order;
    return PLUMB_EMISMATCH;
}

enum plumb_status bench_no_alloc_exact(void *self, uint32_t cpu, uint32_t pages,
                                       uint32_t migratetype, uint32_t flags,
                                       uint32_t highest_zoneidx, uint64_t *pfn)
{
    (void)self;
    (void)cpu;
    (void)pages;
    (void)migratetype;
    (void)flags;
    (void)highest_zoneidx;
    *pfn = PLUMB_NO_PFN;
    return PLUMB_ENOMEM;
}

enum plumb_status bench_no_free_exact(void *self, uint32_t cpu, uint64_t pfn, uint32_t pages)
{
    (void)self;
    (void)cpu;
    (void)pfn;
    (void)pages;
    return PLUMB_EMISMATCH;
}

enum plumb_status bench_no_get(void *self, uint64_t pfn)
{
    (void)self;
    (void)pfn;
    return PLUMB_EREFS;
}

enum plumb_status bench_no_put(void *self, uint32_t cpu, uint64_t pfn)
{
    (void)self;
    (void)cpu;
    (void)pfn;
    return PLUMB_EREFS;
}

enum plumb_status bench_no_isolate(void *self, uint64_t pfn)
{
    (void)self;
    (void)pfn;
    return PLUMB_EBUSY;
}

enum plumb_status bench_no_unisolate(void *self, uint64_t pfn, uint32_t migratetype)
{
    (void)self;
    (void)pfn;
    (void)migratetype;
    return PLUMB_EBUSY;
}

enum plumb_status bench_no_isolate_page(void *self, uint64_t pfn, uint32_t order)
{
    (void)self;
    (void)pfn;
    (void)order;
    return PLUMB_EBUSY;
}

enum plumb_status bench_no_alloc_contig(void *self, uint64_t start, uint64_t end,
                                        uint32_t migratetype)
{
    (void)self;
    (void)start;
    (void)end;
    (void)migratetype;
    return PLUMB_EBUSY;
}

enum plumb_status bench_no_free_contig(void *self, uint32_t cpu, uint64_t pfn, uint64_t pages)
{
    (void)self;
    (void)cpu;
    (void)pfn;
    (void)pages;
    return PLUMB_EMISMATCH;
}

enum plumb_status bench_no_free_list(void *self, uint32_t cpu, const struct plumb_page_list *list,
                                     int cold)
{
    (void)self;
    (void)cpu;
    (void)list;
    (void)cold;
    return PLUMB_EMISMATCH;
}

int bench_no_watermark(const void *self, uint32_t order, uint64_t mark, uint32_t highest_zoneidx,
                       uint32_t flags, int64_t free_pages)
{
    (void)self;
    (void)order;
    (void)mark;
    (void)highest_zoneidx;
    (void)flags;
    (void)free_pages;
    return 1;
}

enum plumb_status bench_no_page(const void *self, uint64_t pfn, struct plumb_page *page)
{
    (void)self;
    (void)pfn;
    (void)page;
    return PLUMB_ERANGE;
}

enum plumb_status bench_no_decay(void *self, uint32_t cpu)
{
    (void)self;
    (void)cpu;
    return PLUMB_ECONFIG;
}

enum plumb_status bench_no_reclaim(void *self, int active)
{
    (void)self;
    (void)active;
    return PLUMB_ECONFIG;
}

enum plumb_status bench_no_pcp_disabled(void *self, int disabled)
{
    (void)self;
    (void)disabled;
    return PLUMB_EBUSY;
}

enum plumb_status bench_no_tuning(const void *self, uint32_t cpu, struct plumb_pcp_tuning *tuning)
{
    (void)self;
    (void)cpu;
    (void)tuning;
    return PLUMB_ECONFIG;
}

uint64_t bench_no_head(const void *self, uint32_t a, uint32_t b)
{
    (void)self;
    (void)a;
    (void)b;
    return PLUMB_NO_PFN;
}

/* ---- what no row of the floor has ---- */

static enum plumb_status no_tunables(void *self, const struct plumb_tunables *tunables)
{
    (void)self;
    (void)tunables;
    return PLUMB_OK;
}

static enum plumb_status no_drain(void *self, uint32_t cpu)
{
    (void)self;
    (void)cpu;
    return PLUMB_OK;
}

static void no_drain_all(void *self)
{
    (void)self;
}

static void no_counters(const void *self, struct plumb_counters *counters)
{
    (void)self;
    *counters = (struct plumb_counters){0};
}

/* ---- null ---- */

struct null_zone {
    _Alignas(LINE) uint64_t next; /* of each CPU its own */
};

static void *null_open(void)
{
    return aligned_alloc(LINE, PLUMB_MAX_CPUS * sizeof(struct null_zone));
}

static enum plumb_status null_init(void *self, const struct plumb_config *config,
                                   const uint8_t *types)
{
    struct null_zone *zone = self;

    (void)types;
    for (uint32_t cpu = 0; cpu < PLUMB_MAX_CPUS; cpu++)
        zone[cpu].next = config->start_pfn;
    return PLUMB_OK;
}

static enum plumb_status null_free_range(void *self, uint64_t start, uint64_t end)
{
    (void)self;
    (void)start;
    (void)end;
    return PLUMB_OK;
}

static enum plumb_status null_alloc(void *self, uint32_t cpu, uint32_t order, uint32_t migratetype,
                                    uint32_t flags, uint32_t highest_zoneidx, uint64_t *pfn)
{
    struct null_zone *zone = self;

    (void)order;
    (void)migratetype;
    (void)flags;
    (void)highest_zoneidx;
    *pfn = zone[cpu].next++;
    return PLUMB_OK;
}

static enum plumb_status null_free(void *self, uint32_t cpu, uint64_t pfn, uint32_t order, int cold)
{
    (void)self;
    (void)cpu;
    (void)pfn;
    (void)order;
    (void)cold;
    return PLUMB_OK;
}

const struct subject bench_null = {.version = SUBJECT_VERSION,
                                   .name = "null",
                                   .open = null_open,
                                   .close = free,
                                   .init = null_init,
                                   .set_tunables = no_tunables,
                                   .free_range = null_free_range,
                                   .alloc = null_alloc,
                                   .free = null_free,
                                   .split_page = bench_no_split,
                                   .alloc_pages_exact = bench_no_alloc_exact,
                                   .free_pages_exact = bench_no_free_exact,
                                   .prep_compound_page = bench_no_split,
                                   .get_page = bench_no_get,
                                   .put_page = bench_no_put,
                                   .drain_pages = no_drain,
                                   .drain_zone_pages = no_drain,
                                   .drain_all_pages = no_drain_all,
                                   .decay_pcp_high = bench_no_decay,
                                   .set_reclaim_active = bench_no_reclaim,
                                   .set_pcp_disabled = bench_no_pcp_disabled,
                                   .unreserve_highatomic = bench_no_unreserve,
                                   .set_migratetype_isolate = bench_no_isolate,
                                   .unset_migratetype_isolate = bench_no_unisolate,
                                   .isolate_free_page = bench_no_isolate_page,
                                   .alloc_contig_range = bench_no_alloc_contig,
                                   .free_contig_range = bench_no_free_contig,
                                   .free_page_list = bench_no_free_list,
                                   .watermark_ok = bench_no_watermark,
                                   .counters = no_counters,
                                   .page = bench_no_page,
                                   .free_list_head = bench_no_head,
                                   .pcp_list_head = bench_no_head,
                                   .pcp_tuning = bench_no_tuning};

/* ---- array stack ---- */

struct stack {
    _Alignas(LINE) uint64_t count;
    uint32_t *pages; /* pfns: the zones measured are below 2^32 */
};

struct stack_zone {
    struct stack stacks[PLUMB_MAX_CPUS];
    uint32_t cpus;
    uint64_t pages;
    uint32_t *memory;
};

static void *stack_open(void)
{
    struct stack_zone *zone = aligned_alloc(LINE, sizeof(*zone));

    if (zone != NULL)
        *zone = (struct stack_zone){.cpus = 0};
    return zone;
}

static void stack_close(void *self)
{
    struct stack_zone *zone = self;

    free(zone->memory);
    free(zone);
}

/* What one CPU frees may have been another's: each stack has room for all. */
static enum plumb_status stack_init(void *self, const struct plumb_config *config,
                                    const uint8_t *types)
{
    struct stack_zone *zone = self;

    (void)types;
    free(zone->memory);
    zone->cpus = config->nr_cpus;
    zone->pages = config->spanned_pages;
    zone->memory = bench_memory(config->spanned_pages * config->nr_cpus * sizeof(uint32_t));
    for (uint32_t cpu = 0; cpu < zone->cpus; cpu++)
        zone->stacks[cpu] = (struct stack){0, zone->memory + cpu * config->spanned_pages};
    return PLUMB_OK;
}

static enum plumb_status stack_free_range(void *self, uint64_t start, uint64_t end)
{
    struct stack_zone *zone = self;

    for (uint64_t pfn = end; pfn > start; pfn--) {
        struct stack *stack = &zone->stacks[pfn % zone->cpus];

        stack->pages[stack->count++] = (uint32_t)(pfn - 1);
    }
    return PLUMB_OK;
}

static enum plumb_status stack_alloc(void *self, uint32_t cpu, uint32_t order, uint32_t migratetype,
                                     uint32_t flags, uint32_t highest_zoneidx, uint64_t *pfn)
{
    struct stack *stack = &((struct stack_zone *)self)->stacks[cpu];

    (void)order;
    (void)migratetype;
    (void)flags;
    (void)highest_zoneidx;
    if (stack->count == 0)
        return PLUMB_ENOMEM;
    *pfn = stack->pages[--stack->count];
    return PLUMB_OK;
}

static enum plumb_status stack_free(void *self, uint32_t cpu, uint64_t pfn, uint32_t order,
                                    int cold)
{
    struct stack *stack = &((struct stack_zone *)self)->stacks[cpu];

    (void)order;
    (void)cold;
    stack->pages[stack->count++] = (uint32_t)pfn;
    return PLUMB_OK;
}

const struct subject bench_stack = {.version = SUBJECT_VERSION,
                                    .name = "array stack",
                                    .open = stack_open,
                                    .close = stack_close,
                                    .init = stack_init,
                                    .set_tunables = no_tunables,
                                    .free_range = stack_free_range,
                                    .alloc = stack_alloc,
                                    .free = stack_free,
                                    .split_page = bench_no_split,
                                    .alloc_pages_exact = bench_no_alloc_exact,
                                    .free_pages_exact = bench_no_free_exact,
                                    .prep_compound_page = bench_no_split,
                                    .get_page = bench_no_get,
                                    .put_page = bench_no_put,
                                    .drain_pages = no_drain,
                                    .drain_zone_pages = no_drain,
                                    .drain_all_pages = no_drain_all,
                                    .decay_pcp_high = bench_no_decay,
                                    .set_reclaim_active = bench_no_reclaim,
                                    .set_pcp_disabled = bench_no_pcp_disabled,
                                    .unreserve_highatomic = bench_no_unreserve,
                                    .set_migratetype_isolate = bench_no_isolate,
                                    .unset_migratetype_isolate = bench_no_unisolate,
                                    .isolate_free_page = bench_no_isolate_page,
                                    .alloc_contig_range = bench_no_alloc_contig,
                                    .free_contig_range = bench_no_free_contig,
                                    .free_page_list = bench_no_free_list,
                                    .watermark_ok = bench_no_watermark,
                                    .counters = no_counters,
                                    .page = bench_no_page,
                                    .free_list_head = bench_no_head,
                                    .pcp_list_head = bench_no_head,
                                    .pcp_tuning = bench_no_tuning};
