/*
 * The fast CPU memory port: owns the engine's slow path. The only file that knows the engine's insides.
 *
 * The engine is linked as an archive and some of its functions are replaced at link time (--wrap, see CMakeLists.txt):
 * every load and store that misses the engine's TLB, every TLB fill, every translation and every lookup of translated code
 * arrives here. What the engine may do alone it does inline; the rest goes through the same code as in the portable port.
 *
 * Time. Each translated block starts with four operations: budget -= length; negative: to a call of `block_refused`. No C
 * code runs for a block that fits. Within a block the count is that of its start plus the index of the instruction, which
 * the engine's own table of a block says from a return address (`locate`). The last block before a limit is translated
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
#include <string.h>
#include "port_engine.h"
#include "port_fast.h"

/* Facts about the engine's structures (bytes). */
enum {
    UC_CPU = 384,              /* uc_struct: CPUState *cpu */
    UC_ERROR = 1328,           /* uc_struct: uc_err of the run */
    UC_NO_EXIT_REQUEST = 1930, /* uc_struct: bool: emit no exit test after a load or store */
    UC_NESTING = 14736,        /* uc_struct: int: runs in progress; cpu_exec jumps back through the entry of the last */
    CPU_EXIT_REQUEST = 21,     /* CPUState: bool */
    CPU_HALTED = 33176,        /* CPUState: uint32_t */
    CPU_EXCEPTION = 33184,     /* CPUState: int: why the loop is left; -1: not */
    CPU_ENV = 38640,           /* CPUState -> CPUARMState */
    ENV_BUDGET = -38600,       /* CPUARMState -> a 64-bit field of CPUState only icount mode uses: our budget */
    ENV_SP = 52,
    ENV_PC = 60,
    ENV_CF = 520, /* 0 or 1 */
    ENV_VF = 524, /* bit 31 */
    ENV_NF = 528, /* bit 31 */
    ENV_ZF = 532, /* zero: set */
    ENV_QF = 536,
    ENV_GE = 540,
    ENV_THUMB = 544,
    ENV_CONDEXEC = 548,  /* ITSTATE */
    ENV_OTHER_SP = 2840, /* the stack pointer that is not the active one */
    ENV_BASEPRI = 2860,
    ENV_CONTROL = 2868,
    ENV_CONTROL_FP = 2872, /* FPCA */
    ENV_EXCEPTION = 2928,
    ENV_PRIMASK = 2932,
    ENV_FAULTMASK = 2940,
    CONTEXT_ENV = 37104, /* TCGContext: the temporary that stands for env */
    OP_LINK_PREVIOUS = 16,
    OP_ARGS = 24,
    BLOCK_OFFSET = 16, /* RAMBlock: ram_addr */
};
/* Operations of the engine's intermediate code. */
enum { OP_SET_LABEL = 1, OP_MOVI = 6, OP_LD = 13, OP_ST = 16, OP_SUB = 18, OP_BRCOND = 38 };
enum { COND_LT = 2, COND_EQ = 8, TYPE_I32 = 0 };
enum { JMP_NEXT = 0, JMP_TOO_MANY = 1, JMP_NORETURN = 2 };
enum { ALIGN_MASK = 7 << 4, ALIGN_NATURAL = 7 << 4, ALIGN_4 = 2 << 4 };
enum { LEAVE_LOOP = 0x10000 }; /* for CPU_EXCEPTION, and what cpu_exec returns then */
enum { PAGE_READ = 1, PAGE_WRITE = 2, PAGE_EXEC = 4 };
enum { FILL_STORE = 1, FILL_FETCH = 2 };
enum { QHT_GROWS = 1 }; /* a mode of the engine's hash tables */

typedef struct {
    uint32_t pc, cs_base, flags;
    uint16_t size, insns;
    uint32_t cflags, trace;
    uint8_t *host;
    size_t host_size;
} Block; /* TranslationBlock, as far as we look */

