/* The swarm generator: each program draws its own zone, its own weights of operations, its own few
 * orders, types, flags and CPUs, and its own way to choose what to free. */
#include "fuzz/swarm.h"

#include <string.h>

#include "fuzz/random.h"
#include "harness/operations.h"

enum { MAX_CHOICES = 4, MAX_ISOLATED = 4 };

/* The few values one byte of the records takes in a program. */
struct choices {
    uint8_t count, values[MAX_CHOICES];
};

enum free_policy { FREE_OLDEST, FREE_NEWEST, FREE_ANY };

struct swarm {
    struct random random;
    uint8_t weights[OP_NR_KINDS];
    uint32_t total;
    struct choices cpus, orders, types, flags, misc;
    uint32_t phase;  /* operations of a growing or a shrinking phase; 0: no phases */
    uint32_t bad;    /* one call in so many asks for something that does not exist; 0: none */
    uint32_t window; /* slots in use go round in 0 .. window - 1 */
    enum free_policy policy;
    uint16_t live[RECORD_MAX_SLOTS]; /* slots believed to hold a block, oldest first */
    uint32_t nr_live, next_slot;
    uint32_t listed;                   /* pages of the list that was drawn last */
    bool single[RECORD_MAX_SLOTS];     /* slots believed to hold one page */
    uint8_t frees[RECORD_MAX_SLOTS];   /* what frees what a slot is believed to hold; 0: OP_FREE */
    uint16_t shared[RECORD_MAX_SLOTS]; /* slots whose blocks are believed to have references */
    uint32_t nr_shared;
    uint16_t isolated[MAX_ISOLATED]; /* pageblocks believed to be isolated */
    uint32_t nr_isolated, most_isolated;
};

static struct choices draw_choices(struct random *random, uint8_t bound)
{
    struct choices choices = {.count = (uint8_t)(1 + random_below(random, MAX_CHOICES))};
    for (uint32_t i = 0; i < choices.count; i++)
        choices.values[i] = (uint8_t)random_below(random, bound);
    return choices;
}

static uint8_t pick(struct random *random, const struct choices *choices)
{
    return choices->values[random_below(random, choices->count)];
}

static void draw_weights(struct swarm *swarm)
{
    static const uint8_t often[] = {0, 0, 1, 2, 4, 8, 16};
    static const uint8_t seldom[] = {0, 0, 0, 0, 1, 1, 2};
    for (uint32_t kind = 0; kind < OP_NR_KINDS; kind++) {
        bool main_kind = kind == OP_ALLOC || kind == OP_FREE;
        uint32_t index = random_below(&swarm->random, sizeof often);
        swarm->weights[kind] = main_kind ? (uint8_t)(4 + 2 * often[index]) : seldom[index];
    }
    swarm->total = 0;
    for (uint32_t kind = 0; kind < OP_NR_KINDS; kind++)
        swarm->total += swarm->weights[kind];
}

static void draw_swarm(struct swarm *swarm)
{
    static const uint32_t windows[] = {4, 16, 64, 256, RECORD_MAX_SLOTS};
    struct random *random = &swarm->random;
    draw_weights(swarm);
    swarm->cpus = draw_choices(random, 16);
    swarm->orders = draw_choices(random, random_one_in(random, 2) ? 4 : 240);
    swarm->types = draw_choices(random, random_one_in(random, 2) ? 3 : 240);
    swarm->flags = draw_choices(random, 255);
    for (uint32_t i = 0; i < swarm->flags.count; i++)
        swarm->flags.values[i] = random_flags(random);
    swarm->misc = draw_choices(random, 128);
    if (random_one_in(random, 3)) /* no watermark in the way */
        for (uint32_t i = 0; i < swarm->flags.count; i++)
            swarm->flags.values[i] |= 1u << 2;
    if (random_one_in(random, 3))
        swarm->orders = (struct choices){1, {(uint8_t)random_below(random, 3)}};
    swarm->phase = random_one_in(random, 2) ? 0 : random_length(random, 400);
    swarm->bad = random_one_in(random, 2) ? 0 : 4 + random_below(random, 60);
    swarm->window = windows[random_below(random, 5)];
    swarm->policy = (enum free_policy)random_below(random, 3);
    swarm->most_isolated = 1 + random_below(random, MAX_ISOLATED);
}

