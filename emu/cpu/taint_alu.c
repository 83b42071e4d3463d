/*
 * Unwritten bits through the arithmetic of Thumb. A bit of a result is unwritten when an unwritten bit of an operand can change it: exact
 * for logic, moves, shifts and bit fields; for sums everything from the lowest such bit on, for products as far up as they can get.
 *
 * Reference: ARMv7-M Architecture Reference Manual (DDI 0403E), A5.2, A5.3, A7.7. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "taint_alu.h"

typedef struct {
    uint32_t v, m; /* value, unwritten bits */
    int reg;       /* -1: a constant */
} Operand;

enum { NOT_SET = -1 };
enum { OP_AND, OP_BIC, OP_ORR, OP_ORN, OP_EOR, OP_SUM, OP_MOV, OP_MVN };

static Operand reg(const TaintInput *in, unsigned n)
{
    return (Operand){ in->value[n], in->mask[n], (int)n };
}

static Operand constant(uint32_t v)
{
    return (Operand){ v, 0, -1 };
}

static uint32_t upwards(uint32_t m)
{
    return m ? ~((m & -m) - 1) : 0;
}

static TaintResult result(int rd, uint32_t mask, int from)
{
    return (TaintResult){ .known = true, .rd = rd, .mask = mask, .from = from, .rd2 = -1 };
}

/* rd = a op b. */
static TaintResult logic(unsigned op, int rd, Operand a, Operand b, bool flags)
{
    uint32_t m = 0, v = 0;
    bool same = a.reg >= 0 && a.reg == b.reg && a.m == b.m;
    switch (op) {
    case OP_AND:
        m = (a.m & b.m) | (a.m & b.v) | (b.m & a.v);
        v = a.v & b.v;
        break;
    case OP_BIC:
        m = (a.m & b.m) | (a.m & ~b.v) | (b.m & a.v);
        v = a.v & ~b.v;
        break;
    case OP_ORR:
        m = (a.m & b.m) | (a.m & ~b.v) | (b.m & ~a.v);
        v = a.v | b.v;
        break;
    case OP_ORN:
        m = (a.m & b.m) | (a.m & b.v) | (b.m & ~a.v);
        v = a.v | ~b.v;
        break;
    case OP_EOR:
        m = same ? 0 : a.m | b.m;
        v = a.v ^ b.v;
        break;
    case OP_MOV:
        m = b.m;
        v = b.v;
        break;
    case OP_MVN:
        m = b.m;
        v = ~b.v;
        break;
    default:
        m = upwards(a.m | b.m);
        v = 0; /* not needed: nothing is known of it */
        break;
    }
    TaintResult r = result(rd, m, a.m && op != OP_MOV && op != OP_MVN ? a.reg : b.reg);
    r.sets_flags = flags;
    r.flags_mask = m;
    r.flags_value = v;
    r.flags_cv = op == OP_SUM;
    return r;
}

/* a - b: nothing when it is the same register. */
static TaintResult difference(int rd, Operand a, Operand b, bool flags)
{
    if (a.reg >= 0 && a.reg == b.reg) {
        a.m = b.m = 0;
    }
    return logic(OP_SUM, rd, a, b, flags);
}

enum { LSL, LSR, ASR, ROR };

static uint32_t shifted(uint32_t v, unsigned type, unsigned n)
{
    if (n == 0) {
        return v;
    }
    switch (type) {
    case LSL:
        return n < 32 ? v << n : 0;
    case LSR:
        return n < 32 ? v >> n : 0;
    case ASR:
        return (uint32_t)((int32_t)v >> (n < 32 ? n : 31));
    default:
        n &= 31;
        return n ? v >> n | v << (32 - n) : v;
    }
}

static Operand shift(Operand a, unsigned type, unsigned n)
{
    return (Operand){ shifted(a.v, type, n), shifted(a.m, type, n), a.reg };
}

