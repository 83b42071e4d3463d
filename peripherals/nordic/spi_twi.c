/*
 * nRF51 SPI master, TWI master and SPI slave: one identifier, one block of registers, of which ENABLE makes one of the three.
 *
 * Reference: nRF51 Series Reference Manual v3.0, section 10.1.2 "Peripherals with shared ID", chapters 25 "SPI", 26 "SPIS",
 * 28 "TWI".
 * Models: see spi.c and twi.c; the shared registers (events, INTEN, ENABLE, pin selects) keep their values from one to the other.
 * Departs: the registers of the three stand in one table under the name that TWI gives them, or else SPI;
 * the bus pads do not move with the bits.
 * Missing: SPIS; enabling it says so.
 *
 * Node properties: sck-pin, mosi-pin, miso-pin, scl-pin, sda-pin: the pins the board's bus is soldered to. Child nodes: the
 * parts on the bus. zif,as-qemu: no pins need to be selected, TWI takes no time (until a byte waits in RXD), and ADDRESS holds the
 * address shifted left by one.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "spi_twi.h"

#define BUS_INTS(A)                                                                                                    \
    NRF_LIST({ "STOPPED", 1, 1, A }, { "RXDREADY", 2, 1, A }, { "ENDRX", 4, 1, A }, { "TXDSENT", 7, 1, A },            \
             { "ERROR", 9, 1, A }, { "ACQUIRED", 10, 1, A }, { "BB", 14, 1, A }, { "SUSPENDED", 18, 1, A })
#define BYTE(n, off, access)                                                                                           \
    {                                                                                                                  \
        .name = n, .offset = off, .fields = ZIF_FIELDS({ n, 0, 8, access })                                            \
    }

static const ZifRegister regs[NREGS] = {
    [TASKS_STARTRX] = NRF_TASK("TASKS_STARTRX", 0x000),
    [TASKS_STARTTX] = NRF_TASK("TASKS_STARTTX", 0x008),
    [TASKS_STOP] = NRF_TASK("TASKS_STOP", 0x014),
    [TASKS_SUSPEND] = NRF_TASK("TASKS_SUSPEND", 0x01C),
    [TASKS_RESUME] = NRF_TASK("TASKS_RESUME", 0x020),
    [TASKS_ACQUIRE] = NRF_TASK("TASKS_ACQUIRE", 0x024),
    [TASKS_RELEASE] = NRF_TASK("TASKS_RELEASE", 0x028),
    [EVENTS_STOPPED] = NRF_EVENT("EVENTS_STOPPED", 0x104),   /* SPIS: END */
    [EVENTS_RXDREADY] = NRF_EVENT("EVENTS_RXDREADY", 0x108), /* SPI: READY */
    [EVENTS_ENDRX] = NRF_EVENT("EVENTS_ENDRX", 0x110),
    [EVENTS_TXDSENT] = NRF_EVENT("EVENTS_TXDSENT", 0x11C),
    [EVENTS_ERROR] = NRF_EVENT("EVENTS_ERROR", 0x124),
    [EVENTS_ACQUIRED] = NRF_EVENT("EVENTS_ACQUIRED", 0x128),
    [EVENTS_BB] = NRF_EVENT("EVENTS_BB", 0x138),
    [EVENTS_SUSPENDED] = NRF_EVENT("EVENTS_SUSPENDED", 0x148),
    [SHORTS] = { .name = "SHORTS",
                 .offset = 0x200,
                 .fields = ZIF_FIELDS({ "BB_SUSPEND", 0, 1, ZIF_RW }, { "BB_STOP", 1, 1, ZIF_RW },
                                      { "END_ACQUIRE", 2, 1, ZIF_STUB }) },
    [INTENSET] = NRF_INTENSET(BUS_INTS),
    [INTENCLR] = NRF_INTENCLR(BUS_INTS),
    [SEMSTAT] = { .name = "SEMSTAT", .offset = 0x400, .reset = 1, .fields = ZIF_FIELDS({ "SEMSTAT", 0, 2, ZIF_RO }) },
    [STATUS] = { .name = "STATUS",
                 .offset = 0x440,
                 .fields = ZIF_FIELDS({ "OVERREAD", 0, 1, ZIF_W1C }, { "OVERFLOW", 1, 1, ZIF_W1C }) },
    [ERRORSRC] = { .name = "ERRORSRC",
                   .offset = 0x4C4,
                   .fields = ZIF_FIELDS({ "OVERRUN", 0, 1, ZIF_W1C }, { "ANACK", 1, 1, ZIF_W1C },
                                        { "DNACK", 2, 1, ZIF_W1C }) },
    [ENABLE] = { .name = "ENABLE", .offset = 0x500, .fields = ZIF_FIELDS({ "ENABLE", 0, 3, ZIF_RW }) },
    [PSELSCK] = NRF_PSEL("PSELSCL", 0x508),   /* SPI and SPIS: PSELSCK */
    [PSELMOSI] = NRF_PSEL("PSELSDA", 0x50C),  /* SPI: PSELMOSI; SPIS: PSELMISO */
    [PSELMISO] = NRF_PSEL("PSELMISO", 0x510), /* SPIS: PSELMOSI */
    [PSELCSN] = NRF_PSEL("PSELCSN", 0x514),
    [RXD] = { .name = "RXD",
              .offset = 0x518,
              .flags = ZIF_REG_VOLATILE,
              .fields = ZIF_FIELDS({ "RXD", 0, 8, ZIF_RO }) },
    [TXD] = BYTE("TXD", 0x51C, ZIF_RW),
    [FREQUENCY] = { .name = "FREQUENCY", .offset = 0x524, .reset = 0x04000000 },
    [RXDPTR] = { .name = "RXDPTR", .offset = 0x534, .flags = ZIF_REG_STUB },
    [MAXRX] = BYTE("MAXRX", 0x538, ZIF_STUB),
    [AMOUNTRX] = BYTE("AMOUNTRX", 0x53C, ZIF_RO),
    [TXDPTR] = { .name = "TXDPTR", .offset = 0x544, .flags = ZIF_REG_STUB },
    [MAXTX] = BYTE("MAXTX", 0x548, ZIF_STUB),
    [AMOUNTTX] = BYTE("AMOUNTTX", 0x54C, ZIF_RO),
    [CONFIG] = { .name = "CONFIG",
                 .offset = 0x554,
                 .fields = ZIF_FIELDS({ "ORDER", 0, 1, ZIF_RW }, { "CPHA", 1, 1, ZIF_RW }, { "CPOL", 2, 1, ZIF_RW }) },
    [DEF] = BYTE("DEF", 0x55C, ZIF_STUB),
    [ADDRESS] = { .name = "ADDRESS", .offset = 0x588, .fields = ZIF_FIELDS({ "ADDRESS", 0, 7, ZIF_RW }) },
    [ORC] = BYTE("ORC", 0x5C0, ZIF_STUB),
    [POWER] = NRF_POWER,
};

