/* The public interface of the reference, last part: references to used blocks. These functions are
 * what plumbline.h's of the same names are; those without references are in ref.h. */
#ifndef PLUMBLINE_REF_REFS_H
#define PLUMBLINE_REF_REFS_H

#include "src/ref/ref.h"
#include "src/ref/zone.h"

struct page_refs {
    uint32_t counts;                 /* 1: references can be taken; 0: each used block has one */
    uint32_t count[ZONE_CAPACITY];   /* references to a used block, at its first page; else 0 */
    uint8_t compound[ZONE_CAPACITY]; /* 1 at the first page of a compound block */
};

#define REFS_MAX 0x7fffffffu /* references to one block */

#include "spec/refs.h"

/*@ requires \valid(z) && \valid(r) && \valid_read(config);
    requires \separated(z, r) && \separated(z, config) && \separated(r, config);
    requires config_ok(*config) ==>
      \valid_read(types + (0 .. nr_pageblocks(*config) - 1)) &&
      \separated(z, types + (0 .. nr_pageblocks(*config) - 1)) &&
      \separated(r, types + (0 .. nr_pageblocks(*config) - 1));
    terminates \true;
    assigns *z, *r;
    ensures config: \result == PLUMB_ECONFIG <==> !config_ok(*config) || config->page_refs > 1;
    ensures types: \result == PLUMB_ETYPE <==> config_ok(*config) && config->page_refs <= 1 &&
      !(\forall integer i; 0 <= i < nr_pageblocks(*config) ==>
        type_known(config->generation, types[i]) == \true);
    ensures status: \result == PLUMB_OK || \result == PLUMB_ECONFIG || \result == PLUMB_ETYPE;
    ensures refused: \result != PLUMB_OK ==> *z == \old(*z) && *r == \old(*r);
    ensures zone: \result == PLUMB_OK ==> zone_ok(*z) && counted(z->blocks, *r);
    ensures counts: \result == PLUMB_OK ==> r->counts == config->page_refs;
    ENSURES_NEW_ZONE
*/
enum plumb_status refs_init(struct zone *z, struct page_refs *r, const struct plumb_config *config,
                            const uint8_t *types);

/*@ REQUIRES_COUNTED
    requires \valid(pfn) && \separated(z, pfn) && \separated(r, pfn);
    requires clock_room(z->lists, CALL_TICKS);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES], z->watermark_boost,
      z->nr_reserved_highatomic, z->owners.movable[ALL_PAGES], REMEMBERED, *pfn, REFS;
    ENSURES_COUNTED
    ENSURES_REQUEST_ANSWERED(alloc_check(z->blocks.top_order, z->generation, z->nr_cpus, cpu, order,
      migratetype, flags, highest_zoneidx), order)
    ENSURES_LEARNED(order)
    ENSURES_RESERVE_GROWN(order)
    ensures joins: z->nr_reserved_highatomic != \old(z->nr_reserved_highatomic) ==>
      pbtype(z->blocks, z->pageblocks, *pfn - z->base_pfn) == 3;
    ensures full: \result == PLUMB_OK && reserves_for(z->highatomic, order, flags) == \true &&
        z->nr_reserved_highatomic == \old(z->nr_reserved_highatomic) ==>
      !grows(z->blocks, z->pageblocks, z->first, z->highatomic,
        z->blocks.end - z->counts.held[7], z->nr_reserved_highatomic, *pfn - z->base_pfn);
    ensures no_boost: never_boosts(z->fallback, z->generation) ==>
      z->watermark_boost == \old(z->watermark_boost);
    ensures uncounted: \result != PLUMB_OK ==> *r == \old(*r);
    ensures block: \result == PLUMB_OK ==> used_of(z->blocks, *pfn - z->base_pfn, order);
    ensures one: \result == PLUMB_OK ==> refs_one(*r, *pfn - z->base_pfn, 1);
    ensures others: \result == PLUMB_OK ==> refs_but(\old(*r), *r, *pfn - z->base_pfn);
    ensures ticks: z->lists.clock <= \old(z->lists.clock) + CALL_TICKS;
*/
enum plumb_status refs_alloc(struct zone *z, struct page_refs *r, uint32_t cpu, uint32_t order,
                             uint32_t migratetype, uint32_t flags, uint32_t highest_zoneidx,
                             uint64_t *pfn);

