/* Device life cycle, timed events, randomness. SPDX-License-Identifier: GPL-2.0-or-later */
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>
#include "device.h"
#include "flash.h"
#include "internal.h"

#define REGISTER_OPS                                                                                                   \
    .endianness = DEVICE_LITTLE_ENDIAN, .valid = { .min_access_size = 1, .max_access_size = 4 },                       \
    .impl = { .min_access_size = 1, .max_access_size = 4 }
static const MemoryRegionOps register_ops = { .read = zif__mmio_load, .write = zif__mmio_store, REGISTER_OPS };
static const MemoryRegionOps faulting_ops = { .read_with_attrs = zif__mmio_read,
                                              .write_with_attrs = zif__mmio_write,
                                              REGISTER_OPS };

/* --- The environment -------------------------------------------------------------------------------------------------- */

void zif__kit_init(ZifKit *kit, uint64_t seed)
{
    kit->random = seed ? seed : 0x9e3779b97f4a7c15u;
}

static ZifLayout *layout_of(ZifKit *kit, const ZifClass *cls)
{
    for (ZifLayout *l = kit->layouts; l; l = l->next) {
        if (l->cls == cls) {
            return l;
        }
    }
    ZifLayout *l = zif__layout_new(cls);
    l->next = kit->layouts;
    kit->layouts = l;
    return l;
}

static void device_free(ZifDevice *dev)
{
    ZifDeviceCore *core = dev->core;
    for (unsigned i = 0; i < core->nevents; i++) {
        zif_event_cancel(core->kit->timeline, &core->events[i].ev);
    }
    if (core->serial) {
        zif__serial_free(core->serial);
    }
    for (unsigned i = 0; i < core->nmapped; i++) {
        if (core->mapped[i]->container) {
            memory_region_del_subregion(core->mapped[i]->container, core->mapped[i]);
        }
    }
    object_unref(&core->object);
    for (unsigned i = 0; i < core->nown; i++) {
        free(core->own[i]);
    }
    zif__flash_free(dev);
    zif__wires_free(dev);
    zif__reach_free(dev);
    free(core->mapped);
    for (unsigned i = 0; i < core->nprops; i++) {
        free(core->props[i].name);
    }
    free(core->props);
    free(core->events);
    free(core->clocks_out);
    free(core->resets_out);
    free(core->clock_users);
    free(core->reset_users);
    zif__routes_free(core);
    free(core->told);
    free(core->held);
    free(core->polls);
    free(core->path);
    free((char *)dev->name);
    free(core);
    free(dev);
}

void zif__kit_unrealize(ZifKit *kit)
{
    for (unsigned i = kit->ndevices; i-- > 0;) {
        ZifDevice *dev = kit->devices[i];
        if (dev->core->realized && dev->cls->unrealize) {
            dev->cls->unrealize(dev);
        }
        dev->core->realized = false;
    }
}

void zif__kit_free(ZifKit *kit)
{
    zif__kit_unrealize(kit);
    while (kit->ndevices) {
        device_free(kit->devices[--kit->ndevices]);
    }
    free(kit->devices);
    kit->devices = NULL;
    while (kit->layouts) {
        ZifLayout *l = kit->layouts;
        kit->layouts = l->next;
        zif__layout_free(l);
    }
    zif__reports_free(kit);
}

/* --- Life cycle ------------------------------------------------------------------------------------------------------- */

/* A guest can program a block so that its event is due again at once, for ever: time would stand still. Past this many runs at
 * one time the event is put off. */
enum { MAX_AGAIN = 10000 };

static void run_event(void *opaque)
{
    ZifDeviceEvent *e = opaque;
    ZifTime now = zif_now(e->dev);
    e->again = e->last == now ? e->again + 1 : 0;
    e->last = now;
    e->dev->cls->event(e->dev, e->number);
    ZifKit *kit = e->dev->core->kit;
    if (ZIF_OBSERVERS && kit->hooks.handled) {
        kit->hooks.handled(kit->hooks.opaque, e->dev);
    }
    if (e->again >= MAX_AGAIN && zif_event_pending(&e->ev) && e->ev.when <= now) {
        zif_event_at(kit->timeline, &e->ev, now + ZIF_US);
        zif_report(e->dev, ZIF_REPORT_BUS, -1,
                   "its event \"%s\" is due again and again at the same time; put off by 1 us", e->ev.name);
    }
}

static void init_events(ZifDevice *dev)
{
    ZifDeviceCore *core = dev->core;
    while (dev->cls->events && dev->cls->events[core->nevents]) {
        core->nevents++;
    }
    if (core->nevents > 32 || (core->nevents && !dev->cls->event)) {
        zif_bug("%s: more than 32 events, or no function for them", dev->cls->name);
    }
    core->events = calloc(core->nevents + 1, sizeof *core->events);
    for (unsigned i = 0; i < core->nevents; i++) {
        ZifDeviceEvent *e = &core->events[i];
        *e = (ZifDeviceEvent){ .dev = dev, .number = i };
        zif_event_init(&e->ev, dev->cls->events[i], ZIF_ORDER_DEVICES + core->number * 32 + i, run_event, e);
    }
}