typedef struct {
    Block *block;
    uint32_t pc_first, pc_next;
    int32_t is_jmp, insns, max_insns;
} Translation; /* DisasContextBase */

typedef void (*TranslateFn)(Translation *t, void *cpu);
typedef struct {
    TranslateFn init, start, insn_start;
    bool (*breakpoint_check)(Translation *t, void *cpu, const void *bp);
    TranslateFn insn, stop;
} TranslatorOps;

/* What cs_base says of a block: how many instructions at most (0: as many as there are), and modes. */
enum {
    KEY_CUT = 0x3ff,
    KEY_DIV = 1 << 10,
    KEY_UNALIGNED = 1 << 11,
    KEY_NO_FP = 1 << 12, /* an FP instruction stops: refused, or to be announced */
    KEY_OBSERVE = 1 << 13,
    KEY_FETCH = 1 << 14, /* each fetch is asked about */
    KEY_PASS = 1 << 15,  /* no breakpoint at the first instruction */
    KEY_COUNT = 1 << 16, /* it counts itself */
    KEY_FLOW = 1 << 17,  /* it tells of the branch that led to it */
};

/* What generated code calls for (second argument of helper_uc_tracecode, which only we use). */
enum { CALL_REFUSED = 0x5a0, CALL_SPECIAL, CALL_DIV, CALL_OBSERVE, CALL_FETCH, CALL_SYSREG, CALL_MEM, CALL_FLOW };

/* Why the engine was left, beside what ZifPortStop says. */
enum { LEFT_NOT = -1, LEFT_BOUNDARY = -2, LEFT_SPECIAL = -3, LEFT_AGAIN = -4 };

/* An instruction in generated code, by a return address in it. */
typedef struct {
    uintptr_t where; /* 0: free */
    Block *block;
    uintptr_t from; /* host address its code starts at */
    uint32_t pc;
    uint16_t index;
    uint8_t it;
} Place;

enum { MOST_INSNS = 1024, PLACES = 2048, ROMD_PAGES = 8, FEW_BLOCKS = 2048, FILL_EVERY = 4 };

typedef struct {
    ZifPort port;
    ZifEngine engine;
    char *cpu, *env;
    void *tcg;
    int32_t *budget;
    int32_t given;   /* budget at the start of this stretch; count is that of then */
    int32_t kept;    /* the budget while `killed` */
    bool killed;     /* the next block is refused whatever its length */
    bool must_leave; /* after the instruction whose access is being made */
    bool borrowed;   /* the TLB lets that instruction be fetched from where no other one may be */
    bool again;      /* the next stretch begins with an abandoned instruction: finish it whatever the limit */
    bool regs_written;
    bool partial; /* some page that is being executed asks for each fetch */
    bool filling_store;
    unsigned plain_misses; /* accesses to plain memory that came here */
    int left;              /* LEFT_*, or a ZifPortStop */
    uintptr_t where;       /* return address of the call from generated code in progress */
    unsigned bias;         /* instructions done at `where`: 1 in what follows an MSR */
    uint32_t modes;        /* KEY_ bits */
    uint32_t cut, cut_pc;
    bool observed; /* obs_pc is under way */
    uint32_t obs_pc, obs_size;
    uint64_t obs_count;
    uint32_t flow_from; /* address of a branch to be told of when it is done; 0: none */
    unsigned special_size;
    uint32_t romd_pages[ROMD_PAGES]; /* pages of ROM devices that may be loaded from inline */
    unsigned romd_page_count;        /* more than ROMD_PAGES: not all are listed */
    uint64_t layout;                 /* of the mappings the engine has */
    uint32_t xpsr_bits;              /* that this core has */
    uint32_t control_bits;
    /* while a block is translated */
    const TranslatorOps *inner;
    ZifCountedBlock *counted;
    uint32_t insns[MOST_INSNS]; /* of a counted block */
    bool stopping;              /* the code behind the last instruction is being made */
    void *stop_label;           /* made last there */
    char *length_op;
    void *refused; /* label: what happens when the budget does not suffice */
    bool thumb;
    uint32_t key;
    ZifInsn insn;
    ZifMem mem;
    ZifFlow flow; /* of insn */
    Place places[PLACES];
} Fast;

