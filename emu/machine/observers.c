/* Who hears what of a machine: the trace hash and any number of observers. SPDX-License-Identifier: GPL-2.0-or-later */
#include "internal.h"
#include "observer.h"

#define TELL(m, what, ...)                                                                                             \
    for (ZifObserver *o = (m)->kit.replaying ? NULL : (m)->observers; o; o = o->next) {                                \
        if (o->ops->what) {                                                                                            \
            o->ops->what(o, ##__VA_ARGS__);                                                                            \
        }                                                                                                              \
    }

static void on_access(void *opaque, ZifDevice *dev, uint32_t offset, uint32_t value, unsigned size, bool is_write)
{
    ZifMachine *m = opaque;
    if (m->hash) {
        zif__hash_access(m, dev, offset, value, size, is_write);
    }
    TELL(m, access, dev, offset, value, size, is_write);
}

static void on_core_access(void *opaque, uint32_t addr, uint32_t value, unsigned size, bool is_write)
{
    TELL((ZifMachine *)opaque, core_access, addr, value, size, is_write);
}

static void on_transmitted(void *opaque, ZifDevice *dev, uint16_t word, unsigned faults)
{
    ZifMachine *m = opaque;
    if (m->hash && !(faults & ZIF_SERIAL_BREAK)) {
        zif__hash_byte(m, dev, word & 0xff);
    }
    TELL(m, character, dev, word, faults, false);
}

static void on_received(void *opaque, ZifDevice *dev, uint16_t word, unsigned faults)
{
    TELL((ZifMachine *)opaque, character, dev, word, faults, true);
}

static void on_wire(void *opaque, ZifDevice *dev, bool is_output, unsigned place, int level)
{
    TELL((ZifMachine *)opaque, wire, dev, is_output, place, level);
}

static void on_bus(void *opaque, const ZifBusEvent *event)
{
    TELL((ZifMachine *)opaque, bus, event);
}

static void on_handled(void *opaque, ZifDevice *dev)
{
    TELL((ZifMachine *)opaque, handled, dev);
}

static void on_insn(void *opaque, uint32_t pc, unsigned size)
{
    TELL((ZifMachine *)opaque, insn, pc, size);
}

static void on_flow(void *opaque, ZifFlow flow, uint32_t from, unsigned size, uint32_t to)
{
    TELL((ZifMachine *)opaque, flow, flow, from, size, to);
}

void zif__observers_exception(ZifMachine *m, unsigned number, bool entry)
{
    TELL(m, exception, number, entry);
}

void zif__observers_reset(ZifMachine *m)
{
    TELL(m, reset);
}

void zif__observers_restored(ZifMachine *m)
{
    TELL(m, restored);
}

void zif__observers_update(ZifMachine *m)
{
    bool access = m->hash, character = m->hash, wire = false, bus = false, handled = false, insn = false, flow = false,
         core = false;
    for (ZifObserver *o = m->observers; o; o = o->next) {
        access |= o->ops->access != NULL;
        character |= o->ops->character != NULL;
        wire |= o->ops->wire != NULL;
        bus |= o->ops->bus != NULL;
        handled |= o->ops->handled != NULL;
        insn |= o->ops->insn != NULL;
        flow |= o->ops->flow != NULL;
        core |= o->ops->core_access != NULL;
    }
    zif__watch_accesses(&m->kit, access ? on_access : NULL);
    m->kit.hooks.transmitted = character ? on_transmitted : NULL;
    m->kit.hooks.received = character ? on_received : NULL;
    m->kit.hooks.wire = wire ? on_wire : NULL;
    m->kit.hooks.bus = bus ? on_bus : NULL;
    m->kit.hooks.handled = handled ? on_handled : NULL;
    if (m->cpu && (insn || m->observed_insns)) { /* somebody else's observer stays alone otherwise */
        zif_port_set_insn_observer(zif_cpu_port(m->cpu), insn ? on_insn : NULL, m);
    }
    m->observed_insns = insn;
    if (m->cpu) {
        zif_cpu_watch_accesses(m->cpu, core ? on_core_access : NULL);
        zif_port_set_flow_observer(zif_cpu_port(m->cpu), flow ? on_flow : NULL, m);
    }
}

void zif__observer_join(ZifObserver *o, ZifMachine *m, const ZifObserverOps *ops)
{
    ZifObserver **end = &m->observers;
    while (*end) { /* they hear in the order they came */
        end = &(*end)->next;
    }
    o->m = m;
    o->ops = ops;
    o->next = NULL;
    *end = o;
    zif__observers_update(m);
}

void zif_observer_flush(ZifObserver *o)
{
    if (o->ops->flush) {
        o->ops->flush(o);
    }
}

bool zif_observer_finish(ZifObserver *o, Error **errp)
{
    if (!o) {
        return true;
    }
    ZifMachine *m = o->m;
    ZifObserver **at = &m->observers;
    while (*at != o) {
        at = &(*at)->next;
    }
    *at = o->next;
    zif__observers_update(m);
    ZifMemoryContext *before = zif__enter(m);
    bool ok = o->ops->finish(o, errp);
    zif__leave(before);
    return ok;
}
