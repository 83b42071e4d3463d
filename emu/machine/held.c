/*
 * The machine with its processor held: a host program makes the accesses and lets the time pass. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>
#include "internal.h"

bool zif_machine_has_cpu(const ZifMachine *m)
{
    return m->cpu != NULL;
}

bool zif_machine_can_run(const ZifMachine *m)
{
    return m->cpu && !m->bus_only;
}

uint64_t zif__cycles(const ZifMachine *m)
{
    return m->cpu ? zif_cpu_cycles(m->cpu) : zif_timeline_now(m->kit.timeline);
}

/* Time goes to `t`. The core's counter gets the whole cycles that fit, reckoned from where holding began: none is lost however
 * small the steps are. */
static void pass(ZifMachine *m, ZifTime t)
{
    ZifTimeline *tl = m->kit.timeline;
    if (m->cpu) {
        uint64_t cycles = zif_cpu_cycles(m->cpu), hz = zif_timeline_hz(tl);
        if (m->held.hz != hz || m->held.now != cycles) {
            m->held.time = zif_timeline_now(tl);
            m->held.cycles = cycles;
            m->held.hz = hz;
        }
        cycles = m->held.cycles + (uint64_t)((unsigned __int128)(t - m->held.time) * hz / ZIF_SEC);
        zif_cpu_skip_to(m->cpu, cycles);
        m->held.now = zif_cpu_cycles(m->cpu);
    }
    zif_timeline_set_now(tl, t);
}

static void advance(ZifMachine *m, ZifTime until)
{
    ZifTimeline *tl = m->kit.timeline;
    for (;;) {
        zif_timeline_run_due(tl);
        if (m->reset_asked) {
            zif__machine_reset_now(m);
            continue;
        }
        if (zif_timeline_now(tl) >= until) {
            return;
        }
        ZifTime next = zif_timeline_next(tl);
        pass(m, next < until ? next : until);
    }
}

void zif_machine_advance(ZifMachine *m, ZifTime until)
{
    ZifMemoryContext *before = zif__enter(m);
    advance(m, until == ZIF_TIME_NEVER ? 0 : until);
    zif__leave(before);
}

ZifTime zif_machine_next_event(const ZifMachine *m)
{
    return zif_timeline_next_change(m->kit.timeline);
}

MemTxResult zif_machine_access(ZifMachine *m, uint64_t address, void *bytes, size_t size, bool is_write)
{
    enum { CHUNK = 1 << 24 };
    MemTxResult result = MEMTX_OK;
    ZifMemoryContext *before = zif__enter(m);
    for (size_t at = 0; at < size; at += CHUNK) {
        int n = size - at < CHUNK ? (int)(size - at) : CHUNK;
        result |= address_space_rw(zif_machine_cpu_bus(m), address + at, MEMTXATTRS_UNSPECIFIED, (uint8_t *)bytes + at,
                                   n, is_write);
    }
    advance(m, 0); /* what the access made due, a reset it asked for */
    zif__leave(before);
    return result;
}

void zif_machine_on_irq(ZifMachine *m, void (*fn)(void *opaque, unsigned irq, int level), void *opaque)
{
    m->on_irq = fn;
    m->on_irq_opaque = opaque;
}

void zif__irq_set(ZifMachine *m, unsigned irq, int level)
{
    zif_cpu_set_irq(m->cpu, irq, level);
    if (m->on_irq) {
        m->on_irq(m->on_irq_opaque, irq, level);
    }
}

bool zif_machine_drive_irq(ZifMachine *m, unsigned irq, int level)
{
    if (!m->cpu || irq >= m->cpu_config.num_irqs) {
        return false;
    }
    ZifMemoryContext *before = zif__enter(m);
    zif__irq_set(m, irq, level > 0);
    zif__leave(before);
    return true;
}

bool zif_device_on_output(ZifDevice *dev, const char *output, unsigned line, void (*fn)(void *opaque, int level),
                          void *opaque)
{
    int i = zif__output_find(dev->cls, output);
    if (i < 0 || line >= dev->core->output_base[i + 1] - dev->core->output_base[i]) {
        return false;
    }
    zif__wire_add(dev, i, line, fn, opaque);
    return true;
}
