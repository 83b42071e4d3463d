/* STM32F4 FSMC: RM0090 chapter 36. SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <zif/testbench.h>

enum { BCR1 = 0, BTR1 = 4, BCR2 = 8, WINDOW1 = 0x60000000, WINDOW2 = 0x64000000 };

/* A chip with one word, soldered to a chip select. */
static const ZifRegister chip_regs[1] = { { .name = "WORD", .offset = 0, .reset = 0x1234 } };
static const ZifClass chip = {
    .name = "chip",
    .size = sizeof(ZifDevice) + 4,
    .regs = chip_regs,
    .nregs = 1,
    .values = sizeof(ZifDevice),
    .span = 0x100,
};

#define PROP(n, ...)                                                                                                   \
    {                                                                                                                  \
        .name = n, .ncells = sizeof((uint32_t[]){ __VA_ARGS__ }) / 4, .cells = { __VA_ARGS__ }                         \
    }

static ZifBench *bench;

static ZifDevice *fsmc(void)
{
    bench = zif_bench_new();
    zif_bench_add_class(bench, &chip, (ZifBenchProp[]){ PROP("reg", WINDOW2, 0x100), { 0 } });
    return zif_bench_add(bench, "stm32f4-fsmc", (ZifBenchProp[]){ PROP("zif,priority", 1), { 0 } });
}

static MemTxResult load(ZifDevice *dev, uint32_t address, uint32_t *value)
{
    return address_space_rw(zif_bus(dev), address, zif_bus_attrs(dev), (uint8_t *)value, 4, false);
}

static void a_window_opens_with_its_enable_bit(void **state)
{
    ZifDevice *f = fsmc();
    uint32_t value = 0;
    assert_int_not_equal(load(f, WINDOW2, &value), MEMTX_OK);
    assert_int_equal(zif_bench_reported(bench, ZIF_REPORT_BUS, "BCR2"), 1);
    zif_bench_write(f, BCR2, 0x30D3);
    assert_int_equal(load(f, WINDOW2, &value), MEMTX_OK);
    assert_int_equal(value, 0x1234);
    zif_bench_write(f, BCR2, 0x30D2);
    assert_int_not_equal(load(f, WINDOW2, &value), MEMTX_OK);
    zif_bench_free(bench);
}

static void without_a_clock_every_window_is_closed(void **state)
{
    ZifDevice *f = fsmc();
    uint32_t value = 0;
    zif_bench_write(f, BCR2, 0x30D3);
    zif_bench_clock(f, 0, 0);
    assert_int_not_equal(load(f, WINDOW2, &value), MEMTX_OK);
    assert_non_null(strstr(zif_bench_report_text(bench, 0), "no clock"));
    zif_bench_clock(f, 0, 16000000);
    assert_int_equal(load(f, WINDOW2, &value), MEMTX_OK);
    zif_bench_free(bench);
}

static void windows_are_what_a_restored_state_says(void **state)
{
    ZifDevice *f = fsmc();
    uint32_t value = 0;
    size_t size;
    void *saved = zif_bench_save(f, &size);
    zif_bench_write(f, BCR2, 0x30D3);
    zif_bench_restore(f, saved);
    assert_int_not_equal(load(f, WINDOW2, &value), MEMTX_OK);
    free(saved);
    zif_bench_free(bench);
}

static void only_the_first_window_is_enabled_out_of_reset(void **state)
{
    ZifDevice *f = fsmc();
    assert_int_equal(zif_bench_read(f, BCR1), 0x30DB);
    assert_int_equal(zif_bench_read(f, BCR2), 0x30D2);
    assert_int_equal(zif_bench_read(f, BTR1), 0x0FFFFFFF);
    zif_bench_free(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_window_opens_with_its_enable_bit),
        cmocka_unit_test(without_a_clock_every_window_is_closed),
        cmocka_unit_test(windows_are_what_a_restored_state_says),
        cmocka_unit_test(only_the_first_window_is_enabled_out_of_reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
