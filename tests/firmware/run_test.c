/*
 * Guest programs on machines: run_test SOURCES BUILD [bench]
 *
 * Each program of firmware/ runs on its boards under each memory port. What it prints must be its expected output, and the
 * trace hash must not depend on the port or on the run. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <zif/machine.h>

enum { OUTPUT = 4096 };

typedef struct {
    const char *soc, *board;
} Target;

enum { NRF, MPS2, STM32F4 };
static const Target targets[] = { [NRF] = { "nrf51822", "bbc_microbit" },
                                  [MPS2] = { "mps2-an385", "mps2-an385" },
                                  [STM32F4] = { "stm32f4", "stm32f4_disco" } };
static const char *const ports[] = { "portable", "fast" };
enum { TARGETS = sizeof targets / sizeof *targets, PORTS = sizeof ports / sizeof *ports };

static const char *sources, *build;

typedef struct {
    char output[OUTPUT];
    size_t len;
    ZifRunReason reason;
    ZifRunInfo info;
    uint64_t hash, instructions;
    unsigned reports, resets;
    char first_report[256];
} Outcome;

static void keep(void *opaque, uint8_t byte, ZifTime when)
{
    Outcome *o = opaque;

    if (byte != '\r' && o->len < OUTPUT - 1) {
        o->output[o->len++] = (char)byte;
    }
}

/* False when this zif has no such port. */
static bool run_program(Outcome *o, const Target *target, const char *port, const char *program, const char *input,
                        ZifTime until)
{
    Error *err = NULL;
    ZifMachineConfig config = { .board = target->board, .seed = 7, .port = port, .semihosting = true, .max_resets = 5 };
    ZifMachine *m = zif_machine_new(&config, &err);
    ZifImage *image;
    char path[512];

    memset(o, 0, sizeof *o);
    if (!m && !strcmp(port, "fast")) {
        error_free(err);
        return false;
    }
    snprintf(path, sizeof path, "%s/%s/%s.elf", build, target->soc, program);
    image = m ? zif_image_open(path, &err) : NULL;
    if (!image || !zif_machine_load(m, image, &err)) {
        fail_msg("%s", error_get_pretty(err));
    }
    zif_machine_enable_trace_hash(m);
    zif_serial_on_transmit(zif_machine_serial(m, 0), keep, o);
    zif_serial_send(zif_machine_serial(m, 0), input, strlen(input));
    zif_machine_reset(m, ZIF_RESET_POWER_ON);
    o->reason = zif_machine_run(m, until, &o->info);
    o->hash = zif_machine_trace_hash(m);
    o->instructions = zif_machine_instructions(m);
    o->resets = zif_machine_resets(m);
    o->reports = zif_machine_nreports(m);
    if (o->reports) {
        const ZifReportEntry *r = zif_machine_report(m, 0);

        snprintf(o->first_report, sizeof o->first_report, "%s %s: %s", r->device, r->reg, r->text);
    }
    zif_machine_free(m);
    zif_image_free(image);
    return true;
}

/* A file's text; the name's first form that exists. "" when none does. */
static void slurp(char *text, size_t size, const char *program, const char *what, const char *soc)
{
    char path[512];
    FILE *f;
    size_t n = 0;

    snprintf(path, sizeof path, "%s/%s/%s.%s.txt", sources, program, what, soc);
    f = fopen(path, "r");
    if (!f) {
        snprintf(path, sizeof path, "%s/%s/%s.txt", sources, program, what);
        f = fopen(path, "r");
    }
    if (f) {
        n = fread(text, 1, size - 1, f);
        fclose(f);
    }
    text[n] = 0;
}

/* False when the port is not there. */
static bool expect(const Target *target, const char *port, const char *program, unsigned reports, Outcome *o)
{
    char expected[OUTPUT], input[256];

    slurp(expected, sizeof expected, program, "expected", target->soc);
    slurp(input, sizeof input, program, "input", target->soc);
    assert_true(*expected);
    if (!run_program(o, target, port, program, input, 60 * ZIF_SEC)) {
        print_message("the %s port is not there: %s not run\n", port, program);
        return false;
    }
    assert_string_equal(o->output, expected);
    assert_int_equal(o->reason, ZIF_RUN_EXIT);
    assert_int_equal(o->info.exit_code, 0);
    if (o->reports != reports) {
        fail_msg("%s on %s: %u reports, the first: %s", program, target->board, o->reports, o->first_report);
    }
    return true;
}

/* Twice under the first port and once under each other: always the same. */
static void same_on(const Target *target, const char *program, unsigned reports)
{
    Outcome first, other;

    expect(target, ports[0], program, reports, &first);
    for (unsigned p = 0; p < PORTS; p++) {
        if (expect(target, ports[p], program, reports, &other)) {
            assert_int_equal(other.instructions, first.instructions);
            assert_int_equal(other.hash, first.hash);
        }
    }
}

