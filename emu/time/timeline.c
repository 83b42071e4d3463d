/*
 * Virtual time: the cycle count as picoseconds, and the queue of events on it. See zif/time.h for the
 * contract.
 *
 * The queue is a binary heap ordered by (when, order, seq); each event knows its place, so moving and
 * cancelling cost O(log n). Conversions are exact: the ratio 1e12/hz is kept reduced, 128-bit intermediates
 * serve what 64 bits cannot. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdlib.h>
#include <zif/time.h>

struct ZifTimeline {
    ZifTimelineState st;
    uint64_t num, den;              /* picoseconds per cycle, reduced */
    uint64_t whole, part, fraction; /* num / den, num % den, and that of den as a fraction of 2^64, cut off */
    uint64_t (*cycles)(void *opaque);
    void *cycles_opaque;
    void (*hook)(void *opaque, uint64_t cycles);
    void *hook_opaque;
    void (*rate_hook)(void *opaque);
    void *rate_opaque;
    ZifEvent **heap;
    uint32_t n, room;
};

/* An event that re-schedules itself for "now" for ever is a device's mistake: it would stop time. */
enum { MAX_EVENTS_AT_ONCE = 10000000 };

static uint64_t gcd(uint64_t a, uint64_t b)
{
    while (b) {
        uint64_t r = a % b;
        a = b;
        b = r;
    }
    return a;
}

/* floor(a * b / c), saturated. */
static uint64_t muldiv_floor(uint64_t a, uint64_t b, uint64_t c)
{
    uint64_t p;
    if (!__builtin_mul_overflow(a, b, &p)) {
        return c == 1 ? p : p / c;
    }
    unsigned __int128 q = (unsigned __int128)a * b / c;
    return q > UINT64_MAX ? UINT64_MAX : (uint64_t)q;
}

/* ceil(a * b / c), saturated. */
static uint64_t muldiv_ceil(uint64_t a, uint64_t b, uint64_t c)
{
    uint64_t p;
    if (!__builtin_mul_overflow(a, b, &p)) {
        return c == 1 ? p : p / c + (p % c != 0);
    }
    unsigned __int128 q = ((unsigned __int128)a * b + (c - 1)) / c;
    return q > UINT64_MAX ? UINT64_MAX : (uint64_t)q;
}

static uint64_t add_saturated(uint64_t a, uint64_t b)
{
    uint64_t s;
    return __builtin_add_overflow(a, b, &s) ? UINT64_MAX : s;
}

static void set_ratio(ZifTimeline *tl)
{
    uint64_t g = gcd(ZIF_SEC, tl->st.hz);
    tl->num = ZIF_SEC / g;
    tl->den = tl->st.hz / g;
    tl->whole = tl->num / tl->den;
    tl->part = tl->num % tl->den;
    tl->fraction = (uint64_t)(((unsigned __int128)tl->part << 64) / tl->den);
}

ZifTimeline *zif_timeline_new(uint64_t core_hz)
{
    if (core_hz == 0) {
        zif_bug("a timeline needs a rate above 0 Hz");
    }
    ZifTimeline *tl = calloc(1, sizeof *tl);
    if (!tl) {
        zif_bug("out of memory for a timeline");
    }
    tl->st.hz = core_hz;
    set_ratio(tl);
    return tl;
}

void zif_timeline_free(ZifTimeline *tl)
{
    if (tl) {
        free(tl->heap);
        free(tl);
    }
}

static uint64_t source_cycles(const ZifTimeline *tl)
{
    return tl->cycles ? tl->cycles(tl->cycles_opaque) : tl->st.base_cycles;
}

/* ceil(n * num / den), saturated, without a division: the present time is asked for at every look at a device. The fraction gives at
 * most one too few. */
static uint64_t picoseconds(const ZifTimeline *tl, uint64_t n)
{
    uint64_t most, below = (uint64_t)((unsigned __int128)n * tl->fraction >> 64);
    if (__builtin_mul_overflow(n, tl->whole + 1, &most)) {
        return muldiv_ceil(n, tl->num, tl->den);
    }
    uint64_t left = n * tl->part - below * tl->den; /* 0 to 2 * den - 1, exact though the products may not be */
    return n * tl->whole + below + (left > 0) + (left > tl->den);
}

