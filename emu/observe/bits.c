/*
 * See bits.h. Reference for I2C: NXP UM10204 rev 7, 3.1 (start, stop, acknowledge; data is stable while SCL is high).
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bits.h"

static ZifTime later(ZifTime a, ZifTime b)
{
    return a > b ? a : b;
}

/* Where something of this length that ends now began, behind what is drawn. */
static ZifTime began(ZifTime now, ZifTime length, ZifTime end)
{
    return later(now > length ? now - length : 0, end);
}

void zif__draw_character(ZifWave *w, ZifSerialWave *line, const ZifSerialFormat *f, ZifTime frame, uint16_t word,
                         unsigned faults, ZifTime now)
{
    unsigned halves = 2 * (1u + f->data_bits + (f->parity != ZIF_PARITY_NONE)) + f->half_stop_bits;
    if (!frame || !halves) {
        return;
    }
    bool is_break = faults & ZIF_SERIAL_BREAK;
    ZifTime start = began(now, frame, line->end);
    unsigned bit = 0, ones = 0;
    zif__wave_change(w, line->signal, start, 0);
    for (unsigned i = 0; i < f->data_bits; i++) {
        unsigned level = !is_break && (word >> i & 1);
        ones += level;
        zif__wave_change(w, line->signal, start + frame * 2 * ++bit / halves, level);
    }
    if (f->parity != ZIF_PARITY_NONE) {
        unsigned parity = (ones + (f->parity == ZIF_PARITY_ODD) + !!(faults & ZIF_SERIAL_PARITY)) & 1;
        zif__wave_change(w, line->signal, start + frame * 2 * ++bit / halves, !is_break && parity);
    }
    zif__wave_change(w, line->signal, start + frame * 2 * ++bit / halves, !is_break && !(faults & ZIF_SERIAL_FRAMING));
    line->end = start + frame;
    zif__wave_change(w, line->signal, line->end, 1);
}

/* SCL is low at the beginning and at the end. */
static void draw_bit(ZifWave *w, ZifI2cWave *bus, ZifTime bit, unsigned level)
{
    zif__wave_change(w, bus->sda, bus->end + bit / 8, level);
    zif__wave_change(w, bus->scl, bus->end + bit / 2, 1);
    bus->end += bit;
    zif__wave_change(w, bus->scl, bus->end, 0);
}

static void draw_byte(ZifWave *w, ZifI2cWave *bus, ZifTime bit, uint8_t byte)
{
    for (unsigned i = 8; i-- > 0;) {
        draw_bit(w, bus, bit, byte >> i & 1);
    }
}

/* From the idle bus, or from a low SCL: a repeated start. */
static void draw_start(ZifWave *w, ZifI2cWave *bus, ZifTime bit)
{
    zif__wave_change(w, bus->sda, bus->end + bit / 8, 1);
    zif__wave_change(w, bus->scl, bus->end + bit / 4, 1);
    zif__wave_change(w, bus->sda, bus->end + bit * 3 / 4, 0);
    bus->end += bit;
    zif__wave_change(w, bus->scl, bus->end, 0);
}

static void draw_stop(ZifWave *w, ZifI2cWave *bus, ZifTime bit)
{
    zif__wave_change(w, bus->sda, bus->end + bit / 8, 0);
    zif__wave_change(w, bus->scl, bus->end + bit / 2, 1);
    bus->end += bit;
    zif__wave_change(w, bus->sda, bus->end, 1);
}

void zif__draw_i2c(ZifWave *w, ZifI2cWave *bus, const ZifBusEvent *e, ZifTime bit, ZifTime now)
{
    static const unsigned bits[] = {
        [ZIF_BUS_I2C_START] = 10, [ZIF_BUS_I2C_WRITE] = 9, [ZIF_BUS_I2C_READ] = 8, [ZIF_BUS_I2C_STOP] = 1
    };
    /* The ninth bit of a byte that was read passed with it, but is drawn with what follows, which tells what it was. */
    unsigned behind = e->kind == ZIF_BUS_I2C_READ;
    if (bus->alone && e->kind == ZIF_BUS_I2C_START) {
        draw_stop(w, bus, bit);
    }
    bus->alone = e->kind == ZIF_BUS_I2C_START && !e->ack;
    bus->end = began(now, (bits[e->kind] + behind + bus->ack_due) * bit, bus->end);
    if (bus->ack_due) {
        draw_bit(w, bus, bit, e->kind != ZIF_BUS_I2C_READ);
    }
    bus->ack_due = e->kind == ZIF_BUS_I2C_READ;
    switch (e->kind) {
    case ZIF_BUS_I2C_START:
        draw_start(w, bus, bit);
        draw_byte(w, bus, bit, e->out);
        draw_bit(w, bus, bit, !e->ack);
        break;
    case ZIF_BUS_I2C_WRITE:
        draw_byte(w, bus, bit, e->out);
        draw_bit(w, bus, bit, !e->ack);
        break;
    case ZIF_BUS_I2C_READ:
        draw_byte(w, bus, bit, e->in);
        break;
    default:
        draw_stop(w, bus, bit);
        break;
    }
}

static void draw_waiting(ZifWave *w, ZifSpiWave *bus)
{
    ZifTime bit = bus->bit;
    bus->end = began(bus->when, bus->waiting * 8 * bit, bus->end);
    for (unsigned i = 0; i < 8 * bus->waiting; i++) {
        unsigned shift = 7 - i % 8;
        zif__wave_change(w, bus->mosi, bus->end, bus->out[i / 8] >> shift & 1);
        zif__wave_change(w, bus->miso, bus->end, bus->in[i / 8] >> shift & 1);
        zif__wave_change(w, bus->sck, bus->end + bit / 2, 1);
        bus->end += bit;
        zif__wave_change(w, bus->sck, bus->end, 0);
    }
    bus->waiting = 0;
}

void zif__draw_spi_waiting(ZifWave *w, ZifSpiWave *bus, ZifTime now)
{
    if (bus->waiting && bus->when < now) {
        draw_waiting(w, bus);
    }
}

void zif__draw_spi(ZifWave *w, ZifSpiWave *bus, const ZifBusEvent *e, ZifTime bit, ZifTime now)
{
    if (bus->waiting && (bus->when < now || bus->waiting == ZIF_SPI_GROUP)) {
        draw_waiting(w, bus);
    }
    bus->when = now;
    bus->bit = bit;
    bus->out[bus->waiting] = e->out;
    bus->in[bus->waiting++] = e->in;
}
