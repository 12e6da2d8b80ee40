/* Tests of programs that disable the per-CPU lists: as text, as records, shrunk. */
#include "harness/records.h"
#include "harness/tests/liar.h"
#include "harness/tests/support.h"

static const char scene[] = "zone spanned=200 top=5 pageblock=3 batch=4 high=12 low=2 limit=64\n"
                            "release 0 200\n"
                            "alloc cpu=0 order=0 type=MOVABLE slot=1\n"
                            "pcp disabled\n"
                            "alloc cpu=0 order=0 type=MOVABLE slot=2\n"
                            "set_tunables batch=5\n"
                            "check\n"
                            "pcp\n";

static void programs_are_read_and_printed(void **state)
{
    (void)state;
    struct program p = test_parse(scene);
    assert_int_equal(p.operations[2].kind, OP_PCP_DISABLE);
    assert_int_equal(p.operations[2].cold, 1);
    assert_int_equal(p.operations[6].kind, OP_PCP_DISABLE);
    assert_int_equal(p.operations[6].cold, 0);
    must_round_trip(&p);
    char *text = test_print(&p);
    assert_non_null(strstr(text, "\npcp disabled\n"));
    assert_non_null(strstr(text, "\ncheck\npcp\n"));
    free(text);
    program_free(&p);
}

static void what_is_wrong_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"zone spanned=8\npcp enabled\n",
                                        "zone spanned=8\npcp cpu=0\n"};
    for (unsigned i = 0; i < 2; i++) {
        struct program program;
        struct text_error error;
        program_init(&program);
        assert_false(program_parse(&program, wrong[i], strlen(wrong[i]), &error));
        assert_int_equal(error.line, 2);
        assert_int_equal(error.column, 5);
        assert_string_equal(error.expected, "pcp [disabled]");
        program_free(&program);
    }
}

/* One byte in four disables. */
static void records_tell_which_way(void **state)
{
    (void)state;
    uint8_t bytes[RECORD_HEADER_BYTES + RECORD_BYTES] = {0};
    struct program program;
    program_init(&program);
    bytes[RECORD_HEADER_BYTES + RECORD_KIND] = 246;
    for (unsigned misc = 0; misc < 256; misc++) {
        bytes[RECORD_HEADER_BYTES + RECORD_MISC] = (uint8_t)misc;
        assert_true(program_decode(&program, bytes, sizeof(bytes)));
        const struct operation *last = &program.operations[program.nr_operations - 1];
        assert_int_equal(last->kind, OP_PCP_DISABLE);
        assert_int_equal(last->cold, misc % 4 == 3);
        must_round_trip(&program);
    }
    program_free(&program);
}

/* Reports of a zone have the sizes it has, not those it comes back to. */
static void a_run_knows_the_sizes_in_force(void **state)
{
    (void)state;
    struct program p = test_parse(scene);
    struct difference difference;
    struct lockstep *lockstep = lockstep_open(&subject_ref, &subject_opt);
    assert_int_equal(lockstep_run(lockstep, &p, NULL, &difference), 0);
    assert_int_equal(lockstep_tunables(lockstep)->pcp_batch, 4);
    assert_int_equal(lockstep_tunables(lockstep)->pcp_high, 12);
    p.nr_operations--;
    assert_int_equal(lockstep_run(lockstep, &p, NULL, &difference), 0);
    assert_int_equal(lockstep_tunables(lockstep)->pcp_batch, 1);
    assert_int_equal(lockstep_tunables(lockstep)->pcp_high, 0);
    assert_int_equal(lockstep_tunables(lockstep)->pcp_low, 0);
    p.nr_operations = 2;
    assert_int_equal(lockstep_run(lockstep, &p, NULL, &difference), 0);
    assert_int_equal(lockstep_tunables(lockstep)->pcp_low, 2);
    program_free(&p);
    lockstep_close(lockstep);
}

/* All but what the lie needs is gone. */
static void programs_are_shrunk(void **state)
{
    (void)state;
    struct program p = test_parse(scene);
    struct difference difference;
    struct lockstep *lockstep = lockstep_open(&subject_ref, &subject_liar);
    liar_when = 1;
    liar_lie = LIE_PCP_DISABLE;
    assert_int_equal(lockstep_run(lockstep, &p, NULL, &difference), 1);
    assert_string_equal(difference.field, "counters.free_pages");
    assert_int_equal(shrink(lockstep, &p, NULL, &difference, 10000), 0);
    liar_lie = LIE_NONE;
    assert_int_equal(p.nr_operations, 3);
    assert_int_equal(p.operations[2].kind, OP_PCP_DISABLE);
    assert_int_equal(p.operations[2].cold, 1);
    program_free(&p);
    lockstep_close(lockstep);
}

int test_pcp_disable_programs(int *run)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(programs_are_read_and_printed),
        cmocka_unit_test(what_is_wrong_is_refused),
        cmocka_unit_test(records_tell_which_way),
        cmocka_unit_test(a_run_knows_the_sizes_in_force),
        cmocka_unit_test(programs_are_shrunk),
    };
    return RUN_GROUP(tests, run);
}
