/* Tests of the nRF51 RTC. SPDX-License-Identifier: GPL-2.0-or-later */
#include "test_nordic.h"

enum { START = 0x0, STOP = 0x4, CLEAR = 0x8, TRIGOVRFLW = 0xC, TICK = 0x100, OVRFLW = 0x104, COMPARE0 = 0x140 };
enum {
    INTENSET = 0x304,
    EVTENSET = 0x344,
    EVTENCLR = 0x348,
    COUNTER = 0x504,
    PRESCALER = 0x508,
    CC0 = 0x540,
    CC3 = 0x54C
};
/* One period of 32.768 kHz is 30.517578125 us: a whole number of picoseconds is just below. */
#define PERIOD (30517578 * ZIF_PS)

static void run_periods(void **state, uint64_t n)
{
    zif_bench_run(*state, n * PERIOD + n);
}

static ZifDevice *add(void **state)
{
    ZifDevice *r = zif_bench_add(*state, "nrf51-rtc", PROPS(PROP("clock-frequency", 32768), PROP("cc-num", 4)));
    r->cls->clock_changed(r, 32768);
    return r;
}

static ZifDevice *started(void **state)
{
    ZifDevice *r = add(state);
    zif_bench_write(r, START, 1);
    run_periods(state, 1); /* START acts on the next edge */
    return r;
}

static void the_counter_follows_the_low_frequency_clock(void **state)
{
    ZifDevice *r = started(state);
    assert_int_equal(zif_bench_read(r, COUNTER), 0);
    zif_bench_run(*state, ZIF_SEC);
    assert_int_equal(zif_bench_read(r, COUNTER), 32768);
}

static void the_prescaler_divides_by_one_more_than_its_value(void **state)
{
    ZifDevice *r = add(state);
    zif_bench_write(r, PRESCALER, 32);
    zif_bench_write(r, START, 1);
    run_periods(state, 1 + 33 * 7);
    assert_int_equal(zif_bench_read(r, COUNTER), 7);
    zif_bench_write(r, PRESCALER, 5);
    assert_int_equal(zif_bench_read(r, PRESCALER), 32);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_LOCKED, "PRESCALER"), 1);
}

static void without_the_clock_nothing_counts(void **state)
{
    ZifDevice *r = zif_bench_add(*state, "nrf51-rtc", NULL);
    r->cls->clock_changed(r, 0);
    zif_bench_write(r, START, 1);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_CLOCK_OFF, "TASKS_START"), 1);
    zif_bench_run(*state, ZIF_SEC);
    assert_int_equal(zif_bench_read(r, COUNTER), 0);
    r->cls->clock_changed(r, 32768);
    run_periods(state, 11);
    assert_int_equal(zif_bench_read(r, COUNTER), 10);
}

static void a_compare_fires_only_when_somebody_enabled_it(void **state)
{
    ZifDevice *r = started(state);
    zif_bench_write(r, CC0, 5);
    run_periods(state, 10);
    assert_int_equal(zif_bench_read(r, COMPARE0), 0);
    zif_bench_write(r, EVTENSET, 1 << 16);
    zif_bench_write(r, CC0, 20);
    run_periods(state, 10);
    assert_int_equal(zif_bench_read(r, COMPARE0), 1);
    assert_int_equal(zif_bench_level(r, "irq", 0), 0);
    zif_bench_write(r, INTENSET, 1 << 16);
    assert_int_equal(zif_bench_level(r, "irq", 0), 1);
}

static void a_compare_one_ahead_is_missed_and_two_ahead_is_not(void **state)
{
    ZifDevice *r = started(state);
    zif_bench_write(r, INTENSET, 1 << 16);
    zif_bench_write(r, CC0, 1);
    run_periods(state, 3);
    assert_int_equal(zif_bench_read(r, COMPARE0), 0);
    uint32_t now = zif_bench_read(r, COUNTER);
    zif_bench_write(r, CC0, now + 2);
    run_periods(state, 2);
    assert_int_equal(zif_bench_read(r, COMPARE0), 1);
}

static void tick_comes_with_every_increment(void **state)
{
    ZifDevice *r = started(state);
    zif_bench_write(r, INTENSET, 1);
    for (unsigned i = 0; i < 5; i++) {
        run_periods(state, 1);
        assert_int_equal(zif_bench_read(r, TICK), 1);
        zif_bench_write(r, TICK, 0);
    }
    assert_int_equal(zif_bench_rises(r, "irq", 0), 5);
}

static void the_overflow_task_puts_the_counter_16_before_the_overflow(void **state)
{
    ZifDevice *r = started(state);
    zif_bench_write(r, INTENSET, 2);
    zif_bench_write(r, TRIGOVRFLW, 1);
    run_periods(state, 1);
    assert_int_equal(zif_bench_read(r, COUNTER), 0xFFFFF0);
    run_periods(state, 15);
    assert_int_equal(zif_bench_read(r, OVRFLW), 0);
    run_periods(state, 1);
    assert_int_equal(zif_bench_read(r, OVRFLW), 1);
    assert_int_equal(zif_bench_read(r, COUNTER), 0);
}

static void stop_and_clear_act_on_the_next_edge(void **state)
{
    ZifDevice *r = started(state);
    run_periods(state, 9);
    zif_bench_write(r, STOP, 1);
    run_periods(state, 10);
    assert_int_equal(zif_bench_read(r, COUNTER), 10);
    zif_bench_write(r, CLEAR, 1);
    assert_int_equal(zif_bench_read(r, COUNTER), 10);
    run_periods(state, 1);
    assert_int_equal(zif_bench_read(r, COUNTER), 0);
}

static void event_enables_have_set_and_clear_views(void **state)
{
    ZifDevice *r = add(state);
    zif_bench_write(r, EVTENSET, 0x10003);
    zif_bench_write(r, EVTENCLR, 2);
    assert_int_equal(zif_bench_read(r, 0x340), 0x10001);
    assert_int_equal(zif_bench_read(r, EVTENSET), 0x10001);
    assert_int_equal(zif_bench_read(r, EVTENCLR), 0x10001);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_counter_follows_the_low_frequency_clock),
        TEST(the_prescaler_divides_by_one_more_than_its_value),
        TEST(without_the_clock_nothing_counts),
        TEST(a_compare_fires_only_when_somebody_enabled_it),
        TEST(a_compare_one_ahead_is_missed_and_two_ahead_is_not),
        TEST(tick_comes_with_every_increment),
        TEST(the_overflow_task_puts_the_counter_16_before_the_overflow),
        TEST(stop_and_clear_act_on_the_next_edge),
        TEST(event_enables_have_set_and_clear_views),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
