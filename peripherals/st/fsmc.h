/* STM32F4 FSMC and FMC: windows of bank 1 (fsmc.c), SDRAM banks of the FMC (fmc_sdram.c). SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ZIF_ST_FSMC_H
#define ZIF_ST_FSMC_H

#include <zif/peripheral.h>

enum { NWINDOWS = 4, NSDRAMS = 2, NAND_REGS = 5 };

enum {
    BCR1,
    BTR1,
    BCR2,
    BTR2,
    BCR3,
    BTR3,
    BCR4,
    BTR4,
    BWTR1,
    BWTR2,
    BWTR3,
    BWTR4,
    PCR2,
    PIO4 = PCR2 + 3 * NAND_REGS - 1,
    NREGS_FSMC,
    SDCR1 = NREGS_FSMC, /* from here on: the FMC of F42x and F43x */
    SDCR2,
    SDTR1,
    SDTR2,
    SDCMR,
    SDRTR,
    SDSR,
    NREGS
};

typedef struct Fsmc Fsmc;

/* What the FMC knows of the part at one of its SDRAM banks. */
typedef struct {
    ZifTime clocked_at;
    uint16_t mode;     /* its mode register */
    uint8_t started;   /* commands it took, one bit each: SDRAM_... */
    uint8_t refreshes; /* auto-refresh cycles among them */
    uint8_t power;     /* SDSR.MODES */
    uint8_t open;      /* accesses go straight to the memory */
    uint8_t told;      /* what does not fit was reported */
} Sdram;

/* A region that stands before a bank's memory while that is not plain memory. */
typedef struct {
    Fsmc *fmc;
    unsigned bank;
    bool moved; /* the one at the place where SYSCFG moves the bank */
} SdramGuard;

struct Fsmc {
    ZifDevice dev;
    uint32_t values[NREGS];
    uint8_t window[NWINDOWS]; /* its number: what a guard region is told */
    uint8_t swapped;          /* SYSCFG.MEMRMP.SWP_FMC */
    uint8_t slow_refresh;     /* said, until it is put right */
    Sdram sdram[NSDRAMS];
    /* From here on: not plain. */
    MemoryRegion *guard[NWINDOWS];
    MemoryRegion *cells[NSDRAMS]; /* the memory that is soldered there; NULL: none */
    MemoryRegion *sdram_guard[NSDRAMS][2], *moved_cells[NSDRAMS];
    SdramGuard sdram_place[NSDRAMS][2];
};

bool zif__fmc_sdram_realize(Fsmc *f, Error **errp);
void zif__fmc_sdram_reset(Fsmc *f);
/** One of SDCR1 to SDSR was written. */
void zif__fmc_sdram_write(Fsmc *f, unsigned slot, uint32_t old, uint32_t value);
uint32_t zif__fmc_sdram_status(const Fsmc *f);
/** The command is done. */
void zif__fmc_sdram_done(Fsmc *f);
/** HCLK changed; 0: gated. */
void zif__fmc_sdram_clock(Fsmc *f);
/** Regions as the state has them. */
void zif__fmc_sdram_show(Fsmc *f);

#endif
