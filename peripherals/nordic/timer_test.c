/* Tests of the nRF51 TIMER. SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include "test_nordic.h"

enum { START = 0x0, STOP = 0x4, COUNT = 0x8, CLEAR = 0xC, CAPTURE0 = 0x40, COMPARE0 = 0x140, COMPARE1 = 0x144 };
enum { SHORTS = 0x200, INTENSET = 0x304, INTENCLR = 0x308, MODE = 0x504, BITMODE = 0x508, PRESCALER = 0x510 };
enum { CC0 = 0x540, CC1 = 0x544, CC3 = 0x54C, POWER = 0xFFC };
#define TICK (62500 * ZIF_PS) /* of the 16 MHz clock */

static ZifDevice *add(void **state)
{
    ZifDevice *t = zif_bench_add(*state, "nrf51-timer", PROPS(PROP("max-bit-width", 32)));
    zif_bench_write(t, BITMODE, 3);
    zif_bench_write(t, PRESCALER, 0);
    zif_bench_write(t, CC0, 0xFFFFFFFF);
    zif_bench_write(t, CC1, 0xFFFFFFFF);
    return t;
}

static uint32_t captured(ZifDevice *t)
{
    zif_bench_write(t, CAPTURE0 + 12, 1);
    return zif_bench_read(t, CC3);
}

static void capture_gives_the_16_mhz_count(void **state)
{
    ZifDevice *t = add(state);
    zif_bench_write(t, START, 1);
    zif_bench_run(*state, 12345 * TICK);
    assert_int_equal(captured(t), 12345);
}

static void the_prescaler_divides_by_a_power_of_two(void **state)
{
    ZifDevice *t = add(state);
    zif_bench_write(t, PRESCALER, 4);
    zif_bench_write(t, START, 1);
    zif_bench_run(*state, 1 * ZIF_MS);
    assert_int_equal(captured(t), 1000);
}

static void a_stopped_timer_keeps_its_count_and_goes_on(void **state)
{
    ZifDevice *t = add(state);
    zif_bench_write(t, START, 1);
    zif_bench_run(*state, 10 * TICK);
    zif_bench_write(t, STOP, 1);
    zif_bench_run(*state, 50 * TICK);
    assert_int_equal(captured(t), 10);
    zif_bench_write(t, START, 1);
    zif_bench_run(*state, 5 * TICK);
    assert_int_equal(captured(t), 15);
}

static void compare_fires_on_its_tick_and_raises_the_interrupt(void **state)
{
    ZifDevice *t = add(state);
    zif_bench_write(t, CC0, 100);
    zif_bench_write(t, INTENSET, 1 << 16);
    zif_bench_write(t, START, 1);
    zif_bench_run(*state, 100 * TICK - 1);
    assert_int_equal(zif_bench_read(t, COMPARE0), 0);
    zif_bench_run(*state, 1);
    assert_int_equal(zif_bench_read(t, COMPARE0), 1);
    assert_int_equal(zif_bench_level(t, "irq", 0), 1);
    zif_bench_write(t, COMPARE0, 0);
    assert_int_equal(zif_bench_level(t, "irq", 0), 0);
}

static void an_event_without_its_interrupt_enable_is_only_a_flag(void **state)
{
    ZifDevice *t = add(state);
    zif_bench_write(t, CC0, 10);
    zif_bench_write(t, START, 1);
    zif_bench_run(*state, 20 * TICK);
    assert_int_equal(zif_bench_read(t, COMPARE0), 1);
    assert_int_equal(zif_bench_level(t, "irq", 0), 0);
    zif_bench_write(t, INTENSET, 1 << 16);
    assert_int_equal(zif_bench_level(t, "irq", 0), 1);
    zif_bench_write(t, INTENCLR, 1 << 16);
    assert_int_equal(zif_bench_read(t, INTENSET), 0);
    assert_int_equal(zif_bench_level(t, "irq", 0), 0);
}

static void the_clear_shortcut_makes_a_period_of_exactly_cc_ticks(void **state)
{
    ZifDevice *t = add(state);
    zif_bench_write(t, CC0, 1000);
    zif_bench_write(t, SHORTS, 1);
    zif_bench_write(t, INTENSET, 1 << 16);
    zif_bench_write(t, START, 1);
    for (unsigned i = 1; i <= 50; i++) {
        zif_bench_run(*state, 1000 * TICK);
        assert_int_equal(zif_bench_rises(t, "irq", 0), i);
        assert_int_equal(captured(t), 0);
        zif_bench_write(t, COMPARE0, 0);
    }
}

static void the_stop_shortcut_halts_at_the_compare_value(void **state)
{
    ZifDevice *t = add(state);
    zif_bench_write(t, CC0, 77);
    zif_bench_write(t, SHORTS, 1 << 8);
    zif_bench_write(t, START, 1);
    zif_bench_run(*state, 500 * TICK);
    assert_int_equal(captured(t), 77);
}

