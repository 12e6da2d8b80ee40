/* Tests of the mutator: whole records, within limits, deterministic. Runs those of swarm.c too. */
#include "fuzz/tests/support.h"

static struct random random_state = {1};
static struct buffer buffer, other, again;

static void fill_guard(struct buffer *b, size_t from)
{
    memset(b->bytes + from, 0xa5, sizeof b->bytes - from);
}

static void assert_guard(const struct buffer *b, size_t from)
{
    for (size_t i = from; i < sizeof b->bytes; i++)
        assert_int_equal(b->bytes[i], 0xa5);
}

static size_t random_program(struct buffer *b)
{
    return swarm_generate(random_next(&random_state), RECORD_MAX_OPERATIONS, b->bytes);
}

static void test_output_is_whole_records(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        size_t length = random_program(&buffer), other_length = random_program(&other);
        if (round % 3 == 0)
            length -= random_below(&random_state, (uint32_t)length + 1);
        size_t max =
            round % 4 ? RECORD_MAX_BYTES : RECORD_HEADER_BYTES + random_below(&random_state, 3000);
        length = mutate(&random_state, buffer.bytes, length, max, other.bytes, other_length);
        assert_whole(length, max);
    }
}

static void test_each_mutation_keeps_the_limits(void **state)
{
    (void)state;
    for (int mutation = 0; mutation < MUTATE_NR; mutation++) {
        for (int round = 0; round < 300; round++) {
            size_t length = round % 5 ? random_program(&buffer) : (size_t)(round % 40);
            size_t limit = RECORD_HEADER_BYTES + random_below(&random_state, RECORD_MAX_BYTES);
            size_t max = round % 2 ? RECORD_MAX_BYTES : limit;
            size_t start = length > max ? max : length;
            size_t bound = max < RECORD_MAX_BYTES ? max : RECORD_MAX_BYTES;
            fill_guard(&buffer, start > bound ? start : bound);
            size_t other_length = round % 3 ? random_program(&other) : 0;
            length = mutate_once(&random_state, (enum mutation)mutation, buffer.bytes, start, max,
                                 other.bytes, other_length);
            assert_whole(length, max);
            assert_guard(&buffer, start > bound ? start : bound);
        }
    }
}

static void test_nothing_becomes_a_program(void **state)
{
    (void)state;
    size_t longest = 0;
    for (int round = 0; round < ROUNDS; round++) {
        size_t length = mutate(&random_state, buffer.bytes, 0, RECORD_MAX_BYTES, NULL, 0);
        assert_whole(length, RECORD_MAX_BYTES);
        longest = length > longest ? length : longest;
    }
    assert_true(longest > RECORD_HEADER_BYTES + 256 * RECORD_BYTES);
}

static void test_same_seed_same_mutant(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 200; seed++) {
        struct random first = {seed}, second = {seed};
        size_t length = random_program(&buffer);
        memcpy(again.bytes, buffer.bytes, length);
        size_t one = mutate(&first, buffer.bytes, length, RECORD_MAX_BYTES, NULL, 0);
        size_t two = mutate(&second, again.bytes, length, RECORD_MAX_BYTES, NULL, 0);
        assert_int_equal(one, two);
        assert_memory_equal(buffer.bytes, again.bytes, one);
    }
}

static void test_double_doubles(void **state)
{
    (void)state;
    size_t length = swarm_generate(7, 100, buffer.bytes);
    size_t records = length - RECORD_HEADER_BYTES;
    size_t doubled =
        mutate_once(&random_state, MUTATE_DOUBLE, buffer.bytes, length, RECORD_MAX_BYTES, NULL, 0);
    assert_int_equal(doubled, length + records);
    for (size_t at = RECORD_HEADER_BYTES; at < length; at += RECORD_BYTES)
        assert_memory_equal(buffer.bytes + at, buffer.bytes + at + records, RECORD_SLOT);
}

/* AFL++ likes small inputs; their mutants must be long enough to use up a zone. */
static void test_short_programs_grow(void **state)
{
    uint64_t records = 0;
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        size_t length = swarm_generate(5, 4, buffer.bytes);
        length = mutate(&random_state, buffer.bytes, length, RECORD_MAX_BYTES, NULL, 0);
        records += (length - RECORD_HEADER_BYTES) / RECORD_BYTES;
    }
    assert_in_range(records / ROUNDS, 100, 300);
}

