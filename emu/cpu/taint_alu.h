/* What an instruction that touches no memory does with unwritten bits. See taint_alu.c and taint_fp.c. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ZIF_CPU_TAINT_ALU_H
#define ZIF_CPU_TAINT_ALU_H

#include <stdbool.h>
#include <stdint.h>

enum { TAINT_N = 8, TAINT_Z = 4, TAINT_C = 2, TAINT_V = 1 };

/* Registers are numbered: r0 to r15, then s0 to s31. */
enum { TAINT_S0 = 16, TAINT_REGISTERS = TAINT_S0 + 32 };
enum { TAINT_FROM_FLAGS = -1, TAINT_FROM_FPSCR = -2 };

/* Registers as an instruction finds them. */
typedef struct {
    const uint32_t *value; /* r0..r15 */
    const uint32_t *mask;  /* bits of each register that come from unwritten memory */
    uint8_t flags, fpscr;  /* TAINT_* of APSR and FPSCR */
} TaintInput;

typedef struct {
    bool known;    /* else: whatever register the instruction changes is a new value */
    int rd;        /* its destination; -1: none */
    uint32_t mask; /* of rd */
    int from;      /* the register the bits come from, for messages; or TAINT_FROM_* */
    int rd2;       /* a second destination; -1: none */
    uint32_t mask2;
    int from2;
    bool sets_flags;
    uint32_t flags_mask, flags_value; /* bits and value of the result that N and Z follow */
    bool flags_cv;                    /* C and V follow it, too */
    bool flags_c;                     /* C does */
    bool sets_fpscr;                  /* flags of FPSCR become these, by register `from` */
    uint8_t fpscr;
    bool takes_fpscr; /* APSR's flags become those of FPSCR */
} TaintResult;

/** `in_it`: 16-bit instructions set no flags there. */
TaintResult zif__taint_alu(uint16_t first, uint16_t second, bool in_it, const TaintInput *in);
/** An instruction of the floating-point unit that touches no memory. */
TaintResult zif__taint_fp(uint16_t first, uint16_t second, const TaintInput *in);

#endif