ZifTime zif_timeline_time_at(const ZifTimeline *tl, uint64_t cycles)
{
    uint64_t n = cycles > tl->st.base_cycles ? cycles - tl->st.base_cycles : 0;
    return add_saturated(tl->st.base, picoseconds(tl, n));
}

void zif_timeline_set_source(ZifTimeline *tl, uint64_t (*cycles)(void *opaque), void *opaque)
{
    tl->st.base = zif_timeline_now(tl);
    tl->cycles = cycles;
    tl->cycles_opaque = opaque;
    tl->st.base_cycles = cycles ? cycles(opaque) : 0;
}

void zif_timeline_set_deadline_hook(ZifTimeline *tl, void (*hook)(void *opaque, uint64_t cycles), void *opaque)
{
    tl->hook = hook;
    tl->hook_opaque = opaque;
}

static void tell_deadline(ZifTimeline *tl)
{
    if (tl->hook && tl->n) {
        tl->hook(tl->hook_opaque, zif_timeline_cycles_at(tl, tl->heap[0]->when));
    }
}

void zif_timeline_set_hz(ZifTimeline *tl, uint64_t hz)
{
    if (hz == 0) {
        zif_bug("the core's rate cannot be 0 Hz");
    }
    if (hz == tl->st.hz) {
        return;
    }
    uint64_t c = source_cycles(tl);
    tl->st.base = zif_timeline_time_at(tl, c);
    tl->st.base_cycles = c;
    tl->st.hz = hz;
    set_ratio(tl);
    if (tl->rate_hook) {
        tl->rate_hook(tl->rate_opaque);
    }
    tell_deadline(tl); /* at a slower rate the next event is fewer cycles away */
}

void zif_timeline_set_now(ZifTimeline *tl, ZifTime t)
{
    tl->st.base = t;
    tl->st.base_cycles = source_cycles(tl);
    if (tl->rate_hook) {
        tl->rate_hook(tl->rate_opaque);
    }
    tell_deadline(tl); /* the next event is fewer cycles away */
}

void zif_timeline_set_rate_hook(ZifTimeline *tl, void (*hook)(void *opaque), void *opaque)
{
    tl->rate_hook = hook;
    tl->rate_opaque = opaque;
}

uint64_t zif_timeline_hz(const ZifTimeline *tl)
{
    return tl->st.hz;
}

ZifTime zif_timeline_now(const ZifTimeline *tl)
{
    return zif_timeline_time_at(tl, source_cycles(tl));
}

uint64_t zif_timeline_cycles_at(const ZifTimeline *tl, ZifTime t)
{
    if (t == ZIF_TIME_NEVER) {
        return UINT64_MAX;
    }
    if (t <= tl->st.base) {
        return tl->st.base_cycles;
    }
    /* ceil(n * num / den) >= d  <=>  n * num > (d - 1) * den */
    uint64_t n = muldiv_floor(t - tl->st.base - 1, tl->den, tl->num);
    return add_saturated(tl->st.base_cycles, add_saturated(n, 1));
}

ZifTime zif_timeline_next(const ZifTimeline *tl)
{
    return tl->n ? tl->heap[0]->when : ZIF_TIME_NEVER;
}

ZifTime zif_timeline_next_change(const ZifTimeline *tl)
{
    ZifTime next = ZIF_TIME_NEVER;
    if (tl->n && !tl->heap[0]->looks) {
        return tl->heap[0]->when;
    }
    for (uint32_t i = 0; i < tl->n; i++) {
        const ZifEvent *ev = tl->heap[i];
        next = ev->looks || ev->when >= next ? next : ev->when;
    }
    return next;
}

/* --- The heap
 * --------------------------------------------------------------------------------------------------- */

static bool before(const ZifEvent *a, const ZifEvent *b)
{
    if (a->when != b->when) {
        return a->when < b->when;
    }
    return a->order != b->order ? a->order < b->order : a->seq < b->seq;
}

static void put(ZifTimeline *tl, uint32_t i, ZifEvent *ev)
{
    tl->heap[i] = ev;
    ev->slot = i + 1;
}

static void sift_up(ZifTimeline *tl, uint32_t i, ZifEvent *ev)
{
    while (i > 0 && before(ev, tl->heap[(i - 1) / 2])) {
        put(tl, i, tl->heap[(i - 1) / 2]);
        i = (i - 1) / 2;
    }
    put(tl, i, ev);
}

