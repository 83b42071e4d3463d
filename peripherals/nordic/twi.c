/*
 * nRF51 TWI master: the part of spi_twi.c that is TWI.
 *
 * Reference: nRF51 Series Reference Manual v3.0, chapter 28 "I2C compatible two wire interface (TWI)".
 * Models: start, repeated start, address and data bytes at the bus speed, ACK and NACK, byte boundary with its shortcuts,
 * suspend and resume, overrun.
 * Departs: a byte boundary while sending comes after each byte that is followed by another; a part never stretches the clock.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "spi_twi.h"

/* PIN_CNF: direction, input buffer and drive. */
enum { CNF_MASK = 0x703, CNF_S0D1 = 6 << 8 };
enum { OVERRUN = 1, ANACK = 2, DNACK = 4, START_BITS = 1, STOP_BITS = 1, BYTE_BITS = 9 };

/* The part that is addressed. Only its address is state; the bus finds it again. */
static ZifDevice *part(SpiTwi *s)
{
    return s->twi.on ? zif_i2c_part(&s->dev, s->twi.address) : NULL;
}

static bool as_qemu(const SpiTwi *s)
{
    return zif_prop_bool(&s->dev, "zif,as-qemu");
}

static void enter(SpiTwi *s, unsigned state, unsigned bits)
{
    ZifTime time = zif__nrf_bits(s, bits);
    s->twi.state = state;
    if (bits && time) {
        zif_schedule_in(&s->dev, BUS_STEP, time);
    } else {
        zif_cancel(&s->dev, BUS_STEP);
    }
}

static void fail(SpiTwi *s, uint32_t source)
{
    s->values[ERRORSRC] |= source;
    enter(s, TWI_FAILED, 0);
    zif__nrf_event(&s->dev, EVENTS_ERROR);
}

static void let_go(SpiTwi *s)
{
    ZifDevice *p = part(s);
    if (p) {
        zif_i2c_stop(p);
    }
    s->twi.on = false;
}

/* What was asked for at a byte boundary. True: the bus is busy with it. */
static bool asked(SpiTwi *s)
{
    if (s->twi.stop_asked) {
        s->twi.stop_asked = s->twi.suspended = false;
        enter(s, TWI_STOPPING, STOP_BITS);
        return true;
    }
    if (s->twi.start_asked) {
        s->twi.start_asked = s->twi.suspended = false;
        s->twi.reading = s->twi.start_read;
        enter(s, TWI_ADDRESS, START_BITS + BYTE_BITS);
        return true;
    }
    return false;
}

static void send_next(SpiTwi *s)
{
    if (asked(s)) {
        return;
    }
    if (s->twi.suspended || !s->twi.tx_full) {
        enter(s, TWI_TX_WAIT, 0);
    } else {
        enter(s, TWI_TX, BYTE_BITS);
    }
}

static void receive_next(SpiTwi *s)
{
    if (asked(s)) {
        return;
    }
    if (s->twi.suspended) {
        enter(s, TWI_RX_HOLD, 0);
    } else {
        enter(s, TWI_RX, BYTE_BITS);
    }
}

static void suspend(SpiTwi *s)
{
    s->twi.suspended = true;
    zif__nrf_event(&s->dev, EVENTS_SUSPENDED);
}

static void byte_boundary(SpiTwi *s)
{
    if (s->values[SHORTS] & 1) {
        suspend(s);
    }
    if (s->values[SHORTS] & 2) {
        s->twi.stop_asked = true;
    }
    zif__nrf_event(&s->dev, EVENTS_BB);
}

/* Both pads must be inputs that can only be pulled low (28.3, table 247): a pad that drives high fights the parts. */
static void check_pins(SpiTwi *s)
{
    static const struct {
        unsigned psel;
        const char *soldered;
    } pins[] = { { PSELSCK, "scl-pin" }, { PSELMOSI, "sda-pin" } };
    const ZifDevice *gpio = zif_prop_peer(&s->dev, "nordic,gpio", "nrf51-gpio");
    for (unsigned i = 0; i < 2; i++) {
        uint32_t pin = s->values[pins[i].psel];
        if (!zif__nrf_reaches(s, pins[i].psel, pins[i].soldered)) {
            zif__nrf_report_pin(&s->dev, pins[i].psel, pins[i].soldered);
        } else if (gpio && pin != NRF_DISCONNECTED && (zif__nrf_gpio_cnf(gpio, pin) & CNF_MASK) != CNF_S0D1) {
            zif_report(&s->dev, ZIF_REPORT_PIN, (int)pins[i].psel,
                       "PIN_CNF[%u] is 0x%x: TWI wants an input (DIR 0, INPUT 0) of drive S0D1 (6)", pin,
                       zif__nrf_gpio_cnf(gpio, pin));
        }
    }
}

