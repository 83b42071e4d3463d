/*
 * Debug components as firmware sees them: CoreDebug, DWT, FPB, ITM, TPIU and the ROM table. ARMv6-M keeps all of them from
 * software, so they exist on v7-M only.
 * Reference: ARMv7-M ARM (DDI 0403) C1; Cortex-M3/M4/M7 TRMs for identification values.
 *
 * Models: CYCCNT; DWT data watchpoints and PC match as DebugMonitor events; FPB breakpoints; ITM stimulus ports; DEMCR.
 * Missing, and reported when asked for: profiling counters, trace packets, data-value and cycle match, FPB remapping, monitor
 * stepping. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <inttypes.h>
#include <string.h>
#include "core.h"

enum { DHCSR = 0xDF0, DCRSR = 0xDF4, DCRDR = 0xDF8, DEMCR = 0xDFC };
enum { LAR = 0xFB0, LSR = 0xFB4, ID_FIRST = 0xFD0 };
#define LAR_KEY    0xC5ACCE55u
#define DEMCR_BITS 0x010D07F1u /* MON_PEND is the exception's own pending bit */

uint32_t zif__coresight_id(uint32_t offset, uint32_t pid0, uint32_t pid1, uint32_t pid2, uint32_t cclass)
{
    const uint32_t ids[12] = { 0x04, 0, 0, 0, pid0, pid1, pid2, 0, 0x0D, cclass << 4, 0x05, 0xB1 };
    return offset >= ID_FIRST ? ids[(offset - ID_FIRST) / 4] : 0;
}

static uint32_t merge(uint32_t old, uint32_t value, uint32_t bits)
{
    return (old & ~bits) | (value & bits);
}

static void not_modelled(ZifCpu *cpu, const char *what)
{
    zif__cpu_report(cpu, ZIF_REPORT_UNMODELLED, "%s is not modelled", what);
}

/* --- CoreDebug, in the SCS [v7 C1.6] -------------------------------------------------------------------------------------- */

bool zif__debug_read(ZifCpu *cpu, uint32_t offset, uint32_t *value)
{
    if (!cpu->v7 || offset < DHCSR || offset > DEMCR) {
        return false;
    }
    switch (offset) {
    case DHCSR:
        *value = cpu->st.dhcsr | 1u << 24 | 1u << 16; /* S_RETIRE_ST, S_REGRDY */
        break;
    case DCRDR:
        *value = cpu->st.dcrdr;
        break;
    case DEMCR:
        *value = cpu->st.demcr | (zif__bit(cpu->st.pending, EXC_DEBUG) ? DEMCR_MON_PEND : 0);
        break;
    default:
        *value = 0;
        break;
    }
    return true;
}

static uint32_t cyccnt(const ZifCpu *cpu)
{
    bool counts = (cpu->st.demcr & DEMCR_TRCENA) && (cpu->st.dwt.ctrl & 1);
    return cpu->st.dwt.cyccnt + (counts ? (uint32_t)(zif_cpu_cycles(cpu) - cpu->st.dwt.base) : 0);
}

/* To be called before anything that starts, stops or sets the counter. */
static void sync_cyccnt(ZifCpu *cpu)
{
    cpu->st.dwt.cyccnt = cyccnt(cpu);
    cpu->st.dwt.base = zif_cpu_cycles(cpu);
}

static void rearm(ZifCpu *cpu);

bool zif__debug_write(ZifCpu *cpu, uint32_t offset, uint32_t value, uint32_t mask)
{
    if (!cpu->v7 || offset < DHCSR || offset > DEMCR) {
        return false;
    }
    if (offset == DCRDR) {
        cpu->st.dcrdr = merge(cpu->st.dcrdr, value, mask);
    } else if (offset == DEMCR) {
        sync_cyccnt(cpu);
        cpu->st.demcr = merge(cpu->st.demcr, value, mask & DEMCR_BITS);
        rearm(cpu);
        if (value & mask & DEMCR_MON_STEP) {
            not_modelled(cpu, "DEMCR.MON_STEP");
        }
        if (mask & DEMCR_MON_PEND) {
            (value & DEMCR_MON_PEND ? zif__pend : zif__unpend)(cpu, EXC_DEBUG);
        }
    }
    /* DHCSR and DCRSR: only a debugger can enable halting or move registers. */
    return true;
}

