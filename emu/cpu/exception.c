/*
 * Exception entry and return, faults and their escalation, lockup.
 * Reference: ARMv7-M ARM (DDI 0403) B1.5.5-B1.5.15; ARMv6-M ARM (DDI 0419) B1.5.5-B1.5.12.
 *
 * Entry and return take no virtual time: everything happens between two instructions. What a late-arriving exception sees
 * is therefore decided by priority alone; tail-chaining is visible in that no frame is popped and pushed again.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <endian.h>
#include <string.h>
#include "core.h"

enum { FRAME = 0x20, FRAME_FP = 0x68, FRAME_PC = 6, FRAME_PSR = 7 };
#define XPSR_FLAGS    0xF80F0000u /* N Z C V Q, GE */
#define XPSR_V6M      0xF10001FFu /* N Z C V, T, exception number: there are no others on v6-M [v6 B1.4.2] */
#define XPSR_ALIGN    (1u << 9)   /* in a frame: the stack was moved by four to align it */
#define EXC_RETURN_FP (1u << 4)   /* 0: the frame has FP registers */

static void set_pc(ZifCpu *cpu, uint32_t pc)
{
    zif_port_set(cpu->port, ZIF_REG_PC, pc);
}

static void set_control(ZifCpu *cpu, uint32_t control)
{
    if (control != cpu->st.control) {
        bool privilege = (control ^ cpu->st.control) & CONTROL_NPRIV;
        cpu->st.control = control;
        zif_port_set(cpu->port, ZIF_REG_CONTROL, control);
        if (privilege) {
            zif_port_flush_permissions(cpu->port);
        }
    }
}

/* The mode changed between thread and handler while CONTROL.nPRIV is set: permissions are other ones. */
static void mode_changed(ZifCpu *cpu)
{
    if (cpu->st.control & CONTROL_NPRIV) {
        zif_port_flush_permissions(cpu->port);
    }
}

/* FPCA is set by FP instructions without the core being told. */
static void sync_control(ZifCpu *cpu)
{
    if (cpu->has_fp) {
        cpu->st.control = zif_port_get(cpu->port, ZIF_REG_CONTROL);
        if (!(cpu->st.fpccr & FPCCR_ASPEN)) {
            cpu->st.control &= ~(uint32_t)CONTROL_FPCA;
        }
    }
}

static ZifPortFault words_rw(ZifCpu *cpu, uint32_t addr, uint32_t *words, unsigned n, bool is_write, bool privileged)
{
    uint8_t buffer[4 * 34];
    uint8_t *memory = zif_port_memory(cpu->port, addr, 4 * n, is_write), *bytes = memory ? memory : buffer;
    MemTxResult r = MEMTX_OK;
    for (unsigned i = 0; is_write && i < n; i++) {
        uint32_t w = htole32(words[i]);
        memcpy(bytes + 4 * i, &w, sizeof w);
    }
    if (!memory) {
        r = address_space_rw(&cpu->as, addr, zif__cpu_attrs(!privileged), buffer, (int)(4 * n), is_write);
    }
    for (unsigned i = 0; !is_write && i < n; i++) {
        memcpy(&words[i], bytes + 4 * i, sizeof words[i]);
        words[i] = le32toh(words[i]);
    }
    return r == MEMTX_OK ? ZIF_ACCESS_OK : ZIF_FAULT_BUS;
}

ZifPortFault zif__core_rw(ZifCpu *cpu, uint32_t addr, uint32_t *words, unsigned n, bool is_write, bool privileged)
{
    for (unsigned i = 0; i < n && (cpu->st.mpu.ctrl & MPU_CTRL_ENABLE); i++) {
        if (!zif__mpu_allows(cpu, addr + 4 * i, 4, is_write ? ZIF_ACC_STORE : ZIF_ACC_LOAD, privileged)) {
            return ZIF_FAULT_MPU;
        }
    }
    return words_rw(cpu, addr, words, n, is_write, privileged);
}

/* --- Faults ---------------------------------------------------------------------------------------------------------- */

void zif__lockup(ZifCpu *cpu)
{
    /* [v7 B1.5.15] the processor fetches from 0xFFFFFFFE until reset, or until an NMI pre-empts priority -1. */
    cpu->st.lockup = true;
    set_pc(cpu, LOCKUP_PC & ~1u);
    zif__nvic_update(cpu);
}

/* Makes a fault pending, or HardFault in its place when it is disabled or could not pre-empt `exec` [v7 B1.5.14]. False: it
 * cannot be handled at all. */
