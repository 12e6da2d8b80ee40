/* The public interface of the reference, last part: references to used blocks (get_page, put_page,
 * __free_pages, prep_compound_page; semantics 18). */
#include "src/ref/refs.h"
#include "src/ref/block.h"
#include "src/ref/exact.h"
#include "src/ref/init.h"
#include "src/ref/isolate.h"
#include "src/ref/lemma.h"
#include "src/ref/page_free.h"

enum plumb_status refs_init(struct zone *z, struct page_refs *r, const struct plumb_config *config,
                            const uint8_t *types)
{
    enum plumb_status status;

    if (config->page_refs > 1)
        return PLUMB_ECONFIG;
    status = ref_init(z, config, types);
    if (status != PLUMB_OK)
        return status;
    r->counts = config->page_refs;
    /*@ loop invariant range: 0 <= p <= z->blocks.end;
        loop invariant none: \forall integer q; 0 <= q < p ==>
          r->count[q] == 0 && r->compound[q] == 0;
        loop assigns p, REFS;
        loop variant z->blocks.end - p; */
    for (uint32_t p = 0; p < z->blocks.end; p++) {
        r->count[p] = 0;
        r->compound[p] = 0;
    }
    return PLUMB_OK;
}

/* Each page of a run has one reference. */
/*@ requires \valid(r) && p + n <= ZONE_CAPACITY;
    terminates \true;
    assigns r->count[p .. p + n - 1];
    ensures one: \forall integer q; p <= q < p + n ==> r->count[q] == 1;
    ensures others: \forall integer q; !(p <= q < p + n) ==> r->count[q] == \old(r->count)[q];
*/
static void set_refs(struct page_refs *r, uint32_t p, uint32_t n)
{
    /*@ loop invariant range: 0 <= i <= n;
        loop invariant one: \forall integer q; p <= q < p + i ==> r->count[q] == 1;
        loop invariant others: \forall integer q; !(p <= q < p + i) ==>
          r->count[q] == \at(r->count, Pre)[q];
        loop assigns i, r->count[p .. p + n - 1];
        loop variant n - i; */
    for (uint32_t i = 0; i < n; i++)
        r->count[p + i] = 1;
}

enum plumb_status refs_alloc(struct zone *z, struct page_refs *r, uint32_t cpu, uint32_t order,
                             uint32_t migratetype, uint32_t flags, uint32_t highest_zoneidx,
                             uint64_t *pfn)
{
    enum plumb_status status = ref_alloc(z, cpu, order, migratetype, flags, highest_zoneidx, pfn);

    if (status == PLUMB_OK)
        r->count[*pfn - z->base_pfn] = 1;
    /*@ assert used: \forall integer q; in_zone(z->blocks, q) && is_used(\at(z->blocks, Pre), q) ==>
          q != *pfn - z->base_pfn && busy_at(\at(z->blocks, Pre), q) && is_used(z->blocks, q) &&
          z->blocks.order[q] == \at(z->blocks.order, Pre)[q]; */
    /*@ assert counted: \forall integer q; in_zone(z->blocks, q) && q != *pfn - z->base_pfn ==>
          counted_at(\at(z->blocks, Pre), \at(*r, Pre), q) && counted_at(z->blocks, *r, q); */
    return status;
}

enum plumb_status refs_alloc_pages_exact(struct zone *z, struct page_refs *r, uint32_t cpu,
                                         uint32_t pages, uint32_t migratetype, uint32_t flags,
                                         uint32_t highest_zoneidx, uint64_t *pfn)
{
    enum plumb_status status =
        ref_alloc_pages_exact(z, cpu, pages, migratetype, flags, highest_zoneidx, pfn);

    /*@ assert used: status == PLUMB_OK ==> \forall integer q;
          *pfn - z->base_pfn <= q < *pfn - z->base_pfn + pages ==> in_zone(z->blocks, q) &&
          used_of(z->blocks, q, 0) && (is_used(\at(z->blocks, Pre), q) ==>
          busy_at(\at(z->blocks, Pre), q) && \at(z->blocks.order, Pre)[q] == 0); */
    /*@ assert simple: status == PLUMB_OK ==> \forall integer q;
          *pfn - z->base_pfn <= q < *pfn - z->base_pfn + pages ==> in_zone(z->blocks, q) &&
          compound_at(\at(z->blocks, Pre), *r, q) && r->compound[q] == 0; */
    if (status == PLUMB_OK)
        set_refs(r, (uint32_t)(*pfn - z->base_pfn), pages);
    return status;
}