/* Half of the zones have one type, half of them no watermark, reserve or hole. */
static void draw_header(struct random *random, uint8_t *header)
{
    for (uint32_t i = 0; i < RECORD_HEADER_BYTES; i++)
        header[i] = random_byte(random);
    if (random_one_in(random, 2))
        memset(header + HEADER_TYPES, (int)random_below(random, 16) * 0x11, 4);
    if (random_one_in(random, 16))
        random_isolated_types(random, header);
    if (random_one_in(random, 2)) {
        header[HEADER_WMARK] = header[HEADER_BOOST] = 0;
        header[HEADER_RESERVE] = header[HEADER_RESERVE + 1] = header[HEADER_HIGHATOMIC] = 0;
    }
    if (random_one_in(random, 2))
        header[HEADER_HOLES] = 0;
    if (!random_one_in(random, 8))
        header[HEADER_CPUS] %= 4;
    if (random_one_in(random, 2)) /* lists that are trimmed often */
        header[HEADER_LIMIT] %= 8;
}

static void set_weight(struct swarm *swarm, uint32_t kind, uint8_t weight)
{
    swarm->total += weight - swarm->weights[kind];
    swarm->weights[kind] = weight;
}

/* A small zone that is full most of the time, of small blocks of the types that have fallbacks. */
static void crowd(struct swarm *swarm, uint8_t *header)
{
    static const uint8_t allocations[] = {16, 24, 40};
    random_fallback(&swarm->random, header);
    header[HEADER_SPANNED] = (uint8_t)random_below(&swarm->random, 64);
    header[HEADER_SPANNED + 1] = 0;
    swarm->types = draw_choices(&swarm->random, 3);
    swarm->orders = draw_choices(&swarm->random, 4);
    for (uint32_t i = 0; i < swarm->flags.count; i++)
        if (!random_one_in(&swarm->random, 4))
            swarm->flags.values[i] |= 1u << 2; /* no watermark in the way */
    swarm->window = RECORD_MAX_SLOTS;
    swarm->policy = FREE_ANY;
    set_weight(swarm, OP_ALLOC, allocations[random_below(&swarm->random, sizeof allocations)]);
}

/* Requests that reserve, some of them large, of the types that may; and the reserve given back. */
static void set_aside(struct swarm *swarm, uint8_t *header)
{
    enum { NON_BLOCK = 1 << 4, HIGHATOMIC = 1 << 7 }; /* as a record has them */
    random_highatomic(&swarm->random, header);
    if (!random_one_in(&swarm->random, 4))
        swarm->types = draw_choices(&swarm->random, 5);
    if (!random_one_in(&swarm->random, 4))
        swarm->orders = draw_choices(&swarm->random, 6);
    for (uint32_t i = 0; i < swarm->flags.count; i++)
        if (!random_one_in(&swarm->random, 3))
            swarm->flags.values[i] |= header[HEADER_GENERATION] % 4 == 2 ? NON_BLOCK : HIGHATOMIC;
    set_weight(swarm, OP_UNRESERVE, (uint8_t)(1 + random_below(&swarm->random, 4)));
}

static uint32_t draw_kind(struct swarm *swarm, uint32_t position)
{
    uint32_t drawn = random_below(&swarm->random, swarm->total), kind = 0;
    while (drawn >= swarm->weights[kind])
        drawn -= swarm->weights[kind++];
    if (swarm->phase && (kind == OP_ALLOC || kind == OP_FREE) && !random_one_in(&swarm->random, 8))
        return position / swarm->phase % 2 ? OP_FREE : OP_ALLOC;
    return kind;
}

