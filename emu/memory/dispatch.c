/*
 * One access to one region: is it valid, who is told, and how it is cut to what the callbacks can do (CONTRACT
 * 5.5-5.7, 5.13; D1-D3; re-entrancy).
 *
 * A value travels as the little-endian number of its bytes by ascending address. What a big-endian device gives or
 * takes is swapped piece by piece, which makes its first byte the lowest address's as well; from there on both are
 * alike.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <zif/log.h>
#include "internal.h"

static inline uint64_t low_bytes(unsigned n)
{
    return UINT64_MAX >> (64 - 8 * n);
}

static inline uint64_t swapped(uint64_t value, unsigned size)
{
    return __builtin_bswap64(value) >> (64 - 8 * size);
}

static inline bool valid(const MemoryRegion *mr, hwaddr addr, unsigned size, bool is_write, MemTxAttrs attrs)
{
    const MemoryRegionOps *ops = mr->ops;
    if (unlikely(size - 1 >= 8 || (size & (size - 1)))) {
        return false;
    }
    if (ops->valid.accepts && !ops->valid.accepts(mr->opaque, addr, size, is_write, attrs)) {
        return false;
    }
    if (!ops->valid.unaligned && (addr & (size - 1))) {
        return false;
    }
    return !ops->valid.max_access_size || (size >= ops->valid.min_access_size && size <= ops->valid.max_access_size);
}

bool zif__access_valid(MemoryRegion *mr, hwaddr addr, unsigned size, bool is_write, MemTxAttrs attrs)
{
    return valid(mr, addr, size, is_write, attrs);
}

/* ---- callbacks ---- */

static inline MemTxResult call_read(const MemoryRegion *mr, hwaddr addr, uint64_t *value, unsigned size,
                                    MemTxAttrs attrs)
{
    const MemoryRegionOps *ops = mr->ops;
    MemTxResult r = MEMTX_OK;
    *value = 0;
    if (ops->read) {
        *value = ops->read(mr->opaque, addr, size);
    } else if (ops->read_with_attrs) {
        r = ops->read_with_attrs(mr->opaque, addr, value, size, attrs);
    } else {
        return MEMTX_DECODE_ERROR;
    }
    if (ops->endianness == DEVICE_BIG_ENDIAN) {
        *value = swapped(*value, size);
    } else {
        *value &= low_bytes(size);
    }
    return r;
}

static inline MemTxResult call_write(const MemoryRegion *mr, hwaddr addr, uint64_t value, unsigned size,
                                     MemTxAttrs attrs)
{
    const MemoryRegionOps *ops = mr->ops;
    value = ops->endianness == DEVICE_BIG_ENDIAN ? swapped(value, size) : value & low_bytes(size);
    if (ops->write) {
        ops->write(mr->opaque, addr, value, size);
        return MEMTX_OK;
    }
    if (ops->write_with_attrs) {
        return ops->write_with_attrs(mr->opaque, addr, value, size, attrs);
    }
    return MEMTX_DECODE_ERROR;
}

/* The width the callbacks are called with for an access of this size. */
static inline unsigned implemented(const MemoryRegionOps *ops, unsigned size)
{
    unsigned max = ops->impl.max_access_size ? ops->impl.max_access_size : 4;
    return size > max ? max : size < ops->impl.min_access_size ? ops->impl.min_access_size : size;
}

/* Where the first piece starts, relative to the access: 0 or below. */
static inline unsigned lead(const MemoryRegionOps *ops, hwaddr addr, unsigned piece)
{
#ifdef ZIF_MEMORY_QUIRKS
    return 0; /* the original ignores impl.unaligned */
#else
    return ops->impl.unaligned ? 0 : (unsigned)(addr & (piece - 1));
#endif
}

/* Bytes [from, from + n) of the access are bytes [at, at + n) of a piece. */
typedef struct Lane {
    unsigned from, at, n;
} Lane;

static inline Lane lane(unsigned done, unsigned skip, unsigned piece, unsigned size)
{
    unsigned at = done ? 0 : skip;
    unsigned n = piece - at < size - done ? piece - at : size - done;
    return (Lane){ done, at, n };
}

