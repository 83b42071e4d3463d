/* STM32F42x FLASH: two banks, and sectors that cannot be read. SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <zif/testbench.h>

enum { KEYR = 0x04, OPTKEYR = 0x08, SR = 0x0C, CR = 0x10, OPTCR = 0x14, OPTCR1 = 0x18 };
enum { PG = 1, SER = 2, MER = 4, MER1 = 1 << 15, PSIZE_WORD = 2 << 8, STRT = 1 << 16, BSY = 1 << 16 };
enum { WRPERR = 1 << 4, PGSERR = 1 << 7, RDERR = 1 << 8, OPTSTRT = 2 };
#define BANK1  0x08000000u
#define BANK2  0x08100000u
#define SPRMOD 0x80000000u

static ZifBench *bench;

static ZifDevice *flash(void)
{
    bench = zif_bench_new();
    ZifDevice *f = zif_bench_add(bench, "stm32f42x-flash",
                                 (ZifBenchProp[]){ { "reg",
                                                     12,
                                                     { 0x40023C00, 0x400, BANK1, 0x100000, 0x1FFF7800, 528, 0x1FFFC000,
                                                       16, BANK2, 0x100000, 0x1FFEC000, 16 },
                                                     NULL },
                                                   { 0 } });
    zif_bench_write(f, KEYR, 0x45670123);
    zif_bench_write(f, KEYR, 0xCDEF89AB);
    zif_bench_write(f, OPTKEYR, 0x08192A3B);
    zif_bench_write(f, OPTKEYR, 0x4C5D6E7F);
    return f;
}

static uint32_t load(ZifDevice *f, uint32_t address)
{
    uint32_t word = 0;
    address_space_read(zif_bus(f), address, MEMTXATTRS_UNSPECIFIED, (uint8_t *)&word, 4);
    return word;
}

static void store(ZifDevice *f, uint32_t address, uint32_t word)
{
    zif_bench_write(f, CR, PG | PSIZE_WORD);
    address_space_write(zif_bus(f), address, MEMTXATTRS_UNSPECIFIED, (uint8_t *)&word, 4);
    zif_bench_run(bench, 20 * ZIF_US);
    zif_bench_write(f, CR, PSIZE_WORD);
}

static void options(ZifDevice *f, uint32_t optcr, uint32_t optcr1)
{
    zif_bench_write(f, CR, PSIZE_WORD);
    zif_bench_write(f, OPTCR1, optcr1);
    zif_bench_write(f, OPTCR, optcr);
    zif_bench_write(f, OPTCR, optcr | OPTSTRT);
    zif_bench_run(bench, ZIF_SEC);
}

static void one_bank_is_read_while_the_other_is_erased(void **state)
{
    ZifDevice *f = flash();
    store(f, BANK1, 0x11111111);
    store(f, BANK2, 0x22222222);
    zif_bench_write(f, CR, SER | PSIZE_WORD | 16 << 3 | STRT); /* sector 12 */
    assert_int_equal(zif_bench_read(f, SR) & BSY, BSY);
    assert_int_equal(load(f, BANK1), 0x11111111);
    assert_int_equal(zif_bench_stalled(bench), 0);
    assert_int_equal(load(f, BANK2), 0xFFFFFFFF);
    assert_true(zif_bench_stalled(bench) > 0);
    assert_int_equal(zif_bench_nreports(bench), 0);
    zif_bench_free(bench);
}

static void snb_16_is_sector_12_and_12_is_none(void **state)
{
    ZifDevice *f = flash();
    zif_bench_write(f, CR, SER | PSIZE_WORD | 12 << 3 | STRT);
    assert_int_equal(zif_bench_read(f, SR), PGSERR);
    assert_non_null(strstr(zif_bench_report_text(bench, 0), "number 12 with SNB = 16"));
    zif_bench_free(bench);
}

static void each_bank_is_erased_by_its_own_bit_or_both_at_once(void **state)
{
    ZifDevice *f = flash();
    store(f, BANK1, 1);
    store(f, BANK2 + 0xFFFFC, 2);
    zif_bench_write(f, CR, MER1 | PSIZE_WORD | STRT);
    zif_bench_run(bench, 8 * ZIF_SEC);
    assert_int_equal(load(f, BANK1), 1);
    assert_int_equal(load(f, BANK2 + 0xFFFFC), 0xFFFFFFFF);
    store(f, BANK2, 3);
    zif_bench_write(f, CR, MER | MER1 | PSIZE_WORD | STRT);
    zif_bench_run(bench, 8 * ZIF_SEC);
    assert_int_equal(zif_bench_read(f, SR) & BSY, 0);
    assert_int_equal(load(f, BANK1) & load(f, BANK2), 0xFFFFFFFF);
    zif_bench_free(bench);
}

