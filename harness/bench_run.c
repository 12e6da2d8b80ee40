/* Runs workloads: zones stay open, rounds are interleaved over the rows, each thread is pinned to
 * its own CPU. */
#define _GNU_SOURCE /* pthread_setaffinity_np, barriers */
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "harness/bench.h"

struct bench_meeting {
    pthread_barrier_t barrier;
};

void bench_meet(struct bench_meeting *meeting)
{
    pthread_barrier_wait(&meeting->barrier);
}

struct run {
    struct bench_worker *worker;
    const struct bench_workload *workload;
};

/* Where there are fewer CPUs the scheduler decides. */
static void pin(uint32_t cpu)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    (void)pthread_setaffinity_np(pthread_self(), sizeof(set), &set);
}

static void *work(void *argument)
{
    struct run *run = argument;

    pin(run->worker->cpu);
    memset(run->worker->ns, 0, sizeof(run->worker->ns));
    run->worker->failures = 0;
    run->workload->run(run->worker);
    return NULL;
}

static void run_threads(struct bench_worker *workers, uint32_t threads,
                        const struct bench_workload *workload)
{
    pthread_t ids[BENCH_MAX_THREADS];
    struct run runs[BENCH_MAX_THREADS];
    struct bench_meeting meeting;

    if (pthread_barrier_init(&meeting.barrier, NULL, threads) != 0)
        bench_die("no barrier for %u threads", threads);
    for (uint32_t i = 0; i < threads; i++) {
        workers[i].meeting = &meeting;
        runs[i] = (struct run){&workers[i], workload};
        if (pthread_create(&ids[i], NULL, work, &runs[i]) != 0)
            bench_die("no thread to run %s", workload->name);
    }
    for (uint32_t i = 0; i < threads; i++)
        pthread_join(ids[i], NULL);
    pthread_barrier_destroy(&meeting.barrier);
}

/* The mean of the threads' times is what one thread sees. */
static void note(const struct bench_table *table, unsigned row, unsigned workload,
                 const struct bench_worker *workers)
{
    for (unsigned phase = 0; phase < BENCH_PHASES; phase++) {
        struct bench_figure *figure = bench_figure_of(table, row, workload, phase);
        double sum = 0;

        if (table->workloads[workload].phases[phase] == NULL)
            continue;
        for (uint32_t i = 0; i < table->threads; i++) {
            sum += workers[i].ns[phase];
            figure->operations += workers[i].operations[phase];
            figure->failures += phase == 0 ? workers[i].failures : 0;
        }
        figure->ns[figure->rounds++] = sum / table->threads;
    }
}

static void make_workers(struct bench_worker *workers, const struct bench_table *table)
{
    for (uint32_t i = 0; i < table->threads; i++) {
        struct bench_worker *w = &workers[i];

        memset(w, 0, sizeof(*w));
        w->cpu = i;
        w->threads = table->threads;
        w->pages = table->pages;
        w->random = 88172645463325252u + i;
        w->room = table->pages;
        w->pfns = bench_memory(w->room * sizeof(*w->pfns));
        w->orders = bench_memory(w->room);
        w->draws = bench_memory(BENCH_DRAWS * sizeof(*w->draws));
        w->other = &workers[(i + 1) % table->threads];
    }
}

static void free_workers(struct bench_worker *workers, uint32_t threads)
{
    for (uint32_t i = 0; i < threads; i++) {
        free(workers[i].pfns);
        free(workers[i].orders);
        free(workers[i].draws);
    }
}

static bool applies(const struct bench_table *table, const struct bench_row *row,
                    const struct bench_workload *workload)
{
    if (workload->needs_other && table->threads < 2)
        return false;
    if (row->one_thread && table->threads > 1)
        return false;
    return !(row->order0_only && workload->needs_orders);
}

static void run_row(const struct bench_table *table, unsigned r, unsigned w, void *self,
                    struct bench_worker *workers)
{
    const struct bench_row *row = &table->rows[r];
    struct plumb_config config = bench_config(table->pages, table->threads, table->batch);

    if (!applies(table, row, &table->workloads[w]))
        return;
    for (uint32_t i = 0; i < table->threads; i++) {
        workers[i].subject = row->subject;
        workers[i].self = self;
        workers[i].random = 88172645463325252u + i + 1000u * w;
    }
    run_threads(workers, table->threads, &table->workloads[w]);
    note(table, r, w, workers);
    row->subject->drain_all_pages(self);
    if (!row->no_pages)
        bench_check_whole(row->subject, self, &config);
}

void bench_run(struct bench_table *table, unsigned rounds)
{
    struct plumb_config config = bench_config(table->pages, table->threads, table->batch);
    struct bench_worker workers[BENCH_MAX_THREADS];
    void *selves[BENCH_MAX_ROWS];

    make_workers(workers, table);
    for (unsigned r = 0; r < table->nr_rows; r++) {
        selves[r] = table->rows[r].subject->open();
        if (selves[r] == NULL)
            bench_die("%s: no memory", table->rows[r].subject->name);
        bench_open_zone(table->rows[r].subject, selves[r], &config);
    }
    for (unsigned round = 0; round < rounds; round++)
        for (unsigned w = 0; w < table->nr_workloads; w++)
            for (unsigned r = 0; r < table->nr_rows; r++)
                run_row(table, r, w, selves[r], workers);
    for (unsigned r = 0; r < table->nr_rows; r++)
        table->rows[r].subject->close(selves[r]);
    free_workers(workers, table->threads);
}