static uint32_t choose_live(struct swarm *swarm)
{
    return swarm->policy == FREE_OLDEST   ? 0
           : swarm->policy == FREE_NEWEST ? swarm->nr_live - 1
                                          : random_below(&swarm->random, swarm->nr_live);
}

static void remove_live(struct swarm *swarm, uint32_t index, uint32_t count)
{
    swarm->nr_live -= count;
    memmove(swarm->live + index, swarm->live + index + count,
            (swarm->nr_live - index) * sizeof swarm->live[0]);
}

static uint32_t take_live(struct swarm *swarm)
{
    if (!swarm->nr_live)
        return random_below(&swarm->random, swarm->window);
    uint32_t index = choose_live(swarm);
    uint32_t slot = swarm->live[index];
    remove_live(swarm, index, 1);
    return slot;
}

/* How many of the slots in use, from one on, follow one another and hold one page each. */
static uint32_t singles_at(const struct swarm *swarm, uint32_t index)
{
    uint32_t count = 0;
    while (index + count < swarm->nr_live && count < PLUMB_LIST_PAGES &&
           swarm->live[index + count] == swarm->live[index] + count &&
           swarm->single[swarm->live[index + count]])
        count++;
    return count;
}

/* The first of a few neighbouring slots that hold one page each, more of them the better. */
static uint32_t choose_singles(struct swarm *swarm)
{
    uint32_t best = 0;
    for (uint32_t tries = 0; tries < 4; tries++) {
        uint32_t index = random_below(&swarm->random, swarm->nr_live);
        while (index > 0 && singles_at(swarm, index - 1) > 1)
            index--;
        if (tries == 0 || singles_at(swarm, index) > singles_at(swarm, best))
            best = index;
    }
    return best;
}

/* All of them, or fewer; if there are none, mostly a block is freed instead. */
static uint32_t take_list(struct swarm *swarm, uint32_t *kind)
{
    struct random *random = &swarm->random;
    uint32_t index = swarm->nr_live ? choose_singles(swarm) : 0;
    uint32_t count = singles_at(swarm, index);
    swarm->listed = 1;
    if (count == 0) {
        *kind = random_one_in(random, 4) ? OP_FREE_LIST : OP_FREE;
        return take_live(swarm);
    }
    uint32_t slot = swarm->live[index];
    if (random_one_in(random, 2))
        count = random_length(random, count);
    swarm->listed = count;
    remove_live(swarm, index, count);
    return slot;
}

static uint32_t put_live(struct swarm *swarm)
{
    uint32_t slot = swarm->next_slot++ % swarm->window;
    if (swarm->nr_live < RECORD_MAX_SLOTS)
        swarm->live[swarm->nr_live++] = (uint16_t)slot;
    return slot;
}

/* One that goes on holding what it holds. */
static uint32_t choose_slot(struct swarm *swarm)
{
    if (!swarm->nr_live)
        return random_below(&swarm->random, swarm->window);
    return swarm->live[choose_live(swarm)];
}

static uint32_t split_live(struct swarm *swarm)
{
    uint32_t slot = choose_slot(swarm);
    swarm->frees[slot] = OP_FREE_EXACT;
    return slot;
}

/* A reference is taken to a block there is, and mostly put, whether its owner has freed it or not. */
static uint32_t get_live(struct swarm *swarm)
{
    uint32_t slot = choose_slot(swarm);
    if (swarm->nr_shared < RECORD_MAX_SLOTS)
        swarm->shared[swarm->nr_shared++] = (uint16_t)slot;
    return slot;
}

static uint32_t put_shared(struct swarm *swarm)
{
    if (!swarm->nr_shared)
        return choose_slot(swarm);
    uint32_t index = random_below(&swarm->random, swarm->nr_shared);
    uint32_t slot = swarm->shared[index];
    swarm->shared[index] = swarm->shared[--swarm->nr_shared];
    return slot;
}

