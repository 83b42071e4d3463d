/* Displays: when frames come, what is drawn, and what nobody pays for. SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <zif/testbench.h>
#include "display/display.h"

enum { W = 4, H = 3 };

/* A display whose pixels the test sets, and which counts what is asked of it. */
typedef struct {
    ZifDevice dev;
    unsigned width, height;
    uint32_t shade[16]; /* of a row */
    bool dirty[16];
    ZifTime period; /* 0: it does not scan */
    unsigned draws, fulls, rows, watches;
    bool watched;
} Panel;

static void panel_size(ZifDevice *dev, unsigned *width, unsigned *height)
{
    *width = ((Panel *)dev)->width;
    *height = ((Panel *)dev)->height;
}

static ZifTime panel_next(ZifDevice *dev, ZifTime after)
{
    ZifTime period = ((Panel *)dev)->period;
    return period ? (after / period + 1) * period : ZIF_TIME_NEVER;
}

static void panel_watch(ZifDevice *dev, bool on)
{
    ((Panel *)dev)->watched = on;
    ((Panel *)dev)->watches++;
}

static void panel_draw(ZifDevice *dev, ZifPicture *picture, bool all)
{
    Panel *p = (Panel *)dev;
    p->draws++;
    p->fulls += all;
    for (unsigned y = 0; y < picture->height; y++) {
        if (!all && !p->dirty[y]) {
            continue;
        }
        p->rows++;
        p->dirty[y] = false;
        picture->first = picture->first > picture->last ? y : picture->first;
        picture->last = y;
        for (unsigned x = 0; x < picture->width; x++) {
            picture->pixels[y * picture->width + x] = p->shade[y];
        }
    }
}

static const ZifDisplaySource scanned = { panel_size, panel_next, panel_watch, panel_draw };
static const ZifDisplaySource plain = { .size = panel_size, .draw = panel_draw };
static const ZifClass scanned_class = { .name = "scanned", .size = sizeof(Panel), .display = &scanned };
static const ZifClass plain_class = { .name = "plain", .size = sizeof(Panel), .display = &plain };

const ZifClass *const zif_classes[] = { &scanned_class }; /* the bench looks here for names; none is asked for */
const unsigned zif_nclasses = 1;

typedef struct {
    ZifBench *bench;
    Panel *panel;
    ZifKit *kit;
    ZifDisplays *ds;
    ZifDisplay *d;
} Stage;

static Stage stage(const ZifClass *cls)
{
    Stage s = { .bench = zif_bench_new() };
    s.panel = (Panel *)zif_bench_add_class(s.bench, cls, NULL);
    s.panel->width = W;
    s.panel->height = H;
    s.panel->period = 20 * ZIF_MS;
    s.kit = s.panel->dev.core->kit;
    s.ds = zif__displays_new(s.kit, NULL, NULL);
    s.d = zif__display_at(s.ds, 0);
    return s;
}

static void leave(Stage *s)
{
    zif__displays_free(s->ds);
    zif_bench_free(s->bench);
}

static void set_row(Panel *p, unsigned y, uint32_t shade)
{
    p->shade[y] = shade;
    p->dirty[y] = true;
}

typedef struct {
    unsigned n, changed;
    ZifTime when[64];
    unsigned first, last;
    uint32_t corner;
    ZifDisplay *leaves; /* after the first frame */
} Seen;

static void see(void *opaque, const ZifPicture *picture, ZifTime when)
{
    Seen *s = opaque;
    s->when[s->n++ % 64] = when;
    s->changed += picture->first <= picture->last;
    s->first = picture->first;
    s->last = picture->last;
    s->corner = picture->width ? picture->pixels[0] : 0;
    if (s->leaves) {
        zif_display_on_frame(s->leaves, NULL, opaque);
    }
}

static void nothing_is_asked_until_somebody_looks(void **state)
{
    Stage s = stage(&scanned_class);
    zif_bench_run(s.bench, ZIF_SEC);
    assert_int_equal(s.panel->draws + s.panel->watches, 0);
    assert_true(zif_timeline_next(s.kit->timeline) == ZIF_TIME_NEVER);
    leave(&s);
}

