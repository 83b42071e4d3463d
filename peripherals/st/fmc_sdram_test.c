/* STM32F42x FMC: SDRAM. RM0090 section 37.7. SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <zif/testbench.h>

enum { SDCR1 = 0x140, SDCR2 = 0x144, SDTR1 = 0x148, SDTR2 = 0x14C, SDCMR = 0x150, SDRTR = 0x154, SDSR = 0x158 };
enum { CLOCK = 1, PALL, REFRESH, MODE, SELF_REFRESH, POWER_DOWN, CTB2 = 1 << 3, CTB1 = 1 << 4, BUSY = 1 << 5 };
enum { NRFS_4 = 3 << 5, CAS_3 = 3 << 13, BANK2 = (int)0xD0000000, MOVED2 = (int)0x90000000, PART = 8 << 20 };
enum { HCLK = 180000000 };

/* 8 columns, 12 rows, 16 bits, 4 banks, CAS 3; the clock at half of HCLK. */
enum { SDCR_CLOCK = 2 << 10, SDCR_PART = 1 << 2 | 1 << 4 | 1 << 6 | 3 << 7 };

/* 8 MiB, soldered to bank 2. */
static bool part_realize(ZifDevice *dev, Error **errp)
{
    MemoryRegion *cells = zif_new_region(dev);
    memory_region_init_ram(cells, dev->owner, "part", PART, errp);
    zif_map_at(dev, (uint32_t)BANK2, cells);
    return true;
}
static const ZifClass part = { .name = "part", .size = sizeof(ZifDevice), .realize = part_realize };

#define PROP(n, ...)                                                                                                   \
    {                                                                                                                  \
        .name = n, .ncells = sizeof((uint32_t[]){ __VA_ARGS__ }) / 4, .cells = { __VA_ARGS__ }                         \
    }

static ZifBench *bench;

static ZifDevice *fmc(void)
{
    bench = zif_bench_new();
    zif_bench_add_class(bench, &part, NULL);
    ZifDevice *f = zif_bench_add(bench, "stm32f42x-fmc",
                                 (ZifBenchProp[]){ PROP("zif,priority", 1), PROP("zif,sdram2", 8, 12, 4, 16), { 0 } });
    zif_bench_clock(f, 0, HCLK);
    return f;
}

static MemTxResult load(ZifDevice *f, uint32_t address, uint32_t *value)
{
    return address_space_rw(zif_bus(f), address, zif_bus_attrs(f), (uint8_t *)value, 4, false);
}

static MemTxResult store(ZifDevice *f, uint32_t address, uint32_t value)
{
    return address_space_rw(zif_bus(f), address, zif_bus_attrs(f), (uint8_t *)&value, 4, true);
}

static void settings(ZifDevice *f)
{
    zif_bench_write(f, SDCR1, SDCR_CLOCK);
    zif_bench_write(f, SDCR2, SDCR_PART);
    zif_bench_write(f, SDTR1, 0x00106000); /* TRP 2, TRC 7 */
    zif_bench_write(f, SDTR2, 0x01010361);
}

static void order(ZifDevice *f, uint32_t command)
{
    zif_bench_write(f, SDCMR, command);
    zif_bench_run(bench, 2 * ZIF_US);
}

/* All but the refresh rate. */
static void start_cold(ZifDevice *f)
{
    settings(f);
    order(f, CLOCK | CTB2);
    zif_bench_run(bench, 100 * ZIF_US);
    order(f, PALL | CTB2);
    order(f, REFRESH | CTB2 | NRFS_4);
    order(f, MODE | CTB2 | CAS_3);
}

static void start(ZifDevice *f)
{
    start_cold(f);
    zif_bench_write(f, SDRTR, 1386 << 1);
}

static unsigned text_has(const char *words)
{
    unsigned n = 0;
    for (unsigned i = 0; i < zif_bench_nreports(bench); i++) {
        n += strstr(zif_bench_report_text(bench, i), words) != NULL;
    }
    return n;
}

static void a_started_part_is_memory_and_nothing_is_reported(void **state)
{
    ZifDevice *f = fmc();
    uint32_t value = 0;
    start(f);
    assert_int_equal(store(f, (uint32_t)BANK2 + 0x7FFFFC, 0x12345678), MEMTX_OK);
    assert_int_equal(load(f, (uint32_t)BANK2 + 0x7FFFFC, &value), MEMTX_OK);
    assert_int_equal(value, 0x12345678);
    MemoryRegionSection now = memory_region_find(zif_bus(f)->root, (uint32_t)BANK2, 4);
    assert_true(memory_region_is_ram(now.mr));
    memory_region_unref(now.mr);
    assert_int_equal(zif_bench_nreports(bench), 0);
    zif_bench_free(bench);
}

