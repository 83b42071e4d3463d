/*
 * A Cortex-M core: construction, the run loop, what the port asks, snapshots. See cpu.h.
 * Reference: ARMv7-M ARM (DDI 0403), ARMv6-M ARM (DDI 0419). SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core.h"

void zif__cpu_kick(ZifCpu *cpu)
{
    if (cpu->in_port) {
        zif_port_request_stop(cpu->port);
    }
}

void zif__cpu_report(ZifCpu *cpu, ZifReportKind kind, const char *fmt, ...)
{
    if (!cpu->cfg.hooks.report) {
        return;
    }
    char text[160];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    cpu->cfg.hooks.report(cpu->cfg.hooks.opaque, kind, text);
}

/* --- Life -------------------------------------------------------------------------------------------------------------- */

static uint64_t read_cycles(void *opaque)
{
    return zif_cpu_cycles(opaque);
}

static void rate_changed(void *opaque)
{
    zif__systick_rate_changed(opaque);
}

static bool is_valid(const ZifCpuConfig *c, Error **errp)
{
    bool v7 = c->model >= ZIF_CORTEX_M3;
    unsigned most = v7 ? 240 : 32;
    if (!c->bus || !c->timeline) {
        error_setg(errp, "a core needs a bus and a timeline");
    } else if (c->num_irqs < 1 || c->num_irqs > most) {
        error_setg(errp, "this core has 1 to %u interrupt lines, not %u", most, c->num_irqs);
    } else if (v7 ? c->prio_bits < 3 || c->prio_bits > 8 : c->prio_bits != 2) {
        error_setg(errp, "this core has %s priority bits, not %u", v7 ? "3 to 8" : "2", c->prio_bits);
    } else if (c->mpu_regions != 0 && c->mpu_regions != 8 && (c->mpu_regions != 16 || !v7)) {
        error_setg(errp, "this core's MPU has %s regions, not %u", v7 ? "0, 8 or 16" : "0 or 8", c->mpu_regions);
    } else {
        return true;
    }
    return false;
}

ZifCpu *zif_cpu_new(const ZifCpuConfig *config, Error **errp)
{
    if (!is_valid(config, errp)) {
        return NULL;
    }
    ZifCpu *cpu = calloc(1, sizeof *cpu);
    if (!cpu) {
        error_setg(errp, "out of memory for the core");
        return NULL;
    }
    cpu->cfg = *config;
    cpu->v7 = config->model >= ZIF_CORTEX_M3;
    cpu->has_fp = config->model >= ZIF_CORTEX_M4F;
    cpu->is_m7 = config->model >= ZIF_CORTEX_M7S;
    cpu->has_double = config->model == ZIF_CORTEX_M7;
    cpu->nwords = (EXC_IRQ0 + config->num_irqs + 31) / 32;
    cpu->prio_mask = 0xFFu << (8 - config->prio_bits) & 0xFF;
    cpu->nregions = config->model == ZIF_CORTEX_M0 ? 0 : config->mpu_regions;
    cpu->has_unprivileged = config->model != ZIF_CORTEX_M0 && (cpu->v7 || cpu->nregions || config->has_unprivileged);

    zif_object_init(&cpu->owner, "cpu", NULL);
    memory_region_init(&cpu->container, &cpu->owner, "cpu", 1ull << 32);
    memory_region_init_alias(&cpu->bus, &cpu->owner, "cpu-bus", config->bus, 0, 1ull << 32);
    memory_region_add_subregion(&cpu->container, 0, &cpu->bus);
    zif__scb_realize(cpu);
    zif__debug_realize(cpu);
    zif__bitband_realize(cpu);
    address_space_init(&cpu->as, &cpu->container, "cpu-memory");

    ZifPortConfig pc = {
        .kind = config->port,
        .model = config->model,
        .as = &cpu->as,
        .client = zif__client(cpu),
    };
    zif__systick_init(cpu);
    cpu->port = zif_port_open(&pc, errp);
    if (!cpu->port) {
        zif_cpu_free(cpu);
        return NULL;
    }
    zif_timeline_set_source(config->timeline, read_cycles, cpu);
    zif_timeline_set_rate_hook(config->timeline, rate_changed, cpu);
    return cpu;
}

void zif_cpu_free(ZifCpu *cpu)
{
    if (!cpu) {
        return;
    }
    zif__taint_free(cpu->taint);
    if (cpu->port) {
        zif_event_cancel(cpu->cfg.timeline, &cpu->systick_event);
        zif_timeline_set_rate_hook(cpu->cfg.timeline, NULL, NULL);
        zif_timeline_set_source(cpu->cfg.timeline, NULL, NULL);
        zif_port_close(cpu->port);
    }
    address_space_destroy(&cpu->as);
    zif__bitband_unrealize(cpu);
    zif__debug_unrealize(cpu);
    zif__scb_unrealize(cpu);
    memory_region_del_subregion(&cpu->container, &cpu->bus);
    object_unparent(OBJECT(&cpu->bus));
    object_unparent(OBJECT(&cpu->container));
    object_unref(&cpu->owner);
    free(cpu);
}

