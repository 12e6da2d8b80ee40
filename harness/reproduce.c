/* A program as C source: a subject that answers as the reference does and writes down each call
 * with its answer. In lockstep with the reference itself, it is asked all that is ever compared.
 * The pure functions of set-up are in reproduce_sizing.c. */
#define _POSIX_C_SOURCE 200809L
#include "harness/reproduce_state.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/lockstep.h"

static void write_lines(FILE *out, const char *const *lines)
{
    for (; *lines; lines++)
        fputs(*lines, out);
}

static void write_frame(FILE *out, const struct program *program)
{
    char *text = NULL;
    size_t length = 0;
    FILE *file = open_memstream(&text, &length);
    fputs("/* The calls of a Plumbline program, with every answer of the proven reference.\n"
          " * cc -std=c11 -I src THIS.c ALLOCATOR.c -o reproduce && ./reproduce\n"
          " * Exit code: 0 all answers are the reference's, 1 one differs, 2 no memory.\n"
          " *\n",
          out);
    recorder.no_memory = !file;
    if (file) {
        program_print(file, program);
        recorder.no_memory = fclose(file) != 0;
    }
    for (char *line = text; line && *line; line = strchr(line, '\n') + 1)
        fprintf(out, " *     %.*s\n", (int)strcspn(line, "\n"), line);
    fputs(" */\n", out);
    free(text);
    write_lines(out, reproduce_frame);
    write_lines(out, reproduce_sizing_frame);
    fputs("int main(void)\n{\n", out);
}

/* ---- calls ---- */

void record_numbers(const uint64_t *numbers, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        fprintf(recorder.out, "%s%" PRIu64 "u", i ? ", " : "", numbers[i]);
}

/* The tail that struct plumb_config and struct plumb_tunables have in common. */
static void write_marks(const uint64_t *wmark, uint64_t boost, const uint64_t *reserve,
                        uint64_t highatomic, uint32_t factor)
{
    fputs("        .wmark = {", recorder.out);
    record_numbers(wmark, PLUMB_NR_WMARKS);
    fprintf(recorder.out, "}, .watermark_boost = %" PRIu64 "u,\n        .lowmem_reserve = {",
            boost);
    record_numbers(reserve, PLUMB_NR_ZONES);
    fprintf(recorder.out,
            "}, .nr_reserved_highatomic = %" PRIu64 "u, .watermark_boost_factor = %" PRIu32 "u",
            highatomic, factor);
}

static void write_types(const struct program *program)
{
    FILE *out = recorder.out;
    fputs("    static const uint8_t types[] = {", out);
    for (uint32_t i = 0; i < program->nr_types; i++)
        fprintf(out, "%s%u", i == 0 ? "" : i % 32 ? ", " : ",\n        ", program->types[i]);
    fprintf(out, "%s};\n", program->nr_types ? "" : "0");
}

static enum plumb_status record_init(void *self, const struct plumb_config *config,
                                     const uint8_t *types)
{
    FILE *out = recorder.out;
    enum plumb_status status = subject_ref.init(recorder.ref, config, types);
    (void)self;
    write_types(recorder.program);
    fprintf(out,
            "    init(&(struct plumb_config){.start_pfn = %" PRIu64 "u, .spanned_pages = %" PRIu64
            "u,\n        .top_order = %u, .pageblock_order = %u, .generation = %u, .nr_cpus = %u,\n"
            "        .pcp_batch = %u, .pcp_high = %u, .pcp_low = %u, .pcp_limit = %u,\n",
            config->start_pfn, config->spanned_pages, config->top_order, config->pageblock_order,
            config->generation, config->nr_cpus, config->pcp_batch, config->pcp_high,
            config->pcp_low, config->pcp_limit);
    write_marks(config->wmark, config->watermark_boost, config->lowmem_reserve,
                config->nr_reserved_highatomic, config->watermark_boost_factor);
    fprintf(out,
            ",\n        .fallback = %u, .highatomic = %u, .placement = %u, .page_refs = %u,\n"
            "        .ungrouped = %u, .pcp_tuning = %u, .pcp_high_max = %u,\n"
            "        .pcp_batch_scale_max = %u, .pcp_free_high_batch = %u, .thp = %u},\n"
            "        types, %s);\n",
            config->fallback, config->highatomic, config->placement, config->page_refs,
            config->ungrouped, config->pcp_tuning, config->pcp_high_max,
            config->pcp_batch_scale_max, config->pcp_free_high_batch, config->thp,
            status_name(status));
    return status;
}

