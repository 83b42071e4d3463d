/*
 * A Cortex-M core: architectural state the engine does not have (exceptions, NVIC, SysTick, SCB, MPU, DWT, ...) on top of a
 * CPU memory port. One ZifCpu per machine; the machine's loop drives it. SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_CPU_H
#define ZIF_CPU_H

#include <zif/peripheral.h>
#include "port.h"

typedef struct ZifCpu ZifCpu;

typedef struct {
    ZifCpuModel model;
    ZifPortKind port;
    unsigned num_irqs;     /* 1..32 on v6-M, 1..240 on v7-M */
    unsigned prio_bits;    /* 2 on v6-M, 3..8 on v7-M */
    unsigned mpu_regions;  /* 0, 8 or 16 */
    bool has_vtor;         /* M0 has none */
    bool has_unprivileged; /* M0+: CONTROL.nPRIV exists; with an MPU always. v7-M always has it, M0 never */
    bool has_bitband;
    uint32_t systick_calib;   /* SYST_CALIB's value */
    uint64_t systick_ref_hz;  /* external reference; 0 = none (CLKSOURCE reads as one) */
    uint32_t systick_ref_div; /* or: the reference is the core's clock divided by this; 0 = it is not */
    uint32_t vector_base;     /* where the vector table is at reset, usually 0 */
    MemoryRegion *bus;        /* everything but the private peripheral bus; the core lays its own regions over it */
    ZifTimeline *timeline;    /* the core becomes its cycle source */
    bool semihosting;
    /* What the core tells the machine; all optional. */
    struct {
        void (*reset_request)(void *opaque,
                              ZifResetKind kind); /* AIRCR.SYSRESETREQ: the machine resets when run returns */
        /* Semihosting operation: r0 = op, r1 = parameter; result in *r0. True = served; false = treat BKPT as an exception. */
        bool (*semihost)(void *opaque, uint32_t op, uint32_t param, uint32_t *r0);
        /* Exception taken (number 1..) or returned from (0): for traces and the trace hash. */
        void (*exception)(void *opaque, unsigned number, bool entry);
        void (*report)(void *opaque, ZifReportKind kind, const char *text);
        /* Asleep with SCR.SLEEPDEEP, and awake again: the chip's power controller decides what that means. SysTick stands still. */
        void (*deep_sleep)(void *opaque, bool asleep);
        /* Interrupt line n was just enabled in the NVIC. */
        void (*irq_enabled)(void *opaque, unsigned n);
        /* A store on the main stack, just below its limit, with this stack pointer. */
        void (*below_stack)(void *opaque, uint32_t sp);
        /* A byte that nothing wrote, loaded by the instruction at `pc`, decides something now: `what` says what. */
        void (*unwritten)(void *opaque, uint32_t address, uint32_t pc, const char *what);
        void (*itm)(void *opaque, unsigned port, unsigned size, uint32_t value);
        /* See zif_cpu_watch_accesses. */
        void (*access)(void *opaque, uint32_t addr, uint32_t value, unsigned size, bool is_write);
        void *opaque;
    } hooks;
} ZifCpuConfig;

ZifCpu *zif_cpu_new(const ZifCpuConfig *config, Error **errp);
void zif_cpu_free(ZifCpu *cpu);
/** Takes SP and PC from the vector table. */
void zif_cpu_reset(ZifCpu *cpu, ZifResetKind kind);

typedef enum {
    ZIF_CPU_DEADLINE, /* cycle count reached */
    ZIF_CPU_STOPPED,  /* zif_cpu_stop, or a reset request */
    ZIF_CPU_ASLEEP,   /* WFI, WFE or sleep-on-exit with nothing pending: skip to the next event */
    ZIF_CPU_LOCKUP,
    ZIF_CPU_BREAK,  /* debugger breakpoint or watchpoint, BKPT with halting debug */
    ZIF_CPU_ENGINE, /* the engine failed: zif_cpu_trouble() says how */
} ZifCpuStop;

/** Runs until `cycles` (absolute). When asleep it returns at once until an interrupt or event wakes it. */
ZifCpuStop zif_cpu_run(ZifCpu *cpu, uint64_t cycles);
/** A debug probe has switched these stimulus ports of the ITM on; 0 = nothing changes. */
void zif_cpu_enable_itm(ZifCpu *cpu, uint32_t ports);
/** Where the main stack ends, for hooks.below_stack; 0 = unknown. */
void zif_cpu_set_stack_limit(ZifCpu *cpu, uint32_t limit);
/** Follows reads of bytes of this RAM that nothing wrote (hooks.unwritten), from now on; all of it counts as written until
 * zif_cpu_set_written says otherwise. Costs time; changes nothing that the guest sees. */
