/*
 * nRF51 UART: transmitter, receiver with a six byte FIFO, flow control.
 *
 * Reference: nRF51 Series Reference Manual v3.0, chapter 29 "Universal asynchronous receiver/transmitter (UART)".
 * Models: transmission and reception at the baud rate's speed, FIFO, overrun, parity and flow-control settings, suspend,
 * receiver time-out, RTS and CTS as pads, pin selection: without its pins connected the UART is mute and deaf.
 * Departs: the pad of TXD does not move with the bits sent. Whether a byte reaches the board's line is decided at its end. Bytes arrive whole, so parity, framing and break errors come only from a line that injects them; a TXD write
 * during a transmission is lost (silicon's result is not documented); reading RXD while it is empty stops the receiver until
 * it is disabled, as the register description warns.
 * Missing: nothing else known.
 *
 * Node properties: tx-pin, rx-pin: the pins the board's serial line is soldered to; a UART routed to others is not heard
 * there. nordic,gpio: the port. zif,as-qemu: without pins selected it is heard and hears.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "nordic.h"

enum { FIFO_SIZE = 6, RTS_MARGIN = 4, PADS = 32, IN_PAD = 0 };
enum {
    TASKS_STARTRX,
    TASKS_STOPRX,
    TASKS_STARTTX,
    TASKS_STOPTX,
    TASKS_SUSPEND,
    EVENTS_CTS,
    EVENTS_NCTS,
    EVENTS_RXDRDY,
    EVENTS_TXDRDY,
    EVENTS_ERROR,
    EVENTS_RXTO,
    SHORTS,
    INTEN,
    INTENSET,
    INTENCLR,
    ERRORSRC,
    ENABLE,
    PSELRTS,
    PSELTXD,
    PSELCTS,
    PSELRXD,
    RXD,
    TXD,
    BAUDRATE,
    CONFIG,
    POWER,
    NREGS
};

#define UART_INTS(A)                                                                                                   \
    NRF_LIST({ "CTS", 0, 1, A }, { "NCTS", 1, 1, A }, { "RXDRDY", 2, 1, A }, { "TXDRDY", 7, 1, A },                    \
             { "ERROR", 9, 1, A }, { "RXTO", 17, 1, A })

static const ZifRegister regs[NREGS] = {
    [TASKS_STARTRX] = NRF_TASK("TASKS_STARTRX", 0x000),
    [TASKS_STOPRX] = NRF_TASK("TASKS_STOPRX", 0x004),
    [TASKS_STARTTX] = NRF_TASK("TASKS_STARTTX", 0x008),
    [TASKS_STOPTX] = NRF_TASK("TASKS_STOPTX", 0x00C),
    [TASKS_SUSPEND] = NRF_TASK("TASKS_SUSPEND", 0x01C),
    [EVENTS_CTS] = NRF_EVENT("EVENTS_CTS", 0x100),
    [EVENTS_NCTS] = NRF_EVENT("EVENTS_NCTS", 0x104),
    [EVENTS_RXDRDY] = NRF_EVENT("EVENTS_RXDRDY", 0x108),
    [EVENTS_TXDRDY] = NRF_EVENT("EVENTS_TXDRDY", 0x11C),
    [EVENTS_ERROR] = NRF_EVENT("EVENTS_ERROR", 0x124),
    [EVENTS_RXTO] = NRF_EVENT("EVENTS_RXTO", 0x144),
    [SHORTS] = { .name = "SHORTS",
                 .offset = 0x200,
                 .fields = ZIF_FIELDS({ "CTS_STARTRX", 3, 1, ZIF_RW }, { "NCTS_STOPRX", 4, 1, ZIF_RW }) },
    [INTEN] = NRF_INTEN(UART_INTS),
    [INTENSET] = NRF_INTENSET(UART_INTS),
    [INTENCLR] = NRF_INTENCLR(UART_INTS),
    [ERRORSRC] = { .name = "ERRORSRC",
                   .offset = 0x480,
                   .fields = ZIF_FIELDS({ "OVERRUN", 0, 1, ZIF_W1C }, { "PARITY", 1, 1, ZIF_W1C },
                                        { "FRAMING", 2, 1, ZIF_W1C }, { "BREAK", 3, 1, ZIF_W1C }) },
    [ENABLE] = { .name = "ENABLE", .offset = 0x500, .fields = ZIF_FIELDS({ "ENABLE", 0, 3, ZIF_RW }) },
    [PSELRTS] = NRF_PSEL("PSELRTS", 0x508),
    [PSELTXD] = NRF_PSEL("PSELTXD", 0x50C),
    [PSELCTS] = NRF_PSEL("PSELCTS", 0x510),
    [PSELRXD] = NRF_PSEL("PSELRXD", 0x514),
    [RXD] = { .name = "RXD",
              .offset = 0x518,
              .flags = ZIF_REG_VOLATILE,
              .fields = ZIF_FIELDS({ "RXD", 0, 8, ZIF_RO }) },
    [TXD] = { .name = "TXD", .offset = 0x51C, .fields = ZIF_FIELDS({ "TXD", 0, 8, ZIF_WO }) },
    [BAUDRATE] = { .name = "BAUDRATE", .offset = 0x524, .reset = 0x04000000 },
    [CONFIG] = { .name = "CONFIG",
                 .offset = 0x56C,
                 .fields = ZIF_FIELDS({ "HWFC", 0, 1, ZIF_RW }, { "PARITY", 1, 3, ZIF_RW }) },
    [POWER] = NRF_POWER,
};

enum { ENABLED = 4, OVERRUN = 1 };

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS];
    bool tx_started, tx_busy; /* busy: a byte is on the wire, or held back by CTS */
    bool rx_started;          /* listening, also in the time after STOPRX until RXTO */
    bool rx_stopping, rx_dead;
    bool rts_taken;
    uint8_t rts_pad;
    uint8_t tx_byte;
    uint8_t fifo[FIFO_SIZE]; /* fifo[0] is what RXD shows */
    uint8_t fifo_len;
} Uart;

