/*
 * What STM32 blocks ask each other besides wires: the tree says who their peers are (`st,rcc`, `st,pwr`). On a bench without the
 * peer the answer is the permissive one. SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_ST_H
#define ZIF_ST_H

#include <zif/peripheral.h>

/* Cells of `clocks = <&rcc 0 n>`: clocks without a gate. */
enum {
    STM32_SYSCLK,
    STM32_HCLK,
    STM32_PCLK1,
    STM32_PCLK2,
    STM32_TIMCLK1, /* timers on APB1 */
    STM32_TIMCLK2, /* and APB2 */
    STM32_HSI,
    STM32_HSE,
    STM32_LSI,
    STM32_LSE,
    STM32_RTCCLK,
    STM32_PLL48, /* main PLL's Q output */
    STM32_I2SCLK,
    STM32_HSE_RTC, /* HSE behind CFGR.RTCPRE, whatever clocks the RTC */
    STM32_LCDCLK,  /* pixel clock: PLLSAI's R output behind PLLSAIDIVR. From here on: F42x */
    STM32_SAI1A,
    STM32_SAI1B,
    STM32_MCO1, /* what the clock output pins carry */
    STM32_MCO2,
    STM32_CLOCKS,
};

/* Bits of RCC.CSR that name the cause of a reset. */
enum {
    STM32_PINRSTF = 1u << 26,
    STM32_IWDGRSTF = 1u << 29,
    STM32_WWDGRSTF = 1u << 30,
    STM32_LPWRRSTF = 1u << 31,
};

/* User option bits, where FLASH.OPTCR has them. */
enum {
    STM32_WDG_SW = 1u << 5,     /* 0: the independent watchdog runs from reset on */
    STM32_NRST_STOP = 1u << 6,  /* 0: a reset in place of Stop mode */
    STM32_NRST_STDBY = 1u << 7, /* and of Standby mode */
};

/** May the back-up domain (RCC.BDCR, RTC, back-up SRAM) be written? PWR.CR.DBP of the peer `st,pwr`. */
bool zif__stm32_backup_writable(const ZifDevice *dev);
/** Resets the machine; the peer `st,rcc` will say why in CSR. */
void zif__stm32_reset(ZifDevice *dev, uint32_t cause);
/** A watchdog was started: the peer `st,rcc` runs LSI whatever LSION says. */
void zif__stm32_force_lsi(ZifDevice *dev);
/** Stop or Standby mode: the peer `st,rcc` stops every clock but those of LSI and LSE. Afterwards HSI is the system clock, HSE and the
 * PLLs are off. */
void zif__stm32_stop_clocks(ZifDevice *dev, bool stopped);
/** A user option, as the option bytes of the peer `st,flash` have it. */
bool zif__stm32_option(const ZifDevice *dev, uint32_t option);
/** What the peer `st,rcc` says of the main PLL: is it on, and does SYSCLK come from it? */
bool zif__stm32_pll_on(const ZifDevice *dev);
bool zif__stm32_sysclk_is_pll(const ZifDevice *dev);
/** What the read protection of the peer `st,flash` allows a debugger. */
ZifProtection zif__stm32_protection(const ZifDevice *dev);
/** Is the chip in Standby mode, as the peer `st,pwr` knows? */
bool zif__stm32_in_standby(const ZifDevice *dev);

#endif
