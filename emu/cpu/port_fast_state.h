/*
 * Inside the fast CPU memory port: facts about the engine's structures, the port's state, and what its files ask of each other.
 *
 * port_fast.c is the port: registers, the map, the run. port_fast_access.c is what generated code cannot do by itself: loads, stores, the
 * TLB. port_fast_translate.c changes what is generated, and answers what it calls for. port_fast_where.c finds the instruction that a
 * return address belongs to, and leaves the engine there. SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_CPU_PORT_FAST_STATE_H
#define ZIF_CPU_PORT_FAST_STATE_H

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

/* Whose stretch this thread is in; NULL: the engine is somebody else's. */
extern __thread Fast *zif__fast_current;

static inline Fast *fast_of(ZifPort *port)
{
    return (Fast *)port;
}

#define FIELD(type, base, offset) (*(type *)(void *)((char *)(base) + (offset)))

static inline uint32_t env_get(const Fast *f, unsigned offset)
{
    return FIELD(uint32_t, f->env, offset);
}

static inline void env_set(Fast *f, unsigned offset, uint32_t value)
{
    FIELD(uint32_t, f->env, offset) = value;
}

static inline uint32_t get_xpsr(const Fast *f)
{
    uint32_t it = env_get(f, ENV_CONDEXEC);
    return (env_get(f, ENV_NF) & 1u << 31) | (env_get(f, ENV_ZF) == 0) << 30 | env_get(f, ENV_CF) << 29 |
           env_get(f, ENV_VF) >> 31 << 28 | env_get(f, ENV_QF) << 27 | (it & 3) << 25 |
           (env_get(f, ENV_THUMB) & 1) << 24 | env_get(f, ENV_GE) << 16 | (it & 0xfc) << 8 | env_get(f, ENV_EXCEPTION);
}

static inline int32_t budget_left(const Fast *f)
{
    return f->killed ? f->kept : *f->budget;
}

/* --- port_fast_where.c --- */
/** The instruction whose generated code contains the return address. */
const Place *zif__fast_locate(Fast *f, uintptr_t where);
/** A number of the table behind a block's code. */
uint32_t zif__fast_sleb(uint8_t **at);
/** Instructions retired when the one at `where` began. */
uint64_t zif__fast_count_at(Fast *f, uintptr_t where);
/** Of the guest's state all but this is in its place when generated code calls. */
void zif__fast_restore(Fast *f, const Place *p);
/** Abandons the instruction at `where`: the PC and the registers are those of its beginning. */
_Noreturn void zif__fast_leave_at(Fast *f, uintptr_t where, int left);
/** Something asked to leave while the instruction at `where` made an access. */
void zif__fast_leave_after(Fast *f, uintptr_t where);
/** Blocks are entered with the PC in place and nothing of them counted yet. */
_Noreturn void zif__fast_leave_between_blocks(Fast *f, int left);
/** The next block is not entered. */
void zif__fast_kill_budget(Fast *f);
/** An abandoned instruction is run again: it had been fetched before its own store made the flash it is in show something else. */
bool zif__fast_fetched_before(const Fast *f);

/* --- port_fast_access.c --- */
void zif__fast_begin_access(Fast *f, uintptr_t where);
void zif__fast_end_access(Fast *f, uintptr_t where, bool done);

/* --- port_fast_translate.c --- */
/** The branch that was noted is done and led to `to`. */
void zif__fast_tell_flow(Fast *f, uint32_t to);
/** The observer hears of the instruction before, if it is done. */
void zif__fast_observe_last(Fast *f, uint64_t count);
/** Moves on to the next instruction when the present one was done outside generated code. */
void zif__fast_skip(Fast *f, uint32_t pc, uint8_t it);

#endif
