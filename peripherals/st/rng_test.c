/* STM32F4 RNG. SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <zif/testbench.h>

enum { CR = 0x0, SR = 0x4, DR = 0x8, RNGEN = 4, IE = 8, DRDY = 1, CECS = 2, SECS = 4, CEIS = 0x20, SEIS = 0x40 };

static ZifDevice *make(ZifBench **b)
{
    *b = zif_bench_new();
    ZifDevice *rng = zif_bench_add(*b, "stm32f4-rng", NULL);
    zif_bench_clock(rng, 0, 168000000);
    zif_bench_clock(rng, 1, 48000000);
    return rng;
}

static void a_number_takes_forty_periods_of_48_megahertz(void **state)
{
    ZifBench *b;
    ZifDevice *rng = make(&b);
    zif_bench_write(rng, CR, RNGEN);
    zif_bench_run(b, 833 * ZIF_NS);
    assert_int_equal(zif_bench_read(rng, SR), 0);
    zif_bench_run(b, ZIF_NS);
    assert_int_equal(zif_bench_read(rng, SR), DRDY);
    zif_bench_free(b);
}

static void reading_takes_the_number_and_starts_the_next(void **state)
{
    ZifBench *b;
    ZifDevice *rng = make(&b);
    zif_bench_write(rng, CR, RNGEN);
    zif_bench_run(b, ZIF_US);
    uint32_t first = zif_bench_read(rng, DR);
    assert_int_equal(zif_bench_read(rng, SR), 0);
    zif_bench_run(b, ZIF_US);
    assert_int_not_equal(zif_bench_read(rng, DR), first);
    assert_int_equal(zif_bench_nreports(b), 0);
    zif_bench_free(b);
}

static void reading_too_early_gives_zero_and_is_told(void **state)
{
    ZifBench *b;
    ZifDevice *rng = make(&b);
    zif_bench_write(rng, CR, RNGEN);
    assert_int_equal(zif_bench_read(rng, DR), 0);
    assert_int_equal(zif_bench_reported(b, ZIF_REPORT_BUSY, "DR"), 1);
    zif_bench_free(b);
}

static void nothing_comes_while_it_is_off(void **state)
{
    ZifBench *b;
    ZifDevice *rng = make(&b);
    zif_bench_run(b, ZIF_MS);
    assert_int_equal(zif_bench_read(rng, SR), 0);
    zif_bench_free(b);
}

static void a_slow_clock_is_an_error_and_gives_no_numbers(void **state)
{
    ZifBench *b;
    ZifDevice *rng = make(&b);
    zif_bench_clock(rng, 1, 10000000); /* HCLK / 16 is 10.5 MHz */
    zif_bench_write(rng, CR, RNGEN | IE);
    assert_int_equal(zif_bench_read(rng, SR), CECS | CEIS);
    assert_int_equal(zif_bench_level(rng, "irq", 0), 1);
    zif_bench_run(b, ZIF_MS);
    assert_int_equal(zif_bench_read(rng, SR) & DRDY, 0);
    zif_bench_clock(rng, 1, 48000000);
    assert_int_equal(zif_bench_read(rng, SR), CEIS);
    zif_bench_write(rng, SR, (uint32_t)~CEIS);
    zif_bench_run(b, ZIF_US);
    assert_int_equal(zif_bench_read(rng, SR), DRDY);
    zif_bench_free(b);
}

static void no_48_megahertz_clock_is_a_clock_error(void **state)
{
    ZifBench *b;
    ZifDevice *rng = make(&b);
    zif_bench_clock(rng, 1, 0);
    zif_bench_write(rng, CR, RNGEN);
    assert_int_equal(zif_bench_reported(b, ZIF_REPORT_BUS, "SR"), 1);
    zif_bench_free(b);
}

static void a_seed_error_stops_the_numbers_until_it_is_over(void **state)
{
    ZifBench *b;
    ZifDevice *rng = make(&b);
    zif_bench_write(rng, CR, RNGEN | IE);
    zif_bench_drive(rng, "seed-error", 0, 1);
    assert_int_equal(zif_bench_read(rng, SR), SECS | SEIS);
    zif_bench_run(b, ZIF_MS);
    assert_int_equal(zif_bench_read(rng, SR) & DRDY, 0);
    zif_bench_drive(rng, "seed-error", 0, 0);
    zif_bench_write(rng, SR, (uint32_t)~SEIS);
    assert_int_equal(zif_bench_level(rng, "irq", 0), 0);
    zif_bench_run(b, ZIF_US);
    assert_int_equal(zif_bench_level(rng, "irq", 0), 1);
    zif_bench_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_takes_forty_periods_of_48_megahertz),
        cmocka_unit_test(reading_takes_the_number_and_starts_the_next),
        cmocka_unit_test(reading_too_early_gives_zero_and_is_told),
        cmocka_unit_test(nothing_comes_while_it_is_off),
        cmocka_unit_test(a_slow_clock_is_an_error_and_gives_no_numbers),
        cmocka_unit_test(no_48_megahertz_clock_is_a_clock_error),
        cmocka_unit_test(a_seed_error_stops_the_numbers_until_it_is_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
