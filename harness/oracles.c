/* The proven oracles, and the theorem each one stands for. */
#include "harness/abstract.h"

#include <stddef.h>

#include "harness/theorems.h"
#include "src/ref/oracle.h"
#include "src/ref/oracle_refs.h"

static const struct oracle {
    const char *name;
    int (*holds)(const struct zone *zone); /* NULL: it looks at the references, too */
    unsigned theorem;
} oracles[] = {
    /* The extent comes first: the others may only look at a zone within the capacity. */
    {"check_sized", check_sized, 2},
    {"check_tiled", check_tiled, 1},
    {"check_placed", check_placed, 6},
    {"check_kinds", check_kinds, 6},
    {"check_typed", check_typed, 6},
    {"check_coalesced", check_coalesced, 5},
    {"check_held", check_held, 4},
    {"check_len", check_len, 6},
    {"check_next", check_next, 6},
    {"check_prev", check_prev, 6},
    {"check_rank", check_rank, 6},
    {"check_only", check_only, 10},
    {"check_head", check_head, 6},
    {"check_tail", check_tail, 6},
    {"check_ends", check_ends, 6},
    {"check_clocked", check_clocked, 6},
    {"check_isolated", check_isolated, 16},
    {"check_idle", check_idle, 10},
    {"check_outside", check_outside, 20},
    {"check_adapted", check_adapted, 22},
    {"check_counted", NULL, 21},
};
enum { NR_ORACLES = sizeof(oracles) / sizeof(oracles[0]) };

const char *oracle_name(unsigned i)
{
    return i < NR_ORACLES ? oracles[i].name : NULL;
}

static bool holds(const struct oracle *oracle, const struct abstract *abstract)
{
    return (oracle->holds ? oracle->holds(&abstract->zone)
                          : check_counted(&abstract->zone, &abstract->refs)) == 1;
}

bool oracles_hold(const struct abstract *abstract, struct difference *difference)
{
    for (unsigned i = 0; i < NR_ORACLES; i++) {
        if (holds(&oracles[i], abstract))
            continue;
        difference->kind = DIFFERENCE_ORACLE;
        difference->field = oracles[i].name;
        difference->theorem = theorem_text(oracles[i].theorem);
        difference->where = 0;
        difference->answer[0] = 0;
        difference->answer[1] = 0;
        return false;
    }
    return true;
}
