/* What theorem 21 says of the calls that know nothing of references. Nothing here is linked into the
 * product. */
#include "src/ref/refs.h"

enum other_call {
    FREE_RANGE,
    DRAIN_PAGES,
    DRAIN_ZONE_PAGES,
    DRAIN_ALL_PAGES,
    UNRESERVE_HIGHATOMIC,
    SET_ISOLATE,
    DECAY_PCP_HIGH,
    SET_RECLAIM_ACTIVE,
    SET_PCP_DISABLED,
    UNSET_ISOLATE
};

/* One of those calls; which blocks are used, it leaves as it was. */
/*@ requires \valid(z) && zone_ok(*z) && clock_room(z->lists, CALL_TICKS);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES], z->nr_reserved_highatomic,
      z->tuning.high[0 .. 63], z->tuning.reclaim_active, PCP_SIZES, z->disabled;
    ENSURES_VALID_OK
    ensures kept: \forall integer q; in_zone(z->blocks, q) && is_used(\old(z->blocks), q) ==>
      is_used(z->blocks, q) && z->blocks.order[q] == \old(z->blocks.order)[q];
    ensures used: z->counts.held[6] == \old(z->counts.held[6]);
*/
static void call_other(struct zone *z, enum other_call call, uint64_t a, uint64_t b)
{
    /*@ assert busy: \forall integer q; is_used(z->blocks, q) ==>
          busy_at(z->blocks, q) && !is_reserved(z->blocks, q); */
    switch (call) {
    case FREE_RANGE:
        ref_free_range(z, a, b);
        break;
    case DRAIN_PAGES:
        ref_drain_pages(z, (uint32_t)(a % 64));
        break;
    case DRAIN_ZONE_PAGES:
        ref_drain_zone_pages(z, (uint32_t)(a % 64));
        break;
    case DRAIN_ALL_PAGES:
        ref_drain_all_pages(z);
        break;
    case UNRESERVE_HIGHATOMIC:
        ref_unreserve_highatomic(z, (uint32_t)(a % 6), b != 0);
        break;
    case DECAY_PCP_HIGH:
        ref_decay_pcp_high(z, (uint32_t)(a % 64));
        break;
    case SET_RECLAIM_ACTIVE:
        ref_set_reclaim_active(z, a != 0);
        break;
    case SET_PCP_DISABLED:
        ref_set_pcp_disabled(z, a != 0);
        break;
    case SET_ISOLATE:
        ref_set_migratetype_isolate(z, a);
        break;
    default:
        ref_unset_migratetype_isolate(z, a, (uint32_t)(b % 6));
        break;
    }
}

/* Theorem 21, references: calls that speak of no block neither take one nor put one. */
/*@ REQUIRES_COUNTED
    requires clock_room(z->lists, CALL_TICKS);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES], z->nr_reserved_highatomic,
      z->tuning.high[0 .. 63], z->tuning.reclaim_active, PCP_SIZES, z->disabled;
    ENSURES_VALID_OK
    ENSURES_REFS
    ensures same: \forall integer q; in_zone(z->blocks, q) ==>
      (is_used(z->blocks, q) <==> is_used(\old(z->blocks), q));
*/
void refs_kept(struct zone *z, const struct page_refs *r, enum other_call call, uint64_t a,
               uint64_t b)
{
    call_other(z, call, a, b);
    /*@ ghost
      /@ loop invariant 0 <= k <= z->blocks.end;
         loop invariant same: (\forall integer q; 0 <= q < k ==>
             (is_used(z->blocks, q) <==> is_used(\at(z->blocks, Pre), q))) ||
           pages(z->blocks, 6, k) > pages(\at(z->blocks, Pre), 6, k);
         loop invariant least: pages(z->blocks, 6, k) >= pages(\at(z->blocks, Pre), 6, k);
         loop assigns k;
         loop variant z->blocks.end - k; @/
      for (uint32_t k = 0; k < z->blocks.end; k++) ; */
}
