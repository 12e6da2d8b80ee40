/* Differences: when two are the same finding, and the report for a reader. */
#include <inttypes.h>
#include <string.h>

#include "harness/lockstep.h"
#include "harness/sizing.h"

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

bool difference_same(const struct difference *a, const struct difference *b)
{
    return a->kind == b->kind && a->side == b->side && same_text(a->field, b->field) &&
           same_text(a->theorem, b->theorem);
}

static const char *const page_states[] = {"TAIL", "RESERVED", "USED", "PCP", "FREE"};

static void print_pfn(FILE *out, uint64_t pfn)
{
    if (pfn == PLUMB_NO_PFN)
        fputs("none", out);
    else
        fprintf(out, "%" PRIu64, pfn);
}

static bool is_status(const struct difference *difference)
{
    return difference->kind == DIFFERENCE_STATUS || difference->kind == DIFFERENCE_INIT ||
           same_text(difference->field, "page (status)");
}

static bool is_pfn(const struct difference *difference)
{
    return difference->kind == DIFFERENCE_PFN || difference->kind == DIFFERENCE_HEAD ||
           same_text(difference->field, "page.next") || same_text(difference->field, "page.prev");
}

static void print_value(FILE *out, const struct difference *difference, uint64_t value)
{
    const char *field = difference->field;
    if (is_status(difference))
        fprintf(out, "%s (%s)", status_name((uint32_t)value), status_explain((uint32_t)value));
    else if (is_pfn(difference))
        print_pfn(out, value);
    else if (difference->kind == DIFFERENCE_ANSWER)
        fprintf(out, "%" PRId64, (int64_t)value);
    else if (same_text(field, "page.state") && value <= PAGE_FREE)
        fputs(page_states[value], out);
    else if (same_text(field, "page.pageblock_type") && value < MIGRATE_TYPES)
        fputs(migratetype_name((uint32_t)value), out);
    else
        fprintf(out, "%" PRIu64, value);
}

/* Which page, counter or list it is. */
static void print_where(FILE *out, const struct difference *difference)
{
    uint64_t where = difference->where;
    if (difference->kind == DIFFERENCE_PAGE)
        fprintf(out, " of pfn %" PRIu64, where);
    else if (same_text(difference->field, "counters.nr_free"))
        fprintf(out, " of order %" PRIu64, where);
    else if (same_text(difference->field, "counters.pcp_count"))
        fprintf(out, " of cpu %" PRIu64, where);
    else if (same_text(difference->field, "free_list_head"))
        fprintf(out, " of order %" PRIu64 ", %s", where / MIGRATE_TYPES,
                migratetype_name((uint32_t)(where % MIGRATE_TYPES)));
    else if (same_text(difference->field, "pcp_list_head"))
        fprintf(out, " of cpu %" PRIu64 ", index %" PRIu64, where / PLUMB_NR_PCP_LISTS,
                where % PLUMB_NR_PCP_LISTS);
}

static void print_operation(FILE *out, const struct program *program,
                            const struct difference *difference)
{
    if (difference->kind == DIFFERENCE_INIT) {
        fputs("difference at the zone's set-up\n", out);
        return;
    }
    if (difference->operation >= program->nr_operations) {
        fputs("difference behind the last operation, where all lists are compared, drained and "
              "compared again\n",
              out);
        return;
    }
    const struct operation *operation = &program->operations[difference->operation];
    fprintf(out, "difference at operation %" PRIu32, difference->operation);
    if (operation->line)
        fprintf(out, " (line %" PRIu32 ")", operation->line);
    fputs(": ", out);
    operation_print(out, program, operation);
    fputc('\n', out);
    if (operation->kind != OP_SIZING && operation->kind != OP_SET_SIZES)
        return;
    fputs("  memory: ", out);
    sizing_print(out, operation, &program->config);
    fputc('\n', out);
}

static void print_call(FILE *out, const struct lockstep *lockstep, const struct program *program,
                       const struct difference *difference)
{
    if (difference->operation >= program->nr_operations || difference->kind == DIFFERENCE_INIT)
        return;
    uint8_t kind = program->operations[difference->operation].kind;
    if (kind == OP_CHECK || kind == OP_WATERMARK_OK)
        return;
    for (unsigned i = 0; i < 2 && lockstep_subject_name(lockstep, i); i++) {
        fprintf(out, "  %s answered %s", lockstep_subject_name(lockstep, i),
                status_name(difference->status[i]));
        if (operation_puts_slot(kind) && difference->status[i] == PLUMB_OK)
            fprintf(out, " pfn=%" PRIu64, difference->pfn[i]);
        fprintf(out, " (%s)\n", status_explain(difference->status[i]));
    }
}

static void print_values(FILE *out, const struct lockstep *lockstep,
                         const struct difference *difference)
{
    fputs("  first differing field: ", out);
    fputs(difference->field, out);
    print_where(out, difference);
    fputc('\n', out);
    for (unsigned i = 0; i < 2; i++) {
        fprintf(out, "    %s: ", lockstep_subject_name(lockstep, i));
        print_value(out, difference, difference->answer[i]);
        fputc('\n', out);
    }
}

static void print_side(FILE *out, const struct lockstep *lockstep,
                       const struct difference *difference)
{
    const char *name = lockstep_subject_name(lockstep, (unsigned)difference->side);
    if (difference->kind == DIFFERENCE_ORACLE) {
        fprintf(out, "  oracle that answered no: %s, of %s%s\n", difference->field, name,
                lockstep_subject_name(lockstep, 1) ? " (and the other: the states are the same)"
                                                   : "");
        return;
    }
    fprintf(out, "  %s answered an error and changed %s", name, difference->field);
    print_where(out, difference);
    fprintf(out, ": %" PRIu64 " before, %" PRIu64 " after\n", difference->answer[0],
            difference->answer[1]);
}

void difference_print(FILE *out, const struct lockstep *lockstep, const struct program *program,
                      const struct difference *difference)
{
    if (difference->kind == DIFFERENCE_NONE) {
        fputs("no difference\n", out);
        return;
    }
    print_operation(out, program, difference);
    print_call(out, lockstep, program, difference);
    if (difference->side >= 0)
        print_side(out, lockstep, difference);
    else
        print_values(out, lockstep, difference);
    fprintf(out, "  theorem: %s\n", difference->theorem ? difference->theorem : "none known");
}
