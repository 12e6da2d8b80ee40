/* Watermark checks of three kernel generations (semantics 1 and 2; 2.6.11 from features). */
#include "src/ref/watermark.h"
#include "src/ref/block.h"

/*@ ghost
  void counts_bounded(const struct zone *z)
  {
    /@ loop invariant 0 <= k <= z->blocks.end;
       loop invariant len: \forall integer l; 0 <= count(z->blocks, l, k) <= k;
       loop invariant held: \forall integer c; 0 <= pages(z->blocks, c, k) <= 1024 * k;
       loop assigns k;
       loop variant z->blocks.end - k; @/
    for (uint32_t k = 0; k < z->blocks.end; k++) ;
  }
*/

/*@ requires \valid_read(z) && is_order(order) && is_type(type);
    terminates \true;
    assigns \nothing;
    ensures binary: \result == 0 || \result == 1;
    ensures exact: \result == 1 <==> listed_free(z->lists, order, type);
*/
static int has_free(const struct zone *z, uint32_t order, uint32_t type)
{
    return z->lists.head[6 * order + type] != NONE;
}

/*@ requires \valid_read(z) && is_order(order);
    terminates \true;
    assigns \nothing;
    ensures binary: \result == 0 || \result == 1;
    ensures exact: \result == 1 <==> common_free(z->lists, order);
*/
static int has_free_pcptype(const struct zone *z, uint32_t order)
{
    return has_free(z, order, MIGRATE_UNMOVABLE) || has_free(z, order, MIGRATE_MOVABLE) ||
           has_free(z, order, MIGRATE_RECLAIMABLE);
}

uint64_t nr_free(const struct zone *z, uint32_t order)
{
    uint32_t l = 6 * order;

    return (uint64_t)z->counts.len[l] + z->counts.len[l + 1] + z->counts.len[l + 2] +
           z->counts.len[l + 3] + z->counts.len[l + 4] + z->counts.len[l + 5];
}

uint64_t nr_free_pages(const struct zone *z)
{
    //@ ghost counts_bounded(z);
    return z->counts.held[0] + z->counts.held[1] + z->counts.held[2] + z->counts.held[3] +
           z->counts.held[4];
}

/*@ requires 0 <= mark <= 0x20000000000000;
    terminates \true;
    assigns \nothing;
    ensures exact: \result == low_mark(mark, flags);
    ensures range: 0 <= \result <= mark;
*/
static int64_t lowered_mark(int64_t mark, uint32_t flags)
{
    int64_t min = mark;

    if (flags & ALLOC_MIN_RESERVE)
        min -= min / 2;
    if (flags & ALLOC_NON_BLOCK)
        min -= min / 4;
    return min;
}

/*@ requires 0 <= mark <= 0x20000000000000;
    terminates \true;
    assigns \nothing;
    ensures exact: \result == low_mark_v6_12(mark, flags);
    ensures range: 0 <= \result <= mark;
*/
static int64_t lowered_mark_v6_12(int64_t mark, uint32_t flags)
{
    int64_t min = mark;

    if (flags & ALLOC_MIN_RESERVE) {
        min -= min / 2;
        if (flags & ALLOC_NON_BLOCK)
            min -= min / 4;
    }
    if (flags & ALLOC_OOM)
        min -= min / 2;
    return min;
}

/*@ ghost
  /@ requires 0 <= m <= 0x20000000000000;
     requires order < 10;
     terminates \true;
     assigns \nothing;
     ensures twice: (m / bsize(order)) / 2 == m / bsize(order + 1);
  @/
  void divide_twice(int64_t m, uint32_t order)
  {
    if (order == 0) {
      /@ assert (m / 1) / 2 == m / 2; @/
    }
    if (order == 1) {
      /@ assert (m / 2) / 2 == m / 4; @/
    }
    if (order == 2) {
      /@ assert (m / 4) / 2 == m / 8; @/
    }
    if (order == 3) {
      /@ assert (m / 8) / 2 == m / 16; @/
    }
    if (order == 4) {
      /@ assert (m / 16) / 2 == m / 32; @/
    }
    if (order == 5) {
      /@ assert (m / 32) / 2 == m / 64; @/
    }
    if (order == 6) {
      /@ assert (m / 64) / 2 == m / 128; @/
    }
    if (order == 7) {
      /@ assert (m / 128) / 2 == m / 256; @/
    }
    if (order == 8) {
      /@ assert (m / 256) / 2 == m / 512; @/
    }
    if (order == 9) {
      /@ assert (m / 512) / 2 == m / 1024; @/
    }
  }
*/

