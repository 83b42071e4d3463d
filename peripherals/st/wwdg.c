/*
 * STM32F4 window watchdog.
 *
 * Reference: RM0090 rev 19, chapter 22.
 * Models: the free-running counter, the window, the early wake-up interrupt, the reset and its cause.
 * Departs: a write to CR starts the divider by 4096 anew, which on silicon runs free.
 *
 * Node: clocks: the APB1 gate (PCLK1); st,rcc. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "st.h"

enum { CR, CFR, SR, NREGS };

static const ZifRegister regs[NREGS] = {
    [CR] = { .name = "CR",
             .offset = 0x0,
             .reset = 0x7F,
             .flags = ZIF_REG_VOLATILE,
             .fields = ZIF_FIELDS({ "T", 0, 7, ZIF_RW }, { "WDGA", 7, 1, ZIF_W1S }) },
    [CFR] = { .name = "CFR",
              .offset = 0x4,
              .reset = 0x7F,
              .fields = ZIF_FIELDS({ "W", 0, 7, ZIF_RW }, { "WDGTB", 7, 2, ZIF_RW }, { "EWI", 9, 1, ZIF_W1S }) },
    [SR] = { .name = "SR", .offset = 0x8, .fields = ZIF_FIELDS({ "EWIF", 0, 1, ZIF_W0C }) },
};

enum { T = 0x7F, T6 = 0x40, WDGA = 0x80, EWI = 1 << 9, EWIF = 1 };
enum { STEP, LAST = T6 };

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS];
    ZifClock clock; /* counts PCLK1 since T was what CR's stored value says */
} Wwdg;

static uint64_t step_cycles(const Wwdg *w)
{
    return 4096u << zif_bits(w->values[CFR], 7, 2);
}

static unsigned counter(const Wwdg *w)
{
    uint64_t steps = zif_clock_ticks(&w->clock, zif_now(&w->dev)) / step_cycles(w);
    return (unsigned)((w->values[CR] - steps) & T);
}

static void update_irq(Wwdg *w)
{
    zif_set(&w->dev, 0, 0, w->values[SR] & EWIF && w->values[CFR] & EWI);
}

/* The next thing that can be noticed: the counter at 0x40 (flag), then at 0x3F (reset). */
static void plan(Wwdg *w)
{
    uint64_t done = zif_clock_ticks(&w->clock, zif_now(&w->dev)) / step_cycles(w);
    unsigned now = counter(w), ahead;
    if (now == LAST && w->values[CR] & WDGA) {
        ahead = 1;
    } else {
        ahead = (now - LAST) & T ? (now - LAST) & T : 128;
    }
    zif_schedule(&w->dev, STEP, zif_clock_when(&w->clock, (done + ahead) * step_cycles(w)));
}

static void wwdg_event(ZifDevice *dev, unsigned event)
{
    Wwdg *w = (Wwdg *)dev;
    if (counter(w) == LAST) {
        w->values[SR] |= EWIF;
        update_irq(w);
    } else if (w->values[CR] & WDGA) {
        zif__stm32_reset(dev, STM32_WWDGRSTF);
        return;
    }
    plan(w);
}

static void write_cr(Wwdg *w, unsigned before, bool was_active, uint32_t value)
{
    bool early = was_active && before > zif_bits(w->values[CFR], 0, 7);
    zif_clock_set_ticks(&w->clock, zif_now(&w->dev), 0);
    if (w->values[CR] & WDGA && (early || !(value & T6))) {
        zif__stm32_reset(&w->dev, STM32_WWDGRSTF);
    }
}

static uint32_t wwdg_peek(ZifDevice *dev, unsigned slot)
{
    const Wwdg *w = (const Wwdg *)dev;
    return slot == CR ? (w->values[CR] & ~(uint32_t)T) | counter(w) : w->values[slot];
}

static void wwdg_write(ZifDevice *dev, unsigned slot, uint32_t old, uint32_t value)
{
    Wwdg *w = (Wwdg *)dev;
    uint64_t ticks = zif_clock_ticks(&w->clock, zif_now(dev));
    if (slot == CR) {
        write_cr(w, (unsigned)(old - ticks / step_cycles(w)) & T, old & WDGA, value);
    } else if (slot == CFR && (old ^ w->values[CFR]) >> 7 & 3) {
        /* Another prescaler: the count so far is kept. */
        w->values[CR] = (w->values[CR] & ~(uint32_t)T) | ((w->values[CR] - ticks / (4096u << zif_bits(old, 7, 2))) & T);
        zif_clock_set_ticks(&w->clock, zif_now(dev), 0);
    }
    update_irq(w);
    plan(w);
}

static void wwdg_clock(ZifDevice *dev, uint64_t hz)
{
    Wwdg *w = (Wwdg *)dev;
    zif_clock_set_hz(&w->clock, zif_now(dev), hz);
    plan(w);
}

static void wwdg_reset(ZifDevice *dev, ZifResetKind kind)
{
    Wwdg *w = (Wwdg *)dev;
    w->clock = (ZifClock){ 0 };
    zif_clock_set_hz(&w->clock, zif_now(dev), zif_clock_hz(dev));
    plan(w);
}

const ZifClass zif__stm32f4_wwdg = {
    .name = "stm32f4-wwdg",
    .socs = (const char *const[]){ "st,stm32f4", NULL },
    .compatible = (const char *const[]){ "st,stm32-window-watchdog", NULL },
    .reference = "RM0090 rev 19, chapter 22",
    .summary = "whole",
    .modelled = ZIF_MODELLED,
    .size = sizeof(Wwdg),
    .regs = regs,
    .nregs = NREGS,
    .values = offsetof(Wwdg, values),
    .span = 0x400,
    .outputs = (const ZifOutput[]){ { .name = "irq" }, { 0 } },
    .events = (const char *const[]){ "step", NULL },
    .event = wwdg_event,
    .reset = wwdg_reset,
    .peek = wwdg_peek,
    .on_write = wwdg_write,
    .clock_changed = wwdg_clock,
};
