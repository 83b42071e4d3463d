/*
 * A debugger that steps, breaks, watches, looks, detaches and returns at random leaves the run exactly as it would have been
 * without it: same trace hash, same instruction count. Random packets never bring the machine down.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "../rig/rig.h"
#include <zif/debugger.h>

typedef struct {
    const char *board, *image, *input;
    ZifTime span;
    uint32_t code, code_size, ram, device; /* where to break, watch and look */
} Subject;

static const Subject subjects[] = {
    { "mps2-an385", FIRMWARE_DIR "/mps2-an385/ticks.elf", NULL, 12 * ZIF_MS, 0xC0, 0x1000, 0x20000000, 0x40004000 },
    { "nrf51822", FIRMWARE_DIR "/nrf51822/ticks.elf", NULL, 12 * ZIF_MS, 0xC0, 0x1000, 0x20000000, 0x40002000 },
    { "microbit", "/usr/share/firmware-microbit-micropython/firmware.hex", "2**70\r", 60 * ZIF_MS, 0x100, 0x20000,
      0x20000000, 0x40008000 },
};

static uint64_t seed;

static uint32_t next_random(uint32_t below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % below;
}

static Rig start(const Subject *s)
{
    return rig_start(s->board, s->image, s->input, NULL);
}

static void swallow(void *opaque, const void *bytes, size_t len)
{
    *(size_t *)opaque += len;
}

static void packet(ZifDebugger *d, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void packet(ZifDebugger *d, const char *fmt, ...)
{
    char text[256], tail[4];
    uint8_t sum = 0;
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    for (int i = 0; i < n; i++) {
        sum += (uint8_t)text[i];
    }
    snprintf(tail, sizeof tail, "#%02x", sum);
    zif_debugger_input(d, "$", 1);
    zif_debugger_input(d, text, (size_t)n);
    zif_debugger_input(d, tail, 3);
}

/* One thing a person does at a halted machine. */
static void act(ZifDebugger *d, const Subject *s)
{
    uint32_t code = (s->code + next_random(s->code_size)) & ~1u;
    uint32_t ram = s->ram + (next_random(0x3000) & ~3u);
    switch (next_random(14)) {
    case 0:
        packet(d, "Z0,%x,2", code);
        break;
    case 1:
        packet(d, "z0,%x,2", code);
        break;
    case 2:
        packet(d, "Z%u,%x,4", 2 + next_random(3), ram);
        break;
    case 3:
        packet(d, "Z%u,%x,4", 2 + next_random(3), s->device + 4 * next_random(8));
        break;
    case 4:
        packet(d, "m%x,%x", ram, 1 + next_random(400));
        break;
    case 5:
        packet(d, "m%x,%x", s->device, 1 + next_random(400));
        break;
    case 6:
        packet(d, "me000e000,1000");
        break;
    case 7:
        packet(d, "g");
        break;
    case 8:
        packet(d, "vCont;c");
        break;
    case 9:
        packet(d, "vCont;r%x,%x", code, code + next_random(64));
        break;
    case 10:
        if (next_random(4) == 0) {
            packet(d, "D");
        }
        break;
    case 11:
        packet(d, "bs");
        break;
    case 12:
        packet(d, "bc");
        break;
    default:
        packet(d, "vCont;s");
        break;
    }
}

static void nobody_looking_changes_the_run(void **state)
{
    for (unsigned i = 0; i < sizeof subjects / sizeof *subjects; i++) {
        const Subject *s = &subjects[i];
        if (!rig_has(s->image)) {
            print_message("skipped: %s is not installed\n", s->image);
            continue;
        }
        Rig rig = start(s);
        ZifRunInfo info;
        zif_machine_run(rig.m, s->span, &info);
        uint64_t hash = zif_machine_trace_hash(rig.m), count = zif_machine_instructions(rig.m);
        rig_finish(&rig);
        for (seed = 1; seed <= 3; seed++) {
            uint64_t mine = seed;
            unsigned actions = 0;
            size_t answered = 0;
            rig = start(s);
            ZifDebugger *d = zif_debugger_new(rig.m, swallow, &answered, &error_fatal);
            ZifDebugState st = zif_debugger_state(d);
            while (zif_machine_now(rig.m) < s->span && st != ZIF_DEBUG_ENDED) {
                ZifTime slice = zif_machine_now(rig.m) + 1 + next_random(12) * ZIF_US;
                slice = slice < s->span ? slice : s->span;
                if (st == ZIF_DEBUG_HALTED && actions < 2000) {
                    act(d, s);
                    actions++;
                } else if (st == ZIF_DEBUG_HALTED) { /* enough: let it run */
                    zif_debugger_disconnect(d);
                } else if (st == ZIF_DEBUG_RUNNING) {
                    zif_debugger_run(d, slice, &info);
                    if (next_random(20) == 0) {
                        zif_debugger_input(d, "\x03", 1);
                    }
                } else {
                    zif_machine_run(rig.m, slice, &info);
                    if (actions < 2000) {
                        zif_debugger_connect(d);
                    }
                }
                st = zif_debugger_state(d);
            }
            if (zif_machine_trace_hash(rig.m) != hash || zif_machine_instructions(rig.m) != count) {
                fail_msg("%s, seed %llu: %llu instructions instead of %llu, or another trace", s->image,
                         (unsigned long long)mine, (unsigned long long)zif_machine_instructions(rig.m),
                         (unsigned long long)count);
            }
            assert_true(actions > 500 && answered > 10000);
            zif_debugger_free(d);
            rig_finish(&rig);
            seed = mine;
        }
    }
}

static void writes_resets_and_nonsense_leave_the_machine_standing(void **state)
{
    Rig rig = start(&subjects[0]);
    size_t answered = 0;
    ZifDebugger *d = zif_debugger_new(rig.m, swallow, &answered, &error_fatal);
    seed = 99;
    ZifRunInfo info;
    for (unsigned i = 0; i < 4000; i++) {
        if (zif_debugger_state(d) == ZIF_DEBUG_RUNNING) {
            zif_debugger_run(d, zif_machine_now(rig.m) + next_random(50) * ZIF_US, &info);
            zif_debugger_input(d, "\x03", 1);
        } else if (zif_debugger_state(d) != ZIF_DEBUG_HALTED) {
            zif_debugger_connect(d);
        } else if (next_random(4)) {
            act(d, &subjects[0]);
        } else {
            switch (next_random(5)) {
            case 0:
                packet(d, "P%x=%08x", next_random(25), next_random(UINT32_MAX));
                break;
            case 1:
                packet(d, "M%x,4:%08x", next_random(8) << 29 | next_random(0x2000), next_random(UINT32_MAX));
                break;
            case 2:
                packet(d, "R00");
                break;
            case 3:
                packet(d, "vFlashErase:%x,%x", next_random(UINT32_MAX), next_random(UINT32_MAX));
                break;
            default:
                packet(d, "qCRC:%x,%x", next_random(UINT32_MAX), next_random(1000));
                break;
            }
        }
    }
    packet(d, "R00");
    packet(d, "g");
    assert_true(answered > 10000);
    zif_debugger_free(d);
    rig_finish(&rig);
}

int main(void)
{
    const char *port = getenv("ZIF_CPU_PORT");
    if (port && !strcmp(port, "fast") && strncmp(zif_default_port(), "fast", 4)) {
        print_message("skipped: the fast memory port is not usable here\n");
        return 77;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_looking_changes_the_run),
        cmocka_unit_test(writes_resets_and_nonsense_leave_the_machine_standing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
