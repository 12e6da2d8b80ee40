/* The public interface of the reference, first part: making a zone, changing its tunables, and
 * handing memory to it. Every call checks its arguments, and a bad call changes nothing. */
#include "src/ref/ref.h"
#include "src/ref/init.h"

/* Pageblocks are counted from index 0, which is the first page of one. */
/*@ requires \valid_read(c) && config_ok(*c);
    requires \valid_read(types + (0 .. nr_pageblocks(*c) - 1));
    terminates \true;
    assigns \nothing;
    ensures exact: \result == 1 <==> \forall integer i; 0 <= i < nr_pageblocks(*c) ==>
      type_known(c->generation, types[i]) == \true;
    ensures boolean: \result == 0 || \result == 1;
*/
static int types_valid(const struct plumb_config *c, const uint8_t *types)
{
    uint32_t size = block_size(c->pageblock_order);
    uint32_t below = (uint32_t)(c->start_pfn % block_size(c->top_order));
    uint32_t first = below / size, last = (below + (uint32_t)c->spanned_pages - 1) / size;

    /*@ loop invariant range: first <= i && i <= last + 1 || i == first;
        loop invariant known: \forall integer j; 0 <= j < i - first ==>
          type_known(c->generation, types[j]) == \true;
        loop assigns i;
        loop variant last - i; */
    for (uint32_t i = first; i <= last; i++) {
        if (types[i - first] >= MIGRATE_TYPES)
            return 0;
        if (c->generation == PLUMB_V2_6_11 && types[i - first] != MIGRATE_UNMOVABLE)
            return 0;
    }
    return 1;
}

enum plumb_status ref_init(struct zone *z, const struct plumb_config *config, const uint8_t *types)
{
    if (!ref_config_valid(config))
        return PLUMB_ECONFIG;
    if (!types_valid(config, types))
        return PLUMB_ETYPE;
    zone_init(z, config, types);
    return PLUMB_OK;
}

/*@ requires \valid_read(z) && \valid_read(t);
    terminates \true;
    assigns \nothing;
    ensures exact: \result == 1 <==> tunables_ok(*t, z->pcp_limit, z->tuning.on);
    ensures boolean: \result == 0 || \result == 1;
*/
static int tunables_valid(const struct zone *z, const struct plumb_tunables *t)
{
    /*@ loop invariant small: \forall integer j; 0 <= j < i ==> size_ok(t->wmark[j]);
        loop assigns i;
        loop variant 4 - i; */
    for (uint32_t i = 0; i < PLUMB_NR_WMARKS; i++)
        if (t->wmark[i] > SIZE_MAX_PAGES)
            return 0;
    /*@ loop invariant small: \forall integer j; 0 <= j < i ==> size_ok(t->lowmem_reserve[j]);
        loop assigns i;
        loop variant 4 - i; */
    for (uint32_t i = 0; i < PLUMB_NR_ZONES; i++)
        if (t->lowmem_reserve[i] > SIZE_MAX_PAGES)
            return 0;
    if (t->watermark_boost > SIZE_MAX_PAGES || t->nr_reserved_highatomic > SIZE_MAX_PAGES ||
        t->watermark_boost_factor > BOOST_FACTOR_MAX)
        return 0;
    if (t->pcp_high_max > z->pcp_limit || (z->tuning.on == 1 && t->pcp_high > t->pcp_high_max))
        return 0;
    return t->pcp_batch >= 1 && t->pcp_batch <= z->pcp_limit && t->pcp_high <= z->pcp_limit &&
           t->pcp_low <= z->pcp_limit;
}

enum plumb_status ref_set_tunables(struct zone *z, const struct plumb_tunables *t)
{
    if (!tunables_valid(z, t))
        return PLUMB_ECONFIG;
    if (z->disabled.on)
        return PLUMB_EBUSY;
    z->pcp_batch = t->pcp_batch;
    z->pcp_high = t->pcp_high;
    z->pcp_low = t->pcp_low;
    z->tuning.high_max = t->pcp_high_max;
    z->watermark_boost = t->watermark_boost;
    z->nr_reserved_highatomic = t->nr_reserved_highatomic;
    z->watermark_boost_factor = t->watermark_boost_factor;
    /*@ loop invariant same: \forall integer j; 0 <= j < i ==> z->wmark[j] == t->wmark[j];
        loop assigns i, z->wmark[0 .. 3];
        loop variant 4 - i; */
    for (uint32_t i = 0; i < PLUMB_NR_WMARKS; i++)
        z->wmark[i] = t->wmark[i];
    /*@ loop invariant same: \forall integer j; 0 <= j < i ==>
          z->lowmem_reserve[j] == t->lowmem_reserve[j];
        loop assigns i, z->lowmem_reserve[0 .. 3];
        loop variant 4 - i; */
    for (uint32_t i = 0; i < PLUMB_NR_ZONES; i++)
        z->lowmem_reserve[i] = t->lowmem_reserve[i];
    return PLUMB_OK;
}

/*@ requires \valid_read(z) && start < end <= z->blocks.end <= ZONE_CAPACITY;
    terminates \true;
    assigns \nothing;
    ensures exact: \result == 1 <==> all_reserved(z->blocks, start, end);
    ensures boolean: \result == 0 || \result == 1;
*/
static int range_is_reserved(const struct zone *z, uint32_t start, uint32_t end)
{
    /*@ loop invariant range: start <= p <= end;
        loop invariant reserved: all_reserved(z->blocks, start, p);
        loop assigns p;
        loop variant end - p; */
    for (uint32_t p = start; p < end; p++)
        if (z->blocks.place[p] != PLACE_RESERVED)
            return 0;
    return 1;
}

enum plumb_status ref_free_range(struct zone *z, uint64_t start, uint64_t end)
{
    uint32_t first, behind;

    if (start >= end || start < zone_start_pfn(z) || end > zone_end_pfn(z))
        return PLUMB_ERANGE;
    first = (uint32_t)(start - z->base_pfn);
    behind = (uint32_t)(end - z->base_pfn);
    if (!range_is_reserved(z, first, behind))
        return PLUMB_EBUSY;
    free_range(z, first, behind);
    //@ assert lists: pcp_only(z->lists, z->generation, z->blocks.pageblock_order);
    //@ assert none_isolated: none_isolated(z->blocks, z->pageblocks);
    //@ assert idle: idle_cpus(z->counts, z->nr_cpus);
    //@ assert outside: all_reserved(z->blocks, 0, z->first);
    //@ assert adapted: adapted(z->tuning, z->generation, z->pcp_high);
    //@ assert parameters: shaped(*z) && tuned(*z) && based(*z);
    //@ assert zone: zone_ok(*z);
    return PLUMB_OK;
}
