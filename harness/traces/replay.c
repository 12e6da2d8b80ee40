/* Replays recorded traces completely, reference and variant in lockstep, and reports the figures:
 * each once from a zone whose memory is free, and once from the recorded state.
 *
 * usage: replay REPORT PROGRAMS NAME BUDDYINFO PAGETYPEINFO ZONEINFO TRACE [NAME ...]
 * Writes REPORT.txt, REPORT.json, PROGRAMS/NAME.NODE-ZONE.program and .state.program.
 * Exit code: 0 all traces replayed without a difference; 1 a difference, or a call that was
 * refused; 2 bad usage or input, no memory, or an output that can't be written. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/import_state.h"
#include "harness/lockstep.h"

enum {
    CODE_DIFFERENCE = 1,
    CODE_BAD = 2,
    TRACES_MAX = 16,
    ARGUMENTS = 5,                   /* of a trace */
    FALLBACK = PLUMB_FALLBACK_V6_15, /* 6.18 recorded the traces */
    NAME_BYTES = 1024,
    WHOLE_STATES = 4, /* comparisons of the whole state of a zone, the one at the end included */
    PROGRESS_STEPS = 10,
};

/* What the calls of one run answered, seen on the reference's side. */
static struct {
    const char *name;
    uint64_t calls, expected, refused[PLUMB_NR_STATUS];
} seen;

static void note(enum plumb_status status)
{
    if (status != PLUMB_OK)
        seen.refused[status]++;
    seen.calls++;
    uint64_t step = seen.expected / PROGRESS_STEPS + 1;
    if (seen.calls % step == 0)
        fprintf(stderr, "replay %s: %" PRIu64 " of %" PRIu64 " operations\n", seen.name, seen.calls,
                seen.expected);
}

static enum plumb_status noted_alloc(void *self, uint32_t cpu, uint32_t order, uint32_t migratetype,
                                     uint32_t flags, uint32_t highest_zoneidx, uint64_t *pfn)
{
    enum plumb_status status =
        subject_ref.alloc(self, cpu, order, migratetype, flags, highest_zoneidx, pfn);
    note(status);
    return status;
}

static enum plumb_status noted_free(void *self, uint32_t cpu, uint64_t pfn, uint32_t order,
                                    int cold)
{
    enum plumb_status status = subject_ref.free(self, cpu, pfn, order, cold);
    note(status);
    return status;
}

static enum plumb_status noted_free_range(void *self, uint64_t start, uint64_t end)
{
    enum plumb_status status = subject_ref.free_range(self, start, end);
    note(status);
    return status;
}

/* ---- one zone's program ---- */

struct zone_result {
    const struct import_zone_trace *zone;
    struct import_clipped clipped;
    char file[NAME_BYTES];
    bool from_state;
    uint64_t lines; /* from_state: reported as recorded, of both zones */
    uint64_t operations, compared, refused;
    bool differs;
    struct difference difference;
};

struct trace_result {
    const char *name;
    struct import_state_files files;
    struct import_zoneinfo info;
    struct import_trace trace;
    struct zone_result zones[2 * IMPORT_ZONES_MAX];
    uint32_t nr_zones;
};

struct replay {
    struct lockstep *lockstep;
    const char *report, *programs;
    struct trace_result *traces[TRACES_MAX];
    uint32_t nr_traces;
};

static void write_program(FILE *out, const void *what)
{
    program_print(out, what);
}

/* Reads back what was written, so that the replay is of the file a user would get. */
static bool read_program(struct program *program, const char *name)
{
    struct text_error error = {0};
    char *text = NULL;
    size_t length = 0, got = 0;
    FILE *in = fopen(name, "rb");
    bool good = in && fseek(in, 0, SEEK_END) == 0;
    if (good) {
        length = (size_t)ftell(in);
        rewind(in);
        text = malloc(length + 1);
        got = text ? fread(text, 1, length, in) : 0;
    }
    if (in)
        fclose(in);
    good = text && got == length && program_parse(program, text, length, &error);
    if (!good)
        fprintf(stderr, "%s:%" PRIu32 ":%" PRIu32 ": %s; expected %s\n", name, error.line,
                error.column, error.what, error.expected);
    free(text);
    return good;
}

