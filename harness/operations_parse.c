/* Programs as text: the parser. */
#include "harness/names.h"
#include "harness/words.h"

#include <string.h>

/* Keys of operations; the tunables' keys are in names.c. */
enum key {
    KEY_CPU,
    KEY_ORDER,
    KEY_TYPE,
    KEY_FLAGS,
    KEY_ZONEIDX,
    KEY_SLOT,
    KEY_PFN,
    KEY_MARK,
    KEY_FREE,
    KEY_MEMORY,
    KEY_MIN_FREE,
    KEY_SCALE,
    KEY_FRACTION,
    KEY_SHAPE,
    KEY_CPUS,
    KEY_PAGES,
    KEY_START,
    KEY_END,
    KEY_PAGE,
    NR_KEYS
};

static const char *const key_names[NR_KEYS] = {
    "cpu",      "order", "type",     "flags", "zoneidx", "slot",  "pfn",   "mark", "free", "memory",
    "min_free", "scale", "fraction", "shape", "cpus",    "pages", "start", "end",  "page"};

#define BIT(n) (1u << (n))

enum {
    SIZING_KEYS = BIT(KEY_ZONEIDX) | BIT(KEY_MEMORY) | BIT(KEY_MIN_FREE) | BIT(KEY_SCALE) |
                  BIT(KEY_FRACTION) | BIT(KEY_SHAPE) | BIT(KEY_CPUS)
};

struct shape {
    uint32_t keys, needed;
    const char *mark; /* a word that may follow: sets `cold` */
    const char *example;
};

