/*
 * A snapshot, in memory or in a file, goes on exactly as the original run did: same trace hash, same output. A file that does
 * not fit is refused and changes nothing. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "../rig/rig.h"

typedef struct {
    const char *board, *image, *input;
    ZifTime span; /* virtual time a run covers */
} Subject;

/* Real images on every chip: Debian's MicroPython, and the guest programs built with zif. */
static const Subject subjects[] = {
    { "microbit", "/usr/share/firmware-microbit-micropython/firmware.hex", "[n * n for n in range(9)]\r",
      400 * ZIF_MS },
    { "nrf51822", FIRMWARE_DIR "/nrf51822/ticks.elf", NULL, 30 * ZIF_MS },
    { "nrf51822", FIRMWARE_DIR "/nrf51822/echo.elf", "some text\r\n", 20 * ZIF_MS },
    { "mps2-an385", FIRMWARE_DIR "/mps2-an385/ticks.elf", NULL, 30 * ZIF_MS },
    { "mps2-an385", FIRMWARE_DIR "/mps2-an385/echo.elf", "some text\r\n", 20 * ZIF_MS },
};
enum { NSUBJECTS = sizeof subjects / sizeof *subjects };

static uint64_t seed = 20261122;

static uint64_t next_random(void)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return seed >> 33;
}

static Rig start(const Subject *s)
{
    return rig_start(s->board, s->image, s->input, NULL);
}

static bool is_there(const Subject *s)
{
    if (!rig_has(s->image)) {
        print_message("skipped: %s is not installed\n", s->image);
        return false;
    }
    return true;
}

static void a_restored_run_repeats_itself_from_any_instruction(void **state)
{
    print_message("seed %llu\n", (unsigned long long)seed);
    for (unsigned i = 0; i < NSUBJECTS; i++) {
        if (!is_there(&subjects[i])) {
            continue;
        }
        Rig rig = start(&subjects[i]);
        ZifRunInfo info;
        for (unsigned round = 0; round < 4; round++) {
            zif_machine_run(rig.m, zif_machine_now(rig.m) + next_random() % (subjects[i].span / 5), &info);
            ZifSnapshot *s = zif_machine_snapshot(rig.m);
            ZifTime end = zif_machine_now(rig.m) + subjects[i].span / 5;
            zif_machine_run(rig.m, end, &info);
            uint64_t hash = zif_machine_trace_hash(rig.m), instructions = zif_machine_instructions(rig.m);
            for (unsigned again = 0; again < 2; again++) {
                zif_machine_restore(rig.m, s);
                zif_machine_run(rig.m, end, &info);
                if (zif_machine_trace_hash(rig.m) != hash || zif_machine_instructions(rig.m) != instructions) {
                    fail_msg("%s: round %u, restore %u: another run than the first", subjects[i].image, round, again);
                }
            }
            zif_snapshot_free(s);
            if (info.reason == ZIF_RUN_EXIT) {
                break;
            }
        }
        rig_finish(&rig);
    }
}

static void an_older_snapshot_can_be_restored_after_a_newer_one(void **state)
{
    Rig rig = start(&subjects[3]);
    ZifRunInfo info;
    zif_machine_run(rig.m, 2 * ZIF_MS, &info);
    ZifSnapshot *older = zif_machine_snapshot(rig.m);
    zif_machine_run(rig.m, 3 * ZIF_MS, &info);
    uint64_t hash = zif_machine_trace_hash(rig.m);
    ZifSnapshot *newer = zif_machine_snapshot(rig.m);
    zif_machine_run(rig.m, 4 * ZIF_MS, &info);
    zif_machine_restore(rig.m, older);
    zif_machine_run(rig.m, 3 * ZIF_MS, &info);
    assert_int_equal(zif_machine_trace_hash(rig.m), hash);
    zif_machine_restore(rig.m, newer);
    assert_int_equal(zif_machine_trace_hash(rig.m), hash);
    zif_snapshot_free(older);
    zif_snapshot_free(newer);
    rig_finish(&rig);
}

/* --- Files ------------------------------------------------------------------------------------------------------------- */

static char path[64];

static int make_path(void **state)
{
    strcpy(path, "zif-snapshot-XXXXXX");
    int fd = mkstemp(path);
    close(fd);
    return fd < 0;
}

static int remove_path(void **state)
{
    return unlink(path);
}

static void collect(void *opaque, uint8_t byte, ZifTime when)
{
    fputc(byte, opaque);
}

/* What the guest prints, and how far it gets, from now until `end`. */
static char *rest_of(Rig *rig, ZifTime end, uint64_t *instructions)
{
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    zif_serial_on_transmit(zif_machine_serial(rig->m, 0), collect, out);
    ZifRunInfo info;
    zif_machine_run(rig->m, end, &info);
    *instructions = zif_machine_instructions(rig->m);
    fclose(out);
    return text;
}