void zif_cpu_reset(ZifCpu *cpu, ZifResetKind kind)
{
    ZifCpuState *st = &cpu->st;
    zif__nvic_reset(cpu);
    zif__scb_reset(cpu);
    zif__mpu_reset(cpu);
    zif__fpu_reset(cpu);
    zif__debug_reset(cpu, kind);
    st->primask = st->basepri = st->faultmask = st->control = 0;
    st->asleep = st->in_wfe = st->event = st->lockup = st->deep = false;
    memset(&st->fault, 0, sizeof st->fault);
    cpu->stop_asked = cpu->reset_asked = cpu->vectreset_asked = cpu->fix_masks = false;
    cpu->stall = 0;
    zif__systick_reset(cpu);
    zif__exception_reset(cpu);
    zif_port_flush_permissions(cpu->port);
    zif__nvic_update(cpu);
}

/* --- Running ------------------------------------------------------------------------------------------------------------ */

uint64_t zif_cpu_cycles(const ZifCpu *cpu)
{
    return cpu->port ? zif_port_count(cpu->port) + cpu->st.extra : 0;
}

uint64_t zif_cpu_instructions(const ZifCpu *cpu)
{
    return zif_port_count(cpu->port) + cpu->st.insn_extra;
}

void zif_cpu_skip_to(ZifCpu *cpu, uint64_t cycles)
{
    uint64_t now = zif_cpu_cycles(cpu);
    if (cycles > now) {
        cpu->st.extra += cycles - now;
    }
}

void zif_cpu_stall(ZifCpu *cpu, uint64_t cycles)
{
    if (cpu->in_port) {
        cpu->stall += cycles;
        zif__cpu_kick(cpu);
    } else {
        cpu->st.extra += cycles;
    }
}

void zif_cpu_retry(ZifCpu *cpu, uint64_t cycles)
{
    cpu->retry = true;
    cpu->st.extra += cycles;
}

void zif_cpu_set_halting_debug(ZifCpu *cpu, bool on)
{
    cpu->st.dhcsr = on ? cpu->st.dhcsr | DHCSR_C_DEBUGEN : cpu->st.dhcsr & ~DHCSR_C_DEBUGEN;
}

void zif_cpu_stop(ZifCpu *cpu)
{
    cpu->stop_asked = true;
    zif__cpu_kick(cpu);
}

void zif_cpu_lower_deadline(ZifCpu *cpu, uint64_t cycles)
{
    if (cycles < cpu->deadline) {
        cpu->deadline = cycles;
        if (cpu->in_port) {
            zif_port_lower_limit(cpu->port, cycles > cpu->st.extra ? cycles - cpu->st.extra : 0);
        }
    }
}

void zif_cpu_set_event(ZifCpu *cpu)
{
    cpu->st.event = true;
}

bool zif_cpu_may_wake(const ZifCpu *cpu)
{
    return zif_event_pending(&cpu->systick_event);
}

static void deep_sleep(ZifCpu *cpu, bool asleep)
{
    zif__systick_freeze(cpu, asleep);
    if (cpu->cfg.hooks.deep_sleep) {
        cpu->cfg.hooks.deep_sleep(cpu->cfg.hooks.opaque, asleep);
    }
}

/* Does what put the core to sleep let it go on? WFE: an event, or an exception that is taken; WFI and sleep-on-exit: an
 * exception that would be taken were PRIMASK clear [v7 B1.5.18, B1.5.19]. */
static bool woken(ZifCpu *cpu)
{
    ZifCpuState *st = &cpu->st;
    bool up = st->in_wfe ? st->event || st->take : zif__nvic_wakes(cpu);
    if (up) {
        if (st->in_wfe && st->event) {
            st->event = false;
        }
        st->asleep = st->in_wfe = false;
        if (st->deep) {
            deep_sleep(cpu, false);
        }
    }
    return up;
}

/* What an ignored load put into its register is UNKNOWN: it keeps its value. */
static void skip_load(ZifCpu *cpu)
{
    uint8_t raw[2] = { 0 };
    uint32_t pc = zif_port_get(cpu->port, ZIF_REG_PC);
    address_space_rw(&cpu->as, pc, zif__cpu_attrs(false), raw, 2, false);
    zif__skip_instruction(cpu, raw[1] >> 3 >= 0x1D ? 4 : 2); /* [v7 A5.1] 0b11101 and up are 32 bits long */
}