static __thread Fast *current;     /* whose stretch this thread is in */
static __thread uint64_t ram_addr; /* of the memory block the engine made last */

static Fast *fast_of(ZifPort *port)
{
    return (Fast *)port;
}

#define FIELD(type, base, offset) (*(type *)(void *)((char *)(base) + (offset)))

/* --- registers, where the engine keeps them --- */

static uint32_t env_get(const Fast *f, unsigned offset)
{
    return FIELD(uint32_t, f->env, offset);
}

static void env_set(Fast *f, unsigned offset, uint32_t value)
{
    FIELD(uint32_t, f->env, offset) = value;
}

static uint32_t get_xpsr(const Fast *f)
{
    uint32_t it = env_get(f, ENV_CONDEXEC);
    return (env_get(f, ENV_NF) & 1u << 31) | (env_get(f, ENV_ZF) == 0) << 30 | env_get(f, ENV_CF) << 29 |
           env_get(f, ENV_VF) >> 31 << 28 | env_get(f, ENV_QF) << 27 | (it & 3) << 25 |
           (env_get(f, ENV_THUMB) & 1) << 24 | env_get(f, ENV_GE) << 16 | (it & 0xfc) << 8 | env_get(f, ENV_EXCEPTION);
}

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

/* --- where generated code is --- */

static uint32_t sleb(uint8_t **at)
{
    uint32_t value = 0, shift = 0;
    uint8_t byte;
    do {
        byte = *(*at)++;
        value |= shift < 32 ? (uint32_t)(byte & 0x7f) << shift : 0;
        shift += 7;
    } while (byte & 0x80);
    if (shift < 32 && (byte & 0x40)) {
        value |= UINT32_MAX << shift;
    }
    return value;
}

/* The instruction whose generated code contains the return address. The table behind a block's code holds, for each
 * instruction, how its PC, its ITSTATE, a syndrome and the end of its code differ from those of the one before. */
static const Place *locate(Fast *f, uintptr_t where)
{
    Place *p = &f->places[(where >> 1) % PLACES];
    if (p->where == where) {
        return p;
    }
    Block *block = tcg_tb_lookup_arm(f->tcg, where);
    if (block == NULL) {
        zif_bug("fast port: a call from outside generated code");
    }
    uint8_t *table = block->host + block->host_size;
    uintptr_t end = (uintptr_t)block->host, from;
    uint32_t pc = block->pc, it = 0;
    for (unsigned i = 0; i < block->insns; i++) {
        pc += sleb(&table);
        it += sleb(&table);
        (void)sleb(&table);
        from = end;
        end += sleb(&table);
        if (end > where - 2) {
            *p = (Place){ where, block, from, pc, (uint16_t)i, (uint8_t)it };
            return p;
        }
    }
    zif_bug("fast port: a return address beyond its block");
}

static int32_t budget_left(const Fast *f)
{
    return f->killed ? f->kept : *f->budget;
}

/* Instructions retired when the one at `where` began. */
static uint64_t count_at(Fast *f, uintptr_t where)
{
    const Place *p = locate(f, where);
    int32_t before_block = f->given - budget_left(f) - p->block->insns;
    return f->port.count + (uint64_t)(int64_t)(before_block + p->index);
}

/* --- leaving --- */

static _Noreturn void exit_engine(Fast *f, uint64_t count, int left)
{
    f->port.count = count;
    f->left = left;
    f->where = 0;
    FIELD(int32_t, f->cpu, CPU_EXCEPTION) = LEAVE_LOOP;
    cpu_loop_exit_arm(f->cpu);
}

/* Of the guest's state all but this is in its place when generated code calls. */
static void restore(Fast *f, const Place *p)
{
    FIELD(uint32_t, f->env, ENV_PC) = p->pc;
    FIELD(uint32_t, f->env, ENV_CONDEXEC) = p->it;
}

