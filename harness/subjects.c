/* Finds a subject by name: the two that are linked in, or one in a shared object. */
#define _POSIX_C_SOURCE 200809L
#include "harness/subject.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

typedef const struct subject *subject_function(void);

static char reason[512];

static const struct subject *refuse(const char **why, const char *what, const char *detail)
{
    snprintf(reason, sizeof(reason), "%s%s", what, detail);
    *why = reason;
    return NULL;
}

static bool is_complete_sizing(const struct sizing_functions *s)
{
    return !s ||
           (s->nr_free_buffer_pages && s->min_free_kbytes && s->zone_wmarks && s->boost_watermark &&
            s->lowmem_reserve && s->zone_totalreserve && s->zone_batchsize && s->zone_pcp_sizes &&
            s->gfp_migratetype && s->grouping_disabled);
}

static bool is_complete(const struct subject *s)
{
    return s->name && s->open && s->close && s->init && s->set_tunables && s->free_range &&
           s->alloc && s->free && s->split_page && s->alloc_pages_exact && s->free_pages_exact &&
           s->drain_pages && s->drain_zone_pages && s->drain_all_pages && s->decay_pcp_high &&
           s->set_reclaim_active && s->set_pcp_disabled && s->pcp_tuning &&
           s->unreserve_highatomic && s->set_migratetype_isolate && s->unset_migratetype_isolate &&
           s->alloc_contig_range && s->free_contig_range && s->free_page_list &&
           s->isolate_free_page && s->prep_compound_page && s->get_page && s->put_page &&
           s->watermark_ok && s->counters && s->page && s->free_list_head && s->pcp_list_head &&
           is_complete_sizing(s->sizing);
}

/* The object stays loaded until the process ends. */
static const struct subject *load(const char *path, const char **why)
{
    void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!object)
        return refuse(why, "can't load it: ", dlerror());
    subject_function *function;
    *(void **)&function = dlsym(object, SUBJECT_SYMBOL);
    if (!function)
        return refuse(why, "expected a function " SUBJECT_SYMBOL ", see harness/subject.h", "");
    const struct subject *subject = function();
    if (!subject)
        return refuse(why, SUBJECT_SYMBOL " answered no subject", "");
    if (subject->version != SUBJECT_VERSION)
        return refuse(why, "made for another version of harness/subject.h; compile it again", "");
    if (!is_complete(subject))
        return refuse(
            why, "its struct subject has an empty field; expected all but `sizing` to be set", "");
    return subject;
}

const struct subject *subject_find(const char *name, const char **why)
{
    if (strcmp(name, subject_ref.name) == 0)
        return &subject_ref;
    if (strcmp(name, subject_opt.name) == 0)
        return &subject_opt;
    if (!strchr(name, '/'))
        return refuse(why, "expected ref, opt or the path of a shared object, as in ./my.so", "");
    return load(name, why);
}
