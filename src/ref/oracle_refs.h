/* The runtime oracle of references: as those of oracle.h, for any value. */
#ifndef PLUMBLINE_REF_ORACLE_REFS_H
#define PLUMBLINE_REF_ORACLE_REFS_H

#include "src/ref/refs.h"

/*@ requires valid: \valid_read(z) && \valid_read(r) && \separated(z, r) &&
      z->blocks.end <= ZONE_CAPACITY;
    terminates \true;
    assigns \nothing;
    ensures exact: \result == 1 <==> counted(z->blocks, *r);
    ensures answer: \result == 0 || \result == 1;
*/
int check_counted(const struct zone *z, const struct page_refs *r);

#endif
