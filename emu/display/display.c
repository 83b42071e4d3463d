/*
 * Displays: when their frames end, what changed in them, and who is told. See display.h and zif/display.h.
 *
 * The time of a frame follows from virtual time and the device alone, so that frames are the same whoever looks, and since when: those of
 * a device without frames of its own end at whole sixtieths of a second. A picture is hashed by rows, and only rows that were drawn anew are
 * hashed again. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>
#include "display.h"

enum { MOST_PIXELS = 4096, FRAMES_A_SECOND = 60 };
/* Frames nearer to each other are left out: no eye sees them, and a wrong timing register must not stop the host. */
#define SHORTEST_FRAME ZIF_MS

typedef struct {
    unsigned first, last; /* first > last: none */
} Rows;

static const Rows none = { 1, 0 };

typedef struct Viewer {
    struct Viewer *next;
    void (*fn)(void *opaque, const ZifPicture *picture, ZifTime when); /* NULL: has left */
    void *opaque;
} Viewer;

struct ZifDisplay {
    ZifDisplays *all;
    ZifDevice *dev;
    const ZifDisplaySource *source;
    unsigned number;
    ZifPicture picture;
    size_t room;   /* pixels there is memory for */
    bool watched;  /* the source knows that somebody looks */
    bool stale;    /* the pixels are of another time */
    Rows since;    /* drawn since the latest frame */
    Rows unhashed; /* drawn since their hash was taken */
    uint64_t *hashes;
    ZifEvent ev;
    ZifTime due;
    Viewer *viewers;
    bool telling;
};

struct ZifDisplays {
    ZifKit *kit;
    ZifMemoryContext *ctx;
    void (*listener)(void *opaque, unsigned n, ZifDisplay *d, ZifTime when);
    void *listener_opaque;
    unsigned n;
    ZifDisplay list[];
};

/* --- The picture ------------------------------------------------------------------------------------------------------------ */

static void add_rows(Rows *to, Rows rows)
{
    if (rows.first > rows.last) {
        return;
    }
    if (to->first > to->last) {
        *to = rows;
        return;
    }
    to->first = rows.first < to->first ? rows.first : to->first;
    to->last = rows.last > to->last ? rows.last : to->last;
}

/* Makes room for a picture of this size. True when it has another size than before. */
static bool resize(ZifDisplay *d, unsigned width, unsigned height)
{
    ZifPicture *p = &d->picture;
    if (width == p->width && height == p->height) {
        return false;
    }
    if (width > MOST_PIXELS || height > MOST_PIXELS) {
        zif_bug("%s: a picture of %u by %u pixels", d->dev->name, width, height);
    }
    if ((size_t)width * height > d->room) {
        d->room = (size_t)width * height;
        p->pixels = zif__picture_memory(realloc(p->pixels, d->room * sizeof *p->pixels));
    }
    if (height > p->height) {
        d->hashes = zif__picture_memory(realloc(d->hashes, height * sizeof *d->hashes));
    }
    p->width = width;
    p->height = height;
    d->since = d->unhashed = none;
    return true;
}

/* Brings the picture up to date. */
static void draw(ZifDisplay *d)
{
    ZifPicture *p = &d->picture;
    unsigned width = 0, height = 0;
    d->source->size(d->dev, &width, &height);
    bool all = !width || !height ? resize(d, 0, 0) : resize(d, width, height);
    all = all || d->stale || !d->watched;
    d->stale = false;
    p->first = none.first;
    p->last = none.last;
    if (p->height) {
        d->source->draw(d->dev, p, all);
        Rows rows = all ? (Rows){ 0, p->height - 1 } : (Rows){ p->first, p->last };
        if (rows.first <= rows.last && rows.last >= p->height) {
            zif_bug("%s: row %u of a picture of %u was drawn", d->dev->name, rows.last, p->height);
        }
        add_rows(&d->since, rows);
        add_rows(&d->unhashed, rows);
    }
    p->first = d->since.first;
    p->last = d->since.last;
}

