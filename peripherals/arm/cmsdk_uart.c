/*
 * CMSDK APB UART: 8 data bits, no parity, one stop bit, one byte of buffer each way.
 *
 * Reference: Cortex-M System Design Kit TRM r1p0 (DDI 0479), 4.3 "APB UART".
 * Models: transmission and reception at the divider's speed, both buffers, both overruns, the interrupts, the transmitter's
 * high-speed test mode (a bit a clock).
 * Departs: a byte moves from the buffer to an idle shift register at once, not at the next sixteenth of a bit; a character
 * begun is finished at the speed it was begun with.
 * Missing: break and framing errors, which the component does not report.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "cmsdk.h"

enum { DATA, STATE, CTRL, INTSTATUS, BAUDDIV, CMSDK_ID_SLOTS, NREGS };
enum { MIN_DIVIDER = 16, FRAME_BITS = 10 };

static const ZifRegister regs[NREGS] = {
    [DATA] = { .name = "DATA",
               .offset = 0x000,
               .flags = ZIF_REG_VOLATILE, /* written: the transmit buffer; read: the receive buffer */
               .fields = ZIF_FIELDS({ "DATA", 0, 8, ZIF_RW }) },
    [STATE] = { .name = "STATE",
                .offset = 0x004,
                .flags = ZIF_REG_VOLATILE,
                .fields = ZIF_FIELDS({ "TXBF", 0, 1, ZIF_RO }, { "RXBF", 1, 1, ZIF_RO }, { "TXOR", 2, 1, ZIF_W1C },
                                     { "RXOR", 3, 1, ZIF_W1C }) },
    [CTRL] = { .name = "CTRL",
               .offset = 0x008,
               .fields = ZIF_FIELDS({ "TXEN", 0, 1, ZIF_RW }, { "RXEN", 1, 1, ZIF_RW }, { "TXIRQEN", 2, 1, ZIF_RW },
                                    { "RXIRQEN", 3, 1, ZIF_RW }, { "TXORIRQEN", 4, 1, ZIF_RW },
                                    { "RXORIRQEN", 5, 1, ZIF_RW }, { "HSTM", 6, 1, ZIF_RW }) },
    [INTSTATUS] = { .name = "INTSTATUS",
                    .offset = 0x00C,
                    .flags = ZIF_REG_VOLATILE,
                    .fields = ZIF_FIELDS({ "TXIRQ", 0, 1, ZIF_W1C }, { "RXIRQ", 1, 1, ZIF_W1C },
                                         { "TXORIRQ", 2, 1, ZIF_W1C }, { "RXORIRQ", 3, 1, ZIF_W1C }) },
    [BAUDDIV] = { .name = "BAUDDIV", .offset = 0x010, .fields = ZIF_FIELDS({ "BAUDDIV", 0, 20, ZIF_RW }) },
    CMSDK_ID_ROWS(0x21),
};

enum { TX = 1, RX = 2, TX_OVERRUN = 4, RX_OVERRUN = 8, OVERRUNS = TX_OVERRUN | RX_OVERRUN }; /* STATE, INTSTATUS */
enum { TXEN = 1, RXEN = 2, TXIRQEN = 4, RXIRQEN = 8, OVERRUN_IRQ_SHIFT = 2, HSTM = 0x40 };   /* CTRL */

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS]; /* [DATA] is the transmit buffer */
    uint8_t received;       /* the receive buffer */
    uint8_t shifting;       /* the byte in the shift register */
    bool tx_busy;
} Uart;

enum { IRQ_RX, IRQ_TX, IRQ_OVERRUN };
enum { TX_DONE };

/* The overrun interrupts are the overrun flags, gated. */
static void update_irq(Uart *u)
{
    uint32_t *v = u->values;

    v[INTSTATUS] = (v[INTSTATUS] & (TX | RX)) | (v[STATE] & v[CTRL] >> OVERRUN_IRQ_SHIFT & OVERRUNS);
    zif_set(&u->dev, IRQ_TX, 0, !!(v[INTSTATUS] & TX));
    zif_set(&u->dev, IRQ_RX, 0, !!(v[INTSTATUS] & RX));
    zif_set(&u->dev, IRQ_OVERRUN, 0, !!(v[INTSTATUS] & OVERRUNS));
}

static ZifTime clocks(Uart *u, uint64_t n)
{
    uint64_t hz = zif_clock_hz(&u->dev);

    return hz ? (n * ZIF_SEC + hz - 1) / hz : 0;
}

static ZifTime uart_frame_time(ZifDevice *dev)
{
    Uart *u = (Uart *)dev;
    uint32_t divider = u->values[BAUDDIV];

    return divider < MIN_DIVIDER ? 0 : clocks(u, (uint64_t)FRAME_BITS * divider);
}