enum { TX_DONE, RX_TIMEOUT };

static bool enabled(const Uart *u)
{
    return u->values[ENABLE] == ENABLED && u->values[POWER];
}

/* A pin select reaches the board's line when it names the pin the line is soldered to. */
static bool reaches(const Uart *u, unsigned psel, const char *soldered)
{
    uint32_t pin = u->values[psel];
    return pin == NRF_DISCONNECTED ? zif_prop_bool(&u->dev, "zif,as-qemu")
                                   : pin == zif_prop_u32(&u->dev, soldered, pin);
}

static void check_pin(Uart *u, unsigned psel, const char *soldered)
{
    if (!reaches(u, psel, soldered)) {
        zif__nrf_report_pin(&u->dev, psel, soldered);
    }
}

static ZifTime uart_frame_time(ZifDevice *dev)
{
    const Uart *u = (const Uart *)dev;
    unsigned bits = 1 + 8 + (zif_bits(u->values[CONFIG], 1, 3) == 7) + 1;
    /* baud = BAUDRATE * 16 MHz / 2^32 */
    unsigned __int128 ps = (unsigned __int128)bits * ZIF_SEC << 32;
    return u->values[BAUDRATE] ? (ZifTime)(ps / 16000000 / u->values[BAUDRATE]) : 0;
}

static bool flow_control(const Uart *u)
{
    return u->values[CONFIG] & 1;
}

/* RTS is low (go on) while the receiver listens and has room for more than the four bytes a sender may still have. */
static void update_rts(Uart *u)
{
    ZifDevice *gpio = zif_prop_peer(&u->dev, "nordic,gpio", "nrf51-gpio");
    bool owns = enabled(u) && flow_control(u) && u->values[PSELRTS] < PADS;
    bool go = u->rx_started && !u->rx_stopping && FIFO_SIZE - u->fifo_len > RTS_MARGIN;

    if (gpio && u->rts_taken && (!owns || u->rts_pad != u->values[PSELRTS])) {
        zif__nrf_gpio_take(gpio, u->rts_pad, -1);
    }
    u->rts_taken = owns;
    u->rts_pad = u->values[PSELRTS] & (PADS - 1);
    if (gpio && owns) {
        zif__nrf_gpio_take(gpio, u->rts_pad, !go);
    }
}

static bool cts_high(const Uart *u)
{
    return u->values[PSELCTS] < PADS && zif_input_level(&u->dev, IN_PAD, u->values[PSELCTS]);
}

static void tx_go(Uart *u)
{
    ZifTime frame = uart_frame_time(&u->dev);
    if (u->tx_busy && frame && !(flow_control(u) && cts_high(u)) && zif_due(&u->dev, TX_DONE) == ZIF_TIME_NEVER) {
        zif_schedule_in(&u->dev, TX_DONE, frame);
    }
}

