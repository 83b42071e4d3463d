/* STM32F4 electronic signature and DBGMCU. SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <zif/testbench.h>

static void the_flash_size_is_in_kilobytes(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *uid = zif_bench_add(b, "stm32f4-uid", NULL);
    assert_int_equal(zif_bench_read_sized(uid, 0x12, 2), 1024);
    zif_bench_free(b);
}

static void a_part_keeps_its_identity(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *uid = zif_bench_add(b, "stm32f4-uid", NULL);
    uint32_t word = zif_bench_read(uid, 0x4);
    zif_bench_reset(b, ZIF_RESET_SYSTEM);
    assert_int_equal(zif_bench_read(uid, 0x4), word);
    assert_int_not_equal(zif_bench_read(uid, 0x0), word);
    zif_bench_free(b);
}

static void the_debug_block_names_the_part(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *dbgmcu = zif_bench_add(b, "stm32f4-dbgmcu", NULL);
    assert_int_equal(zif_bench_read(dbgmcu, 0) & 0xFFF, 0x413);
    zif_bench_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_flash_size_is_in_kilobytes),
        cmocka_unit_test(a_part_keeps_its_identity),
        cmocka_unit_test(the_debug_block_names_the_part),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
