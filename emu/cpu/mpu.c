/*
 * Memory protection: the default map, and PMSAv6/PMSAv7 regions.
 * Reference: ARMv7-M ARM (DDI 0403) B3.1, B3.5; ARMv6-M ARM (DDI 0419) B3.1, B3.5.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>
#include "core.h"

enum { TYPE = 0xD90, CTRL = 0xD94, RNR = 0xD98, RBAR = 0xD9C, RASR = 0xDA0, RASR_A3 = 0xDB8 };
enum { RBAR_VALID = 1 << 4, RASR_ENABLE = 1, RASR_XN = 1 << 28 };

void zif__mpu_reset(ZifCpu *cpu)
{
    memset(&cpu->st.mpu, 0, sizeof cpu->st.mpu);
}

/* --- Looking up ------------------------------------------------------------------------------------------------------ */

/* The system region, private peripherals first of all, is Execute Never and out of the MPU's reach [v7 B3.5.1]. */
static bool is_ppb(uint32_t addr)
{
    return addr >> 20 == 0xE00;
}

/* Execute Never in the default map [v7 B3.1, table B3-1]. */
static bool default_xn(uint32_t addr)
{
    uint32_t top = addr >> 29;
    return top == 2 || top >= 5;
}

/* The MPU steps aside at HardFault, NMI and FAULTMASK priority unless HFNMIENA [v7 B3.5.3]. */
static bool is_effective(const ZifCpu *cpu)
{
    return (cpu->st.mpu.ctrl & MPU_CTRL_ENABLE) && (cpu->st.exec_prio >= 0 || (cpu->st.mpu.ctrl & MPU_CTRL_HFNMIENA));
}

static unsigned size_bits(const ZifCpu *cpu, uint32_t rasr)
{
    unsigned least = cpu->v7 ? 5 : 8; /* 32 bytes on v7-M, 256 on v6-M; smaller codes are reserved */
    unsigned bits = (rasr >> 1 & 31) + 1;
    return bits < least ? least : bits;
}

static uint64_t region_base(const ZifCpu *cpu, unsigned r, unsigned bits)
{
    return cpu->st.mpu.rbar[r] & ~((1ull << bits) - 1);
}

/* Is the byte at addr in region r, its disabled sub-regions aside? Sub-regions exist from 256 bytes up [v7 B3.5.1]. */
static bool in_region(const ZifCpu *cpu, unsigned r, uint32_t addr)
{
    uint32_t rasr = cpu->st.mpu.rasr[r];
    if (!(rasr & RASR_ENABLE)) {
        return false;
    }
    unsigned bits = size_bits(cpu, rasr);
    uint64_t offset = addr - region_base(cpu, r, bits);
    if (addr < region_base(cpu, r, bits) || offset >> bits) {
        return false;
    }
    return bits < 8 || !(rasr >> (8 + (offset >> (bits - 3))) & 1);
}

/* Access permissions [v7 table B3-16]: what privileged and unprivileged code may do. */
static unsigned region_prot(uint32_t rasr, bool privileged)
{
    static const uint8_t priv[8] = { 0, 3, 3, 3, 0, 1, 1, 1 };
    static const uint8_t user[8] = { 0, 0, 1, 3, 0, 0, 1, 1 };
    unsigned p = privileged ? priv[rasr >> 24 & 7] : user[rasr >> 24 & 7];
    return (p & ZIF_PROT_R) && !(rasr & RASR_XN) ? p | ZIF_PROT_X : p;
}

static unsigned default_prot(uint32_t addr)
{
    return default_xn(addr) ? ZIF_PROT_R | ZIF_PROT_W : ZIF_PROT_ALL;
}

/* What may be done to the byte at addr. */
static unsigned prot_at(const ZifCpu *cpu, uint32_t addr, bool privileged)
{
    if (is_ppb(addr) || !is_effective(cpu)) {
        return default_prot(addr);
    }
    for (unsigned r = cpu->nregions; r-- > 0;) { /* the highest-numbered region decides */
        if (in_region(cpu, r, addr)) {
            unsigned p = region_prot(cpu->st.mpu.rasr[r], privileged);
            return addr >> 29 == 7 ? p & ~(unsigned)ZIF_PROT_X : p;
        }
    }
    return privileged && (cpu->st.mpu.ctrl & MPU_CTRL_PRIVDEFENA) ? default_prot(addr) : 0;
}

bool zif__mpu_allows(ZifCpu *cpu, uint32_t addr, unsigned size, ZifAccKind kind, bool privileged)
{
    unsigned need = kind == ZIF_ACC_LOAD ? ZIF_PROT_R : kind == ZIF_ACC_STORE ? ZIF_PROT_W : ZIF_PROT_X;
    if (!(prot_at(cpu, addr, privileged) & need)) {
        return false;
    }
    /* Regions are at least 32 bytes, so an access has bytes in at most two of them. */
    return !is_effective(cpu) || (prot_at(cpu, addr + size - 1, privileged) & need);
}

