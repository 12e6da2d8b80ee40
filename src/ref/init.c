/* Making a zone and handing memory to it (v6.12's release of memory at boot). */
#include "src/ref/init.h"

#define SIZE_MAX_PAGES 0x10000000000000u /* 2^52 */

/*@ requires \valid_read(c);
    terminates \true;
    assigns \nothing;
    ensures exact: \result == 1 <==> extent_ok(*c);
    ensures boolean: \result == 0 || \result == 1;
*/
static int extent_valid(const struct plumb_config *c)
{
    uint64_t below;

    if (c->top_order > PLUMB_MAX_ORDER || c->pageblock_order > c->top_order)
        return 0;
    if (c->spanned_pages < 1 || c->spanned_pages > ZONE_CAPACITY)
        return 0;
    if (c->start_pfn > SIZE_MAX_PAGES - c->spanned_pages)
        return 0;
    below = c->start_pfn % block_size(c->top_order);
    return below + c->spanned_pages <= ZONE_CAPACITY;
}

/*@ requires \valid_read(c);
    terminates \true;
    assigns \nothing;
    ensures exact: \result == 1 <==> sizes_ok(*c);
    ensures boolean: \result == 0 || \result == 1;
*/
static int sizes_valid(const struct plumb_config *c)
{
    /*@ loop invariant range: 0 <= i <= 4;
        loop invariant small: \forall integer j; 0 <= j < i ==> size_ok(c->wmark[j]);
        loop assigns i;
        loop variant 4 - i; */
    for (uint32_t i = 0; i < PLUMB_NR_WMARKS; i++)
        if (c->wmark[i] > SIZE_MAX_PAGES)
            return 0;
    /*@ loop invariant range: 0 <= i <= 4;
        loop invariant small: \forall integer j; 0 <= j < i ==> size_ok(c->lowmem_reserve[j]);
        loop assigns i;
        loop variant 4 - i; */
    for (uint32_t i = 0; i < PLUMB_NR_ZONES; i++)
        if (c->lowmem_reserve[i] > SIZE_MAX_PAGES)
            return 0;
    return c->watermark_boost <= SIZE_MAX_PAGES && c->nr_reserved_highatomic <= SIZE_MAX_PAGES;
}

int ref_config_valid(const struct plumb_config *c)
{
    if (!extent_valid(c) || !sizes_valid(c))
        return 0;
    if (c->generation >= PLUMB_NR_GENERATIONS || c->nr_cpus < 1 || c->nr_cpus > PLUMB_MAX_CPUS)
        return 0;
    if (c->pcp_limit < 2 || c->pcp_limit > 0x10000)
        return 0;
    return c->pcp_batch >= 1 && c->pcp_batch <= c->pcp_limit && c->pcp_high <= c->pcp_limit &&
           c->pcp_low <= c->pcp_limit;
}