static bool pend_fault(ZifCpu *cpu, unsigned exc, int exec)
{
    ZifCpuState *st = &cpu->st;
    if (exc != EXC_HARD && !(cpu->v7 && zif__bit(st->enabled, exc) && zif__group_prio(cpu, st->prio[exc]) < exec)) {
        exc = EXC_HARD;
        st->hfsr |= cpu->v7 ? HFSR_FORCED : 0;
    }
    st->fault.exception = exc;
    st->fault.hfsr = st->hfsr;
    if (exc == EXC_HARD && exec <= -1) {
        return false;
    }
    zif__pend(cpu, exc);
    return true;
}

static void note_fault(ZifCpu *cpu, uint32_t causes, uint32_t pc)
{
    cpu->st.fault.valid = true;
    cpu->st.fault.causes = causes;
    cpu->st.fault.has_address = false;
    cpu->st.fault.pc = pc;
    cpu->st.cfsr |= causes;
}

static void note_address(ZifCpu *cpu, uint32_t cfsr, uint32_t address)
{
    ZifCpuState *st = &cpu->st;
    st->fault.has_address = true;
    st->fault.address = address;
    if (cfsr & (CFSR_DACCVIOL | CFSR_IACCVIOL)) {
        st->mmfar = address;
        st->cfsr |= CFSR_MMARVALID;
    } else {
        st->bfar = address;
        st->cfsr |= CFSR_BFARVALID;
    }
}

void zif__fault(ZifCpu *cpu, unsigned exc, uint32_t cfsr)
{
    note_fault(cpu, cfsr, zif_port_get(cpu->port, ZIF_REG_PC));
    if (!pend_fault(cpu, exc, cpu->st.exec_prio)) {
        zif__lockup(cpu);
    }
}

void zif__fault_at(ZifCpu *cpu, unsigned exc, uint32_t cfsr, uint32_t address)
{
    note_fault(cpu, cfsr, zif_port_get(cpu->port, ZIF_REG_PC));
    note_address(cpu, cfsr, address);
    if (!pend_fault(cpu, exc, cpu->st.exec_prio)) {
        zif__lockup(cpu);
    }
}

void zif__async_bus_fault(ZifCpu *cpu, uint32_t cfsr)
{
    /* Asynchronous: waits for its priority, is a HardFault only when BusFault is disabled [v7 B1.5.14]. */
    note_fault(cpu, cfsr, zif_port_get(cpu->port, ZIF_REG_PC));
    bool enabled = zif__bit(cpu->st.enabled, EXC_BUS);
    if (!enabled) {
        cpu->st.hfsr |= HFSR_FORCED;
    }
    cpu->st.fault.exception = enabled ? EXC_BUS : EXC_HARD;
    cpu->st.fault.hfsr = cpu->st.hfsr;
    zif__pend(cpu, enabled ? EXC_BUS : EXC_HARD);
}

void zif__svc(ZifCpu *cpu)
{
    /* Priority not high enough: a HardFault [v7 B1.5.14], which is synchronous, so its return address is the SVC's own and not that
     * of what follows: ReturnAddress(HardFault) is ThisInstrAddr() if IsExceptionSynchronous [v7 B1.5.6; v6 B1.5.6]. */
    if (zif__group_prio(cpu, cpu->st.prio[EXC_SVC]) < cpu->st.exec_prio) {
        zif__pend(cpu, EXC_SVC);
        return;
    }
    set_pc(cpu, zif_port_get(cpu->port, ZIF_REG_PC) - 2);
    cpu->st.hfsr |= cpu->v7 ? HFSR_FORCED : 0;
    zif__fault(cpu, EXC_HARD, 0);
}

void zif__bkpt(ZifCpu *cpu, unsigned imm)
{
    ZifCpuState *st = &cpu->st;
    if (!cpu->v7) {
        zif__fault(cpu, EXC_HARD, 0); /* [v6 A6.7.11] no halting debugger: HardFault */
        return;
    }
    /* [v7 C1.4.1, C1.5] DebugMonitor when enabled and of sufficient priority, else HardFault with DEBUGEVT. */
    st->dfsr |= DFSR_BKPT;
    if ((st->demcr & DEMCR_MON_EN) && zif__group_prio(cpu, st->prio[EXC_DEBUG]) < st->exec_prio) {
        zif__pend(cpu, EXC_DEBUG);
        return;
    }
    st->hfsr |= HFSR_DEBUGEVT;
    zif__fault(cpu, EXC_HARD, 0);
}

