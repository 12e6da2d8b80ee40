/* Tests of the oracles' single conditions: each refuses a value that is damaged in just its way. */
#include "harness/abstract.h"
#include "harness/tests/support.h"
#include "src/ref/oracle.h"
#include "src/ref/oracle_refs.h"

/* The value of test_make_value: pages 0 .. 63 in blocks of order 3, 0 and 8 used, 16 on a per-CPU
 * list, from 24 on free; 64 .. 71 reserved. */
enum { LIST = MIGRATE_TYPES * 3 + MIGRATE_MOVABLE, EMPTY = LIST - 1, HEAD = 24 };

static void no_pages(struct zone *z)
{
    z->blocks.end = 0;
}

static void pages_above_capacity(struct zone *z)
{
    z->blocks.end = ZONE_CAPACITY + 1;
}

static void pageblocks_above_top(struct zone *z)
{
    z->blocks.pageblock_order = z->blocks.top_order + 1;
}

static void first_page_a_tail(struct zone *z)
{
    z->blocks.place[0] = PLACE_TAIL;
}

static void order_above_all(struct zone *z)
{
    z->blocks.order[0] = 200;
}

static void order_above_top(struct zone *z)
{
    z->blocks.order[0] = 4;
}

static void not_aligned(struct zone *z)
{
    z->blocks.order[0] = 2;
    z->blocks.place[4] = PLACE_USED;
    z->blocks.order[4] = 3;
}

static void beyond_the_end(struct zone *z)
{
    z->blocks.order[68] = 2;
    z->blocks.place[69] = z->blocks.place[70] = z->blocks.place[71] = PLACE_TAIL;
    z->blocks.end = 70;
}

static void list_of_lower_order(struct zone *z)
{
    z->blocks.place[HEAD] = LIST - MIGRATE_TYPES;
}

static void list_of_higher_order(struct zone *z)
{
    z->blocks.place[HEAD] = LIST + MIGRATE_TYPES;
}

static void pcp_list_of_lower_order(struct zone *z)
{
    z->blocks.order[16] = 4;
}

static void pcp_list_of_higher_order(struct zone *z)
{
    z->blocks.order[16] = 2;
}

static void no_such_place(struct zone *z)
{
    z->blocks.place[9] = 0xfff0;
}

static void buddies_of_one_type(struct zone *z)
{
    z->blocks.top_order = 4;
}

static void buddies_of_common_types(struct zone *z)
{
    z->blocks.top_order = 4;
    z->blocks.place[40] = LIST - MIGRATE_MOVABLE + MIGRATE_RECLAIMABLE;
}

static void type_beyond_the_end(struct zone *z)
{
    z->blocks.end = HEAD + 6;
}

static void one_end_only(struct zone *z)
{
    z->lists.head[LIST] = NONE;
}

static void clock_below_zero(struct zone *z)
{
    z->lists.clock = -1;
}

static void rank_too_low(struct zone *z)
{
    z->lists.rank[HEAD] = -z->lists.clock - 1;
}

static void rank_too_high(struct zone *z)
{
    z->lists.rank[HEAD] = z->lists.clock + 1;
}

static void head_outside(struct zone *z)
{
    z->lists.head[EMPTY] = 1000;
}

static void head_inside_its_list(struct zone *z)
{
    z->lists.head[LIST] = z->lists.next[HEAD];
}

static void tail_outside(struct zone *z)
{
    z->lists.tail[EMPTY] = 1000;
}

static void tail_inside_its_list(struct zone *z)
{
    z->lists.tail[LIST] = HEAD;
}

static void next_outside(struct zone *z)
{
    z->lists.next[HEAD] = 1000;
}

static void next_not_on_the_list(struct zone *z)
{
    z->lists.next[HEAD] = 0;
}

static void next_not_older(struct zone *z)
{
    z->lists.rank[HEAD] = z->lists.rank[z->lists.next[HEAD]];
}

static void prev_outside(struct zone *z)
{
    z->lists.prev[z->lists.tail[LIST]] = 1000;
}

static void prev_not_on_the_list(struct zone *z)
{
    z->lists.prev[z->lists.tail[LIST]] = 0;
}

/* ---- what CPUs remember */

static void tuning_neither_on_nor_off(struct zone *z)
{
    z->tuning.on = 2;
}

static void tuning_of_an_older_zone(struct zone *z)
{
    z->tuning.on = 1;
    z->generation = PLUMB_V4_10;
    z->pcp_high = z->tuning.high_max = 8;
}

static void high_min_above_high_max(struct zone *z)
{
    z->tuning.on = 1;
    z->pcp_high = z->tuning.high_max + 1;
}

