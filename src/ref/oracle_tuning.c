/* The oracle of tuning: what the CPUs of a zone that tunes its per-CPU lists remember. */
#include "src/ref/oracle.h"

/* Bounds of what is remembered (spec/tuning.h), in pages. */
#define HIGH_BOUND       0x800000
#define FREE_COUNT_BOUND 0x4003ff
#define HIGH_MAX_BOUND   0x10000u

/*@ requires valid: \valid_read(z) && cpu < PLUMB_MAX_CPUS;
    terminates \true;
    assigns \nothing;
    ensures exact: \result == 1 <==> adapted_at(z->tuning, cpu);
    ensures answer: \result == 0 || \result == 1;
*/
static int adapted_holds(const struct zone *z, uint32_t cpu)
{
    const struct pcp_tuning *t = &z->tuning;

    return 0 <= t->high[cpu] && t->high[cpu] <= HIGH_BOUND && 0 <= t->alloc_factor[cpu] &&
           (uint32_t)t->alloc_factor[cpu] <= t->batch_scale_max && 0 <= t->free_count[cpu] &&
           t->free_count[cpu] <= FREE_COUNT_BOUND && 0 <= t->prev_free_high_order[cpu] &&
           t->prev_free_high_order[cpu] < 2;
}

/* What the whole zone remembers, and the bounds it was given. */
/*@ requires valid: \valid_read(z);
    terminates \true;
    assigns \nothing;
    ensures exact: \result == 1 <==>
      (z->tuning.on < 2 &&
       (z->tuning.on == 1 ==> z->generation >= 2 && z->pcp_high <= z->tuning.high_max) &&
       z->tuning.high_max <= 0x10000 && z->tuning.batch_scale_max <= 6 &&
       z->tuning.free_high_batch < 2 && 0 <= z->tuning.below_high < 2 &&
       0 <= z->tuning.reclaim_active < 2);
    ensures answer: \result == 0 || \result == 1;
*/
static int bounds_hold(const struct zone *z)
{
    const struct pcp_tuning *t = &z->tuning;

    if (t->on > 1 || (t->on == 1 && (z->generation < PLUMB_V6_12 || z->pcp_high > t->high_max)))
        return 0;
    return t->high_max <= HIGH_MAX_BOUND && t->batch_scale_max <= PLUMB_PCP_BATCH_SCALE_MAX &&
           t->free_high_batch < 2 && 0 <= t->below_high && t->below_high < 2 &&
           0 <= t->reclaim_active && t->reclaim_active < 2;
}

int check_adapted(const struct zone *z)
{
    if (!bounds_hold(z))
        return 0;
    /*@ loop invariant 0 <= cpu <= PLUMB_MAX_CPUS;
        loop invariant adapted: \forall integer c; 0 <= c < cpu ==> adapted_at(z->tuning, c);
        loop assigns cpu;
        loop variant PLUMB_MAX_CPUS - cpu; */
    for (uint32_t cpu = 0; cpu < PLUMB_MAX_CPUS; cpu++)
        if (!adapted_holds(z, cpu))
            return 0;
    return 1;
}
