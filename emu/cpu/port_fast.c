/*
 * The fast CPU memory port: owns the engine's slow path. These files (port_fast*.c; port_fast_state.h says which is what) are the only
 * ones that know the engine's insides.
 *
 * The engine is linked as an archive and some of its functions are replaced at link time (--wrap, see CMakeLists.txt):
 * every load and store that misses the engine's TLB, every TLB fill, every translation and every lookup of translated code
 * arrives here. What the engine may do alone it does inline; the rest goes through the same code as in the portable port.
 *
 * Time. Each translated block starts with four operations: budget -= length; negative: to a call of `block_refused`. No C
 * code runs for a block that fits. Within a block the count is that of its start plus the index of the instruction, which
 * the engine's own table of a block says from a return address (`zif__fast_locate`). The last block before a limit is translated
 * again, shorter: the number of instructions goes into cs_base, which is part of a block's identity and unused on M-profile;
 * so do the modes that change what is translated.
 *
 * Stopping. An instruction is abandoned by a jump out of the engine with the state restored to its beginning. If it had made
 * device accesses by then, they are remembered and answer the same accesses when it is run again: each is made once.
 *
 * Offsets and signatures below are facts of Unicorn 2.0.1 for x86-64; other versions are refused, and the engine
 * passes a self-test before it is used. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdatomic.h>
#include <stdlib.h>
#include "port_fast_state.h"

static __thread uint64_t ram_addr; /* of the memory block the engine made last */

/* --- registers, where the engine keeps them --- */

static bool on_process_stack(const Fast *f)
{
    return env_get(f, ENV_EXCEPTION) == 0 && (env_get(f, ENV_CONTROL) & 2);
}

/* Handlers run on the main stack: what decides of the stack changes with the pointers exchanged if need be. */
static void set_mode(Fast *f, unsigned offset, uint32_t value)
{
    bool process = on_process_stack(f);
    env_set(f, offset, value);
    if (on_process_stack(f) != process) {
        uint32_t other = env_get(f, ENV_OTHER_SP);
        env_set(f, ENV_OTHER_SP, env_get(f, ENV_SP));
        env_set(f, ENV_SP, other);
    }
}

static void set_xpsr(Fast *f, uint32_t value)
{
    value &= f->xpsr_bits;
    env_set(f, ENV_NF, value);
    env_set(f, ENV_ZF, ~value & 1u << 30);
    env_set(f, ENV_CF, value >> 29 & 1);
    env_set(f, ENV_VF, value << 3 & 1u << 31);
    env_set(f, ENV_QF, value >> 27 & 1);
    env_set(f, ENV_GE, value >> 16 & 0xf);
    env_set(f, ENV_THUMB, value >> 24 & 1);
    env_set(f, ENV_CONDEXEC, zif__it_of(value));
    set_mode(f, ENV_EXCEPTION, value & ZIF_XPSR_IPSR);
}

void *__wrap_qemu_ram_alloc_from_ptr_arm(void *uc, uint64_t size, void *host, void *region)
{
    void *block = __real_qemu_ram_alloc_from_ptr_arm(uc, size, host, region);
    if (block != NULL) {
        ram_addr = FIELD(uint64_t, block, BLOCK_OFFSET);
    }
    return block;
}

/* --- following the map --- */

static void forget_code(ZifPort *port, uint32_t addr, uint32_t size)
{
    Fast *f = fast_of(port);
    for (unsigned i = 0; i < f->engine.mapped_count; i++) {
        const ZifPortMapping *m = &f->engine.mapped[i];
        uint64_t from = addr > m->start ? addr : m->start, to = (uint64_t)addr + size, end = m->start + m->size;
        to = to < end ? to : end;
        if (from < to) {
            uint64_t base = m->tag - m->start;
            tb_invalidate_phys_range_arm(f->engine.uc, base + from, base + to);
        }
    }
}

