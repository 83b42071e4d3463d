/*
 * Address spaces: birth and death, and transfers of any length (CONTRACT 5.8; D13-D17).
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "internal.h"

/* ---- birth and death ---- */

void address_space_init(AddressSpace *as, MemoryRegion *root, const char *name)
{
    ZifMemoryContext *ctx = root->z.ctx;
    memset(as, 0, sizeof *as);
    as->name = zif__strdup(name ? name : "anonymous");
    as->root = root;
    as->z.ctx = ctx;
    as->z.order = ++ctx->order;
    as->z.bounce_limit = 16;
    QTAILQ_INIT(&as->listeners);
    zif__hold(root, ZIF_HOLD_VIEW, NULL);
    QTAILQ_INSERT_TAIL(&ctx->spaces, as, address_spaces_link);
    ZifCanvas *canvas = zif__canvas_get(ctx, zif__view_root(root), true);
    if (!canvas || !as->name) {
        zif__note_error(ctx, "out of memory for address space \"%s\"; it shows nothing until the next change",
                        name ? name : "anonymous");
        canvas = canvas ? canvas : &ctx->blank;
        ctx->topology_pending = true;
    }
    zif__canvas_show(as, canvas, canvas->view);
    ctx->generation++;
    zif__announce_space(as, true);
    zif__eventfds_update(as);
}

void address_space_destroy(AddressSpace *as)
{
    ZifMemoryContext *ctx = as->z.ctx;
    if (!QTAILQ_EMPTY(&as->listeners)) {
        zif_bug("address space \"%s\" is destroyed while a listener still follows it", as->name);
    }
    if (as->z.bounce_used) {
        zif_bug("address space \"%s\" is destroyed while %u of its bounce buffers are mapped", as->name,
                as->z.bounce_used);
    }
    if (ctx->updating == as) {
        zif_bug("address space \"%s\" is destroyed by a listener that is being told of its changes", as->name);
    }
    zif_memory_flush_coalesced(ctx);
    zif__announce_space(as, false);
    QTAILQ_REMOVE(&ctx->spaces, as, address_spaces_link);
    zif__canvas_show(as, NULL, NULL);
    ctx->generation++;
    if (!ctx->committing) {
        zif__canvas_sweep(ctx);
        zif__empty_trash(ctx);
    }
    zif__free(as->ioeventfds);
    zif__free(as->name);
    as->name = NULL;
    MemoryRegion *root = as->root;
    as->root = NULL;
    zif__release(root, ZIF_HOLD_VIEW, NULL);
}

AddressSpace *zif_address_space_next(ZifMemoryContext *ctx, AddressSpace *as)
{
    return as ? QTAILQ_NEXT(as, address_spaces_link) : QTAILQ_FIRST(&ctx->spaces);
}

uint64_t zif_address_space_generation(const AddressSpace *as)
{
    return as->z.ctx->generation;
}

const ZifFaultCounters *zif_address_space_faults(const AddressSpace *as)
{
    return &as->z.faults;
}

void zif__count_faults(AddressSpace *as, MemTxResult result, bool is_write)
{
    ZifFaultCounters *f = &as->z.faults;
    if (result & MEMTX_DECODE_ERROR) {
        *(is_write ? &f->decode_writes : &f->decode_reads) += 1;
    }
    if (result & MEMTX_ERROR) {
        *(is_write ? &f->device_writes : &f->device_reads) += 1;
    }
    if (result & MEMTX_ACCESS_ERROR) {
        f->blocked++;
    }
}

/* ---- transfers ---- */

static inline void copy(uint8_t *to, const uint8_t *from, hwaddr len)
{
    switch (len) { /* the common widths without a call */
    case 1:
        *to = *from;
        break;
    case 2:
        memcpy(to, from, 2);
        break;
    case 4:
        memcpy(to, from, 4);
        break;
    case 8:
        memcpy(to, from, 8);
        break;
    default:
        memcpy(to, from, len);
    }
}

static inline void direct_rw(MemoryRegion *mr, hwaddr xlat, uint8_t *buf, hwaddr len, bool is_write)
{
    if (is_write) {
        copy(mr->z.host + xlat, buf, len);
        zif__written(mr, xlat, len);
    } else {
        copy(buf, mr->z.host + xlat, len);
    }
}

/* Is there nothing to call: unassigned, or memory that may not be written? */
static bool refuses(const ZifPlace *p, bool is_write)
{
    const MemoryRegion *mr = p->mr;
    return mr == &mr->z.ctx->unassigned || (mr->ram && is_write && (mr->readonly || p->readonly));
}

