/* Measures nanoseconds per call of the reference and of the variant, with a row that only pays
 * for the measuring, and writes a table and JSON. */
#define _POSIX_C_SOURCE 200809L
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "harness/subject.h"

#define PAGES   (UINT64_C(1) << 18) /* 1 GiB of 4 KiB pages */
#define ROUNDS  5
#define PAIRS   (1 << 20)
#define VICTIMS (1 << 20) /* short tables are learnt by the branch predictor */

struct bench {
    const struct subject *subject; /* NULL: the null row */
    void *self;
    uint64_t *pfns;    /* what is allocated */
    uint64_t count;    /* of these */
    uint32_t *victims; /* random numbers drawn beforehand */
    uint64_t next_pfn; /* the null row's answer */
    uint64_t failures;
};

struct workload {
    const char *name;
    void (*run)(struct bench *bench, double *alloc_ns, double *free_ns);
};

static uint64_t state = 1;

static uint64_t random_number(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static double now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static uint64_t take(struct bench *bench, uint32_t order)
{
    uint64_t pfn;

    if (bench->subject == NULL)
        return bench->next_pfn++ % PAGES;
    if (bench->subject->alloc(bench->self, 0, order, MIGRATE_MOVABLE, ALLOC_NO_WATERMARKS, 0,
                              &pfn) != PLUMB_OK) {
        bench->failures++;
        return PLUMB_NO_PFN;
    }
    return pfn;
}

static void give(struct bench *bench, uint64_t pfn, uint32_t order)
{
    if (bench->subject == NULL || pfn == PLUMB_NO_PFN)
        return;
    if (bench->subject->free(bench->self, 0, pfn, order, 0) != PLUMB_OK) {
        fprintf(stderr, "bench: %s refuses to free page %" PRIu64 "\n", bench->subject->name, pfn);
        exit(2);
    }
}

static void fill(struct bench *bench, uint64_t count)
{
    for (bench->count = 0; bench->count < count; bench->count++)
        bench->pfns[bench->count] = take(bench, 0);
}

static void empty(struct bench *bench)
{
    for (uint64_t i = 0; i < bench->count; i++)
        give(bench, bench->pfns[i], 0);
    bench->count = 0;
}

static void shuffle(struct bench *bench)
{
    for (uint64_t i = bench->count; i > 1; i--) {
        uint64_t j = random_number() % i, pfn = bench->pfns[i - 1];
        bench->pfns[i - 1] = bench->pfns[j];
        bench->pfns[j] = pfn;
    }
}

/* One page, allocated and freed; per pair. */
static void repeat(struct bench *bench, double *alloc_ns, double *free_ns)
{
    double start = now_ns();

    for (int i = 0; i < PAIRS; i++)
        give(bench, take(bench, 0), 0);
    *alloc_ns = (now_ns() - start) / PAIRS;
    *free_ns = 0;
}

static void half_of_memory(struct bench *bench, int shuffled, double *alloc_ns, double *free_ns)
{
    double start = now_ns(), middle, count = PAGES / 2;

    fill(bench, PAGES / 2);
    middle = now_ns();
    *alloc_ns = (middle - start) / count;
    if (shuffled)
        shuffle(bench);
    start = now_ns();
    empty(bench);
    *free_ns = (now_ns() - start) / count;
}

static void bulk(struct bench *bench, double *alloc_ns, double *free_ns)
{
    half_of_memory(bench, 0, alloc_ns, free_ns);
}

static void rand_order(struct bench *bench, double *alloc_ns, double *free_ns)
{
    half_of_memory(bench, 1, alloc_ns, free_ns);
}

/* Steady state at 90 %: a random page is freed, another one allocated; per operation. */
static void churn90(struct bench *bench, double *alloc_ns, double *free_ns)
{
    double start;

    fill(bench, PAGES * 9 / 10);
    shuffle(bench);
    for (int i = 0; i < VICTIMS; i++)
        bench->victims[i] = (uint32_t)(random_number() % bench->count);
    start = now_ns();
    for (int i = 0; i < VICTIMS; i++) {
        uint32_t victim = bench->victims[i];
        give(bench, bench->pfns[victim], 0);
        bench->pfns[victim] = take(bench, 0);
    }
    *alloc_ns = (now_ns() - start) / VICTIMS / 2;
    *free_ns = 0;
    empty(bench);
}

static const struct workload workloads[] = {
    {"repeat", repeat}, {"bulk", bulk}, {"rand", rand_order}, {"churn90", churn90}};

#define NR_WORKLOADS (sizeof(workloads) / sizeof(workloads[0]))
#define NR_ROWS      3

struct figure {
    double alloc_ns[ROUNDS], free_ns[ROUNDS];
};

static const char *const row_names[NR_ROWS] = {"null", "ref", "opt"};

static void open_zone(struct bench *bench)
{
    struct plumb_config config = {.spanned_pages = PAGES,
                                  .top_order = PLUMB_MAX_ORDER,
                                  .pageblock_order = 9,
                                  .generation = PLUMB_V6_12,
                                  .nr_cpus = 1,
                                  .pcp_batch = 63,
                                  .pcp_high = 378,
                                  .pcp_limit = 1024};
    static uint8_t types[PAGES >> 9];

    memset(types, MIGRATE_MOVABLE, sizeof(types));
    bench->self = bench->subject->open();
    if (bench->self == NULL || bench->subject->init(bench->self, &config, types) != PLUMB_OK ||
        bench->subject->free_range(bench->self, 0, PAGES) != PLUMB_OK) {
        fprintf(stderr, "bench: %s: cannot make a zone of %" PRIu64 " pages\n",
                bench->subject->name, PAGES);
        exit(2);
    }
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(const double *values)
{
    double sorted[ROUNDS];

    memcpy(sorted, values, sizeof(sorted));
    qsort(sorted, ROUNDS, sizeof(sorted[0]), compare);
    return sorted[ROUNDS / 2];
}

static double spread(const double *values)
{
    double least = values[0], most = values[0];

    for (int i = 1; i < ROUNDS; i++) {
        least = values[i] < least ? values[i] : least;
        most = values[i] > most ? values[i] : most;
    }
    return most - least;
}

static void print_table(FILE *out, struct figure figures[NR_ROWS][NR_WORKLOADS],
                        const struct bench *benches)
{
    fprintf(out,
            "ns per operation, medians of %d interleaved rounds (spread), %d MiB of 4 KiB "
            "pages,\none thread, thread CPU time; repeat per pair, bulk and rand as alloc/free\n\n",
            ROUNDS, (int)(PAGES >> 8));
    fprintf(out, "%-6s", "");
    for (size_t w = 0; w < NR_WORKLOADS; w++)
        fprintf(out, "%22s", workloads[w].name);
    fprintf(out, "%12s\n", "failures");
    for (int r = 0; r < NR_ROWS; r++) {
        fprintf(out, "%-6s", row_names[r]);
        for (size_t w = 0; w < NR_WORKLOADS; w++) {
            const struct figure *f = &figures[r][w];
            char cell[64];
            int n = snprintf(cell, sizeof(cell), "%.1f", median(f->alloc_ns));
            if (median(f->free_ns) > 0)
                n += snprintf(cell + n, sizeof(cell) - (size_t)n, "/%.1f", median(f->free_ns));
            snprintf(cell + n, sizeof(cell) - (size_t)n, " (%.1f)",
                     spread(f->alloc_ns) + spread(f->free_ns));
            fprintf(out, "%22s", cell);
        }
        fprintf(out, "%12" PRIu64 "\n", benches[r].failures);
    }
}

static void print_json(FILE *out, struct figure figures[NR_ROWS][NR_WORKLOADS],
                       const struct bench *benches)
{
    fprintf(out, "{\"pages\": %" PRIu64 ", \"rounds\": %d, \"rows\": [", PAGES, ROUNDS);
    for (int r = 0; r < NR_ROWS; r++) {
        fprintf(out, "%s\n {\"name\": \"%s\", \"failures\": %" PRIu64, r == 0 ? "" : ",",
                row_names[r], benches[r].failures);
        for (size_t w = 0; w < NR_WORKLOADS; w++)
            fprintf(out, ", \"%s\": {\"alloc_ns\": %.2f, \"free_ns\": %.2f}", workloads[w].name,
                    median(figures[r][w].alloc_ns), median(figures[r][w].free_ns));
        fprintf(out, "}");
    }
    fprintf(out, "]}\n");
}

static void write_report(const char *folder, const char *name,
                         void (*print)(FILE *, struct figure[NR_ROWS][NR_WORKLOADS],
                                       const struct bench *),
                         struct figure figures[NR_ROWS][NR_WORKLOADS], const struct bench *benches)
{
    char path[4096], temporary[4100];
    FILE *out;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    snprintf(temporary, sizeof(temporary), "%s.tmp", path);
    out = fopen(temporary, "w");
    if (out == NULL) {
        fprintf(stderr, "bench: %s: cannot be written; expected a folder that is there\n",
                temporary);
        exit(2);
    }
    print(out, figures, benches);
    if (fclose(out) != 0 || rename(temporary, path) != 0) {
        fprintf(stderr, "bench: %s: cannot be written\n", path);
        exit(2);
    }
}

int main(int argc, char **argv)
{
    static struct figure figures[NR_ROWS][NR_WORKLOADS];
    struct bench benches[NR_ROWS] = {{0}, {.subject = &subject_ref}, {.subject = &subject_opt}};

    if (argc != 1 && (argc != 3 || strcmp(argv[1], "--report") != 0)) {
        fprintf(stderr, "usage: bench [--report DIR]\n");
        return 2;
    }
    for (int r = 0; r < NR_ROWS; r++) {
        benches[r].pfns = malloc(PAGES * sizeof(uint64_t));
        benches[r].victims = malloc(VICTIMS * sizeof(uint32_t));
        if (benches[r].pfns == NULL || benches[r].victims == NULL) {
            fprintf(stderr, "bench: no memory\n");
            return 2;
        }
        if (benches[r].subject != NULL)
            open_zone(&benches[r]);
    }
    for (int round = 0; round < ROUNDS; round++)
        for (size_t w = 0; w < NR_WORKLOADS; w++)
            for (int r = 0; r < NR_ROWS; r++)
                workloads[w].run(&benches[r], &figures[r][w].alloc_ns[round],
                                 &figures[r][w].free_ns[round]);
    print_table(stdout, figures, benches);
    if (argc == 3) {
        write_report(argv[2], "bench.txt", print_table, figures, benches);
        write_report(argv[2], "bench.json", print_json, figures, benches);
    }
    for (int r = 0; r < NR_ROWS; r++) {
        if (benches[r].subject != NULL)
            benches[r].subject->close(benches[r].self);
        free(benches[r].pfns);
        free(benches[r].victims);
    }
    return 0;
}
