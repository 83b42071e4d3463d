/*
 * Unwritten bits through the floating-point unit: moves, sign changes and comparisons bit by bit; whatever else computes makes all of
 * its result unwritten when an operand is.
 *
 * Reference: ARMv7-M Architecture Reference Manual (DDI 0403E), A6.4 to A6.7.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "taint_alu.h"

static TaintResult nothing(void)
{
    return (TaintResult){ .known = true, .rd = -1, .rd2 = -1 };
}

static TaintResult result(unsigned rd, uint32_t mask, int from)
{
    return (TaintResult){ .known = true, .rd = (int)rd, .mask = mask, .from = from, .rd2 = -1 };
}

static TaintResult copy(const TaintInput *in, unsigned to, unsigned from)
{
    return result(to, in->mask[from], (int)from);
}

static TaintResult copy_two(const TaintInput *in, unsigned to, unsigned from, unsigned to2, unsigned from2)
{
    TaintResult r = copy(in, to, from);
    r.rd2 = (int)to2;
    r.mask2 = in->mask[from2];
    r.from2 = (int)from2;
    return r;
}

/* The first of these registers that holds anything unwritten makes all of rd so. */
static TaintResult any(const TaintInput *in, unsigned rd, const unsigned *operands, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        if (in->mask[operands[i]]) {
            return result(rd, UINT32_MAX, (int)operands[i]);
        }
    }
    return result(rd, 0, -1);
}

/* The second half of a double goes with the first. */
static TaintResult both_halves(TaintResult r)
{
    r.rd2 = r.rd + 1;
    r.mask2 = r.mask;
    r.from2 = r.from;
    return r;
}

static TaintResult compare(const TaintInput *in, unsigned d, unsigned m)
{
    TaintResult r = nothing();
    r.sets_fpscr = true;
    r.from = in->mask[d] ? (int)d : (int)m;
    r.fpscr = in->mask[d] | in->mask[m] ? TAINT_N | TAINT_Z | TAINT_C | TAINT_V : 0;
    return r;
}

/* A6.5: one operand. */
static TaintResult unary(uint16_t first, uint16_t second, const TaintInput *in, unsigned d, unsigned m)
{
    const uint32_t sign = UINT32_C(1) << 31;
    bool high = second & 0x80;
    if (!(second & 0x40)) { /* VMOV #imm */
        return result(d, 0, -1);
    }
    switch (first & 15) {
    case 0: /* VMOV, VABS */
        return result(d, high ? in->mask[m] & ~sign : in->mask[m], (int)m);
    case 1: /* VNEG, VSQRT */
        return high ? any(in, d, &m, 1) : copy(in, d, m);
    case 7: /* VCVT to double precision */
        return both_halves(any(in, TAINT_S0 + (second >> 11 & 30), &m, 1));
    case 3: /* VCVTB, VCVTT to half precision: the other half stays */
        return any(in, d, (unsigned[]){ m, d }, 2);
    case 4:
        return compare(in, d, m);
    case 5: /* with zero */
        return compare(in, d, d);
    default: /* VCVT, VCVTR, VRINT */
        return any(in, d, (first & 15) >= 10 && (first & 10) == 10 ? &d : &m, 1);
    }
}

