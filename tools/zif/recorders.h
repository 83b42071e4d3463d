/* The recordings of a run: --vcd and the like. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ZIF_TOOL_RECORDERS_H
#define ZIF_TOOL_RECORDERS_H

#include <zif/observe.h>

/* One that was asked for: what zif/observe.h makes it with, and the option's value. */
typedef struct {
    ZifObserver *(*open)(ZifMachine *m, const char *spec, Error **errp);
    const char *spec;
    ZifObserver *observer;
} Recorder;

typedef struct {
    Recorder *list;
    size_t count;
} Recorders;

void recorders_add(Recorders *r, ZifObserver *(*open)(ZifMachine *m, const char *spec, Error **errp), const char *spec);
/** Opens every file. False and *errp when one cannot be. */
bool recorders_open(Recorders *r, ZifMachine *m, Error **errp);
/** Between slices: what the run has come to is in the files, whatever happens next. */
void recorders_flush(Recorders *r);
/** Completes every file. False and *errp when one could not be written; the others are complete. */
bool recorders_finish(Recorders *r, Error **errp);
void recorders_free(Recorders *r);

#endif
