/* The reference behind the public interface: plumbline.h's functions under the prefix ref_. */
#ifndef PLUMBLINE_REF_REF_H
#define PLUMBLINE_REF_REF_H

#include "src/ref/ref_pageblock.h"
#include "src/ref/zone.h"
#include "spec/exact.h"

/*@ requires \valid(z) && \valid_read(config) && \separated(z, config);
    requires config_ok(*config) ==>
      \valid_read(types + (0 .. nr_pageblocks(*config) - 1)) &&
      \separated(z, types + (0 .. nr_pageblocks(*config) - 1));
    terminates \true;
    assigns *z;
    ensures config: \result == PLUMB_ECONFIG <==> !config_ok(*config);
    ensures types: \result == PLUMB_ETYPE <==> config_ok(*config) &&
      !(\forall integer i; 0 <= i < nr_pageblocks(*config) ==>
        type_known(config->generation, types[i]) == \true);
    ensures status: \result == PLUMB_OK || \result == PLUMB_ECONFIG || \result == PLUMB_ETYPE;
    ensures refused: \result != PLUMB_OK ==> *z == \old(*z);
    ensures zone: \result == PLUMB_OK ==> zone_ok(*z);
    ENSURES_NEW_ZONE
*/
enum plumb_status ref_init(struct zone *z, const struct plumb_config *config, const uint8_t *types);

/*@ requires \valid(z) && \valid_read(t) && \separated(z, t) && tuned(*z);
    requires adapted(z->tuning, z->generation, z->pcp_high);
    terminates \true;
    assigns TUNABLES;
    ensures tuned: tuned(*z);
    ensures adapted: adapted(z->tuning, z->generation, z->pcp_high);
    ensures config: \result == PLUMB_ECONFIG <==> !tunables_ok(*t, z->pcp_limit, z->tuning.on);
    ensures busy: \result == PLUMB_EBUSY <==>
      tunables_ok(*t, z->pcp_limit, z->tuning.on) && z->disabled.on == 1;
    ensures status: \result == PLUMB_OK || \result == PLUMB_ECONFIG || \result == PLUMB_EBUSY;
    ensures refused: \result != PLUMB_OK ==> *z == \old(*z);
    ensures set: \result == PLUMB_OK ==> retuned_as(*z, *t);
*/
enum plumb_status ref_set_tunables(struct zone *z, const struct plumb_tunables *t);

/*@ requires \valid(z) && zone_ok(*z) && clock_room(z->lists, CALL_TICKS);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
    ENSURES_ZONE_OK
    ensures range: \result == PLUMB_ERANGE <==>
      start >= end || start < z->base_pfn + z->first || end > z->base_pfn + z->blocks.end;
    ensures busy: \result == PLUMB_EBUSY <==>
      z->base_pfn + z->first <= start < end <= z->base_pfn + z->blocks.end &&
      !all_reserved(\old(z->blocks), start - z->base_pfn, end - z->base_pfn);
    ensures status: \result == PLUMB_OK || \result == PLUMB_ERANGE || \result == PLUMB_EBUSY;
    ensures refused: \result != PLUMB_OK ==> SAME_STATE;
    ensures kept: \result == PLUMB_OK ==>
      busy_outside(\old(z->blocks), z->blocks, start - z->base_pfn, end - z->base_pfn);
    ensures handed: \result == PLUMB_OK ==>
      handed_over(\old(z->blocks), z->blocks, start - z->base_pfn, end - z->base_pfn);
    ensures reserved_less: \result == PLUMB_OK ==>
      z->counts.held[7] == \old(z->counts.held[7]) - (end - start);
    ensures free_more: \result == PLUMB_OK ==>
      free_sum(z->counts) == free_sum(\old(z->counts)) + (end - start);
    ensures others: \forall integer c; 6 <= c < 72 && c != 7 ==>
      z->counts.held[c] == \old(z->counts.held)[c];
    ENSURES_PCP_KEPT
    ensures behind: \result == PLUMB_OK ==> PUT_BEHIND;
    ensures ticks: z->lists.clock <= \old(z->lists.clock) + CALL_TICKS;
*/
enum plumb_status ref_free_range(struct zone *z, uint64_t start, uint64_t end);

