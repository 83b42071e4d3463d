/* The text an observer is asked for with: "FILE[,word[=value]...]". SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ZIF_OBSERVE_SPEC_H
#define ZIF_OBSERVE_SPEC_H

#include <stdbool.h>
#include <zif/error.h>
#include <zif/time.h>

typedef struct {
    char *path;  /* the file; owned */
    char *rest;  /* what is still to be taken apart */
    char *words; /* owned */
} ZifSpec;

/** Takes the file off. False and *errp when there is none. Free in either case. */
bool zif__spec_open(ZifSpec *spec, const char *option, const char *text, Error **errp);
void zif__spec_free(ZifSpec *spec);
/** The next word and its value ("" without one); false at the end. */
bool zif__spec_next(ZifSpec *spec, const char **word, const char **value);
/** False and *errp naming the option when it is no time. */
bool zif__spec_time(const char *option, const char *word, const char *value, ZifTime *out, Error **errp);
/** Does the name fit a pattern with * (anything) and ? (one character)? */
bool zif__name_fits(const char *pattern, const char *name);

#endif
