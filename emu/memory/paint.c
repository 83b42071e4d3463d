/*
 * What a commit paints: the windows marked since the last one become new ranges, with the memory for putting them in
 * place and for letting go of the old ones. Nothing here calls anybody. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdlib.h>
#include "internal.h"

enum { SPLICES_IN_PLACE = 4 };

/* ---- trash ---- */

void zif__trash_view(FlatView *fv)
{
    if (fv->ref > 1) {
        fv->ref--;
        return;
    }
    fv->rcu.unused = fv->ctx->trash_views;
    fv->ctx->trash_views = fv;
}

void zif__empty_trash(ZifMemoryContext *ctx)
{
    while (ctx->trash_views) {
        FlatView *fv = ctx->trash_views;
        ctx->trash_views = fv->rcu.unused;
        zif_flatview_unref(fv);
    }
    while (ctx->trash_patches) {
        ZifPatch *patch = ctx->trash_patches;
        ctx->trash_patches = patch->next;
        const FlatRange *r = patch->published ? patch->ranges : patch->ranges + patch->nr_old;
        unsigned n = patch->published ? patch->nr_old : patch->nr_new;
        for (unsigned i = 0; i < n; i++) {
            zif__range_release(&r[i]);
        }
        zif__free(patch);
    }
}

/* ---- painting ---- */

static int by_first(const void *a, const void *b)
{
    const ZifWindow *x = a, *y = b;
    return x->first < y->first ? -1 : x->first > y->first;
}

/* The ranges a window touches or borders on: those it may be merged with. */
static ZifSegment segment_of(const FlatView *fv, hwaddr low, hwaddr high)
{
    unsigned first = zif__view_upto(fv, low);
    while (first && fv->ranges[first - 1].last >= low - (low > 0)) {
        first--;
    }
    unsigned end = zif__view_upto(fv, high + (high < HWADDR_MAX));
    return (ZifSegment){ .low = low, .high = high, .first = first, .nr = end > first ? end - first : 0 };
}

/* Marked windows become segments by ascending address that have no range in common. */
static bool find_segments(ZifCanvas *c)
{
    c->nr_segments = 0;
    if (!zif__grow((void **)&c->segments, &c->segment_capacity, c->nr_dirty, sizeof *c->segments)) {
        return false;
    }
    if (c->nr_dirty > 1) {
        qsort(c->dirty, c->nr_dirty, sizeof *c->dirty, by_first);
    }
    for (unsigned i = 0; i < c->nr_dirty; i++) {
        ZifSegment s = segment_of(c->view, c->dirty[i].first, c->dirty[i].last);
        ZifSegment *prev = c->nr_segments ? &c->segments[c->nr_segments - 1] : NULL;
        bool joined = prev && (s.first < prev->first + prev->nr || s.low <= prev->high || s.low - 1 == prev->high);
        if (!joined) {
            c->segments[c->nr_segments++] = s;
        } else if (s.high > prev->high) {
            *prev = segment_of(c->view, prev->low, s.high);
        }
    }
    return true;
}

static bool same_layout(const FlatRange *a, const FlatRange *b)
{
    return a->start == b->start && a->last == b->last && a->mr == b->mr && a->offset == b->offset &&
           a->readonly == b->readonly;
}

/*
 * What comes in the place of a segment's ranges: what sticks out of the window on the left, the window painted, what
 * sticks out on the right.
 */
static bool paint_segment(ZifCanvas *c, ZifSegment *s, ZifRanges *out)
{
    const FlatRange *old = &c->view->ranges[s->first];
    out->nr = 0;
    for (unsigned i = 0; i < s->nr && old[i].start < s->low; i++) {
        FlatRange left = old[i];
        left.last = left.last < s->low ? left.last : s->low - 1;
        if (!zif__emit(out, left)) {
            return false;
        }
    }
    if (!zif__render(c->root, s->low, s->high, out)) {
        return false;
    }
    for (unsigned i = 0; i < s->nr; i++) {
        FlatRange right = old[i];
        if (right.last > s->high) {
            hwaddr cut = right.start <= s->high ? s->high + 1 - right.start : 0;
            right.start += cut;
            right.offset += cut;
            if (!zif__emit(out, right)) {
                return false;
            }
        }
    }
    c->ctx->stats.windows++;
    c->ctx->stats.ranges_rendered += out->nr;
    return true;
}

static bool make_patch(ZifCanvas *c, ZifSegment *s, const ZifRanges *fresh)
{
    const FlatRange *old = &c->view->ranges[s->first];
    bool same = s->nr == fresh->nr;
    for (unsigned i = 0; same && i < s->nr; i++) {
        same = same_layout(&old[i], &fresh->ranges[i]);
    }
    if (same) {
        return true;
    }
    ZifPatch *patch = zif__alloc(sizeof *patch + (s->nr + fresh->nr) * sizeof *patch->ranges);
    if (!patch) {
        return false;
    }
    patch->nr_old = s->nr;
    patch->nr_new = fresh->nr;
    memcpy(patch->ranges, old, s->nr * sizeof *old);
    if (fresh->nr) {
        memcpy(patch->ranges + s->nr, fresh->ranges, fresh->nr * sizeof *old);
    }
    for (unsigned i = 0; i < fresh->nr; i++) {
        zif__range_hold(&fresh->ranges[i]);
    }
    s->patch = patch;
    c->structural = true;
    return true;
}

