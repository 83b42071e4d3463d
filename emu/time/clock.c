/* Clocks that devices count with: see ZifClock in zif/time.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include <zif/time.h>

/* The time a core calls "now" is its cycle's true time rounded up by less than a picosecond. A clock anchored
 * there would read one tick too few whenever a later cycle is rounded up by less. Anchored one picosecond
 * earlier it never does, and never reads one too many while a tick lasts longer than two picoseconds. */
static ZifTime anchor(ZifTime now)
{
    return now ? now - 1 : 0;
}

uint64_t zif_clock_ticks(const ZifClock *clk, ZifTime now)
{
    if (now <= clk->base || clk->hz == 0) {
        return clk->base_ticks;
    }
    return clk->base_ticks + (uint64_t)((unsigned __int128)(now - clk->base) * clk->hz / ZIF_SEC);
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
    unsigned __int128 d = ((unsigned __int128)(ticks - clk->base_ticks) * ZIF_SEC + (clk->hz - 1)) / clk->hz;
    d += clk->base;
    return d >= ZIF_TIME_NEVER ? ZIF_TIME_NEVER : (ZifTime)d;
}