static void each_bit_mode_wraps_at_its_width(void **state)
{
    static const struct {
        uint32_t mode, mask;
    } modes[] = { { 0, 0xFFFF }, { 1, 0xFF }, { 2, 0xFFFFFF }, { 3, 0xFFFFFFFF } };
    ZifDevice *t = add(state);
    for (unsigned i = 0; i < 4; i++) {
        zif_bench_write(t, STOP, 1);
        zif_bench_write(t, CLEAR, 1);
        zif_bench_write(t, BITMODE, modes[i].mode);
        zif_bench_write(t, START, 1);
        zif_bench_run(*state, 0x1234567ull * TICK);
        assert_int_equal(captured(t), 0x1234567 & modes[i].mask);
    }
}

static void a_narrow_instance_never_counts_past_16_bits(void **state)
{
    ZifDevice *t = zif_bench_add(*state, "nrf51-timer", PROPS(PROP("max-bit-width", 16)));
    zif_bench_write(t, PRESCALER, 0);
    zif_bench_write(t, BITMODE, 3);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_RESERVED, "BITMODE"), 1);
    zif_bench_write(t, START, 1);
    zif_bench_run(*state, 0x10005ull * TICK);
    assert_int_equal(captured(t), 5);
}

static void a_compare_beyond_the_width_never_fires(void **state)
{
    ZifDevice *t = add(state);
    zif_bench_write(t, BITMODE, 1);
    zif_bench_write(t, CC0, 0x120);
    zif_bench_write(t, START, 1);
    zif_bench_run(*state, 2000 * TICK);
    assert_int_equal(zif_bench_read(t, COMPARE0), 0);
}

static void a_compare_equal_to_the_present_count_waits_for_the_next_round(void **state)
{
    ZifDevice *t = add(state);
    zif_bench_write(t, BITMODE, 1);
    zif_bench_write(t, START, 1);
    zif_bench_run(*state, 10 * TICK);
    zif_bench_write(t, CC0, 10);
    zif_bench_run(*state, 255 * TICK);
    assert_int_equal(zif_bench_read(t, COMPARE0), 0);
    zif_bench_run(*state, 1 * TICK);
    assert_int_equal(zif_bench_read(t, COMPARE0), 1);
}

static void counter_mode_counts_tasks_and_not_time(void **state)
{
    ZifDevice *t = add(state);
    zif_bench_write(t, MODE, 1);
    zif_bench_write(t, CC1, 3);
    zif_bench_write(t, START, 1);
    zif_bench_run(*state, 1 * ZIF_MS);
    assert_int_equal(captured(t), 0);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(zif_bench_read(t, COMPARE1), 0);
        zif_bench_write(t, COUNT, 1);
    }
    assert_int_equal(captured(t), 3);
    assert_int_equal(zif_bench_read(t, COMPARE1), 1);
}

static void a_task_needs_a_one(void **state)
{
    ZifDevice *t = add(state);
    zif_bench_write(t, START, 0);
    zif_bench_run(*state, 10 * TICK);
    assert_int_equal(captured(t), 0);
}

static void power_off_and_on_resets_the_block(void **state)
{
    ZifDevice *t = add(state);
    zif_bench_write(t, CC0, 5);
    zif_bench_write(t, START, 1);
    zif_bench_write(t, POWER, 0);
    zif_bench_write(t, CC0, 9);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_CLOCK_OFF, "CC[0]"), 1);
    zif_bench_write(t, POWER, 1);
    assert_int_equal(zif_bench_read(t, CC0), 0);
    assert_int_equal(zif_bench_read(t, PRESCALER), 4);
    zif_bench_run(*state, 100 * TICK);
    assert_int_equal(captured(t), 0);
}

static void a_restored_timer_fires_when_the_saved_one_would_have(void **state)
{
    ZifDevice *t = add(state);
    zif_bench_write(t, CC0, 100);
    zif_bench_write(t, START, 1);
    size_t size;
    void *saved = zif_bench_save(t, &size);
    zif_bench_write(t, STOP, 1);
    zif_bench_write(t, CC0, 7);
    zif_bench_restore(t, saved);
    zif_bench_run(*state, 99 * TICK);
    assert_int_equal(zif_bench_read(t, COMPARE0), 0);
    zif_bench_run(*state, 1 * TICK);
    assert_int_equal(zif_bench_read(t, COMPARE0), 1);
    free(saved);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(capture_gives_the_16_mhz_count),
        TEST(the_prescaler_divides_by_a_power_of_two),
        TEST(a_stopped_timer_keeps_its_count_and_goes_on),
        TEST(compare_fires_on_its_tick_and_raises_the_interrupt),
        TEST(an_event_without_its_interrupt_enable_is_only_a_flag),
        TEST(the_clear_shortcut_makes_a_period_of_exactly_cc_ticks),
        TEST(the_stop_shortcut_halts_at_the_compare_value),
        TEST(each_bit_mode_wraps_at_its_width),
        TEST(a_narrow_instance_never_counts_past_16_bits),
        TEST(a_compare_beyond_the_width_never_fires),
        TEST(a_compare_equal_to_the_present_count_waits_for_the_next_round),
        TEST(counter_mode_counts_tasks_and_not_time),
        TEST(a_task_needs_a_one),
        TEST(power_off_and_on_resets_the_block),
        TEST(a_restored_timer_fires_when_the_saved_one_would_have),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
