/* The machine's serial lines, console first, semihosting's last. SPDX-License-Identifier: GPL-2.0-or-later */
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zif/log.h>
#include "internal.h"

static void keep_tail(void *opaque, uint8_t byte, ZifTime when)
{
    ZifTail *tail = opaque;
    tail->bytes[tail->count++ % ZIF_TAIL] = byte;
}

/* The device /chosen names as the console: zephyr,console, else stdout-path up to its options; both may name an alias. NULL
 * when it names none, or one that nobody models. False and *errp when there is no such device, or it has no serial line. */
static bool find_console(ZifMachine *m, ZifDevice **console, Error **errp)
{
    int chosen = fdt_path_offset(m->fdt, "/chosen");
    const char *name =
        chosen >= 0 && zif__tree_has(m->fdt, chosen, "zephyr,console") ? "zephyr,console" : "stdout-path";
    *console = NULL;
    if (chosen < 0 || !zif__tree_has(m->fdt, chosen, name)) {
        return true;
    }
    const char *text = zif__tree_string(m->fdt, chosen, name);
    char *path = strndup(text ? text : "", text ? strcspn(text, ":") : 0);
    ZifDevice *dev = zif_machine_device_by_name(m, path);
    bool ok = true;
    if (!dev) {
        error_setg(errp, "/chosen: %s names '%s', and there is no such device", name, path);
        ok = false;
    } else if (dev->core->serial) {
        *console = dev;
    } else if (dev->cls->modelled == ZIF_NAMED_STUB) {
        zif_log(ZIF_LOG_WARN, "machine", "the console, %s, is not modelled: another line stands in", dev->name);
    } else {
        error_setg(errp, "/chosen: %s names %s, which has no serial line", name, dev->name);
        ok = false;
    }
    free(path);
    return ok;
}

/* Lines without a device, one for each bit: "rtt", "rtt1", ... */
static void add_channels(ZifMachine *m, const char *kind, uint32_t channels, ZifSerialLine **lines)
{
    for (unsigned n = 0; n < 32; n++) {
        char name[16];
        if (channels >> n & 1) {
            snprintf(name, sizeof name, n ? "%s%u" : "%s", kind, n);
            m->lines[m->nlines++] = lines[n] = zif__serial_new_free(&m->kit, name);
        }
    }
}

bool zif__serial_build(ZifMachine *m, Error **errp)
{
    ZifDevice *console;
    if (!find_console(m, &console, errp)) {
        return false;
    }
    m->lines = calloc(m->kit.ndevices + 1 + 64, sizeof(ZifSerialLine *));
    m->tails = calloc(m->kit.ndevices + 1 + 64, sizeof *m->tails);
    if (console) {
        m->lines[m->nlines++] = console->core->serial;
    }
    for (unsigned i = 0; i < m->kit.ndevices; i++) {
        ZifDevice *dev = m->kit.devices[i];
        if (dev->core->serial && dev != console) {
            m->lines[m->nlines++] = dev->core->serial;
        }
    }
    add_channels(m, "rtt", m->config.rtt_channels, m->rtt_lines);
    add_channels(m, "itm", m->config.itm_ports, m->itm_lines);
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
    for (unsigned n = 0; n < 32; n++) {
        if (m->rtt_lines[n]) {
            zif__serial_free(m->rtt_lines[n]);
        }
        if (m->itm_lines[n]) {
            zif__serial_free(m->itm_lines[n]);
        }
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
    if (!strcmp(name, "console")) {
        return m->lines[0];
    }
    ZifDevice *dev = zif_machine_device_by_name(m, name);
    for (unsigned i = 0; i < m->nlines && !dev; i++) {
        if (!strcmp(zif_serial_name(m->lines[i]), name)) {
            return m->lines[i];
        }
    }
    return dev ? dev->core->serial : NULL;
}
