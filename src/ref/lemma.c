/* Proofs of the lemmas on block sizes: each case is arithmetic with one constant. No executable
 * code. */
#include "src/ref/lemma.h"

/*@ ghost
  void halve(uint32_t p, uint32_t s)
  {
    if (s == 1) {
      /@ assert p % 2 == 0 ==> p % 1 == 0 && (p + 1) % 1 == 0 && (p + 1) % 2 != 0; @/
      /@ assert p % 1 == 0 && p % 2 != 0 ==> p >= 1 && (p - 1) % 2 == 0; @/
    }
    if (s == 2) {
      /@ assert p % 4 == 0 ==> p % 2 == 0 && (p + 2) % 2 == 0 && (p + 2) % 4 != 0; @/
      /@ assert p % 2 == 0 && p % 4 != 0 ==> p >= 2 && (p - 2) % 4 == 0; @/
    }
    if (s == 4) {
      /@ assert p % 8 == 0 ==> p % 4 == 0 && (p + 4) % 4 == 0 && (p + 4) % 8 != 0; @/
      /@ assert p % 4 == 0 && p % 8 != 0 ==> p >= 4 && (p - 4) % 8 == 0; @/
    }
    if (s == 8) {
      /@ assert p % 16 == 0 ==> p % 8 == 0 && (p + 8) % 8 == 0 && (p + 8) % 16 != 0; @/
      /@ assert p % 8 == 0 && p % 16 != 0 ==> p >= 8 && (p - 8) % 16 == 0; @/
    }
    if (s == 16) {
      /@ assert p % 32 == 0 ==> p % 16 == 0 && (p + 16) % 16 == 0 && (p + 16) % 32 != 0; @/
      /@ assert p % 16 == 0 && p % 32 != 0 ==> p >= 16 && (p - 16) % 32 == 0; @/
    }
    if (s == 32) {
      /@ assert p % 64 == 0 ==> p % 32 == 0 && (p + 32) % 32 == 0 && (p + 32) % 64 != 0; @/
      /@ assert p % 32 == 0 && p % 64 != 0 ==> p >= 32 && (p - 32) % 64 == 0; @/
    }
    if (s == 64) {
      /@ assert p % 128 == 0 ==> p % 64 == 0 && (p + 64) % 64 == 0 && (p + 64) % 128 != 0; @/
      /@ assert p % 64 == 0 && p % 128 != 0 ==> p >= 64 && (p - 64) % 128 == 0; @/
    }
    if (s == 128) {
      /@ assert p % 256 == 0 ==> p % 128 == 0 && (p + 128) % 128 == 0 && (p + 128) % 256 != 0; @/
      /@ assert p % 128 == 0 && p % 256 != 0 ==> p >= 128 && (p - 128) % 256 == 0; @/
    }
    if (s == 256) {
      /@ assert p % 512 == 0 ==> p % 256 == 0 && (p + 256) % 256 == 0 && (p + 256) % 512 != 0; @/
      /@ assert p % 256 == 0 && p % 512 != 0 ==> p >= 256 && (p - 256) % 512 == 0; @/
    }
    if (s == 512) {
      /@ assert p % 1024 == 0 ==> p % 512 == 0 && (p + 512) % 512 == 0 && (p + 512) % 1024 != 0; @/
      /@ assert p % 512 == 0 && p % 1024 != 0 ==> p >= 512 && (p - 512) % 1024 == 0; @/
    }
  }
*/