enum plumb_status refs_alloc_contig_range(struct zone *z, struct page_refs *r, uint64_t start,
                                          uint64_t end, uint32_t migratetype)
{
    enum plumb_status status = ref_alloc_contig_range(z, start, end, migratetype);

    /*@ assert unused: status == PLUMB_OK ==> \forall integer q;
          start - z->base_pfn <= q < end - z->base_pfn ==> in_zone(z->blocks, q) &&
          !is_used(\at(z->blocks, Pre), q) && r->compound[q] == 0; */
    if (status == PLUMB_OK)
        set_refs(r, (uint32_t)(start - z->base_pfn), (uint32_t)(end - start));
    return status;
}

enum plumb_status refs_isolate_free_page(struct zone *z, struct page_refs *r, uint64_t pfn,
                                         uint32_t order)
{
    enum plumb_status status = ref_isolate_free_page(z, pfn, order);

    /*@ assert same: status == PLUMB_OK ==> \forall integer q; in_zone(z->blocks, q) &&
          q != pfn - z->base_pfn ==>
          (is_used(z->blocks, q) <==> is_used(\at(z->blocks, Pre), q)) &&
          z->blocks.order[q] == \at(z->blocks.order, Pre)[q]; */
    /*@ assert unused: status == PLUMB_OK ==> in_zone(z->blocks, pfn - z->base_pfn) &&
          !is_used(\at(z->blocks, Pre), pfn - z->base_pfn) &&
          compound_at(\at(z->blocks, Pre), *r, pfn - z->base_pfn) &&
          r->compound[pfn - z->base_pfn] == 0; */
    if (status == PLUMB_OK)
        r->count[pfn - z->base_pfn] = 1;
    /*@ assert rest: \forall integer q; q != pfn - z->base_pfn ==>
          r->count[q] == \at(r->count, Pre)[q]; */
    return status;
}

enum plumb_status refs_prep_compound_page(struct zone *z, struct page_refs *r, uint64_t pfn,
                                          uint32_t order)
{
    enum plumb_status status;

    if (r->counts == 0)
        return PLUMB_EREFS;
    status = check_free(z, 0, pfn, order);
    if (status != PLUMB_OK)
        return status;
    if (order == 0 || r->compound[pfn - z->base_pfn] != 0)
        return PLUMB_ECOMPOUND;
    r->compound[pfn - z->base_pfn] = 1;
    return PLUMB_OK;
}

enum plumb_status refs_split_page(struct zone *z, struct page_refs *r, uint64_t pfn, uint32_t order)
{
    enum plumb_status status = check_free(z, 0, pfn, order);

    if (status != PLUMB_OK)
        return status;
    if (r->compound[pfn - z->base_pfn] != 0)
        return PLUMB_ECOMPOUND;
    //@ assert tiled: tiled_at(z->blocks, pfn - z->base_pfn);
    /*@ assert tails: \forall integer q; pfn - z->base_pfn < q < pfn - z->base_pfn + bsize(order)
          ==> in_zone(z->blocks, q) && !is_used(z->blocks, q) && r->compound[q] == 0; */
    ref_split_page(z, pfn, order);
    set_refs(r, (uint32_t)(pfn - z->base_pfn) + 1, block_size(order) - 1);
    return PLUMB_OK;
}

