/* Tests of the nRF51 NVMC: flash and UICR. SPDX-License-Identifier: GPL-2.0-or-later */
#include "test_nordic.h"

enum { READY = 0x400, CONFIG = 0x504, ERASEPAGE = 0x508, ERASEALL = 0x50C, ERASEUICR = 0x514 };
enum { FLASH = 0, UICR = 0x10001000, CLOCK_NUMBER = 1 };

typedef struct {
    ZifDevice *clock, *nvmc;
} Chip;

static Chip add(void **state)
{
    Chip c = {
        .clock = zif_bench_add(*state, "nrf51-clock", NULL),
        .nvmc = zif_bench_add(
            *state, "nrf51-nvmc",
            PROPS(PROP("reg", 0x4001E000, 0x1000, FLASH, 0x40000, UICR, 0x400), PROP("nordic,clock", CLOCK_NUMBER))),
    };
    return c;
}

static uint32_t get(ZifDevice *dev, uint32_t address)
{
    uint8_t b[4];
    address_space_read(zif_bus(dev), address, MEMTXATTRS_UNSPECIFIED, b, 4);
    return b[0] | b[1] << 8 | b[2] << 16 | (uint32_t)b[3] << 24;
}

static MemTxResult put(ZifBench *bench, ZifDevice *dev, uint32_t address, uint32_t value, int size)
{
    uint8_t b[4] = { value, value >> 8, value >> 16, value >> 24 };
    MemTxResult result = address_space_write(zif_bus(dev), address, MEMTXATTRS_UNSPECIFIED, b, size);
    zif_bench_run(bench, 47 * ZIF_US);
    return result;
}

static void erase(ZifBench *bench, ZifDevice *dev, uint32_t reg, uint32_t value)
{
    zif_bench_write(dev, reg, value);
    zif_bench_run(bench, 23 * ZIF_MS);
}

static void flash_is_erased_at_first(void **state)
{
    Chip c = add(state);
    assert_int_equal(get(c.nvmc, FLASH + 0x3FFFC), 0xFFFFFFFF);
    assert_int_equal(get(c.nvmc, UICR + 0x14), 0xFFFFFFFF);
    assert_int_equal(zif_bench_read(c.nvmc, READY), 1);
}

static void a_write_needs_write_enable(void **state)
{
    Chip c = add(state);
    put(*state, c.nvmc, 0x1000, 0x12345678, 4);
    assert_int_equal(get(c.nvmc, 0x1000), 0xFFFFFFFF);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_FLASH, NULL), 1);
    zif_bench_write(c.nvmc, CONFIG, 1);
    put(*state, c.nvmc, 0x1000, 0x12345678, 4);
    assert_int_equal(get(c.nvmc, 0x1000), 0x12345678);
}

static void a_write_only_clears_bits(void **state)
{
    Chip c = add(state);
    zif_bench_write(c.nvmc, CONFIG, 1);
    put(*state, c.nvmc, 0x1000, 0xFFFF00FF, 4);
    put(*state, c.nvmc, 0x1000, 0x0F0FFFFF, 4);
    assert_int_equal(get(c.nvmc, 0x1000), 0x0F0F00FF);
    assert_int_not_equal(zif_bench_reported(*state, ZIF_REPORT_FLASH, NULL), 0);
}

static void the_processor_waits_for_a_write(void **state)
{
    Chip c = add(state);
    zif_bench_write(c.nvmc, CONFIG, 1);
    put(*state, c.nvmc, 0x1000, 0, 4);
    assert_int_equal(zif_bench_stalled(*state), 741);
}

static void bytes_and_halfwords_are_bus_errors(void **state)
{
    Chip c = add(state);
    zif_bench_write(c.nvmc, CONFIG, 1);
    assert_int_not_equal(put(*state, c.nvmc, 0x1000, 0, 1), MEMTX_OK);
    assert_int_not_equal(put(*state, c.nvmc, 0x1000, 0, 2), MEMTX_OK);
    assert_int_equal(get(c.nvmc, 0x1000), 0xFFFFFFFF);
}

static void erasing_a_page_leaves_its_neighbours(void **state)
{
    Chip c = add(state);
    zif_bench_write(c.nvmc, CONFIG, 1);
    put(*state, c.nvmc, 0x0FFC, 1, 4);
    put(*state, c.nvmc, 0x1000, 2, 4);
    put(*state, c.nvmc, 0x13FC, 3, 4);
    put(*state, c.nvmc, 0x1400, 4, 4);
    zif_bench_write(c.nvmc, CONFIG, 2);
    erase(*state, c.nvmc, ERASEPAGE, 0x1000);
    assert_int_equal(get(c.nvmc, 0x0FFC), 1);
    assert_int_equal(get(c.nvmc, 0x1000), 0xFFFFFFFF);
    assert_int_equal(get(c.nvmc, 0x13FC), 0xFFFFFFFF);
    assert_int_equal(get(c.nvmc, 0x1400), 4);
    assert_int_equal(zif_bench_stalled(*state), 4 * 741 + 356800);
}

static void an_erase_needs_erase_enable(void **state)
{
    Chip c = add(state);
    zif_bench_write(c.nvmc, CONFIG, 1);
    put(*state, c.nvmc, 0x1000, 2, 4);
    erase(*state, c.nvmc, ERASEPAGE, 0x1000);
    erase(*state, c.nvmc, ERASEALL, 1);
    assert_int_equal(get(c.nvmc, 0x1000), 2);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_FLASH, "ERASEPAGE"), 1);
}

