/* The command import-ftrace: options, one program per zone, and the report. */
#include "harness/import_state.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_BYTES = 4096 }; /* of a program's file name */

static const char help[] =
    "usage: plumbline import-ftrace [--zone NAME] [--cpus N] [--fallback RULES] [--report FILE]\n"
    "                               [--buddyinfo FILE --pagetypeinfo FILE] -o PROGRAM\n"
    "                               ZONEINFO TRACE\n"
    "\n"
    "Makes programs from a recorded kernel trace: ZONEINFO is the text of /proc/zoneinfo when\n"
    "the trace began, TRACE the text of the ftrace events kmem:mm_page_alloc and\n"
    "kmem:mm_page_free. \"-\" is standard input:\n"
    "    xz -dc trace.txt.xz | plumbline import-ftrace -o PROGRAM zoneinfo.before -\n"
    "\n"
    "  -o PROGRAM     where the program goes. If the events of several zones are used, each\n"
    "                 zone's goes to PROGRAM.NODE-NAME, as in PROGRAM.0-DMA32\n"
    "  --zone NAME    use only this zone; NODE:NAME says of which node, as in 0:Normal\n"
    "  --cpus N       the number of CPUs, 1 to 64; events of others are not used (without it:\n"
    "                 the CPUs in ZONEINFO and TRACE)\n"
    "  --fallback RULES  of the kernel that was recorded: 4.10, 6.12 (if not given), 6.15, or "
    "none\n"
    "  --report FILE  writes the report as JSON, too\n"
    "  --buddyinfo FILE, --pagetypeinfo FILE  start from the state these two and ZONEINFO tell\n"
    "                 of, as plumbline import-state does, not from a zone whose memory is free\n"
    "\n"
    "Rules. A block freed before it was seen allocated is allocated at the program's start. A\n"
    "block freed again while free is allocated just before; blocks allocated again while\n"
    "allocated are freed just before. Failed allocations, frees of a part of a block or of a\n"
    "block that holds smaller ones, other events and malformed lines are not used. Every event\n"
    "is used or counted with its reason. A trace has at most 8388608 events.\n"
    "The zone is v6.12's, with the marks, boost, reserves and batch of ZONEINFO, the lowest\n"
    "high_min of its CPUs (or high, where there is none) as high, and its managed pages free\n"
    "from its first page on. Of the reserved pages it spans at most 1024 are kept; of a zone\n"
    "above 2^23 pages the first 2^23. Pageblocks are dealt to the migratetypes by the most pages\n"
    "each holds at once in the trace. The program's blocks are not at the pfns of the trace: the\n"
    "replayed allocator chooses.\n"
    "From a state, blocks freed before they were seen allocated are among its used pages, high is\n"
    "the highest of the CPUs' as they were, and pageblocks are as the state has them. A fallback\n"
    "boosts no watermark, for nothing would reclaim it. If an allocation is refused, its free\n"
    "frees what its slot stood for before, if anything.\n"
    "\n"
    "Exit code: 0 done; 2 bad usage or input, or no event to use; 3 no memory, or a file that\n"
    "can't be written.\n";

struct options {
    const char *zone;
    uint32_t node, cpus, fallback;
    struct import_state_files state; /* buddyinfo NULL: all memory free */
    const char *report, *output, *zoneinfo, *trace;
};

static int usage_error(const char *what, const char *argument)
{
    fprintf(stderr, "import-ftrace: %s%s; see plumbline import-ftrace --help\n", what, argument);
    return IMPORT_BAD_INPUT;
}

static bool set_cpus(struct options *options, const char *value)
{
    struct import_scan scan = {value, strlen(value), 0};
    uint64_t cpus;
    if (!import_scan_number(&scan, 10, &cpus) || scan.at != scan.length || cpus < 1 ||
        cpus > PLUMB_MAX_CPUS)
        return false;
    options->cpus = (uint32_t)cpus;
    return true;
}

static bool set_option(struct options *options, const char *name, const char *value)
{
    if (strcmp(name, "--zone") == 0)
        return import_scan_zone(value, &options->zone, &options->node);
    if (strcmp(name, "--cpus") == 0)
        return set_cpus(options, value);
    if (strcmp(name, "--fallback") == 0)
        return fallback_find(value, &options->fallback);
    if (strcmp(name, "--report") == 0)
        options->report = value;
    else if (strcmp(name, "--buddyinfo") == 0)
        options->state.buddyinfo = value;
    else if (strcmp(name, "--pagetypeinfo") == 0)
        options->state.pagetypeinfo = value;
    else
        options->output = value;
    return value[0] != '\0';
}