/* The page that holds the references to page p: the first of its compound block, or itself. */
/*@ requires \valid_read(z) && \valid_read(r) && tiling(z->blocks) && counted(z->blocks, *r);
    requires in_zone(z->blocks, p);
    terminates \true;
    assigns \nothing;
    ensures counts: counts_for(z->blocks, *r, \result, p);
    ensures only: \forall integer h; counts_for(z->blocks, *r, h, p) ==> h == \result;
    ensures range: \result <= p;
*/
static uint32_t compound_head(const struct zone *z, const struct page_refs *r, uint32_t p)
{
    uint32_t h = block_of(z, p);

    //@ assert one: \forall integer g; inside(z->blocks, g, p) <==> g == h;
    return r->compound[h] != 0 ? h : p;
}

/* Of page h, whatever its order. */
/*@ requires \valid_read(z) && sized(z->blocks) && in_zone(z->blocks, h);
    terminates \true;
    assigns \nothing;
    ensures exact: \result == used_check(z->blocks, h);
*/
static enum plumb_status check_used(const struct zone *z, uint32_t h)
{
    return check_block(z, h, z->blocks.order[h]);
}

enum plumb_status refs_get_page(struct zone *z, struct page_refs *r, uint64_t pfn)
{
    enum plumb_status status;
    uint32_t h;

    if (r->counts == 0)
        return PLUMB_EREFS;
    if (pfn < zone_start_pfn(z) || pfn >= zone_end_pfn(z))
        return PLUMB_ERANGE;
    h = compound_head(z, r, (uint32_t)(pfn - z->base_pfn));
    status = check_used(z, h);
    if (status != PLUMB_OK)
        return status;
    if (r->count[h] == REFS_MAX)
        return PLUMB_EREFS;
    r->count[h]++;
    return PLUMB_OK;
}

/* Puts the last reference of a used block, and frees it. */
/*@ REQUIRES_COUNTED
    requires clock_room(z->lists, FREE_TICKS);
    requires cpu < z->nr_cpus && used_of(z->blocks, p, order) && r->count[p] == 1;
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES],
      z->owners.movable[ALL_PAGES], REMEMBERED,
      r->count[p], r->compound[p];
    ENSURES_COUNTED
    ensures none: r->count[p] == 0 && r->compound[p] == 0;
    ensures only: one_used_less(\old(z->blocks), z->blocks, p, z->blocks.end);
    ensures kept: kept_but(\old(z->blocks), z->blocks, cpu, p);
    ensures owners: z->owners.movable[p] == 0 && \forall integer q; q != p ==>
      z->owners.movable[q] == \old(z->owners.movable)[q];
    ensures others: \forall integer c; 7 <= c < 72 && c != 8 + cpu ==>
      z->counts.held[c] == \old(z->counts.held)[c];
    ensures used_less: z->counts.held[6] == \old(z->counts.held[6]) - bsize(order);
    ensures conserved: free_or_pcp(z->counts, cpu) ==
      free_or_pcp(\old(z->counts), cpu) + bsize(order);
    ensures others_remember: others_remember(\old(z->tuning), z->tuning, cpu);
    ensures unnoted: z->tuning.on == 0 ==> z->tuning == \old(z->tuning);
    ensures ticks: z->lists.clock <= \old(z->lists.clock) + FREE_TICKS;
*/
static void put_last(struct zone *z, struct page_refs *r, uint32_t cpu, uint32_t p, uint32_t order,
                     int cold)
{
    r->count[p] = 0;
    r->compound[p] = 0;
    ref_free(z, cpu, z->base_pfn + p, order, cold);
    /*@ assert rest: \forall integer q; q != p ==> r->count[q] == \at(r->count, Pre)[q] &&
          r->compound[q] == \at(r->compound, Pre)[q]; */
    /*@ assert same: \forall integer q; in_zone(z->blocks, q) && q != p ==>
          (is_used(z->blocks, q) <==> is_used(\at(z->blocks, Pre), q)); */
    /*@ assert used: \forall integer q; in_zone(z->blocks, q) && q != p &&
          is_used(\at(z->blocks, Pre), q) ==> busy_at(\at(z->blocks, Pre), q) &&
          z->blocks.order[q] == \at(z->blocks.order, Pre)[q]; */
    //@ assert gone: !is_used(z->blocks, p) && r->count[p] == 0 && r->compound[p] == 0;
    /*@ assert counted: \forall integer q; in_zone(z->blocks, q) && q != p ==>
          counted_at(\at(z->blocks, Pre), \at(*r, Pre), q) && counted_at(z->blocks, *r, q); */
    /*@ assert blocks: \forall integer q; in_zone(z->blocks, q) && q != p ==>
          compound_at(\at(z->blocks, Pre), \at(*r, Pre), q) && compound_at(z->blocks, *r, q); */
}

