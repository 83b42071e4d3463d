/* See pictures.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "pictures.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "heap.h"
#include "outputs.h"

struct Shot {
    Shot *next;
    PictureSpec spec;
    ZifDisplay *display;
    bool taken; /* or tried */
    Error *err;
};

struct Film {
    Film *next;
    PictureSpec spec;
    ZifMachine *machine;
    ZifDisplay *display;
    FILE *index;
    unsigned frames;
    unsigned width, height; /* of the latest */
    uint64_t hash;
    ZifTime latest;
    Error *err;
};

bool pictures_add_shot(Pictures *p, const char *text, Error **errp)
{
    Shot **end = &p->shots;
    while (*end) {
        end = &(*end)->next;
    }
    *end = heap_must(calloc(1, sizeof **end), "pictures");
    return picture_spec_parse(&(*end)->spec, "screenshot", text, PICTURE_AT, errp) &&
           output_possible("screenshot", (*end)->spec.path, true, errp);
}

bool pictures_add_film(Pictures *p, const char *text, Error **errp)
{
    Film **end = &p->films;
    while (*end) {
        end = &(*end)->next;
    }
    *end = heap_must(calloc(1, sizeof **end), "pictures");
    return picture_spec_parse(&(*end)->spec, "record", text, 0, errp);
}

/* --- Screenshots ------------------------------------------------------------------------------------------------------------ */

static void take(void *opaque)
{
    Shot *s = opaque;
    s->taken = true;
    if (!zif_png_write(s->spec.path, zif_display_look(s->display), &s->err)) {
        error_prepend(&s->err, "--screenshot");
    }
}

static void end_shot(Shot *s)
{
    char when[32];
    if (!s->display || s->taken) {
        return;
    }
    if (s->spec.at == ZIF_TIME_NEVER) {
        take(s);
    } else {
        error_setg(&s->err, "--screenshot: the run ended before %s, %s is not written",
                   zif_time_format(s->spec.at, when), s->spec.path);
    }
}

/* --- Films ------------------------------------------------------------------------------------------------------------------ */

static void end_frame(Film *f, ZifTime when)
{
    if (f->frames) {
        ZifTime t = when - f->latest;
        fprintf(f->index, "duration %" PRIu64 ".%012" PRIu64 "\n", t / ZIF_SEC, t % ZIF_SEC);
    }
}

static void add_frame(void *opaque, const ZifPicture *picture, ZifTime when)
{
    Film *f = opaque;
    uint64_t hash = zif_display_hash(f->display);
    bool shows = picture->width && picture->height;
    if (f->err || (f->frames ? hash == f->hash : !shows)) {
        return;
    }
    if (shows) {
        f->width = picture->width;
        f->height = picture->height;
    }
    ZifPicture *off = shows ? NULL : zif_picture_new(f->width, f->height); /* as dark as it looks */
    char name[64], path[4200];
    snprintf(name, sizeof name, "%06u_%" PRIu64 ".%06" PRIu64 "s.png", f->frames + 1, when / ZIF_SEC,
             when % ZIF_SEC / ZIF_US);
    snprintf(path, sizeof path, "%s/%s", f->spec.path, name);
    if (zif_png_write(path, off ? off : picture, &f->err)) {
        end_frame(f, when);
        fprintf(f->index, "file '%s'\n", name);
        f->frames++;
        f->hash = hash;
        f->latest = when;
    }
    zif_picture_free(off);
}

static bool open_film(Film *f, Error **errp)
{
    char path[4200];
    if (mkdir(f->spec.path, 0777) && errno != EEXIST) {
        error_setg_errno(errp, errno, "--record: cannot make the folder %s", f->spec.path);
        return false;
    }
    snprintf(path, sizeof path, "%s/frames.txt", f->spec.path);
    f->index = fopen(path, "w");
    if (!f->index) {
        error_setg_errno(errp, errno, "--record: cannot write %s", path);
        return false;
    }
    fputs("ffconcat version 1.0\n", f->index);
    zif_display_on_frame(f->display, add_frame, f);
    return true;
}

static void end_film(Film *f)
{
    if (!f->index) {
        return;
    }
    zif_display_on_frame(f->display, NULL, f);
    end_frame(f, zif_machine_now(f->machine));
    bool ok = !ferror(f->index);
    ok = fclose(f->index) == 0 && ok;
    f->index = NULL;
    if (!ok && !f->err) {
        error_setg_errno(&f->err, errno, "%s/frames.txt cannot be written", f->spec.path);
    }
    error_prepend(&f->err, "--record");
}

/* --- All of them ------------------------------------------------------------------------------------------------------------ */

static ZifDisplay *find(ZifMachine *m, const char *option, const PictureSpec *spec, Error **errp)
{
    Error *err = NULL;
    ZifDisplay *d = zif_machine_display_by_name(m, spec->display, &err);
    error_prepend(&err, "--%s", option);
    error_propagate(errp, err);
    return d;
}

bool pictures_open(Pictures *p, ZifMachine *m, Error **errp)
{
    for (Shot *s = p->shots; s; s = s->next) {
        s->display = find(m, "screenshot", &s->spec, errp);
        if (!s->display) {
            return false;
        }
        if (s->spec.at != ZIF_TIME_NEVER) {
            zif_machine_look_at(m, s->spec.at, take, s);
        }
    }
    for (Film *f = p->films; f; f = f->next) {
        f->machine = m;
        f->display = find(m, "record", &f->spec, errp);
        if (!f->display || !open_film(f, errp)) {
            return false;
        }
    }
    return true;
}

bool pictures_finish(Pictures *p, Error **errp)
{
    Error *err = NULL;
    for (Shot *s = p->shots; s; s = s->next) {
        end_shot(s);
        error_propagate(&err, s->err); /* the first is told */
        s->err = NULL;
    }
    for (Film *f = p->films; f; f = f->next) {
        end_film(f);
        error_propagate(&err, f->err);
        f->err = NULL;
    }
    bool ok = !err;
    error_propagate(errp, err);
    return ok;
}

void pictures_free(Pictures *p)
{
    while (p->shots) {
        Shot *s = p->shots;
        p->shots = s->next;
        picture_spec_free(&s->spec);
        error_free(s->err);
        free(s);
    }
    while (p->films) {
        Film *f = p->films;
        p->films = f->next;
        if (f->index) {
            fclose(f->index);
        }
        picture_spec_free(&f->spec);
        error_free(f->err);
        free(f);
    }
}