/*@ requires \valid_read(z) && is_order(order);
    terminates \true;
    assigns \nothing;
    ensures exact: \result == bsize(order) * free_blocks(z->counts, order);
    ensures range: 0 <= \result <= 0x200000000000;
*/
static int64_t free_pages_of_order(const struct zone *z, uint32_t order)
{
    uint32_t size = block_size(order);
    int64_t blocks = (int64_t)nr_free(z, order);

    //@ assert few: 0 <= blocks <= 0x600000000;
    return size * blocks;
}

/*@ requires \valid_read(z) && is_order(order);
    requires 0 <= mark <= 0x20000000000000 && -0x40000000000000 <= free_pages <= 0x40000000000000;
    terminates \true;
    assigns \nothing;
    ensures binary: \result == 0 || \result == 1;
    ensures exact: \result == 1 <==> \forall integer k; 1 <= k <= order ==>
      free_pages - free_below(z->counts, k) > mark / bsize(k);
*/
static int small_blocks_spare(const struct zone *z, uint32_t order, int64_t mark,
                              int64_t free_pages)
{
    int64_t min = mark, left = free_pages;

    /*@ loop invariant 0 <= o <= order;
        loop invariant left: left == free_pages - free_below(z->counts, o);
        loop invariant halved: min == mark / bsize(o);
        loop invariant passed: \forall integer k; 1 <= k <= o ==>
          free_pages - free_below(z->counts, k) > mark / bsize(k);
        loop assigns o, min, left;
        loop variant order - o; */
    for (uint32_t o = 0; o < order; o++) {
        //@ ghost divide_twice(mark, o);
        left -= free_pages_of_order(z, o);
        min /= 2;
        //@ assert left: left == free_pages - free_below(z->counts, o + 1);
        if (left <= min)
            return 0;
    }
    return 1;
}

/*@ requires \valid_read(z) && is_order(order);
    requires 0 <= mark <= 0x20000000000000 && 0 <= reserve <= 0x10000000000000;
    requires -0x20000000000000 <= free_pages <= 0x20000000000000;
    terminates \true;
    assigns \nothing;
    ensures binary: \result == 0 || \result == 1;
    ensures exact: \result == 1 <==> ok_v2_6_11(z->counts, order, mark, reserve, flags, free_pages);
*/
static int watermark_ok_v2_6_11(const struct zone *z, uint32_t order, int64_t mark, int64_t reserve,
                                uint32_t flags, int64_t free_pages)
{
    int64_t min = lowered_mark(mark, flags), left = free_pages - ((int64_t)block_size(order) - 1);

    if (left <= min + reserve)
        return 0;
    return small_blocks_spare(z, order, min, left);
}

/*@ requires \valid_read(z) && is_order(order);
    terminates \true;
    assigns \nothing;
    ensures binary: \result == 0 || \result == 1;
    ensures exact: \result == 1 <==> serves_v4_10(z->lists, z->counts, order, flags);
*/
static int order_serves_v4_10(const struct zone *z, uint32_t order, uint32_t flags)
{
    if (nr_free(z, order) == 0)
        return 0;
    if ((flags & ALLOC_NON_BLOCK) || has_free_pcptype(z, order))
        return 1;
    return (flags & ALLOC_CMA) && has_free(z, order, MIGRATE_CMA);
}

/*@ requires \valid_read(z) && order <= z->blocks.top_order <= 10;
    requires bounded(z->counts) && z->nr_reserved_highatomic <= 0x10000000000000;
    requires 0 <= mark <= 0x20000000000000 && 0 <= reserve <= 0x10000000000000;
    requires -0x20000000000000 <= free_pages <= 0x20000000000000;
    terminates \true;
    assigns \nothing;
    ensures binary: \result == 0 || \result == 1;
    ensures exact: \result == 1 <==> ok_v4_10(z->lists, z->counts, z->blocks.top_order,
      z->nr_reserved_highatomic, order, mark, reserve, flags, free_pages);
*/
static int watermark_ok_v4_10(const struct zone *z, uint32_t order, int64_t mark, int64_t reserve,
                              uint32_t flags, int64_t free_pages)
{
    int64_t left = free_pages - ((int64_t)block_size(order) - 1);

    if (!(flags & ALLOC_NON_BLOCK))
        left -= (int64_t)z->nr_reserved_highatomic;
    if (!(flags & ALLOC_CMA))
        left -= (int64_t)z->counts.held[MIGRATE_CMA];
    if (left <= lowered_mark(mark, flags) + reserve)
        return 0;
    if (order == 0)
        return 1;
    /*@ loop invariant order <= o <= z->blocks.top_order + 1;
        loop invariant none: \forall integer k; order <= k < o ==>
          !serves_v4_10(z->lists, z->counts, k, flags);
        loop assigns o;
        loop variant z->blocks.top_order + 1 - o; */
    for (uint32_t o = order; o <= z->blocks.top_order; o++)
        if (order_serves_v4_10(z, o, flags))
            return 1;
    return 0;
}

