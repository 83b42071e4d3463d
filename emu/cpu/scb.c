/*
 * The System Control Space: one region at 0xE000E000 that SysTick, NVIC, SCB, MPU, FPU and debug registers share, and the
 * System Control Block itself.
 * Reference: ARMv7-M ARM (DDI 0403) B3.2; ARMv6-M ARM (DDI 0419) B3.2; the cores' TRMs for identification values.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <inttypes.h>
#include "core.h"

enum {
    ICTR = 0x004,
    ACTLR = 0x008,
    CPUID = 0xD00,
    ICSR = 0xD04,
    VTOR = 0xD08,
    AIRCR = 0xD0C,
    SCR = 0xD10,
    CCR = 0xD14,
    SHPR1 = 0xD18,
    SHPR2 = 0xD1C,
    SHPR3 = 0xD20,
    SHCSR = 0xD24,
    CFSR = 0xD28,
    HFSR = 0xD2C,
    DFSR = 0xD30,
    MMFAR = 0xD34,
    BFAR = 0xD38,
    AFSR = 0xD3C,
    ID_PFR0 = 0xD40,
    ID_ISAR4 = 0xD70,
    CLIDR = 0xD78,
    CTR = 0xD7C,
    CCSIDR = 0xD80,
    CSSELR = 0xD84,
    CACHE_FIRST = 0xF50,
    CACHE_LAST = 0xF78,
    PID4 = 0xFD0,
};
enum { AIRCR_VECTRESET = 1, AIRCR_VECTCLRACTIVE = 2, AIRCR_SYSRESETREQ = 4, AIRCR_KEY = 0x05FA };

/* --- What differs between cores: TRMs, tables of system control registers ------------------------------------------- */

typedef struct {
    uint32_t cpuid, vtor_bits, actlr_bits, ccr_reset, ccr_bits;
    uint32_t id[13]; /* ID_PFR0.. ID_ISAR4, 0xD40-0xD70 */
    uint8_t pid0;
} CoreFacts;

static const CoreFacts facts[] = {
    [ZIF_CORTEX_M0] = { .cpuid = 0x410CC200, .ccr_reset = 0x208, .pid0 = 0x08 },
    [ZIF_CORTEX_M0PLUS] = { .cpuid = 0x410CC601, .vtor_bits = 0xFFFFFF80, .ccr_reset = 0x208, .pid0 = 0x08 },
    [ZIF_CORTEX_M3] = { .cpuid = 0x412FC231,
                        .vtor_bits = 0x3FFFFF80,
                        .actlr_bits = 0x7,
                        .ccr_reset = 0x200,
                        .ccr_bits = 0x31B,
                        .id = { 0x30, 0x200, 0x100000, 0, 0x100030, 0, 0x1000000, 0, 0x01141110, 0x02111000, 0x21112231,
                                0x01111110, 0x01310102 },
                        .pid0 = 0x00 },
    [ZIF_CORTEX_M4] = { .cpuid = 0x410FC241,
                        .vtor_bits = 0xFFFFFF80,
                        .actlr_bits = 0x7,
                        .ccr_reset = 0x200,
                        .ccr_bits = 0x31B,
                        .id = { 0x30, 0x200, 0x100000, 0, 0x100030, 0, 0x1000000, 0, 0x01141110, 0x02112000, 0x21232231,
                                0x01111131, 0x01310102 },
                        .pid0 = 0x0C },
    [ZIF_CORTEX_M4F] = { .cpuid = 0x410FC241,
                         .vtor_bits = 0xFFFFFF80,
                         .actlr_bits = 0x307,
                         .ccr_reset = 0x200,
                         .ccr_bits = 0x31B,
                         .id = { 0x30, 0x200, 0x100000, 0, 0x100030, 0, 0x1000000, 0, 0x01141110, 0x02112000,
                                 0x21232231, 0x01111131, 0x01310102 },
                         .pid0 = 0x0C },
    /* The two differ in the floating-point unit alone. */
    [ZIF_CORTEX_M7S... ZIF_CORTEX_M7] = { .cpuid = 0x411FC271,
                                          .vtor_bits = 0xFFFFFF80,
                                          .actlr_bits = 0x1FFFFC04,
                                          .ccr_reset = 0x40200, /* STKALIGN and BP read as one */
                                          .ccr_bits = 0x3011B,
                                          .id = { 0x30, 0x200, 0x100000, 0, 0x100030, 0, 0x1000000, 0, 0x01101110,
                                                  0x02112000, 0x20232231, 0x01111131, 0x01310132 },
                                          .pid0 = 0x0C },
};

