/*
 * STM32F4 timers: the counter and its update events. Tables and references are in tim_registers.c.
 *
 * Between two moments at which something happens the counter is computed from the clock; those moments (a match, the end of a
 * lap) are on the event queue only while somebody can notice them, else they are caught up with at the next access.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tim.h"

void zif__tim_update_irq(Tim *t)
{
    uint32_t on = tim_get(t, SR) & tim_get(t, DIER) & 0xff;
    if (t->silent) {
        return;
    }
    if (!tim_has(t, BDTR)) {
        zif_set(&t->dev, OUT_IRQ, 0, on != 0);
        return;
    }
    static const uint32_t lines[] = { BIF, UIF, TIF | COMIF, CCIFS };
    for (unsigned i = 0; i < 4; i++) {
        zif_set(&t->dev, OUT_IRQ, i, (on & lines[i]) != 0);
    }
}

void zif__tim_set_flags(Tim *t, uint32_t flags)
{
    *tim_reg(t, SR) |= flags;
    zif__tim_update_irq(t);
}

/* With a burst length the request lasts until DMAR was accessed so often; without, it is over at once. */
void zif__tim_dma(Tim *t, unsigned output, unsigned line)
{
    if (t->silent) {
        return;
    }
    if (zif_bits(tim_get(t, DCR), 8, 5)) {
        if (t->burst_output) {
            zif_set(&t->dev, t->burst_output, t->burst_line, 0);
        }
        t->burst_at = 0;
        t->burst_output = output;
        t->burst_line = line;
        zif_set(&t->dev, output, line, 1);
    } else {
        zif_pulse(&t->dev, output, line);
    }
}

/* --- Who counts ------------------------------------------------------------------------------------------------------- */

/* By the timer's own clock, and not encoder edges, the trigger or ETR? */
bool zif__tim_counts_inside(const Tim *t)
{
    unsigned sms = tim_slave_mode(t);
    return !(tim_get(t, SMCR) & ECE) && (sms == 0 || sms == 4 || sms == 5 || sms == 6);
}

static bool is_centered(const Tim *t)
{
    return tim_get(t, CR1) & CMS;
}

static bool is_open(const Tim *t)
{
    return tim_get(t, CR1) & CEN && (tim_slave_mode(t) != 5 || t->trigger);
}

static void set_running(Tim *t, ZifTime when)
{
    bool runs = is_open(t) && zif__tim_counts_inside(t);
    zif_clock_set_hz(&t->clock, when, runs ? zif_clock_hz(&t->dev) : 0);
}

void zif__tim_gate(Tim *t)
{
    set_running(t, zif_now(&t->dev));
    zif__tim_update_trgo(t);
}

/* --- Update events ---------------------------------------------------------------------------------------------------- */

static void load_preloaded(Tim *t)
{
    t->psc = tim_get(t, PSC);
    t->arr = tim_get(t, ARR);
    t->rep = tim_get(t, RCR);
    for (unsigned i = 0; i < NCHANNELS; i++) {
        if (tim_is_output(t, i)) {
            t->ccr[i] = tim_get(t, CCR1 + i);
        }
    }
}

static void update(Tim *t, bool flagged)
{
    uint32_t *cr1 = tim_reg(t, CR1), dier = tim_get(t, DIER);
    if (*cr1 & UDIS) {
        return;
    }
    load_preloaded(t);
    for (unsigned i = 0; i < NCHANNELS; i++) {
        t->cleared[i] = t->cleared[i] && t->etrf;
    }
    if (tim_get(t, BDTR) & AOE) {
        zif__tim_bkin(&t->dev, 0, zif_input_level(&t->dev, IN_BKIN, 0));
    }
    if (flagged) {
        zif__tim_set_flags(t, UIF);
        if (dier & UDE) {
            zif__tim_dma(t, OUT_DMA_UP, 0);
        }
    }
    for (unsigned i = 0; tim_get(t, CR2) & CCDS && i < NCHANNELS; i++) {
        if (dier & CC1DE << i) {
            zif__tim_dma(t, OUT_DMA_CC, i);
        }
    }
    if (zif_bits(tim_get(t, CR2), 4, 3) == 2) {
        zif__tim_pulse_trgo(t);
    }
}

