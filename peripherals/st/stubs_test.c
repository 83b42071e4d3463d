/* STM32F4 blocks of which only the registers are there. SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <zif/testbench.h>

static void a_usb_core_reset_is_over_when_the_program_looks(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *otg = zif_bench_add(b, "stm32f4-otg_fs", NULL);
    zif_bench_write(otg, 0x10, 1);
    assert_int_equal(zif_bench_read(otg, 0x10), 0x80000000); /* AHBIDL */
    zif_bench_free(b);
}

static void what_is_kept_without_effect_says_so_once(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *sdio = zif_bench_add(b, "stm32f4-sdio", NULL);
    zif_bench_write(sdio, 0x00, 3);
    zif_bench_write(sdio, 0x00, 1);
    assert_int_equal(zif_bench_read(sdio, 0x00), 1);
    assert_int_equal(zif_bench_reported(b, ZIF_REPORT_UNMODELLED, "POWER"), 1);
    zif_bench_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_usb_core_reset_is_over_when_the_program_looks),
        cmocka_unit_test(what_is_kept_without_effect_says_so_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