/* Lemma: facts of division by a block size. */
/*@ ghost
  /@ requires s == 1 || s == 2 || s == 4 || s == 8 || s == 16 || s == 32 || s == 64 || s == 128 ||
       s == 256 || s == 512 || s == 1024;
     terminates \true;
     assigns \nothing;
     ensures floor: (n - n % s) % s == 0 && 0 <= n % s <= n && n % s < s;
     ensures monotone: \forall integer q; 0 <= q <= n ==> 0 <= q / s <= n / s;
     ensures less: n / s <= n;
  @/
  void divided(uint64_t n, uint64_t s)
  {
    if (s == 1)
      return;
    if (s == 2) {
      /@ assert (n - n % 2) % 2 == 0; @/
      /@ assert \forall integer q; 0 <= q <= n ==> 0 <= q / 2 <= n / 2; @/
    }
    if (s == 4) {
      /@ assert (n - n % 4) % 4 == 0; @/
      /@ assert \forall integer q; 0 <= q <= n ==> 0 <= q / 4 <= n / 4; @/
    }
    if (s == 8) {
      /@ assert (n - n % 8) % 8 == 0; @/
      /@ assert \forall integer q; 0 <= q <= n ==> 0 <= q / 8 <= n / 8; @/
    }
    if (s == 16) {
      /@ assert (n - n % 16) % 16 == 0; @/
      /@ assert \forall integer q; 0 <= q <= n ==> 0 <= q / 16 <= n / 16; @/
    }
    if (s == 32) {
      /@ assert (n - n % 32) % 32 == 0; @/
      /@ assert \forall integer q; 0 <= q <= n ==> 0 <= q / 32 <= n / 32; @/
    }
    if (s == 64) {
      /@ assert (n - n % 64) % 64 == 0; @/
      /@ assert \forall integer q; 0 <= q <= n ==> 0 <= q / 64 <= n / 64; @/
    }
    if (s == 128) {
      /@ assert (n - n % 128) % 128 == 0; @/
      /@ assert \forall integer q; 0 <= q <= n ==> 0 <= q / 128 <= n / 128; @/
    }
    if (s == 256) {
      /@ assert (n - n % 256) % 256 == 0; @/
      /@ assert \forall integer q; 0 <= q <= n ==> 0 <= q / 256 <= n / 256; @/
    }
    if (s == 512) {
      /@ assert (n - n % 512) % 512 == 0; @/
      /@ assert \forall integer q; 0 <= q <= n ==> 0 <= q / 512 <= n / 512; @/
    }
    if (s == 1024) {
      /@ assert (n - n % 1024) % 1024 == 0; @/
      /@ assert \forall integer q; 0 <= q <= n ==> 0 <= q / 1024 <= n / 1024; @/
    }
  }
*/

/*@ requires \valid(z) && \valid_read(c) && \separated(z, c) && extent_ok(*c);
    terminates \true;
    assigns z->first, z->base_pfn, z->blocks.end, z->blocks.top_order, z->blocks.pageblock_order;
    ensures place: placed_as(*z, *c);
    ensures orders: z->blocks.top_order == c->top_order &&
      z->blocks.pageblock_order == c->pageblock_order;
    ensures based: based(*z);
    ensures inside: z->first < z->blocks.end <= ZONE_CAPACITY;
*/
static void init_extent(struct zone *z, const struct plumb_config *c)
{
    uint32_t size = block_size(c->top_order);

    //@ ghost divided(c->start_pfn, size);
    z->first = (uint32_t)(c->start_pfn % size);
    z->base_pfn = c->start_pfn - z->first;
    z->blocks.end = z->first + (uint32_t)c->spanned_pages;
    z->blocks.top_order = c->top_order;
    z->blocks.pageblock_order = c->pageblock_order;
}

/*@ requires \valid(z) && \valid_read(c) && \separated(z, c);
    terminates \true;
    assigns TUNABLES;
    ensures tunables: tuned_as(*z, *c);
*/
static void init_tunables(struct zone *z, const struct plumb_config *c)
{
    z->pcp_batch = c->pcp_batch;
    z->pcp_high = c->pcp_high;
    z->pcp_low = c->pcp_low;
    z->watermark_boost = c->watermark_boost;
    z->nr_reserved_highatomic = c->nr_reserved_highatomic;
    /*@ loop invariant range: 0 <= i <= 4;
        loop invariant same: \forall integer j; 0 <= j < i ==> z->wmark[j] == c->wmark[j];
        loop assigns i, z->wmark[0 .. 3];
        loop variant 4 - i; */
    for (uint32_t i = 0; i < PLUMB_NR_WMARKS; i++)
        z->wmark[i] = c->wmark[i];
    /*@ loop invariant range: 0 <= i <= 4;
        loop invariant same: \forall integer j; 0 <= j < i ==>
          z->lowmem_reserve[j] == c->lowmem_reserve[j];
        loop assigns i, z->lowmem_reserve[0 .. 3];
        loop variant 4 - i; */
    for (uint32_t i = 0; i < PLUMB_NR_ZONES; i++)
        z->lowmem_reserve[i] = c->lowmem_reserve[i];
}

