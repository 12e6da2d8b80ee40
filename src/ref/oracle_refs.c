/* The oracle of references: what each page has of them. */
#include "src/ref/oracle_refs.h"

/*@ requires valid: \valid_read(z) && \valid_read(r) && \separated(z, r) &&
      z->blocks.end <= ZONE_CAPACITY && in_zone(z->blocks, p);
    terminates \true;
    assigns \nothing;
    ensures exact: \result == 1 <==> counted_at(z->blocks, *r, p);
    ensures answer: \result == 0 || \result == 1;
*/
static int counted_holds(const struct zone *z, const struct page_refs *r, uint32_t p)
{
    if (z->blocks.place[p] == PLACE_USED)
        return 1 <= r->count[p] && r->count[p] <= REFS_MAX;
    return r->count[p] == 0;
}

/*@ requires valid: \valid_read(z) && \valid_read(r) && \separated(z, r) &&
      z->blocks.end <= ZONE_CAPACITY && in_zone(z->blocks, p);
    terminates \true;
    assigns \nothing;
    ensures exact: \result == 1 <==> compound_at(z->blocks, *r, p);
    ensures answer: \result == 0 || \result == 1;
*/
static int compound_holds(const struct zone *z, const struct page_refs *r, uint32_t p)
{
    if (r->compound[p] == 0)
        return 1;
    return r->compound[p] == 1 && z->blocks.place[p] == PLACE_USED && 1 <= z->blocks.order[p];
}

int check_counted(const struct zone *z, const struct page_refs *r)
{
    if (r->counts > 1)
        return 0;
    /*@ loop invariant 0 <= p <= z->blocks.end;
        loop invariant counted: \forall integer i; 0 <= i < p ==> counted_at(z->blocks, *r, i);
        loop invariant compound: \forall integer i; 0 <= i < p ==> compound_at(z->blocks, *r, i);
        loop invariant most: r->counts == 0 ==> \forall integer i; 0 <= i < p ==>
          r->count[i] <= 1 && r->compound[i] == 0;
        loop assigns p;
        loop variant z->blocks.end - p; */
    for (uint32_t p = 0; p < z->blocks.end; p++) {
        if (!counted_holds(z, r, p) || !compound_holds(z, r, p))
            return 0;
        if (r->counts == 0 && (r->count[p] > 1 || r->compound[p] != 0))
            return 0;
    }
    return 1;
}
