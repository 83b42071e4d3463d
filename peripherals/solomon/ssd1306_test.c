/* Tests of the SSD1306. SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include "../generic/part_test.h"
#include "ssd1306.h"

static ZifDevice *add_with(void **state, const ZifBenchProp *props)
{
    ZifDevice *s = zif_bench_add(*state, "ssd1306", props);
    for (unsigned page = 0; page < 8; page++) {
        i2c_put(s, BYTES(0x00, 0xB0 | page, 0x00, 0x10));
        uint8_t zeros[129] = { 0x40 };
        i2c_put(s, zeros, sizeof zeros);
    }
    i2c_put(s, BYTES(0x00, 0xB0, 0x00, 0x10, 0x8D, 0x14, 0xAF));
    return s;
}

static ZifDevice *add(void **state)
{
    return add_with(state, NULL);
}

/* Of each row of the glass, is its left pixel lit? */
static uint64_t left_pixels(ZifDevice *s)
{
    uint64_t rows = 0;
    for (unsigned y = 0; y < 64; y++) {
        rows |= (uint64_t)zif__ssd1306_lit(s, 0, y) << y;
    }
    return rows;
}

static unsigned lit(ZifDevice *s)
{
    unsigned n = 0;
    for (unsigned y = 0; y < 64; y++) {
        for (unsigned x = 0; x < 128; x++) {
            n += zif__ssd1306_lit(s, x, y);
        }
    }
    return n;
}

static void a_bit_is_a_pixel_the_lowest_on_top(void **state)
{
    ZifDevice *s = add(state);
    i2c_put(s, BYTES(0x40, 0x81));
    assert_true(zif__ssd1306_lit(s, 0, 0));
    assert_true(zif__ssd1306_lit(s, 0, 7));
    assert_int_equal(lit(s), 2);
}

static void page_mode_wraps_in_its_page(void **state)
{
    ZifDevice *s = add(state);
    i2c_put(s, BYTES(0x00, 0xB3, 0x0F, 0x17));
    i2c_put(s, BYTES(0x40, 1, 1));
    assert_true(zif__ssd1306_lit(s, 127, 24));
    assert_true(zif__ssd1306_lit(s, 0, 24));
}

static void horizontal_mode_fills_a_window_row_by_row(void **state)
{
    ZifDevice *s = add(state);
    i2c_put(s, BYTES(0x00, 0x20, 0x00, 0x21, 10, 11, 0x22, 2, 3));
    i2c_put(s, BYTES(0x40, 1, 2, 4, 8, 0x10));
    assert_true(zif__ssd1306_lit(s, 11, 17));
    assert_true(zif__ssd1306_lit(s, 10, 26));
    assert_true(zif__ssd1306_lit(s, 11, 27));
    assert_true(zif__ssd1306_lit(s, 10, 20)); /* begins again */
}

static void vertical_mode_goes_down_first(void **state)
{
    ZifDevice *s = add(state);
    i2c_put(s, BYTES(0x00, 0x20, 0x01, 0x21, 10, 11, 0x22, 2, 3));
    i2c_put(s, BYTES(0x40, 1, 2, 4));
    assert_true(zif__ssd1306_lit(s, 10, 16));
    assert_true(zif__ssd1306_lit(s, 10, 25));
    assert_true(zif__ssd1306_lit(s, 11, 18));
}

static void nothing_shines_while_the_display_is_off(void **state)
{
    ZifDevice *s = add(state);
    i2c_put(s, BYTES(0x00, 0xA5, 0xAE));
    assert_int_equal(lit(s), 0);
    i2c_put(s, BYTES(0x00, 0xAF));
    assert_int_equal(lit(s), 128 * 64);
}

static void inversion_remap_and_start_line_change_what_is_seen(void **state)
{
    ZifDevice *s = add(state);
    i2c_put(s, BYTES(0x40, 0x01));
    i2c_put(s, BYTES(0x00, 0xA1));
    assert_true(zif__ssd1306_lit(s, 127, 0));
    i2c_put(s, BYTES(0x00, 0xC8));
    assert_true(zif__ssd1306_lit(s, 127, 63));
    i2c_put(s, BYTES(0x00, 0x41));
    assert_true(zif__ssd1306_lit(s, 127, 0));
    i2c_put(s, BYTES(0x00, 0xA7));
    assert_int_equal(lit(s), 128 * 64 - 1);
}

