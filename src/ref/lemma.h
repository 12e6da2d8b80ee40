/* Lemmas on block sizes as ghost functions: provers do not find them by themselves. */
#ifndef PLUMBLINE_REF_LEMMA_H
#define PLUMBLINE_REF_LEMMA_H

#include "src/ref/zone.h"
#include "spec/zone.h"

/* Lemma: halves of aligned runs. */
/*@ ghost
  /@ requires s == 1 || s == 2 || s == 4 || s == 8 || s == 16 || s == 32 || s == 64 || s == 128 ||
       s == 256 || s == 512;
     requires p < 0x10000000;
     terminates \true;
     assigns \nothing;
     ensures down: p % (2 * s) == 0 ==> p % s == 0 && (p + s) % s == 0 && (p + s) % (2 * s) != 0;
     ensures up: p % s == 0 && p % (2 * s) != 0 ==> p >= s && (p - s) % (2 * s) == 0;
  @/
  void halve(uint32_t p, uint32_t s);
*/

/* Lemma: between the start and the end of an aligned run, only its middle is as aligned as half. */
/*@ ghost
  /@ requires s == 1 || s == 2 || s == 4 || s == 8 || s == 16 || s == 32 || s == 64 || s == 128 ||
       s == 256 || s == 512;
     requires p < 0x10000000 && p % (2 * s) == 0;
     terminates \true;
     assigns \nothing;
     ensures two: \forall integer q; p <= q < p + 2 * s && q % s == 0 ==> q == p || q == p + s;
  @/
  void two_halves(uint32_t p, uint32_t s);
*/

/* Lemmas: division by a block size, its powers of two, and coarser alignment. */
/*@ ghost
  /@ requires s == 1 || s == 2 || s == 4 || s == 8 || s == 16 || s == 32 || s == 64 || s == 128 ||
       s == 256 || s == 512 || s == 1024;
     terminates \true;
     assigns \nothing;
     ensures one: a % s == 0 ==> \forall integer q; a <= q < a + s ==> q / s == a / s;
     ensures start: a % s == 0 ==> \forall integer q; a <= q < a + s ==> q - q % s == a;
     ensures double: \forall integer q; 0 <= q ==> q / (2 * s) == (q / s) / 2;
     ensures split: a % s == 0 ==> \forall integer q; 0 <= q ==> (q < a <==> q / s < a / s);
  @/
  void quotients(uint32_t a, uint32_t s);

  /@ requires is_order(o);
     terminates \true;
     assigns \nothing;
     ensures size: \result == bsize(o);
  @/
  uint32_t order_size(uint32_t o);

  /@ requires is_order(o) && j <= o && aligned(p, o) && p < 0x10000000;
     terminates \true;
     assigns \nothing;
     ensures coarse: aligned(p, j);
  @/
  void coarser(uint32_t p, uint32_t o, uint32_t j);

  /@ requires is_order(j) && is_order(o) && aligned(p, o) && p < 0x10000000;
     terminates \true;
     assigns \nothing;
     ensures one: o <= j ==> \forall integer q; p <= q < p + bsize(o) ==> q / bsize(j) == p / bsize(j);
  @/
  void one_pageblock(uint32_t p, uint32_t o, uint32_t j);

  /@ requires s == 1 || s == 2 || s == 4 || s == 8 || s == 16 || s == 32 || s == 64 || s == 128 ||
       s == 256 || s == 512 || s == 1024;
     requires p < 0x10000000 && p % s == 0;
     terminates \true;
     assigns \nothing;
     ensures next: (p + s) % s == 0 && (p + s) / s == p / s + 1;
  @/
  void next_multiple(uint32_t p, uint32_t s);

  /@ requires s == 1 || s == 2 || s == 4 || s == 8 || s == 16 || s == 32 || s == 64 || s == 128 ||
       s == 256 || s == 512 || s == 1024;
     terminates \true;
     assigns \nothing;
     ensures down: (p - p % s) % s == 0 && p - p % s <= p < p - p % s + s;
  @/
  void round_down(uint32_t p, uint32_t s);

  /@ requires is_order(o) && j <= o && aligned(r, o) && aligned(s, j) && r < 0x1000000;
     requires r <= s < r + bsize(o);
     terminates \true;
     assigns \nothing;
     ensures end: s + bsize(j) <= r + bsize(o);
  @/
  void beyond(uint32_t r, uint32_t s, uint32_t o, uint32_t j);
*/

#endif