/*@ REQUIRES_COUNTED
    requires \valid(pfn) && \separated(z, pfn) && \separated(r, pfn);
    requires clock_room(z->lists, CALL_TICKS + EXACT_TICKS);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES], z->watermark_boost,
      z->nr_reserved_highatomic, z->owners.movable[ALL_PAGES], REMEMBERED, *pfn, REFS;
    ENSURES_COUNTED
    ENSURES_REQUEST_ANSWERED(run_alloc_check(z->blocks.top_order, z->generation, z->nr_cpus, cpu,
      pages, migratetype, flags, highest_zoneidx), run_order(pages))
    ENSURES_LEARNED(run_order(pages))
    ENSURES_RESERVE_GROWN(run_order(pages))
    ensures no_boost: never_boosts(z->fallback, z->generation) ==>
      z->watermark_boost == \old(z->watermark_boost);
    ensures uncounted: \result != PLUMB_OK ==> *r == \old(*r);
    ensures run: \result == PLUMB_OK ==> singles(z->blocks, *pfn - z->base_pfn, pages);
    ensures one: \result == PLUMB_OK ==> refs_one(*r, *pfn - z->base_pfn, pages);
    ensures others: \result == PLUMB_OK ==>
      refs_but_run(\old(*r), *r, *pfn - z->base_pfn, pages);
    ensures ticks: z->lists.clock <= \old(z->lists.clock) + CALL_TICKS + EXACT_TICKS;
*/
enum plumb_status refs_alloc_pages_exact(struct zone *z, struct page_refs *r, uint32_t cpu,
                                         uint32_t pages, uint32_t migratetype, uint32_t flags,
                                         uint32_t highest_zoneidx, uint64_t *pfn);

/*@ REQUIRES_COUNTED
    requires clock_room(z->lists, 4 * CALL_TICKS);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES], z->owners.movable[ALL_PAGES], REFS;
    ENSURES_VALID_OK
    ENSURES_REFS
    ensures fine: \result == PLUMB_OK <==> contig_type(z->generation, migratetype) &&
      contig_inside(z->first, z->blocks.end, start - z->base_pfn, end - z->base_pfn) &&
      can_take(\old(z->blocks), \old(z->pageblocks), \old(z->owners), z->first,
        start - z->base_pfn, end - z->base_pfn, migratetype);
    ensures refused: \result != PLUMB_OK ==> SAME_USE;
    ensures run: \result == PLUMB_OK ==> singles(z->blocks, start - z->base_pfn, end - start);
    ensures one: \result == PLUMB_OK ==> refs_one(*r, start - z->base_pfn, end - start);
    ensures others: \result == PLUMB_OK ==>
      refs_but_run(\old(*r), *r, start - z->base_pfn, end - start);
    ensures ticks: z->lists.clock <= \old(z->lists.clock) + 4 * CALL_TICKS;
*/
enum plumb_status refs_alloc_contig_range(struct zone *z, struct page_refs *r, uint64_t start,
                                          uint64_t end, uint32_t migratetype);

/*@ REQUIRES_COUNTED
    requires clock_room(z->lists, 1024);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES], z->owners.movable[ALL_PAGES], REFS;
    ENSURES_COUNTED
    ensures check: \let e = isolate_page_check(\old(z->blocks), z->generation, z->first,
        pfn - z->base_pfn, order);
      e != PLUMB_OK ? \result == e : \result == PLUMB_OK || \result == PLUMB_EWMARK;
    ensures refused: \result != PLUMB_OK ==> SAME_USE;
    ensures block: \result == PLUMB_OK ==> used_of(z->blocks, pfn - z->base_pfn, order);
    ensures one: \result == PLUMB_OK ==> refs_one(*r, pfn - z->base_pfn, 1);
    ensures others: \result == PLUMB_OK ==> refs_but(\old(*r), *r, pfn - z->base_pfn);
    ensures used_more: \result == PLUMB_OK ==>
      z->counts.held[6] == \old(z->counts.held[6]) + bsize(order);
    ensures ticks: z->lists.clock <= \old(z->lists.clock) + 1024;
*/
enum plumb_status refs_isolate_free_page(struct zone *z, struct page_refs *r, uint64_t pfn,
                                         uint32_t order);