/*@ requires \valid(z) && \valid_read(c) && \separated(z, c) && config_ok(*c);
    terminates \true;
    assigns z->first, z->base_pfn, z->blocks.end, z->blocks.top_order, z->blocks.pageblock_order,
      z->generation, z->nr_cpus, z->pcp_limit, TUNABLES;
    ensures place: placed_as(*z, *c);
    ensures shape: shaped_as(*z, *c);
    ensures tunables: tuned_as(*z, *c);
    ensures shaped: shaped(*z);
    ensures tuned: tuned(*z);
    ensures based: based(*z);
    ensures inside: z->blocks.end <= ZONE_CAPACITY;
*/
static void init_parameters(struct zone *z, const struct plumb_config *c)
{
    init_extent(z, c);
    z->generation = c->generation;
    z->nr_cpus = c->nr_cpus;
    z->pcp_limit = c->pcp_limit;
    init_tunables(z, c);
}

/*@ requires \valid(z);
    terminates \true;
    assigns z->lists.clock, z->lists.head[ALL_LISTS], z->lists.tail[ALL_LISTS],
      z->counts.len[ALL_LISTS], z->counts.held[ALL_CLASSES];
    ensures empty: no_lists(z->lists, z->counts);
    ensures reserved: z->counts.held[7] == z->blocks.end;
    ensures others: \forall integer c; is_class(c) && c != 7 ==> z->counts.held[c] == 0;
    ensures clock: z->lists.clock == 0;
*/
static void init_lists(struct zone *z)
{
    z->lists.clock = 0;
    /*@ loop invariant range: 0 <= l <= 834;
        loop invariant empty: \forall integer j; 0 <= j < l ==> z->lists.head[j] == NONE &&
          z->lists.tail[j] == NONE && z->counts.len[j] == 0;
        loop assigns l, z->lists.head[ALL_LISTS], z->lists.tail[ALL_LISTS],
          z->counts.len[ALL_LISTS];
        loop variant 834 - l; */
    for (uint32_t l = 0; l < NR_LISTS; l++) {
        z->lists.head[l] = NONE;
        z->lists.tail[l] = NONE;
        z->counts.len[l] = 0;
    }
    /*@ loop invariant range: 0 <= c <= 72;
        loop invariant zero: \forall integer j; 0 <= j < c ==> z->counts.held[j] == 0;
        loop assigns c, z->counts.held[ALL_CLASSES];
        loop variant 72 - c; */
    for (uint32_t c = 0; c < NR_CLASSES; c++)
        z->counts.held[c] = 0;
    z->counts.held[CLASS_RESERVED] = z->blocks.end;
}

/*@ requires \valid(z) && z->blocks.end <= ZONE_CAPACITY;
    terminates \true;
    assigns z->blocks.place[ALL_PAGES], z->blocks.order[ALL_PAGES], z->lists.next[ALL_PAGES],
      z->lists.prev[ALL_PAGES], z->lists.rank[ALL_PAGES];
    ensures reserved: all_reserved(z->blocks, 0, z->blocks.end);
    ensures single: \forall integer q; in_zone(z->blocks, q) ==> z->blocks.order[q] == 0;
*/
static void init_pages(struct zone *z)
{
    /*@ loop invariant range: 0 <= p <= z->blocks.end;
        loop invariant reserved: all_reserved(z->blocks, 0, p);
        loop invariant single: \forall integer q; 0 <= q < p ==> z->blocks.order[q] == 0;
        loop assigns p, z->blocks.place[ALL_PAGES], z->blocks.order[ALL_PAGES],
          z->lists.next[ALL_PAGES], z->lists.prev[ALL_PAGES], z->lists.rank[ALL_PAGES];
        loop variant z->blocks.end - p; */
    for (uint32_t p = 0; p < z->blocks.end; p++) {
        z->blocks.place[p] = PLACE_RESERVED;
        z->blocks.order[p] = 0;
        z->lists.next[p] = NONE;
        z->lists.prev[p] = NONE;
        z->lists.rank[p] = 0;
    }
}

