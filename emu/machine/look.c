/* Looking: the machine's parts, memory read without effects, what can be found out from a stack. SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include "internal.h"

bool zif__look(ZifMachine *m, uint32_t address, void *bytes, size_t len)
{
    for (size_t at = 0; at < len;) {
        MemoryRegionSection s = memory_region_find(&m->system, (uint64_t)address + at, len - at);
        if (!s.mr) {
            return false;
        }
        bool memory = s.offset_within_address_space == (uint64_t)address + at && int128_nz(s.size) &&
                      (memory_region_is_ram(s.mr) || s.mr->rom_device);
        size_t n = memory ? int128_get64(s.size) : 0;
        n = n < len - at ? n : len - at;
        if (memory) {
            memcpy((char *)bytes + at, (char *)memory_region_get_ram_ptr(s.mr) + s.offset_within_region, n);
        }
        memory_region_unref(s.mr);
        if (!memory) {
            return false;
        }
        at += n;
    }
    return true;
}

/* Is `value` the address a BL or BLX would have left in LR? */
static bool is_return_address(ZifMachine *m, uint32_t value)
{
    uint16_t code[2];
    if (!(value & 1) || value < 5 || value >= 0xe0000000u || !zif__look(m, value - 5, code, sizeof code)) {
        return false;
    }
    bool bl = (code[0] & 0xf800) == 0xf000 && (code[1] & 0xd000) == 0xd000;
    bool blx = (code[1] & 0xff87) == 0x4780;
    return bl || blx;
}

unsigned zif__backtrace(ZifMachine *m, uint32_t sp, uint32_t *out, unsigned max)
{
    enum { WORDS = 512 };
    unsigned n = 0;
    for (unsigned i = 0; i < WORDS && n < max; i++) {
        uint32_t value;
        if (!zif__look(m, (sp & ~3u) + 4 * i, &value, 4)) {
            break;
        }
        if (is_return_address(m, value)) {
            out[n++] = value - 1;
        }
    }
    return n;
}

bool zif_device_drive(ZifDevice *dev, const char *input, unsigned line, int level)
{
    int i = zif__input_find(dev->cls, input);
    if (i < 0 || line >= dev->core->input_base[i + 1] - dev->core->input_base[i]) {
        return false;
    }
    ZifMemoryContext *before = dev->machine ? zif__enter(dev->machine) : NULL;
    if (level < 0) {
        zif__input_release(dev, i, line);
    } else {
        zif__input_set(dev, i, line, level);
    }
    if (dev->machine) {
        zif__leave(before);
    }
    return true;
}

AddressSpace *zif_machine_cpu_bus(ZifMachine *m)
{
    return m->cpu ? zif_cpu_as(m->cpu) : &m->bus;
}

struct ZifCpu *zif_machine_cpu(ZifMachine *m)
{
    return m->cpu;
}

unsigned zif_machine_ndevices(const ZifMachine *m)
{
    return m->kit.ndevices;
}

ZifDevice *zif_machine_device(ZifMachine *m, unsigned n)
{
    return n < m->kit.ndevices ? m->kit.devices[n] : NULL;
}

uint32_t zif_device_peek(ZifDevice *dev, unsigned slot)
{
    return slot < dev->cls->nregs ? zif__slot_peek(dev, slot) : 0;
}

unsigned zif_machine_nreports(const ZifMachine *m)
{
    return zif__nreports(&m->kit);
}

const ZifReportEntry *zif_machine_report(const ZifMachine *m, unsigned n)
{
    return zif__report_at(&m->kit, n);
}

void zif_machine_on_report(ZifMachine *m, void (*fn)(void *opaque, const ZifReportEntry *entry), void *opaque)
{
    m->kit.on_report = fn;
    m->kit.on_report_opaque = opaque;
}
