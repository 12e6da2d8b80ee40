/* Runs the groups of tests and says how many passed. */
#include "harness/tests/support.h"

#include <stdio.h>

#include "harness/tests/import_fixture.h"

int main(void)
{
    static int (*const groups[])(int *) = {
        test_operations,
        test_operations_parse,
        test_zone_group,
        test_buddy,
        test_pcp,
        test_fallback,
        test_fallback_more,
        test_fallback_6_15,
        test_fallback_6_15_more,
        test_fallback_4_10,
        test_grouping,
        test_thp,
        test_tuning,
        test_tuning_programs,
        test_pcp_disable,
        test_pcp_disable_programs,
        test_page_list,
        test_page_list_programs,
        test_highatomic,
        test_highatomic_4_10,
        test_exact,
        test_exact_bad_calls,
        test_refs,
        test_refs_bad_calls,
        test_isolate,
        test_isolate_bad_calls,
        test_isolate_page,
        test_contig,
        test_contig_order,
        test_contig_bad_calls,
        test_watermark,
        test_bad_calls,
        test_round_trip,
        test_lockstep,
        test_oracles,
        test_shrink,
        test_command,
        test_command_reproduce,
        test_command_files,
        test_import,
        test_import_trace,
        test_import_ftrace,
        test_import_pagetypeinfo,
        test_import_state,
        test_import_state_command,
        test_oracle_clauses,
        test_sizing,
        test_sizing_programs,
    };
    int run = 0, failed = 0;
    for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
        failed += groups[i](&run);
    printf("harness: %d passed, %d failed\n", run - failed, failed);
    return failed ? 1 : 0;
}
