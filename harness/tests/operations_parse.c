/* Tests of the text parser: what it accepts, and where and why it refuses. */
#include "harness/tests/support.h"

#define ZONE "zone start_pfn=37 spanned=200 top=5 pageblock=3\n"

static void a_program_of_everything(void **state)
{
    (void)state;
    struct program p = test_parse(
        "# a comment\n\n"
        "zone start_pfn=0x25 spanned=200 top=5 pageblock=3 gen=6.12 cpus=2 batch=4 high=12 low=2 "
        "limit=64 wmark=1,2,3,4 boost=5 reserve=6,7,8,9 highatomic=10 fallback=6.12 "
        "boost_factor=15000 highatomic_reserve=6.12 placement=head grouping=off refs=1 "
        "thp=off # behind\n"
        "types 1x20 UNMOVABLEx2 4x1\r\n"
        "release 40 200\n"
        "  alloc cpu=1 order=3 type=MOVABLE flags=LOW|NON_BLOCK|NOFRAGMENT|0x40 zoneidx=2 slot=7\n"
        "free slot=7 cpu=1 order=2 cold\n"
        "free_pfn pfn=41 order=1\n"
        "watermark_ok order=2 mark=10 flags=HIGHATOMIC free=-3\n"
        "set_tunables wmark.low=3 batch=9 boost_factor=7\n"
        "unreserve type=2 force\n"
        "unreserve type=CMA\n"
        "split slot=9 order=2\n"
        "alloc_exact pages=5 slot=8 type=CMA\n"
        "alloc_exact slot=8\n"
        "free_exact slot=8 cpu=1\n"
        "free_exact slot=8 pages=0\n"
        "isolate pfn=0x30\n"
        "unisolate type=CMA pfn=48\n"
        "alloc_contig end=0x42 start=50 type=CMA slot=9\n"
        "free_contig slot=9\n"
        "free_contig pages=18446744073709551615 slot=9 cpu=1\n"
        "compound slot=9 order=2\n"
        "compound slot=9\n"
        "get page=3 slot=9\n"
        "put slot=9 cpu=1\n"
        "isolate_page slot=9 pfn=0x30 order=2\n"
        "isolate_page pfn=50 slot=8\n"
        "check");
    assert_int_equal(p.config.start_pfn, 37);
    assert_int_equal(p.config.wmark[WMARK_PROMO], 4);
    assert_int_equal(p.config.lowmem_reserve[3], 9);
    assert_int_equal(p.config.fallback, PLUMB_FALLBACK_V6_12);
    assert_int_equal(p.config.watermark_boost_factor, 15000);
    assert_int_equal(p.config.highatomic, 1);
    assert_int_equal(p.config.placement, PLUMB_PLACE_HEAD);
    assert_int_equal(p.config.page_refs, 1);
    assert_int_equal(p.config.ungrouped, 1);
    assert_int_equal(p.config.nr_reserved_highatomic, 10);
    assert_int_equal(p.nr_types, 26);
    assert_int_equal(p.types[19], MIGRATE_MOVABLE);
    assert_int_equal(p.types[21], MIGRATE_UNMOVABLE);
    assert_int_equal(p.types[25], MIGRATE_CMA);
    assert_int_equal(p.nr_operations, 25);
    assert_int_equal(p.operations[6].kind, OP_UNRESERVE);
    assert_int_equal(p.operations[6].type, MIGRATE_RECLAIMABLE);
    assert_true(p.operations[6].cold && !p.operations[7].cold);
    assert_int_equal(p.operations[1].flags, WMARK_LOW | ALLOC_NON_BLOCK | ALLOC_NOFRAGMENT | 0x40);
    assert_int_equal(p.operations[1].line, 6);
    assert_int_equal(p.nr_slots, 10);
    assert_true(p.operations[2].cold && p.operations[2].has_order);
    assert_false(p.operations[3].has_order);
    assert_true(p.operations[4].free_pages == -3);
    assert_int_equal(p.operations[8].kind, OP_SPLIT);
    assert_true(p.operations[8].has_order && p.operations[8].order == 2);
    assert_int_equal(p.operations[9].kind, OP_ALLOC_EXACT);
    assert_int_equal(p.operations[9].pages, 5);
    assert_int_equal(p.operations[10].pages, 1);
    assert_int_equal(p.operations[11].kind, OP_FREE_EXACT);
    assert_false(p.operations[11].has_order);
    assert_true(p.operations[12].has_order && p.operations[12].pages == 0);
    assert_int_equal(p.operations[13].kind, OP_ISOLATE);
    assert_int_equal(p.operations[13].pfn, 48);
    assert_int_equal(p.operations[14].kind, OP_UNISOLATE);
    assert_int_equal(p.operations[14].pfn, 48);
    assert_int_equal(p.operations[14].type, MIGRATE_CMA);
    assert_int_equal(p.operations[15].kind, OP_ALLOC_CONTIG);
    assert_int_equal(p.operations[15].start, 50);
    assert_int_equal(p.operations[15].end, 66);
    assert_int_equal(p.operations[15].type, MIGRATE_CMA);
    assert_int_equal(p.operations[16].kind, OP_FREE_CONTIG);
    assert_false(p.operations[16].has_order);
    assert_true(p.operations[17].has_order && p.operations[17].run == UINT64_MAX);
    assert_int_equal(p.operations[18].kind, OP_COMPOUND);
    assert_true(p.operations[18].has_order && p.operations[18].order == 2);
    assert_false(p.operations[19].has_order);
    assert_int_equal(p.operations[20].kind, OP_GET);
    assert_int_equal(p.operations[20].pages, 3);
    assert_int_equal(p.operations[21].kind, OP_PUT);
    assert_int_equal(p.operations[21].cpu, 1);
    assert_int_equal(p.operations[21].pages, 0);
    assert_int_equal(p.operations[22].kind, OP_ISOLATE_PAGE);
    assert_int_equal(p.operations[22].pfn, 48);
    assert_int_equal(p.operations[22].slot, 9);
    assert_true(p.operations[22].has_order && p.operations[22].order == 2);
    assert_false(p.operations[23].has_order);
    assert_int_equal(p.changes[0].mask, 1 << TUNABLE_BATCH | 1 << (TUNABLE_WMARK + WMARK_LOW) |
                                            1 << TUNABLE_BOOST_FACTOR);
    assert_int_equal(p.changes[0].to.watermark_boost_factor, 7);
    program_free(&p);
}

