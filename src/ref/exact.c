/* The public interface of the reference, fourth part: blocks cut into single pages (split_page) and
 * runs of pages of any length (alloc_pages_exact, free_pages_exact). */
#include "src/ref/exact.h"
#include "src/ref/lemma.h"
#include "src/ref/init.h"
#include "src/ref/page_free.h"
#include "src/ref/ref.h"

/* Halves the blocks of order o + 1 that a block of this order at p is cut into. */
/*@ requires \valid(z) && wf(*z) && coalesced(z->blocks) && typed(z->blocks, z->pageblocks);
    requires o < order <= 10 && aligned(p, order) && p + bsize(order) <= z->blocks.end;
    requires cut(z->blocks, p, bsize(order), o + 1);
    terminates \true;
    assigns z->blocks.place[p .. p + bsize(order) - 1], z->blocks.order[p .. p + bsize(order) - 1];
    ENSURES_WF
    ensures coalesced: coalesced(z->blocks);
    ensures typed: typed(z->blocks, z->pageblocks);
    ensures cut: cut(z->blocks, p, bsize(order), o);
    ensures same: same_but(\old(z->blocks), z->blocks, p, bsize(order));
*/
static void halve_blocks(struct zone *z, uint32_t p, uint32_t order, uint32_t o)
{
    uint32_t half = block_size(o), end = p + block_size(order);

    //@ assert double: bsize(o + 1) == 2 * half;
    //@ ghost coarser(p, order, o + 1);
    /*@ loop invariant range: p <= q <= end;
        loop invariant aligned: aligned(q, o + 1);
        loop invariant wf: wf(*z);
        loop invariant coalesced: coalesced(z->blocks);
        loop invariant typed: typed(z->blocks, z->pageblocks);
        loop invariant done: cut(z->blocks, p, q - p, o);
        loop invariant rest: cut(z->blocks, q, end - q, o + 1);
        loop invariant same: same_but(\at(z->blocks, Pre), z->blocks, p, end - p);
        loop assigns q, z->blocks.place[p .. end - 1], z->blocks.order[p .. end - 1];
        loop variant end - q; */
    for (uint32_t q = p; q < end; q += 2 * half) {
        //@ ghost Whole: ;
        //@ ghost beyond(p, q, order, o + 1);
        //@ ghost halve(q, half);
        //@ ghost next_multiple(q, 2 * half);
        //@ ghost two_halves(q, half);
        block_split(z, q);
        /*@ assert before: \forall integer r; p <= r < q ==>
              z->blocks.place[r] == \at(z->blocks.place, Whole)[r] &&
              z->blocks.order[r] == \at(z->blocks.order, Whole)[r]; */
        /*@ assert behind: \forall integer r; q + 2 * half <= r < end ==>
              z->blocks.place[r] == \at(z->blocks.place, Whole)[r] &&
              z->blocks.order[r] == \at(z->blocks.order, Whole)[r]; */
        //@ assert halves: used_of(z->blocks, q, o) && used_of(z->blocks, q + half, o);
    }
}

void split_block(struct zone *z, uint32_t p, uint32_t order)
{
    //@ ghost quotients(p, order_size(order));
    //@ assert whole: cut(z->blocks, p, bsize(order), order);
    /*@ loop invariant range: 0 <= o <= order;
        loop invariant wf: wf(*z);
        loop invariant coalesced: coalesced(z->blocks);
        loop invariant typed: typed(z->blocks, z->pageblocks);
        loop invariant cut: cut(z->blocks, p, bsize(order), o);
        loop invariant same: same_but(\at(z->blocks, Pre), z->blocks, p, bsize(order));
        loop assigns o, z->blocks.place[p .. p + bsize(order) - 1],
          z->blocks.order[p .. p + bsize(order) - 1];
        loop variant o; */
    for (uint32_t o = order; o > 0; o--)
        halve_blocks(z, p, order, o - 1);
    //@ assert pages: \forall integer q; p <= q < p + bsize(order) ==> aligned(q, 0);
}

void share_owner(struct zone *z, uint32_t p, uint32_t n)
{
    /*@ loop invariant range: 1 <= i <= n;
        loop invariant owned: owned(\at(z->owners, Pre), z->owners, p, i,
          \at(z->owners.movable[p], Pre));
        loop assigns i, z->owners.movable[p .. p + n - 1];
        loop variant n - i; */
    for (uint32_t i = 1; i < n; i++)
        z->owners.movable[p + i] = z->owners.movable[p];
}