void zif__skip_instruction(ZifCpu *cpu, unsigned size)
{
    uint32_t xpsr = zif_port_get(cpu->port, ZIF_REG_XPSR);
    if (xpsr & XPSR_IT) { /* ITAdvance() [v7 A7.3.3]; with IT[1:0] in bits 26:25 and IT[7:2] in bits 15:10 */
        uint32_t it = (xpsr >> 25 & 3) | (xpsr >> 8 & 0xFC);
        it = (it & 7) ? (it & 0xE0) | (it << 1 & 0x1F) : 0;
        zif_port_set(cpu->port, ZIF_REG_XPSR, (xpsr & ~XPSR_IT) | (it & 3) << 25 | (it & 0xFC) << 8);
    }
    uint32_t pc = zif_port_get(cpu->port, ZIF_REG_PC);
    set_pc(cpu, pc + size);
    cpu->st.extra++;
    cpu->st.insn_extra++;
    zif_port_retired_elsewhere(cpu->port, pc, size);
}

/* --- Entry ----------------------------------------------------------------------------------------------------------- */

/* PushStack() [v7 B1.5.6]. Returns EXC_RETURN; *fault tells what went wrong, the stack pointer has moved all the same. */
static uint32_t push_stack(ZifCpu *cpu, uint32_t xpsr, ZifPortFault *fault)
{
    static const ZifReg order[6] = { ZIF_REG_R0, ZIF_REG_R1, ZIF_REG_R2, ZIF_REG_R3, ZIF_REG_R12, ZIF_REG_LR };
    sync_control(cpu);
    bool privileged = zif__cpu_privileged(cpu);
    bool fp = cpu->st.control & CONTROL_FPCA;
    uint32_t w[8];
    for (unsigned i = 0; i < 6; i++) {
        w[i] = zif_port_get(cpu->port, order[i]);
    }
    uint32_t sp = zif_port_get(cpu->port, ZIF_REG_SP);
    bool force = fp || (cpu->st.ccr & CCR_STKALIGN);
    bool moved = force && (sp & 4);
    uint32_t frame = (sp - (fp ? FRAME_FP : FRAME)) & ~(force ? 4u : 0u);
    w[FRAME_PC] = zif_port_get(cpu->port, ZIF_REG_PC);
    w[FRAME_PSR] = (xpsr & ~XPSR_ALIGN) | (moved ? XPSR_ALIGN : 0);
    zif_port_set(cpu->port, ZIF_REG_SP, frame);
    *fault = zif__core_rw(cpu, frame, w, 8, true, privileged);
    if (fp && *fault == ZIF_ACCESS_OK) {
        *fault = zif__fpu_push(cpu, frame + FRAME, privileged);
    }
    uint32_t lr = cpu->st.ipsr ? 0xFFFFFFF1u : (cpu->st.control & CONTROL_SPSEL) ? 0xFFFFFFFDu : 0xFFFFFFF9u;
    return fp ? lr & ~EXC_RETURN_FP : lr;
}

/* ExceptionTaken() [v7 B1.5.6], for the best exception there is. Vectors are read privileged and past the MPU [v7 B3.5.1]. */
static void take(ZifCpu *cpu, uint32_t xpsr, uint32_t lr)
{
    ZifCpuState *st = &cpu->st;
    uint32_t vector = 0;
    while (words_rw(cpu, st->vtor + 4u * st->best, &vector, 1, false, true) != ZIF_ACCESS_OK) {
        note_fault(cpu, 0, zif_port_get(cpu->port, ZIF_REG_PC));
        st->hfsr |= cpu->v7 ? HFSR_VECTTBL : 0;
        st->fault.hfsr = HFSR_VECTTBL;
        st->fault.exception = EXC_HARD;
        st->fault.has_address = true;
        st->fault.address = st->vtor + 4u * st->best;
        if (st->best_prio <= -1 || st->exec_prio <= -1) {
            zif__lockup(cpu); /* no vector for HardFault or NMI either [v7 B1.5.15] */
            return;
        }
        zif__pend(cpu, EXC_HARD);
    }
    unsigned exc = st->best;
    zif__activate(cpu, exc);
    zif_port_set(cpu->port, ZIF_REG_XPSR, (xpsr & XPSR_FLAGS) | (vector & 1 ? XPSR_T : 0) | exc);
    if (!st->ipsr) {
        mode_changed(cpu);
    }
    st->ipsr = exc;
    if (cpu->has_fp) {
        sync_control(cpu);
    }
    set_control(cpu, cpu->st.control & ~(uint32_t)(CONTROL_SPSEL | CONTROL_FPCA));
    zif_port_set(cpu->port, ZIF_REG_LR, lr);
    set_pc(cpu, vector & ~1u);
    st->event = true;
    st->lockup = false;
    zif_port_clear_exclusive(cpu->port);
    if (cpu->cfg.hooks.exception) {
        cpu->cfg.hooks.exception(cpu->cfg.hooks.opaque, exc, true);
    }
}