static void stopped_at_data(ZifCpu *cpu, const ZifPortInfo *info)
{
    if (cpu->lazy_failed) {
        cpu->lazy_failed = false;
        bool mpu = info->fault == ZIF_FAULT_MPU;
        zif__fault(cpu, mpu ? EXC_MEM : EXC_BUS, mpu ? CFSR_MLSPERR : CFSR_LSPERR);
        return;
    }
    switch (info->fault) {
    case ZIF_FAULT_MPU:
        zif__fault_at(cpu, EXC_MEM, CFSR_DACCVIOL, info->addr);
        break;
    case ZIF_FAULT_UNALIGNED:
        zif__fault(cpu, EXC_USAGE, CFSR_UNALIGNED);
        break;
    default:
        if (zif__ignores_bus_faults(cpu)) {
            skip_load(cpu);
        } else {
            zif__fault_at(cpu, EXC_BUS, CFSR_PRECISERR, info->addr);
        }
        break;
    }
}

static bool semihosted(ZifCpu *cpu, const ZifPortInfo *info)
{
    uint32_t r0 = zif_port_get(cpu->port, ZIF_REG_R0);
    cpu->retry = false;
    if (info->imm != 0xAB || !cpu->cfg.semihosting || !cpu->cfg.hooks.semihost ||
        !cpu->cfg.hooks.semihost(cpu->cfg.hooks.opaque, r0, zif_port_get(cpu->port, ZIF_REG_R1), &r0)) {
        return false;
    }
    if (cpu->retry) {
        return true;
    }
    zif_port_set(cpu->port, ZIF_REG_R0, r0);
    zif__skip_instruction(cpu, 2);
    return true;
}

/* A fetch from flash that is busy or shows commands. Flash that makes the bus wait ends its work when it is read, and the fetch is made
 * again; any other gives bytes that are no program, which a chip would execute and zif does not. */
static bool gives_way(ZifCpu *cpu, uint32_t addr)
{
    uint8_t raw[2];
    address_space_rw(&cpu->as, addr, zif__cpu_attrs(false), raw, sizeof raw, false);
    if (zif_port_shows(cpu->port, addr)) {
        return true;
    }
    zif__cpu_report(cpu, ZIF_REPORT_FLASH,
                    "instruction fetch at 0x%08" PRIX32 " from flash that shows its status, not its contents", addr);
    return false;
}

/* What follows from the port's reason to stop. False: the run ends with *why. */
static bool handle(ZifCpu *cpu, ZifPortStop reason, const ZifPortInfo *info, ZifCpuStop *why)
{
    ZifCpuState *st = &cpu->st;
    switch (reason) {
    case ZIF_STOP_LIMIT:
    case ZIF_STOP_REQUEST:
        break;
    case ZIF_STOP_SVC:
        zif__svc(cpu);
        break;
    case ZIF_STOP_BKPT:
        if (semihosted(cpu, info)) {
            break;
        }
        if (st->dhcsr & DHCSR_C_DEBUGEN) {
            st->dfsr |= DFSR_BKPT;
            *why = ZIF_CPU_BREAK;
            return false;
        }
        zif__bkpt(cpu, info->imm);
        break;
    case ZIF_STOP_UNDEF:
        zif__fault(cpu, EXC_USAGE, CFSR_UNDEFINSTR);
        break;
    case ZIF_STOP_NOCP:
        zif__fault(cpu, EXC_USAGE, CFSR_NOCP);
        break;
    case ZIF_STOP_INVSTATE:
        zif__fault(cpu, EXC_USAGE, CFSR_INVSTATE);
        break;
    case ZIF_STOP_DIVBYZERO:
        zif__fault(cpu, EXC_USAGE, CFSR_DIVBYZERO);
        break;
    case ZIF_STOP_WFI:
        st->asleep = true;
        st->in_wfe = false;
        break;
    case ZIF_STOP_WFE:
        if (st->event) {
            st->event = false;
        } else {
            st->asleep = st->in_wfe = true;
        }
        break;
    case ZIF_STOP_SEV:
        st->event = true;
        break;
    case ZIF_STOP_EXC_RETURN:
        if (cpu->taint) {
            zif__taint_clear(cpu->taint);
        }
        zif__exception_return(cpu, info->addr);
        break;
    case ZIF_STOP_DATA:
        if (info->fault == ZIF_FAULT_WATCH) {
            *why = ZIF_CPU_BREAK;
            return false;
        }
        stopped_at_data(cpu, info);
        break;
    case ZIF_STOP_FETCH:
        if (info->fault == ZIF_FAULT_MODE && gives_way(cpu, info->addr)) {
            break;
        }
        /* The address registers are for data; the stacked PC tells the place [v7 B3.2.15]. */
        if (info->fault == ZIF_FAULT_MPU) {
            zif__fault(cpu, EXC_MEM, CFSR_IACCVIOL);
        } else {
            zif__fault(cpu, EXC_BUS, CFSR_IBUSERR);
        }
        break;
    case ZIF_STOP_BREAKPOINT:
        if (zif__fpb_matches(cpu, zif_port_get(cpu->port, ZIF_REG_PC))) {
            zif__bkpt(cpu, 0);
            break;
        }
        *why = ZIF_CPU_BREAK;
        return false;
    case ZIF_STOP_WATCHPOINT:
        *why = ZIF_CPU_BREAK;
        return false;
    case ZIF_STOP_ENGINE:
        snprintf(cpu->trouble, sizeof cpu->trouble, "%s", info->text ? info->text : "the engine failed");
        *why = ZIF_CPU_ENGINE;
        return false;
    }
    return true;
}