static const CoreFacts *facts_of(const ZifCpu *cpu)
{
    return &facts[cpu->cfg.model];
}

void zif__scb_reset(ZifCpu *cpu)
{
    ZifCpuState *st = &cpu->st;
    st->vtor = cpu->cfg.vector_base;
    st->scr = 0;
    st->ccr = facts_of(cpu)->ccr_reset;
    st->cfsr = st->hfsr = st->dfsr = st->mmfar = st->bfar = st->afsr = st->actlr = st->csselr = 0;
}

/* --- ICSR, AIRCR, SHCSR -------------------------------------------------------------------------------------------------- */

static uint32_t read_icsr(const ZifCpu *cpu)
{
    const ZifCpuState *st = &cpu->st;
    uint32_t v = st->ipsr;
    if (cpu->v7 && !zif__others_active(cpu, st->ipsr)) {
        v |= 1u << 11; /* RETTOBASE */
    }
    /* VECTPENDING heeds BASEPRI and FAULTMASK but not PRIMASK (M3 TRM, table of ICSR bits). */
    int masked = st->faultmask ? -1 : st->basepri ? zif__group_prio(cpu, (int)st->basepri) : PRIO_NONE;
    if (st->best && zif__group_prio(cpu, st->best_prio) < masked) {
        v |= (uint32_t)st->best << 12;
    }
    uint32_t irqs = st->pending[0] >> 16;
    for (unsigned w = 1; w < cpu->nwords; w++) {
        irqs |= st->pending[w];
    }
    v |= irqs ? 1u << 22 : 0;
    v |= (uint32_t)zif__bit(st->pending, EXC_SYSTICK) << 26;
    v |= (uint32_t)zif__bit(st->pending, EXC_PENDSV) << 28;
    v |= (uint32_t)zif__bit(st->pending, EXC_NMI) << 31;
    return v;
}

static void write_icsr(ZifCpu *cpu, uint32_t v)
{
    if (v & 1u << 31) {
        zif__pend(cpu, EXC_NMI);
    }
    if (v & 1u << 28) {
        zif__pend(cpu, EXC_PENDSV);
    } else if (v & 1u << 27) {
        zif__unpend(cpu, EXC_PENDSV);
    }
    if (v & 1u << 26) {
        zif__pend(cpu, EXC_SYSTICK);
    } else if (v & 1u << 25) {
        zif__unpend(cpu, EXC_SYSTICK);
    }
}

static void write_aircr(ZifCpu *cpu, uint32_t v, uint32_t mask)
{
    if (mask != UINT32_MAX || v >> 16 != AIRCR_KEY) {
        zif__cpu_report(cpu, ZIF_REPORT_LOCKED, "write of 0x%08" PRIX32 " to AIRCR without the key 0x05FA: ignored", v);
        return;
    }
    if (cpu->v7) {
        cpu->st.prigroup = v >> 8 & 7;
        if (v & AIRCR_VECTRESET) { /* [v7 B1.5.16] the core alone */
            cpu->vectreset_asked = true;
            zif__cpu_kick(cpu);
        }
    }
    if (v & AIRCR_SYSRESETREQ) {
        if (cpu->cfg.hooks.reset_request) {
            cpu->cfg.hooks.reset_request(cpu->cfg.hooks.opaque, ZIF_RESET_SYSTEM);
        }
        zif_cpu_stop(cpu);
    }
    zif__nvic_update(cpu);
}

static const struct {
    uint8_t bit, exc;
    enum { ACTIVE, PENDING, ENABLED } which;
} shcsr_bits[] = {
    { 0, EXC_MEM, ACTIVE },   { 1, EXC_BUS, ACTIVE },     { 3, EXC_USAGE, ACTIVE },    { 7, EXC_SVC, ACTIVE },
    { 8, EXC_DEBUG, ACTIVE }, { 10, EXC_PENDSV, ACTIVE }, { 11, EXC_SYSTICK, ACTIVE }, { 12, EXC_USAGE, PENDING },
    { 13, EXC_MEM, PENDING }, { 14, EXC_BUS, PENDING },   { 15, EXC_SVC, PENDING },    { 16, EXC_MEM, ENABLED },
    { 17, EXC_BUS, ENABLED }, { 18, EXC_USAGE, ENABLED },
};

