/*
 * The front of the CPU memory port: which of the two serves, and what is the same for both.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdlib.h>
#include <string.h>
#include "port_internal.h"

/* What was asked for, by the caller or the environment. False: by neither sensibly. */
static bool wanted(ZifPortKind *kind, Error **errp)
{
    const char *want = getenv("ZIF_CPU_PORT");
    if (*kind != ZIF_PORT_DEFAULT || want == NULL || *want == '\0') {
        return true;
    }
    if (strcmp(want, "portable") != 0 && strcmp(want, "fast") != 0) {
        error_setg(errp, "ZIF_CPU_PORT is '%s': say portable or fast", want);
        return false;
    }
    *kind = strcmp(want, "fast") == 0 ? ZIF_PORT_FAST : ZIF_PORT_PORTABLE;
    return true;
}

ZifPort *zif_port_open(const ZifPortConfig *config, Error **errp)
{
    ZifPortKind kind = config->kind;
    ZifPort *port = NULL;
    if (!wanted(&kind, errp)) {
        return NULL;
    }
    const ZifPortOps *ops = &zif__port_fast;
    Error *why = NULL;
    if (kind != ZIF_PORT_PORTABLE && zif__port_fast_usable(&why)) {
        port = ops->open(config, &why);
    }
    if (port == NULL && kind == ZIF_PORT_FAST) {
        error_propagate(errp, why);
        return NULL;
    }
    error_free(why);
    if (port == NULL) {
        ops = &zif__port_portable;
        port = ops->open(config, errp);
    }
    if (port == NULL) {
        return NULL;
    }
    port->ops = ops;
    port->kind = ops == &zif__port_fast ? ZIF_PORT_FAST : ZIF_PORT_PORTABLE;
    port->config = *config;
    zif__port_map_attach(port);
    return port;
}

void zif_port_close(ZifPort *port)
{
    if (port != NULL) {
        zif__port_map_detach(port);
        free(port->breakpoints);
        zif__counts_free(port->counts);
        port->ops->close(port);
    }
}

ZifPortKind zif_port_kind(const ZifPort *port)
{
    return port->kind;
}

const char *zif_port_describe(ZifPortKind kind)
{
    wanted(&kind, NULL);
    if (kind == ZIF_PORT_DEFAULT) {
        kind = zif__port_fast_usable(NULL) ? ZIF_PORT_FAST : ZIF_PORT_PORTABLE;
    }
    return kind == ZIF_PORT_FAST && !zif__port_fast_usable(NULL) ? NULL : zif__engine_describe(kind);
}

ZifPortStop zif_port_run(ZifPort *port, uint64_t limit, ZifPortInfo *info)
{
    if (port->running) {
        zif_bug("zif_port_run called from inside a run");
    }
    if (port->counters != 0 && port->count - port->settled > INT32_MAX) {
        port->settled = port->count;
        zif__counts_settle(port->counts);
    }
    *info = (ZifPortInfo){ 0 };
    port->limit = limit;
    port->stop_requested = false;
    if (port->count >= limit) {
        return ZIF_STOP_LIMIT;
    }
    port->running = true;
    ZifPortStop stop = port->ops->run(port, info);
    port->running = false;
    if (port->windows != 0) {
        zif_memory_flush_coalesced(zif_memory_context_current());
    }
    port->at_breakpoint = stop == ZIF_STOP_BREAKPOINT;
    return stop;
}

uint64_t zif_port_count(const ZifPort *port)
{
    return port->running ? port->ops->count(port) : port->count;
}

void zif_port_set_count(ZifPort *port, uint64_t count)
{
    if (port->running) {
        zif_bug("zif_port_set_count called from inside a run");
    }
    port->count = count;
}

void zif_port_lower_limit(ZifPort *port, uint64_t limit)
{
    if (limit < port->limit) {
        port->limit = limit;
        if (port->running) {
            port->ops->limit_lowered(port);
        }
    }
}

void zif_port_request_stop(ZifPort *port)
{
    if (port->running && !port->stop_requested) {
        port->stop_requested = true;
        port->ops->limit_lowered(port);
    }
}

uint32_t zif_port_get(ZifPort *port, ZifReg reg)
{
    return port->ops->get(port, reg);
}

