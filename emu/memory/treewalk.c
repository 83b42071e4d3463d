/*
 * Walking trees and views for people to read: see mtree.h. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdlib.h>
#include "mtree.h"

const char *zif__region_type(MemoryRegion *mr)
{
    while (mr->alias) {
        mr = mr->alias;
    }
    if (mr->ram_device) {
        return "ramd";
    }
    if (memory_region_is_romd(mr)) {
        return "romd";
    }
    if (memory_region_is_rom(mr)) {
        return "rom";
    }
    return mr->ram ? "ram" : "i/o";
}

/* Regions met as targets of aliases; each is shown once. Without memory some are left out. */
typedef struct Targets {
    MemoryRegion **list;
    unsigned nr, capacity;
} Targets;

static void remember(Targets *t, MemoryRegion *mr)
{
    for (unsigned i = 0; i < t->nr; i++) {
        if (t->list[i] == mr) {
            return;
        }
    }
    if (zif__grow((void **)&t->list, &t->capacity, t->nr + 1, sizeof *t->list)) {
        t->list[t->nr++] = mr;
    }
}

static int by_address(const void *a, const void *b)
{
    const MemoryRegion *x = *(MemoryRegion *const *)a, *y = *(MemoryRegion *const *)b;
    if (x->addr != y->addr) {
        return x->addr < y->addr ? -1 : 1;
    }
    if (x->priority != y->priority) {
        return x->priority > y->priority ? -1 : 1;
    }
    return x->z.order > y->z.order ? -1 : 1;
}

static void walk(const ZifTreeSink *sink, Targets *targets, MemoryRegion *mr, unsigned depth, hwaddr base)
{
    ZifTreeNode node = { .mr = mr, .depth = depth, .start = base + mr->addr, .type = zif__region_type(mr) };
    node.last = node.start + (mr->size ? zif__region_last(mr) : 0);
    node.overflow = node.start < base || node.last < node.start;
    sink->node(sink->opaque, &node);
    if (mr->alias) {
        remember(targets, mr->alias);
    }
    MemoryRegion *child;
    unsigned n = 0;
    QTAILQ_FOREACH(child, &mr->subregions, subregions_link)
    {
        n++;
    }
    MemoryRegion **sorted = n ? zif__alloc(n * sizeof *sorted) : NULL;
    if (!sorted) {
        return;
    }
    n = 0;
    QTAILQ_FOREACH(child, &mr->subregions, subregions_link)
    {
        sorted[n++] = child;
    }
    qsort(sorted, n, sizeof *sorted, by_address);
    for (unsigned i = 0; i < n; i++) {
        walk(sink, targets, sorted[i], depth + 1, node.start);
    }
    zif__free(sorted);
}

void zif__walk_trees(ZifMemoryContext *ctx, const ZifTreeSink *sink)
{
    Targets targets = { 0 };
    AddressSpace *as;
    QTAILQ_FOREACH(as, &ctx->spaces, address_spaces_link)
    {
        sink->tree(sink->opaque, as, as->root);
        walk(sink, &targets, as->root, 0, 0);
        sink->end(sink->opaque);
    }
    for (unsigned i = 0; i < targets.nr; i++) { /* walking may find more */
        sink->tree(sink->opaque, NULL, targets.list[i]);
        walk(sink, &targets, targets.list[i], 0, 0);
        sink->end(sink->opaque);
    }
    zif__free(targets.list);
}

unsigned zif__walk_views(ZifMemoryContext *ctx, void (*fn)(void *opaque, const ZifViewGroup *group), void *opaque)
{
    unsigned n = 0;
    AddressSpace *as, *before;
    QTAILQ_FOREACH(as, &ctx->spaces, address_spaces_link)
    {
        bool seen = false;
        QTAILQ_FOREACH(before, &ctx->spaces, address_spaces_link)
        {
            if (before == as) {
                break;
            }
            seen |= before->current_map == as->current_map;
        }
        if (!seen) {
            ZifViewGroup g = { n++, as->current_map };
            fn(opaque, &g);
        }
    }
    return n;
}
