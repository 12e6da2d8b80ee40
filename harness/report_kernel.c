/* Writes buddyinfo, pagetypeinfo and zoneinfo of a subject's zone in the kernel's own format. */
#include "harness/report_kernel.h"

#include <inttypes.h>

static const char *const type_names[MIGRATE_TYPES] = {
    [MIGRATE_UNMOVABLE] = "Unmovable",
    [MIGRATE_MOVABLE] = "Movable",
    [MIGRATE_RECLAIMABLE] = "Reclaimable",
    [MIGRATE_HIGHATOMIC] = "HighAtomic",
    [MIGRATE_CMA] = "CMA",
    [MIGRATE_ISOLATE] = "Isolate",
};

const char *kernel_type_name(uint32_t type)
{
    return type < MIGRATE_TYPES ? type_names[type] : NULL;
}

static struct plumb_counters counters_of(const struct kernel_report *report)
{
    struct plumb_counters counters;
    report->subject->counters(report->zone, &counters);
    return counters;
}

static bool has_type(const struct kernel_report *report, uint32_t type)
{
    return report->types >> type & 1;
}

void report_buddyinfo(FILE *out, const struct kernel_report *report)
{
    struct plumb_counters counters = counters_of(report);
    fprintf(out, "Node %" PRIu32 ", zone %8s ", report->node, report->name);
    for (uint32_t order = 0; order <= report->config->top_order; order++)
        fprintf(out, "%6" PRIu64 " ", counters.nr_free[order]);
    fputc('\n', out);
}

/* ---- pagetypeinfo ---- */

/* Blocks along a free list, at most `limit`. */
static uint64_t list_length(const struct kernel_report *report, uint32_t order, uint32_t type,
                            uint64_t limit)
{
    uint64_t length = 0;
    struct plumb_page page;
    uint64_t pfn = report->subject->free_list_head(report->zone, order, type);
    for (; pfn != PLUMB_NO_PFN && length < limit; pfn = page.next) {
        length++;
        if (report->subject->page(report->zone, pfn, &page) != PLUMB_OK)
            break;
    }
    return length;
}

static void print_lists(FILE *out, const struct kernel_report *report, uint32_t type)
{
    fprintf(out, "Node %4" PRIu32 ", zone %8s, type %12s ", report->node, report->name,
            type_names[type]);
    for (uint32_t order = 0; order <= report->config->top_order; order++) {
        uint64_t length = list_length(report, order, type, KERNEL_COUNT_MAX);
        fprintf(out, "%s%6" PRIu64 " ", length == KERNEL_COUNT_MAX ? ">" : "", length);
    }
    fputc('\n', out);
}

/* The type of the pageblock that holds the pages [pfn, end), MIGRATE_TYPES for a hole. */
static uint32_t pageblock_type(const struct kernel_report *report, uint64_t pfn, uint64_t end)
{
    struct plumb_page page = {.pageblock_type = MIGRATE_TYPES};
    for (; pfn < end; pfn++) {
        if (report->subject->page(report->zone, pfn, &page) != PLUMB_OK)
            return MIGRATE_TYPES;
        if (page.pageblock_type != MIGRATE_ISOLATE || page.state != PAGE_RESERVED)
            return page.pageblock_type;
    }
    return MIGRATE_TYPES;
}

/* Pageblocks and pages of them, by type. */
struct pageblocks {
    uint64_t blocks[MIGRATE_TYPES + 1], pages[MIGRATE_TYPES + 1];
};

static void count_pageblocks(const struct kernel_report *report, struct pageblocks *count)
{
    const struct plumb_config *config = report->config;
    uint64_t size = UINT64_C(1) << config->pageblock_order;
    uint64_t end = config->start_pfn + config->spanned_pages;
    *count = (struct pageblocks){{0}, {0}};
    for (uint64_t pfn = config->start_pfn; pfn < end;) {
        uint64_t next = (pfn / size + 1) * size < end ? (pfn / size + 1) * size : end;
        uint32_t type = pageblock_type(report, pfn, next);
        count->blocks[type]++;
        count->pages[type] += next - pfn;
        pfn = next;
    }
}

static void print_block_counts(FILE *out, const struct kernel_report *report)
{
    struct pageblocks count;
    count_pageblocks(report, &count);
    fprintf(out, "\n%-23s", "Number of blocks type ");
    for (uint32_t type = 0; type < MIGRATE_TYPES; type++)
        if (has_type(report, type))
            fprintf(out, "%12s ", type_names[type]);
    fprintf(out, "\nNode %" PRIu32 ", zone %8s ", report->node, report->name);
    for (uint32_t type = 0; type < MIGRATE_TYPES; type++)
        if (has_type(report, type))
            fprintf(out, "%12" PRIu64 " ", count.blocks[type]);
    fputc('\n', out);
}

