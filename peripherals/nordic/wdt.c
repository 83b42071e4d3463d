/*
 * nRF51 WDT: watchdog.
 *
 * Reference: nRF51 Series Reference Manual v3.0, chapter 23 "Watchdog timer (WDT)" and section 11.1.7 (what each reset
 * resets: a system reset and a lockup leave the running watchdog alone).
 * Models: time-out from the last reload, the eight reload requests, the interrupt two clock periods before the reset, registers locked
 * once started, survival of soft resets.
 * Departs: CONFIG.SLEEP and CONFIG.HALT are kept, but the watchdog also counts while the processor sleeps or is halted.
 * Missing: nothing else known.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "nordic.h"

enum { NRR = 8 };
enum {
    TASKS_START,
    EVENTS_TIMEOUT,
    INTENSET,
    INTENCLR,
    RUNSTATUS,
    REQSTATUS,
    CRV,
    RREN,
    CONFIG,
    RR,
    POWER = RR + NRR,
    NREGS
};

#define WDT_INTS(A) NRF_LIST({ "TIMEOUT", 0, 1, A })
#define RR_BITS(A)                                                                                                     \
    NRF_LIST({ "RR0", 0, 1, A }, { "RR1", 1, 1, A }, { "RR2", 2, 1, A }, { "RR3", 3, 1, A }, { "RR4", 4, 1, A },       \
             { "RR5", 5, 1, A }, { "RR6", 6, 1, A }, { "RR7", 7, 1, A })

static const ZifRegister regs[NREGS] = {
    [TASKS_START] = NRF_TASK("TASKS_START", 0x000),
    [EVENTS_TIMEOUT] = NRF_EVENT("EVENTS_TIMEOUT", 0x100),
    [INTENSET] = NRF_INTENSET(WDT_INTS),
    [INTENCLR] = NRF_INTENCLR(WDT_INTS),
    [RUNSTATUS] = { .name = "RUNSTATUS",
                    .offset = 0x400,
                    .flags = ZIF_REG_KEEP_RESET,
                    .fields = ZIF_FIELDS({ "RUNSTATUS", 0, 1, ZIF_RO }) },
    [REQSTATUS] = { .name = "REQSTATUS",
                    .offset = 0x404,
                    .reset = 1,
                    .flags = ZIF_REG_KEEP_RESET,
                    .fields = ZIF_FIELDS(RR_BITS(ZIF_RO)) },
    [CRV] = { .name = "CRV", .offset = 0x504, .reset = 0xFFFFFFFF, .flags = ZIF_REG_KEEP_RESET },
    [RREN] = { .name = "RREN",
               .offset = 0x508,
               .reset = 1,
               .flags = ZIF_REG_KEEP_RESET,
               .fields = ZIF_FIELDS(RR_BITS(ZIF_RW)) },
    [CONFIG] = { .name = "CONFIG",
                 .offset = 0x50C,
                 .reset = 1,
                 .flags = ZIF_REG_KEEP_RESET,
                 .fields = ZIF_FIELDS({ "SLEEP", 0, 1, ZIF_STUB }, { "HALT", 3, 1, ZIF_STUB }) },
    [RR] = { .name = "RR", .offset = 0x600, .count = NRR, .stride = 4, .fields = ZIF_FIELDS({ "RR", 0, 32, ZIF_WO }) },
    [POWER] = NRF_POWER,
};

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS];
    ZifTime timeout_at; /* 0 while stopped; the watchdog outlives resets that cancel its events */
    ZifTime reset_at;   /* 0 until the time-out */
} Wdt;

enum { TIMEOUT, RESET_CHIP };
enum { LFCLK_HZ = 32768 };
static const uint32_t RELOAD = 0x6E524635;

static void reload(Wdt *w)
{
    ZifClock lfclk = { .hz = LFCLK_HZ, .base = zif_now(&w->dev) };
    w->timeout_at = zif_clock_when(&lfclk, (uint64_t)w->values[CRV] + 1);
    w->values[REQSTATUS] = w->values[RREN];
    zif_schedule(&w->dev, TIMEOUT, w->timeout_at);
}

