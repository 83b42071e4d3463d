/* Tests of the LED matrix. SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <zif/display.h>
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

/* Frames of two rows, 9 ms each, in which the one LED of each is lit for so long. */
static void scan(unsigned frames, unsigned ms)
{
    for (unsigned frame = 0; frame < frames; frame++) {
        for (unsigned row = 0; row < 2; row++) {
            zif_bench_drive(leds, "row", row, 1);
            zif_bench_drive(leds, "col", row, 0);
            zif_bench_run(bench, ms * ZIF_MS);
            zif_bench_drive(leds, "col", row, 1);
            zif_bench_run(bench, (9 - ms) * ZIF_MS);
            zif_bench_drive(leds, "row", row, 0);
        }
    }
}

enum { WIDTH = 3 * 16, HEIGHT = 5 * 16 };
static uint32_t pixels[WIDTH * HEIGHT];
static ZifPicture picture = { .width = WIDTH, .height = HEIGHT, .pixels = pixels };

/* The red of the middle of an LED. */
static unsigned red(unsigned x, unsigned y)
{
    leds->cls->display->draw(leds, &picture, true);
    return pixels[(y * 16 + 8) * WIDTH + x * 16 + 8] >> 16;
}

static void the_picture_has_a_lamp_for_each_led(void **state)
{
    unsigned width, height;
    leds->cls->display->size(leds, &width, &height);
    assert_int_equal(width, WIDTH);
    assert_int_equal(height, HEIGHT);
    assert_int_equal(red(0, 0), 0x38);
    assert_int_equal(pixels[0], 0x101010);
}

static void brightness_is_the_share_of_time_an_led_is_lit(void **state)
{
    for (unsigned ms = 9; ms >= 3; ms -= 2) {
        static const uint8_t levels[] = { [3] = 104, [5] = 134, [7] = 159, [9] = 180 }; /* 255 * sqrt(ms / 18) */
        scan(10, ms);
        assert_int_equal(red(0, 0), levels[ms]);
        assert_int_equal(red(1, 1), levels[ms]);
        assert_int_equal(red(2, 0), 0x38);
    }
}

static void a_scanned_picture_stands_still_at_every_moment_of_the_scan(void **state)
{
    scan(10, 4);
    unsigned level = red(0, 0);
    for (unsigned ms = 0; ms < 90; ms++) {
        zif_bench_drive(leds, "row", 0, ms % 18 < 9);
        zif_bench_drive(leds, "col", 0, ms % 18 >= 4);
        zif_bench_run(bench, ZIF_MS);
        assert_int_equal(red(0, 0), level);
    }
}

static void an_led_that_is_never_switched_off_shines_with_full_light(void **state)
{
    zif_bench_drive(leds, "col", 1, 0);
    zif_bench_drive(leds, "row", 0, 1);
    zif_bench_run(bench, 1000 * ZIF_MS);
    assert_int_equal(red(1, 0), 255);
    zif_bench_drive(leds, "row", 0, 0);
    zif_bench_run(bench, 25 * ZIF_MS);
    assert_int_equal(red(1, 0), 0x38);
}

static void only_lines_of_lamps_that_changed_are_drawn(void **state)
{
    scan(10, 4);
    red(0, 0);
    leds->cls->display->draw(leds, &picture, false);
    assert_true(picture.first > picture.last);
    scan(10, 4);
    zif_bench_drive(leds, "row", 1, 1);
    zif_bench_drive(leds, "col", 1, 0);
    zif_bench_run(bench, 100 * ZIF_MS);
    zif_bench_drive(leds, "col", 0, 0);
    zif_bench_drive(leds, "row", 0, 1);
    red(0, 0);
    zif_bench_run(bench, 100 * ZIF_MS);
    leds->cls->display->draw(leds, &picture, false);
    assert_int_equal(picture.first, 0);
    assert_int_equal(picture.last, 31);
}

static void looking_changes_no_bit_of_the_state(void **state)
{
    size_t size;
    scan(10, 4);
    zif_bench_run(bench, 100 * ZIF_MS);
    void *before = zif_bench_save(leds, &size);
    red(0, 0);
    void *after = zif_bench_save(leds, &size);
    assert_memory_equal(before, after, size);
    free(before);
    free(after);
}

#define WITH(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(an_led_is_lit_while_its_row_is_high_and_its_column_low),
        WITH(an_eye_sees_the_whole_of_a_scanned_picture),
        WITH(an_empty_place_lights_nothing),
        WITH(the_picture_has_a_lamp_for_each_led),
        WITH(brightness_is_the_share_of_time_an_led_is_lit),
        WITH(a_scanned_picture_stands_still_at_every_moment_of_the_scan),
        WITH(an_led_that_is_never_switched_off_shines_with_full_light),
        WITH(only_lines_of_lamps_that_changed_are_drawn),
        WITH(looking_changes_no_bit_of_the_state),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
