/* A buddy allocator as textbooks have it, to measure others by: a page structure of 64 bytes, a
 * linked list for each order, no types, no watermarks, no check of what is freed; alone, and with a
 * linked list of single pages for each CPU. With several CPUs a spinlock guards the lists. */
#include <stdatomic.h>
#include <stdlib.h>

#include "harness/bench.h"

struct page {
    struct page *next, *prev;
    uint64_t flags; /* 1 + order for the head of a free block */
    uint64_t rest[5];
};
_Static_assert(sizeof(struct page) == 64, "as large as Linux's");

struct cpu_list {
    _Alignas(64) struct page list;
    uint32_t count;
};

struct textbook {
    _Alignas(64) atomic_int lock;
    _Alignas(64) struct page lists[PLUMB_NR_ORDERS];
    uint64_t nr_free[PLUMB_NR_ORDERS];
    struct page *pages;
    uint64_t start, count;
    uint32_t top_order, cpus, batch, high;
    struct cpu_list cpu_lists[PLUMB_MAX_CPUS];
};

/* ---- lists ---- */

static void list_init(struct page *list)
{
    list->next = list;
    list->prev = list;
}

static void list_add(struct page *list, struct page *page)
{
    page->next = list->next;
    page->prev = list;
    list->next->prev = page;
    list->next = page;
}

static void list_del(struct page *page)
{
    page->prev->next = page->next;
    page->next->prev = page->prev;
}

/* ---- buddies; the caller has the lock ---- */

static void lock(struct textbook *t)
{
    if (t->cpus == 1)
        return;
    while (atomic_exchange_explicit(&t->lock, 1, memory_order_acquire) != 0)
        while (atomic_load_explicit(&t->lock, memory_order_relaxed) != 0)
            __builtin_ia32_pause();
}

static void unlock(struct textbook *t)
{
    if (t->cpus > 1)
        atomic_store_explicit(&t->lock, 0, memory_order_release);
}

static void list_block(struct textbook *t, struct page *page, uint32_t order)
{
    page->flags = 1 + order;
    list_add(&t->lists[order], page);
    t->nr_free[order]++;
}

static void unlist_block(struct textbook *t, struct page *page, uint32_t order)
{
    page->flags = 0;
    list_del(page);
    t->nr_free[order]--;
}

static struct page *take_block(struct textbook *t, uint32_t order)
{
    uint32_t from = order;
    struct page *page;

    while (from <= t->top_order && t->lists[from].next == &t->lists[from])
        from++;
    if (from > t->top_order)
        return NULL;
    page = t->lists[from].next;
    unlist_block(t, page, from);
    while (from > order) {
        from--;
        list_block(t, page + (UINT64_C(1) << from), from);
    }
    return page;
}

static void give_block(struct textbook *t, struct page *page, uint32_t order)
{
    uint64_t index = (uint64_t)(page - t->pages);

    for (; order < t->top_order; order++) {
        uint64_t buddy = index ^ (UINT64_C(1) << order);

        if (buddy >= t->count || t->pages[buddy].flags != 1 + order)
            break;
        unlist_block(t, t->pages + buddy, order);
        index &= buddy;
    }
    list_block(t, t->pages + index, order);
}

/* ---- per-CPU lists ---- */

static void refill(struct textbook *t, struct cpu_list *own)
{
    lock(t);
    for (uint32_t i = 0; i < t->batch; i++) {
        struct page *page = take_block(t, 0);

        if (page == NULL)
            break;
        list_add(own->list.prev, page); /* behind the last */
        own->count++;
    }
    unlock(t);
}

static void give_back(struct textbook *t, struct cpu_list *own, uint32_t count)
{
    lock(t);
    for (; count > 0; count--) {
        struct page *page = own->list.prev;

        list_del(page);
        own->count--;
        give_block(t, page, 0);
    }
    unlock(t);
}

static struct page *take_cached(struct textbook *t, uint32_t cpu)
{
    struct cpu_list *own = &t->cpu_lists[cpu];
    struct page *page;

    if (own->count == 0)
        refill(t, own);
    if (own->count == 0)
        return NULL;
    page = own->list.next;
    list_del(page);
    own->count--;
    return page;
}

static void give_cached(struct textbook *t, uint32_t cpu, struct page *page)
{
    struct cpu_list *own = &t->cpu_lists[cpu];

    list_add(&own->list, page);
    own->count++;
    if (own->count >= t->high)
        give_back(t, own, t->batch);
}

/* ---- as a subject ---- */

static void *textbook_open(void)
{
    struct textbook *t = aligned_alloc(64, sizeof(*t));

    if (t != NULL)
        t->pages = NULL;
    return t;
}

static void textbook_close(void *self)
{
    free(((struct textbook *)self)->pages);
    free(self);
}

static enum plumb_status init(void *self, const struct plumb_config *config, const uint8_t *types)
{
    struct textbook *t = self;

    (void)types;
    free(t->pages);
    *t = (struct textbook){.start = config->start_pfn,
                           .count = config->spanned_pages,
                           .top_order = config->top_order,
                           .cpus = config->nr_cpus,
                           .batch = config->pcp_batch,
                           .high = config->pcp_high};
    t->pages = bench_memory(t->count * sizeof(struct page));
    for (uint32_t order = 0; order < PLUMB_NR_ORDERS; order++)
        list_init(&t->lists[order]);
    for (uint32_t cpu = 0; cpu < PLUMB_MAX_CPUS; cpu++)
        list_init(&t->cpu_lists[cpu].list);
    return PLUMB_OK;
}