/* types[0] is the block that holds the zone's first page; blocks below it are outside. */
/*@ requires \valid(z) && first <= last < ZONE_CAPACITY;
    requires \valid_read(types + (0 .. last - first));
    requires \separated(z, types + (0 .. last - first));
    requires \forall integer i; 0 <= i <= last - first ==> types[i] < 6;
    terminates \true;
    assigns z->pageblocks.migratetype[ALL_PAGES];
    ensures kinds: \forall integer i; 0 <= i <= last ==> z->pageblocks.migratetype[i] < 6;
    ensures types: \forall integer i; 0 <= i <= last - first ==>
      z->pageblocks.migratetype[first + i] == types[i];
*/
static void set_types(struct zone *z, const uint8_t *types, uint32_t first, uint32_t last)
{
    /*@ loop invariant range: 0 <= i <= first;
        loop invariant kinds: \forall integer j; 0 <= j < i ==> z->pageblocks.migratetype[j] < 6;
        loop assigns i, z->pageblocks.migratetype[ALL_PAGES];
        loop variant first - i; */
    for (uint32_t i = 0; i < first; i++)
        z->pageblocks.migratetype[i] = types[0];
    /*@ loop invariant range: first <= i <= last + 1;
        loop invariant kinds: \forall integer j; 0 <= j < i ==> z->pageblocks.migratetype[j] < 6;
        loop invariant types: \forall integer j; 0 <= j < i - first ==>
          z->pageblocks.migratetype[first + j] == types[j];
        loop assigns i, z->pageblocks.migratetype[ALL_PAGES];
        loop variant last - i; */
    for (uint32_t i = first; i <= last; i++)
        z->pageblocks.migratetype[i] = types[i - first];
}

/*@ requires \valid(z) && \valid_read(c) && config_ok(*c) && placed_as(*z, *c) && shaped_as(*z, *c);
    requires \valid_read(types + (0 .. nr_pageblocks(*c) - 1));
    requires \separated(z, c) && \separated(z, types + (0 .. nr_pageblocks(*c) - 1));
    requires \forall integer i; 0 <= i < nr_pageblocks(*c) ==> types[i] < 6;
    terminates \true;
    assigns z->pageblocks.migratetype[ALL_PAGES];
    ensures kinds: kinds(z->blocks, z->pageblocks);
    ensures types: \forall integer i; 0 <= i < nr_pageblocks(*c) ==>
      z->pageblocks.migratetype[first_pageblock(*c) + i] == types[i];
*/
static void init_pageblocks(struct zone *z, const struct plumb_config *c, const uint8_t *types)
{
    uint32_t size = block_size(c->pageblock_order);
    uint32_t first = z->first / size, last = (z->blocks.end - 1) / size;

    //@ ghost divided(z->blocks.end - 1, size);
    //@ assert first: first == first_pageblock(*c);
    //@ assert last: last == last_pageblock(*c);
    set_types(z, types, first, last);
}

/* Lemma: sums over a zone in which every page is reserved. */
/*@ ghost
  /@ requires \valid(z) && 0 < z->blocks.end <= ZONE_CAPACITY;
     requires all_reserved(z->blocks, 0, z->blocks.end);
     requires \forall integer q; in_zone(z->blocks, q) ==> z->blocks.order[q] == 0;
     terminates \true;
     assigns \nothing;
     ensures len: \forall integer l; is_list(l) ==> count(z->blocks, l, z->blocks.end) == 0;
     ensures reserved: pages(z->blocks, 7, z->blocks.end) == z->blocks.end;
     ensures others: \forall integer c; is_class(c) && c != 7 ==>
       pages(z->blocks, c, z->blocks.end) == 0;
  @/
  void reserved_sums(struct zone *z)
  {
    /@ loop invariant 0 <= k <= z->blocks.end;
       loop invariant \forall integer l; is_list(l) ==> count(z->blocks, l, k) == 0;
       loop invariant pages(z->blocks, 7, k) == k;
       loop invariant \forall integer c; is_class(c) && c != 7 ==> pages(z->blocks, c, k) == 0;
       loop assigns k;
       loop variant z->blocks.end - k; @/
    for (uint32_t k = 0; k < z->blocks.end; k++) ;
  }
*/