/* The free pages that only other requests may use. */
/*@ requires \valid_read(z) && bounded(z->counts);
    terminates \true;
    assigns \nothing;
    ensures exact: \result == kept_v6_12(z->counts, flags);
    ensures range: 0 <= \result <= 0x400000000;
*/
static int64_t unusable_free(const struct zone *z, uint32_t flags)
{
    int64_t unusable = 0;

    if (!(flags & ALLOC_NON_BLOCK) && !(flags & ALLOC_MIN_RESERVE) && !(flags & ALLOC_HIGHATOMIC) &&
        !(flags & ALLOC_OOM))
        unusable += (int64_t)z->counts.held[MIGRATE_HIGHATOMIC];
    if (!(flags & ALLOC_CMA))
        unusable += (int64_t)z->counts.held[MIGRATE_CMA];
    return unusable;
}

/*@ requires \valid_read(z) && is_order(order);
    terminates \true;
    assigns \nothing;
    ensures binary: \result == 0 || \result == 1;
    ensures exact: \result == 1 <==> serves_v6_12(z->lists, order, flags);
*/
static int order_serves_v6_12(const struct zone *z, uint32_t order, uint32_t flags)
{
    if (has_free_pcptype(z, order))
        return 1;
    if ((flags & ALLOC_CMA) && has_free(z, order, MIGRATE_CMA))
        return 1;
    return ((flags & ALLOC_HIGHATOMIC) || (flags & ALLOC_OOM)) &&
           has_free(z, order, MIGRATE_HIGHATOMIC);
}

/*@ requires \valid_read(z) && order <= z->blocks.top_order <= 10 && bounded(z->counts);
    requires 0 <= mark <= 0x20000000000000 && 0 <= reserve <= 0x10000000000000;
    requires -0x20000000000000 <= free_pages <= 0x20000000000000;
    terminates \true;
    assigns \nothing;
    ensures binary: \result == 0 || \result == 1;
    ensures exact: \result == 1 <==> ok_v6_12(z->lists, z->counts, z->blocks.top_order,
      order, mark, reserve, flags, free_pages);
*/
static int watermark_ok_v6_12(const struct zone *z, uint32_t order, int64_t mark, int64_t reserve,
                              uint32_t flags, int64_t free_pages)
{
    int64_t left = free_pages - ((int64_t)block_size(order) - 1) - unusable_free(z, flags);

    if (left <= lowered_mark_v6_12(mark, flags) + reserve)
        return 0;
    if (order == 0)
        return 1;
    /*@ loop invariant order <= o <= z->blocks.top_order + 1;
        loop invariant none: \forall integer k; order <= k < o ==>
          !serves_v6_12(z->lists, k, flags);
        loop assigns o;
        loop variant z->blocks.top_order + 1 - o; */
    for (uint32_t o = order; o <= z->blocks.top_order; o++)
        if (order_serves_v6_12(z, o, flags))
            return 1;
    return 0;
}

int zone_watermark_ok(const struct zone *z, uint32_t order, uint64_t mark, uint32_t highest_zoneidx,
                      uint32_t flags, int64_t free_pages)
{
    int64_t reserve = (int64_t)z->lowmem_reserve[highest_zoneidx];

    //@ ghost counts_bounded(z);
    if (z->generation == PLUMB_V2_6_11)
        return watermark_ok_v2_6_11(z, order, (int64_t)mark, reserve, flags, free_pages);
    if (z->generation == PLUMB_V4_10)
        return watermark_ok_v4_10(z, order, (int64_t)mark, reserve, flags, free_pages);
    return watermark_ok_v6_12(z, order, (int64_t)mark, reserve, flags, free_pages);
}

