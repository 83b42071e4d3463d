/*
 * Loads and stores of one value, through an address space or a cache (CONTRACT 5.9, L1-L42; D17, D18).
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "internal.h"

typedef enum { GUEST, LITTLE = GUEST, BIG } Order;

static inline uint64_t ordered(uint64_t value, unsigned size, Order order)
{
    return order == BIG && size > 1 ? __builtin_bswap64(value) >> (64 - 8 * size) : value;
}

/* Memory takes any alignment and goes on where a range ends; a device is asked once. `r` is set. */
static uint64_t load_place(const ZifPlace *p, unsigned size, MemTxAttrs attrs, MemTxResult *r, bool *straddles)
{
    uint64_t value = 0;
    *straddles = false;
    if (zif__direct(p, false)) {
        if (p->room >= size - 1) {
            *r = MEMTX_OK;
            return zif__load(p->mr->z.host + p->xlat, size);
        }
        *straddles = true;
        return 0;
    }
    *r = zif__io_read(p->mr, p->xlat, &value, size, attrs);
    return value;
}

static void store_place(const ZifPlace *p, uint64_t value, unsigned size, MemTxAttrs attrs, MemTxResult *r,
                        bool *straddles)
{
    *straddles = p->mr->ram && !p->mr->ram_device && p->room < size - 1;
    if (*straddles) {
        return;
    }
    if (zif__direct(p, true)) {
        zif__store(p->mr->z.host + p->xlat, value, size);
        zif__written(p->mr, p->xlat, size);
        *r = MEMTX_OK;
    } else if (p->mr->ram && (p->mr->readonly || p->readonly)) {
        *r = MEMTX_DECODE_ERROR;
    } else {
        *r = zif__io_write(p->mr, p->xlat, value, size, attrs);
    }
}

static inline void give_result(MemTxResult *result, MemTxResult r)
{
    if (result) {
        *result = r;
    }
}

/* ---- address spaces ---- */

static __attribute__((noinline)) uint64_t load_slowly(AddressSpace *as, hwaddr addr, unsigned size, MemTxAttrs attrs,
                                                      MemTxResult *r)
{
    ZifPlace p = zif__translate(as->current_map, addr, false, attrs, &as->z.hint);
    bool straddles;
    uint64_t value = load_place(&p, size, attrs, r, &straddles);
    if (straddles) {
        uint8_t bytes[8];
        *r = zif__view_rw(as->current_map, addr, attrs, bytes, size, false, &as->z.hint);
        value = zif__load(bytes, size);
    }
    return value;
}

static inline uint64_t load(AddressSpace *as, hwaddr addr, unsigned size, Order order, MemTxAttrs attrs,
                            MemTxResult *result)
{
    const FlatRange *f = zif__view_find(as->current_map, addr, &as->z.hint);
    MemTxResult r = MEMTX_OK;
    uint64_t value;
    if (likely(f && memory_access_is_direct(f->mr, false) && f->last - addr >= size - 1)) {
        value = zif__load(f->mr->z.host + (addr - f->start + f->offset), size);
    } else if (likely(f && !f->mr->is_iommu && !memory_access_is_direct(f->mr, false))) {
        r = zif__io_read(f->mr, addr - f->start + f->offset, &value, size, attrs);
    } else {
        value = load_slowly(as, addr, size, attrs, &r);
    }
    if (unlikely(r != MEMTX_OK)) {
        zif__count_faults(as, r, false);
    }
    give_result(result, r);
    return ordered(value, size, order);
}

static __attribute__((noinline)) void store_slowly(AddressSpace *as, hwaddr addr, uint64_t value, unsigned size,
                                                   MemTxAttrs attrs, MemTxResult *r)
{
    ZifPlace p = zif__translate(as->current_map, addr, true, attrs, &as->z.hint);
    bool straddles;
    store_place(&p, value, size, attrs, r, &straddles);
    if (straddles) {
        uint8_t bytes[8];
        zif__store(bytes, value, size);
        *r = zif__view_rw(as->current_map, addr, attrs, bytes, size, true, &as->z.hint);
    }
}

static inline void store(AddressSpace *as, hwaddr addr, uint64_t value, unsigned size, Order order, MemTxAttrs attrs,
                         MemTxResult *result)
{
    const FlatRange *f = zif__view_find(as->current_map, addr, &as->z.hint);
    MemTxResult r = MEMTX_OK;
    value = ordered(value, size, order);
    if (likely(f && memory_access_is_direct(f->mr, true) && !f->readonly && f->last - addr >= size - 1)) {
        hwaddr xlat = addr - f->start + f->offset;
        zif__store(f->mr->z.host + xlat, value, size);
        zif__written(f->mr, xlat, size);
    } else if (likely(f && !f->mr->is_iommu && !f->mr->ram)) {
        r = zif__io_write(f->mr, addr - f->start + f->offset, value, size, attrs);
    } else {
        store_slowly(as, addr, value, size, attrs, &r);
    }
    if (unlikely(r != MEMTX_OK)) {
        zif__count_faults(as, r, true);
    }
    give_result(result, r);
}

/* Marks everybody who logs but the translator, whose own store this is. */
static void mark_but_code(MemoryRegion *mr, hwaddr addr)
{
    unsigned mask = memory_region_get_dirty_log_mask(mr) & ~(1u << DIRTY_MEMORY_CODE);
    zif__mark_pages(mr->ram_block, mr->z.ctx->page_bits, addr, 4, mask);
}