/* The mean of many generations, each a mutant of the one before, stays near the common length. */
static void test_long_programs_are_cut(void **state)
{
    uint64_t records = 0;
    (void)state;
    size_t length = swarm_generate(5, 4, buffer.bytes);
    for (int round = 0; round < 4000; round++) {
        length = mutate(&random_state, buffer.bytes, length, RECORD_MAX_BYTES, NULL, 0);
        records += (length - RECORD_HEADER_BYTES) / RECORD_BYTES;
    }
    assert_in_range(records / 4000, 100, 400);
}

static void test_most_zones_are_small(void **state)
{
    uint32_t large = 0;
    (void)state;
    for (int round = 0; round < 400; round++) {
        size_t length = swarm_generate(5, 4, buffer.bytes);
        buffer.bytes[HEADER_ATOMIC] |= ATOMIC_LARGE;
        mutate(&random_state, buffer.bytes, length, RECORD_MAX_BYTES, NULL, 0);
        large += (buffer.bytes[HEADER_ATOMIC] & ATOMIC_LARGE) != 0;
    }
    assert_in_range(large, 60, 140);
}

/* A burst that stops at a watermark asks for it alone, and for each type in turn. */
static void test_bursts_reach_a_watermark(void **state)
{
    int stopping = 0;
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        size_t length = mutate_once(&random_state, MUTATE_BURST, buffer.bytes, RECORD_HEADER_BYTES,
                                    RECORD_MAX_BYTES, NULL, 0);
        uint32_t count = (uint32_t)((length - RECORD_HEADER_BYTES) / RECORD_BYTES);
        uint32_t fits = 0;
        for (uint32_t i = 0; i < count; i++) {
            const uint8_t *record = buffer.bytes + RECORD_HEADER_BYTES + i * RECORD_BYTES;
            fits += record_kind(record[RECORD_KIND]) == OP_ALLOC && record[RECORD_TYPE] == i % 8 &&
                    record[RECORD_FLAGS] <= 3;
        }
        stopping += count >= 60 && fits == count;
    }
    assert_true(stopping > ROUNDS / 50);
}

static void test_new_records_hold_few_checks(void **state)
{
    uint32_t checks = 0, records = 0;
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        size_t length = mutate_once(&random_state, MUTATE_INSERT, buffer.bytes, RECORD_HEADER_BYTES,
                                    RECORD_MAX_BYTES, NULL, 0);
        checks += count_kind(&buffer, length, OP_CHECK);
        records += (uint32_t)(length - RECORD_HEADER_BYTES) / RECORD_BYTES;
    }
    assert_in_range(records / checks, 64, 256);
}

static void test_delete_and_insert_change_the_length(void **state)
{
    (void)state;
    size_t length = swarm_generate(3, 100, buffer.bytes);
    size_t shorter =
        mutate_once(&random_state, MUTATE_DELETE, buffer.bytes, length, RECORD_MAX_BYTES, NULL, 0);
    assert_true(shorter < length);
    size_t longer =
        mutate_once(&random_state, MUTATE_INSERT, buffer.bytes, shorter, RECORD_MAX_BYTES, NULL, 0);
    assert_true(longer > shorter);
}

/* Ten allocations of slots 0..9; afterwards every slot that is freed was allocated. */
static void test_free_all_frees_what_is_in_use(void **state)
{
    (void)state;
    for (int round = 0; round < 200; round++) {
        memset(buffer.bytes, 0, sizeof buffer.bytes);
        size_t length = RECORD_HEADER_BYTES + 10 * RECORD_BYTES;
        for (uint8_t i = 0; i < 10; i++)
            buffer.bytes[RECORD_HEADER_BYTES + i * RECORD_BYTES + RECORD_SLOT] = i;
        length = mutate_once(&random_state, MUTATE_FREE_ALL, buffer.bytes, length, RECORD_MAX_BYTES,
                             NULL, 0);
        assert_int_equal(count_kind(&buffer, length, OP_ALLOC), 10);
        assert_true(count_kind(&buffer, length, OP_FREE) <= 10);
        for (size_t at = RECORD_HEADER_BYTES; at < length; at += RECORD_BYTES)
            if (record_kind(buffer.bytes[at]) == OP_FREE)
                assert_true(record_slot(buffer.bytes + at) < 10);
    }
}

