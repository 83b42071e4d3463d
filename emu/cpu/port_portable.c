/*
 * The portable CPU memory port: the engine's public interface alone, a hook at every instruction. The reference: slow,
 * exact, and independent of how the engine is built.
 *
 * The engine executes what is plain: arithmetic, branches, loads and stores of memory that need no question. At anything
 * else the hook stops it with the PC at the instruction, and `special` does that instruction here: exceptions, hints,
 * device accesses (so each is made exactly once), refused accesses (nothing happened yet), exclusives, and IT blocks. The
 * engine never sees an IT block: it cannot be stopped inside one and its hook skips instructions whose condition fails.
 * ITSTATE is kept here; the engine is given instructions whose condition passes as if there were no block, and the
 * flags a 16-bit instruction then sets are put back. Reference: DDI 0403E A7.3, B1.4.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdlib.h>
#include "port_engine.h"

typedef struct {
    ZifPort port;
    ZifEngine engine;
    uint8_t it;      /* ITSTATE; the engine's is always 0 */
    bool stopping;   /* the hook stopped the engine at `pc` */
    bool in_engine;  /* `insn` at `pc` was handed to the engine and has not retired yet */
    bool passed;     /* `insn` is the first of this run: no breakpoint question */
    bool sysreg;     /* it may have changed masks or privilege */
    bool keep_flags; /* put `flags` back after it */
    uint32_t flags;
    uint32_t pc;
    ZifInsn insn;
    uint16_t first, second;
    uint32_t code_page; /* marked last */
    int intr;           /* exception the engine raised, or -1 */
} Portable;

/* What the functions below return when the run goes on. */
#define GO_ON ZIF_STOP_REQUEST

static Portable *portable_of(ZifPort *port)
{
    return (Portable *)port;
}

static uint32_t get(const Portable *p, ZifReg reg)
{
    return zif__engine_get(&p->engine, reg);
}

static void set(Portable *p, ZifReg reg, uint32_t value)
{
    zif__engine_set(&p->engine, reg, value);
}

static bool in_handler(const Portable *p)
{
    return (get(p, ZIF_REG_XPSR) & ZIF_XPSR_IPSR) != 0;
}

/* --- retiring --- */

/* The instruction at p->pc is done; `next` is the one that follows. */
static void retire(Portable *p, uint32_t next)
{
    ZifPort *port = &p->port;
    port->count++;
    if (port->counters != 0 || port->flow != NULL) {
        ZifFlow flow = zif__insn_flow(p->first, p->second);
        bool straight = flow != ZIF_FLOW_NONE && next == p->pc + p->insn.size;
        if (port->counters != 0) {
            zif__counts_add(port->counts, p->pc, 1, straight);
        }
        if (port->flow != NULL && flow > ZIF_FLOW_CONDITIONAL) {
            port->flow(port->flow_opaque, flow, p->pc, p->insn.size, next);
        }
    }
    if (port->observer != NULL) {
        port->observer(port->observer_opaque, p->pc, p->insn.size);
    }
    if (p->it != 0 && p->insn.kind != ZIF_INSN_IT) {
        p->it = zif__it_advance(p->it);
    }
}

/* The engine went on, at `next`, after the instruction it was given. */
static void retire_in_engine(Portable *p, uint32_t next)
{
    p->in_engine = false;
    retire(p, next);
    if (next != p->pc + p->insn.size) {
        p->it = 0; /* a branch that is not the last of its block is UNPREDICTABLE: the block ends */
    }
    if (p->keep_flags) {
        p->keep_flags = false;
        set(p, ZIF_REG_XPSR, (get(p, ZIF_REG_XPSR) & ~ZIF_XPSR_NZCV) | p->flags);
    }
    if (p->sysreg) {
        p->sysreg = false;
        p->port.config.client.sysreg_written(p->port.config.client.opaque);
    }
}

static void leave_at(Portable *p, uint32_t next)
{
    if (next != p->pc + p->insn.size) {
        p->it = 0;
    }
    set(p, ZIF_REG_PC, next);
}

static void retire_here(Portable *p)
{
    retire(p, p->pc + p->insn.size);
    leave_at(p, p->pc + p->insn.size);
}

/* --- loads and stores --- */

