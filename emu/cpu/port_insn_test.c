/* Tests of the ports' instruction classes. SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "port_insn.h"

static const ZifCpuModel models[] = { ZIF_CORTEX_M0, ZIF_CORTEX_M0PLUS, ZIF_CORTEX_M3, ZIF_CORTEX_M4F };

/* BL's first halfword may look like that of UDF.W (0xf7fx) or MSR (0xf38x); only the second tells. */
static void a_branch_with_link_is_plain_whatever_its_offset(void **state)
{
    for (unsigned m = 0; m < sizeof models / sizeof *models; m++) {
        for (unsigned a = 0xf000; a <= 0xf7ff; a++) {
            ZifInsn i = zif__insn_decode(models[m], a, 0xfff3);
            assert_int_equal(i.kind, ZIF_INSN_PLAIN);
            assert_int_equal(i.size, 4);
        }
    }
}

static void its_neighbours_are_not(void **state)
{
    for (unsigned m = 0; m < sizeof models / sizeof *models; m++) {
        assert_int_equal(zif__insn_decode(models[m], 0xf7f0, 0xa000).kind, ZIF_INSN_UDF);
        assert_int_equal(zif__insn_decode(models[m], 0xf380, 0x8810).kind, ZIF_INSN_SYSREG);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_branch_with_link_is_plain_whatever_its_offset),
        cmocka_unit_test(its_neighbours_are_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
