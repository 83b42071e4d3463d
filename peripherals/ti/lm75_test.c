/* Tests of the LM75 and TMP105. SPDX-License-Identifier: GPL-2.0-or-later */
#include "../generic/part_test.h"

static ZifDevice *add(void **state, const char *name, int32_t millidegrees)
{
    return zif_bench_add(*state, name, PROPS(PROP("zif,millidegrees", (uint32_t)millidegrees)));
}

static uint16_t get(ZifDevice *t, uint8_t reg)
{
    uint8_t b[2] = { 0 };
    i2c_get(t, &reg, 1, b, 2);
    return (uint16_t)(b[0] << 8 | b[1]);
}

static void an_lm75_gives_half_degrees(void **state)
{
    ZifDevice *t = add(state, "lm75", 25700);
    zif_bench_run(*state, 100 * ZIF_MS);
    assert_int_equal(get(t, 0), 0x1980); /* 25.5 */
}

static void below_zero_is_twos_complement(void **state)
{
    ZifDevice *t = add(state, "lm75", -25000);
    zif_bench_run(*state, 100 * ZIF_MS);
    assert_int_equal(get(t, 0), 0xE700);
}

static void a_tmp105_gives_more_bits_and_takes_longer(void **state)
{
    ZifDevice *t = add(state, "tmp105", 25100);
    i2c_put(t, BYTES(1, 0x60));
    zif_bench_run(*state, 220 * ZIF_MS - 1);
    assert_int_equal(get(t, 0), 0);
    zif_bench_run(*state, 1);
    assert_int_equal(get(t, 0), 0x1910); /* 25.0625 */
}

static void the_limits_are_eighty_and_seventy_five_after_reset(void **state)
{
    ZifDevice *t = add(state, "lm75", 25000);
    assert_int_equal(get(t, 3), 0x5000);
    assert_int_equal(get(t, 2), 0x4B00);
}

static void a_comparator_output_is_low_while_it_is_too_warm(void **state)
{
    ZifDevice *t = add(state, "lm75", 30000);
    assert_int_equal(zif_bench_level(t, "alert", 0), 1);
    i2c_put(t, BYTES(3, 28, 0));
    i2c_put(t, BYTES(2, 26, 0));
    zif_bench_run(*state, 100 * ZIF_MS);
    assert_int_equal(zif_bench_level(t, "alert", 0), 0);
    i2c_put(t, BYTES(3, 40, 0));
    zif_bench_run(*state, 100 * ZIF_MS);
    assert_int_equal(zif_bench_level(t, "alert", 0), 0); /* not yet below THYST */
    i2c_put(t, BYTES(2, 35, 0));
    zif_bench_run(*state, 100 * ZIF_MS);
    assert_int_equal(zif_bench_level(t, "alert", 0), 1);
}

static void the_fault_queue_wants_several_conversions(void **state)
{
    ZifDevice *t = add(state, "lm75", 30000);
    i2c_put(t, BYTES(1, 0x18)); /* six */
    i2c_put(t, BYTES(3, 28, 0));
    zif_bench_run(*state, 600 * ZIF_MS - 1);
    assert_int_equal(zif_bench_level(t, "alert", 0), 1);
    zif_bench_run(*state, 1);
    assert_int_equal(zif_bench_level(t, "alert", 0), 0);
}

static void an_interrupt_ends_when_something_is_read(void **state)
{
    ZifDevice *t = add(state, "lm75", 30000);
    i2c_put(t, BYTES(1, 2));
    i2c_put(t, BYTES(2, 26, 0));
    i2c_put(t, BYTES(3, 28, 0));
    zif_bench_run(*state, 100 * ZIF_MS);
    assert_int_equal(zif_bench_level(t, "alert", 0), 0);
    get(t, 0);
    assert_int_equal(zif_bench_level(t, "alert", 0), 1);
    zif_bench_run(*state, ZIF_SEC);
    assert_int_equal(zif_bench_level(t, "alert", 0), 1); /* until it falls below THYST */
}

static void polarity_turns_the_output_round(void **state)
{
    ZifDevice *t = add(state, "lm75", 25000);
    i2c_put(t, BYTES(1, 4));
    assert_int_equal(zif_bench_level(t, "alert", 0), 0);
}

static void in_shutdown_only_a_one_shot_converts(void **state)
{
    ZifDevice *t = add(state, "tmp105", 25000);
    i2c_put(t, BYTES(1, 0x01));
    zif_bench_run(*state, ZIF_SEC);
    assert_int_equal(get(t, 0), 0);
    i2c_put(t, BYTES(1, 0x81));
    zif_bench_run(*state, 28 * ZIF_MS);
    assert_int_equal(get(t, 0), 0x1900);
}

static void the_temperature_cannot_be_written(void **state)
{
    ZifDevice *t = add(state, "lm75", 25000);
    i2c_put(t, BYTES(0, 1));
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_READ_ONLY, "TEMP"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_lm75_gives_half_degrees),
        TEST(below_zero_is_twos_complement),
        TEST(a_tmp105_gives_more_bits_and_takes_longer),
        TEST(the_limits_are_eighty_and_seventy_five_after_reset),
        TEST(a_comparator_output_is_low_while_it_is_too_warm),
        TEST(the_fault_queue_wants_several_conversions),
        TEST(an_interrupt_ends_when_something_is_read),
        TEST(polarity_turns_the_output_round),
        TEST(in_shutdown_only_a_one_shot_converts),
        TEST(the_temperature_cannot_be_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