static void sift_down(ZifTimeline *tl, uint32_t i, ZifEvent *ev)
{
    for (;;) {
        uint32_t child = 2 * i + 1;
        if (child + 1 < tl->n && before(tl->heap[child + 1], tl->heap[child])) {
            child++;
        }
        if (child >= tl->n || !before(tl->heap[child], ev)) {
            break;
        }
        put(tl, i, tl->heap[child]);
        i = child;
    }
    put(tl, i, ev);
}

static void settle(ZifTimeline *tl, uint32_t i, ZifEvent *ev)
{
    if (i > 0 && before(ev, tl->heap[(i - 1) / 2])) {
        sift_up(tl, i, ev);
    } else {
        sift_down(tl, i, ev);
    }
}

static void take_out(ZifTimeline *tl, ZifEvent *ev)
{
    uint32_t i = ev->slot - 1;
    if (i >= tl->n || tl->heap[i] != ev) {
        zif_bug("event '%s' is not on this timeline", ev->name);
    }
    ev->slot = 0;
    ev->when = ZIF_TIME_NEVER;
    ZifEvent *last = tl->heap[--tl->n];
    if (last != ev) {
        settle(tl, i, last);
    }
}

static void insert(ZifTimeline *tl, ZifEvent *ev)
{
    if (tl->n == tl->room) {
        tl->room = tl->room ? tl->room * 2 : 32;
        tl->heap = realloc(tl->heap, tl->room * sizeof(ZifEvent *));
        if (!tl->heap) {
            zif_bug("out of memory for %u events", tl->room);
        }
    }
    tl->n++;
    sift_up(tl, tl->n - 1, ev);
}

void zif_event_init(ZifEvent *ev, const char *name, uint32_t order, void (*fn)(void *opaque), void *opaque)
{
    *ev = (ZifEvent){ .name = name, .fn = fn, .opaque = opaque, .order = order, .when = ZIF_TIME_NEVER };
}

static void schedule(ZifTimeline *tl, ZifEvent *ev, ZifTime when, uint64_t seq)
{
    ZifTime next = zif_timeline_next(tl);
    if (ev->slot) {
        take_out(tl, ev);
    }
    ev->when = when;
    ev->seq = seq;
    insert(tl, ev);
    if (when < next) {
        tell_deadline(tl);
    }
}

void zif_event_at(ZifTimeline *tl, ZifEvent *ev, ZifTime when)
{
    if (when == ZIF_TIME_NEVER) {
        zif_event_cancel(tl, ev);
        return;
    }
    ZifTime now = zif_timeline_now(tl);
    schedule(tl, ev, when < now ? now : when, ev->looks ? 0 : tl->st.seq++);
}

void zif_event_cancel(ZifTimeline *tl, ZifEvent *ev)
{
    if (ev->slot) {
        take_out(tl, ev);
    }
}

void zif_timeline_run_due(ZifTimeline *tl)
{
    if (!tl->n) {
        return;
    }
    ZifTime now = zif_timeline_now(tl);
    for (unsigned ran = 0; tl->n && tl->heap[0]->when <= now; ran++) {
        ZifEvent *ev = tl->heap[0];
        if (ran == MAX_EVENTS_AT_ONCE) {
            zif_bug("event '%s' keeps scheduling itself without time passing", ev->name);
        }
        take_out(tl, ev);
        ev->fn(ev->opaque);
        now = zif_timeline_now(tl);
    }
}

/* --- Snapshot
 * --------------------------------------------------------------------------------------------------- */

ZifTimelineState zif_timeline_save(const ZifTimeline *tl)
{
    return tl->st;
}

void zif_timeline_restore(ZifTimeline *tl, const ZifTimelineState *state)
{
    while (tl->n) {
        take_out(tl, tl->heap[tl->n - 1]);
    }
    tl->st = *state;
    set_ratio(tl);
}

void zif_event_restore(ZifTimeline *tl, ZifEvent *ev, ZifTime when, uint64_t seq)
{
    if (when == ZIF_TIME_NEVER) {
        zif_event_cancel(tl, ev);
    } else {
        schedule(tl, ev, when, seq);
    }
}
