/*
 * The engine through its public interface, for both ports; see port_engine.h.
 *
 * The engine hides the banked registers while CONTROL.nPRIV is set in thread mode, for it treats the host as the guest.
 * A non-zero exception number makes them visible, so one is put in for the moment of the access; the engine moves the
 * stack pointers with it and moves them back. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdio.h>
#include <stdlib.h>
#include "port_engine.h"

bool zif__engine_open(ZifEngine *e, ZifCpuModel model, Error **errp)
{
    static const int cores[] = {
        /* The engine's M0 has no unprivileged code; what M3 executes beyond ARMv6-M zif__insn_decode refuses. */
        [ZIF_CORTEX_M0] = UC_CPU_ARM_CORTEX_M0,  [ZIF_CORTEX_M0PLUS] = UC_CPU_ARM_CORTEX_M3,
        [ZIF_CORTEX_M3] = UC_CPU_ARM_CORTEX_M3,  [ZIF_CORTEX_M4] = UC_CPU_ARM_CORTEX_M4,
        [ZIF_CORTEX_M4F] = UC_CPU_ARM_CORTEX_M4, [ZIF_CORTEX_M7S] = UC_CPU_ARM_CORTEX_M7,
        [ZIF_CORTEX_M7] = UC_CPU_ARM_CORTEX_M7,
    };
    /* UC_MODE_MCLASS would override the model with a Cortex-M33. */
    uc_err err = uc_open(UC_ARCH_ARM, UC_MODE_THUMB, &e->uc);
    if (err == UC_ERR_OK) {
        err = uc_ctl_set_cpu_model(e->uc, cores[model]);
        if (err != UC_ERR_OK) {
            uc_close(e->uc);
        }
    }
    if (err != UC_ERR_OK) {
        error_setg(errp, "cannot start the CPU engine: %s", uc_strerror(err));
        return false;
    }
    return true;
}

void zif__engine_close(ZifEngine *e)
{
    uc_close(e->uc);
    free(e->mapped);
}

static bool same(const ZifPortMapping *a, const ZifPortMapping *b)
{
    return a->start == b->start && a->size == b->size && a->host == b->host;
}

static const ZifPortMapping *among(const ZifPortMapping *m, const ZifPortMapping *list, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (same(m, &list[i])) {
            return &list[i];
        }
    }
    return NULL;
}

void zif__engine_sync(ZifEngine *e, ZifPort *port)
{
    unsigned count;
    ZifPortMapping *now = zif__port_mappings(port, &count);
    for (unsigned i = 0; i < e->mapped_count; i++) {
        const ZifPortMapping *m = &e->mapped[i];
        if (among(m, now, count) == NULL) {
            port->ops->forget_code(port, m->start, (uint32_t)(m->size - 1)); /* the engine keeps what it translated */
            uc_err err = uc_mem_unmap(e->uc, m->start, m->size);
            if (err != UC_ERR_OK) {
                zif_bug("engine: cannot unmap 0x%08x: %s", m->start, uc_strerror(err));
            }
        }
    }
    for (unsigned i = 0; i < count; i++) {
        ZifPortMapping *m = &now[i];
        const ZifPortMapping *old = among(m, e->mapped, e->mapped_count);
        if (old != NULL) {
            m->tag = old->tag;
            continue;
        }
        uc_err err = uc_mem_map_ptr(e->uc, m->start, m->size, UC_PROT_ALL, m->host);
        if (err != UC_ERR_OK) {
            zif_bug("engine: cannot map 0x%08x: %s", m->start, uc_strerror(err));
        }
        m->tag = e->tag != NULL ? *e->tag : 0;
    }
    free(e->mapped);
    e->mapped = now;
    e->mapped_count = count;
}

static uint32_t get(const ZifEngine *e, int reg)
{
    uint32_t v = 0;
    uc_reg_read(e->uc, reg, &v);
    return v;
}

static void set(const ZifEngine *e, int reg, uint32_t v)
{
    uc_reg_write(e->uc, reg, &v);
}