static void a_file_carries_a_run_into_another_process(void **state)
{
    for (unsigned i = 0; i < NSUBJECTS; i++) {
        if (!is_there(&subjects[i])) {
            continue;
        }
        uint64_t instructions[2];
        ZifRunInfo info;
        Rig rig = start(&subjects[i]);
        zif_machine_run(rig.m, subjects[i].span / 3, &info);
        assert_true(zif_machine_save_file(rig.m, path, &error_fatal));
        char *expected = rest_of(&rig, subjects[i].span, &instructions[0]);
        rig_finish(&rig);
        rig = start(&(Subject){ subjects[i].board, subjects[i].image, NULL, 0 });
        assert_true(zif_machine_load_file(rig.m, path, &error_fatal));
        char *got = rest_of(&rig, subjects[i].span, &instructions[1]);
        assert_string_equal(got, expected);
        assert_int_equal(instructions[1], instructions[0]);
        rig_finish(&rig);
        free(expected);
        free(got);
    }
}

static void equal_machines_give_equal_files(void **state)
{
    char *bytes[2];
    size_t sizes[2];
    for (unsigned i = 0; i < 2; i++) {
        ZifRunInfo info;
        Rig rig = start(&subjects[3]);
        zif_machine_run(rig.m, 2 * ZIF_MS, &info);
        assert_true(zif_machine_save_file(rig.m, path, &error_fatal));
        rig_finish(&rig);
        FILE *in = fopen(path, "rb");
        bytes[i] = malloc(16 << 20);
        sizes[i] = fread(bytes[i], 1, 16 << 20, in);
        fclose(in);
    }
    assert_int_equal(sizes[0], sizes[1]);
    assert_memory_equal(bytes[0], bytes[1], sizes[0]);
    free(bytes[0]);
    free(bytes[1]);
}

static void refused(Rig *rig, const char *why)
{
    Error *err = NULL;
    uint64_t before = zif_machine_instructions(rig->m);
    assert_false(zif_machine_load_file(rig->m, path, &err));
    if (why && !strstr(error_get_pretty(err), why)) {
        fail_msg("'%s' says nothing of '%s'", error_get_pretty(err), why);
    }
    error_free(err);
    assert_int_equal(zif_machine_instructions(rig->m), before);
}

static void a_damaged_file_is_refused_and_changes_nothing(void **state)
{
    ZifRunInfo info;
    Rig rig = start(&subjects[2]);
    zif_machine_run(rig.m, 2 * ZIF_MS, &info);
    assert_true(zif_machine_save_file(rig.m, path, &error_fatal));
    zif_machine_run(rig.m, 3 * ZIF_MS, &info);
    uint64_t hash = zif_machine_trace_hash(rig.m);
    FILE *f = fopen(path, "rb");
    static char bytes[1 << 20];
    size_t size = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    assert_true(size > 100 && size < sizeof bytes);
    for (unsigned i = 0; i < 200; i++) {
        size_t at = i < 60 ? i : next_random() % size;
        bytes[at] ^= 1 << i % 8;
        f = fopen(path, "wb");
        fwrite(bytes, 1, size, f);
        fclose(f);
        refused(&rig, NULL);
        bytes[at] ^= 1 << i % 8;
    }
    for (unsigned i = 0; i < 50; i++) {
        f = fopen(path, "wb");
        fwrite(bytes, 1, next_random() % size, f);
        fclose(f);
        refused(&rig, NULL);
    }
    assert_int_equal(zif_machine_trace_hash(rig.m), hash);
    rig_finish(&rig);
}

static void a_file_of_another_board_is_refused_by_name(void **state)
{
    ZifRunInfo info;
    Rig rig = start(&subjects[1]);
    zif_machine_run(rig.m, ZIF_MS, &info);
    assert_true(zif_machine_save_file(rig.m, path, &error_fatal));
    rig_finish(&rig);
    rig = start(&subjects[3]);
    refused(&rig, "another board");
    rig_finish(&rig);
}

static void no_file_and_no_snapshot_each_have_their_sentence(void **state)
{
    Rig rig = start(&subjects[1]);
    FILE *f = fopen(path, "wb");
    fputs("hello", f);
    fclose(f);
    refused(&rig, "not a zif snapshot");
    Error *err = NULL;
    assert_false(zif_machine_load_file(rig.m, "no/such/file", &err));
    assert_non_null(strstr(error_get_pretty(err), "no/such/file"));
    error_free(err);
    err = NULL;
    assert_false(zif_machine_save_file(rig.m, "no/such/folder/file", &err));
    assert_non_null(strstr(error_get_pretty(err), "no/such/folder"));
    error_free(err);
    rig_finish(&rig);
}

int main(void)
{
    const char *port = getenv("ZIF_CPU_PORT");
    if (port && !strcmp(port, "fast") && strncmp(zif_default_port(), "fast", 4)) {
        print_message("skipped: the fast memory port is not usable here\n");
        return 77;
    }
#define FILE_TEST(name) cmocka_unit_test_setup_teardown(name, make_path, remove_path)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_restored_run_repeats_itself_from_any_instruction),
        cmocka_unit_test(an_older_snapshot_can_be_restored_after_a_newer_one),
        FILE_TEST(a_file_carries_a_run_into_another_process),
        FILE_TEST(equal_machines_give_equal_files),
        FILE_TEST(a_damaged_file_is_refused_and_changes_nothing),
        FILE_TEST(a_file_of_another_board_is_refused_by_name),
        FILE_TEST(no_file_and_no_snapshot_each_have_their_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
