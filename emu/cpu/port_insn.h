/*
 * Thumb instructions as the CPU memory ports need to see them: how long one is, whether it is one the port handles
 * itself, and what a load or store touches. Everything else is the engine's business.
 *
 * Reference: ARMv7-M Architecture Reference Manual (DDI 0403E), chapter A5 (encodings) and A7 (behaviour);
 * ARMv6-M Architecture Reference Manual (DDI 0419E), chapter A5.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_CPU_PORT_INSN_H
#define ZIF_CPU_PORT_INSN_H

#include <stdbool.h>
#include <stdint.h>
#include "port.h"

typedef enum {
    ZIF_INSN_PLAIN, /* the engine's alone */
    ZIF_INSN_IT,    /* imm = the ITSTATE it starts */
    ZIF_INSN_SVC,   /* imm */
    ZIF_INSN_BKPT,  /* imm */
    ZIF_INSN_UDF,   /* permanently undefined, and what the engine takes for defined but the core does not */
    ZIF_INSN_NOCP,  /* names a coprocessor this core does not have */
    ZIF_INSN_HINT,  /* NOP, YIELD, DBG and unallocated hints: nothing happens */
    ZIF_INSN_WFI,
    ZIF_INSN_WFE,
    ZIF_INSN_SEV,
    ZIF_INSN_SYSREG, /* MSR, CPS */
    ZIF_INSN_DIV,    /* UDIV, SDIV: rm = the divisor's register */
    ZIF_INSN_FP,     /* needs CP10/CP11, touches no memory */
    ZIF_INSN_CLREX,
    ZIF_INSN_MEM,             /* a load or store; ask zif__mem_decode */
    ZIF_INSN_BRANCH_EXCHANGE, /* BX, BLX register: may clear EPSR.T or return from an exception */
} ZifInsnKind;

typedef struct {
    uint8_t kind; /* ZifInsnKind */
    uint8_t size; /* 2 or 4 bytes */
    uint8_t imm;
    uint8_t rm;
} ZifInsn;

/** True when `first` begins a 32-bit instruction. */
static inline bool zif__insn_is_wide(uint16_t first)
{
    return (first & 0xe000) == 0xe000 && (first & 0x1800) != 0;
}

/** Classifies an instruction for `model`; `second` is ignored for a 16-bit one. */
ZifInsn zif__insn_decode(ZifCpuModel model, uint16_t first, uint16_t second);

/* True for a 16-bit instruction that sets flags outside an IT block and leaves them alone inside one. */
bool zif__insn_sets_flags_only_outside_it(uint16_t first);

/** Does a condition (0-15) hold with these flags? */
bool zif__condition_passes(unsigned cond, uint32_t xpsr);
/** ITSTATE after one more instruction of its block. */
static inline uint8_t zif__it_advance(uint8_t it)
{
    return (it & 7) == 0 ? 0 : (uint8_t)((it & 0xe0) | ((it << 1) & 0x1f));
}
/** ITSTATE in an XPSR. */
static inline uint8_t zif__it_of(uint32_t xpsr)
{
    return (uint8_t)((xpsr >> 25 & 3) | (xpsr >> 8 & 0xfc));
}

/** The stop an instruction of this kind means, and whether it retires. For kinds that stop whenever they execute. */
ZifPortStop zif__insn_stop(ZifInsnKind kind, bool *retires);

/** Where an instruction may go but to the next. */
ZifFlow zif__insn_flow(uint16_t first, uint16_t second);

/* What a load or store does, with the register numbers in it: accesses of `unit` bytes go up from the start address. */
typedef enum {
    ZIF_MEM_CORE,      /* core registers: `regs` names them, lowest first, one access each */
    ZIF_MEM_PAIR,      /* LDRD/STRD: rt then rt2 */
    ZIF_MEM_FP,        /* `fp_first`, `fp_words` single registers, `unit` 4 or 8 */
    ZIF_MEM_EXCLUSIVE, /* rt; rd gets STREX's status */
    ZIF_MEM_TABLE,     /* TBB/TBH */
} ZifMemForm;

typedef struct {
    uint8_t form; /* ZifMemForm */
    bool load;
    bool multi;        /* must be word aligned whatever UNALIGN_TRP says */
    bool sign;         /* sign-extend what was loaded */
    bool unprivileged; /* LDRT/STRT family */
    bool writeback;    /* rn gets `base_after` */
    uint8_t unit;      /* bytes of one access: 1, 2, 4 or 8 */
    uint8_t rn, rm, rt, rt2, rd;
    uint8_t shift; /* of rm */
    bool add_rm;   /* register offset form */
    bool literal;  /* base is Align(PC, 4) */
    uint8_t fp_first, fp_words;
    uint16_t regs;
    int32_t start_offset; /* from the base register's value (register offset: 0) to the first access */
    int32_t base_offset;  /* from the base register's value to what is written back */
} ZifMem;

/** Decodes an instruction of kind ZIF_INSN_MEM. */
ZifMem zif__mem_decode(uint16_t first, uint16_t second);

#endif