ZifTime zif__nrf_bits(const SpiTwi *s, unsigned bits)
{
    /* bits per second = FREQUENCY * 16 MHz / 2^32 */
    unsigned __int128 ps = (unsigned __int128)bits * ZIF_SEC << 32;
    return s->values[FREQUENCY] ? (ZifTime)(ps / 16000000 / s->values[FREQUENCY]) : 0;
}

bool zif__nrf_reaches(const SpiTwi *s, unsigned psel, const char *soldered)
{
    uint32_t pin = s->values[psel];
    return pin == NRF_DISCONNECTED ? zif_prop_bool(&s->dev, "zif,as-qemu")
                                   : pin == zif_prop_u32(&s->dev, soldered, pin);
}

static void enable(SpiTwi *s, uint32_t old)
{
    unsigned now = s->values[ENABLE];
    if (now == old) {
        return;
    }
    zif__nrf_twi_off(s);
    s->spi.ntx = s->spi.nrx = 0;
    s->spi.busy = false;
    zif_cancel(&s->dev, BUS_STEP);
    if (old != SERIAL_OFF && now != SERIAL_OFF) {
        zif_report(&s->dev, ZIF_REPORT_BUSY, ENABLE,
                   "%u over %u: one of the blocks that share these registers is still enabled", now, old);
    }
    if (now == SERIAL_SPIS) {
        zif_report(&s->dev, ZIF_REPORT_UNMODELLED, ENABLE, "the SPI slave is not modelled");
    } else if (now != SERIAL_OFF && now != SERIAL_SPI && now != SERIAL_TWI) {
        zif_report(&s->dev, ZIF_REPORT_RESERVED, ENABLE, "%u enables nothing", now);
    }
}