/*@ requires \valid(z) && \valid(pfn) && \separated(z, pfn);
    requires zone_ok(*z) && clock_room(z->lists, CALL_TICKS);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES], z->watermark_boost,
      z->nr_reserved_highatomic, z->owners.movable[ALL_PAGES], REMEMBERED, *pfn;
    ENSURES_ZONE_OK
    ENSURES_REQUEST_ANSWERED(alloc_check(z->blocks.top_order, z->generation, z->nr_cpus, cpu, order,
      migratetype, flags, highest_zoneidx), order)
    ensures joins: z->nr_reserved_highatomic != \old(z->nr_reserved_highatomic) ==>
      pbtype(z->blocks, z->pageblocks, *pfn - z->base_pfn) == 3;
    ensures full: \result == PLUMB_OK && reserves_for(z->highatomic, order, flags) == \true &&
        z->nr_reserved_highatomic == \old(z->nr_reserved_highatomic) ==>
      !grows(z->blocks, z->pageblocks, z->first, z->highatomic,
        z->blocks.end - z->counts.held[7], z->nr_reserved_highatomic, *pfn - z->base_pfn);
    ENSURES_RESERVE_GROWN(order)
    ensures owner: \result == PLUMB_OK ==> z->owners.movable[*pfn - z->base_pfn] ==
      (migratetype == 1 || migratetype == 4 ? 1 : 0);
    ensures owners: \result == PLUMB_OK ==> \forall integer q; q != *pfn - z->base_pfn ==>
      z->owners.movable[q] == \old(z->owners.movable)[q];
    ensures only_served: only_served(\old(z->pageblocks), z->pageblocks, z->highatomic, order,
      flags, migratetype);
    ensures only_reserved: z->fallback == 0 ==>
      only_reserved(\old(z->pageblocks), z->pageblocks, z->highatomic, order, flags);
    ensures no_boost: never_boosts(z->fallback, z->generation) ==>
      z->watermark_boost == \old(z->watermark_boost);
    ensures range: \result == PLUMB_OK ==> z->first <= *pfn - z->base_pfn < z->blocks.end;
    ensures was_listed: \result == PLUMB_OK ==>
      is_listed(\old(z->blocks), *pfn - z->base_pfn);
    ensures block: \result == PLUMB_OK ==>
      used_of(z->blocks, *pfn - z->base_pfn, order);
    ensures unisolated: \result == PLUMB_OK ==> none_of_isolated(\old(z->blocks),
      \old(z->pageblocks), *pfn - z->base_pfn, bsize(order));
    ensures only: \result == PLUMB_OK ==>
      one_used_more(\old(z->blocks), z->blocks, *pfn - z->base_pfn, z->blocks.end);
    ensures kept: \result == PLUMB_OK ==>
      busy_kept(\old(z->blocks), z->blocks, *pfn - z->base_pfn);
    ensures used_more: \result == PLUMB_OK ==>
      z->counts.held[6] == \old(z->counts.held[6]) + bsize(order);
    ensures conserved: \result == PLUMB_OK ==>
      free_or_pcp(z->counts, cpu) == free_or_pcp(\old(z->counts), cpu) - bsize(order);
    ensures others: \forall integer c; 7 <= c < 72 && c != 8 + cpu ==>
      z->counts.held[c] == \old(z->counts.held)[c];
    ensures other_lists: other_cpus_kept(\old(z->lists), z->lists, \old(z->counts), z->counts,
      cpu);
    ensures own_list: by_pcp(z->generation, z->blocks.pageblock_order, order, migratetype) ==>
      other_lists_kept(\old(z->lists), z->lists, \old(z->counts), z->counts,
        alloc_list(z->generation, cpu, order, migratetype, flag_cold(flags)));
    ensures no_list: !by_pcp(z->generation, z->blocks.pageblock_order, order, migratetype) ==>
      pcp_lists_kept(\old(z->lists), z->lists, \old(z->counts), z->counts);
    ensures pcp_order: pcp_order_but(\old(z->blocks), \old(z->lists), z->lists,
      *pfn - z->base_pfn);
    ensures joined: by_pcp(z->generation, z->blocks.pageblock_order, order, migratetype) &&
        \result == PLUMB_OK ==>
      joined(\old(z->blocks), z->blocks, \old(z->lists), z->lists,
        alloc_list(z->generation, cpu, order, migratetype, flag_cold(flags)),
        (z->generation == PLUMB_V4_10 && flag_cold(flags) != 0 ? 0 : 1));
    ENSURES_FILLED(\result == PLUMB_OK, order, migratetype, fill_blocks(\old(z->tuning),
      z->pcp_batch, z->pcp_high, z->tuning.below_high, z->generation, cpu, order,
      \old(z->counts.held)[8 + cpu]))
    ENSURES_LEARNED(order)
    ensures ticks: z->lists.clock <= \old(z->lists.clock) + CALL_TICKS;
*/
enum plumb_status ref_alloc(struct zone *z, uint32_t cpu, uint32_t order, uint32_t migratetype,
                            uint32_t flags, uint32_t highest_zoneidx, uint64_t *pfn);

