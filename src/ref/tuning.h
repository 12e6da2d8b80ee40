/* The sizes of the per-CPU lists' refills and trims, which v6.12 may tune (semantics 5, 15). */
#ifndef PLUMBLINE_REF_TUNING_H
#define PLUMBLINE_REF_TUNING_H

#include "src/ref/zone.h"
#include "spec/tuning.h"

/* What the sizes below need to know. */
#define REQUIRES_TUNED                                                                             \
    requires wf(*z) && shaped(*z) && tuned(*z) &&                                                  \
        adapted(z->tuning, z->generation, z->pcp_high) && cpu < 64;

/* Before an allocation from a per-CPU list: the number of blocks, should it be refilled. */
/*@ requires \valid(z);
    REQUIRES_TUNED
    requires order <= 10 && mt < 3 && pcp_order(z->generation, z->blocks.pageblock_order, order);
    terminates \true;
    assigns z->tuning.high[cpu], z->tuning.alloc_factor[cpu], z->tuning.free_count[cpu];
    ensures adapted: adapted(z->tuning, z->generation, z->pcp_high);
    ensures fill: \old(z->lists.head)[alloc_list(z->generation, cpu, order, mt, 0)] == NONE ||
      z->generation < PLUMB_V6_12 ==>
      \result == fill_blocks(\old(z->tuning), z->pcp_batch, z->pcp_high,
        z->tuning.below_high, z->generation, cpu, order, z->counts.held[8 + cpu]);
    ensures range: 1 <= \result <= 0x10000;
    ensures count: z->tuning.free_count[cpu] == (z->tuning.on == 1 ?
      \old(z->tuning.free_count)[cpu] / 2 : \old(z->tuning.free_count)[cpu]);
    ensures kept: z->tuning.on == 0 ||
      \old(z->lists.head)[alloc_list(z->generation, cpu, order, mt, 0)] != NONE ==>
      z->tuning.high[cpu] == \old(z->tuning.high)[cpu] &&
      z->tuning.alloc_factor[cpu] == \old(z->tuning.alloc_factor)[cpu];
    ensures tuned: z->tuning.on == 1 &&
      \old(z->lists.head)[alloc_list(z->generation, cpu, order, mt, 0)] == NONE ==>
      z->tuning.high[cpu] == fill_high(\old(z->tuning), z->pcp_batch, z->pcp_high,
        z->tuning.below_high, cpu, order) &&
      z->tuning.alloc_factor[cpu] ==
        fill_factor(\old(z->tuning), z->pcp_batch, z->pcp_high,
        z->tuning.below_high, cpu, order, z->counts.held[8 + cpu]);
*/
uint32_t nr_pcp_alloc(struct zone *z, uint32_t cpu, uint32_t order, uint32_t mt);

/* Whether the free of a block that brings a CPU to so many pages is one of a run of large ones. */
/*@ requires \valid_read(z);
    REQUIRES_TUNED
    terminates \true;
    assigns \nothing;
    ensures exact: \result != 0 <==> z->tuning.on == 1 && frees_high(z->tuning, z->pcp_batch, z->pcp_high, cpu, order, held);
*/
int frees_high_order(const struct zone *z, uint32_t cpu, uint32_t order, uint64_t held);

