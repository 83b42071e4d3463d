/*
 * One pass over a tree, so that parents, phandles, paths and labels need none: libfdt walks the whole tree for each of these.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "device/device.h"
#include "tree.h"

/* dtc -@ leaves the labels as properties of /__symbols__: label = path. */
static void add_labels(ZifTreeIndex *t)
{
    int prop, symbols = fdt_path_offset(t->fdt, "/__symbols__");
    if (symbols < 0) {
        return;
    }
    fdt_for_each_property_offset(prop, t->fdt, symbols)
    {
        const char *name;
        int len;
        const char *path = fdt_getprop_by_offset(t->fdt, prop, &name, &len);
        for (unsigned i = 0; path && name && len > 0 && !path[len - 1] && i < t->n; i++) {
            if (!t->nodes[i].label && !strcmp(t->nodes[i].path, path)) {
                t->nodes[i].label = name;
                break;
            }
        }
    }
}

ZifTreeIndex *zif__tree_index(const void *fdt)
{
    ZifTreeIndex *t = calloc(1, sizeof *t);
    unsigned above[ZIF_TREE_MAX_DEPTH + 1] = { 0 }; /* the last node seen at each depth */
    int depth = 0, room = 0;
    t->fdt = fdt;
    for (int n = 0; n >= 0 && depth >= 0 && depth <= ZIF_TREE_MAX_DEPTH; n = fdt_next_node(fdt, n, &depth)) {
        if ((int)t->n == room) {
            room = 2 * room + 64;
            t->nodes = realloc(t->nodes, room * sizeof *t->nodes);
        }
        ZifTreeNode *node = &t->nodes[t->n], *parent = depth ? &t->nodes[above[depth - 1]] : NULL;
        const char *name = fdt_get_name(fdt, n, NULL);
        const char *prefix = depth > 1 ? parent->path : "";
        size_t len = strlen(prefix) + strlen(name ? name : "") + 2;
        *node = (ZifTreeNode){ .offset = n, .parent = parent ? parent->offset : -1, .path = malloc(len) };
        node->phandle = zif__fdt_phandle(fdt, n);
        snprintf(node->path, len, "%s/%s", prefix, name ? name : "");
        above[depth] = t->n++;
    }
    add_labels(t);
    return t;
}

void zif__tree_index_free(ZifTreeIndex *t)
{
    for (unsigned i = 0; t && i < t->n; i++) {
        free(t->nodes[i].path);
    }
    if (t) {
        free(t->nodes);
        free(t);
    }
}

const ZifTreeNode *zif__tree_node(const ZifTreeIndex *t, int offset)
{
    unsigned from = 0, to = t->n; /* offsets ascend */
    while (from < to) {
        unsigned mid = (from + to) / 2;
        if (t->nodes[mid].offset < offset) {
            from = mid + 1;
        } else {
            to = mid;
        }
    }
    if (from == t->n || t->nodes[from].offset != offset) {
        zif_bug("there is no node at offset %d of the tree", offset);
    }
    return &t->nodes[from];
}

int zif__tree_phandle(const ZifTreeIndex *t, uint32_t phandle)
{
    for (unsigned i = 0; phandle && phandle != UINT32_MAX && i < t->n; i++) {
        if (t->nodes[i].phandle == phandle) {
            return t->nodes[i].offset;
        }
    }
    return -1;
}
