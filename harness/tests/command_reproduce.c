/* Tests of `plumbline reproduce`: the C it writes compiles, and shows what differs. */
#define _POSIX_C_SOURCE 200809L
#include "harness/tests/command_fixture.h"

static const char good[] = "zone spanned=64 top=3 pageblock=2 high=8\nrelease 0 64\n"
                           "alloc order=1 type=MOVABLE slot=0\nfree slot=0\nfree slot=0\n";

/* The program as C compiles with the variant, which answers as it expects. */
static void expect_reproduced(const char *name)
{
    char arguments[256];
    snprintf(arguments, sizeof(arguments),
             "reproduce %s -o r.c && cc -std=c11 -Wall -Wextra -Werror -I$PLUMBLINE_SOURCES r.c "
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
    expect("reproduce good.txt -o absent/r.c", 3, "cannot be written");
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

/* Every question of set-up is a call of its own, with what it answered; set_sizes then tunes. */
static void set_up_is_reproduced(void **state)
{
    (void)state;
    put_text("sizing.txt", "zone spanned=64 top=3 pageblock=3 batch=2 high=4 limit=64\n"
                           "release 0 64\n"
                           "sizing zoneidx=0 memory=0x4001 min_free=4 scale=64 shape=0x41\n"
                           "sizing zoneidx=9 memory=0x4001 min_free=4 scale=64 shape=0x41\n"
                           "set_sizes min_free=4 scale=1000 fraction=8 cpus=1\n");
    expect("reproduce sizing.txt", 0,
           "    memory = (struct plumb_memory){.generation = 2u, .nr_zones = 2u,\n"
           "        .kind = {0u, 0u, 1u, 0u}, .lowmem_ratio = {256u, 256u, 256u, 256u},\n"
           "        .managed_pages = {6561u, 0u, 0u, 0u}, .other_lowmem_pages = 0u,\n"
           "        .min_free_kbytes = 4u, .watermark_scale_factor = 64u, .percpu_fraction = 0u,\n"
           "        .nr_node_cpus = 0u, .nr_online_cpus = 1u};\n"
           "    zone_wmarks(0u, PLUMB_OK, (const uint64_t[]){1u, 42u, 83u, 124u});\n"
           "    free_buffer_pages(0u, 83u, PLUMB_OK, 6478u);\n");
    expect("reproduce sizing.txt", 0,
           "    lowmem_reserve(9u, PLUMB_ECONFIG, (const uint64_t[]){"
           "18446744073709551615u, ");
    expect("reproduce sizing.txt", 0,
           "    set_tunables((struct plumb_tunables){.pcp_batch = 1, .pcp_high = 8, ");
    expect_reproduced("sizing.txt");
}

/* A fault of the variant's square root: only what set-up asks can show it. */
static void a_fault_of_set_up_is_shown(void **state)
{
    (void)state;
    put_text("root.txt", "zone spanned=1 top=0 pageblock=0\n"
                         "sizing memory=0x4001 min_free=4 scale=64\n");
    expect("reproduce root.txt -o r.c && cp -r $PLUMBLINE_SOURCES faulty && "
           "sed -i 's/return root;/return root + (n > root);/' faulty/opt/sizing.c && "
           "! cmp -s faulty/opt/sizing.c $PLUMBLINE_SOURCES/opt/sizing.c && "
           "cc -std=c11 -Ifaulty r.c faulty/opt/*.c -o r && ./r",
           1, "difference at call 3: plumb_min_free_kbytes [0]: expected 643, is 644");
    expect_reproduced("root.txt");
}

/* 8 million pages that differ from each other: their states alone are gigabytes of C. */
static void too_much_c_is_refused(void **state)
{
    (void)state;
    put_text("large.txt", "zone spanned=8388608 top=0 pageblock=0 cpus=64 refs=1\n"
                          "release 0 8388608\ncheck\n");
    expect("reproduce large.txt -o large.c", 2,
           "plumbline: more than 64 MiB of C; expected a shorter program");
    expect("reproduce large.txt > large.c", 2, "more than 64 MiB of C");
    expect("--help > /dev/null && ls large.c* && wc -c < large.c", 0, "large.c\n0\n");
}

int test_command_reproduce(int *run)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(reproduce_writes_c),
        cmocka_unit_test(set_up_is_reproduced),
        cmocka_unit_test(a_fault_of_set_up_is_shown),
        cmocka_unit_test(too_much_c_is_refused),
    };
    *run += (int)(sizeof(tests) / sizeof(tests[0]));
    return cmocka_run_group_tests_name(__func__, tests, make_folder, remove_folder);
}