static bool import_zone(struct program *program, const struct trace_result *result,
                        struct zone_result *zone, const struct import_state *state)
{
    if (state)
        return import_program_from(program, &result->trace, zone->zone, 0, state, &zone->clipped) ==
               IMPORT_OK;
    if (import_program(program, &result->trace, zone->zone, 0, &zone->clipped))
        return true;
    fprintf(stderr, "replay: out of memory\n");
    return false;
}

static bool make_program(struct program *program, const struct trace_result *result,
                         struct zone_result *zone, const struct import_state *state)
{
    struct program made;
    program_init(&made);
    bool good = import_zone(&made, result, zone, state);
    made.config.fallback = FALLBACK;
    good = good && import_write_file(zone->file, write_program, &made) &&
           read_program(program, zone->file);
    if (good && !program_equal(program, &made)) {
        fprintf(stderr, "%s: expected the program that was written\n", zone->file);
        good = false;
    }
    program_free(&made);
    return good;
}

static int run_program(struct replay *replay, struct trace_result *result, struct zone_result *zone,
                       const struct program *program)
{
    struct lockstep_options options = {.check_every = program->nr_operations / WHOLE_STATES + 1};
    uint64_t before = lockstep_operations(replay->lockstep);
    memset(&seen, 0, sizeof(seen));
    seen.name = result->name;
    seen.expected = program->nr_operations;
    int code = lockstep_run(replay->lockstep, program, &options, &zone->difference);
    zone->operations = program->nr_operations;
    zone->compared = lockstep_operations(replay->lockstep) - before;
    zone->differs = code == 1;
    for (uint32_t status = 0; status < PLUMB_NR_STATUS; status++)
        zone->refused += seen.refused[status];
    if (code == 1)
        difference_print(stdout, replay->lockstep, program, &zone->difference);
    if (code == 2)
        fprintf(stderr, "replay: out of memory\n");
    for (uint32_t status = 0; status < PLUMB_NR_STATUS; status++) {
        if (seen.refused[status] > 0)
            printf("%s: %" PRIu64 " calls answered %s\n", zone->file, seen.refused[status],
                   status_name(status));
    }
    return code == 2 ? CODE_BAD : 0;
}

/* Runs the program up to its `check`, where the state is built, and lets both zones report it. */
static bool state_is_recorded(struct replay *replay, const struct trace_result *result,
                              struct zone_result *zone, const struct program *program,
                              const struct import_state *state)
{
    const struct lockstep_options options = {.skip_end = true, .skip_oracles = true};
    struct program start = *program; /* borrowed */
    uint32_t built = 0;
    while (built < program->nr_operations && program->operations[built].kind != OP_CHECK)
        built++;
    start.nr_operations = built;
    memset(&seen, 0, sizeof(seen));
    seen.name = result->name;
    seen.expected = built;
    if (lockstep_run(replay->lockstep, &start, &options, &zone->difference) != 0)
        return false;
    for (unsigned i = 0; i < 2; i++) {
        struct kernel_report report = {.subject = i == 0 ? &subject_ref : &subject_opt};
        import_state_report(&report, state, &program->config);
        report.zone = lockstep_zone(replay->lockstep, i);
        report.tunables = lockstep_tunables(replay->lockstep);
        if (!import_state_same(&report, &result->files, &zone->lines, stderr))
            return false;
    }
    return true;
}

/* state: NULL, all memory is free. */
static int replay_zone(struct replay *replay, struct trace_result *result,
                       const struct import_zone_trace *zone_trace, const struct import_state *state)
{
    struct zone_result *zone = &result->zones[result->nr_zones++];
    struct program program;
    int code = CODE_BAD;
    zone->zone = zone_trace;
    zone->from_state = state != NULL;
    program_init(&program);
    snprintf(zone->file, sizeof(zone->file), "%s/%s.%" PRIu32 "-%s%s.program", replay->programs,
             result->name, zone->zone->zone->node, zone->zone->zone->name, state ? ".state" : "");
    if (make_program(&program, result, zone, state))
        code = run_program(replay, result, zone, &program);
    if (code == 0 && state && !zone->differs &&
        !state_is_recorded(replay, result, zone, &program, state)) {
        fprintf(stderr, "%s: expected the state of %s\n", zone->file, result->files.buddyinfo);
        code = CODE_DIFFERENCE;
    }
    program_free(&program);
    return code;
}