enum plumb_status refs_put_page(struct zone *z, struct page_refs *r, uint32_t cpu, uint64_t pfn)
{
    enum plumb_status status;
    uint32_t h;

    if (r->counts == 0)
        return PLUMB_EREFS;
    if (cpu >= z->nr_cpus)
        return PLUMB_ECPU;
    if (pfn < zone_start_pfn(z) || pfn >= zone_end_pfn(z))
        return PLUMB_ERANGE;
    h = compound_head(z, r, (uint32_t)(pfn - z->base_pfn));
    status = check_used(z, h);
    if (status != PLUMB_OK)
        return status;
    if (r->count[h] == 1 && r->compound[h] == 0 && z->blocks.order[h] != 0)
        return PLUMB_EMISMATCH;
    if (r->count[h] == 1)
        put_last(z, r, cpu, h, z->blocks.order[h], 0);
    else
        r->count[h]--;
    return PLUMB_OK;
}

/* Halves a used block. */
/*@ requires \valid(z) && zone_ok(*z) && used_of(z->blocks, p, order) && 1 <= order <= 10;
    terminates \true;
    assigns z->blocks.place[p .. p + bsize(order) - 1], z->blocks.order[p .. p + bsize(order) - 1];
    ENSURES_ZONE_OK
    ensures lower: used_of(z->blocks, p, order - 1);
    ensures upper: used_of(z->blocks, p + bsize(order - 1), order - 1);
    ensures same: \forall integer q; q != p && q != p + bsize(order - 1) ==>
      z->blocks.place[q] == \old(z->blocks.place)[q] &&
      z->blocks.order[q] == \old(z->blocks.order)[q];
    ensures tail: !is_head(\old(z->blocks), p + bsize(order - 1));
*/
static void halve_block(struct zone *z, uint32_t p)
/*@ ghost (uint32_t order) */
{
    //@ assert tiled: tiled_at(z->blocks, p);
    //@ assert double: bsize(order) == 2 * bsize(order - 1);
    block_split(z, p);
    /*@ assert listed: \forall integer q; in_zone(z->blocks, q) && on_pcp(z->blocks, q) ==>
          on_pcp(\at(z->blocks, Pre), q); */
    //@ assert lists: pcp_only(z->lists, z->generation, z->blocks.pageblock_order);
    //@ assert none_isolated: none_isolated(z->blocks, z->pageblocks);
    //@ assert types: typed(z->blocks, z->pageblocks) && kinds(z->blocks, z->pageblocks);
    //@ assert idle: idle_cpus(z->counts, z->nr_cpus);
    //@ assert outside: all_reserved(z->blocks, 0, z->first);
    //@ assert zone: zone_ok(*z);
}

/* Frees all but the first page of a used block, the upper half first, then half of the rest, and so
 * on. */
