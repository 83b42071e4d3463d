/*
 * Where a run stops, with what count, and how time is counted: both ports, same text; and the facts by themselves.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <cmocka.h>
#include "machine.h"

PROGRAM(block);
PROGRAM(stops);
PROGRAM(branches);
PROGRAM(fp);

static void each_limit(Bench *b)
{
    PUT(b, 0x100, block);
    for (unsigned limit = 1; limit < 60; limit++) {
        bench_start(b, 0x100);
        zif_port_set_count(b->port, 0);
        zif_port_set(b->port, ZIF_REG_R7, 3);
        if (bench_run(b, limit) == ZIF_STOP_LIMIT) {
            assert_int_equal(zif_port_count(b->port), limit);
            bench_run(b, limit + 7);
            bench_run(b, 1000);
        }
    }
}

static void a_limit_is_met_exactly_at_every_instruction_of_a_block(void **state)
{
    bench_both(each_limit, ZIF_CORTEX_M4F);
}

static void block_totals(Bench *b)
{
    PUT(b, 0x100, block);
    bench_start(b, 0x100);
    zif_port_set(b->port, ZIF_REG_R7, 100);
    assert_int_equal(bench_run(b, 1000000), ZIF_STOP_WFI);
    assert_int_equal(zif_port_count(b->port), 100 * 16 + 1);
    assert_int_equal(zif_port_get(b->port, ZIF_REG_R0), 100);
    assert_int_equal(zif_port_get(b->port, ZIF_REG_R2), 2);
    assert_int_equal(zif_port_get(b->port, ZIF_REG_R3), 98);
}

static void instructions_whose_condition_fails_are_counted(void **state)
{
    bench_both(block_totals, ZIF_CORTEX_M3);
}

static void each_stop(Bench *b)
{
    PUT(b, 0x100, stops);
    bench_start(b, 0x100);
    b->div_traps = true;
    for (unsigned i = 0; i < 40; i++) {
        ZifPortStop stop = bench_run(b, 1000);
        uint32_t pc = zif_port_get(b->port, ZIF_REG_PC);
        if (stop == ZIF_STOP_BKPT) {
            zif_port_set(b->port, ZIF_REG_PC, pc + 2);
        } else if (stop == ZIF_STOP_UNDEF) {
            zif_port_set(b->port, ZIF_REG_PC, pc + (bench_host(b, pc)[1] == 0xf7 ? 4 : 2));
        } else if (stop == ZIF_STOP_DIVBYZERO) {
            b->div_traps = i % 2;
            zif_port_flush_permissions(b->port);
            zif_port_set(b->port, ZIF_REG_PC, pc + (b->div_traps ? 4 : 0));
        }
        if (stop == ZIF_STOP_WFI && pc > 0x140) {
            break;
        }
    }
    bench_say(b, "sysreg %u\n", b->sysreg_writes);
}

static void instructions_that_stop_do_so_with_an_exact_pc(void **state)
{
    bench_both(each_stop, ZIF_CORTEX_M4);
    bench_both(each_stop, ZIF_CORTEX_M3);
}

static void stop_from_sysreg(Bench *b)
{
    zif_port_request_stop(b->port);
}

static void sysreg_stop(Bench *b)
{
    static const uint16_t code[] = { 0xb672, 0x3001, 0xb662, 0x3001, 0xbf30 }; /* cpsid i; adds; cpsie i; adds; wfi */
    bench_put(b, 0x100, code, sizeof(code));
    bench_start(b, 0x100);
    b->on_sysreg = stop_from_sysreg;
    assert_int_equal(bench_run(b, 1000), ZIF_STOP_REQUEST);
    assert_int_equal(zif_port_get(b->port, ZIF_REG_PC), 0x102);
    assert_int_equal(zif_port_get(b->port, ZIF_REG_PRIMASK), 1);
    assert_int_equal(bench_run(b, 1000), ZIF_STOP_REQUEST);
    assert_int_equal(zif_port_get(b->port, ZIF_REG_PC), 0x106);
    assert_int_equal(zif_port_count(b->port), 3);
    bench_run(b, 1000);
}

