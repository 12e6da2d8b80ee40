/* References to used blocks: get_page, put_page, prep_compound_page, and what plumb_free does with a
 * block that others refer to (semantics 18).
 *
 * A block with one reference that is not compound is like one of a zone that counts none. All others
 * are SHARED by their state, which keeps them off the fast path of a free, and have an entry that is
 * not 0, at their first page. Both change under the lock; who finds a block shared looks again when
 * it has it. */
#include "lock.h"
#include "state.h"

/* An entry: the references beyond the first, and whether the block is compound. */
#define COMPOUND  UINT32_C(0x80000000)
#define EXTRA_MAX UINT32_C(0x7ffffffe)

static uint32_t *refs_of(const struct plumb_zone *zone, uint32_t page)
{
    uint32_t *refs = opt_at(zone, zone->refs_at);

    return refs + page;
}

static uint32_t extra_of(uint32_t refs)
{
    return refs & ~COMPOUND;
}

static int is_compound(uint32_t refs)
{
    return (refs & COMPOUND) != 0;
}

static void set_refs(struct plumb_zone *zone, uint32_t page, uint32_t refs)
{
    uint8_t *state = opt_states(zone) + page;
    uint8_t alone = opt_read(*state) & ~(uint32_t)OPT_SHARED;

    *refs_of(zone, page) = refs;
    opt_write(*state, refs == 0 ? alone : alone | OPT_SHARED);
}

uint32_t opt_refs(const struct plumb_zone *zone, uint32_t page)
{
    return opt_read(opt_states(zone)[page]) & OPT_SHARED ? 1 + extra_of(*refs_of(zone, page)) : 1;
}

int opt_is_compound(const struct plumb_zone *zone, uint32_t page)
{
    return (opt_read(opt_states(zone)[page]) & OPT_SHARED) && is_compound(*refs_of(zone, page));
}

/* The used block whose references count for the page. The caller has the lock. */
static enum plumb_status find_block(const struct plumb_zone *zone, uint64_t pfn, uint32_t *page)
{
    enum plumb_status status;
    uint32_t head, order;

    if (!opt_spans(zone, pfn))
        return PLUMB_ERANGE;
    *page = (uint32_t)(pfn - zone->base_pfn);
    head = opt_block_head(zone, *page);
    if (head == OPT_NO_PAGE)
        return PLUMB_ERESERVED;
    order = opt_read(opt_states(zone)[head]) & OPT_ORDER_MASK;
    status = opt_check_block(zone, opt_pfn(zone, head), order);
    if (head != *page && (status != PLUMB_OK || !opt_is_compound(zone, head)))
        return PLUMB_ETAIL;
    *page = head;
    return status;
}

static enum plumb_status get_locked(struct plumb_zone *zone, uint64_t pfn)
{
    uint32_t page, refs;
    enum plumb_status status = find_block(zone, pfn, &page);

    if (status != PLUMB_OK)
        return status;
    refs = *refs_of(zone, page);
    if (extra_of(refs) == EXTRA_MAX)
        return PLUMB_EREFS;
    set_refs(zone, page, refs + 1);
    return PLUMB_OK;
}

enum plumb_status plumb_get_page(struct plumb_zone *zone, uint64_t pfn)
{
    enum plumb_status status;

    if (zone->refs_at == 0)
        return PLUMB_EREFS;
    opt_lock(zone);
    status = get_locked(zone, pfn);
    opt_unlock(zone);
    return status;
}

/* A block and what is to become of it. */
struct put {
    uint32_t page, order;
    int is_last;
};

static enum plumb_status put_locked(struct plumb_zone *zone, uint64_t pfn, struct put *put)
{
    uint32_t refs;
    enum plumb_status status = find_block(zone, pfn, &put->page);

    if (status != PLUMB_OK)
        return status;
    refs = *refs_of(zone, put->page);
    put->order = opt_read(opt_states(zone)[put->page]) & OPT_ORDER_MASK;
    put->is_last = extra_of(refs) == 0;
    if (refs == 0 && put->order != 0)
        return PLUMB_EMISMATCH;
    set_refs(zone, put->page, put->is_last ? 0 : refs - 1);
    return PLUMB_OK;
}

enum plumb_status plumb_put_page(struct plumb_zone *zone, uint32_t cpu, uint64_t pfn)
{
    struct put put = {0};
    enum plumb_status status;

    if (zone->refs_at == 0)
        return PLUMB_EREFS;
    if (cpu >= zone->nr_cpus)
        return PLUMB_ECPU;
    opt_lock(zone);
    status = put_locked(zone, pfn, &put);
    opt_unlock(zone);
    if (status != PLUMB_OK || !put.is_last)
        return status;
    return plumb_free(zone, cpu, opt_pfn(zone, put.page), put.order, 0);
}

static enum plumb_status prep_locked(struct plumb_zone *zone, uint64_t pfn, uint32_t order)
{
    enum plumb_status status = opt_check_block(zone, pfn, order);
    uint32_t page = (uint32_t)(pfn - zone->base_pfn);

    if (status != PLUMB_OK)
        return status;
    if (order == 0 || opt_is_compound(zone, page))
        return PLUMB_ECOMPOUND;
    set_refs(zone, page, *refs_of(zone, page) | COMPOUND);
    return PLUMB_OK;
}

enum plumb_status plumb_prep_compound_page(struct plumb_zone *zone, uint64_t pfn, uint32_t order)
{
    enum plumb_status status;

    if (zone->refs_at == 0)
        return PLUMB_EREFS;
    if (order > zone->top_order)
        return PLUMB_EORDER;
    opt_lock(zone);
    status = prep_locked(zone, pfn, order);
    opt_unlock(zone);
    return status;
}

/* Cuts the block in halves, the lower one again, down to single pages; all stay used. */
static void cut(struct plumb_zone *zone, uint32_t page, uint32_t order)
{
    uint8_t *states = opt_states(zone);
    uint32_t kind = opt_read(states[page]) & ~(uint32_t)OPT_ORDER_MASK;

    opt_write(states[page], opt_state(kind, 0));
    while (order-- > 0)
        opt_write(states[page + (1u << order)], opt_state(kind & ~(uint32_t)OPT_SHARED, order));
}

/* What of a block is to be freed. */
enum part { NOTHING, ALL_BUT_FIRST, WHOLE };

/* The block may be shared no more. */
static enum part put_shared(struct plumb_zone *zone, uint32_t page, uint32_t order)
{
    uint32_t refs = *refs_of(zone, page);

    if (extra_of(refs) == 0) {
        set_refs(zone, page, 0);
        return WHOLE;
    }
    set_refs(zone, page, refs - 1);
    if (is_compound(refs))
        return NOTHING;
    cut(zone, page, order);
    return ALL_BUT_FIRST;
}

enum plumb_status opt_free_shared(struct plumb_zone *zone, uint32_t cpu, uint32_t page,
                                  uint32_t order, int cold)
{
    enum part part;

    opt_lock(zone);
    part = put_shared(zone, page, order);
    opt_unlock(zone);
    if (part == WHOLE)
        return plumb_free(zone, cpu, opt_pfn(zone, page), order, cold);
    while (part == ALL_BUT_FIRST && order-- > 0)
        (void)plumb_free(zone, cpu, opt_pfn(zone, page + (1u << order)), order, cold);
    return PLUMB_OK;
}
