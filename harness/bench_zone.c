/* Zones for the benchmark: the configuration all rows get, set-up, and the check that a drained
 * zone is whole. */
#include "harness/bench.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void bench_die(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    fputs("bench: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(2);
}

void *bench_memory(size_t bytes)
{
    void *memory = malloc(bytes);

    if (memory == NULL)
        bench_die("no memory: %zu bytes", bytes);
    memset(memory, 0, bytes);
    return memory;
}

/* Linux's marks for a machine of 1 GiB, and its ratio of high to batch. */
struct plumb_config bench_config(uint64_t pages, uint32_t cpus, uint32_t batch)
{
    return (struct plumb_config){.spanned_pages = pages,
                                 .top_order = PLUMB_MAX_ORDER,
                                 .pageblock_order = 9,
                                 .generation = PLUMB_V6_12,
                                 .nr_cpus = cpus,
                                 .pcp_batch = batch,
                                 .pcp_high = 6 * batch,
                                 .pcp_limit = 6 * batch,
                                 .wmark = {1024, 1280, 1536, 1792}};
}

void bench_open_zone(const struct subject *subject, void *self, const struct plumb_config *config)
{
    size_t blocks = ((config->spanned_pages - 1) >> config->pageblock_order) + 1;
    uint8_t *types = bench_memory(blocks);

    memset(types, MIGRATE_MOVABLE, blocks);
    if (subject->init(self, config, types) != PLUMB_OK ||
        subject->free_range(self, config->start_pfn, config->start_pfn + config->spanned_pages) !=
            PLUMB_OK)
        bench_die("%s: cannot make a zone of %" PRIu64 " pages", subject->name,
                  config->spanned_pages);
    free(types);
}

void bench_check_whole(const struct subject *subject, void *self, const struct plumb_config *config)
{
    struct plumb_counters counters;
    uint64_t blocks = config->spanned_pages >> config->top_order;

    subject->counters(self, &counters);
    if (counters.nr_free[config->top_order] != blocks)
        bench_die("%s: after a drain %" PRIu64 " blocks of the top order are free; expected "
                  "%" PRIu64,
                  subject->name, counters.nr_free[config->top_order], blocks);
}
