/*
 * DAC: a value, a triangle, samples by DMA. Reference: RM0090 rev 19, chapter 14. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "drivers.h"

enum { DAC = 0x40007400, CR = 0, SWTRIGR = 4, DHR12R1 = 8, DOR1 = 0x2C, SR = 0x34 };
enum { EN1 = 1, TEN1 = 4, SOFTWARE = 7 << 3, TRIANGLE = 2 << 6, DMAEN1 = 1 << 12, DMAUDR1 = 1 << 13 };

static const uint16_t samples[4] = { 100, 200, 300, 400 };

static void values(void)
{
    REG32(DAC + CR) = EN1;
    REG32(DAC + DHR12R1) = 1234;
    CHECK(REG32(DAC + DOR1) == 1234);
}

static void triangle(void)
{
    REG32(DAC + CR) = EN1 | TEN1 | SOFTWARE | TRIANGLE | 1 << 8; /* up to 3 */
    for (unsigned i = 1; i <= 6; i++) {
        REG32(DAC + SWTRIGR) = 1;
        CHECK(REG32(DAC + DOR1) == 1234 + (i <= 3 ? i : 6 - i));
    }
}

/* TIM6 triggers; each time the DMA (stream 5, channel 7) brings the next sample. */
static void play(bool dma)
{
    uint32_t s = DMA_STREAM(DMA1, 5);
    if (dma) {
        REG32(s + DMA_PAR) = DAC + DHR12R1;
        REG32(s + DMA_M0AR) = (uint32_t)samples;
        REG32(s + DMA_NDTR) = 4;
        REG32(s + DMA_CR) = DMA_CHANNEL(7) | DMA_TO_PERIPHERAL | DMA_MINC | DMA_CIRC | DMA_HALF_WORDS;
        REG32(s + DMA_CR) |= DMA_EN;
    }
    REG32(DAC + CR) = EN1 | TEN1 | DMAEN1;
    REG32(TIM6 + TIM_CR2) = 2 << 4;
    REG32(TIM6 + TIM_ARR) = 8400 - 1; /* 10 kHz */
    REG32(TIM6 + TIM_CR1) = 1;
    for (unsigned i = 0; i < 20; i++) {
        while (!(REG32(TIM6 + TIM_SR) & 1)) {
        }
        REG32(TIM6 + TIM_SR) = 0;
    }
    REG32(TIM6 + TIM_CR1) = 0;
}

int main(void)
{
    char key = driver_key();
    enable(RCC_APB1ENR, 1 << 29 | 1 << 4);
    enable(RCC_AHB1ENR, 1 << 21 | 1);
    if (key != 'a') {
        REG32(GPIOA + GPIO_MODER) |= 3 << 8; /* PA4 */
    }
    switch (key) {
    case 'a': /* the pin is a digital input */
        values();
        break;
    case 'b': /* requests that no stream serves */
        play(false);
        CHECK(REG32(DAC + SR) & DMAUDR1);
        break;
    default:
        values();
        triangle();
        play(true);
        CHECK(REG32(DAC + SR) == 0);
        CHECK(REG32(DAC + DOR1) % 100 == 0 && REG32(DAC + DOR1) <= 400);
        break;
    }
    return driver_done();
}
