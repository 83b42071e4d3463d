/*
 * The cell array of a NOR flash, apart from any command set or bus: sectors, programming that only clears bits, erase, wear.
 *
 * One NorArray is one chip. Its bytes live in memory the caller owns (the RAM behind a ROM device): byte `o` of the chip is at
 * storage[(o / lane) * stride + o % lane], so that interleaved chips share one storage.
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
    uint8_t lane;   /* bytes of the chip next to each other in storage */
    uint8_t stride; /* bytes from one such group to the next */
    uint8_t locked[NOR_SECTORS / 8];
    uint32_t erased[NOR_SECTORS]; /* erase count of each sector */
} NorArray;

/** Puts geometry in place. False when the regions are empty, too many, or exceed NOR_SECTORS sectors. */
bool nor_init(NorArray *a, const NorEraseRegion *regions, unsigned nregions, unsigned lane, unsigned stride);
/** Number of the sector holding chip byte `offset` (< size); its first byte and size through the pointers (may be NULL). */
uint32_t nor_sector(const NorArray *a, uint32_t offset, uint32_t *start, uint32_t *size);

uint8_t nor_get(const NorArray *a, const uint8_t *storage, uint32_t offset);
/** Programs one byte: bits can only go from 1 to 0. False when `value` asks for a 1 where there is a 0 (it stays 0). */
bool nor_program(const NorArray *a, uint8_t *storage, uint32_t offset, uint8_t value);
/** All bits of a sector to 1, and its count up. */
void nor_erase(NorArray *a, uint8_t *storage, uint32_t sector);
/** First byte and size of sector n. */
void nor_sector_bounds(const NorArray *a, uint32_t sector, uint32_t *start, uint32_t *size);

static inline bool nor_locked(const NorArray *a, uint32_t sector)
{
    return a->locked[sector / 8] >> sector % 8 & 1;
}
static inline void nor_set_locked(NorArray *a, uint32_t sector, bool on)
{
    a->locked[sector / 8] = (uint8_t)((a->locked[sector / 8] & ~(1u << sector % 8)) | (unsigned)on << sector % 8);
}

#endif