/*@ REQUIRES_COUNTED
    terminates \true;
    assigns r->compound[ALL_PAGES];
    ENSURES_REFS
    ensures check: \result == compound_check(z->blocks, \old(*r), z->first, pfn - z->base_pfn,
      order);
    ensures refused: \result != PLUMB_OK ==> *r == \old(*r);
    ensures compound: \result == PLUMB_OK ==> r->compound[pfn - z->base_pfn] == 1;
    ensures others: \result == PLUMB_OK ==> refs_but(\old(*r), *r, pfn - z->base_pfn);
    ensures kept: r->count == \old(r->count);
*/
enum plumb_status refs_prep_compound_page(struct zone *z, struct page_refs *r, uint64_t pfn,
                                          uint32_t order);

/*@ REQUIRES_COUNTED
    terminates \true;
    assigns z->blocks.place[ALL_PAGES], z->blocks.order[ALL_PAGES], z->owners.movable[ALL_PAGES],
      r->count[ALL_PAGES];
    ENSURES_COUNTED
    ensures check: \result == split_check(\old(z->blocks), *r, z->first, pfn - z->base_pfn, order);
    ensures refused: \result != PLUMB_OK ==> SAME_USE;
    ensures pages: \result == PLUMB_OK ==> singles(z->blocks, pfn - z->base_pfn, bsize(order));
    ensures first: r->count[pfn - z->base_pfn] == \old(r->count)[pfn - z->base_pfn];
    ensures one: \result == PLUMB_OK ==> refs_one(*r, pfn - z->base_pfn + 1, bsize(order) - 1);
    ensures others: refs_but_run(\old(*r), *r, pfn - z->base_pfn, bsize(order));
    ensures same: \result == PLUMB_OK ==>
      same_but(\old(z->blocks), z->blocks, pfn - z->base_pfn, bsize(order));
    ensures owned: \result == PLUMB_OK ==> owned(\old(z->owners), z->owners, pfn - z->base_pfn,
      bsize(order), \old(z->owners.movable)[pfn - z->base_pfn]);
*/
enum plumb_status refs_split_page(struct zone *z, struct page_refs *r, uint64_t pfn,
                                  uint32_t order);

/*@ REQUIRES_COUNTED
    terminates \true;
    assigns r->count[ALL_PAGES];
    ENSURES_REFS
    ensures uncounted: r->counts == 0 ==> \result == PLUMB_EREFS;
    ensures range: r->counts != 0 ==> (\result == PLUMB_ERANGE <==>
      pfn < z->base_pfn + z->first || pfn >= z->base_pfn + z->blocks.end);
    ensures check: \forall integer h; r->counts != 0 && \result != PLUMB_ERANGE &&
      counts_for(z->blocks, \old(*r), h, pfn - z->base_pfn) ==>
      \result == get_check(z->blocks, \old(*r), h);
    ensures refused: \result != PLUMB_OK ==> *r == \old(*r);
    ensures more: \forall integer h; \result == PLUMB_OK &&
      counts_for(z->blocks, \old(*r), h, pfn - z->base_pfn) ==>
      r->count[h] == \old(r->count)[h] + 1 && refs_but(\old(*r), *r, h);
*/
enum plumb_status refs_get_page(struct zone *z, struct page_refs *r, uint64_t pfn);

