/* Cells that outlive power: steps, tears, wear, files. SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zif/flash.h>
#include <zif/testbench.h>
#include "flash.h"

enum { SMALL = 256, BIG = 1024, SIZE = 4 * SMALL + 3 * BIG };

typedef struct {
    ZifDevice dev;
    ZifFlash *flash;
} Chip;

static bool chip_realize(ZifDevice *dev, Error **errp)
{
    Chip *c = (Chip *)dev;
    c->flash =
        zif_flash_new(dev, &(ZifFlashConfig){ .size = 4096, .unit = 4, .sectors = { { 4, SMALL }, { 3, BIG } } }, errp);
    return c->flash;
}

static const ZifClass chip_class = {
    .name = "chip",
    .size = sizeof(Chip),
    .plain = sizeof(ZifDevice),
    .realize = chip_realize,
};

/* These tests hand their class over. */
const ZifClass *const zif_classes[] = { NULL };
const unsigned zif_nclasses = 0;

static ZifFlash *chip(ZifBench **b)
{
    *b = zif_bench_new();
    return ((Chip *)zif_bench_add_class(*b, &chip_class, NULL))->flash;
}

static ZifFlashStep program(uint64_t offset, const void *data, uint32_t len)
{
    return (ZifFlashStep){ .kind = ZIF_FLASH_PROGRAM, .offset = offset, .len = len, .data = data };
}

static ZifFlashStep erase(uint64_t offset, uint32_t len)
{
    return (ZifFlashStep){ .kind = ZIF_FLASH_ERASE, .offset = offset, .len = len };
}

static uint32_t erased(const ZifFlash *f, uint32_t n)
{
    uint64_t start, size;
    uint32_t count;
    zif_flash_sector(f, n, &start, &size, &count);
    return count;
}

static void programming_clears_bits_and_fails_where_it_would_set_one(void **state)
{
    ZifBench *b;
    ZifFlash *f = chip(&b);
    ZifFlashStep first = program(8, "\x0f\xf0", 2), second = program(8, "\x01\x0f", 2);
    assert_true(zif_flash_do(f, &first));
    assert_memory_equal(zif_flash_cells(f) + 7, "\xff\x0f\xf0\xff", 4);
    assert_false(zif_flash_do(f, &second));
    assert_memory_equal(zif_flash_cells(f) + 7, "\xff\x01\x00\xff", 4);
    assert_int_equal(zif_flash_steps(f), 2);
    zif_bench_free(b);
}

static void a_write_step_replaces_bytes(void **state)
{
    ZifBench *b;
    ZifFlash *f = chip(&b);
    ZifFlashStep w = { .kind = ZIF_FLASH_WRITE, .offset = 3, .len = 2, .data = (const uint8_t *)"\x00\x00" };
    assert_true(zif_flash_do(f, &w));
    w.data = (const uint8_t *)"ab";
    assert_true(zif_flash_do(f, &w));
    assert_memory_equal(zif_flash_cells(f) + 3, "ab", 2);
    zif_bench_free(b);
}

static void an_erase_counts_every_sector_it_empties(void **state)
{
    ZifBench *b;
    ZifFlash *f = chip(&b);
    ZifFlashStep e = erase(2 * SMALL, 2 * SMALL + BIG);
    assert_true(zif_flash_do(f, &e));
    static const uint32_t want[] = { 0, 0, 1, 1, 1, 0, 0 };
    assert_int_equal(zif_flash_nsectors(f), 7);
    for (unsigned i = 0; i < 7; i++) {
        assert_int_equal(erased(f, i), want[i]);
    }
    zif_bench_free(b);
}

static void lanes_touch_only_their_chip(void **state)
{
    ZifBench *b;
    ZifFlash *f = chip(&b);
    ZifFlashStep s = {
        .kind = ZIF_FLASH_PROGRAM, .offset = 2, .len = 4, .lane = 2, .stride = 4, .data = (const uint8_t *)"\1\2\3\4"
    };
    assert_true(zif_flash_do(f, &s));
    assert_memory_equal(zif_flash_cells(f), "\xff\xff\1\2\xff\xff\3\4\xff", 9);
    zif_bench_free(b);
}

