/*
 * Decoding for the CPU memory ports; see port_insn.h for the documents.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "port_insn.h"

static bool is_v6m(ZifCpuModel model)
{
    return model == ZIF_CORTEX_M0 || model == ZIF_CORTEX_M0PLUS;
}

static bool has_fpu(ZifCpuModel model)
{
    return model >= ZIF_CORTEX_M4F;
}

static bool has_double(ZifCpuModel model)
{
    return model == ZIF_CORTEX_M7;
}

static ZifInsn narrow(ZifInsnKind kind, uint8_t imm)
{
    return (ZifInsn){ .kind = kind, .size = 2, .imm = imm };
}

/* A5.2.5, miscellaneous 16-bit instructions: 0xBxxx. */
static ZifInsn decode_misc16(ZifCpuModel model, uint16_t i)
{
    if ((i & 0xf600) == 0xb400) { /* PUSH, POP */
        return narrow(ZIF_INSN_MEM, 0);
    }
    if ((i & 0xffe0) == 0xb660) { /* CPS */
        return narrow(ZIF_INSN_SYSREG, 0);
    }
    if ((i & 0xff00) == 0xbe00) {
        return narrow(ZIF_INSN_BKPT, (uint8_t)i);
    }
    if ((i & 0xff00) == 0xbf00) {
        if ((i & 0xf) != 0) {
            return is_v6m(model) ? narrow(ZIF_INSN_UDF, 0) : narrow(ZIF_INSN_IT, (uint8_t)i);
        }
        switch ((i >> 4) & 0xf) {
        case 2:
            return narrow(ZIF_INSN_WFE, 0);
        case 3:
            return narrow(ZIF_INSN_WFI, 0);
        case 4:
            return narrow(ZIF_INSN_SEV, 0);
        default:
            return narrow(ZIF_INSN_HINT, 0);
        }
    }
    if ((i & 0xfff0) == 0xb650) { /* SETEND: the A and R profiles' */
        return narrow(ZIF_INSN_UDF, 0);
    }
    if (is_v6m(model) && (i & 0xf500) == 0xb100) { /* CBZ, CBNZ */
        return narrow(ZIF_INSN_UDF, 0);
    }
    return narrow(ZIF_INSN_PLAIN, 0);
}

static ZifInsn decode16(ZifCpuModel model, uint16_t i)
{
    switch (i >> 12) {
    case 4:
        if ((i & 0xff00) == 0x4700) {
            return narrow(ZIF_INSN_BRANCH_EXCHANGE, 0);
        }
        return narrow(i >= 0x4800 ? ZIF_INSN_MEM : ZIF_INSN_PLAIN, 0);
    case 5:
    case 6:
    case 7:
    case 8:
    case 9:
    case 0xc:
        return narrow(ZIF_INSN_MEM, 0);
    case 0xb:
        return decode_misc16(model, i);
    case 0xd:
        if ((i & 0xff00) == 0xdf00) {
            return narrow(ZIF_INSN_SVC, (uint8_t)i);
        }
        return narrow((i & 0xff00) == 0xde00 ? ZIF_INSN_UDF : ZIF_INSN_PLAIN, 0);
    default:
        return narrow(ZIF_INSN_PLAIN, 0);
    }
}

/* A5.3.4, branches and miscellaneous control. */
static ZifInsnKind control32(uint16_t a, uint16_t b)
{
    if ((b & 0xd000) != 0x8000) { /* branches */
        return ZIF_INSN_PLAIN;
    }
    if ((a & 0xffe0) == 0xf380) {
        return ZIF_INSN_SYSREG;
    }
    if ((a & 0xfff0) == 0xf3a0 && (b & 0x0700) == 0) { /* hints */
        switch (b & 0xff) {
        case 2:
            return ZIF_INSN_WFE;
        case 3:
            return ZIF_INSN_WFI;
        case 4:
            return ZIF_INSN_SEV;
        default:
            return ZIF_INSN_HINT;
        }
    }
    if ((a & 0xfff0) == 0xf3b0 && (b & 0xf0) == 0x20) {
        return ZIF_INSN_CLREX;
    }
    if ((a & 0xfff0) == 0xf7f0) { /* UDF.W; SMC is not M-profile's */
        return ZIF_INSN_UDF;
    }
    return ZIF_INSN_PLAIN;
}