/*@ REQUIRES_COUNTED
    requires clock_room(z->lists, FREE_TICKS);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES],
      z->owners.movable[ALL_PAGES], REMEMBERED, REFS;
    ENSURES_COUNTED
    ensures uncounted: r->counts == 0 ==> \result == PLUMB_EREFS;
    ensures cpu: r->counts != 0 ==> (\result == PLUMB_ECPU <==> cpu >= z->nr_cpus);
    ensures range: r->counts != 0 && cpu < z->nr_cpus ==> (\result == PLUMB_ERANGE <==>
      pfn < z->base_pfn + z->first || pfn >= z->base_pfn + z->blocks.end);
    ensures check: \forall integer h; r->counts != 0 && cpu < z->nr_cpus &&
      \result != PLUMB_ERANGE && counts_for(\old(z->blocks), \old(*r), h, pfn - z->base_pfn) ==>
      \result == put_check(\old(z->blocks), \old(*r), h);
    ensures refused: \result != PLUMB_OK ==> SAME_USE;
    ensures less: \forall integer h; \result == PLUMB_OK &&
      counts_for(\old(z->blocks), \old(*r), h, pfn - z->base_pfn) ==>
      r->count[h] == \old(r->count)[h] - 1 && refs_but(\old(*r), *r, h);
    ensures held: \forall integer h; \result == PLUMB_OK && \old(r->count)[h] > 1 &&
      counts_for(\old(z->blocks), \old(*r), h, pfn - z->base_pfn) ==> SAME_STATE &&
      z->owners == \old(z->owners) && r->compound == \old(r->compound);
    ensures last: \forall integer h; \result == PLUMB_OK && \old(r->count)[h] == 1 &&
      counts_for(\old(z->blocks), \old(*r), h, pfn - z->base_pfn) ==>
      one_used_less(\old(z->blocks), z->blocks, h, z->blocks.end) &&
      kept_but(\old(z->blocks), z->blocks, cpu, h) &&
      z->counts.held[6] == \old(z->counts.held[6]) - bsize(\old(z->blocks.order)[h]) &&
      free_or_pcp(z->counts, cpu) ==
        free_or_pcp(\old(z->counts), cpu) + bsize(\old(z->blocks.order)[h]) &&
      z->owners.movable[h] == 0 && \forall integer q; q != h ==>
        z->owners.movable[q] == \old(z->owners.movable)[q];
    ensures others: \forall integer c; 7 <= c < 72 && c != 8 + cpu ==>
      z->counts.held[c] == \old(z->counts.held)[c];
    ensures others_remember: others_remember(\old(z->tuning), z->tuning, cpu);
    ensures unnoted: \result != PLUMB_OK || z->tuning.on == 0 ==>
      z->tuning == \old(z->tuning);
    ensures ticks: z->lists.clock <= \old(z->lists.clock) + FREE_TICKS;
*/
enum plumb_status refs_put_page(struct zone *z, struct page_refs *r, uint32_t cpu, uint64_t pfn);

/*@ REQUIRES_COUNTED
    requires clock_room(z->lists, CALL_TICKS);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES],
      z->owners.movable[ALL_PAGES], REMEMBERED, REFS;
    ENSURES_COUNTED
    ensures check: \result == free_check(\old(z->blocks), z->first, z->nr_cpus, cpu,
      pfn - z->base_pfn, order);
    ensures refused: \result != PLUMB_OK ==> SAME_USE;
    ensures less: \result == PLUMB_OK ==>
      r->count[pfn - z->base_pfn] == \old(r->count)[pfn - z->base_pfn] - 1 &&
      refs_but(\old(*r), *r, pfn - z->base_pfn);
    ensures compound: \result == PLUMB_OK && \old(r->count)[pfn - z->base_pfn] > 1 &&
      \old(r->compound)[pfn - z->base_pfn] != 0 ==> SAME_STATE &&
      z->owners == \old(z->owners) && r->compound == \old(r->compound);
    ensures parted: \result == PLUMB_OK && parted(\old(*r), pfn - z->base_pfn) ==>
      used_of(z->blocks, pfn - z->base_pfn, 0) &&
      z->owners.movable[pfn - z->base_pfn] == \old(z->owners.movable)[pfn - z->base_pfn] &&
      run_used_more(\old(z->blocks), z->blocks, pfn - z->base_pfn, 1);
    ensures last: \result == PLUMB_OK && \old(r->count)[pfn - z->base_pfn] == 1 ==>
      one_used_less(\old(z->blocks), z->blocks, pfn - z->base_pfn, z->blocks.end);
    ensures owners: \result == PLUMB_OK ==> \forall integer q;
      !(pfn - z->base_pfn <= q < pfn - z->base_pfn + bsize(order)) ==>
      z->owners.movable[q] == \old(z->owners.movable)[q];
    ensures others: \forall integer c; 7 <= c < 72 && c != 8 + cpu ==>
      z->counts.held[c] == \old(z->counts.held)[c];
    ensures used_less: \result == PLUMB_OK ==> z->counts.held[6] ==
      \old(z->counts.held[6]) - pages_freed(\old(*r), pfn - z->base_pfn, order);
    ensures conserved: \result == PLUMB_OK ==> free_or_pcp(z->counts, cpu) ==
      free_or_pcp(\old(z->counts), cpu) + pages_freed(\old(*r), pfn - z->base_pfn, order);
    ensures kept: \result == PLUMB_OK ==>
      kept_but(\old(z->blocks), z->blocks, cpu, pfn - z->base_pfn);
    ensures others_remember: others_remember(\old(z->tuning), z->tuning, cpu);
    ensures unnoted: \result != PLUMB_OK || z->tuning.on == 0 ==>
      z->tuning == \old(z->tuning);
    ensures ticks: z->lists.clock <= \old(z->lists.clock) + CALL_TICKS;
*/
enum plumb_status refs_free(struct zone *z, struct page_refs *r, uint32_t cpu, uint64_t pfn,
                            uint32_t order, int cold);