static const struct shape shapes[OP_NR_KINDS] = {
    [OP_RELEASE] = {0, 0, NULL, "release START END"},
    [OP_ALLOC] = {BIT(KEY_CPU) | BIT(KEY_ORDER) | BIT(KEY_TYPE) | BIT(KEY_FLAGS) |
                      BIT(KEY_ZONEIDX) | BIT(KEY_SLOT),
                  BIT(KEY_SLOT), NULL, "alloc cpu= order= type= flags= zoneidx= slot="},
    [OP_FREE] = {BIT(KEY_CPU) | BIT(KEY_SLOT) | BIT(KEY_ORDER), BIT(KEY_SLOT), "cold",
                 "free cpu= slot= [order=] [cold]"},
    [OP_FREE_PFN] = {BIT(KEY_CPU) | BIT(KEY_PFN) | BIT(KEY_ORDER), BIT(KEY_PFN), "cold",
                     "free_pfn cpu= pfn= order= [cold]"},
    [OP_DRAIN_PAGES] = {BIT(KEY_CPU), BIT(KEY_CPU), NULL, "drain_pages cpu="},
    [OP_DRAIN_ZONE_PAGES] = {BIT(KEY_CPU), BIT(KEY_CPU), NULL, "drain_zone_pages cpu="},
    [OP_DRAIN_ALL_PAGES] = {0, 0, NULL, "drain_all_pages"},
    [OP_WATERMARK_OK] = {BIT(KEY_ORDER) | BIT(KEY_MARK) | BIT(KEY_ZONEIDX) | BIT(KEY_FLAGS) |
                             BIT(KEY_FREE),
                         BIT(KEY_FREE), NULL, "watermark_ok order= mark= zoneidx= flags= free="},
    [OP_SET_TUNABLES] = {0, 0, NULL, "set_tunables batch= wmark.min= ..."},
    [OP_CHECK] = {0, 0, NULL, "check"},
    [OP_SIZING] = {SIZING_KEYS, BIT(KEY_SCALE), NULL,
                   "sizing zoneidx= memory= min_free= scale= fraction= shape= cpus="},
    [OP_SET_SIZES] = {SIZING_KEYS, BIT(KEY_SCALE), NULL,
                      "set_sizes zoneidx= memory= min_free= scale= fraction= shape= cpus="},
    [OP_UNRESERVE] = {BIT(KEY_TYPE), BIT(KEY_TYPE), "force", "unreserve type= [force]"},
    [OP_SPLIT] = {BIT(KEY_SLOT) | BIT(KEY_ORDER), BIT(KEY_SLOT), NULL, "split slot= [order=]"},
    [OP_ALLOC_EXACT] = {BIT(KEY_CPU) | BIT(KEY_PAGES) | BIT(KEY_TYPE) | BIT(KEY_FLAGS) |
                            BIT(KEY_ZONEIDX) | BIT(KEY_SLOT),
                        BIT(KEY_SLOT), NULL, "alloc_exact cpu= pages= type= flags= zoneidx= slot="},
    [OP_FREE_EXACT] = {BIT(KEY_CPU) | BIT(KEY_SLOT) | BIT(KEY_PAGES), BIT(KEY_SLOT), NULL,
                       "free_exact cpu= slot= [pages=]"},
    [OP_ISOLATE] = {BIT(KEY_PFN), BIT(KEY_PFN), NULL, "isolate pfn="},
    [OP_UNISOLATE] = {BIT(KEY_PFN) | BIT(KEY_TYPE), BIT(KEY_PFN) | BIT(KEY_TYPE), NULL,
                      "unisolate pfn= type="},
    [OP_ALLOC_CONTIG] = {BIT(KEY_START) | BIT(KEY_END) | BIT(KEY_TYPE) | BIT(KEY_SLOT),
                         BIT(KEY_START) | BIT(KEY_END) | BIT(KEY_SLOT), NULL,
                         "alloc_contig start= end= type= slot="},
    [OP_FREE_CONTIG] = {BIT(KEY_CPU) | BIT(KEY_SLOT) | BIT(KEY_PAGES), BIT(KEY_SLOT), NULL,
                        "free_contig cpu= slot= [pages=]"},
    [OP_COMPOUND] = {BIT(KEY_SLOT) | BIT(KEY_ORDER), BIT(KEY_SLOT), NULL,
                     "compound slot= [order=]"},
    [OP_GET] = {BIT(KEY_SLOT) | BIT(KEY_PAGE), BIT(KEY_SLOT), NULL, "get slot= [page=]"},
    [OP_PUT] = {BIT(KEY_CPU) | BIT(KEY_SLOT) | BIT(KEY_PAGE), BIT(KEY_SLOT), NULL,
                "put cpu= slot= [page=]"},
    [OP_ISOLATE_PAGE] = {BIT(KEY_PFN) | BIT(KEY_ORDER) | BIT(KEY_SLOT),
                         BIT(KEY_PFN) | BIT(KEY_SLOT), NULL, "isolate_page pfn= [order=] slot="},
    [OP_DECAY] = {BIT(KEY_CPU), BIT(KEY_CPU), NULL, "decay cpu="},
    [OP_RECLAIM] = {0, 0, "active", "reclaim [active]"},
    [OP_PCP_DISABLE] = {0, 0, "disabled", "pcp [disabled]"},
    [OP_FREE_LIST] = {BIT(KEY_CPU) | BIT(KEY_SLOT) | BIT(KEY_PAGES), BIT(KEY_SLOT), "cold",
                      "free_list cpu= slot= pages= [cold]"},
};

/* ---- names ---- */

/* The words a key takes beside numbers. */
struct naming {
    const char *const *names;
    unsigned count;
    const char *expected;
};

static const struct naming migratetypes = {
    migratetype_names, MIGRATE_TYPES,
    "UNMOVABLE, MOVABLE, RECLAIMABLE, HIGHATOMIC, CMA, ISOLATE or a number"};
static const struct naming generations = {generation_names, PLUMB_NR_GENERATIONS,
                                          "2.6.11, 4.10, 6.12 or a number"};
static const struct naming fallbacks = {fallback_names, PLUMB_NR_FALLBACKS,
                                        "none, 4.10, 6.12, 6.15 or a number"};
static const struct naming switches = {switch_names, 2, "on, off or a number"};
static const struct naming groupings = {grouping_names, 2, "on, off or a number"};
static const struct naming placements = {placement_names, PLUMB_NR_PLACEMENTS,
                                         "kernel, head or a number"};
