/* Lockstep: the same program on two subjects, compared call by call up to the first difference. */
#include "harness/lockstep_call.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/abstract.h"
#include "harness/state.h"
#include "harness/theorems.h"

static const struct lockstep_options default_options = {0};

/* ---- opening ---- */

void lockstep_close(struct lockstep *lockstep)
{
    if (!lockstep)
        return;
    for (unsigned i = 0; i < lockstep->nr_subjects; i++)
        if (lockstep->self[i])
            lockstep->subject[i]->close(lockstep->self[i]);
    if (lockstep->abstract)
        abstract_free(lockstep->abstract);
    free(lockstep->slots);
    free(lockstep);
}

static void name_subjects(struct lockstep *lockstep)
{
    const char *a = lockstep->subject[0]->name;
    const char *b = lockstep->nr_subjects == 2 ? lockstep->subject[1]->name : "";
    const char *form = strcmp(a, b) == 0 ? "%s (%u)" : "%s";
    snprintf(lockstep->names[0], sizeof(lockstep->names[0]), form, a, 1u);
    snprintf(lockstep->names[1], sizeof(lockstep->names[1]), form, b, 2u);
}

struct lockstep *lockstep_open(const struct subject *a, const struct subject *b)
{
    struct lockstep *lockstep = calloc(1, sizeof(*lockstep));
    if (!lockstep)
        return NULL;
    lockstep->subject[0] = a;
    lockstep->subject[1] = b;
    lockstep->nr_subjects = b ? 2 : 1;
    name_subjects(lockstep);
    lockstep->abstract = abstract_new();
    bool opened = lockstep->abstract != NULL;
    for (unsigned i = 0; i < lockstep->nr_subjects; i++) {
        lockstep->self[i] = lockstep->subject[i]->open();
        opened = opened && lockstep->self[i];
    }
    if (opened)
        return lockstep;
    lockstep_close(lockstep);
    return NULL;
}

const char *lockstep_subject_name(const struct lockstep *lockstep, unsigned i)
{
    return i < lockstep->nr_subjects ? lockstep->names[i] : NULL;
}

uint64_t lockstep_operations(const struct lockstep *lockstep)
{
    return lockstep->operations;
}

const void *lockstep_zone(const struct lockstep *lockstep, unsigned i)
{
    return lockstep->self[i];
}

const struct plumb_tunables *lockstep_tunables(const struct lockstep *lockstep)
{
    return &lockstep->tunables;
}

/* ---- comparing ---- */

static bool differ(struct difference *difference, enum difference_kind kind, const char *field,
                   const char *theorem, uint64_t a, uint64_t b)
{
    difference->kind = kind;
    difference->field = field;
    difference->theorem = theorem;
    difference->side = -1;
    difference->where = 0;
    difference->answer[0] = a;
    difference->answer[1] = b;
    return false;
}

static bool same_sizing(const struct lockstep *lockstep, const struct operation *operation,
                        struct difference *difference)
{
    const struct sizing *a = &lockstep->sizing[0], *b = &lockstep->sizing[1];
    if (!lockstep_is_sizing(operation))
        return true;
    unsigned i = sizing_compare(a, b);
    return i == NR_SIZING_VALUES || differ(difference, DIFFERENCE_ANSWER, sizing_names[i],
                                           theorem_text(15), a->value[i], b->value[i]);
}

static bool same_answers(const struct operation *operation, const struct answer answers[2],
                         struct difference *difference)
{
    const struct answer *a = &answers[0], *b = &answers[1];
    if (a->status == b->status && a->pfn == b->pfn && a->number == b->number)
        return true;
    const char *theorem = theorem_of_call(operation, a->status, b->status);
    if (a->status != b->status)
        return differ(difference, DIFFERENCE_STATUS, "status", theorem, a->status, b->status);
    if (a->pfn != b->pfn)
        return differ(difference, DIFFERENCE_PFN, "pfn", theorem, a->pfn, b->pfn);
    return differ(difference, DIFFERENCE_ANSWER, "answer", theorem, (uint64_t)a->number,
                  (uint64_t)b->number);
}

