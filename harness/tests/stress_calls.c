/* What a stress thread does: random calls on the zone; the owner of each page is kept beside it. */
#define _POSIX_C_SOURCE 200809L
#include "harness/tests/stress.h"

enum { OPERATIONS = 1500 }; /* of a thread in a round */

static uint64_t below(struct thread *t, uint64_t limit)
{
    return test_random(&t->random) % limit;
}

/* ---- who has a page: counted beside the zone ---- */

static void own(struct thread *t, struct block block, uint8_t from, uint8_t to)
{
    uint64_t first = block.pfn - t->stress->config.start_pfn;

    for (uint64_t i = 0; i < UINT64_C(1) << block.order; i++) {
        uint8_t was = atomic_exchange(&t->stress->owners[first + i], to);

        require(was == from, "page %lu is owned by %u, expected %u", (unsigned long)(block.pfn + i),
                was, from);
    }
}

static void check_block(struct thread *t, struct block block)
{
    const struct plumb_config *config = &t->stress->config;
    uint64_t size = UINT64_C(1) << block.order;

    require_equal(block.pfn % size, 0);
    require(block.pfn >= config->start_pfn &&
                block.pfn + size <= config->start_pfn + config->spanned_pages,
            "page %lu is outside the zone", (unsigned long)block.pfn);
}

/* ---- calls ---- */

static uint32_t some_type(struct thread *t)
{
    static const uint8_t types[8] = {MIGRATE_UNMOVABLE,  MIGRATE_MOVABLE,   MIGRATE_MOVABLE,
                                     MIGRATE_MOVABLE,    MIGRATE_UNMOVABLE, MIGRATE_RECLAIMABLE,
                                     MIGRATE_HIGHATOMIC, MIGRATE_CMA};

    return t->stress->config.generation == PLUMB_V2_6_11 ? (uint32_t)MIGRATE_UNMOVABLE
                                                         : types[below(t, 8)];
}

static uint32_t some_flags(struct thread *t)
{
    static const uint32_t more[8] = {ALLOC_CMA, ALLOC_NOFRAGMENT, ALLOC_HIGHATOMIC,
                                     ALLOC_NON_BLOCK};
    uint32_t mark = (uint32_t)below(t, 3);

    return below(t, 4) == 0 ? (uint32_t)ALLOC_COLD | WMARK_MIN : mark | more[below(t, 8)];
}

static void keep(struct thread *t, struct block block)
{
    check_block(t, block);
    own(t, block, 0, (uint8_t)(t->cpu + 1));
    t->blocks[t->count++] = block;
}

static void keep_pages(struct thread *t, uint64_t pfn, uint32_t pages)
{
    for (uint32_t i = 0; i < pages; i++)
        keep(t, (struct block){.pfn = pfn + i});
}

static void call_alloc(struct thread *t)
{
    struct block block = {.pfn = PLUMB_NO_PFN, .order = (uint32_t)below(t, 16)};
    enum plumb_status status;

    if (t->count == BLOCKS)
        return;
    block.order = block.order < 9 ? 0 : (block.order - 8) % (t->stress->config.top_order + 1);
    status = subject_opt.alloc(t->stress->self, t->cpu, block.order, some_type(t), some_flags(t),
                               (uint32_t)below(t, PLUMB_NR_ZONES), &block.pfn);
    if (status != PLUMB_OK) {
        require(status == PLUMB_ENOMEM || status == PLUMB_EWMARK, "alloc: status %u", status);
        return;
    }
    keep(t, block);
}

static void call_alloc_exact(struct thread *t)
{
    uint32_t most = 1u << t->stress->config.top_order;
    uint32_t pages = 1 + (uint32_t)below(t, below(t, 4) == 0 ? most : 12);
    enum plumb_status status;
    uint64_t pfn;

    if (t->count + pages > BLOCKS)
        return;
    status = subject_opt.alloc_pages_exact(t->stress->self, t->cpu, pages, some_type(t),
                                           some_flags(t), (uint32_t)below(t, PLUMB_NR_ZONES), &pfn);
    if (status == PLUMB_OK)
        keep_pages(t, pfn, pages);
    else
        require(status == PLUMB_ENOMEM || status == PLUMB_EWMARK, "alloc_exact: status %u", status);
}

static void free_block(struct thread *t, struct block block, uint8_t owner)
{
    own(t, block, owner, 0);
    require_equal(
        subject_opt.free(t->stress->self, t->cpu, block.pfn, block.order, below(t, 4) == 0),
        PLUMB_OK);
}

