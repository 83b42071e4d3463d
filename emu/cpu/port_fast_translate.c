/*
 * The fast CPU memory port: what is translated besides the guest's instructions, and what that calls for. See port_fast.c.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "port_fast_state.h"

/* --- what is translated --- */

void __wrap_cpu_get_tb_cpu_state_arm(void *env, uint32_t *pc, uint32_t *cs_base, uint32_t *flags)
{
    __real_cpu_get_tb_cpu_state_arm(env, pc, cs_base, flags);
    Fast *f = zif__fast_current;
    if (f != NULL) {
        *cs_base = f->modes;
        if (f->cut != 0 && *pc == f->cut_pc) {
            *cs_base |= f->cut;
        }
        if (f->partial && !(zif__port_prot(&f->port, *pc) & ZIF_PROT_X)) {
            *cs_base |= KEY_FETCH;
        }
    }
}

static char *emit(Fast *f, int op, const void *a, uintptr_t b, uintptr_t c)
{
    char *made = tcg_emit_op_arm(f->tcg, op);
    uintptr_t *args = (void *)(made + OP_ARGS);
    args[0] = (uintptr_t)a;
    args[1] = b;
    args[2] = c;
    return made;
}

/* A call of helper_uc_tracecode, which is ours. */
static void emit_call(Fast *f, int what, uint32_t size, uint32_t pc)
{
    char *tcg = f->tcg;
    void *args[4] = { tcg + tcg_const_i32_arm(tcg, (int32_t)size), tcg + tcg_const_i32_arm(tcg, what),
                      tcg + tcg_const_i64_arm(tcg, (int64_t)(uintptr_t)f), tcg + tcg_const_i64_arm(tcg, pc) };
    tcg_gen_callN_arm(tcg, (void *)(uintptr_t)__wrap_helper_uc_tracecode, NULL, 4, args);
    for (unsigned i = 0; i < 4; i++) {
        tcg_temp_free_internal_arm(tcg, args[i]);
    }
}

static char *previous(char *op)
{
    return FIELD(char *, op, OP_LINK_PREVIOUS) - 8;
}

/* Generated code: *counter += 1. */
static void emit_increment(Fast *f, uint32_t *counter)
{
    char *tcg = f->tcg, *at = tcg + tcg_const_i64_arm(tcg, (int64_t)(uintptr_t)counter);
    void *value = tcg_temp_new_internal_arm(tcg, TYPE_I32, false);
    char *minus = tcg + tcg_const_i32_arm(tcg, -1);
    emit(f, OP_LD, value, (uintptr_t)at, 0);
    emit(f, OP_SUB, value, (uintptr_t)value, (uintptr_t)minus);
    emit(f, OP_ST, value, (uintptr_t)at, 0);
    tcg_temp_free_internal_arm(tcg, minus);
    tcg_temp_free_internal_arm(tcg, value);
    tcg_temp_free_internal_arm(tcg, at);
}

/* Generated code: notes the branch that comes next; the block it leads to tells of it. */
static void emit_flow(Fast *f, uint32_t from)
{
    char *tcg = f->tcg, *at = tcg + tcg_const_i64_arm(tcg, (int64_t)(uintptr_t)&f->flow_from);
    char *value = tcg + tcg_const_i32_arm(tcg, (int32_t)from);
    emit(f, OP_ST, value, (uintptr_t)at, 0);
    tcg_temp_free_internal_arm(tcg, value);
    tcg_temp_free_internal_arm(tcg, at);
}

