/*
 * The short way of an access to a register, inline: for the register core, and for the processor's port, which saves a call on the way.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_DEVICE_ACCESS_H
#define ZIF_DEVICE_ACCESS_H

#include "device.h"

#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

/* In registers.c: what is rare. The count of reads with one value has come to its mark; a read has effects; not one whole register, or
 * somebody watches, or the block may not hear. */
void zif__note_long_poll(ZifDevice *dev, ZifPoll *p);
void zif__read_effects(ZifDevice *dev, unsigned slot, const ZifSlot *s);
uint64_t zif__load_slowly(ZifDevice *dev, hwaddr addr, unsigned size);

static inline unsigned slot_at(const ZifLayout *l, const uint16_t *index, hwaddr addr)
{
    hwaddr i = addr >> l->shift;
    return i < l->nindex ? index[i] : l->nslots;
}

static inline uint32_t value_of(ZifDevice *dev, unsigned slot, const ZifSlot *s)
{
    const ZifDeviceCore *core = dev->core;
    return (core->peek ? core->peek(dev, slot) : zif_values(dev)[slot]) & s->readable;
}

/* The guest read `value`. Cheap; what is costly is done when the count is a power of two. */
static inline __attribute__((always_inline)) void note_poll(ZifDevice *dev, ZifPoll *p, uint32_t value)
{
    if (unlikely(p->value != value)) {
        p->value = value;
        p->mark = ZIF_POLL_NOTED;
        p->left = ZIF_POLL_NOTED - 1;
    } else if (unlikely(--p->left <= 0)) {
        zif__note_long_poll(dev, p);
    }
}

/* One whole register is read. */
static inline __attribute__((always_inline)) uint32_t read_slot(ZifDevice *dev, unsigned slot, const ZifSlot *s)
{
    ZifPoll *poll = &dev->core->polls[slot];
    uint32_t value = value_of(dev, slot, s);
    note_poll(dev, poll, value);
    if (unlikely(!s->quiet)) {
        zif__read_effects(dev, slot, s);
    }
    return value;
}

/* The register an aligned access goes to straight: it is one whole register, and nobody watches or keeps the block from
 * hearing. Registers are aligned, too: where one has the access's size it begins where that does. */
static inline __attribute__((always_inline)) const ZifSlot *whole_slot(const ZifDevice *dev, const uint16_t *index,
                                                                       hwaddr addr, unsigned size, unsigned *slot)
{
    const ZifLayout *l = &dev->core->map;
    *slot = slot_at(l, index, addr);
    const ZifSlot *s = &l->slots[*slot];
    return likely(s->whole == size) ? s : NULL;
}

/* zif__mmio_load. */
static inline __attribute__((always_inline)) uint64_t zif__mmio_load_inline(ZifDevice *dev, hwaddr addr, unsigned size)
{
    unsigned slot;
    const ZifSlot *s = whole_slot(dev, dev->core->map.read_at, addr, size, &slot);
    return likely(s != NULL) ? read_slot(dev, slot, s) : zif__load_slowly(dev, addr, size);
}

#endif
