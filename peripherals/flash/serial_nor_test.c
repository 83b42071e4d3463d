/* Tests of 25-series serial NOR flash. SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <zif/testbench.h>
#include "serial_nor.h"

enum { SIZE = 1 << 20 };

typedef struct {
    ZifBench *b;
    SerialNor *n;
} Rig;

static Rig rig_of(uint32_t bits)
{
    Rig r = { .b = zif_bench_new() };
    r.n = (SerialNor *)zif_bench_add(r.b, "serial-nor", (ZifBenchProp[]){ { "size", 1, { bits }, NULL }, { 0 } });
    return r;
}

static Rig rig(void)
{
    return rig_of(8 * SIZE);
}

/* One selection: sends `len` bytes, then reads `nin`. */
static void talk(Rig r, const void *out, size_t len, void *in, size_t nin)
{
    const ZifSpiPart *spi = r.n->dev.cls->spi;
    spi->select(&r.n->dev, true);
    for (size_t i = 0; i < len; i++) {
        spi->transfer(&r.n->dev, ((const uint8_t *)out)[i]);
    }
    for (size_t i = 0; i < nin; i++) {
        ((uint8_t *)in)[i] = spi->transfer(&r.n->dev, 0);
    }
    spi->select(&r.n->dev, false);
}

static void order(Rig r, const void *out, size_t len)
{
    talk(r, out, len, NULL, 0);
}

static uint8_t ask(Rig r, uint8_t code)
{
    uint8_t in;
    talk(r, &code, 1, &in, 1);
    return in;
}

#define ORDER(r, ...) order(r, (const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ }))

static void settle(Rig r)
{
    for (unsigned i = 0; i < 1000 && ask(r, 0x05) & 1; i++) {
        zif_bench_run(r.b, 50 * ZIF_MS);
    }
    assert_false(ask(r, 0x05) & 1);
}

static void enable(Rig r)
{
    ORDER(r, 0x06);
}

static void read_at(Rig r, uint32_t at, void *in, size_t len)
{
    const uint8_t cmd[] = { 0x03, (uint8_t)(at >> 16), (uint8_t)(at >> 8), (uint8_t)at };
    talk(r, cmd, sizeof cmd, in, len);
}

static uint8_t byte_at(Rig r, uint32_t at)
{
    uint8_t b;
    read_at(r, at, &b, 1);
    return b;
}

static void program(Rig r, uint32_t at, const void *data, size_t len)
{
    uint8_t cmd[4 + 600] = { 0x02, (uint8_t)(at >> 16), (uint8_t)(at >> 8), (uint8_t)at };
    memcpy(cmd + 4, data, len);
    enable(r);
    order(r, cmd, 4 + len);
}

static void it_names_itself(void **state)
{
    Rig r = rig_of(128u << 20);
    uint8_t in[8];
    talk(r, "\x9f", 1, in, 4);
    assert_memory_equal(in, "\xef\x40\x18\xef", 4);
    talk(r, "\x90\0\0\0", 4, in, 3);
    assert_memory_equal(in, "\xef\x17\xef", 3);
    talk(r, "\x90\0\0\1", 4, in, 2);
    assert_memory_equal(in, "\x17\xef", 2);
    talk(r, "\xab\0\0\0", 4, in, 1);
    assert_int_equal(in[0], 0x17);
    talk(r, "\x5a\0\0\0\0", 5, in, 8);
    assert_memory_equal(in, "SFDP\x06\x01\x00\xff", 8);
    talk(r, "\x5a\0\0\x84\0", 5, in, 4);
    assert_memory_equal(in, "\xff\xff\xff\x07", 4);
    assert_int_equal(zif_bench_nreports(r.b), 0);
    zif_bench_free(r.b);
}

static void a_page_program_clears_bits_after_its_time(void **state)
{
    Rig r = rig();
    program(r, 0x100, "\x12\x34", 2);
    assert_int_equal(ask(r, 0x05) & 3, 3);
    zif_bench_run(r.b, 399 * ZIF_US);
    assert_int_equal(ask(r, 0x05) & 3, 3);
    zif_bench_run(r.b, ZIF_US);
    assert_int_equal(ask(r, 0x05) & 3, 0);
    assert_int_equal(byte_at(r, 0x100), 0x12);
    program(r, 0x100, "\xf1", 1);
    settle(r);
    assert_int_equal(byte_at(r, 0x100), 0x10);
    assert_int_equal(zif_bench_reported(r.b, ZIF_REPORT_FLASH, ""), 1);
    zif_bench_free(r.b);
}