/* A5.3.18 and chapter A6: the coprocessor space. */
static ZifInsnKind coprocessor(ZifCpuModel model, uint16_t a, uint16_t b)
{
    unsigned cp = (b >> 8) & 0xf;
    if ((a & 0xef00) == 0xef00) { /* Advanced SIMD's data processing: not M-profile's */
        return ZIF_INSN_UDF;
    }
    if (cp != 10 && cp != 11) {
        return ZIF_INSN_NOCP;
    }
    if (!has_fpu(model)) {
        return ZIF_INSN_NOCP;
    }
    if ((a & 0xfe00) == 0xec00 && (a & 0xffe0) != 0xec40) { /* VLDR, VSTR, VLDM, VSTM, VPUSH, VPOP */
        bool pre = a & 0x100, up = a & 0x80, back = a & 0x20, dbl = cp == 11;
        unsigned first = dbl ? b >> 12 : ((b >> 12) << 1) | ((a >> 6) & 1), words = b & 0xff;
        if ((!pre && !up) || (pre && up && back) || (dbl && (a & 0x40))) {
            return ZIF_INSN_UDF;
        }
        if (pre && !back) {
            return ZIF_INSN_MEM;
        }
        words = dbl ? words / 2 : words;
        if (words == 0 || first + words > (dbl ? 16u : 32u)) {
            return ZIF_INSN_UDF;
        }
        return ZIF_INSN_MEM;
    }
    /* A single-precision FPU (FPv4-SP, FPv5-SP) moves doubles, but never computes with them. */
    bool computes = (a & 0xef00) == 0xee00 && !(b & 0x10);
    if (computes && !has_double(model) &&
        (cp == 11 || ((a & 0xffbf) == 0xeeb7 && (b & 0x0ed0) == 0x0ac0))) { /* the latter: VCVT.F64.F32 */
        return ZIF_INSN_UDF;
    }
    return ZIF_INSN_FP;
}

/* BL, MSR, MRS, DSB, DMB, ISB are all there is (v6-M A5.3). */
static ZifInsnKind decode32_v6m(uint16_t a, uint16_t b)
{
    if ((a & 0xf800) != 0xf000) {
        return ZIF_INSN_UDF;
    }
    if ((b & 0xd000) == 0xd000) { /* BL: its first halfword holds any part of the offset */
        return ZIF_INSN_PLAIN;
    }
    if ((b & 0xd000) != 0x8000) {
        return ZIF_INSN_UDF;
    }
    if ((a & 0xffe0) == 0xf380) {
        return ZIF_INSN_SYSREG;
    }
    unsigned option = b >> 4 & 0xf;
    bool barrier = (a & 0xfff0) == 0xf3b0 && option >= 4 && option <= 6;
    return barrier || (a & 0xffe0) == 0xf3e0 ? ZIF_INSN_PLAIN : ZIF_INSN_UDF;
}

static ZifInsnKind decode32(ZifCpuModel model, uint16_t a, uint16_t b)
{
    if (is_v6m(model)) {
        return decode32_v6m(a, b);
    }
    if ((a & 0xec00) == 0xec00) {
        return coprocessor(model, a, b);
    }
    if ((a & 0xfe40) == 0xe800) { /* multiple: IA and DB only */
        unsigned op = (a >> 7) & 3;
        return op == 1 || op == 2 ? ZIF_INSN_MEM : ZIF_INSN_UDF;
    }
    if ((a & 0xfe40) == 0xe840) { /* pair, exclusive, table branch */
        if ((a & 0xffe0) == 0xe8c0) {
            unsigned op = (b >> 4) & 0xf;
            bool load = a & 0x10;
            bool known = op == 4 || op == 5 || (load && op <= 1);
            return known ? ZIF_INSN_MEM : ZIF_INSN_UDF;
        }
        if ((a & 0xffff) == 0xe97f && b == 0xe97f) { /* SG of v8-M */
            return ZIF_INSN_UDF;
        }
        if ((a & 0xfff0) == 0xe840 && (b & 0xf000) == 0xf000) { /* TT of v8-M */
            return ZIF_INSN_UDF;
        }
        if ((a & 0x120) != 0 && ((b >> 12) == 15 || ((b >> 8) & 0xf) == 15)) { /* LDRD, STRD of the PC: UNPREDICTABLE */
            return ZIF_INSN_UDF;
        }
        return ZIF_INSN_MEM;
    }
    if ((a & 0xfe00) == 0xf800) {
        bool load = a & 0x10, sign = a & 0x100;
        unsigned size = (a >> 5) & 3, rt = b >> 12;
        if (size == 3 || (sign && (!load || size == 2))) {
            return ZIF_INSN_UDF;
        }
        if ((a & 0xf) == 0xf && !load) {
            return ZIF_INSN_UDF;
        }
        if (!(a & 0x80) && (a & 0xf) != 0xf) { /* not the imm12 forms */
            bool reg = (b & 0x0fc0) == 0, imm8 = (b & 0x0800) && (b & 0x0500);
            if (!reg && !imm8) {
                return ZIF_INSN_UDF;
            }
        }
        if (load && size != 2 && rt == 15) { /* PLD, PLI and unallocated hints */
            return ZIF_INSN_HINT;
        }
        return ZIF_INSN_MEM;
    }
    if ((a & 0xffd0) == 0xfb90 && (b & 0x00f0) == 0x00f0) {
        return ZIF_INSN_DIV;
    }
    if ((a & 0xf800) == 0xf000) {
        return control32(a, b);
    }
    return ZIF_INSN_PLAIN;
}

