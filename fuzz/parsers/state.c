/* Any bytes as the three files of a zone's state (buddyinfo, pagetypeinfo, zoneinfo, with lines "="
 * between): refused with file, line and column, or a program whose zone is valid. */
#define _GNU_SOURCE /* memfd_create, memmem */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz/parsers/parser.h"
#include "harness/import_state.h"

enum { NR_FILES = 3 };

static int files[NR_FILES];
static char names[NR_FILES][32];

/* Files in memory, made once: the importer takes names. */
static void make_files(void)
{
    for (unsigned i = 0; i < NR_FILES && !names[i][0]; i++) {
        files[i] = memfd_create("state", 0);
        expect(files[i] >= 0, "there are files in memory");
        snprintf(names[i], sizeof(names[i]), "/proc/self/fd/%d", files[i]);
    }
}

static void fill_files(const uint8_t *data, size_t size)
{
    for (unsigned i = 0; i < NR_FILES; i++) {
        const uint8_t *line = i + 1 < NR_FILES && size ? memmem(data, size, "\n=\n", 3) : NULL;
        size_t length = line ? (size_t)(line - data) + 1 : size;
        expect(ftruncate(files[i], 0) == 0 && pwrite(files[i], data, length, 0) == (ssize_t)length,
               "a file in memory can be written");
        data += line ? length + 2 : size;
        size -= line ? length + 2 : size;
    }
}

/* "/proc/self/fd/3:LINE:COLUMN: WORDS" */
static void check_messages(char *text)
{
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        char *end = NULL;
        char *place = strchr(line, ':');
        expect(strncmp(line, "/proc/self/fd/", 14) == 0 && place, "a message names a file");
        expect(strtoull(place + 1, &end, 10) >= 1 && *end == ':', "a message names a line");
        expect(strtoull(end + 1, &end, 10) >= 1 && *end == ':', "a message names a column");
    }
}

static void check_program(const struct import_state *state, FILE *errors)
{
    struct import_state_lost lost = {0};
    struct import_state_options options = {0};
    struct program program;
    program_init(&program);
    if (import_state_program(&program, state, &options, &lost, errors) == IMPORT_OK) {
        expect(config_is_valid(&program.config), "a state's program has a valid zone");
        expect_round_trip(&program);
    }
    program_free(&program);
}

static void check_state(const struct import_zoneinfo *info, FILE *errors)
{
    static struct import_state state;
    const struct import_state_files read = {names[0], names[1], names[2]};
    const struct import_zone *zone = import_state_zone(info, names[2], NULL, UINT32_MAX, errors);
    if (zone && import_state_read(&state, zone, &read, errors))
        check_program(&state, errors);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct import_zoneinfo info;
    static struct import_source source;
    char *text = NULL;
    size_t length = 0;
    FILE *errors = open_memstream(&text, &length);
    expect(errors != NULL, "a file in memory opens");
    make_files();
    fill_files(data, size);
    expect(import_open(&source, names[2]), "a file in memory opens by its name");
    source.errors = errors;
    if (import_zoneinfo_read(&source, &info))
        check_state(&info, errors);
    import_close(&source);
    expect(fclose(errors) == 0, "a file in memory closes");
    check_messages(text);
    free(text);
    return 0;
}
