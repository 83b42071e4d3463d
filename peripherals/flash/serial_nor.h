/*
 * The command core of a 25-series serial NOR flash, apart from the bus: an SPI bus hands it bytes with one data line; a quad-SPI
 * controller may use two or four. SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_FLASH_SERIAL_NOR_H
#define ZIF_FLASH_SERIAL_NOR_H

#include <zif/flash.h>

enum { SNOR_PAGE = 256, SNOR_SECTOR = 4096 };

/* Plain bytes: part of a device's state. */
typedef struct {
    bool selected;
    uint8_t command; /* the one being received or carried out; 0 = none yet */
    uint32_t count;  /* bytes since the chip was selected */
    uint32_t address;
    bool refused;     /* this command is not carried out: reported already */
    bool wide;        /* addresses have four bytes (after B7h) */
    uint8_t extended; /* address bits 31:24 in three-byte mode (C5h) */
    bool deep;        /* deep power-down */
    bool reset_enabled;
    bool volatile_status; /* 50h came just before */
    bool suspended;
    uint8_t status[3];       /* 1: BUSY WEL BP0-2 TB SEC SRP; 2: SRL QE - LB1-3 CMP SUS; 3: - - WPS DRV */
    uint8_t stored[3];       /* what the status registers come up with */
    uint8_t status_after[3]; /* what a status write under way leaves */
    uint8_t operation;       /* command whose work is under way; 0 = none */
    uint32_t operation_at;
    uint8_t waiting; /* command whose work is suspended */
    ZifTime left;    /* ps it still needs */
    uint8_t page[SNOR_PAGE];
    uint8_t filled[SNOR_PAGE / 8];
    uint8_t
        locks[4096]; /* individual locks, a bit for each 4 KiB of the first and last block and for each other block */
} SerialNorState;

typedef struct {
    ZifDevice dev;
    SerialNorState s;
    /* From here on: fixed by the node, not part of a snapshot. */
    ZifFlash *flash;
    uint32_t size;
    uint8_t id[3];
    uint8_t unique[8];
    ZifTime page_time, sector_time, half_block_time, block_time, chip_time, status_time;
    uint8_t sfdp[0x100];
    bool write_protected; /* the WP# pin is low */
} SerialNor;

/** Chip select. Raising it starts what the command asks for. */
void serial_nor_select(SerialNor *n, bool selected);
/** One byte each way on `lines` data lines (1, 2, 4): what the controller drives, and what the chip does (FFh when it drives nothing). */
uint8_t serial_nor_transfer(SerialNor *n, uint8_t out, unsigned lines);
/** Do plain reads show the array (nothing under way, not asleep)? For controllers that map the flash into memory. */
bool serial_nor_shows_array(const SerialNor *n);

#endif
