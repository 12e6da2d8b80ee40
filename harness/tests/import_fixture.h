/* What the importer's tests share: a zoneinfo, and sources that read from memory. */
#ifndef HARNESS_TESTS_IMPORT_FIXTURE_H
#define HARNESS_TESTS_IMPORT_FIXTURE_H

#include "harness/import.h"
#include "harness/tests/support.h"

/* The importer's groups, for main.c. */
int test_import(int *run);
int test_import_trace(int *run);
int test_import_ftrace(int *run);
int test_import_pagetypeinfo(int *run);
int test_import_state(int *run);
int test_import_state_command(int *run);

/* DMA holds pfns 1 .. 4095, Normal 4096 .. 69631; Movable is empty. */
static const char good_zoneinfo[] = "Node 0, zone      DMA\n"
                                    "  per-node stats\n"
                                    "      nr_inactive_anon 27278\n"
                                    "  pages free     3840\n"
                                    "        min      32\n"
                                    "        low      40\n"
                                    "        high     48\n"
                                    "        spanned  4095\n"
                                    "        present  3998\n"
                                    "        managed  3840\n"
                                    "        protection: (0, 500, 500)\n"
                                    "  pagesets\n"
                                    "    cpu: 0\n"
                                    "              count:    0\n"
                                    "              high:     0\n"
                                    "              batch:    1\n"
                                    "  start_pfn:           1\n"
                                    "Node 0, zone   Normal\n"
                                    "  pages free     50000\n"
                                    "        boost    10\n"
                                    "        min      110\n"
                                    "        low      120\n"
                                    "        high     130\n"
                                    "        promo    140\n"
                                    "        spanned  65536\n"
                                    "        present  65000\n"
                                    "        managed  60000\n"
                                    "        cma      0\n"
                                    "        protection: (0, 0, 0)\n"
                                    "      nr_free_pages 50000\n"
                                    "  pagesets\n"
                                    "    cpu: 0\n"
                                    "              count:    41\n"
                                    "              high:     400\n"
                                    "              batch:    31\n"
                                    "              high_min: 290\n"
                                    "  vm stats threshold: 28\n"
                                    "    cpu: 1\n"
                                    "              count:    3\n"
                                    "              high:     300\n"
                                    "              batch:    31\n"
                                    "  node_unreclaimable:  0\n"
                                    "  start_pfn:           4096\n"
                                    "Node 0, zone  Movable\n"
                                    "  pages free     0\n"
                                    "        min      32\n"
                                    "        spanned  0\n"
                                    "        present  0\n"
                                    "        managed  0\n"
                                    "        protection: (0, 0, 0)\n";

enum { ERRORS_MAX = 1024 };

static inline struct import_source *open_bytes(const char *bytes, size_t length)
{
    struct import_source *source = calloc(1, sizeof(*source));
    assert_non_null(source);
    source->name = "input";
    source->file = tmpfile();
    source->errors = tmpfile();
    assert_non_null(source->file);
    assert_non_null(source->errors);
    assert_int_equal(fwrite(bytes, 1, length, source->file), length);
    rewind(source->file);
    return source;
}

/* The messages so far, at most ERRORS_MAX - 1 bytes of them. */
static inline void read_errors(struct import_source *source, char *errors)
{
    rewind(source->errors);
    errors[fread(errors, 1, ERRORS_MAX - 1, source->errors)] = '\0';
}

static inline void close_source(struct import_source *source)
{
    fclose(source->errors);
    import_close(source);
    free(source);
}

/* errors: room for ERRORS_MAX bytes, or NULL. */
static inline bool read_zoneinfo(const char *text, struct import_zoneinfo *info, char *errors)
{
    struct import_source *source = open_bytes(text, strlen(text));
    source->name = "zoneinfo";
    bool good = import_zoneinfo_read(source, info);
    if (errors)
        read_errors(source, errors);
    close_source(source);
    return good;
}

/* Copies text with the last occurrence of `from` replaced. */
static inline void replace(char *out, size_t size, const char *text, const char *from,
                           const char *to)
{
    const char *found = NULL;
    for (const char *at = strstr(text, from); at; at = strstr(at + 1, from))
        found = at;
    assert_non_null(found);
    int written =
        snprintf(out, size, "%.*s%s%s", (int)(found - text), text, to, found + strlen(from));
    assert_in_range(written, 0, size - 1);
}

#endif
