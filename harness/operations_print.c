/* Programs as text: the printer. */
#include "harness/names.h"

#include <inttypes.h>

static void print_name_or_number(FILE *out, const char *name, uint32_t number)
{
    if (name)
        fputs(name, out);
    else
        fprintf(out, "%" PRIu32, number);
}

static void print_type(FILE *out, uint32_t type)
{
    fputs(" type=", out);
    print_name_or_number(out, migratetype_name(type), type);
}

static void print_flags(FILE *out, uint32_t flags)
{
    fputs(wmark_names[flags & ALLOC_WMARK_MASK], out);
    flags &= ~(uint32_t)ALLOC_WMARK_MASK;
    for (unsigned i = 0; i < NR_FLAG_NAMES; i++) {
        if (!(flags & flag_names[i].bit))
            continue;
        fprintf(out, "|%s", flag_names[i].name);
        flags &= ~flag_names[i].bit;
    }
    if (flags)
        fprintf(out, "|0x%" PRIx32, flags);
}

static void print_list(FILE *out, const char *key, const uint64_t *numbers, unsigned count)
{
    fprintf(out, " %s=", key);
    for (unsigned i = 0; i < count; i++)
        fprintf(out, "%s%" PRIu64, i ? "," : "", numbers[i]);
}

/* Left out where it is the usual one. */
static void print_policy(FILE *out, const char *key, const char *name, uint32_t number)
{
    if (number == 0)
        return;
    fprintf(out, " %s=", key);
    print_name_or_number(out, name, number);
}

static void print_tuning(FILE *out, const struct plumb_config *config)
{
    print_policy(out, "tuning", config->pcp_tuning == 1 ? switch_names[1] : NULL,
                 config->pcp_tuning);
    if (config->pcp_high_max)
        fprintf(out, " high_max=%" PRIu32, config->pcp_high_max);
    if (config->pcp_batch_scale_max)
        fprintf(out, " scale_max=%" PRIu32, config->pcp_batch_scale_max);
    if (config->pcp_free_high_batch)
        fprintf(out, " high_batch=%" PRIu32, config->pcp_free_high_batch);
}

static void print_config(FILE *out, const struct plumb_config *config)
{
    fprintf(out, "zone start_pfn=%" PRIu64 " spanned=%" PRIu64 " top=%" PRIu32, config->start_pfn,
            config->spanned_pages, config->top_order);
    fprintf(out, " pageblock=%" PRIu32 " gen=", config->pageblock_order);
    print_name_or_number(out, generation_name(config->generation), config->generation);
    fprintf(out, " cpus=%" PRIu32 " batch=%" PRIu32 " high=%" PRIu32, config->nr_cpus,
            config->pcp_batch, config->pcp_high);
    fprintf(out, " low=%" PRIu32 " limit=%" PRIu32, config->pcp_low, config->pcp_limit);
    print_list(out, "wmark", config->wmark, PLUMB_NR_WMARKS);
    fprintf(out, " boost=%" PRIu64, config->watermark_boost);
    print_list(out, "reserve", config->lowmem_reserve, PLUMB_NR_ZONES);
    fprintf(out, " highatomic=%" PRIu64 " fallback=", config->nr_reserved_highatomic);
    print_name_or_number(out, fallback_name(config->fallback), config->fallback);
    fprintf(out, " boost_factor=%" PRIu32, config->watermark_boost_factor);
    print_policy(out, "highatomic_reserve", reserve_name(config->highatomic), config->highatomic);
    print_policy(out, "placement", placement_name(config->placement), config->placement);
    print_policy(out, "grouping", config->ungrouped == 1 ? grouping_names[1] : NULL,
                 config->ungrouped);
    if (config->page_refs)
        fprintf(out, " refs=%" PRIu32, config->page_refs);
    print_policy(out, "thp", config->thp == 1 ? switch_names[1] : NULL, config->thp);
    print_tuning(out, config);
    fputc('\n', out);
}

/* Runs of one type: TYPExCOUNT. */
static void print_types(FILE *out, const struct program *program)
{
    if (program->nr_types == 0)
        return;
    fputs("types", out);
    for (uint32_t i = 0, end; i < program->nr_types; i = end) {
        for (end = i + 1; end < program->nr_types && program->types[end] == program->types[i];)
            end++;
        fprintf(out, " %ux%" PRIu32, program->types[i], end - i);
    }
    fputc('\n', out);
}

static void print_change(FILE *out, const struct tunables_change *change)
{
    for (unsigned i = 0; i < NR_TUNABLES; i++)
        if (change->mask >> i & 1)
            fprintf(out, " %s=%" PRIu64, tunable_names[i], tunable_get(&change->to, i));
}

static void print_alloc(FILE *out, const struct operation *operation)
{
    const char *size = operation->kind == OP_ALLOC_EXACT ? "pages" : "order";
    fprintf(out, " cpu=%" PRIu32 " %s=%" PRIu32, operation->cpu, size, operation->order);
    print_type(out, operation->type);
    fputs(" flags=", out);
    print_flags(out, operation->flags);
    fprintf(out, " zoneidx=%" PRIu32 " slot=%" PRIu32, operation->zoneidx, operation->slot);
}

static void print_free(FILE *out, const struct operation *operation)
{
    fprintf(out, " cpu=%" PRIu32, operation->cpu);
    if (operation->kind == OP_FREE_PFN)
        fprintf(out, " pfn=%" PRIu64, operation->pfn);
    else
        fprintf(out, " slot=%" PRIu32, operation->slot);
    if (operation->kind == OP_FREE_PFN || operation->has_order)
        fprintf(out, " order=%" PRIu32, operation->order);
    if (operation->cold)
        fputs(" cold", out);
}

