/* Wires: output lines, input lines and their listeners. SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>
#include "device.h"
#include "internal.h"

static ZifOutputLine *output_line(const ZifDevice *dev, unsigned output, unsigned line)
{
    const ZifDeviceCore *core = dev->core;
    if (output >= core->noutput_names || line >= core->output_base[output + 1] - core->output_base[output]) {
        zif_bug("%s: there is no output %u line %u", dev->cls->name, output, line);
    }
    return &core->outputs[core->output_base[output] + line];
}

static ZifInputLine *input_line(const ZifDevice *dev, unsigned input, unsigned line)
{
    const ZifDeviceCore *core = dev->core;
    if (input >= core->ninput_names || line >= core->input_base[input + 1] - core->input_base[input]) {
        zif_bug("%s: there is no input %u line %u", dev->cls->name, input, line);
    }
    return &core->inputs[core->input_base[input] + line];
}

/* A board's wires can form a loop that swings for ever; past this many wires in a row the wave ends. */
enum { MAX_DEPTH = 32 };

static void deliver(ZifDevice *dev, ZifOutputLine *o, int level)
{
    ZifKit *kit = dev->core->kit;
    o->delivered = level;
    if (ZIF_OBSERVERS && kit->hooks.wire) {
        kit->hooks.wire(kit->hooks.opaque, dev, true, (unsigned)(o - dev->core->outputs), level);
    }
    if (kit->wire_depth == MAX_DEPTH) {
        return;
    }
    kit->wire_depth++;
    for (ZifWire *w = o->wires; w; w = w->next) {
        w->fn(w->opaque, level);
    }
    kit->wire_depth--;
}

void zif_set(ZifDevice *dev, unsigned output, unsigned line, int level)
{
    ZifOutputLine *o = output_line(dev, output, line);
    level = !!level;
    if (o->level == level) {
        return;
    }
    o->level = level;
    if (!dev->core->resetting) {
        deliver(dev, o, level);
    }
}

void zif_pulse(ZifDevice *dev, unsigned output, unsigned line)
{
    zif_set(dev, output, line, 1);
    zif_set(dev, output, line, 0);
}

int zif_output_level(const ZifDevice *dev, unsigned output, unsigned line)
{
    return output_line(dev, output, line)->level;
}

int zif_input_level(const ZifDevice *dev, unsigned input, unsigned line)
{
    return input_line(dev, input, line)->level;
}

bool zif_input_connected(const ZifDevice *dev, unsigned input, unsigned line)
{
    return input_line(dev, input, line)->connected;
}

bool zif_output_connected(const ZifDevice *dev, unsigned output, unsigned line)
{
    return output_line(dev, output, line)->wires != NULL;
}

static void set_input(ZifInputLine *in, int level)
{
    if (in->level == !!level) {
        return;
    }
    in->level = !!level;
    ZifKit *kit = in->dev->core->kit;
    if (ZIF_OBSERVERS && kit->hooks.wire) {
        kit->hooks.wire(kit->hooks.opaque, in->dev, false, (unsigned)(in - in->dev->core->inputs), in->level);
    }
    const ZifInput *kind = &in->dev->cls->inputs[in->input];
    if (kind->set) {
        kind->set(in->dev, in->line, in->level);
    }
}

static void into_input(void *opaque, int level)
{
    set_input(opaque, level);
}

void zif__input_set(ZifDevice *dev, unsigned input, unsigned line, int level)
{
    ZifInputLine *in = input_line(dev, input, line);
    in->connected = true;
    set_input(in, level);
}

void zif__input_release(ZifDevice *dev, unsigned input, unsigned line)
{
    ZifInputLine *in = input_line(dev, input, line);
    const ZifInput *kind = &dev->cls->inputs[input];
    if (in->connected) {
        in->connected = false;
        if (kind->set) { /* the level may follow something else now */
            kind->set(dev, line, in->level);
        }
    }
}