static uint32_t *shcsr_set(ZifCpu *cpu, unsigned i)
{
    ZifCpuState *st = &cpu->st;
    return shcsr_bits[i].which == ACTIVE ? st->active : shcsr_bits[i].which == PENDING ? st->pending : st->enabled;
}

static uint32_t read_shcsr(ZifCpu *cpu)
{
    uint32_t v = 0;
    for (unsigned i = 0; i < sizeof shcsr_bits / sizeof shcsr_bits[0]; i++) {
        v |= (uint32_t)zif__bit(shcsr_set(cpu, i), shcsr_bits[i].exc) << shcsr_bits[i].bit;
    }
    return v;
}

static void write_shcsr(ZifCpu *cpu, uint32_t value, uint32_t mask)
{
    for (unsigned i = 0; i < sizeof shcsr_bits / sizeof shcsr_bits[0]; i++) {
        if (mask >> shcsr_bits[i].bit & 1) {
            zif__set_bit(shcsr_set(cpu, i), shcsr_bits[i].exc, value >> shcsr_bits[i].bit & 1);
        }
    }
    zif__nvic_update(cpu);
}

/* --- The block ------------------------------------------------------------------------------------------------------------ */

static bool scb_read(ZifCpu *cpu, uint32_t offset, uint32_t *v)
{
    const ZifCpuState *st = &cpu->st;
    switch (offset) {
    case CPUID:
        *v = facts_of(cpu)->cpuid;
        return true;
    case ICSR:
        *v = read_icsr(cpu);
        return true;
    case VTOR:
        *v = cpu->cfg.has_vtor ? st->vtor : 0;
        return true;
    case AIRCR:
        *v = 0xFA050000u | st->prigroup << 8;
        return true;
    case SCR:
        *v = st->scr;
        return true;
    case CCR:
        *v = st->ccr;
        return true;
    case SHPR2:
    case SHPR3:
        *v = zif__get_prio_word(cpu, offset - SHPR1 + 4);
        return true;
    case PID4:
        *v = 0x04;
        return true;
    default:
        break;
    }
    if (offset >= PID4 + 4) { /* CoreSight identification: peripheral ID 0-3, component ID */
        static const uint8_t ids[11] = { 0, 0, 0, 0, 0xB0, 0x0B, 0, 0x0D, 0xE0, 0x05, 0xB1 };
        *v = offset == 0xFE0 ? facts_of(cpu)->pid0 : ids[(offset - PID4) / 4 - 1];
        return true;
    }
    if (!cpu->v7) {
        *v = 0;
        return offset == ACTLR || offset == SHCSR;
    }
    switch (offset) {
    case ICTR:
        *v = (cpu->cfg.num_irqs + 31) / 32 - 1;
        return true;
    case ACTLR:
        *v = st->actlr;
        return true;
    case SHPR1:
        *v = zif__get_prio_word(cpu, 4);
        return true;
    case SHCSR:
        *v = read_shcsr(cpu);
        return true;
    case CFSR:
        *v = st->cfsr;
        return true;
    case HFSR:
        *v = st->hfsr;
        return true;
    case DFSR:
        *v = st->dfsr;
        return true;
    case MMFAR:
        *v = st->mmfar;
        return true;
    case BFAR:
        *v = st->bfar;
        return true;
    case AFSR:
        *v = 0;
        return true;
    default:
        break;
    }
    if (offset >= ID_PFR0 && offset <= ID_ISAR4) {
        *v = facts_of(cpu)->id[(offset - ID_PFR0) / 4];
        return true;
    }
    if (!cpu->is_m7) {
        return false;
    }
    switch (offset) { /* M7 TRM 3.2: caches of 4 KiB each */
    case CLIDR:
        *v = 0x09000003;
        return true;
    case CTR:
        *v = 0x8303C003;
        return true;
    case CCSIDR:
        *v = st->csselr & 1 ? 0xF007E009 : 0xF003E019;
        return true;
    case CSSELR:
        *v = st->csselr;
        return true;
    default:
        *v = 0;
        return offset >= CACHE_FIRST && offset <= CACHE_LAST;
    }
}

