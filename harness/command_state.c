/* `plumbline import-state` and `export-state`: a zone's state from and to the kernel's reports. */
#include "harness/command.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/import_state.h"

enum { NAME_BYTES = 4096 };

static const char import_help[] =
    "usage: plumbline import-state [--zone NAME] [--fallback RULES] [-o PROGRAM] [--reports DIR]\n"
    "                              BUDDYINFO PAGETYPEINFO ZONEINFO\n"
    "Makes the program that builds a zone with exactly the free blocks by order and migratetype,\n"
    "pageblocks by type, per-CPU counts, marks, boost, reserves, batch and size that these files\n"
    "of /proc tell of. Runs it on ref and opt in lockstep and compares what each reports of its\n"
    "zone with the lines of the files, byte for byte, before anything is written.\n"
    "  --zone NAME    which zone, NODE:NAME of which node; else the one that manages most pages\n"
    "  --fallback RULES  of the kernel that was recorded: 4.10, 6.12 (if not given), 6.15, or "
    "none\n"
    "  -o PROGRAM     where the program goes, not to standard output\n"
    "  --reports DIR  writes the reports of ref's zone there: buddyinfo, pagetypeinfo, zoneinfo\n"
    "Free blocks lie in the lowest pageblocks of their type, the largest first; everything else\n"
    "that is managed is used, in the largest blocks there are room for. Per-CPU pages are single\n"
    "pages, of each type its share of the used ones. Reserved pages come last. Pageblocks in "
    "holes\n"
    "are of type ISOLATE, as memory is before it goes online, and do not count. The model has\n"
    "no \"present\"; the zone does not tune its lists, so high_min and high_max are left out, and\n"
    "of one per-CPU high, the highest of the CPUs': where they differ their lines are left out. A\n"
    "zone spans at most 2^23 pages.\n"
    "Exit codes: 0 done; 1 a report or the lockstep differs; 2 bad usage or input; 3 no memory, "
    "or\n"
    "a file that can't be written.\n";

static const char export_help[] =
    "usage: plumbline export-state [--subject S] [--zone NODE:NAME] [--no-cma] --reports DIR\n"
    "                              PROGRAM\n"
    "Runs a program on one subject and writes what the kernel would report of the zone then, to\n"
    "DIR/buddyinfo, DIR/pagetypeinfo and DIR/zoneinfo (the lines the model has values for).\n"
    "  --subject S       ref if not given; opt, or the path of a shared object\n"
    "  --zone NODE:NAME  what the zone is called; 0:Normal if not given\n"
    "  --no-cma          as of a kernel without CMA: no line and column of that type\n"
    "Exit codes: 0 done; 1 a theorem's oracle answered no; 2 bad usage or input; 3 no memory, no\n"
    "such subject, or a file that can't be written.\n";

static int no_memory(void)
{
    fputs("plumbline: no memory\n", stderr);
    return EXIT_BROKEN;
}

/* ---- reports ---- */

static void write_buddyinfo(FILE *out, const void *what)
{
    report_buddyinfo(out, what);
}

static void write_pagetypeinfo(FILE *out, const void *what)
{
    report_pagetypeinfo(out, what);
}

static void write_zoneinfo(FILE *out, const void *what)
{
    report_zoneinfo(out, what);
}

static int add_reports(struct import_outputs *outputs, const struct kernel_report *report,
                       const char *folder)
{
    static const struct {
        const char *name;
        import_writer *write;
    } files[] = {{"buddyinfo", write_buddyinfo},
                 {"pagetypeinfo", write_pagetypeinfo},
                 {"zoneinfo", write_zoneinfo}};
    char name[NAME_BYTES];
    for (unsigned i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        int length = snprintf(name, sizeof(name), "%s/%s", folder, files[i].name);
        if (length < 0 || (size_t)length >= sizeof(name)) {
            fprintf(stderr, "%s: expected a shorter name\n", folder);
            return EXIT_BAD_INPUT;
        }
        if (!import_outputs_add(outputs, name, files[i].write, report))
            return EXIT_BROKEN;
    }
    return EXIT_SAME;
}

