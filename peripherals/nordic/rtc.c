/*
 * nRF51 RTC: 24-bit counter of the 32.768 kHz clock.
 *
 * Reference: nRF51 Series Reference Manual v3.0, chapter 19 "Real-time counter (RTC)".
 * Models: prescaler, counter, tick, overflow, four compare registers with the manual's rule that a value one ahead of the
 * counter may be missed, event routing by EVTEN and INTEN, tasks taking effect on the low-frequency clock's edges.
 * Departs: tasks act on the next edge of the low-frequency clock (the manual's jitter of one more edge is not reproduced).
 * Missing: nothing else known.
 *
 * Node: clocks = the CLOCK block, which tells when the low-frequency clock runs. cc-num: compare registers (RTC0 3, RTC1 4).
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "nordic.h"

enum { NCC = 4 };
enum {
    TASKS_START,
    TASKS_STOP,
    TASKS_CLEAR,
    TASKS_TRIGOVRFLW,
    EVENTS_TICK,
    EVENTS_OVRFLW,
    EVENTS_COMPARE,
    INTENSET = EVENTS_COMPARE + NCC,
    INTENCLR,
    EVTEN,
    EVTENSET,
    EVTENCLR,
    COUNTER,
    PRESCALER,
    CC,
    POWER = CC + NCC,
    NREGS
};

#define RTC_INTS(A)                                                                                                    \
    NRF_LIST({ "TICK", 0, 1, A }, { "OVRFLW", 1, 1, A }, { "COMPARE0", 16, 1, A }, { "COMPARE1", 17, 1, A },           \
             { "COMPARE2", 18, 1, A }, { "COMPARE3", 19, 1, A })

static const ZifRegister regs[NREGS] = {
    [TASKS_START] = NRF_TASK("TASKS_START", 0x000),
    [TASKS_STOP] = NRF_TASK("TASKS_STOP", 0x004),
    [TASKS_CLEAR] = NRF_TASK("TASKS_CLEAR", 0x008),
    [TASKS_TRIGOVRFLW] = NRF_TASK("TASKS_TRIGOVRFLW", 0x00C),
    [EVENTS_TICK] = NRF_EVENT("EVENTS_TICK", 0x100),
    [EVENTS_OVRFLW] = NRF_EVENT("EVENTS_OVRFLW", 0x104),
    [EVENTS_COMPARE] = NRF_EVENTS("EVENTS_COMPARE", 0x140, NCC),
    [INTENSET] = NRF_INTENSET(RTC_INTS),
    [INTENCLR] = NRF_INTENCLR(RTC_INTS),
    [EVTEN] = { .name = "EVTEN", .offset = 0x340, .fields = ZIF_FIELDS(RTC_INTS(ZIF_RW)) },
    [EVTENSET] = { .name = "EVTENSET", .offset = 0x344, .fields = ZIF_FIELDS(RTC_INTS(ZIF_W1S)) },
    [EVTENCLR] = { .name = "EVTENCLR", .offset = 0x348, .fields = ZIF_FIELDS(RTC_INTS(ZIF_W1C)) },
    [COUNTER] = { .name = "COUNTER",
                  .offset = 0x504,
                  .flags = ZIF_REG_VOLATILE,
                  .fields = ZIF_FIELDS({ "COUNTER", 0, 24, ZIF_RO }) },
    [PRESCALER] = { .name = "PRESCALER", .offset = 0x508, .fields = ZIF_FIELDS({ "PRESCALER", 0, 12, ZIF_RW }) },
    [CC] = { .name = "CC",
             .offset = 0x540,
             .count = NCC,
             .stride = 4,
             .fields = ZIF_FIELDS({ "COMPARE", 0, 24, ZIF_RW }) },
    [POWER] = NRF_POWER,
};

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS];
    bool running;
    uint8_t pending;   /* tasks waiting for the next edge, by slot */
    uint32_t lfclk_hz; /* 0 while the clock is off */
    ZifClock lfclk;    /* edges of the low-frequency clock since it started */
    uint64_t edge0;    /* the edge at which the count was `count0` and the prescaler empty */
    uint32_t count0;
    uint64_t due;             /* edge of the scheduled step */
    uint64_t cc_written[NCC]; /* edges seen when CC[n] was written */
} Rtc;

