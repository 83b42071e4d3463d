/* STM32F4 IWDG. SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <zif/testbench.h>
#include "st.h"

enum { KR = 0x0, PR = 0x4, RLR = 0x8, SR = 0xC };

static ZifDevice *make(ZifBench **b)
{
    *b = zif_bench_new();
    return zif_bench_add(*b, "stm32f4-iwdg", (ZifBenchProp[]){ { "clock-frequency", 1, { 32000 }, NULL }, { 0 } });
}

static void it_resets_after_the_time_it_was_given(void **state)
{
    ZifBench *b;
    ZifDevice *w = make(&b);
    zif_bench_write(w, KR, 0xCCCC); /* 4096 * 4 / 32 kHz = 512 ms */
    zif_bench_run(b, 512 * ZIF_MS - 1);
    assert_int_equal(zif_bench_reset_requests(b), 0);
    zif_bench_run(b, 1);
    assert_int_equal(zif_bench_reset_requests(b), 1);
    zif_bench_free(b);
}

static void reloading_puts_the_reset_off(void **state)
{
    ZifBench *b;
    ZifDevice *w = make(&b);
    zif_bench_write(w, KR, 0xCCCC);
    for (unsigned i = 0; i < 10; i++) {
        zif_bench_run(b, 500 * ZIF_MS);
        zif_bench_write(w, KR, 0xAAAA);
    }
    assert_int_equal(zif_bench_reset_requests(b), 0);
    zif_bench_free(b);
}

static void prescaler_and_reload_are_locked_without_the_key(void **state)
{
    ZifBench *b;
    ZifDevice *w = make(&b);
    zif_bench_write(w, PR, 3);
    zif_bench_write(w, RLR, 10);
    assert_int_equal(zif_bench_read(w, PR), 0);
    assert_int_equal(zif_bench_read(w, RLR), 0xFFF);
    assert_int_equal(zif_bench_reported(b, ZIF_REPORT_LOCKED, "PR"), 1);
    assert_int_equal(zif_bench_reported(b, ZIF_REPORT_LOCKED, "RLR"), 1);
    zif_bench_free(b);
}

static void another_key_locks_them_again(void **state)
{
    ZifBench *b;
    ZifDevice *w = make(&b);
    zif_bench_write(w, KR, 0x5555);
    zif_bench_write(w, PR, 3);
    zif_bench_write(w, KR, 0xAAAA);
    zif_bench_write(w, RLR, 10);
    assert_int_equal(zif_bench_read(w, PR), 3);
    assert_int_equal(zif_bench_read(w, RLR), 0xFFF);
    zif_bench_free(b);
}

static void a_value_takes_five_periods_to_arrive(void **state)
{
    ZifBench *b;
    ZifDevice *w = make(&b);
    zif_bench_write(w, KR, 0x5555);
    zif_bench_write(w, PR, 3);
    assert_int_equal(zif_bench_read(w, SR), 1);
    zif_bench_write(w, PR, 4);
    assert_int_equal(zif_bench_read(w, PR), 3);
    assert_int_equal(zif_bench_reported(b, ZIF_REPORT_BUSY, "PR"), 1);
    zif_bench_run(b, 157 * ZIF_US);
    assert_int_equal(zif_bench_read(w, SR), 0);
    zif_bench_free(b);
}

static void prescaler_and_reload_decide_the_time(void **state)
{
    ZifBench *b;
    ZifDevice *w = make(&b);
    zif_bench_write(w, KR, 0xCCCC);
    zif_bench_write(w, KR, 0x5555);
    zif_bench_write(w, PR, 1);
    zif_bench_write(w, RLR, 99);
    zif_bench_run(b, ZIF_MS);
    zif_bench_write(w, KR, 0xAAAA); /* 100 * 8 / 32 kHz = 25 ms */
    zif_bench_run(b, 25 * ZIF_MS - 1);
    assert_int_equal(zif_bench_reset_requests(b), 0);
    zif_bench_run(b, 1);
    assert_int_equal(zif_bench_reset_requests(b), 1);
    zif_bench_free(b);
}

static void it_starts_lsi_itself(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *rcc = zif_bench_add(b, "stm32f4-rcc", NULL);
    uint32_t p = zif_bench_phandle(rcc);
    ZifDevice *w = zif_bench_add(
        b, "stm32f4-iwdg",
        (ZifBenchProp[]){ { "clocks", 3, { p, 0, STM32_LSI }, NULL }, { "st,rcc", 1, { p }, NULL }, { 0 } });
    zif_bench_write(w, KR, 0xCCCC);
    zif_bench_run(b, 511 * ZIF_MS);
    assert_int_equal(zif_bench_reset_requests(b), 0);
    zif_bench_run(b, 2 * ZIF_MS);
    assert_int_equal(zif_bench_reset_requests(b), 1);
    zif_bench_reset(b, ZIF_RESET_WATCHDOG);
    assert_int_equal(zif_bench_read(rcc, 0x74) & 0xF0000000, STM32_IWDGRSTF & 0xF0000000);
    zif_bench_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_resets_after_the_time_it_was_given),
        cmocka_unit_test(reloading_puts_the_reset_off),
        cmocka_unit_test(prescaler_and_reload_are_locked_without_the_key),
        cmocka_unit_test(another_key_locks_them_again),
        cmocka_unit_test(a_value_takes_five_periods_to_arrive),
        cmocka_unit_test(prescaler_and_reload_decide_the_time),
        cmocka_unit_test(it_starts_lsi_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
