/*
 * What is particular to MPS2 AN385: the memory map with its aliases, each interrupt line, each device once.
 *
 * Reference: application note AN385 (DAI 0385), Cortex-M System Design Kit TRM (DDI 0479).
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdio.h>
#include "soc.h"

enum {
    TIMER0 = 0x40000000,
    TIMER1 = 0x40001000,
    DUALTIMER = 0x40002000,
    UART1 = 0x40005000,
    WATCHDOG = 0x40008000,
    GPIO0 = 0x40010000,
    SPI0 = 0x40020000,
    FPGAIO = 0x40028000,
    SCC = 0x4002F000,
};

static volatile uint32_t seen; /* interrupts, by line */
static volatile unsigned nmis, faults;

#define HANDLER(n, quench)                                                                                             \
    void irq_handler_##n(void);                                                                                        \
    void irq_handler_##n(void)                                                                                         \
    {                                                                                                                  \
        quench;                                                                                                        \
        seen |= 1u << n;                                                                                               \
    }

HANDLER(2, REG32(UART1 + 0xC) = 2)
HANDLER(3, REG32(UART1 + 0xC) = 1)
HANDLER(6, REG32(GPIO0 + 0x38) = 8)
HANDLER(8, REG32(TIMER0 + 0xC) = 1)
HANDLER(9, REG32(TIMER1 + 0xC) = 1)
HANDLER(10, (REG32(DUALTIMER + 0x0C) = 1, REG32(DUALTIMER + 0x2C) = 1))
HANDLER(11, REG32(SPI0 + 0x14) = 0)
HANDLER(12, REG32(UART1 + 0xC) = 0xC)
HANDLER(27, REG32(GPIO0 + 0x38) = 8)

void nmi_handler(void);
void nmi_handler(void)
{
    nmis++;
    REG32(WATCHDOG + 0x0C) = 1;
}

/* A refused read: go on behind it (the loads here are two bytes long). */
void bus_fault_handler(void);
__attribute__((naked)) void bus_fault_handler(void)
{
    __asm__("ldr r0, [sp, #24]\n adds r0, #2\n str r0, [sp, #24]\n"
            "ldr r0, =faults\n ldr r1, [r0]\n adds r1, #1\n str r1, [r0]\n"
            "movs r0, #2\n ldr r1, =0xE000ED28\n str r0, [r1]\n bx lr");
}

static void check(const char *what, int good)
{
    printf("%s: %s\n", what, good ? "ok" : "WRONG");
}

static void wait(void)
{
    for (volatile int i = 0; i < 2000; i++) {
    }
}

/* Enables line n, does nothing for a while, and says whether it came. */
static int came(unsigned n)
{
    NVIC_ISER0 = 1u << n;
    wait();
    NVIC_ICER0 = 1u << n;
    return seen >> n & 1;
}

static int shows(uint32_t here, uint32_t there)
{
    uint32_t pattern = here ^ 0x5A5A1234;

    REG32(here) = pattern;
    return REG32(there) == pattern;
}

static int faults_at(uint32_t address)
{
    unsigned before = faults;

    __asm__ volatile("ldr r0, [%0]\n nop" ::"l"(address) : "r0", "memory");
    return faults == before + 1;
}

static void memories(void)
{
    check("SSRAM1 mirror", shows(0x003FF000, 0x007FF000));
    check("SSRAM2/3 mirror", shows(0x203FE000, 0x207FE000));
    check("block RAM mirrors",
          shows(0x01000010, 0x01004010) && shows(0x01008020, 0x01000020) && shows(0x0100C030, 0x01000030));
    check("PSRAM", shows(0x21000000, 0x21000000) && shows(0x21FFFFFC, 0x21FFFFFC));
    REG32(0x20080000) = 0;
    REG32(0x22000000 + 32 * 0x80000 + 4 * 5) = 1;
    check("bit-band", REG32(0x20080000) == 32);
    check("nothing above SSRAM1", faults_at(0x00800000));
    check("nothing above PSRAM", faults_at(0x30000000));
}

