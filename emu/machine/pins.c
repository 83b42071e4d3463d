/*
 * Pins and keys from outside: found by the name people use, driven, looked at.
 * Reference: devicetree bindings gpio-keys and /aliases; pin names as the data sheets of STM32 (PA0) and nRF (P0.17) print them.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <ctype.h>
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "internal.h"

static unsigned input_lines(const ZifDevice *dev, int input)
{
    return dev->core->input_base[input + 1] - dev->core->input_base[input];
}

/* A port's pin: driven through its input "pin"; its level is what the input register sees where the class tells it, else what the
 * port drives. */
static bool port_pin(ZifDevice *dev, unsigned line, ZifPin *pin)
{
    int input = zif__input_find(dev->cls, "pin"), output = zif__output_find(dev->cls, "in");
    output = output >= 0 ? output : zif__output_find(dev->cls, "pin");
    if (input < 0 || line >= input_lines(dev, input)) {
        return false;
    }
    *pin = (ZifPin){ dev, input, output, line };
    return true;
}

static bool number(const char *text, unsigned *n)
{
    char *end;
    unsigned long v = strtoul(text, &end, 10);
    *n = (unsigned)v;
    return isdigit((unsigned char)*text) && !*end && v < 4096;
}

/* "PA0" is gpioa.0, "P0.17" is gpio0.17. */
static bool data_sheet_name(ZifMachine *m, const char *name, ZifPin *pin)
{
    char port[32];
    unsigned line;
    const char *rest = name + 2;
    if (toupper((unsigned char)name[0]) != 'P' || !isalnum((unsigned char)name[1])) {
        return false;
    }
    if (isdigit((unsigned char)name[1]) && *rest++ != '.') {
        return false;
    }
    snprintf(port, sizeof port, "gpio%c", tolower((unsigned char)name[1]));
    ZifDevice *dev = zif_machine_device_by_name(m, port);
    return dev && number(rest, &line) && port_pin(dev, line, pin);
}

/* DEVICE.LINE of a port, DEVICE.INPUT or DEVICE.INPUT.LINE of any device. */
static bool dotted_name(ZifMachine *m, const char *name, ZifPin *pin)
{
    char device[64], input[64];
    const char *dot = strchr(name, '.');
    unsigned line = 0;
    if (!dot || (size_t)(dot - name) >= sizeof device) {
        return false;
    }
    snprintf(device, sizeof device, "%.*s", (int)(dot - name), name);
    ZifDevice *dev = zif_machine_device_by_name(m, device);
    if (!dev) {
        return false;
    }
    if (number(dot + 1, &line)) {
        return port_pin(dev, line, pin);
    }
    const char *second = strchr(dot + 1, '.');
    if (second && !number(second + 1, &line)) {
        return false;
    }
    snprintf(input, sizeof input, "%.*s", second ? (int)(second - dot - 1) : (int)strlen(dot + 1), dot + 1);
    int i = zif__input_find(dev->cls, input);
    if (i < 0 || line >= input_lines(dev, i)) {
        return false;
    }
    *pin = (ZifPin){ dev, i, zif__output_find(dev->cls, input), line };
    return true;
}

/* A pin of the package that is an input of its own, as BOOT0. */
static bool package_pin(ZifMachine *m, const char *name, ZifPin *pin)
{
    for (unsigned d = 0; d < m->kit.ndevices; d++) {
        ZifDevice *dev = m->kit.devices[d];
        const ZifInput *in = dev->cls->inputs;
        for (int i = 0; in && in[i].name; i++) {
            if (in[i].count <= 1 && !strcasecmp(in[i].name, name)) {
                *pin = (ZifPin){ dev, i, -1, 0 };
                return true;
            }
        }
    }
    return false;
}

bool zif_machine_pin(ZifMachine *m, const char *name, ZifPin *pin, Error **errp)
{
    if (data_sheet_name(m, name, pin) || dotted_name(m, name, pin) || package_pin(m, name, pin)) {
        return true;
    }
    error_setg(errp, "the board has no pin '%s' (PA0, P0.17 and gpio0.17 are names of pins)", name);
    return false;
}

bool zif_machine_key(ZifMachine *m, const char *name, ZifPin *key, Error **errp)
{
    int aliases = fdt_path_offset(m->fdt, "/aliases");
    const char *path = aliases >= 0 && *name ? zif__tree_string(m->fdt, aliases, name) : NULL;
    const ZifDevice *last = NULL;
    unsigned line = 0;
    for (unsigned i = 0; i < m->tree->n; i++) {
        const ZifTreeNode *n = &m->tree->nodes[i];
        ZifDevice *dev = zif__device_of_node(m, n->parent);
        int press = dev ? zif__input_find(dev->cls, "press") : -1;
        if (press < 0) {
            continue;
        }
        line = dev == last ? line + 1 : 0;
        last = dev;
        const char *node = strrchr(n->path, '/') + 1;
        bool is_it = (path && !strcmp(n->path, path)) || !strcmp(node, name) || (n->label && !strcmp(n->label, name));
        if (is_it && line < input_lines(dev, press)) {
            *key = (ZifPin){ dev, press, zif__output_find(dev->cls, "pin"), line };
            return true;
        }
    }
    error_setg(errp, "the board has no key '%s' (an alias, label or node name below gpio-keys)", name);
    return false;
}

void zif_pin_drive(const ZifPin *pin, int level)
{
    ZifMachine *m = pin->dev->machine;
    ZifMemoryContext *before = zif__enter(m);
    m->past_is_lost |= m->history != NULL; /* going back would not repeat it */
    zif__input_set(pin->dev, pin->input, pin->line, level);
    zif__leave(before);
}

int zif_pin_level(const ZifPin *pin)
{
    return pin->output >= 0 ? zif_output_level(pin->dev, pin->output, pin->line)
                            : zif_input_level(pin->dev, pin->input, pin->line);
}

void zif_pin_on_change(const ZifPin *pin, void (*fn)(void *opaque, int level), void *opaque)
{
    if (pin->output >= 0) {
        zif__wire_add(pin->dev, pin->output, pin->line, fn, opaque);
    }
}
