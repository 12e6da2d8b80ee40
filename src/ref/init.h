/* Making a zone, changing its tunables, and handing memory to it. */
#ifndef PLUMBLINE_REF_INIT_H
#define PLUMBLINE_REF_INIT_H

#include "src/ref/buddy.h"

/* Whether a configuration is within the limits of plumbline.h and the reference's capacity. */
int ref_config_valid(const struct plumb_config *c);

/* Makes an empty zone: every page reserved, every list empty. */
void zone_init(struct zone *z, const struct plumb_config *c, const uint8_t *types);

/* Releases the reserved pages [start, end) (indices) in the largest aligned blocks. */
void free_range(struct zone *z, uint32_t start, uint32_t end);

#endif