static void sync_map(ZifPort *port)
{
    Fast *f = fast_of(port);
    port->map_changed = false;
    if (f->layout == port->layout) {
        return;
    }
    f->layout = port->layout;
    f->engine.tag = &ram_addr;
    zif__engine_sync(&f->engine, port);
    tlb_flush_arm(f->cpu);
}

static void map_changed(ZifPort *port)
{
    Fast *f = fast_of(port);
    if (!port->only_romd || f->layout != port->layout || f->romd_page_count > ROMD_PAGES) {
        tlb_flush_arm(f->cpu);
    } else { /* a ROM device changed its mode: few of its pages, if any, are in the TLB */
        for (unsigned i = 0; i < f->romd_page_count; i++) {
            tlb_flush_page_arm(f->cpu, f->romd_pages[i]);
        }
    }
    f->romd_page_count = 0;
    port->only_romd = true;
    if (f->layout == port->layout && !port->mode_of_code) {
        port->map_changed = false;
    } else {
        f->must_leave = port->running;
    }
    port->mode_of_code = false;
}

static void flush(ZifPort *port)
{
    Fast *f = fast_of(port);
    f->partial = false;
    f->must_leave = port->running;
    tlb_flush_arm(f->cpu);
}

/* --- the run --- */

static void limit_lowered(ZifPort *port)
{
    Fast *f = fast_of(port);
    if (port->stop_requested || f->where == 0) {
        f->must_leave = true;
        return;
    }
    const Place *p = zif__fast_locate(f, f->where);
    uint64_t end_of_block = zif__fast_count_at(f, f->where) - p->index + p->block->insns;
    if (port->limit < end_of_block) {
        f->must_leave = true;
        return;
    }
    int64_t surplus = budget_left(f) - (int64_t)(port->limit - end_of_block);
    if (surplus > 0) {
        f->given -= (int32_t)surplus;
        *(f->killed ? &f->kept : f->budget) -= (int32_t)surplus;
    }
}

static void modes_changed(ZifPort *port)
{
    fast_of(port)->must_leave = port->running;
}

static uint32_t modes_of(ZifPort *port)
{
    zif__port_modes(port);
    return (port->div_traps ? KEY_DIV : 0u) | (port->unaligned_traps ? KEY_UNALIGNED : 0u) |
           (!port->fp_on || port->fp_armed ? KEY_NO_FP : 0u) | (port->observer != NULL ? KEY_OBSERVE : 0u) |
           (port->counters != 0 ? KEY_COUNT : 0u) | (port->flow != NULL ? KEY_FLOW : 0u);
}

/* What uc_emu_start comes to when nothing of the engine's own ends a run: the loop that looks up and executes blocks. It is left
 * by exit_engine, and by itself when translated code has filled its room. */
static void run_engine(Fast *f)
{
    char *uc = (char *)f->engine.uc;
    int left;
    FIELD(int32_t, uc, UC_ERROR) = UC_ERR_OK;
    FIELD(int32_t, uc, UC_NESTING)++;
    do {
        FIELD(uint32_t, f->cpu, CPU_HALTED) = 0;
        FIELD(bool, f->cpu, CPU_EXIT_REQUEST) = false;
        FIELD(int32_t, f->cpu, CPU_EXCEPTION) = -1;
        left = cpu_exec_arm(uc, f->cpu);
    } while (f->left == LEFT_NOT && left == LEAVE_LOOP && FIELD(int32_t, uc, UC_ERROR) == UC_ERR_OK);
    FIELD(int32_t, uc, UC_NESTING)--;
}

