/* See frame_step.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "frame_step.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

FrameStep *frame_step_parse(const char *text, Error **errp)
{
    FrameStep *s = calloc(1, sizeof *s);
    if (!s) {
        zif_bug("out of memory for a step");
    }
    if (picture_spec_parse(&s->spec, "expect-frame", text, PICTURE_AT | PICTURE_TOLERANCE, errp)) {
        Error *err = NULL;
        s->golden = zif_png_read(s->spec.path, &err);
        error_prepend(&err, "--expect-frame");
        error_propagate(errp, err);
    }
    if (!s->golden) {
        frame_step_free(s);
        return NULL;
    }
    return s;
}

void frame_step_free(FrameStep *s)
{
    if (s) {
        picture_spec_free(&s->spec);
        zif_picture_free(s->golden);
        free(s);
    }
}

bool frame_step_resolve(FrameStep *s, ZifMachine *m, void (*again)(void *opaque), void (*failed)(void *opaque),
                        void *opaque, Error **errp)
{
    Error *err = NULL;
    s->machine = m;
    s->again = again;
    s->failed = failed;
    s->opaque = opaque;
    s->display = zif_machine_display_by_name(m, s->spec.display, &err);
    error_prepend(&err, "--expect-frame");
    error_propagate(errp, err);
    return s->display;
}

static bool fits(const FrameStep *s, const ZifPicture *picture)
{
    const ZifPicture *g = s->golden;
    if (picture->width != g->width || picture->height != g->height) {
        return false;
    }
    return !memcmp(picture->pixels, g->pixels, (size_t)g->width * g->height * sizeof *g->pixels) ||
           (s->spec.tolerance && zif_picture_same(picture, g, s->spec.tolerance, NULL));
}

static void on_frame(void *opaque, const ZifPicture *picture, ZifTime when)
{
    FrameStep *s = opaque;
    uint64_t hash = zif_display_hash(s->display);
    if (hash == s->tried || s->met) {
        return;
    }
    s->tried = hash;
    if (fits(s, picture)) {
        s->met = true;
        zif_display_on_frame(s->display, NULL, s);
        zif_machine_at(s->machine, zif_machine_now(s->machine), s->again, s->opaque); /* not now: this only looks */
    }
}

/* Writes GOLDEN.kind.png beside the golden picture, or here, and adds its name to the sentence. */
static void keep(FrameStep *s, const char *before, const char *kind, const ZifPicture *picture)
{
    const char *slash = strrchr(s->spec.path, '/'), *names[] = { s->spec.path, slash ? slash + 1 : s->spec.path };
    size_t used = strlen(s->why);
    char path[4200];
    for (unsigned i = 0; i < 2; i++) {
        size_t len = strlen(names[i]);
        len -= len > 4 && !strcmp(names[i] + len - 4, ".png") ? 4 : 0;
        snprintf(path, sizeof path, "%.*s.%s.png", (int)len, names[i], kind);
        if (zif_png_write(path, picture, NULL)) {
            snprintf(s->why + used, sizeof s->why - used, "%s%s", before, path);
            return;
        }
    }
    snprintf(s->why + used, sizeof s->why - used, "; %s cannot be written", path);
}

/* The picture is not the one expected: says how, and keeps it. */
static void explain(FrameStep *s, const ZifPicture *picture)
{
    ZifPictureDifference how;
    s->wrong = true;
    if (zif_picture_same(picture, s->golden, s->spec.tolerance, &how)) {
        snprintf(s->why, sizeof s->why, "the display has shown this picture only since its last frame");
        return;
    }
    zif_picture_words(&how, picture, s->golden, s->why, sizeof s->why);
    if (picture->width) {
        keep(s, ": see ", "actual", picture);
    }
    if (!how.sizes) {
        ZifPicture *difference = zif_picture_difference(picture, s->golden, s->spec.tolerance);
        keep(s, " and ", "diff", difference);
        zif_picture_free(difference);
    }
}

/* The step has begun, or its time has come. */
static void look(void *opaque)
{
    FrameStep *s = opaque;
    const ZifPicture *picture = zif_display_look(s->display);
    s->met = fits(s, picture);
    if (s->met) {
        s->again(s->opaque);
    } else if (s->spec.at == ZIF_TIME_NEVER) {
        s->tried = zif_display_hash(s->display);
        zif_display_on_frame(s->display, on_frame, s);
    } else {
        explain(s, picture);
        s->failed(s->opaque);
    }
}

bool frame_step_check(FrameStep *s, bool first, ZifTime now)
{
    if (first && s->spec.at != ZIF_TIME_NEVER && now > s->spec.at) {
        char at[32];
        s->wrong = true;
        snprintf(s->why, sizeof s->why, "the steps before it took longer than until %s",
                 zif_time_format(s->spec.at, at));
        s->failed(s->opaque);
    } else if (first) {
        zif_machine_at(s->machine, s->spec.at == ZIF_TIME_NEVER ? now : s->spec.at, look, s);
    }
    return s->met;
}

const char *frame_step_explain(FrameStep *s)
{
    char at[32];
    if (!s->wrong && s->spec.at != ZIF_TIME_NEVER) {
        s->wrong = true;
        snprintf(s->why, sizeof s->why, "the run ended before %s", zif_time_format(s->spec.at, at));
    } else if (!s->wrong) {
        explain(s, zif_display_look(s->display));
    }
    return s->why;
}
