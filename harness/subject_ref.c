/* The reference as a subject: one zone value, whose capacity is memory only where it is touched. */
#define _GNU_SOURCE /* MAP_ANONYMOUS, MAP_NORESERVE */
#include "harness/subject.h"

#include <sys/mman.h>

#include "src/ref/grouping.h"
#include "src/ref/page_list.h"
#include "src/ref/refs.h"
#include "src/ref/sizing.h"

struct reference {
    struct zone zone;
    struct page_refs refs;
};

static void *ref_open(void)
{
    void *self = mmap(NULL, sizeof(struct reference), PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return self == MAP_FAILED ? NULL : self;
}

static void ref_close(void *self)
{
    munmap(self, sizeof(struct reference));
}

static struct zone *zone_of(void *self)
{
    return &((struct reference *)self)->zone;
}

static const struct zone *const_zone_of(const void *self)
{
    return &((const struct reference *)self)->zone;
}

static struct page_refs *refs_of(void *self)
{
    return &((struct reference *)self)->refs;
}

static enum plumb_status init(void *self, const struct plumb_config *config, const uint8_t *types)
{
    return refs_init(zone_of(self), refs_of(self), config, types);
}

static enum plumb_status set_tunables(void *self, const struct plumb_tunables *tunables)
{
    return ref_set_tunables(zone_of(self), tunables);
}

static enum plumb_status free_range(void *self, uint64_t start, uint64_t end)
{
    return ref_free_range(zone_of(self), start, end);
}

static enum plumb_status alloc(void *self, uint32_t cpu, uint32_t order, uint32_t migratetype,
                               uint32_t flags, uint32_t highest_zoneidx, uint64_t *pfn)
{
    return refs_alloc(zone_of(self), refs_of(self), cpu, order, migratetype, flags, highest_zoneidx,
                      pfn);
}

static enum plumb_status free_block(void *self, uint32_t cpu, uint64_t pfn, uint32_t order,
                                    int cold)
{
    return refs_free(zone_of(self), refs_of(self), cpu, pfn, order, cold);
}

static enum plumb_status split_page(void *self, uint64_t pfn, uint32_t order)
{
    return refs_split_page(zone_of(self), refs_of(self), pfn, order);
}

static enum plumb_status alloc_pages_exact(void *self, uint32_t cpu, uint32_t pages,
                                           uint32_t migratetype, uint32_t flags,
                                           uint32_t highest_zoneidx, uint64_t *pfn)
{
    return refs_alloc_pages_exact(zone_of(self), refs_of(self), cpu, pages, migratetype, flags,
                                  highest_zoneidx, pfn);
}

static enum plumb_status free_pages_exact(void *self, uint32_t cpu, uint64_t pfn, uint32_t pages)
{
    return refs_free_pages_exact(zone_of(self), refs_of(self), cpu, pfn, pages);
}

static enum plumb_status prep_compound_page(void *self, uint64_t pfn, uint32_t order)
{
    return refs_prep_compound_page(zone_of(self), refs_of(self), pfn, order);
}

static enum plumb_status get_page(void *self, uint64_t pfn)
{
    return refs_get_page(zone_of(self), refs_of(self), pfn);
}

static enum plumb_status put_page(void *self, uint32_t cpu, uint64_t pfn)
{
    return refs_put_page(zone_of(self), refs_of(self), cpu, pfn);
}

static enum plumb_status drain_pages(void *self, uint32_t cpu)
{
    return ref_drain_pages(zone_of(self), cpu);
}

static enum plumb_status drain_zone_pages(void *self, uint32_t cpu)
{
    return ref_drain_zone_pages(zone_of(self), cpu);
}

static enum plumb_status decay_pcp_high(void *self, uint32_t cpu)
{
    return ref_decay_pcp_high(zone_of(self), cpu);
}

static enum plumb_status set_reclaim_active(void *self, int active)
{
    return ref_set_reclaim_active(zone_of(self), active);
}

static enum plumb_status set_pcp_disabled(void *self, int disabled)
{
    return ref_set_pcp_disabled(zone_of(self), disabled);
}

static void drain_all_pages(void *self)
{
    ref_drain_all_pages(zone_of(self));
}

static enum plumb_status unreserve_highatomic(void *self, uint32_t migratetype, int force)
{
    return ref_unreserve_highatomic(zone_of(self), migratetype, force);
}

static enum plumb_status set_migratetype_isolate(void *self, uint64_t pfn)
{
    return ref_set_migratetype_isolate(zone_of(self), pfn);
}

static enum plumb_status unset_migratetype_isolate(void *self, uint64_t pfn, uint32_t migratetype)
{
    return ref_unset_migratetype_isolate(zone_of(self), pfn, migratetype);
}

static enum plumb_status isolate_free_page(void *self, uint64_t pfn, uint32_t order)
{
    return refs_isolate_free_page(zone_of(self), refs_of(self), pfn, order);
}

static enum plumb_status alloc_contig_range(void *self, uint64_t start, uint64_t end,
                                            uint32_t migratetype)
{
    return refs_alloc_contig_range(zone_of(self), refs_of(self), start, end, migratetype);
}

static enum plumb_status free_contig_range(void *self, uint32_t cpu, uint64_t pfn, uint64_t pages)
{
    return refs_free_contig_range(zone_of(self), refs_of(self), cpu, pfn, pages);
}

static enum plumb_status free_page_list(void *self, uint32_t cpu,
                                        const struct plumb_page_list *list, int cold)
{
    return refs_free_page_list(zone_of(self), refs_of(self), cpu, list, cold);
}

static int watermark_ok(const void *self, uint32_t order, uint64_t mark, uint32_t highest_zoneidx,
                        uint32_t flags, int64_t free_pages)
{
    return ref_watermark_ok(const_zone_of(self), order, mark, highest_zoneidx, flags, free_pages);
}

static void counters(const void *self, struct plumb_counters *out)
{
    ref_counters(const_zone_of(self), out);
}

static enum plumb_status page(const void *self, uint64_t pfn, struct plumb_page *out)
{
    return refs_page(const_zone_of(self), &((const struct reference *)self)->refs, pfn, out);
}

static uint64_t free_list_head(const void *self, uint32_t order, uint32_t migratetype)
{
    return ref_free_list_head(const_zone_of(self), order, migratetype);
}

static uint64_t pcp_list_head(const void *self, uint32_t cpu, uint32_t index)
{
    return ref_pcp_list_head(const_zone_of(self), cpu, index);
}

static enum plumb_status pcp_tuning(const void *self, uint32_t cpu, struct plumb_pcp_tuning *tuning)
{
    return ref_pcp_tuning(const_zone_of(self), cpu, tuning);
}

static const struct sizing_functions sizing = {
    .nr_free_buffer_pages = ref_nr_free_buffer_pages,
    .min_free_kbytes = ref_min_free_kbytes,
    .zone_wmarks = ref_zone_wmarks,
    .boost_watermark = ref_boost_watermark,
    .lowmem_reserve = ref_lowmem_reserve,
    .zone_totalreserve = ref_zone_totalreserve,
    .zone_batchsize = ref_zone_batchsize,
    .zone_pcp_sizes = ref_zone_pcp_sizes,
    .gfp_migratetype = ref_gfp_migratetype,
    .grouping_disabled = ref_grouping_disabled,
};

const struct subject subject_ref = {
    .version = SUBJECT_VERSION,
    .name = "ref",
    .open = ref_open,
    .close = ref_close,
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