static enum plumb_status set_tunables(void *self, const struct plumb_tunables *tunables)
{
    struct textbook *t = self;

    t->batch = tunables->pcp_batch;
    t->high = tunables->pcp_high;
    return PLUMB_OK;
}

static enum plumb_status free_range(void *self, uint64_t start, uint64_t end)
{
    struct textbook *t = self;
    uint64_t from = start - t->start, to = end - t->start;

    while (from < to) {
        uint32_t order = t->top_order;

        while (from % (UINT64_C(1) << order) != 0 || to - from < UINT64_C(1) << order)
            order--;
        give_block(t, t->pages + from, order);
        from += UINT64_C(1) << order;
    }
    return PLUMB_OK;
}

static enum plumb_status answer(const struct textbook *t, const struct page *page, uint64_t *pfn)
{
    if (page == NULL)
        return PLUMB_ENOMEM;
    *pfn = t->start + (uint64_t)(page - t->pages);
    return PLUMB_OK;
}

static enum plumb_status alloc_plain(void *self, uint32_t cpu, uint32_t order, uint32_t migratetype,
                                     uint32_t flags, uint32_t highest_zoneidx, uint64_t *pfn)
{
    struct textbook *t = self;
    struct page *page;

    (void)cpu;
    (void)migratetype;
    (void)flags;
    (void)highest_zoneidx;
    lock(t);
    page = take_block(t, order);
    unlock(t);
    return answer(t, page, pfn);
}

static enum plumb_status free_plain(void *self, uint32_t cpu, uint64_t pfn, uint32_t order,
                                    int cold)
{
    struct textbook *t = self;

    (void)cpu;
    (void)cold;
    lock(t);
    give_block(t, t->pages + (pfn - t->start), order);
    unlock(t);
    return PLUMB_OK;
}

static enum plumb_status alloc_cached(void *self, uint32_t cpu, uint32_t order,
                                      uint32_t migratetype, uint32_t flags,
                                      uint32_t highest_zoneidx, uint64_t *pfn)
{
    if (order > 0)
        return alloc_plain(self, cpu, order, migratetype, flags, highest_zoneidx, pfn);
    return answer(self, take_cached(self, cpu), pfn);
}

static enum plumb_status free_cached(void *self, uint32_t cpu, uint64_t pfn, uint32_t order,
                                     int cold)
{
    struct textbook *t = self;

    if (order > 0)
        return free_plain(self, cpu, pfn, order, cold);
    give_cached(t, cpu, t->pages + (pfn - t->start));
    return PLUMB_OK;
}

static enum plumb_status drain_pages(void *self, uint32_t cpu)
{
    struct textbook *t = self;

    give_back(t, &t->cpu_lists[cpu], t->cpu_lists[cpu].count);
    return PLUMB_OK;
}

static void drain_all_pages(void *self)
{
    struct textbook *t = self;

    for (uint32_t cpu = 0; cpu < t->cpus; cpu++)
        drain_pages(self, cpu);
}

static void counters(const void *self, struct plumb_counters *out)
{
    const struct textbook *t = self;

    *out = (struct plumb_counters){0};
    for (uint32_t order = 0; order < PLUMB_NR_ORDERS; order++)
        out->nr_free[order] = t->nr_free[order];
}

#define TEXTBOOK(its_name, its_alloc, its_free)                                                    \
    {                                                                                              \
        .version = SUBJECT_VERSION, .name = (its_name), .open = textbook_open,                     \
        .close = textbook_close, .init = init, .set_tunables = set_tunables,                       \
        .free_range = free_range, .alloc = (its_alloc), .free = (its_free),                        \
        .split_page = bench_no_split, .alloc_pages_exact = bench_no_alloc_exact,                   \
        .free_pages_exact = bench_no_free_exact, .drain_pages = drain_pages,                       \
        .drain_zone_pages = drain_pages, .drain_all_pages = drain_all_pages,                       \
        .unreserve_highatomic = bench_no_unreserve, .set_migratetype_isolate = bench_no_isolate,   \
        .unset_migratetype_isolate = bench_no_unisolate,                                           \
        .isolate_free_page = bench_no_isolate_page, .alloc_contig_range = bench_no_alloc_contig,   \
        .free_contig_range = bench_no_free_contig, .prep_compound_page = bench_no_split,           \
        .get_page = bench_no_get, .put_page = bench_no_put, .watermark_ok = bench_no_watermark,    \
        .counters = counters, .page = bench_no_page, .free_list_head = bench_no_head,              \
        .pcp_list_head = bench_no_head, .decay_pcp_high = bench_no_decay,                          \
        .set_reclaim_active = bench_no_reclaim, .set_pcp_disabled = bench_no_pcp_disabled,         \
        .pcp_tuning = bench_no_tuning, .free_page_list = bench_no_free_list                        \
    }

const struct subject bench_textbook = TEXTBOOK("textbook", alloc_plain, free_plain);
const struct subject bench_textbook_pcp = TEXTBOOK("textbook+pcp", alloc_cached, free_cached);