/* May the engine make all accesses of this instruction? Notes what follows from a store. */
static bool is_plain(Portable *p, const ZifMem *m)
{
    ZifPort *port = &p->port;
    uint32_t base, addr = zif__mem_start(port, p->pc, m, &base);
    unsigned length = zif__mem_length(m);
    if (m->unprivileged || m->form == ZIF_MEM_EXCLUSIVE) {
        return false;
    }
    if (length == 0) {
        return true;
    }
    if (m->multi ? (addr & 3) != 0 : ((addr & (m->unit - 1u)) != 0 && port->unaligned_traps)) {
        return false;
    }
    const ZifPortSection *s = zif__port_plain(port, addr, length, !m->load);
    if (s == NULL) {
        return false;
    }
    if (m->load) {
        return true;
    }
    zif__port_log_store(port, s, addr, length);
    return !zif__port_is_code(s, addr, length);
}

/* A value loaded into the PC: interworking branch (DDI 0403E LoadWritePC, BXWritePC). */
static ZifPortStop branch_exchange(Portable *p, uint32_t value, ZifPortInfo *info)
{
    uint32_t xpsr = get(p, ZIF_REG_XPSR) & ~ZIF_XPSR_T;
    set(p, ZIF_REG_XPSR, xpsr | (value & 1 ? ZIF_XPSR_T : 0));
    set(p, ZIF_REG_PC, value);
    p->it = 0;
    if (in_handler(p) && value >= 0xf0000000u) {
        info->addr = value;
        return ZIF_STOP_EXC_RETURN;
    }
    return GO_ON;
}

/* Makes the accesses of the instruction at p->pc here. */
static ZifPortStop access_here(Portable *p, ZifPortInfo *info)
{
    ZifMem m = zif__mem_decode(p->first, p->second);
    ZifMemPc branch;
    if (!zif__mem_execute(&p->port, p->pc, &m, &branch)) {
        *info = p->port.info;
        return info->fault == ZIF_FAULT_WATCH ? ZIF_STOP_WATCHPOINT : ZIF_STOP_DATA;
    }
    retire(p, branch.table ? branch.value : branch.loaded ? branch.value & ~1u : p->pc + p->insn.size);
    leave_at(p, branch.table ? branch.value : p->pc + p->insn.size);
    return branch.loaded ? branch_exchange(p, branch.value, info) : GO_ON;
}

/* --- the hook --- */

/* Must the instruction at p->pc be done here? */
static bool is_special(Portable *p)
{
    ZifPort *port = &p->port;
    if (p->it != 0 && !zif__condition_passes(p->it >> 4, get(p, ZIF_REG_XPSR))) {
        return true;
    }
    switch (p->insn.kind) {
    case ZIF_INSN_PLAIN:
    case ZIF_INSN_SYSREG:
        return false;
    case ZIF_INSN_BRANCH_EXCHANGE:
        return (p->first & 0x80) == 0; /* BX may return from an exception; BLX may not */
    case ZIF_INSN_DIV:
        return port->div_traps && get(p, (ZifReg)(ZIF_REG_R0 + p->insn.rm)) == 0;
    case ZIF_INSN_FP:
        return !port->fp_on || port->fp_armed;
    case ZIF_INSN_MEM: {
        ZifMem m = zif__mem_decode(p->first, p->second);
        if (m.form == ZIF_MEM_FP && (!port->fp_on || port->fp_armed)) {
            return true;
        }
        return !is_plain(p, &m);
    }
    default:
        return true;
    }
}

/* Looks at the instruction at `pc`: decodes it and notes its code. False: it cannot be fetched. */
static bool look(Portable *p, uint32_t pc)
{
    ZifPort *port = &p->port;
    p->pc = pc;
    p->insn = (ZifInsn){ .size = 2 };
    if (!zif__port_fetch(port, pc, 2) || !zif__port_peek16(port, pc, &p->first)) {
        return false;
    }
    p->second = 0;
    if (zif__insn_is_wide(p->first) &&
        (!zif__port_fetch(port, pc + 2, 2) || !zif__port_peek16(port, pc + 2, &p->second))) {
        return false;
    }
    p->insn = zif__insn_decode(port->config.model, p->first, p->second);
    uint32_t page = (pc / ZIF_PORT_PAGE) | 1u << 31;
    if (page != p->code_page || (pc + p->insn.size - 1) / ZIF_PORT_PAGE != pc / ZIF_PORT_PAGE) {
        zif__port_mark_code(port, pc, p->insn.size);
        p->code_page = page;
    }
    return true;
}

static bool must_stop(const Portable *p, uint32_t pc)
{
    const ZifPort *port = &p->port;
    return port->count >= port->limit || port->stop_requested || port->map_changed ||
           (port->breakpoint_count != 0 && !p->passed && zif__port_is_breakpoint(port, pc));
}