/* Lets the engine run at most `most` instructions. */
static int stretch(Fast *f, uint64_t most)
{
    ZifPort *port = &f->port;
    f->given = most < INT32_MAX / 2 ? (int32_t)most : INT32_MAX / 2;
    *f->budget = f->given;
    f->killed = f->must_leave = false;
    f->left = LEFT_NOT;
    f->where = 0;
    port->recording = true;
    port->record_next = 0;
    if (port->replaying) {
        zif__port_forget_devices(port); /* what was accessed already must not go straight there */
    } else {
        port->record_count = 0;
    }
    if (f->regs_written) {
        f->regs_written = false;
        arm_rebuild_hflags_arm(f->env);
    }
    Fast *outer = zif__fast_current; /* a callback may run another machine */
    zif__fast_current = f;
    run_engine(f);
    zif__fast_current = outer;
    port->recording = false;
    if (f->left == LEFT_NOT) {
        port->count += (uint64_t)(int64_t)(f->given - budget_left(f));
        port->info.text = uc_strerror(FIELD(uc_err, f->engine.uc, UC_ERROR));
        return ZIF_STOP_ENGINE;
    }
    return f->left;
}

/* The instruction at the PC, which generated code left to us. */
static int special(Fast *f, ZifPortInfo *info)
{
    ZifPort *port = &f->port;
    const ZifPortClient *c = &port->config.client;
    uint32_t pc = FIELD(uint32_t, f->env, ENV_PC), xpsr = get_xpsr(f);
    uint8_t it = zif__it_of(xpsr);
    if (!(xpsr & ZIF_XPSR_T)) {
        return ZIF_STOP_INVSTATE;
    }
    uint16_t first = 0, second = 0;
    zif__port_peek16(port, pc, &first);
    zif__port_peek16(port, pc + 2, &second);
    ZifInsn insn = zif__insn_decode(port->config.model, first, second);
    bool retires = true;
    int stop = LEFT_BOUNDARY;
    if (it == 0 || zif__condition_passes(it >> 4, xpsr)) {
        bool fp = insn.kind == ZIF_INSN_FP || insn.kind == ZIF_INSN_MEM; /* of the latter only FP's come here */
        info->imm = insn.imm;
        if (insn.kind == ZIF_INSN_CLREX) {
            port->exclusive.valid = false;
        } else if (fp && port->fp_on) {
            if (!port->fp_armed) {
                return LEFT_BOUNDARY;
            }
            *info = (ZifPortInfo){ .size = 4, .is_write = true };
            info->fault = c->fp_touched != NULL ? c->fp_touched(c->opaque, &info->addr) : ZIF_ACCESS_OK;
            port->fp_armed = info->fault != ZIF_ACCESS_OK;
            return port->fp_armed ? ZIF_STOP_DATA : LEFT_BOUNDARY;
        } else if (fp) {
            return ZIF_STOP_NOCP;
        } else if (insn.kind != ZIF_INSN_HINT) {
            stop = zif__insn_stop(insn.kind, &retires);
        }
    }
    f->special_size = insn.size;
    if (retires) {
        port->count++;
        zif__fast_skip(f, pc + insn.size, it);
    }
    return stop;
}

/* An instruction was executed outside generated code. */
static void tell_retired(ZifPort *port, uint32_t pc, unsigned size)
{
    if (port->observer != NULL) {
        port->observer(port->observer_opaque, pc, size);
    }
    if (port->counters != 0) {
        zif__counts_add(port->counts, pc, 1, 0);
    }
}

/* Finishes the load or store at the PC, abandoned because an access of it asked to leave, outside the engine: what was
 * accessed is not accessed again. False: not here, it may branch. *left: as stretch returns. */
static bool finish(Fast *f, int *left)
{
    ZifPort *port = &f->port;
    uint32_t pc = FIELD(uint32_t, f->env, ENV_PC);
    uint16_t first = 0, second = 0;
    zif__port_peek16(port, pc, &first);
    zif__port_peek16(port, pc + 2, &second);
    ZifInsn insn = zif__insn_decode(port->config.model, first, second);
    if (insn.kind != ZIF_INSN_MEM) {
        return false;
    }
    ZifMem m = zif__mem_decode(first, second);
    if (m.form != ZIF_MEM_FP && (m.form == ZIF_MEM_TABLE || (m.load && (m.regs >> 15 & 1)))) {
        return false;
    }
    uint8_t it = (uint8_t)FIELD(uint32_t, f->env, ENV_CONDEXEC);
    ZifMemPc branch;
    f->again = false;
    *left = ZIF_STOP_DATA;
    if (zif__mem_execute(port, pc, &m, &branch)) {
        port->count++;
        zif__fast_skip(f, pc + insn.size, it);
        tell_retired(port, pc, insn.size);
        *left = LEFT_BOUNDARY;
    } else if (port->info.fault == ZIF_FAULT_WATCH) {
        *left = ZIF_STOP_WATCHPOINT;
    }
    port->replaying = false;
    return true;
}

