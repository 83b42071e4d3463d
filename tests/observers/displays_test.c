/*
 * Displays of whole machines: the same frames, at the same times, after going back to a snapshot, after power came back, and
 * on both ports; and that they keep nobody alive. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "../rig/rig.h"
#include <zif/display.h>
#include <zif/png.h>

enum { MOST = 256 };

typedef struct {
    unsigned n;
    struct {
        ZifTime when;
        uint64_t hash;
    } frames[MOST];
    ZifDisplay *display;
} Film;

static void add(void *opaque, const ZifPicture *picture, ZifTime when)
{
    Film *f = opaque;
    assert_true(f->n < MOST);
    f->frames[f->n].when = when;
    f->frames[f->n++].hash = zif_display_hash(f->display);
}

static void watch(Film *f, ZifMachine *m)
{
    *f = (Film){ .display = zif_machine_display(m, 0) };
    assert_non_null(f->display);
    zif_display_on_frame(f->display, add, f);
}

static void same_films(const Film *a, const Film *b, unsigned skipped)
{
    assert_int_equal(a->n, b->n + skipped);
    assert_memory_equal(a->frames + skipped, b->frames, b->n * sizeof *b->frames);
}

static unsigned changes(const Film *f)
{
    unsigned n = 0;
    for (unsigned i = 1; i < f->n; i++) {
        n += f->frames[i].hash != f->frames[i - 1].hash;
    }
    return n;
}

typedef struct {
    const char *board, *image, *input;
    const char *cmdline;
    ZifTime begin, end; /* the snapshot is taken between them, in the middle of a frame */
} Subject;

static const Subject subjects[] = {
    { "microbit", "/usr/share/firmware-microbit-micropython/firmware.hex",
      "from microbit import display as d\rd.scroll('zif')\r", NULL, 123457 * ZIF_US, 400 * ZIF_MS },
    { "stm32f429", FIRMWARE_DIR "/stm32f4/f429-pictures.elf", NULL, "animation", 50301 * ZIF_US, 125 * ZIF_MS },
};
enum { SUBJECTS = sizeof subjects / sizeof *subjects };

static void going_back_shows_the_same_frames(void **state)
{
    for (unsigned i = 0; i < SUBJECTS; i++) {
        const Subject *s = &subjects[i];
        if (!rig_has(s->image)) {
            print_message("skipped: %s is not installed\n", s->image);
            continue;
        }
        Rig rig = rig_start_with(s->board, s->image, s->input, NULL, s->cmdline);
        Film one, other;
        watch(&one, rig.m);
        zif_machine_run(rig.m, s->begin, NULL);
        unsigned before = one.n;
        ZifSnapshot *snapshot = zif_machine_snapshot(rig.m);
        zif_machine_run(rig.m, s->end, NULL);
        uint64_t hash = zif_machine_trace_hash(rig.m);
        assert_true(before > 0 && changes(&one) > 3);
        zif_display_on_frame(one.display, NULL, &one);
        zif_machine_restore(rig.m, snapshot);
        watch(&other, rig.m);
        zif_machine_run(rig.m, s->end, NULL);
        assert_true(zif_machine_trace_hash(rig.m) == hash);
        same_films(&one, &other, before);
        zif_snapshot_free(snapshot);
        rig_finish(&rig);
    }
}

static void a_stored_snapshot_shows_the_same_frames(void **state)
{
    for (unsigned i = 0; i < SUBJECTS; i++) {
        const Subject *s = &subjects[i];
        if (!rig_has(s->image)) {
            continue;
        }
        Rig rig = rig_start_with(s->board, s->image, s->input, NULL, s->cmdline),
            again = rig_start_with(s->board, s->image, NULL, NULL, s->cmdline);
        Film one, other;
        zif_machine_run(rig.m, s->begin, NULL);
        assert_true(zif_machine_save_file(rig.m, "displays_test.snap", &error_fatal));
        watch(&one, rig.m);
        zif_machine_run(rig.m, s->end, NULL);
        assert_true(zif_machine_load_file(again.m, "displays_test.snap", &error_fatal));
        watch(&other, again.m);
        zif_machine_run(again.m, s->end, NULL);
        same_films(&one, &other, 0);
        unlink("displays_test.snap");
        rig_finish(&again);
        rig_finish(&rig);
    }
}

