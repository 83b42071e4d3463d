/*
 * Cells that keep their contents without power: what a flash chip, a flash controller or an EEPROM is built around.
 *
 * A device model owns the command set, the bus and the rules; the cells, their wear, the file behind them and what a power cut
 * does to them are here, one way for all. Every change of cells is a step: a program step (bits go from 1 to 0), an erase step
 * (all bits of the range to 1) or a write step (bytes replaced, as in an EEPROM). A step that takes time is started and finished;
 * power that fails in between leaves the cells torn. SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_FLASH_H
#define ZIF_FLASH_H

#include <zif/peripheral.h>

typedef struct ZifFlash ZifFlash;

enum { ZIF_FLASH_RUNS = 8, ZIF_FLASH_STEPS = 4, ZIF_FLASH_STEP_BYTES = 512, ZIF_FLASH_KEPT = 4 };

/* `count` sectors of `size` bytes each. A sector is what one erase step empties at least. */
typedef struct {
    uint32_t count;
    uint32_t size;
} ZifFlashSectors;

typedef struct {
    const char *name; /* unique in the machine; NULL: the device's name */
    uint64_t size;    /* bytes; with a region, the region's size */
    uint32_t unit;    /* bytes the device programs at once: a cut tears at most one unit of a longer step. 0 = 1 */
    ZifFlashSectors
        sectors[ZIF_FLASH_RUNS]; /* lowest first, ended by count 0; they add up to size. None: no sectors (EEPROM) */
    MemoryRegion *region;        /* a ROM device or RAM region whose memory the cells are; NULL: the kit makes room */
} ZifFlashConfig;

typedef enum { ZIF_FLASH_PROGRAM, ZIF_FLASH_ERASE, ZIF_FLASH_WRITE } ZifFlashKind;

/* Byte i of the step is at offset + i, or, with lanes (chips side by side on a wide bus), at offset + (i / lane) * stride + i % lane. */
typedef struct {
    ZifFlashKind kind;
    uint64_t offset;
    uint32_t len;  /* bytes; at most ZIF_FLASH_STEP_BYTES for program and write */
    uint32_t lane; /* 0 = contiguous */
    uint32_t stride;
    const uint8_t *data; /* len bytes; NULL for erase */
} ZifFlashStep;

/** In realize: cells, erased. False and *errp when the sectors do not add up or there is no memory. Freed with the device. */
ZifFlash *zif_flash_new(ZifDevice *dev, const ZifFlashConfig *config, Error **errp);
/** The cells themselves, for reading. */
const uint8_t *zif_flash_cells(const ZifFlash *f);

/** Carries out a step at once. False when the cells are not what the step asked for: a program step met a 0 where it wanted a 1, worn
 * out cells did not erase, the file behind them is read-only. What could be done is done. */
bool zif_flash_do(ZifFlash *f, const ZifFlashStep *step);
/** Starts a step in slot 0..3 (its data is copied); the cells change when zif_flash_finish is called, which returns as zif_flash_do.
 * zif_flash_abort ends it early (reset by pin, power lost): the cells are torn. Both do nothing (true) when none was started. */
void zif_flash_start(ZifFlash *f, unsigned slot, const ZifFlashStep *step);
bool zif_flash_finish(ZifFlash *f, unsigned slot);
void zif_flash_abort(ZifFlash *f, unsigned slot);
bool zif_flash_busy(const ZifFlash *f, unsigned slot);

/** In realize: `size` bytes of the device's state that outlive power as the cells do (lock bits, a status register). A file behind the cells has
 * them beside it. The model leaves them alone at every reset. At most ZIF_FLASH_KEPT times a flash. */
void zif_flash_keep(ZifFlash *f, uint8_t *bytes, size_t size);

/* --- From outside: the machine, tools, tests ---------------------------------------------------------------------------- */

const char *zif_flash_name(const ZifFlash *f);
ZifDevice *zif_flash_device(const ZifFlash *f);
uint64_t zif_flash_size(const ZifFlash *f);
uint32_t zif_flash_nsectors(const ZifFlash *f);
/** Bounds of sector n, and how often it was erased. */
void zif_flash_sector(const ZifFlash *f, uint32_t n, uint64_t *start, uint64_t *size, uint32_t *erased);
/** Sets a sector's erase count, as an earlier run left it. */
void zif_flash_set_erased(ZifFlash *f, uint32_t n, uint32_t erased);
/** Byte n of those that zif_flash_keep named, one range after the other; NULL past the last. */
uint8_t *zif_flash_kept(ZifFlash *f, size_t n);
/** Steps started so far. */
uint64_t zif_flash_steps(const ZifFlash *f);

typedef enum {
    ZIF_FLASH_FILE_RW,      /* the file holds the cells: every change is in it at once */
    ZIF_FLASH_FILE_RO,      /* the chip is write-protected: program and erase change nothing and fail */
    ZIF_FLASH_FILE_OVERLAY, /* changes stay in memory and are gone with the machine */
} ZifFlashFile;

/** Lets a file be the cells. A new or empty file is made erased (RW only); any other must have exactly the flash's size. False and *errp, and
 * nothing changed, otherwise. */
bool zif_flash_attach(ZifFlash *f, const char *path, ZifFlashFile mode, Error **errp);
bool zif_flash_attached(const ZifFlash *f);
/** Replaces len cells from `offset` (a dump taken earlier); no step, no wear. The range must be inside the flash. */
void zif_flash_set_cells(ZifFlash *f, uint64_t offset, const uint8_t *cells, uint64_t len);
/** Inverts one bit (0..7) of the byte at `offset`: radiation, a weak cell. */
void zif_flash_flip(ZifFlash *f, uint64_t offset, unsigned bit);
/** Sectors erased more often than this no longer erase whole (which bits stay 0 follows from the seed); 0: no limit. */
void zif_flash_set_endurance(ZifFlash *f, uint32_t erases);

/** What `cells` (size bytes) look like after the step, or after power failed in the middle of it: each seed is another way to fail. */
void zif_flash_apply(const ZifFlashStep *step, uint8_t *cells);
void zif_flash_tear(const ZifFlashStep *step, uint32_t unit, uint8_t *cells, uint64_t seed);
/** One past the last cell a step touches, counted from its offset. */
uint64_t zif_flash_reach(const ZifFlashStep *step);
/** Bytes programmed at once, for zif_flash_tear. */
uint32_t zif_flash_unit(const ZifFlash *f);
/** "program", "erase", "write". */
const char *zif_flash_kind_name(ZifFlashKind kind);

#endif
