/*
 * The register core: one bus access through a device's table.
 *
 * An access that fits one register exactly takes a short path. Everything else (narrow, wide, between registers) is cut into pieces,
 * one a register. Nothing here allocates; a report is the only slow thing. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>
#include "access.h"

static inline uint32_t lanes(unsigned size)
{
    return size >= 4 ? UINT32_MAX : (1u << (8 * size)) - 1;
}

uint32_t zif__slot_peek(ZifDevice *dev, unsigned slot)
{
    return value_of(dev, slot, &dev->core->layout->slots[slot]);
}

void zif__note_long_poll(ZifDevice *dev, ZifPoll *p)
{
    ZifKit *kit = dev->core->kit;
    if (p->mark == 0) { /* the first read of all */
        p->mark = ZIF_POLL_NOTED;
        p->left = ZIF_POLL_NOTED - 1;
        return;
    }
    p->last = zif_now(dev);
    if (p->mark == ZIF_POLL_NOTED) {
        p->since = p->last;
    }
    if (kit->hooks.pc) {
        p->pc = kit->hooks.pc(kit->hooks.opaque);
    }
    p->left = p->mark <= INT32_MAX / 2 ? (int32_t)p->mark : INT32_MAX;
    p->mark = p->mark <= INT32_MAX / 2 ? 2 * p->mark : UINT32_MAX; /* it stays at its greatest power of two */
}

void zif__note_poll(ZifDevice *dev, unsigned slot, uint32_t value)
{
    note_poll(dev, &dev->core->polls[slot], value);
}

static void tell_once(ZifDevice *dev, unsigned slot, uint32_t bits)
{
    char name[64], fields[160];
    const ZifSlot *s = &dev->core->layout->slots[slot];
    if (dev->core->told[slot]) {
        return;
    }
    dev->core->told[slot] = 1;
    zif__slot_name(dev->cls, slot, name);
    if (!s->row->fields || !(bits & s->stub)) {
        zif_report(dev, ZIF_REPORT_UNMODELLED, slot, "%s is kept but has no effect in this model", name);
    } else {
        zif_report(dev, ZIF_REPORT_UNMODELLED, slot, "%s: %s kept but without effect in this model", name,
                   zif__field_names(s, bits & s->stub, fields, sizeof fields));
    }
}

void zif__read_effects(ZifDevice *dev, unsigned slot, const ZifSlot *s)
{
    zif_values(dev)[slot] &= ~s->rc;
    if (dev->cls->on_read) {
        dev->cls->on_read(dev, slot);
    }
    if (s->flags & ZIF_REG_STUB) {
        tell_once(dev, slot, 0);
    }
}

static void report_write(ZifDevice *dev, unsigned slot, const ZifSlot *s, uint32_t reserved, uint32_t ro, uint32_t bus)
{
    char name[64], fields[160];
    zif__slot_name(dev->cls, slot, name);
    if (reserved) {
        zif_report(dev, ZIF_REPORT_RESERVED, slot, "%s: wrote 0x%0*x, which changes reserved %s", name, 2 * s->size,
                   bus, zif__field_names(s, reserved, fields, sizeof fields));
    }
    if (ro) {
        zif_report(dev, ZIF_REPORT_READ_ONLY, slot, "%s: wrote 0x%0*x over read-only %s", name, 2 * s->size, bus,
                   zif__field_names(s, ro, fields, sizeof fields));
    }
}

/* What the fields' rules make of a register, and what the device is told was written. */
static inline uint32_t by_rules(const ZifSlot *s, uint32_t old, uint32_t data, uint32_t lane, uint32_t *value)
{
    uint32_t ones = data & lane, merged = (old & ~lane) | ones, keep = s->rw | s->stub;
    uint32_t now = (old & ~keep) | (merged & keep);
    *value = merged;
    if (s->stores) {
        return now;
    }
    uint32_t edge = s->w1c | s->w1s | s->wo; /* bits for which 0 means nothing */
    *value = (merged & ~edge) | (ones & edge) | (s->w0c & ~lane);
    now &= ~(ones & s->w1c);
    now &= ~(~data & lane & s->w0c);
    return now | (ones & s->w1s);
}

