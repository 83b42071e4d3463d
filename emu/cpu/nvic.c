/*
 * The NVIC: which exception is pending, enabled and active, at which priority, and which one goes first.
 * Reference: ARMv7-M ARM (DDI 0403) B1.5.2-B1.5.4, B3.4; ARMv6-M ARM (DDI 0419) B1.5.4, B3.4.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>
#include "core.h"

void zif__nvic_reset(ZifCpu *cpu)
{
    ZifCpuState *st = &cpu->st;
    memset(st->pending, 0, sizeof st->pending);
    memset(st->enabled, 0, sizeof st->enabled);
    memset(st->active, 0, sizeof st->active);
    memset(st->prio, 0, sizeof st->prio);
    st->prio[EXC_NMI] = -2;
    st->prio[EXC_HARD] = -1;
    st->enabled[0] = 1u << EXC_NMI | 1u << EXC_HARD | 1u << EXC_SVC | 1u << EXC_PENDSV | 1u << EXC_SYSTICK;
    if (cpu->v7) {
        st->enabled[0] |= 1u << EXC_DEBUG;
    }
    st->prigroup = 0;
    /* Lines that are high stay high: a level-sensitive source pends again at once. */
    for (unsigned w = 0; w < cpu->nwords; w++) {
        st->pending[w] = st->level[w];
    }
}

/* --- Priorities [v7 B1.5.4] ---------------------------------------------------------------------------------------- */

int zif__group_prio(const ZifCpu *cpu, int prio)
{
    /* PRIGROUP n: bits [7:n+1] are the group, so 7 leaves none. */
    return prio < 0 ? prio : prio & (0xFE << cpu->st.prigroup) & 0xFF;
}

int zif__exec_prio(const ZifCpu *cpu, bool with_primask)
{
    const ZifCpuState *st = &cpu->st;
    int highest = PRIO_NONE;
    for (unsigned w = 0; w < cpu->nwords; w++) {
        for (uint32_t bits = st->active[w]; bits; bits &= bits - 1) {
            int p = st->prio[w * 32 + (unsigned)__builtin_ctz(bits)];
            if (p < highest) {
                highest = p;
            }
        }
    }
    /* The least full priority has the least group priority. */
    int boosted = PRIO_NONE;
    highest = highest == PRIO_NONE ? PRIO_NONE : zif__group_prio(cpu, highest);
    if (st->basepri) {
        boosted = zif__group_prio(cpu, (int)st->basepri);
    }
    if (st->primask && with_primask) {
        boosted = 0;
    }
    if (st->faultmask) {
        boosted = -1;
    }
    return boosted < highest ? boosted : highest;
}

/* Highest-priority pending and enabled exception: least priority value, then least number [v7 B1.5.4]. */
static void find_best(ZifCpu *cpu)
{
    ZifCpuState *st = &cpu->st;
    unsigned best = 0;
    int best_prio = PRIO_NONE;
    for (unsigned w = 0; w < cpu->nwords; w++) {
        for (uint32_t bits = st->pending[w] & st->enabled[w]; bits; bits &= bits - 1) {
            unsigned exc = w * 32 + (unsigned)__builtin_ctz(bits);
            if (st->prio[exc] < best_prio) {
                best_prio = st->prio[exc];
                best = exc;
            }
        }
    }
    st->best = (uint16_t)best;
    st->best_prio = (int16_t)best_prio;
}

void zif__nvic_update(ZifCpu *cpu)
{
    ZifCpuState *st = &cpu->st;
    find_best(cpu);
    bool was_urgent = st->exec_prio < 0;
    st->exec_prio = (int16_t)zif__exec_prio(cpu, true);
    if (was_urgent != (st->exec_prio < 0) && (st->mpu.ctrl & MPU_CTRL_ENABLE)) {
        zif_port_flush_permissions(cpu->port); /* the MPU steps aside, or is back [v7 B3.5.3] */
    }
    st->take = st->best && zif__group_prio(cpu, st->best_prio) < st->exec_prio;
    if (st->take) {
        zif__cpu_kick(cpu);
    }
}

bool zif__nvic_wakes(const ZifCpu *cpu)
{
    const ZifCpuState *st = &cpu->st;
    return st->best && zif__group_prio(cpu, st->best_prio) < zif__exec_prio(cpu, false);
}

