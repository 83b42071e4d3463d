/*
 * Named stubs: blocks the tree has and nobody models. They read as zero, ignore writes, and say that they were used.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "internal.h"

typedef struct {
    ZifDevice dev;
    MemoryRegion mr;
} Stub;

static void tell(Stub *s, hwaddr addr, unsigned size, bool is_write, uint64_t value)
{
    if (!zif__device_hears(&s->dev, addr, is_write)) {
        /* it says so itself */
    } else if (is_write) {
        zif_report(&s->dev, ZIF_REPORT_UNMODELLED_DEVICE, -1, "%s is not modelled: wrote 0x%llx at offset 0x%llx",
                   s->dev.name, (unsigned long long)value, (unsigned long long)addr);
    } else {
        zif_report(&s->dev, ZIF_REPORT_UNMODELLED_DEVICE, -1, "%s is not modelled: offset 0x%llx read as 0x%llx",
                   s->dev.name, (unsigned long long)addr, (unsigned long long)value);
    }
    ZifKit *kit = s->dev.core->kit;
    if (ZIF_OBSERVERS && kit->hooks.access) {
        kit->hooks.access(kit->hooks.opaque, &s->dev, addr, value, size, is_write);
    }
}

static uint64_t stub_read(void *opaque, hwaddr addr, unsigned size)
{
    Stub *s = opaque;
    uint64_t value = zif__with_held(&s->dev, addr, 0, size);
    tell(s, addr, size, false, value);
    zif__note_poll(&s->dev, 0, addr);
    return value;
}

static void stub_write(void *opaque, hwaddr addr, uint64_t data, unsigned size)
{
    tell(opaque, addr, size, true, data);
}

static const MemoryRegionOps stub_ops = {
    .read = stub_read,
    .write = stub_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = { .min_access_size = 1, .max_access_size = 4 },
};

static bool stub_realize(ZifDevice *dev, Error **errp)
{
    uint64_t base, size;
    Stub *s = (Stub *)dev;
    if (!zif__node_reg(dev->core->fdt, dev->core->node, dev->core->parent_node, 0, &base, &size)) {
        return true;
    }
    memory_region_init_io(&s->mr, dev->owner, &stub_ops, s, dev->name, size);
    dev->mmio = &s->mr;
    dev->core->span = size;
    return true;
}

const ZifClass zif__stub_class = {
    .name = "stub",
    .reference = "none",
    .summary = "named stub: reads as zero, ignores writes, reports its use",
    .modelled = ZIF_NAMED_STUB,
    .size = sizeof(Stub),
    .plain = sizeof(ZifDevice),
    .realize = stub_realize,
};
