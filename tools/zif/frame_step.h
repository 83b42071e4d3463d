/* The step --expect-frame: a display shows what a PNG file holds. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ZIF_TOOL_FRAME_STEP_H
#define ZIF_TOOL_FRAME_STEP_H

#include <zif/png.h>
#include "picture_spec.h"

typedef struct {
    PictureSpec spec;
    ZifPicture *golden;
    ZifMachine *machine;
    ZifDisplay *display;
    void (*again)(void *opaque), (*failed)(void *opaque);
    void *opaque;
    bool met, wrong;
    uint64_t tried; /* hash of the frame compared last */
    char why[4096]; /* wrong: what was seen */
} FrameStep;

/** "GOLDEN.png[,display=NAME][,at=TIME][,tolerance=N]". NULL and *errp when it is none, or the file cannot be read. */
FrameStep *frame_step_parse(const char *text, Error **errp);
void frame_step_free(FrameStep *s);
/** Finds the display; false and *errp when there is none. `again`: ask frame_step_check again. `failed`: it can no longer be met. */
bool frame_step_resolve(FrameStep *s, ZifMachine *m, void (*again)(void *opaque), void (*failed)(void *opaque),
                        void *opaque, Error **errp);
/** Has it been met? `first`: the step begins. */
bool frame_step_check(FrameStep *s, bool first, ZifTime now);
/** The run ended before it was met: writes what is shown, and the difference, as GOLDEN.actual.png and GOLDEN.diff.png beside it (in the
 * present folder when that cannot be written). One sentence, valid as long as the step. */
const char *frame_step_explain(FrameStep *s);

#endif