ZifInsn zif__insn_decode(ZifCpuModel model, uint16_t first, uint16_t second)
{
    if (!zif__insn_is_wide(first)) {
        return decode16(model, first);
    }
    return (ZifInsn){ .kind = decode32(model, first, second), .size = 4, .rm = second & 0xf };
}

bool zif__insn_sets_flags_only_outside_it(uint16_t i)
{
    if (i < 0x2800) { /* shifts, ADD, SUB, MOV immediate */
        return true;
    }
    if (i >= 0x3000 && i < 0x4000) { /* ADD, SUB immediate */
        return true;
    }
    if ((i & 0xfc00) == 0x4000) { /* data processing but TST, CMP, CMN */
        unsigned op = (i >> 6) & 0xf;
        return op != 8 && op != 10 && op != 11;
    }
    return false;
}

bool zif__condition_passes(unsigned cond, uint32_t xpsr)
{
    bool n = xpsr >> 31, z = xpsr >> 30 & 1, c = xpsr >> 29 & 1, v = xpsr >> 28 & 1, r;
    switch (cond >> 1) {
    case 0:
        r = z;
        break;
    case 1:
        r = c;
        break;
    case 2:
        r = n;
        break;
    case 3:
        r = v;
        break;
    case 4:
        r = c && !z;
        break;
    case 5:
        r = n == v;
        break;
    case 6:
        r = n == v && !z;
        break;
    default:
        return true;
    }
    return (cond & 1) ? !r : r;
}

ZifPortStop zif__insn_stop(ZifInsnKind kind, bool *retires)
{
    static const struct {
        ZifPortStop stop;
        bool retires;
    } stops[] = {
        [ZIF_INSN_SVC] = { ZIF_STOP_SVC, true },    [ZIF_INSN_BKPT] = { ZIF_STOP_BKPT, false },
        [ZIF_INSN_UDF] = { ZIF_STOP_UNDEF, false }, [ZIF_INSN_NOCP] = { ZIF_STOP_NOCP, false },
        [ZIF_INSN_WFI] = { ZIF_STOP_WFI, true },    [ZIF_INSN_WFE] = { ZIF_STOP_WFE, true },
        [ZIF_INSN_SEV] = { ZIF_STOP_SEV, true },    [ZIF_INSN_DIV] = { ZIF_STOP_DIVBYZERO, false },
        [ZIF_INSN_FP] = { ZIF_STOP_NOCP, false },
    };
    *retires = stops[kind].retires;
    return stops[kind].stop;
}

static int popcount16(uint16_t v)
{
    return __builtin_popcount(v);
}

