/*
 * Unwritten bits through instructions, against what the instructions do: a bit of the result that changes with an unwritten bit of an
 * operand must be marked; and the patterns programs use must not be marked too much. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "taint_alu.h"

static uint32_t value[16], mask[TAINT_REGISTERS];

static TaintResult alu(uint16_t first, uint16_t second)
{
    TaintInput in = { .value = value, .mask = mask };
    return zif__taint_alu(first, second, false, &in);
}

static void set(unsigned r, uint32_t v, uint32_t m)
{
    value[r] = v;
    mask[r] = m;
}

static void and_with_known_bits_keeps_only_what_passes(void **state)
{
    set(0, 0xff00ff00, 0xffff0000);
    set(1, 0x00ff00ff, 0);
    TaintResult r = alu(0x4008, 0); /* ANDS r0, r1 */
    assert_int_equal(r.rd, 0);
    assert_int_equal(r.mask, 0x00ff0000);
    r = alu(0xea00, 0x0201); /* AND.W r2, r0, r1 */
    assert_int_equal(r.rd, 2);
    assert_int_equal(r.mask, 0x00ff0000);
    r = alu(0xf000, 0x02ff); /* AND.W r2, r0, #0xff */
    assert_int_equal(r.mask, 0);
}

static void or_with_ones_makes_bits_known(void **state)
{
    set(0, 0, 0xffffffff);
    set(1, 0x0000ffff, 0);
    assert_int_equal(alu(0x4308, 0).mask, 0xffff0000);      /* ORRS r0, r1 */
    assert_int_equal(alu(0xea40, 0x0201).mask, 0xffff0000); /* ORR.W r2, r0, r1 */
    assert_int_equal(alu(0xea21, 0x0200).mask, 0x0000ffff); /* BIC.W r2, r1, r0 */
}

static void a_register_with_itself_gives_what_is_known(void **state)
{
    set(3, 5, 0xff);
    assert_int_equal(alu(0x405b, 0).mask, 0);      /* EORS r3, r3 */
    assert_int_equal(alu(0x1adb, 0).mask, 0);      /* SUBS r3, r3, r3 */
    assert_int_equal(alu(0xea83, 0x0303).mask, 0); /* EOR.W r3, r3, r3 */
}

static void sums_spread_upwards_only(void **state)
{
    set(0, 1, 0x00000f00);
    set(1, 1, 0);
    assert_int_equal(alu(0x1842, 0).mask, 0xffffff00); /* ADDS r2, r0, r1 */
    assert_int_equal(alu(0x3001, 0).mask, 0xffffff00); /* ADDS r0, #1 */
    set(0, 1, 0);
    assert_int_equal(alu(0x1842, 0).mask, 0);
}

static void shifts_and_fields_move_the_bits(void **state)
{
    set(1, 0, 0x0000ff00);
    assert_int_equal(alu(0x0209, 0).mask, 0x00ff0000);      /* LSLS r1, r1, #8 */
    assert_int_equal(alu(0x0a09, 0).mask, 0x000000ff);      /* LSRS r1, r1, #8 */
    assert_int_equal(alu(0xf3c1, 0x2207).mask, 0x000000ff); /* UBFX r2, r1, #8, #8 */
    assert_int_equal(alu(0xf3c1, 0x0207).mask, 0);          /* UBFX r2, r1, #0, #8 */
    assert_int_equal(alu(0xf341, 0x2207).mask, 0xffffffff); /* SBFX r2, r1, #8, #8 */
    assert_int_equal(alu(0xb2ca, 0).mask, 0);               /* UXTB r2, r1 */
    assert_int_equal(alu(0xba0a, 0).mask, 0x00ff0000);      /* REV r2, r1 */
    set(2, 0, 0xffffffff);
    set(3, 0, 0);
    assert_int_equal(alu(0xf363, 0x220f).mask, 0xffff00ff); /* BFI r2, r3, #8, #8 */
}

static void comparisons_set_flags_and_no_register(void **state)
{
    set(0, 0, 0x80);
    TaintResult r = alu(0x2805, 0); /* CMP r0, #5 */
    assert_int_equal(r.rd, -1);
    assert_true(r.sets_flags && r.flags_cv && r.flags_mask);
    set(1, 0x7f, 0);
    r = alu(0x4208, 0); /* TST r0, r1 */
    assert_true(r.sets_flags);
    assert_int_equal(r.flags_mask, 0);
}

static void what_is_not_known_says_so(void **state)
{
    assert_false(alu(0xf3ef, 0x8000).known || alu(0xf3ef, 0x8000).mask); /* MRS */
}

/* Reference: the operation itself. Every unwritten bit of an operand is turned over alone; result bits that change must be marked. */
static uint32_t compute(unsigned op, uint32_t a, uint32_t b)
{
    switch (op) {
    case 0:
        return a & b;
    case 1:
        return a ^ b;
    case 12:
        return a | b;
    case 13:
        return a * b;
    case 14:
        return a & ~b;
    default:
        return ~b;
    }
}