static void a_started_step_changes_nothing_until_it_is_finished(void **state)
{
    ZifBench *b;
    ZifFlash *f = chip(&b);
    uint8_t data[2] = { 0x12, 0x34 };
    ZifFlashStep s = program(0, data, 2);
    zif_flash_start(f, 1, &s);
    data[0] = 0;
    assert_true(zif_flash_busy(f, 1));
    assert_memory_equal(zif_flash_cells(f), "\xff\xff", 2);
    assert_true(zif_flash_finish(f, 1));
    assert_memory_equal(zif_flash_cells(f), "\x12\x34", 2);
    assert_false(zif_flash_busy(f, 1));
    zif_bench_free(b);
}

/* Every torn byte must lie between what was and what was to be; all seeds together must show more than the two ends. */
static void a_torn_program_leaves_a_part_of_its_bits_done(void **state)
{
    static const uint8_t data[8] = { 0, 0x55, 0xaa, 0x0f, 0x80, 1, 0, 0xff };
    ZifFlashStep s = program(0, data, 8);
    bool partly = false;
    for (uint64_t seed = 0; seed < 200; seed++) {
        uint8_t cells[8];
        unsigned units = 0;
        memset(cells, 0xff, 8);
        zif_flash_tear(&s, 4, cells, seed);
        for (unsigned u = 0; u < 2; u++) {
            units += memcmp(cells + 4 * u, data + 4 * u, 4) && memcmp(cells + 4 * u, "\xff\xff\xff\xff", 4);
        }
        for (unsigned i = 0; i < 8; i++) {
            assert_int_equal(cells[i] & data[i], data[i]);
        }
        assert_true(units <= 1);
        partly |= units == 1;
    }
    assert_true(partly);
}

static void a_torn_erase_sets_a_part_of_the_bits(void **state)
{
    ZifFlashStep s = erase(0, 64);
    bool none = false, all = false, partly = false;
    for (uint64_t seed = 0; seed < 200; seed++) {
        uint8_t cells[64];
        unsigned ones = 0;
        memset(cells, 0, sizeof cells);
        zif_flash_tear(&s, 1, cells, seed);
        for (unsigned i = 0; i < 512; i++) {
            ones += cells[i / 8] >> i % 8 & 1;
        }
        none |= ones == 0;
        all |= ones == 512;
        partly |= ones > 100 && ones < 400;
    }
    assert_true(none && all && partly);
}

static void power_lost_during_a_step_tears_it(void **state)
{
    ZifBench *b;
    ZifFlash *f = chip(&b);
    uint8_t zeros[256] = { 0 };
    ZifFlashStep s = program(0, zeros, 256);
    zif_flash_start(f, 0, &s);
    zif_flash_abort(f, 0);
    assert_false(zif_flash_busy(f, 0));
    assert_int_equal(zif_flash_cells(f)[256], 0xff);
    assert_memory_not_equal(zif_flash_cells(f), zeros, 256);
    zif_bench_free(b);
}

static void worn_sectors_do_not_erase_whole(void **state)
{
    ZifBench *b;
    ZifFlash *f = chip(&b);
    ZifFlashStep e = erase(0, SMALL);
    zif_flash_set_endurance(f, 2);
    assert_true(zif_flash_do(f, &e));
    assert_true(zif_flash_do(f, &e));
    assert_false(zif_flash_do(f, &e));
    unsigned bad = 0;
    for (unsigned i = 0; i < SMALL; i++) {
        bad += zif_flash_cells(f)[i] != 0xff;
    }
    assert_in_range(bad, 1, 2);
    e.offset = SMALL;
    assert_true(zif_flash_do(f, &e));
    zif_bench_free(b);
}

static void a_snapshot_keeps_the_step_under_way_and_the_wear(void **state)
{
    ZifBench *b;
    ZifFlash *f = chip(&b);
    ZifFlashStep s = program(0, "\x12\x34", 2), e = erase(0, SMALL);
    assert_true(zif_flash_do(f, &e));
    zif_flash_start(f, 2, &s);
    void *saved = malloc(zif__device_state_size(f->dev));
    zif__device_save(f->dev, saved);
    zif_flash_finish(f, 2);
    assert_true(zif_flash_do(f, &e));
    zif__device_restore(f->dev, saved);
    free(saved);
    assert_true(zif_flash_busy(f, 2));
    assert_int_equal(erased(f, 0), 1);
    assert_true(zif_flash_finish(f, 2));
    assert_memory_equal(zif_flash_cells(f), "\x12\x34", 2);
    zif_bench_free(b);
}

/* --- Files ------------------------------------------------------------------------------------------------------------ */

