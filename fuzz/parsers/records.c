/* Any bytes as binary records: always a program, within its limits, that prints as text that stands
 * for the same program. */
#include "fuzz/parsers/parser.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct program program;
    if (!program.max_operations)
        expect(program_reserve_records(&program), "there is memory for all records");
    const struct operation *room = program.operations;
    expect(program_decode(&program, data, size), "every byte string is a program");
    expect(program.operations == room, "decoding allocates nothing");
    expect(program.nr_operations <= RECORD_MAX_OPERATIONS + RECORD_MAX_RELEASES,
           "a program has at most 1024 operations and the header's releases");
    expect(config_is_valid(&program.config), "a record's zone is valid");
    expect_round_trip(&program);
    return 0;
}
