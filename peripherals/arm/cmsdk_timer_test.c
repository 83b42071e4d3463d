/* Tests of the CMSDK timer. SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include "cmsdk_test.h"

enum { CTRL = 0x0, VALUE = 0x4, RELOAD = 0x8, INTSTATUS = 0xC };
enum { EN = 1, EXTEN = 2, EXTCLK = 4, IRQEN = 8 };

static int setup(void **state)
{
    return fixture_new(state, "cmsdk-timer");
}

static void start(Fixture *f, uint32_t reload, uint32_t ctrl)
{
    put(f, RELOAD, reload);
    put(f, CTRL, ctrl);
}

static void it_counts_clocks_down(void **state)
{
    Fixture *f = *state;

    start(f, 100, EN);
    assert_int_equal(get(f, VALUE), 100);
    run(f, 30);
    assert_int_equal(get(f, VALUE), 70);
    run(f, 71);
    assert_int_equal(get(f, VALUE), 100);
}

static void it_interrupts_when_it_reaches_zero(void **state)
{
    Fixture *f = *state;

    start(f, 100, EN | IRQEN);
    run(f, 99);
    assert_int_equal(zif_bench_level(f->dev, "irq", 0), 0);
    run(f, 1);
    assert_int_equal(zif_bench_level(f->dev, "irq", 0), 1);
    assert_int_equal(get(f, INTSTATUS), 1);
}

static void its_period_is_the_reload_value_and_one(void **state)
{
    Fixture *f = *state;

    start(f, 9, EN | IRQEN);
    for (unsigned i = 0; i < 5; i++) {
        run(f, 10);
        assert_int_equal(get(f, INTSTATUS), 1);
        put(f, INTSTATUS, 1);
        assert_int_equal(get(f, INTSTATUS), 0);
    }
    assert_int_equal(zif_bench_rises(f->dev, "irq", 0), 5);
}

static void without_its_enable_the_interrupt_is_not_even_noted(void **state)
{
    Fixture *f = *state;

    start(f, 9, EN);
    run(f, 100);
    assert_int_equal(get(f, INTSTATUS), 0);
    put(f, CTRL, EN | IRQEN);
    run(f, 10);
    assert_int_equal(get(f, INTSTATUS), 1);
}

static void a_reload_of_zero_never_interrupts_again(void **state)
{
    Fixture *f = *state;

    start(f, 0, EN | IRQEN);
    run(f, 1000);
    assert_int_equal(get(f, INTSTATUS), 0);
    put(f, VALUE, 5);
    run(f, 5);
    assert_int_equal(get(f, INTSTATUS), 1);
    put(f, INTSTATUS, 1);
    run(f, 1000);
    assert_int_equal(get(f, INTSTATUS), 0);
    assert_int_equal(get(f, VALUE), 0);
}

static void disabling_keeps_the_value(void **state)
{
    Fixture *f = *state;

    start(f, 100, EN);
    run(f, 30);
    put(f, CTRL, 0);
    run(f, 1000);
    assert_int_equal(get(f, VALUE), 70);
}

static void the_external_input_gates(void **state)
{
    Fixture *f = *state;

    start(f, 100, EN | EXTEN);
    run(f, 10);
    assert_int_equal(get(f, VALUE), 100);
    zif_bench_drive(f->dev, "extin", 0, 1);
    run(f, 10);
    zif_bench_drive(f->dev, "extin", 0, 0);
    run(f, 10);
    assert_int_equal(get(f, VALUE), 90);
}

static void the_external_input_clocks(void **state)
{
    Fixture *f = *state;

    start(f, 2, EN | EXTCLK | IRQEN);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(get(f, VALUE), 2 - i);
        assert_int_equal(get(f, INTSTATUS), i == 2);
        run(f, 100);
        zif_bench_drive(f->dev, "extin", 0, 1);
        zif_bench_drive(f->dev, "extin", 0, 0);
    }
    assert_int_equal(get(f, VALUE), 2);
}

static void a_snapshot_goes_on_as_the_original_did(void **state)
{
    Fixture *f = *state;
    size_t size;
    void *saved;

    start(f, 100, EN | IRQEN);
    run(f, 30);
    saved = zif_bench_save(f->dev, &size);
    put(f, CTRL, 0);
    put(f, VALUE, 7);
    zif_bench_restore(f->dev, saved);
    free(saved);
    assert_int_equal(get(f, VALUE), 70);
    run(f, 70);
    assert_int_equal(get(f, INTSTATUS), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_counts_clocks_down),
        TEST(it_interrupts_when_it_reaches_zero),
        TEST(its_period_is_the_reload_value_and_one),
        TEST(without_its_enable_the_interrupt_is_not_even_noted),
        TEST(a_reload_of_zero_never_interrupts_again),
        TEST(disabling_keeps_the_value),
        TEST(the_external_input_gates),
        TEST(the_external_input_clocks),
        TEST(a_snapshot_goes_on_as_the_original_did),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
