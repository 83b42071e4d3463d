/*
 * Caches: a piece of an address space kept for repeated access (CONTRACT 5.10; D21, D22).
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <errno.h>
#include "internal.h"

int64_t address_space_cache_init(MemoryRegionCache *cache, AddressSpace *as, hwaddr addr, hwaddr len, bool is_write)
{
    if (!len) {
        zif_bug("a memory region cache of no bytes");
    }
    FlatView *fv = as->current_map;
    unsigned i = zif__view_upto(fv, addr);
    bool found = i && fv->ranges[i - 1].last >= addr;
    const FlatRange nothing = { .start = 0, .last = HWADDR_MAX, .mr = &as->z.ctx->unassigned };
    const FlatRange *r = found ? &fv->ranges[i - 1] : &nothing;
    *cache = (MemoryRegionCache){ .fv = fv, .is_write = is_write, .len = len, .readonly = r->readonly };
    cache->mrs = zif__section(fv, r, zif__flags_of(r->mr));
    cache->xlat = addr - r->start + r->offset;
    if (memory_access_is_direct(r->mr, is_write) && !(is_write && r->readonly)) {
        cache->ptr = r->mr->z.host + cache->xlat;
        /* The range may go on behind a border that is there for writers only. */
        hwaddr last = r->last;
        for (; i < fv->nr && fv->ranges[i].mr == r->mr && fv->ranges[i].start == last + 1 && !is_write &&
               fv->ranges[i].offset == r->offset + (last + 1 - r->start);
             i++) {
            last = fv->ranges[i].last;
        }
        if (last - addr < len - 1) {
            cache->len = last - addr + 1;
        }
    }
    zif_flatview_ref(fv);
    zif__hold(r->mr, ZIF_HOLD_CACHE, NULL);
    return cache->len > INT64_MAX ? INT64_MAX : (int64_t)cache->len;
}

void address_space_cache_invalidate(MemoryRegionCache *cache, hwaddr addr, hwaddr access_len)
{
    if (!cache->is_write) {
        zif_bug("a cache of region \"%s\" made for reading is invalidated", memory_region_name(cache->mrs.mr));
    }
    if (cache->ptr && access_len) {
        zif__cache_check(cache, addr, access_len);
        zif__written(cache->mrs.mr, cache->xlat + addr, access_len);
    }
}

void address_space_cache_destroy(MemoryRegionCache *cache)
{
    MemoryRegion *mr = cache->mrs.mr;
    if (!mr) {
        return;
    }
    FlatView *fv = cache->fv;
    cache->mrs.mr = NULL;
    cache->fv = NULL;
    cache->ptr = NULL;
    zif__release(mr, ZIF_HOLD_CACHE, NULL); /* the view keeps it still */
    zif_flatview_unref(fv);
}

MemTxResult zif__cache_rw(MemoryRegionCache *cache, hwaddr addr, MemTxAttrs attrs, uint8_t *buf, hwaddr len,
                          bool is_write)
{
    MemTxResult r = MEMTX_OK;
    zif_flatview_ref(cache->fv);
    FlatView *fv = cache->fv;
    while (len) {
        ZifPlace p = zif__cache_place(cache, addr, is_write, attrs);
        hwaddr n = p.room < len - 1 ? p.room + 1 : len;
        if (p.target && !zif__direct(&p, is_write)) {
            n = zif__piece(p.mr, p.xlat, n);
        }
        r |= zif__region_rw(&p, attrs, buf, n, is_write);
        addr += n;
        buf += n;
        len -= n;
    }
    zif_flatview_unref(fv);
    return r;
}

void address_space_read_cached_slow(MemoryRegionCache *cache, hwaddr addr, void *buf, int len)
{
    zif__cache_rw(cache, addr, MEMTXATTRS_UNSPECIFIED, buf, len > 0 ? (hwaddr)len : 0, false);
}

void address_space_write_cached_slow(MemoryRegionCache *cache, hwaddr addr, const void *buf, int len)
{
    zif__cache_rw(cache, addr, MEMTXATTRS_UNSPECIFIED, (uint8_t *)buf, len > 0 ? (hwaddr)len : 0, true);
}

void zif__cache_overrun(const MemoryRegionCache *cache, hwaddr addr, hwaddr width)
{
    zif_bug("%llu bytes at 0x%llx of a cache of %llu bytes of region \"%s\"", (unsigned long long)width,
            (unsigned long long)addr, (unsigned long long)cache->len,
            cache->mrs.mr ? memory_region_name(cache->mrs.mr) : "(none)");
}
