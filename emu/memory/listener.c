/*
 * Listeners: who hears what in which order (CONTRACT 5.4; D4, D11, D12). SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "internal.h"

bool zif__listens(const MemoryListener *l, const AddressSpace *as)
{
    return !l->z.waiting && (!as || !l->address_space || l->address_space == as);
}

static bool earlier(const MemoryListener *l, unsigned priority, uint64_t order)
{
    return l->priority != priority ? l->priority < priority : l->z.order < order;
}

/* The place is remembered by key, not by pointer: a callback may unregister anybody. */
MemoryListener *zif__next_listener(ZifListenerWalk *w)
{
    MemoryListener *l = w->reverse ? QTAILQ_LAST(&w->ctx->listeners) : QTAILQ_FIRST(&w->ctx->listeners);
    while (l) {
        bool passed =
            w->started && !(w->reverse ? earlier(l, w->priority, w->order) : !earlier(l, w->priority, w->order + 1));
        if (!passed && zif__listens(l, w->as)) {
            w->started = true;
            w->priority = l->priority;
            w->order = l->z.order;
            return l;
        }
        l = w->reverse ? QTAILQ_PREV(l, link) : QTAILQ_NEXT(l, link);
    }
    return NULL;
}

/* Calls callback `cb` of every listener of `as` that has it. */
#define TELL(ctx, as, backwards, cb, ...)                                                                              \
    do {                                                                                                               \
        MemoryListener *l_;                                                                                            \
        ZIF_FOR_LISTENERS(l_, ctx, as, backwards)                                                                      \
        {                                                                                                              \
            if (l_->cb) {                                                                                              \
                l_->cb(l_, ##__VA_ARGS__);                                                                             \
            }                                                                                                          \
        }                                                                                                              \
    } while (0)

void zif__tell_begin(ZifMemoryContext *ctx)
{
    TELL(ctx, NULL, false, begin);
}

void zif__tell_commit(ZifMemoryContext *ctx)
{
    TELL(ctx, NULL, false, commit);
}

void zif__tell_add(AddressSpace *as, MemoryRegionSection *s)
{
    TELL(as->z.ctx, as, false, region_add, s);
}

void zif__tell_del(AddressSpace *as, MemoryRegionSection *s)
{
    TELL(as->z.ctx, as, true, region_del, s);
}

void zif__tell_nop(AddressSpace *as, MemoryRegionSection *s)
{
    TELL(as->z.ctx, as, false, region_nop, s);
}

void zif__tell_log(AddressSpace *as, MemoryRegionSection *s, int old, int new)
{
    if (new & ~old) {
        TELL(as->z.ctx, as, false, log_start, s, old, new);
    }
    if (old & ~new) {
        TELL(as->z.ctx, as, true, log_stop, s, old, new);
    }
}

void zif__sync_logs(ZifMemoryContext *ctx, MemoryRegion *mr)
{
    MemoryListener *l;
    ZIF_FOR_LISTENERS(l, ctx, NULL, false)
    {
        AddressSpace *as;
        for (uint64_t at = 0; l->log_sync && (as = zif__space_after(ctx, at));) {
            at = as->z.order;
            if (!zif__listens(l, as)) {
                continue;
            }
            FlatView *fv = as->current_map;
            zif_flatview_ref(fv);
            for (unsigned i = 0; i < fv->nr; i++) {
                MemoryRegion *shown = fv->ranges[i].mr;
                if ((!mr || shown == mr) && memory_region_get_dirty_log_mask(shown)) {
                    MemoryRegionSection s = zif__section(fv, &fv->ranges[i], zif__flags_of(shown));
                    l->log_sync(l, &s);
                }
            }
            zif_flatview_unref(fv);
        }
    }
}

/* ---- coming and going ---- */

static void tell_space(MemoryListener *l, AddressSpace *as, bool appears)
{
    FlatView *fv = as->current_map;
    zif_flatview_ref(fv);
    if (!appears) {
        zif__eventfds_replay(l, as, false);
    }
    for (unsigned i = 0; i < fv->nr; i++) {
        const FlatRange *r = &fv->ranges[i];
        MemoryRegionSection s = zif__section(fv, r, r->mr->z.told_flags);
        int mask = zif__mask_told(r->mr);
        if (appears) {
            if (l->region_add) {
                l->region_add(l, &s);
            }
            if (mask && l->log_start) {
                l->log_start(l, &s, 0, mask);
            }
            zif__coalesced_tell(as, l, fv, r, true);
        } else {
            zif__coalesced_tell(as, l, fv, r, false);
            if (mask && l->log_stop) {
                l->log_stop(l, &s, mask, 0);
            }
            if (l->region_del) {
                l->region_del(l, &s);
            }
        }
    }
    if (appears) {
        zif__eventfds_replay(l, as, true);
    }
    zif_flatview_unref(fv);
}

/* only: the one address space to tell of, NULL for all the listener follows. */
static void tell_spaces(MemoryListener *l, AddressSpace *only, bool appears)
{
    ZifMemoryContext *ctx = l->z.ctx;
    if (l->begin) {
        l->begin(l);
    }
    if (appears && !only && ctx->told_global_log && l->log_global_start) {
        l->log_global_start(l);
    }
    AddressSpace *as;
    for (uint64_t at = 0; (as = zif__space_after(ctx, at));) {
        at = as->z.order;
        if (only ? as == only : zif__listens(l, as)) {
            tell_space(l, as, appears);
        }
    }
    if (l->commit) {
        l->commit(l);
    }
}

void zif__announce_space(AddressSpace *as, bool appears)
{
    MemoryListener *l;
    ZIF_FOR_LISTENERS(l, as->z.ctx, NULL, !appears)
    {
        if (!l->address_space && as->current_map->nr) {
            tell_spaces(l, as, appears);
        }
    }
}

void memory_listener_register(MemoryListener *listener, AddressSpace *filter)
{
    ZifMemoryContext *ctx = filter ? filter->z.ctx : zif_memory_context_current();
    MemoryListener *l;
    QTAILQ_FOREACH(l, &ctx->listeners, link)
    {
        if (l == listener) {
            zif_bug("a memory listener is registered twice");
        }
    }
    listener->z.ctx = ctx;
    listener->z.order = ++ctx->order;
    listener->address_space = filter;
    l = QTAILQ_FIRST(&ctx->listeners);
    while (l && l->priority <= listener->priority) {
        l = QTAILQ_NEXT(l, link);
    }
    QTAILQ_INSERT_AT(&ctx->listeners, l, listener, link);
    if (filter) {
        QTAILQ_INSERT_TAIL(&filter->listeners, listener, link_as);
    }
    listener->z.waiting = ctx->committing;
    if (!listener->z.waiting) {
        tell_spaces(listener, NULL, true);
    }
}

void zif__welcome_listeners(ZifMemoryContext *ctx)
{
    MemoryListener *l = QTAILQ_FIRST(&ctx->listeners);
    while (l) {
        if (l->z.waiting) {
            l->z.waiting = false;
            tell_spaces(l, NULL, true);
            l = QTAILQ_FIRST(&ctx->listeners); /* the list may be another now */
        } else {
            l = QTAILQ_NEXT(l, link);
        }
    }
}

void memory_listener_unregister(MemoryListener *listener)
{
    ZifMemoryContext *ctx = listener->z.ctx;
    if (!ctx) {
        return;
    }
    if (!listener->z.waiting) {
        tell_spaces(listener, NULL, false);
    }
    QTAILQ_REMOVE(&ctx->listeners, listener, link);
    if (listener->address_space) {
        QTAILQ_REMOVE(&listener->address_space->listeners, listener, link_as);
    }
    listener->address_space = NULL;
    listener->z.ctx = NULL;
}
