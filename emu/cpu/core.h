/*
 * Inside the Cortex-M core: its state, and what its files ask of each other. Nobody outside emu/cpu includes this.
 *
 * Rules are cited as [v7 B1.5.6] for the ARMv7-M Architecture Reference Manual (DDI 0403) and [v6 B1.5.6] for ARMv6-M
 * (DDI 0419). SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_CPU_CORE_H
#define ZIF_CPU_CORE_H

#include "cpu.h"
#include "taint.h"

/* Exception numbers [v7 B1.5.2]. */
enum {
    EXC_NMI = 2,
    EXC_HARD = 3,
    EXC_MEM = 4,
    EXC_BUS = 5,
    EXC_USAGE = 6,
    EXC_SVC = 11,
    EXC_DEBUG = 12,
    EXC_PENDSV = 14,
    EXC_SYSTICK = 15,
    EXC_IRQ0 = 16,
    EXC_COUNT = 256,
    EXC_WORDS = EXC_COUNT / 32,
    PRIO_NONE = 256, /* lower than every exception: thread mode, nothing masked */
};

/* CFSR [v7 B3.2.15]; v6-M has no such register, but zif keeps the cause for the crash screen. */
enum {
    CFSR_IACCVIOL = 1 << 0,
    CFSR_DACCVIOL = 1 << 1,
    CFSR_MUNSTKERR = 1 << 3,
    CFSR_MSTKERR = 1 << 4,
    CFSR_MLSPERR = 1 << 5,
    CFSR_MMARVALID = 1 << 7,
    CFSR_IBUSERR = 1 << 8,
    CFSR_PRECISERR = 1 << 9,
    CFSR_IMPRECISERR = 1 << 10,
    CFSR_UNSTKERR = 1 << 11,
    CFSR_STKERR = 1 << 12,
    CFSR_LSPERR = 1 << 13,
    CFSR_BFARVALID = 1 << 15,
    CFSR_UNDEFINSTR = 1 << 16,
    CFSR_INVSTATE = 1 << 17,
    CFSR_INVPC = 1 << 18,
    CFSR_NOCP = 1 << 19,
    CFSR_UNALIGNED = 1 << 24,
    CFSR_DIVBYZERO = 1 << 25,
};
#define HFSR_VECTTBL  (1u << 1)
#define HFSR_FORCED   (1u << 30)
#define HFSR_DEBUGEVT (1u << 31)

enum { DFSR_HALTED = 1, DFSR_BKPT = 2, DFSR_DWTTRAP = 4, DFSR_VCATCH = 8, DFSR_EXTERNAL = 16 };
enum { CONTROL_NPRIV = 1, CONTROL_SPSEL = 2, CONTROL_FPCA = 4 };
enum { SCR_SLEEPONEXIT = 2, SCR_SLEEPDEEP = 4, SCR_SEVONPEND = 16 };
enum {
    CCR_NONBASETHRDENA = 1 << 0,
    CCR_USERSETMPEND = 1 << 1,
    CCR_UNALIGN_TRP = 1 << 3,
    CCR_DIV_0_TRP = 1 << 4,
    CCR_BFHFNMIGN = 1 << 8,
    CCR_STKALIGN = 1 << 9,
};
enum { MPU_CTRL_ENABLE = 1, MPU_CTRL_HFNMIENA = 2, MPU_CTRL_PRIVDEFENA = 4, MPU_MAX_REGIONS = 16 };
#define FPCCR_ASPEN      (1u << 31)
#define FPCCR_LSPEN      (1u << 30)
#define FPCCR_LSPACT     (1u << 0)
#define FPCCR_USER       (1u << 1)
#define ACTLR_DISDEFWBUF 2u
#define DHCSR_C_DEBUGEN  1u
#define DEMCR_MON_EN     (1u << 16)
#define DEMCR_MON_PEND   (1u << 17)
#define DEMCR_MON_STEP   (1u << 18)
#define DEMCR_TRCENA     (1u << 24)
#define XPSR_T           (1u << 24)
#define XPSR_IT          0x0600FC00u
#define LOCKUP_PC        0xFFFFFFFEu

enum { DWT_COMPS = 4, FPB_COMPS = 8 };

