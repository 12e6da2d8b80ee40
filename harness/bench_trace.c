/* Recorded traces as workloads: the allocations and frees of a program, timed as a whole;
 * one column for each trace. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/bench.h"
#include "harness/operations.h"

struct trace {
    struct program program;
    uint64_t *slots;
    uint64_t failures;
    uint32_t first; /* operation after the releases */
};

static char *read_text(const char *path, size_t *length)
{
    FILE *in = fopen(path, "rb");
    size_t room = (size_t)1 << 26;
    char *text = malloc(room);

    if (in == NULL || text == NULL)
        bench_die("%s: cannot be read; 'make replay' writes such programs", path);
    *length = fread(text, 1, room, in);
    if (*length == room)
        bench_die("%s: longer than %zu bytes", path, room);
    fclose(in);
    return text;
}

static void read_trace(struct trace *trace, const char *path)
{
    struct text_error error;
    size_t length;
    char *text = read_text(path, &length);

    program_init(&trace->program);
    if (!program_parse(&trace->program, text, length, &error))
        bench_die("%s:%u:%u: %s; expected %s", path, error.line, error.column, error.what,
                  error.expected);
    free(text);
    trace->slots = bench_memory((trace->program.nr_slots + 1) * sizeof(uint64_t));
}

static void set_up(struct trace *trace, const struct subject *subject, void *self)
{
    const struct program *program = &trace->program;
    uint32_t i = 0;

    if (subject->init(self, &program->config, program->types) != PLUMB_OK)
        bench_die("%s: refuses the trace's zone", subject->name);
    for (; i < program->nr_operations && program->operations[i].kind == OP_RELEASE; i++)
        (void)subject->free_range(self, program->operations[i].start, program->operations[i].end);
    trace->first = i;
    trace->failures = 0;
}

static bool is_timed(const struct operation *o)
{
    return o->kind == OP_ALLOC || o->kind == OP_FREE;
}

static void alloc_slot(struct trace *trace, const struct subject *subject, void *self,
                       const struct operation *o)
{
    uint64_t pfn;

    if (subject->alloc(self, o->cpu, o->order, o->type, o->flags, o->zoneidx, &pfn) != PLUMB_OK) {
        trace->failures++;
        pfn = PLUMB_NO_PFN;
    }
    trace->slots[o->slot] = pfn;
}

static uint64_t play(struct trace *trace, const struct subject *subject, void *self)
{
    uint64_t count = 0;

    for (uint32_t i = trace->first; i < trace->program.nr_operations; i++) {
        const struct operation *o = &trace->program.operations[i];

        if (!is_timed(o))
            continue;
        count++;
        if (o->kind == OP_ALLOC)
            alloc_slot(trace, subject, self, o);
        else if (trace->slots[o->slot] != PLUMB_NO_PFN)
            (void)subject->free(self, o->cpu, trace->slots[o->slot], o->order, o->cold);
    }
    return count;
}

static void run_row(struct bench_table *table, unsigned r, unsigned w, struct trace *trace)
{
    const struct bench_row *row = &table->rows[r];
    struct bench_figure *figure = bench_figure_of(table, r, w, 0);
    void *self;
    double start;
    uint64_t count;

    if (row->order0_only)
        return;
    self = row->subject->open();
    if (self == NULL)
        bench_die("%s: no memory", row->subject->name);
    set_up(trace, row->subject, self);
    start = bench_now_ns();
    count = play(trace, row->subject, self);
    figure->ns[figure->rounds++] = (bench_now_ns() - start) / (double)count;
    figure->operations += count;
    figure->failures += trace->failures;
    row->subject->close(self);
}

/* "build.0-Normal.program" is the column "build". */
static const char *name_of(const char *path)
{
    const char *name = strrchr(path, '/') == NULL ? path : strrchr(path, '/') + 1;
    size_t length = strcspn(name, ".");
    char *copy = bench_memory(length + 1);

    memcpy(copy, name, length);
    return copy;
}

void bench_run_traces(struct bench_table *table, unsigned rounds, char **paths, unsigned count)
{
    struct bench_workload *columns = bench_memory(count * sizeof(*columns));
    struct trace *traces = bench_memory(count * sizeof(*traces));

    for (unsigned i = 0; i < count; i++) {
        columns[i] = (struct bench_workload){.name = name_of(paths[i]), .phases = {"operation"}};
        read_trace(&traces[i], paths[i]);
    }
    table->workloads = columns;
    table->nr_workloads = count;
    table->pages = traces[0].program.config.spanned_pages;
    table->batch = traces[0].program.config.pcp_batch;
    for (unsigned round = 0; round < rounds; round++)
        for (unsigned w = 0; w < count; w++)
            for (unsigned r = 0; r < table->nr_rows; r++)
                run_row(table, r, w, &traces[w]);
    for (unsigned i = 0; i < count; i++) {
        program_free(&traces[i].program);
        free(traces[i].slots);
    }
    free(traces);
}
