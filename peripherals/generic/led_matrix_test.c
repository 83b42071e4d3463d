/* Tests of the LED matrix. SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <zif/testbench.h>

static ZifBench *bench;
static ZifDevice *leds;

/* Two rows of three columns, showing two lines of three LEDs; the last place is empty. */
static int setup(void **state)
{
    bench = zif_bench_new();
    leds = zif_bench_add(bench, "led-matrix",
                         (ZifBenchProp[]){ { .name = "row-gpios", .ncells = 6 },
                                           { .name = "col-gpios", .ncells = 9 },
                                           { .name = "zif,width", .ncells = 1, .cells = { 3 } },
                                           { .name = "zif,map", .ncells = 6, .cells = { 0, 1, 2, 3, 4, 0xff } },
                                           { .name = NULL } });
    for (unsigned i = 0; i < 3; i++) {
        zif_bench_drive(leds, "col", i, 1);
    }
    return 0;
}

static int teardown(void **state)
{
    zif_bench_free(bench);
    return 0;
}

static void an_led_is_lit_while_its_row_is_high_and_its_column_low(void **state)
{
    zif_bench_drive(leds, "row", 0, 1);
    assert_int_equal(zif_bench_level(leds, "lit", 1), 0);
    zif_bench_drive(leds, "col", 1, 0);
    assert_int_equal(zif_bench_level(leds, "lit", 1), 1);
    assert_int_equal(zif_bench_level(leds, "lit", 4), 0);
    zif_bench_drive(leds, "row", 0, 0);
    assert_int_equal(zif_bench_level(leds, "lit", 1), 0);
}

static void an_eye_sees_the_whole_of_a_scanned_picture(void **state)
{
    for (unsigned frame = 0; frame < 10; frame++) {
        for (unsigned row = 0; row < 2; row++) {
            zif_bench_drive(leds, "col", row, 0);
            zif_bench_drive(leds, "row", row, 1);
            zif_bench_run(bench, 6 * ZIF_MS);
            zif_bench_drive(leds, "row", row, 0);
            zif_bench_drive(leds, "col", row, 1);
        }
    }
    assert_int_equal(zif_bench_peek(leds, 0), 1);
    assert_int_equal(zif_bench_peek(leds, 4), 2);
    zif_bench_run(bench, 25 * ZIF_MS);
    assert_int_equal(zif_bench_peek(leds, 0), 0);
    assert_int_equal(zif_bench_peek(leds, 4), 0);
}

static void an_empty_place_lights_nothing(void **state)
{
    zif_bench_drive(leds, "col", 2, 0);
    zif_bench_drive(leds, "row", 1, 1);
    assert_int_equal(zif_bench_peek(leds, 0), 0);
    assert_int_equal(zif_bench_peek(leds, 4), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_led_is_lit_while_its_row_is_high_and_its_column_low, setup, teardown),
        cmocka_unit_test_setup_teardown(an_eye_sees_the_whole_of_a_scanned_picture, setup, teardown),
        cmocka_unit_test_setup_teardown(an_empty_place_lights_nothing, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
