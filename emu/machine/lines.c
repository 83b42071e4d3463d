/* The machine's serial lines, console first, semihosting's last. SPDX-License-Identifier: GPL-2.0-or-later */
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>
#include "internal.h"

static void keep_tail(void *opaque, uint8_t byte, ZifTime when)
{
    ZifTail *tail = opaque;
    tail->bytes[tail->count++ % ZIF_TAIL] = byte;
}

/* The console's node path: /chosen zephyr,console, else stdout-path up to its options; both may name an alias. */
static bool console_path(const ZifMachine *m, char *buf, size_t len)
{
    int chosen = fdt_path_offset(m->fdt, "/chosen");
    const char *path = chosen >= 0 ? zif__tree_string(m->fdt, chosen, "zephyr,console") : NULL;
    if (!path && chosen >= 0) {
        path = zif__tree_string(m->fdt, chosen, "stdout-path");
    }
    if (!path || strcspn(path, ":") >= len) {
        return false;
    }
    memcpy(buf, path, strcspn(path, ":"));
    buf[strcspn(path, ":")] = 0;
    return true;
}

bool zif__serial_build(ZifMachine *m, Error **errp)
{
    char path[512];
    ZifDevice *console = console_path(m, path, sizeof path) ? zif_machine_device_by_name(m, path) : NULL;
    m->lines = calloc(m->kit.ndevices + 1, sizeof(ZifSerialLine *));
    m->tails = calloc(m->kit.ndevices + 1, sizeof *m->tails);
    if (console && console->core->serial) {
        m->lines[m->nlines++] = console->core->serial;
    }
    for (unsigned i = 0; i < m->kit.ndevices; i++) {
        ZifDevice *dev = m->kit.devices[i];
        if (dev->core->serial && dev != console) {
            m->lines[m->nlines++] = dev->core->serial;
        }
    }
    m->semihosting_line = zif__serial_new_free(&m->kit, "semihosting");
    m->lines[m->nlines++] = m->semihosting_line;
    for (unsigned i = 0; i < m->nlines; i++) {
        zif_serial_on_transmit(m->lines[i], keep_tail, &m->tails[i]);
    }
    return true;
}

void zif__serial_drop(ZifMachine *m)
{
    if (m->semihosting_line) {
        zif__serial_free(m->semihosting_line);
    }
    free(m->lines);
    free(m->tails);
}

unsigned zif_machine_nserial(const ZifMachine *m)
{
    return m->nlines;
}

ZifSerialLine *zif_machine_serial(ZifMachine *m, unsigned n)
{
    return n < m->nlines ? m->lines[n] : NULL;
}

ZifSerialLine *zif_machine_serial_by_name(ZifMachine *m, const char *name)
{
    if (!strcmp(name, "semihosting")) {
        return m->semihosting_line;
    }
    if (!strcmp(name, "console")) {
        return m->lines[0];
    }
    ZifDevice *dev = zif_machine_device_by_name(m, name);
    return dev ? dev->core->serial : NULL;
}
