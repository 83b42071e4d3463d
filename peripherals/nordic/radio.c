/*
 * nRF51 RADIO: its state machine, alone on the air. What is sent takes its time and reaches nobody; nothing is ever received.
 *
 * Reference: nRF51 Series Reference Manual v3.0, chapter 17 "2.4 GHz radio (RADIO)"; nRF51822 Product Specification v3.x,
 * section 8.5 (ramp-up and disable times).
 * Models: states, ramp-up, the time a packet takes on the air with its ADDRESS, PAYLOAD and END events, shortcuts, RSSI (noise).
 * Departs: packets are not built (no CRC, no whitening), for nobody hears them.
 * Missing: reception, device address match, bit counter, test modes: the registers are kept without effect.
 *
 * Node properties: nordic,clock: the radio needs its crystal.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "nordic.h"

enum {
    TASKS_TXEN,
    TASKS_RXEN,
    TASKS_START,
    TASKS_STOP,
    TASKS_DISABLE,
    TASKS_RSSISTART,
    TASKS_RSSISTOP,
    TASKS_BCSTART,
    TASKS_BCSTOP,
    EVENTS_READY,
    EVENTS_ADDRESS,
    EVENTS_PAYLOAD,
    EVENTS_END,
    EVENTS_DISABLED,
    EVENTS_DEVMATCH,
    EVENTS_DEVMISS,
    EVENTS_RSSIEND,
    EVENTS_BCMATCH,
    SHORTS,
    INTENSET,
    INTENCLR,
    CRCSTATUS,
    RXMATCH,
    RXCRC,
    DAI,
    PACKETPTR,
    FREQUENCY,
    TXPOWER,
    MODE,
    PCNF0,
    PCNF1,
    BASE0,
    BASE1,
    PREFIX0,
    PREFIX1,
    TXADDRESS,
    RXADDRESSES,
    CRCCNF,
    CRCPOLY,
    CRCINIT,
    TEST,
    TIFS,
    RSSISAMPLE,
    STATE,
    DATAWHITEIV,
    BCC,
    DAB,
    DAP = DAB + 8,
    DACNF = DAP + 8,
    OVERRIDE0,
    OVERRIDE1,
    OVERRIDE2,
    OVERRIDE3,
    OVERRIDE4,
    POWER,
    NREGS
};

#define RADIO_INTS(A)                                                                                                  \
    NRF_LIST({ "READY", 0, 1, A }, { "ADDRESS", 1, 1, A }, { "PAYLOAD", 2, 1, A }, { "END", 3, 1, A },                 \
             { "DISABLED", 4, 1, A }, { "DEVMATCH", 5, 1, A }, { "DEVMISS", 6, 1, A }, { "RSSIEND", 7, 1, A },         \
             { "BCMATCH", 10, 1, A })
#define KEPT(n, off, rst, ...)                                                                                         \
    {                                                                                                                  \
        .name = n, .offset = off, .reset = rst, .fields = ZIF_FIELDS(__VA_ARGS__)                                      \
    }

static const ZifRegister regs[NREGS] = {
    [TASKS_TXEN] = NRF_TASK("TASKS_TXEN", 0x000),
    [TASKS_RXEN] = NRF_TASK("TASKS_RXEN", 0x004),
    [TASKS_START] = NRF_TASK("TASKS_START", 0x008),
    [TASKS_STOP] = NRF_TASK("TASKS_STOP", 0x00C),
    [TASKS_DISABLE] = NRF_TASK("TASKS_DISABLE", 0x010),
    [TASKS_RSSISTART] = NRF_TASK("TASKS_RSSISTART", 0x014),
    [TASKS_RSSISTOP] = NRF_TASK("TASKS_RSSISTOP", 0x018),
    [TASKS_BCSTART] = NRF_TASK("TASKS_BCSTART", 0x01C),
    [TASKS_BCSTOP] = NRF_TASK("TASKS_BCSTOP", 0x020),
    [EVENTS_READY] = NRF_EVENT("EVENTS_READY", 0x100),
    [EVENTS_ADDRESS] = NRF_EVENT("EVENTS_ADDRESS", 0x104),
    [EVENTS_PAYLOAD] = NRF_EVENT("EVENTS_PAYLOAD", 0x108),
    [EVENTS_END] = NRF_EVENT("EVENTS_END", 0x10C),
    [EVENTS_DISABLED] = NRF_EVENT("EVENTS_DISABLED", 0x110),
    [EVENTS_DEVMATCH] = NRF_EVENT("EVENTS_DEVMATCH", 0x114),
    [EVENTS_DEVMISS] = NRF_EVENT("EVENTS_DEVMISS", 0x118),
    [EVENTS_RSSIEND] = NRF_EVENT("EVENTS_RSSIEND", 0x11C),
    [EVENTS_BCMATCH] = NRF_EVENT("EVENTS_BCMATCH", 0x128),
    [SHORTS] = KEPT("SHORTS", 0x200, 0, { "READY_START", 0, 1, ZIF_RW }, { "END_DISABLE", 1, 1, ZIF_RW },
                    { "DISABLED_TXEN", 2, 1, ZIF_RW }, { "DISABLED_RXEN", 3, 1, ZIF_RW },
                    { "ADDRESS_RSSISTART", 4, 1, ZIF_RW }, { "END_START", 5, 1, ZIF_RW },
                    { "ADDRESS_BCSTART", 6, 1, ZIF_RW }, { "DISABLED_RSSISTOP", 8, 1, ZIF_RW }),
    [INTENSET] = NRF_INTENSET(RADIO_INTS),
    [INTENCLR] = NRF_INTENCLR(RADIO_INTS),
    [CRCSTATUS] = KEPT("CRCSTATUS", 0x400, 0, { "CRCSTATUS", 0, 1, ZIF_RO }),
    [RXMATCH] = KEPT("RXMATCH", 0x408, 0, { "RXMATCH", 0, 3, ZIF_RO }),
    [RXCRC] = KEPT("RXCRC", 0x40C, 0, { "RXCRC", 0, 24, ZIF_RO }),
    [DAI] = KEPT("DAI", 0x410, 0, { "DAI", 0, 3, ZIF_RO }),
    [PACKETPTR] = KEPT("PACKETPTR", 0x504, 0, { "PACKETPTR", 0, 32, ZIF_RW }),
    [FREQUENCY] = KEPT("FREQUENCY", 0x508, 2, { "FREQUENCY", 0, 7, ZIF_RW }),
    [TXPOWER] = KEPT("TXPOWER", 0x50C, 0, { "TXPOWER", 0, 8, ZIF_RW }),
    [MODE] = KEPT("MODE", 0x510, 0, { "MODE", 0, 2, ZIF_RW }),
    [PCNF0] = KEPT("PCNF0", 0x514, 0, { "LFLEN", 0, 4, ZIF_RW }, { "S0LEN", 8, 1, ZIF_RW }, { "S1LEN", 16, 4, ZIF_RW }),
    [PCNF1] = KEPT("PCNF1", 0x518, 0, { "MAXLEN", 0, 8, ZIF_RW }, { "STATLEN", 8, 8, ZIF_RW },
                   { "BALEN", 16, 3, ZIF_RW }, { "ENDIAN", 24, 1, ZIF_RW }, { "WHITEEN", 25, 1, ZIF_RW }),
    [BASE0] = KEPT("BASE0", 0x51C, 0, { "BASE0", 0, 32, ZIF_RW }),
    [BASE1] = KEPT("BASE1", 0x520, 0, { "BASE1", 0, 32, ZIF_RW }),
    [PREFIX0] = KEPT("PREFIX0", 0x524, 0, { "AP0", 0, 8, ZIF_RW }, { "AP1", 8, 8, ZIF_RW }, { "AP2", 16, 8, ZIF_RW },
                     { "AP3", 24, 8, ZIF_RW }),
    [PREFIX1] = KEPT("PREFIX1", 0x528, 0, { "AP4", 0, 8, ZIF_RW }, { "AP5", 8, 8, ZIF_RW }, { "AP6", 16, 8, ZIF_RW },
                     { "AP7", 24, 8, ZIF_RW }),
    [TXADDRESS] = KEPT("TXADDRESS", 0x52C, 0, { "TXADDRESS", 0, 3, ZIF_RW }),
    [RXADDRESSES] = KEPT("RXADDRESSES", 0x530, 0, { "ADDR0", 0, 1, ZIF_RW }, { "ADDR1", 1, 1, ZIF_RW },
                         { "ADDR2", 2, 1, ZIF_RW }, { "ADDR3", 3, 1, ZIF_RW }, { "ADDR4", 4, 1, ZIF_RW },
                         { "ADDR5", 5, 1, ZIF_RW }, { "ADDR6", 6, 1, ZIF_RW }, { "ADDR7", 7, 1, ZIF_RW }),
    [CRCCNF] = KEPT("CRCCNF", 0x534, 0, { "LEN", 0, 2, ZIF_RW }, { "SKIPADDR", 8, 1, ZIF_RW }),
    [CRCPOLY] = KEPT("CRCPOLY", 0x538, 0, { "CRCPOLY", 0, 24, ZIF_RW }),
    [CRCINIT] = KEPT("CRCINIT", 0x53C, 0, { "CRCINIT", 0, 24, ZIF_RW }),
    [TEST] = KEPT("TEST", 0x540, 0, { "CONSTCARRIER", 0, 1, ZIF_STUB }, { "PLLLOCK", 1, 1, ZIF_STUB }),
    [TIFS] = KEPT("TIFS", 0x544, 0, { "TIFS", 0, 8, ZIF_RW }),
    [RSSISAMPLE] = KEPT("RSSISAMPLE", 0x548, 0, { "RSSISAMPLE", 0, 7, ZIF_RO }),
    [STATE] = KEPT("STATE", 0x550, 0, { "STATE", 0, 4, ZIF_RO }),
    [DATAWHITEIV] = KEPT("DATAWHITEIV", 0x554, 0x40, { "DATAWHITEIV", 0, 7, ZIF_RW }),
    [BCC] = KEPT("BCC", 0x560, 0, { "BCC", 0, 32, ZIF_STUB }),
    [DAB] = { .name = "DAB", .offset = 0x600, .count = 8, .stride = 4, .flags = ZIF_REG_STUB },
    [DAP] = { .name = "DAP",
              .offset = 0x620,
              .count = 8,
              .stride = 4,
              .flags = ZIF_REG_STUB,
              .fields = ZIF_FIELDS({ "DAP", 0, 16, ZIF_STUB }) },
    [DACNF] = KEPT("DACNF", 0x640, 0, { "ENA0", 0, 1, ZIF_STUB }, { "ENA1", 1, 1, ZIF_STUB },
                   { "ENA2", 2, 1, ZIF_STUB }, { "ENA3", 3, 1, ZIF_STUB }, { "ENA4", 4, 1, ZIF_STUB },
                   { "ENA5", 5, 1, ZIF_STUB }, { "ENA6", 6, 1, ZIF_STUB }, { "ENA7", 7, 1, ZIF_STUB },
                   { "TXADD0", 8, 1, ZIF_STUB }, { "TXADD1", 9, 1, ZIF_STUB }, { "TXADD2", 10, 1, ZIF_STUB },
                   { "TXADD3", 11, 1, ZIF_STUB }, { "TXADD4", 12, 1, ZIF_STUB }, { "TXADD5", 13, 1, ZIF_STUB },
                   { "TXADD6", 14, 1, ZIF_STUB }, { "TXADD7", 15, 1, ZIF_STUB }),
    [OVERRIDE0] = KEPT("OVERRIDE0", 0x724, 0, { "OVERRIDE0", 0, 32, ZIF_STUB }),
    [OVERRIDE1] = KEPT("OVERRIDE1", 0x728, 0, { "OVERRIDE1", 0, 32, ZIF_STUB }),
    [OVERRIDE2] = KEPT("OVERRIDE2", 0x72C, 0, { "OVERRIDE2", 0, 32, ZIF_STUB }),
    [OVERRIDE3] = KEPT("OVERRIDE3", 0x730, 0, { "OVERRIDE3", 0, 32, ZIF_STUB }),
    [OVERRIDE4] = KEPT("OVERRIDE4", 0x734, 0, { "OVERRIDE4", 0, 28, ZIF_STUB }, { "ENABLE", 31, 1, ZIF_STUB }),
    [POWER] = NRF_POWER,
};

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS];
    uint8_t piece; /* of the packet in TX: what leaves next */
} Radio;