static void test_same_gives_one_value_to_a_run(void **state)
{
    (void)state;
    static const struct {
        enum mutation mutation;
        size_t byte;
    } cases[] = {{MUTATE_SAME_CPU, RECORD_CPU},
                 {MUTATE_SAME_ORDER, RECORD_ORDER},
                 {MUTATE_SAME_TYPE, RECORD_TYPE},
                 {MUTATE_SAME_FLAGS, RECORD_FLAGS}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t length = swarm_generate(11 + i, 200, buffer.bytes);
        memcpy(again.bytes, buffer.bytes, length);
        size_t after = mutate_once(&random_state, cases[i].mutation, buffer.bytes, length,
                                   RECORD_MAX_BYTES, NULL, 0);
        assert_int_equal(after, length);
        for (size_t at = 0; at < length; at++)
            if (at < RECORD_HEADER_BYTES || (at - RECORD_HEADER_BYTES) % 8 != cases[i].byte)
                assert_int_equal(buffer.bytes[at], again.bytes[at]);
    }
}

static void test_headers_keep_a_reserve(void **state)
{
    (void)state;
    uint32_t keep = 0;
    memset(buffer.bytes, 0, sizeof buffer.bytes);
    for (int round = 0; round < ROUNDS; round++) {
        buffer.bytes[HEADER_ATOMIC] = 0;
        mutate_once(&random_state, MUTATE_HEADER, buffer.bytes, RECORD_HEADER_BYTES,
                    RECORD_MAX_BYTES, NULL, 0);
        keep += buffer.bytes[HEADER_ATOMIC] >= 128;
    }
    assert_in_range(keep, ROUNDS / 14, ROUNDS / 4);
}

static void test_new_records_hold_some_runs(void **state)
{
    uint32_t runs = 0, records = 0;
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        size_t length = mutate_once(&random_state, MUTATE_INSERT, buffer.bytes, RECORD_HEADER_BYTES,
                                    RECORD_MAX_BYTES, NULL, 0);
        for (uint32_t kind = OP_SPLIT; kind <= OP_FREE_EXACT; kind++)
            runs += count_kind(&buffer, length, kind);
        records += (uint32_t)(length - RECORD_HEADER_BYTES) / RECORD_BYTES;
    }
    assert_in_range(runs * 100 / records, 4, 8);
}

/* A run is freed as one, a block that was split, too, and a range. */
static void test_free_all_frees_runs(void **state)
{
    (void)state;
    int runs = 0;
    for (int round = 0; round < 200; round++) {
        static const uint8_t kinds[] = {OP_ALLOC, OP_ALLOC_EXACT, OP_ALLOC, OP_SPLIT,
                                        OP_ALLOC_CONTIG};
        static const uint8_t slots[] = {0, 1, 2, 2, 3};
        size_t length = RECORD_HEADER_BYTES + 5 * RECORD_BYTES;
        memset(buffer.bytes, 0, sizeof buffer.bytes);
        for (uint8_t i = 0; i < 5; i++) {
            uint8_t *record = buffer.bytes + RECORD_HEADER_BYTES + i * RECORD_BYTES;
            record[RECORD_KIND] = random_kind_byte(&random_state, kinds[i]);
            record[RECORD_SLOT] = slots[i];
        }
        memcpy(again.bytes, buffer.bytes, length);
        size_t after = mutate_once(&random_state, MUTATE_FREE_ALL, buffer.bytes, length,
                                   RECORD_MAX_BYTES, NULL, 0);
        if (memcmp(again.bytes, buffer.bytes, length) != 0)
            continue; /* they were not freed at the end */
        for (size_t at = length; at < after; at += RECORD_BYTES) {
            const uint8_t *record = buffer.bytes + at;
            uint32_t kind = record_kind(record[RECORD_KIND]);
            if (kind == OP_FREE || kind == OP_FREE_EXACT || kind == OP_FREE_CONTIG) {
                assert_int_equal(kind == OP_FREE, record_slot(record) == 0);
                assert_int_equal(kind == OP_FREE_CONTIG, record_slot(record) == 3);
            }
            runs += kind == OP_FREE_EXACT;
        }
    }
    assert_true(runs > 100);
}

