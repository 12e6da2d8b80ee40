/* A subject that lies once: the canary that shows the comparison can fail. */
#include "harness/tests/liar.h"

enum lie liar_lie;
unsigned liar_when = 1;
uint64_t liar_pfn = PLUMB_NO_PFN;

static unsigned calls;  /* of the kind the lie is about */
static bool lies_on;    /* a lasting lie has begun */
static uint64_t victim; /* the page it is about; PLUMB_NO_PFN: not chosen yet */

static bool is_time(bool about)
{
    return about && ++calls == liar_when;
}

static enum plumb_status init(void *self, const struct plumb_config *config, const uint8_t *types)
{
    calls = 0;
    lies_on = false;
    victim = PLUMB_NO_PFN;
    enum plumb_status status = subject_opt.init(self, config, types);
    return liar_lie == LIE_INIT ? PLUMB_ETYPE : status;
}

static enum plumb_status alloc(void *self, uint32_t cpu, uint32_t order, uint32_t migratetype,
                               uint32_t flags, uint32_t highest_zoneidx, uint64_t *pfn)
{
    enum plumb_status status =
        subject_opt.alloc(self, cpu, order, migratetype, flags, highest_zoneidx, pfn);
    bool about = status == PLUMB_OK && liar_lie != LIE_FREE && liar_lie != LIE_WATERMARK &&
                 liar_lie != LIE_CHANGED && liar_lie < LIE_UNRESERVE;
    if (!is_time(about))
        return status;
    lies_on = true;
    if (liar_lie == LIE_PFN)
        ++*pfn;
    if (liar_lie != LIE_STATUS)
        return status;
    *pfn = PLUMB_NO_PFN;
    return PLUMB_ENOMEM;
}

static enum plumb_status free_block(void *self, uint32_t cpu, uint64_t pfn, uint32_t order,
                                    int cold)
{
    if (is_time(liar_lie == LIE_FREE))
        return PLUMB_OK;
    enum plumb_status status = subject_opt.free(self, cpu, pfn, order, cold);
    if (is_time(liar_lie == LIE_CHANGED && status != PLUMB_OK))
        lies_on = true;
    return status;
}

static enum plumb_status split_page(void *self, uint64_t pfn, uint32_t order)
{
    if (is_time(liar_lie == LIE_SPLIT))
        return PLUMB_OK;
    return subject_opt.split_page(self, pfn, order);
}

static enum plumb_status prep_compound_page(void *self, uint64_t pfn, uint32_t order)
{
    if (is_time(liar_lie == LIE_COMPOUND))
        return PLUMB_OK;
    return subject_opt.prep_compound_page(self, pfn, order);
}

static enum plumb_status get_page(void *self, uint64_t pfn)
{
    if (is_time(liar_lie == LIE_GET))
        return PLUMB_OK;
    return subject_opt.get_page(self, pfn);
}

static enum plumb_status put_page(void *self, uint32_t cpu, uint64_t pfn)
{
    if (is_time(liar_lie == LIE_PUT))
        return PLUMB_OK;
    return subject_opt.put_page(self, cpu, pfn);
}

static enum plumb_status alloc_pages_exact(void *self, uint32_t cpu, uint32_t pages,
                                           uint32_t migratetype, uint32_t flags,
                                           uint32_t highest_zoneidx, uint64_t *pfn)
{
    uint32_t more = is_time(liar_lie == LIE_EXACT);
    enum plumb_status status = subject_opt.alloc_pages_exact(self, cpu, pages + more, migratetype,
                                                             flags, highest_zoneidx, pfn);
    if (is_time(liar_lie == LIE_EXACT_PFN && status == PLUMB_OK))
        ++*pfn;
    return status;
}

static enum plumb_status free_pages_exact(void *self, uint32_t cpu, uint64_t pfn, uint32_t pages)
{
    uint32_t fewer = is_time(liar_lie == LIE_FREE_EXACT && pages > 1);
    return subject_opt.free_pages_exact(self, cpu, pfn, pages - fewer);
}

static void drain_all_pages(void *self)
{
    if (liar_lie != LIE_DRAIN)
        subject_opt.drain_all_pages(self);
}

static int watermark_ok(const void *self, uint32_t order, uint64_t mark, uint32_t highest_zoneidx,
                        uint32_t flags, int64_t free_pages)
{
    int ok = subject_opt.watermark_ok(self, order, mark, highest_zoneidx, flags, free_pages);
    return is_time(liar_lie == LIE_WATERMARK && ok >= 0) ? !ok : ok;
}

static bool is_scarce(const void *self, const struct plumb_counters *counters)
{
    struct plumb_page page;
    return counters->free_pages % 64 == 4 && subject_opt.page(self, 63, &page) == PLUMB_OK;
}