/* --- DWT [v7 C1.8] ---------------------------------------------------------------------------------------------------------- */

enum { DWT_CTRL = 0x0, DWT_CYCCNT = 0x4, DWT_PCSR = 0x1C, DWT_COMP0 = 0x20, DWT_COMP_END = 0x60 };
enum { FUNCTION_PC = 4, FUNCTION_READ = 5, FUNCTION_WRITE = 6, FUNCTION_RW = 7, FUNCTION_MATCHED = 1 << 24 };

static void rearm(ZifCpu *cpu)
{
    uint32_t armed = 0;
    for (unsigned i = 0; i < DWT_COMPS; i++) {
        uint32_t f = cpu->st.dwt.function[i] & 0xF;
        if ((cpu->st.demcr & DEMCR_TRCENA) && f >= FUNCTION_READ && f <= FUNCTION_RW) {
            armed |= 1u << i;
        }
    }
    cpu->fpb_changed = true; /* PC matches are breakpoints */
    zif__cpu_kick(cpu);
    if (armed | cpu->st.dwt.armed) {
        cpu->st.dwt.armed = armed;
        zif_port_flush_permissions(cpu->port);
    }
}

static bool covers(const ZifCpu *cpu, unsigned i, uint32_t addr, uint32_t size)
{
    uint32_t span = 1u << cpu->st.dwt.mask[i];
    uint32_t first = cpu->st.dwt.comp[i] & ~(span - 1);
    return addr < (uint64_t)first + span && first < (uint64_t)addr + size;
}

bool zif__dwt_watches(const ZifCpu *cpu, uint32_t addr, uint32_t size)
{
    for (uint32_t bits = cpu->st.dwt.armed; bits; bits &= bits - 1) {
        if (covers(cpu, (unsigned)__builtin_ctz(bits), addr, size)) {
            return true;
        }
    }
    return false;
}

void zif__dwt_access(ZifCpu *cpu, uint32_t addr, unsigned size, bool is_write)
{
    for (uint32_t bits = cpu->st.dwt.armed; bits; bits &= bits - 1) {
        unsigned i = (unsigned)__builtin_ctz(bits);
        uint32_t f = cpu->st.dwt.function[i] & 0xF;
        if (!covers(cpu, i, addr, size) || f == (is_write ? FUNCTION_READ : FUNCTION_WRITE)) {
            continue;
        }
        /* A watchpoint is asynchronous: the monitor is entered after the instruction [v7 C1.5.2]. */
        cpu->st.dwt.function[i] |= FUNCTION_MATCHED;
        if (cpu->st.demcr & DEMCR_MON_EN) {
            cpu->st.dfsr |= DFSR_DWTTRAP;
            zif__pend(cpu, EXC_DEBUG);
        }
    }
}

static uint32_t dwt_value(ZifCpu *cpu, uint32_t offset)
{
    if (offset == LSR) {
        return cpu->is_m7 ? 1u | (cpu->st.dwt.locked ? 2u : 0) : 0;
    }
    if (offset >= ID_FIRST) {
        return zif__coresight_id(offset, 0x02, 0xB0, 0x3B, 0xE);
    }
    if (!(cpu->st.demcr & DEMCR_TRCENA)) {
        return offset == DWT_CTRL ? DWT_COMPS << 28 : 0;
    }
    if (offset >= DWT_COMP0 && offset < DWT_COMP_END) {
        unsigned i = (offset - DWT_COMP0) / 16;
        switch (offset & 0xF) {
        case 0x0:
            return cpu->st.dwt.comp[i];
        case 0x4:
            return cpu->st.dwt.mask[i];
        case 0x8: {
            uint32_t v = cpu->st.dwt.function[i];
            cpu->st.dwt.function[i] &= ~(uint32_t)FUNCTION_MATCHED; /* cleared by reading */
            return v;
        }
        default:
            return 0;
        }
    }
    switch (offset) {
    case DWT_CTRL:
        return DWT_COMPS << 28 | cpu->st.dwt.ctrl;
    case DWT_CYCCNT:
        return cyccnt(cpu);
    case DWT_PCSR:
        return zif_port_get(cpu->port, ZIF_REG_PC);
    default:
        return 0; /* profiling counters stand still */
    }
}