ZifDevice *zif__device_new(ZifKit *kit, const ZifClass *cls, const char *name, const void *fdt, int node)
{
    ZifDevice *dev = calloc(1, cls->size);
    ZifDeviceCore *core = calloc(1, sizeof *core);
    if (cls->size < sizeof *dev || (cls->nregs && cls->values + cls->nregs * sizeof(uint32_t) > cls->size)) {
        zif_bug("%s: the state struct has no room for its header and registers", cls->name);
    }
    dev->cls = cls;
    dev->core = core;
    dev->machine = kit->machine;
    dev->name = strdup(name);
    zif_object_init(&core->object, dev->name, NULL);
    dev->owner = &core->object;
    core->kit = kit;
    core->number = kit->ndevices;
    core->fdt = fdt;
    core->node = node;
    core->phandle = fdt ? zif__fdt_phandle(fdt, node) : 0;
    core->layout = layout_of(kit, cls);
    core->map = *core->layout;
    core->peek = cls->peek;
    core->told = calloc(cls->nregs + 1, 1);
    core->polls = calloc(cls->nregs + 1, sizeof *core->polls);
    core->external = cls->i2c || cls->spi;
    zif__guard(core, 0, kit->hooks.access ? ZIF_GUARD_WATCHED : 0);
    core->clocks_out = calloc(cls->clocks ? cls->clocks->lines + 1 : 1, sizeof *core->clocks_out);
    core->resets_out = calloc(cls->resets ? cls->resets->lines + 1 : 1, 1);
    core->clock_users = calloc(cls->clocks ? cls->clocks->lines + 1 : 1, sizeof(ZifLineIn *));
    core->reset_users = calloc(cls->resets ? cls->resets->lines + 1 : 1, sizeof(ZifLineIn *));
    zif__wires_init(dev);
    init_events(dev);
    if (cls->serial) {
        core->serial = zif__serial_new(dev, dev->name);
    }
    kit->devices = realloc(kit->devices, (kit->ndevices + 1) * sizeof *kit->devices);
    kit->devices[kit->ndevices++] = dev;
    return dev;
}

MemoryRegion *zif_new_region(ZifDevice *dev)
{
    ZifDeviceCore *core = dev->core;
    if (core->nown == sizeof core->own / sizeof *core->own) {
        zif_bug("%s: more regions than a device can have", dev->cls->name);
    }
    return core->own[core->nown++] = calloc(1, sizeof(MemoryRegion));
}

bool zif__device_realize(ZifDevice *dev, Error **errp)
{
    ZifDeviceCore *core = dev->core;
    uint64_t base = 0, size = 0;
    bool placed = zif__node_reg(core->fdt, core->node, core->parent_node, 0, &base, &size);
    if (placed && !core->parent) {
        dev->base = base;
    }
    if (dev->cls->nregs) {
        uint64_t need = (uint64_t)core->layout->nindex << core->layout->shift;
        core->span = dev->cls->span ? dev->cls->span : size ? size : need;
        if (core->span < need) {
            error_setg(errp, "%s: its reg is 0x%llx bytes, but the registers of %s reach 0x%llx", dev->name,
                       (unsigned long long)core->span, dev->cls->name, (unsigned long long)need);
            return false;
        }
        memory_region_init_io(&core->region, dev->owner, core->map.width_faults ? &faulting_ops : &register_ops, dev,
                              dev->name, core->span);
        dev->mmio = &core->region;
    }
    if (!zif__reach_check(dev, errp)) {
        return false;
    }
    if (dev->cls->realize && !dev->cls->realize(dev, errp)) {
        if (errp && *errp) {
            error_prepend(errp, "%s", dev->name);
        }
        return false;
    }
    core->realized = true;
    if (dev->mmio && placed && !core->parent) {
        zif_map_region(dev, 0, dev->mmio);
    }
    return true;
}

bool zif__reset_reaches(ZifDevice *dev, ZifResetKind kind)
{
    return kind == ZIF_RESET_POWER_ON || !dev->core->external || zif_prop_bool(dev, "zif,reset-with-chip");
}

static void reset_registers(ZifDevice *dev, ZifResetKind kind)
{
    const ZifLayout *l = dev->core->layout;
    uint32_t *values = dev->cls->nregs ? zif_values(dev) : NULL;
    for (unsigned i = 0; i < l->nslots; i++) {
        if (kind == ZIF_RESET_POWER_ON || kind == ZIF_RESET_BLOCK || !(l->slots[i].flags & ZIF_REG_KEEP_RESET)) {
            values[i] = l->slots[i].reset;
        }
    }
    for (unsigned i = 0; i < dev->core->nevents; i++) {
        zif_event_cancel(dev->core->kit->timeline, &dev->core->events[i].ev);
    }
    memset(dev->core->polls, 0, (dev->cls->nregs + 1) * sizeof *dev->core->polls);
}

