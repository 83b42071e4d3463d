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

typedef struct {
    ZifBench *bench;
    ZifDevice *pwr, *rcc;
} Rig;

static Rig rig(void)
{
    Rig r = { .bench = zif_bench_new() };
    r.rcc = zif_bench_add(r.bench, "stm32f4-rcc", NULL);
    r.pwr = zif_bench_add(r.bench, "stm32f4-pwr",
                          (ZifBenchProp[]){ { "st,rcc", 1, { zif_bench_phandle(r.rcc) }, NULL }, { 0 } });
    return r;
}

static void stop_mode_halts_the_buses_and_ends_with_hsi(void **state)
{
    Rig r = rig();
    ZifDevice *wwdg =
        zif_bench_add(r.bench, "stm32f4-wwdg",
                      (ZifBenchProp[]){ { "clocks", 3, { zif_bench_phandle(r.rcc), 0x40, 1 << 11 }, NULL }, { 0 } });
    zif_bench_write(r.rcc, 0x40, 1 << 11);
    zif_bench_write(r.rcc, 0x00, 0x10083); /* HSEON */
    zif_bench_run(r.bench, 3 * ZIF_MS);
    zif_bench_write(r.rcc, 0x08, 1); /* SYSCLK from HSE */
    assert_int_equal(zif_clock_hz(wwdg), 8000000);
    r.pwr->cls->deep_sleep(r.pwr, true);
    assert_int_equal(zif_clock_hz(wwdg), 0);
    uint32_t counter = zif_bench_peek(wwdg, 0);
    zif_bench_run(r.bench, ZIF_SEC);
    assert_int_equal(zif_bench_peek(wwdg, 0), counter);
    r.pwr->cls->deep_sleep(r.pwr, false);
    assert_int_equal(zif_clock_hz(wwdg), 16000000);
    assert_int_equal(zif_bench_read(r.rcc, 0x08), 0);
    assert_int_equal(zif_bench_read(r.rcc, 0x00) & 0x30000, 0); /* HSE is off */
    zif_bench_free(r.bench);
}

static void standby_ends_with_a_reset_at_the_wakeup_pin(void **state)
{
    Rig r = rig();
    zif_bench_write(r.pwr, CSR, 1 << 8);
    zif_bench_write(r.pwr, CR, 0x4002);
    r.pwr->cls->deep_sleep(r.pwr, true);
    assert_int_equal(zif_bench_reset_requests(r.bench), 0);
    zif_bench_drive(r.pwr, "wkup", 0, 1);
    assert_int_equal(zif_bench_reset_requests(r.bench), 1);
    zif_bench_reset(r.bench, ZIF_RESET_PIN);
    assert_int_equal(zif_bench_read(r.pwr, CSR) & 3, 3); /* SBF, WUF */
    zif_bench_write(r.pwr, CR, 0x400C);
    assert_int_equal(zif_bench_read(r.pwr, CSR) & 3, 0);
    zif_bench_free(r.bench);
}

static void standby_with_wuf_set_is_told_and_ends_at_once(void **state)
{
    Rig r = rig();
    zif_bench_write(r.pwr, CSR, 1 << 8);
    zif_bench_drive(r.pwr, "wkup", 0, 1);
    zif_bench_write(r.pwr, CR, 0x4002);
    r.pwr->cls->deep_sleep(r.pwr, true);
    assert_int_equal(zif_bench_reported(r.bench, ZIF_REPORT_BUS, "CSR"), 1);
    assert_int_equal(zif_bench_reset_requests(r.bench), 1);
    zif_bench_free(r.bench);
}

/* --- F42x and F43x --- */

enum { VOS_1 = 3 << 14, VOS_2 = 2 << 14, ODEN = 1 << 16, ODSWEN = 1 << 17, ODRDY = 1 << 16, ODSWRDY = 1 << 17 };

