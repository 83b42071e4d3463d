/*
 * Interrupts and time: SysTick against the SoC's timer, sleep, nesting by priority, tail-chaining, masking.
 * Prints only what is certain, so that its output is one text wherever it runs right.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdio.h>
#include "soc.h"

enum { LOW_IRQ = 20, HIGH_IRQ = 21, TICKS = 50 };

static volatile unsigned ticks, timer_interrupts;
static char order[16];
static volatile unsigned steps;

static void step(char c)
{
    order[steps++] = c;
}

void systick_handler(void);
void systick_handler(void)
{
    ticks++;
}

void IRQ_HANDLER(SOC_TIMER_IRQ)(void);
void IRQ_HANDLER(SOC_TIMER_IRQ)(void)
{
    timer_acknowledge();
    timer_interrupts++;
}

void irq_handler_20(void);
void irq_handler_20(void)
{
    step('l');
    SCB_ICSR = ICSR_PENDSVSET; /* least urgent: waits until both handlers are done */
    NVIC_ISPR0 = 1u << HIGH_IRQ;
    __asm__ volatile("dsb\n isb" ::: "memory");
    step('L');
}

void irq_handler_21(void);
void irq_handler_21(void)
{
    step('h');
}

void pendsv_handler(void);
void pendsv_handler(void)
{
    step('p');
}

static void check(const char *what, int good)
{
    printf("%s: %s\n", what, good ? "ok" : "WRONG");
}

static unsigned current_exception(void)
{
    return SCB_ICSR & 0x1FF;
}

int main(void)
{
    check("thread mode", current_exception() == 0);

    /* Nesting and tail-chaining. */
    irq_priority(LOW_IRQ, 2);
    irq_priority(HIGH_IRQ, 1);
    SCB_SHPR3 = 0xC0u << 16; /* PendSV at 3, SysTick at 0 */
    NVIC_ISER0 = 1u << LOW_IRQ | 1u << HIGH_IRQ;
    NVIC_ISPR0 = 1u << LOW_IRQ;
    __asm__ volatile("dsb\n isb" ::: "memory");
    printf("nesting: %s\n", order);

    /* PRIMASK holds an interrupt back; unmasking lets it in. */
    __asm__ volatile("cpsid i" ::: "memory");
    steps = 0;
    NVIC_ISPR0 = 1u << HIGH_IRQ;
    __asm__ volatile("dsb\n isb" ::: "memory");
    check("masked", steps == 0 && NVIC_ISPR0 & 1u << HIGH_IRQ);
    wait_for_interrupt(); /* wakes at once though masked */
    __asm__ volatile("cpsie i\n isb" ::: "memory");
    check("unmasked", steps == 1);

    /* A tick each millisecond, asleep in between; the timer every two. */
    SYST_RVR = soc_hz / 1000 - 1;
    SYST_CVR = 0;
    NVIC_ISER0 = 1u << SOC_TIMER_IRQ;
    timer_start(2000);
    SYST_CSR = SYST_CSR_RUN_TICKS;
    while (ticks < TICKS) {
        wait_for_interrupt();
    }
    SYST_CSR = 0;
    NVIC_ICER0 = 1u << SOC_TIMER_IRQ;
    check("SysTick", ticks == TICKS);
    /* 25, give or take one: which of the two comes first at 50 ms is not asked. */
    check("timer", timer_interrupts >= TICKS / 2 - 1 && timer_interrupts <= TICKS / 2 + 1);
    return 0;
}
