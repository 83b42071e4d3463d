/*
 * ADC: the inner reference, a scan by DMA, injected conversions. Reference: RM0090 rev 19, chapter 13.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "drivers.h"

enum { ADC1 = 0x40012000, SR = 0x00, CR1 = 0x04, CR2 = 0x08, SMPR1 = 0x0C, SMPR2 = 0x10, SQR1 = 0x2C, SQR3 = 0x34 };
enum { JSQR = 0x38, JDR1 = 0x3C, DR = 0x4C, CCR = 0x40012304, EOC = 2, JEOC = 4, OVR = 32 };
enum { ADON = 1, CONT = 2, DMA = 1 << 8, DDS = 1 << 9, EOCS = 1 << 10, JSWSTART = 1 << 22, SWSTART = 1 << 30 };
enum { VREFINT = 17, TSVREFE = 1 << 23, DIVIDE_BY_4 = 1 << 16 };

static uint16_t results[8];

static void wait_us(uint32_t us)
{
    uint32_t start = REG32(TIM2 + TIM_CNT);
    while (REG32(TIM2 + TIM_CNT) - start < 84 * us) {
    }
}

static void start(void)
{
    REG32(TIM2 + TIM_ARR) = 0xFFFFFFFF;
    REG32(TIM2 + TIM_CR1) = 1;
    REG32(CCR) = DIVIDE_BY_4 | TSVREFE;
    REG32(ADC1 + SMPR1) = 7 << 18 | 7 << 21;
    REG32(ADC1 + CR2) = ADON;
    wait_us(10);
}

static uint16_t convert(unsigned channel)
{
    REG32(ADC1 + SQR3) = channel;
    REG32(ADC1 + CR2) |= SWSTART;
    while (!(REG32(ADC1 + SR) & EOC)) {
    }
    return (uint16_t)REG32(ADC1 + DR);
}

/* VREFINT and the temperature, four times, into memory. */
static void scan(void)
{
    uint32_t s = DMA_STREAM(DMA2, 0);
    REG32(s + DMA_PAR) = ADC1 + DR;
    REG32(s + DMA_M0AR) = (uint32_t)results;
    REG32(s + DMA_NDTR) = 8;
    REG32(s + DMA_CR) = DMA_MINC | DMA_HALF_WORDS;
    REG32(s + DMA_CR) |= DMA_EN;
    REG32(ADC1 + CR1) = 1 << 8;
    REG32(ADC1 + SQR1) = 1 << 20;
    REG32(ADC1 + SQR3) = VREFINT | 16 << 5;
    REG32(ADC1 + CR2) = ADON | DMA | DDS | CONT;
    REG32(ADC1 + CR2) |= SWSTART;
    while (REG32(s + DMA_CR) & DMA_EN) {
    }
    REG32(ADC1 + CR2) = ADON;
    for (int i = 0; i < 8; i++) {
        CHECK(near(results[i], i % 2 ? 943 : 1501, 2));
    }
}

static void injected(void)
{
    REG32(ADC1 + CR1) = 0;
    REG32(ADC1 + JSQR) = VREFINT << 15;
    REG32(ADC1 + CR2) = ADON;
    REG32(ADC1 + CR2) |= JSWSTART;
    while (!(REG32(ADC1 + SR) & JEOC)) {
    }
    CHECK(near(REG32(ADC1 + JDR1), 1501, 2));
}

int main(void)
{
    char key = driver_key();
    enable(RCC_APB1ENR, 1);
    enable(RCC_APB2ENR, 1 << 8);
    enable(RCC_AHB1ENR, 1 << 22 | 1);
    switch (key) {
    case 'a': /* 84 MHz / 2 is too fast */
        start();
        REG32(CCR) = TSVREFE;
        convert(VREFINT);
        break;
    case 'b': /* start before the converter is on */
        REG32(ADC1 + CR2) = SWSTART;
        break;
    case 'c': /* the pin is a digital input */
        start();
        convert(5);
        break;
    case 'd': /* nobody fetches the results */
        start();
        REG32(ADC1 + SQR3) = VREFINT;
        REG32(ADC1 + CR2) = ADON | CONT | EOCS;
        REG32(ADC1 + CR2) |= SWSTART;
        while (!(REG32(ADC1 + SR) & OVR)) {
        }
        break;
    case 'e': /* the reference was not switched on */
        start();
        REG32(CCR) = DIVIDE_BY_4;
        convert(VREFINT);
        break;
    case 'f': /* no time to become stable */
        REG32(CCR) = DIVIDE_BY_4 | TSVREFE;
        REG32(ADC1 + CR2) = ADON;
        convert(VREFINT);
        break;
    default:
        start();
        CHECK(near(convert(VREFINT), 1501, 2));
        REG32(GPIOA + GPIO_MODER) |= 3 << 10; /* PA5 */
        CHECK(convert(5) == 0);
        scan();
        injected();
        break;
    }
    return driver_done();
}