static void a_control_byte_with_co_is_for_one_byte(void **state)
{
    ZifDevice *s = add(state);
    i2c_put(s, BYTES(0x80, 0xB1, 0xC0, 0xFF, 0x80, 0xB2, 0x40, 0x01));
    assert_true(zif__ssd1306_lit(s, 0, 8));
    assert_true(zif__ssd1306_lit(s, 1, 16));
}

static void on_spi_the_data_pin_tells_commands_from_data(void **state)
{
    ZifDevice *s = add(state);
    s->cls->spi->transfer(s, 0xB1);
    zif_bench_drive(s, "data_cmd", 0, 1);
    s->cls->spi->transfer(s, 0x01);
    assert_true(zif__ssd1306_lit(s, 0, 8));
}

static void the_reset_pin_switches_the_display_off(void **state)
{
    ZifDevice *s = add(state);
    i2c_put(s, BYTES(0x00, 0xA5));
    zif_bench_drive(s, "reset", 0, 1);
    zif_bench_drive(s, "reset", 0, 0);
    assert_int_equal(lit(s), 0);
}

static void an_unknown_command_is_reported(void **state)
{
    i2c_put(add(state), BYTES(0x00, 0xFF));
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_RESERVED, ""), 1);
}

static void an_offset_moves_rows_to_other_lines(void **state)
{
    ZifDevice *s = add(state);
    i2c_put(s, BYTES(0x40, 0x03)); /* rows 0 and 1 */
    i2c_put(s, BYTES(0x00, 0xD3, 8));
    assert_true(left_pixels(s) == 3ull << 56);
    i2c_put(s, BYTES(0x00, 0xC8)); /* row 0 leaves at line 63 + 8 */
    assert_true(left_pixels(s) == 3ull << 6);
    i2c_put(s, BYTES(0x00, 0xA8, 47));
    assert_true(left_pixels(s) == 3ull << 54);
    i2c_put(s, BYTES(0x00, 0xC0, 0xA5)); /* rows 48 to 63 are not driven: lines 40 to 55 */
    assert_true(left_pixels(s) == ~(0xffffull << 40));
}

static void wrong_com_pins_interleave_the_rows(void **state)
{
    ZifDevice *s = add(state);
    i2c_put(s, BYTES(0x40, 0x0F));
    assert_true(left_pixels(s) == 0xf);
    i2c_put(s, BYTES(0x00, 0xDA, 0x02));
    assert_true(left_pixels(s) == 0x55);
    i2c_put(s, BYTES(0x00, 0xDA, 0x22));
    assert_true(left_pixels(s) == 0xaa);
    i2c_put(s, BYTES(0x00, 0xDA, 0x32));
    assert_true(left_pixels(s) == (1u << 1 | 1u << 0 | 1u << 3 | 1u << 2));
}

static void a_glass_with_32_rows_is_wired_in_sequence(void **state)
{
    ZifDevice *s = add_with(state, PROPS(PROP("height", 32), PROP("com-sequential", 1)));
    i2c_put(s, BYTES(0x40, 0x0F));
    i2c_put(s, BYTES(0x00, 0xA8, 31, 0xDA, 0x02));
    assert_true(left_pixels(s) == 0xf);
    i2c_put(s, BYTES(0x00, 0xDA, 0x12)); /* only every second row reaches the glass */
    assert_true(left_pixels(s) == 0x3);
}

static void a_small_glass_begins_at_its_offset(void **state)
{
    unsigned width, height;
    ZifDevice *s = add_with(state, PROPS(PROP("width", 64), PROP("height", 48), PROP("segment-offset", 32),
                                         PROP("segment-remap", 1), PROP("com-invdir", 1)));
    s->cls->display->size(s, &width, &height);
    assert_int_equal(width, 64);
    assert_int_equal(height, 48);
    i2c_put(s, BYTES(0x00, 0xA8, 47, 0xA1, 0xC8, 0xB0, 0x00, 0x12));
    i2c_put(s, BYTES(0x40, 0x01, 0x02));
    assert_true(zif__ssd1306_lit(s, 0, 0));
    assert_true(zif__ssd1306_lit(s, 1, 1));
    assert_int_equal(lit(s), 2);
}