static bool paint(ZifCanvas *c)
{
    ZifRanges out = { 0 };
    bool ok = true;
    for (unsigned i = 0; ok && i < c->nr_segments; i++) {
        ok = paint_segment(c, &c->segments[i], &out) && make_patch(c, &c->segments[i], &out);
    }
    zif__free(out.ranges);
    return ok;
}

void zif__compose(const ZifCanvas *c, FlatView *fv)
{
    const FlatView *old = c->view;
    unsigned from = 0;
    for (unsigned i = 0; i <= c->nr_segments; i++) {
        const ZifSegment *s = i < c->nr_segments ? &c->segments[i] : NULL;
        if (s && !s->patch) {
            continue;
        }
        unsigned to = s ? s->first : old->nr;
        memcpy(fv->ranges + fv->nr, old->ranges + from, (to - from) * sizeof *fv->ranges);
        fv->nr += to - from;
        if (s) {
            memcpy(fv->ranges + fv->nr, s->patch->ranges + s->patch->nr_old, s->patch->nr_new * sizeof *fv->ranges);
            fv->nr += s->patch->nr_new;
            from = s->first + s->nr;
        }
    }
    for (unsigned i = 0; i < fv->nr; i++) {
        zif__range_hold(&fv->ranges[i]);
    }
    c->ctx->stats.views_copied++;
}

static bool anybody_listens(ZifMemoryContext *ctx, const ZifCanvas *c)
{
    MemoryListener *l;
    QTAILQ_FOREACH(l, &ctx->listeners, link)
    {
        if (!l->address_space || l->address_space->z.canvas == c) {
            return true;
        }
    }
    return false;
}

/* Gets the memory for putting the new ranges in place. `moving`: an address space comes to this canvas or leaves it. */
static bool reserve(ZifCanvas *c, bool moving)
{
    unsigned room = c->view->nr, splices = 0;
    for (unsigned i = 0; i < c->nr_segments; i++) {
        room += c->segments[i].patch ? c->segments[i].patch->nr_new : 0;
        splices += c->segments[i].patch != NULL;
    }
    bool in_place = c->users == 1 && c->view->ref == 2 && !moving && splices <= SPLICES_IN_PLACE;
    if (in_place && !zif__grow((void **)&c->view->ranges, &c->view->nr_allocated, room, sizeof(FlatRange))) {
        return false;
    }
    if (in_place && !anybody_listens(c->ctx, c)) {
        return true;
    }
    if (c->reserve && c->reserve->nr_allocated < room) {
        zif_flatview_unref(c->reserve);
        c->reserve = NULL;
    }
    if (!c->reserve && !(c->reserve = zif__view_new(c->ctx, c->root, room + room / 4))) {
        return false;
    }
    if (!in_place) {
        c->next = c->reserve;
        c->reserve = NULL;
        zif__compose(c, c->next);
    }
    return true;
}

bool zif__prepare(ZifMemoryContext *ctx)
{
    AddressSpace *as;
    ZifCanvas *c;
    MemoryRegion *mr;
    QLIST_FOREACH(c, &ctx->canvases, link)
    {
        c->structural = c->nr_dirty != 0; /* until paint finds out */
    }
    if (!QTAILQ_EMPTY(&ctx->listeners)) {
        QLIST_FOREACH(mr, &ctx->changed, z.changed_link)
        {
            if (mr->z.told_flags != mr->z.tell_flags || mr->z.told_mask != mr->z.tell_mask) {
                zif__mark(mr);
            }
        }
        QLIST_FOREACH(c, &ctx->canvases, link)
        {
            if (ctx->told_global_log != ctx->tell_global_log) {
                zif__mark_all(c);
            }
        }
    }
    bool moving = false;
    QTAILQ_FOREACH(as, &ctx->spaces, address_spaces_link)
    {
        as->z.coming = zif__canvas_get(ctx, zif__view_root(as->root), false);
        if (!as->z.coming) {
            return false;
        }
        moving |= as->z.coming != as->z.canvas;
    }
    QLIST_FOREACH(c, &ctx->canvases, link)
    {
        bool structural = c->structural;
        c->structural = false;
        if (!find_segments(c) || (structural && !paint(c)) || (c->structural && !reserve(c, moving))) {
            return false;
        }
    }
    return true;
}

void zif__put_away(ZifMemoryContext *ctx, bool done)
{
    AddressSpace *as;
    ZifCanvas *c;
    QTAILQ_FOREACH(as, &ctx->spaces, address_spaces_link)
    {
        as->z.coming = NULL;
    }
    QLIST_FOREACH(c, &ctx->canvases, link)
    {
        for (unsigned i = 0; i < c->nr_segments; i++) {
            ZifPatch *patch = c->segments[i].patch;
            if (patch) {
                patch->next = ctx->trash_patches;
                ctx->trash_patches = patch;
            }
        }
        c->nr_segments = 0;
        c->structural = false;
        if (c->next) {
            zif__trash_view(done ? c->view : c->next);
            c->view = done ? c->next : c->view;
            c->next = NULL;
        }
    }
    zif__canvas_sweep(ctx);
}
