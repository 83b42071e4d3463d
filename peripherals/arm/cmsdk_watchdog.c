/*
 * CMSDK APB watchdog: a 32-bit down counter; first an interrupt, then a reset. Locked by a key.
 *
 * Reference: Cortex-M System Design Kit TRM r1p0 (DDI 0479), 4.4 "APB watchdog".
 * Models: counter, interrupt, reset, lock, integration test mode.
 * Departs: WDOGCLKEN is always high; a period is WDOGLOAD + 1 clocks.
 * Missing: nothing.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "cmsdk.h"

enum { LOAD, VALUE, CONTROL, INTCLR, RIS, MIS, LOCK, ITCR, ITOP, CMSDK_ID_SLOTS, NREGS };

static const ZifRegister regs[NREGS] = {
    [LOAD] = { .name = "WDOGLOAD", .offset = 0x000, .reset = 0xFFFFFFFF },
    [VALUE] = { .name = "WDOGVALUE",
                .offset = 0x004,
                .reset = 0xFFFFFFFF,
                .flags = ZIF_REG_VOLATILE,
                .fields = ZIF_FIELDS({ "WDOGVALUE", 0, 32, ZIF_RO }) },
    [CONTROL] = { .name = "WDOGCONTROL",
                  .offset = 0x008,
                  .fields = ZIF_FIELDS({ "INTEN", 0, 1, ZIF_RW }, { "RESEN", 1, 1, ZIF_RW }) },
    [INTCLR] = { .name = "WDOGINTCLR", .offset = 0x00C, .fields = ZIF_FIELDS({ "WDOGINTCLR", 0, 32, ZIF_WO }) },
    [RIS] = { .name = "WDOGRIS",
              .offset = 0x010,
              .flags = ZIF_REG_VOLATILE,
              .fields = ZIF_FIELDS({ "WDOGRIS", 0, 1, ZIF_RO }) },
    [MIS] = { .name = "WDOGMIS",
              .offset = 0x014,
              .flags = ZIF_REG_VOLATILE,
              .fields = ZIF_FIELDS({ "WDOGMIS", 0, 1, ZIF_RO }) },
    [LOCK] = { .name = "WDOGLOCK",
               .offset = 0xC00,
               .flags = ZIF_REG_VOLATILE, /* written: the key; read: bit 0 says whether it is locked */
               .fields = ZIF_FIELDS({ "WDOGLOCK", 0, 32, ZIF_RW }) },
    [ITCR] = { .name = "WDOGITCR", .offset = 0xF00, .fields = ZIF_FIELDS({ "ITEN", 0, 1, ZIF_RW }) },
    [ITOP] = { .name = "WDOGITOP",
               .offset = 0xF04,
               .fields = ZIF_FIELDS({ "WDOGRES", 0, 1, ZIF_WO }, { "WDOGINT", 1, 1, ZIF_WO }) },
    CMSDK_ID_ROWS(0x24),
};

enum { INTEN = 1, RESEN = 2, TEST_RES = 1, TEST_INT = 2 };
static const uint32_t KEY = 0x1ACCE551;

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS]; /* [LOCK]: 0 or 1 */
    ZifCounter counter;
    uint8_t test; /* WDOGITOP */
} Watchdog;

enum { IRQ };
enum { ZERO };

static void update_irq(Watchdog *w)
{
    w->values[MIS] = w->values[RIS] && w->values[CONTROL] & INTEN;
    zif_set(&w->dev, IRQ, 0, w->values[ITCR] ? !!(w->test & TEST_INT) : (int)w->values[MIS]);
}

static void plan(Watchdog *w)
{
    ZifTime due = zif__counter_next_zero(&w->counter, zif_now(&w->dev));

    if (due == ZIF_TIME_NEVER) {
        zif_cancel(&w->dev, ZERO);
    } else {
        zif_schedule(&w->dev, ZERO, due);
    }
    update_irq(w);
}

static void reload(Watchdog *w)
{
    zif__counter_set_mode(&w->counter, zif_now(&w->dev), w->values[LOAD], 0, false);
    zif__counter_set_value(&w->counter, zif_now(&w->dev), w->values[LOAD]);
}

static void watchdog_event(ZifDevice *dev, unsigned event)
{
    Watchdog *w = (Watchdog *)dev;

    if (w->values[RIS] && w->values[CONTROL] & RESEN) {
        zif__counter_run(&w->counter, zif_now(dev), false);
        zif_request_reset(dev, ZIF_RESET_WATCHDOG);
    }
    w->values[RIS] = 1;
    plan(w);
}

static uint32_t watchdog_peek(ZifDevice *dev, unsigned slot)
{
    Watchdog *w = (Watchdog *)dev;

    return slot == VALUE ? zif__counter_value(&w->counter, zif_now(dev)) : w->values[slot];
}

static void watchdog_on_write(ZifDevice *dev, unsigned slot, uint32_t old, uint32_t value)
{
    Watchdog *w = (Watchdog *)dev;

    if (slot == LOCK) {
        w->values[LOCK] = value != KEY;
        return;
    }
    if (w->values[LOCK]) {
        w->values[slot] = old;
        zif_report(dev, ZIF_REPORT_LOCKED, (int)slot, "write ignored: WDOGLOCK is locked");
        return;
    }
    switch (slot) {
    case LOAD:
        reload(w);
        break;
    case INTCLR:
        w->values[RIS] = 0;
        reload(w);
        break;
    case CONTROL:
        if ((value & (RESEN | INTEN)) == RESEN) {
            zif_report(dev, ZIF_REPORT_LOCKED, (int)slot,
                       "RESEN without INTEN: the counter stands, and no reset comes");
        }
        if (value & ~old & INTEN) {
            reload(w);
        }
        zif__counter_run(&w->counter, zif_now(dev), value & INTEN);
        break;
    case ITOP:
        w->test = (uint8_t)value;
        break;
    }
    if (w->values[ITCR] && w->test & TEST_RES) {
        zif_request_reset(dev, ZIF_RESET_WATCHDOG);
    }
    plan(w);
}

static void watchdog_clock_changed(ZifDevice *dev, uint64_t hz)
{
    Watchdog *w = (Watchdog *)dev;

    zif__counter_set_hz(&w->counter, zif_now(dev), hz);
    plan(w);
}

static void watchdog_reset(ZifDevice *dev, ZifResetKind kind)
{
    Watchdog *w = (Watchdog *)dev;

    w->test = 0;
    zif__counter_init(&w->counter, zif_now(dev), zif_clock_hz(dev), UINT32_MAX);
    plan(w);
}

const ZifClass zif__cmsdk_watchdog = {
    .name = "cmsdk-watchdog",
    .compatible = (const char *const[]){ "arm,cmsdk-watchdog", NULL },
    .reference = "DDI 0479, 4.4",
    .summary = "whole",
    .modelled = ZIF_MODELLED,
    .size = sizeof(Watchdog),
    .regs = regs,
    .nregs = NREGS,
    .values = offsetof(Watchdog, values),
    .span = 0x1000,
    .outputs = (const ZifOutput[]){ { "irq", 1 }, { 0 } },
    .events = (const char *const[]){ "zero", NULL },
    .event = watchdog_event,
    .reset = watchdog_reset,
    .peek = watchdog_peek,
    .on_write = watchdog_on_write,
    .clock_changed = watchdog_clock_changed,
};