static ZifDevice *f42x(ZifBench *b, ZifDevice **rcc)
{
    *rcc = zif_bench_add(b, "stm32f42x-rcc", NULL);
    ZifDevice *pwr = zif_bench_add(b, "stm32f42x-pwr",
                                   (ZifBenchProp[]){ { "st,rcc", 1, { zif_bench_phandle(*rcc) }, NULL }, { 0 } });
    zif_bench_clock(pwr, 1, 16000000);
    return pwr;
}

static void over_drive_allows_180_megahertz_and_its_switch_stalls_the_core(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *rcc, *pwr = f42x(b, &rcc);
    zif_bench_write(pwr, CR, VOS_1 | ODEN);
    assert_int_equal(zif_bench_read(pwr, CSR) & ODRDY, 0);
    zif_bench_run(b, 45 * ZIF_US);
    assert_int_equal(zif_bench_read(pwr, CSR) & ODRDY, ODRDY);
    zif_bench_write(pwr, CR, VOS_1 | ODEN | ODSWEN);
    assert_int_equal(zif_bench_stalled(b), 45 * 16);
    assert_int_equal(zif_bench_read(pwr, CSR) & ODSWRDY, ODSWRDY);
    zif_bench_clock(pwr, 1, 180000000);
    assert_int_equal(zif_bench_nreports(b), 0);
    zif_bench_reset(b, ZIF_RESET_SYSTEM);
    assert_int_equal(zif_bench_read(pwr, CSR) & (ODRDY | ODSWRDY), 0);
    zif_bench_free(b);
}

static void without_over_drive_the_limits_are_168_144_and_120_megahertz(void **state)
{
    static const struct {
        uint32_t vos, mhz;
    } scales[] = { { 3, 168 }, { 2, 144 }, { 1, 120 }, { 0, 120 } };
    for (unsigned i = 0; i < 4; i++) {
        ZifBench *b = zif_bench_new();
        ZifDevice *rcc, *pwr = f42x(b, &rcc);
        zif_bench_write(pwr, CR, scales[i].vos << 14);
        zif_bench_clock(pwr, 1, scales[i].mhz * 1000000u);
        assert_int_equal(zif_bench_nreports(b), 0);
        zif_bench_clock(pwr, 1, scales[i].mhz * 1000000u + 1);
        assert_int_equal(zif_bench_reported(b, ZIF_REPORT_BUS, "CR"), 1);
        zif_bench_free(b);
    }
}

static void the_switch_waits_for_over_drive_to_be_ready(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *rcc, *pwr = f42x(b, &rcc);
    zif_bench_write(pwr, CR, VOS_1 | ODEN | ODSWEN);
    assert_int_equal(zif_bench_read(pwr, CR), VOS_1 | ODEN);
    assert_int_equal(zif_bench_reported(b, ZIF_REPORT_LOCKED, "CR"), 1);
    zif_bench_free(b);
}

static void the_voltage_scale_is_fixed_while_the_pll_is_on(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *rcc, *pwr = f42x(b, &rcc);
    zif_bench_write(rcc, 0, 0x01000083); /* CR.PLLON */
    zif_bench_write(pwr, CR, VOS_2);
    assert_int_equal(zif_bench_read(pwr, CR), VOS_1);
    assert_int_equal(zif_bench_reported(b, ZIF_REPORT_LOCKED, "CR"), 1);
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
        cmocka_unit_test(stop_mode_halts_the_buses_and_ends_with_hsi),
        cmocka_unit_test(standby_ends_with_a_reset_at_the_wakeup_pin),
        cmocka_unit_test(standby_with_wuf_set_is_told_and_ends_at_once),
        cmocka_unit_test(over_drive_allows_180_megahertz_and_its_switch_stalls_the_core),
        cmocka_unit_test(without_over_drive_the_limits_are_168_144_and_120_megahertz),
        cmocka_unit_test(the_switch_waits_for_over_drive_to_be_ready),
        cmocka_unit_test(the_voltage_scale_is_fixed_while_the_pll_is_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
