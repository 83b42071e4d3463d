/* Tests of the CMSDK dual timer. SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmsdk_test.h"

enum { LOAD = 0x00, VALUE = 0x04, CONTROL = 0x08, INTCLR = 0x0C, RIS = 0x10, MIS = 0x14, BGLOAD = 0x18 };
enum { TIMER2 = 0x20, ITCR = 0xF00, ITOP = 0xF04 };
enum { ONE_SHOT = 1, SIZE_32 = 2, PRE_16 = 4, PRE_256 = 8, INTEN = 0x20, PERIODIC = 0x40, ENABLE = 0x80 };

static int setup(void **state)
{
    return fixture_new(state, "cmsdk-dualtimer");
}

static void a_free_running_timer_wraps_to_all_ones(void **state)
{
    Fixture *f = *state;

    put(f, LOAD, 10);
    put(f, CONTROL, ENABLE | SIZE_32);
    run(f, 10);
    assert_int_equal(get(f, VALUE), 0);
    run(f, 1);
    assert_int_equal(get(f, VALUE), 0xFFFFFFFF);
}

static void sixteen_bits_wrap_at_sixteen_bits(void **state)
{
    Fixture *f = *state;

    put(f, LOAD, 10);
    put(f, CONTROL, ENABLE);
    run(f, 11);
    assert_int_equal(get(f, VALUE), 0xFFFF);
}

static void a_periodic_timer_reloads(void **state)
{
    Fixture *f = *state;

    put(f, LOAD, 10);
    put(f, CONTROL, ENABLE | PERIODIC | INTEN | SIZE_32);
    run(f, 10);
    assert_int_equal(zif_bench_level(f->dev, "irq", 0), 1);
    put(f, INTCLR, 0);
    assert_int_equal(zif_bench_level(f->dev, "irq", 0), 0);
    run(f, 1);
    assert_int_equal(get(f, VALUE), 10);
    run(f, 10);
    assert_int_equal(get(f, MIS), 1);
}

static void a_one_shot_timer_waits_for_a_new_load(void **state)
{
    Fixture *f = *state;

    put(f, LOAD, 10);
    put(f, CONTROL, ENABLE | ONE_SHOT | INTEN | SIZE_32);
    run(f, 1000);
    assert_int_equal(get(f, VALUE), 0);
    put(f, INTCLR, 1);
    run(f, 1000);
    assert_int_equal(get(f, RIS), 0);
    put(f, LOAD, 5);
    run(f, 5);
    assert_int_equal(get(f, RIS), 1);
}

static void the_prescaler_divides_by_16_and_256(void **state)
{
    Fixture *f = *state;

    put(f, LOAD, 10);
    put(f, CONTROL, ENABLE | SIZE_32 | PRE_16);
    run(f, 160);
    assert_int_equal(get(f, VALUE), 0);
    put(f, TIMER2 + LOAD, 10);
    put(f, TIMER2 + CONTROL, ENABLE | SIZE_32 | PRE_256);
    run(f, 10 * 256);
    assert_int_equal(get(f, TIMER2 + VALUE), 0);
}

static void the_first_prescaled_step_is_a_whole_one(void **state)
{
    Fixture *f = *state;

    run(f, 100);
    put(f, LOAD, 10);
    put(f, CONTROL, ENABLE | SIZE_32 | PRE_256);
    run(f, 255);
    assert_int_equal(get(f, VALUE), 10);
    run(f, 1);
    assert_int_equal(get(f, VALUE), 9);
    run(f, 200);
    put(f, LOAD, 20);
    run(f, 255);
    assert_int_equal(get(f, VALUE), 20);
    run(f, 1);
    assert_int_equal(get(f, VALUE), 19);
}

static void the_prescaler_stands_still_with_the_timer(void **state)
{
    Fixture *f = *state;

    put(f, LOAD, 10);
    put(f, CONTROL, ENABLE | SIZE_32 | PRE_256);
    run(f, 100);
    put(f, CONTROL, SIZE_32 | PRE_256);
    run(f, 1000);
    put(f, CONTROL, ENABLE | SIZE_32 | PRE_256);
    run(f, 155);
    assert_int_equal(get(f, VALUE), 10);
    run(f, 1);
    assert_int_equal(get(f, VALUE), 9);
}

static void the_background_load_waits_for_zero(void **state)
{
    Fixture *f = *state;

    put(f, LOAD, 10);
    put(f, CONTROL, ENABLE | PERIODIC | SIZE_32);
    run(f, 3);
    put(f, BGLOAD, 50);
    assert_int_equal(get(f, VALUE), 7);
    run(f, 8);
    assert_int_equal(get(f, VALUE), 50);
    assert_int_equal(get(f, LOAD), 50);
}

static void the_raw_flag_is_set_without_the_interrupt(void **state)
{
    Fixture *f = *state;

    put(f, LOAD, 10);
    put(f, CONTROL, ENABLE | PERIODIC | SIZE_32);
    run(f, 10);
    assert_int_equal(get(f, RIS), 1);
    assert_int_equal(get(f, MIS), 0);
    assert_int_equal(zif_bench_level(f->dev, "irq", 0), 0);
}

static void both_timers_share_the_combined_interrupt(void **state)
{
    Fixture *f = *state;

    put(f, TIMER2 + LOAD, 10);
    put(f, TIMER2 + CONTROL, ENABLE | PERIODIC | INTEN | SIZE_32);
    run(f, 10);
    assert_int_equal(zif_bench_level(f->dev, "irq", 0), 1);
    assert_int_equal(zif_bench_level(f->dev, "irq1", 0), 0);
    assert_int_equal(zif_bench_level(f->dev, "irq2", 0), 1);
}

static void integration_test_drives_the_lines(void **state)
{
    Fixture *f = *state;

    put(f, ITOP, 2);
    assert_int_equal(zif_bench_level(f->dev, "irq", 0), 0);
    put(f, ITCR, 1);
    assert_int_equal(zif_bench_level(f->dev, "irq2", 0), 1);
    put(f, ITCR, 0);
    assert_int_equal(zif_bench_level(f->dev, "irq", 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_free_running_timer_wraps_to_all_ones),
        TEST(sixteen_bits_wrap_at_sixteen_bits),
        TEST(a_periodic_timer_reloads),
        TEST(a_one_shot_timer_waits_for_a_new_load),
        TEST(the_prescaler_divides_by_16_and_256),
        TEST(the_first_prescaled_step_is_a_whole_one),
        TEST(the_prescaler_stands_still_with_the_timer),
        TEST(the_background_load_waits_for_zero),
        TEST(the_raw_flag_is_set_without_the_interrupt),
        TEST(both_timers_share_the_combined_interrupt),
        TEST(integration_test_drives_the_lines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