static uint32_t next_random(uint32_t *x)
{
    *x ^= *x << 13;
    *x ^= *x >> 17;
    return *x ^= *x << 5;
}

static void no_bit_that_can_change_is_missed(void **state)
{
    static const uint8_t ops[] = { 0, 1, 12, 13, 14, 15 };
    uint32_t x = 2463534242u;
    for (unsigned n = 0; n < 60000; n++) {
        uint32_t random[4];
        for (unsigned i = 0; i < 4; i++) {
            random[i] = next_random(&x);
        }
        unsigned op = ops[n % sizeof ops];
        set(0, random[0], random[2] & random[3]);
        set(1, random[1], random[2] & ~random[3]);
        TaintResult r = alu((uint16_t)(0x4000 | op << 6 | 1 << 3), 0);
        uint32_t was = compute(op, value[0], value[1]), changed = 0;
        for (unsigned bit = 0; bit < 32; bit++) {
            changed |= mask[0] >> bit & 1 ? was ^ compute(op, value[0] ^ 1u << bit, value[1]) : 0;
            changed |= mask[1] >> bit & 1 ? was ^ compute(op, value[0], value[1] ^ 1u << bit) : 0;
        }
        assert_true(r.known);
        assert_int_equal(changed & ~r.mask, 0);
    }
}

/* The same for long multiplication: result and sum are 64 bits in r3:r2. */
static void no_bit_of_a_long_product_is_missed(void **state)
{
    uint32_t x = 2463534242u;
    for (unsigned n = 0; n < 20000; n++) {
        uint32_t random[8];
        for (unsigned i = 0; i < 8; i++) {
            next_random(&x);
            random[i] = n % 3 ? x : x >> x % 32; /* small ones, too */
        }
        bool sums = n & 1, sign = n & 2;
        for (unsigned r = 0; r < 4; r++) {
            set(r, random[r], random[4 + r] & random[(5 + r) % 8] & random[(n + r) % 8]);
        }
        TaintResult t =
            alu((uint16_t)(0xfb80 | (sums ? 0x40 : 0) | (sign ? 0 : 0x20)), 0x2301); /* xMULL, xMLAL r2, r3, r0, r1 */
        uint64_t marked = (uint64_t)t.mask2 << 32 | t.mask, changed = 0, was = 0;
        for (unsigned turn = 0; turn <= 128; turn++) { /* 0: as it is; else one unwritten bit turned over */
            uint32_t v[4];
            for (unsigned r = 0; r < 4; r++) {
                v[r] = value[r] ^ (turn && (turn - 1) / 32 == r ? mask[r] & 1u << (turn - 1) % 32 : 0);
            }
            uint64_t sum = sums ? (uint64_t)v[3] << 32 | v[2] : 0;
            uint64_t is = (sign ? (uint64_t)((int64_t)(int32_t)v[0] * (int32_t)v[1]) : (uint64_t)v[0] * v[1]) + sum;
            was = turn ? was : is;
            changed |= was ^ is;
        }
        assert_true(t.known && t.rd == 2 && t.rd2 == 3);
        assert_int_equal(changed & ~marked, 0);
    }
}

static void a_product_reaches_no_further_than_it_can(void **state)
{
    memset(mask, 0, sizeof mask);
    set(0, 0, 0xff0);
    set(1, 3, 0);
    TaintResult r = alu(0xfba0, 0x2301); /* UMULL r2, r3, r0, r1 */
    assert_int_equal(r.mask, 0x3ff0);
    assert_int_equal(r.mask2, 0);
    assert_int_equal(r.from2, 0);
    assert_int_equal(alu(0xfb00, 0xf201).mask, 0x3ff0); /* MUL r2, r0, r1 */
    assert_int_equal(alu(0xfbb0, 0xf2f1).mask, 0xfff);  /* UDIV r2, r0, r1 */
    set(1, 0, 0);
    assert_int_equal(alu(0xfba0, 0x2301).mask, 0);
    set(3, 0, 0x10);
    assert_int_equal(alu(0xfbe0, 0x2301).mask2, 0xfffffff0); /* UMLAL: the sum */
    assert_int_equal(alu(0xfbe0, 0x2301).mask, 0);
}

static TaintResult fp(uint16_t first, uint16_t second, uint8_t flags, uint8_t fpscr)
{
    TaintInput in = { value, mask, flags, fpscr };
    return zif__taint_fp(first, second, &in);
}

