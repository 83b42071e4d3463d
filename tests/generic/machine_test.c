/*
 * The machine's run loop, end to end with real instructions: ends of a run, exact time, serial lines, resets, snapshots.
 * Small programs are Thumb code written here; the others are the guest programs of firmware/. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <assert.h>
#include "bed.h"

static const char *firmware; /* folder of the built guest programs */

/* A program at address 0 of the MPS2: stack, reset at 0x41, all faults at 0x81 (a branch to itself), code at 0x40. */
static ZifMachine *program(const uint16_t *code, size_t n, unsigned max_resets, ZifImage **image)
{
    uint32_t bytes[64] = { 0x20010000, 0x41 };
    uint32_t at = 0;
    Error *err = NULL;
    ZifMachineConfig config = { .board = "mps2-an385", .seed = 1, .max_resets = max_resets };
    assert_true(n <= 32);
    for (unsigned i = 2; i < 16; i++) {
        bytes[i] = 0x81;
    }
    memcpy(&bytes[16], code, 2 * n);
    bytes[32] = 0xe7fe; /* b . */
    *image = zif_image_parse("program", bytes, sizeof bytes, &at, &err);
    ZifMachine *m = zif_machine_new(&config, &err);
    if (!m || !*image || !zif_machine_load(m, *image, &err)) {
        fail_msg("%s", error_get_pretty(err));
    }
    zif_machine_reset(m, ZIF_RESET_POWER_ON);
    return m;
}

#define PROGRAM(max_resets, ...)                                                                                       \
    const uint16_t code[] = { __VA_ARGS__ };                                                                           \
    ZifImage *image;                                                                                                   \
    ZifRunInfo info __attribute__((unused));                                                                           \
    ZifMachine *m = program(code, sizeof code / sizeof *code, max_resets, &image)

#define DONE()                                                                                                         \
    do {                                                                                                               \
        zif_machine_free(m);                                                                                           \
        zif_image_free(image);                                                                                         \
    } while (0)

static ZifMachine *guest(const char *soc, const char *name, ZifImage **image)
{
    char path[1024];
    Error *err = NULL;
    ZifMachineConfig config = { .board = soc, .seed = 1, .semihosting = true, .max_resets = 0 };
    snprintf(path, sizeof path, "%s/%s/%s.elf", firmware, soc, name);
    *image = zif_image_open(path, &err);
    ZifMachine *m = *image ? zif_machine_new(&config, &err) : NULL;
    if (!m || !zif_machine_load(m, *image, &err)) {
        fail_msg("%s: %s", path, error_get_pretty(err));
    }
    zif_machine_reset(m, ZIF_RESET_POWER_ON);
    return m;
}

static void a_run_ends_exactly_at_its_time(void **state)
{
    PROGRAM(0, 0xe7fe);
    for (unsigned i = 1; i < 50; i++) {
        ZifTime until = i * (777 * ZIF_NS + 13);
        assert_int_equal(zif_machine_run(m, until, &info), ZIF_RUN_TIME);
        assert_true(zif_machine_now(m) >= until && zif_machine_now(m) < until + 40 * ZIF_NS);
    }
    DONE();
}

static void one_instruction_is_one_cycle(void **state)
{
    PROGRAM(0, 0xbf00, 0xbf00, 0xe7fc);
    zif_machine_run(m, 40 * ZIF_US, &info); /* 25 MHz */
    assert_int_equal(zif_machine_instructions(m), 1000);
    DONE();
}

static void a_guest_that_nothing_can_wake_is_dead(void **state)
{
    PROGRAM(0, 0xb672, 0xbf30, 0xe7fd); /* cpsid i; wfi; b */
    assert_int_equal(zif_machine_run(m, ZIF_SEC, &info), ZIF_RUN_DEAD);
    assert_true(zif_machine_now(m) < ZIF_MS);
    assert_string_equal(info.text, "the guest sleeps and nothing can wake it");
    DONE();
}

static void a_guest_with_somebody_outside_sleeps_on(void **state)
{
    PROGRAM(0, 0xbf30, 0xe7fd);
    zif_machine_set_external_wake(m, true);
    assert_int_equal(zif_machine_run(m, 100 * ZIF_SEC, &info), ZIF_RUN_TIME);
    assert_true(zif_machine_now(m) >= 100 * ZIF_SEC);
    assert_true(zif_machine_instructions(m) < 10);
    DONE();
}