void zif__devices_reset(ZifKit *kit, bool (*which)(ZifDevice *dev, ZifResetKind kind), ZifResetKind kind)
{
    for (unsigned i = 0; i < kit->ndevices; i++) {
        if (!which || which(kit->devices[i], kind)) {
            zif__outputs_hold(kit->devices[i]);
            reset_registers(kit->devices[i], kind);
        }
    }
    for (unsigned i = 0; i < kit->ndevices; i++) {
        ZifDevice *dev = kit->devices[i];
        if (dev->core->resetting && dev->cls->reset) {
            dev->cls->reset(dev, kind);
        }
    }
    for (unsigned i = 0; i < kit->ndevices; i++) {
        if (kit->devices[i]->core->resetting) {
            zif__outputs_release(kit->devices[i]);
            if (kit->devices[i]->core->serial) {
                zif__serial_reset(kit->devices[i]->core->serial);
            }
        }
    }
}

void zif_reset_device(ZifDevice *dev, ZifResetKind kind)
{
    zif__outputs_hold(dev);
    reset_registers(dev, kind);
    if (dev->cls->reset) {
        dev->cls->reset(dev, kind);
    }
    zif__outputs_release(dev);
    if (dev->core->serial) {
        zif__serial_reset(dev->core->serial);
    }
}

ZifDevice *zif_device_at(const ZifDevice *dev, uint64_t address, uint32_t *offset)
{
    ZifKit *kit = dev->core->kit;
    for (unsigned i = 0; i < kit->ndevices; i++) {
        ZifDevice *d = kit->devices[i];
        if (d->mmio && d->mmio->container && address >= d->base && address - d->base < d->core->span) {
            *offset = address - d->base;
            return d;
        }
    }
    return NULL;
}

/* --- Time ------------------------------------------------------------------------------------------------------------- */

ZifTime zif_now(const ZifDevice *dev)
{
    return zif_timeline_now(dev->core->kit->timeline);
}

static ZifEvent *device_event(const ZifDevice *dev, unsigned event)
{
    if (event >= dev->core->nevents) {
        zif_bug("%s: there is no event %u", dev->cls->name, event);
    }
    return &dev->core->events[event].ev;
}

void zif_schedule(ZifDevice *dev, unsigned event, ZifTime when)
{
    ZifEvent *ev = device_event(dev, event);
    if (when == ZIF_TIME_NEVER) {
        zif_event_cancel(dev->core->kit->timeline, ev);
    } else {
        zif_event_at(dev->core->kit->timeline, ev, when);
    }
}

void zif_schedule_in(ZifDevice *dev, unsigned event, ZifTime delay)
{
    ZifTime now = zif_now(dev);
    zif_schedule(dev, event, delay < ZIF_TIME_NEVER - now ? now + delay : ZIF_TIME_NEVER);
}

void zif_cancel(ZifDevice *dev, unsigned event)
{
    zif_event_cancel(dev->core->kit->timeline, device_event(dev, event));
}

ZifTime zif_due(const ZifDevice *dev, unsigned event)
{
    const ZifEvent *ev = device_event(dev, event);
    return zif_event_pending(ev) ? ev->when : ZIF_TIME_NEVER;
}

/* --- The rest --------------------------------------------------------------------------------------------------------- */

MemTxAttrs zif_bus_attrs(const ZifDevice *dev)
{
    return (MemTxAttrs){ .requester_id = dev->core->number + 1 };
}

void zif_frames_changed(ZifDevice *dev)
{
    ZifKit *kit = dev->core->kit;
    if (kit->frames_changed) {
        kit->frames_changed(kit->frames_changed_opaque, dev);
    }
}

/* xorshift64*: small, and its state is one word of the machine's. G. Marsaglia, "Xorshift RNGs", 2003; S. Vigna, 2016. */
uint32_t zif_random(ZifDevice *dev)
{
    uint64_t x = dev->core->kit->random;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    dev->core->kit->random = x;
    return (x * 0x2545f4914f6cdd1du) >> 32;
}

void zif_stall_cpu(ZifDevice *dev, uint64_t cycles)
{
    ZifKit *kit = dev->core->kit;
    if (kit->hooks.stall) {
        kit->hooks.stall(kit->hooks.opaque, cycles);
    }
}

void zif_send_event(ZifDevice *dev)
{
    ZifKit *kit = dev->core->kit;
    if (kit->hooks.send_event) {
        kit->hooks.send_event(kit->hooks.opaque);
    }
}

void zif_request_reset(ZifDevice *dev, ZifResetKind kind)
{
    ZifKit *kit = dev->core->kit;
    if (kit->hooks.reset_request) {
        kit->hooks.reset_request(kit->hooks.opaque, kind);
    }
}