static void timers(void)
{
    REG32(TIMER1 + 0x8) = 99;
    REG32(TIMER1 + 0x0) = 9;
    check("timer 1", came(9));
    REG32(TIMER1 + 0x0) = 0;
    REG32(DUALTIMER + 0x00) = 100;
    REG32(DUALTIMER + 0x08) = 0xA3; /* one shot, 32 bits */
    check("dual timer, one shot", came(10) && REG32(DUALTIMER + 0x04) == 0);
    seen = 0;
    REG32(DUALTIMER + 0x20) = 100;
    REG32(DUALTIMER + 0x28) = 0xE2; /* periodic */
    check("dual timer, periodic", came(10));
    REG32(DUALTIMER + 0x28) = 0x20;
    REG32(WATCHDOG + 0x00) = 1000;
    REG32(WATCHDOG + 0x08) = 1;
    wait();
    REG32(WATCHDOG + 0x08) = 0;
    check("watchdog is NMI", nmis > 0);
    REG32(WATCHDOG + 0xC00) = 1;
    REG32(WATCHDOG + 0x00) = 5;
    check("watchdog lock", REG32(WATCHDOG + 0x00) == 1000 && REG32(WATCHDOG + 0xC00) == 1);

    uint32_t ticks = REG32(FPGAIO + 0x18);

    SYST_RVR = 0xFFFFFF;
    SYST_CVR = 0;
    SYST_CSR = SYST_CSR_RUN;
    wait();
    ticks = REG32(FPGAIO + 0x18) - ticks;

    uint32_t cycles = 0xFFFFFF - SYST_CVR;

    SYST_CSR = 0;
    check("cycle counter", ticks > cycles - 100 && ticks < cycles + 100);
}

static void uart(void)
{
    REG32(UART1 + 0x10) = 16;
    REG32(UART1 + 0x08) = 0x15; /* transmitter with its interrupt, overrun interrupt */
    REG32(UART1 + 0x00) = 'a';
    check("UART 1 transmit", came(3));
    for (int i = 0; i < 3; i++) {
        REG32(UART1 + 0x00) = 'b';
    }
    check("UART 1 overrun", came(12));
}

static void pins(void)
{
    REG32(GPIO0 + 0x30) = 8; /* rising */
    REG32(GPIO0 + 0x28) = 8; /* edge */
    REG32(GPIO0 + 0x20) = 8;
    REG32(GPIO0 + 0x10) = 8;
    REG32(GPIO0 + 0x400 + 4 * 8) = 0xFF; /* only pin 3, through the mask */
    check("GPIO 0 pin", REG32(GPIO0) == 8);
    check("GPIO 0 combined", came(6));
    REG32(GPIO0 + 0x400 + 4 * 8) = 0;
    REG32(GPIO0 + 0x400 + 4 * 8) = 8;
    check("GPIO 0 line of its own", came(27) && REG32(GPIO0 + 0x38) == 0);
}

static void boards(void)
{
    REG32(SCC + 0xA8) = 0x80100002;
    check("SCC oscillator 2", (REG32(SCC + 0xAC) & 3) == 1 && REG32(SCC + 0xA0) == 25000000);
    check("SCC identity", REG32(SCC + 0xFFC) == 0x41043850);
    REG32(SPI0 + 0x00) = 0x0007;
    REG32(SPI0 + 0x10) = 2;
    REG32(SPI0 + 0x04) = 3; /* loop back */
    REG32(SPI0 + 0x08) = 0x5A;
    wait();
    check("SPI 0 loop back", REG32(SPI0 + 0x08) == 0x5A);
    REG32(SPI0 + 0x14) = 8;
    check("SPI 0 interrupt", came(11));
}

int main(void)
{
    SCB_SHCSR |= 1 << 17; /* bus faults are theirs */
    memories();
    timers();
    uart();
    pins();
    boards();
    return 0;
}
