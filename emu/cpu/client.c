/*
 * What the memory port asks of the core: permissions, alignment, masks, refused stores. See ZifPortClient in port.h.
 * Reference: ARMv7-M ARM (DDI 0403) A3.2.1, B1.4, B3.2.8, B5.2.3; core TRMs. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <inttypes.h>
#include "core.h"

MemTxAttrs zif__cpu_attrs(bool unprivileged)
{
    return (MemTxAttrs){ .user = unprivileged };
}

static unsigned page_prot(void *opaque, uint32_t page)
{
    ZifCpu *cpu = opaque;
    unsigned prot = zif__mpu_page_prot(cpu, page);
    if (zif__stack_guards(cpu, page, ZIF_PORT_PAGE)) {
        prot &= ~(unsigned)ZIF_PROT_W;
    }
    if (cpu->taint && zif__taint_watches(cpu->taint, page)) {
        prot &= ZIF_PROT_X;
    }
    bool watched = zif__dwt_watches(cpu, page, ZIF_PORT_PAGE) || zif__watched(cpu, page, ZIF_PORT_PAGE);
    return watched ? prot & ZIF_PROT_X : prot;
}

static bool unaligned_traps(void *opaque)
{
    ZifCpu *cpu = opaque;
    return !cpu->v7 || (cpu->st.ccr & CCR_UNALIGN_TRP);
}

static bool div_by_zero_traps(void *opaque)
{
    ZifCpu *cpu = opaque;
    return cpu->st.ccr & CCR_DIV_0_TRP;
}

/* Unaligned accesses [v7 A3.2.1]: never for multiple words and exclusives, not with UNALIGN_TRP, not on v6-M. To Device memory
 * they are UNPREDICTABLE: M7 faults, M3 and M4 split them. */
static ZifPortFault check_alignment(ZifCpu *cpu, uint32_t addr, unsigned size, bool multi)
{
    unsigned align = size > 4 || (multi && size > 4) ? 4 : size;
    if (!(addr & (align - 1))) {
        return ZIF_ACCESS_OK;
    }
    if (multi || unaligned_traps(cpu)) {
        return ZIF_FAULT_UNALIGNED;
    }
    bool bufferable;
    if (zif__mpu_is_device(cpu, addr, &bufferable)) {
        if (cpu->is_m7) {
            return ZIF_FAULT_UNALIGNED;
        }
        zif__cpu_report(cpu, ZIF_REPORT_UNALIGNED, "unaligned access to device memory at 0x%08" PRIX32, addr);
    }
    return ZIF_ACCESS_OK;
}

static ZifPortFault check(void *opaque, uint32_t addr, unsigned size, ZifAccKind kind, bool unprivileged, bool multi)
{
    ZifCpu *cpu = opaque;
    if (kind != ZIF_ACC_FETCH) {
        ZifPortFault fault = check_alignment(cpu, addr, size, multi);
        if (fault != ZIF_ACCESS_OK) {
            return fault;
        }
    }
    if (!zif__mpu_allows(cpu, addr, size, kind, !unprivileged && zif__cpu_privileged(cpu))) {
        return ZIF_FAULT_MPU;
    }
    if (kind == ZIF_ACC_STORE && zif__stack_guards(cpu, addr, size)) {
        zif__stack_store(cpu, addr, multi);
    }
    if (kind != ZIF_ACC_FETCH && cpu->nwatches && zif__watch_stops(cpu, addr, size, kind == ZIF_ACC_STORE)) {
        return ZIF_FAULT_WATCH;
    }
    if (kind != ZIF_ACC_FETCH && cpu->taint) {
        zif__taint_access(cpu->taint, addr, size, kind == ZIF_ACC_STORE);
    }
    if (kind != ZIF_ACC_FETCH && zif__dwt_watches(cpu, addr, size)) {
        zif__dwt_access(cpu, addr, size, kind == ZIF_ACC_STORE);
    }
    return ZIF_ACCESS_OK;
}

static bool fp_enabled(void *opaque)
{
    return zif__fpu_enabled(opaque);
}

static ZifPortFault fp_touched(void *opaque, uint32_t *addr)
{
    return zif__fpu_touched(opaque, addr);
}