static void counters(const void *self, struct plumb_counters *out)
{
    subject_opt.counters(self, out);
    out->used_pages += lies_on && liar_lie == LIE_CHANGED;
    out->free_pages += lies_on && liar_lie == LIE_COUNTER_FREE;
    out->free_pages += liar_lie == LIE_FULL && out->used_pages >= 16;
    out->free_pages += liar_lie == LIE_SCARCE && is_scarce(self, out);
    out->nr_free[2] += lies_on && liar_lie == LIE_COUNTER_NR_FREE;
    out->pcp_count[0] += lies_on && liar_lie == LIE_COUNTER_PCP;
    out->pcp_count[PLUMB_MAX_CPUS - 1] += lies_on && liar_lie == LIE_COUNTER_ABSENT;
    out->watermark_boost += lies_on && liar_lie == LIE_COUNTER_BOOST;
    out->nr_reserved_highatomic += lies_on && liar_lie == LIE_COUNTER_RESERVED;
}

/* Links and orders are lied about of a page on a list, references of a used one. */
static bool is_victim(uint64_t pfn, const struct plumb_page *page)
{
    bool on_list = page->state == PAGE_FREE || page->state == PAGE_PCP;
    bool fits = liar_lie == LIE_PAGE_CPU ? page->state == PAGE_PCP : on_list;
    if (liar_lie == LIE_PAGE_COMPOUND || liar_lie == LIE_PAGE_REFS)
        fits = page->state == PAGE_USED;
    if (liar_lie == LIE_PAGE_ANY)
        fits = liar_pfn == PLUMB_NO_PFN || liar_pfn == pfn;
    if (!lies_on || !fits)
        return false;
    if (victim == PLUMB_NO_PFN)
        victim = pfn;
    return pfn == victim;
}

static enum plumb_status page(const void *self, uint64_t pfn, struct plumb_page *out)
{
    enum plumb_status status = subject_opt.page(self, pfn, out);
    if (status != PLUMB_OK || !is_victim(pfn, out))
        return status;
    if (liar_lie == LIE_PAGE_STATE)
        out->state = PAGE_TAIL;
    if (liar_lie == LIE_PAGE_ORDER)
        out->order ^= 1;
    if (liar_lie == LIE_PAGE_TYPE)
        out->type ^= 1;
    if (liar_lie == LIE_PAGE_CPU)
        out->cpu ^= 1;
    if (liar_lie == LIE_PAGE_PAGEBLOCK || liar_lie == LIE_PAGE_ANY)
        out->pageblock_type ^= 1;
    if (liar_lie == LIE_PAGE_MOVABLE)
        out->movable ^= 1;
    if (liar_lie == LIE_PAGE_COMPOUND)
        out->compound ^= 1;
    if (liar_lie == LIE_PAGE_REFS)
        out->refs++;
    if (liar_lie == LIE_PAGE_NEXT)
        out->next = out->next == PLUMB_NO_PFN ? pfn : PLUMB_NO_PFN;
    if (liar_lie == LIE_PAGE_PREV)
        out->prev = out->prev == PLUMB_NO_PFN ? pfn : PLUMB_NO_PFN;
    return status;
}

static uint64_t free_list_head(const void *self, uint32_t order, uint32_t migratetype)
{
    uint64_t head = subject_opt.free_list_head(self, order, migratetype);
    return lies_on && liar_lie == LIE_FREE_HEAD ? PLUMB_NO_PFN : head;
}

static uint64_t pcp_list_head(const void *self, uint32_t cpu, uint32_t index)
{
    uint64_t head = subject_opt.pcp_list_head(self, cpu, index);
    return lies_on && liar_lie == LIE_PCP_HEAD ? PLUMB_NO_PFN : head;
}

static void *liar_open(void)
{
    return subject_opt.open();
}

static void liar_close(void *self)
{
    subject_opt.close(self);
}

static enum plumb_status set_tunables(void *self, const struct plumb_tunables *tunables)
{
    return subject_opt.set_tunables(self, tunables);
}

static enum plumb_status free_range(void *self, uint64_t start, uint64_t end)
{
    return subject_opt.free_range(self, start, end);
}

static enum plumb_status unreserve_highatomic(void *self, uint32_t migratetype, int force)
{
    if (is_time(liar_lie == LIE_UNRESERVE))
        return PLUMB_ENOMEM;
    return subject_opt.unreserve_highatomic(self, migratetype, force);
}

static enum plumb_status set_migratetype_isolate(void *self, uint64_t pfn)
{
    if (is_time(liar_lie == LIE_NOT_ISOLATED))
        return PLUMB_OK;
    enum plumb_status status = subject_opt.set_migratetype_isolate(self, pfn);
    return is_time(liar_lie == LIE_ISOLATE && status == PLUMB_OK) ? PLUMB_EBUSY : status;
}