static void programming_past_the_page_wraps_to_its_start(void **state)
{
    Rig r = rig();
    uint8_t in[256];
    program(r, 0x2fe, "abcd", 4);
    settle(r);
    read_at(r, 0x200, in, 256);
    assert_memory_equal(in, "cd\xff", 3);
    assert_memory_equal(in + 254, "ab", 2);
    assert_int_equal(byte_at(r, 0x300), 0xff);
    zif_bench_free(r.b);
}

static void more_than_a_page_keeps_the_last_256_bytes(void **state)
{
    Rig r = rig();
    uint8_t data[258], in[256];
    for (unsigned i = 0; i < sizeof data; i++) {
        data[i] = (uint8_t)i;
    }
    data[256] = 0x77;
    data[257] = 0x78;
    program(r, 0, data, sizeof data);
    settle(r);
    read_at(r, 0, in, 256);
    assert_int_equal(in[0], 0x77);
    assert_int_equal(in[1], 0x78);
    assert_int_equal(in[2], 2);
    zif_bench_free(r.b);
}

static void nothing_is_written_without_write_enable(void **state)
{
    Rig r = rig();
    ORDER(r, 0x02, 0, 0, 0, 0);
    ORDER(r, 0x20, 0, 0, 0);
    assert_int_equal(ask(r, 0x05), 0);
    assert_int_equal(byte_at(r, 0), 0xff);
    assert_int_equal(zif_bench_reported(r.b, ZIF_REPORT_FLASH, ""), 2);
    ORDER(r, 0x06);
    ORDER(r, 0x04);
    assert_int_equal(ask(r, 0x05), 0);
    zif_bench_free(r.b);
}

static void erases_empty_4_32_and_64_kib_and_the_chip(void **state)
{
    static const struct {
        uint8_t code;
        uint32_t size;
        ZifTime time;
    } erases[] = { { 0x20, 4096, 45 * ZIF_MS },
                   { 0x52, 32768, 120 * ZIF_MS },
                   { 0xd8, 65536, 150 * ZIF_MS },
                   { 0xc7, SIZE, 40 * ZIF_SEC } };
    Rig r = rig();
    for (unsigned i = 0; i < 4; i++) {
        uint32_t at = 0x30000 & ~(erases[i].size - 1);
        for (uint32_t a = 0; a < SIZE; a += 4096) {
            program(r, a, "\0", 1);
            settle(r);
        }
        enable(r);
        if (erases[i].code == 0xc7) {
            ORDER(r, 0xc7);
        } else {
            ORDER(r, erases[i].code, 3, 0, 0x80);
        }
        zif_bench_run(r.b, erases[i].time - 1);
        assert_true(ask(r, 0x05) & 1);
        zif_bench_run(r.b, 1);
        assert_false(ask(r, 0x05) & 1);
        for (uint32_t a = 0; a < SIZE; a += 4096) {
            assert_int_equal(byte_at(r, a), a - at < erases[i].size ? 0xff : 0);
        }
    }
    assert_int_equal(zif_bench_nreports(r.b), 0);
    zif_bench_free(r.b);
}

static void while_busy_only_the_status_answers(void **state)
{
    Rig r = rig();
    uint8_t in = 0;
    program(r, 0, "\0", 1);
    talk(r, "\x9f", 1, &in, 1);
    assert_int_equal(in, 0xff);
    assert_int_equal(byte_at(r, 1), 0xff);
    assert_int_equal(ask(r, 0x05), 3);
    assert_int_equal(zif_bench_reported(r.b, ZIF_REPORT_BUSY, ""), 2);
    zif_bench_free(r.b);
}

static void block_protection_refuses_program_and_erase(void **state)
{
    Rig r = rig();
    enable(r);
    ORDER(r, 0x01, 0x04); /* BP0: the upper 64th */
    settle(r);
    assert_int_equal(ask(r, 0x05), 0x04);
    program(r, SIZE - 1, "\0", 1);
    assert_int_equal(ask(r, 0x05) & 3, 0);
    assert_int_equal(byte_at(r, SIZE - 1), 0xff);
    program(r, SIZE - SIZE / 64 - 1, "\0", 1);
    settle(r);
    assert_int_equal(byte_at(r, SIZE - SIZE / 64 - 1), 0);
    enable(r);
    ORDER(r, 0xc7);
    assert_int_equal(ask(r, 0x05) & 3, 0);
    assert_int_equal(zif_bench_reported(r.b, ZIF_REPORT_LOCKED, ""), 2);
    enable(r);
    ORDER(r, 0x01, 0x24, 0x40); /* TB and CMP: all but the lowest 64th */
    settle(r);
    program(r, SIZE / 64 - 1, "\0", 1);
    settle(r);
    assert_int_equal(byte_at(r, SIZE / 64 - 1), 0);
    program(r, SIZE / 64, "\0", 1);
    assert_int_equal(byte_at(r, SIZE / 64), 0xff);
    zif_bench_free(r.b);
}