/*@ requires \valid(z) && zone_ok(*z) && clock_room(z->lists, FREE_TICKS * 10);
    requires cpu < z->nr_cpus && used_of(z->blocks, p, order);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES],
      z->owners.movable[ALL_PAGES], REMEMBERED;
    ENSURES_ZONE_OK
    ensures first: used_of(z->blocks, p, 0);
    ensures only: \forall integer q; in_zone(z->blocks, q) ==>
      (is_used(z->blocks, q) <==> is_used(\old(z->blocks), q));
    ensures kept: kept_but(\old(z->blocks), z->blocks, cpu, p);
    ensures owners: \forall integer q; !(p < q < p + bsize(order)) ==>
      z->owners.movable[q] == \old(z->owners.movable)[q];
    ensures others: \forall integer c; 7 <= c < 72 && c != 8 + cpu ==>
      z->counts.held[c] == \old(z->counts.held)[c];
    ensures used_less: z->counts.held[6] == \old(z->counts.held[6]) - (bsize(order) - 1);
    ensures conserved: free_or_pcp(z->counts, cpu) ==
      free_or_pcp(\old(z->counts), cpu) + (bsize(order) - 1);
    ensures others_remember: others_remember(\old(z->tuning), z->tuning, cpu);
    ensures unnoted: z->tuning.on == 0 ==> z->tuning == \old(z->tuning);
    ensures ticks: z->lists.clock <= \old(z->lists.clock) + FREE_TICKS * order;
*/
static void free_parts(struct zone *z, uint32_t cpu, uint32_t p, uint32_t order, int cold)
{
    //@ assert orders: order <= 10;
    /*@ LOOP_VALID_OK
        LOOP_ISOLATION
        loop invariant range: 0 <= k <= order;
        loop invariant first: used_of(z->blocks, p, k);
        loop invariant only: \forall integer q; in_zone(z->blocks, q) ==>
          (is_used(z->blocks, q) <==> is_used(\at(z->blocks, Pre), q));
        loop invariant kept: kept_but(\at(z->blocks, Pre), z->blocks, cpu, p);
        loop invariant owners: \forall integer q; !(p < q < p + bsize(order)) ==>
          z->owners.movable[q] == \at(z->owners.movable, Pre)[q];
        loop invariant others: \forall integer c; 7 <= c < 72 && c != 8 + cpu ==>
          z->counts.held[c] == \at(z->counts.held, Pre)[c];
        loop invariant used_less: z->counts.held[6] ==
          \at(z->counts.held[6], Pre) - (bsize(order) - bsize(k));
        loop invariant conserved: free_or_pcp(z->counts, cpu) ==
          free_or_pcp(\at(z->counts, Pre), cpu) + (bsize(order) - bsize(k));
        loop invariant others_remember: others_remember(\at(z->tuning, Pre), z->tuning, cpu);
        loop invariant unnoted: z->tuning.on == 0 ==> z->tuning == \at(z->tuning, Pre);
        loop invariant ticks: z->lists.clock <=
          \at(z->lists.clock, Pre) + FREE_TICKS * (order - k);
        loop assigns k, BLOCKS, z->pageblocks.migratetype[ALL_PAGES],
          z->owners.movable[ALL_PAGES], REMEMBERED;
        loop variant k; */
    for (uint32_t k = order; k > 0; k--) {
        //@ ghost Whole: ;
        halve_block(z, p) /*@ ghost (k) */;
        //@ assert double: bsize(k) == 2 * bsize(k - 1);
        ref_free(z, cpu, z->base_pfn + p + block_size(k - 1), k - 1, cold);
        /*@ assert first: z->blocks.place[p] == PLACE_USED && z->blocks.order[p] == k - 1; */
        /*@ assert kept: \forall integer q; in_zone(z->blocks, q) && q != p &&
              busy_at(\at(z->blocks, Whole), q) && !is_list_of(\at(z->blocks.place, Whole)[q], cpu)
              ==> z->blocks.place[q] == \at(z->blocks.place, Whole)[q] &&
              z->blocks.order[q] == \at(z->blocks.order, Whole)[q]; */
    }
}