static const struct naming reserves = {reserve_names, PLUMB_NR_RESERVES,
                                       "none, 4.10, 6.12 or a number"};

static bool parse_named(struct parser *parser, struct word word, const struct naming *naming,
                        uint32_t *value)
{
    int found = find_name(word, naming->names, naming->count);
    uint64_t number = (uint64_t)found;
    if (found < 0 && !number_of(word, UINT32_MAX, &number))
        return fail_word(parser, word, naming->expected);
    *value = (uint32_t)number;
    return true;
}

static bool flag_of(struct word word, uint32_t *flag)
{
    int mark = find_name(word, wmark_names, PLUMB_NR_WMARKS);
    uint64_t number = (uint64_t)mark;
    for (unsigned i = 0; mark < 0 && i < NR_FLAG_NAMES; i++) {
        if (!word_is(word, flag_names[i].name))
            continue;
        *flag = flag_names[i].bit;
        return true;
    }
    if (mark < 0 && !number_of(word, UINT32_MAX, &number))
        return false;
    *flag = (uint32_t)number;
    return true;
}

static bool parse_flags(struct parser *parser, struct word word, uint32_t *flags)
{
    *flags = 0;
    if (ends_with(word, '|'))
        return fail_word(parser, word, "a flag behind the last |");
    do {
        uint32_t flag;
        struct word name = cut(word, '|', &word);
        if (!flag_of(name, &flag))
            return fail_word(parser, name,
                             "MIN, LOW, HIGH or PROMO, and NO_WATERMARKS, OOM, NON_BLOCK, "
                             "MIN_RESERVE, CMA, NOFRAGMENT, HIGHATOMIC, COLD or a number, with | "
                             "between");
        *flags |= flag;
    } while (word.length);
    return true;
}

/* ---- tunables ---- */

static uint64_t tunable_max(int tunable)
{
    return tunable <= TUNABLE_LOW || tunable >= TUNABLE_BOOST_FACTOR ? UINT32_MAX : UINT64_MAX;
}

static bool parse_tunable(struct parser *parser, int tunable, struct word word,
                          struct tunables_change *change)
{
    uint64_t number;
    if (!parse_number(parser, word, tunable_max(tunable), &number))
        return false;
    tunable_set(&change->to, (unsigned)tunable, number);
    change->mask |= BIT(tunable);
    return true;
}

/* A tunable's key, or one of the two that name four at once; -1: the key is neither. */
static int parse_tunable_key(struct parser *parser, struct word key, struct word value,
                             struct tunables_change *change)
{
    int tunable = find_name(key, tunable_names, NR_TUNABLES);
    if (tunable >= 0)
        return parse_tunable(parser, tunable, value, change);
    if (word_is(key, "wmark")) {
        change->mask |= 15u << TUNABLE_WMARK;
        return parse_list(parser, value, change->to.wmark, PLUMB_NR_WMARKS);
    }
    if (word_is(key, "reserve")) {
        change->mask |= 15u << TUNABLE_RESERVE;
        return parse_list(parser, value, change->to.lowmem_reserve, PLUMB_NR_ZONES);
    }
    return -1;
}

static bool parse_set_tunables(struct parser *parser)
{
    struct tunables_change change = {0};
    struct word value, word = next_word(parser);
    for (; word.length; word = next_word(parser)) {
        struct word key = cut(word, '=', &value);
        int done = parse_tunable_key(parser, key, value, &change);
        if (done < 0)
            return fail_word(parser, word,
                             "batch= high= low= wmark.min= .low= .high= .promo= "
                             "boost= reserve.dma= .dma32= .normal= .movable= "
                             "highatomic= boost_factor= high_max= wmark= reserve=");
        if (!done)
            return false;
    }
    return program_add_change(parser->program, &change, parser->line) || fail_memory(parser);
}

/* ---- the zone ---- */

