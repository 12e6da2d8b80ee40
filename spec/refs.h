/* References to used blocks, compound blocks: get_page, put_page, and what a free of a block that
 * others still refer to leaves (semantics 18). Logic only. */
#ifndef PLUMBLINE_SPEC_REFS_H
#define PLUMBLINE_SPEC_REFS_H

#include "spec/contig.h"
#include "spec/exact.h"
#include "spec/init.h"

/*@
  // a used block has references, what is not used has none (theorem 21)
  predicate counted_at(struct blocks b, struct page_refs r, integer q) =
    is_used(b, q) ? 1 <= r.count[q] <= 0x7fffffff : r.count[q] == 0;
  // a compound block is a used one of more than a page
  predicate compound_at(struct blocks b, struct page_refs r, integer q) =
    r.compound[q] == 0 || (r.compound[q] == 1 && is_used(b, q) && 1 <= b.order[q]);
  // a zone that counts none has one of each used block
  predicate counted_at_most(struct blocks b, struct page_refs r) =
    r.counts < 2 && (r.counts == 0 ==> \forall integer q; in_zone(b, q) ==>
      r.count[q] <= 1 && r.compound[q] == 0);
  predicate counted_all(struct blocks b, struct page_refs r) =
    \forall integer q; in_zone(b, q) ==> counted_at(b, r, q);
  predicate compound_all(struct blocks b, struct page_refs r) =
    \forall integer q; in_zone(b, q) ==> compound_at(b, r, q);
  predicate counted(struct blocks b, struct page_refs r) =
    counted_all(b, r) && compound_all(b, r) && counted_at_most(b, r);

  // pages other than p, or those outside a run, are counted as before
  predicate refs_but(struct page_refs r, struct page_refs s, integer p) =
    s.counts == r.counts && \forall integer q; q != p ==>
      s.count[q] == r.count[q] && s.compound[q] == r.compound[q];
  predicate refs_but_run(struct page_refs r, struct page_refs s, integer p, integer n) =
    s.counts == r.counts && \forall integer q; !(p <= q < p + n) ==>
      s.count[q] == r.count[q] && s.compound[q] == r.compound[q];
  // each page of a run has one reference and is no compound block
  predicate refs_one(struct page_refs r, integer p, integer n) =
    \forall integer q; p <= q < p + n ==> r.count[q] == 1 && r.compound[q] == 0;

  // h is the page whose references count for page p: the first of a compound block, or p itself
  predicate counts_for(struct blocks b, struct page_refs r, integer h, integer p) =
    (inside(b, h, p) && r.compound[h] == 1) ||
    (h == p && \forall integer g; inside(b, g, p) ==> r.compound[g] != 1);

  // ---- the checks of the public interface, in their order
  // of page h, whatever its order
  logic integer used_check(struct blocks b, integer h) = block_check(b, h, b.order[h]);
  logic integer get_check(struct blocks b, struct page_refs r, integer h) =
    used_check(b, h) != PLUMB_OK ? used_check(b, h) :
    r.count[h] == 0x7fffffff ? PLUMB_EREFS : PLUMB_OK;
  logic integer put_check(struct blocks b, struct page_refs r, integer h) =
    used_check(b, h) != PLUMB_OK ? used_check(b, h) :
    r.count[h] == 1 && r.compound[h] == 0 && b.order[h] != 0 ? PLUMB_EMISMATCH : PLUMB_OK;
  logic integer compound_check(struct blocks b, struct page_refs r, integer first, integer p,
                               integer order) =
    r.counts == 0 ? PLUMB_EREFS :
    free_check(b, first, 1, 0, p, order) != PLUMB_OK ? free_check(b, first, 1, 0, p, order) :
    order == 0 || r.compound[p] != 0 ? PLUMB_ECOMPOUND : PLUMB_OK;
  logic integer split_check(struct blocks b, struct page_refs r, integer first, integer p,
                            integer order) =
    free_check(b, first, 1, 0, p, order) != PLUMB_OK ? free_check(b, first, 1, 0, p, order) :
    r.compound[p] != 0 ? PLUMB_ECOMPOUND : PLUMB_OK;

  // ---- what a free gives back
  // it has other references and is not compound: all but the first page
  predicate parted(struct page_refs r, integer p) = r.count[p] > 1 && r.compound[p] == 0;
  logic integer pages_freed(struct page_refs r, integer p, integer order) =
    r.count[p] == 1 ? bsize(order) : r.compound[p] == 0 ? bsize(order) - 1 : 0;
  // pages of a run that have a single reference
  logic integer lone(struct page_refs r, integer p, integer n) =
    n <= 0 ? 0 : lone(r, p, n - 1) + (r.count[p + n - 1] == 1 ? 1 : 0);
  // exactly the pages of a run that had a single reference became unused
  predicate lone_used_less(struct blocks a, struct blocks b, struct page_refs r, integer p,
                           integer n) =
    \forall integer q; in_zone(a, q) ==>
      (is_used(b, q) <==> is_used(a, q) && !(p <= q < p + n && r.count[q] == 1));
  // the pages of a run that had a single reference have no owner, no other page's owner changed
  predicate lone_owned(struct owners u, struct owners w, struct page_refs r, integer p, integer n) =
    \forall integer q; w.movable[q] == (p <= q < p + n && r.count[q] == 1 ? 0 : u.movable[q]);
  // each page of a run has a reference less
  predicate run_put(struct page_refs r, struct page_refs s, integer p, integer n) =
    \forall integer q; p <= q < p + n ==> s.count[q] == r.count[q] - 1 && s.compound[q] == 0;
*/