enum { STEP, TASK_EDGE };
enum { COUNT_MASK = 0xFFFFFF };

static uint32_t divider(const Rtc *r)
{
    return r->values[PRESCALER] + 1;
}

static uint64_t edges(const Rtc *r)
{
    return zif_clock_ticks(&r->lfclk, zif_now(&r->dev));
}

/* Increments since edge0 at the given edge. */
static uint64_t steps(const Rtc *r, uint64_t edge)
{
    return r->running && edge > r->edge0 ? (edge - r->edge0) / divider(r) : 0;
}

static uint32_t counter(const Rtc *r)
{
    return (r->count0 + steps(r, edges(r))) & COUNT_MASK;
}

/* An event comes about when EVTEN or INTEN has its bit; only EVTEN lets it reach the interconnect. */
static uint32_t wanted(const Rtc *r)
{
    return r->values[EVTEN] | r->values[INTENSET];
}

static void rtc_happens(Rtc *r, unsigned slot, unsigned bit)
{
    if (zif_bits(wanted(r), bit, 1)) {
        r->values[slot] = 1;
        zif__nrf_update_irq(&r->dev);
    }
    if (zif_bits(r->values[EVTEN], bit, 1)) {
        zif__nrf_event_to_ppi(&r->dev, slot);
    }
}

/* Schedules the next increment that somebody wants to hear of; `from` is the edge to count from. */
static void schedule(Rtc *r, uint64_t from)
{
    uint32_t on = wanted(r);

    zif_cancel(&r->dev, STEP);
    if (!r->running || !on || !r->lfclk_hz) {
        return;
    }
    uint64_t done = steps(r, from), ahead = UINT64_MAX;
    uint32_t count = (r->count0 + done) & COUNT_MASK;
    if (on & 1) {
        ahead = 1;
    }
    if ((on & 2) && COUNT_MASK + 1 - count < ahead) {
        ahead = COUNT_MASK + 1 - count;
    }
    for (unsigned i = 0; i < NCC; i++) {
        uint64_t to = ((r->values[CC + i] - count - 1) & COUNT_MASK) + 1;
        if (zif_bits(on, 16 + i, 1) && to < ahead) {
            ahead = to;
        }
    }
    if (ahead != UINT64_MAX) {
        r->due = r->edge0 + (done + ahead) * divider(r);
        zif_schedule(&r->dev, STEP, zif_clock_when(&r->lfclk, r->due));
    }
}

static void step(Rtc *r)
{
    uint64_t edge = r->due;
    uint32_t count = (r->count0 + steps(r, edge)) & COUNT_MASK;

    schedule(r, edge);
    rtc_happens(r, EVENTS_TICK, 0);
    if (count == 0) {
        rtc_happens(r, EVENTS_OVRFLW, 1);
    }
    for (unsigned i = 0; i < NCC; i++) {
        /* The comparator needs the value a whole clock period before the match. */
        if (r->values[CC + i] == count && edge - r->cc_written[i] >= 2) {
            rtc_happens(r, EVENTS_COMPARE + i, 16 + i);
        }
    }
}

static void restart_from(Rtc *r, uint32_t count, uint64_t edge)
{
    r->count0 = count & COUNT_MASK;
    r->edge0 = edge;
}

static void task_edge(Rtc *r)
{
    uint8_t tasks = r->pending;
    uint64_t edge = edges(r);

    r->pending = 0;
    if (tasks & 1u << TASKS_STOP) {
        restart_from(r, counter(r), edge);
        r->running = false;
    }
    if ((tasks & 1u << TASKS_START) && !r->running) {
        restart_from(r, r->count0, edge);
        r->running = true;
    }
    if (tasks & 1u << TASKS_CLEAR) {
        restart_from(r, 0, edge);
    }
    if (tasks & 1u << TASKS_TRIGOVRFLW) {
        restart_from(r, 0xFFFFF0, edge);
    }
    schedule(r, edge);
}

static void rtc_event(ZifDevice *dev, unsigned event)
{
    if (event == STEP) {
        step((Rtc *)dev);
    } else {
        task_edge((Rtc *)dev);
    }
}