static const char *option_name(const char *argument)
{
    static const char *const names[] = {"-o",       "--zone",      "--cpus",        "--fallback",
                                        "--report", "--buddyinfo", "--pagetypeinfo"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        size_t length = strlen(names[i]);
        if (strncmp(argument, names[i], length) != 0)
            continue;
        if (argument[length] == '\0' || (argument[length] == '=' && names[i][1] == '-'))
            return names[i];
    }
    return NULL;
}

/* IMPORT_OK: to be done; otherwise the exit code. */
static int read_options(struct options *options, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        const char *name = option_name(argv[i]);
        if (name) {
            size_t length = strlen(name);
            char *value = argv[i][length] == '=' ? argv[i] + length + 1 : argv[++i];
            if (i >= argc || !set_option(options, name, value))
                return usage_error("no valid value for ", name);
        } else if (argv[i][0] == '-' && argv[i][1] != '\0') {
            return usage_error("unknown option ", argv[i]);
        } else if (!options->zoneinfo) {
            options->zoneinfo = argv[i];
        } else if (!options->trace) {
            options->trace = argv[i];
        } else {
            return usage_error("one ZONEINFO and one TRACE expected, not also ", argv[i]);
        }
    }
    if (!options->trace)
        return usage_error("ZONEINFO and TRACE expected", "");
    if (!options->output)
        return usage_error("-o PROGRAM expected", "");
    if (!options->state.buddyinfo != !options->state.pagetypeinfo)
        return usage_error("--buddyinfo and --pagetypeinfo expected together", "");
    if (options->state.buddyinfo && (strcmp(options->state.buddyinfo, "-") == 0 ||
                                     strcmp(options->state.pagetypeinfo, "-") == 0))
        return usage_error("--buddyinfo and --pagetypeinfo can't be standard input", "");
    options->state.zoneinfo = options->zoneinfo;
    if (strlen(options->output) + IMPORT_NAME_MAX + sizeof(".4294967295-") > NAME_BYTES)
        return usage_error("the name after -o is too long", "");
    if (strcmp(options->zoneinfo, "-") == 0 && strcmp(options->trace, "-") == 0)
        return usage_error("only one of ZONEINFO and TRACE can be standard input", "");
    return IMPORT_OK;
}

/* ---- input ---- */

static int read_zoneinfo(struct import_source *source, const struct options *options,
                         struct import_zoneinfo *info)
{
    if (!import_open(source, options->zoneinfo))
        return IMPORT_BAD_INPUT;
    bool good = import_zoneinfo_read(source, info);
    import_close(source);
    if (!good)
        return IMPORT_BAD_INPUT;
    for (uint32_t i = 0; i < info->nr_zones; i++) {
        const struct import_zone *zone = &info->zones[i];
        if (!options->zone || (strcmp(zone->name, options->zone) == 0 &&
                               (options->node == UINT32_MAX || options->node == zone->node)))
            return IMPORT_OK;
    }
    fprintf(stderr, "%s: has no populated zone %s; it has", options->zoneinfo, options->zone);
    for (uint32_t i = 0; i < info->nr_zones; i++)
        fprintf(stderr, " %" PRIu32 ":%s", info->zones[i].node, info->zones[i].name);
    fputc('\n', stderr);
    return IMPORT_BAD_INPUT;
}

static int read_trace(struct import_source *source, const struct options *options,
                      struct import_trace *trace)
{
    if (!import_open(source, options->trace))
        return IMPORT_BAD_INPUT;
    trace->zone_name = options->zone;
    trace->zone_node = options->node;
    if (options->cpus > 0)
        trace->cpu_limit = options->cpus;
    bool good = import_trace_read(trace, source);
    import_close(source);
    if (trace->no_memory)
        return IMPORT_BROKEN;
    return good ? IMPORT_OK : IMPORT_BAD_INPUT;
}

/* ---- output ---- */

struct output {
    const struct options *options;
    const struct import_trace *trace;
    const struct import_zone_trace *zone;
    const struct program *program;
    struct import_clipped clipped[IMPORT_ZONES_MAX];
    uint32_t operations[IMPORT_ZONES_MAX];
    uint32_t nr_programs;
    struct import_outputs files;
};

static bool has_program(const struct import_zone_trace *zone)
{
    return zone->ops.count > 0;
}

static void write_program(FILE *out, const void *what)
{
    const struct output *output = what;
    fprintf(out,
            "# Zone %s of node %" PRIu32 ", from a recorded trace (plumbline import-ftrace).\n",
            output->zone->zone->name, output->zone->zone->node);
    program_print(out, output->program);
}

static void program_name(char *name, size_t size, const struct output *output,
                         const struct import_zone_trace *zone)
{
    if (output->nr_programs == 1)
        snprintf(name, size, "%s", output->options->output);
    else
        snprintf(name, size, "%s.%" PRIu32 "-%s", output->options->output, zone->zone->node,
                 zone->zone->name);
}