enum plumb_status ref_split_page(struct zone *z, uint64_t pfn, uint32_t order)
{
    enum plumb_status status = check_free(z, 0, pfn, order);
    uint32_t p;

    if (status != PLUMB_OK)
        return status;
    p = (uint32_t)(pfn - z->base_pfn);
    split_block(z, p, order);
    share_owner(z, p, block_size(order));
    /*@ assert listed: \forall integer q; in_zone(z->blocks, q) && on_pcp(z->blocks, q) ==>
          on_pcp(\at(z->blocks, Pre), q); */
    //@ assert lists: pcp_only(z->lists, z->generation, z->blocks.pageblock_order);
    //@ assert none_isolated: none_isolated(z->blocks, z->pageblocks);
    //@ assert types: typed(z->blocks, z->pageblocks) && kinds(z->blocks, z->pageblocks);
    //@ assert idle: idle_cpus(z->counts, z->nr_cpus);
    //@ assert outside: all_reserved(z->blocks, 0, z->first);
    //@ assert zone: zone_ok(*z);
    return PLUMB_OK;
}

void free_singles(struct zone *z, uint32_t p, uint32_t n, int to_tail)
{
    /*@ LOOP_BUDDY
        LOOP_ISOLATION
        loop invariant range: 0 <= i <= n;
        loop invariant freed: \forall integer q; p <= q < p + i ==> idle_at(z->blocks, q);
        loop invariant idle: \forall integer q; in_zone(z->blocks, q) &&
          idle_at(\at(z->blocks, Pre), q) ==> idle_at(z->blocks, q);
        loop invariant rest: singles(z->blocks, p + i, n - i);
        loop invariant busy: busy_kept_run(\at(z->blocks, Pre), z->blocks, p, n);
        loop invariant used_less: z->counts.held[6] == \at(z->counts.held[6], Pre) - i;
        loop invariant free_more: free_sum(z->counts) == free_sum(\at(z->counts, Pre)) + i;
        loop invariant others: \forall integer c; 6 < c < 72 ==>
          z->counts.held[c] == \at(z->counts.held, Pre)[c];
        LOOP_PCP_KEPT
        loop invariant none_joined: none_joined(\at(z->blocks, Pre), z->blocks);
        loop invariant behind: to_tail ==> PUT_BEHIND_LOOP;
        loop invariant ticks: z->lists.clock == \at(z->lists.clock, Pre) + i;
        loop assigns i, BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
        loop variant n - i; */
    for (uint32_t i = 0; i < n; i++) {
        //@ ghost Before: ;
        //@ assert one: used_of(z->blocks, p + i, 0);
        free_small_block(z, p + i, to_tail);
        /*@ assert next: \forall integer q; p + i < q < p + n ==>
              z->blocks.place[q] == \at(z->blocks.place, Before)[q] &&
              z->blocks.order[q] == \at(z->blocks.order, Before)[q]; */
    }
}

void free_run(struct zone *z, uint32_t cpu, uint32_t p, uint32_t n)
{
    /*@ LOOP_ZONE
        loop invariant range: 0 <= i <= n;
        loop invariant outside: all_reserved(z->blocks, 0, z->first);
        loop invariant idle: idle_cpus(z->counts, z->nr_cpus);
        loop invariant adapted: adapted(z->tuning, z->generation, z->pcp_high);
        loop invariant others_remember: others_remember(\at(z->tuning, Pre), z->tuning, cpu);
        loop invariant unnoted: z->tuning.on == 0 ==> z->tuning == \at(z->tuning, Pre);
        loop invariant gone: run_used_less(\at(z->blocks, Pre), z->blocks, p, i);
        loop invariant rest: singles(z->blocks, p + i, n - i);
        loop invariant kept: kept_but_run(\at(z->blocks, Pre), z->blocks, cpu, p, n);
        loop invariant owned: owned(\at(z->owners, Pre), z->owners, p, i, 0);
        loop invariant used_less: z->counts.held[6] == \at(z->counts.held[6], Pre) - i;
        loop invariant conserved:
          free_or_pcp(z->counts, cpu) == free_or_pcp(\at(z->counts, Pre), cpu) + i;
        loop invariant others: \forall integer c; 7 <= c < 72 && c != 8 + cpu ==>
          z->counts.held[c] == \at(z->counts.held, Pre)[c];
        loop invariant other_cpus: other_cpus_kept(\at(z->lists, Pre), z->lists,
          \at(z->counts, Pre), z->counts, cpu);
        loop invariant ticks: z->lists.clock <= \at(z->lists.clock, Pre) + FREE_TICKS * i;
        loop assigns i, BLOCKS, z->pageblocks.migratetype[ALL_PAGES],
          z->owners.movable[ALL_PAGES], REMEMBERED;
        loop variant n - i; */
    for (uint32_t i = 0; i < n; i++) {
        //@ ghost Before: ;
        //@ assert one: used_of(z->blocks, p + i, 0);
        z->owners.movable[p + i] = 0;
        give_block(z, cpu, p + i, 0, 0);
        //@ assert apart: idle_kept(\at(z->counts, Before), z->counts, z->nr_cpus, cpu);
        /*@ assert next: \forall integer q; p + i < q < p + n ==>
              z->blocks.place[q] == \at(z->blocks.place, Before)[q] &&
              z->blocks.order[q] == \at(z->blocks.order, Before)[q]; */
    }
}

