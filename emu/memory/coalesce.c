/*
 * Coalescing: windows whose writes may be queued, and the ring they wait in (CONTRACT 5.14, D32).
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "internal.h"

/* ---- windows and who is told of them ---- */

static void tell_window(AddressSpace *as, MemoryListener *only, FlatView *fv, const FlatRange *r,
                        const CoalescedMemoryRange *w, bool add)
{
    Int128 first = w->offset > r->offset ? w->offset : r->offset;
    Int128 end = int128_min((Int128)w->offset + w->size, (Int128)r->offset + zif__range_size(r));
    if (first >= end) {
        return;
    }
    MemoryRegionSection s = zif__section(fv, r, 0);
    s.mr = NULL;
    s.offset_within_region = 0;
    hwaddr addr = r->start + (hwaddr)(first - r->offset), len = (hwaddr)(end - first);
    MemoryListener *l;
    ZIF_FOR_LISTENERS(l, as->z.ctx, as, !add)
    {
        void (*fn)(MemoryListener *, MemoryRegionSection *, hwaddr, hwaddr) =
            add ? l->coalesced_mmio_add : l->coalesced_mmio_del;
        if (fn && (!only || l == only)) {
            fn(l, &s, addr, len);
        }
    }
}

void zif__coalesced_tell(AddressSpace *as, MemoryListener *only, FlatView *fv, const FlatRange *r, bool add)
{
    CoalescedMemoryRange *w;
    FlatRange range = *r;
    QTAILQ_FOREACH(w, &range.mr->coalesced, link)
    {
        tell_window(as, only, fv, &range, w, add);
    }
}

static void tell_everywhere(MemoryRegion *mr, const CoalescedMemoryRange *w, bool add)
{
    AddressSpace *as;
    for (uint64_t at = 0; (as = zif__space_after(mr->z.ctx, at));) {
        at = as->z.order;
        FlatView *fv = as->current_map;
        zif_flatview_ref(fv);
        for (unsigned i = 0; i < fv->nr; i++) {
            if (fv->ranges[i].mr == mr) {
                FlatRange range = fv->ranges[i];
                tell_window(as, NULL, fv, &range, w, add);
            }
        }
        zif_flatview_unref(fv);
    }
}

void memory_region_add_coalescing(MemoryRegion *mr, hwaddr offset, uint64_t size)
{
    CoalescedMemoryRange *w = zif__alloc(sizeof *w);
    zif_memory_flush_coalesced(mr->z.ctx);
    if (!w) {
        zif__note_error(mr->z.ctx, "out of memory for a coalescing window of region \"%s\"", memory_region_name(mr));
        return;
    }
    w->offset = offset;
    w->size = size == UINT64_MAX ? int128_2_64() : (Int128)size;
    QTAILQ_INSERT_TAIL(&mr->coalesced, w, link);
    zif__attention(mr, ZIF_ATT_WINDOWS, true);
    memory_region_set_flush_coalesced(mr);
    tell_everywhere(mr, w, true);
}

void memory_region_set_coalescing(MemoryRegion *mr)
{
    memory_region_clear_coalescing(mr);
    memory_region_add_coalescing(mr, 0, memory_region_size(mr));
}

void memory_region_clear_coalescing(MemoryRegion *mr)
{
    zif_memory_flush_coalesced(mr->z.ctx);
    CoalescedMemoryRange *w;
    zif__attention(mr, ZIF_ATT_WINDOWS, false);
    while ((w = QTAILQ_FIRST(&mr->coalesced))) {
        QTAILQ_REMOVE(&mr->coalesced, w, link);
        tell_everywhere(mr, w, false);
        zif__free(w);
    }
    mr->flush_coalesced_mmio = false;
    zif__attention(mr, ZIF_ATT_FLUSH, false);
}

void memory_region_set_flush_coalesced(MemoryRegion *mr)
{
    mr->flush_coalesced_mmio = true;
    zif__attention(mr, ZIF_ATT_FLUSH, true);
}

void memory_region_clear_flush_coalesced(MemoryRegion *mr)
{
    zif_memory_flush_coalesced(mr->z.ctx);
    if (QTAILQ_EMPTY(&mr->coalesced)) {
        mr->flush_coalesced_mmio = false;
        zif__attention(mr, ZIF_ATT_FLUSH, false);
    }
}

/* ---- the ring ---- */

void zif_memory_flush_coalesced(ZifMemoryContext *ctx)
{
    if (ctx->draining) {
        return;
    }
    ctx->draining = true;
    while (ctx->ring_count) {
        ZifQueuedWrite w = ctx->ring[ctx->ring_first];
        ctx->ring_first = (ctx->ring_first + 1) % ZIF_RING;
        ctx->ring_count--;
        if (memory_region_dispatch_write(w.mr, w.addr, w.value, w.size, w.attrs) != MEMTX_OK) {
            ctx->stats.coalesced_failed++;
        }
        zif__release(w.mr, ZIF_HOLD_QUEUE, NULL);
    }
    ctx->draining = false;
}

static bool in_window(const MemoryRegion *mr, hwaddr addr, unsigned size)
{
    const CoalescedMemoryRange *w;
    QTAILQ_FOREACH(w, &mr->coalesced, link)
    {
        if (addr >= w->offset && (Int128)addr + size <= (Int128)w->offset + w->size) {
            return true;
        }
    }
    return false;
}

bool zif__coalesce(MemoryRegion *mr, hwaddr addr, uint64_t value, unsigned size, MemTxAttrs attrs)
{
    ZifMemoryContext *ctx = mr->z.ctx;
    if (ctx->draining || !in_window(mr, addr, size) || !zif__access_valid(mr, addr, size, true, attrs)) {
        return false;
    }
    if (ctx->ring_count == ZIF_RING) {
        zif_memory_flush_coalesced(ctx);
    }
    zif__hold(mr, ZIF_HOLD_QUEUE, NULL);
    ctx->ring[(ctx->ring_first + ctx->ring_count++) % ZIF_RING] =
        (ZifQueuedWrite){ .mr = mr, .addr = addr, .value = value, .size = size, .attrs = attrs };
    ctx->stats.coalesced++;
    return true;
}