static void addressed(SpiTwi *s)
{
    bool wired = zif__nrf_reaches(s, PSELSCK, "scl-pin") && zif__nrf_reaches(s, PSELMOSI, "sda-pin");
    check_pins(s);
    s->twi.address = as_qemu(s) ? s->values[ADDRESS] >> 1 : s->values[ADDRESS];
    s->twi.on = wired && zif_i2c_start(&s->dev, s->twi.address, s->twi.reading) != NULL;
    if (!s->twi.on) {
        fail(s, ANACK);
    } else if (s->twi.reading) {
        receive_next(s);
    } else {
        send_next(s);
    }
}

static void sent(SpiTwi *s)
{
    ZifDevice *p = part(s);
    s->twi.tx_full = false;
    if (!p || !zif_i2c_write(p, s->values[TXD])) {
        fail(s, DNACK);
        return;
    }
    s->twi.state = TWI_TX_WAIT;
    byte_boundary(s);
    zif__nrf_event(&s->dev, EVENTS_TXDSENT);
    send_next(s);
}

static void received(SpiTwi *s)
{
    ZifDevice *p = part(s);
    uint8_t byte = p ? zif_i2c_read(p) : 0xFF;
    if (s->twi.rx_full) {
        s->values[ERRORSRC] |= OVERRUN;
        zif_report(&s->dev, ZIF_REPORT_OVERRUN, RXD, "byte lost: RXD was not read in time");
        zif__nrf_event(&s->dev, EVENTS_ERROR);
    }
    s->values[RXD] = byte;
    s->twi.rx_full = true;
    s->twi.state = TWI_RX_HOLD;
    byte_boundary(s);
    zif__nrf_event(&s->dev, EVENTS_RXDREADY);
    receive_next(s);
}

void zif__nrf_twi_step(SpiTwi *s)
{
    switch (s->twi.state) {
    case TWI_ADDRESS:
        addressed(s);
        break;
    case TWI_TX:
        sent(s);
        break;
    case TWI_RX:
        received(s);
        break;
    case TWI_STOPPING:
        let_go(s);
        enter(s, TWI_IDLE, 0);
        zif__nrf_event(&s->dev, EVENTS_STOPPED);
        break;
    }
}

/* The bus is still between two bytes: what was asked for can begin. */
static void go_on(SpiTwi *s)
{
    switch (s->twi.state) {
    case TWI_IDLE:
    case TWI_FAILED:
        asked(s);
        break;
    case TWI_TX_WAIT:
        send_next(s);
        break;
    case TWI_RX_HOLD:
        receive_next(s);
        break;
    }
}

/* What the bus does next it has done, until there is a byte to be read: that of a new transfer, or of this one. */
static void at_once(SpiTwi *s, bool new_transfer)
{
    s->twi.rx_full &= !new_transfer;
    while (zif_due(&s->dev, BUS_STEP) != ZIF_TIME_NEVER && !(s->twi.state == TWI_RX && s->twi.rx_full)) {
        zif_cancel(&s->dev, BUS_STEP);
        zif__nrf_twi_step(s);
    }
}

void zif__nrf_twi_write(SpiTwi *s, unsigned slot)
{
    switch (slot) {
    case TASKS_STARTRX:
    case TASKS_STARTTX:
        s->twi.start_asked = true;
        s->twi.start_read = slot == TASKS_STARTRX;
        break;
    case TASKS_STOP:
        s->twi.stop_asked = true;
        break;
    case TASKS_SUSPEND:
        suspend(s);
        return;
    case TASKS_RESUME:
        s->twi.suspended = false;
        break;
    case TXD:
        if (s->twi.tx_full) {
            zif_report(&s->dev, ZIF_REPORT_OVERRUN, TXD, "a byte that was not sent yet is overwritten");
        }
        s->twi.tx_full = true;
        break;
    default:
        return;
    }
    go_on(s);
    if (as_qemu(s)) {
        at_once(s, slot == TASKS_STARTRX);
    }
}

void zif__nrf_twi_rxd_read(SpiTwi *s)
{
    s->twi.rx_full = false;
}

void zif__nrf_twi_off(SpiTwi *s)
{
    let_go(s);
    s->twi.state = TWI_IDLE;
    s->twi.reading = s->twi.suspended = s->twi.tx_full = s->twi.rx_full = false;
    s->twi.stop_asked = s->twi.start_asked = false;
}
