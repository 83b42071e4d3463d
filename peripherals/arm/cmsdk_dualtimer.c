/*
 * CMSDK APB dual timer: two down counters of 16 or 32 bits with prescaler; free-running, periodic or one-shot.
 *
 * Reference: Cortex-M System Design Kit TRM r1p0 (DDI 0479), 4.2 "APB dual-input timers".
 * Models: both counters, a prescaler that LOAD restarts and that stands still with the timer, background load, raw and masked interrupts, the combined interrupt, integration test mode.
 * Departs: TIMCLKEN1 and TIMCLKEN2 are always high. A period is LOAD + 1 steps: the counter reloads "after wrapping past
 * zero". The prescaler setting 0b11, which the manual leaves undefined, divides by 256.
 * Missing: nothing.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "cmsdk.h"

/* Each timer's seven registers lie in this order. */
enum { LOAD, VALUE, CONTROL, INTCLR, RIS, MIS, BGLOAD, PER_TIMER };
enum { TIMER1, TIMER2 = TIMER1 + PER_TIMER, ITCR = TIMER2 + PER_TIMER, ITOP, CMSDK_ID_SLOTS, NREGS };

/* clang-format off */
#define TIMER_ROWS(slot, prefix, at)                                                                         \
    [slot + LOAD] = { .name = prefix "LOAD", .offset = at },                                                  \
    [slot + VALUE] = { .name = prefix "VALUE", .offset = at + 0x04, .reset = 0xFFFFFFFF,                      \
                       .flags = ZIF_REG_VOLATILE, .fields = ZIF_FIELDS({ "VALUE", 0, 32, ZIF_RO }) },         \
    [slot + CONTROL] = { .name = prefix "CONTROL", .offset = at + 0x08, .reset = 0x20,                        \
        .fields = ZIF_FIELDS({ "OneShotCount", 0, 1, ZIF_RW }, { "TimerSize", 1, 1, ZIF_RW },                 \
                             { "TimerPre", 2, 2, ZIF_RW }, { "IntEnable", 5, 1, ZIF_RW },                     \
                             { "TimerMode", 6, 1, ZIF_RW }, { "TimerEn", 7, 1, ZIF_RW }) },                   \
    [slot + INTCLR] = { .name = prefix "INTCLR", .offset = at + 0x0C,                                         \
                        .fields = ZIF_FIELDS({ "INTCLR", 0, 32, ZIF_WO }) },                                  \
    [slot + RIS] = { .name = prefix "RIS", .offset = at + 0x10, .flags = ZIF_REG_VOLATILE,                    \
                     .fields = ZIF_FIELDS({ "RIS", 0, 1, ZIF_RO }) },                                         \
    [slot + MIS] = { .name = prefix "MIS", .offset = at + 0x14, .flags = ZIF_REG_VOLATILE,                    \
                     .fields = ZIF_FIELDS({ "MIS", 0, 1, ZIF_RO }) },                                         \
    [slot + BGLOAD] = { .name = prefix "BGLOAD", .offset = at + 0x18 }
/* clang-format on */

static const ZifRegister regs[NREGS] = {
    TIMER_ROWS(TIMER1, "TIMER1", 0x00),
    TIMER_ROWS(TIMER2, "TIMER2", 0x20),
    [ITCR] = { .name = "TIMERITCR", .offset = 0xF00, .fields = ZIF_FIELDS({ "ITEN", 0, 1, ZIF_RW }) },
    [ITOP] = { .name = "TIMERITOP",
               .offset = 0xF04,
               .fields = ZIF_FIELDS({ "TIMINT1", 0, 1, ZIF_WO }, { "TIMINT2", 1, 1, ZIF_WO }) },
    CMSDK_ID_ROWS(0x23),
};

enum { ONE_SHOT = 1, SIZE_32 = 2, PRE_SHIFT = 2, INT_ENABLE = 0x20, PERIODIC = 0x40, ENABLE = 0x80, MODE_BITS = 0x4F };

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS];
    ZifCounter counter[2];
    uint16_t upper[2]; /* of VALUE while the timer has 16 bits: what was loaded there */
    uint8_t test;      /* TIMERITOP */
} DualTimer;

enum { IRQ, IRQ1, IRQ2 };
enum { ZERO1, ZERO2 };

static uint32_t *timer_regs(DualTimer *t, unsigned n)
{
    return &t->values[n ? TIMER2 : TIMER1];
}

static uint32_t mask(const uint32_t *r)
{
    return r[CONTROL] & SIZE_32 ? UINT32_MAX : UINT16_MAX;
}

static void update_irq(DualTimer *t)
{
    bool test = t->values[ITCR];
    int level[2];

    for (unsigned n = 0; n < 2; n++) {
        uint32_t *r = timer_regs(t, n);

        r[MIS] = r[RIS] && r[CONTROL] & INT_ENABLE;
        level[n] = test ? t->test >> n & 1 : (int)r[MIS];
    }
    zif_set(&t->dev, IRQ1, 0, level[0]);
    zif_set(&t->dev, IRQ2, 0, level[1]);
    zif_set(&t->dev, IRQ, 0, level[0] || level[1]);
}