void address_space_stl_notdirty(AddressSpace *as, hwaddr addr, uint32_t val, MemTxAttrs attrs, MemTxResult *result)
{
    ZifPlace p = zif__translate(as->current_map, addr, true, attrs, &as->z.hint);
    if (!zif__direct(&p, true) || p.room < 3) {
        store(as, addr, val, 4, GUEST, attrs, result);
        return;
    }
    zif__stl_p(p.mr->z.host + p.xlat, val);
    mark_but_code(p.mr, p.xlat);
    give_result(result, MEMTX_OK);
}

/* ---- caches ---- */

/* The place of an offset in a cache: in the region that was there when the cache was made. */
ZifPlace zif__cache_place(const MemoryRegionCache *cache, hwaddr addr, bool is_write, MemTxAttrs attrs)
{
    MemoryRegion *mr = cache->mrs.mr;
    hwaddr xlat = cache->xlat + addr;
    ZifPlace p = { .fv = cache->fv,
                   .mr = mr,
                   .xlat = xlat,
                   .addr = xlat,
                   .page_mask = HWADDR_MAX,
                   .perm = IOMMU_RW,
                   .readonly = cache->readonly };
    if (xlat >= zif__shown_size(mr)) { /* past the end of what was cached as one piece */
        p.mr = &mr->z.ctx->unassigned;
        p.room = HWADDR_MAX;
        return p;
    }
    p.room = (hwaddr)(zif__shown_size(mr) - 1) - xlat;
    zif__translate_iommu(&p, mr->z.ctx, is_write, attrs);
    return p;
}

static inline uint64_t load_cached(MemoryRegionCache *cache, hwaddr addr, unsigned size, Order order, MemTxAttrs attrs,
                                   MemTxResult *result)
{
    zif__cache_check(cache, addr, size);
    ZifPlace p = zif__cache_place(cache, addr, false, attrs);
    MemTxResult r;
    bool straddles;
    uint64_t value = load_place(&p, size, attrs, &r, &straddles);
    if (straddles) {
        uint8_t bytes[8];
        r = zif__cache_rw(cache, addr, attrs, bytes, size, false);
        value = zif__load(bytes, size);
    }
    give_result(result, r);
    return ordered(value, size, order);
}

static inline void store_cached(MemoryRegionCache *cache, hwaddr addr, uint64_t value, unsigned size, Order order,
                                MemTxAttrs attrs, MemTxResult *result)
{
    zif__cache_check(cache, addr, size);
    ZifPlace p = zif__cache_place(cache, addr, true, attrs);
    MemTxResult r;
    bool straddles;
    value = ordered(value, size, order);
    store_place(&p, value, size, attrs, &r, &straddles);
    if (straddles) {
        uint8_t bytes[8];
        zif__store(bytes, value, size);
        r = zif__cache_rw(cache, addr, attrs, bytes, size, true);
    }
    give_result(result, r);
}

void address_space_stl_notdirty_cached_slow(MemoryRegionCache *cache, hwaddr addr, uint32_t val, MemTxAttrs attrs,
                                            MemTxResult *result)
{
    zif__cache_check(cache, addr, 4);
    ZifPlace p = zif__cache_place(cache, addr, true, attrs);
    if (!zif__direct(&p, true) || p.room < 3) {
        store_cached(cache, addr, val, 4, GUEST, attrs, result);
        return;
    }
    zif__stl_p(p.mr->z.host + p.xlat, val);
    mark_but_code(p.mr, p.xlat);
    give_result(result, MEMTX_OK);
}

/* ---- the families ---- */

#define LD(type, op, size, order)                                                                                      \
    type address_space_##op(AddressSpace *as, hwaddr addr, MemTxAttrs attrs, MemTxResult *result)                      \
    {                                                                                                                  \
        return (type)load(as, addr, size, order, attrs, result);                                                       \
    }                                                                                                                  \
    type address_space_##op##_cached_slow(MemoryRegionCache *cache, hwaddr addr, MemTxAttrs attrs,                     \
                                          MemTxResult *result)                                                         \
    {                                                                                                                  \
        return (type)load_cached(cache, addr, size, order, attrs, result);                                             \
    }
#define ST(type, op, size, order)                                                                                      \
    void address_space_##op(AddressSpace *as, hwaddr addr, type val, MemTxAttrs attrs, MemTxResult *result)            \
    {                                                                                                                  \
        store(as, addr, val, size, order, attrs, result);                                                              \
    }                                                                                                                  \
    void address_space_##op##_cached_slow(MemoryRegionCache *cache, hwaddr addr, type val, MemTxAttrs attrs,           \
                                          MemTxResult *result)                                                         \
    {                                                                                                                  \
        store_cached(cache, addr, val, size, order, attrs, result);                                                    \
    }

LD(uint32_t, ldub, 1, GUEST)
LD(uint32_t, lduw_le, 2, LITTLE)
LD(uint32_t, lduw_be, 2, BIG)
LD(uint32_t, lduw, 2, GUEST)
LD(uint32_t, ldl_le, 4, LITTLE)
LD(uint32_t, ldl_be, 4, BIG)
LD(uint32_t, ldl, 4, GUEST)
LD(uint64_t, ldq_le, 8, LITTLE)
LD(uint64_t, ldq_be, 8, BIG)
LD(uint64_t, ldq, 8, GUEST)
ST(uint32_t, stb, 1, GUEST)
ST(uint32_t, stw_le, 2, LITTLE)
ST(uint32_t, stw_be, 2, BIG)
ST(uint32_t, stw, 2, GUEST)
ST(uint32_t, stl_le, 4, LITTLE)
ST(uint32_t, stl_be, 4, BIG)
ST(uint32_t, stl, 4, GUEST)
ST(uint64_t, stq_le, 8, LITTLE)
ST(uint64_t, stq_be, 8, BIG)
ST(uint64_t, stq, 8, GUEST)