/*@ requires \valid(z) && zone_ok(*z) && clock_room(z->lists, FREE_TICKS);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES], z->owners.movable[ALL_PAGES],
      REMEMBERED;
    ENSURES_ZONE_OK
    ensures check: \result == free_check(\old(z->blocks), z->first, z->nr_cpus, cpu,
      pfn - z->base_pfn, order);
    ensures refused: \result != PLUMB_OK ==> SAME_STATE && z->owners == \old(z->owners);
    ensures owners: \result == PLUMB_OK ==> z->owners.movable[pfn - z->base_pfn] == 0 &&
      \forall integer q; q != pfn - z->base_pfn ==>
        z->owners.movable[q] == \old(z->owners.movable)[q];
    ensures only: \result == PLUMB_OK ==>
      one_used_less(\old(z->blocks), z->blocks, pfn - z->base_pfn, z->blocks.end);
    ensures kept: \result == PLUMB_OK ==>
      kept_but(\old(z->blocks), z->blocks, cpu, pfn - z->base_pfn);
    ensures tails: \result == PLUMB_OK ==>
      tails_outside(\old(z->blocks), z->blocks, pfn - z->base_pfn, bsize(order));
    ensures used_less: \result == PLUMB_OK ==>
      z->counts.held[6] == \old(z->counts.held[6]) - bsize(order);
    ensures conserved: \result == PLUMB_OK ==>
      free_or_pcp(z->counts, cpu) == free_or_pcp(\old(z->counts), cpu) + bsize(order);
    ensures direct: \result == PLUMB_OK && !freed_to_pcp(\old(z->blocks), \old(z->pageblocks),
        z->generation, pfn - z->base_pfn) ==>
      free_sum(z->counts) == free_sum(\old(z->counts)) + bsize(order) &&
      pcp_lists_kept(\old(z->lists), z->lists, \old(z->counts), z->counts) &&
      pcp_order_kept(\old(z->blocks), \old(z->lists), z->lists);
    ensures below_high: \result == PLUMB_OK && z->generation != PLUMB_V2_6_11 &&
        freed_to_pcp(\old(z->blocks), \old(z->pageblocks), z->generation, pfn - z->base_pfn) &&
        \old(z->counts.held)[8 + cpu] + bsize(order) < TRIM_HIGH(order) ==>
      z->counts.held[8 + cpu] == \old(z->counts.held)[8 + cpu] + bsize(order);
    ensures place: \result == PLUMB_OK && z->generation != PLUMB_V2_6_11 &&
        freed_to_pcp(\old(z->blocks), \old(z->pageblocks), z->generation, pfn - z->base_pfn) &&
        \old(z->counts.held)[8 + cpu] + bsize(order) < TRIM_HIGH(order) ==>
      \let l = alloc_list(z->generation, cpu, order, pcp_type(
        pbtype(\old(z->blocks), \old(z->pageblocks), pfn - z->base_pfn)), cold);
      z->blocks.place[pfn - z->base_pfn] == l &&
      (z->generation == PLUMB_V4_10 && cold ? z->lists.tail[l] : z->lists.head[l]) ==
        pfn - z->base_pfn;
    ensures stay: \result == PLUMB_OK &&
        freed_to_pcp(\old(z->blocks), \old(z->pageblocks), z->generation, pfn - z->base_pfn) ==>
      stay(\old(z->blocks), z->blocks, \old(z->lists), z->lists, pfn - z->base_pfn);
    ensures last: \result == PLUMB_OK &&
        freed_to_pcp(\old(z->blocks), \old(z->pageblocks), z->generation, pfn - z->base_pfn) ==>
      last_left(\old(z->blocks), z->blocks, \old(z->lists), pfn - z->base_pfn);
    ensures v6_12: \result == PLUMB_OK && z->generation >= PLUMB_V6_12 &&
        freed_to_pcp(\old(z->blocks), \old(z->pageblocks), z->generation, pfn - z->base_pfn) &&
        \old(z->counts.held)[8 + cpu] + bsize(order) >= TRIM_HIGH(order) ==>
      released(\old(z->counts.held)[8 + cpu] + bsize(order), z->counts.held[8 + cpu],
        TRIM_PAGES(order), pcp_block(z->generation, z->blocks.pageblock_order));
    ensures v4_10: \result == PLUMB_OK && z->generation == PLUMB_V4_10 &&
        freed_to_pcp(\old(z->blocks), \old(z->pageblocks), z->generation, pfn - z->base_pfn) &&
        \old(z->counts.held)[8 + cpu] + 1 >= z->pcp_high ==>
      released(\old(z->counts.held)[8 + cpu] + 1, z->counts.held[8 + cpu], z->pcp_batch, 1);
    ensures v2_6_11: \result == PLUMB_OK && z->generation == PLUMB_V2_6_11 &&
        freed_to_pcp(\old(z->blocks), \old(z->pageblocks), z->generation, pfn - z->base_pfn) ==>
      \let l = cold ? 130 + cpu : 66 + cpu; \let n = \old(z->counts.len)[l];
      z->lists.head[l] == pfn - z->base_pfn && z->blocks.place[pfn - z->base_pfn] == l &&
      (n < z->pcp_high ? z->counts.len[l] == n + 1 :
        released(n, z->counts.len[l] - 1, z->pcp_batch, 1));
    ensures noted: \result == PLUMB_OK && z->tuning.on == 1 && freed_to_pcp(\old(z->blocks),
      \old(z->pageblocks), z->generation, pfn - z->base_pfn) ==> NOTED(order);
    ensures unnoted: \result != PLUMB_OK || z->tuning.on == 0 || !freed_to_pcp(\old(z->blocks),
      \old(z->pageblocks), z->generation, pfn - z->base_pfn) ==> z->tuning == \old(z->tuning);
    ensures others_remember: others_remember(\old(z->tuning), z->tuning, cpu);
    ensures others: \forall integer c; 7 <= c < 72 && c != 8 + cpu ==>
      z->counts.held[c] == \old(z->counts.held)[c];
    ensures other_cpus: other_cpus_kept(\old(z->lists), z->lists, \old(z->counts), z->counts,
      cpu);
    ensures ticks: z->lists.clock <= \old(z->lists.clock) + FREE_TICKS;
*/
enum plumb_status ref_free(struct zone *z, uint32_t cpu, uint64_t pfn, uint32_t order, int cold);

