/* Doubly linked lists through the pages' links, and where what is kept of each page lies. */
#ifndef OPT_LIST_H
#define OPT_LIST_H

#include "opt.h"

/* Held by the caller: states are bytes, and a compiler must assume that writing one changes the
 * zone. */
struct opt_pages {
    struct opt_link *links;
    uint8_t *states;
    uint32_t link_shift;
};

static inline struct opt_pages opt_pages_shifted(const struct plumb_zone *zone, uint32_t link_shift)
{
    return (struct opt_pages){opt_at(zone, zone->links_at), opt_states(zone), link_shift};
}

static inline struct opt_pages opt_pages(const struct plumb_zone *zone)
{
    return opt_pages_shifted(zone, zone->link_shift);
}

/* In almost all zones buddies share a link: these have a copy of the function where the shift is a
 * constant. */
#define OPT_WITH_PAGES(function, zone, ...)                                                        \
    (opt_likely((zone)->link_shift == 1)                                                           \
         ? function(zone, opt_pages_shifted(zone, 1), __VA_ARGS__)                                 \
         : function(zone, opt_pages_shifted(zone, 0), __VA_ARGS__))

static inline struct opt_link *opt_link_of(struct opt_pages pages, uint32_t page)
{
    return pages.links + (page >> pages.link_shift);
}

/* What points to a list's first or last block, or to one beside another. */
static inline struct opt_link *opt_node(struct opt_pages pages, struct opt_link *list,
                                        uint32_t page)
{
    return page == OPT_NO_PAGE ? list : opt_link_of(pages, page);
}

/* At an end of the list, which may depend on data: no branch does. */
static inline void opt_list_add(struct opt_pages pages, struct opt_link *list, uint32_t page,
                                int to_tail)
{
    struct opt_link *link = opt_link_of(pages, page);
    uint32_t end = to_tail ? OPT_PREV : OPT_NEXT;
    uint32_t beside = list->to[end];

    link->to[end] = beside;
    link->to[!end] = OPT_NO_PAGE;
    opt_node(pages, list, beside)->to[!end] = page;
    list->to[end] = page;
}

/* 1 if the list is empty now. */
static inline int opt_list_del(struct opt_pages pages, struct opt_link *list, uint32_t page)
{
    const struct opt_link *link = opt_link_of(pages, page);
    uint32_t next = link->to[OPT_NEXT];
    uint32_t prev = link->to[OPT_PREV];

    opt_node(pages, list, prev)->to[OPT_NEXT] = next;
    opt_node(pages, list, next)->to[OPT_PREV] = prev;
    return (next & prev) == OPT_NO_PAGE;
}

#endif
