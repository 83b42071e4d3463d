/*
 * The tree's wires: interrupts, GPIO pins, chip selects and the rest. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "internal.h"

enum { MAX_CELLS = 512 };

static void set_irq(void *opaque, int level)
{
    ZifIrqLine *line = opaque;
    zif__irq_set(line->m, line->n, level);
}

static void set_nmi(void *opaque, int level)
{
    ZifMachine *m = opaque;
    if (m->cpu) {
        zif_cpu_set_nmi(m->cpu, level);
    }
}

/* Line number `nth` of all outputs whose names begin with "irq". */
static bool irq_output(const ZifClass *cls, unsigned nth, unsigned *output, unsigned *line)
{
    for (unsigned i = 0; cls->outputs && cls->outputs[i].name; i++) {
        unsigned count = cls->outputs[i].count ? cls->outputs[i].count : 1;
        if (strncmp(cls->outputs[i].name, "irq", 3)) {
            continue;
        }
        if (nth < count) {
            *output = i;
            *line = nth;
            return true;
        }
        nth -= count;
    }
    return false;
}

static bool is_nvic(const void *fdt, int node)
{
    return zif__tree_compatible(fdt, node, "arm,v6m-nvic") || zif__tree_compatible(fdt, node, "arm,v7m-nvic");
}

static bool wire_interrupt(ZifMachine *m, ZifDevice *dev, unsigned nth, int controller, uint32_t number, Error **errp)
{
    unsigned output, line;
    if (!irq_output(dev->cls, nth, &output, &line)) {
        if (dev->cls->modelled == ZIF_NAMED_STUB && !dev->cls->outputs) {
            return true;
        }
        error_setg(errp, "%s: interrupt %u is one more than %s has", dev->core->path, nth, dev->cls->name);
        return false;
    }
    if (controller >= 0 && is_nvic(m->fdt, controller)) {
        if (number >= m->cpu_config.num_irqs) {
            error_setg(errp, "%s: interrupt line %u, but the core has %u", dev->core->path, number,
                       m->cpu_config.num_irqs);
            return false;
        }
        if (m->irqs[number].used) {
            error_setg(errp,
                       "%s: interrupt line %u is driven by another device already; a zif,irq-or gate can join them",
                       dev->core->path, number);
            return false;
        }
        m->irqs[number] = (ZifIrqLine){ .m = m, .n = number, .used = true };
        zif__wire_add(dev, output, line, set_irq, &m->irqs[number]);
        return true;
    }
    ZifDevice *gate = zif__device_of_node(m, controller);
    if (!gate || gate == dev || strcmp(gate->cls->name, "irq-or") || number >= gate->core->ninputs) {
        error_setg(errp, "%s: interrupt %u leads to no interrupt controller", dev->core->path, nth);
        return false;
    }
    zif_connect(dev, output, line, gate, 0, number);
    return true;
}

/* The interrupt parent of a node: its own or its nearest ancestor's property, the NVIC without one. */
static int interrupt_parent(const ZifMachine *m, int node)
{
    for (; node >= 0; node = zif__tree_node(m->tree, node)->parent) {
        uint32_t phandle = zif__tree_u32(m->fdt, node, "interrupt-parent", 0);
        if (phandle) {
            return zif__tree_phandle(m->tree, phandle);
        }
    }
    return m->nvic;
}