/* Bits of the mask registers this core does not have, or may not set now, are put right after the instruction. */
static void sysreg_written(void *opaque)
{
    ZifCpu *cpu = opaque;
    ZifCpuState *st = &cpu->st;
    uint32_t control = zif_port_get(cpu->port, ZIF_REG_CONTROL);
    st->primask = zif_port_get(cpu->port, ZIF_REG_PRIMASK) & 1;
    if (cpu->v7) {
        uint32_t basepri = zif_port_get(cpu->port, ZIF_REG_BASEPRI);
        st->basepri = basepri & cpu->prio_mask;
        cpu->fix_masks |= basepri != st->basepri;
        bool faultmask = zif_port_get(cpu->port, ZIF_REG_FAULTMASK) & 1;
        if (faultmask && !st->faultmask) {
            /* [v7 B5.2.3] FAULTMASK can be set only below priority -1. */
            faultmask = zif__exec_prio(cpu, false) > -1;
            cpu->fix_masks |= !faultmask;
        }
        st->faultmask = faultmask;
    } else { /* the engine has these, v6-M has not */
        cpu->fix_masks |= zif_port_get(cpu->port, ZIF_REG_BASEPRI) || zif_port_get(cpu->port, ZIF_REG_FAULTMASK);
    }
    uint32_t exists = cpu->has_fp ? 7 : cpu->has_unprivileged ? 3 : 2;
    if (control & ~exists) {
        control &= exists;
        cpu->fix_masks = true;
    }
    if (control != st->control) {
        st->control = control;
        zif_port_flush_permissions(cpu->port);
    }
    if (cpu->fix_masks) {
        zif__cpu_kick(cpu);
    }
    zif__nvic_update(cpu);
}

void zif__fix_masks(ZifCpu *cpu)
{
    cpu->fix_masks = false;
    zif_port_set(cpu->port, ZIF_REG_CONTROL, cpu->st.control);
    zif_port_set(cpu->port, ZIF_REG_BASEPRI, cpu->st.basepri);
    zif_port_set(cpu->port, ZIF_REG_FAULTMASK, cpu->st.faultmask);
}

void zif_cpu_poke_register(ZifCpu *cpu, ZifReg reg, uint32_t value)
{
    if (reg == ZIF_REG_XPSR) {
        value = (value & ~0x1FFu) | cpu->st.ipsr;
    } else if (reg == ZIF_REG_PC) {
        value &= ~1u;
    }
    zif_port_set(cpu->port, reg, value);
    if (reg == ZIF_REG_PRIMASK || reg == ZIF_REG_BASEPRI || reg == ZIF_REG_FAULTMASK || reg == ZIF_REG_CONTROL) {
        sysreg_written(cpu);
        if (cpu->fix_masks) {
            zif__fix_masks(cpu);
        }
    }
}

/* [v7 B3.2.8] At HardFault priority and above BFHFNMIGN lets handlers probe the bus. */
bool zif__ignores_bus_faults(const ZifCpu *cpu)
{
    return (cpu->st.ccr & CCR_BFHFNMIGN) && cpu->st.exec_prio < 0;
}

/* A store nobody took. M3 and M4 buffer stores to bufferable memory unless ACTLR.DISDEFWBUF, so the fault comes without an
 * address (M3 TRM 3.3.3, M4 TRM 3.3.2); M7's store buffer does the same. v6-M cores have none. */
static bool store_failed(void *opaque, uint32_t addr, unsigned size, MemTxResult result)
{
    ZifCpu *cpu = opaque;
    if (zif__ignores_bus_faults(cpu)) {
        return false;
    }
    bool bufferable;
    zif__mpu_is_device(cpu, addr, &bufferable);
    if (!cpu->v7 || !bufferable || (cpu->st.actlr & ACTLR_DISDEFWBUF)) {
        return true;
    }
    zif__async_bus_fault(cpu, CFSR_IMPRECISERR);
    cpu->st.fault.has_address = true; /* for people: the guest cannot see it */
    cpu->st.fault.address = addr;
    return false;
}

static MemTxAttrs attrs(void *opaque, bool unprivileged)
{
    return zif__cpu_attrs(unprivileged || !zif__cpu_privileged(opaque));
}

ZifPortClient zif__client(ZifCpu *cpu)
{
    return (ZifPortClient){ .page_prot = page_prot,
                            .check = check,
                            .unaligned_traps = unaligned_traps,
                            .div_by_zero_traps = div_by_zero_traps,
                            .fp_enabled = fp_enabled,
                            .fp_touched = fp_touched,
                            .sysreg_written = sysreg_written,
                            .store_failed = store_failed,
                            .attrs = attrs,
                            .opaque = cpu };
}
