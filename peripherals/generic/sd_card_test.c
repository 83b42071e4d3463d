/* Tests of the SD card in SPI mode. SPDX-License-Identifier: GPL-2.0-or-later */
#include "part_test.h"

static ZifBench *bench;

static uint8_t swap(ZifDevice *c, uint8_t out)
{
    zif_bench_run(bench, 10 * ZIF_US);
    return c->cls->spi->transfer(c, out);
}

static uint8_t crc7(const uint8_t *p, unsigned n)
{
    uint8_t crc = 0;
    for (unsigned i = 0; i < n; i++) {
        for (unsigned bit = 0x80; bit; bit >>= 1) {
            crc = (uint8_t)(crc << 1);
            if (!(p[i] & bit) != !(crc & 0x80)) {
                crc ^= 0x09;
            }
        }
    }
    return (uint8_t)((crc & 0x7F) << 1 | 1);
}

/* A command and its R1. */
static uint8_t command(ZifDevice *c, uint8_t number, uint32_t argument)
{
    uint8_t frame[6] = { 0x40 | number, argument >> 24, argument >> 16, argument >> 8, argument };
    uint8_t r1 = 0xFF;
    frame[5] = crc7(frame, 5);
    for (unsigned i = 0; i < 6; i++) {
        swap(c, frame[i]);
    }
    for (unsigned i = 0; i < 8 && r1 & 0x80; i++) {
        r1 = swap(c, 0xFF);
    }
    return r1;
}

static uint8_t application(ZifDevice *c, uint8_t number, uint32_t argument)
{
    command(c, 55, 0);
    return command(c, number, argument);
}

static ZifDevice *fresh(void **state, const ZifBenchProp *props)
{
    bench = *state;
    ZifDevice *c = zif_bench_add(*state, "sd-card", props);
    zif_spi_select(c, true);
    return c;
}

static ZifDevice *ready_with(void **state, const ZifBenchProp *props)
{
    ZifDevice *c = fresh(state, props);
    command(c, 0, 0);
    command(c, 8, 0x1AA);
    for (unsigned i = 0; i < 4; i++) {
        swap(c, 0xFF);
    }
    while (application(c, 41, 1u << 30) & 1) {
        zif_bench_run(bench, ZIF_MS);
    }
    return c;
}

static ZifDevice *ready(void **state)
{
    return ready_with(state, NULL);
}

/* The token of a block that is read, and the block. */
static uint8_t take_block(ZifDevice *c, uint8_t *block, unsigned n)
{
    uint8_t token = 0xFF;
    for (unsigned i = 0; i < 100 && token == 0xFF; i++) {
        token = swap(c, 0xFF);
    }
    for (unsigned i = 0; token == 0xFE && i < n + 2; i++) {
        uint8_t byte = swap(c, 0xFF);
        if (i < n) {
            block[i] = byte;
        }
    }
    return token;
}

/* Sends a block; the data response. */
static uint8_t give_block(ZifDevice *c, uint8_t token, uint8_t fill)
{
    swap(c, token);
    for (unsigned i = 0; i < 514; i++) {
        swap(c, i < 512 ? fill : 0xFF);
    }
    return swap(c, 0xFF) & 0x1F;
}

static void await(ZifDevice *c)
{
    for (unsigned i = 0; i < 1000 && swap(c, 0xFF) != 0xFF; i++) {
    }
}

static void cmd0_makes_the_card_idle(void **state)
{
    assert_int_equal(command(fresh(state, NULL), 0, 0), 0x01);
}

static void before_cmd0_the_card_is_deaf(void **state)
{
    assert_int_equal(command(fresh(state, NULL), 8, 0x1AA), 0xFF);
}

static void cmd0_needs_its_crc(void **state)
{
    ZifDevice *c = fresh(state, NULL);
    static const uint8_t wrong[] = { 0x40, 0, 0, 0, 0, 0x01 };
    for (unsigned i = 0; i < 6; i++) {
        swap(c, wrong[i]);
    }
    assert_int_equal(swap(c, 0xFF) & swap(c, 0xFF), 0xFF);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_BUS, ""), 1);
}