#define REFS r->count[ALL_PAGES], r->compound[ALL_PAGES]

/* A zone and its references, before and after every public call. */
#define REQUIRES_COUNTED                                                                           \
  requires \valid(z) && \valid(r) && \separated(z, r);                                             \
  requires zone_ok(*z) && counted(z->blocks, *r);

#define ENSURES_COUNTED                                                                            \
  ENSURES_ZONE_OK                                                                                  \
  ENSURES_REFS

#define ENSURES_REFS                                                                               \
  ensures counted: counted_all(z->blocks, *r);                                                     \
  ensures blocks: compound_all(z->blocks, *r);                                                     \
  ensures most: counted_at_most(z->blocks, *r);

/* What a public call that puts a reference to each used block of one page from pfn on answers and
 * does: `checked` is the status of its arguments; if that is good, the first bad block decides. */
#define ENSURES_RUN_PUT(checked, n)                                                                \
  ensures check: \let e = checked;                                                                 \
    e != PLUMB_OK ? \result == e :                                                                 \
      (\result == PLUMB_OK <==> singles(\old(z->blocks), pfn - z->base_pfn, n));                   \
  ensures bad: checked == PLUMB_OK ==>                                                             \
    \forall integer q; first_bad(\old(z->blocks), pfn - z->base_pfn, n, q) ==>                     \
    \result == block_check(\old(z->blocks), q, 0);                                                 \
  ensures refused: \result != PLUMB_OK ==> SAME_USE;                                               \
  ensures put: \result == PLUMB_OK ==> run_put(\old(*r), *r, pfn - z->base_pfn, n);                \
  ensures others: \result == PLUMB_OK ==> refs_but_run(\old(*r), *r, pfn - z->base_pfn, n);        \
  ensures only: \result == PLUMB_OK ==>                                                            \
    lone_used_less(\old(z->blocks), z->blocks, \old(*r), pfn - z->base_pfn, n);                    \
  ensures kept: \result == PLUMB_OK ==>                                                            \
    kept_but_run(\old(z->blocks), z->blocks, cpu, pfn - z->base_pfn, n);                           \
  ensures used_less: \result == PLUMB_OK ==>                                                       \
    z->counts.held[6] == \old(z->counts.held[6]) - lone(\old(*r), pfn - z->base_pfn, n);           \
  ensures conserved: \result == PLUMB_OK ==> free_or_pcp(z->counts, cpu) ==                        \
    free_or_pcp(\old(z->counts), cpu) + lone(\old(*r), pfn - z->base_pfn, n);                     \
  ensures owned: \result == PLUMB_OK ==>                                                           \
    lone_owned(\old(z->owners), z->owners, \old(*r), pfn - z->base_pfn, n);                        \
  ensures counts: \forall integer c; 7 <= c < 72 && c != 8 + cpu ==>                               \
    z->counts.held[c] == \old(z->counts.held)[c];

#define SAME_USE (SAME_STATE && z->owners == \old(z->owners) && *r == \old(*r))

#endif
