/* STM32F4 back-up SRAM. SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <zif/testbench.h>

static void it_is_closed_until_dbp_and_kept_by_a_system_reset(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *pwr = zif_bench_add(b, "stm32f4-pwr", NULL);
    ZifDevice *ram = zif_bench_add(b, "stm32f4-bkpsram",
                                   (ZifBenchProp[]){ { "st,pwr", 1, { zif_bench_phandle(pwr) }, NULL }, { 0 } });
    uint32_t before = zif_bench_read(ram, 0x10);
    zif_bench_write(ram, 0x10, ~before);
    assert_int_equal(zif_bench_read(ram, 0x10), before);
    assert_int_equal(zif_bench_reported(b, ZIF_REPORT_LOCKED, "WORD[4]"), 1);
    zif_bench_write(pwr, 0, 0x4100);
    zif_bench_write(ram, 0x10, 0x12345678);
    zif_bench_write_sized(ram, 0x11, 0xAB, 1);
    assert_int_equal(zif_bench_read(ram, 0x10), 0x1234AB78);
    zif_bench_reset(b, ZIF_RESET_SYSTEM);
    assert_int_equal(zif_bench_read(ram, 0x10), 0x1234AB78);
    zif_bench_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_closed_until_dbp_and_kept_by_a_system_reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