static int parse_zone_key(struct parser *parser, struct word key, struct word value,
                          struct tunables_change *change)
{
    struct plumb_config *config = &parser->program->config;
    if (word_is(key, "start_pfn"))
        return parse_number(parser, value, UINT64_MAX, &config->start_pfn);
    if (word_is(key, "spanned"))
        return parse_number(parser, value, UINT64_MAX, &config->spanned_pages);
    if (word_is(key, "top"))
        return parse_u32(parser, value, &config->top_order);
    if (word_is(key, "pageblock"))
        return parse_u32(parser, value, &config->pageblock_order);
    if (word_is(key, "gen"))
        return parse_named(parser, value, &generations, &config->generation);
    if (word_is(key, "fallback"))
        return parse_named(parser, value, &fallbacks, &config->fallback);
    if (word_is(key, "cpus"))
        return parse_u32(parser, value, &config->nr_cpus);
    if (word_is(key, "limit"))
        return parse_u32(parser, value, &config->pcp_limit);
    if (word_is(key, "highatomic_reserve"))
        return parse_named(parser, value, &reserves, &config->highatomic);
    if (word_is(key, "placement"))
        return parse_named(parser, value, &placements, &config->placement);
    if (word_is(key, "grouping"))
        return parse_named(parser, value, &groupings, &config->ungrouped);
    if (word_is(key, "tuning"))
        return parse_named(parser, value, &switches, &config->pcp_tuning);
    if (word_is(key, "thp"))
        return parse_named(parser, value, &switches, &config->thp);
    if (word_is(key, "scale_max"))
        return parse_u32(parser, value, &config->pcp_batch_scale_max);
    if (word_is(key, "high_batch"))
        return parse_u32(parser, value, &config->pcp_free_high_batch);
    if (word_is(key, "refs"))
        return parse_u32(parser, value, &config->page_refs);
    return parse_tunable_key(parser, key, value, change);
}

static void set_config_tunables(struct plumb_config *config, const struct plumb_tunables *to)
{
    config->pcp_batch = to->pcp_batch;
    config->pcp_high = to->pcp_high;
    config->pcp_low = to->pcp_low;
    memcpy(config->wmark, to->wmark, sizeof(config->wmark));
    config->watermark_boost = to->watermark_boost;
    memcpy(config->lowmem_reserve, to->lowmem_reserve, sizeof(config->lowmem_reserve));
    config->nr_reserved_highatomic = to->nr_reserved_highatomic;
    config->watermark_boost_factor = to->watermark_boost_factor;
    config->pcp_high_max = to->pcp_high_max;
}

static bool parse_zone(struct parser *parser)
{
    struct plumb_config *config = &parser->program->config;
    struct tunables_change change = {.to = {.pcp_batch = 1}};
    struct word value, word = next_word(parser);
    *config = (struct plumb_config){.top_order = PLUMB_MAX_ORDER,
                                    .pageblock_order = 9,
                                    .generation = PLUMB_V6_12,
                                    .nr_cpus = 1,
                                    .pcp_limit = 64};
    for (; word.length; word = next_word(parser)) {
        struct word key = cut(word, '=', &value);
        int done = parse_zone_key(parser, key, value, &change);
        if (done < 0)
            return fail_word(parser, word,
                             "start_pfn= spanned= top= pageblock= gen= cpus= batch= "
                             "high= low= limit= wmark= boost= reserve= highatomic= fallback= "
                             "boost_factor= highatomic_reserve= placement= grouping= refs= "
                             "tuning= high_max= scale_max= high_batch= thp=");
        if (!done)
            return false;
    }
    set_config_tunables(config, &change.to);
    if (config_in_limits(config) && !config_is_valid(config))
        return fail_at(parser, 1, "the zone is too large",
                       "at most 8388608 pages from start_pfn, rounded down, to the end");
    if (!program_set_types(parser->program))
        return fail_memory(parser);
    bool one_type = config->generation == PLUMB_V2_6_11;
    if (parser->program->nr_types)
        memset(parser->program->types, one_type ? MIGRATE_UNMOVABLE : MIGRATE_MOVABLE,
               parser->program->nr_types);
    return true;
}

