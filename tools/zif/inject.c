/* Faults as steps. See inject.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "inject.h"
#include <stdlib.h>
#include <string.h>

InjectStep *inject_step_parse(const char *text, Error **errp)
{
    const char *colon = strchr(text, ':');
    InjectStep *s;
    if (!colon || colon == text || !colon[1] || (size_t)(colon - text) >= sizeof s->name) {
        error_setg(errp, "'%s' is not DEVICE:FAULT", text);
        return NULL;
    }
    s = calloc(1, sizeof *s);
    if (!s) {
        zif_bug("out of memory for a step");
    }
    memcpy(s->name, text, (size_t)(colon - text));
    s->fault = colon + 1;
    return s;
}

bool inject_step_resolve(InjectStep *s, ZifMachine *m, Error **errp)
{
    s->dev = zif_machine_device_by_name(m, s->name);
    if (!s->dev) {
        error_setg(errp, "the board has no device '%s'", s->name);
        return false;
    }
    return zif_device_can_inject(s->dev, s->fault, errp);
}

void inject_step_do(InjectStep *s)
{
    zif_device_inject(s->dev, s->fault, &error_abort);
}