void zif_port_set(ZifPort *port, ZifReg reg, uint32_t value)
{
    if (port->running) {
        zif_bug("zif_port_set called from inside a run");
    }
    port->at_breakpoint = port->at_breakpoint && reg != ZIF_REG_PC;
    port->ops->set(port, reg, value);
}

void zif_port_flush_permissions(ZifPort *port)
{
    memset(port->prots, 0, sizeof(port->prots));
    zif__port_forget_devices(port);
    port->modes_known = false;
    port->ops->flush(port);
}

void zif_port_arm_fp(ZifPort *port)
{
    if (!port->fp_armed) {
        port->fp_armed = true;
        port->ops->modes_changed(port);
    }
}

void zif_port_clear_exclusive(ZifPort *port)
{
    port->exclusive.valid = false;
}

ZifPortMonitor zif_port_exclusive(const ZifPort *port)
{
    return port->exclusive;
}

void zif_port_set_exclusive(ZifPort *port, ZifPortMonitor monitor)
{
    port->exclusive = monitor;
}

bool zif__port_is_breakpoint(const ZifPort *port, uint32_t addr)
{
    for (unsigned i = 0; i < port->breakpoint_count; i++) {
        if (port->breakpoints[i] == addr) {
            return true;
        }
    }
    return false;
}

void zif_port_set_breakpoint(ZifPort *port, uint32_t addr, bool on)
{
    addr &= ~1u;
    if (on == zif__port_is_breakpoint(port, addr)) {
        return;
    }
    if (on) {
        uint32_t *grown = realloc(port->breakpoints, (port->breakpoint_count + 1) * sizeof(*grown));
        if (grown == NULL) {
            zif_bug("out of memory for breakpoint %u", port->breakpoint_count);
        }
        port->breakpoints = grown;
        port->breakpoints[port->breakpoint_count++] = addr;
    } else {
        for (unsigned i = 0; i < port->breakpoint_count; i++) {
            if (port->breakpoints[i] == addr) {
                port->breakpoints[i] = port->breakpoints[--port->breakpoint_count];
                break;
            }
        }
    }
    port->ops->forget_code(port, addr, 2);
    port->ops->modes_changed(port);
}

void zif_port_forget_code(ZifPort *port)
{
    for (unsigned i = 0; i < port->section_count; i++) {
        const ZifPortSection *s = &port->sections[i];
        for (uint64_t a = s->start; a <= s->last; a += ZIF_PORT_PAGE) {
            uint64_t n = s->last - a + 1;
            n = n < ZIF_PORT_PAGE ? n : ZIF_PORT_PAGE;
            if (zif__port_is_code(s, (uint32_t)a, (uint32_t)n)) {
                port->ops->forget_code(port, (uint32_t)a, (uint32_t)n);
            }
        }
    }
}

void zif_port_set_insn_observer(ZifPort *port, void (*fn)(void *opaque, uint32_t pc, unsigned size), void *opaque)
{
    port->observer = fn;
    port->observer_opaque = opaque;
    port->ops->modes_changed(port);
}

void zif_port_count_insns(ZifPort *port, bool on)
{
    if (port->running || (!on && port->counters == 0)) {
        zif_bug("zif_port_count_insns called inside a run or once too often");
    }
    port->counters += on ? 1 : -1u;
    if (on && port->counts == NULL) {
        port->counts = zif__counts_new();
    }
    if (port->counters == 0) {
        zif__counts_clear(port->counts);
    }
    port->settled = port->count;
    port->ops->modes_changed(port);
}

void zif_port_each_count(ZifPort *port, void (*fn)(void *opaque, uint32_t pc, uint64_t executed, uint64_t straight),
                         void *opaque)
{
    if (port->counters != 0) {
        zif__counts_settle(port->counts);
        port->settled = port->count;
        zif__counts_each(port->counts, fn, opaque);
    }
}

void zif_port_set_flow_observer(ZifPort *port, ZifFlowObserver *fn, void *opaque)
{
    port->flow = fn;
    port->flow_opaque = opaque;
    port->ops->modes_changed(port);
}

void zif_port_retired_elsewhere(ZifPort *port, uint32_t pc, unsigned size)
{
    if (port->observer != NULL) {
        port->observer(port->observer_opaque, pc, size);
    }
    if (port->counters != 0) {
        zif__counts_add(port->counts, pc, 1, 0);
    }
}
