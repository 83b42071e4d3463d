/*
 * One trace hash for {fast, portable} x {nobody, coverage, a trace of everything, every wire recorded} x repeated runs, on real
 * images. Slices of any length belong to it: how often the host looks in must not matter either. A debugger at random is in
 * tests/gdb. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "../rig/rig.h"
#include "cpu/cpu.h"
#include "device/device.h"

typedef struct {
    const char *board, *image, *input;
    ZifTime span;
} Subject;

static const Subject subjects[] = {
    { "mps2-an385", FIRMWARE_DIR "/mps2-an385/ticks.elf", NULL, 20 * ZIF_MS },
    { "mps2-an385", FIRMWARE_DIR "/mps2-an385/bench.elf", NULL, 15 * ZIF_MS },
    { "nrf51822", FIRMWARE_DIR "/nrf51822/ticks.elf", NULL, 20 * ZIF_MS },
    { "microbit", "/usr/share/firmware-microbit-micropython/firmware.hex", "sum(range(50))\r", 60 * ZIF_MS },
};

typedef enum { NOBODY, COVERAGE, TRACE, WIRES, EVERYBODY, OBSERVERS } Observer;
static const char *const names[OBSERVERS] = { "nobody", "coverage", "trace", "wires", "everybody" };

typedef struct {
    Observer who;
    uint8_t *covered; /* a bit a halfword of the first 16 MiB */
    FILE *log;
    uint64_t seen;
} Watch;

static void on_instruction(void *opaque, uint32_t pc, unsigned size)
{
    Watch *w = opaque;
    w->seen++;
    if (w->who != TRACE && pc < 1u << 24) {
        w->covered[pc >> 4] |= 1u << (pc >> 1 & 7);
    }
    if (w->who != COVERAGE) {
        fprintf(w->log, "%08x\n", pc);
    }
}

static void on_byte(void *opaque, uint8_t byte, ZifTime when)
{
    Watch *w = opaque;
    w->seen++;
    fprintf(w->log, "uart %02x %llu\n", byte, (unsigned long long)when);
}

static void on_level(void *opaque, int level)
{
    Watch *w = opaque;
    w->seen++;
    fprintf(w->log, "#wire %d\n", level);
}

static void watch_wires(ZifMachine *m, Watch *w)
{
    for (unsigned i = 0; i < zif_machine_ndevices(m); i++) {
        ZifDevice *dev = zif_machine_device(m, i);
        for (unsigned o = 0; dev->cls->outputs && dev->cls->outputs[o].name; o++) {
            unsigned lines = dev->cls->outputs[o].count ? dev->cls->outputs[o].count : 1;
            for (unsigned line = 0; line < lines; line++) {
                zif__wire_add(dev, o, line, on_level, w);
            }
        }
    }
}

typedef struct {
    uint64_t hash, instructions, seen;
} Result;

static Result run(const Subject *s, const char *port, Observer who, ZifTime slice)
{
    Rig rig = rig_start(s->board, s->image, s->input, port);
    ZifMachine *m = rig.m;
    Watch w = { .who = who, .covered = calloc(1, 1 << 20), .log = fopen("/dev/null", "w") };
    if (who == COVERAGE || who == TRACE || who == EVERYBODY) {
        zif_port_set_insn_observer(zif_cpu_port(zif_machine_cpu(m)), on_instruction, &w);
    }
    if (who == TRACE || who == EVERYBODY) {
        zif_serial_on_transmit(zif_machine_serial(m, 0), on_byte, &w);
    }
    if (who == WIRES || who == EVERYBODY) {
        watch_wires(m, &w);
    }
    ZifRunInfo info = { .reason = ZIF_RUN_TIME };
    while (info.reason == ZIF_RUN_TIME && zif_machine_now(m) < s->span) {
        ZifTime until = zif_machine_now(m) + slice;
        zif_machine_run(m, until < s->span ? until : s->span, &info);
    }
    Result r = { zif_machine_trace_hash(m), zif_machine_instructions(m), w.seen };
    rig_finish(&rig);
    free(w.covered);
    fclose(w.log);
    return r;
}

static void no_port_observer_or_slice_changes_a_run(void **state)
{
    static const char *const ports[] = { "fast", "portable" };
    bool have_fast = !strncmp(zif_default_port(), "fast", 4);
    for (unsigned i = 0; i < sizeof subjects / sizeof *subjects; i++) {
        const Subject *s = &subjects[i];
        if (!rig_has(s->image)) {
            print_message("skipped: %s is not installed\n", s->image);
            continue;
        }
        Result reference = run(s, "portable", NOBODY, s->span);
        assert_true(reference.instructions > 1000);
        for (unsigned p = have_fast ? 0 : 1; p < 2; p++) {
            for (unsigned who = NOBODY; who < OBSERVERS; who++) {
                ZifTime slices[] = { s->span, 777 * ZIF_US, 33333 * ZIF_NS };
                for (unsigned k = 0; k < (p == 0 ? 3u : 1u); k++) {
                    Result r = run(s, ports[p], who, slices[k]);
                    if (r.hash != reference.hash || r.instructions != reference.instructions) {
                        fail_msg("%s on %s watched by %s in slices of %llu ps: another run", s->image, ports[p],
                                 names[who], (unsigned long long)slices[k]);
                    }
                    if (who == COVERAGE) {
                        assert_true(r.seen >= reference.instructions * 9 / 10); /* it did look */
                    }
                }
            }
        }
    }
}

static void ten_runs_are_one(void **state)
{
    for (unsigned i = 0; i < sizeof subjects / sizeof *subjects; i++) {
        if (!rig_has(subjects[i].image)) {
            continue;
        }
        uint64_t hash = run(&subjects[i], NULL, NOBODY, ZIF_SEC).hash;
        for (unsigned n = 0; n < 9; n++) {
            assert_int_equal(run(&subjects[i], NULL, NOBODY, ZIF_SEC).hash, hash);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_port_observer_or_slice_changes_a_run),
        cmocka_unit_test(ten_runs_are_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