static void a_fault_nobody_handles_ends_the_run(void **state)
{
    PROGRAM(0, 0xde00); /* udf */
    assert_int_equal(zif_machine_run(m, ZIF_SEC, &info), ZIF_RUN_FAULT);
    assert_non_null(strstr(info.text, "HardFault"));
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    zif_machine_crash_screen(m, out);
    fclose(out);
    assert_non_null(strstr(text, "interrupted at 0x00000040"));
    free(text);
    DONE();
}

static void a_fault_in_the_fault_handler_is_a_lockup(void **state)
{
    /* movs r0, #0x80; ldr r1, =0xde00; strh r1, [r0] (the handler becomes udf); udf */
    PROGRAM(0, 0x2080, 0x4901, 0x8001, 0xde00, 0xde00, 0x0000);
    assert_int_equal(zif_machine_run(m, ZIF_SEC, &info), ZIF_RUN_LOCKUP);
    DONE();
}

static void too_many_resets_end_the_run(void **state)
{
    /* ldr r0, [pc]; ldr r1, [pc]; str r1, [r0]; b . ; AIRCR; key and SYSRESETREQ */
    PROGRAM(3, 0x4801, 0x4902, 0x6001, 0xe7fe, 0xed0c, 0xe000, 0x0004, 0x05fa);
    assert_int_equal(zif_machine_run(m, ZIF_SEC, &info), ZIF_RUN_RESETS);
    assert_int_equal(zif_machine_resets(m), 3);
    DONE();
}

static void note_time(void *opaque)
{
    ZifMachine **m = opaque;
    assert_true(zif_machine_now(*m) >= 5 * ZIF_US && zif_machine_now(*m) < 5 * ZIF_US + 40 * ZIF_NS);
    zif_machine_stop(*m);
}

static void a_call_is_made_at_its_time_and_can_stop_the_run(void **state)
{
    PROGRAM(0, 0xe7fe);
    zif_machine_at(m, 5 * ZIF_US, note_time, &m);
    assert_int_equal(zif_machine_run(m, ZIF_SEC, &info), ZIF_RUN_ASKED);
    assert_int_equal(zif_machine_run(m, 6 * ZIF_US, &info), ZIF_RUN_TIME);
    DONE();
}

static void a_stuck_guest_is_told_what_it_polls(void **state)
{
    /* ldr r0, =UART0; 1: ldr r1, [r0, #4]; lsls r1, r1, #30; bpl 1b: waits for RX full */
    PROGRAM(0, 0x4802, 0x6841, 0x0789, 0xd5fc, 0xe7fe, 0xbf00, 0x4000, 0x4000);
    assert_int_equal(zif_machine_run(m, 20 * ZIF_MS, &info), ZIF_RUN_TIME);
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    zif_machine_stuck_report(m, out);
    fclose(out);
    if (!strstr(text, "uart0.STATE") || !strstr(text, "the code there looks at 0x2")) {
        fail_msg("%s", text);
    }
    free(text);
    DONE();
}

static void an_image_outside_memory_changes_nothing(void **state)
{
    static const uint8_t bytes[64] = { 1 };
    Error *err = NULL;
    uint32_t at = 0x1fffff0;
    PROGRAM(0, 0xe7fe);
    ZifImage *bad = zif_image_parse("bad", bytes, sizeof bytes, &at, &err);
    assert_false(zif_machine_load(m, bad, &err));
    assert_non_null(strstr(error_get_pretty(err), "mps2-an385"));
    error_free(err);
    err = NULL;
    assert_false(zif_machine_load(m, image, &err)); /* over itself */
    error_free(err);
    zif_image_free(bad);
    DONE();
}

typedef struct {
    char bytes[8192];
    size_t n;
} Heard;

static void hear(void *opaque, uint8_t byte, ZifTime when)
{
    Heard *h = opaque;
    if (h->n + 1 < sizeof h->bytes) {
        h->bytes[h->n++] = (char)byte;
    }
}

