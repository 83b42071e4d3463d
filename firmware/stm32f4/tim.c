/*
 * Timers: a time base, PWM, a chain of two, the LSI measured by capture. Reference: RM0090 rev 19, chapters 17 to 20.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "drivers.h"

enum { PERIOD = 8400 }; /* 100 us at 84 MHz */

static void start_reference(void)
{
    REG32(TIM2 + TIM_ARR) = 0xFFFFFFFF;
    REG32(TIM2 + TIM_CR1) = 1;
}

static void base(void)
{
    REG32(TIM3 + TIM_PSC) = 83;
    REG32(TIM3 + TIM_ARR) = 999;
    REG32(TIM3 + TIM_EGR) = 1;
    REG32(TIM3 + TIM_SR) = 0;
    REG32(TIM3 + TIM_CR1) = 1;
    uint32_t before = REG32(TIM2 + TIM_CNT);
    for (int i = 0; i < 5; i++) {
        while (!(REG32(TIM3 + TIM_SR) & 1)) {
        }
        REG32(TIM3 + TIM_SR) = 0;
    }
    CHECK(near(REG32(TIM2 + TIM_CNT) - before, 5 * 84000, 200));
    REG32(TIM3 + TIM_CR1) = 0;
}

static void pwm(void)
{
    REG32(TIM3 + TIM_PSC) = 0;
    REG32(TIM3 + TIM_ARR) = PERIOD - 1;
    REG32(TIM3 + TIM_CCR1) = PERIOD / 4;
    REG32(TIM3 + TIM_CCMR1) = 6 << 4 | 1 << 3;
    REG32(TIM3 + TIM_CCER) = 1;
    REG32(TIM3 + TIM_EGR) = 1;
    REG32(TIM3 + TIM_CR1) = 1 << 7 | 1;
}

/* TIM3's updates are the clock of TIM4 (ITR2). */
static void chain(void)
{
    REG32(TIM3 + TIM_CR2) = 2 << 4;
    REG32(TIM4 + TIM_ARR) = 0xFFFF;
    REG32(TIM4 + TIM_SMCR) = 2 << 4 | 7;
    REG32(TIM4 + TIM_CR1) = 1;
    uint32_t first = REG32(TIM4 + TIM_CNT), start = REG32(TIM2 + TIM_CNT);
    while (REG32(TIM2 + TIM_CNT) - start < 50 * PERIOD) {
    }
    CHECK(near(REG32(TIM4 + TIM_CNT) - first, 50, 1));
}

static void measure_lsi(void)
{
    REG32(RCC_CSR) |= 1;
    while (!(REG32(RCC_CSR) & 2)) {
    }
    REG32(TIM5 + TIM_OR) = 1 << 6;
    REG32(TIM5 + TIM_ARR) = 0xFFFFFFFF;
    REG32(TIM5 + TIM_CCMR2) = 1 << 8 | 3 << 10; /* every eighth edge */
    REG32(TIM5 + TIM_CCER) = 1 << 12;
    REG32(TIM5 + TIM_CR1) = 1;
    uint32_t edge[2];
    for (int i = 0; i < 2; i++) {
        while (!(REG32(TIM5 + TIM_SR) & 1 << 4)) {
        }
        edge[i] = REG32(TIM5 + TIM_CCR4);
    }
    CHECK(near(edge[1] - edge[0], 84000000 / 32000 * 8, 8));
}

int main(void)
{
    char key = driver_key();
    enable(RCC_APB1ENR, 1 << 0 | 1 << 1 | (key == 'd' ? 0 : 1 << 2) | 1 << 3);
    enable(RCC_APB2ENR, 1 << 0);
    enable(RCC_AHB1ENR, 1);
    if (key != 'a') {
        REG32(GPIOA + GPIO_AFRL) = (REG32(GPIOA + GPIO_AFRL) & ~(15u << 24)) | 2u << 24; /* PA6: TIM3_CH1 */
        REG32(GPIOA + GPIO_MODER) = (REG32(GPIOA + GPIO_MODER) & ~(3u << 12)) | 2u << 12;
    }
    start_reference();
    switch (key) {
    case 'a': /* the pin was not switched to the timer */
        pwm();
        break;
    case 'b': /* what a channel is changes while it is on */
        pwm();
        REG32(TIM3 + TIM_CCMR1) = 1;
        break;
    case 'c': /* the dead time changes after it was locked */
        REG32(TIM1 + TIM_BDTR) = 1 << 8 | 20;
        REG32(TIM1 + TIM_BDTR) = 40;
        break;
    case 'd': /* the clock was forgotten */
        REG32(TIM4 + TIM_ARR) = 100;
        break;
    case 'e': /* the alignment changes while it counts */
        pwm();
        REG32(TIM3 + TIM_CR1) |= 1 << 5;
        break;
    default:
        base();
        pwm();
        chain();
        measure_lsi();
        break;
    }
    return driver_done();
}
