/*
 * Two nodes at one address and of one zif,priority: nobody said which of them is seen, so the tree is refused. A controller
 * and the memory nodes inside it are one thing. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdlib.h>
#include <string.h>
#include "internal.h"

typedef struct {
    uint64_t base, end;
    int node, priority;
} Range;

static bool is_memory(const ZifMachine *m, int node)
{
    for (const ZifMemory *mem = m->memories; mem; mem = mem->next) {
        if (mem->node == node) {
            return mem->kind != ZIF_MEM_BACKDROP;
        }
    }
    return false;
}

static bool overlap(const Range *a, const Range *b)
{
    return a->base < b->end && b->base < a->end && a->priority == b->priority && a->node != b->node;
}

static bool is_inside(const char *path, const char *other)
{
    size_t len = strlen(other);
    return !strncmp(path, other, len) && path[len] == '/';
}

static bool check(const ZifMachine *m, const Range *ranges, size_t n, Error **errp)
{
    const Range *last = &ranges[n];
    const char *path = zif__tree_node(m->tree, last->node)->path;
    for (const Range *r = ranges; r < last; r++) {
        const char *other = zif__tree_node(m->tree, r->node)->path;
        if (overlap(r, last) && !is_inside(path, other)) {
            error_setg(errp, "%s and %s are both at 0x%llx; zif,priority can say which is seen", other, path,
                       (unsigned long long)(r->base > last->base ? r->base : last->base));
            return false;
        }
    }
    return true;
}

bool zif__no_overlaps(ZifMachine *m, Error **errp)
{
    Range *ranges = NULL;
    size_t n = 0;
    bool ok = true;
    for (unsigned i = 0; ok && i < m->tree->n; i++) {
        int node = m->tree->nodes[i].offset;
        const ZifDevice *dev = zif__device_of_node(m, node);
        Range r = { .node = node };
        uint64_t size;
        if (dev ? dev->core->parent != NULL : !is_memory(m, node)) {
            continue;
        }
        r.priority = (int)zif__tree_u32(m->fdt, node, "zif,priority", 0);
        for (unsigned k = 0; ok && zif__node_reg(m->fdt, node, m->tree->nodes[i].parent, k, &r.base, &size); k++) {
            r.end = r.base + size;
            ranges = realloc(ranges, (n + 1) * sizeof *ranges);
            if (!ranges) {
                zif_bug("out of memory for ranges");
            }
            ranges[n] = r;
            ok = check(m, ranges, n, errp);
            n++;
        }
    }
    free(ranges);
    return ok;
}
