/*
 * STM32F4 independent watchdog.
 *
 * Reference: RM0090 rev 19, chapter 21.
 * Models: keys, prescaler and reload with their update times (5 periods of LSI), the time-out, LSI forced on, the reset and its cause, the
 * start at reset by option byte (WDG_SW = 0).
 * Departs: LSI has exactly 32 kHz.
 *
 * Node: clocks: LSI; st,rcc; st,flash: the block with the option bytes. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "st.h"

enum { KR, PR, RLR, SR, NREGS };

static const ZifRegister regs[NREGS] = {
    [KR] = { .name = "KR", .offset = 0x0, .fields = ZIF_FIELDS({ "KEY", 0, 16, ZIF_WO }) },
    /* Closed until KR has the key. */
    [PR] = { .name = "PR", .offset = 0x4, .flags = ZIF_REG_VOLATILE, .fields = ZIF_FIELDS({ "PR", 0, 3, ZIF_RW }) },
    [RLR] = { .name = "RLR",
              .offset = 0x8,
              .reset = 0xFFF,
              .flags = ZIF_REG_VOLATILE,
              .fields = ZIF_FIELDS({ "RL", 0, 12, ZIF_RW }) },
    [SR] = { .name = "SR", .offset = 0xC, .fields = ZIF_FIELDS({ "PVU", 0, 1, ZIF_RO }, { "RVU", 1, 1, ZIF_RO }) },
};

enum { KEY_RELOAD = 0xAAAA, KEY_ACCESS = 0x5555, KEY_START = 0xCCCC };
enum { PVU = 1, RVU = 2 };
enum { UPDATED_PR, UPDATED_RLR, TIMEOUT };
enum { UPDATE_PERIODS = 5 };

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS];
    uint8_t open, started;
} Iwdg;

static void reload(Iwdg *w)
{
    unsigned pr = w->values[PR] < 6 ? w->values[PR] : 6;
    uint64_t hz = zif_clock_hz(&w->dev), periods = ((uint64_t)w->values[RLR] + 1) * (4u << pr);
    if (w->started && hz) {
        zif_schedule_in(&w->dev, TIMEOUT, periods * ZIF_SEC / hz);
    } else {
        zif_cancel(&w->dev, TIMEOUT);
    }
}

/* PR or RLR is on its way into the domain of LSI; without that clock it does not arrive. */
static void begin_update(Iwdg *w, unsigned event)
{
    uint64_t hz = zif_clock_hz(&w->dev);
    if (hz && zif_due(&w->dev, event) == ZIF_TIME_NEVER) {
        zif_schedule_in(&w->dev, event, UPDATE_PERIODS * ZIF_SEC / hz);
    }
}

static void iwdg_event(ZifDevice *dev, unsigned event)
{
    Iwdg *w = (Iwdg *)dev;
    switch (event) {
    case UPDATED_PR:
        w->values[SR] &= ~(uint32_t)PVU;
        break;
    case UPDATED_RLR:
        w->values[SR] &= ~(uint32_t)RVU;
        break;
    default:
        zif__stm32_reset(dev, STM32_IWDGRSTF);
        break;
    }
}

static void start(Iwdg *w)
{
    w->started = true;
    zif__stm32_force_lsi(&w->dev);
    reload(w);
}

static void write_key(Iwdg *w, uint32_t key)
{
    w->open = key == KEY_ACCESS;
    if (key == KEY_START && !w->started) {
        start(w);
    } else if (key == KEY_RELOAD) {
        reload(w);
    } else if (key != KEY_ACCESS && key != KEY_START && key) {
        zif_report(&w->dev, ZIF_REPORT_LOCKED, KR, "0x%04x is no key: 0x5555, 0xAAAA and 0xCCCC are", key);
    }
}

static void write_value(Iwdg *w, unsigned slot, uint32_t old)
{
    uint32_t busy = slot == PR ? PVU : RVU;
    if (!w->open) {
        w->values[slot] = old;
        zif_report(&w->dev, ZIF_REPORT_LOCKED, (int)slot,
                   "%s is locked: write 0x5555 to KR first; the write had no effect", regs[slot].name);
    } else if (w->values[SR] & busy) {
        w->values[slot] = old;
        zif_report(&w->dev, ZIF_REPORT_BUSY, (int)slot,
                   "%s written while the last write is under way (SR.%s is 1); ignored", regs[slot].name,
                   slot == PR ? "PVU" : "RVU");
    } else {
        w->values[SR] |= busy;
        begin_update(w, slot == PR ? UPDATED_PR : UPDATED_RLR);
        if (slot == PR) {
            reload(w);
        }
    }
}

static void iwdg_write(ZifDevice *dev, unsigned slot, uint32_t old, uint32_t value)
{
    Iwdg *w = (Iwdg *)dev;
    if (slot == KR) {
        write_key(w, value);
    } else if (slot != SR) {
        write_value(w, slot, old);
    }
}

static void iwdg_clock(ZifDevice *dev, uint64_t hz)
{
    Iwdg *w = (Iwdg *)dev;
    reload(w);
    if (w->values[SR] & PVU) {
        begin_update(w, UPDATED_PR);
    }
    if (w->values[SR] & RVU) {
        begin_update(w, UPDATED_RLR);
    }
}

static void iwdg_reset(ZifDevice *dev, ZifResetKind kind)
{
    Iwdg *w = (Iwdg *)dev;
    w->open = w->started = false;
    if (!zif__stm32_option(dev, STM32_WDG_SW)) {
        start(w);
    }
}

const ZifClass zif__stm32f4_iwdg = {
    .name = "stm32f4-iwdg",
    .socs = (const char *const[]){ "st,stm32f4", NULL },
    .compatible = (const char *const[]){ "st,stm32-watchdog", NULL },
    .reference = "RM0090 rev 19, chapter 21",
    .summary = "keys, update times, time-out, reset, start by key or option byte",
    .modelled = ZIF_MODELLED,
    .size = sizeof(Iwdg),
    .regs = regs,
    .nregs = NREGS,
    .values = offsetof(Iwdg, values),
    .span = 0x400,
    .events = (const char *const[]){ "prescaler-updated", "reload-updated", "timeout", NULL },
    .event = iwdg_event,
    .reset = iwdg_reset,
    .on_write = iwdg_write,
    .clock_changed = iwdg_clock,
};
