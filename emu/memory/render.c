/*
 * Painting: from a tree of regions to sorted, disjoint ranges (CONTRACT 5.1).
 *
 * First the tree is walked in the order in which regions claim their place: children before their parent, a sibling
 * of higher priority before one of lower, of equals the one added last. Every terminating region met leaves a
 * placement (where it would like to be); the earlier one wins wherever two overlap. Then one sweep over the
 * placements by address, with a heap of those that cover the present address ordered by rank, cuts them into ranges.
 * n placements cost n log n, however they overlap.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdlib.h>
#include "internal.h"

typedef struct Placement {
    hwaddr first, last;
    hwaddr offset; /* of first in mr */
    MemoryRegion *mr;
    bool readonly;
} Placement;

typedef struct Painter {
    Placement *placements;
    unsigned nr, capacity;
    MemoryRegion **children; /* a stack of those still to visit */
    unsigned nr_children, children_capacity;
} Painter;

static bool collect_child(void *opaque, MemoryRegion *child)
{
    Painter *p = opaque;
    if (!zif__grow((void **)&p->children, &p->children_capacity, p->nr_children + 1, sizeof *p->children)) {
        return false;
    }
    p->children[p->nr_children++] = child;
    return true;
}

/* The order of siblings: priority, then the later one first. */
static int by_claim(const void *a, const void *b)
{
    const MemoryRegion *x = *(MemoryRegion *const *)a, *y = *(MemoryRegion *const *)b;
    if (x->priority != y->priority) {
        return x->priority > y->priority ? -1 : 1;
    }
    return x->z.order > y->z.order ? -1 : 1;
}

static bool place(Painter *p, MemoryRegion *mr, Int128 base, hwaddr first, hwaddr last, bool readonly);

static bool place_children(Painter *p, MemoryRegion *mr, Int128 base, hwaddr first, hwaddr last, bool readonly)
{
    if (first == base && last == base + mr->size - 1) {
        MemoryRegion *child;
        QTAILQ_FOREACH(child, &mr->subregions, subregions_link)
        {
            if (!place(p, child, base + child->addr, first, last, readonly)) {
                return false;
            }
        }
        return true;
    }
    unsigned bottom = p->nr_children;
    if (!zif__index_query(mr, (hwaddr)(first - base), (hwaddr)(last - base), collect_child, p)) {
        return false;
    }
    unsigned top = p->nr_children;
    if (top - bottom > 1) {
        qsort(p->children + bottom, top - bottom, sizeof *p->children, by_claim);
    }
    bool ok = true;
    for (unsigned i = bottom; ok && i < top; i++) {
        MemoryRegion *child = p->children[i];
        ok = place(p, child, base + child->addr, first, last, readonly);
    }
    p->nr_children = bottom;
    return ok;
}

/* base: where the region's first byte would be, possibly below 0 (a window into the middle of something). */
static bool place(Painter *p, MemoryRegion *mr, Int128 base, hwaddr first, hwaddr last, bool readonly)
{
    if (!mr->enabled || mr->size == 0 || base > last || base + mr->size <= first) {
        return true;
    }
    if (first < base) {
        first = (hwaddr)base;
    }
    if (last > base + mr->size - 1) {
        last = (hwaddr)(base + mr->size - 1);
    }
    if (mr->alias) {
        return place(p, mr->alias, base - mr->alias_offset, first, last, readonly || mr->readonly);
    }
    if (!place_children(p, mr, base, first, last, readonly || mr->readonly)) {
        return false;
    }
    Int128 end = base + zif__shown_size(mr);
    if (!mr->terminates || end <= first) {
        return true;
    }
    if (last > end - 1) {
        last = (hwaddr)(end - 1);
    }
    if (!zif__grow((void **)&p->placements, &p->capacity, p->nr + 1, sizeof *p->placements)) {
        return false;
    }
    p->placements[p->nr++] = (Placement){ first, last, (hwaddr)(first - base), mr, readonly };
    return true;
}

