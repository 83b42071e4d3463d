/*
 * The monitor's view of a machine: /machine with its devices below, each with its class, its registers (read without effects)
 * and its lines. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdio.h>
#include <string.h>
#include "qmp_commands.h"
#include "qtest.h"

static void add_property(json_t *list, const char *name, const char *type)
{
    json_array_append_new(list, json_pack("{s:s,s:s}", "name", name, "type", type));
}

static void list_devices(Qmp *q, json_t *list)
{
    char type[80];
    for (unsigned i = 0; q->m && i < zif_machine_ndevices(q->m); i++) {
        const ZifDevice *dev = zif_machine_device(q->m, i);
        snprintf(type, sizeof type, "child<%s>", dev->cls->name);
        add_property(list, dev->name, type);
    }
}

static void list_device(const ZifDevice *dev, json_t *list)
{
    add_property(list, "type", "string");
    for (unsigned slot = 0; slot < dev->cls->nregs; slot++) {
        if (dev->cls->regs[slot].name) {
            add_property(list, dev->cls->regs[slot].name, "uint32");
        }
    }
    for (const ZifInput *in = dev->cls->inputs; in && in->name; in++) {
        add_property(list, in->name, "bool");
    }
    for (const ZifOutput *out = dev->cls->outputs; out && out->name; out++) {
        add_property(list, out->name, "bool");
    }
}

/* The word in member `name`; fails when there is none. */
static const char *argument(json_t *arguments, const char *name, QmpResult *r)
{
    const char *word = json_string_value(json_object_get(arguments, name));
    if (!word) {
        qmp_fail(r, "GenericError", "Parameter '%s' is missing", name);
    }
    return word;
}

static ZifDevice *find_device(Qmp *q, json_t *arguments, QmpResult *r)
{
    QtestObject object;
    const char *path = argument(arguments, "path", r);
    if (path && (!q->m || !qtest_find(q->m, path, &object) || object.nvic)) {
        qmp_fail(r, "DeviceNotFound", "Device '%.100s' not found", path);
        return NULL;
    }
    return path ? object.dev : NULL;
}

void qmp_qom_list(Qmp *q, json_t *arguments, QmpResult *r)
{
    const char *path = argument(arguments, "path", r);
    if (!path) {
        return;
    }
    r->value = json_array();
    if (!strcmp(path, "/")) {
        add_property(r->value, "type", "string");
        add_property(r->value, "machine", "child<machine>");
    } else if (!strcmp(path, "/machine") || !strcmp(path, "/machine/")) {
        add_property(r->value, "type", "string");
        list_devices(q, r->value);
    } else {
        const ZifDevice *dev = find_device(q, arguments, r);
        if (dev) {
            list_device(dev, r->value);
        }
    }
}

/* NAME or NAME[N]. */
static unsigned line_number(const char *property, char *name, size_t size)
{
    unsigned n = 0;
    snprintf(name, size, "%s", property);
    char *index = strchr(name, '[');
    if (index) {
        sscanf(index, "[%u]", &n);
        *index = 0;
    }
    return n;
}

static json_t *line_level(const ZifDevice *dev, const char *property)
{
    char name[64];
    unsigned n = line_number(property, name, sizeof name);
    for (unsigned i = 0; dev->cls->outputs && dev->cls->outputs[i].name; i++) {
        const ZifOutput *out = &dev->cls->outputs[i];
        if (!strcmp(out->name, name) && n < (out->count ? out->count : 1u)) {
            return json_boolean(zif_output_level(dev, i, n));
        }
    }
    for (unsigned i = 0; dev->cls->inputs && dev->cls->inputs[i].name; i++) {
        const ZifInput *in = &dev->cls->inputs[i];
        if (!strcmp(in->name, name) && n < (in->count ? in->count : 1u)) {
            return json_boolean(zif_input_level(dev, i, n));
        }
    }
    return NULL;
}

/* The register NAME, or element N of the array NAME[N]. */
static json_t *register_value(ZifDevice *dev, const char *property)
{
    char name[64];
    unsigned n = line_number(property, name, sizeof name);
    for (unsigned slot = 0; slot < dev->cls->nregs; slot++) {
        const ZifRegister *reg = &dev->cls->regs[slot];
        if (reg->name && !strcmp(reg->name, name) && n < (reg->count ? reg->count : 1u)) {
            return json_integer(zif_device_peek(dev, slot + n));
        }
    }
    return NULL;
}

void qmp_qom_get(Qmp *q, json_t *arguments, QmpResult *r)
{
    const char *property = argument(arguments, "property", r);
    const char *path = argument(arguments, "path", r);
    if (!property || !path) {
        return;
    }
    if (!strcmp(path, "/machine") && !strcmp(property, "type")) {
        r->value = json_string("machine");
        return;
    }
    ZifDevice *dev = find_device(q, arguments, r);
    if (!dev) {
        return;
    }
    r->value = !strcmp(property, "type") ? json_string(dev->cls->name) : register_value(dev, property);
    r->value = r->value ? r->value : line_level(dev, property);
    if (!r->value) {
        qmp_fail(r, "GenericError", "Property '%s.%.60s' not found", dev->cls->name, property);
    }
}

/* What a device's surroundings can change: its inputs. */
void qmp_qom_set(Qmp *q, json_t *arguments, QmpResult *r)
{
    char name[64];
    const char *property = argument(arguments, "property", r);
    ZifDevice *dev = property ? find_device(q, arguments, r) : NULL;
    json_t *value = json_object_get(arguments, "value");
    if (!dev) {
        return;
    }
    unsigned n = line_number(property, name, sizeof name);
    int level = json_is_integer(value) ? json_integer_value(value) != 0 : json_is_true(value);
    if (!json_is_boolean(value) && !json_is_integer(value)) {
        qmp_fail(r, "GenericError", "Parameter 'value' must be a boolean or a number");
    } else if (!zif_device_drive(dev, name, n, level)) {
        qmp_fail(r, "GenericError", "Property '%s.%.60s' is not an input that can be set", dev->cls->name, property);
    } else {
        zif_machine_advance(q->m, 0);
    }
}