static void read_counters(struct lockstep *lockstep)
{
    lockstep->turn ^= 1;
    for (unsigned i = 0; i < lockstep->nr_subjects; i++)
        lockstep->subject[i]->counters(lockstep->self[i], &lockstep->counters[i][lockstep->turn]);
}

/* An error must have changed nothing; the counters tell cheaply, the comparison of states does the
 * rest. */
static bool same_as_before(struct lockstep *lockstep, struct difference *difference)
{
    for (unsigned i = 0; i < lockstep->nr_subjects; i++) {
        const struct plumb_counters *now = &lockstep->counters[i][lockstep->turn];
        const struct plumb_counters *before = &lockstep->counters[i][lockstep->turn ^ 1];
        if (state_same_counters(before, now, lockstep->program->config.nr_cpus, difference))
            continue;
        difference->kind = DIFFERENCE_CHANGED;
        difference->theorem = theorem_text(20);
        difference->side = (int)i;
        return false;
    }
    return true;
}

static bool both_count(const struct lockstep *lockstep, uint32_t nr_cpus,
                       struct difference *difference)
{
    unsigned turn = lockstep->turn;
    return lockstep->nr_subjects == 1 ||
           state_same_counters(&lockstep->counters[0][turn], &lockstep->counters[1][turn], nr_cpus,
                               difference);
}

/* CPUs the zone has not are left to the comparison of states: in both they hold nothing. */
static bool same_counters(struct lockstep *lockstep, uint32_t status, struct difference *difference)
{
    read_counters(lockstep);
    const struct plumb_config *config = &lockstep->program->config;
    if (!both_count(lockstep, config->nr_cpus, difference))
        return false;
    if (config->pcp_tuning && lockstep->nr_subjects == 2 &&
        !state_same_tuning(lockstep->subject, lockstep->self, config->nr_cpus, difference))
        return false;
    return status == PLUMB_OK || same_as_before(lockstep, difference);
}

/* Two states that are the same have the same value under the abstraction function, so the oracles
 * answer for both when they look at one. */
static bool same_states(struct lockstep *lockstep, struct difference *difference)
{
    const struct plumb_config *config = &lockstep->program->config;
    if (!both_count(lockstep, PLUMB_MAX_CPUS, difference))
        return false;
    if (lockstep->nr_subjects == 2 && !state_same(lockstep->subject, lockstep->self, config,
                                                  lockstep->options->heads_only, difference))
        return false;
    if (lockstep->options->skip_oracles)
        return true;
    struct plumb_tunables tunables = lockstep_tunables_in_force(lockstep);
    abstract_fill(lockstep->abstract, lockstep->subject[0], lockstep->self[0], config, &tunables);
    if (oracles_hold(lockstep->abstract, difference))
        return true;
    difference->side = 0;
    return false;
}

/* ---- running ---- */

static void print_answer(FILE *out, const struct operation *operation, const struct answer *answer)
{
    if (operation->kind == OP_WATERMARK_OK && answer->number >= 0)
        fprintf(out, "%s", answer->number ? "yes" : "no");
    else if (operation->kind == OP_WATERMARK_OK)
        fprintf(out, "%s", status_name((uint32_t)-answer->number));
    else
        fprintf(out, "%s", status_name(answer->status));
    bool has_pfn = operation_puts_slot(operation->kind) ? answer->status == PLUMB_OK
                                                        : operation_uses_slot(operation->kind);
    if (has_pfn)
        fprintf(out, " pfn=%" PRIu64, answer->pfn);
    if (operation->kind != OP_WATERMARK_OK && answer->status != PLUMB_OK)
        fprintf(out, " (%s)", status_explain(answer->status));
}

static void trace(const struct lockstep *lockstep, uint32_t index,
                  const struct operation *operation, const struct answer *answer)
{
    FILE *out = lockstep->options->trace;
    fprintf(out, "%" PRIu32 "  ", index);
    operation_print(out, lockstep->program, operation);
    fputs("  -> ", out);
    if (operation->kind == OP_CHECK)
        fputs("checked", out);
    else
        print_answer(out, operation, answer);
    if (lockstep_is_sizing(operation))
        sizing_print_answers(out, &lockstep->sizing[0]);
    fputc('\n', out);
}

