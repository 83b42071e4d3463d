/*
 * What a block needs from others to be there at all: its clocks, its reset line, its pins. A block without a clock, or held in
 * reset, does not hear the bus; what the firmware did to get there is reported by the name of the bit.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "device.h"
#include "internal.h"

/* --- Lines of controllers --------------------------------------------------------------------------------------------- */

static int line_of(const ZifController *c, const ZifDevice *controller, const uint32_t *cells, unsigned ncells)
{
    int line = !c ? -1 : c->line ? c->line(controller, cells, ncells) : ncells ? (int)cells[0] : 0;
    return line >= 0 && c && (unsigned)line < c->lines ? line : -1;
}

int zif__clock_line(const ZifDevice *controller, const uint32_t *cells, unsigned ncells)
{
    return line_of(controller->cls->clocks, controller, cells, ncells);
}

static bool hang(ZifLineIn *in, const ZifController *c, ZifLineIn **users, ZifDevice *dev, ZifDevice *controller,
                 const uint32_t *cells, unsigned ncells, const char *what, Error **errp)
{
    int line = line_of(c, controller, cells, ncells);
    if (line < 0) {
        error_setg(errp, "%s: %s has no %s line 0x%x 0x%x", dev->core->path ? dev->core->path : dev->name,
                   controller->name, what, ncells > 0 ? cells[0] : 0, ncells > 1 ? cells[1] : 0);
        return false;
    }
    *in = (ZifLineIn){ .dev = controller, .line = line, .user = dev };
    users += line;
    while (*users) {
        users = &(*users)->next;
    }
    *users = in;
    return true;
}

/* Does a register bit gate this line? Which one: *slot, *bit. */
static bool gate_of(const ZifLineIn *in, const ZifController *c, unsigned *slot, unsigned *bit)
{
    return in->dev && c && c->gate && c->gate(in->dev, in->line, slot, bit);
}

static bool clock_gate(const ZifDevice *dev, unsigned *slot, unsigned *bit)
{
    const ZifLineIn *in = &dev->core->clocks[0].from;
    return gate_of(in, in->dev ? in->dev->cls->clocks : NULL, slot, bit);
}

bool zif__clock_from(ZifDevice *dev, unsigned n, ZifDevice *controller, const uint32_t *cells, unsigned ncells,
                     Error **errp)
{
    const ZifController *c = controller->cls->clocks;
    ZifClockIn *clock = &dev->core->clocks[n];
    if (!hang(&clock->from, c, controller->core->clock_users, dev, controller, cells, ncells, "clock", errp)) {
        return false;
    }
    clock->from.entry = n;
    clock->hz = controller->core->clocks_out[clock->from.line];
    unsigned slot, bit;
    if (n == 0 && !clock->hz && clock_gate(dev, &slot, &bit)) {
        zif__guard(dev->core, 0, ZIF_GUARD_CLOCK);
    }
    return true;
}

bool zif__reset_from(ZifDevice *dev, ZifDevice *controller, const uint32_t *cells, unsigned ncells, Error **errp)
{
    return hang(&dev->core->reset_from, controller->cls->resets, controller->core->reset_users, dev, controller, cells,
                ncells, "reset", errp);
}

/* The register bit behind a line, as "RCC.APB2ENR.USART1EN". False when nothing gates it. */
static bool gate_name(const ZifLineIn *in, const ZifController *c, char *buf, size_t len)
{
    unsigned slot, bit;
    char reg[64], field[64];
    if (!gate_of(in, c, &slot, &bit)) {
        return false;
    }
    zif__slot_name(in->dev->cls, slot, reg);
    zif__field_names(&in->dev->core->layout->slots[slot], 1u << bit, field, sizeof field);
    snprintf(buf, len, "%s.%s.%s", in->dev->name, reg, field);
    return true;
}

static bool clock_gate_name(const ZifDevice *dev, char *buf, size_t len)
{
    const ZifLineIn *in = &dev->core->clocks[0].from;
    return gate_name(in, in->dev ? in->dev->cls->clocks : NULL, buf, len);
}

/* --- Clocks ----------------------------------------------------------------------------------------------------------- */

uint64_t zif_clock_hz(const ZifDevice *dev)
{
    return dev->core->clocks[0].hz;
}

uint64_t zif_clock_hz_of(const ZifDevice *dev, unsigned n)
{
    return n < ZIF_MAX_CLOCKS ? dev->core->clocks[n].hz : 0;
}

