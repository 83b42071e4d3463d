/* Tests of the DS1338. SPDX-License-Identifier: GPL-2.0-or-later */
#include "../generic/part_test.h"

static ZifDevice *add(void **state)
{
    return zif_bench_add(*state, "ds1338", PROPS(PROP("zif,start-date", 2024, 2, 28, 23, 59, 58)));
}

static void expect(ZifDevice *d, const uint8_t *want)
{
    uint8_t b[7];
    i2c_get(d, BYTES(0), b, 7);
    assert_memory_equal(b, want, 7);
}

static void time_is_the_nodes_date_in_bcd(void **state)
{
    expect(add(state), (uint8_t[]){ 0x58, 0x59, 0x23, 3, 0x28, 0x02, 0x24 }); /* a Wednesday */
}

static void a_leap_year_has_a_29th_of_february(void **state)
{
    ZifDevice *d = add(state);
    zif_bench_run(*state, 2 * ZIF_SEC);
    expect(d, (uint8_t[]){ 0, 0, 0, 4, 0x29, 0x02, 0x24 });
    zif_bench_run(*state, 86400 * ZIF_SEC);
    expect(d, (uint8_t[]){ 0, 0, 0, 5, 0x01, 0x03, 0x24 });
}

static void time_goes_on_from_what_is_written(void **state)
{
    ZifDevice *d = add(state);
    i2c_put(d, BYTES(0, 0x59, 0x59, 0x23, 7, 0x31, 0x12, 0x25));
    zif_bench_run(*state, ZIF_SEC - 1);
    expect(d, (uint8_t[]){ 0x59, 0x59, 0x23, 7, 0x31, 0x12, 0x25 });
    zif_bench_run(*state, 1);
    expect(d, (uint8_t[]){ 0, 0, 0, 1, 0x01, 0x01, 0x26 });
}

static void twelve_hours_have_am_and_pm(void **state)
{
    ZifDevice *d = add(state);
    uint8_t b[3];
    i2c_put(d, BYTES(0, 0x59, 0x59, 0x51)); /* 11:59:59 am */
    zif_bench_run(*state, ZIF_SEC);
    i2c_get(d, BYTES(0), b, 3);
    assert_int_equal(b[2], 0x72); /* 12 pm */
}

static void a_read_shows_one_moment(void **state)
{
    ZifDevice *d = add(state);
    d->cls->i2c->start(d, false);
    d->cls->i2c->write(d, 1);
    d->cls->i2c->start(d, true);
    zif_bench_run(*state, 5 * ZIF_SEC); /* a very slow reader */
    assert_int_equal(d->cls->i2c->read(d), 0x59);
    assert_int_equal(d->cls->i2c->read(d), 0x23);
}

static void ch_halts_the_oscillator(void **state)
{
    ZifDevice *d = add(state);
    uint8_t b = 0;
    i2c_put(d, BYTES(0, 0x80 | 0x12));
    zif_bench_run(*state, 60 * ZIF_SEC);
    i2c_get(d, BYTES(0), &b, 1);
    assert_int_equal(b, 0x92);
    i2c_put(d, BYTES(0, 0x12));
    zif_bench_run(*state, ZIF_SEC);
    i2c_get(d, BYTES(0), &b, 1);
    assert_int_equal(b, 0x13);
}

static void osf_can_only_be_cleared(void **state)
{
    ZifDevice *d = zif_bench_add(*state, "ds1338", PROPS({ .name = "zif,stopped" }));
    uint8_t b = 0;
    i2c_get(d, BYTES(7), &b, 1);
    assert_int_equal(b & 0x20, 0x20);
    i2c_put(d, BYTES(7, 0x00));
    i2c_put(d, BYTES(7, 0x20));
    i2c_get(d, BYTES(7), &b, 1);
    assert_int_equal(b & 0x20, 0);
}

static void the_ram_keeps_bytes_and_its_address_wraps_to_the_clock(void **state)
{
    ZifDevice *d = add(state);
    uint8_t b[2] = { 0 };
    i2c_put(d, BYTES(63, 0xAB));
    i2c_get(d, BYTES(63), b, 2);
    assert_int_equal(b[0], 0xAB);
    assert_int_equal(b[1], 0x58);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(time_is_the_nodes_date_in_bcd),     TEST(a_leap_year_has_a_29th_of_february),
        TEST(time_goes_on_from_what_is_written), TEST(twelve_hours_have_am_and_pm),
        TEST(a_read_shows_one_moment),           TEST(ch_halts_the_oscillator),
        TEST(osf_can_only_be_cleared),           TEST(the_ram_keeps_bytes_and_its_address_wraps_to_the_clock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
