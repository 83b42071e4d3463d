/*
 * Virtual time: one clock, one queue of named, ordered events.
 *
 * Time is what the processor has executed, never what the host's clock says. The processor counts cycles
 * (one instruction is one cycle unless a table says otherwise; sleeping skips cycles); the timeline turns the
 * count into picoseconds: time(c) = base + ceil(c * 1e12 / hz). With the rounding up, a device whose clock is the
 * core's, or the core's divided by a whole number, reads back exactly its number of ticks.
 *
 * A 64-bit picosecond count lasts 213 days of virtual time.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_TIME_H
#define ZIF_TIME_H

#include <stdbool.h>
#include <stdint.h>
#include <zif/error.h>

typedef uint64_t ZifTime; /* picoseconds of virtual time */

#define ZIF_PS         ((ZifTime)1)
#define ZIF_NS         ((ZifTime)1000)
#define ZIF_US         ((ZifTime)1000000)
#define ZIF_MS         ((ZifTime)1000000000)
#define ZIF_SEC        ((ZifTime)1000000000000)
#define ZIF_TIME_NEVER UINT64_MAX

/** Parses "10ms", "1.5s", "200us", "33ns", "2min"; a bare number is refused. False and *errp on bad text. */
bool zif_time_parse(const char *text, ZifTime *out, Error **errp);
/** Writes t in a unit people read ("1.234567 s") into buf (at least 32 bytes) and returns buf. */
char *zif_time_format(ZifTime t, char *buf);

typedef struct ZifTimeline ZifTimeline;
typedef struct ZifEvent ZifEvent;

/* An event: storage is the owner's; `name` and `order` are fixed at init. Events due at the same picosecond run by
 * ascending `order` (a stable number the machine gives each device), then in the order they were scheduled. */
struct ZifEvent {
    const char *name;
    void (*fn)(void *opaque);
    void *opaque;
    uint32_t order;
    bool looks; /* set after init: it belongs to somebody who only looks, and no sleeping machine lives on for it */
    /* private */
    ZifTime when; /* ZIF_TIME_NEVER while idle */
    uint64_t seq;
    uint32_t slot; /* place in the heap + 1; 0 while idle */
};

ZifTimeline *zif_timeline_new(uint64_t core_hz);
void zif_timeline_free(ZifTimeline *tl);

/* The processor's side. `cycles` is asked whenever somebody wants to know the time, also in the middle of a device access. */
void zif_timeline_set_source(ZifTimeline *tl, uint64_t (*cycles)(void *opaque), void *opaque);
/* Called when the earliest deadline moves closer while the processor runs: it must stop there, exactly. */
void zif_timeline_set_deadline_hook(ZifTimeline *tl, void (*hook)(void *opaque, uint64_t cycles), void *opaque);
/** Changes the core's rate from this cycle on (hz > 0). */
void zif_timeline_set_hz(ZifTimeline *tl, uint64_t hz);
uint64_t zif_timeline_hz(const ZifTimeline *tl);
/** The time is `t` at the present cycle: it went on otherwise than the core counts. Nobody may have seen a later time. */
void zif_timeline_set_now(ZifTimeline *tl, ZifTime t);
/** Called after the rate or the time of a cycle changed: whoever schedules by cycles must schedule again. One hook; the core takes it. */
void zif_timeline_set_rate_hook(ZifTimeline *tl, void (*hook)(void *opaque), void *opaque);
/** Virtual time at this instruction. */
ZifTime zif_timeline_now(const ZifTimeline *tl);
/** Virtual time at a cycle count of the present rate (of the last change of rate, for earlier counts). */
ZifTime zif_timeline_time_at(const ZifTimeline *tl, uint64_t cycles);
/** The first cycle count whose time is >= t (UINT64_MAX for ZIF_TIME_NEVER). */
uint64_t zif_timeline_cycles_at(const ZifTimeline *tl, ZifTime t);
/** Time of the earliest scheduled event, or ZIF_TIME_NEVER. */
ZifTime zif_timeline_next(const ZifTimeline *tl);
/** The same of those events that may change something: without those that only look. */
ZifTime zif_timeline_next_change(const ZifTimeline *tl);
/** Runs every event due at or before now, in order, including those the events themselves schedule. */
void zif_timeline_run_due(ZifTimeline *tl);

void zif_event_init(ZifEvent *ev, const char *name, uint32_t order, void (*fn)(void *opaque), void *opaque);
/** Schedules (or moves) ev to `when`; a time in the past means "now". */
void zif_event_at(ZifTimeline *tl, ZifEvent *ev, ZifTime when);
void zif_event_cancel(ZifTimeline *tl, ZifEvent *ev);
static inline bool zif_event_pending(const ZifEvent *ev)
{
    return ev->slot != 0;
}

/* Snapshot: the queue's own state is seq and (base, cycles, hz); events are saved by their owners. */
typedef struct {
    ZifTime base;
    uint64_t base_cycles;
    uint64_t hz;
    uint64_t seq;
} ZifTimelineState;
ZifTimelineState zif_timeline_save(const ZifTimeline *tl);
void zif_timeline_restore(ZifTimeline *tl, const ZifTimelineState *state); /* drops every scheduled event */
/** Re-inserts an event with its saved place among equals. */
void zif_event_restore(ZifTimeline *tl, ZifEvent *ev, ZifTime when, uint64_t seq);

/*
 * A clock a device counts with: ticks(now) = base_ticks + floor((now - base) * hz / 1e12).
 * Plain bytes, part of the device's state. hz 0 is a stopped clock: its count stands still. The functions below put `base`
 * one picosecond before the time they are given, so that a clock started in any cycle reads back whole cycles exactly.
 */
typedef struct {
    uint64_t hz;
    ZifTime base;
    uint64_t base_ticks;
} ZifClock;

/** Ticks at time `now`. */
uint64_t zif_clock_ticks(const ZifClock *clk, ZifTime now);
/** Changes the rate from `now` on, keeping the count. */
void zif_clock_set_hz(ZifClock *clk, ZifTime now, uint64_t hz);
/** Sets the count at `now`. */
void zif_clock_set_ticks(ZifClock *clk, ZifTime now, uint64_t ticks);
/** The first time at which the count is >= ticks (ZIF_TIME_NEVER when it never gets there). */
ZifTime zif_clock_when(const ZifClock *clk, uint64_t ticks);

#endif
