/*
 * Snapshot of one device: its state after the header, its wires, its events, its clocks. Plain bytes of a fixed size.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>
#include "device.h"
#include "internal.h"

typedef struct {
    uint64_t clock_hz;
    uint64_t clocks_out[sizeof((ZifDeviceCore *)0)->clocks_out / sizeof(uint64_t)];
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

size_t zif__device_state_size(const ZifDevice *dev)
{
    const ZifDeviceCore *core = dev->core;
    return body_size(dev) + sizeof(SavedCore) + core->nevents * sizeof(SavedEvent) + core->ninputs + core->noutputs;
}

void zif__device_save(const ZifDevice *dev, void *bytes)
{
    const ZifDeviceCore *core = dev->core;
    uint8_t *at = bytes;
    SavedCore c;
    memset(&c, 0, sizeof c); /* padding too: equal states give equal bytes */
    c.clock_hz = core->clock_hz;
    memcpy(c.clocks_out, core->clocks_out, sizeof c.clocks_out);
    c.selected = core->selected;
    memcpy(at, dev + 1, body_size(dev));
    at += body_size(dev);
    memcpy(at, &c, sizeof c);
    at += sizeof c;
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
        *at++ = core->inputs[i].level;
    }
    for (unsigned i = 0; i < core->noutputs; i++) {
        *at++ = core->outputs[i].level;
    }
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
    core->clock_hz = c.clock_hz;
    memcpy(core->clocks_out, c.clocks_out, sizeof c.clocks_out);
    core->selected = c.selected;
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
        core->inputs[i].level = *at++;
    }
    for (unsigned i = 0; i < core->noutputs; i++) {
        core->outputs[i].level = *at++;
    }
    memset(core->polls, 0, (dev->cls->nregs + 1) * sizeof *core->polls);
}

void zif__device_restored(ZifDevice *dev)
{
    if (dev->cls->snapshot_done) {
        dev->cls->snapshot_done(dev);
    }
}