static enum plumb_status record_set_tunables(void *self, const struct plumb_tunables *to)
{
    enum plumb_status status = subject_ref.set_tunables(recorder.ref, to);
    (void)self;
    fprintf(recorder.out,
            "    set_tunables((struct plumb_tunables){.pcp_batch = %u, .pcp_high = %u, "
            ".pcp_low = %u,\n        .pcp_high_max = %u,\n",
            to->pcp_batch, to->pcp_high, to->pcp_low, to->pcp_high_max);
    write_marks(to->wmark, to->watermark_boost, to->lowmem_reserve, to->nr_reserved_highatomic,
                to->watermark_boost_factor);
    fprintf(recorder.out, "}, %s);\n", status_name(status));
    return status;
}

static enum plumb_status record_free_range(void *self, uint64_t start, uint64_t end)
{
    enum plumb_status status = subject_ref.free_range(recorder.ref, start, end);
    (void)self;
    fprintf(recorder.out, "    free_range(%" PRIu64 "u, %" PRIu64 "u, %s);\n", start, end,
            status_name(status));
    return status;
}

static void write_alloc(const char *name, uint32_t cpu, uint32_t size, uint32_t type,
                        uint32_t flags, uint32_t index, uint32_t status, uint64_t pfn)
{
    fprintf(recorder.out, "    %s(%uu, %uu, %uu, 0x%xu, %uu, %s, ", name, cpu, size, type, flags,
            index, status_name(status));
    if (pfn == PLUMB_NO_PFN)
        fputs("PLUMB_NO_PFN);\n", recorder.out);
    else
        fprintf(recorder.out, "%" PRIu64 "u);\n", pfn);
}

static enum plumb_status record_alloc(void *self, uint32_t cpu, uint32_t order, uint32_t type,
                                      uint32_t flags, uint32_t index, uint64_t *pfn)
{
    enum plumb_status status = subject_ref.alloc(recorder.ref, cpu, order, type, flags, index, pfn);
    (void)self;
    write_alloc("alloc", cpu, order, type, flags, index, status, *pfn);
    return status;
}

static enum plumb_status record_free(void *self, uint32_t cpu, uint64_t pfn, uint32_t order,
                                     int cold)
{
    enum plumb_status status = subject_ref.free(recorder.ref, cpu, pfn, order, cold);
    (void)self;
    fprintf(recorder.out, "    free_block(%uu, %" PRIu64 "u, %uu, %d, %s);\n", cpu, pfn, order,
            cold, status_name(status));
    return status;
}

static enum plumb_status record_split_page(void *self, uint64_t pfn, uint32_t order)
{
    enum plumb_status status = subject_ref.split_page(recorder.ref, pfn, order);
    (void)self;
    fprintf(recorder.out, "    split_page(%" PRIu64 "u, %uu, %s);\n", pfn, order,
            status_name(status));
    return status;
}

static enum plumb_status record_alloc_exact(void *self, uint32_t cpu, uint32_t pages, uint32_t type,
                                            uint32_t flags, uint32_t index, uint64_t *pfn)
{
    enum plumb_status status =
        subject_ref.alloc_pages_exact(recorder.ref, cpu, pages, type, flags, index, pfn);
    (void)self;
    write_alloc("alloc_exact", cpu, pages, type, flags, index, status, *pfn);
    return status;
}

static enum plumb_status record_free_exact(void *self, uint32_t cpu, uint64_t pfn, uint32_t pages)
{
    enum plumb_status status = subject_ref.free_pages_exact(recorder.ref, cpu, pfn, pages);
    (void)self;
    fprintf(recorder.out, "    free_exact(%uu, %" PRIu64 "u, %uu, %s);\n", cpu, pfn, pages,
            status_name(status));
    return status;
}

static enum plumb_status record_prep_compound(void *self, uint64_t pfn, uint32_t order)
{
    enum plumb_status status = subject_ref.prep_compound_page(recorder.ref, pfn, order);
    (void)self;
    fprintf(recorder.out, "    prep_compound(%" PRIu64 "u, %uu, %s);\n", pfn, order,
            status_name(status));
    return status;
}

static enum plumb_status record_get_page(void *self, uint64_t pfn)
{
    enum plumb_status status = subject_ref.get_page(recorder.ref, pfn);
    (void)self;
    fprintf(recorder.out, "    get_page(%" PRIu64 "u, %s);\n", pfn, status_name(status));
    return status;
}