/* Hands the instruction at p->pc to the engine. */
static void hand_over(Portable *p)
{
    p->in_engine = true;
    p->passed = false;
    p->sysreg = p->insn.kind == ZIF_INSN_SYSREG;
    p->keep_flags = p->it != 0 && p->insn.size == 2 && zif__insn_sets_flags_only_outside_it(p->first);
    if (p->keep_flags) {
        p->flags = get(p, ZIF_REG_XPSR) & ZIF_XPSR_NZCV;
    }
}

static void on_code(uc_engine *uc, uint64_t address, uint32_t size, void *opaque)
{
    Portable *p = opaque;
    uint32_t pc = (uint32_t)address;
    if (p->in_engine) {
        retire_in_engine(p, pc);
    }
    zif__port_modes(&p->port);
    if (must_stop(p, pc) || !look(p, pc) || is_special(p)) {
        p->stopping = true;
        p->pc = pc;
        uc_emu_stop(uc);
        return;
    }
    hand_over(p);
}

static void on_intr(uc_engine *uc, uint32_t number, void *opaque)
{
    Portable *p = opaque;
    p->intr = (int)number;
    uc_emu_stop(uc);
}

/* --- the run --- */

static ZifPortStop special(Portable *p, ZifPortInfo *info)
{
    ZifPort *port = &p->port;
    const ZifPortClient *c = &port->config.client;
    if (p->it != 0 && !zif__condition_passes(p->it >> 4, get(p, ZIF_REG_XPSR))) {
        retire_here(p);
        return GO_ON;
    }
    bool fp = p->insn.kind == ZIF_INSN_FP;
    if (p->insn.kind == ZIF_INSN_MEM) {
        fp = zif__mem_decode(p->first, p->second).form == ZIF_MEM_FP;
    }
    if (fp && !port->fp_on) {
        return ZIF_STOP_NOCP;
    }
    if (fp && port->fp_armed) {
        *info = (ZifPortInfo){ .size = 4, .is_write = true };
        info->fault = c->fp_touched != NULL ? c->fp_touched(c->opaque, &info->addr) : ZIF_ACCESS_OK;
        if (info->fault != ZIF_ACCESS_OK) {
            return ZIF_STOP_DATA;
        }
        port->fp_armed = false;
        return GO_ON;
    }
    info->imm = p->insn.imm;
    switch (p->insn.kind) {
    case ZIF_INSN_IT:
        p->it = p->insn.imm;
        retire_here(p);
        return GO_ON;
    case ZIF_INSN_CLREX:
        port->exclusive.valid = false;
        retire_here(p);
        return GO_ON;
    case ZIF_INSN_BRANCH_EXCHANGE: {
        unsigned rm = (p->first >> 3) & 0xf;
        uint32_t target = rm == 15 ? p->pc + 4 : get(p, (ZifReg)(ZIF_REG_R0 + rm));
        retire(p, target & ~1u);
        return branch_exchange(p, target, info);
    }
    case ZIF_INSN_MEM:
        return access_here(p, info);
    case ZIF_INSN_HINT:
        retire_here(p);
        return GO_ON;
    default: {
        bool retires;
        ZifPortStop stop = zif__insn_stop(p->insn.kind, &retires);
        if (retires) {
            retire_here(p);
        }
        return stop;
    }
    }
}

/* The engine stopped by itself. */
static ZifPortStop failed(Portable *p, uc_err err, ZifPortInfo *info)
{
    uint32_t pc = get(p, ZIF_REG_PC);
    bool was_in_engine = p->in_engine;
    bool t = get(p, ZIF_REG_XPSR) & ZIF_XPSR_T;
    if (was_in_engine && t && (err == UC_ERR_INSN_INVALID || p->intr == 1 || p->intr == 17)) {
        p->in_engine = false;
        p->sysreg = p->keep_flags = false;
        set(p, ZIF_REG_PC, p->pc);
        return p->intr == 17 ? ZIF_STOP_NOCP : ZIF_STOP_UNDEF;
    }
    if (was_in_engine && (!t || p->intr == 8 || p->intr == 3 || err == UC_ERR_FETCH_UNMAPPED)) {
        /* It branched to where nothing can be fetched, to an exception return, or out of Thumb state. */
        retire_in_engine(p, pc);
        if (in_handler(p) && pc >= 0xf0000000u) {
            info->addr = pc | t;
            return ZIF_STOP_EXC_RETURN;
        }
        return GO_ON; /* the next turn finds out why */
    }
    info->text = err != UC_ERR_OK ? uc_strerror(err) : "the engine raised an exception this core does not have";
    return ZIF_STOP_ENGINE;
}

