/*
 * SysTick: a 24-bit down counter, exact at every instruction.
 * Reference: ARMv7-M ARM (DDI 0403) B3.3; ARMv6-M ARM (DDI 0419) B3.3.
 *
 * The count is arithmetic on ticks since `base`: core cycles, or ticks of the external reference. An event on the timeline
 * exists only while the counter runs with TICKINT. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core.h"

enum { CSR = 0x10, RVR = 0x14, CVR = 0x18, CALIB = 0x1C };
enum { ENABLE = 1, TICKINT = 2, CLKSOURCE = 4, COUNTFLAG = 1 << 16, COUNT_MASK = 0xFFFFFF };

static uint64_t ticks_now(ZifCpu *cpu)
{
    if (cpu->st.systick.csr & CLKSOURCE) {
        return zif_cpu_cycles(cpu);
    }
    if (cpu->cfg.systick_ref_div) {
        return zif_cpu_cycles(cpu) / cpu->cfg.systick_ref_div;
    }
    return zif_clock_ticks(&cpu->st.systick.ref, zif_timeline_now(cpu->cfg.timeline));
}

static ZifTime time_of(const ZifCpu *cpu, uint64_t tick)
{
    if (cpu->st.systick.csr & CLKSOURCE) {
        return zif_timeline_time_at(cpu->cfg.timeline, tick);
    }
    if (cpu->cfg.systick_ref_div) {
        return zif_timeline_time_at(cpu->cfg.timeline, tick * cpu->cfg.systick_ref_div);
    }
    return zif_clock_when(&cpu->st.systick.ref, tick);
}

static bool has_reference(const ZifCpu *cpu)
{
    return cpu->cfg.systick_ref_hz || cpu->cfg.systick_ref_div;
}

/* Ticks from `base` to the next transition from 1 to 0; 0: there is none. */
static uint64_t to_zero(const ZifCpu *cpu)
{
    if (cpu->st.systick.value) {
        return cpu->st.systick.value;
    }
    /* At zero: the next tick reloads. A reload value of zero keeps the counter there [v7 B3.3.1]. */
    return cpu->st.systick.reload ? (uint64_t)cpu->st.systick.reload + 1 : 0;
}

/* Brings value and COUNTFLAG up to now. */
static void sync(ZifCpu *cpu)
{
    if (!(cpu->st.systick.csr & ENABLE) || cpu->st.deep) {
        return;
    }
    uint64_t now = ticks_now(cpu);
    uint64_t n = now > cpu->st.systick.base ? now - cpu->st.systick.base : 0;
    uint64_t zero = to_zero(cpu);
    bool reached = zero && n >= zero;
    if (!reached) {
        if (cpu->st.systick.value) {
            cpu->st.systick.value -= (uint32_t)n;
        } else if (n && zero) {
            cpu->st.systick.value = cpu->st.systick.reload + 1 - (uint32_t)n;
        }
    } else {
        uint64_t period = (uint64_t)cpu->st.systick.reload + 1;
        uint64_t past = (n - zero) % period;
        cpu->st.systick.value = past ? (uint32_t)(period - past) : 0;
        cpu->st.systick.countflag = true;
    }
    cpu->st.systick.base = now;
    if (reached && (cpu->st.systick.csr & TICKINT)) {
        zif__pend(cpu, EXC_SYSTICK);
    }
}

static void schedule(ZifCpu *cpu)
{
    uint64_t zero = to_zero(cpu);
    ZifTime when = ZIF_TIME_NEVER;
    if ((cpu->st.systick.csr & (ENABLE | TICKINT)) == (ENABLE | TICKINT) && zero && !cpu->st.deep) {
        when = time_of(cpu, cpu->st.systick.base + zero);
    }
    zif_event_at(cpu->cfg.timeline, &cpu->systick_event, when);
}

static void fire(void *opaque)
{
    ZifCpu *cpu = opaque;
    sync(cpu);
    schedule(cpu);
}

void zif__systick_init(ZifCpu *cpu)
{
    zif_event_init(&cpu->systick_event, "systick", 0, fire, cpu);
}

void zif__systick_reset(ZifCpu *cpu)
{
    /* Without an external reference CLKSOURCE reads as one [v7 B3.3.3]. RVR and CVR are UNKNOWN at reset: zero here. */
    cpu->st.systick.csr = has_reference(cpu) ? 0 : CLKSOURCE;
    cpu->st.systick.reload = 0;
    cpu->st.systick.value = 0;
    cpu->st.systick.countflag = false;
    cpu->st.systick.ref.hz = cpu->cfg.systick_ref_hz;
    cpu->st.systick.base = ticks_now(cpu);
    schedule(cpu);
}

/* In deep sleep its clock is off. */
void zif__systick_freeze(ZifCpu *cpu, bool frozen)
{
    sync(cpu);
    cpu->st.deep = frozen;
    cpu->st.systick.base = ticks_now(cpu);
    schedule(cpu);
}

void zif__systick_rate_changed(ZifCpu *cpu)
{
    sync(cpu);
    schedule(cpu);
}

bool zif__systick_read(ZifCpu *cpu, uint32_t offset, uint32_t *value)
{
    switch (offset) {
    case CSR:
        sync(cpu);
        *value = cpu->st.systick.csr | (cpu->st.systick.countflag ? COUNTFLAG : 0);
        cpu->st.systick.countflag = false; /* cleared by reading [v7 B3.3.3] */
        break;
    case RVR:
        *value = cpu->st.systick.reload;
        break;
    case CVR:
        sync(cpu);
        *value = cpu->st.systick.value;
        break;
    case CALIB:
        *value = cpu->cfg.systick_calib;
        break;
    default:
        return false;
    }
    return true;
}

bool zif__systick_write(ZifCpu *cpu, uint32_t offset, uint32_t value, uint32_t mask)
{
    if (offset < CSR || offset > CALIB) {
        return false;
    }
    sync(cpu);
    switch (offset) {
    case CSR: {
        uint32_t writable = ENABLE | TICKINT | (has_reference(cpu) ? CLKSOURCE : 0);
        cpu->st.systick.csr = (cpu->st.systick.csr & ~(writable & mask)) | (value & writable & mask);
        cpu->st.systick.base = ticks_now(cpu); /* of the clock now chosen */
        break;
    }
    case RVR: /* taken at the next reload */
        cpu->st.systick.reload = ((cpu->st.systick.reload & ~mask) | (value & mask)) & COUNT_MASK;
        break;
    case CVR: /* any write clears the counter and COUNTFLAG and pends nothing */
        cpu->st.systick.value = 0;
        cpu->st.systick.countflag = false;
        break;
    default: /* CALIB is read-only */
        break;
    }
    schedule(cpu);
    return true;
}
