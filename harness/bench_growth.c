/* Growth: set-up and operations at sizes from 256 MiB to 256 GiB of pages, as CSV. */
#define _GNU_SOURCE /* MAP_ANONYMOUS, madvise */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "harness/bench.h"

static const uint64_t sizes[] = {1u << 16, 1u << 18, 1u << 20, 1u << 22, 1u << 23, 1u << 26};
enum { NR_SIZES = sizeof(sizes) / sizeof(sizes[0]), NR_COLUMNS = 3 };

static const char *const columns[NR_COLUMNS] = {"bulk", "rand", "churn90"};

/* ---- set-up of the optimized variant alone ---- */

static void *fresh_memory(size_t bytes)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

    if (memory == MAP_FAILED)
        bench_die("no memory: %zu bytes", bytes);
    return memory;
}

/* Nanoseconds from memory that is there and zero to a zone with all its pages free. */
static double set_up(uint64_t pages, bool zeroed)
{
    struct plumb_config config = bench_config(pages, 1, 63);
    size_t bytes = plumb_zone_bytes(&config), blocks = pages >> config.pageblock_order;
    uint8_t *types = bench_memory(blocks);
    struct plumb_zone *zone = fresh_memory(bytes);
    double start = bench_now_ns();
    enum plumb_status status = zeroed ? plumb_zone_init_zeroed(zone, &config, types)
                                      : plumb_zone_init(zone, &config, types);

    if (status != PLUMB_OK || plumb_free_range(zone, 0, pages) != PLUMB_OK)
        bench_die("no zone of %" PRIu64 " pages", pages);
    start = bench_now_ns() - start;
    munmap(zone, bytes);
    free(types);
    return start;
}

static double best_set_up(uint64_t pages, bool zeroed)
{
    double best = set_up(pages, zeroed);

    for (int i = 0; i < 4; i++) {
        double again = set_up(pages, zeroed);

        best = again < best ? again : best;
    }
    return best;
}

/* ---- operations ---- */

static void pick_columns(struct bench_workload *picked)
{
    for (unsigned c = 0; c < NR_COLUMNS; c++)
        for (unsigned w = 0; w < bench_nr_workloads; w++)
            if (strcmp(bench_workloads[w].name, columns[c]) == 0)
                picked[c] = bench_workloads[w];
}

static void print_operations(FILE *out, const struct bench_table *table)
{
    for (unsigned r = 0; r < table->nr_rows; r++) {
        fprintf(out, "%" PRIu64 ",%s", table->pages, table->rows[r].subject->name);
        for (unsigned w = 0; w < NR_COLUMNS; w++)
            for (unsigned phase = 0; phase < BENCH_PHASES; phase++)
                if (table->workloads[w].phases[phase] != NULL)
                    fprintf(out, ",%.2f", bench_median(bench_figure_of(table, r, w, phase)));
        fputc('\n', out);
        fflush(out);
    }
}

static void grow(FILE *out, uint64_t pages, const struct bench_row *rows, unsigned nr_rows)
{
    struct bench_workload picked[NR_COLUMNS];
    struct bench_table table = {.pages = pages,
                                .threads = 1,
                                .batch = 63,
                                .rows = rows,
                                .nr_rows = nr_rows,
                                .workloads = picked,
                                .nr_workloads = NR_COLUMNS};

    pick_columns(picked);
    table.figures = bench_memory(nr_rows * NR_COLUMNS * BENCH_PHASES * sizeof(*table.figures));
    bench_run(&table, pages > 1u << 23 ? 1 : 3);
    print_operations(out, &table);
    free(table.figures);
}

void bench_print_growth(FILE *out, const void *what)
{
    static const struct bench_row rows[] = {{&subject_opt, false, false, false},
                                            {&bench_textbook, false, false, false}};

    (void)what;
    fputs("pages,row,bulk_alloc_ns,bulk_free_ns,rand_alloc_ns,rand_free_ns,churn90_ns\n", out);
    for (unsigned i = 0; i < NR_SIZES; i++)
        grow(out, sizes[i], rows, 2);
}

void bench_print_set_up(FILE *out, const void *what)
{
    (void)what;
    fputs("pages,set_up_ns,set_up_zeroed_ns,bytes\n", out);
    for (unsigned i = 0; i < NR_SIZES; i++) {
        struct plumb_config config = bench_config(sizes[i], 1, 63);

        fprintf(out, "%" PRIu64 ",%.0f,%.0f,%zu\n", sizes[i], best_set_up(sizes[i], false),
                best_set_up(sizes[i], true), plumb_zone_bytes(&config));
    }
}