/* A name or a number; printed by name if it has one. Each of the two has its own names. */
static void policies_have_names(void **state)
{
    (void)state;
    static const struct {
        const char *text, *printed;
        uint32_t fallback, highatomic, placement;
    } cases[] = {
        {"zone fallback=none\n", " fallback=none ", PLUMB_FALLBACK_NONE, 0, 0},
        {"zone fallback=6.15\n", " fallback=6.15 ", PLUMB_FALLBACK_V6_15, 0, 0},
        {"zone fallback=2\n", " fallback=6.15 ", PLUMB_FALLBACK_V6_15, 0, 0},
        {"zone fallback=4.10\n", " fallback=4.10 ", PLUMB_FALLBACK_V4_10, 0, 0},
        {"zone fallback=4\n", " fallback=4 ", PLUMB_NR_FALLBACKS, 0, 0},
        {"zone highatomic_reserve=1\n", " highatomic_reserve=6.12\n", PLUMB_FALLBACK_NONE, 1, 0},
        {"zone highatomic_reserve=2\n", " highatomic_reserve=4.10\n", PLUMB_FALLBACK_NONE, 2, 0},
        {"zone highatomic_reserve=3\n", " highatomic_reserve=3\n", PLUMB_FALLBACK_NONE, 3, 0},
        {"zone placement=kernel\n", " boost_factor=0\n", PLUMB_FALLBACK_NONE, 0, 0},
        {"zone placement=1\n", " placement=head\n", PLUMB_FALLBACK_NONE, 0, 1},
        {"zone placement=2\n", " placement=2\n", PLUMB_FALLBACK_NONE, 0, 2},
    };
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct program p = test_parse(cases[i].text);
        assert_int_equal(p.config.fallback, cases[i].fallback);
        assert_int_equal(p.config.highatomic, cases[i].highatomic);
        assert_int_equal(p.config.placement, cases[i].placement);
        char *printed = test_print(&p);
        if (!strstr(printed, cases[i].printed))
            fail_msg("%s prints as %s", cases[i].text, printed);
        must_round_trip(&p);
        free(printed);
        program_free(&p);
    }
}

