/*
 * One trace hash for {fast, portable} x {nobody, coverage, traces of everything, every wire recorded, a profile, viewers of every display, all of them} x repeated runs, on real
 * images. Slices of any length belong to it: how often the host looks in must not matter either. A debugger at random is in
 * tests/gdb. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "../rig/rig.h"
#include "cpu/cpu.h"
#include <zif/display.h>
#include <zif/observe.h>

typedef struct {
    const char *board, *image, *input;
    ZifTime span;
} Subject;

static const Subject subjects[] = {
    { "mps2-an385", FIRMWARE_DIR "/mps2-an385/ticks.elf", NULL, 20 * ZIF_MS },
    { "mps2-an385", FIRMWARE_DIR "/mps2-an385/bench.elf", NULL, 15 * ZIF_MS },
    { "nrf51822", FIRMWARE_DIR "/nrf51822/ticks.elf", NULL, 20 * ZIF_MS },
    { "stm32f4_disco", FIRMWARE_DIR "/stm32f4/ticks.elf", NULL, 10 * ZIF_MS },
    { "microbit", "/usr/share/firmware-microbit-micropython/firmware.hex",
      "from microbit import display as d\rd.show('X')\r", 100 * ZIF_MS },
};

typedef enum { NOBODY, COVERAGE, TRACE, BINARY, WIRES, PROFILE, DISPLAYS, EVERYBODY, OBSERVERS } Who;
static const char *const names[OBSERVERS] = { "nobody", "coverage", "trace",    "binary trace",
                                              "VCD",    "profile",  "displays", "everybody" };

enum { MOST = 5 };
typedef ZifObserver *Observe(ZifMachine *m, const char *spec, Error **errp);

static const struct {
    Who who;
    Observe *open;
    const char *before, *after; /* of the file's name */
    bool needs_elf;
} kinds[MOST] = {
    { COVERAGE, zif_observe_coverage, "", "", true },        { TRACE, zif_observe_trace, "all=", "", false },
    { BINARY, zif_observe_trace, "all=", ",binary", false }, { WIRES, zif_observe_vcd, "", ",signal=*", false },
    { PROFILE, zif_observe_profile, "", "", true },
};

typedef struct {
    uint64_t hash, instructions, seen;
} Result;

/* Bytes the observers wrote. */
static uint64_t finish(ZifObserver **observers)
{
    uint64_t bytes = 0;
    for (unsigned i = 0; i < MOST; i++) {
        char path[64];
        struct stat st;
        snprintf(path, sizeof path, "observers_test.%u", i);
        if (observers[i]) {
            zif_observer_finish(observers[i], &error_fatal);
            assert_int_equal(stat(path, &st), 0);
            assert_true(st.st_size > 0);
            bytes += (uint64_t)st.st_size;
            unlink(path);
        }
    }
    return bytes;
}

typedef struct {
    uint64_t frames, changes, hash;
    ZifDisplay *display;
} Viewer;

static void view(void *opaque, const ZifPicture *picture, ZifTime when)
{
    Viewer *v = opaque;
    uint64_t hash = zif_display_hash(v->display);
    v->changes += hash != v->hash;
    v->hash = hash;
    v->frames++;
}

enum { MOST_DISPLAYS = 4 };
static unsigned view_all(ZifMachine *m, Viewer *viewers)
{
    unsigned n = 0;
    for (; n < zif_machine_ndisplays(m) && n < MOST_DISPLAYS; n++) {
        viewers[n].display = zif_machine_display(m, n);
        zif_display_on_frame(viewers[n].display, view, &viewers[n]);
    }
    return n;
}

static Result run(const Subject *s, const char *port, Who who, ZifTime slice)
{
    Rig rig = rig_start(s->board, s->image, s->input, port);
    ZifMachine *m = rig.m;
    ZifObserver *observers[MOST] = { 0 };
    bool elf = zif_image_format(rig.image) == ZIF_IMAGE_ELF;
    for (unsigned i = 0; i < MOST; i++) {
        char spec[96];
        snprintf(spec, sizeof spec, "%sobservers_test.%u%s", kinds[i].before, i, kinds[i].after);
        if ((who == kinds[i].who || who == EVERYBODY) && (elf || !kinds[i].needs_elf)) {
            observers[i] = kinds[i].open(m, spec, &error_fatal);
        }
    }
    Viewer viewers[MOST_DISPLAYS] = { 0 };
    unsigned displays = who == DISPLAYS || who == EVERYBODY ? view_all(m, viewers) : 0;
    if (who == COVERAGE && !elf) { /* what coverage does to the processor, at least */
        zif_port_count_insns(zif_cpu_port(zif_machine_cpu(m)), true);
    }
    ZifRunInfo info = { .reason = ZIF_RUN_TIME };
    for (unsigned n = 0; info.reason == ZIF_RUN_TIME && zif_machine_now(m) < s->span; n++) {
        ZifTime until = zif_machine_now(m) + slice;
        zif_machine_run(m, until < s->span ? until : s->span, &info);
        for (unsigned i = 0; n % 3 == 0 && i < displays; i++) { /* between frames, too */
            zif_display_look(viewers[i].display);
        }
        for (unsigned i = 0; n % 8 == 0 && i < MOST; i++) {
            if (observers[i]) {
                zif_observer_flush(observers[i]);
            }
        }
    }
    Result r = { zif_machine_trace_hash(m), zif_machine_instructions(m), finish(observers) };
    for (unsigned i = 0; i < displays; i++) { /* there was something to see */
        assert_true(viewers[i].frames >= 3 && viewers[i].changes >= 2);
    }
    rig_finish(&rig);
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
                    if (who == TRACE) {
                        assert_true(r.seen >= reference.instructions * 30); /* it did look */
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