static void without_its_charge_pump_the_glass_is_dark(void **state)
{
    ZifDevice *s = add(state);
    i2c_put(s, BYTES(0x00, 0xA5, 0x8D, 0x10, 0xAE, 0xAF));
    assert_int_equal(lit(s), 0);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_BUS, ""), 1);
    s = add_with(state, PROPS(PROP("zif,external-vcc", 1)));
    i2c_put(s, BYTES(0x00, 0xA5, 0x8D, 0x10));
    assert_int_equal(lit(s), 128 * 64);
}

/* 54 clocks a row, 64 rows, 370 kHz. */
#define FRAME (ZIF_SEC * 54 * 64 / 370000)

static void scrolling_takes_a_column_after_so_many_frames(void **state)
{
    ZifDevice *s = add(state);
    i2c_put(s, BYTES(0x40, 0x01));
    i2c_put(s, BYTES(0x00, 0x26, 0, 0, 0, 1, 0, 0xFF, 0x2F));
    zif_bench_run(*state, 5 * FRAME - 1);
    assert_true(zif__ssd1306_lit(s, 0, 0));
    zif_bench_run(*state, 1);
    assert_true(zif__ssd1306_lit(s, 1, 0));
    zif_bench_run(*state, 129 * 5 * FRAME);
    assert_true(zif__ssd1306_lit(s, 2, 0));
    i2c_put(s, BYTES(0x00, 0x2E)); /* what moved stays moved */
    zif_bench_run(*state, 100 * FRAME);
    assert_true(zif__ssd1306_lit(s, 2, 0));
    i2c_put(s, BYTES(0x00, 0x27, 0, 0, 7, 1, 0, 0xFF, 0x2F));
    zif_bench_run(*state, 2 * FRAME);
    assert_true(zif__ssd1306_lit(s, 1, 0));
    assert_int_equal(lit(s), 1);
}

static void scrolling_moves_only_the_pages_and_rows_it_is_set_up_for(void **state)
{
    ZifDevice *s = add(state);
    i2c_put(s, BYTES(0x40, 0x01));
    i2c_put(s, BYTES(0x00, 0xB2, 0x00, 0x10));
    i2c_put(s, BYTES(0x40, 0x80)); /* row 23 */
    i2c_put(s, BYTES(0x00, 0xA3, 16, 8, 0x29, 0, 1, 7, 3, 3, 0x2F));
    zif_bench_run(*state, 2 * 2 * FRAME);
    assert_true(zif__ssd1306_lit(s, 0, 0));
    assert_true(zif__ssd1306_lit(s, 2, 17)); /* two columns, six rows */
    zif_bench_run(*state, 2 * FRAME);
    assert_true(zif__ssd1306_lit(s, 3, 22)); /* around the area */
    assert_int_equal(lit(s), 2);
}

static void display_ram_is_let_alone_while_it_scrolls(void **state)
{
    ZifDevice *s = add(state);
    i2c_put(s, BYTES(0x00, 0x2F));
    i2c_put(s, BYTES(0x40, 0x01));
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_BUSY, ""), 1);
}

static void what_the_data_sheet_forbids_is_reported(void **state)
{
    static const uint8_t wrong[][3] = { { 0x20, 3 },     { 0x21, 5, 4 }, { 0x22, 5, 4 }, { 0x8D, 4 },   { 0xA8, 14 },
                                        { 0xA3, 1, 64 }, { 0xD9, 0x20 }, { 0xDA, 0 },    { 0xDB, 0x40 } };
    ZifDevice *s = add(state);
    for (unsigned i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        bool two = wrong[i][0] == 0x21 || wrong[i][0] == 0x22 || wrong[i][0] == 0xA3;
        i2c_put(s, (const uint8_t[]){ 0x00, wrong[i][0], wrong[i][1], wrong[i][2] }, two ? 4 : 3);
        assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_RESERVED, ""), i + 1);
    }
}

static uint32_t pixels[128 * 64];
static ZifPicture picture = { .width = 128, .height = 64, .pixels = pixels };

static void contrast_is_brightness(void **state)
{
    ZifDevice *s = add(state);
    i2c_put(s, BYTES(0x00, 0xA5, 0x81, 0xFF));
    s->cls->display->draw(s, &picture, true);
    assert_int_equal(pixels[0], 0xffffff);
    i2c_put(s, BYTES(0x00, 0x81, 0x3F));
    s->cls->display->draw(s, &picture, false);
    assert_int_equal(pixels[0], 0x7f7f7f);
    assert_int_equal(pixels[128 * 64 - 1], 0x7f7f7f);
}

