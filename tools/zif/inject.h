/* The step --inject. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ZIF_TOOL_INJECT_H
#define ZIF_TOOL_INJECT_H

#include <zif/machine.h>

typedef struct {
    char name[64];     /* of the device */
    const char *fault; /* behind the colon */
    ZifDevice *dev;    /* set by inject_step_resolve */
} InjectStep;

/** "DEVICE:FAULT"; the caller frees, `text` outlives it. NULL and *errp when it is none. */
InjectStep *inject_step_parse(const char *text, Error **errp);
/** Finds the device; false and *errp when there is none, or it does not know the fault. */
bool inject_step_resolve(InjectStep *s, ZifMachine *m, Error **errp);
/** Makes it happen. */
void inject_step_do(InjectStep *s);

#endif
