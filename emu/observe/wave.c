/* See wave.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "host/outfile.h"
#include "wave.h"

typedef struct {
    char *name;
    unsigned width;
    uint32_t value; /* as written */
} Signal;

typedef struct {
    ZifTime when;
    uint64_t order; /* among changes of one time */
    unsigned signal;
    uint32_t value;
} Change;

struct ZifWave {
    ZifOutFile *out;
    ZifTime scale;
    ZifTime last;  /* time written last */
    bool has_head; /* names and first values are written */
    Signal *signals;
    unsigned nsignals;
    Change *heap; /* the earliest first */
    unsigned nheap, room;
    uint64_t order;
};

ZifWave *zif__wave_open(const char *path, ZifTime scale, ZifTime start, Error **errp)
{
    ZifOutFile *out = zif__out_open(path, errp);
    ZifWave *w = out ? calloc(1, sizeof *w) : NULL;
    if (w) {
        w->out = out;
        w->scale = scale;
        w->last = start;
    }
    return w;
}

unsigned zif__wave_add(ZifWave *w, const char *name, unsigned width, uint32_t value)
{
    w->signals = realloc(w->signals, (w->nsignals + 1) * sizeof *w->signals);
    w->signals[w->nsignals] = (Signal){ .name = strdup(name), .width = width, .value = value };
    return w->nsignals++;
}

/* --- The file --------------------------------------------------------------------------------------------------------- */

/* A signal's short name: printable characters from '!' to '~'. Returns its end. */
static char *put_id(char *at, unsigned n)
{
    do {
        *at++ = (char)('!' + n % 94);
        n /= 94;
    } while (n);
    return at;
}

static void put_value(ZifWave *w, unsigned n)
{
    char line[48], *at = line;
    const Signal *s = &w->signals[n];
    if (s->width == 1) {
        *at++ = (char)('0' + (s->value & 1));
    } else {
        *at++ = 'b';
        for (unsigned bit = s->width; bit-- > 0;) {
            *at++ = (char)('0' + (s->value >> bit & 1));
        }
        *at++ = ' ';
    }
    at = put_id(at, n);
    *at++ = '\n';
    zif__out_put(w->out, line, (size_t)(at - line));
}

static void put_time(ZifWave *w, ZifTime when)
{
    zif__out_printf(w->out, "#%" PRIu64 "\n", when / w->scale);
}

static void put_scale(ZifWave *w)
{
    static const char *const units[] = { "ps", "ns", "us", "ms", "s" };
    ZifTime scale = w->scale;
    unsigned unit = 0;
    while (scale >= 1000) {
        scale /= 1000;
        unit++;
    }
    zif__out_printf(w->out, "$timescale %u %s $end\n", (unsigned)scale, units[unit]);
}

static void put_head(ZifWave *w)
{
    w->has_head = true;
    zif__out_printf(w->out, "$version zif $end\n");
    put_scale(w);
    zif__out_printf(w->out, "$scope module zif $end\n"); /* names are whole: some readers drop the scope */
    for (unsigned i = 0; i < w->nsignals; i++) {
        char id[8];
        *put_id(id, i) = 0;
        zif__out_printf(w->out, "$var wire %u %s %s $end\n", w->signals[i].width, id, w->signals[i].name);
    }
    zif__out_printf(w->out, "$upscope $end\n$enddefinitions $end\n");
    put_time(w, w->last);
    zif__out_printf(w->out, "$dumpvars\n");
    for (unsigned i = 0; i < w->nsignals; i++) {
        put_value(w, i);
    }
    zif__out_printf(w->out, "$end\n");
}

static void put_change(ZifWave *w, const Change *c)
{
    Signal *s = &w->signals[c->signal];
    if (s->value == c->value) {
        return;
    }
    s->value = c->value;
    if (c->when / w->scale != w->last / w->scale) {
        put_time(w, c->when);
    }
    w->last = c->when;
    put_value(w, c->signal);
}

/* --- The queue -------------------------------------------------------------------------------------------------------- */

static bool before(const Change *a, const Change *b)
{
    return a->when != b->when ? a->when < b->when : a->order < b->order;
}

static void swap(Change *a, Change *b)
{
    Change c = *a;
    *a = *b;
    *b = c;
}

void zif__wave_change(ZifWave *w, unsigned signal, ZifTime when, uint32_t value)
{
    if (signal >= w->nsignals) {
        return;
    }
    if (w->nheap == w->room) {
        w->room = w->room ? 2 * w->room : 1024;
        w->heap = realloc(w->heap, w->room * sizeof *w->heap);
        if (!w->heap) {
            zif_bug("out of memory for %u changes of signals", w->room);
        }
    }
    unsigned at = w->nheap++;
    w->heap[at] = (Change){ when > w->last ? when : w->last, w->order++, signal, value };
    while (at && before(&w->heap[at], &w->heap[(at - 1) / 2])) {
        swap(&w->heap[at], &w->heap[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
}

unsigned zif__wave_waiting(const ZifWave *w)
{
    return w->nheap;
}

static Change take_first(ZifWave *w)
{
    Change first = w->heap[0];
    w->heap[0] = w->heap[--w->nheap];
    for (unsigned at = 0;;) {
        unsigned child = 2 * at + 1;
        if (child + 1 < w->nheap && before(&w->heap[child + 1], &w->heap[child])) {
            child++;
        }
        if (child >= w->nheap || before(&w->heap[at], &w->heap[child])) {
            return first;
        }
        swap(&w->heap[at], &w->heap[child]);
        at = child;
    }
}

void zif__wave_settle(ZifWave *w, ZifTime until)
{
    if (!w->has_head) {
        put_head(w);
    }
    while (w->nheap && w->heap[0].when < until) {
        Change c = take_first(w);
        put_change(w, &c);
    }
}

void zif__wave_flush(ZifWave *w)
{
    zif__out_flush(w->out);
}

bool zif__wave_close(ZifWave *w, ZifTime end, Error **errp)
{
    zif__wave_settle(w, ZIF_TIME_NEVER);
    if (end / w->scale > w->last / w->scale) {
        put_time(w, end);
    }
    bool ok = zif__out_close(w->out, errp);
    for (unsigned i = 0; i < w->nsignals; i++) {
        free(w->signals[i].name);
    }
    free(w->signals);
    free(w->heap);
    free(w);
    return ok;
}
