/* Pages freed by a list of them (free_unref_page_list). Logic only. */
#ifndef PLUMBLINE_SPEC_PAGE_LIST_H
#define PLUMBLINE_SPEC_PAGE_LIST_H

#include "spec/refs.h"

/*@
  // one of the entries from i up to, not including, j is page q; `base` is the pfn of page 0
  predicate listed(struct plumb_page_list l, integer base, integer i, integer j, integer q) =
    \exists integer k; i <= k < j && l.pfn[k] == base + q;
  // entry k is a used block of one page that is not listed before
  predicate entry_ok(struct blocks b, struct plumb_page_list l, integer base, integer k) =
    in_zone(b, l.pfn[k] - base) && used_of(b, l.pfn[k] - base, 0) &&
    \forall integer i; 0 <= i < k ==> l.pfn[i] != l.pfn[k];
  predicate entries_ok(struct blocks b, struct plumb_page_list l, integer base, integer n) =
    \forall integer k; 0 <= k < n ==> entry_ok(b, l, base, k);

  // the checks of the public interface, in their order; the first bad entry decides, of page p
  logic integer list_check(integer nr_cpus, integer cpu, integer n) =
    cpu >= nr_cpus ? PLUMB_ECPU : n == 0 || n > 32 ? PLUMB_ERANGE : PLUMB_OK;
  predicate first_bad_entry(struct blocks b, struct plumb_page_list l, integer base, integer n,
                            integer k) =
    0 <= k < n && !entry_ok(b, l, base, k) && entries_ok(b, l, base, k);
  logic integer entry_check(struct blocks b, integer first, integer p) =
    free_check(b, first, 1, 0, p, 0) != PLUMB_OK ? free_check(b, first, 1, 0, p, 0) : PLUMB_EBUSY;

  // ---- what putting a reference to each page of the entries from i to j means, as of a run's pages
  predicate entries_put(struct page_refs r, struct page_refs s, struct plumb_page_list l,
                        integer base, integer i, integer j) =
    s.counts == r.counts && s.compound == r.compound &&
    (\forall integer k; i <= k < j ==>
      s.count[l.pfn[k] - base] == r.count[l.pfn[k] - base] - 1) &&
    (\forall integer q; !listed(l, base, i, j, q) ==> s.count[q] == r.count[q]);
  logic integer lone_entries(struct page_refs r, struct plumb_page_list l, integer base, integer i,
                             integer j) =
    j <= i ? 0 : lone_entries(r, l, base, i, j - 1) + (r.count[l.pfn[j - 1] - base] == 1 ? 1 : 0);
  predicate entries_used_less(struct blocks a, struct blocks b, struct page_refs r,
                              struct plumb_page_list l, integer base, integer i, integer j) =
    \forall integer q; in_zone(a, q) ==>
      (is_used(b, q) <==> is_used(a, q) && !(listed(l, base, i, j, q) && r.count[q] == 1));
  predicate entries_owned(struct owners u, struct owners w, struct page_refs r,
                          struct plumb_page_list l, integer base, integer i, integer j) =
    \forall integer q; listed(l, base, i, j, q) && r.count[q] == 1 ?
      w.movable[q] == 0 : w.movable[q] == u.movable[q];
  // busy blocks that are neither listed nor on a list of this CPU are as they were
  predicate kept_but_entries(struct blocks a, struct blocks b, integer cpu,
                             struct plumb_page_list l, integer base, integer n) =
    \forall integer q; in_zone(a, q) && !listed(l, base, 0, n, q) && busy_at(a, q) &&
      !is_list_of(a.place[q], cpu) ==>
      b.place[q] == a.place[q] && b.order[q] == a.order[q];
  // 2.6.11: the entry freed last, the first one, is at the head of its CPU's list
  predicate hot_entry(struct blocks b, struct pageblocks t, struct lists s, struct page_refs r,
                      struct plumb_page_list l, integer base, integer i, integer list) =
    r.count[l.pfn[i] - base] == 1 && pbtype(b, t, l.pfn[i] - base) != 5 ==>
      s.head[list] == l.pfn[i] - base;
*/

/* What freeing a good list does. */
#define ENSURES_ENTRIES_PUT(done)                                                                  \
  ensures put: done ==> entries_put(\old(*r), *r, *list, z->base_pfn, 0, list->nr);                \
  ensures only: done ==> entries_used_less(\old(z->blocks), z->blocks, \old(*r), *list,            \
    z->base_pfn, 0, list->nr);                                                                     \
  ensures kept: done ==> kept_but_entries(\old(z->blocks), z->blocks, cpu, *list, z->base_pfn,     \
    list->nr);                                                                                     \
  ensures owned: done ==> entries_owned(\old(z->owners), z->owners, \old(*r), *list,               \
    z->base_pfn, 0, list->nr);                                                                     \
  ensures used_less: done ==> z->counts.held[6] ==                                                 \
    \old(z->counts.held[6]) - lone_entries(\old(*r), *list, z->base_pfn, 0, list->nr);             \
  ensures conserved: done ==> free_or_pcp(z->counts, cpu) ==                                       \
    free_or_pcp(\old(z->counts), cpu) + lone_entries(\old(*r), *list, z->base_pfn, 0, list->nr);   \
  ensures hot: done && z->generation == PLUMB_V2_6_11 ==>                                          \
    hot_entry(\old(z->blocks), \old(z->pageblocks), z->lists, \old(*r), *list, z->base_pfn, 0,     \
      (cold ? 130 + cpu : 66 + cpu));                                                              \
  ensures others: \forall integer c; 7 <= c < 72 && c != 8 + cpu ==>                               \
    z->counts.held[c] == \old(z->counts.held)[c];                                                  \
  ensures others_remember: others_remember(\old(z->tuning), z->tuning, cpu);                       \
  ensures unnoted: !(done) || z->tuning.on == 0 ==> z->tuning == \old(z->tuning);                  \
  ensures ticks: z->lists.clock <= \old(z->lists.clock) + LIST_TICKS;

/* Ticks of the clock that a list takes at most. */
#define LIST_TICKS (FREE_TICKS * 32)

#endif
