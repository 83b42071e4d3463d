/* STM32F4 WWDG. SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <zif/testbench.h>

enum { CR = 0x0, CFR = 0x4, SR = 0x8, WDGA = 0x80, EWI = 1 << 9 };

/* At 4.096 MHz the counter steps every millisecond. */
static ZifDevice *make(ZifBench **b)
{
    *b = zif_bench_new();
    return zif_bench_add(*b, "stm32f4-wwdg", (ZifBenchProp[]){ { "clock-frequency", 1, { 4096000 }, NULL }, { 0 } });
}

static void it_resets_when_the_counter_leaves_0x40(void **state)
{
    ZifBench *b;
    ZifDevice *w = make(&b);
    zif_bench_write(w, CR, WDGA | 0x4A);
    zif_bench_run(b, 11 * ZIF_MS - ZIF_US);
    assert_int_equal(zif_bench_reset_requests(b), 0);
    zif_bench_run(b, 2 * ZIF_US);
    assert_int_equal(zif_bench_reset_requests(b), 1);
    zif_bench_free(b);
}

static void the_counter_can_be_read(void **state)
{
    ZifBench *b;
    ZifDevice *w = make(&b);
    zif_bench_write(w, CR, WDGA | 0x7F);
    zif_bench_run(b, 3 * ZIF_MS + ZIF_US);
    assert_int_equal(zif_bench_read(w, CR), WDGA | 0x7C);
    zif_bench_free(b);
}

static void it_counts_before_it_is_activated(void **state)
{
    ZifBench *b;
    ZifDevice *w = make(&b);
    zif_bench_run(b, 100 * ZIF_MS + ZIF_US);
    assert_int_equal(zif_bench_read(w, CR), 0x7F - 100);
    assert_int_equal(zif_bench_reset_requests(b), 0);
    zif_bench_free(b);
}

static void a_refresh_in_the_window_keeps_it_alive(void **state)
{
    ZifBench *b;
    ZifDevice *w = make(&b);
    zif_bench_write(w, CFR, 0x50);
    zif_bench_write(w, CR, WDGA | 0x5A);
    for (unsigned i = 0; i < 5; i++) {
        zif_bench_run(b, 15 * ZIF_MS); /* at 0x4B */
        zif_bench_write(w, CR, WDGA | 0x5A);
    }
    assert_int_equal(zif_bench_reset_requests(b), 0);
    zif_bench_free(b);
}

static void a_refresh_before_the_window_resets(void **state)
{
    ZifBench *b;
    ZifDevice *w = make(&b);
    zif_bench_write(w, CFR, 0x50);
    zif_bench_write(w, CR, WDGA | 0x5A);
    zif_bench_run(b, 5 * ZIF_MS); /* at 0x55 */
    zif_bench_write(w, CR, WDGA | 0x5A);
    assert_int_equal(zif_bench_reset_requests(b), 1);
    zif_bench_free(b);
}

static void a_value_without_t6_resets_at_once(void **state)
{
    ZifBench *b;
    ZifDevice *w = make(&b);
    zif_bench_write(w, CR, WDGA | 0x3F);
    assert_int_equal(zif_bench_reset_requests(b), 1);
    zif_bench_free(b);
}

static void the_early_interrupt_comes_one_step_before(void **state)
{
    ZifBench *b;
    ZifDevice *w = make(&b);
    zif_bench_write(w, CFR, 0x7F | EWI);
    zif_bench_write(w, CR, WDGA | 0x42);
    zif_bench_run(b, 2 * ZIF_MS + ZIF_US);
    assert_int_equal(zif_bench_level(w, "irq", 0), 1);
    assert_int_equal(zif_bench_reset_requests(b), 0);
    zif_bench_write(w, CR, WDGA | 0x7F);
    zif_bench_write(w, SR, 0);
    assert_int_equal(zif_bench_level(w, "irq", 0), 0);
    zif_bench_free(b);
}

static void the_prescaler_makes_steps_longer(void **state)
{
    ZifBench *b;
    ZifDevice *w = make(&b);
    zif_bench_write(w, CFR, 0x7F | 3 << 7);
    zif_bench_write(w, CR, WDGA | 0x40); /* one step of 8 ms */
    zif_bench_run(b, 7 * ZIF_MS);
    assert_int_equal(zif_bench_reset_requests(b), 0);
    zif_bench_run(b, 2 * ZIF_MS);
    assert_int_equal(zif_bench_reset_requests(b), 1);
    zif_bench_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_resets_when_the_counter_leaves_0x40),
        cmocka_unit_test(the_counter_can_be_read),
        cmocka_unit_test(it_counts_before_it_is_activated),
        cmocka_unit_test(a_refresh_in_the_window_keeps_it_alive),
        cmocka_unit_test(a_refresh_before_the_window_resets),
        cmocka_unit_test(a_value_without_t6_resets_at_once),
        cmocka_unit_test(the_early_interrupt_comes_one_step_before),
        cmocka_unit_test(the_prescaler_makes_steps_longer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