static bool is_time_to_check(const struct lockstep *lockstep, uint32_t index)
{
    if (lockstep->program->operations[index].kind == OP_CHECK)
        return true;
    uint32_t every = lockstep->options->check_every;
    return every != 0 && (index + 1) % every == 0;
}

static bool run_operation(struct lockstep *lockstep, uint32_t index, struct difference *difference)
{
    const struct operation *operation = &lockstep->program->operations[index];
    struct answer answers[2] = {{0}, {0}};
    if (operation->kind != OP_CHECK) {
        for (unsigned i = 0; i < lockstep->nr_subjects; i++)
            answers[i] = lockstep_call(lockstep, i, operation);
        for (unsigned i = 0; i < lockstep->nr_subjects; i++) {
            difference->status[i] = answers[i].status;
            difference->pfn[i] = answers[i].pfn;
        }
        if (lockstep->options->trace)
            trace(lockstep, index, operation, &answers[0]);
        if (lockstep->nr_subjects == 2 && !same_sizing(lockstep, operation, difference))
            return false;
        if (lockstep->nr_subjects == 2 && !same_answers(operation, answers, difference))
            return false;
        lockstep_remember(lockstep, operation, &answers[0]);
        if (!same_counters(lockstep, answers[0].status, difference))
            return false;
    }
    return !is_time_to_check(lockstep, index) || same_states(lockstep, difference);
}

static bool run_end(struct lockstep *lockstep, struct difference *difference)
{
    if (lockstep->options->skip_end)
        return true;
    if (!same_states(lockstep, difference))
        return false;
    if (lockstep->options->skip_drain)
        return true;
    for (unsigned i = 0; i < lockstep->nr_subjects; i++)
        lockstep->subject[i]->drain_all_pages(lockstep->self[i]);
    return same_counters(lockstep, PLUMB_OK, difference) && same_states(lockstep, difference);
}

static bool run_operations(struct lockstep *lockstep, struct difference *difference)
{
    uint32_t count = lockstep->program->nr_operations;
    read_counters(lockstep);
    for (uint32_t i = 0; i < count; i++) {
        lockstep->operations++;
        if (run_operation(lockstep, i, difference))
            continue;
        difference->operation = i;
        return false;
    }
    difference->operation = count;
    memset(difference->status, 0, sizeof(difference->status));
    return run_end(lockstep, difference);
}

int lockstep_run(struct lockstep *lockstep, const struct program *program,
                 const struct lockstep_options *options, struct difference *difference)
{
    enum plumb_status status[2] = {PLUMB_OK, PLUMB_OK};
    memset(difference, 0, sizeof(*difference));
    lockstep->program = program;
    lockstep->options = options ? options : &default_options;
    if (!lockstep_reset_slots(lockstep, program->nr_slots))
        return 2;
    tunables_of_config(&program->config, &lockstep->tunables);
    lockstep->pcp_disabled = false;
    for (unsigned i = 0; i < lockstep->nr_subjects; i++) {
        status[i] = lockstep->subject[i]->init(lockstep->self[i], &program->config, program->types);
        if (status[i] == SUBJECT_NO_MEMORY)
            return 2;
    }
    if (lockstep->nr_subjects == 2 && status[0] != status[1])
        return !differ(difference, DIFFERENCE_INIT, "init", theorem_text(20), status[0], status[1]);
    if (lockstep->options->trace && status[0] != PLUMB_OK)
        fprintf(lockstep->options->trace, "zone -> %s (%s)\n", status_name(status[0]),
                status_explain(status[0]));
    if (status[0] != PLUMB_OK)
        return 0;
    bool same = run_operations(lockstep, difference);
    lockstep->tunables = lockstep_tunables_in_force(lockstep);
    return same ? 0 : 1;
}