static void a_stop_asked_for_after_cps_comes_before_the_next_instruction(void **state)
{
    bench_both(sysreg_stop, ZIF_CORTEX_M0);
    bench_both(sysreg_stop, ZIF_CORTEX_M4F);
}

static void breakpoints(Bench *b)
{
    PUT(b, 0x100, block);
    bench_start(b, 0x100);
    zif_port_set(b->port, ZIF_REG_R7, 2);
    bench_run(b, 5);
    zif_port_set_breakpoint(b->port, 0x104, true);
    zif_port_set_breakpoint(b->port, 0x100, true);
    while (bench_run(b, 1000) == ZIF_STOP_BREAKPOINT) {
    }
    zif_port_set_breakpoint(b->port, 0x104, false);
    zif_port_set(b->port, ZIF_REG_R7, 2);
    zif_port_set(b->port, ZIF_REG_PC, 0x100);
    assert_int_equal(bench_run(b, 1000), ZIF_STOP_BREAKPOINT);
    assert_int_equal(bench_run(b, zif_port_count(b->port) + 16), ZIF_STOP_LIMIT);
    assert_int_equal(bench_run(b, 1000), ZIF_STOP_BREAKPOINT);
    assert_int_equal(bench_run(b, 1000), ZIF_STOP_WFI);
}

static void a_breakpoint_stops_before_its_instruction_and_is_passed_once(void **state)
{
    bench_both(breakpoints, ZIF_CORTEX_M4);
}

static void observe(void *opaque, uint32_t pc, unsigned size)
{
    bench_say(opaque, " o%x/%u", pc, size);
}

static void observed(Bench *b)
{
    PUT(b, 0x100, block);
    bench_start(b, 0x100);
    zif_port_set(b->port, ZIF_REG_R7, 2);
    bench_run(b, 3);
    zif_port_set_insn_observer(b->port, observe, b);
    bench_run(b, 11);
    bench_run(b, 1000);
    bench_run(b, 1000);
    zif_port_set_insn_observer(b->port, NULL, NULL);
    bench_start(b, 0x100);
    zif_port_set(b->port, ZIF_REG_R7, 2);
    bench_run(b, 1000);
}

static void an_observer_sees_each_retired_instruction_once(void **state)
{
    bench_both(observed, ZIF_CORTEX_M4);
}

static void observe_and_stop(void *opaque, uint32_t pc, unsigned size)
{
    Bench *b = opaque;
    bench_say(b, " o%x/%u at %llu", pc, size, (unsigned long long)zif_port_count(b->port));
    if (pc % 6 == 0) {
        zif_port_request_stop(b->port);
    }
}

static void observer_stops(Bench *b)
{
    PUT(b, 0x100, block);
    bench_start(b, 0x100);
    zif_port_set(b->port, ZIF_REG_R7, 2);
    zif_port_set_insn_observer(b->port, observe_and_stop, b);
    for (unsigned i = 0; i < 20 && bench_run(b, 1000) == ZIF_STOP_REQUEST; i++) {
    }
}

static void a_stop_asked_for_by_an_observer_comes_after_the_instruction_it_saw(void **state)
{
    bench_both(observer_stops, ZIF_CORTEX_M4);
}

static void each_branch(Bench *b)
{
    PUT(b, 0x100, branches);
    PUT(b, 0x20000100, branches);
    static const uint32_t targets[] = { 0x201,      0x200,      0xfffffff9, 0xfffffff1, 0x70000001,
                                        0x40000001, 0xffffffff, 0xe0000001, 0xfffffff0 };
    for (unsigned handler = 0; handler < 2; handler++) {
        for (unsigned t = 0; t < 9; t++) {
            for (uint32_t pc = 0x102; pc < 0x190; pc = pc == 0x102 ? 0x110 : pc + 0x10) {
                bench_start(b, pc);
                zif_port_set(b->port, ZIF_REG_XPSR, 1u << 24 | (handler ? 11 : 0));
                zif_port_set(b->port, ZIF_REG_SP, 0x20008000);
                b->regs[0] = targets[t];
                *(uint32_t *)(void *)bench_host(b, 0x20004000) = targets[t];
                zif_port_set(b->port, ZIF_REG_R0, 0x40000000);
                zif_port_set(b->port, ZIF_REG_R1, 0x20004000);
                zif_port_set(b->port, ZIF_REG_R2, targets[t]);
                zif_port_set(b->port, ZIF_REG_R3, t % 2);
                bench_say(b, "from %x to %x: ", pc, targets[t]);
                bench_run(b, zif_port_count(b->port) + 6);
            }
        }
    }
}

