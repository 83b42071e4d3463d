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

bool zif_machine_load(ZifMachine *m, const ZifImage *image, Error **errp)
{
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
