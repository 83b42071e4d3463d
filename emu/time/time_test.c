/* Tests of virtual time: timeline, clocks, durations as text. SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include <zif/time.h>

static uint64_t count;

static uint64_t read_count(void *opaque)
{
    return *(uint64_t *)opaque;
}

static ZifTimeline *timeline(uint64_t hz)
{
    count = 0;
    ZifTimeline *tl = zif_timeline_new(hz);
    zif_timeline_set_source(tl, read_count, &count);
    return tl;
}

static char trail[64];

static void note(void *opaque)
{
    strcat(trail, opaque);
}

static const uint64_t rates[] = { 1, 32768, 999983, 16000000, 64000000, 72000000, 168000000, 216000000, 999999937 };

static void time_of_a_cycle_is_rounded_up_and_found_again(void **state)
{
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        ZifTimeline *tl = timeline(rates[i]);
        for (uint64_t c = 0; c < 2000; c++) {
            count = rates[i] > 1000 ? c * c * 7 : c;
            unsigned __int128 exact = ((unsigned __int128)count * ZIF_SEC + rates[i] - 1) / rates[i];
            ZifTime now = zif_timeline_now(tl);
            assert_true(exact == now);
            assert_int_equal(zif_timeline_cycles_at(tl, now), count);
            assert_int_equal(zif_timeline_cycles_at(tl, now + 1), count + 1);
        }
        zif_timeline_free(tl);
    }
}

static void months_of_cycles_do_not_overflow(void **state)
{
    ZifTimeline *tl = timeline(168000000);
    count = 168000000ull * 86400 * 200;
    assert_int_equal(zif_timeline_now(tl), 200ull * 86400 * ZIF_SEC);
    assert_int_equal(zif_timeline_cycles_at(tl, 200ull * 86400 * ZIF_SEC), count);
    assert_int_equal(zif_timeline_cycles_at(tl, ZIF_TIME_NEVER), UINT64_MAX);
    zif_timeline_free(tl);
}

static void changing_the_rate_keeps_the_time(void **state)
{
    ZifTimeline *tl = timeline(16000000);
    count = 16000;
    zif_timeline_set_hz(tl, 64000000);
    assert_int_equal(zif_timeline_now(tl), ZIF_MS);
    count += 64000;
    assert_int_equal(zif_timeline_now(tl), 2 * ZIF_MS);
    zif_timeline_free(tl);
}

static void time_can_go_on_while_the_core_stands_still(void **state)
{
    ZifTimeline *tl = timeline(16000000);
    count = 16000;
    zif_timeline_set_now(tl, 5 * ZIF_MS + 7);
    assert_int_equal(zif_timeline_now(tl), 5 * ZIF_MS + 7);
    assert_int_equal(zif_timeline_cycles_at(tl, 5 * ZIF_MS + 8), 16001);
    count += 16;
    assert_int_equal(zif_timeline_now(tl), 5 * ZIF_MS + 7 + ZIF_US);
    zif_timeline_free(tl);
}

static void events_run_by_time_then_order_then_age(void **state)
{
    ZifTimeline *tl = timeline(1000000);
    ZifEvent a, b, c, d;
    zif_event_init(&a, "a", 2, note, (char *)"a");
    zif_event_init(&b, "b", 1, note, (char *)"b");
    zif_event_init(&c, "c", 2, note, (char *)"c");
    zif_event_init(&d, "d", 9, note, (char *)"d");
    trail[0] = 0;
    zif_event_at(tl, &c, 5 * ZIF_US);
    zif_event_at(tl, &a, 5 * ZIF_US);
    zif_event_at(tl, &b, 5 * ZIF_US);
    zif_event_at(tl, &d, 4 * ZIF_US);
    count = 4;
    zif_timeline_run_due(tl);
    assert_string_equal(trail, "d");
    count = 5;
    zif_timeline_run_due(tl);
    assert_string_equal(trail, "dbca");
    assert_false(zif_event_pending(&a));
    assert_true(zif_timeline_next(tl) == ZIF_TIME_NEVER);
    zif_timeline_free(tl);
}

static void moving_and_cancelling_keep_the_queue_in_order(void **state)
{
    ZifTimeline *tl = timeline(1000000);
    enum { N = 300 };
    ZifEvent ev[N];
    for (int i = 0; i < N; i++) {
        zif_event_init(&ev[i], "x", 0, note, (char *)"");
        zif_event_at(tl, &ev[i], (ZifTime)(i * 7919 % 1000 + 1) * ZIF_US);
    }
    for (int i = 0; i < N; i += 3) {
        zif_event_at(tl, &ev[i], (ZifTime)(i * 104729 % 1000 + 1) * ZIF_US);
        zif_event_cancel(tl, &ev[i + 1]);
    }
    unsigned left = 0;
    while (zif_timeline_next(tl) != ZIF_TIME_NEVER) {
        ZifTime next = zif_timeline_next(tl);
        ZifTime least = ZIF_TIME_NEVER;
        for (int i = 0; i < N; i++) {
            least = zif_event_pending(&ev[i]) && ev[i].when < least ? ev[i].when : least;
        }
        assert_int_equal(next, least);
        for (int i = 0; i < N; i++) {
            if (zif_event_pending(&ev[i]) && ev[i].when == next) {
                zif_event_cancel(tl, &ev[i]);
                left++;
            }
        }
    }
    assert_int_equal(left, 200);
    zif_timeline_free(tl);
}

static ZifTimeline *chain_tl;
static ZifEvent chain_ev;
static unsigned chain_runs;

static void chain(void *opaque)
{
    if (++chain_runs < 3) {
        zif_event_at(chain_tl, &chain_ev, 0);
    }
}

static void an_event_may_schedule_itself_for_now(void **state)
{
    chain_tl = timeline(1000000);
    chain_runs = 0;
    zif_event_init(&chain_ev, "chain", 0, chain, NULL);
    count = 10;
    zif_event_at(chain_tl, &chain_ev, 3 * ZIF_US);
    assert_int_equal(zif_timeline_next(chain_tl), 10 * ZIF_US);
    zif_timeline_run_due(chain_tl);
    assert_int_equal(chain_runs, 3);
    zif_timeline_free(chain_tl);
}

static uint64_t told;

static void deadline(void *opaque, uint64_t cycles)
{
    told = cycles;
}

static void a_nearer_deadline_is_told_in_cycles(void **state)
{
    ZifTimeline *tl = timeline(1000000);
    ZifEvent a, b;
    zif_timeline_set_deadline_hook(tl, deadline, NULL);
    zif_event_init(&a, "a", 0, note, (char *)"");
    zif_event_init(&b, "b", 0, note, (char *)"");
    told = 0;
    zif_event_at(tl, &a, 9 * ZIF_US);
    assert_int_equal(told, 9);
    zif_event_at(tl, &b, 20 * ZIF_US);
    assert_int_equal(told, 9);
    zif_event_at(tl, &b, 8 * ZIF_US + 1);
    assert_int_equal(told, 9);
    zif_event_at(tl, &b, 3 * ZIF_US);
    assert_int_equal(told, 3);
    zif_timeline_set_hz(tl, 500000);
    assert_int_equal(told, 2);
    zif_timeline_free(tl);
}

static void a_restored_queue_runs_in_its_saved_order(void **state)
{
    ZifTimeline *tl = timeline(1000000);
    ZifEvent a, b;
    zif_event_init(&a, "a", 0, note, (char *)"a");
    zif_event_init(&b, "b", 0, note, (char *)"b");
    count = 7;
    zif_timeline_set_hz(tl, 3000000);
    zif_event_at(tl, &b, 50 * ZIF_US);
    zif_event_at(tl, &a, 50 * ZIF_US);
    ZifTimelineState st = zif_timeline_save(tl);
    uint64_t sa = a.seq, sb = b.seq;
    ZifTime then = zif_timeline_now(tl);
    count = 9000;
    zif_timeline_set_hz(tl, 5);
    zif_timeline_restore(tl, &st);
    assert_false(zif_event_pending(&a));
    count = 7;
    assert_int_equal(zif_timeline_now(tl), then);
    zif_event_restore(tl, &a, 50 * ZIF_US, sa);
    zif_event_restore(tl, &b, 50 * ZIF_US, sb);
    count = 9000;
    trail[0] = 0;
    zif_timeline_run_due(tl);
    assert_string_equal(trail, "ba");
    zif_timeline_free(tl);
}

static void a_clock_at_the_cores_rate_counts_cycles_exactly(void **state)
{
    for (size_t i = 1; i < sizeof rates / sizeof rates[0]; i++) {
        ZifTimeline *tl = timeline(rates[i]);
        for (uint64_t start = 0; start < 50; start++) {
            count = start * 12347;
            ZifClock clk = { .hz = rates[i] };
            zif_clock_set_ticks(&clk, zif_timeline_now(tl), 5);
            for (uint64_t d = 0; d < 200; d++) {
                count = start * 12347 + d;
                assert_int_equal(zif_clock_ticks(&clk, zif_timeline_now(tl)), 5 + d);
                assert_int_equal(zif_timeline_cycles_at(tl, zif_clock_when(&clk, 5 + d)), count);
            }
        }
        zif_timeline_free(tl);
    }
}

static void a_stopped_clock_keeps_its_count(void **state)
{
    ZifClock clk = { .hz = 1000 };
    assert_int_equal(zif_clock_ticks(&clk, 5 * ZIF_MS), 5);
    zif_clock_set_hz(&clk, 5 * ZIF_MS, 0);
    assert_int_equal(zif_clock_ticks(&clk, 90 * ZIF_MS), 5);
    assert_true(zif_clock_when(&clk, 6) == ZIF_TIME_NEVER);
    zif_clock_set_hz(&clk, 100 * ZIF_MS, 2000);
    assert_int_equal(zif_clock_ticks(&clk, 101 * ZIF_MS), 7);
}

static void durations_are_read_exactly(void **state)
{
    static const struct {
        const char *text;
        ZifTime t;
    } good[] = { { "10ms", 10 * ZIF_MS },   { "1.5s", 1500 * ZIF_MS },
                 { "200us", 200 * ZIF_US }, { "33ns", 33 * ZIF_NS },
                 { "2min", 120 * ZIF_SEC }, { "7ps", 7 },
                 { "0.000001us", 1 },       { "1h", 3600 * ZIF_SEC },
                 { ".5s", 500 * ZIF_MS },   { "0s", 0 } };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        ZifTime t = 99;
        assert_true(zif_time_parse(good[i].text, &t, NULL));
        assert_int_equal(t, good[i].t);
    }
    static const char *const bad[] = {
        "10",    "",   "s",       "-1s", "1 s",    "1.2.3s", "1e3s",
        "0.5ps", "1S", "300000h", "..s", "ten ms", "1sx",    "99999999999999999999999s"
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        ZifTime t;
        Error *err = NULL;
        assert_false(zif_time_parse(bad[i], &t, &err));
        assert_non_null(err);
        error_free(err);
    }
}

static void times_are_written_in_a_unit_people_read(void **state)
{
    static const struct {
        ZifTime t;
        const char *text;
    } cases[] = { { 0, "0 s" },
                  { 1234567 * ZIF_US, "1.234567 s" },
                  { 10 * ZIF_MS, "10 ms" },
                  { 1500, "1.5 ns" },
                  { 999, "999 ps" },
                  { 7200 * ZIF_SEC, "7200 s" },
                  { ZIF_TIME_NEVER - 1, "18446744.073709 s" },
                  { ZIF_TIME_NEVER, "never" } };
    char buf[32];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_string_equal(zif_time_format(cases[i].t, buf), cases[i].text);
    }
}

/* The arithmetic is without divisions for speed; it must give what they give. */
static void a_clock_counts_as_128_bits_do(void **state)
{
    static const uint64_t hertz[] = { 1,        3,         32768,        999999,      16000000, 25000000,
                                      84000000, 168000000, 10000000000u, ZIF_SEC - 1, ZIF_SEC,  UINT64_C(1) << 40 };
    uint64_t x = 88172645463325252u;
    for (unsigned i = 0; i < 20000; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        ZifClock clk = { .hz = hertz[i % (sizeof hertz / sizeof *hertz)], .base = x % ZIF_SEC, .base_ticks = x % 1000 };
        uint64_t elapsed = x >> (4 + i % 58), more = x >> (20 + i % 44);
        unsigned __int128 ticks = (unsigned __int128)elapsed * clk.hz / ZIF_SEC + clk.base_ticks;
        assert_true(zif_clock_ticks(&clk, clk.base + elapsed) == (uint64_t)ticks);
        unsigned __int128 when = ((unsigned __int128)more * ZIF_SEC + clk.hz - 1) / clk.hz + clk.base;
        if (more) {
            assert_true(zif_clock_when(&clk, clk.base_ticks + more) ==
                        (when >= ZIF_TIME_NEVER ? ZIF_TIME_NEVER : (ZifTime)when));
        }
    }
}

