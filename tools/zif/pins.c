/* Pins as steps. See pins.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "pins.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HELD_UNLESS (50 * ZIF_MS)

static bool parse_level(PinStep *p, char *equals, Error **errp)
{
    if (!equals || equals == p->name || (equals[1] != '0' && equals[1] != '1') || equals[2]) {
        error_setg(errp, "a pin's level is PIN=0 or PIN=1");
        return false;
    }
    p->level = equals[1] - '0';
    *equals = '\0';
    return true;
}

/* Cuts the text at the last `mark` and reads the time behind it. */
static bool cut_time(char *text, const char *mark, ZifTime *t, Error **errp)
{
    char *at = strstr(text, mark);
    if (at) {
        *at = '\0';
        return zif_time_parse(at + strlen(mark), t, errp);
    }
    return true;
}

PinStep *pin_step_parse(StepKind kind, const char *text, Error **errp)
{
    PinStep *p = calloc(1, sizeof *p);
    if (!p) {
        zif_bug("out of memory for a step");
    }
    *p = (PinStep){ .kind = kind, .held = HELD_UNLESS };
    bool ok = snprintf(p->name, sizeof p->name, "%s", text) < (int)sizeof p->name;
    if (!ok) {
        error_setg(errp, "'%.40s...' is too long", text);
    } else if (kind == STEP_PRESS) {
        ok = cut_time(p->name, ",for=", &p->held, errp) && cut_time(p->name, "@", &p->at, errp);
    } else {
        ok = (kind == STEP_EXPECT_PIN || cut_time(p->name, "@", &p->at, errp)) &&
             parse_level(p, strchr(p->name, '='), errp);
    }
    if (!ok) {
        free(p);
        return NULL;
    }
    return p;
}

static void call(PinStep *p, ZifTime when)
{
    zif_machine_at(p->machine, when, p->again, p->opaque);
}

static void on_change(void *opaque, int level)
{
    PinStep *p = opaque;
    if (level == p->level) {
        call(p, zif_machine_now(p->machine)); /* not now: a device is at work */
    }
}

bool pin_step_resolve(PinStep *p, ZifMachine *m, void (*again)(void *opaque), void *opaque, Error **errp)
{
    p->machine = m;
    p->again = again;
    p->opaque = opaque;
    if (p->kind == STEP_PRESS) {
        return zif_machine_key(m, p->name, &p->pin, errp);
    }
    if (!zif_machine_pin(m, p->name, &p->pin, errp)) {
        return false;
    }
    if (p->kind == STEP_EXPECT_PIN) {
        zif_pin_on_change(&p->pin, on_change, p);
    } else if (p->leads && !p->at) {
        zif_pin_drive(&p->pin, p->level);
    }
    return true;
}

bool pin_step_check(PinStep *p, bool first, ZifTime now)
{
    if (p->kind == STEP_EXPECT_PIN) {
        return zif_pin_level(&p->pin) == p->level;
    }
    if (now < p->at) {
        if (first) {
            call(p, p->at);
        }
        return false;
    }
    if (p->kind == STEP_PIN) {
        zif_pin_drive(&p->pin, p->level);
        return true;
    }
    if (!p->pressed) {
        p->pressed = true;
        p->release = now + p->held;
        zif_pin_drive(&p->pin, 1);
        call(p, p->release);
    }
    if (now < p->release) {
        return false;
    }
    zif_pin_drive(&p->pin, 0);
    return true;
}