static void bus_write(ZifDevice *dev, unsigned slot, uint32_t old, uint32_t value)
{
    SpiTwi *s = (SpiTwi *)dev;
    if (zif__nrf_common_write(dev, slot, old)) {
        return;
    }
    if (slot <= TASKS_RELEASE && !zif__nrf_triggered(value)) {
        return;
    }
    if (slot == ENABLE) {
        enable(s, old);
    } else if (slot >= PSELSCK && slot <= PSELCSN && s->values[ENABLE] && old != s->values[slot]) {
        zif_report(dev, ZIF_REPORT_BUSY, slot, "pins must be selected while the block is disabled");
    } else if (s->values[ENABLE] == SERIAL_TWI) {
        zif__nrf_twi_write(s, slot);
    } else if (s->values[ENABLE] == SERIAL_SPI && slot == TXD) {
        zif__nrf_spi_txd(s);
    } else if (slot <= TASKS_RELEASE || slot == TXD) {
        zif_report(dev, ZIF_REPORT_CLOCK_OFF, slot, "used while the block is not enabled as what it belongs to");
    }
}

static void bus_read(ZifDevice *dev, unsigned slot)
{
    SpiTwi *s = (SpiTwi *)dev;
    if (slot != RXD) {
        return;
    }
    if (s->values[ENABLE] == SERIAL_TWI) {
        zif__nrf_twi_rxd_read(s);
    } else if (s->values[ENABLE] == SERIAL_SPI) {
        zif__nrf_spi_rxd_read(s);
    }
}

static void bus_event(ZifDevice *dev, unsigned event)
{
    SpiTwi *s = (SpiTwi *)dev;
    if (s->values[ENABLE] == SERIAL_TWI) {
        zif__nrf_twi_step(s);
    } else {
        zif__nrf_spi_step(s);
    }
}

static void bus_reset(ZifDevice *dev, ZifResetKind kind)
{
    SpiTwi *s = (SpiTwi *)dev;
    zif__nrf_twi_off(s);
    s->spi.ntx = s->spi.nrx = 0;
    s->spi.busy = false;
}

static ZifTime bit_time(ZifDevice *dev)
{
    return zif__nrf_bits((const SpiTwi *)dev, 1);
}

const ZifClass zif__nrf51_spi_twi = {
    .name = "nrf51-spi-twi",
    .socs = (const char *const[]){ "nordic,nrf51822", NULL },
    .compatible = (const char *const[]){ "nordic,nrf-twi", "nordic,nrf-spi", NULL },
    .reference = "nRF51 Series Reference Manual v3.0, chapters 25, 26, 28",
    .summary = "SPI master and TWI master, chosen by ENABLE, at the speed of FREQUENCY; no SPI slave",
    .modelled = ZIF_PARTIAL,
    .size = sizeof(SpiTwi),
    .regs = regs,
    .nregs = NREGS,
    .values = offsetof(SpiTwi, values),
    .span = 0x1000,
    .widths = ZIF_W32,
    .outputs = (const ZifOutput[]){ { .name = "irq" }, { 0 } },
    .events = (const char *const[]){ "step", NULL },
    .event = bus_event,
    .reset = bus_reset,
    .on_read = bus_read,
    .on_write = bus_write,
    .bit_time = bit_time,
};