static int make_program(struct program *program, struct output *output, uint32_t index)
{
    const struct options *options = output->options;
    struct import_clipped *clipped = &output->clipped[index];
    struct import_state state;
    if (options->state.buddyinfo) {
        if (!import_state_read(&state, output->zone->zone, &options->state, stderr))
            return IMPORT_BAD_INPUT;
        return import_program_from(program, output->trace, output->zone, options->cpus, &state,
                                   clipped);
    }
    if (import_program(program, output->trace, output->zone, options->cpus, clipped))
        return IMPORT_OK;
    fprintf(stderr, "import-ftrace: out of memory\n");
    return IMPORT_BROKEN;
}

static int write_zone(struct output *output, uint32_t index, char *name, size_t name_size)
{
    struct program program;
    output->zone = &output->trace->zones[index];
    output->program = &program;
    program_init(&program);
    int code = make_program(&program, output, index);
    program.config.fallback = output->options->fallback;
    output->operations[index] = program.nr_operations;
    program_name(name, name_size, output, output->zone);
    if (code == IMPORT_OK && !import_outputs_add(&output->files, name, write_program, output))
        code = IMPORT_BROKEN;
    program_free(&program);
    if (code == IMPORT_OK) {
        import_report_zone(stdout, output->zone, &output->clipped[index]);
        printf("%10" PRIu32 "  operations in %s\n", output->operations[index], name);
    }
    return code;
}

static void write_report(FILE *out, const void *what)
{
    const struct output *output = what;
    char name[NAME_BYTES];
    const char *separator = "";
    fputs("{", out);
    import_json_events(out, output->trace);
    fputs(", \"programs\": [", out);
    for (uint32_t i = 0; i < output->trace->info->nr_zones; i++) {
        const struct import_zone_trace *zone = &output->trace->zones[i];
        if (!has_program(zone))
            continue;
        program_name(name, sizeof(name), output, zone);
        fprintf(out, "%s{\"file\": ", separator);
        import_json_string(out, name);
        fprintf(out, ", \"operations\": %" PRIu32 ", ", output->operations[i]);
        import_json_zone(out, zone, &output->clipped[i]);
        fputs("}", out);
        separator = ", ";
    }
    fputs("]}\n", out);
}

static int write_zones(struct output *output)
{
    char name[NAME_BYTES];
    const struct options *options = output->options;
    for (uint32_t i = 0; i < output->trace->info->nr_zones; i++) {
        int code = has_program(&output->trace->zones[i]) ? write_zone(output, i, name, sizeof(name))
                                                         : IMPORT_OK;
        if (code != IMPORT_OK)
            return code;
    }
    if (options->report &&
        !import_outputs_add(&output->files, options->report, write_report, output))
        return IMPORT_BROKEN;
    return IMPORT_OK;
}

static int write_all(const struct options *options, const struct import_trace *trace)
{
    struct output output = {.options = options, .trace = trace};
    for (uint32_t i = 0; i < trace->info->nr_zones; i++)
        output.nr_programs += has_program(&trace->zones[i]);
    import_report_events(stdout, trace);
    if (output.nr_programs == 0) {
        fprintf(stderr, "%s: no event to use: expected kmem:mm_page_alloc and kmem:mm_page_free\n",
                options->trace);
        return IMPORT_BAD_INPUT;
    }
    int code = write_zones(&output);
    if (code == IMPORT_OK)
        return import_outputs_place(&output.files) ? IMPORT_OK : IMPORT_BROKEN;
    import_outputs_drop(&output.files);
    return code;
}

static int import(const struct options *options, struct import_source *source,
                  struct import_zoneinfo *info, struct import_trace *trace)
{
    int code = read_zoneinfo(source, options, info);
    if (code != IMPORT_OK)
        return code;
    import_trace_init(trace, info);
    code = read_trace(source, options, trace);
    if (code == IMPORT_OK)
        code = write_all(options, trace);
    import_trace_free(trace);
    return code;
}

int import_ftrace_main(int argc, char **argv)
{
    struct options options = {.node = UINT32_MAX, .fallback = PLUMB_FALLBACK_V6_12};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            fputs(help, stdout);
            return IMPORT_OK;
        }
    }
    int code = read_options(&options, argc, argv);
    if (code != IMPORT_OK)
        return code;
    struct import_source *source = malloc(sizeof(*source));
    struct import_zoneinfo *info = malloc(sizeof(*info));
    struct import_trace *trace = malloc(sizeof(*trace));
    if (source && info && trace) {
        code = import(&options, source, info, trace);
    } else {
        fprintf(stderr, "import-ftrace: out of memory\n");
        code = IMPORT_BROKEN;
    }
    free(trace);
    free(info);
    free(source);
    return code;
}
