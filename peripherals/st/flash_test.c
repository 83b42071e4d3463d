/* STM32F4 FLASH interface. SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <zif/testbench.h>

enum { ACR = 0x00, KEYR = 0x04, OPTKEYR = 0x08, SR = 0x0C, CR = 0x10, OPTCR = 0x14 };
#define FLASH 0x08000000u
#define LOCK  0x80000000u

typedef struct {
    ZifBench *bench;
    ZifDevice *flash;
} Rig;

static Rig rig(void)
{
    Rig r = { .bench = zif_bench_new() };
    r.flash = zif_bench_add(
        r.bench, "stm32f4-flash",
        (ZifBenchProp[]){ { "reg", 8, { 0x40023C00, 0x400, FLASH, 0x100000, 0x1FFF7800, 528, 0x1FFFC000, 16 }, NULL },
                          { 0 } });
    return r;
}

static uint32_t word_at(Rig *r, uint32_t address)
{
    uint32_t word = 0;
    address_space_read(zif_bus(r->flash), address, MEMTXATTRS_UNSPECIFIED, (uint8_t *)&word, 4);
    return word;
}

static void memory_is_erased_and_the_option_bytes_are_those_of_a_new_part(void **state)
{
    Rig r = rig();
    assert_int_equal(word_at(&r, FLASH), 0xFFFFFFFF);
    assert_int_equal(word_at(&r, FLASH + 0xFFFFC), 0xFFFFFFFF);
    assert_int_equal(word_at(&r, 0x1FFF7800), 0xFFFFFFFF);
    assert_int_equal(word_at(&r, 0x1FFFC000) & 0xFFFF, 0xAAED);
    assert_int_equal(zif_bench_read(r.flash, OPTCR), 0x0FFFAAED);
    zif_bench_free(r.bench);
}

static void too_few_wait_states_are_told_when_the_clock_rises(void **state)
{
    Rig r = rig();
    zif_bench_clock(r.flash, 0, 168000000);
    assert_int_equal(zif_bench_reported(r.bench, ZIF_REPORT_BUS, "ACR"), 1);
    assert_non_null(strstr(zif_bench_report_text(r.bench, 0), "needs 5 wait states"));
    zif_bench_free(r.bench);
}

static void enough_wait_states_are_fine_and_lowering_them_later_is_not(void **state)
{
    Rig r = rig();
    zif_bench_write(r.flash, ACR, 5);
    zif_bench_clock(r.flash, 0, 168000000);
    assert_int_equal(zif_bench_nreports(r.bench), 0);
    zif_bench_write(r.flash, ACR, 4);
    assert_int_equal(zif_bench_reported(r.bench, ZIF_REPORT_BUS, "ACR"), 1);
    zif_bench_free(r.bench);
}

static void thirty_megahertz_need_none(void **state)
{
    Rig r = rig();
    zif_bench_clock(r.flash, 0, 30000000);
    assert_int_equal(zif_bench_nreports(r.bench), 0);
    zif_bench_clock(r.flash, 0, 30000001);
    assert_int_equal(zif_bench_nreports(r.bench), 1);
    zif_bench_free(r.bench);
}

static void a_cache_is_reset_only_while_it_is_off(void **state)
{
    Rig r = rig();
    zif_bench_write(r.flash, ACR, 1 << 11);
    assert_int_equal(zif_bench_nreports(r.bench), 0);
    zif_bench_write(r.flash, ACR, 1 << 9);
    zif_bench_write(r.flash, ACR, 1 << 9 | 1 << 11);
    assert_int_equal(zif_bench_reported(r.bench, ZIF_REPORT_LOCKED, "ACR"), 1);
    zif_bench_free(r.bench);
}

static void the_two_keys_open_the_control_register(void **state)
{
    Rig r = rig();
    zif_bench_write(r.flash, CR, 1);
    assert_int_equal(zif_bench_read(r.flash, CR), LOCK);
    assert_int_equal(zif_bench_reported(r.bench, ZIF_REPORT_LOCKED, "CR"), 1);
    zif_bench_write(r.flash, KEYR, 0x45670123);
    zif_bench_write(r.flash, KEYR, 0xCDEF89AB);
    assert_int_equal(zif_bench_read(r.flash, CR), 0);
    zif_bench_write(r.flash, CR, LOCK);
    assert_int_equal(zif_bench_read(r.flash, CR), LOCK);
    zif_bench_free(r.bench);
}

static void a_wrong_key_locks_until_reset(void **state)
{
    Rig r = rig();
    zif_bench_write(r.flash, KEYR, 0x45670123);
    zif_bench_write(r.flash, KEYR, 0x12345678);
    zif_bench_write(r.flash, KEYR, 0x45670123);
    zif_bench_write(r.flash, KEYR, 0xCDEF89AB);
    assert_int_equal(zif_bench_read(r.flash, CR), LOCK);
    zif_bench_reset(r.bench, ZIF_RESET_SYSTEM);
    zif_bench_write(r.flash, KEYR, 0x45670123);
    zif_bench_write(r.flash, KEYR, 0xCDEF89AB);
    assert_int_equal(zif_bench_read(r.flash, CR), 0);
    zif_bench_free(r.bench);
}

static void the_option_control_register_has_keys_of_its_own(void **state)
{
    Rig r = rig();
    zif_bench_write(r.flash, OPTKEYR, 0x08192A3B);
    zif_bench_write(r.flash, OPTKEYR, 0x4C5D6E7F);
    assert_int_equal(zif_bench_read(r.flash, OPTCR), 0x0FFFAAEC);
    assert_int_equal(zif_bench_read(r.flash, CR), LOCK);
    zif_bench_free(r.bench);
}

static void a_store_to_locked_flash_changes_nothing_and_is_told(void **state)
{
    Rig r = rig();
    uint32_t word = 0;
    address_space_write(zif_bus(r.flash), FLASH + 0x100, MEMTXATTRS_UNSPECIFIED, (uint8_t *)&word, 4);
    assert_int_equal(word_at(&r, FLASH + 0x100), 0xFFFFFFFF);
    assert_int_equal(zif_bench_read(r.flash, SR), 1 << 7);
    assert_int_equal(zif_bench_reported(r.bench, ZIF_REPORT_FLASH, "CR"), 1);
    zif_bench_free(r.bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_erased_and_the_option_bytes_are_those_of_a_new_part),
        cmocka_unit_test(too_few_wait_states_are_told_when_the_clock_rises),
        cmocka_unit_test(enough_wait_states_are_fine_and_lowering_them_later_is_not),
        cmocka_unit_test(thirty_megahertz_need_none),
        cmocka_unit_test(a_cache_is_reset_only_while_it_is_off),
        cmocka_unit_test(the_two_keys_open_the_control_register),
        cmocka_unit_test(a_wrong_key_locks_until_reset),
        cmocka_unit_test(the_option_control_register_has_keys_of_its_own),
        cmocka_unit_test(a_store_to_locked_flash_changes_nothing_and_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