/*@ requires \valid_read(z) && wf(*z) && shaped(*z) && tuned(*z) && z->generation == 1;
    requires order <= z->blocks.top_order && highest_zoneidx < 4;
    terminates \true;
    assigns \nothing;
    ensures binary: \result == 0 || \result == 1;
    ensures exact: \result == 1 <==> watermark_fast(*z, order, highest_zoneidx, flags);
*/
static int watermark_fast_v4_10(const struct zone *z, uint32_t order, uint32_t highest_zoneidx,
                                uint32_t flags)
{
    int64_t free_pages = (int64_t)nr_free_pages(z);
    uint64_t mark = z->wmark[flags % PLUMB_NR_WMARKS];
    int64_t cma;

    //@ ghost counts_bounded(z);
    cma = flags & ALLOC_CMA ? 0 : (int64_t)z->counts.held[MIGRATE_CMA];
    if (order == 0 && free_pages - cma > (int64_t)(mark + z->lowmem_reserve[highest_zoneidx]))
        return 1;
    return zone_watermark_ok(z, order, mark, highest_zoneidx, flags, free_pages);
}

/* A single page without a look at the lists. */
/*@ requires \valid_read(z) && bounded(z->counts) && z->generation >= 2 && highest_zoneidx < 4;
    requires mark == named_mark(*z, flags) && mark <= 0x20000000000000;
    requires z->lowmem_reserve[highest_zoneidx] <= 0x10000000000000;
    requires free_pages == free_total(z->counts) && 0 <= free_pages <= 0xa00000000;
    terminates \true;
    assigns \nothing;
    ensures binary: \result == 0 || \result == 1;
    ensures exact: \result == 1 <==> shortcut_v6_12(*z, highest_zoneidx, flags);
*/
static int enough_v6_12(const struct zone *z, uint64_t mark, uint32_t highest_zoneidx,
                        uint32_t flags, int64_t free_pages)
{
    int64_t unusable = unusable_free(z, flags);
    int64_t usable = free_pages - (unusable < free_pages ? unusable : free_pages);

    return usable > (int64_t)(mark + z->lowmem_reserve[highest_zoneidx]);
}

int enough_unboosted(const struct zone *z, uint32_t highest_zoneidx, uint32_t flags,
                     int64_t free_pages)
{
    if (!(flags & ALLOC_MIN_RESERVE) || flags % PLUMB_NR_WMARKS != WMARK_MIN ||
        z->watermark_boost == 0)
        return 0;
    return zone_watermark_ok(z, 0, z->wmark[WMARK_MIN], highest_zoneidx, flags, free_pages);
}

/*@ requires \valid_read(z) && wf(*z) && shaped(*z) && tuned(*z) && z->generation >= 2;
    requires order <= z->blocks.top_order && highest_zoneidx < 4;
    terminates \true;
    assigns \nothing;
    ensures binary: \result == 0 || \result == 1;
    ensures exact: \result == 1 <==> watermark_fast(*z, order, highest_zoneidx, flags);
*/
static int watermark_fast_v6_12(const struct zone *z, uint32_t order, uint32_t highest_zoneidx,
                                uint32_t flags)
{
    int64_t free_pages = (int64_t)nr_free_pages(z);
    uint64_t mark = z->wmark[flags % PLUMB_NR_WMARKS] + z->watermark_boost;

    //@ ghost counts_bounded(z);
    //@ assert named: mark == named_mark(*z, flags) && free_pages == free_total(z->counts);
    if (order == 0 && enough_v6_12(z, mark, highest_zoneidx, flags, free_pages))
        return 1;
    //@ assert not_enough: order == 0 ==> !shortcut_v6_12(*z, highest_zoneidx, flags);
    if (zone_watermark_ok(z, order, mark, highest_zoneidx, flags, free_pages))
        return 1;
    //@ assert not_full: !full_check(*z, order, named_mark(*z, flags), highest_zoneidx, flags);
    /*@ assert left: watermark_fast(*z, order, highest_zoneidx, flags) <==> order == 0 &&
          retries(*z, flags) && full_check(*z, 0, z->wmark[0], highest_zoneidx, flags); */
    return order == 0 && enough_unboosted(z, highest_zoneidx, flags, free_pages);
}

int zone_watermark_fast(const struct zone *z, uint32_t order, uint32_t highest_zoneidx,
                        uint32_t flags)
{
    if (z->generation == PLUMB_V2_6_11)
        return zone_watermark_ok(z, order, z->wmark[flags % PLUMB_NR_WMARKS], highest_zoneidx,
                                 flags, (int64_t)nr_free_pages(z));
    if (z->generation == PLUMB_V4_10)
        return watermark_fast_v4_10(z, order, highest_zoneidx, flags);
    return watermark_fast_v6_12(z, order, highest_zoneidx, flags);
}