static void branches_by_load_and_register_end_where_they_should(void **state)
{
    bench_both(each_branch, ZIF_CORTEX_M4F);
}

static void fp_run(Bench *b)
{
    PUT(b, 0x100, fp);
    for (unsigned i = 0; i < 5; i++) {
        bench_start(b, 0x100);
        b->fp_off = i == 1;
        b->fp_fault = i == 3 ? 0x20000010 : 0;
        zif_port_flush_permissions(b->port);
        if (i >= 2) {
            zif_port_arm_fp(b->port);
        }
        zif_port_set(b->port, ZIF_REG_R0, i == 4 ? 0x20000100 : 0x40000000);
        zif_port_set(b->port, ZIF_REG_R1, 0x3f800000);
        bench_run(b, 1000 + zif_port_count(b->port));
        bench_say(b, "touches %u\n", b->fp_touches);
    }
    for (unsigned s = 0; s < 32; s++) {
        bench_say(b, " %x", zif_port_get(b->port, (ZifReg)(ZIF_REG_S0 + s)));
    }
}

static void fp_needs_leave_and_is_announced_once(void **state)
{
    bench_both(fp_run, ZIF_CORTEX_M4F);
    bench_both(fp_run, ZIF_CORTEX_M7);
    bench_both(fp_run, ZIF_CORTEX_M4);
}

/* Which instructions each core has. */
static void instruction_set(Bench *b)
{
    static const struct {
        const char *name;
        uint16_t a, b;
    } list[] = {
        { "SDIV", 0xfb91, 0xf1f1 },     { "BIC.W", 0xea21, 0x0101 },        { "VADD.F32", 0xee30, 0x0a00 },
        { "VADD.F64", 0xee30, 0x0b00 }, { "SMULBB", 0xfb11, 0xf101 },       { "LDA", 0xe8d1, 0x1faf },
        { "TT", 0xe841, 0xf100 },       { "SETEND", 0xb658, 0xbf00 },       { "MOVW", 0xf240, 0x0101 },
        { "CBZ", 0xb100, 0xbf00 },      { "IT", 0xbf08, 0xbf00 },           { "LDREX", 0xe851, 0x1f00 },
        { "VMAXNM", 0xfe80, 0x0a00 },   { "VCVT.F64", 0xeeb7, 0x0ac0 },     { "SADD8", 0xfa81, 0xf101 },
        { "MRC p15", 0xee11, 0x1f10 },  { "DMB", 0xf3bf, 0x8f5f },          { "BL", 0xf000, 0xf800 },
        { "VMOV.64", 0xec41, 0x0b10 },  { "SG", 0xe97f, 0xe97f },           { "UDF.W", 0xf7f0, 0xa000 },
        { "VADD.I8", 0xef00, 0x0800 },  { "LDRD pc", 0xe9d1, 0xbf00 },      { "VSQRT.F64", 0xeeb1, 0x0bc0 },
        { "VFMA.F64", 0xeea0, 0x0b00 }, { "VMAXNM.F64", 0xfe80, 0x0b00 },   { "VADD d16", 0xee70, 0x0b00 },
        { "VADD d31", 0xee30, 0x0b2f }, { "VCVT.F16.F64", 0xeeb3, 0x0b40 },
    };
    for (unsigned i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
        uint16_t code[3] = { list[i].a, list[i].b, 0xbf30 };
        uint32_t at = 0x200 + 16 * i;
        bench_put(b, at, code, sizeof(code));
        bench_start(b, at);
        zif_port_set(b->port, ZIF_REG_R1, 0x20000000);
        bench_say(b, "%s: ", list[i].name);
        bench_run(b, zif_port_count(b->port) + 4);
    }
}

