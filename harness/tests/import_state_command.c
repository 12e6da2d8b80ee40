/* Tests of `plumbline import-state`, `export-state` and `import-ftrace` from a state, on every
 * recorded state; and of the reports' format where a subject has more than the kernel counts. */
#define _POSIX_C_SOURCE 200809L
#include "harness/tests/import_state_fixture.h"

#include <unistd.h>

static char folder[] = "/tmp/plumbline-state-XXXXXX";

/* Runs a line of shell with $PLUMBLINE, $FOLDER and $TRACES set, in the project's root. */
static void expect(const char *line, int code, const char *part)
{
    char words[4096];
    int length = snprintf(words, sizeof(words), "( %s ) 2>&1", line);
    assert_in_range(length, 1, sizeof(words) - 1);
    must_print(words, code, part);
}

/* Every zone of each recorded state; what the three report together is the recorded file. */
static void recorded_states_come_back(void **test)
{
    (void)test;
    expect(
        "for trace in build fork; do"
        "  in=$TRACES/$trace; rm -rf $FOLDER/*; all=$FOLDER/all; mkdir $all;"
        "  for zone in DMA DMA32 Normal; do"
        "    dir=$FOLDER/$zone; mkdir $dir;"
        "    $PLUMBLINE import-state --zone $zone --reports $dir -o $dir/program"
        "      $in/buddyinfo.before $in/pagetypeinfo.before $in/zoneinfo.before || exit 1;"
        "    $PLUMBLINE export-state --subject opt --zone 0:$zone --no-cma --reports $all"
        "      $dir/program || exit 1;"
        "    cmp $dir/buddyinfo $all/buddyinfo || exit 1;"
        "    cmp $dir/pagetypeinfo $all/pagetypeinfo || exit 1;"
        "  done;"
        "  d=$FOLDER/DMA/pagetypeinfo e=$FOLDER/DMA32/pagetypeinfo n=$FOLDER/Normal/pagetypeinfo;"
        "  cat $FOLDER/DMA/buddyinfo $FOLDER/DMA32/buddyinfo $FOLDER/Normal/buddyinfo"
        "    | cmp - $in/buddyinfo.before || exit 1;"
        "  ( head -n 9 $d; sed -n 5,9p $e; sed -n 5,11p $n; tail -n 1 $d; tail -n 1 $e;"
        "    tail -n 1 $n ) | cmp - $in/pagetypeinfo.before || exit 1;"
        "  for zone in DMA DMA32 Normal; do"
        "    sed -n \"/^Node 0, zone *$zone\\$/,/start_pfn/p\" $in/zoneinfo.before"
        "      > $FOLDER/recorded;"
        "    grep -Fxv -f $FOLDER/recorded $FOLDER/$zone/zoneinfo && exit 1;"
        "  done;"
        "done; ls $FOLDER/*/*.tmp 2>/dev/null && exit 1; echo all the same",
        0, "all the same");
}

static void the_zone_is_chosen(void **test)
{
    (void)test;
    expect("cd $TRACES/build && $PLUMBLINE import-state -o $FOLDER/p --zone High buddyinfo.before "
           "pagetypeinfo.before zoneinfo.before",
           2, "has no populated zone High; it has 0:DMA 0:DMA32 0:Normal");
    expect("cd $TRACES/build && $PLUMBLINE import-state -o $FOLDER/p --zone 1:DMA buddyinfo.before "
           "pagetypeinfo.before zoneinfo.before",
           2, "has no populated zone DMA");
    expect("! ls $FOLDER/p", 0, "");
    expect("cd $TRACES/build && sed -n '/zone  *DMA$/,/start_pfn/p;/zone  *DMA32$/,/start_pfn/p' "
           "zoneinfo.before > $FOLDER/two && $PLUMBLINE import-state -o $FOLDER/p buddyinfo.before "
           "pagetypeinfo.before $FOLDER/two && rm $FOLDER/p",
           0, "zone 0:DMA32 on opt: 37 lines reported as recorded");
}

/* Files are put in place by their names: what is no file must stay where it is. */
static void only_files_are_replaced(void **test)
{
    (void)test;
    expect("mkfifo $FOLDER/pipe && cd $TRACES/build && $PLUMBLINE import-state --zone DMA "
           "-o $FOLDER/pipe buddyinfo.before pagetypeinfo.before zoneinfo.before",
           3, "pipe: cannot be written: expected a regular file, or none yet");
    expect("mkfifo $FOLDER/zoneinfo && cd $TRACES/build && $PLUMBLINE import-state --zone DMA "
           "--reports $FOLDER buddyinfo.before pagetypeinfo.before zoneinfo.before",
           3, "zoneinfo: cannot be written: expected a regular file, or none yet");
    expect("test -p $FOLDER/pipe && test -p $FOLDER/zoneinfo && rm $FOLDER/pipe $FOLDER/zoneinfo "
           "&& ! ls $FOLDER | grep -E 'info|tmp'",
           0, "");
}