static void dwt_store(ZifCpu *cpu, uint32_t offset, uint32_t value)
{
    if (offset == LAR) {
        cpu->st.dwt.locked = cpu->is_m7 && value != LAR_KEY;
        return;
    }
    if (cpu->st.dwt.locked || !(cpu->st.demcr & DEMCR_TRCENA)) {
        zif__cpu_report(cpu, ZIF_REPORT_LOCKED, "write to DWT register 0x%03" PRIX32 " %s: ignored", offset,
                        cpu->st.dwt.locked ? "without unlocking DWT_LAR" : "without DEMCR.TRCENA");
        return;
    }
    sync_cyccnt(cpu);
    if (offset == DWT_CTRL) {
        cpu->st.dwt.ctrl = value & 0x007F1FFF;
        if (value & 0x007F0000) {
            not_modelled(cpu, "DWT event counting");
        }
    } else if (offset == DWT_CYCCNT) {
        cpu->st.dwt.cyccnt = value;
    } else if (offset >= DWT_COMP0 && offset < DWT_COMP_END) {
        unsigned i = (offset - DWT_COMP0) / 16;
        if ((offset & 0xF) == 0x0) {
            cpu->st.dwt.comp[i] = value;
        } else if ((offset & 0xF) == 0x4) {
            cpu->st.dwt.mask[i] = value & 0x1F;
        } else if ((offset & 0xF) == 0x8) {
            cpu->st.dwt.function[i] = value & (i == 0 ? 0x000FFDAF : 0x000FFD2F);
            if (value & 0x180) {
                not_modelled(cpu, "DWT_FUNCTION.DATAVMATCH and CYCMATCH");
            }
        }
        rearm(cpu);
    }
}

/* --- FPB [v7 C1.11] ---------------------------------------------------------------------------------------------------------- */

enum { FP_CTRL = 0x0, FP_REMAP = 0x4, FP_COMP0 = 0x8, FP_COMP_END = 0x28 };

/* M3 and M4: six instruction and two literal comparators, revision 1; M7: eight, revision 2 (M7 TRM 10.3). */
static uint32_t fp_ctrl(const ZifCpu *cpu)
{
    return (cpu->is_m7 ? 0x10000080u : 0x260u) | (cpu->st.fpb.ctrl & 1);
}

static void add_breakpoint(ZifCpu *cpu, uint32_t addr)
{
    cpu->breakpoints[cpu->nbreakpoints++] = addr;
    zif_port_set_breakpoint(cpu->port, addr, true);
}

void zif__fpb_apply(ZifCpu *cpu)
{
    cpu->fpb_changed = false;
    while (cpu->nbreakpoints) {
        zif_port_set_breakpoint(cpu->port, cpu->breakpoints[--cpu->nbreakpoints], false);
    }
    for (unsigned i = 0; (cpu->st.fpb.ctrl & 1) && i < FPB_COMPS; i++) {
        uint32_t c = cpu->st.fpb.comp[i];
        if (!(c & 1)) {
            continue;
        }
        if (cpu->is_m7) {
            add_breakpoint(cpu, c & ~1u);
        } else if (i < 6) {
            if (c & 1u << 30) {
                add_breakpoint(cpu, c & 0x1FFFFFFC);
            }
            if (c & 1u << 31) {
                add_breakpoint(cpu, (c & 0x1FFFFFFC) + 2);
            }
        }
    }
    for (unsigned i = 0; (cpu->st.demcr & DEMCR_TRCENA) && i < DWT_COMPS; i++) {
        if ((cpu->st.dwt.function[i] & 0xF) == FUNCTION_PC) {
            add_breakpoint(cpu, cpu->st.dwt.comp[i] & ~1u);
        }
    }
}

