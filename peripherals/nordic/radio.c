/*
 * nRF51 RADIO: a named stub. Its registers are kept; nothing is sent, received or timed.
 *
 * Reference: nRF51 Series Reference Manual v3.0, chapter 17 "2.4 GHz radio (RADIO)".
 * Models: the register file. Departs: STATE stays DISABLED.
 * Missing: the radio. A task that is triggered says so.
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
    { "READY", 0, 1, A }, { "ADDRESS", 1, 1, A }, { "PAYLOAD", 2, 1, A }, { "END", 3, 1, A }, { "DISABLED", 4, 1, A }, \
        { "DEVMATCH", 5, 1, A }, { "DEVMISS", 6, 1, A }, { "RSSIEND", 7, 1, A },                                       \
    {                                                                                                                  \
        "BCMATCH", 10, 1, A                                                                                            \
    }
#define KEPT(n, off, rst, ...)                                                                                         \
    {                                                                                                                  \
        .name = n, .offset = off, .reset = rst, .flags = ZIF_REG_STUB, .fields = ZIF_FIELDS(__VA_ARGS__)               \
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
    [SHORTS] = KEPT("SHORTS", 0x200, 0, { "READY_START", 0, 1, ZIF_STUB }, { "END_DISABLE", 1, 1, ZIF_STUB },
                    { "DISABLED_TXEN", 2, 1, ZIF_STUB }, { "DISABLED_RXEN", 3, 1, ZIF_STUB },
                    { "ADDRESS_RSSISTART", 4, 1, ZIF_STUB }, { "END_START", 5, 1, ZIF_STUB },
                    { "ADDRESS_BCSTART", 6, 1, ZIF_STUB }, { "DISABLED_RSSISTOP", 8, 1, ZIF_STUB }),
    [INTENSET] = NRF_INTENSET(RADIO_INTS),
    [INTENCLR] = NRF_INTENCLR(RADIO_INTS),
    [CRCSTATUS] = KEPT("CRCSTATUS", 0x400, 0, { "CRCSTATUS", 0, 1, ZIF_RO }),
    [RXMATCH] = KEPT("RXMATCH", 0x408, 0, { "RXMATCH", 0, 3, ZIF_RO }),
    [RXCRC] = KEPT("RXCRC", 0x40C, 0, { "RXCRC", 0, 24, ZIF_RO }),
    [DAI] = KEPT("DAI", 0x410, 0, { "DAI", 0, 3, ZIF_RO }),
    [PACKETPTR] = KEPT("PACKETPTR", 0x504, 0, { "PACKETPTR", 0, 32, ZIF_STUB }),
    [FREQUENCY] = KEPT("FREQUENCY", 0x508, 2, { "FREQUENCY", 0, 7, ZIF_STUB }),
    [TXPOWER] = KEPT("TXPOWER", 0x50C, 0, { "TXPOWER", 0, 8, ZIF_STUB }),
    [MODE] = KEPT("MODE", 0x510, 0, { "MODE", 0, 2, ZIF_STUB }),
    [PCNF0] =
        KEPT("PCNF0", 0x514, 0, { "LFLEN", 0, 4, ZIF_STUB }, { "S0LEN", 8, 1, ZIF_STUB }, { "S1LEN", 16, 4, ZIF_STUB }),
    [PCNF1] = KEPT("PCNF1", 0x518, 0, { "MAXLEN", 0, 8, ZIF_STUB }, { "STATLEN", 8, 8, ZIF_STUB },
                   { "BALEN", 16, 3, ZIF_STUB }, { "ENDIAN", 24, 1, ZIF_STUB }, { "WHITEEN", 25, 1, ZIF_STUB }),
    [BASE0] = KEPT("BASE0", 0x51C, 0, { "BASE0", 0, 32, ZIF_STUB }),
    [BASE1] = KEPT("BASE1", 0x520, 0, { "BASE1", 0, 32, ZIF_STUB }),
    [PREFIX0] = KEPT("PREFIX0", 0x524, 0, { "AP0", 0, 8, ZIF_STUB }, { "AP1", 8, 8, ZIF_STUB },
                     { "AP2", 16, 8, ZIF_STUB }, { "AP3", 24, 8, ZIF_STUB }),
    [PREFIX1] = KEPT("PREFIX1", 0x528, 0, { "AP4", 0, 8, ZIF_STUB }, { "AP5", 8, 8, ZIF_STUB },
                     { "AP6", 16, 8, ZIF_STUB }, { "AP7", 24, 8, ZIF_STUB }),
    [TXADDRESS] = KEPT("TXADDRESS", 0x52C, 0, { "TXADDRESS", 0, 3, ZIF_STUB }),
    [RXADDRESSES] = KEPT("RXADDRESSES", 0x530, 0, { "ADDR0", 0, 1, ZIF_STUB }, { "ADDR1", 1, 1, ZIF_STUB },
                         { "ADDR2", 2, 1, ZIF_STUB }, { "ADDR3", 3, 1, ZIF_STUB }, { "ADDR4", 4, 1, ZIF_STUB },
                         { "ADDR5", 5, 1, ZIF_STUB }, { "ADDR6", 6, 1, ZIF_STUB }, { "ADDR7", 7, 1, ZIF_STUB }),
    [CRCCNF] = KEPT("CRCCNF", 0x534, 0, { "LEN", 0, 2, ZIF_STUB }, { "SKIPADDR", 8, 1, ZIF_STUB }),
    [CRCPOLY] = KEPT("CRCPOLY", 0x538, 0, { "CRCPOLY", 0, 24, ZIF_STUB }),
    [CRCINIT] = KEPT("CRCINIT", 0x53C, 0, { "CRCINIT", 0, 24, ZIF_STUB }),
    [TEST] = KEPT("TEST", 0x540, 0, { "CONSTCARRIER", 0, 1, ZIF_STUB }, { "PLLLOCK", 1, 1, ZIF_STUB }),
    [TIFS] = KEPT("TIFS", 0x544, 0, { "TIFS", 0, 8, ZIF_STUB }),
    [RSSISAMPLE] = KEPT("RSSISAMPLE", 0x548, 0, { "RSSISAMPLE", 0, 7, ZIF_RO }),
    [STATE] = KEPT("STATE", 0x550, 0, { "STATE", 0, 4, ZIF_RO }),
    [DATAWHITEIV] = KEPT("DATAWHITEIV", 0x554, 0x40, { "DATAWHITEIV", 0, 7, ZIF_STUB }),
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
} Radio;

const ZifClass zif__nrf51_radio = {
    .name = "nrf51-radio",
    .socs = (const char *const[]){ "nordic,nrf51822", NULL },
    .compatible = (const char *const[]){ "nordic,nrf-radio", NULL },
    .reference = "nRF51 Series Reference Manual v3.0, chapter 17",
    .summary = "registers only: nothing is sent or received",
    .modelled = ZIF_NAMED_STUB,
    .size = sizeof(Radio),
    .regs = regs,
    .nregs = NREGS,
    .values = offsetof(Radio, values),
    .span = 0x1000,
    .widths = ZIF_W32,
    .outputs = (const ZifOutput[]){ { .name = "irq" }, { 0 } },
    .on_write = zif__nrf_stub_write,
};
