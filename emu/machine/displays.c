/* The displays of a machine: which they are, their names, and their part of the trace hash. SPDX-License-Identifier: GPL-2.0-or-later */
#include <libfdt.h>
#include <string.h>
#include "internal.h"

void zif__displays_build(ZifMachine *m)
{
    int chosen = fdt_path_offset(m->fdt, "/chosen");
    const char *name = chosen >= 0 ? zif__tree_string(m->fdt, chosen, "zephyr,display") : NULL;
    m->displays = zif__displays_new(&m->kit, m->ctx, name ? zif_machine_device_by_name(m, name) : NULL);
}

unsigned zif_machine_ndisplays(const ZifMachine *m)
{
    return zif__displays_count(m->displays);
}

ZifDisplay *zif_machine_display(ZifMachine *m, unsigned n)
{
    return zif__display_at(m->displays, n);
}

ZifDisplay *zif_machine_display_by_name(ZifMachine *m, const char *name, Error **errp)
{
    char names[256] = "";
    const ZifDevice *dev = name ? zif_machine_device_by_name(m, name) : NULL;
    for (unsigned i = 0; i < zif_machine_ndisplays(m); i++) {
        ZifDisplay *d = zif_machine_display(m, i);
        size_t used = strlen(names);
        if (!name || zif_display_device(d) == dev) {
            return d;
        }
        snprintf(names + used, sizeof names - used, "%s%s", i ? ", " : "", zif_display_name(d));
    }
    if (*names) {
        error_setg(errp, "the board has no display '%s' (it has %s)", name, names);
    } else {
        error_setg(errp, "the board has no display");
    }
    return NULL;
}

void zif__displays_describe(ZifMachine *m, FILE *out)
{
    for (unsigned i = 0; i < zif_machine_ndisplays(m); i++) {
        ZifDevice *dev = zif_display_device(zif_machine_display(m, i));
        unsigned width = 0, height = 0;
        zif_display_source(dev)->size(dev, &width, &height);
        fprintf(out, i ? "" : "\ndisplays:\n");
        if (width && height) {
            fprintf(out, "  %-14s %u x %u\n", dev->name, width, height);
        } else {
            fprintf(out, "  %-14s as the firmware sets it up\n", dev->name);
        }
    }
}