/* And so is the trace hash, which holds every picture; nobody needs to look for that. */
static void what_the_ports_show_is_the_same(void **state)
{
    for (unsigned i = 0; i < SUBJECTS; i++) {
        const Subject *s = &subjects[i];
        if (!rig_has(s->image)) {
            continue;
        }
        Film films[2];
        uint64_t hashes[3];
        for (unsigned n = 0; n < 3; n++) {
            Rig rig = rig_start_with(s->board, s->image, s->input, n == 1 ? "portable" : NULL, s->cmdline);
            if (n < 2) {
                watch(&films[n], rig.m);
            }
            for (ZifTime t = 0; t < s->end; t += n == 2 ? 777777 * ZIF_NS : s->end) {
                zif_machine_run(rig.m, t, NULL);
            }
            zif_machine_run(rig.m, s->end, NULL);
            hashes[n] = zif_machine_trace_hash(rig.m);
            rig_finish(&rig);
        }
        same_films(&films[0], &films[1], 0);
        assert_true(hashes[0] == hashes[1] && hashes[0] == hashes[2]);
    }
}

/* Incremental drawing against a drawing of everything, at every frame: a second machine that is only looked at. */
static void what_is_drawn_bit_by_bit_is_the_whole_picture(void **state)
{
    for (unsigned i = 0; i < SUBJECTS; i++) {
        const Subject *s = &subjects[i];
        if (!rig_has(s->image)) {
            continue;
        }
        Film film;
        Rig rig = rig_start_with(s->board, s->image, s->input, NULL, s->cmdline);
        watch(&film, rig.m);
        ZifMachineConfig config = { .board = s->board, .seed = 7, .semihosting = true, .cmdline = s->cmdline };
        ZifMachine *looked = zif_machine_new(&config, &error_fatal); /* without a trace hash, which looks, too */
        zif_machine_load(looked, rig.image, &error_fatal);
        zif_machine_reset(looked, ZIF_RESET_POWER_ON);
        if (s->input) {
            zif_serial_send(zif_machine_serial(looked, 0), s->input, strlen(s->input));
        }
        for (ZifTime t = 0; t < s->end; t += 7777 * ZIF_US) {
            zif_machine_run(rig.m, t, NULL);
            zif_machine_run(looked, t, NULL);
            const ZifPicture *a = zif_display_look(film.display);
            assert_true(zif_picture_same(a, zif_display_look(zif_machine_display(looked, 0)), 0, NULL));
        }
        zif_machine_free(looked);
        rig_finish(&rig);
    }
}

static void power_that_comes_back_begins_a_new_picture(void **state)
{
    for (unsigned i = 0; i < SUBJECTS; i++) {
        const Subject *s = &subjects[i];
        if (!rig_has(s->image)) {
            continue;
        }
        ZifMachineConfig config = { .board = s->board, .seed = 7, .semihosting = true, .cmdline = s->cmdline };
        ZifImage *image = zif_image_open(s->image, &error_fatal);
        ZifMachine *m = zif_machine_new(&config, &error_fatal);
        Film film;
        zif_machine_load(m, image, &error_fatal);
        zif_machine_reset(m, ZIF_RESET_POWER_ON);
        watch(&film, m);
        zif_machine_run(m, s->begin, NULL);
        zif_machine_power_cycle(m);
        zif_machine_run(m, s->begin + ZIF_MS, NULL);
        const ZifPicture *p = zif_display_look(film.display);
        ZifPicture *kept = zif_picture_new(p->width, p->height);
        memcpy(kept->pixels, p->pixels, (size_t)p->width * p->height * sizeof *p->pixels);
        zif_display_on_frame(film.display, NULL, &film); /* from now on a look draws all */
        assert_true(zif_picture_same(kept, zif_display_look(film.display), 0, NULL));
        zif_picture_free(kept);
        zif_machine_free(m);
        zif_image_free(image);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(going_back_shows_the_same_frames),
        cmocka_unit_test(a_stored_snapshot_shows_the_same_frames),
        cmocka_unit_test(what_the_ports_show_is_the_same),
        cmocka_unit_test(what_is_drawn_bit_by_bit_is_the_whole_picture),
        cmocka_unit_test(power_that_comes_back_begins_a_new_picture),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