/* Abandons the instruction at `where`: the PC and the registers are those of its beginning. */
static _Noreturn void leave_at(Fast *f, uintptr_t where, int left)
{
    uint64_t count = count_at(f, where);
    const Place *p = locate(f, where);
    if (p->block->cs_base & KEY_COUNT) {
        zif__counts_block_left(zif__counts_block(f->port.counts, p->block->pc, p->block->cs_base, p->block->flags),
                               p->index);
    }
    f->flow_from = 0; /* it was the one before a branch that is not done, or nothing */
    restore(f, p);
    exit_engine(f, count, left);
}

/* The next block is not entered. */
static void kill_budget(Fast *f)
{
    if (!f->killed) {
        f->kept = *f->budget;
        *f->budget = INT32_MIN / 2;
        f->killed = true;
    }
}

/* Keeps of the remembered bus accesses those of the instruction at p: a run of rising return addresses inside its code. */
static void keep_records(Fast *f, const Place *p)
{
    ZifPort *port = &f->port;
    unsigned n = (unsigned)(port->record_count < ZIF_PORT_RECORDS ? port->record_count : ZIF_PORT_RECORDS), kept = 0;
    ZifPortRecord mine[ZIF_PORT_RECORDS];
    uintptr_t above = UINTPTR_MAX;
    bool same_call = false;
    while (kept < n) {
        const ZifPortRecord *r = &port->records[(port->record_count - 1 - kept) % ZIF_PORT_RECORDS];
        if (r->where - 2 < p->from || (same_call ? r->where != above : r->where >= above)) {
            break;
        }
        mine[ZIF_PORT_RECORDS - 1 - kept++] = *r;
        above = r->where;
        same_call = !r->first;
    }
    memcpy(port->records, &mine[ZIF_PORT_RECORDS - kept], kept * sizeof(mine[0]));
    port->record_count = kept;
    port->record_next = 0;
}

/* Something asked to leave while the instruction at `where` made an access. */
static void leave_after(Fast *f, uintptr_t where)
{
    f->must_leave = false;
    const Place *p = locate(f, where);
    if (p->index + 1u == p->block->insns) {
        kill_budget(f); /* its block ends with it */
        return;
    }
    keep_records(f, p);
    f->port.replaying = f->port.record_count != 0;
    f->again = true;
    leave_at(f, where, LEFT_AGAIN);
}

/* --- data accesses --- */

static bool multi_of(uint32_t oi)
{
    return (oi & ALIGN_MASK << 4) == ALIGN_4 << 4;
}

static inline void begin_access(Fast *f, uintptr_t where)
{
    f->where = where;
    f->port.record_where = where;
    f->port.record_first = true;
}

static inline void end_access(Fast *f, uintptr_t where, bool done)
{
    if (!done) {
        leave_at(f, where, f->port.info.fault == ZIF_FAULT_WATCH ? ZIF_STOP_WATCHPOINT : ZIF_STOP_DATA);
    }
    if (f->must_leave) {
        leave_after(f, where);
    }
    f->where = 0;
}

/* The memory an access that needs no question goes to, when the engine can make it in one page. */
static const ZifPortSection *plain(Fast *f, uint32_t addr, unsigned size, uint32_t oi, bool is_write)
{
    if (((addr ^ (addr + size - 1)) & ~(ZIF_PORT_PAGE - 1)) != 0 ||
        !zif__port_aligned(&f->port, addr, size, multi_of(oi))) {
        return NULL;
    }
    return zif__port_plain(&f->port, addr, size, is_write);
}

/* Is the engine to make this access to plain memory, and to fill its TLB? Not always: two pages that share an entry would take
 * turns in it, which costs far more than the access. */
static bool to_fill(Fast *f)
{
    return f->plain_misses++ % FILL_EVERY == 0;
}

