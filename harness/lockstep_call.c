/* Lockstep: what slots stand for, and the call of an operation on one subject. */
#include "harness/lockstep_call.h"

#include <stdlib.h>

bool lockstep_reset_slots(struct lockstep *lockstep, uint32_t count)
{
    if (count > lockstep->max_slots) {
        uint32_t room = count > 1024 ? count : 1024;
        struct slot *slots = realloc(lockstep->slots, room * sizeof(*slots));
        if (!slots)
            return false;
        lockstep->slots = slots;
        lockstep->max_slots = room;
    }
    for (uint32_t i = 0; i < count; i++)
        lockstep->slots[i] = (struct slot){PLUMB_NO_PFN, 0, 1};
    return true;
}

static uint64_t pfn_of_slot(const struct lockstep *lockstep, uint32_t slot)
{
    const struct plumb_config *config = &lockstep->program->config;
    if (lockstep->slots[slot].pfn == PLUMB_NO_PFN)
        return config->start_pfn + slot % config->spanned_pages;
    return lockstep->slots[slot].pfn;
}

static struct slot resolve(const struct lockstep *lockstep, const struct operation *operation)
{
    if (operation->kind == OP_FREE_PFN)
        return (struct slot){operation->pfn, operation->order, 0};
    struct slot slot = lockstep->slots[operation->slot];
    slot.pfn = pfn_of_slot(lockstep, operation->slot);
    if (operation->has_order && operation->kind == OP_FREE_CONTIG)
        slot.pages = operation->run;
    else if (operation->has_order && operation->kind == OP_FREE_EXACT)
        slot.pages = operation->pages;
    else if (operation->has_order)
        slot.order = operation->order;
    if (operation->kind == OP_GET || operation->kind == OP_PUT)
        slot.pfn += operation->pages;
    return slot;
}

/* The free block that holds a page, or that page alone: as the last of the subjects has it, which
 * is called last. */
static struct slot free_block_at(const struct lockstep *lockstep, uint64_t pfn)
{
    uint32_t last = lockstep->nr_subjects - 1;
    struct plumb_page page;
    for (uint32_t order = 0; order <= lockstep->program->config.top_order; order++) {
        uint64_t head = pfn >> order << order;
        if (lockstep->subject[last]->page(lockstep->self[last], head, &page) == PLUMB_OK &&
            page.state == PAGE_FREE && page.order == order)
            return (struct slot){head, order, 0};
    }
    return (struct slot){pfn, 0, 0};
}

static struct answer call_isolate_page(struct lockstep *lockstep, unsigned i,
                                       const struct operation *operation)
{
    struct slot block = {operation->pfn, operation->order, 0};
    if (!operation->has_order)
        block = free_block_at(lockstep, operation->pfn);
    uint32_t status =
        lockstep->subject[i]->isolate_free_page(lockstep->self[i], block.pfn, block.order);
    return (struct answer){status, block.pfn, 0};
}

/* Frees or splits what a slot stands for. */
static struct answer call_free(struct lockstep *lockstep, unsigned i,
                               const struct operation *operation)
{
    const struct subject *subject = lockstep->subject[i];
    void *self = lockstep->self[i];
    struct slot slot = resolve(lockstep, operation);
    uint32_t status;
    if (operation->kind == OP_SPLIT)
        status = subject->split_page(self, slot.pfn, slot.order);
    else if (operation->kind == OP_FREE_EXACT)
        status = subject->free_pages_exact(self, operation->cpu, slot.pfn, (uint32_t)slot.pages);
    else if (operation->kind == OP_FREE_CONTIG)
        status = subject->free_contig_range(self, operation->cpu, slot.pfn, slot.pages);
    else
        status = subject->free(self, operation->cpu, slot.pfn, slot.order, operation->cold);
    return (struct answer){status, slot.pfn, 0};
}

static struct answer call_free_list(struct lockstep *lockstep, unsigned i,
                                    const struct operation *operation)
{
    struct plumb_page_list list = {.nr = operation->pages};
    for (uint32_t k = 0; k < list.nr && k < PLUMB_LIST_PAGES; k++)
        list.pfn[k] = pfn_of_slot(lockstep, operation->slot + k);
    uint32_t status = lockstep->subject[i]->free_page_list(lockstep->self[i], operation->cpu, &list,
                                                           operation->cold);
    return (struct answer){status, pfn_of_slot(lockstep, operation->slot), 0};
}

