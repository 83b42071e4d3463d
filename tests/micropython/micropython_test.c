/*
 * A session with MicroPython for the BBC micro:bit: an image nobody here wrote, from power-on to the display.
 *
 * Arguments: the CPU memory port, the image. SPDX-License-Identifier: GPL-2.0-or-later
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

static const char *port, *path;

enum { TEXT = 65536 };

typedef struct {
    ZifMachine *m;
    ZifImage *image;
    ZifSerialLine *uart;
    char text[TEXT]; /* everything the guest sent */
    size_t len;
    size_t seen; /* what expect() has consumed */
} Session;

#define STEP  (1 * ZIF_MS)
#define LIMIT (5 * ZIF_SEC)

static void heard(void *opaque, uint8_t byte, ZifTime when)
{
    Session *s = opaque;
    if (byte &&
        s->len + 1 < TEXT) { /* its set-up sends a 0 on purpose, and connects the pin while that is on the wire */
        s->text[s->len++] = (char)byte;
    }
}

static Session *start_under(const char *which_port, bool hashed)
{
    Session *s = calloc(1, sizeof *s);
    ZifMachineConfig config = { .board = "microbit", .seed = 1, .port = which_port };
    s->m = zif_machine_new(&config, &error_abort);
    s->image = zif_image_open(path, &error_abort);
    zif_machine_load(s->m, s->image, &error_abort);
    if (hashed) {
        zif_machine_enable_trace_hash(s->m);
    }
    s->uart = zif_machine_serial_by_name(s->m, "uart0");
    zif_serial_on_transmit(s->uart, heard, s);
    zif_machine_reset(s->m, ZIF_RESET_POWER_ON);
    return s;
}

static Session *start(bool hashed)
{
    return start_under(port, hashed);
}

static void end(Session *s)
{
    zif_machine_free(s->m);
    zif_image_free(s->image);
    free(s);
}

static void run(Session *s, ZifTime duration)
{
    ZifRunInfo info = { 0 };
    if (zif_machine_run(s->m, zif_machine_now(s->m) + duration, &info) != ZIF_RUN_TIME) {
        fail_msg("the run ended: %s\nuntil then:\n%s", info.text, s->text);
    }
}

/* Runs until `text` comes, after what earlier calls found. */
static void expect(Session *s, const char *text)
{
    ZifTime limit = zif_machine_now(s->m) + LIMIT;
    for (;;) {
        const char *at = strstr(s->text + s->seen, text);
        if (at) {
            s->seen = (size_t)(at - s->text) + strlen(text);
            return;
        }
        if (zif_machine_now(s->m) >= limit) {
            fail_msg("\"%s\" did not come; what came:\n%s", text, s->text + s->seen);
        }
        run(s, STEP);
    }
}

static void enter(Session *s, const char *line)
{
    zif_serial_send(s->uart, line, strlen(line));
    zif_serial_send(s->uart, "\r", 1);
}

static Session *booted(void)
{
    Session *s = start(false);
    expect(s, ">>> ");
    return s;
}

static void the_banner_names_version_and_board(void **state)
{
    Session *s = booted();
    assert_non_null(strstr(s->text, "MicroPython v1.9.2-34-gd64154c73 on 2017-09-01; micro:bit v1.0.1 with nRF51822\r\n"
                                    "Type \"help()\" for more information.\r\n>>> "));
    end(s);
}

static void typed_slowly_each_line_is_answered(void **state)
{
    static const char *const lines[][2] = {
        { "print(6*7)", "\r\n42\r\n>>> " },
        { "[x*x for x in range(10)]", "\r\n[0, 1, 4, 9, 16, 25, 36, 49, 64, 81]\r\n>>> " },
        { "1/0", "\r\nTraceback (most recent call last):\r\n  File \"<stdin>\", line 1, in <module>\r\n"
                 "ZeroDivisionError: division by zero\r\n>>> " },
        { "import microbit", "\r\n>>> " },
    };
    Session *s = booted();
    for (unsigned i = 0; i < sizeof lines / sizeof *lines; i++) {
        for (const char *p = lines[i][0]; *p; p++) {
            char echo[2] = { *p, 0 };
            zif_serial_send(s->uart, p, 1);
            expect(s, echo);
            run(s, 20 * ZIF_MS);
        }
        zif_serial_send(s->uart, "\r", 1);
        expect(s, lines[i][1]);
    }
    end(s);
}

static void typed_as_one_burst_nothing_is_lost(void **state)
{
    Session *s = booted();
    enter(s, "print(6*7)");
    enter(s, "[x*x for x in range(10)]");
    enter(s, "1/0");
    enter(s, "import microbit");
    enter(s, "print('the', 'end')");
    expect(s, "\r\n42\r\n>>> ");
    expect(s, "\r\n[0, 1, 4, 9, 16, 25, 36, 49, 64, 81]\r\n>>> ");
    expect(s, "ZeroDivisionError: division by zero\r\n>>> ");
    expect(s, "import microbit\r\n>>> ");
    expect(s, "\r\nthe end\r\n>>> ");
    assert_int_equal(zif_serial_queued(s->uart), 0);
    end(s);
}

