/* What the tests of the harness share: zones on both subjects, snapshots, random programs. */
#define _POSIX_C_SOURCE 200809L
#include "harness/tests/support.h"

#include <stdio.h>
#include <sys/wait.h>

const struct subject *const test_subjects[NR_TEST_SUBJECTS] = {&subject_ref, &subject_opt};

struct plumb_config test_config(uint32_t generation)
{
    return (struct plumb_config){.start_pfn = 32,
                                 .spanned_pages = 256,
                                 .top_order = 5,
                                 .pageblock_order = 3,
                                 .generation = generation,
                                 .nr_cpus = 2,
                                 .pcp_batch = 4,
                                 .pcp_high = 64,
                                 .pcp_limit = 64};
}

struct test_zone test_zone_reserved(const struct subject *subject,
                                    const struct plumb_config *config, const uint8_t *types,
                                    unsigned nr_types)
{
    struct test_zone zone = {subject, subject->open(), *config};
    uint32_t count = config_pageblocks(config);
    uint8_t *all = malloc(count);
    assert_non_null(zone.self);
    assert_non_null(all);
    for (uint32_t i = 0; i < count; i++)
        all[i] = types[i % nr_types];
    assert_int_equal(subject->init(zone.self, config, all), PLUMB_OK);
    free(all);
    return zone;
}

struct test_zone test_zone(const struct subject *subject, const struct plumb_config *config,
                           const uint8_t *types, unsigned nr_types)
{
    struct test_zone zone = test_zone_reserved(subject, config, types, nr_types);
    uint64_t end = config->start_pfn + config->spanned_pages;
    assert_int_equal(subject->free_range(zone.self, config->start_pfn, end), PLUMB_OK);
    return zone;
}

void test_zone_end(struct test_zone *zone)
{
    zone->subject->close(zone->self);
}

uint64_t must_alloc(struct test_zone *zone, uint32_t cpu, uint32_t order, uint32_t type)
{
    uint64_t pfn;
    assert_int_equal(zone->subject->alloc(zone->self, cpu, order, type, 0, 0, &pfn), PLUMB_OK);
    return pfn;
}

void must_free(struct test_zone *zone, uint32_t cpu, uint64_t pfn, uint32_t order)
{
    assert_int_equal(zone->subject->free(zone->self, cpu, pfn, order, 0), PLUMB_OK);
}

void must_tune(struct test_zone *zone, uint32_t batch, uint32_t high, uint32_t low)
{
    struct plumb_tunables tunables;
    tunables_of_config(&zone->config, &tunables);
    tunables.pcp_batch = batch;
    tunables.pcp_high = high;
    tunables.pcp_low = low;
    assert_int_equal(zone->subject->set_tunables(zone->self, &tunables), PLUMB_OK);
}

struct plumb_counters test_counters(const struct test_zone *zone)
{
    struct plumb_counters counters;
    zone->subject->counters(zone->self, &counters);
    return counters;
}

struct plumb_page test_page(const struct test_zone *zone, uint64_t pfn)
{
    struct plumb_page page;
    assert_int_equal(zone->subject->page(zone->self, pfn, &page), PLUMB_OK);
    return page;
}

static uint32_t walk(const struct test_zone *zone, uint64_t pfn)
{
    uint32_t length = 0;
    for (; pfn != PLUMB_NO_PFN; pfn = test_page(zone, pfn).next) {
        length++;
        assert_true(length <= zone->config.spanned_pages);
    }
    return length;
}

uint32_t test_pcp_length(const struct test_zone *zone, uint32_t cpu, uint32_t index)
{
    return walk(zone, zone->subject->pcp_list_head(zone->self, cpu, index));
}

uint32_t test_free_length(const struct test_zone *zone, uint32_t order, uint32_t type)
{
    return walk(zone, zone->subject->free_list_head(zone->self, order, type));
}

