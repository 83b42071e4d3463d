/*
 * Register tables compiled to masks and an offset index, so that an access finds its register in one step.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "device.h"

static uint32_t field_mask(const ZifField *f)
{
    return (f->width >= 32 ? UINT32_MAX : (1u << f->width) - 1) << f->lsb;
}

static uint32_t size_mask(unsigned size)
{
    return size >= 4 ? UINT32_MAX : (1u << (8 * size)) - 1;
}

static void add_field(const ZifClass *cls, ZifSlot *s, const ZifField *f)
{
    uint32_t mask;
    if (f->width == 0 || f->lsb + f->width > 8u * s->size) {
        zif_bug("%s: field %s.%s does not fit its register", cls->name, s->row->name, f->name);
    }
    mask = field_mask(f);
    if (!(s->reserved & mask) || (s->reserved & mask) != mask) {
        zif_bug("%s: field %s.%s overlaps another", cls->name, s->row->name, f->name);
    }
    s->reserved &= ~mask;
    switch ((ZifAccess)f->access) {
    case ZIF_RW:
        s->rw |= mask;
        return;
    case ZIF_RO:
        s->ro |= mask;
        return;
    case ZIF_WO:
        s->wo |= mask;
        return;
    case ZIF_W1C:
        s->w1c |= mask;
        return;
    case ZIF_W0C:
        s->w0c |= mask;
        return;
    case ZIF_W1S:
        s->w1s |= mask;
        return;
    case ZIF_RC:
        s->rc |= mask;
        return;
    case ZIF_STUB:
        s->stub |= mask;
        return;
    }
    zif_bug("%s: field %s.%s has no such access kind %u", cls->name, s->row->name, f->name, f->access);
}

/* What an access is quicker to know. */
static void derive(const ZifClass *cls, ZifSlot *s)
{
    s->quiet = !s->rc && !cls->on_read && !(s->flags & ZIF_REG_STUB);
    s->readable = size_mask(s->size) & ~s->wo;
    s->whole = s->widths & s->size ? s->size : 0;
    s->stores = !(s->wo | s->w1c | s->w0c | s->w1s);
}

static void fill_slot(const ZifClass *cls, ZifSlot *s, const ZifRegister *row, unsigned index)
{
    unsigned size = row->size ? row->size : 4;
    *s = (ZifSlot){
        .row = row,
        .index = index,
        .offset = row->offset + index * (row->stride ? row->stride : size),
        .reset = row->reset,
        .size = size,
        .widths = row->widths   ? row->widths
                  : cls->widths ? cls->widths
                                : ZIF_WANY,
        .flags = row->flags | (cls->width_faults ? ZIF_REG_WIDTH_FAULT : 0),
        .reserved = size_mask(size),
    };
    if (size != 1 && size != 2 && size != 4) {
        zif_bug("%s: register %s has a size of %u bytes", cls->name, row->name, size);
    }
    if (s->offset % size) {
        zif_bug("%s: register %s at 0x%x is not aligned to its size", cls->name, row->name, s->offset);
    }
    if (!row->fields) {
        uint32_t all = s->reserved;
        s->reserved = 0;
        *(row->flags & ZIF_REG_STUB ? &s->stub : &s->rw) = all;
    }
    for (const ZifField *f = row->fields; f && f->name; f++) {
        add_field(cls, s, f);
    }
    if (row->flags & ZIF_REG_STUB) {
        s->stub |= s->rw;
        s->rw = 0;
    }
    derive(cls, s);
}

/* Two registers may share an offset when reads find one and writes the other. */
static bool only_written(const ZifSlot *s)
{
    return s->wo && !(s->rw | s->ro | s->w1c | s->w0c | s->w1s | s->rc | s->stub);
}

static bool only_read(const ZifSlot *s)
{
    return (s->ro | s->rc) && !(s->rw | s->wo | s->w1c | s->w0c | s->w1s | s->stub);
}

static void index_slot(ZifLayout *l, unsigned n)
{
    ZifSlot *s = &l->slots[n];
    unsigned first = s->offset >> l->shift, last = (s->offset + s->size - 1) >> l->shift;
    for (unsigned i = first; i <= last; i++) {
        ZifSlot *r = &l->slots[l->read_at[i]], *w = &l->slots[l->write_at[i]];
        if (!r->row && !w->row) {
            l->read_at[i] = l->write_at[i] = n;
        } else if (only_written(s) && r == w && only_read(r)) {
            l->write_at[i] = n;
        } else if (only_read(s) && r == w && only_written(r)) {
            l->read_at[i] = n;
        } else {
            zif_bug("%s: registers %s and %s are both at offset 0x%x", l->cls->name, r->row->name, s->row->name,
                    s->offset);
        }
    }
}