static ZifMem mem16(uint16_t i)
{
    ZifMem m = { .form = ZIF_MEM_CORE, .unit = 4, .rt = i & 7, .rn = (i >> 3) & 7 };
    int imm5 = (i >> 6) & 0x1f;
    switch (i >> 12) {
    case 4: /* LDR literal */
        m.load = true;
        m.literal = true;
        m.rt = (i >> 8) & 7;
        m.start_offset = (i & 0xff) * 4;
        break;
    case 5: { /* register offset */
        static const struct {
            uint8_t unit;
            bool load, sign;
        } ops[8] = { { 4, false, false }, { 2, false, false }, { 1, false, false }, { 1, true, true },
                     { 4, true, false },  { 2, true, false },  { 1, true, false },  { 2, true, true } };
        unsigned op = (i >> 9) & 7;
        m.unit = ops[op].unit;
        m.load = ops[op].load;
        m.sign = ops[op].sign;
        m.rm = (i >> 6) & 7;
        m.add_rm = true;
        break;
    }
    case 6:
        m.load = i & 0x800;
        m.start_offset = imm5 * 4;
        break;
    case 7:
        m.unit = 1;
        m.load = i & 0x800;
        m.start_offset = imm5;
        break;
    case 8:
        m.unit = 2;
        m.load = i & 0x800;
        m.start_offset = imm5 * 2;
        break;
    case 9:
        m.load = i & 0x800;
        m.rn = 13;
        m.rt = (i >> 8) & 7;
        m.start_offset = (i & 0xff) * 4;
        break;
    case 0xb: /* PUSH, POP */
        m.load = i & 0x800;
        m.multi = true;
        m.rn = 13;
        m.writeback = true;
        m.regs = i & 0xff;
        if (i & 0x100) {
            m.regs |= m.load ? 0x8000 : 0x4000;
        }
        m.base_offset = popcount16(m.regs) * (m.load ? 4 : -4);
        m.start_offset = m.load ? 0 : m.base_offset;
        return m;
    default: /* 0xc: LDM, STM */
        m.load = i & 0x800;
        m.multi = true;
        m.rn = (i >> 8) & 7;
        m.regs = i & 0xff;
        m.writeback = !m.load || !(m.regs & (1 << m.rn));
        m.base_offset = popcount16(m.regs) * 4;
        return m;
    }
    m.regs = (uint16_t)(1 << m.rt);
    return m;
}

static ZifMem mem_multiple(uint16_t a, uint16_t b)
{
    bool down = (a & 0x100) != 0;
    ZifMem m = { .form = ZIF_MEM_CORE, .unit = 4, .multi = true, .load = a & 0x10, .rn = a & 0xf, .regs = b };
    m.writeback = (a & 0x20) && !(m.load && (b & (1 << m.rn)));
    m.base_offset = popcount16(b) * (down ? -4 : 4);
    m.start_offset = down ? m.base_offset : 0;
    return m;
}

static ZifMem mem_pair(uint16_t a, uint16_t b)
{
    ZifMem m = { .form = ZIF_MEM_PAIR, .unit = 4, .multi = true, .load = a & 0x10, .rn = a & 0xf, .rt = b >> 12 };
    int imm = (b & 0xff) * 4;
    if (!(a & 0x120)) { /* exclusive and table branch */
        m.form = ZIF_MEM_EXCLUSIVE;
        if (!(a & 0x80)) {
            m.rd = (b >> 8) & 0xf;
            m.start_offset = imm;
            return m;
        }
        unsigned op = (b >> 4) & 0xf;
        m.rd = b & 0xf;
        m.unit = op & 1 ? 2 : 1;
        if (op <= 1) {
            m.form = ZIF_MEM_TABLE;
            m.multi = false;
            m.add_rm = true;
            m.rm = b & 0xf;
            m.shift = op;
            m.literal = false;
        }
        return m;
    }
    int off = a & 0x80 ? imm : -imm;
    m.rt2 = (b >> 8) & 0xf;
    m.literal = m.rn == 15;
    m.writeback = a & 0x20;
    m.base_offset = off;
    m.start_offset = a & 0x100 ? off : 0;
    return m;
}

