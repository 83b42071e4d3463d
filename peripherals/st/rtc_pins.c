/*
 * STM32F4 RTC: what comes in and goes out: interrupts, time stamp, tamper, the outputs of alarms and clock. The head comment is in rtc.c.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rtc.h"

void zif__rtc_update_irq(Rtc *r)
{
    uint32_t isr = r->values[ISR], cr = r->values[CR];
    bool tamper = isr & (TAMP1F | TAMP2F) && r->values[TAFCR] & TAMPIE;
    zif_set(&r->dev, OUT_EXTI17, 0, (isr & ALRAF && cr & ALRAIE) || (isr & ALRBF && cr & ALRBIE));
    zif_set(&r->dev, OUT_EXTI21, 0, tamper || (isr & TSF && cr & TSIE));
    zif_set(&r->dev, OUT_EXTI22, 0, isr & WUTF && cr & WUTIE);
    static const uint32_t sources[] = { 0, ALRAF, ALRBF, WUTF };
    bool out = isr & sources[zif_bits(cr, 21, 2)];
    zif_set(&r->dev, OUT_ALARM, 0, zif_bits(cr, 21, 2) && out != ((cr & POL) != 0));
}

/* So many cycles of RTCCLK from now; never while it stands still. */
void zif__rtc_after(Rtc *r, unsigned event, uint64_t cycles)
{
    uint64_t hz = zif_clock_hz_of(&r->dev, 1);
    if (hz) {
        zif_schedule_in(&r->dev, event, (cycles * ZIF_SEC + hz - 1) / hz);
    } else {
        zif_cancel(&r->dev, event);
    }
}

static void stamp(Rtc *r)
{
    if (r->values[ISR] & TSF) {
        r->values[ISR] |= TSOVF;
    } else {
        r->values[ISR] |= TSF;
        r->values[TSTR] = r->time;
        r->values[TSDR] = r->date & 0xffff;
        r->values[TSSSR] = zif__rtc_subseconds(r);
    }
}

void zif__rtc_ts(ZifDevice *dev, unsigned line, int level)
{
    Rtc *r = (Rtc *)dev;
    if (r->values[CR] & TSE && (level == 0) == ((r->values[CR] & 8) != 0)) {
        zif__rtc_catch_up(r);
        stamp(r);
        zif__rtc_update_irq(r);
    }
}

void zif__rtc_tampered(Rtc *r, unsigned which)
{
    zif__rtc_catch_up(r);
    r->values[ISR] |= TAMP1F << which;
    for (unsigned i = 0; i < NBKP; i++) {
        r->values[BKP0R + i] = 0;
    }
    if (r->values[TAFCR] & TAMPTS) {
        stamp(r);
    }
    zif__rtc_update_irq(r);
}

/* Without a filter an edge counts (TRG 0: rising); with one a level that lasts (TRG 0: low). */
void zif__rtc_check_tamper(Rtc *r, unsigned which, bool edge)
{
    uint32_t tafcr = r->values[TAFCR];
    bool enabled = tafcr >> (3 * which) & 1, trg = tafcr >> (3 * which + 1) & 1;
    bool level = zif_input_level(&r->dev, IN_TAMP1 + which, 0);
    unsigned filter = zif_bits(tafcr, 11, 2);
    zif_cancel(&r->dev, TAMPER1 + which);
    if (!enabled || r->values[ISR] & TAMP1F << which) {
        return;
    }
    if (!filter) {
        if (edge && level != trg) {
            zif__rtc_tampered(r, which);
        }
    } else if (level == trg && zif_input_connected(&r->dev, IN_TAMP1 + which, 0)) {
        zif__rtc_after(r, TAMPER1 + which, (32768ull >> zif_bits(tafcr, 8, 3)) << filter);
    }
}

void zif__rtc_tamp1(ZifDevice *dev, unsigned line, int level)
{
    zif__rtc_check_tamper((Rtc *)dev, 0, true);
}

void zif__rtc_tamp2(ZifDevice *dev, unsigned line, int level)
{
    zif__rtc_check_tamper((Rtc *)dev, 1, true);
}

/* --- The calibrated clock (26.3.14) ------------------------------------------------------------------------------------ */

/* RTCCLK / 64, or with COSEL RTCCLK / (256 * (PREDIV_A + 1)): 512 Hz and 1 Hz of the usual crystal. It rises where a second begins. */
void zif__rtc_show_clock(Rtc *r)
{
    uint32_t cr = r->values[CR];
    bool on = cr & COE && !zif_bits(cr, 21, 2); /* an alarm's output goes before */
    if (!on || !r->clock.hz) {
        zif_cancel(&r->dev, CALIB);
        if (!on) {
            zif_set(&r->dev, OUT_CALIB, 0, 0);
        }
        return;
    }
    uint64_t half = (cr & COSEL ? 128 * (uint64_t)(zif_bits(r->values[PRER], 16, 7) + 1) : 32) << 20;
    uint64_t now = zif__rtc_ticks(r), next = r->second_at;
    if (now >= next) {
        uint64_t halves = (now - next) / half;
        zif_set(&r->dev, OUT_CALIB, 0, !(halves & 1));
        next += (halves + 1) * half;
    }
    zif_schedule(&r->dev, CALIB, zif_clock_when(&r->clock, next));
}
