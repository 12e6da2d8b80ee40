/* A subject that lies once: the canary that shows the comparison can fail. */
#ifndef HARNESS_TESTS_LIAR_H
#define HARNESS_TESTS_LIAR_H

#include "harness/tests/support.h"

enum lie {
    LIE_NONE,
    LIE_INIT,            /* init answers ETYPE */
    LIE_STATUS,          /* the n-th successful alloc says ENOMEM (and took the block) */
    LIE_PFN,             /* the n-th successful alloc answers the next pfn */
    LIE_FREE,            /* the n-th free is not done, but answers OK */
    LIE_WATERMARK,       /* the n-th watermark answer is the opposite */
    LIE_CHANGED,         /* from the n-th free that fails on, one page more is said to be used */
    LIE_COUNTER_FREE,    /* from the n-th alloc on, this counter is one too high ... */
    LIE_COUNTER_NR_FREE, /* ... and so on */
    LIE_COUNTER_PCP,
    LIE_COUNTER_BOOST,
    LIE_COUNTER_RESERVED,
    LIE_COUNTER_ABSENT, /* of a CPU the zone has not */
    LIE_PAGE_STATE,     /* from the n-th alloc on, of one page, a head or a used one */
    LIE_PAGE_ORDER,
    LIE_PAGE_TYPE,
    LIE_PAGE_CPU,
    LIE_PAGE_PAGEBLOCK,
    LIE_PAGE_MOVABLE,
    LIE_PAGE_COMPOUND, /* of a used page */
    LIE_PAGE_REFS,
    LIE_PAGE_NEXT,
    LIE_PAGE_PREV,
    LIE_PAGE_ANY, /* the pageblock's type of the page liar_pfn, whatever it is */
    LIE_FREE_HEAD,
    LIE_PCP_HEAD,
    LIE_DRAIN,           /* drain_all_pages does nothing */
    LIE_UNRESERVE,       /* the n-th unreserve does nothing and answers ENOMEM */
    LIE_SPLIT,           /* the n-th split is not done, but answers OK */
    LIE_COMPOUND,        /* the n-th prep_compound_page is not done, but answers OK */
    LIE_GET,             /* the n-th get_page is not done, but answers OK */
    LIE_PUT,             /* the n-th put_page is not done, but answers OK */
    LIE_EXACT,           /* the n-th alloc_exact gets a page more */
    LIE_EXACT_PFN,       /* the n-th successful alloc_exact answers the next pfn */
    LIE_FREE_EXACT,      /* the n-th free_exact leaves the last page used */
    LIE_ISOLATE,         /* the n-th successful isolate says EBUSY */
    LIE_NOT_ISOLATED,    /* the n-th isolate does nothing, but answers OK */
    LIE_UNISOLATE,       /* the n-th successful unisolate says EBUSY */
    LIE_UNISOLATE_TYPE,  /* the n-th unisolate gives another type */
    LIE_CONTIG,          /* the n-th successful alloc_contig says EBUSY */
    LIE_NO_CONTIG,       /* the n-th alloc_contig does nothing, but answers OK */
    LIE_CONTIG_TYPE,     /* the n-th alloc_contig hands out as another type */
    LIE_CONTIG_SHORT,    /* the n-th alloc_contig of several pages leaves the last one free */
    LIE_FREE_CONTIG,     /* the n-th free_contig leaves the last page used */
    LIE_ISOLATE_PAGE,    /* the n-th successful isolate_page says EWMARK */
    LIE_NO_ISOLATE_PAGE, /* the n-th isolate_page does nothing, but answers OK */
    LIE_TUNING,          /* the n-th pcp_tuning that succeeds says one page more of high */
    LIE_DECAY,           /* the n-th decay does nothing, but answers OK */
    LIE_RECLAIM,         /* the n-th reclaim does nothing, but answers OK */
    LIE_PCP_DISABLE,     /* the n-th set_pcp_disabled does nothing, but answers OK */
    LIE_FREE_LIST,       /* the n-th free_list of several pages leaves the last one used */
    LIE_LIST_ORDER,      /* the n-th free_list of several pages begins with the last one */
    LIE_FULL,            /* while 16 pages or more are used, one page too many is free */
    LIE_SCARCE,          /* while 4 pages are free, or 64 more, in a zone that holds pfn 63, too */
    NR_LIES
};

extern enum lie liar_lie;
extern unsigned liar_when; /* n, from 1 */
extern uint64_t liar_pfn;  /* of LIE_PAGE_ANY; PLUMB_NO_PFN: the first one asked for */
extern const struct subject subject_liar; /* the optimized variant, otherwise */

#endif
