/* The pure functions of set-up in a recorded program, as C source. */
#include "harness/reproduce_state.h"

#include <inttypes.h>
#include <string.h>

#include "harness/lockstep.h"

/* What stands before main for them. What a call does not write stays all ones, as in sizing.c. */
const char *const reproduce_sizing_frame[] = {
    "static struct plumb_memory memory;\n",
    "\n",
    "static inline void same_numbers(const char *what, const uint64_t *wanted, const uint64_t "
    "*is,\n",
    "                                unsigned count)\n",
    "{\n",
    "    for (unsigned i = 0; i < count; i++)\n",
    "        same(what, i, wanted[i], is[i]);\n",
    "}\n",
    "\n",
    "static inline void zone_wmarks(uint32_t of, int status, const uint64_t *wanted)\n",
    "{\n",
    "    uint64_t is[PLUMB_NR_WMARKS];\n",
    "    call++;\n",
    "    memset(is, 0xff, sizeof(is));\n",
    "    same(\"plumb_zone_wmarks, status\", of, (uint64_t)status,\n",
    "         (uint64_t)plumb_zone_wmarks(&memory, of, is));\n",
    "    same_numbers(\"plumb_zone_wmarks\", wanted, is, PLUMB_NR_WMARKS);\n",
    "}\n",
    "\n",
    "static inline void free_buffer_pages(uint32_t of, uint64_t high, int status, uint64_t "
    "wanted)\n",
    "{\n",
    "    uint64_t is = UINT64_MAX;\n",
    "    call++;\n",
    "    same(\"plumb_nr_free_buffer_pages, status\", of, (uint64_t)status,\n",
    "         (uint64_t)plumb_nr_free_buffer_pages(&memory, of, high, &is));\n",
    "    same(\"plumb_nr_free_buffer_pages\", of, wanted, is);\n",
    "}\n",
    "\n",
    "static inline void min_free_kbytes(uint32_t generation, uint64_t buffer, int64_t user, int "
    "status,\n",
    "                                   uint64_t wanted)\n",
    "{\n",
    "    uint64_t is = UINT64_MAX;\n",
    "    call++;\n",
    "    same(\"plumb_min_free_kbytes, status\", 0, (uint64_t)status,\n",
    "         (uint64_t)plumb_min_free_kbytes(generation, buffer, user, &is));\n",
    "    same(\"plumb_min_free_kbytes\", 0, wanted, is);\n",
    "}\n",
    "\n",
    "static inline void boost_watermark(uint64_t managed, uint32_t order, uint64_t high, uint32_t "
    "factor,\n",
    "                                   uint64_t boost, int answer, uint64_t wanted)\n",
    "{\n",
    "    call++;\n",
    "    same(\"plumb_boost_watermark, answer\", 0, (uint64_t)answer,\n",
    "         (uint64_t)plumb_boost_watermark(managed, order, high, factor, &boost));\n",
    "    same(\"plumb_boost_watermark\", 0, wanted, boost);\n",
    "}\n",
    "\n",
    "static inline void lowmem_reserve(uint32_t of, int status, const uint64_t *wanted)\n",
    "{\n",
    "    uint64_t is[PLUMB_NR_ZONES];\n",
    "    call++;\n",
    "    memset(is, 0xff, sizeof(is));\n",
    "    same(\"plumb_lowmem_reserve, status\", of, (uint64_t)status,\n",
    "         (uint64_t)plumb_lowmem_reserve(&memory, of, is));\n",
    "    same_numbers(\"plumb_lowmem_reserve\", wanted, is, PLUMB_NR_ZONES);\n",
    "}\n",
    "\n",
    "static inline void zone_totalreserve(uint32_t of, uint64_t high, int status, uint64_t "
    "wanted)\n",
    "{\n",
    "    uint64_t is = UINT64_MAX;\n",
    "    call++;\n",
    "    same(\"plumb_zone_totalreserve, status\", of, (uint64_t)status,\n",
    "         (uint64_t)plumb_zone_totalreserve(&memory, of, high, &is));\n",
    "    same(\"plumb_zone_totalreserve\", of, wanted, is);\n",
    "}\n",
    "\n",
    "static inline void zone_batchsize(uint32_t generation, uint64_t managed, int status, uint32_t "
    "wanted)\n",
    "{\n",
    "    uint32_t is = UINT32_MAX;\n",
    "    call++;\n",
    "    same(\"plumb_zone_batchsize, status\", 0, (uint64_t)status,\n",
    "         (uint64_t)plumb_zone_batchsize(generation, managed, &is));\n",
    "    same(\"plumb_zone_batchsize\", 0, wanted, is);\n",
    "}\n",
    "\n",
    "static inline void zone_pcp_sizes(uint32_t of, uint64_t low, int status,\n",
    "                                  struct plumb_pcp_sizes wanted)\n",
    "{\n",
    "    struct plumb_pcp_sizes is;\n",
    "    call++;\n",
    "    memset(&is, 0xff, sizeof(is));\n",
    "    same(\"plumb_zone_pcp_sizes, status\", of, (uint64_t)status,\n",
    "         (uint64_t)plumb_zone_pcp_sizes(&memory, of, low, &is));\n",
    "    same(\"sizes.batch\", of, wanted.batch, is.batch);\n",
    "    same(\"sizes.low\", of, wanted.low, is.low);\n",
    "    same(\"sizes.high_min\", of, wanted.high_min, is.high_min);\n",
    "    same(\"sizes.high_max\", of, wanted.high_max, is.high_max);\n",
    "    same(\"sizes.cold_high\", of, wanted.cold_high, is.cold_high);\n",
    "}\n",
    "\n",
    "static inline void gfp_migratetype(uint32_t generation, int ungrouped, uint32_t gfp, int "
    "answer)\n",
    "{\n",
    "    call++;\n",
    "    same(\"plumb_gfp_migratetype\", gfp, (uint64_t)answer,\n",
    "         (uint64_t)plumb_gfp_migratetype(generation, ungrouped, gfp));\n",
    "}\n",
    "\n",
    "static inline void grouping_disabled(uint64_t pages, uint32_t order, int answer)\n",
    "{\n",
    "    call++;\n",
    "    same(\"plumb_grouping_disabled\", pages, (uint64_t)answer,\n",
    "         (uint64_t)plumb_grouping_disabled(pages, order));\n",
    "}\n",
    "\n",
    NULL,
};