/*@ REQUIRES_COUNTED
    requires clock_room(z->lists, EXACT_TICKS);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES],
      z->owners.movable[ALL_PAGES], REMEMBERED, REFS;
    ENSURES_COUNTED
    ENSURES_RUN_PUT(run_check(z->blocks.top_order, z->blocks.end, z->first, z->nr_cpus, cpu,
      pfn - z->base_pfn, pages), pages)
    ensures others_remember: others_remember(\old(z->tuning), z->tuning, cpu);
    ensures unnoted: \result != PLUMB_OK || z->tuning.on == 0 ==>
      z->tuning == \old(z->tuning);
    ensures ticks: z->lists.clock <= \old(z->lists.clock) + EXACT_TICKS;
*/
enum plumb_status refs_free_pages_exact(struct zone *z, struct page_refs *r, uint32_t cpu,
                                        uint64_t pfn, uint32_t pages);

/*@ REQUIRES_COUNTED
    requires pages <= z->blocks.end ==> clock_room(z->lists, FREE_TICKS * pages);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES],
      z->owners.movable[ALL_PAGES], REMEMBERED, REFS;
    ENSURES_COUNTED
    ENSURES_RUN_PUT(range_check(z->blocks.end, z->first, z->nr_cpus, cpu, pfn - z->base_pfn,
      pages), pages)
    ensures others_remember: others_remember(\old(z->tuning), z->tuning, cpu);
    ensures unnoted: \result != PLUMB_OK || z->tuning.on == 0 ==>
      z->tuning == \old(z->tuning);
    ensures ticks: \result == PLUMB_OK ==>
      z->lists.clock <= \old(z->lists.clock) + FREE_TICKS * pages;
*/
enum plumb_status refs_free_contig_range(struct zone *z, struct page_refs *r, uint32_t cpu,
                                         uint64_t pfn, uint64_t pages);

/*@ REQUIRES_COUNTED
    requires \valid(page) && \separated(z, page) && \separated(r, page);
    terminates \true;
    assigns *page;
    ensures status: \result ==
      (z->base_pfn + z->first <= pfn < z->base_pfn + z->blocks.end ? PLUMB_OK : PLUMB_ERANGE);
    ensures refused: \result != PLUMB_OK ==> *page == \old(*page);
    ENSURES_PAGE_SHOWN
    ensures refs: \result == PLUMB_OK ==> page->refs == r->count[pfn - z->base_pfn] &&
      page->compound == r->compound[pfn - z->base_pfn];
*/
enum plumb_status refs_page(const struct zone *z, const struct page_refs *r, uint64_t pfn,
                            struct plumb_page *page);

#endif