/*@ requires \valid(z) && zone_ok(*z);
    terminates \true;
    assigns z->blocks.place[ALL_PAGES], z->blocks.order[ALL_PAGES], z->owners.movable[ALL_PAGES];
    ENSURES_ZONE_OK
    ensures check: \result == free_check(\old(z->blocks), z->first, z->nr_cpus, 0,
      pfn - z->base_pfn, order);
    ensures refused: \result != PLUMB_OK ==>
      z->blocks == \old(z->blocks) && z->owners == \old(z->owners);
    ensures pages: \result == PLUMB_OK ==>
      singles(z->blocks, pfn - z->base_pfn, bsize(order));
    ensures same: \result == PLUMB_OK ==>
      same_but(\old(z->blocks), z->blocks, pfn - z->base_pfn, bsize(order));
    ensures owned: \result == PLUMB_OK ==> owned(\old(z->owners), z->owners, pfn - z->base_pfn,
      bsize(order), \old(z->owners.movable)[pfn - z->base_pfn]);
*/
enum plumb_status ref_split_page(struct zone *z, uint64_t pfn, uint32_t order);

/*@ requires \valid(z) && \valid(pfn) && \separated(z, pfn);
    requires zone_ok(*z) && clock_room(z->lists, CALL_TICKS + EXACT_TICKS);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES], z->watermark_boost,
      z->nr_reserved_highatomic, z->owners.movable[ALL_PAGES], REMEMBERED, *pfn;
    ENSURES_ZONE_OK
    ENSURES_REQUEST_ANSWERED(run_alloc_check(z->blocks.top_order, z->generation, z->nr_cpus, cpu,
      pages, migratetype, flags, highest_zoneidx), run_order(pages))
    ENSURES_LEARNED(run_order(pages))
    ENSURES_RESERVE_GROWN(run_order(pages))
    ensures no_boost: never_boosts(z->fallback, z->generation) ==>
      z->watermark_boost == \old(z->watermark_boost);
    ensures range: \result == PLUMB_OK ==> z->first <= *pfn - z->base_pfn &&
      *pfn - z->base_pfn + pages <= z->blocks.end;
    ensures was_listed: \result == PLUMB_OK ==>
      is_listed(\old(z->blocks), *pfn - z->base_pfn);
    ensures run: \result == PLUMB_OK ==> singles(z->blocks, *pfn - z->base_pfn, pages);
    ensures unisolated: \result == PLUMB_OK ==> none_of_isolated(\old(z->blocks),
      \old(z->pageblocks), *pfn - z->base_pfn, pages);
    ensures only: \result == PLUMB_OK ==>
      run_used_more(\old(z->blocks), z->blocks, *pfn - z->base_pfn, pages);
    ensures kept: \result == PLUMB_OK ==>
      kept_but(\old(z->blocks), z->blocks, cpu, *pfn - z->base_pfn);
    ensures owned: \result == PLUMB_OK ==> \forall integer q;
      *pfn - z->base_pfn <= q < *pfn - z->base_pfn + pages ==>
      z->owners.movable[q] == (migratetype == 1 || migratetype == 4 ? 1 : 0);
    ensures owners: \result == PLUMB_OK ==> \forall integer q;
      !(*pfn - z->base_pfn <= q < *pfn - z->base_pfn + bsize(run_order(pages))) ==>
      z->owners.movable[q] == \old(z->owners.movable)[q];
    ensures used_more: \result == PLUMB_OK ==>
      z->counts.held[6] == \old(z->counts.held[6]) + pages;
    ensures conserved: \result == PLUMB_OK ==>
      free_or_pcp(z->counts, cpu) == free_or_pcp(\old(z->counts), cpu) - pages;
    ensures others: \forall integer c; 7 <= c < 72 && c != 8 + cpu ==>
      z->counts.held[c] == \old(z->counts.held)[c];
    ensures other_cpus: other_cpus_kept(\old(z->lists), z->lists, \old(z->counts), z->counts,
      cpu);
    ensures no_list: z->generation >= PLUMB_V6_12 &&
        !by_pcp(z->generation, z->blocks.pageblock_order, run_order(pages), migratetype) ==>
      pcp_lists_kept(\old(z->lists), z->lists, \old(z->counts), z->counts);
    ensures ticks: z->lists.clock <= \old(z->lists.clock) + CALL_TICKS + EXACT_TICKS;
*/
enum plumb_status ref_alloc_pages_exact(struct zone *z, uint32_t cpu, uint32_t pages,
                                        uint32_t migratetype, uint32_t flags,
                                        uint32_t highest_zoneidx, uint64_t *pfn);

