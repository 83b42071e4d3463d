/* Tests of the MPS2 FPGA I/O block. SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmsdk_test.h"

enum {
    LED = 0x00,
    BUTTON = 0x08,
    CLK1HZ = 0x10,
    CLK100HZ = 0x14,
    COUNTER = 0x18,
    PRESCALE = 0x1C,
    PSCNTR = 0x20,
    MISC = 0x4C
};

static int setup(void **state)
{
    return fixture_new(state, "mps2-fpgaio");
}

static void leds_are_outputs_and_buttons_inputs(void **state)
{
    Fixture *f = *state;

    put(f, LED, 2);
    assert_int_equal(zif_bench_level(f->dev, "pin", 0), 0);
    assert_int_equal(zif_bench_level(f->dev, "pin", 1), 1);
    zif_bench_drive(f->dev, "pin", 0, 1);
    assert_int_equal(get(f, BUTTON), 1);
}

static void the_slow_counters_count_time(void **state)
{
    Fixture *f = *state;

    zif_bench_run(f->bench, 2500 * ZIF_MS);
    assert_int_equal(get(f, CLK1HZ), 2);
    assert_int_equal(get(f, CLK100HZ), 250);
    put(f, CLK100HZ, 1000);
    zif_bench_run(f->bench, 100 * ZIF_MS);
    assert_int_equal(get(f, CLK100HZ), 1010);
}

static void the_counter_counts_clocks_without_a_prescaler(void **state)
{
    Fixture *f = *state;

    put(f, COUNTER, 5);
    run(f, 100);
    assert_int_equal(get(f, COUNTER), 105);
}

static void the_prescaler_divides_the_counter(void **state)
{
    Fixture *f = *state;

    put(f, PRESCALE, 24);
    put(f, PSCNTR, 24);
    put(f, COUNTER, 0);
    run(f, 24);
    assert_int_equal(get(f, COUNTER), 1);
    run(f, 25 * 1000);
    assert_int_equal(get(f, COUNTER), 1001);
    assert_int_equal(get(f, PSCNTR), 0);
}

static void setting_the_prescaler_keeps_the_count(void **state)
{
    Fixture *f = *state;

    put(f, COUNTER, 0);
    run(f, 100);
    put(f, PRESCALE, 9);
    assert_int_equal(get(f, COUNTER), 100);
    run(f, 20);
    assert_int_equal(get(f, COUNTER), 102);
}

static void chip_selects_are_wires(void **state)
{
    Fixture *f = *state;

    put(f, MISC, 0x200);
    assert_int_equal(zif_bench_level(f->dev, "misc", 9), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(leds_are_outputs_and_buttons_inputs),           TEST(the_slow_counters_count_time),
        TEST(the_counter_counts_clocks_without_a_prescaler), TEST(the_prescaler_divides_the_counter),
        TEST(setting_the_prescaler_keeps_the_count),         TEST(chip_selects_are_wires),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