/*@ requires 1 <= pages <= 1024;
    terminates \true;
    assigns \nothing;
    ensures exact: \result == run_order(pages);
    ensures least: \forall integer o; is_order(o) && pages <= bsize(o) ==> \result <= o;
*/
static uint32_t order_of(uint32_t pages)
{
    uint32_t order = 0;

    /*@ loop invariant range: 0 <= order <= 10;
        loop invariant small: \forall integer o; 0 <= o < order ==> bsize(o) < pages;
        loop assigns order;
        loop variant 10 - order; */
    while (order < PLUMB_MAX_ORDER && block_size(order) < pages)
        order++;
    //@ assert before: order > 0 ==> bsize(order - 1) < pages;
    return order;
}

/* Frees the single pages behind a run: in v6.12 to the tails of the buddy lists. */
/*@ requires \valid(z) && zone_ok(*z) && clock_room(z->lists, EXACT_TICKS) && cpu < z->nr_cpus;
    requires n <= 1024 && p + n <= z->blocks.end && singles(z->blocks, p, n);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES],
      z->owners.movable[ALL_PAGES], REMEMBERED;
    ENSURES_ZONE
    ensures outside: all_reserved(z->blocks, 0, z->first);
    ensures idle: idle_cpus(z->counts, z->nr_cpus);
    ensures only: run_used_less(\old(z->blocks), z->blocks, p, n);
    ensures kept: kept_but_run(\old(z->blocks), z->blocks, cpu, p, n);
    ensures owners: \forall integer q; !(p <= q < p + n) ==>
      z->owners.movable[q] == \old(z->owners.movable)[q];
    ENSURES_RUN_FREED(n)
    ensures v6_12: z->generation >= PLUMB_V6_12 ==>
      pcp_lists_kept(\old(z->lists), z->lists, \old(z->counts), z->counts) &&
      PUT_BEHIND && z->tuning == \old(z->tuning);
    ensures ticks: z->lists.clock <= \old(z->lists.clock) + EXACT_TICKS;
*/
static void free_rest(struct zone *z, uint32_t cpu, uint32_t p, uint32_t n)
{
    /*@ assert below: \forall integer q; 0 <= q < z->first ==>
          is_reserved(z->blocks, q) && in_zone(z->blocks, q) && busy_at(z->blocks, q) &&
          !(p <= q < p + n); */
    if (z->generation < PLUMB_V6_12) {
        free_run(z, cpu, p, n);
        return;
    }
    free_singles(z, p, n, 1);
    //@ assert none_isolated: none_isolated(z->blocks, z->pageblocks);
    //@ assert only: pcp_only(z->lists, z->generation, z->blocks.pageblock_order);
    /*@ assert reserved: \forall integer q; 0 <= q < z->first ==>
          z->blocks.place[q] == \at(z->blocks.place, Pre)[q] &&
          z->blocks.order[q] == \at(z->blocks.order, Pre)[q]; */
    /*@ assert held: \forall integer c; z->nr_cpus <= c < 64 ==>
          z->counts.held[8 + c] == \at(z->counts.held, Pre)[8 + c]; */
}