/* Everything a snapshot of the core holds besides the engine's registers: plain bytes. */
typedef struct {
    /* NVIC. Bit and index are the exception number. prio: -2 and -1 for NMI and HardFault, else the 8-bit register value. */
    uint32_t pending[EXC_WORDS], enabled[EXC_WORDS], active[EXC_WORDS], level[EXC_WORDS];
    int16_t prio[EXC_COUNT];
    uint32_t prigroup;
    /* The engine's mask registers as they were when last written, and the number only the core changes. */
    uint32_t primask, basepri, faultmask, control, ipsr;
    /* SCB */
    uint32_t vtor, scr, ccr, cfsr, hfsr, dfsr, mmfar, bfar, afsr, csselr, cpacr, actlr, demcr, dhcsr;
    uint32_t fpccr, fpcar, fpdscr;
    /* Derived by zif__nvic_update. */
    int16_t exec_prio; /* [v7 B1.5.4] ExecutionPriority() */
    int16_t best_prio;
    uint16_t best; /* highest-priority pending and enabled exception; 0: none */
    bool take;     /* best pre-empts */
    /* Sleep and lockup */
    bool asleep, in_wfe, event, lockup;
    bool deep;           /* asleep with SCR.SLEEPDEEP: SysTick stands still */
    uint64_t extra;      /* cycles = the port's count + extra */
    uint64_t insn_extra; /* instructions the core retired itself (served BKPT) */
    struct {
        uint32_t csr, reload, value; /* value at tick `base` */
        uint64_t base;
        bool countflag;
        ZifClock ref; /* the external reference, as ticks */
    } systick;
    struct {
        uint32_t ctrl, rnr, rbar[MPU_MAX_REGIONS], rasr[MPU_MAX_REGIONS];
    } mpu;
    struct {
        uint32_t ctrl, comp[DWT_COMPS], mask[DWT_COMPS], function[DWT_COMPS], cyccnt;
        uint64_t base;  /* cycle at which cyccnt was right, while it counts */
        uint32_t armed; /* comparators that watch data */
        bool locked;
    } dwt;
    struct {
        uint32_t ctrl, remap, comp[FPB_COMPS];
    } fpb;
    struct {
        uint32_t ter, tpr, tcr;
        bool locked;
    } itm;
    struct {
        uint32_t cspsr, acpr, sppr, ffcr;
    } tpiu;
    uint32_t dcrdr;
    /* For the crash screen. */
    struct {
        uint32_t exception, causes, hfsr, pc, address;
        bool has_address, valid;
    } fault;
} ZifCpuState;

struct ZifCpu {
    ZifCpuConfig cfg;
    ZifPort *port;
    bool v7, has_fp, has_double, is_m7, has_unprivileged;
    unsigned nwords;    /* words of the exception bit sets in use */
    uint32_t prio_mask; /* implemented bits of a priority byte */
    uint32_t nregions;  /* of the MPU */
    ZifCpuState st;

    /* The run in progress */
    bool in_port;
    bool stop_asked, reset_asked, vectreset_asked, fix_masks;
    bool retry;       /* the semihosting hook wants its BKPT again */
    bool lazy_failed; /* the refused access is the lazy saving of FP state */
    uint64_t stall;
    uint64_t deadline;
    char trouble[160];
    ZifEvent systick_event;
    bool fpb_changed;
    unsigned nbreakpoints; /* the guest's own, now set in the port */
    uint32_t breakpoints[2 * FPB_COMPS + DWT_COMPS];

    struct {
        uint32_t addr, size;
        bool reads, writes;
    } watches[ZIF_CPU_WATCHES]; /* a debugger's: no part of the machine's state */
    unsigned nwatches;
    uint32_t stack_limit; /* for reports; 0 = unknown */
    ZifTaint *taint;      /* NULL: nobody follows unwritten memory */
    bool ignore_watches;
    struct {
        bool is_write, is_access, valid;
        uint32_t addr;
    } watch_hit;

    Object owner;
    AddressSpace as;
    MemoryRegion container, bus, ppb, scs, itm, dwt, fpb, rom, tpiu, bitband[2];
};