static void high_max_above_all(struct zone *z)
{
    z->tuning.high_max = 0x10001;
}

static void scale_above_all(struct zone *z)
{
    z->tuning.batch_scale_max = PLUMB_PCP_BATCH_SCALE_MAX + 1;
}

static void free_high_batch_no_bit(struct zone *z)
{
    z->tuning.free_high_batch = 2;
}

static void below_high_no_bit(struct zone *z)
{
    z->tuning.below_high = 2;
}

static void below_high_below_zero(struct zone *z)
{
    z->tuning.below_high = -1;
}

static void reclaim_no_bit(struct zone *z)
{
    z->tuning.reclaim_active = 2;
}

static void reclaim_below_zero(struct zone *z)
{
    z->tuning.reclaim_active = -1;
}

static void high_of_a_cpu_above_all(struct zone *z)
{
    z->tuning.high[63] = 0x800001;
}

static void high_of_a_cpu_below_zero(struct zone *z)
{
    z->tuning.high[0] = -1;
}

static void factor_above_the_scale(struct zone *z)
{
    z->tuning.alloc_factor[1] = (int32_t)z->tuning.batch_scale_max + 1;
}

static void factor_below_zero(struct zone *z)
{
    z->tuning.alloc_factor[1] = -1;
}

static void free_count_above_all(struct zone *z)
{
    z->tuning.free_count[1] = 0x400400;
}

static void free_count_below_zero(struct zone *z)
{
    z->tuning.free_count[1] = -1;
}

static void run_of_orders_no_bit(struct zone *z)
{
    z->tuning.prev_free_high_order[1] = 2;
}

static void run_of_orders_below_zero(struct zone *z)
{
    z->tuning.prev_free_high_order[1] = -1;
}

static const struct {
    const char *name;
    int (*oracle)(const struct zone *z);
    void (*damage)(struct zone *z);
} clauses[] = {
    {"no pages", check_sized, no_pages},
    {"pages above capacity", check_sized, pages_above_capacity},
    {"pageblocks above top", check_sized, pageblocks_above_top},
    {"first page a tail", check_sized, first_page_a_tail},
    {"order above all", check_tiled, order_above_all},
    {"order above top", check_tiled, order_above_top},
    {"not aligned", check_tiled, not_aligned},
    {"beyond the end", check_tiled, beyond_the_end},
    {"list of lower order", check_placed, list_of_lower_order},
    {"list of higher order", check_placed, list_of_higher_order},
    {"pcp list of lower order", check_placed, pcp_list_of_lower_order},
    {"pcp list of higher order", check_placed, pcp_list_of_higher_order},
    {"no such place", check_placed, no_such_place},
    {"buddies of one type", check_coalesced, buddies_of_one_type},
    {"buddies of common types", check_coalesced, buddies_of_common_types},
    {"type beyond the end", check_typed, type_beyond_the_end},
    {"one end only", check_ends, one_end_only},
    {"clock below zero", check_clocked, clock_below_zero},
    {"ranks of a clock below zero", check_rank, clock_below_zero},
    {"rank too low", check_rank, rank_too_low},
    {"head outside", check_head, head_outside},
    {"head inside its list", check_head, head_inside_its_list},
    {"tail outside", check_tail, tail_outside},
    {"tail inside its list", check_tail, tail_inside_its_list},
    {"next outside", check_next, next_outside},
    {"next not on the list", check_next, next_not_on_the_list},
    {"next not older", check_next, next_not_older},
    {"prev outside", check_prev, prev_outside},
    {"prev not on the list", check_prev, prev_not_on_the_list},
    {"prev not newer", check_prev, next_not_older},
    {"tuning neither on nor off", check_adapted, tuning_neither_on_nor_off},
    {"tuning of an older zone", check_adapted, tuning_of_an_older_zone},
    {"high_min above high_max", check_adapted, high_min_above_high_max},
    {"high_max above all", check_adapted, high_max_above_all},
    {"scale above all", check_adapted, scale_above_all},
    {"free_high_batch no bit", check_adapted, free_high_batch_no_bit},
    {"below_high no bit", check_adapted, below_high_no_bit},
    {"below_high below zero", check_adapted, below_high_below_zero},
    {"reclaim no bit", check_adapted, reclaim_no_bit},
    {"reclaim below zero", check_adapted, reclaim_below_zero},
    {"high of a CPU above all", check_adapted, high_of_a_cpu_above_all},
    {"high of a CPU below zero", check_adapted, high_of_a_cpu_below_zero},
    {"factor above the scale", check_adapted, factor_above_the_scale},
    {"factor below zero", check_adapted, factor_below_zero},
    {"free_count above all", check_adapted, free_count_above_all},
    {"free_count below zero", check_adapted, free_count_below_zero},
    {"run of orders no bit", check_adapted, run_of_orders_no_bit},
    {"run of orders below zero", check_adapted, run_of_orders_below_zero},
};

