/*
 * Views: sorted ranges, their lookup, and who holds them. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "internal.h"

FlatView *zif__view_new(ZifMemoryContext *ctx, MemoryRegion *root, unsigned capacity)
{
    FlatView *fv = zif__alloc(sizeof *fv);
    AddressSpaceDispatch *dispatch = zif__alloc(sizeof *dispatch);
    capacity = capacity ? capacity : 1; /* there always is an array, if only to do arithmetic with */
    FlatRange *ranges = zif__alloc(capacity * sizeof *ranges);
    if (!fv || !dispatch || !ranges) {
        zif__free(fv);
        zif__free(dispatch);
        zif__free(ranges);
        return NULL;
    }
    fv->ref = 1;
    fv->ctx = ctx;
    fv->root = root;
    fv->ranges = ranges;
    fv->nr_allocated = capacity;
    fv->dispatch = dispatch;
    if (root) {
        zif__hold(root, ZIF_HOLD_VIEW, NULL);
    }
    return fv;
}

void zif__range_hold(const FlatRange *r)
{
    zif__hold(r->mr, ZIF_HOLD_VIEW, NULL);
    r->mr->z.inherited += r->readonly;
}

void zif__range_release(const FlatRange *r)
{
    r->mr->z.inherited -= r->readonly;
    zif__release(r->mr, ZIF_HOLD_VIEW, NULL);
}

void zif_flatview_ref(FlatView *fv)
{
    fv->ref++;
}

void zif_flatview_unref(FlatView *fv)
{
    if (--fv->ref) {
        return;
    }
    for (unsigned i = 0; i < fv->nr; i++) {
        zif__range_release(&fv->ranges[i]);
    }
    MemoryRegion *root = fv->root;
    zif__free(fv->ranges);
    zif__free(fv->dispatch);
    zif__free(fv);
    if (root) {
        zif__release(root, ZIF_HOLD_VIEW, NULL);
    }
}

unsigned zif__view_upto(const FlatView *fv, hwaddr addr)
{
    unsigned low = 0, high = fv->nr;
    while (low < high) {
        unsigned mid = low + (high - low) / 2;
        if (fv->ranges[mid].start <= addr) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return low;
}

MemoryRegionSection zif__section(FlatView *fv, const FlatRange *r, uint8_t flags)
{
    return (MemoryRegionSection){
        .mr = r->mr,
        .fv = fv,
        .offset_within_region = r->offset,
        .size = zif__range_size(r),
        .offset_within_address_space = r->start,
        .readonly = r->readonly || (flags & ZIF_TOLD_READONLY),
    };
}

unsigned zif_flatview_count(const FlatView *fv)
{
    return fv->nr;
}

ZifFlatRange zif_flatview_range(const FlatView *fv, unsigned i)
{
    if (i >= fv->nr) {
        zif_bug("range %u of a view of %u", i, fv->nr);
    }
    const FlatRange *r = &fv->ranges[i];
    return (ZifFlatRange){
        .mr = r->mr,
        .start = r->start,
        .last = r->last,
        .size = zif__range_size(r),
        .offset_within_region = r->offset,
        .readonly = r->readonly || r->mr->readonly,
        .romd = memory_region_is_romd(r->mr),
        .dirty_mask = memory_region_get_dirty_log_mask(r->mr),
    };
}