enum { ADDRESS_SENT, PAYLOAD_SENT };

enum { STEP, RSSI_DONE };
enum { DISABLED, RXRU, RXIDLE, RX, RXDISABLE, TXRU = 9, TXIDLE, TX, TXDISABLE }; /* values of STATE */
enum { READY_START = 1, END_DISABLE = 2, DISABLED_TXEN = 4, DISABLED_RXEN = 8, ADDRESS_RSSISTART = 16, END_START = 32 };
enum { NOISE = 100 }; /* RSSISAMPLE of a quiet channel: -100 dBm */
#define TX_RAMP_UP   (132 * ZIF_US)
#define RX_RAMP_UP   (130 * ZIF_US)
#define TX_RAMP_DOWN (6 * ZIF_US)
#define RSSI_TIME    (8800 * ZIF_NS)

static void task(Radio *r, unsigned slot);

static void enter(Radio *r, unsigned state, ZifTime duration)
{
    r->values[STATE] = state;
    zif_cancel(&r->dev, STEP);
    if (state == TX || duration) { /* a piece of a packet may be empty */
        zif_schedule_in(&r->dev, STEP, duration);
    }
}

/* An event with the tasks its shortcuts name. */
static void radio_happens(Radio *r, unsigned event, uint32_t shortcut, unsigned then)
{
    zif__nrf_event(&r->dev, event);
    if (r->values[SHORTS] & shortcut) {
        task(r, then);
    }
}

