/* What the tests of the harness share: zones on both subjects, snapshots, random programs. */
#ifndef HARNESS_TESTS_SUPPORT_H
#define HARNESS_TESTS_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/lockstep.h"
#include "harness/operations.h"
#include "harness/subject.h"

enum { NR_TEST_SUBJECTS = 2, TEST_MAX_PAGES = 1024 };
extern const struct subject *const test_subjects[NR_TEST_SUBJECTS];

/* A zone on one subject. */
struct test_zone {
    const struct subject *subject;
    void *self;
    struct plumb_config config;
};

/* Everything a subject shows of its state; no bytes that mean nothing. */
struct snapshot {
    struct plumb_counters counters;
    struct plumb_page pages[TEST_MAX_PAGES];
    uint64_t free_heads[PLUMB_NR_ORDERS][MIGRATE_TYPES];
    uint64_t pcp_heads[PLUMB_MAX_CPUS][PLUMB_NR_PCP_LISTS];
};

/* A small zone of a generation: 256 pages from pfn 32, top order 5, pageblocks of 8 pages, 2 CPUs,
 * batch 4, high 64, limit 64, no watermarks. */
struct plumb_config test_config(uint32_t generation);
/* A zone whose pageblock i has type types[i % nr_types], all of it released. */
struct test_zone test_zone(const struct subject *subject, const struct plumb_config *config,
                           const uint8_t *types, unsigned nr_types);
/* The same with nothing released. */
struct test_zone test_zone_reserved(const struct subject *subject,
                                    const struct plumb_config *config, const uint8_t *types,
                                    unsigned nr_types);
void test_zone_end(struct test_zone *zone);

/* These must succeed. */
uint64_t must_alloc(struct test_zone *zone, uint32_t cpu, uint32_t order, uint32_t type);
void must_free(struct test_zone *zone, uint32_t cpu, uint64_t pfn, uint32_t order);
void must_tune(struct test_zone *zone, uint32_t batch, uint32_t high, uint32_t low);

struct plumb_counters test_counters(const struct test_zone *zone);
struct plumb_page test_page(const struct test_zone *zone, uint64_t pfn);
/* Blocks on a per-CPU list, or on a free list, walked from the head. */
uint32_t test_pcp_length(const struct test_zone *zone, uint32_t cpu, uint32_t index);
uint32_t test_free_length(const struct test_zone *zone, uint32_t order, uint32_t type);
void test_snapshot(const struct test_zone *zone, struct snapshot *snapshot);
void assert_unchanged(const struct test_zone *zone, const struct snapshot *before);

/* A number sequence that is the same everywhere. */
uint64_t test_random(uint64_t *state);
/* Bytes of a random program of at most `operations` operations; how many bytes. */
size_t test_random_records(uint64_t *state, uint8_t *bytes, uint32_t operations);

/* A program of text that must parse; program_free it. */
struct program test_parse(const char *text);
/* The program's text; free it. */
char *test_print(const struct program *program);
/* Printed and parsed it is the same program, and is printed the same. */
void must_round_trip(const struct program *program);

/* Runs a line of shell, which must end with this exit code and print the part; all it printed is in
 * test_output. */
extern char test_output[1 << 16];
void must_print(const char *line, int code, const char *part);

/* A well-formed value for the oracles' tests, see oracles.c. */
struct abstract;
void test_make_value(struct abstract *abstract);

/* The groups: each runs its tests and answers how many failed; *run grows by how many there are. */
int test_operations(int *run);
int test_operations_parse(int *run);
int test_zone_group(int *run);
int test_buddy(int *run);
int test_pcp(int *run);
int test_fallback(int *run);
int test_fallback_more(int *run);
int test_fallback_6_15(int *run);
int test_fallback_6_15_more(int *run);
int test_fallback_4_10(int *run);
int test_grouping(int *run);
int test_thp(int *run);
int test_tuning(int *run);
int test_tuning_programs(int *run);
int test_pcp_disable(int *run);
int test_pcp_disable_programs(int *run);
int test_page_list(int *run);
int test_page_list_programs(int *run);
int test_highatomic(int *run);
int test_highatomic_4_10(int *run);
int test_exact(int *run);
int test_exact_bad_calls(int *run);
int test_refs(int *run);
int test_refs_bad_calls(int *run);
int test_isolate(int *run);
int test_isolate_bad_calls(int *run);
int test_isolate_page(int *run);
int test_contig(int *run);
int test_contig_order(int *run);
int test_contig_bad_calls(int *run);
int test_watermark(int *run);
int test_bad_calls(int *run);
int test_round_trip(int *run);
int test_lockstep(int *run);
int test_oracles(int *run);
int test_oracle_clauses(int *run);
int test_shrink(int *run);
int test_command(int *run);
int test_command_reproduce(int *run);
int test_command_files(int *run);
int test_sizing(int *run);
int test_sizing_programs(int *run);

#define RUN_GROUP(tests, run)                                                                      \
    (*(run) += (int)(sizeof(tests) / sizeof((tests)[0])),                                          \
     cmocka_run_group_tests_name(__func__, tests, NULL, NULL))

#endif
