/*
 * Bit-band aliases: each word of an alias region is one bit of the first megabyte of SRAM or peripherals.
 * Reference: Cortex-M3 TRM (DDI 0337) 3.7; Cortex-M4 TRM (DDI 0439) 3.7. A write is a read and a write of the same width on
 * the bus, so a device sees both. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core.h"

static const uint32_t target_base[2] = { 0x20000000, 0x40000000 };

typedef struct {
    uint32_t addr;
    unsigned bit;
} Place;

static Place place_of(ZifCpu *cpu, unsigned band, hwaddr offset, unsigned size)
{
    uint32_t byte = (uint32_t)(offset >> 5);
    uint32_t in_access = byte & (size - 1);
    return (Place){ target_base[band] + byte - in_access, (unsigned)(offset >> 2 & 7) + 8 * in_access };
}

static MemTxResult target_rw(ZifCpu *cpu, Place p, uint32_t *v, unsigned size, MemTxAttrs attrs, bool is_write)
{
    uint8_t raw[4] = { (uint8_t)*v, (uint8_t)(*v >> 8), (uint8_t)(*v >> 16), (uint8_t)(*v >> 24) };
    MemTxResult r = address_space_rw(&cpu->as, p.addr, attrs, raw, (int)size, is_write);
    *v = raw[0] | (uint32_t)raw[1] << 8 | (uint32_t)raw[2] << 16 | (uint32_t)raw[3] << 24;
    return r;
}

static MemTxResult band_read(ZifCpu *cpu, unsigned band, hwaddr addr, uint64_t *data, unsigned size, MemTxAttrs attrs)
{
    Place p = place_of(cpu, band, addr, size);
    uint32_t v = 0;
    MemTxResult r = target_rw(cpu, p, &v, size, attrs, false);
    *data = v >> p.bit & 1;
    return r;
}

static MemTxResult band_write(ZifCpu *cpu, unsigned band, hwaddr addr, uint64_t data, unsigned size, MemTxAttrs attrs)
{
    Place p = place_of(cpu, band, addr, size);
    uint32_t v = 0;
    MemTxResult r = target_rw(cpu, p, &v, size, attrs, false);
    if (r == MEMTX_OK) {
        v = (v & ~(1u << p.bit)) | (uint32_t)(data & 1) << p.bit;
        r = target_rw(cpu, p, &v, size, attrs, true);
    }
    return r;
}

static MemTxResult sram_read(void *opaque, hwaddr addr, uint64_t *data, unsigned size, MemTxAttrs attrs)
{
    return band_read(opaque, 0, addr, data, size, attrs);
}

static MemTxResult sram_write(void *opaque, hwaddr addr, uint64_t data, unsigned size, MemTxAttrs attrs)
{
    return band_write(opaque, 0, addr, data, size, attrs);
}

static MemTxResult peripheral_read(void *opaque, hwaddr addr, uint64_t *data, unsigned size, MemTxAttrs attrs)
{
    return band_read(opaque, 1, addr, data, size, attrs);
}

static MemTxResult peripheral_write(void *opaque, hwaddr addr, uint64_t data, unsigned size, MemTxAttrs attrs)
{
    return band_write(opaque, 1, addr, data, size, attrs);
}

#define BAND_OPS(name)                                                                                                 \
    {                                                                                                                  \
        .read_with_attrs = name##_read, .write_with_attrs = name##_write, .endianness = DEVICE_LITTLE_ENDIAN,          \
        .valid = { .min_access_size = 1, .max_access_size = 4 }, .impl = {                                             \
            .min_access_size = 1,                                                                                      \
            .max_access_size = 4                                                                                       \
        }                                                                                                              \
    }
static const MemoryRegionOps band_ops[2] = { BAND_OPS(sram), BAND_OPS(peripheral) };

void zif__bitband_realize(ZifCpu *cpu)
{
    static const char *const names[2] = { "cpu-bitband-sram", "cpu-bitband-peripheral" };
    for (unsigned i = 0; cpu->cfg.has_bitband && i < 2; i++) {
        memory_region_init_io(&cpu->bitband[i], &cpu->owner, &band_ops[i], cpu, names[i], 0x2000000);
        memory_region_add_subregion_overlap(&cpu->container, target_base[i] + 0x2000000, &cpu->bitband[i], 1);
    }
}

void zif__bitband_unrealize(ZifCpu *cpu)
{
    for (unsigned i = 0; cpu->cfg.has_bitband && i < 2; i++) {
        memory_region_del_subregion(&cpu->container, &cpu->bitband[i]);
        object_unparent(OBJECT(&cpu->bitband[i]));
    }
}