/* Generated code: tells of the branch that led here, if there was one worth it. */
static void emit_flow_test(Fast *f, uint32_t pc)
{
    char *tcg = f->tcg, *at = tcg + tcg_const_i64_arm(tcg, (int64_t)(uintptr_t)&f->flow_from);
    void *value = tcg_temp_new_internal_arm(tcg, TYPE_I32, false);
    void *label = __real_gen_new_label_arm(tcg);
    emit(f, OP_LD, value, (uintptr_t)at, 0);
    tcg_gen_brcondi_i32_arm(tcg, COND_EQ, (uintptr_t)value - (uintptr_t)tcg, 0, label);
    tcg_temp_free_internal_arm(tcg, value);
    tcg_temp_free_internal_arm(tcg, at);
    emit_call(f, CALL_FLOW, 0, pc);
    FIELD(uint32_t, label, 0) |= 1; /* present */
    emit(f, OP_SET_LABEL, label, 0, 0);
}

/* The engine's test of its exit flag, which nothing here needs: a load, the zero to compare with, a branch. */
static void remove_exit_test(Fast *f, char *after)
{
    char *branch = previous(after), *zero = previous(branch), *load = previous(zero);
    if ((FIELD(uint32_t, branch, 0) & 0xff) == OP_BRCOND && (FIELD(uint32_t, zero, 0) & 0xff) == OP_MOVI &&
        (FIELD(uint32_t, load, 0) & 0xff) == OP_LD) {
        tcg_op_remove_arm(f->tcg, branch);
        tcg_op_remove_arm(f->tcg, zero);
        tcg_op_remove_arm(f->tcg, load);
    }
}

/* A block counts itself, or is refused behind its end. */
static void translate_start(Translation *t, void *cpu)
{
    Fast *f = zif__fast_current;
    char *env = (char *)f->tcg + FIELD(uintptr_t, f->tcg, CONTEXT_ENV);
    void *left = tcg_temp_new_internal_arm(f->tcg, TYPE_I32, false);
    void *length = tcg_temp_new_internal_arm(f->tcg, TYPE_I32, false);
    f->refused = __real_gen_new_label_arm(f->tcg);
    remove_exit_test(f, emit(f, OP_LD, left, (uintptr_t)env, (uintptr_t)(intptr_t)ENV_BUDGET));
    f->length_op = emit(f, OP_MOVI, length, 0, 0);
    emit(f, OP_SUB, left, (uintptr_t)left, (uintptr_t)length);
    emit(f, OP_ST, left, (uintptr_t)env, (uintptr_t)(intptr_t)ENV_BUDGET);
    tcg_gen_brcondi_i32_arm(f->tcg, COND_LT, (uintptr_t)left - (uintptr_t)f->tcg, 0, f->refused);
    tcg_temp_free_internal_arm(f->tcg, left);
    tcg_temp_free_internal_arm(f->tcg, length);
    if (t->block->cs_base & KEY_FLOW) {
        emit_flow_test(f, t->pc_first);
    }
    f->counted = NULL;
    if (t->block->cs_base & KEY_COUNT) {
        f->counted = zif__counts_block(f->port.counts, t->block->pc, t->block->cs_base, t->block->flags);
        emit_increment(f, &f->counted->started);
    }
    f->inner->start(t, cpu);
}

static void translate_stop(Translation *t, void *cpu)
{
    Fast *f = zif__fast_current;
    FIELD(uintptr_t, f->length_op, OP_ARGS + 8) = (uintptr_t)t->insns;
    if (f->counted != NULL) {
        zif__counts_block_is(f->port.counts, f->counted, f->insns, (unsigned)t->insns);
    }
    f->stopping = true;
    f->stop_label = NULL;
    f->inner->stop(t, cpu);
    f->stopping = false;
    FIELD(uint32_t, f->refused, 0) |= 1; /* present */
    emit(f, OP_SET_LABEL, f->refused, 0, 0);
    emit_call(f, CALL_REFUSED, 0, t->pc_first);
}

void *__wrap_gen_new_label_arm(void *tcg)
{
    void *label = __real_gen_new_label_arm(tcg);
    if (zif__fast_current != NULL && zif__fast_current->stopping) {
        zif__fast_current->stop_label = label;
    }
    return label;
}

/* Behind its last instruction a block has one label that was made before: where a conditional branch goes on when its
 * condition fails. */