static struct block take_away(struct thread *t)
{
    uint32_t i = (uint32_t)below(t, t->count);
    struct block block = t->blocks[i];

    t->blocks[i] = t->blocks[--t->count];
    return block;
}

static void call_free(struct thread *t)
{
    if (t->count > 0)
        free_block(t, take_away(t), (uint8_t)(t->cpu + 1));
}

static void call_split(struct thread *t)
{
    struct block block;

    if (t->count == 0 || t->count + (1u << t->stress->config.top_order) > BLOCKS)
        return;
    block = take_away(t);
    if (block.is_compound) {
        require_equal(subject_opt.split_page(t->stress->self, block.pfn, block.order),
                      PLUMB_ECOMPOUND);
        t->blocks[t->count++] = block;
        return;
    }
    require_equal(subject_opt.split_page(t->stress->self, block.pfn, block.order), PLUMB_OK);
    own(t, block, (uint8_t)(t->cpu + 1), 0);
    keep_pages(t, block.pfn, 1u << block.order);
}

static enum plumb_status free_run(struct thread *t, uint64_t first, uint32_t pages)
{
    if (below(t, 2) == 0)
        return subject_opt.free_contig_range(t->stress->self, t->cpu, first, pages);
    return subject_opt.free_pages_exact(t->stress->self, t->cpu, first, pages);
}

/* The pages taken last, as far as they follow one another. */
static void call_free_run(struct thread *t)
{
    uint32_t pages = 0;
    uint64_t first = 0;

    while (pages < 1u << t->stress->config.top_order && pages < t->count) {
        struct block block = t->blocks[t->count - 1 - pages];

        if (block.order != 0 || (pages > 0 && block.pfn + 1 != first))
            break;
        first = block.pfn;
        pages++;
    }
    if (pages == 0)
        return;
    t->count -= pages;
    for (uint32_t i = 0; i < pages; i++)
        own(t, (struct block){.pfn = first + i}, (uint8_t)(t->cpu + 1), 0);
    require_equal(free_run(t, first, pages), PLUMB_OK);
}

/* Single pages of this thread, wherever they are; a list that names one twice is refused first. */
static void call_free_list(struct thread *t)
{
    struct plumb_page_list list = {0};
    uint32_t most = 1 + (uint32_t)below(t, PLUMB_LIST_PAGES - 1);

    for (uint32_t i = t->count; i > 0 && list.nr < most; i--) {
        struct block block = t->blocks[i - 1];

        if (block.order != 0)
            continue;
        t->blocks[i - 1] = t->blocks[--t->count];
        own(t, block, (uint8_t)(t->cpu + 1), 0);
        list.pfn[list.nr++] = block.pfn;
    }
    if (list.nr == 0)
        return;
    list.pfn[list.nr++] = list.pfn[0];
    require_equal(subject_opt.free_page_list(t->stress->self, t->cpu, &list, 0), PLUMB_EBUSY);
    list.nr--;
    require_equal(subject_opt.free_page_list(t->stress->self, t->cpu, &list, below(t, 4) == 0),
                  PLUMB_OK);
}

static void call_prep_compound(struct thread *t)
{
    if (t->count == 0)
        return;
    struct block *block = &t->blocks[below(t, t->count)];
    bool can_be = block->order > 0 && !block->is_compound;
    require_equal(subject_opt.prep_compound_page(t->stress->self, block->pfn, block->order),
                  !t->stress->config.page_refs ? PLUMB_EREFS
                  : can_be                     ? PLUMB_OK
                                               : PLUMB_ECOMPOUND);
    block->is_compound |= can_be && t->stress->config.page_refs;
}

/* Whatever block it is: mostly it can't be had. */
static void call_isolate_page(struct thread *t)
{
    const struct plumb_config *config = &t->stress->config;
    struct block block = {.order = (uint32_t)below(t, config->top_order + 1)};
    uint64_t pfn = config->start_pfn + below(t, config->spanned_pages);
    enum plumb_status status;

    if (t->count == BLOCKS)
        return;
    block.pfn = pfn >> block.order << block.order;
    status = subject_opt.isolate_free_page(t->stress->self, block.pfn, block.order);
    if (status == PLUMB_OK)
        keep(t, block);
    else
        require(status == PLUMB_ETAIL || status == PLUMB_EBUSY || status == PLUMB_EPCP ||
                    status == PLUMB_EMISMATCH || status == PLUMB_EWMARK || status == PLUMB_ERANGE ||
                    status == PLUMB_ERESERVED || config->generation == PLUMB_V2_6_11,
                "page %lu: status %d", (unsigned long)block.pfn, (int)status);
}