enum plumb_status refs_free(struct zone *z, struct page_refs *r, uint32_t cpu, uint64_t pfn,
                            uint32_t order, int cold)
{
    enum plumb_status status = check_free(z, cpu, pfn, order);
    uint32_t p;

    if (status != PLUMB_OK)
        return status;
    p = (uint32_t)(pfn - z->base_pfn);
    if (r->count[p] == 1) {
        put_last(z, r, cpu, p, order, cold);
        return PLUMB_OK;
    }
    r->count[p]--;
    if (r->compound[p] == 0)
        free_parts(z, cpu, p, order, cold);
    /*@ assert orders: \forall integer q; in_zone(z->blocks, q) && q != p &&
          is_used(z->blocks, q) ==> busy_at(\at(z->blocks, Pre), q) &&
          z->blocks.order[q] == \at(z->blocks.order, Pre)[q]; */
    //@ assert here: counted_at(z->blocks, *r, p) && compound_at(z->blocks, *r, p);
    /*@ assert counted: \forall integer q; in_zone(z->blocks, q) && q != p ==>
          counted_at(\at(z->blocks, Pre), \at(*r, Pre), q) && counted_at(z->blocks, *r, q); */
    /*@ assert blocks: \forall integer q; in_zone(z->blocks, q) && q != p ==>
          compound_at(\at(z->blocks, Pre), \at(*r, Pre), q) && compound_at(z->blocks, *r, q); */
    return PLUMB_OK;
}

/* Puts a reference to each page of a run, in ascending order. */
/*@ REQUIRES_COUNTED
    requires clock_room(z->lists, FREE_TICKS * n) && cpu < z->nr_cpus;
    requires p + n <= z->blocks.end && singles(z->blocks, p, n);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES],
      z->owners.movable[ALL_PAGES], REMEMBERED, REFS;
    ENSURES_COUNTED
    ensures put: run_put(\old(*r), *r, p, n);
    ensures others: refs_but_run(\old(*r), *r, p, n);
    ensures only: lone_used_less(\old(z->blocks), z->blocks, \old(*r), p, n);
    ensures kept: kept_but_run(\old(z->blocks), z->blocks, cpu, p, n);
    ensures owned: lone_owned(\old(z->owners), z->owners, \old(*r), p, n);
    ensures counts: \forall integer c; 7 <= c < 72 && c != 8 + cpu ==>
      z->counts.held[c] == \old(z->counts.held)[c];
    ensures used_less: z->counts.held[6] == \old(z->counts.held[6]) - lone(\old(*r), p, n);
    ensures conserved: free_or_pcp(z->counts, cpu) ==
      free_or_pcp(\old(z->counts), cpu) + lone(\old(*r), p, n);
    ensures others_remember: others_remember(\old(z->tuning), z->tuning, cpu);
    ensures unnoted: z->tuning.on == 0 ==> z->tuning == \old(z->tuning);
    ensures ticks: z->lists.clock <= \old(z->lists.clock) + FREE_TICKS * n;
*/
static void put_run(struct zone *z, struct page_refs *r, uint32_t cpu, uint32_t p, uint32_t n)
{
    /*@ LOOP_VALID_OK
        LOOP_ISOLATION
        loop invariant range: 0 <= i <= n;
        loop invariant counted: counted(z->blocks, *r);
        loop invariant rest: singles(z->blocks, p + i, n - i);
        loop invariant put: run_put(\at(*r, Pre), *r, p, i);
        loop invariant others: refs_but_run(\at(*r, Pre), *r, p, i);
        loop invariant only: lone_used_less(\at(z->blocks, Pre), z->blocks, \at(*r, Pre), p, i);
        loop invariant kept: kept_but_run(\at(z->blocks, Pre), z->blocks, cpu, p, n);
        loop invariant owned: lone_owned(\at(z->owners, Pre), z->owners, \at(*r, Pre), p, i);
        loop invariant counts: \forall integer c; 7 <= c < 72 && c != 8 + cpu ==>
          z->counts.held[c] == \at(z->counts.held, Pre)[c];
        loop invariant used_less: z->counts.held[6] ==
          \at(z->counts.held[6], Pre) - lone(\at(*r, Pre), p, i);
        loop invariant conserved: free_or_pcp(z->counts, cpu) ==
          free_or_pcp(\at(z->counts, Pre), cpu) + lone(\at(*r, Pre), p, i);
        loop invariant ticks: z->lists.clock <= \at(z->lists.clock, Pre) + FREE_TICKS * i;
        loop invariant others_remember: others_remember(\at(z->tuning, Pre), z->tuning, cpu);
        loop invariant unnoted: z->tuning.on == 0 ==> z->tuning == \at(z->tuning, Pre);
        loop assigns i, BLOCKS, z->pageblocks.migratetype[ALL_PAGES],
          z->owners.movable[ALL_PAGES], REMEMBERED, REFS;
        loop variant n - i; */
    for (uint32_t i = 0; i < n; i++) {
        //@ ghost Before: ;
        //@ assert one: used_of(z->blocks, p + i, 0) && r->compound[p + i] == 0;
        //@ assert same: r->count[p + i] == \at(r->count, Pre)[p + i];
        if (r->count[p + i] == 1)
            put_last(z, r, cpu, p + i, 0, 0);
        else
            r->count[p + i]--;
        /*@ assert less: r->count[p + i] == \at(r->count, Pre)[p + i] - 1 &&
              r->compound[p + i] == 0; */
        /*@ assert rest: \forall integer q; q != p + i ==>
              r->count[q] == \at(r->count, Before)[q] &&
              r->compound[q] == \at(r->compound, Before)[q]; */
        /*@ assert next: \forall integer q; p + i < q < p + n ==>
              z->blocks.place[q] == \at(z->blocks.place, Before)[q] &&
              z->blocks.order[q] == \at(z->blocks.order, Before)[q]; */
    }
}

