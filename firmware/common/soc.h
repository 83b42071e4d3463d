/*
 * What every guest program may use, whatever the SoC: a console, one periodic timer, and the way out.
 *
 * Each SoC's folder implements it. SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SOC_H
#define SOC_H

#include <stdbool.h>
#include <stdint.h>

#define REG32(address) (*(volatile uint32_t *)(uintptr_t)(address))

extern const char soc_name[];
extern const uint32_t soc_hz; /* the core's clock */

/* 115200 baud, 8N1, polled. */
void console_init(void);
void console_fastest(void); /* the highest rate the UART has */
void console_putc(char c);
char console_getc(void);
void console_flush(void); /* returns when the last stop bit has left */

/* A periodic interrupt every `us` microseconds on line SOC_TIMER_IRQ. */
#ifndef SOC_TIMER_IRQ
#define SOC_TIMER_IRQ 8 /* TIMER0, where the build says nothing else */
#endif
void timer_start(uint32_t us);
void timer_acknowledge(void);

/* A peripheral register that keeps 32 bits and does nothing else. */
extern volatile uint32_t *const soc_scratch;

/* Ends the run with this status through semihosting. */
_Noreturn void semihosting_exit(int status);

/* Interrupt handlers are functions of these names (irq_handler_8 ...): the vector table refers to them
 * weakly. */
#define IRQ_HANDLER(n)  IRQ_HANDLER_(n)
#define IRQ_HANDLER_(n) irq_handler_##n

/* The system control space, as far as the programs need it (ARMv7-M B3.2, ARMv6-M B3.2). */
#define SYST_CSR    REG32(0xE000E010)
#define SYST_RVR    REG32(0xE000E014)
#define SYST_CVR    REG32(0xE000E018)
#define NVIC_ISER0  REG32(0xE000E100)
#define NVIC_ICER0  REG32(0xE000E180)
#define NVIC_ISPR0  REG32(0xE000E200)
#define NVIC_IPR(n) REG32(0xE000E400 + 4 * (n)) /* by word: v6-M has no byte access here */
#define SCB_ICSR    REG32(0xE000ED04)
#define SCB_AIRCR   REG32(0xE000ED0C)
#define SCB_CCR     REG32(0xE000ED14)
#define SCB_SHPR3   REG32(0xE000ED20)
#define SCB_SHCSR   REG32(0xE000ED24)

#define ICSR_PENDSVSET     (1u << 28)
#define ICSR_NMIPENDSET    (1u << 31)
#define AIRCR_SYSRESETREQ  (0x05FA0000u | 4)
#define SYST_CSR_RUN       5u /* processor clock, no interrupt, enabled */
#define SYST_CSR_RUN_TICKS 7u /* the same with the interrupt */

/* Sets the two top bits of interrupt n's priority: 0 (most urgent) to 3. */
static inline void irq_priority(unsigned n, unsigned level)
{
    unsigned shift = 8 * (n & 3) + 6;

    NVIC_IPR(n / 4) = (NVIC_IPR(n / 4) & ~(3u << shift)) | level << shift;
}

static inline void wait_for_interrupt(void)
{
    __asm__ volatile("wfi" ::: "memory");
}

#endif
