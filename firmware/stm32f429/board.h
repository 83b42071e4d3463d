/*
 * The STM32F429I-DISC1: its SDRAM, the lines of its panel and the clock of the pixels. To be included by programs that are built with
 * stm32f429/board.c. Reference: UM1670, appendix A (schematics); IS42S16400J data sheet; RM0090 rev 19. SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BOARD_H
#define BOARD_H

#include "soc.h"

enum { SDRAM_BASE = (int)0xD0000000, SDRAM_BYTES = 8 << 20, PANEL_WIDTH = 240, PANEL_HEIGHT = 320 };

enum {
    RCC = 0x40023800,
    RCC_CR = RCC + 0x00,
    RCC_PLLCFGR = RCC + 0x04,
    RCC_CFGR = RCC + 0x08,
    RCC_AHB1ENR = RCC + 0x30,
    RCC_AHB3ENR = RCC + 0x38,
    RCC_APB1ENR = RCC + 0x40,
    RCC_APB2ENR = RCC + 0x44,
    RCC_PLLSAICFGR = RCC + 0x88,
    RCC_DCKCFGR = RCC + 0x8C,
    PWR_CR = 0x40007000,
    PWR_CSR = 0x40007004,
    FLASH_ACR = 0x40023C00,
    GPIOA = 0x40020000, /* the others follow, 0x400 apart */
    GPIO_MODER = 0x00,
    GPIO_OSPEEDR = 0x08,
    GPIO_BSRR = 0x18,
    GPIO_AFRL = 0x20,
    SPI5_CR1 = 0x40015000,
    SPI5_SR = 0x40015008,
    SPI5_DR = 0x4001500C,
    FMC = (int)0xA0000000,
    FMC_SDCR1 = FMC + 0x140,
    FMC_SDCR2 = FMC + 0x144,
    FMC_SDTR1 = FMC + 0x148,
    FMC_SDTR2 = FMC + 0x14C,
    FMC_SDCMR = FMC + 0x150,
    FMC_SDRTR = FMC + 0x154,
    FMC_SDSR = FMC + 0x158,
};

/* SDCMR: what it orders, and of whom. */
enum {
    SDRAM_NORMAL,
    SDRAM_CLOCK_ENABLE,
    SDRAM_PRECHARGE_ALL,
    SDRAM_AUTO_REFRESH,
    SDRAM_LOAD_MODE,
    SDRAM_SELF_REFRESH,
    SDRAM_POWER_DOWN,
    SDRAM_BANK_2 = 1 << 3,
    SDRAM_BANK_1 = 1 << 4,
    SDRAM_REFRESHES_4 = 3 << 5,
    SDRAM_CAS_3 = 3 << 13, /* the part's mode register: bursts of 1, latency 3 */
};

void wait_us(uint32_t us);
/* Leads the pins of `mask` to an alternate function, at full speed. The port's clock is turned on. port: 0 is A. */
void pins_to(unsigned port, uint32_t mask, unsigned function);

/* SDRAM, step by step, and all of it: afterwards there are SDRAM_BYTES of memory at SDRAM_BASE. */
void sdram_pins(void);
void sdram_settings(void);
void sdram_command(uint32_t command); /* returns when it is done */
void sdram_refresh_rate(void);
void sdram_start(void);

/* The panel: its RGB lines; 6 MHz on the pixel clock (PLLSAI: 192 MHz / 4 / 8), which is 65 frames a second of 280 by 328 clocks;
 * the ILI9341's own set-up over SPI5, after which its glass shows what comes through the RGB lines. */
void panel_pins(void);
void pixel_clock_start(void);
void panel_start(void);

#endif