/* The next thread gets a reference, and puts it some time, whether this one has freed the block or
 * not. */
static void share(struct thread *t)
{
    struct thread *next = &t->stress->threads[(t->cpu + 1) % t->stress->nr_threads];

    if (t->count == 0 || !t->stress->config.page_refs)
        return;
    pthread_mutex_lock(&next->mutex);
    if (next->nr_shared < SHARED) {
        struct block block = t->blocks[below(t, t->count)];
        uint64_t pfn = block.pfn + (block.is_compound ? below(t, UINT64_C(1) << block.order) : 0);

        require_equal(subject_opt.get_page(t->stress->self, pfn), PLUMB_OK);
        next->shared[next->nr_shared++] = pfn;
    }
    pthread_mutex_unlock(&next->mutex);
}

void stress_put_shared(struct thread *t)
{
    pthread_mutex_lock(&t->mutex);
    while (t->nr_shared > 0)
        require_equal(subject_opt.put_page(t->stress->self, t->cpu, t->shared[--t->nr_shared]),
                      PLUMB_OK);
    pthread_mutex_unlock(&t->mutex);
}

/* The next thread frees it. */
static void hand_over(struct thread *t)
{
    struct thread *next = &t->stress->threads[(t->cpu + 1) % t->stress->nr_threads];

    if (t->count == 0)
        return;
    pthread_mutex_lock(&next->mutex);
    if (next->nr_handed < BLOCKS)
        next->handed[next->nr_handed++] = take_away(t);
    pthread_mutex_unlock(&next->mutex);
}

static void free_handed(struct thread *t)
{
    uint8_t before = (uint8_t)((t->cpu + t->stress->nr_threads - 1) % t->stress->nr_threads + 1);

    pthread_mutex_lock(&t->mutex);
    while (t->nr_handed > 0)
        free_block(t, t->handed[--t->nr_handed], before);
    pthread_mutex_unlock(&t->mutex);
}

/* Refused, and nothing happens: the block is this thread's. */
static void call_badly(struct thread *t)
{
    void *self = t->stress->self;
    struct block block;

    require_equal(subject_opt.free(self, t->cpu, 1, 0, 0), PLUMB_ERANGE);
    if (t->count == 0)
        return;
    block = t->blocks[below(t, t->count)];
    require_equal(subject_opt.free(self, t->cpu, block.pfn, block.order == 0, 0), PLUMB_EMISMATCH);
    if (block.order > 0)
        require_equal(subject_opt.free(self, t->cpu, block.pfn + 1, 0, 0), PLUMB_ETAIL);
}

void *stress_work(void *thread)
{
    struct thread *t = thread;

    for (unsigned i = 0; i < OPERATIONS; i++) {
        uint64_t what = below(t, 64);

        if (what < 28)
            call_alloc(t);
        else if (what < 30)
            call_alloc_exact(t);
        else if (what < 32)
            call_split(t);
        else if (what < 34)
            call_free_run(t);
        else if (what < 35)
            call_free_list(t);
        else if (what < 54)
            call_free(t);
        else if (what < 56)
            hand_over(t);
        else if (what < 57)
            call_prep_compound(t);
        else if (what < 58)
            free_handed(t);
        else if (what < 59)
            share(t);
        else if (what < 60)
            stress_put_shared(t);
        else if (what < 62)
            call_badly(t);
        else if (what == 62)
            require_equal(subject_opt.drain_zone_pages(t->stress->self, t->cpu), PLUMB_OK);
        else if (below(t, 8) != 0)
            call_isolate_page(t);
        else if (below(t, 2) != 0)
            require_equal(subject_opt.decay_pcp_high(t->stress->self, t->cpu),
                          t->stress->config.pcp_tuning ? PLUMB_OK : PLUMB_ECONFIG);
        else
            require_equal(subject_opt.drain_pages(t->stress->self, t->cpu), PLUMB_OK);
    }
    return NULL;
}

void stress_free_all(struct thread *t)
{
    free_handed(t);
    while (t->count > 0)
        call_free(t);
}
