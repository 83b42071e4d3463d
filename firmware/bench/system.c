/*
 * System kernels: device registers, exception entry and return, interrupts, sleep.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bench.h"
#include "soc.h"

enum { IRQ = 20, TICK_CYCLES = 1000 };

static volatile uint32_t count;

/* Eight reads of one register a loop. */
uint32_t kernel_mmio_read(uint32_t loops)
{
    uint32_t saved = *soc_scratch, sum = 0;

    *soc_scratch = 3;
    while (loops--) {
        sum += *soc_scratch;
        sum += *soc_scratch;
        sum += *soc_scratch;
        sum += *soc_scratch;
        sum += *soc_scratch;
        sum += *soc_scratch;
        sum += *soc_scratch;
        sum += *soc_scratch;
    }
    *soc_scratch = saved;
    return sum;
}

/* Eight writes of one register a loop. */
uint32_t kernel_mmio_write(uint32_t loops)
{
    uint32_t saved = *soc_scratch, last;

    while (loops--) {
        *soc_scratch = loops;
        *soc_scratch = 1;
        *soc_scratch = loops + 2;
        *soc_scratch = 3;
        *soc_scratch = loops + 4;
        *soc_scratch = 5;
        *soc_scratch = loops + 6;
        *soc_scratch = loops + 7;
    }
    last = *soc_scratch;
    *soc_scratch = saved;
    return last;
}

void svc_handler(void);
void svc_handler(void)
{
    count++;
}

uint32_t kernel_svc(uint32_t loops)
{
    count = 0;
    while (loops--) {
        __asm__ volatile("svc 0" ::: "memory");
    }
    return count;
}

void irq_handler_20(void);
void irq_handler_20(void)
{
    count++;
}

/* An interrupt pended by software: a store to the NVIC, entry, return. */
uint32_t kernel_irq(uint32_t loops)
{
    count = 0;
    NVIC_ISER0 = 1u << IRQ;
    while (loops--) {
        NVIC_ISPR0 = 1u << IRQ;
        __asm__ volatile("dsb\n isb" ::: "memory");
    }
    NVIC_ICER0 = 1u << IRQ;
    return count;
}

void systick_handler(void);
void systick_handler(void)
{
    count++;
}

/* Asleep until the next SysTick. */
uint32_t kernel_wfi(uint32_t loops)
{
    count = 0;
    SYST_RVR = TICK_CYCLES - 1;
    SYST_CVR = 0;
    SYST_CSR = SYST_CSR_RUN_TICKS;
    while (count < loops) {
        wait_for_interrupt();
    }
    SYST_CSR = 0;
    return loops; /* a slow host may see a tick more */
}
