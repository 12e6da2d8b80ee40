/* Doubly linked lists through the pages' links. */
#ifndef OPT_LIST_H
#define OPT_LIST_H

#include "opt.h"

/* Where the links are, held by the caller: states are bytes, and a compiler must assume that
 * writing one changes the zone. */
struct opt_links {
    struct opt_link *first;
    uint32_t shift;
};

static inline struct opt_links opt_links(const struct plumb_zone *zone)
{
    return (struct opt_links){opt_at(zone, zone->links_at), zone->link_shift};
}

static inline struct opt_link *opt_link_of(struct opt_links links, uint32_t page)
{
    return links.first + (page >> links.shift);
}

static inline void opt_list_add(struct opt_links links, struct opt_list *list, uint32_t page)
{
    uint32_t head = list->head;

    *opt_link_of(links, page) = (struct opt_link){head, OPT_NO_PAGE};
    if (head == OPT_NO_PAGE)
        list->tail = page;
    else
        opt_link_of(links, head)->prev = page;
    list->head = page;
}

static inline void opt_list_add_tail(struct opt_links links, struct opt_list *list, uint32_t page)
{
    uint32_t tail = list->tail;

    *opt_link_of(links, page) = (struct opt_link){OPT_NO_PAGE, tail};
    if (tail == OPT_NO_PAGE)
        list->head = page;
    else
        opt_link_of(links, tail)->next = page;
    list->tail = page;
}

static inline void opt_list_del(struct opt_links links, struct opt_list *list, uint32_t page)
{
    struct opt_link link = *opt_link_of(links, page);

    if (link.prev == OPT_NO_PAGE)
        list->head = link.next;
    else
        opt_link_of(links, link.prev)->next = link.next;
    if (link.next == OPT_NO_PAGE)
        list->tail = link.prev;
    else
        opt_link_of(links, link.next)->prev = link.prev;
}

#endif
