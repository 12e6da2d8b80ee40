/* Tests of the swarm generator: whole records, deterministic, and of everything some. */
#include "fuzz/tests/support.h"

static struct buffer buffer, again;

void test_swarm_is_deterministic_and_varied(void **state)
{
    (void)state;
    uint32_t kinds[OP_NR_KINDS] = {0};
    for (uint64_t seed = 0; seed < 300; seed++) {
        uint32_t limit = 1 + (uint32_t)seed * 3;
        size_t length = swarm_generate(seed, limit, buffer.bytes);
        assert_whole(length, RECORD_HEADER_BYTES + (size_t)limit * RECORD_BYTES);
        assert_int_equal(swarm_generate(seed, limit, again.bytes), length);
        assert_memory_equal(buffer.bytes, again.bytes, length);
        for (uint32_t kind = 0; kind < OP_NR_KINDS; kind++)
            kinds[kind] += count_kind(&buffer, length, kind) > 0;
    }
    for (uint32_t kind = 0; kind < OP_NR_KINDS; kind++)
        assert_true(kinds[kind] > 10);
}

void test_swarm_falls_back_often(void **state)
{
    (void)state;
    uint32_t falls_back = 0, newer = 0, older = 0, boosts = 0, nofragment = 0;
    struct program program;
    program_init(&program);
    for (uint64_t seed = 0; seed < 300; seed++) {
        size_t length = swarm_generate(seed, 100, buffer.bytes);
        assert_true(program_decode(&program, buffer.bytes, length));
        assert_true(config_is_valid(&program.config));
        if (program.config.fallback == PLUMB_FALLBACK_NONE)
            continue;
        falls_back++;
        newer += program.config.fallback == PLUMB_FALLBACK_V6_15;
        older += program.config.fallback == PLUMB_FALLBACK_V4_10;
        boosts += program.config.watermark_boost_factor != 0;
        for (uint32_t i = 0; i < program.nr_operations; i++)
            nofragment += (program.operations[i].flags & ALLOC_NOFRAGMENT) != 0;
    }
    assert_in_range(falls_back, 100, 200);
    assert_in_range(newer, falls_back / 4, falls_back / 2);
    assert_in_range(older, falls_back / 6, falls_back / 3);
    assert_true(boosts > 50);
    assert_true(nofragment > 50);
    program_free(&program);
}

/* In zones that keep a reserve: requests that add to it, and calls that give it back. */
void test_swarm_reserves_often(void **state)
{
    (void)state;
    uint32_t reserves = 0, older = 0, can = 0, requests = 0, given_back = 0;
    struct program program;
    program_init(&program);
    for (uint64_t seed = 0; seed < 300; seed++) {
        size_t length = swarm_generate(seed, 400, buffer.bytes);
        assert_true(program_decode(&program, buffer.bytes, length));
        if (!program.config.highatomic)
            continue;
        reserves++;
        older += program.config.highatomic == PLUMB_RESERVE_V4_10;
        can += program.config.spanned_pages / 100 >> program.config.pageblock_order > 0;
        for (uint32_t i = 0; i < program.nr_operations; i++) {
            const struct operation *operation = &program.operations[i];
            requests += operation->kind == OP_ALLOC &&
                        (program.config.highatomic == PLUMB_RESERVE_V4_10
                             ? operation->order > 0 && (operation->flags & ALLOC_NON_BLOCK)
                             : operation->flags & ALLOC_HIGHATOMIC) != 0;
            given_back += operation->kind == OP_UNRESERVE && operation->type < MIGRATE_PCPTYPES;
        }
    }
    assert_in_range(reserves, 80, 160);
    assert_true(older > 15);
    assert_true(can > reserves / 3);
    assert_true(requests > 600); /* of 1,100, by 300 seeds from 738 to 1,476 */
    assert_true(given_back > 100);
    program_free(&program);
}

/* Runs of pages are there, most of them of several pages, and freed as a whole; other calls are far
 * more frequent. */