static enum plumb_status unset_migratetype_isolate(void *self, uint64_t pfn, uint32_t migratetype)
{
    uint32_t other = is_time(liar_lie == LIE_UNISOLATE_TYPE) ? migratetype ^ 1 : migratetype;
    enum plumb_status status = subject_opt.unset_migratetype_isolate(self, pfn, other);
    return is_time(liar_lie == LIE_UNISOLATE && status == PLUMB_OK) ? PLUMB_EBUSY : status;
}

static enum plumb_status isolate_free_page(void *self, uint64_t pfn, uint32_t order)
{
    if (is_time(liar_lie == LIE_NO_ISOLATE_PAGE))
        return PLUMB_OK;
    enum plumb_status status = subject_opt.isolate_free_page(self, pfn, order);
    return is_time(liar_lie == LIE_ISOLATE_PAGE && status == PLUMB_OK) ? PLUMB_EWMARK : status;
}

static enum plumb_status alloc_contig_range(void *self, uint64_t start, uint64_t end,
                                            uint32_t migratetype)
{
    if (is_time(liar_lie == LIE_NO_CONTIG))
        return PLUMB_OK;
    uint32_t other = is_time(liar_lie == LIE_CONTIG_TYPE) ? migratetype ^ 1 : migratetype;
    uint64_t fewer = is_time(liar_lie == LIE_CONTIG_SHORT && end - start > 1);
    enum plumb_status status = subject_opt.alloc_contig_range(self, start, end - fewer, other);
    return is_time(liar_lie == LIE_CONTIG && status == PLUMB_OK) ? PLUMB_EBUSY : status;
}

static enum plumb_status free_contig_range(void *self, uint32_t cpu, uint64_t pfn, uint64_t pages)
{
    uint64_t fewer = is_time(liar_lie == LIE_FREE_CONTIG && pages > 1);
    return subject_opt.free_contig_range(self, cpu, pfn, pages - fewer);
}

static enum plumb_status free_page_list(void *self, uint32_t cpu,
                                        const struct plumb_page_list *list, int cold)
{
    struct plumb_page_list other = *list;
    bool about = list->nr > 1 && list->nr <= PLUMB_LIST_PAGES;
    other.nr -= is_time(about && liar_lie == LIE_FREE_LIST);
    if (is_time(about && liar_lie == LIE_LIST_ORDER)) {
        other.pfn[0] = list->pfn[list->nr - 1];
        other.pfn[list->nr - 1] = list->pfn[0];
    }
    return subject_opt.free_page_list(self, cpu, &other, cold);
}

static enum plumb_status drain_pages(void *self, uint32_t cpu)
{
    return subject_opt.drain_pages(self, cpu);
}

static enum plumb_status drain_zone_pages(void *self, uint32_t cpu)
{
    return subject_opt.drain_zone_pages(self, cpu);
}

static enum plumb_status decay_pcp_high(void *self, uint32_t cpu)
{
    return is_time(liar_lie == LIE_DECAY) ? PLUMB_OK : subject_opt.decay_pcp_high(self, cpu);
}

static enum plumb_status set_reclaim_active(void *self, int active)
{
    if (is_time(liar_lie == LIE_RECLAIM))
        return PLUMB_OK;
    return subject_opt.set_reclaim_active(self, active);
}

static enum plumb_status set_pcp_disabled(void *self, int disabled)
{
    if (is_time(liar_lie == LIE_PCP_DISABLE))
        return PLUMB_OK;
    return subject_opt.set_pcp_disabled(self, disabled);
}

static enum plumb_status pcp_tuning(const void *self, uint32_t cpu, struct plumb_pcp_tuning *tuning)
{
    enum plumb_status status = subject_opt.pcp_tuning(self, cpu, tuning);
    if (is_time(liar_lie == LIE_TUNING && status == PLUMB_OK))
        tuning->high++;
    return status;
}

const struct subject subject_liar = {
    .version = SUBJECT_VERSION,
    .name = "liar",
    .open = liar_open,
    .close = liar_close,
    .init = init,
    .set_tunables = set_tunables,
    .free_range = free_range,
    .alloc = alloc,
    .free = free_block,
    .split_page = split_page,
    .prep_compound_page = prep_compound_page,
    .get_page = get_page,
    .put_page = put_page,
    .alloc_pages_exact = alloc_pages_exact,
    .free_pages_exact = free_pages_exact,
    .drain_pages = drain_pages,
    .drain_zone_pages = drain_zone_pages,
    .drain_all_pages = drain_all_pages,
    .decay_pcp_high = decay_pcp_high,
    .set_reclaim_active = set_reclaim_active,
    .set_pcp_disabled = set_pcp_disabled,
    .pcp_tuning = pcp_tuning,
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
};