/* Moves the transmit buffer on to the shift register when both can. */
static void start_tx(Uart *u)
{
    uint32_t *v = u->values;
    ZifTime frame = v[CTRL] & HSTM ? clocks(u, FRAME_BITS) : uart_frame_time(&u->dev);

    if (u->tx_busy || !(v[STATE] & TX) || !(v[CTRL] & TXEN)) {
        return;
    }
    if (!frame) {
        zif_report(&u->dev, ZIF_REPORT_BAUD, BAUDDIV, "byte 0x%02x stays in the buffer: %s", v[DATA],
                   zif_clock_hz(&u->dev) ? "BAUDDIV is below 16, the least that works" : "the UART has no clock");
        return;
    }
    if (!(v[CTRL] & HSTM)) {
        zif_check_baud(&u->dev, BAUDDIV, (double)zif_clock_hz(&u->dev) / v[BAUDDIV]);
    }
    u->shifting = (uint8_t)v[DATA];
    u->tx_busy = true;
    v[STATE] &= ~TX;
    if (v[CTRL] & TXIRQEN) {
        v[INTSTATUS] |= TX;
    }
    zif_schedule_in(&u->dev, TX_DONE, frame);
    update_irq(u);
}

static void uart_event(ZifDevice *dev, unsigned event)
{
    Uart *u = (Uart *)dev;

    u->tx_busy = false;
    zif_serial_transmit(dev, u->shifting);
    start_tx(u);
}

static uint32_t uart_peek(ZifDevice *dev, unsigned slot)
{
    Uart *u = (Uart *)dev;

    return slot == DATA ? u->received : u->values[slot];
}

static void uart_on_read(ZifDevice *dev, unsigned slot)
{
    Uart *u = (Uart *)dev;

    if (slot == DATA && u->values[STATE] & RX) {
        u->values[STATE] &= ~RX;
        zif_serial_ready(dev);
    } else if (slot == DATA) {
        zif_report(dev, ZIF_REPORT_BUSY, DATA, "read while STATE.RXBF is 0: it gave 0x%02x again", u->received);
    }
}

static void uart_on_write(ZifDevice *dev, unsigned slot, uint32_t old, uint32_t value)
{
    Uart *u = (Uart *)dev;

    switch (slot) {
    case DATA:
        if (u->values[STATE] & TX) {
            u->values[STATE] |= TX_OVERRUN;
            zif_report(dev, ZIF_REPORT_OVERRUN, DATA, "byte 0x%02x lost: the transmit buffer was full", old);
        }
        u->values[STATE] |= TX;
        if (!(u->values[CTRL] & TXEN)) {
            zif_report(dev, ZIF_REPORT_BUSY, DATA, "0x%02x waits: CTRL.TXEN is 0", u->values[DATA]);
        }
        break;
    case INTSTATUS:
        u->values[STATE] &= ~(value & OVERRUNS);
        break;
    case CTRL:
    case BAUDDIV:
        zif_serial_ready(dev);
        break;
    }
    start_tx(u);
    update_irq(u);
}

static bool uart_can_receive(ZifDevice *dev)
{
    Uart *u = (Uart *)dev;

    return u->values[CTRL] & RXEN && !(u->values[STATE] & RX) && uart_frame_time(dev);
}

static void uart_receive(ZifDevice *dev, uint8_t byte)
{
    Uart *u = (Uart *)dev;

    if (!(u->values[CTRL] & RXEN) || !uart_frame_time(dev)) {
        return;
    }
    if (u->values[STATE] & RX) {
        u->values[STATE] |= RX_OVERRUN;
        zif_report(dev, ZIF_REPORT_OVERRUN, DATA, "byte 0x%02x lost: nobody read it before the next came", u->received);
    }
    u->received = byte;
    u->values[STATE] |= RX;
    if (u->values[CTRL] & RXIRQEN) {
        u->values[INTSTATUS] |= RX;
    }
    update_irq(u);
}

static void uart_clock_changed(ZifDevice *dev, uint64_t hz)
{
    start_tx((Uart *)dev);
    zif_serial_ready(dev);
}

static void uart_reset(ZifDevice *dev, ZifResetKind kind)
{
    Uart *u = (Uart *)dev;

    u->received = u->shifting = 0;
    u->tx_busy = false;
    update_irq(u);
}

const ZifClass zif__cmsdk_uart = {
    .name = "cmsdk-uart",
    .compatible = (const char *const[]){ "arm,cmsdk-uart", NULL },
    .reference = "DDI 0479, 4.3",
    .summary = "whole",
    .modelled = ZIF_MODELLED,
    .size = sizeof(Uart),
    .regs = regs,
    .nregs = NREGS,
    .values = offsetof(Uart, values),
    .span = 0x1000,
    .outputs = (const ZifOutput[]){ { "irq-rx", 1 }, { "irq-tx", 1 }, { "irq-overrun", 1 }, { 0 } },
    .events = (const char *const[]){ "tx-done", NULL },
    .event = uart_event,
    .reset = uart_reset,
    .peek = uart_peek,
    .on_read = uart_on_read,
    .on_write = uart_on_write,
    .clock_changed = uart_clock_changed,
    .serial = &(
        const ZifSerialPort){ .can_receive = uart_can_receive, .receive = uart_receive, .frame_time = uart_frame_time },
};