/* An immediate's 0 means 32 for LSR and ASR; for ROR it is RRX, whose carry is not looked at. */
static Operand shift_imm(Operand a, unsigned type, unsigned n)
{
    return shift(a, type, n || type == LSL || type == ROR ? n : 32);
}

static Operand shift_reg(Operand a, unsigned type, Operand by)
{
    if (by.m & 0xff) {
        return (Operand){ a.v, UINT32_MAX, by.reg };
    }
    return shift(a, type, by.v & 0xff);
}

static TaintResult moved(int rd, Operand a, bool flags)
{
    TaintResult r = logic(OP_MOV, rd, constant(0), a, flags);
    r.flags_c = flags;
    return r;
}

static TaintResult any(int rd, Operand a, Operand b, bool flags)
{
    uint32_t m = a.m | b.m ? UINT32_MAX : 0;
    TaintResult r = result(rd, m, a.m ? a.reg : b.reg);
    r.sets_flags = flags;
    r.flags_mask = m;
    return r;
}

static Operand extended(Operand a, unsigned bits, bool sign)
{
    uint32_t low = bits >= 32 ? UINT32_MAX : (1u << bits) - 1;
    a.m &= low;
    a.v &= low;
    if (sign && a.m >> (bits - 1) & 1) {
        a.m |= ~low;
    }
    return a;
}

static Operand swapped(Operand a, unsigned how)
{
    uint32_t m = a.m;
    switch (how) {
    case 0:
        m = __builtin_bswap32(m);
        break;
    case 1:
        m = (m & 0x00ff00ff) << 8 | (m >> 8 & 0x00ff00ff);
        break;
    default:
        m = m ? UINT32_MAX : 0;
    }
    return (Operand){ a.v, m, a.reg };
}

/* --- 16 bits -------------------------------------------------------------------------------------------------------------- */

static TaintResult data_processing(uint16_t c, bool flags, const TaintInput *in)
{
    unsigned rd = c & 7;
    Operand a = reg(in, rd), b = reg(in, c >> 3 & 7);
    switch (c >> 6 & 15) {
    case 0:
        return logic(OP_AND, (int)rd, a, b, flags);
    case 1:
        return logic(OP_EOR, (int)rd, a, b, flags);
    case 2:
        return moved((int)rd, shift_reg(a, LSL, b), flags);
    case 3:
        return moved((int)rd, shift_reg(a, LSR, b), flags);
    case 4:
        return moved((int)rd, shift_reg(a, ASR, b), flags);
    case 7:
        return moved((int)rd, shift_reg(a, ROR, b), flags);
    case 5: /* ADC, SBC: with the carry */
    case 6: {
        TaintResult r = logic(OP_SUM, (int)rd, a, b, flags);
        if (in->flags & TAINT_C) {
            r.mask = r.flags_mask = UINT32_MAX;
            r.from = -1;
        }
        return r;
    }
    case 8:
        return logic(OP_AND, NOT_SET, a, b, true);
    case 9: /* RSB #0 */
        return logic(OP_SUM, (int)rd, b, constant(0), flags);
    case 10:
        return difference(NOT_SET, a, b, true);
    case 11:
        return logic(OP_SUM, NOT_SET, a, b, true);
    case 12:
        return logic(OP_ORR, (int)rd, a, b, flags);
    case 13: {
        TaintResult r = logic(OP_SUM, (int)rd, a, b, flags);
        r.flags_cv = false;
        return r;
    }
    case 14:
        return logic(OP_BIC, (int)rd, a, b, flags);
    default:
        return logic(OP_MVN, (int)rd, a, b, flags);
    }
}