void test_swarm_takes_some_runs(void **state)
{
    (void)state;
    uint32_t runs = 0, operations = 0, allocated = 0, freed = 0, split = 0;
    struct program program;
    program_init(&program);
    for (uint64_t seed = 0; seed < 600; seed++) {
        bool is_run[RECORD_MAX_SLOTS] = {false}, is_block[RECORD_MAX_SLOTS] = {false};
        size_t length = swarm_generate(seed, 400, buffer.bytes);
        assert_true(program_decode(&program, buffer.bytes, length));
        operations += program.nr_operations;
        for (uint32_t i = 0; i < program.nr_operations; i++) {
            const struct operation *operation = &program.operations[i];
            runs += operation->kind >= OP_SPLIT && operation->kind <= OP_FREE_EXACT;
            allocated += operation->kind == OP_ALLOC_EXACT && operation->pages > 2 &&
                         operation->pages <= 1u << program.config.top_order;
            freed += operation->kind == OP_FREE_EXACT && is_run[operation->slot];
            split += operation->kind == OP_SPLIT && is_block[operation->slot];
            is_run[operation->slot] |= operation->kind == OP_ALLOC_EXACT;
            is_block[operation->slot] |= operation->kind == OP_ALLOC && operation->order > 0;
        }
    }
    assert_in_range(runs, operations * 3 / 100, operations * 9 / 100);
    assert_true(allocated > operations / 200);
    assert_true(freed > operations / 200);
    assert_true(split > operations / 400);
    program_free(&program);
}

/* Where references are counted, some are taken and most of those put, some blocks are made compound;
 * elsewhere there are next to none. */
void test_swarm_takes_some_references(void **state)
{
    (void)state;
    uint32_t calls[2] = {0}, operations[2] = {0}, got = 0, put = 0, both = 0, compound = 0;
    struct program program;
    program_init(&program);
    for (uint64_t seed = 0; seed < 600; seed++) {
        uint32_t shared[RECORD_MAX_SLOTS] = {0};
        bool is_block[RECORD_MAX_SLOTS] = {false};
        size_t length = swarm_generate(seed, 400, buffer.bytes);
        assert_true(program_decode(&program, buffer.bytes, length));
        uint32_t counts = program.config.page_refs;
        operations[counts] += program.nr_operations;
        for (uint32_t i = 0; i < program.nr_operations; i++) {
            const struct operation *operation = &program.operations[i];
            uint32_t kind = operation->kind, slot = operation->slot;
            calls[counts] += kind >= OP_COMPOUND && kind <= OP_PUT;
            is_block[slot] |= kind == OP_ALLOC;
            if (!counts)
                continue;
            got += kind == OP_GET && is_block[slot];
            put += kind == OP_PUT;
            both += kind == OP_PUT && shared[slot];
            compound += kind == OP_COMPOUND && is_block[slot];
            shared[slot] += kind == OP_GET;
            shared[slot] -= kind == OP_PUT && shared[slot];
        }
    }
    assert_in_range(operations[1], operations[0] / 2, operations[0] * 2);
    assert_in_range(calls[1], operations[1] * 4 / 100, operations[1] * 15 / 100);
    assert_true(calls[0] < operations[0] / 200);
    assert_true(got > operations[1] / 100);
    assert_true(compound > operations[1] / 200);
    assert_true(both > put / 2);
    program_free(&program);
}

/* Pageblocks are isolated, and most of them given back. */
void test_swarm_isolates_some_pageblocks(void **state)
{
    (void)state;
    uint32_t operations = 0, isolated = 0, undone = 0, both = 0;
    struct program program;
    program_init(&program);
    for (uint64_t seed = 0; seed < 600; seed++) {
        bool is_isolated[RECORD_MAX_PAGEBLOCKS] = {false};
        size_t length = swarm_generate(seed, 400, buffer.bytes);
        assert_true(program_decode(&program, buffer.bytes, length));
        uint32_t order = program.config.pageblock_order;
        operations += program.nr_operations;
        for (uint32_t i = 0; i < program.nr_operations; i++) {
            const struct operation *operation = &program.operations[i];
            uint64_t block = (operation->pfn >> order) - (program.config.start_pfn >> order);
            bool known = block < config_pageblocks(&program.config);
            isolated += operation->kind == OP_ISOLATE;
            undone += operation->kind == OP_UNISOLATE;
            both += operation->kind == OP_UNISOLATE && known && is_isolated[block];
            if (operation->kind == OP_ISOLATE && known)
                is_isolated[block] = true;
        }
    }
    assert_in_range(isolated + undone, operations * 2 / 100, operations * 5 / 100);
    assert_true(isolated >= undone);
    assert_true(both > isolated / 2);
    program_free(&program);
}