unsigned zif__mpu_page_prot(ZifCpu *cpu, uint32_t page)
{
    bool privileged = zif__cpu_privileged(cpu);
    if (is_ppb(page) || !is_effective(cpu)) {
        return default_prot(page);
    }
    for (unsigned r = cpu->nregions; r-- > 0;) {
        uint32_t rasr = cpu->st.mpu.rasr[r];
        unsigned bits = size_bits(cpu, rasr);
        uint64_t base = region_base(cpu, r, bits);
        if (!(rasr & RASR_ENABLE) || page + (uint64_t)ZIF_PORT_PAGE <= base || page >= base + (1ull << bits)) {
            continue;
        }
        bool has_subregions = bits >= 8 && (rasr >> 8 & 0xFF);
        if ((1ull << (has_subregions ? bits - 3 : bits)) < ZIF_PORT_PAGE) {
            return 0; /* a boundary runs through the page */
        }
        if (in_region(cpu, r, page)) {
            break;
        }
    }
    return prot_at(cpu, page, privileged);
}

bool zif__mpu_is_device(ZifCpu *cpu, uint32_t addr, bool *bufferable)
{
    uint32_t top = addr >> 29;
    bool device = top == 2 || top >= 5;
    *bufferable = top != 7; /* the system region is Strongly-ordered */
    if (is_ppb(addr) || !is_effective(cpu)) {
        return device;
    }
    for (unsigned r = cpu->nregions; r-- > 0;) {
        if (in_region(cpu, r, addr)) {
            /* TEX, C, B [v7 table B3-13] */
            uint32_t rasr = cpu->st.mpu.rasr[r];
            unsigned tex = rasr >> 19 & 7, cb = rasr >> 16 & 3;
            *bufferable = !(tex == 0 && cb == 0);
            return (tex == 0 && cb < 2) || (tex == 2 && cb == 0);
        }
    }
    return device;
}

/* --- Registers [v7 B3.5.4] -------------------------------------------------------------------------------------------- */

/* RBAR, RASR and their three aliases on v7-M: pairs from 0xD9C on. */
static bool is_region_register(const ZifCpu *cpu, uint32_t offset)
{
    return offset >= RBAR && offset <= (cpu->v7 ? RASR_A3 : RASR);
}

bool zif__mpu_read(ZifCpu *cpu, uint32_t offset, uint32_t *value)
{
    *value = 0;
    if (offset == TYPE) {
        *value = cpu->nregions << 8;
    } else if (offset == CTRL) {
        *value = cpu->st.mpu.ctrl;
    } else if (offset == RNR) {
        *value = cpu->st.mpu.rnr;
    } else if (is_region_register(cpu, offset)) {
        uint32_t n = cpu->st.mpu.rnr;
        bool base = (offset - RBAR) % 8 == 0;
        *value = base ? cpu->st.mpu.rbar[n] | n : cpu->st.mpu.rasr[n];
    } else {
        return false;
    }
    return true;
}

bool zif__mpu_write(ZifCpu *cpu, uint32_t offset, uint32_t value, uint32_t mask)
{
    if (offset != CTRL && offset != RNR && offset != TYPE && !is_region_register(cpu, offset)) {
        return false;
    }
    if (offset == TYPE || cpu->nregions == 0) {
        return true;
    }
    if (offset == CTRL) {
        cpu->st.mpu.ctrl = (cpu->st.mpu.ctrl & ~mask) | (value & mask & 7);
    } else if (offset == RNR) {
        if ((mask & 0xFF) && (value & 0xFF) < cpu->nregions) { /* else UNPREDICTABLE: ignored */
            cpu->st.mpu.rnr = value & 0xFF;
        }
    } else if ((offset - RBAR) % 8 == 0) {
        if ((value & mask & RBAR_VALID) && (value & 0xF) < cpu->nregions) {
            cpu->st.mpu.rnr = value & 0xF;
        }
        uint32_t *rbar = &cpu->st.mpu.rbar[cpu->st.mpu.rnr];
        *rbar = ((*rbar & ~mask) | (value & mask)) & (cpu->v7 ? ~0x1Fu : ~0xFFu);
    } else {
        uint32_t *rasr = &cpu->st.mpu.rasr[cpu->st.mpu.rnr];
        *rasr = ((*rasr & ~mask) | (value & mask)) & (cpu->v7 ? 0x173FFF3Fu : 0x1707FF3Fu);
    }
    zif_port_flush_permissions(cpu->port);
    return true;
}