/* One TYPExCOUNT; the type may be a name or a number. */
static bool parse_run(struct parser *parser, struct word word, uint8_t *type, uint64_t *count)
{
    static const char *const expected = "TYPExCOUNT, as in 1x20";
    uint64_t number;
    size_t x = word.length;
    while (x > 0 && word.text[x - 1] != 'x')
        x--;
    if (x < 2)
        return fail_word(parser, word, expected);
    struct word name = {word.text, x - 1, word.column};
    struct word rest = {word.text + x, word.length - x, word.column + (uint32_t)x};
    int found = find_name(name, migratetype_names, MIGRATE_TYPES);
    if (found < 0 && !number_of(name, UINT8_MAX, &number))
        return fail_word(parser, word, expected);
    *type = found < 0 ? (uint8_t)number : (uint8_t)found;
    return parse_number(parser, rest, UINT32_MAX, count);
}

static bool parse_types(struct parser *parser)
{
    struct program *program = parser->program;
    uint64_t count, at = 0;
    uint8_t type = 0;
    if (parser->has_types || program->nr_operations)
        return fail_at(parser, 1, "\"types\" here", "one \"types\" line, before any operation");
    parser->has_types = true;
    struct word word = next_word(parser);
    if (!word.length)
        return fail_word(parser, word, "TYPExCOUNT, as in 1x20");
    for (; word.length; word = next_word(parser)) {
        if (!parse_run(parser, word, &type, &count))
            return false;
        if (count > program->nr_types - at)
            return fail_word(parser, word, "no more types than the zone has pageblocks");
        if (count) /* a zone outside the limits has no pageblocks, and no memory for them */
            memset(program->types + at, type, count);
        at += count;
    }
    if (program->nr_types > at)
        memset(program->types + at, type, program->nr_types - at);
    return true;
}

/* ---- operations ---- */

static bool parse_pages(struct parser *parser, struct word value, struct operation *operation)
{
    operation->has_order = operation->kind == OP_FREE_EXACT || operation->kind == OP_FREE_CONTIG;
    if (operation->kind == OP_FREE_CONTIG)
        return parse_number(parser, value, UINT64_MAX, &operation->run);
    return parse_u32(parser, value, &operation->pages);
}

static bool parse_key(struct parser *parser, int key, struct word value,
                      struct operation *operation)
{
    uint64_t slot = 0;
    switch (key) {
    case KEY_CPU:
        return parse_u32(parser, value, &operation->cpu);
    case KEY_ORDER:
        operation->has_order = operation->kind != OP_ALLOC && operation->kind != OP_FREE_PFN &&
                               operation->kind != OP_WATERMARK_OK;
        return parse_u32(parser, value, &operation->order);
    case KEY_PAGES:
        return parse_pages(parser, value, operation);
    case KEY_PAGE:
        return parse_u32(parser, value, &operation->pages);
    case KEY_TYPE:
        return parse_named(parser, value, &migratetypes, &operation->type);
    case KEY_FLAGS:
        return parse_flags(parser, value, &operation->flags);
    case KEY_ZONEIDX:
        return parse_u32(parser, value, &operation->zoneidx);
    case KEY_SLOT:
        if (!parse_number(parser, value, PROGRAM_MAX_SLOTS - 1, &slot))
            return false;
        operation->slot = (uint32_t)slot;
        return true;
    case KEY_PFN:
        return parse_number(parser, value, UINT64_MAX, &operation->pfn);
    case KEY_START:
        return parse_number(parser, value, UINT64_MAX, &operation->start);
    case KEY_END:
        return parse_number(parser, value, UINT64_MAX, &operation->end);
    case KEY_MARK:
        return parse_number(parser, value, UINT64_MAX, &operation->mark);
    case KEY_MEMORY:
        return parse_number(parser, value, UINT64_MAX, &operation->memory);
    case KEY_MIN_FREE:
        return parse_number(parser, value, UINT64_MAX, &operation->min_free);
    case KEY_SCALE:
        return parse_u32(parser, value, &operation->flags);
    case KEY_FRACTION:
        return parse_u32(parser, value, &operation->order);
    case KEY_SHAPE:
        return parse_u32(parser, value, &operation->type);
    case KEY_CPUS:
        return parse_u32(parser, value, &operation->cpu);
    default:
        return parse_signed(parser, value, &operation->free_pages);
    }
}

