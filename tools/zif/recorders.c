/* See recorders.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include "options.h"
#include "recorders.h"

void recorders_add(Recorders *r, ZifObserver *(*open)(ZifMachine *m, const char *spec, Error **errp), const char *spec)
{
    r->list = option_list(r->list, r->count, sizeof *r->list);
    r->list[r->count++] = (Recorder){ .open = open, .spec = spec };
}

bool recorders_open(Recorders *r, ZifMachine *m, Error **errp)
{
    for (size_t i = 0; i < r->count; i++) {
        r->list[i].observer = r->list[i].open(m, r->list[i].spec, errp);
        if (!r->list[i].observer) {
            return false;
        }
    }
    return true;
}

void recorders_flush(Recorders *r)
{
    for (size_t i = 0; i < r->count; i++) {
        zif_observer_flush(r->list[i].observer);
    }
}

bool recorders_finish(Recorders *r, Error **errp)
{
    Error *err = NULL;
    for (size_t i = 0; i < r->count; i++) {
        zif_observer_finish(r->list[i].observer, err ? NULL : &err);
        r->list[i].observer = NULL;
    }
    bool ok = !err;
    error_propagate(errp, err);
    return ok;
}

void recorders_free(Recorders *r)
{
    recorders_finish(r, NULL);
    free(r->list);
}
