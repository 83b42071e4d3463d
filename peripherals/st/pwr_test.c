/* STM32F4 PWR. SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <zif/testbench.h>
#include "st.h"

enum { CR = 0x0, CSR = 0x4 };

static void the_backup_domain_opens_with_dbp(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *pwr = zif_bench_add(b, "stm32f4-pwr", NULL);
    ZifDevice *rcc =
        zif_bench_add(b, "stm32f4-rcc", (ZifBenchProp[]){ { "st,pwr", 1, { zif_bench_phandle(pwr) }, NULL }, { 0 } });
    assert_false(zif__stm32_backup_writable(rcc));
    zif_bench_write(pwr, CR, 0x4100);
    assert_true(zif__stm32_backup_writable(rcc));
    zif_bench_reset(b, ZIF_RESET_SYSTEM);
    assert_false(zif__stm32_backup_writable(rcc));
    zif_bench_free(b);
}

static void scale_two_limits_the_core_to_144_megahertz(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *pwr = zif_bench_add(b, "stm32f4-pwr", NULL);
    zif_bench_clock(pwr, 1, 168000000);
    assert_int_equal(zif_bench_nreports(b), 0);
    zif_bench_write(pwr, CR, 0);
    assert_int_equal(zif_bench_reported(b, ZIF_REPORT_BUS, "CR"), 1);
    zif_bench_free(b);
}

static void the_voltage_detector_compares_with_the_chosen_threshold(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *pwr =
        zif_bench_add(b, "stm32f4-pwr", (ZifBenchProp[]){ { "zif,vdd-microvolts", 1, { 2550000 }, NULL }, { 0 } });
    zif_bench_write(pwr, CR, 0x4010 | 3 << 5); /* 2.5 V */
    assert_int_equal(zif_bench_level(pwr, "pvd", 0), 0);
    zif_bench_write(pwr, CR, 0x4010 | 4 << 5); /* 2.6 V */
    assert_int_equal(zif_bench_level(pwr, "pvd", 0), 1);
    assert_int_equal(zif_bench_read(pwr, CSR) & 4, 4);
    zif_bench_free(b);
}

static void the_wakeup_pin_sets_a_flag_that_cwuf_clears(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *pwr = zif_bench_add(b, "stm32f4-pwr", NULL);
    zif_bench_drive(pwr, "wkup", 0, 1);
    zif_bench_drive(pwr, "wkup", 0, 0);
    assert_int_equal(zif_bench_read(pwr, CSR) & 1, 0);
    zif_bench_write(pwr, CSR, 1 << 8);
    zif_bench_drive(pwr, "wkup", 0, 1);
    assert_int_equal(zif_bench_read(pwr, CSR) & 1, 1);
    zif_bench_write(pwr, CR, 0x4004);
    assert_int_equal(zif_bench_read(pwr, CSR) & 1, 0);
    assert_int_equal(zif_bench_read(pwr, CR), 0x4000); /* CWUF reads as 0 */
    zif_bench_free(b);
}

static void the_backup_regulator_survives_a_system_reset(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *pwr = zif_bench_add(b, "stm32f4-pwr", NULL);
    zif_bench_write(pwr, CSR, 1 << 9);
    assert_int_equal(zif_bench_read(pwr, CSR) & 8, 0);
    zif_bench_run(b, 100 * ZIF_US);
    assert_int_equal(zif_bench_read(pwr, CSR) & 8, 8);
    zif_bench_reset(b, ZIF_RESET_SYSTEM);
    assert_int_equal(zif_bench_read(pwr, CSR) & 0x208, 0x208);
    zif_bench_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_backup_domain_opens_with_dbp),
        cmocka_unit_test(scale_two_limits_the_core_to_144_megahertz),
        cmocka_unit_test(the_voltage_detector_compares_with_the_chosen_threshold),
        cmocka_unit_test(the_wakeup_pin_sets_a_flag_that_cwuf_clears),
        cmocka_unit_test(the_backup_regulator_survives_a_system_reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
