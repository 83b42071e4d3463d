/* STM32F4 CRC. SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <zif/testbench.h>

enum { DR = 0x0, IDR = 0x4, CR = 0x8 };

static ZifDevice *make(ZifBench **b)
{
    *b = zif_bench_new();
    return zif_bench_add(*b, "stm32f4-crc", NULL);
}

static void it_starts_from_all_ones(void **state)
{
    ZifBench *b;
    ZifDevice *crc = make(&b);
    assert_int_equal(zif_bench_read(crc, DR), 0xFFFFFFFF);
    zif_bench_free(b);
}

/* Known values of CRC-32/MPEG-2, which this is, over big-endian words. */
static void words_give_the_crc_of_their_bytes_from_the_top(void **state)
{
    ZifBench *b;
    ZifDevice *crc = make(&b);
    zif_bench_write(crc, DR, 0);
    assert_int_equal(zif_bench_read(crc, DR), 0xC704DD7B);
    zif_bench_write(crc, CR, 1);
    zif_bench_write(crc, DR, 0x12345678);
    assert_int_equal(zif_bench_read(crc, DR), 0xDF8A8A2B);
    zif_bench_free(b);
}

static void a_second_word_goes_on_from_the_first(void **state)
{
    ZifBench *b;
    ZifDevice *crc = make(&b);
    zif_bench_write(crc, DR, 0x31323334); /* "1234" */
    zif_bench_write(crc, DR, 0x35363738); /* "5678" */
    uint32_t whole = zif_bench_read(crc, DR);
    zif_bench_write(crc, CR, 1);
    zif_bench_write(crc, DR, 0x35363738);
    assert_int_not_equal(zif_bench_read(crc, DR), whole);
    zif_bench_free(b);
}

static void reset_leaves_the_independent_byte(void **state)
{
    ZifBench *b;
    ZifDevice *crc = make(&b);
    zif_bench_write(crc, IDR, 0x5A);
    zif_bench_write(crc, DR, 7);
    zif_bench_write(crc, CR, 1);
    assert_int_equal(zif_bench_read(crc, DR), 0xFFFFFFFF);
    assert_int_equal(zif_bench_read(crc, IDR), 0x5A);
    zif_bench_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_starts_from_all_ones),
        cmocka_unit_test(words_give_the_crc_of_their_bytes_from_the_top),
        cmocka_unit_test(a_second_word_goes_on_from_the_first),
        cmocka_unit_test(reset_leaves_the_independent_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