/* --- Pending and active -------------------------------------------------------------------------------------------- */

void zif__pend(ZifCpu *cpu, unsigned exc)
{
    ZifCpuState *st = &cpu->st;
    if (zif__bit(st->pending, exc)) {
        return;
    }
    zif__set_bit(st->pending, exc, true);
    /* SEVONPEND: entering the pending state is an event, disabled interrupts included [v7 B3.2.7]. */
    if (st->scr & SCR_SEVONPEND) {
        st->event = true;
    }
    zif__nvic_update(cpu);
}

void zif__unpend(ZifCpu *cpu, unsigned exc)
{
    /* A line that is still asserted keeps its interrupt pending, whatever software clears [v7 B3.4.1]. */
    if (!zif__bit(cpu->st.level, exc) || zif__bit(cpu->st.active, exc)) {
        zif__set_bit(cpu->st.pending, exc, false);
    }
    zif__nvic_update(cpu);
}

void zif__activate(ZifCpu *cpu, unsigned exc)
{
    zif__set_bit(cpu->st.pending, exc, false);
    zif__set_bit(cpu->st.active, exc, true);
    zif__nvic_update(cpu);
}

void zif__deactivate(ZifCpu *cpu, unsigned exc)
{
    zif__set_bit(cpu->st.active, exc, false);
    if (zif__bit(cpu->st.level, exc)) {
        zif__pend(cpu, exc); /* the handler left without silencing its source */
    }
    zif__nvic_update(cpu);
}

bool zif__others_active(const ZifCpu *cpu, unsigned exc)
{
    for (unsigned w = 0; w < cpu->nwords; w++) {
        if (cpu->st.active[w] & ~(exc / 32 == w ? 1u << exc % 32 : 0)) {
            return true;
        }
    }
    return false;
}

static void set_line(ZifCpu *cpu, unsigned exc, int level)
{
    bool was = zif__bit(cpu->st.level, exc);
    zif__set_bit(cpu->st.level, exc, level != 0);
    if (level && !was) {
        zif__pend(cpu, exc);
    }
}

void zif_cpu_set_irq(ZifCpu *cpu, unsigned n, int level)
{
    if (n >= cpu->cfg.num_irqs) {
        zif_bug("interrupt line %u of a core with %u", n, cpu->cfg.num_irqs);
    }
    set_line(cpu, EXC_IRQ0 + n, level);
}

void zif_cpu_set_nmi(ZifCpu *cpu, int level)
{
    set_line(cpu, EXC_NMI, level);
}

/* --- Registers [v7 B3.4.3] ------------------------------------------------------------------------------------------- */

uint32_t zif__get_prio_word(const ZifCpu *cpu, unsigned first_exc)
{
    uint32_t v = 0;
    for (unsigned i = 0; i < 4; i++) {
        int p = first_exc + i < EXC_COUNT ? cpu->st.prio[first_exc + i] : 0;
        v |= (p < 0 ? 0u : (uint32_t)p) << (8 * i);
    }
    return v;
}

static bool has_exception(const ZifCpu *cpu, unsigned exc)
{
    switch (exc) {
    case EXC_MEM:
    case EXC_BUS:
    case EXC_USAGE:
    case EXC_DEBUG:
        return cpu->v7;
    case EXC_SVC:
    case EXC_PENDSV:
    case EXC_SYSTICK:
        return true;
    default:
        return exc >= EXC_IRQ0 && exc < EXC_IRQ0 + cpu->cfg.num_irqs;
    }
}

void zif__set_prio_word(ZifCpu *cpu, unsigned first_exc, uint32_t value, uint32_t mask)
{
    for (unsigned i = 0; i < 4; i++) {
        if ((mask >> (8 * i) & 0xFF) && has_exception(cpu, first_exc + i)) {
            cpu->st.prio[first_exc + i] = (int16_t)(value >> (8 * i) & cpu->prio_mask);
        }
    }
    zif__nvic_update(cpu);
}