static TaintResult narrow(uint16_t c, bool in_it, const TaintInput *in)
{
    bool flags = !in_it;
    unsigned rd = c & 7, rn = c >> 3 & 7, r8 = c >> 8 & 7;
    if (c < 0x1800) {
        return moved((int)rd, shift_imm(reg(in, rn), c >> 11 & 3, c >> 6 & 31), flags);
    }
    if (c < 0x2000) {
        Operand b = c & 0x400 ? constant(c >> 6 & 7) : reg(in, c >> 6 & 7);
        return c & 0x200 ? difference((int)rd, reg(in, rn), b, flags) : logic(OP_SUM, (int)rd, reg(in, rn), b, flags);
    }
    switch (c >> 11) {
    case 4: /* MOV */
        return logic(OP_MOV, (int)r8, constant(0), constant(c & 0xff), flags);
    case 5: /* CMP */
        return difference(NOT_SET, reg(in, r8), constant(c & 0xff), true);
    case 6: /* ADD, SUB */
    case 7:
        return logic(OP_SUM, (int)r8, reg(in, r8), constant(c & 0xff), flags);
    case 20: /* ADR, ADD Rd, SP */
    case 21:
        return result((int)r8, c >> 11 == 21 ? upwards(in->mask[13]) : 0, 13);
    }
    if ((c & 0xfc00) == 0x4000) {
        return data_processing(c, flags, in);
    }
    if ((c & 0xfc00) == 0x4400 && (c & 0x0300) != 0x0300) {
        unsigned hi = (c >> 4 & 8) | (c & 7), rm = c >> 3 & 15;
        switch (c >> 8 & 3) {
        case 0:
            return logic(OP_SUM, (int)hi, reg(in, hi), reg(in, rm), false);
        case 1:
            return difference(NOT_SET, reg(in, hi), reg(in, rm), true);
        default:
            return logic(OP_MOV, (int)hi, constant(0), reg(in, rm), false);
        }
    }
    if ((c & 0xff00) == 0xb000) { /* ADD, SUB SP */
        return result(13, upwards(in->mask[13]), 13);
    }
    if ((c & 0xff00) == 0xb200) { /* SXTH, SXTB, UXTH, UXTB */
        return moved((int)rd, extended(reg(in, rn), c & 0x40 ? 8 : 16, !(c & 0x80)), false);
    }
    if ((c & 0xff00) == 0xba00) {
        return moved((int)rd, swapped(reg(in, rn), c >> 6 & 3), false);
    }
    return (TaintResult){ .rd = NOT_SET, .rd2 = NOT_SET };
}

/* --- 32 bits -------------------------------------------------------------------------------------------------------------- */

static uint32_t expand_imm(uint32_t imm12)
{
    uint32_t b = imm12 & 0xff;
    if (imm12 < 0x400) {
        switch (imm12 >> 8) {
        case 0:
            return b;
        case 1:
            return b << 16 | b;
        case 2:
            return b << 24 | b << 8;
        default:
            return b << 24 | b << 16 | b << 8 | b;
        }
    }
    return shifted(0x80 | (imm12 & 0x7f), ROR, imm12 >> 7);
}

/* The operations that immediates and shifted registers share. */
static TaintResult wide_operation(unsigned op, unsigned rn, unsigned rd, Operand b, bool flags, const TaintInput *in)
{
    bool none = rd == 15; /* TST, TEQ, CMN, CMP */
    int to = none ? NOT_SET : (int)rd;
    Operand a = rn == 15 ? constant(0) : reg(in, rn);
    switch (op) {
    case 0:
        return logic(OP_AND, to, a, b, flags);
    case 1:
        return logic(OP_BIC, to, a, b, flags);
    case 2:
        return logic(rn == 15 ? OP_MOV : OP_ORR, to, a, b, flags);
    case 3:
        return logic(rn == 15 ? OP_MVN : OP_ORN, to, a, b, flags);
    case 4:
        return logic(OP_EOR, to, a, b, flags);
    case 8:
        return logic(OP_SUM, to, a, b, flags);
    case 13:
    case 14:
        return difference(to, a, b, flags);
    case 10:
    case 11: {
        TaintResult r = logic(OP_SUM, to, a, b, flags);
        if (in->flags & TAINT_C) {
            r.mask = r.flags_mask = UINT32_MAX;
            r.from = -1;
        }
        return r;
    }
    default: /* PKH */
        return any(to, a, b, false);
    }
}

