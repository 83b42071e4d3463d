/*
 * DMA: memory to memory, and a buffer that goes to the DAC at the rate of a timer. Reference: RM0090 rev 19, chapter 10.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>
#include "drivers.h"

enum { CCM = 0x10000000, DAC_CR = 0x40007400, DAC_DHR12R1 = 0x40007408, DAC_DOR1 = 0x4000742C };

static const char text[] = "A copy that nobody made by hand, in words and to the last byte.";
static char copy[sizeof text] __attribute__((aligned(4)));
static const uint16_t wave[8] __attribute__((aligned(4))) = { 0, 600, 1200, 1800, 2400, 3000, 3600, 4095 };

static void start_copy(uint32_t to, uint32_t count, uint32_t fcr)
{
    uint32_t s = DMA_STREAM(DMA2, 0);
    REG32(s + DMA_PAR) = (uint32_t)text;
    REG32(s + DMA_M0AR) = to;
    REG32(s + DMA_NDTR) = count;
    REG32(s + DMA_FCR) = fcr;
    REG32(s + DMA_CR) = DMA_MEMORY_TO_MEMORY | DMA_PINC | DMA_MINC | DMA_WORDS;
    REG32(s + DMA_CR) |= DMA_EN;
}

static void wait_copy(void)
{
    while (REG32(DMA_STREAM(DMA2, 0) + DMA_CR) & DMA_EN) {
    }
}

static void copies(void)
{
    for (int i = 0; i < 2; i++) {
        memset(copy, 0, sizeof copy);
        REG32(DMA2 + DMA_LIFCR) = 0x3D;
        start_copy((uint32_t)copy, sizeof text / 4, 1 << 2 | 3);
        wait_copy();
        CHECK((REG32(DMA2 + DMA_LISR) & 0x3D) == 0x30);
        CHECK(memcmp(copy, text, sizeof text) == 0);
    }
}

/* TIM6 asks DMA1 stream 1 for the next half-word, 100 000 times a second. */
static void plays(uint32_t to)
{
    uint32_t s = DMA_STREAM(DMA1, 1);
    REG32(s + DMA_PAR) = to;
    REG32(s + DMA_M0AR) = (uint32_t)wave;
    REG32(s + DMA_NDTR) = 8;
    REG32(s + DMA_CR) = DMA_CHANNEL(7) | DMA_TO_PERIPHERAL | DMA_MINC | DMA_HALF_WORDS;
    REG32(s + DMA_CR) |= DMA_EN;
    REG32(TIM6 + TIM_ARR) = 840 - 1;
    REG32(TIM6 + TIM_DIER) = 1 << 8;
    REG32(TIM6 + TIM_CR1) = 1;
    while (REG32(s + DMA_CR) & DMA_EN) {
    }
    REG32(TIM6 + TIM_CR1) = 0;
}

int main(void)
{
    char key = driver_key();
    enable(RCC_AHB1ENR, 3 << 21);
    enable(RCC_APB1ENR, 1 << 29 | 1 << 4);
    enable(RCC_AHB1ENR, 1);
    switch (key) {
    case 'a': /* a buffer that no DMA can reach */
        start_copy(CCM, sizeof text / 4, 1 << 2 | 3);
        wait_copy();
        CHECK(REG32(DMA2 + DMA_LISR) & 1 << 3);
        break;
    case 'b': /* the flags of the last transfer are still set */
        start_copy((uint32_t)copy, sizeof text / 4, 1 << 2 | 3);
        wait_copy();
        start_copy((uint32_t)copy, sizeof text / 4, 1 << 2 | 3);
        break;
    case 'c': /* a running stream is changed */
        start_copy((uint32_t)copy, sizeof text / 4, 1 << 2 | 3);
        REG32(DMA_STREAM(DMA2, 0) + DMA_NDTR) = 1;
        wait_copy();
        break;
    case 'd': /* a threshold that is no whole number of bursts: 16 bytes of burst, 4 of FIFO */
        REG32(DMA_STREAM(DMA2, 0) + DMA_PAR) = (uint32_t)text;
        REG32(DMA_STREAM(DMA2, 0) + DMA_M0AR) = (uint32_t)copy;
        REG32(DMA_STREAM(DMA2, 0) + DMA_NDTR) = 16;
        REG32(DMA_STREAM(DMA2, 0) + DMA_FCR) = 1 << 2;
        REG32(DMA_STREAM(DMA2, 0) + DMA_CR) = DMA_MEMORY_TO_MEMORY | DMA_PINC | DMA_MINC | DMA_WORDS | 1 << 23;
        REG32(DMA_STREAM(DMA2, 0) + DMA_CR) |= DMA_EN;
        break;
    case 'e': /* DMA1 has no way to the ports */
        plays(GPIOA + 0x14);
        break;
    case 'f': /* how many was forgotten */
        start_copy((uint32_t)copy, 0, 1 << 2 | 3);
        break;
    case 'g': /* an address that is not aligned to words */
        start_copy((uint32_t)copy + 2, 4, 1 << 2 | 3);
        wait_copy();
        break;
    default:
        copies();
        REG32(GPIOA + GPIO_MODER) |= 3 << 8; /* PA4 */
        REG32(DAC_CR) = 1 << 0;
        plays(DAC_DHR12R1);
        CHECK(REG32(DAC_DOR1) == 4095);
        break;
    }
    return driver_done();
}
