/* Freeing a used block: the check of the public interface, and where the block goes. */
#ifndef PLUMBLINE_REF_PAGE_FREE_H
#define PLUMBLINE_REF_PAGE_FREE_H

#include "src/ref/zone.h"
#include "spec/init.h"

/* Whether page p is a used block of this order; what it is, if not. */
/*@ requires \valid_read(z) && sized(z->blocks) && in_zone(z->blocks, p);
    terminates \true;
    assigns \nothing;
    ensures exact: \result == block_check(z->blocks, p, order);
*/
enum plumb_status check_block(const struct zone *z, uint32_t p, uint32_t order);

/* Whether a block may be freed so. */
/*@ requires \valid_read(z) && sized(z->blocks) && shaped(*z) && based(*z);
    terminates \true;
    assigns \nothing;
    ensures exact: \result == free_check(z->blocks, z->first, z->nr_cpus, cpu,
      pfn - z->base_pfn, order);
*/
enum plumb_status check_free(const struct zone *z, uint32_t cpu, uint64_t pfn, uint32_t order);

/* Gives a used block back, to the per-CPU lists or to the buddy lists. */
/*@ requires \valid(z) && zone_ok(*z) && clock_room(z->lists, FREE_TICKS);
    requires cpu < z->nr_cpus && used_of(z->blocks, p, order);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES], REMEMBERED;
    ENSURES_ZONE
    ensures outside: all_reserved(z->blocks, 0, z->first);
    ensures only: one_used_less(\old(z->blocks), z->blocks, p, z->blocks.end);
    ENSURES_FREED
*/
void give_block(struct zone *z, uint32_t cpu, uint32_t p, uint32_t order, int cold);

#endif