/*@ requires \valid(z) && zone_ok(*z) && clock_room(z->lists, CALL_TICKS);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
    ENSURES_ZONE_OK
    ensures status: \result == (cpu >= z->nr_cpus ? PLUMB_ECPU : PLUMB_OK);
    ensures refused: \result != PLUMB_OK ==> SAME_STATE;
    ensures none: \result == PLUMB_OK ==> z->counts.held[8 + cpu] == 0;
    ensures empty: \result == PLUMB_OK ==> pcp_empty(z->lists, cpu);
    ensures freed: \result == PLUMB_OK ==> free_sum(z->counts) ==
      free_sum(\old(z->counts)) + \old(z->counts.held)[8 + cpu];
    ENSURES_RETURNED
*/
enum plumb_status ref_drain_pages(struct zone *z, uint32_t cpu);

/*@ requires \valid(z) && zone_ok(*z) && clock_room(z->lists, CALL_TICKS);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
    ENSURES_ZONE_OK
    ensures status: \result == (cpu >= z->nr_cpus ? PLUMB_ECPU : PLUMB_OK);
    ensures refused: \result != PLUMB_OK ==> SAME_STATE;
    ensures v6_12: \result == PLUMB_OK && z->generation >= PLUMB_V6_12 ==>
      released(\old(z->counts.held)[8 + cpu], z->counts.held[8 + cpu], z->pcp_batch,
        pcp_block(z->generation, z->blocks.pageblock_order));
    ensures turn: \result == PLUMB_OK && z->generation >= PLUMB_V6_12 ==>
      in_turn(z->lists, \old(z->counts), z->counts, cpu, 0);
    ensures v4_10: \result == PLUMB_OK && z->generation == PLUMB_V4_10 ==>
      released(\old(z->counts.held)[8 + cpu], z->counts.held[8 + cpu], z->pcp_batch, 1);
    ensures v2_6_11: \result == PLUMB_OK && z->generation == PLUMB_V2_6_11 ==>
      released(\old(z->counts.len)[66 + cpu], z->counts.len[66 + cpu], z->pcp_batch, 1) &&
      released(\old(z->counts.len)[130 + cpu], z->counts.len[130 + cpu], z->pcp_batch, 1);
    ensures conserved: \result == PLUMB_OK ==>
      free_or_pcp(z->counts, cpu) == free_or_pcp(\old(z->counts), cpu);
    ENSURES_RETURNED
*/
enum plumb_status ref_drain_zone_pages(struct zone *z, uint32_t cpu);