static void cmd8_echoes_voltage_and_pattern(void **state)
{
    ZifDevice *c = fresh(state, NULL);
    command(c, 0, 0);
    assert_int_equal(command(c, 8, 0x1AA), 0x01);
    swap(c, 0xFF);
    swap(c, 0xFF);
    assert_int_equal(swap(c, 0xFF), 0x01);
    assert_int_equal(swap(c, 0xFF), 0xAA);
}

static void acmd41_takes_its_time(void **state)
{
    ZifDevice *c = fresh(state, NULL);
    command(c, 0, 0);
    command(c, 8, 0x1AA);
    assert_int_equal(application(c, 41, 0), 0x01);
    zif_bench_run(bench, 20 * ZIF_MS);
    assert_int_equal(application(c, 41, 0), 0x00);
}

static void a_high_capacity_card_wants_cmd8_and_hcs(void **state)
{
    ZifDevice *c = fresh(state, PROPS({ .name = "zif,high-capacity" }));
    command(c, 0, 0);
    application(c, 41, 1u << 30);
    zif_bench_run(bench, ZIF_SEC);
    assert_int_equal(application(c, 41, 1u << 30), 0x01);
    command(c, 8, 0x1AA);
    for (unsigned i = 0; i < 4; i++) {
        swap(c, 0xFF);
    }
    application(c, 41, 0);
    zif_bench_run(bench, ZIF_SEC);
    assert_int_equal(application(c, 41, 0), 0x01);
    application(c, 41, 1u << 30);
    zif_bench_run(bench, ZIF_SEC);
    assert_int_equal(application(c, 41, 1u << 30), 0x00);
}

static void reading_before_initialisation_is_illegal(void **state)
{
    ZifDevice *c = fresh(state, NULL);
    command(c, 0, 0);
    assert_int_equal(command(c, 17, 0), 0x05);
}

static void cmd58_tells_high_capacity(void **state)
{
    ZifDevice *c = ready_with(state, PROPS({ .name = "zif,high-capacity" }));
    assert_int_equal(command(c, 58, 0), 0);
    assert_int_equal(swap(c, 0xFF), 0xC0);
}

static void the_csd_tells_the_size(void **state)
{
    ZifDevice *c = ready_with(state, PROPS(PROP("zif,size", 4 << 20), { .name = "zif,high-capacity" }));
    uint8_t csd[16];
    command(c, 9, 0);
    assert_int_equal(take_block(c, csd, 16), 0xFE);
    assert_int_equal(csd[0] >> 6, 1);
    assert_int_equal(((csd[7] & 0x3F) << 16 | csd[8] << 8 | csd[9]) + 1, (4 << 20) / (512 * 1024));
    assert_int_equal(csd[15], crc7(csd, 15));
}

static void the_csd_of_a_standard_card_tells_the_size(void **state)
{
    ZifDevice *c = ready(state);
    uint8_t csd[16];
    command(c, 9, 0);
    take_block(c, csd, 16);
    unsigned size = (csd[6] & 3u) << 10 | csd[7] << 2 | csd[8] >> 6, mult = (csd[9] & 3u) << 1 | csd[10] >> 7;
    assert_int_equal((size + 1) << (mult + 2 + (csd[5] & 15)), 8 << 20);
}

static void what_is_written_is_read(void **state)
{
    ZifDevice *c = ready(state);
    uint8_t block[512];
    assert_int_equal(command(c, 24, 1024), 0);
    assert_int_equal(give_block(c, 0xFE, 0x5A), 0x05);
    assert_int_equal(swap(c, 0xFF), 0x00); /* busy */
    await(c);
    assert_int_equal(command(c, 17, 1024), 0);
    assert_int_equal(take_block(c, block, 512), 0xFE);
    assert_int_equal(block[0], 0x5A);
    assert_int_equal(block[511], 0x5A);
}