static ZifPortStop run(ZifPort *port, ZifPortInfo *info)
{
    Fast *f = fast_of(port);
    bool pass = port->at_breakpoint;
    uint64_t first = port->count;
    for (;;) {
        if (port->map_changed) {
            sync_map(port);
        }
        uint32_t pc = FIELD(uint32_t, f->env, ENV_PC);
        pass = pass && port->count == first;
        if (!f->again && port->count >= port->limit) {
            return ZIF_STOP_LIMIT;
        }
        if (!f->again && port->stop_requested) {
            return ZIF_STOP_REQUEST;
        }
        if (!FIELD(uint32_t, f->env, ENV_THUMB)) {
            return ZIF_STOP_INVSTATE;
        }
        if (port->breakpoint_count != 0 && !pass && !f->again && zif__port_is_breakpoint(port, pc)) {
            return ZIF_STOP_BREAKPOINT;
        }
        uint64_t most = f->again ? 1 : port->limit - port->count;
        f->modes = modes_of(port);
        f->cut = f->again || most == 1 ? 1 : f->cut;
        if ((pass || f->again) && port->breakpoint_count != 0) {
            f->modes |= KEY_PASS;
            f->cut = most = 1;
        }
        f->cut_pc = pc;
        uint64_t before = port->count;
        int left = stretch(f, most);
        zif__fast_observe_last(f, port->count);
        if (f->flow_from != 0) { /* what it led to has not begun */
            zif__fast_tell_flow(f, FIELD(uint32_t, f->env, ENV_PC));
        }
        f->cut = 0;
        if (left == LEFT_AGAIN) {
            finish(f, &left);
        }
        if (left != LEFT_AGAIN && (left != LEFT_BOUNDARY || port->count != before)) {
            f->again = false;
            port->replaying = false;
            if (f->borrowed) {
                f->borrowed = false;
                tlb_flush_arm(f->cpu);
            }
        }
        if (left == LEFT_SPECIAL) {
            uint32_t at = FIELD(uint32_t, f->env, ENV_PC);
            uint64_t then = port->count;
            pass = pass && then == first;
            if (!pass && zif__port_is_breakpoint(port, at)) {
                return ZIF_STOP_BREAKPOINT;
            }
            left = special(f, info);
            if (port->count != then) {
                tell_retired(port, at, f->special_size);
            }
        } else if (left == LEFT_BOUNDARY && !f->killed && port->count < port->limit) {
            uint64_t room = port->limit - port->count;
            f->cut = room <= KEY_CUT ? (uint32_t)room : 0; /* the block at the PC may be longer than what is left */
        }
        if (left == LEFT_BOUNDARY || left == LEFT_AGAIN) {
            continue;
        }
        if (left == ZIF_STOP_FETCH && port->count != before) {
            uint32_t to = FIELD(uint32_t, f->env, ENV_PC);
            if (to < 0xf0000000u || !(get_xpsr(f) & ZIF_XPSR_IPSR)) {
                continue; /* the limit, a breakpoint, lost Thumb state come first */
            }
            left = ZIF_STOP_EXC_RETURN;
        }
        if (left == ZIF_STOP_EXC_RETURN) {
            info->addr = FIELD(uint32_t, f->env, ENV_PC) | (FIELD(uint32_t, f->env, ENV_THUMB) ? 1 : 0);
        }
        if (left == ZIF_STOP_DATA || left == ZIF_STOP_WATCHPOINT || left == ZIF_STOP_FETCH || left == ZIF_STOP_ENGINE) {
            if (!(left == ZIF_STOP_DATA &&
                  info->fault != ZIF_ACCESS_OK)) { /* a refused fp_touched has said it already */
                *info = port->info;
            }
        }
        return (ZifPortStop)left;
    }
}