/*@ requires \valid(z) && zone_ok(*z) && clock_room(z->lists, CALL_TICKS);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
    ENSURES_ZONE_OK
    ensures none: \forall integer c; 0 <= c < z->nr_cpus ==> z->counts.held[8 + c] == 0;
    ensures empty: \forall integer c; 0 <= c < z->nr_cpus ==> pcp_empty(z->lists, c);
    ensures freed: free_sum(z->counts) ==
      free_sum(\old(z->counts)) + pcp_sum(\old(z->counts), z->nr_cpus);
    ensures ticks: z->lists.clock <= \old(z->lists.clock) + CALL_TICKS;
    ensures others: \forall integer c; 6 <= c < 72 && !(8 <= c < 8 + z->nr_cpus) ==>
      z->counts.held[c] == \old(z->counts.held)[c];
    ensures kept: used_kept(\old(z->blocks), z->blocks);
    ensures tails: tails_kept(\old(z->blocks), z->blocks);
*/
void ref_drain_all_pages(struct zone *z);

/*@ requires \valid(z) && zone_ok(*z) && clock_room(z->lists, CALL_TICKS);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES], z->tuning.high[0 .. 63];
    ENSURES_ZONE_OK
    ensures status: \result == (cpu >= z->nr_cpus ? PLUMB_ECPU :
      z->tuning.on == 0 ? PLUMB_ECONFIG : PLUMB_OK);
    ensures refused: \result != PLUMB_OK ==> SAME_STATE && z->tuning == \old(z->tuning);
    ensures high: \result == PLUMB_OK ==> z->tuning.high[cpu] == decayed(\old(z->tuning),
      z->pcp_batch, z->pcp_high, cpu, \old(z->counts.held)[8 + cpu]);
    ensures above: \result == PLUMB_OK ==> released(\old(z->counts.held)[8 + cpu],
      z->counts.held[8 + cpu],
      larger(\old(z->counts.held)[8 + cpu] - z->tuning.high[cpu], 0),
      pcp_block(z->generation, z->blocks.pageblock_order));
    ensures turn: \result == PLUMB_OK ==>
      in_turn(z->lists, \old(z->counts), z->counts, cpu, 0);
    ensures others_remember: others_remember(\old(z->tuning), z->tuning, cpu);
    ensures conserved: \result == PLUMB_OK ==>
      free_or_pcp(z->counts, cpu) == free_or_pcp(\old(z->counts), cpu);
    ENSURES_RETURNED
*/
enum plumb_status ref_decay_pcp_high(struct zone *z, uint32_t cpu);

