/* Documents, by expat. See document.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "document.h"
#include <expat.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_NODES = 4 << 20, MAX_DEPTH = 64, MAX_TEXT = 256 };

struct Document {
    Node root; /* holds the document's element */
    Node *at;
    XML_Parser parser;
    unsigned nodes, depth;
    const char *trouble;
};

static void stop(Document *d, const char *why)
{
    d->trouble = why;
    XML_StopParser(d->parser, XML_FALSE);
}

static void XMLCALL on_start(void *opaque, const XML_Char *name, const XML_Char **attributes)
{
    Document *d = opaque;
    Node *n = calloc(1, sizeof *n);
    if (!n || ++d->nodes > MAX_NODES || ++d->depth > MAX_DEPTH) {
        free(n);
        stop(d, "too large or too deep");
        return;
    }
    n->parent = d->at;
    n->name = strdup(name);
    for (unsigned i = 0; attributes[i]; i += 2) {
        if (!strcmp(attributes[i], "derivedFrom") && !n->derived) {
            n->derived = strdup(attributes[i + 1]);
        }
    }
    *(d->at->last ? &d->at->last->next : &d->at->first) = n;
    d->at->last = n;
    d->at = n;
}

/* Texts that matter are short: names and numbers. The rest of a long one is left out. */
static void XMLCALL on_text(void *opaque, const XML_Char *text, int len)
{
    Node *n = ((Document *)opaque)->at;
    for (int i = 0; i < len && n->len < MAX_TEXT; i++) {
        if (!n->len && strchr(" \t\r\n", text[i])) {
            continue;
        }
        n->text = n->text ? n->text : calloc(1, MAX_TEXT + 1);
        if (n->text) {
            n->text[n->len++] = text[i];
        }
    }
}

static void XMLCALL on_end(void *opaque, const XML_Char *name)
{
    Document *d = opaque;
    Node *n = d->at;
    while (n->len && strchr(" \t\r\n", n->text[n->len - 1])) {
        n->text[--n->len] = '\0';
    }
    if (n->text) {
        char *fitting = realloc(n->text, n->len + 1);
        n->text = fitting ? fitting : n->text;
    }
    d->at = n->parent;
    d->depth--;
}

Document *document_parse(const void *text, size_t size, const char *what, Error **errp)
{
    Document *d = calloc(1, sizeof *d);
    XML_Parser parser = XML_ParserCreate(NULL);
    if (!d || !parser || size > INT32_MAX) {
        error_setg(errp, "%s is too large", what);
        XML_ParserFree(parser);
        free(d);
        return NULL;
    }
    d->at = &d->root;
    d->parser = parser;
    XML_SetUserData(parser, d);
    XML_SetElementHandler(parser, on_start, on_end);
    XML_SetCharacterDataHandler(parser, on_text);
    if (XML_Parse(parser, text, (int)size, 1) != XML_STATUS_OK) {
        error_setg(errp, "%s, line %lu: %s", what, (unsigned long)XML_GetCurrentLineNumber(parser),
                   d->trouble ? d->trouble : XML_ErrorString(XML_GetErrorCode(parser)));
        document_free(d);
        d = NULL;
    }
    XML_ParserFree(parser);
    return d;
}

void document_free(Document *d)
{
    for (Node *n = &d->root;;) { /* leaves first, without recursion */
        if (n->first) {
            Node *child = n->first;
            n->first = child->next;
            n = child;
        } else if (n == &d->root) {
            break;
        } else {
            Node *up = n->parent;
            free(n->name);
            free(n->text);
            free(n->derived);
            free(n);
            n = up;
        }
    }
    free(d);
}

const Node *document_root(const Document *d)
{
    return d->root.first;
}

const Node *node_child(const Node *n, const char *name)
{
    for (const Node *c = n->first; c; c = c->next) {
        if (!strcmp(c->name, name)) {
            return c;
        }
    }
    return NULL;
}

const char *node_text(const Node *n, const char *name)
{
    const Node *c = node_child(n, name);
    return c ? c->text : NULL;
}