/* The same with doubles: each is two registers. */
static TaintResult computes_doubles(uint16_t first, uint16_t second, const TaintInput *in)
{
    unsigned d = TAINT_S0 + (second >> 11 & 30), n = TAINT_S0 + (first << 1 & 30), m = TAINT_S0 + (second << 1 & 30);
    unsigned single_d = d + (first >> 6 & 1), single_m = m + (second >> 5 & 1);
    unsigned op = first >> 4 & 11, what = first & 15;
    bool extended = first & 0x1000, high = second & 0x80;
    if (op != 11) { /* two operands, or three; VSEL goes by the flags */
        bool accumulates = !extended && (op <= 1 || op == 9 || op == 10);
        TaintResult r = any(in, d, (unsigned[]){ n, n + 1, m, m + 1, d, d + 1 }, accumulates ? 6 : 4);
        if (extended && op < 8 && in->flags) {
            r.mask = UINT32_MAX;
            r.from = -1;
        }
        return both_halves(r);
    }
    if (extended) { /* VRINT, VCVT to an integer */
        TaintResult r = any(in, what < 12 ? d : single_d, (unsigned[]){ m, m + 1 }, 2);
        return what < 12 ? both_halves(r) : r;
    }
    if (!(second & 0x40)) { /* VMOV #imm */
        return both_halves(result(d, 0, -1));
    }
    if (what == 0 || (what == 1 && !high)) { /* VMOV, VABS, VNEG */
        TaintResult r = copy_two(in, d, m, d + 1, m + 1);
        r.mask2 &= what == 0 && high ? INT32_MAX : UINT32_MAX;
        return r;
    }
    if (what == 4 || what == 5) {
        TaintResult r = compare(in, d, what == 4 ? m : d), upper = compare(in, d + 1, what == 4 ? m + 1 : d + 1);
        return r.fpscr ? r : upper;
    }
    if (what == 2 || what == 8) { /* VCVT from half precision, from an integer */
        return both_halves(any(in, d, &single_m, 1));
    }
    if (what == 3 || what == 7 || what == 12 || what == 13) { /* VCVT to half, single precision, to an integer */
        return any(in, single_d, (unsigned[]){ m, m + 1, single_d }, what == 3 ? 3 : 2);
    }
    unsigned from = what >= 10 ? d : m; /* VCVT of fixed point is in place; else VSQRT, VRINT */
    return both_halves(any(in, d, (unsigned[]){ from, from + 1 }, 2));
}

static TaintResult computes(uint16_t first, uint16_t second, const TaintInput *in)
{
    unsigned d = TAINT_S0 + ((second >> 11 & 30) | (first >> 6 & 1));
    unsigned n = TAINT_S0 + ((first << 1 & 30) | (second >> 7 & 1));
    unsigned m = TAINT_S0 + ((second << 1 & 30) | (second >> 5 & 1));
    unsigned op = first >> 4 & 11;
    if (!(first & 0x1000) && op == 11) {
        return unary(first, second, in, d, m);
    }
    if (first & 0x1000) { /* FPv5's: VSEL by the flags, VMAXNM, VMINNM, and VRINT, VCVT of one operand */
        TaintResult r = any(in, d, (unsigned[]){ m, op == 11 ? m : n }, 2);
        if (op < 8 && in->flags) {
            r.mask = UINT32_MAX;
            r.from = -1;
        }
        return r;
    }
    /* Multiplications that accumulate have three operands, the others two. */
    bool accumulates = op <= 1 || op == 9 || op == 10;
    return any(in, d, (unsigned[]){ n, m, d }, accumulates ? 3 : 2);
}

static TaintResult transfer(uint16_t first, uint16_t second, const TaintInput *in)
{
    bool to_core = first & 0x10;
    unsigned rt = second >> 12, s;
    if (second & 0x100) { /* half of a double */
        s = TAINT_S0 + ((first << 1 & 30) | (first >> 5 & 1));
    } else if ((first & 0xe0) == 0xe0) { /* VMRS, VMSR */
        TaintResult r = nothing();
        if ((first & 15) != 1) {
            return r;
        }
        if (!to_core) {
            r.sets_fpscr = true;
            r.fpscr = in->mask[rt] >> 28;
            r.from = (int)rt;
        } else if (rt == 15) {
            r.takes_fpscr = true;
        } else {
            r = result(rt, (uint32_t)in->fpscr << 28, TAINT_FROM_FPSCR);
        }
        return r;
    } else {
        s = TAINT_S0 + ((first << 1 & 30) | (second >> 7 & 1));
    }
    return to_core ? copy(in, rt, s) : copy(in, s, rt);
}

TaintResult zif__taint_fp(uint16_t first, uint16_t second, const TaintInput *in)
{
    if ((first & 0xffe0) == 0xec40) { /* two core registers and two singles, or a double */
        unsigned m = second & 15, low = second >> 5 & 1, rt = second >> 12, rt2 = first & 15;
        unsigned s = TAINT_S0 + (second & 0x100 ? 2 * m : 2 * m + low);
        if (s + 1 >= TAINT_REGISTERS) {
            return nothing();
        }
        return first & 0x10 ? copy_two(in, rt, s, rt2, s + 1) : copy_two(in, s, rt, s + 1, rt2);
    }
    if (second & 0x10) {
        return transfer(first, second, in);
    }
    return second & 0x100 ? computes_doubles(first, second, in) : computes(first, second, in);
}