/* Notes the free of a block, by which a CPU has `held` pages: at how many it gives some back. */
/*@ requires \valid(z);
    REQUIRES_TUNED
    requires order <= 10 && held <= HELD_MAX + 1024;
    requires all != 0 <==> z->tuning.on == 1 && frees_high(z->tuning, z->pcp_batch, z->pcp_high, cpu, order, held);
    terminates \true;
    assigns z->tuning.high[cpu], z->tuning.alloc_factor[cpu], z->tuning.free_count[cpu],
      z->tuning.prev_free_high_order[cpu];
    ensures adapted: adapted(z->tuning, z->generation, z->pcp_high);
    ensures exact: \result == trim_high(\old(z->tuning), z->pcp_batch, z->pcp_high, cpu, order, held);
    ensures off: z->tuning.on == 0 ==> z->tuning == \old(z->tuning);
    ensures high: z->tuning.on == 1 ==>
      z->tuning.high[cpu] == high_after(\old(z->tuning), z->pcp_batch, z->pcp_high, cpu, order, held);
    ensures factor: z->tuning.on == 1 ==>
      z->tuning.alloc_factor[cpu] == \old(z->tuning.alloc_factor)[cpu] / 2;
    ensures count: z->tuning.on == 1 ==>
      z->tuning.free_count[cpu] == freed_in_a_row(\old(z->tuning), z->pcp_batch, z->pcp_high, cpu, order);
    ensures order: z->tuning.on == 1 ==> z->tuning.prev_free_high_order[cpu] == (0 < order <= 3 ? 1 : 0);
*/
uint64_t nr_pcp_high(struct zone *z, uint32_t cpu, uint32_t order, uint64_t held, int all);

/* The pages that a CPU of `held` pages gives back when it has reached `high`. */
/*@ requires \valid_read(z);
    REQUIRES_TUNED
    requires held <= HELD_MAX + 1024 && high <= HELD_MAX + 1024;
    terminates \true;
    assigns \nothing;
    ensures exact: \result == (z->generation < PLUMB_V6_12 ? z->pcp_batch :
      all ? smaller(held, scaled(z->pcp_batch, z->tuning.batch_scale_max)) :
      trim_batch(high, z->pcp_batch, z->tuning.on == 1 ? z->tuning.free_count[cpu] : 0));
*/
uint64_t nr_pcp_free(const struct zone *z, uint32_t cpu, uint64_t held, uint64_t high, int all);

/* After a CPU gave pages back: the zone may be above its HIGH mark again. */
/*@ requires \valid(z) && wf(*z) && shaped(*z) && tuned(*z) && adapted(z->tuning, z->generation, z->pcp_high);
    terminates \true;
    assigns z->tuning.below_high;
    ensures adapted: adapted(z->tuning, z->generation, z->pcp_high);
    ensures exact: z->tuning.on == 1 &&
      watermark_ok(*z, 0, z->wmark[2] + z->watermark_boost, 3, 0, free_total(z->counts)) ?
      z->tuning.below_high == 0 : z->tuning.below_high == \old(z->tuning.below_high);
*/
void look_above_high(struct zone *z);

/* Whether a request passes the watermark; v6.12 asks for the HIGH one first, and notes if it fails. */
/*@ requires \valid(z) && wf(*z) && shaped(*z) && tuned(*z) && adapted(z->tuning, z->generation, z->pcp_high);
    requires order <= z->blocks.top_order && highest_zoneidx < 4;
    terminates \true;
    assigns z->tuning.below_high;
    ensures exact: \result != 0 <==> passes(\old(*z), order, highest_zoneidx, flags);
    ensures below: z->tuning.on == 1 &&
      !high_ok(\old(*z), order, highest_zoneidx, flags) ?
      z->tuning.below_high == 1 : z->tuning.below_high == \old(z->tuning.below_high);
*/
int passes_watermark(struct zone *z, uint32_t order, uint32_t highest_zoneidx, uint32_t flags);

/* decay_pcp_high: a CPU's high comes down, and what it holds above goes back. */
/*@ requires \valid(z) && cpu < 64;
    REQUIRES_TUNED
    terminates \true;
    assigns z->tuning.high[cpu];
    ensures adapted: adapted(z->tuning, z->generation, z->pcp_high);
    ensures high: z->tuning.high[cpu] == decayed(\old(z->tuning), z->pcp_batch, z->pcp_high, cpu, z->counts.held[8 + cpu]);
    ensures exact: \result ==
      larger(z->counts.held[8 + cpu] - decayed(\old(z->tuning), z->pcp_batch, z->pcp_high, cpu, z->counts.held[8 + cpu]), 0);
*/
uint64_t decay_pcp_high(struct zone *z, uint32_t cpu);

#endif
