/*
 * nRF51822: UART0 on the pins of the BBC micro:bit, TIMER0 at 1 MHz.
 *
 * Reference: nRF51 Series Reference Manual v3.0, chapters 14 (GPIO), 18 (TIMER), 29 (UART).
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "soc.h"

const char soc_name[] = "nRF51822";
const uint32_t soc_hz = 16000000;
volatile uint32_t *const soc_scratch = &REG32(0x40002524); /* UART0 BAUDRATE; kernels put it back */

enum {
    UART = 0x40002000,
    TASKS_STARTRX = UART + 0x000,
    TASKS_STARTTX = UART + 0x008,
    EVENTS_RXDRDY = UART + 0x108,
    EVENTS_TXDRDY = UART + 0x11C,
    ENABLE = UART + 0x500,
    PSELTXD = UART + 0x50C,
    PSELRXD = UART + 0x514,
    RXD = UART + 0x518,
    TXD = UART + 0x51C,
    BAUDRATE = UART + 0x524,

    GPIO = 0x50000000,
    OUTSET = GPIO + 0x508,
    DIRSET = GPIO + 0x518,
    TX_PIN = 24,
    RX_PIN = 25,

    TIMER = 0x40008000,
    TASKS_START = TIMER + 0x000,
    TASKS_STOP = TIMER + 0x004,
    TASKS_CLEAR = TIMER + 0x00C,
    EVENTS_COMPARE0 = TIMER + 0x140,
    SHORTS = TIMER + 0x200,
    INTENSET = TIMER + 0x304,
    BITMODE = TIMER + 0x508,
    PRESCALER = TIMER + 0x510,
    CC0 = TIMER + 0x540,
};

void console_init(void)
{
    REG32(OUTSET) = 1u << TX_PIN;
    REG32(DIRSET) = 1u << TX_PIN;
    REG32(PSELTXD) = TX_PIN;
    REG32(PSELRXD) = RX_PIN;
    REG32(BAUDRATE) = 0x01D7E000; /* 115200 */
    REG32(ENABLE) = 4;
    REG32(TASKS_STARTTX) = 1;
    REG32(TASKS_STARTRX) = 1;
}

void console_fastest(void)
{
    REG32(BAUDRATE) = 0x10000000; /* 1 Mbaud */
}

void console_putc(char c)
{
    REG32(EVENTS_TXDRDY) = 0;
    REG32(TXD) = (uint8_t)c;
    while (!REG32(EVENTS_TXDRDY)) {
    }
}

char console_getc(void)
{
    while (!REG32(EVENTS_RXDRDY)) {
    }
    REG32(EVENTS_RXDRDY) = 0; /* before RXD: reading may move the next byte up and set it again */
    return (char)REG32(RXD);
}

void console_flush(void)
{
    /* TXDRDY comes when the byte has been sent. */
}

void timer_start(uint32_t us)
{
    REG32(TASKS_STOP) = 1;
    REG32(TASKS_CLEAR) = 1;
    REG32(BITMODE) = 3;   /* 32 bits */
    REG32(PRESCALER) = 4; /* 16 MHz / 2^4 */
    REG32(CC0) = us;
    REG32(SHORTS) = 1;         /* COMPARE0 clears */
    REG32(INTENSET) = 1 << 16; /* COMPARE0 */
    REG32(TASKS_START) = 1;
}

void timer_acknowledge(void)
{
    REG32(EVENTS_COMPARE0) = 0;
}