static MemTxResult refuse(uint8_t *buf, hwaddr len, bool is_write)
{
    if (!is_write) {
        memset(buf, 0, len);
    }
    return MEMTX_DECODE_ERROR;
}

static inline MemTxResult piece_rw(MemoryRegion *mr, hwaddr addr, MemTxAttrs attrs, uint8_t *buf, unsigned size,
                                   bool is_write)
{
    if (is_write) {
        return zif__io_write(mr, addr, zif__load(buf, size), size, attrs);
    }
    uint64_t value;
    MemTxResult r = zif__io_read(mr, addr, &value, size, attrs);
    zif__store(buf, value, size);
    return r;
}

MemTxResult zif__region_rw(const ZifPlace *place, MemTxAttrs attrs, uint8_t *buf, hwaddr len, bool is_write)
{
    ZifPlace p = *place;
    MemTxResult r = MEMTX_OK;
    while (len) {
        if (zif__direct(&p, is_write)) { /* asked each time: a callback may have changed it */
            direct_rw(p.mr, p.xlat, buf, len, is_write);
            return r;
        }
        if (refuses(&p, is_write)) {
            return r | refuse(buf, len, is_write);
        }
        unsigned size = zif__piece(p.mr, p.xlat, len);
        r |= piece_rw(p.mr, p.xlat, attrs, buf, size, is_write);
        p.xlat += size;
        buf += size;
        len -= size;
    }
    return r;
}

/* What of len bytes one translation is good for. An IOMMU is asked again for every piece. */
static hwaddr portion(const ZifPlace *p, hwaddr len, bool is_write)
{
    hwaddr n = p->room < len - 1 ? p->room + 1 : len;
    if (p->target && !zif__direct(p, is_write) && !refuses(p, is_write)) {
        n = zif__piece(p->mr, p->xlat, n);
    }
    return n;
}

/* The view stays as it is for the whole transfer, whatever its callbacks do. */
MemTxResult zif__view_rw(FlatView *fv, hwaddr addr, MemTxAttrs attrs, uint8_t *buf, hwaddr len, bool is_write,
                         uint32_t *hint)
{
    MemTxResult r = MEMTX_OK;
    zif_flatview_ref(fv);
    while (len) {
        ZifPlace p = zif__translate(fv, addr, is_write, attrs, hint);
        hwaddr n = portion(&p, len, is_write);
        r |= zif__region_rw(&p, attrs, buf, n, is_write);
        addr += n;
        buf += n;
        len -= n;
    }
    zif_flatview_unref(fv);
    return r;
}

/* Would a transfer of len bytes be one access, which is then accepted or not? */
static inline bool one_piece(const MemoryRegion *mr, hwaddr addr, hwaddr len)
{
    const MemoryRegionOps *ops = mr->ops;
    hwaddr max = ops->valid.max_access_size ? ops->valid.max_access_size : 4;
    bool natural = (len & (len - 1)) == 0 && (ops->impl.unaligned || (addr & (len - 1)) == 0);
    return len <= max && len <= 8 && natural;
}

static __attribute__((noinline)) MemTxResult device_rw(AddressSpace *as, MemoryRegion *mr, hwaddr xlat,
                                                       MemTxAttrs attrs, uint8_t *buf, unsigned len, bool is_write)
{
    MemTxResult r = piece_rw(mr, xlat, attrs, buf, len, is_write);
    if (unlikely(r != MEMTX_OK)) {
        zif__count_faults(as, r, is_write);
    }
    return r;
}

static __attribute__((noinline)) MemTxResult long_rw(AddressSpace *as, hwaddr addr, MemTxAttrs attrs, uint8_t *buf,
                                                     hwaddr len, bool is_write)
{
    MemTxResult r = zif__view_rw(as->current_map, addr, attrs, buf, len, is_write, &as->z.hint);
    zif__count_faults(as, r, is_write);
    return r;
}