static void tx_write(Uart *u, uint8_t byte)
{
    if (!enabled(u) || !u->tx_started) {
        zif_report(&u->dev, ZIF_REPORT_BUSY, TXD, "byte 0x%02x lost: %s", byte,
                   enabled(u) ? "STARTTX was not triggered" : "the UART is not enabled");
        return;
    }
    if (u->tx_busy) {
        zif_report(&u->dev, ZIF_REPORT_BUSY, TXD, "byte 0x%02x lost: the byte before is still being sent", byte);
        return;
    }
    if (!uart_frame_time(&u->dev)) {
        zif_report(&u->dev, ZIF_REPORT_BAUD, TXD, "sent with BAUDRATE 0: the byte never leaves");
    } else {
        zif_check_baud(&u->dev, BAUDRATE, u->values[BAUDRATE] * 16e6 / 4294967296.0);
    }
    check_pin(u, PSELTXD, "tx-pin");
    u->tx_busy = true;
    u->tx_byte = byte;
    tx_go(u);
}

static void stop_rx(Uart *u)
{
    if (u->rx_started && !u->rx_stopping) {
        u->rx_stopping = true;
        zif_schedule_in(&u->dev, RX_TIMEOUT, RTS_MARGIN * uart_frame_time(&u->dev));
        update_rts(u);
    }
}

static void start_rx(Uart *u)
{
    if (enabled(u)) {
        check_pin(u, PSELRXD, "rx-pin");
        u->rx_started = true;
        u->rx_stopping = false;
        zif_cancel(&u->dev, RX_TIMEOUT);
        update_rts(u);
        zif_serial_ready(&u->dev);
    }
}

static void uart_event(ZifDevice *dev, unsigned event)
{
    Uart *u = (Uart *)dev;
    if (event == TX_DONE) {
        u->tx_busy = false;
        if (reaches(u, PSELTXD, "tx-pin")) {
            zif_serial_transmit(dev, u->tx_byte);
        }
        zif__nrf_event(dev, EVENTS_TXDRDY);
    } else {
        u->rx_started = u->rx_stopping = false;
        zif__nrf_event(dev, EVENTS_RXTO);
    }
}

static bool listening(const Uart *u)
{
    return enabled(u) && u->rx_started && !u->rx_dead && reaches(u, PSELRXD, "rx-pin");
}

static bool uart_can_receive(ZifDevice *dev)
{
    const Uart *u = (const Uart *)dev;
    return listening(u) && u->fifo_len < FIFO_SIZE && !(flow_control(u) && u->rx_stopping);
}

static void uart_receive(ZifDevice *dev, uint8_t byte)
{
    Uart *u = (Uart *)dev;
    if (!listening(u)) {
        return;
    }
    if (u->fifo_len == FIFO_SIZE) {
        u->values[ERRORSRC] |= OVERRUN;
        zif_report(dev, ZIF_REPORT_OVERRUN, ERRORSRC, "byte 0x%02x lost: six bytes wait to be read", byte);
        zif__nrf_event(dev, EVENTS_ERROR);
        return;
    }
    u->fifo[u->fifo_len++] = byte;
    update_rts(u);
    if (u->fifo_len == 1) { /* moved on to RXD */
        zif__nrf_event(dev, EVENTS_RXDRDY);
    }
}

static void disable(Uart *u)
{
    u->tx_started = u->tx_busy = u->rx_started = u->rx_stopping = u->rx_dead = false;
    u->fifo_len = 0;
    zif_cancel(&u->dev, TX_DONE);
    zif_cancel(&u->dev, RX_TIMEOUT);
    update_rts(u);
}

static uint32_t uart_peek(ZifDevice *dev, unsigned slot)
{
    Uart *u = (Uart *)dev;
    return slot == RXD ? (u->fifo_len ? u->fifo[0] : u->values[RXD]) : u->values[slot];
}

static void uart_read(ZifDevice *dev, unsigned slot)
{
    Uart *u = (Uart *)dev;
    if (slot != RXD) {
        return;
    }
    if (!u->fifo_len) {
        if (enabled(u) && u->rx_started && !u->rx_dead) {
            u->rx_dead = true;
            zif_report(dev, ZIF_REPORT_BUSY, RXD, "read while empty: the receiver stops until the UART is disabled");
        }
        return;
    }
    u->values[RXD] = u->fifo[0];
    u->fifo_len--;
    for (unsigned i = 0; i < u->fifo_len; i++) {
        u->fifo[i] = u->fifo[i + 1];
    }
    update_rts(u);
    if (u->fifo_len) {
        zif__nrf_event(dev, EVENTS_RXDRDY);
    }
    zif_serial_ready(dev);
}