static bool scb_write(ZifCpu *cpu, uint32_t offset, uint32_t value, uint32_t mask)
{
    ZifCpuState *st = &cpu->st;
    uint32_t bits = 0, *reg = NULL;
    switch (offset) {
    case ICSR:
        write_icsr(cpu, value & mask);
        return true;
    case VTOR:
        reg = &st->vtor;
        bits = cpu->cfg.has_vtor ? facts_of(cpu)->vtor_bits : 0;
        break;
    case AIRCR:
        write_aircr(cpu, value, mask);
        return true;
    case SCR:
        reg = &st->scr;
        bits = SCR_SLEEPONEXIT | SCR_SLEEPDEEP | SCR_SEVONPEND;
        break;
    case CCR:
        reg = &st->ccr;
        bits = facts_of(cpu)->ccr_bits;
        break;
    case SHPR1:
    case SHPR2:
    case SHPR3:
        zif__set_prio_word(cpu, offset - SHPR1 + 4, value, mask);
        return cpu->v7 || offset != SHPR1;
    case ACTLR:
        reg = &st->actlr;
        bits = facts_of(cpu)->actlr_bits;
        break;
    case SHCSR:
        if (cpu->v7) {
            write_shcsr(cpu, value, mask);
        }
        return true;
    case CSSELR:
        reg = &st->csselr;
        bits = cpu->is_m7 ? 0xF : 0;
        break;
    case CFSR: /* the fault status registers: writing one clears */
        st->cfsr &= cpu->v7 ? ~(value & mask) : UINT32_MAX;
        return cpu->v7;
    case HFSR:
        st->hfsr &= ~(value & mask);
        return cpu->v7;
    case DFSR:
        st->dfsr &= ~(value & mask);
        return cpu->v7;
    case MMFAR:
        reg = &st->mmfar;
        bits = cpu->v7 ? UINT32_MAX : 0;
        break;
    case BFAR:
        reg = &st->bfar;
        bits = cpu->v7 ? UINT32_MAX : 0;
        break;
    default: { /* read-only registers, and M7's cache maintenance, which has nothing to do here */
        uint32_t ignored;
        return scb_read(cpu, offset, &ignored);
    }
    }
    *reg = (*reg & ~(bits & mask)) | (value & bits & mask);
    if (offset == CCR) {
        zif_port_flush_permissions(cpu->port);
    }
    return true;
}

/* --- The region ------------------------------------------------------------------------------------------------------------ */

/* Unprivileged accesses are BusFaults [v7 B3.1.1; v6 B3.1.1: HardFaults], but for STIR with USERSETMPEND. */
static bool is_allowed(const ZifCpu *cpu, hwaddr addr, MemTxAttrs attrs, bool is_write)
{
    return attrs.unspecified || !attrs.user || (is_write && addr == 0xF00 && (cpu->st.ccr & CCR_USERSETMPEND));
}

/* Registers that may be accessed by byte and halfword: priorities and CFSR [v7 B3.2.1]. */
static bool is_narrow_allowed(const ZifCpu *cpu, uint32_t offset)
{
    return cpu->v7 && ((offset >= 0x400 && offset < 0x500) || (offset >= SHPR1 && offset <= SHPR3) || offset == CFSR);
}

static void check_width(ZifCpu *cpu, uint32_t offset, unsigned size)
{
    if (size != 4 && !is_narrow_allowed(cpu, offset)) {
        zif__cpu_report(cpu, ZIF_REPORT_WIDTH, "access of %u bytes to the word register at 0x%08" PRIX32, size,
                        0xE000E000 + offset);
    }
}

static void tell_access(ZifCpu *cpu, hwaddr addr, uint64_t value, unsigned size, bool is_write)
{
    if (cpu->cfg.hooks.access) {
        uint32_t lanes = size >= 4 ? UINT32_MAX : (1u << (8 * size)) - 1;
        cpu->cfg.hooks.access(cpu->cfg.hooks.opaque, 0xE000E000 + (uint32_t)addr, (uint32_t)value & lanes, size,
                              is_write);
    }
}

