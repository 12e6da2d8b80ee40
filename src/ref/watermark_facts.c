/* What follows from the definitions of spec/watermark.h: ghost functions only, called by nobody. */
#include "src/ref/watermark.h"

/*@ ghost
  /@ requires 0 <= low <= high <= 0x20000000000000 && order <= 10;
     terminates \true;
     assigns \nothing;
     ensures monotone: low / bsize(order) <= high / bsize(order);
  @/
  void divide_monotone(int64_t low, int64_t high, uint32_t order) { }

  /@ requires 0 <= low <= high <= 0x20000000000000;
     terminates \true;
     assigns \nothing;
     ensures before: 0 <= low_mark(low, flags) <= low_mark(high, flags) <= high;
     ensures v6_12: 0 <= low_mark_v6_12(low, flags) <= low_mark_v6_12(high, flags) <= high;
  @/
  void marks_monotone(int64_t low, int64_t high, uint32_t flags) { }
*/

/* A smaller request with a lower mark and more free pages passes if the larger one does. */
/*@ ghost
  /@ requires 0 <= low <= high <= 0x20000000000000 && order <= 10;
     terminates \true;
     assigns \nothing;
     ensures monotone: \forall integer k; 1 <= k <= order ==>
       low / bsize(k) <= high / bsize(k);
  @/
  void divide_all_monotone(int64_t low, int64_t high, uint32_t order)
  {
    /@ loop invariant 1 <= k <= order + 1;
       loop invariant less: \forall integer o; 1 <= o < k ==> low / bsize(o) <= high / bsize(o);
       loop assigns k;
       loop variant order + 1 - k; @/
    for (uint32_t k = 1; k <= order; k++)
      divide_monotone(low, high, k);
  }

  /@ requires \valid_read(z) && order <= larger <= 10 && less <= more;
     requires 0 <= low_mark(low, flags) <= low_mark(high, flags) <= 0x20000000000000;
     requires low_min == low_mark(low, flags) && high_min == low_mark(high, flags);
     requires ok_v2_6_11(z->counts, larger, high, reserve, flags, less);
     terminates \true;
     assigns \nothing;
     ensures monotone: ok_v2_6_11(z->counts, order, low, reserve, flags, more);
  @/
  void monotone_v2_6_11(const struct zone *z, uint32_t order, uint32_t larger, int64_t low,
                        int64_t high, int64_t low_min, int64_t high_min, uint64_t reserve,
                        uint32_t flags, int64_t less, int64_t more)
  {
    divide_all_monotone(low_min, high_min, order);
  }

  /@ requires \valid_read(z) && order <= larger <= 10 && less <= more;
     requires low_mark(low, flags) <= low_mark(high, flags);
     requires ok_v4_10(z->lists, z->counts, z->blocks.top_order, z->nr_reserved_highatomic,
       larger, high, reserve, flags, less);
     terminates \true;
     assigns \nothing;
     ensures monotone: ok_v4_10(z->lists, z->counts, z->blocks.top_order,
       z->nr_reserved_highatomic, order, low, reserve, flags, more);
  @/
  void monotone_v4_10(const struct zone *z, uint32_t order, uint32_t larger, int64_t low,
                      int64_t high, uint64_t reserve, uint32_t flags, int64_t less, int64_t more)
  { }

  /@ requires \valid_read(z) && order <= larger <= 10 && less <= more;
     requires low_mark_v6_12(low, flags) <= low_mark_v6_12(high, flags);
     requires ok_v6_12(z->lists, z->counts, z->blocks.top_order, larger, high, reserve, flags,
       less);
     terminates \true;
     assigns \nothing;
     ensures monotone: ok_v6_12(z->lists, z->counts, z->blocks.top_order, order, low, reserve,
       flags, more);
  @/
  void monotone_v6_12(const struct zone *z, uint32_t order, uint32_t larger, int64_t low,
                      int64_t high, uint64_t reserve, uint32_t flags, int64_t less, int64_t more)
  { }

  /@ requires 0 <= mark <= 0x20000000000000;
     terminates \true;
     assigns \nothing;
     ensures exact: \result == low_mark(mark, flags);
     ensures range: 0 <= \result <= mark;
  @/
  int64_t low_mark_of(int64_t mark, uint32_t flags)
  {
    int64_t min = flags & 0x20 ? mark - mark / 2 : mark;

    return flags & 0x10 ? min - min / 4 : min;
  }

  /@ requires \valid_read(z) && order <= larger <= 10 && highest_zoneidx < 4;
     requires 0 <= low <= high <= 0x20000000000000 && less <= more;
     requires watermark_ok(*z, larger, high, highest_zoneidx, flags, less);
     terminates \true;
     assigns \nothing;
     ensures monotone: watermark_ok(*z, order, low, highest_zoneidx, flags, more);
  @/
  void watermark_monotone(const struct zone *z, uint32_t order, uint32_t larger, int64_t low,
                          int64_t high, uint32_t highest_zoneidx, uint32_t flags, int64_t less,
                          int64_t more)
  {
    uint64_t reserve = z->lowmem_reserve[highest_zoneidx];
    int64_t low_min = low_mark_of(low, flags), high_min = low_mark_of(high, flags);

    marks_monotone(low, high, flags);
    if (z->generation == 0)
      monotone_v2_6_11(z, order, larger, low, high, low_min, high_min, reserve, flags, less, more);
    else if (z->generation == 1)
      monotone_v4_10(z, order, larger, low, high, reserve, flags, less, more);
    else
      monotone_v6_12(z, order, larger, low, high, reserve, flags, less, more);
  }
*/

