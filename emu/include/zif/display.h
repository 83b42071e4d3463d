/*
 * See what a machine shows: the pictures of its displays, frame by frame.
 *
 * A display is a device whose class has `display` (below): a controller that scans a framebuffer out, a panel with memory of its own, a
 * matrix of lamps. Nothing is converted, and no memory is logged, until somebody looks; then only what changed since the last frame is.
 * Looking never changes the run. SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_DISPLAY_H
#define ZIF_DISPLAY_H

#include <zif/machine.h>

/* A picture, top row first, left pixel first. Belongs to its display; valid until the machine runs or is freed. */
struct ZifPicture {
    unsigned width, height; /* pixels; 0 when the display is off or not set up */
    uint32_t *pixels;       /* 0x00RRGGBB (sRGB), `width` of them a row */
    unsigned first, last;   /* the rows that the latest frame changed; first > last: none */
};

/* What a class with a picture does. None of it may change what the guest can see; what it remembers between frames lies behind
 * `plain` in its state and is forgotten in snapshot_done. */
struct ZifDisplaySource {
    /* Pixels now; 0 and 0 when nothing is shown. At most 4096 each. */
    void (*size)(ZifDevice *dev, unsigned *width, unsigned *height);
    /* The first end of a frame after `after`, from the registers and times as they are; ZIF_TIME_NEVER while it does not scan. When it
     * would say something else than before, zif_frames_changed tells. NULL: no frames of its own, looked at 60 times a second. */
    ZifTime (*next_frame)(ZifDevice *dev, ZifTime after);
    /* Somebody looks from now on, or nobody does any more: dirty logging on and off. Optional. */
    void (*watch)(ZifDevice *dev, bool on);
    /* Brings the picture up to date, which has the size told above, and sets first and last. all: the pixels are of another time, draw every
     * one. Otherwise they are those of the last call. */
    void (*draw)(ZifDevice *dev, ZifPicture *picture, bool all);
};

typedef struct ZifDisplay ZifDisplay;

/** The machine's displays: the one /chosen calls zephyr,display first, then in tree order. */
unsigned zif_machine_ndisplays(const ZifMachine *m);
ZifDisplay *zif_machine_display(ZifMachine *m, unsigned n);
/** By device name, label or alias; NULL is the first. NULL and *errp, with the names there are, when there is none. */
ZifDisplay *zif_machine_display_by_name(ZifMachine *m, const char *name, Error **errp);
const char *zif_display_name(const ZifDisplay *d);
ZifDevice *zif_display_device(const ZifDisplay *d);

/** The picture as it is at this moment, between runs or from a call of zif_machine_at. Never NULL. While nobody waits for frames each look
 * draws all of it. */
const ZifPicture *zif_display_look(ZifDisplay *d);
/** Calls fn at the end of each frame from now on, changed or not, until it is called with fn NULL and the same opaque. fn may look and stop
 * the machine, and drive nothing. A machine that sleeps for ever is still told to be dead: frames wake nobody. While a debugger repeats the
 * past it is not called. */
void zif_display_on_frame(ZifDisplay *d, void (*fn)(void *opaque, const ZifPicture *picture, ZifTime when),
                          void *opaque);
/** A hash of the picture's size and pixels (XXH3), as of the last frame or look. */
uint64_t zif_display_hash(const ZifDisplay *d);

/* For a panel that shows another's picture (an RGB interface): its source's functions, by the device. NULL when it is no display. */
static inline const ZifDisplaySource *zif_display_source(const ZifDevice *dev)
{
    return dev->cls->display;
}

#endif
