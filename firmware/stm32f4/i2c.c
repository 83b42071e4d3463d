/*
 * I2C1 on PB6 and PB7 with PCLK1 = 42 MHz, and an EEPROM at 0x50 (f4-buses/board.dts). Reference: RM0090 rev 19, chapter 27.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "drivers_pins.h"

enum { I2C1 = 0x40005400, CR1 = 0, CR2 = 4, DR = 0x10, SR1 = 0x14, SR2 = 0x18, CCR = 0x1C, TRISE = 0x20 };
enum { PE = 1, START = 0x100, STOP = 0x200, ACK = 0x400, DMAEN = 0x800, LAST = 0x1000 };
enum { SB = 1, ADDR = 2, BTF = 4, RXNE = 0x40, TXE = 0x80, AF = 0x400 };

static void wait(uint32_t flag)
{
    while (!(REG32(I2C1 + SR1) & flag)) {
    }
}

static void set_up(uint32_t freq, uint32_t trise, bool pins)
{
    for (unsigned pin = 6; pins && pin <= 7; pin++) {
        set_field(GPIOB + GPIO_OTYPER, pin, 1, 1);
        pull_up(GPIOB, pin);
        alternate(GPIOB, pin, 4);
    }
    REG32(I2C1 + CR2) = freq;
    REG32(I2C1 + CCR) = 210;
    REG32(I2C1 + TRISE) = trise;
    REG32(I2C1 + CR1) = PE;
}

static bool address(uint32_t byte)
{
    REG32(I2C1 + CR1) |= START;
    wait(SB);
    REG32(I2C1 + DR) = byte;
    wait(ADDR | AF);
    return REG32(I2C1 + SR1) & ADDR;
}

static void stop(void)
{
    REG32(I2C1 + CR1) |= STOP;
    while (REG32(I2C1 + CR1) & STOP) {
    }
}

static void put(uint32_t byte)
{
    wait(TXE);
    REG32(I2C1 + DR) = byte;
}

static bool go_to(uint32_t word)
{
    if (!address(0xA0)) {
        REG32(I2C1 + SR1) = 0xDF00 & ~(uint32_t)AF;
        stop();
        return false;
    }
    (void)REG32(I2C1 + SR2);
    put(word >> 8);
    put(word & 0xFF);
    return true;
}

/* Eight bytes by DMA: its "last but one" makes the block refuse the last. */
static void read_by_dma(uint8_t *bytes)
{
    uint32_t stream = DMA_STREAM(DMA1, 0);
    enable(RCC_AHB1ENR, 1 << 21);
    REG32(stream + DMA_PAR) = I2C1 + DR;
    REG32(stream + DMA_M0AR) = (uintptr_t)bytes;
    REG32(stream + DMA_NDTR) = 8;
    REG32(stream + DMA_CR) = DMA_CHANNEL(1) | DMA_MINC;
    REG32(stream + DMA_CR) |= DMA_EN;
    REG32(I2C1 + CR2) |= DMAEN | LAST;
    REG32(I2C1 + CR1) |= ACK;
    CHECK(address(0xA1));
    (void)REG32(I2C1 + SR2);
    while (!(REG32(DMA1 + DMA_LISR) & 1 << 5)) {
    }
    stop();
    CHECK(!(REG32(I2C1 + SR1) & (RXNE | BTF))); /* nothing was read too much */
}

static void works(void)
{
    static uint8_t bytes[8];
    set_up(42, 43, true);
    CHECK(go_to(0x40));
    for (unsigned i = 0; i < 8; i++) {
        put(0x10 + i);
    }
    wait(BTF);
    stop();
    while (!go_to(0x40)) { /* the write cycle */
    }
    wait(BTF);
    read_by_dma(bytes);
    for (unsigned i = 0; i < 8; i++) {
        CHECK(bytes[i] == 0x10 + i);
    }
}

int main(void)
{
    char key = driver_key();
    enable(RCC_AHB1ENR, 3);
    enable(RCC_APB1ENR, 1 << 21);
    switch (key) {
    case 'a': /* FREQ is another bus's */
        set_up(16, 43, true);
        address(0xA0);
        break;
    case 'b': /* ACK before PE */
        REG32(I2C1 + CR1) = ACK;
        break;
    case 'c': /* TRISE as after reset */
        set_up(42, 2, true);
        address(0xA0);
        break;
    case 'd': /* the address without a look at SR1 */
        set_up(42, 43, true);
        REG32(I2C1 + CR1) |= START;
        for (volatile unsigned i = 0; i < 1000; i++) {
        }
        REG32(I2C1 + DR) = 0xA0;
        break;
    case 'e': /* no pins */
        set_up(42, 43, false);
        CHECK(!address(0xA0));
        break;
    case 'f': /* another speed without switching off */
        set_up(42, 43, true);
        REG32(I2C1 + CCR) = 211;
        break;
    case 'g': /* switched off in the middle */
        set_up(42, 43, true);
        address(0xA0);
        REG32(I2C1 + CR1) = 0;
        break;
    default:
        works();
        break;
    }
    return driver_done();
}
