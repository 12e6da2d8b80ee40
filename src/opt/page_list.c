/* Pages freed by a list of them: free_unref_page_list. */
#include "opt.h"

static int is_listed_before(const struct plumb_page_list *list, uint32_t entry)
{
    for (uint32_t i = 0; i < entry; i++)
        if (list->pfn[i] == list->pfn[entry])
            return 1;
    return 0;
}

/* Pages of one list are mostly neighbours, so few of them share a bit and need a look back. */
static enum plumb_status check_entries(const struct plumb_zone *zone,
                                       const struct plumb_page_list *list)
{
    uint64_t seen = 0;

    for (uint32_t i = 0; i < list->nr; i++) {
        uint64_t bit = UINT64_C(1) << list->pfn[i] % 64;
        enum plumb_status status = opt_check_block(zone, list->pfn[i], 0);

        if (status != PLUMB_OK)
            return status;
        if ((seen & bit) && is_listed_before(list, i))
            return PLUMB_EBUSY;
        seen |= bit;
    }
    return PLUMB_OK;
}

enum plumb_status plumb_free_page_list(struct plumb_zone *zone, uint32_t cpu,
                                       const struct plumb_page_list *list, int cold)
{
    enum plumb_status status;

    if (cpu >= zone->nr_cpus)
        return PLUMB_ECPU;
    if (list->nr == 0 || list->nr > PLUMB_LIST_PAGES)
        return PLUMB_ERANGE;
    status = check_entries(zone, list);
    for (uint32_t i = 0; i < list->nr && status == PLUMB_OK; i++) {
        uint32_t entry = zone->generation == PLUMB_V2_6_11 ? list->nr - 1 - i : i;

        status = plumb_free(zone, cpu, list->pfn[entry], 0, cold);
    }
    return status;
}
