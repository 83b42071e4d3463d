/* "FILE[,display=NAME][,at=TIME|end][,tolerance=N]": the text of options about pictures. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ZIF_TOOL_PICTURE_SPEC_H
#define ZIF_TOOL_PICTURE_SPEC_H

#include <zif/time.h>

typedef struct {
    char *path;
    char *display; /* NULL: the first */
    ZifTime at;    /* ZIF_TIME_NEVER: at the end, or not said */
    unsigned tolerance;
} PictureSpec;

/* Which words an option takes besides display. */
enum { PICTURE_AT = 1, PICTURE_TOLERANCE = 2 };

/** Takes the text apart. False and *errp, naming the option, when it is wrong; free in either case. */
bool picture_spec_parse(PictureSpec *spec, const char *option, const char *text, unsigned words, Error **errp);
void picture_spec_free(PictureSpec *spec);

#endif