/* The bus writes the bytes `lane` of one register; `data` is already in its place. */
static inline __attribute__((always_inline)) void write_slot(ZifDevice *dev, unsigned slot, const ZifSlot *s,
                                                             uint32_t data, uint32_t lane)
{
    const ZifClass *cls = dev->cls;
    uint32_t *stored = &zif_values(dev)[slot];
    uint32_t old = *stored, value;
    uint32_t now = by_rules(s, old, data, lane, &value);
    uint32_t reserved = (data ^ s->reset) & lane & s->reserved;
    uint32_t ro = 0;
    if (s->ro & lane) {
        /* Where a flag is cleared by writing 0, writing ones everywhere else is the proper way to do it. */
        ro = s->w0c || (s->flags & ZIF_REG_VOLATILE) ? 0 : (data ^ zif__slot_peek(dev, slot)) & lane & s->ro;
    }
    if (s->w0c) {
        reserved = 0;
    }
    *stored = now;
    if (unlikely(reserved | ro)) {
        report_write(dev, slot, s, reserved, ro, (old & ~lane) | (data & lane));
    }
    if (unlikely((now ^ old) & s->stub)) {
        tell_once(dev, slot, (now ^ old) & s->stub);
    }
    if (cls->on_write) {
        cls->on_write(dev, slot, old, value);
    }
}

static void report_nothing_there(ZifDevice *dev, hwaddr addr, unsigned size, bool is_write)
{
    zif_report(dev, ZIF_REPORT_UNMODELLED, -1, "no register at offset 0x%x (%s of %u bytes)", (unsigned)addr,
               is_write ? "write" : "read", size);
}

static void report_width(ZifDevice *dev, unsigned slot, unsigned size, bool is_write)
{
    char name[64];
    zif_report(dev, ZIF_REPORT_WIDTH, slot, "%s: %s of %u byte%s, a width this register does not take",
               zif__slot_name(dev->cls, slot, name), is_write ? "write" : "read", size, size == 1 ? "" : "s");
}

/* Does a register answer an access of this width with a bus fault? */
static bool refuses_width(ZifDevice *dev, hwaddr addr, unsigned size, bool is_write)
{
    const ZifLayout *l = dev->core->layout;
    unsigned slot = slot_at(l, is_write ? l->write_at : l->read_at, addr);
    const ZifSlot *s = &l->slots[slot];
    if (!(s->flags & ZIF_REG_WIDTH_FAULT) || s->widths & size) {
        return false;
    }
    char name[64];
    zif_report(dev, ZIF_REPORT_WIDTH, (int)slot, "%s: %s of %u byte%s, which is a bus fault here",
               zif__slot_name(dev->cls, (int)slot, name), is_write ? "write" : "read", size, size == 1 ? "" : "s");
    return true;
}

static uint32_t read_pieces(ZifDevice *dev, hwaddr addr, unsigned size)
{
    const ZifLayout *l = dev->core->layout;
    uint32_t value = 0;
    bool hit = false;
    for (unsigned at = 0; at < size;) {
        unsigned slot = slot_at(l, l->read_at, addr + at);
        const ZifSlot *s = &l->slots[slot];
        if (!s->size) {
            at++;
            continue;
        }
        unsigned skip = addr + at - s->offset, n = s->size - skip;
        n = n < size - at ? n : size - at;
        if (!hit && !(s->widths & size)) {
            report_width(dev, slot, size, false);
        }
        value |= (read_slot(dev, slot, s) >> (8 * skip) & lanes(n)) << (8 * at);
        hit = true;
        at += n;
    }
    if (!hit) {
        report_nothing_there(dev, addr, size, false);
    }
    return value;
}

static void write_pieces(ZifDevice *dev, hwaddr addr, uint32_t data, unsigned size)
{
    const ZifLayout *l = dev->core->layout;
    bool hit = false;
    for (unsigned at = 0; at < size;) {
        unsigned slot = slot_at(l, l->write_at, addr + at);
        const ZifSlot *s = &l->slots[slot];
        if (!s->size) {
            at++;
            continue;
        }
        unsigned skip = addr + at - s->offset, n = s->size - skip;
        n = n < size - at ? n : size - at;
        if (!hit && !(s->widths & size)) {
            report_width(dev, slot, size, true);
        }
        write_slot(dev, slot, s, (data >> (8 * at) & lanes(n)) << (8 * skip), lanes(n) << (8 * skip));
        hit = true;
        at += n;
    }
    if (!hit) {
        report_nothing_there(dev, addr, size, true);
    }
}