/* After the one access of an instruction: it was not recorded, for that is needed only here. */
static __attribute__((noinline)) void end_single(Fast *f, uint32_t addr, unsigned size, bool is_write, uint64_t value,
                                                 uintptr_t where, bool done)
{
    begin_access(f, where);
    zif__port_record(&f->port, addr, size, is_write, value);
    end_access(f, where, done);
}

static __attribute__((noinline)) uint64_t load_other(Fast *f, void *env, uint32_t addr, uint32_t oi, uintptr_t where,
                                                     unsigned size, LoadFn *real)
{
    const ZifPortSection *s = plain(f, addr, size, oi, false);
    if (s != NULL && to_fill(f)) {
        return real(env, addr, oi, where);
    }
    uint64_t value = 0;
    if (s != NULL) {
        memcpy(&value, s->host + (addr - s->start), size);
        return value;
    }
    begin_access(f, where);
    end_access(f, where, zif__port_load(&f->port, addr, size, false, multi_of(oi), &value));
    return value;
}

/* An instruction's only access is one of few registers of a device known already: the common case goes straight there. */
static inline __attribute__((always_inline)) uint64_t load(Fast *f, void *env, uint32_t addr, uint32_t oi,
                                                           uintptr_t where, unsigned size, LoadFn *real)
{
    const ZifPortDevice *d = zif__port_device(&f->port, addr, size, false);
    if (__builtin_expect(d == NULL || multi_of(oi), 0)) {
        return load_other(f, env, addr, oi, where, size, real);
    }
    uint64_t value;
    f->where = where;
    bool done = zif__port_device_load(&f->port, d, addr, size, &value);
    if (__builtin_expect(!done || f->must_leave, 0)) {
        end_single(f, addr, size, false, value, f->where, done);
    }
    f->where = 0;
    return value & UINT64_MAX >> (64 - 8 * size);
}

/* Does the store overwrite the block it is in, other than at its end? Then the rest of the block is not what runs next. */
static bool hits_own_block(Fast *f, uint32_t addr, unsigned size, uintptr_t where)
{
    const ZifPortSection *s = zif__port_find(&f->port, addr);
    if (s == NULL) {
        return false;
    }
    const Place *p = locate(f, where);
    const ZifPortSection *code = zif__port_find(&f->port, p->block->pc);
    if (code == NULL || p->index + 1u == p->block->insns) {
        return false;
    }
    const uint8_t *to = s->host + (addr - s->start), *from = code->host + (p->block->pc - code->start);
    return to + size > from && to < from + p->block->size;
}

static __attribute__((noinline)) void store_other(Fast *f, void *env, uint32_t addr, uint64_t value, uint32_t oi,
                                                  uintptr_t where, unsigned size, StoreFn *real)
{
    ZifPort *port = &f->port;
    const ZifPortSection *s = plain(f, addr, size, oi, true);
    if (s != NULL && !zif__port_is_code(s, addr, size)) {
        zif__port_log_store(port, s, addr, size);
        if (!to_fill(f)) {
            memcpy(s->host + (addr - s->start), &value, size);
            return;
        }
        f->filling_store = true;
        real(env, addr, value, oi, where);
        f->filling_store = false;
        return;
    }
    if (hits_own_block(f, addr, size, where)) {
        f->again = true;
        leave_at(f, where, LEFT_AGAIN);
    }
    begin_access(f, where);
    end_access(f, where, zif__port_store(port, addr, size, false, multi_of(oi), value));
}

static inline __attribute__((always_inline)) void store(Fast *f, void *env, uint32_t addr, uint64_t value, uint32_t oi,
                                                        uintptr_t where, unsigned size, StoreFn *real)
{
    const ZifPortDevice *d = zif__port_device(&f->port, addr, size, true);
    if (__builtin_expect(d == NULL || multi_of(oi), 0)) {
        store_other(f, env, addr, value, oi, where, size, real);
        return;
    }
    f->where = where;
    bool done = zif__port_device_store(&f->port, d, addr, size, value);
    if (__builtin_expect(!done || f->must_leave, 0)) {
        end_single(f, addr, size, true, value, f->where, done);
    }
    f->where = 0;
}

