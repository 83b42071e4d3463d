/* STM32F4 DAC: RM0090 chapter 14. SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <zif/testbench.h>

enum {
    CR = 0,
    SWTRIGR = 4,
    DHR12R1 = 8,
    DHR12L1 = 0xc,
    DHR8R1 = 0x10,
    DHR12RD = 0x20,
    DHR8RD = 0x28,
    DOR1 = 0x2c,
    DOR2 = 0x30
};
enum { SR = 0x34, EN = 1, TEN = 4, DMAEN = 1 << 12, UDRIE = 1 << 13 };

static ZifBench *bench;

static ZifDevice *dac(void)
{
    bench = zif_bench_new();
    return zif_bench_add(bench, "stm32f4-dac", NULL);
}

static void pulse(ZifDevice *d, unsigned line)
{
    zif_bench_drive(d, "ext", line, 1);
    zif_bench_drive(d, "ext", line, 0);
}

static void data_in_any_format_reaches_the_output(void **state)
{
    ZifDevice *d = dac();
    zif_bench_write(d, CR, EN | EN << 16);
    zif_bench_write(d, DHR12R1, 0x123);
    assert_int_equal(zif_bench_read(d, DOR1), 0x123);
    zif_bench_write(d, DHR12L1, 0x4560);
    assert_int_equal(zif_bench_read(d, DOR1), 0x456);
    zif_bench_write(d, DHR8RD, 0x9a78);
    assert_int_equal(zif_bench_read(d, DOR1), 0x780);
    assert_int_equal(zif_bench_read(d, DOR2), 0x9a0);
    assert_int_equal(zif_bench_read(d, DHR12RD), 0x09a00780);
    zif_bench_free(bench);
}

static void a_channel_that_is_off_converts_nothing(void **state)
{
    ZifDevice *d = dac();
    zif_bench_write(d, DHR12R1, 0x123);
    assert_int_equal(zif_bench_read(d, DOR1), 0);
    zif_bench_write(d, CR, EN);
    assert_int_equal(zif_bench_read(d, DOR1), 0x123);
    zif_bench_free(bench);
}

static void with_a_trigger_data_waits_for_it(void **state)
{
    ZifDevice *d = dac();
    zif_bench_write(d, CR, EN | TEN | 7 << 3);
    zif_bench_write(d, DHR12R1, 0x123);
    assert_int_equal(zif_bench_read(d, DOR1), 0);
    pulse(d, 0);
    assert_int_equal(zif_bench_read(d, DOR1), 0);
    zif_bench_write(d, SWTRIGR, 1);
    assert_int_equal(zif_bench_read(d, DOR1), 0x123);
    zif_bench_free(bench);
}

static void the_triangle_goes_up_and_down(void **state)
{
    ZifDevice *d = dac();
    static const uint32_t expected[] = { 1, 2, 3, 2, 1, 0, 1 };
    zif_bench_write(d, CR, EN | TEN | 2 << 6 | 1 << 8);
    for (unsigned i = 0; i < 7; i++) {
        pulse(d, 0);
        assert_int_equal(zif_bench_read(d, DOR1), expected[i]);
    }
    zif_bench_free(bench);
}

static void noise_stays_within_its_mask(void **state)
{
    ZifDevice *d = dac();
    unsigned seen = 0;
    zif_bench_write(d, DHR12R1, 0x100);
    zif_bench_write(d, CR, EN | TEN | 1 << 6 | 3 << 8);
    for (unsigned i = 0; i < 200; i++) {
        pulse(d, 0);
        uint32_t value = zif_bench_read(d, DOR1);
        assert_in_range(value, 0x100, 0x10f);
        seen |= 1u << (value & 15);
    }
    assert_int_equal(seen, 0xffff);
    zif_bench_free(bench);
}

static void a_trigger_asks_for_dma_and_a_second_one_underruns(void **state)
{
    ZifDevice *d = dac();
    zif_bench_write(d, CR, EN | TEN | DMAEN | UDRIE);
    pulse(d, 0);
    assert_int_equal(zif_bench_level(d, "dma", 0), 1);
    zif_bench_write(d, DHR12R1, 5);
    assert_int_equal(zif_bench_level(d, "dma", 0), 0);
    pulse(d, 0);
    assert_int_equal(zif_bench_read(d, DOR1), 5);
    pulse(d, 0);
    assert_int_equal(zif_bench_read(d, SR), 1 << 13);
    assert_int_equal(zif_bench_level(d, "irq", 0), 1);
    assert_int_equal(zif_bench_reported(bench, ZIF_REPORT_OVERRUN, "SR"), 1);
    zif_bench_write(d, SR, 1 << 13);
    assert_int_equal(zif_bench_level(d, "irq", 0), 0);
    zif_bench_free(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(data_in_any_format_reaches_the_output),
        cmocka_unit_test(a_channel_that_is_off_converts_nothing),
        cmocka_unit_test(with_a_trigger_data_waits_for_it),
        cmocka_unit_test(the_triangle_goes_up_and_down),
        cmocka_unit_test(noise_stays_within_its_mask),
        cmocka_unit_test(a_trigger_asks_for_dma_and_a_second_one_underruns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
