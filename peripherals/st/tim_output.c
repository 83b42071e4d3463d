/*
 * STM32F4 timers: output compare, complementary outputs with dead time, break. Tables and references are in tim_registers.c.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tim.h"

enum { FROZEN, ACTIVE, INACTIVE, TOGGLE, FORCE_INACTIVE, FORCE_ACTIVE, PWM1, PWM2 };

static unsigned ocm(const Tim *t, unsigned i)
{
    return zif_bits(tim_mode(t, i), 4, 3);
}

void zif__tim_match(Tim *t, unsigned i)
{
    switch (ocm(t, i)) {
    case ACTIVE:
        t->ref[i] = true;
        break;
    case INACTIVE:
        t->ref[i] = false;
        break;
    case TOGGLE:
        t->ref[i] = !t->ref[i];
        break;
    default:
        break;
    }
    if (i == 0 && zif_bits(tim_get(t, CR2), 4, 3) == 3 && !(tim_get(t, SR) & CC1IF)) {
        zif__tim_pulse_trgo(t);
    }
    zif__tim_set_flags(t, CC1IF << i);
    if (tim_get(t, DIER) & CC1DE << i && !(tim_get(t, CR2) & CCDS)) {
        zif__tim_dma(t, OUT_DMA_CC, i);
    }
}

static bool pwm_active(const Tim *t, unsigned i)
{
    bool active = t->down ? t->cnt <= t->ccr[i] : t->cnt < t->ccr[i];
    return ocm(t, i) == PWM1 ? active : !active;
}

/* OCxREF of the modes that depend on the counter or on nothing. */
void zif__tim_update_refs(Tim *t)
{
    for (unsigned i = 0; i < NCHANNELS && tim_has(t, CCR1 + i); i++) {
        unsigned mode = ocm(t, i);
        if (!tim_is_output(t, i)) {
            t->ref[i] = false;
            continue;
        }
        if (mode >= PWM1) {
            t->ref[i] = pwm_active(t, i);
        } else if (mode >= FORCE_INACTIVE) {
            t->ref[i] = mode == FORCE_ACTIVE;
        }
        if (tim_mode(t, i) & 0x80 && tim_has(t, CCMR2)) {
            t->cleared[i] = t->cleared[i] || t->etrf;
            t->ref[i] = t->ref[i] && !(t->cleared[i] && mode != FORCE_ACTIVE);
        }
    }
    zif__tim_update_outputs(t);
}

/* --- Levels ----------------------------------------------------------------------------------------------------------- */

static ZifTime dead_time(const Tim *t)
{
    uint32_t dtg = tim_get(t, BDTR) & 0xff;
    uint64_t hz = zif_clock_hz(&t->dev), steps;
    if (dtg < 0x80) {
        steps = dtg;
    } else if (dtg < 0xc0) {
        steps = (64 + (dtg & 0x3f)) * 2;
    } else if (dtg < 0xe0) {
        steps = (32 + (dtg & 0x1f)) * 8;
    } else {
        steps = (32 + (dtg & 0x1f)) * 16;
    }
    return hz ? (steps << zif_bits(tim_get(t, CR1), 8, 2)) * ZIF_SEC / hz : 0;
}

static void drive(Tim *t, unsigned i, bool complementary, bool level)
{
    if (t->silent) {
        return;
    }
    if (complementary) {
        zif_set(&t->dev, OUT_CHN, i, level);
    } else {
        zif_set(&t->dev, OUT_OC, i, level);
        zif_set(&t->dev, OUT_CH, i, level);
    }
}

/* The two levels of channel i as the control bits say (table 94), when all dead times are over. */
static void levels(const Tim *t, unsigned i, bool *main, bool *complement)
{
    uint32_t ccer = t->ccer >> (4 * i), bdtr = tim_get(t, BDTR), cr2 = tim_get(t, CR2);
    bool e = ccer & 1, p = ccer & 2, ne = ccer & 4, np = ccer & 8;
    bool paired = tim_has(t, BDTR) && i < NCOMPLEMENTARY;
    *main = *complement = false;
    if (!paired) {
        ne = false;
    }
    if (tim_has(t, BDTR) && !(bdtr & MOE)) {
        if (bdtr & OSSI && (e || ne)) {
            *main = cr2 & 0x100u << (2 * i);
            *complement = paired && cr2 & 0x200u << (2 * i);
        }
        return;
    }
    if (e) {
        *main = t->ref[i] != p;
    } else if (ne && bdtr & OSSR) {
        *main = p;
    }
    if (ne) {
        *complement = (e ? !t->ref[i] : t->ref[i]) != np;
    } else if (paired && e && bdtr & OSSR) {
        *complement = np;
    }
}