static ZifTime bits_time(const Radio *r, unsigned bits)
{
    static const uint16_t ns[] = { 1000, 500, 4000, 1000 }; /* a bit in each MODE */
    return (ZifTime)bits * ns[r->values[MODE] & 3] * ZIF_NS;
}

static unsigned crc_bits(const Radio *r)
{
    return 8 * (r->values[CRCCNF] & 3);
}

/* Bits between address and CRC: S0, LENGTH and S1 as PCNF0 says, then as many bytes as LENGTH in RAM and STATLEN say. */
static unsigned payload_bits(Radio *r)
{
    uint32_t pcnf0 = r->values[PCNF0], pcnf1 = r->values[PCNF1];
    unsigned lflen = zif_bits(pcnf0, 0, 4), s0 = zif_bits(pcnf0, 8, 1), s1len = zif_bits(pcnf0, 16, 4);
    unsigned length = 0, most = zif_bits(pcnf1, 0, 8);
    if (lflen) {
        uint8_t byte = 0;
        if (address_space_read(zif_bus(&r->dev), r->values[PACKETPTR] + s0, zif_bus_attrs(&r->dev), &byte, 1) !=
            MEMTX_OK) {
            zif_report(&r->dev, ZIF_REPORT_DMA, PACKETPTR, "0x%08x is not in RAM", r->values[PACKETPTR]);
        }
        length = byte & ((1u << (lflen < 8 ? lflen : 8)) - 1);
    }
    length += zif_bits(pcnf1, 8, 8);
    return 8 * s0 + lflen + s1len + 8 * (length < most ? length : most);
}

