/* The STM32F429I-DISC1's SDRAM and panel lines: see board.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "board.h"

#define DEMCR      REG32(0xE000EDFC)
#define DWT_CTRL   REG32(0xE0001000)
#define DWT_CYCCNT REG32(0xE0001004)

enum { A, B, C, D, E, F, G };

void wait_us(uint32_t us)
{
    DEMCR |= 1u << 24;
    DWT_CTRL |= 1;
    uint32_t start = DWT_CYCCNT, cycles = us * (soc_hz / 1000000);
    while (DWT_CYCCNT - start < cycles) {
    }
}

void pins_to(unsigned port, uint32_t mask, unsigned function)
{
    uint32_t gpio = GPIOA + 0x400 * port;

    REG32(RCC_AHB1ENR) |= 1u << port;
    (void)REG32(RCC_AHB1ENR); /* time for the gate to open */
    for (unsigned pin = 0; pin < 16; pin++) {
        if (mask >> pin & 1) {
            uint32_t afr = gpio + GPIO_AFRL + pin / 8 * 4, shift = pin % 8 * 4;
            REG32(afr) = (REG32(afr) & ~(15u << shift)) | function << shift;
            REG32(gpio + GPIO_OSPEEDR) |= 3u << 2 * pin;
            REG32(gpio + GPIO_MODER) = (REG32(gpio + GPIO_MODER) & ~(3u << 2 * pin)) | 2u << 2 * pin;
        }
    }
}

/* --- SDRAM ---------------------------------------------------------------------------------------------------------- */

void sdram_pins(void)
{
    pins_to(B, 1 << 5 | 1 << 6, 12);                                      /* SDCKE1, SDNE1 */
    pins_to(C, 1 << 0, 12);                                               /* SDNWE */
    pins_to(D, 0xC703, 12);                                               /* D2, D3, D13-D15, D0, D1 */
    pins_to(E, 0xFF83, 12);                                               /* NBL0, NBL1, D4-D12 */
    pins_to(F, 0xF83F, 12);                                               /* A0-A5, SDNRAS, A6-A9 */
    pins_to(G, 1 << 0 | 1 << 1 | 1 << 4 | 1 << 5 | 1 << 8 | 1 << 15, 12); /* A10, A11, BA0, BA1, SDCLK, SDNCAS */
}

/* 90 MHz, half of HCLK; 8 columns, 12 rows, 16 bits, 4 banks, CAS latency 3. SDCLK, RBURST, RPIPE, TRP and TRC are those of bank 1. */
void sdram_settings(void)
{
    REG32(RCC_AHB3ENR) |= 1;
    (void)REG32(RCC_AHB3ENR);
    REG32(FMC_SDCR1) = 2 << 10 | 1 << 13;
    REG32(FMC_SDCR2) = 1 << 2 | 1 << 4 | 1 << 6 | 3 << 7;
    REG32(FMC_SDTR1) = 1 << 20 | 6 << 12;
    REG32(FMC_SDTR2) = 1 << 24 | 1 << 16 | 3 << 8 | 6 << 4 | 1;
}

void sdram_command(uint32_t command)
{
    REG32(FMC_SDCMR) = command;
    while (REG32(FMC_SDSR) & 1 << 5) {
    }
}

/* 4096 rows in 64 ms at 90 MHz, less the 20 clocks of safety that RM0090 asks for (37.7.5). */
void sdram_refresh_rate(void)
{
    REG32(FMC_SDRTR) = (1406 - 20) << 1;
}

void sdram_start(void)
{
    sdram_pins();
    sdram_settings();
    sdram_command(SDRAM_CLOCK_ENABLE | SDRAM_BANK_2);
    wait_us(100);
    sdram_command(SDRAM_PRECHARGE_ALL | SDRAM_BANK_2);
    sdram_command(SDRAM_AUTO_REFRESH | SDRAM_REFRESHES_4 | SDRAM_BANK_2);
    sdram_command(SDRAM_LOAD_MODE | SDRAM_CAS_3 | SDRAM_BANK_2);
    sdram_refresh_rate();
}