bool zif__fpb_matches(const ZifCpu *cpu, uint32_t pc)
{
    for (unsigned i = 0; i < cpu->nbreakpoints; i++) {
        if (cpu->breakpoints[i] == pc) {
            return true;
        }
    }
    return false;
}

static uint32_t fpb_value(ZifCpu *cpu, uint32_t offset)
{
    if (offset >= ID_FIRST) {
        return zif__coresight_id(offset, 0x03, 0xB0, 0x2B, 0xE);
    }
    if (offset >= FP_COMP0 && offset < FP_COMP_END) {
        return cpu->st.fpb.comp[(offset - FP_COMP0) / 4];
    }
    return offset == FP_CTRL ? fp_ctrl(cpu) : offset == FP_REMAP ? cpu->st.fpb.remap | 1u << 29 : 0;
}

static void fpb_store(ZifCpu *cpu, uint32_t offset, uint32_t value)
{
    if (offset == FP_CTRL && (value & 2)) { /* KEY */
        cpu->st.fpb.ctrl = value & 1;
    } else if (offset == FP_REMAP) {
        cpu->st.fpb.remap = value & 0x1FFFFFE0;
    } else if (offset >= FP_COMP0 && offset < FP_COMP_END) {
        unsigned i = (offset - FP_COMP0) / 4;
        cpu->st.fpb.comp[i] = cpu->is_m7 ? value : value & 0xDFFFFFFD;
        if (!cpu->is_m7 && (value & 1) && value >> 30 == 0) {
            not_modelled(cpu, "FPB remapping");
        }
    }
    cpu->fpb_changed = true;
    zif__cpu_kick(cpu);
}

/* --- ITM [v7 C1.7] ------------------------------------------------------------------------------------------------------------ */

enum { ITM_TER = 0xE00, ITM_TPR = 0xE40, ITM_TCR = 0xE80 };

static bool stimulus_enabled(const ZifCpu *cpu, unsigned port)
{
    return (cpu->st.demcr & DEMCR_TRCENA) && (cpu->st.itm.tcr & 1) && (cpu->st.itm.ter >> port & 1);
}

void zif_cpu_enable_itm(ZifCpu *cpu, uint32_t ports)
{
    if (ports && cpu->v7) {
        cpu->st.demcr |= DEMCR_TRCENA;
        cpu->st.itm.tcr |= 1;
        cpu->st.itm.ter |= ports;
    }
}

static uint32_t itm_value(ZifCpu *cpu, uint32_t offset)
{
    if (offset < 0x80) {
        return stimulus_enabled(cpu, offset / 4); /* FIFOREADY */
    }
    switch (offset) {
    case ITM_TER:
        return cpu->st.itm.ter;
    case ITM_TPR:
        return cpu->st.itm.tpr;
    case ITM_TCR:
        return cpu->st.itm.tcr;
    case LSR:
        return 1u | (cpu->st.itm.locked ? 2u : 0);
    default:
        return zif__coresight_id(offset, 0x01, 0xB0, 0x3B, 0xE);
    }
}

static void itm_store(ZifCpu *cpu, uint32_t offset, uint32_t value, unsigned size, bool user)
{
    if (offset < 0x80) {
        unsigned port = offset / 4;
        bool masked = user && (cpu->st.itm.tpr >> (port / 8) & 1);
        if (stimulus_enabled(cpu, port) && !masked && cpu->cfg.hooks.itm) {
            cpu->cfg.hooks.itm(cpu->cfg.hooks.opaque, port, size, value);
        }
        return;
    }
    if (user) {
        return; /* unprivileged code has the stimulus ports alone */
    }
    if (offset == LAR) {
        cpu->st.itm.locked = value != LAR_KEY;
    } else if (cpu->st.itm.locked) {
        zif__cpu_report(cpu, ZIF_REPORT_LOCKED,
                        "write to ITM register 0x%03" PRIX32 " without unlocking ITM_LAR: ignored", offset);
    } else if (offset == ITM_TER) {
        cpu->st.itm.ter = value;
    } else if (offset == ITM_TPR) {
        cpu->st.itm.tpr = value & 0xF;
    } else if (offset == ITM_TCR) {
        cpu->st.itm.tcr = value & 0x007F0F1F;
    }
}

