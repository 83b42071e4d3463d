/* An XML document as a tree of elements: name, text, one attribute (derivedFrom). SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ZIF_SVD_DOCUMENT_H
#define ZIF_SVD_DOCUMENT_H

#include <stddef.h>
#include <zif/error.h>

typedef struct Node {
    struct Node *parent, *first, *last, *next;
    char *name;
    char *text;    /* without white space around it; NULL when there is none */
    char *derived; /* derivedFrom; NULL */
    size_t len;
} Node;

typedef struct Document Document;

/** NULL and *errp when it is no XML or too large. */
Document *document_parse(const void *text, size_t size, const char *what, Error **errp);
void document_free(Document *d);
const Node *document_root(const Document *d);
/** The first child of this name, or NULL. */
const Node *node_child(const Node *n, const char *name);
/** Its text, or NULL. */
const char *node_text(const Node *n, const char *name);

#endif