/* --- Panel ---------------------------------------------------------------------------------------------------------- */

void panel_pins(void)
{
    pins_to(A, 1 << 3 | 1 << 4 | 1 << 6 | 1 << 11 | 1 << 12, 14); /* B5, VSYNC, G2, R4, R5 */
    pins_to(B, 1 << 0 | 1 << 1, 9);                               /* R3, R6 */
    pins_to(B, 1 << 8 | 1 << 9 | 1 << 10 | 1 << 11, 14);          /* B6, B7, G4, G5 */
    pins_to(C, 1 << 6 | 1 << 7 | 1 << 10, 14);                    /* HSYNC, G6, R2 */
    pins_to(D, 1 << 3 | 1 << 6, 14);                              /* G7, B2 */
    pins_to(F, 1 << 10, 14);                                      /* DE */
    pins_to(G, 1 << 6 | 1 << 7 | 1 << 11, 14);                    /* R7, CLK, B3 */
    pins_to(G, 1 << 10 | 1 << 12, 9);                             /* G3, B4 */
}

void pixel_clock_start(void)
{
    REG32(RCC_CR) &= ~(1u << 28);
    REG32(RCC_PLLSAICFGR) = 192 << 6 | 7 << 24 | 4u << 28; /* the input is that of the main PLL: 1 MHz */
    REG32(RCC_DCKCFGR) = (REG32(RCC_DCKCFGR) & ~(3u << 16)) | 2u << 16;
    REG32(RCC_CR) |= 1u << 28;
    while (!(REG32(RCC_CR) & 1u << 29)) {
    }
}

enum { GPIOC = GPIOA + 0x400 * C, GPIOD = GPIOA + 0x400 * D, CS = 1 << 2, DC = 1 << 13 };
enum { MASTER_8_BITS = 1 << 2 | 1 << 6 | 3 << 3 | 1 << 8 | 1 << 9, TXE = 2, SPI_BSY = 1 << 7 }; /* 90 MHz / 16 */

static void panel_byte(uint8_t byte)
{
    while (!(REG32(SPI5_SR) & TXE)) {
    }
    REG32(SPI5_DR) = byte;
    while (REG32(SPI5_SR) & SPI_BSY) {
    }
    (void)REG32(SPI5_DR); /* what came in return */
}

/* A command and its parameters; CS and DC are low and high for them. */
static void panel_command(uint8_t command, const char *parameters, unsigned count)
{
    REG32(GPIOC + GPIO_BSRR) = (uint32_t)CS << 16;
    REG32(GPIOD + GPIO_BSRR) = (uint32_t)DC << 16;
    panel_byte(command);
    REG32(GPIOD + GPIO_BSRR) = DC;
    for (unsigned i = 0; i < count; i++) {
        panel_byte((uint8_t)parameters[i]);
    }
    REG32(GPIOC + GPIO_BSRR) = CS;
}

void panel_start(void)
{
    pins_to(F, 1 << 7 | 1 << 9, 5); /* SCK, MOSI */
    REG32(RCC_AHB1ENR) |= 1 << C | 1 << D;
    REG32(RCC_APB2ENR) |= 1 << 20; /* SPI5 */
    (void)REG32(RCC_APB2ENR);
    REG32(GPIOC + GPIO_BSRR) = CS;
    REG32(GPIOC + GPIO_MODER) |= 1 << 4;
    REG32(GPIOD + GPIO_MODER) |= 1 << 26;
    REG32(SPI5_CR1) = MASTER_8_BITS;
    wait_us(5000);                              /* after its reset */
    panel_command(0x36, "\xC8", 1);             /* MADCTL: as it is mounted, BGR */
    panel_command(0xB0, "\xC2", 1);             /* RGB interface: synchronised by DE */
    panel_command(0xB6, "\x0A\xA7\x27\x04", 4); /* 320 lines, scanned as the beam comes */
    panel_command(0xF6, "\x01\x00\x06", 3);     /* the picture comes through the RGB interface */
    panel_command(0x11, "", 0);                 /* wakes up */
    wait_us(120000);
    panel_command(0x29, "", 0); /* lights up */
}