void zif__wire_add(ZifDevice *dev, unsigned output, unsigned line, void (*fn)(void *opaque, int level), void *opaque)
{
    ZifOutputLine *o = output_line(dev, output, line);
    ZifWire *w = malloc(sizeof *w), **end = &o->wires;
    *w = (ZifWire){ .fn = fn, .opaque = opaque };
    while (*end) { /* listeners hear in the order they came */
        end = &(*end)->next;
    }
    *end = w;
}

void zif_connect(ZifDevice *src, unsigned output, unsigned line, ZifDevice *dst, unsigned input, unsigned dst_line)
{
    ZifInputLine *in = input_line(dst, input, dst_line);
    ZifOutputLine *o = output_line(src, output, line);
    in->connected = true;
    zif__wire_add(src, output, line, into_input, in);
    if (o->level) {
        set_input(in, 1);
    }
}

int zif__output_find(const ZifClass *cls, const char *name)
{
    for (unsigned i = 0; cls->outputs && cls->outputs[i].name; i++) {
        if (!strcmp(cls->outputs[i].name, name)) {
            return i;
        }
    }
    return -1;
}

int zif__input_find(const ZifClass *cls, const char *name)
{
    for (unsigned i = 0; cls->inputs && cls->inputs[i].name; i++) {
        if (!strcmp(cls->inputs[i].name, name)) {
            return i;
        }
    }
    return -1;
}

/* Reset, phase one: output levels fall without anybody hearing of it. */
void zif__outputs_hold(ZifDevice *dev)
{
    dev->core->resetting = true;
    for (unsigned i = 0; i < dev->core->noutputs; i++) {
        dev->core->outputs[i].delivered = dev->core->outputs[i].level;
        dev->core->outputs[i].level = 0;
    }
}

/* Phase three: what is different after the reset is told. */
void zif__outputs_release(ZifDevice *dev)
{
    dev->core->resetting = false;
    for (unsigned i = 0; i < dev->core->noutputs; i++) {
        ZifOutputLine *o = &dev->core->outputs[i];
        if (o->delivered != o->level) {
            deliver(dev, o, o->level);
        }
    }
}

void zif__wires_init(ZifDevice *dev)
{
    ZifDeviceCore *core = dev->core;
    const ZifInput *in = dev->cls->inputs;
    const ZifOutput *out = dev->cls->outputs;
    while (in && in[core->ninput_names].name) {
        core->ninput_names++;
    }
    while (out && out[core->noutput_names].name) {
        core->noutput_names++;
    }
    core->input_base = calloc(core->ninput_names + 1, sizeof *core->input_base);
    core->output_base = calloc(core->noutput_names + 1, sizeof *core->output_base);
    for (unsigned i = 0; i < core->ninput_names; i++) {
        core->input_base[i + 1] = core->input_base[i] + (in[i].count ? in[i].count : 1);
    }
    for (unsigned i = 0; i < core->noutput_names; i++) {
        core->output_base[i + 1] = core->output_base[i] + (out[i].count ? out[i].count : 1);
    }
    core->ninputs = core->input_base[core->ninput_names];
    core->noutputs = core->output_base[core->noutput_names];
    core->inputs = calloc(core->ninputs + 1, sizeof *core->inputs);
    core->outputs = calloc(core->noutputs + 1, sizeof *core->outputs);
    for (unsigned i = 0; i < core->ninput_names; i++) {
        for (unsigned k = core->input_base[i]; k < core->input_base[i + 1]; k++) {
            core->inputs[k] = (ZifInputLine){ .dev = dev, .input = i, .line = k - core->input_base[i] };
        }
    }
}

void zif__wires_free(ZifDevice *dev)
{
    for (unsigned i = 0; i < dev->core->noutputs; i++) {
        while (dev->core->outputs[i].wires) {
            ZifWire *w = dev->core->outputs[i].wires;
            dev->core->outputs[i].wires = w->next;
            free(w);
        }
    }
    free(dev->core->inputs);
    free(dev->core->outputs);
    free(dev->core->input_base);
    free(dev->core->output_base);
}
