/*
 * STM32F407 with an 8 MHz crystal, at 168 MHz: USART2 on PA2 and PA3, TIM2.
 *
 * Reference: RM0090 rev 19, chapters 3 (FLASH), 7 (RCC), 8 (GPIO), 18 (TIM2), 30 (USART). SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "soc.h"

const char soc_name[] = "STM32F407";
const uint32_t soc_hz = 168000000;
volatile uint32_t *const soc_scratch = &REG32(0x40022020); /* GPIOI.AFRL: all its pins are inputs */

enum {
    RCC = 0x40023800,
    RCC_CR = RCC + 0x00,
    RCC_PLLCFGR = RCC + 0x04,
    RCC_CFGR = RCC + 0x08,
    RCC_AHB1ENR = RCC + 0x30,
    RCC_APB1ENR = RCC + 0x40,
    CR_HSEON = 1 << 16,
    CR_HSERDY = 1 << 17,
    CR_PLLON = 1 << 24,
    CR_PLLRDY = 1 << 25,
    CFGR_PPRE1_4 = 5 << 10,
    CFGR_PPRE2_2 = 4 << 13,
    CFGR_SW_PLL = 2,
    CFGR_SWS = 3 << 2,
    CFGR_SWS_PLL = 2 << 2,
    AHB1ENR_GPIOA = 1 << 0,
    AHB1ENR_GPIOI = 1 << 8,
    APB1ENR_TIM2 = 1 << 0,
    APB1ENR_USART2 = 1 << 17,

    FLASH_ACR = 0x40023C00,
    ACR_5_WAITS_AND_CACHES = 5 | 1 << 8 | 1 << 9 | 1 << 10,

    GPIOA = 0x40020000,
    GPIOA_MODER = GPIOA + 0x00,
    GPIOA_PUPDR = GPIOA + 0x0C,
    GPIOA_AFRL = GPIOA + 0x20,

    USART2 = 0x40004400,
    USART2_SR = USART2 + 0x00,
    USART2_DR = USART2 + 0x04,
    USART2_BRR = USART2 + 0x08,
    USART2_CR1 = USART2 + 0x0C,
    SR_RXNE = 1 << 5,
    SR_TC = 1 << 6,
    SR_TXE = 1 << 7,
    CR1_UE_TE_RE = 1 << 13 | 1 << 3 | 1 << 2,
    PCLK1 = 42000000,

    TIM2 = 0x40000000,
    TIM2_CR1 = TIM2 + 0x00,
    TIM2_DIER = TIM2 + 0x0C,
    TIM2_SR = TIM2 + 0x10,
    TIM2_EGR = TIM2 + 0x14,
    TIM2_PSC = TIM2 + 0x28,
    TIM2_ARR = TIM2 + 0x2C,
    TIMCLK = 84000000,
};

/* 8 MHz / 8 * 336 / 2 = 168 MHz, and / 7 = 48 MHz; bits 30:28 keep their reset value. */
static const uint32_t pllcfgr = 8 | 336 << 6 | 0 << 16 | 1 << 22 | 7 << 24 | 2u << 28;

static void start_clocks(void)
{
    REG32(RCC_CR) |= CR_HSEON;
    while (!(REG32(RCC_CR) & CR_HSERDY)) {
    }
    REG32(FLASH_ACR) = ACR_5_WAITS_AND_CACHES;
    REG32(RCC_PLLCFGR) = pllcfgr;
    REG32(RCC_CR) |= CR_PLLON;
    while (!(REG32(RCC_CR) & CR_PLLRDY)) {
    }
    REG32(RCC_CFGR) = CFGR_PPRE1_4 | CFGR_PPRE2_2 | CFGR_SW_PLL;
    while ((REG32(RCC_CFGR) & CFGR_SWS) != CFGR_SWS_PLL) {
    }
}

void console_init(void)
{
    start_clocks();
    REG32(RCC_AHB1ENR) |= AHB1ENR_GPIOA | AHB1ENR_GPIOI;
    REG32(RCC_APB1ENR) |= APB1ENR_USART2 | APB1ENR_TIM2;
    (void)REG32(RCC_APB1ENR); /* time for the gates to open */
    REG32(GPIOA_AFRL) = (REG32(GPIOA_AFRL) & ~0xFF00u) | 0x7700;
    REG32(GPIOA_PUPDR) |= 1 << 6; /* RX idles high */
    REG32(GPIOA_MODER) = (REG32(GPIOA_MODER) & ~0xF0u) | 0xA0;
    REG32(USART2_BRR) = (PCLK1 + 57600) / 115200;
    REG32(USART2_CR1) = CR1_UE_TE_RE;
}

void console_fastest(void)
{
    REG32(USART2_BRR) = 16;
}

void console_putc(char c)
{
    while (!(REG32(USART2_SR) & SR_TXE)) {
    }
    REG32(USART2_DR) = (uint8_t)c;
}

char console_getc(void)
{
    while (!(REG32(USART2_SR) & SR_RXNE)) {
    }
    return (char)REG32(USART2_DR);
}

void console_flush(void)
{
    while (!(REG32(USART2_SR) & SR_TC)) {
    }
}

void timer_start(uint32_t us)
{
    REG32(TIM2_CR1) = 0;
    REG32(TIM2_PSC) = TIMCLK / 1000000 - 1;
    REG32(TIM2_ARR) = us - 1;
    REG32(TIM2_EGR) = 1; /* takes the prescaler; sets the flag */
    REG32(TIM2_SR) = 0;
    REG32(TIM2_DIER) = 1;
    REG32(TIM2_CR1) = 1;
}

void timer_acknowledge(void)
{
    REG32(TIM2_SR) = 0;
}
