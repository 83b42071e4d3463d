/*
 * nRF51 CLOCK, POWER and MPU: three blocks of the manual in one block of registers at 0x40000000, with one INTEN.
 *
 * Reference: nRF51 Series Reference Manual v3.0, chapters 8 "Memory protection unit", 11 "Power and clock management";
 * nRF51822 Product Specification v3.x, sections 8.1 (start-up times); PAN v3.x items 16 and 26 (0x504).
 * Models: high and low frequency clocks with their start-up times, calibration and its timer, reset reasons, the retained
 * register, RAM power status, protection of code memory blocks.
 * Departs: start-up takes the typical time. The rates of all three low-frequency sources are exactly 32768 Hz.
 * Missing: System OFF, the power-fail comparator and RAM contents lost without power: each says so when used.
 *
 * Node: nordic,ram-blocks (2). Clock outputs: 0 = high frequency (16 MHz), 1 = low frequency.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "nordic.h"

enum {
    TASKS_HFCLKSTART,
    TASKS_HFCLKSTOP,
    TASKS_LFCLKSTART,
    TASKS_LFCLKSTOP,
    TASKS_CAL,
    TASKS_CTSTART,
    TASKS_CTSTOP,
    TASKS_CONSTLAT,
    TASKS_LOWPWR,
    EVENTS_HFCLKSTARTED,
    EVENTS_LFCLKSTARTED,
    EVENTS_POFWARN,
    EVENTS_DONE,
    EVENTS_CTTO,
    INTENSET,
    INTENCLR,
    RESETREAS,
    HFCLKRUN,
    HFCLKSTAT,
    LFCLKRUN,
    LFCLKSTAT,
    LFCLKSRCCOPY,
    RAMSTATUS,
    SYSTEMOFF,
    ERRATUM,
    POFCON,
    LFCLKSRC,
    GPREGRET,
    RAMON,
    PERR0,
    RLENR0,
    CTIV,
    RESET,
    XTALFREQ,
    RAMONB,
    DCDCEN,
    PROTENSET0,
    PROTENSET1,
    DISABLEINDEBUG,
    PROTBLOCKSIZE,
    DCDCFORCE,
    NREGS
};

#define CLOCK_INTS(A)                                                                                                  \
    NRF_LIST({ "HFCLKSTARTED", 0, 1, A }, { "LFCLKSTARTED", 1, 1, A }, { "POFWARN", 2, 1, A }, { "DONE", 3, 1, A },    \
             { "CTTO", 4, 1, A })
#define FIELD1(name, access) ZIF_FIELDS({ name, 0, 1, access })

static const ZifRegister regs[NREGS] = {
    [TASKS_HFCLKSTART] = NRF_TASK("TASKS_HFCLKSTART", 0x000),
    [TASKS_HFCLKSTOP] = NRF_TASK("TASKS_HFCLKSTOP", 0x004),
    [TASKS_LFCLKSTART] = NRF_TASK("TASKS_LFCLKSTART", 0x008),
    [TASKS_LFCLKSTOP] = NRF_TASK("TASKS_LFCLKSTOP", 0x00C),
    [TASKS_CAL] = NRF_TASK("TASKS_CAL", 0x010),
    [TASKS_CTSTART] = NRF_TASK("TASKS_CTSTART", 0x014),
    [TASKS_CTSTOP] = NRF_TASK("TASKS_CTSTOP", 0x018),
    [TASKS_CONSTLAT] = NRF_TASK("TASKS_CONSTLAT", 0x078),
    [TASKS_LOWPWR] = NRF_TASK("TASKS_LOWPWR", 0x07C),
    [EVENTS_HFCLKSTARTED] = NRF_EVENT("EVENTS_HFCLKSTARTED", 0x100),
    [EVENTS_LFCLKSTARTED] = NRF_EVENT("EVENTS_LFCLKSTARTED", 0x104),
    [EVENTS_POFWARN] = NRF_EVENT("EVENTS_POFWARN", 0x108),
    [EVENTS_DONE] = NRF_EVENT("EVENTS_DONE", 0x10C),
    [EVENTS_CTTO] = NRF_EVENT("EVENTS_CTTO", 0x110),
    [INTENSET] = NRF_INTENSET(CLOCK_INTS),
    [INTENCLR] = NRF_INTENCLR(CLOCK_INTS),
    [RESETREAS] = { .name = "RESETREAS",
                    .offset = 0x400,
                    .flags = ZIF_REG_KEEP_RESET,
                    .fields =
                        ZIF_FIELDS({ "RESETPIN", 0, 1, ZIF_W1C }, { "DOG", 1, 1, ZIF_W1C }, { "SREQ", 2, 1, ZIF_W1C },
                                   { "LOCKUP", 3, 1, ZIF_W1C }, { "OFF", 16, 1, ZIF_W1C }, { "LPCOMP", 17, 1, ZIF_W1C },
                                   { "DIF", 18, 1, ZIF_W1C }) },
    [HFCLKRUN] = { .name = "HFCLKRUN", .offset = 0x408, .fields = FIELD1("STATUS", ZIF_RO) },
    [HFCLKSTAT] = { .name = "HFCLKSTAT",
                    .offset = 0x40C,
                    .flags = ZIF_REG_LIVE_RESET, /* the RC oscillator runs */
                    .fields = ZIF_FIELDS({ "SRC", 0, 1, ZIF_RO }, { "STATE", 16, 1, ZIF_RO }) },
    [LFCLKRUN] = { .name = "LFCLKRUN", .offset = 0x414, .fields = FIELD1("STATUS", ZIF_RO) },
    [LFCLKSTAT] = { .name = "LFCLKSTAT",
                    .offset = 0x418,
                    .fields = ZIF_FIELDS({ "SRC", 0, 2, ZIF_RO }, { "STATE", 16, 1, ZIF_RO }) },
    [LFCLKSRCCOPY] = { .name = "LFCLKSRCCOPY", .offset = 0x41C, .fields = ZIF_FIELDS({ "SRC", 0, 2, ZIF_RO }) },
    [RAMSTATUS] = { .name = "RAMSTATUS",
                    .offset = 0x428,
                    .flags = ZIF_REG_LIVE_RESET,
                    .fields = ZIF_FIELDS({ "RAMBLOCK0", 0, 1, ZIF_RO }, { "RAMBLOCK1", 1, 1, ZIF_RO },
                                         { "RAMBLOCK2", 2, 1, ZIF_RO }, { "RAMBLOCK3", 3, 1, ZIF_RO }) },
    [SYSTEMOFF] = { .name = "SYSTEMOFF", .offset = 0x500, .fields = FIELD1("SYSTEMOFF", ZIF_WO) },
    /* PAN 26: start-up code of the first two revisions writes 0xC007FFDF here. */
    [ERRATUM] = { .name = "PAN26", .offset = 0x504, .flags = ZIF_REG_UNDOCUMENTED },
    [POFCON] = { .name = "POFCON",
                 .offset = 0x510,
                 .fields = ZIF_FIELDS({ "POF", 0, 1, ZIF_STUB }, { "THRESHOLD", 1, 2, ZIF_STUB }) },
    [LFCLKSRC] = { .name = "LFCLKSRC", .offset = 0x518, .fields = ZIF_FIELDS({ "SRC", 0, 2, ZIF_RW }) },
    [GPREGRET] = { .name = "GPREGRET",
                   .offset = 0x51C,
                   .flags = ZIF_REG_KEEP_RESET,
                   .fields = ZIF_FIELDS({ "GPREGRET", 0, 8, ZIF_RW }) },
    [RAMON] = { .name = "RAMON",
                .offset = 0x524,
                .reset = 3,
                .fields = ZIF_FIELDS({ "ONRAM0", 0, 1, ZIF_RW }, { "ONRAM1", 1, 1, ZIF_RW },
                                     { "OFFRAM0", 16, 1, ZIF_RW }, { "OFFRAM1", 17, 1, ZIF_RW }) },
    [PERR0] = { .name = "PERR0",
                .offset = 0x528,
                .flags = ZIF_REG_STUB,
                .fields = ZIF_FIELDS(
                    { "POWER_CLOCK", 0, 1, ZIF_STUB }, { "RADIO", 1, 1, ZIF_STUB }, { "UART0", 2, 1, ZIF_STUB },
                    { "SPI0_TWI0", 3, 1, ZIF_STUB }, { "SPI1_TWI1", 4, 1, ZIF_STUB }, { "GPIOTE", 6, 1, ZIF_STUB },
                    { "ADC", 7, 1, ZIF_STUB }, { "TIMER0", 8, 1, ZIF_STUB }, { "TIMER1", 9, 1, ZIF_STUB },
                    { "TIMER2", 10, 1, ZIF_STUB }, { "RTC0", 11, 1, ZIF_STUB }, { "TEMP", 12, 1, ZIF_STUB },
                    { "RNG", 13, 1, ZIF_STUB }, { "ECB", 14, 1, ZIF_STUB }, { "CCM_AAR", 15, 1, ZIF_STUB },
                    { "WDT", 16, 1, ZIF_STUB }, { "RTC1", 17, 1, ZIF_STUB }, { "QDEC", 18, 1, ZIF_STUB },
                    { "LPCOMP", 19, 1, ZIF_STUB }, { "NVMC", 30, 1, ZIF_STUB }, { "PPI", 31, 1, ZIF_STUB }) },
    [RLENR0] = { .name = "RLENR0", .offset = 0x52C, .flags = ZIF_REG_STUB },
    [CTIV] = { .name = "CTIV", .offset = 0x538, .fields = ZIF_FIELDS({ "CTIV", 0, 7, ZIF_RW }) },
    [RESET] = { .name = "RESET", .offset = 0x544, .fields = FIELD1("RESET", ZIF_STUB) },
    [XTALFREQ] = { .name = "XTALFREQ",
                   .offset = 0x550,
                   .reset = 0xFFFFFFFF,
                   .fields = ZIF_FIELDS({ "XTALFREQ", 0, 8, ZIF_RW }) },
    [RAMONB] = { .name = "RAMONB",
                 .offset = 0x554,
                 .reset = 3,
                 .fields = ZIF_FIELDS({ "ONRAM2", 0, 1, ZIF_RW }, { "ONRAM3", 1, 1, ZIF_RW },
                                      { "OFFRAM2", 16, 1, ZIF_RW }, { "OFFRAM3", 17, 1, ZIF_RW }) },
    [DCDCEN] = { .name = "DCDCEN", .offset = 0x578, .fields = FIELD1("DCDCEN", ZIF_RW) },
    /* One bit a 4 KiB block of code memory; only a reset clears them. */
    [PROTENSET0] = { .name = "PROTENSET0",
                     .offset = 0x600,
                     .fields = ZIF_FIELDS({ "PROTREG0", 0, 1, ZIF_W1S }, { "PROTREG1", 1, 1, ZIF_W1S },
                                          { "PROTREG2", 2, 1, ZIF_W1S }, { "PROTREG3", 3, 1, ZIF_W1S },
                                          { "PROTREG4", 4, 1, ZIF_W1S }, { "PROTREG5", 5, 1, ZIF_W1S },
                                          { "PROTREG6", 6, 1, ZIF_W1S }, { "PROTREG7", 7, 1, ZIF_W1S },
                                          { "PROTREG8", 8, 1, ZIF_W1S }, { "PROTREG9", 9, 1, ZIF_W1S },
                                          { "PROTREG10", 10, 1, ZIF_W1S }, { "PROTREG11", 11, 1, ZIF_W1S },
                                          { "PROTREG12", 12, 1, ZIF_W1S }, { "PROTREG13", 13, 1, ZIF_W1S },
                                          { "PROTREG14", 14, 1, ZIF_W1S }, { "PROTREG15", 15, 1, ZIF_W1S },
                                          { "PROTREG16", 16, 1, ZIF_W1S }, { "PROTREG17", 17, 1, ZIF_W1S },
                                          { "PROTREG18", 18, 1, ZIF_W1S }, { "PROTREG19", 19, 1, ZIF_W1S },
                                          { "PROTREG20", 20, 1, ZIF_W1S }, { "PROTREG21", 21, 1, ZIF_W1S },
                                          { "PROTREG22", 22, 1, ZIF_W1S }, { "PROTREG23", 23, 1, ZIF_W1S },
                                          { "PROTREG24", 24, 1, ZIF_W1S }, { "PROTREG25", 25, 1, ZIF_W1S },
                                          { "PROTREG26", 26, 1, ZIF_W1S }, { "PROTREG27", 27, 1, ZIF_W1S },
                                          { "PROTREG28", 28, 1, ZIF_W1S }, { "PROTREG29", 29, 1, ZIF_W1S },
                                          { "PROTREG30", 30, 1, ZIF_W1S }, { "PROTREG31", 31, 1, ZIF_W1S }) },
    [PROTENSET1] = { .name = "PROTENSET1",
                     .offset = 0x604,
                     .fields = ZIF_FIELDS({ "PROTREG32", 0, 1, ZIF_W1S }, { "PROTREG33", 1, 1, ZIF_W1S },
                                          { "PROTREG34", 2, 1, ZIF_W1S }, { "PROTREG35", 3, 1, ZIF_W1S },
                                          { "PROTREG36", 4, 1, ZIF_W1S }, { "PROTREG37", 5, 1, ZIF_W1S },
                                          { "PROTREG38", 6, 1, ZIF_W1S }, { "PROTREG39", 7, 1, ZIF_W1S },
                                          { "PROTREG40", 8, 1, ZIF_W1S }, { "PROTREG41", 9, 1, ZIF_W1S },
                                          { "PROTREG42", 10, 1, ZIF_W1S }, { "PROTREG43", 11, 1, ZIF_W1S },
                                          { "PROTREG44", 12, 1, ZIF_W1S }, { "PROTREG45", 13, 1, ZIF_W1S },
                                          { "PROTREG46", 14, 1, ZIF_W1S }, { "PROTREG47", 15, 1, ZIF_W1S },
                                          { "PROTREG48", 16, 1, ZIF_W1S }, { "PROTREG49", 17, 1, ZIF_W1S },
                                          { "PROTREG50", 18, 1, ZIF_W1S }, { "PROTREG51", 19, 1, ZIF_W1S },
                                          { "PROTREG52", 20, 1, ZIF_W1S }, { "PROTREG53", 21, 1, ZIF_W1S },
                                          { "PROTREG54", 22, 1, ZIF_W1S }, { "PROTREG55", 23, 1, ZIF_W1S },
                                          { "PROTREG56", 24, 1, ZIF_W1S }, { "PROTREG57", 25, 1, ZIF_W1S },
                                          { "PROTREG58", 26, 1, ZIF_W1S }, { "PROTREG59", 27, 1, ZIF_W1S },
                                          { "PROTREG60", 28, 1, ZIF_W1S }, { "PROTREG61", 29, 1, ZIF_W1S },
                                          { "PROTREG62", 30, 1, ZIF_W1S }, { "PROTREG63", 31, 1, ZIF_W1S }) },
    [DISABLEINDEBUG] = { .name = "DISABLEINDEBUG",
                         .offset = 0x608,
                         .reset = 1,
                         .fields = FIELD1("DISABLEINDEBUG", ZIF_RW) },
    [PROTBLOCKSIZE] = { .name = "PROTBLOCKSIZE",
                        .offset = 0x60C,
                        .fields = ZIF_FIELDS({ "PROTBLOCKSIZE", 0, 2, ZIF_RW }) },
    [DCDCFORCE] = { .name = "DCDCFORCE",
                    .offset = 0xA08,
                    .fields = ZIF_FIELDS({ "FORCEOFF", 0, 1, ZIF_RW }, { "FORCEON", 1, 1, ZIF_RW }) },
};

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS];
} Clock;