static MemTxResult scs_read(void *opaque, hwaddr addr, uint64_t *data, unsigned size, MemTxAttrs attrs)
{
    ZifCpu *cpu = opaque;
    uint32_t offset = (uint32_t)addr & ~3u, v = 0;
    if (!is_allowed(cpu, addr, attrs, false)) {
        return MEMTX_ERROR;
    }
    check_width(cpu, offset, size);
    if (!zif__systick_read(cpu, offset, &v) && !zif__nvic_read(cpu, offset, &v) && !zif__mpu_read(cpu, offset, &v) &&
        !zif__fpu_read(cpu, offset, &v) && !zif__debug_read(cpu, offset, &v) && !scb_read(cpu, offset, &v)) {
        v = 0; /* reserved words read as zero [v7 B3.2.1] */
        zif__cpu_report(cpu, ZIF_REPORT_RESERVED, "read of 0x%08" PRIX32 ", where this core has no register",
                        0xE000E000 + offset);
    }
    *data = v >> (8 * (addr & 3));
    tell_access(cpu, addr, *data, size, false);
    return MEMTX_OK;
}

static MemTxResult scs_write(void *opaque, hwaddr addr, uint64_t data, unsigned size, MemTxAttrs attrs)
{
    ZifCpu *cpu = opaque;
    uint32_t offset = (uint32_t)addr & ~3u;
    unsigned shift = 8 * (addr & 3);
    uint32_t mask = (size == 4 ? UINT32_MAX : (1u << (8 * size)) - 1) << shift;
    uint32_t v = (uint32_t)data << shift;
    if (!is_allowed(cpu, addr, attrs, true)) {
        return MEMTX_ERROR;
    }
    check_width(cpu, offset, size);
    if (!zif__systick_write(cpu, offset, v, mask) && !zif__nvic_write(cpu, offset, v, mask) &&
        !zif__mpu_write(cpu, offset, v, mask) && !zif__fpu_write(cpu, offset, v, mask) &&
        !zif__debug_write(cpu, offset, v, mask) && !scb_write(cpu, offset, v, mask)) {
        zif__cpu_report(cpu, ZIF_REPORT_RESERVED, "write to 0x%08" PRIX32 ", where this core has no register",
                        0xE000E000 + offset);
    }
    tell_access(cpu, addr, data, size, true);
    return MEMTX_OK;
}

static const MemoryRegionOps scs_ops = {
    .read_with_attrs = scs_read,
    .write_with_attrs = scs_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = { .min_access_size = 1, .max_access_size = 4 },
    .impl = { .min_access_size = 1, .max_access_size = 4 },
};

/* Internal private peripheral space with no register in it; the external half, from 0xE0040000 on, is the bus's: chips put
 * debug registers of their own there. v7-M answers with a BusFault; on v6-M the debug components live here,
 * which only a debugger reaches, and software reads zero. */
static MemTxResult ppb_read(void *opaque, hwaddr addr, uint64_t *data, unsigned size, MemTxAttrs attrs)
{
    ZifCpu *cpu = opaque;
    *data = 0;
    zif__cpu_report(cpu, ZIF_REPORT_RESERVED, "read of 0x%08" PRIX64 " in private peripheral space, where nothing is",
                    (uint64_t)(0xE0000000u + addr));
    return cpu->v7 || attrs.user ? MEMTX_DECODE_ERROR : MEMTX_OK;
}

static MemTxResult ppb_write(void *opaque, hwaddr addr, uint64_t data, unsigned size, MemTxAttrs attrs)
{
    return ppb_read(opaque, addr, &data, size, attrs);
}

static const MemoryRegionOps ppb_ops = {
    .read_with_attrs = ppb_read,
    .write_with_attrs = ppb_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = { .min_access_size = 1, .max_access_size = 4 },
    .impl = { .min_access_size = 1, .max_access_size = 4 },
};

void zif__scb_realize(ZifCpu *cpu)
{
    memory_region_init_io(&cpu->ppb, &cpu->owner, &ppb_ops, cpu, "cpu-private", 0x40000);
    memory_region_add_subregion_overlap(&cpu->container, 0xE0000000, &cpu->ppb, 1);
    memory_region_init_io(&cpu->scs, &cpu->owner, &scs_ops, cpu, "cpu-scs", 0x1000);
    memory_region_add_subregion_overlap(&cpu->container, 0xE000E000, &cpu->scs, 2);
}

void zif__scb_unrealize(ZifCpu *cpu)
{
    memory_region_del_subregion(&cpu->container, &cpu->scs);
    memory_region_del_subregion(&cpu->container, &cpu->ppb);
    object_unparent(OBJECT(&cpu->scs));
    object_unparent(OBJECT(&cpu->ppb));
}