void zone_init(struct zone *z, const struct plumb_config *c, const uint8_t *types)
{
    init_parameters(z, c);
    init_lists(z);
    init_pages(z);
    //@ ghost reserved_sums(z);
    init_pageblocks(z, c, types);
}

/* Writes one block over a run of pages. */
/*@ requires \valid(z) && 1 <= size <= 1024 && p + size <= ZONE_CAPACITY && order <= 10;
    terminates \true;
    assigns z->blocks.place[p .. p + size - 1], z->blocks.order[p];
    ensures used: is_used(z->blocks, p) && z->blocks.order[p] == order;
    ensures inside: \forall integer q; p < q < p + size ==> !is_head(z->blocks, q);
    ensures outside: \forall integer q; !(p <= q < p + size) ==>
      z->blocks.place[q] == \old(z->blocks.place)[q];
    ensures orders: \forall integer q; q != p ==>
      z->blocks.order[q] == \old(z->blocks.order)[q];
*/
static void write_block(struct zone *z, uint32_t p, uint32_t order, uint32_t size)
{
    /*@ loop invariant range: 1 <= i <= size;
        loop invariant inside: \forall integer q; p < q < p + i ==> !is_head(z->blocks, q);
        loop invariant rest: \forall integer q; !(p < q < p + i) ==>
          z->blocks.place[q] == \at(z->blocks.place, Pre)[q];
        loop assigns i, z->blocks.place[p .. p + size - 1];
        loop variant size - i; */
    for (uint32_t i = 1; i < size; i++)
        z->blocks.place[p + i] = PLACE_TAIL;
    z->blocks.place[p] = PLACE_USED;
    z->blocks.order[p] = (uint8_t)order;
}

/* Makes one used block of a run of reserved pages. */
/*@ requires \valid(z) && tiling(z->blocks) && order <= z->blocks.top_order;
    requires block_fits(p, order, z->blocks.end) && size == bsize(order);
    requires all_reserved(z->blocks, p, p + size);
    terminates \true;
    assigns z->blocks.place[p .. p + size - 1], z->blocks.order[p];
    ENSURES_TILING
    ensures coalesced: coalesced(\old(z->blocks)) ==> coalesced(z->blocks);
    ensures typed: typed(\old(z->blocks), z->pageblocks) ==> typed(z->blocks, z->pageblocks);
    ensures used: used_of(z->blocks, p, order);
    ensures inside: \forall integer q; p < q < p + size ==> !is_head(z->blocks, q);
    ensures same: same_but(\old(z->blocks), z->blocks, p, size);
*/
static void set_block(struct zone *z, uint32_t p, uint32_t order, uint32_t size)
{
    //@ assert first: 1 <= size <= 1024 && is_head(z->blocks, p);
    /*@ assert behind: p + size < z->blocks.end ==> tiled_at(z->blocks, p + size - 1) &&
          is_head(z->blocks, p + size); */
    /*@ assert below: \forall integer q; 0 <= q < p && is_head(z->blocks, q) ==>
          tiled_at(z->blocks, q) && q + bsize(z->blocks.order[q]) <= p; */
    write_block(z, p, order, size);
    //@ assert whole: tiled_at(z->blocks, p);
    //@ assert lower: \forall integer q; 0 <= q < p ==> tiled_at(z->blocks, q);
    /*@ assert tail_pages: \forall integer q; p < q < p + size ==> tiled_at(z->blocks, q); */
    /*@ assert upper_ends: \forall integer q; p + size <= q < z->blocks.end &&
          is_head(z->blocks, q) ==> z->blocks.order[q] <= z->blocks.top_order &&
          aligned(q, z->blocks.order[q]) && q + bsize(z->blocks.order[q]) <= z->blocks.end &&
          (q + bsize(z->blocks.order[q]) < z->blocks.end ==>
            is_head(z->blocks, q + bsize(z->blocks.order[q]))); */
    /*@ assert upper_inside: \forall integer q, r; p + size <= q < z->blocks.end &&
          is_head(z->blocks, q) && q < r < q + bsize(z->blocks.order[q]) ==>
          !is_head(z->blocks, r); */
    /*@ assert upper: \forall integer q; p + size <= q < z->blocks.end ==>
          tiled_at(z->blocks, q); */
}