ZifLayout *zif__layout_new(const ZifClass *cls)
{
    ZifLayout *l = calloc(1, sizeof *l);
    unsigned end = 0;
    l->cls = cls;
    l->nslots = cls->nregs;
    l->slots = calloc(cls->nregs + 1, sizeof *l->slots);
    l->shift = 2;
    for (unsigned i = 0; i < cls->nregs;) {
        const ZifRegister *row = &cls->regs[i];
        unsigned count = row->count ? row->count : 1;
        if (!row->name) {
            zif_bug("%s: register slot %u has no row", cls->name, i);
        }
        if (i + count > cls->nregs) {
            zif_bug("%s: array %s runs past the table's last slot", cls->name, row->name);
        }
        for (unsigned k = 0; k < count; k++) {
            if (k && cls->regs[i + k].name) {
                zif_bug("%s: array %s and register %s want the same slot", cls->name, row->name, cls->regs[i + k].name);
            }
            ZifSlot *s = &l->slots[i + k];
            fill_slot(cls, s, row, k);
            l->width_faults |= s->flags & ZIF_REG_WIDTH_FAULT;
            if (s->size < 4) {
                l->shift = 0;
            }
            if (s->offset + s->size > end) {
                end = s->offset + s->size;
            }
        }
        i += count;
    }
    if (cls->span && end > cls->span) {
        zif_bug("%s: registers reach 0x%x, past the block's 0x%x bytes", cls->name, end, cls->span);
    }
    l->nindex = (end + (1u << l->shift) - 1) >> l->shift;
    l->read_at = malloc((l->nindex + 1) * sizeof *l->read_at);
    l->write_at = malloc((l->nindex + 1) * sizeof *l->write_at);
    for (unsigned i = 0; i <= l->nindex; i++) {
        l->read_at[i] = l->write_at[i] = l->nslots;
    }
    for (unsigned i = 0; i < l->nslots; i++) {
        index_slot(l, i);
    }
    return l;
}

void zif__layout_free(ZifLayout *l)
{
    free(l->read_at);
    free(l->write_at);
    free(l->slots);
    free(l);
}

char *zif__slot_name(const ZifClass *cls, int slot, char *buf)
{
    unsigned first = slot < 0 ? 0 : slot;
    if (slot < 0 || (unsigned)slot >= cls->nregs) {
        *buf = 0;
        return buf;
    }
    while (!cls->regs[first].name) {
        first--;
    }
    if (cls->regs[first].count > 1) {
        snprintf(buf, 64, "%s[%u]", cls->regs[first].name, slot - first);
    } else {
        snprintf(buf, 64, "%s", cls->regs[first].name);
    }
    return buf;
}

static void append(char *buf, size_t len, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static void append(char *buf, size_t len, const char *fmt, ...)
{
    size_t at = strlen(buf);
    va_list ap;
    if (at + 1 >= len) {
        return;
    }
    if (at) {
        at += snprintf(buf + at, len - at, ", ");
    }
    if (at + 1 >= len) {
        return;
    }
    va_start(ap, fmt);
    vsnprintf(buf + at, len - at, fmt, ap);
    va_end(ap);
}

char *zif__field_names(const ZifSlot *s, uint32_t bits, char *buf, size_t len)
{
    *buf = 0;
    for (const ZifField *f = s->row->fields; f && f->name; f++) {
        if (bits & field_mask(f)) {
            append(buf, len, "%s", f->name);
        }
    }
    bits &= s->reserved;
    while (bits) {
        unsigned lsb = __builtin_ctz(bits), msb = lsb;
        while (msb < 31 && (bits >> (msb + 1) & 1)) {
            msb++;
        }
        if (msb == lsb) {
            append(buf, len, "bit %u", lsb);
        } else {
            append(buf, len, "bits %u:%u", msb, lsb);
        }
        bits &= msb == 31 ? 0 : ~((1u << (msb + 1)) - 1);
    }
    return buf;
}