/*@ requires \valid(z) && zone_ok(*z) && clock_room(z->lists, CALL_TICKS);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES], PCP_SIZES, z->disabled;
    ENSURES_ZONE_OK
    ensures status: \result == (z->generation == PLUMB_V2_6_11 ? PLUMB_ECONFIG :
      (disabled != 0) == (\old(z->disabled.on) == 1) ? PLUMB_EBUSY : PLUMB_OK);
    ensures refused: \result != PLUMB_OK ==> SAME_STATE && same_sizes(\old(*z), *z) &&
      z->disabled == \old(z->disabled);
    ensures on: \result == PLUMB_OK ==> z->disabled.on == (disabled != 0 ? 1 : 0);
    ensures disabled: \result == PLUMB_OK && disabled != 0 ==> disabled_as(\old(*z), *z);
    ensures enabled: \result == PLUMB_OK && disabled == 0 ==>
      SAME_STATE && enabled_as(\old(*z), *z);
    ensures none: \result == PLUMB_OK && disabled != 0 ==>
      \forall integer c; 0 <= c < 64 ==> z->counts.held[8 + c] == 0;
    ensures empty: \result == PLUMB_OK && disabled != 0 ==>
      \forall integer c; 0 <= c < z->nr_cpus ==> pcp_empty(z->lists, c);
    ensures freed: \result == PLUMB_OK && disabled != 0 ==> free_sum(z->counts) ==
      free_sum(\old(z->counts)) + pcp_sum(\old(z->counts), z->nr_cpus);
    ensures used: z->counts.held[6] == \old(z->counts.held[6]) &&
      z->counts.held[7] == \old(z->counts.held[7]);
    ensures kept: used_kept(\old(z->blocks), z->blocks);
    ensures tails: tails_kept(\old(z->blocks), z->blocks);
    ensures ticks: z->lists.clock <= \old(z->lists.clock) + CALL_TICKS;
*/
enum plumb_status ref_set_pcp_disabled(struct zone *z, int disabled);

/*@ requires \valid(z) && zone_ok(*z);
    terminates \true;
    assigns z->tuning.reclaim_active;
    ensures zone: zone_ok(*z);
    ensures status: \result == (z->tuning.on == 0 ? PLUMB_ECONFIG : PLUMB_OK);
    ensures set: z->tuning.reclaim_active == (\result != PLUMB_OK ?
      \old(z->tuning.reclaim_active) : active ? 1 : 0);
*/
enum plumb_status ref_set_reclaim_active(struct zone *z, int active);

/*@ requires \valid_read(z) && \valid(memory) && \separated(z, memory) && zone_ok(*z);
    terminates \true;
    assigns *memory;
    ensures status: \result == (cpu >= z->nr_cpus ? PLUMB_ECPU :
      z->tuning.on == 0 ? PLUMB_ECONFIG : PLUMB_OK);
    ensures refused: \result != PLUMB_OK ==> *memory == \old(*memory);
    ensures high: \result == PLUMB_OK ==> memory->high == z->tuning.high[cpu];
    ensures factor: \result == PLUMB_OK ==> memory->alloc_factor == z->tuning.alloc_factor[cpu];
    ensures count: \result == PLUMB_OK ==> memory->free_count == z->tuning.free_count[cpu];
    ensures order: \result == PLUMB_OK ==>
      memory->prev_free_high_order == z->tuning.prev_free_high_order[cpu];
    ensures below: \result == PLUMB_OK ==> memory->below_high == z->tuning.below_high;
    ensures reclaim: \result == PLUMB_OK ==> memory->reclaim_active == z->tuning.reclaim_active;
*/
enum plumb_status ref_pcp_tuning(const struct zone *z, uint32_t cpu,
                                 struct plumb_pcp_tuning *memory);

