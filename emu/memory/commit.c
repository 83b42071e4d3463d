/*
 * Transactions: how changes of the tree become changes of the views (CONTRACT 5.2, 5.3; D8, D9).
 *
 * A commit paints the windows marked since the last one, works out which ranges of the views they replace, tells the listeners of
 * each address space what goes and what comes, and puts the new ranges in place. Everything that needs memory happens
 * before the first callback, so a commit happens whole or, for want of memory, not yet. Views that nobody but their canvas and
 * one address space holds are changed in place; others are copied.
 *
 * Attributes that do not change the layout (romd mode, a region's own readonly, dirty masks) are live words in the region;
 * here listeners learn of them: `told` is what they know, `tell` what this commit tells.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdlib.h>
#include "internal.h"

enum { MAX_CYCLES = 64, SPLICES_IN_PLACE = 4 };

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

/* ---- what is told ---- */

void zif__attributes_changed(MemoryRegion *mr)
{
    mr->z.ctx->generation++;
    if (!mr->z.changed) {
        mr->z.changed = true;
        QLIST_INSERT_HEAD(&mr->z.ctx->changed, mr, z.changed_link);
    }
}

static void decide_what_to_tell(ZifMemoryContext *ctx)
{
    MemoryRegion *mr;
    QLIST_FOREACH(mr, &ctx->changed, z.changed_link)
    {
        mr->z.tell_flags = zif__flags_of(mr);
        mr->z.tell_mask = mr->dirty_log_mask;
    }
    ctx->tell_global_log = ctx->global_log;
}

static void note_what_was_told(ZifMemoryContext *ctx)
{
    MemoryRegion *mr, *after;
    QLIST_FOREACH_SAFE(mr, &ctx->changed, z.changed_link, after)
    {
        mr->z.told_flags = mr->z.tell_flags;
        mr->z.told_mask = mr->z.tell_mask;
        if (mr->z.told_flags == zif__flags_of(mr) && mr->z.told_mask == mr->dirty_log_mask) {
            mr->z.changed = false;
            QLIST_REMOVE(mr, z.changed_link);
        }
    }
    ctx->told_global_log = ctx->tell_global_log;
}

static int mask_told(const MemoryRegion *mr)
{
    bool migration = mr->z.ctx->told_global_log && mr->ram_block;
    return mr->z.told_mask | (migration ? 1 << DIRTY_MEMORY_MIGRATION : 0);
}

static int mask_to_tell(const MemoryRegion *mr)
{
    bool migration = mr->z.ctx->tell_global_log && mr->ram_block;
    return mr->z.tell_mask | (migration ? 1 << DIRTY_MEMORY_MIGRATION : 0);
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

/* What comes in the place of a segment's ranges: what sticks out of the window on the left, the window painted, what sticks
 * out on the right. */
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

/* Writes the ranges the canvas will have to `fv`, which has room, holding each. */
static void compose(const ZifCanvas *c, FlatView *fv)
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
        compose(c, c->next);
    }
    return true;
}

static bool prepare(ZifMemoryContext *ctx)
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

/* Ends a commit, carried out or not. */
static void put_away(ZifMemoryContext *ctx, bool done)
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

/* ---- telling ---- */

static bool seems_readonly(const FlatRange *r, uint8_t flags)
{
    return r->readonly || (flags & ZIF_TOLD_READONLY);
}

/* Do listeners see no difference between a range of the old view and one of the new? */
static bool unchanged(const FlatRange *old, const FlatRange *new)
{
    const ZifRegionPrivate *z = &old->mr->z;
    return old->mr == new->mr && old->start == new->start && old->last == new->last &&
           old->offset == new->offset &&seems_readonly(old, z->told_flags) == seems_readonly(new, z->tell_flags) &&
           (z->told_flags & ZIF_TOLD_ROMD) == (z->tell_flags & ZIF_TOLD_ROMD);
}

static void tell_gone(AddressSpace *as, const FlatRange *old, unsigned nr_old, const FlatRange *new, unsigned nr_new)
{
    for (unsigned i = 0, j = 0; i < nr_old; i++) {
        while (j < nr_new && new[j].start < old[i].start) {
            j++;
        }
        if (j == nr_new || !unchanged(&old[i], &new[j])) {
            MemoryRegionSection s = zif__section(as->current_map, &old[i], old[i].mr->z.told_flags);
            zif__coalesced_tell(as, NULL, as->current_map, &old[i], false);
            zif__tell_del(as, &s);
        }
    }
}

static void tell_come(AddressSpace *as, const FlatRange *old, unsigned nr_old, const FlatRange *new, unsigned nr_new)
{
    for (unsigned i = 0, j = 0; j < nr_new; j++) {
        while (i < nr_old && old[i].start < new[j].start) {
            i++;
        }
        const MemoryRegion *mr = new[j].mr;
        MemoryRegionSection s = zif__section(as->current_map, &new[j], mr->z.tell_flags);
        if (i < nr_old && unchanged(&old[i], &new[j])) {
            zif__tell_nop(as, &s);
            zif__tell_log(as, &s, mask_told(mr), mask_to_tell(mr));
        } else {
            zif__tell_add(as, &s);
            zif__coalesced_tell(as, NULL, as->current_map, &new[j], true);
        }
    }
}

static bool wants_nops(AddressSpace *as)
{
    MemoryListener *l;
    QTAILQ_FOREACH(l, &as->z.ctx->listeners, link)
    {
        if (l->region_nop && zif__listens(l, as)) {
            return true;
        }
    }
    return false;
}

