/*
 * A debugger's watchpoints: they stop before the access, which GDB expects of a target whose watchpoints it must step over.
 * The firmware's own (DWT) are in debug.c. And the end of the
 * main stack, for reports. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core.h"

static bool overlaps(uint32_t a, uint32_t asize, uint32_t b, uint32_t bsize)
{
    return a < (uint64_t)b + bsize && b < (uint64_t)a + asize;
}

bool zif__watched(const ZifCpu *cpu, uint32_t addr, uint32_t size)
{
    for (unsigned i = 0; i < cpu->nwatches; i++) {
        if (overlaps(addr, size, cpu->watches[i].addr, cpu->watches[i].size)) {
            return true;
        }
    }
    return false;
}

bool zif__watch_stops(ZifCpu *cpu, uint32_t addr, unsigned size, bool is_write)
{
    for (unsigned i = 0; i < cpu->nwatches && !cpu->ignore_watches; i++) {
        if ((is_write ? cpu->watches[i].writes : cpu->watches[i].reads) &&
            overlaps(addr, size, cpu->watches[i].addr, cpu->watches[i].size)) {
            cpu->watch_hit.valid = true;
            cpu->watch_hit.is_write = is_write;
            cpu->watch_hit.is_access = cpu->watches[i].reads && cpu->watches[i].writes;
            cpu->watch_hit.addr = cpu->watches[i].addr;
            return true;
        }
    }
    return false;
}

bool zif_cpu_set_watchpoint(ZifCpu *cpu, uint32_t addr, uint32_t size, bool reads, bool writes, bool on)
{
    for (unsigned i = 0; i < cpu->nwatches; i++) {
        if (cpu->watches[i].addr == addr && cpu->watches[i].size == size && cpu->watches[i].reads == reads &&
            cpu->watches[i].writes == writes) {
            if (!on) {
                cpu->watches[i] = cpu->watches[--cpu->nwatches];
                zif_port_flush_permissions(cpu->port);
            }
            return true;
        }
    }
    if (!on) {
        return true;
    }
    if (cpu->nwatches == ZIF_CPU_WATCHES || !size) {
        return false;
    }
    cpu->watches[cpu->nwatches].addr = addr;
    cpu->watches[cpu->nwatches].size = size;
    cpu->watches[cpu->nwatches].reads = reads;
    cpu->watches[cpu->nwatches].writes = writes;
    cpu->nwatches++;
    zif_port_flush_permissions(cpu->port);
    return true;
}

void zif_cpu_ignore_watchpoints(ZifCpu *cpu, bool ignore)
{
    cpu->ignore_watches = ignore;
}

bool zif_cpu_take_watch_hit(ZifCpu *cpu, uint32_t *addr, bool *is_write, bool *is_access)
{
    if (!cpu->watch_hit.valid) {
        return false;
    }
    cpu->watch_hit.valid = false;
    *addr = cpu->watch_hit.addr;
    *is_write = cpu->watch_hit.is_write;
    *is_access = cpu->watch_hit.is_access;
    return true;
}

/* --- The end of the main stack -------------------------------------------------------------------------------------- */

enum { GUARD = 64 };

void zif_cpu_set_stack_limit(ZifCpu *cpu, uint32_t limit)
{
    cpu->stack_limit = limit;
    zif_port_flush_permissions(cpu->port);
}

bool zif__stack_guards(const ZifCpu *cpu, uint32_t addr, uint32_t size)
{
    return cpu->stack_limit && overlaps(addr, size, cpu->stack_limit - GUARD, GUARD);
}

/* SP is what it was before the instruction: a push that crosses the limit stores below it. */
void zif__stack_store(ZifCpu *cpu, uint32_t addr, bool multi)
{
    bool process = (cpu->st.control & CONTROL_SPSEL) && !cpu->st.ipsr;
    uint32_t sp = zif_port_get(cpu->port, ZIF_REG_SP);
    bool pushes = multi && sp > addr && sp - addr <= GUARD;
    if (!process && (sp < cpu->stack_limit || pushes) && cpu->cfg.hooks.below_stack) {
        cpu->cfg.hooks.below_stack(cpu->cfg.hooks.opaque, sp < cpu->stack_limit ? sp : addr);
    }
}