/* One file that can't be written: those that could are as they were. */
static void files_are_written_together(void **test)
{
    (void)test;
    expect("echo zone spanned=8 > $FOLDER/good && mkdir -p $FOLDER/set/zoneinfo && "
           "echo old > $FOLDER/set/buddyinfo && "
           "! $PLUMBLINE export-state --reports $FOLDER/set $FOLDER/good && "
           "cat $FOLDER/set/buddyinfo && ls $FOLDER/set",
           0, "expected a regular file, or none yet\nold\nbuddyinfo\nzoneinfo\n");
    expect("cd $TRACES/build && rm -r $FOLDER/set && mkdir $FOLDER/set && "
           "! $PLUMBLINE import-state --zone DMA -o $FOLDER/none/x --reports $FOLDER/set "
           "buddyinfo.before pagetypeinfo.before zoneinfo.before && ls $FOLDER/set && echo empty",
           0, "none/x: cannot be written: No such file or directory\nempty\n");
    expect("cd $TRACES/build && $PLUMBLINE import-state --zone DMA --reports $FOLDER/set "
           "buddyinfo.before pagetypeinfo.before zoneinfo.before > /dev/full",
           3, "standard output: cannot be written: ");
    expect("cd $TRACES/build && $PLUMBLINE import-state --zone DMA --reports $FOLDER/set "
           "-o $FOLDER/set/buddyinfo buddyinfo.before pagetypeinfo.before zoneinfo.before",
           3, ".tmp: cannot be written: File exists");
    expect("ls $FOLDER/set && echo empty", 0, "empty\n");
    assert_string_equal(test_output, "empty\n");
}

static void bad_usage(void **test)
{
    (void)test;
    expect("$PLUMBLINE import-state --help", 0, "usage: plumbline import-state");
    expect("$PLUMBLINE export-state --help", 0, "usage: plumbline export-state");
    expect("$PLUMBLINE --help", 0, "import-state");
    expect("$PLUMBLINE import-state a b", 2, "a word is missing");
    expect("$PLUMBLINE import-state a b -", 2, "expected files, which are read twice");
    expect("$PLUMBLINE import-state a b c", 2, "c: cannot be opened");
    expect("$PLUMBLINE import-state --zone 0: a b c", 2, "expected NAME or NODE:NAME");
    expect("$PLUMBLINE import-state --fallback 2.6 a b c", 2, "not a valid value: 2.6");
    expect("$PLUMBLINE export-state program", 2, "no --reports DIR");
    expect("$PLUMBLINE export-state --reports '' program", 2, "not a valid value: \"\"");
    expect("$PLUMBLINE import-state --reports= a b c", 2, "not a valid value: \"\"");
    expect("$PLUMBLINE export-state --reports $FOLDER --zone 0: program", 2, "no zone's name");
    expect("$PLUMBLINE export-state --reports $FOLDER absent", 2, "absent: can't read");
    expect("echo zone spanned=0 > $FOLDER/bad; "
           "$PLUMBLINE export-state --reports $FOLDER $FOLDER/bad",
           2, "expected a valid configuration");
    expect("echo zone spanned=8 > $FOLDER/good; "
           "$PLUMBLINE export-state --reports $FOLDER/none $FOLDER/good",
           3, "none/buddyinfo: cannot be written");
    expect("$PLUMBLINE import-ftrace --buddyinfo a -o p z t", 2, "expected together");
    expect("$PLUMBLINE import-ftrace --buddyinfo - --pagetypeinfo a -o p z t", 2, "standard input");
}

/* A wrong count that both files have: no state has it, and nothing is written. */
static void a_wrong_count_writes_nothing(void **test)
{
    (void)test;
    expect("cd $TRACES/build && sed 's/Movable    215/Movable    216/' pagetypeinfo.before "
           "> $FOLDER/wrong && $PLUMBLINE import-state -o $FOLDER/p --reports $FOLDER "
           "buddyinfo.before $FOLDER/wrong zoneinfo.before",
           2,
           "wrong:19:1: zone Normal, order 0: 256 free blocks of all types; expected 255, as in "
           "buddyinfo.before:3");
    expect("! ls $FOLDER/p $FOLDER/buddyinfo $FOLDER/*.tmp", 0, "");
}

/* A trace that starts from a state frees what the state holds. */
static void a_trace_from_a_state(void **test)
{
    (void)test;
    expect("cd $TRACES/build && xz -dc trace.txt.xz | head -n 3000 > $FOLDER/trace && "
           "$PLUMBLINE import-ftrace --buddyinfo buddyinfo.before "
           "--pagetypeinfo pagetypeinfo.before -o $FOLDER/program zoneinfo.before $FOLDER/trace && "
           "$PLUMBLINE diff ref opt --trace $FOLDER/program > $FOLDER/answers; tail -n 1 "
           "$FOLDER/answers; grep -c 'PLUMB_E' $FOLDER/answers",
           1, "no difference");
    assert_non_null(strstr(test_output, "starts from the recorded free blocks"));
    expect("cd $TRACES/build && $PLUMBLINE import-ftrace --buddyinfo zoneinfo.before "
           "--pagetypeinfo pagetypeinfo.before -o $FOLDER/none zoneinfo.before $FOLDER/trace",
           2, "zoneinfo.before:2:1: expected Node NUMBER, zone NAME");
    expect("! ls $FOLDER/none $FOLDER/*.tmp", 0, "");
}