static void several_blocks_follow_each_other_until_stopped(void **state)
{
    ZifDevice *c = ready_with(state, PROPS({ .name = "zif,high-capacity" }));
    uint8_t block[512];
    assert_int_equal(command(c, 25, 7), 0);
    for (uint8_t i = 1; i <= 3; i++) {
        assert_int_equal(give_block(c, 0xFC, i), 0x05);
        await(c);
    }
    swap(c, 0xFD);
    await(c);
    assert_int_equal(command(c, 18, 7), 0);
    for (uint8_t i = 1; i <= 3; i++) {
        assert_int_equal(take_block(c, block, 512), 0xFE);
        assert_int_equal(block[100], i);
    }
    assert_int_equal(command(c, 12, 0), 0);
    assert_int_equal(swap(c, 0xFF) & swap(c, 0xFF), 0xFF);
}

static void with_crc_on_a_bad_block_is_refused(void **state)
{
    ZifDevice *c = ready(state);
    assert_int_equal(command(c, 59, 1), 0);
    command(c, 24, 0);
    assert_int_equal(give_block(c, 0xFE, 0x11), 0x0B);
}

static void with_crc_on_a_bad_command_is_refused(void **state)
{
    ZifDevice *c = ready(state);
    command(c, 59, 1);
    static const uint8_t wrong[] = { 0x40 | 13, 0, 0, 0, 0, 0x01 };
    for (unsigned i = 0; i < 6; i++) {
        swap(c, wrong[i]);
    }
    swap(c, 0xFF);
    assert_int_equal(swap(c, 0xFF), 0x08);
}

static void an_address_past_the_end_is_a_parameter_error(void **state)
{
    ZifDevice *c = ready(state);
    assert_int_equal(command(c, 17, 8 << 20), 0x40);
}

static void a_standard_card_wants_whole_blocks(void **state)
{
    ZifDevice *c = ready(state);
    assert_int_equal(command(c, 17, 100), 0x20);
}

static void a_read_only_card_takes_no_block(void **state)
{
    ZifDevice *c = ready_with(state, PROPS({ .name = "read-only" }));
    command(c, 24, 0);
    assert_int_equal(give_block(c, 0xFE, 1), 0x0D);
}

static void erased_blocks_are_empty(void **state)
{
    ZifDevice *c = ready(state);
    uint8_t block[512];
    command(c, 24, 512);
    give_block(c, 0xFE, 0x77);
    await(c);
    assert_int_equal(command(c, 38, 0), 0x10); /* without a range */
    command(c, 32, 512);
    command(c, 33, 512);
    assert_int_equal(command(c, 38, 0), 0);
    await(c);
    command(c, 17, 512);
    take_block(c, block, 512);
    assert_int_equal(block[0], 0xFF);
}

static void an_unknown_command_is_illegal(void **state)
{
    assert_int_equal(command(ready(state), 60, 0), 0x04);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(cmd0_makes_the_card_idle),
        TEST(before_cmd0_the_card_is_deaf),
        TEST(cmd0_needs_its_crc),
        TEST(cmd8_echoes_voltage_and_pattern),
        TEST(acmd41_takes_its_time),
        TEST(a_high_capacity_card_wants_cmd8_and_hcs),
        TEST(reading_before_initialisation_is_illegal),
        TEST(cmd58_tells_high_capacity),
        TEST(the_csd_tells_the_size),
        TEST(the_csd_of_a_standard_card_tells_the_size),
        TEST(what_is_written_is_read),
        TEST(several_blocks_follow_each_other_until_stopped),
        TEST(with_crc_on_a_bad_block_is_refused),
        TEST(with_crc_on_a_bad_command_is_refused),
        TEST(an_address_past_the_end_is_a_parameter_error),
        TEST(a_standard_card_wants_whole_blocks),
        TEST(a_read_only_card_takes_no_block),
        TEST(erased_blocks_are_empty),
        TEST(an_unknown_command_is_illegal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
