/* Tables of the benchmark as text and CSV. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/bench.h"

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* The quantile q/4 of the rounds. */
static double quartile(const struct bench_figure *figure, unsigned q)
{
    double sorted[BENCH_MAX_ROUNDS];

    if (figure->rounds == 0)
        return 0;
    memcpy(sorted, figure->ns, sizeof(sorted));
    qsort(sorted, figure->rounds, sizeof(sorted[0]), compare);
    return sorted[(figure->rounds - 1) * q / 4];
}

double bench_median(const struct bench_figure *figure)
{
    return quartile(figure, 2);
}

static void cell(char *text, size_t size, const struct bench_table *table, unsigned r, unsigned w)
{
    const struct bench_figure *first = bench_figure_of(table, r, w, 0);
    const struct bench_figure *second = bench_figure_of(table, r, w, 1);
    double spread = quartile(first, 3) - quartile(first, 1);
    int n;

    if (first->rounds == 0) {
        snprintf(text, size, "-");
        return;
    }
    n = snprintf(text, size, "%.2f", bench_median(first));
    if (second->rounds > 0) {
        n += snprintf(text + n, size - (size_t)n, "/%.2f", bench_median(second));
        spread += quartile(second, 3) - quartile(second, 1);
    }
    n += snprintf(text + n, size - (size_t)n, " (%.1f)", spread);
    if (first->failures > 0)
        snprintf(text + n, size - (size_t)n, " %.1f%%",
                 100.0 * (double)first->failures / (double)first->operations);
}

/* Columns that no row has a figure for are left out. */
static bool has_column(const struct bench_table *table, unsigned w)
{
    for (unsigned r = 0; r < table->nr_rows; r++)
        if (bench_figure_of(table, r, w, 0)->rounds > 0)
            return true;
    return false;
}

void bench_print_table(FILE *out, const struct bench_table *table)
{
    fprintf(out, "%s: ns per operation of one thread, batch %u; median (interquartile range)\n\n",
            table->name, table->batch);
    fprintf(out, "%-13s", "");
    for (unsigned w = 0; w < table->nr_workloads; w++)
        if (has_column(table, w))
            fprintf(out, "%22s", table->workloads[w].name);
    for (unsigned r = 0; r < table->nr_rows; r++) {
        fprintf(out, "\n%-13s", table->rows[r].subject->name);
        for (unsigned w = 0; w < table->nr_workloads; w++) {
            char text[64];

            if (!has_column(table, w))
                continue;
            cell(text, sizeof(text), table, r, w);
            fprintf(out, "%22s", text);
        }
    }
    fputs("\n\n", out);
}

static void csv_figure(FILE *out, const struct bench_table *table, unsigned r, unsigned w,
                       unsigned phase)
{
    const struct bench_figure *figure = bench_figure_of(table, r, w, phase);

    if (figure->rounds == 0)
        return;
    fprintf(out, "%" PRIu64 ",%u,%u,%s,%s,%s,%.3f,%.3f,%.3f,%u,%" PRIu64 "\n", table->pages,
            table->threads, table->batch, table->workloads[w].name,
            table->workloads[w].phases[phase], table->rows[r].subject->name, bench_median(figure),
            quartile(figure, 1), quartile(figure, 3), figure->rounds, figure->failures);
}

void bench_print_csv(FILE *out, const struct bench_table *table)
{
    for (unsigned w = 0; w < table->nr_workloads; w++)
        for (unsigned phase = 0; phase < BENCH_PHASES; phase++)
            for (unsigned r = 0; r < table->nr_rows; r++)
                csv_figure(out, table, r, w, phase);
}

void bench_write(const char *folder, const char *name, void (*print)(FILE *, const void *),
                 const void *what)
{
    char path[4096], temporary[4100];
    FILE *out;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    snprintf(temporary, sizeof(temporary), "%s.tmp", path);
    out = fopen(temporary, "w");
    if (out == NULL)
        bench_die("%s: cannot be written; expected a folder that is there", temporary);
    print(out, what);
    if (fclose(out) != 0 || rename(temporary, path) != 0)
        bench_die("%s: cannot be written", path);
}

/* Rows down, allocators across, for the plot of the first table. */
void bench_print_plot(FILE *out, const void *what)
{
    const struct bench_table *table = what;

    fputs("workload", out);
    for (unsigned r = 0; r < table->nr_rows; r++)
        fprintf(out, ",%s", table->rows[r].subject->name);
    for (unsigned w = 0; w < table->nr_workloads; w++) {
        for (unsigned phase = 0; phase < BENCH_PHASES; phase++) {
            if (table->workloads[w].phases[phase] == NULL || !has_column(table, w))
                continue;
            fprintf(out, "\n%s %s", table->workloads[w].name, table->workloads[w].phases[phase]);
            for (unsigned r = 0; r < table->nr_rows; r++)
                fprintf(out, ",%.2f", bench_median(bench_figure_of(table, r, w, phase)));
        }
    }
    fputc('\n', out);
}
