/* Any bytes as a recorded trace (behind a line "=", if there is one; before it a zoneinfo): every
 * event has one fate, messages have line and column, and every zone's program is one. */
#define _GNU_SOURCE /* memmem */
#include <string.h>

#include "fuzz/parsers/parser.h"

static const char zoneinfo[] = "Node 0, zone DMA\n"
                               " pages free 3840\n"
                               " min 32\n low 40\n high 48\n spanned 4095\n managed 3840\n"
                               " protection: (0, 500, 500)\n"
                               " count: 0\n high: 0\n batch: 1\n start_pfn: 1\n"
                               "Node 0, zone Normal\n"
                               " pages free 50000\n boost 10\n"
                               " min 110\n low 120\n high 130\n spanned 65536\n managed 60000\n"
                               " protection: (0, 0, 0)\n"
                               " count: 41\n high: 400\n batch: 31\n start_pfn: 4096\n";

/* What of the input is the zoneinfo and what the trace. */
struct parts {
    const uint8_t *zoneinfo, *trace;
    size_t zoneinfo_size, trace_size;
};

static struct parts split(const uint8_t *data, size_t size)
{
    const uint8_t *line = memmem(data, size, "\n=\n", 3);
    if (!line)
        return (struct parts){(const uint8_t *)zoneinfo, data, sizeof(zoneinfo) - 1, size};
    size_t before = (size_t)(line - data) + 1;
    return (struct parts){data, line + 3, before, size - before - 2};
}

static void check_program(const struct import_trace *trace, uint32_t zone)
{
    struct import_clipped clipped;
    struct program program;
    program_init(&program);
    expect(import_program(&program, trace, &trace->zones[zone], 0, &clipped),
           "there is memory for a zone's program");
    expect(config_is_valid(&program.config), "a zone's program has a valid zone");
    expect_round_trip(&program);
    program_free(&program);
}

static void check_fates(const struct import_trace *trace)
{
    uint64_t sum = 0;
    for (unsigned fate = 0; fate < IMPORT_NR_FATES; fate++)
        sum += trace->fates[fate];
    expect(sum == trace->events, "every event has one fate");
    expect(trace->comments + trace->lost_markers + trace->events == trace->lines,
           "every line is a comment, a marker or an event");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct import_zoneinfo info;
    static struct import_trace trace;
    struct parts parts = split(data, size);
    struct import_source *source = source_open(parts.zoneinfo, parts.zoneinfo_size);
    bool good = import_zoneinfo_read(source, &info);
    source_close(source);
    if (!good)
        return 0;
    import_trace_init(&trace, &info);
    source = source_open(parts.trace, parts.trace_size);
    expect(import_trace_read(&trace, source), "a trace of a few lines can always be read");
    unsigned messages = source_close(source);
    expect(messages <= IMPORT_REPORTED_LINES, "at most five malformed lines are shown");
    check_fates(&trace);
    for (uint32_t i = 0; i < info.nr_zones; i++)
        if (trace.zones[i].ops.count > 0)
            check_program(&trace, i);
    import_trace_free(&trace);
    return 0;
}
