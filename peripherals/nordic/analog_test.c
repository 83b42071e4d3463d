/* Tests of the nRF51 ADC, RNG, TEMP, ECB and FICR. SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include "test_nordic.h"

enum { START = 0x0, STOP = 0x4, EVENT = 0x100, SHORTS = 0x200, ENABLE = 0x500, CONFIG = 0x504, RESULT = 0x508 };

static uint32_t converted(void **state, ZifDevice *a, uint32_t config)
{
    zif_bench_write(a, CONFIG, config);
    zif_bench_write(a, START, 1);
    zif_bench_run(*state, 68 * ZIF_US);
    return zif_bench_read(a, RESULT);
}

static void a_conversion_scales_input_and_reference(void **state)
{
    ZifDevice *a = zif_bench_add(
        *state, "nrf51-adc", PROPS(PROP("zif,microvolts", 600000, 0, 1500000), PROP("zif,vdd-microvolts", 3000000)));
    zif_bench_write(a, ENABLE, 1);
    assert_int_equal(converted(state, a, 2 | 0 << 2 | 1 << 8), 512);          /* AIN0, whole, 1.2 V */
    assert_int_equal(converted(state, a, 2 | 2 << 2 | 4 << 8), 426);          /* AIN2 / 3, 1.2 V */
    assert_int_equal(converted(state, a, 2 | 2 << 2 | 3 << 5 | 4 << 8), 512); /* AIN2 / 3, VDD / 3 */
    assert_int_equal(converted(state, a, 2 | 6 << 2), 853);                   /* VDD / 3, 1.2 V */
    assert_int_equal(converted(state, a, 0 | 5 << 2), 255);                   /* saturates */
}

static void more_bits_take_more_time(void **state)
{
    static const struct {
        uint32_t res, us;
    } modes[] = { { 0, 20 }, { 1, 36 }, { 2, 68 } };
    ZifDevice *a = zif_bench_add(*state, "nrf51-adc", NULL);
    zif_bench_write(a, ENABLE, 1);
    for (unsigned i = 0; i < 3; i++) {
        zif_bench_write(a, CONFIG, modes[i].res);
        zif_bench_write(a, EVENT, 0);
        zif_bench_write(a, START, 1);
        zif_bench_run(*state, modes[i].us * ZIF_US - 1);
        assert_int_equal(zif_bench_read(a, 0x400), 1);
        assert_int_equal(zif_bench_read(a, EVENT), 0);
        zif_bench_run(*state, 1);
        assert_int_equal(zif_bench_read(a, EVENT), 1);
    }
}

static void an_adc_that_is_not_enabled_converts_nothing(void **state)
{
    ZifDevice *a = zif_bench_add(*state, "nrf51-adc", NULL);
    zif_bench_write(a, START, 1);
    zif_bench_run(*state, ZIF_MS);
    assert_int_equal(zif_bench_read(a, EVENT), 0);
}

static void random_bytes_come_at_the_rate_of_their_mode(void **state)
{
    ZifDevice *r = zif_bench_add(*state, "nrf51-rng", NULL);
    zif_bench_write(r, CONFIG, 1);
    zif_bench_write(r, START, 1);
    zif_bench_run(*state, 676 * ZIF_US);
    assert_int_equal(zif_bench_read(r, EVENT), 0);
    zif_bench_run(*state, 1 * ZIF_US);
    assert_int_equal(zif_bench_read(r, EVENT), 1);
    zif_bench_write(r, STOP, 1);
    zif_bench_write(r, EVENT, 0);
    zif_bench_write(r, CONFIG, 0);
    zif_bench_write(r, START, 1);
    zif_bench_run(*state, 167 * ZIF_US);
    assert_int_equal(zif_bench_read(r, EVENT), 1);
}

static void random_values_use_all_eight_bits(void **state)
{
    ZifDevice *r = zif_bench_add(*state, "nrf51-rng", NULL);
    uint32_t ones = 0, zeros = 0;
    zif_bench_write(r, START, 1);
    for (unsigned i = 0; i < 64; i++) {
        zif_bench_run(*state, 167 * ZIF_US);
        ones |= zif_bench_read(r, RESULT);
        zeros |= ~zif_bench_read(r, RESULT);
    }
    assert_int_equal(ones, 0xFF);
    assert_int_equal(zeros & 0xFF, 0xFF);
}