static enum plumb_status record_put_page(void *self, uint32_t cpu, uint64_t pfn)
{
    enum plumb_status status = subject_ref.put_page(recorder.ref, cpu, pfn);
    (void)self;
    fprintf(recorder.out, "    put_page(%uu, %" PRIu64 "u, %s);\n", cpu, pfn, status_name(status));
    return status;
}

static enum plumb_status record_drain_pages(void *self, uint32_t cpu)
{
    enum plumb_status status = subject_ref.drain_pages(recorder.ref, cpu);
    (void)self;
    fprintf(recorder.out, "    drain_pages(%uu, %s);\n", cpu, status_name(status));
    return status;
}

static enum plumb_status record_drain_zone_pages(void *self, uint32_t cpu)
{
    enum plumb_status status = subject_ref.drain_zone_pages(recorder.ref, cpu);
    (void)self;
    fprintf(recorder.out, "    drain_zone_pages(%uu, %s);\n", cpu, status_name(status));
    return status;
}

static enum plumb_status record_decay(void *self, uint32_t cpu)
{
    enum plumb_status status = subject_ref.decay_pcp_high(recorder.ref, cpu);
    (void)self;
    fprintf(recorder.out, "    decay(%uu, %s);\n", cpu, status_name(status));
    return status;
}

static enum plumb_status record_reclaim(void *self, int active)
{
    enum plumb_status status = subject_ref.set_reclaim_active(recorder.ref, active);
    (void)self;
    fprintf(recorder.out, "    reclaim(%d, %s);\n", active, status_name(status));
    return status;
}

static enum plumb_status record_pcp_disable(void *self, int disabled)
{
    enum plumb_status status = subject_ref.set_pcp_disabled(recorder.ref, disabled);
    (void)self;
    fprintf(recorder.out, "    pcp_disable(%d, %s);\n", disabled, status_name(status));
    return status;
}

static enum plumb_status record_pcp_tuning(const void *self, uint32_t cpu,
                                           struct plumb_pcp_tuning *tuning)
{
    (void)self;
    return subject_ref.pcp_tuning(recorder.ref, cpu, tuning);
}

static void record_drain_all_pages(void *self)
{
    (void)self;
    subject_ref.drain_all_pages(recorder.ref);
    fputs("    drain_all_pages();\n", recorder.out);
}

static enum plumb_status record_unreserve(void *self, uint32_t type, int force)
{
    enum plumb_status status = subject_ref.unreserve_highatomic(recorder.ref, type, force);
    (void)self;
    fprintf(recorder.out, "    unreserve(%uu, %d, %s);\n", type, force, status_name(status));
    return status;
}

static enum plumb_status record_isolate(void *self, uint64_t pfn)
{
    enum plumb_status status = subject_ref.set_migratetype_isolate(recorder.ref, pfn);
    (void)self;
    fprintf(recorder.out, "    isolate(%" PRIu64 "u, %s);\n", pfn, status_name(status));
    return status;
}

static enum plumb_status record_unisolate(void *self, uint64_t pfn, uint32_t type)
{
    enum plumb_status status = subject_ref.unset_migratetype_isolate(recorder.ref, pfn, type);
    (void)self;
    fprintf(recorder.out, "    unisolate(%" PRIu64 "u, %uu, %s);\n", pfn, type,
            status_name(status));
    return status;
}

static enum plumb_status record_isolate_page(void *self, uint64_t pfn, uint32_t order)
{
    enum plumb_status status = subject_ref.isolate_free_page(recorder.ref, pfn, order);
    (void)self;
    fprintf(recorder.out, "    isolate_page(%" PRIu64 "u, %uu, %s);\n", pfn, order,
            status_name(status));
    return status;
}

static enum plumb_status record_alloc_contig(void *self, uint64_t start, uint64_t end,
                                             uint32_t type)
{
    enum plumb_status status = subject_ref.alloc_contig_range(recorder.ref, start, end, type);
    (void)self;
    fprintf(recorder.out, "    alloc_contig(%" PRIu64 "u, %" PRIu64 "u, %uu, %s);\n", start, end,
            type, status_name(status));
    return status;
}

static enum plumb_status record_free_contig(void *self, uint32_t cpu, uint64_t pfn, uint64_t pages)
{
    enum plumb_status status = subject_ref.free_contig_range(recorder.ref, cpu, pfn, pages);
    (void)self;
    fprintf(recorder.out, "    free_contig(%uu, %" PRIu64 "u, %" PRIu64 "u, %s);\n", cpu, pfn,
            pages, status_name(status));
    return status;
}