/* A raw flag that is set needs no event until it is cleared. */
static void plan(DualTimer *t, unsigned n)
{
    ZifTime due = zif__counter_next_zero(&t->counter[n], zif_now(&t->dev));

    if (due == ZIF_TIME_NEVER || timer_regs(t, n)[RIS]) {
        zif_cancel(&t->dev, ZERO1 + n);
    } else {
        zif_schedule(&t->dev, ZERO1 + n, due);
    }
    update_irq(t);
}

static void dualtimer_event(ZifDevice *dev, unsigned event)
{
    DualTimer *t = (DualTimer *)dev;

    timer_regs(t, event - ZERO1)[RIS] = 1;
    plan(t, event - ZERO1);
}

static uint32_t value_of(DualTimer *t, unsigned n)
{
    uint32_t value = zif__counter_value(&t->counter[n], zif_now(&t->dev));

    return timer_regs(t, n)[CONTROL] & SIZE_32 ? value : (uint32_t)t->upper[n] << 16 | (value & UINT16_MAX);
}

static uint32_t dualtimer_peek(ZifDevice *dev, unsigned slot)
{
    DualTimer *t = (DualTimer *)dev;

    return slot == TIMER1 + VALUE || slot == TIMER2 + VALUE ? value_of(t, slot >= TIMER2) : t->values[slot];
}

/* CONTROL or the background load changed. */
static void apply_mode(DualTimer *t, unsigned n, uint32_t value)
{
    const uint32_t *r = timer_regs(t, n);
    ZifTime now = zif_now(&t->dev);
    ZifCounter *c = &t->counter[n];
    static const uint8_t prescale[4] = { 0, 4, 8, 8 };
    uint32_t pre = zif_bits(r[CONTROL], PRE_SHIFT, 2);

    if (pre == 3) {
        zif_report(&t->dev, ZIF_REPORT_RESERVED, (n ? TIMER2 : TIMER1) + CONTROL, "TimerPre 3 is undefined");
    }
    zif__counter_set_value(c, now, value & mask(r));
    zif__counter_set_mode(c, now, r[CONTROL] & PERIODIC ? r[BGLOAD] & mask(r) : mask(r), prescale[pre],
                          r[CONTROL] & ONE_SHOT);
    zif__counter_run(c, now, r[CONTROL] & ENABLE);
}

static void dualtimer_on_write(ZifDevice *dev, unsigned slot, uint32_t old, uint32_t value)
{
    DualTimer *t = (DualTimer *)dev;
    unsigned n = slot >= TIMER2;
    uint32_t *r = timer_regs(t, n);

    if (slot >= ITCR) {
        t->test = slot == ITOP ? (uint8_t)value : t->test;
        update_irq(t);
        return;
    }
    switch (slot - (n ? TIMER2 : TIMER1)) {
    case LOAD:
        r[BGLOAD] = value;
        t->upper[n] = value >> 16;
        zif__counter_load(&t->counter[n], zif_now(dev), value & mask(r));
        apply_mode(t, n, value);
        break;
    case BGLOAD:
        r[LOAD] = value; /* reads of either give the latest */
        apply_mode(t, n, value_of(t, n));
        break;
    case CONTROL:
        if (old & value & ENABLE && (old ^ value) & MODE_BITS) {
            zif_report(dev, ZIF_REPORT_BUSY, (int)slot, "mode, size or prescaler changed while the timer runs");
        }
        if (value & ENABLE && r[LOAD] > mask(r)) {
            zif_report(dev, ZIF_REPORT_RESERVED, (int)slot, "a load of 0x%x needs 32 bits: TimerSize is 0", r[LOAD]);
        }
        apply_mode(t, n, value_of(t, n));
        break;
    case INTCLR:
        r[RIS] = 0;
        break;
    }
    plan(t, n);
}

static void dualtimer_clock_changed(ZifDevice *dev, uint64_t hz)
{
    DualTimer *t = (DualTimer *)dev;

    for (unsigned n = 0; n < 2; n++) {
        zif__counter_set_hz(&t->counter[n], zif_now(dev), hz);
        plan(t, n);
    }
}

static void dualtimer_reset(ZifDevice *dev, ZifResetKind kind)
{
    DualTimer *t = (DualTimer *)dev;

    t->test = 0;
    for (unsigned n = 0; n < 2; n++) {
        zif__counter_init(&t->counter[n], zif_now(dev), zif_clock_hz(dev), UINT16_MAX);
        t->upper[n] = UINT16_MAX;
        plan(t, n);
    }
}

const ZifClass zif__cmsdk_dualtimer = {
    .name = "cmsdk-dualtimer",
    .compatible = (const char *const[]){ "arm,cmsdk-dtimer", NULL },
    .reference = "DDI 0479, 4.2",
    .summary = "whole",
    .modelled = ZIF_MODELLED,
    .size = sizeof(DualTimer),
    .regs = regs,
    .nregs = NREGS,
    .values = offsetof(DualTimer, values),
    .span = 0x1000,
    .outputs = (const ZifOutput[]){ { "irq", 1 }, { "irq1", 1 }, { "irq2", 1 }, { 0 } },
    .events = (const char *const[]){ "zero1", "zero2", NULL },
    .event = dualtimer_event,
    .reset = dualtimer_reset,
    .peek = dualtimer_peek,
    .on_write = dualtimer_on_write,
    .clock_changed = dualtimer_clock_changed,
};
