/*
 * Events that count a block's clock: when the clock changes or stops, what is left of them is kept in ticks.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_ST_STM32_PACE_H
#define ZIF_ST_STM32_PACE_H

#include <zif/peripheral.h>

enum { STM32_PACED = 4 }; /* events 0..3 of a device can be paced */

/* Part of the state. */
typedef struct {
    uint64_t hz;
    uint64_t parked[STM32_PACED]; /* ticks that were left when the clock stopped */
} Stm32Pace;

/** The time of this many ticks, rounded up; 0 without a clock. */
static inline ZifTime stm32_ticks(uint64_t hz, uint64_t ticks)
{
    return hz ? (ZifTime)(((unsigned __int128)ticks * ZIF_SEC + hz - 1) / hz) : 0;
}

static inline void stm32_pace_cancel(ZifDevice *dev, Stm32Pace *p, unsigned event)
{
    p->parked[event] = 0;
    zif_cancel(dev, event);
}

/** Runs the event after this many ticks of the block's clock; while that stands still, later. */
static inline void stm32_pace(ZifDevice *dev, Stm32Pace *p, unsigned event, uint64_t ticks)
{
    p->hz = zif_clock_hz(dev);
    p->parked[event] = 0;
    if (p->hz) {
        zif_schedule_in(dev, event, stm32_ticks(p->hz, ticks));
    } else {
        zif_cancel(dev, event);
        p->parked[event] = ticks ? ticks : 1;
    }
}

/** From clock_changed. */
static inline void stm32_pace_changed(ZifDevice *dev, Stm32Pace *p, unsigned nevents, uint64_t hz)
{
    uint64_t old = p->hz;
    for (unsigned e = 0; e < nevents; e++) {
        ZifTime due = zif_due(dev, e), now = zif_now(dev);
        uint64_t left = p->parked[e];
        if (due != ZIF_TIME_NEVER) {
            left = due > now ? (uint64_t)(((unsigned __int128)(due - now) * old + ZIF_SEC - 1) / ZIF_SEC) : 1;
        }
        if (left) {
            stm32_pace(dev, p, e, left);
        }
    }
    p->hz = hz;
}

/** From reset: the kit has cancelled the events. */
static inline void stm32_pace_reset(ZifDevice *dev, Stm32Pace *p)
{
    *p = (Stm32Pace){ .hz = zif_clock_hz(dev) };
}

#endif
