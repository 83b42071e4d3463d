/*
 * Unwritten bits through instructions, against what the instructions do: a bit of the result that changes with an unwritten bit of an
 * operand must be marked; and the patterns programs use must not be marked too much. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "taint_alu.h"

static uint32_t value[16], mask[16];

static TaintResult alu(uint16_t first, uint16_t second)
{
    TaintInput in = { value, mask, 0 };
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
    assert_false(alu(0xfb80, 0x0102).known);                             /* SMULL */
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

static void no_bit_that_can_change_is_missed(void **state)
{
    static const uint8_t ops[] = { 0, 1, 12, 13, 14, 15 };
    uint32_t x = 2463534242u;
    for (unsigned n = 0; n < 60000; n++) {
        uint32_t random[4];
        for (unsigned i = 0; i < 4; i++) {
            x ^= x << 13;
            x ^= x >> 17;
            x ^= x << 5;
            random[i] = x;
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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