static void floats_move_bit_by_bit_and_compute_as_a_whole(void **state)
{
    memset(mask, 0, sizeof mask);
    mask[TAINT_S0 + 1] = 0x80000001;
    assert_int_equal(fp(0xeeb0, 0x0a60, 0, 0).mask, 0x80000001); /* VMOV.F32 s0, s1 */
    assert_int_equal(fp(0xeeb0, 0x0ae0, 0, 0).mask, 1);          /* VABS.F32 s0, s1 */
    assert_int_equal(fp(0xeeb1, 0x0a60, 0, 0).mask, 0x80000001); /* VNEG.F32 s0, s1 */
    assert_int_equal(fp(0xeeb7, 0x0a00, 0, 0).mask, 0);          /* VMOV.F32 s0, #1.0 */
    TaintResult r = fp(0xee32, 0x0a20, 0, 0);                    /* VADD.F32 s0, s4, s1 */
    assert_int_equal(r.rd, TAINT_S0);
    assert_int_equal(r.mask, UINT32_MAX);
    assert_int_equal(r.from, TAINT_S0 + 1);
    assert_int_equal(fp(0xee32, 0x0a22, 0, 0).mask, 0);          /* VADD.F32 s0, s4, s5 */
    assert_int_equal(fp(0xee42, 0x0a22, 0, 0).mask, UINT32_MAX); /* VMLA.F32 s1, s4, s5: into itself */
    assert_int_equal(fp(0xee62, 0x0a22, 0, 0).mask, 0);          /* VMUL.F32 s1, s4, s5: a new value */
    assert_int_equal(fp(0xeebd, 0x0ae0, 0, 0).mask, UINT32_MAX); /* VCVT.S32.F32 s0, s1 */
    r = fp(0xee10, 0x2a90, 0, 0);                                /* VMOV r2, s1 */
    assert_int_equal(r.rd, 2);
    assert_int_equal(r.mask, 0x80000001);
    r = fp(0xec53, 0x2b10, 0, 0); /* VMOV r2, r3, d0 */
    assert_int_equal(r.rd, 2);
    assert_int_equal(r.mask, 0);
    assert_int_equal(r.rd2, 3);
    assert_int_equal(r.mask2, 0x80000001);
    r = fp(0xee31, 0x2b00, 0, 0); /* VADD.F64 d2, d1, d0 */
    assert_int_equal(r.rd, TAINT_S0 + 4);
    assert_int_equal(r.mask, UINT32_MAX);
    assert_int_equal(r.rd2, TAINT_S0 + 5);
    assert_int_equal(r.mask2, UINT32_MAX);
    assert_int_equal(fp(0xee31, 0x2b01, 0, 0).mask, 0);          /* VADD.F64 d2, d1, d1 */
    assert_int_equal(fp(0xeeb0, 0x2bc0, 0, 0).mask2, 1);         /* VABS.F64 d2, d0 */
    assert_int_equal(fp(0xeeb7, 0x2bc0, 0, 0).mask, UINT32_MAX); /* VCVT.F32.F64 s4, d0 */
    assert_int_equal(fp(0xeeb7, 0x2bc0, 0, 0).rd2, -1);
    r = fp(0xeeb7, 0x2ae0, 0, 0); /* VCVT.F64.F32 d2, s1 */
    assert_int_equal(r.mask & r.mask2, UINT32_MAX);
    assert_true(fp(0xeeb4, 0x2b40, 0, 0).fpscr); /* VCMP.F64 d2, d0 */
    set(5, 0, 7);
    r = fp(0xee00, 0x5a10, 0, 0); /* VMOV s0, r5 */
    assert_int_equal(r.rd, TAINT_S0);
    assert_int_equal(r.mask, 7);
}

static void a_comparison_of_floats_decides_by_way_of_fpscr(void **state)
{
    memset(mask, 0, sizeof mask);
    mask[TAINT_S0 + 1] = 1;
    TaintResult r = fp(0xeeb4, 0x0a60, 0, 0); /* VCMP.F32 s0, s1 */
    assert_true(r.sets_fpscr && r.fpscr);
    assert_int_equal(r.from, TAINT_S0 + 1);
    assert_int_equal(r.rd, -1);
    r = fp(0xeeb5, 0x0a40, 0, 0); /* VCMP.F32 s0, #0.0 */
    assert_true(r.sets_fpscr && !r.fpscr);
    assert_true(fp(0xeef1, 0xfa10, 0, TAINT_Z).takes_fpscr); /* VMRS APSR_nzcv, FPSCR */
    r = fp(0xeef1, 0x2a10, 0, TAINT_Z);                      /* VMRS r2, FPSCR */
    assert_int_equal(r.mask, 0x40000000);
    assert_int_equal(r.from, TAINT_FROM_FPSCR);
    assert_int_equal(fp(0xfe00, 0x0a81, TAINT_Z, 0).mask, UINT32_MAX); /* VSELEQ.F32 s0, s1, s2 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(and_with_known_bits_keeps_only_what_passes),
        cmocka_unit_test(or_with_ones_makes_bits_known),
        cmocka_unit_test(a_register_with_itself_gives_what_is_known),
        cmocka_unit_test(sums_spread_upwards_only),
        cmocka_unit_test(shifts_and_fields_move_the_bits),
        cmocka_unit_test(comparisons_set_flags_and_no_register),
        cmocka_unit_test(what_is_not_known_says_so),
        cmocka_unit_test(no_bit_that_can_change_is_missed),
        cmocka_unit_test(no_bit_of_a_long_product_is_missed),
        cmocka_unit_test(a_product_reaches_no_further_than_it_can),
        cmocka_unit_test(floats_move_bit_by_bit_and_compute_as_a_whole),
        cmocka_unit_test(a_comparison_of_floats_decides_by_way_of_fpscr),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