static void a_look_draws_all_and_watches_nothing(void **state)
{
    Stage s = stage(&scanned_class);
    set_row(s.panel, 2, 0x123456);
    const ZifPicture *p = zif_display_look(s.d);
    assert_int_equal(p->width, W);
    assert_int_equal(p->height, H);
    assert_int_equal(p->pixels[2 * W + 3], 0x123456);
    zif_display_look(s.d);
    assert_int_equal(s.panel->fulls, 2);
    assert_int_equal(s.panel->watches, 0);
    leave(&s);
}

static void frames_come_at_the_devices_times(void **state)
{
    Stage s = stage(&scanned_class);
    Seen seen = { 0 };
    zif_bench_run(s.bench, 7 * ZIF_MS);
    zif_display_on_frame(s.d, see, &seen);
    assert_true(s.panel->watched);
    zif_bench_run(s.bench, 100 * ZIF_MS);
    assert_int_equal(seen.n, 5);
    assert_int_equal(seen.when[0], 20 * ZIF_MS);
    assert_int_equal(seen.when[4], 100 * ZIF_MS);
    zif_display_on_frame(s.d, NULL, &seen);
    assert_false(s.panel->watched);
    zif_bench_run(s.bench, 100 * ZIF_MS);
    assert_int_equal(seen.n, 5);
    leave(&s);
}

static void a_display_without_frames_has_sixty_a_second(void **state)
{
    Stage s = stage(&plain_class);
    Seen seen = { 0 };
    zif_bench_run(s.bench, 5 * ZIF_MS);
    zif_display_on_frame(s.d, see, &seen);
    zif_bench_run(s.bench, ZIF_SEC - 5 * ZIF_MS);
    assert_int_equal(seen.n, 60);
    assert_int_equal(seen.when[0], 16666666667);
    assert_int_equal(seen.when[1], 33333333334);
    assert_int_equal(seen.when[59], ZIF_SEC);
    leave(&s);
}

static void only_rows_that_changed_are_drawn(void **state)
{
    Stage s = stage(&scanned_class);
    Seen seen = { 0 };
    zif_display_on_frame(s.d, see, &seen);
    zif_bench_run(s.bench, 20 * ZIF_MS);
    assert_int_equal(seen.last - seen.first + 1, H);
    zif_bench_run(s.bench, 20 * ZIF_MS);
    assert_int_equal(seen.changed, 1);
    set_row(s.panel, 1, 7);
    zif_bench_run(s.bench, 20 * ZIF_MS);
    assert_int_equal(seen.first, 1);
    assert_int_equal(seen.last, 1);
    assert_int_equal(s.panel->rows, H + 1);
    leave(&s);
}

static void what_a_look_drew_belongs_to_the_next_frame(void **state)
{
    Stage s = stage(&scanned_class);
    Seen seen = { 0 };
    zif_display_on_frame(s.d, see, &seen);
    zif_bench_run(s.bench, 30 * ZIF_MS);
    set_row(s.panel, 0, 7);
    assert_int_equal(zif_display_look(s.d)->pixels[0], 7);
    set_row(s.panel, 2, 7);
    zif_bench_run(s.bench, 10 * ZIF_MS);
    assert_int_equal(seen.first, 0);
    assert_int_equal(seen.last, 2);
    leave(&s);
}

static void another_size_redraws_all(void **state)
{
    Stage s = stage(&scanned_class);
    Seen seen = { 0 };
    zif_display_on_frame(s.d, see, &seen);
    zif_bench_run(s.bench, 20 * ZIF_MS);
    uint64_t hash = zif_display_hash(s.d);
    s.panel->width = 3 * W;
    zif_bench_run(s.bench, 20 * ZIF_MS);
    assert_int_equal(s.panel->fulls, 2);
    assert_true(zif_display_hash(s.d) != hash); /* of black, too */
    s.panel->width = 0;
    zif_bench_run(s.bench, 20 * ZIF_MS);
    assert_int_equal(zif_display_look(s.d)->height, 0);
    s.panel->width = W;
    zif_bench_run(s.bench, 20 * ZIF_MS);
    assert_int_equal(s.panel->fulls, 3);
    assert_true(zif_display_hash(s.d) == hash);
    leave(&s);
}

