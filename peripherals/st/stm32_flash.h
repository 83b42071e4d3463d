/* STM32F4 FLASH, shared by its files: registers and locks (flash.c), work on cells (flash_cells.c). SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ZIF_STM32_FLASH_H
#define ZIF_STM32_FLASH_H

#include <zif/flash.h>
#include "st.h"

enum { ACR, KEYR, OPTKEYR, SR, CR, OPTCR, NREGS_F40X, OPTCR1 = NREGS_F40X /* F42x, F43x */, NREGS };

/* Bits of ACR, SR, CR and OPTCR. */
enum { ICEN = 1 << 9, DCEN = 1 << 10, ICRST = 1 << 11, DCRST = 1 << 12 };
enum {
    EOP = 1,
    OPERR = 2,
    WRPERR = 1 << 4,
    PGAERR = 1 << 5,
    PGPERR = 1 << 6,
    PGSERR = 1 << 7,
    RDERR = 1 << 8,
    BSY = 1 << 16
};
enum { PG = 1, SER = 2, MER = 4, MER1 = 1 << 15, STRT = 1 << 16, EOPIE = 1 << 24, ERRIE = 1 << 25 };
enum { OPTLOCK = 1, OPTSTRT = 2 };
#define LOCK   (1u << 31)
#define SPRMOD (1u << 31) /* of OPTCR */

/* Arrays of cells, in the order of the node's reg. F42x and F43x: MAIN is bank 1; OPTIONS2 has the write protection of bank 2. */
enum { MAIN, OTP, OPTIONS, ARRAYS_F40X, BANK2 = ARRAYS_F40X, OPTIONS2, ARRAYS };
enum { SECTORS = 12 }; /* of a bank */
enum { STALE_CODE = 1, STALE_DATA = 2 };

typedef struct Stm32Flash Stm32Flash;

/* One array, as its region's accesses see it. */
typedef struct {
    Stm32Flash *flash;
    unsigned array;
} Stm32FlashView;

struct Stm32Flash {
    ZifDevice dev;
    uint32_t values[NREGS];
    uint8_t keys, option_keys; /* KEYS_* */
    uint8_t too_few_waits;     /* said, until it is put right */
    uint8_t stale;             /* STALE_*: caches that were on during an erase and not reset since */
    uint8_t busy;              /* arrays with a step under way, one bit each */
    uint8_t swapped;           /* SYSCFG.MEMRMP.FB_MODE: bank 2 is the lower one */
    uint32_t unreadable;       /* sectors of both banks that only instructions can be fetched from, one bit each */
    bool weak;                 /* and the supply too low for it */
    uint32_t loaded;           /* OPTCR as the reset loaded it */
    /* From here on: fixed by the node. */
    ZifFlash *cells[ARRAYS];
    MemoryRegion *region[ARRAYS];
    Stm32FlashView view[ARRAYS];
    MemoryRegion *guard[2 * SECTORS]; /* before sectors that cannot be read; NULL on the F40x */
    Stm32FlashView guarded[2 * SECTORS];
};

static inline bool zif__stm32_flash_is_f42x(const Stm32Flash *f)
{
    return f->dev.cls->nregs == NREGS;
}

/* Where a sector begins in its bank, and how big it is. Number SECTORS begins where the bank ends. */
static inline uint32_t zif__stm32_sector_start(unsigned sector)
{
    return sector <= 4 ? sector * 0x4000 : (sector - 4) * 0x20000;
}

extern const MemoryRegionOps zif__stm32_flash_ops, zif__stm32_flash_guard_ops;

uint32_t zif__stm32_flash_vdd(const Stm32Flash *f); /* microvolts */
void zif__stm32_flash_irq(Stm32Flash *f);
/** CR was written, unlocked. */
void zif__stm32_flash_control(Stm32Flash *f, uint32_t old);
/** OPTSTRT was set. */
void zif__stm32_flash_options(Stm32Flash *f);
/** The work under way is done. */
void zif__stm32_flash_finish(Stm32Flash *f);
void zif__stm32_flash_reset(Stm32Flash *f);
ZifProtection zif__stm32_flash_protection(const ZifDevice *dev);
void zif__stm32_flash_restored(ZifDevice *dev);
/** Regions as the state has them: where the banks are, which sectors cannot be read. */
void zif__stm32_flash_place(Stm32Flash *f);

#endif
