/* Any bytes as /proc/zoneinfo: one message with line and column, or zones within the limits. */
#include <string.h>

#include "fuzz/parsers/parser.h"

static void check_zone(const struct import_zone *zone)
{
    const uint64_t most = UINT64_C(1) << 52;
    expect(zone->spanned >= 1 && zone->managed <= zone->spanned, "a zone spans what it manages");
    expect(zone->start_pfn <= most && zone->start_pfn + zone->spanned <= most,
           "a zone ends below 2^52");
    expect(zone->nr_reserves >= 1 && zone->nr_reserves <= PLUMB_NR_ZONES, "there are 4 reserves");
    expect(zone->nr_cpus >= 1 && zone->nr_cpus <= IMPORT_CPUS_MAX, "there are 1 to 8192 CPUs");
    expect(memchr(zone->name, '\0', sizeof(zone->name)) && zone->name[0], "a zone has a name");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct import_zoneinfo info;
    struct import_source *source = source_open(data, size);
    bool good = import_zoneinfo_read(source, &info);
    unsigned messages = source_close(source);
    expect(messages == (good ? 0 : 1), "one message, if it can't be read");
    if (!good)
        return 0;
    expect(info.nr_zones >= 1 && info.nr_zones <= IMPORT_ZONES_MAX, "there are 1 to 64 zones");
    for (uint32_t i = 0; i < info.nr_zones; i++)
        check_zone(&info.zones[i]);
    for (uint32_t i = 0; i < PLUMB_NR_ZONES; i++)
        expect(info.highest_index[i] < PLUMB_NR_ZONES, "a request's zone index is below 4");
    return 0;
}
