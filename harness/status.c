/* What each status means, in one line for the tools to print. */
#include "harness/lockstep.h"

#include <stddef.h>

static const struct {
    const char *name, *text;
} explanations[PLUMB_NR_STATUS] = {
    [PLUMB_OK] = {"PLUMB_OK", "done"},
    [PLUMB_ENOMEM] = {"PLUMB_ENOMEM",
                      "the watermark allows it, but no block that may serve it is large enough"},
    [PLUMB_EWMARK] = {"PLUMB_EWMARK", "the watermark forbids it: too little would stay free"},
    [PLUMB_EORDER] = {"PLUMB_EORDER", "the order is above the zone's top order"},
    [PLUMB_ETYPE] = {"PLUMB_ETYPE", "this migratetype can't be asked for in this zone"},
    [PLUMB_ECPU] = {"PLUMB_ECPU", "there is no CPU of this number in the zone"},
    [PLUMB_EZONEIDX] = {"PLUMB_EZONEIDX", "the highest zone index is not below 4"},
    [PLUMB_EFLAGS] = {"PLUMB_EFLAGS", "there are flag bits that have no meaning"},
    [PLUMB_ERANGE] = {"PLUMB_ERANGE",
                      "the pfn is outside the zone; or the range is empty, or the list, or it is "
                      "too long"},
    [PLUMB_ERESERVED] = {"PLUMB_ERESERVED",
                         "the page is a hole or reserved: it was never given to the zone"},
    [PLUMB_ETAIL] = {"PLUMB_ETAIL", "the page lies inside a block and is not its first page"},
    [PLUMB_EFREE] = {"PLUMB_EFREE", "the block is free already: double free"},
    [PLUMB_EPCP] = {"PLUMB_EPCP", "the block is on a per-CPU list already: double free"},
    [PLUMB_EMISMATCH] = {"PLUMB_EMISMATCH", "the block is used, but has another order"},
    [PLUMB_EBUSY] = {"PLUMB_EBUSY",
                     "the range holds pages released before; or pages that are used; or a "
                     "pageblock can't be isolated, or is not, or is not all in the zone; or a page "
                     "is listed twice"},
    [PLUMB_ECONFIG] = {"PLUMB_ECONFIG", "a value is outside its documented limits"},
    [PLUMB_ECOMPOUND] = {"PLUMB_ECOMPOUND",
                         "a compound block can't be split, nor a single page or a compound block "
                         "be made one"},
    [PLUMB_EREFS] = {"PLUMB_EREFS",
                     "the zone counts no references, or the block has as many as there may be"},
};

const char *status_name(uint32_t status)
{
    return status < PLUMB_NR_STATUS ? explanations[status].name : "(no such status)";
}

const char *status_explain(uint32_t status)
{
    return status < PLUMB_NR_STATUS ? explanations[status].text : "not a value of plumb_status";
}