static void optcr1_protects_the_sectors_of_bank_2(void **state)
{
    ZifDevice *f = flash();
    options(f, 0x0FFFAAEC, 0x07FF0000); /* sector 23 */
    store(f, BANK2 + 0xE0000, 5);
    assert_int_equal(zif_bench_read(f, SR) & WRPERR, WRPERR);
    assert_int_equal(load(f, BANK2 + 0xE0000), 0xFFFFFFFF);
    store(f, BANK1 + 0xE0000, 5);
    assert_int_equal(load(f, BANK1 + 0xE0000), 5);
    zif_bench_reset(bench, ZIF_RESET_SYSTEM);
    assert_int_equal(zif_bench_read(f, OPTCR1), 0x07FF0000);
    zif_bench_free(bench);
}

static void a_sector_under_sprmod_gives_zero_and_rderr(void **state)
{
    ZifDevice *f = flash();
    store(f, BANK1 + 0x4000, 0x12345678);
    store(f, BANK1 + 0x8000, 0x87654321);
    assert_int_equal(load(f, BANK1 + 0x4000), 0x12345678);
    options(f, SPRMOD | 0x0002AAEC, 0); /* sector 1 alone */
    assert_int_equal(load(f, BANK1 + 0x4000), 0);
    assert_int_equal(zif_bench_read(f, SR), RDERR);
    assert_int_equal(zif_bench_reported(bench, ZIF_REPORT_LOCKED, "SR"), 1);
    assert_int_equal(load(f, BANK1 + 0x8000), 0x87654321);
    zif_bench_write(f, SR, RDERR);
    assert_int_equal(zif_bench_read(f, SR), 0);
    store(f, BANK1 + 0x4004, 1);
    assert_int_equal(zif_bench_read(f, SR), WRPERR);
    zif_bench_free(bench);
}

static void it_ends_only_with_the_whole_flash(void **state)
{
    ZifDevice *f = flash();
    store(f, BANK2, 0x12345678);
    options(f, SPRMOD | 0x000055EC, 0x00010000); /* sector 12; level 1 */
    options(f, 0x0FFF55EC, 0x0FFF0000);
    assert_int_equal(zif_bench_read(f, SR), WRPERR);
    assert_int_equal(load(f, BANK2), 0);
    zif_bench_write(f, SR, WRPERR | RDERR);
    options(f, 0x0FFFAAEC, 0x0FFF0000); /* to level 0 */
    assert_int_equal(zif_bench_read(f, SR), 0);
    assert_int_equal(load(f, BANK2), 0xFFFFFFFF);
    zif_bench_free(bench);
}

static void the_banks_change_places(void **state)
{
    ZifDevice *f = flash();
    store(f, BANK1, 1);
    store(f, BANK2, 2);
    zif_bench_drive(f, "swap-banks", 0, 1);
    assert_int_equal(load(f, BANK1), 2);
    assert_int_equal(load(f, BANK2), 1);
    store(f, BANK1 + 4, 3);
    zif_bench_drive(f, "swap-banks", 0, 0);
    assert_int_equal(load(f, BANK2 + 4), 3);
    zif_bench_free(bench);
}

static void a_snapshot_brings_back_places_protection_and_work(void **state)
{
    ZifDevice *f = flash();
    size_t size;
    store(f, BANK1, 1);
    store(f, BANK2, 2);
    void *plain = zif_bench_save(f, &size);
    zif_bench_drive(f, "swap-banks", 0, 1);
    void *swapped = zif_bench_save(f, &size);
    zif_bench_restore(f, plain);
    assert_int_equal(load(f, BANK1), 1);
    zif_bench_restore(f, swapped);
    assert_int_equal(load(f, BANK1), 2);
    free(plain);
    free(swapped);
    zif_bench_free(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_bank_is_read_while_the_other_is_erased),
        cmocka_unit_test(snb_16_is_sector_12_and_12_is_none),
        cmocka_unit_test(each_bank_is_erased_by_its_own_bit_or_both_at_once),
        cmocka_unit_test(optcr1_protects_the_sectors_of_bank_2),
        cmocka_unit_test(a_sector_under_sprmod_gives_zero_and_rderr),
        cmocka_unit_test(it_ends_only_with_the_whole_flash),
        cmocka_unit_test(the_banks_change_places),
        cmocka_unit_test(a_snapshot_brings_back_places_protection_and_work),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