/* References to what a slot stands for. */
static struct answer call_reference(struct lockstep *lockstep, unsigned i,
                                    const struct operation *operation)
{
    const struct subject *subject = lockstep->subject[i];
    void *self = lockstep->self[i];
    struct slot slot = resolve(lockstep, operation);
    uint32_t status;
    if (operation->kind == OP_COMPOUND)
        status = subject->prep_compound_page(self, slot.pfn, slot.order);
    else if (operation->kind == OP_GET)
        status = subject->get_page(self, slot.pfn);
    else
        status = subject->put_page(self, operation->cpu, slot.pfn);
    return (struct answer){status, slot.pfn, 0};
}

static struct answer call_alloc(struct lockstep *lockstep, unsigned i,
                                const struct operation *operation)
{
    const struct subject *subject = lockstep->subject[i];
    bool is_run = operation->kind == OP_ALLOC_EXACT;
    struct answer answer = {0, PLUMB_NO_PFN, 0};
    answer.status = (is_run ? subject->alloc_pages_exact : subject->alloc)(
        lockstep->self[i], operation->cpu, is_run ? operation->pages : operation->order,
        operation->type, operation->flags, operation->zoneidx, &answer.pfn);
    return answer;
}

static struct answer call_alloc_contig(struct lockstep *lockstep, unsigned i,
                                       const struct operation *operation)
{
    uint32_t status = lockstep->subject[i]->alloc_contig_range(lockstep->self[i], operation->start,
                                                               operation->end, operation->type);
    return (struct answer){status, operation->start, 0};
}

struct plumb_tunables lockstep_tunables_now(const struct lockstep *lockstep)
{
    struct plumb_tunables tunables = lockstep->tunables;
    const struct plumb_counters *now = &lockstep->counters[0][lockstep->turn];
    tunables.watermark_boost = now->watermark_boost;
    tunables.nr_reserved_highatomic = now->nr_reserved_highatomic;
    return tunables;
}

struct plumb_tunables lockstep_tunables_in_force(const struct lockstep *lockstep)
{
    struct plumb_tunables tunables = lockstep_tunables_now(lockstep);
    if (!lockstep->pcp_disabled)
        return tunables;
    tunables.pcp_batch = 1;
    tunables.pcp_high = 0;
    tunables.pcp_low = 0;
    tunables.pcp_high_max = 0;
    return tunables;
}

static struct answer call_set_tunables(struct lockstep *lockstep, unsigned i,
                                       const struct operation *operation)
{
    struct plumb_tunables tunables = lockstep_tunables_now(lockstep);
    tunables_apply(&tunables, &lockstep->program->changes[operation->change]);
    return (struct answer){lockstep->subject[i]->set_tunables(lockstep->self[i], &tunables), 0, 0};
}

static struct answer call_watermark_ok(struct lockstep *lockstep, unsigned i,
                                       const struct operation *operation)
{
    int ok = lockstep->subject[i]->watermark_ok(lockstep->self[i], operation->order,
                                                operation->mark, operation->zoneidx,
                                                operation->flags, operation->free_pages);
    return (struct answer){PLUMB_OK, 0, ok};
}

static struct answer call_sizing(struct lockstep *lockstep, unsigned i,
                                 const struct operation *operation)
{
    const struct subject *subject = lockstep->subject[i];
    struct sizing *sizing = &lockstep->sizing[i];
    struct plumb_tunables tunables = lockstep_tunables_now(lockstep);
    struct plumb_counters counters = {0};
    uint32_t status = PLUMB_ECONFIG;
    subject->counters(lockstep->self[i], &counters);
    sizing_ask(subject->sizing, operation, &lockstep->program->config, counters.managed_pages,
               sizing);
    if (operation->kind == OP_SIZING)
        status = (uint32_t)sizing->value[SIZING_WMARK_STATUS];
    else if (sizing_apply(sizing, lockstep->program->config.pcp_tuning == 1, &tunables))
        status = subject->set_tunables(lockstep->self[i], &tunables);
    return (struct answer){status, 0, 0};
}