static bool wire_interrupts(ZifMachine *m, ZifDevice *dev, Error **errp)
{
    uint32_t cells[MAX_CELLS];
    int node = dev->core->node;
    bool extended = zif__tree_has(m->fdt, node, "interrupts-extended");
    unsigned n = zif__tree_cells(m->fdt, node, extended ? "interrupts-extended" : "interrupts", cells, MAX_CELLS);
    int parent = extended ? -1 : interrupt_parent(m, node);
    n = n < MAX_CELLS ? n : MAX_CELLS;
    bool nmi = zif__tree_has(m->fdt, node, "zif,nmi");
    if (nmi) {
        unsigned output, line;
        if (!irq_output(dev->cls, 0, &output, &line)) {
            error_setg(errp, "%s: zif,nmi, but %s has no interrupt", dev->core->path, dev->cls->name);
            return false;
        }
        zif__wire_add(dev, output, line, set_nmi, m);
    }
    for (unsigned at = 0, nth = nmi; at < n; nth++) {
        if (extended) {
            parent = zif__tree_phandle(m->tree, cells[at++]);
        }
        uint32_t width = parent >= 0 ? zif__tree_u32(m->fdt, parent, "#interrupt-cells", 0) : 0;
        if (width < 1 || width > 4 || width > n - at) {
            error_setg(errp, "%s: interrupts do not fit #interrupt-cells of their controller", dev->core->path);
            return false;
        }
        if (!wire_interrupt(m, dev, nth, parent, cells[at], errp)) {
            return false;
        }
        at += width;
    }
    return true;
}

/* One <&port pin flags>; the port's class must have an input and an output "pin". */
static ZifDevice *gpio_port(ZifMachine *m, const char *path, const uint32_t *cells, unsigned n, Error **errp)
{
    ZifDevice *port = n >= 2 ? zif__device_by_phandle(&m->kit, cells[0]) : NULL;
    int out = port ? zif__output_find(port->cls, "pin") : -1, in = port ? zif__input_find(port->cls, "pin") : -1;
    if (out < 0 || in < 0) {
        error_setg(errp, "%s: its gpios name no GPIO port", path);
        return NULL;
    }
    if (cells[1] >= port->core->output_base[out + 1] - port->core->output_base[out] ||
        cells[1] >= port->core->input_base[in + 1] - port->core->input_base[in]) {
        error_setg(errp, "%s: %s has no pin %u", path, port->name, cells[1]);
        return NULL;
    }
    return port;
}

static void pin_to_input(ZifDevice *port, unsigned pin, ZifDevice *dev, unsigned input, unsigned line)
{
    zif_connect(port, zif__output_find(port->cls, "pin"), pin, dev, input, line);
}

static void output_to_pin(ZifDevice *dev, unsigned output, unsigned line, ZifDevice *port, unsigned pin)
{
    zif_connect(dev, output, line, port, zif__input_find(port->cls, "pin"), pin);
}

/* gpio-leds and gpio-keys: line n is child n. */
static bool wire_children(ZifMachine *m, ZifDevice *dev, bool led, Error **errp)
{
    int child;
    unsigned line = 0;
    fdt_for_each_subnode(child, m->fdt, dev->core->node)
    {
        uint32_t cells[3];
        unsigned n = zif__tree_cells(m->fdt, child, "gpios", cells, 3);
        ZifDevice *port = gpio_port(m, dev->core->path, cells, n, errp);
        if (!port) {
            return false;
        }
        if (led) {
            pin_to_input(port, cells[1], dev, 0, line++);
        } else {
            output_to_pin(dev, 0, line++, port, cells[1]);
        }
    }
    return true;
}

static void select_part(void *opaque, int level)
{
    ZifChipSelect *s = opaque;
    zif_spi_select(s->part, level == s->active_high);
}

static bool wire_chip_selects(ZifMachine *m, ZifDevice *controller, const uint32_t *cells, unsigned n, Error **errp)
{
    for (unsigned cs = 0; 3 * cs + 3 <= n; cs++) {
        ZifDevice *port = gpio_port(m, controller->core->path, cells + 3 * cs, 3, errp);
        if (!port) {
            return false;
        }
        for (unsigned i = 0; i < m->kit.ndevices; i++) {
            ZifDevice *part = m->kit.devices[i];
            if (part->core->parent != controller || !part->cls->spi || part->core->bus_address != cs) {
                continue;
            }
            ZifChipSelect *s = calloc(1, sizeof *s);
            *s = (ZifChipSelect){ .next = m->selects, .part = part, .active_high = !(cells[3 * cs + 2] & 1) };
            m->selects = s;
            zif__wire_add(port, zif__output_find(port->cls, "pin"), cells[3 * cs + 1], select_part, s);
        }
    }
    return true;
}

