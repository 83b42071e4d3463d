/*
 * Transactions: how changes of the tree become changes of the views (CONTRACT 5.2, 5.3; D8, D9).
 *
 * A commit paints the windows marked since the last one, works out which ranges of the views they replace, tells the
 * listeners of each address space what goes and what comes, and puts the new ranges in place. Everything that needs
 * memory happens before the first callback, so a commit happens whole or, for want of memory, not yet. Views that
 * nobody but their canvas and one address space holds are changed in place; others are copied.
 *
 * Attributes that do not change the layout (romd mode, a region's own readonly, dirty masks) are live words in the
 * region; here listeners learn of them: `told` is what they know, `tell` what this commit tells.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "internal.h"

enum { MAX_CYCLES = 64 };

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
            zif__tell_log(as, &s, zif__mask_told(mr), zif__mask_to_tell(mr));
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
        zif__compose(c, c->next);
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
    if (!zif__prepare(ctx)) {
        zif__put_away(ctx, false);
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
    zif__put_away(ctx, true);
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
