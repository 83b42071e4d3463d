/* Clocks that devices count with: see ZifClock in zif/time.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include <zif/time.h>

/* The time a core calls "now" is its cycle's true time rounded up by less than a picosecond. A clock anchored
 * there would read one tick too few whenever a later cycle is rounded up by less. Anchored one picosecond
 * earlier it never does, and never reads one too many while a tick lasts longer than two picoseconds. */
static ZifTime anchor(ZifTime now)
{
    return now ? now - 1 : 0;
}

/* The high half of a product. */
static uint64_t mul_high(uint64_t a, uint64_t b)
{
    return (uint64_t)((unsigned __int128)a * b >> 64);
}

/* elapsed * hz / 10^12 without a division, for guests read counters in loops: a multiplication by hz * 2^64 / 10^12 cut off, which
 * gives at most two too few; what is left of elapsed * hz, exact in 64 bits however long that is, says how many. */
static uint64_t ticks_in(uint64_t elapsed, uint64_t hz)
{
    const unsigned __int128 reciprocal = ~(unsigned __int128)0 / ZIF_SEC; /* 2^128 / 10^12 */
    uint64_t ratio = hz * (uint64_t)(reciprocal >> 64) + mul_high(hz, (uint64_t)reciprocal);
    uint64_t ticks = mul_high(elapsed, ratio), left = elapsed * hz - ticks * ZIF_SEC;
    while (left >= ZIF_SEC) {
        left -= ZIF_SEC;
        ticks++;
    }
    return ticks;
}

uint64_t zif_clock_ticks(const ZifClock *clk, ZifTime now)
{
    const uint64_t hz = clk->hz;
    if (now <= clk->base || hz == 0) {
        return clk->base_ticks;
    }
    uint64_t elapsed = now - clk->base;
    if (hz >= ZIF_SEC) { /* the ratio would not fit */
        return clk->base_ticks + (uint64_t)((unsigned __int128)elapsed * hz / ZIF_SEC);
    }
    return clk->base_ticks + ticks_in(elapsed, hz);
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
