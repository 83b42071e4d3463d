/*
 * 100 KiB through the UART by DMA: a ring of 1 KiB that the receiver fills and this program empties at each half. Says how many came, their
 * sum, and whether the UART or the DMA noticed an error. Then sends 100 KiB by DMA itself.
 *
 * Reference: RM0090 rev 19, chapters 10 (DMA) and 30 (USART). SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdio.h>
#include "soc.h"

enum {
    RCC_AHB1ENR = 0x40023830,
    DMA1 = 0x40026000,
    LISR = DMA1 + 0x00,
    HISR = DMA1 + 0x04,
    HIFCR = DMA1 + 0x0C,
    RX = DMA1 + 0x10 + 5 * 0x18, /* stream 5, channel 4: USART2_RX */
    TX = DMA1 + 0x10 + 6 * 0x18, /* stream 6, channel 4: USART2_TX */
    CR = 0x00,
    NDTR = 0x04,
    PAR = 0x08,
    M0AR = 0x0C,
    CHANNEL_4 = 4 << 25,
    MINC = 1 << 10,
    CIRC = 1 << 8,
    TO_PERIPHERAL = 1 << 6,
    TCIE = 1 << 4,
    HTIE = 1 << 3,
    EN = 1,
    STREAM5 = 0x3D << 6, /* its flags in HISR */
    STREAM5_ERRORS = 0x0D << 6,
    STREAM5_HALF = 1 << 10,
    STREAM5_WHOLE = 1 << 11,
    STREAM6_WHOLE = 1 << 21,
    STREAM6 = 0x3D << 16,
    USART2_SR = 0x40004400,
    USART2_DR = 0x40004404,
    USART2_CR3 = 0x40004414,
    DMAR = 1 << 6,
    DMAT = 1 << 7,
    SR_ERRORS = 0x0F,
    RING = 1024,
    TOTAL = 102400,
    DMA1_STREAM5_IRQ = 16,
    DMA1_STREAM6_IRQ = 17,
};

static uint8_t ring[RING];
static volatile unsigned halves; /* that were filled */
static volatile unsigned sent;   /* blocks */
static volatile uint32_t errors;

void irq_handler_16(void);
void irq_handler_16(void)
{
    uint32_t flags = REG32(HISR) & STREAM5;
    REG32(HIFCR) = flags;
    errors |= flags & STREAM5_ERRORS;
    halves += !!(flags & STREAM5_HALF) + !!(flags & STREAM5_WHOLE);
}

void irq_handler_17(void);
void irq_handler_17(void)
{
    sent += !!(REG32(HISR) & STREAM6_WHOLE);
    REG32(HIFCR) = STREAM6;
}

int main(void)
{
    uint32_t sum = 0;
    REG32(RCC_AHB1ENR) |= 1 << 21;
    (void)REG32(RCC_AHB1ENR);
    REG32(RX + PAR) = USART2_DR;
    REG32(RX + M0AR) = (uintptr_t)ring;
    REG32(RX + NDTR) = RING;
    REG32(RX + CR) = CHANNEL_4 | MINC | CIRC | TCIE | HTIE;
    REG32(RX + CR) |= EN;
    REG32(USART2_CR3) = DMAR;
    NVIC_ISER0 = 1 << DMA1_STREAM5_IRQ | 1 << DMA1_STREAM6_IRQ;
    printf("ready\n");
    for (unsigned taken = 0; taken < TOTAL / (RING / 2); taken++) {
        while (halves == taken) {
            wait_for_interrupt();
        }
        const uint8_t *half = ring + taken % 2 * (RING / 2);
        for (unsigned i = 0; i < RING / 2; i++) {
            sum = sum * 31 + half[i];
        }
    }
    uint32_t sr = REG32(USART2_SR);
    printf("%u bytes, sum %08lx, UART errors %lx, DMA errors %lx\n", TOTAL, (unsigned long)sum,
           (unsigned long)(sr & SR_ERRORS), (unsigned long)errors);
    console_flush();

    for (unsigned i = 0; i < RING; i++) {
        ring[i] = (uint8_t)('a' + i % 26);
    }
    REG32(RX + CR) &= ~(uint32_t)EN;
    while (REG32(RX + CR) & EN) {
    }
    REG32(TX + PAR) = USART2_DR;
    REG32(TX + M0AR) = (uintptr_t)ring;
    REG32(USART2_SR) = ~(uint32_t)(1 << 6) & 0x3ff; /* TC tells the end of the last block */
    REG32(USART2_CR3) = DMAT;
    for (unsigned i = 0; i < TOTAL / RING; i++) {
        REG32(TX + NDTR) = RING;
        REG32(TX + CR) = CHANNEL_4 | MINC | TO_PERIPHERAL | TCIE;
        REG32(TX + CR) |= EN;
        while (sent == i) {
            wait_for_interrupt();
        }
    }
    console_flush();
    REG32(USART2_CR3) = 0;
    printf("\nsent\n");
    return 0;
}
