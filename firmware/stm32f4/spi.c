/*
 * SPI1 on PA5 to PA7 with PCLK2 = 84 MHz, and an SD card selected by PA4 (f4-buses/board.dts). Reference: RM0090 rev 19, chapter 28.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "drivers_pins.h"

enum { SPI1 = 0x40013000, CR1 = 0, CR2 = 4, SR = 8, DR = 0xC };
enum { CPHA = 1, MSTR = 4, BR_4 = 1 << 3, BR_2 = 0, SPE = 0x40, SSI = 0x100, SSM = 0x200, DFF = 0x800 };
enum { RXNE = 1, TXE = 2, MODF = 0x20, BSY = 0x80, RXDMAEN = 1, TXDMAEN = 2 };
enum { MASTER = MSTR | SSM | SSI | SPE };

static uint32_t swap(uint32_t out)
{
    while (!(REG32(SPI1 + SR) & TXE)) {
    }
    REG32(SPI1 + DR) = out;
    while (!(REG32(SPI1 + SR) & RXNE)) {
    }
    return REG32(SPI1 + DR);
}

static void set_up(uint32_t cr1, bool pins)
{
    for (unsigned pin = 5; pins && pin <= 7; pin++) {
        alternate(GPIOA, pin, 5);
    }
    REG32(GPIOA + GPIO_BSRR) = 1 << 4;
    set_field(GPIOA + GPIO_MODER, 8, 2, 1);
    REG32(GPIOA + GPIO_BSRR) = 1 << (4 + 16); /* the card is selected */
    REG32(SPI1 + CR1) = cr1 & ~(uint32_t)SPE;
    REG32(SPI1 + CR1) = cr1;
}

/* CMD0 and what comes back, by DMA both ways. */
static void works(void)
{
    static const uint8_t out[] = { 0x40, 0, 0, 0, 0, 0x95, 0xFF, 0xFF };
    static uint8_t in[sizeof out];
    uint32_t rx = DMA_STREAM(DMA2, 0), tx = DMA_STREAM(DMA2, 3);
    set_up(MASTER | BR_4, true);
    enable(RCC_AHB1ENR, 1 << 22);
    REG32(rx + DMA_PAR) = REG32(tx + DMA_PAR) = SPI1 + DR;
    REG32(rx + DMA_M0AR) = (uintptr_t)in;
    REG32(tx + DMA_M0AR) = (uintptr_t)out;
    REG32(rx + DMA_NDTR) = REG32(tx + DMA_NDTR) = sizeof out;
    REG32(rx + DMA_CR) = DMA_CHANNEL(3) | DMA_MINC;
    REG32(tx + DMA_CR) = DMA_CHANNEL(3) | DMA_MINC | DMA_TO_PERIPHERAL;
    REG32(rx + DMA_CR) |= DMA_EN;
    REG32(tx + DMA_CR) |= DMA_EN;
    REG32(SPI1 + CR2) = RXDMAEN | TXDMAEN;
    while (!(REG32(DMA2 + DMA_LISR) & 1 << 5)) {
    }
    while (REG32(SPI1 + SR) & BSY) {
    }
    CHECK(in[6] == 0xFF && in[7] == 0x01);
    REG32(SPI1 + CR1) &= ~(uint32_t)SPE;
}

int main(void)
{
    char key = driver_key();
    enable(RCC_APB2ENR, 1 << 12);
    switch (key) {
    case 'a': /* NSS by software, and low */
        set_up(MSTR | SSM | SPE | BR_4, true);
        CHECK(REG32(SPI1 + SR) & MODF);
        break;
    case 'b': /* switched off while busy */
        set_up(MASTER | 7 << 3, true);
        REG32(SPI1 + DR) = 0xFF;
        REG32(SPI1 + CR1) = 0;
        break;
    case 'c': /* 16 bits from now on, while on */
        set_up(MASTER | BR_4, true);
        REG32(SPI1 + CR1) = MASTER | BR_4 | DFF;
        break;
    case 'd': /* no pins */
        set_up(MASTER | BR_4, false);
        swap(0xFF);
        break;
    case 'e': /* the other clock phase */
        set_up(MASTER | BR_4 | CPHA, true);
        swap(0xFF);
        break;
    case 'f': /* 42 MHz for a card that stands 25 */
        set_up(MASTER | BR_2, true);
        swap(0xFF);
        break;
    case 'g': /* sends without looking */
        set_up(MASTER | 7 << 3, true);
        REG32(SPI1 + DR) = 1;
        REG32(SPI1 + DR) = 2;
        REG32(SPI1 + DR) = 3;
        while (REG32(SPI1 + SR) & BSY) {
        }
        break;
    default:
        works();
        break;
    }
    return driver_done();
}