/* v6.12: the shortcut only saves time; what passes is what the full check or the retry lets
 * through. */
/*@ ghost
  /@ requires \valid_read(z) && tuned(*z) && z->generation >= 2 && highest_zoneidx < 4;
     requires order <= z->blocks.top_order <= 10;
     terminates \true;
     assigns \nothing;
     ensures same: watermark_fast(*z, order, highest_zoneidx, flags) <==>
       full_check(*z, order, named_mark(*z, flags), highest_zoneidx, flags) ||
       (order == 0 && retries(*z, flags) &&
         full_check(*z, 0, z->wmark[0], highest_zoneidx, flags));
  @/
  void fast_v6_12_is_full(const struct zone *z, uint32_t order, uint32_t highest_zoneidx,
                          uint32_t flags)
  {
    uint64_t mark = z->wmark[flags % 4] + z->watermark_boost;

    marks_monotone(0, (int64_t)mark, flags);
  }
*/

/* v4.10: the shortcut lets through what the full check refuses only where it forgets the pages set
 * aside for HIGHATOMIC; 2.6.11 has no shortcut. */
/*@ ghost
  /@ requires \valid_read(z) && tuned(*z) && z->generation < 2 && highest_zoneidx < 4;
     requires order <= z->blocks.top_order <= 10;
     terminates \true;
     assigns \nothing;
     ensures same: z->generation == 0 || order > 0 || flag_non_block(flags) ||
       z->nr_reserved_highatomic == 0 ==>
       (watermark_fast(*z, order, highest_zoneidx, flags) <==>
        full_check(*z, order, named_mark(*z, flags), highest_zoneidx, flags));
  @/
  void fast_v4_10_is_full(const struct zone *z, uint32_t order, uint32_t highest_zoneidx,
                          uint32_t flags)
  {
    marks_monotone(0, (int64_t)z->wmark[flags % 4], flags);
  }
*/

/* Rounding: half of seven pages and a quarter of the rest leave three, whatever the kernel, but
 * v6.12 lowers no mark for NON_BLOCK alone. */
/*@ ghost
  /@ terminates \true;
     assigns \nothing;
     ensures both: flag_min_reserve(flags) && flag_non_block(flags) ==>
       low_mark(7, flags) == 3 && low_mark_v6_12(7, flags) == (flag_oom(flags) ? 2 : 3);
     ensures half: flag_min_reserve(flags) && !flag_non_block(flags) ==>
       low_mark(7, flags) == 4 && low_mark_v6_12(7, flags) == (flag_oom(flags) ? 2 : 4);
     ensures quarter: !flag_min_reserve(flags) && flag_non_block(flags) ==>
       low_mark(7, flags) == 6 && low_mark_v6_12(7, flags) == (flag_oom(flags) ? 4 : 7);
  @/
  void marks_of_seven(uint32_t flags) { }
*/