static void a_burst_to_a_uart_loses_nothing(void **state)
{
    static const char *const socs[] = { "mps2-an385", "nrf51822" };
    for (unsigned i = 0; i < 2; i++) {
        ZifImage *image;
        ZifRunInfo info;
        Heard heard = { .n = 0 };
        char burst[400];
        ZifMachine *m = guest(socs[i], "echo", &image);
        ZifSerialLine *line = zif_machine_serial_by_name(m, "console");
        for (unsigned k = 0; k < sizeof burst; k++) {
            burst[k] = (char)('a' + k % 23);
        }
        zif_serial_on_transmit(line, hear, &heard);
        zif_serial_send(line, burst, sizeof burst);
        zif_machine_run(m, 100 * ZIF_MS, &info);
        assert_int_equal(zif_serial_queued(line), 0);
        size_t found = 0; /* the echo may be wrapped in the program's own words */
        for (size_t k = 0; k < heard.n && found < sizeof burst; k++) {
            found += heard.bytes[k] == burst[found];
        }
        assert_int_equal(found, sizeof burst);
        DONE();
    }
}

static void a_restored_machine_runs_the_same_instructions_again(void **state)
{
    static const char *const runs[][2] = { { "mps2-an385", "ticks" },
                                           { "nrf51822", "ticks" },
                                           { "nrf51822", "hello" } };
    for (unsigned i = 0; i < sizeof runs / sizeof *runs; i++) {
        ZifImage *image;
        ZifRunInfo info;
        ZifMachine *m = guest(runs[i][0], runs[i][1], &image);
        zif_machine_enable_trace_hash(m);
        uint64_t rng = 42;
        for (unsigned round = 0; round < 20; round++) {
            ZifTime here = zif_machine_now(m);
            ZifSnapshot *s = zif_machine_snapshot(m);
            ZifTime step = bed_random(&rng) % (300 * ZIF_US);
            uint64_t hashes[2], counts[2];
            for (unsigned k = 0; k < 2; k++) {
                zif_machine_run(m, here + step + 50 * ZIF_US, &info);
                hashes[k] = zif_machine_trace_hash(m);
                counts[k] = zif_machine_instructions(m);
                zif_machine_restore(m, s);
            }
            assert_int_equal(counts[0], counts[1]);
            assert_int_equal(hashes[0], hashes[1]);
            zif_snapshot_free(s);
            zif_machine_run(m, here + step, &info);
        }
        DONE();
    }
}

static void every_run_of_a_program_has_one_hash(void **state)
{
    static const char *const ports[] = { "portable", "fast" };
    uint64_t first = 0;
    for (unsigned i = 0; i < 4; i++) {
        ZifImage *image;
        ZifRunInfo info;
        char path[1024];
        Error *err = NULL;
        ZifMachineConfig config = { .board = "nrf51822", .seed = 1, .semihosting = true, .port = ports[i % 2] };
        snprintf(path, sizeof path, "%s/nrf51822/ticks.elf", firmware);
        image = zif_image_open(path, &err);
        ZifMachine *m = zif_machine_new(&config, &err);
        if (!m) { /* no fast port here */
            error_free(err);
            zif_image_free(image);
            continue;
        }
        assert_true(zif_machine_load(m, image, NULL));
        zif_machine_enable_trace_hash(m);
        zif_machine_reset(m, ZIF_RESET_POWER_ON);
        for (ZifTime t = 1; t <= 5; t++) { /* cut in different places */
            zif_machine_run(m, t * (i + 1) * 100 * ZIF_US, &info);
        }
        zif_machine_run(m, 30 * ZIF_MS, &info);
        first = first ? first : zif_machine_trace_hash(m);
        assert_int_equal(zif_machine_trace_hash(m), first);
        DONE();
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_ends_exactly_at_its_time),
        cmocka_unit_test(one_instruction_is_one_cycle),
        cmocka_unit_test(a_guest_that_nothing_can_wake_is_dead),
        cmocka_unit_test(a_guest_with_somebody_outside_sleeps_on),
        cmocka_unit_test(a_fault_nobody_handles_ends_the_run),
        cmocka_unit_test(a_fault_in_the_fault_handler_is_a_lockup),
        cmocka_unit_test(too_many_resets_end_the_run),
        cmocka_unit_test(a_call_is_made_at_its_time_and_can_stop_the_run),
        cmocka_unit_test(a_stuck_guest_is_told_what_it_polls),
        cmocka_unit_test(an_image_outside_memory_changes_nothing),
        cmocka_unit_test(a_burst_to_a_uart_loses_nothing),
        cmocka_unit_test(a_restored_machine_runs_the_same_instructions_again),
        cmocka_unit_test(every_run_of_a_program_has_one_hash),
    };
    assert(argc > 1);
    firmware = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