uint64_t zif_display_hash(const ZifDisplay *d)
{
    const ZifPicture *p = &d->picture;
    for (unsigned y = d->unhashed.first; y <= d->unhashed.last; y++) {
        d->hashes[y] = XXH3_64bits(p->pixels + (size_t)y * p->width, p->width * sizeof *p->pixels);
    }
    ((ZifDisplay *)d)->unhashed = none; /* a cache */
    uint64_t seed = (uint64_t)p->width << 32 | p->height;
    return XXH3_64bits_withSeed(d->hashes, p->height * sizeof *d->hashes, seed);
}

const ZifPicture *zif_display_look(ZifDisplay *d)
{
    ZifMemoryContext *before = d->all->ctx ? zif_memory_context_use(d->all->ctx) : NULL;
    draw(d);
    if (d->all->ctx) {
        zif_memory_context_use(before);
    }
    return &d->picture;
}

/* --- Frames ----------------------------------------------------------------------------------------------------------------- */

/* The first whole sixtieth of a second after `after`, rounded up to a picosecond. */
static ZifTime grid(ZifTime after)
{
    ZifTime second = after / ZIF_SEC, rest = after % ZIF_SEC;
    ZifTime frame = rest * FRAMES_A_SECOND / ZIF_SEC + 1;
    return second * ZIF_SEC + (frame * ZIF_SEC + FRAMES_A_SECOND - 1) / FRAMES_A_SECOND;
}

static void schedule(ZifDisplay *d, ZifTime after)
{
    d->due = d->source->next_frame ? d->source->next_frame(d->dev, after) : grid(after);
    if (d->due <= after) {
        zif_bug("%s: a frame ends before it began", d->dev->name);
    }
    zif_event_at(d->all->kit->timeline, &d->ev, d->due);
}

static void sweep(ZifDisplay *d)
{
    for (Viewer **at = &d->viewers; *at;) {
        Viewer *v = *at;
        if (v->fn) {
            at = &v->next;
        } else {
            *at = v->next;
            free(v);
        }
    }
}

/* Somebody came or left. */
static void update(ZifDisplay *d)
{
    bool on = d->all->listener;
    for (const Viewer *v = d->viewers; v; v = v->next) {
        on |= v->fn != NULL;
    }
    if (!d->telling) {
        sweep(d);
    }
    if (on == d->watched) {
        return;
    }
    d->watched = on;
    d->stale = true;
    if (d->source->watch) {
        d->source->watch(d->dev, on);
    }
    if (on) {
        schedule(d, zif_timeline_now(d->all->kit->timeline));
    } else {
        d->due = ZIF_TIME_NEVER;
        zif_event_cancel(d->all->kit->timeline, &d->ev);
    }
}

static void frame(void *opaque)
{
    ZifDisplay *d = opaque;
    ZifTime when = d->due;
    draw(d);
    d->since = none;
    d->telling = true;
    if (d->all->listener) {
        d->all->listener(d->all->listener_opaque, d->number, d, when);
    }
    for (Viewer *v = d->all->kit->replaying ? NULL : d->viewers; v; v = v->next) {
        if (v->fn) {
            v->fn(v->opaque, &d->picture, when);
        }
    }
    d->telling = false;
    sweep(d);
    if (d->watched && !zif_event_pending(&d->ev)) {
        schedule(d, when + SHORTEST_FRAME - 1);
    }
}

void zif_display_on_frame(ZifDisplay *d, void (*fn)(void *opaque, const ZifPicture *picture, ZifTime when),
                          void *opaque)
{
    ZifMemoryContext *before = d->all->ctx ? zif_memory_context_use(d->all->ctx) : NULL;
    Viewer **end = &d->viewers;
    while (*end && ((*end)->opaque != opaque || !(*end)->fn)) {
        end = &(*end)->next;
    }
    if (*end) {
        (*end)->fn = fn;
    } else if (fn) {
        *end = zif__picture_memory(malloc(sizeof **end));
        **end = (Viewer){ NULL, fn, opaque };
    }
    update(d);
    if (d->all->ctx) {
        zif_memory_context_use(before);
    }
}

/* --- The set ---------------------------------------------------------------------------------------------------------------- */