/* The lists do not notice a block made of reserved pages. */
/*@ requires \valid(z) && tiling(z->blocks) && linked(z->blocks, z->lists);
    requires order <= z->blocks.top_order;
    requires block_fits(p, order, z->blocks.end) && size == bsize(order);
    requires all_reserved(z->blocks, p, p + size);
    terminates \true;
    assigns z->blocks.place[p .. p + size - 1], z->blocks.order[p];
    ENSURES_TILING
    ENSURES_LINKED
    ensures coalesced: coalesced(\old(z->blocks)) ==> coalesced(z->blocks);
    ensures typed: typed(\old(z->blocks), z->pageblocks) ==> typed(z->blocks, z->pageblocks);
    ensures used: used_of(z->blocks, p, order);
    ensures inside: \forall integer q; p < q < p + size ==> !is_head(z->blocks, q);
*/
static void form_used(struct zone *z, uint32_t p, uint32_t order, uint32_t size)
{
    set_block(z, p, order, size);
    /*@ assert same: \forall integer q; in_zone(z->blocks, q) &&
          (is_listed(z->blocks, q) || is_listed(\at(z->blocks, Pre), q)) ==>
          z->blocks.place[q] == \at(z->blocks.place, Pre)[q]; */
}

/* Makes one used block of a run of reserved pages. */
/*@ requires \valid(z) && wf(*z) && order <= z->blocks.top_order;
    requires block_fits(p, order, z->blocks.end);
    requires all_reserved(z->blocks, p, p + bsize(order));
    terminates \true;
    assigns z->blocks.place[p .. p + bsize(order) - 1], z->blocks.order[p], z->counts.held[6],
      z->counts.held[7];
    ENSURES_WF
    ensures coalesced: coalesced(\old(z->blocks)) ==> coalesced(z->blocks);
    ensures typed: typed(\old(z->blocks), z->pageblocks) ==> typed(z->blocks, z->pageblocks);
    ensures used: used_of(z->blocks, p, order);
    ensures inside: \forall integer q; p < q < p + bsize(order) ==> !is_head(z->blocks, q);
    ensures used_more: z->counts.held[6] == \old(z->counts.held[6]) + bsize(order);
    ensures reserved_less: z->counts.held[7] == \old(z->counts.held[7]) - bsize(order);
*/
static void block_form(struct zone *z, uint32_t p, uint32_t order)
{
    uint32_t size = block_size(order);

    /*@ ghost
      /@ loop invariant 0 <= k <= z->blocks.end;
         loop invariant reserved: pages(z->blocks, 7, k) >=
           (k <= p ? 0 : k <= p + size ? k - p : size);
         loop invariant bound: 0 <= pages(z->blocks, 6, k) <= 1024 * k;
         loop assigns k;
         loop variant z->blocks.end - k; @/
      for (uint32_t k = 0; k < z->blocks.end; k++) ; */
    form_used(z, p, order, size);
    z->counts.held[CLASS_RESERVED] -= size;
    z->counts.held[CLASS_USED] += size;
    /*@ ghost
      /@ loop invariant 0 <= k <= z->blocks.end;
         loop invariant len: \forall integer l; is_list(l) ==>
           count(z->blocks, l, k) == count(\at(z->blocks, Pre), l, k);
         loop invariant other: \forall integer c; is_class(c) && c != 6 && c != 7 ==>
           pages(z->blocks, c, k) == pages(\at(z->blocks, Pre), c, k);
         loop invariant reserved: pages(z->blocks, 7, k) == pages(\at(z->blocks, Pre), 7, k)
           - (k <= p ? 0 : k <= p + size ? k - p : size);
         loop invariant used: pages(z->blocks, 6, k) == pages(\at(z->blocks, Pre), 6, k)
           + (p < k ? size : 0);
         loop assigns k;
         loop variant z->blocks.end - k; @/
      for (uint32_t k = 0; k < z->blocks.end; k++) ; */
}

