/*
 * Regions of the old callbacks by width (CONTRACT T2): an adapter to MemoryRegionOps.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "internal.h"

/* Index of a width of 1, 2 or 4 bytes in the table of callbacks. */
static unsigned index_of(unsigned size)
{
    return (unsigned)__builtin_ctz(size);
}

static MemTxResult mmio_read(void *opaque, hwaddr addr, uint64_t *data, unsigned size, MemTxAttrs attrs)
{
    const ZifMmioAdapter *a = opaque;
    CPUReadMemoryFunc *read = a->mmio->read[index_of(size)];
    if (!read) {
        return MEMTX_DECODE_ERROR;
    }
    *data = read(a->opaque, addr);
    return MEMTX_OK;
}

static MemTxResult mmio_write(void *opaque, hwaddr addr, uint64_t data, unsigned size, MemTxAttrs attrs)
{
    const ZifMmioAdapter *a = opaque;
    CPUWriteMemoryFunc *write = a->mmio->write[index_of(size)];
    if (!write) {
        return MEMTX_DECODE_ERROR;
    }
    write(a->opaque, addr, (uint32_t)data);
    return MEMTX_OK;
}

static const MemoryRegionOps mmio_ops = {
    .read_with_attrs = mmio_read,
    .write_with_attrs = mmio_write,
    .endianness = DEVICE_NATIVE_ENDIAN,
    .impl = { .min_access_size = 1, .max_access_size = 4 },
};

void zif_memory_region_init_mmio(MemoryRegion *mr, struct Object *owner, ZifMmioAdapter *adapter,
                                 const MemoryRegionMmio *mmio, void *opaque, const char *name, uint64_t size)
{
    *adapter = (ZifMmioAdapter){ .mmio = mmio, .opaque = opaque };
    memory_region_init_io(mr, owner, &mmio_ops, adapter, name, size);
}
