/* Blocks of one page: split_page, and runs of pages that are no power of two. Logic only. */
#ifndef PLUMBLINE_SPEC_EXACT_H
#define PLUMBLINE_SPEC_EXACT_H

#include "spec/init.h"

/*@
  // the aligned pages of order o of a run are used blocks of that order
  predicate cut(struct blocks b, integer p, integer n, integer o) =
    \forall integer q; p <= q < p + n && aligned(q, o) ==> used_of(b, q, o);
  // each page of a run is a used block
  predicate singles(struct blocks b, integer p, integer n) =
    \forall integer q; p <= q < p + n ==> used_of(b, q, 0);
  // the pages of a run, and no others, have this owner
  predicate owned(struct owners u, struct owners w, integer p, integer n, integer movable) =
    (\forall integer q; p <= q < p + n ==> w.movable[q] == movable) &&
    (\forall integer q; !(p <= q < p + n) ==> w.movable[q] == u.movable[q]);
  // order of the smallest block that holds n pages
  logic integer run_order(integer n) =
    n <= 1 ? 0 : n <= 2 ? 1 : n <= 4 ? 2 : n <= 8 ? 3 : n <= 16 ? 4 : n <= 32 ? 5 :
    n <= 64 ? 6 : n <= 128 ? 7 : n <= 256 ? 8 : n <= 512 ? 9 : 10;

  // exactly the pages of a run became used, or unused
  predicate run_used_more(struct blocks a, struct blocks b, integer p, integer n) =
    \forall integer q; in_zone(a, q) ==> (is_used(b, q) <==> is_used(a, q) || p <= q < p + n);
  predicate run_used_less(struct blocks a, struct blocks b, integer p, integer n) =
    \forall integer q; in_zone(a, q) ==> (is_used(b, q) <==> is_used(a, q) && !(p <= q < p + n));
  // busy blocks that are not of a run are as they were
  predicate busy_kept_run(struct blocks a, struct blocks b, integer p, integer n) =
    \forall integer q; in_zone(a, q) && !(p <= q < p + n) && busy_at(a, q) ==>
      b.place[q] == a.place[q] && b.order[q] == a.order[q];
  // busy blocks that are neither of a run nor on a list of this CPU are as they were
  predicate kept_but_run(struct blocks a, struct blocks b, integer cpu, integer p, integer n) =
    \forall integer q; in_zone(a, q) && !(p <= q < p + n) && busy_at(a, q) &&
      !is_list_of(a.place[q], cpu) ==>
      b.place[q] == a.place[q] && b.order[q] == a.order[q];

  // the checks of the public interface, in their order; p is the index of the run's first pfn
  logic integer run_alloc_check(integer top, integer generation, integer nr_cpus, integer cpu,
                                integer n, integer mt, integer f, integer hz) =
    n == 0 ? PLUMB_ERANGE : n > bsize(top) ? PLUMB_EORDER :
    alloc_check(top, generation, nr_cpus, cpu, run_order(n), mt, f, hz);
  logic integer range_check(integer end, integer first, integer nr_cpus, integer cpu, integer p,
                            integer n) =
    cpu >= nr_cpus ? PLUMB_ECPU :
    n == 0 || p < first || p >= end || p + n > end ? PLUMB_ERANGE : PLUMB_OK;
  logic integer run_check(integer top, integer end, integer first, integer nr_cpus, integer cpu,
                          integer p, integer n) =
    cpu >= nr_cpus ? PLUMB_ECPU :
    n > bsize(top) ? PLUMB_ERANGE : range_check(end, first, nr_cpus, cpu, p, n);
  // q is the first page of a run that is not a used block of one page: it decides
  predicate first_bad(struct blocks b, integer p, integer n, integer q) =
    p <= q < p + n && !used_of(b, q, 0) && singles(b, p, q - p);
*/

/* Ticks of the clock that an exact call takes at most: freeing 1024 pages one by one. */
#define EXACT_TICKS 0x100000000000

/* What freeing n used blocks of one page means for the counts and for other CPUs. */
#define ENSURES_RUN_FREED(n)                                                                       \
  ensures adapted: adapted(z->tuning, z->generation, z->pcp_high);                                 \
  ensures others_remember: others_remember(\old(z->tuning), z->tuning, cpu);                       \
  ensures unnoted: z->tuning.on == 0 ==> z->tuning == \old(z->tuning);                             \
  ensures used_less: z->counts.held[6] == \old(z->counts.held[6]) - (n);                           \
  ensures conserved: free_or_pcp(z->counts, cpu) == free_or_pcp(\old(z->counts), cpu) + (n);       \
  ensures others: \forall integer c; 7 <= c < 72 && c != 8 + cpu ==>                               \
    z->counts.held[c] == \old(z->counts.held)[c];                                                  \
  ensures other_cpus: other_cpus_kept(\old(z->lists), z->lists, \old(z->counts), z->counts,        \
    cpu);

#endif