void __wrap_tcg_gen_op1_arm(void *tcg, int op, uintptr_t arg)
{
    Fast *f = zif__fast_current;
    __real_tcg_gen_op1_arm(tcg, op, arg);
    if (f != NULL && f->stopping && op == OP_SET_LABEL && (void *)arg != f->stop_label && f->counted != NULL &&
        f->flow != ZIF_FLOW_NONE) {
        emit_increment(f, &f->counted->straight);
    }
}

static void end_block_here(Fast *f, Translation *t)
{
    tcg_gen_exit_tb_arm(f->tcg, NULL, 0);
    t->pc_next += f->insn.size;
    t->is_jmp = JMP_NORETURN;
}

/* Does the instruction stop whenever it is executed, or is it otherwise not the engine's? */
static bool always_special(const Fast *f, ZifInsnKind kind, uint32_t key)
{
    switch (kind) {
    case ZIF_INSN_SVC:
    case ZIF_INSN_BKPT:
    case ZIF_INSN_UDF:
    case ZIF_INSN_NOCP:
    case ZIF_INSN_HINT:
    case ZIF_INSN_WFI:
    case ZIF_INSN_WFE:
    case ZIF_INSN_SEV:
    case ZIF_INSN_CLREX:
        return true;
    case ZIF_INSN_FP:
        return key & KEY_NO_FP;
    case ZIF_INSN_MEM:
        return f->mem.form == ZIF_MEM_FP && (key & KEY_NO_FP);
    default:
        return false;
    }
}

/* Exclusives (a device must not be read by a STREX), unprivileged accesses (the TLB is for the present privilege), and an
 * LDRD into its own base (a refused second word would have destroyed it). */
static bool done_by_call(const ZifMem *m)
{
    return m->unprivileged || m->form == ZIF_MEM_EXCLUSIVE || (m->form == ZIF_MEM_PAIR && m->load && m->rt == m->rn);
}

static void translate_insn(Translation *t, void *cpu)
{
    Fast *f = zif__fast_current;
    uint32_t pc = t->pc_next, key = t->block->cs_base;
    uint16_t first = 0, second = 0;
    f->flow = ZIF_FLOW_NONE;
    if (f->counted != NULL && t->insns <= MOST_INSNS) {
        f->insns[t->insns - 1] = pc;
    }
    if (!f->thumb || !zif__port_peek16(&f->port, pc, &first)) {
        f->insn = (ZifInsn){ .size = 2 };
        emit_call(f, CALL_SPECIAL, 2, pc); /* out of Thumb state */
        end_block_here(f, t);
        return;
    }
    if (zif__insn_is_wide(first) && !zif__port_peek16(&f->port, pc + 2, &second)) {
        f->inner->insn(t, cpu); /* the engine's fetch of the second half faults */
        return;
    }
    f->insn = zif__insn_decode(f->port.config.model, first, second);
    f->mem = f->insn.kind == ZIF_INSN_MEM ? zif__mem_decode(first, second) : (ZifMem){ 0 };
    f->key = key;
    f->flow = zif__insn_flow(first, second);
    if (key & KEY_FETCH) {
        emit_call(f, CALL_FETCH, f->insn.size, pc);
    }
    bool breakpoint = zif__port_is_breakpoint(&f->port, pc) && !((key & KEY_PASS) && pc == t->pc_first);
    if (!breakpoint && (key & KEY_OBSERVE)) {
        emit_call(f, CALL_OBSERVE, f->insn.size, pc);
    }
    if (breakpoint || always_special(f, f->insn.kind, key)) {
        emit_call(f, CALL_SPECIAL, f->insn.size, pc);
        end_block_here(f, t);
    } else if (f->insn.kind == ZIF_INSN_MEM && done_by_call(&f->mem)) {
        emit_call(f, CALL_MEM, f->insn.size, pc);
        end_block_here(f, t);
    } else {
        if (f->insn.kind == ZIF_INSN_DIV && (key & KEY_DIV)) {
            emit_call(f, CALL_DIV, f->insn.rm, pc);
        }
        if ((key & KEY_FLOW) && f->flow > ZIF_FLOW_CONDITIONAL) {
            emit_flow(f, pc);
        }
        f->inner->insn(t, cpu);
        if (f->insn.kind == ZIF_INSN_SYSREG) {
            emit_call(f, CALL_SYSREG, f->insn.size, pc);
            t->is_jmp = t->is_jmp == JMP_NEXT ? JMP_TOO_MANY : t->is_jmp; /* it is the last of its block */
        }
    }
}

