/*
 * Loading and reading devicetrees. Nothing a file contains is believed before libfdt's full check and our own limits.
 * Document: Devicetree Specification v0.4. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <errno.h>
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zif/machine.h>
#include "boards.h"
#include "device/device.h"
#include "tree.h"

static bool count_nodes(const void *fdt, const char *what, Error **errp)
{
    int depth = 0, nodes = 0;
    for (int n = fdt_next_node(fdt, -1, &depth); n >= 0 && depth >= 0; n = fdt_next_node(fdt, n, &depth)) {
        if (depth > ZIF_TREE_MAX_DEPTH) {
            error_setg(errp, "%s: nodes are nested deeper than %d", what, ZIF_TREE_MAX_DEPTH);
            return false;
        }
        if (++nodes > ZIF_TREE_MAX_NODES) {
            error_setg(errp, "%s: more than %d nodes", what, ZIF_TREE_MAX_NODES);
            return false;
        }
    }
    return true;
}

void *zif__tree_parse(const void *data, size_t size, const char *what, Error **errp)
{
    if (size < 40 || size > ZIF_TREE_MAX_BYTES) {
        error_setg(errp, "%s: %zu bytes are not a compiled devicetree", what, size);
        return NULL;
    }
    void *fdt = malloc(size); /* libfdt wants its alignment */
    memcpy(fdt, data, size);
    int rc = fdt_check_full(fdt, size);
    if (rc) {
        error_setg(errp, "%s is not a sound compiled devicetree: %s", what, fdt_strerror(rc));
        free(fdt);
        return NULL;
    }
    if (!count_nodes(fdt, what, errp)) {
        free(fdt);
        return NULL;
    }
    return fdt;
}

static void *load_file(const char *path, Error **errp)
{
    FILE *f = fopen(path, "rb");
    unsigned char *data = malloc(ZIF_TREE_MAX_BYTES + 1);
    void *fdt = NULL;
    if (!f) {
        error_setg_errno(errp, errno, "cannot open board %s", path);
    } else {
        size_t size = fread(data, 1, ZIF_TREE_MAX_BYTES + 1, f);
        if (ferror(f)) {
            error_setg_errno(errp, errno, "cannot read board %s", path);
        } else {
            fdt = zif__tree_parse(data, size, path, errp);
        }
        fclose(f);
    }
    free(data);
    return fdt;
}

static bool ends_with(const char *s, const char *end)
{
    size_t n = strlen(s), e = strlen(end);
    return n >= e && !strcmp(s + n - e, end);
}

static bool is_named(const ZifBoardInfo *b, const char *name)
{
    if (!strcmp(b->name, name)) {
        return true;
    }
    for (const char *const *a = b->aliases; *a; a++) {
        if (!strcmp(*a, name)) {
            return true;
        }
    }
    return false;
}

void *zif__tree_load(const char *board, Error **errp)
{
    if (!board) {
        error_setg(errp, "no board was named");
        return NULL;
    }
    for (unsigned i = 0; i < zif_nboards; i++) {
        if (is_named(&zif_boards[i], board)) {
            void *fdt = malloc(zif__board_trees[i].size); /* checked when it was built in */
            return memcpy(fdt, zif__board_trees[i].dtb, zif__board_trees[i].size);
        }
    }
    if (ends_with(board, ".dtb")) {
        return load_file(board, errp);
    }
    if (ends_with(board, ".dts")) {
        return zif__tree_compile(board, errp);
    }
    if (access(board, F_OK) == 0) {
        error_setg(errp,
                   "%s is a file, but no devicetree (.dts, .dtb): was the board's name left out? zif boards lists them",
                   board);
    } else {
        error_setg(errp, "there is no board '%s' (zif boards lists them; a file must end in .dts or .dtb)", board);
    }
    return NULL;
}

unsigned zif__tree_cells(const void *fdt, int node, const char *name, uint32_t *out, unsigned max)
{
    int len;
    const char *p = zif__fdt_property(fdt, node, name, &len);
    unsigned n = p ? len / 4 : 0;
    for (unsigned i = 0; i < n && i < max; i++) {
        fdt32_t v;
        memcpy(&v, p + 4 * i, 4);
        out[i] = fdt32_to_cpu(v);
    }
    return n;
}

uint32_t zif__tree_u32(const void *fdt, int node, const char *name, uint32_t otherwise)
{
    uint32_t v;
    return zif__tree_cells(fdt, node, name, &v, 1) ? v : otherwise;
}

const char *zif__tree_list(const void *fdt, int node, const char *name, unsigned index)
{
    return zif__fdt_string(fdt, node, name, index);
}

const char *zif__tree_string(const void *fdt, int node, const char *name)
{
    return zif__tree_list(fdt, node, name, 0);
}

bool zif__tree_has(const void *fdt, int node, const char *name)
{
    int len;
    return zif__fdt_property(fdt, node, name, &len) != NULL;
}

bool zif__tree_compatible(const void *fdt, int node, const char *compatible)
{
    const char *s;
    for (unsigned i = 0; (s = zif__fdt_string(fdt, node, "compatible", i)); i++) {
        if (!strcmp(s, compatible)) {
            return true;
        }
    }
    return false;
}

char *zif__tree_path(const void *fdt, int node, char *buf, size_t len)
{
    if (fdt_get_path(fdt, node, buf, (int)len)) {
        snprintf(buf, len, "?");
    }
    return buf;
}