/* Makes a run of n single pages of a used block and frees the rest of it. */
/*@ requires \valid(z) && zone_ok(*z) && clock_room(z->lists, EXACT_TICKS) && cpu < z->nr_cpus;
    requires used_of(z->blocks, p, order) && order <= 10 && 1 <= n <= bsize(order);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES],
      z->owners.movable[ALL_PAGES], REMEMBERED;
    ENSURES_ZONE
    ensures outside: all_reserved(z->blocks, 0, z->first);
    ensures singles: singles(z->blocks, p, n);
    ensures only: \forall integer q; in_zone(z->blocks, q) ==> (is_used(z->blocks, q) <==>
      (is_used(\old(z->blocks), q) && q != p) || p <= q < p + n);
    ensures kept: kept_but(\old(z->blocks), z->blocks, cpu, p);
    ensures owned: \forall integer q; p <= q < p + n ==>
      z->owners.movable[q] == \old(z->owners.movable)[p];
    ensures owners: \forall integer q; !(p <= q < p + bsize(order)) ==>
      z->owners.movable[q] == \old(z->owners.movable)[q];
    ensures idle: idle_cpus(z->counts, z->nr_cpus);
    ENSURES_RUN_FREED(bsize(order) - n)
    ensures v6_12: z->generation >= PLUMB_V6_12 ==>
      pcp_lists_kept(\old(z->lists), z->lists, \old(z->counts), z->counts) &&
      PUT_BEHIND && z->tuning == \old(z->tuning);
    ensures ticks: z->lists.clock <= \old(z->lists.clock) + EXACT_TICKS;
*/
static void make_run(struct zone *z, uint32_t cpu, uint32_t p, uint32_t order, uint32_t n)
{
    //@ assert inside: \forall integer q; p < q < p + bsize(order) ==> !is_head(z->blocks, q);
    split_block(z, p, order);
    share_owner(z, p, n);
    //@ ghost Cut: ;
    /*@ assert apart: \forall integer q; in_zone(z->blocks, q) && q != p &&
          busy_at(\at(z->blocks, Pre), q) ==> !(p <= q < p + bsize(order)) &&
          z->blocks.place[q] == \at(z->blocks.place, Pre)[q] &&
          z->blocks.order[q] == \at(z->blocks.order, Pre)[q]; */
    /*@ assert reserved: \forall integer q; 0 <= q < z->first ==>
          is_reserved(\at(z->blocks, Pre), q) && q != p && in_zone(z->blocks, q); */
    //@ assert outside: all_reserved(z->blocks, 0, z->first);
    //@ assert rest: singles(z->blocks, p + n, bsize(order) - n);
    //@ assert parameters: shaped(*z) && tuned(*z) && based(*z);
    //@ assert kinds: kinds(z->blocks, z->pageblocks);
    //@ assert only: pcp_only(z->lists, z->generation, z->blocks.pageblock_order);
    /*@ assert listed: \forall integer q; in_zone(z->blocks, q) && on_pcp(z->blocks, q) ==>
          on_pcp(\at(z->blocks, Pre), q); */
    //@ assert none_isolated: none_isolated(z->blocks, z->pageblocks);
    //@ assert wf: wf(*z);
    //@ assert zone: zone_ok(*z);
    /*@ assert run: \forall integer q; p <= q < p + n ==> in_zone(z->blocks, q) &&
          busy_at(z->blocks, q) && !is_list_of(z->blocks.place[q], cpu); */
    free_rest(z, cpu, p + n, block_size(order) - n);
    /*@ assert kept: \forall integer q; p <= q < p + n ==>
          z->blocks.place[q] == \at(z->blocks.place, Cut)[q] &&
          z->blocks.order[q] == \at(z->blocks.order, Cut)[q]; */
}

enum plumb_status ref_alloc_pages_exact(struct zone *z, uint32_t cpu, uint32_t pages,
                                        uint32_t migratetype, uint32_t flags,
                                        uint32_t highest_zoneidx, uint64_t *pfn)
{
    enum plumb_status status;
    uint32_t order;

    *pfn = PLUMB_NO_PFN;
    if (pages == 0)
        return PLUMB_ERANGE;
    if (pages > block_size(z->blocks.top_order))
        return PLUMB_EORDER;
    order = order_of(pages);
    status = ref_alloc(z, cpu, order, migratetype, flags, highest_zoneidx, pfn);
    if (status != PLUMB_OK)
        return status;
    make_run(z, cpu, (uint32_t)(*pfn - z->base_pfn), order, pages);
    return PLUMB_OK;
}
