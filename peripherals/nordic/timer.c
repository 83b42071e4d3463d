/*
 * nRF51 TIMER: timer/counter with four capture/compare registers.
 *
 * Reference: nRF51 Series Reference Manual v3.0, chapter 18 "Timer/counter (TIMER)"; nRF51822 PAN v3.x items 73, 74, 78.
 * Models: timer and counter mode, bit modes, prescaler, capture, compare, shortcuts; counts exactly with the 16 MHz clock.
 * Departs: the prescaler starts afresh at START.
 * SHUTDOWN acts as STOP (the difference is current).
 * Missing: nothing else known.
 *
 * Node properties: max-bit-width (32 for TIMER0, 16 for TIMER1 and TIMER2).
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "nordic.h"

enum { NCC = 4 };
enum {
    TASKS_START,
    TASKS_STOP,
    TASKS_COUNT,
    TASKS_CLEAR,
    TASKS_SHUTDOWN,
    TASKS_CAPTURE,
    EVENTS_COMPARE = TASKS_CAPTURE + NCC,
    SHORTS = EVENTS_COMPARE + NCC,
    INTENSET,
    INTENCLR,
    MODE,
    BITMODE,
    PRESCALER,
    CC,
    PAN73 = CC + NCC,
    POWER,
    NREGS
};

#define TIMER_INTS(A)                                                                                                  \
    NRF_LIST({ "COMPARE0", 16, 1, A }, { "COMPARE1", 17, 1, A }, { "COMPARE2", 18, 1, A }, { "COMPARE3", 19, 1, A })

static const ZifRegister regs[NREGS] = {
    [TASKS_START] = NRF_TASK("TASKS_START", 0x000),
    [TASKS_STOP] = NRF_TASK("TASKS_STOP", 0x004),
    [TASKS_COUNT] = NRF_TASK("TASKS_COUNT", 0x008),
    [TASKS_CLEAR] = NRF_TASK("TASKS_CLEAR", 0x00C),
    [TASKS_SHUTDOWN] = NRF_TASK("TASKS_SHUTDOWN", 0x010),
    [TASKS_CAPTURE] = NRF_TASKS("TASKS_CAPTURE", 0x040, NCC),
    [EVENTS_COMPARE] = NRF_EVENTS("EVENTS_COMPARE", 0x140, NCC),
    [SHORTS] = { .name = "SHORTS",
                 .offset = 0x200,
                 .fields = ZIF_FIELDS({ "COMPARE0_CLEAR", 0, 1, ZIF_RW }, { "COMPARE1_CLEAR", 1, 1, ZIF_RW },
                                      { "COMPARE2_CLEAR", 2, 1, ZIF_RW }, { "COMPARE3_CLEAR", 3, 1, ZIF_RW },
                                      { "COMPARE0_STOP", 8, 1, ZIF_RW }, { "COMPARE1_STOP", 9, 1, ZIF_RW },
                                      { "COMPARE2_STOP", 10, 1, ZIF_RW }, { "COMPARE3_STOP", 11, 1, ZIF_RW }) },
    [INTENSET] = NRF_INTENSET(TIMER_INTS),
    [INTENCLR] = NRF_INTENCLR(TIMER_INTS),
    [MODE] = { .name = "MODE", .offset = 0x504, .fields = ZIF_FIELDS({ "MODE", 0, 1, ZIF_RW }) },
    [BITMODE] = { .name = "BITMODE", .offset = 0x508, .fields = ZIF_FIELDS({ "BITMODE", 0, 2, ZIF_RW }) },
    [PRESCALER] = { .name = "PRESCALER",
                    .offset = 0x510,
                    .reset = 4,
                    .fields = ZIF_FIELDS({ "PRESCALER", 0, 4, ZIF_RW }) },
    [CC] = { .name = "CC", .offset = 0x540, .count = NCC, .stride = 4 },
    /* PAN 73: start-up code sets bit 0 before START and clears it after STOP. */
    [PAN73] = { .name = "PAN73",
                .offset = 0xC0C,
                .flags = ZIF_REG_UNDOCUMENTED,
                .fields = ZIF_FIELDS({ "PAN73", 0, 1, ZIF_RW }) },
    [POWER] = NRF_POWER,
};

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS];
    bool running;
    ZifClock clock; /* timer mode: counts from the last CLEAR, without the wrap at the bit width */
    uint64_t due;   /* the clock's count at the scheduled compare */
    uint32_t count; /* counter mode */
} Timer;

enum { COMPARE_DUE };
enum { HFCLK_HZ = 16000000 };

static bool is_counter(const Timer *t)
{
    return t->values[MODE] & 1;
}

static const uint8_t bit_modes[] = { 16, 8, 24, 32 };

static uint32_t wrap_mask(const Timer *t)
{
    unsigned bits = bit_modes[t->values[BITMODE] & 3], max = zif_prop_u32(&t->dev, "max-bit-width", 32);
    return UINT32_MAX >> (32 - (bits < max ? bits : max));
}

static uint32_t counter(const Timer *t)
{
    uint64_t raw = is_counter(t) ? t->count : zif_clock_ticks(&t->clock, zif_now(&t->dev));
    return raw & wrap_mask(t);
}