static void individual_locks_hold_when_wps_chooses_them(void **state)
{
    Rig r = rig();
    enable(r);
    ORDER(r, 0x11, 0x04);
    settle(r);
    program(r, 0x1000, "\0", 1);
    assert_int_equal(byte_at(r, 0x1000), 0xff);
    enable(r);
    ORDER(r, 0x39, 0, 0x10, 0);
    uint8_t in;
    talk(r, "\x3d\0\x10\0", 4, &in, 1);
    assert_int_equal(in, 0);
    talk(r, "\x3d\0\x20\0", 4, &in, 1);
    assert_int_equal(in, 1);
    program(r, 0x1000, "\0", 1);
    settle(r);
    assert_int_equal(byte_at(r, 0x1000), 0);
    zif_bench_free(r.b);
}

static void a_volatile_status_write_is_gone_after_reset(void **state)
{
    Rig r = rig();
    ORDER(r, 0x50);
    ORDER(r, 0x01, 0x1c);
    assert_int_equal(ask(r, 0x05), 0x1c);
    enable(r);
    ORDER(r, 0x31, 0x02);
    settle(r);
    ORDER(r, 0x99);
    assert_int_equal(ask(r, 0x05), 0x1c); /* not enabled */
    ORDER(r, 0x66);
    ORDER(r, 0x99);
    assert_int_equal(ask(r, 0x35), 2);
    zif_bench_free(r.b);
}

static void deep_power_down_ignores_all_but_release(void **state)
{
    Rig r = rig();
    uint8_t in;
    ORDER(r, 0xb9);
    talk(r, "\x9f", 1, &in, 1);
    assert_int_equal(in, 0xff);
    ORDER(r, 0xab);
    talk(r, "\x9f", 1, &in, 1);
    assert_int_equal(in, 0xef);
    assert_int_equal(zif_bench_reported(r.b, ZIF_REPORT_BUSY, ""), 1);
    zif_bench_free(r.b);
}

static void a_suspended_erase_lets_other_sectors_be_read_and_programmed(void **state)
{
    Rig r = rig();
    program(r, 0, "\0", 1);
    settle(r);
    enable(r);
    ORDER(r, 0x20, 0, 0, 0);
    zif_bench_run(r.b, 20 * ZIF_MS);
    ORDER(r, 0x75);
    assert_int_equal(ask(r, 0x05) & 1, 1);
    zif_bench_run(r.b, 20 * ZIF_US);
    assert_int_equal(ask(r, 0x05) & 1, 0);
    assert_int_equal(ask(r, 0x35) & 0x80, 0x80);
    program(r, 0x5000, "\x55", 1);
    zif_bench_run(r.b, 400 * ZIF_US);
    assert_int_equal(byte_at(r, 0x5000), 0x55);
    ORDER(r, 0x7a);
    assert_int_equal(ask(r, 0x35) & 0x80, 0);
    zif_bench_run(r.b, 25 * ZIF_MS);
    assert_int_equal(ask(r, 0x05) & 1, 0);
    assert_int_equal(byte_at(r, 0), 0xff);
    assert_int_equal(zif_bench_nreports(r.b), 0);
    zif_bench_free(r.b);
}

static void four_byte_addresses_reach_the_upper_half(void **state)
{
    Rig r = rig_of(256u << 20);
    uint8_t in;
    enable(r);
    ORDER(r, 0x12, 1, 0, 0, 5, 0x5a);
    settle(r);
    assert_int_equal(byte_at(r, 5), 0xff);
    talk(r, "\x13\1\0\0\5", 5, &in, 1);
    assert_int_equal(in, 0x5a);
    ORDER(r, 0xb7);
    assert_int_equal(ask(r, 0x15) & 1, 1);
    talk(r, "\x03\1\0\0\5", 5, &in, 1);
    assert_int_equal(in, 0x5a);
    ORDER(r, 0xe9);
    enable(r);
    ORDER(r, 0xc5, 1);
    assert_int_equal(ask(r, 0xc8), 1);
    assert_int_equal(byte_at(r, 5), 0x5a);
    zif_bench_free(r.b);
}

