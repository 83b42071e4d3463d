/*
 * Names of devices and lines as clients of the qtest protocol give them.
 *
 * A path is a name zif knows (label, alias, node name, devicetree path), or a QEMU object path, of which the last part counts:
 * `/machine/soc/uart0` is uart0, and so is `/machine/soc/uart`. `/machine/armv7m`, `/machine/armv7m/nvic` and whatever else ends in nvic, armv7m or armv6m
 * is the interrupt controller. `/machine/nrf51` and `/machine/soc`, chips which show their pins as their own, are the first
 * GPIO port. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdio.h>
#include <string.h>
#include "qtest.h"

static bool is_one_of(const char *word, const char *const *list)
{
    while (*list && strcmp(*list, word) != 0) {
        list++;
    }
    return *list;
}

bool qtest_find(ZifMachine *m, const char *path, QtestObject *object)
{
    static const char *const nvics[] = { "nvic", "armv7m", "armv6m", NULL };
    static const char *const chips[] = { "/machine/nrf51", "/machine/soc", NULL };
    char last[64];
    const char *slash = strrchr(path, '/');
    snprintf(last, sizeof last, "%s", slash ? slash + 1 : path);
    last[strcspn(last, "[")] = 0;
    *object = (QtestObject){ .nvic = is_one_of(last, nvics) };
    if (object->nvic) {
        return zif_machine_has_cpu(m);
    }
    object->dev = zif_machine_device_by_name(m, is_one_of(path, chips) ? "gpio0" : path);
    if (!object->dev && *last) {
        object->dev = zif_machine_device_by_name(m, last);
    }
    if (!object->dev && *last) { /* QEMU's only one of a kind has no number */
        snprintf(last + strlen(last), sizeof last - strlen(last), "0");
        object->dev = zif_machine_device_by_name(m, last);
    }
    return object->dev;
}

/* What a group of lines of a device is: its name and how many there are. */
typedef struct {
    const char *name;
    unsigned count;
} Lines;

static bool wanted(Lines lines, const char *name, bool has_pins)
{
    if (!name || !strcmp(name, "unnamed-gpio-in") || !strcmp(name, "unnamed-gpio-out")) {
        return !has_pins || !strcmp(lines.name, "pin");
    }
    return !strcmp(name, "sysbus-irq") ? !strncmp(lines.name, "irq", 3) : !strcmp(lines.name, name);
}

static const char *pick(Lines (*group)(const ZifDevice *, unsigned), const ZifDevice *dev, const char *name, unsigned n,
                        unsigned *line)
{
    bool has_pins = false;
    for (unsigned i = 0; group(dev, i).name; i++) {
        has_pins |= !strcmp(group(dev, i).name, "pin");
    }
    for (unsigned i = 0; group(dev, i).name; i++) {
        Lines lines = group(dev, i);
        if (!wanted(lines, name, has_pins)) {
            continue;
        }
        if (n < lines.count) {
            *line = n;
            return lines.name;
        }
        n -= lines.count;
    }
    return NULL;
}

static Lines input_group(const ZifDevice *dev, unsigned i)
{
    const ZifInput *in = dev->cls->inputs;
    return in ? (Lines){ in[i].name, in[i].count ? in[i].count : 1 } : (Lines){ 0 };
}

static Lines output_group(const ZifDevice *dev, unsigned i)
{
    const ZifOutput *out = dev->cls->outputs;
    return out ? (Lines){ out[i].name, out[i].count ? out[i].count : 1 } : (Lines){ 0 };
}

const char *qtest_input_line(const ZifDevice *dev, const char *name, unsigned n, unsigned *line)
{
    return pick(input_group, dev, name, n, line);
}

const char *qtest_output_line(const ZifDevice *dev, const char *name, unsigned n, unsigned *line)
{
    return pick(output_group, dev, name, n, line);
}