static void the_display_shows_a_heart(void **state)
{
    static const uint32_t heart[] = { 0x0A, 0x1F, 0x1F, 0x0E, 0x04 };
    Session *s = booted();
    ZifDevice *leds = zif_machine_device_by_name(s->m, "led_matrix");
    enter(s, "from microbit import *");
    enter(s, "display.show(Image.HEART)");
    expect(s, "HEART)\r\n>>> ");
    run(s, 50 * ZIF_MS);
    for (unsigned y = 0; y < 5; y++) {
        assert_int_equal(zif_device_peek(leds, y), heart[y]);
    }
    enter(s, "display.clear()");
    expect(s, "clear()\r\n>>> ");
    run(s, 50 * ZIF_MS);
    for (unsigned y = 0; y < 5; y++) {
        assert_int_equal(zif_device_peek(leds, y), 0);
    }
    end(s);
}

static void the_sensors_answer(void **state)
{
    Session *s = booted();
    enter(s, "from microbit import *");
    enter(s, "accelerometer.get_values()");
    expect(s, "\r\n(0, 0, -1024)\r\n>>> ");
    enter(s, "[(sleep(30), accelerometer.current_gesture())[1] for i in range(12)][-1]");
    expect(s, "\r\n'face up'\r\n>>> ");
    enter(s, "temperature()");
    expect(s, "\r\n25\r\n>>> ");
    end(s);
}

static void a_pressed_button_is_seen_until_it_is_released(void **state)
{
    Session *s = booted();
    ZifDevice *keys = zif_machine_device_by_name(s->m, "buttons");
    enter(s, "from microbit import *");
    enter(s, "button_a.is_pressed(), button_b.is_pressed()");
    expect(s, "\r\n(False, False)\r\n>>> ");
    assert_true(zif_device_drive(keys, "press", 0, 1));
    run(s, 200 * ZIF_MS);
    enter(s, "button_a.is_pressed(), button_b.is_pressed()");
    expect(s, "\r\n(True, False)\r\n>>> ");
    assert_true(zif_device_drive(keys, "press", 0, 0));
    run(s, 200 * ZIF_MS);
    enter(s, "button_a.is_pressed(), button_a.was_pressed()");
    expect(s, "\r\n(False, True)\r\n>>> ");
    end(s);
}

static void files_written_to_flash_can_be_read_back(void **state)
{
    Session *s = booted();
    enter(s, "f = open('note', 'w'); f.write('kept'); f.close()");
    enter(s, "print(open('note').read())");
    expect(s, "\r\nkept\r\n>>> ");
    end(s);
}

static void music_plays_for_as_long_as_it_lasts(void **state)
{
    Session *s = booted();
    enter(s, "import music, microbit");
    expect(s, ">>> ");
    /* Four ticks of a quarter of a beat, at 120 beats a minute; its ticker counts in 6 ms. */
    enter(s, "t = microbit.running_time(); music.play('c4:4'); print(500 <= microbit.running_time() - t <= 512)");
    expect(s, "\r\nTrue\r\n>>> ");
    end(s);
}

static void the_radio_sends_into_silence(void **state)
{
    Session *s = booted();
    enter(s, "import radio; radio.on(); radio.send('x'); print(radio.receive())");
    expect(s, "\r\nNone\r\n>>> ");
    end(s);
}

/* A short session that uses flash, sensors, timers and random numbers; gives its trace hash. */
static uint64_t hash_of_a_session(const char *which_port)
{
    Session *s = start_under(which_port, true);
    expect(s, ">>> ");
    enter(s, "import random, microbit; print(random.random(), microbit.accelerometer.get_z())");
    expect(s, "\r\n0.");
    expect(s, "-1024\r\n>>> ");
    run(s, 100 * ZIF_MS);
    uint64_t hash = zif_machine_trace_hash(s->m);
    end(s);
    return hash;
}

static void ten_runs_have_one_trace_hash(void **state)
{
    uint64_t first = hash_of_a_session(port);
    for (unsigned i = 1; i < 10; i++) {
        assert_true(hash_of_a_session(port) == first);
    }
}

static void the_trace_hash_is_that_of_the_portable_port(void **state)
{
    assert_true(hash_of_a_session(port) == hash_of_a_session("portable"));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_banner_names_version_and_board),
        cmocka_unit_test(typed_slowly_each_line_is_answered),
        cmocka_unit_test(typed_as_one_burst_nothing_is_lost),
        cmocka_unit_test(the_display_shows_a_heart),
        cmocka_unit_test(the_sensors_answer),
        cmocka_unit_test(a_pressed_button_is_seen_until_it_is_released),
        cmocka_unit_test(files_written_to_flash_can_be_read_back),
        cmocka_unit_test(music_plays_for_as_long_as_it_lasts),
        cmocka_unit_test(the_radio_sends_into_silence),
        cmocka_unit_test(ten_runs_have_one_trace_hash),
        cmocka_unit_test(the_trace_hash_is_that_of_the_portable_port),
    };
    if (argc != 3) {
        fprintf(stderr, "usage: %s PORT IMAGE\n", argv[0]);
        return 2;
    }
    port = argv[1];
    path = argv[2];
    Error *err = NULL;
    ZifMachine *probe = zif_machine_new(&(ZifMachineConfig){ .board = "microbit", .port = port }, &err);
    if (!probe) {
        fprintf(stderr, "not run: %s\n", error_get_pretty(err));
        error_free(err);
        return 77;
    }
    zif_machine_free(probe);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