void zif__tim_restart(Tim *t)
{
    t->base = zif_clock_ticks(&t->clock, zif_now(&t->dev));
    t->prescaled = 0;
    bool down = !is_centered(t) && tim_get(t, CR1) & DIR;
    update(t, !(tim_get(t, CR1) & URS));
    t->cnt = down ? t->arr : 0;
    t->down = down;
    if (zif_bits(tim_get(t, CR2), 4, 3) == 0) {
        zif__tim_pulse_trgo(t);
    }
    zif__tim_update_refs(t);
}

/* --- The counter ------------------------------------------------------------------------------------------------------ */

static uint32_t top(const Tim *t)
{
    /* ARR and CNT are equally wide: 32 bits where OR is and more than one channel. */
    return tim_has(t, OR) && tim_has(t, CCR4) ? UINT32_MAX : 0xffff;
}

/* Steps from here to the end of the lap: overflow, underflow, turning point. */
static uint64_t steps_to_end(const Tim *t)
{
    if (is_centered(t)) {
        return t->down ? t->cnt : t->cnt < t->arr ? t->arr - t->cnt : 1;
    }
    if (t->down) {
        return (uint64_t)t->cnt + 1;
    }
    return (uint64_t)(t->cnt <= t->arr ? t->arr : top(t)) - t->cnt + 1;
}

static uint64_t steps_to_point(const Tim *t)
{
    uint64_t best = steps_to_end(t);
    for (unsigned i = 0; i < NCHANNELS && tim_has(t, CCR1 + i); i++) {
        uint32_t ccr = t->ccr[i];
        if (tim_is_output(t, i) && (t->down ? ccr < t->cnt : ccr > t->cnt)) {
            uint64_t n = t->down ? t->cnt - ccr : ccr - t->cnt;
            best = n < best ? n : best;
        }
    }
    return best ? best : 1;
}

static void set_direction(Tim *t, bool down)
{
    t->down = down;
    *tim_reg(t, CR1) = (tim_get(t, CR1) & ~(uint32_t)DIR) | (down && tim_has(t, CCR4) ? DIR : 0);
}

/* Goes `steps` on, at most to the end of the lap; true when it was reached and is an update's occasion. */
static bool move(Tim *t, uint64_t steps)
{
    bool ends = steps >= steps_to_end(t), natural = t->down || t->cnt <= t->arr;
    if (!ends) {
        t->cnt = t->down ? t->cnt - steps : t->cnt + steps;
        return false;
    }
    if (is_centered(t)) {
        t->cnt = t->down ? 0 : t->arr;
        set_direction(t, !t->down);
    } else {
        t->cnt = t->down ? t->arr : 0;
    }
    return natural;
}

/* The counter has just become what it is, at the end of a lap or not: everything that follows. */
static void arrive(Tim *t, bool lap, ZifTime when)
{
    /* Which way the counter was going: in centre-aligned mode it has just turned. */
    bool was_down = is_centered(t) && lap ? !t->down : t->down;
    unsigned cms = zif_bits(tim_get(t, CR1), 5, 2);
    bool beyond[NCHANNELS];
    for (unsigned i = 0; i < NCHANNELS; i++) {
        beyond[i] = lap && t->ccr[i] > t->arr;
    }
    if (lap) {
        if (t->rep) {
            t->rep--;
        } else {
            uint32_t before = t->arr;
            update(t, true);
            if (t->down && !is_centered(t) && before != t->arr) {
                t->cnt = t->arr;
            }
            if (tim_get(t, CR1) & OPM && !(tim_get(t, CR1) & UDIS)) {
                *tim_reg(t, CR1) &= ~(uint32_t)CEN;
                set_running(t, when);
                zif__tim_update_trgo(t);
            }
        }
    }
    for (unsigned i = 0; i < NCHANNELS && tim_has(t, CCR1 + i); i++) {
        bool counted = cms == 0 || cms == 3 || (cms == 1) == was_down;
        if (tim_is_output(t, i) && (beyond[i] || (t->ccr[i] == t->cnt && counted))) {
            zif__tim_match(t, i);
        }
    }
    zif__tim_update_refs(t);
}

/* Can anybody notice what happens in a lap before the next access? */
static bool is_noticed(const Tim *t)
{
    uint32_t dier = tim_get(t, DIER), cr2 = tim_get(t, CR2);
    unsigned mms = zif_bits(cr2, 4, 3);
    return dier & (UIF | CCIFS | UDE | CC1DE | CC1DE << 1 | CC1DE << 2 | CC1DE << 3) || tim_get(t, CR1) & OPM ||
           mms >= 2 || t->ccer & 0x5555 || (tim_get(t, BDTR) & AOE && !(tim_get(t, BDTR) & MOE));
}

