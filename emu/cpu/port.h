/*
 * The CPU memory port: the seam between the Cortex-M core (cortexm.c and friends) and the engine that executes
 * instructions. Two implementations serve it: `portable` (the engine's public interface alone, exact on a
 * per-instruction hook; the reference) and `fast` (owns the engine's slow path; see docs). Nothing above this header
 * knows the engine, and no file but the ports includes its header.
 *
 * The port is also the CPU bridge: it registers a MemoryListener on the CPU's AddressSpace and keeps the engine's
 * mappings, dirty logging and translated code in step with it. Data accesses that are not plain memory go through the
 * address space (attributes filled in); a failed transaction ends the instruction with the PC at it.
 *
 * Counting: `count` is the number of instructions retired since open, exact whenever it is asked, also inside a device
 * callback (the instruction making the access is not yet counted).
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_CPU_PORT_H
#define ZIF_CPU_PORT_H

#include <stdbool.h>
#include <stdint.h>
#include <zif/error.h>
#include <zif/memory.h>

typedef struct ZifPort ZifPort;

typedef enum { ZIF_PORT_DEFAULT, ZIF_PORT_FAST, ZIF_PORT_PORTABLE } ZifPortKind;
typedef enum {
    ZIF_CORTEX_M0,
    ZIF_CORTEX_M0PLUS,
    ZIF_CORTEX_M3,
    ZIF_CORTEX_M4, /* no FPU: FP instructions are UNDEFINED */
    ZIF_CORTEX_M4F,
    ZIF_CORTEX_M7S, /* single-precision FPU (FPv5-SP) */
    ZIF_CORTEX_M7,  /* double-precision FPU (FPv5-D16) */
} ZifCpuModel;

/* Why zif_port_run returned. PC is exact at each. "At" = PC is the instruction, not executed; "after" = it retired. */
typedef enum {
    ZIF_STOP_LIMIT,      /* count reached the limit */
    ZIF_STOP_REQUEST,    /* zif_port_request_stop: after the instruction that was current */
    ZIF_STOP_SVC,        /* after the SVC (it counts) ; info.imm = its immediate */
    ZIF_STOP_BKPT,       /* at the BKPT; info.imm */
    ZIF_STOP_UNDEF,      /* at an instruction this core does not define (UDF included) */
    ZIF_STOP_NOCP,       /* at a coprocessor/FP instruction whose coprocessor is absent or disabled */
    ZIF_STOP_INVSTATE,   /* at an instruction about to execute with EPSR.T clear */
    ZIF_STOP_DIVBYZERO,  /* at a UDIV/SDIV by zero with trapping on */
    ZIF_STOP_WFI,        /* after WFI */
    ZIF_STOP_WFE,        /* after WFE: the core decides from its event register whether to sleep */
    ZIF_STOP_SEV,        /* after SEV */
    ZIF_STOP_EXC_RETURN, /* a branch wrote info.addr (0xFxxxxxxx) to PC in handler mode; the branch counts */
    ZIF_STOP_DATA,       /* at a load/store that was refused: info.fault, addr, size, is_write */
    ZIF_STOP_FETCH,      /* at an instruction that cannot be fetched: info.fault, addr */
    ZIF_STOP_BREAKPOINT, /* at a debugger breakpoint */
    ZIF_STOP_WATCHPOINT, /* at the access that hit a watchpoint; info.addr/size/is_write */
    ZIF_STOP_ENGINE,     /* the engine failed in a way none of the above covers; info.text says how */
} ZifPortStop;

/* What the core says of an access, or what the bus said. */
typedef enum {
    ZIF_ACCESS_OK,
    ZIF_FAULT_MPU,       /* MemManage: DACCVIOL / IACCVIOL */
    ZIF_FAULT_BUS,       /* address space answered with something but MEMTX_OK */
    ZIF_FAULT_UNALIGNED, /* UsageFault UNALIGNED (HardFault on v6-M) */
    ZIF_FAULT_WATCH,     /* debugger or DWT watchpoint */
    ZIF_FAULT_MODE,      /* fetch from a ROM device that does not show its cells now */
} ZifPortFault;

typedef struct {
    uint32_t addr;
    uint32_t size; /* bytes of the access */
    bool is_write;
    uint8_t imm; /* SVC and BKPT */
    ZifPortFault fault;
    MemTxResult result; /* with ZIF_FAULT_BUS */
    const char *text;
} ZifPortInfo;

enum { ZIF_PROT_R = 1, ZIF_PROT_W = 2, ZIF_PROT_X = 4, ZIF_PROT_ALL = 7 };
typedef enum { ZIF_ACC_LOAD, ZIF_ACC_STORE, ZIF_ACC_FETCH } ZifAccKind;