/* What is wrong with the first page of a run that is not a used block of one page. */
/*@ requires \valid_read(z) && tiling(z->blocks);
    requires p + n <= z->blocks.end;
    terminates \true;
    assigns \nothing;
    ensures fine: \result == PLUMB_OK <==> singles(z->blocks, p, n);
    ensures first: \forall integer q; first_bad(z->blocks, p, n, q) ==>
      \result == block_check(z->blocks, q, 0);
*/
static enum plumb_status check_singles(const struct zone *z, uint32_t p, uint32_t n)
{
    /*@ loop invariant range: 0 <= i <= n;
        loop invariant fine: singles(z->blocks, p, i);
        loop assigns i;
        loop variant n - i; */
    for (uint32_t i = 0; i < n; i++) {
        enum plumb_status status = check_block(z, p + i, 0);

        if (status != PLUMB_OK)
            return status;
    }
    return PLUMB_OK;
}

enum plumb_status refs_free_contig_range(struct zone *z, struct page_refs *r, uint32_t cpu,
                                         uint64_t pfn, uint64_t pages)
{
    enum plumb_status status;
    uint32_t p;

    if (cpu >= z->nr_cpus)
        return PLUMB_ECPU;
    if (pages == 0 || pfn < zone_start_pfn(z) || pfn >= zone_end_pfn(z) ||
        pages > zone_end_pfn(z) - pfn)
        return PLUMB_ERANGE;
    p = (uint32_t)(pfn - z->base_pfn);
    status = check_singles(z, p, (uint32_t)pages);
    if (status == PLUMB_OK)
        put_run(z, r, cpu, p, (uint32_t)pages);
    return status;
}

enum plumb_status refs_free_pages_exact(struct zone *z, struct page_refs *r, uint32_t cpu,
                                        uint64_t pfn, uint32_t pages)
{
    if (cpu >= z->nr_cpus)
        return PLUMB_ECPU;
    if (pages > block_size(z->blocks.top_order))
        return PLUMB_ERANGE;
    return refs_free_contig_range(z, r, cpu, pfn, pages);
}

enum plumb_status refs_page(const struct zone *z, const struct page_refs *r, uint64_t pfn,
                            struct plumb_page *page)
{
    enum plumb_status status = ref_page(z, pfn, page);

    if (status != PLUMB_OK)
        return status;
    page->refs = r->count[pfn - z->base_pfn];
    page->compound = r->compound[pfn - z->base_pfn];
    return PLUMB_OK;
}