static void same_everywhere(const char *program)
{
    for (unsigned t = 0; t < TARGETS; t++) {
        same_on(&targets[t], program, 0);
    }
}

static void hello_prints_through_newlib(void **state)
{
    same_everywhere("hello");
}

static void echo_sends_back_every_byte(void **state)
{
    same_everywhere("echo");
}

static void ticks_sees_time_and_interrupts(void **state)
{
    same_everywhere("ticks");
}

/* Its two reports: a write to a locked watchdog, and a transmit overrun. */
static void an385_finds_its_board(void **state)
{
    same_on(&targets[MPS2], "an385", 2);
}

/* Its four reports are the mistakes it makes on purpose. */
static void flashing_waits_for_its_own_flash_and_is_told_of_each_mistake(void **state)
{
    same_on(&targets[STM32F4], "flashing", 4);
}

static void talk_sends_100000_characters(void **state)
{
    for (unsigned t = 0; t < TARGETS; t++) {
        Outcome o;

        run_program(&o, &targets[t], ports[0], "talk", "", 60 * ZIF_SEC);
        assert_int_equal(o.reason, ZIF_RUN_EXIT);
        assert_int_equal(o.len, OUTPUT - 1);
    }
}

static void every_kernel_computes_what_the_host_computes(void **state)
{
    same_everywhere("bench");
}

/* key, how the run ends, and a word of why on v7-M; v6-M knows no fault but HardFault. */
static const struct {
    char key;
    ZifRunReason reason;
    int exit_code;
    const char *text;
} crashes[] = {
    { 'u', ZIF_RUN_FAULT, 0, "UNDEFINSTR" },
    { 'r', ZIF_RUN_FAULT, 0, "PRECISERR" },
    { 'w', ZIF_RUN_FAULT, 0, "PRECISERR" }, /* or IMPRECISERR */
    { 'a', ZIF_RUN_FAULT, 0, "UNALIGNED" },
    { 't', ZIF_RUN_FAULT, 0, "INVSTATE" },
    { 'j', ZIF_RUN_FAULT, 0, "IBUSERR" },
    { 'x', ZIF_RUN_FAULT, 0, "IACCVIOL" },
    { 'd', ZIF_RUN_FAULT, 0, "" },
    { 's', ZIF_RUN_FAULT, 0, "" },
    { 'l', ZIF_RUN_LOCKUP, 0, "NMI" },
    { 'b', ZIF_RUN_FAULT, 0, "" },
    { 'z', ZIF_RUN_DEAD, 0, "" },
    { 'h', ZIF_RUN_TIME, 0, "" },
    { 'p', ZIF_RUN_TIME, 0, "" },
    { 'R', ZIF_RUN_RESETS, 0, "" },
    { 'A', ZIF_RUN_EXIT, 134, "" },
    { '3', ZIF_RUN_EXIT, 3, "" },
    { 'X', ZIF_RUN_EXIT, 200, "" },
};

static void every_crash_ends_as_it_must(void **state)
{
    for (unsigned t = 0; t < TARGETS; t++) {
        for (unsigned p = 0; p < PORTS; p++) {
            for (unsigned i = 0; i < sizeof crashes / sizeof *crashes; i++) {
                char key[2] = { crashes[i].key, 0 };
                Outcome o;

                if (!run_program(&o, &targets[t], ports[p], "crash", key, 20 * ZIF_MS)) {
                    break;
                }
                bool is_v7m = t != NRF;

                if (o.reason != crashes[i].reason || o.info.exit_code != crashes[i].exit_code ||
                    (is_v7m && !strstr(o.info.text, crashes[i].text))) {
                    fail_msg("crash '%c' on %s, %s port: reason %d, status %d, \"%s\"", crashes[i].key,
                             targets[t].board, ports[p], o.reason, o.info.exit_code, o.info.text);
                }
                assert_null(strstr(o.output, "survived"));
            }
        }
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest quick[] = {
        cmocka_unit_test(hello_prints_through_newlib),
        cmocka_unit_test(echo_sends_back_every_byte),
        cmocka_unit_test(ticks_sees_time_and_interrupts),
        cmocka_unit_test(an385_finds_its_board),
        cmocka_unit_test(flashing_waits_for_its_own_flash_and_is_told_of_each_mistake),
        cmocka_unit_test(every_crash_ends_as_it_must),
    };
    const struct CMUnitTest bench[] = {
        cmocka_unit_test(every_kernel_computes_what_the_host_computes),
        cmocka_unit_test(talk_sends_100000_characters),
    };

    if (argc < 3) {
        fprintf(stderr, "usage: %s SOURCES BUILD [bench]\n", argv[0]);
        return 125;
    }
    sources = argv[1];
    build = argv[2];
    return argc > 3 ? cmocka_run_group_tests(bench, NULL, NULL) : cmocka_run_group_tests(quick, NULL, NULL);
}
