/* The public interface of the reference: pages freed by a list of them (free_unref_page_list). */
#include "src/ref/page_list.h"
#include "src/ref/page_free.h"

/* Whether page k of a list may be freed; what is wrong with it, if not. */
/*@ requires \valid_read(z) && \valid_read(list) && zone_ok(*z) && k < 32;
    terminates \true;
    assigns \nothing;
    ensures fine: \result == PLUMB_OK <==> entry_ok(z->blocks, *list, z->base_pfn, k);
    ensures bad: \result != PLUMB_OK ==>
      \result == entry_check(z->blocks, z->first, list->pfn[k] - z->base_pfn);
*/
static enum plumb_status check_entry(const struct zone *z, const struct plumb_page_list *list,
                                     uint32_t k)
{
    enum plumb_status status = check_free(z, 0, list->pfn[k], 0);

    if (status != PLUMB_OK)
        return status;
    /*@ loop invariant range: 0 <= i <= k;
        loop invariant first: \forall integer j; 0 <= j < i ==> list->pfn[j] != list->pfn[k];
        loop assigns i;
        loop variant k - i; */
    for (uint32_t i = 0; i < k; i++)
        if (list->pfn[i] == list->pfn[k])
            return PLUMB_EBUSY;
    return PLUMB_OK;
}

/* What is wrong with the first entry of a list that is not a used block of one page. */
/*@ requires \valid_read(z) && \valid_read(list) && zone_ok(*z) && list->nr <= 32;
    terminates \true;
    assigns \nothing;
    ensures fine: \result == PLUMB_OK <==> entries_ok(z->blocks, *list, z->base_pfn, list->nr);
    ensures first: \forall integer k;
      first_bad_entry(z->blocks, *list, z->base_pfn, list->nr, k) ==>
      \result == entry_check(z->blocks, z->first, list->pfn[k] - z->base_pfn);
*/
static enum plumb_status check_entries(const struct zone *z, const struct plumb_page_list *list)
{
    /*@ loop invariant range: 0 <= k <= list->nr;
        loop invariant fine: entries_ok(z->blocks, *list, z->base_pfn, k);
        loop assigns k;
        loop variant list->nr - k; */
    for (uint32_t k = 0; k < list->nr; k++) {
        enum plumb_status status = check_entry(z, list, k);

        if (status != PLUMB_OK)
            return status;
    }
    return PLUMB_OK;
}

/* Puts a reference to a used block of one page, and frees it if that was the last. */
/*@ REQUIRES_COUNTED
    requires clock_room(z->lists, FREE_TICKS);
    requires cpu < z->nr_cpus && used_of(z->blocks, p, 0);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES],
      z->owners.movable[ALL_PAGES], REMEMBERED, r->count[p];
    ENSURES_COUNTED
    ensures less: r->count[p] == \old(r->count[p]) - 1;
    ensures only: lone_used_less(\old(z->blocks), z->blocks, \old(*r), p, 1);
    ensures kept: kept_but(\old(z->blocks), z->blocks, cpu, p);
    ensures owned: lone_owned(\old(z->owners), z->owners, \old(*r), p, 1);
    ensures others: \forall integer c; 7 <= c < 72 && c != 8 + cpu ==>
      z->counts.held[c] == \old(z->counts.held)[c];
    ensures used_less: z->counts.held[6] ==
      \old(z->counts.held[6]) - (\old(r->count[p]) == 1 ? 1 : 0);
    ensures conserved: free_or_pcp(z->counts, cpu) ==
      free_or_pcp(\old(z->counts), cpu) + (\old(r->count[p]) == 1 ? 1 : 0);
    ensures others_remember: others_remember(\old(z->tuning), z->tuning, cpu);
    ensures unnoted: z->tuning.on == 0 ==> z->tuning == \old(z->tuning);
    ensures hot: \old(r->count[p]) == 1 && z->generation == PLUMB_V2_6_11 &&
        pbtype(\old(z->blocks), \old(z->pageblocks), p) != 5 ==>
      z->lists.head[cold ? 130 + cpu : 66 + cpu] == p;
    ensures ticks: z->lists.clock <= \old(z->lists.clock) + FREE_TICKS;
*/
static void put_entry(struct zone *z, struct page_refs *r, uint32_t cpu, uint32_t p, int cold)
{
    r->count[p]--;
    if (r->count[p] != 0)
        return;
    ref_free(z, cpu, z->base_pfn + p, 0, cold);
    /*@ assert same: \forall integer q; in_zone(z->blocks, q) && q != p ==>
          r->count[q] == \at(r->count, Pre)[q] &&
          (is_used(z->blocks, q) <==> is_used(\at(z->blocks, Pre), q)); */
    /*@ assert used: \forall integer q; in_zone(z->blocks, q) && q != p &&
          is_used(\at(z->blocks, Pre), q) ==> busy_at(\at(z->blocks, Pre), q) &&
          z->blocks.order[q] == \at(z->blocks.order, Pre)[q]; */
    /*@ assert counted: \forall integer q; in_zone(z->blocks, q) && q != p ==>
          counted_at(\at(z->blocks, Pre), \at(*r, Pre), q) && counted_at(z->blocks, *r, q); */
    /*@ assert blocks: \forall integer q; in_zone(z->blocks, q) && q != p ==>
          compound_at(\at(z->blocks, Pre), \at(*r, Pre), q) && compound_at(z->blocks, *r, q); */
}

