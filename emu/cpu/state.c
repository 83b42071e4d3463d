/* The core's state as bytes, for snapshots. SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include "core.h"

typedef struct {
    ZifCpuState st;
    uint64_t count;
    ZifTime systick_when;
    uint64_t systick_seq;
    ZifPortMonitor exclusive;
    uint32_t regs[ZIF_REG_COUNT];
} SavedState;

size_t zif_cpu_state_size(const ZifCpu *cpu)
{
    return sizeof(SavedState);
}

static bool has_reg(const ZifCpu *cpu, unsigned r)
{
    return r >= ZIF_REG_FPSCR ? cpu->has_fp : cpu->v7 || (r != ZIF_REG_BASEPRI && r != ZIF_REG_FAULTMASK);
}

void zif_cpu_save(ZifCpu *cpu, void *state)
{
    SavedState *s = state;
    memset(s, 0, sizeof *s);
    s->st = cpu->st;
    s->count = zif_port_count(cpu->port);
    s->systick_when = cpu->systick_event.when;
    s->systick_seq = cpu->systick_event.seq;
    s->exclusive = zif_port_exclusive(cpu->port);
    for (unsigned r = 0; r < ZIF_REG_COUNT; r++) {
        s->regs[r] = has_reg(cpu, r) ? zif_port_get(cpu->port, (ZifReg)r) : 0;
    }
}

void zif_cpu_restore(ZifCpu *cpu, const void *state)
{
    const SavedState *s = state;
    cpu->st = s->st;
    zif_port_set_count(cpu->port, s->count);
    /* The mode first, then which stack pointer is in use, then their values. */
    zif_port_set(cpu->port, ZIF_REG_XPSR, s->regs[ZIF_REG_XPSR]);
    zif_port_set(cpu->port, ZIF_REG_CONTROL, s->regs[ZIF_REG_CONTROL]);
    for (unsigned r = 0; r < ZIF_REG_COUNT; r++) {
        if (has_reg(cpu, r) && r != ZIF_REG_SP && r != ZIF_REG_XPSR && r != ZIF_REG_CONTROL) {
            zif_port_set(cpu->port, (ZifReg)r, s->regs[r]);
        }
    }
    zif_port_set_exclusive(cpu->port, s->exclusive);
    zif_port_flush_permissions(cpu->port);
    if (cpu->st.fpccr & FPCCR_LSPACT) {
        zif_port_arm_fp(cpu->port);
    }
    zif_event_restore(cpu->cfg.timeline, &cpu->systick_event, s->systick_when, s->systick_seq);
    zif__fpb_apply(cpu);
    cpu->stop_asked = cpu->reset_asked = cpu->vectreset_asked = cpu->fix_masks = false;
    cpu->stall = 0;
    zif__nvic_update(cpu);
}