/* Pages that were allocated or split together are mostly freed together, for what is left of them
 * can't be reached. */
static uint32_t free_kind(struct swarm *swarm, uint32_t kind, uint32_t slot)
{
    if (random_one_in(&swarm->random, 4))
        return kind;
    return swarm->frees[slot] ? swarm->frees[slot] : OP_FREE;
}

/* What frees all that an allocation gets; 0: OP_FREE. */
static uint8_t kind_to_free(uint32_t kind)
{
    if (kind == OP_ALLOC_CONTIG)
        return OP_FREE_CONTIG;
    return kind == OP_ALLOC_EXACT ? OP_FREE_EXACT : 0;
}

/* The slot of a record that does what its kind is for. */
static uint32_t draw_slot(struct swarm *swarm, uint32_t *kind)
{
    uint32_t slot;
    switch (*kind) {
    case OP_ALLOC:
    case OP_ALLOC_EXACT:
    case OP_ALLOC_CONTIG:
    case OP_ISOLATE_PAGE:
        slot = put_live(swarm);
        swarm->frees[slot] = kind_to_free(*kind);
        return slot;
    case OP_FREE_LIST:
        return take_list(swarm, kind);
    case OP_SPLIT:
        return split_live(swarm);
    case OP_COMPOUND:
        return choose_slot(swarm);
    case OP_GET:
        return get_live(swarm);
    case OP_PUT:
        return put_shared(swarm);
    default:
        slot = take_live(swarm);
        *kind = free_kind(swarm, *kind, slot);
        return slot;
    }
}

/* Any pageblock, or one beside the last, for neighbours merge. */
static uint32_t isolate(struct swarm *swarm)
{
    uint32_t block = random_below(&swarm->random, 1u << 16);
    if (swarm->nr_isolated && random_one_in(&swarm->random, 3))
        block = swarm->isolated[swarm->nr_isolated - 1] ^ 1u;
    swarm->isolated[swarm->nr_isolated++] = (uint16_t)block;
    return block;
}

static uint32_t unisolate(struct swarm *swarm)
{
    uint32_t index = random_below(&swarm->random, swarm->nr_isolated);
    uint32_t block = swarm->isolated[index];
    swarm->isolated[index] = swarm->isolated[--swarm->nr_isolated];
    return block;
}

/* Few pageblocks are isolated at a time: so many that something is left to allocate. */
static uint32_t draw_pageblock(struct swarm *swarm, uint32_t *kind)
{
    if (swarm->nr_isolated == 0)
        *kind = OP_ISOLATE;
    if (swarm->nr_isolated == swarm->most_isolated)
        *kind = OP_UNISOLATE;
    return *kind == OP_ISOLATE ? isolate(swarm) : unisolate(swarm);
}

/* Anywhere, of any kind, and of a type that the zone may not have had before. */
static void draw_range(struct random *random, uint8_t *record)
{
    record[RECORD_CPU] = random_byte(random);
    record[RECORD_FLAGS] = random_byte(random);
    record[RECORD_MISC] = random_byte(random);
    if (random_one_in(random, 2))
        record[RECORD_TYPE] = random_byte(random);
}

/* Zones that count references use them; in the others such calls are bad ones, and seldom. */
static void share(struct swarm *swarm, const uint8_t *header)
{
    bool counts = header[HEADER_BASE] >= 128;
    if (!counts && random_one_in(&swarm->random, 16))
        return;
    uint8_t weight = counts ? (uint8_t)random_below(&swarm->random, 4) : 0;
    set_weight(swarm, OP_COMPOUND, counts ? (uint8_t)random_below(&swarm->random, 3) : 0);
    set_weight(swarm, OP_GET, weight);
    set_weight(swarm, OP_PUT, weight);
}