/* --- TPIU and ROM table -------------------------------------------------------------------------------------------------------- */

static uint32_t *tpiu_reg(ZifCpu *cpu, uint32_t offset)
{
    switch (offset) {
    case 0x004:
        return &cpu->st.tpiu.cspsr;
    case 0x010:
        return &cpu->st.tpiu.acpr;
    case 0x0F0:
        return &cpu->st.tpiu.sppr;
    case 0x304:
        return &cpu->st.tpiu.ffcr;
    default:
        return NULL;
    }
}

static uint32_t tpiu_value(ZifCpu *cpu, uint32_t offset)
{
    const uint32_t *reg = tpiu_reg(cpu, offset);
    if (reg) {
        return *reg;
    }
    switch (offset) {
    case 0x000: /* SSPSR: widths 1, 2 and 4 */
        return 0xB;
    case 0x300: /* FFSR: non-stop, stopped formatter */
        return 0x8;
    case 0xFC8: /* DEVID: NRZ and Manchester */
        return 0xCA1;
    case 0xFCC:
        return 0x11;
    default:
        return zif__coresight_id(offset, cpu->cfg.model == ZIF_CORTEX_M3 ? 0x23 : 0xA1, 0xB9, 0x0B, 0x9);
    }
}

static void tpiu_store(ZifCpu *cpu, uint32_t offset, uint32_t value)
{
    static const struct {
        uint32_t offset, bits;
    } bits[] = { { 0x004, 0xB }, { 0x010, 0x1FFF }, { 0x0F0, 0x3 }, { 0x304, 0x102 } };
    for (unsigned i = 0; i < sizeof bits / sizeof bits[0]; i++) {
        if (bits[i].offset == offset) {
            *tpiu_reg(cpu, offset) = value & bits[i].bits;
        }
    }
}

static uint32_t rom_value(ZifCpu *cpu, uint32_t offset)
{
    /* Offsets from the table to SCS, DWT, FPB, ITM, TPIU; ETM is absent [v7 C1.2.5]. */
    static const uint32_t entries[] = { 0xFFF0F003, 0xFFF02003, 0xFFF03003, 0xFFF01003, 0xFFF41003, 0xFFF42002 };
    if (offset / 4 < sizeof entries / sizeof entries[0]) {
        return entries[offset / 4];
    }
    uint32_t pid0 = cpu->is_m7 ? 0xC7 : cpu->cfg.model == ZIF_CORTEX_M3 ? 0xC3 : 0xC4;
    return offset == 0xFCC ? 1 : zif__coresight_id(offset, pid0, 0xB4, 0x0B, 0x1);
}

/* --- The regions ------------------------------------------------------------------------------------------------------------------ */

/* Every block is words; a narrow access takes part of one, a narrow write replaces the word by what it carries (the stimulus
 * ports are the only ones where width means something). Unprivileged accesses are BusFaults but on the ITM [v7 B3.1.1]. */