/*@ ghost
  void two_halves(uint32_t p, uint32_t s)
  {
    if (s == 1)
      /@ assert \forall integer q; p <= q < p + 2 && q % 1 == 0 && p % 2 == 0 ==>
            q == p || q == p + 1; @/ ;
    if (s == 2)
      /@ assert \forall integer q; p <= q < p + 4 && q % 2 == 0 && p % 4 == 0 ==>
            q == p || q == p + 2; @/ ;
    if (s == 4)
      /@ assert \forall integer q; p <= q < p + 8 && q % 4 == 0 && p % 8 == 0 ==>
            q == p || q == p + 4; @/ ;
    if (s == 8)
      /@ assert \forall integer q; p <= q < p + 16 && q % 8 == 0 && p % 16 == 0 ==>
            q == p || q == p + 8; @/ ;
    if (s == 16)
      /@ assert \forall integer q; p <= q < p + 32 && q % 16 == 0 && p % 32 == 0 ==>
            q == p || q == p + 16; @/ ;
    if (s == 32)
      /@ assert \forall integer q; p <= q < p + 64 && q % 32 == 0 && p % 64 == 0 ==>
            q == p || q == p + 32; @/ ;
    if (s == 64)
      /@ assert \forall integer q; p <= q < p + 128 && q % 64 == 0 && p % 128 == 0 ==>
            q == p || q == p + 64; @/ ;
    if (s == 128)
      /@ assert \forall integer q; p <= q < p + 256 && q % 128 == 0 && p % 256 == 0 ==>
            q == p || q == p + 128; @/ ;
    if (s == 256)
      /@ assert \forall integer q; p <= q < p + 512 && q % 256 == 0 && p % 512 == 0 ==>
            q == p || q == p + 256; @/ ;
    if (s == 512)
      /@ assert \forall integer q; p <= q < p + 1024 && q % 512 == 0 && p % 1024 == 0 ==>
            q == p || q == p + 512; @/ ;
  }
*/

