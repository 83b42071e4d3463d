/*
 * Loads and stores done by the CPU memory port itself, register by register: the portable port's way to a device, and
 * both ports' way for exclusives and unprivileged accesses. Registers are reached through the port.
 *
 * Reference: DDI 0403E A7.7 (each instruction), A3.4 (exclusives). A refused access ends the instruction: the base
 * register and the stack pointer are as before; of a multiple load the registers of lower addresses are loaded.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "port_internal.h"

static void put(ZifPort *port, ZifReg reg, uint32_t value)
{
    port->ops->set(port, reg, value);
}

static uint32_t operand(ZifPort *port, uint32_t pc, unsigned reg)
{
    return reg == 15 ? (pc + 4) & ~3u : port->ops->get(port, (ZifReg)(ZIF_REG_R0 + reg));
}

uint32_t zif__mem_start(ZifPort *port, uint32_t pc, const ZifMem *m, uint32_t *base)
{
    if (m->form == ZIF_MEM_TABLE && m->rn == 15) {
        *base = pc + 4; /* a table that follows the instruction, at any halfword */
    } else {
        *base = operand(port, pc, m->literal ? 15 : m->rn);
    }
    return *base + (uint32_t)m->start_offset +
           (m->add_rm ? port->ops->get(port, (ZifReg)(ZIF_REG_R0 + m->rm)) << m->shift : 0);
}

unsigned zif__mem_length(const ZifMem *m)
{
    switch (m->form) {
    case ZIF_MEM_CORE:
        return (unsigned)__builtin_popcount(m->regs) * m->unit;
    case ZIF_MEM_PAIR:
        return 8;
    case ZIF_MEM_FP:
        return m->fp_words * 4u;
    default:
        return m->unit;
    }
}

static uint32_t extended(const ZifMem *m, uint64_t v)
{
    if (m->sign) {
        return m->unit == 1 ? (uint32_t)(int8_t)v : (uint32_t)(int16_t)v;
    }
    return (uint32_t)v;
}

/* Core registers, pairs included, in ascending order of address; the base and the PC get theirs when all went well. */
static bool transfer_core(ZifPort *port, uint32_t pc, const ZifMem *m, uint32_t addr, ZifMemPc *branch)
{
    uint8_t regs[16];
    unsigned n = 0;
    if (m->form == ZIF_MEM_PAIR) {
        regs[n++] = m->rt;
        regs[n++] = m->rt2;
    } else {
        for (unsigned r = 0; r < 16; r++) {
            if (m->regs & (1u << r)) {
                regs[n++] = (uint8_t)r;
            }
        }
    }
    bool base_loaded = false;
    uint32_t base_value = 0;
    for (unsigned i = 0; i < n; i++, addr += m->unit) {
        ZifReg reg = (ZifReg)(ZIF_REG_R0 + regs[i]);
        uint64_t v = 0;
        if (!m->load) {
            v = regs[i] == 15 ? pc + 4 : port->ops->get(port, reg);
            if (!zif__port_store(port, addr, m->unit, m->unprivileged, m->multi, v)) {
                return false;
            }
            continue;
        }
        if (!zif__port_load(port, addr, m->unit, m->unprivileged, m->multi, &v)) {
            return false;
        }
        if (regs[i] == 15) {
            *branch = (ZifMemPc){ .loaded = true, .value = (uint32_t)v };
        } else if (regs[i] == m->rn && !m->literal) {
            base_value = extended(m, v);
            base_loaded = true;
        } else {
            put(port, reg, extended(m, v));
        }
    }
    if (base_loaded) {
        put(port, (ZifReg)(ZIF_REG_R0 + m->rn), base_value);
    }
    return true;
}

static bool transfer_fp(ZifPort *port, const ZifMem *m, uint32_t addr)
{
    for (unsigned i = 0; i < m->fp_words; i += m->unit / 4u, addr += m->unit) {
        ZifReg reg = (ZifReg)(ZIF_REG_S0 + m->fp_first + i);
        uint64_t v = 0;
        if (!m->load) {
            v = port->ops->get(port, reg);
            if (m->unit == 8) {
                v |= (uint64_t)port->ops->get(port, (ZifReg)(reg + 1)) << 32;
            }
            if (!zif__port_store(port, addr, m->unit, false, true, v)) {
                return false;
            }
            continue;
        }
        if (!zif__port_load(port, addr, m->unit, false, true, &v)) {
            return false;
        }
        put(port, reg, (uint32_t)v);
        if (m->unit == 8) {
            put(port, (ZifReg)(reg + 1), (uint32_t)(v >> 32));
        }
    }
    return true;
}

/* The monitor remembers an address and the value loaded there, as the engine's does; a device is not read again. */
static bool transfer_exclusive(ZifPort *port, const ZifMem *m, uint32_t addr)
{
    uint64_t v = 0;
    if (m->load) {
        if (!zif__port_load(port, addr, m->unit, false, true, &v)) {
            return false;
        }
        port->exclusive.valid = true;
        port->exclusive.addr = addr;
        port->exclusive.value = (uint32_t)v;
        put(port, (ZifReg)(ZIF_REG_R0 + m->rt), (uint32_t)v);
        return true;
    }
    bool ok = port->exclusive.valid && port->exclusive.addr == addr;
    const ZifPortSection *s = zif__port_find(port, addr);
    if (ok && s != NULL && s->load) {
        if (!zif__port_load(port, addr, m->unit, false, true, &v)) {
            return false;
        }
        ok = (uint32_t)v == port->exclusive.value;
    }
    if (ok) {
        v = port->ops->get(port, (ZifReg)(ZIF_REG_R0 + m->rt));
        if (!zif__port_store(port, addr, m->unit, false, true, v)) {
            return false;
        }
    }
    port->exclusive.valid = false;
    put(port, (ZifReg)(ZIF_REG_R0 + m->rd), !ok);
    return true;
}

bool zif__mem_execute(ZifPort *port, uint32_t pc, const ZifMem *m, ZifMemPc *branch)
{
    uint32_t base, addr = zif__mem_start(port, pc, m, &base);
    uint64_t v;
    bool done;
    *branch = (ZifMemPc){ 0 };
    switch (m->form) {
    case ZIF_MEM_TABLE:
        done = zif__port_load(port, addr, m->unit, false, false, &v);
        if (done) {
            *branch = (ZifMemPc){ .table = true, .value = pc + 4 + 2 * (uint32_t)v };
        }
        break;
    case ZIF_MEM_EXCLUSIVE:
        done = transfer_exclusive(port, m, addr);
        break;
    case ZIF_MEM_FP:
        done = transfer_fp(port, m, addr);
        break;
    default:
        done = transfer_core(port, pc, m, addr, branch);
        break;
    }
    if (done && m->writeback) {
        put(port, (ZifReg)(ZIF_REG_R0 + m->rn), base + (uint32_t)m->base_offset);
    }
    return done;
}