/* The largest order of an aligned block at start that ends before end. */
/*@ requires \valid_read(z) && z->blocks.top_order <= 10 && start < end <= ZONE_CAPACITY;
    terminates \true;
    assigns \nothing;
    ensures order: \result <= z->blocks.top_order && block_fits(start, \result, end);
    ensures largest: \forall integer o; \result < o <= z->blocks.top_order ==>
      !block_fits(start, o, end);
*/
static uint32_t largest_order(const struct zone *z, uint32_t start, uint32_t end)
{
    uint32_t order = z->blocks.top_order;

    /*@ loop invariant range: 0 <= order <= z->blocks.top_order;
        loop invariant larger: \forall integer o; order < o <= z->blocks.top_order ==>
          !block_fits(start, o, end);
        loop assigns order;
        loop variant order; */
    while (start % block_size(order) != 0 || end - start < block_size(order))
        order--;
    return order;
}

/* Releases the first block of [start, end): the first page of the rest. */
/*@ requires \valid(z) && wf(*z) && coalesced(z->blocks) && typed(z->blocks, z->pageblocks);
    requires kinds(z->blocks, z->pageblocks) && clock_room(z->lists, 1024);
    requires start < end <= z->blocks.end && all_reserved(z->blocks, start, end);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
    ENSURES_WF
    ensures coalesced: coalesced(z->blocks);
    ensures typed: typed(z->blocks, z->pageblocks);
    ensures kinds: kinds(z->blocks, z->pageblocks);
    ensures advance: \exists integer o; 0 <= o <= z->blocks.top_order &&
      block_fits(start, o, end) && \result == start + bsize(o) &&
      (\forall integer k; o < k <= z->blocks.top_order ==> !block_fits(start, k, end));
    ensures range: start < \result <= end;
    ensures busy: busy_outside(\old(z->blocks), z->blocks, start, \result);
    ensures reserved_less: z->counts.held[7] == \old(z->counts.held[7]) - (\result - start);
    ensures free_more: free_sum(z->counts) == free_sum(\old(z->counts)) + (\result - start);
    ensures used: z->counts.held[6] == \old(z->counts.held[6]);
    ensures others: \forall integer c; 8 <= c < 72 ==>
      z->counts.held[c] == \old(z->counts.held)[c];
    ensures pcp_lists: pcp_lists_kept(\old(z->lists), z->lists, \old(z->counts), z->counts);
    ensures ticks: z->lists.clock <= \old(z->lists.clock) + (\result - start);
*/
static uint32_t free_first(struct zone *z, uint32_t start, uint32_t end)
{
    uint32_t order = largest_order(z, start, end);

    block_form(z, start, order);
    split_large_buddy(z, start, 1);
    return start + block_size(order);
}

