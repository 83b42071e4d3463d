/*
 * What the driver programs of the STM32F4 share. Each takes one key: '.' uses its block properly, a letter makes one mistake that
 * is often made with it. All print "ok" at the end. SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef DRIVERS_H
#define DRIVERS_H

#include <stdlib.h>
#include "soc.h"

enum {
    RCC = 0x40023800,
    RCC_AHB1ENR = RCC + 0x30,
    RCC_APB1ENR = RCC + 0x40,
    RCC_APB2ENR = RCC + 0x44,
    RCC_BDCR = RCC + 0x70,
    RCC_CSR = RCC + 0x74,
    GPIOA = 0x40020000,
    GPIO_MODER = 0x00,
    GPIO_AFRL = 0x20,
    TIM2 = 0x40000000,
    TIM3 = 0x40000400,
    TIM4 = 0x40000800,
    TIM5 = 0x40000C00,
    TIM6 = 0x40001000,
    TIM1 = 0x40010000,
    TIM_CR1 = 0x00,
    TIM_CR2 = 0x04,
    TIM_SMCR = 0x08,
    TIM_DIER = 0x0C,
    TIM_SR = 0x10,
    TIM_EGR = 0x14,
    TIM_CCMR1 = 0x18,
    TIM_CCMR2 = 0x1C,
    TIM_CCER = 0x20,
    TIM_CNT = 0x24,
    TIM_PSC = 0x28,
    TIM_ARR = 0x2C,
    TIM_CCR1 = 0x34,
    TIM_CCR4 = 0x40,
    TIM_BDTR = 0x44,
    TIM_OR = 0x50,
    DMA1 = 0x40026000,
    DMA2 = 0x40026400,
    DMA_LISR = 0x00,
    DMA_HISR = 0x04,
    DMA_LIFCR = 0x08,
    DMA_HIFCR = 0x0C,
    DMA_CR = 0x10,
    DMA_NDTR = 0x14,
    DMA_PAR = 0x18,
    DMA_M0AR = 0x1C,
    DMA_FCR = 0x24,
    DMA_EN = 1,
    DMA_MINC = 1 << 10,
    DMA_PINC = 1 << 9,
    DMA_MEMORY_TO_MEMORY = 2 << 6,
    DMA_TO_PERIPHERAL = 1 << 6,
    DMA_CIRC = 1 << 8,
    DMA_HALF_WORDS = 1 << 11 | 1 << 13,
    DMA_WORDS = 2 << 11 | 2 << 13,
};

#define DMA_CHANNEL(n)   ((uint32_t)(n) << 25)
#define DMA_STREAM(d, n) ((d) + 0x18 * (n))

/* Opens the gates of blocks in one enable register, and waits until they answer. */
static inline void enable(uint32_t enr, uint32_t bits)
{
    REG32(enr) |= bits;
    (void)REG32(enr);
}

/* Ends the program with a status that says which check failed. */
#define CHECK(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            exit(__LINE__ % 100 + 1);                                                                                  \
        }                                                                                                              \
    } while (0)

static inline bool near(uint32_t value, uint32_t wanted, uint32_t tolerance)
{
    return value >= wanted - tolerance && value <= wanted + tolerance;
}

static inline char driver_key(void)
{
    console_init();
    return console_getc();
}

static inline int driver_done(void)
{
    console_putc('o');
    console_putc('k');
    console_putc('\n');
    console_flush();
    return 0;
}

#endif
