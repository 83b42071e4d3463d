/* The parts of the STM32F4 RCC model: registers (rcc_registers.c), rates (rcc_rates.c), behaviour (rcc.c). SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ZIF_ST_RCC_H
#define ZIF_ST_RCC_H

#include "st.h"

/* Slots; the enable registers in the order of their clock lines. */
enum {
    CR,
    PLLCFGR,
    CFGR,
    CIR,
    AHB1RSTR,
    AHB2RSTR,
    AHB3RSTR,
    APB1RSTR,
    APB2RSTR,
    AHB1ENR,
    AHB2ENR,
    AHB3ENR,
    APB1ENR,
    APB2ENR,
    AHB1LPENR,
    AHB2LPENR,
    AHB3LPENR,
    APB1LPENR,
    APB2LPENR,
    BDCR,
    CSR,
    SSCGR,
    PLLI2SCFGR,
    NREGS_F40X,
    PLLSAICFGR = NREGS_F40X, /* from here on: F42x and F43x */
    DCKCFGR,
    NREGS
};

/* Clock lines: those without a gate, then 32 for each enable register. */
enum { LINE_GATES = STM32_CLOCKS, NENRS = APB2ENR - AHB1ENR + 1, NLINES = LINE_GATES + NENRS * 32 };

enum { SRC_HSI, SRC_HSE, SRC_PLL };

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS];
    uint64_t rate[NLINES]; /* as last driven */
    uint32_t cause;        /* of the reset that was asked for: bits of CSR */
    uint8_t hse_dead;      /* the crystal stands still */
    uint8_t lsi_forced;    /* by a watchdog */
    uint8_t stopped;       /* Stop or Standby mode */
    ZifClock mco[2];       /* half periods of the clock outputs, where they are drawn */
    uint8_t out_of_range;  /* limits now broken, one bit each: said when a limit breaks, not while */
} Rcc;

enum { OUT_NMI, OUT_IRQ, OUT_CSS, OUT_MCO1, OUT_MCO2 };
/* Timed events: an oscillator becomes ready (in the order of their bits in CIR); edges of the clock outputs. */
enum { EV_MCO1 = 7, EV_MCO2 };

extern const ZifRegister zif__stm32f4_rcc_regs[], zif__stm32f42x_rcc_regs[];

static inline bool zif__rcc_is_f42x(const Rcc *r)
{
    return r->dev.cls->nregs == NREGS;
}

/* Rates in Hz as the registers and ready bits say now; 0: it stands still. */
uint64_t zif__rcc_pll_input(const Rcc *r);
uint64_t zif__rcc_pll_vco(const Rcc *r);
uint64_t zif__rcc_plli2s_vco(const Rcc *r);
uint64_t zif__rcc_pllsai_vco(const Rcc *r);
uint64_t zif__rcc_source(const Rcc *r, unsigned src);
void zif__rcc_rates(const Rcc *r, uint64_t rate[NLINES]);
/* rcc_mco.c: rates or an edge of the clock outputs; all begin anew. */
void zif__rcc_mco(Rcc *r);
void zif__rcc_mco_reset(Rcc *r);

#endif