static void the_hash_is_of_the_pixels_however_they_came(void **state)
{
    Stage s = stage(&scanned_class), t = stage(&scanned_class);
    Seen seen = { 0 };
    zif_display_on_frame(s.d, see, &seen);
    for (unsigned i = 0; i < 40; i++) {
        set_row(s.panel, i % H, i * 0x030507);
        t.panel->shade[i % H] = i * 0x030507;
        zif_bench_run(s.bench, 20 * ZIF_MS);
        uint64_t before = zif_display_hash(t.d);
        zif_display_look(t.d);
        assert_true(zif_display_hash(s.d) == zif_display_hash(t.d));
        assert_true(i == 0 || zif_display_hash(t.d) != before);
    }
    leave(&t);
    leave(&s);
}

static void a_reset_redraws_all_and_asks_for_the_times_again(void **state)
{
    Stage s = stage(&scanned_class);
    Seen seen = { 0 };
    zif_display_on_frame(s.d, see, &seen);
    zif_bench_run(s.bench, 20 * ZIF_MS);
    s.panel->period = 33 * ZIF_MS;
    zif__displays_reset(s.ds);
    zif_bench_run(s.bench, 20 * ZIF_MS);
    assert_int_equal(seen.when[1], 33 * ZIF_MS);
    assert_int_equal(s.panel->fulls, 2);
    leave(&s);
}

static void a_device_that_begins_to_scan_says_so(void **state)
{
    Stage s = stage(&scanned_class);
    Seen seen = { 0 };
    s.panel->period = 0;
    zif_frames_changed(&s.panel->dev); /* nobody looks: nothing to do */
    zif_display_on_frame(s.d, see, &seen);
    zif_bench_run(s.bench, ZIF_SEC);
    assert_int_equal(seen.n, 0);
    s.panel->period = 30 * ZIF_MS;
    zif_frames_changed(&s.panel->dev);
    zif_bench_run(s.bench, 30 * ZIF_MS);
    assert_int_equal(seen.n, 1);
    assert_int_equal(seen.when[0], 1020 * ZIF_MS);
    leave(&s);
}

static void a_panel_follows_the_device_it_shows(void **state)
{
    Stage s = stage(&scanned_class);
    Panel *behind = (Panel *)zif_bench_add_class(s.bench, &scanned_class, NULL);
    ZifDisplays *both = zif__displays_new(s.kit, NULL, NULL);
    Seen seen = { 0 };
    behind->width = W;
    behind->height = H;
    zif_display_on_frame(zif__display_at(both, 1), see, &seen);
    zif_bench_run(s.bench, ZIF_MS);
    behind->period = 10 * ZIF_MS;
    zif_frames_changed(&s.panel->dev);
    zif_bench_run(s.bench, 10 * ZIF_MS);
    assert_int_equal(seen.n, 1);
    zif__displays_free(both);
    leave(&s);
}

static void frames_too_short_for_any_eye_are_left_out(void **state)
{
    Stage s = stage(&scanned_class);
    Seen seen = { 0 };
    s.panel->period = ZIF_NS;
    zif_display_on_frame(s.d, see, &seen);
    zif_bench_run(s.bench, 10 * ZIF_MS);
    assert_in_range(seen.n, 9, 11);
    leave(&s);
}