static TaintResult plain_immediate(uint16_t first, uint16_t second, const TaintInput *in)
{
    unsigned op = first >> 4 & 31, rn = first & 15, rd = second >> 8 & 15;
    unsigned lsb = (second >> 10 & 0x1c) | (second >> 6 & 3), width = second & 31;
    switch (op) {
    case 0: /* ADDW, ADR */
    case 10:
        return rn == 15 ? result((int)rd, 0, -1) : logic(OP_SUM, (int)rd, reg(in, rn), constant(0), false);
    case 4: /* MOVW */
        return result((int)rd, 0, -1);
    case 12: /* MOVT */
        return result((int)rd, in->mask[rd] & 0xffff, (int)rd);
    case 20:   /* SBFX */
    case 28: { /* UBFX */
        Operand a = shift(reg(in, rn), LSR, lsb);
        return moved((int)rd, extended(a, width + 1, op == 20), false);
    }
    case 22: { /* BFI, BFC */
        uint32_t field = width >= lsb ? (width - lsb == 31 ? UINT32_MAX : (1u << (width - lsb + 1)) - 1) << lsb : 0;
        uint32_t in_field = rn == 15 ? 0 : in->mask[rn] << lsb & field;
        return result((int)rd, (in->mask[rd] & ~field) | in_field, in_field ? (int)rn : (int)rd);
    }
    default: /* SSAT, USAT */
        return any((int)rd, reg(in, rn), constant(0), false);
    }
}

static TaintResult wide_register(uint16_t first, uint16_t second, const TaintInput *in)
{
    unsigned op = first >> 4 & 15, rn = first & 15, rd = second >> 8 & 15, rm = second & 15;
    if ((second & 0xf000) != 0xf000) {
        return (TaintResult){ .rd = NOT_SET, .rd2 = NOT_SET };
    }
    if (!(second & 0x80)) { /* LSL, LSR, ASR, ROR by register */
        return op < 8 ? moved((int)rd, shift_reg(reg(in, rn), op >> 1, reg(in, rm)), op & 1)
                      : (TaintResult){ .rd = NOT_SET, .rd2 = NOT_SET };
    }
    if (op < 6) { /* SXTAH, UXTAH, SXTAB16, UXTAB16, SXTAB, UXTAB; without the sum when Rn is 15 */
        Operand a = shift(reg(in, rm), ROR, 8 * (second >> 4 & 3));
        if (op == 2 || op == 3) {
            return any((int)rd, a, rn == 15 ? constant(0) : reg(in, rn), false);
        }
        a = extended(a, op < 2 ? 16 : 8, !(op & 1));
        return rn == 15 ? moved((int)rd, a, false) : logic(OP_SUM, (int)rd, reg(in, rn), a, false);
    }
    if (op == 9) { /* REV, REV16, RBIT, REVSH */
        return moved((int)rd, swapped(reg(in, rm), second >> 4 & 3), false);
    }
    return any((int)rd, reg(in, rn), reg(in, rm), false); /* CLZ, parallel, saturating */
}

/* a * b, plus what has these bits unwritten. Bounded: without that sum and without a sign, so that nothing gets further up than the
 * largest product does. */
static uint64_t product(Operand a, Operand b, uint64_t plus, bool bounded)
{
    uint64_t most = (uint64_t)(a.v | a.m) * (b.v | b.m), changes = plus;
    if (!most || !(a.m | b.m)) {
        return plus ? ~((plus & -plus) - 1) : 0;
    }
    /* The lowest bit that can change: an unwritten one of one factor by the lowest of the other. */
    changes |= a.m ? (uint64_t)(a.m & -a.m) * ((b.v | b.m) & -(b.v | b.m)) : 0;
    changes |= b.m ? (uint64_t)(b.m & -b.m) * ((a.v | a.m) & -(a.v | a.m)) : 0;
    uint64_t up = ~((changes & -changes) - 1);
    return bounded ? up & UINT64_MAX >> __builtin_clzll(most) : up;
}

