/* The runtime oracles: each answers 1 if and only if one fact of spec/ holds of the zone. They may
 * be run on any zone value whose extent is within the capacity, well formed or not. */
#ifndef PLUMBLINE_REF_ORACLE_H
#define PLUMBLINE_REF_ORACLE_H

#include "src/ref/zone.h"
#include "spec/init.h"

/* ---- blocks, in oracle.c */

/*@ requires valid: \valid_read(z);
    terminates \true;
    assigns \nothing;
    ensures exact: \result == 1 <==> sized(z->blocks);
    ensures answer: \result == 0 || \result == 1;
*/
int check_sized(const struct zone *z);

/*@ requires valid: \valid_read(z) && z->blocks.end <= ZONE_CAPACITY;
    terminates \true;
    assigns \nothing;
    ensures exact: \result == 1 <==> tiled_all(z->blocks);
    ensures answer: \result == 0 || \result == 1;
*/
int check_tiled(const struct zone *z);

/*@ requires valid: \valid_read(z) && z->blocks.end <= ZONE_CAPACITY;
    terminates \true;
    assigns \nothing;
    ensures exact: \result == 1 <==> placed_all(z->blocks);
    ensures answer: \result == 0 || \result == 1;
*/
int check_placed(const struct zone *z);

/*@ requires valid: \valid_read(z) && z->blocks.end <= ZONE_CAPACITY;
    terminates \true;
    assigns \nothing;
    ensures exact: \result == 1 <==> coalesced(z->blocks);
    ensures answer: \result == 0 || \result == 1;
*/
int check_coalesced(const struct zone *z);

/*@ requires valid: \valid_read(z) && z->blocks.end <= ZONE_CAPACITY;
    terminates \true;
    assigns \nothing;
    ensures exact: \result == 1 <==> kinds(z->blocks, z->pageblocks);
    ensures answer: \result == 0 || \result == 1;
*/
int check_kinds(const struct zone *z);

/*@ requires valid: \valid_read(z) && z->blocks.end <= ZONE_CAPACITY;
    terminates \true;
    assigns \nothing;
    ensures exact: \result == 1 <==> none_isolated(z->blocks, z->pageblocks);
    ensures answer: \result == 0 || \result == 1;
*/
int check_isolated(const struct zone *z);

/*@ requires valid: \valid_read(z);
    terminates \true;
    assigns \nothing;
    ensures exact: \result == 1 <==> idle_cpus(z->counts, z->nr_cpus);
    ensures answer: \result == 0 || \result == 1;
*/
int check_idle(const struct zone *z);

/* A free block that runs out of the zone has pages of no pageblock, and is never well typed. */
/*@ requires valid: \valid_read(z) && z->blocks.end <= ZONE_CAPACITY;
    terminates \true;
    assigns \nothing;
    ensures exact: \result == 1 <==> typed(z->blocks, z->pageblocks) &&
      (\forall integer p; in_zone(z->blocks, p) && is_free(z->blocks, p) ==>
        p + bsize(z->blocks.order[p]) <= z->blocks.end);
    ensures tiled: tiled_all(z->blocks) ==> (\result == 1 <==> typed(z->blocks, z->pageblocks));
    ensures answer: \result == 0 || \result == 1;
*/
int check_typed(const struct zone *z);

/*@ requires valid: \valid_read(z) && z->blocks.end <= ZONE_CAPACITY;
    terminates \true;
    assigns \nothing;
    ensures exact: \result == 1 <==> len_all(z->blocks, z->counts);
    ensures answer: \result == 0 || \result == 1;
*/
int check_len(const struct zone *z);

/*@ requires valid: \valid_read(z) && z->blocks.end <= ZONE_CAPACITY;
    terminates \true;
    assigns \nothing;
    ensures exact: \result == 1 <==> held_all(z->blocks, z->counts);
    ensures answer: \result == 0 || \result == 1;
*/
int check_held(const struct zone *z);

/* ---- what CPUs remember, in oracle_tuning.c */

/*@ requires valid: \valid_read(z);
    terminates \true;
    assigns \nothing;
    ensures exact: \result == 1 <==> adapted(z->tuning, z->generation, z->pcp_high);
    ensures answer: \result == 0 || \result == 1;
*/
int check_adapted(const struct zone *z);

/* ---- lists, in oracle_lists.c; references: oracle_refs.h */

/*@ requires valid: \valid_read(z) && z->blocks.end <= ZONE_CAPACITY;
    terminates \true;
    assigns \nothing;
    ensures exact: \result == 1 <==> next_all(z->blocks, z->lists);
    ensures answer: \result == 0 || \result == 1;
*/
int check_next(const struct zone *z);

/*@ requires valid: \valid_read(z) && z->blocks.end <= ZONE_CAPACITY;
    terminates \true;
    assigns \nothing;
    ensures exact: \result == 1 <==> prev_all(z->blocks, z->lists);
    ensures answer: \result == 0 || \result == 1;
*/
int check_prev(const struct zone *z);

/*@ requires valid: \valid_read(z) && z->blocks.end <= ZONE_CAPACITY;
    terminates \true;
    assigns \nothing;
    ensures exact: \result == 1 <==> rank_all(z->blocks, z->lists);
    ensures answer: \result == 0 || \result == 1;
*/
int check_rank(const struct zone *z);

/*@ requires valid: \valid_read(z) && z->blocks.end <= ZONE_CAPACITY;
    terminates \true;
    assigns \nothing;
    ensures exact: \result == 1 <==> head_all(z->blocks, z->lists);
    ensures answer: \result == 0 || \result == 1;
*/
int check_head(const struct zone *z);

/*@ requires valid: \valid_read(z) && z->blocks.end <= ZONE_CAPACITY;
    terminates \true;
    assigns \nothing;
    ensures exact: \result == 1 <==> tail_all(z->blocks, z->lists);
    ensures answer: \result == 0 || \result == 1;
*/
int check_tail(const struct zone *z);

/*@ requires valid: \valid_read(z);
    terminates \true;
    assigns \nothing;
    ensures exact: \result == 1 <==> ends_all(z->lists);
    ensures answer: \result == 0 || \result == 1;
*/
int check_ends(const struct zone *z);

/*@ requires valid: \valid_read(z);
    terminates \true;
    assigns \nothing;
    ensures exact: \result == 1 <==> clocked(z->lists);
    ensures answer: \result == 0 || \result == 1;
*/
int check_clocked(const struct zone *z);

/*@ requires valid: \valid_read(z);
    terminates \true;
    assigns \nothing;
    ensures exact: \result == 1 <==>
      pcp_only(z->lists, z->generation, z->blocks.pageblock_order);
    ensures answer: \result == 0 || \result == 1;
*/
int check_only(const struct zone *z);

/*@ requires valid: \valid_read(z) && z->first <= ZONE_CAPACITY;
    terminates \true;
    assigns \nothing;
    ensures exact: \result == 1 <==> all_reserved(z->blocks, 0, z->first);
    ensures answer: \result == 0 || \result == 1;
*/
int check_outside(const struct zone *z);

/* All that makes a zone well formed; on any value, for it looks at the extent first. */
/*@ requires valid: \valid_read(z);
    terminates \true;
    assigns \nothing;
    ensures exact: \result == 1 <==> wf(*z);
    ensures answer: \result == 0 || \result == 1;
*/
int check_wf(const struct zone *z);

#endif