/* Schedules the next moment, counted from the raw count `from`, at which the count becomes equal to a compare register. */
static void schedule(Timer *t, uint64_t from)
{
    uint64_t mask = wrap_mask(t), ahead = UINT64_MAX;

    zif_cancel(&t->dev, COMPARE_DUE);
    if (!t->running || is_counter(t)) {
        return;
    }
    for (unsigned i = 0; i < NCC; i++) {
        /* 1 to mask+1 ticks ahead: the value the count has now is not reached again before it wraps. */
        uint64_t ticks = ((t->values[CC + i] - from - 1) & mask) + 1;
        if (t->values[CC + i] <= mask && ticks < ahead) {
            ahead = ticks;
        }
    }
    if (ahead != UINT64_MAX) {
        t->due = from + ahead;
        zif_schedule(&t->dev, COMPARE_DUE, zif_clock_when(&t->clock, t->due));
    }
}

static void reschedule(Timer *t)
{
    schedule(t, zif_clock_ticks(&t->clock, zif_now(&t->dev)));
}

static void set_running(Timer *t, bool running, ZifTime at)
{
    t->running = running;
    zif_clock_set_hz(&t->clock, at, running && !is_counter(t) ? HFCLK_HZ >> t->values[PRESCALER] : 0);
}

static void clear(Timer *t, ZifTime at)
{
    t->count = 0;
    zif_clock_set_ticks(&t->clock, at, 0);
}

/* The count became `count` at the time `at`. */
static void compare(Timer *t, uint32_t count, ZifTime at)
{
    bool to_clear = false, to_stop = false;
    for (unsigned i = 0; i < NCC; i++) {
        if (t->values[CC + i] == count) {
            to_clear |= zif_bits(t->values[SHORTS], i, 1);
            to_stop |= zif_bits(t->values[SHORTS], 8 + i, 1);
        }
    }
    if (to_stop) {
        set_running(t, false, at);
    }
    if (to_clear) {
        clear(t, at);
    }
    schedule(t, to_clear ? 0 : t->due);
    for (unsigned i = 0; i < NCC; i++) {
        if (t->values[CC + i] == count) {
            zif__nrf_event(&t->dev, EVENTS_COMPARE + i);
        }
    }
}

static void timer_event(ZifDevice *dev, unsigned event)
{
    Timer *t = (Timer *)dev;
    /* The processor stops at an instruction's end, which may be a little past the tick: nothing may drift by that. */
    compare(t, t->due & wrap_mask(t), zif_clock_when(&t->clock, t->due));
}

static void timer_write(ZifDevice *dev, unsigned slot, uint32_t old, uint32_t value)
{
    Timer *t = (Timer *)dev;
    if (zif__nrf_common_write(dev, slot, old)) {
        return;
    }
    if (slot <= TASKS_CAPTURE + NCC - 1 && !zif__nrf_triggered(value)) {
        return;
    }
    switch (slot) {
    case TASKS_START:
        set_running(t, true, zif_now(dev));
        reschedule(t);
        break;
    case TASKS_STOP:
    case TASKS_SHUTDOWN:
        set_running(t, false, zif_now(dev));
        reschedule(t);
        break;
    case TASKS_COUNT:
        if (t->running && is_counter(t)) {
            t->count++;
            compare(t, counter(t), zif_now(dev));
        } else {
            zif_report(dev, ZIF_REPORT_LOCKED, slot, "nothing is counted: %s",
                       is_counter(t) ? "the counter was not started" : "MODE is that of a timer");
        }
        break;
    case TASKS_CLEAR:
        clear(t, zif_now(dev));
        reschedule(t);
        break;
    case TASKS_CAPTURE ... TASKS_CAPTURE + NCC - 1:
        t->values[CC + slot - TASKS_CAPTURE] = counter(t);
        reschedule(t);
        break;
    case MODE:
    case BITMODE:
    case PRESCALER:
        if (t->running && old != t->values[slot]) {
            zif_report(dev, ZIF_REPORT_BUSY, slot, "changed while the timer runs; the manual asks to stop it first");
        }
        if (slot == BITMODE) {
            if (bit_modes[t->values[BITMODE]] > zif_prop_u32(dev, "max-bit-width", 32)) {
                zif_report(dev, ZIF_REPORT_RESERVED, slot, "this instance counts 16 bits at most");
            }
        } else if (slot == PRESCALER && t->values[PRESCALER] > 9) {
            zif_report(dev, ZIF_REPORT_RESERVED, slot, "prescaler %u is outside 0 to 9", t->values[PRESCALER]);
        }
        set_running(t, t->running, zif_now(dev));
        reschedule(t);
        break;
    case CC ... CC + NCC - 1:
        reschedule(t);
        break;
    }
}

static void timer_reset(ZifDevice *dev, ZifResetKind kind)
{
    Timer *t = (Timer *)dev;
    t->running = false;
    t->count = 0;
    t->clock = (ZifClock){ .base = zif_now(dev) };
}

const ZifClass zif__nrf51_timer = {
    .name = "nrf51-timer",
    .socs = (const char *const[]){ "nordic,nrf51822", NULL },
    .compatible = (const char *const[]){ "nordic,nrf-timer", NULL },
    .reference = "nRF51 Series Reference Manual v3.0, chapter 18",
    .summary = "timer and counter modes, bit modes, prescaler, capture, compare, shortcuts; exact",
    .modelled = ZIF_MODELLED,
    .size = sizeof(Timer),
    .regs = regs,
    .nregs = NREGS,
    .values = offsetof(Timer, values),
    .span = 0x1000,
    .widths = ZIF_W32,
    .outputs = (const ZifOutput[]){ { .name = "irq" }, { 0 } },
    .events = (const char *const[]){ "compare", NULL },
    .event = timer_event,
    .reset = timer_reset,
    .on_write = timer_write,
};