/* --- the rest of the interface --- */

static uint64_t count(const ZifPort *port)
{
    Fast *f = fast_of((ZifPort *)(uintptr_t)port);
    return f->where != 0 ? zif__fast_count_at(f, f->where) + f->bias : port->count;
}

static uint32_t get(ZifPort *port, ZifReg reg)
{
    Fast *f = fast_of(port);
    if (reg == ZIF_REG_PC && f->where != 0) {
        return zif__fast_locate(f, f->where)->pc;
    }
    if (reg <= ZIF_REG_PC) {
        return env_get(f, 4 * reg);
    }
    switch (reg) {
    case ZIF_REG_XPSR: {
        uint32_t v = get_xpsr(f), it = f->where != 0 ? zif__fast_locate(f, f->where)->it : zif__it_of(v);
        return (v & ~ZIF_XPSR_IT) | (it & 3) << 25 | (it & 0xfc) << 8;
    }
    case ZIF_REG_MSP:
        return env_get(f, on_process_stack(f) ? ENV_OTHER_SP : ENV_SP);
    case ZIF_REG_PSP:
        return env_get(f, on_process_stack(f) ? ENV_SP : ENV_OTHER_SP);
    case ZIF_REG_PRIMASK:
        return env_get(f, ENV_PRIMASK);
    case ZIF_REG_BASEPRI:
        return env_get(f, ENV_BASEPRI);
    case ZIF_REG_FAULTMASK:
        return env_get(f, ENV_FAULTMASK);
    case ZIF_REG_CONTROL:
        return (env_get(f, ENV_CONTROL) & 3) | (env_get(f, ENV_CONTROL_FP) & 4);
    default:
        return zif__engine_get(&f->engine, reg);
    }
}

static void set(ZifPort *port, ZifReg reg, uint32_t value)
{
    Fast *f = fast_of(port);
    if (reg <= ZIF_REG_PC) {
        env_set(f, 4 * reg, reg == ZIF_REG_PC ? value & ~1u : value);
        return;
    }
    switch (reg) {
    case ZIF_REG_XPSR:
        set_xpsr(f, value);
        break;
    case ZIF_REG_MSP:
        env_set(f, on_process_stack(f) ? ENV_OTHER_SP : ENV_SP, value);
        break;
    case ZIF_REG_PSP:
        env_set(f, on_process_stack(f) ? ENV_SP : ENV_OTHER_SP, value);
        break;
    case ZIF_REG_CONTROL:
        value &= f->control_bits;
        env_set(f, ENV_CONTROL_FP, (env_get(f, ENV_CONTROL_FP) & ~4u) | (value & 4));
        set_mode(f, ENV_CONTROL, (env_get(f, ENV_CONTROL) & ~3u) | (value & 3));
        break;
    default:
        zif__engine_set(&f->engine, reg, value);
        break;
    }
    f->regs_written = true; /* the engine's flags may follow from it */
}

static void close_port(ZifPort *port)
{
    Fast *f = fast_of(port);
    zif__engine_close(&f->engine);
    free(f);
}