static void before_its_start_an_access_is_a_bus_error_that_names_what_is_missing(void **state)
{
    ZifDevice *f = fmc();
    uint32_t value;
    settings(f);
    assert_int_not_equal(load(f, (uint32_t)BANK2, &value), MEMTX_OK);
    assert_int_equal(
        text_has("start-up sequence: clock enable, precharge all, auto-refresh, load mode missing: bus error"), 1);
    zif_bench_free(bench);
}

static void a_start_without_its_end_is_no_start(void **state)
{
    ZifDevice *f = fmc();
    settings(f);
    order(f, CLOCK | CTB2);
    zif_bench_run(bench, 100 * ZIF_US);
    order(f, PALL | CTB2);
    order(f, REFRESH | CTB2 | NRFS_4);
    assert_int_not_equal(store(f, (uint32_t)BANK2, 1), MEMTX_OK);
    assert_int_equal(text_has("written at 0xd0000000 before its start-up sequence: load mode missing"), 1);
    zif_bench_free(bench);
}

static void commands_in_the_wrong_order_are_not_taken(void **state)
{
    ZifDevice *f = fmc();
    uint32_t value;
    settings(f);
    order(f, CLOCK | CTB2);
    order(f, MODE | CTB2 | CAS_3);
    assert_int_equal(text_has("does not take load mode: precharge all missing"), 1);
    zif_bench_run(bench, 100 * ZIF_US);
    order(f, PALL | CTB2);
    order(f, REFRESH | CTB2 | NRFS_4);
    assert_int_not_equal(load(f, (uint32_t)BANK2, &value), MEMTX_OK);
    zif_bench_free(bench);
}

static void the_part_needs_100_microseconds_of_clock(void **state)
{
    ZifDevice *f = fmc();
    settings(f);
    order(f, CLOCK | CTB2);
    zif_bench_run(bench, 40 * ZIF_US);
    order(f, PALL | CTB2);
    assert_int_equal(text_has("precharge all 42 us after clock enable: SDRAM bank 2 needs 100 us"), 1);
    zif_bench_free(bench);
}

static void a_command_takes_its_clocks_and_another_one_meanwhile_is_lost(void **state)
{
    ZifDevice *f = fmc();
    settings(f);
    order(f, CLOCK | CTB2);
    zif_bench_run(bench, 100 * ZIF_US);
    order(f, PALL | CTB2);
    zif_bench_write(f, SDCMR, REFRESH | CTB2 | NRFS_4); /* 4 * 7 clocks of 90 MHz: 311 ns */
    assert_int_equal(zif_bench_read(f, SDSR), BUSY);
    zif_bench_run(bench, 310 * ZIF_NS);
    zif_bench_write(f, SDCMR, MODE | CTB2 | CAS_3);
    assert_int_equal(zif_bench_reported(bench, ZIF_REPORT_BUSY, "SDCMR"), 1);
    zif_bench_run(bench, 2 * ZIF_NS);
    assert_int_equal(zif_bench_read(f, SDSR), 0);
    zif_bench_free(bench);
}

static void a_command_needs_a_target_and_the_clock_of_sdcr1(void **state)
{
    ZifDevice *f = fmc();
    zif_bench_write(f, SDCR2, SDCR_PART | SDCR_CLOCK);
    order(f, CLOCK | CTB2);
    assert_int_equal(zif_bench_reported(bench, ZIF_REPORT_BUS, "SDCR1"), 1);
    settings(f);
    order(f, CLOCK);
    assert_int_equal(text_has("the command goes nowhere"), 1);
    zif_bench_free(bench);
}

static void commands_for_the_other_bank_do_not_start_this_one(void **state)
{
    ZifDevice *f = fmc();
    uint32_t value;
    settings(f);
    order(f, CLOCK | CTB1);
    zif_bench_run(bench, 100 * ZIF_US);
    order(f, PALL | CTB1);
    order(f, REFRESH | CTB1 | NRFS_4);
    order(f, MODE | CTB1 | CAS_3);
    assert_int_not_equal(load(f, (uint32_t)BANK2, &value), MEMTX_OK);
    assert_int_equal(text_has("SDRAM bank 2 read at 0xd0000000 before its start-up"), 1);
    zif_bench_free(bench);
}

