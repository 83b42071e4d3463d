/*
 * nRF51 SPI and TWI: the state that the two share. See spi_twi.c. SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_NORDIC_SPI_TWI_H
#define ZIF_NORDIC_SPI_TWI_H

#include "nordic.h"

enum {
    TASKS_STARTRX,
    TASKS_STARTTX,
    TASKS_STOP,
    TASKS_SUSPEND,
    TASKS_RESUME,
    TASKS_ACQUIRE,
    TASKS_RELEASE,
    EVENTS_STOPPED,
    EVENTS_RXDREADY,
    EVENTS_ENDRX,
    EVENTS_TXDSENT,
    EVENTS_ERROR,
    EVENTS_ACQUIRED,
    EVENTS_BB,
    EVENTS_SUSPENDED,
    SHORTS,
    INTENSET,
    INTENCLR,
    SEMSTAT,
    STATUS,
    ERRORSRC,
    ENABLE,
    PSELSCK,
    PSELMOSI,
    PSELMISO,
    PSELCSN,
    RXD,
    TXD,
    FREQUENCY,
    RXDPTR,
    MAXRX,
    AMOUNTRX,
    TXDPTR,
    MAXTX,
    AMOUNTTX,
    CONFIG,
    DEF,
    ADDRESS,
    ORC,
    POWER,
    NREGS
};
enum { SERIAL_OFF = 0, SERIAL_SPI = 1, SERIAL_SPIS = 2, SERIAL_TWI = 5 }; /* values of ENABLE */
enum { TWI_IDLE, TWI_ADDRESS, TWI_TX, TWI_TX_WAIT, TWI_RX, TWI_RX_HOLD, TWI_FAILED, TWI_STOPPING };

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS];
    struct {
        uint8_t state;   /* TWI_* */
        uint8_t address; /* of the part that is addressed; valid while `on` */
        bool on;         /* a part answers */
        bool reading;
        bool suspended;
        bool tx_full; /* TXD waits to be sent */
        bool rx_full; /* RXD waits to be read */
        bool stop_asked, start_asked, start_read;
    } twi;
    struct {
        uint8_t tx[2], rx[2];
        uint8_t ntx, nrx; /* tx[0] is on the wire while `busy` */
        bool busy;
    } spi;
} SpiTwi;

enum { BUS_STEP }; /* the one timed event of both */

/** Duration of this many bits at FREQUENCY; 0 when FREQUENCY is 0. */
ZifTime zif__nrf_bits(const SpiTwi *s, unsigned bits);
/** Does this pin select name the pin the board's bus is soldered to (node property `soldered`; any pin when it has none)? */
bool zif__nrf_reaches(const SpiTwi *s, unsigned psel, const char *soldered);

void zif__nrf_twi_write(SpiTwi *s, unsigned slot);
void zif__nrf_twi_rxd_read(SpiTwi *s);
void zif__nrf_twi_step(SpiTwi *s);
void zif__nrf_twi_off(SpiTwi *s);
void zif__nrf_spi_txd(SpiTwi *s);
void zif__nrf_spi_rxd_read(SpiTwi *s);
void zif__nrf_spi_step(SpiTwi *s);

#endif