/* A property called <stem><suffix>: its stem, and its cells (at most MAX_CELLS, how many through *n). False for any other property. */
static bool suffixed_cells(ZifMachine *m, int node, int prop, const char *suffix, char stem[64],
                           uint32_t cells[MAX_CELLS], unsigned *n)
{
    const char *name;
    fdt_getprop_by_offset(m->fdt, prop, &name, NULL);
    size_t len = name ? strlen(name) : 0, tail = strlen(suffix);
    if (len <= tail || len >= 64 || strcmp(name + len - tail, suffix)) {
        return false;
    }
    snprintf(stem, 64, "%.*s", (int)(len - tail), name);
    *n = zif__tree_cells(m->fdt, node, name, cells, MAX_CELLS);
    *n = *n < MAX_CELLS ? *n : MAX_CELLS;
    return true;
}

/* Properties <name>-gpios of the device's node, for its input or output <name>. */
static bool wire_pins(ZifMachine *m, ZifDevice *dev, Error **errp)
{
    int prop;
    fdt_for_each_property_offset(prop, m->fdt, dev->core->node)
    {
        char wire[64];
        uint32_t cells[MAX_CELLS];
        unsigned n;
        if (!suffixed_cells(m, dev->core->node, prop, "-gpios", wire, cells, &n)) {
            continue;
        }
        if (!strcmp(wire, "cs")) {
            if (!wire_chip_selects(m, dev, cells, n, errp)) {
                return false;
            }
            continue;
        }
        int out = zif__output_find(dev->cls, wire), in = zif__input_find(dev->cls, wire);
        const unsigned *base = out >= 0 ? dev->core->output_base + out : in >= 0 ? dev->core->input_base + in : NULL;
        for (unsigned line = 0; base && 3 * line + 3 <= n; line++) {
            ZifDevice *port = gpio_port(m, dev->core->path, cells + 3 * line, 3, errp);
            if (!port) {
                return false;
            }
            if (line >= base[1] - base[0]) {
                error_setg(errp, "%s: more pins in %s-gpios than %s has lines", dev->core->path, wire, dev->cls->name);
                return false;
            }
            if (out >= 0) {
                output_to_pin(dev, out, line, port, cells[3 * line + 1]);
            } else {
                pin_to_input(port, cells[3 * line + 1], dev, in, line);
            }
        }
    }
    return true;
}

/* `<signal>-pins = <&port pin function>, ...`: the pins a signal can be led to. The signal is an input or output of that name, or line
 * n - 1 of one whose name lacks the number n at the end ("ch2": line 1 of "ch"). */
static bool signal_line(const ZifDevice *dev, bool output, const char *signal, unsigned *which, unsigned *line)
{
    char stem[64];
    unsigned number = 1;
    int found = output ? zif__output_find(dev->cls, signal) : zif__input_find(dev->cls, signal);
    if (found < 0) {
        size_t digits = strlen(signal);
        while (digits && strchr("0123456789", signal[digits - 1])) {
            digits--;
        }
        if (!signal[digits]) {
            return false;
        }
        number = strtoul(signal + digits, NULL, 10);
        snprintf(stem, sizeof stem, "%.*s", (int)digits, signal);
        found = output ? zif__output_find(dev->cls, stem) : zif__input_find(dev->cls, stem);
    }
    const unsigned *base = output ? dev->core->output_base : dev->core->input_base;
    if (found < 0 || number < 1 || number > base[found + 1] - base[found]) {
        return false;
    }
    *which = found;
    *line = number - 1;
    return true;
}