static ZifPortStop one(ZifPortKind kind, ZifCpuModel model, uint16_t first, uint16_t second)
{
    Bench *b = test_calloc(1, sizeof(*b));
    bench_open(b, kind, model);
    uint16_t code[3] = { first, second, 0xbf30 };
    bench_put(b, 0x100, code, sizeof(code));
    bench_start(b, 0x100);
    zif_port_set(b->port, ZIF_REG_R1, 0x20000000);
    ZifPortStop stop = bench_run(b, 1);
    bench_close(b);
    test_free(b);
    return stop;
}

static void each_core_has_its_own_instructions_and_no_others(void **state)
{
    for (ZifCpuModel m = ZIF_CORTEX_M0; m <= ZIF_CORTEX_M7; m++) {
        bench_both(instruction_set, m);
    }
    const ZifPortKind k = ZIF_PORT_PORTABLE;
    assert_int_equal(one(k, ZIF_CORTEX_M0, 0xfb91, 0xf1f1), ZIF_STOP_UNDEF);     /* SDIV */
    assert_int_equal(one(k, ZIF_CORTEX_M0PLUS, 0xea21, 0x0101), ZIF_STOP_UNDEF); /* BIC.W */
    assert_int_equal(one(k, ZIF_CORTEX_M3, 0xfb91, 0xf1f1), ZIF_STOP_LIMIT);
    assert_int_equal(one(k, ZIF_CORTEX_M3, 0xee30, 0x0a00), ZIF_STOP_NOCP); /* VADD.F32 */
    assert_int_equal(one(k, ZIF_CORTEX_M4, 0xee30, 0x0a00), ZIF_STOP_NOCP);
    assert_int_equal(one(k, ZIF_CORTEX_M4F, 0xee30, 0x0a00), ZIF_STOP_LIMIT);
    assert_int_equal(one(k, ZIF_CORTEX_M4F, 0xee30, 0x0b00), ZIF_STOP_UNDEF); /* VADD.F64 */
    assert_int_equal(one(k, ZIF_CORTEX_M7S, 0xee30, 0x0b00), ZIF_STOP_UNDEF);
    assert_int_equal(one(k, ZIF_CORTEX_M7, 0xee30, 0x0b00), ZIF_STOP_LIMIT);
    assert_int_equal(one(k, ZIF_CORTEX_M7, 0xee70, 0x0b00), ZIF_STOP_UNDEF); /* d16: there are sixteen */
    assert_int_equal(one(k, ZIF_CORTEX_M3, 0xfb11, 0xf101), ZIF_STOP_UNDEF); /* SMULBB: DSP extension */
    assert_int_equal(one(k, ZIF_CORTEX_M4, 0xfb11, 0xf101), ZIF_STOP_LIMIT);
    for (ZifCpuModel m = ZIF_CORTEX_M0; m <= ZIF_CORTEX_M7; m++) {
        assert_int_equal(one(k, m, 0xe8d1, 0x1faf), ZIF_STOP_UNDEF); /* LDA */
        assert_int_equal(one(k, m, 0xe841, 0xf100), ZIF_STOP_UNDEF); /* TT */
        assert_int_equal(one(k, m, 0xb658, 0xbf00), ZIF_STOP_UNDEF); /* SETEND */
        assert_int_equal(one(k, m, 0xe9d1, 0xbf00), ZIF_STOP_UNDEF); /* LDRD of the PC */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_limit_is_met_exactly_at_every_instruction_of_a_block),
        cmocka_unit_test(instructions_whose_condition_fails_are_counted),
        cmocka_unit_test(instructions_that_stop_do_so_with_an_exact_pc),
        cmocka_unit_test(a_stop_asked_for_after_cps_comes_before_the_next_instruction),
        cmocka_unit_test(a_breakpoint_stops_before_its_instruction_and_is_passed_once),
        cmocka_unit_test(an_observer_sees_each_retired_instruction_once),
        cmocka_unit_test(a_stop_asked_for_by_an_observer_comes_after_the_instruction_it_saw),
        cmocka_unit_test(branches_by_load_and_register_end_where_they_should),
        cmocka_unit_test(fp_needs_leave_and_is_announced_once),
        cmocka_unit_test(each_core_has_its_own_instructions_and_no_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