struct answer lockstep_call(struct lockstep *lockstep, unsigned i,
                            const struct operation *operation)
{
    const struct subject *subject = lockstep->subject[i];
    void *self = lockstep->self[i];
    switch (operation->kind) {
    case OP_RELEASE:
        return (struct answer){subject->free_range(self, operation->start, operation->end), 0, 0};
    case OP_ALLOC:
    case OP_ALLOC_EXACT:
        return call_alloc(lockstep, i, operation);
    case OP_ALLOC_CONTIG:
        return call_alloc_contig(lockstep, i, operation);
    case OP_FREE:
    case OP_FREE_PFN:
    case OP_SPLIT:
    case OP_FREE_EXACT:
    case OP_FREE_CONTIG:
        return call_free(lockstep, i, operation);
    case OP_FREE_LIST:
        return call_free_list(lockstep, i, operation);
    case OP_COMPOUND:
    case OP_GET:
    case OP_PUT:
        return call_reference(lockstep, i, operation);
    case OP_DRAIN_PAGES:
        return (struct answer){subject->drain_pages(self, operation->cpu), 0, 0};
    case OP_DRAIN_ZONE_PAGES:
        return (struct answer){subject->drain_zone_pages(self, operation->cpu), 0, 0};
    case OP_DECAY:
        return (struct answer){subject->decay_pcp_high(self, operation->cpu), 0, 0};
    case OP_RECLAIM:
        return (struct answer){subject->set_reclaim_active(self, operation->cold), 0, 0};
    case OP_PCP_DISABLE:
        return (struct answer){subject->set_pcp_disabled(self, operation->cold), 0, 0};
    case OP_DRAIN_ALL_PAGES:
        subject->drain_all_pages(self);
        return (struct answer){PLUMB_OK, 0, 0};
    case OP_UNRESERVE:
        return (struct answer){
            subject->unreserve_highatomic(self, operation->type, operation->cold), 0, 0};
    case OP_ISOLATE:
        return (struct answer){subject->set_migratetype_isolate(self, operation->pfn), 0, 0};
    case OP_UNISOLATE:
        return (struct answer){
            subject->unset_migratetype_isolate(self, operation->pfn, operation->type), 0, 0};
    case OP_ISOLATE_PAGE:
        return call_isolate_page(lockstep, i, operation);
    case OP_WATERMARK_OK:
        return call_watermark_ok(lockstep, i, operation);
    case OP_SET_TUNABLES:
        return call_set_tunables(lockstep, i, operation);
    case OP_SIZING:
    case OP_SET_SIZES:
        return call_sizing(lockstep, i, operation);
    default:
        return (struct answer){PLUMB_OK, 0, 0};
    }
}

static uint32_t pages_of(uint32_t order)
{
    return order <= PLUMB_MAX_ORDER ? 1u << order : 0;
}

/* The used block at a pfn: as the last of the subjects has it, for the first may note what it is
 * asked (reproduce.c). */
static struct slot used_block_at(const struct lockstep *lockstep, uint64_t pfn)
{
    uint32_t last = lockstep->nr_subjects - 1;
    struct plumb_page page = {0};
    lockstep->subject[last]->page(lockstep->self[last], pfn, &page);
    return (struct slot){pfn, page.order, pages_of(page.order)};
}

static void remember_slot(struct lockstep *lockstep, const struct operation *operation,
                          uint64_t pfn)
{
    struct slot *slot = &lockstep->slots[operation->slot];
    if (operation->kind == OP_ALLOC)
        *slot = (struct slot){pfn, operation->order, pages_of(operation->order)};
    if (operation->kind == OP_ALLOC_EXACT)
        *slot = (struct slot){pfn, 0, operation->pages};
    if (operation->kind == OP_ALLOC_CONTIG)
        *slot = (struct slot){pfn, 0, operation->end - operation->start};
    if (operation->kind == OP_ISOLATE_PAGE)
        *slot = used_block_at(lockstep, pfn);
    if (operation->kind == OP_SPLIT)
        *slot = (struct slot){pfn, 0, pages_of(resolve(lockstep, operation).order)};
}

void lockstep_remember(struct lockstep *lockstep, const struct operation *operation,
                       const struct answer *answer)
{
    if (answer->status != PLUMB_OK)
        return;
    if (operation_uses_slot(operation->kind))
        remember_slot(lockstep, operation, answer->pfn);
    if (operation->kind == OP_PCP_DISABLE)
        lockstep->pcp_disabled = operation->cold;
    if (operation->kind == OP_SET_TUNABLES)
        tunables_apply(&lockstep->tunables, &lockstep->program->changes[operation->change]);
    if (operation->kind == OP_SET_SIZES)
        sizing_apply(&lockstep->sizing[0], lockstep->program->config.pcp_tuning == 1,
                     &lockstep->tunables);
}
