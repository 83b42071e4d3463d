/* The sectors of a NOR flash: see nor.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "nor.h"

bool nor_init(NorArray *a, const NorEraseRegion *regions, unsigned nregions)
{
    uint64_t size = 0, sectors = 0;
    if (nregions < 1 || nregions > NOR_ERASE_REGIONS) {
        return false;
    }
    *a = (NorArray){ 0 };
    for (unsigned i = 0; i < nregions; i++) {
        a->region[i] = regions[i];
        size += (uint64_t)regions[i].blocks * regions[i].size;
        sectors += regions[i].blocks;
        if (!regions[i].blocks || !regions[i].size || sectors > NOR_SECTORS || size > UINT32_MAX) {
            return false;
        }
    }
    a->size = (uint32_t)size;
    a->sectors = (uint32_t)sectors;
    return true;
}

uint32_t nor_sector(const NorArray *a, uint32_t offset, uint32_t *start, uint32_t *size)
{
    uint32_t number = 0, base = 0;
    for (unsigned i = 0; i < NOR_ERASE_REGIONS && a->region[i].blocks; i++) {
        const NorEraseRegion *r = &a->region[i];
        uint32_t span = r->blocks * r->size;
        if (offset - base < span) {
            uint32_t n = (offset - base) / r->size;
            if (start) {
                *start = base + n * r->size;
            }
            if (size) {
                *size = r->size;
            }
            return number + n;
        }
        base += span;
        number += r->blocks;
    }
    return a->sectors - 1;
}

void nor_sector_bounds(const NorArray *a, uint32_t sector, uint32_t *start, uint32_t *size)
{
    uint32_t base = 0;
    for (unsigned i = 0; i < NOR_ERASE_REGIONS && a->region[i].blocks; i++) {
        const NorEraseRegion *r = &a->region[i];
        if (sector < r->blocks) {
            *start = base + sector * r->size;
            *size = r->size;
            return;
        }
        sector -= r->blocks;
        base += r->blocks * r->size;
    }
    *start = base;
    *size = 0;
}
