/* Images into memories. SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>
#include "device/flash.h"
#include "internal.h"

/* How many of the bytes at an address are memory an image can be put into. */
static size_t look(void *opaque, uint32_t address, const uint8_t *bytes, size_t size)
{
    ZifMachine *m = opaque;
    size_t done = 0;
    while (done < size) {
        MemoryRegionSection s = memory_region_find(&m->system, (uint64_t)address + done, size - done);
        bool memory = s.mr && s.offset_within_address_space == (uint64_t)address + done &&
                      (memory_region_is_ram(s.mr) || s.mr->rom_device);
        if (s.mr) {
            memory_region_unref(s.mr);
        }
        if (!memory || !int128_nz(s.size)) {
            break;
        }
        done += int128_get64(s.size) < size - done ? int128_get64(s.size) : size - done;
    }
    return done;
}

/* Is this region the cells of a flash whose contents a file has? */
static bool held_by_file(const ZifMachine *m, const MemoryRegion *mr)
{
    for (const ZifFlash *f = m->kit.flashes; f; f = f->next) {
        if (f->region == mr) {
            return zif_flash_attached(f);
        }
    }
    return false;
}

static size_t put(void *opaque, uint32_t address, const uint8_t *bytes, size_t size)
{
    ZifMachine *m = opaque;
    enum { CHUNK = 1 << 24 };
    for (size_t at = 0; at < size;) {
        MemoryRegionSection s = memory_region_find(&m->system, (uint64_t)address + at, size - at);
        size_t n = int128_get64(s.size) < CHUNK ? int128_get64(s.size) : CHUNK;
        if (m->config.program || !held_by_file(m, s.mr)) {
            address_space_write_rom(&m->bus, (uint64_t)address + at, MEMTXATTRS_UNSPECIFIED, bytes + at, (int)n);
        }
        memory_region_unref(s.mr);
        at += n;
    }
    return size;
}

static bool suits_core(const ZifMachine *m, const ZifImage *image, Error **errp)
{
    static const struct {
        ZifImageArch arch;
        const char *name;
    } cores[] = {
        [ZIF_CORTEX_M0] = { ZIF_ARCH_V6M, "ARMv6-M" },    [ZIF_CORTEX_M0PLUS] = { ZIF_ARCH_V6M, "ARMv6-M" },
        [ZIF_CORTEX_M3] = { ZIF_ARCH_V7M, "ARMv7-M" },    [ZIF_CORTEX_M4] = { ZIF_ARCH_V7EM, "ARMv7E-M" },
        [ZIF_CORTEX_M4F] = { ZIF_ARCH_V7EM, "ARMv7E-M" }, [ZIF_CORTEX_M7S] = { ZIF_ARCH_V7EM, "ARMv7E-M" },
        [ZIF_CORTEX_M7] = { ZIF_ARCH_V7EM, "ARMv7E-M" },
    };
    const char *wants;
    ZifCpuModel model = m->cpu_config.model;
    if (!m->cpu || zif_image_arch(image, &wants) <= cores[model].arch) {
        return true;
    }
    error_setg(errp, "%s: wrong architecture: this ELF is for %s; the %s of board %s has %s", zif_image_name(image),
               wants, zif__core_name(model), m->config.board, cores[model].name);
    return false;
}

bool zif_machine_load(ZifMachine *m, const ZifImage *image, Error **errp)
{
    if (!suits_core(m, image, errp)) {
        return false;
    }
    for (unsigned i = 0; i < m->nimages; i++) {
        if (!zif_image_disjoint(m->images[i], image, errp)) {
            return false;
        }
    }
    ZifMemoryContext *before = zif__enter(m);
    bool ok =
        zif_image_load(image, m->config.board, look, m, errp) && zif_image_load(image, m->config.board, put, m, errp);
    zif__leave(before);
    if (ok) {
        m->images = realloc(m->images, (m->nimages + 1) * sizeof *m->images);
        m->images[m->nimages++] = image;
    }
    return ok;
}
