/*
 * Classic mistakes with an MPS2 and its AN385 image, each beside the same thing done properly: see cases.h.
 *
 * Reference: Cortex-M System Design Kit TRM r1p0 (DDI 0479), chapters 3 and 4; application note AN385 (DAI 0385D); PrimeCell PL022 TRM
 * (DDI 0194). SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "cases.h"

enum {
    TIMER = 0x40000000,
    CTRL = 0,
    VALUE = 4,
    RELOAD = 8,
    INTCLEAR = 0xC,

    DUAL = 0x40002000,
    LOAD1 = DUAL,
    CONTROL1 = DUAL + 0x08,
    DUAL_EN = 0x80,
    DUAL_PERIODIC = 0x40,
    DUAL_32 = 2,

    UART = 0x40004000,
    DATA = UART,
    STATE = UART + 0x04,
    UART_CTRL = UART + 0x08,
    BAUDDIV = UART + 0x10,
    TXBF = 1,
    DIVISOR = 217, /* 25 MHz / 115200 */

    WATCHDOG = 0x40008000,
    WDOGLOAD = WATCHDOG,
    WDOGCONTROL = WATCHDOG + 0x08,
    WDOGINTCLR = WATCHDOG + 0x0C,
    WDOGLOCK = WATCHDOG + 0xC00,
    KEY = 0x1ACCE551,

    GPIO = 0x40010000,
    DATAOUT = GPIO + 0x04,
    OUTENSET = GPIO + 0x10,
    ALTFUNCSET = GPIO + 0x18,
    ALTFUNCCLR = GPIO + 0x1C,
    INTPOLSET = GPIO + 0x30,

    SSP = 0x40020000,
    SSPCR0 = SSP,
    SSPCR1 = SSP + 0x04,
    SSPDR = SSP + 0x08,
    SSPSR = SSP + 0x0C,
    SSPCPSR = SSP + 0x10,
    SSPSR_BSY = 16,

    FPGAIO = 0x40028000,
    LED = FPGAIO,

    SCC = 0x4002F000,
    SCC_ID = SCC + 0xFFC,
};

static volatile uint32_t sink;

static void cycles(unsigned n)
{
    for (volatile unsigned i = 0; i < n / 8; i++) {
    }
}

static void uart_on(void)
{
    REG32(BAUDDIV) = DIVISOR;
    REG32(UART_CTRL) = 3;
}

/* The transmitter is not enabled. */
static void uart_not_enabled(bool wrong)
{
    uart_on();
    if (wrong) {
        REG32(UART_CTRL) = 2;
    }
    REG32(DATA) = 'x'; /*! busy uart0.DATA */
}

/* The divider is below 16: nothing is ever sent. */
static void uart_divider(bool wrong)
{
    REG32(BAUDDIV) = wrong ? 13 : DIVISOR;
    REG32(UART_CTRL) = 1;
    REG32(DATA) = 'x'; /*! baud uart0.BAUDDIV (logged) */
}

/* The divider is worked out from another clock. */
static void uart_baud(bool wrong)
{
    REG32(BAUDDIV) = wrong ? 434 : DIVISOR;
    REG32(UART_CTRL) = 1;
    REG32(DATA) = 'x'; /*! baud uart0.BAUDDIV */
}

/* Bytes are written without looking whether the buffer is full. */
static void uart_overrun(bool wrong)
{
    uart_on();
    for (unsigned i = 0; i < 3; i++) {
        while (!wrong && REG32(STATE) & TXBF) {
        }
        REG32(DATA) = 'a' + i; /*! overrun uart0.DATA */
    }
}

/* The receive buffer is read though nothing came. */
static void uart_read_empty(bool wrong)
{
    uart_on();
    if (wrong || REG32(STATE) & 2) {
        sink = REG32(DATA); /*! busy uart0.DATA */
    }
}

/* A timer is enabled with nothing to count. */
static void timer_zero(bool wrong)
{
    REG32(TIMER + RELOAD) = wrong ? 0 : 24999;
    REG32(TIMER + CTRL) = 9; /*! interrupt timer0.CTRL */
}

/* A timer is told to count a signal that is not connected. */
static void timer_external(bool wrong)
{
    REG32(TIMER + RELOAD) = 24999;
    REG32(TIMER + CTRL) = wrong ? 0xD : 9; /*! pin timer0.CTRL */
}

/* A handler does not clear the timer's interrupt. */
static void timer_storm(bool wrong)
{
    sink = wrong;
    REG32(TIMER + RELOAD) = 999;
    REG32(TIMER + CTRL) = 9;
    NVIC_ISER0 = 1u << 8;
    cycles(100000); /*! interrupt timer0 (anywhere) */
}

void irq_handler_8(void)
{
    if (!sink) {
        REG32(TIMER + INTCLEAR) = 1;
    }
}

/* An interrupt is enabled whose handler nobody wrote. */
static void no_handler(bool wrong)
{
    REG32(TIMER + 0x1000 + RELOAD) = 999;
    REG32(TIMER + 0x1000 + CTRL) = 9;
    NVIC_ISER0 = wrong ? 1u << 9 : 1u << 8;
    cycles(100); /*! interrupt timer1 (anywhere) */
}

