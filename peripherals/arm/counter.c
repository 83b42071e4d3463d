/* A down counter computed from time; see cmsdk.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmsdk.h"

static uint64_t steps_at(const ZifCounter *c, uint64_t ticks)
{
    return ticks >> c->prescale;
}

/* Steps since the counter held c->base. */
static uint64_t elapsed(const ZifCounter *c, ZifTime now)
{
    return c->running ? steps_at(c, zif_clock_ticks(&c->clk, now)) - steps_at(c, c->base_ticks) : 0;
}

static uint64_t period(const ZifCounter *c)
{
    return (uint64_t)c->reload + 1;
}

void zif__counter_init(ZifCounter *c, ZifTime now, uint64_t hz, uint32_t value)
{
    *c = (ZifCounter){ .base = value, .reload = value };
    zif_clock_set_hz(&c->clk, now, hz);
}

uint32_t zif__counter_value(const ZifCounter *c, ZifTime now)
{
    uint64_t n = elapsed(c, now);

    if (n <= c->base) {
        return (uint32_t)(c->base - n);
    }
    return c->once ? 0 : (uint32_t)(c->reload - (n - c->base - 1) % period(c));
}

uint64_t zif__counter_zeros(const ZifCounter *c, ZifTime now)
{
    uint64_t n = elapsed(c, now);

    if (c->once) {
        return c->base && n >= c->base;
    }
    /* A counter that starts at zero has arrived there before. */
    return n < c->base ? 0 : (n - c->base) / period(c) + (c->base != 0);
}

ZifTime zif__counter_next_zero(const ZifCounter *c, ZifTime now)
{
    uint32_t value = zif__counter_value(c, now);
    uint64_t step = steps_at(c, zif_clock_ticks(&c->clk, now));

    if (!c->running || (!value && c->once)) {
        return ZIF_TIME_NEVER;
    }
    return zif_clock_when(&c->clk, (step + (value ? value : period(c))) << c->prescale);
}

void zif__counter_set_value(ZifCounter *c, ZifTime now, uint32_t value)
{
    c->base = value;
    c->base_ticks = zif_clock_ticks(&c->clk, now);
}

/* The clock's edge at `now`, or the next one: a write between two edges is taken over at the second. */
static ZifTime next_edge(const ZifCounter *c, ZifTime now)
{
    uint64_t ticks = zif_clock_ticks(&c->clk, now);
    ZifTime edge = zif_clock_when(&c->clk, ticks) + 1; /* a ZifClock's base lies one picosecond before its edge */

    if (c->clk.hz && now > edge) {
        edge = zif_clock_when(&c->clk, ticks + 1) + 1;
    }
    return now > edge ? now : edge;
}

/* The prescaler has counted `phase` ticks of its present step. */
static void set_phase(ZifCounter *c, ZifTime now, uint32_t phase)
{
    zif_clock_set_ticks(&c->clk, next_edge(c, now), phase);
    c->base_ticks = phase;
}

void zif__counter_load(ZifCounter *c, ZifTime now, uint32_t value)
{
    zif__counter_set_value(c, now, value);
    c->phase = 0;
    if (c->running && c->prescale) {
        set_phase(c, now, 0);
    }
}

static void rebase(ZifCounter *c, ZifTime now)
{
    zif__counter_set_value(c, now, zif__counter_value(c, now));
}

void zif__counter_set_hz(ZifCounter *c, ZifTime now, uint64_t hz)
{
    zif_clock_set_hz(&c->clk, now, hz);
}

void zif__counter_set_mode(ZifCounter *c, ZifTime now, uint32_t reload, unsigned prescale, bool once)
{
    rebase(c, now);
    c->reload = reload;
    c->prescale = (uint8_t)prescale;
    c->once = once;
}

void zif__counter_run(ZifCounter *c, ZifTime now, bool running)
{
    rebase(c, now);
    if (c->prescale && running && !c->running) {
        set_phase(c, now, c->phase);
    } else if (c->prescale && !running && c->running) {
        c->phase = (uint32_t)c->base_ticks & ((1u << c->prescale) - 1);
    }
    c->running = running;
}