static void print_split(FILE *out, const struct operation *operation)
{
    fprintf(out, " slot=%" PRIu32, operation->slot);
    if (operation->has_order)
        fprintf(out, " order=%" PRIu32, operation->order);
}

static void print_reference(FILE *out, const struct operation *operation)
{
    if (operation->kind == OP_PUT)
        fprintf(out, " cpu=%" PRIu32, operation->cpu);
    fprintf(out, " slot=%" PRIu32, operation->slot);
    if (operation->pages)
        fprintf(out, " page=%" PRIu32, operation->pages);
}

static void print_free_run(FILE *out, const struct operation *operation)
{
    uint64_t pages = operation->kind == OP_FREE_CONTIG ? operation->run : operation->pages;
    fprintf(out, " cpu=%" PRIu32 " slot=%" PRIu32, operation->cpu, operation->slot);
    if (operation->has_order)
        fprintf(out, " pages=%" PRIu64, pages);
}

static void print_free_list(FILE *out, const struct operation *operation)
{
    fprintf(out, " cpu=%" PRIu32 " slot=%" PRIu32 " pages=%" PRIu32, operation->cpu,
            operation->slot, operation->pages);
    if (operation->cold)
        fputs(" cold", out);
}

static void print_watermark_ok(FILE *out, const struct operation *operation)
{
    fprintf(out, " order=%" PRIu32 " mark=%" PRIu64 " zoneidx=%" PRIu32 " flags=", operation->order,
            operation->mark, operation->zoneidx);
    print_flags(out, operation->flags);
    fprintf(out, " free=%" PRId64, operation->free_pages);
}

static void print_sizing(FILE *out, const struct operation *operation)
{
    fprintf(out, " zoneidx=%" PRIu32 " memory=0x%" PRIx64 " min_free=%" PRIu64, operation->zoneidx,
            operation->memory, operation->min_free);
    fprintf(out, " scale=%" PRIu32 " fraction=%" PRIu32 " shape=0x%" PRIx32 " cpus=%" PRIu32,
            operation->flags, operation->order, operation->type, operation->cpu);
}

static void print_unreserve(FILE *out, const struct operation *operation)
{
    print_type(out, operation->type);
    if (operation->cold)
        fputs(" force", out);
}

static void print_isolation(FILE *out, const struct operation *operation)
{
    fprintf(out, " pfn=%" PRIu64, operation->pfn);
    if (operation->kind == OP_UNISOLATE)
        print_type(out, operation->type);
}

static void print_alloc_contig(FILE *out, const struct operation *operation)
{
    fprintf(out, " start=%" PRIu64 " end=%" PRIu64, operation->start, operation->end);
    print_type(out, operation->type);
    fprintf(out, " slot=%" PRIu32, operation->slot);
}

static void print_isolate_page(FILE *out, const struct operation *operation)
{
    fprintf(out, " pfn=%" PRIu64, operation->pfn);
    if (operation->has_order)
        fprintf(out, " order=%" PRIu32, operation->order);
    fprintf(out, " slot=%" PRIu32, operation->slot);
}

void operation_print(FILE *out, const struct program *program, const struct operation *operation)
{
    fputs(operation_names[operation->kind], out);
    switch (operation->kind) {
    case OP_RELEASE:
        fprintf(out, " %" PRIu64 " %" PRIu64, operation->start, operation->end);
        break;
    case OP_ALLOC:
    case OP_ALLOC_EXACT:
        print_alloc(out, operation);
        break;
    case OP_FREE:
    case OP_FREE_PFN:
        print_free(out, operation);
        break;
    case OP_SPLIT:
    case OP_COMPOUND:
        print_split(out, operation);
        break;
    case OP_GET:
    case OP_PUT:
        print_reference(out, operation);
        break;
    case OP_FREE_EXACT:
    case OP_FREE_CONTIG:
        print_free_run(out, operation);
        break;
    case OP_FREE_LIST:
        print_free_list(out, operation);
        break;
    case OP_DRAIN_PAGES:
    case OP_DRAIN_ZONE_PAGES:
    case OP_DECAY:
        fprintf(out, " cpu=%" PRIu32, operation->cpu);
        break;
    case OP_WATERMARK_OK:
        print_watermark_ok(out, operation);
        break;
    case OP_SIZING:
    case OP_SET_SIZES:
        print_sizing(out, operation);
        break;
    case OP_RECLAIM:
        fputs(operation->cold ? " active" : "", out);
        break;
    case OP_PCP_DISABLE:
        fputs(operation->cold ? " disabled" : "", out);
        break;
    case OP_UNRESERVE:
        print_unreserve(out, operation);
        break;
    case OP_ISOLATE:
    case OP_UNISOLATE:
        print_isolation(out, operation);
        break;
    case OP_ALLOC_CONTIG:
        print_alloc_contig(out, operation);
        break;
    case OP_ISOLATE_PAGE:
        print_isolate_page(out, operation);
        break;
    case OP_SET_TUNABLES:
        print_change(out, &program->changes[operation->change]);
        break;
    default:
        break;
    }
}

void program_print(FILE *out, const struct program *program)
{
    print_config(out, &program->config);
    print_types(out, program);
    for (uint32_t i = 0; i < program->nr_operations; i++) {
        operation_print(out, program, &program->operations[i]);
        fputc('\n', out);
    }
}