static void sync_map(ZifPort *port)
{
    port->map_changed = false;
    zif__engine_sync(&portable_of(port)->engine, port);
    portable_of(port)->code_page = 0;
}

static ZifPortStop run(ZifPort *port, ZifPortInfo *info)
{
    Portable *p = portable_of(port);
    p->passed = port->at_breakpoint;
    for (;;) {
        if (port->map_changed) {
            sync_map(port);
        }
        zif__port_modes(port);
        uint32_t pc = get(p, ZIF_REG_PC);
        if (port->count >= port->limit) {
            return ZIF_STOP_LIMIT;
        }
        if (port->stop_requested) {
            return ZIF_STOP_REQUEST;
        }
        if (!(get(p, ZIF_REG_XPSR) & ZIF_XPSR_T)) {
            return ZIF_STOP_INVSTATE;
        }
        if (port->breakpoint_count != 0 && !p->passed && zif__port_is_breakpoint(port, pc)) {
            return ZIF_STOP_BREAKPOINT;
        }
        if (!look(p, pc)) {
            *info = port->info;
            return ZIF_STOP_FETCH;
        }
        if (is_special(p)) {
            uint64_t before = port->count;
            ZifPortStop stop = special(p, info);
            p->passed = p->passed && port->count == before;
            if (stop != GO_ON) {
                return stop;
            }
            continue;
        }
        p->stopping = false;
        p->in_engine = false;
        p->intr = -1;
        uc_err err = uc_emu_start(p->engine.uc, pc | 1, 0xffffffffu, 0, 0);
        if (p->stopping && err == UC_ERR_OK && p->intr < 0) {
            continue; /* the PC is at the instruction the hook stopped before */
        }
        ZifPortStop stop = failed(p, err, info);
        if (stop != GO_ON) {
            return stop;
        }
    }
}

/* --- the rest of the interface --- */

static uint64_t count(const ZifPort *port)
{
    return port->count;
}

static uint32_t get_reg(ZifPort *port, ZifReg reg)
{
    const Portable *p = portable_of(port);
    if (reg == ZIF_REG_PC && port->running) {
        return p->pc;
    }
    uint32_t v = get(p, reg);
    if (reg == ZIF_REG_XPSR) {
        v |= (uint32_t)(p->it & 3) << 25 | (uint32_t)(p->it & 0xfc) << 8;
    }
    return v;
}

static void set_reg(ZifPort *port, ZifReg reg, uint32_t value)
{
    Portable *p = portable_of(port);
    if (reg == ZIF_REG_XPSR) {
        p->it = (uint8_t)((value >> 25 & 3) | (value >> 8 & 0xfc));
        value &= ~ZIF_XPSR_IT;
    }
    set(p, reg, value);
}

static void nothing(ZifPort *port)
{
    /* The hook looks at everything before each instruction. */
}

static void forget_code(ZifPort *port, uint32_t addr, uint32_t size)
{
    portable_of(port)->code_page = 0; /* its flag may go with it */
    uint64_t from = addr & ~3ull, to = ((uint64_t)addr + size + 3) & ~3ull;
    uc_ctl_remove_cache(portable_of(port)->engine.uc, from, to);
}

static ZifPort *open_port(const ZifPortConfig *config, Error **errp)
{
    Portable *p = calloc(1, sizeof(*p));
    if (p == NULL) {
        error_setg(errp, "out of memory for a CPU");
        return NULL;
    }
    if (!zif__engine_open(&p->engine, config->model, errp)) {
        free(p);
        return NULL;
    }
    uc_hook hook;
    uc_hook_add(p->engine.uc, &hook, UC_HOOK_CODE, (void *)on_code, p, 1, 0);
    uc_hook_add(p->engine.uc, &hook, UC_HOOK_INTR, (void *)on_intr, p, 1, 0);
    return &p->port;
}

static void close_port(ZifPort *port)
{
    Portable *p = portable_of(port);
    zif__engine_close(&p->engine);
    free(p);
}

const ZifPortOps zif__port_portable = {
    .name = "portable",
    .open = open_port,
    .close = close_port,
    .run = run,
    .count = count,
    .get = get_reg,
    .set = set_reg,
    .limit_lowered = nothing,
    .map_changed = NULL,
    .sync = sync_map,
    .flush = nothing,
    .forget_code = forget_code,
    .modes_changed = nothing,
};