/* Things callbacks left for after the instruction. */
static void settle(ZifCpu *cpu)
{
    cpu->st.extra += cpu->stall;
    cpu->stall = 0;
    if (cpu->fix_masks) {
        zif__fix_masks(cpu);
    }
    if (cpu->fpb_changed) {
        zif__fpb_apply(cpu);
    }
    if (cpu->vectreset_asked) {
        zif_cpu_reset(cpu, ZIF_RESET_SYSTEM);
    }
}

ZifCpuStop zif_cpu_run(ZifCpu *cpu, uint64_t cycles)
{
    ZifCpuState *st = &cpu->st;
    cpu->deadline = cycles;
    for (;;) {
        if (cpu->stop_asked) {
            cpu->stop_asked = false;
            return ZIF_CPU_STOPPED;
        }
        uint64_t now = zif_cpu_cycles(cpu);
        if (now >= cpu->deadline) {
            return ZIF_CPU_DEADLINE; /* events of this very cycle come first: they may pend something more urgent */
        }
        if (st->asleep && !woken(cpu)) {
            if (st->scr & SCR_SLEEPDEEP && !st->deep) {
                deep_sleep(cpu, true);
            }
            return ZIF_CPU_ASLEEP;
        }
        if (st->take) {
            if (cpu->taint) {
                zif__taint_clear(cpu->taint);
            }
            zif__exception_enter(cpu);
            continue;
        }
        if (st->lockup) {
            return ZIF_CPU_LOCKUP;
        }
        ZifPortInfo info = { 0 };
        ZifCpuStop why;
        uint64_t limit = cpu->deadline - st->extra;
        bool follows = cpu->taint && zif__taint_active(cpu->taint);
        if (follows) {
            zif__taint_before(cpu->taint);
            limit = zif_port_count(cpu->port) + 1;
        }
        cpu->in_port = true;
        ZifPortStop reason = zif_port_run(cpu->port, limit, &info);
        cpu->in_port = false;
        if (cpu->taint) {
            zif__taint_after(cpu->taint);
        }
        if (cpu->stall || cpu->fix_masks || cpu->fpb_changed || cpu->vectreset_asked) {
            settle(cpu);
        }
        if (!handle(cpu, reason, &info, &why)) {
            return why;
        }
    }
}

/* --- Looking -------------------------------------------------------------------------------------------------------------- */

const char *zif_cpu_trouble(const ZifCpu *cpu)
{
    return cpu->trouble;
}

ZifPort *zif_cpu_port(ZifCpu *cpu)
{
    return cpu->port;
}

AddressSpace *zif_cpu_as(ZifCpu *cpu)
{
    return &cpu->as;
}

uint32_t zif_cpu_vector_base(const ZifCpu *cpu)
{
    return cpu->st.vtor;
}

unsigned zif_cpu_exception(const ZifCpu *cpu)
{
    return cpu->st.ipsr;
}

void zif_cpu_watch_accesses(ZifCpu *cpu,
                            void (*fn)(void *opaque, uint32_t addr, uint32_t value, unsigned size, bool is_write))
{
    cpu->cfg.hooks.access = fn;
}

bool zif_cpu_peek(ZifCpu *cpu, uint32_t addr, uint32_t *value)
{
    /* The registers' effects are all in the state, which is plain bytes: read, then put it back as it was. */
    ZifCpuState before = cpu->st;
    void (*report)(void *, ZifReportKind, const char *) = cpu->cfg.hooks.report;
    void (*access)(void *, uint32_t, uint32_t, unsigned, bool) = cpu->cfg.hooks.access;
    MemTxResult result;
    cpu->cfg.hooks.report = NULL;
    cpu->cfg.hooks.access = NULL;
    *value = address_space_ldl_le(&cpu->as, addr, MEMTXATTRS_UNSPECIFIED, &result);
    cpu->cfg.hooks.report = report;
    cpu->cfg.hooks.access = access;
    cpu->st = before;
    return result == MEMTX_OK;
}
