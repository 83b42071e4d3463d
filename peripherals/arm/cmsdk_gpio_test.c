/* Tests of the CMSDK GPIO. SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmsdk_test.h"

enum {
    DATA = 0x00,
    DATAOUT = 0x04,
    OUTENSET = 0x10,
    OUTENCLR = 0x14,
    ALTFUNCSET = 0x18,
    INTENSET = 0x20,
    INTENCLR = 0x24
};
enum { INTTYPESET = 0x28, INTPOLSET = 0x30, INTPOLCLR = 0x34, INTSTATUS = 0x38, MASKLOW = 0x400, MASKHIGH = 0x800 };

static int setup(void **state)
{
    return fixture_new(state, "cmsdk-gpio");
}

static void an_output_drives_its_pin(void **state)
{
    Fixture *f = *state;

    put(f, DATA, 0x8001);
    assert_int_equal(zif_bench_level(f->dev, "pin", 0), 0);
    put(f, OUTENSET, 0x0001);
    assert_int_equal(zif_bench_level(f->dev, "pin", 0), 1);
    assert_int_equal(zif_bench_level(f->dev, "pin", 15), 0);
    assert_int_equal(get(f, DATA), 0x0001);
    assert_int_equal(get(f, DATAOUT), 0x8001);
}

static void set_and_clear_registers_share_one_latch(void **state)
{
    Fixture *f = *state;

    put(f, OUTENSET, 0x00FF);
    put(f, OUTENCLR, 0x000F);
    assert_int_equal(get(f, OUTENSET), 0x00F0);
    assert_int_equal(get(f, OUTENCLR), 0x00F0);
    put(f, OUTENSET, 0x0001);
    assert_int_equal(get(f, OUTENCLR), 0x00F1);
}

static void an_input_shows_its_pin(void **state)
{
    Fixture *f = *state;

    zif_bench_drive(f->dev, "pin", 3, 1);
    assert_int_equal(get(f, DATA), 8);
}

static void masked_writes_leave_the_other_pins(void **state)
{
    Fixture *f = *state;

    put(f, OUTENSET, 0xFFFF);
    put(f, DATA, 0x5555);
    put(f, MASKLOW + 4 * 0x0F, 0xFFAA);
    assert_int_equal(get(f, DATAOUT), 0x555A);
    put(f, MASKHIGH + 4 * 0xF0, 0xAAFF);
    assert_int_equal(get(f, DATAOUT), 0xA55A);
}

static void masked_reads_show_only_their_pins(void **state)
{
    Fixture *f = *state;

    put(f, OUTENSET, 0xFFFF);
    put(f, DATA, 0xA5C3);
    assert_int_equal(get(f, MASKLOW + 4 * 0x0F), 0x0003);
    assert_int_equal(get(f, MASKHIGH + 4 * 0xF0), 0xA000);
}

static void a_pin_given_away_is_not_driven(void **state)
{
    Fixture *f = *state;

    put(f, OUTENSET, 1);
    put(f, DATA, 1);
    put(f, ALTFUNCSET, 1);
    assert_int_equal(zif_bench_level(f->dev, "pin", 0), 0);
}

static void a_rising_edge_interrupts_once(void **state)
{
    Fixture *f = *state;

    put(f, INTTYPESET, 2);
    put(f, INTPOLSET, 2);
    put(f, INTENSET, 2);
    zif_bench_drive(f->dev, "pin", 1, 1);
    assert_int_equal(get(f, INTSTATUS), 2);
    assert_int_equal(zif_bench_level(f->dev, "irq", 0), 1);
    assert_int_equal(zif_bench_level(f->dev, "irq-pin", 1), 1);
    put(f, INTSTATUS, 2);
    assert_int_equal(zif_bench_level(f->dev, "irq", 0), 0);
    zif_bench_drive(f->dev, "pin", 1, 0);
    assert_int_equal(get(f, INTSTATUS), 0);
}

static void a_falling_edge_is_the_other_polarity(void **state)
{
    Fixture *f = *state;

    put(f, INTTYPESET, 2);
    put(f, INTENSET, 2);
    zif_bench_drive(f->dev, "pin", 1, 1);
    assert_int_equal(get(f, INTSTATUS), 0);
    zif_bench_drive(f->dev, "pin", 1, 0);
    assert_int_equal(get(f, INTSTATUS), 2);
}

static void a_level_that_lasts_sets_its_flag_again(void **state)
{
    Fixture *f = *state;

    put(f, INTPOLSET, 4);
    put(f, INTENSET, 4);
    zif_bench_drive(f->dev, "pin", 2, 1);
    put(f, INTSTATUS, 4);
    assert_int_equal(get(f, INTSTATUS), 4);
    zif_bench_drive(f->dev, "pin", 2, 0);
    assert_int_equal(get(f, INTSTATUS), 4);
    put(f, INTSTATUS, 4);
    assert_int_equal(get(f, INTSTATUS), 0);
}

static void a_disabled_interrupt_notes_nothing(void **state)
{
    Fixture *f = *state;

    put(f, INTTYPESET, 2);
    put(f, INTPOLSET, 2);
    zif_bench_drive(f->dev, "pin", 1, 1);
    put(f, INTENSET, 2);
    assert_int_equal(get(f, INTSTATUS), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_output_drives_its_pin),
        TEST(set_and_clear_registers_share_one_latch),
        TEST(an_input_shows_its_pin),
        TEST(masked_writes_leave_the_other_pins),
        TEST(masked_reads_show_only_their_pins),
        TEST(a_pin_given_away_is_not_driven),
        TEST(a_rising_edge_interrupts_once),
        TEST(a_falling_edge_is_the_other_polarity),
        TEST(a_level_that_lasts_sets_its_flag_again),
        TEST(a_disabled_interrupt_notes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
