/* See spec.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>
#include "spec.h"

bool zif__spec_open(ZifSpec *spec, const char *option, const char *text, Error **errp)
{
    size_t len = strcspn(text, ",");
    *spec = (ZifSpec){ .path = strndup(text, len), .words = strdup(text + len + (text[len] == ',')) };
    spec->rest = spec->words;
    if (!len) {
        error_setg(errp, "%s: '%s' names no file", option, text);
    }
    return len != 0;
}

void zif__spec_free(ZifSpec *spec)
{
    free(spec->path);
    free(spec->words);
}

bool zif__spec_next(ZifSpec *spec, const char **word, const char **value)
{
    if (!*spec->rest) {
        return false;
    }
    char *at = spec->rest, *end = at + strcspn(at, ","), *equals = at + strcspn(at, ",=");
    bool has_value = *equals == '=';
    spec->rest = *end ? end + 1 : end;
    *end = 0;
    *equals = 0;
    *word = at;
    *value = has_value ? equals + 1 : "";
    return true;
}

bool zif__spec_time(const char *option, const char *word, const char *value, ZifTime *out, Error **errp)
{
    Error *err = NULL;
    if (!zif_time_parse(value, out, &err)) {
        error_prepend(&err, "%s: %s", option, word);
        error_propagate(errp, err);
        return false;
    }
    return true;
}

bool zif__name_fits(const char *pattern, const char *name)
{
    const char *star = NULL, *from = NULL; /* where to try again: the star takes one character more */
    while (*name) {
        if (*pattern == '*') {
            star = pattern++;
            from = name;
        } else if (*pattern == '?' || *pattern == *name) {
            pattern++;
            name++;
        } else if (star) {
            pattern = star + 1;
            name = ++from;
        } else {
            return false;
        }
    }
    while (*pattern == '*') {
        pattern++;
    }
    return !*pattern;
}
