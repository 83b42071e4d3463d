/* The inside of non-volatile cells, for the kit and the machine. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ZIF_DEVICE_FLASH_H
#define ZIF_DEVICE_FLASH_H

#include <zif/flash.h>
#include "device.h"

struct ZifFlash {
    struct ZifFlash *next; /* of the kit's, newest first */
    ZifDevice *dev;
    char *name;
    MemoryRegion *region;
    uint8_t *cells;
    uint64_t size;
    uint32_t unit;
    ZifFlashSectors runs[ZIF_FLASH_RUNS];
    uint32_t nsectors;
    uint32_t *erased;
    uint32_t endurance;
    uint64_t steps;
    struct {
        uint8_t *bytes;
        size_t size;
    } kept[ZIF_FLASH_KEPT];
    int fd; /* the file behind the cells; -1 = none */
    ZifFlashFile mode;
    bool failed; /* worn cells did not erase in the step being carried out */
    bool busy[ZIF_FLASH_STEPS];
    ZifFlashStep pending[ZIF_FLASH_STEPS];
    uint8_t data[ZIF_FLASH_STEPS][ZIF_FLASH_STEP_BYTES];
};

/** Frees the cells of a device (their memory is its region's). */
void zif__flash_free(ZifDevice *dev);
/** Power is gone: every step under way is torn. */
void zif__flash_power_lost(ZifKit *kit);

size_t zif__flash_state_size(const ZifDevice *dev);
/** Both return where they stopped. */
uint8_t *zif__flash_save(const ZifDevice *dev, uint8_t *at);
const uint8_t *zif__flash_restore(ZifDevice *dev, const uint8_t *at);

#endif