/* What the port asks of the core. All calls happen inside zif_port_run, on its thread. */
typedef struct {
    /* Which accesses to every byte of the page (ZIF_PORT_PAGE bytes, aligned) need no further question under the current
     * privilege, MPU and watchpoints. Pages of mixed permission get no bit, and `check` is asked at each access. The
     * answer is cached until zif_port_flush_permissions. Unaligned accesses outside memory are checked all the same. */
    unsigned (*page_prot)(void *opaque, uint32_t page);
    /* One access of 1, 2, 4 or 8 bytes before it is made. `unprivileged` is set for LDRT/STRT. `multi` is set for
     * LDM/STM/LDRD/STRD/LDREX/STREX/VLDM..., which must be word aligned whatever UNALIGN_TRP says. */
    ZifPortFault (*check)(void *opaque, uint32_t addr, unsigned size, ZifAccKind kind, bool unprivileged, bool multi);
    /* True when an unaligned single access must fault (UNALIGN_TRP, every access on v6-M). Cached like page_prot. */
    bool (*unaligned_traps)(void *opaque);
    bool (*div_by_zero_traps)(void *opaque);
    /* Is CP10/CP11 usable now (CPACR and privilege)? Cached like page_prot. */
    bool (*fp_enabled)(void *opaque);
    /* Called once, before the first FP instruction after zif_port_arm_fp: lazy state to be saved, CONTROL.FPCA to be set.
     * May access memory through the address space; returns ZIF_ACCESS_OK or the fault to raise, a store (info.addr must
     * then be set through *addr; the port stays armed). May be NULL. */
    ZifPortFault (*fp_touched)(void *opaque, uint32_t *addr);
    /* After an MSR or CPS retired (PRIMASK, BASEPRI, FAULTMASK, CONTROL... may have changed). The core re-evaluates pending
     * exceptions and privilege; it calls zif_port_request_stop or zif_port_flush_permissions when something follows from it. */
    void (*sysreg_written)(void *opaque);
    /* A store the address space refused: true = raise it as a precise fault, false = let the instruction go on
     * (M3/M4 write buffer: the core has noted an imprecise fault). NULL = always precise. */
    bool (*store_failed)(void *opaque, uint32_t addr, unsigned size, MemTxResult result);
    /* What attributes data accesses carry (privilege, master id). Cached like page_prot when not `unprivileged`. */
    MemTxAttrs (*attrs)(void *opaque, bool unprivileged);
    void *opaque;
} ZifPortClient;

#define ZIF_PORT_PAGE 1024u

typedef enum {
    ZIF_REG_R0,
    ZIF_REG_R1,
    ZIF_REG_R2,
    ZIF_REG_R3,
    ZIF_REG_R4,
    ZIF_REG_R5,
    ZIF_REG_R6,
    ZIF_REG_R7,
    ZIF_REG_R8,
    ZIF_REG_R9,
    ZIF_REG_R10,
    ZIF_REG_R11,
    ZIF_REG_R12,
    ZIF_REG_SP, /* the active one */
    ZIF_REG_LR,
    ZIF_REG_PC,   /* bit 0 clear */
    ZIF_REG_XPSR, /* flags, IT/ICI, T, exception number */
    ZIF_REG_MSP,
    ZIF_REG_PSP,
    ZIF_REG_PRIMASK,
    ZIF_REG_BASEPRI,
    ZIF_REG_FAULTMASK,
    ZIF_REG_CONTROL,
    ZIF_REG_FPSCR,
    ZIF_REG_S0, /* ZIF_REG_S0 + n for Sn, n < 32 */
    ZIF_REG_COUNT = ZIF_REG_S0 + 32,
} ZifReg;

typedef struct {
    ZifPortKind
        kind; /* ZIF_PORT_DEFAULT: ZIF_CPU_PORT=portable|fast in the environment, else fast if its self-test passes */
    ZifCpuModel model;
    AddressSpace *as; /* what the CPU sees, its private peripherals included; outlives the port */
    ZifPortClient client;
} ZifPortConfig;

ZifPort *zif_port_open(const ZifPortConfig *config, Error **errp);
void zif_port_close(ZifPort *port);
ZifPortKind zif_port_kind(const ZifPort *port);
/** "fast (unicorn 2.0.1)" and the like, for zif --version; NULL when there is no such port. Usable without one open. */
const char *zif_port_describe(ZifPortKind kind);