static int replay_both(struct replay *replay, struct trace_result *result,
                       const struct import_zone_trace *zone)
{
    struct import_state state;
    int code = replay_zone(replay, result, zone, NULL);
    if (code != 0)
        return code;
    if (!import_state_read(&state, zone->zone, &result->files, stderr))
        return CODE_BAD;
    return replay_zone(replay, result, zone, &state);
}

/* ---- one trace ---- */

static bool read_input(struct trace_result *result, const char *trace)
{
    struct import_source *source = malloc(sizeof(*source));
    if (!source) {
        fprintf(stderr, "replay: out of memory\n");
        return false;
    }
    bool good =
        import_open(source, result->files.zoneinfo) && import_zoneinfo_read(source, &result->info);
    import_close(source);
    import_trace_init(&result->trace, &result->info);
    if (good) {
        good = import_open(source, trace) && import_trace_read(&result->trace, source);
        import_close(source);
    }
    free(source);
    if (good && import_trace_used(&result->trace) == 0) {
        fprintf(stderr, "%s: expected kmem events that can be used\n", trace);
        good = false;
    }
    return good;
}

static int replay_trace(struct replay *replay, char **arguments)
{
    struct trace_result *result = calloc(1, sizeof(*result));
    if (!result) {
        fprintf(stderr, "replay: out of memory\n");
        return CODE_BAD;
    }
    replay->traces[replay->nr_traces++] = result;
    result->name = arguments[0];
    result->files = (struct import_state_files){arguments[1], arguments[2], arguments[3]};
    fprintf(stderr, "replay %s: reading %s\n", result->name, arguments[4]);
    if (!read_input(result, arguments[4]))
        return CODE_BAD;
    for (uint32_t i = 0; i < result->info.nr_zones; i++) {
        if (result->trace.zones[i].ops.count == 0)
            continue;
        int code = replay_both(replay, result, &result->trace.zones[i]);
        if (code != 0)
            return code;
    }
    return 0;
}

/* ---- reports ---- */

struct totals {
    uint64_t compared, differences, refused, lines;
};

static void add_totals(struct totals *totals, const struct trace_result *result, bool from_state)
{
    for (uint32_t i = 0; i < result->nr_zones; i++) {
        if (result->zones[i].from_state != from_state)
            continue;
        totals->lines += result->zones[i].lines;
        totals->compared += result->zones[i].compared;
        totals->differences += result->zones[i].differs;
        totals->refused += result->zones[i].refused;
    }
}

static void print_totals(FILE *out, const struct totals *totals)
{
    fprintf(out,
            "%10" PRIu64 "  operations compared\n%10" PRIu64 "  calls refused\n%10" PRIu64
            "  differences\n",
            totals->compared, totals->refused, totals->differences);
}

static void write_text(FILE *out, const void *what)
{
    const struct replay *replay = what;
    for (uint32_t i = 0; i < replay->nr_traces; i++) {
        const struct trace_result *result = replay->traces[i];
        struct totals totals = {0}, state = {0};
        fprintf(out, "Trace %s\n", result->name);
        import_report_events(out, &result->trace);
        for (uint32_t z = 0; z < result->nr_zones; z++)
            import_report_zone(out, result->zones[z].zone, &result->zones[z].clipped);
        add_totals(&totals, result, false);
        add_totals(&state, result, true);
        fprintf(out, "replayed from free memory:\n");
        print_totals(out, &totals);
        fprintf(out,
                "replayed from the recorded state:\n%10" PRIu64 "  lines reported as recorded\n",
                state.lines);
        print_totals(out, &state);
        fputc('\n', out);
    }
}