enum { HF_STARTED, LF_STARTED, CALIBRATED, CAL_TIMER };
enum { OUT_HF, OUT_LF, NOUTS };
enum { SRC_RC, SRC_XTAL, SRC_SYNTH, STATE_RUNNING = 1 << 16 };
enum { PROT_BLOCK = 4096 };

/* Product Specification v3.x, section 8.1: typical start-up times of the crystals and of the RC oscillator. */
#define HFXO_START (400 * ZIF_US)
#define LFRC_START (390 * ZIF_US)
#define LFXO_START (300 * ZIF_MS)
#define CAL_TIME   (17 * ZIF_MS)

bool zif__nrf_flash_protected(const ZifDevice *clock, uint32_t address)
{
    const Clock *c = (const Clock *)clock;
    unsigned block = address / PROT_BLOCK;
    return block < 64 && zif_bits(c->values[PROTENSET0 + block / 32], block % 32, 1);
}

bool zif__nrf_hfxo_running(const ZifDevice *clock)
{
    return ((const Clock *)clock)->values[HFCLKSTAT] == (STATE_RUNNING | SRC_XTAL);
}

static void start_lfclk(Clock *c)
{
    if (c->values[LFCLKRUN]) {
        if (c->values[LFCLKSTAT] & STATE_RUNNING) {
            zif__nrf_event(&c->dev, EVENTS_LFCLKSTARTED);
        }
        return;
    }
    unsigned src = c->values[LFCLKSRC] & 3;
    c->values[LFCLKRUN] = 1;
    c->values[LFCLKSRCCOPY] = src;
    zif_schedule_in(&c->dev, LF_STARTED, src == SRC_XTAL ? LFXO_START : LFRC_START);
}