static bool parse_keys(struct parser *parser, struct operation *operation)
{
    const struct shape *shape = &shapes[operation->kind];
    uint32_t seen = 0;
    struct word value, word = next_word(parser);
    for (; word.length; word = next_word(parser)) {
        if (shape->mark && word_is(word, shape->mark)) {
            operation->cold = 1;
            continue;
        }
        struct word name = cut(word, '=', &value);
        int key = find_name(name, key_names, NR_KEYS);
        if (key < 0 || !(shape->keys & BIT(key)) || seen & BIT(key))
            return fail_word(parser, word, shape->example);
        seen |= BIT(key);
        if (!parse_key(parser, key, value, operation))
            return false;
    }
    return (shape->needed & ~seen) == 0 || fail_word(parser, word, shape->example);
}

static bool parse_release(struct parser *parser, struct operation *operation)
{
    struct word start = next_word(parser), end = next_word(parser), more = next_word(parser);
    if (more.length)
        return fail_word(parser, more, shapes[OP_RELEASE].example);
    return parse_number(parser, start, UINT64_MAX, &operation->start) &&
           parse_number(parser, end, UINT64_MAX, &operation->end);
}

static bool parse_operation(struct parser *parser, struct word name)
{
    int kind = find_name(name, operation_names, OP_NR_KINDS);
    if (kind < 0)
        return fail_word(parser, name,
                         "release, alloc, free, free_pfn, drain_pages, drain_zone_pages, "
                         "drain_all_pages, watermark_ok, set_tunables, check, sizing, set_sizes, "
                         "unreserve, split, alloc_exact, free_exact, isolate, unisolate, "
                         "alloc_contig, free_contig, compound, get, put, isolate_page, decay, "
                         "reclaim, pcp or free_list");
    if (kind == OP_SET_TUNABLES)
        return parse_set_tunables(parser);
    struct operation operation = {.kind = (uint8_t)kind, .line = parser->line};
    if (kind == OP_ALLOC_EXACT || kind == OP_FREE_LIST)
        operation.pages = 1;
    bool done =
        kind == OP_RELEASE ? parse_release(parser, &operation) : parse_keys(parser, &operation);
    if (done && operation_slot_end(&operation) > PROGRAM_MAX_SLOTS)
        return fail_at(parser, 1, "a list beyond the last slot", "slot= and pages= up to 8388608");
    return done && (program_add(parser->program, &operation) || fail_memory(parser));
}

static bool parse_line(struct parser *parser, bool *has_zone)
{
    struct word name = next_word(parser);
    if (!name.length)
        return true;
    if (word_is(name, "zone") != !*has_zone)
        return fail_word(parser, name,
                         *has_zone ? "one \"zone\" line, the first"
                                   : "\"zone start_pfn= spanned= ...\" first");
    if (!*has_zone) {
        *has_zone = true;
        return parse_zone(parser);
    }
    return word_is(name, "types") ? parse_types(parser) : parse_operation(parser, name);
}

static bool parse_lines(struct parser *parser)
{
    bool has_zone = false;
    while (parser->line_start < parser->length) {
        const char *start = parser->text + parser->line_start;
        const char *newline = memchr(start, '\n', parser->length - parser->line_start);
        parser->line_end = newline ? (size_t)(newline - parser->text) : parser->length;
        parser->at = parser->line_start;
        parser->line++;
        if (!parse_line(parser, &has_zone))
            return false;
        parser->line_start = parser->line_end + 1;
    }
    parser->line += parser->line == 0; // of an empty file
    return has_zone || fail_at(parser, 1, "no \"zone\" line", "\"zone start_pfn= spanned= ...\"");
}

bool program_parse(struct program *program, const char *text, size_t length,
                   struct text_error *error)
{
    struct parser parser = {.text = text, .length = length, .program = program, .error = error};
    memset(error, 0, sizeof(*error));
    program_clear(program);
    if (parse_lines(&parser))
        return true;
    program_clear(program);
    return false;
}
