/*
 * Snapshot of one device: its state after the header, its wires, its events, its clocks. Plain bytes of a fixed size.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>
#include "device.h"
#include "flash.h"
#include "internal.h"

typedef struct {
    uint64_t clock_hz[ZIF_MAX_CLOCKS];
    ZifTime usable_at;
    uint8_t guard;
    bool selected;
} SavedCore;

typedef struct {
    ZifTime when; /* ZIF_TIME_NEVER = idle */
    uint64_t seq;
} SavedEvent;

static size_t body_size(const ZifDevice *dev)
{
    return (dev->cls->plain ? dev->cls->plain : dev->cls->size) - sizeof *dev;
}

static size_t nclocks(const ZifDevice *dev)
{
    return dev->cls->clocks ? dev->cls->clocks->lines : 0;
}

static size_t nresets(const ZifDevice *dev)
{
    return dev->cls->resets ? dev->cls->resets->lines : 0;
}

size_t zif__device_state_size(const ZifDevice *dev)
{
    const ZifDeviceCore *core = dev->core;
    return body_size(dev) + sizeof(SavedCore) + nclocks(dev) * sizeof(uint64_t) + nresets(dev) +
           core->nevents * sizeof(SavedEvent) + core->ninputs + core->noutputs + zif__flash_state_size(dev);
}

void zif__device_save(const ZifDevice *dev, void *bytes)
{
    const ZifDeviceCore *core = dev->core;
    uint8_t *at = bytes;
    SavedCore c;
    memset(&c, 0, sizeof c); /* padding too: equal states give equal bytes */
    for (unsigned i = 0; i < ZIF_MAX_CLOCKS; i++) {
        c.clock_hz[i] = core->clocks[i].hz;
    }
    c.usable_at = core->usable_at;
    c.guard = core->guard & ZIF_GUARD_DEAF;
    c.selected = core->selected;
    memcpy(at, dev + 1, body_size(dev));
    at += body_size(dev);
    memcpy(at, &c, sizeof c);
    at += sizeof c;
    memcpy(at, core->clocks_out, nclocks(dev) * sizeof(uint64_t));
    at += nclocks(dev) * sizeof(uint64_t);
    memcpy(at, core->resets_out, nresets(dev));
    at += nresets(dev);
    for (unsigned i = 0; i < core->nevents; i++) {
        const ZifEvent *ev = &core->events[i].ev;
        SavedEvent e = { ZIF_TIME_NEVER, 0 };
        if (zif_event_pending(ev)) {
            e = (SavedEvent){ ev->when, ev->seq };
        }
        memcpy(at, &e, sizeof e);
        at += sizeof e;
    }
    for (unsigned i = 0; i < core->ninputs; i++) {
        *at++ = (uint8_t)(core->inputs[i].level | core->inputs[i].connected << 1);
    }
    for (unsigned i = 0; i < core->noutputs; i++) {
        *at++ = core->outputs[i].level;
    }
    zif__flash_save(dev, at);
}

void zif__device_restore(ZifDevice *dev, const void *bytes)
{
    ZifDeviceCore *core = dev->core;
    const uint8_t *at = bytes;
    SavedCore c;
    memcpy(dev + 1, at, body_size(dev));
    at += body_size(dev);
    memcpy(&c, at, sizeof c);
    at += sizeof c;
    for (unsigned i = 0; i < ZIF_MAX_CLOCKS; i++) {
        core->clocks[i].hz = c.clock_hz[i];
    }
    core->usable_at = c.usable_at;
    zif__guard(core, ZIF_GUARD_DEAF, c.guard & ZIF_GUARD_DEAF);
    core->selected = c.selected;
    memcpy(core->clocks_out, at, nclocks(dev) * sizeof(uint64_t));
    at += nclocks(dev) * sizeof(uint64_t);
    memcpy(core->resets_out, at, nresets(dev));
    at += nresets(dev);
    for (unsigned i = 0; i < core->nevents; i++) {
        SavedEvent e;
        memcpy(&e, at, sizeof e);
        at += sizeof e;
        zif_event_cancel(core->kit->timeline, &core->events[i].ev);
        if (e.when != ZIF_TIME_NEVER) {
            zif_event_restore(core->kit->timeline, &core->events[i].ev, e.when, e.seq);
        }
    }
    for (unsigned i = 0; i < core->ninputs; i++) {
        core->inputs[i].level = *at & 1;
        core->inputs[i].connected = *at++ >> 1 & 1;
    }
    for (unsigned i = 0; i < core->noutputs; i++) {
        core->outputs[i].level = *at++;
    }
    zif__flash_restore(dev, at);
    memset(core->polls, 0, (dev->cls->nregs + 1) * sizeof *core->polls);
}

void zif__device_restored(ZifDevice *dev)
{
    if (dev->cls->snapshot_done) {
        dev->cls->snapshot_done(dev);
    }
}
