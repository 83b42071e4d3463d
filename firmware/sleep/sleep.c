/*
 * STM32F4: SysTick on HCLK / 8; Stop mode, left by the button through EXTI line 0; Standby mode, left by the same button as WKUP pin.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdio.h>
#include "soc.h"

enum {
    RCC_CFGR = 0x40023808,
    RCC_APB1ENR = 0x40023840,
    RCC_APB2ENR = 0x40023844,
    EXTI_IMR = 0x40013C00,
    EXTI_RTSR = 0x40013C08,
    EXTI_PR = 0x40013C14,
    PWR_CR = 0x40007000,
    PWR_CSR = 0x40007004,
    CSR_SBF = 1 << 1,
    CSR_EWUP = 1 << 8,
    SCR = 0xE000ED10,
    SLEEPDEEP = 4,
};

static volatile unsigned systicks;

void systick_handler(void);
void systick_handler(void)
{
    systicks++;
}

void irq_handler_6(void);
void irq_handler_6(void)
{
    REG32(EXTI_PR) = 1;
}

/* What SysTick counts during one and the same piece of work. */
static uint32_t counted(uint32_t csr)
{
    SYST_RVR = 0xFFFFFF;
    SYST_CVR = 0;
    SYST_CSR = csr;
    for (volatile int i = 0; i < 8000; i++) {
    }
    uint32_t left = SYST_CVR;
    SYST_CSR = 0;
    return 0xFFFFFF - left;
}

int main(void)
{
    REG32(RCC_APB1ENR) |= 1 << 28; /* PWR */
    (void)REG32(RCC_APB1ENR);
    if (REG32(PWR_CSR) & CSR_SBF) {
        REG32(PWR_CR) |= 1 << 3 | 1 << 2; /* CSBF, CWUF */
        printf("back from standby, flag now %lu\n", (unsigned long)(REG32(PWR_CSR) & CSR_SBF));
        return 0;
    }
    uint32_t core = counted(5), reference = counted(1);
    printf("SysTick: core's clock / %lu\n", (unsigned long)((core + reference / 2) / reference));
    REG32(EXTI_RTSR) = 1;
    REG32(EXTI_IMR) = 1;
    NVIC_ISER0 = 1 << 6;
    REG32(SCR) = SLEEPDEEP;
    printf("stop\n");
    console_flush();
    SYST_RVR = soc_hz / 1000 - 1; /* a tick each millisecond, had it a clock */
    SYST_CVR = 0;
    SYST_CSR = SYST_CSR_RUN_TICKS;
    wait_for_interrupt();
    SYST_CSR = 0;
    unsigned source = REG32(RCC_CFGR) >> 2 & 3, during = systicks;
    console_init();
    printf("woken: SYSCLK from source %u, %u ticks\n", source, during);
    REG32(PWR_CR) |= 1 << 1 | 1 << 2; /* PDDS, CWUF */
    REG32(PWR_CSR) |= CSR_EWUP;
    REG32(EXTI_IMR) = 0;
    printf("standby\n");
    console_flush();
    wait_for_interrupt();
    printf("still here\n");
    return 1;
}
