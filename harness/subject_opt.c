/* The optimized variant as a subject, in memory that is kept from zone to zone. */
#include "harness/subject.h"

#include <stdbool.h>
#include <stdlib.h>

#include "harness/poison.h"

enum { ZONE_ALIGN = 64 };

struct opt {
    struct plumb_zone *zone;
    size_t bytes; /* of the memory zone points at */
};

static struct plumb_zone *zone_of(const void *self)
{
    return ((const struct opt *)self)->zone;
}

static void *opt_open(void)
{
    return calloc(1, sizeof(struct opt));
}

static void opt_close(void *self)
{
    struct opt *opt = self;
    if (opt->zone)
        poison_none(opt->zone, opt->bytes);
    free(opt->zone);
    free(opt);
}

/* Memory of at least `bytes`, whatever it holds; false: none to be had. */
static bool make_room(struct opt *opt, size_t bytes)
{
    if (bytes <= opt->bytes)
        return true;
    size_t room = bytes > opt->bytes * 2 ? bytes : opt->bytes * 2;
    room = (room + ZONE_ALIGN - 1) / ZONE_ALIGN * ZONE_ALIGN;
    struct plumb_zone *zone = aligned_alloc(ZONE_ALIGN, room);
    if (!zone)
        return false;
    if (opt->zone)
        poison_none(opt->zone, opt->bytes);
    free(opt->zone);
    opt->zone = zone;
    opt->bytes = room;
    return true;
}

static enum plumb_status init(void *self, const struct plumb_config *config, const uint8_t *types)
{
    struct opt *opt = self;
    size_t bytes = plumb_zone_bytes(config);
    if (bytes == 0)
        return PLUMB_ECONFIG;
    if (!make_room(opt, bytes))
        return SUBJECT_NO_MEMORY;
    poison_new_zone(opt->zone, bytes, opt->bytes);
    return plumb_zone_init(opt->zone, config, types);
}

static enum plumb_status set_tunables(void *self, const struct plumb_tunables *tunables)
{
    return plumb_set_tunables(zone_of(self), tunables);
}

static enum plumb_status free_range(void *self, uint64_t start, uint64_t end)
{
    return plumb_free_range(zone_of(self), start, end);
}

static enum plumb_status alloc(void *self, uint32_t cpu, uint32_t order, uint32_t migratetype,
                               uint32_t flags, uint32_t highest_zoneidx, uint64_t *pfn)
{
    return plumb_alloc(zone_of(self), cpu, order, migratetype, flags, highest_zoneidx, pfn);
}

static enum plumb_status free_block(void *self, uint32_t cpu, uint64_t pfn, uint32_t order,
                                    int cold)
{
    return plumb_free(zone_of(self), cpu, pfn, order, cold);
}

static enum plumb_status split_page(void *self, uint64_t pfn, uint32_t order)
{
    return plumb_split_page(zone_of(self), pfn, order);
}

static enum plumb_status alloc_pages_exact(void *self, uint32_t cpu, uint32_t pages,
                                           uint32_t migratetype, uint32_t flags,
                                           uint32_t highest_zoneidx, uint64_t *pfn)
{
    return plumb_alloc_pages_exact(zone_of(self), cpu, pages, migratetype, flags, highest_zoneidx,
                                   pfn);
}

static enum plumb_status free_pages_exact(void *self, uint32_t cpu, uint64_t pfn, uint32_t pages)
{
    return plumb_free_pages_exact(zone_of(self), cpu, pfn, pages);
}

static enum plumb_status prep_compound_page(void *self, uint64_t pfn, uint32_t order)
{
    return plumb_prep_compound_page(zone_of(self), pfn, order);
}

static enum plumb_status get_page(void *self, uint64_t pfn)
{
    return plumb_get_page(zone_of(self), pfn);
}

static enum plumb_status put_page(void *self, uint32_t cpu, uint64_t pfn)
{
    return plumb_put_page(zone_of(self), cpu, pfn);
}

static enum plumb_status drain_pages(void *self, uint32_t cpu)
{
    return plumb_drain_pages(zone_of(self), cpu);
}

static enum plumb_status drain_zone_pages(void *self, uint32_t cpu)
{
    return plumb_drain_zone_pages(zone_of(self), cpu);
}

static enum plumb_status decay_pcp_high(void *self, uint32_t cpu)
{
    return plumb_decay_pcp_high(zone_of(self), cpu);
}

static enum plumb_status set_reclaim_active(void *self, int active)
{
    return plumb_set_reclaim_active(zone_of(self), active);
}

static enum plumb_status set_pcp_disabled(void *self, int disabled)
{
    return plumb_set_pcp_disabled(zone_of(self), disabled);
}