static uint64_t lap_steps(const Tim *t)
{
    return is_centered(t) ? 2 * (uint64_t)t->arr : (uint64_t)t->arr + 1;
}

/* Everything that has happened until the clock showed `ticks`. */
static void catch_up(Tim *t, uint64_t ticks)
{
    unsigned laps = 0;
    while (t->arr && t->clock.hz && ticks > t->base) {
        uint64_t per = (uint64_t)t->psc + 1, steps = (ticks - t->base) / per, n = steps_to_point(t);
        if (steps < n) {
            if (steps) {
                move(t, steps);
                t->base += steps * per;
            }
            return;
        }
        t->base += n * per;
        bool lap = move(t, n);
        arrive(t, lap, zif_clock_when(&t->clock, t->base));
        laps += lap;
        /* After so many whole laps nothing is new in the next ones: with an even number of repetitions all stays as it is. */
        uint64_t group = 4 * lap_steps(t) * (tim_get(t, RCR) + 1);
        if (lap && laps > 8 + 4 * tim_get(t, RCR) && !is_noticed(t)) {
            uint64_t rest = ticks > t->base ? (ticks - t->base) / ((uint64_t)t->psc + 1) : 0;
            t->base += rest / group * group * ((uint64_t)t->psc + 1);
            laps = 0;
        }
    }
}

bool zif__tim_is_current(const Tim *t, uint64_t *steps)
{
    *steps = 0;
    if (t->clock.hz && t->arr) {
        uint64_t ticks = zif_clock_ticks(&t->clock, zif_now(&t->dev));
        *steps = ticks > t->base ? ticks - t->base : 0;
        if (t->psc) {
            *steps /= (uint64_t)t->psc + 1;
        }
    }
    return !*steps || *steps < steps_to_point(t);
}

void zif__tim_sync(Tim *t)
{
    if (t->clock.hz) {
        catch_up(t, zif_clock_ticks(&t->clock, zif_now(&t->dev)));
    }
}

void zif__tim_schedule(Tim *t)
{
    if (!t->clock.hz || !t->arr || !is_noticed(t)) {
        zif_cancel(&t->dev, POINT);
        return;
    }
    zif_schedule(&t->dev, POINT, zif_clock_when(&t->clock, t->base + steps_to_point(t) * ((uint64_t)t->psc + 1)));
}

void zif__tim_tick(Tim *t, bool down)
{
    if (!(tim_get(t, CR1) & CEN) || !t->arr || t->prescaled++ < t->psc) {
        return;
    }
    t->prescaled = 0;
    if (tim_slave_mode(t) >= 1 && tim_slave_mode(t) <= 3) {
        set_direction(t, down);
    }
    bool lap = move(t, 1);
    arrive(t, lap, zif_now(&t->dev));
}

/* --- The rest of the class -------------------------------------------------------------------------------------------- */

void zif__tim_event(ZifDevice *dev, unsigned event)
{
    Tim *t = (Tim *)dev;
    zif__tim_sync(t);
    if (event >= DEAD && event < FILTER) {
        zif__tim_dead_over(t, event - DEAD);
    } else if (event == EDGE) {
        zif__tim_edge(t);
    } else if (event != POINT) {
        zif__tim_filtered(t, event);
    }
    zif__tim_schedule(t);
}

void zif__tim_clock(ZifDevice *dev, uint64_t hz)
{
    Tim *t = (Tim *)dev;
    zif__tim_sync(t);
    set_running(t, zif_now(dev));
    zif__tim_schedule(t);
}

bool zif__tim_realize(ZifDevice *dev, Error **errp)
{
    Tim *t = (Tim *)dev;
    for (unsigned place = 0; place < NPLACES; place++) {
        t->slot[place] = NVALUES - 1;
    }
    for (unsigned slot = 0; slot < dev->cls->nregs; slot++) {
        t->slot[tim_place(t, slot)] = slot;
    }
    return true;
}

void zif__tim_reset(ZifDevice *dev, ZifResetKind kind)
{
    Tim *t = (Tim *)dev;
    Tim fresh = { .dev = t->dev, .clock = { .base = zif_now(dev) } };
    for (unsigned slot = 0; slot < NVALUES; slot++) {
        fresh.values[slot] = t->values[slot];
    }
    for (unsigned place = 0; place < NPLACES; place++) {
        fresh.slot[place] = t->slot[place];
    }
    fresh.values[NVALUES - 1] = 0;
    *t = fresh;
    zif__tim_inputs_changed(t);
}
