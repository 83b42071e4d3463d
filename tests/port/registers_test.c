/*
 * The core's registers as the host writes and reads them: whatever is written in whatever mode, both ports give the same
 * back, and code that runs then sees the same. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <cmocka.h>
#include "machine.h"

static uint64_t seed;

static uint32_t rnd(uint32_t below)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(seed >> 33) % below;
}

static void say_all(Bench *b)
{
    for (int reg = ZIF_REG_SP; reg <= ZIF_REG_FPSCR; reg++) {
        bench_say(b, " %x", zif_port_get(b->port, (ZifReg)reg));
    }
    bench_say(b, "\n");
}

/* mrs r0, msp; mrs r1, psp; mrs r2, control; mrs r3, xpsr; mov r4, sp; wfi */
static const uint16_t look[] = { 0xf3ef, 0x8008, 0xf3ef, 0x8109, 0xf3ef, 0x8214, 0xf3ef, 0x8303, 0x466c, 0xbf30 };

static void written(Bench *b, bool v7)
{
    static const ZifReg regs[] = { ZIF_REG_XPSR, ZIF_REG_CONTROL, ZIF_REG_MSP,     ZIF_REG_PSP,
                                   ZIF_REG_SP,   ZIF_REG_PRIMASK, ZIF_REG_BASEPRI, ZIF_REG_FAULTMASK };
    bench_put(b, 0x100, look, sizeof(look));
    bench_start(b, 0x100);
    seed = 7;
    for (unsigned i = 0; i < 2000; i++) {
        ZifReg reg = regs[rnd(v7 ? 8 : 6)];
        uint32_t value;
        switch (reg) {
        case ZIF_REG_XPSR: /* an IT block is no place to start from */
            value = (rnd(32) << 27) | 1u << 24 | rnd(16) << 16 | (rnd(2) ? rnd(48) : 0);
            break;
        case ZIF_REG_CONTROL:
            value = rnd(4);
            break;
        case ZIF_REG_BASEPRI:
            value = rnd(8) << 5;
            break;
        case ZIF_REG_PRIMASK:
        case ZIF_REG_FAULTMASK:
            value = rnd(2);
            break;
        default:
            value = 0x20000000 + 8 * rnd(0x1000);
            break;
        }
        zif_port_set(b->port, reg, value);
        bench_say(b, "%d=%x:", reg, value);
        say_all(b);
        if (i % 7 == 0) {
            zif_port_set(b->port, ZIF_REG_PC, 0x100);
            bench_run(b, zif_port_count(b->port) + 100);
            say_all(b);
        }
    }
}

static void written_v7(Bench *b)
{
    written(b, true);
}

static void written_v6(Bench *b)
{
    written(b, false);
}

static void registers_are_the_same_under_both_ports_in_every_mode(void **state)
{
    bench_both(written_v6, ZIF_CORTEX_M0);
    bench_both(written_v7, ZIF_CORTEX_M3);
    bench_both(written_v7, ZIF_CORTEX_M4);
    bench_both(written_v7, ZIF_CORTEX_M4F);
    bench_both(written_v7, ZIF_CORTEX_M7);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(registers_are_the_same_under_both_ports_in_every_mode) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
