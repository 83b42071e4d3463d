/* Tests of the MPS2 configuration controller. SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmsdk_test.h"

enum { LEDS = 0x04, SWITCHES = 0x0C, RTN = 0xA0, OUT = 0xA4, CTRL = 0xA8, STAT = 0xAC, ID = 0xFFC };
enum { START = 1u << 31, WRITE = 1 << 30, OSCILLATOR = 1 << 20 };

static int setup(void **state)
{
    return fixture_new(state, "mps2-scc");
}

static void it_says_which_image_it_is(void **state)
{
    assert_int_equal(get(*state, ID) >> 4 & 0xFFF, 0x385);
}

static void the_mailbox_tells_the_oscillators(void **state)
{
    Fixture *f = *state;

    put(f, CTRL, START | OSCILLATOR | 2);
    assert_int_equal(get(f, STAT), 1);
    assert_int_equal(get(f, RTN), 25000000);
    assert_int_equal(get(f, CTRL), OSCILLATOR | 2);
}

static void a_rate_written_reads_back_and_is_reported(void **state)
{
    Fixture *f = *state;

    put(f, OUT, 30000000);
    put(f, CTRL, START | WRITE | OSCILLATOR);
    put(f, CTRL, START | OSCILLATOR);
    assert_int_equal(get(f, RTN), 30000000);
    assert_int_equal(zif_bench_reported(f->bench, ZIF_REPORT_UNMODELLED, "SYS_CFGCTRL"), 1);
}

static void an_unknown_function_is_an_error(void **state)
{
    Fixture *f = *state;

    put(f, CTRL, START | 5 << 20);
    assert_int_equal(get(f, STAT), 3);
}

static void leds_and_switches_are_wires(void **state)
{
    Fixture *f = *state;

    put(f, LEDS, 0x80);
    assert_int_equal(zif_bench_level(f->dev, "pin", 7), 1);
    zif_bench_drive(f->dev, "pin", 1, 1);
    assert_int_equal(get(f, SWITCHES), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_says_which_image_it_is),
        TEST(the_mailbox_tells_the_oscillators),
        TEST(a_rate_written_reads_back_and_is_reported),
        TEST(an_unknown_function_is_an_error),
        TEST(leds_and_switches_are_wires),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