static void add(ZifDisplays *ds, ZifDevice *dev)
{
    ZifDisplay *d = &ds->list[ds->n];
    *d = (ZifDisplay){ .all = ds, .dev = dev, .source = dev->cls->display, .number = ds->n++, .stale = true };
    d->since = d->unhashed = none;
    d->due = ZIF_TIME_NEVER;
    zif_event_init(&d->ev, "frame", ZIF_ORDER_FRAMES + d->number, frame, d);
    d->ev.looks = true;
}

/* A device says that its frames end at other times from now on. So may those of a panel that shows what it scans out. */
static void retimed(void *opaque, ZifDevice *dev)
{
    ZifDisplays *ds = opaque;
    ZifTime now = zif_timeline_now(ds->kit->timeline);
    for (unsigned i = 0; i < ds->n; i++) {
        if (ds->list[i].watched && ds->list[i].due > now) {
            schedule(&ds->list[i], now);
        }
    }
}

ZifDisplays *zif__displays_new(ZifKit *kit, ZifMemoryContext *ctx, const ZifDevice *first)
{
    unsigned n = 0;
    for (unsigned i = 0; i < kit->ndevices; i++) {
        n += kit->devices[i]->cls->display != NULL;
    }
    ZifDisplays *ds = zif__picture_memory(calloc(1, sizeof *ds + n * sizeof *ds->list));
    ds->kit = kit;
    ds->ctx = ctx;
    for (unsigned pass = 0; pass < 2; pass++) {
        for (unsigned i = 0; i < kit->ndevices; i++) {
            if (kit->devices[i]->cls->display && (kit->devices[i] == first) == (pass == 0)) {
                add(ds, kit->devices[i]);
            }
        }
    }
    kit->frames_changed = retimed;
    kit->frames_changed_opaque = ds;
    return ds;
}

void zif__displays_free(ZifDisplays *ds)
{
    if (!ds) {
        return;
    }
    ds->listener = NULL;
    for (unsigned i = 0; i < ds->n; i++) {
        ZifDisplay *d = &ds->list[i];
        for (Viewer *v = d->viewers; v; v = v->next) {
            v->fn = NULL;
        }
        update(d);
        free(d->picture.pixels);
        free(d->hashes);
    }
    ds->kit->frames_changed = NULL;
    free(ds);
}

unsigned zif__displays_count(const ZifDisplays *ds)
{
    return ds->n;
}

ZifDisplay *zif__display_at(ZifDisplays *ds, unsigned n)
{
    return n < ds->n ? &ds->list[n] : NULL;
}

const char *zif_display_name(const ZifDisplay *d)
{
    return d->dev->name;
}

ZifDevice *zif_display_device(const ZifDisplay *d)
{
    return d->dev;
}

void zif__displays_listen(ZifDisplays *ds, void (*fn)(void *opaque, unsigned n, ZifDisplay *d, ZifTime when),
                          void *opaque)
{
    ds->listener = fn;
    ds->listener_opaque = opaque;
    for (unsigned i = 0; i < ds->n; i++) {
        update(&ds->list[i]);
    }
}

void zif__displays_reset(ZifDisplays *ds)
{
    for (unsigned i = 0; i < ds->n; i++) {
        ds->list[i].stale = true;
        if (ds->list[i].watched) {
            schedule(&ds->list[i], zif_timeline_now(ds->kit->timeline));
        }
    }
}

void zif__displays_save(const ZifDisplays *ds, ZifDisplayState *states)
{
    for (unsigned i = 0; i < ds->n; i++) {
        states[i] = (ZifDisplayState){ ds->list[i].due };
    }
}

void zif__displays_restored(ZifDisplays *ds, const ZifDisplayState *states)
{
    zif__displays_reset(ds);
    for (unsigned i = 0; states && i < ds->n; i++) {
        ZifDisplay *d = &ds->list[i];
        if (d->watched && states[i].due != ZIF_TIME_NEVER) {
            d->due = states[i].due;
            zif_event_at(ds->kit->timeline, &d->ev, d->due);
        }
    }
}