static void the_shortcut_stops_after_one_byte(void **state)
{
    ZifDevice *r = zif_bench_add(*state, "nrf51-rng", NULL);
    zif_bench_write(r, SHORTS, 1);
    zif_bench_write(r, START, 1);
    zif_bench_run(*state, ZIF_MS);
    zif_bench_write(r, EVENT, 0);
    zif_bench_run(*state, ZIF_MS);
    assert_int_equal(zif_bench_read(r, EVENT), 0);
}

static void the_temperature_is_in_quarter_degrees(void **state)
{
    ZifDevice *t = zif_bench_add(*state, "nrf51-temp", PROPS(PROP("zif,millidegrees", 21750)));
    zif_bench_write(t, START, 1);
    zif_bench_run(*state, 35 * ZIF_US);
    assert_int_equal(zif_bench_read(t, EVENT), 1);
    assert_int_equal(zif_bench_read(t, RESULT), 87);
}

static void frost_comes_in_ten_bits(void **state)
{
    ZifDevice *t = zif_bench_add(*state, "nrf51-temp", PROPS(PROP("zif,millidegrees", (uint32_t)-10000)));
    zif_bench_write(t, START, 1);
    zif_bench_run(*state, 35 * ZIF_US);
    assert_int_equal(zif_bench_read(t, RESULT), 0x3D8);
}

/* FIPS 197, appendix B. */
static void ecb_gives_the_standards_example(void **state)
{
    static const uint8_t key[] = { 0x2b, 0x7e, 0x15, 0x16, 0x28, 0xae, 0xd2, 0xa6,
                                   0xab, 0xf7, 0x15, 0x88, 0x09, 0xcf, 0x4f, 0x3c };
    static const uint8_t text[] = { 0x32, 0x43, 0xf6, 0xa8, 0x88, 0x5a, 0x30, 0x8d,
                                    0x31, 0x31, 0x98, 0xa2, 0xe0, 0x37, 0x07, 0x34 };
    static const uint8_t cipher[] = { 0x39, 0x25, 0x84, 0x1d, 0x02, 0xdc, 0x09, 0xfb,
                                      0xdc, 0x11, 0x85, 0x97, 0x19, 0x6a, 0x0b, 0x32 };
    ZifDevice *e = zif_bench_add(*state, "nrf51-ecb", NULL);
    uint8_t *ram = zif_bench_ram(*state);
    memcpy(ram + 0x100, key, 16);
    memcpy(ram + 0x110, text, 16);
    zif_bench_write(e, 0x504, ZIF_BENCH_RAM + 0x100);
    zif_bench_write(e, START, 1);
    zif_bench_run(*state, 9 * ZIF_US);
    assert_int_equal(zif_bench_read(e, EVENT), 1);
    assert_memory_equal(ram + 0x120, cipher, 16);
}

static void ecb_outside_ram_is_an_error_event(void **state)
{
    ZifDevice *e = zif_bench_add(*state, "nrf51-ecb", NULL);
    zif_bench_write(e, 0x504, 0x70000000);
    zif_bench_write(e, START, 1);
    zif_bench_run(*state, 9 * ZIF_US);
    assert_int_equal(zif_bench_read(e, EVENT), 0);
    assert_int_equal(zif_bench_read(e, EVENT + 4), 1);
}

static void factory_words_survive_resets_and_say_the_sizes(void **state)
{
    ZifDevice *f = zif_bench_add(*state, "nrf51-ficr", NULL);
    uint32_t id = zif_bench_read(f, 0x60);
    assert_int_not_equal(id, 0xFFFFFFFF);
    zif_bench_reset(*state, ZIF_RESET_SYSTEM);
    assert_int_equal(zif_bench_read(f, 0x60), id);
    assert_int_equal(zif_bench_read(f, 0x10), 1024);
    assert_int_equal(zif_bench_read(f, 0x14), 256);
    assert_int_equal(zif_bench_read(f, 0x34), 2);
    assert_int_equal(zif_bench_read(f, 0x38), 8192);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_conversion_scales_input_and_reference),
        TEST(more_bits_take_more_time),
        TEST(an_adc_that_is_not_enabled_converts_nothing),
        TEST(random_bytes_come_at_the_rate_of_their_mode),
        TEST(random_values_use_all_eight_bits),
        TEST(the_shortcut_stops_after_one_byte),
        TEST(the_temperature_is_in_quarter_degrees),
        TEST(frost_comes_in_ten_bits),
        TEST(ecb_gives_the_standards_example),
        TEST(ecb_outside_ram_is_an_error_event),
        TEST(factory_words_survive_resets_and_say_the_sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