void zif_cpu_follow_unwritten(ZifCpu *cpu, MemoryRegion *mr);
/** mr NULL: all that is followed, whatever offset and size are. */
void zif_cpu_set_written(ZifCpu *cpu, MemoryRegion *mr, uint64_t offset, uint64_t size, bool written);
/** Where the vectors are now. */
uint32_t zif_cpu_vector_base(const ZifCpu *cpu);
/** Cycle count: instructions + skipped + stalled. Exact inside device callbacks. */
uint64_t zif_cpu_cycles(const ZifCpu *cpu);
uint64_t zif_cpu_instructions(const ZifCpu *cpu);
/** Asleep: lets the count jump forward. */
void zif_cpu_skip_to(ZifCpu *cpu, uint64_t cycles);
/** Adds cycles in which nothing executes, after the current instruction; from callbacks too. */
void zif_cpu_stall(ZifCpu *cpu, uint64_t cycles);
/** From the semihosting hook, which then returns true: nothing was done, execute the same BKPT again `cycles` (> 0) later. */
void zif_cpu_retry(ZifCpu *cpu, uint64_t cycles);
/** A halting debugger is attached (DHCSR.C_DEBUGEN): BKPT ends the run with ZIF_CPU_BREAK instead of becoming a fault. */
void zif_cpu_set_halting_debug(ZifCpu *cpu, bool on);
/** Ends the run after the current instruction; from callbacks. */
void zif_cpu_stop(ZifCpu *cpu);
/** An earlier deadline than the running one became known; from callbacks. */
void zif_cpu_lower_deadline(ZifCpu *cpu, uint64_t cycles);

/** Interrupt line n (level). A rising level pends; a level still high at exception return pends again. */
void zif_cpu_set_irq(ZifCpu *cpu, unsigned n, int level);
void zif_cpu_set_nmi(ZifCpu *cpu, int level);
/** RXEV: another agent's event. */
void zif_cpu_set_event(ZifCpu *cpu);
/** Could anything inside the core (SysTick running, a pending enabled interrupt) wake it from its sleep? */
bool zif_cpu_may_wake(const ZifCpu *cpu);

/** A debugger's watchpoint on [addr, addr + size): the run ends with ZIF_CPU_BREAK before the instruction that would access it.
 * Adding one that is there, or removing one that is not, changes nothing. False: no room (ZIF_CPU_WATCHES at most). */
enum { ZIF_CPU_WATCHES = 32 };
bool zif_cpu_set_watchpoint(ZifCpu *cpu, uint32_t addr, uint32_t size, bool reads, bool writes, bool on);
/** While ignored, watchpoints stop nothing. */
void zif_cpu_ignore_watchpoints(ZifCpu *cpu, bool ignore);
/** The watchpoint that ended the last run, once: its address, the direction, and whether
 * it watches both directions. False when it was something else. */
bool zif_cpu_take_watch_hit(ZifCpu *cpu, uint32_t *addr, bool *is_write, bool *is_access);
/** A debugger's write to a register, between runs. The exception number in xPSR stays; masks keep to the bits the core has. */
void zif_cpu_poke_register(ZifCpu *cpu, ZifReg reg, uint32_t value);
/** Tells `fn` (NULL: nobody) of every access software makes to the system control space (NVIC, SysTick, SCB, MPU...), after its
 * effects; opaque is that of the hooks. */
void zif_cpu_watch_accesses(ZifCpu *cpu,
                            void (*fn)(void *opaque, uint32_t addr, uint32_t value, unsigned size, bool is_write));
/** A word of the private peripheral bus as a load would give it, without the load's effects. False: no such register. */
bool zif_cpu_peek(ZifCpu *cpu, uint32_t addr, uint32_t *value);

/** The last fault or lockup in words, registers decoded; for the crash screen. */
void zif_cpu_describe_fault(ZifCpu *cpu, char *buf, size_t len);
const char *zif_cpu_trouble(const ZifCpu *cpu);
ZifPort *zif_cpu_port(ZifCpu *cpu);
AddressSpace *zif_cpu_as(ZifCpu *cpu);
/** Exception number being handled, 0 in thread mode. */
unsigned zif_cpu_exception(const ZifCpu *cpu);
/** A fault was taken whose handler is a branch to itself (a default handler): the machine may end the run. */
bool zif_cpu_in_default_fault_handler(ZifCpu *cpu);

/* Snapshot: the core's whole state as bytes (registers included), of a size fixed per configuration. */
size_t zif_cpu_state_size(const ZifCpu *cpu);
void zif_cpu_save(ZifCpu *cpu, void *state);
void zif_cpu_restore(ZifCpu *cpu, const void *state);

#endif
