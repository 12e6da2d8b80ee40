/* The state of a recorded program's zone, as C source. */
#define _POSIX_C_SOURCE 200809L
#include "harness/reproduce_state.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/state.h"

struct recorder recorder;

bool record_too_long(void)
{
    return ftello(recorder.out) > REPRODUCE_MAX;
}

static void write_pfn(FILE *out, const char *name, uint64_t pfn)
{
    if (pfn == PLUMB_NO_PFN)
        fprintf(out, ".%s = PLUMB_NO_PFN", name);
    else
        fprintf(out, ".%s = %" PRIu64 "u", name, pfn);
}

static void write_run(void)
{
    static const char *const states[] = {"PAGE_TAIL", "PAGE_RESERVED", "PAGE_USED", "PAGE_PCP",
                                         "PAGE_FREE"};
    FILE *out = recorder.out;
    const struct run *run = &recorder.run;
    if (!run->is_open)
        return;
    fprintf(out,
            "    pages(%" PRIu64 "u, %" PRIu64 "u, (struct plumb_page){.state = %s, .order = %u, "
            ".type = %u, .cpu = %u, .pageblock_type = %u, ",
            run->first, run->last, states[run->page.state], run->page.order, run->page.type,
            run->page.cpu, run->page.pageblock_type);
    if (run->page.movable)
        fputs(".movable = 1, ", out);
    if (run->page.compound)
        fputs(".compound = 1, ", out);
    if (run->page.refs)
        fprintf(out, ".refs = %" PRIu32 ", ", run->page.refs);
    write_pfn(out, "next", run->page.next);
    fputs(", ", out);
    write_pfn(out, "prev", run->page.prev);
    fputs("});\n", out);
    recorder.run.is_open = false;
}

enum plumb_status record_page(const void *self, uint64_t pfn, struct plumb_page *page)
{
    struct run *run = &recorder.run;
    enum plumb_status status = subject_ref.page(recorder.ref, pfn, page);
    (void)self;
    if (run->is_open && run->last + 1 == pfn && state_same_page(&run->page, page)) {
        run->last = pfn;
        return status;
    }
    write_run();
    *run = (struct run){pfn, pfn, *page, true};
    return record_too_long() ? PLUMB_NR_STATUS : status;
}

static void note_head(struct heads *heads, uint32_t list, uint64_t pfn)
{
    if (list >= heads->room) {
        uint32_t room = 2 * (list + 1);
        uint64_t *pfns = realloc(heads->pfns, room * sizeof(*pfns));
        recorder.no_memory |= !pfns;
        if (!pfns)
            return;
        heads->pfns = pfns;
        heads->room = room;
    }
    heads->pfns[list] = pfn;
    heads->count = list + 1;
}

static void write_heads(const struct heads *heads, uint32_t count)
{
    FILE *out = recorder.out;
    uint32_t listed = 0;
    if (heads->count != count)
        return;
    fprintf(out, "    %s((const struct head[]){", heads->name);
    for (uint32_t list = 0; list < count; list++) {
        if (heads->pfns[list] == PLUMB_NO_PFN)
            continue;
        fprintf(out, "%s{%" PRIu32 ", %" PRIu64 "u}", listed ? ", " : "", list, heads->pfns[list]);
        listed++;
    }
    fprintf(out, "%s}, %" PRIu32 ");\n", listed ? "" : "{0, 0}", listed);
}

uint64_t record_free_head(const void *self, uint32_t order, uint32_t type)
{
    uint64_t pfn = subject_ref.free_list_head(recorder.ref, order, type);
    (void)self;
    write_run();
    note_head(&recorder.free, order * MIGRATE_TYPES + type, pfn);
    write_heads(&recorder.free, (recorder.program->config.top_order + 1) * MIGRATE_TYPES);
    return pfn;
}

uint64_t record_pcp_head(const void *self, uint32_t cpu, uint32_t index)
{
    uint64_t pfn = subject_ref.pcp_list_head(recorder.ref, cpu, index);
    (void)self;
    note_head(&recorder.pcp, cpu * PLUMB_NR_PCP_LISTS + index, pfn);
    write_heads(&recorder.pcp, recorder.program->config.nr_cpus * PLUMB_NR_PCP_LISTS);
    return pfn;
}

static void write_total(const char *name, uint64_t before, uint64_t now)
{
    if (before != now)
        fprintf(recorder.out, "    expected.%s = %" PRIu64 "u;\n", name, now);
}

static void write_place(const char *name, unsigned i, uint64_t before, uint64_t now)
{
    if (before != now)
        fprintf(recorder.out, "    expected.%s[%u] = %" PRIu64 "u;\n", name, i, now);
}

static void write_tuning(void)
{
    const struct plumb_config *config = &recorder.program->config;
    for (uint32_t cpu = 0; cpu < config->nr_cpus && config->pcp_tuning; cpu++) {
        struct plumb_pcp_tuning *before = &recorder.tuning[cpu], now = *before;
        subject_ref.pcp_tuning(recorder.ref, cpu, &now);
        if (memcmp(before, &now, sizeof(now)) == 0)
            continue;
        fprintf(recorder.out,
                "    expected_tuning[%u] = (struct plumb_pcp_tuning){%u, %u, %u, %u, %u, %u};\n",
                cpu, now.high, now.alloc_factor, now.free_count, now.prev_free_high_order,
                now.below_high, now.reclaim_active);
        *before = now;
    }
}

void record_counters(const void *self, struct plumb_counters *now)
{
    struct plumb_counters *before = &recorder.written;
    (void)self;
    subject_ref.counters(recorder.ref, now);
    write_total("managed_pages", before->managed_pages, now->managed_pages);
    write_total("free_pages", before->free_pages, now->free_pages);
    write_total("free_cma", before->free_cma, now->free_cma);
    write_total("free_highatomic", before->free_highatomic, now->free_highatomic);
    write_total("isolated_pages", before->isolated_pages, now->isolated_pages);
    write_total("pcp_pages", before->pcp_pages, now->pcp_pages);
    write_total("used_pages", before->used_pages, now->used_pages);
    write_total("watermark_boost", before->watermark_boost, now->watermark_boost);
    write_total("nr_reserved_highatomic", before->nr_reserved_highatomic,
                now->nr_reserved_highatomic);
    for (unsigned i = 0; i < PLUMB_NR_ORDERS; i++)
        write_place("nr_free", i, before->nr_free[i], now->nr_free[i]);
    for (unsigned i = 0; i < PLUMB_MAX_CPUS; i++)
        write_place("pcp_count", i, before->pcp_count[i], now->pcp_count[i]);
    write_tuning();
    fputs("    counters();\n", recorder.out);
    *before = *now;
    now->managed_pages += record_too_long();
}
