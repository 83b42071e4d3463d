/*
 * STM32F4 back-up SRAM: 4 KiB that survive every reset, closed until PWR.CR.DBP.
 *
 * Reference: RM0090 rev 19, sections 5.1.2 and 2.3.1.
 * Models: clock gate, write protection, contents kept by every reset but power-on.
 * Departs: programs cannot run from it.
 *
 * Node: clocks: the AHB1 gate; st,pwr. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "st.h"

enum { WORDS = 1024 };

static const ZifRegister regs[WORDS] = {
    { .name = "WORD", .offset = 0, .count = WORDS, .flags = ZIF_REG_KEEP_RESET | ZIF_REG_VOLATILE },
};

typedef struct {
    ZifDevice dev;
    uint32_t values[WORDS];
} Bkpsram;

static void bkpsram_write(ZifDevice *dev, unsigned slot, uint32_t old, uint32_t value)
{
    Bkpsram *b = (Bkpsram *)dev;
    if (!zif__stm32_backup_writable(dev)) {
        b->values[slot] = old;
        zif_report(dev, ZIF_REPORT_LOCKED, (int)slot,
                   "the back-up SRAM is write-protected: PWR.CR.DBP is 0; the write had no effect");
    }
}

/* Out of power it holds whatever it holds. */
static void bkpsram_reset(ZifDevice *dev, ZifResetKind kind)
{
    Bkpsram *b = (Bkpsram *)dev;
    for (unsigned i = 0; kind == ZIF_RESET_POWER_ON && i < WORDS; i++) {
        b->values[i] = zif_random(dev);
    }
}

const ZifClass zif__stm32f4_bkpsram = {
    .name = "stm32f4-bkpsram",
    .socs = (const char *const[]){ "st,stm32f4", NULL },
    .compatible = (const char *const[]){ "st,stm32-backup-sram", NULL },
    .reference = "RM0090 rev 19, section 5.1.2",
    .summary = "whole; not to run programs from",
    .modelled = ZIF_MODELLED,
    .size = sizeof(Bkpsram),
    .regs = regs,
    .nregs = WORDS,
    .values = offsetof(Bkpsram, values),
    .span = 0x1000,
    .reset = bkpsram_reset,
    .on_write = bkpsram_write,
    .protection = zif__stm32_protection,
};