static void stop_lfclk(Clock *c)
{
    c->values[LFCLKRUN] = c->values[LFCLKSTAT] = 0;
    zif_cancel(&c->dev, LF_STARTED);
    zif_clock_drive(&c->dev, OUT_LF, 0);
}

static void clock_event(ZifDevice *dev, unsigned event)
{
    Clock *c = (Clock *)dev;
    switch (event) {
    case HF_STARTED:
        c->values[HFCLKSTAT] = STATE_RUNNING | SRC_XTAL;
        zif__nrf_event(dev, EVENTS_HFCLKSTARTED);
        break;
    case LF_STARTED:
        c->values[LFCLKSTAT] = STATE_RUNNING | c->values[LFCLKSRCCOPY];
        zif_clock_drive(dev, OUT_LF, 32768);
        zif__nrf_event(dev, EVENTS_LFCLKSTARTED);
        break;
    case CALIBRATED:
        zif__nrf_event(dev, EVENTS_DONE);
        break;
    case CAL_TIMER:
        zif__nrf_event(dev, EVENTS_CTTO);
        break;
    }
}

static uint32_t clock_peek(ZifDevice *dev, unsigned slot)
{
    const Clock *c = (const Clock *)dev;
    if (slot == RAMSTATUS) {
        uint32_t on = (c->values[RAMON] & 3) | (c->values[RAMONB] & 3) << 2;
        return on & ((1u << zif_prop_u32(dev, "nordic,ram-blocks", 2)) - 1);
    }
    return c->values[slot];
}