static void wdt_event(ZifDevice *dev, unsigned event)
{
    Wdt *w = (Wdt *)dev;
    if (event == RESET_CHIP) {
        zif_request_reset(dev, ZIF_RESET_WATCHDOG);
        return;
    }
    ZifClock lfclk = { .hz = LFCLK_HZ, .base = w->timeout_at };
    w->reset_at = zif_clock_when(&lfclk, 2);
    zif_schedule(dev, RESET_CHIP, w->reset_at);
    zif__nrf_event(dev, EVENTS_TIMEOUT);
}

static void request(Wdt *w, unsigned rr, uint32_t value)
{
    if (!w->values[RUNSTATUS] || w->reset_at) {
        return;
    }
    if (value != RELOAD) {
        zif_report(&w->dev, ZIF_REPORT_LOCKED, RR + rr, "0x%08x is not the reload value 0x6E524635", value);
        return;
    }
    if (!zif_bits(w->values[RREN], rr, 1)) {
        zif_report(&w->dev, ZIF_REPORT_LOCKED, RR + rr, "RREN does not enable this request: it does nothing");
    }
    w->values[REQSTATUS] &= ~(1u << rr);
    if (!w->values[REQSTATUS]) {
        reload(w);
    }
}

static void wdt_write(ZifDevice *dev, unsigned slot, uint32_t old, uint32_t value)
{
    Wdt *w = (Wdt *)dev;
    if (slot == POWER && w->values[RUNSTATUS]) {
        w->values[POWER] = old;
        zif_report(dev, ZIF_REPORT_LOCKED, slot, "a running watchdog cannot be switched off");
        return;
    }
    if (zif__nrf_common_write(dev, slot, old)) {
        return;
    }
    switch (slot) {
    case TASKS_START:
        if (zif__nrf_triggered(value) && !w->values[RUNSTATUS]) {
            w->values[RUNSTATUS] = 1;
            if (w->values[CRV] < 15) {
                zif_report(dev, ZIF_REPORT_RESERVED, CRV, "CRV %u is below the least of 15", w->values[CRV]);
            }
            reload(w);
        }
        break;
    case CRV:
    case RREN:
    case CONFIG:
        if (w->values[RUNSTATUS]) {
            w->values[slot] = old;
            zif_report(dev, ZIF_REPORT_LOCKED, slot, "written while the watchdog runs: ignored");
        } else if (slot == RREN) {
            w->values[REQSTATUS] = w->values[RREN];
        }
        break;
    case RR ... RR + NRR - 1:
        request(w, slot - RR, value);
        break;
    }
}

static void wdt_reset(ZifDevice *dev, ZifResetKind kind)
{
    Wdt *w = (Wdt *)dev;
    if (kind == ZIF_RESET_SYSTEM || kind == ZIF_RESET_LOCKUP) {
        if (w->reset_at) {
            zif_schedule(dev, RESET_CHIP, w->reset_at);
        } else if (w->timeout_at) {
            zif_schedule(dev, TIMEOUT, w->timeout_at);
        }
        return;
    }
    w->timeout_at = w->reset_at = 0;
    for (unsigned slot = RUNSTATUS; slot <= CONFIG; slot++) {
        w->values[slot] = regs[slot].reset;
    }
}

const ZifClass zif__nrf51_wdt = {
    .name = "nrf51-wdt",
    .socs = (const char *const[]){ "nordic,nrf51822", NULL },
    .compatible = (const char *const[]){ "nordic,nrf-wdt", NULL },
    .reference = "nRF51 Series Reference Manual v3.0, chapter 23",
    .summary = "time-out, reload requests, interrupt, reset, locking; always counts, also in sleep",
    .modelled = ZIF_PARTIAL,
    .size = sizeof(Wdt),
    .regs = regs,
    .nregs = NREGS,
    .values = offsetof(Wdt, values),
    .span = 0x1000,
    .widths = ZIF_W32,
    .outputs = (const ZifOutput[]){ { .name = "irq" }, { 0 } },
    .events = (const char *const[]){ "timeout", "reset", NULL },
    .event = wdt_event,
    .reset = wdt_reset,
    .on_write = wdt_write,
};
