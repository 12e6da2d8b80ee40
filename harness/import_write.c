/* Writes files whole or not at all: what they are to hold first goes to temporary files beside
 * them, which then take the files' names. */
#define _POSIX_C_SOURCE 200809L
#include "harness/import.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool import_can_replace(const char *name)
{
    struct stat status;
    if (stat(name, &status) != 0 || S_ISREG(status.st_mode))
        return true;
    fprintf(stderr, "%s: cannot be written: expected a regular file, or none yet\n", name);
    return false;
}

static bool write_failed(const char *name)
{
    fprintf(stderr, "%s: cannot be written: %s\n", name, strerror(errno));
    return false;
}

static void forget(struct import_output *output)
{
    free(output->name);
    free(output->temporary);
}

static bool name_output(struct import_output *output, const char *name)
{
    size_t size = strlen(name) + sizeof(".-9223372036854775808.tmp");
    output->name = strdup(name);
    output->temporary = malloc(size);
    if (!output->name || !output->temporary)
        return false;
    snprintf(output->temporary, size, "%s.%ld.tmp", name, (long)getpid());
    return true;
}

/* What is there already is not this process's: another output, or a file of the user's. */
static bool write_temporary(const struct import_output *output, import_writer *write,
                            const void *what)
{
    FILE *out = fopen(output->temporary, "wbx");
    if (!out)
        return write_failed(errno == EEXIST ? output->temporary : output->name);
    write(out, what);
    bool written = fflush(out) == 0 && !ferror(out);
    if (fclose(out) == 0 && written)
        return true;
    write_failed(output->name);
    remove(output->temporary);
    return false;
}

bool import_outputs_add(struct import_outputs *outputs, const char *name, import_writer *write,
                        const void *what)
{
    struct import_output *output = &outputs->files[outputs->count];
    if (outputs->count == IMPORT_OUTPUTS_MAX) {
        fprintf(stderr, "%s: cannot be written: expected at most %d files\n", name,
                IMPORT_OUTPUTS_MAX);
        return false;
    }
    if (!import_can_replace(name))
        return false;
    bool added =
        name_output(output, name) ? write_temporary(output, write, what) : write_failed(name);
    if (added)
        outputs->count++;
    else
        forget(output);
    return added;
}

bool import_outputs_place(struct import_outputs *outputs)
{
    unsigned placed = 0;
    while (placed < outputs->count &&
           rename(outputs->files[placed].temporary, outputs->files[placed].name) == 0)
        placed++;
    bool all = placed == outputs->count || write_failed(outputs->files[placed].name);
    import_outputs_drop(outputs);
    return all;
}

/* A temporary file that has been placed is there no more. */
void import_outputs_drop(struct import_outputs *outputs)
{
    for (unsigned i = 0; i < outputs->count; i++) {
        remove(outputs->files[i].temporary);
        forget(&outputs->files[i]);
    }
    outputs->count = 0;
}

bool import_write_file(const char *name, import_writer *write, const void *what)
{
    struct import_outputs outputs = {.count = 0};
    return import_outputs_add(&outputs, name, write, what) && import_outputs_place(&outputs);
}