/* Zone DMA of the record has 256 unmovable pages free; what asks for more of them takes the
 * movable ones by the rules that are chosen, v6.12's if none are, and is refused without any. */
static void a_traced_request_falls_back(void **test)
{
    (void)test;
    expect("cd $TRACES/build && for i in $(seq 1 3000); do echo \"t-1 [000] ..... 1.5: "
           "mm_page_alloc: page=1 pfn=$i order=0 migratetype=0 "
           "gfp_flags=GFP_ATOMIC|__GFP_MEMALLOC\"; done > $FOLDER/trace; "
           "for rules in '' --fallback=none '--fallback 4.10' --fallback=6.15; do "
           "$PLUMBLINE import-ftrace $rules --buddyinfo buddyinfo.before "
           "--pagetypeinfo pagetypeinfo.before -o $FOLDER/program zoneinfo.before $FOLDER/trace "
           "> /dev/null || exit 1; $PLUMBLINE diff ref opt $FOLDER/program > /dev/null || exit 1; "
           "printf '%s ' $(sed -n 's/.*\\(fallback=[^ ]*\\).*/\\1/p' $FOLDER/program) "
           "$($PLUMBLINE run $FOLDER/program | grep -c PLUMB_ENOMEM); done",
           0, "fallback=6.12 0 fallback=none 2744 fallback=4.10 0 fallback=6.15 0");
    expect("cd $TRACES/build && for rules in '' --fallback=6.15; do $PLUMBLINE import-state $rules "
           "--zone DMA buddyinfo.before pagetypeinfo.before zoneinfo.before 2> /dev/null "
           "| grep -o 'fallback=[^ ]*'; done",
           0, "fallback=6.12\nfallback=6.15\n");
}

/* ---- a subject whose lists are longer than the kernel counts ---- */

static void long_counters(const void *self, struct plumb_counters *counters)
{
    memset(counters, 0, sizeof(*counters));
    counters->nr_free[0] = *(const uint32_t *)self;
}

static enum plumb_status long_page(const void *self, uint64_t pfn, struct plumb_page *page)
{
    memset(page, 0, sizeof(*page));
    page->state = PAGE_FREE;
    page->next = pfn + 1 < *(const uint32_t *)self ? pfn + 1 : PLUMB_NO_PFN;
    return PLUMB_OK;
}

static uint64_t long_head(const void *self, uint32_t order, uint32_t type)
{
    (void)self;
    return order == 0 && type == MIGRATE_UNMOVABLE ? 0 : PLUMB_NO_PFN;
}

static void long_lists(void **test)
{
    (void)test;
    static const struct subject subject = {
        .name = "long", .counters = long_counters, .page = long_page, .free_list_head = long_head};
    static const struct plumb_config config = {.spanned_pages = 4};
    static const char *const lines[] = {"Unmovable  99999 \n", "Unmovable >100000 \n",
                                        "Unmovable >100000 \n"};
    for (uint32_t i = 0; i < 3; i++) {
        uint32_t length = KERNEL_COUNT_MAX - 1 + i;
        char *text;
        size_t size;
        struct kernel_report report = {&subject, &length, &config, NULL,  3,     "Normal", 1,
                                       4,        false,   false,   false, false, false};
        FILE *out = open_memstream(&text, &size);
        assert_non_null(out);
        report_pagetypeinfo(out, &report);
        report_buddyinfo(out, &report);
        assert_int_equal(fclose(out), 0);
        if (!strstr(text, lines[i]))
            fail_msg("expected \"%s\" in: %s", lines[i], text);
        assert_non_null(strstr(text, "Node    3, zone   Normal, type "));
        assert_non_null(strstr(text, "\nNode 3, zone   Normal            4 \n"));
        free(text);
    }
}

static int make_folder(void **test)
{
    (void)test;
    bool made = mkdtemp(folder) && setenv("FOLDER", folder, 1) == 0 &&
                setenv("TRACES", "harness/traces", 1) == 0;
    return made ? 0 : -1;
}

static int remove_folder(void **test)
{
    (void)test;
    return system("rm -r $FOLDER");
}

int test_import_state_command(int *run)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(recorded_states_come_back),
        cmocka_unit_test(the_zone_is_chosen),
        cmocka_unit_test(only_files_are_replaced),
        cmocka_unit_test(files_are_written_together),
        cmocka_unit_test(bad_usage),
        cmocka_unit_test(a_wrong_count_writes_nothing),
        cmocka_unit_test(a_trace_from_a_state),
        cmocka_unit_test(a_traced_request_falls_back),
        cmocka_unit_test(long_lists),
    };
    *run += (int)(sizeof(tests) / sizeof(tests[0]));
    return cmocka_run_group_tests_name(__func__, tests, make_folder, remove_folder);
}