static uint32_t read_at(ZifDevice *dev, hwaddr addr, unsigned size)
{
    const ZifLayout *l = dev->core->layout;
    unsigned slot = slot_at(l, l->read_at, addr);
    const ZifSlot *s = &l->slots[slot];
    return s->offset == addr && s->whole == size ? read_slot(dev, slot, s) : read_pieces(dev, addr, size);
}

static void write_at(ZifDevice *dev, hwaddr addr, uint32_t data, unsigned size)
{
    const ZifLayout *l = dev->core->layout;
    unsigned slot = slot_at(l, l->write_at, addr);
    const ZifSlot *s = &l->slots[slot];
    if (s->offset == addr && s->whole == size) {
        write_slot(dev, slot, s, data & lanes(size), lanes(size));
    } else {
        write_pieces(dev, addr, data, size);
    }
}

/* Not one whole register, or somebody watches, or the block may not hear. */
static __attribute__((noinline)) MemTxResult access_slowly(ZifDevice *dev, hwaddr addr, uint64_t *data, unsigned size,
                                                           bool is_write)
{
    ZifKit *kit = dev->core->kit;
    bool hears = !dev->core->guard || zif__device_hears(dev, addr, is_write);
    if (hears && refuses_width(dev, addr, size, is_write)) {
        return MEMTX_ERROR;
    }
    if (is_write) {
        if (hears) {
            write_at(dev, addr, *data, size);
        }
    } else {
        *data = zif__with_held(dev, addr, hears ? read_at(dev, addr, size) : 0, size);
    }
    if (ZIF_OBSERVERS && kit->hooks.access) {
        kit->hooks.access(kit->hooks.opaque, dev, addr, *data & lanes(size), size, is_write);
    }
    return MEMTX_OK;
}

uint64_t zif__load_slowly(ZifDevice *dev, hwaddr addr, unsigned size)
{
    uint64_t data = 0;
    access_slowly(dev, addr, &data, size, false);
    return data;
}

static __attribute__((noinline)) void store_slowly(ZifDevice *dev, hwaddr addr, uint64_t data, unsigned size)
{
    access_slowly(dev, addr, &data, size, true);
}

uint64_t zif__mmio_load(void *opaque, hwaddr addr, unsigned size)
{
    return zif__mmio_load_inline(opaque, addr, size);
}

void zif__mmio_store(void *opaque, hwaddr addr, uint64_t data, unsigned size)
{
    ZifDevice *dev = opaque;
    unsigned slot;
    const ZifSlot *s = whole_slot(dev, dev->core->map.write_at, addr, size, &slot);
    if (likely(s != NULL)) {
        write_slot(dev, slot, s, data & lanes(size), lanes(size));
    } else {
        store_slowly(dev, addr, data, size);
    }
}

MemTxResult zif__mmio_read(void *opaque, hwaddr addr, uint64_t *data, unsigned size, MemTxAttrs attrs)
{
    ZifDevice *dev = opaque;
    unsigned slot;
    const ZifSlot *s = whole_slot(dev, dev->core->map.read_at, addr, size, &slot);
    if (s == NULL) {
        return access_slowly(dev, addr, data, size, false);
    }
    *data = read_slot(dev, slot, s);
    return MEMTX_OK;
}

MemTxResult zif__mmio_write(void *opaque, hwaddr addr, uint64_t data, unsigned size, MemTxAttrs attrs)
{
    ZifDevice *dev = opaque;
    unsigned slot;
    const ZifSlot *s = whole_slot(dev, dev->core->map.write_at, addr, size, &slot);
    if (s == NULL) {
        return access_slowly(dev, addr, &data, size, true);
    }
    write_slot(dev, slot, s, data & lanes(size), lanes(size));
    return MEMTX_OK;
}