/* All of the files, or none if something went wrong. */
static int place(struct import_outputs *outputs, int code)
{
    if (code == EXIT_SAME)
        return import_outputs_place(outputs) ? EXIT_SAME : EXIT_BROKEN;
    import_outputs_drop(outputs);
    return code;
}

/* Runs a program to its last operation and leaves the zones as they are then. */
static int run(struct lockstep *lockstep, const struct program *program)
{
    struct difference difference;
    const struct lockstep_options options = {.check_every = program->nr_operations,
                                             .skip_end = true};
    int result = lockstep_run(lockstep, program, &options, &difference);
    if (result == 2)
        return no_memory();
    if (result == 1)
        difference_print(stderr, lockstep, program, &difference);
    return result ? EXIT_DIFFERENCE : EXIT_SAME;
}

/* ---- import-state ---- */

struct import {
    const struct arguments *arguments;
    struct import_state_files files;
    struct import_zoneinfo info;
    struct import_state state;
    struct import_state_lost lost;
    struct program program;
    struct lockstep *lockstep;
    struct kernel_report reports[2];
};

static int read_state(struct import *import, struct import_source *source)
{
    uint32_t node = UINT32_MAX;
    const char *name = NULL, *file = import->files.zoneinfo;
    if (import->arguments->zone && !import_scan_zone(import->arguments->zone, &name, &node)) {
        fprintf(stderr, "plumbline: --zone %s; expected NAME or NODE:NAME\n",
                import->arguments->zone);
        return EXIT_BAD_INPUT;
    }
    if (!import_open(source, file))
        return EXIT_BAD_INPUT;
    bool good = import_zoneinfo_read(source, &import->info);
    import_close(source);
    const struct import_zone *zone =
        good ? import_state_zone(&import->info, file, name, node, stderr) : NULL;
    if (!zone || !import_state_read(&import->state, zone, &import->files, stderr))
        return EXIT_BAD_INPUT;
    return EXIT_SAME;
}

static int make_program(struct import *import)
{
    const struct import_state_options options = {.whole_span = true};
    int code =
        import_state_program(&import->program, &import->state, &options, &import->lost, stderr);
    import->program.config.fallback = import->arguments->fallback;
    return code;
}

/* The lines of this record for which the model has no values. */
static void print_left_out(const struct kernel_report *report, const struct import_state *state)
{
    if (report->no_free)
        fprintf(stderr,
                "not compared: pages free %" PRIu64
                ", which the kernel counts CPU by CPU and is not the sum of its lists\n",
                state->zone->nr_free);
    if (report->no_protection)
        fputs("not compared: protection, whose last numbers are of zones the model has not\n",
              stderr);
    if (report->no_high)
        fputs("not compared: high, which is above 65536 or not the same for all CPUs\n", stderr);
    if (report->no_batch)
        fputs("not compared: batch, which is 0 or not the same for all CPUs\n", stderr);
}

/* Both zones must be the same, and both must report what was recorded. */
static int check_zones(struct import *import)
{
    static const struct subject *const subjects[2] = {&subject_ref, &subject_opt};
    int code = command_open(&import->lockstep, "ref", "opt");
    if (code == EXIT_SAME)
        code = run(import->lockstep, &import->program);
    for (unsigned i = 0; i < 2 && code == EXIT_SAME; i++) {
        struct kernel_report *report = &import->reports[i];
        uint64_t lines = 0;
        import_state_report(report, &import->state, &import->program.config);
        report->subject = subjects[i];
        report->zone = lockstep_zone(import->lockstep, i);
        report->tunables = lockstep_tunables(import->lockstep);
        if (!import_state_same(report, &import->files, &lines, stderr))
            return EXIT_DIFFERENCE;
        fprintf(stderr, "zone %" PRIu32 ":%s on %s: %" PRIu64 " lines reported as recorded\n",
                report->node, report->name, subjects[i]->name, lines);
    }
    if (code == EXIT_SAME)
        print_left_out(&import->reports[0], &import->state);
    return code;
}