/*@ ghost
  void quotients(uint32_t a, uint32_t s)
  {
    if (s == 1) {
      /@ assert a % 1 == 0 ==> \forall integer q; a <= q < a + 1 ==> q / 1 == a / 1; @/
      /@ assert a % 1 == 0 ==> \forall integer q; a <= q < a + 1 ==> q - q % 1 == a; @/
      /@ assert \forall integer q; 0 <= q ==> q / 2 == (q / 1) / 2; @/
      /@ assert a % 1 == 0 ==> \forall integer q; 0 <= q ==> (q < a <==> q / 1 < a / 1); @/
    }
    if (s == 2) {
      /@ assert a % 2 == 0 ==> \forall integer q; a <= q < a + 2 ==> q / 2 == a / 2; @/
      /@ assert a % 2 == 0 ==> \forall integer q; a <= q < a + 2 ==> q - q % 2 == a; @/
      /@ assert \forall integer q; 0 <= q ==> q / 4 == (q / 2) / 2; @/
      /@ assert a % 2 == 0 ==> \forall integer q; 0 <= q ==> (q < a <==> q / 2 < a / 2); @/
    }
    if (s == 4) {
      /@ assert a % 4 == 0 ==> \forall integer q; a <= q < a + 4 ==> q / 4 == a / 4; @/
      /@ assert a % 4 == 0 ==> \forall integer q; a <= q < a + 4 ==> q - q % 4 == a; @/
      /@ assert \forall integer q; 0 <= q ==> q / 8 == (q / 4) / 2; @/
      /@ assert a % 4 == 0 ==> \forall integer q; 0 <= q ==> (q < a <==> q / 4 < a / 4); @/
    }
    if (s == 8) {
      /@ assert a % 8 == 0 ==> \forall integer q; a <= q < a + 8 ==> q / 8 == a / 8; @/
      /@ assert a % 8 == 0 ==> \forall integer q; a <= q < a + 8 ==> q - q % 8 == a; @/
      /@ assert \forall integer q; 0 <= q ==> q / 16 == (q / 8) / 2; @/
      /@ assert a % 8 == 0 ==> \forall integer q; 0 <= q ==> (q < a <==> q / 8 < a / 8); @/
    }
    if (s == 16) {
      /@ assert a % 16 == 0 ==> \forall integer q; a <= q < a + 16 ==> q / 16 == a / 16; @/
      /@ assert a % 16 == 0 ==> \forall integer q; a <= q < a + 16 ==> q - q % 16 == a; @/
      /@ assert \forall integer q; 0 <= q ==> q / 32 == (q / 16) / 2; @/
      /@ assert a % 16 == 0 ==> \forall integer q; 0 <= q ==> (q < a <==> q / 16 < a / 16); @/
    }
    if (s == 32) {
      /@ assert a % 32 == 0 ==> \forall integer q; a <= q < a + 32 ==> q / 32 == a / 32; @/
      /@ assert a % 32 == 0 ==> \forall integer q; a <= q < a + 32 ==> q - q % 32 == a; @/
      /@ assert \forall integer q; 0 <= q ==> q / 64 == (q / 32) / 2; @/
      /@ assert a % 32 == 0 ==> \forall integer q; 0 <= q ==> (q < a <==> q / 32 < a / 32); @/
    }
    if (s == 64) {
      /@ assert a % 64 == 0 ==> \forall integer q; a <= q < a + 64 ==> q / 64 == a / 64; @/
      /@ assert a % 64 == 0 ==> \forall integer q; a <= q < a + 64 ==> q - q % 64 == a; @/
      /@ assert \forall integer q; 0 <= q ==> q / 128 == (q / 64) / 2; @/
      /@ assert a % 64 == 0 ==> \forall integer q; 0 <= q ==> (q < a <==> q / 64 < a / 64); @/
    }
    if (s == 128) {
      /@ assert a % 128 == 0 ==> \forall integer q; a <= q < a + 128 ==> q / 128 == a / 128; @/
      /@ assert a % 128 == 0 ==> \forall integer q; a <= q < a + 128 ==> q - q % 128 == a; @/
      /@ assert \forall integer q; 0 <= q ==> q / 256 == (q / 128) / 2; @/
      /@ assert a % 128 == 0 ==> \forall integer q; 0 <= q ==> (q < a <==> q / 128 < a / 128); @/
    }
    if (s == 256) {
      /@ assert a % 256 == 0 ==> \forall integer q; a <= q < a + 256 ==> q / 256 == a / 256; @/
      /@ assert a % 256 == 0 ==> \forall integer q; a <= q < a + 256 ==> q - q % 256 == a; @/
      /@ assert \forall integer q; 0 <= q ==> q / 512 == (q / 256) / 2; @/
      /@ assert a % 256 == 0 ==> \forall integer q; 0 <= q ==> (q < a <==> q / 256 < a / 256); @/
    }
    if (s == 512) {
      /@ assert a % 512 == 0 ==> \forall integer q; a <= q < a + 512 ==> q / 512 == a / 512; @/
      /@ assert a % 512 == 0 ==> \forall integer q; a <= q < a + 512 ==> q - q % 512 == a; @/
      /@ assert \forall integer q; 0 <= q ==> q / 1024 == (q / 512) / 2; @/
      /@ assert a % 512 == 0 ==> \forall integer q; 0 <= q ==> (q < a <==> q / 512 < a / 512); @/
    }
    if (s == 1024) {
      /@ assert a % 1024 == 0 ==> \forall integer q; a <= q < a + 1024 ==> q / 1024 == a / 1024; @/
      /@ assert a % 1024 == 0 ==> \forall integer q; a <= q < a + 1024 ==> q - q % 1024 == a; @/
      /@ assert \forall integer q; 0 <= q ==> q / 2048 == (q / 1024) / 2; @/
      /@ assert a % 1024 == 0 ==> \forall integer q; 0 <= q ==> (q < a <==> q / 1024 < a / 1024); @/
    }
  }

  uint32_t order_size(uint32_t o)
  {
    return o == 0 ? 1 : o == 1 ? 2 : o == 2 ? 4 : o == 3 ? 8 : o == 4 ? 16 : o == 5 ? 32 :
      o == 6 ? 64 : o == 7 ? 128 : o == 8 ? 256 : o == 9 ? 512 : 1024;
  }

  void coarser(uint32_t p, uint32_t o, uint32_t j)
  {
    uint32_t i = o;
    /@ loop invariant j <= i <= o && aligned(p, i);
       loop assigns i;
       loop variant i; @/
    while (i > j) {
      /@ assert bsize(i) == 2 * bsize(i - 1); @/
      halve(p, order_size(i - 1));
      i = i - 1;
    }
  }

  void one_pageblock(uint32_t p, uint32_t o, uint32_t j)
  {
    uint32_t i = o;
    quotients(p, order_size(o));
    /@ loop invariant o <= i && (i <= j || i == o);
       loop invariant \forall integer q; p <= q < p + bsize(o) ==> q / bsize(i) == p / bsize(i);
       loop assigns i;
       loop variant j - i; @/
    while (i < j) {
      quotients(0, order_size(i));
      /@ assert bsize(i + 1) == 2 * bsize(i); @/
      i = i + 1;
    }
  }

  void next_multiple(uint32_t p, uint32_t s)
  {
    if (s == 1) {
      /@ assert (p + 1) % 1 == 0 && (p + 1) / 1 == p / 1 + 1; @/
    }
    if (s == 2) {
      /@ assert (p + 2) % 2 == 0 && (p + 2) / 2 == p / 2 + 1; @/
    }
    if (s == 4) {
      /@ assert (p + 4) % 4 == 0 && (p + 4) / 4 == p / 4 + 1; @/
    }
    if (s == 8) {
      /@ assert (p + 8) % 8 == 0 && (p + 8) / 8 == p / 8 + 1; @/
    }
    if (s == 16) {
      /@ assert (p + 16) % 16 == 0 && (p + 16) / 16 == p / 16 + 1; @/
    }
    if (s == 32) {
      /@ assert (p + 32) % 32 == 0 && (p + 32) / 32 == p / 32 + 1; @/
    }
    if (s == 64) {
      /@ assert (p + 64) % 64 == 0 && (p + 64) / 64 == p / 64 + 1; @/
    }
    if (s == 128) {
      /@ assert (p + 128) % 128 == 0 && (p + 128) / 128 == p / 128 + 1; @/
    }
    if (s == 256) {
      /@ assert (p + 256) % 256 == 0 && (p + 256) / 256 == p / 256 + 1; @/
    }
    if (s == 512) {
      /@ assert (p + 512) % 512 == 0 && (p + 512) / 512 == p / 512 + 1; @/
    }
    if (s == 1024) {
      /@ assert (p + 1024) % 1024 == 0 && (p + 1024) / 1024 == p / 1024 + 1; @/
    }
  }

  void round_down(uint32_t p, uint32_t s)
  {
    if (s == 1) {
      /@ assert (p - p % 1) % 1 == 0 && p - p % 1 <= p < p - p % 1 + 1; @/
    }
    if (s == 2) {
      /@ assert (p - p % 2) % 2 == 0 && p - p % 2 <= p < p - p % 2 + 2; @/
    }
    if (s == 4) {
      /@ assert (p - p % 4) % 4 == 0 && p - p % 4 <= p < p - p % 4 + 4; @/
    }
    if (s == 8) {
      /@ assert (p - p % 8) % 8 == 0 && p - p % 8 <= p < p - p % 8 + 8; @/
    }
    if (s == 16) {
      /@ assert (p - p % 16) % 16 == 0 && p - p % 16 <= p < p - p % 16 + 16; @/
    }
    if (s == 32) {
      /@ assert (p - p % 32) % 32 == 0 && p - p % 32 <= p < p - p % 32 + 32; @/
    }
    if (s == 64) {
      /@ assert (p - p % 64) % 64 == 0 && p - p % 64 <= p < p - p % 64 + 64; @/
    }
    if (s == 128) {
      /@ assert (p - p % 128) % 128 == 0 && p - p % 128 <= p < p - p % 128 + 128; @/
    }
    if (s == 256) {
      /@ assert (p - p % 256) % 256 == 0 && p - p % 256 <= p < p - p % 256 + 256; @/
    }
    if (s == 512) {
      /@ assert (p - p % 512) % 512 == 0 && p - p % 512 <= p < p - p % 512 + 512; @/
    }
    if (s == 1024) {
      /@ assert (p - p % 1024) % 1024 == 0 && p - p % 1024 <= p < p - p % 1024 + 1024; @/
    }
  }

  void beyond(uint32_t r, uint32_t s, uint32_t o, uint32_t j)
  {
    next_multiple(r, order_size(o));
    coarser(r + order_size(o), o, j);
    quotients(s, order_size(j));
    /@ assert end: aligned(r + bsize(o), j); @/
  }
*/
