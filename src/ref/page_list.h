/* The public interface of the reference: pages freed by a list of them. */
#ifndef PLUMBLINE_REF_PAGE_LIST_H
#define PLUMBLINE_REF_PAGE_LIST_H

#include "src/ref/refs.h"
#include "spec/page_list.h"

/*@ REQUIRES_COUNTED
    requires \valid_read(list) && \separated(z, list) && \separated(r, list);
    requires clock_room(z->lists, LIST_TICKS);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES],
      z->owners.movable[ALL_PAGES], REMEMBERED, REFS;
    ENSURES_COUNTED
    ensures check: \let e = list_check(z->nr_cpus, cpu, list->nr);
      e != PLUMB_OK ? \result == e :
        (\result == PLUMB_OK <==> entries_ok(\old(z->blocks), *list, z->base_pfn, list->nr));
    ensures bad: list_check(z->nr_cpus, cpu, list->nr) == PLUMB_OK ==> \forall integer k;
      first_bad_entry(\old(z->blocks), *list, z->base_pfn, list->nr, k) ==>
      \result == entry_check(\old(z->blocks), z->first, list->pfn[k] - z->base_pfn);
    ensures refused: \result != PLUMB_OK ==> SAME_USE;
    ENSURES_ENTRIES_PUT(\result == PLUMB_OK)
*/
enum plumb_status refs_free_page_list(struct zone *z, struct page_refs *r, uint32_t cpu,
                                      const struct plumb_page_list *list, int cold);

#endif
