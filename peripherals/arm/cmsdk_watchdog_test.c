/* Tests of the CMSDK watchdog. SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmsdk_test.h"

enum { LOAD = 0x00, VALUE = 0x04, CONTROL = 0x08, INTCLR = 0x0C, RIS = 0x10, MIS = 0x14, LOCK = 0xC00 };
enum { INTEN = 1, RESEN = 2, KEY = 0x1ACCE551 };

static int setup(void **state)
{
    return fixture_new(state, "cmsdk-watchdog");
}

static void it_stands_still_until_enabled(void **state)
{
    Fixture *f = *state;

    put(f, LOAD, 100);
    run(f, 1000);
    assert_int_equal(get(f, VALUE), 100);
}

static void it_interrupts_at_zero(void **state)
{
    Fixture *f = *state;

    put(f, LOAD, 100);
    put(f, CONTROL, INTEN);
    run(f, 99);
    assert_int_equal(get(f, RIS), 0);
    run(f, 1);
    assert_int_equal(get(f, MIS), 1);
    assert_int_equal(zif_bench_level(f->dev, "irq", 0), 1);
}

static void clearing_reloads_it(void **state)
{
    Fixture *f = *state;

    put(f, LOAD, 100);
    put(f, CONTROL, INTEN | RESEN);
    for (unsigned i = 0; i < 10; i++) {
        run(f, 90);
        put(f, INTCLR, 1);
        assert_int_equal(get(f, VALUE), 100);
    }
    assert_int_equal(zif_bench_rises(f->dev, "irq", 0), 0);
}

static void the_second_zero_resets(void **state)
{
    Fixture *f = *state;

    put(f, LOAD, 100);
    put(f, CONTROL, INTEN | RESEN);
    run(f, 200);
    assert_int_equal(zif_bench_reset_requests(f->bench), 0);
    run(f, 1);
    assert_int_equal(zif_bench_reset_requests(f->bench), 1);
}

static void without_its_enable_there_is_no_reset(void **state)
{
    Fixture *f = *state;

    put(f, LOAD, 100);
    put(f, CONTROL, INTEN);
    run(f, 1000);
    assert_int_equal(zif_bench_reset_requests(f->bench), 0);
}

static void a_locked_watchdog_takes_no_write(void **state)
{
    Fixture *f = *state;

    put(f, LOAD, 100);
    put(f, LOCK, 1);
    assert_int_equal(get(f, LOCK), 1);
    put(f, LOAD, 5);
    put(f, CONTROL, INTEN);
    assert_int_equal(get(f, LOAD), 100);
    assert_int_equal(get(f, CONTROL), 0);
    assert_int_equal(zif_bench_reported(f->bench, ZIF_REPORT_LOCKED, NULL), 2);
    put(f, LOCK, KEY);
    assert_int_equal(get(f, LOCK), 0);
    put(f, LOAD, 5);
    assert_int_equal(get(f, LOAD), 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_stands_still_until_enabled),
        TEST(it_interrupts_at_zero),
        TEST(clearing_reloads_it),
        TEST(the_second_zero_resets),
        TEST(without_its_enable_there_is_no_reset),
        TEST(a_locked_watchdog_takes_no_write),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
