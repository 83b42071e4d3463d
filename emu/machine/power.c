/*
 * Power cycles, and the flashes that outlive them. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>
#include "device/flash.h"
#include "internal.h"

unsigned zif_machine_nflashes(const ZifMachine *m)
{
    unsigned n = 0;
    for (const ZifFlash *f = m->kit.flashes; f; f = f->next) {
        n++;
    }
    return n;
}

ZifFlash *zif_machine_flash(const ZifMachine *m, unsigned n)
{
    unsigned back = zif_machine_nflashes(m); /* the list has the newest first */
    ZifFlash *f = n < back ? m->kit.flashes : NULL;
    for (back -= n + 1; f && back; back--) {
        f = f->next;
    }
    return f;
}

ZifFlash *zif_machine_flash_by_name(const ZifMachine *m, const char *name)
{
    for (ZifFlash *f = m->kit.flashes; f; f = f->next) {
        if (!strcmp(f->name, name)) {
            return f;
        }
    }
    return NULL;
}

void zif_machine_on_flash_step(ZifMachine *m, void (*fn)(void *opaque, ZifFlash *f, const ZifFlashStep *step),
                               void *opaque)
{
    m->kit.on_flash_step = fn;
    m->kit.on_flash_step_opaque = opaque;
}

void zif_machine_power_cycle(ZifMachine *m)
{
    m->power_cycle_asked = true;
    zif__flash_power_lost(&m->kit); /* now: a store that waits for a flash ends in the middle of its step */
    if (m->running) {
        zif_cpu_stop(m->cpu);
    }
}

void zif__power_cycle(ZifMachine *m)
{
    m->power_cycles++;
    zif__flash_power_lost(&m->kit);
    zif__memories_fill(m);
    if (m->cpu) {
        zif_port_forget_code(zif_cpu_port(m->cpu));
    }
}
