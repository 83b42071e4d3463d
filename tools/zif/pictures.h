/* --screenshot and --record: pictures of displays as files. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ZIF_TOOL_PICTURES_H
#define ZIF_TOOL_PICTURES_H

#include <zif/png.h>
#include "picture_spec.h"

typedef struct Shot Shot;
typedef struct Film Film;

typedef struct {
    Shot *shots;
    Film *films;
} Pictures;

/** "FILE.png[,display=NAME][,at=TIME|end]" / "DIR[,display=NAME]". False and *errp when the text is wrong or the file cannot be written. */
bool pictures_add_shot(Pictures *p, const char *text, Error **errp);
bool pictures_add_film(Pictures *p, const char *text, Error **errp);
/** Finds the displays and begins. False and *errp when there is no such display. */
bool pictures_open(Pictures *p, ZifMachine *m, Error **errp);
/** The run is over: takes what is to be taken at its end. False and *errp when a picture could not be taken or written. */
bool pictures_finish(Pictures *p, Error **errp);
void pictures_free(Pictures *p);

#endif
