/* The benchmark's driver: which rows, sizes, numbers of threads and rounds; writes the reports. */
#include "harness/bench.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_TABLES = 8, MAX_TRACES = 8 };

struct options {
    const char *report, *baseline;
    unsigned rounds;
    const char *only; /* the one table wanted */
    char *traces[MAX_TRACES];
    unsigned nr_traces;
    struct bench_row rows[BENCH_MAX_ROWS];
    unsigned nr_rows;
};

struct report {
    struct bench_table tables[MAX_TABLES];
    unsigned count;
};

static const char usage[] =
    "usage: bench [--report DIR] [--baseline CSV] [--rounds N] [--only TABLE]\n"
    "             [--trace PROGRAM]... [SUBJECT.so]...\n"
    "TABLE is 1g1 1g2 1g1b 1g2b 8g1 8g2b (gigabytes, threads, b: the larger batch), trace or "
    "growth.\n";

/* The variant in zones of the faster placement. */
static struct subject opt_head;

static enum plumb_status init_head(void *self, const struct plumb_config *config,
                                   const uint8_t *types)
{
    struct plumb_config with = *config;

    with.placement = PLUMB_PLACE_HEAD;
    return subject_opt.init(self, &with, types);
}

static const struct bench_row own_rows[] = {
    {&bench_null, false, false, true},      {&bench_stack, true, false, true},
    {&bench_textbook, false, false, false}, {&bench_textbook_pcp, false, false, false},
    {&subject_ref, false, true, false},     {&subject_opt, false, false, false},
    {&opt_head, false, false, false},
};
enum { NR_OWN_ROWS = sizeof(own_rows) / sizeof(own_rows[0]) };

static const struct {
    const char *key, *name;
    uint64_t pages;
    uint32_t threads, batch;
} sizes[] = {
    {"1g1", "1 GiB, 1 thread", UINT64_C(1) << 18, 1, 63},
    {"1g2", "1 GiB, 2 threads", UINT64_C(1) << 18, 2, 63},
    {"1g1b", "1 GiB, 1 thread, large batch", UINT64_C(1) << 18, 1, 512},
    {"1g2b", "1 GiB, 2 threads, large batch", UINT64_C(1) << 18, 2, 512},
    {"8g1", "8 GiB, 1 thread", UINT64_C(1) << 21, 1, 63},
    {"8g2b", "8 GiB, 2 threads, large batch", UINT64_C(1) << 21, 2, 512},
};
enum { NR_SIZES = sizeof(sizes) / sizeof(sizes[0]) };

static void add_subject(struct options *options, const char *name)
{
    const char *why;
    const struct subject *subject = subject_find(name, &why);

    if (subject == NULL)
        bench_die("%s: %s", name, why);
    if (options->nr_rows == BENCH_MAX_ROWS)
        bench_die("%s: expected at most %d subjects", name, BENCH_MAX_ROWS - NR_OWN_ROWS);
    options->rows[options->nr_rows++] = (struct bench_row){.subject = subject};
}

static const char *value(int argc, char **argv, int *i)
{
    if (*i + 1 >= argc)
        bench_die("%s: expected a value\n%s", argv[*i], usage);
    return argv[++*i];
}

static void parse(struct options *options, int argc, char **argv)
{
    opt_head = subject_opt;
    opt_head.name = "opt head";
    opt_head.init = init_head;
    *options = (struct options){.rounds = 7, .nr_rows = NR_OWN_ROWS};
    memcpy(options->rows, own_rows, sizeof(own_rows));
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--report") == 0)
            options->report = value(argc, argv, &i);
        else if (strcmp(argv[i], "--baseline") == 0)
            options->baseline = value(argc, argv, &i);
        else if (strcmp(argv[i], "--only") == 0)
            options->only = value(argc, argv, &i);
        else if (strcmp(argv[i], "--rounds") == 0)
            options->rounds = (unsigned)strtoul(value(argc, argv, &i), NULL, 10);
        else if (strcmp(argv[i], "--trace") == 0 && options->nr_traces < MAX_TRACES)
            options->traces[options->nr_traces++] = (char *)(uintptr_t)value(argc, argv, &i);
        else if (argv[i][0] != '-')
            add_subject(options, argv[i]);
        else
            bench_die("%s: no such option\n%s", argv[i], usage);
    }
    if (options->rounds < 1 || options->rounds > BENCH_MAX_ROUNDS)
        bench_die("--rounds: expected 1 to %d", BENCH_MAX_ROUNDS);
}

static bool wanted(const struct options *options, const char *key)
{
    return options->only == NULL || strcmp(options->only, key) == 0;
}

static struct bench_table *new_table(struct report *report, const struct options *options,
                                     const char *name)
{
    struct bench_table *table = &report->tables[report->count++];

    *table = (struct bench_table){.name = name,
                                  .threads = 1,
                                  .rows = options->rows,
                                  .nr_rows = options->nr_rows,
                                  .workloads = bench_workloads,
                                  .nr_workloads = bench_nr_workloads};
    table->figures = bench_memory(BENCH_MAX_ROWS * 16 * BENCH_PHASES * sizeof(struct bench_figure));
    return table;
}

static void print_tables(FILE *out, const void *what)
{
    const struct report *report = what;

    for (unsigned i = 0; i < report->count; i++)
        bench_print_table(out, &report->tables[i]);
}

static void print_csv(FILE *out, const void *what)
{
    const struct report *report = what;

    fputs("pages,threads,batch,workload,phase,row,median_ns,quartile1_ns,quartile3_ns,rounds,"
          "failures\n",
          out);
    for (unsigned i = 0; i < report->count; i++)
        bench_print_csv(out, &report->tables[i]);
}

int main(int argc, char **argv)
{
    static struct options options;
    static struct report report;

    parse(&options, argc, argv);
    for (unsigned i = 0; i < NR_SIZES; i++) {
        struct bench_table *table;

        if (!wanted(&options, sizes[i].key))
            continue;
        table = new_table(&report, &options, sizes[i].name);
        table->pages = sizes[i].pages;
        table->threads = sizes[i].threads;
        table->batch = sizes[i].batch;
        bench_run(table, table->pages > 1 << 18 ? (options.rounds + 1) / 2 : options.rounds);
        bench_print_table(stdout, table);
    }
    if (options.nr_traces > 0 && wanted(&options, "trace")) {
        struct bench_table *table = new_table(&report, &options, "recorded traces, 1 thread");

        bench_run_traces(table, options.rounds, options.traces, options.nr_traces);
        bench_print_table(stdout, table);
    }
    if (options.report != NULL && options.only != NULL && strcmp(options.only, "growth") == 0) {
        bench_write(options.report, "bench-growth.csv", bench_print_growth, NULL);
        bench_write(options.report, "bench-set-up.csv", bench_print_set_up, NULL);
    }
    if (options.report != NULL && report.count > 0) {
        bench_write(options.report, "bench.txt", print_tables, &report);
        bench_write(options.report, "bench.csv", print_csv, &report);
        bench_write(options.report, "bench-plot.csv", bench_print_plot, &report.tables[0]);
    }
    if (options.baseline != NULL)
        bench_compare(stdout, options.baseline, report.tables, report.count);
    for (unsigned i = 0; i < report.count; i++)
        free(report.tables[i].figures);
    return 0;
}