static void write_u32s(const char *name, const uint32_t *numbers)
{
    fprintf(recorder.out, ".%s = {%uu, %uu, %uu, %uu}", name, numbers[0], numbers[1], numbers[2],
            numbers[3]);
}

/* The memory that a question is about, where it is another than before. */
static void write_memory(const struct plumb_memory *memory)
{
    FILE *out = recorder.out;
    if (memcmp(memory, &recorder.memory, sizeof(*memory)) == 0)
        return;
    recorder.memory = *memory;
    fprintf(out, "    memory = (struct plumb_memory){.generation = %uu, .nr_zones = %uu,\n        ",
            memory->generation, memory->nr_zones);
    write_u32s("kind", memory->kind);
    fputs(", ", out);
    write_u32s("lowmem_ratio", memory->lowmem_ratio);
    fputs(",\n        .managed_pages = {", out);
    record_numbers(memory->managed_pages, PLUMB_NR_ZONES);
    fprintf(out,
            "}, .other_lowmem_pages = %" PRIu64 "u,\n        .min_free_kbytes = %" PRIu64
            "u, .watermark_scale_factor = %uu, .percpu_fraction = %uu,\n"
            "        .nr_node_cpus = %uu, .nr_online_cpus = %uu};\n",
            memory->other_lowmem_pages, memory->min_free_kbytes, memory->watermark_scale_factor,
            memory->percpu_fraction, memory->nr_node_cpus, memory->nr_online_cpus);
}

/* A number, or an error below 0 by its name. */
static void write_answer(int answer)
{
    if (answer < 0)
        fprintf(recorder.out, "-%s", status_name((uint32_t)-answer));
    else
        fprintf(recorder.out, "%d", answer);
}

static enum plumb_status record_zone_wmarks(const struct plumb_memory *memory, uint32_t zone,
                                            uint64_t wmark[PLUMB_NR_WMARKS])
{
    enum plumb_status status = subject_ref.sizing->zone_wmarks(memory, zone, wmark);
    write_memory(memory);
    fprintf(recorder.out, "    zone_wmarks(%uu, %s, (const uint64_t[]){", zone,
            status_name(status));
    record_numbers(wmark, PLUMB_NR_WMARKS);
    fputs("});\n", recorder.out);
    return status;
}

static enum plumb_status record_buffer_pages(const struct plumb_memory *memory, uint32_t zone,
                                             uint64_t high, uint64_t *pages)
{
    enum plumb_status status = subject_ref.sizing->nr_free_buffer_pages(memory, zone, high, pages);
    write_memory(memory);
    fprintf(recorder.out, "    free_buffer_pages(%uu, %" PRIu64 "u, %s, %" PRIu64 "u);\n", zone,
            high, status_name(status), *pages);
    return status;
}