static void clock_task(Clock *c, unsigned slot)
{
    ZifDevice *dev = &c->dev;
    switch (slot) {
    case TASKS_HFCLKSTART:
        c->values[HFCLKRUN] = 1;
        if (zif__nrf_hfxo_running(dev)) {
            zif__nrf_event(dev, EVENTS_HFCLKSTARTED); /* a clock that runs says so again */
        } else if (zif_due(dev, HF_STARTED) == ZIF_TIME_NEVER) {
            zif_schedule_in(dev, HF_STARTED, HFXO_START);
        }
        break;
    case TASKS_HFCLKSTOP:
        c->values[HFCLKRUN] = 0;
        c->values[HFCLKSTAT] = STATE_RUNNING | SRC_RC; /* the processor goes on with the RC oscillator */
        zif_cancel(dev, HF_STARTED);
        break;
    case TASKS_LFCLKSTART:
        start_lfclk(c);
        break;
    case TASKS_LFCLKSTOP:
        stop_lfclk(c);
        break;
    case TASKS_CAL:
        if ((c->values[HFCLKSTAT] & 1) != SRC_XTAL || c->values[LFCLKSTAT] != (STATE_RUNNING | SRC_RC)) {
            zif_report(dev, ZIF_REPORT_CLOCK_OFF, slot, "calibration needs the crystal and the running RC oscillator");
        } else {
            zif_schedule_in(dev, CALIBRATED, CAL_TIME);
        }
        break;
    case TASKS_CTSTART:
        zif_schedule_in(dev, CAL_TIMER, (c->values[CTIV] ? c->values[CTIV] : 128u) * (250 * ZIF_MS));
        break;
    case TASKS_CTSTOP:
        zif_cancel(dev, CAL_TIMER);
        break;
    }
}