static ZifMem mem_single(uint16_t a, uint16_t b)
{
    ZifMem m = { .form = ZIF_MEM_CORE, .load = a & 0x10, .sign = a & 0x100, .rn = a & 0xf, .rt = b >> 12 };
    m.unit = (uint8_t)(1 << ((a >> 5) & 3));
    m.regs = (uint16_t)(1 << m.rt);
    int imm12 = b & 0xfff, imm8 = b & 0xff;
    if (m.rn == 15) {
        m.literal = true;
        m.start_offset = a & 0x80 ? imm12 : -imm12;
    } else if (a & 0x80) {
        m.start_offset = imm12;
    } else if (!(b & 0x800)) {
        m.add_rm = true;
        m.rm = b & 0xf;
        m.shift = (b >> 4) & 3;
    } else if ((b & 0x700) == 0x600) {
        m.unprivileged = true;
        m.start_offset = imm8;
    } else {
        int off = b & 0x200 ? imm8 : -imm8;
        m.writeback = b & 0x100;
        m.base_offset = off;
        m.start_offset = b & 0x400 ? off : 0;
    }
    return m;
}

static ZifMem mem_fp(uint16_t a, uint16_t b)
{
    bool dbl = (b & 0x100) != 0;
    int imm = (b & 0xff) * 4;
    ZifMem m = { .form = ZIF_MEM_FP, .multi = true, .load = a & 0x10, .rn = a & 0xf, .unit = dbl ? 8 : 4 };
    unsigned d = (a >> 6) & 1, vd = b >> 12;
    m.fp_first = (uint8_t)(dbl ? ((d << 4) | vd) * 2 : (vd << 1) | d);
    bool up = a & 0x80;
    if ((a & 0x120) == 0x100) { /* VLDR, VSTR */
        m.literal = m.rn == 15;
        m.fp_words = dbl ? 2 : 1;
        m.start_offset = up ? imm : -imm;
        return m;
    }
    m.fp_words = b & 0xff;
    if (dbl) {
        m.fp_words &= 0xfe; /* an odd count is FLDMX: the last word is skipped */
    }
    m.writeback = a & 0x20;
    m.base_offset = up ? imm : -imm;
    m.start_offset = up ? 0 : -imm;
    return m;
}

ZifMem zif__mem_decode(uint16_t first, uint16_t second)
{
    if (!zif__insn_is_wide(first)) {
        return mem16(first);
    }
    if ((first & 0xec00) == 0xec00) {
        return mem_fp(first, second);
    }
    if ((first & 0xfe40) == 0xe800) {
        return mem_multiple(first, second);
    }
    if ((first & 0xfe40) == 0xe840) {
        return mem_pair(first, second);
    }
    return mem_single(first, second);
}

/* [A5.2, A5.3] */
ZifFlow zif__insn_flow(uint16_t first, uint16_t second)
{
    if (!zif__insn_is_wide(first)) {
        if ((first & 0xf000) == 0xd000 && (first & 0xe00) != 0xe00) {
            return (first & 0xff) == 0xff ? ZIF_FLOW_NONE : ZIF_FLOW_CONDITIONAL;
        }
        if ((first & 0xf500) == 0xb100) {
            return ZIF_FLOW_CONDITIONAL;
        }
        if ((first & 0xf800) == 0xe000) {
            return ZIF_FLOW_JUMP;
        }
        if ((first & 0xff80) == 0x4780) {
            return ZIF_FLOW_CALL;
        }
        bool to_pc = (first & 0xff80) == 0x4700 || (first & 0xff00) == 0xbd00 || (first & 0xfd87) == 0x4487;
        return to_pc ? ZIF_FLOW_INDIRECT : ZIF_FLOW_NONE;
    }
    if ((first & 0xf800) == 0xf000 && (second & 0x8000)) {
        switch (second & 0xd000) {
        case 0x8000:
            if ((first & 0x380) == 0x380) {
                return ZIF_FLOW_NONE; /* system instructions */
            }
            return !(first & 0x43f) && !(second & 0x2fff) ? ZIF_FLOW_NONE : ZIF_FLOW_CONDITIONAL;
        case 0x9000:
            return ZIF_FLOW_JUMP;
        case 0xd000:
            return ZIF_FLOW_CALL;
        default:
            return ZIF_FLOW_NONE;
        }
    }
    bool multiple = (first & 0xfe50) == 0xe810 && (second & 0x8000);
    bool word = (first & 0xff70) == 0xf850 && second >> 12 == 15;
    bool table = (first & 0xfff0) == 0xe8d0 && (second & 0xffe0) == 0xf000;
    return multiple || word || table ? ZIF_FLOW_INDIRECT : ZIF_FLOW_NONE;
}
