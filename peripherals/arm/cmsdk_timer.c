/*
 * CMSDK APB timer: a 32-bit down counter with reload and one interrupt.
 *
 * Reference: Cortex-M System Design Kit TRM r1p0 (DDI 0479), 4.1 "APB timer".
 * Models: all of it: counting by the clock or by the external input, the input as gate, reload, interrupt at zero.
 * Departs: EXTIN acts at once, not after its synchroniser's two clocks.
 * Missing: nothing.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "cmsdk.h"

enum { CTRL, VALUE, RELOAD, INTSTATUS, CMSDK_ID_SLOTS, NREGS };

static const ZifRegister regs[NREGS] = {
    [CTRL] = { .name = "CTRL",
               .offset = 0x000,
               .fields = ZIF_FIELDS({ "EN", 0, 1, ZIF_RW }, { "SELEXTEN", 1, 1, ZIF_RW }, { "SELEXTCLK", 2, 1, ZIF_RW },
                                    { "IRQEN", 3, 1, ZIF_RW }) },
    [VALUE] = { .name = "VALUE", .offset = 0x004, .flags = ZIF_REG_VOLATILE },
    [RELOAD] = { .name = "RELOAD", .offset = 0x008 },
    [INTSTATUS] = { .name = "INTSTATUS",
                    .offset = 0x00C,
                    .flags = ZIF_REG_VOLATILE,
                    .fields = ZIF_FIELDS({ "INTSTATUS", 0, 1, ZIF_W1C }) },
    CMSDK_ID_ROWS(0x22),
};

enum { EN = 1, SELEXTEN = 2, SELEXTCLK = 4, IRQEN = 8 };

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS];
    ZifCounter counter;
} Timer;

enum { IRQ };
enum { EXTIN };
enum { ZERO };

static void update_irq(Timer *t)
{
    zif_set(&t->dev, IRQ, 0, (int)t->values[INTSTATUS]);
}

/* After any change: does the counter run, and when does it next interrupt? The flag is set only where the interrupt is
 * enabled, and once set it needs no event until it is cleared. A reload value of zero keeps the counter at zero. */
static void plan(Timer *t)
{
    ZifTime now = zif_now(&t->dev), due = ZIF_TIME_NEVER;
    uint32_t ctrl = t->values[CTRL];
    bool gate = !(ctrl & SELEXTEN) || zif_input_level(&t->dev, EXTIN, 0);

    zif__counter_run(&t->counter, now, ctrl & EN && gate && !(ctrl & SELEXTCLK));
    if (ctrl & IRQEN && !t->values[INTSTATUS] && (t->values[RELOAD] || zif__counter_value(&t->counter, now))) {
        due = zif__counter_next_zero(&t->counter, now);
    }
    if (due == ZIF_TIME_NEVER) {
        zif_cancel(&t->dev, ZERO);
    } else {
        zif_schedule(&t->dev, ZERO, due);
    }
    update_irq(t);
}

static void timer_event(ZifDevice *dev, unsigned event)
{
    Timer *t = (Timer *)dev;

    t->values[INTSTATUS] = 1;
    plan(t);
}

static uint32_t timer_peek(ZifDevice *dev, unsigned slot)
{
    Timer *t = (Timer *)dev;

    return slot == VALUE ? zif__counter_value(&t->counter, zif_now(dev)) : t->values[slot];
}

static void check_start(Timer *t)
{
    if (t->values[CTRL] & IRQEN && !t->values[RELOAD] && !zif__counter_value(&t->counter, zif_now(&t->dev))) {
        zif_report(&t->dev, ZIF_REPORT_INTERRUPT, CTRL, "enabled with VALUE and RELOAD of 0: it never interrupts");
    }
    if (t->values[CTRL] & (SELEXTEN | SELEXTCLK) && !zif_input_connected(&t->dev, EXTIN, 0)) {
        zif_report(&t->dev, ZIF_REPORT_PIN, CTRL, "it waits for EXTIN, which nothing drives");
    }
}

static void timer_on_write(ZifDevice *dev, unsigned slot, uint32_t old, uint32_t value)
{
    Timer *t = (Timer *)dev;

    if (slot == RELOAD) {
        zif__counter_set_mode(&t->counter, zif_now(dev), value, 0, false);
    }
    if (slot == RELOAD || slot == VALUE) {
        zif__counter_set_value(&t->counter, zif_now(dev), value); /* writing RELOAD sets the value too */
    }
    if (slot == CTRL && value & ~old & EN) {
        check_start(t);
    }
    plan(t);
}

/* As the clock, each rising edge is a step. */
static void timer_extin(ZifDevice *dev, unsigned line, int level)
{
    Timer *t = (Timer *)dev;
    ZifTime now = zif_now(dev);

    if (level && (t->values[CTRL] & (EN | SELEXTCLK)) == (EN | SELEXTCLK)) {
        uint32_t value = zif__counter_value(&t->counter, now);

        zif__counter_set_value(&t->counter, now, value ? value - 1 : t->values[RELOAD]);
        if (value == 1 && t->values[CTRL] & IRQEN) {
            t->values[INTSTATUS] = 1;
        }
    }
    plan(t);
}

static void timer_clock_changed(ZifDevice *dev, uint64_t hz)
{
    Timer *t = (Timer *)dev;

    zif__counter_set_hz(&t->counter, zif_now(dev), hz);
    plan(t);
}

static void timer_reset(ZifDevice *dev, ZifResetKind kind)
{
    Timer *t = (Timer *)dev;

    zif__counter_init(&t->counter, zif_now(dev), zif_clock_hz(dev), 0);
    plan(t);
}

const ZifClass zif__cmsdk_timer = {
    .name = "cmsdk-timer",
    .compatible = (const char *const[]){ "arm,cmsdk-timer", NULL },
    .reference = "DDI 0479, 4.1",
    .summary = "whole",
    .modelled = ZIF_MODELLED,
    .size = sizeof(Timer),
    .regs = regs,
    .nregs = NREGS,
    .values = offsetof(Timer, values),
    .span = 0x1000,
    .inputs = (const ZifInput[]){ { "extin", 1, timer_extin }, { 0 } },
    .outputs = (const ZifOutput[]){ { "irq", 1 }, { 0 } },
    .events = (const char *const[]){ "zero", NULL },
    .event = timer_event,
    .reset = timer_reset,
    .peek = timer_peek,
    .on_write = timer_on_write,
    .clock_changed = timer_clock_changed,
};