#define LOAD(name, size)                                                                                               \
    uint64_t __wrap_helper_##name(void *env, uint32_t addr, uint32_t oi, uintptr_t where)                              \
    {                                                                                                                  \
        Fast *f = current;                                                                                             \
        return f == NULL ? __real_helper_##name(env, addr, oi, where)                                                  \
                         : load(f, env, addr, oi, where, size, __real_helper_##name);                                  \
    }
/* The value is as wide as the access; a helper's narrow argument has rubbish above it. The result: see patch_stores. */
#define STORE(name, type, size)                                                                                        \
    static void real_##name(void *env, uint32_t addr, uint64_t value, uint32_t oi, uintptr_t where)                    \
    {                                                                                                                  \
        __real_helper_##name(env, addr, (type)value, oi, where);                                                       \
    }                                                                                                                  \
    uintptr_t __wrap_helper_##name(void *env, uint32_t addr, type value, uint32_t oi, uintptr_t where)                 \
    {                                                                                                                  \
        Fast *f = current;                                                                                             \
        if (f == NULL) {                                                                                               \
            __real_helper_##name(env, addr, value, oi, where);                                                         \
        } else {                                                                                                       \
            store(f, env, addr, value, oi, where, size, real_##name);                                                  \
        }                                                                                                              \
        return where;                                                                                                  \
    }
LOAD(ret_ldub_mmu_arm, 1)
LOAD(le_lduw_mmu_arm, 2)
LOAD(le_ldul_mmu_arm, 4)
LOAD(le_ldq_mmu_arm, 8)
STORE(ret_stb_mmu_arm, uint8_t, 1)
STORE(le_stw_mmu_arm, uint16_t, 2)
STORE(le_stl_mmu_arm, uint32_t, 4)
STORE(le_stq_mmu_arm, uint64_t, 8)

/* --- filling the TLB --- */

/* What the engine may do in a page without asking. */
static int page_rights(Fast *f, uint32_t page, int why)
{
    ZifPort *port = &f->port;
    int rights = why == FILL_FETCH || (zif__port_prot(port, page) & ZIF_PROT_X) ? PAGE_EXEC : 0;
    if (zif__port_plain(port, page, ZIF_PORT_PAGE, false) != NULL) {
        rights |= PAGE_READ;
    }
    const ZifPortSection *s = zif__port_plain(port, page, ZIF_PORT_PAGE, true);
    if (s == NULL || zif__port_is_code(s, page, ZIF_PORT_PAGE)) {
        return rights;
    }
    /* A page whose dirtying is logged: only once it is dirty, and only where the log's pages are the guest's. */
    uint32_t granule = zif_target_page_size();
    bool as_whole = granule >= ZIF_PORT_PAGE && ((s->offset - s->start) & (granule - 1)) == 0;
    if (!s->log || (why == FILL_STORE && as_whole)) {
        rights |= PAGE_WRITE;
        f->port.log_open |= s->log != 0;
    }
    return rights;
}

static void note_romd_page(Fast *f, uint32_t page)
{
    for (unsigned i = 0; i < f->romd_page_count && i < ROMD_PAGES; i++) {
        if (f->romd_pages[i] == page) {
            return;
        }
    }
    if (f->romd_page_count < ROMD_PAGES) {
        f->romd_pages[f->romd_page_count] = page;
    }
    f->romd_page_count += f->romd_page_count <= ROMD_PAGES;
}

/* Blocks are entered with the PC in place and nothing of them counted yet. */
static _Noreturn void leave_between_blocks(Fast *f, int left)
{
    exit_engine(f, f->port.count + (uint64_t)(int64_t)(f->given - budget_left(f)), left);
}

/* An abandoned instruction is run again: it had been fetched before its own store made the flash it is in show something else. */
static bool fetched_before(const Fast *f)
{
    return f->again && f->port.info.fault == ZIF_FAULT_MODE;
}

bool __wrap_arm_cpu_tlb_fill_arm(void *cpu, uint64_t address, int size, int kind, int mmu_idx, bool probe,
                                 uintptr_t where)
{
    Fast *f = current;
    if (f == NULL) {
        return __real_arm_cpu_tlb_fill_arm(cpu, address, size, kind, mmu_idx, probe, where);
    }
    uint32_t addr = (uint32_t)address, page = addr & ~(ZIF_PORT_PAGE - 1);
    int why = kind == 2 ? FILL_FETCH : f->filling_store ? FILL_STORE : 0;
    if (why == FILL_FETCH) {
        if (!zif__port_fetch(&f->port, addr, 2)) {
            if (!fetched_before(f)) {
                leave_between_blocks(f, ZIF_STOP_FETCH);
            }
            f->borrowed = true;
        }
        if (!(zif__port_prot(&f->port, addr) & ZIF_PROT_X) && !f->partial) {
            f->partial = true; /* from now on lookups say so; this one has not */
            leave_between_blocks(f, LEFT_BOUNDARY);
        }
    }
    int rights = page_rights(f, page, why);
    const ZifPortSection *s = zif__port_find(&f->port, addr);
    if (s != NULL && s->mr != NULL && s->mr->rom_device) { /* the self-test's memory has no region */
        note_romd_page(f, page);
    }
    tlb_set_page_with_attrs_arm(f->cpu, page, page, 0, rights, mmu_idx, ZIF_PORT_PAGE);
    if (rights & PAGE_WRITE) {
        tlb_set_dirty_arm(f->cpu, page);
    }
    return true;
}

/* --- what is translated --- */

void __wrap_cpu_get_tb_cpu_state_arm(void *env, uint32_t *pc, uint32_t *cs_base, uint32_t *flags)
{
    __real_cpu_get_tb_cpu_state_arm(env, pc, cs_base, flags);
    Fast *f = current;
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
    Fast *f = current;
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
    Fast *f = current;
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
    if (current != NULL && current->stopping) {
        current->stop_label = label;
    }
    return label;
}

/* Behind its last instruction a block has one label that was made before: where a conditional branch goes on when its
 * condition fails. */
void __wrap_tcg_gen_op1_arm(void *tcg, int op, uintptr_t arg)
{
    Fast *f = current;
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
    Fast *f = current;
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
    Fast *f = current;
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
    if (current != NULL && size > 0) {
        patch_stores(((const Block *)tb)->host, (size_t)size);
    }
    return size;
}

void __wrap_tcg_func_start_arm(void *tcg)
{
    if (current != NULL) {
        current->tcg = tcg;
    }
    __real_tcg_func_start_arm(tcg);
}

void __wrap_tcg_region_reset_all_arm(void *tcg)
{
    if (current != NULL) { /* all blocks are gone, their addresses will be used again */
        memset(current->places, 0, sizeof(current->places));
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
                                         current != NULL ? access_op(current, memop) : memop);                         \
    }
ACCESS(ld_i32)
ACCESS(st_i32)
ACCESS(ld_i64)
ACCESS(st_i64)

/* --- what generated code calls --- */

/* The branch that was noted is done and led to `to`. */
static void tell_flow(Fast *f, uint32_t to)
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

static void observe_last(Fast *f, uint64_t count)
{
    if (f->observed && count > f->obs_count) {
        f->port.observer(f->port.observer_opaque, f->obs_pc, f->obs_size);
    }
    f->observed = false;
}

/* The call is behind the last instruction of the block, which is not entered. */
static void block_refused(Fast *f, uintptr_t where)
{
    const Block *block = locate(f, where)->block;
    uint8_t *table = block->host + block->host_size;
    Place first = { .pc = block->pc + sleb(&table) };
    first.it = (uint8_t)sleb(&table);
    *f->budget += block->insns;
    restore(f, &first);
    leave_between_blocks(f, LEFT_BOUNDARY);
}

/* Moves on to the next instruction when the present one was done outside generated code. */
static void skip(Fast *f, uint32_t pc, uint8_t it)
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
    const Place p = *locate(f, where);
    if (executes(f, &p)) {
        uint16_t first = 0, second = 0;
        zif__port_peek16(&f->port, p.pc, &first);
        zif__port_peek16(&f->port, p.pc + 2, &second);
        ZifMem m = zif__mem_decode(first, second);
        ZifMemPc branch;
        begin_access(f, where);
        end_access(f, where, zif__mem_execute(&f->port, p.pc, &m, &branch));
    }
    skip(f, p.pc + size, p.it);
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
        kill_budget(f);
    }
}

