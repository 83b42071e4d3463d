/*
 * The clock outputs MCO1 and MCO2 of the STM32F4. Their rates are clock lines, for parts on the board that live on them; edges on the pin
 * are for rates that a look at a pin is worth: the slow crystal's. Reference: RM0090 rev 19, 7.2.10, 7.3.3.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rcc.h"

static const uint64_t fastest_drawn = 1000000; /* Hz: an edge is an event on the queue */

void zif__rcc_mco(Rcc *r)
{
    ZifTime now = zif_now(&r->dev);
    for (unsigned n = 0; n < 2; n++) {
        uint64_t hz = r->rate[STM32_MCO1 + n];
        zif_clock_set_hz(&r->mco[n], now, hz <= fastest_drawn ? 2 * hz : 0);
        uint64_t halves = zif_clock_ticks(&r->mco[n], now);
        zif_set(&r->dev, OUT_MCO1 + n, 0, halves & 1);
        ZifTime next = zif_clock_when(&r->mco[n], halves + 1);
        if (next == ZIF_TIME_NEVER) {
            zif_cancel(&r->dev, EV_MCO1 + n);
        } else {
            zif_schedule(&r->dev, EV_MCO1 + n, next);
        }
    }
}

void zif__rcc_mco_reset(Rcc *r)
{
    r->mco[0] = r->mco[1] = (ZifClock){ .base = zif_now(&r->dev) };
    zif__rcc_mco(r);
}
