/* Tests of the `plumbline` command: exit codes, messages, files; the program is build/plumbline's
 * own main in a child process. */
#define _POSIX_C_SOURCE 200809L
#include "harness/tests/support.h"

#include <stdio.h>
#include <unistd.h>

static char folder[] = "/tmp/plumbline-test-XXXXXX";

/* Runs "$PLUMBLINE arguments" in the folder, as must_print does. */
static void expect(const char *arguments, int code, const char *part)
{
    char line[2048];
    const char *program = getenv("PLUMBLINE");
    if (!program)
        fail_msg("PLUMBLINE is not set; expected the path of the command under test");
    snprintf(line, sizeof(line), "cd %s && %s %s 2>&1", folder, program, arguments);
    must_print(line, code, part);
}

static void put(const char *name, const void *bytes, size_t length)
{
    char path[128];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

static void put_text(const char *name, const char *text)
{
    put(name, text, strlen(text));
}

static const char good[] = "zone spanned=64 top=3 pageblock=2 high=8\nrelease 0 64\n"
                           "alloc order=1 type=MOVABLE slot=0\nfree slot=0\nfree slot=0\n";

static void help_is_everywhere(void **state)
{
    (void)state;
    expect("--help", 0, "import-ftrace");
    expect("run --help", 0, "usage: plumbline run");
    expect("diff --help", 0, "Exit codes: 0");
    expect("shrink --help", 0, "usage: plumbline shrink");
    expect("print --help", 0, "usage: plumbline print");
    expect("reproduce --help", 0, "usage: plumbline reproduce");
    expect("import-ftrace --help", 0, "usage: plumbline import-ftrace");
}

static void bad_usage_is_2(void **state)
{
    (void)state;
    put_text("good.txt", good);
    expect("", 2, "usage: plumbline COMMAND");
    expect("frobnicate", 2, "unknown command frobnicate");
    expect("run", 2, "missing");
    expect("run good.txt more.txt", 2, "too many: more.txt");
    expect("run good.txt --colour", 2, "unknown option --colour");
    expect("run good.txt --check-every", 2, "no value for --check-every");
    expect("run good.txt --check-every=x", 2, "not a valid value: x");
    expect("run good.txt --check-every=-1", 2, "not a valid value: -1");
    expect("run good.txt --quiet=1", 2, "a value for --quiet=1");
    expect("print good.txt --subject=ref", 2, "unknown option");
}

static void bad_input_is_2(void **state)
{
    (void)state;
    put_text("bad.txt", "zone spanned=64\nalloc slot=x\n");
    expect("run bad.txt", 2, "bad.txt:2:12: \"x\"; expected a number from 0 to 8388607");
    expect("diff ref opt absent.txt", 2, "absent.txt: can't read: No such file");
    expect("print --text --records absent.txt", 2, "absent.txt");
}

static void a_missing_subject_is_3(void **state)
{
    (void)state;
    put_text("good.txt", good);
    put_text("not.so", "this is no shared object");
    expect("run good.txt --subject other", 3, "expected ref, opt or the path of a shared object");
    expect("diff ref ./absent.so good.txt", 3, "can't load it");
    expect("diff ref ./not.so good.txt", 3, "can't load it");
}

static void run_prints_answers(void **state)
{
    (void)state;
    put_text("good.txt", good);
    expect("run good.txt", 0, "PLUMB_OK pfn=");
    expect("run good.txt --subject=opt", 0,
           "(the block is on a per-CPU list already: double free)");
    expect("run - --quiet < good.txt", 0, "no difference: 4 operations\n");
}

/* The program as C compiles with the variant, which answers as it expects. */
static void expect_reproduced(const char *name)
{
    char arguments[256];
    snprintf(arguments, sizeof(arguments),
             "reproduce %s -o r.c && cc -std=c11 -Werror -I$PLUMBLINE_SOURCES r.c "
             "$PLUMBLINE_SOURCES/opt/*.c -o r && ./r",
             name);
    expect(arguments, 0, "no difference");
}

static void reproduce_writes_c(void **state)
{
    (void)state;
    put_text("good.txt", good);
    put_text("bad.txt", "zone spanned=64\nalloc slot=x\n");
    expect("reproduce good.txt", 0, "alloc(0u, 1u, 1u, 0x0u, 0u, PLUMB_OK, ");
    expect("reproduce good.txt", 0, "1u, 0, PLUMB_EPCP);\n    counters();\n    pages(0u, ");
    expect("reproduce bad.txt", 2, "bad.txt:2:12");
    expect("reproduce good.txt -o absent/r.c", 3, "can't write");
    put_text("reserve.txt", "zone spanned=1000 top=5 pageblock=3 fallback=6.12 boost_factor=15000 "
                            "highatomic_reserve=6.12\nrelease 0 1000\n"
                            "alloc type=MOVABLE flags=HIGHATOMIC slot=0\n"
                            "unreserve type=CMA\nunreserve type=UNMOVABLE force\n");
    expect("reproduce reserve.txt", 0,
           ".fallback = 1, .highatomic = 1, .placement = 0, .page_refs = 0,\n"
           "        .ungrouped = 0, .pcp_tuning = 0, .pcp_high_max = 0,\n"
           "        .pcp_batch_scale_max = 0, .pcp_free_high_batch = 0, .thp = 0},");
    expect("reproduce reserve.txt", 0, ".watermark_boost_factor = 15000u");
    expect("reproduce reserve.txt", 0, "expected.nr_reserved_highatomic = 8u;");
    expect("reproduce reserve.txt", 0, "unreserve(4u, 0, PLUMB_ETYPE);\n");
    expect_reproduced("reserve.txt");
    put_text("exact.txt", "zone spanned=64 top=4 pageblock=3\nrelease 0 64\n"
                          "alloc_exact pages=5 type=MOVABLE slot=0\n"
                          "alloc_exact pages=17 type=MOVABLE slot=0\n"
                          "alloc order=4 type=MOVABLE slot=1\nsplit slot=1\nsplit slot=1 order=1\n"
                          "free_exact slot=0\nfree_exact slot=0 pages=2\n");
    expect("reproduce exact.txt", 0, "alloc_exact(0u, 17u, 1u, 0x0u, 0u, PLUMB_EORDER, PLUMB_NO_");
    expect("reproduce exact.txt", 0, "split_page(16u, 1u, PLUMB_EMISMATCH);\n");
    expect("reproduce exact.txt", 0, "free_exact(0u, 0u, 5u, PLUMB_OK);\n");
    expect_reproduced("exact.txt");
    put_text("isolate.txt", "zone spanned=64 top=4 pageblock=3\nrelease 0 64\n"
                            "isolate pfn=20\nisolate pfn=16\nisolate pfn=64\n"
                            "unisolate pfn=23 type=CMA\nunisolate pfn=23 type=HIGHATOMIC\n");
    expect("reproduce isolate.txt", 0, "    isolate(20u, PLUMB_OK);\n");
    expect("reproduce isolate.txt", 0, "    isolate(16u, PLUMB_EBUSY);\n");
    expect("reproduce isolate.txt", 0, "expected.isolated_pages = 8u;\n");
    expect("reproduce isolate.txt", 0, "    unisolate(23u, 4u, PLUMB_OK);\n");
    expect("reproduce isolate.txt", 0, "    unisolate(23u, 3u, PLUMB_ETYPE);\n");
    expect_reproduced("isolate.txt");
    put_text("tuning.txt", "zone spanned=64 batch=2 high=4 limit=64 tuning=on high_max=20 "
                           "scale_max=2 cpus=2\nrelease 0 64\n"
                           "alloc type=MOVABLE slot=0\nalloc order=2 cpu=1 slot=1\n"
                           "free slot=0\nreclaim active\ndecay cpu=1\nfree slot=1\n"
                           "set_tunables high_max=30\ndecay cpu=2\nreclaim\n");
    expect("reproduce tuning.txt", 0, "    reclaim(1, PLUMB_OK);\n");
    expect("reproduce tuning.txt", 0, "    decay(2u, PLUMB_ECPU);\n");
    expect("reproduce tuning.txt", 0,
           "expected_tuning[0] = (struct plumb_pcp_tuning){6, 1, 0, 0, ");
    expect("reproduce tuning.txt", 0, ".pcp_high_max = 30");
    expect_reproduced("tuning.txt");
    put_text("pcp.txt", "zone spanned=64 batch=2 high=4 limit=64\nrelease 0 64\n"
                        "alloc type=MOVABLE slot=0\npcp disabled\nfree slot=0\npcp disabled\n"
                        "set_tunables batch=1\npcp\n");
    expect("reproduce pcp.txt", 0, "    pcp_disable(1, PLUMB_OK);\n");
    expect("reproduce pcp.txt", 0, "    pcp_disable(1, PLUMB_EBUSY);\n");
    expect("reproduce pcp.txt", 0, "    pcp_disable(0, PLUMB_OK);\n");
    expect_reproduced("pcp.txt");
    put_text("list.txt", "zone spanned=64 batch=2 high=4 limit=64\nrelease 0 64\n"
                         "alloc type=MOVABLE slot=1\nalloc type=MOVABLE slot=0\n"
                         "free_list slot=0 pages=3\nfree_list slot=0 pages=2 cold\n"
                         "free_list slot=0 pages=0\nfree_list cpu=1 slot=0 pages=33\n");
    expect("reproduce list.txt", 0,
           "    free_list(0u, (struct plumb_page_list){3u, {1u, 0u, 2u}}, "
           "0, PLUMB_EFREE);\n");
    expect("reproduce list.txt", 0, "(struct plumb_page_list){2u, {1u, 0u}}, 1, PLUMB_OK);\n");
    expect("reproduce list.txt", 0, "(struct plumb_page_list){0u, {0u}}, 0, PLUMB_ERANGE);\n");
    expect("reproduce list.txt", 0, "(struct plumb_page_list){33u, {1u, 0u, 2u, 3u, ");
    expect_reproduced("list.txt");
    put_text("isolate_page.txt", "zone spanned=64 top=4 pageblock=3\nrelease 0 64\n"
                                 "isolate_page pfn=20 slot=1\nisolate_page pfn=20 slot=2\n"
                                 "free slot=1\nisolate_page pfn=21 order=2 slot=1\n");
    expect("reproduce isolate_page.txt", 0, "    isolate_page(16u, 4u, PLUMB_OK);\n");
    expect("reproduce isolate_page.txt", 0, "    isolate_page(20u, 0u, PLUMB_ETAIL);\n");
    expect("reproduce isolate_page.txt", 0, "    free_block(0u, 16u, 4u, 0, PLUMB_OK);\n");
    expect("reproduce isolate_page.txt", 0, "    isolate_page(21u, 2u, PLUMB_ETAIL);\n");
    expect_reproduced("isolate_page.txt");
    put_text("contig.txt", "zone spanned=64 top=4 pageblock=3\nrelease 0 64\n"
                           "alloc_contig start=5 end=18 type=CMA slot=1\n"
                           "alloc_contig start=17 end=19 type=CMA slot=1\n"
                           "free_contig slot=1 pages=14\nfree_contig slot=1\n");
    expect("reproduce contig.txt", 0, "    alloc_contig(5u, 18u, 4u, PLUMB_OK);\n");
    expect("reproduce contig.txt", 0, "    alloc_contig(17u, 19u, 4u, PLUMB_EBUSY);\n");
    expect("reproduce contig.txt", 0, "    free_contig(0u, 5u, 14u, PLUMB_EFREE);\n");
    expect("reproduce contig.txt", 0, "    free_contig(0u, 5u, 13u, PLUMB_OK);\n");
    expect_reproduced("contig.txt");
    expect("reproduce good.txt -o r.c && cc -std=c11 -fsyntax-only -Werror -I$PLUMBLINE_SOURCES "
           "r.c && ls",
           0, "r.c");
}

static void diff_compares(void **state)
{
    (void)state;
    put_text("good.txt", good);
    expect("diff ref opt good.txt --check-every 1", 0, "no difference: 4 operations\n");
    expect("diff ref opt good.txt --trace", 0, "slot=0  -> PLUMB_OK");
    expect("shrink ref opt good.txt", 0, "nothing to shrink");
}

static void print_is_canonical_and_writes_whole_files(void **state)
{
    (void)state;
    uint8_t bytes[RECORD_HEADER_BYTES + 3 * RECORD_BYTES] = {0};
    put("records", bytes, sizeof(bytes));
    expect("print records", 0, "alloc cpu=0 order=0 type=UNMOVABLE flags=MIN zoneidx=0 slot=0\n");
    expect("print records -o a.txt", 0, "");
    expect("print a.txt -o b.txt", 0, "");
    expect("print b.txt --records", 0, "zone ");
    expect("print a.txt -o absent/b.txt", 3, "can't write");
    expect("diff ref opt a.txt", 0, "");
    char line[128];
    snprintf(line, sizeof(line), "cd %s && cmp a.txt b.txt && ! ls *.tmp 2>/dev/null", folder);
    assert_int_equal(system(line), 0);
}

/* The shared object is the liar of tests/liar_object.c, built beside the tests. */
static void a_subject_from_a_shared_object(void **state)
{
    (void)state;
    char line[1024];
    const char *object = getenv("PLUMBLINE_LIAR");
    if (!object)
        fail_msg("PLUMBLINE_LIAR is not set; expected the path of a shared object");
    put_text("good.txt", good);
    snprintf(line, sizeof(line), "diff ref %s good.txt", object);
    expect(line, 1, "theorem: 7 Placement");
    snprintf(line, sizeof(line), "shrink ref %s good.txt -o shrunk.txt", object);
    expect(line, 1, "2 operations of 4 are left");
    snprintf(line, sizeof(line), "diff ref %s shrunk.txt", object);
    expect(line, 1, "first differing field: pfn");
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    char line[128];
    snprintf(line, sizeof(line), "rm -r %s", folder);
    return system(line);
}

int test_command(int *run)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(help_is_everywhere),
        cmocka_unit_test(bad_usage_is_2),
        cmocka_unit_test(bad_input_is_2),
        cmocka_unit_test(a_missing_subject_is_3),
        cmocka_unit_test(run_prints_answers),
        cmocka_unit_test(diff_compares),
        cmocka_unit_test(reproduce_writes_c),
        cmocka_unit_test(print_is_canonical_and_writes_whole_files),
        cmocka_unit_test(a_subject_from_a_shared_object),
    };
    *run += (int)(sizeof(tests) / sizeof(tests[0]));
    return cmocka_run_group_tests_name("test_command", tests, make_folder, remove_folder);
}
