/*
 * nRF51 SPI master: the part of spi_twi.c that is SPI.
 *
 * Reference: nRF51 Series Reference Manual v3.0, chapter 25 "Serial peripheral interface (SPI) master".
 * Models: TXD and RXD with their double buffers, READY, bit rate, bit order. A third byte waits until RXD was read.
 * Departs: clock phase and polarity are kept and not compared with the part's.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "spi_twi.h"

static uint8_t reversed(uint8_t b)
{
    uint8_t r = 0;
    for (unsigned i = 0; i < 8; i++) {
        r |= (b >> i & 1) << (7 - i);
    }
    return r;
}

/* A byte goes out when there is one and what comes back has a place. */
static void go(SpiTwi *s)
{
    ZifTime time = zif__nrf_bits(s, 8);
    if (!s->spi.busy && s->spi.ntx && s->spi.nrx < 2 && time) {
        s->spi.busy = true;
        zif_schedule_in(&s->dev, BUS_STEP, time);
    }
}

void zif__nrf_spi_txd(SpiTwi *s)
{
    if (s->spi.ntx == 2) {
        zif_report(&s->dev, ZIF_REPORT_OVERRUN, TXD, "byte lost: two bytes wait to be sent");
        return;
    }
    if (!zif__nrf_reaches(s, PSELSCK, "sck-pin")) {
        zif__nrf_report_pin(&s->dev, PSELSCK, "sck-pin");
    }
    s->spi.tx[s->spi.ntx++] = s->values[TXD];
    go(s);
}

void zif__nrf_spi_step(SpiTwi *s)
{
    uint8_t out = s->spi.tx[0], in = 0xFF;
    bool lsb_first = s->values[CONFIG] & 1;

    if (zif__nrf_reaches(s, PSELSCK, "sck-pin")) {
        bool mosi = zif__nrf_reaches(s, PSELMOSI, "mosi-pin"), miso = zif__nrf_reaches(s, PSELMISO, "miso-pin");
        uint8_t wire = zif_spi_transfer(&s->dev, mosi ? (lsb_first ? reversed(out) : out) : 0xFF);
        in = miso ? (lsb_first ? reversed(wire) : wire) : 0xFF;
    }
    s->spi.tx[0] = s->spi.tx[1];
    s->spi.ntx--;
    s->spi.rx[s->spi.nrx++] = in;
    s->spi.busy = false;
    if (s->spi.nrx == 1) { /* it moves on to RXD at once */
        s->values[RXD] = in;
        zif__nrf_event(&s->dev, EVENTS_RXDREADY);
    }
    go(s);
}

void zif__nrf_spi_rxd_read(SpiTwi *s)
{
    if (!s->spi.nrx) {
        return;
    }
    s->spi.rx[0] = s->spi.rx[1];
    if (--s->spi.nrx) {
        s->values[RXD] = s->spi.rx[0];
        zif__nrf_event(&s->dev, EVENTS_RXDREADY);
    }
    go(s);
}
