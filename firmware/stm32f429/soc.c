/*
 * STM32F429 with an 8 MHz crystal, at 180 MHz with over-drive: USART1 on PA9 and PA10, TIM2.
 *
 * Reference: RM0090 rev 19, chapters 3 (FLASH), 5 (PWR), 6 (RCC), 8 (GPIO), 18 (TIM2), 30 (USART). SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "soc.h"

const char soc_name[] = "STM32F429";
const uint32_t soc_hz = 180000000;
volatile uint32_t *const soc_scratch = &REG32(0x40022020); /* GPIOI.AFRL: all its pins are inputs */

enum {
    RCC = 0x40023800,
    RCC_CR = RCC + 0x00,
    RCC_PLLCFGR = RCC + 0x04,
    RCC_CFGR = RCC + 0x08,
    RCC_AHB1ENR = RCC + 0x30,
    RCC_APB1ENR = RCC + 0x40,
    RCC_APB2ENR = RCC + 0x44,
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
    APB1ENR_PWR = 1 << 28,
    APB2ENR_USART1 = 1 << 4,

    PWR_CR = 0x40007000,
    PWR_CSR = 0x40007004,
    OVER_DRIVE = 1 << 16, /* ODEN, ODRDY */
    OVER_DRIVE_SWITCH = 1 << 17,

    FLASH_ACR = 0x40023C00,
    ACR_5_WAITS_AND_CACHES = 5 | 1 << 8 | 1 << 9 | 1 << 10,

    GPIOA = 0x40020000,
    GPIOA_MODER = GPIOA + 0x00,
    GPIOA_PUPDR = GPIOA + 0x0C,
    GPIOA_AFRH = GPIOA + 0x24,

    USART1 = 0x40011000,
    USART1_SR = USART1 + 0x00,
    USART1_DR = USART1 + 0x04,
    USART1_BRR = USART1 + 0x08,
    USART1_CR1 = USART1 + 0x0C,
    SR_RXNE = 1 << 5,
    SR_TC = 1 << 6,
    SR_TXE = 1 << 7,
    CR1_UE_TE_RE = 1 << 13 | 1 << 3 | 1 << 2,
    PCLK2 = 90000000,

    TIM2 = 0x40000000,
    TIM2_CR1 = TIM2 + 0x00,
    TIM2_DIER = TIM2 + 0x0C,
    TIM2_SR = TIM2 + 0x10,
    TIM2_EGR = TIM2 + 0x14,
    TIM2_PSC = TIM2 + 0x28,
    TIM2_ARR = TIM2 + 0x2C,
    TIMCLK = 90000000,
};

/* 8 MHz / 8 * 360 / 2 = 180 MHz, and / 8 = 45 MHz; bits 30:28 keep their reset value. */
static const uint32_t pllcfgr = 8 | 360 << 6 | 0 << 16 | 1 << 22 | 8 << 24 | 2u << 28;

/* More than 168 MHz take over-drive, which is switched on before the PLL is used (5.1.4). */
static void start_clocks(void)
{
    REG32(RCC_CR) |= CR_HSEON;
    REG32(RCC_APB1ENR) |= APB1ENR_PWR;
    while (!(REG32(RCC_CR) & CR_HSERDY)) {
    }
    REG32(RCC_PLLCFGR) = pllcfgr;
    REG32(RCC_CR) |= CR_PLLON;
    REG32(PWR_CR) |= OVER_DRIVE;
    while (!(REG32(PWR_CSR) & OVER_DRIVE)) {
    }
    REG32(PWR_CR) |= OVER_DRIVE_SWITCH;
    while (!(REG32(PWR_CSR) & OVER_DRIVE_SWITCH)) {
    }
    REG32(FLASH_ACR) = ACR_5_WAITS_AND_CACHES;
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
    REG32(RCC_APB1ENR) |= APB1ENR_TIM2;
    REG32(RCC_APB2ENR) |= APB2ENR_USART1;
    (void)REG32(RCC_APB2ENR); /* time for the gates to open */
    REG32(GPIOA_AFRH) = (REG32(GPIOA_AFRH) & ~0xFF0u) | 0x770;
    REG32(GPIOA_PUPDR) |= 1 << 20; /* RX idles high */
    REG32(GPIOA_MODER) = (REG32(GPIOA_MODER) & ~(15u << 18)) | 10u << 18;
    REG32(USART1_BRR) = (PCLK2 + 57600) / 115200;
    REG32(USART1_CR1) = CR1_UE_TE_RE;
}

void console_fastest(void)
{
    REG32(USART1_BRR) = 16;
}

void console_putc(char c)
{
    while (!(REG32(USART1_SR) & SR_TXE)) {
    }
    REG32(USART1_DR) = (uint8_t)c;
}

char console_getc(void)
{
    while (!(REG32(USART1_SR) & SR_RXNE)) {
    }
    return (char)REG32(USART1_DR);
}

void console_flush(void)
{
    while (!(REG32(USART1_SR) & SR_TC)) {
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
