/* Which theorem a difference breaks: the numbers and sentences of the design. */
#include "harness/theorems.h"

#include <stddef.h>
#include <string.h>

enum {
    PARTITION = 1,
    ALIGNMENT = 2,
    HANDED_OUT = 3,
    CONSERVATION = 4,
    COALESCING = 5,
    LISTS = 6,
    PLACEMENT = 7,
    FAILURE = 8,
    WATERMARKS = 9,
    PCP = 10,
    FALLBACK = 11,
    RESERVES = 15,
    ISOLATION = 16,
    BAD_CALLS = 20,
    REFERENCES = 21,
    TUNED = 22,
    NR_THEOREMS
};

static const char *const texts[NR_THEOREMS] = {
    [1] = "1 Partition: at all times every page is in exactly one block",
    [2] = "2 Alignment: a block of order o starts at a multiple of 2^o",
    [3] = "3 No page is handed out twice",
    [4] = "4 Conservation: free + pcp + used + isolated = managed, and a call moves exactly "
          "2^order pages",
    [5] = "5 Maximal coalescing: two free buddies of one order and mergeable type never coexist",
    [6] = "6 List exactness: a block is on the free list (order, type) if and only if it is free "
          "with that order and type; nr_free is the lists' length",
    [7] = "7 Placement: the block taken is the one the policy names (smallest sufficient order, "
          "list head)",
    [8] = "8 Exact failure: a request fails if and only if no permitted block exists, or the "
          "watermark forbids it",
    [9] = "9 Watermarks: the check equals its definition over unbounded integers",
    [10] = "10 Per-CPU lists: refill and drain conserve pages, keep types and order, respect batch "
           "and high",
    [11] =
        "11 Fallback: which other type's block a request gets, the pageblocks claimed with it and "
        "the boost are exactly the policy's",
    [13] = "13 Round trip: free after alloc restores the set of free blocks",
    [14] = "14 Termination of every function",
    [15] = "15 Reserves: what is set up, and what the highatomic reserve holds since, equals its "
           "definition over unbounded integers",
    [16] = "16 Isolation: no page of an isolated pageblock is returned",
    [18] = "18 No undefined behaviour",
    [19] = "19 Oracles: each runtime checker returns 1 if and only if its invariant holds",
    [20] = "20 Bad calls return a named error and change nothing",
    [21] =
        "21 References: a used block has at least one, and is freed exactly when the last is put",
    [22] =
        "22 Tuning: the sizes of refills and trims, and what a CPU remembers of them, equal their "
        "definition",
};

static const struct {
    const char *field;
    unsigned theorem;
} fields[] = {
    {"counters.managed_pages", CONSERVATION},
    {"counters.free_pages", CONSERVATION},
    {"counters.free_cma", CONSERVATION},
    {"counters.free_highatomic", CONSERVATION},
    {"counters.isolated_pages", CONSERVATION},
    {"counters.pcp_pages", PCP},
    {"counters.used_pages", CONSERVATION},
    {"counters.watermark_boost", FALLBACK},
    {"counters.nr_reserved_highatomic", RESERVES},
    {"counters.nr_free", LISTS},
    {"counters.pcp_count", PCP},
    {"page (status)", BAD_CALLS},
    {"page.state", PARTITION},
    {"page.order", COALESCING},
    {"page.type", LISTS},
    {"page.cpu", PCP},
    {"page.pageblock_type", FALLBACK},
    {"page.movable", FALLBACK},
    {"page.compound", REFERENCES},
    {"page.refs", REFERENCES},
    {"page.next", PLACEMENT},
    {"page.prev", PLACEMENT},
    {"free_list_head", PLACEMENT},
    {"pcp_list_head", PCP},
    {"tuning (status)", BAD_CALLS},
    {"tuning.high", TUNED},
    {"tuning.alloc_factor", TUNED},
    {"tuning.free_count", TUNED},
    {"tuning.prev_free_high_order", TUNED},
    {"tuning.below_high", TUNED},
    {"tuning.reclaim_active", TUNED},
};

const char *theorem_text(unsigned number)
{
    return number < NR_THEOREMS ? texts[number] : NULL;
}

const char *theorem_of_field(const char *field)
{
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        if (strcmp(fields[i].field, field) == 0)
            return texts[fields[i].theorem];
    return NULL;
}

static bool is_one_of(uint32_t status, uint32_t a, uint32_t b)
{
    return status == a || status == b;
}

const char *theorem_of_call(const struct operation *operation, uint32_t status_a, uint32_t status_b)
{
    if (operation->kind == OP_WATERMARK_OK)
        return texts[WATERMARKS];
    if (operation->kind == OP_UNRESERVE && !is_one_of(PLUMB_ETYPE, status_a, status_b))
        return texts[RESERVES];
    if (operation->kind == OP_ISOLATE || operation->kind == OP_UNISOLATE)
        return texts[ISOLATION];
    if (operation->kind == OP_ALLOC_CONTIG && is_one_of(PLUMB_EBUSY, status_a, status_b) &&
        is_one_of(PLUMB_OK, status_a, status_b))
        return texts[HANDED_OUT];
    if (!operation_puts_slot(operation->kind))
        return texts[BAD_CALLS];
    if (status_a == status_b)
        return texts[PLACEMENT];
    if (is_one_of(PLUMB_EWMARK, status_a, status_b) &&
        (status_a <= PLUMB_EWMARK && status_b <= PLUMB_EWMARK))
        return texts[WATERMARKS];
    if (is_one_of(PLUMB_ENOMEM, status_a, status_b) && is_one_of(PLUMB_OK, status_a, status_b))
        return texts[FAILURE];
    return texts[BAD_CALLS];
}