static void erase_all_takes_uicr_with_it_and_erase_uicr_takes_only_that(void **state)
{
    Chip c = add(state);
    zif_bench_write(c.nvmc, CONFIG, 1);
    put(*state, c.nvmc, UICR + 0x80, 5, 4);
    put(*state, c.nvmc, 0x2000, 6, 4);
    zif_bench_write(c.nvmc, CONFIG, 2);
    erase(*state, c.nvmc, ERASEUICR, 1);
    assert_int_equal(get(c.nvmc, UICR + 0x80), 0xFFFFFFFF);
    assert_int_equal(get(c.nvmc, 0x2000), 6);
    zif_bench_write(c.nvmc, CONFIG, 1);
    put(*state, c.nvmc, UICR + 0x80, 5, 4);
    zif_bench_write(c.nvmc, CONFIG, 2);
    erase(*state, c.nvmc, ERASEALL, 1);
    assert_int_equal(get(c.nvmc, UICR + 0x80), 0xFFFFFFFF);
    assert_int_equal(get(c.nvmc, 0x2000), 0xFFFFFFFF);
}

static void a_protected_block_is_neither_written_nor_erased(void **state)
{
    Chip c = add(state);
    zif_bench_write(c.nvmc, CONFIG, 1);
    put(*state, c.nvmc, 0x21000, 7, 4);
    zif_bench_write(c.clock, 0x604, 2); /* block 33 */
    zif_bench_write(c.clock, 0x604, 0); /* only a reset clears it */
    put(*state, c.nvmc, 0x21004, 8, 4);
    zif_bench_write(c.nvmc, CONFIG, 2);
    erase(*state, c.nvmc, ERASEPAGE, 0x21000);
    assert_int_equal(get(c.nvmc, 0x21000), 7);
    assert_int_equal(get(c.nvmc, 0x21004), 0xFFFFFFFF);
}

static void cells_change_when_the_time_has_passed(void **state)
{
    Chip c = add(state);
    zif_bench_write(c.nvmc, CONFIG, 1);
    address_space_write(zif_bus(c.nvmc), 0x1000, MEMTXATTRS_UNSPECIFIED, (uint8_t[4]){ 0 }, 4);
    assert_int_equal(get(c.nvmc, 0x1000), 0xFFFFFFFF); /* by another master: the processor would wait */
    zif_bench_run(*state, 47 * ZIF_US);
    assert_int_equal(get(c.nvmc, 0x1000), 0);
}

static void stores_of_one_instruction_follow_each_other(void **state)
{
    Chip c = add(state);
    zif_bench_write(c.nvmc, CONFIG, 1);
    for (uint32_t i = 0; i < 3; i++) {
        address_space_write(zif_bus(c.nvmc), 0x1000 + 4 * i, MEMTXATTRS_UNSPECIFIED, (uint8_t[4]){ 0 }, 4);
    }
    assert_int_equal(zif_bench_stalled(*state), 3 * 741);
    zif_bench_run(*state, 3 * 46 * ZIF_US);
    assert_int_equal(get(c.nvmc, 0x1004), 0);
    assert_int_equal(get(c.nvmc, 0x1008), 0xFFFFFFFF);
    zif_bench_run(*state, ZIF_US);
    assert_int_equal(get(c.nvmc, 0x1008), 0);
}

static void power_lost_in_a_step_tears_it(void **state)
{
    Chip c = add(state);
    unsigned ones = 0;
    zif_bench_write(c.nvmc, CONFIG, 1);
    for (uint32_t i = 0; i < 1024; i += 4) {
        put(*state, c.nvmc, 0x1000 + i, 0, 4);
    }
    zif_bench_write(c.nvmc, CONFIG, 2);
    zif_bench_write(c.nvmc, ERASEPAGE, 0x1000);
    zif_bench_run(*state, 10 * ZIF_MS);
    zif_bench_reset(*state, ZIF_RESET_POWER_ON);
    for (uint32_t i = 0; i < 1024; i += 4) {
        ones += (unsigned)__builtin_popcount(get(c.nvmc, 0x1000 + i));
    }
    assert_in_range(ones, 1, 8191); /* of this seed: neither untouched nor erased */
    zif_bench_run(*state, 100 * ZIF_MS);
    assert_int_not_equal(get(c.nvmc, 0x1000) & get(c.nvmc, 0x1004) & get(c.nvmc, 0x1008), 0xFFFFFFFF);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(flash_is_erased_at_first),
        TEST(a_write_needs_write_enable),
        TEST(a_write_only_clears_bits),
        TEST(the_processor_waits_for_a_write),
        TEST(bytes_and_halfwords_are_bus_errors),
        TEST(erasing_a_page_leaves_its_neighbours),
        TEST(an_erase_needs_erase_enable),
        TEST(erase_all_takes_uicr_with_it_and_erase_uicr_takes_only_that),
        TEST(a_protected_block_is_neither_written_nor_erased),
        TEST(cells_change_when_the_time_has_passed),
        TEST(stores_of_one_instruction_follow_each_other),
        TEST(power_lost_in_a_step_tears_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
