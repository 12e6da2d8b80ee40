/* What callgrind counts instructions of: each path of the optimized variant, so many times, in a
 * function of its own. */
#include "harness/bench.h"

#include <stdlib.h>
#include <string.h>

enum { TIMES = 1000, PAGES = 1 << 14, BATCH = 63, HIGH = 6 * BATCH };

#define PATH __attribute__((noinline)) static

static struct plumb_zone *zone;
static uint64_t pfns[PAGES];

static uint64_t take(uint32_t order)
{
    uint64_t pfn;

    if (plumb_alloc(zone, 0, order, MIGRATE_MOVABLE, WMARK_LOW, 2, &pfn) != PLUMB_OK)
        bench_die("no page");
    return pfn;
}

static void give(uint64_t pfn, uint32_t order)
{
    if (plumb_free(zone, 0, pfn, order, 0) != PLUMB_OK)
        bench_die("page %lu refused", (unsigned long)pfn);
}

/* From and to a list that is neither empty nor full. */
PATH void path_pcp_alloc(uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        pfns[i] = take(0);
}

PATH void path_pcp_free(uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        give(pfns[i], 0);
}

/* One allocation that finds its list empty: a batch. */
PATH uint64_t path_refill(void)
{
    return take(0);
}

/* One free that brings the list to high: a batch in ascending order, and in random order. */
PATH void path_drain_ascending(void)
{
    give(pfns[HIGH - 1], 0);
}

PATH void path_drain_random(void)
{
    give(pfns[HIGH - 1], 0);
}

/* A block of order 4, split off one of order 10 and merged again, under the lock. */
PATH uint64_t path_split(void)
{
    return take(4);
}

PATH void path_merge(uint64_t pfn)
{
    give(pfn, 4);
}

static void drained(void)
{
    plumb_drain_all_pages(zone);
}

static void fill_to_high(int shuffled)
{
    uint64_t random = 1;

    drained();
    for (uint32_t i = 0; i < PAGES / 2; i++)
        pfns[i] = take(0);
    for (uint32_t i = PAGES / 2; shuffled && i > 1; i--) {
        uint64_t j = (random = random * UINT64_C(6364136223846793005) + 1) % i, pfn = pfns[i - 1];

        pfns[i - 1] = pfns[j];
        pfns[j] = pfn;
    }
    drained();
    for (uint32_t i = 0; i < HIGH - 1; i++)
        give(pfns[i], 0);
}

static void free_rest(void)
{
    for (uint32_t i = HIGH; i < PAGES / 2; i++)
        give(pfns[i], 0);
    drained();
}

int main(void)
{
    struct plumb_config config = bench_config(PAGES, 1, BATCH);
    static uint8_t types[PAGES >> 9];

    memset(types, MIGRATE_MOVABLE, sizeof(types));
    zone = aligned_alloc(64, (plumb_zone_bytes(&config) + 63) / 64 * 64);
    if (zone == NULL || plumb_zone_init(zone, &config, types) != PLUMB_OK ||
        plumb_free_range(zone, 0, PAGES) != PLUMB_OK)
        bench_die("no zone");
    for (int i = 0; i < TIMES; i++) {
        uint64_t first;

        drained();
        first = path_refill();
        path_pcp_alloc(BATCH - 1);
        path_pcp_free(BATCH - 1);
        give(first, 0);
        drained();
        path_merge(path_split());
    }
    for (int i = 0; i < TIMES / 50; i++) {
        fill_to_high(0);
        path_drain_ascending();
        free_rest();
        fill_to_high(1);
        path_drain_random();
        free_rest();
    }
    return 0;
}