static void clock_write(ZifDevice *dev, unsigned slot, uint32_t old, uint32_t value)
{
    Clock *c = (Clock *)dev;
    if (zif__nrf_common_write(dev, slot, old)) {
        return;
    }
    if (slot <= TASKS_LOWPWR) {
        if (zif__nrf_triggered(value)) {
            clock_task(c, slot);
        }
    } else if (slot == SYSTEMOFF && (value & 1)) {
        zif_report(dev, ZIF_REPORT_UNMODELLED, slot, "System OFF is not modelled: the processor goes on");
    } else if (slot == LFCLKSRC && c->values[LFCLKRUN] && old != c->values[slot]) {
        zif_report(dev, ZIF_REPORT_LOCKED, slot, "the source takes effect at the next LFCLKSTART");
    } else if ((slot == RAMON || slot == RAMONB) && (old & 3) & ~c->values[slot]) {
        zif_report(dev, ZIF_REPORT_UNMODELLED, slot, "a RAM block without power keeps its contents here");
    }
}

static void clock_reset(ZifDevice *dev, ZifResetKind kind)
{
    Clock *c = (Clock *)dev;
    static const uint8_t reasons[] = {
        [ZIF_RESET_PIN] = 1,
        [ZIF_RESET_WATCHDOG] = 2,
        [ZIF_RESET_SYSTEM] = 4,
        [ZIF_RESET_LOCKUP] = 8,
    };
    if (kind < sizeof reasons) {
        c->values[RESETREAS] |= reasons[kind];
    }
    c->values[HFCLKSTAT] = STATE_RUNNING | SRC_RC;
    zif_clock_drive(dev, OUT_HF, 16000000);
    zif_clock_drive(dev, OUT_LF, 0);
}

static const ZifController outputs = { .lines = NOUTS };

const ZifClass zif__nrf51_clock = {
    .name = "nrf51-clock",
    .socs = (const char *const[]){ "nordic,nrf51822", NULL },
    .compatible = (const char *const[]){ "nordic,nrf-clock", NULL },
    .reference = "nRF51 Series Reference Manual v3.0, chapters 8 and 11",
    .summary =
        "clocks with start-up times, calibration, reset reasons, flash protection; no System OFF, no power failure",
    .modelled = ZIF_PARTIAL,
    .size = sizeof(Clock),
    .regs = regs,
    .nregs = NREGS,
    .values = offsetof(Clock, values),
    .span = 0x1000,
    .widths = ZIF_W32,
    .outputs = (const ZifOutput[]){ { .name = "irq" }, { 0 } },
    .events = (const char *const[]){ "hfclk", "lfclk", "cal", "ctto", NULL },
    .event = clock_event,
    .reset = clock_reset,
    .clocks = &outputs,
    .peek = clock_peek,
    .on_write = clock_write,
};
