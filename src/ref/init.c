/* Making a zone: its configuration, its lists, its pages, its pageblocks. */
#include "src/ref/init.h"

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
    /*@ loop invariant small: \forall integer j; 0 <= j < i ==> size_ok(c->wmark[j]);
        loop assigns i;
        loop variant 4 - i; */
    for (uint32_t i = 0; i < PLUMB_NR_WMARKS; i++)
        if (c->wmark[i] > SIZE_MAX_PAGES)
            return 0;
    /*@ loop invariant small: \forall integer j; 0 <= j < i ==> size_ok(c->lowmem_reserve[j]);
        loop assigns i;
        loop variant 4 - i; */
    for (uint32_t i = 0; i < PLUMB_NR_ZONES; i++)
        if (c->lowmem_reserve[i] > SIZE_MAX_PAGES)
            return 0;
    return c->watermark_boost <= SIZE_MAX_PAGES && c->nr_reserved_highatomic <= SIZE_MAX_PAGES &&
           c->watermark_boost_factor <= BOOST_FACTOR_MAX;
}

/*@ requires \valid_read(c);
    terminates \true;
    assigns \nothing;
    ensures exact: \result == 1 <==> c->pcp_high_max <= c->pcp_limit &&
      c->pcp_batch_scale_max <= 6 && c->pcp_free_high_batch < 2 && c->pcp_tuning < 2 &&
      (c->pcp_tuning == 1 ==> c->generation == 2 && c->pcp_high <= c->pcp_high_max);
    ensures boolean: \result == 0 || \result == 1;
*/
static int tuning_valid(const struct plumb_config *c)
{
    if (c->pcp_tuning > 1 || c->pcp_batch_scale_max > PLUMB_PCP_BATCH_SCALE_MAX ||
        c->pcp_free_high_batch > 1 || c->pcp_high_max > c->pcp_limit)
        return 0;
    return !c->pcp_tuning || (c->generation == PLUMB_V6_12 && c->pcp_high <= c->pcp_high_max);
}

/*@ requires \valid_read(c);
    terminates \true;
    assigns \nothing;
    ensures exact: \result == 1 <==>
      c->thp < 2 && (c->thp == 1 ==> c->generation == 2 && c->pageblock_order > 3);
    ensures boolean: \result == 0 || \result == 1;
*/
static int thp_valid(const struct plumb_config *c)
{
    return !c->thp ||
           (c->thp == 1 && c->generation == PLUMB_V6_12 && c->pageblock_order >= PLUMB_PCP_ORDERS);
}

int ref_config_valid(const struct plumb_config *c)
{
    if (!extent_valid(c) || !sizes_valid(c))
        return 0;
    if (c->generation >= PLUMB_NR_GENERATIONS || c->nr_cpus < 1 || c->nr_cpus > PLUMB_MAX_CPUS)
        return 0;
    if (c->fallback >= PLUMB_NR_FALLBACKS ||
        (c->generation == PLUMB_V2_6_11 && c->fallback != PLUMB_FALLBACK_NONE))
        return 0;
    if (c->placement >= PLUMB_NR_PLACEMENTS || c->ungrouped > 1 || !thp_valid(c))
        return 0;
    if (c->highatomic >= PLUMB_NR_RESERVES ||
        (c->highatomic == PLUMB_RESERVE_V6_12 && c->generation != PLUMB_V6_12) ||
        (c->highatomic == PLUMB_RESERVE_V4_10 && c->generation != PLUMB_V4_10))
        return 0;
    if (c->pcp_limit < 2 || c->pcp_limit > 0x10000)
        return 0;
    if (c->pcp_batch < 1 || c->pcp_batch > c->pcp_limit || c->pcp_high > c->pcp_limit ||
        c->pcp_low > c->pcp_limit)
        return 0;
    return tuning_valid(c);
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
    z->tuning.high_max = c->pcp_high_max;
    z->watermark_boost = c->watermark_boost;
    z->nr_reserved_highatomic = c->nr_reserved_highatomic;
    z->watermark_boost_factor = c->watermark_boost_factor;
    /*@ loop invariant same: \forall integer j; 0 <= j < i ==> z->wmark[j] == c->wmark[j];
        loop assigns i, z->wmark[0 .. 3];
        loop variant 4 - i; */
    for (uint32_t i = 0; i < PLUMB_NR_WMARKS; i++)
        z->wmark[i] = c->wmark[i];
    /*@ loop invariant same: \forall integer j; 0 <= j < i ==>
          z->lowmem_reserve[j] == c->lowmem_reserve[j];
        loop assigns i, z->lowmem_reserve[0 .. 3];
        loop variant 4 - i; */
    for (uint32_t i = 0; i < PLUMB_NR_ZONES; i++)
        z->lowmem_reserve[i] = c->lowmem_reserve[i];
}