struct refusal {
    const char *text;
    uint32_t line, column;
    const char *what, *expected; /* parts of both */
};

static const struct refusal refusals[] = {
    {"", 1, 1, "no \"zone\"", "zone"},
    {"# only a comment\n", 1, 1, "no \"zone\"", "zone"},
    {"alloc slot=1\n", 1, 1, "alloc", "zone"},
    {ZONE ZONE, 2, 1, "zone", "the first"},
    {ZONE "frobnicate\n", 2, 1, "frobnicate", "drain_all_pages"},
    {ZONE "frobnicate\n", 2, 1, "frobnicate", "unreserve"},
    {"zone highatomic_reserve=4.11\n", 1, 25, "4.11", "none, 4.10, 6.12 or a number"},
    {"zone placement=tail\n", 1, 16, "tail", "kernel, head or a number"},
    {ZONE "alloc\n", 2, 6, "end of line", "slot="},
    {ZONE "alloc slot=1 pfn=3\n", 2, 14, "pfn=3", "alloc cpu="},
    {ZONE "alloc slot=1 slot=2\n", 2, 14, "slot=2", "alloc cpu="},
    {ZONE "alloc slot=8388608\n", 2, 12, "8388608", "8388607"},
    {ZONE "alloc slot=-1\n", 2, 12, "-1", "a number"},
    {ZONE "alloc slot=\n", 2, 12, "end of line", "a number"},
    {ZONE "alloc slot=1 cpu=4294967296\n", 2, 18, "4294967296", "4294967295"},
    {ZONE "alloc slot=1 order=0x\n", 2, 20, "0x", "a number"},
    {ZONE "alloc slot=1 type=HUGE\n", 2, 19, "HUGE", "MOVABLE"},
    {ZONE "alloc slot=1 flags=LOW|WRONG\n", 2, 24, "WRONG", "NON_BLOCK"},
    {ZONE "alloc slot=1 flags=LOW|\n", 2, 20, "LOW|", "behind"},
    {ZONE "free_pfn pfn=18446744073709551616\n", 2, 14, "18446744073709551616", "a number"},
    {ZONE "free_pfn order=1\n", 2, 17, "end of line", "pfn="},
    {ZONE "release 4\n", 2, 10, "end of line", "a number"},
    {ZONE "release 4 5 6\n", 2, 13, "6", "release START END"},
    {ZONE "drain_pages\n", 2, 12, "end of line", "cpu="},
    {ZONE "check now\n", 2, 7, "now", "check"},
    {ZONE "unreserve\n", 2, 10, "end of line", "unreserve type= [force]"},
    {ZONE "unreserve type=0 cold\n", 2, 18, "cold", "unreserve type= [force]"},
    {ZONE "free slot=1 force\n", 2, 13, "force", "[cold]"},
    {ZONE "frobnicate\n", 2, 1, "frobnicate", "free_exact"},
    {ZONE "split\n", 2, 6, "end of line", "split slot= [order=]"},
    {ZONE "split slot=1 cpu=0\n", 2, 14, "cpu=0", "split slot= [order=]"},
    {ZONE "alloc_exact pages=2\n", 2, 20, "end of line", "slot="},
    {ZONE "alloc_exact slot=1 order=2\n", 2, 20, "order=2", "pages="},
    {ZONE "alloc_exact slot=1 pages=4294967296\n", 2, 26, "4294967296", "4294967295"},
    {ZONE "free_exact slot=1 cold\n", 2, 19, "cold", "free_exact cpu= slot= [pages=]"},
    {ZONE "free slot=1 pages=2\n", 2, 13, "pages=2", "[order=]"},
    {ZONE "frobnicate\n", 2, 1, "frobnicate", "compound, get, put, isolate_page"},
    {"zone refs=yes\n", 1, 11, "yes", "a number"},
    {ZONE "compound\n", 2, 9, "end of line", "compound slot= [order=]"},
    {ZONE "compound slot=1 page=1\n", 2, 17, "page=1", "compound slot= [order=]"},
    {ZONE "get page=1\n", 2, 11, "end of line", "get slot= [page=]"},
    {ZONE "get slot=1 cpu=0\n", 2, 12, "cpu=0", "get slot= [page=]"},
    {ZONE "put slot=1 order=0\n", 2, 12, "order=0", "put cpu= slot= [page=]"},
    {ZONE "put slot=1 page=4294967296\n", 2, 17, "4294967296", "4294967295"},
    {ZONE "isolate\n", 2, 8, "end of line", "isolate pfn="},
    {ZONE "isolate pfn=1 type=MOVABLE\n", 2, 15, "type=MOVABLE", "isolate pfn="},
    {ZONE "isolate pfn=x\n", 2, 13, "x", "a number"},
    {ZONE "unisolate pfn=1\n", 2, 16, "end of line", "unisolate pfn= type="},
    {ZONE "unisolate type=MOVABLE\n", 2, 23, "end of line", "unisolate pfn= type="},
    {ZONE "unisolate pfn=1 type=HUGE\n", 2, 22, "HUGE", "MOVABLE"},
    {ZONE "isolate_page pfn=1\n", 2, 19, "end of line", "isolate_page pfn= [order=] slot="},
    {ZONE "isolate_page slot=1\n", 2, 20, "end of line", "isolate_page pfn= [order=] slot="},
    {ZONE "isolate_page pfn=1 type=1\n", 2, 20, "type=1", "isolate_page pfn="},
    {ZONE "alloc_contig start=1 slot=2\n", 2, 28, "end of line", "alloc_contig start= end="},
    {ZONE "alloc_contig end=1 slot=2\n", 2, 26, "end of line", "alloc_contig start= end="},
    {ZONE "alloc_contig start=1 end=2\n", 2, 27, "end of line", "type= slot="},
    {ZONE "alloc_contig start=1 end=2 cpu=0\n", 2, 28, "cpu=0", "type= slot="},
    {ZONE "alloc_contig start=x\n", 2, 20, "x", "a number"},
    {ZONE "alloc_contig end=18446744073709551616\n", 2, 18, "18446744073709551616", "a number"},
    {ZONE "alloc_contig start=1 end=2 pages=1\n", 2, 28, "pages=1", "alloc_contig start="},
    {ZONE "free_contig pages=1\n", 2, 20, "end of line", "free_contig cpu= slot= [pages=]"},
    {ZONE "free_contig slot=1 cold\n", 2, 20, "cold", "free_contig cpu= slot= [pages=]"},
    {ZONE "free_contig slot=1 pages=18446744073709551616\n", 2, 26, "1844674", "a number"},
    {ZONE "free_exact slot=1 pages=4294967296\n", 2, 25, "4294967296", "4294967295"},
    {ZONE "alloc slot=1 start=2\n", 2, 14, "start=2", "alloc cpu="},
    {ZONE "set_tunables highatomic=6.12\n", 2, 25, "6.12", "a number"},
    {ZONE "set_tunables highatomic_reserve=6.12\n", 2, 14, "highatomic_reserve=6.12", "batch="},
    {ZONE "watermark_ok free=--1\n", 2, 19, "--1", "a number"},
    {ZONE "set_tunables colour=1\n", 2, 14, "colour=1", "batch="},
    {ZONE "set_tunables wmark=1,2,3\n", 2, 25, "end of line", "a number"},
    {ZONE "set_tunables wmark=1,2,3,4,5\n", 2, 28, "5", "four"},
    {ZONE "types\n", 2, 6, "end of line", "TYPExCOUNT"},
    {ZONE "types 1\n", 2, 7, "1", "TYPExCOUNT"},
    {ZONE "types 256x1\n", 2, 7, "256x1", "TYPExCOUNT"},
    {ZONE "types 1x27\n", 2, 7, "1x27", "no more types"},
    {ZONE "types 1x4294967295\n", 2, 7, "1x4294967295", "no more types"},
    {ZONE "types 1x2\ntypes 1x2\n", 3, 1, "types", "one \"types\" line"},
    {ZONE "check\ntypes 1x2\n", 3, 1, "types", "before any operation"},
    {"zone spanned=9000000\n", 1, 1, "too large", "8388608"},
    {"zone spanned=20 gen=5.0\n", 1, 21, "5.0", "6.12"},
    {"zone fallback=5.10\n", 1, 15, "5.10", "none, 4.10, 6.12, 6.15"},
    {"zone highatomic_reserve=6.15\n", 1, 25, "6.15", "none, 4.10, 6.12 or"},
    {"zone boost_factor=4294967296\n", 1, 19, "4294967296", "4294967295"},
    {"zone colour=1\n", 1, 6, "colour=1", "boost_factor="},
    {"zone spanned=0\ntypes 1x1\n", 2, 7, "1x1", "no more types"},
    {"zone spanned=0\ntypes 1x0 1x1\n", 2, 11, "1x1", "no more types"},
    {ZONE "al\001oc slot=1\n", 2, 1, "al?oc", "alloc"},
};