static MemTxResult split_read(MemoryRegion *mr, hwaddr addr, uint64_t *pval, unsigned size, unsigned piece,
                              MemTxAttrs attrs)
{
    unsigned skip = lead(mr->ops, addr, piece);
    MemTxResult r = MEMTX_OK;
    uint64_t all = 0;
    for (unsigned done = 0; done < size;) {
        Lane l = lane(done, skip, piece, size);
        uint64_t value;
        r |= call_read(mr, addr + done - l.at, &value, piece, attrs);
        all |= ((value >> (8 * l.at)) & low_bytes(l.n)) << (8 * l.from);
        done += l.n;
    }
    *pval = all;
    return r;
}

static MemTxResult split_write(MemoryRegion *mr, hwaddr addr, uint64_t all, unsigned size, unsigned piece,
                               MemTxAttrs attrs)
{
    unsigned skip = lead(mr->ops, addr, piece);
    MemTxResult r = MEMTX_OK;
    for (unsigned done = 0; done < size;) {
        Lane l = lane(done, skip, piece, size);
        uint64_t value = ((all >> (8 * l.from)) & low_bytes(l.n)) << (8 * l.at);
        if (l.n < piece && mr->z.rmw) {
            uint64_t old;
            r |= call_read(mr, addr + done - l.at, &old, piece, attrs);
            value |= old & ~(low_bytes(l.n) << (8 * l.at));
        }
        r |= call_write(mr, addr + done - l.at, value, piece, attrs);
        done += l.n;
    }
    return r;
}

/* ---- entering and leaving ---- */

static inline void enter(MemoryRegion *mr)
{
    ZifMemoryContext *ctx = mr->z.ctx;
    if (unlikely(mr->z.holds[ZIF_HOLD_CALLBACK])) {
        ctx->stats.reentrant++;
    }
    mr->z.holds[ZIF_HOLD_CALLBACK]++;
    zif__object_ref(mr->owner);
    zif__nest(ctx);
}

static inline void leave(MemoryRegion *mr)
{
    zif__unnest(mr->z.ctx);
    mr->z.holds[ZIF_HOLD_CALLBACK]--;
    zif__object_unref(mr->owner); /* may be the end of the region */
}

static inline MemTxResult do_read(MemoryRegion *mr, hwaddr addr, uint64_t *pval, unsigned size, MemTxAttrs attrs)
{
    enter(mr);
    unsigned piece = implemented(mr->ops, size);
    MemTxResult r;
    if (likely(piece == size && !lead(mr->ops, addr, piece))) {
        r = call_read(mr, addr, pval, size, attrs);
    } else {
        r = split_read(mr, addr, pval, size, piece, attrs);
    }
    leave(mr);
    return r;
}

static inline MemTxResult do_write(MemoryRegion *mr, hwaddr addr, uint64_t value, unsigned size, MemTxAttrs attrs)
{
    enter(mr);
    unsigned piece = implemented(mr->ops, size);
    MemTxResult r;
    if (likely(piece == size && !lead(mr->ops, addr, piece))) {
        r = call_write(mr, addr, value, size, attrs);
    } else {
        r = split_write(mr, addr, value, size, piece, attrs);
    }
    leave(mr);
    return r;
}

/* ---- the careful way: policies, lock-free regions, eventfds, traces, the nesting limit ---- */

static MemTxResult reject(MemoryRegion *mr, const char *why)
{
    mr->z.rejected++;
    mr->z.ctx->stats.rejected++;
    if (!mr->warning_printed) {
        mr->warning_printed = true;
        zif_log(ZIF_LOG_WARN, "memory", "region \"%s\": an access is refused: %s", memory_region_name(mr), why);
    }
    return MEMTX_ACCESS_ERROR;
}

static MemTxResult put_off(MemoryRegion *mr, hwaddr addr, uint64_t value, unsigned size, MemTxAttrs attrs)
{
    ZifMemoryContext *ctx = mr->z.ctx;
    if (mr->z.put_off == ZIF_MEMORY_MAX_QUEUED) {
        return reject(mr, "the device has written to itself too often");
    }
    ZifQueuedWrite *w = zif__alloc(sizeof *w);
    if (!w) {
        return MEMTX_ERROR;
    }
    mr->z.put_off++;
    *w = (ZifQueuedWrite){ .mr = mr, .addr = addr, .value = value, .size = size, .attrs = attrs };
    zif__hold(mr, ZIF_HOLD_QUEUE, NULL);
    *ctx->put_off_tail = w;
    ctx->put_off_tail = &w->next;
    ctx->stats.queued++;
    return MEMTX_OK;
}