void test_snapshot(const struct test_zone *zone, struct snapshot *snapshot)
{
    const struct plumb_config *config = &zone->config;
    memset(snapshot, 0, sizeof(*snapshot));
    assert_true(config->spanned_pages <= TEST_MAX_PAGES);
    struct plumb_counters counters = test_counters(zone);
    memcpy(&snapshot->counters, &counters, offsetof(struct plumb_counters, pcp_count));
    for (uint32_t cpu = 0; cpu < config->nr_cpus; cpu++)
        snapshot->counters.pcp_count[cpu] = counters.pcp_count[cpu];
    for (uint64_t i = 0; i < config->spanned_pages; i++) {
        struct plumb_page page = test_page(zone, config->start_pfn + i);
        struct plumb_page *to = &snapshot->pages[i];
        to->state = page.state;
        to->order = page.order;
        to->type = page.type;
        to->cpu = page.cpu;
        to->pageblock_type = page.pageblock_type;
        to->movable = page.movable;
        to->compound = page.compound;
        to->refs = page.refs;
        to->next = page.next;
        to->prev = page.prev;
    }
    for (uint32_t order = 0; order <= config->top_order; order++)
        for (uint32_t type = 0; type < MIGRATE_TYPES; type++)
            snapshot->free_heads[order][type] =
                zone->subject->free_list_head(zone->self, order, type);
    for (uint32_t cpu = 0; cpu < config->nr_cpus; cpu++)
        for (uint32_t index = 0; index < PLUMB_NR_PCP_LISTS; index++)
            snapshot->pcp_heads[cpu][index] = zone->subject->pcp_list_head(zone->self, cpu, index);
}

void assert_unchanged(const struct test_zone *zone, const struct snapshot *before)
{
    static struct snapshot after;
    test_snapshot(zone, &after);
    assert_memory_equal(before, &after, sizeof(after));
}

uint64_t test_random(uint64_t *state)
{
    uint64_t x = *state += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

size_t test_random_records(uint64_t *state, uint8_t *bytes, uint32_t operations)
{
    uint32_t count = (uint32_t)(test_random(state) % (operations + 1));
    uint32_t slots = 1 + (uint32_t)(test_random(state) % 64);
    size_t length = RECORD_HEADER_BYTES + (size_t)count * RECORD_BYTES;
    for (size_t i = 0; i < length; i++)
        bytes[i] = (uint8_t)test_random(state);
    for (uint32_t i = 0; i < count; i++) {
        uint8_t *record = bytes + RECORD_HEADER_BYTES + i * RECORD_BYTES;
        if (!operation_uses_slot(record_kind(record[RECORD_KIND])))
            continue;
        record[RECORD_SLOT] = (uint8_t)(record[RECORD_SLOT] % slots);
        record[RECORD_SLOT + 1] = 0;
    }
    return length;
}

struct program test_parse(const char *text)
{
    struct program program;
    struct text_error error;
    program_init(&program);
    if (!program_parse(&program, text, strlen(text), &error))
        fail_msg("%u:%u: %s; expected %s\n%s", error.line, error.column, error.what, error.expected,
                 text);
    return program;
}

char *test_print(const struct program *program)
{
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    assert_non_null(out);
    program_print(out, program);
    assert_int_equal(fclose(out), 0);
    return text;
}

void must_round_trip(const struct program *program)
{
    char *text = test_print(program);
    struct program again = test_parse(text);
    assert_true(program_equal(program, &again));
    char *text_again = test_print(&again);
    assert_string_equal(text, text_again);
    free(text_again);
    free(text);
    program_free(&again);
}

char test_output[1 << 16];

void must_print(const char *line, int code, const char *part)
{
    FILE *pipe = popen(line, "r");
    assert_non_null(pipe);
    size_t length = fread(test_output, 1, sizeof(test_output) - 1, pipe);
    test_output[length] = 0;
    int status = pclose(pipe);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) != code || !strstr(test_output, part))
        fail_msg("%s: exit %d, not %d, or no \"%s\" in\n%s", line, WEXITSTATUS(status), code, part,
                 test_output);
}
