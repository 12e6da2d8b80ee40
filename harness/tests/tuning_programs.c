/* Tests of programs of zones that tune their per-CPU lists: as text, as records, shrunk. */
#include "harness/records.h"
#include "harness/tests/liar.h"
#include "harness/tests/support.h"

static const char scene[] =
    "zone spanned=200 top=5 pageblock=3 batch=4 high=12 limit=64 tuning=on high_max=60 scale_max=6 "
    "high_batch=1\n"
    "release 0 200\n"
    "set_tunables high_max=40\n"
    "alloc cpu=0 order=0 type=MOVABLE slot=1\n"
    "reclaim active\n"
    "decay cpu=1\n"
    "reclaim\n";

static void programs_are_read_and_printed(void **state)
{
    (void)state;
    struct program p = test_parse(scene);
    assert_int_equal(p.config.pcp_tuning, 1);
    assert_int_equal(p.config.pcp_high_max, 60);
    assert_int_equal(p.config.pcp_batch_scale_max, 6);
    assert_int_equal(p.config.pcp_free_high_batch, 1);
    assert_int_equal(p.changes[0].mask, 1u << TUNABLE_HIGH_MAX);
    assert_int_equal(p.changes[0].to.pcp_high_max, 40);
    assert_int_equal(p.operations[3].kind, OP_RECLAIM);
    assert_int_equal(p.operations[3].cold, 1);
    assert_int_equal(p.operations[4].kind, OP_DECAY);
    assert_int_equal(p.operations[4].cpu, 1);
    assert_int_equal(p.operations[5].cold, 0);
    must_round_trip(&p);
    char *text = test_print(&p);
    assert_non_null(strstr(text, " tuning=on high_max=60 scale_max=6 high_batch=1\n"));
    assert_non_null(strstr(text, "\nset_tunables high_max=40\n"));
    assert_non_null(strstr(text, "\nreclaim active\ndecay cpu=1\nreclaim\n"));
    free(text);
    program_free(&p);

    p = test_parse("zone spanned=8 tuning=off\n");
    assert_int_equal(p.config.pcp_tuning, 0);
    program_free(&p);
    p = test_parse("zone spanned=8 tuning=7 high_batch=8\n"); /* for what refuses it */
    assert_false(config_in_limits(&p.config));
    must_round_trip(&p);
    program_free(&p);
}

static void what_is_wrong_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *expected;
        uint32_t line, column;
    } cases[] = {
        {"zone spanned=8 tuning=yes\n", "on, off or a number", 1, 23},
        {"zone spanned=8 scale=1\n", "tuning= high_max= scale_max= high_batch=", 1, 16},
        {"zone spanned=8\nset_tunables scale_max=1\n", "high_max=", 2, 14},
        {"zone spanned=8\ndecay\n", "decay cpu=", 2, 6},
        {"zone spanned=8\nreclaim cpu=0\n", "reclaim [active]", 2, 9},
        {"zone spanned=8\nrecline\n", "decay, reclaim, pcp or free_list", 2, 1},
    };
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct program program;
        struct text_error error;
        program_init(&program);
        assert_false(program_parse(&program, cases[i].text, strlen(cases[i].text), &error));
        assert_int_equal(error.line, cases[i].line);
        assert_int_equal(error.column, cases[i].column);
        if (!strstr(error.expected, cases[i].expected))
            fail_msg("%s: expected %s", cases[i].text, error.expected);
        program_free(&program);
    }
}

static struct plumb_config config_of(uint8_t generation, uint8_t pageblock, uint8_t low)
{
    uint8_t bytes[RECORD_HEADER_BYTES] = {0};
    struct program program;
    program_init(&program);
    bytes[HEADER_GENERATION] = generation;
    bytes[HEADER_PAGEBLOCK_ORDER] = pageblock;
    bytes[HEADER_LOW] = low;
    bytes[HEADER_HIGH] = 20;
    bytes[HEADER_LIMIT] = 62; /* 64 pages */
    assert_true(program_decode(&program, bytes, sizeof(bytes)));
    struct plumb_config config = program.config;
    must_round_trip(&program);
    program_free(&program);
    return config;
}

static void the_header_tells_the_tuning(void **state)
{
    (void)state;
    static const uint32_t scales[4] = {5, 1, 0, 6};
    for (unsigned i = 0; i < 256; i++) {
        struct plumb_config config = config_of(0, (uint8_t)i, 100);
        assert_int_equal(config.pageblock_order, config_of(0, (uint8_t)(i % 8), 0).pageblock_order);
        assert_int_equal(config.pcp_tuning, i >= 192);
        assert_int_equal(config.pcp_high_max, i >= 192 ? 20 + 100 % 45 : 0);
        assert_int_equal(config.pcp_batch_scale_max, i >= 192 ? scales[i / 8 % 4] : 0);
        assert_int_equal(config.pcp_free_high_batch, i >= 192 && i / 32 % 2);
        assert_int_equal(config_of(2, (uint8_t)i, 100).pcp_tuning, 0); /* 4.10 */
        assert_int_equal(config_of(3, (uint8_t)i, 100).pcp_high_max, 0);
        assert_true(config_is_valid(&config));
    }
    assert_int_equal(config_of(0, 192, 63).pcp_high_max, 20);
    assert_int_equal(config_of(0, 192, 64).pcp_high_max, 20 + 64 % 45);
}