void __wrap_translator_loop_arm(const void *ops, void *t, void *cpu, void *tb, int max_insns)
{
    Fast *f = zif__fast_current;
    if (f == NULL) {
        __real_translator_loop_arm(ops, t, cpu, tb, max_insns);
        return;
    }
    const Block *block = tb;
    TranslatorOps mine = *(const TranslatorOps *)ops;
    mine.start = translate_start;
    mine.insn = translate_insn;
    mine.stop = translate_stop;
    f->inner = ops;
    f->thumb = FIELD(uint32_t, f->env, ENV_THUMB);
    f->insn = (ZifInsn){ 0 };
    int cut = block->cs_base & KEY_CUT;
    __real_translator_loop_arm(&mine, t, cpu, tb, cut != 0 ? cut : max_insns);
    if (zif__port_mark_code(&f->port, block->pc, block->size)) {
        tlb_flush_arm(f->cpu); /* stores to these pages come here from now on */
    }
}

/* Generated code reaches a store's helper by pushing the address to go on at (lea, push r8) and a jump. That no call goes with
 * the return makes the processor mispredict it and those that follow. The same eight bytes hold a call and a jump to where
 * the helper says. */
static void patch_stores(uint8_t *code, size_t size)
{
    static const uint8_t push_and_jump[] = { 0x41, 0x50, 0xff, 0x25 }, call[] = { 0xff, 0x15 },
                         jump_rax[] = { 0xff, 0xe0 };
    const uintptr_t helpers[] = { (uintptr_t)__wrap_helper_ret_stb_mmu_arm, (uintptr_t)__wrap_helper_le_stw_mmu_arm,
                                  (uintptr_t)__wrap_helper_le_stl_mmu_arm, (uintptr_t)__wrap_helper_le_stq_mmu_arm };
    uint8_t *end = code + size;
    for (uint8_t *at = code; (at = memmem(at, (size_t)(end - at), push_and_jump, sizeof push_and_jump)) != NULL; at++) {
        int32_t distance;
        memcpy(&distance, at + 4, sizeof distance);
        uint8_t *pool = at + 8 + distance; /* where the helper's address is */
        if (end - at < 8 || pool < code || end - pool < 8) {
            continue;
        }
        uintptr_t to;
        memcpy(&to, pool, sizeof to);
        if (to == helpers[0] || to == helpers[1] || to == helpers[2] || to == helpers[3]) {
            distance += 2; /* the call ends two bytes earlier */
            memcpy(at, call, sizeof call);
            memcpy(at + 2, &distance, sizeof distance);
            memcpy(at + 6, jump_rax, sizeof jump_rax);
        }
    }
}

int __wrap_tcg_gen_code_arm(void *tcg, void *tb)
{
    int size = __real_tcg_gen_code_arm(tcg, tb);
    if (zif__fast_current != NULL && size > 0) {
        patch_stores(((const Block *)tb)->host, (size_t)size);
    }
    return size;
}

void __wrap_tcg_func_start_arm(void *tcg)
{
    if (zif__fast_current != NULL) {
        zif__fast_current->tcg = tcg;
    }
    __real_tcg_func_start_arm(tcg);
}

