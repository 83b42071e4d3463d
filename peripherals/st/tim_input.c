/*
 * STM32F4 timers: input capture, trigger selection, slave modes, encoder. Tables and references are in tim_registers.c.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tim.h"

enum { SMS_OFF, SMS_ENC1, SMS_ENC2, SMS_ENC3, SMS_RESET, SMS_GATED, SMS_TRIGGER, SMS_CLOCK };
enum { TS_TI1_EDGE = 4, TS_TI1, TS_TI2, TS_ETR };

static unsigned trigger_source(const Tim *t)
{
    return zif_bits(tim_get(t, SMCR), 4, 3);
}

static bool polarity(const Tim *t, unsigned i)
{
    return t->ccer & 2u << (4 * i);
}

/* --- Capture ---------------------------------------------------------------------------------------------------------- */

void zif__tim_capture(Tim *t, unsigned i)
{
    *tim_reg(t, CCR1 + i) = t->cnt;
    uint32_t over = tim_get(t, SR) & CC1IF << i ? CC1OF << i : 0;
    zif__tim_set_flags(t, CC1IF << i | over);
    if (tim_get(t, DIER) & CC1DE << i && !(tim_get(t, CR2) & CCDS)) {
        zif__tim_dma(t, OUT_DMA_CC, i);
    }
    if (i == 0 && zif_bits(tim_get(t, CR2), 4, 3) == 3) {
        zif__tim_pulse_trgo(t);
    }
}

/* An edge at the input of channel i, of the polarity it wants: every first, second, fourth, eighth counts. */
static void edge_for(Tim *t, unsigned i)
{
    if (t->ccer & 1u << (4 * i) && ++t->edges[i] >= 1u << zif_bits(tim_mode(t, i), 2, 2)) {
        t->edges[i] = 0;
        zif__tim_capture(t, i);
    }
}

static bool wants_edge(const Tim *t, unsigned i, bool level)
{
    bool p = polarity(t, i), np = t->ccer & 8u << (4 * i);
    return (p && np) || level != p;
}

/* --- The trigger ------------------------------------------------------------------------------------------------------ */

void zif__tim_trigger_event(Tim *t)
{
    zif__tim_set_flags(t, TIF);
    if (tim_get(t, DIER) & TDE) {
        zif__tim_dma(t, OUT_DMA_TRIG, 0);
    }
    if (tim_slave_mode(t) == SMS_RESET) {
        zif__tim_restart(t);
    } else if (tim_slave_mode(t) == SMS_TRIGGER) {
        *tim_reg(t, CR1) |= CEN;
        zif__tim_gate(t);
    } else if (tim_slave_mode(t) == SMS_CLOCK && !(tim_get(t, SMCR) & ECE)) {
        zif__tim_tick(t, false);
    }
    if (tim_get(t, CR2) & CCUS) {
        zif__tim_commute(t);
    }
    for (unsigned i = 0; trigger_source(t) <= TS_TI1_EDGE && i < NCHANNELS; i++) {
        if ((tim_mode(t, i) & 3) == 3) {
            edge_for(t, i); /* captures TRC */
        }
    }
}

static bool trigger_level(const Tim *t)
{
    switch (trigger_source(t)) {
    case TS_TI1_EDGE:
        return false; /* a pulse at each edge */
    case TS_TI1:
        return t->tif[0] != polarity(t, 0);
    case TS_TI2:
        return t->tif[1] != polarity(t, 1);
    case TS_ETR:
        return t->etrf;
    default:
        /* TIM2's OR can put its second trigger where nothing of this chip is modelled. */
        if (trigger_source(t) == 1 && tim_get(t, OR) >> 10) {
            return false;
        }
        return zif_input_level(&t->dev, IN_ITR, trigger_source(t));
    }
}

/* The selected trigger may have another level; `quietly`: because another one was selected. */
static void update_trigger(Tim *t, bool quietly)
{
    bool was = t->trigger;
    t->trigger = trigger_level(t);
    if (was == t->trigger || !tim_has(t, SMCR)) {
        return;
    }
    if (tim_slave_mode(t) == SMS_GATED) {
        zif__tim_gate(t);
        if (!quietly) {
            zif__tim_set_flags(t, TIF); /* at the start and at the stop */
        }
    } else if (t->trigger && !quietly) {
        zif__tim_trigger_event(t);
    }
}