static bool wire_signal(ZifMachine *m, ZifDevice *dev, const char *signal, const uint32_t *cells, Error **errp)
{
    unsigned which, line, af = cells[1] * 16 + cells[2];
    ZifDevice *port = zif__device_by_phandle(&m->kit, cells[0]);
    int in = port ? zif__input_find(port->cls, "af") : -1, out = port ? zif__output_find(port->cls, "af") : -1;
    if (!port || !port->cls->alternate || in < 0 || out < 0) {
        return true; /* a port without alternate functions, or one that is not modelled */
    }
    if (cells[2] == ZIF_PIN_ANALOG) {
        return true; /* no level */
    }
    if (cells[1] > 15 || cells[2] > 15) {
        error_setg(errp, "%s: %s-pins: pin %u function %u; both are 0 to 15", dev->core->path, signal, cells[1],
                   cells[2]);
        return false;
    }
    if (signal_line(dev, true, signal, &which, &line)) {
        zif_connect(dev, which, line, port, in, af);
    }
    if (signal_line(dev, false, signal, &which, &line)) {
        zif_connect(port, out, af, dev, which, line);
    }
    return true;
}

static bool wire_signals(ZifMachine *m, ZifDevice *dev, Error **errp)
{
    int prop;
    fdt_for_each_property_offset(prop, m->fdt, dev->core->node)
    {
        char signal[64];
        uint32_t cells[MAX_CELLS];
        unsigned n;
        if (!suffixed_cells(m, dev->core->node, prop, "-pins", signal, cells, &n)) {
            continue;
        }
        for (unsigned i = 0; i + 3 <= n; i += 3) {
            if (!wire_signal(m, dev, signal, cells + i, errp)) {
                return false;
            }
        }
    }
    return true;
}

/* zif,wires: <output line &peer input line>. */
static bool wire_plain(ZifMachine *m, ZifDevice *dev, Error **errp)
{
    uint32_t c[MAX_CELLS];
    unsigned n = zif__tree_cells(m->fdt, dev->core->node, "zif,wires", c, MAX_CELLS);
    const ZifDeviceCore *core = dev->core;
    n = n < MAX_CELLS ? n : MAX_CELLS;
    for (unsigned i = 0; i + 5 <= n; i += 5) {
        ZifDevice *peer = zif__device_by_phandle(&m->kit, c[i + 2]);
        if (peer && peer->cls == &zif__stub_class) {
            continue; /* nobody models it */
        }
        if (!peer || c[i] >= core->noutput_names || c[i + 1] >= core->output_base[c[i] + 1] - core->output_base[c[i]] ||
            c[i + 3] >= peer->core->ninput_names ||
            c[i + 4] >= peer->core->input_base[c[i + 3] + 1] - peer->core->input_base[c[i + 3]]) {
            error_setg(errp, "%s: zif,wires entry %u names a line that does not exist", dev->core->path, i / 5);
            return false;
        }
        zif_connect(dev, c[i], c[i + 1], peer, c[i + 3], c[i + 4]);
    }
    return true;
}

bool zif__wire_devices(ZifMachine *m, Error **errp)
{
    for (unsigned i = 0; i < m->kit.ndevices; i++) {
        ZifDevice *dev = m->kit.devices[i];
        bool leds = zif__tree_compatible(m->fdt, dev->core->node, "gpio-leds");
        bool keys = zif__tree_compatible(m->fdt, dev->core->node, "gpio-keys");
        if ((leds || keys) && dev->cls != &zif__stub_class && !wire_children(m, dev, leds, errp)) {
            return false;
        }
        if (!wire_interrupts(m, dev, errp) || !wire_pins(m, dev, errp) || !wire_signals(m, dev, errp) ||
            !wire_plain(m, dev, errp)) {
            return false;
        }
    }
    return true;
}

void zif__wires_drop(ZifMachine *m)
{
    while (m->selects) {
        ZifChipSelect *s = m->selects;
        m->selects = s->next;
        free(s);
    }
}