static void disabled(Radio *r)
{
    enter(r, DISABLED, 0);
    zif__nrf_event(&r->dev, EVENTS_DISABLED);
    if (r->values[SHORTS] & (DISABLED_TXEN | DISABLED_RXEN)) {
        task(r, r->values[SHORTS] & DISABLED_TXEN ? TASKS_TXEN : TASKS_RXEN);
    }
}

/* The next piece of the packet that is being sent has left. */
static void sent(Radio *r)
{
    switch (r->piece++) {
    case ADDRESS_SENT:
        enter(r, TX, bits_time(r, payload_bits(r)));
        radio_happens(r, EVENTS_ADDRESS, ADDRESS_RSSISTART, TASKS_RSSISTART);
        break;
    case PAYLOAD_SENT:
        enter(r, TX, bits_time(r, crc_bits(r)));
        zif__nrf_event(&r->dev, EVENTS_PAYLOAD);
        break;
    default:
        enter(r, TXIDLE, 0);
        radio_happens(r, EVENTS_END, END_DISABLE, TASKS_DISABLE);
        if ((r->values[SHORTS] & END_START) && r->values[STATE] == TXIDLE) {
            task(r, TASKS_START);
        }
    }
}

static void radio_event(ZifDevice *dev, unsigned event)
{
    Radio *r = (Radio *)dev;
    if (event == RSSI_DONE) {
        r->values[RSSISAMPLE] = NOISE;
        zif__nrf_event(dev, EVENTS_RSSIEND);
        return;
    }
    switch (r->values[STATE]) {
    case TXRU:
    case RXRU:
        enter(r, r->values[STATE] == TXRU ? TXIDLE : RXIDLE, 0);
        radio_happens(r, EVENTS_READY, READY_START, TASKS_START);
        break;
    case TX:
        sent(r);
        break;
    case TXDISABLE:
        disabled(r);
        break;
    }
}

