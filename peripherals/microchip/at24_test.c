/* Tests of the 24xx EEPROM. SPDX-License-Identifier: GPL-2.0-or-later */
#include "../generic/part_test.h"

static ZifDevice *add(void **state)
{
    return zif_bench_add(
        *state, "at24", PROPS(PROP("size", 4096), PROP("pagesize", 32), PROP("address-width", 16), PROP("timeout", 5)));
}

static void a_new_part_is_erased(void **state)
{
    uint8_t b[2] = { 0 };
    assert_true(i2c_get(add(state), BYTES(0, 0), b, 2));
    assert_memory_equal(b, ((uint8_t[]){ 0xFF, 0xFF }), 2);
}

static void what_is_written_is_read_after_the_write_cycle(void **state)
{
    ZifDevice *e = add(state);
    uint8_t b[3];
    assert_int_equal(i2c_put(e, BYTES(0x01, 0x02, 'a', 'b', 'c')), 6);
    zif_bench_run(*state, 5 * ZIF_MS);
    assert_true(i2c_get(e, BYTES(0x01, 0x02), b, 3));
    assert_memory_equal(b, "abc", 3);
}

static void nothing_is_acknowledged_during_the_write_cycle(void **state)
{
    ZifDevice *e = add(state);
    uint8_t b = 0;
    i2c_put(e, BYTES(0, 0, 1));
    zif_bench_run(*state, 5 * ZIF_MS - 1);
    assert_int_equal(i2c_put(e, BYTES(0, 0)), 0);
    assert_false(i2c_get(e, BYTES(0, 0), &b, 1));
    zif_bench_run(*state, 1);
    assert_int_equal(i2c_put(e, BYTES(0, 0)), 3);
}

static void a_write_past_the_page_wraps_to_its_beginning(void **state)
{
    ZifDevice *e = add(state);
    uint8_t b[32];
    i2c_put(e, BYTES(0, 62, 1, 2, 3));
    zif_bench_run(*state, 5 * ZIF_MS);
    i2c_get(e, BYTES(0, 32), b, 32);
    assert_int_equal(b[30], 1);
    assert_int_equal(b[31], 2);
    assert_int_equal(b[0], 3);
    assert_int_equal(b[1], 0xFF);
}

static void reading_goes_on_at_the_current_address_and_wraps_at_the_end(void **state)
{
    ZifDevice *e = add(state);
    uint8_t b[2] = { 0 };
    i2c_put(e, BYTES(0x0F, 0xFF, 7));
    zif_bench_run(*state, 5 * ZIF_MS);
    i2c_put(e, BYTES(0, 0, 9));
    zif_bench_run(*state, 5 * ZIF_MS);
    i2c_get(e, BYTES(0x0F, 0xFF), b, 1);
    assert_int_equal(b[0], 7);
    i2c_get(e, NULL, 0, b, 1);
    assert_int_equal(b[0], 9);
}

static void an_address_alone_writes_nothing(void **state)
{
    ZifDevice *e = add(state);
    i2c_put(e, BYTES(0, 0));
    assert_int_equal(i2c_put(e, BYTES(0, 0)), 3);
}

static void a_write_protected_part_keeps_its_contents(void **state)
{
    ZifDevice *e = add(state);
    uint8_t b = 0;
    zif_bench_drive(e, "wp", 0, 1);
    i2c_put(e, BYTES(0, 0, 1));
    assert_true(i2c_get(e, BYTES(0, 0), &b, 1));
    assert_int_equal(b, 0xFF);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_LOCKED, ""), 1);
}

static void small_parts_have_one_address_byte(void **state)
{
    ZifDevice *e =
        zif_bench_add(*state, "at24", PROPS(PROP("size", 256), PROP("pagesize", 8), PROP("address-width", 8)));
    uint8_t b = 0;
    i2c_put(e, BYTES(0x42, 5));
    zif_bench_run(*state, 5 * ZIF_MS);
    i2c_get(e, BYTES(0x42), &b, 1);
    assert_int_equal(b, 5);
}

static void a_reset_of_the_board_keeps_the_contents(void **state)
{
    ZifDevice *e = add(state);
    uint8_t b = 0;
    i2c_put(e, BYTES(0, 3, 0x33));
    zif_bench_run(*state, 5 * ZIF_MS);
    zif_bench_reset(*state, ZIF_RESET_POWER_ON);
    i2c_get(e, BYTES(0, 3), &b, 1);
    assert_int_equal(b, 0x33);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_new_part_is_erased),
        TEST(what_is_written_is_read_after_the_write_cycle),
        TEST(nothing_is_acknowledged_during_the_write_cycle),
        TEST(a_write_past_the_page_wraps_to_its_beginning),
        TEST(reading_goes_on_at_the_current_address_and_wraps_at_the_end),
        TEST(an_address_alone_writes_nothing),
        TEST(a_write_protected_part_keeps_its_contents),
        TEST(small_parts_have_one_address_byte),
        TEST(a_reset_of_the_board_keeps_the_contents),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