static enum plumb_status record_min_free_kbytes(uint32_t generation, uint64_t buffer_pages,
                                                int64_t user_kbytes, uint64_t *kbytes)
{
    enum plumb_status status =
        subject_ref.sizing->min_free_kbytes(generation, buffer_pages, user_kbytes, kbytes);
    fprintf(recorder.out,
            "    min_free_kbytes(%uu, %" PRIu64 "u, (int64_t)%" PRIu64 "u, %s, %" PRIu64 "u);\n",
            generation, buffer_pages, (uint64_t)user_kbytes, status_name(status), *kbytes);
    return status;
}

static int record_boost_watermark(uint64_t managed, uint32_t pageblock_order, uint64_t high,
                                  uint32_t factor, uint64_t *boost)
{
    uint64_t before = *boost;
    int answer = subject_ref.sizing->boost_watermark(managed, pageblock_order, high, factor, boost);
    fprintf(recorder.out,
            "    boost_watermark(%" PRIu64 "u, %uu, %" PRIu64 "u, %uu, %" PRIu64 "u, ", managed,
            pageblock_order, high, factor, before);
    write_answer(answer);
    fprintf(recorder.out, ", %" PRIu64 "u);\n", *boost);
    return answer;
}

static enum plumb_status record_lowmem_reserve(const struct plumb_memory *memory, uint32_t zone,
                                               uint64_t reserve[PLUMB_NR_ZONES])
{
    enum plumb_status status = subject_ref.sizing->lowmem_reserve(memory, zone, reserve);
    write_memory(memory);
    fprintf(recorder.out, "    lowmem_reserve(%uu, %s, (const uint64_t[]){", zone,
            status_name(status));
    record_numbers(reserve, PLUMB_NR_ZONES);
    fputs("});\n", recorder.out);
    return status;
}

static enum plumb_status record_zone_totalreserve(const struct plumb_memory *memory, uint32_t zone,
                                                  uint64_t high, uint64_t *pages)
{
    enum plumb_status status = subject_ref.sizing->zone_totalreserve(memory, zone, high, pages);
    write_memory(memory);
    fprintf(recorder.out, "    zone_totalreserve(%uu, %" PRIu64 "u, %s, %" PRIu64 "u);\n", zone,
            high, status_name(status), *pages);
    return status;
}

static enum plumb_status record_zone_batchsize(uint32_t generation, uint64_t managed,
                                               uint32_t *batch)
{
    enum plumb_status status = subject_ref.sizing->zone_batchsize(generation, managed, batch);
    fprintf(recorder.out, "    zone_batchsize(%uu, %" PRIu64 "u, %s, %uu);\n", generation, managed,
            status_name(status), *batch);
    return status;
}

static enum plumb_status record_zone_pcp_sizes(const struct plumb_memory *memory, uint32_t zone,
                                               uint64_t low_wmark, struct plumb_pcp_sizes *sizes)
{
    enum plumb_status status = subject_ref.sizing->zone_pcp_sizes(memory, zone, low_wmark, sizes);
    write_memory(memory);
    fprintf(recorder.out,
            "    zone_pcp_sizes(%uu, %" PRIu64 "u, %s, (struct plumb_pcp_sizes){.batch = %uu, "
            ".low = %uu,\n        .high_min = %" PRIu64 "u, .high_max = %" PRIu64
            "u, .cold_high = %" PRIu64 "u});\n",
            zone, low_wmark, status_name(status), sizes->batch, sizes->low, sizes->high_min,
            sizes->high_max, sizes->cold_high);
    return status;
}

static int record_gfp_migratetype(uint32_t generation, int ungrouped, uint32_t gfp)
{
    int answer = subject_ref.sizing->gfp_migratetype(generation, ungrouped, gfp);
    fprintf(recorder.out, "    gfp_migratetype(%uu, %d, 0x%xu, ", generation, ungrouped, gfp);
    write_answer(answer);
    fputs(");\n", recorder.out);
    return answer;
}

static int record_grouping_disabled(uint64_t pages, uint32_t pageblock_order)
{
    int answer = subject_ref.sizing->grouping_disabled(pages, pageblock_order);
    fprintf(recorder.out, "    grouping_disabled(%" PRIu64 "u, %uu, ", pages, pageblock_order);
    write_answer(answer);
    fputs(");\n", recorder.out);
    return answer;
}

const struct sizing_functions record_sizing = {
    .nr_free_buffer_pages = record_buffer_pages,
    .min_free_kbytes = record_min_free_kbytes,
    .zone_wmarks = record_zone_wmarks,
    .boost_watermark = record_boost_watermark,
    .lowmem_reserve = record_lowmem_reserve,
    .zone_totalreserve = record_zone_totalreserve,
    .zone_batchsize = record_zone_batchsize,
    .zone_pcp_sizes = record_zone_pcp_sizes,
    .gfp_migratetype = record_gfp_migratetype,
    .grouping_disabled = record_grouping_disabled,
};
