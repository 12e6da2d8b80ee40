/* The reference behind the public interface: plumbline.h's functions under the prefix ref_. */
#ifndef PLUMBLINE_REF_REF_H
#define PLUMBLINE_REF_REF_H

#include "src/ref/zone.h"

enum plumb_status ref_init(struct zone *z, const struct plumb_config *config,
                           const uint8_t *types);
enum plumb_status ref_set_tunables(struct zone *z, const struct plumb_tunables *t);
enum plumb_status ref_free_range(struct zone *z, uint64_t start, uint64_t end);
enum plumb_status ref_alloc(struct zone *z, uint32_t cpu, uint32_t order, uint32_t migratetype,
                            uint32_t flags, uint32_t highest_zoneidx, uint64_t *pfn);
enum plumb_status ref_free(struct zone *z, uint32_t cpu, uint64_t pfn, uint32_t order, int cold);
enum plumb_status ref_drain_pages(struct zone *z, uint32_t cpu);
enum plumb_status ref_drain_zone_pages(struct zone *z, uint32_t cpu);
void ref_drain_all_pages(struct zone *z);
int ref_watermark_ok(const struct zone *z, uint32_t order, uint64_t mark, uint32_t highest_zoneidx,
                     uint32_t flags, int64_t free_pages);
void ref_counters(const struct zone *z, struct plumb_counters *counters);
enum plumb_status ref_page(const struct zone *z, uint64_t pfn, struct plumb_page *page);
uint64_t ref_free_list_head(const struct zone *z, uint32_t order, uint32_t migratetype);
uint64_t ref_pcp_list_head(const struct zone *z, uint32_t cpu, uint32_t index);

#endif
