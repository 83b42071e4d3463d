/*
 * Canvases: one per region that some address space shows. A change of the tree marks the windows of the canvases
 * where it may be seen (found by climbing from the region through containers and aliases); the next commit paints
 * only those.
 *
 * A mark is made while the tree still is as it was, for what goes, and again when it is as it will be, for what
 * comes. All that differs between a canvas and the tree therefore lies within its marks, whatever happens between two
 * commits.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "internal.h"

void zif__visit_windows(MemoryRegion *mr, hwaddr first, hwaddr last, ZifWindowFn fn, void *opaque)
{
    if (!mr->enabled || mr->size == 0 || first > zif__region_last(mr)) {
        return;
    }
    if (last > zif__region_last(mr)) {
        last = zif__region_last(mr);
    }
    for (ZifCanvas *c = mr->z.canvas; c; c = c->sibling) {
        fn(opaque, c, first, last);
    }
    MemoryRegion *alias;
    QLIST_FOREACH(alias, &mr->z.aliases, z.alias_link)
    {
        hwaddr low = first > alias->alias_offset ? first - alias->alias_offset : 0;
        if (last >= alias->alias_offset) {
            zif__visit_windows(alias, low, last - alias->alias_offset, fn, opaque);
        }
    }
    MemoryRegion *up = mr->container;
    if (up && !up->alias && first <= HWADDR_MAX - mr->addr) {
        hwaddr high = last > HWADDR_MAX - mr->addr ? HWADDR_MAX : last + mr->addr;
        zif__visit_windows(up, first + mr->addr, high, fn, opaque);
    }
}

/* Cannot fail: without memory for one more window the last one is made wide enough for both. */
static void mark_window(void *opaque, ZifCanvas *c, hwaddr first, hwaddr last)
{
    ZifWindow *w = c->nr_dirty ? &c->dirty[c->nr_dirty - 1] : NULL;
    if (w && first >= w->first && last <= w->last) {
        return;
    }
    if (zif__grow((void **)&c->dirty, &c->dirty_capacity, c->nr_dirty + 1, sizeof *c->dirty)) {
        c->dirty[c->nr_dirty++] = (ZifWindow){ first, last };
    } else if (w) {
        w->first = w->first < first ? w->first : first;
        w->last = w->last > last ? w->last : last;
    } else {
        zif_bug("out of memory for the first window of a canvas"); /* excluded: canvas_new made room for one */
    }
}

void zif__mark(MemoryRegion *mr)
{
    zif__visit_windows(mr, 0, HWADDR_MAX, mark_window, NULL);
}

void zif__mark_all(ZifCanvas *canvas)
{
    mark_window(NULL, canvas, 0, HWADDR_MAX);
}

MemoryRegion *zif__view_root(MemoryRegion *root)
{
    while (root->enabled && !root->readonly) {
        MemoryRegion *next = NULL;
        if (root->alias) {
            if (root->alias_offset || root->size < root->alias->size) {
                return root;
            }
            next = root->alias;
        } else if (root->terminates) {
            return root;
        } else {
            MemoryRegion *child;
            QTAILQ_FOREACH(child, &root->subregions, subregions_link)
            {
                if (!child->enabled) {
                    continue;
                }
                if (next || child->addr || child->size > root->size) {
                    return root;
                }
                next = child;
            }
            if (!next) {
                return NULL;
            }
        }
        root = next;
    }
    return root->enabled ? root : NULL;
}

static FlatView *paint_whole(ZifMemoryContext *ctx, MemoryRegion *root)
{
    ZifRanges picture = { 0 };
    FlatView *fv = zif__render(root, 0, HWADDR_MAX, &picture) ? zif__view_new(ctx, root, picture.nr) : NULL;
    for (unsigned i = 0; fv && i < picture.nr; i++) {
        fv->ranges[fv->nr++] = picture.ranges[i];
        zif__range_hold(&picture.ranges[i]);
    }
    zif__free(picture.ranges);
    ctx->stats.windows++;
    ctx->stats.ranges_rendered += fv ? fv->nr : 0;
    return fv;
}

static ZifCanvas *canvas_new(ZifMemoryContext *ctx, MemoryRegion *root)
{
    ZifCanvas *c = zif__alloc(sizeof *c);
    if (!c || !zif__grow((void **)&c->dirty, &c->dirty_capacity, 1, sizeof *c->dirty) ||
        !(c->view = paint_whole(ctx, root))) {
        if (c) {
            zif__free(c->dirty);
        }
        zif__free(c);
        return NULL;
    }
    c->ctx = ctx;
    c->root = root;
    c->sibling = root->z.canvas;
    root->z.canvas = c;
    QLIST_INSERT_HEAD(&ctx->canvases, c, link);
    return c;
}

ZifCanvas *zif__canvas_get(ZifMemoryContext *ctx, MemoryRegion *root, bool fresh)
{
    if (!root) {
        return &ctx->blank;
    }
    for (ZifCanvas *c = root->z.canvas; c; c = c->sibling) {
        if (!fresh || (!c->nr_dirty && !c->structural)) {
            return c;
        }
    }
    return canvas_new(ctx, root);
}

void zif__canvas_show(AddressSpace *as, ZifCanvas *canvas, FlatView *fv)
{
    if (as->z.canvas) {
        as->z.canvas->users--;
    }
    if (canvas) {
        canvas->users++;
    }
    if (fv) {
        zif_flatview_ref(fv);
    }
    if (as->current_map) {
        zif__trash_view(as->current_map);
    }
    as->z.canvas = canvas;
    as->current_map = fv;
}

static void canvas_free(ZifCanvas *c)
{
    ZifCanvas **p = &c->root->z.canvas;
    while (*p != c) {
        p = &(*p)->sibling;
    }
    *p = c->sibling;
    QLIST_REMOVE(c, link);
    zif__trash_view(c->view);
    if (c->reserve) {
        zif__trash_view(c->reserve);
    }
    zif__free(c->dirty);
    zif__free(c->segments);
    zif__free(c);
}

void zif__canvas_sweep(ZifMemoryContext *ctx)
{
    ZifCanvas *c, *after;
    QLIST_FOREACH_SAFE(c, &ctx->canvases, link, after)
    {
        if (!c->users) {
            canvas_free(c);
        }
    }
}