static void records_tell_what_tunes(void **state)
{
    (void)state;
    uint8_t bytes[RECORD_HEADER_BYTES + 4 * RECORD_BYTES] = {0};
    uint8_t *record = bytes + RECORD_HEADER_BYTES;
    struct program program;
    program_init(&program);
    bytes[HEADER_CPUS] = 2;
    bytes[HEADER_PAGEBLOCK_ORDER] = 192;
    bytes[HEADER_LIMIT] = 62;
    record[RECORD_KIND] = 230;
    record[RECORD_CPU] = 5;
    record[RECORD_BYTES + RECORD_KIND] = 231;
    record[RECORD_BYTES + RECORD_MISC] = 0xff;
    record[2 * RECORD_BYTES + RECORD_KIND] = 231;
    record[2 * RECORD_BYTES + RECORD_MISC] = 0xfe;
    for (unsigned kind = 0; kind < 224; kind++)
        if (record_kind((uint8_t)kind) == OP_SET_TUNABLES)
            record[3 * RECORD_BYTES + RECORD_KIND] = (uint8_t)kind;
    record[3 * RECORD_BYTES + RECORD_ORDER] = TUNABLE_LOW;
    record[3 * RECORD_BYTES + RECORD_SLOT] = 65;
    assert_true(program_decode(&program, bytes, sizeof(bytes)));
    const struct operation *last = &program.operations[program.nr_operations - 4];
    assert_int_equal(last[0].kind, OP_DECAY);
    assert_int_equal(last[0].cpu, 2);
    assert_int_equal(last[1].kind, OP_RECLAIM);
    assert_int_equal(last[1].cold, 1);
    assert_int_equal(last[2].cold, 0);
    assert_int_equal(program.changes[0].mask, 1u << TUNABLE_HIGH_MAX);
    assert_int_equal(program.changes[0].to.pcp_high_max, 65);
    must_round_trip(&program);

    bytes[HEADER_PAGEBLOCK_ORDER] = 0; /* a zone that does not tune has no use for it */
    assert_true(program_decode(&program, bytes, sizeof(bytes)));
    assert_int_equal(program.changes[0].mask, 1u << TUNABLE_LOW);
    program_free(&program);
}

static void differences_are_seen(void **state)
{
    (void)state;
    struct program a = test_parse(scene), b;
    program_init(&b);
    for (unsigned i = 0; i < 5; i++) {
        assert_true(program_copy(&b, &a));
        assert_true(program_equal(&a, &b));
        b.config.pcp_tuning += i == 0;
        b.config.pcp_high_max += i == 1;
        b.config.pcp_batch_scale_max += i == 2;
        b.config.pcp_free_high_batch += i == 3;
        b.changes[0].to.pcp_high_max += i == 4;
        assert_false(program_equal(&a, &b));
    }
    program_free(&a);
    program_free(&b);
}

/* All but what the lie needs is gone. */
static void programs_are_shrunk(void **state)
{
    (void)state;
    struct program p = test_parse(scene);
    struct difference difference;
    struct lockstep *lockstep = lockstep_open(&subject_ref, &subject_liar);
    liar_when = 1;
    liar_lie = LIE_RECLAIM;
    assert_int_equal(lockstep_run(lockstep, &p, NULL, &difference), 1);
    assert_string_equal(difference.field, "tuning.reclaim_active");
    assert_int_equal(shrink(lockstep, &p, NULL, &difference, 10000), 0);
    liar_lie = LIE_NONE;
    assert_int_equal(p.nr_operations, 1);
    assert_int_equal(p.operations[0].kind, OP_RECLAIM);
    assert_int_equal(p.config.pcp_tuning, 1);
    assert_int_equal(p.config.pcp_high_max, 0);
    assert_int_equal(p.config.pcp_batch_scale_max, 0);
    assert_int_equal(p.config.pcp_free_high_batch, 0);
    program_free(&p);
    lockstep_close(lockstep);
}

int test_tuning_programs(int *run)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(programs_are_read_and_printed), cmocka_unit_test(what_is_wrong_is_refused),
        cmocka_unit_test(the_header_tells_the_tuning),   cmocka_unit_test(records_tell_what_tunes),
        cmocka_unit_test(differences_are_seen),          cmocka_unit_test(programs_are_shrunk),
    };
    return RUN_GROUP(tests, run);
}