/* The 32 interrupts of a set/clear register as bits of the exception sets, which start 16 earlier. */
static uint32_t get_irqs(const ZifCpu *cpu, const uint32_t *set, unsigned reg)
{
    unsigned first = EXC_IRQ0 + reg * 32;
    uint32_t v = set[first / 32] >> 16;
    return first / 32 + 1 < EXC_WORDS ? v | set[first / 32 + 1] << 16 : v;
}

static uint32_t irq_mask(const ZifCpu *cpu, unsigned reg)
{
    unsigned n = cpu->cfg.num_irqs > reg * 32 ? cpu->cfg.num_irqs - reg * 32 : 0;
    return n >= 32 ? UINT32_MAX : (1u << n) - 1;
}

static void change_irqs(ZifCpu *cpu, unsigned reg, uint32_t bits, void (*change)(ZifCpu *cpu, unsigned exc))
{
    for (bits &= irq_mask(cpu, reg); bits; bits &= bits - 1) {
        change(cpu, EXC_IRQ0 + reg * 32 + (unsigned)__builtin_ctz(bits));
    }
}

static void enable(ZifCpu *cpu, unsigned exc)
{
    if (!zif__bit(cpu->st.enabled, exc) && cpu->cfg.hooks.irq_enabled) {
        cpu->cfg.hooks.irq_enabled(cpu->cfg.hooks.opaque, exc - EXC_IRQ0);
    }
    zif__set_bit(cpu->st.enabled, exc, true);
}

static void disable(ZifCpu *cpu, unsigned exc)
{
    zif__set_bit(cpu->st.enabled, exc, false);
}

/* Eight registers of a kind at each of these offsets; v6-M has the first of each, and no IABR [v6 B3.4.2]. */
enum {
    ISER = 0x100,
    ICER = 0x180,
    ISPR = 0x200,
    ICPR = 0x280,
    IABR = 0x300,
    IPR = 0x400,
    IPR_END = 0x4F0,
    STIR = 0xF00
};

static bool bank_of(const ZifCpu *cpu, uint32_t offset, unsigned *bank, unsigned *reg)
{
    *bank = offset & ~0x7Fu;
    *reg = (offset & 0x7F) / 4;
    return offset >= ISER && offset < IABR + 0x80 && *reg < (cpu->v7 ? 8u : 1u) && (cpu->v7 || *bank != IABR);
}

bool zif__nvic_read(ZifCpu *cpu, uint32_t offset, uint32_t *value)
{
    unsigned bank, reg;
    if (offset >= IPR && offset < (cpu->v7 ? IPR_END : IPR + 32)) {
        *value = zif__get_prio_word(cpu, EXC_IRQ0 + (offset - IPR));
        return true;
    }
    if (offset == STIR && cpu->v7) {
        *value = 0;
        return true;
    }
    if (!bank_of(cpu, offset, &bank, &reg)) {
        return false;
    }
    const uint32_t *set = bank == ISER || bank == ICER   ? cpu->st.enabled
                          : bank == ISPR || bank == ICPR ? cpu->st.pending
                                                         : cpu->st.active;
    *value = get_irqs(cpu, set, reg);
    return true;
}

bool zif__nvic_write(ZifCpu *cpu, uint32_t offset, uint32_t value, uint32_t mask)
{
    unsigned bank, reg;
    if (offset >= IPR && offset < (cpu->v7 ? IPR_END : IPR + 32)) {
        zif__set_prio_word(cpu, EXC_IRQ0 + (offset - IPR), value, mask);
        return true;
    }
    if (offset == STIR && cpu->v7) {
        unsigned n = value & mask & 0x1FF;
        if (n < cpu->cfg.num_irqs) {
            zif__pend(cpu, EXC_IRQ0 + n);
        }
        return true;
    }
    if (!bank_of(cpu, offset, &bank, &reg)) {
        return false;
    }
    value &= mask;
    switch (bank) {
    case ISER:
        change_irqs(cpu, reg, value, enable);
        break;
    case ICER:
        change_irqs(cpu, reg, value, disable);
        break;
    case ISPR:
        change_irqs(cpu, reg, value, zif__pend);
        break;
    case ICPR:
        change_irqs(cpu, reg, value, zif__unpend);
        break;
    default: /* IABR is read-only */
        return true;
    }
    zif__nvic_update(cpu);
    return true;
}
