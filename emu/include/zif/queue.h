/*
 * Intrusive lists under the names code for the seed's memory API uses.
 *
 * QLIST: a head and doubly linked entries, insertion at the head. QTAILQ: also knows its last entry. Heads may be zero
 * bytes (QLIST) or must be initialised (QTAILQ_INIT). The _SAFE loops allow removal of the current entry.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_QUEUE_H
#define ZIF_QUEUE_H

#include <stddef.h>

#define QLIST_HEAD(tag, type)                                                                                          \
    struct tag {                                                                                                       \
        struct type *first;                                                                                            \
    }
#define QLIST_ENTRY(type)                                                                                              \
    struct {                                                                                                           \
        struct type *next;                                                                                             \
        struct type **place;                                                                                           \
    }
#define QLIST_INIT(head)       ((void)((head)->first = NULL))
#define QLIST_EMPTY(head)      (!(head)->first)
#define QLIST_FIRST(head)      ((head)->first)
#define QLIST_NEXT(elm, field) ((elm)->field.next)
#define QLIST_INSERT_HEAD(head, elm, field)                                                                            \
    do {                                                                                                               \
        (elm)->field.next = (head)->first;                                                                             \
        (elm)->field.place = &(head)->first;                                                                           \
        if ((head)->first) {                                                                                           \
            (head)->first->field.place = &(elm)->field.next;                                                           \
        }                                                                                                              \
        (head)->first = (elm);                                                                                         \
    } while (0)
#define QLIST_REMOVE(elm, field)                                                                                       \
    do {                                                                                                               \
        *(elm)->field.place = (elm)->field.next;                                                                       \
        if ((elm)->field.next) {                                                                                       \
            (elm)->field.next->field.place = (elm)->field.place;                                                       \
        }                                                                                                              \
        (elm)->field.next = NULL;                                                                                      \
        (elm)->field.place = NULL;                                                                                     \
    } while (0)
#define QLIST_FOREACH(var, head, field) for ((var) = (head)->first; (var); (var) = (var)->field.next)
#define QLIST_FOREACH_SAFE(var, head, field, after)                                                                    \
    for ((var) = (head)->first; (var) && ((after) = (var)->field.next, 1); (var) = (after))

#define QTAILQ_HEAD(tag, type)                                                                                         \
    struct tag {                                                                                                       \
        struct type *first;                                                                                            \
        struct type *last;                                                                                             \
    }
#define QTAILQ_ENTRY(type)                                                                                             \
    struct {                                                                                                           \
        struct type *next;                                                                                             \
        struct type *prev;                                                                                             \
    }
#define QTAILQ_INIT(head)       ((void)((head)->first = (head)->last = NULL))
#define QTAILQ_EMPTY(head)      (!(head)->first)
#define QTAILQ_FIRST(head)      ((head)->first)
#define QTAILQ_LAST(head)       ((head)->last)
#define QTAILQ_NEXT(elm, field) ((elm)->field.next)
#define QTAILQ_PREV(elm, field) ((elm)->field.prev)
/* Puts elm in front of `at`; a null `at` means the end of the list. */
#define QTAILQ_INSERT_AT(head, at, elm, field)                                                                         \
    do {                                                                                                               \
        (elm)->field.next = (at);                                                                                      \
        (elm)->field.prev = (elm)->field.next ? (elm)->field.next->field.prev : (head)->last;                          \
        *((elm)->field.prev ? &(elm)->field.prev->field.next : &(head)->first) = (elm);                                \
        *((elm)->field.next ? &(elm)->field.next->field.prev : &(head)->last) = (elm);                                 \
    } while (0)
#define QTAILQ_INSERT_HEAD(head, elm, field)       QTAILQ_INSERT_AT(head, (head)->first, elm, field)
#define QTAILQ_INSERT_TAIL(head, elm, field)       QTAILQ_INSERT_AT(head, NULL, elm, field)
#define QTAILQ_INSERT_BEFORE(head, at, elm, field) QTAILQ_INSERT_AT(head, at, elm, field)
#define QTAILQ_REMOVE(head, elm, field)                                                                                \
    do {                                                                                                               \
        *((elm)->field.prev ? &(elm)->field.prev->field.next : &(head)->first) = (elm)->field.next;                    \
        *((elm)->field.next ? &(elm)->field.next->field.prev : &(head)->last) = (elm)->field.prev;                     \
        (elm)->field.next = NULL;                                                                                      \
        (elm)->field.prev = NULL;                                                                                      \
    } while (0)
#define QTAILQ_FOREACH(var, head, field)         for ((var) = (head)->first; (var); (var) = (var)->field.next)
#define QTAILQ_FOREACH_REVERSE(var, head, field) for ((var) = (head)->last; (var); (var) = (var)->field.prev)
#define QTAILQ_FOREACH_SAFE(var, head, field, after)                                                                   \
    for ((var) = (head)->first; (var) && ((after) = (var)->field.next, 1); (var) = (after))

#endif