/** Runs until the count reaches `limit` or something in ZifPortStop happens. *info is filled as the reason says. */
ZifPortStop zif_port_run(ZifPort *port, uint64_t limit, ZifPortInfo *info);
uint64_t zif_port_count(const ZifPort *port);
/** For snapshots: the count is part of the machine's state. Not inside a run. */
void zif_port_set_count(ZifPort *port, uint64_t count);
/** Brings the limit of the run in progress closer (never further away); from callbacks. */
void zif_port_lower_limit(ZifPort *port, uint64_t limit);
/** Ends the run after the current instruction; from callbacks. Exact: no later instruction executes. */
void zif_port_request_stop(ZifPort *port);

/** Any time; inside a callback PC is exact (fast: restored on demand; portable: always). 64-bit values never occur. */
uint32_t zif_port_get(ZifPort *port, ZifReg reg);
/** Outside a run only. Setting XPSR sets IT and the exception number too; setting CONTROL switches the active SP. */
void zif_port_set(ZifPort *port, ZifReg reg, uint32_t value);
/** Plain memory the core itself reads or writes without asking the bus: nobody is to be told of a write, no code is in it. NULL:
 * through the address space. Permission is not asked. */
uint8_t *zif_port_memory(ZifPort *port, uint32_t addr, uint32_t size, bool is_write);
/** Drops what was cached of page_prot, unaligned_traps, div_by_zero_traps and fp_enabled. From callbacks too. */
void zif_port_flush_permissions(ZifPort *port);
/** The next FP instruction calls client.fp_touched before it executes (and disarms this). Any time. */
void zif_port_arm_fp(ZifPort *port);
/** Clears the local exclusive monitor (exception entry and return do). Outside a run. */
void zif_port_clear_exclusive(ZifPort *port);
/* The local exclusive monitor, for snapshots. */
typedef struct {
    uint32_t addr, value; /* of the last exclusive load */
    bool valid;
} ZifPortMonitor;
ZifPortMonitor zif_port_exclusive(const ZifPort *port);
void zif_port_set_exclusive(ZifPort *port, ZifPortMonitor monitor);
/** Debugger breakpoints, by address. Cheap while none is set. A run that follows ZIF_STOP_BREAKPOINT at the same PC
 * executes the instruction there; any other run stops at it first. */
void zif_port_set_breakpoint(ZifPort *port, uint32_t addr, bool on);
/** After the contents of RAM blocks changed behind the address space's back (snapshot restore). */
void zif_port_forget_code(ZifPort *port);
/** May instructions be fetched at an address as far as its memory is concerned: RAM, or a ROM device that shows its cells? */
bool zif_port_shows(ZifPort *port, uint32_t addr);

/* An optional observer of every retired instruction (traces, coverage, profiles); must not change the run. */
void zif_port_set_insn_observer(ZifPort *port, void (*fn)(void *opaque, uint32_t pc, unsigned size), void *opaque);

/** Counts how often each instruction retires, for coverage, from now on; each call needs one with false, and the last of them
 * drops the counts. Cheap: generated code counts its blocks. Outside a run. */
void zif_port_count_insns(ZifPort *port, bool on);
/** Tells of every instruction executed since counting began: how often, and how many of these times it was a branch (conditional
 * or in an IT block) and went on to the next instruction. Outside a run. */
void zif_port_each_count(ZifPort *port, void (*fn)(void *opaque, uint32_t pc, uint64_t executed, uint64_t straight),
                         void *opaque);

/* Where an instruction may go but to the next. */
typedef enum {
    ZIF_FLOW_NONE,
    ZIF_FLOW_CONDITIONAL, /* B<c>, CBZ, CBNZ; not one whose target is the next instruction */
    ZIF_FLOW_JUMP,        /* B */
    ZIF_FLOW_CALL,        /* BL, BLX */
    ZIF_FLOW_INDIRECT,    /* BX, a load or move to the PC, TBB, TBH */
} ZifFlow;
/** Observer of every flow but ZIF_FLOW_CONDITIONAL, for profiles: told after the branch at `from` (of `size` bytes) retired, when `to`
 * is the next instruction; zif_port_count and the stack pointer are right. One in an IT block that was not taken is told with `to`
 * behind it. fn NULL: none. Must not change the run. */
typedef void ZifFlowObserver(void *opaque, ZifFlow flow, uint32_t from, unsigned size, uint32_t to);
void zif_port_set_flow_observer(ZifPort *port, ZifFlowObserver *fn, void *opaque);
/** The core itself retired the instruction at pc: the observers hear of it. */
void zif_port_retired_elsewhere(ZifPort *port, uint32_t pc, unsigned size);

#endif