/* Releases [start, end) block by block. */
/*@ requires \valid(z) && wf(*z) && coalesced(z->blocks) && typed(z->blocks, z->pageblocks);
    requires kinds(z->blocks, z->pageblocks) && clock_room(z->lists, 0x1000000);
    requires start < end <= z->blocks.end && all_reserved(z->blocks, start, end);
    terminates \true;
    assigns BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
    ENSURES_WF
    ensures coalesced: coalesced(z->blocks);
    ensures typed: typed(z->blocks, z->pageblocks);
    ensures kinds: kinds(z->blocks, z->pageblocks);
    ensures busy: busy_outside(\old(z->blocks), z->blocks, start, end);
    ensures reserved_less: z->counts.held[7] == \old(z->counts.held[7]) - (end - start);
    ensures free_more: free_sum(z->counts) == free_sum(\old(z->counts)) + (end - start);
    ensures used: z->counts.held[6] == \old(z->counts.held[6]);
    ensures others: \forall integer c; 8 <= c < 72 ==>
      z->counts.held[c] == \old(z->counts.held)[c];
    ensures pcp_lists: pcp_lists_kept(\old(z->lists), z->lists, \old(z->counts), z->counts);
    ensures ticks: z->lists.clock <= \old(z->lists.clock) + (end - start);
*/
static void free_blocks_of(struct zone *z, uint32_t start, uint32_t end)
{
    /*@ loop invariant wf: wf(*z);
        loop invariant coalesced: coalesced(z->blocks);
        loop invariant typed: typed(z->blocks, z->pageblocks);
        loop invariant kinds: kinds(z->blocks, z->pageblocks);
        loop invariant range: \at(start, Pre) <= start <= end;
        loop invariant rest: all_reserved(z->blocks, start, end);
        loop invariant busy: busy_outside(\at(z->blocks, Pre), z->blocks, \at(start, Pre), start);
        loop invariant reserved_less: z->counts.held[7] ==
          \at(z->counts.held[7], Pre) - (start - \at(start, Pre));
        loop invariant free_more: free_sum(z->counts) ==
          free_sum(\at(z->counts, Pre)) + (start - \at(start, Pre));
        loop invariant used: z->counts.held[6] == \at(z->counts.held[6], Pre);
        loop invariant others: \forall integer c; 8 <= c < 72 ==>
          z->counts.held[c] == \at(z->counts.held, Pre)[c];
        loop invariant pcp_lists: pcp_lists_kept(\at(z->lists, Pre), z->lists,
          \at(z->counts, Pre), z->counts);
        loop invariant ticks: z->lists.clock <=
          \at(z->lists.clock, Pre) + (start - \at(start, Pre));
        loop assigns start, BLOCKS, z->pageblocks.migratetype[ALL_PAGES];
        loop variant end - start;
    */
    while (start < end)
        start = free_first(z, start, end);
}

void free_range(struct zone *z, uint32_t start, uint32_t end)
{
    /*@ assert weight_then: \forall integer q; in_zone(z->blocks, q) ==>
          weight(z->blocks, 7, q) == (z->blocks.place[q] == PLACE_RESERVED ? 1 : 0); */
    free_blocks_of(z, start, end);
    /*@ assert weight: \forall integer q; in_zone(z->blocks, q) ==>
          weight(z->blocks, 7, q) == (z->blocks.place[q] == PLACE_RESERVED ? 1 : 0); */
    /* As many pages fewer are reserved as the range has, and those outside still are: so none of
     * the range is, and none outside is that was not. */
    /*@ ghost
      /@ loop invariant 0 <= k <= z->blocks.end;
         loop invariant least: pages(z->blocks, 7, k) >= pages(\at(z->blocks, Pre), 7, k)
           - (k <= start ? 0 : k <= end ? k - start : end - start);
         loop invariant more: handed_below(\at(z->blocks, Pre), z->blocks, start, end, k) ||
           pages(z->blocks, 7, k) > pages(\at(z->blocks, Pre), 7, k)
           - (k <= start ? 0 : k <= end ? k - start : end - start);
         loop assigns k;
         loop variant z->blocks.end - k; @/
      for (uint32_t k = 0; k < z->blocks.end; k++) ; */
}