void zif__set_clock(ZifDevice *dev, unsigned n, uint64_t hz)
{
    ZifDeviceCore *core = dev->core;
    ZifClockIn *clock = &core->clocks[n];
    uint64_t old = clock->hz;
    if (old == hz) {
        return;
    }
    clock->hz = hz;
    unsigned slot, bit;
    if (n == 0 && clock_gate(dev, &slot, &bit)) {
        unsigned settle = clock->from.dev->cls->clocks->settle;
        zif__guard(core, ZIF_GUARD_CLOCK | ZIF_GUARD_SETTLING, hz ? 0 : ZIF_GUARD_CLOCK);
        if (hz && !old && settle) {
            zif__guard(core, 0, ZIF_GUARD_SETTLING);
            core->usable_at = zif_now(dev) + settle * (ZIF_SEC / hz);
        }
    }
    if (core->realized && dev->cls->clock_changed) {
        dev->cls->clock_changed(dev, core->clocks[0].hz);
    }
}

void zif_clock_drive(ZifDevice *dev, unsigned line, uint64_t hz)
{
    ZifKit *kit = dev->core->kit;
    if (!dev->cls->clocks || line >= dev->cls->clocks->lines) {
        zif_bug("%s: clock line %u is past the last", dev->cls->name, line);
    }
    dev->core->clocks_out[line] = hz;
    for (const ZifLineIn *in = dev->core->clock_users[line]; in; in = in->next) {
        zif__set_clock(in->user, in->entry, hz);
    }
    if (kit->hooks.clock) {
        kit->hooks.clock(kit->hooks.opaque, dev, line, hz);
    }
}

void zif_clock_settled(ZifDevice *dev)
{
    ZifKit *kit = dev->core->kit;
    for (unsigned i = 0; i < kit->ndevices; i++) {
        ZifDeviceCore *core = kit->devices[i]->core;
        if (core->clocks[0].from.dev == dev) {
            zif__guard(core, ZIF_GUARD_SETTLING, 0);
        }
    }
}

/* --- Resets ----------------------------------------------------------------------------------------------------------- */

void zif_reset_drive(ZifDevice *dev, unsigned line, bool held)
{
    if (!dev->cls->resets || line >= dev->cls->resets->lines) {
        zif_bug("%s: reset line %u is past the last", dev->cls->name, line);
    }
    if (dev->core->resets_out[line] == held) {
        return;
    }
    dev->core->resets_out[line] = held;
    for (const ZifLineIn *in = dev->core->reset_users[line]; in; in = in->next) {
        ZifDevice *d = in->user;
        zif__guard(d->core, ZIF_GUARD_RESET, held ? ZIF_GUARD_RESET : 0);
        if (held) {
            zif_reset_device(d, ZIF_RESET_BLOCK);
        }
        if (d->cls->held_in_reset) {
            d->cls->held_in_reset(d, held);
        }
    }
}

/* --- Accesses --------------------------------------------------------------------------------------------------------- */

void zif__watch_accesses(ZifKit *kit, void (*fn)(void *opaque, ZifDevice *dev, uint32_t offset, uint32_t value,
                                                 unsigned size, bool is_write))
{
    kit->hooks.access = fn;
    for (unsigned i = 0; i < kit->ndevices; i++) {
        zif__guard(kit->devices[i]->core, ZIF_GUARD_WATCHED, fn ? ZIF_GUARD_WATCHED : 0);
    }
}

bool zif__device_hears(ZifDevice *dev, hwaddr addr, bool is_write)
{
    ZifDeviceCore *core = dev->core;
    const ZifLayout *l = core->layout;
    char name[64], bit[160];
    if (core->guard & ZIF_GUARD_SETTLING && zif_now(dev) >= core->usable_at) {
        zif__guard(core, ZIF_GUARD_SETTLING, 0);
    }
    if (!(core->guard & ZIF_GUARD_DEAF)) {
        return true;
    }
    const uint16_t *index = is_write ? l->write_at : l->read_at;
    hwaddr i = addr >> l->shift;
    int slot = i < l->nindex && index[i] < l->nslots ? index[i] : -1;
    if (slot >= 0) {
        zif__slot_name(dev->cls, slot, name);
    } else {
        snprintf(name, sizeof name, "offset 0x%x", (unsigned)addr);
    }
    const char *what = is_write ? "write to" : "read of";
    const char *then = is_write ? "it had no effect" : "it gave 0";
    if (core->guard & ZIF_GUARD_RESET) {
        const ZifLineIn *in = &core->reset_from;
        if (!gate_name(in, in->dev->cls->resets, bit, sizeof bit)) {
            snprintf(bit, sizeof bit, "%s", in->dev->name);
        }
        zif_report(dev, ZIF_REPORT_IN_RESET, slot, "%s %s while %s holds the block in reset; %s", what, name, bit,
                   then);
    } else if (core->guard & ZIF_GUARD_CLOCK) {
        if (!clock_gate_name(dev, bit, sizeof bit)) {
            snprintf(bit, sizeof bit, "its enable bit");
        }
        zif_report(dev, ZIF_REPORT_CLOCK_OFF, slot, "%s %s with the clock off (%s is 0); %s", what, name, bit, then);
    } else {
        clock_gate_name(dev, bit, sizeof bit);
        zif_report(dev, ZIF_REPORT_CLOCK_TOO_SOON, slot, "%s %s less than %u clock cycles after %s was set; %s", what,
                   name, core->clocks[0].from.dev->cls->clocks->settle, bit, then);
    }
    return false;
}

