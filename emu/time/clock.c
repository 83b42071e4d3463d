/* Clocks that devices count with: see ZifClock in zif/time.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include <zif/time.h>

/* The time a core calls "now" is its cycle's true time rounded up by less than a picosecond. A clock anchored
 * there would read one tick too few whenever a later cycle is rounded up by less. Anchored one picosecond
 * earlier it never does, and never reads one too many while a tick lasts longer than two picoseconds. */
static ZifTime anchor(ZifTime now)
{
    return now ? now - 1 : 0;
}

/* Guests read counters in loops, and a division of 128 bits costs more than all the rest. Seconds, microseconds and picoseconds each divide
 * by a constant, and nothing is lost: with ps = s * 10^12 + us * 10^6 + p, ticks are s * hz + (us * hz * 10^6 + p * hz) / 10^12. */
uint64_t zif_clock_ticks(const ZifClock *clk, ZifTime now)
{
    const uint64_t hz = clk->hz;
    if (now <= clk->base || hz == 0) {
        return clk->base_ticks;
    }
    uint64_t elapsed = now - clk->base;
    if (hz >= UINT64_C(1) << 40) { /* the products below would not fit */
        return clk->base_ticks + (uint64_t)((unsigned __int128)elapsed * hz / ZIF_SEC);
    }
    uint64_t s = elapsed / ZIF_SEC, rest = elapsed % ZIF_SEC, us = rest / ZIF_US, ps = rest % ZIF_US;
    uint64_t whole = us * hz / 1000000, part = us * hz % 1000000;
    return clk->base_ticks + s * hz + whole + (part * ZIF_US + ps * hz) / ZIF_SEC;
}

void zif_clock_set_hz(ZifClock *clk, ZifTime now, uint64_t hz)
{
    if (hz == clk->hz) {
        return;
    }
    zif_clock_set_ticks(clk, now, zif_clock_ticks(clk, now));
    clk->hz = hz;
}

void zif_clock_set_ticks(ZifClock *clk, ZifTime now, uint64_t ticks)
{
    clk->base = anchor(now);
    clk->base_ticks = ticks;
}

ZifTime zif_clock_when(const ZifClock *clk, uint64_t ticks)
{
    if (ticks <= clk->base_ticks) {
        return clk->base;
    }
    if (clk->hz == 0) {
        return ZIF_TIME_NEVER;
    }
    uint64_t more = ticks - clk->base_ticks;
    unsigned __int128 d;
    if (more < 18000000 && clk->hz < ZIF_SEC) { /* soon: the sum fits 64 bits */
        d = (more * ZIF_SEC + (clk->hz - 1)) / clk->hz;
    } else {
        d = ((unsigned __int128)more * ZIF_SEC + (clk->hz - 1)) / clk->hz;
    }
    d += clk->base;
    return d >= ZIF_TIME_NEVER ? ZIF_TIME_NEVER : (ZifTime)d;
}
