/* Doubly linked lists through the pages' links. */
#ifndef OPT_LIST_H
#define OPT_LIST_H

#include "opt.h"

static inline void opt_list_add(struct plumb_zone *zone, struct opt_list *list, uint32_t page)
{
    *opt_link(zone, page) = (struct opt_link){list->head, OPT_NO_PAGE};
    if (list->head == OPT_NO_PAGE)
        list->tail = page;
    else
        opt_link(zone, list->head)->prev = page;
    list->head = page;
}

static inline void opt_list_add_tail(struct plumb_zone *zone, struct opt_list *list, uint32_t page)
{
    *opt_link(zone, page) = (struct opt_link){OPT_NO_PAGE, list->tail};
    if (list->tail == OPT_NO_PAGE)
        list->head = page;
    else
        opt_link(zone, list->tail)->next = page;
    list->tail = page;
}

static inline void opt_list_del(struct plumb_zone *zone, struct opt_list *list, uint32_t page)
{
    struct opt_link link = *opt_link(zone, page);

    if (link.prev == OPT_NO_PAGE)
        list->head = link.next;
    else
        opt_link(zone, link.prev)->next = link.next;
    if (link.next == OPT_NO_PAGE)
        list->tail = link.prev;
    else
        opt_link(zone, link.next)->prev = link.prev;
}

#endif
