/* The oracles of the lists: links, ranks, ends and the clock. */
#include "src/ref/oracle.h"

/*@ requires valid: \valid_read(z) && z->blocks.end <= ZONE_CAPACITY && in_zone(z->blocks, p);
    terminates \true;
    assigns \nothing;
    ensures exact: \result == 1 <==> next_at(z->blocks, z->lists, p);
    ensures answer: \result == 0 || \result == 1;
*/
static int next_holds(const struct zone *z, uint32_t p)
{
    uint32_t list = z->blocks.place[p], next = z->lists.next[p];

    if (list >= NR_LISTS)
        return 1;
    if (next == NONE)
        return z->lists.tail[list] == p;
    return next < z->blocks.end && z->blocks.place[next] == list && z->lists.prev[next] == p &&
           z->lists.rank[next] < z->lists.rank[p];
}

int check_next(const struct zone *z)
{
    /*@ loop invariant 0 <= p <= z->blocks.end;
        loop invariant next: \forall integer i; 0 <= i < p ==> next_at(z->blocks, z->lists, i);
        loop assigns p;
        loop variant z->blocks.end - p; */
    for (uint32_t p = 0; p < z->blocks.end; p++)
        if (!next_holds(z, p))
            return 0;
    return 1;
}

/*@ requires valid: \valid_read(z) && z->blocks.end <= ZONE_CAPACITY && in_zone(z->blocks, p);
    terminates \true;
    assigns \nothing;
    ensures exact: \result == 1 <==> prev_at(z->blocks, z->lists, p);
    ensures answer: \result == 0 || \result == 1;
*/
static int prev_holds(const struct zone *z, uint32_t p)
{
    uint32_t list = z->blocks.place[p], prev = z->lists.prev[p];

    if (list >= NR_LISTS)
        return 1;
    if (prev == NONE)
        return z->lists.head[list] == p;
    return prev < z->blocks.end && z->blocks.place[prev] == list && z->lists.next[prev] == p &&
           z->lists.rank[p] < z->lists.rank[prev];
}

int check_prev(const struct zone *z)
{
    /*@ loop invariant 0 <= p <= z->blocks.end;
        loop invariant prev: \forall integer i; 0 <= i < p ==> prev_at(z->blocks, z->lists, i);
        loop assigns p;
        loop variant z->blocks.end - p; */
    for (uint32_t p = 0; p < z->blocks.end; p++)
        if (!prev_holds(z, p))
            return 0;
    return 1;
}

/*@ requires valid: \valid_read(z) && z->blocks.end <= ZONE_CAPACITY && in_zone(z->blocks, p);
    terminates \true;
    assigns \nothing;
    ensures exact: \result == 1 <==> rank_at(z->blocks, z->lists, p);
    ensures answer: \result == 0 || \result == 1;
*/
static int rank_holds(const struct zone *z, uint32_t p)
{
    int64_t rank = z->lists.rank[p], clock = z->lists.clock;

    if (z->blocks.place[p] >= NR_LISTS)
        return 1;
    if (clock < 0)
        return 0;
    return -clock <= rank && rank <= clock;
}

int check_rank(const struct zone *z)
{
    /*@ loop invariant 0 <= p <= z->blocks.end;
        loop invariant rank: \forall integer i; 0 <= i < p ==> rank_at(z->blocks, z->lists, i);
        loop assigns p;
        loop variant z->blocks.end - p; */
    for (uint32_t p = 0; p < z->blocks.end; p++)
        if (!rank_holds(z, p))
            return 0;
    return 1;
}

/*@ requires valid: \valid_read(z) && z->blocks.end <= ZONE_CAPACITY && is_list(l);
    terminates \true;
    assigns \nothing;
    ensures exact: \result == 1 <==> head_at(z->blocks, z->lists, l);
    ensures answer: \result == 0 || \result == 1;
*/
static int head_holds(const struct zone *z, uint32_t l)
{
    uint32_t head = z->lists.head[l];

    return head == NONE ||
           (head < z->blocks.end && z->blocks.place[head] == l && z->lists.prev[head] == NONE);
}

int check_head(const struct zone *z)
{
    /*@ loop invariant 0 <= l <= NR_LISTS;
        loop invariant head: \forall integer i; 0 <= i < l ==> head_at(z->blocks, z->lists, i);
        loop assigns l;
        loop variant NR_LISTS - l; */
    for (uint32_t l = 0; l < NR_LISTS; l++)
        if (!head_holds(z, l))
            return 0;
    return 1;
}