/* Behind an allocation, all of its slot, each kind at some time; the zone counts references then. */
static void test_shares_one_block(void **state)
{
    (void)state;
    uint32_t seen[OP_NR_KINDS] = {0};
    for (int round = 0; round < ROUNDS; round++) {
        static const uint8_t kinds[3] = {OP_ALLOC, OP_DRAIN_ALL_PAGES, OP_CHECK};
        size_t length = RECORD_HEADER_BYTES + 3 * RECORD_BYTES, alloc = 0;
        memset(buffer.bytes, 0, length);
        for (uint8_t i = 0; i < 3; i++) {
            uint8_t *record = buffer.bytes + RECORD_HEADER_BYTES + i * RECORD_BYTES;
            record[RECORD_KIND] = random_kind_byte(&random_state, kinds[i]);
            record[RECORD_SLOT] = i == 0 ? 77 : 0;
        }
        size_t after = mutate_once(&random_state, MUTATE_SHARE, buffer.bytes, length,
                                   RECORD_MAX_BYTES, NULL, 0);
        assert_in_range(after, length + RECORD_BYTES, length + 6 * RECORD_BYTES);
        assert_true(buffer.bytes[HEADER_BASE] & 128);
        for (size_t at = RECORD_HEADER_BYTES; at < after; at += RECORD_BYTES) {
            const uint8_t *record = buffer.bytes + at;
            uint32_t kind = record_kind(record[RECORD_KIND]);
            seen[kind]++;
            if (kind == OP_ALLOC)
                alloc = at;
            else if (alloc && kind != OP_CHECK && kind != OP_DRAIN_ALL_PAGES)
                assert_int_equal(record_slot(record), 77);
        }
    }
    assert_true(seen[OP_GET] > ROUNDS / 4 && seen[OP_PUT] > ROUNDS / 8);
    assert_true(seen[OP_COMPOUND] > ROUNDS / 8 && seen[OP_SPLIT] > ROUNDS / 16);
    assert_true(seen[OP_FREE] > ROUNDS / 8);
}

/* Lists of neighbouring slots that were allocated as single pages before; a few are refused. */
static void test_lists_free_single_pages(void **state)
{
    (void)state;
    uint32_t lists = 0, longest = 0, odd = 0, pages = 0;
    for (int round = 0; round < ROUNDS; round++) {
        bool single[RECORD_MAX_SLOTS] = {false};
        struct program program;
        program_init(&program);
        memset(buffer.bytes, 0, RECORD_HEADER_BYTES);
        size_t length = mutate_once(&random_state, MUTATE_LIST, buffer.bytes, RECORD_HEADER_BYTES,
                                    RECORD_MAX_BYTES, NULL, 0);
        assert_true(program_decode(&program, buffer.bytes, length));
        for (uint32_t i = 0; i < program.nr_operations; i++) {
            const struct operation *operation = &program.operations[i];
            if (operation->kind == OP_ALLOC)
                single[operation->slot] = operation->order == 0;
            if (operation->kind != OP_FREE_LIST)
                continue;
            lists++;
            if (operation->pages == 0 || operation->pages > PLUMB_LIST_PAGES) {
                odd++;
                continue;
            }
            pages += operation->pages;
            longest += operation->pages == PLUMB_LIST_PAGES;
            for (uint32_t k = 0; k < operation->pages; k++)
                assert_true(single[operation->slot + k]);
        }
        program_free(&program);
    }
    assert_in_range(odd, lists / 32, lists / 8);
    assert_in_range(pages / lists, 3, 12);
    assert_true(longest > ROUNDS / 40);
}

static void test_new_records_isolate_some_pageblocks(void **state)
{
    uint32_t records = 0, isolated = 0, undone = 0;
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        size_t length = mutate_once(&random_state, MUTATE_INSERT, buffer.bytes, RECORD_HEADER_BYTES,
                                    RECORD_MAX_BYTES, NULL, 0);
        isolated += count_kind(&buffer, length, OP_ISOLATE);
        undone += count_kind(&buffer, length, OP_UNISOLATE);
        records += (uint32_t)(length - RECORD_HEADER_BYTES) / RECORD_BYTES;
    }
    assert_in_range((isolated + undone) * 1000 / records, 15, 40);
    assert_in_range(undone, isolated / 2, isolated);
}