/* Finds out which bits this core has, and whether the engine and we have the same idea of where they are. */
static bool know_registers(Fast *f)
{
    ZifPort *port = &f->port;
    zif__engine_set(&f->engine, ZIF_REG_CONTROL, 7);
    f->control_bits = zif__engine_get(&f->engine, ZIF_REG_CONTROL) & 7;
    set(port, ZIF_REG_CONTROL, 0);
    zif__engine_set(&f->engine, ZIF_REG_XPSR, UINT32_MAX & ~ZIF_XPSR_IPSR);
    f->xpsr_bits = zif__engine_get(&f->engine, ZIF_REG_XPSR) | ZIF_XPSR_IPSR;
    static const struct {
        ZifReg reg;
        uint32_t value;
    } samples[] = {
        { ZIF_REG_MSP, 0x20001230 },  { ZIF_REG_PSP, 0x20004560 },  { ZIF_REG_CONTROL, 2 },
        { ZIF_REG_XPSR, 0x91000000 }, { ZIF_REG_XPSR, 0x6100000b }, { ZIF_REG_PRIMASK, 1 },
        { ZIF_REG_BASEPRI, 0xe0 },    { ZIF_REG_FAULTMASK, 1 },
    };
    bool same = true;
    for (unsigned i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
        set(port, samples[i].reg, samples[i].value);
        for (int reg = ZIF_REG_SP; reg <= ZIF_REG_CONTROL; reg++) {
            same = same && get(port, (ZifReg)reg) == zif__engine_get(&f->engine, (ZifReg)reg);
        }
    }
    static const ZifReg zeroes[] = { ZIF_REG_XPSR,      ZIF_REG_CONTROL, ZIF_REG_PRIMASK, ZIF_REG_BASEPRI,
                                     ZIF_REG_FAULTMASK, ZIF_REG_MSP,     ZIF_REG_PSP };
    for (unsigned i = 0; i < sizeof(zeroes) / sizeof(zeroes[0]); i++) {
        set(port, zeroes[i], 0);
    }
    return same;
}

static ZifPort *open_port(const ZifPortConfig *config, Error **errp)
{
    Fast *f = calloc(1, sizeof(*f));
    if (f == NULL) {
        error_setg(errp, "out of memory for a CPU");
        return NULL;
    }
    if (!zif__engine_open(&f->engine, config->model, errp)) {
        free(f);
        return NULL;
    }
    const uint32_t mark = 0x5a494621;
    uc_reg_write(f->engine.uc, UC_ARM_REG_R0, &mark); /* the engine comes to life with its first use */
    uc_ctl_exits_enable(f->engine.uc);                /* and none is set: no end address to look for */
    f->cpu = FIELD(char *, f->engine.uc, UC_CPU);
    f->env = f->cpu + CPU_ENV;
    if (FIELD(uint32_t, f->env, 0) != mark || !know_registers(f)) {
        error_setg(errp, "the fast CPU memory port does not recognise this engine; use the portable one");
        zif__engine_close(&f->engine);
        free(f);
        return NULL;
    }
    f->budget = &FIELD(int32_t, f->env, ENV_BUDGET);
    f->regs_written = true;
    f->port.ops = &zif__port_fast;
    f->port.config = *config;
    static atomic_bool proven; /* one engine stands for all of the process: they share their code */
    if (!atomic_load(&proven) && !zif__port_selftest(&f->port)) {
        error_setg(errp, "the fast CPU memory port fails its self-test with this engine; use the portable one");
        close_port(&f->port);
        return NULL;
    }
    atomic_store(&proven, true);
    return &f->port;
}

bool zif__port_fast_usable(Error **errp)
{
    unsigned version = uc_version(NULL, NULL);
    if (version >> 8 != 0x020001) {
        error_setg(errp, "the fast CPU memory port knows Unicorn 2.0.1 only, this is %u.%u.%u; use the portable one",
                   version >> 24, version >> 16 & 0xff, version >> 8 & 0xff);
        return false;
    }
    return true;
}

const ZifPortOps zif__port_fast = {
    .name = "fast",
    .open = open_port,
    .close = close_port,
    .run = run,
    .count = count,
    .get = get,
    .set = set,
    .limit_lowered = limit_lowered,
    .map_changed = map_changed,
    .sync = sync_map,
    .flush = flush,
    .forget_code = forget_code,
    .modes_changed = modes_changed,
};