void __wrap_tcg_region_reset_all_arm(void *tcg)
{
    if (zif__fast_current != NULL) { /* all blocks are gone, their addresses will be used again */
        memset(zif__fast_current->places, 0, sizeof(zif__fast_current->places));
    }
    __real_tcg_region_reset_all_arm(tcg);
}

/* The engine's table of translated blocks: it grows with them, so it need not be made for 32768 at once. */
void __wrap_qht_init(void *table, void *compare, size_t entries, unsigned mode)
{
    __real_qht_init(table, compare, (mode & QHT_GROWS) && entries > FEW_BLOCKS ? FEW_BLOCKS : entries, mode);
}

/* The alignment an access must have, in the engine's encoding; and no exit test after it. */
static uint32_t access_op(Fast *f, uint32_t memop)
{
    FIELD(bool, f->engine.uc, UC_NO_EXIT_REQUEST) = true;
    unsigned size = 1u << (memop & 3);
    if (f->insn.kind == ZIF_INSN_MEM && f->mem.multi && size >= 4) {
        return (memop & ~(uint32_t)ALIGN_MASK) | ALIGN_4;
    }
    if (size > 1 && (f->key & KEY_UNALIGNED)) {
        return (memop & ~(uint32_t)ALIGN_MASK) | ALIGN_NATURAL;
    }
    return memop & ~(uint32_t)ALIGN_MASK;
}

#define ACCESS(name)                                                                                                   \
    void __wrap_tcg_gen_qemu_##name##_arm(void *tcg, uintptr_t value, uintptr_t addr, uintptr_t index, uint32_t memop) \
    {                                                                                                                  \
        __real_tcg_gen_qemu_##name##_arm(tcg, value, addr, index,                                                      \
                                         zif__fast_current != NULL ? access_op(zif__fast_current, memop) : memop);     \
    }
ACCESS(ld_i32)
ACCESS(st_i32)
ACCESS(ld_i64)
ACCESS(st_i64)

/* --- what generated code calls --- */

void zif__fast_tell_flow(Fast *f, uint32_t to)
{
    uint32_t from = f->flow_from;
    uint16_t first = 0, second = 0;
    f->flow_from = 0;
    if (f->port.flow != NULL) {
        zif__port_peek16(&f->port, from, &first);
        zif__port_peek16(&f->port, from + 2, &second);
        f->port.flow(f->port.flow_opaque, zif__insn_flow(first, second), from, zif__insn_is_wide(first) ? 4 : 2, to);
    }
}

void zif__fast_observe_last(Fast *f, uint64_t count)
{
    if (f->observed && count > f->obs_count) {
        f->port.observer(f->port.observer_opaque, f->obs_pc, f->obs_size);
    }
    f->observed = false;
}

/* The call is behind the last instruction of the block, which is not entered. */
static void block_refused(Fast *f, uintptr_t where)
{
    const Block *block = zif__fast_locate(f, where)->block;
    uint8_t *table = block->host + block->host_size;
    Place first = { .pc = block->pc + zif__fast_sleb(&table) };
    first.it = (uint8_t)zif__fast_sleb(&table);
    *f->budget += block->insns;
    zif__fast_restore(f, &first);
    zif__fast_leave_between_blocks(f, LEFT_BOUNDARY);
}

void zif__fast_skip(Fast *f, uint32_t pc, uint8_t it)
{
    FIELD(uint32_t, f->env, ENV_PC) = pc;
    FIELD(uint32_t, f->env, ENV_CONDEXEC) = it == 0 ? 0 : zif__it_advance(it);
}

static bool executes(Fast *f, const Place *p)
{
    return p->it == 0 || zif__condition_passes(p->it >> 4, get_xpsr(f));
}