/* Puts the entries one by one, in 2.6.11 from the last. */
/*@ REQUIRES_COUNTED
    requires \valid_read(list) && \separated(z, list) && \separated(r, list);
    requires clock_room(z->lists, LIST_TICKS) && cpu < z->nr_cpus && 1 <= list->nr <= 32;
    requires entries_ok(z->blocks, *list, z->base_pfn, list->nr);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES],
      z->owners.movable[ALL_PAGES], REMEMBERED, REFS;
    ENSURES_COUNTED
    ENSURES_ENTRIES_PUT(\true)
*/
static void put_entries(struct zone *z, struct page_refs *r, uint32_t cpu,
                        const struct plumb_page_list *list, int cold)
{
    int from_end = z->generation == PLUMB_V2_6_11;
    uint32_t i = from_end ? list->nr : 0, j = i;

    /*@ LOOP_VALID_OK
        LOOP_ISOLATION
        loop invariant range: 0 <= i <= j <= list->nr && (from_end ? j == list->nr : i == 0);
        loop invariant counted: counted(z->blocks, *r);
        loop invariant rest: \forall integer k; 0 <= k < list->nr && !(i <= k < j) ==>
          used_of(z->blocks, list->pfn[k] - z->base_pfn, 0);
        loop invariant put: entries_put(\at(*r, Pre), *r, *list, z->base_pfn, i, j);
        loop invariant only: entries_used_less(\at(z->blocks, Pre), z->blocks, \at(*r, Pre), *list,
          z->base_pfn, i, j);
        loop invariant kept: kept_but_entries(\at(z->blocks, Pre), z->blocks, cpu, *list,
          z->base_pfn, list->nr);
        loop invariant owned: entries_owned(\at(z->owners, Pre), z->owners, \at(*r, Pre), *list,
          z->base_pfn, i, j);
        loop invariant used_less: z->counts.held[6] == \at(z->counts.held[6], Pre)
          - lone_entries(\at(*r, Pre), *list, z->base_pfn, i, j);
        loop invariant conserved: free_or_pcp(z->counts, cpu) ==
          free_or_pcp(\at(z->counts, Pre), cpu)
          + lone_entries(\at(*r, Pre), *list, z->base_pfn, i, j);
        loop invariant others: \forall integer c; 7 <= c < 72 && c != 8 + cpu ==>
          z->counts.held[c] == \at(z->counts.held, Pre)[c];
        loop invariant others_remember: others_remember(\at(z->tuning, Pre), z->tuning, cpu);
        loop invariant unnoted: z->tuning.on == 0 ==> z->tuning == \at(z->tuning, Pre);
        loop invariant hot: from_end && i < j ==>
          hot_entry(\at(z->blocks, Pre), \at(z->pageblocks, Pre), z->lists, \at(*r, Pre), *list,
            z->base_pfn, i, cold ? 130 + cpu : 66 + cpu);
        loop invariant ticks: z->lists.clock <= \at(z->lists.clock, Pre) + FREE_TICKS * (j - i);
        loop assigns i, j, BLOCKS, z->pageblocks.migratetype[ALL_PAGES],
          z->owners.movable[ALL_PAGES], REMEMBERED, REFS;
        loop variant list->nr - (j - i); */
    while (j - i < list->nr) {
        //@ ghost Before: ;
        uint32_t k = from_end ? --i : j++;

        /*@ assert apart: \forall integer m; 0 <= m < list->nr && m != k ==>
              list->pfn[m] != list->pfn[k]; */
        /*@ ghost
          /@ loop invariant i < m <= j;
             loop invariant first: lone_entries(\at(*r, Pre), *list, z->base_pfn, i, m) ==
               lone_entries(\at(*r, Pre), *list, z->base_pfn, i + 1, m)
               + (\at(r->count, Pre)[list->pfn[i] - z->base_pfn] == 1 ? 1 : 0);
             loop assigns m;
             loop variant j - m; @/
          for (uint32_t m = i + 1; m < j; m++) ; */
        /*@ assert forward: !from_end ==>
              lone_entries(\at(*r, Pre), *list, z->base_pfn, 0, k + 1) ==
              lone_entries(\at(*r, Pre), *list, z->base_pfn, 0, k)
              + (\at(r->count, Pre)[list->pfn[k] - z->base_pfn] == 1 ? 1 : 0); */
        /*@ assert sum: lone_entries(\at(*r, Pre), *list, z->base_pfn, i, j) ==
              lone_entries(\at(*r, Pre), *list, z->base_pfn, \at(i, Before), \at(j, Before))
              + (\at(r->count, Pre)[list->pfn[k] - z->base_pfn] == 1 ? 1 : 0); */
        /*@ assert listed: \forall integer q; listed(*list, z->base_pfn, i, j, q) <==>
              listed(*list, z->base_pfn, \at(i, Before), \at(j, Before), q) ||
              q == list->pfn[k] - z->base_pfn; */
        /*@ assert unput: r->count[list->pfn[k] - z->base_pfn] ==
              \at(r->count, Pre)[list->pfn[k] - z->base_pfn]; */
        put_entry(z, r, cpu, (uint32_t)(list->pfn[k] - z->base_pfn), cold);
        /*@ assert used_less: z->counts.held[6] == \at(z->counts.held[6], Before)
              - (\at(r->count, Pre)[list->pfn[k] - z->base_pfn] == 1 ? 1 : 0); */
        /*@ assert less: r->count[list->pfn[k] - z->base_pfn] ==
              \at(r->count, Pre)[list->pfn[k] - z->base_pfn] - 1; */
        /*@ assert others: \forall integer q; q != list->pfn[k] - z->base_pfn ==>
              r->count[q] == \at(r->count, Before)[q]; */
        /*@ assert kept: \forall integer m; 0 <= m < list->nr && m != k ==>
              r->count[list->pfn[m] - z->base_pfn] ==
              \at(r->count, Before)[list->pfn[m] - z->base_pfn]; */
        /*@ assert earlier: \forall integer m; \at(i, Before) <= m < \at(j, Before) ==>
              \at(r->count, Before)[list->pfn[m] - z->base_pfn] ==
              \at(r->count, Pre)[list->pfn[m] - z->base_pfn] - 1; */
        /*@ assert which: \forall integer m; i <= m < j ==>
              m == k || \at(i, Before) <= m < \at(j, Before); */
        /*@ assert entries: \forall integer m; i <= m < j ==> r->count[list->pfn[m] - z->base_pfn]
              == \at(r->count, Pre)[list->pfn[m] - z->base_pfn] - 1; */
        /*@ assert rest: \forall integer q; !listed(*list, z->base_pfn, i, j, q) ==>
              r->count[q] == \at(r->count, Pre)[q]; */
    }
}

enum plumb_status refs_free_page_list(struct zone *z, struct page_refs *r, uint32_t cpu,
                                      const struct plumb_page_list *list, int cold)
{
    enum plumb_status status;

    if (cpu >= z->nr_cpus)
        return PLUMB_ECPU;
    if (list->nr == 0 || list->nr > PLUMB_LIST_PAGES)
        return PLUMB_ERANGE;
    status = check_entries(z, list);
    if (status == PLUMB_OK)
        put_entries(z, r, cpu, list, cold);
    return status;
}