static void observe(Fast *f, uintptr_t where, uint32_t pc, uint32_t size)
{
    uint64_t count = count_at(f, where);
    f->where = where;
    observe_last(f, count);
    if (f->must_leave) { /* it was told of the instruction before, which is done */
        f->must_leave = false;
        leave_at(f, where, LEFT_BOUNDARY);
    }
    f->where = 0;
    f->observed = f->port.observer != NULL;
    f->obs_pc = pc;
    f->obs_size = size;
    f->obs_count = count;
}

void __wrap_helper_uc_tracecode(int32_t size, int32_t what, void *handle, int64_t address)
{
    Fast *f = current;
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
        leave_at(f, where, LEFT_SPECIAL);
    case CALL_DIV:
        if (FIELD(uint32_t, f->env, 4 * size) == 0 && executes(f, locate(f, where))) {
            leave_at(f, where, ZIF_STOP_DIVBYZERO);
        }
        break;
    case CALL_OBSERVE:
        observe(f, where, pc, (uint32_t)size);
        break;
    case CALL_FLOW:
        f->where = where;
        tell_flow(f, pc);
        f->where = 0;
        break;
    case CALL_FETCH:
        for (int32_t i = 0; i < size; i += 2) {
            if (!zif__port_fetch(&f->port, pc + (uint32_t)i, 2) && !fetched_before(f)) {
                leave_at(f, where, ZIF_STOP_FETCH);
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
    Fast *f = current;
    if (f == NULL) {
        __real_helper_exception_with_syndrome_arm(env, number, syndrome, level);
        return;
    }
    int stop = number == 17 ? ZIF_STOP_NOCP : number == 1 ? ZIF_STOP_UNDEF : ZIF_STOP_ENGINE;
    leave_at(f, (uintptr_t)__builtin_return_address(0), stop);
}

/* An exception return: the branch is done, the PC is its target. */
void __wrap_helper_exception_internal_arm(void *env, uint32_t number)
{
    Fast *f = current;
    if (f == NULL) {
        __real_helper_exception_internal_arm(env, number);
        return;
    }
    leave_between_blocks(f, number == 8 ? ZIF_STOP_EXC_RETURN : ZIF_STOP_ENGINE);
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
    const Place *p = locate(f, f->where);
    uint64_t end_of_block = count_at(f, f->where) - p->index + p->block->insns;
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
    Fast *outer = current; /* a callback may run another machine */
    current = f;
    run_engine(f);
    current = outer;
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
        skip(f, pc + insn.size, it);
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
        skip(f, pc + insn.size, it);
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
        observe_last(f, port->count);
        if (f->flow_from != 0) { /* what it led to has not begun */
            tell_flow(f, FIELD(uint32_t, f->env, ENV_PC));
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
    return f->where != 0 ? count_at(f, f->where) + f->bias : port->count;
}

static uint32_t get(ZifPort *port, ZifReg reg)
{
    Fast *f = fast_of(port);
    if (reg == ZIF_REG_PC && f->where != 0) {
        return locate(f, f->where)->pc;
    }
    if (reg <= ZIF_REG_PC) {
        return env_get(f, 4 * reg);
    }
    switch (reg) {
    case ZIF_REG_XPSR: {
        uint32_t v = get_xpsr(f), it = f->where != 0 ? locate(f, f->where)->it : zif__it_of(v);
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