static inline bool zif__bit(const uint32_t *set, unsigned n)
{
    return set[n / 32] >> (n % 32) & 1;
}
static inline void zif__set_bit(uint32_t *set, unsigned n, bool on)
{
    if (on) {
        set[n / 32] |= 1u << (n % 32);
    } else {
        set[n / 32] &= ~(1u << (n % 32));
    }
}

/* --- cortexm.c --- */
/** Makes the run in progress end after the current instruction. */
void zif__cpu_kick(ZifCpu *cpu);
void zif__cpu_report(ZifCpu *cpu, ZifReportKind kind, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static inline bool zif__cpu_handler_mode(const ZifCpu *cpu)
{
    return cpu->st.ipsr != 0;
}
static inline bool zif__cpu_privileged(const ZifCpu *cpu)
{
    return cpu->st.ipsr || !(cpu->st.control & CONTROL_NPRIV);
}
/** In client.c. */
MemTxAttrs zif__cpu_attrs(bool unprivileged);

/* --- client.c --- */
ZifPortClient zif__client(ZifCpu *cpu);
/** At HardFault priority with BFHFNMIGN. */
bool zif__ignores_bus_faults(const ZifCpu *cpu);
/** Takes back what the last MSR or CPS may not set. */
void zif__fix_masks(ZifCpu *cpu);

/* --- nvic.c --- */
void zif__nvic_reset(ZifCpu *cpu);
/** Works out what is pending and may pre-empt; ends the run in progress when something may. After every change. */
void zif__nvic_update(ZifCpu *cpu);
int zif__group_prio(const ZifCpu *cpu, int prio);
/** ExecutionPriority(), with or without the effect of PRIMASK. */
int zif__exec_prio(const ZifCpu *cpu, bool with_primask);
void zif__pend(ZifCpu *cpu, unsigned exc);
void zif__unpend(ZifCpu *cpu, unsigned exc);
void zif__activate(ZifCpu *cpu, unsigned exc);
void zif__deactivate(ZifCpu *cpu, unsigned exc);
/** Is any exception but this one active? */
bool zif__others_active(const ZifCpu *cpu, unsigned exc);
/** Would a WFI end now? [v7 B1.5.19] */
bool zif__nvic_wakes(const ZifCpu *cpu);
/** NVIC registers at 0xE000E100-0xE000E7FF, by offset from 0xE000E000. False: no register there. */
bool zif__nvic_read(ZifCpu *cpu, uint32_t offset, uint32_t *value);
bool zif__nvic_write(ZifCpu *cpu, uint32_t offset, uint32_t value, uint32_t mask);
void zif__set_prio_word(ZifCpu *cpu, unsigned first_exc, uint32_t value, uint32_t mask);
uint32_t zif__get_prio_word(const ZifCpu *cpu, unsigned first_exc);

/* --- exception.c --- */
/** Takes st.best. */
void zif__exception_enter(ZifCpu *cpu);
void zif__exception_return(ZifCpu *cpu, uint32_t exc_return);
/** A synchronous fault at the current instruction: status bits, escalation, lockup [v7 B1.5.14]. exc 4..6 or EXC_HARD. */
void zif__fault(ZifCpu *cpu, unsigned exc, uint32_t cfsr);
void zif__fault_at(ZifCpu *cpu, unsigned exc, uint32_t cfsr, uint32_t address);
/** An imprecise BusFault: stays pending until it may be taken. */
void zif__async_bus_fault(ZifCpu *cpu, uint32_t cfsr);
void zif__svc(ZifCpu *cpu);
void zif__bkpt(ZifCpu *cpu, unsigned imm);
void zif__lockup(ZifCpu *cpu);
/** Puts the engine at the reset vector. */
void zif__exception_reset(ZifCpu *cpu);
/** PC past an instruction of 2 or 4 bytes that the core executed itself, IT state advanced. */
void zif__skip_instruction(ZifCpu *cpu, unsigned size);
/** Words on the bus as the core itself reads and writes them (frames, vectors). */
ZifPortFault zif__core_rw(ZifCpu *cpu, uint32_t addr, uint32_t *words, unsigned n, bool is_write, bool privileged);

/* --- scb.c --- */
void zif__scb_reset(ZifCpu *cpu);
void zif__scb_realize(ZifCpu *cpu);
void zif__scb_unrealize(ZifCpu *cpu);

/* --- systick.c --- */
void zif__systick_init(ZifCpu *cpu);
void zif__systick_reset(ZifCpu *cpu);
bool zif__systick_read(ZifCpu *cpu, uint32_t offset, uint32_t *value);
bool zif__systick_write(ZifCpu *cpu, uint32_t offset, uint32_t value, uint32_t mask);
/** The core's rate changed: deadlines in picoseconds are other ones now. */
void zif__systick_rate_changed(ZifCpu *cpu);
void zif__systick_freeze(ZifCpu *cpu, bool frozen);

/* --- mpu.c --- */
void zif__mpu_reset(ZifCpu *cpu);
unsigned zif__mpu_page_prot(ZifCpu *cpu, uint32_t page);
/** Permission of one access, alignment apart. */
bool zif__mpu_allows(ZifCpu *cpu, uint32_t addr, unsigned size, ZifAccKind kind, bool privileged);
/** Is it Device or Strongly-ordered memory? */
bool zif__mpu_is_device(ZifCpu *cpu, uint32_t addr, bool *bufferable);
bool zif__mpu_read(ZifCpu *cpu, uint32_t offset, uint32_t *value);
bool zif__mpu_write(ZifCpu *cpu, uint32_t offset, uint32_t value, uint32_t mask);

/* --- fpu.c --- */
void zif__fpu_reset(ZifCpu *cpu);
bool zif__fpu_enabled(ZifCpu *cpu);
/** On exception entry, the frame having been made large enough: saves now, or notes that it is to be saved. */
ZifPortFault zif__fpu_push(ZifCpu *cpu, uint32_t frame, bool privileged);
ZifPortFault zif__fpu_pop(ZifCpu *cpu, uint32_t frame, bool privileged);
/** The lazy saving itself. */
ZifPortFault zif__fpu_touched(ZifCpu *cpu, uint32_t *addr);
bool zif__fpu_read(ZifCpu *cpu, uint32_t offset, uint32_t *value);
bool zif__fpu_write(ZifCpu *cpu, uint32_t offset, uint32_t value, uint32_t mask);

/* --- watch.c --- */
/** Does a debugger's watchpoint touch these bytes at all? */
bool zif__watched(const ZifCpu *cpu, uint32_t addr, uint32_t size);
/** Is the page where a main stack that grew too far writes first? */
bool zif__stack_guards(const ZifCpu *cpu, uint32_t addr, uint32_t size);
/** A store that may be one of a stack that grew too far: says so. */
void zif__stack_store(ZifCpu *cpu, uint32_t addr, bool multi);
/** Must this access be kept from happening? Notes the hit. */
bool zif__watch_stops(ZifCpu *cpu, uint32_t addr, unsigned size, bool is_write);

/* --- debug.c --- */
/** Component and peripheral identification at 0xFD0-0xFFC of a CoreSight block; 0xB105xx0D's class nibble in `cclass`. */
uint32_t zif__coresight_id(uint32_t offset, uint32_t pid0, uint32_t pid1, uint32_t pid2, uint32_t cclass);
void zif__debug_reset(ZifCpu *cpu, ZifResetKind kind);
void zif__debug_realize(ZifCpu *cpu);
void zif__debug_unrealize(ZifCpu *cpu);
/** Is one of these bytes watched by a DWT comparator? */
bool zif__dwt_watches(const ZifCpu *cpu, uint32_t addr, uint32_t size);
/** An access the comparators may match. */
void zif__dwt_access(ZifCpu *cpu, uint32_t addr, unsigned size, bool is_write);
/** Is the breakpoint at PC one the guest set (FPB, DWT PC match)? */
bool zif__fpb_matches(const ZifCpu *cpu, uint32_t pc);
/** Gives the guest's breakpoints to the port. */
void zif__fpb_apply(ZifCpu *cpu);
bool zif__debug_read(ZifCpu *cpu, uint32_t offset, uint32_t *value);
bool zif__debug_write(ZifCpu *cpu, uint32_t offset, uint32_t value, uint32_t mask);

/* --- bitband.c --- */
void zif__bitband_realize(ZifCpu *cpu);
void zif__bitband_unrealize(ZifCpu *cpu);

#endif