static void quad_reads_need_qe_and_four_lines(void **state)
{
    Rig r = rig();
    program(r, 0, "\x5a", 1);
    settle(r);
    for (unsigned qe = 0; qe < 2; qe++) {
        serial_nor_select(r.n, true);
        serial_nor_transfer(r.n, 0x6b, 1);
        for (unsigned i = 0; i < 4; i++) {
            serial_nor_transfer(r.n, 0, 1);
        }
        assert_int_equal(serial_nor_transfer(r.n, 0, 4), qe ? 0x5a : 0xff);
        serial_nor_select(r.n, false);
        enable(r);
        ORDER(r, 0x31, 2);
        settle(r);
    }
    assert_int_equal(zif_bench_reported(r.b, ZIF_REPORT_FLASH, ""), 1);
    uint8_t in;
    talk(r, "\x6b\0\0\0\0", 5, &in, 1);
    assert_int_equal(in, 0xff);
    assert_int_equal(zif_bench_reported(r.b, ZIF_REPORT_BUS, ""), 1);
    zif_bench_free(r.b);
}

static void an_erase_of_a_wrong_length_is_ignored(void **state)
{
    Rig r = rig();
    enable(r);
    ORDER(r, 0x20, 0, 0, 0, 0);
    assert_int_equal(ask(r, 0x05), 2);
    enable(r);
    ORDER(r, 0x20, 0, 0);
    assert_int_equal(ask(r, 0x05), 2);
    assert_int_equal(zif_bench_reported(r.b, ZIF_REPORT_FLASH, ""), 2);
    zif_bench_free(r.b);
}

/* Random commands against a model of the cells alone: what they hold never depends on how one got there. */
static void random_commands_leave_the_cells_of_an_independent_model(void **state)
{
    enum { SMALL = 1 << 16 };
    static uint8_t model[SMALL];
    Rig r = rig_of(8 * SMALL);
    unsigned seed = 4711;
    bool wel = false;
    memset(model, 0xff, sizeof model);
    srand(seed);
    print_message("seed %u\n", seed);
    for (unsigned n = 0; n < 3000; n++) {
        uint32_t at = (uint32_t)rand() % SMALL, len = (uint32_t)rand() % 300 + 1;
        uint8_t cmd[4 + 300] = { 0, (uint8_t)(at >> 16), (uint8_t)(at >> 8), (uint8_t)at };
        switch (rand() % 8) {
        case 0:
        case 1:
        case 2:
            enable(r);
            wel = true;
            break;
        case 3:
        case 4:
            cmd[0] = 0x02;
            for (uint32_t i = 0; i < len; i++) {
                cmd[4 + i] = (uint8_t)rand();
            }
            order(r, cmd, 4 + len);
            if (wel) {
                uint8_t page[256];
                memset(page, 0xff, sizeof page);
                for (uint32_t i = 0; i < len; i++) {
                    page[(at + i) % 256] = cmd[4 + i];
                }
                for (uint32_t i = 0; i < 256; i++) {
                    model[(at & ~255u) + i] &= page[i];
                }
                wel = false;
            }
            settle(r);
            break;
        case 5:
            cmd[0] = rand() % 2 ? 0x20 : 0x52;
            order(r, cmd, 4);
            if (wel) {
                uint32_t size = cmd[0] == 0x20 ? 4096 : 32768;
                memset(model + (at & ~(size - 1)), 0xff, size);
                wel = false;
            }
            settle(r);
            break;
        case 6:
            cmd[0] = (uint8_t[]){ 0x9f, 0x35, 0x5a, 0x03, 0x0b, 0xff, 0x77 }[rand() % 7];
            order(r, cmd, (size_t)(rand() % 8 + 1));
            break;
        default: {
            uint8_t in[300];
            read_at(r, at, in, len);
            for (uint32_t i = 0; i < len; i++) {
                assert_int_equal(in[i], model[(at + i) % SMALL]);
            }
        }
        }
    }
    zif_bench_free(r.b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_names_itself),
        cmocka_unit_test(a_page_program_clears_bits_after_its_time),
        cmocka_unit_test(programming_past_the_page_wraps_to_its_start),
        cmocka_unit_test(more_than_a_page_keeps_the_last_256_bytes),
        cmocka_unit_test(nothing_is_written_without_write_enable),
        cmocka_unit_test(erases_empty_4_32_and_64_kib_and_the_chip),
        cmocka_unit_test(while_busy_only_the_status_answers),
        cmocka_unit_test(block_protection_refuses_program_and_erase),
        cmocka_unit_test(individual_locks_hold_when_wps_chooses_them),
        cmocka_unit_test(a_volatile_status_write_is_gone_after_reset),
        cmocka_unit_test(deep_power_down_ignores_all_but_release),
        cmocka_unit_test(a_suspended_erase_lets_other_sectors_be_read_and_programmed),
        cmocka_unit_test(four_byte_addresses_reach_the_upper_half),
        cmocka_unit_test(quad_reads_need_qe_and_four_lines),
        cmocka_unit_test(an_erase_of_a_wrong_length_is_ignored),
        cmocka_unit_test(random_commands_leave_the_cells_of_an_independent_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
