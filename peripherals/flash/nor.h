/*
 * The sectors of a NOR flash chip and which of them are locked, apart from any command set or bus. The cells are a ZifFlash.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_FLASH_NOR_H
#define ZIF_FLASH_NOR_H

#include <stdbool.h>
#include <stdint.h>

enum { NOR_ERASE_REGIONS = 4, NOR_SECTORS = 4096 };

typedef struct {
    uint32_t blocks; /* sectors of this size; 0 ends the list */
    uint32_t size;   /* bytes */
} NorEraseRegion;

/* Plain bytes: part of a device's state. */
typedef struct {
    NorEraseRegion region[NOR_ERASE_REGIONS];
    uint32_t size; /* bytes of the chip */
    uint32_t sectors;
    uint8_t locked[NOR_SECTORS / 8]; /* until power is lost */
    uint8_t kept[NOR_SECTORS / 8];   /* for good: lock bits that are cells */
} NorArray;

/** Puts geometry in place. False when the regions are empty, too many, or exceed NOR_SECTORS sectors. */
bool nor_init(NorArray *a, const NorEraseRegion *regions, unsigned nregions);
/** Number of the sector holding chip byte `offset` (< size); its first byte and size through the pointers (may be NULL). */
uint32_t nor_sector(const NorArray *a, uint32_t offset, uint32_t *start, uint32_t *size);

/** First byte and size of sector n. */
void nor_sector_bounds(const NorArray *a, uint32_t sector, uint32_t *start, uint32_t *size);

static inline bool nor_bit(const uint8_t *bits, uint32_t sector)
{
    return bits[sector / 8] >> sector % 8 & 1;
}
static inline void nor_set_bit(uint8_t *bits, uint32_t sector, bool on)
{
    bits[sector / 8] = (uint8_t)((bits[sector / 8] & ~(1u << sector % 8)) | (unsigned)on << sector % 8);
}
static inline bool nor_locked(const NorArray *a, uint32_t sector)
{
    return nor_bit(a->locked, sector) || nor_bit(a->kept, sector);
}

#endif
