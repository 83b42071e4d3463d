/*
 * Devicetrees as the builder needs them: found by board name, compiled from a .dts, checked. SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_MACHINE_TREE_H
#define ZIF_MACHINE_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zif/error.h>

enum {
    ZIF_TREE_MAX_BYTES = 1 << 20,
    ZIF_TREE_MAX_NODES = 4096,
    ZIF_TREE_MAX_DEPTH = 16,
};

/** The tree of a built-in board's name or alias, or of a file ending in .dts or .dtb. The caller frees it. */
void *zif__tree_load(const char *board, Error **errp);
/** Takes a compiled tree from memory: checked and copied. `what` names it in messages. */
void *zif__tree_parse(const void *data, size_t size, const char *what, Error **errp);
/** Compiles a .dts file (cpp, then dtc) with the built-in sources in its include path. */
void *zif__tree_compile(const char *path, Error **errp);

/* Properties of a node. Cells are host order. */
unsigned zif__tree_cells(const void *fdt, int node, const char *name, uint32_t *out, unsigned max);
uint32_t zif__tree_u32(const void *fdt, int node, const char *name, uint32_t otherwise);
/** A NUL-terminated string property, or NULL. */
const char *zif__tree_string(const void *fdt, int node, const char *name);
bool zif__tree_has(const void *fdt, int node, const char *name);
/** String `index` of a list of strings; NULL past the last. */
const char *zif__tree_list(const void *fdt, int node, const char *name, unsigned index);
bool zif__tree_compatible(const void *fdt, int node, const char *compatible);
/** The path of a node into buf; "?" when it does not fit. Returns buf. */
char *zif__tree_path(const void *fdt, int node, char *buf, size_t len);

/* What an index knows of a node. */
typedef struct {
    int offset, parent; /* -1: it is the root */
    uint32_t phandle;   /* 0: none */
    char *path;
    const char *label; /* NULL: none */
} ZifTreeNode;

typedef struct {
    const void *fdt;
    ZifTreeNode *nodes; /* in the tree's order */
    unsigned n;
} ZifTreeIndex;

/** The tree must have passed zif__tree_parse and outlive the index. */
ZifTreeIndex *zif__tree_index(const void *fdt);
void zif__tree_index_free(ZifTreeIndex *t);
const ZifTreeNode *zif__tree_node(const ZifTreeIndex *t, int offset);
/** Node for a phandle, or -1. */
int zif__tree_phandle(const ZifTreeIndex *t, uint32_t phandle);

#endif