static void start(Radio *r)
{
    unsigned address_bits = 8 * (1 + zif_bits(r->values[PCNF1], 16, 3) + 1); /* preamble, base, prefix */
    switch (r->values[STATE]) {
    case TXIDLE:
        r->piece = ADDRESS_SENT;
        enter(r, TX, bits_time(r, address_bits));
        break;
    case RXIDLE:
        enter(r, RX, 0); /* and there it stays: the air is silent */
        break;
    default:
        zif_report(&r->dev, ZIF_REPORT_BUSY, TASKS_START, "started in state %u, which is not idle", r->values[STATE]);
    }
}

static void ramp_up(Radio *r, unsigned slot)
{
    ZifDevice *clock = zif_prop_peer(&r->dev, "nordic,clock", "nrf51-clock");
    if (clock && !zif__nrf_hfxo_running(clock)) {
        zif_report(&r->dev, ZIF_REPORT_CLOCK_OFF, slot, "the radio needs the crystal: HFCLKSTART first");
    }
    if (r->values[STATE] == DISABLED) {
        enter(r, slot == TASKS_TXEN ? TXRU : RXRU, slot == TASKS_TXEN ? TX_RAMP_UP : RX_RAMP_UP);
    }
}

static void task(Radio *r, unsigned slot)
{
    unsigned state = r->values[STATE];
    switch (slot) {
    case TASKS_TXEN:
    case TASKS_RXEN:
        ramp_up(r, slot);
        break;
    case TASKS_START:
        start(r);
        break;
    case TASKS_STOP:
        if (state == TX || state == RX) {
            enter(r, state == TX ? TXIDLE : RXIDLE, 0);
        }
        break;
    case TASKS_DISABLE:
        if (state >= TXRU && state <= TX) {
            enter(r, TXDISABLE, TX_RAMP_DOWN);
        } else if (state != TXDISABLE) {
            disabled(r); /* from reception at once; from DISABLED too the event comes */
        }
        break;
    case TASKS_RSSISTART:
        zif_schedule_in(&r->dev, RSSI_DONE, RSSI_TIME);
        break;
    case TASKS_RSSISTOP:
        zif_cancel(&r->dev, RSSI_DONE);
        break;
    case TASKS_BCSTART:
        zif_report(&r->dev, ZIF_REPORT_UNMODELLED, slot, "the bit counter is not modelled");
        break;
    }
}

static void radio_write(ZifDevice *dev, unsigned slot, uint32_t old, uint32_t value)
{
    if (!zif__nrf_common_write(dev, slot, old) && slot <= TASKS_BCSTOP && zif__nrf_triggered(value)) {
        task((Radio *)dev, slot);
    }
}

const ZifClass zif__nrf51_radio = {
    .name = "nrf51-radio",
    .socs = (const char *const[]){ "nordic,nrf51822", NULL },
    .compatible = (const char *const[]){ "nordic,nrf-radio", NULL },
    .reference = "nRF51 Series Reference Manual v3.0, chapter 17",
    .summary = "states, times and events, alone on the air: what is sent reaches nobody, nothing is received",
    .modelled = ZIF_PARTIAL,
    .size = sizeof(Radio),
    .regs = regs,
    .nregs = NREGS,
    .values = offsetof(Radio, values),
    .span = 0x1000,
    .widths = ZIF_W32,
    .outputs = (const ZifOutput[]){ { .name = "irq" }, { 0 } },
    .events = (const char *const[]){ "step", "rssi", NULL },
    .event = radio_event,
    .on_write = radio_write,
};