static char *temporary(const void *bytes, size_t len)
{
    static char path[64];
    snprintf(path, sizeof path, "/tmp/zif-flash-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len), len);
    close(fd);
    return path;
}

static uint8_t file_byte(const char *path, long at)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, at, SEEK_SET), 0);
    int c = fgetc(file);
    fclose(file);
    return (uint8_t)c;
}

static void a_file_holds_every_change_at_once(void **state)
{
    ZifBench *b;
    ZifFlash *f = chip(&b);
    char *path = temporary("", 0);
    assert_true(zif_flash_attach(f, path, ZIF_FLASH_FILE_RW, &error_abort));
    assert_int_equal(file_byte(path, SIZE - 1), 0xff);
    ZifFlashStep s = program(SIZE - 1, "\x12", 1);
    assert_true(zif_flash_do(f, &s));
    assert_int_equal(file_byte(path, SIZE - 1), 0x12);
    zif_bench_free(b);
    f = chip(&b);
    assert_true(zif_flash_attach(f, path, ZIF_FLASH_FILE_RW, &error_abort));
    assert_int_equal(zif_flash_cells(f)[SIZE - 1], 0x12);
    zif_bench_free(b);
    unlink(path);
}

static void an_overlay_leaves_the_file_alone(void **state)
{
    static const uint8_t zeros[SIZE];
    ZifBench *b;
    ZifFlash *f = chip(&b);
    char *path = temporary(zeros, SIZE);
    assert_true(zif_flash_attach(f, path, ZIF_FLASH_FILE_OVERLAY, &error_abort));
    ZifFlashStep e = erase(0, SMALL);
    assert_true(zif_flash_do(f, &e));
    assert_int_equal(zif_flash_cells(f)[0], 0xff);
    assert_int_equal(file_byte(path, 0), 0);
    zif_bench_free(b);
    unlink(path);
}

static void a_read_only_file_makes_a_write_protected_chip(void **state)
{
    static const uint8_t zeros[SIZE];
    ZifBench *b;
    ZifFlash *f = chip(&b);
    char *path = temporary(zeros, SIZE);
    assert_true(zif_flash_attach(f, path, ZIF_FLASH_FILE_RO, &error_abort));
    ZifFlashStep e = erase(0, SMALL);
    assert_false(zif_flash_do(f, &e));
    assert_int_equal(zif_flash_cells(f)[0], 0);
    assert_int_equal(erased(f, 0), 0);
    zif_bench_free(b);
    unlink(path);
}

static void a_file_of_another_size_is_refused_and_nothing_changes(void **state)
{
    ZifBench *b;
    ZifFlash *f = chip(&b);
    char *path = temporary("short", 5);
    Error *err = NULL;
    assert_false(zif_flash_attach(f, path, ZIF_FLASH_FILE_RW, &err));
    assert_non_null(strstr(error_get_pretty(err), "5 bytes, but flash"));
    error_free(err);
    err = NULL;
    assert_false(zif_flash_attach(f, "/nonexistent/file", ZIF_FLASH_FILE_RW, &err));
    error_free(err);
    err = NULL;
    assert_false(zif_flash_attach(f, "/dev/null", ZIF_FLASH_FILE_RO, &err));
    error_free(err);
    assert_false(zif_flash_attached(f));
    assert_int_equal(zif_flash_cells(f)[0], 0xff);
    assert_int_equal(file_byte(path, 0), 's');
    zif_bench_free(b);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(programming_clears_bits_and_fails_where_it_would_set_one),
        cmocka_unit_test(a_write_step_replaces_bytes),
        cmocka_unit_test(an_erase_counts_every_sector_it_empties),
        cmocka_unit_test(lanes_touch_only_their_chip),
        cmocka_unit_test(a_started_step_changes_nothing_until_it_is_finished),
        cmocka_unit_test(a_torn_program_leaves_a_part_of_its_bits_done),
        cmocka_unit_test(a_torn_erase_sets_a_part_of_the_bits),
        cmocka_unit_test(power_lost_during_a_step_tears_it),
        cmocka_unit_test(worn_sectors_do_not_erase_whole),
        cmocka_unit_test(a_snapshot_keeps_the_step_under_way_and_the_wear),
        cmocka_unit_test(a_file_holds_every_change_at_once),
        cmocka_unit_test(an_overlay_leaves_the_file_alone),
        cmocka_unit_test(a_read_only_file_makes_a_write_protected_chip),
        cmocka_unit_test(a_file_of_another_size_is_refused_and_nothing_changes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
