/*
 * Floating-point context: access control, frames with FP registers, lazy saving.
 * Reference: ARMv7-M ARM (DDI 0403) B1.4.6-B1.4.7, B1.5.7, B3.2.20-B3.2.24.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core.h"

enum { CPACR = 0xD88, FPCCR = 0xF34, FPCAR = 0xF38, FPDSCR = 0xF3C, MVFR0 = 0xF40, MVFR1 = 0xF44, MVFR2 = 0xF48 };
enum { FPCCR_THREAD = 1 << 3, FPCCR_HFRDY = 1 << 4, FPCCR_MMRDY = 1 << 5, FPCCR_BFRDY = 1 << 6, FPCCR_MONRDY = 1 << 8 };
#define FPDSCR_BITS 0x07C00000u /* AHP, DN, FZ, RMode */

void zif__fpu_reset(ZifCpu *cpu)
{
    cpu->st.cpacr = 0;
    cpu->st.fpccr = cpu->has_fp ? FPCCR_ASPEN | FPCCR_LSPEN : 0;
    cpu->st.fpcar = 0;
    cpu->st.fpdscr = 0;
}

bool zif__fpu_enabled(ZifCpu *cpu)
{
    /* CP10 and CP11 must agree; 01 is privileged only, 11 everyone [v7 B3.2.20]. */
    uint32_t cp = cpu->st.cpacr >> 20 & 3;
    return cpu->has_fp && (cp == 3 || (cp == 1 && zif__cpu_privileged(cpu)));
}

static ZifPortFault save(ZifCpu *cpu, uint32_t at, bool privileged)
{
    uint32_t w[17];
    for (unsigned i = 0; i < 16; i++) {
        w[i] = zif_port_get(cpu->port, (ZifReg)(ZIF_REG_S0 + i));
    }
    w[16] = zif_port_get(cpu->port, ZIF_REG_FPSCR);
    return zif__core_rw(cpu, at, w, 17, true, privileged);
}

ZifPortFault zif__fpu_push(ZifCpu *cpu, uint32_t frame, bool privileged)
{
    ZifCpuState *st = &cpu->st;
    if (!(st->fpccr & FPCCR_LSPEN)) {
        return save(cpu, frame, privileged);
    }
    /* UpdateFPCCR() [v7 B1.5.7]: where to save later, and which faults of that saving could be taken then. */
    uint32_t v = FPCCR_LSPACT;
    int exec = st->exec_prio;
    v |= privileged ? 0 : FPCCR_USER;
    v |= zif__cpu_handler_mode(cpu) ? 0 : FPCCR_THREAD;
    v |= exec > -1 ? FPCCR_HFRDY : 0;
    v |= zif__bit(st->enabled, EXC_BUS) && st->prio[EXC_BUS] < exec ? FPCCR_BFRDY : 0;
    v |= zif__bit(st->enabled, EXC_MEM) && st->prio[EXC_MEM] < exec ? FPCCR_MMRDY : 0;
    v |= (st->demcr & DEMCR_MON_EN) && st->prio[EXC_DEBUG] < exec ? FPCCR_MONRDY : 0;
    st->fpccr = (st->fpccr & (FPCCR_ASPEN | FPCCR_LSPEN)) | v;
    st->fpcar = frame & ~7u;
    zif_port_arm_fp(cpu->port);
    return ZIF_ACCESS_OK;
}

ZifPortFault zif__fpu_pop(ZifCpu *cpu, uint32_t frame, bool privileged)
{
    if (cpu->st.fpccr & FPCCR_LSPACT) {
        cpu->st.fpccr &= ~FPCCR_LSPACT; /* the registers were never touched */
        return ZIF_ACCESS_OK;
    }
    uint32_t w[17];
    ZifPortFault fault = zif__core_rw(cpu, frame, w, 17, false, privileged);
    if (fault == ZIF_ACCESS_OK) {
        for (unsigned i = 0; i < 16; i++) {
            zif_port_set(cpu->port, (ZifReg)(ZIF_REG_S0 + i), w[i]);
        }
        zif_port_set(cpu->port, ZIF_REG_FPSCR, w[16]);
    }
    return fault;
}

ZifPortFault zif__fpu_touched(ZifCpu *cpu, uint32_t *addr)
{
    if (!(cpu->st.fpccr & FPCCR_LSPACT)) {
        return ZIF_ACCESS_OK;
    }
    *addr = cpu->st.fpcar;
    ZifPortFault fault = save(cpu, cpu->st.fpcar, !(cpu->st.fpccr & FPCCR_USER));
    if (fault == ZIF_ACCESS_OK) {
        cpu->st.fpccr &= ~FPCCR_LSPACT;
    } else {
        cpu->lazy_failed = true;
    }
    return fault;
}

bool zif__fpu_read(ZifCpu *cpu, uint32_t offset, uint32_t *value)
{
    if (offset == CPACR && cpu->v7) {
        *value = cpu->st.cpacr;
        return true;
    }
    if (!cpu->has_fp) {
        return false;
    }
    switch (offset) {
    case FPCCR:
        *value = cpu->st.fpccr;
        return true;
    case FPCAR:
        *value = cpu->st.fpcar;
        return true;
    case FPDSCR:
        *value = cpu->st.fpdscr;
        return true;
    case MVFR0: /* 16 double registers, with or without arithmetic on them [v7 B4.7] */
        *value = cpu->has_double ? 0x10110221 : 0x10110021;
        return true;
    case MVFR1: /* M4 TRM 7.2, M7 TRM 9.3; half precision to single, or also to double */
        *value = cpu->has_double ? 0x12000011 : 0x11000011;
        return true;
    case MVFR2:
        *value = cpu->is_m7 ? 0x00000040 : 0;
        return true;
    default:
        return false;
    }
}

bool zif__fpu_write(ZifCpu *cpu, uint32_t offset, uint32_t value, uint32_t mask)
{
    if (offset == CPACR && cpu->v7) {
        /* Only CP10 and CP11 exist, and only with an FPU; else RAZ/WI. */
        uint32_t writable = cpu->has_fp ? 0x00F00000u & mask : 0;
        cpu->st.cpacr = (cpu->st.cpacr & ~writable) | (value & writable);
        zif_port_flush_permissions(cpu->port);
        return true;
    }
    if (!cpu->has_fp || offset < FPCCR || offset > MVFR2) {
        return false;
    }
    uint32_t writable = 0, *reg = NULL;
    switch (offset) {
    case FPCCR:
        reg = &cpu->st.fpccr;
        writable = 0xC000017Bu;
        break;
    case FPCAR:
        reg = &cpu->st.fpcar;
        writable = ~7u;
        break;
    case FPDSCR:
        reg = &cpu->st.fpdscr;
        writable = FPDSCR_BITS;
        break;
    default: /* MVFR0-2 are read-only */
        return true;
    }
    *reg = (*reg & ~(writable & mask)) | (value & writable & mask);
    if (cpu->st.fpccr & FPCCR_LSPACT) {
        zif_port_arm_fp(cpu->port);
    }
    if (cpu->st.fpdscr) {
        zif__cpu_report(cpu, ZIF_REPORT_UNMODELLED, "a default for FPSCR other than zero (FPDSCR) is not modelled");
    }
    return true;
}