static int name_of(ZifReg reg)
{
    switch (reg) {
    case ZIF_REG_SP:
        return UC_ARM_REG_SP;
    case ZIF_REG_LR:
        return UC_ARM_REG_LR;
    case ZIF_REG_PC:
        return UC_ARM_REG_PC;
    case ZIF_REG_MSP:
        return UC_ARM_REG_MSP;
    case ZIF_REG_PSP:
        return UC_ARM_REG_PSP;
    case ZIF_REG_PRIMASK:
        return UC_ARM_REG_PRIMASK;
    case ZIF_REG_BASEPRI:
        return UC_ARM_REG_BASEPRI;
    case ZIF_REG_FAULTMASK:
        return UC_ARM_REG_FAULTMASK;
    case ZIF_REG_CONTROL:
        return UC_ARM_REG_CONTROL;
    case ZIF_REG_XPSR:
        return UC_ARM_REG_XPSR;
    case ZIF_REG_FPSCR:
        return UC_ARM_REG_FPSCR;
    default:
        return reg >= ZIF_REG_S0 ? UC_ARM_REG_S0 + (int)(reg - ZIF_REG_S0) : UC_ARM_REG_R0 + (int)reg;
    }
}

static bool is_banked(ZifReg reg)
{
    return reg >= ZIF_REG_MSP && reg <= ZIF_REG_FAULTMASK;
}

/* Does the engine hide the banked registers? */
static bool hidden(const ZifEngine *e)
{
    return (get(e, UC_ARM_REG_CONTROL) & 1) && (get(e, UC_ARM_REG_XPSR) & ZIF_XPSR_IPSR) == 0;
}

static void set_ipsr(const ZifEngine *e, uint32_t number)
{
    set(e, UC_ARM_REG_IPSR, number);
}

uint32_t zif__engine_get(const ZifEngine *e, ZifReg reg)
{
    if (!is_banked(reg) || !hidden(e)) {
        return get(e, name_of(reg));
    }
    set_ipsr(e, 3);
    uint32_t v = get(e, name_of(reg));
    set_ipsr(e, 0);
    return v;
}

/* The engine ignores CONTROL from unprivileged code and its SPSEL in handler mode: pass through privileged thread mode. */
static void set_control(const ZifEngine *e, uint32_t value)
{
    uint32_t ipsr = get(e, UC_ARM_REG_XPSR) & ZIF_XPSR_IPSR;
    if (get(e, UC_ARM_REG_CONTROL) & 1) {
        set_ipsr(e, 3);
        set(e, UC_ARM_REG_CONTROL, 0); /* privileged, SPSEL as it was */
    }
    set_ipsr(e, 0);
    set(e, UC_ARM_REG_CONTROL, value);
    set_ipsr(e, ipsr);
}

void zif__engine_set(const ZifEngine *e, ZifReg reg, uint32_t value)
{
    if (reg == ZIF_REG_CONTROL) {
        set_control(e, value);
    } else if (reg == ZIF_REG_XPSR) {
        set(e, UC_ARM_REG_XPSR, value);
        set(e, UC_ARM_REG_XPSR_G, value);
    } else if (reg == ZIF_REG_PC) { /* the engine takes EPSR.T with the PC: keep it */
        uint32_t t = get(e, UC_ARM_REG_XPSR) & ZIF_XPSR_T;
        set(e, UC_ARM_REG_PC, (value & ~1u) | (t ? 1 : 0));
    } else if (is_banked(reg) && hidden(e)) {
        set_ipsr(e, 3);
        set(e, name_of(reg), value);
        set_ipsr(e, 0);
    } else {
        set(e, name_of(reg), value);
    }
}

const char *zif__engine_describe(ZifPortKind kind)
{
    static char text[2][48];
    unsigned major, minor;
    uc_version(&major, &minor);
    char *out = text[kind == ZIF_PORT_FAST];
    snprintf(out, sizeof(text[0]), "%s (unicorn %u.%u.%u)", kind == ZIF_PORT_FAST ? "fast" : "portable", major, minor,
             uc_version(NULL, NULL) >> 8 & 0xff);
    return out;
}

/* The engine forgets a bitmap with each page of code it forgets; the leak checker is told that this is known. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) // NOLINT: the checker's own name
{
    return "leak:tb_invalidate_phys_page_fast_arm\n";
}