static void tell_segments(AddressSpace *as, ZifCanvas *c)
{
    FlatView *fv = as->current_map;
    bool nops = wants_nops(as);
    for (unsigned i = 0; i < c->nr_segments; i++) {
        const ZifSegment *s = &c->segments[i];
        const FlatRange *old = fv->ranges + s->first;
        tell_gone(as, old, s->nr, s->patch ? s->patch->ranges + s->nr : old, s->patch ? s->patch->nr_new : s->nr);
    }
    unsigned at = 0;
    for (unsigned i = 0; i <= c->nr_segments; i++) {
        const ZifSegment *s = i < c->nr_segments ? &c->segments[i] : NULL;
        unsigned to = s ? s->first : fv->nr;
        if (nops && at < to) {
            tell_come(as, fv->ranges + at, to - at, fv->ranges + at, to - at);
        }
        if (s) {
            const FlatRange *old = fv->ranges + s->first;
            tell_come(as, old, s->nr, s->patch ? s->patch->ranges + s->nr : old, s->patch ? s->patch->nr_new : s->nr);
            at = s->first + s->nr;
        }
    }
}

/* ---- putting in place ---- */

static void splice(FlatView *fv, const ZifSegment *s)
{
    FlatRange *at = fv->ranges + s->first;
    memmove(at + s->patch->nr_new, at + s->nr, (fv->nr - s->first - s->nr) * sizeof *at);
    memcpy(at, s->patch->ranges + s->nr, s->patch->nr_new * sizeof *at);
    fv->nr = fv->nr - s->nr + s->patch->nr_new;
    s->patch->published = true;
}

static void publish(AddressSpace *as, ZifCanvas *c)
{
    if (c->structural && !c->next && c->view->ref == 2) {
        for (unsigned i = c->nr_segments; i-- > 0;) {
            if (c->segments[i].patch) {
                splice(c->view, &c->segments[i]);
            }
        }
        return;
    }
    if (c->structural && !c->next) {
        c->next = c->reserve;
        c->reserve = NULL;
        compose(c, c->next);
    }
    if (c->next || c != as->z.canvas) {
        zif__canvas_show(as, c, c->next ? c->next : c->view);
    }
}

static void update_space(AddressSpace *as, ZifCanvas *c)
{
    bool listened = false;
    MemoryListener *l;
    QTAILQ_FOREACH(l, &as->z.ctx->listeners, link)
    {
        listened |= zif__listens(l, as);
    }
    if (listened && c == as->z.canvas) {
        if (c->nr_segments || wants_nops(as)) {
            tell_segments(as, c);
        }
    } else if (listened) {
        const FlatView *old = as->current_map, *new = c->next ? c->next : c->view;
        tell_gone(as, old->ranges, old->nr, new->ranges, new->nr);
        tell_come(as, old->ranges, old->nr, new->ranges, new->nr);
    }
    publish(as, c);
    zif__eventfds_update(as);
}

AddressSpace *zif__space_after(ZifMemoryContext *ctx, uint64_t order)
{
    AddressSpace *as;
    QTAILQ_FOREACH(as, &ctx->spaces, address_spaces_link)
    {
        if (as->z.order > order) {
            return as;
        }
    }
    return NULL;
}

static bool commit_topology(ZifMemoryContext *ctx)
{
    decide_what_to_tell(ctx);
    if (!prepare(ctx)) {
        put_away(ctx, false);
        zif__empty_trash(ctx);
        ctx->stats.failed_commits++;
        zif__note_error(ctx, "out of memory while the memory map changed; it stays as it was until the next change");
        return false;
    }
    ZifCanvas *c;
    QLIST_FOREACH(c, &ctx->canvases, link)
    {
        c->nr_dirty = 0;
    }
    ctx->topology_pending = ctx->eventfd_pending = false;
    ctx->stats.commits++;
    ctx->generation++;
    zif__tell_begin(ctx);
    AddressSpace *as;
    for (uint64_t at = 0; (as = zif__space_after(ctx, at));) {
        at = as->z.order;
        if (as->z.coming) {
            ctx->updating = as;
            update_space(as, as->z.coming);
            ctx->updating = NULL;
        }
    }
    note_what_was_told(ctx);
    put_away(ctx, true);
    zif__tell_commit(ctx);
    zif__welcome_listeners(ctx);
    zif__empty_trash(ctx);
    return true;
}

static void commit_eventfds(ZifMemoryContext *ctx)
{
    ctx->eventfd_pending = false;
    AddressSpace *as;
    for (uint64_t at = 0; (as = zif__space_after(ctx, at));) {
        at = as->z.order;
        zif__eventfds_update(as);
    }
}

void zif__begin(ZifMemoryContext *ctx)
{
    if (ctx->lockless) {
        zif_bug("the map is changed from inside a callback of region \"%s\", which promised to touch no shared state",
                memory_region_name(ctx->lockless));
    }
    zif_memory_flush_coalesced(ctx);
    ctx->depth++;
}

void zif__commit(ZifMemoryContext *ctx)
{
    if (!ctx->depth) {
        zif_bug("a memory transaction is committed that was not begun");
    }
    if (--ctx->depth || ctx->committing) {
        return;
    }
    ctx->committing = true;
    for (unsigned cycles = 0; ctx->topology_pending || ctx->eventfd_pending; cycles++) {
        if (cycles == MAX_CYCLES) {
            zif__note_error(ctx, "listeners changed the memory map %d times over in answer to its changes", MAX_CYCLES);
            break;
        }
        if (!ctx->topology_pending) {
            commit_eventfds(ctx);
        } else if (!commit_topology(ctx)) {
            break;
        }
    }
    ctx->committing = false;
}

void memory_region_transaction_begin(void)
{
    zif__begin(zif_memory_context_current());
}

void memory_region_transaction_commit(void)
{
    zif__commit(zif_memory_context_current());
}
