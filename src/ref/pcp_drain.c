/* Giving pages of the per-CPU lists back to the buddy lists: free_pcppages_bulk in the order of
 * v6.12 and of v4.10 (semantics 7), and the drains. */
#include "src/ref/pcp_drain.h"

/* Frees the block at the tail of a per-CPU list; the answer is its pages. */
static uint32_t free_tail(struct zone *z, uint32_t list)
{
    uint32_t p = z->lists.tail[list], size = block_size(z->blocks.order[p]);

    block_take(z, p);
    free_one_page(z, p, pageblock_type(z, p), 0);
    return size;
}

/* Frees from the tail of a list until `pages` pages are freed or the list is empty; the answer is
 * what is left of `pages`. */
uint32_t drain_list(struct zone *z, uint32_t list, uint32_t pages)
{
    while (pages > 0 && z->lists.tail[list] != NONE) {
        uint32_t size = free_tail(z, list);

        pages -= size < pages ? size : pages;
    }
    return pages;
}

/* The first list of a CPU that is not empty, from `index` on and around; the number of lists if
 * all are empty. */
static uint32_t next_pcp_list(const struct zone *z, uint32_t cpu, uint32_t index, uint32_t lists)
{
    for (uint32_t i = 0; i < lists; i++) {
        if (z->lists.head[pcp_list_of(cpu, index)] != NONE)
            return index;
        index = index + 1 == lists ? 0 : index + 1;
    }
    return lists;
}

void free_pcppages_bulk_v6_12(struct zone *z, uint32_t cpu, uint32_t count, uint32_t start)
{
    uint32_t index = start;

    while (count > 0) {
        index = next_pcp_list(z, cpu, index, PLUMB_NR_PCP_LISTS);
        if (index == PLUMB_NR_PCP_LISTS)
            return;
        count = drain_list(z, pcp_list_of(cpu, index), count);
        index = index + 1 == PLUMB_NR_PCP_LISTS ? 0 : index + 1;
    }
}

/* Steps from the list after `index` to the next list of three that is not empty: steps taken. */
static uint32_t steps_to_list(const struct zone *z, uint32_t cpu, uint32_t index)
{
    if (z->lists.head[pcp_list_of(cpu, (index + 1) % 3)] != NONE)
        return 1;
    if (z->lists.head[pcp_list_of(cpu, (index + 2) % 3)] != NONE)
        return 2;
    return z->lists.head[pcp_list_of(cpu, index)] != NONE ? 3 : 0;
}

void free_pcppages_bulk_v4_10(struct zone *z, uint32_t cpu, uint32_t count)
{
    uint32_t index = 0, batch_free = 0;

    while (count > 0) {
        uint32_t steps = steps_to_list(z, cpu, index), quota;

        if (steps == 0)
            return;
        index = (index + steps) % 3;
        batch_free += steps;
        if (batch_free == 3)
            batch_free = count;
        quota = batch_free < count ? batch_free : count;
        uint32_t freed = quota - drain_list(z, pcp_list_of(cpu, index), quota);

        count -= freed;
        batch_free -= freed;
    }
}

void drain_pages_zone(struct zone *z, uint32_t cpu)
{
    uint32_t count = (uint32_t)z->counts.held[CLASS_PCP + cpu];

    if (z->generation == PLUMB_V2_6_11) {
        drain_list(z, pcp_list_of(cpu, 0), count);
        drain_list(z, pcp_list_of(cpu, 1), count);
    } else if (z->generation == PLUMB_V4_10) {
        free_pcppages_bulk_v4_10(z, cpu, count);
    } else {
        free_pcppages_bulk_v6_12(z, cpu, count, 0);
    }
}

void drain_zone_pages(struct zone *z, uint32_t cpu)
{
    if (z->generation == PLUMB_V2_6_11) {
        drain_list(z, pcp_list_of(cpu, 0), z->pcp_batch);
        drain_list(z, pcp_list_of(cpu, 1), z->pcp_batch);
    } else if (z->generation == PLUMB_V4_10) {
        free_pcppages_bulk_v4_10(z, cpu, z->pcp_batch);
    } else {
        free_pcppages_bulk_v6_12(z, cpu, z->pcp_batch, 0);
    }
}

void drain_all_pages(struct zone *z)
{
    for (uint32_t cpu = 0; cpu < z->nr_cpus; cpu++)
        drain_pages_zone(z, cpu);
}