/* Nothing is remembered yet. */
/*@ requires \valid(z) && \valid_read(c) && \separated(z, c);
    terminates \true;
    assigns z->tuning;
    ensures on: z->tuning.on == c->pcp_tuning;
    ensures scale: z->tuning.batch_scale_max == c->pcp_batch_scale_max;
    ensures by_batch: z->tuning.free_high_batch == c->pcp_free_high_batch;
    ensures forgets: forgets(z->tuning);
*/
static void init_tuning(struct zone *z, const struct plumb_config *c)
{
    z->tuning.on = c->pcp_tuning;
    z->tuning.batch_scale_max = c->pcp_batch_scale_max;
    z->tuning.free_high_batch = c->pcp_free_high_batch;
    z->tuning.below_high = 0;
    z->tuning.reclaim_active = 0;
    /*@ loop invariant range: 0 <= cpu <= 64;
        loop invariant nothing: \forall integer i; 0 <= i < cpu ==> forgets_at(z->tuning, i);
        loop assigns cpu, z->tuning.high[0 .. 63], z->tuning.alloc_factor[0 .. 63],
          z->tuning.free_count[0 .. 63], z->tuning.prev_free_high_order[0 .. 63];
        loop variant 64 - cpu; */
    for (uint32_t cpu = 0; cpu < PLUMB_MAX_CPUS; cpu++) {
        z->tuning.high[cpu] = 0;
        z->tuning.alloc_factor[cpu] = 0;
        z->tuning.free_count[cpu] = 0;
        z->tuning.prev_free_high_order[cpu] = 0;
    }
}

/* The lists are enabled. */
/*@ requires \valid(z) && \valid_read(c) && \separated(z, c);
    terminates \true;
    assigns z->disabled;
    ensures off: z->disabled.on == 0;
    ensures sizes: z->disabled.batch == c->pcp_batch && z->disabled.high == c->pcp_high &&
      z->disabled.low == c->pcp_low && z->disabled.high_max == c->pcp_high_max;
*/
static void init_disabled(struct zone *z, const struct plumb_config *c)
{
    z->disabled.on = 0;
    z->disabled.batch = c->pcp_batch;
    z->disabled.high = c->pcp_high;
    z->disabled.low = c->pcp_low;
    z->disabled.high_max = c->pcp_high_max;
}

/*@ requires \valid(z) && \valid_read(c) && \separated(z, c) && config_ok(*c);
    terminates \true;
    assigns z->first, z->base_pfn, z->blocks.end, z->blocks.top_order, z->blocks.pageblock_order,
      z->generation, z->nr_cpus, z->fallback, z->highatomic, z->placement,
      z->owners.ungrouped, z->pcp_limit, TUNABLES, z->tuning, z->disabled;
    ensures place: placed_as(*z, *c);
    ensures shape: shaped_as(*z, *c);
    ensures tunables: tuned_as(*z, *c);
    ensures shaped: shaped(*z);
    ensures tuned: tuned(*z);
    ensures adapted: adapted(z->tuning, z->generation, z->pcp_high);
    ensures forgets: forgets(z->tuning);
    ensures based: based(*z);
    ensures inside: z->blocks.end <= ZONE_CAPACITY;
*/
static void init_parameters(struct zone *z, const struct plumb_config *c)
{
    init_extent(z, c);
    z->generation = c->generation + c->thp;
    z->fallback = c->fallback;
    z->highatomic = c->highatomic;
    z->placement = c->placement;
    z->owners.ungrouped = c->ungrouped;
    z->nr_cpus = c->nr_cpus;
    z->pcp_limit = c->pcp_limit;
    init_tuning(z, c);
    init_tunables(z, c);
    init_disabled(z, c);
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
    /*@ loop invariant range: 0 <= l <= 1730;
        loop invariant empty: \forall integer j; 0 <= j < l ==> z->lists.head[j] == NONE &&
          z->lists.tail[j] == NONE && z->counts.len[j] == 0;
        loop assigns l, z->lists.head[ALL_LISTS], z->lists.tail[ALL_LISTS],
          z->counts.len[ALL_LISTS];
        loop variant 1730 - l; */
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