static void only_the_rows_of_written_pages_are_drawn(void **state)
{
    ZifDevice *s = add(state);
    s->cls->display->draw(s, &picture, true);
    s->cls->display->draw(s, &picture, false);
    assert_true(picture.first > picture.last);
    i2c_put(s, BYTES(0x00, 0xB3));
    i2c_put(s, BYTES(0x40, 0xFF));
    s->cls->display->draw(s, &picture, false);
    assert_int_equal(picture.first, 24);
    assert_int_equal(picture.last, 31);
    i2c_put(s, BYTES(0x00, 0x40 | 4));
    s->cls->display->draw(s, &picture, false);
    assert_int_equal(picture.first, 0);
    assert_int_equal(picture.last, 63);
}

static void drawn_step_by_step_it_is_what_is_drawn_at_once(void **state)
{
    static uint32_t whole[128 * 64];
    ZifPicture fresh = { .width = 128, .height = 64, .pixels = whole };
    ZifDevice *s = add(state);
    uint32_t seed = 1;
    s->cls->display->draw(s, &picture, true);
    for (unsigned i = 0; i < 3000; i++) {
        static const uint8_t often[] = { 0xA4, 0xA5, 0xA6, 0xA7, 0xAE, 0xAF, 0x2E, 0x2F, 0xA0, 0xA1, 0xC0, 0xC8 };
        seed = seed * 1664525 + 1013904223;
        uint8_t a = (uint8_t)(seed >> 24), b = (uint8_t)(seed >> 16);
        if (seed & 0x400) {
            i2c_put(s, (const uint8_t[]){ 0x40, a, b }, 3);
        } else {
            i2c_put(s, (const uint8_t[]){ 0x00, seed & 0x800 ? often[a % sizeof often] : a, b }, 3);
        }
        zif_bench_run(*state, (seed >> 12 & 3) * FRAME);
        s->cls->display->draw(s, &picture, false);
        s->cls->display->draw(s, &fresh, true);
        assert_memory_equal(pixels, whole, sizeof pixels);
    }
}

static void looking_changes_no_bit_of_the_state(void **state)
{
    size_t size;
    ZifDevice *s = add(state);
    i2c_put(s, BYTES(0x00, 0x2F));
    zif_bench_run(*state, ZIF_SEC);
    void *before = zif_bench_save(s, &size);
    s->cls->display->draw(s, &picture, true);
    void *after = zif_bench_save(s, &size);
    assert_memory_equal(before, after, size);
    free(before);
    free(after);
}

static void a_reset_of_the_processor_leaves_the_panel_alone(void **state)
{
    ZifDevice *s = add(state);
    i2c_put(s, BYTES(0x00, 0xA5));
    zif_bench_reset(*state, ZIF_RESET_SYSTEM);
    assert_int_equal(lit(s), 128 * 64);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_bit_is_a_pixel_the_lowest_on_top),
        TEST(page_mode_wraps_in_its_page),
        TEST(horizontal_mode_fills_a_window_row_by_row),
        TEST(vertical_mode_goes_down_first),
        TEST(nothing_shines_while_the_display_is_off),
        TEST(inversion_remap_and_start_line_change_what_is_seen),
        TEST(a_control_byte_with_co_is_for_one_byte),
        TEST(on_spi_the_data_pin_tells_commands_from_data),
        TEST(the_reset_pin_switches_the_display_off),
        TEST(an_offset_moves_rows_to_other_lines),
        TEST(wrong_com_pins_interleave_the_rows),
        TEST(a_glass_with_32_rows_is_wired_in_sequence),
        TEST(a_small_glass_begins_at_its_offset),
        TEST(without_its_charge_pump_the_glass_is_dark),
        TEST(scrolling_takes_a_column_after_so_many_frames),
        TEST(scrolling_moves_only_the_pages_and_rows_it_is_set_up_for),
        TEST(display_ram_is_let_alone_while_it_scrolls),
        TEST(what_the_data_sheet_forbids_is_reported),
        TEST(contrast_is_brightness),
        TEST(only_the_rows_of_written_pages_are_drawn),
        TEST(drawn_step_by_step_it_is_what_is_drawn_at_once),
        TEST(looking_changes_no_bit_of_the_state),
        TEST(a_reset_of_the_processor_leaves_the_panel_alone),
        TEST(an_unknown_command_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