static enum plumb_status record_free_list(void *self, uint32_t cpu,
                                          const struct plumb_page_list *list, int cold)
{
    enum plumb_status status = subject_ref.free_page_list(recorder.ref, cpu, list, cold);
    (void)self;
    fprintf(recorder.out, "    free_list(%uu, (struct plumb_page_list){%uu, {", cpu, list->nr);
    record_numbers(list->pfn, list->nr == 0                 ? 1
                              : list->nr < PLUMB_LIST_PAGES ? list->nr
                                                            : PLUMB_LIST_PAGES);
    fprintf(recorder.out, "}}, %d, %s);\n", cold, status_name(status));
    return status;
}

static int record_watermark_ok(const void *self, uint32_t order, uint64_t mark, uint32_t index,
                               uint32_t flags, int64_t free_pages)
{
    int answer = subject_ref.watermark_ok(recorder.ref, order, mark, index, flags, free_pages);
    (void)self;
    /* No literal stands for the lowest number. */
    fprintf(recorder.out, "    watermark_ok(%uu, %" PRIu64 "u, %uu, 0x%xu, (int64_t)%" PRIu64 "u, ",
            order, mark, index, flags, (uint64_t)free_pages);
    fprintf(recorder.out, "%s%s);\n", answer < 0 ? "-" : "",
            answer < 0 ? status_name((uint32_t)-answer)
            : answer   ? "1"
                       : "0");
    return answer;
}

/* ---- the subject ---- */

static void *record_open(void)
{
    recorder.ref = subject_ref.open();
    return recorder.ref;
}

static void record_close(void *self)
{
    subject_ref.close(self);
    free(recorder.free.pfns);
    free(recorder.pcp.pfns);
}

static const struct subject subject_recorder = {
    .version = SUBJECT_VERSION,
    .name = "recorder",
    .open = record_open,
    .close = record_close,
    .init = record_init,
    .set_tunables = record_set_tunables,
    .free_range = record_free_range,
    .alloc = record_alloc,
    .free = record_free,
    .split_page = record_split_page,
    .alloc_pages_exact = record_alloc_exact,
    .free_pages_exact = record_free_exact,
    .prep_compound_page = record_prep_compound,
    .get_page = record_get_page,
    .put_page = record_put_page,
    .drain_pages = record_drain_pages,
    .drain_zone_pages = record_drain_zone_pages,
    .drain_all_pages = record_drain_all_pages,
    .decay_pcp_high = record_decay,
    .set_reclaim_active = record_reclaim,
    .set_pcp_disabled = record_pcp_disable,
    .unreserve_highatomic = record_unreserve,
    .set_migratetype_isolate = record_isolate,
    .unset_migratetype_isolate = record_unisolate,
    .isolate_free_page = record_isolate_page,
    .alloc_contig_range = record_alloc_contig,
    .free_contig_range = record_free_contig,
    .free_page_list = record_free_list,
    .watermark_ok = record_watermark_ok,
    .counters = record_counters,
    .page = record_page,
    .free_list_head = record_free_head,
    .pcp_list_head = record_pcp_head,
    .pcp_tuning = record_pcp_tuning,
    .sizing = &record_sizing,
};

static bool record_run(struct lockstep *lockstep)
{
    const struct lockstep_options options = {.skip_oracles = true};
    struct difference difference;
    write_frame(recorder.out, recorder.program);
    if (record_too_long())
        return false;
    int result = lockstep_run(lockstep, recorder.program, &options, &difference);
    fputs("    puts(\"no difference\");\n    free(zone);\n    return 0;\n}\n", recorder.out);
    return result == 0;
}

enum reproduced reproduce(const struct program *program, char **text, size_t *length)
{
    *text = NULL;
    recorder = (struct recorder){.out = open_memstream(text, length),
                                 .program = program,
                                 .free = {.name = "free_heads"},
                                 .pcp = {.name = "pcp_heads"}};
    if (!recorder.out)
        return REPRODUCE_NO_MEMORY;
    struct lockstep *lockstep = lockstep_open(&subject_recorder, &subject_ref);
    bool done = lockstep && record_run(lockstep);
    bool too_long = record_too_long();
    lockstep_close(lockstep);
    bool written = !ferror(recorder.out);
    if (fclose(recorder.out) == 0 && written && done && !too_long && !recorder.no_memory)
        return REPRODUCED;
    free(*text);
    *text = NULL;
    return too_long ? REPRODUCE_TOO_LONG : REPRODUCE_NO_MEMORY;
}