/* A channel that begins to work without a pin is reported, unless its event or its on-chip wire is what it is for. */
static void check_pin(Tim *t, unsigned i)
{
    bool on = t->ccer & 5u << (4 * i) && tim_get(t, CR1) & CEN && (!tim_has(t, BDTR) || tim_get(t, BDTR) & MOE);
    bool was = t->driven[i];
    if (t->silent) {
        return;
    }
    t->driven[i] = on;
    if (!on || was || !zif__tim_takes_pin(t, i)) {
        return;
    }
    bool inside =
        tim_is_output(t, i) && (tim_get(t, DIER) & (CC1IF | CC1DE) << i || zif_bits(tim_get(t, CR2), 4, 3) >= 3 ||
                                (ocm(t, i) < PWM1 && zif_output_connected(&t->dev, OUT_OC, i)));
    char signal[] = "ch1", complement[] = "ch1n";
    signal[2] = complement[2] = '1' + i;
    bool either = t->ccer & 4u << (4 * i) && i < NCOMPLEMENTARY && zif_routed(&t->dev, complement);
    if (!inside && !either) {
        zif_check_routed(&t->dev, t->ccer & 1u << (4 * i) ? signal : complement);
    }
}

void zif__tim_update_outputs(Tim *t)
{
    for (unsigned i = 0; i < NCHANNELS && tim_has(t, CCR1 + i); i++) {
        bool main, complement;
        uint32_t ccer = t->ccer >> (4 * i);
        levels(t, i, &main, &complement);
        check_pin(t, i);
        bool changed = main != t->wanted[i] || complement != t->wanted[NCHANNELS + i];
        t->wanted[i] = main;
        t->wanted[NCHANNELS + i] = complement;
        bool pair = i < NCOMPLEMENTARY && tim_has(t, BDTR) && tim_get(t, BDTR) & MOE && (ccer & 5) == 5;
        ZifTime dead = pair && !t->silent ? dead_time(t) : 0;
        if (!dead) {
            if (i < NCOMPLEMENTARY && tim_has(t, BDTR)) {
                if (!t->silent) {
                    zif_cancel(&t->dev, DEAD + i);
                }
                drive(t, i, true, complement);
            }
            drive(t, i, false, main);
        } else if (changed) {
            /* What becomes inactive does so at once, the other one follows after the dead time. */
            bool p = ccer & 2, np = ccer & 8;
            if (main == p) {
                drive(t, i, false, main);
            }
            if (complement == np) {
                drive(t, i, true, complement);
            }
            zif_schedule_in(&t->dev, DEAD + i, dead);
        }
    }
    zif__tim_update_trgo(t);
}

void zif__tim_dead_over(Tim *t, unsigned i)
{
    drive(t, i, false, t->wanted[i]);
    drive(t, i, true, t->wanted[NCHANNELS + i]);
}

/* --- Trigger output --------------------------------------------------------------------------------------------------- */

void zif__tim_update_trgo(Tim *t)
{
    unsigned mms = zif_bits(tim_get(t, CR2), 4, 3);
    if (!t->silent) {
        zif_set(&t->dev, OUT_TRGO, 0, mms == 1 ? tim_get(t, CR1) & CEN : mms >= 4 && t->ref[mms - 4]);
    }
}

void zif__tim_pulse_trgo(Tim *t)
{
    if (!t->silent) {
        zif_pulse(&t->dev, OUT_TRGO, 0);
    }
}

/* --- Commutation and break -------------------------------------------------------------------------------------------- */

void zif__tim_commute(Tim *t)
{
    t->ccer = tim_get(t, CCER);
    t->ccmr[0] = tim_get(t, CCMR1);
    t->ccmr[1] = tim_get(t, CCMR2);
    zif__tim_set_flags(t, COMIF);
    if (tim_get(t, DIER) & COMDE) {
        zif__tim_dma(t, OUT_DMA_COM, 0);
    }
    zif__tim_update_refs(t);
}

void zif__tim_break(Tim *t)
{
    *tim_reg(t, BDTR) &= ~(uint32_t)MOE;
    zif__tim_set_flags(t, BIF);
    zif__tim_update_outputs(t);
}

/* The break input: while it is active MOE cannot be set; with AOE the update after it sets MOE again. */
void zif__tim_bkin(ZifDevice *dev, unsigned line, int level)
{
    Tim *t = (Tim *)dev;
    uint32_t *bdtr = tim_reg(t, BDTR);
    if (!tim_has(t, BDTR)) {
        return;
    }
    if (*bdtr & BKE && (level != 0) == ((*bdtr & BKP) != 0)) {
        zif__tim_break(t);
    } else if (*bdtr & AOE) {
        *bdtr |= MOE;
        zif__tim_update_outputs(t);
    }
}