#define BLOCK(name, value_fn, store_stmt, user_ok)                                                                     \
    static MemTxResult name##_read(void *opaque, hwaddr addr, uint64_t *data, unsigned size, MemTxAttrs attrs)         \
    {                                                                                                                  \
        ZifCpu *cpu = opaque;                                                                                          \
        if (attrs.user && !(user_ok)) {                                                                                \
            return MEMTX_ERROR;                                                                                        \
        }                                                                                                              \
        *data = (value_fn)(cpu, (uint32_t)addr & ~3u) >> (8 * (addr & 3));                                             \
        return MEMTX_OK;                                                                                               \
    }                                                                                                                  \
    static MemTxResult name##_write(void *opaque, hwaddr addr, uint64_t data, unsigned size, MemTxAttrs attrs)         \
    {                                                                                                                  \
        ZifCpu *cpu = opaque;                                                                                          \
        uint32_t offset = (uint32_t)addr & ~3u, value = (uint32_t)data;                                                \
        bool user = attrs.user;                                                                                        \
        if (user && !(user_ok)) {                                                                                      \
            return MEMTX_ERROR;                                                                                        \
        }                                                                                                              \
        store_stmt;                                                                                                    \
        return MEMTX_OK;                                                                                               \
    }                                                                                                                  \
    static const MemoryRegionOps name##_ops = { .read_with_attrs = name##_read,                                        \
                                                .write_with_attrs = name##_write,                                      \
                                                .endianness = DEVICE_LITTLE_ENDIAN,                                    \
                                                .valid = { .min_access_size = 1, .max_access_size = 4 },               \
                                                .impl = { .min_access_size = 1, .max_access_size = 4 } };

BLOCK(itm, itm_value, itm_store(cpu, offset, value, size, user), true)
BLOCK(dwt, dwt_value, dwt_store(cpu, offset, value), false)
BLOCK(fpb, fpb_value, fpb_store(cpu, offset, value), false)
BLOCK(tpiu, tpiu_value, tpiu_store(cpu, offset, value), false)
BLOCK(rom, rom_value, (void)cpu; (void)offset; (void)value, false)

static const struct {
    size_t region;
    const MemoryRegionOps *ops;
    const char *name;
    uint32_t base;
} blocks[] = {
    { offsetof(ZifCpu, itm), &itm_ops, "cpu-itm", 0xE0000000 },
    { offsetof(ZifCpu, dwt), &dwt_ops, "cpu-dwt", 0xE0001000 },
    { offsetof(ZifCpu, fpb), &fpb_ops, "cpu-fpb", 0xE0002000 },
    { offsetof(ZifCpu, tpiu), &tpiu_ops, "cpu-tpiu", 0xE0040000 },
    { offsetof(ZifCpu, rom), &rom_ops, "cpu-rom-table", 0xE00FF000 },
};
enum { NBLOCKS = sizeof blocks / sizeof blocks[0] };

static MemoryRegion *region_of(ZifCpu *cpu, unsigned i)
{
    return (MemoryRegion *)((char *)cpu + blocks[i].region);
}

void zif__debug_realize(ZifCpu *cpu)
{
    for (unsigned i = 0; cpu->v7 && i < NBLOCKS; i++) {
        memory_region_init_io(region_of(cpu, i), &cpu->owner, blocks[i].ops, cpu, blocks[i].name, 0x1000);
        memory_region_add_subregion_overlap(&cpu->container, blocks[i].base, region_of(cpu, i), 2);
    }
}

void zif__debug_unrealize(ZifCpu *cpu)
{
    for (unsigned i = 0; cpu->v7 && i < NBLOCKS; i++) {
        memory_region_del_subregion(&cpu->container, region_of(cpu, i));
        object_unparent(OBJECT(region_of(cpu, i)));
    }
}

void zif__debug_reset(ZifCpu *cpu, ZifResetKind kind)
{
    /* Debug registers are reset by power-on alone, DWT and ITM enables among them [v7 B1.5.5, C1.6]. */
    if (kind == ZIF_RESET_POWER_ON) {
        cpu->st.demcr = 0;
        cpu->st.dhcsr &= DHCSR_C_DEBUGEN;
        cpu->st.dcrdr = 0;
        memset(&cpu->st.dwt, 0, sizeof cpu->st.dwt);
        memset(&cpu->st.fpb, 0, sizeof cpu->st.fpb);
        memset(&cpu->st.itm, 0, sizeof cpu->st.itm);
        memset(&cpu->st.tpiu, 0, sizeof cpu->st.tpiu);
        cpu->st.dwt.locked = cpu->is_m7;
        cpu->st.itm.locked = true;
        cpu->st.tpiu.cspsr = 1;
        cpu->st.tpiu.sppr = 1;
        cpu->st.tpiu.ffcr = 0x102;
        zif__fpb_apply(cpu);
    }
}