static void drain_all_pages(void *self)
{
    plumb_drain_all_pages(zone_of(self));
}

static enum plumb_status unreserve_highatomic(void *self, uint32_t migratetype, int force)
{
    return plumb_unreserve_highatomic(zone_of(self), migratetype, force);
}

static enum plumb_status set_migratetype_isolate(void *self, uint64_t pfn)
{
    return plumb_set_migratetype_isolate(zone_of(self), pfn);
}

static enum plumb_status unset_migratetype_isolate(void *self, uint64_t pfn, uint32_t migratetype)
{
    return plumb_unset_migratetype_isolate(zone_of(self), pfn, migratetype);
}

static enum plumb_status isolate_free_page(void *self, uint64_t pfn, uint32_t order)
{
    return plumb_isolate_free_page(zone_of(self), pfn, order);
}

static enum plumb_status alloc_contig_range(void *self, uint64_t start, uint64_t end,
                                            uint32_t migratetype)
{
    return plumb_alloc_contig_range(zone_of(self), start, end, migratetype);
}

static enum plumb_status free_contig_range(void *self, uint32_t cpu, uint64_t pfn, uint64_t pages)
{
    return plumb_free_contig_range(zone_of(self), cpu, pfn, pages);
}

static enum plumb_status free_page_list(void *self, uint32_t cpu,
                                        const struct plumb_page_list *list, int cold)
{
    return plumb_free_page_list(zone_of(self), cpu, list, cold);
}

static int watermark_ok(const void *self, uint32_t order, uint64_t mark, uint32_t highest_zoneidx,
                        uint32_t flags, int64_t free_pages)
{
    return plumb_watermark_ok(zone_of(self), order, mark, highest_zoneidx, flags, free_pages);
}

static void counters(const void *self, struct plumb_counters *out)
{
    plumb_counters(zone_of(self), out);
}

static enum plumb_status page(const void *self, uint64_t pfn, struct plumb_page *out)
{
    return plumb_page(zone_of(self), pfn, out);
}

static uint64_t free_list_head(const void *self, uint32_t order, uint32_t migratetype)
{
    return plumb_free_list_head(zone_of(self), order, migratetype);
}

static uint64_t pcp_list_head(const void *self, uint32_t cpu, uint32_t index)
{
    return plumb_pcp_list_head(zone_of(self), cpu, index);
}

static enum plumb_status pcp_tuning(const void *self, uint32_t cpu, struct plumb_pcp_tuning *tuning)
{
    return plumb_pcp_tuning(zone_of(self), cpu, tuning);
}

static const struct sizing_functions sizing = {
    .nr_free_buffer_pages = plumb_nr_free_buffer_pages,
    .min_free_kbytes = plumb_min_free_kbytes,
    .zone_wmarks = plumb_zone_wmarks,
    .boost_watermark = plumb_boost_watermark,
    .lowmem_reserve = plumb_lowmem_reserve,
    .zone_totalreserve = plumb_zone_totalreserve,
    .zone_batchsize = plumb_zone_batchsize,
    .zone_pcp_sizes = plumb_zone_pcp_sizes,
    .gfp_migratetype = plumb_gfp_migratetype,
    .grouping_disabled = plumb_grouping_disabled,
};

const struct subject subject_opt = {
    .version = SUBJECT_VERSION,
    .name = "opt",
    .open = opt_open,
    .close = opt_close,
    .init = init,
    .set_tunables = set_tunables,
    .free_range = free_range,
    .alloc = alloc,
    .free = free_block,
    .split_page = split_page,
    .alloc_pages_exact = alloc_pages_exact,
    .free_pages_exact = free_pages_exact,
    .prep_compound_page = prep_compound_page,
    .get_page = get_page,
    .put_page = put_page,
    .drain_pages = drain_pages,
    .drain_zone_pages = drain_zone_pages,
    .drain_all_pages = drain_all_pages,
    .decay_pcp_high = decay_pcp_high,
    .set_reclaim_active = set_reclaim_active,
    .set_pcp_disabled = set_pcp_disabled,
    .unreserve_highatomic = unreserve_highatomic,
    .set_migratetype_isolate = set_migratetype_isolate,
    .unset_migratetype_isolate = unset_migratetype_isolate,
    .isolate_free_page = isolate_free_page,
    .alloc_contig_range = alloc_contig_range,
    .free_contig_range = free_contig_range,
    .free_page_list = free_page_list,
    .watermark_ok = watermark_ok,
    .counters = counters,
    .page = page,
    .free_list_head = free_list_head,
    .pcp_list_head = pcp_list_head,
    .pcp_tuning = pcp_tuning,
    .sizing = &sizing,
};