/* The low-frequency clock started or stopped. The count stands still while it is off. */
static void rtc_clock_changed(ZifDevice *dev, uint64_t hz)
{
    Rtc *r = (Rtc *)dev;
    r->lfclk_hz = hz;
    zif_clock_set_hz(&r->lfclk, zif_now(dev), hz);
    schedule(r, edges(r));
    if (r->pending && hz) {
        zif_schedule(dev, TASK_EDGE, zif_clock_when(&r->lfclk, edges(r) + 1));
    } else {
        zif_cancel(dev, TASK_EDGE);
    }
}

static uint32_t rtc_peek(ZifDevice *dev, unsigned slot)
{
    Rtc *r = (Rtc *)dev;
    return slot == COUNTER ? counter(r) : r->values[slot];
}

static void rtc_write(ZifDevice *dev, unsigned slot, uint32_t old, uint32_t value)
{
    Rtc *r = (Rtc *)dev;
    if (zif__nrf_common_write(dev, slot, old)) {
        schedule(r, edges(r));
        return;
    }
    switch (slot) {
    case TASKS_START ... TASKS_TRIGOVRFLW:
        if (zif__nrf_triggered(value)) {
            r->pending |= 1u << slot;
            if (slot == TASKS_START || slot == TASKS_STOP) {
                r->pending &= ~(1u << (slot == TASKS_START ? TASKS_STOP : TASKS_START));
            }
            if (r->lfclk_hz) {
                zif_schedule(dev, TASK_EDGE, zif_clock_when(&r->lfclk, edges(r) + 1));
            } else if (slot == TASKS_START) {
                zif_report(dev, ZIF_REPORT_CLOCK_OFF, slot, "started while the low-frequency clock is off");
            }
        }
        return;
    case EVTEN:
    case EVTENSET:
    case EVTENCLR:
        r->values[EVTEN] = r->values[EVTENSET] = r->values[EVTENCLR] = r->values[slot];
        break;
    case PRESCALER:
        if (r->running) {
            r->values[slot] = old;
            zif_report(dev, ZIF_REPORT_LOCKED, slot, "PRESCALER can be written only while the counter is stopped");
        }
        return;
    case CC ... CC + NCC - 1:
        if (slot - CC >= zif_prop_u32(dev, "cc-num", NCC)) {
            zif_report(dev, ZIF_REPORT_RESERVED, slot, "this instance has %u compare registers",
                       zif_prop_u32(dev, "cc-num", NCC));
        }
        if (r->running && r->lfclk_hz && zif_bits(wanted(r), 16 + slot - CC, 1) &&
            ((r->values[slot] - counter(r)) & COUNT_MASK) < 2) {
            zif_report(dev, ZIF_REPORT_BUSY, slot, "0x%x while COUNTER is 0x%x: an event is sure from two ahead",
                       r->values[slot], counter(r));
        }
        r->cc_written[slot - CC] = edges(r);
        break;
    }
    schedule(r, edges(r));
}

static void rtc_reset(ZifDevice *dev, ZifResetKind kind)
{
    Rtc *r = (Rtc *)dev;
    r->running = false;
    r->pending = 0;
    r->edge0 = r->count0 = 0;
    for (unsigned i = 0; i < NCC; i++) {
        r->cc_written[i] = 0;
    }
    r->lfclk = (ZifClock){ .hz = r->lfclk_hz, .base = zif_now(dev) };
}

const ZifClass zif__nrf51_rtc = {
    .name = "nrf51-rtc",
    .socs = (const char *const[]){ "nordic,nrf51822", NULL },
    .compatible = (const char *const[]){ "nordic,nrf-rtc", NULL },
    .reference = "nRF51 Series Reference Manual v3.0, chapter 19",
    .summary = "counter, prescaler, tick, overflow, compare, event routing; exact to the low-frequency clock's edge",
    .modelled = ZIF_MODELLED,
    .size = sizeof(Rtc),
    .regs = regs,
    .nregs = NREGS,
    .values = offsetof(Rtc, values),
    .span = 0x1000,
    .widths = ZIF_W32,
    .outputs = (const ZifOutput[]){ { .name = "irq" }, { 0 } },
    .events = (const char *const[]){ "step", "task", NULL },
    .event = rtc_event,
    .reset = rtc_reset,
    .peek = rtc_peek,
    .on_write = rtc_write,
    .clock_changed = rtc_clock_changed,
};