static void test_new_records_take_some_ranges(void **state)
{
    uint32_t records = 0, taken = 0, freed = 0;
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        size_t length = mutate_once(&random_state, MUTATE_INSERT, buffer.bytes, RECORD_HEADER_BYTES,
                                    RECORD_MAX_BYTES, NULL, 0);
        taken += count_kind(&buffer, length, OP_ALLOC_CONTIG);
        freed += count_kind(&buffer, length, OP_FREE_CONTIG);
        records += (uint32_t)(length - RECORD_HEADER_BYTES) / RECORD_BYTES;
    }
    assert_in_range((taken + freed) * 1000 / records, 15, 45);
    assert_in_range(freed, taken / 2, taken);
}

/* Between isolated pageblocks lie one to six others, all of one type. */
static void test_some_zones_are_mostly_isolated(void **state)
{
    uint32_t seen[9] = {0};
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        uint8_t header[RECORD_HEADER_BYTES] = {0};
        random_isolated_types(&random_state, header);
        uint32_t others = 0, type = 0, changes = 0;
        for (uint32_t i = 0; i < 8; i++) {
            uint32_t half = header[HEADER_TYPES + i / 2] >> (i % 2 * 4) & 15;
            uint32_t next = (i + 1) % 8;
            uint32_t half_after = header[HEADER_TYPES + next / 2] >> (next % 2 * 4) & 15;
            changes += half != half_after;
            if (half == 7)
                continue;
            assert_true(others == 0 || half == type);
            others++;
            type = half;
        }
        assert_int_equal(changes, others ? 2 : 0);
        seen[others]++;
    }
    for (uint32_t others = 1; others <= 6; others++)
        assert_true(seen[others] > ROUNDS / 12);
    assert_int_equal(seen[7] + seen[8], 0);
    assert_true(seen[0] < ROUNDS / 8); /* of the type ISOLATE */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_output_is_whole_records),
        cmocka_unit_test(test_each_mutation_keeps_the_limits),
        cmocka_unit_test(test_nothing_becomes_a_program),
        cmocka_unit_test(test_same_seed_same_mutant),
        cmocka_unit_test(test_double_doubles),
        cmocka_unit_test(test_short_programs_grow),
        cmocka_unit_test(test_long_programs_are_cut),
        cmocka_unit_test(test_most_zones_are_small),
        cmocka_unit_test(test_bursts_reach_a_watermark),
        cmocka_unit_test(test_new_records_hold_few_checks),
        cmocka_unit_test(test_delete_and_insert_change_the_length),
        cmocka_unit_test(test_free_all_frees_what_is_in_use),
        cmocka_unit_test(test_same_gives_one_value_to_a_run),
        cmocka_unit_test(test_swarm_is_deterministic_and_varied),
        cmocka_unit_test(test_swarm_falls_back_often),
        cmocka_unit_test(test_swarm_reserves_often),
        cmocka_unit_test(test_headers_keep_a_reserve),
        cmocka_unit_test(test_swarm_takes_some_runs),
        cmocka_unit_test(test_new_records_hold_some_runs),
        cmocka_unit_test(test_free_all_frees_runs),
        cmocka_unit_test(test_swarm_isolates_some_pageblocks),
        cmocka_unit_test(test_shares_one_block),
        cmocka_unit_test(test_lists_free_single_pages),
        cmocka_unit_test(test_swarm_frees_some_lists),
        cmocka_unit_test(test_new_records_isolate_some_pageblocks),
        cmocka_unit_test(test_swarm_isolates_some_pages),
        cmocka_unit_test(test_swarm_takes_some_ranges),
        cmocka_unit_test(test_swarm_takes_some_references),
        cmocka_unit_test(test_new_records_take_some_ranges),
        cmocka_unit_test(test_some_zones_are_mostly_isolated),
    };
    return cmocka_run_group_tests_name("mutator", tests, NULL, NULL);
}
