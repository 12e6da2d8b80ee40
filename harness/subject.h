/* Subjects: page allocators the harness can drive, each behind one struct of functions. */
#ifndef HARNESS_SUBJECT_H
#define HARNESS_SUBJECT_H

#include <stdint.h>

#include "src/plumbline.h"

#define SUBJECT_VERSION 15
/* A shared object given with --subject=./my.so exports one function of this name and type:
 *     const struct subject *plumbline_subject(void);
 * harness/tests/liar_object.c is a small example. It is compiled with, from the project's root,
 *     clang -std=c11 -I. -fPIC -shared my.c -o my.so */
#define SUBJECT_SYMBOL "plumbline_subject"

/* What only init may answer, beside the statuses. */
#define SUBJECT_NO_MEMORY ((enum plumb_status)PLUMB_NR_STATUS)

/* The pure functions of set-up: what plumbline.h says of those with the same names. */
struct sizing_functions {
    enum plumb_status (*nr_free_buffer_pages)(const struct plumb_memory *memory, uint32_t zone,
                                              uint64_t high, uint64_t *pages);
    enum plumb_status (*min_free_kbytes)(uint32_t generation, uint64_t buffer_pages,
                                         int64_t user_kbytes, uint64_t *kbytes);
    enum plumb_status (*zone_wmarks)(const struct plumb_memory *memory, uint32_t zone,
                                     uint64_t wmark[PLUMB_NR_WMARKS]);
    int (*boost_watermark)(uint64_t managed, uint32_t pageblock_order, uint64_t high,
                           uint32_t factor, uint64_t *boost);
    enum plumb_status (*lowmem_reserve)(const struct plumb_memory *memory, uint32_t zone,
                                        uint64_t reserve[PLUMB_NR_ZONES]);
    enum plumb_status (*zone_totalreserve)(const struct plumb_memory *memory, uint32_t zone,
                                           uint64_t high, uint64_t *pages);
    enum plumb_status (*zone_batchsize)(uint32_t generation, uint64_t managed, uint32_t *batch);
    enum plumb_status (*zone_pcp_sizes)(const struct plumb_memory *memory, uint32_t zone,
                                        uint64_t low_wmark, struct plumb_pcp_sizes *sizes);
    int (*gfp_migratetype)(uint32_t generation, int ungrouped, uint32_t gfp);
    int (*grouping_disabled)(uint64_t pages, uint32_t pageblock_order);
};

/* The functions mean what plumbline.h says of those with the same names. `self` is what open
 * answered. One `self` is given init many times, one zone after another; nothing else is called
 * before an init that answered PLUMB_OK. */
struct subject {
    uint32_t version; /* SUBJECT_VERSION */
    const char *name;

    void *(*open)(void); /* NULL: it can't be had (no memory) */
    void (*close)(void *self);
    /* A new zone with every page reserved; the one before is gone. Answers SUBJECT_NO_MEMORY if
     * there is none to hold it. */
    enum plumb_status (*init)(void *self, const struct plumb_config *config, const uint8_t *types);

    enum plumb_status (*set_tunables)(void *self, const struct plumb_tunables *tunables);
    enum plumb_status (*free_range)(void *self, uint64_t start, uint64_t end);
    enum plumb_status (*alloc)(void *self, uint32_t cpu, uint32_t order, uint32_t migratetype,
                               uint32_t flags, uint32_t highest_zoneidx, uint64_t *pfn);
    enum plumb_status (*free)(void *self, uint32_t cpu, uint64_t pfn, uint32_t order, int cold);
    enum plumb_status (*split_page)(void *self, uint64_t pfn, uint32_t order);
    enum plumb_status (*alloc_pages_exact)(void *self, uint32_t cpu, uint32_t pages,
                                           uint32_t migratetype, uint32_t flags,
                                           uint32_t highest_zoneidx, uint64_t *pfn);
    enum plumb_status (*free_pages_exact)(void *self, uint32_t cpu, uint64_t pfn, uint32_t pages);
    enum plumb_status (*prep_compound_page)(void *self, uint64_t pfn, uint32_t order);
    enum plumb_status (*get_page)(void *self, uint64_t pfn);
    enum plumb_status (*put_page)(void *self, uint32_t cpu, uint64_t pfn);
    enum plumb_status (*drain_pages)(void *self, uint32_t cpu);
    enum plumb_status (*drain_zone_pages)(void *self, uint32_t cpu);
    void (*drain_all_pages)(void *self);
    enum plumb_status (*decay_pcp_high)(void *self, uint32_t cpu);
    enum plumb_status (*set_reclaim_active)(void *self, int active);
    enum plumb_status (*set_pcp_disabled)(void *self, int disabled);
    enum plumb_status (*unreserve_highatomic)(void *self, uint32_t migratetype, int force);
    enum plumb_status (*set_migratetype_isolate)(void *self, uint64_t pfn);
    enum plumb_status (*unset_migratetype_isolate)(void *self, uint64_t pfn, uint32_t migratetype);
    enum plumb_status (*isolate_free_page)(void *self, uint64_t pfn, uint32_t order);
    enum plumb_status (*alloc_contig_range)(void *self, uint64_t start, uint64_t end,
                                            uint32_t migratetype);
    enum plumb_status (*free_contig_range)(void *self, uint32_t cpu, uint64_t pfn, uint64_t pages);
    enum plumb_status (*free_page_list)(void *self, uint32_t cpu,
                                        const struct plumb_page_list *list, int cold);
    int (*watermark_ok)(const void *self, uint32_t order, uint64_t mark, uint32_t highest_zoneidx,
                        uint32_t flags, int64_t free_pages);

    void (*counters)(const void *self, struct plumb_counters *counters);
    enum plumb_status (*page)(const void *self, uint64_t pfn, struct plumb_page *page);
    uint64_t (*free_list_head)(const void *self, uint32_t order, uint32_t migratetype);
    uint64_t (*pcp_list_head)(const void *self, uint32_t cpu, uint32_t index);
    enum plumb_status (*pcp_tuning)(const void *self, uint32_t cpu,
                                    struct plumb_pcp_tuning *tuning);

    const struct sizing_functions *sizing; /* all of them; NULL: the reference's are used */
};

extern const struct subject subject_opt; /* subject_opt.c: src/opt */
extern const struct subject subject_ref; /* subject_ref.c: src/ref */

/* "ref", "opt" or the path of a shared object; NULL: *why says what is wrong. subjects.c */
const struct subject *subject_find(const char *name, const char **why);

#endif