/* A fault of the core's own access to a frame: which status bit, which exception. */
static unsigned frame_fault(ZifPortFault fault, bool entry, uint32_t *cfsr)
{
    if (fault == ZIF_FAULT_MPU) {
        *cfsr = entry ? CFSR_MSTKERR : CFSR_MUNSTKERR;
        return EXC_MEM;
    }
    *cfsr = entry ? CFSR_STKERR : CFSR_UNSTKERR;
    return EXC_BUS;
}

void zif__exception_enter(ZifCpu *cpu)
{
    int pre_empted = cpu->st.exec_prio;
    ZifPortFault fault;
    uint32_t xpsr = zif_port_get(cpu->port, ZIF_REG_XPSR);
    uint32_t lr = push_stack(cpu, xpsr, &fault);
    if (fault != ZIF_ACCESS_OK) {
        /* A derived exception: escalates by what was pre-empted, then competes with the original [v7 B1.5.12]. At HardFault
         * priority it can only wait behind the NMI that is being entered. */
        uint32_t cfsr;
        unsigned exc = frame_fault(fault, true, &cfsr);
        note_fault(cpu, cfsr, zif_port_get(cpu->port, ZIF_REG_PC));
        if (!pend_fault(cpu, exc, pre_empted)) {
            zif__pend(cpu, EXC_HARD);
        }
    }
    take(cpu, xpsr, lr);
}

/* --- Return ------------------------------------------------------------------------------------------------------------ */

/* DeActivate() [v7 B1.5.8]: FAULTMASK goes with every return but NMI's. */
static void deactivate(ZifCpu *cpu, unsigned exc)
{
    if (exc != EXC_NMI && cpu->st.faultmask) {
        cpu->st.faultmask = 0;
        zif_port_set(cpu->port, ZIF_REG_FAULTMASK, 0);
    }
    zif__deactivate(cpu, exc);
}

/* An exception on return is taken in place of the return: nothing is pushed, the frame stays, LR says how to return. */
static void fault_on_return(ZifCpu *cpu, unsigned exc, uint32_t cfsr, uint32_t exc_return)
{
    note_fault(cpu, cfsr, zif_port_get(cpu->port, ZIF_REG_PC));
    if (pend_fault(cpu, exc, cpu->st.exec_prio)) {
        take(cpu, zif_port_get(cpu->port, ZIF_REG_XPSR), exc_return);
    } else {
        zif__lockup(cpu);
    }
}

/* The rules of ExceptionReturn() before the frame is looked at [v7 B1.5.8]. */
static bool is_legal_return(const ZifCpu *cpu, uint32_t value, unsigned exc, bool nested)
{
    uint32_t fixed = cpu->has_fp ? 0x0FFFFFE0u : 0x0FFFFFF0u;
    if (!zif__bit(cpu->st.active, exc) || (value & fixed) != fixed) {
        return false;
    }
    switch (value & 0xF) {
    case 0x1:
        return true;
    case 0x9:
    case 0xD:
        return !nested || (cpu->st.ccr & CCR_NONBASETHRDENA);
    default:
        return false;
    }
}

static void pop_registers(ZifCpu *cpu, const uint32_t *w)
{
    static const ZifReg order[6] = { ZIF_REG_R0, ZIF_REG_R1, ZIF_REG_R2, ZIF_REG_R3, ZIF_REG_R12, ZIF_REG_LR };
    for (unsigned i = 0; i < 6; i++) {
        zif_port_set(cpu->port, order[i], w[i]);
    }
}