/*@ requires valid: \valid_read(z) && z->blocks.end <= ZONE_CAPACITY && is_list(l);
    terminates \true;
    assigns \nothing;
    ensures exact: \result == 1 <==> tail_at(z->blocks, z->lists, l);
    ensures answer: \result == 0 || \result == 1;
*/
static int tail_holds(const struct zone *z, uint32_t l)
{
    uint32_t tail = z->lists.tail[l];

    return tail == NONE ||
           (tail < z->blocks.end && z->blocks.place[tail] == l && z->lists.next[tail] == NONE);
}

int check_tail(const struct zone *z)
{
    /*@ loop invariant 0 <= l <= NR_LISTS;
        loop invariant tail: \forall integer i; 0 <= i < l ==> tail_at(z->blocks, z->lists, i);
        loop assigns l;
        loop variant NR_LISTS - l; */
    for (uint32_t l = 0; l < NR_LISTS; l++)
        if (!tail_holds(z, l))
            return 0;
    return 1;
}

/*@ requires valid: \valid_read(z) && is_list(l);
    terminates \true;
    assigns \nothing;
    ensures exact: \result == 1 <==> ends_at(z->lists, l);
    ensures answer: \result == 0 || \result == 1;
*/
static int ends_holds(const struct zone *z, uint32_t l)
{
    return (z->lists.head[l] == NONE) == (z->lists.tail[l] == NONE);
}

int check_ends(const struct zone *z)
{
    /*@ loop invariant 0 <= l <= NR_LISTS;
        loop invariant ends: \forall integer i; 0 <= i < l ==> ends_at(z->lists, i);
        loop assigns l;
        loop variant NR_LISTS - l; */
    for (uint32_t l = 0; l < NR_LISTS; l++)
        if (!ends_holds(z, l))
            return 0;
    return 1;
}

int check_clocked(const struct zone *z)
{
    return 0 <= z->lists.clock && z->lists.clock <= CLOCK_MAX;
}

/* The first per-CPU list that the zone's generation does not use, huge pages aside. */
/*@ requires valid: \valid_read(z);
    terminates \true;
    assigns \nothing;
    ensures exact: \result == pcp_end(z->generation, z->blocks.pageblock_order);
    ensures range: NR_FREE_LISTS <= \result <= NR_LISTS;
*/
static uint32_t end_of_pcp_lists(const struct zone *z)
{
    if (z->generation == PLUMB_V2_6_11)
        return NR_FREE_LISTS + 2 * PLUMB_MAX_CPUS;
    if (z->generation == PLUMB_V4_10)
        return NR_FREE_LISTS + 3 * PLUMB_MAX_CPUS;
    if (z->blocks.pageblock_order >= PLUMB_PCP_ORDERS - 1)
        return FIRST_HUGE_LIST;
    return NR_FREE_LISTS + 3 * PLUMB_MAX_CPUS * (1 + z->blocks.pageblock_order);
}

/* Whether the zone uses a per-CPU list. */
/*@ requires valid: \valid_read(z) && is_pcp_list(l);
    terminates \true;
    assigns \nothing;
    ensures exact: \result == 1 <==> pcp_list_used(z->generation, z->blocks.pageblock_order, l);
    ensures answer: \result == 0 || \result == 1;
*/
static int uses_list(const struct zone *z, uint32_t l)
{
    if (l < end_of_pcp_lists(z))
        return 1;
    if (z->generation != GENERATION_THP || l < FIRST_HUGE_LIST)
        return 0;
    return 4 + (l - FIRST_HUGE_LIST) / (2 * PLUMB_MAX_CPUS) == z->blocks.pageblock_order;
}

int check_only(const struct zone *z)
{
    /*@ loop invariant NR_FREE_LISTS <= l <= NR_LISTS;
        loop invariant none: \forall integer i; 66 <= i < l &&
          !pcp_list_used(z->generation, z->blocks.pageblock_order, i) ==> z->lists.head[i] == NONE;
        loop assigns l;
        loop variant NR_LISTS - l; */
    for (uint32_t l = NR_FREE_LISTS; l < NR_LISTS; l++)
        if (z->lists.head[l] != NONE && !uses_list(z, l))
            return 0;
    return 1;
}

int check_outside(const struct zone *z)
{
    /*@ loop invariant 0 <= p <= z->first;
        loop invariant outside: \forall integer i; 0 <= i < p ==> is_reserved(z->blocks, i);
        loop assigns p;
        loop variant z->first - p; */
    for (uint32_t p = 0; p < z->first; p++)
        if (z->blocks.place[p] != PLACE_RESERVED)
            return 0;
    return 1;
}
