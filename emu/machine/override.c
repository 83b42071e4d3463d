/* Properties of a board's devicetree that the embedding program gives other values. SPDX-License-Identifier: GPL-2.0-or-later */
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>
#include "internal.h"

enum { MAX_OVERRIDE_CELLS = 1024 };

/* A node by path, alias or label; -1 when there is none. */
static int find_node(const void *fdt, const char *name)
{
    int node = fdt_path_offset(fdt, name); /* a path may begin with an alias */
    if (node < 0) {
        int symbols = fdt_path_offset(fdt, "/__symbols__");
        const char *path = symbols < 0 ? NULL : zif__tree_string(fdt, symbols, name);
        node = path ? fdt_path_offset(fdt, path) : -1;
    }
    return node;
}

static bool apply(void *fdt, const ZifOverride *o, Error **errp)
{
    fdt32_t cells[MAX_OVERRIDE_CELLS];
    int node = find_node(fdt, o->node);
    if (node < 0) {
        error_setg(errp, "the tree has no node '%s' to override %s of", o->node, o->property);
        return false;
    }
    for (unsigned i = 0; i < o->ncells; i++) {
        cells[i] = cpu_to_fdt32(o->cells[i]);
    }
    if (fdt_setprop(fdt, node, o->property, cells, (int)(4 * o->ncells))) {
        error_setg(errp, "%s: cannot override %s", o->node, o->property);
        return false;
    }
    return true;
}

bool zif__tree_override(void **fdt, const ZifOverride *overrides, unsigned n, Error **errp)
{
    size_t room = fdt_totalsize(*fdt);
    if (!n) {
        return true;
    }
    for (unsigned i = 0; i < n; i++) {
        if (overrides[i].ncells > MAX_OVERRIDE_CELLS) {
            error_setg(errp, "%s: %s has more than %d cells", overrides[i].node, overrides[i].property,
                       MAX_OVERRIDE_CELLS);
            return false;
        }
        room += 4 * overrides[i].ncells + strlen(overrides[i].property) + 64;
    }
    void *larger = realloc(*fdt, room);
    if (!larger) {
        error_setg(errp, "out of memory for the devicetree");
        return false;
    }
    *fdt = larger;
    bool ok = !fdt_open_into(*fdt, *fdt, (int)room);
    for (unsigned i = 0; ok && i < n; i++) {
        ok = apply(*fdt, &overrides[i], errp);
    }
    return ok;
}