/* The two usual cases, within one range, without further ado. */
static inline MemTxResult space_rw(AddressSpace *as, hwaddr addr, MemTxAttrs attrs, uint8_t *buf, int len,
                                   bool is_write)
{
    if (unlikely(len <= 0)) {
        return MEMTX_OK;
    }
    const FlatRange *f = zif__view_find(as->current_map, addr, &as->z.hint);
    if (likely(f && f->last - addr >= (hwaddr)len - 1)) {
        MemoryRegion *mr = f->mr;
        hwaddr xlat = addr - f->start + f->offset;
        if (likely(memory_access_is_direct(mr, is_write) && !(is_write && f->readonly))) {
            direct_rw(mr, xlat, buf, (hwaddr)len, is_write);
            return MEMTX_OK;
        }
        if (likely(!mr->is_iommu && !mr->ram && one_piece(mr, xlat, (hwaddr)len))) {
            return device_rw(as, mr, xlat, attrs, buf, (unsigned)len, is_write);
        }
    }
    return long_rw(as, addr, attrs, buf, (hwaddr)len, is_write);
}

MemTxResult address_space_rw(AddressSpace *as, hwaddr addr, MemTxAttrs attrs, uint8_t *buf, int len, bool is_write)
{
    if (is_write) {
        return address_space_write(as, addr, attrs, buf, len);
    }
    return address_space_read_full(as, addr, attrs, buf, len);
}

MemTxResult address_space_write(AddressSpace *as, hwaddr addr, MemTxAttrs attrs, const uint8_t *buf, int len)
{
    return space_rw(as, addr, attrs, (uint8_t *)buf, len, true);
}

MemTxResult address_space_read_full(AddressSpace *as, hwaddr addr, MemTxAttrs attrs, uint8_t *buf, int len)
{
    return space_rw(as, addr, attrs, buf, len, false);
}

MemTxResult flatview_read_continue(FlatView *fv, hwaddr addr, MemTxAttrs attrs, uint8_t *buf, int len, hwaddr addr1,
                                   hwaddr l, MemoryRegion *mr)
{
    if (len <= 0) {
        return MEMTX_OK;
    }
    if (mr == &fv->ctx->unassigned) { /* comes unclipped too: the next range may begin inside */
        return zif__view_rw(fv, addr, attrs, buf, (hwaddr)len, false, &fv->dispatch->hint);
    }
    hwaddr n = l < (hwaddr)len ? l : (hwaddr)len;
    const FlatRange *f = zif__view_find(fv, addr, &fv->dispatch->hint);
    if (f && f->mr == mr && f->last - addr < n - 1) {
        n = f->last - addr + 1; /* devices come unclipped: D13 */
    }
    ZifPlace first = { .fv = fv, .mr = mr, .xlat = addr1, .room = n - 1 };
    zif_flatview_ref(fv);
    MemTxResult r = zif__region_rw(&first, attrs, buf, n, false);
    if (n < (hwaddr)len) {
        r |= zif__view_rw(fv, addr + n, attrs, buf + n, (hwaddr)len - n, false, &fv->dispatch->hint);
    }
    zif_flatview_unref(fv);
    return r;
}

MemTxResult address_space_write_rom(AddressSpace *as, hwaddr addr, MemTxAttrs attrs, const uint8_t *buf, int len)
{
    MemTxResult r = MEMTX_OK;
    for (hwaddr left = len > 0 ? (hwaddr)len : 0; left;) {
        ZifPlace p = zif__translate(as->current_map, addr, true, attrs, &as->z.hint);
        hwaddr n = p.room < left - 1 ? p.room + 1 : left;
        if ((p.mr->ram || p.mr->rom_device) && !p.mr->ram_device) {
            direct_rw(p.mr, p.xlat, (uint8_t *)buf, n, true);
        } else if (p.mr == &as->z.ctx->unassigned) {
            r |= MEMTX_DECODE_ERROR;
        }
        addr += n;
        buf += n;
        left -= n;
    }
    return r;
}

bool address_space_access_valid(AddressSpace *as, hwaddr addr, int len, bool is_write, MemTxAttrs attrs)
{
    bool ok = true;
    FlatView *fv = as->current_map;
    zif_flatview_ref(fv);
    for (hwaddr left = len > 0 ? (hwaddr)len : 0; ok && left;) {
        ZifPlace p = zif__translate(fv, addr, is_write, attrs, &as->z.hint);
        hwaddr n = p.room < left - 1 ? p.room + 1 : left;
        if (!zif__direct(&p, is_write)) {
            n = zif__piece(p.mr, p.xlat, n);
            ok = !refuses(&p, is_write) && zif__access_valid(p.mr, p.xlat, (unsigned)n, is_write, attrs);
        }
        addr += n;
        left -= n;
    }
    zif_flatview_unref(fv);
    return ok;
}
