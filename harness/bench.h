/* What the files of the benchmark share: rows (page allocators behind struct subject), workloads,
 * the workers that run them, and figures. */
#ifndef HARNESS_BENCH_H
#define HARNESS_BENCH_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "harness/subject.h"

enum {
    BENCH_MAX_ROWS = 16,
    BENCH_MAX_ROUNDS = 32,
    BENCH_MAX_THREADS = 2,
    BENCH_PHASES = 2,
    BENCH_DRAWS = 1 << 20, /* short tables of random numbers are learnt by the branch predictor */
};

/* One line of every table. */
struct bench_row {
    const struct subject *subject;
    bool order0_only; /* it can do no more: the array stack */
    bool one_thread;  /* it must not be called by two: the reference */
    bool no_pages;    /* it manages nothing: the null row */
};

struct bench_meeting; /* bench_run.c */

/* One thread of a workload, with its own pages. */
struct bench_worker {
    const struct subject *subject;
    void *self;
    uint32_t cpu, threads;
    uint64_t pages; /* of the zone */
    uint64_t *pfns; /* what it has allocated: count of them */
    uint8_t *orders;
    uint64_t count, room;
    uint32_t *draws; /* BENCH_DRAWS random numbers */
    uint64_t random;
    uint64_t failures;
    uint64_t operations[BENCH_PHASES];
    double ns[BENCH_PHASES]; /* per operation; 0: no such phase */
    struct bench_worker *other;
    struct bench_meeting *meeting;
};

struct bench_workload {
    const char *name;
    const char *phases[BENCH_PHASES]; /* NULL: none */
    bool needs_orders;                /* above 0 */
    bool needs_other;                 /* a second thread */
    void (*run)(struct bench_worker *worker);
};

/* Medians need all rounds. */
struct bench_figure {
    double ns[BENCH_MAX_ROUNDS];
    unsigned rounds;
    uint64_t operations, failures;
};

/* The figures of one size and number of threads, by row, workload and phase. */
struct bench_table {
    const char *name; /* "1 GiB, 1 thread" */
    uint64_t pages;
    uint32_t threads, batch;
    const struct bench_row *rows;
    unsigned nr_rows;
    const struct bench_workload *workloads;
    unsigned nr_workloads;
    struct bench_figure *figures; /* bench_figure_of */
};

static inline struct bench_figure *bench_figure_of(const struct bench_table *table, unsigned row,
                                                   unsigned workload, unsigned phase)
{
    return &table->figures[(row * table->nr_workloads + workload) * BENCH_PHASES + phase];
}

/* bench_floor.c, bench_textbook.c */
extern const struct subject bench_null, bench_stack, bench_textbook, bench_textbook_pcp;

/* bench_floor.c: functions of subjects that have no reserve, runs of pages, isolation, watermarks
 * or state to show. */
enum plumb_status bench_no_unreserve(void *self, uint32_t migratetype, int force);
enum plumb_status bench_no_split(void *self, uint64_t pfn, uint32_t order);
enum plumb_status bench_no_alloc_exact(void *self, uint32_t cpu, uint32_t pages,
                                       uint32_t migratetype, uint32_t flags,
                                       uint32_t highest_zoneidx, uint64_t *pfn);
enum plumb_status bench_no_free_exact(void *self, uint32_t cpu, uint64_t pfn, uint32_t pages);
enum plumb_status bench_no_get(void *self, uint64_t pfn);
enum plumb_status bench_no_put(void *self, uint32_t cpu, uint64_t pfn);
enum plumb_status bench_no_isolate(void *self, uint64_t pfn);
enum plumb_status bench_no_unisolate(void *self, uint64_t pfn, uint32_t migratetype);
enum plumb_status bench_no_isolate_page(void *self, uint64_t pfn, uint32_t order);
enum plumb_status bench_no_alloc_contig(void *self, uint64_t start, uint64_t end,
                                        uint32_t migratetype);
enum plumb_status bench_no_free_contig(void *self, uint32_t cpu, uint64_t pfn, uint64_t pages);
enum plumb_status bench_no_free_list(void *self, uint32_t cpu, const struct plumb_page_list *list,
                                     int cold);
int bench_no_watermark(const void *self, uint32_t order, uint64_t mark, uint32_t highest_zoneidx,
                       uint32_t flags, int64_t free_pages);
enum plumb_status bench_no_page(const void *self, uint64_t pfn, struct plumb_page *page);
uint64_t bench_no_head(const void *self, uint32_t a, uint32_t b);
enum plumb_status bench_no_decay(void *self, uint32_t cpu);
enum plumb_status bench_no_reclaim(void *self, int active);
enum plumb_status bench_no_pcp_disabled(void *self, int disabled);
enum plumb_status bench_no_tuning(const void *self, uint32_t cpu, struct plumb_pcp_tuning *tuning);

/* bench_workloads.c */
extern const struct bench_workload bench_workloads[];
extern const unsigned bench_nr_workloads;
uint64_t bench_random(uint64_t *state);
double bench_now_ns(void); /* of the calling thread's CPU time */

/* bench_zone.c: a zone of a row, all of it released; ends the process if there is none. */
struct plumb_config bench_config(uint64_t pages, uint32_t cpus, uint32_t batch);
void bench_open_zone(const struct subject *subject, void *self, const struct plumb_config *config);
void bench_die(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
void *bench_memory(size_t bytes);
/* After a drain all of the zone must lie in its largest blocks again. */
void bench_check_whole(const struct subject *subject, void *self,
                       const struct plumb_config *config);

/* bench_run.c: all threads of a workload arrive before one goes on. */
void bench_meet(struct bench_meeting *meeting);

/* bench_run.c: fills the table's figures. */
void bench_run(struct bench_table *table, unsigned rounds);
/* bench_trace.c: the same for recorded traces, one column each. */
void bench_run_traces(struct bench_table *table, unsigned rounds, char **paths, unsigned count);

/* bench_growth.c: CSV of figures by size, operations and set-up */
void bench_print_growth(FILE *out, const void *what);
void bench_print_set_up(FILE *out, const void *what);

/* bench_report.c */
double bench_median(const struct bench_figure *figure);
void bench_print_table(FILE *out, const struct bench_table *table);
void bench_print_csv(FILE *out, const struct bench_table *table);
void bench_print_plot(FILE *out, const void *what);
void bench_write(const char *folder, const char *name, void (*print)(FILE *, const void *),
                 const void *what);
/* bench_baseline.c: what became slower than in the committed table, by ratio to the floor. */
void bench_compare(FILE *out, const char *path, const struct bench_table *tables, unsigned count);

#endif