static void json_totals(FILE *out, const struct totals *totals)
{
    fprintf(out, "\"operations\": %" PRIu64 ", \"refused\": %" PRIu64 ", \"differences\": %" PRIu64,
            totals->compared, totals->refused, totals->differences);
}

static void json_zone(FILE *out, const struct zone_result *zone)
{
    fputs("{\"file\": ", out);
    import_json_string(out, zone->file);
    fprintf(out, ", \"program_operations\": %" PRIu64 ", ", zone->operations);
    import_json_zone(out, zone->zone, &zone->clipped);
    fputs("}", out);
}

static void json_both(FILE *out, const struct totals *totals, const struct totals *state)
{
    json_totals(out, totals);
    fprintf(out, ", \"from_state\": {\"lines\": %" PRIu64 ", ", state->lines);
    json_totals(out, state);
    fputs("}", out);
}

static void write_json(FILE *out, const void *what)
{
    const struct replay *replay = what;
    struct totals all = {0}, all_state = {0};
    fputs("{\"traces\": [", out);
    for (uint32_t i = 0; i < replay->nr_traces; i++) {
        const struct trace_result *result = replay->traces[i];
        struct totals totals = {0}, state = {0};
        fputs(i == 0 ? "\n {\"name\": " : ",\n {\"name\": ", out);
        import_json_string(out, result->name);
        fputs(", ", out);
        import_json_events(out, &result->trace);
        fputs(", ", out);
        add_totals(&totals, result, false);
        add_totals(&state, result, true);
        json_both(out, &totals, &state);
        fputs(", \"programs\": [", out);
        for (uint32_t z = 0; z < result->nr_zones; z++) {
            fputs(z == 0 ? "" : ", ", out);
            json_zone(out, &result->zones[z]);
        }
        fputs("]}", out);
        add_totals(&all, result, false);
        add_totals(&all_state, result, true);
    }
    fputs("],\n ", out);
    json_both(out, &all, &all_state);
    fputs("}\n", out);
}

static int report(const struct replay *replay)
{
    char name[NAME_BYTES];
    struct totals all = {0};
    for (uint32_t i = 0; i < replay->nr_traces; i++) {
        add_totals(&all, replay->traces[i], false);
        add_totals(&all, replay->traces[i], true);
    }
    write_text(stdout, replay);
    snprintf(name, sizeof(name), "%s.txt", replay->report);
    if (!import_write_file(name, write_text, replay))
        return CODE_BAD;
    snprintf(name, sizeof(name), "%s.json", replay->report);
    if (!import_write_file(name, write_json, replay))
        return CODE_BAD;
    return all.differences > 0 || all.refused > 0 ? CODE_DIFFERENCE : 0;
}

static void close_replay(struct replay *replay)
{
    if (replay->lockstep)
        lockstep_close(replay->lockstep);
    for (uint32_t i = 0; i < replay->nr_traces; i++) {
        import_trace_free(&replay->traces[i]->trace);
        free(replay->traces[i]);
    }
}

int main(int argc, char **argv)
{
    struct replay replay = {0};
    struct subject noted = subject_ref;
    noted.alloc = noted_alloc;
    noted.free = noted_free;
    noted.free_range = noted_free_range;
    if (argc < 3 + ARGUMENTS || (argc - 3) % ARGUMENTS != 0 ||
        (argc - 3) / ARGUMENTS > TRACES_MAX) {
        fputs("usage: replay REPORT PROGRAMS NAME BUDDYINFO PAGETYPEINFO ZONEINFO TRACE ...\n",
              stderr);
        return CODE_BAD;
    }
    replay.report = argv[1];
    replay.programs = argv[2];
    replay.lockstep = lockstep_open(&noted, &subject_opt);
    int code = replay.lockstep ? 0 : CODE_BAD;
    for (int i = 3; code == 0 && i < argc; i += ARGUMENTS)
        code = replay_trace(&replay, argv + i);
    if (code == 0)
        code = report(&replay);
    close_replay(&replay);
    return code;
}
