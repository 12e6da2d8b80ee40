/* A subject in a shared object of its own: the optimized variant, but every page it hands out is
 * said to be the next one. An example of how to plug an allocator in, and a canary. */
#include <stdlib.h>

#include "harness/subject.h"

/* The object holds its own copy of the variant and of the adapter, see harness.mk. */
static struct subject liar;

static enum plumb_status alloc(void *self, uint32_t cpu, uint32_t order, uint32_t migratetype,
                               uint32_t flags, uint32_t highest_zoneidx, uint64_t *pfn)
{
    enum plumb_status status =
        subject_opt.alloc(self, cpu, order, migratetype, flags, highest_zoneidx, pfn);
    if (status == PLUMB_OK)
        ++*pfn;
    return status;
}

const struct subject *plumbline_subject(void);

const struct subject *plumbline_subject(void)
{
    liar = subject_opt;
    liar.name = "liar";
    liar.alloc = alloc;
    return &liar;
}