/* The reports, and the program with them or to standard output. */
static int write_state(const struct import *import)
{
    const char *folder = import->arguments->reports, *name = import->arguments->output;
    struct import_outputs outputs = {.count = 0};
    int code = folder ? add_reports(&outputs, &import->reports[0], folder) : EXIT_SAME;
    if (code == EXIT_SAME && !name)
        code = command_write(&import->program, NULL);
    else if (code == EXIT_SAME)
        code = import_outputs_add(&outputs, name, command_print, &import->program) ? EXIT_SAME
                                                                                   : EXIT_BROKEN;
    return place(&outputs, code);
}

static int import_state(struct import *import, struct import_source *source)
{
    int code = read_state(import, source);
    if (code == EXIT_SAME)
        code = make_program(import);
    if (code == EXIT_SAME)
        code = check_zones(import);
    return code == EXIT_SAME ? write_state(import) : code;
}

int import_state_main(int argc, char **argv)
{
    struct arguments arguments;
    if (!arguments_parse(&arguments, argc, argv, "ozdb", 3, import_help))
        return EXIT_BAD_INPUT;
    if (arguments.help)
        return EXIT_SAME;
    for (unsigned i = 0; i < arguments.nr_words; i++) {
        if (strcmp(arguments.words[i], "-") == 0) {
            fputs("plumbline: standard input; expected files, which are read twice\n", stderr);
            return EXIT_BAD_INPUT;
        }
    }
    struct import *import = calloc(1, sizeof(*import));
    struct import_source *source = malloc(sizeof(*source));
    int code = EXIT_BROKEN;
    if (import && source) {
        import->arguments = &arguments;
        import->files =
            (struct import_state_files){arguments.words[0], arguments.words[1], arguments.words[2]};
        program_init(&import->program);
        code = import_state(import, source);
        lockstep_close(import->lockstep);
        program_free(&import->program);
    } else {
        no_memory();
    }
    free(source);
    free(import);
    return code;
}

/* ---- export-state ---- */

static int export_state(const struct arguments *arguments, struct program *program,
                        struct lockstep **lockstep, struct kernel_report *report)
{
    const char *why;
    struct import_outputs outputs = {.count = 0};
    int code = command_read(program, arguments->words[0], 0);
    if (code == EXIT_SAME && !config_is_valid(&program->config)) {
        fprintf(stderr, "%s: a zone outside the limits; expected a valid configuration\n",
                arguments->words[0]);
        code = EXIT_BAD_INPUT;
    }
    if (code == EXIT_SAME)
        code = command_open(lockstep, arguments->subject, NULL);
    if (code == EXIT_SAME)
        code = run(*lockstep, program);
    if (code != EXIT_SAME)
        return code;
    report->subject = subject_find(arguments->subject, &why);
    report->zone = lockstep_zone(*lockstep, 0);
    report->config = &program->config;
    report->tunables = lockstep_tunables(*lockstep);
    return place(&outputs, add_reports(&outputs, report, arguments->reports));
}

int export_state_main(int argc, char **argv)
{
    struct arguments arguments;
    struct program program;
    struct lockstep *lockstep = NULL;
    struct kernel_report report = {.name = "Normal", .types = KERNEL_ALL_TYPES};
    if (!arguments_parse(&arguments, argc, argv, "szdm", 1, export_help))
        return EXIT_BAD_INPUT;
    if (arguments.help)
        return EXIT_SAME;
    if (!arguments.reports ||
        (arguments.zone && !import_scan_zone(arguments.zone, &report.name, &report.node))) {
        fprintf(stderr, "plumbline: %s; expected\n%s",
                arguments.reports ? "no zone's name behind --zone" : "no --reports DIR",
                export_help);
        return EXIT_BAD_INPUT;
    }
    report.nr_reserves = PLUMB_NR_ZONES;
    if (arguments.no_cma)
        report.types &= ~(1u << MIGRATE_CMA);
    program_init(&program);
    int code = export_state(&arguments, &program, &lockstep, &report);
    lockstep_close(lockstep);
    program_free(&program);
    return code;
}