void report_pagetypeinfo(FILE *out, const struct kernel_report *report)
{
    uint32_t order = report->config->pageblock_order;
    fprintf(out, "Page block order: %" PRIu32 "\nPages per block:  %" PRIu64 "\n\n", order,
            UINT64_C(1) << order);
    fprintf(out, "%-43s ", "Free pages count per migrate type at order");
    for (order = 0; order <= report->config->top_order; order++)
        fprintf(out, "%6" PRIu32 " ", order);
    fputc('\n', out);
    for (uint32_t type = 0; type < MIGRATE_TYPES; type++)
        if (has_type(report, type))
            print_lists(out, report, type);
    print_block_counts(out, report);
}

/* ---- zoneinfo ---- */

/* The kernel prints the marks with the boost in them. */
static void print_marks(FILE *out, const struct plumb_tunables *tunables)
{
    static const char *const names[PLUMB_NR_WMARKS] = {"min  ", "low  ", "high ", "promo"};
    fprintf(out, "        boost    %" PRIu64 "\n", tunables->watermark_boost);
    for (uint32_t mark = 0; mark < PLUMB_NR_WMARKS; mark++)
        fprintf(out, "        %s    %" PRIu64 "\n", names[mark],
                tunables->wmark[mark] + tunables->watermark_boost);
}

static void print_protection(FILE *out, const struct kernel_report *report)
{
    fprintf(out, "        protection: (%" PRIu64, report->tunables->lowmem_reserve[0]);
    for (uint32_t i = 1; i < report->nr_reserves; i++) {
        uint32_t known = i < PLUMB_NR_ZONES ? i : PLUMB_NR_ZONES - 1;
        fprintf(out, ", %" PRIu64, report->tunables->lowmem_reserve[known]);
    }
    fputs(")\n", out);
}

/* Pages in free blocks of a pageblock and more, isolated ones excluded. */
static uint64_t free_in_whole_blocks(const struct kernel_report *report)
{
    uint64_t pages = 0;
    const struct plumb_config *config = report->config;
    struct plumb_counters counters = counters_of(report);
    for (uint32_t order = config->pageblock_order; order <= config->top_order; order++) {
        uint64_t isolated = list_length(report, order, MIGRATE_ISOLATE, config->spanned_pages);
        pages += (counters.nr_free[order] - isolated) << order;
    }
    return pages;
}

static void print_pagesets(FILE *out, const struct kernel_report *report)
{
    struct plumb_counters counters = counters_of(report);
    fputs("  pagesets\n", out);
    for (uint32_t cpu = 0; cpu < report->config->nr_cpus; cpu++) {
        fprintf(out, "    cpu: %" PRIu32 "\n              count:    %" PRIu32 "\n", cpu,
                counters.pcp_count[cpu]);
        if (!report->no_high)
            fprintf(out, "              high:     %" PRIu32 "\n", report->tunables->pcp_high);
        if (!report->no_batch)
            fprintf(out, "              batch:    %" PRIu32 "\n", report->tunables->pcp_batch);
    }
}

void report_zoneinfo(FILE *out, const struct kernel_report *report)
{
    struct plumb_counters counters = counters_of(report);
    struct pageblocks count;
    count_pageblocks(report, &count);
    fprintf(out, "Node %" PRIu32 ", zone %8s\n", report->node, report->name);
    if (!report->no_free)
        fprintf(out, "  pages free     %" PRIu64 "\n", counters.free_pages);
    print_marks(out, report->tunables);
    if (!report->no_spanned)
        fprintf(out, "        spanned  %" PRIu64 "\n", report->config->spanned_pages);
    fprintf(out, "        managed  %" PRIu64 "\n", counters.managed_pages);
    fprintf(out, "        cma      %" PRIu64 "\n", count.pages[MIGRATE_CMA]);
    if (!report->no_protection)
        print_protection(out, report);
    if (!report->no_free)
        fprintf(out, "      nr_free_pages %" PRIu64 "\n", counters.free_pages);
    fprintf(out, "      nr_free_pages_blocks %" PRIu64 "\n", free_in_whole_blocks(report));
    if (!report->no_free)
        fprintf(out, "      nr_free_cma  %" PRIu64 "\n", counters.free_cma);
    print_pagesets(out, report);
    fprintf(out, "  start_pfn:           %" PRIu64 "\n", report->config->start_pfn);
}