static void every_clause_can_answer_no(void **state)
{
    (void)state;
    struct abstract *abstract = abstract_new();
    assert_non_null(abstract);
    struct zone *z = &abstract->zone;
    for (unsigned i = 0; i < sizeof(clauses) / sizeof(clauses[0]); i++) {
        test_make_value(abstract);
        if (clauses[i].oracle(z) != 1)
            fail_msg("undamaged, before: %s", clauses[i].name);
        clauses[i].damage(z);
        if (clauses[i].oracle(z) != 0)
            fail_msg("not seen: %s", clauses[i].name);
    }
    abstract_free(abstract);
}

/* ---- references: 0 and 8 have one each, in a zone that counts them or not */

static void counts_no_bit(struct page_refs *r)
{
    r->counts = 2;
}

static void used_without_any(struct page_refs *r)
{
    r->count[8] = 0;
}

static void more_than_there_may_be(struct page_refs *r)
{
    r->counts = 1;
    r->count[8] = 0x80000000u;
}

static void free_with_one(struct page_refs *r)
{
    r->counts = 1;
    r->count[HEAD] = 1;
}

static void tail_with_one(struct page_refs *r)
{
    r->counts = 1;
    r->count[1] = 1;
}

static void two_where_none_are_counted(struct page_refs *r)
{
    r->count[0] = 2;
}

static void compound_where_none_are_counted(struct page_refs *r)
{
    r->compound[0] = 1;
}

static void free_compound(struct page_refs *r)
{
    r->counts = 1;
    r->compound[HEAD] = 1;
}

static void compound_no_bit(struct page_refs *r)
{
    r->counts = 1;
    r->compound[0] = 2;
}

static void every_clause_of_references_can_answer_no(void **state)
{
    (void)state;
    static void (*const refs_damages[])(struct page_refs * r) = {
        counts_no_bit,          used_without_any,
        more_than_there_may_be, free_with_one,
        tail_with_one,          two_where_none_are_counted,
        free_compound,          compound_where_none_are_counted,
        compound_no_bit};
    struct abstract *abstract = abstract_new();
    assert_non_null(abstract);
    struct page_refs *r = &abstract->refs;
    for (unsigned i = 0; i < sizeof(refs_damages) / sizeof(refs_damages[0]); i++) {
        test_make_value(abstract);
        assert_int_equal(check_counted(&abstract->zone, r), 1);
        refs_damages[i](r);
        if (check_counted(&abstract->zone, r) != 0)
            fail_msg("not seen: damage %u", i);
    }
    test_make_value(abstract);
    r->counts = r->compound[0] = 1;
    r->count[0] = 0x7fffffff;
    assert_int_equal(check_counted(&abstract->zone, r), 1);
    abstract->zone.blocks.order[0] = 0; /* a compound block of one page */
    assert_int_equal(check_counted(&abstract->zone, r), 0);
    abstract_free(abstract);
}

static void held_low(struct zone *z)
{
    z->counts.held[CLASS_USED]--;
}

static void len_low(struct zone *z)
{
    z->counts.len[LIST]--;
}

static void clock_too_high(struct zone *z)
{
    z->lists.clock = CLOCK_MAX + 1;
}

static void top_order_high(struct zone *z)
{
    z->blocks.top_order = PLUMB_MAX_ORDER + 1;
}

/* check_wf is the conjunction of the others: each of them alone makes it false. */
static void the_conjunction_needs_every_oracle(void **state)
{
    (void)state;
    static void (*const damages[])(struct zone *) = {
        top_order_high,       order_above_top, list_of_lower_order,
        next_outside,         prev_outside,    rank_too_high,
        head_inside_its_list, tail_outside,    head_outside,
        clock_too_high,       len_low,         held_low,
    };
    struct abstract *abstract = abstract_new();
    assert_non_null(abstract);
    struct zone *z = &abstract->zone;
    test_make_value(abstract);
    assert_int_equal(check_wf(z), 1);
    for (unsigned i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
        test_make_value(abstract);
        damages[i](z);
        assert_int_equal(check_wf(z), 0);
    }
    abstract_free(abstract);
}

int test_oracle_clauses(int *run)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_clause_can_answer_no),
        cmocka_unit_test(every_clause_of_references_can_answer_no),
        cmocka_unit_test(the_conjunction_needs_every_oracle),
    };
    return RUN_GROUP(tests, run);
}