static void refusals_say_where_and_why(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        const struct refusal *r = &refusals[i];
        struct program program;
        struct text_error error;
        program_init(&program);
        if (program_parse(&program, r->text, strlen(r->text), &error))
            fail_msg("accepted: %s", r->text);
        if (error.line != r->line || error.column != r->column || !strstr(error.what, r->what) ||
            !strstr(error.expected, r->expected))
            fail_msg("%u:%u: %s; expected %s, of: %s", error.line, error.column, error.what,
                     error.expected, r->text);
        assert_int_equal(program.nr_operations, 0);
        program_free(&program);
    }
}

static void a_bad_configuration_is_a_program(void **state)
{
    (void)state;
    struct program p = test_parse("zone spanned=0\nalloc slot=1\n");
    assert_int_equal(p.nr_types, 0);
    assert_false(config_is_valid(&p.config));
    program_free(&p);
}

/* Random damage of a valid text: never a crash, and what is accepted round-trips. */
static void damaged_text_is_refused_or_round_trips(void **state)
{
    (void)state;
    static uint8_t bytes[RECORD_MAX_BYTES];
    uint64_t seed = 3;
    struct program program;
    struct text_error error;
    program_init(&program);
    for (unsigned i = 0; i < 3000; i++) {
        assert_true(program_decode(&program, bytes, test_random_records(&seed, bytes, 10)));
        char *text = test_print(&program);
        size_t length = strlen(text);
        for (unsigned k = 0; k < 1 + i % 4; k++)
            text[test_random(&seed) % length] = (char)test_random(&seed);
        if (program_parse(&program, text, length, &error))
            must_round_trip(&program);
        free(text);
    }
    program_free(&program);
}

int test_operations_parse(int *run)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_program_of_everything),
        cmocka_unit_test(policies_have_names),
        cmocka_unit_test(refusals_say_where_and_why),
        cmocka_unit_test(a_bad_configuration_is_a_program),
        cmocka_unit_test(damaged_text_is_refused_or_round_trips),
    };
    return RUN_GROUP(tests, run);
}
