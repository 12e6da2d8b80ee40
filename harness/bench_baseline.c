/* Compares figures with the table committed from the last run, by ratio to the floor of the same
 * run: the array stack, or where it has no figure what the workload costs by itself (null). */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/bench.h"

#define TOLERANCE 1.10

struct line {
    uint64_t pages;
    unsigned threads, batch;
    char workload[32], phase[32], row[32];
    double ns;
};

struct baseline {
    struct line *lines;
    unsigned count;
};

static bool parse_line(const char *text, struct line *line)
{
    return sscanf(text, "%" SCNu64 ",%u,%u,%31[^,],%31[^,],%31[^,],%lf", &line->pages,
                  &line->threads, &line->batch, line->workload, line->phase, line->row,
                  &line->ns) == 7;
}

static struct baseline read_baseline(const char *path)
{
    struct baseline baseline = {NULL, 0};
    char text[512];
    FILE *in = fopen(path, "r");

    if (in == NULL)
        return baseline;
    baseline.lines = bench_memory(4096 * sizeof(struct line));
    for (unsigned number = 1; fgets(text, sizeof(text), in) != NULL; number++) {
        if (baseline.count == 4096 ||
            (number > 1 && !parse_line(text, &baseline.lines[baseline.count])))
            bench_die("%s:%u: expected pages,threads,batch,workload,phase,row,ns,...", path,
                      number);
        baseline.count += number > 1;
    }
    fclose(in);
    return baseline;
}

static double find(const struct baseline *baseline, const struct line *wanted, const char *row)
{
    for (unsigned i = 0; i < baseline->count; i++) {
        const struct line *line = &baseline->lines[i];

        if (line->pages == wanted->pages && line->threads == wanted->threads &&
            line->batch == wanted->batch && strcmp(line->workload, wanted->workload) == 0 &&
            strcmp(line->phase, wanted->phase) == 0 && strcmp(line->row, row) == 0)
            return line->ns;
    }
    return 0;
}

/* 0: it cannot be had */
static double ratio(const struct baseline *figures, const struct line *line)
{
    double floor = find(figures, line, bench_stack.name);
    double ns = find(figures, line, line->row);

    if (floor == 0)
        floor = find(figures, line, bench_null.name);
    return floor == 0 ? 0 : ns / floor;
}

static void add_table(struct baseline *now, const struct bench_table *table)
{
    for (unsigned r = 0; r < table->nr_rows; r++) {
        for (unsigned w = 0; w < table->nr_workloads; w++) {
            for (unsigned p = 0; p < BENCH_PHASES; p++) {
                struct bench_figure *figure = bench_figure_of(table, r, w, p);
                struct line *line = &now->lines[now->count];

                if (figure->rounds == 0)
                    continue;
                *line = (struct line){.pages = table->pages,
                                      .threads = table->threads,
                                      .batch = table->batch,
                                      .ns = bench_median(figure)};
                snprintf(line->workload, sizeof(line->workload), "%s", table->workloads[w].name);
                snprintf(line->phase, sizeof(line->phase), "%s", table->workloads[w].phases[p]);
                snprintf(line->row, sizeof(line->row), "%s", table->rows[r].subject->name);
                now->count++;
            }
        }
    }
}

void bench_compare(FILE *out, const char *path, const struct bench_table *tables, unsigned count)
{
    struct baseline before = read_baseline(path);
    struct baseline now = {bench_memory(4096 * sizeof(struct line)), 0};
    unsigned compared = 0, slower = 0;

    for (unsigned i = 0; i < count; i++)
        add_table(&now, &tables[i]);
    for (unsigned i = 0; i < now.count; i++) {
        const struct line *line = &now.lines[i];
        double old = ratio(&before, line), new = ratio(&now, line);

        if (strcmp(line->row, subject_opt.name) != 0 || old == 0 || new == 0)
            continue;
        compared++;
        if (new <= old * TOLERANCE)
            continue;
        slower++;
        fprintf(out,
                "slower: %s %s, %" PRIu64 " pages, %u threads, batch %u: %.2f times the floor, "
                "%.2f in %s\n",
                line->workload, line->phase, line->pages, line->threads, line->batch, new, old,
                path);
    }
    fprintf(out,
            "%u of %u figures of %s slower than in %s by more than 10 %%, as ratios to the "
            "floor\n",
            slower, compared, subject_opt.name, path);
    free(before.lines);
    free(now.lines);
}