static ZifQueuedWrite *take_put_off(ZifMemoryContext *ctx, const MemoryRegion *mr)
{
    for (ZifQueuedWrite **p = &ctx->put_off; *p; p = &(*p)->next) {
        ZifQueuedWrite *w = *p;
        if (w->mr == mr) {
            *p = w->next;
            if (!*p) {
                ctx->put_off_tail = p;
            }
            return w;
        }
    }
    return NULL;
}

/* The outermost callback of the region has returned: carry out what waited for that. */
static void catch_up(MemoryRegion *mr)
{
    ZifMemoryContext *ctx = mr->z.ctx;
    ZifQueuedWrite *w;
    if (mr->z.holds[ZIF_HOLD_CALLBACK]) {
        return;
    }
    while ((w = take_put_off(ctx, mr))) {
        do_write(mr, w->addr, w->value, w->size, w->attrs);
        zif__release(mr, ZIF_HOLD_QUEUE, NULL);
        zif__free(w);
    }
    mr->z.put_off = 0;
}

static MemTxResult guarded(MemoryRegion *mr, hwaddr addr, uint64_t *value, unsigned size, bool is_write,
                           MemTxAttrs attrs)
{
    ZifMemoryContext *ctx = mr->z.ctx;
    if (!valid(mr, addr, size, is_write, attrs)) {
        return MEMTX_DECODE_ERROR;
    }
    if (is_write && mr->ioeventfd_nb && zif__eventfd_fire(mr, addr, *value, size)) {
        return MEMTX_OK;
    }
    if (ctx->gate.nesting >= ZIF_MEMORY_MAX_NESTING) {
        return reject(mr, "device callbacks are nested too deeply");
    }
    if (mr->z.holds[ZIF_HOLD_CALLBACK] && mr->z.reentrancy != ZIF_REENTRANCY_ALLOW) {
        if (is_write && mr->z.reentrancy == ZIF_REENTRANCY_QUEUE) {
            return put_off(mr, addr, *value, size, attrs);
        }
        return reject(mr, "the device's own callback is running");
    }
    MemoryRegion *before = ctx->lockless;
    if (!mr->global_locking) {
        ctx->lockless = mr;
    }
    zif__object_ref(mr->owner); /* catch_up looks at the region once more */
    MemTxResult r = is_write ? do_write(mr, addr, *value, size, attrs) : do_read(mr, addr, value, size, attrs);
    ctx->lockless = before;
    Object *owner = mr->owner;
    catch_up(mr);
    zif__object_unref(owner);
    return r;
}

static MemTxResult careful(MemoryRegion *mr, hwaddr addr, uint64_t *value, unsigned size, bool is_write,
                           MemTxAttrs attrs)
{
    ZifMemoryContext *ctx = mr->z.ctx;
    if (!ctx->trace) {
        return guarded(mr, addr, value, size, is_write, attrs);
    }
    Object *owner = mr->owner;
    zif__object_ref(owner);
    MemTxResult r = guarded(mr, addr, value, size, is_write, attrs);
    if (ctx->trace) {
        ZifMemoryTrace t = { mr, addr, *value, size, is_write, attrs, r };
        ctx->trace(ctx->trace_opaque, &t);
    }
    zif__object_unref(owner);
    return r;
}

MemTxResult memory_region_dispatch_read(MemoryRegion *mr, hwaddr addr, uint64_t *pval, unsigned size, MemTxAttrs attrs)
{
    *pval = 0;
    if (unlikely((mr->z.attention & (ZIF_ATT_POLICY | ZIF_ATT_LOCKLESS)) | mr->z.ctx->gate.attention)) {
        return careful(mr, addr, pval, size, false, attrs);
    }
    if (!valid(mr, addr, size, false, attrs)) {
        return MEMTX_DECODE_ERROR;
    }
    return do_read(mr, addr, pval, size, attrs);
}

MemTxResult memory_region_dispatch_write(MemoryRegion *mr, hwaddr addr, uint64_t data, unsigned size, MemTxAttrs attrs)
{
    if (unlikely((mr->z.attention & (ZIF_ATT_POLICY | ZIF_ATT_LOCKLESS | ZIF_ATT_EVENTFDS)) |
                 mr->z.ctx->gate.attention)) {
        return careful(mr, addr, &data, size, true, attrs);
    }
    if (!valid(mr, addr, size, true, attrs)) {
        return MEMTX_DECODE_ERROR;
    }
    return do_write(mr, addr, data, size, attrs);
}

/* ---- ranges that are remembered ---- */