void zif__exception_return(ZifCpu *cpu, uint32_t value)
{
    ZifCpuState *st = &cpu->st;
    unsigned exc = st->ipsr;
    bool nested = zif__others_active(cpu, exc);
    value |= 0xF0000000u;
    bool legal = exc < EXC_COUNT && is_legal_return(cpu, value, exc, nested);
    if (exc < EXC_COUNT) {
        deactivate(cpu, exc);
    }
    if (!legal) {
        fault_on_return(cpu, EXC_USAGE, CFSR_INVPC, value);
        return;
    }
    if (st->take) { /* tail-chaining [v7 B1.5.10] */
        take(cpu, zif_port_get(cpu->port, ZIF_REG_XPSR), value);
        return;
    }
    bool to_thread = value & 8;
    bool process = value & 4;
    bool fp = cpu->has_fp && !(value & EXC_RETURN_FP);
    bool privileged = !to_thread || !(st->control & CONTROL_NPRIV);
    ZifReg sp_reg = process ? ZIF_REG_PSP : ZIF_REG_SP; /* handlers run on the main stack */
    uint32_t frame = zif_port_get(cpu->port, sp_reg);
    uint32_t w[8];
    ZifPortFault fault = zif__core_rw(cpu, frame, w, 8, false, privileged);
    uint32_t cfsr;
    if (fault != ZIF_ACCESS_OK) {
        unsigned derived = frame_fault(fault, false, &cfsr);
        fault_on_return(cpu, derived, cfsr, value);
        return;
    }
    uint32_t psr = w[FRAME_PSR];
    if (to_thread != ((psr & 0x1FF) == 0)) {
        fault_on_return(cpu, EXC_USAGE, CFSR_INVPC, value);
        return;
    }
    if (fp) {
        fault = zif__fpu_pop(cpu, frame + FRAME, privileged);
        if (fault != ZIF_ACCESS_OK) {
            unsigned derived = frame_fault(fault, false, &cfsr);
            fault_on_return(cpu, derived, cfsr, value);
            return;
        }
    }
    bool force = fp || (st->ccr & CCR_STKALIGN);
    pop_registers(cpu, w);
    zif_port_set(cpu->port, sp_reg, (frame + (fp ? FRAME_FP : FRAME)) | (force && (psr & XPSR_ALIGN) ? 4 : 0));
    zif_port_set(cpu->port, ZIF_REG_XPSR, psr & (cpu->v7 ? ~XPSR_ALIGN : XPSR_V6M));
    set_control(cpu, (st->control & CONTROL_NPRIV) | (process ? CONTROL_SPSEL : 0) | (fp ? CONTROL_FPCA : 0));
    set_pc(cpu, w[FRAME_PC] & ~1u);
    st->ipsr = psr & 0x1FF;
    if (to_thread) {
        mode_changed(cpu);
    }
    st->event = true;
    zif_port_clear_exclusive(cpu->port);
    if (cpu->cfg.hooks.exception) {
        cpu->cfg.hooks.exception(cpu->cfg.hooks.opaque, 0, false);
    }
    /* [v7 B1.5.8] a return to thread mode from the only active exception may end in sleep. */
    if (to_thread && !nested && (st->scr & SCR_SLEEPONEXIT)) {
        st->asleep = true;
        st->in_wfe = false;
    }
}

void zif__exception_reset(ZifCpu *cpu)
{
    /* TakeReset() [v7 B1.5.5]. Registers whose value is UNKNOWN start as zero, LR as the manual says. */
    for (int r = ZIF_REG_R0; r <= ZIF_REG_R12; r++) {
        zif_port_set(cpu->port, (ZifReg)r, 0);
    }
    static const ZifReg zeroes[] = { ZIF_REG_PRIMASK, ZIF_REG_CONTROL };
    static const ZifReg zeroes_v7[] = { ZIF_REG_BASEPRI, ZIF_REG_FAULTMASK };
    zif_port_set(cpu->port, ZIF_REG_XPSR, XPSR_T);
    for (unsigned i = 0; i < 2; i++) {
        zif_port_set(cpu->port, zeroes[i], 0);
        if (cpu->v7) {
            zif_port_set(cpu->port, zeroes_v7[i], 0);
        }
    }
    zif_port_set(cpu->port, ZIF_REG_LR, UINT32_MAX);
    zif_port_set(cpu->port, ZIF_REG_PSP, 0);
    cpu->st.ipsr = 0;
    zif_port_clear_exclusive(cpu->port);
    uint32_t w[2] = { 0, 0 };
    if (zif__core_rw(cpu, cpu->st.vtor, w, 2, false, true) != ZIF_ACCESS_OK) {
        cpu->st.fault.valid = true;
        cpu->st.fault.exception = EXC_HARD;
        cpu->st.fault.hfsr = HFSR_VECTTBL;
        cpu->st.fault.has_address = true;
        cpu->st.fault.address = cpu->st.vtor;
        zif__lockup(cpu);
        return;
    }
    zif_port_set(cpu->port, ZIF_REG_MSP, w[0] & ~3u);
    zif_port_set(cpu->port, ZIF_REG_XPSR, (w[1] & 1 ? XPSR_T : 0));
    set_pc(cpu, w[1] & ~1u);
}
