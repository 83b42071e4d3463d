/* Tests of the SSD1306. SPDX-License-Identifier: GPL-2.0-or-later */
#include "../generic/part_test.h"
#include "ssd1306.h"

static ZifDevice *add(void **state)
{
    ZifDevice *s = zif_bench_add(*state, "ssd1306", NULL);
    for (unsigned page = 0; page < 8; page++) {
        i2c_put(s, BYTES(0x00, 0xB0 | page, 0x00, 0x10));
        uint8_t zeros[129] = { 0x40 };
        i2c_put(s, zeros, sizeof zeros);
    }
    i2c_put(s, BYTES(0x00, 0xB0, 0x00, 0x10, 0xAF));
    return s;
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_bit_is_a_pixel_the_lowest_on_top),        TEST(page_mode_wraps_in_its_page),
        TEST(horizontal_mode_fills_a_window_row_by_row), TEST(vertical_mode_goes_down_first),
        TEST(nothing_shines_while_the_display_is_off),   TEST(inversion_remap_and_start_line_change_what_is_seen),
        TEST(a_control_byte_with_co_is_for_one_byte),    TEST(on_spi_the_data_pin_tells_commands_from_data),
        TEST(the_reset_pin_switches_the_display_off),    TEST(an_unknown_command_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