/* A number of 32 bits is loaded into a timer of 16. */
static void dual_size(bool wrong)
{
    REG32(LOAD1) = 1000000;
    REG32(CONTROL1) = DUAL_EN | DUAL_PERIODIC | (wrong ? 0 : DUAL_32); /*! reserved dtimer0.TIMER1CONTROL */
}

/* A running timer's mode is changed. */
static void dual_mode(bool wrong)
{
    REG32(LOAD1) = 1000;
    REG32(CONTROL1) = DUAL_EN | DUAL_PERIODIC;
    if (!wrong) {
        REG32(CONTROL1) = 0;
    }
    REG32(CONTROL1) = DUAL_EN | 1; /*! busy dtimer0.TIMER1CONTROL */
}

/* The prescaler's fourth value, which there is not. */
static void dual_prescaler(bool wrong)
{
    REG32(CONTROL1) = (wrong ? 3 : 2) << 2; /*! reserved dtimer0.TIMER1CONTROL (logged) */
}

/* The watchdog is fed while its registers are locked. */
static void watchdog_locked(bool wrong)
{
    REG32(WDOGLOAD) = 1000000;
    REG32(WDOGCONTROL) = 3;
    REG32(WDOGLOCK) = 0;
    if (!wrong) {
        REG32(WDOGLOCK) = KEY;
    }
    REG32(WDOGINTCLR) = 1; /*! locked wdog0.WDOGINTCLR (logged) */
}

/* The watchdog's key has two digits exchanged. */
static void watchdog_key(bool wrong)
{
    REG32(WDOGLOCK) = wrong ? 0x1ACCE515 : KEY;
    REG32(WDOGLOAD) = 1000000; /*! locked wdog0.WDOGLOAD (logged) */
}

/* The watchdog is to reset, but does not count. */
static void watchdog_stands(bool wrong)
{
    REG32(WDOGLOAD) = 1000000;
    REG32(WDOGCONTROL) = wrong ? 2 : 3; /*! locked wdog0.WDOGCONTROL */
}

/* A pin is driven that was given to its alternate function. */
static void gpio_alternate(bool wrong)
{
    REG32(OUTENSET) = 1 << 5;
    REG32(wrong ? ALTFUNCSET : ALTFUNCCLR) = 1 << 5;
    REG32(DATAOUT) = 1 << 5; /*! pin gpio0.DATAOUT */
}

/* A pin beyond the sixteen of a port. */
static void gpio_pin(bool wrong)
{
    REG32(INTPOLSET) = wrong ? 1u << 16 : 1u << 15; /*! reserved gpio0.INTPOLSET */
}

/* A third LED, which the board controller has. */
static void fpgaio_leds(bool wrong)
{
    REG32(LED) = wrong ? 4 : 2; /*! reserved fpgaio.LED */
}

/* The identity of the image is written to. */
static void scc_read_only(bool wrong)
{
    if (wrong) {
        REG32(SCC_ID) = 0; /*! read-only scc.SCC_ID (logged) */
    }
    sink = REG32(SCC_ID);
}

/* The clock divider of SPI is left at 0. */
static void spi_divider(bool wrong)
{
    REG32(SSPCR0) = 7;
    REG32(SSPCPSR) = wrong ? 0 : 2;
    REG32(SSPCR1) = 2;
    REG32(SSPDR) = 0x55; /*! baud spi0.SSPCPSR */
}

/* More is sent than the FIFO holds. */
static void spi_overflow(bool wrong)
{
    REG32(SSPCR0) = 7 | 255 << 8;
    REG32(SSPCPSR) = 254;
    REG32(SSPCR1) = 2;
    for (unsigned i = 0; i < (wrong ? 10 : 8); i++) {
        REG32(SSPDR) = i; /*! overrun spi0.SSPDR */
    }
}

/* What comes in is not read, and the FIFO overflows. */
static void spi_not_read(bool wrong)
{
    REG32(SSPCR0) = 7;
    REG32(SSPCPSR) = 2;
    REG32(SSPCR1) = 2;
    for (unsigned i = 0; i < 10; i++) {
        REG32(SSPDR) = i;
        while (REG32(SSPSR) & SSPSR_BSY) { /*! overrun spi0.SSPDR (anywhere) */
        }
        if (!wrong) {
            sink = REG32(SSPDR);
        }
    }
}

const Case cases[] = {
    CASE(uart_not_enabled),
    CASE(uart_divider),
    CASE(uart_baud),
    CASE(uart_overrun),
    CASE(uart_read_empty),
    CASE(timer_zero),
    CASE(timer_external),
    CASE(timer_storm),
    CASE(no_handler),
    CASE(dual_size),
    CASE(dual_mode),
    CASE(dual_prescaler),
    CASE(watchdog_locked),
    CASE(watchdog_key),
    CASE(watchdog_stands),
    CASE(gpio_alternate),
    CASE(gpio_pin),
    CASE(fpgaio_leds),
    CASE(scc_read_only),
    CASE(spi_divider),
    CASE(spi_overflow),
    CASE(spi_not_read),
    { 0 },
};
