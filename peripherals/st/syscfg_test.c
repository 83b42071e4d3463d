/* STM32F4 SYSCFG. SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <zif/testbench.h>

enum { MEMRMP = 0x00, EXTICR1 = 0x08, EXTICR4 = 0x14, CMPCR = 0x20 };

typedef struct {
    ZifBench *bench;
    ZifDevice *syscfg;
} Rig;

/* Flash and SRAM are the first and second quarter of the bench's RAM. */
static Rig rig(uint32_t boot_pins)
{
    Rig r = { .bench = zif_bench_new() };
    memset(zif_bench_ram(r.bench), 0xF1, 0x4000);
    memset((char *)zif_bench_ram(r.bench) + 0x4000, 0x5A, 0x4000);
    r.syscfg = zif_bench_add(
        r.bench, "stm32f4-syscfg",
        (ZifBenchProp[]){
            { "zif,remap", 4, { ZIF_BENCH_RAM, ZIF_BENCH_RAM, ZIF_BENCH_RAM, ZIF_BENCH_RAM + 0x4000 }, NULL },
            { "zif,remap-sizes", 4, { 0x4000, 0, 0, 0x4000 }, NULL },
            { "zif,boot-pins", 1, { boot_pins }, NULL },
            { 0 } });
    return r;
}

static uint8_t byte_at_zero(Rig *r)
{
    uint8_t byte = 0;
    address_space_read(zif_bus(r->syscfg), 0x10, MEMTXATTRS_UNSPECIFIED, &byte, 1);
    return byte;
}

static void flash_is_at_zero_after_reset(void **state)
{
    Rig r = rig(0);
    assert_int_equal(byte_at_zero(&r), 0xF1);
    assert_int_equal(zif_bench_read(r.syscfg, MEMRMP), 0);
    zif_bench_free(r.bench);
}

static void mem_mode_shows_sram_at_zero(void **state)
{
    Rig r = rig(0);
    zif_bench_write(r.syscfg, MEMRMP, 3);
    assert_int_equal(byte_at_zero(&r), 0x5A);
    zif_bench_write(r.syscfg, MEMRMP, 0);
    assert_int_equal(byte_at_zero(&r), 0xF1);
    zif_bench_free(r.bench);
}

static void both_boot_pins_high_boot_from_sram(void **state)
{
    Rig r = rig(3);
    assert_int_equal(zif_bench_read(r.syscfg, MEMRMP), 3);
    assert_int_equal(byte_at_zero(&r), 0x5A);
    zif_bench_free(r.bench);
}

static void boot0_alone_asks_for_the_boot_loader_which_is_said_to_be_missing(void **state)
{
    Rig r = rig(1);
    assert_int_equal(zif_bench_read(r.syscfg, MEMRMP), 1);
    assert_int_equal(zif_bench_reported(r.bench, ZIF_REPORT_UNMODELLED, "MEMRMP"), 1);
    zif_bench_free(r.bench);
}

static void boot_pins_are_taken_at_reset(void **state)
{
    Rig r = rig(0);
    zif_bench_drive(r.syscfg, "boot0", 0, 1);
    zif_bench_drive(r.syscfg, "pin", 16 + 2, 1); /* PB2 */
    assert_int_equal(byte_at_zero(&r), 0xF1);
    zif_bench_reset(r.bench, ZIF_RESET_PIN);
    assert_int_equal(byte_at_zero(&r), 0x5A);
    zif_bench_free(r.bench);
}

static void a_snapshot_brings_back_what_is_at_zero(void **state)
{
    Rig r = rig(0);
    size_t size;
    void *saved = zif_bench_save(r.syscfg, &size);
    zif_bench_write(r.syscfg, MEMRMP, 3);
    zif_bench_restore(r.syscfg, saved);
    assert_int_equal(byte_at_zero(&r), 0xF1);
    free(saved);
    zif_bench_free(r.bench);
}

static void a_line_follows_the_pin_of_the_chosen_port(void **state)
{
    Rig r = rig(0);
    zif_bench_drive(r.syscfg, "pin", 0, 1); /* PA0 */
    assert_int_equal(zif_bench_level(r.syscfg, "exti", 0), 1);
    zif_bench_write(r.syscfg, EXTICR1, 2); /* PC0 */
    assert_int_equal(zif_bench_level(r.syscfg, "exti", 0), 0);
    zif_bench_drive(r.syscfg, "pin", 2 * 16, 1);
    assert_int_equal(zif_bench_level(r.syscfg, "exti", 0), 1);
    zif_bench_write(r.syscfg, EXTICR4, 8 << 12);
    zif_bench_drive(r.syscfg, "pin", 8 * 16 + 15, 1); /* PI15 */
    assert_int_equal(zif_bench_level(r.syscfg, "exti", 15), 1);
    zif_bench_free(r.bench);
}

static void a_port_that_does_not_exist_is_told(void **state)
{
    Rig r = rig(0);
    zif_bench_write(r.syscfg, EXTICR1, 9);
    assert_int_equal(zif_bench_reported(r.bench, ZIF_REPORT_RESERVED, "EXTICR1"), 1);
    zif_bench_free(r.bench);
}

static void the_compensation_cell_becomes_ready(void **state)
{
    Rig r = rig(0);
    zif_bench_write(r.syscfg, CMPCR, 1);
    assert_int_equal(zif_bench_read(r.syscfg, CMPCR), 1);
    zif_bench_run(r.bench, 10 * ZIF_US);
    assert_int_equal(zif_bench_read(r.syscfg, CMPCR), 0x101);
    zif_bench_free(r.bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flash_is_at_zero_after_reset),
        cmocka_unit_test(mem_mode_shows_sram_at_zero),
        cmocka_unit_test(both_boot_pins_high_boot_from_sram),
        cmocka_unit_test(boot0_alone_asks_for_the_boot_loader_which_is_said_to_be_missing),
        cmocka_unit_test(boot_pins_are_taken_at_reset),
        cmocka_unit_test(a_snapshot_brings_back_what_is_at_zero),
        cmocka_unit_test(a_line_follows_the_pin_of_the_chosen_port),
        cmocka_unit_test(a_port_that_does_not_exist_is_told),
        cmocka_unit_test(the_compensation_cell_becomes_ready),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