/*@ requires \valid_read(z) && zone_ok(*z);
    terminates \true;
    assigns \nothing;
    ensures order: order > z->blocks.top_order ==> \result == -PLUMB_EORDER;
    ensures index: order <= z->blocks.top_order && highest_zoneidx >= 4 ==>
      \result == -PLUMB_EZONEIDX;
    ensures flags: order <= z->blocks.top_order && highest_zoneidx < 4 &&
      known_flags(flags) == \false ==> \result == -PLUMB_EFLAGS;
    ensures sizes: order <= z->blocks.top_order && highest_zoneidx < 4 &&
      known_flags(flags) == \true &&
      !(mark <= 0x20000000000000 && -0x20000000000000 <= free_pages <= 0x20000000000000) ==>
      \result == -PLUMB_ECONFIG;
    ensures answer: order <= z->blocks.top_order && highest_zoneidx < 4 &&
      known_flags(flags) == \true &&
      mark <= 0x20000000000000 && -0x20000000000000 <= free_pages <= 0x20000000000000 ==>
      (\result == 0 || \result == 1) && (\result == 1 <==>
        watermark_ok(*z, order, mark, highest_zoneidx, flags, free_pages));
*/
int ref_watermark_ok(const struct zone *z, uint32_t order, uint64_t mark, uint32_t highest_zoneidx,
                     uint32_t flags, int64_t free_pages);

/*@ requires \valid_read(z) && \valid(counters) && \separated(z, counters) && zone_ok(*z);
    terminates \true;
    assigns *counters;
    ensures managed: counters->managed_pages == z->blocks.end - z->counts.held[7];
    ensures free: counters->free_pages == free_total(z->counts);
    ensures cma: counters->free_cma == z->counts.held[4];
    ensures highatomic: counters->free_highatomic == z->counts.held[3];
    ensures isolated: counters->isolated_pages == z->counts.held[5];
    ensures pcp: counters->pcp_pages == pcp_sum(z->counts, 64);
    ensures used: counters->used_pages == z->counts.held[6];
    ensures boost: counters->watermark_boost == z->watermark_boost;
    ensures reserve: counters->nr_reserved_highatomic == z->nr_reserved_highatomic;
    ensures nr_free: \forall integer o; is_order(o) ==>
      counters->nr_free[o] == free_blocks(z->counts, o);
    ensures pcp_count: \forall integer c; 0 <= c < 64 ==>
      counters->pcp_count[c] == z->counts.held[8 + c];
*/
void ref_counters(const struct zone *z, struct plumb_counters *counters);

/*@ requires \valid_read(z) && \valid(page) && \separated(z, page) && zone_ok(*z);
    terminates \true;
    assigns *page;
    ensures status: \result ==
      (z->base_pfn + z->first <= pfn < z->base_pfn + z->blocks.end ? PLUMB_OK : PLUMB_ERANGE);
    ensures refused: \result != PLUMB_OK ==> *page == \old(*page);
    ENSURES_PAGE_SHOWN
*/
enum plumb_status ref_page(const struct zone *z, uint64_t pfn, struct plumb_page *page);

/*@ requires \valid_read(z) && zone_ok(*z) && is_order(order) && is_type(migratetype);
    terminates \true;
    assigns \nothing;
    ensures exact: \result ==
      link_pfn(z->base_pfn, z->lists.head[free_list(order, migratetype)]);
*/
uint64_t ref_free_list_head(const struct zone *z, uint32_t order, uint32_t migratetype);

/*@ requires \valid_read(z) && zone_ok(*z) && cpu < 64 && index < 14;
    terminates \true;
    assigns \nothing;
    ensures exact: \result == link_pfn(z->base_pfn, z->lists.head[pcp_list(cpu,
      list_shown(z->generation, z->blocks.pageblock_order, index))]);
*/
uint64_t ref_pcp_list_head(const struct zone *z, uint32_t cpu, uint32_t index);

#endif