/* Free blocks are taken, here and there, and freed. */
void test_swarm_isolates_some_pages(void **state)
{
    (void)state;
    uint32_t operations = 0, taken = 0, inside = 0, freed = 0;
    struct program program;
    program_init(&program);
    for (uint64_t seed = 0; seed < 600; seed++) {
        bool is_taken[RECORD_MAX_SLOTS] = {false};
        size_t length = swarm_generate(seed, 400, buffer.bytes);
        assert_true(program_decode(&program, buffer.bytes, length));
        operations += program.nr_operations;
        for (uint32_t i = 0; i < program.nr_operations; i++) {
            const struct operation *operation = &program.operations[i];
            bool is_isolation = operation->kind == OP_ISOLATE_PAGE;
            uint64_t behind = operation->pfn - program.config.start_pfn;
            taken += is_isolation;
            inside +=
                is_isolation && !operation->has_order && behind < program.config.spanned_pages;
            freed += operation->kind == OP_FREE && is_taken[operation->slot];
            if (operation_uses_slot(operation->kind))
                is_taken[operation->slot] = is_isolation;
        }
    }
    assert_in_range(taken, operations / 100, operations * 3 / 100);
    assert_true(inside > taken / 2);
    assert_true(freed > taken / 4);
    program_free(&program);
}

/* Ranges of pages are there, mostly short and inside the zone, some of whole pageblocks, and most
 * are freed. */
void test_swarm_takes_some_ranges(void **state)
{
    (void)state;
    uint32_t operations = 0, taken = 0, inside = 0, shorter = 0, whole = 0, freed = 0;
    struct program program;
    program_init(&program);
    for (uint64_t seed = 0; seed < 600; seed++) {
        bool is_range[RECORD_MAX_SLOTS] = {false};
        size_t length = swarm_generate(seed, 400, buffer.bytes);
        assert_true(program_decode(&program, buffer.bytes, length));
        const struct plumb_config *config = &program.config;
        uint64_t size = UINT64_C(1) << config->pageblock_order;
        operations += program.nr_operations;
        for (uint32_t i = 0; i < program.nr_operations; i++) {
            const struct operation *operation = &program.operations[i];
            freed += operation->kind == OP_FREE_CONTIG && is_range[operation->slot];
            if (operation->kind != OP_ALLOC_CONTIG)
                continue;
            taken++;
            bool is_inside = operation->start >= config->start_pfn &&
                             operation->start < operation->end &&
                             operation->end <= config->start_pfn + config->spanned_pages;
            uint64_t pages = operation->end - operation->start;
            inside += is_inside;
            shorter += is_inside && pages <= 3 * size + 3;
            whole += is_inside && pages % size == 0 && operation->start % size == 0;
            is_range[operation->slot] = true;
        }
    }
    assert_in_range((taken + freed) * 1000, operations * 15, operations * 45);
    assert_in_range(inside, taken * 8 / 10, taken * 98 / 100);
    assert_true(shorter > inside * 8 / 10);
    assert_in_range(whole, inside / 8, inside / 2);
    assert_true(freed > taken / 3);
    program_free(&program);
}

/* Lists are there, and most name single pages that were taken and not freed since. */
void test_swarm_frees_some_lists(void **state)
{
    (void)state;
    uint32_t operations = 0, lists = 0, longer = 0, good = 0;
    struct program program;
    program_init(&program);
    for (uint64_t seed = 0; seed < 600; seed++) {
        bool single[RECORD_MAX_SLOTS + PLUMB_LIST_PAGES] = {false};
        size_t length = swarm_generate(seed, 400, buffer.bytes);
        assert_true(program_decode(&program, buffer.bytes, length));
        operations += program.nr_operations;
        for (uint32_t i = 0; i < program.nr_operations; i++) {
            const struct operation *operation = &program.operations[i];
            bool is_list = operation->kind == OP_FREE_LIST, all = is_list;
            uint32_t pages = is_list ? operation->pages : 1;
            lists += is_list;
            longer += is_list && pages > 1;
            for (uint32_t k = 0; k < pages && k < PLUMB_LIST_PAGES; k++) {
                all = all && single[operation->slot + k];
                if (operation_uses_slot(operation->kind))
                    single[operation->slot + k] =
                        operation->kind == OP_ALLOC && operation->order == 0;
            }
            good += all && pages > 1;
        }
    }
    assert_in_range(lists, operations / 100, operations * 4 / 100);
    assert_true(longer > lists / 3);
    assert_true(good > lists / 5);
    program_free(&program);
}