/* Long multiplication, with and without a sum, and division (A5.3.17). */
static TaintResult long_product(uint16_t first, uint16_t second, const TaintInput *in)
{
    unsigned op = first >> 4 & 7, high = second >> 8 & 15, low = second >> 12, kind = second >> 4 & 15;
    Operand a = reg(in, first & 15), b = reg(in, second & 15);
    if (kind == 15) { /* SDIV, UDIV */
        TaintResult r = any((int)high, a, b, false);
        r.mask &= op == 3 && (a.v | a.m) ? UINT32_MAX >> __builtin_clz(a.v | a.m) : UINT32_MAX;
        return r;
    }
    bool sums = op >= 4, plain = kind == 0;
    uint64_t plus = sums ? (uint64_t)in->mask[high] << 32 | in->mask[low] : 0, m;
    if (plain) {
        m = product(a, b, plus, op == 2);
    } else if (op == 6) { /* UMAAL: both are 32-bit summands */
        m = product(a, b, in->mask[low] | in->mask[high], false);
    } else { /* of half-words */
        m = a.m | b.m | plus ? UINT64_MAX : 0;
    }
    TaintResult r = result((int)low, (uint32_t)m, a.m ? a.reg : b.m ? b.reg : in->mask[low] ? (int)low : (int)high);
    r.rd2 = (int)high;
    r.mask2 = (uint32_t)(m >> 32);
    r.from2 = r.from;
    return r;
}

static TaintResult wide(uint16_t first, uint16_t second, const TaintInput *in)
{
    unsigned op = first >> 5 & 15, rn = first & 15, rd = second >> 8 & 15, rm = second & 15;
    bool flags = first & 0x10;
    if ((first & 0xfa00) == 0xf000 && !(second & 0x8000)) {
        uint32_t imm = (first & 0x400) << 1 | (second & 0x7000) >> 4 | (second & 0xff);
        return wide_operation(op, rn, rd, constant(expand_imm(imm)), flags, in);
    }
    if ((first & 0xfa00) == 0xf200 && !(second & 0x8000)) {
        return plain_immediate(first, second, in);
    }
    if ((first & 0xfe00) == 0xea00) {
        unsigned n = (second >> 10 & 0x1c) | (second >> 6 & 3);
        return wide_operation(op, rn, rd, shift_imm(reg(in, rm), second >> 4 & 3, n), flags, in);
    }
    if ((first & 0xff00) == 0xfa00) {
        return wide_register(first, second, in);
    }
    if ((first & 0xff80) == 0xfb00) { /* MUL, MLA, MLS and their like */
        unsigned ra = second >> 12;
        TaintResult r = any((int)rd, reg(in, rn), reg(in, rm), false);
        if (!(first & 0x70)) {
            r.mask = (uint32_t)product(reg(in, rn), reg(in, rm), 0, true);
        }
        if (ra != 15 && in->mask[ra]) {
            r.mask = UINT32_MAX;
            r.from = (int)ra;
        }
        return r;
    }
    if ((first & 0xff80) == 0xfb80) {
        return long_product(first, second, in);
    }
    return (TaintResult){ .rd = NOT_SET, .rd2 = NOT_SET }; /* MRS, coprocessors, ... */
}

TaintResult zif__taint_alu(uint16_t first, uint16_t second, bool in_it, const TaintInput *in)
{
    bool is_wide = (first & 0xe000) == 0xe000 && (first & 0x1800) != 0;
    return is_wide ? wide(first, second, in) : narrow(first, in_it, in);
}
