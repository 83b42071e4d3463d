/* The steps --pin, --press and --expect-pin. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ZIF_TOOL_PINS_H
#define ZIF_TOOL_PINS_H

#include <zif/machine.h>
#include "steps.h"

typedef struct {
    StepKind kind;
    char name[64];
    int level;
    ZifTime at;   /* not before; 0 = at once */
    ZifTime held; /* a key: for this long */
    bool leads;   /* no step but pins is in front of it */
    /* Set by pin_step_resolve. */
    ZifPin pin;
    ZifMachine *machine;
    void (*again)(void *opaque); /* asks to be looked at */
    void *opaque;
    bool pressed;
    ZifTime release; /* when, once pressed */
} PinStep;

/** "PIN=LEVEL[@TIME]", "KEY[@TIME][,for=DURATION]" or "PIN=LEVEL"; the caller frees. NULL and *errp when it is none. */
PinStep *pin_step_parse(StepKind kind, const char *text, Error **errp);
/** Finds the pin or key, before the machine's first reset; one that is to be driven from the beginning is driven here. `again` is called
 * at a virtual time at which pin_step_check may answer differently. */
bool pin_step_resolve(PinStep *p, ZifMachine *m, void (*again)(void *opaque), void *opaque, Error **errp);
/** StepsHost.check. */
bool pin_step_check(PinStep *p, bool first, ZifTime now);

#endif