static void a_cycles_time_is_what_128_bits_give(void **state)
{
    static const uint64_t hertz[] = { 1, 3, 16000000, 168000000, 180000000, 999999937, ZIF_SEC - 1, 3 * ZIF_SEC };
    uint64_t x = 88172645463325252u;
    for (unsigned i = 0; i < sizeof hertz / sizeof *hertz; i++) {
        ZifTimeline *tl = timeline(hertz[i]);
        for (unsigned j = 0; j < 5000; j++) {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            uint64_t n = x >> j % 64;
            unsigned __int128 t = ((unsigned __int128)n * ZIF_SEC + hertz[i] - 1) / hertz[i];
            assert_true(zif_timeline_time_at(tl, n) == (t > UINT64_MAX ? UINT64_MAX : (ZifTime)t));
        }
        zif_timeline_free(tl);
    }
}

static void one_who_only_looks_comes_in_time_and_is_no_change(void **state)
{
    ZifTimeline *tl = timeline(1000);
    ZifEvent looks, changes;
    trail[0] = 0;
    zif_event_init(&looks, "looks", 0, note, (char[]){ "l" });
    looks.looks = true;
    zif_event_init(&changes, "changes", 0, note, (char[]){ "c" });
    uint64_t seq = zif_timeline_save(tl).seq;
    zif_event_at(tl, &looks, ZIF_MS);
    assert_int_equal(zif_timeline_save(tl).seq, seq);
    assert_int_equal(zif_timeline_next(tl), ZIF_MS);
    assert_true(zif_timeline_next_change(tl) == ZIF_TIME_NEVER);
    zif_event_at(tl, &changes, 2 * ZIF_MS);
    assert_int_equal(zif_timeline_next_change(tl), 2 * ZIF_MS);
    count = 2;
    zif_timeline_run_due(tl);
    assert_string_equal(trail, "lc");
    zif_timeline_free(tl);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_who_only_looks_comes_in_time_and_is_no_change),
        cmocka_unit_test(a_clock_counts_as_128_bits_do),
        cmocka_unit_test(a_cycles_time_is_what_128_bits_give),
        cmocka_unit_test(time_of_a_cycle_is_rounded_up_and_found_again),
        cmocka_unit_test(months_of_cycles_do_not_overflow),
        cmocka_unit_test(changing_the_rate_keeps_the_time),
        cmocka_unit_test(time_can_go_on_while_the_core_stands_still),
        cmocka_unit_test(events_run_by_time_then_order_then_age),
        cmocka_unit_test(moving_and_cancelling_keep_the_queue_in_order),
        cmocka_unit_test(an_event_may_schedule_itself_for_now),
        cmocka_unit_test(a_nearer_deadline_is_told_in_cycles),
        cmocka_unit_test(a_restored_queue_runs_in_its_saved_order),
        cmocka_unit_test(a_clock_at_the_cores_rate_counts_cycles_exactly),
        cmocka_unit_test(a_stopped_clock_keeps_its_count),
        cmocka_unit_test(durations_are_read_exactly),
        cmocka_unit_test(times_are_written_in_a_unit_people_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