/* --- Encoder ---------------------------------------------------------------------------------------------------------- */

/* Table 97 "Counting direction versus encoder signals": an edge of the one input, the level of the other. */
static void encoder_edge(Tim *t, unsigned i)
{
    unsigned mode = tim_slave_mode(t);
    bool counts = mode == SMS_ENC3 || (mode == SMS_ENC1 && i == 1) || (mode == SMS_ENC2 && i == 0);
    bool here = t->tif[i] != polarity(t, i), there = t->tif[!i] != polarity(t, !i);
    if (counts) {
        zif__tim_tick(t, i == 0 ? here == there : here != there);
    }
}

/* --- Inputs ----------------------------------------------------------------------------------------------------------- */

/* Time a level has to last, for a filter code: samples at a divided clock. */
static ZifTime filter_time(const Tim *t, unsigned code)
{
    static const uint8_t divider[16] = { 0, 1, 1, 1, 2, 2, 4, 4, 8, 8, 16, 16, 16, 32, 32, 32 };
    static const uint8_t samples[16] = { 0, 2, 4, 8, 6, 8, 6, 8, 6, 8, 5, 6, 8, 5, 6, 8 };
    uint64_t hz = zif_clock_hz(&t->dev), cycles = divider[code] * samples[code];
    if (code >= 4) {
        cycles <<= zif_bits(tim_get(t, CR1), 8, 2);
    }
    return hz ? cycles * ZIF_SEC / hz : 0;
}

/* The clock that OR leads to an input, in Hz, and to which; 0: none. */
static uint64_t remapped_clock(const Tim *t, unsigned *channel)
{
    uint32_t remap = tim_get(t, OR);
    bool is_tim5 = tim_has(t, CCR4);
    *channel = is_tim5 ? 3 : 0;
    if (!tim_has(t, OR) || (is_tim5 && tim_get(t, OR) >> 10)) {
        return 0;
    }
    if (is_tim5) {
        remap = zif_bits(remap, 6, 2);
        return remap == 1 || remap == 2 ? zif_clock_hz_of(&t->dev, remap) : 0;
    }
    return remap == 2 ? zif_clock_hz_of(&t->dev, 1) : 0;
}

bool zif__tim_takes_pin(const Tim *t, unsigned i)
{
    unsigned channel;
    uint64_t hz = remapped_clock(t, &channel);
    bool wakeup = tim_has(t, OR) && tim_has(t, CCR4) && zif_bits(tim_get(t, OR), 6, 2) == 3 && i == 3;
    return !(hz && i == channel) && !wakeup;
}

static bool raw_level(const Tim *t, unsigned i)
{
    const ZifDevice *dev = &t->dev;
    if (!zif__tim_takes_pin(t, i)) {
        return zif_bits(tim_get(t, OR), 6, 2) == 3 && tim_has(t, CCR4) ? zif_input_level(dev, IN_WAKEUP, 0) : t->tif[i];
    }
    bool level = zif_input_level(dev, IN_CH, i);
    if (i == 0 && tim_get(t, CR2) & TI1S) {
        level = level != zif_input_level(dev, IN_CH, 1);
        level = level != zif_input_level(dev, IN_CH, 2);
    }
    return level;
}

/* The level behind the filter of input i has changed. */
static void input_changed(Tim *t, unsigned i, bool level)
{
    t->tif[i] = level;
    for (unsigned k = i & ~1u; k < (i & ~1u) + 2; k++) {
        unsigned from = tim_mode(t, k) & 3;
        if (((from == 1 && k == i) || (from == 2 && k != i)) && wants_edge(t, k, level)) {
            edge_for(t, k);
        }
    }
    if (tim_slave_mode(t) >= SMS_ENC1 && tim_slave_mode(t) <= SMS_ENC3 && i < 2) {
        encoder_edge(t, i);
    }
    if (i == 0 && trigger_source(t) == TS_TI1_EDGE && tim_has(t, SMCR)) {
        zif__tim_trigger_event(t);
    }
    update_trigger(t, false);
}

static void etr_changed(Tim *t, bool level)
{
    t->etrf = level;
    if (level && tim_get(t, SMCR) & ECE) {
        zif__tim_tick(t, false);
    }
    update_trigger(t, false);
    zif__tim_update_refs(t);
}