static void a_viewer_may_leave_in_its_call_and_the_others_stay(void **state)
{
    Stage s = stage(&scanned_class);
    Seen a = { .leaves = s.d }, b = { 0 };
    zif_display_on_frame(s.d, see, &a);
    zif_display_on_frame(s.d, see, &b);
    zif_bench_run(s.bench, 60 * ZIF_MS);
    assert_int_equal(a.n, 1);
    assert_int_equal(b.n, 3);
    b.leaves = s.d;
    zif_bench_run(s.bench, 60 * ZIF_MS);
    assert_int_equal(b.n, 4);
    assert_false(s.panel->watched);
    assert_true(zif_timeline_next(s.kit->timeline) == ZIF_TIME_NEVER);
    leave(&s);
}

static void frames_wake_nobody(void **state)
{
    Stage s = stage(&scanned_class);
    Seen seen = { 0 };
    zif_display_on_frame(s.d, see, &seen);
    assert_true(zif_timeline_next(s.kit->timeline) != ZIF_TIME_NEVER);
    assert_true(zif_timeline_next_change(s.kit->timeline) == ZIF_TIME_NEVER);
    leave(&s);
}

static void a_saved_frame_time_comes_again(void **state)
{
    Stage s = stage(&scanned_class);
    Seen seen = { 0 };
    ZifDisplayState saved;
    zif_display_on_frame(s.d, see, &seen);
    zif__displays_save(s.ds, &saved);
    s.panel->period = 50 * ZIF_MS; /* not told: the one under way ends as it began */
    zif__displays_restored(s.ds, &saved);
    zif_bench_run(s.bench, 50 * ZIF_MS);
    assert_int_equal(seen.when[0], 20 * ZIF_MS);
    assert_int_equal(seen.when[1], 50 * ZIF_MS);
    assert_int_equal(s.panel->fulls, 1);
    leave(&s);
}

static void count_frame(void *opaque, unsigned n, ZifDisplay *d, ZifTime when)
{
    ++*(unsigned *)opaque;
}

static void what_is_repeated_is_heard_by_the_listener_alone(void **state)
{
    Stage s = stage(&scanned_class);
    Seen seen = { 0 };
    unsigned heard = 0;
    zif_display_on_frame(s.d, see, &seen);
    zif__displays_listen(s.ds, count_frame, &heard);
    s.kit->replaying = true;
    zif_bench_run(s.bench, 60 * ZIF_MS);
    assert_int_equal(seen.n, 0);
    assert_int_equal(heard, 3);
    leave(&s);
}

static void the_chosen_display_is_the_first(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *one = zif_bench_add_class(b, &plain_class, NULL), *two = zif_bench_add_class(b, &plain_class, NULL);
    ZifDisplays *ds = zif__displays_new(one->core->kit, NULL, two);
    assert_int_equal(zif__displays_count(ds), 2);
    assert_ptr_equal(zif_display_device(zif__display_at(ds, 0)), two);
    assert_ptr_equal(zif_display_device(zif__display_at(ds, 1)), one);
    assert_null(zif__display_at(ds, 2));
    zif__displays_free(ds);
    zif_bench_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_asked_until_somebody_looks),
        cmocka_unit_test(a_look_draws_all_and_watches_nothing),
        cmocka_unit_test(frames_come_at_the_devices_times),
        cmocka_unit_test(a_display_without_frames_has_sixty_a_second),
        cmocka_unit_test(only_rows_that_changed_are_drawn),
        cmocka_unit_test(what_a_look_drew_belongs_to_the_next_frame),
        cmocka_unit_test(another_size_redraws_all),
        cmocka_unit_test(the_hash_is_of_the_pixels_however_they_came),
        cmocka_unit_test(a_reset_redraws_all_and_asks_for_the_times_again),
        cmocka_unit_test(a_device_that_begins_to_scan_says_so),
        cmocka_unit_test(a_panel_follows_the_device_it_shows),
        cmocka_unit_test(frames_too_short_for_any_eye_are_left_out),
        cmocka_unit_test(a_viewer_may_leave_in_its_call_and_the_others_stay),
        cmocka_unit_test(frames_wake_nobody),
        cmocka_unit_test(a_saved_frame_time_comes_again),
        cmocka_unit_test(what_is_repeated_is_heard_by_the_listener_alone),
        cmocka_unit_test(the_chosen_display_is_the_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