/* Single pages in neighbouring slots, and lists that free them. */
static void list_pages(struct swarm *swarm)
{
    if (random_one_in(&swarm->random, 2))
        swarm->orders.count = 1;
    swarm->orders.values[0] = 0;
    swarm->window = RECORD_MAX_SLOTS;
    swarm->phase = 0;
    set_weight(swarm, OP_ALLOC, 24);
    set_weight(swarm, OP_FREE, 4);
    set_weight(swarm, OP_FREE_LIST, (uint8_t)(2 + random_below(&swarm->random, 3)));
}

static void generate_record(struct swarm *swarm, uint32_t position, uint8_t *record)
{
    struct random *random = &swarm->random;
    bool bad = swarm->bad && random_one_in(random, swarm->bad);
    uint32_t kind = draw_kind(swarm, position);
    uint32_t value = random_below(random, 1u << 16);
    if (operation_uses_slot(kind) && !bad)
        value = draw_slot(swarm, &kind);
    if ((kind == OP_ISOLATE || kind == OP_UNISOLATE) && !bad)
        value = draw_pageblock(swarm, &kind);
    bool is_exact = kind == OP_ALLOC_EXACT || kind == OP_FREE_EXACT;
    bool is_run = is_exact || kind == OP_ALLOC_CONTIG || kind == OP_FREE_CONTIG; /* of any length */
    bool is_page = (kind == OP_GET || kind == OP_PUT) && random_one_in(random, 2); /* of a block */
    bool known = bad || operation_uses_slot(kind) || random_one_in(random, 2);
    record[RECORD_KIND] = random_kind_byte(random, kind);
    record[RECORD_CPU] = pick(random, &swarm->cpus);
    record[RECORD_ORDER] =
        known && !is_run && !is_page ? pick(random, &swarm->orders) : random_byte(random);
    record[RECORD_TYPE] = known ? pick(random, &swarm->types) : random_byte(random);
    record[RECORD_SLOT] = (uint8_t)value;
    record[RECORD_SLOT + 1] = (uint8_t)(value >> 8);
    record[RECORD_FLAGS] = pick(random, &swarm->flags);
    record[RECORD_MISC] = pick(random, &swarm->misc);
    if (kind == OP_ALLOC_CONTIG || kind == OP_ISOLATE_PAGE)
        draw_range(random, record);
    if (kind == OP_FREE_LIST && !bad && !random_one_in(random, 16))
        record[RECORD_ORDER] = record_list_byte(swarm->listed);
    if (operation_puts_slot(kind))
        swarm->single[record_slot(record)] = kind == OP_ALLOC && record[RECORD_ORDER] == 0;
    if (kind == OP_PCP_DISABLE) /* both ways, and mostly enabled */
        record[RECORD_MISC] = random_byte(random);
    if ((kind == OP_FREE_EXACT || kind == OP_FREE_CONTIG) && random_one_in(random, 4))
        record[RECORD_MISC] |= 0xe0; /* not the run's length */
    if (bad)
        record[1 + random_below(random, RECORD_BYTES - 1)] =
            (uint8_t)(224 + random_below(random, 32));
}

size_t swarm_generate(uint64_t seed, uint32_t max_operations, uint8_t *bytes)
{
    struct swarm swarm = {.random = {seed}};
    draw_header(&swarm.random, bytes);
    draw_swarm(&swarm);
    if (random_one_in(&swarm.random, 4))
        crowd(&swarm, bytes);
    if (random_one_in(&swarm.random, 5))
        set_aside(&swarm, bytes);
    else if (random_one_in(&swarm.random, 4))
        list_pages(&swarm);
    share(&swarm, bytes);
    uint32_t count = random_length(&swarm.random, max_operations);
    for (uint32_t i = 0; i < count; i++)
        generate_record(&swarm, i, bytes + RECORD_HEADER_BYTES + (size_t)i * RECORD_BYTES);
    return RECORD_HEADER_BYTES + (size_t)count * RECORD_BYTES;
}