static void a_bank_with_nothing_connected_is_a_bus_error(void **state)
{
    ZifDevice *f = fmc();
    uint32_t value;
    settings(f);
    order(f, CLOCK | CTB1);
    zif_bench_run(bench, 100 * ZIF_US);
    order(f, PALL | CTB1);
    order(f, REFRESH | CTB1 | NRFS_4);
    order(f, MODE | CTB1 | 1 << 13);
    assert_int_not_equal(load(f, 0xC0000000, &value), MEMTX_OK);
    assert_int_equal(text_has("where nothing is connected"), 1);
    zif_bench_free(bench);
}

static void a_cas_latency_or_burst_of_its_own_is_told(void **state)
{
    ZifDevice *f = fmc();
    settings(f);
    order(f, CLOCK | CTB2);
    zif_bench_run(bench, 100 * ZIF_US);
    order(f, PALL | CTB2);
    order(f, REFRESH | CTB2 | NRFS_4);
    order(f, MODE | CTB2 | 2 << 13 | 1 << 9);
    assert_int_equal(text_has("says a CAS latency of 2, SDCR2.CAS 3"), 1);
    assert_int_equal(text_has("says bursts of 2"), 1);
    zif_bench_free(bench);
}

static void use_without_refresh_is_told_once(void **state)
{
    ZifDevice *f = fmc();
    start_cold(f);
    assert_int_equal(store(f, (uint32_t)BANK2, 1), MEMTX_OK);
    assert_int_equal(store(f, (uint32_t)BANK2, 2), MEMTX_OK);
    assert_int_equal(text_has("without refresh it forgets"), 1);
    assert_int_equal(zif_bench_reported(bench, ZIF_REPORT_BUS, "SDRTR"), 1);
    zif_bench_free(bench);
}

static void a_refresh_too_slow_for_the_rows_is_told_also_when_the_clock_slows_down(void **state)
{
    ZifDevice *f = fmc();
    start(f);
    assert_int_equal(zif_bench_nreports(bench), 0);
    zif_bench_clock(f, 0, HCLK / 2);
    assert_int_equal(text_has("refreshes the 4096 rows of SDRAM bank 2 in 126 ms"), 1);
    zif_bench_write(f, SDRTR, 683 << 1);
    assert_int_equal(zif_bench_nreports(bench), 1);
    zif_bench_free(bench);
}

static void columns_the_part_has_no_lines_for_show_the_same_cells(void **state)
{
    ZifDevice *f = fmc();
    uint32_t value = 0;
    start(f);
    zif_bench_write(f, SDCR2, SDCR_PART | 1); /* 9 columns */
    assert_int_equal(store(f, (uint32_t)BANK2, 0xAAAA5555), MEMTX_OK);
    assert_int_equal(load(f, (uint32_t)BANK2 + 0x200, &value), MEMTX_OK); /* column 256 */
    assert_int_equal(value, 0xAAAA5555);
    assert_int_equal(text_has("SDCR2 says 9 columns"), 1);
    zif_bench_write(f, SDCR2, SDCR_PART);
    assert_int_equal(load(f, (uint32_t)BANK2 + 0x200, &value), MEMTX_OK); /* row 1 */
    assert_int_equal(value, 0);
    zif_bench_free(bench);
}

static void another_width_of_data_is_a_bus_error(void **state)
{
    ZifDevice *f = fmc();
    uint32_t value;
    start(f);
    zif_bench_write(f, SDCR2, SDCR_PART ^ 3 << 4); /* 32 bits */
    assert_int_not_equal(load(f, (uint32_t)BANK2, &value), MEMTX_OK);
    assert_int_equal(text_has("MWID for another width"), 1);
    zif_bench_free(bench);
}

static void a_protected_bank_can_only_be_read(void **state)
{
    ZifDevice *f = fmc();
    uint32_t value;
    start(f);
    store(f, (uint32_t)BANK2, 7);
    zif_bench_write(f, SDCR2, SDCR_PART | 1 << 9);
    assert_int_equal(load(f, (uint32_t)BANK2, &value), MEMTX_OK);
    assert_int_equal(value, 7);
    assert_int_not_equal(store(f, (uint32_t)BANK2, 8), MEMTX_OK);
    assert_int_equal(zif_bench_reported(bench, ZIF_REPORT_LOCKED, "SDCR2"), 1);
    zif_bench_free(bench);
}

static void an_access_ends_self_refresh_and_power_down(void **state)
{
    ZifDevice *f = fmc();
    uint32_t value;
    start(f);
    store(f, (uint32_t)BANK2, 5);
    order(f, SELF_REFRESH | CTB2);
    assert_int_equal(zif_bench_read(f, SDSR), 1 << 3);
    assert_int_equal(load(f, (uint32_t)BANK2, &value), MEMTX_OK);
    assert_int_equal(value, 5);
    assert_int_equal(zif_bench_read(f, SDSR), 0);
    order(f, POWER_DOWN | CTB2);
    assert_int_equal(zif_bench_read(f, SDSR), 2 << 3);
    order(f, CTB2); /* normal mode */
    assert_int_equal(zif_bench_read(f, SDSR), 0);
    assert_int_equal(zif_bench_nreports(bench), 0);
    zif_bench_free(bench);
}