/* The last instruction of its block. */
static void memory_by_call(Fast *f, uintptr_t where, uint32_t size)
{
    const Place p = *zif__fast_locate(f, where);
    if (executes(f, &p)) {
        uint16_t first = 0, second = 0;
        zif__port_peek16(&f->port, p.pc, &first);
        zif__port_peek16(&f->port, p.pc + 2, &second);
        ZifMem m = zif__mem_decode(first, second);
        ZifMemPc branch;
        zif__fast_begin_access(f, where);
        zif__fast_end_access(f, where, zif__mem_execute(&f->port, p.pc, &m, &branch));
    }
    zif__fast_skip(f, p.pc + size, p.it);
}

static void sysreg_written(Fast *f, uintptr_t where)
{
    const ZifPortClient *c = &f->port.config.client;
    f->where = where;
    f->bias = 1;
    c->sysreg_written(c->opaque);
    f->bias = 0;
    f->where = 0;
    if (f->must_leave) {
        f->must_leave = false;
        zif__fast_kill_budget(f);
    }
}

static void observe(Fast *f, uintptr_t where, uint32_t pc, uint32_t size)
{
    uint64_t count = zif__fast_count_at(f, where);
    f->where = where;
    zif__fast_observe_last(f, count);
    if (f->must_leave) { /* it was told of the instruction before, which is done */
        f->must_leave = false;
        zif__fast_leave_at(f, where, LEFT_BOUNDARY);
    }
    f->where = 0;
    f->observed = f->port.observer != NULL;
    f->obs_pc = pc;
    f->obs_size = size;
    f->obs_count = count;
}

void __wrap_helper_uc_tracecode(int32_t size, int32_t what, void *handle, int64_t address)
{
    Fast *f = zif__fast_current;
    if (f == NULL || handle != f) {
        __real_helper_uc_tracecode(size, what, handle, address);
        return;
    }
    uintptr_t where = (uintptr_t)__builtin_return_address(0);
    uint32_t pc = (uint32_t)address;
    switch (what) {
    case CALL_REFUSED:
        block_refused(f, where);
        break;
    case CALL_SPECIAL:
        zif__fast_leave_at(f, where, LEFT_SPECIAL);
    case CALL_DIV:
        if (FIELD(uint32_t, f->env, 4 * size) == 0 && executes(f, zif__fast_locate(f, where))) {
            zif__fast_leave_at(f, where, ZIF_STOP_DIVBYZERO);
        }
        break;
    case CALL_OBSERVE:
        observe(f, where, pc, (uint32_t)size);
        break;
    case CALL_FLOW:
        f->where = where;
        zif__fast_tell_flow(f, pc);
        f->where = 0;
        break;
    case CALL_FETCH:
        for (int32_t i = 0; i < size; i += 2) {
            if (!zif__port_fetch(&f->port, pc + (uint32_t)i, 2) && !zif__fast_fetched_before(f)) {
                zif__fast_leave_at(f, where, ZIF_STOP_FETCH);
            }
        }
        break;
    case CALL_SYSREG:
        sysreg_written(f, where);
        break;
    default:
        memory_by_call(f, where, (uint32_t)size);
        break;
    }
}

/* The engine found what it does not execute: undefined, no coprocessor. */
void __wrap_helper_exception_with_syndrome_arm(void *env, uint32_t number, uint32_t syndrome, uint32_t level)
{
    Fast *f = zif__fast_current;
    if (f == NULL) {
        __real_helper_exception_with_syndrome_arm(env, number, syndrome, level);
        return;
    }
    int stop = number == 17 ? ZIF_STOP_NOCP : number == 1 ? ZIF_STOP_UNDEF : ZIF_STOP_ENGINE;
    zif__fast_leave_at(f, (uintptr_t)__builtin_return_address(0), stop);
}

/* An exception return: the branch is done, the PC is its target. */
void __wrap_helper_exception_internal_arm(void *env, uint32_t number)
{
    Fast *f = zif__fast_current;
    if (f == NULL) {
        __real_helper_exception_internal_arm(env, number);
        return;
    }
    zif__fast_leave_between_blocks(f, number == 8 ? ZIF_STOP_EXC_RETURN : ZIF_STOP_ENGINE);
}
