/* See picture_spec.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "picture_spec.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *copy(const char *text, size_t len)
{
    char *s = strndup(text, len);
    if (!s) {
        zif_bug("out of memory for options");
    }
    return s;
}

static bool take_word(PictureSpec *spec, const char *word, unsigned words, Error **errp)
{
    char tail;
    if (!strncmp(word, "display=", 8) && word[8]) {
        free(spec->display);
        spec->display = copy(word + 8, strlen(word + 8));
        return true;
    }
    if (words & PICTURE_AT && !strncmp(word, "at=", 3)) {
        spec->at = ZIF_TIME_NEVER;
        return !strcmp(word + 3, "end") || zif_time_parse(word + 3, &spec->at, errp);
    }
    if (words & PICTURE_TOLERANCE && sscanf(word, "tolerance=%3u%c", &spec->tolerance, &tail) == 1 &&
        spec->tolerance <= 255) {
        return true;
    }
    error_setg(errp, "'%s' is none of display=NAME%s%s", word, words & PICTURE_AT ? ", at=TIME" : "",
               words & PICTURE_TOLERANCE ? ", tolerance=N (0 to 255)" : "");
    return false;
}

bool picture_spec_parse(PictureSpec *spec, const char *option, const char *text, unsigned words, Error **errp)
{
    Error *err = NULL;
    size_t len = strcspn(text, ",");
    *spec = (PictureSpec){ .path = copy(text, len), .at = ZIF_TIME_NEVER };
    if (!len) {
        error_setg(&err, "'%s' names no file", text);
    }
    for (text += len; !err && *text; text += len) {
        len = strcspn(++text, ",");
        char *word = copy(text, len);
        take_word(spec, word, words, &err);
        free(word);
    }
    error_prepend(&err, "--%s", option);
    bool ok = !err;
    error_propagate(errp, err);
    return ok;
}

void picture_spec_free(PictureSpec *spec)
{
    free(spec->path);
    free(spec->display);
}
