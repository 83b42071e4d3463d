/*
 * Characters and bus bytes drawn as the bits they were. They are told when their last bit passes, so most of what is drawn is
 * past. SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_OBSERVE_BITS_H
#define ZIF_OBSERVE_BITS_H

#include "device/device.h"
#include "wave.h"

/* One direction of a UART. */
typedef struct {
    unsigned signal;
    ZifTime end; /* of what is drawn */
} ZifSerialWave;

typedef struct {
    unsigned scl, sda;
    ZifTime end;
    bool ack_due; /* the controller has read a byte; whether it acknowledged shows later */
    bool alone;   /* nobody has answered the address: of the stop that follows nobody is told */
} ZifI2cWave;

enum { ZIF_SPI_GROUP = 4 };

/* Drawn in mode 0, most significant bit first. */
typedef struct {
    unsigned sck, mosi, miso;
    ZifTime end;
    ZifTime when; /* of the bytes that wait: those of one frame come at one time */
    ZifTime bit;
    unsigned waiting;
    uint8_t out[ZIF_SPI_GROUP], in[ZIF_SPI_GROUP];
} ZifSpiWave;

/** A character that ends now, with what is wrong with it (ZIF_SERIAL_*); a frame of 0 is not drawn. */
void zif__draw_character(ZifWave *w, ZifSerialWave *line, const ZifSerialFormat *format, ZifTime frame, uint16_t word,
                         unsigned faults, ZifTime now);
/** What passed on an I2C bus, at `bit` a bit. */
void zif__draw_i2c(ZifWave *w, ZifI2cWave *bus, const ZifBusEvent *event, ZifTime bit, ZifTime now);
/** A byte on an SPI bus: waits for others of the same time. */
void zif__draw_spi(ZifWave *w, ZifSpiWave *bus, const ZifBusEvent *event, ZifTime bit, ZifTime now);
/** Draws the bytes that wait, unless they came right now. */
void zif__draw_spi_waiting(ZifWave *w, ZifSpiWave *bus, ZifTime now);

#endif
