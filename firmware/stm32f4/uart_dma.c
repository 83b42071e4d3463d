/*
 * USART2 by DMA: 100 000 bytes come in and go out again while the processor sleeps. Reference: RM0090 rev 19, chapters 10 and 30.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "drivers.h"

enum {
    HALF = 50000,
    USART2 = 0x40004400,
    USART_SR = 0,
    USART_DR = 4,
    USART_CR3 = 0x14,
    DMAR = 1 << 6,
    DMAT = 1 << 7,
    SR_TC = 1 << 6
};
enum { RX = DMA1 + 0x18 * 5, TX = DMA1 + 0x18 * 6, DMA_M1AR = 0x20, DBM = 1 << 18, TCIE = 1 << 4 };

static uint8_t buffer[2][HALF];
static volatile unsigned received, sent;

void irq_handler_16(void)
{
    REG32(DMA1 + DMA_HIFCR) = 0x3D << 6;
    received++;
}

void irq_handler_17(void)
{
    REG32(DMA1 + DMA_HIFCR) = 0x3D << 16;
    sent++;
}

/* Sleeps until both counts are reached: with interrupts masked none can slip in between the look and the sleep. */
static void wait_for(unsigned in, unsigned out)
{
    __asm__ volatile("cpsid i");
    while (received < in || sent < out) {
        wait_for_interrupt();
        __asm__ volatile("cpsie i\n isb\n cpsid i");
    }
    __asm__ volatile("cpsie i");
}

static void send(unsigned half)
{
    console_flush();
    REG32(USART2 + USART_SR) = ~SR_TC; /* the DMA writes DR without reading SR, which would clear it */
    REG32(TX + DMA_NDTR) = HALF;
    REG32(TX + DMA_M0AR) = (uint32_t)buffer[half];
    REG32(TX + DMA_CR) |= DMA_EN;
}

int main(void)
{
    console_init();
    enable(RCC_AHB1ENR, 1 << 21);
    REG32(RX + DMA_PAR) = REG32(TX + DMA_PAR) = USART2 + USART_DR;
    REG32(RX + DMA_NDTR) = HALF;
    REG32(RX + DMA_M0AR) = (uint32_t)buffer[0];
    REG32(RX + DMA_M1AR) = (uint32_t)buffer[1];
    REG32(RX + DMA_CR) = DMA_CHANNEL(4) | DMA_MINC | DBM | DMA_CIRC | TCIE;
    REG32(RX + DMA_CR) |= DMA_EN;
    REG32(TX + DMA_CR) = DMA_CHANNEL(4) | DMA_MINC | DMA_TO_PERIPHERAL | TCIE;
    REG32(USART2 + USART_CR3) = DMAR | DMAT;
    NVIC_ISER0 = 3 << 16;
    for (unsigned half = 0; half < 2; half++) {
        wait_for(half + 1, half);
        send(half);
    }
    wait_for(2, 2);
    console_flush();
    semihosting_exit(0);
}
