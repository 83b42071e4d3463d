/* Tests of the down counter. SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "cmsdk.h"

enum { HZ = 1000000 };

static ZifCounter counter(uint32_t value, uint32_t reload, unsigned prescale, bool once)
{
    ZifCounter c;

    zif__counter_init(&c, 0, HZ, value);
    zif__counter_set_mode(&c, 0, reload, prescale, once);
    zif__counter_run(&c, 0, true);
    return c;
}

static void counts_down_to_zero_and_on_from_the_reload_value(void **state)
{
    ZifCounter c = counter(2, 3, 0, false);
    static const uint32_t want[] = { 2, 1, 0, 3, 2, 1, 0, 3 };

    for (unsigned i = 0; i < 8; i++) {
        assert_int_equal(zif__counter_value(&c, i * ZIF_US), want[i]);
    }
}

static void the_value_changes_at_the_tick_not_before(void **state)
{
    ZifCounter c = counter(5, 5, 0, false);

    assert_int_equal(zif__counter_value(&c, ZIF_US - 1), 5);
    assert_int_equal(zif__counter_value(&c, ZIF_US), 4);
}

static void next_zero_is_when_the_value_becomes_zero(void **state)
{
    ZifCounter c = counter(2, 3, 0, false);

    assert_int_equal(zif__counter_next_zero(&c, 0), 2 * ZIF_US);
    assert_int_equal(zif__counter_next_zero(&c, 2 * ZIF_US), 6 * ZIF_US);
    assert_int_equal(zif__counter_next_zero(&c, 3 * ZIF_US), 6 * ZIF_US);
}

static void zeros_are_counted(void **state)
{
    ZifCounter c = counter(2, 3, 0, false);

    assert_int_equal(zif__counter_zeros(&c, 2 * ZIF_US - 1), 0);
    assert_int_equal(zif__counter_zeros(&c, 2 * ZIF_US), 1);
    assert_int_equal(zif__counter_zeros(&c, 6 * ZIF_US), 2);
}

static void a_period_of_one_is_zero_all_the_time(void **state)
{
    ZifCounter c = counter(0, 0, 0, false);

    assert_int_equal(zif__counter_value(&c, 7 * ZIF_US), 0);
    assert_int_equal(zif__counter_zeros(&c, 7 * ZIF_US), 7);
}

static void a_one_shot_counter_stands_at_zero(void **state)
{
    ZifCounter c = counter(2, 3, 0, true);

    assert_int_equal(zif__counter_value(&c, 9 * ZIF_US), 0);
    assert_int_equal(zif__counter_zeros(&c, 9 * ZIF_US), 1);
    assert_true(zif__counter_next_zero(&c, 9 * ZIF_US) == ZIF_TIME_NEVER);
}

static void a_stopped_counter_keeps_its_value(void **state)
{
    ZifCounter c = counter(9, 9, 0, false);

    zif__counter_run(&c, 3 * ZIF_US, false);
    assert_int_equal(zif__counter_value(&c, 8 * ZIF_US), 6);
    assert_true(zif__counter_next_zero(&c, 8 * ZIF_US) == ZIF_TIME_NEVER);
    zif__counter_run(&c, 8 * ZIF_US, true);
    assert_int_equal(zif__counter_value(&c, 9 * ZIF_US), 5);
}

static void a_gated_clock_stops_it_too(void **state)
{
    ZifCounter c = counter(9, 9, 0, false);

    zif__counter_set_hz(&c, 3 * ZIF_US, 0);
    assert_int_equal(zif__counter_value(&c, ZIF_SEC), 6);
    assert_true(zif__counter_next_zero(&c, ZIF_SEC) == ZIF_TIME_NEVER);
}

static void the_prescaler_divides(void **state)
{
    ZifCounter c = counter(2, 2, 4, false);

    assert_int_equal(zif__counter_value(&c, 15 * ZIF_US), 2);
    assert_int_equal(zif__counter_value(&c, 16 * ZIF_US), 1);
    assert_int_equal(zif__counter_next_zero(&c, 0), 32 * ZIF_US);
}

static void the_largest_reload_does_not_overflow(void **state)
{
    ZifCounter c = counter(0, UINT32_MAX, 8, false);

    assert_int_equal(zif__counter_value(&c, 256 * ZIF_US), UINT32_MAX);
    assert_int_equal(zif__counter_next_zero(&c, 0), 256 * (UINT64_C(1) << 32) * ZIF_US);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_down_to_zero_and_on_from_the_reload_value),
        cmocka_unit_test(the_value_changes_at_the_tick_not_before),
        cmocka_unit_test(next_zero_is_when_the_value_becomes_zero),
        cmocka_unit_test(zeros_are_counted),
        cmocka_unit_test(a_period_of_one_is_zero_all_the_time),
        cmocka_unit_test(a_one_shot_counter_stands_at_zero),
        cmocka_unit_test(a_stopped_counter_keeps_its_value),
        cmocka_unit_test(a_gated_clock_stops_it_too),
        cmocka_unit_test(the_prescaler_divides),
        cmocka_unit_test(the_largest_reload_does_not_overflow),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