bool zif_io_range(AddressSpace *as, hwaddr addr, ZifIoRange *range, hwaddr *first, hwaddr *last)
{
    const FlatRange *f = zif__view_find(as->current_map, addr, &as->z.hint);
    if (!f || f->mr->ram || f->mr->is_iommu || memory_access_is_direct(f->mr, false)) {
        return false;
    }
    const MemoryRegionOps *ops = f->mr->ops;
    *first = f->start;
    *last = f->last;
    *range = (ZifIoRange){ .mr = f->mr,
                           .gate = &f->mr->z.ctx->gate,
                           .refs = f->mr->owner ? &f->mr->owner->ref : &f->mr->z.ctx->gate.ownerless,
                           .offset = f->offset - f->start,
                           .opaque = f->mr->opaque,
                           .read = ops->read,
                           .read_with_attrs = ops->read_with_attrs,
                           .write = ops->write,
                           .write_with_attrs = ops->write_with_attrs,
                           .as = as };
    bool plain = !ops->valid.accepts && ops->endianness != DEVICE_BIG_ENDIAN && !(range->offset & 3) &&
                 (ops->read || ops->read_with_attrs) && (ops->write || ops->write_with_attrs);
    for (unsigned size = 1; size <= 4 && plain; size *= 2) {
        if (valid(f->mr, 0, size, false, MEMTXATTRS_UNSPECIFIED) && implemented(ops, size) == size) {
            range->whole |= (uint8_t)size;
        }
    }
    return true;
}

void zif__io_range_owner_gone(const ZifIoRange *range)
{
    zif__object_die(range->mr->owner);
}

static __attribute__((noinline)) MemTxResult count_fault(const ZifIoRange *range, MemTxResult r, bool is_write)
{
    zif__count_faults(range->as, r, is_write);
    return r;
}

static MemTxResult special_load(const ZifIoRange *range, hwaddr addr, uint64_t *value, unsigned size, MemTxAttrs attrs)
{
    MemTxResult r = zif__io_read(range->mr, addr + range->offset, value, size, attrs);
    return r == MEMTX_OK ? r : count_fault(range, r, false);
}

static MemTxResult special_store(const ZifIoRange *range, hwaddr addr, uint64_t value, unsigned size, MemTxAttrs attrs)
{
    MemTxResult r = zif__io_write(range->mr, addr + range->offset, value, size, attrs);
    return r == MEMTX_OK ? r : count_fault(range, r, true);
}

MemTxResult zif__io_range_load_other(const ZifIoRange *range, hwaddr addr, uint64_t *value, unsigned size,
                                     MemTxAttrs attrs)
{
    if (unlikely(!zif__io_range_is_free(range) || range->read != NULL)) {
        return special_load(range, addr, value, size, attrs);
    }
    *value = 0;
    zif__io_range_enter(range);
    MemTxResult r = range->read_with_attrs(range->opaque, addr + range->offset, value, size, attrs);
    zif__io_range_leave(range);
    return likely(r == MEMTX_OK) ? r : count_fault(range, r, false);
}

MemTxResult zif__io_range_store_other(const ZifIoRange *range, hwaddr addr, uint64_t value, unsigned size,
                                      MemTxAttrs attrs)
{
    if (unlikely(!zif__io_range_is_free(range) || range->write != NULL)) {
        return special_store(range, addr, value, size, attrs);
    }
    zif__io_range_enter(range);
    MemTxResult r = range->write_with_attrs(range->opaque, addr + range->offset, value, size, attrs);
    zif__io_range_leave(range);
    return likely(r == MEMTX_OK) ? r : count_fault(range, r, true);
}

MemTxResult zif_io_range_load(const ZifIoRange *range, hwaddr addr, uint64_t *value, unsigned size, MemTxAttrs attrs)
{
    if (!(range->whole & size) || (addr & (size - 1))) {
        return special_load(range, addr, value, size, attrs);
    }
    MemTxResult r = zif_io_range_load_whole(range, addr, value, size, attrs);
    *value &= low_bytes(size);
    return r;
}

MemTxResult zif_io_range_store(const ZifIoRange *range, hwaddr addr, uint64_t value, unsigned size, MemTxAttrs attrs)
{
    if (!(range->whole & size) || (addr & (size - 1))) {
        return special_store(range, addr, value, size, attrs);
    }
    return zif_io_range_store_whole(range, addr, value & low_bytes(size), size, attrs);
}
