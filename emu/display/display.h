/*
 * The displays of a set of devices, as their owner (a machine, a test) keeps them. zif/display.h is the public half.
 *
 * Frames are events of the timeline that only look: they wake nobody. SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_DISPLAY_DISPLAY_H
#define ZIF_DISPLAY_DISPLAY_H

#include <zif/display.h>
#include "device/device.h"

/* Events due at the same time: after the calls from outside, before what serial lines and devices do. */
enum { ZIF_ORDER_FRAMES = 0x800 };

typedef struct ZifDisplays ZifDisplays;

/* Of one display in a snapshot. */
typedef struct {
    ZifTime due; /* of its next frame; ZIF_TIME_NEVER also when nobody looked */
} ZifDisplayState;

/** All devices of the kit that show something, in tree order but for `first` (NULL: none). The kit calls them from now on. Pictures are
 * drawn with ctx current; NULL: whichever is. */
ZifDisplays *zif__displays_new(ZifKit *kit, ZifMemoryContext *ctx, const ZifDevice *first);
/** Before the kit is freed. NULL is allowed. */
void zif__displays_free(ZifDisplays *ds);
unsigned zif__displays_count(const ZifDisplays *ds);
ZifDisplay *zif__display_at(ZifDisplays *ds, unsigned n);

/** Calls fn at each frame of each display, in front of those of zif_display_on_frame, and also while the past is repeated. One listener;
 * NULL ends it. */
void zif__displays_listen(ZifDisplays *ds, void (*fn)(void *opaque, unsigned n, ZifDisplay *d, ZifTime when),
                          void *opaque);
/** Memory and devices are what they were not (a reset, power): everything is drawn anew, and frames come as the devices say now. */
void zif__displays_reset(ZifDisplays *ds);
/** One state for each display into `states`. */
void zif__displays_save(const ZifDisplays *ds, ZifDisplayState *states);
/** The timeline was restored, and the devices; states NULL: not known, they follow from the devices. */
void zif__displays_restored(ZifDisplays *ds, const ZifDisplayState *states);

/* Memory of pictures, without which nothing can go on. */
static inline void *zif__picture_memory(void *memory)
{
    if (!memory) {
        zif_bug("out of memory for a picture");
    }
    return memory;
}

#endif
