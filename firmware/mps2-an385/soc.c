/*
 * MPS2 with the AN385 FPGA image: CMSDK UART0 and TIMER0 at 25 MHz.
 *
 * Reference: Arm Cortex-M System Design Kit TRM (DDI 0479), 4.2 (timer) and 4.3 (UART); application note 385
 * (DAI 0385). SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "soc.h"

const char soc_name[] = "MPS2-AN385";
const uint32_t soc_hz = 25000000;
volatile uint32_t *const soc_scratch = &REG32(0x4002F0A4); /* SCC SYS_CFGDATA_OUT */

enum {
    UART = 0x40004000,
    DATA = UART + 0x00,
    STATE = UART + 0x04,
    CTRL = UART + 0x08,
    BAUDDIV = UART + 0x10,
    STATE_TXFULL = 1,
    STATE_RXFULL = 2,
    CTRL_TX_RX = 3,
    DIVISOR = 217, /* 25 MHz / 115200 */
    LEAST_DIVISOR = 16,

    TIMER = 0x40000000,
    TIMER_CTRL = TIMER + 0x0,
    TIMER_VALUE = TIMER + 0x4,
    TIMER_RELOAD = TIMER + 0x8,
    TIMER_INTCLEAR = TIMER + 0xC,
};

void console_init(void)
{
    REG32(BAUDDIV) = DIVISOR;
    REG32(CTRL) = CTRL_TX_RX;
}

void console_fastest(void)
{
    REG32(BAUDDIV) = LEAST_DIVISOR;
}

void console_putc(char c)
{
    while (REG32(STATE) & STATE_TXFULL) {
    }
    REG32(DATA) = (uint8_t)c;
}

char console_getc(void)
{
    while (!(REG32(STATE) & STATE_RXFULL)) {
    }
    return (char)REG32(DATA);
}

void console_flush(void)
{
    while (REG32(STATE) & STATE_TXFULL) {
    }
    /* No bit tells when the shift register is empty: wait for the ten bits and a little more. */
    for (volatile int i = 0; i < 11 * DIVISOR / 4; i++) {
    }
}

void timer_start(uint32_t us)
{
    REG32(TIMER_CTRL) = 0;
    REG32(TIMER_RELOAD) = us * 25 - 1;
    REG32(TIMER_VALUE) = us * 25 - 1;
    REG32(TIMER_CTRL) = 9; /* enable, interrupt */
}

void timer_acknowledge(void)
{
    REG32(TIMER_INTCLEAR) = 1;
}