/* --- Bits the user holds ---------------------------------------------------------------------------------------------- */

void zif__hold_bits(ZifDevice *dev, uint32_t offset, uint32_t mask, uint32_t value)
{
    ZifDeviceCore *core = dev->core;
    ZifHeld *held = realloc(core->held, (core->nheld + 1) * sizeof *held);
    if (!held) {
        zif_bug("out of memory for a held field");
    }
    held[core->nheld++] = (ZifHeld){ offset & ~3u, mask, value & mask };
    core->held = held;
    zif__guard(core, 0, ZIF_GUARD_HELD);
}

uint64_t zif__with_held(const ZifDevice *dev, hwaddr offset, uint64_t data, unsigned size)
{
    for (unsigned i = 0; i < dev->core->nheld; i++) {
        const ZifHeld *h = &dev->core->held[i];
        for (unsigned k = 0; k < size; k++) {
            hwaddr at = offset + k;
            if (at >= h->offset && at < h->offset + 4) {
                unsigned lane = 8 * (unsigned)(at - h->offset);
                uint64_t mask = (uint64_t)(h->mask >> lane & 0xff) << 8 * k;
                data = (data & ~mask) | ((uint64_t)(h->value >> lane & 0xff) << 8 * k & mask);
            }
        }
    }
    return data;
}

/* --- Pins ------------------------------------------------------------------------------------------------------------- */

enum { MAX_PINS = 16 };

struct ZifRoute {
    char *signal;
    unsigned n;
    struct {
        const ZifDevice *port; /* NULL: not modelled, or without alternate functions */
        uint32_t pin;
        int function;
    } pins[MAX_PINS];
};

void zif__routes_free(ZifDeviceCore *core)
{
    for (unsigned i = 0; i < core->nroutes; i++) {
        free(core->routes[i].signal);
    }
    free(core->routes);
}

/* The <&port pin function> entries of `<signal>-pins`. */
static const ZifRoute *route_of(const ZifDevice *dev, const char *signal)
{
    ZifDeviceCore *core = dev->core;
    char prop[64];
    uint32_t cells[3 * MAX_PINS];
    for (unsigned i = 0; i < core->nroutes; i++) {
        if (!strcmp(core->routes[i].signal, signal)) {
            return &core->routes[i];
        }
    }
    snprintf(prop, sizeof prop, "%s-pins", signal);
    unsigned n = zif_prop_cells(dev, prop, cells, 3 * MAX_PINS) / 3;
    core->routes = realloc(core->routes, (core->nroutes + 1) * sizeof *core->routes);
    ZifRoute *r = core->routes ? &core->routes[core->nroutes++] : NULL;
    if (!r || !(r->signal = strdup(signal))) {
        zif_bug("out of memory for the pins of a signal");
    }
    r->n = n < MAX_PINS ? n : MAX_PINS;
    for (unsigned i = 0; i < r->n; i++) {
        const ZifDevice *port = zif__device_by_phandle(core->kit, cells[3 * i]);
        r->pins[i].port = port && port->cls->alternate ? port : NULL;
        r->pins[i].pin = cells[3 * i + 1];
        r->pins[i].function = (int)cells[3 * i + 2];
    }
    return r;
}

static bool led_out(const ZifRoute *r)
{
    for (unsigned i = 0; i < r->n; i++) {
        const ZifDevice *port = r->pins[i].port;
        if (!port || port->cls->alternate(port, r->pins[i].pin & 15) == r->pins[i].function) {
            return true;
        }
    }
    return r->n == 0;
}

bool zif_routed(const ZifDevice *dev, const char *signal)
{
    return led_out(route_of(dev, signal));
}

bool zif_check_routed(ZifDevice *dev, const char *signal)
{
    const ZifRoute *r = route_of(dev, signal);
    char list[160] = "";
    if (led_out(r)) {
        return true;
    }
    for (unsigned i = 0; i < r->n; i++) {
        size_t used = strlen(list);
        char function[16] = "analog";
        if (r->pins[i].function != ZIF_PIN_ANALOG) {
            snprintf(function, sizeof function, "AF%d", r->pins[i].function);
        }
        snprintf(list + used, sizeof list - used, "%s%s pin %u (%s)", i ? ", " : "", r->pins[i].port->name,
                 r->pins[i].pin, function);
    }
    zif_report(dev, ZIF_REPORT_PIN, -1, "signal %s is led to no pin: it can be %s, none of which is switched to it",
               signal, list);
    return false;
}