static void uart_write(ZifDevice *dev, unsigned slot, uint32_t old, uint32_t value)
{
    Uart *u = (Uart *)dev;
    if (zif__nrf_common_write(dev, slot, old)) {
        return;
    }
    if (slot <= TASKS_SUSPEND && !zif__nrf_triggered(value)) {
        return;
    }
    switch (slot) {
    case TASKS_STARTRX:
        start_rx(u);
        break;
    case TASKS_STOPRX:
        stop_rx(u);
        break;
    case TASKS_STARTTX:
        u->tx_started = enabled(u);
        break;
    case TASKS_STOPTX:
        u->tx_started = u->tx_busy = false;
        zif_cancel(dev, TX_DONE);
        break;
    case TASKS_SUSPEND:
        u->tx_started = false; /* the byte on the wire is finished */
        stop_rx(u);
        break;
    case ENABLE:
        if (!enabled(u)) {
            if (u->values[ENABLE]) {
                zif_report(dev, ZIF_REPORT_RESERVED, slot, "%u is neither 0 (off) nor 4 (on)", u->values[ENABLE]);
            }
            disable(u);
        } else {
            update_rts(u);
        }
        break;
    case CONFIG:
    case PSELRTS ... PSELRXD: /* also while enabled, as drivers do it: the new pin is used */
        update_rts(u);
        zif_serial_ready(dev);
        tx_go(u);
        break;
    case TXD:
        tx_write(u, value);
        break;
    }
}

/* A pad changed. CTS low lets the transmitter go. */
static void uart_pad(ZifDevice *dev, unsigned line, int level)
{
    Uart *u = (Uart *)dev;
    if (!enabled(u) || u->values[PSELCTS] != line) {
        return;
    }
    if (level) {
        zif__nrf_event(dev, EVENTS_NCTS);
        if (zif_bits(u->values[SHORTS], 4, 1)) {
            stop_rx(u);
        }
    } else {
        zif__nrf_event(dev, EVENTS_CTS);
        if (zif_bits(u->values[SHORTS], 3, 1)) {
            start_rx(u);
        }
        tx_go(u);
    }
}

static void uart_reset(ZifDevice *dev, ZifResetKind kind)
{
    disable((Uart *)dev);
}

static bool uart_realize(ZifDevice *dev, Error **errp)
{
    ZifDevice *gpio = zif_prop_peer(dev, "nordic,gpio", "nrf51-gpio");
    for (unsigned pad = 0; gpio && pad < PADS; pad++) {
        zif_connect(gpio, 0, pad, dev, IN_PAD, pad);
    }
    return true;
}

static void uart_format(const ZifDevice *dev, ZifSerialFormat *format)
{
    format->parity = zif_bits(((const Uart *)dev)->values[CONFIG], 1, 3) == 7 ? ZIF_PARITY_EVEN : ZIF_PARITY_NONE;
}

static const ZifSerialPort serial = {
    .can_receive = uart_can_receive,
    .receive = uart_receive,
    .frame_time = uart_frame_time,
    .format = uart_format,
};

const ZifClass zif__nrf51_uart = {
    .name = "nrf51-uart",
    .socs = (const char *const[]){ "nordic,nrf51822", NULL },
    .compatible = (const char *const[]){ "nordic,nrf-uart", NULL },
    .reference = "nRF51 Series Reference Manual v3.0, chapter 29",
    .summary = "transmit and receive at the configured rate, six byte FIFO, overrun, flow control, pin selection",
    .modelled = ZIF_MODELLED,
    .size = sizeof(Uart),
    .regs = regs,
    .nregs = NREGS,
    .values = offsetof(Uart, values),
    .span = 0x1000,
    .widths = ZIF_W32,
    .inputs = (const ZifInput[]){ { .name = "pad", .count = PADS, .set = uart_pad }, { 0 } },
    .outputs = (const ZifOutput[]){ { .name = "irq" }, { 0 } },
    .events = (const char *const[]){ "tx", "rxto", NULL },
    .event = uart_event,
    .realize = uart_realize,
    .reset = uart_reset,
    .peek = uart_peek,
    .on_read = uart_read,
    .on_write = uart_write,
    .serial = &serial,
};