void zif__tim_filtered(Tim *t, unsigned event)
{
    if (event == ETR_FILTER) {
        etr_changed(t, !t->etrf);
    } else {
        input_changed(t, event - FILTER, raw_level(t, event - FILTER));
    }
}

static void settle(Tim *t, unsigned i)
{
    bool level = raw_level(t, i);
    unsigned code = tim_is_output(t, i) ? 0 : zif_bits(tim_mode(t, i), 4, 4);
    ZifTime wait = filter_time(t, code);
    if (level == t->tif[i]) {
        zif_cancel(&t->dev, FILTER + i);
    } else if (wait) {
        zif_schedule_in(&t->dev, FILTER + i, wait);
    } else {
        input_changed(t, i, level);
    }
}

/* --- A clock as an input ---------------------------------------------------------------------------------------------- */

void zif__tim_schedule_edge(Tim *t)
{
    unsigned i;
    uint64_t hz = remapped_clock(t, &i);
    if (hz && zif_due(&t->dev, EDGE) != ZIF_TIME_NEVER) {
        return;
    }
    if (hz && t->ccer & 1u << (4 * i) && !tim_is_output(t, i)) {
        zif_schedule_in(&t->dev, EDGE, ZIF_SEC / hz);
    } else {
        zif_cancel(&t->dev, EDGE);
    }
}

void zif__tim_edge(Tim *t)
{
    unsigned i;
    if (remapped_clock(t, &i)) {
        input_changed(t, i, true);
        input_changed(t, i, false);
    }
    zif__tim_schedule_edge(t);
}

/* --- From outside ----------------------------------------------------------------------------------------------------- */

void zif__tim_inputs_changed(Tim *t)
{
    for (unsigned i = 0; i < NCHANNELS; i++) {
        t->tif[i] = raw_level(t, i);
        zif_cancel(&t->dev, FILTER + i);
    }
    bool etr = zif_input_level(&t->dev, IN_ETR, 0);
    t->etrf = etr != ((tim_get(t, SMCR) & ETP) != 0);
    update_trigger(t, true);
    zif__tim_schedule_edge(t);
}

void zif__tim_ch(ZifDevice *dev, unsigned line, int level)
{
    Tim *t = (Tim *)dev;
    if (!zif_clock_hz(dev) || !tim_has(t, CCR1 + line)) {
        return;
    }
    zif__tim_sync(t);
    settle(t, line);
    if (line && line < 3 && tim_get(t, CR2) & TI1S) {
        settle(t, 0);
    }
    zif__tim_schedule(t);
}

void zif__tim_itr(ZifDevice *dev, unsigned line, int level)
{
    Tim *t = (Tim *)dev;
    if (zif_clock_hz(dev) && tim_has(t, SMCR)) {
        zif__tim_sync(t);
        update_trigger(t, false);
        zif__tim_schedule(t);
    }
}

/* Every first, second, fourth, eighth rising edge passes the prescaler; without it the level does. */
void zif__tim_etr(ZifDevice *dev, unsigned line, int level)
{
    Tim *t = (Tim *)dev;
    if (!zif_clock_hz(dev) || !tim_has(t, CCMR2)) {
        return;
    }
    zif__tim_sync(t);
    uint32_t smcr = tim_get(t, SMCR);
    bool now = (level != 0) != ((smcr & ETP) != 0);
    unsigned every = 1u << zif_bits(smcr, 12, 2);
    ZifTime wait = filter_time(t, zif_bits(smcr, 8, 4));
    if (every > 1) {
        if (now && ++t->etr_edges >= every) {
            t->etr_edges = 0;
            etr_changed(t, true);
            etr_changed(t, false);
        }
    } else if (now == t->etrf) {
        zif_cancel(dev, ETR_FILTER);
    } else if (wait) {
        zif_schedule_in(dev, ETR_FILTER, wait);
    } else {
        etr_changed(t, now);
    }
    zif__tim_schedule(t);
}

void zif__tim_wakeup(ZifDevice *dev, unsigned line, int level)
{
    Tim *t = (Tim *)dev;
    if (zif_clock_hz(dev) && tim_has(t, CCR4)) {
        zif__tim_sync(t);
        settle(t, 3);
        zif__tim_schedule(t);
    }
}
