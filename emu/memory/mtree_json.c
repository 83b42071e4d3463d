/*
 * mtree as JSON. Addresses are strings ("0x40000000"): JSON numbers cannot be relied on above 2^53.
 *
 * Trees: {"trees": [{"address_space"|"memory_region": NAME, "root": NODE}...]}, NODE: start, last, priority, type,
 * name, and where they say something: alias, offset, enabled, overflow, owner, children. Views: {"views":
 * [{"address_spaces": [...], "root": NAME or null, "ranges": [{start, last, offset, type, name, readonly}...]}...]}.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include "mtree.h"

enum { DEEP = 64 };

typedef struct Builder {
    ZifMemoryContext *ctx;
    json_t *list;       /* trees or views */
    json_t *tree;       /* the one being built; borrowed from list */
    json_t *path[DEEP]; /* nodes from its root down; borrowed */
    bool owner;
} Builder;

static json_t *address(hwaddr addr)
{
    char text[24];
    snprintf(text, sizeof text, "0x%" PRIx64, addr);
    return json_string(text);
}

/* Names come from anywhere: what is not UTF-8 is shown as '?'. */
static json_t *name_of(const char *name)
{
    json_t *j = json_string(name);
    if (j) {
        return j;
    }
    char copy[256];
    snprintf(copy, sizeof copy, "%s", name);
    for (char *c = copy; *c; c++) {
        *c = (*c & 0x80) ? '?' : *c;
    }
    return json_string(copy);
}

static void add_owner(json_t *node, const Builder *b, const MemoryRegion *mr)
{
    if (b->owner && mr->owner) {
        char *path = object_get_canonical_path(mr->owner);
        json_object_set_new(node, "owner", name_of(path ? path : "?"));
        free(path);
    }
}

static void json_tree(void *opaque, AddressSpace *as, MemoryRegion *root)
{
    Builder *b = opaque;
    b->tree = json_object();
    json_object_set_new(b->tree, as ? "address_space" : "memory_region",
                        name_of(as ? as->name : memory_region_name(root)));
    json_array_append_new(b->list, b->tree);
}

static void json_node(void *opaque, const ZifTreeNode *n)
{
    Builder *b = opaque;
    const MemoryRegion *mr = n->mr;
    json_t *node = json_object();
    json_object_set_new(node, "start", address(n->start));
    json_object_set_new(node, "last", address(n->last));
    json_object_set_new(node, "priority", json_integer(mr->priority));
    json_object_set_new(node, "type", json_string(n->type));
    json_object_set_new(node, "name", name_of(memory_region_name(mr)));
    if (mr->alias) {
        json_object_set_new(node, "alias", name_of(memory_region_name(mr->alias)));
        json_object_set_new(node, "offset", address(mr->alias_offset));
    }
    if (!mr->size) {
        json_object_set_new(node, "empty", json_true());
    }
    if (!mr->enabled) {
        json_object_set_new(node, "enabled", json_false());
    }
    if (n->overflow) {
        json_object_set_new(node, "overflow", json_true());
    }
    add_owner(node, b, mr);
    unsigned depth = n->depth < DEEP ? n->depth : DEEP - 1;
    b->path[depth] = node;
    if (!depth) {
        json_object_set_new(b->tree, "root", node);
        return;
    }
    json_t *children = json_object_get(b->path[depth - 1], "children");
    if (!children) {
        children = json_array();
        json_object_set_new(b->path[depth - 1], "children", children);
    }
    json_array_append_new(children, node);
}

static void json_end(void *opaque) {}

static void json_view(void *opaque, const ZifViewGroup *g)
{
    Builder *b = opaque;
    json_t *view = json_object(), *spaces = json_array(), *ranges = json_array();
    AddressSpace *as;
    QTAILQ_FOREACH(as, &b->ctx->spaces, address_spaces_link)
    {
        if (as->current_map == g->fv) {
            json_array_append_new(spaces, name_of(as->name));
        }
    }
    for (unsigned i = 0; i < g->fv->nr; i++) {
        const FlatRange *r = &g->fv->ranges[i];
        bool readonly = r->readonly || r->mr->readonly;
        json_t *j = json_object();
        json_object_set_new(j, "start", address(r->start));
        json_object_set_new(j, "last", address(r->last));
        json_object_set_new(j, "offset", address(r->offset));
        json_object_set_new(j, "type", json_string(readonly ? "rom" : zif__region_type(r->mr)));
        json_object_set_new(j, "name", name_of(memory_region_name(r->mr)));
        json_object_set_new(j, "readonly", json_boolean(readonly));
        add_owner(j, b, r->mr);
        json_array_append_new(ranges, j);
    }
    json_object_set_new(view, "address_spaces", spaces);
    json_object_set_new(view, "root", g->fv->root ? name_of(memory_region_name(g->fv->root)) : json_null());
    json_object_set_new(view, "ranges", ranges);
    json_array_append_new(b->list, view);
}

char *zif_mtree_json(bool flatview, bool owner, Error **errp)
{
    ZifMemoryContext *ctx = zif_memory_context_current();
    Builder b = { .ctx = ctx, .list = json_array(), .owner = owner };
    json_t *all = json_object();
    if (flatview) {
        zif__walk_views(ctx, json_view, &b);
    } else {
        ZifTreeSink sink = { json_tree, json_node, json_end, &b };
        zif__walk_trees(ctx, &sink);
    }
    json_object_set_new(all, flatview ? "views" : "trees", b.list);
    char *text = zif__alloc_allowed() ? json_dumps(all, JSON_INDENT(2)) : NULL;
    json_decref(all);
    if (!text) {
        error_setg(errp, "out of memory for the memory tree as JSON");
    }
    return text;
}