static void a_reset_takes_the_start_back(void **state)
{
    ZifDevice *f = fmc();
    uint32_t value;
    start(f);
    store(f, (uint32_t)BANK2, 5);
    zif_bench_reset(bench, ZIF_RESET_SYSTEM);
    assert_int_not_equal(load(f, (uint32_t)BANK2, &value), MEMTX_OK);
    zif_bench_free(bench);
}

static void without_a_clock_it_is_closed(void **state)
{
    ZifDevice *f = fmc();
    uint32_t value;
    start(f);
    store(f, (uint32_t)BANK2, 5);
    zif_bench_clock(f, 0, 0);
    assert_int_not_equal(load(f, (uint32_t)BANK2, &value), MEMTX_OK);
    assert_int_equal(text_has("while the controller has no clock"), 1);
    zif_bench_clock(f, 0, HCLK);
    assert_int_equal(load(f, (uint32_t)BANK2, &value), MEMTX_OK);
    zif_bench_free(bench);
}

static void syscfg_moves_the_banks_to_where_programs_can_run(void **state)
{
    ZifDevice *f = fmc();
    uint32_t value;
    start(f);
    store(f, (uint32_t)BANK2 + 8, 0x5A5A);
    zif_bench_drive(f, "swap-sdram", 0, 1);
    assert_int_equal(load(f, (uint32_t)MOVED2 + 8, &value), MEMTX_OK);
    assert_int_equal(value, 0x5A5A);
    assert_int_not_equal(load(f, (uint32_t)BANK2 + 8, &value), MEMTX_OK);
    assert_int_equal(text_has("SWP_FMC has moved it"), 1);
    zif_bench_drive(f, "swap-sdram", 0, 0);
    assert_int_equal(load(f, (uint32_t)BANK2 + 8, &value), MEMTX_OK);
    zif_bench_free(bench);
}

static void a_snapshot_brings_the_start_back(void **state)
{
    ZifDevice *f = fmc();
    uint32_t value;
    size_t size;
    start(f);
    store(f, (uint32_t)BANK2, 3);
    void *started = zif_bench_save(f, &size);
    zif_bench_reset(bench, ZIF_RESET_SYSTEM);
    void *fresh = zif_bench_save(f, &size);
    zif_bench_restore(f, started);
    assert_int_equal(load(f, (uint32_t)BANK2, &value), MEMTX_OK);
    assert_int_equal(value, 3);
    zif_bench_restore(f, fresh);
    assert_int_not_equal(load(f, (uint32_t)BANK2, &value), MEMTX_OK);
    free(started);
    free(fresh);
    zif_bench_free(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_started_part_is_memory_and_nothing_is_reported),
        cmocka_unit_test(before_its_start_an_access_is_a_bus_error_that_names_what_is_missing),
        cmocka_unit_test(a_start_without_its_end_is_no_start),
        cmocka_unit_test(commands_in_the_wrong_order_are_not_taken),
        cmocka_unit_test(the_part_needs_100_microseconds_of_clock),
        cmocka_unit_test(a_command_takes_its_clocks_and_another_one_meanwhile_is_lost),
        cmocka_unit_test(a_command_needs_a_target_and_the_clock_of_sdcr1),
        cmocka_unit_test(commands_for_the_other_bank_do_not_start_this_one),
        cmocka_unit_test(a_bank_with_nothing_connected_is_a_bus_error),
        cmocka_unit_test(a_cas_latency_or_burst_of_its_own_is_told),
        cmocka_unit_test(use_without_refresh_is_told_once),
        cmocka_unit_test(a_refresh_too_slow_for_the_rows_is_told_also_when_the_clock_slows_down),
        cmocka_unit_test(columns_the_part_has_no_lines_for_show_the_same_cells),
        cmocka_unit_test(another_width_of_data_is_a_bus_error),
        cmocka_unit_test(a_protected_bank_can_only_be_read),
        cmocka_unit_test(an_access_ends_self_refresh_and_power_down),
        cmocka_unit_test(a_reset_takes_the_start_back),
        cmocka_unit_test(without_a_clock_it_is_closed),
        cmocka_unit_test(syscfg_moves_the_banks_to_where_programs_can_run),
        cmocka_unit_test(a_snapshot_brings_the_start_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