static bool seems_readonly(const FlatRange *r)
{
    return r->readonly || r->mr->readonly;
}

bool zif__emit(ZifRanges *out, FlatRange range)
{
    if (out->nr) {
        FlatRange *prev = &out->ranges[out->nr - 1];
        if (prev->mr == range.mr && prev->last + 1 == range.start &&
            prev->offset + (range.start - prev->start) == range.offset &&
            seems_readonly(prev) == seems_readonly(&range)) {
            prev->last = range.last;
            prev->readonly |= range.readonly;
            return true;
        }
    }
    if (!zif__grow((void **)&out->ranges, &out->capacity, out->nr + 1, sizeof *out->ranges)) {
        return false;
    }
    out->ranges[out->nr++] = range;
    return true;
}

static int by_start(const void *a, const void *b)
{
    const Placement *x = *(const Placement *const *)a, *y = *(const Placement *const *)b;
    return x->first != y->first ? (x->first < y->first ? -1 : 1) : (x < y ? -1 : 1);
}

/* A heap of placements; the top is the one that claimed its place first, which is the one with the lowest address. */
static void heap_push(const Placement **heap, unsigned n, const Placement *p)
{
    while (n && heap[(n - 1) / 2] > p) {
        heap[n] = heap[(n - 1) / 2];
        n = (n - 1) / 2;
    }
    heap[n] = p;
}

static void heap_pop(const Placement **heap, unsigned n)
{
    const Placement *p = heap[n - 1];
    unsigned i = 0, child;
    n--;
    while ((child = 2 * i + 1) < n) {
        if (child + 1 < n && heap[child + 1] < heap[child]) {
            child++;
        }
        if (heap[child] > p) {
            break;
        }
        heap[i] = heap[child];
        i = child;
    }
    heap[i] = p;
}

/* sorted: the placements by address; heap: room for as many. */
static bool sweep(const Placement **sorted, const Placement **heap, unsigned n, ZifRanges *out)
{
    unsigned next = 0, depth = 0;
    hwaddr at = 0;
    while (next < n || depth) {
        if (!depth) {
            at = sorted[next]->first;
        }
        while (next < n && sorted[next]->first <= at) {
            heap_push(heap, depth++, sorted[next++]);
        }
        while (depth && heap[0]->last < at) {
            heap_pop(heap, depth--);
        }
        if (!depth) {
            continue;
        }
        const Placement *top = heap[0];
        hwaddr last = next < n && sorted[next]->first <= top->last ? sorted[next]->first - 1 : top->last;
        FlatRange r = { at, last, top->offset + (at - top->first), top->mr, top->readonly };
        if (!zif__emit(out, r)) {
            return false;
        }
        if (last == HWADDR_MAX) {
            break;
        }
        at = last + 1;
    }
    return true;
}

static bool cut(const Painter *p, ZifRanges *out)
{
    enum { FEW = 32 };
    const Placement *few[2 * FEW];
    const Placement **work = p->nr <= FEW ? few : zif__alloc(2 * p->nr * sizeof *work);
    if (!work) {
        return false;
    }
    bool in_order = true;
    for (unsigned i = 0; i < p->nr; i++) {
        work[i] = &p->placements[i];
        in_order &= i == 0 || p->placements[i - 1].first <= p->placements[i].first;
    }
    if (!in_order) {
        qsort(work, p->nr, sizeof *work, by_start);
    }
    bool ok = sweep(work, work + p->nr, p->nr, out);
    if (work != few) {
        zif__free(work);
    }
    return ok;
}

bool zif__render(MemoryRegion *root, hwaddr first, hwaddr last, ZifRanges *out)
{
    Painter p = { 0 };
    bool ok = !root || (place(&p, root, 0, first, last, false) && cut(&p, out));
    zif__free(p.placements);
    zif__free(p.children);
    return ok;
}
