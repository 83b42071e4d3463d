/*
 * Draws characters and bus bytes into a VCD (its argument) for a logic analyser to read back. vcd_test.py knows what they are.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>
#include "observe/bits.h"

enum { UART, SCL, SDA, SCK, MOSI, MISO, CS };

static void draw_text(ZifWave *w)
{
    ZifSerialWave line = { .signal = UART };
    ZifSerialFormat even = { .data_bits = 8, .half_stop_bits = 4, .parity = ZIF_PARITY_EVEN };
    ZifTime frame = 12 * 100 * ZIF_US, now = ZIF_MS; /* 10000 baud: start, 8, parity, 2 stop */
    for (const char *c = "parity"; *c; c++) {
        now += frame;
        zif__draw_character(w, &line, &even, frame, (uint8_t)*c, 0, now);
    }
}

static void draw_i2c(ZifWave *w)
{
    static const ZifBusEvent events[] = {
        { .kind = ZIF_BUS_I2C_START, .out = 0x50 << 1, .ack = true },
        { .kind = ZIF_BUS_I2C_WRITE, .out = 0xA5, .ack = true },
        { .kind = ZIF_BUS_I2C_START, .out = 0x50 << 1 | 1, .ack = true },
        { .kind = ZIF_BUS_I2C_READ, .in = 0x12 },
        { .kind = ZIF_BUS_I2C_READ, .in = 0xFE },
        { .kind = ZIF_BUS_I2C_STOP },
        { .kind = ZIF_BUS_I2C_START, .out = 0x51 << 1 }, /* nobody there, so nobody hears the stop */
        { .kind = ZIF_BUS_I2C_START, .out = 0x52 << 1 | 1, .ack = true },
        { .kind = ZIF_BUS_I2C_STOP },
    };
    static const unsigned bits[] = { 10, 9, 10, 9, 9, 1, 10, 12, 1 };
    ZifI2cWave bus = { .scl = SCL, .sda = SDA };
    ZifTime bit = 10 * ZIF_US, now = ZIF_MS;
    for (unsigned i = 0; i < sizeof events / sizeof *events; i++) {
        now += bits[i] * bit;
        zif__draw_i2c(w, &bus, &events[i], bit, now);
    }
}

/* A frame of 16 bits comes as two bytes at one time. */
static void draw_spi(ZifWave *w)
{
    ZifSpiWave bus = { .sck = SCK, .mosi = MOSI, .miso = MISO };
    ZifTime bit = ZIF_US, now = ZIF_MS;
    zif__wave_change(w, CS, now, 0);
    for (unsigned i = 0; i < 3; i++) {
        now += 16 * bit;
        ZifBusEvent high = { .kind = ZIF_BUS_SPI_BYTE, .out = (uint8_t)(0x90 + i), .in = (uint8_t)(0x60 + i) };
        ZifBusEvent low = { .kind = ZIF_BUS_SPI_BYTE, .out = (uint8_t)(0xA0 + i), .in = (uint8_t)(0x30 + i) };
        zif__draw_spi(w, &bus, &high, bit, now);
        zif__draw_spi(w, &bus, &low, bit, now);
    }
    zif__draw_spi_waiting(w, &bus, ZIF_TIME_NEVER);
    zif__wave_change(w, CS, now + bit, 1);
}

int main(int argc, char **argv)
{
    static const char *const names[] = { "uart", "scl", "sda", "sck", "mosi", "miso", "cs" };
    if (argc != 2) {
        return 2;
    }
    ZifWave *w = zif__wave_open(argv[1], 100 * ZIF_NS, 0, &error_fatal);
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        zif__wave_add(w, names[i], 1, i != SCK);
    }
    draw_text(w); /* one after the other, though they are at the same time */
    draw_i2c(w);
    draw_spi(w);
    return !zif__wave_close(w, 20 * ZIF_MS, &error_fatal);
}
